//! From one side of a held lock to another, for borrowing and owning guards alike.
//!
//! Each conversion first changes the raw lock and the type that releases it, then tells the map: if that panics, what is
//! released is what is held.

use core::ops::Deref;

use lockdep_core::Mode;

use crate::held::{Checked, Exclusive, Held, Locked, OnDrop, Shared, Upgradable};
use crate::{RawRwLockDowngrade, RawRwLockUpgrade, RawRwLockUpgradeDowngrade};

impl<P, R> Held<P, Exclusive>
where
    P: Deref,
    P::Target: Locked<Raw = R>,
    R: RawRwLockDowngrade,
{
    #[inline]
    #[track_caller]
    pub(super) fn downgrade(self) -> Held<P, Shared> {
        // SAFETY: a `Held` holds the lock, here exclusively.
        unsafe { self.lock.checked().raw.downgrade() };
        // SAFETY: the line above made it shared.
        let held = unsafe { Held::assume(self.into_lock()) };
        held.lock.checked().map.converted(Mode::Write, Mode::Read);
        held
    }
}

impl<P, R> Held<P, Exclusive>
where
    P: Deref,
    P::Target: Locked<Raw = R>,
    R: RawRwLockUpgradeDowngrade,
{
    #[inline]
    #[track_caller]
    pub(super) fn downgrade_to_upgradable(self) -> Held<P, Upgradable> {
        // SAFETY: a `Held` holds the lock, here exclusively.
        unsafe { self.lock.checked().raw.downgrade_to_upgradable() };
        // SAFETY: the line above made it upgradable.
        let held = unsafe { Held::assume(self.into_lock()) };
        held.lock.checked().map.converted(Mode::Write, Mode::Upgradable);
        held
    }
}

impl<P, R> Held<P, Upgradable>
where
    P: Deref,
    P::Target: Locked<Raw = R>,
    R: RawRwLockUpgrade,
{
    #[inline]
    #[track_caller]
    pub(super) fn upgrade(self) -> Held<P, Exclusive> {
        // SAFETY: a `Held` holds the lock, here upgradable.
        unsafe { upgrade(self.lock.checked()) };
        // SAFETY: the line above made it exclusive.
        unsafe { Held::assume(self.into_lock()) }
    }

    /// Upgrades if `attempt` does, otherwise gives `self` back.
    ///
    /// # Safety
    ///
    /// `attempt` upgrades the upgradable lock it is given if it returns `true`.
    #[inline]
    #[track_caller]
    pub(super) unsafe fn try_upgrade(self, attempt: impl FnOnce(&R) -> bool) -> Result<Held<P, Exclusive>, Self> {
        if !attempt(&self.lock.checked().raw) {
            return Err(self);
        }
        // SAFETY: the attempt made it exclusive.
        let held = unsafe { Held::assume(self.into_lock()) };
        held.lock.checked().map.converted(Mode::Upgradable, Mode::Write);
        Ok(held)
    }
}

impl<P, R> Held<P, Upgradable>
where
    P: Deref,
    P::Target: Locked<Raw = R>,
    R: RawRwLockUpgradeDowngrade,
{
    #[inline]
    #[track_caller]
    pub(super) fn downgrade(self) -> Held<P, Shared> {
        // SAFETY: a `Held` holds the lock, here upgradable.
        unsafe { self.lock.checked().raw.downgrade_upgradable() };
        // SAFETY: the line above made it shared.
        let held = unsafe { Held::assume(self.into_lock()) };
        held.lock.checked().map.converted(Mode::Upgradable, Mode::Read);
        held
    }

    /// Runs `f` with the lock held exclusively.
    #[inline]
    #[track_caller]
    pub(super) fn with_upgraded<U>(&mut self, f: impl FnOnce() -> U) -> U {
        let checked = self.lock.checked();
        // SAFETY: a `Held` holds the lock, here upgradable; if it cannot be upgraded, it still does.
        unsafe { upgrade(checked) };
        // SAFETY: upgraded by the line above.
        let _upgradable_again = OnDrop(|| unsafe { downgrade_to_upgradable(checked) });
        f()
    }

    /// Runs `f` with the lock held exclusively, if `attempt` upgrades it.
    ///
    /// # Safety
    ///
    /// `attempt` upgrades the upgradable lock it is given if it returns `true`.
    #[inline]
    #[track_caller]
    pub(super) unsafe fn try_with_upgraded<U>(&mut self, attempt: impl FnOnce(&R) -> bool, f: impl FnOnce() -> U) -> Option<U> {
        let checked = self.lock.checked();
        if !attempt(&checked.raw) {
            return None;
        }
        // SAFETY: upgraded by the attempt.
        let _upgradable_again = OnDrop(|| unsafe { downgrade_to_upgradable(checked) });
        checked.map.converted(Mode::Upgradable, Mode::Write);
        Some(f())
    }
}

/// # Safety
///
/// The lock is held upgradable in the current context. Afterwards it is held exclusively.
#[inline]
#[track_caller]
unsafe fn upgrade<R: RawRwLockUpgrade>(checked: &Checked<R>) {
    let Checked { map, raw } = checked;
    // SAFETY: held upgradable, says the caller; the second is called only if the first has not upgraded.
    map.upgrade(|| unsafe { raw.try_upgrade() }, || unsafe { raw.upgrade() });
}

/// # Safety
///
/// The lock is held exclusively in the current context. Afterwards it is held upgradable.
#[inline]
unsafe fn downgrade_to_upgradable<R: RawRwLockUpgradeDowngrade>(checked: &Checked<R>) {
    // SAFETY: held exclusively, says the caller.
    unsafe { checked.raw.downgrade_to_upgradable() };
    checked.map.converted(Mode::Write, Mode::Upgradable);
}
