//! What is behind a report with validation.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::{Evidence, LabelledStack, Report, ReportId, ReportedLock, Site, json, text};
use crate::engine::{Hint, Label};
use crate::kind::{Mode, ReportKind, Severity};
use crate::stack::symbolize;

/// What is behind a [`Report`].
#[derive(Clone)]
pub(super) struct Found(Arc<Inner>);

struct Inner {
    body: Body,
    stacks: OnceLock<Vec<LabelledStack>>,
}

/// Everything a report says, before symbolization.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) id: ReportId,
    /// As [`id`](Self::id), but different for different classes of this process.
    pub(crate) key: ReportId,
    pub(crate) kind: ReportKind,
    pub(crate) severity: Severity,
    /// Which case of the kind it is: decides the words of the title.
    pub(crate) hint: Hint,
    /// The signals concerned, ascending; empty when signals play no part.
    pub(crate) signals: Vec<i32>,
    /// The locks it speaks of: the subject first; for a cycle or a path, in its order. Two locks of one class are two entries.
    pub(crate) locks: Vec<ReportedLock>,
    /// The places, in reading order; for a cycle two for each edge, the edge that closes it first.
    pub(crate) steps: Vec<Step>,
    /// What the reporting thread holds, outermost first.
    pub(crate) held: Vec<LockEntry>,
    /// The reporting thread.
    pub(crate) thread: String,
    /// The handler it runs in.
    pub(crate) in_handler: Option<i32>,
    pub(crate) evidence: Evidence,
    /// The threads as they were then, the reporting one first; empty unless it was found from outside.
    pub(crate) threads: Vec<ThreadEntry>,
    /// Where this thread last blocked and last unblocked signals.
    pub(crate) irqs_last_off: Option<Stamp>,
    pub(crate) irqs_last_on: Option<Stamp>,
    /// Facts that belong to the kind, each one sentence: "no handler was seen to take it yet".
    pub(crate) notes: Vec<String>,
    /// What to do about it, one or two sentences.
    pub(crate) help: String,
}

/// One place of a report.
#[derive(Debug)]
pub(crate) struct Step {
    /// What it shows.
    pub(crate) what: Label,
    /// The same in words, as by [`label`](super::label): "first acquired at", "acquiring at", "irqs disabled at".
    pub(crate) label: String,
    /// Which of the report's locks it is about.
    pub(crate) lock: Option<usize>,
    pub(crate) site: Option<Site>,
    /// How the lock was taken there, if that is not how it was taken in general: in a cycle it may differ from step to step.
    pub(crate) mode: Option<Mode>,
    /// Return addresses, innermost first; empty when stacks are off.
    pub(crate) ips: Vec<usize>,
    /// The thread that was there.
    pub(crate) thread: String,
}

/// A lock in the list of held locks.
#[derive(Debug)]
pub(crate) struct LockEntry {
    pub(crate) lock: ReportedLock,
    /// Taken inside this handler.
    pub(crate) in_handler: Option<i32>,
    /// Taken with the irq lines blocked.
    pub(crate) irqs_off: bool,
}

/// A thread as it was when it was looked at from outside.
#[derive(Debug)]
pub(crate) struct ThreadEntry {
    pub(crate) name: String,
    /// The number that the kernel has for it.
    pub(crate) tid: i32,
    /// What it held, outermost first.
    pub(crate) held: Vec<LockEntry>,
    /// What it waited for, if it waited, and for how long.
    pub(crate) waits: Option<(ReportedLock, Duration)>,
    /// The handler it ran in.
    pub(crate) in_handler: Option<i32>,
    /// Why its stack is missing: "blocks SIGRTMAX-1, so ...".
    pub(crate) missing: Option<String>,
}

/// Where a mask change happened.
#[derive(Debug)]
pub(crate) struct Stamp {
    pub(crate) site: Option<Site>,
    /// File and line by its stack, for a guard's drop has no site.
    pub(crate) frame: Option<(String, u32)>,
    /// The how-many-th mask change of the thread it was.
    pub(crate) event: u64,
}

impl Body {
    /// A body that says nothing yet; the rest is filled with `..Body::new(id, kind, severity)` or field by field.
    pub(crate) fn new(id: ReportId, kind: ReportKind, severity: Severity) -> Body {
        Body {
            id,
            key: id,
            kind,
            severity,
            hint: Hint::None,
            signals: Vec::new(),
            locks: Vec::new(),
            steps: Vec::new(),
            held: Vec::new(),
            thread: String::new(),
            in_handler: None,
            evidence: Evidence::default(),
            threads: Vec::new(),
            irqs_last_off: None,
            irqs_last_on: None,
            notes: Vec::new(),
            help: String::new(),
        }
    }
}

impl Report {
    pub(crate) fn new(body: Body) -> Report {
        Report(Found(Arc::new(Inner { body, stacks: OnceLock::new() })))
    }

    /// A report whose stacks are known already, instead of being found by the return addresses of its steps.
    #[cfg(test)]
    pub(super) fn with_stacks(body: Body, stacks: Vec<LabelledStack>) -> Report {
        Report(Found(Arc::new(Inner { body, stacks: OnceLock::from(stacks) })))
    }

    pub(crate) fn body(&self) -> &Body {
        self.0.body()
    }

    /// What tells it from other reports of this process, where ids may be the same.
    pub(crate) fn key(&self) -> ReportId {
        self.body().key
    }

    /// The text as it suits standard error.
    pub(crate) fn to_terminal(&self) -> String {
        text::render(self, text::Style::of_stderr())
    }
}

impl Found {
    fn body(&self) -> &Body {
        &self.0.body
    }

    pub(super) fn kind(&self) -> ReportKind {
        self.body().kind
    }

    pub(super) fn severity(&self) -> Severity {
        self.body().severity
    }

    pub(super) fn id(&self) -> ReportId {
        self.body().id
    }

    pub(super) fn locks(&self) -> &[ReportedLock] {
        &self.body().locks
    }

    pub(super) fn evidence(&self) -> &Evidence {
        &self.body().evidence
    }

    pub(super) fn stacks(&self) -> &[LabelledStack] {
        // Not while the cell is being filled: in the child of a fork nobody would finish it.
        if self.0.stacks.get().is_none() {
            let steps = self.body().steps.iter();
            let stacks = steps.map(|step| LabelledStack { label: step.label.clone(), frames: symbolize(&step.ips) });
            let _ = self.0.stacks.set(stacks.collect());
        }
        self.0.stacks.get().expect("filled, here or by another thread")
    }
}

pub(super) fn to_text(report: &Report) -> String {
    text::render(report, text::Style::PLAIN)
}

pub(super) fn to_json(report: &Report) -> String {
    json::render(report)
}
