//! The one function that the kernel calls for a signal: it enters the signal's context, calls the handler that the program
//! installed, and leaves the context again.
//!
//! # How an action of the program becomes one of ours
//!
//! | of the program's action | what is made of it |
//! |---|---|
//! | `SIG_DFL`, `SIG_IGN` | itself: no code of ours is involved |
//! | the function | the trampoline; the function is kept in [`ACTIONS`] |
//! | `SA_SIGINFO` | always set, for the kernel passes the three arguments anyway; asked for the old action, we leave it out again |
//! | `sa_mask`, `SA_ONSTACK`, `SA_NODEFER`, `SA_RESTART`, `SA_RESETHAND`, the rest | itself: the kernel does it |
//!
//! So the kernel stays the only one who knows what is installed, and an action given back is the program's own.
//!
//! # The invariant of the table
//!
//! A signal has two entries, each with a trampoline of its own, and the kernel is told which of them counts together with the flags
//! and the mask. A new action is written, in a section that excludes other writers and all signals, to the entry that the kernel
//! does *not* point to. Thus an entry never changes while a handler may be entered through it, unless the action is replaced twice
//! between the kernel's decision and the first instructions of the trampoline in another thread; then the newest action is called.

use core::ffi::{c_int, c_ulong, c_void};
use core::mem::transmute;
use core::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering};

use super::handler::{self, Stack};
use super::thread::{ThreadState, current};
use super::{config, slow};
use crate::engine;
use crate::irq::{Lines, bit};
use crate::runtime::{action, mask};

/// A handler, called as the kernel calls it: one that takes fewer arguments does not look at the others. It may be left by a
/// forced unwinding (`pthread_exit`).
type Handler = unsafe extern "C-unwind" fn(c_int, *mut libc::siginfo_t, *mut c_void);

/// What the program installed.
struct Installed {
    handler: AtomicUsize,
    flags: AtomicU64,
    mask: AtomicU64,
    /// Where that was.
    place: AtomicPtr<engine::Installed>,
}

static ACTIONS: [[Installed; 2]; 64] = [const {
    [const {
        Installed {
            handler: AtomicUsize::new(0),
            flags: AtomicU64::new(0),
            mask: AtomicU64::new(0),
            place: AtomicPtr::new(core::ptr::null_mut()),
        }
    }; 2]
}; 64];

/// The signals whose handler is called by the trampoline.
static HANDLED: AtomicU64 = AtomicU64::new(0);

/// The signals that are handled through here.
#[cfg(feature = "interpose")]
pub(crate) fn handled() -> u64 {
    HANDLED.load(Ordering::Relaxed)
}

fn entry(signal: c_int, slot: usize) -> &'static Installed {
    &ACTIONS[signal as usize - 1][slot]
}

/// The entry that a handler of the kernel's is; `None`: it is none of ours.
fn slot_of(handler: usize) -> Option<usize> {
    let ours: [Handler; 2] = [trampoline::<0>, trampoline::<1>];
    ours.iter().position(|&ours| ours as usize == handler)
}

/// `sigaction`, with the trampoline between the kernel and the program's handlers. The old action is the one that the program
/// installed. On failure `errno` says why.
///
/// **Signal safety:** may be called in a handler.
///
/// # Safety
///
/// As for `sigaction`: what the new action names must be a handler for as long as it is installed.
pub(crate) unsafe fn exchange(signal: c_int, new: Option<&action::Action>, place: handler::Handler) -> Option<action::Action> {
    // Nobody may come between the question and the answer, not even a handler.
    let _section = slow::Section::enter();
    let old = action::get(signal)?;
    let slot = slot_of(old.handler);
    if let Some(new) = new {
        let mut wanted = *new;
        let handled = new.is_function() && !config::off() && slot_of(new.handler).is_none();
        if handled {
            let slot = slot.map_or(0, |slot| 1 - slot);
            let entry = entry(signal, slot);
            entry.handler.store(new.handler, Ordering::Relaxed);
            entry.flags.store(new.flags, Ordering::Relaxed);
            entry.place.store(place.pointer(), Ordering::Relaxed);
            // Release pairs with nothing: the system call below orders it before any use.
            entry.mask.store(new.mask, Ordering::Release);
            wanted.flags |= libc::SA_SIGINFO as c_ulong;
            wanted.handler = if slot == 0 { trampoline::<0> as Handler } else { trampoline::<1> } as usize;
        }
        // SAFETY: as for the caller; the trampoline is a handler, and stays.
        if !unsafe { action::set(signal, &wanted) } {
            return None;
        }
        if handled {
            HANDLED.fetch_or(bit(signal), Ordering::Relaxed);
        } else {
            HANDLED.fetch_and(!bit(signal), Ordering::Relaxed);
        }
    }
    Some(match slot {
        Some(slot) => as_installed(signal, slot, old),
        None => old,
    })
}

