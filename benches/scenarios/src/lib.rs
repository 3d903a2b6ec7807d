//! What is measured, written once for every implementation of a lock.
//!
//! An implementation is a [`Contender`]; a binary of `contenders/` hands its own to [`main`], which runs the scenarios and prints
//! a line for each: the name, the fewest nanoseconds and the median. The driver (`benches/src`) runs these binaries in turn.

pub mod contender;
mod irq;
mod measure;
mod scenarios;
mod stack;

pub use contender::{Contender, Irqs, Mutex, RwLock};
pub use irq::raise;

use measure::Bench;

/// The lock implementations of one binary.
pub struct Entry {
    name: &'static str,
    run: fn(&mut Bench),
}

impl Entry {
    /// An implementation of locks.
    pub fn locks<C: Contender>(name: &'static str) -> Entry {
        Entry { name, run: scenarios::all::<C> }
    }

    /// An implementation of locks that can block signals too.
    pub fn locks_and_irqs<C: Irqs>(name: &'static str) -> Entry {
        let run = |bench: &mut Bench| {
            scenarios::all::<C>(bench);
            irq::all::<C>(bench);
        };
        Entry { name, run }
    }
}

/// `BINARY IMPLEMENTATION PART MICROSECONDS`: measures what has PART in its name, spending so long on each scenario.
/// `BINARY IMPLEMENTATION PART xTIMES`: does the operation so often instead, once it has been done: to be counted from outside.
pub fn main(entries: &[Entry]) {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, part, budget] = &arguments[..] else { usage(entries) };
    let Some(entry) = entries.iter().find(|entry| entry.name == name) else { usage(entries) };
    let (budget, times) = match budget.strip_prefix('x') {
        Some(times) => (Ok(0), times.parse().ok()),
        None => (budget.parse(), None),
    };
    let Ok(budget) = budget else { usage(entries) };
    let mut bench = Bench::new(part, budget, times);
    // The fewest frames that a thread can have, so that the depth of the stack is the scenario's own.
    stack::in_bare_thread(|| (entry.run)(&mut bench));
}

fn usage(entries: &[Entry]) -> ! {
    let names: Vec<_> = entries.iter().map(|entry| entry.name).collect();
    eprintln!("usage: BINARY {} PART MICROSECONDS|xTIMES", names.join("|"));
    std::process::exit(2);
}
