//! Linux lockdep for userspace: finds deadlocks that *could* happen, from a run in which they did not.
//!
//! # The problem
//!
//! A deadlock needs bad luck: two threads in the wrong place at the same time, or a signal between two instructions. Tests are
//! lucky. But the mistake behind it (two locks taken in both orders, a lock shared with a handler that may interrupt its holder)
//! is in the code on every run. `lockdep` watches the order in which *classes* of locks are taken, and the signal context they
//! are taken in, and reports the contradiction the first time both halves of it have run, in any threads, however far apart.
//!
//! # A program with the bug
//!
//! One thread is enough; nothing hangs here.
//!
//! ```
//! use lockdep::sync::Mutex;
//! use lockdep::{ReportKind, testing};
//!
//! struct Wal(Vec<u8>);
//! struct Cache(Vec<u8>);
//!
//! struct Engine {
//!     wal: Mutex<Wal>,
//!     cache: Mutex<Cache>,
//! }
//!
//! fn commit(engine: &Engine) {
//!     let mut wal = engine.wal.lock().unwrap();
//!     let cache = engine.cache.lock().unwrap(); // the log, then the cache
//!     wal.0.extend(&cache.0);
//! }
//!
//! fn evict(engine: &Engine) {
//!     let mut cache = engine.cache.lock().unwrap();
//!     let wal = engine.wal.lock().unwrap(); // the cache, then the log
//!     cache.0.truncate(wal.0.len());
//! }
//!
//! let reports = testing::isolated(|_cx| {
//!     let engine = Engine {
//!         wal: Mutex::new(Wal(vec![1])),
//!         cache: Mutex::new(Cache(vec![2, 3])),
//!     };
//!     commit(&engine);
//!     evict(&engine);
//! });
//! # if cfg!(feature = "validate") {
//! assert_eq!(reports.len(), 1);
//! assert_eq!(reports[0].kind(), ReportKind::Inversion);
//! # }
//! ```
//!
//! # The report
//!
//! In a program of its own, rather than in [`testing::isolated`], the same code prints this to standard error, before the second
//! `lock` of `evict` can block:
//!
#![doc = include_str!("../docs/example_report.md")]
//!
//! Both sides of every contradiction have their stacks. [Reports](_documentation::reports) explains how to read each kind of report,
//! with a typical program and what to do about it.
//!
//! # Setup
//!
//! ```toml
//! [dependencies]
//! lockdep = "0.1"
//!
//! [dev-dependencies]
//! lockdep = { version = "0.1", features = ["validate"] }
//! ```
//!
//! Then change the imports, `std::sync` to [`lockdep::sync`](sync), `parking_lot` to [`lockdep::parking_lot`](parking_lot),
//! `once_cell` to [`lockdep::once_cell`](once_cell) and `dashmap` to [`lockdep::dashmap`](mod@dashmap), and run `cargo test`. A run
//! that reported something ends with exit code 66, so it turns red by itself; under [`#[lockdep::test]`](macro@test) that very test
//! fails. Builds without the development dependencies have the original locks, in size and in code. (`cargo bench` and
//! `cargo run --example` use the development dependencies: they measure checked locks. So does everything when the workspace sets
//! `resolver = "1"`.)
//!
//! Next, in this order:
//!
//! * Run the program itself with `--features lockdep/validate`: real load takes paths that tests do not.
//! * Register handlers with [`signal::register`], so that they are known as handlers; or turn on the feature `interpose`, which sees
//!   the handlers of every crate and C library.
//! * Where there are handlers, make [`alloc::Checked`] the global allocator: no handler may allocate.
//! * Annotate where a report is about code that is right: [annotating](_documentation::annotating).
//!
//! # What happens when something is found
//!
//! The variable `LOCKDEP` decides; [environment](_documentation::environment) describes it and the others.
//!
//! | `LOCKDEP=` | on a report | the program |
//! |---|---|---|
//! | `log`, the default | prints it, each distinct report once | goes on; ends with one more line and exit code 66. If this very call can never return, it panics instead of hanging |
//! | `panic` | prints it | panics at the place |
//! | `abort` | prints it | aborts at the place |
//! | `off` | – | no rule is checked; a [watchdog](_documentation::environment) still explains a real lock-up |
//!
//! In a signal handler, or while another panic is under way, it aborts where it would panic.
//!
//! # What it costs
//!
//! | | without `validate` | with it |
//! |---|---|---|
//! | create a lock | nothing | a few stores; no registration, so `static` locks stay `const` |
//! | acquire, in a situation seen before | nothing | thread-local work: no shared write, no lock, no allocation, no system call. Exact stacks add a comparison for each frame |
//! | acquire, in a new situation | nothing | a capture of the stack, and the checks under one lock. Each situation is new once |
//! | release | nothing | thread-local work |
//! | drop a lock | nothing | a check whether it is held |
//! | change the signal mask | the system call | the same; none if the mask is already right |
//! | allocate or free, with [`alloc::Checked`] | nothing | some 6 ns |
//! | a report | – | symbolization: slow, once |
//! | memory | nothing | some words for each lock, and a record for each class, order and stack seen; no table has a fixed size, so none is ever full |
//!
//! Threads with small stacks: a new situation takes some 10 KiB of stack, and 50 in unoptimised builds; reports are then made in another
//! thread.
//!
//! `LOCKDEP_STACKS=first` leaves out the comparison: only the first stack of each place is then kept.
//!
//! # What it does not find
//!
//! * Code that did not run. Both halves of a contradiction must have run, though not at the same time; only
//!   [`UnsafeIrqEnable`](ReportKind::UnsafeIrqEnable) needs just one. [Oracle](_documentation::oracle) measures how much one run tells.
//! * Locks it does not know: other crates' own use of `std::sync` or `parking_lot`, file locks, channels, joins. [`Map`] declares what
//!   else waits for what.
//! * Data races, starvation. Lost wake-ups, and conditions that never become true, only by their result: the watchdog reports a wait
//!   that lasts.
//! * Without the feature `interpose`, handlers that were not registered with [`signal::register`]: their locks count as the interrupted
//!   code's.
//! * [`parking_lot`] locks taken by `try_lock` in a handler: not reported, though the unlock may hang
//!   ([signals](_documentation::signals#patterns-that-are-right)).
//! * Async tasks: a lock belongs to the thread that took it, and a guard held across `.await` looks like the thread's.
//! * A wrong order that depends on the data alone. Two locks of one class taken one inside the other are reported unless an
//!   [annotation](_documentation::annotating) says what keeps them apart: one run can speak for classes, not for instances.
//!
//! It needs Linux on x86-64 with glibc, and Rust 1.95.
//!
//! Every report is a sequence that the code permits, but another mechanism may rule it out: a report says how sure it is
//! ([`Severity`]) and what speaks against it ([`Evidence`]).
//!
//! # Features
//!
//! * `validate`, off by default: checks every lock. The same code compiles with and without it, except that checked locks have a
//!   destructor: they cannot be dropped in a constant (`..CONFIG` over one), nor, as a thread-local, be used by the destructor of another
//!   one. Nothing depends on `debug_assertions`. Turn it on under `[dev-dependencies]`.
//! * `interpose`, off by default: with `validate`, sees the handlers and masks of every crate and C library in the binary, because it
//!   defines `sigaction`, `pthread_sigmask` and their sisters there ([signals](_documentation::signals)). For programs and tests:
//!   libraries should not turn it on.
//! * Those of the originals, under their names: `arc_lock`, `send_guard`, `deadlock_detection`, `owning_ref`, `serde`,
//!   `hardware-lock-elision` and `nightly` of [`parking_lot`](mod@parking_lot); `serde`, `rayon`, `raw-api`, `inline`, `arbitrary`
//!   and `typesize` of [`dashmap`](mod@dashmap). `send_guard` and `deadlock_detection` exclude each other, as there.

