//! What the map in `lib.rs` promises of the engine: it knows nobody, and is a plain value.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("the engine has a directory");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs"));
    assert!(files.len() > 5, "these are all of the engine: {files:?}");
    files
}

fn engine() -> impl Iterator<Item = (PathBuf, String)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/engine");
    sources(&directory).into_iter().map(|path| {
        let text = fs::read_to_string(&path).expect("a source file");
        (path, text)
    })
}

#[test]
fn the_engine_knows_nobody_of_ours_but_the_shared_words() {
    const ALLOWED: [&str; 6] = ["super::", "core::", "allocator_api2::", "hashbrown::", "crate::kind::", "crate::class::"];
    for (path, text) in engine() {
        let uses = text.lines().filter_map(|line| line.strip_prefix("use ").or_else(|| line.strip_prefix("pub use ")));
        for used in uses {
            let own = ["class::", "event::", "verdict::", "evidence::", "graph::"].iter().any(|own| used.starts_with(own));
            let allowed = ALLOWED.iter().any(|allowed| used.starts_with(allowed));
            assert!(allowed || (own && path.ends_with("mod.rs")), "{}: use {used}", path.display());
        }
    }
}

#[test]
fn the_engine_has_no_statics_and_no_unsafe() {
    for (path, text) in engine() {
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with("//")) {
            let word = |word: &str| line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|found| found == word);
            let is_static = line.starts_with("static ") || line.starts_with("pub static ") || word("thread_local");
            assert!(!is_static && !word("unsafe"), "{}: {line}", path.display());
            assert!(!line.contains("std::") || line.contains("core::"), "{}: {line}", path.display());
        }
    }
}
