//! Guards as stable addresses: their data stays where it is when they move.

use owning_ref::StableAddress;

use super::{
    GetThreadId, MappedMutexGuard, MappedReentrantMutexGuard, MappedRwLockReadGuard, MappedRwLockWriteGuard, MutexGuard,
    RawMutex, RawRwLock, RawRwLockUpgrade, ReentrantMutexGuard, RwLockReadGuard, RwLockUpgradableReadGuard, RwLockWriteGuard,
};

macro_rules! stable {
    ($(<$($param:ident: $Bound:ident),*> $Guard:ident;)*) => { $(
        // SAFETY: the data is in the lock, which is borrowed and so does not move.
        unsafe impl<'a, $($param: $Bound + 'a,)* T: ?Sized + 'a> StableAddress for $Guard<'a, $($param,)* T> {}
    )* };
}

stable! {
    <R: RawMutex> MutexGuard;
    <R: RawMutex> MappedMutexGuard;
    <R: RawMutex, G: GetThreadId> ReentrantMutexGuard;
    <R: RawMutex, G: GetThreadId> MappedReentrantMutexGuard;
    <R: RawRwLock> RwLockReadGuard;
    <R: RawRwLock> RwLockWriteGuard;
    <R: RawRwLockUpgrade> RwLockUpgradableReadGuard;
    <R: RawRwLock> MappedRwLockReadGuard;
    <R: RawRwLock> MappedRwLockWriteGuard;
}
