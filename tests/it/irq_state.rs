//! `IrqState` and `MaskImbalance`: saves, restores and enables that do not pair up, and masks changed behind our back; and what
//! pairs up in all its forms is silent.

use lockdep::ReportKind::{HeldAtExit, IrqState, MaskImbalance};
use lockdep::Severity::Certain;
use lockdep::{Report, irq, spin};

use crate::support::{
    assert_kinds, assert_silent, assert_stacks, blocked, change_mask_secretly, isolated, only, real_mask, stack,
};

#[inline(never)]
fn saves() -> irq::Flags {
    irq::save()
}

#[inline(never)]
fn restores(flags: irq::Flags) {
    irq::restore(flags);
}

#[test]
fn crossed_saves_and_restores() {
    let mask = real_mask();
    let reports = isolated(|_| {
        let outer = saves();
        let inner = saves();
        restores(outer);
        // Not said twice: this one is wrong because the other was.
        restores(inner);
    });
    let report = only(&reports, IrqState, Certain);
    assert_stacks(report, &[("section opened at", "saves"), ("irqs restored at", "restores")]);
    assert_eq!(real_mask(), mask);
}

#[test]
fn enable_in_a_handler() {
    #[inline(never)]
    fn enables() {
        irq::enable();
    }
    let reports = isolated(|cx| cx.in_handler(libc::SIGUSR1, enables));
    let report = only(&reports, IrqState, Certain);
    assert!(crate::support::innermost_is(stack(report, "irqs re-enabled at"), "enables"), "{}", report.to_text());
}

#[test]
fn an_irq_guard_in_a_handler() {
    let lock = spin::SpinLock::new(1);
    let reports = isolated(|cx| cx.in_handler(libc::SIGUSR1, || drop(lock.lock_irq())));
    only(&reports, IrqState, Certain);
}

#[test]
fn sections_in_a_handler_that_pair_up_are_silent() {
    let lock = spin::SpinLock::new(1);
    let reports = isolated(|cx| {
        cx.in_handler(libc::SIGUSR1, || {
            let flags = irq::save();
            let _guard = lock.lock_irqsave();
            let counted = irq::Counted::new();
            drop(lock.try_lock());
            drop(counted);
            drop(_guard);
            irq::restore(flags);
            assert!(blocked(libc::SIGUSR1) && !blocked(libc::SIGUSR2));
        });
        assert!(!blocked(libc::SIGUSR1));
    });
    assert_silent(&reports);
}

fn leaves_blocked(how: impl FnOnce()) {
    how();
}

/// Every way to leave signals blocked, out of a handler, a thread and a test.
#[test]
fn signals_left_blocked() {
    fn disable() {
        irq::disable();
    }
    fn save() {
        let _left_open = irq::save();
    }
    fn counted() {
        std::mem::forget(irq::Counted::new());
    }
    let mask = real_mask();
    for how in [disable as fn(), save, counted] {
        let check = |reports: Vec<Report>| {
            let report = only(&reports, IrqState, Certain);
            let labels: Vec<_> = report.stacks().iter().map(|stack| stack.label().to_owned()).collect();
            assert_eq!(labels[0], "section opened at", "{}", report.to_text());
            assert_eq!(real_mask(), mask);
        };
        check(isolated(|cx| cx.in_handler(libc::SIGUSR1, how)));
        check(isolated(|cx| cx.spawn(how).join().unwrap()));
        check(isolated(|_| leaves_blocked(how)));
    }
}

/// What is left behind by a test that is over ends nothing later, and later sections block as ever.
#[test]
fn a_counted_section_that_outlives_its_test() {
    let blocks_as_ever = || {
        let first = irq::Counted::new();
        assert!(blocked(libc::SIGUSR1));
        drop(first);
        assert!(!blocked(libc::SIGUSR1));
    };
    let mut kept = None;
    only(&isolated(|_| kept = Some(irq::Counted::new())), IrqState, Certain);
    let outer = irq::Counted::new();
    drop(kept);
    assert!(blocked(libc::SIGUSR1));
    drop(outer);
    blocks_as_ever();
}

/// A guard that never ends leaves its lock and its section: one mistake, one report.
#[test]
fn a_forgotten_irq_guard() {
    let lock = spin::SpinLock::new(1);
    let reports = isolated(|_| std::mem::forget(lock.lock_irqsave()));
    assert_kinds(&reports, &[HeldAtExit]);
    // SAFETY: held by the guard that was forgotten.
    unsafe { lock.raw_unlock() };
}

