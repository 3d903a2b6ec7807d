// What parking_lot 0.13.0 and lock_api 0.5.0 have; `locks` and `lock_api` are the originals, or what stands for them.

use std::fmt::{Debug, Display};
use std::ops::{Deref, DerefMut};

use locks::{
    ArcMutexGuard, ArcReentrantMutexGuard, ArcRwLockReadGuard, ArcRwLockUpgradableReadGuard, ArcRwLockWriteGuard, Condvar,
    FairMutex, FairMutexGuard, MappedFairMutexGuard, MappedMutexGuard, MappedRecursiveRwLockReadGuard,
    MappedRecursiveRwLockWriteGuard, MappedReentrantMutexGuard, MappedRwLockReadGuard, MappedRwLockWriteGuard, Mutex, MutexGuard,
    Once, OnceState, RawCondvar, RawFairMutex, RawMutex, RawRwLock, RawRwLockRecursive, RawThreadId, RecursiveRwLock,
    RecursiveRwLockReadGuard, RecursiveRwLockUpgradableReadGuard, RecursiveRwLockWriteGuard, ReentrantMutex, ReentrantMutexGuard,
    RwLock, RwLockReadGuard, RwLockUpgradableReadGuard, RwLockWriteGuard, WaitTimeoutResult,
};

macro_rules! implements {
    ($type:ty: $($bounds:tt)*) => {{
        fn bound<T: $($bounds)*>() {}
        bound::<$type>();
    }};
}

