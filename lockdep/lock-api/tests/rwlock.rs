//! `RwLock` and its guards.

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Barrier};
use std::time::Instant;

use common::{LONG, Raw, SHORT, elsewhere};
use lockdep_core::{LockClass, irq};
use lockdep_lock_api::{
    ArcRwLockReadGuard, ArcRwLockUpgradableReadGuard, ArcRwLockWriteGuard, MappedRwLockReadGuard, MappedRwLockWriteGuard,
    RawRwLock, RwLockReadGuard, RwLockUpgradableReadGuard, RwLockWriteGuard,
};

type RwLock<T> = lockdep_lock_api::RwLock<Raw, T>;

/// What another thread can get now: read, upgradable read, write.
type Open = (bool, bool, bool);

fn open(lock: &RwLock<impl Send + Sync + ?Sized>) -> Open {
    elsewhere(|| {
        // One after the other: in a tuple the guards would live together.
        let read = lock.try_read().is_some();
        let upgradable = lock.try_upgradable_read().is_some();
        let write = lock.try_write().is_some();
        (read, upgradable, write)
    })
}

const FREE: Open = (true, true, true);
const READ: Open = (true, true, false);
const UPGRADABLE: Open = (true, false, false);
const WRITTEN: Open = (false, false, false);

#[test]
fn guards_exclude_what_they_should() {
    let lock = Arc::new(RwLock::new(0));
    assert_eq!(open(&lock), FREE);
    let check = |expected, locked_exclusive| {
        assert_eq!(open(&lock), expected);
        assert_eq!((lock.is_locked(), lock.is_locked_exclusive()), (true, locked_exclusive));
    };
    {
        let _guard = lock.read();
        check(READ, false);
    }
    {
        let _guard = lock.read_arc();
        check(READ, false);
    }
    {
        let _guard = lock.read_recursive();
        let _again = lock.read_recursive();
        let _arc = lock.read_arc_recursive();
        check(READ, false);
    }
    {
        let _guard = lock.upgradable_read();
        check(UPGRADABLE, false);
    }
    {
        let _guard = lock.upgradable_read_arc();
        check(UPGRADABLE, false);
    }
    {
        let _guard = lock.write();
        check(WRITTEN, true);
    }
    {
        let _guard = lock.write_arc();
        check(WRITTEN, true);
    }
    assert_eq!(open(&lock), FREE);
    assert!(!lock.is_locked() && !lock.is_locked_exclusive());
}

#[test]
fn try_methods_succeed_and_fail() {
    let lock = Arc::new(RwLock::new(0));
    *lock.try_write().unwrap() = 1;
    *lock.try_write_arc().unwrap() += 1;
    assert_eq!(*lock.try_read().unwrap(), 2);
    assert_eq!(*lock.try_read_arc().unwrap(), 2);
    assert_eq!(*lock.try_read_recursive().unwrap(), 2);
    assert_eq!(*lock.try_read_recursive_arc().unwrap(), 2);
    assert_eq!(*lock.try_upgradable_read().unwrap(), 2);
    assert_eq!(*lock.try_upgradable_read_arc().unwrap(), 2);
    let _guard = lock.write();
    assert!(elsewhere(|| lock.try_write().is_none() && lock.try_write_arc().is_none()));
    assert!(elsewhere(|| lock.try_read().is_none() && lock.try_read_arc().is_none()));
    assert!(elsewhere(|| lock.try_read_recursive().is_none() && lock.try_read_recursive_arc().is_none()));
    assert!(elsewhere(|| lock.try_upgradable_read().is_none() && lock.try_upgradable_read_arc().is_none()));
}

