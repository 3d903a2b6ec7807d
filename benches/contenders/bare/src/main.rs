//! The originals, and lockdep without `validate`.

use lockdep_bench_scenarios::{Entry, contender, main as run};

#[path = "../../lockdep.rs"]
mod off;

contender!(twelve: parking_lot like parking_lot);
contender!(standard: std::sync like std);

fn main() {
    run(&[
        Entry::locks::<twelve::Locks>("parking_lot"),
        Entry::locks::<standard::Locks>("std"),
        Entry::locks_and_irqs::<off::Locks>("off"),
    ]);
}
