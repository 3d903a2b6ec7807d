//! The block layer and its scheduler: submission, the merge path with the bug, dispatch, completion.
//!
//! Functions are named as in the incident and call each other as there. They are never inlined, so that reports show them in
//! every build.

use std::fmt;
use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use lockdep::LockClass;
use lockdep::spin::SpinLock;

use crate::options::{Mode, Options};
use crate::task::{NONE, Task, enter};

/// Bytes of a block; every read is one block.
pub(crate) const BLOCK: u64 = 4096;
/// Reads that one thread may have in flight.
pub(crate) const QUEUE_DEPTH: usize = 32;
/// Blocks of the largest request that merging may make.
pub(crate) const LARGEST: u64 = 16;

/// Long enough for the disk to get a turn when all threads share one processor.
const WIDE_WINDOW: Duration = Duration::from_millis(1);

static BFQD_LOCK: LockClass = LockClass::new("bfqd.lock");
static PROCESS_IO_INSERT_LOCK: LockClass = LockClass::new("process_io_insert_lock");

/// One read of one block.
#[derive(Clone, Copy)]
pub(crate) struct Bio {
    pub(crate) owner: usize,
    pub(crate) block: u64,
}

/// One or more reads that touch, as one command for the disk.
#[derive(Clone, Copy, Default)]
pub(crate) struct Request {
    pub(crate) owner: usize,
    pub(crate) block: u64,
    pub(crate) blocks: u64,
}

impl Request {
    fn end(&self) -> u64 {
        self.block + self.blocks
    }
}

/// The scheduler. Room for every request is made at the start: a handler cannot allocate.
struct BfqData {
    /// Every request by its number.
    requests: Box<[Request]>,
    /// The numbers not in use.
    free: Vec<usize>,
    /// The requests waiting for the disk, by position.
    queue: Vec<usize>,
    /// Threads that are still submitting: what they queue stays, and may be merged.
    plugged: Box<[bool]>,
    /// Where the disk's head is.
    head: u64,
}

impl BfqData {
    fn place_of(&self, rq: usize) -> Option<usize> {
        self.queue.iter().position(|&queued| queued == rq)
    }
}

/// The device: its scheduler, its threads, its file, and what was counted.
pub(crate) struct RequestQueue {
    bfqd: SpinLock<BfqData>,
    /// The author's addition: the requests under way, with the thread each belongs to.
    process_io: SpinLock<Vec<(usize, usize)>>,
    /// With the remedy.
    fixed: bool,
    /// The merge path is kept free of signals.
    pub(crate) gated: bool,
    /// The merge path gives the disk [`WIDE_WINDOW`] to complete something, so that a signal is likely to be pending when the
    /// signals open. What took hours in the incident takes milliseconds here.
    wide_window: bool,
    /// Completions are signals, not polled.
    pub(crate) handler: bool,
    /// The `fio` threads, then the kworker and the disk.
    pub(crate) tasks: Box<[Task]>,
    /// The links of every [`DoneList`](crate::task::DoneList), by request number.
    pub(crate) done_next: Box<[AtomicUsize]>,
    pub(crate) file: File,
    pub(crate) blocks: u64,
    /// Reads to be submitted by all threads together.
    pub(crate) reads: u64,
    /// No more reads will come.
    pub(crate) stop: AtomicBool,
    pub(crate) reads_done: AtomicU64,
    pub(crate) read_errors: AtomicU64,
    requests_done: AtomicU64,
    requests_merged: AtomicU64,
}

impl RequestQueue {
    pub(crate) fn new(mut file: File, options: &Options) -> RequestQueue {
        let size = file.seek(SeekFrom::End(0)).expect("the file was measured before");
        let most = options.threads * QUEUE_DEPTH;
        let bfqd = BfqData {
            requests: vec![Request::default(); most].into(),
            free: (0..most).collect(),
            queue: Vec::with_capacity(most),
            plugged: vec![false; options.threads].into(),
            head: 0,
        };
        RequestQueue {
            bfqd: SpinLock::with_class(bfqd, &BFQD_LOCK),
            process_io: SpinLock::with_class(Vec::with_capacity(most), &PROCESS_IO_INSERT_LOCK),
            fixed: options.fixed,
            gated: options.gated(),
            wide_window: options.mode == Mode::Unchecked,
            handler: options.handler,
            tasks: (0..options.threads).map(|_| Task::new("fio")).chain([Task::new("kworker"), Task::new("disk")]).collect(),
            done_next: (0..most).map(|_| AtomicUsize::new(NONE)).collect(),
            file,
            blocks: size / BLOCK,
            reads: options.requests,
            stop: AtomicBool::new(false),
            reads_done: AtomicU64::new(0),
            read_errors: AtomicU64::new(0),
            requests_done: AtomicU64::new(0),
            requests_merged: AtomicU64::new(0),
        }
    }

    /// How many `fio` threads there are.
    pub(crate) fn threads(&self) -> usize {
        self.tasks.len() - 2
    }