#[test]
fn timed_methods_succeed_and_time_out() {
    let lock = Arc::new(RwLock::new(0));
    let end = Instant::now() + LONG;
    assert!(lock.try_read_for(LONG).is_some());
    assert!(lock.try_read_until(end).is_some());
    assert!(lock.try_read_arc_for(LONG).is_some());
    assert!(lock.try_read_arc_until(end).is_some());
    assert!(lock.try_write_for(LONG).is_some());
    assert!(lock.try_write_until(end).is_some());
    assert!(lock.try_write_arc_for(LONG).is_some());
    assert!(lock.try_write_arc_until(end).is_some());
    assert!(lock.try_read_recursive_for(LONG).is_some());
    assert!(lock.try_read_recursive_until(end).is_some());
    assert!(lock.try_read_arc_recursive_for(LONG).is_some());
    assert!(lock.try_read_arc_recursive_until(end).is_some());
    assert!(lock.try_upgradable_read_for(LONG).is_some());
    assert!(lock.try_upgradable_read_until(end).is_some());
    assert!(lock.try_upgradable_read_arc_for(LONG).is_some());
    assert!(lock.try_upgradable_read_arc_until(end).is_some());

    let _guard = lock.write();
    let end = Instant::now() + SHORT;
    elsewhere(|| {
        assert!(lock.try_read_for(SHORT).is_none());
        assert!(lock.try_read_until(end).is_none());
        assert!(lock.try_read_arc_for(SHORT).is_none());
        assert!(lock.try_read_arc_until(end).is_none());
        assert!(lock.try_write_for(SHORT).is_none());
        assert!(lock.try_write_until(end).is_none());
        assert!(lock.try_write_arc_for(SHORT).is_none());
        assert!(lock.try_write_arc_until(end).is_none());
        assert!(lock.try_read_recursive_for(SHORT).is_none());
        assert!(lock.try_read_recursive_until(end).is_none());
        assert!(lock.try_read_arc_recursive_for(SHORT).is_none());
        assert!(lock.try_read_arc_recursive_until(end).is_none());
        assert!(lock.try_upgradable_read_for(SHORT).is_none());
        assert!(lock.try_upgradable_read_until(end).is_none());
        assert!(lock.try_upgradable_read_arc_for(SHORT).is_none());
        assert!(lock.try_upgradable_read_arc_until(end).is_none());
    });
}

#[test]
fn a_recursive_read_passes_a_waiting_writer() {
    let lock = RwLock::new(0);
    std::thread::scope(|threads| {
        let _read = lock.read_recursive();
        threads.spawn(|| *lock.write() = 1);
        while elsewhere(|| lock.try_read().is_some()) {
            std::thread::yield_now();
        }
        assert_eq!(*lock.read_recursive(), 0);
    });
    assert_eq!(*lock.read(), 1);
}

#[test]
fn constructors() {
    static CLASS: LockClass = LockClass::new("const");
    static NEW: RwLock<u8> = RwLock::new(1);
    static WITH_CLASS: RwLock<u8> = RwLock::with_class(2, &CLASS);
    static FROM_RAW: RwLock<u8> = RwLock::from_raw(Raw::INIT, 3);
    static CONST_NEW: RwLock<u8> = RwLock::const_new(Raw::INIT, 4);
    for (lock, value) in [(&NEW, 1), (&WITH_CLASS, 2), (&FROM_RAW, 3), (&CONST_NEW, 4)] {
        assert_eq!(*lock.read(), value);
    }
    assert_eq!(RwLock::<u8>::default().into_inner(), 0);
    let mut lock = RwLock::from(1);
    *lock.get_mut() += 1;
    assert_eq!(lock.into_inner(), 2);
}

#[test]
fn debug_and_display() {
    let lock = Arc::new(RwLock::new(5));
    assert_eq!(format!("{lock:?}"), "RwLock { data: 5 }");
    {
        let guard = lock.write();
        assert_eq!(format!("{lock:?} {guard:?} {guard}"), "RwLock { data: <locked> } 5 5");
    }
    macro_rules! prints_data {
        ($($guard:expr;)*) => { $({
            let guard = $guard;
            assert_eq!(format!("{guard:?} {guard}"), "5 5");
        })* };
    }
    prints_data! {
        lock.read();
        lock.upgradable_read();
        lock.read_arc();
        lock.write_arc();
        lock.upgradable_read_arc();
        RwLockReadGuard::map(lock.read(), |data| data);
        RwLockWriteGuard::map(lock.write(), |data| data);
    }
}

