//! A test that fails when it was reported.

use core::sync::atomic::Ordering;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::acquire::{conclude, event, place_here};
use super::isolation::{Isolation, Stop};
use super::thread::{ThreadState, current};
use super::{baseline, config, deliver, irqs, life, scope, slow};
use crate::engine::{End, Event};
use crate::report::Report;

/// What a test came to: what it returned or panicked with, and what was reported of it.
pub(crate) struct Outcome<R> {
    pub(crate) result: Result<R, Box<dyn Any + Send>>,
    pub(crate) reports: Vec<Report>,
}

/// Runs `body` as the test `name` in the graph of the process.
pub(crate) fn run<R>(name: &str, body: impl FnOnce() -> R) -> Outcome<R> {
    let thread = current();
    life::prepare(thread);
    let own = scope::open(name);
    let before = thread.scope.swap(own, Ordering::Relaxed);
    // What this thread knows to be proven it may have learned from another test.
    thread.forget_chains();
    let (depth, mask) = (thread.depth(), ThreadState::get(&thread.mask));
    let result = catch_unwind(AssertUnwindSafe(body));
    if result.is_ok() {
        left_held(thread, depth, mask);
    }
    deliver::finish(thread);
    thread.scope.store(before, Ordering::Relaxed);
    let mut reports = scope::close(own);
    // Printed before, and this test's doing as well.
    let graph = life::graph(thread);
    // SAFETY: in a slow section.
    let again = slow::with(|_| unsafe { graph.inner() }.take_again(own));
    let known: Vec<_> = reports.iter().map(Report::key).collect();
    reports
        .extend(graph.delivered().into_iter().filter(|report| again.contains(&report.key()) && !known.contains(&report.key())));
    Outcome { result, reports }
}

/// Reports what the test still holds; it ends here, for the thread may go on with other tests.
fn left_held(thread: &'static ThreadState, before: usize, mask: u64) {
    thread.tidy();
    if config::off() || thread.depth() <= before {
        return;
    }
    if before == thread.base() {
        let place = place_here(thread);
        let found = slow::with(|globals| event(globals, thread, |cx| Event::End { cx, end: End::Test, place }));
        conclude(thread, found, None);
    }
    irqs::discard_down_to(thread, before);
    // So do the sections that it did not end: the end of the thread is not to find them again.
    irqs::reset_mask(thread, mask);
}

/// Runs `body` as the test `name` in a graph of its own.
pub(crate) fn run_isolated<R>(name: &str, body: impl FnOnce(&Isolation) -> R) -> Outcome<R> {
    let outcome = run(name, || {
        let mut result = None;
        let reports = Isolation::run(|isolation| {
            result = match catch_unwind(AssertUnwindSafe(|| body(isolation))) {
                Err(payload) if payload.is::<Stop>() => resume_unwind(payload),
                other => Some(other),
            };
        });
        (result, reports)
    });
    let Outcome { result, reports: outside } = outcome;
    let (result, mut reports) = result.unwrap_or_else(|payload| (Some(Err(payload)), Vec::new()));
    // Stopped, because it could not go on: there is a report of it.
    let result = result.unwrap_or_else(|| Err(Box::new(Stop)));
    reports.retain(|report| !baseline::accepts_report(report));
    reports.extend(outside);
    Outcome { result, reports }
}
