//! The feature `interpose`: handlers and masks of any crate and of C code are seen.
//!
//! It is a property of a whole binary, so the programs are one of their own, the example `interposed` in `tests/interpose`, which
//! these tests build with the feature: `libc::sigaction`, the crate signal-hook, and a C file install the same handlers.

#![cfg(feature = "validate")]

use std::env;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// The directory of this profile: `target/debug`.
fn profile_directory() -> PathBuf {
    env::current_exe().unwrap().ancestors().nth(2).unwrap().to_owned()
}

/// The program, built by the first test that wants it.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let directory = profile_directory();
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--features", "interpose", "--example", "interposed", "--target-dir"]);
        cargo.arg(directory.parent().unwrap()).current_dir(env!("CARGO_MANIFEST_DIR"));
        if directory.ends_with("release") {
            cargo.arg("--release");
        }
        let built = cargo.output().unwrap();
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        directory.join("examples/interposed")
    })
}

/// The C file as a shared library, built by the first test that wants it.
fn library() -> &'static str {
    static LIBRARY: OnceLock<String> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join("interposed-handlers.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interpose/handlers.c");
        let compiler = env::var("CC").unwrap_or_else(|_| "cc".to_owned());
        let mut cc = Command::new(&compiler);
        cc.args(["-shared", "-fPIC", "-g", "-O1", "-Wall", "-Werror", "-o"]).arg(&library).arg(source);
        match cc.output() {
            Ok(output) if output.status.success() => library.to_str().unwrap().to_owned(),
            Ok(output) => panic!("`{compiler}` does not compile handlers.c:\n{}", String::from_utf8_lossy(&output.stderr)),
            Err(error) => {
                panic!("these tests need a C compiler, and `{compiler}` does not run ({error}): install one, or name it in CC")
            }
        }
    })
}

fn run_with(scenario: &str, installer: &str, environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(program());
    command.args([scenario, installer]).current_dir(env!("CARGO_MANIFEST_DIR"));
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("LOCKDEP") {
            command.env_remove(name);
        }
    }
    command.env("RUST_BACKTRACE", "0").envs(environment.iter().copied()).output().unwrap()
}

fn run(scenario: &str, installer: &str) -> Output {
    run_with(scenario, installer, &[])
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What was reported: the first line of each report, and its id, which is the same wherever the same program has the same bug.
fn reports(output: &Output) -> Vec<(String, String)> {
    let text = stderr(output);
    let titles = text.lines().filter(|line| line.contains("[lockdep::")).map(str::to_owned);
    let ids = text.lines().filter_map(|line| line.split_once("report id ")).map(|(_, id)| id.to_owned());
    let mut reports: Vec<_> = titles.zip(ids).collect();
    reports.sort();
    reports
}

/// The bug is reported, and no other, whoever installed the handler.
#[track_caller]
fn same_by_all(scenario: &str, kinds: &[&str], words: &[&str]) {
    let by_raw = run(scenario, "raw");
    let found = reports(&by_raw);
    let mut found_kinds: Vec<_> =
        found.iter().map(|(title, _)| title.split("[lockdep::").nth(1).unwrap().split(']').next().unwrap()).collect();
    found_kinds.sort_unstable();
    assert_eq!(found_kinds, kinds, "{}", stderr(&by_raw));
    for word in words {
        assert!(stderr(&by_raw).contains(word), "`{word}` is missing\n{}", stderr(&by_raw));
    }
    for installer in ["hook", library()] {
        let other = run(scenario, installer);
        assert_eq!(reports(&other), found, "{scenario} by {installer}\n{}", stderr(&other));
        assert_eq!(other.status.code(), by_raw.status.code());
        for word in words {
            assert!(stderr(&other).contains(word), "`{word}` is missing\n{}", stderr(&other));
        }
    }
}

#[track_caller]
fn silent(scenario: &str, installers: &[&str]) {
    for installer in installers {
        let output = run(scenario, installer);
        assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""), "{scenario} by {installer}");
        // The same without the validator.
        let off = run_with(scenario, installer, &[("LOCKDEP", "off")]);
        let expects_context = stderr(&off).contains("signal::in_handler()");
        assert!(off.status.success() || expects_context, "{scenario} by {installer}, off\n{}", stderr(&off));
    }
}

