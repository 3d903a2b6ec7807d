//! A condition variable: one address to sleep at, and the mutex that those who sleep there use.

use core::ptr;
use core::sync::atomic::{AtomicPtr, Ordering};
use std::time::Instant;

use super::RawMutex;
use super::lot::{DEFAULT_PARK_TOKEN, FilterOp, ParkResult, UnparkResult, park, unpark_filter, unpark_one};
use super::park::{AGAIN, released, taken};

/// The raw condition variable: no spurious wake-ups.
pub struct RawCondvar {
    /// The mutex of those who wait; null if nobody does.
    mutex: AtomicPtr<RawMutex>,
}

impl RawCondvar {
    pub(super) const fn new() -> RawCondvar {
        RawCondvar { mutex: AtomicPtr::new(ptr::null_mut()) }
    }

    fn key(&self) -> usize {
        self.mutex.as_ptr() as usize
    }

    /// Wakes one waiting thread; returns whether there was one.
    pub(super) fn wake_one(&self) -> bool {
        if self.mutex.load(Ordering::Relaxed).is_null() {
            return false;
        }
        let callback = |result: UnparkResult| {
            if !result.have_more_threads {
                self.mutex.store(ptr::null_mut(), Ordering::Relaxed);
            }
            AGAIN
        };
        // SAFETY: the key is an address of ours; the closure neither parks nor panics.
        unsafe { unpark_one(self.key(), callback) }.unparked_threads != 0
    }

    /// Wakes all waiting threads; returns how many there were.
    pub(super) fn wake_all(&self) -> usize {
        if self.mutex.load(Ordering::Relaxed).is_null() {
            return 0;
        }
        let callback = |_| {
            self.mutex.store(ptr::null_mut(), Ordering::Relaxed);
            AGAIN
        };
        // SAFETY: the key is an address of ours; the closures neither park nor panic.
        unsafe { unpark_filter(self.key(), |_| FilterOp::Unpark, callback) }.unparked_threads
    }

    /// Releases the mutex, waits for a notification, at most until `until`, and takes the mutex again. Whether the time was over.
    ///
    /// # Safety
    ///
    /// The mutex is held in the current context.
    pub(super) unsafe fn sleep(&self, mutex: &RawMutex, until: Option<Instant>) -> bool {
        let own = ptr::from_ref(mutex).cast_mut();
        let alone = || {
            let known = self.mutex.load(Ordering::Relaxed);
            if known.is_null() {
                self.mutex.store(own, Ordering::Relaxed);
            }
            known.is_null() || known == own
        };
        let timed_out = |_, last| {
            if last {
                self.mutex.store(ptr::null_mut(), Ordering::Relaxed);
            }
        };
        // Not in `park`, which has this thread's data in use.
        released(mutex.key());
        // SAFETY: the key is an address of ours. The release may wake others, which `park` permits before it sleeps: the queue is not
        // locked then. None of the closures panics.
        let result = unsafe { park(self.key(), alone, || mutex.let_go(false), timed_out, DEFAULT_PARK_TOKEN, until) };
        if result == ParkResult::Invalid {
            taken(mutex.key());
            panic!("attempted to use a condition variable with more than one mutex");
        }
        mutex.lock_until(None);
        !result.is_unparked()
    }
}
