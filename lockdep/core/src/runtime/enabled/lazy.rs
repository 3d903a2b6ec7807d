//! Lazy masking: signals that are blocked by a flag of the thread alone, until one of them arrives.
//!
//! `local_irq_disable` of a paravirtual or real-time kernel does the same: the interrupt is not masked, but noted when it comes. Here,
//! when every line of [`Lines::lazy`](crate::irq::Lines::lazy) is handled through the trampoline, blocking them sets bits of
//! [`ThreadState::lazily_off`]. A signal that arrives nevertheless is *kept* by the trampoline: its `siginfo` goes to the
//! thread's queue, the signal is blocked for real in the code that it interrupted, and that code goes on. The end of the section
//! hands the queue to the handlers and unblocks what was blocked.
//!
//! # Why nothing is lost or overtaken
//!
//! * As soon as one instance of a signal is kept, later ones wait in the kernel, in their order: the signal is blocked.
//! * What is kept is older than what waits in the kernel, so it is handled first, while the signal is still blocked.
//! * A handler of another signal that interrupts the section brings its own mask back when it returns, so the trampoline puts what
//!   was kept meanwhile into that mask. Even where that fails (a jump out of a handler), the queue keeps the order.
//! * The flag is cleared before the queue is looked at for the last time. A signal that arrives in between finds either the flag, and
//!   is in the queue, or no flag, and is handled at once.
//!
//! The queue is written by handlers on top of each other and emptied by the code below them: a push reserves its place before it
//! fills it, and is complete before the code below goes on.

use core::cell::UnsafeCell;
use core::ffi::c_int;
use core::mem::MaybeUninit;
use core::sync::atomic::{AtomicU32, Ordering, compiler_fence};

use super::Errno;
use super::thread::ThreadState;
use super::trampoline;
use crate::arena::{allocate_for, free_for};
use crate::irq::{Lines, bit, lazy_lines};
use crate::runtime::mask;

/// How many signals a thread can keep: more than there are.
const ROOM: usize = 128;

/// Signals that were kept, oldest first.
pub(crate) struct Queue {
    /// One past the last that was reserved; only grows, but is set back to 0 when the queue is empty.
    end: AtomicU32,
    kept: [Kept; ROOM],
}

impl Queue {
    fn reserved(&self) -> impl Iterator<Item = &Kept> {
        self.kept.iter().take(self.end.load(Ordering::Relaxed) as usize)
    }
}

/// A signal that was kept, or 0.
struct Kept {
    signal: AtomicU32,
    info: UnsafeCell<MaybeUninit<libc::siginfo_t>>,
}

/// The mask that the program is to see: what is really blocked, and what is blocked lazily.
pub(crate) fn current(thread: &ThreadState) -> u64 {
    mask::current() | ThreadState::get(&thread.lazily_off)
}

/// Blocks `signals`, lazily if that is possible for all of them. The mask before.
pub(super) fn block(thread: &'static ThreadState, signals: u64) -> u64 {
    if signals & !lazy_lines() == 0 {
        if thread.kept.load(Ordering::Relaxed).is_null() {
            make_queue(thread);
        }
        raise_flag(thread, signals);
        return ThreadState::get(&thread.mask);
    }
    let off = ThreadState::get(&thread.lazily_off);
    // What the call found counts, for foreign code may have changed the mask.
    mask::block(signals & !off) | off
}

/// Whether it takes no more than [`raise_flag`] to block `signals`.
#[inline(always)]
pub(super) fn takes_a_flag(thread: &ThreadState, signals: u64) -> bool {
    signals & !lazy_lines() == 0 && !thread.kept.load(Ordering::Relaxed).is_null()
}

/// Blocks `signals` by the flag alone, from here on.
#[inline(always)]
pub(super) fn raise_flag(thread: &ThreadState, signals: u64) {
    let off = ThreadState::get(&thread.lazily_off);
    thread.lazily_off.store(off | signals & !ThreadState::get(&thread.mask), Ordering::Relaxed);
    compiler_fence(Ordering::SeqCst);
}

/// Whether `signals`, some at least, are blocked by the flag alone, and none was kept so far.
#[inline(always)]
pub(super) fn blocked_by_flag(thread: &ThreadState, signals: u64) -> bool {
    let off = ThreadState::get(&thread.lazily_off);
    signals != 0 && signals & !off == 0 && ThreadState::get(&thread.kept_signals) == 0
}

