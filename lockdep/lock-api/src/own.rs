//! What only the surface of 0.4 has: holds without a guard, which nothing but the lock knows of; recursive reads of any lock; and
//! auto traits that it states instead of leaving them to the fields.

use std::sync::Arc;

use lockdep_core::{How, Mode};

use crate::held::Held;
use crate::macros::{guard_map, see, timed};
use crate::sides::{Exclusive, Shared, Whole};
use crate::{
    ArcMutexGuard, ArcRwLockReadGuard, ArcRwLockUpgradableReadGuard, ArcRwLockWriteGuard, GetThreadId, MappedMutexGuard,
    MappedReentrantMutexGuard, MappedRwLockReadGuard, MappedRwLockWriteGuard, Mutex, MutexGuard, RawMutex, RawMutexFair,
    RawRwLock, RawRwLockFair, RawRwLockRecursive, RawRwLockRecursiveTimed, RawRwLockUpgrade, ReentrantMutex, ReentrantMutexGuard,
    RwLock, RwLockReadGuard, RwLockUpgradableReadGuard, RwLockWriteGuard,
};

macro_rules! const_new {
    (<$($param:ident $(: $Bound:ident)?),*> $Lock:ident($($arg:ident: $Arg:ty),*)) => {
        impl<$($param $(: $Bound)?,)* T> $Lock<$($param,)* T> {
            /// The same as [`from_raw`](Self::from_raw), under its older name.
            #[inline]
            #[track_caller]
            pub const fn const_new($($arg: $Arg,)* val: T) -> $Lock<$($param,)* T> {
                $Lock::from_raw($($arg,)* val)
            }
        }
    };
}

const_new!(<R: RawMutex> Mutex(raw_mutex: R));
const_new!(<R: RawMutex, G> ReentrantMutex(raw_mutex: R, get_thread_id: G));
const_new!(<R: RawRwLock> RwLock(raw_rwlock: R));

impl<R: RawMutex, T: ?Sized> Mutex<R, T> {
    /// A guard for a mutex that is held, but has no guard. The validator, if it does not know it, does from here on.
    ///
    /// # Safety
    ///
    /// The mutex is held in the current context, and no other guard releases it: one was forgotten, say.
    #[inline]
    #[track_caller]
    pub unsafe fn make_guard_unchecked(&self) -> MutexGuard<'_, R, T> {
        // SAFETY: held and given to us, says the caller.
        MutexGuard::of(unsafe { Held::adopt(self, ()) })
    }

    /// Releases the mutex without its guard.
    ///
    /// # Safety
    ///
    /// The mutex is held in the current context, and no guard releases it: one was forgotten.
    #[inline]
    #[track_caller]
    pub unsafe fn force_unlock(&self) {
        // SAFETY: held and given to us, says the caller.
        unsafe { Held::<_, Whole, _>::assume(self, ()) }.unlock();
    }
}

impl<R: RawMutexFair, T: ?Sized> Mutex<R, T> {
    /// Releases the mutex without its guard; a waiting thread gets it before any thread that comes later.
    ///
    /// # Safety
    ///
    /// The mutex is held in the current context, and no guard releases it: one was forgotten.
    #[inline]
    #[track_caller]
    pub unsafe fn force_unlock_fair(&self) {
        // SAFETY: held and given to us, says the caller.
        unsafe { Held::<_, Whole, _>::assume(self, ()) }.unlock_fair();
    }
}

impl<R: RawRwLock, T: ?Sized> RwLock<R, T> {
    /// A guard for a lock that is held shared, but has no guard. The validator, if it does not know it, does from here on.
    ///
    /// # Safety
    ///
    /// The lock is held shared in the current context, and no other guard releases it: one was forgotten, say.
    #[inline]
    #[track_caller]
    pub unsafe fn make_read_guard_unchecked(&self) -> RwLockReadGuard<'_, R, T> {
        // SAFETY: held and given to us, says the caller.
        RwLockReadGuard::of(unsafe { Held::adopt(self, ()) })
    }

    /// A guard for a lock that is held exclusively, but has no guard. The validator, if it does not know it, does from here on.
    ///
    /// # Safety
    ///
    /// The lock is held exclusively in the current context, and no other guard releases it: one was forgotten, say.
    #[inline]
    #[track_caller]
    pub unsafe fn make_write_guard_unchecked(&self) -> RwLockWriteGuard<'_, R, T> {
        // SAFETY: held and given to us, says the caller.
        RwLockWriteGuard::of(unsafe { Held::adopt(self, ()) })
    }

    /// Releases the lock held shared, without its guard.
    ///
    /// # Safety
    ///
    /// The lock is held shared in the current context, and no guard releases it: one was forgotten.
    #[inline]
    #[track_caller]
    pub unsafe fn force_unlock_read(&self) {
        // SAFETY: held and given to us, says the caller.
        unsafe { Held::<_, Shared, _>::assume(self, ()) }.unlock();
    }

    /// Releases the lock held exclusively, without its guard.
    ///
    /// # Safety
    ///
    /// The lock is held exclusively in the current context, and no guard releases it: one was forgotten.
    #[inline]
    #[track_caller]
    pub unsafe fn force_unlock_write(&self) {
        // SAFETY: held and given to us, says the caller.
        unsafe { Held::<_, Exclusive, _>::assume(self, ()) }.unlock();
    }

    /// [`make_read_guard_unchecked`](Self::make_read_guard_unchecked), with a guard that owns an `Arc` of the lock.
    ///
    /// # Safety
    ///
    /// As there.
    #[inline]
    #[track_caller]
    pub unsafe fn make_arc_read_guard_unchecked(self: &Arc<Self>) -> ArcRwLockReadGuard<R, T> {
        // SAFETY: held and given to us, says the caller.
        ArcRwLockReadGuard::of(unsafe { Held::adopt(self.clone(), ()) })
    }

    /// [`make_write_guard_unchecked`](Self::make_write_guard_unchecked), with a guard that owns an `Arc` of the lock.
    ///
    /// # Safety
    ///
    /// As there.
    #[inline]
    #[track_caller]
    pub unsafe fn make_arc_write_guard_unchecked(self: &Arc<Self>) -> ArcRwLockWriteGuard<R, T> {
        // SAFETY: held and given to us, says the caller.
        ArcRwLockWriteGuard::of(unsafe { Held::adopt(self.clone(), ()) })
    }
}

