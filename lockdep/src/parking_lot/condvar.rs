//! [`Condvar`].

use core::fmt;
use std::time::{Duration, Instant};

use lockdep_core::{LockClass, LockKind, LockMap, WaitType, Waiting};

use super::MutexGuard;
use lockdep_lock_api::Validated;

/// A condition variable for a [`Mutex`](super::Mutex), checked: the twin of [`parking_lot::Condvar`](::parking_lot::Condvar).
///
/// A wait releases the mutex and takes it again, and both are seen. Waiting with other locks held is remembered, and reported
/// when a notifying thread needs one of them. To wait with a guard of `lock_irq` or its sisters, lend the guard inside:
/// `condvar.wait(guard.as_guard())`; the signals stay blocked.
///
/// **Signal safety:** no wait in a handler; that is reported as `WaitContext`.
///
/// # Examples
///
/// ```
/// use lockdep::parking_lot::{Condvar, Mutex};
///
/// let ready = Mutex::new(false);
/// let changed = Condvar::new();
/// std::thread::scope(|threads| {
///     threads.spawn(|| {
///         *ready.lock() = true;
///         changed.notify_one();
///     });
///     changed.wait_while(&mut ready.lock(), |ready| !*ready);
/// });
/// ```
pub struct Condvar {
    map: LockMap,
    real: ::parking_lot::Condvar,
}

enum CondvarKind {}

impl LockKind for CondvarKind {
    const NAME: &'static str = "Condvar";
    const WAIT: WaitType = WaitType::Sleep;
}

impl Condvar {
    /// A condition variable without waiters. Its class is this place in the source.
    #[inline]
    #[track_caller]
    pub const fn new() -> Condvar {
        Condvar { map: LockMap::new::<CondvarKind, ()>(), real: ::parking_lot::Condvar::new() }
    }

    /// A condition variable of the class `class`.
    #[inline]
    #[track_caller]
    pub const fn with_class(class: &'static LockClass) -> Condvar {
        Condvar { map: LockMap::with_class::<CondvarKind, ()>(class), real: ::parking_lot::Condvar::new() }
    }

    /// Wakes one waiting thread; returns whether there was one.
    #[inline]
    #[track_caller]
    pub fn notify_one(&self) -> bool {
        self.map.notify();
        self.real.notify_one()
    }

    /// Wakes all waiting threads; returns how many there were.
    #[inline]
    #[track_caller]
    pub fn notify_all(&self) -> usize {
        self.map.notify();
        self.real.notify_all()
    }

    /// Releases the mutex, waits for a notification, and takes the mutex again. There are no spurious wake-ups.
    ///
    /// # Panics
    ///
    /// If other threads wait on this condition variable with another mutex; the mutex is then still held.
    #[inline]
    #[track_caller]
    pub fn wait<T: ?Sized>(&self, mutex_guard: &mut MutexGuard<'_, T>) {
        self.waiting(mutex_guard, false, |real, guard| real.wait(guard));
    }

    /// Like [`wait`](Self::wait), at most until `timeout`. The mutex is held again in either case.
    ///
    /// # Panics
    ///
    /// As there.
    #[inline]
    #[track_caller]
    pub fn wait_until<T: ?Sized>(&self, mutex_guard: &mut MutexGuard<'_, T>, timeout: Instant) -> WaitTimeoutResult {
        WaitTimeoutResult(self.waiting(mutex_guard, true, |real, guard| real.wait_until(guard, timeout)).timed_out())
    }

    /// Like [`wait`](Self::wait), at most for `timeout`. The mutex is held again in either case.
    ///
    /// # Panics
    ///
    /// As there.
    #[inline]
    #[track_caller]
    pub fn wait_for<T: ?Sized>(&self, mutex_guard: &mut MutexGuard<'_, T>, timeout: Duration) -> WaitTimeoutResult {
        WaitTimeoutResult(self.waiting(mutex_guard, true, |real, guard| real.wait_for(guard, timeout)).timed_out())
    }

