// A mutex that spins, which the examples of the methods take: doc tests include this file.

use std::sync::atomic::{AtomicBool, Ordering};

use lockdep_lock_api::{GuardNoSend, RawMutex};

pub type Mutex<T> = lockdep_lock_api::Mutex<RawSpin, T>;

pub struct RawSpin(AtomicBool);

// SAFETY: only one `swap` finds false until `unlock` stores it again.
unsafe impl RawMutex for RawSpin {
    const INIT: RawSpin = RawSpin(AtomicBool::new(false));
    type GuardMarker = GuardNoSend;

    fn lock(&self) {
        while !self.try_lock() {
            std::hint::spin_loop();
        }
    }

    fn try_lock(&self) -> bool {
        !self.0.swap(true, Ordering::Acquire)
    }

    unsafe fn unlock(&self) {
        self.0.store(false, Ordering::Release);
    }
}
