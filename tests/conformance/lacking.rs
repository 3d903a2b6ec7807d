//! What the kernel's self-test has no case for.

use libc::{SIGUSR1, SIGUSR2};
use lockdep::parking_lot::{Mutex, RwLock};
use lockdep::spin::{RwSpinLock, SpinLock};
use lockdep::{LockClass, ReportKind, irq};

use crate::case::{cases, class};
use crate::world::SetLines;

/// Takes the locks in this order, then releases them in reverse.
fn nested(locks: &[&Mutex<usize>]) {
    match locks {
        [] => (),
        [first, rest @ ..] => {
            let _held = first.lock();
            nested(rest);
        }
    }
}

/// So many locks, each of a class of its own.
fn many(n: usize) -> Vec<Mutex<usize>> {
    (0..n).map(|at| Mutex::with_class(at, class(format!("lock {at}")))).collect()
}

/// What is tried by other tests: about what, the binary, the test.
pub(crate) const ELSEWHERE: &[(&str, &str, &str)] = &[
    (
        "A handler that leaves its own signal open (`SA_NODEFER`)",
        "engine",
        "engine::tests::usage::a_handler_that_leaves_its_own_signal_open_may_interrupt_itself",
    ),
    ("A handler that interrupts another one", "engine", "engine::tests::usage::only_the_innermost_handler_counts"),
    ("Handlers of foreign code, with every flag of `sigaction`", "interpose", "every_flag_does_what_it_does_without_us"),
    ("A handler that leaves by a jump, with a lock", "interpose", "a_handler_that_leaves_by_a_jump_with_a_lock"),
    ("A fork, with locks held by other threads", "process", "validated::a_fork_that_leaves_locks_behind"),
    ("Signals that arrive anywhere, in the validator too", "process", "validated::a_storm_of_signals_is_silent"),
    ("… while there is a bug", "process", "validated::a_storm_hides_no_bug"),
    (
        "Programs of several threads at random, against a model",
        "engine",
        "engine::tests::oracle::no_deadlock_of_threads_goes_unreported",
    ),
];

static CHURN: LockClass = LockClass::new("churn").same_class_by_instance();

