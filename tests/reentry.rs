//! The validator inside what it needs itself: an allocator with a checked lock, report callbacks, a logger behind a checked lock,
//! destructors while a thread unwinds, destructors of a thread that ends.
//!
//! Every allocation of this binary takes a checked lock, those of the validator's own reports too. Each test runs the binary again
//! with the name of a scenario in `LOCKDEP_SCENARIO`, under an alarm: a hang is a failure.
#![cfg(feature = "validate")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::os::unix::process::ExitStatusExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

use lockdep::parking_lot::Mutex;
use lockdep::spin::SpinLock;
use lockdep::{LockClass, Report, ReportKind, on_report};

static HEAP_CLASS: LockClass = LockClass::new("heap");
static HEAP: SpinLock<u64> = SpinLock::with_class(0, &HEAP_CLASS);

/// Counts what is allocated, under a lock.
struct Counting;

// SAFETY: forwards to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        *HEAP.lock() += 1;
        // SAFETY: as for the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        *HEAP.lock() -= 1;
        // SAFETY: as for the caller.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A logger: lines behind a lock.
static LOG: Mutex<Vec<String>> = Mutex::new(Vec::new());
static CALLS: AtomicU32 = AtomicU32::new(0);

/// Two locks that were taken in this order; taking them in the other is reported.
struct Pair(Mutex<u8>, Mutex<u16>);

impl Pair {
    fn new(names: [&'static str; 2]) -> Pair {
        let [first, second] = names.map(|name| &*Box::leak(Box::new(LockClass::new(name))));
        let pair = Pair(Mutex::with_class(1, first), Mutex::with_class(2, second));
        {
            let _first = pair.0.lock();
            let _second = pair.1.lock();
        }
        pair
    }

    fn contradict(&self) {
        let _second = self.1.lock();
        let _first = self.0.lock();
    }
}

/// Not a test: what the children run.
#[test]
#[ignore = "run by the other tests, in processes of their own"]
fn scenario() {
    let Ok(name) = std::env::var("LOCKDEP_SCENARIO") else { return };
    // SAFETY: the default action of SIGALRM ends a process that hangs.
    unsafe { libc::alarm(100) };
    match name.as_str() {
        "clean" => drop(Pair::new(["a", "b"])),
        "logger" => logger(false),
        "logger-held" => logger(true),
        "callback-contradicts" => callback_contradicts(),
        "callback-panics" => callback_panics(),
        "unwinding" => unwinding(),
        "thread-local" => thread_local_destructor(),
        "threads" => threads(),
        _ => panic!("no such scenario: {name}"),
    }
}

fn log(report: &Report) {
    LOG.lock().push(format!("{} {}", report.kind(), report.id()));
}

/// The callback writes to the log; perhaps its caller has the log already.
fn logger(held: bool) {
    on_report(log);
    let pair = Pair::new(["a", "b"]);
    let guard = held.then(|| LOG.lock());
    pair.contradict();
    drop(guard);
    assert_eq!(LOG.lock().len(), usize::from(!held), "what the callback could write");
}

/// The callback does itself what it is told of.
fn callback_contradicts() {
    static PAIR: std::sync::OnceLock<Pair> = std::sync::OnceLock::new();
    PAIR.set(Pair::new(["c", "d"])).ok().expect("the first");
    on_report(|report| {
        CALLS.fetch_add(1, Ordering::Relaxed);
        PAIR.get().expect("it is there").contradict();
        log(report);
    });
    Pair::new(["a", "b"]).contradict();
    assert_eq!(CALLS.load(Ordering::Relaxed), 2, "once for each report");
    assert_eq!(LOG.lock().len(), 2);
}

fn callback_panics() {
    on_report(|_| panic!("on purpose"));
    let pair = Pair::new(["a", "b"]);
    pair.contradict();
    // It was held on the way, and is not now.
    assert!(pair.0.try_lock().is_some());
}

/// Locks, a report, and a callback that panics, in a destructor while the thread unwinds.
fn unwinding() {
    struct Contradicts<'p>(&'p Pair);
    impl Drop for Contradicts<'_> {
        fn drop(&mut self) {
            assert!(std::thread::panicking());
            self.0.contradict();
        }
    }
    on_report(|_| {
        CALLS.fetch_add(1, Ordering::Relaxed);
        panic!("on purpose")
    });
    let pair = Pair::new(["a", "b"]);
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let _contradicts = Contradicts(&pair);
        let _held = LOG.lock();
        panic!("the first one");
    }));
    assert_eq!(outcome.unwrap_err().downcast_ref(), Some(&"the first one"));
    assert_eq!(CALLS.load(Ordering::Relaxed), 1);
    assert!(LOG.try_lock().is_some());
    assert!(pair.1.try_lock().is_some());
}

