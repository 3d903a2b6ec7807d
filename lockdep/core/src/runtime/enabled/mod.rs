//! The runtime of the validator. See the [module above](super).

pub(crate) mod acquire;
pub(crate) mod baseline;
pub(crate) mod chain;
pub(crate) mod config;
pub(crate) mod contention;
mod deliver;
mod dump;
pub(crate) mod globals;
pub(crate) mod graph;
mod handler;
pub(crate) mod harness;
mod instances;
#[cfg(feature = "interpose")]
mod interpose;
pub(crate) mod irqs;
pub(crate) mod isolation;
mod lazy;
mod life;
mod lock;
pub(crate) mod malloc;
mod orphans;
mod position;
mod raw;
#[cfg(feature = "interpose")]
pub(crate) mod saves;
mod scope;
pub(crate) mod slow;
mod table;
pub(crate) mod thread;
mod trampoline;
mod watchdog;
mod words;

use core::sync::atomic::AtomicU32;
use std::time::Duration;

use crate::irq::bit;

pub(super) use acquire::{assert_none_held, might_sleep};
pub(super) use config::install;
pub(super) use deliver::{abort, on_report, reports};
pub(super) use dump::{dump_graph_dot, dump_graph_json, dump_held, stats};
pub(super) use handler::{Handler, handlers_expected, in_handler, in_signal};
pub(super) use malloc::quietly;
pub(crate) use position::give_way;
pub(super) use trampoline::adopt;
pub(crate) use trampoline::deferrable;

pub(super) fn about_to_handle(signal: libc::c_int) {
    if (1..=64).contains(&signal) {
        give_way([signal].into_iter().filter(|&signal| crate::irq::Lines::ALL.contains(signal)).collect());
    }
}

/// Keeps `errno` as it is: what runs meanwhile leaves no trace there.
pub(crate) struct Errno(i32);

impl Errno {
    #[inline(always)]
    pub(crate) fn keep() -> Errno {
        // SAFETY: errno is this thread's own.
        Errno(unsafe { *libc::__errno_location() })
    }
}

impl Drop for Errno {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: errno is this thread's own.
        unsafe { *libc::__errno_location() = self.0 };
    }
}

/// While it lives, a cancellation of this thread (`pthread_cancel`) waits: what is done meanwhile is not left in the middle.
///
/// **Signal safety:** may be used in a handler.
struct NotCancelled(libc::c_int);

unsafe extern "C" {
    fn pthread_setcancelstate(state: libc::c_int, before: *mut libc::c_int) -> libc::c_int;
}

impl NotCancelled {
    fn begin() -> NotCancelled {
        const PTHREAD_CANCEL_DISABLE: libc::c_int = 1;
        let mut before = 0;
        // SAFETY: `before` lives across the call.
        unsafe { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &raw mut before) };
        NotCancelled(before)
    }
}

impl Drop for NotCancelled {
    fn drop(&mut self) {
        // SAFETY: the state before is not wanted.
        unsafe { pthread_setcancelstate(self.0, core::ptr::null_mut()) };
    }
}

/// In the child of a fork: a lock that another thread of the parent held would stay locked. What is inside may be half done then, and
/// is replaced.
fn revive<T>(mutex: &std::sync::Mutex<T>, fresh: T) {
    if let Err(std::sync::TryLockError::WouldBlock) = mutex.try_lock() {
        // SAFETY: who held it does not exist here, and this thread is the only one; a mutex is all interior, so it may be written
        // to. What it held is forgotten, and not dropped.
        unsafe { core::ptr::from_ref(mutex).cast_mut().write(std::sync::Mutex::new(fresh)) };
    }
}

/// Writes to standard error, straight, from anywhere.
///
/// Nobody may read it: then it waits, unless a signal is pending that ends the program. Signals are blocked here, and whoever wants to end
/// the program must be able to.
pub(crate) fn complain(text: &[u8]) {
    let _whole = NotCancelled::begin();
    let most = if is_pipe() { libc::PIPE_BUF } else { usize::MAX };
    let mut rest = text;
    while !rest.is_empty() && takes_more() {
        let part = &rest[..rest.len().min(most)];
        // SAFETY: the buffer is valid for its length.
        let written = unsafe { libc::write(2, part.as_ptr().cast(), part.len()) };
        match usize::try_from(written) {
            Ok(written) if written > 0 => rest = &rest[written..],
            // SAFETY: errno is this thread's own.
            _ => match unsafe { *libc::__errno_location() } {
                libc::EINTR | libc::EAGAIN => {}
                _ => return,
            },
        }
    }
}

/// Ends the process with a sentence: for what leaves the validator in no state to go on.
#[cold]
#[inline(never)]
fn give_up(why: &[u8]) -> ! {
    complain(why);
    std::process::abort()
}

/// Whether standard error is a pipe: what has room takes so much at once and no more.
fn is_pipe() -> bool {
    // SAFETY: all zeros is a `stat`, which is numbers, and it lives across the call.
    unsafe {
        let mut stat: libc::stat = core::mem::zeroed();
        libc::fstat(libc::STDERR_FILENO, &raw mut stat) == 0 && stat.st_mode & libc::S_IFMT == libc::S_IFIFO
    }
}

/// Waits until standard error takes more. Whether it does: who reads it may be slow, and one that does not block is not waited for for ever.
fn takes_more() -> bool {
    const NAP_MS: libc::c_int = 200;
    const NAPS: u32 = 10;
    // SAFETY: no memory is involved.
    let flags = unsafe { libc::fcntl(libc::STDERR_FILENO, libc::F_GETFL) };
    let naps = if flags & libc::O_NONBLOCK != 0 { NAPS } else { u32::MAX };
    for _ in 0..naps {
        let mut poll = libc::pollfd { fd: libc::STDERR_FILENO, events: libc::POLLOUT, revents: 0 };
        // SAFETY: one `pollfd`, which lives across the call.
        if unsafe { libc::poll(&raw mut poll, 1, NAP_MS) } != 0 {
            // Ready, or nothing that can be waited for: the write will tell.
            return true;
        }
        if is_to_end() {
            return false;
        }
    }
    false
}

/// Whether a signal is pending that asks the program to end.
fn is_to_end() -> bool {
    let mut pending = 0_u64;
    // SAFETY: the kernel writes the set of that many bytes.
    let asked = unsafe { libc::syscall(libc::SYS_rt_sigpending, &raw mut pending, size_of::<u64>()) };
    let ends = [libc::SIGTERM, libc::SIGINT, libc::SIGHUP, libc::SIGQUIT].into_iter().fold(0, |set, signal| set | bit(signal));
    asked == 0 && pending & ends != 0
}

/// Sleeps while `*word == expected`, at most for `limit`.
fn futex_wait(word: &AtomicU32, expected: u32, limit: Option<Duration>) {
    let limit =
        limit.map(|limit| libc::timespec { tv_sec: limit.as_secs() as libc::time_t, tv_nsec: limit.subsec_nanos().into() });
    let limit = limit.as_ref().map_or(core::ptr::null(), core::ptr::from_ref);
    // SAFETY: the word is valid and aligned; the kernel only compares it.
    unsafe {
        libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG, expected, limit);
    }
}

/// Wakes up to `count` sleepers.
fn futex_wake(word: &AtomicU32, count: i32) {
    // SAFETY: the address is only a key for the kernel.
    unsafe {
        libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG, count);
    }
}
