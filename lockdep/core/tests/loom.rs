//! The lock-free pieces, compiled against loom: every order in which threads can take their steps, and every value that the memory
//! model lets them read.
//!
//! The files are the crate's own. What they need of it, `crate::sync` and `crate::arena`, is here in loom's terms; the numbers are
//! small, so that all orders can be tried.
#![cfg(feature = "validate")]

mod sync {
    pub(crate) use loom::hint::spin_loop;
    pub(crate) use loom::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering};

    pub(crate) const SPINS: u32 = 1;
    pub(crate) const FIRST_TABLE: usize = 4;
}

mod arena {
    pub(crate) fn allocate_for<T>(count: usize) -> *mut T {
        Box::into_raw(Box::<[T]>::new_uninit_slice(count)).cast()
    }

    /// # Safety
    ///
    /// `block` came from `allocate_for` with the same type and count.
    pub(crate) unsafe fn free_for<T>(block: *mut T, count: usize) {
        // SAFETY: as for the caller.
        drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(block.cast::<std::mem::MaybeUninit<T>>(), count)) });
    }
}

#[path = "../src/runtime/enabled/lock.rs"]
mod lock;
#[path = "../src/runtime/enabled/table.rs"]
#[allow(dead_code, reason = "what it takes is not asked here")]
mod table;

use std::time::Duration;

use loom::cell::UnsafeCell;
use loom::sync::{Arc, Condvar, Mutex};
use loom::thread;

use sync::{AtomicPtr, AtomicU32, AtomicU64, Ordering};

loom::lazy_static! {
    /// The kernel: a waiter compares and falls asleep in one step.
    static ref KERNEL: (Mutex<()>, Condvar) = (Mutex::new(()), Condvar::new());
}

fn futex_wait(word: &AtomicU32, expected: u32, limit: Option<Duration>) {
    assert!(limit.is_none());
    let kernel = KERNEL.0.lock().unwrap();
    if word.load(Ordering::Relaxed) == expected {
        drop(KERNEL.1.wait(kernel).unwrap());
    }
}

fn futex_wake(_word: &AtomicU32, count: i32) {
    assert_eq!(count, 1);
    let _kernel = KERNEL.0.lock().unwrap();
    KERNEL.1.notify_one();
}

/// A lock, and what it protects.
struct Section {
    lock: lock::Lock,
    inside: UnsafeCell<u32>,
}

// SAFETY: what is inside is touched with the lock held; loom fails the test if it is not so.
unsafe impl Sync for Section {}
// SAFETY: as above.
unsafe impl Send for Section {}

impl Section {
    fn new() -> Section {
        Section { lock: lock::Lock { state: AtomicU32::new(0) }, inside: UnsafeCell::new(0) }
    }

    /// Adds one inside, and says how many there were.
    fn add(&self) -> u32 {
        self.lock.lock();
        // SAFETY: as above.
        let before = self.inside.with_mut(|inside| unsafe {
            *inside += 1;
            *inside - 1
        });
        self.lock.unlock();
        before
    }
}

fn empty() -> table::Shared {
    table::Shared { table: AtomicPtr::new(std::ptr::null_mut()), used: AtomicU64::new(0) }
}

/// All orders with at most so many switches where a thread could have gone on.
fn model(switches: usize, test: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(switches);
    builder.check(test);
}

/// One is inside at a time, sees what those before did, and nobody sleeps for ever.
#[test]
fn the_lock_lets_one_in_and_wakes_the_next() {
    model(3, || {
        let section = Arc::new(Section::new());
        let others: Vec<_> = (0..2)
            .map(|_| {
                let section = Arc::clone(&section);
                thread::spawn(move || section.add())
            })
            .collect();
        let mut places = vec![section.add()];
        places.extend(others.into_iter().map(|other| other.join().unwrap()));
        places.sort_unstable();
        assert_eq!(places, [0, 1, 2]);
    });
}

/// A key is there with its value, or is not there; one that was seen stays, also when the table is replaced.
#[test]
fn the_table_shows_whole_entries() {
    model(3, || {
        let table = Arc::new(empty());
        // Full but for one: the next but one replaces it. Two keys share a place, 1 and 5.
        for key in [2, 3] {
            table.set(key, key * 10);
        }
        let reader = {
            let table = Arc::clone(&table);
            thread::spawn(move || {
                let seen = [1, 5, 1, 5].map(|key| {
                    let more = table.get(key);
                    assert!(more.is_none_or(|more| more == key * 10), "{key} has {more:?}");
                    more.is_some()
                });
                assert!(seen[0] <= seen[2] && seen[1] <= seen[3], "what was there stays: {seen:?}");
                assert!(seen[1] <= seen[2], "5 came after 1: {seen:?}");
                assert_eq!(table.get(2), Some(20));
            })
        };
        for key in [1, 5] {
            table.set(key, key * 10);
        }
        assert_eq!(table.len(), 4);
        reader.join().unwrap();
        assert_eq!([1, 2, 3, 5].map(|key| table.get(key)), [1, 2, 3, 5].map(|key| Some(key * 10)));
    });
}

/// What the value of a key stands for was written before it.
#[test]
fn the_table_publishes_what_lies_behind_a_key() {
    model(3, || {
        let (table, behind) = (Arc::new(empty()), Arc::new(UnsafeCell::new(0)));
        let reader = {
            let (table, behind) = (Arc::clone(&table), Arc::clone(&behind));
            thread::spawn(move || {
                if table.get(7).is_some() {
                    // SAFETY: loom fails the test if it was written meanwhile.
                    behind.with(|behind| assert_eq!(unsafe { *behind }, 1));
                }
            })
        };
        // SAFETY: nobody reads before the key is there.
        behind.with_mut(|behind| unsafe { *behind = 1 });
        table.set(7, 1);
        reader.join().unwrap();
    });
}
