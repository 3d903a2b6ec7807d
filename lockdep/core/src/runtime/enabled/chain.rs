//! Chain keys, and the chains that some thread has proven.

use core::ptr;
use core::sync::atomic::{AtomicPtr, AtomicU64};

pub(crate) use super::table::Shared;
use super::thread::ThreadState;
use crate::engine::{ClassId, Held, HeldFlags};
use crate::kind::Mode;

const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

/// The key of the chain `below` with one more entry.
#[inline(always)]
pub(crate) const fn extend(below: u64, step: u64) -> u64 {
    (below.rotate_left(23) ^ step).wrapping_mul(MIX)
}

/// What an acquisition adds to a chain: class with subclass, mode, and how it was taken; as in the word of an entry.
#[inline(always)]
pub(crate) const fn step(class: ClassId, mode: Mode, flags: HeldFlags) -> u64 {
    class.bits() as u64 | (mode as u64) << 40 | (flags.0 as u64) << 48
}

/// The step of an entry.
pub(crate) const fn step_of(held: &Held) -> u64 {
    step(held.class, held.mode, held.flags)
}

/// What a handler of `signal` adds to the chain of the code it interrupts: a step that no acquisition makes.
pub(crate) const fn handler_step(signal: u8) -> u64 {
    1 << 63 | signal as u64
}

/// The key of what one thread alone has proven of a chain, by the number of its memory.
pub(crate) const fn own_key(key: u64, memory: u64) -> u64 {
    key ^ extend(!0, memory)
}

/// Mask and handler as part of a key.
pub(crate) const fn context_key(mask: u64, handler: u8) -> u64 {
    (mask ^ (handler as u64).wrapping_mul(0x2545_f491_4f6c_dd1d)).wrapping_mul(MIX).rotate_left(31)
}

/// What is known of a chain, beyond that it is proven: one word.
///
/// | bits | meaning |
/// |---|---|
/// | 0 | [`Proven::SAME_CLASS`]: a lock of the class is held already, so it must not be this very lock |
/// | 1 | [`Proven::MORE_THREADS`]: another thread's occurrence would be new evidence |
/// | 2 to 23 | which of the locks held, counted from the outermost, are gates: an occurrence without them would be news |
/// | 24 to 63 | the mix of the gates; without bits below, of all locks that were held |
///
/// A thread's own memory keeps the first bit and, if there are gates, the mix of all that is held: see [`Proven::here`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Proven(pub(crate) u64);

impl Proven {
    pub(crate) const SAME_CLASS: u64 = 1;
    pub(crate) const MORE_THREADS: u64 = 2;
    const GATES: u32 = 22;
    /// The part that mixes instances.
    pub(crate) const MIX: u64 = !0xff_ffff;

    pub(crate) const fn has(self, bit: u64) -> bool {
        self.0 & bit != 0
    }

    /// `instance` is a gate of the chain.
    pub(crate) fn gate(&mut self, thread: &ThreadState, instance: u64) {
        match thread.locks().position(|held| held == instance) {
            Some(at) if at < Self::GATES as usize && !self.whole() => {
                let bit = 4 << at;
                if self.0 & bit == 0 {
                    self.0 = (self.0 | bit) ^ (instance & Self::MIX);
                }
            }
            // Too deep to be counted: everything must be the same.
            _ => self.0 = self.0 & (Self::SAME_CLASS | Self::MORE_THREADS) | ThreadState::get(&thread.instances) & Self::MIX,
        }
    }

    /// The positions of the gates.
    const fn positions(self) -> u64 {
        (self.0 & !Self::MIX) >> 2
    }

    const fn whole(self) -> bool {
        self.positions() == 0 && self.0 & Self::MIX != 0
    }

    /// Whether the gates are held now.
    pub(crate) fn gates_are_held(self, thread: &ThreadState) -> bool {
        if self.whole() {
            return (ThreadState::get(&thread.instances) ^ self.0) & Self::MIX == 0;
        }
        let (mut positions, mut mix, mut locks) = (self.positions(), 0, thread.locks());
        while positions != 0 {
            let Some(lock) = locks.next() else { return false };
            if positions & 1 != 0 {
                mix ^= lock;
            }
            positions >>= 1;
        }
        (mix ^ self.0) & Self::MIX == 0
    }

    /// The same for a thread's own memory: if the locks held are what they are now, all gates are there.
    pub(crate) fn here(self, thread: &ThreadState) -> u64 {
        let gated = self.positions() != 0 || self.whole();
        let mix = if gated { ThreadState::get(&thread.instances) & Self::MIX } else { 0 };
        self.0 & Self::SAME_CLASS | mix
    }
}

impl Shared {
    pub(crate) const fn new() -> Shared {
        Shared { table: AtomicPtr::new(ptr::null_mut()), used: AtomicU64::new(0) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::table::first_slot;
    use super::*;

    /// Keys that fell on few places would be searched for in each other's company: longer with every class.
    #[test]
    fn chains_of_many_classes_begin_in_many_places() {
        let mask = 8191;
        let key = |class| extend(extend(0, 1), step(ClassId::new(class, 0), Mode::Write, HeldFlags(0)));
        let chains = (1..=4096).map(|class| first_slot(key(class) ^ context_key(0, 0), mask));
        let pairs = (1..=4096).map(|class| first_slot(extend(key(class), key(class + 1)), mask));
        // So many balls in so many bins leave three of five bins empty.
        assert!(chains.collect::<BTreeSet<_>>().len() > 3000);
        assert!(pairs.collect::<BTreeSet<_>>().len() > 3000);
    }
}
