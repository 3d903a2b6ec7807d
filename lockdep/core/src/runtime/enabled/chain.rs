//! Chain keys, and the chains that some thread has proven.

use core::ptr;
use core::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

use super::thread::ThreadState;
use crate::arena::{allocate_for, free_for};
use crate::engine::{Held, HeldFlags};
use crate::kind::Mode;

const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

/// The key of the chain `below` with one more entry.
#[inline(always)]
pub(crate) const fn extend(below: u64, step: u64) -> u64 {
    (below.rotate_left(23) ^ step).wrapping_mul(MIX)
}

/// What an acquisition adds to a chain: class with subclass, mode, and how it was taken.
#[inline(always)]
pub(crate) const fn step(class: u32, mode: Mode, flags: HeldFlags) -> u64 {
    (class as u64) << 16 | (mode as u64) << 8 | flags.0 as u64 | 1 << 63
}

/// The step of an entry.
pub(crate) fn step_of(held: &Held) -> u64 {
    let class = held.class.base() << 8 | u32::from(held.class.subclass());
    step(class, held.mode, held.flags)
}

/// What a handler of `signal` adds to the chain of the code it interrupts.
pub(crate) const fn handler_step(signal: u8) -> u64 {
    0x5167_0000 | signal as u64
}

/// Mask and handler as part of a key.
pub(crate) const fn context_key(mask: u64, handler: u8) -> u64 {
    (mask ^ (handler as u64).wrapping_mul(0x2545_f491_4f6c_dd1d)).wrapping_mul(MIX).rotate_left(31)
}

/// What a held lock adds to the mix of instances; adding it again takes it out.
#[inline(always)]
pub(crate) const fn instance_key(lock: usize) -> u64 {
    // The low bits are taken by `Known::SAME_CLASS` and `MORE_THREADS`.
    (lock as u64).wrapping_mul(MIX) & !3
}

/// Chains proven by any thread of a graph: read without a lock, written in slow sections.
///
/// Open addressing over a table that is replaced when three quarters full. Readers may use an old table: at worst they miss.
pub(crate) struct Chains {
    table: AtomicPtr<Table>,
    used: AtomicU64,
}

struct Table {
    mask: usize,
    slots: *mut Slot,
    /// The table this one replaced, kept for readers that still look at it.
    previous: *mut Table,
}

struct Slot {
    key: AtomicU64,
    more: AtomicU64,
}

/// Bit 1 of what is known of a chain: another thread's occurrence would be new evidence.
pub(crate) const MORE_THREADS: u64 = 2;

impl Chains {
    pub(crate) const fn new() -> Chains {
        Chains { table: AtomicPtr::new(ptr::null_mut()), used: AtomicU64::new(0) }
    }

    pub(crate) fn len(&self) -> u64 {
        ThreadState::get(&self.used)
    }

    /// What is known of a chain.
    pub(crate) fn get(&self, key: u64) -> Option<u64> {
        // Acquire pairs with the release that publishes a table or a key: what lies behind it is complete.
        let table = self.table.load(Ordering::Acquire);
        if table.is_null() {
            return None;
        }
        // SAFETY: a published table stays valid as long as the graph.
        let table = unsafe { &*table };
        let mut at = key as usize & table.mask;
        loop {
            // SAFETY: `slots` has `mask + 1` elements.
            let slot = unsafe { &*table.slots.add(at) };
            match slot.key.load(Ordering::Acquire) {
                0 => return None,
                found if found == key => return Some(slot.more.load(Ordering::Relaxed)),
                _ => at = (at + 1) & table.mask,
            }
        }
    }

    /// Records a chain; in a slow section.
    pub(crate) fn set(&self, key: u64, more: u64) {
        let table = self.table.load(Ordering::Relaxed);
        // SAFETY: as in `get`.
        let full = table.is_null() || self.len() * 4 >= unsafe { (*table).mask as u64 + 1 } * 3;
        if full {
            self.grow(table);
        }
        // SAFETY: there is a table with room now.
        let table = unsafe { &*self.table.load(Ordering::Relaxed) };
        if Chains::put(table, key, more) {
            self.used.store(self.len() + 1, Ordering::Relaxed);
        }
    }

    fn put(table: &Table, key: u64, more: u64) -> bool {
        let mut at = key as usize & table.mask;
        loop {
            // SAFETY: `slots` has `mask + 1` elements.
            let slot = unsafe { &*table.slots.add(at) };
            let found = slot.key.load(Ordering::Relaxed);
            if found == 0 || found == key {
                slot.more.store(more, Ordering::Relaxed);
                slot.key.store(key, Ordering::Release);
                return found == 0;
            }
            at = (at + 1) & table.mask;
        }
    }

    fn grow(&self, old: *mut Table) {
        // SAFETY: as in `get`.
        let size = if old.is_null() { 256 } else { unsafe { ((*old).mask + 1) * 2 } };
        let slots = allocate_for::<Slot>(size);
        let table = allocate_for::<Table>(1);
        // SAFETY: fresh memory for the slots and the table; the old table has `mask + 1` slots.
        unsafe {
            for at in 0..size {
                slots.add(at).write(Slot { key: AtomicU64::new(0), more: AtomicU64::new(0) });
            }
            table.write(Table { mask: size - 1, slots, previous: old });
            if !old.is_null() {
                for at in 0..=(*old).mask {
                    let slot = &*(*old).slots.add(at);
                    if ThreadState::get(&slot.key) != 0 {
                        Chains::put(&*table, ThreadState::get(&slot.key), ThreadState::get(&slot.more));
                    }
                }
            }
        }
        self.table.store(table, Ordering::Release);
    }
}

impl Drop for Chains {
    fn drop(&mut self) {
        let mut table = self.table.load(Ordering::Relaxed);
        while !table.is_null() {
            // SAFETY: nobody uses the graph any more, so nobody reads its tables.
            unsafe {
                let previous = (*table).previous;
                free_for((*table).slots, (*table).mask + 1);
                free_for(table, 1);
                table = previous;
            }
        }
    }
}
