//! Which signals "irqs" are.

use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};

use libc::c_int;

/// A set of signals.
///
/// # Examples
///
/// ```
/// use lockdep_core::irq::Lines;
///
/// let disk: Lines = [libc::SIGIO, libc::SIGRTMIN()].into_iter().collect();
/// assert!(disk.contains(libc::SIGIO) && !disk.contains(libc::SIGTERM));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lines(u64);

/// What the hardware raises in the thread itself, and what only the C library may use: never blocked by us.
const LEFT_ALONE: [c_int; 11] = [
    libc::SIGKILL,
    libc::SIGSTOP,
    libc::SIGSEGV,
    libc::SIGBUS,
    libc::SIGFPE,
    libc::SIGILL,
    libc::SIGTRAP,
    libc::SIGSYS,
    libc::SIGABRT,
    32,
    33,
];

impl Lines {
    /// No signal.
    pub const NONE: Lines = Lines(0);

    /// Every asynchronous signal that may be blocked: all but the synchronous faults, `SIGABRT`, `SIGKILL`, `SIGSTOP` and the
    /// two that belong to the C library.
    pub const ALL: Lines = {
        let mut bits = u64::MAX;
        let mut i = 0;
        while i < LEFT_ALONE.len() {
            bits &= !bit(LEFT_ALONE[i]);
            i += 1;
        }
        Lines(bits)
    };

    /// Whether the signal is in the set.
    #[must_use]
    pub const fn contains(self, signal: c_int) -> bool {
        1 <= signal && signal <= 64 && self.0 & bit(signal) != 0
    }

    /// The signals of the set, ascending.
    pub fn iter(self) -> impl Iterator<Item = c_int> {
        (1..=64).filter(move |&signal| self.contains(signal))
    }

    pub(crate) const fn bits(self) -> u64 {
        self.0
    }
}

/// The bit of `signal` (1..=64) in a mask of ours: bit 0 is signal 1, as in the kernel's `sigset_t`.
pub(crate) const fn bit(signal: c_int) -> u64 {
    1 << (signal - 1)
}

impl FromIterator<c_int> for Lines {
    /// # Panics
    ///
    /// When a number is not a signal that can be blocked: outside 1..=64, a synchronous fault, `SIGKILL`, `SIGSTOP`, 32 or 33.
    fn from_iter<I: IntoIterator<Item = c_int>>(signals: I) -> Lines {
        Lines(signals.into_iter().fold(0, |bits, signal| {
            assert!(Lines::ALL.contains(signal), "lockdep: signal {signal} cannot be an irq line: it may not be blocked");
            bits | bit(signal)
        }))
    }
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

static LINES: AtomicU64 = AtomicU64::new(Lines::ALL.0);

/// The signals that [`disable`](super::disable) and its sisters block. Default: [`Lines::ALL`].
///
/// **Signal safety:** may be called in a handler.
#[inline]
#[must_use]
pub fn lines() -> Lines {
    // Relaxed: the set stands alone, nothing else is published with it.
    Lines(LINES.load(Ordering::Relaxed))
}

/// Chooses the signals for the whole process. Call it at the start, before any section: a section opened with one set and
/// closed with another leaves the difference blocked.
///
/// Signals outside the set are not blocked by us, but their handlers are still checked. **Signal safety:** may be called in a
/// handler.
pub fn set_lines(lines: Lines) {
    LINES.store(lines.0, Ordering::Relaxed);
}
