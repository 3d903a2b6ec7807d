//! The only globals: per-thread state, masks, handler context, life cycle, configuration.
//!
//! One acquisition, step by step: probe this thread's proven chains with the key of (chain held, class, mode, mask, handler).
//! A hit pushes an entry on the held stack, and that is all. A miss looks into the chains proven by other threads; only a chain
//! that is new there enters a [slow section](self) (signals blocked, one lock), asks the engine, and remembers the answer. What
//! the engine finds is queued raw, and delivered as soon as the thread is outside handlers and slow sections: before it goes on
//! to block.
//!
//! One release: pop the entry, or find it below the top and recompute the keys above.

#[cfg(feature = "validate")]
pub(crate) mod action;
pub mod mask;

#[cfg(not(feature = "validate"))]
mod disabled;
#[cfg(feature = "validate")]
mod enabled;

#[cfg(not(feature = "validate"))]
use disabled as imp;
#[cfg(feature = "validate")]
use enabled as imp;

#[cfg(feature = "validate")]
pub(crate) use enabled::{
    Errno, acquire, baseline, chain, complain, config, contention, deferrable, give_way, globals, harness, irqs, isolation,
    malloc, slow, thread,
};

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::report::Report;

/// What happens when something is reported.
///
/// # Examples
///
/// As that of [`Config::action`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// Print it and go on; the exit code shows it. A certain `Recursion` or `Deadlock` cannot go on: it panics.
    #[default]
    Log,
    /// Print it, then panic in the thread that caused it.
    Panic,
    /// Print it, then abort.
    Abort,
    /// Check no rule. A [watchdog](Config::watchdog) still watches, and then held locks are still noted.
    Off,
}

/// How stacks are taken.
///
/// # Examples
///
/// As that of [`Config::stacks`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stacks {
    /// Every stack in a report is the stack of that very moment.
    #[default]
    Exact,
    /// One stack for each source position: the first.
    First,
    /// None: source positions only.
    Off,
}

/// How nesting within a class is judged.
///
/// # Examples
///
/// As that of [`Config::same_class`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SameClass {
    /// Two locks of one class may not nest without annotation.
    #[default]
    Class,
    /// They may, as long as no two of them are taken in both orders.
    Instance,
}

/// Whether the known signal mask of a thread is compared with the kernel's.
///
/// # Examples
///
/// As that of [`Config::masks`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Masks {
    /// Only by `irq::sync`, and at the end of a thread.
    #[default]
    Trusted,
    /// At every acquisition and every irq section: a system call each, and no result remembered for a chain is used.
    Checked,
}

/// The settings, as a builder; each one also has an environment variable, which wins.
///
/// Nothing takes effect before [`install`](Config::install), and a setting that is not made keeps its value. **Signal safety:** not in
/// a handler: a setting may allocate.
///
/// # Examples
///
/// ```
/// use lockdep_core::runtime::{Action, Config, Stacks};
///
/// Config::new().action(Action::Log).stacks(Stacks::First).exit_code(3).install();
/// # Config::new().exit_code(0).install();
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "settings take effect when they are installed"]
pub struct Config {
    pub(crate) action: Option<Action>,
    pub(crate) stacks: Option<Stacks>,
    pub(crate) same_class: Option<SameClass>,
    pub(crate) masks: Option<Masks>,
    pub(crate) exit_code: Option<u8>,
    pub(crate) out: Option<PathBuf>,
    pub(crate) baseline: Option<PathBuf>,
    pub(crate) watchdog: Option<Duration>,
    pub(crate) dump_signal: Option<libc::c_int>,
    pub(crate) stack_signal: Option<libc::c_int>,
}

impl Config {
    /// Settings that change nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::runtime::Config;
    ///
    /// Config::new().install(); // nothing is changed
    /// ```
    pub fn new() -> Config {
        Config::default()
    }

    /// What happens when something is reported. Variable: `LOCKDEP`.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::runtime::{Action, Config};
    ///
    /// Config::new().action(Action::Panic).install(); // a bug ends the thread that has it
    /// ```
    pub fn action(mut self, action: Action) -> Config {
        self.action = Some(action);
        self
    }

