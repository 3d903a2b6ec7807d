//! Which signals "irqs" are.

use core::fmt;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};

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
pub struct Lines {
    bits: u64,
    lazy: bool,
}

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
    ///
    /// # Examples
    ///
    /// As that of [`Lines::ALL`].
    pub const NONE: Lines = Lines { bits: 0, lazy: false };

    /// Every asynchronous signal that may be blocked: all but the synchronous faults, `SIGABRT`, `SIGKILL`, `SIGSTOP` and the
    /// two that belong to the C library.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::irq::Lines;
    ///
    /// assert!(Lines::ALL.contains(libc::SIGTERM) && !Lines::ALL.contains(libc::SIGSEGV));
    /// assert_eq!(Lines::NONE.iter().count(), 0);
    /// ```
    pub const ALL: Lines = {
        let mut bits = u64::MAX;
        let mut i = 0;
        while i < LEFT_ALONE.len() {
            bits &= !bit(LEFT_ALONE[i]);
            i += 1;
        }
        Lines { bits, lazy: false }
    };

    /// Whether the signal is in the set.
    ///
    /// A number that is no signal is not. **Signal safety:** may be called in a handler.
    ///
    /// # Examples
    ///
    /// As that of [`Lines`].
    #[must_use]
    pub const fn contains(self, signal: c_int) -> bool {
        1 <= signal && signal <= 64 && self.bits & bit(signal) != 0
    }

    /// The signals of the set, ascending.
    ///
    /// **Signal safety:** may be called in a handler.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::irq::Lines;
    ///
    /// let both: Lines = [libc::SIGTERM, libc::SIGINT].into_iter().collect();
    /// assert!(both.iter().eq([libc::SIGINT, libc::SIGTERM]));
    /// ```
    pub fn iter(self) -> impl Iterator<Item = c_int> {
        (1..=64).filter(move |&signal| self.contains(signal))
    }

    /// The same signals, blocked lazily where that is possible: by a flag of the thread, without a system call.
    ///
    /// It is possible while *every* signal of the set has a handler that was installed through us: with `signal::register`, or by any
    /// means with the feature `interpose`; and without `SA_RESETHAND`. As long as one has no such handler, and without the feature
    /// `validate`, all of them are blocked for real. So choose a small set: the signals whose handlers share data with the program.
    ///
    /// A signal that arrives in a section is kept with its `siginfo`, and handled when the section ends, before any later one of the
    /// same number. The differences from real masking:
    ///
    /// * The signal was delivered to this thread, though another thread may have had it open.
    /// * A system call that sleeps in the section may end with `EINTR` once, unless the handler has `SA_RESTART`.
    /// * The handler runs on the stack of the code that ends the section, even with `SA_ONSTACK`, and finds that code in its
    ///   `ucontext`.
    /// * `sigwait`, `signalfd` and `sigpending` do not see a signal that is kept. Without `interpose`, `sigsuspend` and `ppoll` in a
    ///   section do not wake for one, and the handlers must not be replaced.
    /// * A program that is started in a section (`posix_spawn`, `fork` and `exec`) inherits only signals that are really blocked, not
    ///   those that only the flag blocks. Block signals that it must not get with `pthread_sigmask`.
    /// * A jump (`siglongjmp`) into a section, or within it, puts back the real mask that `sigsetjmp` saved, without what the flag blocked:
    ///   use real masking where code jumps in sections.
    /// * A signal that is kept for another thread is not discarded while the signal is ignored for a time.
    ///
    /// The idea is that of the kernel's paravirtual and real-time interrupt masking.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::irq::{self, Lines};
    ///
    /// irq::set_lines([libc::SIGIO].into_iter().collect::<Lines>().lazy());
    /// let flags = irq::save();
    /// assert!(!irq::enabled());
    /// irq::restore(flags);
    /// ```
    #[must_use]
    pub const fn lazy(self) -> Lines {
        Lines { lazy: true, ..self }
    }

    pub(crate) const fn bits(self) -> u64 {
        self.bits
    }
}

/// The bit of `signal` (1..=64) in a mask of ours: bit 0 is signal 1, as in the kernel's `sigset_t`.
pub(crate) const fn bit(signal: c_int) -> u64 {
    1 << (signal - 1)
}

