//! Did exactly the expected report come?

use std::process::ExitCode;
use std::sync::atomic::Ordering;

use lockdep::{Report, ReportKind};

use crate::FAILED;
use crate::block::RequestQueue;
use crate::options::{Mode, Options};

/// Says how the run went; the exit code of the program.
pub(crate) fn judge(q: &RequestQueue, options: &Options) -> ExitCode {
    let verdict = match q.read_errors.load(Ordering::SeqCst) {
        0 => judge_reports(q, options),
        errors => Err(format!("{errors} requests could not be read from the file")),
    };
    match verdict {
        Ok(sentence) => {
            println!("bfq_merge: ok: {sentence}");
            ExitCode::SUCCESS
        }
        Err(sentence) => {
            println!("bfq_merge: FAILED: {sentence}");
            ExitCode::from(FAILED)
        }
    }
}

fn judge_reports(q: &RequestQueue, options: &Options) -> Result<String, String> {
    let reports = lockdep::reports();
    if options.mode == Mode::Unchecked {
        return match options.fixed {
            true => Ok("no lock-up: with `lock_irqsave` nothing opens the signals too early".into()),
            false => Err("no lock-up this time; more requests make it more likely".into()),
        };
    }
    if !cfg!(feature = "validate") {
        return Ok("built without the feature `validate`, so nothing was checked".into());
    }
    if std::env::var("LOCKDEP").is_ok_and(|action| action == "off") {
        return Ok("the validator is off (LOCKDEP=off), so nothing was checked".into());
    }
    if options.fixed {
        return match &reports[..] {
            [] => Ok("with `lock_irqsave` there is nothing to report".into()),
            _ => Err(format!("no report was expected, but there were {}", list(&reports))),
        };
    }
    if q.merges() == 0 {
        return Err("no two requests touched, so the faulty function never ran; more requests make it likely".into());
    }
    match &reports[..] {
        [report] => check(report, options.handler).map(|()| "exactly the expected report came".into()),
        [] => Err("the expected report did not come".into()),
        _ => Err(format!("one report was expected, but there were {}", list(&reports))),
    }
}

/// The report must show the three places of the bug, and the handler's if it has run.
fn check(report: &Report, handler: bool) -> Result<(), String> {
    if report.kind() != ReportKind::UnsafeIrqEnable {
        return Err(format!("the report should be an UnsafeIrqEnable, but is {}", list(std::slice::from_ref(report))));
    }
    let locks: Vec<_> = report.locks().iter().map(|lock| lock.class_name()).collect();
    if locks != ["bfqd.lock", "process_io_insert_lock"] {
        return Err(format!("the report should be about `bfqd.lock` and `process_io_insert_lock`, but is about {locks:?}"));
    }
    if report.stacks().iter().all(|stack| stack.frames().is_empty()) {
        // As under `LOCKDEP_STACKS=off`.
        return Ok(());
    }
    let shows = |label: &str, function: &str| {
        let mut labelled = report.stacks().iter().filter(|stack| stack.label().contains(label));
        labelled.any(|stack| stack.frames().iter().filter_map(|frame| frame.symbol()).any(|name| name.ends_with(function)))
    };
    let expected = [
        ("irqs disabled at", "bfq_bio_merge"),
        ("acquired at", "blk_account_io_merge"),
        ("irqs re-enabled at", "blk_account_io_merge"),
    ];
    for (label, function) in expected {
        if !shows(label, function) {
            return Err(format!("the report should show `{function}` as the place of \"{label}\""));
        }
    }
    match (shows("in the handler of", "bfq_finish_requeue_request"), handler) {
        (false, true) => Err("the report should show `bfq_finish_requeue_request` in the handler, which has run before".into()),
        (true, false) => Err("the report shows a handler, but none has run".into()),
        _ => Ok(()),
    }
}

fn list(reports: &[Report]) -> String {
    let each = reports.iter().map(|report| format!("{} ({}, {})", report.kind(), report.severity(), report.id()));
    format!("{}: {}", reports.len(), each.collect::<Vec<_>>().join("; "))
}
