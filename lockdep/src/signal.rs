//! Signal handlers whose locks are checked in their signal's context.
//!
//! [`register`] goes through [signal-hook](https://docs.rs/signal-hook), so it coexists with other users of that crate: several
//! actions may share a signal. Locks that an action takes count as taken in the handler of that signal, and conflict with locks held
//! elsewhere with the signal open.
//!
//! # Examples
//!
//! ```
//! use std::sync::atomic::{AtomicUsize, Ordering};
//!
//! use lockdep::signal;
//!
//! static DONE: AtomicUsize = AtomicUsize::new(0);
//!
//! # fn main() -> std::io::Result<()> {
//! let action = || {
//!     assert!(signal::in_handler());
//!     DONE.fetch_add(1, Ordering::Relaxed);
//! };
//! // SAFETY: the action is one atomic addition, which a handler may do.
//! let registration = unsafe { signal::register(libc::SIGUSR1, action)? };
//! // SAFETY: raises a signal that has a handler.
//! unsafe { libc::raise(libc::SIGUSR1) };
//! assert_eq!(DONE.load(Ordering::Relaxed), 1);
//! assert!(!signal::in_handler());
//! signal::unregister(registration);
//! # Ok(())
//! # }
//! ```
//!
//! # Limitations
//!
//! A handler installed by other means (`sigaction`, another crate) is not seen as one, unless the feature `interpose` is on: its locks
//! count as taken by the code that it interrupted. Signals taken with `sigwait` or `signalfd` have no handler, and need none of this.
//! More about both: [signals](crate::_documentation::signals).

use std::fmt::{self, Write as _};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use libc::c_int;
use lockdep_core::runtime;
use signal_hook::SigId;
use signal_hook::consts::FORBIDDEN;
use signal_hook::low_level;

/// Runs `action` in the handler of signal `signum`, from now on, after the actions registered before.
///
/// Cost: allocates and locks; call it at the start of the program. **Signal safety:** not in a handler.
///
/// # Panics
///
/// Never. A panic of `action` aborts the process, after one sentence on file descriptor 2: it cannot unwind out of a handler.
///
/// # Errors
///
/// [`InvalidInput`](io::ErrorKind::InvalidInput) when `signum` cannot have a handler: it is not a signal, belongs to the C
/// library, cannot be caught (`SIGKILL`, `SIGSTOP`), or comes from a fault of the program itself (`SIGSEGV`, `SIGILL`,
/// `SIGFPE`). Otherwise the error of the system.
///
/// # Safety
///
/// `action` runs inside a signal handler, between any two instructions of the thread that the signal finds. It may do only what
/// is async-signal-safe: atomics, `write(2)`, the locks of this crate that say so; no allocation, no lock that may sleep, no
/// formatting to standard streams.
#[track_caller]
pub unsafe fn register(signum: c_int, action: impl Fn() + Send + Sync + 'static) -> io::Result<Registration> {
    check(signum)?;
    runtime::handlers_expected();
    runtime::about_to_handle(signum);
    let installed = runtime::Handler::of(&action);
    let handler = move || {
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| runtime::in_signal(signum, installed, &action))) {
            // Not dropped: its destructor is the program's, and may panic again.
            std::mem::forget(payload);
            abort(signum);
        }
    };
    // SAFETY: what the handler adds to `action` is async-signal-safe and does not unwind; for `action` the caller promises the
    // first, and the second is taken care of. The signal is not a forbidden one.
    let id = runtime::quietly(|| unsafe { low_level::register(signum, handler) })?;
    runtime::adopt(signum);
    Ok(Registration { signum, id })
}

/// Takes an action out of its handler.
///
/// When its last action is gone, the signal is ignored: the previous action is not restored.
///
/// Cost: allocates and locks, and waits for running handlers. **Signal safety:** not in a handler.
pub fn unregister(registration: Registration) {
    runtime::quietly(|| low_level::unregister(registration.id));
}

/// Whether this thread runs in a handler now: inside an action of [`register`], or inside
/// [`Cx::in_handler`](crate::testing::Cx::in_handler).
///
/// Cost: a thread-local read. **Signal safety:** may be called in a handler.
#[inline]
#[must_use]
pub fn in_handler() -> bool {
    runtime::in_handler()
}

/// An action of [`register`]; [`unregister`] takes it back.
///
/// Dropping it does **not** unregister: most handlers stay as long as the program.
pub struct Registration {
    signum: c_int,
    id: SigId,
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration").field("signal", &self.signum).finish_non_exhaustive()
    }
}

