//! The locks of 0.11 and 0.12.

pub use lockdep_lock_api as lock_api;
use lockdep_lock_api::{GetThreadId as _, RawMutex as _, RawRwLock as _};
use parking_lot_core as lot;

/// A method of a raw trait of `lock_api` 0.4, of a raw lock whose holds have no state.
macro_rules! op {
    (states of RawMutex) => {
        type GuardMarker = super::GuardMarker;
    };
    (states of RawRwLock) => {
        type GuardMarker = super::GuardMarker;
    };
    (states of RawRwLockUpgrade) => {};
    (lock $name:ident |$this:ident| $body:expr) => {
        #[inline]
        fn $name(&self) {
            let $this = self;
            $body;
        }
    };
    (attempt $name:ident $(($timeout:ident: $Timeout:ty))? |$this:ident| $body:expr) => {
        #[inline]
        fn $name(&self $(, $timeout: $Timeout)?) -> bool {
            let $this = self;
            $body
        }
    };
    (unlock $name:ident |$this:ident| $body:expr) => {
        #[inline]
        unsafe fn $name(&self) {
            let $this = self;
            $body;
        }
    };
    (bump $name:ident |$this:ident| $body:expr) => {
        op!(unlock $name |$this| $body);
    };
    (turn $name:ident |$this:ident| $body:expr) => {
        op!(unlock $name |$this| $body);
    };
    (try_turn $name:ident $(($timeout:ident: $Timeout:ty))? |$this:ident| $body:expr) => {
        #[inline]
        unsafe fn $name(&self $(, $timeout: $Timeout)?) -> bool {
            let $this = self;
            $body
        }
    };
}

#[path = "../aliases.rs"]
mod aliases;
mod condvar;
#[path = "../mutex.rs"]
mod mutex;
#[path = "../once.rs"]
mod once;
#[path = "../park.rs"]
mod park;
#[path = "../raw_condvar.rs"]
mod raw_condvar;
mod recursive;
#[path = "../rwlock.rs"]
mod rwlock;

pub use aliases::{
    FairMutex, FairMutexGuard, MappedFairMutexGuard, MappedMutexGuard, MappedReentrantMutexGuard, MappedRwLockReadGuard,
    MappedRwLockWriteGuard, Mutex, MutexGuard, ReentrantMutex, ReentrantMutexGuard, RwLock, RwLockReadGuard,
    RwLockUpgradableReadGuard, RwLockWriteGuard,
};
pub use condvar::{Condvar, WaitTimeoutResult};
pub use mutex::{RawFairMutex, RawMutex, RawThreadId};
pub use once::{Once, OnceState};
/// The raw reader-writer lock.
pub type RawRwLock = rwlock::RawRwLock<false>;

/// Whether guards may go to other threads.
#[cfg(feature = "v0_12-send_guard")]
type GuardMarker = lock_api::GuardSend;
#[cfg(not(feature = "v0_12-send_guard"))]
type GuardMarker = lock_api::GuardNoSend;

const SEND_GUARD: bool = cfg!(feature = "v0_12-send_guard");

/// Whether a release hands the lock over without being asked to: now and then, so that nobody waits for ever.
fn is_due(result: &lot::UnparkResult) -> bool {
    result.be_fair
}

/// Whether a writer who waits for readers to go counts as in.
const WAITING_IS_LOCKED: bool = true;

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
#[cfg(feature = "v0_12-deadlock_detection")]
pub mod deadlock {
    pub use parking_lot_core::deadlock::check_deadlock;
}
