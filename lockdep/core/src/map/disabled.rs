//! The twin without validation: no size, no code.

use core::marker::PhantomData;

use super::How;
use crate::class::{LockClass, LockKind};
use crate::kind::Mode;

#[doc = include_str!("lock_map.md")]
#[derive(Debug)]
pub struct LockMap(());

/// What [`LockMap::wait_begin`] hands to [`LockMap::wait_end`].
#[derive(Debug)]
pub struct Waiting(());

/// The wish to initialise something, from [`LockMap::once`].
#[derive(Debug)]
pub struct Claim<'a>(PhantomData<&'a LockMap>);

impl Claim<'_> {
    /// Runs the initialiser: this thread holds the cell meanwhile, and no longer.
    #[inline(always)]
    pub fn run<R>(self, f: impl FnOnce() -> R) -> R {
        f()
    }
}

#[allow(clippy::unused_self, reason = "one surface with the enabled twin")]
impl LockMap {
    /// The map of a lock of kind `K` that protects a `T`, made here.
    #[inline(always)]
    pub const fn new<K: LockKind, T>() -> LockMap {
        LockMap(())
    }

    /// The map of a lock made by a constructor whose place does not tell locks apart.
    #[inline(always)]
    pub const fn made_by_caller<K: LockKind, T>() -> LockMap {
        LockMap(())
    }

    /// The same, of a declared class.
    #[inline(always)]
    pub const fn with_class<K: LockKind, T>(_class: &'static LockClass) -> LockMap {
        LockMap(())
    }

    /// `n` maps of the class of this one, which was not used yet: for a lock that has parts. Allocates: not in a handler.
    #[inline(always)]
    pub fn split(self, n: usize) -> Box<[LockMap]> {
        (0..n).map(|_| LockMap(())).collect()
    }

    /// A blocking acquisition that cannot be tried: checked, announced as a wait, then made.
    #[inline(always)]
    pub fn lock_untried<G>(&self, _how: How<'_>, block: impl FnOnce() -> G) -> G {
        block()
    }

    /// A blocking acquisition: checked, then tried, then waited for.
    #[inline(always)]
    pub fn lock<G>(&self, _how: How<'_>, _attempt: impl FnMut() -> Option<G>, block: impl FnOnce() -> G) -> G {
        block()
    }

    /// The same, of a lock that may be released by means which are not seen.
    #[inline(always)]
    pub fn lock_raw<G>(
        &self,
        _how: How<'_>,
        _attempt_first: bool,
        _is_held: impl Fn() -> bool + Copy,
        _attempt: impl FnMut() -> Option<G>,
        block: impl FnOnce() -> G,
    ) -> G {
        block()
    }

    /// An attempt that does not wait; recorded if it succeeds.
    #[inline(always)]
    pub fn try_lock<G>(&self, _how: How<'_>, attempt: impl FnOnce() -> Option<G>) -> Option<G> {
        attempt()
    }

    /// An attempt that waits for a while: allowed only where waiting is, otherwise as [`try_lock`](Self::try_lock).
    #[inline(always)]
    pub fn try_lock_timed<G>(&self, _how: How<'_>, attempt: impl FnOnce() -> Option<G>) -> Option<G> {
        attempt()
    }

    /// Before an attempt that waits for a while, which is not one to take the lock.
    #[inline(always)]
    pub fn might_wait(&self) {}

    /// The lock is held already, by means we did not see; from here on it is tracked.
    #[inline(always)]
    pub fn adopt(&self, _how: How<'_>) {}

    /// As [`adopt`](Self::adopt), unless it is tracked already: held by this thread, or by one whose guard may be here.
    #[inline(always)]
    pub fn adopt_unknown(&self, _how: How<'_>) {}

    /// Before the real release of what was taken last.
    #[inline(always)]
    pub fn release(&self) {}

    /// Before the real release of what was taken in this mode last; a recursive read is released as a read.
    #[inline(always)]
    pub fn release_in(&self, _mode: Mode) {}

    /// How the lock was taken in this mode last, to take it again in the same way.
    #[inline(always)]
    pub fn how_held(&self, mode: Mode) -> How<'static> {
        How::new(mode)
    }

    /// The raw lock is given out.
    #[inline(always)]
    pub fn given_out(&self) {}

    /// After the real lock changed the mode in which it is held, without waiting.
    #[inline(always)]
    pub fn converted(&self, _from: Mode, _to: Mode) {}

    /// A blocking upgrade from `Upgradable` to `Write`: checked, then tried if that is to be `attempt_first`, then waited for.
    #[inline(always)]
    pub fn upgrade(&self, _attempt_first: bool, _attempt: impl FnMut() -> bool, block: impl FnOnce()) {
        block();
    }

    /// Before a wait that releases this lock and takes it again.
    #[inline(always)]
    pub fn wait_begin(&self, _condvar: &LockMap, _timed: bool) -> Waiting {
        Waiting(())
    }

    /// After that wait.
    #[inline(always)]
    pub fn wait_end(&self, _waiting: Waiting) {}

    /// Who waits on this condition variable is woken from here.
    #[inline(always)]
    pub fn notify(&self) {}

    /// An initialisation that happens once. If `done` gives the result it is no acquisition; otherwise `run` hands its closure
    /// to the real cell, which either runs it, and it must call [`Claim::run`], or waits until another thread has.
    #[inline(always)]
    pub fn once<R>(&self, _done: impl FnOnce() -> Option<R>, run: impl FnOnce(Claim<'_>) -> R) -> R {
        run(Claim(PhantomData))
    }

    /// A wait until other threads have come as far, by means of its own: seen as a wait, by whoever holds what.
    #[inline(always)]
    pub fn wait_for<R>(&self, block: impl FnOnce() -> R) -> R {
        block()
    }

    /// A wait for an initialisation by another thread: for the end of its initialiser, and for whoever comes to run it.
    #[inline(always)]
    pub fn wait_ready<R>(&self, block: impl FnOnce() -> R) -> R {
        block()
    }

    /// Records the order as if the lock were taken and released here, without touching it.
    #[inline(always)]
    pub fn might_lock(&self, _how: How<'_>) {}

    /// Waits by means of `block` for what others hold of this map; checked as [`might_lock`](Self::might_lock) is.
    #[inline(always)]
    pub fn wait_by<R>(&self, _how: How<'_>, block: impl FnOnce() -> R) -> R {
        block()
    }

    /// Reports if this thread does not hold the lock.
    #[inline(always)]
    pub fn assert_held(&self) {}

    /// Reports if this thread holds the lock.
    #[inline(always)]
    pub fn assert_not_held(&self) {}
}
