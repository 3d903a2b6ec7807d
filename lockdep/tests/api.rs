//! Every public function of the originals is there: each is named once, of the original and of the twin.
//!
//! The lists are facts about lock_api 0.4.14 (as parking_lot 0.12.5 has it) and the stable part of `std::sync` in Rust 1.95. A name
//! that the original does not have fails to compile, and so does one that the twin lacks.

#![allow(deprecated, unused_imports, reason = "the originals still have them")]

macro_rules! parking_lot {
    ($name:ident: $($locks:tt)*) => {
        mod $name {
            use $($locks)*::{Condvar, FairMutex, FairMutexGuard, MappedFairMutexGuard, MappedMutexGuard, MappedReentrantMutexGuard, MappedRwLockReadGuard, MappedRwLockWriteGuard, Mutex, MutexGuard, Once, OnceState, RawFairMutex, RawMutex, RawRwLock, RawThreadId, ReentrantMutex, ReentrantMutexGuard, RwLock, RwLockReadGuard, RwLockUpgradableReadGuard, RwLockWriteGuard, WaitTimeoutResult, const_fair_mutex, const_mutex, const_reentrant_mutex, const_rwlock, lock_api};

            #[test]
            fn functions() {
                let _ = <Mutex<u8>>::new;
                let _ = <Mutex<u8>>::into_inner;
                let _ = <Mutex<u8>>::from_raw;
                let _ = <Mutex<u8>>::const_new;
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
                let _ = <ReentrantMutex<u8>>::new;
                let _ = <ReentrantMutex<u8>>::into_inner;
                let _ = <ReentrantMutex<u8>>::from_raw;
                let _ = <ReentrantMutex<u8>>::const_new;
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
                let _ = <ReentrantMutexGuard<'static, u8>>::map::<u8, fn(& u8) -> & u8>;
                let _ = <ReentrantMutexGuard<'static, u8>>::try_map::<u8, fn(& u8) -> Option<& u8>>;
                let _ = <ReentrantMutexGuard<'static, u8>>::try_map_or_err::<u8, fn(& u8) -> Result<& u8, ()>, ()>;
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
                let _ = <MappedReentrantMutexGuard<'static, u8>>::map::<u8, fn(& u8) -> & u8>;
                let _ = <MappedReentrantMutexGuard<'static, u8>>::try_map::<u8, fn(& u8) -> Option<& u8>>;
                let _ = <MappedReentrantMutexGuard<'static, u8>>::try_map_or_err::<u8, fn(& u8) -> Result<& u8, ()>, ()>;
                let _ = <MappedReentrantMutexGuard<'static, u8>>::unlock_fair;
                let _ = <RwLock<u8>>::new;
                let _ = <RwLock<u8>>::into_inner;
                let _ = <RwLock<u8>>::from_raw;
                let _ = <RwLock<u8>>::const_new;
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
                let _ = <RwLock<u8>>::read_recursive;
                let _ = <RwLock<u8>>::try_read_recursive;
                let _ = <RwLock<u8>>::read_arc_recursive;
                let _ = <RwLock<u8>>::try_read_recursive_arc;
                let _ = <RwLock<u8>>::try_read_recursive_for;
                let _ = <RwLock<u8>>::try_read_recursive_until;
                let _ = <RwLock<u8>>::try_read_arc_recursive_for;
                let _ = <RwLock<u8>>::try_read_arc_recursive_until;
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
                let _ = <RwLockReadGuard<'static, u8>>::map::<u8, fn(& u8) -> & u8>;
                let _ = <RwLockReadGuard<'static, u8>>::try_map::<u8, fn(& u8) -> Option<& u8>>;
                let _ = <RwLockReadGuard<'static, u8>>::try_map_or_err::<u8, fn(& u8) -> Result<& u8, ()>, ()>;
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
                let _ = <RwLockUpgradableReadGuard<'static, u8>>::try_upgrade_for;
                let _ = <RwLockUpgradableReadGuard<'static, u8>>::try_upgrade_until;
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
                let _ = <lock_api::ArcRwLockUpgradableReadGuard<RawRwLock, u8>>::try_upgrade_for;
                let _ = <lock_api::ArcRwLockUpgradableReadGuard<RawRwLock, u8>>::try_upgrade_until;
                let _ = <MappedRwLockReadGuard<'static, u8>>::map::<u8, fn(& u8) -> & u8>;
                let _ = <MappedRwLockReadGuard<'static, u8>>::try_map::<u8, fn(& u8) -> Option<& u8>>;
                let _ = <MappedRwLockReadGuard<'static, u8>>::try_map_or_else::<u8, fn(& u8) -> Result<& u8, ()>, ()>;
                let _ = <MappedRwLockReadGuard<'static, u8>>::unlock_fair;
                let _ = <MappedRwLockWriteGuard<'static, u8>>::map::<u8, fn(&mut u8) -> &mut u8>;
                let _ = <MappedRwLockWriteGuard<'static, u8>>::try_map::<u8, fn(&mut u8) -> Option<&mut u8>>;
                let _ = <MappedRwLockWriteGuard<'static, u8>>::try_map_or_err::<u8, fn(&mut u8) -> Result<&mut u8, ()>, ()>;
                let _ = <MappedRwLockWriteGuard<'static, u8>>::unlock_fair;
                let _ = <Condvar>::new;
                let _ = <Condvar>::notify_one;
                let _ = <Condvar>::notify_all;
                let _ = <Condvar>::wait::<u8>;
                let _ = <Condvar>::wait_until::<u8>;
                let _ = <Condvar>::wait_for::<u8>;
                let _ = <Condvar>::wait_while::<u8, fn(&mut u8) -> bool>;
                let _ = <Condvar>::wait_while_until::<u8, fn(&mut u8) -> bool>;
                let _ = <Condvar>::wait_while_for::<u8, fn(&mut u8) -> bool>;
                let _ = <WaitTimeoutResult>::timed_out;
                let _ = <Once>::new;
                let _ = <Once>::state;
                let _ = <Once>::call_once::<fn()>;
                let _ = <Once>::call_once_force::<fn(OnceState)>;
                let _ = (OnceState::done, OnceState::poisoned);
            }

            #[test]
            fn constants() {
                const _: Mutex<u8> = Mutex::new(1);
                const _: Mutex<u8> = Mutex::const_new(<RawMutex as lock_api::RawMutex>::INIT, 1);
                const _: Mutex<u8> = Mutex::from_raw(<RawMutex as lock_api::RawMutex>::INIT, 1);
                const _: Mutex<u8> = const_mutex(1);
                const _: FairMutex<u8> = const_fair_mutex(1);
                const _: ReentrantMutex<u8> = const_reentrant_mutex(1);
                const _: ReentrantMutex<u8> = ReentrantMutex::new(1);
                const _: RwLock<u8> = RwLock::new(1);
                const _: RwLock<u8> = RwLock::const_new(<RawRwLock as lock_api::RawRwLock>::INIT, 1);
                const _: RwLock<u8> = const_rwlock(1);
                const _: Condvar = Condvar::new();
                const _: Once = Once::new();
            }
        }
    };
}

