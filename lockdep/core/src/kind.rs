//! The words that every part shares: what a report is about, how sure it is, how a lock waits, how it is taken.

use core::fmt;

/// What a report is about.
///
/// The names are stable: they appear in JSON, in report ids and in baseline files.
///
/// # Examples
///
/// As that of [`Report::kind`](crate::report::Report::kind).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ReportKind {
    /// The same lock, or another lock of the same class, is taken again.
    Recursion,
    /// Lock classes are taken in orders that contradict each other.
    Inversion,
    /// One class is taken in a signal's handler and held while that signal is open.
    IrqUsage,
    /// A class taken in a handler leads, over held locks, to one that is held while that signal is open.
    IrqInversion,
    /// Signals are re-enabled inside a section that had them off.
    UnsafeIrqEnable,
    /// Saves, restores and enables of the signal mask do not pair up.
    IrqState,
    /// A lock is released that this context does not hold.
    UnlockImbalance,
    /// A lock is dropped, or its memory freed, while held.
    HeldLockFreed,
    /// A handler, a thread or a test ends with a lock held.
    HeldAtExit,
    /// A lock that may sleep is taken where sleeping is not allowed.
    WaitContext,
    /// `lock_nest_lock` names an outer lock that is not held.
    NestLockNotHeld,
    /// A declared order (leaf, comparator, rising numbers) is broken.
    SubclassOrder,
    /// An `assert_held!`, `assert_not_held!` or `assert_none_held!` fails.
    AssertHeld,
    /// A handler does what no handler may do (allocate, spoil `errno`).
    SignalUnsafe,
    /// The real signal mask is not the one we set: other code changed it behind our back.
    MaskImbalance,
    /// Threads wait for each other now.
    Deadlock,
    /// A wait lasts longer than the watchdog allows.
    Stall,
    /// After `fork`, a lock is taken that another thread of the parent held.
    ForkHazard,
}

impl ReportKind {
    /// Every kind, in the order of declaration.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::ReportKind;
    ///
    /// let kind = ReportKind::ALL.into_iter().find(|kind| kind.name() == "Stall");
    /// assert_eq!(kind, Some(ReportKind::Stall));
    /// ```
    pub const ALL: [ReportKind; 18] = [
        ReportKind::Recursion,
        ReportKind::Inversion,
        ReportKind::IrqUsage,
        ReportKind::IrqInversion,
        ReportKind::UnsafeIrqEnable,
        ReportKind::IrqState,
        ReportKind::UnlockImbalance,
        ReportKind::HeldLockFreed,
        ReportKind::HeldAtExit,
        ReportKind::WaitContext,
        ReportKind::NestLockNotHeld,
        ReportKind::SubclassOrder,
        ReportKind::AssertHeld,
        ReportKind::SignalUnsafe,
        ReportKind::MaskImbalance,
        ReportKind::Deadlock,
        ReportKind::Stall,
        ReportKind::ForkHazard,
    ];

    /// The stable name, as in JSON: `"UnsafeIrqEnable"`.
    ///
    /// **Signal safety:** may be called in a handler.
    ///
    /// # Examples
    ///
    /// As that of [`ReportKind::ALL`].
    pub const fn name(self) -> &'static str {
        match self {
            ReportKind::Recursion => "Recursion",
            ReportKind::Inversion => "Inversion",
            ReportKind::IrqUsage => "IrqUsage",
            ReportKind::IrqInversion => "IrqInversion",
            ReportKind::UnsafeIrqEnable => "UnsafeIrqEnable",
            ReportKind::IrqState => "IrqState",
            ReportKind::UnlockImbalance => "UnlockImbalance",
            ReportKind::HeldLockFreed => "HeldLockFreed",
            ReportKind::HeldAtExit => "HeldAtExit",
            ReportKind::WaitContext => "WaitContext",
            ReportKind::NestLockNotHeld => "NestLockNotHeld",
            ReportKind::SubclassOrder => "SubclassOrder",
            ReportKind::AssertHeld => "AssertHeld",
            ReportKind::SignalUnsafe => "SignalUnsafe",
            ReportKind::MaskImbalance => "MaskImbalance",
            ReportKind::Deadlock => "Deadlock",
            ReportKind::Stall => "Stall",
            ReportKind::ForkHazard => "ForkHazard",
        }
    }
}

impl fmt::Display for ReportKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How sure a report is, from weakest to strongest.
///
/// # Examples
///
/// ```
/// use lockdep_core::Severity;
///
/// assert!(Severity::Certain > Severity::Possible && Severity::Possible > Severity::Guarded);
/// assert_eq!(Severity::Certain.name(), "Certain");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The order is broken, but one lock held on every side keeps the threads apart.
    Guarded,
    /// Some schedule deadlocks.
    Possible,
    /// This call can never return, or is wrong in itself.
    Certain,
}

impl Severity {
    /// The stable name, as in JSON: `"Certain"`.
    ///
    /// **Signal safety:** may be called in a handler.
    ///
    /// # Examples
    ///
    /// As that of [`Severity`].
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Guarded => "Guarded",
            Severity::Possible => "Possible",
            Severity::Certain => "Certain",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How a lock waits, and so where it may be taken (the kernel's wait types).
///
/// # Examples
///
/// As that of [`LockClass::wait`](crate::LockClass::wait).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WaitType {
    /// Never waits: allowed everywhere.
    Free,
    /// Spins: allowed in a handler and under another spin lock.
    Spin,
    /// May sleep: not in a handler, not under a spin lock.
    #[default]
    Sleep,
}

/// How a lock is taken.
///
/// # Examples
///
/// ```
/// use lockdep_core::{Map, Mode, testing};
///
/// let flush = Map::new("flush");
/// let reports = testing::isolated(|_cx| {
///     let _flushing = flush.enter(); // others may be in it, too
///     flush.wait();
/// });
/// for report in &reports {
///     let modes: Vec<_> = report.locks().iter().map(|lock| lock.mode().name()).collect();
///     assert_eq!(modes, ["recursive read", "write"]);
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Mode {
    /// Alone.
    Write,
    /// Shared with readers; waits behind a queued writer.
    Read,
    /// Shared with readers; passes a queued writer.
    ReadRecursive,
    /// Shared with readers, but with no other upgradable reader; waits behind a queued writer.
    Upgradable,
}

impl Mode {
    /// Whether a guard for one of them is a guard for the other: `read_recursive` gives a read guard.
    #[cfg(feature = "validate")]
    #[inline(always)]
    pub(crate) const fn same_guard(self, other: Mode) -> bool {
        use Mode::{Read, ReadRecursive};
        self as u8 == other as u8 || matches!((self, other), (Read, ReadRecursive) | (ReadRecursive, Read))
    }

    /// The word a report uses.
    ///
    /// **Signal safety:** may be called in a handler.
    ///
    /// # Examples
    ///
    /// As that of [`Mode`].
    pub const fn name(self) -> &'static str {
        match self {
            Mode::Write => "write",
            Mode::Read => "read",
            Mode::ReadRecursive => "recursive read",
            Mode::Upgradable => "upgradable read",
        }
    }
}
