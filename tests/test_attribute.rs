//! `#[lockdep::test]` under the real harness, and what a plain `#[test]` comes to.
//!
//! The tests of `samples` are not for the run that finds them: each checking test runs this binary again, for one or some of them,
//! and looks at what the harness says.

use std::process::{Command, Output};

const VALIDATE: bool = cfg!(feature = "validate");

/// Good and bad tests, as a user writes them.
mod samples {
    use std::thread;

    use lockdep::parking_lot::Mutex;

    struct Pair {
        first: Mutex<u8>,
        second: Mutex<u16>,
    }

    impl Pair {
        const fn new() -> Pair {
            Pair { first: Mutex::new(0), second: Mutex::new(0) }
        }

        fn forth(&self) {
            let _first = self.first.lock();
            let _second = self.second.lock();
        }

        fn back(&self) {
            let _second = self.second.lock();
            let _first = self.first.lock();
        }
    }

    macro_rules! inverted {
        () => {{
            static PAIR: Pair = Pair { first: Mutex::new(0), second: Mutex::new(0) };
            PAIR.forth();
            PAIR.back();
        }};
    }

    #[lockdep::test]
    #[ignore = "a sample"]
    fn good() {
        static PAIR: Pair = Pair::new();
        PAIR.forth();
    }

    #[lockdep::test]
    #[ignore = "a sample"]
    fn bad() {
        inverted!();
    }

    static SHARED: Pair = Pair::new();
    static SHARED_LOCK: lockdep::spin::SpinLock<u8> = lockdep::spin::SpinLock::new(0);

    macro_rules! does_the_same {
        ($($name:ident: $what:expr;)*) => {
            $(
                #[lockdep::test]
                #[ignore = "a sample"]
                fn $name() {
                    ($what)();
                }
            )*
        };
    }

    // Code that several tests call; they must not meet in it.
    static ALONE: std::sync::Mutex<()> = std::sync::Mutex::new(());

    fn both_orders() {
        let _alone = ALONE.lock();
        SHARED.forth();
        SHARED.back();
    }

    fn one_order() {
        let _alone = ALONE.lock();
        SHARED.forth();
    }

    fn enables_too_early() {
        let _outer = SHARED_LOCK.lock_irq();
        lockdep::irq::enable();
    }

    does_the_same! {
        inverted_first: both_orders;
        inverted_again: both_orders;
        inverted_again_in_a_thread: || thread::spawn(both_orders).join().unwrap();
        enabled_first: enables_too_early;
        enabled_again: enables_too_early;
        // Behind the others, where there is one thread for all.
        only_one_order: one_order;
    }

    #[lockdep::test]
    #[ignore = "a sample"]
    fn bad_in_a_thread() {
        thread::spawn(|| inverted!()).join().unwrap();
    }

    #[lockdep::test]
    #[ignore = "a sample"]
    fn bad_in_a_named_thread_of_a_thread() {
        let inner = || thread::Builder::new().name("inner".into()).spawn(|| inverted!()).unwrap().join().unwrap();
        thread::scope(|scope| {
            scope.spawn(inner);
        });
    }

    /// Runs beside the bad ones, in threads of its own.
    #[lockdep::test]
    #[ignore = "a sample"]
    fn good_in_threads() {
        static PAIR: Pair = Pair::new();
        for _ in 0..20 {
            thread::scope(|scope| {
                scope.spawn(|| PAIR.forth());
                scope.spawn(|| PAIR.forth());
            });
        }
    }

    #[lockdep::test]
    #[ignore = "a sample"]
    fn leaves_a_lock_held() {
        static LOCK: Mutex<u32> = Mutex::new(0);
        std::mem::forget(LOCK.lock());
    }

    #[lockdep::test]
    #[ignore = "a sample"]
    fn leaves_signals_blocked() {
        lockdep::irq::disable();
    }

    #[lockdep::test]
    #[ignore = "a sample"]
    fn leaves_a_counted_section() {
        std::mem::forget(lockdep::irq::Counted::new());
    }

    /// In the same thread.
    #[lockdep::test]
    #[ignore = "a sample"]
    fn blocks_after_a_counted_section_was_left() {
        assert_eq!(std::panic::catch_unwind(leaves_a_counted_section).is_err(), super::VALIDATE);
        let _section = lockdep::irq::Counted::new();
        // SAFETY: the set is filled before it is read.
        unsafe {
            let mut set = std::mem::zeroed();
            libc::pthread_sigmask(libc::SIG_BLOCK, std::ptr::null(), &raw mut set);
            assert_eq!(libc::sigismember(&raw const set, libc::SIGUSR1), 1);
        }
    }

    #[lockdep::test]
    #[ignore = "a sample"]
    fn returns_ok() -> Result<(), String> {
        Ok(())
    }

