//! Signal handlers: a context of its own on top of the interrupted code.

use core::cell::Cell;
use core::panic::Location;
use core::sync::atomic::{Ordering, compiler_fence};

use super::acquire::{conclude, event, place, place_here};
use super::chain::{extend, handler_step, step_of};
use super::raw::Found;
use super::thread::{HANDLERS, ThreadState, current};
use super::{Errno, config, deliver, give_up, irqs, lazy, life, slow};
#[cfg(feature = "interpose")]
use crate::engine::Reopen;
use crate::engine::{End, Event, Held, Installed, Offence, Place, State};
use crate::runtime::mask;
use crate::stack::{UNKNOWN_FRAME, here};

/// So many handlers can interrupt each other: they are counted in a byte, in one place from 1. There are 64 signals, but a handler may
/// leave its own open.
const MOST: u8 = u8::MAX - 1;

/// A handler as it was installed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Handler(Option<&'static Installed>);

impl Handler {
    /// One of the name `name`, installed at `site`.
    pub(crate) fn new(name: Option<&'static str>, site: &'static Location<'static>) -> Handler {
        if config::off() {
            return Handler(None);
        }
        let thread = current();
        life::prepare(thread);
        Handler::kept(thread, place(thread, site, here()), name)
    }

    /// One of no name, installed here.
    #[cfg(feature = "interpose")]
    pub(crate) fn installed_here() -> Handler {
        if config::off() {
            return Handler(None);
        }
        let thread = current();
        Handler::kept(thread, place_here(thread), None)
    }

    fn kept(thread: &ThreadState, place: Place, name: Option<&'static str>) -> Handler {
        let handler = Installed { place, thread: thread.thread(), name };
        Handler(Some(slow::with(|globals| {
            globals.names.insert(handler.thread.id, thread.name.get());
            globals.install(handler)
        })))
    }

    /// Nothing is known of where it was installed.
    pub(crate) const UNKNOWN: Handler = Handler(None);

    pub(crate) fn pointer(self) -> *mut Installed {
        self.0.map_or(core::ptr::null_mut(), |handler| core::ptr::from_ref(handler).cast_mut())
    }

    /// # Safety
    ///
    /// `pointer` came from [`pointer`](Self::pointer).
    pub(crate) unsafe fn from_pointer(pointer: *mut Installed) -> Handler {
        // SAFETY: null, or what stays for ever.
        Handler(unsafe { pointer.as_ref() })
    }
}

/// The context that a handler interrupted.
///
/// Kept by the handler on its stack, and a second time with the thread: a handler may be left by a jump (`siglongjmp`), and its stack
/// is then gone.
#[derive(Clone, Copy)]
pub(crate) struct Interrupted {
    /// How many handlers were running.
    nesting: u8,
    real_handlers: u8,
    handler: u8,
    base: usize,
    chain: u64,
    mask: u64,
    /// The mask that the handler was entered with.
    entered: u64,
    /// How much of it was blocked by a flag alone.
    lazily_off: u64,
    /// How often the mask had changed before.
    events: u64,
    installed: *mut Installed,
    errno: i32,
    outer_stack: Stack,
}

/// The stack of a handler: where it begins, how far down it may reach, and its signal frame.
#[derive(Clone, Copy)]
pub(crate) struct Stack {
    pub(crate) top: usize,
    pub(crate) room: usize,
    pub(crate) frame: usize,
}

impl Stack {
    /// No handler.
    const NONE: Stack = Stack { top: 0, room: usize::MAX, frame: 0 };

    /// A simulated handler, which nothing jumps out of.
    const ANY: Stack = Stack { frame: UNKNOWN_FRAME, ..Stack::NONE };

    /// From here on it is this one. In between it is any: a handler that comes then must not take half of it for the truth.
    fn becomes(self, thread: &ThreadState) {
        thread.stack_room.store(usize::MAX, Ordering::Relaxed);
        compiler_fence(Ordering::SeqCst);
        thread.stack_top.store(self.top, Ordering::Relaxed);
        compiler_fence(Ordering::SeqCst);
        thread.stack_room.store(self.room, Ordering::Relaxed);
        thread.signal_frame.store(self.frame, Ordering::Relaxed);
    }

    /// An ordinary stack, from here down.
    #[inline(always)]
    pub(crate) fn from_here() -> Stack {
        Stack { top: here().1, room: usize::MAX / 2, frame: UNKNOWN_FRAME }
    }
}