    /// How stacks are taken. Variable: `LOCKDEP_STACKS`.
    ///
    /// When to use: [`First`](Stacks::First) where the same lock keeps being taken with new stacks, which are kept for good (600 bytes
    /// each); [`Off`](Stacks::Off) where speed matters most.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::runtime::{Config, Stacks};
    ///
    /// Config::new().stacks(Stacks::First).install();
    /// ```
    pub fn stacks(mut self, stacks: Stacks) -> Config {
        self.stacks = Some(stacks);
        self
    }

    /// How nesting within a class is judged. Variable: `LOCKDEP_SAME_CLASS`.
    ///
    /// When to use: [`Instance`](SameClass::Instance) for code that nests locks of one class and cannot be annotated.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::runtime::{Config, SameClass};
    /// use lockdep_core::{Map, testing};
    ///
    /// Config::new().same_class(SameClass::Instance).install();
    ///
    /// let page = |_| Map::new("page");
    /// let [one, two] = [(); 2].map(page); // one class: made at one place
    /// let reports = testing::isolated(|_cx| drop((one.acquire(), two.acquire())));
    /// assert!(reports.is_empty());
    /// ```
    pub fn same_class(mut self, same_class: SameClass) -> Config {
        self.same_class = Some(same_class);
        self
    }

    /// Whether the known signal mask is compared with the real one wherever a lock is taken, to find code that changes it. Variable:
    /// `LOCKDEP_MASKS`.
    ///
    /// Cost: a system call for each lock.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::runtime::{Config, Masks};
    ///
    /// Config::new().masks(Masks::Checked).install();
    /// ```
    pub fn masks(mut self, masks: Masks) -> Config {
        self.masks = Some(masks);
        self
    }

    /// The exit code of a process that reported something and would have exited with 0; 0 leaves it. Variable:
    /// `LOCKDEP_EXITCODE`.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::runtime::Config;
    ///
    /// Config::new().exit_code(3).install(); // a script can tell it from other failures
    /// ```
    pub fn exit_code(mut self, code: u8) -> Config {
        self.exit_code = Some(code);
        self
    }

    /// Where each report is also written, as `<id>.json`. Variable: `LOCKDEP_OUT`, whose directory must exist.
    ///
    /// The directory is made when there is something to write, if it is not there. Cost: nothing until then.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::runtime::Config;
    ///
    /// Config::new().out("target/lockdep").install();
    /// ```
    pub fn out(mut self, directory: impl Into<PathBuf>) -> Config {
        self.out = Some(directory.into());
        self
    }

