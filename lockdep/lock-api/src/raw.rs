//! The raw traits: what a lock without data has to offer. They are those of `lock_api` 0.4; the hidden constants that the
//! validator reads have defaults, so that an implementation written for `lock_api` need not know of them.

use core::num::NonZeroUsize;

use lockdep_core::WaitType;

/// The `GuardMarker` of a raw lock that any thread may unlock: its guards are `Send`.
#[derive(Debug)]
pub struct GuardSend(());

/// The `GuardMarker` of a raw lock that only the locking thread may unlock: its guards are not `Send`.
#[derive(Debug)]
pub struct GuardNoSend(#[allow(dead_code, reason = "the pointer keeps `Send` away")] *mut ());

// SAFETY: nothing can be done with a shared `GuardNoSend`: the pointer is never read.
unsafe impl Sync for GuardNoSend {}

/// A mutex without data.
///
/// # Safety
///
/// From a `lock`, or a `try_lock` that returned `true`, until the `unlock` that follows it, no other `lock` returns and no
/// `try_lock` returns `true`.
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

    /// [`GuardSend`] or [`GuardNoSend`]: whether guards may go to other threads.
    type GuardMarker;

    /// Takes the mutex, waiting until it is free.
    fn lock(&self);

    /// Takes the mutex if it is free now; returns whether it did.
    fn try_lock(&self) -> bool;

    /// Releases the mutex.
    ///
    /// # Safety
    ///
    /// It is held in the current context.
    unsafe fn unlock(&self);

    /// Whether somebody holds the mutex.
    #[inline]
    fn is_locked(&self) -> bool {
        let free = self.try_lock();
        if free {
            // SAFETY: taken by the line above.
            unsafe { self.unlock() };
        }
        !free
    }
}

/// A mutex that can be handed to a waiting thread.
///
/// # Safety
///
/// As [`RawMutex`], with `unlock_fair` an unlock.
pub unsafe trait RawMutexFair: RawMutex {
    /// Releases the mutex; a waiting thread gets it before any thread that comes later.
    ///
    /// # Safety
    ///
    /// It is held in the current context.
    unsafe fn unlock_fair(&self);

    /// Lets waiting threads have the mutex, then takes it again; cheap when nobody waits.
    ///
    /// # Safety
    ///
    /// It is held in the current context.
    #[inline]
    unsafe fn bump(&self) {
        // SAFETY: held, says the caller.
        unsafe { self.unlock_fair() };
        self.lock();
    }
}

/// A mutex whose waits can be limited.
///
/// # Safety
///
/// As [`RawMutex`]; the methods take the mutex if, and only if, they return `true`.
pub unsafe trait RawMutexTimed: RawMutex {
    /// A length of time.
    type Duration;

    /// A point in time.
    type Instant;

    /// Takes the mutex, waiting at most for `timeout`.
    fn try_lock_for(&self, timeout: Self::Duration) -> bool;

    /// Takes the mutex, waiting at most until `timeout`.
    fn try_lock_until(&self, timeout: Self::Instant) -> bool;
}

/// Tells threads apart, for a [`ReentrantMutex`](crate::ReentrantMutex).
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
/// While it is held exclusively nobody else holds it in any way: a lock method returns, or a try method returns `true`, only
/// when the lock is held in the way that the name of the method says.
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

    /// [`GuardSend`] or [`GuardNoSend`]: whether guards may go to other threads.
    type GuardMarker;

    /// Takes the lock shared, waiting until no writer holds it.
    fn lock_shared(&self);

    /// Takes the lock shared if that is possible now; returns whether it did.
    fn try_lock_shared(&self) -> bool;

    /// Releases the lock held shared.
    ///
    /// # Safety
    ///
    /// It is held shared in the current context.
    unsafe fn unlock_shared(&self);

    /// Takes the lock exclusively, waiting until nobody holds it.
    fn lock_exclusive(&self);

    /// Takes the lock exclusively if nobody holds it now; returns whether it did.
    fn try_lock_exclusive(&self) -> bool;

    /// Releases the lock held exclusively.
    ///
    /// # Safety
    ///
    /// It is held exclusively in the current context.
    unsafe fn unlock_exclusive(&self);

    /// Whether somebody holds the lock in any way.
    #[inline]
    fn is_locked(&self) -> bool {
        let free = self.try_lock_exclusive();
        if free {
            // SAFETY: taken by the line above.
            unsafe { self.unlock_exclusive() };
        }
        !free
    }

    /// Whether somebody holds the lock exclusively.
    #[inline]
    fn is_locked_exclusive(&self) -> bool {
        let free = self.try_lock_shared();
        if free {
            // SAFETY: taken by the line above.
            unsafe { self.unlock_shared() };
        }
        !free
    }
}