const ALL: [&str; 2] = ["raw", "hook"];

// ---- Bugs.

#[test]
fn a_lock_of_a_handler_held_with_the_signal_open() {
    same_by_all("usage", &["IrqUsage"], &["SIGUSR1", "bugs::counts", "bugs::usage"]);
}

#[test]
fn a_handler_that_finds_its_lock_held() {
    same_by_all("recursion", &["Recursion"], &["SIGUSR1", "bugs::counts", "bugs::recursion", "lockdep: aborting"]);
}

#[test]
fn a_lock_that_sleeps_in_a_handler() {
    same_by_all("wait", &["WaitContext"], &["SIGTERM", "bugs::wait::logs"]);
}

#[test]
fn a_handler_that_keeps_a_lock() {
    same_by_all("held", &["HeldAtExit"], &["the handler of SIGUSR2 returns"]);
}

#[test]
fn a_handler_that_leaves_with_another_mask() {
    same_by_all("mask", &["IrqState"], &["the handler of SIGUSR1 returns with a different signal mask"]);
}

#[test]
fn two_handlers_on_top_of_each_other_in_inverse_order() {
    same_by_all("nested", &["Inversion"], &["bugs::nested::outer", "bugs::nested::inner"]);
}

/// Of what a handler takes, the part of the stack that was interrupted is looked at only when it matters: then it is the right one.
#[test]
fn what_a_handler_holds_is_shown_with_what_it_interrupted() {
    same_by_all("interrupted", &["Inversion"], &["bugs::interrupted::takes_queue", "bugs::interrupted::second_place"]);
    for installer in ALL {
        let output = run("interrupted", installer);
        let text = stderr(&output);
        assert!(!text.contains("first_place"), "{text}");
        // Held, and acquiring.
        assert!(text.matches("bugs::interrupted::second_place").count() >= 2, "{text}");
    }
}

#[test]
fn foreign_code_that_opens_a_signal_under_a_lock() {
    same_by_all("foreign-enable", &["UnsafeIrqEnable"], &["SIGUSR1 is re-enabled", "bugs::foreign_enable"]);
}

#[test]
fn a_wait_that_opens_a_signal_under_a_lock() {
    same_by_all("foreign-wait", &["UnsafeIrqEnable"], &["bugs::foreign_wait"]);
}

#[test]
fn a_handler_that_leaves_by_a_jump_with_a_lock() {
    let output = run("jump-with-lock", library());
    let kinds: Vec<_> = reports(&output).into_iter().map(|(title, _)| title).collect();
    assert_eq!(kinds.len(), 1, "{}", stderr(&output));
    assert!(kinds[0].contains("[lockdep::HeldAtExit]"), "{}", stderr(&output));
    // Before the jump is made, with what was interrupted, and not at the next occasion.
    assert!(stderr(&output).contains("siglongjmp("), "{}", stderr(&output));
}

/// Its tables are half changed then, and its lock is held.
#[test]
fn a_jump_out_of_the_middle_of_the_validator() {
    let output = run("jump-out", library());
    assert_eq!(output.status.signal(), Some(libc::SIGABRT), "{}", stderr(&output));
    assert!(stderr(&output).starts_with("lockdep: a jump out of the middle of the validator"), "{}", stderr(&output));
}

/// One report of this kind, which says this.
#[track_caller]
fn one(scenario: &str, kind: &str, words: &[&str]) {
    let output = run(scenario, "raw");
    let text = stderr(&output);
    assert_eq!(output.status.code(), Some(66), "{text}");
    assert_eq!(text.matches("[lockdep::").count(), 1, "{text}");
    assert!(text.contains(&format!("[lockdep::{kind}]")), "{text}");
    for word in words {
        assert!(text.contains(word), "`{word}` is missing\n{text}");
    }
}

