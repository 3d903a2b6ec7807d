//! [`RwLock`]; its guards are in `guards`. Both surfaces have them from here, each over its own raw traits.

pub(crate) mod guards;

use core::any::type_name;
use core::cell::UnsafeCell;
use core::fmt;
use core::marker::PhantomData;
use std::sync::Arc;

use lockdep_core::irq::{IrqGuard, Section};
use lockdep_core::{How, LockClass, LockKind, LockMap, Mode, WaitType};

pub use self::guards::{
    ArcRwLockReadGuard, ArcRwLockUpgradableReadGuard, ArcRwLockWriteGuard, MappedRwLockReadGuard, MappedRwLockWriteGuard,
    RwLockReadGuard, RwLockUpgradableReadGuard, RwLockWriteGuard,
};
use super::sides::{Exclusive, Shared};
use super::{RawRwLock, RawRwLockTimed, RawRwLockUpgrade, RawRwLockUpgradeTimed};
use crate::Validated;
use crate::held::{Checked, Held, Locked, Side};
use crate::macros::timed;

/// A reader-writer lock over a raw lock `R`, checked: many readers, or one writer.
///
/// A thread that reads must not read again if a writer may have come to wait in between, unless the raw lock lets readers pass
/// waiting writers.
///
/// **Signal safety:** a handler may only use a lock whose raw lock spins; others are reported there as `WaitContext`.
pub struct RwLock<R, T: ?Sized> {
    pub(crate) checked: Checked<R>,
    // Last, so that a lock of a sized type unsizes to one of an unsized type.
    pub(crate) data: UnsafeCell<T>,
}

// SAFETY: readers share the data, which so needs `Sync`; a writer may take it out, which needs `Send`.
unsafe impl<R: RawRwLock + Sync, T: ?Sized + Send + Sync> Sync for RwLock<R, T> {}

/// Raw locks of other crates whose readers do not care for writers that wait, as reading them shows. Of any other it is assumed that
/// they do, as those of `parking_lot` but the one of `RecursiveRwLock`: by its traits no raw lock says so.
const READERS_PASS: [&str; 3] = ["dashmap::lock::RawRwLock", "spin::rwlock::RwLock<", "parking_lot::raw_rwlock::RawRwLock<true>"];

/// Of these an upgradable hold keeps new readers out.
const UPGRADABLE_EXCLUDES: [&str; 1] = ["spin::rwlock::RwLock<"];

/// Whether it is a raw lock of another crate of this list. Those that know of the validator say what they do by the mode.
fn is_one_of<R: RawRwLock>(names: &[&str]) -> bool {
    R::LOCKDEP_FOREIGN && names.iter().any(|name| type_name::<R>().starts_with(name))
}

struct RwLockKind<R>(PhantomData<R>);

impl<R: RawRwLock> LockKind for RwLockKind<R> {
    const NAME: &'static str = R::LOCKDEP_NAME;
    const WAIT: WaitType = R::LOCKDEP_WAIT;
    const FOREIGN: bool = R::LOCKDEP_FOREIGN;
    const GUARDS_MOVE: bool = <Shared as Side<R>>::GUARDS_MOVE || <Exclusive as Side<R>>::GUARDS_MOVE;
    const READ_RECURSIVE_IN_HANDLER: bool = R::LOCKDEP_READ_RECURSIVE_IN_HANDLER;

    fn readers_pass() -> bool {
        is_one_of::<R>(&READERS_PASS)
    }

    fn upgradable_excludes() -> bool {
        is_one_of::<R>(&UPGRADABLE_EXCLUDES)
    }
}

/// How the readers' side is taken.
const fn reading<R: RawRwLock>() -> How<'static> {
    <Shared as Side<R>>::HOW
}

/// How the upgradable readers' side is taken.
const UPGRADABLE: How<'static> = How::new(Mode::Upgradable);

impl<R, T: ?Sized> Validated for RwLock<R, T> {
    #[inline]
    fn lock_map(&self) -> &LockMap {
        &self.checked.map
    }
}

