//! The guards of a [`RwLock`].

use core::marker::PhantomData;
use std::sync::Arc;

use super::RwLock;
use crate::held::{Checked, Exclusive, Held, Shared, Upgradable};
use crate::macros::{guard_access, guard_fair, guard_into_arc, guard_map, guard_unlocked};
use crate::{
    RawRwLock, RawRwLockDowngrade, RawRwLockFair, RawRwLockUpgrade, RawRwLockUpgradeDowngrade, RawRwLockUpgradeFair,
    RawRwLockUpgradeTimed,
};

/// A [`RwLock`] held shared, and access to its data; dropping it releases the lock.
#[clippy::has_significant_drop]
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockReadGuard<'a, R: RawRwLock, T: ?Sized> {
    held: Held<&'a RwLock<R, T>, Shared>,
    marker: PhantomData<(&'a T, R::GuardMarker)>,
}

// SAFETY: a shared guard gives shared access to the data, and to the raw lock, which is `Sync`.
unsafe impl<R: RawRwLock + Sync, T: Sync + ?Sized> Sync for RwLockReadGuard<'_, R, T> {}

impl<'a, R: RawRwLock, T: ?Sized> RwLockReadGuard<'a, R, T> {
    #[inline]
    pub(super) fn of(held: Held<&'a RwLock<R, T>, Shared>) -> Self {
        RwLockReadGuard { held, marker: PhantomData }
    }

    /// The lock that is held.
    #[inline]
    pub fn rwlock(s: &Self) -> &'a RwLock<R, T> {
        s.held.lock
    }
}