#[test]
fn a_mask_that_is_put_back_with_sig_block() {
    let title = "the signal mask is put back with SIG_BLOCK, which opens nothing: SIGUSR1 and SIGTERM stay blocked";
    one("restored-by-block", "IrqState", &[title, "masks::saves", "masks::puts_back"]);
}

#[test]
fn plain_saves_that_are_crossed() {
    one("crossed", "IrqState", &["restoring the signal mask blocks SIGUSR1, opened since the save", "masks::puts_back"]);
}

#[test]
fn masks_that_open_what_they_should_leave_alone() {
    for scenario in ["a-blocker-that-opens", "one-signal", "empty-mask"] {
        one(scenario, "UnsafeIrqEnable", &["masks::saves", "re-enabled"]);
    }
}

#[test]
fn a_thread_that_keeps_what_was_meant_for_a_moment() {
    one("inherited", "IrqState", &["was started inside a section", "thread started here"]);
}

/// They used to be taken for the child's, and what they did for nobody's.
#[test]
fn threads_whose_memory_the_child_of_a_vfork_was_the_first_to_use() {
    let output = run("after-vfork", "raw");
    let text = stderr(&output);
    assert_eq!(text.matches("[lockdep::UnsafeIrqEnable]").count(), 3, "{text}");
    assert_eq!((reports(&output).len(), output.status.code()), (3, Some(66)), "{text}");
}

#[test]
fn masks_that_pair_up() {
    silent("in-pairs", &["raw"]);
}

// ---- Legal programs.

#[test]
fn every_flag_does_what_it_does_without_us() {
    silent("flags", &["raw"]);
}

#[test]
fn a_handler_that_panics_and_catches_it_while_another_comes() {
    silent("panics", &["raw"]);
}

/// `signal` used to have system calls made again whatever that had said.
#[test]
fn signals_that_end_system_calls() {
    silent("siginterrupt", &["raw", library()]);
}

#[test]
fn a_handler_is_the_first_that_is_seen_of_a_thread() {
    silent("first-contact", &["raw", library()]);
}

#[test]
fn the_child_of_a_vfork_is_another_process() {
    silent("vfork", &["raw", library()]);
}

#[test]
fn a_signal_that_arrives_while_it_is_blocked() {
    silent("blocked-in-time", &["raw"]);
}

#[test]
fn a_pair_of_masks_in_a_handler() {
    silent("pair-in-handler", &["raw", library()]);
}

#[test]
fn an_old_action_is_the_one_that_was_installed() {
    silent("old", &["raw", library()]);
}

#[test]
fn signals_that_are_waited_for() {
    silent("sigwait", &["raw"]);
    silent("signalfd", &["raw"]);
}

#[test]
fn handlers_that_write_to_a_pipe_count_or_try() {
    for scenario in ["self-pipe", "atomics", "try-lock"] {
        silent(scenario, &ALL);
        silent(scenario, &[library()]);
    }
}

#[test]
fn handlers_on_top_of_each_other_in_order() {
    silent("ordered", &ALL);
    silent("ordered", &[library()]);
}

#[test]
fn a_handler_of_a_fault_that_leaves_by_a_jump() {
    silent("jump", &[library()]);
}

#[test]
fn a_handler_that_dies_of_its_signal() {
    for installer in ["raw", "hook", library()] {
        let output = run("reraise", installer);
        assert_eq!((output.status.signal(), stderr(&output).as_str()), (Some(libc::SIGTERM), ""), "{installer}");
    }
}

#[test]
fn waits_that_open_what_is_blocked() {
    silent("waits", &ALL);
    silent("waits", &[library()]);
}

#[test]
fn signals_to_threads_that_begin_and_end() {
    silent("threads", &ALL);
}

// ---- Lazy lines, and storms.

#[test]
fn lines_that_are_blocked_by_a_flag_alone() {
    // With the validator off there is no trampoline, and every mask is real.
    let output = run("lazy", "raw");
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
}

