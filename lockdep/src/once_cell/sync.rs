//! Checked twins of [`once_cell::sync`].
//!
//! They say what those of [`lockdep::sync`](crate::sync) say, `OnceLock` and `LazyLock`, and cost the same: nothing beyond the
//! original's once there is a value.

use std::cell::Cell;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::panic::RefUnwindSafe;

use lockdep_core::{LockClass, LockKind, LockMap, WaitType};
use lockdep_lock_api::Validated;

/// A cell that is written once, checked: [`::once_cell::sync::OnceCell`] whose initialiser counts as the holder of a lock.
///
/// An initialiser that comes back to its own cell is a `Recursion`, two cells that need each other are an `Inversion`, both
/// reported before they hang. A cell with a value is no lock.
///
/// **Signal safety:** [`get`](OnceCell::get) may be called in a handler. What may initialise or wait is reported there as
/// `WaitContext`.
///
/// # Examples
///
/// ```
/// use lockdep::once_cell::sync::OnceCell;
///
/// static CONFIG: OnceCell<String> = OnceCell::new();
///
/// assert_eq!(CONFIG.get_or_init(|| "default".to_owned()), "default");
/// assert_eq!(CONFIG.try_insert("other".to_owned()).unwrap_err().0, "default");
/// ```
pub struct OnceCell<T> {
    map: LockMap,
    inner: ::once_cell::sync::OnceCell<T>,
}

enum CellKind {}

impl LockKind for CellKind {
    const NAME: &'static str = "OnceCell";
    const WAIT: WaitType = WaitType::Sleep;
    const BY_INSTANCE: bool = true;
}

impl<T> OnceCell<T> {
    /// An empty cell; this call is the construction site of its class.
    #[inline]
    #[must_use]
    #[track_caller]
    pub const fn new() -> OnceCell<T> {
        OnceCell { map: LockMap::new::<CellKind, T>(), inner: ::once_cell::sync::OnceCell::new() }
    }

    /// An empty cell of the class `class`.
    #[inline]
    #[must_use]
    #[track_caller]
    pub const fn with_class(class: &'static LockClass) -> OnceCell<T> {
        OnceCell { map: LockMap::with_class::<CellKind, T>(class), inner: ::once_cell::sync::OnceCell::new() }
    }

    /// A cell with this value.
    #[inline]
    #[must_use]
    #[track_caller]
    pub const fn with_value(value: T) -> OnceCell<T> {
        OnceCell { map: LockMap::new::<CellKind, T>(), inner: ::once_cell::sync::OnceCell::with_value(value) }
    }

    /// The value, if there is one. Never waits.
    #[inline]
    pub fn get(&self) -> Option<&T> {
        self.inner.get()
    }

    /// The value; waits until it has been written.
    ///
    /// Waiting with a lock held that the initialiser takes, or that the thread that writes the value holds, is reported as
    /// `Inversion`.
    #[track_caller]
    pub fn wait(&self) -> &T {
        match self.inner.get() {
            Some(value) => value,
            None => self.map.wait_ready(|| self.inner.wait()),
        }
    }