    pub(crate) fn kworker(&self) -> &Task {
        &self.tasks[self.threads()]
    }

    pub(crate) fn disk(&self) -> &Task {
        &self.tasks[self.threads() + 1]
    }

    /// How often one request was merged into another: how often the faulty function ran.
    pub(crate) fn merges(&self) -> u64 {
        self.requests_merged.load(Ordering::SeqCst)
    }

    /// One line for people.
    pub(crate) fn statistics(&self) -> impl fmt::Display {
        let count = |counter: &AtomicU64| counter.load(Ordering::SeqCst);
        let signals: u64 = self.tasks.iter().map(|task| task.gate.count()).sum();
        format!(
            "bfq_merge: {} reads by {} {}, {} requests merged, {} completed by the disk, {} completion signals",
            count(&self.reads_done),
            self.threads(),
            if self.threads() == 1 { "thread" } else { "threads" },
            count(&self.requests_merged),
            count(&self.requests_done),
            signals,
        )
    }
}

// ---- Submission, in the thread that reads.

/// What this thread queues from here on waits for [`blk_finish_plug`].
pub(crate) fn blk_start_plug(q: &RequestQueue, owner: usize) {
    let _here = enter(&"blk_start_plug");
    q.bfqd.lock_irq().plugged[owner] = true;
}

/// Lets the disk have it.
pub(crate) fn blk_finish_plug(q: &RequestQueue, owner: usize) {
    let _here = enter(&"blk_finish_plug");
    q.bfqd.lock_irq().plugged[owner] = false;
}

#[inline(never)]
pub(crate) fn submit_bio(q: &RequestQueue, bio: Bio) {
    let _here = enter(&"submit_bio");
    q.tasks[bio.owner].in_flight.fetch_add(1, Ordering::SeqCst);
    blk_mq_make_request(q, bio);
}

#[inline(never)]
fn blk_mq_make_request(q: &RequestQueue, bio: Bio) {
    let _here = enter(&"blk_mq_make_request");
    let merged = {
        let _gate = q.gated.then(|| q.tasks[bio.owner].gate.close());
        bfq_bio_merge(q, bio)
    };
    if !merged {
        let rq = blk_mq_get_request(q, bio);
        blk_account_io_start(q, rq, bio.owner);
        bfq_insert_request(q, rq);
    }
}

#[inline(never)]
fn blk_mq_get_request(q: &RequestQueue, bio: Bio) -> usize {
    let _here = enter(&"blk_mq_get_request");
    let mut bfqd = q.bfqd.lock_irq();
    let rq = bfqd.free.pop().expect("there is a request for every read in flight");
    bfqd.requests[rq] = Request { owner: bio.owner, block: bio.block, blocks: 1 };
    rq
}

#[inline(never)]
fn bfq_insert_request(q: &RequestQueue, rq: usize) {
    let _here = enter(&"bfq_insert_request");
    let mut bfqd = q.bfqd.lock_irq();
    let block = bfqd.requests[rq].block;
    let place = bfqd.queue.partition_point(|&other| bfqd.requests[other].block < block);
    bfqd.queue.insert(place, rq);
}

#[inline(never)]
fn blk_account_io_start(q: &RequestQueue, rq: usize, owner: usize) {
    let _here = enter(&"blk_account_io_start");
    // Nobody calls this with the signals blocked: `lock_irq` is right here.
    q.process_io.lock_irq().push((rq, owner));
}

// ---- The merge path.

/// Tries to make the read part of a request that waits already.
#[inline(never)]
fn bfq_bio_merge(q: &RequestQueue, bio: Bio) -> bool {
    let _here = enter(&"bfq_bio_merge");
    let mut bfqd = q.bfqd.lock_irq();
    let held = enter(&"[holds bfqd.lock]");
    let mut free = None;
    let merged = blk_mq_sched_try_merge(q, &mut bfqd, bio, &mut free);
    if let Some(rq) = free {
        blk_mq_free_request(q, rq, Some(&mut bfqd));
    }
    drop(held);
    drop(bfqd);
    merged
}

/// As in the kernel, only reads of one thread merge. `free` gets the request that is no longer needed.
#[inline(never)]
fn blk_mq_sched_try_merge(q: &RequestQueue, bfqd: &mut BfqData, bio: Bio, free: &mut Option<usize>) -> bool {
    let _here = enter(&"blk_mq_sched_try_merge");
    let touches = |request: &Request| request.owner == bio.owner && request.end() == bio.block && request.blocks < LARGEST;
    let Some(rq) = bfqd.queue.iter().copied().find(|&rq| touches(&bfqd.requests[rq])) else { return false };
    bfqd.requests[rq].blocks += 1;
    *free = attempt_back_merge(q, bfqd, rq);
    true
}

