//! [`Mutex`] and its guards. Both surfaces have them from here, each over its own raw traits.

use core::cell::UnsafeCell;
use core::fmt;
use core::marker::PhantomData;
use std::sync::Arc;

use lockdep_core::irq::{IrqGuard, Section};
use lockdep_core::{How, LockClass, LockKind, LockMap, WaitType};

use super::sides::Whole;
use super::{RawMutex, RawMutexFair, RawMutexTimed};
use crate::Validated;
use crate::held::{Checked, Held, Locked, Side};
use crate::macros::{
    acquire, acquire_arc, attempt, guard_access, guard_fair, guard_into_arc, guard_map, guard_unlocked, panics_as, see, timed,
};

/// A mutual exclusion lock over a raw lock `R`, checked.
///
/// **Signal safety:** a handler may only use a mutex whose raw lock spins; others are reported there as `WaitContext`.
pub struct Mutex<R, T: ?Sized> {
    pub(crate) checked: Checked<R>,
    // Last, so that a mutex of a sized type unsizes to one of an unsized type.
    pub(crate) data: UnsafeCell<T>,
}

// SAFETY: the raw lock lets one thread at a time reach the data, which so needs `Send` only.
unsafe impl<R: RawMutex + Sync, T: ?Sized + Send> Sync for Mutex<R, T> {}

struct MutexKind<R>(PhantomData<R>);

impl<R: RawMutex> LockKind for MutexKind<R> {
    const NAME: &'static str = R::LOCKDEP_NAME;
    const WAIT: WaitType = R::LOCKDEP_WAIT;
    const FOREIGN: bool = R::LOCKDEP_FOREIGN;
    const GUARDS_MOVE: bool = <Whole as Side<R>>::GUARDS_MOVE;
}

impl<R, T: ?Sized> Locked for Mutex<R, T> {
    type Raw = R;

    #[inline]
    fn checked(&self) -> &Checked<R> {
        &self.checked
    }
}

impl<R, T: ?Sized> Validated for Mutex<R, T> {
    #[inline]
    fn lock_map(&self) -> &LockMap {
        &self.checked.map
    }
}

impl<R: RawMutex, T> Mutex<R, T> {
    /// A mutex around `val`. Its class is this place in the source and the type of `val`.
    #[inline]
    #[track_caller]
    pub const fn new(val: T) -> Mutex<R, T> {
        Mutex::from_raw(R::INIT, val)
    }

    /// A mutex around `val`, of the class `class`.
    #[inline]
    #[track_caller]
    pub const fn with_class(val: T, class: &'static LockClass) -> Mutex<R, T> {
        let map = LockMap::with_class::<MutexKind<R>, T>(class);
        Mutex { checked: Checked::new(map, R::INIT), data: UnsafeCell::new(val) }
    }

    /// A mutex around `val` on this raw lock, which must not be held.
    #[inline]
    #[track_caller]
    pub const fn from_raw(raw_mutex: R, val: T) -> Mutex<R, T> {
        let map = LockMap::new::<MutexKind<R>, T>();
        Mutex { checked: Checked::new(map, raw_mutex), data: UnsafeCell::new(val) }
    }

    /// The data, without the mutex.
    #[inline]
    pub fn into_inner(self) -> T {
        self.data.into_inner()
    }
}

impl<R: RawMutex, T: ?Sized> Mutex<R, T> {
    acquire! {
        MutexGuard<'_, R, T>: How::write(), "the mutex", until "it is free";

        /// # Examples
        ///
        /// ```
        /// # mod raw { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/common/spin.rs")); }
        /// # use raw::Mutex;
        /// let total = Mutex::new(0);
        /// *total.lock() += 1;
        /// assert_eq!(*total.lock(), 1);
        /// ```
        lock,

        /// # Examples
        ///
        /// ```
        /// # mod raw { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/common/spin.rs")); }
        /// # use raw::Mutex;
        /// let [parent, child] = [1, 2].map(|n| Mutex::new(n));
        /// let parent = parent.lock();
        /// let child = child.lock_nested(1);
        /// # drop((parent, child));
        /// ```
        lock_nested,

        /// # Examples
        ///
        /// ```
        /// # mod raw { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/common/spin.rs")); }
        /// # use raw::Mutex;
        /// let all = Mutex::new(());
        /// let shards = [0, 1, 2].map(|n| Mutex::new(n));
        /// let all_held = all.lock();
        /// // A thread that takes several shards holds `all`, so the order among them is free.
        /// let (last, first) = (shards[2].lock_nest_lock(&all), shards[0].lock_nest_lock(&all));
        /// # drop((last, first, all_held));
        /// ```
        lock_nest_lock,

        /// # Examples
        ///
        /// ```
        /// # mod raw { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/common/spin.rs")); }
        /// # use raw::Mutex;
        /// let pages = [0; 4].map(|_| Mutex::new([0; 64]));
        /// // Both pages of a split, the lower number first.
        /// let left = pages[1].lock_ordered(1);
        /// let right = pages[2].lock_ordered(2);
        /// # drop((left, right));
        /// ```
        lock_ordered,

        lock_irq,

        /// # Examples
        ///
        /// ```
        /// # mod raw { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/common/spin.rs")); }
        /// # use raw::Mutex;
        /// static COUNT: Mutex<u32> = Mutex::new(0);
        ///
        /// // A handler that takes it, too, waits for the end of the statement.
        /// *COUNT.lock_irqsave() += 1;
        /// assert_eq!(*COUNT.lock_irqsave(), 1);
        /// ```
        lock_irqsave,

        lock_irq_counted,
    }

