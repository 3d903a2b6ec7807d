//! What is known by 64-bit keys, to any thread.
//!
//! This file also stands in `tests/loom.rs`, where `crate::sync` is loom's: what it needs of the crate is what that test gives it.

use crate::arena::{allocate_for, free_for};
use crate::sync::{AtomicPtr, AtomicU64, FIRST_TABLE, Ordering};

/// What is known by 64-bit keys, to any thread: read without a lock, written in slow sections.
///
/// Open addressing over a table that is replaced when three quarters full. Readers may use an old table: at worst they miss.
pub(crate) struct Shared {
    pub(super) table: AtomicPtr<Table>,
    pub(super) used: AtomicU64,
}

pub(crate) struct Table {
    mask: usize,
    slots: *mut Slot,
    /// The table this one replaced, kept for readers that still look at it.
    previous: *mut Table,
}

/// Where the search for a key begins. By its upper half too: keys are products, whose lowest bits say the least.
pub(super) const fn first_slot(key: u64, mask: usize) -> usize {
    (key >> 32 ^ key) as usize & mask
}

struct Slot {
    key: AtomicU64,
    more: AtomicU64,
}

impl Shared {
    pub(crate) fn len(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    /// What it takes, with the tables it has replaced.
    pub(crate) fn bytes(&self) -> usize {
        let (mut table, mut bytes) = (self.table.load(Ordering::Acquire), 0);
        // SAFETY: as in `get`.
        while let Some(known) = unsafe { table.as_ref() } {
            bytes += size_of::<Table>() + (known.mask + 1) * size_of::<Slot>();
            table = known.previous;
        }
        bytes
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
        let mut at = first_slot(key, table.mask);
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
        if Shared::put(table, key, more) {
            self.used.store(self.len() + 1, Ordering::Relaxed);
        }
    }

    fn put(table: &Table, key: u64, more: u64) -> bool {
        let mut at = first_slot(key, table.mask);
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
        let size = if old.is_null() { FIRST_TABLE } else { unsafe { ((*old).mask + 1) * 2 } };
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
                    if slot.key.load(Ordering::Relaxed) != 0 {
                        let (key, more) = (slot.key.load(Ordering::Relaxed), slot.more.load(Ordering::Relaxed));
                        Shared::put(&*table, key, more);
                    }
                }
            }
        }
        self.table.store(table, Ordering::Release);
    }
}

impl Drop for Shared {
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
