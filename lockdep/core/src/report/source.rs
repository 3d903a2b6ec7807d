//! Source files: where they are on this machine, what they are called in a report, and which part of a line a place means.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::{env, fs};

use unicode_width::UnicodeWidthChar as _;

use super::{Frame, Site};

/// A larger file is not source that somebody wants to read.
const LARGEST_FILE: u64 = 8 << 20;

/// Finds and reads source files, each once.
pub(super) struct Sources {
    /// Where relative paths are looked for, best first.
    roots: Vec<PathBuf>,
    files: HashMap<PathBuf, Option<Rc<File>>>,
}

/// A source file, line by line.
pub(super) struct File {
    lines: Vec<String>,
}

impl Sources {
    /// Looks from the current directory. The compiler is given paths that begin at the root of the workspace, and a test runs
    /// in the directory of its package, so that the root is some directory above.
    pub(super) fn from_current_dir() -> Sources {
        let Ok(current) = env::current_dir() else { return Sources::with_roots(Vec::new()) };
        let mut roots: Vec<PathBuf> = current.ancestors().map(Path::to_owned).collect();
        if let Some(workspace) = roots.iter().position(|dir| dir.join("Cargo.lock").is_file()) {
            roots[..=workspace].rotate_right(1);
        }
        Sources::with_roots(roots)
    }

    /// Looks in these directories.
    pub(super) fn with_roots(roots: Vec<PathBuf>) -> Sources {
        Sources { roots, files: HashMap::new() }
    }

    /// The file that a report calls `file`, if it is on disk; `frames` are of the same place, and debug information has the
    /// whole path where the compiler was given a part of it.
    pub(super) fn read(&mut self, file: &str, frames: &[Frame]) -> Option<Rc<File>> {
        let path = Path::new(file);
        if path.is_absolute() {
            return self.read_path(path.to_owned());
        }
        let from_frames = frames.iter().filter_map(|frame| frame.file.as_deref()).map(Path::new);
        if let Some(whole) = from_frames.filter(|whole| whole.is_absolute()).find(|whole| whole.ends_with(path))
            && let Some(found) = self.read_path(whole.to_owned())
        {
            return Some(found);
        }
        let places: Vec<PathBuf> = self.roots.iter().map(|root| root.join(path)).collect();
        places.into_iter().find_map(|place| self.read_path(place))
    }

    fn read_path(&mut self, path: PathBuf) -> Option<Rc<File>> {
        // One file is one value, by whatever path it was found.
        let path = fs::canonicalize(path).ok()?;
        match self.files.entry(path) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(new) => {
                let file = File::read(new.key()).map(Rc::new);
                new.insert(file).clone()
            }
        }
    }

    /// What a report calls a file: relative to the workspace or the current directory when inside it, otherwise without what
    /// is the same for every program: `serde-1.0.229/src/lib.rs`, `library/core/src/option.rs`.
    pub(super) fn short_path(&self, file: &str) -> String {
        let path = Path::new(file);
        let inside = self.roots.first().filter(|root| root.parent().is_some()).and_then(|root| path.strip_prefix(root).ok());
        if let Some(inside) = inside.filter(|inside| !inside.as_os_str().is_empty()) {
            return inside.display().to_string();
        }
        let parts = parts(file);
        match foreign_prefix(&parts) {
            Some(skip) => parts[skip..].join("/"),
            None => file.strip_prefix("./").unwrap_or(file).to_owned(),
        }
    }

    /// Whether the file belongs to a dependency or to the standard library.
    pub(super) fn is_foreign(&self, file: &str) -> bool {
        foreign_prefix(&parts(file)).is_some()
    }
}

/// Whether a file belongs to the standard library. Allocates nothing.
pub(crate) fn in_library(file: &str) -> bool {
    // As built into it, and where its sources are installed.
    let built = file.strip_prefix("/rustc/").and_then(|rest| rest.split_once('/'));
    built.is_some_and(|(_, path)| path.starts_with("library/")) || file.contains("/rustlib/src/rust/library/")
}

