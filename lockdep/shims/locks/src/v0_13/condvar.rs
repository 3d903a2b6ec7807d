//! The raw traits of the condition variable.

use std::time::{Duration, Instant};

use super::lock_api::{self, RawCondvarTimed};
use super::{GuardMarker, RawCondvar, RawMutex};

// SAFETY: a sleeper is in the queue before the mutex is free, and takes the mutex again; one that finds another mutex there panics
// with its own still held.
unsafe impl lock_api::RawCondvar for RawCondvar {
    const INIT: RawCondvar = RawCondvar::new();
    type RawMutex = RawMutex;

    unsafe fn wait(&self, mutex: &RawMutex, _guard: &mut GuardMarker) {
        // SAFETY: held, says the caller.
        unsafe { self.sleep(mutex, None) };
    }

    fn notify_one(&self) -> bool {
        self.wake_one()
    }

    fn notify_all(&self) -> usize {
        self.wake_all()
    }
}

// SAFETY: as above.
unsafe impl RawCondvarTimed for RawCondvar {
    fn checked_duration_to_instant(timeout: &Duration) -> Option<Instant> {
        Instant::now().checked_add(*timeout)
    }

    unsafe fn wait_until(&self, mutex: &RawMutex, _guard: &mut GuardMarker, timeout: &Instant) -> bool {
        // SAFETY: held, says the caller.
        unsafe { self.sleep(mutex, Some(*timeout)) }
    }
}
