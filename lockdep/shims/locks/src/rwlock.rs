//! A reader-writer lock in one word.
//!
//! | bits | meaning | who changes them |
//! |---|---|---|
//! | `PARKED` | somebody sleeps at the door | who goes to sleep; who wakes, under the queue's lock |
//! | `DRAINING` | the writer sleeps until the readers are gone | that writer; the last reader takes it off |
//! | `WRITER` | a writer is in, or the next one in: no reader comes in any more | the writer |
//! | `UPGRADABLE` | an upgradable reader is in | the upgradable reader |
//! | the rest | how many readers are in | the readers |
//!
//! So a writer comes in twice: through the door, where everybody waits in order of arrival, and then past the readers.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use lockdep_lock_api::{
    RawRwLockDowngrade, RawRwLockFair, RawRwLockRecursiveTimed, RawRwLockTimed, RawRwLockUpgrade,
    RawRwLockUpgradeDowngrade, RawRwLockUpgradeFair, RawRwLockUpgradeTimed,
};
use parking_lot_core::{DEFAULT_PARK_TOKEN, FilterOp, ParkResult, ParkToken, SpinWait, park, unpark_filter, unpark_one};

use crate::{AGAIN, GuardMarker, YOURS, released, taken};

const PARKED: usize = 1;
const DRAINING: usize = 2;
const UPGRADABLE: usize = 4;
const WRITER: usize = 8;
const READER: usize = 16;
const READERS: usize = !(READER - 1);

/// The raw reader-writer lock.
pub struct RawRwLock {
    state: AtomicUsize,
}

/// What somebody wants at the door.
#[derive(Clone, Copy, PartialEq)]
enum Want {
    Shared,
    /// Shared, and past a writer who waits for readers that are in.
    Recursive,
    Upgradable,
    Exclusive,
}

impl Want {
    /// The state with this wish granted.
    fn grant(self, state: usize) -> Option<usize> {
        let free = |bits| state & bits == 0;
        match self {
            Want::Shared if free(WRITER) => Some(state + READER),
            Want::Recursive if free(WRITER) || !free(READERS) => Some(state + READER),
            Want::Upgradable if free(WRITER | UPGRADABLE) => Some(state | UPGRADABLE),
            Want::Exclusive if free(WRITER | UPGRADABLE) => Some(state | WRITER),
            _ => None,
        }
    }

    /// What it adds to the state, as the token of a sleeper.
    fn token(self) -> ParkToken {
        ParkToken(match self {
            Want::Shared | Want::Recursive => READER,
            Want::Upgradable => UPGRADABLE,
            Want::Exclusive => WRITER,
        })
    }
}

impl RawRwLock {
    fn door(&self) -> usize {
        self.state.as_ptr() as usize
    }

    /// Where a writer waits for the readers to go: another address in the same word.
    fn exit(&self) -> usize {
        self.door() + 1
    }

    fn attempt(&self, want: Want) -> bool {
        let grant = |state| want.grant(state);
        self.state.fetch_update(Ordering::Acquire, Ordering::Relaxed, grant).is_ok()
    }

    /// Comes in, if that takes no waiting.
    fn try_in(&self, want: Want) -> bool {
        let at_once = |state| if want == Want::Exclusive && state & READERS != 0 { None } else { want.grant(state) };
        let got = self.state.fetch_update(Ordering::Acquire, Ordering::Relaxed, at_once).is_ok();
        if got {
            taken(self);
        }
        got
    }

    /// Comes in; `false` if the time was over first.
    #[inline]
    fn come_in(&self, want: Want, until: Option<Instant>) -> bool {
        let through = self.attempt(want) || self.wait_at_door(want, until);
        let got = through && (want != Want::Exclusive || self.drain(0, until));
        if got {
            taken(self);
        }
        got
    }

