//! [`RwLock`].

use std::time::{Duration, Instant};

use super::lock_api;
use lockdep_lock_api::RawRwLock as _;

/// A reader-writer lock, checked: the twin of [`parking_lot::RwLock`](::parking_lot::RwLock).
///
/// A waiting writer goes before new readers, so a thread that reads must not read again, except through
/// [`read_recursive`](lock_api::RwLock::read_recursive).
///
/// **Signal safety:** not in a handler; that is reported as `WaitContext`.
pub type RwLock<T> = lock_api::RwLock<RawRwLock, T>;

/// A [`RwLock`] held shared; dropping it releases the lock.
pub type RwLockReadGuard<'a, T> = lock_api::RwLockReadGuard<'a, RawRwLock, T>;

/// A [`RwLock`] held exclusively; dropping it releases the lock.
pub type RwLockWriteGuard<'a, T> = lock_api::RwLockWriteGuard<'a, RawRwLock, T>;

/// A [`RwLock`] held upgradable; dropping it releases the lock.
pub type RwLockUpgradableReadGuard<'a, T> = lock_api::RwLockUpgradableReadGuard<'a, RawRwLock, T>;

/// A [`RwLockReadGuard`] narrowed to a part of the data.
pub type MappedRwLockReadGuard<'a, T> = lock_api::MappedRwLockReadGuard<'a, RawRwLock, T>;

/// A [`RwLockWriteGuard`] narrowed to a part of the data.
pub type MappedRwLockWriteGuard<'a, T> = lock_api::MappedRwLockWriteGuard<'a, RawRwLock, T>;

/// A [`RwLock`] around `val`; [`RwLock::new`] does the same.
#[inline]
#[track_caller]
pub const fn const_rwlock<T>(val: T) -> RwLock<T> {
    RwLock::const_new(RawRwLock::INIT, val)
}

/// The raw reader-writer lock of the original, not checked by itself: [`RwLock`] is.
pub struct RawRwLock(::parking_lot::RawRwLock);

impl RawRwLock {
    #[inline]
    fn real(&self) -> &::parking_lot::RawRwLock {
        &self.0
    }
}

forward! {
    RawRwLock for RawRwLock {
        const INIT: RawRwLock = RawRwLock(::parking_lot::lock_api::RawRwLock::INIT);
        const LOCKDEP_FOREIGN: bool = false;
        type GuardMarker = super::GuardMarker;
    }
    safe {
        lock_shared();
        try_lock_shared() -> bool;
        lock_exclusive();
        try_lock_exclusive() -> bool;
        is_locked() -> bool;
        is_locked_exclusive() -> bool;
    }
    unsafe { unlock_shared(); unlock_exclusive(); }
}

forward! {
    RawRwLockFair for RawRwLock {}
    safe {}
    unsafe { unlock_shared_fair(); unlock_exclusive_fair(); bump_shared(); bump_exclusive(); }
}

forward! {
    RawRwLockDowngrade for RawRwLock {}
    safe {}
    unsafe { downgrade(); }
}

forward! {
    RawRwLockTimed for RawRwLock {
        type Duration = Duration;
        type Instant = Instant;
    }
    safe {
        try_lock_shared_for(timeout: Duration) -> bool;
        try_lock_shared_until(timeout: Instant) -> bool;
        try_lock_exclusive_for(timeout: Duration) -> bool;
        try_lock_exclusive_until(timeout: Instant) -> bool;
    }
    unsafe {}
}

forward! {
    RawRwLockRecursive for RawRwLock {}
    safe { lock_shared_recursive(); try_lock_shared_recursive() -> bool; }
    unsafe {}
}

forward! {
    RawRwLockRecursiveTimed for RawRwLock {}
    safe {
        try_lock_shared_recursive_for(timeout: Duration) -> bool;
        try_lock_shared_recursive_until(timeout: Instant) -> bool;
    }
    unsafe {}
}

forward! {
    RawRwLockUpgrade for RawRwLock {}
    safe { lock_upgradable(); try_lock_upgradable() -> bool; }
    unsafe { unlock_upgradable(); upgrade(); try_upgrade() -> bool; }
}

forward! {
    RawRwLockUpgradeFair for RawRwLock {}
    safe {}
    unsafe { unlock_upgradable_fair(); bump_upgradable(); }
}

forward! {
    RawRwLockUpgradeDowngrade for RawRwLock {}
    safe {}
    unsafe { downgrade_upgradable(); downgrade_to_upgradable(); }
}

forward! {
    RawRwLockUpgradeTimed for RawRwLock {}
    safe {
        try_lock_upgradable_for(timeout: Duration) -> bool;
        try_lock_upgradable_until(timeout: Instant) -> bool;
    }
    unsafe {
        try_upgrade_for(timeout: Duration) -> bool;
        try_upgrade_until(timeout: Instant) -> bool;
    }
}
