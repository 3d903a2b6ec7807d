// What the mirrors, the shims and the originals have in common, in all versions of the original; `locks` is one of them.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use locks::{
    Condvar, FairMutex, FairMutexGuard, MappedFairMutexGuard, MappedMutexGuard, MappedReentrantMutexGuard, MappedRwLockReadGuard,
    MappedRwLockWriteGuard, Mutex, MutexGuard, Once, OnceState, ReentrantMutex, ReentrantMutexGuard, RwLock, RwLockReadGuard,
    RwLockUpgradableReadGuard, RwLockWriteGuard,
};

use super::{LONG, SHORT, elsewhere, unwind_of, wait_until};

#[test]
fn statics() {
    static MUTEX: Mutex<u8> = Mutex::new(1);
    static FAIR: FairMutex<u8> = FairMutex::new(2);
    static REENTRANT: ReentrantMutex<u8> = ReentrantMutex::new(3);
    static RWLOCK: RwLock<u8> = RwLock::new(4);
    static CONDVAR: Condvar = Condvar::new();
    static ONCE: Once = Once::new();
    assert_eq!((*MUTEX.lock(), *FAIR.lock(), *REENTRANT.lock(), *RWLOCK.read()), (1, 2, 3, 4));
    assert!(!CONDVAR.notify_one());
    assert_eq!(ONCE.state(), OnceState::New);
}

#[test]
fn a_mutex_excludes() {
    let mutex = Mutex::new(0);
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                for _ in 0..1000 {
                    *mutex.lock() += 1;
                }
            });
        }
    });
    let guard = mutex.lock();
    assert_eq!(*guard, 4000);
    assert!(mutex.is_locked());
    assert!(elsewhere(|| mutex.try_lock().is_none()));
    assert_eq!(format!("{mutex:?}"), "Mutex { data: <locked> }");
    drop(guard);
    assert_eq!(format!("{mutex:?}"), "Mutex { data: 4000 }");
}

#[test]
fn a_mutex_times_out() {
    let mutex = Mutex::new(());
    let guard = mutex.lock();
    let begin = Instant::now();
    assert!(elsewhere(|| mutex.try_lock_for(SHORT).is_none()));
    assert!(begin.elapsed() >= SHORT);
    assert!(elsewhere(|| mutex.try_lock_until(Instant::now() + SHORT).is_none()));
    drop(guard);
    assert!(mutex.try_lock_for(LONG).is_some());
    assert!(mutex.try_lock_until(Instant::now() + LONG).is_some());
    assert!(mutex.try_lock_for(Duration::MAX).is_some());
}

#[test]
fn a_mutex_is_handed_over_fairly() {
    let mutex = Mutex::new(0);
    MutexGuard::unlock_fair(mutex.lock());
    let waits = AtomicBool::new(false);
    std::thread::scope(|threads| {
        let mut guard = mutex.lock();
        threads.spawn(|| {
            waits.store(true, Ordering::SeqCst);
            *mutex.lock() += 1;
        });
        wait_until(|| waits.load(Ordering::SeqCst));
        while *guard == 0 {
            MutexGuard::bump(&mut guard);
            std::thread::yield_now();
        }
        MutexGuard::unlocked(&mut guard, || assert!(elsewhere(|| mutex.try_lock().is_some())));
        MutexGuard::unlocked_fair(&mut guard, || assert!(elsewhere(|| mutex.try_lock().is_some())));
        assert!(mutex.is_locked());
    });
    assert!(!mutex.is_locked());
}

#[test]
fn mutex_guards_map() {
    let mutex = Mutex::new((1, 2));
    let mut guard: MappedMutexGuard<'_, i32> = MutexGuard::map(mutex.lock(), |data| &mut data.1);
    *guard = 3;
    drop(guard);
    assert!(MutexGuard::try_map(mutex.lock(), |_| None::<&mut ()>).is_err());
    assert_eq!(mutex.into_inner(), (1, 3));
}

#[test]
fn a_fair_mutex_excludes_maps_and_times_out() {
    let mutex = FairMutex::new(0);
    std::thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                for _ in 0..100 {
                    *mutex.lock() += 1;
                }
            });
        }
    });
    let mut guard: FairMutexGuard<'_, i32> = mutex.lock();
    FairMutexGuard::bump(&mut guard);
    assert!(elsewhere(|| mutex.try_lock_for(SHORT).is_none()));
    let guard: MappedFairMutexGuard<'_, i32> = FairMutexGuard::map(guard, |data| data);
    assert_eq!(*guard, 200);
    drop(guard);
    assert_eq!(format!("{mutex:?}"), "Mutex { data: 200 }");
}

