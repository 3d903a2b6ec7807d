//! [`SpinLock`].

use core::sync::atomic::{AtomicBool, Ordering};

use lockdep_core::WaitType;
use lockdep_lock_api::{GuardNoSend, MappedMutexGuard, Mutex, MutexGuard, RawMutex};

use super::spin_until;

/// A mutual exclusion lock that spins, the kernel's `spinlock_t`, checked.
///
/// The lock is a byte; waiting threads do not get it in order of arrival.
///
/// **Signal safety:** may be taken in a handler. If a handler takes it, take it with the signals blocked elsewhere.
///
/// # Examples
///
/// ```
/// use lockdep::spin::SpinLock;
///
/// static QUEUE: SpinLock<[u32; 4]> = SpinLock::new([0; 4]);
///
/// QUEUE.lock_irq()[0] = 1;
/// assert_eq!(QUEUE.lock_irq()[0], 1);
/// ```
pub type SpinLock<T> = Mutex<RawSpinLock, T>;

/// A held [`SpinLock`]; dropping it releases the lock.
pub type SpinLockGuard<'a, T> = MutexGuard<'a, RawSpinLock, T>;

/// A [`SpinLockGuard`] narrowed to a part of the data.
pub type MappedSpinLockGuard<'a, T> = MappedMutexGuard<'a, RawSpinLock, T>;

/// The raw lock of a [`SpinLock`], not checked by itself.
pub struct RawSpinLock {
    held: AtomicBool,
}

// SAFETY: of all that find `held` false, one exchange succeeds, and it stays true until that one's `unlock`. The exchange
// acquires what the store of the unlock before it releases.
unsafe impl RawMutex for RawSpinLock {
    const INIT: RawSpinLock = RawSpinLock { held: AtomicBool::new(false) };
    const LOCKDEP_NAME: &'static str = "SpinLock";
    const LOCKDEP_WAIT: WaitType = WaitType::Spin;
    const LOCKDEP_FOREIGN: bool = false;

    type GuardMarker = GuardNoSend;

    #[inline]
    fn lock(&self) {
        if !self.try_lock() {
            // Looking first keeps the cache line shared while the holder works.
            spin_until(|| !self.is_locked() && self.try_lock());
        }
    }

    #[inline]
    fn try_lock(&self) -> bool {
        self.held.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    #[inline]
    unsafe fn unlock(&self) {
        self.held.store(false, Ordering::Release);
    }

    #[inline]
    fn is_locked(&self) -> bool {
        self.held.load(Ordering::Relaxed)
    }
}
