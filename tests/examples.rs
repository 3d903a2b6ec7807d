//! Every example, run as a user runs it: its exit code, its output and its report.
//!
//! What a program of `examples/` must print lies beside it in `NAME.expected`, in a form that is the same on every machine
//! (see `normalise`). When a report is meant to look different, write the files anew and read the difference:
//!
//! ```text
//! BLESS=1 cargo test --test examples
//! ```
//!
//! The examples must have been built, in the same profile and with the same features: plain `cargo test` does so, and before
//! `cargo test --test examples` it takes a `cargo build --examples`. Without the feature `validate` the programs must run
//! through, silently.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

const VALIDATE: bool = cfg!(feature = "validate");

// ---- One bug each.

#[test]
fn self_recursion_panics_instead_of_hanging() {
    if VALIDATE {
        compare_with_expected("self_recursion", &run("self_recursion", &[]));
    }
}

#[test]
fn abba() {
    compare_with_expected("abba", &run("abba", &[]));
}

#[test]
fn three_lock_cycle() {
    compare_with_expected("three_lock_cycle", &run("three_lock_cycle", &[]));
}

#[test]
fn handler_takes_lock() {
    compare_with_expected("handler_takes_lock", &run("handler_takes_lock", &[]));
}

#[test]
fn errno_spoiled() {
    compare_with_expected("errno_spoiled", &run("errno_spoiled", &[]));
}

/// Really stuck, and explained by the watchdog.
#[test]
fn three_thread_deadlock() {
    let ended = run("three_thread_deadlock", &[]);
    if VALIDATE {
        compare_with_expected("three_thread_deadlock", &ended);
    } else {
        assert_eq!(ended.code, Some(0), "{ended}");
        assert_eq!(ended.stderr, "", "{ended}");
    }
}

#[test]
fn malloc_in_handler() {
    compare_with_expected("malloc_in_handler", &run("malloc_in_handler", &[]));
}

#[test]
fn sigprof_lock() {
    compare_with_expected("sigprof_lock", &run("sigprof_lock", &[]));
}

#[test]
fn nested_handlers() {
    compare_with_expected("nested_handlers", &run("nested_handlers", &[]));
}

#[test]
fn restore_by_sig_block() {
    compare_with_expected("restore_by_sig_block", &run("restore_by_sig_block", &[]));
}

#[test]
fn fixed_order_is_silent() {
    compare_with_expected("fixed_order", &run("fixed_order", &[]));
}

// ---- The incident.

#[test]
fn bfq_merge_reports_and_goes_on() {
    let first = run("bfq_merge", &[]);
    compare_with_expected("bfq_merge", &first);
    for _ in 0..2 {
        let again = run("bfq_merge", &[]);
        assert_eq!(again.code, Some(0), "{again}");
        assert!(!VALIDATE || again.stderr.contains("UnsafeIrqEnable"), "{again}");
    }
}

/// Frames by their symbols too: `normalise` drops what stands for the kernel.
#[test]
fn bfq_merge_prints_what_the_readme_shows() {
    if !VALIDATE {
        return;
    }
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let begin = readme.find("error[lockdep::UnsafeIrqEnable]").unwrap();
    let shown = readme[begin..].split("```").next().unwrap();
    let printed = run("bfq_merge", &[]).stderr;
    let (expected, actual) = (normalise(&printed), normalise(shown));
    assert!(actual == expected, "README.md differs:\n{}", difference(&expected, &actual));
    let signals = |text: &str| text.lines().filter_map(frame).filter(|(_, symbol, _)| *symbol == "<signal>").count();
    assert_eq!(signals(shown), signals(&printed), "{printed}");
}

#[test]
fn bfq_merge_raw_leaves_the_exit_code_to_the_library() {
    let ended = run("bfq_merge", &["--raw"]);
    assert_eq!(ended.code, Some(if VALIDATE { 66 } else { 0 }), "{ended}");
}

#[test]
fn bfq_merge_fixed_is_silent() {
    let ended = run("bfq_merge", &["--fixed"]);
    assert_eq!(ended.code, Some(0), "{ended}");
    assert_eq!(ended.stderr, "", "{ended}");
    let raw = run("bfq_merge", &["--fixed", "--raw"]);
    assert_eq!(raw.code, Some(0), "{raw}");
}

#[test]
fn bfq_merge_needs_no_handler_to_be_reported() {
    let ended = run("bfq_merge", &["--no-handler"]);
    assert_eq!(ended.code, Some(0), "{ended}");
    assert!(ended.stdout.contains(" 0 completion signals"), "{ended}");
    if VALIDATE {
        for words in ["UnsafeIrqEnable", "bfq_bio_merge", "blk_account_io_merge", "no handler was seen to take `bfqd.lock` yet"] {
            assert!(ended.stderr.contains(words), "`{words}` is missing\n{ended}");
        }
        assert!(!ended.stderr.contains("bfq_finish_requeue_request"), "{ended}");
    }
}

