//! The guards of a [`RwLock`].

use core::marker::PhantomData;
use std::sync::Arc;

use super::super::sides::{self, Exclusive, Shared, Upgradable};
use super::super::{
    RawRwLock, RawRwLockDowngrade, RawRwLockFair, RawRwLockUpgrade, RawRwLockUpgradeDowngrade, RawRwLockUpgradeFair,
    RawRwLockUpgradeTimed,
};
use super::RwLock;
use crate::held::{Checked, Held, TryTurn};
use crate::macros::{guard_access, guard_fair, guard_into_arc, guard_map, guard_unlocked};

/// A [`RwLock`] held shared, and access to its data; dropping it releases the lock.
#[clippy::has_significant_drop]
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockReadGuard<'a, R: RawRwLock, T: ?Sized> {
    held: Held<&'a RwLock<R, T>, Shared, R>,
    marker: PhantomData<&'a T>,
}

impl<'a, R: RawRwLock, T: ?Sized> RwLockReadGuard<'a, R, T> {
    #[inline]
    pub(crate) fn of(held: Held<&'a RwLock<R, T>, Shared, R>) -> Self {
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
    held: Held<Arc<RwLock<R, T>>, Shared, R>,
}

impl<R: RawRwLock, T: ?Sized> ArcRwLockReadGuard<R, T> {
    #[inline]
    pub(crate) fn of(held: Held<Arc<RwLock<R, T>>, Shared, R>) -> Self {
        ArcRwLockReadGuard { held }
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
    held: Held<&'a RwLock<R, T>, Exclusive, R>,
    marker: PhantomData<&'a mut T>,
}

impl<'a, R: RawRwLock, T: ?Sized> RwLockWriteGuard<'a, R, T> {
    #[inline]
    pub(crate) fn of(held: Held<&'a RwLock<R, T>, Exclusive, R>) -> Self {
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
        RwLockReadGuard::of(s.held.turn())
    }
}

impl<'a, R: RawRwLockUpgradeDowngrade, T: ?Sized> RwLockWriteGuard<'a, R, T> {
    /// Goes on as an upgradable reader; no other writer comes in between.
    #[inline]
    #[track_caller]
    pub fn downgrade_to_upgradable(s: Self) -> RwLockUpgradableReadGuard<'a, R, T> {
        RwLockUpgradableReadGuard::of(s.held.turn())
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
    held: Held<Arc<RwLock<R, T>>, Exclusive, R>,
}

impl<R: RawRwLock, T: ?Sized> ArcRwLockWriteGuard<R, T> {
    #[inline]
    pub(crate) fn of(held: Held<Arc<RwLock<R, T>>, Exclusive, R>) -> Self {
        ArcRwLockWriteGuard { held }
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
        ArcRwLockReadGuard::of(s.held.turn())
    }
}

impl<R: RawRwLockUpgradeDowngrade, T: ?Sized> ArcRwLockWriteGuard<R, T> {
    /// Goes on as an upgradable reader; no other writer comes in between.
    #[inline]
    #[track_caller]
    pub fn downgrade_to_upgradable(s: Self) -> ArcRwLockUpgradableReadGuard<R, T> {
        ArcRwLockUpgradableReadGuard::of(s.held.turn())
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
    held: Held<&'a RwLock<R, T>, Upgradable, R>,
    marker: PhantomData<&'a T>,
}

/// A [`RwLockUpgradableReadGuard`] that owns an `Arc` of its lock.
#[clippy::has_significant_drop]
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct ArcRwLockUpgradableReadGuard<R: RawRwLockUpgrade, T: ?Sized> {
    held: Held<Arc<RwLock<R, T>>, Upgradable, R>,
}

/// What both upgradable guards can do. `$a` is the lifetime of the one that has one.
macro_rules! upgradable_guard {
    ($Guard:ident, $Write:ident, $Read:ident $(, $a:lifetime)?) => {
        impl<$($a,)? R: RawRwLockUpgrade $(+ $a)?, T: ?Sized $(+ $a)?> $Guard<$($a,)? R, T> {
            /// Becomes the writer, waiting until the other readers are gone.
            ///
            /// The validator treats it as an acquisition that waits.
            ///
            /// # Panics
            ///
            /// With `validate`, when waiting could never end (after the report); without it, as the raw lock: most never return.
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
                // SAFETY: the attempt upgrades the lock, which is held upgradable, or gives the state back.
                unsafe { s.held.try_turn_with(|raw, state| Upgradable::try_turn(raw, state)) }.map($Write::of).map_err($Guard::of)
            }
        }

        impl<$($a,)? R: RawRwLockUpgradeDowngrade $(+ $a)?, T: ?Sized $(+ $a)?> $Guard<$($a,)? R, T> {
            /// Goes on as a plain reader.
            #[inline]
            #[track_caller]
            pub fn downgrade(s: Self) -> $Read<$($a,)? R, T> {
                $Read::of(s.held.turn())
            }

            /// Becomes the writer, waiting until the other readers are gone, and an upgradable reader again after `f`, also
            /// when `f` panics.
            ///
            /// # Panics
            ///
            /// As [`upgrade`](Self::upgrade).
            #[inline]
            #[track_caller]
            pub fn with_upgraded<Ret, F: FnOnce(&mut T) -> Ret>(&mut self, f: F) -> Ret {
                let data = self.held.lock.data.get();
                // SAFETY: while `f` runs the lock is held exclusively, and the guard is borrowed.
                self.held.with_upgraded::<Exclusive, _>(|| f(unsafe { &mut *data }))
            }

            /// As [`with_upgraded`](Self::with_upgraded), if there is no other reader now; otherwise `None`.
            #[inline]
            #[track_caller]
            pub fn try_with_upgraded<Ret, F: FnOnce(&mut T) -> Ret>(&mut self, f: F) -> Option<Ret> {
                let data = self.held.lock.data.get();
                // SAFETY: the attempt upgrades the lock, which is held upgradable, or gives the state back; while `f` runs the
                // lock is held exclusively, and the guard is borrowed.
                unsafe { self.held.try_with_upgraded::<Exclusive, _>(|raw, state| Upgradable::try_turn(raw, state), || f(&mut *data)) }
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
                s.held.might_wait();
                // SAFETY: the attempt upgrades the lock, which is held upgradable, or gives the state back.
                unsafe { s.held.try_turn_with(|raw, state| sides::try_upgrade_for(raw, state, timeout)) }.map($Write::of).map_err($Guard::of)
            }

            /// Becomes the writer, waiting at most until `timeout`.
            ///
            /// # Errors
            ///
            /// The guard, if the other readers are not gone by then.
            #[inline]
            #[track_caller]
            pub fn try_upgrade_until(s: Self, timeout: R::Instant) -> Result<$Write<$($a,)? R, T>, Self> {
                s.held.might_wait();
                // SAFETY: the attempt upgrades the lock, which is held upgradable, or gives the state back.
                unsafe { s.held.try_turn_with(|raw, state| sides::try_upgrade_until(raw, state, timeout)) }.map($Write::of).map_err($Guard::of)
            }
        }

        impl<$($a,)? R: RawRwLockUpgradeTimed + RawRwLockUpgradeDowngrade $(+ $a)?, T: ?Sized $(+ $a)?> $Guard<$($a,)? R, T> {
            /// As [`with_upgraded`](Self::with_upgraded), waiting at most for `timeout`; `None` if that was too short.
            #[inline]
            #[track_caller]
            pub fn try_with_upgraded_for<Ret, F: FnOnce(&mut T) -> Ret>(&mut self, timeout: R::Duration, f: F) -> Option<Ret> {
                self.held.might_wait();
                let data = self.held.lock.data.get();
                // SAFETY: the attempt upgrades the lock, which is held upgradable, or gives the state back; while `f` runs the
                // lock is held exclusively, and the guard is borrowed.
                unsafe { self.held.try_with_upgraded::<Exclusive, _>(|raw, state| sides::try_upgrade_for(raw, state, timeout), || f(&mut *data)) }
            }

            /// As [`with_upgraded`](Self::with_upgraded), waiting at most until `timeout`; `None` if that was too early.
            #[inline]
            #[track_caller]
            pub fn try_with_upgraded_until<Ret, F: FnOnce(&mut T) -> Ret>(&mut self, timeout: R::Instant, f: F) -> Option<Ret> {
                self.held.might_wait();
                let data = self.held.lock.data.get();
                // SAFETY: the attempt upgrades the lock, which is held upgradable, or gives the state back; while `f` runs the
                // lock is held exclusively, and the guard is borrowed.
                unsafe { self.held.try_with_upgraded::<Exclusive, _>(|raw, state| sides::try_upgrade_until(raw, state, timeout), || f(&mut *data)) }
            }
        }
    };
}

impl<'a, R: RawRwLockUpgrade, T: ?Sized> RwLockUpgradableReadGuard<'a, R, T> {
    #[inline]
    pub(crate) fn of(held: Held<&'a RwLock<R, T>, Upgradable, R>) -> Self {
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
    pub(crate) fn of(held: Held<Arc<RwLock<R, T>>, Upgradable, R>) -> Self {
        ArcRwLockUpgradableReadGuard { held }
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
    pub(crate) held: Held<&'a Checked<R>, Shared, R>,
    pub(crate) data: *const T,
    pub(crate) marker: PhantomData<&'a T>,
}

guard_fair!(mapped impl['a, R: RawRwLockFair, T: ?Sized] for MappedRwLockReadGuard<'a, R, T>);
guard_access!(impl['a, R: RawRwLock, T: ?Sized] for MappedRwLockReadGuard<'a, R, T>: |guard| guard.data);

/// A [`RwLockWriteGuard`] narrowed to a part of the data, by [`RwLockWriteGuard::map`].
#[clippy::has_significant_drop]
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct MappedRwLockWriteGuard<'a, R: RawRwLock, T: ?Sized> {
    pub(crate) held: Held<&'a Checked<R>, Exclusive, R>,
    pub(crate) data: *mut T,
    pub(crate) marker: PhantomData<&'a mut T>,
}

guard_map!(impl['a, R: RawRwLock, T: ?Sized] for MappedRwLockWriteGuard<'a, R, T> => MappedRwLockWriteGuard<'a, R>, (&mut),
    try_map_or_err: |guard| guard.data, guard.held);
guard_fair!(mapped impl['a, R: RawRwLockFair, T: ?Sized] for MappedRwLockWriteGuard<'a, R, T>);
guard_access!(mut impl['a, R: RawRwLock, T: ?Sized] for MappedRwLockWriteGuard<'a, R, T>: |guard| guard.data);
