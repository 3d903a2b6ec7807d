//! A signal handler allocates memory: it builds a message for the log. When the signal interrupts the program inside the allocator, the
//! handler waits for a lock that the interrupted code holds, or finds the heap in an inconsistent state.
//!
//! ```text
//! cargo run --example malloc_in_handler
//! ```
//!
//! Here the signal comes at a good moment. With `lockdep::alloc::Checked` as the global allocator, the validator reports the
//! `SignalUnsafe` at the allocation, with the stack of the handler; and, as for any lock that a handler shares with what it may
//! interrupt, the `IrqUsage` of the class `malloc`. The exit code is 66.

use std::alloc::System;
use std::io;
use std::sync::atomic::{AtomicU32, Ordering};

use lockdep::alloc::Checked;
use lockdep::signal;

#[global_allocator]
static ALLOCATOR: Checked<System> = Checked::new(System);

static REQUESTS: AtomicU32 = AtomicU32::new(0);

/// The handler of SIGTERM.
#[inline(never)]
fn on_terminate() {
    // The bug: the memory of the text is allocated here, and freed again.
    let text = format!("terminating after {} requests\n", REQUESTS.load(Ordering::Relaxed));
    // SAFETY: the buffer is valid for its length.
    unsafe { libc::write(libc::STDOUT_FILENO, text.as_ptr().cast(), text.len()) };
}

#[inline(never)]
fn serve(requests: &mut Vec<String>) {
    requests.push("GET /".to_owned());
    REQUESTS.fetch_add(1, Ordering::Relaxed);
}

fn main() -> io::Result<()> {
    // SAFETY: it is not safe to register `on_terminate`, which is what this is about.
    unsafe { signal::register(libc::SIGTERM, on_terminate)? };

    let mut requests = Vec::new();
    for _ in 0..3 {
        serve(&mut requests);
    }
    // SAFETY: raises a signal that has a handler.
    unsafe { libc::raise(libc::SIGTERM) };
    Ok(())
}
