//! The locks of `parking_lot`, checked by lockdep, without `parking_lot`.
//!
//! A package that stands for `parking_lot` under `[patch.crates-io]` cannot depend on it: it would depend on itself. So the raw
//! locks are here, over `parking_lot_core`, and behave as the original's: a queue in order of arrival, writers before the readers
//! that come after them, fair releases that hand the lock over. Versions 0.11, 0.12 and 0.13 are served alike.

mod condvar;
mod mutex;
mod once;
mod rwlock;

pub use condvar::{Condvar, WaitTimeoutResult};
pub use mutex::{RawFairMutex, RawMutex, RawThreadId};
pub use once::{Once, OnceState};
pub use rwlock::{RawRwLock, RawRwLockRecursive};

use lockdep_lock_api::{self as lock_api, GetThreadId as _, RawMutex as _, RawRwLock as _};

/// A mutex.
pub type Mutex<T> = lock_api::Mutex<RawMutex, T>;
/// A held [`Mutex`].
pub type MutexGuard<'a, T> = lock_api::MutexGuard<'a, RawMutex, T>;
/// A part of a held [`Mutex`].
pub type MappedMutexGuard<'a, T> = lock_api::MappedMutexGuard<'a, RawMutex, T>;
/// A mutex that is fair at every release.
pub type FairMutex<T> = lock_api::Mutex<RawFairMutex, T>;
/// A held [`FairMutex`].
pub type FairMutexGuard<'a, T> = lock_api::MutexGuard<'a, RawFairMutex, T>;
/// A part of a held [`FairMutex`].
pub type MappedFairMutexGuard<'a, T> = lock_api::MappedMutexGuard<'a, RawFairMutex, T>;
/// A mutex that its holder may take again.
pub type ReentrantMutex<T> = lock_api::ReentrantMutex<RawMutex, RawThreadId, T>;
/// A held [`ReentrantMutex`].
pub type ReentrantMutexGuard<'a, T> = lock_api::ReentrantMutexGuard<'a, RawMutex, RawThreadId, T>;
/// A part of a held [`ReentrantMutex`].
pub type MappedReentrantMutexGuard<'a, T> = lock_api::MappedReentrantMutexGuard<'a, RawMutex, RawThreadId, T>;
/// A reader-writer lock.
pub type RwLock<T> = lock_api::RwLock<RawRwLock, T>;
/// A [`RwLock`] held shared.
pub type RwLockReadGuard<'a, T> = lock_api::RwLockReadGuard<'a, RawRwLock, T>;
/// A [`RwLock`] held exclusively.
pub type RwLockWriteGuard<'a, T> = lock_api::RwLockWriteGuard<'a, RawRwLock, T>;
/// A [`RwLock`] held upgradable.
pub type RwLockUpgradableReadGuard<'a, T> = lock_api::RwLockUpgradableReadGuard<'a, RawRwLock, T>;
/// A part of a [`RwLock`] held shared.
pub type MappedRwLockReadGuard<'a, T> = lock_api::MappedRwLockReadGuard<'a, RawRwLock, T>;
/// A part of a [`RwLock`] held exclusively.
pub type MappedRwLockWriteGuard<'a, T> = lock_api::MappedRwLockWriteGuard<'a, RawRwLock, T>;

/// A reader-writer lock whose readers go past waiting writers.
pub type RecursiveRwLock<T> = lock_api::RwLock<RawRwLockRecursive, T>;
/// A [`RecursiveRwLock`] held shared.
pub type RecursiveRwLockReadGuard<'a, T> = lock_api::RwLockReadGuard<'a, RawRwLockRecursive, T>;
/// A [`RecursiveRwLock`] held exclusively.
pub type RecursiveRwLockWriteGuard<'a, T> = lock_api::RwLockWriteGuard<'a, RawRwLockRecursive, T>;
/// A [`RecursiveRwLock`] held upgradable.
pub type RecursiveRwLockUpgradableReadGuard<'a, T> = lock_api::RwLockUpgradableReadGuard<'a, RawRwLockRecursive, T>;
/// A part of a [`RecursiveRwLock`] held shared.
pub type MappedRecursiveRwLockReadGuard<'a, T> = lock_api::MappedRwLockReadGuard<'a, RawRwLockRecursive, T>;
/// A part of a [`RecursiveRwLock`] held exclusively.
pub type MappedRecursiveRwLockWriteGuard<'a, T> = lock_api::MappedRwLockWriteGuard<'a, RawRwLockRecursive, T>;

/// [`Mutex::new`].
#[inline]
#[track_caller]
pub const fn const_mutex<T>(val: T) -> Mutex<T> {
    Mutex::const_new(RawMutex::INIT, val)
}

/// [`FairMutex::new`].
#[inline]
#[track_caller]
pub const fn const_fair_mutex<T>(val: T) -> FairMutex<T> {
    FairMutex::const_new(RawFairMutex::INIT, val)
}

/// [`ReentrantMutex::new`].
#[inline]
#[track_caller]
pub const fn const_reentrant_mutex<T>(val: T) -> ReentrantMutex<T> {
    ReentrantMutex::const_new(RawMutex::INIT, RawThreadId::INIT, val)
}

/// [`RwLock::new`].
#[inline]
#[track_caller]
pub const fn const_rwlock<T>(val: T) -> RwLock<T> {
    RwLock::const_new(RawRwLock::INIT, val)
}

/// Deadlocks that have happened, found on demand.
#[cfg(feature = "deadlock_detection")]
pub mod deadlock {
    pub use parking_lot_core::deadlock::check_deadlock;
}

/// Whether guards may go to other threads.
#[cfg(feature = "send_guard")]
type GuardMarker = lockdep_lock_api::GuardSend;
#[cfg(not(feature = "send_guard"))]
type GuardMarker = lockdep_lock_api::GuardNoSend;

use parking_lot_core::UnparkToken;

/// What a waiter is told: that it may try again, or that the lock is its own already.
const AGAIN: UnparkToken = UnparkToken(0);
const YOURS: UnparkToken = UnparkToken(1);

/// Tells `check_deadlock` that this thread holds the lock. A guard that goes to another thread has no place there.
fn taken<T>(lock: &T) {
    if !cfg!(feature = "send_guard") {
        // SAFETY: the lock has just been taken.
        unsafe { parking_lot_core::deadlock::acquire_resource(core::ptr::from_ref(lock) as usize) };
    }
}

/// Tells it that this thread will not hold the lock any more.
fn released<T>(lock: &T) {
    if !cfg!(feature = "send_guard") {
        // SAFETY: the lock is held, and about to be released.
        unsafe { parking_lot_core::deadlock::release_resource(core::ptr::from_ref(lock) as usize) };
    }
}
