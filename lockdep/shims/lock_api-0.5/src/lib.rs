//! `lock_api` 0.5, checked by lockdep: for `[patch.crates-io]`.
//!
//! Every lock in the program that is made through `lock_api` 0.5 is checked then, among them those of `parking_lot` 0.13: with its
//! construction site and the type it protects. Nothing is written here: it is all [`lockdep_lock_api::v0_5`].

#![no_std]

lockdep_core::shim!();

pub use lockdep_lock_api::v0_5::{
    ArcMutexGuard, ArcReentrantMutexGuard, ArcRwLockReadGuard, ArcRwLockUpgradableReadGuard, ArcRwLockWriteGuard, Condvar,
    GetThreadId, GuardNoSend, GuardSend, MappedMutexGuard, MappedReentrantMutexGuard, MappedRwLockReadGuard,
    MappedRwLockWriteGuard, Mutex, MutexGuard, RawCondvar, RawCondvarTimed, RawMutex, RawMutexFair, RawMutexTimed,
    RawReentrantMutex, RawRwLock, RawRwLockDowngrade, RawRwLockFair, RawRwLockTimed, RawRwLockUpgrade, RawRwLockUpgradeDowngrade,
    RawRwLockUpgradeFair, RawRwLockUpgradeTimed, ReentrantMutex, ReentrantMutexGuard, RwLock, RwLockReadGuard,
    RwLockUpgradableReadGuard, RwLockWriteGuard, WaitTimeoutResult,
};
