//! The sides of the raw locks of 0.5: each acquisition has a state, which its guard keeps.

use lockdep_core::{How, Mode};

use super::{
    GuardNoSend, RawMutex, RawMutexFair, RawRwLock, RawRwLockDowngrade, RawRwLockFair, RawRwLockUpgrade,
    RawRwLockUpgradeDowngrade, RawRwLockUpgradeFair, RawRwLockUpgradeTimed,
};
use crate::held::{FairSide, Side, TryTurn, Turn, begins_with_an_attempt};

/// The only side of a mutex.
pub(crate) enum Whole {}
/// The readers' side of a reader-writer lock.
pub(crate) enum Shared {}
/// The writers' side.
pub(crate) enum Exclusive {}
/// The upgradable readers' side.
pub(crate) enum Upgradable {}

/// Whether a guard with this state may be dropped by another thread. What cannot be told from its shape counts as one that may: then
/// less is found, but nothing is reported that is right.
const fn moves<State>() -> bool {
    size_of::<State>() != 0 || align_of::<State>() != align_of::<GuardNoSend>()
}

/// A side forwards to the methods of a raw trait.
macro_rules! side {
    (
        $side:ident of $Raw:ident with $State:ident is $how:expr; $lock:ident $try_lock:ident $unlock:ident;
        $Fair:ident: $unlock_fair:ident $bump:ident
    ) => {
        // SAFETY: the methods of the raw trait promise the same.
        unsafe impl<R: $Raw> Side<R> for $side {
            const HOW: How<'static> = $how;
            const GUARDS_MOVE: bool = moves::<R::$State>();
            type State = R::$State;
            // The state decides.
            type Marker = ();

            #[inline(always)]
            fn attempt_first() -> bool {
                R::LOCKDEP_ATTEMPT_FIRST || begins_with_an_attempt::<R>()
            }

            #[inline]
            fn is_held(raw: &R) -> bool {
                raw.is_locked()
            }

            #[inline]
            fn lock(raw: &R) -> R::$State {
                raw.$lock()
            }

            #[inline]
            fn try_lock(raw: &R) -> Option<R::$State> {
                raw.$try_lock()
            }

            #[inline]
            unsafe fn unlock(raw: &R, state: R::$State) {
                // SAFETY: held in this way, with this state, says the caller.
                unsafe { raw.$unlock(state) };
            }
        }

        // SAFETY: the methods of the raw trait promise the same.
        unsafe impl<R: $Fair> FairSide<R> for $side {
            #[inline]
            unsafe fn unlock_fair(raw: &R, state: R::$State) {
                // SAFETY: held in this way, with this state, says the caller.
                unsafe { raw.$unlock_fair(state) };
            }

            #[inline]
            unsafe fn bump(raw: &R, state: &mut R::$State) {
                // SAFETY: held in this way, with this state, says the caller.
                unsafe { raw.$bump(state) };
            }
        }
    };
}

side!(Whole of RawMutex with Guard is How::write(); lock try_lock unlock; RawMutexFair: unlock_fair bump);
side!(Shared of RawRwLock with SharedGuard
    is How::new(if R::LOCKDEP_READ_RECURSIVE { Mode::ReadRecursive } else { Mode::Read });
    lock_shared try_lock_shared unlock_shared; RawRwLockFair: unlock_shared_fair bump_shared);
side!(Exclusive of RawRwLock with ExclusiveGuard is How::write(); lock_exclusive try_lock_exclusive unlock_exclusive;
    RawRwLockFair: unlock_exclusive_fair bump_exclusive);
side!(Upgradable of RawRwLockUpgrade with UpgradableGuard is How::new(Mode::Upgradable);
    lock_upgradable try_lock_upgradable unlock_upgradable; RawRwLockUpgradeFair: unlock_upgradable_fair bump_upgradable);

macro_rules! turns {
    ($($From:ident to $To:ident, $Raw:ident: $turn:ident($State:ident) -> $Turned:ident;)*) => { $(
        // SAFETY: the method of the raw trait promises the same.
        unsafe impl<R: $Raw> Turn<R, $To> for $From {
            #[inline]
            unsafe fn turn(raw: &R, state: R::$State) -> R::$Turned {
                // SAFETY: held in this way, with this state, says the caller.
                unsafe { raw.$turn(state) }
            }
        }
    )* };
}

turns! {
    Exclusive to Shared, RawRwLockDowngrade: downgrade(ExclusiveGuard) -> SharedGuard;
    Exclusive to Upgradable, RawRwLockUpgradeDowngrade: downgrade_to_upgradable(ExclusiveGuard) -> UpgradableGuard;
    Upgradable to Shared, RawRwLockUpgradeDowngrade: downgrade_upgradable(UpgradableGuard) -> SharedGuard;
    Upgradable to Exclusive, RawRwLockUpgrade: upgrade(UpgradableGuard) -> ExclusiveGuard;
}

// SAFETY: the method of the raw trait promises the same.
unsafe impl<R: RawRwLockUpgrade> TryTurn<R, Exclusive> for Upgradable {
    #[inline]
    unsafe fn try_turn(raw: &R, state: R::UpgradableGuard) -> Result<R::ExclusiveGuard, R::UpgradableGuard> {
        // SAFETY: held upgradable, with this state, says the caller.
        unsafe { raw.try_upgrade(state) }
    }
}

/// # Safety
///
/// `raw` is held upgradable in the current context, and `state` came with that.
#[inline]
pub(crate) unsafe fn try_upgrade_for<R: RawRwLockUpgradeTimed>(
    raw: &R,
    state: R::UpgradableGuard,
    timeout: R::Duration,
) -> Result<R::ExclusiveGuard, R::UpgradableGuard> {
    // SAFETY: held upgradable, with this state, says the caller.
    unsafe { raw.try_upgrade_for(state, timeout) }
}

/// # Safety
///
/// `raw` is held upgradable in the current context, and `state` came with that.
#[inline]
pub(crate) unsafe fn try_upgrade_until<R: RawRwLockUpgradeTimed>(
    raw: &R,
    state: R::UpgradableGuard,
    timeout: R::Instant,
) -> Result<R::ExclusiveGuard, R::UpgradableGuard> {
    // SAFETY: held upgradable, with this state, says the caller.
    unsafe { raw.try_upgrade_until(state, timeout) }
}

/// What a [`RawReentrantMutex`](super::RawReentrantMutex) keeps of its raw mutex while it is held.
#[doc(hidden)]
pub trait Keeps {
    type State;
}

impl<R: RawMutex> Keeps for R {
    type State = R::Guard;
}
