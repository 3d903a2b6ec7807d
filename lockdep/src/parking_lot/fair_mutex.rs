//! [`FairMutex`].

use super::lock_api;
use lockdep_lock_api::RawMutex as _;

/// A mutual exclusion lock that is always handed to the longest waiting thread, checked: the twin of
/// [`parking_lot::FairMutex`](::parking_lot::FairMutex).
///
/// **Signal safety:** not in a handler; that is reported as `WaitContext`.
pub type FairMutex<T> = lock_api::Mutex<RawFairMutex, T>;

/// A held [`FairMutex`]; dropping it releases the mutex.
pub type FairMutexGuard<'a, T> = lock_api::MutexGuard<'a, RawFairMutex, T>;

/// A [`FairMutexGuard`] narrowed to a part of the data.
pub type MappedFairMutexGuard<'a, T> = lock_api::MappedMutexGuard<'a, RawFairMutex, T>;

/// A [`FairMutex`] around `val`; [`FairMutex::new`] does the same.
#[inline]
#[track_caller]
pub const fn const_fair_mutex<T>(val: T) -> FairMutex<T> {
    FairMutex::const_new(RawFairMutex::INIT, val)
}

/// The raw fair mutex of the original, not checked by itself: [`FairMutex`] is.
pub struct RawFairMutex(::parking_lot::RawFairMutex);

impl RawFairMutex {
    #[inline]
    fn real(&self) -> &::parking_lot::RawFairMutex {
        &self.0
    }
}

forward_mutex!(RawFairMutex, "FairMutex", RawFairMutex(::parking_lot::lock_api::RawMutex::INIT));
