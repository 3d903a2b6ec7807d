//! The twin of [`std::sync::RwLock`].

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::panic::{RefUnwindSafe, UnwindSafe};

use lockdep_core::irq::{IrqGuard, Section};
use lockdep_core::{How, LockClass, LockKind, LockMap, Mode, WaitType};
use lockdep_lock_api::Validated;

use super::macros::{acquire, panics_and_errors_as, see};
use super::{LockResult, TryLockError, TryLockResult, map_guard, taken, tried};
use crate::held::Held;

/// A reader-writer lock, checked: [`std::sync::RwLock`] with its order and context validated.
///
/// A second [`read`](RwLock::read) of one thread is reported: it waits for ever if a writer queued in between.
///
/// # Examples
///
/// ```
/// use lockdep::sync::{RwLock, RwLockWriteGuard};
///
/// let names = RwLock::new(vec!["root"]);
/// let mut writer = names.write().unwrap();
/// writer.push("leaf");
/// // No writer comes between the two.
/// let reader = RwLockWriteGuard::downgrade(writer);
/// assert_eq!(reader.len(), 2);
/// ```
pub struct RwLock<T: ?Sized> {
    map: LockMap,
    // Last, so that an `Arc<RwLock<T>>` becomes an `Arc<RwLock<dyn Trait>>`.
    inner: std::sync::RwLock<T>,
}

enum Kind {}

impl LockKind for Kind {
    const NAME: &'static str = "RwLock";
    const WAIT: WaitType = WaitType::Sleep;
}

impl<T> RwLock<T> {
    /// An unlocked lock; this call is the construction site of its class.
    ///
    /// Cost: none beyond the original's. The class is registered when the lock is first taken.
    #[inline]
    #[track_caller]
    pub const fn new(value: T) -> RwLock<T> {
        RwLock { map: LockMap::new::<Kind, T>(), inner: std::sync::RwLock::new(value) }
    }

    /// An unlocked lock of the class `class`.
    #[inline]
    #[track_caller]
    pub const fn with_class(value: T, class: &'static LockClass) -> RwLock<T> {
        RwLock { map: LockMap::with_class::<Kind, T>(class), inner: std::sync::RwLock::new(value) }
    }

    /// The value, without locking: no other thread can use the lock.
    ///
    /// # Errors
    ///
    /// If the lock is poisoned; the error holds the value.
    #[inline]
    pub fn into_inner(self) -> LockResult<T> {
        self.inner.into_inner()
    }
}

impl<T: ?Sized> RwLock<T> {
    acquire! {
        RwLockReadGuard<'_, T>: How::read(), "the lock shared",
        it waits "for a writer, and behind one that waits", poisoned if "a writer panicked";
        by read_how, try_read_how, read_guard;
        read, read_nested, read_nest_lock, read_ordered, read_irq, read_irqsave, read_irq_counted;
        try_read, try_read_nested, try_read_ordered
    }

    acquire! {
        RwLockWriteGuard<'_, T>: How::write(), "the lock alone",
        it waits "for readers and writers", poisoned if "a writer panicked";
        by write_how, try_write_how, write_guard;
        write, write_nested, write_nest_lock, write_ordered, write_irq, write_irqsave, write_irq_counted;
        try_write, try_write_nested, try_write_ordered
    }

    /// Whether a writer panicked.
    #[inline]
    pub fn is_poisoned(&self) -> bool {
        self.inner.is_poisoned()
    }

    /// Forgets that a writer panicked.
    #[inline]
    pub fn clear_poison(&self) {
        self.inner.clear_poison();
    }

    /// The value, without locking: no other thread can use the lock.
    ///
    /// # Errors
    ///
    /// If the lock is poisoned; the error holds the reference.
    #[inline]
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        self.inner.get_mut()
    }

    #[inline]
    fn read_guard<'a>(&'a self, result: LockResult<std::sync::RwLockReadGuard<'a, T>>) -> LockResult<RwLockReadGuard<'a, T>> {
        map_guard(result, |inner| RwLockReadGuard { _held: Held::new(&self.map), inner })
    }

    #[inline]
    fn write_guard<'a>(&'a self, result: LockResult<std::sync::RwLockWriteGuard<'a, T>>) -> LockResult<RwLockWriteGuard<'a, T>> {
        map_guard(result, |inner| RwLockWriteGuard { held: Held::new(&self.map), inner })
    }
}

impl<T: ?Sized> Validated for RwLock<T> {
    #[inline]
    fn lock_map(&self) -> &LockMap {
        &self.map
    }
}

// As the original: a panic while the value is borrowed mutably poisons the lock.
impl<T: ?Sized> UnwindSafe for RwLock<T> {}
impl<T: ?Sized> RefUnwindSafe for RwLock<T> {}

impl<T> From<T> for RwLock<T> {
    #[inline]
    #[track_caller]
    fn from(value: T) -> RwLock<T> {
        RwLock::new(value)
    }
}

impl<T: Default> Default for RwLock<T> {
    #[cfg_attr(feature = "validate", inline(never))]
    #[cfg_attr(not(feature = "validate"), inline)]
    #[track_caller]
    fn default() -> RwLock<T> {
        RwLock { map: LockMap::made_by_caller::<Kind, T>(), inner: std::sync::RwLock::default() }
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not left to the original: what `T` takes while it is formatted, it takes under this lock.
        let guard = match self.try_read() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return self.inner.fmt(f),
        };
        f.debug_struct("RwLock").field("data", &&*guard).field("poisoned", &self.is_poisoned()).finish_non_exhaustive()
    }
}

/// The shared lock of an [`RwLock`] while it is held; dropping it releases the lock.
#[must_use = "the lock is released as soon as the guard is dropped"]
pub struct RwLockReadGuard<'a, T: ?Sized + 'a> {
    // First: see `Held`.
    _held: Held<'a>,
    inner: std::sync::RwLockReadGuard<'a, T>,
}

/// The exclusive lock of an [`RwLock`] while it is held; dropping it releases the lock.
#[must_use = "the lock is released as soon as the guard is dropped"]
pub struct RwLockWriteGuard<'a, T: ?Sized + 'a> {
    // First: see `Held`.
    held: Held<'a>,
    inner: std::sync::RwLockWriteGuard<'a, T>,
}

impl<'a, T: ?Sized> RwLockWriteGuard<'a, T> {
    /// Turns the exclusive lock into a shared one; no writer comes in between.
    ///
    /// An associated function: call it as `RwLockWriteGuard::downgrade(guard)`.
    #[inline]
    #[track_caller]
    pub fn downgrade(guard: RwLockWriteGuard<'a, T>) -> RwLockReadGuard<'a, T> {
        let RwLockWriteGuard { held, inner } = guard;
        let inner = std::sync::RwLockWriteGuard::downgrade(inner);
        held.map().converted(Mode::Write, Mode::Read);
        RwLockReadGuard { _held: held, inner }
    }
}

impl<T: ?Sized> Deref for RwLockReadGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.inner
    }
}

impl<T: ?Sized> Deref for RwLockWriteGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.inner
    }
}

impl<T: ?Sized> DerefMut for RwLockWriteGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.inner
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLockReadGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLockWriteGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for RwLockReadGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for RwLockWriteGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
