//! The rules of the signal mask: who may open signals, and when.
//!
//! A section that blocks signals is an entry of the held stack like a lock, so that "outer" and "inner" are positions on one
//! stack. Opening signals is unsafe while, apart from the section that ends,
//!
//! * a lock is held that was taken with one of them blocked, or
//! * a section is open that has one of them blocked; `irq::enable` ends what `irq::disable` began, so for it only the other
//!   sections count.
//!
//! It does not matter whether the handler of such a signal was ever seen: the code that opens the signals is wrong without it.

use allocator_api2::alloc::Allocator;

use super::class::ClassId;
use super::event::{Context, Held, HeldFlags, Inherited, MaskAtEnd, Place, Reopen, State, Unmask};
use super::verdict::{Hint, Label, Verdict};
use super::{Engine, Verdicts};
use crate::kind::{ReportKind, Severity};

/// A reported unsafe enable whose handler was not seen yet.
pub(super) struct UnsafeEnable<A: Allocator + Clone> {
    class: ClassId,
    signals: u64,
    pub(super) verdict: Verdict<A>,
}

impl<A: Allocator + Clone> Engine<A> {
    pub(super) fn unmask(&mut self, cx: &Context<'_>, unmask: &Unmask, out: &mut Verdicts<A>) {
        let before = out.len();
        self.judge_unmask(cx, unmask, out);
        if out.len() > before {
            self.note_mask_report(cx);
        }
    }

    fn judge_unmask(&mut self, cx: &Context<'_>, unmask: &Unmask, out: &mut Verdicts<A>) {
        let opened = cx.mask & !unmask.mask;
        if self.enable_in_handler(cx, unmask, opened, out) {
            return;
        }
        let own = unmask.own.filter(|&own| own >= cx.base);
        if own.is_none() && unmask.how == Reopen::Restore {
            self.report_state(cx, Hint::UnknownSection, None, unmask.place, cx.mask ^ unmask.mask, out);
            return;
        }
        if self.unsafe_enable(cx, unmask, own, opened, out) {
            return;
        }
        if unmask.how != Reopen::Restore {
            return;
        }
        let Some(own) = own else { return };
        let spoiled = cx.held[own].flags.has(HeldFlags::SPOILED);
        let crossed = cx.held[own + 1..].iter().find(|held| held.state == State::Section);
        if let Some(inner) = crossed {
            self.report_state(cx, Hint::Crossed, Some(inner), unmask.place, opened, out);
        } else if !spoiled && unmask.mask & !cx.mask != 0 {
            self.report_state(cx, Hint::RestoreBlocks, Some(&cx.held[own]), unmask.place, unmask.mask & !cx.mask, out);
        }
    }

    /// The mask of a handler belongs to the interrupted code.
    fn enable_in_handler(&self, cx: &Context<'_>, unmask: &Unmask, opened: u64, out: &mut Verdicts<A>) -> bool {
        let unconditional = matches!(unmask.how, Reopen::Enable | Reopen::LockIrq | Reopen::Foreign);
        if cx.handler == 0 || opened == 0 || !unconditional {
            return false;
        }
        self.report_state(cx, Hint::EnabledInHandler, None, unmask.place, opened, out);
        true
    }

    fn report_state(
        &self,
        cx: &Context<'_>,
        hint: Hint,
        section: Option<&Held>,
        place: Place,
        signals: u64,
        out: &mut Verdicts<A>,
    ) {
        let mut verdict = Verdict::new_in(&self.alloc, ReportKind::IrqState, Severity::Certain).hint(hint);
        verdict.signals = signals;
        if let Some(section) = section {
            let lock = (section.class != ClassId::NONE).then(|| verdict.class(section.class, section.mode, section.place));
            verdict.part(Label::SectionOpened, lock, section.place, cx.thread);
        }
        match hint {
            Hint::EnabledInHandler => verdict.part(Label::IrqsReenabled, None, place, cx.thread),
            Hint::LeftBlocked => verdict.end(place, cx.thread),
            _ => verdict.part(Label::IrqsRestored, None, place, cx.thread),
        }
        out.push(verdict);
    }