    #[lockdep::test]
    #[ignore = "a sample"]
    fn returns_err() -> Result<(), String> {
        Err("not today".into())
    }

    #[lockdep::test]
    #[ignore = "a sample"]
    fn returns_ok_but_bad() -> Result<(), String> {
        inverted!();
        Ok(())
    }

    #[lockdep::test]
    #[ignore = "a sample"]
    #[should_panic(expected = "on purpose")]
    fn panics_as_it_should() {
        panic!("on purpose");
    }

    #[lockdep::test]
    #[ignore = "a sample"]
    #[should_panic(expected = "on purpose")]
    fn panics_otherwise() {
        panic!("by mistake");
    }

    #[lockdep::test]
    #[ignore = "a sample"]
    #[should_panic(expected = "on purpose")]
    fn panics_as_it_should_but_bad() {
        inverted!();
        panic!("on purpose");
    }

    #[lockdep::test]
    #[ignore = "a sample"]
    fn panics_and_bad() {
        inverted!();
        panic!("a reason of its own");
    }

    #[cfg(feature = "validate")]
    #[lockdep::test]
    #[ignore = "a sample"]
    fn recursion() {
        static LOCK: Mutex<u64> = Mutex::new(0);
        let _first = LOCK.lock();
        let _second = LOCK.lock();
    }

    /// The thread is stopped, and nobody asks how it ended.
    #[cfg(feature = "validate")]
    #[lockdep::test]
    #[ignore = "a sample"]
    fn recursion_in_a_thread_that_is_not_asked() {
        static LOCK: Mutex<u64> = Mutex::new(0);
        let thread = thread::spawn(|| {
            let _first = LOCK.lock();
            let _second = LOCK.lock();
        });
        let _ = thread.join();
    }

    #[lockdep::test(isolated)]
    #[ignore = "a sample"]
    fn isolated_good(cx: &lockdep::testing::Cx) -> Result<(), std::num::ParseIntError> {
        static PAIR: Pair = Pair::new();
        let number = cx.spawn(|| {
            PAIR.forth();
            "7".parse::<u8>()
        });
        number.join().unwrap().map(|number| assert_eq!(number, 7))
    }

    #[lockdep::test(isolated)]
    #[ignore = "a sample"]
    fn isolated_bad() {
        inverted!();
    }

    #[cfg(feature = "validate")]
    #[lockdep::test(isolated)]
    #[ignore = "a sample"]
    fn isolated_recursion() {
        static LOCK: Mutex<u64> = Mutex::new(0);
        let _first = LOCK.lock();
        let _second = LOCK.lock();
    }

    #[lockdep::test(isolated)]
    #[ignore = "a sample"]
    #[should_panic(expected = "on purpose")]
    fn isolated_panics_as_it_should() {
        panic!("on purpose");
    }

    #[lockdep::test(isolated)]
    #[ignore = "a sample"]
    fn isolated_panics_and_bad() {
        inverted!();
        panic!("a reason of its own");
    }

    /// For something else that calls them.
    mod of_another_abi {
        #[lockdep::test]
        #[ignore = "a sample"]
        const extern "C" fn plain() {}

        #[lockdep::test(isolated)]
        #[ignore = "a sample"]
        extern "C" fn isolated() {}

        #[lockdep::test(isolated)]
        #[ignore = "a sample"]
        extern "C" fn isolated_with_threads(cx: &lockdep::testing::Cx) {
            assert_eq!(cx.spawn(|| 7).join().unwrap(), 7);
        }
    }

    #[test]
    #[ignore = "a sample"]
    fn plain_bad() {
        inverted!();
    }

    #[test]
    #[ignore = "a sample"]
    fn plain_bad_in_a_thread() {
        thread::Builder::new().name("worker".into()).spawn(|| inverted!()).unwrap().join().unwrap();
    }
}

/// What the harness said of a run.
struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Run {
    /// `true`: ok, `false`: FAILED.
    #[track_caller]
    fn passed(&self, name: &str) -> bool {
        let line = self.stdout.lines().find(|line| line.starts_with(&format!("test samples::{name} ")));
        let line = line.unwrap_or_else(|| panic!("{name} did not run\n{self}"));
        assert!(line.ends_with(" ok") || line.ends_with(" FAILED"), "{line}\n{self}");
        line.ends_with(" ok")
    }

    /// What the harness shows of a failed test.
    #[track_caller]
    fn failure(&self, name: &str) -> &str {
        let head = format!("---- samples::{name} stdout ----");
        let (_, rest) = self.stdout.split_once(&head).unwrap_or_else(|| panic!("{name} has not failed\n{self}"));
        rest.split("\n---- ").next().unwrap()
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit code {:?}\n---- stdout\n{}---- stderr\n{}", self.code, self.stdout, self.stderr)
    }
}

