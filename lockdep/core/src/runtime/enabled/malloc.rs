//! The global allocator as a lock of a class of its own, and as what no handler may call.
//!
//! An allocation is an acquisition of the class `malloc` that ends in the same call. It differs from a lock in this:
//!
//! * **No stack, until one is needed.** Code allocates from everywhere, so a stack for each time would be a capture for each time.
//!   The frame of the allocation lives as long as its entry, so the stack is taken when something else happens meanwhile
//!   ([`show_places`]); the place of a dependency is that of its first occurrence.
//! * **No gate.** Allocators have many locks inside, so that two threads are in it does not keep them apart.
//! * **Not the same lock again** when a handler comes on top: whether that really hangs is the allocator's affair. It is reported for
//!   what it is in any case.
//! * **Never delivered in place.** The code around an allocation may hold any lock of any library, those of symbolization included:
//!   the reporter thread does it, or the end of the isolated graph.
//! * **It cannot unwind**: where a finding is to panic, it aborts.
//!
//! What our own delivery allocates is not looked at, nor what an allocator allocates in turn, nor a thread at its end.

use core::sync::atomic::Ordering;

use super::acquire::{entry, judge, proven, push, stack_of, whole};
use super::chain::{extend, step, step_of};
use super::thread::{ThreadState, current};
use super::{Errno, config, deliver, handler, life, slow};
use crate::class::{LockClass, LockKind};
use crate::engine::{Acquire, ClassId, Held, HeldFlags, Offence, Place, State};
use crate::kind::{Mode, WaitType};
use crate::map::{How, LockMap};
use crate::stack::here;

/// The kind of lock that it is.
pub(super) const KIND: &str = "GlobalAlloc";

struct Allocator;

impl LockKind for Allocator {
    const NAME: &'static str = KIND;
    // Allowed under a spin lock; and what an allocator takes inside is judged by what is held around it.
    const WAIT: WaitType = WaitType::Free;
}

static CLASS: LockClass = LockClass::new("malloc");
static MALLOC: LockMap = LockMap::with_class::<Allocator, ()>(&CLASS);

/// The stack of an entry that has none yet; [`Held::order`] is the stack pointer to begin at.
const NOT_YET: u32 = u32::MAX;

/// Begins an allocation, or the end of one; whether [`leave`] is to be called after it.
#[inline(always)]
pub(crate) fn enter(offence: Offence) -> bool {
    let thread = current();
    let moment = here();
    let busy =
        thread.nesting.load(Ordering::Relaxed) | thread.quiet.load(Ordering::Relaxed) | thread.allocating.load(Ordering::Relaxed);
    let info = MALLOC.info();
    if busy == 0 && info.is_registered() && thread.has_room() {
        let chain = ThreadState::get(&thread.chain);
        let class = ClassId::new(info.class(), 0);
        let longer = extend(chain, step(class, Mode::Write, HeldFlags(0)));
        let key = longer ^ ThreadState::get(&thread.context);
        if thread.known(key) == Some(0) {
            thread.allocating.store(1, Ordering::Relaxed);
            let held = Held {
                lock: MALLOC.address(),
                class,
                state: State::Held,
                mode: Mode::Write,
                flags: HeldFlags(0),
                context: 0,
                mask: ThreadState::get(&thread.mask),
                place: Place { site: 0, stack: NOT_YET },
                chain,
                instance: 0,
                order: moment.1 as u64,
            };
            push(thread, &held, longer);
            return true;
        }
    }
    enter_slowly(offence, moment)
}

