//! The twin without validation: there are no reports, so there is no value of the type.

use core::convert::Infallible;

use super::{Evidence, LabelledStack, ReportId, ReportedLock};
use crate::kind::{ReportKind, Severity};

/// A finding of the validator. Without the feature `validate` there is none.
#[derive(Clone, Debug)]
pub struct Report(Infallible);

macro_rules! never {
    ($($(#[$doc:meta])* $name:ident -> $type:ty;)*) => {
        impl Report {
            $($(#[$doc])* pub fn $name(&self) -> $type { match self.0 {} })*
        }
    };
}

never! {
    /// What it is about.
    kind -> ReportKind;
    /// How sure it is.
    severity -> Severity;
    /// Its stable identity.
    id -> ReportId;
    /// The locks it speaks of.
    locks -> &[ReportedLock];
    /// The stacks, each with what it shows.
    stacks -> &[LabelledStack];
    /// What else is known.
    evidence -> &Evidence;
    /// For people.
    to_text -> String;
    /// For machines.
    to_json -> String;
}
