//! `lock_api` 0.4, checked by lockdep: for `[patch.crates-io]`.
//!
//! Every lock in the program that is made through `lock_api` is checked then, among them those of `parking_lot` 0.11 and 0.12, of
//! `dashmap` and of `spin`: with its construction site and the type it protects. Nothing is written here: it is all
//! [`lockdep_lock_api`].

#![no_std]

lockdep_core::shim!();

pub use lockdep_lock_api::{
    ArcMutexGuard, ArcReentrantMutexGuard, ArcRwLockReadGuard, ArcRwLockUpgradableReadGuard, ArcRwLockWriteGuard, GetThreadId,
    GuardNoSend, GuardSend, MappedMutexGuard, MappedReentrantMutexGuard, MappedRwLockReadGuard, MappedRwLockWriteGuard, Mutex,
    MutexGuard, RawMutex, RawMutexFair, RawMutexTimed, RawReentrantMutex, RawRwLock, RawRwLockDowngrade, RawRwLockFair,
    RawRwLockRecursive, RawRwLockRecursiveTimed, RawRwLockTimed, RawRwLockUpgrade, RawRwLockUpgradeDowngrade,
    RawRwLockUpgradeFair, RawRwLockUpgradeTimed, ReentrantMutex, ReentrantMutexGuard, RwLock, RwLockReadGuard,
    RwLockUpgradableReadGuard, RwLockWriteGuard,
};
