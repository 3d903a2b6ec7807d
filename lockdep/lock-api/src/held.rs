//! The one place that tells the validator what happens to a raw lock.
//!
//! Every lock has a [`Checked`] raw lock, every guard is a [`Held`] with a marker, and what differs between guards is the
//! [`Side`] of the lock that they hold. So the order of the two steps (the map first, then the raw lock) is written once.

use core::marker::PhantomData;
use core::mem::{self, ManuallyDrop};
use core::ops::Deref;
use core::ptr;
use std::io::Write;
use std::process;

use lockdep_core::{How, LockMap, Mode};

use crate::{RawMutex, RawMutexFair, RawRwLock, RawRwLockFair, RawRwLockUpgrade, RawRwLockUpgradeFair};

/// A raw lock and its map.
///
/// A mapped guard knows no more of its lock than this: with one reference to both it is as small as one without a map.
pub(crate) struct Checked<R> {
    pub(crate) map: LockMap,
    pub(crate) raw: InWords<R>,
}

impl<R> Checked<R> {
    #[inline]
    pub(crate) const fn new(map: LockMap, raw: R) -> Checked<R> {
        Checked { map, raw: InWords(raw) }
    }
}

/// A raw lock that fills the words it has beside the map anyway: a new one is then written as whole words, and together with the
/// data behind it where both are zero.
#[cfg_attr(feature = "validate", repr(align(8)))]
pub(crate) struct InWords<R>(R);

impl<R> Deref for InWords<R> {
    type Target = R;

    #[inline]
    fn deref(&self) -> &R {
        &self.0
    }
}

/// What has a [`Checked`] raw lock in it.
pub(crate) trait Locked {
    type Raw;

    fn checked(&self) -> &Checked<Self::Raw>;
}

impl<R> Locked for Checked<R> {
    type Raw = R;

    #[inline]
    fn checked(&self) -> &Checked<R> {
        self
    }
}

/// One way to hold the raw lock `R`.
///
/// # Safety
///
/// After `lock`, and after a `try_lock` that returned `true`, the raw lock is held in this way until `unlock`.
pub(crate) unsafe trait Side<R> {
    /// The way, in the validator's words.
    const HOW: How<'static>;

    fn lock(raw: &R);

    fn try_lock(raw: &R) -> bool;

    /// # Safety
    ///
    /// `raw` is held in this way in the current context.
    unsafe fn unlock(raw: &R);
}

/// A [`Side`] that can be released fairly.
///
/// # Safety
///
/// `unlock_fair` unlocks; after `bump` the raw lock is held as before.
pub(crate) unsafe trait FairSide<R>: Side<R> {
    /// # Safety
    ///
    /// `raw` is held in this way in the current context.
    unsafe fn unlock_fair(raw: &R);

    /// # Safety
    ///
    /// `raw` is held in this way in the current context.
    unsafe fn bump(raw: &R);
}

/// The only side of a mutex.
pub(crate) enum Whole {}
/// The readers' side of a reader-writer lock.
pub(crate) enum Shared {}
/// The writers' side.
pub(crate) enum Exclusive {}
/// The upgradable readers' side.
pub(crate) enum Upgradable {}

/// How the upgradable readers' side is taken.
pub(crate) const UPGRADABLE: How<'static> = How::new(Mode::Upgradable);

/// How the readers' side is taken.
pub(crate) const fn reading<R: RawRwLock>() -> How<'static> {
    How::new(if R::LOCKDEP_READ_RECURSIVE { Mode::ReadRecursive } else { Mode::Read })
}

/// A side forwards to the methods of a raw trait.
macro_rules! side {
    (
        $side:ident of $Raw:ident is $how:expr; $lock:ident $try_lock:ident $unlock:ident;
        $Fair:ident: $unlock_fair:ident $bump:ident
    ) => {
        // SAFETY: the methods of the raw trait promise the same.
        unsafe impl<R: $Raw> Side<R> for $side {
            const HOW: How<'static> = $how;

            #[inline]
            fn lock(raw: &R) {
                raw.$lock();
            }

            #[inline]
            fn try_lock(raw: &R) -> bool {
                raw.$try_lock()
            }

            #[inline]
            unsafe fn unlock(raw: &R) {
                // SAFETY: held in this way, says the caller.
                unsafe { raw.$unlock() };
            }
        }

        // SAFETY: the methods of the raw trait promise the same.
        unsafe impl<R: $Fair> FairSide<R> for $side {
            #[inline]
            unsafe fn unlock_fair(raw: &R) {
                // SAFETY: held in this way, says the caller.
                unsafe { raw.$unlock_fair() };
            }

            #[inline]
            unsafe fn bump(raw: &R) {
                // SAFETY: held in this way, says the caller.
                unsafe { raw.$bump() };
            }
        }
    };
}

side!(Whole of RawMutex is How::write(); lock try_lock unlock; RawMutexFair: unlock_fair bump);
side!(Shared of RawRwLock is reading::<R>(); lock_shared try_lock_shared unlock_shared;
    RawRwLockFair: unlock_shared_fair bump_shared);
