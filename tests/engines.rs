//! Deadlocks of published engines and caches, through their public API: each reported before it hangs, with the caller's own line in
//! every stack. The programs are those of `examples/engines`.
//!
//! They take builds of their own, into `examples/engines/target/checked`, so they run on request only, all or one by one:
//! `cargo test --test engines sled -- --ignored`.

#![cfg(feature = "validate")]

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// What a program does after its reports.
#[derive(Clone, Copy)]
enum Then {
    /// It is stopped at the place that would never return.
    Panics,
    /// This time it went well. Or the engine catches the panic of a callback, and goes on.
    Returns,
    /// Nothing is done about it: what waits is no lock. The watchdog tells, if it can.
    Hangs,
}
use Then::{Hangs, Panics, Returns};

/// Runs one of the bugs; the reports are `expected`: kind and severity, each once, in any order.
fn bug(engine: &str, name: &str, expected: &[(&str, &str)], then: Then) {
    let engines = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/engines");
    let target = engines.join("target/checked");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--release", "--config", "config/shims.toml", "--package", &format!("engine-{engine}")])
        .arg("--target-dir")
        .arg(&target)
        .current_dir(&engines)
        .output()
        .unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));

    let reports = target.join(format!("reports-{engine}-{name}"));
    let _ = std::fs::remove_dir_all(&reports);
    std::fs::create_dir(&reports).unwrap();
    let mut command = Command::new(target.join(format!("release/engine-{engine}")));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("LOCKDEP") {
            command.env_remove(name);
        }
    }
    let ended = command.arg(name).env("LOCKDEP_OUT", &reports).env("LOCKDEP_WATCHDOG", "3").output().unwrap();
    let said = String::from_utf8_lossy(&[ended.stderr, ended.stdout].concat()).into_owned();
    let code = match then {
        Panics => 101,
        Returns if expected.is_empty() => 0,
        Returns => 66,
        Hangs => 3,
    };
    assert_eq!(ended.status.code(), Some(code), "{engine} {name}\n{said}");

    // A thread of this engine makes the other half of an inversion: before or after ours, or too late for the end of the process.
    let races = engine == "raft-engine";
    let mut found = Vec::new();
    for file in std::fs::read_dir(&reports).unwrap() {
        let report: Value = serde_json::from_slice(&std::fs::read(file.unwrap().path()).unwrap()).unwrap();
        let text = |key: &str| report[key].as_str().unwrap_or_default().to_owned();
        found.push((text("kind"), text("severity")));
        let stacks = report["stacks"].as_array().unwrap();
        assert!(stacks.len() >= 2, "{said}");
        // Of the first of these; others, and what the watchdog sees, may be of the engine's own threads.
        let whole = expected.first().is_some_and(|(kind, _)| text("kind") == *kind) && text("kind") != "Stall";
        let main = format!("{engine}/src/main.rs");
        let of_caller = |frame: &Value| frame["file"].as_str().is_some_and(|file| file.ends_with(&main));
        let mut of_callers = stacks.iter().map(|stack| stack["frames"].as_array().unwrap().iter().any(of_caller));
        let enough = if races && text("kind") == "Inversion" {
            of_callers.any(|of_caller| of_caller)
        } else {
            of_callers.all(|of_caller| of_caller)
        };
        assert!(!whole || enough, "{said}");
    }
    found.sort();
    let mut expected: Vec<_> = expected.iter().map(|(kind, severity)| ((*kind).to_owned(), (*severity).to_owned())).collect();
    expected.sort();
    if races && expected.len() > 1 {
        expected.retain(|report| report.0 != "Inversion" || found.contains(report));
    }
    assert_eq!(found, expected, "{engine} {name}\n{said}");
}

const RECURSION: &[(&str, &str)] = &[("Recursion", "Certain")];
const INVERSION: &[(&str, &str)] = &[("Inversion", "Possible")];
const STALL: &[(&str, &str)] = &[("Stall", "Possible")];

#[test]
#[ignore = "takes a build of its own"]
fn sled() {
    bug("sled", "read-in-transaction", RECURSION, Panics);
    bug("sled", "nested-transaction", RECURSION, Panics);
    bug("sled", "generate-id-in-transaction", RECURSION, Panics);
    bug("sled", "open-tree-in-transaction", INVERSION, Returns);
    bug("sled", "merge-that-reads", &[("Recursion", "Possible"), ("Inversion", "Possible")], Returns);
    bug("sled", "drop-full-subscriber", STALL, Hangs);
}

#[test]
#[ignore = "takes a build of its own"]
fn dashmap() {
    bug("dashmap", "get-over-insert", RECURSION, Panics);
    bug("dashmap", "iterate-over-remove", RECURSION, Panics);
    bug("dashmap", "two-maps", INVERSION, Returns);
}

#[test]
#[ignore = "takes a build of its own"]
fn moka() {
    bug("moka", "load-under-load", RECURSION, Panics);
    // A listener may panic.
    bug("moka", "listener-that-writes", RECURSION, Returns);
    bug("moka", "listener-that-tidies", RECURSION, Returns);
    bug("moka", "lock-in-listener", INVERSION, Returns);
    bug("moka", "loaders-that-ask-for-each-other", &[], Returns);
}

#[test]
#[ignore = "takes a build of its own"]
fn quick_cache() {
    bug("quick_cache", "retain-that-reads", RECURSION, Panics);
    bug("quick_cache", "entry-that-reads", RECURSION, Panics);
    bug("quick_cache", "value-that-reads-when-dropped", RECURSION, Panics);
    bug("quick_cache", "load-under-load", &[], Hangs);
}

#[test]
#[ignore = "takes a build of its own"]
fn parity_db() {
    bug("parity-db", "iterate-under-iterate", RECURSION, Panics);
    bug("parity-db", "commit-while-iterating", STALL, Hangs);
}

#[test]
#[ignore = "takes a build of its own"]
fn nebari() {
    bug("nebari", "tree-twice", RECURSION, Panics);
    bug("nebari", "other-tree", STALL, Hangs);
}

#[test]
#[ignore = "takes a build of its own"]
fn raft_engine() {
    // When it is dropped, the engine looks into all tables: that is the other half of an inversion.
    bug("raft-engine", "scan-that-writes", &[("Recursion", "Certain"), ("Inversion", "Possible")], Panics);
    bug("raft-engine", "scan-that-reads", &[("Recursion", "Possible"), ("Inversion", "Possible")], Returns);
    bug("raft-engine", "scan-that-writes-elsewhere", INVERSION, Returns);
    bug("raft-engine", "listener-that-writes", STALL, Hangs);
}