/// In a handler, in our own code, or for the first time in this situation.
#[cold]
#[inline(never)]
fn enter_slowly(offence: Offence, moment: (usize, usize)) -> bool {
    let thread = current();
    // What comes on top of our own code is the program's again.
    let quiet = thread.quiet.load(Ordering::Relaxed) == thread.nesting.load(Ordering::Relaxed) + 1;
    let ours = quiet || thread.slow.load(Ordering::Relaxed) != 0;
    // Nobody who has done nothing else can be in the way of others; and what comes before `main` shows nothing.
    let unknown = !thread.is_prepared();
    if config::off()
        || ours
        || unknown
        || thread.ending.load(Ordering::Relaxed) != 0
        || thread.stopped.load(Ordering::Relaxed) != 0
    {
        return false;
    }
    let _errno = Errno::keep();
    handler::settle(thread, moment.1);
    let in_allocator = |held: &Held| held.state == State::Held && held.class.base() == MALLOC.class() && MALLOC.class() != 0;
    if thread.own_entries().any(|held| in_allocator(&held)) {
        // An allocator that allocates.
        return false;
    }
    life::make_room(thread);
    if thread.nesting.load(Ordering::Relaxed) != 0 {
        show_places(thread);
        whole(thread, Place::default());
        let interrupted = (0..thread.base()).rev().map(|at| thread.read(at)).find(in_allocator);
        thread.allocating.store(1, Ordering::Relaxed);
        handler::offend(thread, offence, interrupted);
    }
    thread.allocating.store(1, Ordering::Relaxed);
    let how = How::write();
    if thread.nesting.load(Ordering::Relaxed) == 0 && proven(thread, &MALLOC, how, HeldFlags(0)) {
        let new = entry(thread, &MALLOC, how, Place { site: 0, stack: NOT_YET }, HeldFlags(0));
        let new = Held { instance: 0, order: moment.1 as u64, ..new };
        push(thread, &new, extend(new.chain, step_of(&new)));
        return true;
    }
    let place = whole(thread, Place { site: 0, stack: stack_of(thread, 0, moment) });
    let found = slow::with(|globals| {
        let record = MALLOC.resolve(globals);
        let new = entry(thread, &MALLOC, how, place, HeldFlags(0));
        // Each context has an allocator of its own, and it is no gate.
        let new = Held { lock: new.lock + usize::from(new.context), instance: 0, chain: 0, ..new };
        judge(globals, thread, Acquire::of(new, record.info()), record, true)
    });
    deliver::from_allocator(thread, found);
    true
}

/// Ends what [`enter`] began.
#[inline(always)]
pub(crate) fn leave(entered: bool) {
    if entered {
        let thread = current();
        let lock = MALLOC.address() + usize::from(thread.nesting.load(Ordering::Relaxed));
        if !thread.pop_if(lock, None) {
            leave_below(thread, lock);
        }
        // Of what a handler interrupted, it is still true.
        let outer = thread.nesting.load(Ordering::Relaxed) != 0 && is_in_allocator(thread);
        thread.allocating.store(u8::from(outer), Ordering::Relaxed);
    }
}

/// Something that the allocator took is still on top.
#[cold]
fn leave_below(thread: &ThreadState, lock: usize) {
    if let Some(at) = thread.last_own(|held| held.lock == lock && held.state == State::Held) {
        super::acquire::take_out(thread, at);
    }
}

#[cold]
fn is_in_allocator(thread: &ThreadState) -> bool {
    thread.entries().any(|held| held.class.base() == MALLOC.class() && held.state == State::Held)
}

/// What `f` allocates is not looked at.
pub(crate) fn quietly<R>(f: impl FnOnce() -> R) -> R {
    struct Loud(u8);
    impl Drop for Loud {
        fn drop(&mut self) {
            current().quiet.store(self.0, Ordering::Relaxed);
        }
    }
    let thread = current();
    let context = thread.nesting.load(Ordering::Relaxed) + 1;
    let _loud = Loud(thread.quiet.swap(context, Ordering::Relaxed));
    f()
}

/// Something is about to be judged while allocations are under way: the stacks of these are taken now, as long as they are there.
#[inline]
pub(super) fn show_places(thread: &'static ThreadState) {
    if thread.allocating.load(Ordering::Relaxed) != 0 {
        take_stacks(thread);
    }
}

#[cold]
fn take_stacks(thread: &'static ThreadState) {
    for at in 0..thread.depth() {
        let held = thread.read(at);
        if held.place.stack == NOT_YET && held.state != State::Free {
            // Its frame is still running: the entry goes before it returns.
            let stack = stack_of(thread, 0, (MALLOC.address(), held.order as usize));
            thread.set_stack(at, stack);
        }
    }
}