#[test]
fn functions() {
    let _ = <WaitTimeoutResult>::timed_out;
    let _ = <Condvar>::new;
    let _ = <Condvar>::raw;
    let _ = <Condvar>::notify_one;
    let _ = <Condvar>::notify_all;
    let _ = <Condvar>::wait::<u8>;
    let _ = <Condvar>::wait_while::<u8, fn(&mut u8) -> bool>;
    let _ = <Condvar>::wait_until::<u8>;
    let _ = <Condvar>::wait_for::<u8>;
    let _ = <Condvar>::wait_while_until::<u8, fn(&mut u8) -> bool>;
    let _ = <Condvar>::wait_while_for::<u8, fn(&mut u8) -> bool>;
    let _ = <lock_api::GuardSend>::new;
    let _ = <lock_api::GuardNoSend>::new;
    let _ = <Mutex<u8>>::new;
    let _ = <Mutex<u8>>::into_inner;
    let _ = <Mutex<u8>>::from_raw;
    let _ = <Mutex<u8>>::into_inner_with_raw;
    let _ = <Mutex<u8>>::make_guard_unchecked;
    let _ = <Mutex<u8>>::lock;
    let _ = <Mutex<u8>>::try_lock;
    let _ = <Mutex<u8>>::get_mut;
    let _ = <Mutex<u8>>::is_locked;
    let _ = <Mutex<u8>>::force_unlock;
    let _ = <Mutex<u8>>::raw;
    let _ = <Mutex<u8>>::data_ptr;
    let _ = <Mutex<u8>>::lock_arc;
    let _ = <Mutex<u8>>::try_lock_arc;
    let _ = <Mutex<u8>>::force_unlock_fair;
    let _ = <Mutex<u8>>::try_lock_for;
    let _ = <Mutex<u8>>::try_lock_until;
    let _ = <Mutex<u8>>::try_lock_arc_for;
    let _ = <Mutex<u8>>::try_lock_arc_until;
    let _ = <MutexGuard<'static, u8>>::mutex;
    let _ = <MutexGuard<'static, u8>>::map::<u8, fn(&mut u8) -> &mut u8>;
    let _ = <MutexGuard<'static, u8>>::try_map::<u8, fn(&mut u8) -> Option<&mut u8>>;
    let _ = <MutexGuard<'static, u8>>::try_map_or_err::<u8, fn(&mut u8) -> Result<&mut u8, ()>, ()>;
    let _ = <MutexGuard<'static, u8>>::unlocked::<fn() -> u8, u8>;
    let _ = <MutexGuard<'static, u8>>::leak;
    let _ = <MutexGuard<'static, u8>>::unlock_fair;
    let _ = <MutexGuard<'static, u8>>::unlocked_fair::<fn() -> u8, u8>;
    let _ = <MutexGuard<'static, u8>>::bump;
    let _ = <lock_api::ArcMutexGuard<RawMutex, u8>>::mutex;
    let _ = <lock_api::ArcMutexGuard<RawMutex, u8>>::into_arc;
    let _ = <lock_api::ArcMutexGuard<RawMutex, u8>>::unlocked::<fn() -> u8, u8>;
    let _ = <lock_api::ArcMutexGuard<RawMutex, u8>>::unlock_fair;
    let _ = <lock_api::ArcMutexGuard<RawMutex, u8>>::into_arc_fair;
    let _ = <lock_api::ArcMutexGuard<RawMutex, u8>>::unlocked_fair::<fn() -> u8, u8>;
    let _ = <lock_api::ArcMutexGuard<RawMutex, u8>>::bump;
    let _ = <MappedMutexGuard<'static, u8>>::map::<u8, fn(&mut u8) -> &mut u8>;
    let _ = <MappedMutexGuard<'static, u8>>::try_map::<u8, fn(&mut u8) -> Option<&mut u8>>;
    let _ = <MappedMutexGuard<'static, u8>>::try_map_or_err::<u8, fn(&mut u8) -> Result<&mut u8, ()>, ()>;
    let _ = <MappedMutexGuard<'static, u8>>::unlock_fair;
    let _ = <lock_api::RawReentrantMutex<RawMutex, RawThreadId>>::lock;
    let _ = <lock_api::RawReentrantMutex<RawMutex, RawThreadId>>::try_lock;
    let _ = <lock_api::RawReentrantMutex<RawMutex, RawThreadId>>::unlock;
    let _ = <lock_api::RawReentrantMutex<RawMutex, RawThreadId>>::is_locked;
    let _ = <lock_api::RawReentrantMutex<RawMutex, RawThreadId>>::is_owned_by_current_thread;
    let _ = <lock_api::RawReentrantMutex<RawMutex, RawThreadId>>::unlock_fair;
    let _ = <lock_api::RawReentrantMutex<RawMutex, RawThreadId>>::bump;
    let _ = <lock_api::RawReentrantMutex<RawMutex, RawThreadId>>::try_lock_until;
    let _ = <lock_api::RawReentrantMutex<RawMutex, RawThreadId>>::try_lock_for;
    let _ = <ReentrantMutex<u8>>::new;
    let _ = <ReentrantMutex<u8>>::into_inner;
    let _ = <ReentrantMutex<u8>>::from_raw;
    let _ = <ReentrantMutex<u8>>::into_inner_with_raw;
    let _ = <ReentrantMutex<u8>>::make_guard_unchecked;
    let _ = <ReentrantMutex<u8>>::lock;
    let _ = <ReentrantMutex<u8>>::try_lock;
    let _ = <ReentrantMutex<u8>>::get_mut;
    let _ = <ReentrantMutex<u8>>::is_locked;
    let _ = <ReentrantMutex<u8>>::is_owned_by_current_thread;
    let _ = <ReentrantMutex<u8>>::force_unlock;
    let _ = <ReentrantMutex<u8>>::raw;
    let _ = <ReentrantMutex<u8>>::data_ptr;
    let _ = <ReentrantMutex<u8>>::make_arc_guard_unchecked;
    let _ = <ReentrantMutex<u8>>::lock_arc;
    let _ = <ReentrantMutex<u8>>::try_lock_arc;
    let _ = <ReentrantMutex<u8>>::force_unlock_fair;
    let _ = <ReentrantMutex<u8>>::try_lock_for;
    let _ = <ReentrantMutex<u8>>::try_lock_until;
    let _ = <ReentrantMutex<u8>>::try_lock_arc_for;
    let _ = <ReentrantMutex<u8>>::try_lock_arc_until;
    let _ = <ReentrantMutexGuard<'static, u8>>::remutex;
    let _ = <ReentrantMutexGuard<'static, u8>>::map::<u8, fn(&u8) -> &u8>;
    let _ = <ReentrantMutexGuard<'static, u8>>::try_map::<u8, fn(&u8) -> Option<&u8>>;
    let _ = <ReentrantMutexGuard<'static, u8>>::try_map_or_err::<u8, fn(&u8) -> Result<&u8, ()>, ()>;
    let _ = <ReentrantMutexGuard<'static, u8>>::unlocked::<fn() -> u8, u8>;
    let _ = <ReentrantMutexGuard<'static, u8>>::unlock_fair;
    let _ = <ReentrantMutexGuard<'static, u8>>::unlocked_fair::<fn() -> u8, u8>;
    let _ = <ReentrantMutexGuard<'static, u8>>::bump;
    let _ = <lock_api::ArcReentrantMutexGuard<RawMutex, RawThreadId, u8>>::remutex;
    let _ = <lock_api::ArcReentrantMutexGuard<RawMutex, RawThreadId, u8>>::into_arc;
    let _ = <lock_api::ArcReentrantMutexGuard<RawMutex, RawThreadId, u8>>::unlocked::<fn() -> u8, u8>;
    let _ = <lock_api::ArcReentrantMutexGuard<RawMutex, RawThreadId, u8>>::unlock_fair;
    let _ = <lock_api::ArcReentrantMutexGuard<RawMutex, RawThreadId, u8>>::into_arc_fair;
    let _ = <lock_api::ArcReentrantMutexGuard<RawMutex, RawThreadId, u8>>::unlocked_fair::<fn() -> u8, u8>;
    let _ = <lock_api::ArcReentrantMutexGuard<RawMutex, RawThreadId, u8>>::bump;
    let _ = <MappedReentrantMutexGuard<'static, u8>>::map::<u8, fn(&u8) -> &u8>;
    let _ = <MappedReentrantMutexGuard<'static, u8>>::try_map::<u8, fn(&u8) -> Option<&u8>>;
    let _ = <MappedReentrantMutexGuard<'static, u8>>::try_map_or_err::<u8, fn(&u8) -> Result<&u8, ()>, ()>;
    let _ = <MappedReentrantMutexGuard<'static, u8>>::unlock_fair;
    let _ = <RwLock<u8>>::new;
    let _ = <RwLock<u8>>::into_inner;
    let _ = <RwLock<u8>>::from_raw;
    let _ = <RwLock<u8>>::into_inner_with_raw;
    let _ = <RwLock<u8>>::make_read_guard_unchecked;
    let _ = <RwLock<u8>>::make_write_guard_unchecked;
    let _ = <RwLock<u8>>::read;
    let _ = <RwLock<u8>>::try_read;
    let _ = <RwLock<u8>>::write;
    let _ = <RwLock<u8>>::try_write;
    let _ = <RwLock<u8>>::get_mut;
    let _ = <RwLock<u8>>::is_locked;
    let _ = <RwLock<u8>>::is_locked_exclusive;
    let _ = <RwLock<u8>>::force_unlock_read;
    let _ = <RwLock<u8>>::force_unlock_write;
    let _ = <RwLock<u8>>::raw;
    let _ = <RwLock<u8>>::data_ptr;
    let _ = <RwLock<u8>>::make_arc_read_guard_unchecked;
    let _ = <RwLock<u8>>::make_arc_write_guard_unchecked;
    let _ = <RwLock<u8>>::read_arc;
    let _ = <RwLock<u8>>::try_read_arc;
    let _ = <RwLock<u8>>::write_arc;
    let _ = <RwLock<u8>>::try_write_arc;
    let _ = <RwLock<u8>>::force_unlock_read_fair;
    let _ = <RwLock<u8>>::force_unlock_write_fair;
    let _ = <RwLock<u8>>::try_read_for;
    let _ = <RwLock<u8>>::try_read_until;
    let _ = <RwLock<u8>>::try_write_for;
    let _ = <RwLock<u8>>::try_write_until;
    let _ = <RwLock<u8>>::try_read_arc_for;
    let _ = <RwLock<u8>>::try_read_arc_until;
    let _ = <RwLock<u8>>::try_write_arc_for;
    let _ = <RwLock<u8>>::try_write_arc_until;
    let _ = <RwLock<u8>>::make_upgradable_guard_unchecked;
    let _ = <RwLock<u8>>::upgradable_read;
    let _ = <RwLock<u8>>::try_upgradable_read;
    let _ = <RwLock<u8>>::make_upgradable_arc_guard_unchecked;
    let _ = <RwLock<u8>>::upgradable_read_arc;
    let _ = <RwLock<u8>>::try_upgradable_read_arc;
    let _ = <RwLock<u8>>::try_upgradable_read_for;
    let _ = <RwLock<u8>>::try_upgradable_read_until;
    let _ = <RwLock<u8>>::try_upgradable_read_arc_for;
    let _ = <RwLock<u8>>::try_upgradable_read_arc_until;
    let _ = <RwLockReadGuard<'static, u8>>::rwlock;
    let _ = <RwLockReadGuard<'static, u8>>::map::<u8, fn(&u8) -> &u8>;
    let _ = <RwLockReadGuard<'static, u8>>::try_map::<u8, fn(&u8) -> Option<&u8>>;
    let _ = <RwLockReadGuard<'static, u8>>::try_map_or_err::<u8, fn(&u8) -> Result<&u8, ()>, ()>;
    let _ = <RwLockReadGuard<'static, u8>>::unlocked::<fn() -> u8, u8>;
    let _ = <RwLockReadGuard<'static, u8>>::unlock_fair;
    let _ = <RwLockReadGuard<'static, u8>>::unlocked_fair::<fn() -> u8, u8>;
    let _ = <RwLockReadGuard<'static, u8>>::bump;
    let _ = <lock_api::ArcRwLockReadGuard<RawRwLock, u8>>::rwlock;
    let _ = <lock_api::ArcRwLockReadGuard<RawRwLock, u8>>::into_arc;
    let _ = <lock_api::ArcRwLockReadGuard<RawRwLock, u8>>::unlocked::<fn() -> u8, u8>;
    let _ = <lock_api::ArcRwLockReadGuard<RawRwLock, u8>>::unlock_fair;
    let _ = <lock_api::ArcRwLockReadGuard<RawRwLock, u8>>::into_arc_fair;
    let _ = <lock_api::ArcRwLockReadGuard<RawRwLock, u8>>::unlocked_fair::<fn() -> u8, u8>;
    let _ = <lock_api::ArcRwLockReadGuard<RawRwLock, u8>>::bump;
    let _ = <RwLockWriteGuard<'static, u8>>::rwlock;
    let _ = <RwLockWriteGuard<'static, u8>>::map::<u8, fn(&mut u8) -> &mut u8>;
    let _ = <RwLockWriteGuard<'static, u8>>::try_map::<u8, fn(&mut u8) -> Option<&mut u8>>;
    let _ = <RwLockWriteGuard<'static, u8>>::try_map_or_err::<u8, fn(&mut u8) -> Result<&mut u8, ()>, ()>;
    let _ = <RwLockWriteGuard<'static, u8>>::unlocked::<fn() -> u8, u8>;
    let _ = <RwLockWriteGuard<'static, u8>>::downgrade;
    let _ = <RwLockWriteGuard<'static, u8>>::downgrade_to_upgradable;
    let _ = <RwLockWriteGuard<'static, u8>>::unlock_fair;
    let _ = <RwLockWriteGuard<'static, u8>>::unlocked_fair::<fn() -> u8, u8>;
    let _ = <RwLockWriteGuard<'static, u8>>::bump;
    let _ = <lock_api::ArcRwLockWriteGuard<RawRwLock, u8>>::rwlock;
    let _ = <lock_api::ArcRwLockWriteGuard<RawRwLock, u8>>::into_arc;
    let _ = <lock_api::ArcRwLockWriteGuard<RawRwLock, u8>>::unlocked::<fn() -> u8, u8>;
    let _ = <lock_api::ArcRwLockWriteGuard<RawRwLock, u8>>::downgrade;
    let _ = <lock_api::ArcRwLockWriteGuard<RawRwLock, u8>>::downgrade_to_upgradable;
    let _ = <lock_api::ArcRwLockWriteGuard<RawRwLock, u8>>::unlock_fair;
    let _ = <lock_api::ArcRwLockWriteGuard<RawRwLock, u8>>::into_arc_fair;
    let _ = <lock_api::ArcRwLockWriteGuard<RawRwLock, u8>>::unlocked_fair::<fn() -> u8, u8>;
    let _ = <lock_api::ArcRwLockWriteGuard<RawRwLock, u8>>::bump;
    let _ = <RwLockUpgradableReadGuard<'static, u8>>::rwlock;
    let _ = <RwLockUpgradableReadGuard<'static, u8>>::unlocked::<fn() -> u8, u8>;
    let _ = <RwLockUpgradableReadGuard<'static, u8>>::upgrade;
    let _ = <RwLockUpgradableReadGuard<'static, u8>>::try_upgrade;
    let _ = <RwLockUpgradableReadGuard<'static, u8>>::unlock_fair;
    let _ = <RwLockUpgradableReadGuard<'static, u8>>::unlocked_fair::<fn() -> u8, u8>;
    let _ = <RwLockUpgradableReadGuard<'static, u8>>::bump;
    let _ = <RwLockUpgradableReadGuard<'static, u8>>::downgrade;
    let _ = <RwLockUpgradableReadGuard<'static, u8>>::with_upgraded::<u8, fn(&mut u8) -> u8>;
    let _ = <RwLockUpgradableReadGuard<'static, u8>>::try_with_upgraded::<u8, fn(&mut u8) -> u8>;
    let _ = <RwLockUpgradableReadGuard<'static, u8>>::try_upgrade_for;
    let _ = <RwLockUpgradableReadGuard<'static, u8>>::try_upgrade_until;
    let _ = <RwLockUpgradableReadGuard<'static, u8>>::try_with_upgraded_for::<u8, fn(&mut u8) -> u8>;
    let _ = <RwLockUpgradableReadGuard<'static, u8>>::try_with_upgraded_until::<u8, fn(&mut u8) -> u8>;
    let _ = <lock_api::ArcRwLockUpgradableReadGuard<RawRwLock, u8>>::rwlock;
    let _ = <lock_api::ArcRwLockUpgradableReadGuard<RawRwLock, u8>>::into_arc;
    let _ = <lock_api::ArcRwLockUpgradableReadGuard<RawRwLock, u8>>::unlocked::<fn() -> u8, u8>;
    let _ = <lock_api::ArcRwLockUpgradableReadGuard<RawRwLock, u8>>::upgrade;
    let _ = <lock_api::ArcRwLockUpgradableReadGuard<RawRwLock, u8>>::try_upgrade;
    let _ = <lock_api::ArcRwLockUpgradableReadGuard<RawRwLock, u8>>::unlock_fair;
    let _ = <lock_api::ArcRwLockUpgradableReadGuard<RawRwLock, u8>>::into_arc_fair;
    let _ = <lock_api::ArcRwLockUpgradableReadGuard<RawRwLock, u8>>::unlocked_fair::<fn() -> u8, u8>;
    let _ = <lock_api::ArcRwLockUpgradableReadGuard<RawRwLock, u8>>::bump;
    let _ = <lock_api::ArcRwLockUpgradableReadGuard<RawRwLock, u8>>::downgrade;
    let _ = <lock_api::ArcRwLockUpgradableReadGuard<RawRwLock, u8>>::with_upgraded::<u8, fn(&mut u8) -> u8>;
    let _ = <lock_api::ArcRwLockUpgradableReadGuard<RawRwLock, u8>>::try_with_upgraded::<u8, fn(&mut u8) -> u8>;
    let _ = <lock_api::ArcRwLockUpgradableReadGuard<RawRwLock, u8>>::try_upgrade_for;
    let _ = <lock_api::ArcRwLockUpgradableReadGuard<RawRwLock, u8>>::try_upgrade_until;
    let _ = <lock_api::ArcRwLockUpgradableReadGuard<RawRwLock, u8>>::try_with_upgraded_for::<u8, fn(&mut u8) -> u8>;
    let _ = <lock_api::ArcRwLockUpgradableReadGuard<RawRwLock, u8>>::try_with_upgraded_until::<u8, fn(&mut u8) -> u8>;
    let _ = <MappedRwLockReadGuard<'static, u8>>::map::<u8, fn(&u8) -> &u8>;
    let _ = <MappedRwLockReadGuard<'static, u8>>::try_map::<u8, fn(&u8) -> Option<&u8>>;
    let _ = <MappedRwLockReadGuard<'static, u8>>::try_map_or_err::<u8, fn(&u8) -> Result<&u8, ()>, ()>;
    let _ = <MappedRwLockReadGuard<'static, u8>>::unlock_fair;
    let _ = <MappedRwLockWriteGuard<'static, u8>>::map::<u8, fn(&mut u8) -> &mut u8>;
    let _ = <MappedRwLockWriteGuard<'static, u8>>::try_map::<u8, fn(&mut u8) -> Option<&mut u8>>;
    let _ = <MappedRwLockWriteGuard<'static, u8>>::try_map_or_err::<u8, fn(&mut u8) -> Result<&mut u8, ()>, ()>;
    let _ = <MappedRwLockWriteGuard<'static, u8>>::unlock_fair;
    let _ = <Once>::new;
    let _ = <Once>::new_completed;
    let _ = <Once>::state;
    let _ = <Once>::is_completed;
    let _ = <Once>::wait;
    let _ = <Once>::wait_force;
    let _ = <Once>::call_once::<fn()>;
    let _ = <Once>::call_once_force::<fn(OnceState)>;
    let _ = <OnceState>::is_poisoned;
    let _ = <OnceState>::poisoned;
    let _ = <OnceState>::is_completed;
    let _ = <OnceState>::done;
    let _ = [OnceState::New, OnceState::Poisoned, OnceState::InProgress, OnceState::Done];
}

