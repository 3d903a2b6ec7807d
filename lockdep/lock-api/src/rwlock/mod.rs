//! [`RwLock`]; its guards are in `guards`, their conversions in `convert`.

mod convert;
mod guards;

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
use crate::held::{Checked, Exclusive, Held, Locked, Shared, UPGRADABLE, reading};
use crate::{
    RawRwLock, RawRwLockFair, RawRwLockRecursive, RawRwLockRecursiveTimed, RawRwLockTimed, RawRwLockUpgrade,
    RawRwLockUpgradeTimed, Validated,
};

/// A reader-writer lock over a raw lock `R`, checked: many readers, or one writer.
///
/// A thread that reads must not read again if a writer may have come to wait in between, unless through
/// [`read_recursive`](Self::read_recursive).
///
/// **Signal safety:** a handler may only use a lock whose raw lock spins; others are reported there as `WaitContext`.
pub struct RwLock<R, T: ?Sized> {
    pub(crate) checked: Checked<R>,
    // Last, so that a lock of a sized type unsizes to one of an unsized type.
    data: UnsafeCell<T>,
}

// SAFETY: the data goes along with the lock; a raw lock that is `Send` may too.
unsafe impl<R: RawRwLock + Send, T: ?Sized + Send> Send for RwLock<R, T> {}
// SAFETY: readers share the data, which so needs `Sync`; a writer may take it out, which needs `Send`.
unsafe impl<R: RawRwLock + Sync, T: ?Sized + Send + Sync> Sync for RwLock<R, T> {}

/// Raw locks of other crates whose readers do not care for writers that wait, as reading them shows. Of any other it is assumed that
/// they do, as those of `parking_lot`: by its traits no raw lock says so.
const READERS_PASS: [&str; 2] = ["dashmap::lock::RawRwLock", "spin::rwlock::RwLock<"];

struct RwLockKind<R>(PhantomData<R>);

impl<R: RawRwLock> LockKind for RwLockKind<R> {
    const NAME: &'static str = R::LOCKDEP_NAME;
    const WAIT: WaitType = R::LOCKDEP_WAIT;
    const FOREIGN: bool = R::LOCKDEP_FOREIGN;
    // `GuardSend` is empty; a marker that is not may not go to other threads.
    const GUARDS_MOVE: bool = size_of::<R::GuardMarker>() == 0;
    const READ_RECURSIVE_IN_HANDLER: bool = R::LOCKDEP_READ_RECURSIVE_IN_HANDLER;

    fn readers_pass() -> bool {
        // Those that know of the validator say it by the mode.
        R::LOCKDEP_FOREIGN && READERS_PASS.iter().any(|name| type_name::<R>().starts_with(name))
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

    /// The same as [`from_raw`](Self::from_raw), under its older name.
    #[inline]
    #[track_caller]
    pub const fn const_new(raw_rwlock: R, val: T) -> RwLock<R, T> {
        RwLock::from_raw(raw_rwlock, val)
    }

    /// The data, without the lock.
    #[inline]
    pub fn into_inner(self) -> T {
        self.data.into_inner()
    }
}

impl<R: RawRwLock, T: ?Sized> RwLock<R, T> {
    /// A guard for a lock that is held shared, but has no guard. The validator is not told.
    ///
    /// # Safety
    ///
    /// The lock is held shared in the current context, and no other guard releases it: one was forgotten, say.
    #[inline]
    pub unsafe fn make_read_guard_unchecked(&self) -> RwLockReadGuard<'_, R, T> {
        // SAFETY: held and given to us, says the caller.
        RwLockReadGuard::of(unsafe { Held::assume(self) })
    }

