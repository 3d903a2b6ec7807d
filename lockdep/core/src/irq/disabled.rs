//! The twin without validation: masking only.

use core::cell::Cell;

use super::lines;
use crate::map::LockMap;
use crate::runtime::mask;

thread_local! {
    /// How many counted sections are open, and what the first of them found.
    static COUNTED: Cell<(u32, u64)> = const { Cell::new((0, 0)) };
}

#[inline]
pub(super) fn disable() {
    mask::block(lines().bits());
}

#[inline]
pub(super) fn enable() {
    mask::unblock(lines().bits());
}

pub(super) struct Flags(u64);

#[inline]
pub(super) fn save() -> Flags {
    Flags(mask::block(lines().bits()))
}

#[inline]
pub(super) fn restore(flags: Flags) {
    put_back(flags.0);
}

/// Makes the lines what they were in `found`, and leaves other signals alone.
#[inline]
fn put_back(found: u64) {
    let lines = lines().bits();
    mask::change_to(lines & !found, lines & found);
}

#[inline]
pub(super) fn enabled() -> bool {
    mask::current() & lines().bits() == 0
}

#[inline(always)]
pub(super) fn sync() {}

pub(super) struct Counted(());

impl Counted {
    #[inline]
    pub(super) fn new() -> Counted {
        // Mask first, then count: a signal between the two finds the count as it was and masks for itself.
        if COUNTED.get().0 == 0 {
            let found = mask::block(lines().bits());
            COUNTED.set((1, found));
        } else {
            let (count, found) = COUNTED.get();
            COUNTED.set((count + 1, found));
        }
        Counted(())
    }
}

impl Drop for Counted {
    #[inline]
    fn drop(&mut self) {
        let (count, found) = COUNTED.get();
        COUNTED.set((count - 1, found));
        if count == 1 {
            put_back(found);
        }
    }
}

pub(super) enum Section {
    Irq,
    Save(u64),
    #[allow(dead_code, reason = "held for its drop")]
    Counted(Counted),
}

impl Section {
    #[inline]
    pub(super) fn lock_irq() -> Section {
        disable();
        Section::Irq
    }

    #[inline]
    pub(super) fn lock_irqsave() -> Section {
        Section::Save(save().0)
    }

    #[inline]
    pub(super) fn lock_irq_counted() -> Section {
        Section::Counted(Counted::new())
    }

    #[inline]
    pub(super) fn bind(&self, _map: &LockMap) {}
}

impl Drop for Section {
    #[inline]
    fn drop(&mut self) {
        match *self {
            Section::Irq => enable(),
            Section::Save(found) => put_back(found),
            Section::Counted(_) => {}
        }
    }
}