#[test]
fn raw_traits() {
    let _ = <RawCondvar as lock_api::RawCondvar>::wait;
    let _ = <RawCondvar as lock_api::RawCondvar>::notify_one;
    let _ = <RawCondvar as lock_api::RawCondvar>::notify_all;
    let _ = <RawCondvar as lock_api::RawCondvarTimed>::checked_duration_to_instant;
    let _ = <RawCondvar as lock_api::RawCondvarTimed>::wait_until;
    let _ = <RawCondvar as lock_api::RawCondvarTimed>::wait_for;
    let _ = <RawMutex as lock_api::RawMutex>::lock;
    let _ = <RawMutex as lock_api::RawMutex>::try_lock;
    let _ = <RawMutex as lock_api::RawMutex>::unlock;
    let _ = <RawMutex as lock_api::RawMutex>::is_locked;
    let _ = <RawFairMutex as lock_api::RawMutex>::lock;
    let _ = <RawFairMutex as lock_api::RawMutex>::try_lock;
    let _ = <RawFairMutex as lock_api::RawMutex>::unlock;
    let _ = <RawFairMutex as lock_api::RawMutex>::is_locked;
    let _ = <RawMutex as lock_api::RawMutexFair>::unlock_fair;
    let _ = <RawMutex as lock_api::RawMutexFair>::bump;
    let _ = <RawFairMutex as lock_api::RawMutexFair>::unlock_fair;
    let _ = <RawFairMutex as lock_api::RawMutexFair>::bump;
    let _ = <RawMutex as lock_api::RawMutexTimed>::try_lock_for;
    let _ = <RawMutex as lock_api::RawMutexTimed>::try_lock_until;
    let _ = <RawFairMutex as lock_api::RawMutexTimed>::try_lock_for;
    let _ = <RawFairMutex as lock_api::RawMutexTimed>::try_lock_until;
    let _ = <RawThreadId as lock_api::GetThreadId>::nonzero_thread_id;
    let _ = <RawRwLock as lock_api::RawRwLock>::lock_shared;
    let _ = <RawRwLock as lock_api::RawRwLock>::try_lock_shared;
    let _ = <RawRwLock as lock_api::RawRwLock>::unlock_shared;
    let _ = <RawRwLock as lock_api::RawRwLock>::lock_exclusive;
    let _ = <RawRwLock as lock_api::RawRwLock>::try_lock_exclusive;
    let _ = <RawRwLock as lock_api::RawRwLock>::unlock_exclusive;
    let _ = <RawRwLock as lock_api::RawRwLock>::is_locked;
    let _ = <RawRwLock as lock_api::RawRwLock>::is_locked_exclusive;
    let _ = <RawRwLockRecursive as lock_api::RawRwLock>::lock_shared;
    let _ = <RawRwLockRecursive as lock_api::RawRwLock>::try_lock_shared;
    let _ = <RawRwLockRecursive as lock_api::RawRwLock>::unlock_shared;
    let _ = <RawRwLockRecursive as lock_api::RawRwLock>::lock_exclusive;
    let _ = <RawRwLockRecursive as lock_api::RawRwLock>::try_lock_exclusive;
    let _ = <RawRwLockRecursive as lock_api::RawRwLock>::unlock_exclusive;
    let _ = <RawRwLockRecursive as lock_api::RawRwLock>::is_locked;
    let _ = <RawRwLockRecursive as lock_api::RawRwLock>::is_locked_exclusive;
    let _ = <RawRwLock as lock_api::RawRwLockFair>::unlock_shared_fair;
    let _ = <RawRwLock as lock_api::RawRwLockFair>::unlock_exclusive_fair;
    let _ = <RawRwLock as lock_api::RawRwLockFair>::bump_shared;
    let _ = <RawRwLock as lock_api::RawRwLockFair>::bump_exclusive;
    let _ = <RawRwLockRecursive as lock_api::RawRwLockFair>::unlock_shared_fair;
    let _ = <RawRwLockRecursive as lock_api::RawRwLockFair>::unlock_exclusive_fair;
    let _ = <RawRwLockRecursive as lock_api::RawRwLockFair>::bump_shared;
    let _ = <RawRwLockRecursive as lock_api::RawRwLockFair>::bump_exclusive;
    let _ = <RawRwLock as lock_api::RawRwLockDowngrade>::downgrade;
    let _ = <RawRwLockRecursive as lock_api::RawRwLockDowngrade>::downgrade;
    let _ = <RawRwLock as lock_api::RawRwLockTimed>::try_lock_shared_for;
    let _ = <RawRwLock as lock_api::RawRwLockTimed>::try_lock_shared_until;
    let _ = <RawRwLock as lock_api::RawRwLockTimed>::try_lock_exclusive_for;
    let _ = <RawRwLock as lock_api::RawRwLockTimed>::try_lock_exclusive_until;
    let _ = <RawRwLockRecursive as lock_api::RawRwLockTimed>::try_lock_shared_for;
    let _ = <RawRwLockRecursive as lock_api::RawRwLockTimed>::try_lock_shared_until;
    let _ = <RawRwLockRecursive as lock_api::RawRwLockTimed>::try_lock_exclusive_for;
    let _ = <RawRwLockRecursive as lock_api::RawRwLockTimed>::try_lock_exclusive_until;
    let _ = <RawRwLock as lock_api::RawRwLockUpgrade>::lock_upgradable;
    let _ = <RawRwLock as lock_api::RawRwLockUpgrade>::try_lock_upgradable;
    let _ = <RawRwLock as lock_api::RawRwLockUpgrade>::unlock_upgradable;
    let _ = <RawRwLock as lock_api::RawRwLockUpgrade>::upgrade;
    let _ = <RawRwLock as lock_api::RawRwLockUpgrade>::try_upgrade;
    let _ = <RawRwLockRecursive as lock_api::RawRwLockUpgrade>::lock_upgradable;
    let _ = <RawRwLockRecursive as lock_api::RawRwLockUpgrade>::try_lock_upgradable;
    let _ = <RawRwLockRecursive as lock_api::RawRwLockUpgrade>::unlock_upgradable;
    let _ = <RawRwLockRecursive as lock_api::RawRwLockUpgrade>::upgrade;
    let _ = <RawRwLockRecursive as lock_api::RawRwLockUpgrade>::try_upgrade;
    let _ = <RawRwLock as lock_api::RawRwLockUpgradeFair>::unlock_upgradable_fair;
    let _ = <RawRwLock as lock_api::RawRwLockUpgradeFair>::bump_upgradable;
    let _ = <RawRwLockRecursive as lock_api::RawRwLockUpgradeFair>::unlock_upgradable_fair;
    let _ = <RawRwLockRecursive as lock_api::RawRwLockUpgradeFair>::bump_upgradable;
    let _ = <RawRwLock as lock_api::RawRwLockUpgradeDowngrade>::downgrade_upgradable;
    let _ = <RawRwLock as lock_api::RawRwLockUpgradeDowngrade>::downgrade_to_upgradable;
    let _ = <RawRwLockRecursive as lock_api::RawRwLockUpgradeDowngrade>::downgrade_upgradable;
    let _ = <RawRwLockRecursive as lock_api::RawRwLockUpgradeDowngrade>::downgrade_to_upgradable;
    let _ = <RawRwLock as lock_api::RawRwLockUpgradeTimed>::try_lock_upgradable_for;
    let _ = <RawRwLock as lock_api::RawRwLockUpgradeTimed>::try_lock_upgradable_until;
    let _ = <RawRwLock as lock_api::RawRwLockUpgradeTimed>::try_upgrade_for;
    let _ = <RawRwLock as lock_api::RawRwLockUpgradeTimed>::try_upgrade_until;
    let _ = <RawRwLockRecursive as lock_api::RawRwLockUpgradeTimed>::try_lock_upgradable_for;
    let _ = <RawRwLockRecursive as lock_api::RawRwLockUpgradeTimed>::try_lock_upgradable_until;
    let _ = <RawRwLockRecursive as lock_api::RawRwLockUpgradeTimed>::try_upgrade_for;
    let _ = <RawRwLockRecursive as lock_api::RawRwLockUpgradeTimed>::try_upgrade_until;
    let _ = size_of::<<RawMutex as lock_api::RawMutex>::Guard>();
    let _ = size_of::<<RawFairMutex as lock_api::RawMutex>::Guard>();
    let _ = size_of::<<RawMutex as lock_api::RawMutexTimed>::Duration>();
    let _ = size_of::<<RawMutex as lock_api::RawMutexTimed>::Instant>();
    let _ = size_of::<<RawFairMutex as lock_api::RawMutexTimed>::Duration>();
    let _ = size_of::<<RawFairMutex as lock_api::RawMutexTimed>::Instant>();
    let _ = size_of::<<RawRwLock as lock_api::RawRwLock>::SharedGuard>();
    let _ = size_of::<<RawRwLock as lock_api::RawRwLock>::ExclusiveGuard>();
    let _ = size_of::<<RawRwLockRecursive as lock_api::RawRwLock>::SharedGuard>();
    let _ = size_of::<<RawRwLockRecursive as lock_api::RawRwLock>::ExclusiveGuard>();
    let _ = size_of::<<RawRwLock as lock_api::RawRwLockTimed>::Duration>();
    let _ = size_of::<<RawRwLock as lock_api::RawRwLockTimed>::Instant>();
    let _ = size_of::<<RawRwLockRecursive as lock_api::RawRwLockTimed>::Duration>();
    let _ = size_of::<<RawRwLockRecursive as lock_api::RawRwLockTimed>::Instant>();
    let _ = size_of::<<RawRwLock as lock_api::RawRwLockUpgrade>::UpgradableGuard>();
    let _ = size_of::<<RawRwLockRecursive as lock_api::RawRwLockUpgrade>::UpgradableGuard>();
    let _ = size_of::<<RawCondvar as lock_api::RawCondvar>::RawMutex>();
}