    /// Whether signals are opened that somebody further out relies on; reported if so.
    fn unsafe_enable(
        &mut self,
        cx: &Context<'_>,
        unmask: &Unmask,
        own: Option<usize>,
        opened: u64,
        out: &mut Verdicts<A>,
    ) -> bool {
        let concerned = |(at, held): &(usize, &Held)| *at >= cx.base && Some(*at) != own && held.mask & opened != 0;
        let entries = || cx.held.iter().enumerate().filter(concerned).map(|(_, held)| held);
        let locks = || entries().filter(|held| held.is_lock());
        let sections = || {
            entries().filter(|held| match held.state {
                State::Section => unmask.how != Reopen::Wait,
                State::Disabled => matches!(unmask.how, Reopen::LockIrq | Reopen::Foreign),
                _ => false,
            })
        };
        // A restore that is merely crossed with another section, and no lock: a matter of pairing.
        let pairing_only = unmask.how == Reopen::Restore && locks().next().is_none();
        if pairing_only || (locks().next().is_none() && sections().next().is_none()) {
            return false;
        }
        let mut verdict = Verdict::new_in(&self.alloc, ReportKind::UnsafeIrqEnable, Severity::Certain).signals(opened);
        let all_sections = || entries().filter(|held| matches!(held.state, State::Section | State::Disabled));
        // The section that really blocked them: what it found was open.
        let culprit = all_sections().find(|held| held.mask & !held.order & opened != 0).or_else(|| all_sections().next());
        if let Some(section) = culprit {
            let lock = (section.class != ClassId::NONE).then(|| verdict.class(section.class, section.mode, section.place));
            verdict.part(Label::IrqsDisabled, lock, section.place, cx.thread);
        }
        for held in locks() {
            let named = culprit.is_some_and(|section| section.class == held.class && section.lock == held.lock);
            if !named {
                verdict.held(Label::HeldWithIrqsOff, held, cx.thread);
            }
        }
        let outer = verdict.locks.len();
        if let Some(inner) = own.map(|own| &cx.held[own]).filter(|inner| inner.class != ClassId::NONE) {
            verdict.held(Label::InnerAcquired, inner, cx.thread);
        }
        verdict.part(Label::IrqsReenabled, None, unmask.place, cx.thread);
        self.name_handler(&mut verdict, outer, opened);
        if verdict.hint == Hint::HandlerUnseen {
            (0..outer).for_each(|lock| self.await_handler(verdict.locks[lock].class, opened, &verdict));
        }
        out.push(verdict);
        true
    }

    /// Keeps an unsafe enable until a handler takes a lock of the class: once for each place where it is done.
    fn await_handler(&mut self, class: ClassId, opened: u64, verdict: &Verdict<A>) {
        let sites = || verdict.parts.iter().map(|part| part.place.site);
        let same = |waiting: &&mut UnsafeEnable<A>| {
            waiting.class == class && waiting.verdict.parts.iter().map(|part| part.place.site).eq(sites())
        };
        match self.unsafe_enables.iter_mut().find(same) {
            Some(waiting) => waiting.signals |= opened,
            None => self.unsafe_enables.push(UnsafeEnable { class, signals: opened, verdict: verdict.clone() }),
        }
    }

    /// Adds where a handler takes one of the first `outer` locks, if that was seen.
    fn name_handler(&self, verdict: &mut Verdict<A>, outer: usize, opened: u64) {
        verdict.hint = Hint::HandlerUnseen;
        for lock in 0..outer {
            let class = verdict.locks[lock].class;
            let seen = self.classes.get(class).and_then(|class| class.usage.in_handler(opened));
            if let Some((signal, place, thread)) = seen {
                verdict.part(Label::InHandler(signal), Some(lock), place, thread);
                verdict.hint = Hint::HandlerSeen;
                return;
            }
        }
    }

    /// A class was taken in the handler of `signals` for the first time: if they were opened under it, say so now.
    pub(super) fn complete_unsafe_enables(&mut self, class: ClassId, signals: u64, out: &mut Verdicts<A>) {
        let mut at = 0;
        while at < self.unsafe_enables.len() {
            let waiting = &self.unsafe_enables[at];
            if waiting.class != class || waiting.signals & signals == 0 {
                at += 1;
                continue;
            }
            let mut verdict = self.unsafe_enables.remove(at).verdict;
            let outer = verdict.locks.len();
            self.name_handler(&mut verdict, outer, signals);
            out.push(verdict);
        }
    }

