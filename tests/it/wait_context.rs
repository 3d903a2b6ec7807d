//! `WaitContext`: what may sleep where nothing may: in a handler, and under a spin lock.

use std::time::{Duration, Instant};

use lockdep::ReportKind::WaitContext;
use lockdep::Severity::Certain;
use lockdep::{LockClass, Report, WaitType, irq, parking_lot, spin, sync};

use crate::support::{assert_silent, assert_stacks, isolated, of_kind, only};

macro_rules! sleeping {
    ($($name:ident: $Lock:ty, |$lock:ident| $take:expr, $try:expr;)*) => { $(
        mod $name {
            use super::*;

            #[inline(never)]
            fn takes($lock: &$Lock) {
                let _guard = $take;
            }

            fn attempts($lock: &$Lock) {
                assert!($try);
            }

            #[test]
            fn in_a_handler() {
                let lock = <$Lock>::new(1);
                let reports = isolated(|cx| cx.in_handler(libc::SIGTERM, || takes(&lock)));
                let report = only(&reports, WaitContext, Certain);
                assert_stacks(report, &[("in the handler of SIGTERM at", "takes")]);
            }

            #[test]
            fn under_a_spin_lock() {
                let (lock, outer) = (<$Lock>::new(1), spin::SpinLock::new(1));
                let reports = isolated(|_| {
                    let _outer = outer.lock();
                    takes(&lock);
                });
                let report = only(&reports, WaitContext, Certain);
                assert_stacks(report, &[("first acquired at", "under_a_spin_lock"), ("acquiring at", "takes")]);
            }

            #[test]
            fn an_attempt_is_silent() {
                let (lock, outer) = (<$Lock>::new(1), spin::SpinLock::new(1));
                let reports = isolated(|cx| {
                    cx.in_handler(libc::SIGTERM, || attempts(&lock));
                    let _outer = outer.lock();
                    attempts(&lock);
                });
                assert_silent(&reports);
            }

            /// A blocked signal only waits: here userspace differs from the kernel.
            #[test]
            fn with_signals_merely_blocked_it_is_silent() {
                let lock = <$Lock>::new(1);
                let reports = isolated(|_| {
                    irq::disable();
                    takes(&lock);
                    irq::enable();
                });
                assert_silent(&reports);
            }

            #[test]
            fn around_a_spin_lock_it_is_silent() {
                let (lock, inner) = (<$Lock>::new(1), spin::SpinLock::new(1));
                let reports = isolated(|_| {
                    let $lock = &lock;
                    let _lock = $take;
                    drop(inner.lock());
                });
                assert_silent(&reports);
            }
        }
    )* };
}

sleeping! {
    mutex: parking_lot::Mutex<u32>, |lock| lock.lock(), lock.try_lock().is_some();
    fair_mutex: parking_lot::FairMutex<u32>, |lock| lock.lock(), lock.try_lock().is_some();
    reentrant_mutex: parking_lot::ReentrantMutex<u32>, |lock| lock.lock(), lock.try_lock().is_some();
    rwlock_read: parking_lot::RwLock<u32>, |lock| lock.read(), lock.try_read().is_some();
    rwlock_write: parking_lot::RwLock<u32>, |lock| lock.write(), lock.try_write().is_some();
    rwlock_upgradable: parking_lot::RwLock<u32>, |lock| lock.upgradable_read(), lock.try_upgradable_read().is_some();
    std_mutex: sync::Mutex<u32>, |lock| lock.lock().unwrap(), lock.try_lock().is_ok();
    std_rwlock_read: sync::RwLock<u32>, |lock| lock.read().unwrap(), lock.try_read().is_ok();
    std_rwlock_write: sync::RwLock<u32>, |lock| lock.write().unwrap(), lock.try_write().is_ok();
}

#[test]
fn spin_locks_are_silent() {
    let (lock, rwlock) = (spin::SpinLock::new(1), spin::RwSpinLock::new(1));
    let reports = isolated(|cx| {
        cx.in_handler(libc::SIGTERM, || {
            let _lock = lock.lock_irqsave();
            let _rwlock = rwlock.read();
        });
        let _lock = lock.lock_irqsave();
        let _rwlock = rwlock.write();
    });
    assert_silent(&reports);
}

/// An attempt with a time limit sleeps as well.
#[test]
fn a_timed_attempt_sleeps() {
    let lock = parking_lot::Mutex::new(1);
    let reports = isolated(|cx| {
        cx.in_handler(libc::SIGTERM, || drop(lock.try_lock_for(Duration::from_millis(1))));
    });
    only(&reports, WaitContext, Certain);
    let outer = spin::SpinLock::new(1);
    let reports = isolated(|_| {
        let _outer = outer.lock();
        drop(lock.try_lock_for(Duration::from_millis(1)));
    });
    only(&reports, WaitContext, Certain);
}

#[inline(never)]
fn waits(state: &(parking_lot::Mutex<bool>, parking_lot::Condvar)) {
    if let Some(mut guard) = state.0.try_lock() {
        state.1.wait_for(&mut guard, Duration::from_millis(1));
    }
}

/// One wait is one report: of the condition variable, and not of the mutex that is taken again.
#[track_caller]
fn only_the_condvar(reports: &[Report]) {
    let report = only(reports, WaitContext, Certain);
    assert_eq!(report.locks()[0].kind(), "Condvar", "{}", report.to_text());
}