/// Clears the flag of `opened`, and then looks for the last time whether some of them were kept, which must be
/// [handed over](hand_over); see the file header.
#[inline(always)]
#[must_use]
pub(super) fn lower_flag(thread: &ThreadState, opened: u64) -> bool {
    // As long as one is kept, the others are kept as well: what arrived first is handled first.
    if ThreadState::get(&thread.kept_signals) & opened == 0 {
        thread.lazily_off.store(ThreadState::get(&thread.lazily_off) & !opened, Ordering::Relaxed);
    }
    compiler_fence(Ordering::SeqCst);
    ThreadState::get(&thread.kept_signals) & opened != 0
}

#[cold]
fn make_queue(thread: &'static ThreadState) {
    let queue = allocate_for::<Queue>(1);
    // SAFETY: fresh memory for one queue, for which all zeros is an empty one.
    unsafe { core::ptr::write_bytes(queue, 0, 1) };
    if thread.kept.compare_exchange(core::ptr::null_mut(), queue, Ordering::Relaxed, Ordering::Relaxed).is_err() {
        // A handler was first. SAFETY: nobody else has seen it.
        unsafe { free_for(queue, 1) };
    }
}

/// Changes the mask from what the program sees, `before`, to `after`; the thread's idea of it is `after` already.
pub(super) fn change(thread: &'static ThreadState, before: u64, after: u64) {
    let (opened, blocked) = (before & !after, after & !before);
    if blocked != 0 {
        mask::block(blocked);
    }
    if opened != 0 {
        let off = ThreadState::get(&thread.lazily_off);
        // What arrived before the flag was cleared is blocked now, so that nothing overtakes it.
        if (off & opened != 0 || ThreadState::get(&thread.kept_signals) != 0) && lower_flag(thread, opened) {
            hand_over(thread, opened);
            return;
        }
        if opened & !off != 0 {
            mask::unblock(opened & !off);
        }
    }
}

/// Calls the handlers of what was kept of `opened`, and unblocks it.
#[cold]
pub(super) fn hand_over(thread: &'static ThreadState, opened: u64) {
    let after = mask::block(opened) & !opened;
    thread.lazily_off.store(ThreadState::get(&thread.lazily_off) & !opened, Ordering::Relaxed);
    while let Some((signal, mut info)) = take(thread, opened) {
        // It may be another one than when the signal came.
        let Some(action) = trampoline::in_force(signal) else {
            send_again(signal, &info);
            continue;
        };
        // As the kernel would: its own mask, and itself; and what is still kept, so that it is not overtaken.
        let own = if action.flags.load(Ordering::Relaxed) & libc::SA_NODEFER as u64 == 0 { bit(signal) } else { 0 };
        let more = ThreadState::get(&thread.kept_signals) & opened;
        mask::set(after | action.mask.load(Ordering::Relaxed) | own | more);
        // SAFETY: an installed action, with what the kernel gave for it.
        unsafe { trampoline::call_later(signal, &action, &mut info) };
    }
    mask::set(after);
}

/// `signal` is ignored from here on, which discards what waits; it stays blocked for real. Not in a handler: what that returns to is
/// blocked by the flag.
pub(super) fn discard(thread: &ThreadState, signal: c_int) {
    while take(thread, bit(signal)).is_some() {
        thread.lazily_off.store(ThreadState::get(&thread.lazily_off) & !bit(signal), Ordering::Relaxed);
    }
}

/// The oldest of these signals, out of the queue.
fn take(thread: &ThreadState, signals: u64) -> Option<(c_int, libc::siginfo_t)> {
    // SAFETY: null, or the queue of this thread, which stays as long as it.
    let queue = unsafe { thread.kept.load(Ordering::Relaxed).as_ref() }?;
    let is_wanted = |kept: &&Kept| match kept.signal.load(Ordering::Relaxed) {
        0 => false,
        signal => signals & bit(signal as c_int) != 0,
    };
    let oldest = queue.reserved().find(is_wanted)?;
    let signal = oldest.signal.load(Ordering::Relaxed) as c_int;
    // SAFETY: filled before its signal was set. Whoever interrupts this writes to other entries: the signal is blocked.
    let info = unsafe { (*oldest.info.get()).assume_init_read() };
    oldest.signal.store(0, Ordering::Relaxed);
    compiler_fence(Ordering::SeqCst);
    tidy(thread, queue, signal);
    Some((signal, info))
}

/// An entry of `signal` is gone. Nothing may be kept meanwhile, so that what is said of the queue is true of it; faults are not.
fn tidy(thread: &ThreadState, queue: &Queue, signal: c_int) {
    let found = mask::block(Lines::ALL.bits());
    let left = || queue.reserved().map(|kept| kept.signal.load(Ordering::Relaxed));
    if !left().any(|kept| kept == signal as u32) {
        let signals = ThreadState::get(&thread.kept_signals) & !bit(signal);
        thread.kept_signals.store(signals, Ordering::Relaxed);
    }
    if left().all(|kept| kept == 0) {
        queue.end.store(0, Ordering::Relaxed);
    }
    mask::set(found);
}

