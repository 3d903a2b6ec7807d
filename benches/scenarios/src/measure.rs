//! Time per operation.

use std::time::{Duration, Instant};

use crate::stack;

/// Every scenario is measured at this many frames of stack, unless it is about that.
pub const FRAMES: usize = 8;

/// Batches per scenario and run.
const BATCHES: u32 = 5;

pub struct Bench {
    part: String,
    budget: Duration,
}

impl Bench {
    pub fn new(part: &str, budget_us: u64) -> Bench {
        Bench { part: part.into(), budget: Duration::from_micros(budget_us) }
    }

    pub fn wants(&self, name: &str) -> bool {
        self.part == "all" || name.contains(&self.part)
    }

    /// `run(n)` does the operation `n` times.
    pub fn measure(&self, name: &str, mut run: impl FnMut(u64)) {
        self.measure_deep(name, FRAMES, &mut run);
    }

    pub fn measure_deep(&self, name: &str, frames: usize, run: &mut dyn FnMut(u64)) {
        self.timed(name, frames, &mut |n| {
            let start = Instant::now();
            run(n);
            start.elapsed()
        });
    }

    /// `run(n)` does the operation `n` times and says how long that took.
    pub fn timed(&self, name: &str, frames: usize, run: &mut dyn FnMut(u64) -> Duration) {
        if !self.wants(name) {
            return;
        }
        stack::at_depth(frames, &mut || {
            let batch = self.budget / BATCHES;
            let mut n = 1;
            // What is done for the first time is not measured.
            let mut took = run(n);
            while took * 2 < batch && n < 1 << 24 {
                n *= 2;
                took = run(n);
            }
            let mut times: Vec<f64> = (0..BATCHES).map(|_| run(n).as_nanos() as f64 / n as f64).collect();
            times.sort_by(f64::total_cmp);
            println!("{name} {:.3} {:.3}", times[0], times[times.len() / 2]);
        });
    }
}