/// Sections that are a flag are known like others: where they began, where they end, what relies on them.
#[test]
fn lazy_sections_are_in_the_reports() {
    let output = run("lazy-bugs", "raw");
    let text = stderr(&output);
    let kinds: Vec<_> = reports(&output).into_iter().map(|(title, _)| title).collect();
    let of = |kind: &str| kinds.iter().filter(|title| title.contains(kind)).count();
    assert_eq!((kinds.len(), of("[lockdep::UnsafeIrqEnable]"), of("[lockdep::IrqState]")), (3, 2, 1), "{text}");
    assert_eq!(output.status.code(), Some(66), "{text}");
    for word in [
        "lazy::lazy_bugs::disables",
        "lazy::lazy_bugs::ends_inner",
        "lazy::lazy_bugs::saves_and_restores",
        "signals last blocked at tests/interpose/lazy.rs:",
        "signals last unblocked at tests/interpose/lazy.rs:",
    ] {
        assert!(text.contains(word), "`{word}` is missing\n{text}");
    }
}

/// Every queued signal is taken once and in its order, nothing is reported, nothing hangs: with real masks and lazy ones.
/// `LOCKDEP_STORM_SECONDS=60` makes each storm last that long; the default is 1.
#[test]
fn a_storm_loses_nothing_and_is_silent() {
    let seconds = env::var("LOCKDEP_STORM_SECONDS").unwrap_or_else(|_| "1".to_owned());
    for lazy in [None, Some(("LOCKDEP_STORM_LAZY", "1"))] {
        for stacks in ["exact", "off"] {
            let environment = [("LOCKDEP_STORM_SECONDS", seconds.as_str()), ("LOCKDEP_STACKS", stacks)];
            let environment: Vec<_> = environment.into_iter().chain(lazy).collect();
            let output = run_with("storm", "raw", &environment);
            assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""), "{environment:?}");
        }
    }
}

#[test]
fn a_storm_hides_no_bug() {
    for lazy in [None, Some(("LOCKDEP_STORM_LAZY", "1"))] {
        let environment = [("LOCKDEP_STORM_SECONDS", "1"), ("LOCKDEP_STORM_PLANT", "1")];
        let environment: Vec<_> = environment.into_iter().chain(lazy).collect();
        let output = run_with("storm", "raw", &environment);
        let found = reports(&output);
        assert!(found.iter().all(|(title, _)| title.contains("[lockdep::IrqUsage]: `planted`")), "{}", stderr(&output));
        assert!(!found.is_empty() && output.status.code() == Some(66), "{environment:?}\n{}", stderr(&output));
    }
}

/// Short, under valgrind's memcheck, where there is one.
#[test]
fn a_storm_touches_no_memory_that_is_not_its_own() {
    if !Command::new("valgrind").arg("--version").output().is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: `valgrind` does not run");
        return;
    }
    for lazy in [None, Some(("LOCKDEP_STORM_LAZY", "1"))] {
        let mut valgrind = Command::new("valgrind");
        valgrind.args(["-q", "--error-exitcode=9", "--fair-sched=yes"]).arg(program()).args(["storm", "raw"]);
        let output = valgrind.env("LOCKDEP_STORM_SECONDS", "1").envs(lazy).output().unwrap();
        assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""), "{lazy:?}");
    }
}

/// What the linker makes of it: shared libraries find our definitions.
#[test]
fn the_definitions_are_those_of_the_whole_program() {
    let names = Command::new("nm").args(["--dynamic", "--defined-only"]).arg(program()).output();
    let Ok(names) = names.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()) else {
        eprintln!("skipped: `nm` does not run");
        return;
    };
    for name in [
        "sigaction",
        "signal",
        "siginterrupt",
        "pthread_sigmask",
        "sigprocmask",
        "sigsuspend",
        "ppoll",
        "pselect",
        "epoll_pwait",
        "pthread_create",
    ] {
        assert!(names.lines().any(|line| line.ends_with(&format!(" {name}"))), "{name} is not exported\n{names}");
    }
}
