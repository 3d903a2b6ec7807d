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

use super::lock_api::{
    self, RawRwLockDowngrade, RawRwLockFair, RawRwLockTimed, RawRwLockUpgrade, RawRwLockUpgradeDowngrade, RawRwLockUpgradeFair,
    RawRwLockUpgradeTimed,
};
use super::lot::{DEFAULT_PARK_TOKEN, FilterOp, ParkResult, ParkToken, SpinWait, UnparkResult, park, unpark_filter, unpark_one};
use super::park::{AGAIN, YOURS, released, taken};
use super::{WAITING_IS_LOCKED, is_due};

const PARKED: usize = 1;
const DRAINING: usize = 2;
const UPGRADABLE: usize = 4;
const WRITER: usize = 8;
const READER: usize = 16;
const READERS: usize = !(READER - 1);

/// The raw reader-writer lock; if `RECURSIVE`, one whose readers go past waiting writers.
pub struct RawRwLock<const RECURSIVE: bool = false> {
    state: AtomicUsize,
}

/// What somebody wants at the door.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Want {
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

impl<const RECURSIVE: bool> RawRwLock<RECURSIVE> {
    const fn new() -> RawRwLock<RECURSIVE> {
        RawRwLock { state: AtomicUsize::new(0) }
    }

    /// What a reader wants.
    const SHARED: Want = if RECURSIVE { Want::Recursive } else { Want::Shared };

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
    pub(super) fn try_in(&self, want: Want) -> bool {
        let at_once = |state| if want == Want::Exclusive && state & READERS != 0 { None } else { want.grant(state) };
        let got = self.state.fetch_update(Ordering::Acquire, Ordering::Relaxed, at_once).is_ok();
        if got {
            self.through(want);
            taken(self.exit());
        }
        got
    }

    /// Comes in; `false` if the time was over first.
    #[inline]
    pub(super) fn come_in(&self, want: Want, until: Option<Instant>) -> bool {
        if !self.attempt(want) && !self.wait_at_door(want, until) {
            return false;
        }
        self.through(want);
        if want == Want::Exclusive && !self.drain(0, until) {
            return false;
        }
        taken(self.exit());
        true
    }

    /// Whoever sleeps at the door waits for who keeps it shut: a writer, or an upgradable reader. At the exit a writer waits for all
    /// who are in. So much for the search for deadlocks.
    fn through(&self, want: Want) {
        if matches!(want, Want::Exclusive | Want::Upgradable) {
            taken(self.door());
        }
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
        // Acquire pairs with the release of the last reader.
        self.state.load(Ordering::Acquire) & READERS == 0 || self.wait_for_readers(instead, until)
    }

