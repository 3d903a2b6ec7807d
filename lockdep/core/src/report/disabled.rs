//! The twin without validation: there are no reports, so there is nothing behind one.

use core::convert::Infallible;

use super::{Evidence, LabelledStack, Report, ReportId, ReportedLock};
use crate::kind::{ReportKind, Severity};

#[derive(Clone)]
pub(super) struct Found(Infallible);

macro_rules! never {
    ($($name:ident -> $type:ty;)*) => {
        impl Found {
            $(pub(super) fn $name(&self) -> $type { match self.0 {} })*
        }
    };
}

never! {
    kind -> ReportKind;
    severity -> Severity;
    id -> ReportId;
    locks -> &[ReportedLock];
    stacks -> &[LabelledStack];
    evidence -> &Evidence;
}

pub(super) fn to_text(report: &Report) -> String {
    match report.0.0 {}
}

pub(super) fn to_json(report: &Report) -> String {
    match report.0.0 {}
}
