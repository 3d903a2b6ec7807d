//! [`Mutex`].

use core::mem::ManuallyDrop;

use super::lock_api;
use lockdep_lock_api::RawMutex as _;

/// A mutual exclusion lock, checked: the twin of [`parking_lot::Mutex`](::parking_lot::Mutex).
///
/// **Signal safety:** not in a handler; that is reported as `WaitContext`.
///
/// # Examples
///
/// ```
/// use lockdep::parking_lot::Mutex;
///
/// static COUNT: Mutex<u32> = Mutex::new(0);
///
/// *COUNT.lock() += 1;
/// assert_eq!(*COUNT.lock(), 1);
/// ```
pub type Mutex<T> = lock_api::Mutex<RawMutex, T>;

/// A held [`Mutex`]; dropping it releases the mutex.
pub type MutexGuard<'a, T> = lock_api::MutexGuard<'a, RawMutex, T>;

/// A [`MutexGuard`] narrowed to a part of the data.
pub type MappedMutexGuard<'a, T> = lock_api::MappedMutexGuard<'a, RawMutex, T>;

/// A [`Mutex`] around `val`; [`Mutex::new`] does the same.
#[inline]
#[track_caller]
pub const fn const_mutex<T>(val: T) -> Mutex<T> {
    Mutex::const_new(RawMutex::INIT, val)
}

/// The raw mutex of the original, not checked by itself: [`Mutex`] is.
// A whole mutex, not the original's raw one, because a condition variable asks for its guard.
pub struct RawMutex(::parking_lot::Mutex<()>);

// As the original's raw mutex: there is no data in it that a panic could leave half changed.
impl core::panic::RefUnwindSafe for RawMutex {}

impl RawMutex {
    #[inline]
    fn real(&self) -> &::parking_lot::RawMutex {
        // SAFETY: no guard of the inner mutex exists but in `real_guard`, whose caller holds it for that long.
        unsafe { self.0.raw() }
    }

    /// The original's guard, for its condition variable. It must not be dropped: it would release the mutex.
    ///
    /// # Safety
    ///
    /// The mutex is held in the current context, and nobody else releases it while the guard is used.
    #[inline]
    pub(super) unsafe fn real_guard(&self) -> ManuallyDrop<::parking_lot::MutexGuard<'_, ()>> {
        // SAFETY: held, says the caller, and no other guard of the inner mutex exists.
        ManuallyDrop::new(unsafe { self.0.make_guard_unchecked() })
    }
}

forward_mutex!(RawMutex, "Mutex", RawMutex(::parking_lot::Mutex::new(())));
