//! The twin of [`std::sync::Once`].

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

use lockdep_core::{LockClass, LockKind, LockMap, WaitType};
use lockdep_lock_api::Validated;

use super::OnceState;

/// A one-time initialisation, checked: [`std::sync::Once`] whose initialiser counts as the holder of a lock.
///
/// Until it is done, a thread that calls it holds it or waits for it. An initialiser that calls its own `Once` again is a
/// `Recursion`; two that need each other, or one that needs a lock under which another thread calls it, are an `Inversion`.
/// Both are reported before they hang. Once it is done, a call is not an acquisition and costs as much as the original's.
///
/// Several `Once`s made at one place, such as the fields of a node, are told apart: one may initialise another, as long as no two of
/// them do so in both orders.
///
/// **Signal safety:** not in a handler before it is done, because the call may wait; that is reported as `WaitContext`.
///
/// # Examples
///
/// ```
/// use lockdep::sync::Once;
///
/// static START: Once = Once::new();
///
/// START.call_once(|| println!("only once"));
/// START.call_once(|| unreachable!());
/// assert!(START.is_completed());
/// ```
pub struct Once {
    map: LockMap,
    inner: std::sync::Once,
}

enum Kind {}

impl LockKind for Kind {
    const NAME: &'static str = "Once";
    const WAIT: WaitType = WaitType::Sleep;
    const BY_INSTANCE: bool = true;
}

#[allow(clippy::new_without_default, reason = "the original has none")]
impl Once {
    /// An initialisation that is still to be done; this call is the construction site of its class.
    #[inline]
    #[must_use]
    #[track_caller]
    pub const fn new() -> Once {
        Once { map: LockMap::new::<Kind, ()>(), inner: std::sync::Once::new() }
    }

    /// An initialisation of the class `class`.
    #[inline]
    #[must_use]
    #[track_caller]
    pub const fn with_class(class: &'static LockClass) -> Once {
        Once { map: LockMap::with_class::<Kind, ()>(class), inner: std::sync::Once::new() }
    }

    /// Runs `f`, if no initialiser has run; otherwise waits until it has.
    ///
    /// # Panics
    ///
    /// If an earlier initialiser panicked; and, with `validate`, when waiting could never end (after the report).
    #[inline]
    #[track_caller]
    pub fn call_once<F>(&self, f: F)
    where
        F: FnOnce(),
    {
        self.map.once(|| self.done(), |claim| self.inner.call_once(|| claim.run(f)));
    }

    /// Like [`call_once`](Once::call_once), even if an earlier initialiser panicked: the argument of `f` says so.
    ///
    /// # Panics
    ///
    /// With `validate`, when waiting could never end (after the report).
    #[inline]
    #[track_caller]
    pub fn call_once_force<F>(&self, f: F)
    where
        F: FnOnce(&OnceState),
    {
        self.map.once(|| self.done(), |claim| self.inner.call_once_force(|state| claim.run(|| f(state))));
    }

    /// Whether it is done. `false` says nothing about another thread's progress.
    ///
    /// **Signal safety:** may be called in a handler.
    #[inline]
    pub fn is_completed(&self) -> bool {
        self.inner.is_completed()
    }

    /// Waits until the initialiser has run.
    ///
    /// Waiting with a lock held that the initialiser takes, or that its caller holds, is reported as `Inversion`.
    ///
    /// # Panics
    ///
    /// If the initialiser panicked; and, with `validate`, inside the initialiser itself.
    #[track_caller]
    pub fn wait(&self) {
        if !self.is_completed() {
            self.map.wait_ready(|| self.inner.wait());
        }
    }

    /// Like [`wait`](Once::wait), but waits on after an initialiser that panicked, until one succeeds.
    ///
    /// # Panics
    ///
    /// With `validate`, inside the initialiser itself.
    #[track_caller]
    pub fn wait_force(&self) {
        if !self.is_completed() {
            self.map.wait_ready(|| self.inner.wait_force());
        }
    }

    #[inline]
    fn done(&self) -> Option<()> {
        self.is_completed().then_some(())
    }
}

impl Validated for Once {
    #[inline]
    fn lock_map(&self) -> &LockMap {
        &self.map
    }
}

// As the original: a panic inside leaves its mark.
impl UnwindSafe for Once {}
impl RefUnwindSafe for Once {}

impl fmt::Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}