fn check(signum: c_int) -> io::Result<()> {
    let why = if !(1..=libc::SIGRTMAX()).contains(&signum) {
        format!("signal {signum} does not exist: signals are 1 to {}", libc::SIGRTMAX())
    } else if (32..libc::SIGRTMIN()).contains(&signum) {
        format!("signal {signum} belongs to the C library and cannot have a handler")
    } else if FORBIDDEN.contains(&signum) {
        format!("{} cannot be handled: it cannot be caught, or comes from a fault of the program itself", Name(signum))
    } else {
        return Ok(());
    };
    Err(io::Error::new(io::ErrorKind::InvalidInput, why))
}

/// `SIGUSR1`, or `signal 34`.
struct Name(c_int);

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match low_level::signal_name(self.0) {
            Some(name) => f.write_str(name),
            None => write!(f, "signal {}", self.0),
        }
    }
}

/// The end of a process whose handler panicked: one sentence, no allocation, no lock.
fn abort(signum: c_int) -> ! {
    let mut line = Line { bytes: [0; 160], len: 0 };
    let name = Name(signum);
    // What does not fit is cut off.
    let _ = writeln!(line, "lockdep: the handler of {name} panicked; a panic cannot leave a signal handler, so this is an abort");
    // SAFETY: the bytes are `line`'s own; `write` and `abort` may be called in a handler.
    unsafe {
        libc::write(libc::STDERR_FILENO, line.bytes.as_ptr().cast(), line.len);
        libc::abort()
    }
}

struct Line {
    bytes: [u8; 160],
    len: usize,
}

impl fmt::Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = &mut self.bytes[self.len..];
        let n = text.len().min(room.len());
        room[..n].copy_from_slice(&text.as_bytes()[..n]);
        self.len += n;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::Command;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn a_bad_signal_number_is_an_error_with_one_sentence() {
        for (signum, word) in [
            (0, "does not exist"),
            (-1, "does not exist"),
            (65, "does not exist"),
            (c_int::MAX, "does not exist"),
            (32, "C library"),
            (33, "C library"),
            (libc::SIGKILL, "SIGKILL cannot"),
            (libc::SIGSTOP, "SIGSTOP cannot"),
            (libc::SIGSEGV, "SIGSEGV cannot"),
            (libc::SIGILL, "SIGILL cannot"),
            (libc::SIGFPE, "SIGFPE cannot"),
        ] {
            // SAFETY: the action does nothing.
            let error = unsafe { register(signum, || ()) }.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
            assert!(error.to_string().contains(word), "{signum}: {error}");
        }
    }

    #[test]
    fn actions_share_a_signal_until_unregistered() {
        static FIRST: AtomicUsize = AtomicUsize::new(0);
        static SECOND: AtomicUsize = AtomicUsize::new(0);
        static OUTSIDE: AtomicUsize = AtomicUsize::new(0);
        let count = |counter: &'static AtomicUsize| {
            move || {
                counter.fetch_add(1, Ordering::SeqCst);
                OUTSIDE.fetch_add(usize::from(!in_handler()), Ordering::SeqCst);
            }
        };
        let signum = libc::SIGRTMIN() + 3;
        // SAFETY: atomic additions only.
        let first = unsafe { register(signum, count(&FIRST)) }.unwrap();
        // Dropped at once, and still registered. SAFETY: as above.
        unsafe { register(signum, count(&SECOND)) }.unwrap();
        let raise = || {
            // SAFETY: the signal has a handler.
            unsafe { libc::raise(signum) };
        };
        raise();
        unregister(first);
        raise();
        assert_eq!((FIRST.load(Ordering::SeqCst), SECOND.load(Ordering::SeqCst)), (1, 2));
        assert_eq!(OUTSIDE.load(Ordering::SeqCst), 0);
        assert!(!in_handler());
    }

    #[test]
    fn registration_names_its_signal() {
        // SAFETY: the action does nothing.
        let registration = unsafe { register(libc::SIGUSR2, || ()) }.unwrap();
        assert_eq!(format!("{registration:?}"), format!("Registration {{ signal: {}, .. }}", libc::SIGUSR2));
        unregister(registration);
    }

    #[test]
    fn a_panic_in_a_handler_aborts_with_a_sentence() {
        const CHILD: &str = "LOCKDEP_TEST_PANIC_IN_HANDLER";
        if std::env::var_os(CHILD).is_some() {
            // SAFETY: the panic never comes back, so what its hook does cannot disturb this thread.
            unsafe {
                register(libc::SIGUSR1, || panic!("on purpose")).unwrap();
                libc::raise(libc::SIGUSR1);
            }
            unreachable!("the handler panicked");
        }
        let name = "signal::tests::a_panic_in_a_handler_aborts_with_a_sentence";
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture", "--test-threads=1"])
            .env(CHILD, "1")
            .output()
            .unwrap();
        assert_eq!(output.status.signal(), Some(libc::SIGABRT), "{output:?}");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains("lockdep: the handler of SIGUSR1 panicked; "), "{stderr}");
        assert!(stderr.trim_end().ends_with("so this is an abort"), "{stderr}");
    }
}
