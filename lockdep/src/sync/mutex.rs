//! The twin of [`std::sync::Mutex`].

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::panic::{RefUnwindSafe, UnwindSafe};

use lockdep_core::irq::{IrqGuard, Section};
use lockdep_core::{How, LockClass, LockKind, LockMap, WaitType};
use lockdep_lock_api::Validated;

use super::macros::{acquire, panics_and_errors_as, see};
use super::{LockResult, TryLockError, TryLockResult, map_guard, taken, tried};
use crate::held::Held;

/// A mutual exclusion lock, checked: [`std::sync::Mutex`] with its order and context validated.
///
/// Its class is the place of [`new`](Mutex::new) and the type `T`; where that is not enough, name one with
/// [`with_class`](Mutex::with_class).
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

    /// The value, without locking: no other thread can use the lock.
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
    acquire! {
        MutexGuard<'_, T>: How::write(), "the lock",
        it waits "for it if need be", poisoned if "a thread panicked while it held the lock";
        by lock_how, try_lock_how, guard;

        lock,

        /// # Examples
        ///
        /// ```
        /// use lockdep::sync::Mutex;
        ///
        /// let [parent, child] = [1, 2].map(|n| Mutex::new(n));
        /// let parent = parent.lock().unwrap();
        /// let child = child.lock_nested(1).unwrap();
        /// # drop((parent, child));
        /// ```
        lock_nested,

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
        lock_nest_lock,

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
        lock_ordered,

        lock_irq,

        /// # Examples
        ///
        /// ```
        /// use lockdep::sync::Mutex;
        ///
        /// static COUNT: Mutex<u32> = Mutex::new(0);
        ///
        /// // No handler comes in between, whether the caller had the signals blocked or not.
        /// *COUNT.lock_irqsave().unwrap() += 1;
        /// assert_eq!(*COUNT.lock_irqsave().unwrap(), 1);
        /// ```
        lock_irqsave,

        lock_irq_counted;

        try_lock,

        /// # Examples
        ///
        /// ```
        /// use lockdep::sync::Mutex;
        ///
        /// let [parent, child] = [1, 2].map(|n| Mutex::new(n));
        /// // Out of order, which an attempt may be: if the parent is not free, the child is given up.
        /// let child = child.lock_nested(1).unwrap();
        /// let parent = parent.try_lock_nested(0).unwrap();
        /// # drop((child, parent));
        /// ```
        try_lock_nested,

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
        try_lock_ordered,
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

    /// The value, without locking: no other thread can use the lock.
    ///
    /// # Errors
    ///
    /// If the mutex is poisoned; the error holds the reference.
    #[inline]
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        self.inner.get_mut()
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