impl Interrupted {
    pub(crate) const NOTHING: Interrupted = Interrupted {
        nesting: 0,
        real_handlers: 0,
        handler: 0,
        base: 0,
        chain: 0,
        mask: 0,
        entered: 0,
        lazily_off: 0,
        events: 0,
        installed: core::ptr::null_mut(),
        errno: 0,
        outer_stack: Stack::NONE,
    };

    /// The signal frame of the handler that was interrupted.
    pub(super) fn outer_frame(&self) -> usize {
        self.outer_stack.frame
    }

    /// Whether the chain that was interrupted is that of its entries, of which this is the last, and not that of one more or one less: an
    /// entry and its key do not come and go in one instruction. `began` is what the interrupted context began with.
    fn agrees(&self, last: Option<Held>, began: u64) -> bool {
        let chain = match last {
            None => began,
            Some(held) if held.is_lock() => extend(held.chain, step_of(&held)),
            Some(held) => held.chain,
        };
        chain == self.chain && last.is_none_or(|held| held.state != State::Free)
    }
}

/// Enters the context of `signal`, whose handler runs with `entered` blocked, and interrupted what had `found` blocked, if that is known,
/// on `stack`; `real` unless it is simulated.
pub(crate) fn enter(
    signal: libc::c_int,
    (entered, found): (u64, Option<u64>),
    stack: Stack,
    handler: Handler,
    real: bool,
) -> Interrupted {
    // What a handler finds there is what it has to leave there.
    let kept = Errno::keep();
    let thread = current();
    let bit = crate::irq::bit(signal);
    if !thread.is_prepared() {
        // First seen inside a handler: what it interrupted had all this blocked but the signal itself, if nobody knows better.
        life::prepare(thread);
        thread.adopt(found.unwrap_or(entered) & !bit);
    }
    let mask = ThreadState::get(&thread.mask);
    if mask & bit != 0 && thread.nesting.load(Ordering::Relaxed) == 0 {
        // It was open, whatever was thought: the thread opened it by a call that was not seen, or another handler, which came between this
        // one and its first instruction, was the first to look.
        thread.adopt(mask & !bit);
    }
    let interrupted = Interrupted {
        nesting: thread.nesting.load(Ordering::Relaxed),
        real_handlers: thread.real_handlers.load(Ordering::Relaxed),
        handler: thread.handler.load(Ordering::Relaxed),
        base: thread.base(),
        chain: ThreadState::get(&thread.chain),
        // The signal was open in what it interrupted, whatever was made of the mask before: another handler may have been the
        // first to look at it.
        mask: mask & !bit,
        entered,
        lazily_off: ThreadState::get(&thread.lazily_off),
        events: ThreadState::get(&thread.events),
        installed: thread.installed.load(Ordering::Relaxed),
        errno: kept.0,
        outer_stack: Stack {
            top: thread.stack_top.load(Ordering::Relaxed),
            room: thread.stack_room.load(Ordering::Relaxed),
            frame: thread.signal_frame.load(Ordering::Relaxed),
        },
    };
    let signal = signal as u8;
    // The place among the running handlers first: one that arrives from here on takes the next.
    if interrupted.nesting == MOST {
        give_up(b"lockdep: more than 254 signal handlers of one thread interrupt each other: this is an abort\n");
    }
    thread.nesting.store(interrupted.nesting + 1, Ordering::Relaxed);
    compiler_fence(Ordering::SeqCst);
    if let Some(kept) = thread.interrupted.get(usize::from(interrupted.nesting)) {
        kept.set(interrupted);
    }
    compiler_fence(Ordering::SeqCst);
    // So deep nobody could find the frame again.
    let known = usize::from(interrupted.nesting) < HANDLERS;
    if known { stack } else { Stack { frame: UNKNOWN_FRAME, ..stack } }.becomes(thread);
    thread.real_handlers.store(interrupted.real_handlers + u8::from(real), Ordering::Relaxed);
    thread.set_base(thread.depth());
    thread.installed.store(handler.pointer(), Ordering::Relaxed);
    // The chain goes on from the interrupted one: what is proven here is proven on top of what is held there.
    thread.chain.store(extend(interrupted.chain, handler_step(signal)), Ordering::Relaxed);
    thread.set_context(entered, signal);
    interrupted
}

impl Interrupted {
    /// Changes the mask that the handler goes back to: it may write to what the kernel puts back.
    pub(crate) fn change_mask(&mut self, opened: u64, blocked: u64) {
        self.mask = self.mask & !opened | blocked;
    }

