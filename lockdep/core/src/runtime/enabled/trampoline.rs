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
use super::{config, lazy, position, slow};
use crate::engine;
use crate::irq::{self, Lines, bit};
use crate::runtime::action;

/// A handler, called as the kernel calls it: one that takes fewer arguments does not look at the others. It may be left by a
/// forced unwinding (`pthread_exit`).
type Handler = unsafe extern "C-unwind" fn(c_int, *mut libc::siginfo_t, *mut c_void);

/// What the program installed.
pub(super) struct Installed {
    handler: AtomicUsize,
    pub(super) flags: AtomicU64,
    pub(super) mask: AtomicU64,
    /// Where that was.
    place: AtomicPtr<engine::Installed>,
}

impl Installed {
    pub(super) fn copy(&self) -> Installed {
        Installed {
            handler: AtomicUsize::new(self.handler.load(Ordering::Relaxed)),
            flags: AtomicU64::new(self.flags.load(Ordering::Relaxed)),
            mask: AtomicU64::new(self.mask.load(Ordering::Relaxed)),
            place: AtomicPtr::new(self.place.load(Ordering::Relaxed)),
        }
    }

    fn handler(&self) -> Handler {
        // SAFETY: entries of installed signals hold handlers of the program.
        unsafe { transmute::<usize, Handler>(self.handler.load(Ordering::Relaxed)) }
    }

