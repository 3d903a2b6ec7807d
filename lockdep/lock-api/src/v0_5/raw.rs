//! The raw traits of 0.5: what a lock without data has to offer. Each acquisition returns a state, which the guard keeps and the
//! release takes back; it also decides where guards may go. The hidden constants that the validator reads have defaults, so that an
//! implementation written for `lock_api` need not know of them.

use core::marker::PhantomData;
use core::num::NonZeroUsize;
use core::ptr;

use lockdep_core::WaitType;

use crate::held::{OnDrop, or_abort};

/// The state of a raw lock that has none and that any thread may unlock: its guards are `Send`.
#[derive(Debug, Default)]
pub struct GuardSend(());

impl GuardSend {
    /// The state.
    #[inline]
    pub const fn new() -> GuardSend {
        GuardSend(())
    }
}

/// The state of a raw lock that has none and that only the locking thread may unlock: its guards are not `Send`.
// The array takes no room. By its alignment this is told from what may be sent, which says more of a deadlock.
#[derive(Debug, Default)]
pub struct GuardNoSend(PhantomData<*mut ()>, [usize; 0]);

impl GuardNoSend {
    /// The state.
    #[inline]
    pub const fn new() -> GuardNoSend {
        GuardNoSend(PhantomData, [])
    }
}

// SAFETY: nothing can be done with a shared `GuardNoSend`.
unsafe impl Sync for GuardNoSend {}

/// A mutex without data.
///
/// # Safety
///
/// From a `lock`, or a `try_lock` that returned a state, until the `unlock` that is given this state, no other `lock` returns and no
/// `try_lock` returns a state; and what was done before the `unlock` happened before what follows the next `lock`. A state may be
/// forgotten, and a held mutex moved or dropped by its owner. What unwinds has not taken the mutex; an `unlock` that unwinds has
/// released it.
pub unsafe trait RawMutex {
    /// An unlocked mutex.
    #[allow(clippy::declare_interior_mutable_const, reason = "an initial value: each use is a new lock")]
    const INIT: Self;

    /// The word for this lock in reports.
    #[doc(hidden)]
    const LOCKDEP_NAME: &'static str = "Mutex";

    /// Whether it may be in code that does not know of the validator.
    #[doc(hidden)]
    const LOCKDEP_FOREIGN: bool = true;

    /// Whether an attempt before it waits makes no difference, and may be made.
    #[doc(hidden)]
    const LOCKDEP_ATTEMPT_FIRST: bool = !Self::LOCKDEP_FOREIGN;

    /// How `lock` waits.
    #[doc(hidden)]
    const LOCKDEP_WAIT: WaitType = WaitType::Sleep;

    /// What an acquisition returns and its release takes back: [`GuardSend`] or [`GuardNoSend`], if there is nothing to remember.
    type Guard;

    /// Takes the mutex, waiting until it is free.
    fn lock(&self) -> Self::Guard;

    /// Takes the mutex if it is free now.
    fn try_lock(&self) -> Option<Self::Guard>;

    /// Releases the mutex.
    ///
    /// # Safety
    ///
    /// It is held in the current context, and `guard` came with that.
    unsafe fn unlock(&self, guard: Self::Guard);

    /// Whether somebody holds the mutex.
    fn is_locked(&self) -> bool;
}

/// Puts into `$guard` what `$lock` returns, after `$unlock` was given what was there.
macro_rules! bump {
    ($self:ident, $guard:ident, $unlock:ident, $lock:ident) => {{
        // SAFETY: it is written again below, before anybody else can read it, or the process ends.
        let state = unsafe { ptr::read($guard) };
        let _again = OnDrop(|| {
            let state = or_abort(|| $self.$lock());
            // SAFETY: a reference can be written to.
            unsafe { ptr::write($guard, state) };
        });
        // SAFETY: held, says the caller, with this state.
        unsafe { $self.$unlock(state) };
    }};
}