#[test]
fn bfq_merge_unchecked_locks_up() {
    let begun = Instant::now();
    let ended = run("bfq_merge", &["--unchecked"]);
    assert!(begun.elapsed() < Duration::from_secs(10), "{ended}");
    assert_eq!(ended.code, Some(3), "{ended}");
    let expected: &[&str] = if VALIDATE {
        &[
            "[lockdep::Deadlock]",
            "in the handler of SIGRTMIN, waits for `bfqd.lock`, which the code that it interrupted holds",
            "holding `bfqd.lock`",
            "<signal SIGRTMIN>",
            ": now at\n",
            "7 threads of process",
            "thread `kworker` (tid ",
            "bfq_merge::block::bfq_dispatch_request",
            "thread `main` (tid ",
        ]
    } else {
        &[
            "locked up",
            "bfq_bio_merge\n    [holds bfqd.lock]\n",
            "    [signal]\n",
            "and waits for bfqd.lock, which it holds itself",
        ]
    };
    for words in expected {
        assert!(ended.stderr.contains(words), "`{words}` is missing\n{ended}");
    }
    if VALIDATE {
        // Every thread, with what it holds, what it wants and where it is.
        let threads = ended.stderr.split("7 threads of process").nth(1).unwrap().split("\nthread `").skip(1);
        let stuck: Vec<&str> = threads.filter(|thread| thread.contains("s for `bfqd.lock` (write), at examples/")).collect();
        assert!(stuck.iter().all(|thread| thread.contains("is now at\n") && thread.contains("bfq_merge::block::")), "{ended}");
        assert_eq!(stuck.iter().filter(|thread| thread.contains("holds `bfqd.lock` (write), taken at ")).count(), 1, "{ended}");
    }
}

#[test]
fn bfq_merge_fixed_does_not_lock_up() {
    let ended = run("bfq_merge", &["--unchecked", "--fixed"]);
    assert_eq!(ended.code, Some(0), "{ended}");
}

#[test]
fn bfq_merge_reads_the_file_it_is_given() {
    let this = env::current_exe().unwrap();
    let ended = run("bfq_merge", &["--file", this.to_str().unwrap(), "--requests", "300", "--threads", "2"]);
    assert_eq!(ended.code, Some(0), "{ended}");
    assert!(ended.stdout.starts_with("bfq_merge: 300 reads by 2 threads"), "{ended}");
}

#[test]
fn bfq_merge_refuses_wrong_options_in_one_sentence() {
    let wrong: &[(&[&str], &str)] = &[
        (&["--requests", "0"], "`--requests`"),
        (&["--requests", "many"], "many"),
        (&["--requests"], "--requests"),
        (&["--threads", "0"], "`--threads`"),
        (&["--threads", "1000"], "`--threads`"),
        (&["--file", "/nowhere/at/all"], "`/nowhere/at/all`"),
        (&["--file", "/"], "`/`"),
        (&["--file", "/dev/null"], "`/dev/null`"),
        (&["--file", "Cargo.toml"], "`Cargo.toml`"),
        (&["--frobnicate"], "--frobnicate"),
        (&["stray"], "stray"),
        (&["--unchecked", "--raw"], "`--raw`"),
        (&["--unchecked", "--no-handler"], "`--no-handler`"),
    ];
    for (options, named) in wrong {
        let ended = run("bfq_merge", options);
        assert_eq!(ended.code, Some(2), "{options:?}\n{ended}");
        assert_eq!(ended.stdout, "", "{options:?}");
        assert_eq!(ended.stderr.lines().count(), 1, "{options:?}\n{ended}");
        assert!(ended.stderr.contains(named), "{options:?}\n{ended}");
    }
}

// ---- Running a program.

/// How a program ended, and what it printed.
struct Ended {
    /// `None`: killed by a signal.
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let code = self.code.map_or("killed by a signal".to_owned(), |code| format!("exit code {code}"));
        write!(f, "---- {code}\n---- stdout\n{}---- stderr\n{}", self.stdout, self.stderr)
    }
}

/// Far more than any example needs.
const DEADLINE: Duration = Duration::from_secs(120);

/// Runs the example to its end.
fn run(example: &str, options: &[&str]) -> Ended {
    // One at a time: a program that locks up keeps every processor busy.
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);

    let mut command = Command::new(path_of(example));
    // From here the reports find the source, and name it as they do for a user.
    command.args(options).current_dir(env!("CARGO_MANIFEST_DIR"));
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("LOCKDEP") || name == "RUST_BACKTRACE" {
            command.env_remove(name);
        }
    }
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let stdout = read_all(child.stdout.take().unwrap());
    let stderr = read_all(child.stderr.take().unwrap());
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begun.elapsed() > DEADLINE {
            child.kill().unwrap();
            child.wait().unwrap();
            let ended = Ended { code: None, stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap() };
            panic!("`{example}` hangs\n{ended}");
        }
        thread::sleep(Duration::from_millis(2));
    };
    Ended { code: status.code(), stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap() }
}