    fn place(&self) -> handler::Handler {
        // SAFETY: stored by `exchange`.
        unsafe { handler::Handler::from_pointer(self.place.load(Ordering::Relaxed)) }
    }
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

/// Those of them that may be called later than the kernel does.
static DEFERRABLE: AtomicU64 = AtomicU64::new(0);

/// Those that were installed without `SA_SIGINFO`: the kernel forgets who handled a signal once (`SA_RESETHAND`), but not the flags.
static PLAIN: AtomicU64 = AtomicU64::new(0);

/// The signals whose handlers may be called later.
pub(crate) fn deferrable() -> u64 {
    DEFERRABLE.load(Ordering::Relaxed)
}

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
/// installed. Otherwise says why not, as an `errno`.
///
/// **Signal safety:** may be called in a handler.
///
/// # Safety
///
/// As for `sigaction`: what the new action names must be a handler for as long as it is installed.
pub(crate) unsafe fn exchange(
    signal: c_int,
    new: Option<&action::Action>,
    place: handler::Handler,
) -> Result<action::Action, c_int> {
    let borrowed = current().is_borrowed();
    if new.is_some_and(action::Action::is_function) && Lines::ALL.contains(signal) && !borrowed {
        position::give_way([signal].into_iter().collect());
    }
    // Nobody may come between the question and the answer, not even a handler.
    let _section = slow::Section::enter();
    let old = action::get(signal).ok_or(libc::EINVAL)?;
    let slot = slot_of(old.handler);
    let was_plain = PLAIN.load(Ordering::Relaxed) & bit(signal) != 0;
    if let Some(new) = new
        && borrowed
    {
        // What is installed in another process is not to be noted in this one.
        // SAFETY: as for the caller.
        unsafe { action::set(signal, new) }?;
    } else if let Some(new) = new {
        let mut wanted = *new;
        let handled = new.is_function() && !config::idle() && slot_of(new.handler).is_none();
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
        unsafe { action::set(signal, &wanted) }?;
        if new.handler == libc::SIG_IGN && !handler::in_handler() {
            lazy::discard(current(), signal);
        }
        let put = |set: &AtomicU64, whether: bool| match whether {
            true => set.fetch_or(bit(signal), Ordering::Relaxed),
            false => set.fetch_and(!bit(signal), Ordering::Relaxed),
        };
        put(&HANDLED, handled);
        put(&PLAIN, handled && new.flags & libc::SA_SIGINFO as c_ulong == 0);
        // The kernel takes a handler that is called once away when it calls the trampoline: too early for one that is called later.
        put(&DEFERRABLE, handled && new.flags & libc::SA_RESETHAND as c_ulong == 0);
        irq::choose_laziness(DEFERRABLE.load(Ordering::Relaxed));
    }
    Ok(match slot {
        Some(slot) => as_installed(signal, slot, old),
        None if was_plain && !old.is_function() => action::Action { flags: old.flags & !(libc::SA_SIGINFO as c_ulong), ..old },
        None => old,
    })
}

/// Whether system calls that a handler of `signal` interrupts are to be made again: of the action in force, whatever it is, no more than
/// that changes. Otherwise says why not, as an `errno`.
///
/// **Signal safety:** may be called in a handler.
#[cfg(feature = "interpose")]
pub(super) fn restart(signal: c_int, whether: bool) -> Result<(), c_int> {
    let _section = slow::Section::enter();
    let mut action = action::get(signal).ok_or(libc::EINVAL)?;
    let restarts = libc::SA_RESTART as c_ulong;
    action.flags = if whether { action.flags | restarts } else { action.flags & !restarts };
    // SAFETY: what is installed is a handler for as long as it is.
    unsafe { action::set(signal, &action) }
}

/// The action by which the kernel would call the trampoline for `signal` now. `None`: it would do something else, or take the handler
/// away with the call.
pub(super) fn in_force(signal: c_int) -> Option<Installed> {
    let slot = slot_of(action::get(signal)?.handler)?;
    let action = entry(signal, slot).copy();
    (action.flags.load(Ordering::Relaxed) & libc::SA_RESETHAND as u64 == 0).then_some(action)
}

/// Puts the trampoline before the handler that the kernel has for `signal`, if it has one.
///
/// **Signal safety:** may be called in a handler.
pub(crate) fn adopt(signal: c_int) {
    let _section = slow::Section::enter();
    let Some(found) = action::get(signal).filter(|found| found.is_function() && slot_of(found.handler).is_none()) else { return };
    // SAFETY: what is installed is a handler, and stays what it is.
    let _ = unsafe { exchange(signal, Some(&found), handler::Handler::UNKNOWN) };
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
    let thread = current();
    let frame = context.cast::<libc::ucontext_t>();
    // SAFETY: the kernel's own arguments.
    if !frame.is_null() && unsafe { lazy::keep(thread, signal, info, frame) } {
        return;
    }
    let handler = entry.handler();
    if !is_checked(thread, signal) || frame.is_null() {
        // SAFETY: the kernel's own arguments.
        return unsafe { handler(signal, info, context) };
    }
    // SAFETY: the kernel's own frame, whose mask is one 64-bit word.
    let (interrupted_at, alternate, found) = unsafe {
        let stack_pointer = (*frame).uc_mcontext.gregs[libc::REG_RSP as usize] as usize;
        (stack_pointer, (*frame).uc_stack, mask_in(frame))
    };
    handler::settle(thread, interrupted_at);
    // The address that the trampoline returns to lies just below the context.
    let mut stack = Stack { frame: frame.addr(), ..Stack::from_here() };
    let alternate_begins = alternate.ss_sp as usize;
    if alternate.ss_flags & libc::SS_DISABLE == 0 && stack.top.wrapping_sub(alternate_begins) < alternate.ss_size {
        stack.room = stack.top - alternate_begins;
    }
    let off = ThreadState::get(&thread.lazily_off);
    let mut interrupted = handler::enter(signal, (lazy::current(thread), Some(found)), stack, entry.place(), true);
    // SAFETY: the kernel's own arguments.
    unsafe { handler(signal, info, context) };
    // SAFETY: as above.
    let left = unsafe { mask_in(frame) };
    interrupted.change_mask(found & !left, left & !found);
    interrupted.leave();
    // SAFETY: as above.
    unsafe { lazy::returning(thread, frame, off) };
}

/// Calls the handler of a signal that was kept: not on top of what it interrupted, but on top of what opens it, on that stack.
///
/// # Safety
///
/// The action was installed for the signal, the kernel gave the information, and the mask is that of the handler.
pub(super) unsafe fn call_later(signal: c_int, action: &Installed, info: &mut libc::siginfo_t) {
    let thread = current();
    // SAFETY: all zeros is a context, which is then filled; to ask for one's own is always allowed.
    let mut context = unsafe {
        let mut context: libc::ucontext_t = core::mem::zeroed();
        libc::getcontext(&mut context);
        context
    };
    let context = (&raw mut context).cast();
    if !is_checked(thread, signal) {
        // SAFETY: as for the caller.
        return unsafe { action.handler()(signal, info, context) };
    }
    let interrupted = handler::enter(signal, (lazy::current(thread), None), Stack::from_here(), action.place(), true);
    // SAFETY: as for the caller.
    unsafe { action.handler()(signal, info, context) };
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
/// nothing of, whose stack may be at its end; nor in another process that would make that thread known as its own.
fn is_checked(thread: &ThreadState, signal: c_int) -> bool {
    let unknown = !thread.is_prepared() && (!Lines::ALL.contains(signal) || thread.is_borrowed());
    thread.slow.load(Ordering::Relaxed) == 0 && !unknown && !config::idle()
}
