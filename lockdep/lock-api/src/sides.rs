//! The sides of the raw locks of 0.4: what they take and give back is nothing.

use core::mem;

use lockdep_core::{How, Mode};

use crate::held::{FairSide, OnDrop, Side, TryTurn, Turn, begins_with_an_attempt};
use crate::{
    RawMutex, RawMutexFair, RawRwLock, RawRwLockDowngrade, RawRwLockFair, RawRwLockUpgrade, RawRwLockUpgradeDowngrade,
    RawRwLockUpgradeFair, RawRwLockUpgradeTimed,
};

/// The only side of a mutex.
pub(crate) enum Whole {}
/// The readers' side of a reader-writer lock.
pub(crate) enum Shared {}
/// The writers' side.
pub(crate) enum Exclusive {}
/// The upgradable readers' side.
pub(crate) enum Upgradable {}

/// A side forwards to the methods of a raw trait.
macro_rules! side {
    (
        $side:ident of $Raw:ident is $how:expr; $lock:ident $try_lock:ident $unlock:ident;
        $Fair:ident: $unlock_fair:ident $bump:ident
    ) => {
        // SAFETY: the methods of the raw trait promise the same.
        unsafe impl<R: $Raw> Side<R> for $side {
            const HOW: How<'static> = $how;
            // `GuardSend` is empty; a marker that is not may not go to other threads.
            const GUARDS_MOVE: bool = size_of::<R::GuardMarker>() == 0;
            type State = ();
            type Marker = R::GuardMarker;

            #[inline(always)]
            fn attempt_first() -> bool {
                R::LOCKDEP_ATTEMPT_FIRST || begins_with_an_attempt::<R>()
            }

            #[inline]
            fn is_held(raw: &R) -> bool {
                raw.is_locked()
            }

            #[inline]
            fn lock(raw: &R) {
                raw.$lock();
            }

            #[inline]
            fn try_lock(raw: &R) -> Option<()> {
                raw.$try_lock().then_some(())
            }

            #[inline]
            unsafe fn unlock(raw: &R, (): ()) {
                // SAFETY: held in this way, says the caller.
                unsafe { raw.$unlock() };
            }
        }

        // SAFETY: the methods of the raw trait promise the same.
        unsafe impl<R: $Fair> FairSide<R> for $side {
            #[inline]
            unsafe fn unlock_fair(raw: &R, (): ()) {
                // SAFETY: held in this way, says the caller.
                unsafe { raw.$unlock_fair() };
            }

            #[inline]
            unsafe fn bump(raw: &R, (): &mut ()) {
                // SAFETY: held in this way, says the caller.
                unsafe { raw.$bump() };
            }
        }
    };
}

side!(Whole of RawMutex is How::write(); lock try_lock unlock; RawMutexFair: unlock_fair bump);
side!(Shared of RawRwLock is How::new(if R::LOCKDEP_READ_RECURSIVE { Mode::ReadRecursive } else { Mode::Read });
    lock_shared try_lock_shared unlock_shared; RawRwLockFair: unlock_shared_fair bump_shared);
side!(Exclusive of RawRwLock is How::write(); lock_exclusive try_lock_exclusive unlock_exclusive;
    RawRwLockFair: unlock_exclusive_fair bump_exclusive);
side!(Upgradable of RawRwLockUpgrade is How::new(Mode::Upgradable); lock_upgradable try_lock_upgradable unlock_upgradable;
    RawRwLockUpgradeFair: unlock_upgradable_fair bump_upgradable);

/// Changes a hold by `change`. Should that unwind, the lock is released as the guard would have done.
#[inline]
fn change<U>(change: impl FnOnce() -> U, release: impl FnMut()) -> U {
    let unwinding = OnDrop(release);
    let value = change();
    mem::forget(unwinding);
    value
}

macro_rules! turns {
    ($($From:ident to $To:ident, $Raw:ident: $turn:ident, $unlock:ident;)*) => { $(
        // SAFETY: the method of the raw trait promises the same, or what `change` does.
        unsafe impl<R: $Raw> Turn<R, $To> for $From {
            #[inline]
            unsafe fn turn(raw: &R, (): ()) {
                // SAFETY: held in this way, says the caller.
                change(|| unsafe { raw.$turn() }, || unsafe { raw.$unlock() });
            }
        }
    )* };
}

turns! {
    Exclusive to Shared, RawRwLockDowngrade: downgrade, unlock_exclusive;
    Exclusive to Upgradable, RawRwLockUpgradeDowngrade: downgrade_to_upgradable, unlock_exclusive;
    Upgradable to Shared, RawRwLockUpgradeDowngrade: downgrade_upgradable, unlock_upgradable;
    Upgradable to Exclusive, RawRwLockUpgrade: upgrade, unlock_upgradable;
}

// SAFETY: the method of the raw trait promises the same, or what `change` does.
unsafe impl<R: RawRwLockUpgrade> TryTurn<R, Exclusive> for Upgradable {
    #[inline]
    unsafe fn try_turn(raw: &R, (): ()) -> Result<(), ()> {
        // SAFETY: held upgradable, says the caller.
        change(|| unsafe { raw.try_upgrade() }, || unsafe { raw.unlock_upgradable() }).then_some(()).ok_or(())
    }
}

/// # Safety
///
/// `raw` is held upgradable in the current context.
#[inline]
pub(crate) unsafe fn try_upgrade_for<R: RawRwLockUpgradeTimed>(raw: &R, (): (), timeout: R::Duration) -> Result<(), ()> {
    // SAFETY: held upgradable, says the caller.
    change(|| unsafe { raw.try_upgrade_for(timeout) }, || unsafe { raw.unlock_upgradable() }).then_some(()).ok_or(())
}

/// # Safety
///
/// `raw` is held upgradable in the current context.
#[inline]
pub(crate) unsafe fn try_upgrade_until<R: RawRwLockUpgradeTimed>(raw: &R, (): (), timeout: R::Instant) -> Result<(), ()> {
    // SAFETY: held upgradable, says the caller.
    change(|| unsafe { raw.try_upgrade_until(timeout) }, || unsafe { raw.unlock_upgradable() }).then_some(()).ok_or(())
}

/// What a [`RawReentrantMutex`](crate::RawReentrantMutex) keeps of its raw mutex while it is held.
#[doc(hidden)]
pub trait Keeps {
    type State;
}

// Whatever `R` is, so that the types can be named without a bound, as in the original.
impl<R> Keeps for R {
    type State = ();
}
