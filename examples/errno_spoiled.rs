//! A signal handler changes `errno` and does not restore it. The code that it interrupts has made a call that failed and is about to
//! look at the reason, and finds the reason of a call it never made.
//!
//! ```text
//! cargo run --example errno_spoiled
//! ```
//!
//! The read below has nothing to read, which is no error; a handler that runs before `errno` is looked at makes it "no such file".
//! The validator reports `SignalUnsafe` when the handler returns, with the place where it was installed and the code that it
//! interrupted. (`signal::register` goes through signal-hook, which puts `errno` back, so this program gets away with it; installed
//! with `sigaction`, the same handler would not.) The exit code is 66.

use std::io;

use lockdep::signal;

/// What SIGALRM does: the watchdog of this service looks for a file that asks it to stop.
#[inline(never)]
fn on_alarm() {
    // The bug: this usually fails, and sets `errno`, which the interrupted code uses as well.
    // SAFETY: the path is a C string; `access` may be called in a handler.
    unsafe { libc::access(c"/nonexistent/stop".as_ptr(), libc::F_OK) };
}

/// Reads what is there, and nothing more.
#[inline(never)]
fn poll(pipe: libc::c_int) -> io::Result<usize> {
    let mut buffer = [0_u8; 16];
    // SAFETY: the buffer is valid for its length.
    let read = unsafe { libc::read(pipe, buffer.as_mut_ptr().cast(), buffer.len()) };
    // The timer fires just here.
    // SAFETY: raises a signal that has a handler.
    unsafe { libc::raise(libc::SIGALRM) };
    usize::try_from(read).map_err(|_| io::Error::last_os_error())
}

fn main() -> io::Result<()> {
    // SAFETY: `on_alarm` does nothing that a handler may not do, but for what this is about.
    unsafe { signal::register(libc::SIGALRM, on_alarm)? };

    let mut pipe = [0; 2];
    // SAFETY: the array has room for two.
    if unsafe { libc::pipe2(pipe.as_mut_ptr(), libc::O_NONBLOCK) } != 0 {
        return Err(io::Error::last_os_error());
    }
    match poll(pipe[0]) {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => println!("nothing to read yet"),
        other => println!("unexpected: {other:?}"),
    }
    Ok(())
}