fn parts(file: &str) -> Vec<&str> {
    Path::new(file).components().map(|part| part.as_os_str().to_str().unwrap_or("?")).collect()
}

/// How many leading parts of a path only say where the code of others is kept, if it is code of others.
fn foreign_prefix(parts: &[&str]) -> Option<usize> {
    let find = |sought: &[&str]| parts.windows(sought.len()).position(|window| window == sought).map(|at| at + sought.len());
    let is_hashed = |part: &&str| part.rsplit_once('-').is_some_and(|(_, hash)| hash.len() == 16 && hash.bytes().all(is_hex));
    // registry/src/<index>-<hash>/<crate>-<version>/...
    let registry = find(&["registry", "src"]).filter(|&at| parts.get(at).is_some_and(is_hashed)).map(|at| at + 1);
    // git/checkouts/<name>-<hash>/<revision>/...
    let git = find(&["git", "checkouts"]).filter(|&at| parts.get(at).is_some_and(is_hashed));
    // /rustc/<hash>/library/..., and the component rust-src
    let rustc = (parts.get(1) == Some(&"rustc") && parts.get(3) == Some(&"library")).then_some(3);
    let component = find(&["rustlib", "src", "rust"]);
    [registry, git, rustc, component].into_iter().flatten().next().filter(|&skip| skip < parts.len())
}

fn is_hex(byte: u8) -> bool {
    byte.is_ascii_hexdigit()
}

impl File {
    fn read(path: &Path) -> Option<File> {
        // Not a pipe, a device, or a directory: a report must not wait for one.
        let about = fs::metadata(path).ok()?;
        if !about.is_file() || about.len() > LARGEST_FILE {
            return None;
        }
        let bytes = fs::read(path).ok()?;
        Some(File::from_bytes(&bytes))
    }

    fn from_bytes(bytes: &[u8]) -> File {
        let text = String::from_utf8_lossy(bytes);
        File { lines: text.lines().map(without_controls).collect() }
    }

    /// Lines `from..=to`, both from 1 and inside the file.
    pub(super) fn text(&self, from: u32, to: u32) -> String {
        let mut text = self.lines[from as usize - 1..to as usize].join("\n");
        text.push('\n');
        text
    }

    /// The bytes of a line that a place means, and whether there is such a line.
    pub(super) fn span(&self, line: u32, column: u32) -> Option<Range<usize>> {
        let index = usize::try_from(line).ok()?.checked_sub(1)?;
        self.lines.get(index).map(|line| span_in_line(line, column))
    }
}

/// Tabs stay: the drawing knows them. Other control characters would reach the terminal.
fn without_controls(line: &str) -> String {
    line.chars().map(|c| if c.is_control() && c != '\t' { ' ' } else { c }).collect()
}

/// The character at `column` (from 1), and where it is. A column is what the compiler counts as one: a tab is four of them, and a character
/// as many as it is wide.
fn char_at(line: &str, column: u32) -> Option<(usize, char)> {
    let mut skip = (column as usize).checked_sub(1)?;
    for (at, c) in line.char_indices() {
        if skip == 0 && c.width() != Some(0) {
            return Some((at, c));
        }
        skip = skip.checked_sub(if c == '\t' { 4 } else { c.width().unwrap_or(0) })?;
    }
    None
}

/// What begins at `column`: a call with its arguments, a macro, a name. The whole statement of the line if the column is 0, unknown, or not
/// in the line.
fn span_in_line(line: &str, column: u32) -> Range<usize> {
    let start = char_at(line, column);
    match start {
        Some((start, first)) if !first.is_whitespace() => start..start + call_length(&line[start..]),
        _ => {
            let code = line.trim_start();
            let start = line.len() - code.len();
            let code = code.trim_end();
            start..start + code.strip_suffix(';').unwrap_or(code).len()
        }
    }
}

