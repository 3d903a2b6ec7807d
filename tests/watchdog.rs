//! Programs that are really stuck, or only look so: the watchdog, and the table of threads on demand.
//!
//! Each test runs this binary again with the name of a scenario in `LOCKDEP_SCENARIO`, under an alarm. What must be seen is
//! waited for without a limit of its own, so that a slow machine only takes longer; what must not be seen is looked for after
//! waits that are several limits long.

#![cfg(feature = "validate")]

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::time::Duration;
use std::{ptr, thread};

use lockdep::parking_lot::{Condvar, Mutex, RwLock, RwLockUpgradableReadGuard};
use lockdep::spin::SpinLock;
use lockdep::{LockClass, Map, ReportKind, Severity, signal, sync};

/// A wait beyond it is reported.
const LIMIT: Duration = Duration::from_millis(300);
/// The same where nothing may be reported: a slow machine has this long to get on.
const LONG: Duration = Duration::from_millis(1500);

static A: Mutex<u8> = Mutex::with_class(0, &LockClass::new("A"));
static B: Mutex<u8> = Mutex::with_class(0, &LockClass::new("B"));
static C: sync::Mutex<u8> = sync::Mutex::with_class(0, &LockClass::new("C"));
static R: RwLock<u8> = RwLock::with_class(0, &LockClass::new("R"));
static S: SpinLock<u8> = SpinLock::with_class(0, &LockClass::new("S"));
static T: SpinLock<u8> = SpinLock::with_class(0, &LockClass::new("T"));
static READY: Condvar = Condvar::with_class(&LockClass::new("ready"));
static JOIN: Map = Map::new("join");

fn command(scenario: &str, environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "scenario", "--ignored", "--nocapture", "--test-threads=1"]);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("LOCKDEP") {
            command.env_remove(name);
        }
    }
    command.env("LOCKDEP_WATCHDOG", LIMIT.as_secs_f64().to_string());
    command.env("LOCKDEP_SCENARIO", scenario).env("RUST_BACKTRACE", "0").envs(environment.iter().copied());
    command
}

fn run(scenario: &str, environment: &[(&str, &str)]) -> Output {
    command(scenario, environment).output().unwrap()
}