/// Gives back what a forgotten guard holds, without a word to the validator: its part is over.
trait RawUnlock {
    /// # Safety
    ///
    /// Held, and by no guard.
    unsafe fn raw_unlock(&self);
}

impl<T> RawUnlock for spin::SpinLock<T> {
    unsafe fn raw_unlock(&self) {
        use lockdep::lock_api::RawMutex as _;
        // SAFETY: as for the caller.
        unsafe { self.raw().unlock() };
    }
}

/// The section began in a handler, and is restored where nobody knows it.
#[test]
fn flags_from_another_context() {
    let reports = isolated(|cx| {
        let flags = cx.in_handler(libc::SIGUSR1, saves);
        restores(flags);
    });
    assert_kinds(&reports, &[IrqState, IrqState]);
    assert!(crate::support::innermost_is(stack(&reports[1], "irqs restored at"), "restores"), "{}", reports[1].to_text());
}

#[inline(never)]
fn releases_irq(lock: &spin::SpinLock<u32>) {
    let guard = lock.lock_irq();
    drop(guard);
}

/// A worker whose signals were blocked before it began, as where one thread alone is to take them: `lock_irq` opens them for good.
#[test]
fn a_thread_that_ends_with_other_signals_open() {
    let reports = isolated(|cx| {
        change_mask_secretly(libc::SIG_BLOCK, libc::SIGTERM);
        let worker = cx.spawn(|| {
            releases_irq(&spin::SpinLock::new(1));
            assert!(!blocked(libc::SIGTERM));
        });
        worker.join().unwrap();
        change_mask_secretly(libc::SIG_UNBLOCK, libc::SIGTERM);
    });
    let report = only(&reports, IrqState, Certain);
    assert_stacks(report, &[("irqs re-enabled at", "releases_irq")]);
    assert!(report.to_text().contains("ends with SIGTERM unblocked"), "{}", report.to_text());
}

/// What it does in pairs after that is not what left them open.
#[test]
fn what_left_signals_open_is_named_and_not_what_came_after() {
    let reports = isolated(|cx| {
        change_mask_secretly(libc::SIG_BLOCK, libc::SIGTERM);
        let worker = cx.spawn(|| {
            releases_irq(&spin::SpinLock::new(1));
            restores(saves());
            irq::disable();
            irq::enable();
        });
        worker.join().unwrap();
        change_mask_secretly(libc::SIG_UNBLOCK, libc::SIGTERM);
    });
    let report = only(&reports, IrqState, Certain);
    assert_stacks(report, &[("irqs re-enabled at", "releases_irq")]);
}

/// The drop of a guard has no source position, and no lock is named: what happened tells such reports apart.
#[test]
fn findings_without_a_place() {
    let reports = isolated(|cx| {
        for signal in [libc::SIGTERM, libc::SIGUSR1, libc::SIGTERM] {
            change_mask_secretly(libc::SIG_BLOCK, signal);
            cx.spawn(|| releases_irq(&spin::SpinLock::new(1))).join().unwrap();
            change_mask_secretly(libc::SIG_UNBLOCK, signal);
        }
    });
    assert_kinds(&reports, &[IrqState, IrqState]);
    assert_ne!(reports[0].id(), reports[1].id());
}

/// What a thread makes of its mask with plain calls is its own affair, whenever we get to know of it.
#[test]
fn a_thread_that_chooses_its_mask_is_silent() {
    let reports = isolated(|cx| {
        let lock = spin::SpinLock::new(1);
        let waits_for_signals = cx.spawn(move || {
            drop(lock.lock_irqsave());
            change_mask_secretly(libc::SIG_BLOCK, libc::SIGUSR1);
            drop(lock.lock());
            // This looks at the real mask.
            drop(lock.lock_irqsave());
            let flags = irq::save();
            irq::restore(flags);
            assert!(blocked(libc::SIGUSR1));
        });
        waits_for_signals.join().unwrap();
        // It opens what it found blocked, and blocks it again.
        change_mask_secretly(libc::SIG_BLOCK, libc::SIGUSR1);
        let opens_for_a_while = cx.spawn(|| {
            irq::enable();
            assert!(!blocked(libc::SIGUSR1));
            change_mask_secretly(libc::SIG_BLOCK, libc::SIGUSR1);
        });
        opens_for_a_while.join().unwrap();
        change_mask_secretly(libc::SIG_UNBLOCK, libc::SIGUSR1);
    });
    assert_silent(&reports);
    let reports = isolated(|cx| {
        let synced = cx.spawn(|| {
            change_mask_secretly(libc::SIG_BLOCK, libc::SIGUSR1);
            irq::sync();
        });
        synced.join().unwrap();
    });
    only(&reports, MaskImbalance, Certain);
}

