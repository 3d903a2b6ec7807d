//! Cases that are a program each: what they are about, what must come out, and the program.

use std::fmt::Write as _;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use lockdep::testing::{self, Cx};
use lockdep::{LockClass, Report};

use crate::world;

/// A case, as the page shows it.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// One sentence or more.
    pub(crate) what: &'static str,
    /// The reports, as by [`line`].
    pub(crate) expected: &'static [&'static str],
}

/// A list of cases, each of them a test.
///
/// ```text
/// cases! {
///     /// What it is about.
///     name => ["Inversion Possible: b, a"], |cx| { … } then |reports| { … }
/// }
/// ```
macro_rules! cases {
    ($(
        $(#[doc = $what:literal])+
        $name:ident => $expected:expr, |$cx:pat_param| $body:block $(then |$reports:pat_param| $then:block)?
    )+) => {
        /// What the page shows of them.
        pub(crate) const CASES: &[crate::case::Case] = &[$(
            crate::case::Case { name: stringify!($name), what: concat!($($what),+), expected: &$expected },
        )+];

        $(
            $(#[doc = $what])+
            #[test]
            fn $name() {
                #[allow(unused_variables, reason = "most cases have nothing more to ask")]
                let reports = crate::case::check(&$expected, |$cx| $body);
                $({
                    let $reports = &reports[..];
                    $then
                })?
            }
        )+
    };
}
pub(crate) use cases;

/// A report in one line: `Kind Severity: classes (evidence)`.
pub(crate) fn line(report: &Report) -> String {
    let mut line = format!("{} {}", report.kind(), report.severity());
    // Of a class without a name, not the line that it comes from.
    let names = report.locks().iter().map(|lock| lock.class_name());
    let names: Vec<&str> = names.map(|name| name.split_once(" (tests/").map_or(name, |(name, _)| name)).collect();
    match names[..] {
        [] => (),
        [first, second, .., last] if names.len() > 8 => write!(line, ": {first}, {second}, …, {last}").unwrap(),
        _ => write!(line, ": {}", names.join(", ")).unwrap(),
    }
    let evidence = report.evidence();
    if evidence.same_thread {
        line += " (same thread)";
    }
    if evidence.ordered {
        line += " (ordered)";
    }
    for gate in &evidence.gates {
        write!(line, " (gate {gate})").unwrap();
    }
    line
}

/// Runs a case in a graph of its own, alone in this process, and compares what it reports.
#[track_caller]
pub(crate) fn check(expected: &[&str], body: impl FnOnce(&Cx)) -> Vec<Report> {
    let _alone = world::alone();
    let (alive, gone) = channel::<()>();
    let test = std::thread::current().name().unwrap_or("a case").to_owned();
    let watchdog = std::thread::spawn(move || {
        if gone.recv_timeout(Duration::from_secs(100)) == Err(RecvTimeoutError::Timeout) {
            eprintln!("`{test}` hangs");
            std::process::abort();
        }
    });
    let reports = testing::isolated(body);
    drop(alive);
    watchdog.join().unwrap();
    let lines = lines(&reports);
    assert_eq!(lines, expected, "\n{}", reports.iter().map(Report::to_text).collect::<String>());
    reports
}

/// The reports in one line each; equal ones in a row once, with their number.
fn lines(reports: &[Report]) -> Vec<String> {
    let lines: Vec<String> = reports.iter().map(line).collect();
    let equal = lines.chunk_by(|one, next| one == next);
    equal.map(|lines| if lines.len() == 1 { lines[0].clone() } else { format!("{} × {}", lines.len(), lines[0]) }).collect()
}

/// A class of its own for each call.
#[track_caller]
pub(crate) fn class(name: impl Into<String>) -> &'static LockClass {
    Box::leak(Box::new(LockClass::new(Box::leak(name.into().into_boxed_str()))))
}