#[test]
fn a_reentrant_mutex_is_its_holders() {
    let mutex = ReentrantMutex::new(Cell::new(1));
    let outer = mutex.lock();
    let inner: ReentrantMutexGuard<'_, Cell<i32>> = mutex.lock();
    inner.set(2);
    assert_eq!(outer.get(), 2);
    assert!(mutex.is_owned_by_current_thread());
    assert!(elsewhere(|| mutex.try_lock_for(SHORT).is_none()));
    drop(outer);
    assert!(elsewhere(|| mutex.try_lock().is_none()));
    let mapped: MappedReentrantMutexGuard<'_, Cell<i32>> = ReentrantMutexGuard::map(inner, |data| data);
    assert_eq!(mapped.get(), 2);
    drop(mapped);
    assert!(elsewhere(|| mutex.try_lock().is_some()));
}

#[test]
fn an_rwlock_shares_and_excludes() {
    let lock = RwLock::new(1);
    {
        let _read = lock.read();
        assert!(elsewhere(|| lock.try_read().is_some()));
        assert!(elsewhere(|| lock.try_write().is_none()));
        assert!(lock.is_locked() && !lock.is_locked_exclusive());
    }
    let write = lock.write();
    assert!(lock.is_locked_exclusive());
    assert!(elsewhere(|| lock.try_read().is_none()));
    assert!(elsewhere(|| lock.try_upgradable_read().is_none()));
    assert_eq!(format!("{lock:?}"), "RwLock { data: <locked> }");
    let read = RwLockWriteGuard::downgrade(write);
    assert_eq!(elsewhere(|| *lock.try_read().unwrap()), *read);
}

#[test]
fn an_rwlock_times_out() {
    let lock = RwLock::new(());
    let guard = lock.write();
    elsewhere(|| {
        assert!(lock.try_read_for(SHORT).is_none());
        assert!(lock.try_read_until(Instant::now() + SHORT).is_none());
        assert!(lock.try_write_for(SHORT).is_none());
        assert!(lock.try_write_until(Instant::now() + SHORT).is_none());
        assert!(lock.try_upgradable_read_for(SHORT).is_none());
        assert!(lock.try_upgradable_read_until(Instant::now() + SHORT).is_none());
    });
    drop(guard);
    assert!(lock.try_read_for(LONG).is_some());
    assert!(lock.try_write_for(LONG).is_some());
    assert!(lock.try_upgradable_read_for(LONG).is_some());
}

#[test]
fn an_upgradable_guard_upgrades_and_goes_back() {
    let lock = RwLock::new(0);
    let mut guard = lock.upgradable_read();
    assert!(elsewhere(|| lock.try_read().is_some()));
    assert!(elsewhere(|| lock.try_upgradable_read().is_none()));
    guard.with_upgraded(|data| *data += 1);
    assert_eq!(guard.try_with_upgraded(|data| std::mem::replace(data, 2)), Some(1));
    assert_eq!(guard.try_with_upgraded_for(LONG, |data| std::mem::replace(data, 3)), Some(2));
    let mut guard = RwLockUpgradableReadGuard::upgrade(guard);
    *guard += 1;
    assert!(elsewhere(|| lock.try_read().is_none()));
    let guard = RwLockWriteGuard::downgrade_to_upgradable(guard);
    assert!(elsewhere(|| lock.try_upgradable_read().is_none()));
    let guard = RwLockUpgradableReadGuard::downgrade(guard);
    assert!(elsewhere(|| lock.try_upgradable_read().is_some()));
    assert_eq!(*guard, 4);
}

#[test]
fn an_upgrade_waits_for_the_readers() {
    let lock = RwLock::new(0);
    let reads = AtomicBool::new(false);
    std::thread::scope(|threads| {
        threads.spawn(|| {
            let guard = lock.read();
            reads.store(true, Ordering::SeqCst);
            std::thread::sleep(SHORT);
            assert_eq!(*guard, 0);
        });
        wait_until(|| reads.load(Ordering::SeqCst));
        let guard = RwLockUpgradableReadGuard::try_upgrade(lock.upgradable_read()).unwrap_err();
        *RwLockUpgradableReadGuard::upgrade(guard) = 1;
    });
}

