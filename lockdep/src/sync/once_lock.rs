//! The twin of [`std::sync::OnceLock`].

use std::fmt;

use lockdep_core::{LockClass, LockKind, LockMap, WaitType};
use lockdep_lock_api::Validated;

/// A cell that is written once, checked: [`std::sync::OnceLock`] whose initialiser counts as the holder of a lock.
///
/// The rules of [`Once`](super::Once) apply: an initialiser that comes back to its own cell is a `Recursion`, two cells that need each
/// other are an `Inversion`, both reported before they hang. A cell with a value is not a lock: [`get`](OnceLock::get), and
/// [`get_or_init`](OnceLock::get_or_init) from then on, cost as much as the original's.
///
/// **Signal safety:** [`get`](OnceLock::get) may be called in a handler. Methods that may initialise or wait are reported there as
/// `WaitContext`.
///
/// # Examples
///
/// ```
/// use lockdep::sync::OnceLock;
///
/// static PAGE_SIZE: OnceLock<usize> = OnceLock::new();
///
/// assert_eq!(PAGE_SIZE.get(), None);
/// assert_eq!(*PAGE_SIZE.get_or_init(|| 4096), 4096);
/// assert_eq!(PAGE_SIZE.set(8192), Err(8192));
/// ```
pub struct OnceLock<T> {
    map: LockMap,
    inner: std::sync::OnceLock<T>,
}

enum Kind {}

impl LockKind for Kind {
    const NAME: &'static str = "OnceLock";
    const WAIT: WaitType = WaitType::Sleep;
    const BY_INSTANCE: bool = true;
}

impl<T> OnceLock<T> {
    /// An empty cell; this call is the construction site of its class.
    #[inline]
    #[must_use]
    #[track_caller]
    pub const fn new() -> OnceLock<T> {
        OnceLock { map: LockMap::new::<Kind, T>(), inner: std::sync::OnceLock::new() }
    }

    /// An empty cell of the class `class`.
    #[inline]
    #[must_use]
    #[track_caller]
    pub const fn with_class(class: &'static LockClass) -> OnceLock<T> {
        OnceLock { map: LockMap::with_class::<Kind, T>(class), inner: std::sync::OnceLock::new() }
    }

    /// The value, if there is one. Never waits.
    #[inline]
    pub fn get(&self) -> Option<&T> {
        self.inner.get()
    }

    /// The value, if there is one: the exclusive reference needs no lock.
    #[inline]
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.inner.get_mut()
    }

    /// The value; waits until it has been written.
    ///
    /// Waiting with a lock held that the initialiser takes, or that the thread that writes the value holds, is reported as
    /// `Inversion`.
    #[inline]
    #[track_caller]
    pub fn wait(&self) -> &T {
        match self.inner.get() {
            Some(value) => value,
            None => self.map.wait_ready(|| self.inner.wait()),
        }
    }

    /// Writes the value, unless there is one. Waits for an initialiser that is running.
    ///
    /// # Errors
    ///
    /// The value given, if the cell has one already.
    #[inline]
    #[track_caller]
    pub fn set(&self, value: T) -> Result<(), T> {
        let mut value = Some(value);
        self.get_or_init(|| value.take().expect("an initialiser runs once"));
        value.map_or(Ok(()), Err)
    }

    /// The value; if there is none, the one that `f` makes. If several threads call this, one of them runs its `f`.
    ///
    /// # Panics
    ///
    /// If `f` does; the cell stays empty. With `validate` also when waiting could never end (after the report).
    #[inline]
    #[track_caller]
    pub fn get_or_init<F>(&self, f: F) -> &T
    where
        F: FnOnce() -> T,
    {
        self.map.once(|| self.inner.get(), |claim| self.inner.get_or_init(|| claim.run(f)))
    }

    /// The value, if there is one.
    #[inline]
    pub fn into_inner(self) -> Option<T> {
        self.inner.into_inner()
    }

    /// Takes the value out: the exclusive reference needs no lock.
    #[inline]
    pub fn take(&mut self) -> Option<T> {
        self.inner.take()
    }
}

impl<T> Validated for OnceLock<T> {
    #[inline]
    fn lock_map(&self) -> &LockMap {
        &self.map
    }
}

impl<T> Default for OnceLock<T> {
    #[cfg_attr(feature = "validate", inline(never))]
    #[cfg_attr(not(feature = "validate"), inline)]
    #[track_caller]
    fn default() -> OnceLock<T> {
        OnceLock { map: LockMap::made_by_caller::<Kind, T>(), inner: std::sync::OnceLock::new() }
    }
}

impl<T: fmt::Debug> fmt::Debug for OnceLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl<T: Clone> Clone for OnceLock<T> {
    #[inline]
    #[track_caller]
    fn clone(&self) -> OnceLock<T> {
        OnceLock { map: LockMap::new::<Kind, T>(), inner: self.inner.clone() }
    }
}

impl<T> From<T> for OnceLock<T> {
    #[inline]
    #[track_caller]
    fn from(value: T) -> OnceLock<T> {
        OnceLock { map: LockMap::new::<Kind, T>(), inner: std::sync::OnceLock::from(value) }
    }
}

impl<T: PartialEq> PartialEq for OnceLock<T> {
    #[inline]
    fn eq(&self, other: &OnceLock<T>) -> bool {
        self.inner == other.inner
    }
}

impl<T: Eq> Eq for OnceLock<T> {}
