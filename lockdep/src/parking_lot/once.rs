//! [`Once`].

use core::fmt;

use lockdep_core::{LockClass, LockKind, LockMap, WaitType};

pub use ::parking_lot::OnceState;

use lockdep_lock_api::Validated;

/// A one-time initialisation, checked: the twin of [`parking_lot::Once`](::parking_lot::Once).
///
/// Until it is done it is a lock: the initialiser holds it, and every other caller waits for it. An initialiser that calls its
/// own `Once` is a recursion; two that need each other are an inversion. Once it is done, a call is not an acquisition.
///
/// **Signal safety:** not in a handler before it is done, because the call may wait; that is reported as `WaitContext`.
///
/// # Examples
///
/// ```
/// use lockdep::parking_lot::Once;
///
/// static START: Once = Once::new();
///
/// START.call_once(|| println!("only once"));
/// START.call_once(|| unreachable!());
/// assert!(START.state().done());
/// ```
pub struct Once {
    map: LockMap,
    real: ::parking_lot::Once,
}

enum OnceKind {}

impl LockKind for OnceKind {
    const NAME: &'static str = "Once";
    const WAIT: WaitType = WaitType::Sleep;
    const BY_INSTANCE: bool = true;
}

impl Validated for Once {
    #[inline]
    fn lock_map(&self) -> &LockMap {
        &self.map
    }
}

impl Once {
    /// An initialisation that is still to be done. Its class is this place in the source.
    #[inline]
    #[track_caller]
    pub const fn new() -> Once {
        Once { map: LockMap::new::<OnceKind, ()>(), real: ::parking_lot::Once::new() }
    }

    /// An initialisation of the class `class`.
    #[inline]
    #[track_caller]
    pub const fn with_class(class: &'static LockClass) -> Once {
        Once { map: LockMap::with_class::<OnceKind, ()>(class), real: ::parking_lot::Once::new() }
    }

    /// The state of the initialisation.
    #[inline]
    pub fn state(&self) -> OnceState {
        self.real.state()
    }

    /// Runs `f`, if no initialiser has run; otherwise waits until it has.
    ///
    /// # Panics
    ///
    /// If an earlier initialiser panicked; and, with `validate`, when waiting could never end (after the report): inside the
    /// initialiser itself, say.
    #[inline]
    #[track_caller]
    pub fn call_once<F>(&self, f: F)
    where
        F: FnOnce(),
    {
        self.map.once(|| self.done(), |claim| self.real.call_once(|| claim.run(f)));
    }

    /// Like [`call_once`](Self::call_once), even if an earlier initialiser panicked: the argument of `f` says so.
    ///
    /// # Panics
    ///
    /// With `validate`, when waiting could never end (after the report).
    #[inline]
    #[track_caller]
    pub fn call_once_force<F>(&self, f: F)
    where
        F: FnOnce(OnceState),
    {
        self.map.once(|| self.done(), |claim| self.real.call_once_force(|state| claim.run(|| f(state))));
    }

    #[inline]
    fn done(&self) -> Option<()> {
        self.real.state().done().then_some(())
    }
}

impl Default for Once {
    #[cfg_attr(feature = "validate", inline(never))]
    #[cfg_attr(not(feature = "validate"), inline)]
    #[track_caller]
    fn default() -> Once {
        Once { map: LockMap::made_by_caller::<OnceKind, ()>(), real: ::parking_lot::Once::new() }
    }
}

impl fmt::Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.fmt(f)
    }
}
