//! A program that knows nothing of lockdep, with three versions of `parking_lot`, `lock_api` by itself and `dashmap` from the
//! registry, under all the patches at once.
//!
//! It takes a build of its own, into `target/shims`, so it runs on request only: `cargo test --test shims -- --ignored`.

#![cfg(feature = "validate")]

use std::path::Path;
use std::process::{Command, Output};
use std::sync::OnceLock;

/// Builds the program, once.
fn program() -> &'static Path {
    static BUILT: OnceLock<std::path::PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let target = root.join("target/shims");
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--config", "../config/patches.toml", "--target-dir"])
            .arg(&target)
            .current_dir(root.join("lockdep/shims/tests/tree"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&built.stderr);
        assert!(built.status.success(), "{said}");
        // Cargo only warns of a patch that it did not use; and a shim may not warn at all.
        assert!(!said.contains("warning"), "{said}");
        target.join("debug/tree")
    })
}

fn run(scenario: &str) -> (Option<i32>, String) {
    run_with(scenario, &[])
}

fn run_with(scenario: &str, environment: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut command = Command::new(program());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("LOCKDEP") {
            command.env_remove(name);
        }
    }
    let Output { status, stdout, stderr } = command
        .arg(scenario)
        .envs([("LOCKDEP", "log,verbose"), ("LOCKDEP_STACKS", "off")])
        .envs(environment.to_vec())
        .output()
        .unwrap();
    (status.code(), String::from_utf8_lossy(&[stderr, stdout].concat()).into_owned())
}

#[test]
#[ignore = "takes a build of its own"]
fn all_shims_are_there_and_right_code_is_silent() {
    let (code, said) = run("clean");
    assert_eq!(code, Some(0), "{said}");
    let first = said.lines().next().unwrap();
    for shim in ["lock_api 0.4.", "parking_lot 0.11.", "parking_lot 0.12.", "parking_lot 0.13.", "signal-hook-registry 1."] {
        assert!(first.contains(shim), "{first}");
    }
    assert_eq!(said.lines().count(), 3, "{said}");
    assert!(said.ends_with("clean\n"), "{said}");
}

/// What cargo only warns of, or says nothing of: a package that is not patched, one whose version the shim does not stand for.
#[test]
#[ignore = "asks cargo for the versions of a tree of its own"]
fn what_is_not_patched_is_named() {
    let shims = Path::new(env!("CARGO_MANIFEST_DIR")).join("lockdep/shims");
    let check = |arguments: &[&str]| {
        let checked = Command::new(shims.join("check")).args(arguments).current_dir(shims.join("tests/tree")).output().unwrap();
        (checked.status.code(), String::from_utf8_lossy(&[checked.stderr, checked.stdout].concat()).into_owned())
    };
    let (code, said) = check(&["--config", "../config/patches.toml"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.lines().all(|line| line.ends_with(": checked")) && said.lines().count() >= 5, "{said}");
    let one = "patch.crates-io.parking_lot.path = '../../parking_lot-0.12'";
    let (code, said) = check(&["--config", one]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.lines().any(|line| line.starts_with("parking_lot 0.12.") && line.ends_with(": checked")), "{said}");
    assert!(
        said.lines().any(|line| line.starts_with("parking_lot 0.11.") && line.contains(": NOT checked: no patch names /")),
        "{said}"
    );
    let (code, said) = check(&["--config", "patch.crates-io.parking_lot.path = '/nowhere'"]);
    assert!(code == Some(2) && said.contains("/nowhere"), "{said}");
}

#[test]
#[ignore = "takes a build of its own"]
fn every_version_is_checked_and_so_is_the_order_across_them() {
    for (scenario, classes) in [
        ("0.11", ["Mutex<Eleven>", "Mutex<u8>"]),
        ("0.12", ["FairMutex<Twelve>", "FairMutex<u8>"]),
        ("0.13", ["Mutex<Thirteen>", "ReentrantMutex<u8>"]),
        ("across", ["Mutex<Eleven>", "Mutex<Thirteen>"]),
        ("wait", ["Condvar<()>", "Mutex<Twelve>"]),
    ] {
        let (code, said) = run(scenario);
        assert_eq!(code, Some(66), "{scenario}\n{said}");
        assert_eq!(said.matches("error[lockdep::Inversion]").count(), 1, "{said}");
        // Made in the program, and not in a wrapper.
        let made = |class: &&str| said.lines().any(|line| line.contains(*class) && line.contains("made at src/main.rs:"));
        assert!(classes.iter().all(made), "{said}");
    }
}

#[test]
#[ignore = "takes a build of its own"]
fn locks_of_one_class_are_judged_one_by_one() {
    let (code, said) = run("one-class");
    assert_eq!(code, Some(66), "{said}");
    assert!(!said.contains("Recursion"), "{said}");
    let (_, strict) = run_with("one-class", &[("LOCKDEP_SAME_CLASS", "class")]);
    assert!(strict.contains("error[lockdep::Recursion]"), "{strict}");
    assert_eq!(said.matches("error[lockdep::Inversion]").count(), 1, "{said}");
}

#[test]
#[ignore = "takes a build of its own"]
fn a_dependency_is_checked_before_it_hangs() {
    let (code, said) = run("dashmap");
    assert_eq!(code, Some(101), "{said}");
    assert_eq!(said.matches("error[lockdep::Recursion]").count(), 1, "{said}");
}

#[test]
#[ignore = "takes a build of its own"]
fn what_signal_hook_registers_runs_in_its_signals_context() {
    let (code, said) = run("handler");
    assert_eq!(code, Some(66), "{said}");
    assert_eq!(said.matches("error[lockdep::WaitContext]").count(), 1, "{said}");
    assert!(said.contains("SIGUSR1"), "{said}");
}