/// A reader-writer lock that can be handed to a waiting thread.
///
/// # Safety
///
/// As [`RawRwLock`], with the fair unlocks as unlocks.
pub unsafe trait RawRwLockFair: RawRwLock {
    /// Releases the lock held shared; a waiting thread gets it before any thread that comes later.
    ///
    /// # Safety
    ///
    /// It is held shared in the current context.
    unsafe fn unlock_shared_fair(&self);

    /// Releases the lock held exclusively; a waiting thread gets it before any thread that comes later.
    ///
    /// # Safety
    ///
    /// It is held exclusively in the current context.
    unsafe fn unlock_exclusive_fair(&self);

    /// Lets waiting threads have the lock, then takes it shared again.
    ///
    /// # Safety
    ///
    /// It is held shared in the current context.
    #[inline]
    unsafe fn bump_shared(&self) {
        // SAFETY: held shared, says the caller.
        unsafe { self.unlock_shared_fair() };
        self.lock_shared();
    }

    /// Lets waiting threads have the lock, then takes it exclusively again.
    ///
    /// # Safety
    ///
    /// It is held exclusively in the current context.
    #[inline]
    unsafe fn bump_exclusive(&self) {
        // SAFETY: held exclusively, says the caller.
        unsafe { self.unlock_exclusive_fair() };
        self.lock_exclusive();
    }
}

/// A reader-writer lock whose writer can become a reader without letting another writer in.
///
/// # Safety
///
/// After `downgrade` the lock is held shared.
pub unsafe trait RawRwLockDowngrade: RawRwLock {
    /// Makes the exclusive hold a shared one.
    ///
    /// # Safety
    ///
    /// It is held exclusively in the current context.
    unsafe fn downgrade(&self);
}

/// A reader-writer lock whose waits can be limited.
///
/// # Safety
///
/// As [`RawRwLock`]; the methods take the lock if, and only if, they return `true`.
pub unsafe trait RawRwLockTimed: RawRwLock {
    /// A length of time.
    type Duration;

    /// A point in time.
    type Instant;

    /// Takes the lock shared, waiting at most for `timeout`.
    fn try_lock_shared_for(&self, timeout: Self::Duration) -> bool;

    /// Takes the lock shared, waiting at most until `timeout`.
    fn try_lock_shared_until(&self, timeout: Self::Instant) -> bool;

    /// Takes the lock exclusively, waiting at most for `timeout`.
    fn try_lock_exclusive_for(&self, timeout: Self::Duration) -> bool;

    /// Takes the lock exclusively, waiting at most until `timeout`.
    fn try_lock_exclusive_until(&self, timeout: Self::Instant) -> bool;
}

/// A reader-writer lock that a thread which holds it shared may take shared again, even if a writer waits.
///
/// # Safety
///
/// As [`RawRwLock`]; the methods wait for nothing but a writer that holds the lock.
pub unsafe trait RawRwLockRecursive: RawRwLock {
    /// Takes the lock shared, past waiting writers.
    fn lock_shared_recursive(&self);

    /// Takes the lock shared if no writer holds it; returns whether it did.
    fn try_lock_shared_recursive(&self) -> bool;
}

/// A recursive reader-writer lock whose waits can be limited.
///
/// # Safety
///
/// As [`RawRwLockRecursive`]; the methods take the lock if, and only if, they return `true`.
pub unsafe trait RawRwLockRecursiveTimed: RawRwLockRecursive + RawRwLockTimed {
    /// Takes the lock shared, past waiting writers, waiting at most for `timeout`.
    fn try_lock_shared_recursive_for(&self, timeout: Self::Duration) -> bool;

