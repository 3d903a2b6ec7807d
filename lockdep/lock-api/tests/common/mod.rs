//! Raw locks over `std`, written against the raw traits alone, as a user of `lock_api` writes them.

#![allow(dead_code, unreachable_pub, reason = "each test file is a crate that uses its own part")]

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use lockdep_lock_api as lock_api;
use lockdep_lock_api::{
    GetThreadId, GuardNoSend, GuardSend, RawMutexFair, RawMutexTimed, RawRwLockDowngrade, RawRwLockFair, RawRwLockRecursive,
    RawRwLockRecursiveTimed, RawRwLockTimed, RawRwLockUpgrade, RawRwLockUpgradeDowngrade, RawRwLockUpgradeFair,
    RawRwLockUpgradeTimed,
};

/// Who holds a [`Raw`] lock.
struct State {
    readers: usize,
    upgradable: bool,
    writer: bool,
    waiting_writers: usize,
}

/// A raw lock of every kind; counts its fair releases.
pub struct Raw {
    state: Mutex<State>,
    changed: Condvar,
    fair: AtomicUsize,
}

impl Raw {
    const fn new() -> Raw {
        Raw {
            state: Mutex::new(State { readers: 0, upgradable: false, writer: false, waiting_writers: 0 }),
            changed: Condvar::new(),
            fair: AtomicUsize::new(0),
        }
    }

    pub fn fair_releases(&self) -> usize {
        self.fair.load(Ordering::SeqCst)
    }

    fn count_fair(&self) {
        self.fair.fetch_add(1, Ordering::SeqCst);
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap());
        self.changed.notify_all();
    }

    /// Waits, at most until `deadline`, until `ready`; then takes.
    fn take(&self, deadline: Option<Instant>, ready: fn(&State) -> bool, take: fn(&mut State)) -> bool {
        let mut state = self.state.lock().unwrap();
        while !ready(&state) {
            state = match deadline {
                None => self.changed.wait(state).unwrap(),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return false;
                    }
                    self.changed.wait_timeout(state, left).unwrap().0
                }
            };
        }
        take(&mut state);
        true
    }

    fn write(&self, deadline: Option<Instant>) -> bool {
        self.change(|state| state.waiting_writers += 1);
        let free = |state: &State| state.readers == 0 && !state.upgradable && !state.writer;
        let taken = self.take(deadline, free, |state| state.writer = true);
        self.change(|state| state.waiting_writers -= 1);
        taken
    }

    fn read(&self, deadline: Option<Instant>) -> bool {
        self.take(deadline, |state| !state.writer && state.waiting_writers == 0, |state| state.readers += 1)
    }

    fn read_recursive(&self, deadline: Option<Instant>) -> bool {
        self.take(deadline, |state| !state.writer, |state| state.readers += 1)
    }

    fn read_upgradable(&self, deadline: Option<Instant>) -> bool {
        let free = |state: &State| !state.writer && !state.upgradable && state.waiting_writers == 0;
        self.take(deadline, free, |state| state.upgradable = true)
    }

    fn make_writer(&self, deadline: Option<Instant>) -> bool {
        let upgrade = |state: &mut State| {
            release_upgradable(state);
            state.writer = true;
        };
        self.take(deadline, |state| state.readers == 0, upgrade)
    }
}

fn release_writer(state: &mut State) {
    assert!(state.writer, "held exclusively");
    state.writer = false;
}

fn release_reader(state: &mut State) {
    assert!(state.readers > 0, "held shared");
    state.readers -= 1;
}

fn release_upgradable(state: &mut State) {
    assert!(state.upgradable, "held upgradable");
    state.upgradable = false;
}

fn now() -> Option<Instant> {
    Some(Instant::now())
}

fn after(timeout: Duration) -> Option<Instant> {
    Some(Instant::now() + timeout)
}

// SAFETY: `write` waits until nobody holds the lock and marks it held, under the inner mutex.
unsafe impl lock_api::RawMutex for Raw {
    const INIT: Raw = Raw::new();

    type GuardMarker = GuardSend;

