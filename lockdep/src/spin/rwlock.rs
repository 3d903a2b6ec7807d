//! [`RwSpinLock`].

use core::sync::atomic::{AtomicU32, Ordering};

use lockdep_core::WaitType;
use lockdep_core::runtime::in_handler;
use lockdep_lock_api::{
    GuardNoSend, MappedRwLockReadGuard, MappedRwLockWriteGuard, RawRwLock, RawRwLockDowngrade, RawRwLockRecursive, RwLock,
    RwLockReadGuard, RwLockWriteGuard,
};

use super::spin_until;

/// A reader-writer lock that spins, the kernel's `rwlock_t`, checked.
///
/// A reader waits behind a waiting writer, except in a signal handler, where it passes: the thread below may be a reader, or
/// that very writer. So readers outside handlers may leave the signals open if handlers only read; a writer never may.
///
/// **Signal safety:** may be taken in a handler. If a handler takes it in a mode that excludes yours, take it with the signals blocked
/// elsewhere.
///
/// # Examples
///
/// ```
/// use lockdep::spin::RwSpinLock;
///
/// static ROUTES: RwSpinLock<[u8; 2]> = RwSpinLock::new([0; 2]);
///
/// ROUTES.write_irq()[1] = 9;
/// assert_eq!(ROUTES.read()[1], 9);
/// ```
pub type RwSpinLock<T> = RwLock<RawRwSpinLock, T>;

/// An [`RwSpinLock`] held shared; dropping it releases the lock.
pub type RwSpinLockReadGuard<'a, T> = RwLockReadGuard<'a, RawRwSpinLock, T>;

/// An [`RwSpinLock`] held exclusively; dropping it releases the lock.
pub type RwSpinLockWriteGuard<'a, T> = RwLockWriteGuard<'a, RawRwSpinLock, T>;

/// An [`RwSpinLockReadGuard`] narrowed to a part of the data.
pub type MappedRwSpinLockReadGuard<'a, T> = MappedRwLockReadGuard<'a, RawRwSpinLock, T>;

/// An [`RwSpinLockWriteGuard`] narrowed to a part of the data.
pub type MappedRwSpinLockWriteGuard<'a, T> = MappedRwLockWriteGuard<'a, RawRwSpinLock, T>;

/// The raw lock of an [`RwSpinLock`], not checked by itself.
///
/// | `holders` | meaning | who changes it |
/// |---|---|---|
/// | 0 | free | a reader adds 1, a writer exchanges it for `WRITER` |
/// | `1..=MOST_READERS` | so many readers | a reader adds or takes away 1 |
/// | `WRITER` | one writer | that writer stores 0, or 1 to go on as a reader |
pub struct RawRwSpinLock {
    holders: AtomicU32,
    /// The writers that wait. A hint that keeps readers back, never a permission: relaxed.
    waiting_writers: AtomicU32,
}

const WRITER: u32 = u32::MAX;
/// One more and a forgotten guard could some day look like a writer; the next reader waits instead.
const MOST_READERS: u32 = WRITER - 1;

// SAFETY: `holders` goes to `WRITER` only from 0, in one exchange, and away from it only by that writer; a reader counts itself
// in only below `MOST_READERS`, in one exchange. Both exchanges acquire what the releases before them wrote.
unsafe impl RawRwLock for RawRwSpinLock {
    const INIT: RawRwSpinLock = RawRwSpinLock { holders: AtomicU32::new(0), waiting_writers: AtomicU32::new(0) };
    const LOCKDEP_NAME: &'static str = "RwSpinLock";
    const LOCKDEP_WAIT: WaitType = WaitType::Spin;
    const LOCKDEP_FOREIGN: bool = false;
    const LOCKDEP_READ_RECURSIVE_IN_HANDLER: bool = true;

    type GuardMarker = GuardNoSend;

    #[inline]
    fn lock_shared(&self) {
        if !self.try_lock_shared() {
            spin_until(|| self.try_lock_shared());
        }
    }

    #[inline]
    fn try_lock_shared(&self) -> bool {
        (self.waiting_writers.load(Ordering::Relaxed) == 0 || in_handler()) && self.try_lock_shared_recursive()
    }

    #[inline]
    unsafe fn unlock_shared(&self) {
        self.holders.fetch_sub(1, Ordering::Release);
    }

    #[inline]
    fn lock_exclusive(&self) {
        if !self.try_lock_exclusive() {
            self.waiting_writers.fetch_add(1, Ordering::Relaxed);
            spin_until(|| self.holders.load(Ordering::Relaxed) == 0 && self.try_lock_exclusive());
            self.waiting_writers.fetch_sub(1, Ordering::Relaxed);
        }
    }

    #[inline]
    fn try_lock_exclusive(&self) -> bool {
        self.holders.compare_exchange(0, WRITER, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    #[inline]
    unsafe fn unlock_exclusive(&self) {
        self.holders.store(0, Ordering::Release);
    }

    #[inline]
    fn is_locked(&self) -> bool {
        self.holders.load(Ordering::Relaxed) != 0
    }

    #[inline]
    fn is_locked_exclusive(&self) -> bool {
        self.holders.load(Ordering::Relaxed) == WRITER
    }
}

// SAFETY: a reader counts itself in as in `RawRwLock`, and looks at nothing but `holders`.
unsafe impl RawRwLockRecursive for RawRwSpinLock {
    #[inline]
    fn lock_shared_recursive(&self) {
        if !self.try_lock_shared_recursive() {
            spin_until(|| self.try_lock_shared_recursive());
        }
    }

    #[inline]
    fn try_lock_shared_recursive(&self) -> bool {
        let one_more = |holders: u32| (holders < MOST_READERS).then(|| holders + 1);
        self.holders.fetch_update(Ordering::Acquire, Ordering::Relaxed, one_more).is_ok()
    }
}

// SAFETY: only the writer stores here, and 1 is what one reader is.
unsafe impl RawRwLockDowngrade for RawRwSpinLock {
    #[inline]
    unsafe fn downgrade(&self) {
        self.holders.store(1, Ordering::Release);
    }
}
