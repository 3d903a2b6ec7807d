//! A mutex in one byte.

use core::num::NonZeroUsize;
use core::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use super::is_due;
use super::lock_api::{self, GetThreadId, RawMutexFair, RawMutexTimed};
use super::lot::{DEFAULT_PARK_TOKEN, ParkResult, SpinWait, UnparkResult, park, unpark_one};
use super::park::{AGAIN, YOURS, released, taken};

const LOCKED: u8 = 1;
/// Somebody sleeps.
const PARKED: u8 = 2;

/// The raw mutex: of whoever comes first after a release, whoever waits longest after a fair one.
pub struct RawMutex {
    state: AtomicU8,
}

impl RawMutex {
    const fn new() -> RawMutex {
        RawMutex { state: AtomicU8::new(0) }
    }

    pub(super) fn key(&self) -> usize {
        self.state.as_ptr() as usize
    }

    fn attempt(&self) -> bool {
        let mut state = self.state.load(Ordering::Relaxed);
        while state & LOCKED == 0 {
            match self.state.compare_exchange_weak(state, state | LOCKED, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(now) => state = now,
            }
        }
        false
    }

    /// Waits for the mutex; `false` if the time was over first.
    #[cold]
    fn wait(&self, until: Option<Instant>) -> bool {
        let mut spin = SpinWait::new();
        loop {
            if self.attempt() {
                return true;
            }
            let state = self.state.load(Ordering::Relaxed);
            if state & PARKED == 0 {
                if spin.spin() {
                    continue;
                }
                let parked = self.state.compare_exchange(LOCKED, LOCKED | PARKED, Ordering::Relaxed, Ordering::Relaxed);
                if parked.is_err() {
                    continue;
                }
            }
            let still = || self.state.load(Ordering::Relaxed) == LOCKED | PARKED;
            let timed_out = |_, last| {
                if last {
                    self.state.fetch_and(!PARKED, Ordering::Relaxed);
                }
            };
            // SAFETY: the key is an address of ours; the closures neither park nor panic.
            match unsafe { park(self.key(), still, || (), timed_out, DEFAULT_PARK_TOKEN, until) } {
                ParkResult::Unparked(YOURS) => return true,
                ParkResult::TimedOut => return false,
                ParkResult::Unparked(_) | ParkResult::Invalid => spin.reset(),
            }
        }
    }

    pub(super) fn lock_until(&self, until: Option<Instant>) -> bool {
        let got = self.attempt() || self.wait(until);
        if got {
            taken(self.key());
        }
        got
    }

    fn release(&self, fair: bool) {
        released(self.key());
        self.let_go(fair);
    }

    /// The release, without a word to the search for deadlocks.
    pub(super) fn let_go(&self, fair: bool) {
        if self.state.compare_exchange(LOCKED, 0, Ordering::Release, Ordering::Relaxed).is_err() {
            self.wake(fair);
        }
    }

    #[cold]
    fn wake(&self, fair: bool) {
        let hand_over = |result: UnparkResult| {
            let parked = if result.have_more_threads { PARKED } else { 0 };
            if result.unparked_threads != 0 && (fair || is_due(&result)) {
                // It stays locked, for the other one.
                self.state.store(LOCKED | parked, Ordering::Relaxed);
                return YOURS;
            }
            self.state.store(parked, Ordering::Release);
            AGAIN
        };
        // SAFETY: the key is an address of ours; the closure neither parks nor panics. While `LOCKED` and `PARKED` are set, only the
        // holder changes the state, or a waiter under the queue's lock.
        unsafe { unpark_one(self.key(), hand_over) };
    }

    fn try_take(&self) -> bool {
        let got = self.attempt();
        if got {
            taken(self.key());
        }
        got
    }

    /// Hands the mutex to who waits longest, if somebody does, and takes it again.
    fn let_others(&self) {
        if self.state.load(Ordering::Relaxed) & PARKED != 0 {
            self.release(true);
            self.lock_until(None);
        }
    }
}

/// The same, fair at every release.
pub struct RawFairMutex(RawMutex);

macro_rules! raw_mutex {
    ($Raw:ident, $name:literal, $init:expr, |$this:ident| $mutex:expr, $fair:expr) => {
        // SAFETY: `LOCKED` is set by one `compare_exchange`, or handed over by who had set it.
        unsafe impl lock_api::RawMutex for $Raw {
            const INIT: $Raw = $init;
            const LOCKDEP_NAME: &'static str = $name;
            const LOCKDEP_ATTEMPT_FIRST: bool = true;
            op!(states of RawMutex);
            op!(lock lock |$this| $mutex.lock_until(None));
            op!(attempt try_lock |$this| $mutex.try_take());
            op!(unlock unlock |$this| $mutex.release($fair));

            #[inline]
            fn is_locked(&self) -> bool {
                let $this = self;
                $mutex.state.load(Ordering::Relaxed) & LOCKED != 0
            }
        }

        // SAFETY: as above; a fair release is a release.
        unsafe impl RawMutexFair for $Raw {
            op!(unlock unlock_fair |$this| $mutex.release(true));
            op!(bump bump |$this| $mutex.let_others());
        }

        // SAFETY: as above.
        unsafe impl RawMutexTimed for $Raw {
            type Duration = Duration;
            type Instant = Instant;
            // Longer than the clock can tell: for ever.
            op!(attempt try_lock_for(timeout: Duration) |$this| $mutex.lock_until(Instant::now().checked_add(timeout)));
            op!(attempt try_lock_until(timeout: Instant) |$this| $mutex.lock_until(Some(timeout)));
        }
    };
}

raw_mutex!(RawMutex, "Mutex", RawMutex::new(), |this| this, false);
raw_mutex!(RawFairMutex, "FairMutex", RawFairMutex(RawMutex::new()), |this| &this.0, true);

/// Tells threads apart, for a reentrant mutex.
pub struct RawThreadId;

// SAFETY: the address of a thread-local is that of no other live thread, and stays.
unsafe impl GetThreadId for RawThreadId {
    const INIT: RawThreadId = RawThreadId;

    fn nonzero_thread_id(&self) -> NonZeroUsize {
        thread_local!(static KEY: u8 = const { 0 });
        KEY.with(|key| NonZeroUsize::from(core::ptr::NonNull::from(key).addr()))
    }
}
