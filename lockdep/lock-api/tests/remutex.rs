//! `ReentrantMutex` and its guards.

mod common;

use std::cell::Cell;
use std::sync::Arc;
use std::time::Instant;

use common::{LONG, Raw, SHORT, ThreadNumber, elsewhere};
use lockdep_core::LockClass;
use lockdep_lock_api::{
    ArcReentrantMutexGuard, GetThreadId, MappedReentrantMutexGuard, RawMutex, RawReentrantMutex, ReentrantMutexGuard,
};

type ReentrantMutex<T> = lockdep_lock_api::ReentrantMutex<Raw, ThreadNumber, T>;

#[test]
fn the_holder_may_lock_again_and_others_wait_for_the_last_release() {
    let mutex = Arc::new(ReentrantMutex::new(Cell::new(0)));
    let first = mutex.lock();
    let second = mutex.lock();
    let third = mutex.try_lock().unwrap();
    let fourth = mutex.lock_arc();
    second.set(1);
    assert_eq!(first.get(), 1);
    assert!(mutex.is_owned_by_current_thread());
    assert!(!elsewhere(|| mutex.is_owned_by_current_thread()));
    for guard in [first, second, third] {
        assert!(elsewhere(|| mutex.try_lock().is_none()));
        drop(guard);
    }
    assert!(elsewhere(|| mutex.try_lock_arc().is_none()));
    assert!(mutex.is_locked());
    drop(fourth);
    assert!(!mutex.is_locked() && !mutex.is_owned_by_current_thread());
    assert!(elsewhere(|| mutex.try_lock().is_some()));
}

#[test]
fn constructors() {
    static CLASS: LockClass = LockClass::new("const");
    static NEW: ReentrantMutex<u8> = ReentrantMutex::new(1);
    static WITH_CLASS: ReentrantMutex<u8> = ReentrantMutex::with_class(2, &CLASS);
    static FROM_RAW: ReentrantMutex<u8> = ReentrantMutex::from_raw(Raw::INIT, ThreadNumber::INIT, 3);
    static CONST_NEW: ReentrantMutex<u8> = ReentrantMutex::const_new(Raw::INIT, ThreadNumber::INIT, 4);
    for (mutex, value) in [(&NEW, 1), (&WITH_CLASS, 2), (&FROM_RAW, 3), (&CONST_NEW, 4)] {
        assert_eq!(*mutex.lock(), value);
    }
    assert_eq!(ReentrantMutex::<u8>::default().into_inner(), 0);
    let mut mutex = ReentrantMutex::from(1);
    *mutex.get_mut() += 1;
    assert_eq!(mutex.into_inner(), 2);
}

#[test]
fn timed_locks() {
    let mutex = Arc::new(ReentrantMutex::new(()));
    let guard = mutex.lock();
    assert!(mutex.try_lock_for(SHORT).is_some());
    assert!(elsewhere(|| mutex.try_lock_for(SHORT).is_none()));
    assert!(elsewhere(|| mutex.try_lock_until(Instant::now() + SHORT).is_none()));
    assert!(elsewhere(|| mutex.try_lock_arc_for(SHORT).is_none()));
    assert!(elsewhere(|| mutex.try_lock_arc_until(Instant::now() + SHORT).is_none()));
    drop(guard);
    assert!(mutex.try_lock_until(Instant::now() + LONG).is_some());
    assert!(mutex.try_lock_arc_for(LONG).is_some());
    assert!(mutex.try_lock_arc_until(Instant::now() + LONG).is_some());
    assert!(!mutex.is_locked());
}

#[test]
fn debug_and_display() {
    let mutex = Arc::new(ReentrantMutex::new(5));
    let guard = mutex.lock();
    assert_eq!(format!("{mutex:?} {guard:?} {guard}"), "ReentrantMutex { data: 5 } 5 5");
    assert_eq!(elsewhere(|| format!("{mutex:?}")), "ReentrantMutex { data: <locked> }");
    let arc = mutex.lock_arc();
    let mapped = ReentrantMutexGuard::map(guard, |data| data);
    assert_eq!(format!("{arc:?} {arc} {mapped:?} {mapped}"), "5 5 5 5");
}

#[test]
fn maps() {
    let mutex = ReentrantMutex::new((1, Some(2)));
    assert!(std::ptr::eq(ReentrantMutexGuard::remutex(&mutex.lock()), &mutex));
    let guard = ReentrantMutexGuard::try_map(mutex.lock(), |_| None::<&u8>).unwrap_err();
    let (guard, ()) = ReentrantMutexGuard::try_map_or_err(guard, |_| Err::<&u8, ()>(())).unwrap_err();
    let guard = ReentrantMutexGuard::map(guard, |data| &data.1);
    let guard = MappedReentrantMutexGuard::try_map(guard, |_| None::<&u8>).unwrap_err();
    let (guard, ()) = MappedReentrantMutexGuard::try_map_or_err(guard, |_| Err::<&u8, ()>(())).unwrap_err();
    let guard = MappedReentrantMutexGuard::try_map(guard, Option::as_ref).unwrap();
    let guard = MappedReentrantMutexGuard::map(guard, |data| data);
    assert!(mutex.is_locked());
    assert_eq!(*guard, 2);
    drop(guard);
    assert!(!mutex.is_locked());
}

