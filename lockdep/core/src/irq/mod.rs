//! Interrupt emulation: the signals of a thread, masked and unmasked in the shapes the kernel has for interrupts.
//!
//! | kernel | here |
//! |---|---|
//! | `local_irq_disable`, `local_irq_enable` | [`disable`], [`enable`] |
//! | `local_irq_save`, `local_irq_restore` | [`save`], [`restore`] |
//! | counted disabling (`local_interrupt_disable`) | [`Counted`] |
//! | `spin_lock_irq`, `spin_lock_irqsave` | `lock_irq()`, `lock_irqsave()` and `lock_irq_counted()` of every lock, whose guard is an [`IrqGuard`] |
//!
//! "Irqs off" means that the signals of [`lines`] are blocked in this thread: in its real mask, by a system call; or, where requested and
//! possible, [lazily](Lines::lazy), by a flag, until a signal arrives. Either way none of their handlers runs. The validator follows
//! every change made here, and reports the wrong ones: `UnsafeIrqEnable`, `IrqState`, `MaskImbalance`. With the feature `validate` off
//! the functions do only the masking, always for real.
//!
//! Which one to use: [`save`] and [`restore`] (or `lock_irqsave`) put back the mask they found and are right everywhere.
//! [`disable`] and [`enable`] (or `lock_irq`) open the signals *in any case*: they are wrong in any function that may be called with
//! the signals already blocked, and that is reported. [`Counted`] may end in any order.

#[cfg(not(feature = "validate"))]
mod disabled;
#[cfg(feature = "validate")]
mod enabled;
mod lines;

#[cfg(not(feature = "validate"))]
use disabled as imp;
#[cfg(feature = "validate")]
use enabled as imp;

use core::fmt;
use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};

pub(crate) use lines::bit;
#[cfg(feature = "validate")]
pub(crate) use lines::reserve;
pub use lines::{Lines, lines, set_lines};
#[cfg(feature = "validate")]
pub(crate) use lines::{choose_laziness, lazy_lines, line_bits};

use crate::map::LockMap;

/// Blocks the signals of [`lines`] in this thread.
///
/// Cost: one system call, or none inside another section, or when they are blocked [lazily](Lines::lazy). **Signal safety:** may be called in a
/// handler.
///
/// # Examples
///
/// ```
/// use lockdep_core::irq;
///
/// irq::disable();
/// assert!(!irq::enabled());
/// irq::disable(); // adds nothing
/// irq::enable();
/// assert!(irq::enabled());
/// ```
#[inline(always)]
#[track_caller]
pub fn disable() {
    imp::disable();
}

/// Unblocks the signals of [`lines`] in this thread, even if they were already blocked by an outer section.
///
/// Reported as `UnsafeIrqEnable`, before it happens, when a lock is held that was taken with them blocked, or inside a section
/// of [`save`], [`Counted`] or an `_irq` guard. Ends every section that [`disable`] began.
///
/// Cost: one system call, or none when they were blocked [lazily](Lines::lazy) and none arrived. **Signal safety:** may be called in a
/// handler, but is reported there as `IrqState`: the mask belongs to the interrupted code.
///
/// # Examples
///
/// The mistake that it invites:
///
/// ```
/// use lockdep_core::{ReportKind, irq, testing};
///
/// fn count() {
///     irq::disable();
///     // Touches what a handler touches.
///     irq::enable(); // whatever they were before
/// }
///
/// let reports = testing::isolated(|_cx| {
///     let flags = irq::save();
///     count();
///     // The signals are open here: too early.
///     irq::restore(flags);
/// });
/// # if cfg!(feature = "validate") {
/// assert_eq!(reports.len(), 1);
/// assert_eq!(reports[0].kind(), ReportKind::UnsafeIrqEnable);
/// # }
/// ```
#[inline(always)]
#[track_caller]
pub fn enable() {
    imp::enable();
}

/// Blocks the signals of [`lines`] in this thread and returns what was blocked before.
///
/// Cost: one system call, or none inside another section, or when they are blocked [lazily](Lines::lazy). **Signal safety:** may be called in a
/// handler.
///
/// # Examples
///
/// ```
/// let flags = lockdep_core::irq::save();
/// assert!(!lockdep_core::irq::enabled());
/// lockdep_core::irq::restore(flags);
/// assert!(lockdep_core::irq::enabled());
/// ```
#[inline(always)]
#[track_caller]
#[must_use = "the flags are what `restore` needs"]
pub fn save() -> Flags {
    Flags { state: imp::save(), _thread: PhantomData }
}

