//! `parking_lot` 0.13, checked by lockdep: for `[patch.crates-io]`, together with the shim of `lock_api` 0.5.
//!
//! Nothing is written here: it is all [`lockdep_shim_locks::v0_13`] and [`lockdep_lock_api::v0_5`].

lockdep_core::shim!();

pub use lockdep_lock_api::v0_5 as lock_api;
pub use lockdep_lock_api::v0_5::{
    ArcMutexGuard, ArcReentrantMutexGuard, ArcRwLockReadGuard, ArcRwLockUpgradableReadGuard, ArcRwLockWriteGuard,
};
#[cfg(feature = "deadlock_detection")]
pub use lockdep_shim_locks::v0_13::deadlock;
pub use lockdep_shim_locks::v0_13::{
    Condvar, FairMutex, FairMutexGuard, MappedFairMutexGuard, MappedMutexGuard, MappedReentrantMutexGuard,
    MappedRecursiveRwLockReadGuard, MappedRecursiveRwLockWriteGuard, MappedRwLockReadGuard, MappedRwLockWriteGuard, Mutex,
    MutexGuard, Once, OnceState, RawCondvar, RawFairMutex, RawMutex, RawRwLock, RawRwLockRecursive, RawThreadId, RecursiveRwLock,
    RecursiveRwLockReadGuard, RecursiveRwLockUpgradableReadGuard, RecursiveRwLockWriteGuard, ReentrantMutex, ReentrantMutexGuard,
    RwLock, RwLockReadGuard, RwLockUpgradableReadGuard, RwLockWriteGuard, WaitTimeoutResult,
};