#[test]
fn rwlock_guards_map_and_give_way() {
    let lock = RwLock::new((1, 2));
    let guard: MappedRwLockReadGuard<'_, i32> = RwLockReadGuard::map(lock.read(), |data| &data.1);
    assert!(elsewhere(|| lock.try_write().is_none()));
    MappedRwLockReadGuard::unlock_fair(guard);
    let mut guard: MappedRwLockWriteGuard<'_, i32> = RwLockWriteGuard::map(lock.write(), |data| &mut data.1);
    *guard += 1;
    MappedRwLockWriteGuard::unlock_fair(guard);
    let mut guard = lock.read();
    RwLockReadGuard::bump(&mut guard);
    RwLockReadGuard::unlocked(&mut guard, || assert!(elsewhere(|| lock.try_write().is_some())));
    RwLockReadGuard::unlocked_fair(&mut guard, || assert!(elsewhere(|| lock.try_write().is_some())));
    RwLockReadGuard::unlock_fair(guard);
    let mut guard = lock.write();
    RwLockWriteGuard::bump(&mut guard);
    RwLockWriteGuard::unlocked_fair(&mut guard, || assert!(elsewhere(|| lock.try_write().is_some())));
    RwLockWriteGuard::unlock_fair(guard);
    let mut guard = lock.upgradable_read();
    RwLockUpgradableReadGuard::bump(&mut guard);
    RwLockUpgradableReadGuard::unlocked_fair(&mut guard, || assert!(elsewhere(|| lock.try_write().is_some())));
    RwLockUpgradableReadGuard::unlock_fair(guard);
    assert_eq!(lock.into_inner(), (1, 3));
}

#[test]
fn a_condvar_wakes_one_or_all() {
    let (mutex, condvar) = (Mutex::new((0, 0)), Condvar::new());
    assert!(!condvar.notify_one());
    assert_eq!(condvar.notify_all(), 0);
    std::thread::scope(|threads| {
        for _ in 0..3 {
            threads.spawn(|| {
                let mut guard = mutex.lock();
                guard.0 += 1;
                condvar.wait(&mut guard);
                guard.1 += 1;
            });
        }
        wait_until(|| mutex.lock().0 == 3);
        {
            let _guard = mutex.lock();
            assert!(condvar.notify_one());
        }
        wait_until(|| mutex.lock().1 == 1);
        let _guard = mutex.lock();
        assert_eq!(condvar.notify_all(), 2);
    });
    assert_eq!(mutex.into_inner(), (3, 3));
}

#[test]
fn a_wait_releases_the_mutex_and_takes_it_again() {
    let (mutex, condvar) = (Mutex::new(0), Condvar::new());
    std::thread::scope(|threads| {
        let mut guard = mutex.lock();
        threads.spawn(|| {
            *mutex.lock() = 1;
            condvar.notify_one();
        });
        condvar.wait(&mut guard);
        assert_eq!(*guard, 1);
        assert!(elsewhere(|| mutex.try_lock().is_none()));
    });
    assert!(!mutex.is_locked());
}

#[test]
fn a_condvar_times_out() {
    let (mutex, condvar) = (Mutex::new(()), Condvar::new());
    let mut guard = mutex.lock();
    let begin = Instant::now();
    assert!(condvar.wait_for(&mut guard, SHORT).timed_out());
    assert!(begin.elapsed() >= SHORT);
    assert!(condvar.wait_until(&mut guard, Instant::now() + SHORT).timed_out());
    assert!(condvar.wait_until(&mut guard, begin).timed_out());
    assert!(condvar.wait_while_for(&mut guard, |()| true, SHORT).timed_out());
    assert!(condvar.wait_while_until(&mut guard, |()| true, Instant::now() + SHORT).timed_out());
    assert!(mutex.is_locked());
    assert_eq!(format!("{:?}", condvar.wait_for(&mut guard, SHORT)), "WaitTimeoutResult(true)");
    assert_eq!(format!("{condvar:?}"), "Condvar { .. }");
}

#[test]
fn a_notified_wait_has_not_timed_out() {
    let (mutex, condvar) = (Mutex::new(()), Condvar::default());
    std::thread::scope(|threads| {
        let mut guard = mutex.lock();
        for timed in [true, false] {
            let notifier = threads.spawn(|| {
                let _guard = mutex.lock();
                assert!(condvar.notify_one());
            });
            let result = match timed {
                true => condvar.wait_for(&mut guard, LONG),
                false => condvar.wait_until(&mut guard, Instant::now() + LONG),
            };
            assert!(!result.timed_out());
            MutexGuard::unlocked(&mut guard, || notifier.join().unwrap());
        }
    });
}

