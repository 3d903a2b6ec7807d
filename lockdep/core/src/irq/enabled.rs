//! The twin with validation: sections are entries of the held stack, and the engine judges how they end.

use core::panic::Location;

use crate::engine::State;
use crate::map::LockMap;
use crate::runtime::irqs::{self, Opened};
use crate::stack::keep_frame;

#[inline(always)]
#[track_caller]
pub(super) fn disable() {
    irqs::disable(Location::caller());
    keep_frame();
}

#[inline(always)]
#[track_caller]
pub(super) fn enable() {
    irqs::enable(Location::caller());
    keep_frame();
}

pub(super) struct Flags(Opened);

#[inline(always)]
#[track_caller]
pub(super) fn save() -> Flags {
    let opened = irqs::open(State::Section, Location::caller(), false);
    keep_frame();
    Flags(opened)
}

#[inline(always)]
#[track_caller]
pub(super) fn restore(flags: Flags) {
    irqs::restore(flags.0, Some(Location::caller()));
    keep_frame();
}

#[inline]
pub(super) fn enabled() -> bool {
    irqs::enabled()
}

#[inline(always)]
#[track_caller]
pub(super) fn sync() {
    irqs::sync(Location::caller());
    keep_frame();
}

pub(super) struct Counted(Opened);

impl Counted {
    #[inline]
    #[track_caller]
    pub(super) fn new() -> Counted {
        Counted(irqs::counted_begin(Location::caller()))
    }
}

impl Drop for Counted {
    #[inline(always)]
    fn drop(&mut self) {
        irqs::counted_end(self.0);
        keep_frame();
    }
}

pub(super) enum Section {
    Irq(Opened),
    Save(Opened),
    #[allow(dead_code, reason = "held for its drop")]
    Counted(Counted),
}

impl Section {
    #[inline]
    #[track_caller]
    pub(super) fn lock_irq() -> Section {
        Section::Irq(irqs::open(State::Section, Location::caller(), true))
    }

    #[inline]
    #[track_caller]
    pub(super) fn lock_irqsave() -> Section {
        Section::Save(irqs::open(State::Section, Location::caller(), true))
    }

    #[inline]
    #[track_caller]
    pub(super) fn lock_irq_counted() -> Section {
        Section::Counted(Counted::new())
    }

    #[inline]
    pub(super) fn bind(&self, map: &LockMap) {
        match self {
            Section::Irq(opened) | Section::Save(opened) => irqs::bind(*opened, map),
            // Many locks may share the section.
            Section::Counted(_) => {}
        }
    }
}

impl Drop for Section {
    #[inline(always)]
    fn drop(&mut self) {
        match self {
            Section::Irq(opened) => irqs::end_lock_irq(*opened),
            Section::Save(opened) => irqs::restore(*opened, None),
            Section::Counted(_) => {}
        }
        keep_frame();
    }
}
