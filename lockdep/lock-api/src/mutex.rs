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
use crate::macros::{guard_access, guard_fair, guard_into_arc, guard_map, guard_unlocked};

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
    /// Takes the mutex, waiting until it is free.
    #[inline]
    #[track_caller]
    pub fn lock(&self) -> MutexGuard<'_, R, T> {
        MutexGuard::of(Held::lock(&self, How::write()))
    }

    /// Takes the mutex as one of level `subclass` of its class: locks of different levels may nest, in one order.
    #[inline]
    #[track_caller]
    pub fn lock_nested(&self, subclass: u8) -> MutexGuard<'_, R, T> {
        MutexGuard::of(Held::lock(&self, How::write().nested(subclass)))
    }

    /// Takes the mutex in any order with others of its class, because `outer` is held and keeps other threads out.
    #[inline]
    #[track_caller]
    pub fn lock_nest_lock(&self, outer: &(impl Validated + ?Sized)) -> MutexGuard<'_, R, T> {
        MutexGuard::of(Held::lock(&self, How::write().nest_lock(outer.lock_map())))
    }

    /// Takes the mutex as number `n` of its class: mutexes of one class may nest while the number rises.
    #[inline]
    #[track_caller]
    pub fn lock_ordered(&self, n: u64) -> MutexGuard<'_, R, T> {
        MutexGuard::of(Held::lock(&self, How::write().ordered(n)))
    }

    /// Blocks the signals, then takes the mutex; the guard's drop opens the signals, whatever they were before.
    ///
    /// Wrong in a function that may be called with the signals already blocked: [`lock_irqsave`](Self::lock_irqsave) is not.
    #[inline]
    #[track_caller]
    pub fn lock_irq(&self) -> IrqGuard<MutexGuard<'_, R, T>> {
        Section::lock_irq().guard(&self.checked.map, self.lock())
    }

    /// Blocks the signals, then takes the mutex; the guard's drop puts back the mask that was found.
    #[inline]
    #[track_caller]
    pub fn lock_irqsave(&self) -> IrqGuard<MutexGuard<'_, R, T>> {
        Section::lock_irqsave().guard(&self.checked.map, self.lock())
    }

    /// Blocks the signals and counts, then takes the mutex; such guards may be dropped in any order.
    #[inline]
    #[track_caller]
    pub fn lock_irq_counted(&self) -> IrqGuard<MutexGuard<'_, R, T>> {
        Section::lock_irq_counted().guard(&self.checked.map, self.lock())
    }

    /// Takes the mutex if it is free now.
    #[inline]
    #[track_caller]
    pub fn try_lock(&self) -> Option<MutexGuard<'_, R, T>> {
        Held::try_lock(&self).map(MutexGuard::of)
    }

    /// Takes the mutex as one of level `subclass` of its class, if it is free now. The attempt itself may be made in any order; what
    /// is waited for while the mutex is held comes after that level.
    #[inline]
    #[track_caller]
    pub fn try_lock_nested(&self, subclass: u8) -> Option<MutexGuard<'_, R, T>> {
        Held::try_lock_as(&self, How::write().nested(subclass)).map(MutexGuard::of)
    }

    /// Takes the mutex as number `n` of its class, if it is free now. The attempt itself may be made in any order; those of the class
    /// that are waited for while the mutex is held need higher numbers.
    #[inline]
    #[track_caller]
    pub fn try_lock_ordered(&self, n: u64) -> Option<MutexGuard<'_, R, T>> {
        Held::try_lock_as(&self, How::write().ordered(n)).map(MutexGuard::of)
    }

    /// The data: an exclusive reference needs no lock.
    #[inline]
    pub const fn get_mut(&mut self) -> &mut T {
        self.data.get_mut()
    }

    /// Whether somebody holds the mutex.
    #[inline]
    pub fn is_locked(&self) -> bool {
        self.checked.raw.is_locked()
    }

    /// The raw lock.
    ///
    /// # Safety
    ///
    /// It must not be released while a guard exists. What is done to it here, the validator does not see.
    #[inline]
    pub unsafe fn raw(&self) -> &R {
        &self.checked.raw
    }

    /// A pointer to the data.
    #[inline]
    pub const fn data_ptr(&self) -> *mut T {
        self.data.get()
    }

    /// [`lock`](Self::lock), with a guard that owns an `Arc` of the mutex.
    #[inline]
    #[track_caller]
    pub fn lock_arc(self: &Arc<Self>) -> ArcMutexGuard<R, T> {
        ArcMutexGuard::of(Held::lock(self, How::write()))
    }

    /// [`try_lock`](Self::try_lock), with a guard that owns an `Arc` of the mutex.
    #[inline]
    #[track_caller]
    pub fn try_lock_arc(self: &Arc<Self>) -> Option<ArcMutexGuard<R, T>> {
        Held::try_lock(self).map(ArcMutexGuard::of)
    }
}

impl<R: RawMutexTimed, T: ?Sized> Mutex<R, T> {
    /// Takes the mutex, waiting at most for `timeout`.
    #[inline]
    #[track_caller]
    pub fn try_lock_for(&self, timeout: R::Duration) -> Option<MutexGuard<'_, R, T>> {
        // SAFETY: the attempt takes the mutex if it says so.
        unsafe { Held::try_lock_timed(&self, How::write(), |raw| raw.try_lock_for(timeout)) }.map(MutexGuard::of)
    }

    /// Takes the mutex, waiting at most until `timeout`.
    #[inline]
    #[track_caller]
    pub fn try_lock_until(&self, timeout: R::Instant) -> Option<MutexGuard<'_, R, T>> {
        // SAFETY: the attempt takes the mutex if it says so.
        unsafe { Held::try_lock_timed(&self, How::write(), |raw| raw.try_lock_until(timeout)) }.map(MutexGuard::of)
    }

    /// [`try_lock_for`](Self::try_lock_for), with a guard that owns an `Arc` of the mutex.
    #[inline]
    #[track_caller]
    pub fn try_lock_arc_for(self: &Arc<Self>, timeout: R::Duration) -> Option<ArcMutexGuard<R, T>> {
        // SAFETY: the attempt takes the mutex if it says so.
        unsafe { Held::try_lock_timed(self, How::write(), |raw| raw.try_lock_for(timeout)) }.map(ArcMutexGuard::of)
    }

    /// [`try_lock_until`](Self::try_lock_until), with a guard that owns an `Arc` of the mutex.
    #[inline]
    #[track_caller]
    pub fn try_lock_arc_until(self: &Arc<Self>, timeout: R::Instant) -> Option<ArcMutexGuard<R, T>> {
        // SAFETY: the attempt takes the mutex if it says so.
        unsafe { Held::try_lock_timed(self, How::write(), |raw| raw.try_lock_until(timeout)) }.map(ArcMutexGuard::of)
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
