//! Where a thread is now: its stack, taken in that thread, in the handler of a signal that is reserved for this.
//!
//! Default: the highest real-time signal below `SIGRTMAX` (which valgrind uses) that the program has no handler for; programs
//! count from `SIGRTMIN` upwards. Once it is reserved it is no irq line, so that a thread that waits with its "interrupts" off
//! can still be asked. It is only ever sent to a thread that does not block it, so none of ours is left pending, and only while
//! its handler is ours: a program that installs its own is not disturbed, and another signal is taken.
//!
//! The handler takes no lock, allocates nothing, and knows nothing of the state of its thread, which it may have interrupted
//! anywhere, inside a slow section as well. It runs on the thread's own stack: an alternate one may be too small to unwind on.

use core::sync::atomic::{AtomicI32, AtomicPtr, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use libc::c_int;

use super::{Errno, complain, futex_wait, futex_wake, revive};
use crate::irq::{self, Lines};
use crate::report::signal_name;
use crate::runtime::action::{self, Action};
use crate::stack::becomes_another;

/// The signal; 0 as long as there is none.
static SIGNAL: AtomicI32 = AtomicI32::new(0);

/// How long a thread may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// Frames beyond this many are not taken.
const DEEPEST: usize = 128;

/// Why there is no stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// Every signal that could be used has a handler of the program's.
    NoSignal,
    /// The thread blocks the signal.
    Blocks(c_int),
    /// The thread sleeps in the kernel where no signal wakes it, or is stopped.
    Sleeps,
    /// It did not answer.
    Silent,
    /// It has ended.
    Gone,
}

impl Missing {
    /// As the end of a sentence about a thread.
    pub(crate) fn words(self) -> String {
        match self {
            Missing::NoSignal => "cannot be asked where it is: no signal is free (`LOCKDEP_STACK_SIGNAL`)".to_owned(),
            Missing::Blocks(signal) => {
                format!("blocks {}, so it cannot be asked where it is (`LOCKDEP_STACK_SIGNAL`)", signal_name(signal))
            }
            Missing::Sleeps => "is stopped, or asleep in the kernel where no signal reaches it".to_owned(),
            Missing::Silent => "did not answer when it was asked where it is".to_owned(),
            Missing::Gone => "has ended".to_owned(),
        }
    }
}

/// What is asked of one thread at a time.
///
/// | state | who may change it | to |
/// |---|---|---|
/// | idle | who asks, before the signal is sent | asked |
/// | asked | the handler of thread `tid`; who asked, out of patience | taking; idle |
/// | taking | that handler, the stack written | done |
/// | done | who asked, the stack read | idle |
struct Request {
    state: AtomicU32,
    tid: AtomicI32,
    len: AtomicUsize,
    addresses: [AtomicUsize; DEEPEST],
}

const IDLE: u32 = 0;
const ASKED: u32 = 1;
const TAKING: u32 = 2;
const DONE: u32 = 3;

impl Request {
    const fn new() -> Request {
        Request {
            state: AtomicU32::new(IDLE),
            tid: AtomicI32::new(0),
            len: AtomicUsize::new(0),
            addresses: [const { AtomicUsize::new(0) }; DEEPEST],
        }
    }
}

static FIRST: Request = Request::new();
/// The request that handlers look at: always `FIRST`, or one that was leaked because a handler never finished with the last.
static REQUEST: AtomicPtr<Request> = AtomicPtr::new((&raw const FIRST).cast_mut());
/// One asks at a time. Never taken in a handler.
static ASKING: Mutex<()> = Mutex::new(());

/// In the child of a fork: who asked does not exist here.
pub(super) fn forked() {
    revive(&ASKING, ());
}

/// Uses this signal: a setting.
pub(super) fn choose(signal: c_int) {
    if !install(signal) {
        let name = signal_name(signal);
        let text = format!("lockdep: {name} already has a handler and cannot be the stack signal; another one is used\n");
        complain(text.as_bytes());
        reserve();
        return;
    }
    irq::reserve(signal);
}

/// Chooses a signal, so that irq sections from now on leave it open.
pub(super) fn reserve() {
    if let Some(signal) = ready() {
        irq::reserve(signal);
    }
}

/// The program wants these signals for itself: it gets them.
///
/// **Signal safety:** may be called in a handler.
pub(crate) fn give_way(wanted: Lines) {
    let signal = SIGNAL.load(Ordering::Relaxed);
    if !wanted.contains(signal) || SIGNAL.compare_exchange(signal, 0, Ordering::Relaxed, Ordering::Relaxed).is_err() {
        return;
    }
    if handler_of(signal) == ours() {
        set_handler(signal, libc::SIG_DFL);
    }
    let next = candidates().find(|&other| !wanted.contains(other) && install(other));
    irq::reserve(next.unwrap_or(0));
}

