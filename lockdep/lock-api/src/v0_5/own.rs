//! What only the surface of 0.5 has: holds without a guard, given as what the raw lock gave for them; locks taken apart; and auto
//! traits that follow from that state.

use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;

use super::sides::{Exclusive, Shared, Whole};
use super::{
    ArcReentrantMutexGuard, ArcRwLockReadGuard, ArcRwLockUpgradableReadGuard, ArcRwLockWriteGuard, GetThreadId, MappedMutexGuard,
    MappedReentrantMutexGuard, MappedRwLockReadGuard, MappedRwLockWriteGuard, Mutex, MutexGuard, RawMutex, RawMutexFair,
    RawRwLock, RawRwLockFair, RawRwLockUpgrade, ReentrantMutex, RwLock, RwLockReadGuard, RwLockUpgradableReadGuard,
    RwLockWriteGuard,
};
use crate::held::Held;
use crate::macros::guard_map;

impl<R, T> Mutex<R, T> {
    /// The raw lock and the data.
    #[inline]
    pub fn into_inner_with_raw(self) -> (R, T) {
        (self.checked.into_raw(), self.data.into_inner())
    }
}

impl<R: RawMutex, G, T> ReentrantMutex<R, G, T> {
    /// The raw mutex below, the source of thread numbers, and the data.
    #[inline]
    pub fn into_inner_with_raw(self) -> (R, G, T) {
        let raw = self.checked.into_raw();
        (raw.mutex, raw.get_thread_id, self.data.into_inner())
    }
}

impl<R, T> RwLock<R, T> {
    /// The raw lock and the data.
    #[inline]
    pub fn into_inner_with_raw(self) -> (R, T) {
        (self.checked.into_raw(), self.data.into_inner())
    }
}

impl<R: RawMutex, T: ?Sized> Mutex<R, T> {
    /// A guard for a mutex that is held, but has no guard. The validator, if it does not know it, does from here on. `guard` is what the raw lock gave.
    ///
    /// # Safety
    ///
    /// The mutex is held in the current context, `guard` came with that, and no other guard releases it: one was forgotten, say.
    #[inline]
    #[track_caller]
    pub unsafe fn make_guard_unchecked(&self, guard: R::Guard) -> MutexGuard<'_, R, T> {
        // SAFETY: held and given to us, says the caller.
        MutexGuard::of(unsafe { Held::adopt(self, guard) })
    }

    /// Releases the mutex without its guard.
    ///
    /// # Safety
    ///
    /// The mutex is held in the current context, `guard` came with that, and no guard releases it: one was forgotten.
    #[inline]
    #[track_caller]
    pub unsafe fn force_unlock(&self, guard: R::Guard) {
        // SAFETY: held and given to us, says the caller.
        unsafe { Held::<_, Whole, _>::assume(self, guard) }.unlock();
    }
}

impl<R: RawMutexFair, T: ?Sized> Mutex<R, T> {
    /// Releases the mutex without its guard; a waiting thread gets it before any thread that comes later.
    ///
    /// # Safety
    ///
    /// The mutex is held in the current context, `guard` came with that, and no guard releases it: one was forgotten.
    #[inline]
    #[track_caller]
    pub unsafe fn force_unlock_fair(&self, guard: R::Guard) {
        // SAFETY: held and given to us, says the caller.
        unsafe { Held::<_, Whole, _>::assume(self, guard) }.unlock_fair();
    }
}

