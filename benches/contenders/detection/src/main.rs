//! parking_lot with `deadlock_detection`.

use lockdep_bench_scenarios::{Entry, contender, main as run};

contender!(twelve: parking_lot like parking_lot);
contender!(thirteen: parking_lot_13 like parking_lot);

fn main() {
    run(&[Entry::locks::<twelve::Locks>("parking_lot-detection"), Entry::locks::<thirteen::Locks>("parking_lot-0.13-detection")]);
}