#[test]
fn a_condition_variable_in_a_handler() {
    let state = (parking_lot::Mutex::new(false), parking_lot::Condvar::new());
    let reports = isolated(|cx| cx.in_handler(libc::SIGTERM, || waits(&state)));
    only_the_condvar(&reports);
}

#[test]
fn a_condition_variable_under_a_spin_lock() {
    let state = (parking_lot::Mutex::new(false), parking_lot::Condvar::new());
    let outer = spin::SpinLock::new(1);
    let reports = isolated(|_| {
        let _outer = outer.lock();
        waits(&state);
    });
    only_the_condvar(&reports);
}

#[test]
fn a_notification_in_a_handler_is_silent() {
    let state = (parking_lot::Mutex::new(false), parking_lot::Condvar::new());
    let reports = isolated(|cx| {
        cx.in_handler(libc::SIGTERM, || {
            state.1.notify_all();
        });
    });
    assert_silent(&reports);
}

#[inline(never)]
fn flushes() {
    lockdep::might_sleep!();
}

#[test]
fn might_sleep_in_a_handler() {
    let reports = isolated(|cx| cx.in_handler(libc::SIGTERM, flushes));
    assert_stacks(only(&reports, WaitContext, Certain), &[("in the handler of SIGTERM at", "flushes")]);
}

#[test]
fn might_sleep_under_a_spin_lock() {
    let outer = spin::SpinLock::new(1);
    let reports = isolated(|_| {
        let _outer = outer.lock();
        flushes();
    });
    let expected = [("first acquired at", "might_sleep_under_a_spin_lock"), ("acquiring at", "flushes")];
    assert_stacks(only(&reports, WaitContext, Certain), &expected);
}

#[test]
fn might_sleep_elsewhere_is_silent() {
    let outer = parking_lot::Mutex::new(1);
    let reports = isolated(|_| {
        flushes();
        let _outer = outer.lock_irqsave();
        flushes();
    });
    assert_silent(&reports);
}

/// The handler of a signal that interrupts a spin section is a context of its own, and a sleeping lock is wrong in it anyway.
#[test]
fn a_handler_on_top_of_a_spin_lock() {
    let (lock, outer) = (parking_lot::Mutex::new(1), spin::SpinLock::new(1));
    let reports = isolated(|cx| {
        let _outer = outer.lock();
        cx.in_handler(libc::SIGTERM, || drop(lock.lock()));
    });
    let report = of_kind(&reports, WaitContext);
    assert_eq!(report.stacks().len(), 1, "{}", report.to_text());
    only(&reports, WaitContext, Certain);
}

#[test]
fn the_class_may_say_otherwise() {
    static SPINS: LockClass = LockClass::new("spins").wait(WaitType::Spin);
    static SLEEPS: LockClass = LockClass::new("sleeps").wait(WaitType::Sleep);
    let spins = parking_lot::Mutex::with_class(1, &SPINS);
    let sleeps = spin::SpinLock::with_class(1, &SLEEPS);
    assert_silent(&isolated(|cx| cx.in_handler(libc::SIGTERM, || drop(spins.lock()))));
    let reports = isolated(|_| {
        let _spins = spins.lock();
        drop(sleeps.lock());
    });
    assert_eq!(only(&reports, WaitContext, Certain).locks()[0].class_name(), "sleeps");
}

/// An upgrade that waits for a while sleeps.
#[test]
fn an_upgrade_with_a_limit() {
    let short = Duration::from_millis(1);
    type Guard<'a> = parking_lot::RwLockUpgradableReadGuard<'a, u8>;
    let upgrades: [fn(Guard<'_>, Duration); 4] = [
        |guard, short| drop(Guard::try_upgrade_for(guard, short)),
        |guard, short| drop(Guard::try_upgrade_until(guard, Instant::now() + short)),
        |mut guard, short| assert!(Guard::try_with_upgraded_for(&mut guard, short, |_| ()).is_some()),
        |mut guard, short| assert!(Guard::try_with_upgraded_until(&mut guard, Instant::now() + short, |_| ()).is_some()),
    ];
    for upgrade in upgrades {
        let (lock, outer) = (parking_lot::RwLock::new(1), spin::SpinLock::new(1));
        let reports = isolated(|_| {
            let guard = lock.try_upgradable_read().unwrap();
            let _outer = outer.lock();
            upgrade(guard, short);
        });
        only(&reports, WaitContext, Certain);
        let reports = isolated(|cx| cx.in_handler(libc::SIGTERM, || upgrade(lock.try_upgradable_read().unwrap(), short)));
        only(&reports, WaitContext, Certain);
        let reports = isolated(|_| upgrade(lock.upgradable_read(), short));
        assert_silent(&reports);
    }
}

/// One class for locks that spin and locks that sleep: each is judged as what it is, whichever came first.
#[test]
fn one_class_for_what_spins_and_what_sleeps() {
    for spin_first in [true, false] {
        let class = crate::support::class("both");
        let (spin, mutex) = (spin::SpinLock::with_class(1, class), parking_lot::Mutex::with_class(1, class));
        let reports = isolated(|cx| {
            if spin_first {
                drop(spin.lock());
            }
            cx.in_handler(libc::SIGTERM, || drop(mutex.lock()));
        });
        only(&reports, WaitContext, Certain);
        let reports = isolated(|cx| {
            drop(mutex.lock());
            cx.in_handler(libc::SIGTERM, || drop(spin.lock()));
        });
        assert_silent(&reports);
    }
}