    pub(super) fn mask_imbalance(
        &mut self,
        cx: &Context<'_>,
        signals: u64,
        since: Option<Place>,
        place: Place,
        out: &mut Verdicts<A>,
    ) {
        let mut verdict = Verdict::new_in(&self.alloc, ReportKind::MaskImbalance, Severity::Certain).signals(signals);
        verdict.hint = Hint::ChangedBehind(signals & cx.mask);
        if let Some(since) = since {
            verdict.part(Label::StillAsExpected, None, since, cx.thread);
        }
        verdict.part(Label::Noticed, None, place, cx.thread);
        out.push(verdict);
        // A thread may choose another mask; the mask of a handler is not its own.
        if cx.handler != 0 {
            self.note_mask_report(cx);
        }
    }

    /// A restore by a plain call that leaves signals blocked.
    pub(super) fn plain_restore(
        &mut self,
        cx: &Context<'_>,
        (hint, signals): (Hint, u64),
        (saved, place): (Place, Place),
        out: &mut Verdicts<A>,
    ) {
        let mut verdict = Verdict::new_in(&self.alloc, ReportKind::IrqState, Severity::Certain).hint(hint).signals(signals);
        verdict.part(Label::IrqsDisabled, None, saved, cx.thread);
        verdict.part(Label::IrqsRestored, None, place, cx.thread);
        out.push(verdict);
        self.note_mask_report(cx);
    }

    /// The thread was started inside a section that blocks signals: nobody opens them here.
    pub(super) fn inherited(&mut self, cx: &Context<'_>, inherited: &Inherited, place: Place, out: &mut Verdicts<A>) {
        let mut verdict = Verdict::new_in(&self.alloc, ReportKind::IrqState, Severity::Certain).hint(Hint::Inherited);
        verdict.signals = inherited.signals;
        let section = &inherited.section;
        let lock = (section.class != ClassId::NONE).then(|| verdict.class(section.class, section.mode, section.place));
        verdict.part(Label::SectionOpened, lock, section.place, inherited.parent);
        verdict.part(Label::Started, None, inherited.started, inherited.parent);
        verdict.part(Label::Noticed, None, place, cx.thread);
        out.push(verdict);
        self.note_mask_report(cx);
    }

    /// What a handler or a thread does to the mask was reported: that it leaves with another mask is no news.
    fn note_mask_report(&mut self, cx: &Context<'_>) {
        let of = (cx.thread.id, cx.handler);
        if !self.mask_reports.contains(&of) {
            self.mask_reports.push(of);
        }
    }

    /// What a handler, a thread or a test may not leave behind in the mask.
    pub(super) fn check_mask_at_end(&mut self, cx: &Context<'_>, mask: Option<MaskAtEnd>, place: Place, out: &mut Verdicts<A>) {
        let reported = self.mask_reports.iter().position(|&of| of == (cx.thread.id, cx.handler));
        let reported = reported.map(|at| self.mask_reports.swap_remove(at)).is_some();
        let sections = || cx.own().iter().filter(|held| matches!(held.state, State::Section | State::Disabled));
        // The section of a guard that is still held is the same finding as its lock.
        let is_held = |section: &Held| cx.own().iter().any(|held| held.is_lock() && held.lock == section.lock);
        if let Some(section) = sections().find(|section| !is_held(section)) {
            if !section.flags.has(HeldFlags::SPOILED) {
                let left = section.mask & !section.order;
                self.report_state(cx, Hint::LeftBlocked, Some(section), place, left, out);
            }
        } else if let Some(MaskAtEnd { entered, changed }) = mask
            && entered != cx.mask
            && !reported
            && sections().next().is_none()
        {
            let opened = entered & !cx.mask != 0;
            let hint = if opened && cx.handler == 0 { Hint::LeftOpen } else { Hint::MaskChanged };
            let mut verdict = Verdict::new_in(&self.alloc, ReportKind::IrqState, Severity::Certain).hint(hint);
            verdict.signals = entered ^ cx.mask;
            // Where it was done says all; the end shows only what called the handler or the thread.
            match changed {
                Some(changed) if opened => verdict.part(Label::IrqsReenabled, None, changed, cx.thread),
                Some(changed) => verdict.part(Label::IrqsDisabled, None, changed, cx.thread),
                None => verdict.part(Label::Ended, None, place, cx.thread),
            }
            out.push(verdict);
        }
    }
}