    attempt! {
        MutexGuard<'_, R, T>: How::write(), "the mutex";

        try_lock,

        /// # Examples
        ///
        /// ```
        /// # mod raw { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/common/spin.rs")); }
        /// # use raw::Mutex;
        /// let [parent, child] = [1, 2].map(|n| Mutex::new(n));
        /// // Out of order, which an attempt may be: if the parent is not free, the child is given up.
        /// let child = child.lock_nested(1);
        /// let parent = parent.try_lock_nested(0);
        /// # drop((child, parent));
        /// ```
        try_lock_nested,

        try_lock_ordered,
    }

    /// The data: an exclusive reference needs no lock.
    #[inline]
    pub const fn get_mut(&mut self) -> &mut T {
        self.data.get_mut()
    }

    /// Whether any thread holds the mutex.
    #[inline]
    pub fn is_locked(&self) -> bool {
        self.checked.raw.is_locked()
    }

    /// The raw lock.
    ///
    /// # Safety
    ///
    /// It must not be released while a guard exists. The validator does not see what is done to it: from here on an existing hold, of this
    /// thread or else of others, no longer counts, whether its guard was forgotten or not. The lock is checked as before when it is taken
    /// again; but it is no longer reported as released or dropped at a wrong moment, or as not held where it should be. A wait for a hold
    /// that this thread had when it called this is reported only if no other thread calls this for locks of the class, or, after a second,
    /// in an isolated test. `force_unlock` and its sisters are seen.
    ///
    /// Cost: some instructions; the validator's own lock, if this thread does not hold the lock, but a thread took it before.
    #[inline]
    #[track_caller]
    pub unsafe fn raw(&self) -> &R {
        self.checked.give_out()
    }

    /// The raw lock, for a wait that releases it and takes it again before anybody else learns of that.
    ///
    /// # Safety
    ///
    /// As for [`raw`](Self::raw); and where it is held now, it is held again when the caller returns.
    #[doc(hidden)]
    #[inline]
    pub unsafe fn raw_for_wait(&self) -> &R {
        &self.checked.raw
    }

    /// A pointer to the data.
    #[inline]
    pub const fn data_ptr(&self) -> *mut T {
        self.data.get()
    }

    acquire_arc! { ArcMutexGuard<R, T>: How::write(); lock_arc as lock, try_lock_arc as try_lock }
}

impl<R: RawMutexTimed, T: ?Sized> Mutex<R, T> {
    timed! {
        MutexGuard<'_, R, T>, ArcMutexGuard<R, T>: How::write(), "the mutex" as lock;
        try_lock_for, try_lock_arc_for: try_lock_for;
        try_lock_until, try_lock_arc_until: try_lock_until;
    }
}

impl<R: RawMutex, T: Default> Default for Mutex<R, T> {
    #[cfg_attr(feature = "validate", inline(never))]
    #[cfg_attr(not(feature = "validate"), inline)]
    #[track_caller]
    fn default() -> Mutex<R, T> {
        let map = LockMap::made_by_caller::<MutexKind<R>, T>();
        Mutex { checked: Checked::new(map, R::INIT), data: UnsafeCell::default() }
    }
}

impl<R: RawMutex, T> From<T> for Mutex<R, T> {
    #[inline]
    #[track_caller]
    fn from(t: T) -> Mutex<R, T> {
        Mutex::new(t)
    }
}

impl<R: RawMutex, T: ?Sized + fmt::Debug> fmt::Debug for Mutex<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Mutex");
        match self.try_lock() {
            Some(guard) => out.field("data", &&*guard),
            None => out.field("data", &format_args!("<locked>")),
        };
        out.finish()
    }
}

