//! Signal handlers: a context of its own on top of the interrupted code.

use core::sync::atomic::Ordering;

use super::acquire::{conclude, event, place_here};
use super::chain::{extend, handler_step};
use super::thread::{ThreadState, current};
use super::{config, deliver, irqs, life, slow};
use crate::engine::{End, Event};
use crate::runtime::mask;

/// The context that a handler interrupted.
pub(crate) struct Interrupted {
    thread: &'static ThreadState,
    base: u32,
    chain: u64,
    mask: u64,
    handler: u8,
    /// The mask that the handler was entered with.
    entered: u64,
    /// How often the mask had changed before.
    events: u64,
}

/// Enters the context of `signal`, whose handler runs with `entered` blocked.
pub(crate) fn enter(signal: libc::c_int, entered: u64) -> Interrupted {
    let thread = current();
    if thread.capacity.load(Ordering::Relaxed) == 0 {
        // First seen inside a handler: what it interrupted had all this blocked but the signal itself.
        life::prepare(thread);
        thread.adopt(entered & !crate::irq::bit(signal));
    }
    let interrupted = Interrupted {
        thread,
        base: thread.base.load(Ordering::Relaxed),
        chain: ThreadState::get(&thread.chain),
        // The signal was open in what it interrupted, whatever was made of the mask before: another handler may have been the
        // first to look at it.
        mask: ThreadState::get(&thread.mask) & !crate::irq::bit(signal),
        handler: thread.handler.load(Ordering::Relaxed),
        entered,
        events: ThreadState::get(&thread.events),
    };
    let signal = signal as u8;
    thread.nesting.store(thread.nesting.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    thread.base.store(thread.depth.load(Ordering::Relaxed), Ordering::Relaxed);
    // The chain goes on from the interrupted one: what is proven here is proven on top of what is held there.
    thread.chain.store(extend(interrupted.chain, handler_step(signal)), Ordering::Relaxed);
    thread.set_context(entered, signal);
    interrupted
}

impl Interrupted {
    /// Checks what the handler leaves behind, and goes back.
    pub(crate) fn leave(self) {
        let thread = self.thread;
        let changed = ThreadState::get(&thread.mask) != self.entered;
        if (thread.depth() > thread.base() || changed) && !config::off() && !thread.unwinding_from_stop() {
            thread.trim();
            let place = place_here(thread);
            let end = End::Handler(thread.mask_at_end(self.entered, self.events));
            let found = slow::with(|globals| event(globals, thread, |cx| Event::End { cx, end, place }));
            conclude(thread, found, None);
        }
        self.back();
    }

    fn back(&self) {
        let thread = self.thread;
        irqs::discard_own(thread);
        thread.base.store(self.base, Ordering::Relaxed);
        thread.chain.store(self.chain, Ordering::Relaxed);
        thread.set_context(self.mask, self.handler);
        thread.nesting.store(thread.nesting.load(Ordering::Relaxed) - 1, Ordering::Relaxed);
    }
}

#[inline]
pub(crate) fn in_handler() -> bool {
    current().nesting.load(Ordering::Relaxed) != 0
}

pub(crate) fn in_signal<R>(signal: libc::c_int, f: impl FnOnce() -> R) -> R {
    struct Leave(Option<Interrupted>);
    impl Drop for Leave {
        fn drop(&mut self) {
            if let Some(interrupted) = self.0.take() {
                let thread = interrupted.thread;
                interrupted.leave();
                thread.real_handlers.store(thread.real_handlers.load(Ordering::Relaxed) - 1, Ordering::Relaxed);
            }
        }
    }
    let interrupted = enter(signal, mask::current());
    let thread = interrupted.thread;
    thread.real_handlers.store(thread.real_handlers.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    let _leave = Leave(Some(interrupted));
    f()
}

pub(crate) fn handlers_expected() {
    deliver::start_reporter();
}

/// Runs `f` as if `signal` had been delivered here: its bit blocked, its context entered.
pub(crate) fn simulate<R>(signal: libc::c_int, f: impl FnOnce() -> R) -> R {
    struct Leave(Option<Interrupted>, u64);
    impl Drop for Leave {
        fn drop(&mut self) {
            if let Some(interrupted) = self.0.take() {
                interrupted.leave();
            }
            mask::set(self.1);
        }
    }
    let thread = current();
    life::prepare(thread);
    let bit = crate::irq::bit(signal);
    assert!(
        ThreadState::get(&thread.mask) & bit == 0,
        "lockdep: signal {signal} is blocked here, so its handler cannot run: a real signal would be pending"
    );
    let before = mask::block(bit);
    let _leave = Leave(Some(enter(signal, ThreadState::get(&thread.mask) | bit)), before);
    f()
}