fn candidates() -> impl Iterator<Item = c_int> {
    (libc::SIGRTMIN()..libc::SIGRTMAX()).rev()
}

/// The signal, its handler in place.
fn ready() -> Option<c_int> {
    let signal = SIGNAL.load(Ordering::Relaxed);
    if signal != 0 && handler_of(signal) == ours() {
        return Some(signal);
    }
    candidates().find(|&signal| install(signal))
}

fn ours() -> usize {
    take as extern "C" fn(c_int, *mut libc::siginfo_t, *mut libc::c_void) as usize
}

/// Makes it the signal, if nobody else has a handler for it.
fn install(signal: c_int) -> bool {
    let free =
        Lines::ALL.contains(signal) && matches!(handler_of(signal), handler if handler == libc::SIG_DFL || handler == ours());
    let done = free && set_handler(signal, ours());
    if done {
        SIGNAL.store(signal, Ordering::Relaxed);
    }
    done
}

/// What handles a signal now.
pub(super) fn handler_of(signal: c_int) -> usize {
    action::get(signal).map_or(libc::SIG_ERR, |action| action.handler)
}

/// Installs a handler of ours, or puts the default back. Nothing comes on top of it, and system calls go on after it.
pub(super) fn set_handler(signal: c_int, handler: usize) -> bool {
    let flags = (libc::SA_SIGINFO | libc::SA_RESTART) as core::ffi::c_ulong;
    // SAFETY: the handlers of ours take these arguments, and stay.
    unsafe { action::set(signal, &Action { handler, flags, mask: Lines::ALL.bits(), ..Action::default() }) }.is_ok()
}

/// In the thread that is asked.
extern "C" fn take(_signal: c_int, _info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    let _errno = Errno::keep();
    // SAFETY: a request is never freed.
    let request = unsafe { &*REQUEST.load(Ordering::Acquire) };
    // SAFETY: no arguments, always succeeds.
    let meant = request.tid.load(Ordering::Relaxed) == unsafe { libc::gettid() };
    // Acquire pairs with the release of who asked: what is written before that is overwritten here.
    if meant && request.state.compare_exchange(ASKED, TAKING, Ordering::Acquire, Ordering::Relaxed).is_ok() {
        // SAFETY: the kernel gives a handler with SA_SIGINFO the context that it interrupted.
        let interrupted = unsafe { (*context.cast::<libc::ucontext_t>()).uc_mcontext.gregs[libc::REG_RIP as usize] } as usize;
        write_stack(request, interrupted);
        request.state.store(DONE, Ordering::Release);
        futex_wake(&request.state, 1);
    }
}

/// Writes the stack of this thread from the instruction `from` on.
fn write_stack(request: &Request, from: usize) {
    let (mut len, mut found) = (0, false);
    // SAFETY: capturing needs no symbolization and takes no lock of the crate's.
    unsafe {
        backtrace::trace_unsynchronized(|frame| {
            let address = frame.ip() as usize;
            if !found && address == from {
                found = true;
                // Names are looked up just before an address, where the call is; here no call was interrupted.
                request.addresses[0].store(address + 1, Ordering::Relaxed);
                len = 1;
            } else if found && address != 0 && len < DEEPEST {
                request.addresses[len].store(address, Ordering::Relaxed);
                len += 1;
            }
            len < DEEPEST && !(found && becomes_another(address))
        });
    }
    if !found {
        request.addresses[0].store(from + 1, Ordering::Relaxed);
        len = 1;
    }
    request.len.store(len, Ordering::Relaxed);
}

/// The stack of a thread of this process, as return addresses, innermost first. Not in a handler.
pub(super) fn ask(tid: libc::pid_t) -> Result<Vec<usize>, Missing> {
    // SAFETY: no arguments, always succeeds.
    let (pid, me) = unsafe { (libc::getpid(), libc::gettid()) };
    if tid == me {
        let mut addresses = Vec::new();
        // SAFETY: capturing needs no symbolization and takes no lock of the crate's, which a thread that is gone after a fork may have had.
        unsafe {
            backtrace::trace_unsynchronized(|frame| {
                addresses.push(frame.ip() as usize);
                addresses.len() < DEEPEST
            });
        }
        return Ok(addresses);
    }
    let _asking = ASKING.lock().unwrap_or_else(PoisonError::into_inner);
    let signal = ready().ok_or(Missing::NoSignal)?;
    reachable(tid, signal)?;
    // SAFETY: a request is never freed.
    let request = unsafe { &*REQUEST.load(Ordering::Relaxed) };
    request.tid.store(tid, Ordering::Relaxed);
    request.state.store(ASKED, Ordering::Release);
    // SAFETY: plain numbers; the signal has our handler.
    if unsafe { libc::syscall(libc::SYS_tgkill, pid, tid, signal) } != 0 {
        request.state.store(IDLE, Ordering::Relaxed);
        return Err(Missing::Gone);
    }
    let start = Instant::now();
    loop {
        let state = request.state.load(Ordering::Acquire);
        let left = PATIENCE.saturating_sub(start.elapsed());
        if state == DONE {
            break;
        }
        if left.is_zero() {
            if state == ASKED && request.state.compare_exchange(ASKED, IDLE, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
                return Err(Missing::Silent);
            }
            // It is being written, and may be for any time: let it have this one.
            REQUEST.store(Box::leak(Box::new(Request::new())), Ordering::Release);
            return Err(Missing::Silent);
        }
        futex_wait(&request.state, state, Some(left));
    }
    let len = request.len.load(Ordering::Relaxed);
    let addresses = request.addresses[..len].iter().map(|address| address.load(Ordering::Relaxed)).collect();
    request.state.store(IDLE, Ordering::Relaxed);
    Ok(addresses)
}