/// A held [`Mutex`], and access to its data; dropping it releases the mutex.
#[clippy::has_significant_drop]
#[must_use = "if unused the Mutex will immediately unlock"]
pub struct MutexGuard<'a, R: RawMutex, T: ?Sized> {
    pub(crate) held: Held<&'a Mutex<R, T>, Whole, R>,
    marker: PhantomData<&'a mut T>,
}

impl<'a, R: RawMutex, T: ?Sized> MutexGuard<'a, R, T> {
    #[inline]
    pub(crate) fn of(held: Held<&'a Mutex<R, T>, Whole, R>) -> Self {
        MutexGuard { held, marker: PhantomData }
    }

    /// The mutex that is held.
    #[inline]
    pub fn mutex(s: &Self) -> &'a Mutex<R, T> {
        s.held.lock
    }

    /// Leaves the mutex locked for good and gives the data for as long as the mutex lives.
    ///
    /// From here on no thread holds it, as far as the validator knows, and `force_unlock` may release it. If this thread still locks it, that
    /// is reported once it has waited for a while; other threads that do are reported only by the watchdog.
    #[inline]
    #[track_caller]
    pub fn leak(s: Self) -> &'a mut T {
        let mutex = s.held.leak();
        // SAFETY: the mutex is held and will not be released, so nobody else reaches the data.
        unsafe { &mut *mutex.data.get() }
    }
}

guard_map!(impl['a, R: RawMutex, T: ?Sized] for MutexGuard<'a, R, T> => MappedMutexGuard<'a, R>, (&mut), try_map_or_err:
    |guard| guard.held.lock.data.get(), guard.held.erase());
guard_unlocked!(impl['a, R: RawMutex, T: ?Sized] for MutexGuard<'a, R, T>);
guard_fair!(impl['a, R: RawMutexFair, T: ?Sized] for MutexGuard<'a, R, T>);
guard_access!(mut impl['a, R: RawMutex, T: ?Sized] for MutexGuard<'a, R, T>: |guard| guard.held.lock.data.get());

/// A [`MutexGuard`] that owns an `Arc` of its mutex.
#[clippy::has_significant_drop]
#[must_use = "if unused the Mutex will immediately unlock"]
pub struct ArcMutexGuard<R: RawMutex, T: ?Sized> {
    held: Held<Arc<Mutex<R, T>>, Whole, R>,
    marker: PhantomData<T>,
}

impl<R: RawMutex, T: ?Sized> ArcMutexGuard<R, T> {
    #[inline]
    fn of(held: Held<Arc<Mutex<R, T>>, Whole, R>) -> Self {
        ArcMutexGuard { held, marker: PhantomData }
    }

    /// The mutex that is held.
    #[inline]
    pub fn mutex(s: &Self) -> &Arc<Mutex<R, T>> {
        &s.held.lock
    }
}

guard_into_arc!(impl[R: RawMutex, T: ?Sized] for ArcMutexGuard<R, T> => Mutex<R, T>);
guard_into_arc!(fair impl[R: RawMutexFair, T: ?Sized] for ArcMutexGuard<R, T> => Mutex<R, T>);
guard_unlocked!(impl[R: RawMutex, T: ?Sized] for ArcMutexGuard<R, T>);
guard_fair!(impl[R: RawMutexFair, T: ?Sized] for ArcMutexGuard<R, T>);
guard_access!(mut impl[R: RawMutex, T: ?Sized] for ArcMutexGuard<R, T>: |guard| guard.held.lock.data.get());

/// A [`MutexGuard`] narrowed to a part of the data, by [`MutexGuard::map`].
#[clippy::has_significant_drop]
#[must_use = "if unused the Mutex will immediately unlock"]
pub struct MappedMutexGuard<'a, R: RawMutex, T: ?Sized> {
    held: Held<&'a Checked<R>, Whole, R>,
    data: *mut T,
    marker: PhantomData<&'a mut T>,
}

guard_map!(impl['a, R: RawMutex, T: ?Sized] for MappedMutexGuard<'a, R, T> => MappedMutexGuard<'a, R>, (&mut), try_map_or_err:
    |guard| guard.data, guard.held);
guard_fair!(mapped impl['a, R: RawMutexFair, T: ?Sized] for MappedMutexGuard<'a, R, T>);
guard_access!(mut impl['a, R: RawMutex, T: ?Sized] for MappedMutexGuard<'a, R, T>: |guard| guard.data);
