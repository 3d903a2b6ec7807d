//! A one-time initialisation in one byte.

use core::fmt;
use core::sync::atomic::{AtomicU8, Ordering};

use lockdep_core::{How, LockKind, LockMap, WaitType};

use super::lot::{DEFAULT_PARK_TOKEN, ParkResult, SpinWait, park, unpark_all};
use super::park::{AGAIN, released, taken};

const DONE: u8 = 1;
const POISONED: u8 = 2;
const RUNNING: u8 = 4;
/// Somebody sleeps until it is done.
const PARKED: u8 = 8;

/// A one-time initialisation, checked: until it is done it is a lock.
pub struct Once {
    map: LockMap,
    state: AtomicU8,
}

enum OnceKind {}

impl LockKind for OnceKind {
    const NAME: &'static str = "Once";
    const WAIT: WaitType = WaitType::Sleep;
    const FOREIGN: bool = true;
}

/// How far a [`Once`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnceState {
    /// Nobody has run it.
    New,
    /// Its initialiser panicked.
    Poisoned,
    /// Somebody runs it.
    InProgress,
    /// It is done.
    Done,
}

impl OnceState {
    /// Whether its initialiser panicked.
    #[inline]
    pub const fn poisoned(self) -> bool {
        matches!(self, OnceState::Poisoned)
    }

    /// The same, as 0.13 calls it.
    #[inline]
    pub const fn is_poisoned(self) -> bool {
        self.poisoned()
    }

    /// Whether it is done.
    #[inline]
    pub const fn done(self) -> bool {
        matches!(self, OnceState::Done)
    }

    /// The same, as 0.13 calls it.
    #[inline]
    pub const fn is_completed(self) -> bool {
        self.done()
    }
}

impl Once {
    /// An initialisation that is still to be done.
    #[inline]
    #[track_caller]
    pub const fn new() -> Once {
        Once { map: LockMap::new::<OnceKind, ()>(), state: AtomicU8::new(0) }
    }

    /// One that is done already.
    #[inline]
    #[track_caller]
    pub const fn new_completed() -> Once {
        Once { map: LockMap::new::<OnceKind, ()>(), state: AtomicU8::new(DONE) }
    }

    fn key(&self) -> usize {
        self.state.as_ptr() as usize
    }

    /// How far it is.
    #[inline]
    pub fn state(&self) -> OnceState {
        let state = self.state.load(Ordering::Acquire);
        if state & DONE != 0 {
            OnceState::Done
        } else if state & RUNNING != 0 {
            OnceState::InProgress
        } else if state & POISONED != 0 {
            OnceState::Poisoned
        } else {
            OnceState::New
        }
    }

    /// Whether it is done.
    #[inline]
    pub fn is_completed(&self) -> bool {
        self.state().done()
    }

    /// Runs `f` if nobody has; otherwise waits until it has been run.
    ///
    /// # Panics
    ///
    /// If an earlier initialiser panicked.
    #[inline]
    #[track_caller]
    pub fn call_once<F: FnOnce()>(&self, f: F) {
        if !self.is_completed() {
            self.call(false, |_| f());
        }
    }

    /// As `call_once`, also if an earlier initialiser panicked.
    #[inline]
    #[track_caller]
    pub fn call_once_force<F: FnOnce(OnceState)>(&self, f: F) {
        if !self.is_completed() {
            self.call(true, f);
        }
    }

    /// Waits until it is done.
    ///
    /// # Panics
    ///
    /// If its initialiser panics.
    #[track_caller]
    pub fn wait(&self) {
        self.wait_done(false);
    }

    /// As `wait`, also past initialisers that panic.
    #[track_caller]
    pub fn wait_force(&self) {
        self.wait_done(true);
    }

    #[cold]
    #[track_caller]
    fn call(&self, force: bool, f: impl FnOnce(OnceState)) {
        // For the map a waiting caller holds it, too, and takes nothing meanwhile that an initialiser would not.
        self.map.lock(How::write(), || Some(()), || ());
        let held = Held(&self.map);
        let mut spin = SpinWait::new();
        loop {
            let state = self.state.load(Ordering::Acquire);
            if state & DONE != 0 {
                return;
            }
            assert!(state & POISONED == 0 || force, "Once instance has previously been poisoned");
            if state & RUNNING != 0 {
                self.sleep(state, &mut spin);
                continue;
            }
            let running = (state | RUNNING) & !POISONED;
            if self.state.compare_exchange_weak(state, running, Ordering::Acquire, Ordering::Relaxed).is_err() {
                continue;
            }
            taken(self.key());
            let mut run = Run { once: self, end: POISONED };
            f(if state & POISONED != 0 { OnceState::Poisoned } else { OnceState::New });
            run.end = DONE;
            drop(run);
            drop(held);
            return;
        }
    }

    #[track_caller]
    fn wait_done(&self, force: bool) {
        let mut spin = SpinWait::new();
        loop {
            let state = self.state.load(Ordering::Acquire);
            if state & DONE != 0 {
                return;
            }
            assert!(state & POISONED == 0 || force, "Once instance has previously been poisoned");
            self.map.might_lock(How::write());
            self.sleep(state, &mut spin);
        }
    }

    /// Sleeps until it is done, or has panicked.
    fn sleep(&self, state: u8, spin: &mut SpinWait) {
        if state & PARKED == 0 {
            if spin.spin() {
                return;
            }
            if self.state.compare_exchange_weak(state, state | PARKED, Ordering::Relaxed, Ordering::Relaxed).is_err() {
                return;
            }
        }
        let still = || self.state.load(Ordering::Relaxed) == state | PARKED;
        // SAFETY: the key is an address of ours; the closures neither park nor panic.
        let result = unsafe { park(self.key(), still, || (), |_, _| (), DEFAULT_PARK_TOKEN, None) };
        if matches!(result, ParkResult::Unparked(_)) {
            spin.reset();
        }
    }
}

/// An initialiser runs.
struct Run<'a> {
    once: &'a Once,
    end: u8,
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        released(self.once.key());
        if self.once.state.swap(self.end, Ordering::Release) & PARKED != 0 {
            // SAFETY: the key is an address of ours.
            unsafe { unpark_all(self.once.key(), AGAIN) };
        }
    }
}

/// What the map holds.
struct Held<'a>(&'a LockMap);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.release();
    }
}

impl Default for Once {
    #[inline]
    #[track_caller]
    fn default() -> Once {
        Once::new()
    }
}

impl fmt::Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Once").field("state", &self.state()).finish()
    }
}