#[test]
fn guards_know_their_lock() {
    let lock = Arc::new(RwLock::new(0));
    assert!(std::ptr::eq(RwLockReadGuard::rwlock(&lock.read()), &*lock));
    assert!(std::ptr::eq(RwLockWriteGuard::rwlock(&lock.write()), &*lock));
    assert!(std::ptr::eq(RwLockUpgradableReadGuard::rwlock(&lock.upgradable_read()), &*lock));
    assert!(Arc::ptr_eq(ArcRwLockReadGuard::rwlock(&lock.read_arc()), &lock));
    assert!(Arc::ptr_eq(ArcRwLockWriteGuard::rwlock(&lock.write_arc()), &lock));
    assert!(Arc::ptr_eq(ArcRwLockUpgradableReadGuard::rwlock(&lock.upgradable_read_arc()), &lock));
    assert_eq!(Arc::strong_count(&lock), 1);
}

#[test]
fn into_arc_releases() {
    let lock = Arc::new(RwLock::new(0));
    let lock = ArcRwLockReadGuard::into_arc(lock.read_arc());
    let lock = ArcRwLockWriteGuard::into_arc(lock.write_arc());
    let lock = ArcRwLockUpgradableReadGuard::into_arc(lock.upgradable_read_arc());
    let lock = ArcRwLockReadGuard::into_arc_fair(lock.read_arc());
    let lock = ArcRwLockWriteGuard::into_arc_fair(lock.write_arc());
    let lock = ArcRwLockUpgradableReadGuard::into_arc_fair(lock.upgradable_read_arc());
    // SAFETY: only counts are read from the raw lock.
    assert_eq!(unsafe { lock.raw() }.fair_releases(), 3);
    assert_eq!(open(&lock), FREE);
}

#[test]
fn read_maps() {
    let lock = RwLock::new((1, Some(2)));
    let guard = RwLockReadGuard::try_map(lock.read(), |_| None::<&u8>).unwrap_err();
    let (guard, ()) = RwLockReadGuard::try_map_or_err(guard, |_| Err::<&u8, ()>(())).unwrap_err();
    let guard = RwLockReadGuard::map(guard, |data| &data.1);
    let guard = MappedRwLockReadGuard::try_map(guard, |_| None::<&u8>).unwrap_err();
    let (guard, ()) = MappedRwLockReadGuard::try_map_or_else(guard, |_| Err::<&u8, ()>(())).unwrap_err();
    let guard = MappedRwLockReadGuard::try_map(guard, Option::as_ref).unwrap();
    let guard = MappedRwLockReadGuard::map(guard, |data| data);
    assert_eq!((*guard, open(&lock)), (2, READ));
    drop(guard);
    assert_eq!(open(&lock), FREE);
}

#[test]
fn write_maps() {
    let lock = RwLock::new((1, Some(2)));
    let guard = RwLockWriteGuard::try_map(lock.write(), |_| None::<&mut u8>).unwrap_err();
    let (guard, ()) = RwLockWriteGuard::try_map_or_err(guard, |_| Err::<&mut u8, ()>(())).unwrap_err();
    let guard = RwLockWriteGuard::map(guard, |data| &mut data.1);
    let guard = MappedRwLockWriteGuard::try_map(guard, |_| None::<&mut u8>).unwrap_err();
    let (guard, ()) = MappedRwLockWriteGuard::try_map_or_err(guard, |_| Err::<&mut u8, ()>(())).unwrap_err();
    let guard = MappedRwLockWriteGuard::try_map(guard, Option::as_mut).unwrap();
    let mut guard = MappedRwLockWriteGuard::map(guard, |data| data);
    *guard = 3;
    assert_eq!(open(&lock), WRITTEN);
    drop(guard);
    assert_eq!(lock.into_inner(), (1, Some(3)));
}

