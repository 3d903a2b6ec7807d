//! Without the validator a lock and unlock through the mirror is the original's machine code.
//!
//! Builds a small crate, optimised, and compares what the compiler wrote for the same function over both types.

#![cfg(not(feature = "validate"))]

use std::fs;
use std::path::Path;
use std::process::Command;

const SOURCE: &str = r#"
macro_rules! pair {
    ($bare:ident, $ours:ident, $Bare:ty, $Ours:ty, |$lock:ident| $body:expr) => {
        pair!($bare, $ours, $Bare, $Ours, |$lock| -> () { $body });
    };
    ($bare:ident, $ours:ident, $Bare:ty, $Ours:ty, |$lock:ident| -> $Result:ty { $body:expr }) => {
        #[unsafe(no_mangle)]
        pub fn $bare($lock: &$Bare) -> $Result { $body }
        #[unsafe(no_mangle)]
        pub fn $ours($lock: &$Ours) -> $Result { $body }
    };
}
pair!(bare_mutex, ours_mutex, parking_lot::Mutex<u64>, lockdep::parking_lot::Mutex<u64>, |lock| *lock.lock() += 1);
pair!(bare_read, ours_read, parking_lot::RwLock<u64>, lockdep::parking_lot::RwLock<u64>, |lock| { std::hint::black_box(*lock.read()); });
pair!(bare_write, ours_write, parking_lot::RwLock<u64>, lockdep::parking_lot::RwLock<u64>, |lock| *lock.write() += 1);
pair!(bare_std, ours_std, std::sync::Mutex<u64>, lockdep::sync::Mutex<u64>, |lock| *lock.lock().unwrap() += 1);
pair!(bare_once, ours_once, std::sync::OnceLock<u64>, lockdep::sync::OnceLock<u64>, |cell| -> u64 { *cell.get_or_init(|| 7) });
pair!(bare_lazy, ours_lazy, std::sync::LazyLock<u64>, lockdep::sync::LazyLock<u64>, |lazy| -> u64 { **lazy });
pair!(bare_cell, ours_cell, once_cell::sync::OnceCell<u64>, lockdep::once_cell::sync::OnceCell<u64>, |cell| -> u64 { *cell.get_or_init(|| 7) });
"#;

/// The instructions of a function, without what names and numbers places.
fn body(assembly: &str, function: &str) -> Vec<String> {
    // Identical functions may be one: the second is then another name of the first.
    let forms = [format!(".set {function}, "), format!("{function} = ")];
    let is_alias = |line: &str| forms.iter().find_map(|form| line.trim().strip_prefix(form.as_str()).map(str::to_owned));
    let alias = assembly.lines().find_map(is_alias);
    let start = format!("{}:", alias.as_deref().unwrap_or(function));
    let lines = assembly.lines().skip_while(|line| *line != start).skip(1);
    let lines = lines.take_while(|line| !line.starts_with(".Lfunc_end")).map(str::trim);
    let code: Vec<String> = lines.filter(|line| !line.is_empty() && !line.starts_with(['.', '#'])).map(normalised).collect();
    assert!(code.len() > 3, "`{function}` is not in the assembly");
    code
}

/// Labels and constants are numbered through the file.
fn normalised(line: &str) -> String {
    let words = line.split_inclusive([' ', '\t', ',', '(']).map(|word| match word.find(".L") {
        Some(at) => format!("{}.L{}", &word[..at], if word.ends_with('(') { "(" } else { "" }),
        None => word.to_owned(),
    });
    words.collect()
}

#[test]
fn a_pair_is_the_originals_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("off-code");
    fs::create_dir_all(directory.join("src")).unwrap();
    fs::write(directory.join("src/lib.rs"), SOURCE).unwrap();
    let manifest = format!(
        "[package]\nname = \"off-code\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n\
         lockdep = {{ path = \"{}\" }}\nonce_cell = \"1\"\nparking_lot = \"0.12\"\n",
        root.join("lockdep").display()
    );
    fs::write(directory.join("Cargo.toml"), manifest).unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["rustc", "--release", "--offline", "--lib", "--target-dir", "target", "--", "--emit=asm", "-Ccodegen-units=1"])
        .current_dir(&directory)
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let written = fs::read_dir(directory.join("target/release/deps")).unwrap().map(|entry| entry.unwrap().path());
    let mut written: Vec<_> = written.filter(|path| path.extension().is_some_and(|extension| extension == "s")).collect();
    // The newest: an older build may have left its own.
    written.sort_by_key(|path| fs::metadata(path).unwrap().modified().unwrap());
    let assembly = fs::read_to_string(written.last().expect("the compiler writes assembly")).unwrap();
    for name in ["mutex", "read", "write", "std", "once", "lazy", "cell"] {
        let (bare, ours) = (body(&assembly, &format!("bare_{name}")), body(&assembly, &format!("ours_{name}")));
        let mnemonics = |code: &[String]| -> Vec<String> {
            code.iter().map(|line| line.split_whitespace().next().unwrap_or_default().to_owned()).collect()
        };
        assert_eq!(mnemonics(&bare), mnemonics(&ours), "{name}:\n{}\n--- ours:\n{}", bare.join("\n"), ours.join("\n"));
        let of_validator = ours.iter().find(|line| line.contains("lockdep_core"));
        assert_eq!(of_validator, None, "{name} calls the validator");
    }
}
