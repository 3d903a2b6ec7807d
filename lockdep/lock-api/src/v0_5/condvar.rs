//! [`Condvar`].

use core::fmt;
use core::marker::PhantomData;

use lockdep_core::{LockClass, LockKind, LockMap, WaitType, Waiting};

use super::{MutexGuard, RawCondvar, RawCondvarTimed, RawMutex, RawMutexTimed};
use crate::Validated;
use crate::held::{Checked, OnDrop};

/// A condition variable over a raw one `C`, checked: a wait releases the mutex and takes it again.
///
/// Locks held during a wait are reported if a notifying thread needs one of them.
///
/// **Signal safety:** a handler may not wait; a notification is as safe as that of the raw condition variable.
pub struct Condvar<C> {
    checked: Checked<C>,
}

struct CondvarKind<C>(PhantomData<C>);

impl<C: RawCondvar> LockKind for CondvarKind<C> {
    const NAME: &'static str = "Condvar";
    const WAIT: WaitType = WaitType::Sleep;
    const FOREIGN: bool = C::LOCKDEP_FOREIGN;
}

impl<C: RawCondvar> Condvar<C> {
    /// A condition variable without waiters. Its class is this place in the source.
    #[inline]
    #[track_caller]
    pub const fn new() -> Condvar<C> {
        Condvar { checked: Checked::new(LockMap::new::<CondvarKind<C>, ()>(), C::INIT) }
    }

    /// A condition variable without waiters, of the class `class`.
    #[inline]
    #[track_caller]
    pub const fn with_class(class: &'static LockClass) -> Condvar<C> {
        Condvar { checked: Checked::new(LockMap::with_class::<CondvarKind<C>, ()>(class), C::INIT) }
    }

    /// The raw condition variable. What is done to it here, the validator does not see.
    #[inline]
    pub fn raw(&self) -> &C {
        &self.checked.raw
    }

    /// Wakes one waiting thread; returns whether there was one.
    #[inline]
    #[track_caller]
    pub fn notify_one(&self) -> bool {
        self.checked.map.notify();
        self.checked.raw.notify_one()
    }

    /// Wakes all waiting threads; returns how many there were.
    #[inline]
    #[track_caller]
    pub fn notify_all(&self) -> usize {
        self.checked.map.notify();
        self.checked.raw.notify_all()
    }

    /// Releases the mutex, waits for a notification, and takes the mutex again.
    ///
    /// # Panics
    ///
    /// If the raw condition variable does, as that of parking_lot when others wait here with another mutex.
    #[inline]
    #[track_caller]
    pub fn wait<T: ?Sized>(&self, mutex_guard: &mut MutexGuard<'_, C::RawMutex, T>) {
        // SAFETY: held, with this state.
        self.waiting(mutex_guard, false, |raw, mutex, guard| unsafe { raw.wait(mutex, guard) });
    }

    /// Waits as long as `condition` returns `true`.
    ///
    /// # Panics
    ///
    /// As [`wait`](Self::wait), and if `condition` panics.
    #[inline]
    #[track_caller]
    pub fn wait_while<T, F>(&self, mutex_guard: &mut MutexGuard<'_, C::RawMutex, T>, mut condition: F)
    where
        T: ?Sized,
        F: FnMut(&mut T) -> bool,
    {
        while condition(&mut **mutex_guard) {
            self.wait(mutex_guard);
        }
    }

    /// Waits as `wait` does, which is told the raw condition variable, and the mutex that is held with its state.
    #[inline]
    #[track_caller]
    fn waiting<T: ?Sized, U>(
        &self,
        guard: &mut MutexGuard<'_, C::RawMutex, T>,
        timed: bool,
        wait: impl FnOnce(&C, &C::RawMutex, &mut <C::RawMutex as RawMutex>::Guard) -> U,
    ) -> U {
        let mutex = MutexGuard::mutex(guard);
        let map = mutex.lock_map();
        let mut begun: Option<Waiting> = Some(map.wait_begin(&self.checked.map, timed));
        // The mutex is held again, also when it unwinds.
        let _again = OnDrop(|| {
            if let Some(begun) = begun.take() {
                map.wait_end(begun);
            }
        });
        wait(&self.checked.raw, &mutex.checked.raw, &mut guard.held.state)
    }
}

impl<R: RawMutexTimed, C: RawCondvarTimed<RawMutex = R>> Condvar<C> {
    /// As [`wait`](Self::wait), at most until `timeout`.
    ///
    /// # Panics
    ///
    /// As there.
    #[inline]
    #[track_caller]
    pub fn wait_until<T: ?Sized>(
        &self,
        mutex_guard: &mut MutexGuard<'_, C::RawMutex, T>,
        timeout: <C::RawMutex as RawMutexTimed>::Instant,
    ) -> WaitTimeoutResult {
        self.until(mutex_guard, &timeout)
    }