/// Puts the mask back as `flags` found it.
///
/// Cost: one system call, or none when nothing changes, or they were blocked [lazily](Lines::lazy) and none arrived. **Signal
/// safety:** may be called in a handler, for flags saved there.
///
/// # Examples
///
/// ```
/// use lockdep_core::irq;
///
/// let outer = irq::save();
/// let inner = irq::save();
/// irq::restore(inner);
/// assert!(!irq::enabled()); // as `inner` found them
/// irq::restore(outer);
/// assert!(irq::enabled());
/// ```
#[inline(always)]
#[track_caller]
pub fn restore(flags: Flags) {
    imp::restore(flags.state);
}

/// Whether the signals of [`lines`] are open in this thread: `false` if one of them is blocked.
///
/// Cost: with `validate` a thread-local read where signals are on or a section is open, otherwise a system call. **Signal safety:** may be
/// called in a handler.
///
/// # Examples
///
/// ```
/// use lockdep_core::irq;
///
/// /// The caller has the signals blocked.
/// fn submit() {
///     debug_assert!(!irq::enabled());
/// }
///
/// let flags = irq::save();
/// submit();
/// irq::restore(flags);
/// ```
#[inline]
#[must_use]
pub fn enabled() -> bool {
    imp::enabled()
}

/// Reads the real mask of this thread again; a difference that we did not make is reported as `MaskImbalance`.
///
/// From here on the real mask counts. Call it where foreign code may have changed the mask, to notice it in time: with the feature
/// `interpose` such calls are followed, and nothing is left to find. As the first call of this crate in a thread it only learns the mask:
/// earlier changes are not reported. Cost: one system call, nothing without `validate`. **Signal safety:** may be called in a handler.
///
/// # Examples
///
/// ```
/// use lockdep_core::{ReportKind, irq, testing};
///
/// /// Stands for foreign code that blocks a signal, and leaves it so.
/// fn foreign() {
///     // SAFETY: a set may be all zeros before it is initialised; all pointers are valid or null.
///     unsafe {
///         let mut set: libc::sigset_t = std::mem::zeroed();
///         libc::sigemptyset(&mut set);
///         libc::sigaddset(&mut set, libc::SIGIO);
///         libc::pthread_sigmask(libc::SIG_BLOCK, &set, std::ptr::null_mut());
///     }
/// }
///
/// let reports = testing::isolated(|_cx| {
///     foreign();
///     irq::sync();
/// });
/// # // With `interpose` the call itself is followed.
/// # if cfg!(all(feature = "validate", not(feature = "interpose"))) {
/// assert_eq!(reports.len(), 1);
/// assert_eq!(reports[0].kind(), ReportKind::MaskImbalance);
/// # }
/// ```
#[inline(always)]
#[track_caller]
pub fn sync() {
    imp::sync();
}

/// The signal mask that [`save`] found. Given back to [`restore`], on the same thread.
///
/// If it is dropped instead, the section does not end: signals that it leaves blocked are reported at the end of the thread or handler.
///
/// # Examples
///
/// As that of [`restore`].
pub struct Flags {
    state: imp::Flags,
    _thread: PhantomData<*const ()>,
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flags").finish_non_exhaustive()
    }
}

/// Keeps the signals of [`lines`] blocked while it lives; tokens may be dropped in any order (counted disabling).
///
/// The first token blocks the signals, the others only count; the last one restores what the first found.
///
/// # Examples
///
/// ```
/// use lockdep_core::irq;
///
/// let outer = irq::Counted::new();
/// let inner = irq::Counted::new();
/// drop(outer);
/// assert!(!irq::enabled());
/// drop(inner);
/// assert!(irq::enabled());
/// ```
pub struct Counted {
    _state: imp::Counted,
    _thread: PhantomData<*const ()>,
}

impl Counted {
    /// Blocks the signals and counts. Cost: one system call for the first, none for the others. **Signal safety:** may be
    /// called in a handler.
    ///
    /// # Examples
    ///
    /// As that of [`Counted`].
    #[inline]
    #[track_caller]
    #[must_use = "the signals are open again as soon as the token is dropped"]
    pub fn new() -> Counted {
        Counted { _state: imp::Counted::new(), _thread: PhantomData }
    }
}

impl Default for Counted {
    #[track_caller]
    fn default() -> Counted {
        Counted::new()
    }
}

impl fmt::Debug for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counted").finish_non_exhaustive()
    }
}