impl<R: RawRwLockFair, T: ?Sized> RwLock<R, T> {
    /// [`force_unlock_read`](Self::force_unlock_read); a waiting thread gets the lock before any thread that comes later.
    ///
    /// # Safety
    ///
    /// As there.
    #[inline]
    #[track_caller]
    pub unsafe fn force_unlock_read_fair(&self) {
        // SAFETY: held and given to us, says the caller.
        unsafe { Held::<_, Shared, _>::assume(self, ()) }.unlock_fair();
    }

    /// [`force_unlock_write`](Self::force_unlock_write); a waiting thread gets the lock before any thread that comes later.
    ///
    /// # Safety
    ///
    /// As there.
    #[inline]
    #[track_caller]
    pub unsafe fn force_unlock_write_fair(&self) {
        // SAFETY: held and given to us, says the caller.
        unsafe { Held::<_, Exclusive, _>::assume(self, ()) }.unlock_fair();
    }
}

impl<R: RawRwLockUpgrade, T: ?Sized> RwLock<R, T> {
    /// A guard for a lock that is held upgradable, but has no guard. The validator, if it does not know it, does from here on.
    ///
    /// # Safety
    ///
    /// The lock is held upgradable in the current context, and no other guard releases it: one was forgotten, say.
    #[inline]
    #[track_caller]
    pub unsafe fn make_upgradable_guard_unchecked(&self) -> RwLockUpgradableReadGuard<'_, R, T> {
        // SAFETY: held and given to us, says the caller.
        RwLockUpgradableReadGuard::of(unsafe { Held::adopt(self, ()) })
    }

    /// [`make_upgradable_guard_unchecked`](Self::make_upgradable_guard_unchecked), with a guard that owns an `Arc` of the lock.
    ///
    /// # Safety
    ///
    /// As there.
    #[inline]
    #[track_caller]
    pub unsafe fn make_upgradable_arc_guard_unchecked(self: &Arc<Self>) -> ArcRwLockUpgradableReadGuard<R, T> {
        // SAFETY: held and given to us, says the caller.
        ArcRwLockUpgradableReadGuard::of(unsafe { Held::adopt(self.clone(), ()) })
    }
}

/// How a read that passes waiting writers is taken.
const RECURSIVE: How<'static> = How::new(Mode::ReadRecursive);

impl<R: RawRwLockRecursive, T: ?Sized> RwLock<R, T> {
    /// Takes the lock shared, past waiting writers: a thread that reads already does not deadlock.
    ///
    /// Writers may starve: use it where the thread may hold the lock already, [`read`](Self::read) elsewhere.
    ///
    /// **Signal safety:** as [`read`](Self::read).
    ///
    /// # Panics
    ///
    /// As [`read`](Self::read).
    #[inline]
    #[track_caller]
    pub fn read_recursive(&self) -> RwLockReadGuard<'_, R, T> {
        // SAFETY: both take the lock shared.
        RwLockReadGuard::of(unsafe { Held::lock_with(&self, RECURSIVE, R::try_lock_shared_recursive, R::lock_shared_recursive) })
    }

    /// Takes the lock shared if no writer holds it.
    ///
    /// **Signal safety:** may be called in a handler, if the raw lock spins: the release of one that parks may hang there, and that is not
    /// reported.
    #[inline]
    #[track_caller]
    pub fn try_read_recursive(&self) -> Option<RwLockReadGuard<'_, R, T>> {
        // SAFETY: the attempt takes the lock shared if it says so.
        unsafe { Held::try_lock_with(&self, RECURSIVE, R::try_lock_shared_recursive) }.map(RwLockReadGuard::of)
    }

    /// [`read_recursive`](Self::read_recursive), with a guard that owns an `Arc` of the lock.
    ///
    /// **Signal safety:** as [`read`](Self::read).
    ///
    /// # Panics
    ///
    /// As [`read`](Self::read).
    #[inline]
    #[track_caller]
    pub fn read_arc_recursive(self: &Arc<Self>) -> ArcRwLockReadGuard<R, T> {
        // SAFETY: both take the lock shared.
        ArcRwLockReadGuard::of(unsafe {
            Held::lock_with(self, RECURSIVE, R::try_lock_shared_recursive, R::lock_shared_recursive)
        })
    }

    /// [`try_read_recursive`](Self::try_read_recursive), with a guard that owns an `Arc` of the lock.
    ///
    /// **Signal safety:** may be called in a handler, if the raw lock spins: the release of one that parks may hang there, and that is not
    /// reported.
    #[inline]
    #[track_caller]
    pub fn try_read_recursive_arc(self: &Arc<Self>) -> Option<ArcRwLockReadGuard<R, T>> {
        // SAFETY: the attempt takes the lock shared if it says so.
        unsafe { Held::try_lock_with(self, RECURSIVE, R::try_lock_shared_recursive) }.map(ArcRwLockReadGuard::of)
    }
}