    /// A guard for a lock that is held exclusively, but has no guard. The validator is not told.
    ///
    /// # Safety
    ///
    /// The lock is held exclusively in the current context, and no other guard releases it: one was forgotten, say.
    #[inline]
    pub unsafe fn make_write_guard_unchecked(&self) -> RwLockWriteGuard<'_, R, T> {
        // SAFETY: held and given to us, says the caller.
        RwLockWriteGuard::of(unsafe { Held::assume(self) })
    }

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

    /// The data: an exclusive reference needs no lock.
    #[inline]
    pub fn get_mut(&mut self) -> &mut T {
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

    /// Releases the lock held shared, without its guard.
    ///
    /// # Safety
    ///
    /// The lock is held shared in the current context, and no guard releases it: one was forgotten.
    #[inline]
    #[track_caller]
    pub unsafe fn force_unlock_read(&self) {
        // SAFETY: held and given to us, says the caller.
        unsafe { Held::<_, Shared>::assume(self) }.unlock();
    }

    /// Releases the lock held exclusively, without its guard.
    ///
    /// # Safety
    ///
    /// The lock is held exclusively in the current context, and no guard releases it: one was forgotten.
    #[inline]
    #[track_caller]
    pub unsafe fn force_unlock_write(&self) {
        // SAFETY: held and given to us, says the caller.
        unsafe { Held::<_, Exclusive>::assume(self) }.unlock();
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
    pub fn data_ptr(&self) -> *mut T {
        self.data.get()
    }

    /// [`make_read_guard_unchecked`](Self::make_read_guard_unchecked), with a guard that owns an `Arc` of the lock.
    ///
    /// # Safety
    ///
    /// As there.
    #[inline]
    pub unsafe fn make_arc_read_guard_unchecked(self: &Arc<Self>) -> ArcRwLockReadGuard<R, T> {
        // SAFETY: held and given to us, says the caller.
        ArcRwLockReadGuard::of(unsafe { Held::assume(self.clone()) })
    }

    /// [`make_write_guard_unchecked`](Self::make_write_guard_unchecked), with a guard that owns an `Arc` of the lock.
    ///
    /// # Safety
    ///
    /// As there.
    #[inline]
    pub unsafe fn make_arc_write_guard_unchecked(self: &Arc<Self>) -> ArcRwLockWriteGuard<R, T> {
        // SAFETY: held and given to us, says the caller.
        ArcRwLockWriteGuard::of(unsafe { Held::assume(self.clone()) })
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

impl<R: RawRwLockFair, T: ?Sized> RwLock<R, T> {
    /// [`force_unlock_read`](Self::force_unlock_read); a waiting thread gets the lock before any thread that comes later.
    ///
    /// # Safety
    ///
    /// As there.
    #[inline]
    #[track_caller]
    pub unsafe fn force_unlock_read_fair(&self) {
        // SAFETY: held and given to us, says the caller.
        unsafe { Held::<_, Shared>::assume(self) }.unlock_fair();
    }

    /// [`force_unlock_write`](Self::force_unlock_write); a waiting thread gets the lock before any thread that comes later.
    ///
    /// # Safety
    ///
    /// As there.
    #[inline]
    #[track_caller]
    pub unsafe fn force_unlock_write_fair(&self) {
        // SAFETY: held and given to us, says the caller.
        unsafe { Held::<_, Exclusive>::assume(self) }.unlock_fair();
    }
}

/// Methods that wait for a while: each is an attempt of the raw lock, with a guard that borrows the lock, or owns an `Arc` of it.
macro_rules! timed {
    (borrowing: $($(#[$doc:meta])* $method:ident($timeout:ident) -> $Guard:ident: $how:expr, $attempt:ident;)*) => { $(
        $(#[$doc])*
        #[inline]
        #[track_caller]
        pub fn $method(&self, timeout: R::$timeout) -> Option<$Guard<'_, R, T>> {
            // SAFETY: the attempt takes the lock, on the guard's side, if it returns `true`.
            unsafe { Held::try_lock_timed(&self, $how, |raw| raw.$attempt(timeout)) }.map($Guard::of)
        }
    )* };
    (owning: $($(#[$doc:meta])* $method:ident($timeout:ident) -> $Guard:ident: $how:expr, $attempt:ident;)*) => { $(
        $(#[$doc])*
        #[inline]
        #[track_caller]
        pub fn $method(self: &Arc<Self>, timeout: R::$timeout) -> Option<$Guard<R, T>> {
            // SAFETY: the attempt takes the lock, on the guard's side, if it returns `true`.
            unsafe { Held::try_lock_timed(self, $how, |raw| raw.$attempt(timeout)) }.map($Guard::of)
        }
    )* };
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

/// How a read that passes waiting writers is taken.
const RECURSIVE: How<'static> = How::new(Mode::ReadRecursive);

impl<R: RawRwLockRecursive, T: ?Sized> RwLock<R, T> {
    /// Takes the lock shared, past waiting writers: a thread that reads already does not deadlock.
    ///
    /// Writers may starve: use it where the thread may hold the lock already, [`read`](Self::read) elsewhere.
    #[inline]
    #[track_caller]
    pub fn read_recursive(&self) -> RwLockReadGuard<'_, R, T> {
        // SAFETY: both take the lock shared.
        RwLockReadGuard::of(unsafe { Held::lock_with(&self, RECURSIVE, R::try_lock_shared_recursive, R::lock_shared_recursive) })
    }

    /// Takes the lock shared if no writer holds it.
    #[inline]
    #[track_caller]
    pub fn try_read_recursive(&self) -> Option<RwLockReadGuard<'_, R, T>> {
        // SAFETY: the attempt takes the lock shared if it returns `true`.
        unsafe { Held::try_lock_with(&self, RECURSIVE, R::try_lock_shared_recursive) }.map(RwLockReadGuard::of)
    }

    /// [`read_recursive`](Self::read_recursive), with a guard that owns an `Arc` of the lock.
    #[inline]
    #[track_caller]
    pub fn read_arc_recursive(self: &Arc<Self>) -> ArcRwLockReadGuard<R, T> {
        // SAFETY: both take the lock shared.
        ArcRwLockReadGuard::of(unsafe {
            Held::lock_with(self, RECURSIVE, R::try_lock_shared_recursive, R::lock_shared_recursive)
        })
    }

    /// [`try_read_recursive`](Self::try_read_recursive), with a guard that owns an `Arc` of the lock.
    #[inline]
    #[track_caller]
    pub fn try_read_recursive_arc(self: &Arc<Self>) -> Option<ArcRwLockReadGuard<R, T>> {
        // SAFETY: the attempt takes the lock shared if it returns `true`.
        unsafe { Held::try_lock_with(self, RECURSIVE, R::try_lock_shared_recursive) }.map(ArcRwLockReadGuard::of)
    }
}

impl<R: RawRwLockRecursiveTimed, T: ?Sized> RwLock<R, T> {
    timed! { borrowing:
        /// Takes the lock shared, past waiting writers, waiting at most for `timeout`.
        try_read_recursive_for(Duration) -> RwLockReadGuard: RECURSIVE, try_lock_shared_recursive_for;

        /// Takes the lock shared, past waiting writers, waiting at most until `timeout`.
        try_read_recursive_until(Instant) -> RwLockReadGuard: RECURSIVE, try_lock_shared_recursive_until;
    }

    timed! { owning:
        /// [`try_read_recursive_for`](Self::try_read_recursive_for), with a guard that owns an `Arc` of the lock.
        try_read_arc_recursive_for(Duration) -> ArcRwLockReadGuard: RECURSIVE, try_lock_shared_recursive_for;

        /// [`try_read_recursive_until`](Self::try_read_recursive_until), with a guard that owns an `Arc` of the lock.
        try_read_arc_recursive_until(Instant) -> ArcRwLockReadGuard: RECURSIVE, try_lock_shared_recursive_until;
    }
}

impl<R: RawRwLockUpgrade, T: ?Sized> RwLock<R, T> {
    /// A guard for a lock that is held upgradable, but has no guard. The validator is not told.
    ///
    /// # Safety
    ///
    /// The lock is held upgradable in the current context, and no other guard releases it: one was forgotten, say.
    #[inline]
    pub unsafe fn make_upgradable_guard_unchecked(&self) -> RwLockUpgradableReadGuard<'_, R, T> {
        // SAFETY: held and given to us, says the caller.
        RwLockUpgradableReadGuard::of(unsafe { Held::assume(self) })
    }

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

    /// [`make_upgradable_guard_unchecked`](Self::make_upgradable_guard_unchecked), with a guard that owns an `Arc` of the lock.
    ///
    /// # Safety
    ///
    /// As there.
    #[inline]
    pub unsafe fn make_upgradable_arc_guard_unchecked(self: &Arc<Self>) -> ArcRwLockUpgradableReadGuard<R, T> {
        // SAFETY: held and given to us, says the caller.
        ArcRwLockUpgradableReadGuard::of(unsafe { Held::assume(self.clone()) })
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