    #[cold]
    fn wait_for_readers(&self, instead: usize, until: Option<Instant>) -> bool {
        let mut spin = SpinWait::new();
        loop {
            // Acquire as in `drain`.
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
                    if instead == 0 {
                        released(self.door());
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
        released(self.exit());
        let before = self.state.fetch_sub(READER, Ordering::Release);
        if before & READERS == READER && before & DRAINING != 0 {
            self.wake_writer();
        }
    }

    /// The last reader has gone. Never inlined: its length would keep the release from being inlined.
    #[cold]
    #[inline(never)]
    fn wake_writer(&self) {
        self.state.fetch_and(!DRAINING, Ordering::Relaxed);
        // SAFETY: the key is an address of ours; the closure does nothing.
        unsafe { unpark_one(self.exit(), |_| AGAIN) };
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
        let callback = |result: UnparkResult| {
            let hand_over = result.unparked_threads != 0 && (fair || is_due(&result));
            let add = if hand_over { new + let_in.get() } else { new };
            let parked = if result.have_more_threads { PARKED } else { 0 };
            let update = |state| Some(((state - old + add) & !PARKED) | parked);
            let _ = self.state.fetch_update(Ordering::Release, Ordering::Relaxed, update);
            if hand_over { YOURS } else { AGAIN }
        };
        // SAFETY: the key is an address of ours; the closures neither park nor panic.
        unsafe { unpark_filter(self.door(), filter, callback) };
    }

    /// Goes out as a writer, or as an upgradable reader.
    fn leave(&self, what: usize, fair: bool) {
        released(self.door());
        released(self.exit());
        self.swap(what, 0, fair);
    }

    fn become_reader(&self, what: usize) {
        released(self.door());
        self.swap(what, READER, false);
    }

    /// Lets the writer in who waits for readers to go, if there is one, and comes in again. Where readers pass him that is of no use
    /// while there are others.
    fn let_writer(&self) {
        let state = self.state.load(Ordering::Relaxed);
        if state & WRITER != 0 && (!RECURSIVE || state & READERS == READER) {
            self.leave_shared();
            self.come_in(Self::SHARED, None);
        }
    }

    /// Lets in who waits at the door, if somebody does, and comes in again.
    fn let_others(&self, what: usize, want: Want) {
        if self.state.load(Ordering::Relaxed) & PARKED != 0 {
            self.leave(what, true);
            self.come_in(want, None);
        }
    }

    fn upgrade_until(&self, until: Option<Instant>) -> bool {
        // This thread is not among those it waits for.
        released(self.exit());
        // No upgradable reader but this one, so no writer either.
        self.state.fetch_add(WRITER - UPGRADABLE, Ordering::Acquire);
        let upgraded = self.drain(UPGRADABLE, until);
        taken(self.exit());
        upgraded
    }

    fn try_to_upgrade(&self) -> bool {
        let alone = |state| (state & READERS == 0).then(|| state - UPGRADABLE + WRITER);
        self.state.fetch_update(Ordering::Acquire, Ordering::Relaxed, alone).is_ok()
    }
}

pub(super) fn after(timeout: Duration) -> Option<Instant> {
    // Longer than the clock can tell: for ever.
    Instant::now().checked_add(timeout)
}

// SAFETY: `WRITER` is granted only without another one and without `UPGRADABLE`, and counts once the readers are gone; no reader is
// granted while it is set, but next to readers that are in.
unsafe impl<const RECURSIVE: bool> lock_api::RawRwLock for RawRwLock<RECURSIVE> {
    const INIT: RawRwLock<RECURSIVE> = RawRwLock::new();
    const LOCKDEP_NAME: &'static str = if RECURSIVE { "RecursiveRwLock" } else { "RwLock" };
    const LOCKDEP_ATTEMPT_FIRST: bool = true;
    const LOCKDEP_READ_RECURSIVE: bool = RECURSIVE;
    op!(states of RawRwLock);
    op!(lock lock_shared |this| this.come_in(Self::SHARED, None));
    op!(attempt try_lock_shared |this| this.try_in(Self::SHARED));
    op!(unlock unlock_shared |this| this.leave_shared());
    op!(lock lock_exclusive |this| this.come_in(Want::Exclusive, None));
    op!(attempt try_lock_exclusive |this| this.try_in(Want::Exclusive));
    op!(unlock unlock_exclusive |this| this.leave(WRITER, false));

    #[inline]
    fn is_locked(&self) -> bool {
        self.state.load(Ordering::Relaxed) & (WRITER | UPGRADABLE | READERS) != 0
    }

    #[inline]
    fn is_locked_exclusive(&self) -> bool {
        let state = self.state.load(Ordering::Relaxed);
        state & WRITER != 0 && (WAITING_IS_LOCKED || state & READERS == 0)
    }
}

// SAFETY: as above; a fair release is a release.
unsafe impl<const RECURSIVE: bool> RawRwLockFair for RawRwLock<RECURSIVE> {
    // Whoever waits at the door waits for a writer, not for readers: the one past the door is next already.
    op!(unlock unlock_shared_fair |this| this.leave_shared());
    op!(unlock unlock_exclusive_fair |this| this.leave(WRITER, true));
    op!(bump bump_shared |this| this.let_writer());
    op!(bump bump_exclusive |this| this.let_others(WRITER, Want::Exclusive));
}

// SAFETY: the hold changes in one step.
unsafe impl<const RECURSIVE: bool> RawRwLockDowngrade for RawRwLock<RECURSIVE> {
    op!(turn downgrade |this| this.become_reader(WRITER));
}

// SAFETY: as above.
unsafe impl<const RECURSIVE: bool> RawRwLockTimed for RawRwLock<RECURSIVE> {
    type Duration = Duration;
    type Instant = Instant;
    op!(attempt try_lock_shared_for(timeout: Duration) |this| this.come_in(Self::SHARED, after(timeout)));
    op!(attempt try_lock_shared_until(timeout: Instant) |this| this.come_in(Self::SHARED, Some(timeout)));
    op!(attempt try_lock_exclusive_for(timeout: Duration) |this| this.come_in(Want::Exclusive, after(timeout)));
    op!(attempt try_lock_exclusive_until(timeout: Instant) |this| this.come_in(Want::Exclusive, Some(timeout)));
}

// SAFETY: `UPGRADABLE` is granted only without another one and without `WRITER`.
unsafe impl<const RECURSIVE: bool> RawRwLockUpgrade for RawRwLock<RECURSIVE> {
    op!(states of RawRwLockUpgrade);
    op!(lock lock_upgradable |this| this.come_in(Want::Upgradable, None));
    op!(attempt try_lock_upgradable |this| this.try_in(Want::Upgradable));
    op!(unlock unlock_upgradable |this| this.leave(UPGRADABLE, false));
    op!(turn upgrade |this| this.upgrade_until(None));
    op!(try_turn try_upgrade |this| this.try_to_upgrade());
}

// SAFETY: as above.
unsafe impl<const RECURSIVE: bool> RawRwLockUpgradeFair for RawRwLock<RECURSIVE> {
    op!(unlock unlock_upgradable_fair |this| this.leave(UPGRADABLE, true));
    op!(bump bump_upgradable |this| this.let_others(UPGRADABLE, Want::Upgradable));
}

// SAFETY: the hold changes in one step.
unsafe impl<const RECURSIVE: bool> RawRwLockUpgradeDowngrade for RawRwLock<RECURSIVE> {
    op!(turn downgrade_upgradable |this| this.become_reader(UPGRADABLE));
    op!(turn downgrade_to_upgradable |this| this.swap(WRITER, UPGRADABLE, false));
}

// SAFETY: as above.
unsafe impl<const RECURSIVE: bool> RawRwLockUpgradeTimed for RawRwLock<RECURSIVE> {
    op!(attempt try_lock_upgradable_for(timeout: Duration) |this| this.come_in(Want::Upgradable, after(timeout)));
    op!(attempt try_lock_upgradable_until(timeout: Instant) |this| this.come_in(Want::Upgradable, Some(timeout)));
    op!(try_turn try_upgrade_for(timeout: Duration) |this| this.upgrade_until(after(timeout)));
    op!(try_turn try_upgrade_until(timeout: Instant) |this| this.upgrade_until(Some(timeout)));
}