    /// Checks what the handler leaves behind, and goes back.
    pub(crate) fn leave(self) {
        let thread = current();
        check_errno(thread, self.errno);
        let _kept = Errno::keep();
        settle(thread, here().1);
        if thread.nesting.load(Ordering::Relaxed) <= self.nesting {
            // Somebody jumped out of this handler, and came back by means of his own.
            return;
        }
        let found = self.judge(thread, ThreadState::get(&thread.mask));
        conclude(thread, found, None);
        self.back(thread);
    }

    /// The handler is over: it may have left locks, or another mask than it found.
    fn judge(&self, thread: &'static ThreadState, mask: u64) -> Found {
        let changed = mask != self.entered;
        if (thread.depth() == thread.base() && !changed) || config::off() || thread.unwinding_from_stop() {
            return Found::default();
        }
        thread.tidy();
        let place = place_here(thread);
        let end = End::Handler(thread.mask_at_end(self.entered, self.events));
        slow::with(|globals| event(globals, thread, |cx| Event::End { cx, end, place }))
    }

    fn back(&self, thread: &ThreadState) {
        irqs::discard_own(thread);
        thread.set_base(self.base);
        thread.installed.store(self.installed, Ordering::Relaxed);
        thread.chain.store(self.chain, Ordering::Relaxed);
        // The mask that is put back has those open.
        thread.lazily_off.store(self.lazily_off, Ordering::Relaxed);
        thread.set_context(self.mask, self.handler);
        thread.real_handlers.store(self.real_handlers, Ordering::Relaxed);
        self.outer_stack.becomes(thread);
        compiler_fence(Ordering::SeqCst);
        thread.nesting.store(self.nesting, Ordering::Relaxed);
    }
}

/// Whether what the running handler interrupted is not in the middle of a push or a pop.
pub(super) fn interrupted_whole(thread: &ThreadState) -> bool {
    let nesting = usize::from(thread.nesting.load(Ordering::Relaxed));
    let interrupted = |handler: usize| thread.interrupted.get(handler).map(Cell::get);
    let began = |of: &Interrupted| match nesting.checked_sub(2) {
        None => Some(life::graph(thread).seed),
        Some(outer) => interrupted(outer).map(|outer| extend(outer.chain, handler_step(of.handler))),
    };
    let Some(handler) = nesting.checked_sub(1) else { return true };
    let last = |of: &Interrupted| (of.base < thread.base()).then(|| thread.read(thread.base() - 1));
    interrupted(handler).is_some_and(|of| began(&of).is_some_and(|began| of.agrees(last(&of), began)))
}

/// The running handler does what no handler may do; `interrupted` is what the interrupted code is in the middle of, if that matters.
pub(super) fn offend(thread: &'static ThreadState, offence: Offence, interrupted: Option<Held>) {
    let place = place_here(thread);
    let installed = thread.installed().copied();
    let found =
        slow::with(|globals| event(globals, thread, |cx| Event::SignalUnsafe { cx, offence, installed, interrupted, place }));
    conclude(thread, found, None);
}

/// A handler, or one of its actions, is over, and began with this `errno`.
fn check_errno(thread: &'static ThreadState, before: i32) {
    let after = Errno::keep();
    if after.0 != before && thread.real_handlers.load(Ordering::Relaxed) != 0 && !config::off() {
        offend(thread, Offence::Errno { before, after: after.0 }, None);
    }
}

/// What the running handler was entered with; outside handlers, or too deep to be known, everything.
#[cfg(feature = "interpose")]
pub(super) fn entered(thread: &ThreadState) -> u64 {
    let at = thread.nesting.load(Ordering::Relaxed).checked_sub(1);
    at.and_then(|at| thread.interrupted.get(usize::from(at))).map_or(u64::MAX, |kept| kept.get().entered)
}

/// Whether code at this stack pointer is outside the handler that is thought to be running.
#[inline(always)]
fn jumped(thread: &ThreadState, sp: usize) -> bool {
    let top = thread.stack_top.load(Ordering::Relaxed);
    top.wrapping_sub(sp) > thread.stack_room.load(Ordering::Relaxed)
}

/// Leaves the handlers that the code at this stack pointer was jumped to out of (`siglongjmp`).
///
/// Asked wherever the handler context counts; outside handlers it costs nothing but the question.
#[inline(always)]
pub(crate) fn settle(thread: &'static ThreadState, sp: usize) {
    if thread.nesting.load(Ordering::Relaxed) != 0 && jumped(thread, sp) {
        leave_by_jump(thread, sp);
    }
}