/// The length of the call, macro or name that the text begins with; at least one character.
fn call_length(text: &str) -> usize {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut end = 0;
    loop {
        end += text[end..].find(|c| !is_name(c)).unwrap_or(text.len() - end);
        if text[end..].starts_with("::<") {
            end += 2;
            end += closed_length(&text[end..], '<', '>').unwrap_or(1);
        }
        if !(text[end..].starts_with("::") && text[end + 2..].starts_with(is_name)) {
            break;
        }
        end += 2;
    }
    if end > 0 && text[end..].starts_with('!') && text[end + 1..].starts_with(['(', '[', '{']) {
        end += 1;
    }
    for (open, close) in [('(', ')'), ('[', ']'), ('{', '}')] {
        let called = open == '(' || text[..end].ends_with('!');
        if called && text[end..].starts_with(open) {
            end += closed_length(&text[end..], open, close).unwrap_or(0);
            break;
        }
    }
    end.max(text.chars().next().map_or(0, char::len_utf8))
}

/// The length of a text that begins with `open`, up to the `close` that belongs to it; `None` if it closes in another line.
fn closed_length(text: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(at + c.len_utf8());
            }
        }
    }
    None
}

/// The places of a stack from the innermost outwards, without those in the standard library.
pub(super) fn callers(frames: &[Frame]) -> impl Iterator<Item = (&str, u32, u32)> {
    places(frames).filter(|(file, _, _)| !in_library(file))
}

/// Up to a frame of which nothing is known: it may be where it happened, and what is further out is not.
fn places(frames: &[Frame]) -> impl Iterator<Item = (&str, u32, u32)> {
    let known = frames.iter().take_while(|frame| frame.symbol.is_some() || frame.file.is_some());
    known.filter_map(|frame| Some((frame.file.as_deref()?, frame.line, 0)))
}