impl<R, T: ?Sized> Locked for RwLock<R, T> {
    type Raw = R;

    #[inline]
    fn checked(&self) -> &Checked<R> {
        &self.checked
    }
}

impl<R: RawRwLock, T> RwLock<R, T> {
    /// A lock around `val`. Its class is this place in the source and the type of `val`.
    #[inline]
    #[track_caller]
    pub const fn new(val: T) -> RwLock<R, T> {
        RwLock::from_raw(R::INIT, val)
    }

    /// A lock around `val`, of the class `class`.
    #[inline]
    #[track_caller]
    pub const fn with_class(val: T, class: &'static LockClass) -> RwLock<R, T> {
        let map = LockMap::with_class::<RwLockKind<R>, T>(class);
        RwLock { checked: Checked::new(map, R::INIT), data: UnsafeCell::new(val) }
    }

    /// A lock around `val` on this raw lock, which must not be held.
    #[inline]
    #[track_caller]
    pub const fn from_raw(raw_rwlock: R, val: T) -> RwLock<R, T> {
        let map = LockMap::new::<RwLockKind<R>, T>();
        RwLock { checked: Checked::new(map, raw_rwlock), data: UnsafeCell::new(val) }
    }

    /// The data, without the lock.
    #[inline]
    pub fn into_inner(self) -> T {
        self.data.into_inner()
    }
}

