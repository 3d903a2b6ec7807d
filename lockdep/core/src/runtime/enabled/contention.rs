//! Waiting, and threads that wait for each other.
//!
//! A thread that is about to block marks its entry `Waiting` and, if it holds anything, looks whether whom it waits for waits,
//! in the end, for it. Every member of such a circle holds something, so the last one to block sees the whole circle.
//!
//! The others run on while their stacks are read, so a circle is looked at twice: the second time from its end, whose thread
//! waits for a lock of the thread that looks and so cannot get on, then the one that waits for what that one holds, and so on.
//! A thread waits only if its innermost context does: a handler on top of a wait comes to its end, and releases what it holds.

use core::panic::Location;
use core::sync::atomic::Ordering;

use allocator_api2::vec::Vec;

use super::acquire::{conclude, event, is_hold_of, take_out};
use super::globals::Globals;
use super::graph::Graph;
use super::thread::{ThreadState, current};
use super::{config, life, orphans, slow};
use crate::arena::Arena;
use crate::engine::{Blocked, Event, Held, State};
use crate::kind::Mode;
use crate::map::LockMap;

/// Attempts before a lock counts as contended.
const ATTEMPTS: u32 = 20;

/// Waits for a lock whose entry is on top already; the first attempt failed.
#[cold]
#[track_caller]
pub(crate) fn wait<G>(map: &LockMap, mut attempt: impl FnMut() -> Option<G>, block: impl FnOnce() -> G) -> G {
    for _ in 0..ATTEMPTS {
        core::hint::spin_loop();
        if let Some(guard) = attempt() {
            return guard;
        }
    }
    // In a handler that waits, the wait is the mistake, and not what it does to `errno`.
    let _errno = super::Errno::keep();
    announce(map);
    let guard = block();
    settle(map);
    guard
}

/// Before a wait for a lock whose entry is on top already.
#[track_caller]
pub(crate) fn announce(map: &LockMap) {
    let thread = current();
    let own = thread.base()..thread.depth();
    let Some(at) = own.rev().find(|&at| is_hold_of(&thread.read(at), map)) else { return };
    if !config::off() {
        orphans::check(map, Location::caller());
    }
    thread.set_state(at, State::Waiting);
    look_for_circle(thread, at);
}

/// After the wait: it is held now.
pub(crate) fn settle(map: &LockMap) {
    let thread = current();
    if let Some(at) = waiting(thread, map) {
        thread.set_state(at, State::Held);
    }
}

/// The entry of this context that waits for the lock: looked for again after every wait, for it may have moved meanwhile.
fn waiting(thread: &ThreadState, map: &LockMap) -> Option<usize> {
    let waits = |held: &Held| held.state == State::Waiting && held.instance == map.instance();
    (thread.base()..thread.depth()).rev().find(|&at| waits(&thread.read(at)))
}

/// Waits for an upgrade: the upgradable hold stays, the wish to write comes on top of it.
#[cold]
#[track_caller]
pub(crate) fn wait_for_upgrade(map: &LockMap, block: impl FnOnce()) {
    let thread = current();
    life::make_room(thread);
    let own = thread.base()..thread.depth();
    let Some(at) = own.rev().find(|&at| is_hold_of(&thread.read(at), map)) else { return block() };
    let wish = Held {
        state: State::Waiting,
        mode: Mode::Write,
        context: thread.nesting.load(Ordering::Relaxed),
        chain: ThreadState::get(&thread.chain),
        ..thread.read(at)
    };
    let top = thread.depth();
    thread.push(&wish);
    // The wish counts as an instance held until it is taken out again.
    let instances = ThreadState::get(&thread.instances);
    thread.instances.store(instances ^ wish.instance, Ordering::Relaxed);
    look_for_circle(thread, top);
    block();
    if let Some(at) = waiting(thread, map) {
        take_out(thread, at);
    }
}

#[track_caller]
fn look_for_circle(thread: &'static ThreadState, at: usize) {
    let holds_more = (0..thread.depth()).any(|other| other != at && thread.read(other).is_lock());
    if config::off() || !holds_more {
        return;
    }
    let found = slow::with(|globals| {
        let circle = find_circle(globals, thread, thread.read(at))?;
        // Certain deadlocks end the thread or the process: what little this keeps is kept.
        let cycle = crate::arena::immortal_slice(&circle);
        Some(event(globals, thread, |cx| Event::Deadlock { cx, cycle }))
    });
    let Some(found) = found else { return };
    take_out(thread, at);
    conclude(thread, found, None);
}

