//! `parking_lot` 0.12, checked by lockdep: for `[patch.crates-io]`, together with the shim of `lock_api`.
//!
//! Nothing is written here: it is all [`lockdep_shim_locks::v0_12`] and [`lockdep_lock_api`].

lockdep_core::shim!();

pub use lockdep_lock_api as lock_api;
pub use lockdep_lock_api::{
    ArcMutexGuard, ArcReentrantMutexGuard, ArcRwLockReadGuard, ArcRwLockUpgradableReadGuard, ArcRwLockWriteGuard,
};
#[cfg(feature = "deadlock_detection")]
pub use lockdep_shim_locks::v0_12::deadlock;
pub use lockdep_shim_locks::v0_12::{
    Condvar, FairMutex, FairMutexGuard, MappedFairMutexGuard, MappedMutexGuard, MappedReentrantMutexGuard, MappedRwLockReadGuard,
    MappedRwLockWriteGuard, Mutex, MutexGuard, Once, OnceState, RawFairMutex, RawMutex, RawRwLock, RawThreadId, ReentrantMutex,
    ReentrantMutexGuard, RwLock, RwLockReadGuard, RwLockUpgradableReadGuard, RwLockWriteGuard, WaitTimeoutResult,
};
pub use lockdep_shim_locks::v0_12::{const_fair_mutex, const_mutex, const_reentrant_mutex, const_rwlock};
