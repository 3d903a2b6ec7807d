//! The surface of 0.5 over a raw lock that gives every hold a number, as somebody writes it for `lock_api` 0.5: what is given out
//! comes back, once, for the hold and the mode that it was given for.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex as StdMutex, MutexGuard as StdGuard, PoisonError};
use std::time::{Duration, Instant};

use lockdep_lock_api::v0_5 as lock_api;
use lockdep_lock_api::v0_5::{
    ArcMutexGuard, ArcReentrantMutexGuard, ArcRwLockReadGuard, ArcRwLockUpgradableReadGuard, ArcRwLockWriteGuard, GetThreadId,
    MappedMutexGuard, MappedReentrantMutexGuard, MappedRwLockReadGuard, MappedRwLockWriteGuard, Mutex, MutexGuard, RawCondvar,
    RawCondvarTimed, RawMutex, RawMutexFair, RawMutexTimed, RawRwLock, RawRwLockDowngrade, RawRwLockFair, RawRwLockTimed,
    RawRwLockUpgrade, RawRwLockUpgradeDowngrade, RawRwLockUpgradeFair, RawRwLockUpgradeTimed, ReentrantMutex,
    ReentrantMutexGuard, RwLock, RwLockReadGuard, RwLockUpgradableReadGuard, RwLockWriteGuard,
};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Mode {
    Shared,
    Exclusive,
    Upgradable,
}

#[derive(Default)]
struct State {
    holds: HashMap<u64, Mode>,
    last: u64,
}

impl State {
    fn any(&self, mode: Mode) -> bool {
        self.holds.values().any(|held| *held == mode)
    }

    fn free_for(&self, mode: Mode) -> bool {
        match mode {
            Mode::Shared => !self.any(Mode::Exclusive),
            Mode::Upgradable => !self.any(Mode::Exclusive) && !self.any(Mode::Upgradable),
            Mode::Exclusive => self.holds.is_empty(),
        }
    }
}

/// The raw lock, of every kind.
struct Raw {
    state: std::sync::OnceLock<StdMutex<State>>,
    changed: Condvar,
    /// The next operation that is given a state does its work and panics.
    panics: AtomicBool,
}

/// The states, which cannot be mistaken for each other. They have no business being dropped by anybody but the raw lock.
struct Shared(u64);
struct Exclusive(u64);
struct Upgradable(u64);

impl Raw {
    const fn new() -> Raw {
        Raw { state: std::sync::OnceLock::new(), changed: Condvar::new(), panics: AtomicBool::new(false) }
    }

    fn state(&self) -> StdGuard<'_, State> {
        self.state.get_or_init(StdMutex::default).lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn holds(&self) -> usize {
        self.state().holds.len()
    }

