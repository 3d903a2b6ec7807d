//! lockdep with `validate`; `LOCKDEP_STACKS` says with which stacks.

use lockdep_bench_scenarios::{Entry, main as run};

#[path = "../../lockdep.rs"]
mod checked;

fn main() {
    run(&[Entry::locks_and_irqs::<checked::Locks>("lockdep")]);
    // A figure of a run that reported something is not the figure it seems to be.
    assert!(lockdep::reports().is_empty(), "the scenarios are in order");
}
