//! What the validator says of the locks of 0.13: their two reader-writer locks differ in who passes whom, and so do the reports.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lockdep_core::report::Report;
use lockdep_core::testing::{Cx, isolated};
use lockdep_core::{ReportKind, Severity};
use lockdep_lock_api::v0_5::{self as lock_api, RawRwLockUpgradeDowngrade};
use lockdep_shim_locks::v0_13::{
    Condvar, FairMutex, Mutex, Once, RawRwLock, RawRwLockRecursive, RecursiveRwLock, RecursiveRwLockUpgradableReadGuard,
    RecursiveRwLockWriteGuard, ReentrantMutex, RwLock,
};

/// Kinds and severities, in order.
fn said(reports: &[Report]) -> Vec<(ReportKind, Severity)> {
    reports.iter().map(|report| (report.kind(), report.severity())).collect()
}

/// A reader, and a writer who waits for it while `then` runs.
fn with_a_writer_waiting<R>(cx: &Cx, lock: &Arc<lock_api::RwLock<R, u8>>, then: impl FnOnce())
where
    R: RawRwLockUpgradeDowngrade + Send + Sync + 'static,
{
    let read = lock.read();
    let writer = cx.spawn({
        let lock = Arc::clone(lock);
        move || *lock.write() += 1
    });
    // An upgradable reader passes no waiting writer, whichever lock it is.
    // SAFETY: what is taken is given back.
    let waits = || match unsafe { lock.raw().try_lock_upgradable() } {
        Some(guard) => {
            // SAFETY: as above.
            unsafe { lock.raw().unlock_upgradable(guard) };
            false
        }
        None => true,
    };
    while !waits() {
        std::thread::yield_now();
    }
    // Let go also if it unwinds: the writer is waited for.
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(then));
    drop(read);
    writer.join().unwrap();
    outcome.unwrap_or_else(|payload| std::panic::resume_unwind(payload));
}

#[test]
fn a_second_read_of_a_plain_lock_may_deadlock() {
    let lock = RwLock::new(0);
    let reports = isolated(|_| drop((lock.read(), lock.read())));
    assert_eq!(said(&reports), [(ReportKind::Recursion, Severity::Possible)]);
}

#[test]
fn a_second_read_of_a_plain_lock_deadlocks_when_a_writer_waits() {
    let lock = Arc::new(RwLock::new(0));
    let reports = isolated(|cx| with_a_writer_waiting(cx, &lock, || drop(lock.read())));
    assert_eq!(said(&reports), [(ReportKind::Recursion, Severity::Certain)]);
}

#[test]
fn a_second_read_of_a_recursive_lock_is_right() {
    let lock = RecursiveRwLock::new(0);
    let reports = isolated(|_| drop((lock.read(), lock.read())));
    assert_eq!(said(&reports), []);
}

#[test]
fn a_second_read_of_a_recursive_lock_passes_a_writer_who_waits() {
    let lock = Arc::new(RecursiveRwLock::new(0));
    let passed = AtomicBool::new(false);
    let reports = isolated(|cx| {
        with_a_writer_waiting(cx, &lock, || {
            assert_eq!(*lock.read(), 0);
            passed.store(true, Ordering::SeqCst);
        });
    });
    assert_eq!(said(&reports), []);
    assert!(passed.load(Ordering::SeqCst));
}

/// An upgradable reader stops writers at the door, so a reader behind it finds none that waits for him to go; the other way round one
/// may, and an upgradable reader passes him in neither lock.
#[test]
fn an_upgradable_read_goes_before_a_read_in_both() {
    let (plain, recursive) = (RwLock::new(0), RecursiveRwLock::new(0));
    for reports in [
        isolated(|_| drop((plain.upgradable_read(), plain.read()))),
        isolated(|_| drop((recursive.upgradable_read(), recursive.read()))),
    ] {
        assert_eq!(said(&reports), []);
    }
    for reports in [
        isolated(|_| drop((plain.read(), plain.upgradable_read()))),
        isolated(|_| drop((recursive.read(), recursive.upgradable_read()))),
    ] {
        assert_eq!(said(&reports), [(ReportKind::Recursion, Severity::Possible)]);
    }
}

#[test]
fn a_write_in_a_read_deadlocks_in_both() {
    let (plain, recursive) = (RwLock::new(0), RecursiveRwLock::new(0));
    for reports in [
        isolated(|_| drop((plain.read(), plain.write()))),
        isolated(|_| drop((recursive.read(), recursive.write()))),
        isolated(|_| drop((recursive.write(), recursive.read()))),
        isolated(|_| drop((recursive.upgradable_read(), recursive.upgradable_read()))),
    ] {
        assert_eq!(said(&reports), [(ReportKind::Recursion, Severity::Certain)]);
    }
}

/// Reads in both orders with a mutex; elsewhere somebody writes, with nothing else held.
fn reads_in_both_orders<R: lock_api::RawRwLock>(lock: &lock_api::RwLock<R, u8>) -> Vec<Report> {
    let mutex = Mutex::new(());
    isolated(|_| {
        *lock.write() += 1;
        drop((lock.read(), mutex.lock()));
        let _held = mutex.lock();
        let _read = lock.read();
    })
}

