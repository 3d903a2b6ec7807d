//! The twin of [`std::sync::RwLock`].

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::panic::{RefUnwindSafe, UnwindSafe};

use lockdep_core::irq::{IrqGuard, Section};
use lockdep_core::{How, LockClass, LockKind, LockMap, Mode, WaitType};
use lockdep_lock_api::Validated;

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

    /// The value, without locking: nobody else can have the lock.
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
    /// Takes the lock shared; waits for a writer, and behind one that waits.
    ///
    /// **Signal safety:** not in a handler: it may wait for the code that the signal interrupted. That is reported as
    /// `WaitContext`.
    ///
    /// # Panics
    ///
    /// With `validate`, when this thread holds the lock in a way that makes it wait for itself (after the report); without it, as
    /// the original: it may panic or never return.
    ///
    /// # Errors
    ///
    /// If a writer panicked; the error holds the guard.
    #[inline]
    #[track_caller]
    pub fn read(&self) -> LockResult<RwLockReadGuard<'_, T>> {
        self.read_how(How::read())
    }

    /// Takes the lock shared if that needs no waiting.
    ///
    /// **Signal safety:** may be called in a handler.
    ///
    /// # Errors
    ///
    /// `WouldBlock` if a writer has the lock; `Poisoned`, with the guard, if a writer panicked.
    #[inline]
    #[track_caller]
    pub fn try_read(&self) -> TryLockResult<RwLockReadGuard<'_, T>> {
        self.try_read_how(How::read())
    }

    /// As [`Mutex::try_lock_nested`](super::Mutex::try_lock_nested), shared.
    ///
    /// **Signal safety:** may be called in a handler.
    ///
    /// # Errors
    ///
    /// As [`try_read`](RwLock::try_read).
    #[inline]
    #[track_caller]
    pub fn try_read_nested(&self, subclass: u8) -> TryLockResult<RwLockReadGuard<'_, T>> {
        self.try_read_how(How::read().nested(subclass))
    }

    /// As [`Mutex::try_lock_ordered`](super::Mutex::try_lock_ordered), shared.
    ///
    /// **Signal safety:** may be called in a handler.
    ///
    /// # Errors
    ///
    /// As [`try_read`](RwLock::try_read).
    #[inline]
    #[track_caller]
    pub fn try_read_ordered(&self, n: u64) -> TryLockResult<RwLockReadGuard<'_, T>> {
        self.try_read_how(How::read().ordered(n))
    }

    /// As [`Mutex::lock_nested`](super::Mutex::lock_nested), shared.
    ///
    /// # Errors
    ///
    /// As [`read`](RwLock::read).
    #[inline]
    #[track_caller]
    pub fn read_nested(&self, subclass: u8) -> LockResult<RwLockReadGuard<'_, T>> {
        self.read_how(How::read().nested(subclass))
    }

    /// As [`Mutex::lock_nest_lock`](super::Mutex::lock_nest_lock), shared.
    ///
    /// # Errors
    ///
    /// As [`read`](RwLock::read).
    #[inline]
    #[track_caller]
    pub fn read_nest_lock<L: Validated + ?Sized>(&self, outer: &L) -> LockResult<RwLockReadGuard<'_, T>> {
        self.read_how(How::read().nest_lock(outer.lock_map()))
    }

    /// As [`Mutex::lock_ordered`](super::Mutex::lock_ordered), shared.
    ///
    /// # Errors
    ///
    /// As [`read`](RwLock::read).
    #[inline]
    #[track_caller]
    pub fn read_ordered(&self, n: u64) -> LockResult<RwLockReadGuard<'_, T>> {
        self.read_how(How::read().ordered(n))
    }

    /// As [`Mutex::lock_irq`](super::Mutex::lock_irq), shared: the guard's drop opens the signals, *whatever they were before*.
    ///
    /// # Errors
    ///
    /// As [`read`](RwLock::read).
    #[inline]
    #[track_caller]
    pub fn read_irq(&self) -> LockResult<IrqGuard<RwLockReadGuard<'_, T>>> {
        let section = Section::lock_irq();
        map_guard(self.read(), |guard| section.guard(&self.map, guard))
    }

    /// As [`Mutex::lock_irqsave`](super::Mutex::lock_irqsave), shared: the guard's drop puts the signals back as they were.
    ///
    /// # Errors
    ///
    /// As [`read`](RwLock::read).
    #[inline]
    #[track_caller]
    pub fn read_irqsave(&self) -> LockResult<IrqGuard<RwLockReadGuard<'_, T>>> {
        let section = Section::lock_irqsave();
        map_guard(self.read(), |guard| section.guard(&self.map, guard))
    }

    /// As [`Mutex::lock_irq_counted`](super::Mutex::lock_irq_counted), shared.
    ///
    /// # Errors
    ///
    /// As [`read`](RwLock::read).
    #[inline]
    #[track_caller]
    pub fn read_irq_counted(&self) -> LockResult<IrqGuard<RwLockReadGuard<'_, T>>> {
        let section = Section::lock_irq_counted();
        map_guard(self.read(), |guard| section.guard(&self.map, guard))
    }

    /// Takes the lock alone; waits for readers and writers.
    ///
    /// **Signal safety:** not in a handler: it may wait for the code that the signal interrupted. That is reported as
    /// `WaitContext`.
    ///
    /// # Panics
    ///
    /// With `validate`, when this thread already holds the lock (after the report); without it, as the original: it may panic
    /// or never return.
    ///
    /// # Errors
    ///
    /// If a writer panicked; the error holds the guard.
    #[inline]
    #[track_caller]
    pub fn write(&self) -> LockResult<RwLockWriteGuard<'_, T>> {
        self.write_how(How::write())
    }

    /// Takes the lock alone if that needs no waiting.
    ///
    /// **Signal safety:** may be called in a handler.
    ///
    /// # Errors
    ///
    /// `WouldBlock` if somebody has the lock; `Poisoned`, with the guard, if a writer panicked.
    #[inline]
    #[track_caller]
    pub fn try_write(&self) -> TryLockResult<RwLockWriteGuard<'_, T>> {
        self.try_write_how(How::write())
    }

    /// As [`Mutex::try_lock_nested`](super::Mutex::try_lock_nested), alone.
    ///
    /// **Signal safety:** may be called in a handler.
    ///
    /// # Errors
    ///
    /// As [`try_write`](RwLock::try_write).
    #[inline]
    #[track_caller]
    pub fn try_write_nested(&self, subclass: u8) -> TryLockResult<RwLockWriteGuard<'_, T>> {
        self.try_write_how(How::write().nested(subclass))
    }

    /// As [`Mutex::try_lock_ordered`](super::Mutex::try_lock_ordered), alone.
    ///
    /// **Signal safety:** may be called in a handler.
    ///
    /// # Errors
    ///
    /// As [`try_write`](RwLock::try_write).
    #[inline]
    #[track_caller]
    pub fn try_write_ordered(&self, n: u64) -> TryLockResult<RwLockWriteGuard<'_, T>> {
        self.try_write_how(How::write().ordered(n))
    }

    /// As [`Mutex::lock_nested`](super::Mutex::lock_nested).
    ///
    /// # Errors
    ///
    /// As [`write`](RwLock::write).
    #[inline]
    #[track_caller]
    pub fn write_nested(&self, subclass: u8) -> LockResult<RwLockWriteGuard<'_, T>> {
        self.write_how(How::write().nested(subclass))
    }

    /// As [`Mutex::lock_nest_lock`](super::Mutex::lock_nest_lock).
    ///
    /// # Errors
    ///
    /// As [`write`](RwLock::write).
    #[inline]
    #[track_caller]
    pub fn write_nest_lock<L: Validated + ?Sized>(&self, outer: &L) -> LockResult<RwLockWriteGuard<'_, T>> {
        self.write_how(How::write().nest_lock(outer.lock_map()))
    }

    /// As [`Mutex::lock_ordered`](super::Mutex::lock_ordered).
    ///
    /// # Errors
    ///
    /// As [`write`](RwLock::write).
    #[inline]
    #[track_caller]
    pub fn write_ordered(&self, n: u64) -> LockResult<RwLockWriteGuard<'_, T>> {
        self.write_how(How::write().ordered(n))
    }

    /// As [`Mutex::lock_irq`](super::Mutex::lock_irq): the guard's drop opens the signals, *whatever they were before*.
    ///
    /// # Errors
    ///
    /// As [`write`](RwLock::write).
    #[inline]
    #[track_caller]
    pub fn write_irq(&self) -> LockResult<IrqGuard<RwLockWriteGuard<'_, T>>> {
        let section = Section::lock_irq();
        map_guard(self.write(), |guard| section.guard(&self.map, guard))
    }

    /// As [`Mutex::lock_irqsave`](super::Mutex::lock_irqsave): the guard's drop puts the signals back as they were.
    ///
    /// # Errors
    ///
    /// As [`write`](RwLock::write).
    #[inline]
    #[track_caller]
    pub fn write_irqsave(&self) -> LockResult<IrqGuard<RwLockWriteGuard<'_, T>>> {
        let section = Section::lock_irqsave();
        map_guard(self.write(), |guard| section.guard(&self.map, guard))
    }

    /// As [`Mutex::lock_irq_counted`](super::Mutex::lock_irq_counted).
    ///
    /// # Errors
    ///
    /// As [`write`](RwLock::write).
    #[inline]
    #[track_caller]
    pub fn write_irq_counted(&self) -> LockResult<IrqGuard<RwLockWriteGuard<'_, T>>> {
        let section = Section::lock_irq_counted();
        map_guard(self.write(), |guard| section.guard(&self.map, guard))
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

    /// The value, without locking: nobody else can have the lock.
    ///
    /// # Errors
    ///
    /// If the lock is poisoned; the error holds the reference.
    #[inline]
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        self.inner.get_mut()
    }

    #[inline]
    #[track_caller]
    fn read_how(&self, how: How<'_>) -> LockResult<RwLockReadGuard<'_, T>> {
        self.read_guard(self.map.lock(how, || taken(self.inner.try_read()), || self.inner.read()))
    }

    #[inline]
    #[track_caller]
    fn write_how(&self, how: How<'_>) -> LockResult<RwLockWriteGuard<'_, T>> {
        self.write_guard(self.map.lock(how, || taken(self.inner.try_write()), || self.inner.write()))
    }

    #[inline]
    #[track_caller]
    fn try_read_how(&self, how: How<'_>) -> TryLockResult<RwLockReadGuard<'_, T>> {
        let taken = self.map.try_lock(how, || taken(self.inner.try_read()));
        tried(taken.map(|result| self.read_guard(result)))
    }

    #[inline]
    fn read_guard<'a>(&'a self, result: LockResult<std::sync::RwLockReadGuard<'a, T>>) -> LockResult<RwLockReadGuard<'a, T>> {
        map_guard(result, |inner| RwLockReadGuard { _held: Held::new(&self.map), inner })
    }

    #[inline]
    #[track_caller]
    fn try_write_how(&self, how: How<'_>) -> TryLockResult<RwLockWriteGuard<'_, T>> {
        let taken = self.map.try_lock(how, || taken(self.inner.try_write()));
        tried(taken.map(|result| self.write_guard(result)))
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