fn run(names: &[&str], more: &[&str]) -> Run {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact"]).args(more).args(names.iter().map(|name| format!("samples::{name}")));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("LOCKDEP") || name.starts_with("RUST_") || name.starts_with("NEXTEST") {
            command.env_remove(name);
        }
    }
    // No stacks: putting them into words takes longer than all the rest.
    command.env("LOCKDEP_STACKS", "off");
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Run { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
}

fn run_one(name: &str) -> Run {
    run(&[name], &[])
}

#[test]
fn functions_of_another_abi_are_tests_too() {
    let names = ["plain", "isolated", "isolated_with_threads"].map(|name| format!("of_another_abi::{name}"));
    let run = run(&names.each_ref().map(String::as_str), &[]);
    assert!(names.iter().all(|name| run.passed(name)), "{run}");
}

#[test]
fn a_test_fails_when_it_was_reported() {
    let run = run_one("bad");
    assert_eq!(run.passed("bad"), !VALIDATE, "{run}");
    if VALIDATE {
        // 101 is the harness's own code; ours does not replace it.
        assert_eq!(run.code, Some(101), "{run}");
        assert!(run.stderr.contains("error[lockdep::Inversion]"), "{run}");
        let failure = run.failure("bad");
        assert!(failure.contains("lockdep: 1 report from this test"), "{failure}");
        assert!(failure.contains("error[lockdep::Inversion]"), "{failure}");
        assert!(run.stderr.ends_with("lockdep: 1 report in this process, from `samples::bad`\n"), "{run}");
    }
}

/// Nor are they left to the end of its thread, or to the next test.
#[test]
fn signals_left_blocked_are_said_once() {
    let run = run(&["leaves_signals_blocked", "good"], &["--test-threads=1"]);
    assert_eq!(run.passed("leaves_signals_blocked"), !VALIDATE, "{run}");
    assert!(run.passed("good"), "{run}");
    assert_eq!(run.stderr.matches("[lockdep::").count(), usize::from(VALIDATE), "{run}");
}

#[test]
fn a_section_after_one_that_was_left_blocks() {
    let run = run_one("blocks_after_a_counted_section_was_left");
    assert!(run.passed("blocks_after_a_counted_section_was_left"), "{run}");
}

#[test]
fn a_thread_of_the_test_counts_as_the_test() {
    for name in ["bad_in_a_thread", "bad_in_a_named_thread_of_a_thread"] {
        let run = run_one(name);
        assert_eq!(run.passed(name), !VALIDATE, "{run}");
        if VALIDATE {
            assert!(run.stderr.ends_with(&format!("lockdep: 1 report in this process, from `samples::{name}`\n")), "{run}");
        }
    }
}

/// All at once, in the threads of the harness: everybody answers for his own, also with one thread for all.
#[test]
fn tests_that_run_side_by_side_do_not_answer_for_each_other() {
    let bad = ["bad", "bad_in_a_thread", "bad_in_a_named_thread_of_a_thread", "returns_ok_but_bad", "leaves_a_lock_held"];
    let good = ["good", "good_in_threads", "returns_ok", "panics_as_it_should", "isolated_good"];
    let all: Vec<&str> = bad.into_iter().chain(good).collect();
    for threads in ["--test-threads=8", "--test-threads=1"] {
        let run = run(&all, &[threads]);
        bad.iter().for_each(|name| assert_eq!(run.passed(name), !VALIDATE, "{name}\n{run}"));
        good.iter().for_each(|name| assert!(run.passed(name), "{name}\n{run}"));
        if VALIDATE {
            let summary = run.stderr.lines().last().unwrap();
            assert!(summary.starts_with("lockdep: 5 reports in this process: "), "{run}");
            bad.iter().for_each(|name| assert!(summary.contains(&format!("1 from `samples::{name}`")), "{summary}"));
        } else {
            assert_eq!(run.code, Some(0), "{run}");
            assert_eq!(run.stderr, "");
        }
    }
}

/// What several tests do wrong is printed once, and each of them fails; who does only the part that is right does not.
#[test]
fn every_test_that_does_the_same_wrong_fails() {
    let bad = ["enabled_again", "enabled_first", "inverted_again", "inverted_again_in_a_thread", "inverted_first"];
    let all: Vec<&str> = bad.into_iter().chain(["only_one_order", "good"]).collect();
    for threads in ["--test-threads=8", "--test-threads=1"] {
        let run = run(&all, &[threads]);
        bad.iter().for_each(|name| assert_eq!(run.passed(name), !VALIDATE, "{name}\n{run}"));
        assert!(run.passed("good"), "{run}");
        if VALIDATE {
            assert!(run.stderr.contains("lockdep: 2 reports in this process: "), "{run}");
            bad.iter().for_each(|name| assert!(run.failure(name).contains("lockdep: 1 report from this test"), "{run}"));
            for kind in ["Inversion", "UnsafeIrqEnable"] {
                assert_eq!(run.stderr.matches(&format!("error[lockdep::{kind}]")).count(), 1, "{run}");
            }
        }
        if threads == "--test-threads=1" {
            assert!(run.passed("only_one_order"), "{run}");
        }
    }
    // A process for each, as `cargo nextest` has it.
    bad.iter().for_each(|name| assert_eq!(run(&[name], &["--nocapture"]).passed(name), !VALIDATE, "{name}"));
}