/// A report by a destructor that runs when its thread is almost gone.
fn thread_local_destructor() {
    struct Late(Cell<Option<Pair>>);
    impl Drop for Late {
        fn drop(&mut self) {
            // The pair is new here too, so the classes and the stacks are.
            Pair::new(["c", "d"]).contradict();
            self.0.take().expect("it was put there").contradict();
        }
    }
    thread_local! {
        static LATE: Late = const { Late(Cell::new(None)) };
    }
    on_report(log);
    let thread = std::thread::Builder::new().name("late".into());
    let thread = thread.spawn(|| LATE.with(|late| late.0.set(Some(Pair::new(["a", "b"]))))).unwrap();
    thread.join().unwrap();
    assert_eq!(LOG.lock().len(), 2);
}

/// Many threads report at once, each while the others allocate and log.
fn threads() {
    on_report(log);
    let threads: Vec<_> = (0..4)
        .map(|thread| {
            std::thread::spawn(move || {
                for turn in 0..5 {
                    let names = ["first", "second"].map(|name| &*format!("{name} of {thread}, {turn}").leak());
                    Pair::new(names).contradict();
                    LOG.lock().push("between".into());
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(LOG.lock().len(), 40);
}

/// Runs a scenario in a process of its own.
fn run(scenario: &str, environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "scenario", "--ignored", "--nocapture", "--test-threads=1"]);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"LOCKDEP")) {
        command.env_remove(name);
    }
    command.env("LOCKDEP_SCENARIO", scenario).env("RUST_BACKTRACE", "0").envs(environment.iter().copied());
    command.output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The kinds that were reported, in order, by a run that came to its end.
#[track_caller]
fn reported(output: &Output) -> Vec<String> {
    let text = stderr(output);
    let kinds = text.lines().filter_map(|line| line.split_once("[lockdep::")?.1.split_once(']').map(|kind| kind.0.to_owned()));
    let kinds: Vec<_> = kinds.collect();
    assert_eq!(output.status.code(), Some(if kinds.is_empty() { 0 } else { 66 }), "{:?}\n{text}", output.status);
    kinds
}

fn names(kinds: &[ReportKind]) -> Vec<String> {
    kinds.iter().map(ReportKind::to_string).collect()
}

use ReportKind::{Inversion, Recursion};

#[test]
fn an_allocator_with_a_checked_lock_is_silent() {
    assert_eq!(reported(&run("clean", &[])), names(&[]));
}

#[test]
fn a_callback_may_lock_and_allocate() {
    assert_eq!(reported(&run("logger", &[])), names(&[Inversion]));
}

/// The callback would wait for its own thread: that is reported, not done.
#[test]
fn a_callback_that_needs_what_its_caller_holds_does_not_hang() {
    let output = run("logger-held", &[]);
    assert_eq!(reported(&output), names(&[Inversion, Recursion]));
    assert!(stderr(&output).contains("lockdep: the report callback panicked"), "{}", stderr(&output));
}

#[test]
fn what_a_callback_does_is_reported_after_it() {
    assert_eq!(reported(&run("callback-contradicts", &[])), names(&[Inversion, Inversion]));
}

#[test]
fn a_callback_may_panic() {
    let output = run("callback-panics", &[]);
    assert_eq!(reported(&output), names(&[Inversion]));
    assert!(stderr(&output).contains("lockdep: the report callback panicked"), "{}", stderr(&output));
}

#[test]
fn destructors_may_lock_and_report_while_the_thread_unwinds() {
    assert_eq!(reported(&run("unwinding", &[])), names(&[Inversion]));
}

/// There a panic could not get out.
#[test]
fn an_action_of_panic_aborts_while_the_thread_unwinds() {
    let output = run("unwinding", &[("LOCKDEP", "panic")]);
    assert_eq!(output.status.signal(), Some(libc::SIGABRT), "{:?}\n{}", output.status, stderr(&output));
    assert!(stderr(&output).contains("[lockdep::Inversion]"), "{}", stderr(&output));
}

#[test]
fn destructors_of_thread_locals_may_lock_and_report() {
    let output = run("thread-local", &[]);
    assert_eq!(reported(&output), names(&[Inversion, Inversion]));
    assert!(stderr(&output).contains("thread `late`"), "{}", stderr(&output));
}

#[test]
fn threads_may_report_at_once() {
    assert_eq!(reported(&run("threads", &[])), names(&[Inversion; 20]));
}
