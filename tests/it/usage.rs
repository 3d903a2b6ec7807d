//! `IrqUsage` and `IrqInversion`: locks shared with handlers that may interrupt their holder. Real signals are in
//! `tests/process`.

use lockdep::ReportKind::{IrqInversion, IrqUsage};
use lockdep::Severity::Possible;
use lockdep::testing::Cx;
use lockdep::{irq, parking_lot, spin};

use crate::support::{assert_kinds, assert_silent, assert_stacks, class, isolated, only};

#[inline(never)]
fn holds_open(lock: &spin::SpinLock<u32>) {
    *lock.lock() += 1;
}

#[inline(never)]
fn holds_closed(lock: &spin::SpinLock<u32>) {
    *lock.lock_irqsave() += 1;
}

#[inline(never)]
fn completes(lock: &spin::SpinLock<u32>) {
    *lock.lock() += 1;
}

fn handler(cx: &Cx, lock: &spin::SpinLock<u32>) {
    cx.in_handler(libc::SIGUSR1, || completes(lock));
}

const USED: (&str, &str) = ("in the handler of SIGUSR1 at", "completes");
const OPEN: (&str, &str) = ("acquired with SIGUSR1 unblocked at", "holds_open");

#[test]
fn the_handler_came_first() {
    let lock = spin::SpinLock::new(1);
    let reports = isolated(|cx| {
        handler(cx, &lock);
        holds_open(&lock);
        holds_open(&lock);
    });
    assert_stacks(only(&reports, IrqUsage, Possible), &[USED, OPEN]);
}

#[test]
fn the_handler_came_last() {
    let lock = spin::SpinLock::new(1);
    let reports = isolated(|cx| {
        holds_open(&lock);
        handler(cx, &lock);
        handler(cx, &lock);
    });
    assert_stacks(only(&reports, IrqUsage, Possible), &[OPEN, USED]);
}

/// One acquisition that two handlers may interrupt is one report, of both; who accepts the one has not accepted the other.
#[test]
fn two_handlers_came_first() {
    let of = |signals: &[i32]| {
        let lock = spin::SpinLock::with_class(1, class("two handlers"));
        let reports = isolated(|cx| {
            signals.iter().for_each(|&signal| cx.in_handler(signal, || holds_closed(&lock)));
            holds_open(&lock);
        });
        only(&reports, IrqUsage, Possible).clone()
    };
    let [one, other] = [libc::SIGUSR1, libc::SIGUSR2].map(|signal| of(&[signal]));
    let both = of(&[libc::SIGUSR1, libc::SIGUSR2]);
    assert!(both.to_text().contains("note: SIGUSR2 may interrupt the holder in the same way\n"), "{}", both.to_text());
    assert!(!one.to_text().contains("in the same way"), "{}", one.to_text());
    assert!(one.id() != other.id() && both.id() != one.id() && both.id() != other.id());
}

#[test]
fn another_lock_of_the_class_counts() {
    let class = class("request");
    let locks = [0, 1].map(|n| spin::SpinLock::with_class(n, class));
    let reports = isolated(|cx| {
        holds_open(&locks[0]);
        handler(cx, &locks[1]);
    });
    assert_eq!(only(&reports, IrqUsage, Possible).locks()[0].class_name(), "request");
}

#[test]
fn held_with_the_signal_blocked_is_silent() {
    let lock = spin::SpinLock::new(1);
    let reports = isolated(|cx| {
        holds_closed(&lock);
        handler(cx, &lock);
        holds_closed(&lock);
        let flags = irq::save();
        holds_open(&lock);
        irq::restore(flags);
        // A handler's own signal is blocked while it runs.
        handler(cx, &lock);
    });
    assert_silent(&reports);
}

/// Every signal is a line of its own.
#[test]
fn another_signal_may_interrupt_the_handler() {
    let lock = spin::SpinLock::new(1);
    let reports = isolated(|cx| {
        cx.in_handler(libc::SIGUSR1, || completes(&lock));
        cx.in_handler(libc::SIGUSR2, || completes(&lock));
    });
    // Held in the handler of one while the other is open, and taken in the handler of the other.
    assert!(reports.iter().all(|report| report.kind() == IrqUsage));
    assert!(!reports.is_empty());
    let reports = isolated(|cx| {
        cx.in_handler(libc::SIGUSR1, || holds_closed(&lock));
        cx.in_handler(libc::SIGUSR2, || holds_closed(&lock));
    });
    assert_silent(&reports);
}

/// An attempt cannot wait, so the handler gets out of it; but what it holds is held.
#[test]
fn an_attempt_in_the_handler_is_silent() {
    let lock = spin::SpinLock::new(1);
    let reports = isolated(|cx| {
        holds_open(&lock);
        cx.in_handler(libc::SIGUSR1, || {
            *lock.try_lock().unwrap() += 1;
        });
        let guard = lock.lock();
        cx.in_handler(libc::SIGUSR1, || assert!(lock.try_lock().is_none()));
        drop(guard);
    });
    assert_silent(&reports);
    let reports = isolated(|cx| {
        handler(cx, &lock);
        *lock.try_lock().unwrap() += 1;
    });
    only(&reports, IrqUsage, Possible);
}