/// As `cargo nextest` does it.
#[test]
fn a_process_for_each_test() {
    for (name, good) in [("good_in_threads", true), ("bad_in_a_thread", false)] {
        let run = run(&[name], &["--nocapture"]);
        assert_eq!(run.passed(name), good || !VALIDATE, "{run}");
        assert_eq!(run.code, Some(if good || !VALIDATE { 0 } else { 101 }), "{run}");
    }
}

#[test]
fn results_and_expected_panics_mean_what_they_mean_in_a_plain_test() {
    for (name, good) in [("returns_ok", true), ("returns_err", false), ("panics_as_it_should", true), ("panics_otherwise", false)]
    {
        let run = run_one(name);
        assert_eq!(run.passed(name), good, "{run}");
        assert!(!run.stderr.contains("lockdep"), "{run}");
    }
    assert!(run_one("returns_err").failure("returns_err").contains("not today"));
    assert!(run_one("panics_otherwise").failure("panics_otherwise").contains("did not contain expected string"));
}

#[test]
fn an_expected_panic_does_not_excuse_a_report() {
    let run = run_one("panics_as_it_should_but_bad");
    assert_eq!(run.passed("panics_as_it_should_but_bad"), !VALIDATE, "{run}");
    if VALIDATE {
        let failure = run.failure("panics_as_it_should_but_bad");
        assert!(failure.contains("the expected panic does not excuse it"), "{failure}");
        assert!(failure.contains("did not panic as expected"), "{failure}");
    }
}

#[test]
fn a_panic_of_the_test_keeps_its_message() {
    for name in ["panics_and_bad", "isolated_panics_and_bad"] {
        let run = run_one(name);
        assert!(!run.passed(name), "{run}");
        let failure = run.failure(name);
        assert!(failure.contains("a reason of its own"), "{failure}");
        assert_eq!(failure.contains("1 report from this test"), VALIDATE, "{failure}");
    }
}

#[test]
fn a_lock_left_held_is_reported_at_the_end_of_the_test() {
    let run = run_one("leaves_a_lock_held");
    assert_eq!(run.passed("leaves_a_lock_held"), !VALIDATE, "{run}");
    if VALIDATE {
        assert_eq!(run.stderr.matches("[lockdep::HeldAtExit]").count(), 1, "{run}");
    }
}

#[cfg(feature = "validate")]
#[test]
fn what_cannot_go_on_fails_the_test_wherever_it_is() {
    for name in ["recursion", "recursion_in_a_thread_that_is_not_asked", "isolated_recursion"] {
        let run = run_one(name);
        assert!(!run.passed(name), "{run}");
        let failure = run.failure(name);
        assert!(failure.contains("lockdep: 1 report from this test"), "{failure}");
        assert!(failure.contains("error[lockdep::Recursion]"), "{failure}");
    }
}

#[test]
fn an_isolated_test_shows_its_reports_in_its_failure() {
    let run = run(&["isolated_good", "isolated_bad", "isolated_panics_as_it_should"], &[]);
    assert!(run.passed("isolated_good"), "{run}");
    assert!(run.passed("isolated_panics_as_it_should"), "{run}");
    assert_eq!(run.passed("isolated_bad"), !VALIDATE, "{run}");
    if VALIDATE {
        let failure = run.failure("isolated_bad");
        assert!(failure.contains("lockdep: 1 report from this test (in full above)"), "{failure}");
        assert!(failure.contains("Possible unsafe locking scenario"), "{failure}");
        // It is no report of the process.
        assert!(!run.stderr.contains("in this process"), "{run}");
    }
}

#[test]
fn a_plain_test_turns_the_run_red_and_is_named() {
    for name in ["plain_bad", "plain_bad_in_a_thread"] {
        let run = run_one(name);
        assert!(run.passed(name), "{run}");
        assert_eq!(run.code, Some(if VALIDATE { 66 } else { 0 }), "{run}");
        if VALIDATE {
            assert!(run.stderr.ends_with(&format!("lockdep: 1 report in this process, from `samples::{name}`\n")), "{run}");
        }
    }
}
