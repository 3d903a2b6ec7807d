//! The twin of [`std::sync::Barrier`].

use std::fmt;

use lockdep_core::{LockClass, LockKind, LockMap, WaitType};
use lockdep_lock_api::Validated;

use super::BarrierWaitResult;

/// A meeting point of several threads, checked: [`std::sync::Barrier`] whose waits are seen.
///
/// A wait in a handler or under a spin lock is a `WaitContext`. A thread that waits here with a lock held is shown, as every
/// waiting thread is, by [`dump_held`](crate::dump_held). Which other threads it waits for is not known before they arrive, so what
/// holds them up is not reported. Declare it with a [`Map`](crate::Map) if you know it.
///
/// # Examples
///
/// ```
/// use lockdep::sync::Barrier;
///
/// let barrier = Barrier::new(2);
/// let leaders = std::thread::scope(|scope| {
///     let other = scope.spawn(|| barrier.wait().is_leader());
///     usize::from(barrier.wait().is_leader()) + usize::from(other.join().unwrap())
/// });
/// assert_eq!(leaders, 1);
/// ```
pub struct Barrier {
    map: LockMap,
    inner: std::sync::Barrier,
}

enum Kind {}

impl LockKind for Kind {
    const NAME: &'static str = "Barrier";
    const WAIT: WaitType = WaitType::Sleep;
}

impl Barrier {
    /// A barrier for `n` threads; this call is the construction site of its class.
    #[inline]
    #[must_use]
    #[track_caller]
    pub const fn new(n: usize) -> Barrier {
        Barrier { map: LockMap::new::<Kind, ()>(), inner: std::sync::Barrier::new(n) }
    }

    /// A barrier for `n` threads, of the class `class`.
    #[inline]
    #[must_use]
    #[track_caller]
    pub const fn with_class(n: usize, class: &'static LockClass) -> Barrier {
        Barrier { map: LockMap::with_class::<Kind, ()>(class), inner: std::sync::Barrier::new(n) }
    }

    /// Waits until as many threads wait as the barrier is for; one of them is told that it is the leader.
    ///
    /// **Signal safety:** not in a handler: it may wait for the code that the signal interrupted. That is reported as
    /// `WaitContext`.
    #[track_caller]
    pub fn wait(&self) -> BarrierWaitResult {
        self.map.wait_for(|| self.inner.wait())
    }
}

impl Validated for Barrier {
    #[inline]
    fn lock_map(&self) -> &LockMap {
        &self.map
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}