    #[inline]
    #[track_caller]
    fn until<T: ?Sized>(&self, guard: &mut MutexGuard<'_, R, T>, timeout: &R::Instant) -> WaitTimeoutResult {
        // SAFETY: held, with this state.
        WaitTimeoutResult(self.waiting(guard, true, |raw, mutex, guard| unsafe { raw.wait_until(mutex, guard, timeout) }))
    }

    /// As [`wait`](Self::wait), at most for `timeout`.
    ///
    /// # Panics
    ///
    /// As there.
    #[inline]
    #[track_caller]
    pub fn wait_for<T: ?Sized>(
        &self,
        mutex_guard: &mut MutexGuard<'_, C::RawMutex, T>,
        timeout: <C::RawMutex as RawMutexTimed>::Duration,
    ) -> WaitTimeoutResult {
        // SAFETY: held, with this state.
        WaitTimeoutResult(self.waiting(mutex_guard, true, |raw, mutex, guard| unsafe { raw.wait_for(mutex, guard, &timeout) }))
    }

    /// As [`wait_while`](Self::wait_while), at most until `timeout`. If the condition ends at that moment, the time was not over.
    ///
    /// # Panics
    ///
    /// As there.
    #[inline]
    #[track_caller]
    pub fn wait_while_until<T, F>(
        &self,
        mutex_guard: &mut MutexGuard<'_, C::RawMutex, T>,
        mut condition: F,
        timeout: <C::RawMutex as RawMutexTimed>::Instant,
    ) -> WaitTimeoutResult
    where
        T: ?Sized,
        F: FnMut(&mut T) -> bool,
    {
        let mut result = WaitTimeoutResult(false);
        while condition(&mut **mutex_guard) {
            if result.timed_out() {
                return result;
            }
            result = self.until(mutex_guard, &timeout);
        }
        WaitTimeoutResult(false)
    }

    /// As [`wait_while`](Self::wait_while), at most for `timeout`. If the condition ends at that moment, the time was not over.
    ///
    /// # Panics
    ///
    /// As there.
    #[inline]
    #[track_caller]
    pub fn wait_while_for<T: ?Sized, F>(
        &self,
        mutex_guard: &mut MutexGuard<'_, C::RawMutex, T>,
        condition: F,
        timeout: <C::RawMutex as RawMutexTimed>::Duration,
    ) -> WaitTimeoutResult
    where
        F: FnMut(&mut T) -> bool,
    {
        if let Some(until) = C::checked_duration_to_instant(&timeout) {
            return self.wait_while_until(mutex_guard, condition, until);
        }
        self.wait_while(mutex_guard, condition);
        WaitTimeoutResult(false)
    }
}

impl<C> Validated for Condvar<C> {
    #[inline]
    fn lock_map(&self) -> &LockMap {
        &self.checked.map
    }
}

impl<C: RawCondvar> Default for Condvar<C> {
    #[cfg_attr(feature = "validate", inline(never))]
    #[cfg_attr(not(feature = "validate"), inline)]
    #[track_caller]
    fn default() -> Condvar<C> {
        Condvar { checked: Checked::new(LockMap::made_by_caller::<CondvarKind<C>, ()>(), C::INIT) }
    }
}

impl<C> fmt::Debug for Condvar<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Condvar { .. }")
    }
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