#[test]
fn traits() {
    implements!(MutexGuard<'static, u8>: DerefMut<Target = u8> + Debug + Display);
    assert!(std::mem::needs_drop::<MutexGuard<'static, u8>>());
    implements!(MappedMutexGuard<'static, u8>: DerefMut<Target = u8> + Debug + Display);
    assert!(std::mem::needs_drop::<MappedMutexGuard<'static, u8>>());
    implements!(ReentrantMutexGuard<'static, u8>: Deref<Target = u8> + Debug + Display);
    assert!(std::mem::needs_drop::<ReentrantMutexGuard<'static, u8>>());
    implements!(MappedReentrantMutexGuard<'static, u8>: Deref<Target = u8> + Debug + Display);
    assert!(std::mem::needs_drop::<MappedReentrantMutexGuard<'static, u8>>());
    implements!(RwLockReadGuard<'static, u8>: Deref<Target = u8> + Debug + Display);
    assert!(std::mem::needs_drop::<RwLockReadGuard<'static, u8>>());
    implements!(RwLockWriteGuard<'static, u8>: DerefMut<Target = u8> + Debug + Display);
    assert!(std::mem::needs_drop::<RwLockWriteGuard<'static, u8>>());
    implements!(RwLockUpgradableReadGuard<'static, u8>: Deref<Target = u8> + Debug + Display);
    assert!(std::mem::needs_drop::<RwLockUpgradableReadGuard<'static, u8>>());
    implements!(MappedRwLockReadGuard<'static, u8>: Deref<Target = u8> + Debug + Display);
    assert!(std::mem::needs_drop::<MappedRwLockReadGuard<'static, u8>>());
    implements!(MappedRwLockWriteGuard<'static, u8>: DerefMut<Target = u8> + Debug + Display);
    assert!(std::mem::needs_drop::<MappedRwLockWriteGuard<'static, u8>>());
    implements!(lock_api::ArcMutexGuard<RawMutex, u8>: DerefMut<Target = u8>);
    assert!(std::mem::needs_drop::<lock_api::ArcMutexGuard<RawMutex, u8>>());
    implements!(lock_api::ArcReentrantMutexGuard<RawMutex, RawThreadId, u8>: Deref<Target = u8>);
    assert!(std::mem::needs_drop::<lock_api::ArcReentrantMutexGuard<RawMutex, RawThreadId, u8>>());
    implements!(lock_api::ArcRwLockReadGuard<RawRwLock, u8>: Deref<Target = u8> + Debug + Display);
    assert!(std::mem::needs_drop::<lock_api::ArcRwLockReadGuard<RawRwLock, u8>>());
    implements!(lock_api::ArcRwLockWriteGuard<RawRwLock, u8>: DerefMut<Target = u8> + Debug + Display);
    assert!(std::mem::needs_drop::<lock_api::ArcRwLockWriteGuard<RawRwLock, u8>>());
    implements!(lock_api::ArcRwLockUpgradableReadGuard<RawRwLock, u8>: Deref<Target = u8> + Debug + Display);
    assert!(std::mem::needs_drop::<lock_api::ArcRwLockUpgradableReadGuard<RawRwLock, u8>>());
    implements!(Mutex<u8>: Default + From<u8> + Debug + Send + Sync);
    implements!(FairMutex<u8>: Default + From<u8> + Debug + Send + Sync);
    implements!(ReentrantMutex<u8>: Default + From<u8> + Debug + Send + Sync);
    implements!(RwLock<u8>: Default + From<u8> + Debug + Send + Sync);
    implements!(RecursiveRwLock<u8>: Default + From<u8> + Debug + Send + Sync);
    implements!(Condvar: Default + Debug + Send + Sync);
    implements!(Once: Default + Debug + Send + Sync);
    implements!(OnceState: Copy + Clone + Eq + PartialEq + Debug);
    implements!(WaitTimeoutResult: Copy + Clone + Eq + PartialEq + Debug);
    implements!(lock_api::GuardSend: Default + Send + Sync);
    implements!(lock_api::GuardNoSend: Default + Sync);
}

#[test]
fn names() {
    // Each is another name for the generic lock, or for its guard.
    macro_rules! is {
        ($name:ty: $type:ty) => {
            assert_eq!(std::marker::PhantomData::<$name>, std::marker::PhantomData::<$type>);
        };
    }
    is!(FairMutexGuard<'static, u8>: lock_api::MutexGuard<'static, RawFairMutex, u8>);
    is!(MappedFairMutexGuard<'static, u8>: lock_api::MappedMutexGuard<'static, RawFairMutex, u8>);
    is!(MappedMutexGuard<'static, u8>: lock_api::MappedMutexGuard<'static, RawMutex, u8>);
    is!(RecursiveRwLock<u8>: lock_api::RwLock<RawRwLock<true>, u8>);
    is!(RecursiveRwLockReadGuard<'static, u8>: lock_api::RwLockReadGuard<'static, RawRwLockRecursive, u8>);
    is!(RecursiveRwLockWriteGuard<'static, u8>: lock_api::RwLockWriteGuard<'static, RawRwLockRecursive, u8>);
    is!(RecursiveRwLockUpgradableReadGuard<'static, u8>: lock_api::RwLockUpgradableReadGuard<'static, RawRwLockRecursive, u8>);
    is!(MappedRecursiveRwLockReadGuard<'static, u8>: lock_api::MappedRwLockReadGuard<'static, RawRwLockRecursive, u8>);
    is!(MappedRecursiveRwLockWriteGuard<'static, u8>: lock_api::MappedRwLockWriteGuard<'static, RawRwLockRecursive, u8>);
    is!(RwLock<u8>: lock_api::RwLock<RawRwLock<false>, u8>);
    is!(Condvar: lock_api::Condvar<RawCondvar>);
    is!(WaitTimeoutResult: lock_api::WaitTimeoutResult);
    is!(Mutex<u8>: locks::lock_api::Mutex<RawMutex, u8>);
    is!(ArcMutexGuard<RawMutex, u8>: lock_api::ArcMutexGuard<RawMutex, u8>);
    is!(ArcReentrantMutexGuard<RawMutex, RawThreadId, u8>: lock_api::ArcReentrantMutexGuard<RawMutex, RawThreadId, u8>);
    is!(ArcRwLockReadGuard<RawRwLock, u8>: lock_api::ArcRwLockReadGuard<RawRwLock, u8>);
    is!(ArcRwLockWriteGuard<RawRwLock, u8>: lock_api::ArcRwLockWriteGuard<RawRwLock, u8>);
    is!(ArcRwLockUpgradableReadGuard<RawRwLock, u8>: lock_api::ArcRwLockUpgradableReadGuard<RawRwLock, u8>);
}

#[test]
fn constants() {
    const _: Mutex<u8> = Mutex::new(1);
    const _: Mutex<u8> = Mutex::from_raw(<RawMutex as lock_api::RawMutex>::INIT, 1);
    const _: FairMutex<u8> = FairMutex::new(1);
    const _: ReentrantMutex<u8> = ReentrantMutex::new(1);
    const _: ReentrantMutex<u8> =
        ReentrantMutex::from_raw(<RawMutex as lock_api::RawMutex>::INIT, <RawThreadId as lock_api::GetThreadId>::INIT, 1);
    const _: lock_api::RawReentrantMutex<RawMutex, RawThreadId> = lock_api::RawReentrantMutex::INIT;
    const _: RwLock<u8> = RwLock::new(1);
    const _: RecursiveRwLock<u8> = RecursiveRwLock::from_raw(<RawRwLockRecursive as lock_api::RawRwLock>::INIT, 1);
    const _: Condvar = Condvar::new();
    const _: RawCondvar = <RawCondvar as lock_api::RawCondvar>::INIT;
    const _: Once = Once::new();
    const _: Once = Once::new_completed();
    const _: bool = OnceState::Done.is_completed() && OnceState::Done.done();
    const _: bool = OnceState::Poisoned.is_poisoned() && OnceState::Poisoned.poisoned();
    const _: (lock_api::GuardSend, lock_api::GuardNoSend) = (lock_api::GuardSend::new(), lock_api::GuardNoSend::new());
    const fn timed_out(result: WaitTimeoutResult) -> bool {
        result.timed_out()
    }
    const fn reach(mutex: &mut Mutex<u8>, reentrant: &mut ReentrantMutex<u8>, lock: &mut RwLock<u8>) -> [*mut u8; 6] {
        [mutex.get_mut(), mutex.data_ptr(), reentrant.get_mut(), reentrant.data_ptr(), lock.get_mut(), lock.data_ptr()]
    }
    let _ = (timed_out, reach);
}