    fn lock(&self) {
        self.write(None);
    }

    fn try_lock(&self) -> bool {
        self.write(now())
    }

    unsafe fn unlock(&self) {
        self.change(release_writer);
    }
}

// SAFETY: `unlock_fair` unlocks.
unsafe impl RawMutexFair for Raw {
    unsafe fn unlock_fair(&self) {
        self.count_fair();
        self.change(release_writer);
    }
}

// SAFETY: as for `RawMutex`.
unsafe impl RawMutexTimed for Raw {
    type Duration = Duration;
    type Instant = Instant;

    fn try_lock_for(&self, timeout: Duration) -> bool {
        self.write(after(timeout))
    }

    fn try_lock_until(&self, timeout: Instant) -> bool {
        self.write(Some(timeout))
    }
}

// SAFETY: a reader waits until there is no writer, a writer until there is nobody, under the inner mutex.
unsafe impl lock_api::RawRwLock for Raw {
    const INIT: Raw = Raw::new();

    type GuardMarker = GuardSend;

    fn lock_shared(&self) {
        self.read(None);
    }

    fn try_lock_shared(&self) -> bool {
        self.read(now())
    }

    unsafe fn unlock_shared(&self) {
        self.change(release_reader);
    }

    fn lock_exclusive(&self) {
        self.write(None);
    }

    fn try_lock_exclusive(&self) -> bool {
        self.write(now())
    }

    unsafe fn unlock_exclusive(&self) {
        self.change(release_writer);
    }
}

// SAFETY: the fair releases release.
unsafe impl RawRwLockFair for Raw {
    unsafe fn unlock_shared_fair(&self) {
        self.count_fair();
        self.change(release_reader);
    }

    unsafe fn unlock_exclusive_fair(&self) {
        self.count_fair();
        self.change(release_writer);
    }
}

// SAFETY: the change is made under the inner mutex.
unsafe impl RawRwLockDowngrade for Raw {
    unsafe fn downgrade(&self) {
        self.change(|state| {
            release_writer(state);
            state.readers += 1;
        });
    }
}

// SAFETY: as for `RawRwLock`.
unsafe impl RawRwLockTimed for Raw {
    type Duration = Duration;
    type Instant = Instant;

    fn try_lock_shared_for(&self, timeout: Duration) -> bool {
        self.read(after(timeout))
    }

    fn try_lock_shared_until(&self, timeout: Instant) -> bool {
        self.read(Some(timeout))
    }

    fn try_lock_exclusive_for(&self, timeout: Duration) -> bool {
        self.write(after(timeout))
    }

    fn try_lock_exclusive_until(&self, timeout: Instant) -> bool {
        self.write(Some(timeout))
    }
}

// SAFETY: waits for a writer that holds the lock only.
unsafe impl RawRwLockRecursive for Raw {
    fn lock_shared_recursive(&self) {
        self.read_recursive(None);
    }

    fn try_lock_shared_recursive(&self) -> bool {
        self.read_recursive(now())
    }
}

// SAFETY: as for `RawRwLockRecursive`.
unsafe impl RawRwLockRecursiveTimed for Raw {
    fn try_lock_shared_recursive_for(&self, timeout: Duration) -> bool {
        self.read_recursive(after(timeout))
    }

    fn try_lock_shared_recursive_until(&self, timeout: Instant) -> bool {
        self.read_recursive(Some(timeout))
    }
}

// SAFETY: an upgradable reader waits for writers and upgradable readers, its upgrade for all readers, under the inner mutex.
unsafe impl RawRwLockUpgrade for Raw {
    fn lock_upgradable(&self) {
        self.read_upgradable(None);
    }

    fn try_lock_upgradable(&self) -> bool {
        self.read_upgradable(now())
    }

    unsafe fn unlock_upgradable(&self) {
        self.change(release_upgradable);
    }

    unsafe fn upgrade(&self) {
        self.make_writer(None);
    }

    unsafe fn try_upgrade(&self) -> bool {
        self.make_writer(now())
    }
}