fn read_all(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Cargo puts examples beside the directory of the tests.
fn path_of(example: &str) -> PathBuf {
    let tests = env::current_exe().unwrap();
    let path = tests.ancestors().nth(2).unwrap().join("examples").join(example);
    assert!(path.exists(), "`{}` is not built: `cargo build --examples` does it, in this profile", path.display());
    path
}

// ---- Comparing.

fn compare_with_expected(example: &str, ended: &Ended) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example).with_extension("expected");
    let actual = normalise(&ended.to_string());
    if env::var_os("BLESS").is_some_and(|value| value == "1") {
        if VALIDATE {
            fs::write(&path, actual).unwrap();
        }
        return;
    }
    let expected = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    if VALIDATE {
        assert!(actual == expected, "{} differs:\n{}", path.display(), difference(&expected, &actual));
    } else {
        // The same program, and not a word from a validator.
        let stdout = |text: &str| text.split("---- stdout\n").nth(1).unwrap().split("---- stderr\n").next().unwrap().to_owned();
        assert_eq!(ended.code, Some(0), "{ended}");
        assert_eq!(ended.stderr, "", "{ended}");
        if example != "bfq_merge" {
            assert_eq!(stdout(&actual), stdout(&expected));
        }
    }
}

/// The output without what differs from run to run, from machine to machine, and between debug and release:
///
/// * absolute paths begin at the workspace;
/// * addresses, numbers of threads and of mask events, the length of waits, and what `bfq_merge` counts, are `N`;
/// * a panic of the library has no place;
/// * symbols have no hash;
/// * of a stack, only the frames of the example are left, without numbers and columns; and of a handler's stack in `bfq_merge`
///   not what it happened to interrupt.
fn normalise(text: &str) -> String {
    let text = text.replace(concat!(env!("CARGO_MANIFEST_DIR"), "/"), "");
    let mut lines = Vec::new();
    let mut interrupted = false;
    let mut rest = text.lines().peekable();
    while let Some(line) = rest.next() {
        if let Some((number, symbol, mut place)) = frame(line) {
            // A long symbol leaves no room: the place is in the next line.
            if let Some(below) = rest.next_if(|below| place.is_empty() && below.trim_start().starts_with("at ")) {
                place = below.trim_start().trim_start_matches("at ");
            }
            interrupted &= number != 0;
            if !interrupted && place.starts_with("examples/") {
                lines.push(without_hash(&format!("       -: {symbol} at {place}")));
            }
            interrupted |= symbol == "bfq_merge::disk::do_irq";
        } else if let Some((words, _)) = line.split_once("last unblocked at ") {
            // Which of a thread's sections was the last before it depends on what the disk did meanwhile.
            lines.push(format!("{words}last unblocked at PLACE"));
        } else if !line.trim_start().starts_with("... ") {
            let counts = line.starts_with("bfq_merge: ") && line.contains(" reads by ");
            let before: &[&str] =
                if counts { &[" "] } else { &["0x", "(event ", "thread 'main' (", "(tid ", "of process ", "has waited "] };
            lines.push(before.iter().fold(line.to_owned(), |line, before| without_number_after(before, &line)));
        }
    }
    lines.join("\n") + "\n"
}

/// The number, the symbol and the place of "  3: symbol   at place"; the place may be missing.
fn frame(line: &str) -> Option<(usize, &str, &str)> {
    let (number, rest) = line.trim_start().split_once(": ")?;
    let (symbol, place) = rest.rsplit_once(" at ").unwrap_or((rest, ""));
    Some((number.parse().ok()?, symbol.trim_end(), place))
}

/// Without the `::h0123456789abcdef` that an older way of mangling adds.
fn without_hash(line: &str) -> String {
    match line.split_once("::h") {
        Some((symbol, rest)) if rest.len() >= 16 && rest.as_bytes()[..16].iter().all(u8::is_ascii_hexdigit) => {
            format!("{symbol}{}", &rest[16..])
        }
        _ => line.to_owned(),
    }
}

/// With `N` for each number that follows `before`.
fn without_number_after(before: &str, line: &str) -> String {
    let mut parts = line.split(before);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let hexadecimal = before == "0x";
        let seconds = before == "has waited ";
        let rest = part.trim_start_matches(|c: char| match hexadecimal {
            true => c.is_ascii_hexdigit(),
            false => c.is_ascii_digit() || seconds && c == '.',
        });
        out.push_str(before);
        out.push_str(if rest.len() < part.len() { "N" } else { "" });
        out.push_str(rest);
    }
    out
}

/// Both texts from the first line that differs.
fn difference(expected: &str, actual: &str) -> String {
    let same = expected.lines().zip(actual.lines()).take_while(|(expected, actual)| expected == actual).count();
    let from = |text: &str| text.lines().skip(same).take(40).map(|line| format!("  {line}\n")).collect::<String>();
    format!("from line {} on, expected\n{}actual\n{}", same + 1, from(expected), from(actual))
}
