//! deloxide with its lock-order graph.

use lockdep_bench_scenarios::{Entry, main as run};

#[path = "../../deloxide.rs"]
mod order_graph;

fn main() {
    run(&[Entry::locks::<order_graph::Locks>("deloxide-order-graph")]);
}
