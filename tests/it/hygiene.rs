//! What is left behind: locks held at an end, dropped while held, released by who does not hold them.

use std::mem::forget;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::AtomicU8;
use std::sync::atomic::Ordering::Relaxed;

use lockdep::ReportKind::{HeldAtExit, HeldLockFreed, Recursion, UnlockImbalance};
use lockdep::Severity::Certain;
use lockdep::sync::Arc;
use lockdep::{Report, lock_api, parking_lot, spin, sync};

use crate::support::{assert_silent, assert_stacks, class, innermost_is, isolated, only, stack};

#[inline(never)]
fn forgets(lock: &spin::SpinLock<u32>) {
    forget(lock.lock());
}

/// One lock, taken in `forgets` and still held at the end.
#[track_caller]
fn check_held_at_exit(reports: &[Report]) {
    let report = only(reports, HeldAtExit, Certain);
    let labels: Vec<_> = report.stacks().iter().map(|stack| stack.label()).collect();
    assert_eq!(labels, ["first acquired at", "ended at"], "\n{}", report.to_text());
    assert!(innermost_is(stack(report, "first acquired at"), "forgets"), "{}", report.to_text());
    assert_eq!(report.locks().len(), 1);
    assert_eq!(report.locks()[0].kind(), "SpinLock");
}

#[test]
fn a_test_that_ends_with_a_lock() {
    let lock = spin::SpinLock::new(1);
    check_held_at_exit(&isolated(|_| forgets(&lock)));
}

#[test]
fn a_thread_that_ends_with_a_lock() {
    let lock = Arc::new(spin::SpinLock::new(1));
    let reports = isolated(|cx| {
        let lock = Arc::clone(&lock);
        cx.spawn(move || forgets(&lock)).join().unwrap();
    });
    check_held_at_exit(&reports);
}

#[test]
fn a_handler_that_returns_with_a_lock() {
    let lock = spin::SpinLock::new(1);
    check_held_at_exit(&isolated(|cx| cx.in_handler(libc::SIGTERM, || forgets(&lock))));
}

/// All of them in one report, in the order they were taken, and none that was released.
#[test]
fn several_locks_are_one_report() {
    let (first, second, third) = (parking_lot::Mutex::new(1_u8), sync::Mutex::new(2_u16), parking_lot::RwLock::new(3_u32));
    let reports = isolated(|_| {
        forget(first.lock());
        drop(second.lock().unwrap());
        forget(third.read());
    });
    let types: Vec<_> = only(&reports, HeldAtExit, Certain).locks().iter().map(|lock| lock.type_name()).collect();
    assert_eq!(types, ["u8", "u32"]);
}

/// A leaked guard is a promise that the lock stays locked, not a lock left behind.
#[test]
fn a_leaked_guard_is_silent() {
    let lock = parking_lot::Mutex::new(1);
    assert_silent(&isolated(|_| *parking_lot::MutexGuard::leak(lock.lock()) += 1));
    assert!(lock.is_locked());
}

/// Whose it is no longer says; it is free again, and then a lock as any other.
#[test]
fn what_a_leaked_guard_locked_may_be_released_by_force() {
    let lock = parking_lot::Mutex::new(1);
    let reports = isolated(|_| {
        parking_lot::MutexGuard::leak(lock.lock());
        // SAFETY: locked, and the reference is gone.
        unsafe { lock.force_unlock() };
        drop(lock.lock());
    });
    assert_silent(&reports);
    assert!(!lock.is_locked());
}

#[test]
fn what_a_leaked_guard_locked_is_taken_again() {
    let lock = parking_lot::Mutex::new(1);
    let reports = isolated(|_| {
        parking_lot::MutexGuard::leak(lock.lock());
        drop(lock.lock());
    });
    only(&reports, Recursion, Certain);
}

#[inline(never)]
fn forgets_std(lock: &sync::Mutex<u32>) {
    forget(lock.lock().unwrap());
}

#[inline(never)]
fn frees(lock: Box<sync::Mutex<u32>>) {
    drop(lock);
}

#[test]
fn a_lock_freed_while_held() {
    let reports = isolated(|_| {
        let lock = Box::new(sync::Mutex::new(1));
        forgets_std(&lock);
        frees(lock);
    });
    // Freed, so not held at the end as well.
    let report = only(&reports, HeldLockFreed, Certain);
    assert_stacks(report, &[("first acquired at", "forgets_std"), ("dropped at", "frees")]);
}