    /// The value, if there is one: the exclusive reference needs no lock.
    #[inline]
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.inner.get_mut()
    }

    /// The value, which must be there.
    ///
    /// # Safety
    ///
    /// The cell has a value, and this thread knows: it wrote it, or saw it, or something told it so.
    #[inline]
    pub unsafe fn get_unchecked(&self) -> &T {
        // SAFETY: the caller promises what the original asks for.
        unsafe { self.inner.get_unchecked() }
    }

    /// Writes the value, unless there is one. Waits for an initialiser that is running.
    ///
    /// # Errors
    ///
    /// The value given, if the cell has one already.
    #[inline]
    #[track_caller]
    pub fn set(&self, value: T) -> Result<(), T> {
        match self.try_insert(value) {
            Ok(_) => Ok(()),
            Err((_, value)) => Err(value),
        }
    }

    /// As [`set`](OnceCell::set), and gives the value that the cell has then.
    ///
    /// # Errors
    ///
    /// The value that the cell has already, and the value given.
    #[inline]
    #[track_caller]
    pub fn try_insert(&self, value: T) -> Result<&T, (&T, T)> {
        let mut value = Some(value);
        let kept = self.get_or_init(|| value.take().expect("an initialiser runs once"));
        match value {
            None => Ok(kept),
            Some(value) => Err((kept, value)),
        }
    }

    /// The value; if there is none, the one that `f` makes. Several threads may come here, one of them runs its `f`.
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

    /// As [`get_or_init`](OnceCell::get_or_init), with an initialiser that may fail; the cell then stays empty.
    ///
    /// # Errors
    ///
    /// Those of `f`.
    ///
    /// # Panics
    ///
    /// As [`get_or_init`](OnceCell::get_or_init).
    #[inline]
    #[track_caller]
    pub fn get_or_try_init<F, E>(&self, f: F) -> Result<&T, E>
    where
        F: FnOnce() -> Result<T, E>,
    {
        self.map.once(|| self.inner.get().map(Ok), |claim| self.inner.get_or_try_init(|| claim.run(f)))
    }

    /// Takes the value out: the exclusive reference needs no lock.
    #[inline]
    pub fn take(&mut self) -> Option<T> {
        self.inner.take()
    }

    /// The value, if there is one.
    #[inline]
    pub fn into_inner(self) -> Option<T> {
        self.inner.into_inner()
    }
}

impl<T> Validated for OnceCell<T> {
    #[inline]
    fn lock_map(&self) -> &LockMap {
        &self.map
    }
}

impl<T> Default for OnceCell<T> {
    #[cfg_attr(feature = "validate", inline(never))]
    #[cfg_attr(not(feature = "validate"), inline)]
    #[track_caller]
    fn default() -> OnceCell<T> {
        OnceCell { map: LockMap::made_by_caller::<CellKind, T>(), inner: ::once_cell::sync::OnceCell::new() }
    }
}

impl<T: fmt::Debug> fmt::Debug for OnceCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl<T: Clone> Clone for OnceCell<T> {
    #[track_caller]
    fn clone(&self) -> OnceCell<T> {
        OnceCell { map: LockMap::new::<CellKind, T>(), inner: self.inner.clone() }
    }

    fn clone_from(&mut self, source: &OnceCell<T>) {
        self.inner.clone_from(&source.inner);
    }
}

impl<T> From<T> for OnceCell<T> {
    #[inline]
    #[track_caller]
    fn from(value: T) -> OnceCell<T> {
        OnceCell::with_value(value)
    }
}

impl<T: PartialEq> PartialEq for OnceCell<T> {
    fn eq(&self, other: &OnceCell<T>) -> bool {
        self.inner == other.inner
    }
}

impl<T: Eq> Eq for OnceCell<T> {}

/// A value that is made when it is first used, checked: [`::once_cell::sync::Lazy`] whose initialiser counts as the holder of a
/// lock.
///
/// An initialiser that comes back to its own value is a `Recursion`, two that need each other are an `Inversion`, both reported
/// before they hang. Once the value is there, its use is no acquisition.
///
/// **Signal safety:** in a handler only once the value is there; before, it is reported as `WaitContext`.
///
/// # Examples
///
/// ```
/// use lockdep::once_cell::sync::Lazy;
///
/// static NAMES: Lazy<Vec<&str>> = Lazy::new(|| vec!["root", "leaf"]);
///
/// assert_eq!(NAMES[1], "leaf");
/// ```
// As the original: a cell, and the closure until it runs.
pub struct Lazy<T, F = fn() -> T> {
    cell: OnceCell<T>,
    init: Cell<Option<F>>,
}

enum LazyKind {}

impl LockKind for LazyKind {
    const NAME: &'static str = "Lazy";
    const WAIT: WaitType = WaitType::Sleep;
    const BY_INSTANCE: bool = true;
}

impl<T, F> Lazy<T, F> {
    /// A value that `f` will make; this call is the construction site of its class.
    #[inline]
    #[track_caller]
    pub const fn new(f: F) -> Lazy<T, F> {
        Lazy::with_map(LockMap::new::<LazyKind, T>(), f)
    }

