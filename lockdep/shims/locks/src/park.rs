//! What a sleeper is told, and what the search for deadlocks is told.

use super::SEND_GUARD;
use super::lot::{UnparkToken, deadlock};

/// What a waiter is told: that it may try again, or that the lock is its own already.
pub(super) const AGAIN: UnparkToken = UnparkToken(0);
pub(super) const YOURS: UnparkToken = UnparkToken(1);

/// Tells `check_deadlock` that who sleeps at this address waits for this thread. A guard that goes to another thread has no place
/// there.
pub(super) fn taken(key: usize) {
    if !SEND_GUARD {
        // SAFETY: what is at the address has just been taken.
        unsafe { deadlock::acquire_resource(key) };
    }
}

/// Tells it that this is over.
pub(super) fn released(key: usize) {
    if !SEND_GUARD {
        // SAFETY: what is at the address is held, and about to be released.
        unsafe { deadlock::release_resource(key) };
    }
}
