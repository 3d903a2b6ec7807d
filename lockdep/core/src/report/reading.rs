//! What both renderers, and the parts of the text, read out of a body: which step is now, which steps belong together, who
//! holds what and wants what.

use std::ops::Range;

use super::{Body, ReportedLock, Step};
use crate::engine::{Hint, Label};
use crate::kind::{Mode, ReportKind};

/// The step that the title speaks of: where the reporting thread is now. The others led there.
pub(super) fn now(body: &Body) -> Option<usize> {
    let here = |step: &Step| step.thread == body.thread && (handler(step).is_none() || body.in_handler.is_some());
    let candidates = || body.steps.iter().enumerate().filter(|(_, step)| here(step)).map(|(i, _)| i);
    let closing = candidates().find(|&i| ends_edge(&body.steps[i]));
    closing.or_else(|| candidates().next_back()).or_else(|| body.steps.len().checked_sub(1))
}

/// The signal in whose handler a step was.
pub(super) fn handler(step: &Step) -> Option<i32> {
    match step.what {
        Label::InHandler(signal) => Some(signal.into()),
        _ => None,
    }
}

pub(super) fn begins_edge(step: &Step) -> bool {
    matches!(step.what, Label::Holding | Label::Queued | Label::Notified)
}

pub(super) fn ends_edge(step: &Step) -> bool {
    matches!(step.what, Label::AcquiredUnder | Label::WaitingAt)
}

/// The steps that one thread took in one go: an edge of a cycle, what happened before a signal, what happened in its handler.
pub(super) fn scenes(steps: &[Step]) -> Vec<Range<usize>> {
    let mut scenes = Vec::new();
    let mut start = 0;
    for i in 1..=steps.len() {
        let goes_on = steps.get(i).is_some_and(|step| {
            let before = &steps[i - 1];
            let same = step.thread == before.thread && handler(step) == handler(before);
            same && !begins_edge(step) && (!ends_edge(before) || step.what == Label::Now)
        });
        if !goes_on {
            scenes.push(start..i);
            start = i;
        }
    }
    scenes
}

/// A lock as one step takes it.
#[derive(Clone, Copy)]
pub(super) struct Taken<'a> {
    pub(super) lock: &'a ReportedLock,
    pub(super) mode: Mode,
}

/// One side of a cycle: somebody holds a lock and wants another one.
#[derive(Clone, Copy)]
pub(super) struct Edge<'a> {
    pub(super) thread: &'a str,
    pub(super) held: Taken<'a>,
    pub(super) wanted: Taken<'a>,
}

/// The lock that a step is about.
pub(super) fn lock_of<'a>(body: &'a Body, step: &Step) -> Option<&'a ReportedLock> {
    step.lock.and_then(|index| body.locks.get(index))
}

/// The lock that a step is about, as it is taken there.
pub(super) fn taken<'a>(body: &'a Body, step: &Step) -> Option<Taken<'a>> {
    lock_of(body, step).map(|lock| Taken { lock, mode: step.mode.unwrap_or(lock.mode) })
}

/// The lock of the first step that shows one of `labels`.
pub(super) fn taken_at(body: &Body, shows: impl Fn(Label) -> bool) -> Option<Taken<'_>> {
    body.steps.iter().filter(|step| shows(step.what)).find_map(|step| taken(body, step))
}

/// What is acquired now, in a handler or not.
pub(super) fn wanted(body: &Body) -> Option<Taken<'_>> {
    taken_at(body, |label| matches!(label, Label::Acquiring | Label::InHandler(_) | Label::WaitingAt))
}

/// What was acquired before, and is in the way.
pub(super) fn in_the_way(body: &Body) -> Option<Taken<'_>> {
    taken_at(body, |label| label == Label::FirstAcquired)
}

/// The sides of a cycle, or the dependencies of a path.
pub(super) fn edges(body: &Body) -> Vec<Edge<'_>> {
    body.steps.windows(2).filter_map(|pair| edge(body, pair)).collect()
}

fn edge<'a>(body: &'a Body, pair: &'a [Step]) -> Option<Edge<'a>> {
    let [first, second] = pair else { return None };
    let (held, wanted) = (taken(body, first)?, taken(body, second)?);
    let is_edge = begins_edge(first) && ends_edge(second);
    is_edge.then_some(Edge { thread: &first.thread, held, wanted })
}

/// One signal's part of an irq inversion: a lock taken in its handler, and what that leads to.
pub(super) struct Leg<'a> {
    pub(super) signal: i32,
    pub(super) wanted: Taken<'a>,
    pub(super) edges: Vec<Edge<'a>>,
    /// Held while a signal was open: that of the next leg.
    pub(super) held: Taken<'a>,
    pub(super) open: i32,
}

/// The parts of an irq inversion, most of which have one.
pub(super) fn legs(body: &Body) -> Vec<Leg<'_>> {
    let mut legs: Vec<Leg<'_>> = Vec::new();
    for (at, step) in body.steps.iter().enumerate() {
        let Some(taken) = taken(body, step) else { continue };
        match (step.what, legs.last_mut()) {
            (Label::InHandler(signal), _) => {
                legs.push(Leg { signal: signal.into(), wanted: taken, edges: Vec::new(), held: taken, open: signal.into() });
            }
            (Label::HeldOpen(signal), Some(leg)) => (leg.held, leg.open) = (taken, signal.into()),
            (_, Some(leg)) => leg.edges.extend(body.steps.get(at..at + 2).and_then(|pair| edge(body, pair))),
            (_, None) => {}
        }
    }
    legs
}

/// Who is who when signals are enabled too early.
pub(super) struct IrqEnable<'a> {
    /// Held, and taken with the signals blocked.
    pub(super) outer: Option<Taken<'a>>,
    /// Its release opened them.
    pub(super) inner: Option<Taken<'a>>,
}

impl<'a> IrqEnable<'a> {
    pub(super) fn of(body: &'a Body) -> IrqEnable<'a> {
        IrqEnable {
            outer: taken_at(body, |label| matches!(label, Label::IrqsDisabled | Label::HeldWithIrqsOff)),
            inner: taken_at(body, |label| label == Label::InnerAcquired),
        }
    }
}

/// The signal whose handler a report can name: the one it runs in, the one a step speaks of, or the only one concerned.
pub(super) fn signal(body: &Body) -> Option<i32> {
    let of_step = |step: &Step| match step.what {
        Label::InHandler(signal) | Label::HeldOpen(signal) => Some(i32::from(signal)),
        _ => None,
    };
    let only = match body.signals.as_slice() {
        [one] => Some(*one),
        _ => None,
    };
    body.steps.iter().find_map(of_step).or(body.in_handler).or(only)
}

/// The signals that code which does not tell blocked, and those that it opened.
pub(super) fn changed_behind(body: &Body) -> [Vec<i32>; 2] {
    let Hint::ChangedBehind(blocked) = body.hint else { return [Vec::new(), Vec::new()] };
    let (blocked, unblocked) =
        body.signals.iter().copied().partition(|&signal| (1..=64).contains(&signal) && blocked & 1 << (signal - 1) != 0);
    [blocked, unblocked]
}

/// Whether a report is about threads that wait for each other now.
pub(super) fn is_now(body: &Body) -> bool {
    body.kind == ReportKind::Deadlock
}