/// A signal has arrived: kept if it is blocked lazily. Called by the trampoline, in the signal's handler.
///
/// # Safety
///
/// `info` and `context` are the kernel's.
#[inline]
pub(super) unsafe fn keep(
    thread: &ThreadState,
    signal: c_int,
    info: *const libc::siginfo_t,
    context: *mut libc::ucontext_t,
) -> bool {
    // The flag of a parent, in its `vfork` child, is not the child's.
    if ThreadState::get(&thread.lazily_off) & bit(signal) == 0 || thread.is_borrowed() {
        return false;
    }
    // SAFETY: a thread that blocks lazily has a queue.
    let queue = unsafe { &*thread.kept.load(Ordering::Relaxed) };
    // SAFETY: the kernel's own. Blocked in the interrupted code from when this handler returns.
    unsafe {
        let mask = (&raw mut (*context).uc_sigmask).cast::<u64>();
        mask.write(mask.read() | bit(signal));
    }
    // One instruction each, here and below: another signal may come in between, and be kept.
    let at = queue.end.fetch_add(1, Ordering::Relaxed) as usize;
    let Some(kept) = queue.kept.get(at) else {
        queue.end.fetch_sub(1, Ordering::Relaxed);
        send_again(signal, info);
        return true;
    };
    compiler_fence(Ordering::SeqCst);
    // SAFETY: the entry is reserved for us.
    unsafe { (*kept.info.get()).write(info.read()) };
    compiler_fence(Ordering::SeqCst);
    kept.signal.store(signal as u32, Ordering::Relaxed);
    thread.kept_signals.fetch_or(bit(signal), Ordering::Relaxed);
    true
}

/// There is no room: back to the kernel. It takes a hundred handlers that were left by jumps to come here, and then the signal may be
/// overtaken, but is not lost.
#[cold]
fn send_again(signal: c_int, info: *const libc::siginfo_t) {
    let _errno = Errno::keep();
    // SAFETY: a signal to this very thread, with what the kernel said of it.
    unsafe { libc::syscall(libc::SYS_rt_tgsigqueueinfo, libc::getpid(), libc::syscall(libc::SYS_gettid), signal, info) };
}

/// A handler returns to code that blocks lazily: what was kept meanwhile is blocked there for real.
///
/// # Safety
///
/// `context` is the kernel's.
#[inline]
pub(super) unsafe fn returning(thread: &ThreadState, context: *mut libc::ucontext_t, off: u64) {
    if off != 0 {
        // From here on nothing more is kept.
        mask::block(off);
        let kept = ThreadState::get(&thread.kept_signals) & off;
        // SAFETY: as for the caller.
        unsafe {
            let mask = (&raw mut (*context).uc_sigmask).cast::<u64>();
            mask.write(mask.read() | kept);
        }
    }
}

/// Blocks for real what is blocked lazily: for code that the kernel has to do with.
pub(super) fn make_real(thread: &ThreadState) {
    let off = ThreadState::get(&thread.lazily_off);
    if off != 0 {
        mask::block(off);
        thread.lazily_off.store(0, Ordering::Relaxed);
    }
}

/// Whether any of these signals was kept.
#[cfg(feature = "interpose")]
pub(super) fn has_kept(thread: &ThreadState, signals: u64) -> bool {
    ThreadState::get(&thread.kept_signals) & signals != 0
}

/// The thread ends: nobody else can handle what it kept.
pub(super) fn end(thread: &'static ThreadState) {
    if ThreadState::get(&thread.kept_signals) != 0 {
        hand_over(thread, ThreadState::get(&thread.kept_signals));
    }
    make_real(thread);
}

/// No handler runs here any more, nothing is kept, and nothing is blocked lazily.
pub(super) fn free_queue(thread: &ThreadState) {
    let queue = thread.kept.swap(core::ptr::null_mut(), Ordering::Relaxed);
    if !queue.is_null() {
        // SAFETY: nobody looks for it.
        unsafe { free_for(queue, 1) };
    }
}

/// In the child of a fork: signals that wait are the parent's. What was blocked for real because they did.
pub(super) fn forked(thread: &ThreadState) -> u64 {
    let kept = ThreadState::get(&thread.kept_signals);
    // SAFETY: null, or the queue of this thread.
    if let Some(queue) = unsafe { thread.kept.load(Ordering::Relaxed).as_ref() } {
        queue.kept.iter().for_each(|kept| kept.signal.store(0, Ordering::Relaxed));
        queue.end.store(0, Ordering::Relaxed);
    }
    thread.kept_signals.store(0, Ordering::Relaxed);
    kept
}
