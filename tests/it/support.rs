//! What the tests share: an isolated run that cannot hang, and a short way to say what a report must show.

#![cfg_attr(not(feature = "validate"), allow(dead_code, reason = "most of it is about reports"))]

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use lockdep::testing::{self, Cx};
use lockdep::{LabelledStack, LockClass, Report, ReportKind, Severity};

/// Far more than any test needs.
const DEADLINE: Duration = Duration::from_secs(60);

/// Ends the process when the test that made it is not done in time: a hang must not look like a slow machine.
pub(crate) struct Watchdog {
    _alive: Sender<()>,
}

impl Watchdog {
    pub(crate) fn new() -> Watchdog {
        let (alive, gone) = channel::<()>();
        let test = thread::current().name().unwrap_or("a test").to_owned();
        thread::spawn(move || {
            if gone.recv_timeout(DEADLINE) == Err(RecvTimeoutError::Timeout) {
                eprintln!("`{test}` hangs");
                std::process::abort();
            }
        });
        Watchdog { _alive: alive }
    }
}

/// `testing::isolated`, under a watchdog.
pub(crate) fn isolated(body: impl FnOnce(&Cx)) -> Vec<Report> {
    let _watchdog = Watchdog::new();
    testing::isolated(body)
}

/// A class of its own for each call.
pub(crate) fn class(name: impl Into<String>) -> &'static LockClass {
    Box::leak(Box::new(LockClass::new(Box::leak(name.into().into_boxed_str()))))
}

/// All reports as text, for the message of a failed test.
fn texts(reports: &[Report]) -> String {
    reports.iter().map(Report::to_text).collect()
}

#[track_caller]
pub(crate) fn assert_silent(reports: &[Report]) {
    assert!(reports.is_empty(), "nothing is wrong here, but:\n{}", texts(reports));
}

/// The kinds reported, in whatever order.
#[track_caller]
pub(crate) fn assert_kinds(reports: &[Report], expected: &[ReportKind]) {
    let mut kinds: Vec<_> = reports.iter().map(Report::kind).collect();
    let mut expected = expected.to_vec();
    kinds.sort();
    expected.sort();
    assert_eq!(kinds, expected, "\n{}", texts(reports));
}

/// The one report, which must be of this kind and severity.
#[track_caller]
pub(crate) fn only(reports: &[Report], kind: ReportKind, severity: Severity) -> &Report {
    assert_kinds(reports, &[kind]);
    assert_eq!(reports[0].severity(), severity, "\n{}", texts(reports));
    &reports[0]
}

/// The one report of this kind among others.
#[track_caller]
pub(crate) fn of_kind(reports: &[Report], kind: ReportKind) -> &Report {
    let mut found = reports.iter().filter(|report| report.kind() == kind);
    match (found.next(), found.next()) {
        (Some(report), None) => report,
        _ => panic!("want one {kind}, not:\n{}", texts(reports)),
    }
}

/// The stacks of the report are these, in this order: the label, and the function that the innermost frame is in.
#[track_caller]
pub(crate) fn assert_stacks(report: &Report, expected: &[(&str, &str)]) {
    let labels: Vec<_> = report.stacks().iter().map(LabelledStack::label).collect();
    let wanted: Vec<_> = expected.iter().map(|(label, _)| *label).collect();
    assert_eq!(labels, wanted, "\n{}", report.to_text());
    for (stack, (label, function)) in report.stacks().iter().zip(expected) {
        assert!(innermost_is(stack, function), "`{label}` is not in `{function}`:\n{}", report.to_text());
    }
}

/// The one stack with this label.
#[track_caller]
pub(crate) fn stack<'r>(report: &'r Report, label: &str) -> &'r LabelledStack {
    let mut found = report.stacks().iter().filter(|stack| stack.label() == label);
    match (found.next(), found.next()) {
        (Some(stack), None) => stack,
        _ => panic!("want one stack `{label}`:\n{}", report.to_text()),
    }
}

/// The innermost frame is in this function, or in a closure of it.
pub(crate) fn innermost_is(stack: &LabelledStack, function: &str) -> bool {
    stack.frames().first().and_then(|frame| frame.symbol()).is_some_and(|symbol| is_in(symbol, function))
}

/// How many frames are in this function.
pub(crate) fn count_frames(stack: &LabelledStack, function: &str) -> usize {
    stack.frames().iter().filter(|frame| frame.symbol().is_some_and(|symbol| is_in(symbol, function))).count()
}

/// Whether `a::b::function::<T>::{{closure}}` is in `function`.
fn is_in(symbol: &str, function: &str) -> bool {
    symbol.split("::").any(|part| part.split('<').next() == Some(function))
}

/// Two stacks for every one of `n` dependencies, and every stack with frames.
#[track_caller]
pub(crate) fn assert_cycle(report: &Report, n: usize) {
    assert_eq!(report.locks().len(), n, "\n{}", report.to_text());
    let labels: Vec<_> = report.stacks().iter().map(LabelledStack::label).collect();
    assert_eq!(labels, ["holding, acquired at", "acquiring at"].repeat(n), "\n{}", report.to_text());
    assert!(report.stacks().iter().all(|stack| !stack.frames().is_empty()), "\n{}", report.to_text());
    assert!(report.locks().iter().all(|lock| lock.acquisition_site().is_some()), "\n{}", report.to_text());
}

/// The signal mask of this thread, bit 0 for signal 1: asked of the kernel, for the C library's function may be ours.
pub(crate) fn real_mask() -> u64 {
    let mut mask = 0_u64;
    // SAFETY: asks for the mask, a word of 64 bits, and changes nothing.
    unsafe { libc::syscall(libc::SYS_rt_sigprocmask, libc::SIG_BLOCK, 0_usize, &raw mut mask, 8_usize) };
    mask
}

/// Whether the kernel holds this signal back from this thread.
pub(crate) fn blocked(signal: i32) -> bool {
    real_mask() & 1 << (signal - 1) != 0
}

/// Blocks or opens a signal behind the library's back.
pub(crate) fn change_mask_secretly(how: i32, signal: i32) {
    let set = 1_u64 << (signal - 1);
    // SAFETY: changes the mask of this thread by one signal that may be blocked.
    assert_eq!(unsafe { libc::syscall(libc::SYS_rt_sigprocmask, how, &raw const set, 0_usize, 8_usize) }, 0);
}