/// The parent had the signals blocked for a moment; the child has them blocked for ever. (The window of jemalloc's pull request 933,
/// seen from the other side.)
#[test]
fn a_thread_started_inside_a_section() {
    #[inline(never)]
    fn starts(cx: &lockdep::testing::Cx, body: fn()) {
        let (moment_is_over, waits) = std::sync::mpsc::channel();
        let flags = saves();
        let child = cx.spawn(move || {
            waits.recv().unwrap();
            body();
        });
        restores(flags);
        moment_is_over.send(()).unwrap();
        child.join().unwrap();
    }
    #[inline(never)]
    fn locks() {
        assert!(blocked(libc::SIGUSR1));
        drop(spin::SpinLock::new(1).lock());
        drop(spin::SpinLock::new(1).lock_irqsave());
    }
    let report = isolated(|cx| starts(cx, locks));
    let report = only(&report, IrqState, Certain);
    assert_stacks(report, &[("section opened at", "saves"), ("thread started at", "starts"), ("noticed at", "locks")]);
    // One that takes no lock is reported at its end.
    let reports = isolated(|cx| starts(cx, || assert!(blocked(libc::SIGUSR1))));
    let labels: Vec<_> = only(&reports, IrqState, Certain).stacks().iter().map(|stack| stack.label()).collect();
    assert_eq!(labels, ["section opened at", "thread started at", "noticed at"]);
    // One that opens them first may do so: it leaves with what its parent had outside the section.
    let opens = || {
        irq::enable();
        drop(spin::SpinLock::new(1).lock());
    };
    assert_silent(&isolated(|cx| starts(cx, opens)));
    let opens_plainly = || {
        for signal in irq::lines().iter() {
            change_mask_secretly(libc::SIG_UNBLOCK, signal);
        }
        drop(spin::SpinLock::new(1).lock_irqsave());
    };
    assert_silent(&isolated(|cx| starts(cx, opens_plainly)));
    // One that is over before the section is: it had blocked what was to be blocked then.
    let reports = isolated(|cx| {
        let flags = saves();
        cx.spawn(locks).join().unwrap();
        restores(flags);
    });
    assert_silent(&reports);
    // One that works inside the section, and goes on when it is over.
    let reports = isolated(|cx| {
        let (works, has_worked) = std::sync::mpsc::channel();
        let (moment_is_over, waits) = std::sync::mpsc::channel();
        let flags = saves();
        let child = cx.spawn(move || {
            locks();
            works.send(()).unwrap();
            waits.recv().unwrap();
            locks();
        });
        has_worked.recv().unwrap();
        restores(flags);
        moment_is_over.send(()).unwrap();
        child.join().unwrap();
    });
    only(&reports, IrqState, Certain);
}

#[test]
fn a_mask_changed_behind_our_back() {
    #[inline(never)]
    fn looks() {
        irq::sync();
    }
    let reports = isolated(|_| {
        irq::sync();
        change_mask_secretly(libc::SIG_BLOCK, libc::SIGUSR2);
        looks();
        // Known by now.
        irq::sync();
    });
    let report = only(&reports, MaskImbalance, Certain);
    assert_stacks(report, &[("noticed at", "looks")]);
    assert!(report.to_text().contains(": code that is not checked blocked SIGUSR2"), "{}", report.to_text());
    // Put back at the end of the test, with the rest.
    assert!(!blocked(libc::SIGUSR2));
}