/// With the rules off, so that nothing is found before it blocks.
fn run_off(scenario: &str) -> Output {
    run(scenario, &[("LOCKDEP", "off")])
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[track_caller]
fn assert_exit(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{:?}\n{}", output.status, stderr(output));
}

/// One certain deadlock, which ended the program, with all these words.
#[track_caller]
fn assert_deadlock(output: &Output, words: &[&str]) {
    let text = stderr(output);
    assert_eq!(output.status.signal(), Some(libc::SIGABRT), "{:?}\n{text}", output.status);
    assert_words(output, "Deadlock", words);
    assert!(text.ends_with("\nlockdep: the stuck threads can never continue\nlockdep: aborting\n"), "{text}");
    assert!(text.contains("threads of process"), "no table of all threads\n{text}");
}

/// One report of this kind, with all these words. On a slow machine a `Stall` may come before it, and rightly so: the thread that
/// closes the circle may need longer than the limit to get there.
#[track_caller]
fn assert_words(output: &Output, kind: &str, words: &[&str]) {
    let text = stderr(output);
    assert_eq!(text.matches(&format!("[lockdep::{kind}]")).count(), 1, "{text}");
    assert!(
        text.matches("[lockdep::").count() == text.matches("[lockdep::Stall]").count() + usize::from(kind != "Stall"),
        "{text}"
    );
    for word in words {
        assert!(text.contains(word), "`{word}` is missing\n{text}");
    }
}

/// Not a test: what the children run.
#[test]
#[ignore = "run by the other tests, in processes of their own"]
fn scenario() {
    let Ok(name) = std::env::var("LOCKDEP_SCENARIO") else { return };
    // SAFETY: the default action of SIGALRM ends a process that hangs.
    unsafe { libc::alarm(300) };
    match name.as_str() {
        "two" => two(),
        "three" => three(),
        "spinning" => spinning(),
        "itself" => itself(),
        "in-handler" => in_handler(),
        "reader-writer" => reader_writer(),
        "queued-writer" => queued_writer(),
        "stalled-reader" => stalled_reader(),
        "upgrade" => upgrade(),
        "condvar-nobody" => condvar_nobody(),
        "condvar-idle" => condvar_idle(),
        "condvar-holding" => condvar_holding(),
        "condvar-notifier" => condvar_notifier(),
        "condvar-mutex" => condvar_mutex(),
        "map" => map(),
        "long-holder" => long_holder(),
        "isolated" => isolated(),
        "forgotten" => forgotten(),
        "legal" => legal(),
        "fork" => fork(),
        "fork-exec" => fork_exec(),
        "table" => table(),
        "own-signal" => own_signal(),
        "short" => drop(A.lock()),
        _ => panic!("no scenario `{name}`"),
    }
}

// ---- Circles.

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> thread::JoinHandle<()> {
    thread::Builder::new().name(name.to_owned()).spawn(body).unwrap()
}

#[inline(never)]
fn a_then_b(barrier: &Barrier) {
    let _a = A.lock();
    barrier.wait();
    let _b = B.lock();
}

#[inline(never)]
fn b_then_a(barrier: &Barrier) {
    let _b = B.lock();
    barrier.wait();
    let _a = A.lock();
}

/// The main thread is one of them, and tests run in threads: here it is the thread of the test.
fn two() {
    let barrier = Arc::new(Barrier::new(2));
    let theirs = Arc::clone(&barrier);
    let other = spawn("other", move || b_then_a(&theirs));
    a_then_b(&barrier);
    other.join().unwrap();
}

#[test]
fn two_threads() {
    let output = run_off("two");
    assert_deadlock(
        &output,
        &[
            "wait for each other and can never go on",
            "holding `A`",
            "holding `B`",
            "now at",
            "watchdog::a_then_b",
            "watchdog::b_then_a",
            "note: 1 lock held by thread `other` (tid ",
            "it has waited ",
            "is now at",
        ],
    );
    assert!(stderr(&output).matches("now at").count() >= 4, "{}", stderr(&output));
}

#[test]
fn what_is_certain_is_found_before_it_blocks_with_the_rules_on() {
    let output = run("two", &[]);
    assert!(stderr(&output).contains("[lockdep::Deadlock]"), "{}", stderr(&output));
    assert!(!stderr(&output).contains("now at"), "{}", stderr(&output));
}

fn three() {
    let barrier = Arc::new(Barrier::new(3));
    let (first, second) = (Arc::clone(&barrier), Arc::clone(&barrier));
    let threads = [
        spawn("first", move || {
            let _a = A.lock();
            first.wait();
            let _c = C.lock();
        }),
        spawn("second", move || {
            let _c = C.lock();
            second.wait();
            let _r = R.write();
        }),
        spawn("third", move || {
            let _r = R.read();
            barrier.wait();
            let _a = A.lock();
        }),
    ];
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

#[test]
fn three_threads_and_three_kinds_of_lock() {
    let output = run_off("three");
    let words = ["3 threads wait for each other", "holding `A`", "holding `C`", "holding `R`", "waiting for `R`", "write(R);"];
    assert_deadlock(&output, &words);
    assert_eq!(stderr(&output).matches(": now at\n").count(), 3, "{}", stderr(&output));
}

/// With their signals blocked: the one that asks where they are is left open.
fn spinning() {
    let barrier = Arc::new(Barrier::new(2));
    let theirs = Arc::clone(&barrier);
    let other = spawn("other", move || {
        let _t = T.lock_irqsave();
        theirs.wait();
        let _s = S.lock_irqsave();
    });
    let _s = S.lock_irqsave();
    barrier.wait();
    let _t = T.lock_irqsave();
    other.join().unwrap();
}

#[test]
fn spinning_threads_with_their_signals_blocked() {
    let output = run_off("spinning");
    assert_deadlock(&output, &["holding `S`", "holding `T`", "[irqs off]"]);
    assert_eq!(stderr(&output).matches(": now at\n").count(), 2, "{}", stderr(&output));
    assert!(!stderr(&output).contains("cannot be asked"), "{}", stderr(&output));
}

fn itself() {
    let _first = S.lock();
    let _second = S.lock();
}

#[test]
fn a_thread_that_spins_for_its_own_lock() {
    assert_deadlock(&run_off("itself"), &["waits for `S`, which it holds itself: it can never go on", "now at"]);
}

fn in_handler() {
    // SAFETY: the action takes a spin lock, and hangs: that is what this is about.
    unsafe { signal::register(libc::SIGUSR1, || drop(S.lock())).unwrap() };
    let _held = S.lock();
    // SAFETY: the handler runs before the call returns.
    unsafe { libc::raise(libc::SIGUSR1) };
}

#[test]
fn a_handler_that_waits_for_what_it_interrupted() {
    let words = ["in the handler of SIGUSR1, waits for `S`, which the code that it interrupted holds", "<signal SIGUSR1>"];
    assert_deadlock(&run_off("in-handler"), &words);
}

fn reader_writer() {
    let barrier = Arc::new(Barrier::new(2));
    let theirs = Arc::clone(&barrier);
    let other = spawn("other", move || {
        let _r = R.read();
        theirs.wait();
        let _a = A.lock();
    });
    let _a = A.lock();
    barrier.wait();
    let _r = R.write();
    other.join().unwrap();
}

#[test]
fn a_writer_and_a_reader() {
    assert_deadlock(&run_off("reader-writer"), &["holding `R`", "waiting for `R`", "read(R);", "write(R);"]);
}

/// A reader waits for a writer that waits for another reader.
fn queued_writer() {
    let barrier = Arc::new(Barrier::new(2));
    let theirs = Arc::clone(&barrier);
    let other = spawn("other", move || {
        let _r = R.read();
        theirs.wait();
        thread::sleep(Duration::from_millis(100));
        let _a = A.lock();
    });
    let _a = A.lock();
    barrier.wait();
    let writer = spawn("writer", || drop(R.write()));
    thread::sleep(Duration::from_millis(200));
    let _r = R.read();
    other.join().unwrap();
    writer.join().unwrap();
}

#[test]
fn a_reader_behind_a_writer_that_is_queued() {
    assert_deadlock(&run_off("queued-writer"), &["3 threads wait for each other", "holding `A`", "waiting for `R`"]);
}

/// A writer waits for a reader, and another reader behind him.
fn stalled_reader() {
    let (taken, wait) = mpsc::channel();
    let holder = spawn("holder", move || {
        let _r = R.read();
        taken.send(()).unwrap();
        thread::sleep(3 * LONG);
    });
    wait.recv().unwrap();
    let writer = spawn("writer", || drop(R.write()));
    thread::sleep(Duration::from_millis(100));
    drop(R.read());
    writer.join().unwrap();
    holder.join().unwrap();
}

#[test]
fn a_reader_behind_a_writer_waits_for_the_same_holder() {
    let output = run_off("stalled-reader");
    assert_exit(&output, 66);
    assert_words(&output, "Stall", &["thread `holder`"]);
    assert!(!stderr(&output).contains("no thread is known to hold"), "{}", stderr(&output));
}

fn upgrade() {
    let barrier = Arc::new(Barrier::new(2));
    let theirs = Arc::clone(&barrier);
    let other = spawn("other", move || {
        let _r = R.read();
        theirs.wait();
        let _a = A.lock();
    });
    let _a = A.lock();
    let guard = R.upgradable_read();
    barrier.wait();
    upgrades(guard);
    other.join().unwrap();
}

#[inline(never)]
fn upgrades(guard: RwLockUpgradableReadGuard<'_, u8>) {
    drop(RwLockUpgradableReadGuard::upgrade(guard));
}

#[test]
fn an_upgrade_that_waits_for_a_reader_that_waits() {
    assert_deadlock(&run_off("upgrade"), &["waiting for `R`", "watchdog::upgrades"]);
}

/// A thread inside a section that others wait for needs what they hold.
fn map() {
    let barrier = Arc::new(Barrier::new(2));
    let theirs = Arc::clone(&barrier);
    let worker = spawn("worker", move || {
        let _section = JOIN.enter();
        theirs.wait();
        let _a = A.lock();
    });
    let _a = A.lock();
    barrier.wait();
    JOIN.wait_by(|| worker.join()).unwrap();
}

#[test]
fn a_join_through_a_map() {
    assert_deadlock(&run_off("map"), &["inside `join`", "waiting for `join`", "waiting for `A`", "wait(join);"]);
}

// ---- Condition variables.

/// Ends the process when it is reported to be stuck.
fn end_when_stalled() {
    lockdep::on_report(|report| {
        eprintln!("{} {}", report.kind(), report.severity());
        std::process::exit(0);
    });
}

fn condvar_nobody() {
    end_when_stalled();
    READY.wait(&mut A.lock());
}

#[test]
fn nobody_can_notify() {
    let output = run("condvar-nobody", &[]);
    assert_exit(&output, 66);
    assert_words(&output, "Stall", &["a notification of `ready`", "watchdog::condvar_nobody", "Stall Possible"]);
}

/// An idle worker is nobody's fault.
fn condvar_idle() {
    static JOBS: AtomicU32 = AtomicU32::new(0);
    let worker = spawn("worker", || {
        let mut a = A.lock();
        while JOBS.load(Ordering::SeqCst) == 0 {
            READY.wait(&mut a);
        }
    });
    thread::sleep(2 * LONG);
    let _a = A.lock();
    JOBS.store(1, Ordering::SeqCst);
    READY.notify_one();
    drop(_a);
    worker.join().unwrap();
}

#[test]
fn an_idle_worker_is_silent() {
    for setting in ["log", "off"] {
        let output = run("condvar-idle", &[("LOCKDEP", setting), ("LOCKDEP_WATCHDOG", "1.5")]);
        assert_exit(&output, 0);
        assert_eq!(stderr(&output), "");
    }
}

fn condvar_holding() {
    end_when_stalled();
    let worker = spawn("worker", || {
        let _b = B.lock();
        READY.wait(&mut A.lock());
    });
    thread::sleep(Duration::from_secs(250));
    worker.join().unwrap();
}

#[test]
fn a_wait_with_a_lock_held() {
    let output = run("condvar-holding", &[]);
    assert_exit(&output, 66);
    assert_words(&output, "Stall", &["thread `worker` has waited", "`ready`", "#0: `B`"]);
}

/// The only thread that notifies needs what the waiting one holds.
fn condvar_notifier() {
    lockdep::on_report(|report| {
        if report.kind() == ReportKind::Deadlock {
            eprintln!("{} {}", report.kind(), report.severity());
            std::process::exit(0);
        }
    });
    let (first, notified) = mpsc::channel::<()>();
    let (go, wait) = mpsc::channel::<()>();
    let notifier = spawn("notifier", move || {
        READY.notify_all();
        first.send(()).unwrap();
        wait.recv().unwrap();
        let _b = B.lock();
        READY.notify_all();
    });
    notified.recv().unwrap();
    let _b = B.lock();
    let mut a = A.lock();
    go.send(()).unwrap();
    READY.wait(&mut a);
    notifier.join().unwrap();
}

#[test]
fn the_notifier_waits_for_the_waiting_thread() {
    let output = run_off("condvar-notifier");
    assert_exit(&output, 66);
    let words = ["unless another thread notifies `ready`", "`ready` notified", "Deadlock Possible", "notify(ready);"];
    assert_words(&output, "Deadlock", &words);
}

/// A wait with a time limit ends with the mutex, which another thread has for good.
fn condvar_mutex() {
    let (waits, ready) = mpsc::channel();
    let waiting = spawn("waiting", move || {
        let _b = B.lock();
        let mut a = A.lock();
        waits.send(()).unwrap();
        READY.wait_for(&mut a, Duration::from_millis(1));
    });
    ready.recv().unwrap();
    let _a = A.lock();
    let _b = B.lock();
    waiting.join().unwrap();
}

#[test]
fn the_mutex_of_a_wait_is_part_of_a_circle() {
    for setting in ["log", "off"] {
        let output = run("condvar-mutex", &[("LOCKDEP", setting)]);
        let text = stderr(&output);
        // The wait may be over before the circle closes.
        if output.status.success() {
            continue;
        }
        assert!(text.contains("[lockdep::Deadlock]") || text.contains("[lockdep::Inversion]"), "{text}");
    }
}

// ---- Holders.

fn long_holder() {
    lockdep::on_report(|_| SAID.store(true, Ordering::SeqCst));
    let (taken, wait) = mpsc::channel();
    let holder = spawn("holder", move || {
        let _a = A.lock();
        taken.send(()).unwrap();
        works_for_long();
    });
    wait.recv().unwrap();
    drop(A.lock());
    holder.join().unwrap();
    println!("went on");
}

/// Until it was reported, and longer.
#[inline(never)]
fn works_for_long() {
    while !SAID.load(Ordering::SeqCst) {
        thread::sleep(Duration::from_millis(10));
    }
    thread::sleep(3 * LIMIT);
}

static SAID: AtomicBool = AtomicBool::new(false);

#[test]
fn a_long_hold_is_reported_once_and_the_program_goes_on() {
    for setting in ["log", "off"] {
        let output = run("long-holder", &[("LOCKDEP", setting)]);
        assert_exit(&output, 66);
        let words = ["for `A`, which thread `holder` holds", "now at", "watchdog::works_for_long", "1 report in this process"];
        assert_words(&output, "Stall", &words);
        assert!(String::from_utf8_lossy(&output.stdout).contains("went on"));
    }
}

#[test]
fn the_actions_apply() {
    let abort = run("long-holder", &[("LOCKDEP", "abort")]);
    assert_eq!(abort.status.signal(), Some(libc::SIGABRT), "{}", stderr(&abort));
    // A thread that waits cannot panic.
    let panic = run("long-holder", &[("LOCKDEP", "panic")]);
    assert_eq!(panic.status.signal(), Some(libc::SIGABRT), "{}", stderr(&panic));
    assert_exit(&run("long-holder", &[("LOCKDEP_EXITCODE", "7")]), 7);
}

/// A test that waits too long, and ends after all.
fn isolated() {
    let reports = lockdep::testing::isolated(|cx| {
        let (taken, wait) = mpsc::channel();
        cx.spawn(move || {
            let _a = A.lock();
            taken.send(()).unwrap();
            thread::sleep(10 * LIMIT);
        });
        wait.recv().unwrap();
        drop(A.lock());
    });
    assert_eq!(reports.iter().map(lockdep::Report::kind).collect::<Vec<_>>(), [ReportKind::Stall]);
}

/// It might never end, and then its reports would never be seen.
#[test]
fn an_isolated_test_that_is_stuck_is_explained_at_once() {
    let output = run("isolated", &[]);
    assert_exit(&output, 0);
    assert_words(&output, "Stall", &["for `A`, which thread", "now at", "watchdog::isolated"]);
}

fn forgotten() {
    end_when_stalled();
    spawn("forgetful", || std::mem::forget(A.lock())).join().unwrap();
    drop(A.lock());
}

#[test]
fn nobody_is_known_to_hold_it() {
    let output = run_off("forgotten");
    assert_exit(&output, 66);
    assert_words(&output, "Stall", &["which no thread is known to hold", "was a guard forgotten or leaked"]);
}

/// Long holds without waits, waits with limits of their own, and much contention.
fn legal() {
    let (taken, wait) = mpsc::channel();
    let holder = spawn("holder", move || {
        let _a = A.lock();
        taken.send(()).unwrap();
        thread::sleep(3 * LONG);
    });
    wait.recv().unwrap();
    assert!(A.try_lock().is_none());
    assert!(A.try_lock_for(3 * LONG / 2).is_none());
    let mut b = B.lock();
    assert!(READY.wait_for(&mut b, 3 * LONG / 2).timed_out());
    drop(b);
    holder.join().unwrap();
    let threads: Vec<_> = (0..4)
        .map(|n| {
            spawn(&format!("worker {n}"), || {
                for _ in 0..20_000 {
                    *A.lock() = 1;
                    *S.lock() = 1;
                    drop((R.read(), C.lock()));
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

#[test]
fn legal_programs_are_silent() {
    for setting in ["log", "off"] {
        let output = run("legal", &[("LOCKDEP", setting), ("LOCKDEP_WATCHDOG", "1.5")]);
        assert_exit(&output, 0);
        assert_eq!(stderr(&output), "");
    }
}

/// A thread of the validator's own is no reason to stay.
#[test]
fn the_process_ends_when_main_does() {
    let begun = std::time::Instant::now();
    let output = run("short", &[("LOCKDEP_WATCHDOG", "3600"), ("LOCKDEP_DUMP_SIGNAL", "USR1")]);
    assert_exit(&output, 0);
    assert_eq!(stderr(&output), "");
    assert!(begun.elapsed() < Duration::from_secs(30));
}

// ---- Fork.

/// The child has a watchdog of its own.
fn fork() {
    drop(A.lock());
    // SAFETY: the child locks and hangs, which is what this is about.
    let child = unsafe { libc::fork() };
    if child == 0 {
        two();
        std::process::exit(0);
    }
    let mut status = 0;
    // SAFETY: waits for the child just made.
    assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
    assert_eq!(libc::WTERMSIG(status), libc::SIGABRT);
}

#[test]
fn the_child_of_a_fork_is_watched() {
    let output = run_off("fork");
    assert_exit(&output, 0);
    assert_words(&output, "Deadlock", &["holding `A`", "holding `B`", ": now at"]);
}

fn fork_exec() {
    drop(A.lock());
    for _ in 0..3 {
        // With something to do before `exec`, so that it forks.
        let mut command = Command::new("/bin/true");
        // SAFETY: does nothing.
        unsafe { std::os::unix::process::CommandExt::pre_exec(&mut command, || Ok(())) };
        assert!(command.status().unwrap().success());
    }
}

#[test]
fn a_fork_for_exec_is_left_alone() {
    let output = run("fork-exec", &[]);
    assert_exit(&output, 0);
    assert_eq!(stderr(&output), "");
}

// ---- The table of threads.

/// A thread of each kind, until the signal from outside has been answered.
fn table() {
    let barrier = Arc::new(Barrier::new(4));
    let on = |name: &str, body: fn(&Barrier)| {
        let barrier = Arc::clone(&barrier);
        spawn(name, move || body(&barrier))
    };
    on("holder", |barrier| {
        let _a = A.lock();
        let _s = S.lock_irqsave();
        barrier.wait();
        sleeps();
    });
    on("waiter", |barrier| {
        barrier.wait();
        drop(A.lock());
    });
    on("deaf", |barrier| {
        let _b = B.lock();
        // SAFETY: blocks every signal in this thread.
        unsafe {
            let mut all = std::mem::zeroed();
            libc::sigfillset(&mut all);
            libc::pthread_sigmask(libc::SIG_SETMASK, &all, ptr::null_mut());
        }
        barrier.wait();
        sleeps();
    });
    barrier.wait();
    println!("ready");
    if std::env::var_os("LOCKDEP_DUMP_SIGNAL").is_none() {
        // The waiter gets there.
        thread::sleep(Duration::from_millis(300));
        lockdep::dump_held();
        std::process::exit(0);
    }
    sleeps();
}

#[inline(never)]
fn sleeps() {
    thread::sleep(Duration::from_secs(250));
    // Not the last call, which would leave no frame.
    std::hint::black_box(());
}

#[track_caller]
fn assert_table(text: &str) {
    let part = |name: &str| part(text, name);
    let holder = part("holder");
    for words in ["holds `A` (write), taken at tests/watchdog.rs", "holds `S` (write)", "is now at", "watchdog::sleeps"] {
        assert!(holder.contains(words), "`{words}` is missing\n{holder}");
    }
    let waiter = part("waiter");
    assert!(waiter.contains("s for `A` (write), at tests/watchdog.rs"), "{waiter}");
    assert!(waiter.contains("is now at") && waiter.contains("watchdog::table"), "{waiter}");
    let deaf = part("deaf");
    assert!(deaf.contains("holds `B` (write)") && deaf.contains("blocks SIGRTMIN+29, so it cannot be asked"), "{deaf}");
    assert!(!deaf.contains("is now at"), "{deaf}");
    assert!(!text.contains("lockdep-watch"), "{text}");
    assert!(text.contains("\nthread `main` (tid "), "{text}");
}

/// What the table says of a thread.
#[track_caller]
fn part(text: &str, name: &str) -> String {
    let start = text.find(&format!("\nthread `{name}` (tid ")).unwrap_or_else(|| panic!("no `{name}`\n{text}"));
    text[start + 1..].split("\n\n").next().unwrap().to_owned()
}

#[test]
fn a_signal_from_outside_prints_the_table() {
    use std::io::{BufRead, BufReader, Read};
    for value in ["USR1", "SIGUSR1", "10"] {
        let mut command = command("table", &[("LOCKDEP_DUMP_SIGNAL", value), ("LOCKDEP_WATCHDOG", "0")]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        while !stdout.next().unwrap().unwrap().contains("ready") {}
        // The waiter gets there.
        thread::sleep(Duration::from_millis(300));
        // SAFETY: a signal to the child.
        unsafe { libc::kill(child.id() as i32, libc::SIGUSR1) };
        let mut text = String::new();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        // The last thread made is the last of the table, and its last line empty.
        while !text.contains("thread `deaf`") {
            assert!(stderr.read_line(&mut text).unwrap() > 0, "{text}");
        }
        thread::sleep(Duration::from_millis(100));
        child.kill().unwrap();
        stderr.read_to_string(&mut text).unwrap();
        assert!(child.wait().unwrap().signal() == Some(libc::SIGKILL), "it went on");
        assert_table(&text);
        // Which is where the signal arrived, so that it was in the handler when the others were asked.
        let main = part(&text, "main");
        assert!(main.contains("is now at"), "{main}");
    }
}

#[test]
fn the_table_on_demand() {
    // With the watchdog the signal that asks is no line; without it a thread with its signals blocked cannot be asked.
    let output = run("table", &[("LOCKDEP_WATCHDOG", "250")]);
    assert_exit(&output, 0);
    assert_table(&stderr(&output));
    let output = run("table", &[("LOCKDEP_WATCHDOG", "0")]);
    assert_exit(&output, 0);
    assert!(stderr(&output).contains("holds `A` (write), taken at tests/watchdog.rs"), "{}", stderr(&output));
    assert_eq!(stderr(&output).matches("cannot be asked where it is").count(), 2, "{}", stderr(&output));
}

// ---- Signals.

/// The program wants the very signal for itself, in three ways.
fn own_signal() {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    extern "C" fn count(_: i32) {
        COUNT.fetch_add(1, Ordering::SeqCst);
    }
    let first = libc::SIGRTMAX() - 1;
    // SAFETY: the actions count.
    unsafe {
        signal::register(first, || count(0)).unwrap();
        libc::raise(first);
        assert_eq!(COUNT.load(Ordering::SeqCst), 1);
        // The next in line, behind our back.
        libc::signal(first - 1, count as extern "C" fn(i32) as usize);
    }
    // A line by name is one, although it was reserved.
    lockdep::irq::set_lines([first - 1, first - 2].into_iter().collect());
    let flags = lockdep::irq::save();
    // SAFETY: it is blocked.
    unsafe { libc::raise(first - 1) };
    assert_eq!(COUNT.load(Ordering::SeqCst), 1);
    lockdep::irq::restore(flags);
    assert_eq!(COUNT.load(Ordering::SeqCst), 2);
    lockdep::irq::set_lines(lockdep::irq::Lines::ALL);

    let sleeper = spawn("sleeper", sleeps);
    thread::sleep(Duration::from_millis(100));
    lockdep::dump_held();
    assert_eq!(COUNT.load(Ordering::SeqCst), 2);
    drop(sleeper);
}

#[test]
fn a_program_keeps_the_signals_it_handles() {
    let output = run("own-signal", &[("LOCKDEP_WATCHDOG", "250")]);
    assert_exit(&output, 0);
    assert!(stderr(&output).contains("watchdog::sleeps"), "{}", stderr(&output));
}

#[test]
fn the_signal_can_be_chosen() {
    let output = run("table", &[("LOCKDEP_WATCHDOG", "250"), ("LOCKDEP_STACK_SIGNAL", "RTMIN+7")]);
    assert_exit(&output, 0);
    assert!(stderr(&output).contains("blocks SIGRTMIN+7, so it cannot be asked"), "{}", stderr(&output));
}

#[test]
fn a_bad_value_is_one_sentence() {
    for (name, value) in [
        ("LOCKDEP_WATCHDOG", "soon"),
        ("LOCKDEP_WATCHDOG", "-1"),
        ("LOCKDEP_WATCHDOG", "nan"),
        ("LOCKDEP_WATCHDOG", "inf"),
        ("LOCKDEP_WATCHDOG", "1e30"),
        ("LOCKDEP_DUMP_SIGNAL", "KILL"),
        ("LOCKDEP_DUMP_SIGNAL", "SEGV"),
        ("LOCKDEP_DUMP_SIGNAL", "usr1"),
        ("LOCKDEP_DUMP_SIGNAL", "65"),
        ("LOCKDEP_DUMP_SIGNAL", "0"),
        ("LOCKDEP_DUMP_SIGNAL", "RTMIN+99"),
        ("LOCKDEP_STACK_SIGNAL", "33"),
        ("LOCKDEP_STACK_SIGNAL", "RTMAX+1"),
    ] {
        let output = run("short", &[(name, value)]);
        assert_exit(&output, 0);
        let text = stderr(&output);
        assert_eq!(text.lines().count(), 1, "{name}={value}: {text}");
        assert!(text.starts_with(&format!("lockdep: {name}=\"{value}\" is not understood (want ")), "{text}");
    }
    for value in ["0", "0.0", "2", "1.5", "86400"] {
        let output = run("short", &[("LOCKDEP_WATCHDOG", value)]);
        assert_exit(&output, 0);
        assert_eq!(stderr(&output), "", "{value}");
    }
}

/// The kinds are what the names say, whatever the text.
#[test]
fn kinds_and_severities() {
    assert_eq!((ReportKind::Stall.name(), ReportKind::Deadlock.name()), ("Stall", "Deadlock"));
    assert!(Severity::Possible < Severity::Certain);
}
