//! Signal handlers: a context of its own on top of the interrupted code.

use core::panic::Location;
use core::sync::atomic::Ordering;

use super::acquire::{conclude, event, place, place_here};
use super::chain::{extend, handler_step};
use super::thread::{ThreadState, current};
use super::{Errno, config, deliver, irqs, life, slow};
use crate::engine::{End, Event, Held, Installed, Offence};
use crate::runtime::mask;
use crate::stack::here;

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
        let handler = Installed { place: place(thread, site, here()), thread: thread.thread(), name };
        Handler(Some(slow::with(|globals| {
            globals.names.insert(handler.thread.id, thread.name.get());
            globals.install(handler)
        })))
    }
}

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
    installed: *mut Installed,
    errno: i32,
}

/// Enters the context of `signal`, whose handler runs with `entered` blocked.
pub(crate) fn enter(signal: libc::c_int, entered: u64, handler: Handler) -> Interrupted {
    // What a handler finds there is what it has to leave there.
    let kept = Errno::keep();
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
        installed: thread.installed.load(Ordering::Relaxed),
        errno: kept.0,
    };
    let signal = signal as u8;
    thread.nesting.store(thread.nesting.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    thread.base.store(thread.depth.load(Ordering::Relaxed), Ordering::Relaxed);
    thread
        .installed
        .store(handler.0.map_or(core::ptr::null_mut(), |handler| core::ptr::from_ref(handler).cast_mut()), Ordering::Relaxed);
    // The chain goes on from the interrupted one: what is proven here is proven on top of what is held there.
    thread.chain.store(extend(interrupted.chain, handler_step(signal)), Ordering::Relaxed);
    thread.set_context(entered, signal);
    interrupted
}

impl Interrupted {
    /// Checks what the handler leaves behind, and goes back.
    pub(crate) fn leave(self) {
        let kept = Errno::keep();
        let thread = self.thread;
        if kept.0 != self.errno && thread.real_handlers.load(Ordering::Relaxed) != 0 && !config::off() {
            let offence = Offence::Errno { before: self.errno, after: kept.0 };
            offend(thread, offence, None);
        }
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
        thread.installed.store(self.installed, Ordering::Relaxed);
        thread.chain.store(self.chain, Ordering::Relaxed);
        thread.set_context(self.mask, self.handler);
        thread.nesting.store(thread.nesting.load(Ordering::Relaxed) - 1, Ordering::Relaxed);
    }
}

/// The running handler does what no handler may do; `interrupted` is what the interrupted code is in the middle of, if that matters.
pub(super) fn offend(thread: &'static ThreadState, offence: Offence, interrupted: Option<Held>) {
    let place = place_here(thread);
    let installed = thread.installed().copied();
    let found =
        slow::with(|globals| event(globals, thread, |cx| Event::SignalUnsafe { cx, offence, installed, interrupted, place }));
    conclude(thread, found, None);
}

#[inline]
pub(crate) fn in_handler() -> bool {
    current().nesting.load(Ordering::Relaxed) != 0
}

pub(crate) fn in_signal<R>(signal: libc::c_int, handler: Handler, f: impl FnOnce() -> R) -> R {
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
    let interrupted = enter(signal, mask::current(), handler);
    let thread = interrupted.thread;
    thread.real_handlers.store(thread.real_handlers.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    let _leave = Leave(Some(interrupted));
    f()
}

pub(crate) fn handlers_expected() {
    deliver::start_reporter();
}

/// Runs `f` as if `signal` had been delivered here: its bit blocked, its context entered.
pub(crate) fn simulate<R>(signal: libc::c_int, site: &'static Location<'static>, f: impl FnOnce() -> R) -> R {
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
    let handler = Handler::new(None, site);
    let before = mask::block(bit);
    let _leave = Leave(Some(enter(signal, ThreadState::get(&thread.mask) | bit, handler)), before);
    f()
}