    /// The file of accepted reports: they are neither printed nor counted. Variable: `LOCKDEP_BASELINE`.
    ///
    /// It is read when it is [installed](Self::install). A file with an error is named in one sentence, and accepts nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::runtime::Config;
    ///
    /// use lockdep_core::{Map, runtime};
    ///
    /// let file = std::env::temp_dir().join(format!("baseline-{}.toml", std::process::id()));
    /// std::fs::write(
    ///     &file,
    ///     r#"
    ///         [[accept]]
    ///         kind = "Inversion"
    ///         classes = ["cache", "log"]
    ///         reason = "one thread does both"
    ///     "#,
    /// )?;
    /// Config::new().baseline(&file).install();
    /// # std::fs::remove_file(&file)?;
    ///
    /// static LOG: Map = Map::new("log");
    /// static CACHE: Map = Map::new("cache");
    /// drop((LOG.acquire(), CACHE.acquire()));
    /// drop((CACHE.acquire(), LOG.acquire()));
    /// assert!(runtime::reports().is_empty());
    /// # assert_eq!(runtime::stats().accepted, usize::from(cfg!(feature = "validate")));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn baseline(mut self, file: impl Into<PathBuf>) -> Config {
        self.baseline = Some(file.into());
        self
    }

    /// How long a wait may last before it is reported, as [`Stall`](crate::ReportKind::Stall), or as
    /// [`Deadlock`](crate::ReportKind::Deadlock) if threads wait for each other; zero, the default, for no limit. Variable:
    /// `LOCKDEP_WATCHDOG`.
    ///
    /// It also works under [`Action::Off`], where nothing else is checked. It starts a thread that looks a few times within that time at
    /// the threads that wait; a lock that no thread waits for costs nothing more.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use lockdep_core::runtime::{Action, Config};
    ///
    /// // In production: no rule is checked, but hangs are reported.
    /// Config::new().action(Action::Off).watchdog(Duration::from_secs(30)).install();
    /// ```
    pub fn watchdog(mut self, limit: Duration) -> Config {
        self.watchdog = Some(limit);
        self
    }

    /// A signal that prints the table of [`dump_held`], sent from outside: `kill -USR1 PID`. Variable: `LOCKDEP_DUMP_SIGNAL`.
    ///
    /// None by default, and none if the program already has a handler for it.
    ///
    /// # Panics
    ///
    /// When `signal` cannot have a handler of ours: outside 1..=64, a fault, `SIGABRT`, `SIGKILL`, `SIGSTOP`, 32 or 33.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::runtime::Config;
    ///
    /// Config::new().dump_signal(libc::SIGUSR1).install();
    /// ```
    pub fn dump_signal(mut self, signal: libc::c_int) -> Config {
        assert!(crate::irq::Lines::ALL.contains(signal), "lockdep: signal {signal} cannot be handled");
        self.dump_signal = Some(signal);
        self
    }

    /// The signal by which a thread is asked for its stack, once there is a watchdog, a dump signal or a call of [`dump_held`].
    /// Variable: `LOCKDEP_STACK_SIGNAL`.
    ///
    /// The default is a real-time signal near `SIGRTMAX` that the program has no handler for. It is not one of the irq lines, and it is
    /// never sent to a thread that blocks it.
    ///
    /// # Panics
    ///
    /// As [`dump_signal`](Self::dump_signal).
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::runtime::Config;
    ///
    /// // The program uses all signals near `SIGRTMAX` itself, without handlers.
    /// Config::new().stack_signal(libc::SIGRTMIN() + 3).install();
    /// ```
    pub fn stack_signal(mut self, signal: libc::c_int) -> Config {
        assert!(crate::irq::Lines::ALL.contains(signal), "lockdep: signal {signal} cannot be handled");
        self.stack_signal = Some(signal);
        self
    }

    /// Puts the settings into effect. A setting whose environment variable is set keeps the variable's value. Best called at the
    /// start of `main`: stacks and nesting apply to threads and classes seen afterwards.
    ///
    /// **Signal safety:** not in a handler: it allocates, takes a lock of the standard library and may start a thread.
    ///
    /// # Examples
    ///
    /// As that of each setting.
    pub fn install(self) {
        imp::install(self);
    }
}

/// Figures about the validator.
///
/// # Examples
///
/// As that of [`stats`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Classes seen, subclasses counted apart.
    pub classes: usize,
    /// Dependencies between them.
    pub dependencies: usize,
    /// Chains proven.
    pub chains: usize,
    /// Different stacks kept.
    pub stacks: usize,
    /// Threads that took a checked lock and still run.
    pub threads: usize,
    /// Bytes of the validator's own memory: what it took from the system.
    pub memory_bytes: usize,
    /// Of these, the bytes of the stacks.
    pub stack_bytes: usize,
    /// Of these, the bytes of the dependencies of the process, with their evidence.
    pub dependency_bytes: usize,
    /// Of these, the bytes of the classes of the process, with their part in its graph.
    pub class_bytes: usize,
    /// Of these, the bytes of the threads that still run: their held stacks, and the stacks they can recognise.
    pub thread_bytes: usize,
    /// Reports delivered.
    pub reports: usize,
    /// Reports that a baseline file accepted.
    pub accepted: usize,
    /// Locks taken, if built with `RUSTFLAGS="--cfg lockdep_count"`; otherwise 0, because counting has a cost.
    pub acquisitions: u64,
}

