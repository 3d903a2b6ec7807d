//! The twin of [`std::sync::Condvar`].

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::{Duration, Instant};

use lockdep_core::{LockClass, LockKind, LockMap, WaitType};

use super::mutex::MutexGuard;
use super::{LockResult, PoisonError, WaitTimeoutResult, map_guard};

/// A condition variable, checked: [`std::sync::Condvar`] whose waits are seen as what they are, a release and a new acquisition
/// of the mutex.
///
/// A wait with other locks held is remembered, and reported when a notifying thread needs one of them.
///
/// # Examples
///
/// ```
/// use lockdep::sync::{Arc, Condvar, Mutex};
///
/// let ready = Arc::new((Mutex::new(false), Condvar::new()));
/// let setter = std::thread::spawn({
///     let ready = Arc::clone(&ready);
///     move || {
///         *ready.0.lock().unwrap() = true;
///         ready.1.notify_one();
///     }
/// });
/// let guard = ready.1.wait_while(ready.0.lock().unwrap(), |ready| !*ready).unwrap();
/// assert!(*guard);
/// # setter.join().unwrap();
/// ```
pub struct Condvar {
    map: LockMap,
    inner: std::sync::Condvar,
}

enum Kind {}

impl LockKind for Kind {
    const NAME: &'static str = "Condvar";
    const WAIT: WaitType = WaitType::Sleep;
}

impl Condvar {
    /// A condition variable without waiters; this call is the construction site of its class.
    #[inline]
    #[must_use]
    #[track_caller]
    pub const fn new() -> Condvar {
        Condvar { map: LockMap::new::<Kind, ()>(), inner: std::sync::Condvar::new() }
    }

    /// A condition variable of the class `class`.
    #[inline]
    #[must_use]
    #[track_caller]
    pub const fn with_class(class: &'static LockClass) -> Condvar {
        Condvar { map: LockMap::with_class::<Kind, ()>(class), inner: std::sync::Condvar::new() }
    }

    /// Releases the mutex, waits to be notified, takes the mutex again. May return without a notification: check the condition,
    /// or use [`wait_while`](Condvar::wait_while).
    ///
    /// **Signal safety:** not in a handler, where nothing may wait. That is reported as `WaitContext`.
    ///
    /// # Panics
    ///
    /// As the original, perhaps, when used with more than one mutex.
    ///
    /// # Errors
    ///
    /// If the mutex is poisoned when it is taken again; the error holds the guard.
    #[inline]
    #[track_caller]
    pub fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        let (held, inner) = guard.into_parts();
        let waiting = held.map().wait_begin(&self.map, false);
        let result = self.inner.wait(inner);
        held.map().wait_end(waiting);
        map_guard(result, |inner| MutexGuard::from_parts(held, inner))
    }

    /// Waits as long as `condition` is true. The mutex is held whenever `condition` runs.
    ///
    /// **Signal safety:** not in a handler.
    ///
    /// # Errors
    ///
    /// As [`wait`](Condvar::wait).
    #[inline]
    #[track_caller]
    pub fn wait_while<'a, T, F>(&self, mut guard: MutexGuard<'a, T>, mut condition: F) -> LockResult<MutexGuard<'a, T>>
    where
        F: FnMut(&mut T) -> bool,
    {
        // Our own loop, here and below: the place of the wait is our caller's, and a closure given to the original has none.
        while condition(&mut *guard) {
            guard = self.wait(guard)?;
        }
        Ok(guard)
    }

    /// As [`wait_timeout`](Condvar::wait_timeout), in milliseconds; `false` if the time ran out.
    ///
    /// # Errors
    ///
    /// As [`wait`](Condvar::wait).
    #[deprecated(since = "0.1.0", note = "replaced by `wait_timeout`, as in std")]
    #[inline]
    #[track_caller]
    pub fn wait_timeout_ms<'a, T>(&self, guard: MutexGuard<'a, T>, ms: u32) -> LockResult<(MutexGuard<'a, T>, bool)> {
        map_guard(self.wait_timeout(guard, Duration::from_millis(ms.into())), |(guard, result)| (guard, !result.timed_out()))
    }

    /// Releases the mutex, waits for `dur` at most, takes the mutex again.
    ///
    /// The limit is on the wait for a notification; to take the mutex again may need longer. **Signal safety:** not in a handler.
    ///
    /// # Errors
    ///
    /// As [`wait`](Condvar::wait).
    #[inline]
    #[track_caller]
    pub fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        dur: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        let (held, inner) = guard.into_parts();
        let waiting = held.map().wait_begin(&self.map, true);
        let result = self.inner.wait_timeout(inner, dur);
        held.map().wait_end(waiting);
        map_guard(result, |(inner, timeout)| (MutexGuard::from_parts(held, inner), timeout))
    }

    /// Waits as long as `condition` is true, for `dur` at most in all. The mutex is held whenever `condition` runs.
    ///
    /// **Signal safety:** not in a handler.
    ///
    /// # Errors
    ///
    /// As [`wait`](Condvar::wait).
    #[inline]
    #[track_caller]
    pub fn wait_timeout_while<'a, T, F>(
        &self,
        mut guard: MutexGuard<'a, T>,
        dur: Duration,
        mut condition: F,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)>
    where
        F: FnMut(&mut T) -> bool,
    {
        let start = Instant::now();
        loop {
            if !condition(&mut *guard) {
                return Ok((guard, timed_out(false)));
            }
            let Some(left) = dur.checked_sub(start.elapsed()) else {
                return Ok((guard, timed_out(true)));
            };
            guard = self.wait_timeout(guard, left)?.0;
        }
    }

    /// Wakes one waiting thread.
    ///
    /// **Signal safety:** may be called in a handler, but is of little use there: the condition belongs to a mutex that a handler
    /// must not wait for.
    #[inline]
    #[track_caller]
    pub fn notify_one(&self) {
        self.map.notify();
        self.inner.notify_one();
    }

    /// Wakes all who wait.
    ///
    /// **Signal safety:** as [`notify_one`](Condvar::notify_one).
    #[inline]
    #[track_caller]
    pub fn notify_all(&self) {
        self.map.notify();
        self.inner.notify_all();
    }
}

/// The standard result: it has no constructor, so a condition variable of nobody's makes it.
fn timed_out(yes: bool) -> WaitTimeoutResult {
    let nobodys = std::sync::Mutex::new(());
    let guard = nobodys.lock().unwrap_or_else(PoisonError::into_inner);
    let result = std::sync::Condvar::new().wait_timeout_while(guard, Duration::ZERO, |()| yes);
    result.unwrap_or_else(PoisonError::into_inner).1
}

impl UnwindSafe for Condvar {}
impl RefUnwindSafe for Condvar {}

impl fmt::Debug for Condvar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl Default for Condvar {
    #[cfg_attr(feature = "validate", inline(never))]
    #[cfg_attr(not(feature = "validate"), inline)]
    #[track_caller]
    fn default() -> Condvar {
        Condvar { map: LockMap::made_by_caller::<Kind, ()>(), inner: std::sync::Condvar::new() }
    }
}