    fn take(&self, mode: Mode, until: Option<Instant>) -> Option<u64> {
        let mut state = self.state();
        while !state.free_for(mode) {
            let left = until.map_or(Duration::from_secs(60), |until| until.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return None;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.last += 1;
        let number = state.last;
        state.holds.insert(number, mode);
        Some(number)
    }

    fn give(&self, number: u64, mode: Mode) {
        assert_eq!(self.state().holds.remove(&number), Some(mode), "what is given back was given out, for this");
        self.changed.notify_all();
        if self.panics.swap(false, Ordering::SeqCst) {
            std::panic::resume_unwind(Box::new("raw"));
        }
    }

    /// A new number for the new mode: the old one is worth nothing any more.
    fn change(&self, number: u64, from: Mode, to: Mode) -> u64 {
        assert_eq!(self.state().holds.remove(&number), Some(from), "what is changed was given out, for this");
        if self.panics.swap(false, Ordering::SeqCst) {
            self.changed.notify_all();
            std::panic::resume_unwind(Box::new("raw"));
        }
        let mut state = self.state();
        state.last += 1;
        let number = state.last;
        state.holds.insert(number, to);
        drop(state);
        self.changed.notify_all();
        number
    }

    fn upgrade_until(&self, Upgradable(number): Upgradable, until: Option<Instant>) -> Result<Exclusive, Upgradable> {
        let mut state = self.state();
        while state.any(Mode::Shared) {
            let left = until.map_or(Duration::from_secs(60), |until| until.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                drop(state);
                return Err(Upgradable(self.change(number, Mode::Upgradable, Mode::Upgradable)));
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(state);
        Ok(Exclusive(self.change(number, Mode::Upgradable, Mode::Exclusive)))
    }
}

fn now() -> Option<Instant> {
    Some(Instant::now())
}

fn after(timeout: Duration) -> Option<Instant> {
    Some(Instant::now() + timeout)
}

// SAFETY: `take` gives an exclusive hold out when there is no other, under the inner mutex.
unsafe impl RawMutex for Raw {
    const INIT: Raw = Raw::new();
    type Guard = Exclusive;

    fn lock(&self) -> Exclusive {
        Exclusive(self.take(Mode::Exclusive, None).unwrap())
    }

    fn try_lock(&self) -> Option<Exclusive> {
        self.take(Mode::Exclusive, now()).map(Exclusive)
    }

    unsafe fn unlock(&self, Exclusive(number): Exclusive) {
        self.give(number, Mode::Exclusive);
    }

    fn is_locked(&self) -> bool {
        self.holds() != 0
    }
}

// SAFETY: `unlock_fair` unlocks. The bump is the trait's.
unsafe impl RawMutexFair for Raw {
    unsafe fn unlock_fair(&self, Exclusive(number): Exclusive) {
        self.give(number, Mode::Exclusive);
    }
}

// SAFETY: as above.
unsafe impl RawMutexTimed for Raw {
    type Duration = Duration;
    type Instant = Instant;

    fn try_lock_for(&self, timeout: Duration) -> Option<Exclusive> {
        self.take(Mode::Exclusive, after(timeout)).map(Exclusive)
    }

    fn try_lock_until(&self, timeout: Instant) -> Option<Exclusive> {
        self.take(Mode::Exclusive, Some(timeout)).map(Exclusive)
    }
}

// SAFETY: `take` gives holds out that may be together, under the inner mutex.
unsafe impl RawRwLock for Raw {
    const INIT: Raw = Raw::new();
    type SharedGuard = Shared;
    type ExclusiveGuard = Exclusive;

    fn lock_shared(&self) -> Shared {
        Shared(self.take(Mode::Shared, None).unwrap())
    }

    fn try_lock_shared(&self) -> Option<Shared> {
        self.take(Mode::Shared, now()).map(Shared)
    }

    unsafe fn unlock_shared(&self, Shared(number): Shared) {
        self.give(number, Mode::Shared);
    }

    fn lock_exclusive(&self) -> Exclusive {
        Exclusive(self.take(Mode::Exclusive, None).unwrap())
    }

    fn try_lock_exclusive(&self) -> Option<Exclusive> {
        self.take(Mode::Exclusive, now()).map(Exclusive)
    }

    unsafe fn unlock_exclusive(&self, Exclusive(number): Exclusive) {
        self.give(number, Mode::Exclusive);
    }

    fn is_locked(&self) -> bool {
        self.holds() != 0
    }

    fn is_locked_exclusive(&self) -> bool {
        self.state().any(Mode::Exclusive)
    }
}

// SAFETY: the fair unlocks unlock. The bumps are the trait's.
unsafe impl RawRwLockFair for Raw {
    unsafe fn unlock_shared_fair(&self, Shared(number): Shared) {
        self.give(number, Mode::Shared);
    }

    unsafe fn unlock_exclusive_fair(&self, Exclusive(number): Exclusive) {
        self.give(number, Mode::Exclusive);
    }
}

// SAFETY: one step, under the inner mutex; a panic leaves nothing held.
unsafe impl RawRwLockDowngrade for Raw {
    unsafe fn downgrade(&self, Exclusive(number): Exclusive) -> Shared {
        Shared(self.change(number, Mode::Exclusive, Mode::Shared))
    }
}

// SAFETY: as `RawRwLock`.
unsafe impl RawRwLockTimed for Raw {
    type Duration = Duration;
    type Instant = Instant;

    fn try_lock_shared_for(&self, timeout: Duration) -> Option<Shared> {
        self.take(Mode::Shared, after(timeout)).map(Shared)
    }

    fn try_lock_shared_until(&self, timeout: Instant) -> Option<Shared> {
        self.take(Mode::Shared, Some(timeout)).map(Shared)
    }

    fn try_lock_exclusive_for(&self, timeout: Duration) -> Option<Exclusive> {
        self.take(Mode::Exclusive, after(timeout)).map(Exclusive)
    }

    fn try_lock_exclusive_until(&self, timeout: Instant) -> Option<Exclusive> {
        self.take(Mode::Exclusive, Some(timeout)).map(Exclusive)
    }
}

// SAFETY: as `RawRwLock`; an upgrade waits until there is no reader.
unsafe impl RawRwLockUpgrade for Raw {
    type UpgradableGuard = Upgradable;

    fn lock_upgradable(&self) -> Upgradable {
        Upgradable(self.take(Mode::Upgradable, None).unwrap())
    }

    fn try_lock_upgradable(&self) -> Option<Upgradable> {
        self.take(Mode::Upgradable, now()).map(Upgradable)
    }

    unsafe fn unlock_upgradable(&self, Upgradable(number): Upgradable) {
        self.give(number, Mode::Upgradable);
    }

    unsafe fn upgrade(&self, guard: Upgradable) -> Exclusive {
        self.upgrade_until(guard, None).unwrap_or_else(|_| unreachable!())
    }

    unsafe fn try_upgrade(&self, guard: Upgradable) -> Result<Exclusive, Upgradable> {
        self.upgrade_until(guard, now())
    }
}

// SAFETY: as above.
unsafe impl RawRwLockUpgradeFair for Raw {
    unsafe fn unlock_upgradable_fair(&self, Upgradable(number): Upgradable) {
        self.give(number, Mode::Upgradable);
    }
}

// SAFETY: as above.
unsafe impl RawRwLockUpgradeDowngrade for Raw {
    unsafe fn downgrade_upgradable(&self, Upgradable(number): Upgradable) -> Shared {
        Shared(self.change(number, Mode::Upgradable, Mode::Shared))
    }

    unsafe fn downgrade_to_upgradable(&self, Exclusive(number): Exclusive) -> Upgradable {
        Upgradable(self.change(number, Mode::Exclusive, Mode::Upgradable))
    }
}

// SAFETY: as above.
unsafe impl RawRwLockUpgradeTimed for Raw {
    fn try_lock_upgradable_for(&self, timeout: Duration) -> Option<Upgradable> {
        self.take(Mode::Upgradable, after(timeout)).map(Upgradable)
    }

    fn try_lock_upgradable_until(&self, timeout: Instant) -> Option<Upgradable> {
        self.take(Mode::Upgradable, Some(timeout)).map(Upgradable)
    }

    unsafe fn try_upgrade_for(&self, guard: Upgradable, timeout: Duration) -> Result<Exclusive, Upgradable> {
        self.upgrade_until(guard, after(timeout))
    }

    unsafe fn try_upgrade_until(&self, guard: Upgradable, timeout: Instant) -> Result<Exclusive, Upgradable> {
        self.upgrade_until(guard, Some(timeout))
    }
}

struct ThreadNumber;

// SAFETY: the address of a thread-local is that of no other live thread, and stays.
unsafe impl GetThreadId for ThreadNumber {
    const INIT: ThreadNumber = ThreadNumber;

    fn nonzero_thread_id(&self) -> NonZeroUsize {
        thread_local!(static KEY: u8 = const { 0 });
        KEY.with(|key| NonZeroUsize::from(std::ptr::NonNull::from(key).addr()))
    }
}

/// Wakes everybody at every notification, and so does not say how many.
struct RawBell {
    rung: StdMutex<u64>,
    changed: Condvar,
}

impl RawBell {
    fn sleep(&self, mutex: &Raw, guard: &mut Exclusive, until: Option<Instant>) -> bool {
        let mut rung = self.rung.lock().unwrap();
        let before = *rung;
        // SAFETY: held, says the caller, with this state; the slot is filled again below.
        unsafe { mutex.unlock(Exclusive(guard.0)) };
        let mut over = false;
        while *rung == before && !over {
            let left = until.map_or(Duration::from_secs(60), |until| until.saturating_duration_since(Instant::now()));
            let (again, timeout) = self.changed.wait_timeout(rung, left).unwrap();
            (rung, over) = (again, timeout.timed_out());
        }
        drop(rung);
        *guard = mutex.lock();
        over
    }
}

// SAFETY: the bell is looked at before the mutex is free, and the mutex taken again.
unsafe impl RawCondvar for RawBell {
    const INIT: RawBell = RawBell { rung: StdMutex::new(0), changed: Condvar::new() };
    type RawMutex = Raw;

    unsafe fn wait(&self, mutex: &Raw, guard: &mut Exclusive) {
        self.sleep(mutex, guard, None);
    }

    fn notify_one(&self) -> bool {
        self.notify_all();
        false
    }

    fn notify_all(&self) -> usize {
        *self.rung.lock().unwrap() += 1;
        self.changed.notify_all();
        0
    }
}

// SAFETY: as above.
unsafe impl RawCondvarTimed for RawBell {
    fn checked_duration_to_instant(timeout: &Duration) -> Option<Instant> {
        Instant::now().checked_add(*timeout)
    }

    unsafe fn wait_until(&self, mutex: &Raw, guard: &mut Exclusive, timeout: &Instant) -> bool {
        self.sleep(mutex, guard, Some(*timeout))
    }
}

const SHORT: Duration = Duration::from_millis(10);
const LONG: Duration = Duration::from_secs(60);

fn elsewhere<U: Send>(f: impl FnOnce() -> U + Send) -> U {
    std::thread::scope(|threads| threads.spawn(f).join().unwrap())
}

/// How many holds the raw lock knows of.
fn of_mutex<T>(mutex: &Mutex<Raw, T>) -> usize {
    // SAFETY: nothing is done to it.
    unsafe { mutex.raw() }.holds()
}

fn of_lock<T>(lock: &RwLock<Raw, T>) -> usize {
    // SAFETY: nothing is done to it.
    unsafe { lock.raw() }.holds()
}

#[test]
fn a_mutex_gives_back_what_it_was_given() {
    let mutex = Arc::new(Mutex::<Raw, _>::new((1, 2)));
    drop(mutex.lock());
    drop((mutex.try_lock(), mutex.try_lock()));
    drop(mutex.try_lock_for(SHORT));
    drop(mutex.try_lock_until(Instant::now() + SHORT));
    drop((mutex.lock_nested(1), mutex.try_lock_arc()));
    drop(mutex.lock_ordered(1));
    drop(mutex.lock_irqsave());
    let mut guard = mutex.lock();
    assert!(elsewhere(|| mutex.try_lock_for(SHORT).is_none()));
    MutexGuard::unlocked(&mut guard, || assert_eq!(of_mutex(&mutex), 0));
    MutexGuard::unlocked_fair(&mut guard, || drop(mutex.lock()));
    MutexGuard::bump(&mut guard);
    assert!(std::ptr::eq(MutexGuard::mutex(&guard), &raw const *mutex));
    let mut part: MappedMutexGuard<'_, Raw, i32> = MutexGuard::map(guard, |data| &mut data.1);
    *part += 1;
    MappedMutexGuard::unlock_fair(MappedMutexGuard::map(part, |data| data));
    assert!(MutexGuard::try_map(mutex.lock(), |_| None::<&mut ()>).is_err());
    MutexGuard::unlock_fair(mutex.lock());
    drop(mutex.lock_arc());
    drop((mutex.try_lock_arc_for(SHORT), mutex.try_lock_arc_until(Instant::now() + SHORT)));
    let mut guard = mutex.lock_arc();
    ArcMutexGuard::unlocked(&mut guard, || drop(mutex.lock()));
    ArcMutexGuard::unlocked_fair(&mut guard, || drop(mutex.lock()));
    ArcMutexGuard::bump(&mut guard);
    assert_eq!(of_mutex(&mutex), 1);
    drop(ArcMutexGuard::into_arc(guard));
    ArcMutexGuard::unlock_fair(mutex.lock_arc());
    drop(ArcMutexGuard::into_arc_fair(mutex.lock_arc()));
    assert_eq!((of_mutex(&mutex), mutex.is_locked()), (0, false));
    let (raw, data) = Arc::into_inner(mutex).unwrap().into_inner_with_raw();
    assert_eq!((raw.holds(), data), (0, (1, 3)));
}

#[test]
fn holds_without_a_guard_are_given_one_or_released() {
    let mutex = Mutex::<Raw, _>::new(1);
    // SAFETY: each hold is given to one guard, or released once.
    unsafe {
        let guard = mutex.raw().lock();
        drop(mutex.make_guard_unchecked(guard));
    }
    *MutexGuard::leak(mutex.lock()) += 1;
    assert_eq!(of_mutex(&mutex), 1);
    let lock = Arc::new(RwLock::<Raw, _>::new(1));
    // SAFETY: as above.
    unsafe {
        drop(lock.make_read_guard_unchecked(lock.raw().lock_shared()));
        drop(lock.make_write_guard_unchecked(lock.raw().lock_exclusive()));
        drop(lock.make_upgradable_guard_unchecked(lock.raw().lock_upgradable()));
        drop(lock.make_arc_read_guard_unchecked(lock.raw().lock_shared()));
        drop(lock.make_arc_write_guard_unchecked(lock.raw().lock_exclusive()));
        drop(lock.make_upgradable_arc_guard_unchecked(lock.raw().lock_upgradable()));
    }
    assert_eq!(of_lock(&lock), 0);
}

#[test]
fn a_forced_release_takes_the_state() {
    let (mutex, lock) = (Mutex::<Raw, _>::new(1), RwLock::<Raw, _>::new(1));
    // What a forgotten guard had, taken from beside it: the numbers count up.
    std::mem::forget(mutex.lock());
    // SAFETY: it is the state of the forgotten guard.
    unsafe { mutex.force_unlock(Exclusive(1)) };
    std::mem::forget(mutex.lock());
    // SAFETY: as above.
    unsafe { mutex.force_unlock_fair(Exclusive(2)) };
    std::mem::forget(lock.read());
    // SAFETY: as above.
    unsafe { lock.force_unlock_read(Shared(1)) };
    std::mem::forget(lock.read());
    // SAFETY: as above.
    unsafe { lock.force_unlock_read_fair(Shared(2)) };
    std::mem::forget(lock.write());
    // SAFETY: as above.
    unsafe { lock.force_unlock_write(Exclusive(3)) };
    std::mem::forget(lock.write());
    // SAFETY: as above.
    unsafe { lock.force_unlock_write_fair(Exclusive(4)) };
    assert_eq!((of_mutex(&mutex), of_lock(&lock)), (0, 0));
}

#[test]
fn a_reentrant_mutex_keeps_the_state_of_its_raw_mutex() {
    let mutex = Arc::new(ReentrantMutex::<Raw, ThreadNumber, _>::new((1, 2)));
    // SAFETY: nothing is done to it.
    let holds = || unsafe { mutex.raw() }.holds();
    let (first, second, third) = (mutex.lock(), mutex.try_lock().unwrap(), mutex.try_lock_for(SHORT).unwrap());
    assert_eq!((holds(), mutex.is_owned_by_current_thread()), (1, true));
    assert!(elsewhere(|| mutex.try_lock_until(Instant::now() + SHORT).is_none()));
    drop((first, second));
    assert_eq!(holds(), 1);
    let mut guard = third;
    ReentrantMutexGuard::bump(&mut guard);
    ReentrantMutexGuard::unlocked(&mut guard, || assert_eq!(holds(), 0));
    ReentrantMutexGuard::unlocked_fair(&mut guard, || elsewhere(|| drop(mutex.lock())));
    let part: MappedReentrantMutexGuard<'_, Raw, ThreadNumber, i32> = ReentrantMutexGuard::map(guard, |data| &data.1);
    assert_eq!((*part, holds()), (2, 1));
    MappedReentrantMutexGuard::unlock_fair(part);
    assert_eq!(holds(), 0);
    let mut guard = mutex.lock_arc();
    let inner = mutex.lock();
    // Does nothing while it is held twice.
    ArcReentrantMutexGuard::bump(&mut guard);
    drop(inner);
    drop(ArcReentrantMutexGuard::into_arc_fair(guard));
    // SAFETY: the guards were forgotten.
    unsafe {
        std::mem::forget(mutex.lock());
        mutex.force_unlock();
        std::mem::forget(mutex.lock());
        drop(mutex.make_guard_unchecked());
        std::mem::forget(mutex.lock());
        drop(mutex.make_arc_guard_unchecked());
    }
    assert_eq!((holds(), mutex.is_locked()), (0, false));
    let (raw, ThreadNumber, data) = Arc::into_inner(mutex).unwrap().into_inner_with_raw();
    assert_eq!((raw.holds(), data), (0, (1, 2)));
}

#[test]
fn a_reader_writer_lock_gives_back_what_it_was_given() {
    let lock = Arc::new(RwLock::<Raw, _>::new((1, 2)));
    drop((lock.read(), elsewhere(|| lock.try_read().is_some()), lock.try_write()));
    drop((lock.try_read_for(SHORT), lock.try_read_until(Instant::now() + SHORT)));
    drop((lock.try_write_for(SHORT), lock.try_write_until(Instant::now() + SHORT)));
    drop((lock.try_upgradable_read_for(SHORT), lock.try_upgradable_read_until(Instant::now() + SHORT)));
    drop((lock.read_arc(), lock.try_read_arc(), lock.try_write_arc()));
    drop((lock.try_read_arc_for(SHORT), lock.try_read_arc_until(Instant::now() + SHORT)));
    drop((lock.write_arc(), lock.try_write_arc_for(SHORT), lock.try_write_arc_until(Instant::now() + SHORT)));
    drop((lock.upgradable_read_arc(), lock.try_upgradable_read_arc(), lock.try_upgradable_read_arc_for(SHORT)));
    drop(lock.try_upgradable_read_arc_until(Instant::now() + SHORT));
    drop((lock.try_upgradable_read(), lock.try_read()));
    drop(lock.write_irqsave());
    let mut read = lock.read();
    RwLockReadGuard::bump(&mut read);
    RwLockReadGuard::unlocked(&mut read, || drop(lock.write()));
    RwLockReadGuard::unlocked_fair(&mut read, || drop(lock.write()));
    let part: MappedRwLockReadGuard<'_, Raw, i32> = RwLockReadGuard::map(read, |data| &data.1);
    let (part, error) = MappedRwLockReadGuard::try_map_or_err(part, |_| Err::<&i32, _>(7)).unwrap_err();
    assert_eq!((*part, error, of_lock(&lock)), (2, 7, 1));
    MappedRwLockReadGuard::unlock_fair(part);
    let mut write = lock.write();
    RwLockWriteGuard::bump(&mut write);
    RwLockWriteGuard::unlocked(&mut write, || drop(lock.write()));
    RwLockWriteGuard::unlocked_fair(&mut write, || drop(lock.write()));
    let mut part: MappedRwLockWriteGuard<'_, Raw, i32> = RwLockWriteGuard::map(write, |data| &mut data.1);
    *part += 1;
    MappedRwLockWriteGuard::unlock_fair(part);
    RwLockReadGuard::unlock_fair(lock.read());
    RwLockWriteGuard::unlock_fair(lock.write());
    RwLockUpgradableReadGuard::unlock_fair(lock.upgradable_read());
    drop(ArcRwLockReadGuard::into_arc(lock.read_arc()));
    drop(ArcRwLockWriteGuard::into_arc_fair(lock.write_arc()));
    drop(ArcRwLockUpgradableReadGuard::into_arc(lock.upgradable_read_arc()));
    assert_eq!((of_lock(&lock), lock.is_locked(), lock.is_locked_exclusive()), (0, false, false));
    let (raw, data) = Arc::into_inner(lock).unwrap().into_inner_with_raw();
    assert_eq!((raw.holds(), data), (0, (1, 3)));
}

#[test]
fn a_hold_that_changes_its_mode_changes_its_state() {
    let lock = Arc::new(RwLock::<Raw, _>::new(0));
    let write = lock.write();
    let upgradable = RwLockWriteGuard::downgrade_to_upgradable(write);
    let write = RwLockUpgradableReadGuard::upgrade(upgradable);
    let read = RwLockWriteGuard::downgrade(write);
    let upgradable = lock.try_upgradable_read().unwrap();
    let upgradable = RwLockUpgradableReadGuard::try_upgrade(upgradable).unwrap_err();
    let upgradable = RwLockUpgradableReadGuard::try_upgrade_for(upgradable, SHORT).unwrap_err();
    let mut upgradable = RwLockUpgradableReadGuard::try_upgrade_until(upgradable, Instant::now() + SHORT).unwrap_err();
    assert!(upgradable.try_with_upgraded(|_| ()).is_none());
    assert!(upgradable.try_with_upgraded_for(SHORT, |_| ()).is_none());
    assert!(upgradable.try_with_upgraded_until(Instant::now() + SHORT, |_| ()).is_none());
    drop(read);
    upgradable.with_upgraded(|data| *data += 1);
    assert_eq!(upgradable.try_with_upgraded(|data| *data + 1), Some(2));
    assert_eq!(upgradable.try_with_upgraded_for(LONG, |data| *data + 2), Some(3));
    assert_eq!(upgradable.try_with_upgraded_until(Instant::now() + LONG, |data| *data + 3), Some(4));
    RwLockUpgradableReadGuard::bump(&mut upgradable);
    RwLockUpgradableReadGuard::unlocked(&mut upgradable, || drop(lock.write()));
    RwLockUpgradableReadGuard::unlocked_fair(&mut upgradable, || drop(lock.write()));
    let panics = AssertUnwindSafe(|| upgradable.with_upgraded(|_| std::panic::resume_unwind(Box::new("inside"))));
    assert!(catch_unwind(panics).is_err());
    let Ok(write) = RwLockUpgradableReadGuard::try_upgrade_for(lock_again(&lock, upgradable), LONG) else { panic!("alone") };
    drop(write);

    let upgradable = ArcRwLockWriteGuard::downgrade_to_upgradable(lock.write_arc());
    let write = ArcRwLockUpgradableReadGuard::try_upgrade(upgradable).unwrap();
    let read = ArcRwLockWriteGuard::downgrade(write);
    drop(read);
    drop(ArcRwLockUpgradableReadGuard::downgrade(lock.upgradable_read_arc()));
    drop(ArcRwLockUpgradableReadGuard::upgrade(lock.upgradable_read_arc()));
    drop(RwLockUpgradableReadGuard::downgrade(lock.upgradable_read()));
    assert_eq!(of_lock(&lock), 0);
}

/// The same hold, by way of a plain reader's: nothing of an earlier state is left.
fn lock_again<'a>(
    lock: &'a RwLock<Raw, i32>,
    guard: RwLockUpgradableReadGuard<'a, Raw, i32>,
) -> RwLockUpgradableReadGuard<'a, Raw, i32> {
    drop(RwLockUpgradableReadGuard::downgrade(guard));
    lock.upgradable_read()
}

#[test]
fn a_condition_variable_hands_the_state_to_the_raw_one_and_back() {
    let (mutex, bell) = (Mutex::<Raw, _>::new(0), lock_api::Condvar::<RawBell>::new());
    let mut guard = mutex.lock();
    assert!(bell.wait_for(&mut guard, SHORT).timed_out());
    assert!(bell.wait_until(&mut guard, Instant::now() + SHORT).timed_out());
    assert!(bell.wait_while_for(&mut guard, |_| true, SHORT).timed_out());
    drop(guard);
    assert_eq!((bell.notify_one(), bell.notify_all(), of_mutex(&mutex)), (false, 0, 0));
    std::thread::scope(|threads| {
        threads.spawn(|| {
            bell.wait_while(&mut mutex.lock(), |count| *count < 2);
            *mutex.lock() = 10;
        });
        for _ in 0..2 {
            std::thread::sleep(SHORT);
            *mutex.lock() += 1;
            bell.raw().notify_all();
        }
    });
    assert_eq!(*mutex.lock(), 10);
    assert_eq!(of_mutex(&mutex), 0);
    assert_eq!(format!("{bell:?}"), "Condvar { .. }");
}

/// What unwinds with the state in hand has released the lock: nobody releases it again, and the validator knows.
#[test]
fn an_operation_that_panics_has_released_the_lock() {
    let (mutex, lock) = (Arc::new(Mutex::<Raw, _>::new(0)), RwLock::<Raw, _>::new(0));
    let panics = |raw: &Raw| raw.panics.store(true, Ordering::SeqCst);
    let check = |f: &dyn Fn()| {
        assert!(catch_unwind(AssertUnwindSafe(f)).is_err());
        assert_eq!((of_mutex(&mutex), of_lock(&lock)), (0, 0));
        // It can be taken, and that is no recursion.
        drop((mutex.lock(), lock.write()));
    };
    check(&|| {
        let guard = mutex.lock();
        // SAFETY: nothing is done to it.
        panics(unsafe { mutex.raw() });
        drop(guard);
    });
    check(&|| {
        let guard = mutex.lock_arc();
        // SAFETY: as above.
        panics(unsafe { mutex.raw() });
        drop(ArcMutexGuard::into_arc(guard));
    });
    check(&|| {
        let guard = lock.write();
        // SAFETY: as above.
        panics(unsafe { lock.raw() });
        drop(RwLockWriteGuard::downgrade(guard));
    });
    check(&|| {
        let guard = lock.upgradable_read();
        // SAFETY: as above.
        panics(unsafe { lock.raw() });
        drop(RwLockUpgradableReadGuard::upgrade(guard));
    });
    check(&|| {
        let guard = lock.upgradable_read();
        // SAFETY: as above.
        panics(unsafe { lock.raw() });
        drop(RwLockUpgradableReadGuard::try_upgrade(guard));
    });
    // A release for a moment is made good again.
    let mut guard = mutex.lock();
    // SAFETY: as above.
    panics(unsafe { mutex.raw() });
    assert!(catch_unwind(AssertUnwindSafe(|| MutexGuard::unlocked(&mut guard, || unreachable!()))).is_err());
    assert_eq!(of_mutex(&mutex), 1);
    // SAFETY: as above.
    panics(unsafe { mutex.raw() });
    assert!(catch_unwind(AssertUnwindSafe(|| MutexGuard::bump(&mut guard))).is_err());
    drop(guard);
    assert_eq!(of_mutex(&mutex), 0);
}

#[test]
fn guards_are_as_large_as_the_originals() {
    const WORD: usize = size_of::<usize>();
    assert_eq!(size_of::<MutexGuard<'_, Raw, u8>>(), WORD + size_of::<Exclusive>());
    assert_eq!(size_of::<RwLockReadGuard<'_, Raw, u8>>(), WORD + size_of::<Shared>());
    assert_eq!(size_of::<MappedMutexGuard<'_, Raw, u8>>(), 2 * WORD + size_of::<Exclusive>());
    assert_eq!(size_of::<ReentrantMutexGuard<'_, Raw, ThreadNumber, u8>>(), WORD);
    assert_eq!((size_of::<lock_api::GuardSend>(), size_of::<lock_api::GuardNoSend>()), (0, 0));
}

/// Compiles only as long as a guard's lifetime can be shortened.
#[allow(dead_code, reason = "compiling it is the test")]
fn a_guard_may_live_shorter<'short>(
    guard: MutexGuard<'static, Raw, u8>,
    read: MappedRwLockReadGuard<'static, Raw, &'static str>,
) -> (MutexGuard<'short, Raw, u8>, MappedRwLockReadGuard<'short, Raw, &'short str>) {
    (guard, read)
}

#[cfg(feature = "validate")]
mod reports {
    use lockdep_core::report::Report;
    use lockdep_core::testing::isolated;
    use lockdep_core::{ReportKind, Severity};

    use super::*;

    fn said(reports: &[Report]) -> Vec<(ReportKind, Severity)> {
        reports.iter().map(|report| (report.kind(), report.severity())).collect()
    }

    #[test]
    fn somebodys_own_raw_lock_is_checked() {
        let (first, second) = (Mutex::<Raw, _>::new(1_u8), RwLock::<Raw, _>::new(2_u16));
        let reports = isolated(|_| {
            drop((first.lock(), second.write()));
            let _second = second.write();
            let _first = first.lock();
        });
        assert_eq!(said(&reports), [(ReportKind::Inversion, Severity::Possible)]);
        let text = reports[0].to_text();
        assert!(text.contains("Mutex<u8>") && text.contains("RwLock<u16>"), "{text}");
    }

    /// A guard may go elsewhere, as far as anybody can tell of such a state, and then the second acquisition would return.
    #[test]
    fn a_guard_with_a_state_may_be_dropped_elsewhere() {
        let mutex: &'static Mutex<Raw, u8> = Box::leak(Box::new(Mutex::new(1)));
        let reports = isolated(|cx| {
            let guard = mutex.lock();
            cx.spawn(move || drop(guard)).join().unwrap();
            drop(mutex.lock());
        });
        assert_eq!(said(&reports), []);
    }

    /// A raw lock whose guards stay: what can never return is certain, and does not hang.
    struct Staying(Raw);

    // SAFETY: that of `Raw`.
    unsafe impl RawMutex for Staying {
        const INIT: Staying = Staying(Raw::new());
        type Guard = lock_api::GuardNoSend;

        fn lock(&self) -> lock_api::GuardNoSend {
            let Exclusive(_) = RawMutex::lock(&self.0);
            lock_api::GuardNoSend::new()
        }

        fn try_lock(&self) -> Option<lock_api::GuardNoSend> {
            RawMutex::try_lock(&self.0).map(|Exclusive(_)| lock_api::GuardNoSend::new())
        }

        unsafe fn unlock(&self, _guard: lock_api::GuardNoSend) {
            let number = self.0.state().last;
            self.0.give(number, Mode::Exclusive);
        }

        fn is_locked(&self) -> bool {
            RawMutex::is_locked(&self.0)
        }
    }

    #[test]
    fn a_second_acquisition_is_certain_if_guards_stay() {
        let mutex = Mutex::<Staying, _>::new(1);
        let reports = isolated(|_| {
            let _first = mutex.lock();
            let _second = mutex.lock();
        });
        assert_eq!(said(&reports), [(ReportKind::Recursion, Severity::Certain)]);
        assert!(!mutex.is_locked());
    }

    #[test]
    fn a_hold_that_unwound_is_not_held_any_more() {
        let (lock, mutex) = (RwLock::<Raw, _>::new(0), Mutex::<Raw, _>::new(0));
        let reports = isolated(|_| {
            let guard = lock.upgradable_read();
            // SAFETY: nothing is done to it.
            unsafe { lock.raw() }.panics.store(true, Ordering::SeqCst);
            let upgrade = AssertUnwindSafe(|| drop(RwLockUpgradableReadGuard::upgrade(guard)));
            assert!(catch_unwind(upgrade).is_err());
            // No order from the one to the other, so none that this contradicts.
            drop(mutex.lock());
            drop((mutex.lock(), lock.write()));
        });
        assert_eq!(said(&reports), []);
    }
}