#[inline(never)]
fn unwraps(lock: sync::Mutex<u32>) -> u32 {
    lock.into_inner().unwrap()
}

/// It is freed at another address than it was taken at.
#[test]
fn a_lock_moved_and_freed_while_held() {
    let reports = isolated(|_| {
        let lock = sync::Mutex::new(1);
        forgets_std(&lock);
        assert_eq!(unwraps(lock), 1);
    });
    assert_stacks(only(&reports, HeldLockFreed, Certain), &[("first acquired at", "forgets_std"), ("dropped at", "unwraps")]);
}

/// Safe code can do this: from then on the address of the hold leads nowhere, and nothing may be looked for there.
#[test]
fn a_lock_moved_out_of_memory_that_is_gone() {
    fn moved() -> sync::Mutex<u32> {
        // Large enough to be unmapped when it is freed.
        let memory = Box::new((sync::Mutex::new(1), [0_u8; 1 << 18]));
        forgets_std(&memory.0);
        memory.0
    }
    let others = (parking_lot::Mutex::new(1_u8), parking_lot::Mutex::new(1_u16), parking_lot::Mutex::new(1_u64));
    let reports = isolated(|_| {
        let moved = moved();
        let _others = (others.0.lock(), others.1.lock(), others.2.lock());
        lockdep::assert_held!(moved);
        drop(moved);
    });
    let report = only(&reports, HeldLockFreed, Certain);
    assert!(innermost_is(stack(report, "first acquired at"), "forgets_std"), "{}", report.to_text());
}

#[test]
fn a_lock_freed_after_its_release_is_silent() {
    let reports = isolated(|_| {
        let lock = Box::new(sync::Mutex::new(1));
        drop(lock.lock().unwrap());
        frees(lock);
    });
    assert_silent(&reports);
}

#[inline(never)]
fn unlocks(lock: &parking_lot::Mutex<u32>) {
    // SAFETY: of the callers one keeps to the contract. The other breaks it on purpose: no guard is there whose data could be
    // reached twice, and parking_lot leaves a free mutex free.
    unsafe { lock.force_unlock() };
}

#[test]
fn a_lock_released_that_is_not_held() {
    let lock = parking_lot::Mutex::new(1);
    let reports = isolated(|_| {
        drop(lock.lock());
        unlocks(&lock);
        // It goes on, and the lock is as usable as before.
        *lock.lock() += 1;
    });
    assert_stacks(only(&reports, UnlockImbalance, Certain), &[("released at", "unlocks")]);
    assert_eq!(lock.into_inner(), 2);
}

/// It has no number yet.
#[test]
fn unlock_of_a_lock_that_nobody_ever_took() {
    let lock = parking_lot::Mutex::new(1);
    let reports = isolated(|_| unlocks(&lock));
    assert_stacks(only(&reports, UnlockImbalance, Certain), &[("released at", "unlocks")]);
}

/// That is wrong, and reported; but the lock is free then, and who took it does not take it again.
#[test]
fn a_lock_released_by_another_thread() {
    static LOCK: parking_lot::Mutex<u32> = parking_lot::Mutex::new(1);
    let reports = isolated(|cx| {
        forget(LOCK.lock());
        cx.spawn(|| unlocks(&LOCK)).join().unwrap();
        lockdep::assert_not_held!(LOCK);
        *LOCK.lock() += 1;
    });
    only(&reports, UnlockImbalance, Certain);
    assert_eq!(*LOCK.lock(), 2);
}

#[test]
fn a_release_without_the_guard_is_silent() {
    let lock = parking_lot::Mutex::new(1);
    let reports = isolated(|_| {
        forget(lock.lock());
        unlocks(&lock);
    });
    assert_silent(&reports);
    assert!(!lock.is_locked());
}

