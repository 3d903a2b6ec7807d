//! The twin of [`std::sync::Mutex`].

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::panic::{RefUnwindSafe, UnwindSafe};

use lockdep_core::irq::{IrqGuard, Section};
use lockdep_core::{How, LockClass, LockKind, LockMap, WaitType};
use lockdep_lock_api::Validated;

use super::{LockResult, TryLockError, TryLockResult, map_guard, taken, tried};
use crate::held::Held;

/// A mutual exclusion lock, checked: [`std::sync::Mutex`] with its order and context validated.
///
/// Its class is the place of [`new`](Mutex::new) and the type `T`; name one with [`with_class`](Mutex::with_class) where that
/// says too little.
///
/// # Examples
///
/// ```
/// use lockdep::sync::{Arc, Mutex};
///
/// let total = Arc::new(Mutex::new(0));
/// std::thread::scope(|scope| {
///     for _ in 0..4 {
///         scope.spawn(|| *total.lock().unwrap() += 1);
///     }
/// });
/// assert_eq!(*total.lock().unwrap(), 4);
/// ```
pub struct Mutex<T: ?Sized> {
    map: LockMap,
    // Last, so that an `Arc<Mutex<T>>` becomes an `Arc<Mutex<dyn Trait>>`.
    inner: std::sync::Mutex<T>,
}

enum Kind {}

impl LockKind for Kind {
    const NAME: &'static str = "Mutex";
    const WAIT: WaitType = WaitType::Sleep;
}

impl<T> Mutex<T> {
    /// An unlocked mutex; this call is the construction site of its class.
    ///
    /// Cost: none beyond the original's. The class is registered when the lock is first taken.
    #[inline]
    #[track_caller]
    pub const fn new(value: T) -> Mutex<T> {
        Mutex { map: LockMap::new::<Kind, T>(), inner: std::sync::Mutex::new(value) }
    }

    /// An unlocked mutex of the class `class`.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep::LockClass;
    /// use lockdep::sync::Mutex;
    ///
    /// static WAL: LockClass = LockClass::new("wal");
    /// static LOG: Mutex<Vec<u8>> = Mutex::with_class(Vec::new(), &WAL);
    /// LOG.lock().unwrap().push(1);
    /// ```
    #[inline]
    #[track_caller]
    pub const fn with_class(value: T, class: &'static LockClass) -> Mutex<T> {
        Mutex { map: LockMap::with_class::<Kind, T>(class), inner: std::sync::Mutex::new(value) }
    }

    /// The value, without locking: nobody else can have the lock.
    ///
    /// # Errors
    ///
    /// If the mutex is poisoned; the error holds the value.
    #[inline]
    pub fn into_inner(self) -> LockResult<T> {
        self.inner.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Takes the lock; waits for it if need be.
    ///
    /// The order is checked before it waits, so a deadlock is reported before it happens.
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
    /// If a thread panicked while it held the lock; the error holds the guard.
    #[inline]
    #[track_caller]
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        self.lock_how(How::write())
    }