/// A mutex that can be handed to a waiting thread.
///
/// # Safety
///
/// As [`RawMutex`], with `unlock_fair` an unlock. A `bump` that unwinds leaves the mutex held, with a state for it.
pub unsafe trait RawMutexFair: RawMutex {
    /// Releases the mutex; a waiting thread gets it before any thread that comes later.
    ///
    /// # Safety
    ///
    /// It is held in the current context, and `guard` came with that.
    unsafe fn unlock_fair(&self, guard: Self::Guard);

    /// Lets waiting threads have the mutex, then takes it again; cheap when nobody waits.
    ///
    /// # Safety
    ///
    /// It is held in the current context, and `guard` came with that.
    ///
    /// # Aborts
    ///
    /// Unless overridden, if `lock` panics.
    #[inline]
    unsafe fn bump(&self, guard: &mut Self::Guard) {
        bump!(self, guard, unlock_fair, lock);
    }
}

/// A mutex whose waits can be limited.
///
/// # Safety
///
/// As [`RawMutex`]; the methods take the mutex if, and only if, they return a state.
pub unsafe trait RawMutexTimed: RawMutex {
    /// A length of time.
    type Duration;

    /// A point in time.
    type Instant;

    /// Takes the mutex, waiting at most for `timeout`.
    fn try_lock_for(&self, timeout: Self::Duration) -> Option<Self::Guard>;

    /// Takes the mutex, waiting at most until `timeout`.
    fn try_lock_until(&self, timeout: Self::Instant) -> Option<Self::Guard>;
}

/// Tells threads apart, for a [`ReentrantMutex`](super::ReentrantMutex).
///
/// # Safety
///
/// No two threads that live at the same time get the same number, and a thread always gets the same one.
pub unsafe trait GetThreadId {
    /// The initial value.
    #[allow(clippy::declare_interior_mutable_const, reason = "an initial value: each use is a new one")]
    const INIT: Self;

    /// The number of the current thread.
    fn nonzero_thread_id(&self) -> NonZeroUsize;
}

/// A reader-writer lock without data.
///
/// # Safety
///
/// While it is held exclusively nobody else holds it in any way: a lock method returns, or a try method returns a state, only
/// when the lock is held in the way that the name of the method says. What [`RawMutex`] says of states and of unwinding holds here
/// too.
pub unsafe trait RawRwLock {
    /// An unlocked lock.
    #[allow(clippy::declare_interior_mutable_const, reason = "an initial value: each use is a new lock")]
    const INIT: Self;

    /// The word for this lock in reports.
    #[doc(hidden)]
    const LOCKDEP_NAME: &'static str = "RwLock";

    /// Whether it may be in code that does not know of the validator.
    #[doc(hidden)]
    const LOCKDEP_FOREIGN: bool = true;

    /// Whether an attempt before it waits makes no difference, and may be made.
    #[doc(hidden)]
    const LOCKDEP_ATTEMPT_FIRST: bool = !Self::LOCKDEP_FOREIGN;

    /// How the lock methods wait.
    #[doc(hidden)]
    const LOCKDEP_WAIT: WaitType = WaitType::Sleep;

    /// Whether `lock_shared` passes a queued writer.
    #[doc(hidden)]
    const LOCKDEP_READ_RECURSIVE: bool = false;

    /// Whether `lock_shared` passes a queued writer when it is called in a signal handler.
    #[doc(hidden)]
    const LOCKDEP_READ_RECURSIVE_IN_HANDLER: bool = false;

    /// What a shared acquisition returns and its release takes back: [`GuardSend`] or [`GuardNoSend`], if there is nothing to
    /// remember.
    type SharedGuard;

    /// What an exclusive acquisition returns and its release takes back.
    type ExclusiveGuard;

    /// Takes the lock shared, waiting until no writer holds it.
    fn lock_shared(&self) -> Self::SharedGuard;

    /// Takes the lock shared if that is possible now.
    fn try_lock_shared(&self) -> Option<Self::SharedGuard>;

    /// Releases the lock held shared.
    ///
    /// # Safety
    ///
    /// It is held shared in the current context, and `guard` came with that.
    unsafe fn unlock_shared(&self, guard: Self::SharedGuard);