cases! {
    /// The search gap of the kernel: a strong path to B that is found only by who does not stop at the weak one. (All 120 orders
    /// are in the matrix.)
    a_strong_path_behind_a_weak_one => ["Inversion Possible: d, a, c, b (same thread)"], |_| {
        let [a, b, c, d] = ["a", "b", "c", "d"].map(|name| RwSpinLock::with_class(0, class(name)));
        drop((a.write(), b.read_recursive()));
        drop((a.write(), c.write()));
        drop((c.write(), b.write()));
        drop((b.read_recursive(), d.write()));
        drop((d.write(), a.write()));
    }

    /// A writer of A waits for a recursive reader of B, whose holder waits for D; nothing waits for the writer of A with D held:
    /// the same five locks without the strong path.
    a_weak_path_alone => [], |_| {
        let [a, b, d] = ["a", "b", "d"].map(|name| RwSpinLock::with_class(0, class(name)));
        drop((a.write(), b.read_recursive()));
        drop((b.read_recursive(), d.write()));
        drop((d.write(), a.write()));
    }

    /// Signals opened under a lock that was taken with them blocked, before any handler ran. The kernel needs to see the handler.
    unmask_while_held_without_a_handler => ["UnsafeIrqEnable Certain: outer, inner"], |_| {
        let (outer, inner) = (SpinLock::with_class(0, class("outer")), SpinLock::with_class(0, class("inner")));
        let _outer = outer.lock_irq();
        drop(inner.lock_irq());
    }

    /// The same by `irq::enable`, which has no inner lock.
    unmask_while_held_by_enable => ["UnsafeIrqEnable Certain: outer"], |_| {
        let outer = SpinLock::with_class(0, class("outer"));
        irq::disable();
        let outer = outer.lock();
        irq::enable();
        drop(outer);
    }

    /// Blocked all the time: no signal arrives while the lock is held, and nothing is said when a handler takes it.
    held_with_the_signals_blocked => [], |cx| {
        let (outer, inner) = (SpinLock::with_class(0, class("outer")), SpinLock::with_class(0, class("inner")));
        {
            let _outer = outer.lock_irqsave();
            drop(inner.lock_irqsave());
        }
        cx.in_handler(SIGUSR1, || drop((outer.lock(), inner.lock())));
    }

    /// What was proven with the signals blocked is not proven with them open.
    the_same_chain_with_the_signals_open => ["IrqUsage Possible: lock"], |cx| {
        let lock = SpinLock::with_class(0, class("lock"));
        cx.in_handler(SIGUSR1, || drop(lock.lock()));
        for _ in 0..3 {
            drop(lock.lock_irqsave());
        }
        drop(lock.lock());
    }

    /// Every signal is a line of its own: what is held with SIGUSR1 blocked and SIGUSR2 open may be taken in the handler of the
    /// first.
    per_signal_masks_the_blocked_one => [], |cx| {
        let _lines = SetLines::new(&[SIGUSR1]);
        let lock = SpinLock::with_class(0, class("lock"));
        drop(lock.lock_irqsave());
        cx.in_handler(SIGUSR1, || drop(lock.lock_irqsave()));
    }

    /// … and not in the handler of the second.
    per_signal_masks_the_open_one => ["IrqUsage Possible: lock"], |cx| {
        let _lines = SetLines::new(&[SIGUSR1]);
        let lock = SpinLock::with_class(0, class("lock"));
        drop(lock.lock_irqsave());
        cx.in_handler(SIGUSR2, || drop(lock.lock_irqsave()));
    } then |reports| {
        assert!(reports[0].to_text().contains("SIGUSR2"));
        assert!(!reports[0].to_text().contains("SIGUSR1"));
    }

    /// A handler holds what the handler that may interrupt it takes.
    nested_handlers_on_one_lock => ["IrqUsage Possible: lock"], |cx| {
        let lock = SpinLock::with_class(0, class("lock"));
        cx.in_handler(SIGUSR1, || drop(lock.lock()));
        cx.in_handler(SIGUSR2, || drop(lock.lock_irqsave()));
    } then |reports| {
        assert!(reports[0].to_text().contains("SIGUSR2"));
    }

    /// … and it does: the inner handler waits for the outer one, which it interrupted.
    a_handler_on_a_handler_that_holds => ["Recursion Certain: lock, lock"], |cx| {
        let lock = SpinLock::with_class(0, class("lock"));
        cx.in_handler(SIGUSR1, || {
            let _lock = lock.lock();
            cx.in_handler(SIGUSR2, || drop(lock.lock()));
        });
    }

    /// Each handler has a lock of its own, and may interrupt the other: on two threads at once, each of them waits for the other.
    nested_handlers_with_locks_of_their_own => ["IrqInversion Possible: second, first"], |cx| {
        let (first, second) = (SpinLock::with_class(0, class("first")), SpinLock::with_class(0, class("second")));
        cx.in_handler(SIGUSR1, || {
            let _first = first.lock();
            cx.in_handler(SIGUSR2, || drop(second.lock()));
        });
        cx.in_handler(SIGUSR2, || {
            let _second = second.lock();
            cx.in_handler(SIGUSR1, || drop(first.lock()));
        });
    }

    /// Saves and restores crossed, no lock held.
    crossed_saves => ["IrqState Certain"], |_| {
        let first = irq::save();
        let second = irq::save();
        irq::restore(first);
        irq::restore(second);
    } then |reports| {
        assert!(reports[0].to_text().contains("the signal mask are crossed"), "{}", reports[0].to_text());
    }

    /// A handler that opens signals: the mask belongs to what it interrupted.
    enable_in_a_handler => ["IrqState Certain"], |cx| {
        cx.in_handler(SIGUSR1, irq::enable);
    } then |reports| {
        assert!(reports[0].to_text().contains("enabled in the handler of SIGUSR1"), "{}", reports[0].to_text());
    }

    /// Guards of `lock_irqsave` dropped in the order they were taken in: the first drop opens the signals under the second lock.
    crossed_irqsave_guards => ["UnsafeIrqEnable Certain: second, first"], |_| {
        let (first, second) = (SpinLock::with_class(0, class("first")), SpinLock::with_class(0, class("second")));
        let held = first.lock_irqsave();
        let then = second.lock_irqsave();
        drop(held);
        drop(then);
    }

    /// Counted guards may be dropped in any order: the signals stay blocked until the last.
    crossed_counted_guards => [], |_| {
        let (first, second) = (SpinLock::with_class(0, class("first")), SpinLock::with_class(0, class("second")));
        let held = first.lock_irq_counted();
        let then = second.lock_irq_counted();
        drop(held);
        assert!(!irq::enabled());
        drop(then);
        assert!(irq::enabled());
    }

    /// `enable` inside a section of `save`: whoever saved relies on the signals staying as they were.
    enable_inside_a_save => ["UnsafeIrqEnable Certain"], |_| {
        let flags = irq::save();
        irq::enable();
        irq::restore(flags);
    }

    /// 200 locks held at once, where the kernel ends at 48: silent in order …
    depth_beyond_48 => [], |_| {
        let locks = many(200);
        nested(&locks.iter().collect::<Vec<_>>());
    }

    /// … and the innermost before the outermost is found, over one dependency.
    depth_beyond_48_in_both_orders => ["Inversion Possible: lock 199, lock 0 (same thread)"], |_| {
        let locks = many(200);
        nested(&locks.iter().collect::<Vec<_>>());
        nested(&[&locks[199], &locks[0]]);
    }

    /// Guards dropped out of order: what is taken next is known to be taken with nothing held, to other threads too.
    a_release_from_the_middle_leaves_nothing_behind => ["Inversion Possible: c, a (ordered)"], |cx| {
        let [a, b, c] = ["a", "b", "c"].map(|name| std::sync::Arc::new(Mutex::with_class(0, class(name))));
        let (first, second) = (a.lock(), b.lock());
        drop(first);
        drop(second);
        drop(c.lock());
        let theirs = (std::sync::Arc::clone(&a), std::sync::Arc::clone(&c));
        cx.spawn(move || nested(&[&theirs.0, &theirs.1])).join().unwrap();
        nested(&[&c, &a]);
    }

    /// Locks come and go, at the same addresses, in both orders: what is gone leaves nothing behind.
    class_churn => [], |_| {
        for round in 0..20_000 {
            let pair = [0, 1].map(|n| Mutex::with_class(n, &CHURN));
            let (outer, inner) = if round % 2 == 0 { (0, 1) } else { (1, 0) };
            let _outer = pair[outer].lock();
            let _inner = pair[inner].lock();
        }
    }

    /// … and after all that the next pair that contradicts itself is found.
    class_churn_then_a_cycle => ["Inversion Possible: churn, churn (same thread)"], |_| {
        for _ in 0..20_000 {
            let pair = [0, 1].map(|n| Mutex::with_class(n, &CHURN));
            nested(&[&pair[0], &pair[1]]);
        }
        let pair = [0, 1].map(|n| Mutex::with_class(n, &CHURN));
        nested(&[&pair[0], &pair[1]]);
        nested(&[&pair[1], &pair[0]]);
    }

    /// A thousand classes, made while others are used: no table is full, and the order of the first is still known.
    many_classes => ["Inversion Possible: lock 999, lock 0 (same thread)"], |_| {
        let locks = many(1000);
        for lock in &locks[1..] {
            nested(&[&locks[0], lock]);
        }
        nested(&[&locks[999], &locks[0]]);
    }

    /// One bug a hundred times is one report.
    one_bug_is_one_report => ["Inversion Possible: b, a (same thread)"], |_| {
        let (a, b) = (Mutex::with_class(0, class("a")), Mutex::with_class(0, class("b")));
        for _ in 0..100 {
            nested(&[&a, &b]);
            nested(&[&b, &a]);
        }
    }

    /// 150 bugs in one run are 150 reports; the kernel would have stopped after the first.
    more_than_100_reports => ["150 × Inversion Possible: b, a (same thread)"], |_| {
        let (a, b) = (Mutex::with_class(0, class("a")), Mutex::with_class(0, class("b")));
        for level in 0..150 {
            drop((a.lock_nested(level), b.lock_nested(level)));
            drop((b.lock_nested(level), a.lock_nested(level)));
        }
    } then |reports| {
        let ids: std::collections::HashSet<_> = reports.iter().map(lockdep::Report::id).collect();
        assert_eq!(ids.len(), 150);
    }

    /// A thread that ends with a lock held.
    a_thread_ends_with_a_lock => ["HeldAtExit Certain: lock"], |cx| {
        let lock = std::sync::Arc::new(RwLock::with_class(0, class("lock")));
        let theirs = std::sync::Arc::clone(&lock);
        let _ = cx.spawn(move || std::mem::forget(theirs.read())).join();
    }

    /// What was reported is still a dependency: the cycle that it closes with others is found too.
    a_cycle_through_a_reported_one => [
        "Inversion Possible: b, a (same thread)",
        "Inversion Possible: c, b, a (same thread)",
    ], |_| {
        let [a, b, c] = ["a", "b", "c"].map(|name| Mutex::with_class(0, class(name)));
        nested(&[&a, &b]);
        nested(&[&b, &a]);
        nested(&[&a, &c]);
        nested(&[&c, &b]);
    }

    /// Several kinds in one run: the first does not hide the others.
    several_kinds_in_one_run => [
        "Inversion Possible: b, a (same thread)",
        "UnsafeIrqEnable Certain: outer, inner",
        "WaitContext Certain: a",
        "IrqUsage Possible: a",
        "IrqInversion Possible: a, b",
    ], |cx| {
        let (a, b) = (Mutex::with_class(0, class("a")), Mutex::with_class(0, class("b")));
        nested(&[&a, &b]);
        nested(&[&b, &a]);
        let (outer, inner) = (SpinLock::with_class(0, class("outer")), SpinLock::with_class(0, class("inner")));
        {
            let _outer = outer.lock_irq();
            drop(inner.lock_irq());
        }
        cx.in_handler(SIGUSR1, || drop(a.lock()));
    } then |reports| {
        assert_eq!(reports[2].kind(), ReportKind::WaitContext);
    }
}
