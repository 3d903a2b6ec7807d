//! What a place of a report is called: the labels of stacks, and the phrases beside carets.

use super::names::clean;
use super::signals::signal_name;
use super::{Body, Step};
use crate::engine::{Hint, Label};
use crate::kind::ReportKind;

/// The label of a stack: `"first acquired at"`, `"irqs re-enabled at"`.
pub(crate) fn label(label: Label) -> String {
    match label {
        Label::FirstAcquired => "first acquired at".to_owned(),
        Label::Acquiring | Label::AcquiredUnder => "acquiring at".to_owned(),
        Label::Holding => "holding, acquired at".to_owned(),
        Label::InHandler(signal) => format!("in the handler of {} at", signal_name(signal.into())),
        Label::HeldOpen(signal) => format!("acquired with {} unblocked at", signal_name(signal.into())),
        Label::IrqsDisabled => "irqs disabled at".to_owned(),
        Label::HeldWithIrqsOff => "acquired with irqs disabled at".to_owned(),
        Label::InnerAcquired => "acquired at".to_owned(),
        Label::IrqsReenabled => "irqs re-enabled at".to_owned(),
        Label::IrqsRestored => "irqs restored at".to_owned(),
        Label::SectionOpened => "section opened at".to_owned(),
        Label::Installed(signal) => format!("handler of {} installed at", signal_name(signal.into())),
        Label::Interrupted(signal) => format!("interrupted by {} at", signal_name(signal.into())),
        Label::Started => "thread started at".to_owned(),
        Label::Released => "released at".to_owned(),
        Label::Dropped => "dropped at".to_owned(),
        Label::Ended => "ended at".to_owned(),
        Label::Asserted => "asserted at".to_owned(),
        Label::WaitingAt => "waiting at".to_owned(),
        Label::Queued => "queued at".to_owned(),
        Label::Now => "now at".to_owned(),
        Label::Notified => "notified at".to_owned(),
        Label::StillAsExpected => "mask still as expected at".to_owned(),
        Label::Noticed => "noticed at".to_owned(),
    }
}

/// Where a phrase stands, and so how it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beside {
    /// Beside the caret: "irqs disabled here".
    Caret,
    /// Above the stack, or before the place: "irqs disabled at".
    Stack,
}

/// What happens at a step, with the name of its lock (in backticks), which is of the kind `kind`.
pub(super) fn phrase(body: &Body, step: &Step, lock: Option<(&str, &str)>, beside: Beside) -> String {
    let end = match beside {
        Beside::Caret => "here",
        Beside::Stack => "at",
    };
    let (name, kind) = lock.unwrap_or(("a lock", ""));
    // The part that says how follows the place beside a caret, and goes before it above a stack.
    let with = |what: &str, how: &str| match beside {
        Beside::Caret => format!("{what} here, {how}"),
        Beside::Stack => format!("{what} {how} at"),
    };
    match step.what {
        Label::FirstAcquired => format!("{name} first acquired {end}"),
        Label::Holding if kind == "Condvar" => format!("notifying {name} {end}"),
        Label::Holding if kind == "Map" => format!("inside {name}, entered {end}"),
        Label::Holding => format!("holding {name}, acquired {end}"),
        Label::AcquiredUnder | Label::Acquiring if kind == "Condvar" || kind == "Map" => format!("waiting for {name} {end}"),
        Label::Acquiring if lock.is_none() && body.kind == ReportKind::ForkHazard => {
            format!("the child takes its first lock {end}")
        }
        Label::AcquiredUnder | Label::Acquiring if lock.is_none() => format!("waiting {end}"),
        Label::AcquiredUnder | Label::Acquiring => format!("acquiring {name} {end}"),
        Label::InHandler(signal) if matches!(body.hint, Hint::Allocates | Hint::Frees) => {
            let act = if body.hint == Hint::Allocates { "allocated" } else { "freed" };
            with(act, &format!("in the handler of {}", signal_name(signal.into())))
        }
        Label::InHandler(signal) => {
            let how = format!("in the handler of {}", signal_name(signal.into()));
            match lock {
                Some(_) => with(&format!("acquiring {name}"), &how),
                None => format!("{how}, {end}"),
            }
        }
        Label::HeldOpen(signal) => with(&format!("{name} acquired"), &format!("with {} unblocked", signal_name(signal.into()))),
        Label::IrqsDisabled if lock.is_some() && beside == Beside::Caret => format!("irqs disabled here, acquiring {name}"),
        Label::IrqsDisabled => format!("irqs disabled {end}"),
        Label::HeldWithIrqsOff => with(&format!("{name} acquired"), "with irqs disabled"),
        Label::InnerAcquired => format!("{name} acquired {end}"),
        Label::IrqsReenabled => format!("irqs re-enabled {end}"),
        Label::IrqsRestored => format!("irqs restored {end}"),
        Label::SectionOpened if lock.is_some() => format!("section of {name} opened {end}"),
        Label::SectionOpened => format!("section opened {end}"),
        Label::Installed(signal) => format!("handler of {} installed {end}", signal_name(signal.into())),
        Label::Interrupted(signal) => format!("interrupted by {} {end}", signal_name(signal.into())),
        Label::Started => format!("thread started {end}"),
        Label::Released => format!("{name} released {end}"),
        Label::Dropped => format!("{name} dropped {end}"),
        Label::Ended => match body.hint {
            Hint::TestEnd => format!("the test ends {end}"),
            _ if body.in_handler.is_some() => format!("the handler returns {end}"),
            _ => format!("the thread ends {end}"),
        },
        Label::Asserted => format!("asserted {end}"),
        Label::WaitingAt => format!("waiting for {name} {end}"),
        Label::Queued => format!("in the queue to write {name} {end}"),
        Label::Now => format!("now {end}"),
        Label::Notified => format!("{name} notified {end}"),
        Label::StillAsExpected => format!("the mask still as expected {end}"),
        // Says least by itself, so that the label may say more.
        Label::Noticed => {
            let label = clean(&step.label);
            format!("{} {end}", label.strip_suffix(" at").unwrap_or(&label))
        }
    }
}
