//! Hygiene: what is released, dropped, left behind or asserted.

use allocator_api2::alloc::Allocator;

use super::class::ClassId;
use super::event::{Blocked, Context, End, Held, Installed, Offence, Orphan, Place};
use super::verdict::{Hint, Label, Verdict};
use super::{Engine, Verdicts};
use crate::kind::{Mode, ReportKind, Severity};

impl<A: Allocator + Clone> Engine<A> {
    pub(super) fn unlock_imbalance(&mut self, cx: &Context<'_>, class: ClassId, place: Place, out: &mut Verdicts<A>) {
        let mut verdict = Verdict::new_in(&self.alloc, ReportKind::UnlockImbalance, Severity::Certain);
        let interrupted = &cx.held[..cx.base.min(cx.held.len())];
        let outside = interrupted.iter().rev().find(|held| held.is_lock() && held.class == class);
        let lock = verdict.class(class, Mode::Write, Place::default());
        if let Some(held) = outside {
            verdict.hint = Hint::HeldByInterrupted;
            verdict.locks[lock].mode = held.mode;
            verdict.locks[lock].place = held.place;
            verdict.part(Label::FirstAcquired, Some(lock), held.place, cx.thread);
        }
        verdict.part(Label::Released, Some(lock), place, cx.thread);
        out.push(verdict);
    }

    pub(super) fn freed(&mut self, cx: &Context<'_>, held: &Held, place: Place, out: &mut Verdicts<A>) {
        let mut verdict = Verdict::new_in(&self.alloc, ReportKind::HeldLockFreed, Severity::Certain);
        let lock = verdict.held(Label::FirstAcquired, held, cx.thread);
        verdict.part(Label::Dropped, Some(lock), place, cx.thread);
        out.push(verdict);
    }

    pub(super) fn end(&mut self, cx: &Context<'_>, end: End, place: Place, out: &mut Verdicts<A>) {
        let (hint, mask) = match end {
            End::Handler(mask) => (Hint::HandlerEnd, Some(mask)),
            End::Thread(mask) => (Hint::ThreadEnd, Some(mask)),
            End::Test => (Hint::TestEnd, None),
        };
        if cx.own().iter().any(Held::is_lock) {
            let mut verdict = Verdict::new_in(&self.alloc, ReportKind::HeldAtExit, Severity::Certain).hint(hint);
            verdict.signals = cx.handler_bit();
            for held in cx.own().iter().filter(|held| held.is_lock()) {
                verdict.held(Label::FirstAcquired, held, cx.thread);
            }
            verdict.part(Label::Ended, None, place, cx.thread);
            out.push(verdict);
        }
        self.check_mask_at_end(cx, mask, place, out);
    }

    /// A handler does what no handler may do, whatever it interrupts.
    pub(super) fn signal_unsafe(
        &self,
        cx: &Context<'_>,
        offence: Offence,
        (installed, interrupted): (Option<Installed>, Option<Held>),
        place: Place,
        out: &mut Verdicts<A>,
    ) {
        let (hint, label) = match offence {
            Offence::Errno { before, after } => (Hint::Errno(before, after), Label::Interrupted(cx.handler)),
            Offence::Allocates => (Hint::Allocates, Label::InHandler(cx.handler)),
            Offence::Frees => (Hint::Frees, Label::InHandler(cx.handler)),
        };
        let mut verdict = Verdict::new_in(&self.alloc, ReportKind::SignalUnsafe, Severity::Certain).hint(hint);
        verdict.signals = cx.handler_bit();
        if let Some(installed) = installed {
            verdict.part(Label::Installed(cx.handler), None, installed.place, installed.thread);
        }
        if let Some(held) = interrupted {
            verdict.held(Label::FirstAcquired, &held, cx.thread);
        }
        verdict.part(label, None, place, cx.thread);
        out.push(verdict);
    }

    pub(super) fn assert_held(&mut self, cx: &Context<'_>, class: ClassId, expected: bool, place: Place, out: &mut Verdicts<A>) {
        let hint = if expected { Hint::NotHeld } else { Hint::IsHeld };
        let mut verdict = Verdict::new_in(&self.alloc, ReportKind::AssertHeld, Severity::Certain).hint(hint);
        let held = cx.held.iter().rev().find(|held| held.is_lock() && held.class == class).filter(|_| !expected);
        let lock = match held {
            Some(held) => verdict.held(Label::FirstAcquired, held, cx.thread),
            None => verdict.class(class, Mode::Write, Place::default()),
        };
        verdict.part(Label::Asserted, Some(lock), place, cx.thread);
        out.push(verdict);
    }

    pub(super) fn assert_none_held(&mut self, cx: &Context<'_>, place: Place, out: &mut Verdicts<A>) {
        if !cx.held.iter().any(Held::is_lock) {
            return;
        }
        let mut verdict = Verdict::new_in(&self.alloc, ReportKind::AssertHeld, Severity::Certain).hint(Hint::IsHeld);
        for held in cx.held.iter().filter(|held| held.is_lock()) {
            verdict.held(Label::FirstAcquired, held, cx.thread);
        }
        verdict.part(Label::Asserted, None, place, cx.thread);
        out.push(verdict);
    }

    /// The child of a fork has locks that nobody in it can release.
    pub(super) fn forked(
        &mut self,
        cx: &Context<'_>,
        orphans: &[Orphan],
        (taken, end): (bool, bool),
        place: Place,
        out: &mut Verdicts<A>,
    ) {
        let severity = if taken { Severity::Certain } else { Severity::Possible };
        let mut verdict = Verdict::new_in(&self.alloc, ReportKind::ForkHazard, severity);
        for orphan in orphans {
            verdict.held(Label::FirstAcquired, &orphan.held, orphan.thread);
        }
        let label = if end { Label::Ended } else { Label::Acquiring };
        verdict.part(label, taken.then_some(0), place, cx.thread);
        out.push(verdict);
    }

    /// Threads that wait for each other: each with what it holds and what it waits for.
    pub(super) fn deadlock(&mut self, _cx: &Context<'_>, cycle: &[Blocked], out: &mut Verdicts<A>) {
        let mut verdict = Verdict::new_in(&self.alloc, ReportKind::Deadlock, Severity::Certain);
        for step in cycle {
            verdict.class(step.holds.class, step.holds.mode, step.holds.place);
        }
        for (at, step) in cycle.iter().enumerate() {
            let next = (at + 1) % cycle.len();
            verdict.part(Label::Holding, Some(at), step.holds.place, step.thread);
            verdict.part(Label::WaitingAt, Some(next), step.wants.place, step.thread);
        }
        out.push(verdict);
    }
}