impl<R: RawRwLock, T: ?Sized> RwLock<R, T> {
    /// A guard for a lock that is held shared, but has no guard. The validator, if it does not know it, does from here on. `guard` is what the raw lock gave.
    ///
    /// # Safety
    ///
    /// The lock is held shared in the current context, `guard` came with that, and no other guard releases it: one was forgotten, say.
    #[inline]
    #[track_caller]
    pub unsafe fn make_read_guard_unchecked(&self, guard: R::SharedGuard) -> RwLockReadGuard<'_, R, T> {
        // SAFETY: held and given to us, says the caller.
        RwLockReadGuard::of(unsafe { Held::adopt(self, guard) })
    }

    /// A guard for a lock that is held exclusively, but has no guard. The validator, if it does not know it, does from here on. `guard` is what the raw lock gave.
    ///
    /// # Safety
    ///
    /// The lock is held exclusively in the current context, `guard` came with that, and no other guard releases it: one was forgotten, say.
    #[inline]
    #[track_caller]
    pub unsafe fn make_write_guard_unchecked(&self, guard: R::ExclusiveGuard) -> RwLockWriteGuard<'_, R, T> {
        // SAFETY: held and given to us, says the caller.
        RwLockWriteGuard::of(unsafe { Held::adopt(self, guard) })
    }

    /// Releases the lock held shared, without its guard.
    ///
    /// # Safety
    ///
    /// The lock is held shared in the current context, `guard` came with that, and no guard releases it: one was forgotten.
    #[inline]
    #[track_caller]
    pub unsafe fn force_unlock_read(&self, guard: R::SharedGuard) {
        // SAFETY: held and given to us, says the caller.
        unsafe { Held::<_, Shared, _>::assume(self, guard) }.unlock();
    }

    /// Releases the lock held exclusively, without its guard.
    ///
    /// # Safety
    ///
    /// The lock is held exclusively in the current context, `guard` came with that, and no guard releases it: one was forgotten.
    #[inline]
    #[track_caller]
    pub unsafe fn force_unlock_write(&self, guard: R::ExclusiveGuard) {
        // SAFETY: held and given to us, says the caller.
        unsafe { Held::<_, Exclusive, _>::assume(self, guard) }.unlock();
    }

    /// [`make_read_guard_unchecked`](Self::make_read_guard_unchecked), with a guard that owns an `Arc` of the lock.
    ///
    /// # Safety
    ///
    /// As there.
    #[inline]
    #[track_caller]
    pub unsafe fn make_arc_read_guard_unchecked(self: &Arc<Self>, guard: R::SharedGuard) -> ArcRwLockReadGuard<R, T> {
        // SAFETY: held and given to us, says the caller.
        ArcRwLockReadGuard::of(unsafe { Held::adopt(self.clone(), guard) })
    }

    /// [`make_write_guard_unchecked`](Self::make_write_guard_unchecked), with a guard that owns an `Arc` of the lock.
    ///
    /// # Safety
    ///
    /// As there.
    #[inline]
    #[track_caller]
    pub unsafe fn make_arc_write_guard_unchecked(self: &Arc<Self>, guard: R::ExclusiveGuard) -> ArcRwLockWriteGuard<R, T> {
        // SAFETY: held and given to us, says the caller.
        ArcRwLockWriteGuard::of(unsafe { Held::adopt(self.clone(), guard) })
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
    pub unsafe fn force_unlock_read_fair(&self, guard: R::SharedGuard) {
        // SAFETY: held and given to us, says the caller.
        unsafe { Held::<_, Shared, _>::assume(self, guard) }.unlock_fair();
    }

    /// [`force_unlock_write`](Self::force_unlock_write); a waiting thread gets the lock before any thread that comes later.
    ///
    /// # Safety
    ///
    /// As there.
    #[inline]
    #[track_caller]
    pub unsafe fn force_unlock_write_fair(&self, guard: R::ExclusiveGuard) {
        // SAFETY: held and given to us, says the caller.
        unsafe { Held::<_, Exclusive, _>::assume(self, guard) }.unlock_fair();
    }
}

