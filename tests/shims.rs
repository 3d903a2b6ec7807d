//! Programs that know nothing of lockdep: one with three versions of `parking_lot`, both of `lock_api` by themselves, `dashmap` and `spin` from
//! the registry, under all the patches at once; and one with 0.13 and 0.5 only, under each of the two patches and both.
//!
//! They take builds of their own, into `target/shims…`, so they run on request only: `cargo test --test shims -- --ignored`.

#![cfg(feature = "validate")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, OnceLock, PoisonError};

/// One lock file, and each set of patches writes its own.
static ONE_BY_ONE: Mutex<()> = Mutex::new(());

/// Builds the program `name` under the patches of these files; returns where it is, and what cargo said.
fn build(name: &str, patches: &[&str], target: &str) -> (PathBuf, String) {
    let _lock_file = ONE_BY_ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = root.join("target").join(target);
    let directory = root.join("lockdep/shims/tests").join(name);
    let _ = std::fs::remove_file(directory.join("Cargo.lock"));
    let built = Command::new(env!("CARGO"))
        .args(["build", "--target-dir"])
        .arg(&target)
        .args(patches.iter().flat_map(|patch| ["--config".to_owned(), format!("../config/{patch}.toml")]))
        .current_dir(directory)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&built.stderr).into_owned();
    assert!(built.status.success(), "{said}");
    (target.join("debug").join(name), said)
}

/// As `build`, of what cargo has nothing to say about: it only warns of a patch that it did not use, and a shim may not warn at all.
fn built(name: &str, patches: &[&str], target: &str) -> PathBuf {
    let (program, said) = build(name, patches, target);
    assert!(!said.contains("warning"), "{said}");
    program
}

/// The program with everything in it, built once.
fn program() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| built("tree", &["patches"], "shims"))
}

fn run(scenario: &str) -> (Option<i32>, String) {
    run_with(scenario, &[])
}

fn run_with(scenario: &str, environment: &[(&str, &str)]) -> (Option<i32>, String) {
    run_of(program(), scenario, environment)
}