/// The irq section of one guard: for lock types that offer `lock_irq` and its sisters.
///
/// Cost: as that of the functions of this module. **Signal safety:** may be used in a handler; what [`lock_irq`](Self::lock_irq)
/// opens there is reported as `IrqState`.
///
/// # Examples
///
/// ```
/// use lockdep_core::irq::{self, IrqGuard, Section};
/// use lockdep_core::{How, LockMap, LockKind, WaitType};
/// # use std::sync::{Mutex, MutexGuard};
/// #
/// # struct Kind;
/// # impl LockKind for Kind {
/// #     const NAME: &'static str = "Mine";
/// #     const WAIT: WaitType = WaitType::Sleep;
/// # }
///
/// struct Mine<T> {
///     map: LockMap,
///     real: Mutex<T>,
/// }
///
/// impl<T> Mine<T> {
///     // The signals first, then the lock.
///     fn lock_irqsave(&self) -> IrqGuard<MutexGuard<'_, T>> {
///         let section = Section::lock_irqsave();
///         let guard = self.map.lock(How::write(), || self.real.try_lock().ok(), || self.real.lock().unwrap());
///         section.guard(&self.map, guard)
///     }
/// }
///
/// let mine = Mine { map: LockMap::new::<Kind, u32>(), real: Mutex::new(1) };
/// let mut guard = mine.lock_irqsave();
/// assert!(!irq::enabled());
/// *guard += 1;
/// # mine.map.release();
/// # drop(guard);
/// # assert!(irq::enabled());
/// ```
pub struct Section {
    state: imp::Section,
    _thread: PhantomData<*const ()>,
}

impl Section {
    /// Blocks the signals; its drop opens them in any case (`spin_lock_irq`).
    ///
    /// Cost and signal safety as those of [`Section`].
    ///
    /// # Examples
    ///
    /// As that of [`Section`].
    #[inline]
    #[track_caller]
    pub fn lock_irq() -> Section {
        Section { state: imp::Section::lock_irq(), _thread: PhantomData }
    }

    /// Blocks the signals; its drop puts back the mask it found (`spin_lock_irqsave`).
    ///
    /// Cost and signal safety as those of [`Section`].
    ///
    /// # Examples
    ///
    /// As that of [`Section`].
    #[inline]
    #[track_caller]
    pub fn lock_irqsave() -> Section {
        Section { state: imp::Section::lock_irqsave(), _thread: PhantomData }
    }

    /// Blocks the signals and counts; its drop counts down, the last one restores.
    ///
    /// Cost and signal safety as those of [`Section`].
    ///
    /// # Examples
    ///
    /// As that of [`Section`].
    #[inline]
    #[track_caller]
    pub fn lock_irq_counted() -> Section {
        Section { state: imp::Section::lock_irq_counted(), _thread: PhantomData }
    }

    /// Puts `guard`, just taken on the lock of `map`, into this section.
    ///
    /// Cost: two stores. **Signal safety:** may be called in a handler.
    ///
    /// # Examples
    ///
    /// As that of [`Section`].
    #[inline]
    pub fn guard<G>(self, map: &LockMap, guard: G) -> IrqGuard<G> {
        self.state.bind(map);
        IrqGuard { guard, section: self }
    }
}

impl fmt::Debug for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Section").finish_non_exhaustive()
    }
}

/// A guard taken with signals blocked: `lock_irq()`, `lock_irqsave()`, `lock_irq_counted()` and their sisters.
///
/// Dropping it releases the lock, then opens, restores or counts down the signals. It cannot leave its thread.
///
/// **Signal safety:** may be used in a handler, if the lock may; what `lock_irq` opens there is reported as `IrqState`.
///
/// # Examples
///
/// As that of [`Section`].
#[must_use = "the lock is released as soon as the guard is dropped"]
pub struct IrqGuard<G> {
    // Fields drop in order: the lock first, then the signals.
    guard: G,
    section: Section,
}

impl<G> IrqGuard<G> {
    /// The plain guard inside, for a condition variable. **Signal safety:** may be called in a handler.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::irq::IrqGuard;
    /// # struct Guard;
    /// # struct Queue;
    /// # impl Queue {
    /// #     fn wait(&self, _: &mut Guard) {}
    /// # }
    ///
    /// /// Waits without the lock, with the signals blocked.
    /// fn next(queue: &Queue, locked: &mut IrqGuard<Guard>) {
    ///     queue.wait(locked.as_guard());
    /// }
    /// ```
    #[inline]
    pub fn as_guard(&mut self) -> &mut G {
        &mut self.guard
    }

    /// Turns the guard inside into another one; the signals stay blocked. **Signal safety:** may be called in a handler, if `f` may.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::irq::IrqGuard;
    /// # struct Guard(u32);
    ///
    /// let number = |locked: IrqGuard<Guard>| locked.map_guard(|guard| Box::new(guard.0));
    /// # let _ = number;
    /// ```
    #[inline]
    pub fn map_guard<H>(self, f: impl FnOnce(G) -> H) -> IrqGuard<H> {
        IrqGuard { guard: f(self.guard), section: self.section }
    }
}

impl<G: Deref> Deref for IrqGuard<G> {
    type Target = G::Target;

    #[inline]
    fn deref(&self) -> &G::Target {
        &self.guard
    }
}

impl<G: DerefMut> DerefMut for IrqGuard<G> {
    #[inline]
    fn deref_mut(&mut self) -> &mut G::Target {
        &mut self.guard
    }
}

impl<G: fmt::Debug> fmt::Debug for IrqGuard<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.guard.fmt(f)
    }
}