pub mod alloc;
pub mod dashmap;
mod held;
pub mod irq;
mod macros;
pub mod once_cell;
pub mod parking_lot;
pub mod signal;
pub mod spin;
pub mod sync;
pub mod testing;

// What the validator makes public, by name.
#[doc(inline)]
pub use lockdep_core::report::{Evidence, Frame, LabelledStack, Report, ReportId, ReportedLock, Site};
#[doc(inline)]
pub use lockdep_core::runtime::{
    Action, Config, Masks, SameClass, Stacks, Stats, dump_graph_dot, dump_graph_json, dump_held, on_report, reports, stats,
};
#[doc(inline)]
pub use lockdep_core::{LockClass, Map, MapGuard, Mode, ReportKind, Severity, WaitType};

#[doc(inline)]
pub use lockdep_macros::test;

#[doc(hidden)]
pub use macros::__private;

/// The `lock_api` 0.4 surface, checked: its raw traits, and its generic locks over any raw lock.
///
/// Use it for a raw lock of your own: implement [`RawMutex`](lock_api::RawMutex) or [`RawRwLock`](lock_api::RawRwLock), and
/// [`lock_api::Mutex`] or [`lock_api::RwLock`] is a checked lock over it. [`parking_lot`] and [`spin`] are made this way.
pub mod lock_api {
    #[doc(inline)]
    pub use lockdep_lock_api::{
        ArcMutexGuard, ArcReentrantMutexGuard, ArcRwLockReadGuard, ArcRwLockUpgradableReadGuard, ArcRwLockWriteGuard,
        GetThreadId, GuardNoSend, GuardSend, MappedMutexGuard, MappedReentrantMutexGuard, MappedRwLockReadGuard,
        MappedRwLockWriteGuard, Mutex, MutexGuard, RawMutex, RawMutexFair, RawMutexTimed, RawReentrantMutex, RawRwLock,
        RawRwLockDowngrade, RawRwLockFair, RawRwLockRecursive, RawRwLockRecursiveTimed, RawRwLockTimed, RawRwLockUpgrade,
        RawRwLockUpgradeDowngrade, RawRwLockUpgradeFair, RawRwLockUpgradeTimed, ReentrantMutex, ReentrantMutexGuard, RwLock,
        RwLockReadGuard, RwLockUpgradableReadGuard, RwLockWriteGuard, Validated,
    };
}

/// Longer pages, kept here so that their links and programs are checked.
///
/// * [Annotating](_documentation::annotating): naming classes, nesting within a class, waits that are not locks.
/// * [Reports](_documentation::reports): how to read one, and what to do about each kind.
/// * [Signals](_documentation::signals): handlers and masks of foreign code, and lazy masking.
/// * [Environment](_documentation::environment): the variables.
/// * [Conformance](_documentation::conformance): what is found and what is not, case by case, as a test found it.
/// * [Oracle](_documentation::oracle): how much one run of a random program tells about all its interleavings, measured.
pub mod _documentation {
    #[doc = include_str!("../docs/annotating.md")]
    pub mod annotating {}
    #[doc = include_str!("../docs/reports.md")]
    pub mod reports {}
    #[doc = include_str!("../docs/signals.md")]
    pub mod signals {}
    #[doc = include_str!("../docs/environment.md")]
    pub mod environment {}
    #[doc = include_str!("../docs/conformance.md")]
    pub mod conformance {}
    #[doc = include_str!("../docs/oracle.md")]
    pub mod oracle {}
}
