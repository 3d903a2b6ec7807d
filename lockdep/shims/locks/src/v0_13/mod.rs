//! The locks of 0.13.

pub use lockdep_lock_api::v0_5 as lock_api;
use parking_lot_core_0_10 as lot;

/// A method of a raw trait of `lock_api` 0.5, of a raw lock whose holds have no state but where their guard may go.
macro_rules! op {
    (states of RawMutex) => {
        type Guard = super::GuardMarker;
    };
    (states of RawRwLock) => {
        type SharedGuard = super::GuardMarker;
        type ExclusiveGuard = super::GuardMarker;
    };
    (states of RawRwLockUpgrade) => {
        type UpgradableGuard = super::GuardMarker;
    };
    (lock $name:ident |$this:ident| $body:expr) => {
        #[inline]
        fn $name(&self) -> super::GuardMarker {
            let $this = self;
            $body;
            super::GuardMarker::new()
        }
    };
    (attempt $name:ident $(($timeout:ident: $Timeout:ty))? |$this:ident| $body:expr) => {
        #[inline]
        fn $name(&self $(, $timeout: $Timeout)?) -> Option<super::GuardMarker> {
            let $this = self;
            $body.then(super::GuardMarker::new)
        }
    };
    (unlock $name:ident |$this:ident| $body:expr) => {
        #[inline]
        unsafe fn $name(&self, _guard: super::GuardMarker) {
            let $this = self;
            $body;
        }
    };
    (bump $name:ident |$this:ident| $body:expr) => {
        #[inline]
        unsafe fn $name(&self, _guard: &mut super::GuardMarker) {
            let $this = self;
            $body;
        }
    };
    (turn $name:ident |$this:ident| $body:expr) => {
        #[inline]
        unsafe fn $name(&self, guard: super::GuardMarker) -> super::GuardMarker {
            let $this = self;
            $body;
            guard
        }
    };
    (try_turn $name:ident $(($timeout:ident: $Timeout:ty))? |$this:ident| $body:expr) => {
        #[inline]
        unsafe fn $name(
            &self,
            guard: super::GuardMarker
            $(, $timeout: $Timeout)?
        ) -> Result<super::GuardMarker, super::GuardMarker> {
            let $this = self;
            if $body { Ok(guard) } else { Err(guard) }
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
#[path = "../rwlock.rs"]
mod rwlock;

pub use aliases::{
    FairMutex, FairMutexGuard, MappedFairMutexGuard, MappedMutexGuard, MappedReentrantMutexGuard, MappedRwLockReadGuard,
    MappedRwLockWriteGuard, Mutex, MutexGuard, ReentrantMutex, ReentrantMutexGuard, RwLock, RwLockReadGuard,
    RwLockUpgradableReadGuard, RwLockWriteGuard,
};
pub use lock_api::WaitTimeoutResult;
pub use mutex::{RawFairMutex, RawMutex, RawThreadId};
pub use once::{Once, OnceState};
pub use raw_condvar::RawCondvar;
pub use rwlock::RawRwLock;

/// The raw reader-writer lock whose readers go past waiting writers.
pub type RawRwLockRecursive = RawRwLock<true>;
/// A condition variable.
pub type Condvar = lock_api::Condvar<RawCondvar>;
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

/// Whether guards may go to other threads.
#[cfg(feature = "v0_13-send_guard")]
type GuardMarker = lock_api::GuardSend;
#[cfg(not(feature = "v0_13-send_guard"))]
type GuardMarker = lock_api::GuardNoSend;

const SEND_GUARD: bool = cfg!(feature = "v0_13-send_guard");

/// Whether a release hands the lock over without being asked to: never.
fn is_due(_result: &lot::UnparkResult) -> bool {
    false
}

/// Whether a writer who waits for readers to go counts as in.
const WAITING_IS_LOCKED: bool = false;

/// Deadlocks that have happened, found on demand.
#[cfg(feature = "v0_13-deadlock_detection")]
pub mod deadlock {
    pub use parking_lot_core_0_10::deadlock::check_deadlock;
}