    #[cold]
    fn wait_at_door(&self, want: Want, until: Option<Instant>) -> bool {
        let mut spin = SpinWait::new();
        loop {
            if self.attempt(want) {
                return true;
            }
            let state = self.state.load(Ordering::Relaxed);
            if want.grant(state).is_some() {
                continue;
            }
            if state & PARKED == 0 {
                if spin.spin() {
                    continue;
                }
                let parked = self.state.compare_exchange(state, state | PARKED, Ordering::Relaxed, Ordering::Relaxed);
                if parked.is_err() {
                    continue;
                }
            }
            let still = || {
                let state = self.state.load(Ordering::Relaxed);
                state & PARKED != 0 && want.grant(state).is_none()
            };
            let timed_out = |_, last| {
                if last {
                    self.state.fetch_and(!PARKED, Ordering::Relaxed);
                }
            };
            // SAFETY: the key is an address of ours; the closures neither park nor panic.
            match unsafe { park(self.door(), still, || (), timed_out, want.token(), until) } {
                ParkResult::Unparked(YOURS) => return true,
                ParkResult::TimedOut => return false,
                ParkResult::Unparked(_) | ParkResult::Invalid => spin.reset(),
            }
        }
    }

    /// The writer waits for the readers to go. If the time is over first, it leaves, and `instead` comes in its place.
    fn drain(&self, instead: usize, until: Option<Instant>) -> bool {
        let mut spin = SpinWait::new();
        loop {
            // Acquire pairs with the release of the last reader.
            let state = self.state.load(Ordering::Acquire);
            if state & READERS == 0 {
                return true;
            }
            if spin.spin() {
                continue;
            }
            if state & DRAINING == 0 {
                let draining = self.state.compare_exchange(state, state | DRAINING, Ordering::Relaxed, Ordering::Relaxed);
                if draining.is_err() {
                    continue;
                }
            }
            let still = || {
                let state = self.state.load(Ordering::Relaxed);
                state & READERS != 0 && state & DRAINING != 0
            };
            // SAFETY: the key is an address of ours; the closures neither park nor panic.
            match unsafe { park(self.exit(), still, || (), |_, _| (), DEFAULT_PARK_TOKEN, until) } {
                ParkResult::TimedOut => {
                    let state = self.state.fetch_and(!DRAINING, Ordering::Relaxed);
                    // The last reader may have gone in the meantime.
                    if state & READERS == 0 {
                        core::sync::atomic::fence(Ordering::Acquire);
                        return true;
                    }
                    self.swap(WRITER, instead, false);
                    return false;
                }
                ParkResult::Unparked(_) | ParkResult::Invalid => spin.reset(),
            }
        }
    }

    /// Goes out as a reader.
    #[inline]
    fn leave_shared(&self) {
        released(self);
        let before = self.state.fetch_sub(READER, Ordering::Release);
        if before & READERS == READER && before & DRAINING != 0 {
            self.state.fetch_and(!DRAINING, Ordering::Relaxed);
            // SAFETY: the key is an address of ours; the closure does nothing.
            unsafe { unpark_one(self.exit(), |_| AGAIN) };
        }
    }

    /// Takes `old` out and puts `new` in, and lets in who waited for that: to try again, or, if fair, for good.
    #[inline]
    fn swap(&self, old: usize, new: usize, fair: bool) {
        let nobody_waits = |state| (state & PARKED == 0).then(|| state - old + new);
        if self.state.fetch_update(Ordering::Release, Ordering::Relaxed, nobody_waits).is_err() {
            self.swap_and_wake(old, new, fair);
        }
    }

    #[cold]
    fn swap_and_wake(&self, old: usize, new: usize, fair: bool) {
        // What those come to that are let in, on top of what is in already.
        let let_in = core::cell::Cell::new(0);
        let filter = |ParkToken(want)| {
            let state = new + let_in.get();
            if state & WRITER != 0 {
                return FilterOp::Stop;
            }
            if want & (WRITER | UPGRADABLE) != 0 && state & UPGRADABLE != 0 {
                return FilterOp::Skip;
            }
            let_in.set(let_in.get() + want);
            FilterOp::Unpark
        };
        let callback = |result: parking_lot_core::UnparkResult| {
            let hand_over = result.unparked_threads != 0 && (fair || result.be_fair);
            let add = if hand_over { new + let_in.get() } else { new };
            let parked = if result.have_more_threads { PARKED } else { 0 };
            let update = |state| Some(((state - old + add) & !PARKED) | parked);
            let _ = self.state.fetch_update(Ordering::Release, Ordering::Relaxed, update);
            if hand_over { YOURS } else { AGAIN }
        };
        // SAFETY: the key is an address of ours; the closures neither park nor panic.
        unsafe { unpark_filter(self.door(), filter, callback) };
    }