#[test]
fn unlocked_releases_once() {
    let mutex = Arc::new(ReentrantMutex::new(()));
    let mut guard = mutex.lock();
    ReentrantMutexGuard::unlocked(&mut guard, || assert!(elsewhere(|| mutex.try_lock().is_some())));
    let _again = mutex.lock();
    ReentrantMutexGuard::unlocked(&mut guard, || assert!(elsewhere(|| mutex.try_lock().is_none())));
    let mut arc = mutex.lock_arc();
    ArcReentrantMutexGuard::unlocked(&mut arc, || assert!(elsewhere(|| mutex.try_lock().is_none())));
}

#[test]
fn fair_releases_reach_the_raw_lock() {
    let mutex = Arc::new(ReentrantMutex::new(()));
    // SAFETY: only counts are read from the raw lock.
    let fair = || unsafe { mutex.raw() }.fair_releases();

    let mut guard = mutex.lock();
    ReentrantMutexGuard::unlocked_fair(&mut guard, || assert!(!mutex.is_locked()));
    ReentrantMutexGuard::bump(&mut guard);
    assert!(mutex.is_owned_by_current_thread());
    assert_eq!(fair(), 2);
    {
        // Held twice, a bump lets nobody in.
        let _again = mutex.lock();
        ReentrantMutexGuard::bump(&mut guard);
        assert_eq!(fair(), 2);
    }
    ReentrantMutexGuard::unlock_fair(guard);
    MappedReentrantMutexGuard::unlock_fair(ReentrantMutexGuard::map(mutex.lock(), |data| data));
    assert_eq!(fair(), 4);
    std::mem::forget(mutex.lock());
    // SAFETY: held by the forgotten guard.
    unsafe { mutex.force_unlock_fair() };
    let mut guard = mutex.lock_arc();
    ArcReentrantMutexGuard::unlocked_fair(&mut guard, || ());
    ArcReentrantMutexGuard::bump(&mut guard);
    ArcReentrantMutexGuard::unlock_fair(guard);
    assert!(Arc::ptr_eq(&ArcReentrantMutexGuard::into_arc_fair(mutex.lock_arc()), &mutex));
    assert_eq!(fair(), 9);
    assert!(!mutex.is_locked());
}

#[test]
fn guards_can_be_forgotten_and_made_again() {
    let mutex = Arc::new(ReentrantMutex::new(1));
    std::mem::forget(mutex.lock());
    // SAFETY: held by the forgotten guard.
    drop(unsafe { mutex.make_guard_unchecked() });
    std::mem::forget(mutex.lock());
    // SAFETY: held by the forgotten guard.
    drop(unsafe { mutex.make_arc_guard_unchecked() });
    std::mem::forget(mutex.lock());
    // SAFETY: held by the forgotten guard; nobody writes.
    unsafe {
        assert_eq!(*mutex.data_ptr(), 1);
        mutex.force_unlock();
    }
    assert!(!mutex.is_locked());
}

#[test]
fn arc_guards_own_their_mutex() {
    let mutex = Arc::new(ReentrantMutex::new(1));
    let guard = mutex.lock_arc();
    assert!(Arc::ptr_eq(ArcReentrantMutexGuard::remutex(&guard), &mutex));
    let back = ArcReentrantMutexGuard::into_arc(guard);
    assert!(!back.is_locked());
    drop(mutex);
    let guard = back.lock_arc();
    drop(back);
    assert_eq!(*guard, 1);
}

#[test]
fn unsizes_and_blocks_signals() {
    let mutex: Arc<ReentrantMutex<dyn Fn() -> u8 + Send>> = Arc::new(ReentrantMutex::new(|| 4));
    assert_eq!(mutex.lock_irq()(), 4);
    assert_eq!(mutex.lock_irqsave()(), 4);
    assert_eq!(mutex.lock_irq_counted()(), 4);
    assert!(!mutex.is_locked());
}

#[test]
fn the_extra_lock_methods_lock() {
    static LEVELS: LockClass = LockClass::new("levels");
    static NESTED: LockClass = LockClass::new("nested");
    static ORDERED: LockClass = LockClass::new("ordered");
    let pair = |class| [ReentrantMutex::with_class(1, class), ReentrantMutex::with_class(2, class)];
    {
        let [a, b] = pair(&LEVELS);
        let _a = a.lock_nested(0);
        let _b = b.lock_nested(1);
        assert!(a.is_locked() && b.is_locked());
    }
    {
        let outer = ReentrantMutex::new(());
        let [a, b] = pair(&NESTED);
        let _outer = outer.lock();
        let _b = b.lock_nest_lock(&outer);
        let _a = a.lock_nest_lock(&outer);
        assert!(a.is_locked() && b.is_locked());
    }
    {
        let [a, b] = pair(&ORDERED);
        let _a = a.lock_ordered(1);
        let _b = b.lock_ordered(2);
        assert!(a.is_locked() && b.is_locked());
    }
}

#[test]
fn the_raw_mutex_works_by_itself() {
    let raw = RawReentrantMutex::<Raw, ThreadNumber>::INIT;
    raw.lock();
    assert!(raw.try_lock() && raw.try_lock_for(SHORT) && raw.try_lock_until(Instant::now()));
    assert!(elsewhere(|| !raw.try_lock()));
    for _ in 0..4 {
        assert!(raw.is_locked() && raw.is_owned_by_current_thread());
        // SAFETY: held four times.
        unsafe { raw.unlock() };
    }
    assert!(!raw.is_locked());
}