impl<R: RawRwLock, T: ?Sized> RwLock<R, T> {
    /// Takes the lock shared, waiting until no writer holds it, nor, with most raw locks, waits for it.
    #[inline]
    #[track_caller]
    pub fn read(&self) -> RwLockReadGuard<'_, R, T> {
        RwLockReadGuard::of(Held::lock(&self, reading::<R>()))
    }

    /// Takes the lock shared, as one of level `subclass` of its class: locks of different levels may nest, in one order.
    #[inline]
    #[track_caller]
    pub fn read_nested(&self, subclass: u8) -> RwLockReadGuard<'_, R, T> {
        RwLockReadGuard::of(Held::lock(&self, reading::<R>().nested(subclass)))
    }

    /// Takes the lock shared, in any order with others of its class, because `outer` is held and keeps other threads out.
    #[inline]
    #[track_caller]
    pub fn read_nest_lock(&self, outer: &(impl Validated + ?Sized)) -> RwLockReadGuard<'_, R, T> {
        RwLockReadGuard::of(Held::lock(&self, reading::<R>().nest_lock(outer.lock_map())))
    }

    /// Takes the lock shared, as number `n` of its class: locks of one class may nest while the number rises.
    #[inline]
    #[track_caller]
    pub fn read_ordered(&self, n: u64) -> RwLockReadGuard<'_, R, T> {
        RwLockReadGuard::of(Held::lock(&self, reading::<R>().ordered(n)))
    }

    /// Blocks the signals, then takes the lock shared; the guard's drop opens the signals, whatever they were before.
    ///
    /// Wrong in a function that may be called with the signals already blocked: [`read_irqsave`](Self::read_irqsave) is not.
    #[inline]
    #[track_caller]
    pub fn read_irq(&self) -> IrqGuard<RwLockReadGuard<'_, R, T>> {
        Section::lock_irq().guard(&self.checked.map, self.read())
    }

    /// Blocks the signals, then takes the lock shared; the guard's drop puts back the mask that was found.
    #[inline]
    #[track_caller]
    pub fn read_irqsave(&self) -> IrqGuard<RwLockReadGuard<'_, R, T>> {
        Section::lock_irqsave().guard(&self.checked.map, self.read())
    }

    /// Blocks the signals and counts, then takes the lock shared; such guards may be dropped in any order.
    #[inline]
    #[track_caller]
    pub fn read_irq_counted(&self) -> IrqGuard<RwLockReadGuard<'_, R, T>> {
        Section::lock_irq_counted().guard(&self.checked.map, self.read())
    }

    /// Takes the lock shared if that is possible now.
    #[inline]
    #[track_caller]
    pub fn try_read(&self) -> Option<RwLockReadGuard<'_, R, T>> {
        Held::try_lock(&self).map(RwLockReadGuard::of)
    }

    /// Takes the lock shared, as one of level `subclass` of its class, if that is possible now: see
    /// [`Mutex::try_lock_nested`](crate::Mutex::try_lock_nested).
    #[inline]
    #[track_caller]
    pub fn try_read_nested(&self, subclass: u8) -> Option<RwLockReadGuard<'_, R, T>> {
        Held::try_lock_as(&self, reading::<R>().nested(subclass)).map(RwLockReadGuard::of)
    }

    /// Takes the lock shared, as number `n` of its class, if that is possible now: see
    /// [`Mutex::try_lock_ordered`](crate::Mutex::try_lock_ordered).
    #[inline]
    #[track_caller]
    pub fn try_read_ordered(&self, n: u64) -> Option<RwLockReadGuard<'_, R, T>> {
        Held::try_lock_as(&self, reading::<R>().ordered(n)).map(RwLockReadGuard::of)
    }

    /// Takes the lock exclusively, waiting until nobody holds it.
    #[inline]
    #[track_caller]
    pub fn write(&self) -> RwLockWriteGuard<'_, R, T> {
        RwLockWriteGuard::of(Held::lock(&self, How::write()))
    }

    /// Takes the lock exclusively, as one of level `subclass` of its class: locks of different levels may nest, in one order.
    #[inline]
    #[track_caller]
    pub fn write_nested(&self, subclass: u8) -> RwLockWriteGuard<'_, R, T> {
        RwLockWriteGuard::of(Held::lock(&self, How::write().nested(subclass)))
    }

    /// Takes the lock exclusively, in any order with others of its class, because `outer` is held and keeps other threads out.
    #[inline]
    #[track_caller]
    pub fn write_nest_lock(&self, outer: &(impl Validated + ?Sized)) -> RwLockWriteGuard<'_, R, T> {
        RwLockWriteGuard::of(Held::lock(&self, How::write().nest_lock(outer.lock_map())))
    }

    /// Takes the lock exclusively, as number `n` of its class: locks of one class may nest while the number rises.
    #[inline]
    #[track_caller]
    pub fn write_ordered(&self, n: u64) -> RwLockWriteGuard<'_, R, T> {
        RwLockWriteGuard::of(Held::lock(&self, How::write().ordered(n)))
    }

    /// Blocks the signals, then takes the lock exclusively; the guard's drop opens the signals, whatever they were before.
    ///
    /// Wrong in a function that may be called with the signals already blocked: [`write_irqsave`](Self::write_irqsave) is not.
    #[inline]
    #[track_caller]
    pub fn write_irq(&self) -> IrqGuard<RwLockWriteGuard<'_, R, T>> {
        Section::lock_irq().guard(&self.checked.map, self.write())
    }

    /// Blocks the signals, then takes the lock exclusively; the guard's drop puts back the mask that was found.
    #[inline]
    #[track_caller]
    pub fn write_irqsave(&self) -> IrqGuard<RwLockWriteGuard<'_, R, T>> {
        Section::lock_irqsave().guard(&self.checked.map, self.write())
    }

    /// Blocks the signals and counts, then takes the lock exclusively; such guards may be dropped in any order.
    #[inline]
    #[track_caller]
    pub fn write_irq_counted(&self) -> IrqGuard<RwLockWriteGuard<'_, R, T>> {
        Section::lock_irq_counted().guard(&self.checked.map, self.write())
    }

    /// Takes the lock exclusively if nobody holds it now.
    #[inline]
    #[track_caller]
    pub fn try_write(&self) -> Option<RwLockWriteGuard<'_, R, T>> {
        Held::try_lock(&self).map(RwLockWriteGuard::of)
    }

    /// Takes the lock exclusively, as one of level `subclass` of its class, if that is possible now: see
    /// [`Mutex::try_lock_nested`](crate::Mutex::try_lock_nested).
    #[inline]
    #[track_caller]
    pub fn try_write_nested(&self, subclass: u8) -> Option<RwLockWriteGuard<'_, R, T>> {
        Held::try_lock_as(&self, How::write().nested(subclass)).map(RwLockWriteGuard::of)
    }

    /// Takes the lock exclusively, as number `n` of its class, if that is possible now: see
    /// [`Mutex::try_lock_ordered`](crate::Mutex::try_lock_ordered).
    #[inline]
    #[track_caller]
    pub fn try_write_ordered(&self, n: u64) -> Option<RwLockWriteGuard<'_, R, T>> {
        Held::try_lock_as(&self, How::write().ordered(n)).map(RwLockWriteGuard::of)
    }

    /// The data: an exclusive reference needs no lock.
    #[inline]
    pub const fn get_mut(&mut self) -> &mut T {
        self.data.get_mut()
    }

    /// Whether somebody holds the lock in any way.
    #[inline]
    pub fn is_locked(&self) -> bool {
        self.checked.raw.is_locked()
    }

    /// Whether somebody holds the lock exclusively.
    #[inline]
    pub fn is_locked_exclusive(&self) -> bool {
        self.checked.raw.is_locked_exclusive()
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

    /// [`read`](Self::read), with a guard that owns an `Arc` of the lock.
    #[inline]
    #[track_caller]
    pub fn read_arc(self: &Arc<Self>) -> ArcRwLockReadGuard<R, T> {
        ArcRwLockReadGuard::of(Held::lock(self, reading::<R>()))
    }

    /// [`try_read`](Self::try_read), with a guard that owns an `Arc` of the lock.
    #[inline]
    #[track_caller]
    pub fn try_read_arc(self: &Arc<Self>) -> Option<ArcRwLockReadGuard<R, T>> {
        Held::try_lock(self).map(ArcRwLockReadGuard::of)
    }

    /// [`write`](Self::write), with a guard that owns an `Arc` of the lock.
    #[inline]
    #[track_caller]
    pub fn write_arc(self: &Arc<Self>) -> ArcRwLockWriteGuard<R, T> {
        ArcRwLockWriteGuard::of(Held::lock(self, How::write()))
    }

    /// [`try_write`](Self::try_write), with a guard that owns an `Arc` of the lock.
    #[inline]
    #[track_caller]
    pub fn try_write_arc(self: &Arc<Self>) -> Option<ArcRwLockWriteGuard<R, T>> {
        Held::try_lock(self).map(ArcRwLockWriteGuard::of)
    }
}

