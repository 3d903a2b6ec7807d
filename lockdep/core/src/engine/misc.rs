//! Hygiene: what is released, dropped, left behind or asserted.

use allocator_api2::alloc::Allocator;

use super::class::ClassId;
use super::event::{Blocked, Context, End, Held, HeldFlags, Holder, Installed, Offence, Orphan, Place, State, Thread};
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
            verdict.end(place, cx.thread);
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

    pub(super) fn assert_held(
        &mut self,
        cx: &Context<'_>,
        class: ClassId,
        held: Option<Held>,
        place: Place,
        out: &mut Verdicts<A>,
    ) {
        let hint = if held.is_none() { Hint::NotHeld } else { Hint::IsHeld };
        let mut verdict = Verdict::new_in(&self.alloc, ReportKind::AssertHeld, Severity::Certain).hint(hint);
        let lock = match held {
            Some(held) => verdict.held(Label::FirstAcquired, &held, cx.thread),
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
    /// A condition variable may be notified by a thread that never did so before, so a circle through one is not certain.
    pub(super) fn deadlock(&mut self, cx: &Context<'_>, cycle: &[Blocked], out: &mut Verdicts<A>) {
        let certain = cycle.iter().all(|step| !step.holds.flags.has(HeldFlags::CONDVAR));
        let severity = if certain { Severity::Certain } else { Severity::Possible };
        let mut verdict = Verdict::new_in(&self.alloc, ReportKind::Deadlock, severity);
        if let [alone] = cycle
            && alone.holds.context < alone.wants.context
        {
            verdict = verdict.hint(Hint::HeldByInterrupted).signals(cx.handler_bit());
        }
        for step in cycle {
            let lock = verdict.class(step.holds.class, step.holds.mode, step.holds.place);
            verdict.locks[lock].instance = step.holds.instance;
        }
        for (at, step) in cycle.iter().enumerate() {
            let next = (at + 1) % cycle.len();
            verdict.part(in_the_way(&step.holds), Some(at), step.holds.place, step.thread);
            verdict.part(Label::WaitingAt, Some(next), step.wants.place, step.thread);
            if let Some(waiting) = verdict.parts.last_mut() {
                waiting.mode = Some(step.wants.mode);
            }
            verdict.now(step.now, step.thread);
        }
        out.push(verdict);
    }

    /// A wait that lasts too long: who is in the way, and where everyone is now.
    pub(super) fn stall(
        &mut self,
        cx: &Context<'_>,
        wants: &Held,
        now: Option<Place>,
        holders: &[Holder],
        out: &mut Verdicts<A>,
    ) {
        let mut verdict = Verdict::new_in(&self.alloc, ReportKind::Stall, Severity::Possible);
        let lock = verdict.class(wants.class, wants.mode, wants.place);
        for holder in holders {
            let label = match in_the_way(&holder.holds) {
                Label::Holding => Label::FirstAcquired,
                other => other,
            };
            verdict.part(label, Some(lock), holder.holds.place, holder.thread);
            verdict.now(holder.now, holder.thread);
        }
        verdict.part(Label::WaitingAt, Some(lock), wants.place, cx.thread);
        verdict.now(now, cx.thread);
        out.push(verdict);
    }
}

/// How an entry is in the way of others.
fn in_the_way(entry: &Held) -> Label {
    match entry.state {
        _ if entry.flags.has(HeldFlags::CONDVAR) => Label::Notified,
        State::Waiting => Label::Queued,
        _ => Label::Holding,
    }
}

impl<A: Allocator + Clone> Verdict<A> {
    fn now(&mut self, now: Option<Place>, thread: Thread) {
        if let Some(place) = now {
            self.part(Label::Now, None, place, thread);
        }
    }
}
