//! The way to the disk, the disk, and its completion interrupt.

use std::io;
use std::os::unix::fs::FileExt;
use std::process;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use libc::c_int;

use crate::block::{self, BLOCK, LARGEST, Request, RequestQueue};
use crate::task::{NONE, Task, enter};

/// What the disk needs for a request at least. From the page cache it would be done with a batch before the thread that
/// waits is awake, and no completion would ever meet a submission.
const SERVICE_TIME: Duration = Duration::from_micros(20);

/// The completion signal: a real-time signal, so that none gets lost while others are pending.
fn completion_signal() -> c_int {
    libc::SIGRTMIN()
}

/// Lets completions come as signals.
pub(crate) fn request_irq(q: &'static RequestQueue) -> io::Result<()> {
    // SAFETY: the handler allocates nothing, panics at nothing, and takes only spin locks, which threads hold with the signal
    // blocked (or, in the faulty path, should hold so).
    unsafe { lockdep::signal::register(completion_signal(), move || do_irq(q)) }.map(drop)
}

fn do_irq(q: &RequestQueue) {
    let _here = enter(&"[signal]");
    blk_done_softirq(q);
    if let Some(task) = Task::current() {
        task.gate.handled();
    }
}

/// Completes what the disk has done for this thread: in the handler, or polled.
#[inline(never)]
pub(crate) fn blk_done_softirq(q: &RequestQueue) {
    let _here = enter(&"blk_done_softirq");
    let Some(task) = Task::current() else { return };
    let mut rq = task.done.take_all();
    while rq != NONE {
        // Read first: a completed request may be in use again, and on the list.
        let next = q.done_next[rq].load(Ordering::SeqCst);
        block::scsi_io_completion(q, rq);
        rq = next;
    }
}

/// A request on its way to the disk, with its number.
pub(crate) type Command = (usize, Request);

/// The kworker: takes requests from the scheduler and gives them to the disk.
pub(crate) fn dispatch(q: &'static RequestQueue, disk: &SyncSender<Command>) {
    q.kworker().start();
    while !q.stop.load(Ordering::SeqCst) {
        blk_mq_run_hw_queue(q, disk);
        // Until `fio` rings; and now and then, should it have rung in between.
        thread::park_timeout(Duration::from_millis(10));
    }
}

#[inline(never)]
fn blk_mq_run_hw_queue(q: &RequestQueue, disk: &SyncSender<Command>) {
    let _here = enter(&"blk_mq_run_hw_queue");
    while let Some(command) = blk_mq_do_dispatch_sched(q) {
        disk.send(command).expect("the disk runs until there is nothing to send");
    }
}

#[inline(never)]
fn blk_mq_do_dispatch_sched(q: &RequestQueue) -> Option<Command> {
    let _here = enter(&"blk_mq_do_dispatch_sched");
    block::bfq_dispatch_request(q)
}

/// The disk. It knows nothing of the scheduler and its lock.
pub(crate) fn serve(q: &'static RequestQueue, commands: &Receiver<Command>) {
    q.disk().start();
    let mut buffer = vec![0; (LARGEST * BLOCK) as usize];
    for (rq, request) in commands {
        read(q, rq, &request, &mut buffer);
    }
}

/// Reads the blocks, and says so to the thread that wants them.
fn read(q: &RequestQueue, rq: usize, request: &Request, buffer: &mut [u8]) {
    let _here = enter(&"read");
    let begun = Instant::now();
    let buffer = &mut buffer[..(request.blocks * BLOCK) as usize];
    if q.file.read_exact_at(buffer, request.block * BLOCK).is_err() {
        q.read_errors.fetch_add(1, Ordering::SeqCst);
    }
    while begun.elapsed() < SERVICE_TIME {
        thread::yield_now();
    }

    let task = &q.tasks[request.owner];
    if !q.handler {
        task.done.add(rq, &q.done_next);
        return;
    }
    while !task.gate.try_raise() {
        thread::yield_now();
    }
    task.done.add(rq, &q.done_next);
    raise(task);
}

/// Sends the completion signal to the thread of `task`.
fn raise(task: &Task) {
    let (pid, tid) = (process::id() as c_int, task.tid.load(Ordering::SeqCst));
    loop {
        // SAFETY: plain numbers; a thread that has ended makes the call fail.
        if unsafe { libc::tgkill(pid, tid, completion_signal()) } == 0 {
            return;
        }
        match io::Error::last_os_error().raw_os_error() {
            // The kernel's queue of real-time signals is full for the moment.
            Some(libc::EAGAIN) => thread::yield_now(),
            // The thread is gone: it panicked, as under `LOCKDEP=panic`.
            _ => return,
        }
    }
}