#[test]
fn a_signal_opened_behind_our_back() {
    let reports = isolated(|_| {
        let flags = irq::save();
        change_mask_secretly(libc::SIG_UNBLOCK, libc::SIGUSR2);
        irq::sync();
        change_mask_secretly(libc::SIG_BLOCK, libc::SIGUSR2);
        irq::sync();
        irq::restore(flags);
    });
    assert_kinds(&reports, &[MaskImbalance, MaskImbalance]);
    for (report, way) in reports.iter().zip(["unblocked", "blocked"]) {
        assert!(report.to_text().contains(&format!(": code that is not checked {way} SIGUSR2")), "{}", report.to_text());
        let json = report.to_json();
        assert!(json.contains(&format!("\"{way}\":[{{\"number\":12,")), "{json}");
    }
}

#[test]
fn what_sync_learns_counts() {
    let lock = spin::SpinLock::new(1);
    let reports = isolated(|cx| {
        change_mask_secretly(libc::SIG_BLOCK, libc::SIGUSR1);
        irq::sync();
        assert!(!irq::enabled());
        // Blocked, as the validator knows now: no conflict with the handler.
        drop(lock.lock());
        change_mask_secretly(libc::SIG_UNBLOCK, libc::SIGUSR1);
        irq::sync();
        assert!(irq::enabled());
        cx.in_handler(libc::SIGUSR1, || drop(lock.lock()));
    });
    assert_kinds(&reports, &[MaskImbalance, MaskImbalance]);
}

#[test]
fn legal_patterns_are_silent() {
    let (a, b, c) = (spin::SpinLock::new(1_u8), spin::SpinLock::new(1_u16), spin::SpinLock::new(1_u32));
    let reports = isolated(|cx| {
        let open = real_mask();

        // As in the kernel.
        irq::disable();
        irq::disable();
        irq::enable();
        assert_eq!(real_mask(), open);
        irq::enable();
        assert_eq!(real_mask(), open);

        // Saves nest, around everything.
        irq::disable();
        let flags = irq::save();
        let inner = irq::save();
        irq::restore(inner);
        irq::restore(flags);
        assert!(!irq::enabled());
        irq::enable();

        // A restore ends what `disable` began inside.
        let flags = irq::save();
        irq::disable();
        irq::restore(flags);
        assert_eq!(real_mask(), open);

        // `disable` may be ended under a lock that was taken before it.
        let guard = a.lock();
        irq::disable();
        drop(b.lock());
        irq::enable();
        drop(guard);

        // Counted, in any order.
        let first = irq::Counted::new();
        let second = irq::Counted::new();
        let third = a.lock_irq_counted();
        let fourth = b.lock_irq_counted();
        drop(first);
        drop(third);
        assert!(!irq::enabled());
        drop(second);
        assert!(!irq::enabled());
        drop(fourth);
        assert_eq!(real_mask(), open);

        // Guards of every kind, nested.
        let outer = a.lock_irq();
        let middle = b.lock_irqsave();
        let inner = c.lock_irq_counted();
        drop(inner);
        drop(middle);
        assert!(!irq::enabled());
        drop(outer);
        assert_eq!(real_mask(), open);

        // Released out of order, but the signals in order.
        let outer = a.lock_irqsave();
        let inner = b.lock();
        let last = c.lock();
        drop(inner);
        drop(last);
        drop(outer);
        assert_eq!(real_mask(), open);

        // Handlers in between, with a section of their own.
        let guard = a.lock_irqsave();
        drop(guard);
        cx.in_handler(libc::SIGUSR1, || drop(a.lock_irqsave()));
        cx.in_handler(libc::SIGUSR1, || cx.in_handler(libc::SIGUSR2, || drop(b.lock_irqsave())));
        assert_eq!(real_mask(), open);
    });
    // The one lock taken with the signals open above is in no handler: `b` was taken under `disable`.
    assert_silent(&reports.into_iter().filter(|report| !is_the_open_hold_of_a(report)).collect::<Vec<_>>());
}

/// `a` is held once with the signals open, on purpose, and taken in handlers later: that finding is another test's.
fn is_the_open_hold_of_a(report: &Report) -> bool {
    report.kind() == lockdep::ReportKind::IrqUsage && report.locks()[0].type_name() == "u8"
}

#[test]
#[should_panic(expected = "blocked here")]
fn a_blocked_signal_has_no_handler() {
    lockdep::testing::isolated(|cx| {
        irq::disable();
        cx.in_handler(libc::SIGUSR1, || ());
    });
}

#[test]
#[should_panic(expected = "is not a signal")]
fn a_number_that_is_no_signal() {
    lockdep::testing::isolated(|cx| cx.in_handler(65, || ()));
}
