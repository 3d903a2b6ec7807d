//! `Recursion`: a lock taken again by who holds it. Never hangs, always shows both stacks.

use lockdep::ReportKind::Recursion;
use lockdep::Severity::{Certain, Possible};
use lockdep::{Mode, irq, parking_lot, signal, spin, sync};

use crate::support::{assert_kinds, assert_silent, assert_stacks, class, isolated, of_kind, only, real_mask};

/// For each line a lock, and two ways to take it of which the second can never return after the first.
macro_rules! certain {
    ($($name:ident: $Lock:ty, |$lock:ident| $first:expr, $second:expr;)*) => { $(
        mod $name {
            use super::*;

            certain!(@outside $Lock, |$lock| $first, $second);

            #[inline(never)]
            fn is_interrupted($lock: &$Lock, cx: &lockdep::testing::Cx) {
                let _guard = $first;
                cx.in_handler(libc::SIGUSR1, || takes_again($lock));
            }

            #[test]
            fn in_a_handler() {
                let lock = <$Lock>::new(1);
                let mask = real_mask();
                for _ in 0..2 {
                    let reports = isolated(|cx| is_interrupted(&lock, cx));
                    let report = only(&reports, Recursion, Certain);
                    let expected =
                        [("first acquired at", "is_interrupted"), ("in the handler of SIGUSR1 at", "takes_again")];
                    assert_stacks(report, &expected);
                    assert!(!signal::in_handler());
                    assert_eq!(real_mask(), mask);
                }
            }
        }
    )* };
    (@outside $Lock:ty, |$lock:ident| $first:expr, $second:expr) => {
        #[inline(never)]
        fn takes_first($lock: &$Lock) {
            let _guard = $first;
            takes_again($lock);
        }

        #[inline(never)]
        fn takes_again($lock: &$Lock) {
            let _guard = $second;
            unreachable!("the lock was given twice");
        }

        #[test]
        fn on_one_thread() {
            let lock = <$Lock>::new(1);
            let mask = real_mask();
            // Twice: the first time gave the lock back, and what it taught stayed in its own graph.
            let ids = [0, 1].map(|_| {
                let reports = isolated(|_| takes_first(&lock));
                let report = only(&reports, Recursion, Certain);
                assert_stacks(report, &[("first acquired at", "takes_first"), ("acquiring at", "takes_again")]);
                assert!(report.locks().iter().all(|lock| lock.type_name() == "u32"), "{}", report.to_text());
                assert!(irq::enabled());
                assert_eq!(real_mask(), mask);
                report.id()
            });
            assert_eq!(ids[0], ids[1]);
        }
    };
}

certain! {
    mutex: parking_lot::Mutex<u32>, |lock| lock.lock(), lock.lock();
    fair_mutex: parking_lot::FairMutex<u32>, |lock| lock.lock(), lock.lock();
    mutex_on_another_level: parking_lot::Mutex<u32>, |lock| lock.lock(), lock.lock_nested(1);
    mutex_with_rising_numbers: parking_lot::Mutex<u32>, |lock| lock.lock_ordered(1), lock.lock_ordered(2);
    mutex_under_itself: parking_lot::Mutex<u32>, |lock| lock.lock(), lock.lock_nest_lock(lock);
    mutex_taken_by_attempt: parking_lot::Mutex<u32>, |lock| lock.try_lock().unwrap(), lock.lock();
    mutex_taken_again_with_irqs_off: parking_lot::Mutex<u32>, |lock| lock.lock(), lock.lock_irqsave();

    rwlock_write_write: parking_lot::RwLock<u32>, |lock| lock.write(), lock.write();
    rwlock_read_write: parking_lot::RwLock<u32>, |lock| lock.read(), lock.write();
    rwlock_write_read: parking_lot::RwLock<u32>, |lock| lock.write(), lock.read();
    rwlock_write_read_recursive: parking_lot::RwLock<u32>, |lock| lock.write(), lock.read_recursive();
    rwlock_read_recursive_write: parking_lot::RwLock<u32>, |lock| lock.read_recursive(), lock.write();
    rwlock_upgradable_upgradable: parking_lot::RwLock<u32>, |lock| lock.upgradable_read(), lock.upgradable_read();
    rwlock_upgradable_write: parking_lot::RwLock<u32>, |lock| lock.upgradable_read(), lock.write();
    rwlock_write_upgradable: parking_lot::RwLock<u32>, |lock| lock.write(), lock.upgradable_read();

    std_mutex: sync::Mutex<u32>, |lock| take(lock.lock()), take(lock.lock());
    std_mutex_on_another_level: sync::Mutex<u32>, |lock| take(lock.lock()), take(lock.lock_nested(1));
    std_rwlock_write_write: sync::RwLock<u32>, |lock| take(lock.write()), take(lock.write());
    std_rwlock_read_write: sync::RwLock<u32>, |lock| take(lock.read()), take(lock.write());
    std_rwlock_write_read: sync::RwLock<u32>, |lock| take(lock.write()), take(lock.read());

    spin_lock: spin::SpinLock<u32>, |lock| lock.lock(), lock.lock();
    spin_lock_again_with_irqs_off: spin::SpinLock<u32>, |lock| lock.lock(), lock.lock_irqsave();
    rw_spin_lock_write_write: spin::RwSpinLock<u32>, |lock| lock.write(), lock.write();
    rw_spin_lock_read_write: spin::RwSpinLock<u32>, |lock| lock.read(), lock.write();
    rw_spin_lock_write_read: spin::RwSpinLock<u32>, |lock| lock.write(), lock.read();
}