/// Whether the thread would answer the signal, as far as the kernel says. One that is about to, for it is in a handler or a slow section of
/// ours, or in a short wait for its disk, is waited for.
fn reachable(tid: libc::pid_t, signal: c_int) -> Result<(), Missing> {
    /// Looks at one that sleeps meanwhile, a millisecond apart: there may be many of them, and they may never answer.
    const LOOKS: u32 = 20;
    let start = Instant::now();
    for look in 1.. {
        let (missing, runs) = match state(tid) {
            None => return Ok(()),
            Some((_, 'Z' | 'X' | 'x')) => return Err(Missing::Gone),
            Some((blocked, state)) if blocked & irq::bit(signal) != 0 => (Missing::Blocks(signal), state == 'R'),
            Some((_, 'D' | 'T' | 't')) => (Missing::Sleeps, false),
            Some(_) => return Ok(()),
        };
        let enough = if runs { start.elapsed() >= PATIENCE } else { look >= LOOKS };
        if enough {
            return Err(missing);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    unreachable!("it looks until it knows")
}

/// What a thread blocks, and its state by a letter, as the kernel says. Without `/proc` the signal itself must tell.
fn state(tid: libc::pid_t) -> Option<(u64, char)> {
    let status = std::fs::read_to_string(format!("/proc/self/task/{tid}/status")).ok()?;
    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let blocked = field("SigBlk:").and_then(|mask| u64::from_str_radix(mask, 16).ok()).unwrap_or(0);
    Some((blocked, field("State:").and_then(|state| state.chars().next()).unwrap_or('?')))
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;
    use crate::runtime::enabled::{life, thread};
    use crate::runtime::mask;

    /// As in a handler or a slow section of ours: it is about to answer.
    #[test]
    fn who_blocks_the_signal_for_a_moment_is_asked_again() {
        let (tid, over) = (AtomicI32::new(0), AtomicU32::new(0));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                // SAFETY: no arguments, always succeeds.
                tid.store(unsafe { libc::gettid() }, Ordering::Relaxed);
                while over.load(Ordering::Relaxed) == 0 {
                    let before = mask::block(Lines::ALL.bits());
                    std::thread::sleep(Duration::from_millis(2));
                    mask::set(before);
                    std::thread::sleep(Duration::from_millis(2));
                }
            });
            while tid.load(Ordering::Relaxed) == 0 {
                std::thread::yield_now();
            }
            let answers: Vec<_> = (0..20).map(|_| ask(tid.load(Ordering::Relaxed)).map(|stack| stack.len())).collect();
            over.store(1, Ordering::Relaxed);
            assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        });
    }

    /// Another thread asks, and looks for symbols, when the process is forked: its locks stay locked in the child.
    #[test]
    fn the_child_of_a_fork_can_ask() {
        life::prepare(thread::current());
        let (begun, over) = (Barrier::new(2), Barrier::new(2));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let _asking = ASKING.lock().unwrap();
                let mut here = 0;
                backtrace::trace(|frame| {
                    here = frame.ip() as usize;
                    false
                });
                let mut first = true;
                backtrace::resolve(core::ptr::without_provenance_mut(here), |_| {
                    if core::mem::take(&mut first) {
                        begun.wait();
                        over.wait();
                    }
                });
            });
            begun.wait();
            // SAFETY: the child calls what it may, and ends.
            let status = unsafe {
                let child = libc::fork();
                if child == 0 {
                    libc::alarm(20);
                    let asked = [ask(libc::gettid()).is_ok(), ask(libc::getppid()) == Err(Missing::Gone)];
                    libc::_exit(i32::from(asked != [true; 2]));
                }
                let mut status = 0;
                assert_eq!(libc::waitpid(child, &raw mut status, 0), child);
                status
            };
            over.wait();
            assert_eq!(status, 0);
        });
    }
}
