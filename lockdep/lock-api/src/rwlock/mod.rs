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
use crate::macros::{acquire, acquire_arc, attempt, panics_as, see, timed};

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
const READERS_PASS: [&str; 4] = [
    "dashmap::lock::RawRwLock",
    "parking_lot::raw_rwlock::RawRwLock<true>",
    "spin::rwlock::RwLock<",
    "spinning_top::rw_spinlock::RawRwSpinlock",
];

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
    acquire! {
        RwLockReadGuard<'_, R, T>: reading::<R>(), "the lock shared",
        until "no writer holds it, nor, with most raw locks, waits for it";
        read, read_nested, read_nest_lock, read_ordered, read_irq, read_irqsave, read_irq_counted
    }

    attempt! { RwLockReadGuard<'_, R, T>: reading::<R>(), "the lock shared"; try_read, try_read_nested, try_read_ordered }

    acquire! {
        RwLockWriteGuard<'_, R, T>: How::write(), "the lock exclusively", until "nobody holds it";
        write, write_nested, write_nest_lock, write_ordered, write_irq, write_irqsave, write_irq_counted
    }

    attempt! { RwLockWriteGuard<'_, R, T>: How::write(), "the lock exclusively"; try_write, try_write_nested, try_write_ordered }

    /// The data: an exclusive reference needs no lock.
    #[inline]
    pub const fn get_mut(&mut self) -> &mut T {
        self.data.get_mut()
    }

    /// Whether any thread holds the lock in any way.
    #[inline]
    pub fn is_locked(&self) -> bool {
        self.checked.raw.is_locked()
    }

    /// Whether any thread holds the lock exclusively.
    #[inline]
    pub fn is_locked_exclusive(&self) -> bool {
        self.checked.raw.is_locked_exclusive()
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

    /// A pointer to the data.
    #[inline]
    pub const fn data_ptr(&self) -> *mut T {
        self.data.get()
    }

    acquire_arc! { ArcRwLockReadGuard<R, T>: reading::<R>(); read_arc as read, try_read_arc as try_read }
    acquire_arc! { ArcRwLockWriteGuard<R, T>: How::write(); write_arc as write, try_write_arc as try_write }
}

impl<R: RawRwLockTimed, T: ?Sized> RwLock<R, T> {
    timed! {
        RwLockReadGuard<'_, R, T>, ArcRwLockReadGuard<R, T>: reading::<R>(), "the lock shared" as read;
        try_read_for, try_read_arc_for: try_lock_shared_for;
        try_read_until, try_read_arc_until: try_lock_shared_until;
    }

    timed! {
        RwLockWriteGuard<'_, R, T>, ArcRwLockWriteGuard<R, T>: How::write(), "the lock exclusively" as write;
        try_write_for, try_write_arc_for: try_lock_exclusive_for;
        try_write_until, try_write_arc_until: try_lock_exclusive_until;
    }
}

impl<R: RawRwLockUpgrade, T: ?Sized> RwLock<R, T> {
    acquire! {
        /// It is shared with readers, and its holder can become the writer: [`RwLockUpgradableReadGuard::upgrade`].
        RwLockUpgradableReadGuard<'_, R, T>: UPGRADABLE, "the lock upgradable",
        until "no writer and no other such reader holds it";
        upgradable_read, upgradable_read_nested
    }

    /// Takes the lock upgradable if that is possible now.
    ///
    /// **Signal safety:** may be called in a handler, if the raw lock spins: the release of one that parks may hang there, and that is not
    /// reported.
    #[inline]
    #[track_caller]
    pub fn try_upgradable_read(&self) -> Option<RwLockUpgradableReadGuard<'_, R, T>> {
        Held::try_lock(&self).map(RwLockUpgradableReadGuard::of)
    }

    acquire_arc! {
        ArcRwLockUpgradableReadGuard<R, T>: UPGRADABLE;
        upgradable_read_arc as upgradable_read, try_upgradable_read_arc as try_upgradable_read
    }
}

impl<R: RawRwLockUpgradeTimed, T: ?Sized> RwLock<R, T> {
    timed! {
        RwLockUpgradableReadGuard<'_, R, T>, ArcRwLockUpgradableReadGuard<R, T>: UPGRADABLE, "the lock upgradable" as upgradable_read;
        try_upgradable_read_for, try_upgradable_read_arc_for: try_lock_upgradable_for;
        try_upgradable_read_until, try_upgradable_read_arc_until: try_lock_upgradable_until;
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