#[test]
fn readers_and_writers() {
    let check = |outside: fn(&spin::RwSpinLock<u32>), inside: fn(&spin::RwSpinLock<u32>), wrong: bool| {
        for handler_first in [false, true] {
            let lock = spin::RwSpinLock::new(1);
            let reports = isolated(|cx| {
                for turn in [handler_first, !handler_first] {
                    if turn {
                        cx.in_handler(libc::SIGUSR1, || inside(&lock));
                    } else {
                        outside(&lock);
                    }
                }
            });
            if wrong {
                only(&reports, IrqUsage, Possible);
            } else {
                assert_silent(&reports);
            }
        }
    };
    let read = |lock: &spin::RwSpinLock<u32>| drop(lock.read());
    let write = |lock: &spin::RwSpinLock<u32>| drop(lock.write());
    check(read, read, false);
    check(read, write, true);
    check(write, read, true);
    check(write, write, true);
}

mod over_other_locks {
    use super::*;

    struct Locks {
        /// Taken in the handler.
        done: spin::SpinLock<u32>,
        /// In between.
        queue: spin::SpinLock<u32>,
        /// Held with the signal open.
        table: spin::SpinLock<u32>,
    }

    fn locks() -> Locks {
        Locks {
            done: spin::SpinLock::with_class(1, class("done")),
            queue: spin::SpinLock::with_class(1, class("queue")),
            table: spin::SpinLock::with_class(1, class("table")),
        }
    }

    #[inline(never)]
    fn done_then_queue(locks: &Locks) {
        let _done = locks.done.lock_irqsave();
        let _queue = locks.queue.lock();
    }

    #[inline(never)]
    fn queue_then_table(locks: &Locks) {
        let _queue = locks.queue.lock_irqsave();
        let _table = locks.table.lock();
    }

    /// The same four steps in every order: the last one brings it to light.
    #[test]
    fn whatever_comes_last() {
        let steps: [fn(&Cx, &Locks); 4] = [
            |cx, locks| handler(cx, &locks.done),
            |_, locks| done_then_queue(locks),
            |_, locks| queue_then_table(locks),
            |_, locks| holds_open(&locks.table),
        ];
        for order in permutations() {
            let locks = locks();
            let reports = isolated(|cx| order.iter().for_each(|&step| steps[step](cx, &locks)));
            let report = only(&reports, IrqInversion, Possible);
            assert_stacks(
                report,
                &[
                    USED,
                    ("holding, acquired at", "done_then_queue"),
                    ("acquiring at", "done_then_queue"),
                    ("holding, acquired at", "queue_then_table"),
                    ("acquiring at", "queue_then_table"),
                    OPEN,
                ],
            );
            let names: Vec<_> = report.locks().iter().map(|lock| lock.class_name()).collect();
            assert_eq!(names, ["done", "queue", "table"], "{order:?}");
        }
    }

    fn permutations() -> Vec<[usize; 4]> {
        let mut all = Vec::new();
        for a in 0..4 {
            for b in 0..4 {
                for c in 0..4 {
                    let d = 6_usize.wrapping_sub(a + b + c);
                    if a != b && a != c && b != c && d < 4 && d != a && d != b && d != c {
                        all.push([a, b, c, d]);
                    }
                }
            }
        }
        assert_eq!(all.len(), 24);
        all
    }

    #[test]
    fn with_the_last_lock_held_closed_it_is_silent() {
        let locks = locks();
        let reports = isolated(|cx| {
            handler(cx, &locks.done);
            done_then_queue(&locks);
            queue_then_table(&locks);
            holds_closed(&locks.table);
        });
        assert_silent(&reports);
    }

    /// Mutexes hold with signals open as a matter of course.
    #[test]
    fn a_mutex_under_a_handlers_lock() {
        let done = spin::SpinLock::with_class(1, class("done"));
        let table = spin::SpinLock::with_class(1, class("table"));
        let reports = isolated(|cx| {
            cx.in_handler(libc::SIGUSR1, || completes(&done));
            let _done = done.lock_irqsave();
            let _table = table.lock();
            drop(_table);
            drop(_done);
            drop(table.lock());
        });
        only(&reports, IrqInversion, Possible);
    }

    /// What a handler takes does not come after what the interrupted code happens to hold.
    #[test]
    fn interrupted_code_makes_no_order() {
        let (a, b) = (parking_lot::Mutex::new(1), spin::SpinLock::new(1));
        let reports = isolated(|cx| {
            let _a = a.lock();
            handler(cx, &b);
        });
        assert_silent(&reports);
        let (c, d) = (spin::SpinLock::with_class(1, class("c")), spin::SpinLock::with_class(1, class("d")));
        let reports = isolated(|cx| {
            // With `c` held, `d` is taken in the handler; elsewhere the other way round, with the signals blocked.
            {
                let _c = c.lock();
                handler(cx, &d);
            }
            let _d = d.lock_irqsave();
            let _c = c.lock();
        });
        // A conflict of signals, not of order.
        assert_kinds(&reports, &[IrqInversion]);
    }
}