#[test]
fn reads_in_both_orders_deadlock_only_where_a_writer_stops_readers() {
    assert_eq!(said(&reads_in_both_orders::<RawRwLock>(&RwLock::new(0))), [(ReportKind::Inversion, Severity::Possible)]);
    assert_eq!(said(&reads_in_both_orders::<RawRwLockRecursive>(&RecursiveRwLock::new(0))), []);
}

#[test]
fn a_write_in_the_other_order_deadlocks_in_both() {
    fn orders<R: lock_api::RawRwLock>(lock: &lock_api::RwLock<R, u8>) -> Vec<Report> {
        let mutex = Mutex::new(());
        isolated(|_| {
            drop((lock.read(), mutex.lock()));
            let _held = mutex.lock();
            *lock.write() += 1;
        })
    }
    assert_eq!(said(&orders::<RawRwLock>(&RwLock::new(0))), [(ReportKind::Inversion, Severity::Possible)]);
    assert_eq!(said(&orders::<RawRwLockRecursive>(&RecursiveRwLock::new(0))), [(ReportKind::Inversion, Severity::Possible)]);
}

#[test]
fn what_a_writer_of_a_recursive_lock_becomes_is_a_reader_of_one() {
    let lock = RecursiveRwLock::new(0);
    let reports = isolated(|_| {
        let read = RecursiveRwLockWriteGuard::downgrade(lock.write());
        drop((lock.read(), read));
        let upgradable = RecursiveRwLockWriteGuard::downgrade_to_upgradable(lock.write());
        let read = RecursiveRwLockUpgradableReadGuard::downgrade(upgradable);
        drop((read, lock.read()));
        let mut upgradable = lock.upgradable_read();
        upgradable.with_upgraded(|n| *n += 1);
        assert_eq!(upgradable.try_with_upgraded(|n| *n), Some(1));
        let write = RecursiveRwLockUpgradableReadGuard::upgrade(upgradable);
        drop(write);
    });
    assert_eq!(said(&reports), []);
}

#[test]
fn an_upgrade_next_to_an_own_read_deadlocks() {
    let lock = RecursiveRwLock::new(0);
    let reports = isolated(|_| {
        let upgradable = lock.upgradable_read();
        let _read = lock.read();
        let _write = RecursiveRwLockUpgradableReadGuard::upgrade(upgradable);
    });
    assert_eq!(said(&reports), [(ReportKind::Recursion, Severity::Certain)]);
    assert!(!lock.is_locked(), "all holds were given back");
}

#[test]
fn locks_are_called_by_their_names() {
    let (recursive, plain, fair, reentrant) =
        (RecursiveRwLock::new(0), RwLock::new(0), FairMutex::new(0), ReentrantMutex::new(0));
    let reports = isolated(|_| {
        drop((recursive.write(), plain.write(), fair.lock(), reentrant.lock()));
        let _reentrant = reentrant.lock();
        let _fair = fair.lock();
        let _plain = plain.write();
        let _recursive = recursive.write();
    });
    let text: String = reports.iter().map(Report::to_text).collect();
    for name in ["RecursiveRwLock<i32>", " RwLock<i32>", "FairMutex<i32>", "ReentrantMutex<i32>"] {
        assert!(text.contains(name), "{name}\n{text}");
    }
}

#[test]
fn a_notifier_that_needs_what_the_waiter_holds_is_found() {
    let (outer, inner, changed) = (Mutex::new(()), Mutex::new(false), Condvar::new());
    let reports = isolated(|_| {
        {
            let _outer = outer.lock();
            let _ = changed.wait_for(&mut inner.lock(), std::time::Duration::from_millis(1));
        }
        let _outer = outer.lock();
        changed.notify_one();
    });
    assert_eq!(said(&reports), [(ReportKind::Inversion, Severity::Possible)]);
}

#[test]
fn a_wait_for_a_once_counts_as_its_initialisation() {
    let (mutex, once) = (Mutex::new(()), Once::new());
    let reports = isolated(|_| {
        once.call_once(|| drop(mutex.lock()));
        once.wait();
        let other = Once::new();
        other.call_once(|| other.call_once(|| ()));
    });
    assert_eq!(said(&reports), [(ReportKind::Recursion, Severity::Certain)]);
}

#[test]
fn a_handler_must_not_wait_for_them() {
    let lock = RecursiveRwLock::new(0);
    let reports = isolated(|cx| cx.in_handler(10, || drop(lock.read())));
    assert_eq!(said(&reports), [(ReportKind::WaitContext, Severity::Certain)]);
}

#[test]
fn a_hold_made_into_a_guard_is_known_from_then_on() {
    use lockdep_lock_api::v0_5::RawMutex as _;

    let (first, second) = (Mutex::new(()), Mutex::new(()));
    let reports = isolated(|_| {
        // SAFETY: the hold is the guard's.
        let guard = unsafe { first.make_guard_unchecked(first.raw().lock()) };
        drop(second.lock());
        drop(guard);
        let _second = second.lock();
        let _first = first.lock();
    });
    assert_eq!(said(&reports), [(ReportKind::Inversion, Severity::Possible)]);
}