#[cold]
fn leave_by_jump(thread: &'static ThreadState, sp: usize) {
    while let Some(left) = innermost_left(thread, sp) {
        thread.set_mask(left.entered);
        // Locks may not be left behind; the mask is the jump's affair.
        let found = left.judge(thread, left.entered);
        left.back(thread);
        conclude(thread, found, None);
    }
    thread.landed();
    // With or without the mask that it was saved with.
    thread.set_mask(lazy::current(thread));
}

/// The innermost handler, if code at this stack pointer is outside of it.
fn innermost_left(thread: &ThreadState, sp: usize) -> Option<Interrupted> {
    let at = thread.nesting.load(Ordering::Relaxed).checked_sub(1)?;
    let kept = thread.interrupted.get(usize::from(at))?;
    jumped(thread, sp).then(|| kept.get())
}

/// A jump to code at this stack pointer is about to be made, which will put back the mask `saved`, if there is one.
#[cfg(feature = "interpose")]
pub(crate) fn jump(sp: usize, saved: Option<u64>) {
    let thread = current();
    settle(thread, here().1);
    let inside = u8::from(thread.real_handlers.load(Ordering::Relaxed) != 0);
    while let Some(left) = innermost_left(thread, sp) {
        let found = left.judge(thread, left.entered);
        conclude(thread, found, None);
        left.back(thread);
    }
    thread.landed();
    // Until the jump is made, this is still a handler's code: it must not deliver what is found.
    let outside = thread.real_handlers.load(Ordering::Relaxed);
    thread.real_handlers.store(outside + inside, Ordering::Relaxed);
    match saved {
        Some(saved) => {
            super::interpose::foreign(Reopen::Foreign, saved);
            thread.adopt(saved);
        }
        None => thread.set_mask(lazy::current(thread)),
    }
    thread.real_handlers.store(outside, Ordering::Relaxed);
}

#[inline]
pub(crate) fn in_handler() -> bool {
    let thread = current();
    settle(thread, here().1);
    thread.nesting.load(Ordering::Relaxed) != 0
}

pub(crate) fn in_signal<R>(signal: libc::c_int, handler: Handler, f: impl FnOnce() -> R) -> R {
    if !(1..=64).contains(&signal) {
        return f();
    }
    let thread = current();
    settle(thread, here().1);
    if thread.handler.load(Ordering::Relaxed) == signal as u8 && thread.real_handlers.load(Ordering::Relaxed) != 0 {
        // The trampoline did the rest.
        let _action = Action { errno: Errno::keep().0, outer: thread.installed.swap(handler.pointer(), Ordering::Relaxed) };
        return f();
    }
    let _leave = Leave(Some(enter(signal, (lazy::current(thread), None), Stack::from_here(), handler, true)));
    f()
}

/// One of the actions that share a handler.
struct Action {
    errno: i32,
    outer: *mut Installed,
}

impl Drop for Action {
    fn drop(&mut self) {
        let thread = current();
        check_errno(thread, self.errno);
        thread.installed.store(self.outer, Ordering::Relaxed);
    }
}

/// Leaves a handler, also when it unwinds.
struct Leave(Option<Interrupted>);

impl Drop for Leave {
    fn drop(&mut self) {
        if let Some(interrupted) = self.0.take() {
            interrupted.leave();
        }
    }
}

pub(crate) fn handlers_expected() {
    deliver::start_reporter();
}

/// Runs `f` as if `signal` had been delivered here: its bit blocked, its context entered.
#[track_caller]
pub(crate) fn simulate<R>(signal: libc::c_int, site: &'static Location<'static>, f: impl FnOnce() -> R) -> R {
    struct PutBack(u64);
    impl Drop for PutBack {
        fn drop(&mut self) {
            mask::set(self.0 | ThreadState::get(&current().kept_signals));
        }
    }
    let thread = current();
    life::prepare(thread);
    let bit = crate::irq::bit(signal);
    assert!(
        ThreadState::get(&thread.mask) & bit == 0,
        "lockdep: signal {signal} is blocked here, so its handler cannot run: a real signal would be pending"
    );
    let handler = Handler::new(None, site);
    let _put_back = PutBack(mask::block(bit));
    let _leave = Leave(Some(enter(signal, (ThreadState::get(&thread.mask) | bit, None), Stack::ANY, handler, false)));
    f()
}
