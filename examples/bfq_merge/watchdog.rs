//! Sees that nothing moves any more, and says where everyone is.
//!
//! With the validator its own watchdog does so: it knows which locks are held and waited for, and asks each thread for its stack.
//! What is here needs neither, knows less, and gives the other time to speak first.

use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use crate::block::RequestQueue;

/// A thread that waits longer than this for a lock is stuck.
pub(crate) const LIMIT: Duration = Duration::from_secs(1);
/// So long without a read completed, and the rest of the program is stuck as well.
pub(crate) const PATIENCE: Duration = Duration::from_secs(if cfg!(feature = "validate") { 7 } else { 2 });

/// The validator's watchdog has reported what is wrong. Everything else is in its table of threads; then the program ends, with
/// its own exit code instead of an abort.
pub(crate) fn explained(_report: &lockdep::Report) {
    lockdep::dump_held();
    std::process::exit(crate::LOCKED_UP.into());
}

/// No read was completed for too long.
pub(crate) struct LockedUp;

/// Watches until `finished`, or until no read was completed for `patience`.
pub(crate) fn watch(q: &RequestQueue, patience: Duration, finished: impl Fn() -> bool) -> Result<(), LockedUp> {
    let mut seen = (q.reads_done.load(Ordering::SeqCst), Instant::now());
    while !finished() {
        thread::sleep(Duration::from_millis(5));
        let done = q.reads_done.load(Ordering::SeqCst);
        if done != seen.0 {
            seen = (done, Instant::now());
        } else if seen.1.elapsed() > patience {
            return Err(LockedUp);
        }
    }
    Ok(())
}

/// What `bt -a` shows in a crash dump.
pub(crate) fn print_positions(q: &RequestQueue, patience: Duration) {
    let done = q.reads_done.load(Ordering::SeqCst);
    eprintln!("bfq_merge: locked up: no read was completed for {} s, {done} of {} are done", patience.as_secs(), q.reads);
    for task in &q.tasks {
        let path = task.path();
        eprintln!("\n{} ({}) is in", task.name, task.tid.load(Ordering::SeqCst));
        for function in &path {
            eprintln!("    {function}");
        }
        let signal = path.iter().position(|&function| function == "[signal]").unwrap_or(path.len());
        let interrupted_holder = path[..signal].contains(&"[holds bfqd.lock]");
        if interrupted_holder && path.last() == Some(&"bfq_finish_requeue_request") {
            eprintln!("    and waits for bfqd.lock, which it holds itself");
        }
    }
}
