//! `Mutex` and its guards.

mod common;

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use common::{LONG, Raw, SHORT, elsewhere};
use lockdep_core::{LockClass, irq};
use lockdep_lock_api::{ArcMutexGuard, MappedMutexGuard, MutexGuard, RawMutex};

type Mutex<T> = lockdep_lock_api::Mutex<Raw, T>;

#[test]
fn lock_excludes_until_the_guard_is_dropped() {
    let mutex = Mutex::new(1);
    let mut guard = mutex.lock();
    *guard += 1;
    assert!(mutex.is_locked());
    assert!(elsewhere(|| mutex.try_lock().is_none()));
    drop(guard);
    assert!(!mutex.is_locked());
    assert_eq!(elsewhere(|| *mutex.try_lock().unwrap()), 2);
}

#[test]
fn threads_exclude_each_other() {
    static MUTEX: Mutex<u32> = Mutex::new(0);
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                for _ in 0..200 {
                    *MUTEX.lock() += 1;
                }
            });
        }
    });
    assert_eq!(*MUTEX.lock(), 800);
}

#[test]
fn constructors_are_const() {
    static CLASS: LockClass = LockClass::new("const");
    static WITH_CLASS: Mutex<u8> = Mutex::with_class(1, &CLASS);
    static FROM_RAW: Mutex<u8> = Mutex::from_raw(Raw::INIT, 2);
    static CONST_NEW: Mutex<u8> = Mutex::const_new(Raw::INIT, 3);
    assert_eq!((*WITH_CLASS.lock(), *FROM_RAW.lock(), *CONST_NEW.lock()), (1, 2, 3));
}

#[test]
fn default_from_and_into_inner() {
    assert_eq!(Mutex::<u8>::default().into_inner(), 0);
    let mut mutex = Mutex::from("a".to_string());
    mutex.get_mut().push('b');
    assert_eq!(mutex.into_inner(), "ab");
}

#[test]
fn the_value_is_dropped_once() {
    let value = Arc::new(());
    let back = Mutex::new(Arc::clone(&value)).into_inner();
    assert_eq!(Arc::strong_count(&value), 2);
    drop(back);
    drop(Mutex::new(Arc::clone(&value)));
    assert_eq!(Arc::strong_count(&value), 1);
}

#[test]
fn timed_locks_time_out_and_succeed() {
    let mutex = Arc::new(Mutex::new(()));
    let guard = mutex.lock();
    assert!(elsewhere(|| mutex.try_lock_for(SHORT).is_none()));
    assert!(elsewhere(|| mutex.try_lock_until(Instant::now() + SHORT).is_none()));
    assert!(elsewhere(|| mutex.try_lock_arc_for(SHORT).is_none()));
    assert!(elsewhere(|| mutex.try_lock_arc_until(Instant::now() + SHORT).is_none()));
    drop(guard);
    assert!(mutex.try_lock_for(LONG).is_some());
    assert!(mutex.try_lock_until(Instant::now() + LONG).is_some());
    assert!(mutex.try_lock_arc_for(LONG).is_some());
    assert!(mutex.try_lock_arc_until(Instant::now() + LONG).is_some());
    assert!(!mutex.is_locked());
}

#[test]
fn debug_and_display() {
    let mutex = Arc::new(Mutex::new(5));
    assert_eq!(format!("{mutex:?}"), "Mutex { data: 5 }");
    {
        let guard = mutex.lock();
        assert_eq!(format!("{mutex:?} {guard:?} {guard}"), "Mutex { data: <locked> } 5 5");
    }
    {
        let guard = mutex.lock_arc();
        assert_eq!(format!("{guard:?} {guard}"), "5 5");
    }
    let guard = MutexGuard::map(mutex.lock(), |n| n);
    assert_eq!(format!("{guard:?} {guard}"), "5 5");
    assert_eq!(format!("{:#?}", Mutex::new("x")), "Mutex {\n    data: \"x\",\n}");
}

#[test]
fn a_guard_knows_its_mutex() {
    let mutex = Arc::new(Mutex::new(()));
    assert!(std::ptr::eq(MutexGuard::mutex(&mutex.lock()), &*mutex));
    assert!(Arc::ptr_eq(ArcMutexGuard::mutex(&mutex.lock_arc()), &mutex));
    assert_eq!(Arc::strong_count(&mutex), 1);
}