/// The guard, whether or not the run before poisoned the lock: the unwinding does, as any does.
fn take<G>(result: sync::LockResult<G>) -> G {
    result.unwrap_or_else(sync::PoisonError::into_inner)
}

/// The same where the first guard keeps the signals blocked, so that no handler could run; and what unwinding does to the mask is
/// not reported on top.
macro_rules! certain_with_irqs_off {
    ($($name:ident: $Lock:ty, |$lock:ident| $first:expr, $second:expr;)*) => { $(
        mod $name {
            use super::*;

            certain!(@outside $Lock, |$lock| $first, $second);
        }
    )* };
}

certain_with_irqs_off! {
    irq_irq: spin::SpinLock<u32>, |lock| lock.lock_irq(), lock.lock_irq();
    irqsave_irqsave: spin::SpinLock<u32>, |lock| lock.lock_irqsave(), lock.lock_irqsave();
    counted_counted: spin::SpinLock<u32>, |lock| lock.lock_irq_counted(), lock.lock_irq_counted();
    irqsave_irq: parking_lot::Mutex<u32>, |lock| lock.lock_irqsave(), lock.lock_irq();
    write_irq_read_irq: spin::RwSpinLock<u32>, |lock| lock.write_irq(), lock.read_irq();
    std_irq_irqsave: sync::Mutex<u32>, |lock| take(lock.lock_irq()), take(lock.lock_irqsave());
}

#[inline(never)]
fn upgrades(guard: parking_lot::RwLockUpgradableReadGuard<'_, u32>) {
    let _guard = parking_lot::RwLockUpgradableReadGuard::upgrade(guard);
    unreachable!("a reader was there");
}

#[inline(never)]
fn reads_and_upgrades(lock: &parking_lot::RwLock<u32>) {
    let upgradable = lock.upgradable_read();
    let _read = lock.read();
    upgrades(upgradable);
}

#[inline(never)]
fn reads_and_is_interrupted(lock: &parking_lot::RwLock<u32>, cx: &lockdep::testing::Cx) {
    let upgradable = lock.upgradable_read();
    let _read = lock.read();
    cx.in_handler(libc::SIGUSR1, || upgrades(upgradable));
}

#[test]
fn upgrade_with_a_read_of_ones_own() {
    let lock = parking_lot::RwLock::new(1);
    let reports = isolated(|_| reads_and_upgrades(&lock));
    let report = only(&reports, Recursion, Certain);
    assert_stacks(report, &[("first acquired at", "reads_and_upgrades"), ("acquiring at", "upgrades")]);
    assert!(!lock.is_locked());
}

#[test]
fn upgrade_in_a_handler_with_a_read_below() {
    let lock = parking_lot::RwLock::new(1);
    let reports = isolated(|cx| reads_and_is_interrupted(&lock, cx));
    let report = only(&reports, Recursion, Certain);
    let expected = [("first acquired at", "reads_and_is_interrupted"), ("in the handler of SIGUSR1 at", "upgrades")];
    assert_stacks(report, &expected);
    assert!(!lock.is_locked());
}

#[test]
fn upgrade_alone_is_fine() {
    let lock = parking_lot::RwLock::new(1);
    let reports = isolated(|_| {
        let guard = lock.upgradable_read();
        let mut guard = parking_lot::RwLockUpgradableReadGuard::upgrade(guard);
        *guard += 1;
        drop(guard);
        lock.upgradable_read().with_upgraded(|value| *value += 1);
    });
    assert_silent(&reports);
    assert_eq!(lock.into_inner(), 3);
}

/// A writer who waits for somebody that holds the lock upgradably lets readers pass.
#[test]
fn read_again_under_an_upgradable_hold_with_a_writer_queued() {
    let lock = sync::Arc::new(parking_lot::RwLock::new(1));
    let reports = isolated(|cx| {
        let first = lock.read();
        let ((held, is_held), (end, ended)) = (std::sync::mpsc::channel(), std::sync::mpsc::channel());
        let theirs = sync::Arc::clone(&lock);
        let holder = cx.spawn(move || {
            let _upgradable = theirs.upgradable_read();
            held.send(()).unwrap();
            ended.recv().unwrap();
        });
        is_held.recv().unwrap();
        let theirs = sync::Arc::clone(&lock);
        let writer = cx.spawn(move || *theirs.write() = 2);
        std::thread::sleep(std::time::Duration::from_millis(50));
        let second = lock.read();
        end.send(()).unwrap();
        holder.join().unwrap();
        drop((first, second));
        writer.join().unwrap();
    });
    only(&reports, Recursion, Possible);
}