struct Step {
    thread: &'static ThreadState,
    wants: Held,
    /// The step before, and the entry of this thread that is in its way.
    parent: usize,
    holds: Held,
}

/// Breadth first over "waits for".
fn find_circle(globals: &Globals, me: &'static ThreadState, wants: Held) -> Option<Vec<Blocked, Arena>> {
    let graph = me.graph.load(Ordering::Relaxed);
    let mut steps = Vec::new_in(Arena);
    steps.push(Step { thread: me, wants, parent: 0, holds: wants });
    let mut done = 0;
    while done < steps.len() {
        let (waiting, wants): (&'static ThreadState, Held) = (steps[done].thread, steps[done].wants);
        for other in globals.threads() {
            if core::ptr::eq(other, waiting) || other.graph.load(Ordering::Relaxed) != graph {
                continue;
            }
            let Some(holds) = entries(other).find(|held| in_the_way(globals, held, &wants)) else { continue };
            if core::ptr::eq(other, me) {
                steps[0].holds = holds;
                if let Some(circle) = trace(globals, &steps, done) {
                    return Some(circle);
                }
                continue;
            }
            let Some(waits) = waits_for(other, &holds) else { continue };
            if !steps.iter().any(|step| core::ptr::eq(step.thread, other)) {
                steps.push(Step { thread: other, wants: waits, parent: done, holds });
            }
        }
        done += 1;
    }
    None
}

/// What a thread waits for that holds `holds` in the same context or further out.
fn waits_for(thread: &'static ThreadState, holds: &Held) -> Option<Held> {
    let innermost = thread.nesting.load(Ordering::Relaxed);
    let waits = entries(thread).find(|held| held.state == State::Waiting && held.context == innermost)?;
    (holds.context <= waits.context).then_some(waits)
}

/// The circle from the first step to `last` and back, if it is still there.
fn trace(globals: &Globals, steps: &[Step], last: usize) -> Option<Vec<Blocked, Arena>> {
    let mut circle = Vec::new_in(Arena);
    let mut at = last;
    while at != 0 {
        let step = &steps[at];
        // In this order: what waits is still, so what it holds stays held.
        let waits = waits_for(step.thread, &step.holds).is_some_and(|waits| waits.lock == step.wants.lock);
        let wanted = &steps[step.parent].wants;
        let holds = entries(step.thread).any(|held| held.lock == step.holds.lock && in_the_way(globals, &held, wanted));
        if !waits || !holds {
            return None;
        }
        circle.push(Blocked { thread: step.thread.thread(), holds: step.holds, wants: step.wants });
        at = step.parent;
    }
    circle.push(Blocked { thread: steps[0].thread.thread(), holds: steps[0].holds, wants: steps[0].wants });
    circle.reverse();
    Some(circle)
}

/// A copy of the entries of any thread; in a slow section, where no stack moves and no thread leaves.
pub(super) fn entries(thread: &'static ThreadState) -> impl Iterator<Item = Held> {
    (0..thread.depth()).map(|at| thread.read(at))
}

fn in_the_way(globals: &Globals, held: &Held, wants: &Held) -> bool {
    let queued_writer = held.state == State::Waiting && held.mode == Mode::Write;
    let passes_writers =
        || wants.context != 0 && globals.record(wants.class).is_some_and(|class| class.read_recursive_in_handler);
    let mode = if wants.mode == Mode::Read && passes_writers() { Mode::ReadRecursive } else { wants.mode };
    held.lock == wants.lock
        && match mode {
            Mode::Write => held.is_lock(),
            Mode::Read => (held.is_lock() && held.mode == Mode::Write) || queued_writer,
            Mode::ReadRecursive => held.is_lock() && held.mode == Mode::Write,
            Mode::Upgradable => (held.is_lock() && matches!(held.mode, Mode::Write | Mode::Upgradable)) || queued_writer,
        }
}

/// Whether another thread waits to write this lock.
pub(super) fn writer_queued(globals: &Globals, graph: &Graph, me: &ThreadState, lock: usize) -> bool {
    let others = globals.threads().filter(|other| !core::ptr::eq(*other, me));
    let mut same_graph = others.filter(|other| core::ptr::eq(other.graph.load(Ordering::Relaxed), graph));
    same_graph
        .any(|other| entries(other).any(|held| held.lock == lock && held.state == State::Waiting && held.mode == Mode::Write))
}
