//! A thread that reads at random, in batches, as `fio` does with asynchronous I/O.

use std::ptr;
use std::sync::atomic::Ordering;
use std::thread::Thread;

use crate::block::{self, Bio, QUEUE_DEPTH, RequestQueue};
use crate::disk;
use crate::task::{Task, enter};

/// Reads submitted together. Half of the depth, so that completions of one batch arrive while the next is submitted.
const BATCH: usize = QUEUE_DEPTH / 2;

/// The body of `fio` thread number `index`; `kworker` is woken when there is something to do.
pub(crate) fn run(q: &'static RequestQueue, index: usize, kworker: &Thread) {
    let task = &q.tasks[index];
    task.start();
    let mut job = Job::new(index, q.blocks);
    let mut left = share(q.reads, q.threads(), index);

    // The first read is alone, and waited for: a handler has run before anything can merge.
    let mut size = 1;
    while left > 0 {
        let batch = job.batch(left.min(size) as usize);
        io_submit(q, index, &batch, kworker);
        left -= batch.len() as u64;
        let may_stay = if size == 1 || left == 0 { 0 } else { QUEUE_DEPTH - BATCH };
        io_getevents(q, task, may_stay as u64);
        size = BATCH as u64;
    }
}

/// The part of `reads` that falls to one of `threads`.
fn share(reads: u64, threads: usize, index: usize) -> u64 {
    let (threads, index) = (threads as u64, index as u64);
    reads / threads + u64::from(index < reads % threads)
}

#[inline(never)]
fn io_submit(q: &RequestQueue, index: usize, blocks: &[u64], kworker: &Thread) {
    let _here = enter(&"io_submit");
    block::blk_start_plug(q, index);
    for &block in blocks {
        block::submit_bio(q, Bio { owner: index, block });
    }
    block::blk_finish_plug(q, index);
    kworker.unpark();
}

/// Waits until at most `may_stay` reads are in flight.
#[inline(never)]
fn io_getevents(q: &RequestQueue, task: &Task, may_stay: u64) {
    let _here = enter(&"io_getevents");
    loop {
        if !q.handler {
            disk::blk_done_softirq(q);
        }
        let quiet = may_stay > 0 || task.gate.is_quiet();
        if quiet && task.in_flight.load(Ordering::SeqCst) <= may_stay {
            return;
        }
        // Short, because a signal just before it does not cut it short.
        let nap = libc::timespec { tv_sec: 0, tv_nsec: 100_000 };
        // SAFETY: `nap` is a valid time; nobody asks for the time left.
        unsafe { libc::nanosleep(&nap, ptr::null_mut()) };
    }
}

/// What to read: random blocks, some of them in runs that merging can put together.
struct Job {
    random: u64,
    blocks: u64,
    runs: u64,
    /// Blocks of the run begun, the next one last.
    next: Vec<u64>,
}

impl Job {
    fn new(index: usize, blocks: u64) -> Job {
        // A seed of its own for every thread, the same in every run.
        Job { random: (index as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15), blocks, runs: 0, next: Vec::new() }
    }

    fn batch(&mut self, size: usize) -> Vec<u64> {
        (0..size).map(|_| self.block()).collect()
    }

    fn block(&mut self) -> u64 {
        if self.next.is_empty() {
            let first = self.random() % (self.blocks - 2);
            self.next = match self.runs % 4 {
                // The middle comes last: it makes the first longer, until it touches the third.
                1 => vec![first + 1, first + 2, first],
                // Two in order: the second makes the first longer.
                2 => vec![first + 1, first],
                _ => vec![first],
            };
            self.runs += 1;
        }
        self.next.pop().expect("a run was just begun")
    }

    /// Marsaglia, "Xorshift RNGs", 2003.
    fn random(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }
}