    fn leave(&self, what: usize, fair: bool) {
        released(self);
        self.swap(what, 0, fair);
    }

    fn parked(&self) -> bool {
        self.state.load(Ordering::Relaxed) & PARKED != 0
    }

    fn upgrade_until(&self, until: Option<Instant>) -> bool {
        // No upgradable reader but this one, so no writer either.
        self.state.fetch_add(WRITER - UPGRADABLE, Ordering::Acquire);
        self.drain(UPGRADABLE, until)
    }
}

fn after(timeout: Duration) -> Option<Instant> {
    // Longer than the clock can tell: for ever.
    Instant::now().checked_add(timeout)
}

impl RawRwLock {
    const NEW: RawRwLock = RawRwLock { state: AtomicUsize::new(0) };

    fn real(&self) -> &RawRwLock {
        self
    }
}

/// The same, with all readers past waiting writers: what 0.13 calls `RecursiveRwLock`.
pub struct RawRwLockRecursive(RawRwLock);

impl RawRwLockRecursive {
    fn real(&self) -> &RawRwLock {
        &self.0
    }
}

/// The raw traits of a lock whose readers want `$shared`.
macro_rules! raw_rwlock {
    ($Raw:ident, $init:expr, $recursive:literal, $shared:expr) => {
        // SAFETY: `WRITER` is granted only without another one and without `UPGRADABLE`, and counts once the readers are gone; no reader
        // is granted while it is set, but next to readers that are in.
        unsafe impl lockdep_lock_api::RawRwLock for $Raw {
            const INIT: $Raw = $init;
            const LOCKDEP_READ_RECURSIVE: bool = $recursive;
            type GuardMarker = GuardMarker;

            #[inline]
            fn lock_shared(&self) {
                self.real().come_in($shared, None);
            }

            #[inline]
            fn try_lock_shared(&self) -> bool {
                self.real().try_in($shared)
            }

            #[inline]
            unsafe fn unlock_shared(&self) {
                self.real().leave_shared();
            }

            #[inline]
            fn lock_exclusive(&self) {
                self.real().come_in(Want::Exclusive, None);
            }

            #[inline]
            fn try_lock_exclusive(&self) -> bool {
                self.real().try_in(Want::Exclusive)
            }

            #[inline]
            unsafe fn unlock_exclusive(&self) {
                self.real().leave(WRITER, false);
            }

            #[inline]
            fn is_locked(&self) -> bool {
                self.real().state.load(Ordering::Relaxed) & (WRITER | UPGRADABLE | READERS) != 0
            }

            #[inline]
            fn is_locked_exclusive(&self) -> bool {
                self.real().state.load(Ordering::Relaxed) & WRITER != 0
            }
        }

        // SAFETY: as above; a fair release is a release.
        unsafe impl RawRwLockFair for $Raw {
            #[inline]
            unsafe fn unlock_shared_fair(&self) {
                // Whoever waits at the door waits for a writer, not for readers: the one past the door is next already.
                self.real().leave_shared();
            }

            #[inline]
            unsafe fn unlock_exclusive_fair(&self) {
                self.real().leave(WRITER, true);
            }

            #[inline]
            unsafe fn bump_shared(&self) {
                if self.real().state.load(Ordering::Relaxed) & WRITER != 0 {
                    self.real().leave_shared();
                    self.real().come_in($shared, None);
                }
            }

            #[inline]
            unsafe fn bump_exclusive(&self) {
                if self.real().parked() {
                    self.real().leave(WRITER, true);
                    self.real().come_in(Want::Exclusive, None);
                }
            }
        }

        // SAFETY: the hold changes in one step.
        unsafe impl RawRwLockDowngrade for $Raw {
            #[inline]
            unsafe fn downgrade(&self) {
                self.real().swap(WRITER, READER, false);
            }
        }

        // SAFETY: as above.
        unsafe impl RawRwLockTimed for $Raw {
            type Duration = Duration;
            type Instant = Instant;

            #[inline]
            fn try_lock_shared_for(&self, timeout: Duration) -> bool {
                self.real().come_in($shared, after(timeout))
            }

            #[inline]
            fn try_lock_shared_until(&self, timeout: Instant) -> bool {
                self.real().come_in($shared, Some(timeout))
            }

            #[inline]
            fn try_lock_exclusive_for(&self, timeout: Duration) -> bool {
                self.real().come_in(Want::Exclusive, after(timeout))
            }

            #[inline]
            fn try_lock_exclusive_until(&self, timeout: Instant) -> bool {
                self.real().come_in(Want::Exclusive, Some(timeout))
            }
        }

        // SAFETY: next to a reader that is in, only a writer who is not in yet is passed.
        unsafe impl lockdep_lock_api::RawRwLockRecursive for $Raw {
            #[inline]
            fn lock_shared_recursive(&self) {
                self.real().come_in(Want::Recursive, None);
            }

            #[inline]
            fn try_lock_shared_recursive(&self) -> bool {
                self.real().try_in(Want::Recursive)
            }
        }

        // SAFETY: as above.
        unsafe impl RawRwLockRecursiveTimed for $Raw {
            #[inline]
            fn try_lock_shared_recursive_for(&self, timeout: Duration) -> bool {
                self.real().come_in(Want::Recursive, after(timeout))
            }

            #[inline]
            fn try_lock_shared_recursive_until(&self, timeout: Instant) -> bool {
                self.real().come_in(Want::Recursive, Some(timeout))
            }
        }

        // SAFETY: `UPGRADABLE` is granted only without another one and without `WRITER`.
        unsafe impl RawRwLockUpgrade for $Raw {
            #[inline]
            fn lock_upgradable(&self) {
                self.real().come_in(Want::Upgradable, None);
            }

            #[inline]
            fn try_lock_upgradable(&self) -> bool {
                self.real().try_in(Want::Upgradable)
            }

            #[inline]
            unsafe fn unlock_upgradable(&self) {
                self.real().leave(UPGRADABLE, false);
            }

            #[inline]
            unsafe fn upgrade(&self) {
                self.real().upgrade_until(None);
            }

            #[inline]
            unsafe fn try_upgrade(&self) -> bool {
                let alone = |state| (state & READERS == 0).then(|| state - UPGRADABLE + WRITER);
                self.real().state.fetch_update(Ordering::Acquire, Ordering::Relaxed, alone).is_ok()
            }
        }

        // SAFETY: as above.
        unsafe impl RawRwLockUpgradeFair for $Raw {
            #[inline]
            unsafe fn unlock_upgradable_fair(&self) {
                self.real().leave(UPGRADABLE, true);
            }

            #[inline]
            unsafe fn bump_upgradable(&self) {
                if self.real().parked() {
                    self.real().leave(UPGRADABLE, true);
                    self.real().come_in(Want::Upgradable, None);
                }
            }
        }

        // SAFETY: the hold changes in one step.
        unsafe impl RawRwLockUpgradeDowngrade for $Raw {
            #[inline]
            unsafe fn downgrade_upgradable(&self) {
                self.real().swap(UPGRADABLE, READER, false);
            }

            #[inline]
            unsafe fn downgrade_to_upgradable(&self) {
                self.real().swap(WRITER, UPGRADABLE, false);
            }
        }

        // SAFETY: as above.
        unsafe impl RawRwLockUpgradeTimed for $Raw {
            #[inline]
            fn try_lock_upgradable_for(&self, timeout: Duration) -> bool {
                self.real().come_in(Want::Upgradable, after(timeout))
            }

            #[inline]
            fn try_lock_upgradable_until(&self, timeout: Instant) -> bool {
                self.real().come_in(Want::Upgradable, Some(timeout))
            }

            #[inline]
            unsafe fn try_upgrade_for(&self, timeout: Duration) -> bool {
                self.real().upgrade_until(after(timeout))
            }

            #[inline]
            unsafe fn try_upgrade_until(&self, timeout: Instant) -> bool {
                self.real().upgrade_until(Some(timeout))
            }
        }
    };
}

raw_rwlock!(RawRwLock, RawRwLock::NEW, false, Want::Shared);
raw_rwlock!(RawRwLockRecursive, RawRwLockRecursive(RawRwLock::NEW), true, Want::Recursive);