side!(Exclusive of RawRwLock is How::write(); lock_exclusive try_lock_exclusive unlock_exclusive;
    RawRwLockFair: unlock_exclusive_fair bump_exclusive);
side!(Upgradable of RawRwLockUpgrade is UPGRADABLE; lock_upgradable try_lock_upgradable unlock_upgradable;
    RawRwLockUpgradeFair: unlock_upgradable_fair bump_upgradable);

/// The raw lock behind the pointer `P`.
type Raw<P> = <<P as Deref>::Target as Locked>::Raw;

/// A lock behind the pointer `P`, held on the side `S`; released on drop.
///
/// Invariant: whoever can use or drop a `Held` finds the raw lock held on that side on its behalf. The methods that release it
/// in between borrow the `Held` for that time, and do not return without it.
pub(crate) struct Held<P, S>
where
    P: Deref,
    P::Target: Locked,
    S: Side<Raw<P>>,
{
    pub(crate) lock: P,
    side: PhantomData<S>,
}

impl<P, S> Held<P, S>
where
    P: Deref,
    P::Target: Locked,
    S: Side<Raw<P>>,
{
    /// # Safety
    ///
    /// The lock is held on the side `S`, and whoever holds it gives it to the new value.
    #[inline]
    pub(crate) unsafe fn assume(lock: P) -> Self {
        Held { lock, side: PhantomData }
    }

    /// Takes the lock, waiting for it.
    #[inline(always)]
    #[track_caller]
    pub(crate) fn lock(lock: &P, how: How<'_>) -> Self
    where
        P: Clone,
    {
        // SAFETY: both take the raw lock on the side `S`.
        unsafe { Held::lock_with(lock, how, S::try_lock, S::lock) }
    }

    /// Takes the lock as `attempt` and `block` do.
    ///
    /// # Safety
    ///
    /// `attempt` takes the raw lock on the side `S` if it returns `true`, `block` if it returns.
    #[inline(always)]
    #[track_caller]
    pub(crate) unsafe fn lock_with(
        lock: &P,
        how: How<'_>,
        mut attempt: impl FnMut(&Raw<P>) -> bool,
        block: impl FnOnce(&Raw<P>),
    ) -> Self
    where
        P: Clone,
    {
        let Checked { map, raw } = lock.checked();
        map.lock(how, || attempt(raw).then_some(()), || block(raw));
        // SAFETY: taken by the line above.
        unsafe { Held::assume(lock.clone()) }
    }

    /// Takes the lock if that is possible now.
    #[inline(always)]
    #[track_caller]
    pub(crate) fn try_lock(lock: &P) -> Option<Self>
    where
        P: Clone,
    {
        // SAFETY: `Side::try_lock` takes the raw lock on the side `S` if it returns `true`.
        unsafe { Held::try_lock_with(lock, S::HOW, S::try_lock) }
    }

    /// Takes the lock if `attempt`, which does not wait, does.
    ///
    /// # Safety
    ///
    /// `attempt` takes the raw lock on the side `S` if it returns `true`.
    #[inline(always)]
    #[track_caller]
    pub(crate) unsafe fn try_lock_with(lock: &P, how: How<'_>, attempt: impl FnOnce(&Raw<P>) -> bool) -> Option<Self>
    where
        P: Clone,
    {
        let Checked { map, raw } = lock.checked();
        map.try_lock(how, || attempt(raw).then_some(()))?;
        // SAFETY: taken by the line above.
        Some(unsafe { Held::assume(lock.clone()) })
    }

    /// Takes the lock if `attempt`, which waits for a while, does.
    ///
    /// # Safety
    ///
    /// `attempt` takes the raw lock on the side `S` if it returns `true`.
    #[inline]
    #[track_caller]
    pub(crate) unsafe fn try_lock_timed(lock: &P, how: How<'_>, attempt: impl FnOnce(&Raw<P>) -> bool) -> Option<Self>
    where
        P: Clone,
    {
        let Checked { map, raw } = lock.checked();
        map.try_lock_timed(how, || attempt(raw).then_some(()))?;
        // SAFETY: taken by the line above.
        Some(unsafe { Held::assume(lock.clone()) })
    }

    /// The lock, which stays held.
    #[inline]
    pub(crate) fn into_lock(self) -> P {
        let this = ManuallyDrop::new(self);
        // SAFETY: `this` is neither dropped nor used again, so the pointer is moved, not copied.
        unsafe { ptr::read(&this.lock) }
    }

    /// Releases the lock.
    #[inline]
    #[track_caller]
    pub(crate) fn unlock(self) -> P {
        let lock = self.into_lock();
        // SAFETY: a `Held` holds the lock on the side `S`, and `self` no longer exists.
        unsafe { unlock::<_, S>(lock.checked()) };
        lock
    }

    /// Releases the lock, runs `f`, and takes the lock again, also when `f` unwinds.
    #[inline]
    #[track_caller]
    pub(crate) fn unlocked<U>(&mut self, f: impl FnOnce() -> U) -> U {
        let checked = self.lock.checked();
        let how = checked.map.how_held(S::HOW.mode());
        // SAFETY: a `Held` holds the lock on the side `S`; `relocking` restores that before `self` can be used again.
        unsafe { unlock::<_, S>(checked) };
        relocking::<_, S, U>(checked, how, f)
    }
}

impl<P, S> Held<P, S>
where
    P: Deref,
    P::Target: Locked,
    S: FairSide<Raw<P>>,
{
    /// Releases the lock fairly.
    #[inline]
    #[track_caller]
    pub(crate) fn unlock_fair(self) -> P {
        let lock = self.into_lock();
        // SAFETY: a `Held` holds the lock on the side `S`, and `self` no longer exists.
        unsafe { unlock_fair::<_, S>(lock.checked()) };
        lock
    }

    /// As [`unlocked`](Self::unlocked), with a fair release.
    #[inline]
    #[track_caller]
    pub(crate) fn unlocked_fair<U>(&mut self, f: impl FnOnce() -> U) -> U {
        let checked = self.lock.checked();
        let how = checked.map.how_held(S::HOW.mode());
        // SAFETY: a `Held` holds the lock on the side `S`; `relocking` restores that before `self` can be used again.
        unsafe { unlock_fair::<_, S>(checked) };
        relocking::<_, S, U>(checked, how, f)
    }

    /// Lets waiting threads have the lock and takes it again.
    #[inline]
    #[track_caller]
    pub(crate) fn bump(&mut self) {
        let Checked { map, raw } = self.lock.checked();
        // A bump that finds a waiting thread waits for the lock itself, under whatever was taken since: it is checked as the
        // release and the acquisition that it is. If the check unwinds, nothing was bumped: the lock is still held.
        let how = map.how_held(S::HOW.mode());
        map.release_in(S::HOW.mode());
        let adopt = OnDrop(|| map.adopt(how));
        // SAFETY: a `Held` holds the lock on the side `S`.
        map.lock(how, || None, || unsafe { S::bump(raw) });
        mem::forget(adopt);
    }
}

impl<'a, L, S> Held<&'a L, S>
where
    L: Locked + ?Sized,
    S: Side<L::Raw>,
{
    /// Forgets which lock it is, for a mapped guard.
    #[inline]
    pub(crate) fn erase(self) -> Held<&'a Checked<L::Raw>, S> {
        // SAFETY: the same lock on the same side, handed over.
        unsafe { Held::assume(self.into_lock().checked()) }
    }
}

impl<P, S> Drop for Held<P, S>
where
    P: Deref,
    P::Target: Locked,
    S: Side<Raw<P>>,
{
    #[inline]
    fn drop(&mut self) {
        // SAFETY: a `Held` holds the lock on the side `S`, and nobody uses it after its drop.
        unsafe { unlock::<_, S>(self.lock.checked()) };
    }
}

/// # Safety
///
/// The lock is held on the side `S` in the current context.
#[inline]
#[track_caller]
unsafe fn unlock<R, S: Side<R>>(checked: &Checked<R>) {
    checked.map.release_in(S::HOW.mode());
    // SAFETY: held, says the caller.
    unsafe { S::unlock(&checked.raw) };
}

/// # Safety
///
/// The lock is held on the side `S` in the current context.
#[inline]
#[track_caller]
unsafe fn unlock_fair<R, S: FairSide<R>>(checked: &Checked<R>) {
    checked.map.release_in(S::HOW.mode());
    // SAFETY: held, says the caller.
    unsafe { S::unlock_fair(&checked.raw) };
}

/// Runs `f` without the lock and takes it again, whether `f` returns or unwinds.
#[inline]
#[track_caller]
fn relocking<R, S: Side<R>, U>(checked: &Checked<R>, how: How<'_>, f: impl FnOnce() -> U) -> U {
    let unwinding = OnDrop(|| relock::<_, S>(checked, how));
    let value = f();
    // Not left to a drop in this case too: here the validator sees the caller's place.
    mem::forget(unwinding);
    relock::<_, S>(checked, how);
    value
}

/// Takes the lock again on behalf of a guard that exists, and so returns or unwinds with the lock held, or not at all.
#[inline]
#[track_caller]
fn relock<R, S: Side<R>>(checked: &Checked<R>, how: How<'_>) {
    let Checked { map, raw } = checked;
    let unwinding = OnDrop(|| take_or_abort::<_, S>(checked));
    map.lock(how, || S::try_lock(raw).then_some(()), || S::lock(raw));
    mem::forget(unwinding);
}

/// The validator has refused to take the lock again, and unwinds.
#[cold]
fn take_or_abort<R, S: Side<R>>(checked: &Checked<R>) {
    if S::try_lock(&checked.raw) {
        checked.map.adopt(S::HOW);
    } else {
        let _ = std::io::stderr().write_all(b"lockdep: a lock that was given up by `unlocked` cannot be taken again\n");
        process::abort();
    }
}

/// Runs its closure when it is dropped.
pub(crate) struct OnDrop<F: FnMut()>(pub(crate) F);

impl<F: FnMut()> Drop for OnDrop<F> {
    #[inline]
    fn drop(&mut self) {
        (self.0)();
    }
}