impl<R: RawRwLockTimed, T: ?Sized> RwLock<R, T> {
    timed! { borrowing:
        /// Takes the lock shared, waiting at most for `timeout`.
        try_read_for(Duration) -> RwLockReadGuard: reading::<R>(), try_lock_shared_for;

        /// Takes the lock shared, waiting at most until `timeout`.
        try_read_until(Instant) -> RwLockReadGuard: reading::<R>(), try_lock_shared_until;

        /// Takes the lock exclusively, waiting at most for `timeout`.
        try_write_for(Duration) -> RwLockWriteGuard: How::write(), try_lock_exclusive_for;

        /// Takes the lock exclusively, waiting at most until `timeout`.
        try_write_until(Instant) -> RwLockWriteGuard: How::write(), try_lock_exclusive_until;
    }

    timed! { owning:
        /// [`try_read_for`](Self::try_read_for), with a guard that owns an `Arc` of the lock.
        try_read_arc_for(Duration) -> ArcRwLockReadGuard: reading::<R>(), try_lock_shared_for;

        /// [`try_read_until`](Self::try_read_until), with a guard that owns an `Arc` of the lock.
        try_read_arc_until(Instant) -> ArcRwLockReadGuard: reading::<R>(), try_lock_shared_until;

        /// [`try_write_for`](Self::try_write_for), with a guard that owns an `Arc` of the lock.
        try_write_arc_for(Duration) -> ArcRwLockWriteGuard: How::write(), try_lock_exclusive_for;

        /// [`try_write_until`](Self::try_write_until), with a guard that owns an `Arc` of the lock.
        try_write_arc_until(Instant) -> ArcRwLockWriteGuard: How::write(), try_lock_exclusive_until;
    }
}

