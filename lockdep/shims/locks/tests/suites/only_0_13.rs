// What only 0.13 has, of the shim and the original; `locks` is one of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use locks::lock_api::{RawCondvar as _, RawCondvarTimed as _, RawMutex as _, RawRwLock as _, RawRwLockUpgrade as _};
use locks::{
    Condvar, MappedRwLockReadGuard, Mutex, MutexGuard, Once, OnceState, RawCondvar, RawMutex, RawRwLock, RawRwLockRecursive,
    RecursiveRwLock, RecursiveRwLockReadGuard, RecursiveRwLockUpgradableReadGuard, ReentrantMutex, RwLock, RwLockReadGuard,
};

use super::{LONG, SHORT, elsewhere, unwind_of, wait_until};

#[test]
fn a_waiting_writer_goes_before_readers() {
    let lock = RwLock::new(0);
    std::thread::scope(|threads| {
        let _read = lock.read();
        threads.spawn(|| *lock.write() = 1);
        wait_until(|| elsewhere(|| lock.try_read().is_none()));
        assert!(lock.try_read().is_none());
        assert!(elsewhere(|| lock.try_read_for(SHORT).is_none()));
        assert!(elsewhere(|| lock.try_upgradable_read_for(SHORT).is_none()));
        // One that waits is not in.
        assert!(!lock.is_locked_exclusive());
    });
    assert_eq!(*lock.read(), 1);
}

#[test]
fn a_waiting_writer_is_passed_by_readers_of_a_recursive_lock() {
    let lock = RecursiveRwLock::new(0);
    std::thread::scope(|threads| {
        let read = lock.read();
        threads.spawn(|| *lock.write() = 1);
        // Upgradable readers do not pass him.
        wait_until(|| elsewhere(|| lock.try_upgradable_read().is_none()));
        assert_eq!(*lock.read(), 0);
        assert_eq!(elsewhere(|| *lock.read()), 0);
        assert!(elsewhere(|| lock.try_read_for(LONG).is_some()));
        assert!(elsewhere(|| lock.try_read_until(Instant::now() + LONG).is_some()));
        assert!(elsewhere(|| lock.try_upgradable_read_for(SHORT).is_none()));
        let mut read = RecursiveRwLockReadGuard::map(read, |data| data);
        read = locks::MappedRecursiveRwLockReadGuard::map(read, |data| data);
        assert_eq!(*read, 0);
    });
    assert_eq!(*lock.read(), 1);
}

#[test]
fn readers_of_a_recursive_lock_wait_for_a_writer_that_is_in() {
    let lock = RecursiveRwLock::new(());
    let guard = lock.write();
    elsewhere(|| {
        assert!(lock.try_read().is_none());
        assert!(lock.try_read_for(SHORT).is_none());
    });
    drop(guard);
    let mut guard = lock.upgradable_read();
    assert!(elsewhere(|| lock.try_read().is_some()));
    guard.with_upgraded(|()| assert!(elsewhere(|| lock.try_read().is_none())));
    drop(RecursiveRwLockUpgradableReadGuard::upgrade(guard));
    assert_eq!(format!("{lock:?}"), "RwLock { data: () }");
}

#[test]
fn a_bump_of_a_recursive_lock_lets_the_writer_in_when_it_helps() {
    let lock = RecursiveRwLock::new(0);
    std::thread::scope(|threads| {
        let mut first = lock.read();
        let second = lock.read();
        threads.spawn(|| *lock.write() = 1);
        wait_until(|| elsewhere(|| lock.try_upgradable_read().is_none()));
        RecursiveRwLockReadGuard::bump(&mut first);
        assert_eq!(*first, 0, "the other read keeps the writer out");
        drop(second);
        wait_until(|| {
            RecursiveRwLockReadGuard::bump(&mut first);
            *first == 1
        });
    });
}

#[test]
fn a_raw_lock_gives_out_what_it_takes_back() {
    let mutex = Mutex::new(1);
    // SAFETY: each hold is given to one guard, or released once.
    unsafe {
        let guard = mutex.raw().lock();
        assert!(mutex.is_locked() && mutex.raw().try_lock().is_none());
        drop(mutex.make_guard_unchecked(guard));
        let guard = mutex.raw().try_lock().unwrap();
        mutex.raw().unlock(guard);
    }
    assert!(!mutex.is_locked());
    let lock = Arc::new(RwLock::new(2));
    // SAFETY: as above.
    unsafe {
        let (read, second) = (lock.raw().lock_shared(), lock.raw().try_lock_shared().unwrap());
        drop(lock.make_read_guard_unchecked(read));
        drop(lock.make_arc_read_guard_unchecked(second));
        drop(lock.make_write_guard_unchecked(lock.raw().lock_exclusive()));
        let upgradable = lock.raw().lock_upgradable();
        let write = lock.raw().upgrade(upgradable);
        let upgradable = locks::lock_api::RawRwLockUpgradeDowngrade::downgrade_to_upgradable(lock.raw(), write);
        let write = lock.raw().try_upgrade(upgradable).unwrap_or_else(|_| panic!("nobody reads"));
        let read = locks::lock_api::RawRwLockDowngrade::downgrade(lock.raw(), write);
        lock.raw().unlock_shared(read);
    }
    assert!(!lock.is_locked());
}

