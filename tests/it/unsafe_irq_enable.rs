//! `UnsafeIrqEnable`: signals opened inside a section that had them blocked. Seen from the one path that does it.

use lockdep::ReportKind::{IrqState, UnsafeIrqEnable};
use lockdep::Severity::Certain;
use lockdep::sync::Arc;
use lockdep::testing::Cx;
use lockdep::{irq, parking_lot, spin, sync};

use crate::support::{assert_kinds, assert_silent, assert_stacks, class, isolated, only, real_mask, stack};

struct Disk {
    queue: spin::SpinLock<Vec<u64>>,
    stats: spin::SpinLock<u64>,
}

impl Disk {
    fn new() -> Disk {
        Disk { queue: spin::SpinLock::with_class(vec![1], class("queue")), stats: spin::SpinLock::with_class(0, class("stats")) }
    }

    /// Takes the outer lock, with irqs off.
    #[inline(never)]
    fn merge(&self) {
        let mut queue = self.queue.lock_irq();
        self.account();
        queue.push(2);
    }

    /// Wrong: opens the signals whatever they were before.
    #[inline(never)]
    fn account(&self) {
        let mut stats = self.stats.lock_irq();
        *stats += 1;
    }

    #[inline(never)]
    fn complete(&self) {
        self.queue.lock_irqsave().pop();
    }
}

const THREE_STACKS: [(&str, &str); 3] =
    [("irqs disabled at", "merge"), ("acquired at", "account"), ("irqs re-enabled at", "account")];

#[test]
fn without_a_handler() {
    let disk = Disk::new();
    let reports = isolated(|_| {
        disk.merge();
        disk.merge();
    });
    let report = only(&reports, UnsafeIrqEnable, Certain);
    assert_stacks(report, &THREE_STACKS);
    let names: Vec<_> = report.locks().iter().map(|lock| lock.class_name()).collect();
    assert_eq!(names, ["queue", "stats"]);
    assert!(report.to_text().contains("lock_irqsave"), "the cure is named:\n{}", report.to_text());
}

/// The callers are there too: where irqs come on again is in `account` as called by `merge`.
#[test]
fn stacks_reach_the_callers() {
    let disk = Disk::new();
    let reports = isolated(|_| disk.merge());
    let report = only(&reports, UnsafeIrqEnable, Certain);
    for label in ["acquired at", "irqs re-enabled at"] {
        let frames = stack(report, label).frames();
        assert!(frames[1].symbol().unwrap().contains("merge"), "{}", report.to_text());
    }
}

fn with_handler(cx: &Cx, disk: &Disk) {
    cx.in_handler(libc::SIGIO, || disk.complete());
}

fn four_stacks() -> Vec<(&'static str, &'static str)> {
    THREE_STACKS.into_iter().chain([("in the handler of SIGIO at", "complete")]).collect()
}

#[test]
fn the_handler_was_seen_before() {
    let disk = Disk::new();
    let reports = isolated(|cx| {
        with_handler(cx, &disk);
        disk.merge();
    });
    assert_stacks(only(&reports, UnsafeIrqEnable, Certain), &four_stacks());
}

/// One bug, one report: it is completed, and keeps its id.
#[test]
fn the_handler_is_seen_later() {
    let disk = Disk::new();
    let mut before = Vec::new();
    let reports = isolated(|cx| {
        disk.merge();
        before.push(());
        with_handler(cx, &disk);
        with_handler(cx, &disk);
    });
    let report = only(&reports, UnsafeIrqEnable, Certain);
    assert_stacks(report, &four_stacks());
    let without = isolated(|_| disk.merge());
    assert_eq!(without[0].id(), report.id());
}

#[test]
fn the_handler_runs_in_another_thread() {
    for handler_first in [false, true] {
        let disk = Arc::new(Disk::new());
        let reports = isolated(|cx| {
            if handler_first {
                with_handler(cx, &disk);
            }
            let theirs = Arc::clone(&disk);
            cx.spawn(move || theirs.merge()).join().unwrap();
            if !handler_first {
                with_handler(cx, &disk);
            }
        });
        assert_stacks(only(&reports, UnsafeIrqEnable, Certain), &four_stacks());
    }
}