impl FromIterator<c_int> for Lines {
    /// # Panics
    ///
    /// When a number is not a signal that can be blocked: outside 1..=64, a synchronous fault, `SIGABRT`, `SIGKILL`, `SIGSTOP`, 32
    /// or 33.
    fn from_iter<I: IntoIterator<Item = c_int>>(signals: I) -> Lines {
        let bits = signals.into_iter().fold(0, |bits, signal| {
            assert!(Lines::ALL.contains(signal), "lockdep: signal {signal} cannot be an irq line: it may not be blocked");
            bits | bit(signal)
        });
        Lines { bits, lazy: false }
    }
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

static LINES: AtomicU64 = AtomicU64::new(Lines::ALL.bits);
static LAZY: AtomicBool = AtomicBool::new(false);

/// The lines, when all of them may be blocked lazily; else none.
#[cfg(feature = "validate")]
static LAZY_LINES: AtomicU64 = AtomicU64::new(0);
/// The signal that must reach every thread, for it asks where the thread is.
#[cfg(feature = "validate")]
static RESERVED: AtomicU64 = AtomicU64::new(0);

/// From now on `signal` is no line, and what was reserved before is one again; 0 reserves none.
#[cfg(feature = "validate")]
pub(crate) fn reserve(signal: c_int) {
    let reserved = if signal == 0 { 0 } else { bit(signal) };
    let before = RESERVED.swap(reserved, Ordering::Relaxed);
    let _ = LINES.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |lines| Some((lines | before) & !reserved));
    choose_laziness(crate::runtime::deferrable());
}

/// The signals that [`disable`](super::disable) and its sisters block. Default: [`Lines::ALL`].
///
/// **Signal safety:** may be called in a handler.
#[inline]
#[must_use]
pub fn lines() -> Lines {
    // Relaxed: the set stands alone, nothing else is published with it.
    Lines { bits: LINES.load(Ordering::Relaxed), lazy: LAZY.load(Ordering::Relaxed) }
}

/// The signals of [`lines`], without the question how they are blocked.
#[cfg(feature = "validate")]
#[inline(always)]
pub(crate) fn line_bits() -> u64 {
    LINES.load(Ordering::Relaxed)
}

/// Chooses the signals for the whole process. Call it at the start, before any section: a section opened with one set and
/// closed with another leaves the difference blocked.
///
/// The signal that asks a thread for its stack ([`Config::stack_signal`](crate::runtime::Config::stack_signal)), once one is in
/// use, is never in the set; if it is chosen here by name, another one takes its place.
///
/// Signals outside the set are not blocked by us, but their handlers are still checked. **Signal safety:** may be called in a
/// handler.
///
/// # Examples
///
/// ```
/// use lockdep_core::irq::{self, Lines};
///
/// // The signal of the disk, whose handler shares data with the rest of the program.
/// irq::set_lines(Lines::from_iter([libc::SIGIO]));
///
/// let flags = irq::save(); // blocks `SIGIO`, and leaves `SIGTERM` alone
/// assert!(irq::lines().contains(libc::SIGIO) && !irq::lines().contains(libc::SIGTERM));
/// irq::restore(flags);
/// ```
pub fn set_lines(lines: Lines) {
    #[cfg(feature = "validate")]
    let lines = {
        let wanted = lines.bits & RESERVED.load(Ordering::Relaxed);
        if wanted != 0 && lines.bits != Lines::ALL.bits {
            // Chosen by name: another signal can ask the threads.
            crate::runtime::give_way(lines);
        }
        Lines { bits: lines.bits & !RESERVED.load(Ordering::Relaxed), ..lines }
    };
    LINES.store(lines.bits, Ordering::Relaxed);
    LAZY.store(lines.lazy, Ordering::Relaxed);
    #[cfg(feature = "validate")]
    choose_laziness(crate::runtime::deferrable());
}

/// The handlers of `deferrable` may be called later than the kernel would.
#[cfg(feature = "validate")]
pub(crate) fn choose_laziness(deferrable: u64) {
    let lines = lines();
    let possible = lines.lazy && lines.bits & !deferrable == 0;
    LAZY_LINES.store(if possible { lines.bits } else { 0 }, Ordering::Relaxed);
}

/// The signals that are blocked lazily.
#[cfg(feature = "validate")]
#[inline(always)]
pub(crate) fn lazy_lines() -> u64 {
    LAZY_LINES.load(Ordering::Relaxed)
}