#[test]
fn downgrades() {
    let lock = Arc::new(RwLock::new(0));
    {
        let mut guard = lock.write();
        *guard = 1;
        let guard = RwLockWriteGuard::downgrade(guard);
        assert_eq!((*guard, open(&lock)), (1, READ));
    }
    {
        let guard = RwLockWriteGuard::downgrade_to_upgradable(lock.write());
        assert_eq!(open(&lock), UPGRADABLE);
        let _guard = RwLockUpgradableReadGuard::downgrade(guard);
        assert_eq!(open(&lock), READ);
    }
    {
        let _guard = ArcRwLockWriteGuard::downgrade(lock.write_arc());
        assert_eq!(open(&lock), READ);
    }
    {
        let guard = ArcRwLockWriteGuard::downgrade_to_upgradable(lock.write_arc());
        assert_eq!(open(&lock), UPGRADABLE);
        let _guard = ArcRwLockUpgradableReadGuard::downgrade(guard);
        assert_eq!(open(&lock), READ);
    }
    assert_eq!((open(&lock), Arc::strong_count(&lock)), (FREE, 1));
}

#[test]
fn upgrades() {
    let lock = Arc::new(RwLock::new(0));
    {
        let mut guard = RwLockUpgradableReadGuard::upgrade(lock.upgradable_read());
        *guard += 1;
        assert_eq!(open(&lock), WRITTEN);
    }
    {
        let mut guard = RwLockUpgradableReadGuard::try_upgrade(lock.upgradable_read()).unwrap();
        *guard += 1;
        assert_eq!(open(&lock), WRITTEN);
    }
    let end = Instant::now() + LONG;
    *RwLockUpgradableReadGuard::try_upgrade_for(lock.upgradable_read(), LONG).unwrap() += 1;
    *RwLockUpgradableReadGuard::try_upgrade_until(lock.upgradable_read(), end).unwrap() += 1;
    *ArcRwLockUpgradableReadGuard::upgrade(lock.upgradable_read_arc()) += 1;
    *ArcRwLockUpgradableReadGuard::try_upgrade(lock.upgradable_read_arc()).unwrap() += 1;
    *ArcRwLockUpgradableReadGuard::try_upgrade_for(lock.upgradable_read_arc(), LONG).unwrap() += 1;
    *ArcRwLockUpgradableReadGuard::try_upgrade_until(lock.upgradable_read_arc(), end).unwrap() += 1;
    assert_eq!((*lock.read(), Arc::strong_count(&lock)), (8, 1));
}

/// Runs `f` while another thread reads.
fn while_read_elsewhere(lock: &RwLock<i32>, f: impl FnOnce()) {
    let (begin, end) = (Barrier::new(2), Barrier::new(2));
    std::thread::scope(|threads| {
        threads.spawn(|| {
            let _guard = lock.read();
            begin.wait();
            end.wait();
        });
        begin.wait();
        f();
        end.wait();
    });
}

#[test]
fn a_failed_upgrade_gives_the_guard_back() {
    let lock = Arc::new(RwLock::new(0));
    while_read_elsewhere(&lock, || {
        let guard = RwLockUpgradableReadGuard::try_upgrade(lock.upgradable_read()).unwrap_err();
        let guard = RwLockUpgradableReadGuard::try_upgrade_for(guard, SHORT).unwrap_err();
        let mut guard = RwLockUpgradableReadGuard::try_upgrade_until(guard, Instant::now() + SHORT).unwrap_err();
        assert!(guard.try_with_upgraded(|_| ()).is_none());
        assert!(guard.try_with_upgraded_for(SHORT, |_| ()).is_none());
        assert!(guard.try_with_upgraded_until(Instant::now() + SHORT, |_| ()).is_none());
        assert_eq!(open(&lock), UPGRADABLE);
    });
    while_read_elsewhere(&lock, || {
        let guard = ArcRwLockUpgradableReadGuard::try_upgrade(lock.upgradable_read_arc()).unwrap_err();
        let guard = ArcRwLockUpgradableReadGuard::try_upgrade_for(guard, SHORT).unwrap_err();
        let mut guard = ArcRwLockUpgradableReadGuard::try_upgrade_until(guard, Instant::now() + SHORT).unwrap_err();
        assert!(guard.try_with_upgraded(|_| ()).is_none());
        assert_eq!(open(&lock), UPGRADABLE);
    });
    assert_eq!(open(&lock), FREE);
}