impl fmt::Display for Stats {
    /// One line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Stats { classes, dependencies, chains, stacks, threads, memory_bytes, reports, accepted, acquisitions, .. } = *self;
        // Without allocating: a handler may print it.
        let s = |n| if n == 1 { "" } else { "s" };
        write!(f, "{classes} class{}, ", if classes == 1 { "" } else { "es" })?;
        write!(f, "{dependencies} dependenc{}, ", if dependencies == 1 { "y" } else { "ies" })?;
        write!(f, "{chains} chain{}, {stacks} stack{}, {threads} thread{}, ", s(chains), s(stacks), s(threads))?;
        write!(f, "{} KiB, {reports} report{}, {accepted} accepted", memory_bytes / 1024, s(reports))?;
        if acquisitions > 0 { write!(f, ", {acquisitions} acquisitions") } else { Ok(()) }
    }
}

/// Everything reported so far in this process, outside isolated graphs.
///
/// **Signal safety:** not in a handler: it allocates.
///
/// # Examples
///
/// ```
/// use lockdep_core::{Map, ReportKind, runtime};
///
/// static LOG: Map = Map::new("log");
/// static CACHE: Map = Map::new("cache");
///
/// {
///     let _log = LOG.acquire();
///     let _cache = CACHE.acquire();
/// }
/// {
///     let _cache = CACHE.acquire();
///     let _log = LOG.acquire(); // printed here
/// }
/// let reports = runtime::reports();
/// # if cfg!(feature = "validate") {
/// assert_eq!(reports.len(), 1);
/// assert_eq!(reports[0].kind(), ReportKind::Inversion);
/// # }
/// # runtime::Config::new().exit_code(0).install();
/// ```
#[must_use]
pub fn reports() -> Vec<Report> {
    imp::reports()
}

/// Calls `callback` for every report from now on, after it was printed. A new callback replaces the last one. Not for the reports of
/// [`testing::isolated`](crate::testing::isolated), which are returned.
///
/// It runs in the thread that caused the report, outside handlers, before that thread goes on (in one of ours, if less than 256 KiB of
/// the stack are left). It may take checked locks, and its own mistakes are reported after it returns. If it panics, a sentence says so
/// and the report stands. If it ends the process, what else was found is printed, and the callback is not called for it.
///
/// **Signal safety:** may be called in a handler. The callback itself never runs in one.
///
/// # Examples
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering};
///
/// use lockdep_core::{Map, runtime};
///
/// static FOUND: AtomicU32 = AtomicU32::new(0);
///
/// runtime::on_report(|report| {
///     FOUND.fetch_add(1, Ordering::Relaxed);
///     println!("{} {}: {} locks", report.kind(), report.id(), report.locks().len());
/// });
///
/// static LOG: Map = Map::new("log");
/// static CACHE: Map = Map::new("cache");
/// {
///     let _log = LOG.acquire();
///     let _cache = CACHE.acquire();
/// }
/// {
///     let _cache = CACHE.acquire();
///     let _log = LOG.acquire();
/// }
/// # if cfg!(feature = "validate") {
/// assert_eq!(FOUND.load(Ordering::Relaxed), 1);
/// # }
/// # runtime::Config::new().exit_code(0).install();
/// ```
pub fn on_report(callback: fn(&Report)) {
    imp::on_report(callback);
}

/// Figures about the validator, as they are now.
///
/// Cost: grows with the number of classes, stacks and threads. All signals are blocked meanwhile, and a thread that learns something
/// new waits. Nothing without `validate`: all figures are 0 then. **Signal safety:** may be called in a handler.
///
/// # Examples
///
/// ```
/// use lockdep_core::{Map, runtime};
///
/// static LOG: Map = Map::new("log");
/// drop(LOG.acquire());
///
/// let stats = runtime::stats();
/// println!("{stats}"); // 1 class, 0 dependencies, 1 chain, ...
/// # if cfg!(feature = "validate") {
/// assert_eq!((stats.classes, stats.dependencies, stats.reports), (1, 0, 0));
/// # }
/// ```
#[must_use]
pub fn stats() -> Stats {
    imp::stats()
}