#[test]
fn map_narrows_and_keeps_the_lock() {
    let mutex = Mutex::new((1, [2, 3]));
    let array = MutexGuard::map(mutex.lock(), |data| &mut data.1);
    let mut second = MappedMutexGuard::map(array, |array| &mut array[1]);
    *second = 4;
    assert!(mutex.is_locked());
    drop(second);
    assert_eq!(mutex.into_inner(), (1, [2, 4]));
}

#[test]
fn a_map_that_panics_releases_the_lock() {
    let mutex = Mutex::new(1);
    let panics = || drop(MutexGuard::map(mutex.lock(), |_| -> &mut i32 { resume_unwind(Box::new(())) }));
    assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
    assert!(!mutex.is_locked());
}

#[test]
fn a_failed_try_map_gives_the_guard_back() {
    let mutex = Mutex::new(Some(1));
    let mut guard = MutexGuard::try_map(mutex.lock(), |_| None::<&mut i32>).unwrap_err();
    *guard = None;
    let (guard, error) = MutexGuard::try_map_or_err(guard, |data| data.as_mut().ok_or("none")).unwrap_err();
    assert_eq!((*guard, error), (None, "none"));
    assert!(mutex.is_locked());
    drop(guard);
    assert!(!mutex.is_locked());

    *mutex.lock() = Some(2);
    let guard = MutexGuard::try_map(mutex.lock(), Option::as_mut).unwrap();
    let guard = MappedMutexGuard::try_map(guard, |_| None::<&mut ()>).unwrap_err();
    let (guard, ()) = MappedMutexGuard::try_map_or_err(guard, |_| Err::<&mut (), ()>(())).unwrap_err();
    let guard = MappedMutexGuard::try_map_or_err(guard, |data| Ok::<_, ()>(data)).unwrap();
    assert_eq!(*guard, 2);
    drop(guard);
    assert!(!mutex.is_locked());
}

#[test]
fn unlocked_gives_the_lock_up_and_takes_it_again() {
    let mutex = Arc::new(Mutex::new(0));
    let mut guard = mutex.lock();
    let seen = MutexGuard::unlocked(&mut guard, || {
        assert!(!mutex.is_locked());
        elsewhere(|| *mutex.lock() = 7);
        "seen"
    });
    assert_eq!((seen, *guard), ("seen", 7));
    assert!(mutex.is_locked());
    drop(guard);

    let mut guard = mutex.lock_arc();
    ArcMutexGuard::unlocked(&mut guard, || elsewhere(|| *mutex.lock() = 8));
    assert_eq!(*guard, 8);
}

#[test]
fn unlocked_takes_the_lock_again_when_it_unwinds() {
    let mutex = Mutex::new(0);
    let mut guard = mutex.lock();
    let unlocked = || MutexGuard::unlocked(&mut guard, || -> () { resume_unwind(Box::new("inner")) });
    let error = catch_unwind(AssertUnwindSafe(unlocked)).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&"inner"));
    assert!(mutex.is_locked());
    *guard = 1;
    drop(guard);
    assert_eq!(*mutex.lock(), 1);
}

#[test]
fn fair_releases_reach_the_raw_lock() {
    let mutex = Arc::new(Mutex::new(0));
    // SAFETY: only counts are read from the raw lock.
    let fair = || unsafe { mutex.raw() }.fair_releases();

    MutexGuard::unlock_fair(mutex.lock());
    assert_eq!(fair(), 1);
    let mut guard = mutex.lock();
    MutexGuard::unlocked_fair(&mut guard, || assert!(!mutex.is_locked()));
    assert_eq!(fair(), 2);
    MutexGuard::bump(&mut guard);
    assert_eq!(fair(), 3);
    assert!(mutex.is_locked());
    MappedMutexGuard::unlock_fair(MutexGuard::map(guard, |data| data));
    assert_eq!(fair(), 4);
    std::mem::forget(mutex.lock());
    // SAFETY: held by the forgotten guard.
    unsafe { mutex.force_unlock_fair() };
    assert_eq!(fair(), 5);

    let mut guard = mutex.lock_arc();
    ArcMutexGuard::unlocked_fair(&mut guard, || assert!(!mutex.is_locked()));
    ArcMutexGuard::bump(&mut guard);
    ArcMutexGuard::unlock_fair(guard);
    assert_eq!(fair(), 8);
    assert!(Arc::ptr_eq(&ArcMutexGuard::into_arc_fair(mutex.lock_arc()), &mutex));
    assert_eq!(fair(), 9);
    assert!(!mutex.is_locked());
}