#[test]
fn with_upgraded_writes_and_goes_back() {
    let lock = Arc::new(RwLock::new(0));
    let write = |data: &mut i32| {
        assert_eq!(open(&lock), WRITTEN);
        *data += 1;
        *data
    };
    let end = Instant::now() + LONG;

    let mut guard = lock.upgradable_read();
    assert_eq!(guard.with_upgraded(write), 1);
    assert_eq!(guard.try_with_upgraded(write), Some(2));
    assert_eq!(guard.try_with_upgraded_for(LONG, write), Some(3));
    assert_eq!(guard.try_with_upgraded_until(end, write), Some(4));
    assert_eq!(open(&lock), UPGRADABLE);
    let panics = || guard.with_upgraded(|_| -> () { resume_unwind(Box::new(())) });
    assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
    assert_eq!(open(&lock), UPGRADABLE);
    drop(guard);

    let mut guard = lock.upgradable_read_arc();
    assert_eq!(guard.with_upgraded(write), 5);
    assert_eq!(guard.try_with_upgraded(write), Some(6));
    assert_eq!(guard.try_with_upgraded_for(LONG, write), Some(7));
    assert_eq!(guard.try_with_upgraded_until(end, write), Some(8));
    assert_eq!((*guard, open(&lock)), (8, UPGRADABLE));
}

#[test]
fn unlocked_and_bump_give_the_lock_up_and_take_it_again() {
    let lock = Arc::new(RwLock::new(0));
    macro_rules! check {
        ($($Guard:ident, $guard:expr, $held:expr;)*) => { $({
            let mut guard = $guard;
            assert_eq!(open(&lock), $held);
            $Guard::unlocked(&mut guard, || assert_eq!(open(&lock), FREE));
            assert_eq!(open(&lock), $held);
            $Guard::unlocked_fair(&mut guard, || assert_eq!(open(&lock), FREE));
            assert_eq!(open(&lock), $held);
            $Guard::bump(&mut guard);
            assert_eq!(open(&lock), $held);
            $Guard::unlock_fair(guard);
            assert_eq!(open(&lock), FREE);
        })* };
    }
    check! {
        RwLockReadGuard, lock.read(), READ;
        RwLockWriteGuard, lock.write(), WRITTEN;
        RwLockUpgradableReadGuard, lock.upgradable_read(), UPGRADABLE;
        ArcRwLockReadGuard, lock.read_arc(), READ;
        ArcRwLockWriteGuard, lock.write_arc(), WRITTEN;
        ArcRwLockUpgradableReadGuard, lock.upgradable_read_arc(), UPGRADABLE;
    }
    MappedRwLockReadGuard::unlock_fair(RwLockReadGuard::map(lock.read(), |data| data));
    MappedRwLockWriteGuard::unlock_fair(RwLockWriteGuard::map(lock.write(), |data| data));
    // SAFETY: only counts are read from the raw lock.
    assert_eq!(unsafe { lock.raw() }.fair_releases(), 3 * 6 + 2);
    assert_eq!(open(&lock), FREE);
}