/// Prints every thread to standard error: its name and number, what it holds and where it took that, what it waits for, and
/// where it is now, as `bt -a` does for a crashed kernel.
///
/// Each thread takes its own stack, in the handler of a signal ([`Config::stack_signal`]); a system call that it sleeps in may
/// end early for that (`EINTR`). A thread that blocks the signal, or does not answer in time, is shown without.
///
/// **Signal safety:** not in a handler: it allocates, and waits for other threads.
///
/// # Examples
///
/// ```
/// use lockdep_core::{Map, runtime};
///
/// static FLUSH: Map = Map::new("flush");
///
/// let _section = FLUSH.enter();
/// runtime::dump_held();
/// // thread `main` (tid 4711)
/// //   holds `flush` (recursive read), taken at src/main.rs:5:22
/// //   asks for this
/// ```
pub fn dump_held() {
    imp::dump_held();
}

/// Writes the dependency graph in the DOT language of Graphviz: that of the process, or, inside of
/// [`testing::isolated`](crate::testing::isolated), that of the test.
///
/// **Signal safety:** not in a handler: it allocates.
///
/// # Errors
///
/// When `w` fails.
///
/// # Examples
///
/// ```
/// use lockdep_core::{Map, runtime};
///
/// static LOG: Map = Map::new("log");
/// static CACHE: Map = Map::new("cache");
/// {
///     let _log = LOG.acquire();
///     let _cache = CACHE.acquire();
/// }
///
/// let mut dot = Vec::new(); // or a file, for `dot -Tsvg`
/// runtime::dump_graph_dot(&mut dot)?;
/// let dot = String::from_utf8(dot).unwrap();
/// assert!(dot.starts_with("digraph lockdep {"));
/// # if cfg!(feature = "validate") {
/// assert_eq!(dot.matches(" -> ").count(), 1);
/// # }
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn dump_graph_dot(mut w: impl io::Write) -> io::Result<()> {
    imp::dump_graph_dot(&mut w)
}

/// Writes the dependency graph, as [`dump_graph_dot`] does, as one JSON object in one line: `version` (1), `classes` (their names),
/// and `dependencies`, each with
///
/// * `from` and `to`: the names of two classes, the first held when the second was taken; and `from_class` and `to_class`: which of
///   `classes` they are, for names may repeat;
/// * `kind`: how they were held and taken, as kernel lockdep has it: `E` exclusively or `S` by a reader, then `R` by a recursive reader or
///   `N` by any other: `"EN"`;
/// * `holding` and `acquiring`: the first places in the code, `file:line`, where that was so.
///
/// Fields may be added within a version. **Signal safety:** not in a handler: it allocates.
///
/// # Errors
///
/// When `w` fails.
///
/// # Examples
///
/// ```
/// use lockdep_core::{Map, runtime};
///
/// static LOG: Map = Map::new("log");
/// static CACHE: Map = Map::new("cache");
/// {
///     let _log = LOG.acquire();
///     let _cache = CACHE.acquire();
/// }
///
/// let mut json = Vec::new();
/// runtime::dump_graph_json(&mut json)?;
/// let json = String::from_utf8(json).unwrap();
/// assert!(json.starts_with(r#"{"version":1,"#));
/// # if cfg!(feature = "validate") {
/// assert!(json.contains(r#""from":"log","to":"cache""#));
/// # }
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn dump_graph_json(mut w: impl io::Write) -> io::Result<()> {
    imp::dump_graph_json(&mut w)
}

/// Whether this thread runs a signal's handler, as far as [`in_signal`] was told.
///
/// **Signal safety:** may be called in a handler.
#[inline]
#[must_use]
pub fn in_handler() -> bool {
    imp::in_handler()
}

/// A handler as it was installed: reports about it name that place.
#[derive(Clone, Copy, Debug)]
pub struct Handler(imp::Handler);