#[test]
fn bump_lets_a_waiting_thread_in() {
    let mutex = Mutex::new(false);
    let waits = AtomicBool::new(false);
    std::thread::scope(|threads| {
        let mut guard = mutex.lock();
        threads.spawn(|| {
            waits.store(true, Ordering::SeqCst);
            *mutex.lock() = true;
        });
        while !waits.load(Ordering::SeqCst) || !*guard {
            MutexGuard::bump(&mut guard);
            std::thread::yield_now();
        }
    });
}

#[test]
fn leak_leaves_the_mutex_locked() {
    let mutex: &'static Mutex<u8> = Box::leak(Box::new(Mutex::new(1)));
    let data: &'static mut u8 = MutexGuard::leak(mutex.lock());
    *data = 2;
    assert!(mutex.is_locked());
}

#[test]
fn guards_can_be_forgotten_and_made_again() {
    let mutex = Mutex::new(1);
    std::mem::forget(mutex.lock());
    assert!(mutex.is_locked());
    // SAFETY: held by the forgotten guard.
    drop(unsafe { mutex.make_guard_unchecked() });
    assert!(!mutex.is_locked());

    std::mem::forget(mutex.lock());
    // SAFETY: the mutex is held, so nobody writes.
    assert_eq!(unsafe { *mutex.data_ptr() }, 1);
    // SAFETY: held by the forgotten guard.
    unsafe { mutex.force_unlock() };
    assert!(!mutex.is_locked());
}

#[test]
fn arc_guards_own_their_mutex() {
    let mutex = Arc::new(Mutex::new(1));
    let mut guard = mutex.lock_arc();
    assert_eq!(Arc::strong_count(&mutex), 2);
    assert!(mutex.try_lock_arc().is_none());
    assert_eq!(Arc::strong_count(&mutex), 2);
    *guard = 2;
    let back = ArcMutexGuard::into_arc(guard);
    assert!(!back.is_locked());
    drop(mutex);
    let guard = back.try_lock_arc().unwrap();
    drop(back);
    assert_eq!(*guard, 2);
}

#[test]
fn a_guard_may_be_dropped_on_another_thread() {
    let mutex = Mutex::new(1);
    let guard = mutex.lock();
    elsewhere(move || drop(guard));
    assert!(!mutex.is_locked());
}

#[test]
fn unsizes() {
    let mutex: Arc<Mutex<dyn Fn() -> u8 + Send>> = Arc::new(Mutex::new(|| 4));
    assert_eq!(mutex.lock()(), 4);
    assert_eq!(mutex.lock_arc()(), 4);
    let slice: &Mutex<[u8]> = &Mutex::new([1, 2, 3]);
    assert_eq!(slice.lock().len(), 3);
    assert_eq!(*MutexGuard::map(slice.lock(), |slice| &mut slice[1..]), [2, 3]);
}

#[test]
fn the_extra_lock_methods_lock() {
    static OUTER: LockClass = LockClass::new("outer");
    static LEVELS: LockClass = LockClass::new("levels");
    static NESTED: LockClass = LockClass::new("nested");
    static ORDERED: LockClass = LockClass::new("ordered");
    let pair = |class| [Mutex::with_class(1, class), Mutex::with_class(2, class)];
    {
        let [a, b] = pair(&LEVELS);
        let _a = a.lock();
        let _b = b.lock_nested(1);
        assert!(a.is_locked() && b.is_locked());
    }
    {
        let outer = Mutex::with_class((), &OUTER);
        let [a, b] = pair(&NESTED);
        let _outer = outer.lock();
        let _b = b.lock_nest_lock(&outer);
        let _a = a.lock_nest_lock(&&outer);
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
fn irq_guards_block_the_signals() {
    let mutex = Mutex::new(1);
    let mut guard = mutex.lock_irq();
    *guard += 1;
    assert!(mutex.is_locked() && !irq::enabled());
    drop(guard);
    assert!(!mutex.is_locked() && irq::enabled());

    let flags = irq::save();
    drop(mutex.lock_irqsave());
    assert!(!irq::enabled());
    irq::restore(flags);

    let (outer, inner) = (mutex.lock_irq_counted(), irq::Counted::new());
    drop(outer);
    assert!(!mutex.is_locked() && !irq::enabled());
    drop(inner);
    assert!(irq::enabled());
    assert_eq!(mutex.into_inner(), 2);
}

#[test]
fn a_mutex_shares_what_is_only_send() {
    let mutex = Mutex::new(Cell::new(1));
    elsewhere(|| mutex.lock().set(2));
    assert_eq!(mutex.lock().get(), 2);
}