fn run_of(program: &Path, scenario: &str, environment: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut command = Command::new(program);
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

/// Whether the class was made in the program, and not in a wrapper.
fn made_in_the_program(said: &str, class: &str) -> bool {
    said.lines().any(|line| line.contains(class) && line.contains("made at src/main.rs:"))
}

#[test]
#[ignore = "takes a build of its own"]
fn all_shims_are_there_and_right_code_is_silent() {
    let (code, said) = run("clean");
    assert_eq!(code, Some(0), "{said}");
    let first = said.lines().next().unwrap();
    for shim in [
        "lock_api 0.4.",
        "lock_api 0.5.",
        "parking_lot 0.11.",
        "parking_lot 0.12.",
        "parking_lot 0.13.",
        "signal-hook-registry 1.",
    ] {
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
    let check_in = |directory: &str, arguments: &[&str]| {
        let checked =
            Command::new(shims.join("check")).args(arguments).current_dir(shims.join("tests").join(directory)).output().unwrap();
        (checked.status.code(), String::from_utf8_lossy(&[checked.stderr, checked.stdout].concat()).into_owned())
    };
    let check = |arguments: &[&str]| check_in("tree", arguments);
    let (code, said) = check(&["--config", "../config/patches.toml"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.lines().all(|line| line.ends_with(": checked")) && said.lines().count() >= 6, "{said}");
    let one = "patch.crates-io.parking_lot.path = '../../parking_lot-0.12'";
    let (code, said) = check(&["--config", one]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.lines().any(|line| line.starts_with("parking_lot 0.12.") && line.ends_with(": checked")), "{said}");
    for missing in ["parking_lot 0.11.", "parking_lot 0.13.", "lock_api 0.4.", "lock_api 0.5."] {
        let is_named = |line: &str| line.starts_with(missing) && line.contains(": NOT checked: no patch names /");
        assert!(said.lines().any(is_named), "{missing}\n{said}");
    }
    let (code, said) = check(&["--config", "patch.crates-io.parking_lot.path = '/nowhere'"]);
    assert!(code == Some(2) && said.contains("/nowhere"), "{said}");
    // Where somebody asks for one version only, `cargo update` does not help, and it is said who does.
    let lock_file = ONE_BY_ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let (code, said) = check_in("pinned", &["--config", one]);
    drop(lock_file);
    let pinned = |line: &str| line.contains("ruled out by `parking_lot = \"=0.12.4\"` required by package `pinned ");
    assert!(code == Some(1) && said.lines().any(pinned) && !said.contains("`cargo update -p parking_lot"), "{said}");
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
        ("own", ["Mutex<Thirteen>", "Mutex<u8>"]),
        ("own-across", ["Mutex<Thirteen>", "Mutex<Twelve>"]),
        ("0.13-wait", ["Condvar<()>", "Mutex<Thirteen>"]),
    ] {
        let (code, said) = run(scenario);
        assert_eq!(code, Some(66), "{scenario}\n{said}");
        assert_eq!(said.matches("error[lockdep::Inversion]").count(), 1, "{said}");
        assert!(classes.iter().all(|class| made_in_the_program(&said, class)), "{said}");
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

#[test]
#[ignore = "takes a build of its own"]
fn reads_in_reads_are_judged_by_the_lock_that_is_read() {
    let (code, said) = run("0.13-reads");
    assert_eq!(code, Some(66), "{said}");
    assert_eq!(said.matches("error[").count(), 1, "{said}");
    assert!(said.contains("error[lockdep::Recursion]: `RwLock<u8>`"), "{said}");
    // With a writer who waits it is certain, and reported before it hangs.
    let (code, said) = run("0.13-hangs");
    assert_eq!(code, Some(101), "{said}");
    assert_eq!(said.matches("error[lockdep::Recursion]: `RwLock<u8>`").count(), 1, "{said}");
}

#[test]
#[ignore = "takes a build of its own"]
fn what_other_raw_locks_do_with_readers_is_known() {
    // It would hang: guards of `spin` may go to other threads, so it is not stopped.
    let (code, said) = run_with("spin", &[("LOCKDEP", "abort")]);
    assert_eq!(code, None, "{said}");
    assert_eq!(said.matches("error[lockdep::Recursion]: `RwLock<Twelve>`").count(), 1, "{said}");
    assert_eq!(said.matches("error[lockdep::").count(), 1, "{said}");
}

#[test]
#[ignore = "takes a build of its own"]
fn the_originals_own_search_for_deadlocks_works_in_every_version() {
    for version in ["0.11", "0.12", "0.13"] {
        // Checked, it would not come to that.
        let (code, said) = run_with(&format!("{version}-stuck"), &[("LOCKDEP", "off")]);
        assert_eq!((code, said.as_str()), (Some(0), "1 2\n"), "{version}");
    }
}

/// A feature that a shim lacks is one that some program cannot be built with.
#[test]
#[ignore = "asks cargo for the originals"]
fn every_feature_of_the_originals_is_there() {
    let shims = Path::new(env!("CARGO_MANIFEST_DIR")).join("lockdep/shims");
    let metadata = |arguments: &[&str], directory: &Path| -> Vec<serde_json::Value> {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--quiet", "--format-version", "1"])
            .args(arguments)
            .current_dir(directory)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        metadata["packages"].as_array().unwrap().clone()
    };
    let features =
        |package: &serde_json::Value| -> Vec<String> { package["features"].as_object().unwrap().keys().cloned().collect() };
    let lock_file = ONE_BY_ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let _ = std::fs::remove_file(shims.join("tests/tree/Cargo.lock"));
    let originals = metadata(&[], &shims.join("tests/tree"));
    drop(lock_file);
    for (shim, name) in [
        ("lock_api-0.4", "lock_api"),
        ("lock_api-0.5", "lock_api"),
        ("parking_lot-0.11", "parking_lot"),
        ("parking_lot-0.12", "parking_lot"),
        ("parking_lot-0.13", "parking_lot"),
        ("signal-hook-registry-1", "signal-hook-registry"),
    ] {
        let ours = &metadata(&["--no-deps"], &shims.join(shim))[0];
        // Also the newest of its kind: older ones have fewer features.
        let original = originals.iter().find(|package| package["name"] == name && package["version"] == ours["version"]);
        let original = original.unwrap_or_else(|| panic!("no original of {shim} {} in the tree", ours["version"]));
        assert!(original["source"].is_string(), "{shim}: not the original");
        assert_eq!(features(ours), features(original), "{shim}");
    }
}

/// What each finds by itself. Without the shim of `lock_api` nobody sees what is made of that one; without the shim of `parking_lot` the
/// real locks are checked.
#[test]
#[ignore = "takes builds of its own"]
fn the_shims_of_0_5_and_0_13_work_alone_and_together() {
    let (api, locks) = ("only-lock_api-0.5", "only-parking_lot-0.13");
    for (patches, own) in [(&[api][..], true), (&[locks], false), (&[api, locks], true)] {
        let program = built("alone", patches, "shims-alone");
        let (code, said) = run_of(&program, "clean", &[]);
        assert_eq!((code, said.lines().count()), (Some(0), 3), "{patches:?}\n{said}");
        let first = said.lines().next().unwrap();
        for (patch, shim) in [(api, "lock_api 0.5."), (locks, "parking_lot 0.13.")] {
            assert_eq!(first.contains(shim), patches.contains(&patch), "{patches:?}: {first}");
        }
        for (scenario, found, kind, class) in [
            ("locks", true, "Inversion", "Mutex<Thirteen>"),
            ("wait", true, "Inversion", "Condvar<()>"),
            ("refuted", false, "Inversion", "Condvar<()>"),
            ("reads", true, "Recursion", "RwLock<u8>"),
            ("own", own, "Inversion", "Mutex<Thirteen>"),
        ] {
            let (code, said) = run_of(&program, scenario, &[]);
            assert_eq!(code, Some(if found { 66 } else { 0 }), "{patches:?} {scenario}\n{said}");
            assert_eq!(said.matches(&format!("error[lockdep::{kind}]")).count(), usize::from(found), "{said}");
            assert!(!found || made_in_the_program(&said, class), "{patches:?} {scenario}\n{said}");
        }
    }
}

/// The original's condition variable asks for the raw lock of a mutex that is held, and holds it again when it returns.
#[test]
#[ignore = "takes a build of its own"]
fn a_mutex_is_held_after_a_wait_for_the_originals_condition_variable() {
    let program = built("pinned", &["only-lock_api-0.4"], "shims-lock_api");
    let (code, said) = run_of(&program, "wait", &[]);
    assert_eq!(code, Some(66), "{said}");
    assert_eq!(said.matches("error[lockdep::").count(), said.matches("error[lockdep::Inversion]").count(), "{said}");
}

/// Cargo says it in one sentence, and the process, where every shim says what it is, says nothing.
#[test]
#[ignore = "takes a build of its own"]
fn a_patch_of_another_version_is_said_to_be_unused() {
    let (program, said) = build("pinned", &["only-parking_lot-0.13"], "shims-pinned");
    let unused = |line: &&str| line.contains("patch `parking_lot v0.13.0") && line.contains("was not used in the crate graph");
    assert_eq!(said.lines().filter(unused).count(), 1, "{said}");
    assert_eq!(run_of(&program, "", &[]), (Some(0), "0\n".to_owned()));
}