impl Handler {
    /// The handler that calls `action`, installed here. Cost: a capture of the stack. **Signal safety:** may be used in a handler.
    #[inline]
    #[track_caller]
    pub fn of<F>(_action: &F) -> Handler {
        Handler(imp::Handler::new(Some(core::any::type_name::<F>()), core::panic::Location::caller()))
    }
}

/// Runs `f` as the given handler of `signal`: for code that installs handlers.
///
/// Call it first in a real handler. If `f` unwinds, so does this; the code that installed the handler must not let that out of it.
///
/// `signal` is the number that the handler was called with. If it is not a signal (1..=64), this only calls `f`.
///
/// **Signal safety:** may be called in a handler.
pub fn in_signal<R>(signal: libc::c_int, handler: Handler, f: impl FnOnce() -> R) -> R {
    imp::in_signal(signal, handler.0, f)
}

/// Runs `f`, whose allocations are the validator's and not the program's: they are not [checked](crate::alloc::Checked).
///
/// Cost: two thread-local stores, nothing without `validate`. **Signal safety:** may be called in a handler.
pub fn quietly<R>(f: impl FnOnce() -> R) -> R {
    imp::quietly(f)
}

/// Ends the process, and says `why`: for implementations of guards, where a lock cannot be left as its guard says it is.
///
/// The reports of an isolated test are printed, because it will not return them. **Signal safety:** may be called in a handler.
pub fn abort(why: &str) -> ! {
    imp::abort(why)
}

/// The program is about to handle `signal`: if it is the one that asks threads for their stacks, another one takes its place.
///
/// **Signal safety:** may be called in a handler.
pub fn about_to_handle(signal: libc::c_int) {
    imp::about_to_handle(signal);
}

/// Handlers are going to be installed: starts the thread that delivers their reports.
///
/// Cost: a thread, the first time; nothing without `validate`. **Signal safety:** not in a handler: it starts a thread.
pub fn handlers_expected() {
    imp::handlers_expected();
}

/// Makes the whole handler that is installed for `signal` run in its signal's context: for code that installs handlers through another
/// crate.
///
/// A later `sigaction` of the same signal undoes it, unless the feature `interpose` is on. **Signal safety:** may be called in a
/// handler.
pub fn adopt(signal: libc::c_int) {
    imp::adopt(signal);
}

/// Says that the code may sleep here: reported in a handler and under a spin lock.
///
/// Cost: a thread-local read if no lock is held and no handler runs, otherwise also a look-up of the chain of locks held; nothing
/// without `validate`. **Signal safety:** may be called in a handler; that is what it reports.
///
/// # Examples
///
/// ```
/// use lockdep_core::{ReportKind, runtime, testing};
///
/// let reports = testing::isolated(|cx| cx.in_handler(libc::SIGIO, runtime::might_sleep));
/// assert!(reports.iter().all(|report| report.kind() == ReportKind::WaitContext));
/// # assert_eq!(reports.len(), usize::from(cfg!(feature = "validate")));
/// ```
#[inline(always)]
#[track_caller]
pub fn might_sleep() {
    imp::might_sleep();
}

/// Reports if this thread holds any checked lock.
///
/// Cost: a look at the locks this thread holds, nothing without `validate`. **Signal safety:** may be called in a handler, where
/// the locks of the interrupted code count as well.
///
/// # Examples
///
/// ```
/// use lockdep_core::{Map, ReportKind, runtime, testing};
///
/// let flush = Map::new("flush");
/// let reports = testing::isolated(|_cx| {
///     runtime::assert_none_held();
///     let _flushing = flush.enter();
///     runtime::assert_none_held(); // reported
/// });
/// assert!(reports.iter().all(|report| report.kind() == ReportKind::AssertHeld));
/// # assert_eq!(reports.len(), usize::from(cfg!(feature = "validate")));
/// ```
#[inline(always)]
#[track_caller]
pub fn assert_none_held() {
    imp::assert_none_held();
}