/// No other thread needs to come in between.
#[test]
fn upgradable_twice_needs_no_writer() {
    let lock = parking_lot::RwLock::new(1);
    let reports = isolated(|_| drop((lock.upgradable_read(), lock.upgradable_read())));
    let text = only(&reports, Recursion, Certain).to_text();
    assert!(text.contains("is taken again by the thread that holds it: this call can never return"), "{text}");
    assert!(!text.contains("thread 2") && !text.contains("write("), "{text}");
}

#[test]
fn a_thread_that_meets_it_ends_and_the_others_go_on() {
    let reports = isolated(|cx| {
        let lock = sync::Arc::new(parking_lot::Mutex::new(0));
        let again = sync::Arc::clone(&lock);
        let thread = cx.spawn(move || {
            let _first = again.lock();
            *again.lock() += 1;
        });
        assert!(thread.join().is_err());
        // Given back by the unwinding.
        *lock.lock() += 1;
        assert_eq!(*lock.lock(), 1);
    });
    only(&reports, Recursion, Certain);
}

/// Guards held below are dropped while unwinding, whatever their kind, and nothing is said about it.
#[test]
fn unwinding_is_silent_through_other_locks() {
    let reports = isolated(|_| {
        let other = spin::SpinLock::new(());
        let lock = spin::SpinLock::new(1);
        let flags = irq::save();
        let _other = other.lock_irqsave();
        let _counted = irq::Counted::new();
        let _first = lock.lock();
        let _second = lock.lock();
        irq::restore(flags);
    });
    only(&reports, Recursion, Certain);
    assert!(irq::enabled());
}

#[test]
fn reentrant_mutex_is_silent_however_deep() {
    let lock = parking_lot::ReentrantMutex::new(1);
    let other = parking_lot::Mutex::new(1);
    let reports = isolated(|_| {
        let guards: Vec<_> = (0..100).map(|_| lock.lock()).collect();
        let _other = other.lock();
        // Not an inversion either: this one is held already and cannot wait.
        let _again = lock.lock();
        drop(guards);
    });
    assert_silent(&reports);
}

#[test]
fn reentrant_mutexes_of_one_class_are_two_locks() {
    let locks = [0, 1].map(|_| parking_lot::ReentrantMutex::new(()));
    let reports = isolated(|_| {
        let _first = locks[0].lock();
        let _second = locks[1].lock();
    });
    only(&reports, Recursion, Possible);
}

#[test]
fn a_second_lock_of_the_class_is_possible() {
    #[inline(never)]
    fn second(lock: &sync::Mutex<u8>) -> sync::MutexGuard<'_, u8> {
        lock.lock().unwrap()
    }
    let class = class("account");
    let locks = [0, 1].map(|n| sync::Mutex::with_class(n, class));
    let mut went_on = false;
    let reports = isolated(|_| {
        let _first = locks[0].lock().unwrap();
        went_on = *second(&locks[1]) == 1;
    });
    let report = only(&reports, Recursion, Possible);
    assert_stacks(report, &[("first acquired at", "a_second_lock_of_the_class_is_possible"), ("acquiring at", "second")]);
    assert!(report.locks().iter().all(|lock| lock.class_name() == "account"));
    assert!(went_on);
}

#[test]
fn a_failed_attempt_is_none() {
    let lock = parking_lot::Mutex::new(1);
    let rwlock = sync::RwLock::new(1);
    let reports = isolated(|_| {
        let _first = lock.lock();
        assert!(lock.try_lock().is_none());
        assert!(lock.try_lock_for(std::time::Duration::from_millis(1)).is_none());
        let _read = rwlock.read().unwrap();
        assert!(rwlock.try_write().is_err());
    });
    assert_silent(&reports);
}

#[test]
fn a_static_lock_serves_several_graphs() {
    static LOCK: parking_lot::Mutex<u32> = parking_lot::Mutex::new(0);
    static OTHER: parking_lot::Mutex<u64> = parking_lot::Mutex::new(0);
    for _ in 0..3 {
        assert_silent(&isolated(|_| {
            let _lock = LOCK.lock();
            let _other = OTHER.lock();
        }));
        assert_silent(&isolated(|_| {
            let _other = OTHER.lock();
            let _lock = LOCK.lock();
        }));
        let reports = isolated(|_| {
            let _lock = LOCK.lock();
            let _other = OTHER.lock();
            let _again = LOCK.lock();
        });
        only(&reports, Recursion, Certain);
    }
}

#[test]
fn the_modes_of_both_holds_are_told() {
    let lock = parking_lot::RwLock::new(1_u32);
    let reports = isolated(|_| {
        let _read = lock.read();
        let _write = lock.write();
    });
    let modes: Vec<_> = of_kind(&reports, Recursion).locks().iter().map(|lock| lock.mode()).collect();
    assert_eq!(modes, [Mode::Read, Mode::Write]);
    assert_kinds(&reports, &[Recursion]);
}
