//! A signal handler takes a lock that threads hold with the signal open. A signal at the wrong moment finds its own thread holding
//! the lock, and waits for it forever.
//!
//! ```text
//! cargo run --example handler_takes_lock
//! ```
//!
//! Here the signal comes at a good moment, while nobody holds the lock. The validator reports the `IrqUsage` when the handler takes
//! it, with both stacks: in the handler, and where the lock was held with the signal open. The exit code is 66.

use lockdep::signal;
use lockdep::spin::SpinLock;

struct Stats {
    requests: u64,
    bytes: u64,
}

static STATS: SpinLock<Stats> = SpinLock::new(Stats { requests: 0, bytes: 0 });

#[inline(never)]
fn serve(bytes: u64) {
    // The bug: the signal is open here. `STATS.lock_irqsave()` would keep it waiting until the lock is released.
    let mut stats = STATS.lock();
    stats.requests += 1;
    stats.bytes += bytes;
}

/// SIGUSR1 asks to start counting again.
#[inline(never)]
fn reset() {
    let mut stats = STATS.lock();
    stats.requests = 0;
    stats.bytes = 0;
}

fn main() -> std::io::Result<()> {
    // SAFETY: `reset` neither allocates nor panics, and takes only a spin lock. (That it takes it unprotected is the bug.)
    unsafe { signal::register(libc::SIGUSR1, reset)? };

    serve(100);
    serve(200);
    // SAFETY: raises a signal that has a handler.
    unsafe { libc::raise(libc::SIGUSR1) };
    serve(300);

    let (requests, bytes) = {
        let stats = STATS.lock();
        (stats.requests, stats.bytes)
    };
    println!("since the last reset: {requests} requests, {bytes} bytes");
    Ok(())
}
