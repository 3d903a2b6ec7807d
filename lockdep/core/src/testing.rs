//! Tests in a graph of their own.

use std::thread::JoinHandle;

use libc::c_int;

use crate::report::Report;

#[cfg(not(feature = "validate"))]
mod disabled {
    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
    use std::sync::{Arc, Condvar, Mutex, PoisonError};

    use super::{JoinHandle, Report, c_int};
    use crate::irq::bit;
    use crate::runtime::{Handler, in_signal, mask};

    /// How many threads still run, and who waits for that to change.
    #[derive(Default)]
    pub(super) struct Isolation(Arc<(Mutex<usize>, Condvar)>);

    impl Isolation {
        pub(super) fn run(body: impl FnOnce(&Isolation)) -> Vec<Report> {
            let isolation = Isolation::default();
            let outcome = catch_unwind(AssertUnwindSafe(|| body(&isolation)));
            let (running, changed) = &*isolation.0;
            let running = running.lock().unwrap_or_else(PoisonError::into_inner);
            drop(changed.wait_while(running, |running| *running > 0));
            outcome.unwrap_or_else(|payload| resume_unwind(payload));
            Vec::new()
        }

        pub(super) fn spawn<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
            struct Ended(Arc<(Mutex<usize>, Condvar)>);
            impl Drop for Ended {
                fn drop(&mut self) {
                    *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
                    self.0.1.notify_all();
                }
            }
            *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) += 1;
            let ended = Ended(Arc::clone(&self.0));
            std::thread::spawn(move || {
                let _ended = ended;
                f()
            })
        }

        #[allow(clippy::unused_self, reason = "one surface with the enabled twin")]
        pub(super) fn in_handler<R>(&self, signal: c_int, f: impl FnOnce() -> R) -> R {
            struct Unblock(u64);
            impl Drop for Unblock {
                fn drop(&mut self) {
                    mask::set(self.0);
                }
            }
            let before = mask::block(bit(signal));
            let _unblock = Unblock(before);
            assert!(
                before & bit(signal) == 0,
                "lockdep: signal {signal} is blocked here, so its handler cannot run: a real signal would be pending"
            );
            in_signal(signal, Handler::of(&f), f)
        }
    }
}

#[cfg(not(feature = "validate"))]
use disabled::Isolation;

#[cfg(feature = "validate")]
use crate::runtime::isolation::Isolation;

/// Runs `body` in a fresh graph: nothing learned outside counts inside, nothing inside counts outside. Its reports are returned, not
/// printed.
///
/// It never hangs on a certain `Recursion` or `Deadlock`: the acquisition unwinds, without a message, and `isolated` catches that
/// unwind. A wait for a notification, or for a value whose initialiser was unwound in this way (`OnceLock::wait`), is not a wait for a
/// lock, and goes on as it would without us. An ordinary panic of the body passes through. `isolated` waits for the threads of
/// [`Cx::spawn`]. A lock still held at the end is reported as `HeldAtExit`.
///
/// Cost: an engine of its own, some microseconds. Without the feature `validate` it only runs `body`, and waits for its threads.
/// **Signal safety:** not in a handler: it allocates, and waits for other threads.
///
/// # Examples
///
/// ```
/// use lockdep_core::testing::isolated;
///
/// let reports = isolated(|cx| {
///     let thread = cx.spawn(|| 6 * 7);
///     assert_eq!(thread.join().unwrap(), 42);
/// });
/// assert!(reports.is_empty());
/// ```
pub fn isolated(body: impl FnOnce(&Cx)) -> Vec<Report> {
    Isolation::run(|isolation| body(Cx::wrap(isolation)))
}

/// What a test in an isolated graph can do besides taking locks.
///
/// # Examples
///
/// As those of its methods.
#[repr(transparent)]
pub struct Cx(Isolation);

impl Cx {
    fn wrap(isolation: &Isolation) -> &Cx {
        // SAFETY: `Cx` is a transparent wrapper of `Isolation`.
        unsafe { &*core::ptr::from_ref(isolation).cast::<Cx>() }
    }