// SAFETY: the fair release releases.
unsafe impl RawRwLockUpgradeFair for Raw {
    unsafe fn unlock_upgradable_fair(&self) {
        self.count_fair();
        self.change(release_upgradable);
    }
}

// SAFETY: the changes are made under the inner mutex.
unsafe impl RawRwLockUpgradeDowngrade for Raw {
    unsafe fn downgrade_upgradable(&self) {
        self.change(|state| {
            release_upgradable(state);
            state.readers += 1;
        });
    }

    unsafe fn downgrade_to_upgradable(&self) {
        self.change(|state| {
            release_writer(state);
            state.upgradable = true;
        });
    }
}

// SAFETY: as for `RawRwLockUpgrade`.
unsafe impl RawRwLockUpgradeTimed for Raw {
    fn try_lock_upgradable_for(&self, timeout: Duration) -> bool {
        self.read_upgradable(after(timeout))
    }

    fn try_lock_upgradable_until(&self, timeout: Instant) -> bool {
        self.read_upgradable(Some(timeout))
    }

    unsafe fn try_upgrade_for(&self, timeout: Duration) -> bool {
        self.make_writer(after(timeout))
    }

    unsafe fn try_upgrade_until(&self, timeout: Instant) -> bool {
        self.make_writer(Some(timeout))
    }
}

/// The same lock, but its guards stay on their thread.
pub struct RawNoSend(Raw);

// SAFETY: as for `Raw`.
unsafe impl lock_api::RawMutex for RawNoSend {
    const INIT: RawNoSend = RawNoSend(Raw::new());

    type GuardMarker = GuardNoSend;

    fn lock(&self) {
        lock_api::RawMutex::lock(&self.0);
    }

    fn try_lock(&self) -> bool {
        lock_api::RawMutex::try_lock(&self.0)
    }

    unsafe fn unlock(&self) {
        self.0.change(release_writer);
    }
}

// SAFETY: as for `Raw`.
unsafe impl lock_api::RawRwLock for RawNoSend {
    const INIT: RawNoSend = RawNoSend(Raw::new());

    type GuardMarker = GuardNoSend;

    fn lock_shared(&self) {
        self.0.lock_shared();
    }

    fn try_lock_shared(&self) -> bool {
        self.0.try_lock_shared()
    }

    unsafe fn unlock_shared(&self) {
        self.0.change(release_reader);
    }

    fn lock_exclusive(&self) {
        self.0.lock_exclusive();
    }

    fn try_lock_exclusive(&self) -> bool {
        self.0.try_lock_exclusive()
    }

    unsafe fn unlock_exclusive(&self) {
        self.0.change(release_writer);
    }
}

// SAFETY: as for `Raw`.
unsafe impl RawRwLockUpgrade for RawNoSend {
    fn lock_upgradable(&self) {
        self.0.lock_upgradable();
    }

    fn try_lock_upgradable(&self) -> bool {
        self.0.try_lock_upgradable()
    }

    unsafe fn unlock_upgradable(&self) {
        self.0.change(release_upgradable);
    }

    unsafe fn upgrade(&self) {
        self.0.make_writer(None);
    }

    unsafe fn try_upgrade(&self) -> bool {
        self.0.make_writer(now())
    }
}

/// Numbers threads by the address of a thread-local.
pub struct ThreadNumber;

// SAFETY: the thread-locals of threads that live at the same time lie at different addresses, and stay there.
unsafe impl GetThreadId for ThreadNumber {
    const INIT: ThreadNumber = ThreadNumber;

    fn nonzero_thread_id(&self) -> NonZeroUsize {
        thread_local!(static HERE: u8 = const { 0 });
        HERE.with(|here| NonZeroUsize::new(std::ptr::from_ref(here).addr()).unwrap())
    }
}

/// Runs `f` on another thread.
pub fn elsewhere<U: Send>(f: impl FnOnce() -> U + Send) -> U {
    std::thread::scope(|threads| threads.spawn(f).join().unwrap())
}

/// Short enough to run out in a test.
pub const SHORT: Duration = Duration::from_millis(20);
/// Long enough never to run out in one.
pub const LONG: Duration = Duration::from_secs(60);