/// What a lock type calls its ways with irqs off.
macro_rules! every_lock {
    ($($name:ident: $Lock:ty, |$lock:ident| $irq:expr, $irqsave:expr, $counted:expr;)*) => { $(
        mod $name {
            use super::*;

            #[inline(never)]
            fn outer_irq($lock: &$Lock, then: &dyn Fn()) {
                let _guard = $irq;
                then();
            }

            #[inline(never)]
            fn outer_irqsave($lock: &$Lock, then: &dyn Fn()) {
                let _guard = $irqsave;
                then();
            }

            #[inline(never)]
            fn outer_counted($lock: &$Lock, then: &dyn Fn()) {
                let _guard = $counted;
                then();
            }

            #[inline(never)]
            fn inner_irq($lock: &$Lock) {
                drop($irq);
                // Or the drop would be a jump, and this frame gone.
                std::hint::black_box(());
            }

            #[inline(never)]
            fn inner_irqsave($lock: &$Lock) {
                drop($irqsave);
                // Or the drop would be a jump, and this frame gone.
                std::hint::black_box(());
            }

            #[inline(never)]
            fn inner_counted($lock: &$Lock) {
                drop($counted);
                // Or the drop would be a jump, and this frame gone.
                std::hint::black_box(());
            }

            fn locks() -> [$Lock; 2] {
                [<$Lock>::with_class(1, class("outer")), <$Lock>::with_class(1, class("inner"))]
            }

            #[test]
            fn an_irq_guard_inside_is_reported() {
                for outer in [outer_irq, outer_irqsave, outer_counted] {
                    let [first, second] = locks();
                    let reports = isolated(|_| outer(&first, &|| inner_irq(&second)));
                    let report = only(&reports, UnsafeIrqEnable, Certain);
                    let labels: Vec<_> = report.stacks().iter().map(|stack| stack.label()).collect();
                    // A counted section may serve many locks, so its lock is shown apart.
                    let labels: Vec<_> = labels.into_iter().filter(|&label| label != "acquired with irqs disabled at").collect();
                    assert_eq!(labels, ["irqs disabled at", "acquired at", "irqs re-enabled at"], "{}", report.to_text());
                    assert!(crate::support::innermost_is(stack(report, "irqs re-enabled at"), "inner_irq"));
                }
            }

            #[test]
            fn others_inside_are_silent() {
                for outer in [outer_irq, outer_irqsave, outer_counted] {
                    let [first, second] = locks();
                    let reports = isolated(|_| {
                        let open = real_mask();
                        outer(&first, &|| {
                            let closed = real_mask();
                            inner_irqsave(&second);
                            assert_eq!(real_mask(), closed);
                            inner_counted(&second);
                            assert_eq!(real_mask(), closed);
                        });
                        assert_eq!(real_mask(), open);
                    });
                    assert_silent(&reports);
                }
            }

            #[test]
            fn alone_and_one_after_the_other_are_silent() {
                let [first, second] = locks();
                let reports = isolated(|_| {
                    for lock in [&first, &second, &first] {
                        inner_irq(lock);
                        assert!(irq::enabled());
                        inner_irqsave(lock);
                        assert!(irq::enabled());
                        inner_counted(lock);
                        assert!(irq::enabled());
                    }
                });
                assert_silent(&reports);
            }
        }
    )* };
}

every_lock! {
    spin_lock: spin::SpinLock<u32>, |lock| lock.lock_irq(), lock.lock_irqsave(), lock.lock_irq_counted();
    rw_spin_lock_write: spin::RwSpinLock<u32>, |lock| lock.write_irq(), lock.write_irqsave(), lock.write_irq_counted();
    rw_spin_lock_read: spin::RwSpinLock<u32>, |lock| lock.read_irq(), lock.read_irqsave(), lock.read_irq_counted();
    mutex: parking_lot::Mutex<u32>, |lock| lock.lock_irq(), lock.lock_irqsave(), lock.lock_irq_counted();
    fair_mutex: parking_lot::FairMutex<u32>, |lock| lock.lock_irq(), lock.lock_irqsave(), lock.lock_irq_counted();
    reentrant_mutex: parking_lot::ReentrantMutex<u32>, |lock| lock.lock_irq(), lock.lock_irqsave(), lock.lock_irq_counted();
    rwlock_write: parking_lot::RwLock<u32>, |lock| lock.write_irq(), lock.write_irqsave(), lock.write_irq_counted();
    rwlock_read: parking_lot::RwLock<u32>, |lock| lock.read_irq(), lock.read_irqsave(), lock.read_irq_counted();
    std_mutex: sync::Mutex<u32>, |lock| lock.lock_irq().unwrap(), lock.lock_irqsave().unwrap(), lock.lock_irq_counted().unwrap();
    std_rwlock: sync::RwLock<u32>, |lock| lock.write_irq().unwrap(), lock.write_irqsave().unwrap(), lock.write_irq_counted().unwrap();
}

#[inline(never)]
fn enables() {
    irq::enable();
}

#[inline(never)]
fn disables() {
    irq::disable();
}

#[test]
fn enable_under_a_lock_taken_with_irqs_off() {
    #[inline(never)]
    fn takes(lock: &spin::SpinLock<u8>) -> spin::SpinLockGuard<'_, u8> {
        lock.lock()
    }
    let lock = spin::SpinLock::new(1);
    let reports = isolated(|_| {
        disables();
        let _guard = takes(&lock);
        enables();
    });
    let report = only(&reports, UnsafeIrqEnable, Certain);
    assert_stacks(
        report,
        &[("irqs disabled at", "disables"), ("acquired with irqs disabled at", "takes"), ("irqs re-enabled at", "enables")],
    );
}

