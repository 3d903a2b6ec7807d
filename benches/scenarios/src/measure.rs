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
    /// Not measured: done so often.
    times: Option<u64>,
}

impl Bench {
    pub fn new(part: &str, budget_us: u64, times: Option<u64>) -> Bench {
        Bench { part: part.into(), budget: Duration::from_micros(budget_us), times }
    }

    pub fn wants(&self, name: &str) -> bool {
        match &*self.part {
            "all" => true,
            "rows" => !name.starts_with("series/"),
            part if self.times.is_some() => name == part,
            part => name.contains(part),
        }
    }

    /// `run(n)` does the operation `n` times.
    pub fn measure(&self, name: &str, mut run: impl FnMut(u64)) {
        self.measure_deep(name, FRAMES, &mut run);
    }

    pub fn measure_deep(&self, name: &str, frames: usize, run: &mut dyn FnMut(u64)) {
        self.timed(name, frames, &mut |n| {
            let start = Instant::now();
            run(n);
            (start.elapsed(), n)
        });
    }

    /// `run(n)` does the operation `n` times, or fewer, and says how long that took, and how often it did it.
    pub fn timed(&self, name: &str, frames: usize, run: &mut dyn FnMut(u64) -> (Duration, u64)) {
        if !self.wants(name) {
            return;
        }
        stack::at_depth(frames, &mut || {
            let batch = self.budget / BATCHES;
            let mut n = 1;
            // What is done for the first time is not measured.
            let (mut took, mut done) = run(n);
            if let Some(times) = self.times {
                run(times);
                return;
            }
            while took * 2 < batch && done == n {
                n *= 2;
                (took, done) = run(n);
            }
            let once = |(took, done): (Duration, u64)| took.as_nanos() as f64 / done as f64;
            let mut times: Vec<f64> = (0..BATCHES).map(|_| once(run(n))).collect();
            times.sort_by(f64::total_cmp);
            println!("{name} {:.3} {:.3}", times[0], times[times.len() / 2]);
        });
    }
}