/// Puts the trampoline before the handler that the kernel has for `signal`, if it has one.
///
/// **Signal safety:** may be called in a handler.
pub(crate) fn adopt(signal: c_int) {
    let _section = slow::Section::enter();
    let Some(found) = action::get(signal).filter(|found| found.is_function() && slot_of(found.handler).is_none()) else { return };
    // SAFETY: what is installed is a handler, and stays what it is.
    unsafe { exchange(signal, Some(&found), handler::Handler::UNKNOWN) };
}

/// What the kernel has, in the program's words.
fn as_installed(signal: c_int, slot: usize, kernel: action::Action) -> action::Action {
    let entry = entry(signal, slot);
    let siginfo = libc::SA_SIGINFO as c_ulong;
    let wanted = entry.flags.load(Ordering::Relaxed) & siginfo;
    action::Action { handler: entry.handler.load(Ordering::Relaxed), flags: kernel.flags & !siginfo | wanted, ..kernel }
}

/// Called by the kernel, or by a handler that found it installed and passes the signal on.
unsafe extern "C-unwind" fn trampoline<const SLOT: usize>(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    let entry = entry(signal, SLOT);
    let handler = entry.handler.load(Ordering::Relaxed);
    // SAFETY: entries of installed signals hold handlers of the program.
    let handler = unsafe { transmute::<usize, Handler>(handler) };
    let thread = current();
    if !is_checked(thread, signal) || context.is_null() {
        // SAFETY: the kernel's own arguments.
        return unsafe { handler(signal, info, context) };
    }
    let context = context.cast::<libc::ucontext_t>();
    // SAFETY: the kernel's own frame, whose mask is one 64-bit word.
    let (interrupted_at, alternate, found) = unsafe {
        let stack_pointer = (*context).uc_mcontext.gregs[libc::REG_RSP as usize] as usize;
        (stack_pointer, (*context).uc_stack, mask_in(context))
    };
    handler::settle(thread, interrupted_at);
    let mut stack = Stack::from_here();
    let alternate_begins = alternate.ss_sp as usize;
    if alternate.ss_flags & libc::SS_DISABLE == 0 && stack.top.wrapping_sub(alternate_begins) < alternate.ss_size {
        stack.room = stack.top - alternate_begins;
    }
    // SAFETY: stored by `exchange`.
    let place = unsafe { handler::Handler::from_pointer(entry.place.load(Ordering::Relaxed)) };
    let mut interrupted = handler::enter(signal, mask::current(), stack, place, true);
    // SAFETY: the kernel's own arguments.
    unsafe { handler(signal, info, context.cast()) };
    // SAFETY: as above.
    let left = unsafe { mask_in(context) };
    interrupted.change_mask(found & !left, left & !found);
    interrupted.leave();
}

/// The mask that the kernel puts back when the handler returns.
///
/// # Safety
///
/// `context` is what the kernel gave to a running handler.
unsafe fn mask_in(context: *mut libc::ucontext_t) -> u64 {
    // SAFETY: the kernel's set is one 64-bit word at the place of the C library's.
    unsafe { (&raw const (*context).uc_sigmask).cast::<u64>().read_volatile() }
}

/// Whether the handler is one that can be checked: not the handler of a fault in our own code, or of one in a thread that we know
/// nothing of, whose stack may be at its end.
fn is_checked(thread: &ThreadState, signal: c_int) -> bool {
    let unknown = thread.capacity.load(Ordering::Relaxed) == 0 && !Lines::ALL.contains(signal);
    thread.slow.load(Ordering::Relaxed) == 0 && !unknown && !config::off()
}