    /// Takes the lock exclusively, waiting until nobody holds it.
    fn lock_exclusive(&self) -> Self::ExclusiveGuard;

    /// Takes the lock exclusively if nobody holds it now.
    fn try_lock_exclusive(&self) -> Option<Self::ExclusiveGuard>;

    /// Releases the lock held exclusively.
    ///
    /// # Safety
    ///
    /// It is held exclusively in the current context, and `guard` came with that.
    unsafe fn unlock_exclusive(&self, guard: Self::ExclusiveGuard);

    /// Whether somebody holds the lock in any way.
    fn is_locked(&self) -> bool;

    /// Whether somebody holds the lock exclusively.
    fn is_locked_exclusive(&self) -> bool;
}

/// A reader-writer lock that can be handed to a waiting thread.
///
/// # Safety
///
/// As [`RawRwLock`], with the fair unlocks as unlocks. A bump that unwinds leaves the lock held as before, with a state for it.
pub unsafe trait RawRwLockFair: RawRwLock {
    /// Releases the lock held shared; a waiting thread gets it before any thread that comes later.
    ///
    /// # Safety
    ///
    /// It is held shared in the current context, and `guard` came with that.
    unsafe fn unlock_shared_fair(&self, guard: Self::SharedGuard);

    /// Releases the lock held exclusively; a waiting thread gets it before any thread that comes later.
    ///
    /// # Safety
    ///
    /// It is held exclusively in the current context, and `guard` came with that.
    unsafe fn unlock_exclusive_fair(&self, guard: Self::ExclusiveGuard);

    /// Lets waiting threads have the lock, then takes it shared again.
    ///
    /// # Safety
    ///
    /// It is held shared in the current context, and `guard` came with that.
    ///
    /// # Aborts
    ///
    /// Unless overridden, if `lock_shared` panics.
    #[inline]
    unsafe fn bump_shared(&self, guard: &mut Self::SharedGuard) {
        bump!(self, guard, unlock_shared_fair, lock_shared);
    }

    /// Lets waiting threads have the lock, then takes it exclusively again.
    ///
    /// # Safety
    ///
    /// It is held exclusively in the current context, and `guard` came with that.
    ///
    /// # Aborts
    ///
    /// Unless overridden, if `lock_exclusive` panics.
    #[inline]
    unsafe fn bump_exclusive(&self, guard: &mut Self::ExclusiveGuard) {
        bump!(self, guard, unlock_exclusive_fair, lock_exclusive);
    }
}

/// A reader-writer lock whose writer can become a reader without letting another writer in.
///
/// # Safety
///
/// After `downgrade` the lock is held shared; if it unwinds, it is not held.
pub unsafe trait RawRwLockDowngrade: RawRwLock {
    /// Makes the exclusive hold a shared one.
    ///
    /// # Safety
    ///
    /// It is held exclusively in the current context, and `guard` came with that.
    unsafe fn downgrade(&self, guard: Self::ExclusiveGuard) -> Self::SharedGuard;
}

/// A reader-writer lock whose waits can be limited.
///
/// # Safety
///
/// As [`RawRwLock`]; the methods take the lock if, and only if, they return a state.
pub unsafe trait RawRwLockTimed: RawRwLock {
    /// A length of time.
    type Duration;

    /// A point in time.
    type Instant;

    /// Takes the lock shared, waiting at most for `timeout`.
    fn try_lock_shared_for(&self, timeout: Self::Duration) -> Option<Self::SharedGuard>;

    /// Takes the lock shared, waiting at most until `timeout`.
    fn try_lock_shared_until(&self, timeout: Self::Instant) -> Option<Self::SharedGuard>;

    /// Takes the lock exclusively, waiting at most for `timeout`.
    fn try_lock_exclusive_for(&self, timeout: Self::Duration) -> Option<Self::ExclusiveGuard>;

    /// Takes the lock exclusively, waiting at most until `timeout`.
    fn try_lock_exclusive_until(&self, timeout: Self::Instant) -> Option<Self::ExclusiveGuard>;
}