guard_map!(impl['a, R: RawRwLock, T: ?Sized] for RwLockReadGuard<'a, R, T> => MappedRwLockReadGuard<'a, R>, (&),
    try_map_or_err: |guard| guard.held.lock.data.get(), guard.held.erase());
guard_unlocked!(impl['a, R: RawRwLock, T: ?Sized] for RwLockReadGuard<'a, R, T>);
guard_fair!(impl['a, R: RawRwLockFair, T: ?Sized] for RwLockReadGuard<'a, R, T>);
guard_access!(impl['a, R: RawRwLock, T: ?Sized] for RwLockReadGuard<'a, R, T>: |guard| guard.held.lock.data.get());

/// A [`RwLockReadGuard`] that owns an `Arc` of its lock.
#[clippy::has_significant_drop]
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct ArcRwLockReadGuard<R: RawRwLock, T: ?Sized> {
    held: Held<Arc<RwLock<R, T>>, Shared>,
    marker: PhantomData<R::GuardMarker>,
}

impl<R: RawRwLock, T: ?Sized> ArcRwLockReadGuard<R, T> {
    #[inline]
    pub(super) fn of(held: Held<Arc<RwLock<R, T>>, Shared>) -> Self {
        ArcRwLockReadGuard { held, marker: PhantomData }
    }

    /// The lock that is held.
    #[inline]
    pub fn rwlock(s: &Self) -> &Arc<RwLock<R, T>> {
        &s.held.lock
    }
}

guard_into_arc!(impl[R: RawRwLock, T: ?Sized] for ArcRwLockReadGuard<R, T> => RwLock<R, T>);
guard_into_arc!(fair impl[R: RawRwLockFair, T: ?Sized] for ArcRwLockReadGuard<R, T> => RwLock<R, T>);
guard_unlocked!(impl[R: RawRwLock, T: ?Sized] for ArcRwLockReadGuard<R, T>);
guard_fair!(impl[R: RawRwLockFair, T: ?Sized] for ArcRwLockReadGuard<R, T>);
guard_access!(impl[R: RawRwLock, T: ?Sized] for ArcRwLockReadGuard<R, T>: |guard| guard.held.lock.data.get());

/// A [`RwLock`] held exclusively, and access to its data; dropping it releases the lock.
#[clippy::has_significant_drop]
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockWriteGuard<'a, R: RawRwLock, T: ?Sized> {
    held: Held<&'a RwLock<R, T>, Exclusive>,
    marker: PhantomData<(&'a mut T, R::GuardMarker)>,
}

// SAFETY: a shared guard gives shared access to the data, and to the raw lock, which is `Sync`.
unsafe impl<R: RawRwLock + Sync, T: Sync + ?Sized> Sync for RwLockWriteGuard<'_, R, T> {}

impl<'a, R: RawRwLock, T: ?Sized> RwLockWriteGuard<'a, R, T> {
    #[inline]
    pub(super) fn of(held: Held<&'a RwLock<R, T>, Exclusive>) -> Self {
        RwLockWriteGuard { held, marker: PhantomData }
    }

    /// The lock that is held.
    #[inline]
    pub fn rwlock(s: &Self) -> &'a RwLock<R, T> {
        s.held.lock
    }
}

impl<'a, R: RawRwLockDowngrade, T: ?Sized> RwLockWriteGuard<'a, R, T> {
    /// Goes on as a reader; no other writer comes in between.
    #[inline]
    #[track_caller]
    pub fn downgrade(s: Self) -> RwLockReadGuard<'a, R, T> {
        RwLockReadGuard::of(s.held.downgrade())
    }
}

impl<'a, R: RawRwLockUpgradeDowngrade, T: ?Sized> RwLockWriteGuard<'a, R, T> {
    /// Goes on as an upgradable reader; no other writer comes in between.
    #[inline]
    #[track_caller]
    pub fn downgrade_to_upgradable(s: Self) -> RwLockUpgradableReadGuard<'a, R, T> {
        RwLockUpgradableReadGuard::of(s.held.downgrade_to_upgradable())
    }
}

guard_map!(impl['a, R: RawRwLock, T: ?Sized] for RwLockWriteGuard<'a, R, T> => MappedRwLockWriteGuard<'a, R>, (&mut),
    try_map_or_err: |guard| guard.held.lock.data.get(), guard.held.erase());
guard_unlocked!(impl['a, R: RawRwLock, T: ?Sized] for RwLockWriteGuard<'a, R, T>);
guard_fair!(impl['a, R: RawRwLockFair, T: ?Sized] for RwLockWriteGuard<'a, R, T>);
guard_access!(mut impl['a, R: RawRwLock, T: ?Sized] for RwLockWriteGuard<'a, R, T>: |guard| guard.held.lock.data.get());

/// A [`RwLockWriteGuard`] that owns an `Arc` of its lock.
#[clippy::has_significant_drop]
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct ArcRwLockWriteGuard<R: RawRwLock, T: ?Sized> {
    held: Held<Arc<RwLock<R, T>>, Exclusive>,
    marker: PhantomData<R::GuardMarker>,
}

impl<R: RawRwLock, T: ?Sized> ArcRwLockWriteGuard<R, T> {
    #[inline]
    pub(super) fn of(held: Held<Arc<RwLock<R, T>>, Exclusive>) -> Self {
        ArcRwLockWriteGuard { held, marker: PhantomData }
    }

    /// The lock that is held.
    #[inline]
    pub fn rwlock(s: &Self) -> &Arc<RwLock<R, T>> {
        &s.held.lock
    }
}

impl<R: RawRwLockDowngrade, T: ?Sized> ArcRwLockWriteGuard<R, T> {
    /// Goes on as a reader; no other writer comes in between.
    #[inline]
    #[track_caller]
    pub fn downgrade(s: Self) -> ArcRwLockReadGuard<R, T> {
        ArcRwLockReadGuard::of(s.held.downgrade())
    }
}

impl<R: RawRwLockUpgradeDowngrade, T: ?Sized> ArcRwLockWriteGuard<R, T> {
    /// Goes on as an upgradable reader; no other writer comes in between.
    #[inline]
    #[track_caller]
    pub fn downgrade_to_upgradable(s: Self) -> ArcRwLockUpgradableReadGuard<R, T> {
        ArcRwLockUpgradableReadGuard::of(s.held.downgrade_to_upgradable())
    }
}

guard_into_arc!(impl[R: RawRwLock, T: ?Sized] for ArcRwLockWriteGuard<R, T> => RwLock<R, T>);
guard_into_arc!(fair impl[R: RawRwLockFair, T: ?Sized] for ArcRwLockWriteGuard<R, T> => RwLock<R, T>);
guard_unlocked!(impl[R: RawRwLock, T: ?Sized] for ArcRwLockWriteGuard<R, T>);
guard_fair!(impl[R: RawRwLockFair, T: ?Sized] for ArcRwLockWriteGuard<R, T>);
guard_access!(mut impl[R: RawRwLock, T: ?Sized] for ArcRwLockWriteGuard<R, T>: |guard| guard.held.lock.data.get());

/// A [`RwLock`] held upgradable, and access to its data; dropping it releases the lock.
#[clippy::has_significant_drop]
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockUpgradableReadGuard<'a, R: RawRwLockUpgrade, T: ?Sized> {
    held: Held<&'a RwLock<R, T>, Upgradable>,
    marker: PhantomData<(&'a T, R::GuardMarker)>,
}

// SAFETY: a shared guard gives shared access to the data, and to the raw lock, which is `Sync`.
unsafe impl<'a, R: RawRwLockUpgrade + Sync, T: ?Sized + Sync> Sync for RwLockUpgradableReadGuard<'a, R, T> {}

/// A [`RwLockUpgradableReadGuard`] that owns an `Arc` of its lock.
#[clippy::has_significant_drop]
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct ArcRwLockUpgradableReadGuard<R: RawRwLockUpgrade, T: ?Sized> {
    held: Held<Arc<RwLock<R, T>>, Upgradable>,
    marker: PhantomData<R::GuardMarker>,
}

/// What both upgradable guards can do. `$a` is the lifetime of the one that has one.
macro_rules! upgradable_guard {
    ($Guard:ident, $Write:ident, $Read:ident $(, $a:lifetime)?) => {
        impl<$($a,)? R: RawRwLockUpgrade $(+ $a)?, T: ?Sized $(+ $a)?> $Guard<$($a,)? R, T> {
            /// Becomes the writer, waiting until the other readers are gone.
            ///
            /// The validator treats it as an acquisition that waits.
            #[inline]
            #[track_caller]
            pub fn upgrade(s: Self) -> $Write<$($a,)? R, T> {
                $Write::of(s.held.upgrade())
            }

            /// Becomes the writer if there is no other reader now.
            ///
            /// # Errors
            ///
            /// The guard, if there is one.
            #[inline]
            #[track_caller]
            pub fn try_upgrade(s: Self) -> Result<$Write<$($a,)? R, T>, Self> {
                // SAFETY: the attempt upgrades the lock, which is held upgradable, if it returns `true`.
                unsafe { s.held.try_upgrade(|raw| raw.try_upgrade()) }.map($Write::of).map_err($Guard::of)
            }
        }

        impl<$($a,)? R: RawRwLockUpgradeDowngrade $(+ $a)?, T: ?Sized $(+ $a)?> $Guard<$($a,)? R, T> {
            /// Goes on as a plain reader.
            #[inline]
            #[track_caller]
            pub fn downgrade(s: Self) -> $Read<$($a,)? R, T> {
                $Read::of(s.held.downgrade())
            }

            /// Becomes the writer, waiting until the other readers are gone, and an upgradable reader again after `f`, also
            /// when `f` panics.
            #[inline]
            #[track_caller]
            pub fn with_upgraded<Ret, F: FnOnce(&mut T) -> Ret>(&mut self, f: F) -> Ret {
                let data = self.held.lock.data.get();
                // SAFETY: while `f` runs the lock is held exclusively, and the guard is borrowed.
                self.held.with_upgraded(|| f(unsafe { &mut *data }))
            }

            /// As [`with_upgraded`](Self::with_upgraded), if there is no other reader now; otherwise `None`.
            #[inline]
            #[track_caller]
            pub fn try_with_upgraded<Ret, F: FnOnce(&mut T) -> Ret>(&mut self, f: F) -> Option<Ret> {
                let data = self.held.lock.data.get();
                // SAFETY: the attempt upgrades the lock, which is held upgradable, if it returns `true`; while `f` runs the
                // lock is held exclusively, and the guard is borrowed.
                unsafe { self.held.try_with_upgraded(|raw| raw.try_upgrade(), || f(&mut *data)) }
            }
        }

        impl<$($a,)? R: RawRwLockUpgradeTimed $(+ $a)?, T: ?Sized $(+ $a)?> $Guard<$($a,)? R, T> {
            /// Becomes the writer, waiting at most for `timeout`.
            ///
            /// # Errors
            ///
            /// The guard, if the other readers are not gone by then.
            #[inline]
            #[track_caller]
            pub fn try_upgrade_for(s: Self, timeout: R::Duration) -> Result<$Write<$($a,)? R, T>, Self> {
                // SAFETY: the attempt upgrades the lock, which is held upgradable, if it returns `true`.
                unsafe { s.held.try_upgrade(|raw| raw.try_upgrade_for(timeout)) }.map($Write::of).map_err($Guard::of)
            }

            /// Becomes the writer, waiting at most until `timeout`.
            ///
            /// # Errors
            ///
            /// The guard, if the other readers are not gone by then.
            #[inline]
            #[track_caller]
            pub fn try_upgrade_until(s: Self, timeout: R::Instant) -> Result<$Write<$($a,)? R, T>, Self> {
                // SAFETY: the attempt upgrades the lock, which is held upgradable, if it returns `true`.
                unsafe { s.held.try_upgrade(|raw| raw.try_upgrade_until(timeout)) }.map($Write::of).map_err($Guard::of)
            }
        }

        impl<$($a,)? R: RawRwLockUpgradeTimed + RawRwLockUpgradeDowngrade $(+ $a)?, T: ?Sized $(+ $a)?> $Guard<$($a,)? R, T> {
            /// As [`with_upgraded`](Self::with_upgraded), waiting at most for `timeout`; `None` if that was too short.
            #[inline]
            #[track_caller]
            pub fn try_with_upgraded_for<Ret, F: FnOnce(&mut T) -> Ret>(&mut self, timeout: R::Duration, f: F) -> Option<Ret> {
                let data = self.held.lock.data.get();
                // SAFETY: the attempt upgrades the lock, which is held upgradable, if it returns `true`; while `f` runs the
                // lock is held exclusively, and the guard is borrowed.
                unsafe { self.held.try_with_upgraded(|raw| raw.try_upgrade_for(timeout), || f(&mut *data)) }
            }

            /// As [`with_upgraded`](Self::with_upgraded), waiting at most until `timeout`; `None` if that was too early.
            #[inline]
            #[track_caller]
            pub fn try_with_upgraded_until<Ret, F: FnOnce(&mut T) -> Ret>(&mut self, timeout: R::Instant, f: F) -> Option<Ret> {
                let data = self.held.lock.data.get();
                // SAFETY: the attempt upgrades the lock, which is held upgradable, if it returns `true`; while `f` runs the
                // lock is held exclusively, and the guard is borrowed.
                unsafe { self.held.try_with_upgraded(|raw| raw.try_upgrade_until(timeout), || f(&mut *data)) }
            }
        }
    };
}

impl<'a, R: RawRwLockUpgrade, T: ?Sized> RwLockUpgradableReadGuard<'a, R, T> {
    #[inline]
    pub(super) fn of(held: Held<&'a RwLock<R, T>, Upgradable>) -> Self {
        RwLockUpgradableReadGuard { held, marker: PhantomData }
    }

    /// The lock that is held.
    #[inline]
    pub fn rwlock(s: &Self) -> &'a RwLock<R, T> {
        s.held.lock
    }
}

upgradable_guard!(RwLockUpgradableReadGuard, RwLockWriteGuard, RwLockReadGuard, 'a);
guard_unlocked!(impl['a, R: RawRwLockUpgrade, T: ?Sized] for RwLockUpgradableReadGuard<'a, R, T>);
guard_fair!(impl['a, R: RawRwLockUpgradeFair, T: ?Sized] for RwLockUpgradableReadGuard<'a, R, T>);
guard_access!(impl['a, R: RawRwLockUpgrade, T: ?Sized] for RwLockUpgradableReadGuard<'a, R, T>:
    |guard| guard.held.lock.data.get());

impl<R: RawRwLockUpgrade, T: ?Sized> ArcRwLockUpgradableReadGuard<R, T> {
    #[inline]
    pub(super) fn of(held: Held<Arc<RwLock<R, T>>, Upgradable>) -> Self {
        ArcRwLockUpgradableReadGuard { held, marker: PhantomData }
    }

    /// The lock that is held.
    #[inline]
    pub fn rwlock(s: &Self) -> &Arc<RwLock<R, T>> {
        &s.held.lock
    }
}

upgradable_guard!(ArcRwLockUpgradableReadGuard, ArcRwLockWriteGuard, ArcRwLockReadGuard);
guard_into_arc!(impl[R: RawRwLockUpgrade, T: ?Sized] for ArcRwLockUpgradableReadGuard<R, T> => RwLock<R, T>);
guard_into_arc!(fair impl[R: RawRwLockUpgradeFair, T: ?Sized] for ArcRwLockUpgradableReadGuard<R, T> => RwLock<R, T>);
guard_unlocked!(impl[R: RawRwLockUpgrade, T: ?Sized] for ArcRwLockUpgradableReadGuard<R, T>);
guard_fair!(impl[R: RawRwLockUpgradeFair, T: ?Sized] for ArcRwLockUpgradableReadGuard<R, T>);
guard_access!(impl[R: RawRwLockUpgrade, T: ?Sized] for ArcRwLockUpgradableReadGuard<R, T>: |guard| guard.held.lock.data.get());

/// A [`RwLockReadGuard`] narrowed to a part of the data, by [`RwLockReadGuard::map`].
#[clippy::has_significant_drop]
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct MappedRwLockReadGuard<'a, R: RawRwLock, T: ?Sized> {
    held: Held<&'a Checked<R>, Shared>,
    data: *const T,
    marker: PhantomData<&'a T>,
}

// SAFETY: a shared guard gives shared access to the data, and none to the raw lock.
unsafe impl<'a, R: RawRwLock, T: ?Sized + Sync> Sync for MappedRwLockReadGuard<'a, R, T> {}
// SAFETY: the guard uses the raw lock only to unlock it, which the marker allows from any thread; its access to the data is
// shared.
unsafe impl<'a, R: RawRwLock, T: ?Sized + Sync> Send for MappedRwLockReadGuard<'a, R, T> where R::GuardMarker: Send {}

guard_map!(impl['a, R: RawRwLock, T: ?Sized] for MappedRwLockReadGuard<'a, R, T> => MappedRwLockReadGuard<'a, R>, (&),
    try_map_or_else: |guard| guard.data, guard.held);
guard_fair!(mapped impl['a, R: RawRwLockFair, T: ?Sized] for MappedRwLockReadGuard<'a, R, T>);
guard_access!(impl['a, R: RawRwLock, T: ?Sized] for MappedRwLockReadGuard<'a, R, T>: |guard| guard.data);

/// A [`RwLockWriteGuard`] narrowed to a part of the data, by [`RwLockWriteGuard::map`].
#[clippy::has_significant_drop]
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct MappedRwLockWriteGuard<'a, R: RawRwLock, T: ?Sized> {
    held: Held<&'a Checked<R>, Exclusive>,
    data: *mut T,
    marker: PhantomData<&'a mut T>,
}

// SAFETY: a shared guard gives shared access to the data, and none to the raw lock.
unsafe impl<'a, R: RawRwLock, T: ?Sized + Sync> Sync for MappedRwLockWriteGuard<'a, R, T> {}
// SAFETY: the guard uses the raw lock only to unlock it, which the marker allows from any thread; the data may go along.
unsafe impl<'a, R: RawRwLock, T: ?Sized + Send> Send for MappedRwLockWriteGuard<'a, R, T> where R::GuardMarker: Send {}

guard_map!(impl['a, R: RawRwLock, T: ?Sized] for MappedRwLockWriteGuard<'a, R, T> => MappedRwLockWriteGuard<'a, R>, (&mut),
    try_map_or_err: |guard| guard.data, guard.held);
guard_fair!(mapped impl['a, R: RawRwLockFair, T: ?Sized] for MappedRwLockWriteGuard<'a, R, T>);
guard_access!(mut impl['a, R: RawRwLock, T: ?Sized] for MappedRwLockWriteGuard<'a, R, T>: |guard| guard.data);