/// Each is dropped by value, so that it has moved since it was taken.
#[test]
fn locks_of_every_kind_freed_while_held() {
    let reports = isolated(|_| {
        let lock = parking_lot::FairMutex::new(1);
        forget(lock.lock());
        drop(lock);
        let lock = parking_lot::ReentrantMutex::new(1);
        forget((lock.lock(), lock.lock()));
        drop(lock);
        let lock = parking_lot::RwLock::new(1);
        forget(lock.upgradable_read());
        drop(lock);
        let lock = sync::RwLock::new(1);
        forget(lock.read().unwrap());
        drop(lock);
        let lock = spin::SpinLock::new(1);
        forget(lock.lock());
        drop(lock);
        let lock = spin::RwSpinLock::new(1);
        forget(lock.write());
        drop(lock);
    });
    let kinds: Vec<_> = reports.iter().map(|report| (report.kind(), report.locks()[0].kind())).collect();
    let expected = ["FairMutex", "ReentrantMutex", "RwLock", "RwLock", "SpinLock", "RwSpinLock"];
    assert_eq!(kinds, expected.map(|kind| (HeldLockFreed, kind)));
}

/// Memory that is used again inherits no history.
#[test]
fn another_lock_in_the_same_place_is_silent() {
    let reports = isolated(|_| {
        for round in 0..10 {
            let (first, second) = (Box::new(parking_lot::Mutex::new(round)), Box::new(sync::Mutex::new(round)));
            {
                let _first = first.lock();
                let _second = second.lock().unwrap();
            }
            let moved = *first;
            assert_eq!(*moved.lock(), round);
        }
    });
    assert_silent(&reports);
}

#[test]
fn a_lock_released_by_a_handler_for_what_it_interrupted() {
    let lock = spin::SpinLock::new(1);
    let reports = isolated(|cx| {
        forgets(&lock);
        // SAFETY: held, and its guard was forgotten.
        cx.in_handler(libc::SIGUSR1, || unsafe { lock.force_unlock() });
    });
    let report = reports.iter().find(|report| report.kind() == UnlockImbalance).expect("it is not the handler's");
    let test = "a_lock_released_by_a_handler_for_what_it_interrupted";
    assert_stacks(report, &[("first acquired at", "forgets"), ("released at", test)]);
}

/// The order of one release and the next acquisition is known also hand over hand.
#[test]
fn releases_in_any_order_are_silent() {
    let locks: Vec<_> = (0..6).map(|n| sync::Mutex::with_class(n, class(format!("order {n}")))).collect();
    let reports = isolated(|_| {
        for order in [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [3, 0, 5, 1, 4, 2]] {
            let mut guards: Vec<_> = locks.iter().map(|lock| Some(lock.lock().unwrap())).collect();
            for at in order {
                guards[at] = None;
                lockdep::assert_not_held!(locks[at]);
            }
            lockdep::assert_none_held!();
        }
    });
    assert_silent(&reports);
}

/// Gives up instead of taking the lock: at once, after it was waited for, or when others are let in.
struct Weary<const ATTEMPT_FIRST: bool>(AtomicU8);

impl<const ATTEMPT_FIRST: bool> Weary<ATTEMPT_FIRST> {
    const STRONG: u8 = 0;
    const AT_ONCE: u8 = 1;
    const LATER: u8 = 2;
    const IN_BUMP: u8 = 3;

    fn give_up_if(&self, when: u8) {
        if self.0.load(Relaxed) == when {
            resume_unwind(Box::new("weary"));
        }
    }
}

// SAFETY: it is used by one thread, and never taken twice.
unsafe impl<const ATTEMPT_FIRST: bool> lock_api::RawMutex for Weary<ATTEMPT_FIRST> {
    #[allow(clippy::declare_interior_mutable_const, reason = "what the trait asks for")]
    const INIT: Self = Weary(AtomicU8::new(Self::STRONG));
    const LOCKDEP_ATTEMPT_FIRST: bool = ATTEMPT_FIRST;
    type GuardMarker = lock_api::GuardNoSend;

    fn lock(&self) {
        self.give_up_if(Self::LATER);
        self.give_up_if(Self::AT_ONCE);
    }

    fn try_lock(&self) -> bool {
        self.give_up_if(Self::AT_ONCE);
        self.0.load(Relaxed) != Self::LATER
    }

    unsafe fn unlock(&self) {}
}

// SAFETY: as above.
unsafe impl<const ATTEMPT_FIRST: bool> lock_api::RawMutexFair for Weary<ATTEMPT_FIRST> {
    unsafe fn unlock_fair(&self) {}

    unsafe fn bump(&self) {
        self.give_up_if(Self::IN_BUMP);
    }
}

/// Nobody got the lock, so nobody holds it: it used to stay held in the books.
#[test]
fn a_raw_lock_that_unwinds() {
    unwinds::<false>();
    unwinds::<true>();
}