#[test]
fn a_failed_raw_upgrade_gives_the_state_back() {
    let lock = RwLock::new(());
    let read = lock.read();
    // SAFETY: the hold is released once.
    unsafe {
        let upgradable = lock.raw().lock_upgradable();
        let Err(upgradable) = lock.raw().try_upgrade(upgradable) else { panic!("somebody reads") };
        lock.raw().unlock_upgradable(upgradable);
    }
    drop(read);
    assert!(!lock.is_locked());
}

#[test]
fn locks_come_apart() {
    let (raw, value) = Mutex::new(1).into_inner_with_raw();
    assert_eq!(Mutex::from_raw(raw, value).into_inner(), 1);
    let (raw, id, value) = ReentrantMutex::new(2).into_inner_with_raw();
    assert_eq!(ReentrantMutex::from_raw(raw, id, value).into_inner(), 2);
    let (raw, value) = RwLock::new(3).into_inner_with_raw();
    assert_eq!(RwLock::from_raw(raw, value).into_inner(), 3);
    let (mutex, plain, recursive) = (RawMutex::INIT, RawRwLock::<false>::INIT, RawRwLockRecursive::INIT);
    assert!(!mutex.is_locked() && !plain.is_locked() && !recursive.is_locked());
}

#[test]
fn mapped_readers_map_or_err() {
    let lock = RwLock::new((1, 2));
    let guard = RwLockReadGuard::map(lock.read(), |data| &data.1);
    let (guard, error) = MappedRwLockReadGuard::try_map_or_err(guard, |_| Err::<&u8, _>("no")).unwrap_err();
    assert_eq!((*guard, error), (2, "no"));
    assert!(MappedRwLockReadGuard::try_map_or_err(guard, |data| Ok::<_, ()>(data)).is_ok());
}

#[test]
fn a_raw_condvar_is_that_of_the_condvar() {
    let (mutex, condvar) = (Mutex::new(false), Condvar::new());
    let _: &RawCondvar = condvar.raw();
    assert!(!condvar.raw().notify_one());
    assert_eq!(condvar.raw().notify_all(), 0);
    assert!(RawCondvar::checked_duration_to_instant(&LONG).is_some());
    assert!(RawCondvar::checked_duration_to_instant(&std::time::Duration::MAX).is_none());
    std::thread::scope(|threads| {
        threads.spawn(|| {
            let mut guard = mutex.lock();
            *guard = true;
            condvar.wait(&mut guard);
        });
        wait_until(|| *mutex.lock());
        assert!(condvar.raw().notify_one());
    });
}

#[test]
fn a_condition_that_ends_with_the_time_has_not_timed_out() {
    let (mutex, condvar, over) = (Mutex::new(()), Condvar::new(), AtomicBool::new(false));
    let ended = |(): &mut ()| !over.swap(true, Ordering::SeqCst);
    assert!(!condvar.wait_while_for(&mut mutex.lock(), ended, SHORT).timed_out());
    let mut guard = mutex.lock();
    assert!(condvar.wait_while_until(&mut guard, |()| true, Instant::now() + SHORT).timed_out());
    assert!(MutexGuard::mutex(&guard).is_locked());
}

#[test]
fn a_once_is_waited_for() {
    static DONE: Once = Once::new_completed();
    assert_eq!(DONE.state(), OnceState::Done);
    DONE.call_once(|| unreachable!());
    DONE.wait();

    let once = Once::new();
    assert!(!once.is_completed());
    std::thread::scope(|threads| {
        let waiters = [threads.spawn(|| once.wait()), threads.spawn(|| once.wait_force())];
        std::thread::sleep(SHORT);
        assert!(waiters.iter().all(|waiter| !waiter.is_finished()));
        once.call_once(|| ());
    });
    assert!(once.is_completed());
}

#[test]
fn who_waits_for_a_poisoned_once_panics_unless_it_may_be_forced() {
    let once = Once::new();
    std::thread::scope(|threads| {
        let (wait, force) = (threads.spawn(|| once.wait()), threads.spawn(|| once.wait_force()));
        std::thread::sleep(SHORT);
        assert_eq!(unwind_of(|| once.call_once(|| std::panic::resume_unwind(Box::new("first")))), "first");
        assert!(wait.join().is_err());
        assert!(once.state().is_poisoned() && !force.is_finished());
        once.call_once_force(|state| assert!(state.is_poisoned() && !state.is_completed()));
        force.join().unwrap();
    });
    assert!(once.state().is_completed());
}

#[test]
fn a_fair_upgradable_release_hands_over() {
    let lock = RwLock::new(0);
    std::thread::scope(|threads| {
        let mut guard = lock.upgradable_read();
        let waiter = threads.spawn(|| drop(lock.upgradable_read()));
        wait_until(|| {
            locks::RwLockUpgradableReadGuard::bump(&mut guard);
            waiter.is_finished()
        });
        waiter.join().unwrap();
    });
}