impl<R: RawRwLockRecursiveTimed, T: ?Sized> RwLock<R, T> {
    timed! {
        RwLockReadGuard<'_, R, T>, ArcRwLockReadGuard<R, T>: RECURSIVE, "the lock shared, past waiting writers" as read_recursive;
        try_read_recursive_for, try_read_arc_recursive_for: try_lock_shared_recursive_for;
        try_read_recursive_until, try_read_arc_recursive_until: try_lock_shared_recursive_until;
    }
}

guard_map!(impl['a, R: RawRwLock, T: ?Sized] for MappedRwLockReadGuard<'a, R, T> => MappedRwLockReadGuard<'a, R>, (&),
    try_map_or_else: |guard| guard.data, guard.held);

// SAFETY: a shared guard gives shared access to the data, and to the lock, which is `Sync` with these bounds.
unsafe impl<'a, R: RawMutex + Sync, T: ?Sized + Sync> Sync for MutexGuard<'a, R, T> {}
// SAFETY: as above.
unsafe impl<R: RawMutex + Sync, T: Sync + ?Sized> Sync for ArcMutexGuard<R, T> where R::GuardMarker: Sync {}
// SAFETY: as above.
unsafe impl<'a, R: RawMutex + Sync, G: GetThreadId + Sync, T: ?Sized + Sync> Sync for ReentrantMutexGuard<'a, R, G, T> {}
// SAFETY: as above.
unsafe impl<R: RawRwLock + Sync, T: Sync + ?Sized> Sync for RwLockReadGuard<'_, R, T> {}
// SAFETY: as above.
unsafe impl<R: RawRwLock + Sync, T: Sync + ?Sized> Sync for RwLockWriteGuard<'_, R, T> {}
// SAFETY: as above.
unsafe impl<'a, R: RawRwLockUpgrade + Sync, T: ?Sized + Sync> Sync for RwLockUpgradableReadGuard<'a, R, T> {}

// SAFETY: a shared guard gives shared access to the data, and none to the raw lock.
unsafe impl<'a, R: RawMutex + Sync, T: ?Sized + Sync> Sync for MappedMutexGuard<'a, R, T> {}
// SAFETY: the guard uses the raw lock only to unlock it, which the marker allows from any thread; the data may go along.
unsafe impl<'a, R: RawMutex, T: ?Sized + Send> Send for MappedMutexGuard<'a, R, T> where R::GuardMarker: Send {}
// SAFETY: a shared guard gives shared access to the data, and none to the raw lock.
unsafe impl<'a, R: RawMutex + Sync, G: GetThreadId + Sync, T: ?Sized + Sync> Sync for MappedReentrantMutexGuard<'a, R, G, T> {}
// SAFETY: a shared guard gives shared access to the data, and none to the raw lock.
unsafe impl<'a, R: RawRwLock, T: ?Sized + Sync> Sync for MappedRwLockReadGuard<'a, R, T> {}
// SAFETY: the guard uses the raw lock only to unlock it, which the marker allows from any thread; its access to the data is
// shared.
unsafe impl<'a, R: RawRwLock, T: ?Sized + Sync> Send for MappedRwLockReadGuard<'a, R, T> where R::GuardMarker: Send {}
// SAFETY: a shared guard gives shared access to the data, and none to the raw lock.
unsafe impl<'a, R: RawRwLock, T: ?Sized + Sync> Sync for MappedRwLockWriteGuard<'a, R, T> {}
// SAFETY: the guard uses the raw lock only to unlock it, which the marker allows from any thread; the data may go along.
unsafe impl<'a, R: RawRwLock, T: ?Sized + Send> Send for MappedRwLockWriteGuard<'a, R, T> where R::GuardMarker: Send {}

// The data is elsewhere, and does not move with the guard.
impl<R: RawMutex, T: ?Sized> Unpin for ArcMutexGuard<R, T> {}