/// A reader-writer lock with an upgradable hold: shared with readers, alone among upgradable holds, able to become exclusive.
///
/// # Safety
///
/// As [`RawRwLock`]; an upgradable hold excludes exclusive and other upgradable ones. An upgrade that unwinds leaves the lock not
/// held; one that gives the state back has changed nothing.
pub unsafe trait RawRwLockUpgrade: RawRwLock {
    /// What an upgradable acquisition returns and its release takes back.
    type UpgradableGuard;

    /// Takes the lock upgradable, waiting until no writer and no other upgradable reader holds it.
    fn lock_upgradable(&self) -> Self::UpgradableGuard;

    /// Takes the lock upgradable if that is possible now.
    fn try_lock_upgradable(&self) -> Option<Self::UpgradableGuard>;

    /// Releases the lock held upgradable.
    ///
    /// # Safety
    ///
    /// It is held upgradable in the current context, and `guard` came with that.
    unsafe fn unlock_upgradable(&self, guard: Self::UpgradableGuard);

    /// Makes the upgradable hold exclusive, waiting until the readers are gone.
    ///
    /// # Safety
    ///
    /// It is held upgradable in the current context, and `guard` came with that.
    unsafe fn upgrade(&self, guard: Self::UpgradableGuard) -> Self::ExclusiveGuard;

    /// Makes the upgradable hold exclusive if there is no reader now; otherwise gives the state back.
    ///
    /// # Errors
    ///
    /// The state, if there is a reader.
    ///
    /// # Safety
    ///
    /// It is held upgradable in the current context, and `guard` came with that.
    unsafe fn try_upgrade(&self, guard: Self::UpgradableGuard) -> Result<Self::ExclusiveGuard, Self::UpgradableGuard>;
}

/// A reader-writer lock with fair releases of its upgradable hold.
///
/// # Safety
///
/// As [`RawRwLockUpgrade`], with `unlock_upgradable_fair` an unlock. A bump that unwinds leaves the lock held as before, with a state
/// for it.
pub unsafe trait RawRwLockUpgradeFair: RawRwLockUpgrade + RawRwLockFair {
    /// Releases the lock held upgradable; a waiting thread gets it before any thread that comes later.
    ///
    /// # Safety
    ///
    /// It is held upgradable in the current context, and `guard` came with that.
    unsafe fn unlock_upgradable_fair(&self, guard: Self::UpgradableGuard);

    /// Lets waiting threads have the lock, then takes it upgradable again.
    ///
    /// # Safety
    ///
    /// It is held upgradable in the current context, and `guard` came with that.
    ///
    /// # Aborts
    ///
    /// Unless overridden, if `lock_upgradable` panics.
    #[inline]
    unsafe fn bump_upgradable(&self, guard: &mut Self::UpgradableGuard) {
        bump!(self, guard, unlock_upgradable_fair, lock_upgradable);
    }
}

/// A reader-writer lock that goes down to and from its upgradable hold.
///
/// # Safety
///
/// After a downgrade the lock is held as the name of the method says; if it unwinds, it is not held.
pub unsafe trait RawRwLockUpgradeDowngrade: RawRwLockUpgrade + RawRwLockDowngrade {
    /// Makes the upgradable hold a shared one.
    ///
    /// # Safety
    ///
    /// It is held upgradable in the current context, and `guard` came with that.
    unsafe fn downgrade_upgradable(&self, guard: Self::UpgradableGuard) -> Self::SharedGuard;

    /// Makes the exclusive hold an upgradable one.
    ///
    /// # Safety
    ///
    /// It is held exclusively in the current context, and `guard` came with that.
    unsafe fn downgrade_to_upgradable(&self, guard: Self::ExclusiveGuard) -> Self::UpgradableGuard;
}

/// A reader-writer lock with an upgradable hold, whose waits can be limited.
///
/// # Safety
///
/// As [`RawRwLockUpgrade`]; the methods take the lock, or upgrade it, if and only if they return a state, or `Ok`.
pub unsafe trait RawRwLockUpgradeTimed: RawRwLockUpgrade + RawRwLockTimed {
    /// Takes the lock upgradable, waiting at most for `timeout`.
    fn try_lock_upgradable_for(&self, timeout: Self::Duration) -> Option<Self::UpgradableGuard>;