#[test]
fn wait_while_waits_for_its_condition() {
    let (mutex, condvar) = (Mutex::new(0), Condvar::new());
    let mut calls = 0;
    condvar.wait_while(&mut mutex.lock(), |_| {
        calls += 1;
        false
    });
    assert!(!condvar.wait_while_for(&mut mutex.lock(), |_| false, Duration::MAX).timed_out());
    assert_eq!(calls, 1);
    std::thread::scope(|threads| {
        let mut guard = mutex.lock();
        threads.spawn(|| {
            for _ in 0..3 {
                *mutex.lock() += 1;
                condvar.notify_all();
                std::thread::sleep(SHORT);
            }
        });
        condvar.wait_while(&mut guard, |count| *count < 1);
        assert!(!condvar.wait_while_for(&mut guard, |count| *count < 2, LONG).timed_out());
        assert!(!condvar.wait_while_until(&mut guard, |count| *count < 3, Instant::now() + LONG).timed_out());
        assert_eq!(*guard, 3);
    });
}

#[test]
fn a_condition_that_panics_leaves_the_mutex_held() {
    let (mutex, condvar) = (Mutex::new(0), Condvar::new());
    let mut guard = mutex.lock();
    let waits = || condvar.wait_while(&mut guard, |_| resume_unwind(Box::new("condition")));
    assert_eq!(unwind_of(waits), "condition");
    *guard = 1;
    assert!(elsewhere(|| mutex.try_lock().is_none()));
    drop(guard);

    // After a wait, too.
    let waited = AtomicBool::new(false);
    std::thread::scope(|threads| {
        let mut guard = mutex.lock();
        threads.spawn(|| {
            let _guard = mutex.lock();
            condvar.notify_one();
        });
        let waits = || {
            condvar.wait_while(&mut guard, |_| match waited.swap(true, Ordering::SeqCst) {
                false => true,
                true => resume_unwind(Box::new("condition")),
            });
        };
        assert_eq!(unwind_of(waits), "condition");
        assert_eq!(*guard, 1);
        assert!(elsewhere(|| mutex.try_lock().is_none()));
    });
    assert!(!mutex.is_locked());
}

#[test]
fn a_condvar_refuses_a_second_mutex_and_leaves_it_held() {
    let (first, second, condvar) = (Mutex::new(false), Mutex::new(0), Condvar::new());
    std::thread::scope(|threads| {
        threads.spawn(|| {
            let mut guard = first.lock();
            *guard = true;
            condvar.wait(&mut guard);
        });
        wait_until(|| *first.lock());
        let mut guard = second.lock();
        assert!(catch_unwind(AssertUnwindSafe(|| condvar.wait(&mut guard))).is_err());
        *guard = 1;
        assert!(elsewhere(|| second.try_lock().is_none()));
        drop(guard);
        assert!(!second.is_locked());
        condvar.notify_all();
    });
}

#[test]
fn a_once_runs_once() {
    let (once, runs) = (Once::new(), AtomicUsize::new(0));
    assert_eq!(once.state(), OnceState::New);
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                once.call_once(|| {
                    assert_eq!(once.state(), OnceState::InProgress);
                    std::thread::sleep(SHORT);
                    runs.fetch_add(1, Ordering::SeqCst);
                });
                assert_eq!((runs.load(Ordering::SeqCst), once.state()), (1, OnceState::Done));
            });
        }
    });
    once.call_once(|| unreachable!());
    once.call_once_force(|_| unreachable!());
    assert!(once.state().done());
    assert_eq!(format!("{once:?}"), "Once { state: Done }");
}

#[test]
fn a_once_is_poisoned_by_a_panic_and_forced() {
    let once = Once::default();
    assert_eq!(unwind_of(|| once.call_once(|| resume_unwind(Box::new("first")))), "first");
    assert!(once.state().poisoned());
    assert!(catch_unwind(AssertUnwindSafe(|| once.call_once(|| unreachable!()))).is_err());
    assert_eq!(unwind_of(|| once.call_once_force(|_| resume_unwind(Box::new("second")))), "second");
    once.call_once_force(|state| assert_eq!(state, OnceState::Poisoned));
    assert_eq!(once.state(), OnceState::Done);
}