#[test]
fn enable_under_a_guard() {
    let disk = Disk::new();
    let reports = isolated(|_| {
        let _queue = disk.queue.lock_irqsave();
        enables();
    });
    let report = only(&reports, UnsafeIrqEnable, Certain);
    assert_stacks(report, &[("irqs disabled at", "enable_under_a_guard"), ("irqs re-enabled at", "enables")]);
}

#[test]
fn enable_under_a_save_without_a_lock() {
    #[inline(never)]
    fn saves() -> irq::Flags {
        irq::save()
    }
    let reports = isolated(|_| {
        let flags = saves();
        enables();
        irq::restore(flags);
    });
    let report = only(&reports, UnsafeIrqEnable, Certain);
    assert_stacks(report, &[("irqs disabled at", "saves"), ("irqs re-enabled at", "enables")]);
}

#[test]
fn enable_under_a_counted_section() {
    let reports = isolated(|_| {
        let _counted = irq::Counted::new();
        enables();
    });
    only(&reports, UnsafeIrqEnable, Certain);
}

/// `irq::disable` begins a section too, and a guard's end is not its end.
#[test]
fn irq_guard_inside_a_disabled_section() {
    let disk = Disk::new();
    let reports = isolated(|_| {
        disables();
        disk.account();
        irq::enable();
    });
    let report = only(&reports, UnsafeIrqEnable, Certain);
    assert_stacks(report, &[("irqs disabled at", "disables"), ("acquired at", "account"), ("irqs re-enabled at", "account")]);
}

/// Guards of `lock_irqsave` dropped in the order they were taken in: the first one puts back an open mask under the second.
#[test]
fn crossed_irqsave_guards() {
    let disk = Disk::new();
    let mask = real_mask();
    let reports = isolated(|_| {
        let queue = disk.queue.lock_irqsave();
        let stats = disk.stats.lock_irqsave();
        drop(queue);
        assert!(irq::enabled());
        drop(stats);
    });
    only(&reports, UnsafeIrqEnable, Certain);
    assert_eq!(real_mask(), mask);
}

#[test]
fn a_restore_of_the_outer_flags_under_a_lock() {
    let disk = Disk::new();
    let reports = isolated(|_| {
        let flags = irq::save();
        let stats = disk.stats.lock();
        irq::restore(flags);
        drop(stats);
    });
    let report = only(&reports, UnsafeIrqEnable, Certain);
    let last = report.stacks().last().unwrap().label();
    assert!(["irqs re-enabled at", "irqs restored at"].contains(&last), "{}", report.to_text());
}

/// Every wrong place is a report of its own, and validation goes on after each.
#[test]
fn two_wrong_functions_are_two_reports() {
    let disk = Disk::new();
    let third = spin::SpinLock::with_class((), class("third"));
    let reports = isolated(|_| {
        disk.merge();
        let _queue = disk.queue.lock_irqsave();
        drop(third.lock_irq());
    });
    assert_kinds(&reports, &[UnsafeIrqEnable, UnsafeIrqEnable]);
    assert_ne!(reports[0].id(), reports[1].id());
}

/// The signals are really open afterwards: that is what the code did, and the report is about.
#[test]
fn the_enable_happens() {
    let disk = Disk::new();
    let reports = isolated(|_| {
        let _queue = disk.queue.lock_irq();
        assert!(crate::support::blocked(libc::SIGIO));
        disk.account();
        assert!(!crate::support::blocked(libc::SIGIO));
    });
    only(&reports, UnsafeIrqEnable, Certain);
}

/// A lock taken with the signals open does not mind that they are open.
#[test]
fn enable_under_a_lock_taken_with_irqs_on() {
    let disk = Disk::new();
    let reports = isolated(|_| {
        let _queue = disk.queue.lock();
        irq::disable();
        irq::enable();
        drop(disk.stats.lock_irq());
    });
    assert_silent(&reports);
}

#[test]
fn an_irq_guard_moved_out_of_its_scope_keeps_its_section() {
    let disk = Disk::new();
    let reports = isolated(|_| {
        let guard = {
            let inner = disk.queue.lock_irqsave();
            Some(inner)
        };
        drop(disk.stats.lock_irqsave());
        assert!(!irq::enabled());
        drop(guard);
        assert!(irq::enabled());
    });
    assert_silent(&reports);
}

/// In a handler it is a matter of the interrupted code's mask.
#[test]
fn in_a_handler_it_is_another_kind() {
    let disk = Disk::new();
    let reports = isolated(|cx| cx.in_handler(libc::SIGIO, || disk.account()));
    only(&reports, IrqState, Certain);
}