impl<R: RawRwLockUpgrade, T: ?Sized> RwLock<R, T> {
    /// Takes the lock upgradable: shared with readers, alone among upgradable readers, able to become the writer.
    #[inline]
    #[track_caller]
    pub fn upgradable_read(&self) -> RwLockUpgradableReadGuard<'_, R, T> {
        RwLockUpgradableReadGuard::of(Held::lock(&self, UPGRADABLE))
    }

    /// Takes the lock upgradable, as one of level `subclass` of its class: locks of different levels may nest, in one order.
    #[inline]
    #[track_caller]
    pub fn upgradable_read_nested(&self, subclass: u8) -> RwLockUpgradableReadGuard<'_, R, T> {
        RwLockUpgradableReadGuard::of(Held::lock(&self, UPGRADABLE.nested(subclass)))
    }

    /// Takes the lock upgradable if that is possible now.
    #[inline]
    #[track_caller]
    pub fn try_upgradable_read(&self) -> Option<RwLockUpgradableReadGuard<'_, R, T>> {
        Held::try_lock(&self).map(RwLockUpgradableReadGuard::of)
    }

    /// [`upgradable_read`](Self::upgradable_read), with a guard that owns an `Arc` of the lock.
    #[inline]
    #[track_caller]
    pub fn upgradable_read_arc(self: &Arc<Self>) -> ArcRwLockUpgradableReadGuard<R, T> {
        ArcRwLockUpgradableReadGuard::of(Held::lock(self, UPGRADABLE))
    }

    /// [`try_upgradable_read`](Self::try_upgradable_read), with a guard that owns an `Arc` of the lock.
    #[inline]
    #[track_caller]
    pub fn try_upgradable_read_arc(self: &Arc<Self>) -> Option<ArcRwLockUpgradableReadGuard<R, T>> {
        Held::try_lock(self).map(ArcRwLockUpgradableReadGuard::of)
    }
}

impl<R: RawRwLockUpgradeTimed, T: ?Sized> RwLock<R, T> {
    timed! { borrowing:
        /// Takes the lock upgradable, waiting at most for `timeout`.
        try_upgradable_read_for(Duration) -> RwLockUpgradableReadGuard: UPGRADABLE, try_lock_upgradable_for;

        /// Takes the lock upgradable, waiting at most until `timeout`.
        try_upgradable_read_until(Instant) -> RwLockUpgradableReadGuard: UPGRADABLE, try_lock_upgradable_until;
    }

    timed! { owning:
        /// [`try_upgradable_read_for`](Self::try_upgradable_read_for), with a guard that owns an `Arc` of the lock.
        try_upgradable_read_arc_for(Duration) -> ArcRwLockUpgradableReadGuard: UPGRADABLE, try_lock_upgradable_for;

        /// [`try_upgradable_read_until`](Self::try_upgradable_read_until), with a guard that owns an `Arc` of the lock.
        try_upgradable_read_arc_until(Instant) -> ArcRwLockUpgradableReadGuard: UPGRADABLE, try_lock_upgradable_until;
    }
}

impl<R: RawRwLock, T: Default> Default for RwLock<R, T> {
    #[cfg_attr(feature = "validate", inline(never))]
    #[cfg_attr(not(feature = "validate"), inline)]
    #[track_caller]
    fn default() -> RwLock<R, T> {
        let map = LockMap::made_by_caller::<RwLockKind<R>, T>();
        RwLock { checked: Checked::new(map, R::INIT), data: UnsafeCell::default() }
    }
}

impl<R: RawRwLock, T> From<T> for RwLock<R, T> {
    #[inline]
    #[track_caller]
    fn from(t: T) -> RwLock<R, T> {
        RwLock::new(t)
    }
}

impl<R: RawRwLock, T: ?Sized + fmt::Debug> fmt::Debug for RwLock<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("RwLock");
        match self.try_read() {
            Some(guard) => out.field("data", &&*guard),
            None => out.field("data", &format_args!("<locked>")),
        };
        out.finish()
    }
}
