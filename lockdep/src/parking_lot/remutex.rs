//! [`ReentrantMutex`].

use core::num::NonZeroUsize;

use super::{RawMutex, lock_api};
use lockdep_lock_api::{GetThreadId, RawMutex as _};

/// A mutex that its holder may take again, checked: the twin of [`parking_lot::ReentrantMutex`](::parking_lot::ReentrantMutex).
///
/// **Signal safety:** not in a handler; that is reported as `WaitContext`.
pub type ReentrantMutex<T> = lock_api::ReentrantMutex<RawMutex, RawThreadId, T>;

/// A held [`ReentrantMutex`]; dropping it releases the mutex once.
pub type ReentrantMutexGuard<'a, T> = lock_api::ReentrantMutexGuard<'a, RawMutex, RawThreadId, T>;

/// A [`ReentrantMutexGuard`] narrowed to a part of the data.
pub type MappedReentrantMutexGuard<'a, T> = lock_api::MappedReentrantMutexGuard<'a, RawMutex, RawThreadId, T>;

/// A [`ReentrantMutex`] around `val`; [`ReentrantMutex::new`] does the same.
#[inline]
#[track_caller]
pub const fn const_reentrant_mutex<T>(val: T) -> ReentrantMutex<T> {
    ReentrantMutex::const_new(RawMutex::INIT, RawThreadId::INIT, val)
}

/// The original's source of thread numbers.
pub struct RawThreadId;

// SAFETY: the original makes the same promise.
unsafe impl GetThreadId for RawThreadId {
    const INIT: RawThreadId = RawThreadId;

    #[inline]
    fn nonzero_thread_id(&self) -> NonZeroUsize {
        ::parking_lot::lock_api::GetThreadId::nonzero_thread_id(&::parking_lot::RawThreadId)
    }
}