/// The place of a step: its site, or the innermost frame that has one.
pub(super) fn place(site: Option<Site>, frames: &[Frame]) -> Option<(&str, u32, u32)> {
    match site {
        Some(site) => Some((site.file, site.line, site.column)),
        None => places(frames).next(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_span(line: &str, column: u32, expected: &str) {
        assert_eq!(&line[span_in_line(line, column)], expected, "column {column} of {line:?}");
    }

    #[test]
    fn a_column_means_the_call_that_begins_there() {
        check_span("    let bfqd = self.bfqd.lock_irq();", 26, "lock_irq()");
        check_span("    let x = A.lock().unwrap();", 15, "lock()");
        check_span("static A: Mutex<u32> = Mutex::new(f(1, 2));", 24, "Mutex::new(f(1, 2))");
        check_span("    let x = Mutex::<Vec<u8>>::new(1);", 13, "Mutex::<Vec<u8>>::new(1)");
        check_span("    lockdep::assert_held!(LOCK);", 5, "lockdep::assert_held!(LOCK)");
        check_span("    let v = vec![1];", 13, "vec![1]");
        check_span("    if locked { go() }", 8, "locked");
        check_span("    x.run(", 7, "run");
        check_span("    }", 5, "}");
        check_span("    größe.lock(\"ä\");", 11, "lock(\"ä\")");
        // As the compiler counts: a tab is four columns, a wide character two.
        check_span("\t\tlet a = here();", 17, "here()");
        check_span("\t\tlet s = \"日本語\"; let b = here();", 35, "here()");
        check_span("\tlet s = \"é\"; let c = here();", 26, "here()");
    }

    #[test]
    fn without_a_column_the_whole_line_is_meant() {
        check_span("\tdrop(insert);  ", 0, "drop(insert)");
        check_span("    drop(insert);", 1, "drop(insert)");
        check_span("    drop(insert);", 18, "drop(insert)");
        check_span("    drop(insert);", u32::MAX, "drop(insert)");
        check_span("", 7, "");
        check_span("   ", 2, "");
    }

    #[test]
    fn paths_lose_what_every_program_has() {
        let sources = Sources::with_roots(vec![PathBuf::from("/home/me/app"), PathBuf::from("/home/me")]);
        for (path, short) in [
            ("/home/me/app/src/main.rs", "src/main.rs"),
            ("/home/me/other/src/main.rs", "/home/me/other/src/main.rs"),
            ("src/main.rs", "src/main.rs"),
            ("./src/main.rs", "src/main.rs"),
            ("/home/me/.cargo/registry/src/index.example-1949cf8c6b5b557f/rayon-1.10.0/src/lib.rs", "rayon-1.10.0/src/lib.rs"),
            ("/home/me/.cargo/git/checkouts/db-0123456789abcdef/89abcde/src/lib.rs", "db-0123456789abcdef/89abcde/src/lib.rs"),
            ("/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/option.rs", "library/core/src/option.rs"),
            ("/opt/rust/lib/rustlib/src/rust/library/std/src/thread/mod.rs", "library/std/src/thread/mod.rs"),
            ("/home/you/registry/src/api/mod.rs", "/home/you/registry/src/api/mod.rs"),
            ("", ""),
        ] {
            assert_eq!(sources.short_path(path), short);
        }
        assert!(sources.is_foreign("/rustc/5980/library/core/src/option.rs"));
        assert!(!sources.is_foreign("/home/me/app/src/main.rs"));
        assert!(in_library("/rustc/5980/library/core/src/option.rs"));
        assert!(in_library("/home/me/.rustup/toolchains/stable/lib/rustlib/src/rust/library/core/src/option.rs"));
        assert!(!in_library("/home/me/library/core/src/option.rs"));
        assert!(!in_library("/rustc/5980/compiler/rustc_driver/src/lib.rs"));
    }

    /// A stripped program, called by a C library that is not.
    #[test]
    fn an_unknown_frame_hides_its_callers() {
        let frame = |symbol: Option<&str>, file: Option<&str>| {
            let text = |text: Option<&str>| text.map(str::to_owned);
            Frame { ip: 0, symbol: text(symbol), file: text(file), line: 1, column: 0, module: None }
        };
        let (own, libc) = (frame(None, None), frame(Some("qsort"), Some("stdlib/qsort.c")));
        let nameless = frame(Some("raise"), None);
        assert_eq!(place(None, &[nameless, libc.clone()]).map(|place| place.0), Some("stdlib/qsort.c"));
        assert_eq!(place(None, &[own.clone(), libc.clone()]), None);
        assert_eq!(callers(&[own, libc]).next(), None);
    }

    #[test]
    fn the_path_of_a_frame_leads_to_the_file() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let file = Some(here.to_str().unwrap().to_owned());
        let frame = Frame { ip: 0, symbol: None, file, line: 1, column: 0, module: None };
        let mut sources = Sources::with_roots(Vec::new());
        assert!(sources.read("Cargo.toml", &[]).is_none());
        let found = sources.read("Cargo.toml", &[frame]).unwrap();
        let again = sources.read(here.to_str().unwrap(), &[]).unwrap();
        assert!(Rc::ptr_eq(&found, &again));
    }

    /// A test runs in the directory of its package, and `file!()` begins at the root of the workspace.
    #[test]
    fn a_path_of_the_compiler_leads_to_the_file() {
        assert!(Sources::from_current_dir().read(file!(), &[]).is_some());
    }

    #[test]
    fn what_is_no_file_is_not_read() {
        let mut sources = Sources::with_roots(vec![PathBuf::from("/")]);
        for path in ["/dev/zero", "dev/zero", "/", "", "/no/such/file", "\0"] {
            assert!(sources.read(path, &[]).is_none(), "{path:?}");
        }
    }

    #[test]
    fn a_file_that_is_not_utf_8_is_shown_as_well_as_it_goes() {
        let file = File::from_bytes(b"first\r\n\xff\xfe lock()\x1b[31m\n");
        assert_eq!(file.text(2, 2), "\u{fffd}\u{fffd} lock() [31m\n");
        let span = file.span(2, 4).unwrap();
        assert_eq!(&file.lines[1][span], "lock()");
        assert_eq!(file.span(3, 1), None);
        assert_eq!(file.span(0, 1), None);
        assert_eq!(file.span(u32::MAX, 1), None);
    }
}