fn unwinds<const ATTEMPT_FIRST: bool>() {
    let reports = isolated(|_cx| {
        let lock = lock_api::Mutex::<Weary<ATTEMPT_FIRST>, u8>::new(0);
        let weary = |when| {
            // SAFETY: it is not released.
            unsafe { lock.raw() }.0.store(when, Relaxed);
        };
        for when in [Weary::<ATTEMPT_FIRST>::AT_ONCE, Weary::<ATTEMPT_FIRST>::LATER] {
            weary(when);
            assert!(catch_unwind(AssertUnwindSafe(|| drop(lock.lock()))).is_err());
            lockdep::assert_not_held!(lock);
            weary(Weary::<ATTEMPT_FIRST>::STRONG);
            drop(lock.lock());
        }
        // A guard that is bumped still holds the lock, once.
        let mut guard = lock.lock();
        weary(Weary::<ATTEMPT_FIRST>::IN_BUMP);
        assert!(catch_unwind(AssertUnwindSafe(|| lock_api::MutexGuard::bump(&mut guard))).is_err());
        lockdep::assert_held!(lock);
        drop(guard);
        lockdep::assert_none_held!();
    });
    assert_silent(&reports);
}

/// Reads together with whoever likes; its upgrade gives up while it waits for them.
struct WearyReader;

// SAFETY: it is used by one thread, and never written to.
unsafe impl lock_api::RawRwLock for WearyReader {
    const INIT: WearyReader = WearyReader;
    type GuardMarker = lock_api::GuardNoSend;

    fn lock_shared(&self) {}

    fn try_lock_shared(&self) -> bool {
        true
    }

    unsafe fn unlock_shared(&self) {}

    fn lock_exclusive(&self) {}

    fn try_lock_exclusive(&self) -> bool {
        true
    }

    unsafe fn unlock_exclusive(&self) {}
}

// SAFETY: as above.
unsafe impl lock_api::RawRwLockUpgrade for WearyReader {
    fn lock_upgradable(&self) {}

    fn try_lock_upgradable(&self) -> bool {
        true
    }

    unsafe fn unlock_upgradable(&self) {}

    unsafe fn upgrade(&self) {
        resume_unwind(Box::new("weary"));
    }

    unsafe fn try_upgrade(&self) -> bool {
        false
    }
}

/// Its wish to write used to stay, as of a thread that waits for ever: whoever waited for the thread was said to be stuck.
#[test]
fn a_raw_upgrade_that_unwinds() {
    let reports = isolated(|cx| {
        let lock = Arc::new(lock_api::RwLock::<WearyReader, u8>::new(0));
        let other = Arc::new(parking_lot::Mutex::new(0));
        let (holds, holding) = std::sync::mpsc::channel();
        let guard = lock.upgradable_read();
        let upgrade = AssertUnwindSafe(|| drop(lock_api::RwLockUpgradableReadGuard::upgrade(guard)));
        assert!(catch_unwind(upgrade).is_err());
        let held = other.lock();
        let thread = {
            let (lock, other) = (Arc::clone(&lock), Arc::clone(&other));
            cx.spawn(move || {
                let _read = lock.read();
                holds.send(()).unwrap();
                drop(other.lock());
            })
        };
        holding.recv().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(50));
        drop(held);
        assert!(thread.join().is_ok(), "nobody waits for it");
        lockdep::assert_none_held!();
    });
    assert_silent(&reports);
}

/// What a handler released for the code that it interrupted, which is wrong, is free.
#[test]
fn what_a_handler_released_can_be_taken() {
    let lock = parking_lot::Mutex::new(1);
    let reports = isolated(|cx| {
        let guard = lock.lock();
        cx.in_handler(libc::SIGUSR1, move || drop(guard));
        lockdep::assert_none_held!();
        drop(lock.lock());
    });
    only(&reports, UnlockImbalance, Certain);
}

/// A lock in the place of another one, which is held by a guard that was forgotten, is another one.
#[test]
fn a_lock_in_the_place_of_another_one() {
    let reports = isolated(|_| {
        let mut lock = spin::SpinLock::new(5);
        forget(lock.lock());
        let old = std::mem::replace(&mut lock, spin::SpinLock::new(7));
        drop(lock.lock());
        forget(old);
    });
    only(&reports, HeldAtExit, Certain);
}
