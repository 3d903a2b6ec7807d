//! A condition variable of 0.12: not one of `lock_api` yet.

use core::fmt;
use std::time::{Duration, Instant};

use lockdep_core::{LockKind, LockMap, WaitType, Waiting};
use lockdep_lock_api::{MutexGuard, Validated};

use super::RawMutex;
use super::raw_condvar::RawCondvar;

/// A condition variable, checked: as the original, a wait releases the mutex and takes it again, and there are no spurious wake-ups.
pub struct Condvar {
    map: LockMap,
    raw: RawCondvar,
}

enum CondvarKind {}

impl LockKind for CondvarKind {
    const NAME: &'static str = "Condvar";
    const WAIT: WaitType = WaitType::Sleep;
    const FOREIGN: bool = true;
}

/// Whether a timed wait ended because its time was over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitTimeoutResult(bool);

impl WaitTimeoutResult {
    /// Whether the time was over.
    #[inline]
    pub const fn timed_out(self) -> bool {
        self.0
    }
}

impl Condvar {
    /// A condition variable that nobody waits on.
    #[inline]
    #[track_caller]
    pub const fn new() -> Condvar {
        Condvar { map: LockMap::new::<CondvarKind, ()>(), raw: RawCondvar::new() }
    }

    /// Wakes one waiting thread; returns whether there was one.
    #[track_caller]
    pub fn notify_one(&self) -> bool {
        self.map.notify();
        self.raw.wake_one()
    }

    /// Wakes all waiting threads; returns how many there were.
    #[track_caller]
    pub fn notify_all(&self) -> usize {
        self.map.notify();
        self.raw.wake_all()
    }

    /// Releases the mutex, waits for a notification, and takes the mutex again.
    ///
    /// # Panics
    ///
    /// If other threads wait here with another mutex.
    #[track_caller]
    pub fn wait<T: ?Sized>(&self, guard: &mut MutexGuard<'_, RawMutex, T>) {
        self.sleep(guard, None, false);
    }

    /// As `wait`, at most until `timeout`.
    ///
    /// # Panics
    ///
    /// As there.
    #[track_caller]
    pub fn wait_until<T: ?Sized>(&self, guard: &mut MutexGuard<'_, RawMutex, T>, timeout: Instant) -> WaitTimeoutResult {
        self.sleep(guard, Some(timeout), true)
    }

    /// As `wait`, at most for `timeout`.
    ///
    /// # Panics
    ///
    /// As there.
    #[track_caller]
    pub fn wait_for<T: ?Sized>(&self, guard: &mut MutexGuard<'_, RawMutex, T>, timeout: Duration) -> WaitTimeoutResult {
        // Longer than the clock can tell: for ever.
        self.sleep(guard, Instant::now().checked_add(timeout), true)
    }

    /// Waits as long as `condition` returns `true`.
    ///
    /// # Panics
    ///
    /// As `wait`, and if `condition` panics.
    #[track_caller]
    pub fn wait_while<T: ?Sized, F>(&self, guard: &mut MutexGuard<'_, RawMutex, T>, mut condition: F)
    where
        F: FnMut(&mut T) -> bool,
    {
        while condition(&mut **guard) {
            self.wait(guard);
        }
    }

    /// As `wait_while`, at most until `timeout`.
    ///
    /// # Panics
    ///
    /// As there.
    #[track_caller]
    pub fn wait_while_until<T: ?Sized, F>(
        &self,
        guard: &mut MutexGuard<'_, RawMutex, T>,
        mut condition: F,
        timeout: Instant,
    ) -> WaitTimeoutResult
    where
        F: FnMut(&mut T) -> bool,
    {
        let mut result = WaitTimeoutResult(false);
        while !result.timed_out() && condition(&mut **guard) {
            result = self.wait_until(guard, timeout);
        }
        result
    }

    /// As `wait_while`, at most for `timeout`.
    ///
    /// # Panics
    ///
    /// As there.
    #[track_caller]
    pub fn wait_while_for<T: ?Sized, F>(
        &self,
        guard: &mut MutexGuard<'_, RawMutex, T>,
        condition: F,
        timeout: Duration,
    ) -> WaitTimeoutResult
    where
        F: FnMut(&mut T) -> bool,
    {
        if let Some(until) = Instant::now().checked_add(timeout) {
            return self.wait_while_until(guard, condition, until);
        }
        self.wait_while(guard, condition);
        WaitTimeoutResult(false)
    }

    #[track_caller]
    fn sleep<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, RawMutex, T>,
        until: Option<Instant>,
        timed: bool,
    ) -> WaitTimeoutResult {
        let mutex = MutexGuard::mutex(guard);
        let map = mutex.lock_map();
        let _again = TakenAgain { map, waiting: Some(map.wait_begin(&self.map, timed)) };
        // SAFETY: the guard is borrowed, and the mutex is held again before that ends.
        WaitTimeoutResult(unsafe { self.raw.sleep(mutex.raw_for_wait(), until) })
    }
}

/// Tells the map that the wait is over, also when it unwinds.
struct TakenAgain<'a> {
    map: &'a LockMap,
    waiting: Option<Waiting>,
}

impl Drop for TakenAgain<'_> {
    fn drop(&mut self) {
        if let Some(waiting) = self.waiting.take() {
            self.map.wait_end(waiting);
        }
    }
}

impl Default for Condvar {
    #[inline]
    #[track_caller]
    fn default() -> Condvar {
        Condvar::new()
    }
}

impl fmt::Debug for Condvar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Condvar { .. }")
    }
}