impl<R: RawRwLockUpgrade, T: ?Sized> RwLock<R, T> {
    /// A guard for a lock that is held upgradable, but has no guard. The validator, if it does not know it, does from here on. `guard` is what the raw lock gave.
    ///
    /// # Safety
    ///
    /// The lock is held upgradable in the current context, `guard` came with that, and no other guard releases it: one was forgotten, say.
    #[inline]
    #[track_caller]
    pub unsafe fn make_upgradable_guard_unchecked(&self, guard: R::UpgradableGuard) -> RwLockUpgradableReadGuard<'_, R, T> {
        // SAFETY: held and given to us, says the caller.
        RwLockUpgradableReadGuard::of(unsafe { Held::adopt(self, guard) })
    }

    /// [`make_upgradable_guard_unchecked`](Self::make_upgradable_guard_unchecked), with a guard that owns an `Arc` of the lock.
    ///
    /// # Safety
    ///
    /// As there.
    #[inline]
    #[track_caller]
    pub unsafe fn make_upgradable_arc_guard_unchecked(
        self: &Arc<Self>,
        guard: R::UpgradableGuard,
    ) -> ArcRwLockUpgradableReadGuard<R, T> {
        // SAFETY: held and given to us, says the caller.
        ArcRwLockUpgradableReadGuard::of(unsafe { Held::adopt(self.clone(), guard) })
    }
}

guard_map!(impl['a, R: RawRwLock, T: ?Sized] for MappedRwLockReadGuard<'a, R, T> => MappedRwLockReadGuard<'a, R>, (&),
    try_map_or_err: |guard| guard.data, guard.held);

// All other guards are what their fields are. The state says who may release.

// SAFETY: a shared guard gives shared access to the data, and to the mutex, which is `Sync`, and may be dropped, with these bounds.
unsafe impl<R, G, T> Sync for ArcReentrantMutexGuard<R, G, T>
where
    R: RawMutex + Send + Sync,
    G: GetThreadId + Send + Sync,
    T: ?Sized + Send + Sync,
{
}
// SAFETY: the guard may release from any thread, says the state; the data may go along.
unsafe impl<'a, R: RawMutex + Sync, T: ?Sized + Send> Send for MappedMutexGuard<'a, R, T> where R::Guard: Send {}
// SAFETY: a shared guard gives shared access to the data.
unsafe impl<'a, R: RawMutex + Sync, T: ?Sized + Sync> Sync for MappedMutexGuard<'a, R, T> where R::Guard: Sync {}
// SAFETY: a shared guard gives shared access to the data.
unsafe impl<'a, R: RawMutex + Sync, G: GetThreadId + Sync, T: ?Sized + Sync> Sync for MappedReentrantMutexGuard<'a, R, G, T> {}
// SAFETY: the guard may release from any thread, says the state; its access to the data is shared.
unsafe impl<'a, R: RawRwLock + Sync, T: ?Sized + Sync> Send for MappedRwLockReadGuard<'a, R, T> where R::SharedGuard: Send {}
// SAFETY: a shared guard gives shared access to the data.
unsafe impl<'a, R: RawRwLock + Sync, T: ?Sized + Sync> Sync for MappedRwLockReadGuard<'a, R, T> where R::SharedGuard: Sync {}
// SAFETY: the guard may release from any thread, says the state; the data may go along.
unsafe impl<'a, R: RawRwLock + Sync, T: ?Sized + Send> Send for MappedRwLockWriteGuard<'a, R, T> where R::ExclusiveGuard: Send {}
// SAFETY: a shared guard gives shared access to the data.
unsafe impl<'a, R: RawRwLock + Sync, T: ?Sized + Sync> Sync for MappedRwLockWriteGuard<'a, R, T> where R::ExclusiveGuard: Sync {}

// A mapped guard of 0.5 has a plain pointer, and no marker of an exclusive reference.
impl<'a, R: RawMutex + RefUnwindSafe, T: ?Sized + RefUnwindSafe> UnwindSafe for MappedMutexGuard<'a, R, T> where
    R::Guard: UnwindSafe
{
}
impl<'a, R: RawRwLock + RefUnwindSafe, T: ?Sized + RefUnwindSafe> UnwindSafe for MappedRwLockWriteGuard<'a, R, T> where
    R::ExclusiveGuard: UnwindSafe
{
}
// An owning guard counts as one of the data.
impl<R: RawMutex, G: GetThreadId, T: ?Sized + Unpin> Unpin for ArcReentrantMutexGuard<R, G, T> {}