#[test]
fn guards_can_be_forgotten_and_made_again() {
    let lock = Arc::new(RwLock::new(1));
    // SAFETY: each time the lock is held by the guard that was forgotten.
    unsafe {
        std::mem::forget(lock.read());
        drop(lock.make_read_guard_unchecked());
        std::mem::forget(lock.write());
        drop(lock.make_write_guard_unchecked());
        std::mem::forget(lock.upgradable_read());
        drop(lock.make_upgradable_guard_unchecked());
        std::mem::forget(lock.read());
        drop(lock.make_arc_read_guard_unchecked());
        std::mem::forget(lock.write());
        drop(lock.make_arc_write_guard_unchecked());
        std::mem::forget(lock.upgradable_read());
        drop(lock.make_upgradable_arc_guard_unchecked());
        assert_eq!(open(&lock), FREE);

        std::mem::forget(lock.read());
        assert_eq!(*lock.data_ptr(), 1);
        lock.force_unlock_read();
        std::mem::forget(lock.write());
        lock.force_unlock_write();
        std::mem::forget(lock.read());
        lock.force_unlock_read_fair();
        std::mem::forget(lock.write());
        lock.force_unlock_write_fair();
        assert_eq!(lock.raw().fair_releases(), 2);
    }
    assert_eq!((open(&lock), Arc::strong_count(&lock)), (FREE, 1));
}

#[test]
fn unsizes() {
    let lock: Arc<RwLock<dyn Fn() -> u8 + Send + Sync>> = Arc::new(RwLock::new(|| 4));
    assert_eq!(lock.read()(), 4);
    assert_eq!(lock.write_arc()(), 4);
    assert_eq!(open(&lock), FREE);
    let slice: &RwLock<[u8]> = &RwLock::new([1, 2, 3]);
    assert_eq!(*RwLockReadGuard::map(slice.read(), |slice| &slice[1..]), [2, 3]);
}

#[test]
fn the_extra_lock_methods_lock() {
    static OUTER: LockClass = LockClass::new("outer");
    static LEVELS: LockClass = LockClass::new("levels");
    static NESTED: LockClass = LockClass::new("nested");
    static ORDERED: LockClass = LockClass::new("ordered");
    let pair = |class| [RwLock::with_class(1, class), RwLock::with_class(2, class)];
    {
        let [a, b] = pair(&LEVELS);
        {
            let _a = a.read();
            let _b = b.read_nested(1);
            assert_eq!((open(&a), open(&b)), (READ, READ));
        }
        {
            let _a = a.write();
            let _b = b.write_nested(1);
            assert_eq!((open(&a), open(&b)), (WRITTEN, WRITTEN));
        }
        let _a = a.write();
        let _b = b.upgradable_read_nested(1);
        assert_eq!((open(&a), open(&b)), (WRITTEN, UPGRADABLE));
    }
    {
        let outer = RwLock::with_class((), &OUTER);
        let [a, b] = pair(&NESTED);
        let _outer = outer.write();
        let _b = b.write_nest_lock(&outer);
        let _a = a.read_nest_lock(&outer);
        assert_eq!((open(&a), open(&b)), (READ, WRITTEN));
    }
    let [a, b] = pair(&ORDERED);
    let _a = a.read_ordered(1);
    let _b = b.write_ordered(2);
    assert_eq!((open(&a), open(&b)), (READ, WRITTEN));
}

#[test]
fn irq_guards_block_the_signals() {
    let lock = RwLock::new(0);
    let check = |expected| {
        assert!(!irq::enabled());
        assert_eq!(open(&lock), expected);
    };
    {
        let _guard = lock.read_irq();
        check(READ);
    }
    {
        let _guard = lock.read_irqsave();
        check(READ);
    }
    {
        let _guard = lock.read_irq_counted();
        check(READ);
    }
    *lock.write_irq() += 1;
    *lock.write_irqsave() += 1;
    *lock.write_irq_counted() += 1;
    {
        let _guard = lock.write_irq();
        check(WRITTEN);
    }
    assert!(irq::enabled());
    assert_eq!(lock.into_inner(), 3);
}