parking_lot!(parking_lot_original: parking_lot);
parking_lot!(parking_lot_twin: lockdep::parking_lot);

macro_rules! std_sync {
    ($name:ident: $($sync:tt)*) => {
        mod $name {
            use $($sync)*::{
                Arc, Barrier, BarrierWaitResult, Condvar, LazyLock, LockResult, Mutex, MutexGuard, ONCE_INIT, Once, OnceLock, OnceState,
                PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError, TryLockResult, WaitTimeoutResult, Weak, atomic,
                mpsc,
            };

            #[test]
            fn functions() {
                let _ = <Mutex<u8>>::new;
                let _ = <Mutex<u8>>::lock;
                let _ = <Mutex<u8>>::try_lock;
                let _ = <Mutex<u8>>::is_poisoned;
                let _ = <Mutex<u8>>::clear_poison;
                let _ = <Mutex<u8>>::into_inner;
                let _ = <Mutex<u8>>::get_mut;
                let _ = <RwLock<u8>>::new;
                let _ = <RwLock<u8>>::read;
                let _ = <RwLock<u8>>::try_read;
                let _ = <RwLock<u8>>::write;
                let _ = <RwLock<u8>>::try_write;
                let _ = <RwLock<u8>>::is_poisoned;
                let _ = <RwLock<u8>>::clear_poison;
                let _ = <RwLock<u8>>::into_inner;
                let _ = <RwLock<u8>>::get_mut;
                let _ = <RwLockWriteGuard<'static, u8>>::downgrade;
                let _ = <Condvar>::new;
                let _ = <Condvar>::wait::<u8>;
                let _ = <Condvar>::wait_while::<u8, fn(&mut u8) -> bool>;
                let _ = <Condvar>::wait_timeout_ms::<u8>;
                let _ = <Condvar>::wait_timeout::<u8>;
                let _ = <Condvar>::wait_timeout_while::<u8, fn(&mut u8) -> bool>;
                let _ = <Condvar>::notify_one;
                let _ = <Condvar>::notify_all;
                let _ = <Once>::new;
                let _ = <Once>::call_once::<fn()>;
                let _ = <Once>::call_once_force::<fn(&OnceState)>;
                let _ = <Once>::is_completed;
                let _ = <Once>::wait;
                let _ = <Once>::wait_force;
                let _ = <OnceState>::is_poisoned;
                let _ = <OnceLock<u8>>::new;
                let _ = <OnceLock<u8>>::get;
                let _ = <OnceLock<u8>>::get_mut;
                let _ = <OnceLock<u8>>::wait;
                let _ = <OnceLock<u8>>::set;
                let _ = <OnceLock<u8>>::get_or_init::<fn() -> u8>;
                let _ = <OnceLock<u8>>::into_inner;
                let _ = <OnceLock<u8>>::take;
                let _ = <LazyLock<u8>>::new;
                let _ = <LazyLock<u8>>::force_mut;
                let _ = <LazyLock<u8>>::force;
                let _ = <LazyLock<u8>>::get_mut;
                let _ = <LazyLock<u8>>::get;
                let _ = <Barrier>::new;
                let _ = <Barrier>::wait;
                let _ = (BarrierWaitResult::is_leader, WaitTimeoutResult::timed_out);
            }

            #[test]
            fn constants() {
                const _: Mutex<u8> = Mutex::new(1);
                const _: RwLock<u8> = RwLock::new(1);
                const _: Condvar = Condvar::new();
                const _: Once = Once::new();
                const _: Once = ONCE_INIT;
                const _: OnceLock<u8> = OnceLock::new();
                const _: LazyLock<u8> = LazyLock::new(|| 1);
                const _: Barrier = Barrier::new(1);
            }
        }
    };
}