    /// Takes the lock upgradable, waiting at most until `timeout`.
    fn try_lock_upgradable_until(&self, timeout: Self::Instant) -> Option<Self::UpgradableGuard>;

    /// Makes the upgradable hold exclusive, waiting at most for `timeout`.
    ///
    /// # Errors
    ///
    /// The state, if the readers are not gone by then.
    ///
    /// # Safety
    ///
    /// It is held upgradable in the current context, and `guard` came with that.
    unsafe fn try_upgrade_for(
        &self,
        guard: Self::UpgradableGuard,
        timeout: Self::Duration,
    ) -> Result<Self::ExclusiveGuard, Self::UpgradableGuard>;

    /// Makes the upgradable hold exclusive, waiting at most until `timeout`.
    ///
    /// # Errors
    ///
    /// The state, if the readers are not gone by then.
    ///
    /// # Safety
    ///
    /// It is held upgradable in the current context, and `guard` came with that.
    unsafe fn try_upgrade_until(
        &self,
        guard: Self::UpgradableGuard,
        timeout: Self::Instant,
    ) -> Result<Self::ExclusiveGuard, Self::UpgradableGuard>;
}

/// A condition variable without data.
///
/// # Safety
///
/// `wait` releases the mutex and sleeps in one step, so that no notification after the release is missed, and returns, or unwinds,
/// with the mutex held and a state for it. If it may wake up without a notification, `notify_one` returns `false` and `notify_all` 0.
pub unsafe trait RawCondvar {
    /// A condition variable that nobody waits on.
    #[allow(clippy::declare_interior_mutable_const, reason = "an initial value: each use is a new one")]
    const INIT: Self;

    /// Whether it may be in code that does not know of the validator.
    #[doc(hidden)]
    const LOCKDEP_FOREIGN: bool = true;

    /// The mutexes that it works with.
    type RawMutex: RawMutex;

    /// Releases the mutex, waits for a notification, and takes the mutex again.
    ///
    /// # Safety
    ///
    /// The mutex is held in the current context, and `guard` came with that.
    unsafe fn wait(&self, mutex: &Self::RawMutex, guard: &mut <Self::RawMutex as RawMutex>::Guard);

    /// Wakes one waiting thread; returns whether there was one.
    fn notify_one(&self) -> bool;

    /// Wakes all waiting threads; returns how many there were.
    fn notify_all(&self) -> usize;
}

/// A condition variable whose waits can be limited.
///
/// # Safety
///
/// As [`RawCondvar`], for all waits.
pub unsafe trait RawCondvarTimed: RawCondvar
where
    Self::RawMutex: RawMutexTimed,
{
    /// The point in time that is this far away, if the clock can tell it.
    fn checked_duration_to_instant(
        timeout: &<Self::RawMutex as RawMutexTimed>::Duration,
    ) -> Option<<Self::RawMutex as RawMutexTimed>::Instant>;

    /// As `wait`, at most until `timeout`; returns whether the time was over.
    ///
    /// # Safety
    ///
    /// As there.
    unsafe fn wait_until(
        &self,
        mutex: &Self::RawMutex,
        guard: &mut <Self::RawMutex as RawMutex>::Guard,
        timeout: &<Self::RawMutex as RawMutexTimed>::Instant,
    ) -> bool;

    /// As `wait`, at most for `timeout`; returns whether the time was over.
    ///
    /// # Safety
    ///
    /// As there.
    #[inline]
    unsafe fn wait_for(
        &self,
        mutex: &Self::RawMutex,
        guard: &mut <Self::RawMutex as RawMutex>::Guard,
        timeout: &<Self::RawMutex as RawMutexTimed>::Duration,
    ) -> bool {
        match Self::checked_duration_to_instant(timeout) {
            // SAFETY: as the caller says.
            Some(until) => unsafe { self.wait_until(mutex, guard, &until) },
            None => {
                // SAFETY: as the caller says.
                unsafe { self.wait(mutex, guard) };
                false
            }
        }
    }
}