    /// A value of the class `class`, that `f` will make.
    #[inline]
    #[track_caller]
    pub const fn with_class(f: F, class: &'static LockClass) -> Lazy<T, F> {
        Lazy::with_map(LockMap::with_class::<LazyKind, T>(class), f)
    }

    #[inline]
    const fn with_map(map: LockMap, f: F) -> Lazy<T, F> {
        Lazy { cell: OnceCell { map, inner: ::once_cell::sync::OnceCell::new() }, init: Cell::new(Some(f)) }
    }

    /// The value if it has been made, otherwise the closure.
    ///
    /// # Errors
    ///
    /// The closure, if it has not run.
    ///
    /// # Panics
    ///
    /// If the initialiser panicked.
    pub fn into_value(this: Lazy<T, F>) -> Result<T, F> {
        let Lazy { cell, init } = this;
        cell.into_inner().ok_or_else(|| init.into_inner().unwrap_or_else(|| poisoned()))
    }
}

impl<T, F: FnOnce() -> T> Lazy<T, F> {
    /// The value; makes it, or waits until another thread has made it, if need be. The same as the dereferencing.
    ///
    /// # Panics
    ///
    /// If the initialiser panics, or did before; and, with `validate`, when waiting could never end (after the report).
    #[inline]
    #[track_caller]
    pub fn force(this: &Lazy<T, F>) -> &T {
        this.cell.get_or_init(|| this.init.take().unwrap_or_else(|| poisoned())())
    }

    /// The value, to write; makes it if need be. Nobody else can have it, so it is no acquisition.
    ///
    /// # Panics
    ///
    /// If the initialiser panics, or did before.
    pub fn force_mut(this: &mut Lazy<T, F>) -> &mut T {
        if this.cell.get_mut().is_none() {
            let value = this.init.get_mut().take().unwrap_or_else(|| poisoned())();
            this.cell.inner = ::once_cell::sync::OnceCell::with_value(value);
        }
        this.cell.get_mut().expect("it was there, or has been made")
    }

    /// The value, if it has been made. Never waits.
    ///
    /// **Signal safety:** may be called in a handler.
    #[inline]
    pub fn get(this: &Lazy<T, F>) -> Option<&T> {
        this.cell.get()
    }

    /// The value, if it has been made.
    #[inline]
    pub fn get_mut(this: &mut Lazy<T, F>) -> Option<&mut T> {
        this.cell.get_mut()
    }
}

/// The original's words.
#[cold]
fn poisoned() -> ! {
    panic!("Lazy instance has previously been poisoned")
}

// SAFETY: no `&F` is ever made of a shared `Lazy`; the closure is taken by the one initialiser that the cell lets run, in whatever
// thread that is.
unsafe impl<T, F: Send> Sync for Lazy<T, F> where OnceCell<T>: Sync {}

// As the original: an initialiser that panics leaves its mark.
impl<T, F: RefUnwindSafe> RefUnwindSafe for Lazy<T, F> where OnceCell<T>: RefUnwindSafe {}

impl<T, F> Validated for Lazy<T, F> {
    #[inline]
    fn lock_map(&self) -> &LockMap {
        &self.cell.map
    }
}

impl<T, F: FnOnce() -> T> Deref for Lazy<T, F> {
    type Target = T;

    #[inline]
    #[track_caller]
    fn deref(&self) -> &T {
        Lazy::force(self)
    }
}

impl<T, F: FnOnce() -> T> DerefMut for Lazy<T, F> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        Lazy::force_mut(self)
    }
}

impl<T: Default> Default for Lazy<T> {
    #[cfg_attr(feature = "validate", inline(never))]
    #[cfg_attr(not(feature = "validate"), inline)]
    #[track_caller]
    fn default() -> Lazy<T> {
        Lazy::with_map(LockMap::made_by_caller::<LazyKind, T>(), T::default)
    }
}

impl<T: fmt::Debug, F> fmt::Debug for Lazy<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lazy").field("cell", &self.cell).field("init", &"..").finish()
    }
}
