//! Reads past waiting writers, which 0.12 has for every lock.

use std::time::{Duration, Instant};

use super::lock_api::{RawRwLockRecursive, RawRwLockRecursiveTimed};
use super::rwlock::{RawRwLock, Want, after};

// SAFETY: next to a reader that is in, only a writer who is not in yet is passed.
unsafe impl RawRwLockRecursive for RawRwLock<false> {
    #[inline]
    fn lock_shared_recursive(&self) {
        self.come_in(Want::Recursive, None);
    }

    #[inline]
    fn try_lock_shared_recursive(&self) -> bool {
        self.try_in(Want::Recursive)
    }
}

// SAFETY: as above.
unsafe impl RawRwLockRecursiveTimed for RawRwLock<false> {
    #[inline]
    fn try_lock_shared_recursive_for(&self, timeout: Duration) -> bool {
        self.come_in(Want::Recursive, after(timeout))
    }

    #[inline]
    fn try_lock_shared_recursive_until(&self, timeout: Instant) -> bool {
        self.come_in(Want::Recursive, Some(timeout))
    }
}