    /// Waits as long as `condition` returns `true`; does not wait at all if it returns `false` at first.
    ///
    /// # Panics
    ///
    /// As [`wait`](Self::wait), and if `condition` panics; the mutex is then still held.
    #[inline]
    #[track_caller]
    pub fn wait_while<T, F>(&self, mutex_guard: &mut MutexGuard<'_, T>, mut condition: F)
    where
        T: ?Sized,
        F: FnMut(&mut T) -> bool,
    {
        while condition(&mut **mutex_guard) {
            self.wait(mutex_guard);
        }
    }

    /// As [`wait_while`](Self::wait_while), at most until `timeout`.
    ///
    /// # Panics
    ///
    /// As there.
    #[inline]
    #[track_caller]
    pub fn wait_while_until<T, F>(
        &self,
        mutex_guard: &mut MutexGuard<'_, T>,
        mut condition: F,
        timeout: Instant,
    ) -> WaitTimeoutResult
    where
        T: ?Sized,
        F: FnMut(&mut T) -> bool,
    {
        let mut result = WaitTimeoutResult(false);
        while !result.timed_out() && condition(&mut **mutex_guard) {
            result = self.wait_until(mutex_guard, timeout);
        }
        result
    }

    /// As [`wait_while`](Self::wait_while), at most for `timeout`.
    ///
    /// # Panics
    ///
    /// As there.
    #[inline]
    #[track_caller]
    pub fn wait_while_for<T: ?Sized, F>(
        &self,
        mutex_guard: &mut MutexGuard<'_, T>,
        condition: F,
        timeout: Duration,
    ) -> WaitTimeoutResult
    where
        F: FnMut(&mut T) -> bool,
    {
        if let Some(deadline) = Instant::now().checked_add(timeout) {
            return self.wait_while_until(mutex_guard, condition, deadline);
        }
        // Longer than the clock can tell: for ever.
        self.wait_while(mutex_guard, condition);
        WaitTimeoutResult(false)
    }

    /// Waits as `wait` does, with the original's guard of the same mutex.
    #[inline]
    #[track_caller]
    fn waiting<T: ?Sized, U>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        timed: bool,
        wait: impl FnOnce(&::parking_lot::Condvar, &mut ::parking_lot::MutexGuard<'_, ()>) -> U,
    ) -> U {
        let mutex = MutexGuard::mutex(guard);
        let map = mutex.lock_map();
        let _taken_again = TakenAgain { map, waiting: Some(map.wait_begin(&self.map, timed)) };
        // SAFETY: `guard` holds the mutex and is borrowed, so it releases nothing; `wait` does, and takes it again before it
        // returns or unwinds.
        let mut real_guard = unsafe { mutex.raw_for_wait().real_guard() };
        wait(&self.real, &mut real_guard)
    }
}

/// Tells the map that the wait is over, also when it unwinds.
struct TakenAgain<'a> {
    map: &'a LockMap,
    waiting: Option<Waiting>,
}

impl Drop for TakenAgain<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(waiting) = self.waiting.take() {
            self.map.wait_end(waiting);
        }
    }
}

impl Default for Condvar {
    #[cfg_attr(feature = "validate", inline(never))]
    #[cfg_attr(not(feature = "validate"), inline)]
    #[track_caller]
    fn default() -> Condvar {
        Condvar { map: LockMap::made_by_caller::<CondvarKind, ()>(), real: ::parking_lot::Condvar::new() }
    }
}

impl fmt::Debug for Condvar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.fmt(f)
    }
}

/// Whether a timed wait ended because its time was over.
#[derive(Debug, PartialEq, Eq, Copy, Clone)]
pub struct WaitTimeoutResult(bool);

impl WaitTimeoutResult {
    /// Whether the time was over.
    #[inline]
    pub fn timed_out(self) -> bool {
        self.0
    }
}