/// The request has grown: it may now touch the one behind it.
#[inline(never)]
fn attempt_back_merge(q: &RequestQueue, bfqd: &mut BfqData, rq: usize) -> Option<usize> {
    let _here = enter(&"attempt_back_merge");
    let behind = bfqd.place_of(rq)? + 1;
    let next = *bfqd.queue.get(behind)?;
    attempt_merge(q, bfqd, rq, next)
}

/// Merges `next` into `rq` if they touch, and returns it: it is no longer needed.
#[inline(never)]
fn attempt_merge(q: &RequestQueue, bfqd: &mut BfqData, rq: usize, next: usize) -> Option<usize> {
    let _here = enter(&"attempt_merge");
    let (first, second) = (bfqd.requests[rq], bfqd.requests[next]);
    if first.owner != second.owner || first.end() != second.block || first.blocks + second.blocks > LARGEST {
        return None;
    }
    bfqd.requests[rq].blocks += second.blocks;
    if q.wide_window {
        let begun = Instant::now();
        while q.tasks[first.owner].gate.is_quiet() && begun.elapsed() < WIDE_WINDOW {
            thread::yield_now();
        }
    }
    blk_account_io_merge(q, next);
    Some(next)
}

/// The author's addition, and the bug: it is called with `bfqd.lock` held and the signals blocked.
#[inline(never)]
fn blk_account_io_merge(q: &RequestQueue, rq: usize) {
    let _here = enter(&"blk_account_io_merge");
    q.requests_merged.fetch_add(1, Ordering::SeqCst);
    if q.fixed {
        let mut process_io = q.process_io.lock_irqsave();
        list_del(&mut process_io, rq);
        drop(process_io);
    } else {
        let mut process_io = q.process_io.lock_irq();
        list_del(&mut process_io, rq);
        // This opens the signals, whatever they were before.
        drop(process_io);
    }
}

fn list_del(process_io: &mut Vec<(usize, usize)>, rq: usize) {
    if let Some(place) = process_io.iter().position(|&(listed, _)| listed == rq) {
        process_io.swap_remove(place);
    }
}

// ---- Dispatch, in the kworker.

/// The next request for the disk: the first at or behind its head, then from the start.
#[inline(never)]
pub(crate) fn bfq_dispatch_request(q: &RequestQueue) -> Option<(usize, Request)> {
    let _here = enter(&"bfq_dispatch_request");
    let mut bfqd = q.bfqd.lock_irq();
    let ready = |&place: &usize| !bfqd.plugged[bfqd.requests[bfqd.queue[place]].owner];
    let at_head = bfqd.queue.partition_point(|&rq| bfqd.requests[rq].block < bfqd.head);
    let place = (at_head..bfqd.queue.len()).chain(0..at_head).find(ready)?;
    let rq = bfqd.queue.remove(place);
    let request = bfqd.requests[rq];
    bfqd.head = request.end();
    Some((rq, request))
}

// ---- Completion, in the handler. Nothing here allocates.

#[inline(never)]
pub(crate) fn scsi_io_completion(q: &RequestQueue, rq: usize) {
    let _here = enter(&"scsi_io_completion");
    scsi_end_request(q, rq);
}

#[inline(never)]
fn scsi_end_request(q: &RequestQueue, rq: usize) {
    let _here = enter(&"scsi_end_request");
    blk_account_io_done(q, rq);
    blk_mq_free_request(q, rq, None);
}

#[inline(never)]
fn blk_account_io_done(q: &RequestQueue, rq: usize) {
    let _here = enter(&"blk_account_io_done");
    list_del(&mut q.process_io.lock_irqsave(), rq);
}

/// Ends a request: one that the disk has done, or, with `bfqd.lock` held already, one that was merged away.
#[inline(never)]
fn blk_mq_free_request(q: &RequestQueue, rq: usize, bfqd: Option<&mut BfqData>) {
    let _here = enter(&"blk_mq_free_request");
    bfq_finish_requeue_request(q, rq, bfqd);
}

#[inline(never)]
fn bfq_finish_requeue_request(q: &RequestQueue, rq: usize, bfqd: Option<&mut BfqData>) {
    let _here = enter(&"bfq_finish_requeue_request");
    if let Some(bfqd) = bfqd {
        bfq_remove_request(bfqd, rq);
        return;
    }
    let mut bfqd = q.bfqd.lock_irqsave();
    let request = bfqd.requests[rq];
    bfqd.free.push(rq);
    drop(bfqd);
    // In this order: who sees its reads gone finds a free request.
    q.requests_done.fetch_add(1, Ordering::SeqCst);
    q.reads_done.fetch_add(request.blocks, Ordering::SeqCst);
    q.tasks[request.owner].in_flight.fetch_sub(request.blocks, Ordering::SeqCst);
}

#[inline(never)]
fn bfq_remove_request(bfqd: &mut BfqData, rq: usize) {
    let _here = enter(&"bfq_remove_request");
    if let Some(place) = bfqd.place_of(rq) {
        bfqd.queue.remove(place);
    }
    bfqd.free.push(rq);
}