    /// Takes the lock shared, past waiting writers, waiting at most until `timeout`.
    fn try_lock_shared_recursive_until(&self, timeout: Self::Instant) -> bool;
}

/// A reader-writer lock with an upgradable hold: shared with readers, alone among upgradable holds, able to become exclusive.
///
/// # Safety
///
/// As [`RawRwLock`]; an upgradable hold excludes exclusive and other upgradable ones.
pub unsafe trait RawRwLockUpgrade: RawRwLock {
    /// Takes the lock upgradable, waiting until no writer and no other upgradable reader holds it.
    fn lock_upgradable(&self);

    /// Takes the lock upgradable if that is possible now; returns whether it did.
    fn try_lock_upgradable(&self) -> bool;

    /// Releases the lock held upgradable.
    ///
    /// # Safety
    ///
    /// It is held upgradable in the current context.
    unsafe fn unlock_upgradable(&self);

    /// Makes the upgradable hold exclusive, waiting until the readers are gone.
    ///
    /// # Safety
    ///
    /// It is held upgradable in the current context.
    unsafe fn upgrade(&self);

    /// Makes the upgradable hold exclusive if there is no reader now; returns whether it did.
    ///
    /// # Safety
    ///
    /// It is held upgradable in the current context.
    unsafe fn try_upgrade(&self) -> bool;
}

/// A reader-writer lock with fair releases of its upgradable hold.
///
/// # Safety
///
/// As [`RawRwLockUpgrade`], with `unlock_upgradable_fair` an unlock.
pub unsafe trait RawRwLockUpgradeFair: RawRwLockUpgrade + RawRwLockFair {
    /// Releases the lock held upgradable; a waiting thread gets it before any thread that comes later.
    ///
    /// # Safety
    ///
    /// It is held upgradable in the current context.
    unsafe fn unlock_upgradable_fair(&self);

    /// Lets waiting threads have the lock, then takes it upgradable again.
    ///
    /// # Safety
    ///
    /// It is held upgradable in the current context.
    #[inline]
    unsafe fn bump_upgradable(&self) {
        // SAFETY: held upgradable, says the caller.
        unsafe { self.unlock_upgradable_fair() };
        self.lock_upgradable();
    }
}

/// A reader-writer lock that goes down to and from its upgradable hold.
///
/// # Safety
///
/// After a downgrade the lock is held as the name of the method says.
pub unsafe trait RawRwLockUpgradeDowngrade: RawRwLockUpgrade + RawRwLockDowngrade {
    /// Makes the upgradable hold a shared one.
    ///
    /// # Safety
    ///
    /// It is held upgradable in the current context.
    unsafe fn downgrade_upgradable(&self);

    /// Makes the exclusive hold an upgradable one.
    ///
    /// # Safety
    ///
    /// It is held exclusively in the current context.
    unsafe fn downgrade_to_upgradable(&self);
}

/// A reader-writer lock with an upgradable hold, whose waits can be limited.
///
/// # Safety
///
/// As [`RawRwLockUpgrade`]; the methods take the lock, or upgrade it, if and only if they return `true`.
pub unsafe trait RawRwLockUpgradeTimed: RawRwLockUpgrade + RawRwLockTimed {
    /// Takes the lock upgradable, waiting at most for `timeout`.
    fn try_lock_upgradable_for(&self, timeout: Self::Duration) -> bool;

    /// Takes the lock upgradable, waiting at most until `timeout`.
    fn try_lock_upgradable_until(&self, timeout: Self::Instant) -> bool;

    /// Makes the upgradable hold exclusive, waiting at most for `timeout`.
    ///
    /// # Safety
    ///
    /// It is held upgradable in the current context.
    unsafe fn try_upgrade_for(&self, timeout: Self::Duration) -> bool;

    /// Makes the upgradable hold exclusive, waiting at most until `timeout`.
    ///
    /// # Safety
    ///
    /// It is held upgradable in the current context.
    unsafe fn try_upgrade_until(&self, timeout: Self::Instant) -> bool;
}