    /// Takes the lock if that needs no waiting.
    ///
    /// An attempt puts no order on the lock, because it cannot wait; one that fails leaves no trace.
    ///
    /// **Signal safety:** may be called in a handler.
    ///
    /// # Errors
    ///
    /// `WouldBlock` if the lock is held; `Poisoned`, with the guard, if a thread panicked while it held the lock.
    #[inline]
    #[track_caller]
    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        self.try_lock_how(How::write())
    }

    /// Takes the lock as one of level `subclass` of its class, if that needs no waiting.
    ///
    /// The attempt itself may be made in any order, as with [`try_lock`](Mutex::try_lock); what is waited for while the lock is
    /// held comes after that level.
    ///
    /// **Signal safety:** may be called in a handler.
    ///
    /// # Errors
    ///
    /// As [`try_lock`](Mutex::try_lock).
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep::sync::Mutex;
    ///
    /// let (parent, child) = (Mutex::new(1), Mutex::new(2));
    /// // Out of order, which an attempt may be: if the parent is not free, the child is given up.
    /// let child = child.lock_nested(1).unwrap();
    /// let parent = parent.try_lock_nested(0).unwrap();
    /// # drop((child, parent));
    /// ```
    #[inline]
    #[track_caller]
    pub fn try_lock_nested(&self, subclass: u8) -> TryLockResult<MutexGuard<'_, T>> {
        self.try_lock_how(How::write().nested(subclass))
    }

    /// Takes the lock as number `n` of its class, if that needs no waiting.
    ///
    /// The attempt itself may be made in any order, as with [`try_lock`](Mutex::try_lock); those of the class that are waited for
    /// while the lock is held need higher numbers.
    ///
    /// **Signal safety:** may be called in a handler.
    ///
    /// # Errors
    ///
    /// As [`try_lock`](Mutex::try_lock).
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep::sync::Mutex;
    ///
    /// let pages: Vec<_> = (0..4).map(|_| Mutex::new([0; 64])).collect();
    /// let right = pages[2].try_lock_ordered(2).unwrap();
    /// // To the left there is only an attempt, to the right one may wait.
    /// let left = pages[1].try_lock_ordered(1).unwrap();
    /// let next = pages[3].lock_ordered(3).unwrap();
    /// # drop((right, left, next));
    /// ```
    #[inline]
    #[track_caller]
    pub fn try_lock_ordered(&self, n: u64) -> TryLockResult<MutexGuard<'_, T>> {
        self.try_lock_how(How::write().ordered(n))
    }

    /// Takes the lock as one of level `subclass` of its class, while another level of the class is held.
    ///
    /// For locks of one class with a fixed number of levels: parent 0, child 1. Level 0 is what [`lock`](Mutex::lock) takes. See
    /// [annotating](crate::_documentation::annotating).
    ///
    /// # Errors
    ///
    /// As [`lock`](Mutex::lock).
    #[inline]
    #[track_caller]
    pub fn lock_nested(&self, subclass: u8) -> LockResult<MutexGuard<'_, T>> {
        self.lock_how(How::write().nested(subclass))
    }

    /// Takes the lock while others of its class are held, in any order: `outer`, which must be held, keeps all others who do
    /// that away.
    ///
    /// Reported as `NestLockNotHeld` if `outer` is not held.
    ///
    /// # Errors
    ///
    /// As [`lock`](Mutex::lock).
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep::sync::Mutex;
    ///
    /// let all = Mutex::new(());
    /// let shards: Vec<_> = (0..4).map(|n| Mutex::new(n)).collect();
    /// let _all = all.lock().unwrap();
    /// let sum: i32 = shards.iter().map(|shard| *shard.lock_nest_lock(&all).unwrap()).sum();
    /// assert_eq!(sum, 6);
    /// ```
    #[inline]
    #[track_caller]
    pub fn lock_nest_lock<L: Validated + ?Sized>(&self, outer: &L) -> LockResult<MutexGuard<'_, T>> {
        self.lock_how(How::write().nest_lock(outer.lock_map()))
    }

    /// Takes the lock while others of its class are held, as number `n` of them: right as long as the numbers rise.
    ///
    /// For locks with a natural key: pages by page number, accounts by account number. Reported as `SubclassOrder` when `n` does
    /// not rise.
    ///
    /// # Errors
    ///
    /// As [`lock`](Mutex::lock).
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep::sync::Mutex;
    ///
    /// let pages: Vec<_> = (0..4).map(|_| Mutex::new([0; 64])).collect();
    /// // Both pages of a split, the lower number first.
    /// let left = pages[1].lock_ordered(1).unwrap();
    /// let right = pages[2].lock_ordered(2).unwrap();
    /// # drop((left, right));
    /// ```
    #[inline]
    #[track_caller]
    pub fn lock_ordered(&self, n: u64) -> LockResult<MutexGuard<'_, T>> {
        self.lock_how(How::write().ordered(n))
    }

    /// Blocks the signals, then takes the lock; the guard's drop releases it and opens the signals, *whatever they were before*
    /// (`spin_lock_irq`).
    ///
    /// Wrong in any function that may be called with the signals already blocked: that is reported as `UnsafeIrqEnable`. Use
    /// [`lock_irqsave`](Mutex::lock_irqsave) there.
    ///
    /// Cost: two system calls more than [`lock`](Mutex::lock). **Signal safety:** not in a handler.
    ///
    /// # Errors
    ///
    /// As [`lock`](Mutex::lock).
    #[inline]
    #[track_caller]
    pub fn lock_irq(&self) -> LockResult<IrqGuard<MutexGuard<'_, T>>> {
        let section = Section::lock_irq();
        map_guard(self.lock(), |guard| section.guard(&self.map, guard))
    }

    /// Blocks the signals, then takes the lock; the guard's drop releases it and puts the signals back as they were
    /// (`spin_lock_irqsave`).
    ///
    /// Cost: two system calls more than [`lock`](Mutex::lock), none if the signals are blocked already. **Signal safety:** not in
    /// a handler: it may wait for the code that the signal interrupted.
    ///
    /// # Errors
    ///
    /// As [`lock`](Mutex::lock).
    #[inline]
    #[track_caller]
    pub fn lock_irqsave(&self) -> LockResult<IrqGuard<MutexGuard<'_, T>>> {
        let section = Section::lock_irqsave();
        map_guard(self.lock(), |guard| section.guard(&self.map, guard))
    }

    /// Blocks the signals and counts, then takes the lock; the signals open when the last such guard of the thread is dropped.
    ///
    /// Guards may be dropped in any order. Cost and signal safety as [`lock_irqsave`](Mutex::lock_irqsave).
    ///
    /// # Errors
    ///
    /// As [`lock`](Mutex::lock).
    #[inline]
    #[track_caller]
    pub fn lock_irq_counted(&self) -> LockResult<IrqGuard<MutexGuard<'_, T>>> {
        let section = Section::lock_irq_counted();
        map_guard(self.lock(), |guard| section.guard(&self.map, guard))
    }

    /// Whether a thread panicked while it held the lock.
    #[inline]
    pub fn is_poisoned(&self) -> bool {
        self.inner.is_poisoned()
    }

    /// Forgets that a thread panicked while it held the lock.
    #[inline]
    pub fn clear_poison(&self) {
        self.inner.clear_poison();
    }

    /// The value, without locking: nobody else can have the lock.
    ///
    /// # Errors
    ///
    /// If the mutex is poisoned; the error holds the reference.
    #[inline]
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        self.inner.get_mut()
    }

    #[inline]
    #[track_caller]
    fn lock_how(&self, how: How<'_>) -> LockResult<MutexGuard<'_, T>> {
        self.guard(self.map.lock(how, || taken(self.inner.try_lock()), || self.inner.lock()))
    }

    #[inline]
    #[track_caller]
    fn try_lock_how(&self, how: How<'_>) -> TryLockResult<MutexGuard<'_, T>> {
        let taken = self.map.try_lock(how, || taken(self.inner.try_lock()));
        tried(taken.map(|result| self.guard(result)))
    }

    #[inline]
    fn guard<'a>(&'a self, result: LockResult<std::sync::MutexGuard<'a, T>>) -> LockResult<MutexGuard<'a, T>> {
        map_guard(result, |inner| MutexGuard { held: Held::new(&self.map), inner })
    }
}

impl<T: ?Sized> Validated for Mutex<T> {
    #[inline]
    fn lock_map(&self) -> &LockMap {
        &self.map
    }
}

// As the original: a panic while the value is borrowed poisons the lock.
impl<T: ?Sized> UnwindSafe for Mutex<T> {}
impl<T: ?Sized> RefUnwindSafe for Mutex<T> {}

impl<T> From<T> for Mutex<T> {
    #[inline]
    #[track_caller]
    fn from(value: T) -> Mutex<T> {
        Mutex::new(value)
    }
}

impl<T: Default> Default for Mutex<T> {
    #[cfg_attr(feature = "validate", inline(never))]
    #[cfg_attr(not(feature = "validate"), inline)]
    #[track_caller]
    fn default() -> Mutex<T> {
        Mutex { map: LockMap::made_by_caller::<Kind, T>(), inner: std::sync::Mutex::default() }
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not left to the original: what `T` takes while it is formatted, it takes under this lock.
        let guard = match self.try_lock() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return self.inner.fmt(f),
        };
        f.debug_struct("Mutex").field("data", &&*guard).field("poisoned", &self.is_poisoned()).finish_non_exhaustive()
    }
}

/// The lock of a [`Mutex`] while it is held; dropping it releases the lock.
#[must_use = "the lock is released as soon as the guard is dropped"]
pub struct MutexGuard<'a, T: ?Sized + 'a> {
    // First: see `Held`.
    held: Held<'a>,
    inner: std::sync::MutexGuard<'a, T>,
}

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    /// The halves, for a wait in which the real guard comes and goes.
    #[inline]
    pub(super) fn into_parts(self) -> (Held<'a>, std::sync::MutexGuard<'a, T>) {
        (self.held, self.inner)
    }

    #[inline]
    pub(super) fn from_parts(held: Held<'a>, inner: std::sync::MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        MutexGuard { held, inner }
    }
}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.inner
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.inner
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