std_sync!(std_original: std::sync);
std_sync!(std_twin: lockdep::sync);

/// Whether `$type` implements `$trait`: the constant of the type itself goes before that of the trait, where its bound holds.
#[cfg(not(feature = "send_guard"))]
macro_rules! implements {
    ($type:ty, $trait:path) => {{
        struct Probe<T: ?Sized>(std::marker::PhantomData<T>);
        #[allow(dead_code)]
        trait Otherwise {
            const YES: bool = false;
        }
        impl<T: ?Sized> Otherwise for Probe<T> {}
        #[allow(dead_code)]
        impl<T: ?Sized + $trait> Probe<T> {
            const YES: bool = true;
        }
        <Probe<$type>>::YES
    }};
}

#[cfg(not(feature = "send_guard"))]
macro_rules! auto_traits {
    ($type:ty) => {
        [
            implements!($type, Send),
            implements!($type, Sync),
            implements!($type, Unpin),
            implements!($type, std::panic::UnwindSafe),
            implements!($type, std::panic::RefUnwindSafe),
        ]
    };
}

/// With `send_guard` the guards of the twin are more than those of an original without it.
#[cfg(not(feature = "send_guard"))]
#[test]
fn auto_traits_are_the_originals() {
    use std::cell::Cell;
    use std::rc::Rc;

    macro_rules! same {
        ($ours:path, $theirs:path: $($name:ident[$($args:tt)*])*) => { $({
            use $ours as ours;
            use $theirs as theirs;
            assert_eq!(
                auto_traits!(ours::$name<$($args)*>),
                auto_traits!(theirs::$name<$($args)*>),
                "{}: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe",
                stringify!($name<$($args)*>),
            );
        })* };
    }
    macro_rules! of {
        ($($value:ty),*) => { $(
            same!(lockdep::parking_lot, parking_lot: Mutex[$value] FairMutex[$value] ReentrantMutex[$value] RwLock[$value]
                MutexGuard['static, $value] MappedMutexGuard['static, $value] FairMutexGuard['static, $value]
                ReentrantMutexGuard['static, $value] MappedReentrantMutexGuard['static, $value]
                RwLockReadGuard['static, $value] MappedRwLockReadGuard['static, $value]
                RwLockWriteGuard['static, $value] MappedRwLockWriteGuard['static, $value]);
            same!(lockdep::once_cell::sync, once_cell::sync: OnceCell[$value] Lazy[$value] Lazy[u8, $value]);
        )* };
    }
    of!(u8, Cell<u8>, Rc<u8>, *const u8, &'static mut u8, std::sync::MutexGuard<'static, u8>, std::marker::PhantomPinned);
    assert_eq!(auto_traits!(lockdep::parking_lot::Condvar), auto_traits!(parking_lot::Condvar));
    assert_eq!(auto_traits!(lockdep::parking_lot::Once), auto_traits!(parking_lot::Once));
}