    /// Starts a thread inside the same graph. If it meets a certain `Recursion` or `Deadlock`, `join` returns `Err`.
    ///
    /// Cost: that of a thread. **Signal safety:** not in a handler: it allocates, and starts a thread.
    ///
    /// # Examples
    ///
    /// Two threads, one after the other: nothing can hang in this run, and the contradiction is seen all the same.
    ///
    /// ```
    /// use lockdep_core::{Map, ReportKind, testing};
    ///
    /// static LOG: Map = Map::new("log");
    /// static CACHE: Map = Map::new("cache");
    ///
    /// let reports = testing::isolated(|cx| {
    ///     let commit = cx.spawn(|| {
    ///         let _log = LOG.acquire();
    ///         let _cache = CACHE.acquire();
    ///     });
    ///     commit.join().unwrap();
    ///     let evict = cx.spawn(|| {
    ///         let _cache = CACHE.acquire();
    ///         let _log = LOG.acquire();
    ///     });
    ///     evict.join().unwrap();
    /// });
    /// # if cfg!(feature = "validate") {
    /// assert_eq!(reports.len(), 1);
    /// assert_eq!(reports[0].kind(), ReportKind::Inversion);
    /// # }
    /// ```
    pub fn spawn<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
        self.0.spawn(f)
    }

    /// Runs `f` as if `signum` had been delivered here: the signal blocked, in the context of its handler.
    ///
    /// Cost: system calls that change the mask, and with `validate` a capture of the stack. **Signal safety:** may be called in a
    /// handler, as one that interrupts it.
    ///
    /// # Panics
    ///
    /// When `signum` is not a signal, or is blocked here: a real signal would be pending.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::{LockClass, Map, ReportKind, WaitType, testing};
    ///
    /// static RING: LockClass = LockClass::new("ring").wait(WaitType::Spin);
    /// static RING_LOCK: Map = Map::with_class(&RING);
    ///
    /// let reports = testing::isolated(|cx| {
    ///     drop(RING_LOCK.acquire()); // SIGIO is open here
    ///     cx.in_handler(libc::SIGIO, || drop(RING_LOCK.acquire()));
    /// });
    /// # if cfg!(feature = "validate") {
    /// assert_eq!(reports.len(), 1);
    /// assert_eq!(reports[0].kind(), ReportKind::IrqUsage);
    /// # }
    /// ```
    #[track_caller]
    pub fn in_handler<R>(&self, signum: c_int, f: impl FnOnce() -> R) -> R {
        assert!((1..=64).contains(&signum), "lockdep: {signum} is not a signal");
        self.0.in_handler(signum, f)
    }
}

impl core::fmt::Debug for Cx {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Cx")
    }
}

/// What `#[lockdep::test]` calls.
#[doc(hidden)]
pub mod harness {
    use super::Cx;
    #[cfg(feature = "validate")]
    use crate::report::Report;
    #[cfg(feature = "validate")]
    use crate::runtime::harness::{self, Outcome};

    /// A test.
    #[track_caller]
    pub fn run<R>(name: &str, body: impl FnOnce() -> R) -> R {
        #[cfg(feature = "validate")]
        return judge(harness::run(inside_crate(name), body), true);
        #[cfg(not(feature = "validate"))]
        {
            let _ = name;
            body()
        }
    }

    /// A test that is expected to panic: it must do so, and report nothing.
    #[track_caller]
    pub fn run_to_panic(name: &str, body: impl FnOnce()) {
        #[cfg(feature = "validate")]
        judge_panic(harness::run(inside_crate(name), body), true);
        #[cfg(not(feature = "validate"))]
        run(name, body);
    }

    /// A test in a graph of its own.
    #[track_caller]
    pub fn run_isolated<R>(name: &str, body: impl FnOnce(&Cx) -> R) -> R {
        #[cfg(feature = "validate")]
        return judge(harness::run_isolated(inside_crate(name), |isolation| body(Cx::wrap(isolation))), false);
        #[cfg(not(feature = "validate"))]
        {
            let _ = name;
            let mut result = None;
            super::isolated(|cx| result = Some(body(cx)));
            result.expect("the body ran")
        }
    }

    /// A test in a graph of its own that is expected to panic.
    #[track_caller]
    pub fn run_isolated_to_panic(name: &str, body: impl FnOnce(&Cx)) {
        #[cfg(feature = "validate")]
        judge_panic(harness::run_isolated(inside_crate(name), |isolation| body(Cx::wrap(isolation))), false);
        #[cfg(not(feature = "validate"))]
        run_isolated(name, body);
    }

    /// The name as the test harness has it.
    #[cfg(feature = "validate")]
    fn inside_crate(name: &str) -> &str {
        name.split_once("::").map_or(name, |(_crate, name)| name)
    }

    /// Turns reports into a failure. A panic of the test itself stays what it is; the reports are named before it.
    #[cfg(feature = "validate")]
    #[track_caller]
    fn judge<R>(outcome: Outcome<R>, printed: bool) -> R {
        use std::panic::resume_unwind;

        use crate::runtime::isolation::Stop;

        let said = (!outcome.reports.is_empty()).then(|| say(&outcome.reports, printed));
        match (outcome.result, said) {
            (Ok(result), None) => result,
            (Err(payload), None) => resume_unwind(payload),
            (Err(payload), Some(said)) if !payload.is::<Stop>() => {
                eprintln!("{said}");
                resume_unwind(payload)
            }
            (_, Some(said)) => panic!("{said}"),
        }
    }

    /// The same, where a panic is what the harness waits for: with reports there must be none.
    #[cfg(feature = "validate")]
    #[track_caller]
    fn judge_panic(outcome: Outcome<()>, printed: bool) {
        if outcome.reports.is_empty() {
            judge(outcome, printed);
        } else {
            eprintln!("{}; the expected panic does not excuse it", say(&outcome.reports, printed));
        }
    }

    /// Names the reports; those of an isolated graph have not been printed yet.
    #[cfg(feature = "validate")]
    fn say(reports: &[Report], printed: bool) -> String {
        use std::fmt::Write as _;

        let (count, s) = (reports.len(), if reports.len() == 1 { "" } else { "s" });
        let mut said = format!("lockdep: {count} report{s} from this test (in full on standard error, where it happened)");
        if !printed {
            said = format!("lockdep: {count} report{s} from this test (in full above)");
        }
        for report in reports {
            let text = report.to_text();
            if !printed {
                eprintln!("{text}");
            }
            let title = text.lines().next().unwrap_or_default();
            let _ = write!(said, "\n  {title} (id {})", report.id());
        }
        said
    }
}
