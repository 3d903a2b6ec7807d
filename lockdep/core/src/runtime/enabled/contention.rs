//! Waiting, and threads that wait for each other.
//!
//! A thread that is about to block marks its entry `Waiting` and, if it holds anything, looks whether whom it waits for waits,
//! in the end, for it. Every member of such a circle holds something, so the last one to block sees the whole circle.
//!
//! The others run on while their stacks are read, so a circle is looked at twice: the second time from its end, whose thread
//! waits for a lock of the thread that looks and so cannot get on, then the one that waits for what that one holds, and so on.
//! A thread waits only if its innermost context does: a handler on top of a wait comes to its end, and releases what it holds.
//!
//! An acquisition is noted before it is made. Where a handler comes in between and waits, the entry stays for as long: such a thread
//! is no holder where another one holds the lock as well, and a circle through it is certain only if the lock cannot be had for a
//! while (`Doubt`).
//!
//! Waits are real whatever graph a thread belongs to: threads of two tests, each with a graph of its own, may well wait for each other.
//!
//! A wait for a condition variable needs two things to end: a notification, and then the mutex. The second is part of a circle
//! as any lock is; the first is looked at by the [watchdog](super::watchdog) alone, for it is a guess who will notify.

use core::panic::Location;
use core::sync::atomic::Ordering;

use allocator_api2::vec::Vec;

use super::acquire::{self, came_along, conclude, event, is_hold_of, place, take_out, whole};
use super::globals::{ClassRecord, Globals};
use super::thread::{ThreadState, current};
use super::{NotCancelled, config, life, orphans, slow, watchdog};
use crate::arena::Arena;
use crate::engine::{Blocked, ClassId, Event, Held, HeldFlags, Place, State};
use crate::kind::Mode;
use crate::map::{How, LockMap};
use crate::stack::here;

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
    let guard = wait_in_doubt(map, &mut attempt).or_else(|| wait_in_isolation(map, attempt)).unwrap_or_else(block);
    settle(map);
    guard
}

/// Naps of a millisecond, before a circle that may come apart counts as one that does not.
const NAPS: u32 = 10;

/// Announces the wait. Where what is found may come apart by itself, tries for a while before it is said.
#[track_caller]
fn wait_in_doubt<G>(map: &LockMap, attempt: &mut impl FnMut() -> Option<G>) -> Option<G> {
    let thread = current();
    let at = begin_wait(thread, map)?;
    if look_for_circle(thread, at, Doubt::Wait) == Circle::None {
        return None;
    }
    for _ in 0..NAPS {
        nap();
        let guard = attempt();
        if guard.is_some() {
            return guard;
        }
    }
    look_for_circle(thread, waiting(thread, map.instance())?, Doubt::Ignore);
    None
}

/// Whether a lock that this thread holds, as far as is known, is free in truth. Another one may have it for a moment, which matters to
/// whoever waits for his own hold.
#[cold]
pub(crate) fn is_free(map: &LockMap, mode: Mode, is_held: impl Fn() -> bool) -> bool {
    let waits = || current().own_entries().any(|held| is_hold_of(&held, map) && acquire::waits(mode, &held));
    let of_another = || {
        waits() && slow::with(|globals| globals.others(current()).any(|other| other.entries().any(|held| is_hold_of(&held, map))))
    };
    let _errno = super::Errno::keep();
    !is_held()
        || of_another()
            && (0..NAPS).any(|_| {
                nap();
                !is_held()
            })
}

pub(super) fn nap() {
    // Nobody expects a lock to be a point of cancellation.
    let _whole = NotCancelled::begin();
    let nap = libc::timespec { tv_sec: 0, tv_nsec: 1_000_000 };
    // SAFETY: `nap` lives across the call.
    unsafe { libc::nanosleep(&raw const nap, core::ptr::null_mut()) };
}

/// How long a wait in an isolated graph may last before whoever took a lock counts as its holder, though guards may change hands.
const PATIENCE: u64 = 1_000_000_000;

/// Where guards go from thread to thread, or raw locks are given out, nobody knows who holds a lock, and a wait for oneself cannot be told
/// from one for the thread that has it now. But no test shall hang: in an isolated graph a wait that lasts is judged as if guards stayed where
/// they were made, and held on.
#[track_caller]
fn wait_in_isolation<G>(map: &LockMap, mut attempt: impl FnMut() -> Option<G>) -> Option<G> {
    let thread = current();
    let wants = thread.read(waiting(thread, map.instance()).filter(|_| is_isolated(thread))?);
    let may_change = |globals: &mut Globals| globals.record(wants.class).is_some_and(|class| class.holder_may_change);
    if !slow::with(may_change) && thread.given_out(map.instance()).is_none() {
        return None;
    }
    for nth in 0_u32.. {
        nap();
        let guard = attempt();
        if guard.is_some() {
            return guard;
        }
        // Not each time: it stops all others.
        if !overdue(thread) || nth % 64 != 0 {
            continue;
        }
        let (at, held_again) = acquire::hold_again(thread, map.instance(), waiting(thread, map.instance())?);
        let found = slow::with(|globals| {
            let found = acquire::judge_as_own(globals, thread, map, &wants);
            if found.stop.is_some() {
                // As in `look_for_circle`: who looks next sees that this thread gives way.
                take_out(thread, at);
            }
            found
        });
        if found.stop.is_some() {
            conclude(thread, found, None);
        }
        look_for_circle(thread, at, Doubt::Ignore);
        if held_again && let Some(again) = thread.last_own(|held| is_hold_of(held, map)) {
            // Nothing came of it.
            let old = thread.read(again);
            take_out(thread, again);
            thread.note_given_out(old);
        }
    }
    None
}

/// The same where somebody has the lock, as far as is known: the others get it at once, without attempts.
#[track_caller]
pub(crate) fn wait_in_isolation_if_held<G>(map: &LockMap, attempt: impl FnMut() -> Option<G>) -> Option<G> {
    let may_be_for_itself = || current().given_out(map.instance()).is_some() || came_along(map);
    if is_isolated(current()) && may_be_for_itself() { wait_in_isolation(map, attempt) } else { None }
}

fn is_isolated(thread: &ThreadState) -> bool {
    let graph = thread.graph.load(Ordering::Relaxed);
    // SAFETY: graphs stay as long as a thread is in them.
    unsafe { graph.as_ref() }.is_some_and(|graph| graph.isolated)
}

fn overdue(thread: &ThreadState) -> bool {
    let since = ThreadState::get(&thread.waiting_since);
    since != 0 && clock() - since >= PATIENCE && is_isolated(thread)
}

/// Before a wait for a lock whose entry is on top already, which cannot be tried. What may come apart is looked at again, for a while.
#[track_caller]
pub(crate) fn announce(map: &LockMap) {
    let _errno = super::Errno::keep();
    let thread = current();
    let mut at = begin_wait(thread, map);
    for _ in 0..NAPS {
        let Some(waits) = at else { return };
        if look_for_circle(thread, waits, Doubt::Wait) == Circle::None {
            return;
        }
        nap();
        at = waiting(thread, map.instance());
    }
    if let Some(at) = at {
        look_for_circle(thread, at, Doubt::Ignore);
    }
}

/// Makes the entry of the lock that is waited for say so; returns where it is.
#[track_caller]
fn begin_wait(thread: &'static ThreadState, map: &LockMap) -> Option<usize> {
    let at = thread.last_own(|held| is_hold_of(held, map))?;
    if !config::off() {
        orphans::check(map, Location::caller());
    }
    // From here on other threads may look at what this one holds.
    whole(thread, Place::default());
    begin(thread);
    thread.set_state(at, State::Waiting);
    Some(at)
}

/// After the wait: it is held now.
pub(crate) fn settle(map: &LockMap) {
    let thread = current();
    if let Some(at) = waiting(thread, map.instance()) {
        thread.set_state(at, State::Held);
        end(thread);
    }
}

/// The entry of this context that waits for the lock: looked for again after every wait, for it may have moved meanwhile.
fn waiting(thread: &ThreadState, instance: u64) -> Option<usize> {
    let waits = |held: &Held| held.state == State::Waiting && held.instance == instance;
    thread.last_own(waits)
}

/// Waits for an upgrade: the upgradable hold stays, the wish to write comes on top of it.
#[cold]
#[track_caller]
pub(crate) fn wait_for_upgrade(map: &LockMap, mut attempt: impl FnMut() -> bool, block: impl FnOnce()) {
    let thread = current();
    let Some(at) = thread.last_own(|held| is_hold_of(held, map)) else { return block() };
    let hold = thread.read(at);
    let place = place(thread, Location::caller(), here());
    begin(thread);
    let wish = Held { mode: Mode::Write, flags: hold.flags.with(HeldFlags::UPGRADE), place, ..hold };
    let at = push_wish(thread, wish);
    look_for_circle(thread, at, Doubt::Ignore);
    let _wish = Wish(thread, map.instance());
    wait_in_isolation(map, || attempt().then_some(())).unwrap_or_else(block);
}

/// A wait, for the condition variable and then for the mutex: both are needed before it can end.
#[derive(Debug)]
pub(crate) struct CondvarWait([u64; 2]);

/// Before a wait for a condition variable, the mutex released.
#[cold]
pub(crate) fn begin_condvar(
    condvar: &LockMap,
    mutex: &LockMap,
    how: How<'_>,
    timed: bool,
    site: &'static Location<'static>,
) -> Option<CondvarWait> {
    if config::idle() {
        return None;
    }
    let thread = current();
    life::prepare(thread);
    watchdog::attend(thread);
    let place = place(thread, site, here());
    let timed = if timed { HeldFlags::TIMED } else { HeldFlags(0) };
    begin(thread);
    let notification = wish(condvar, How::write(), timed.with(HeldFlags::CONDVAR), place);
    push_wish(thread, notification);
    push_wish(thread, wish(mutex, how, timed, place));
    Some(CondvarWait([condvar.instance(), mutex.instance()]))
}

/// After it, before the mutex counts as held.
pub(crate) fn end_condvar(wait: CondvarWait) {
    let thread = current();
    wait.0.into_iter().rev().for_each(|instance| no_longer(thread, instance));
}

/// A wish is fulfilled, or given up.
fn no_longer(thread: &'static ThreadState, instance: u64) {
    if let Some(at) = waiting(thread, instance) {
        take_out(thread, at);
    }
    end(thread);
}

/// A wish on top, until it is fulfilled or what waits for it unwinds.
struct Wish(&'static ThreadState, u64);

impl Drop for Wish {
    fn drop(&mut self) {
        no_longer(self.0, self.1);
    }
}

/// Runs `block`, which waits for what others hold of a map.
#[cold]
pub(crate) fn wait_by<R>(map: &LockMap, how: How<'_>, site: &'static Location<'static>, block: impl FnOnce() -> R) -> R {
    if config::idle() {
        return block();
    }
    let thread = current();
    life::prepare(thread);
    watchdog::attend(thread);
    let place = place(thread, site, here());
    begin(thread);
    let at = push_wish(thread, wish(map, how, HeldFlags(0), place));
    look_for_circle(thread, at, Doubt::Ignore);
    let _wish = Wish(thread, map.instance());
    block()
}

/// The entry of a wait for what is not held afterwards.
fn wish(map: &LockMap, how: How<'_>, flags: HeldFlags, place: Place) -> Held {
    let class = match map.class() {
        0 => slow::with(|globals| map.resolve(globals).base),
        class => class,
    };
    Held {
        lock: map.address(),
        class: ClassId::new(class, how.subclass),
        mode: how.mode,
        flags,
        mask: ThreadState::get(&current().mask),
        place,
        instance: map.instance(),
        ..Held::FREE
    }
}

/// Puts a wish on top. It takes no part in chains, but counts as an instance held until it is taken out again.
fn push_wish(thread: &'static ThreadState, wish: Held) -> usize {
    life::make_room(thread);
    let context = thread.nesting.load(Ordering::Relaxed);
    let wish = Held { state: State::Waiting, context, chain: ThreadState::get(&thread.chain), ..wish };
    let at = thread.depth();
    thread.push(&wish);
    let instances = ThreadState::get(&thread.instances);
    thread.instances.store(instances ^ wish.instance, Ordering::Relaxed);
    at
}

/// The innermost wait of a thread lasts since now.
fn begin(thread: &ThreadState) {
    thread.waiting_since.store(clock(), Ordering::Relaxed);
}

/// It is over. One that it interrupted, as a handler's does, or that it was a part of, is as good as new.
fn end(thread: &'static ThreadState) {
    let others = thread.entries().any(|held| held.state == State::Waiting);
    thread.waiting_since.store(if others { clock() } else { 0 }, Ordering::Relaxed);
}

/// Nanoseconds of the monotonic clock; never 0.
pub(super) fn clock() -> u64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `now` is writable; the clock exists. May be called in a handler.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut now) };
    (now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64).max(1)
}

/// What to do about a circle that is not certain yet.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doubt {
    Wait,
    Ignore,
}

/// What was found, and not said.
#[derive(PartialEq, Eq)]
enum Circle {
    None,
    Doubtful,
}

#[track_caller]
fn look_for_circle(thread: &'static ThreadState, at: usize, doubt: Doubt) -> Circle {
    watchdog::attend(thread);
    let holds_more = (0..thread.depth()).any(|other| other != at && thread.read(other).is_lock());
    if config::off() || !holds_more {
        return Circle::None;
    }
    let found = slow::with(|globals| {
        let circle = find_circle(globals, thread, false)?;
        if doubt == Doubt::Wait && circle.iter().any(|step| is_doubtful(globals, step)) {
            return Some(None);
        }
        // Certain deadlocks end the thread or the process: what little this keeps is kept.
        let cycle = crate::arena::immortal_slice(&circle);
        let found = event(globals, thread, |cx| Event::Deadlock { cx, cycle });
        // In the same section: who looks next sees that this thread gives way, and waits.
        take_out(thread, at);
        Some(Some(found))
    });
    match found {
        None => Circle::None,
        Some(None) => Circle::Doubtful,
        Some(Some(found)) => {
            conclude(thread, found, None);
            Circle::None
        }
    }
}

fn is_doubtful(globals: &Globals, step: &Blocked) -> bool {
    let mut thread = globals.threads().filter(|thread| thread.thread().id == step.thread.id);
    thread.next().is_some_and(|thread| may_be_noted_only(thread, &step.holds))
}

/// Whether an entry may be of an acquisition that is noted and not made: the last one of code that a handler interrupted.
fn may_be_noted_only(thread: &'static ThreadState, entry: &Held) -> bool {
    let interrupted = entry.context < thread.nesting.load(Ordering::Relaxed);
    let of_context = |other: &Held| other.state != State::Free && other.context == entry.context;
    interrupted
        && entry.is_lock()
        && !entry.flags.has(HeldFlags::TRY)
        && thread.entries().rfind(of_context).is_some_and(|last| last.lock == entry.lock)
}

/// Whether that is so, and another thread has what it wants.
fn is_noted_only(globals: &Globals, thread: &'static ThreadState, entry: &Held) -> bool {
    let excludes = |held: &Held| held.is_lock() && held.lock == entry.lock && (held.exclusive() || entry.exclusive());
    let others = || globals.others(thread);
    may_be_noted_only(thread, entry)
        && others().any(|other| other.entries().any(|held| excludes(&held) && !may_be_noted_only(other, &held)))
}

struct Step {
    thread: &'static ThreadState,
    wants: Held,
    /// The step before, none of the first ones, and the entry of this thread that is in its way.
    parent: Option<usize>,
    holds: Held,
}

/// Breadth first over "waits for", from all that `me` waits for back to `me`; with `notifiers`, over those who notify as well.
pub(super) fn find_circle(globals: &Globals, me: &'static ThreadState, notifiers: bool) -> Option<Vec<Blocked, Arena>> {
    let mut found = None;
    walk(globals, me, notifiers, |steps, at, other, holds| {
        if core::ptr::eq(other, me) {
            found = trace(globals, steps, at, holds);
        }
        found.is_some()
    });
    found
}

/// The threads that stand between `me` and the end of its wait, `me` first.
pub(super) fn reached_from(globals: &Globals, me: &'static ThreadState) -> Vec<&'static ThreadState, Arena> {
    let mut reached = Vec::new_in(Arena);
    reached.push(me);
    walk(globals, me, true, |_, _, other, _| {
        if !reached.iter().any(|&known| core::ptr::eq(known, other)) {
            reached.push(other);
        }
        false
    });
    reached
}

/// Shows every thread that is in somebody's way, with the step it is in the way of and its entry, until `visit` says enough.
fn walk(
    globals: &Globals,
    me: &'static ThreadState,
    notifiers: bool,
    mut visit: impl FnMut(&[Step], usize, &'static ThreadState, Held) -> bool,
) {
    let mut steps: Vec<Step, Arena> = Vec::new_in(Arena);
    steps.extend(waits(me).map(|wants| Step { thread: me, wants, parent: None, holds: wants }));
    let mut done = 0;
    while done < steps.len() {
        let Step { thread, wants, .. } = steps[done];
        let notified = notifiers && wants.flags.has(HeldFlags::CONDVAR);
        let stuck = notified && all_notifiers_wait(globals, &wants);
        for other in globals.threads() {
            let holds = match (notified, core::ptr::eq(other, thread)) {
                (_, true) => own_hold(globals, thread, &wants),
                (true, false) => stuck.then(|| globals.notification(&wants, other)).flatten(),
                (false, false) => {
                    let in_the_way = |held: &Held| in_the_way(globals, held, thread, &wants);
                    other.not_ended().find(|held| in_the_way(held) && !is_noted_only(globals, other, held))
                }
            };
            let Some(holds) = holds else { continue };
            if visit(&steps, done, other, holds) {
                return;
            }
            // Of one entry, read a moment apart: it is waited for by now, and never was held. (A writer that is queued is in the way by
            // its wait.)
            let was_held = |waits: &Held| {
                holds.is_lock() && waits.lock == holds.lock && waits.chain == holds.chain && waits.place == holds.place
            };
            for waits in waits(other).filter(|waits| holds.context <= waits.context && !was_held(waits)) {
                let known = |step: &Step| core::ptr::eq(step.thread, other) && step.wants.lock == waits.lock;
                if !steps.iter().any(known) {
                    steps.push(Step { thread: other, wants: waits, parent: Some(done), holds });
                }
            }
        }
        done += 1;
    }
}

/// What the thread itself holds that is in the way of its own wait.
fn own_hold(globals: &Globals, thread: &'static ThreadState, wants: &Held) -> Option<Held> {
    let upgrades = |held: &Held| wants.flags.has(HeldFlags::UPGRADE) && held.mode == Mode::Upgradable;
    let mut own = thread.not_ended().filter(|held| held.is_lock() && !held.flags.has(HeldFlags::REENTRANT) && !upgrades(held));
    own.find(|held| in_the_way(globals, held, thread, wants))
}

/// Whether there are threads that notified the condition variable before, and all of them wait.
fn all_notifiers_wait(globals: &Globals, wants: &Held) -> bool {
    let mut any = false;
    let mut known = globals.threads().filter(|other| globals.notification(wants, other).is_some());
    let all = known.all(|other| {
        any = true;
        waits(other).next().is_some()
    });
    any && all
}

/// What a thread waits for now, in its innermost context; all of it is needed before it goes on.
pub(super) fn waits(thread: &'static ThreadState) -> impl Iterator<Item = Held> {
    let innermost = thread.nesting.load(Ordering::Relaxed);
    thread.entries().filter(move |held| held.state == State::Waiting && held.context == innermost)
}

/// Who is in the way of a wait, and with what.
pub(super) fn holders(globals: &Globals, thread: &'static ThreadState, wants: &Held) -> Vec<(&'static ThreadState, Held), Arena> {
    let mut holders = Vec::new_in(Arena);
    for other in globals.others(thread) {
        let holds = match wants.flags.has(HeldFlags::CONDVAR) {
            true => globals.notification(wants, other),
            false => other.not_ended().find(|held| in_the_way(globals, held, thread, wants)),
        };
        match holds {
            // Of a writer in the queue it matters whom he waits for.
            Some(queued) if queued.state == State::Waiting => {
                let held = |held: &Held| held.is_lock() && in_the_way(globals, held, other, &queued);
                let whose = |other: &'static ThreadState| Some((other, other.not_ended().find(held)?));
                holders.extend(globals.others(other).filter_map(whose));
            }
            holds => holders.extend(holds.map(|holds| (other, holds))),
        }
    }
    holders
}

/// The circle from a first step to the step `last` and back, if it is still there; `own` closes it.
fn trace(globals: &Globals, steps: &[Step], last: usize, own: Held) -> Option<Vec<Blocked, Arena>> {
    let mut circle = Vec::new_in(Arena);
    let mut at = last;
    while let Some(parent) = steps[at].parent {
        let step = &steps[at];
        // In this order: what waits is still, so what it holds stays held.
        let waits = waits(step.thread).any(|waits| waits.lock == step.wants.lock && step.holds.context <= waits.context);
        let (waiter, wanted) = (steps[parent].thread, &steps[parent].wants);
        let holds = step.holds.flags.has(HeldFlags::CONDVAR)
            || step.thread.not_ended().any(|held| held.lock == step.holds.lock && in_the_way(globals, &held, waiter, wanted));
        if !waits || !holds {
            return None;
        }
        circle.push(Blocked { thread: step.thread.thread(), holds: step.holds, wants: step.wants, now: None });
        at = parent;
    }
    let first = &steps[at];
    circle.push(Blocked { thread: first.thread.thread(), holds: own, wants: first.wants, now: None });
    circle.reverse();
    Some(circle)
}

/// Whether an entry of any thread keeps the thread `waiter` from what it wants.
fn in_the_way(globals: &Globals, held: &Held, waiter: &ThreadState, wants: &Held) -> bool {
    if !held.is_same_lock(wants) {
        return false;
    }
    let class = globals.record(wants.class).map(ClassRecord::info).unwrap_or_default();
    // Where guards go from thread to thread, nobody knows who must come on.
    if class.holder_may_change && !overdue(waiter) {
        return false;
    }
    let passes_writers = class.readers_pass || class.read_recursive_in_handler && wants.context != 0;
    let mode = if wants.mode == Mode::Read && passes_writers { Mode::ReadRecursive } else { wants.mode };
    let keeps_out = held.is_lock().then(|| class.keeps_out(held.mode));
    let queued_writer = keeps_readers_out(globals, held);
    match mode {
        Mode::Write => keeps_out.is_some(),
        Mode::Read => keeps_out == Some(Mode::Write) || queued_writer,
        Mode::ReadRecursive => keeps_out == Some(Mode::Write),
        Mode::Upgradable => matches!(keeps_out, Some(Mode::Write | Mode::Upgradable)) || queued_writer,
    }
}

/// Whether another thread waits to write this lock, and keeps readers out.
pub(super) fn writer_queued(globals: &Globals, me: &ThreadState, new: &Held) -> bool {
    globals.others(me).any(|other| other.entries().any(|held| held.is_same_lock(new) && keeps_readers_out(globals, &held)))
}

/// Whether an entry of any thread is a writer's who waits, and readers wait for him: he is past the door, where somebody who holds the
/// lock upgradably keeps him.
fn keeps_readers_out(globals: &Globals, entry: &Held) -> bool {
    let at_the_door = |held: &Held| held.is_lock() && held.mode == Mode::Upgradable && held.is_same_lock(entry);
    entry.state == State::Waiting
        && entry.mode == Mode::Write
        && (entry.flags.has(HeldFlags::UPGRADE)
            || !globals.threads().any(|thread| thread.entries().any(|held| at_the_door(&held))))
}

#[cfg(test)]
mod tests {
    use core::sync::atomic::{AtomicBool, AtomicU32};
    use std::sync::Arc;
    use std::thread::sleep;
    use std::time::Duration;

    use super::*;
    use crate::class::LockKind;
    use crate::kind::{ReportKind, WaitType};
    use crate::map::How;
    use crate::testing::isolated;

    enum Kind {}

    impl LockKind for Kind {
        const NAME: &'static str = "Flag";
        const WAIT: WaitType = WaitType::Spin;
    }

    struct Flag {
        map: LockMap,
        taken: AtomicBool,
        /// Attempts that fail, whoever makes them.
        closed: AtomicU32,
    }

    impl Flag {
        #[track_caller]
        fn new() -> Arc<Flag> {
            Arc::new(Flag { map: LockMap::new::<Kind, ()>(), taken: AtomicBool::new(false), closed: AtomicU32::new(0) })
        }

        fn take(&self) -> Option<()> {
            let open = self.closed.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1)).is_err();
            (open && !self.taken.swap(true, Ordering::Acquire)).then_some(())
        }

        /// `between` comes when the acquisition is noted and not made.
        #[track_caller]
        fn lock(&self, between: impl FnOnce()) -> Guard<'_> {
            let mut between = Some(between);
            let attempt = || {
                between.take().into_iter().for_each(|between| between());
                self.take()
            };
            let block = || {
                while self.take().is_none() {
                    sleep(Duration::from_millis(1));
                }
            };
            self.map.lock(How::write(), attempt, block);
            Guard(self)
        }
    }

    struct Guard<'a>(&'a Flag);

    impl Drop for Guard<'_> {
        fn drop(&mut self) {
            self.0.map.release();
            self.0.taken.store(false, Ordering::Release);
        }
    }

    fn until(stage: &AtomicU32, n: u32) {
        while stage.load(Ordering::Acquire) < n {
            sleep(Duration::from_millis(1));
        }
    }

    /// A thread notes `wanted`, and a handler comes before it has it, and waits for `other`, whose holder waits for `wanted`. `held` says
    /// whether a third thread holds it; if not, the attempts just fail for a moment.
    fn nobody_is_stuck(held: bool) {
        let (wanted, other) = (Flag::new(), Flag::new());
        let stage = Arc::new(AtomicU32::new(0));
        let reports = isolated(|cx| {
            let holder = held.then(|| {
                let (wanted, stage) = (Arc::clone(&wanted), Arc::clone(&stage));
                cx.spawn(move || {
                    let _wanted = wanted.lock(|| ());
                    stage.store(1, Ordering::Release);
                    until(&stage, 3);
                    sleep(Duration::from_millis(100));
                })
            });
            until(&stage, u32::from(held));
            let waiter = {
                let (wanted, other, stage) = (Arc::clone(&wanted), Arc::clone(&other), Arc::clone(&stage));
                cx.spawn(move || {
                    let _other = other.lock(|| ());
                    stage.store(2, Ordering::Release);
                    until(&stage, 3);
                    // The handler waits.
                    sleep(Duration::from_millis(50));
                    wanted.closed.store(if held { 0 } else { ATTEMPTS + 2 }, Ordering::Relaxed);
                    drop(wanted.lock(|| ()));
                })
            };
            until(&stage, 2);
            drop(wanted.lock(|| {
                cx.in_handler(libc::SIGUSR1, || {
                    stage.store(3, Ordering::Release);
                    drop(other.lock(|| ()));
                });
            }));
            assert!(waiter.join().is_ok(), "it was not stuck");
            holder.into_iter().for_each(|holder| holder.join().unwrap());
        });
        assert!(reports.iter().all(|report| report.kind() != ReportKind::Deadlock), "{reports:?}");
    }

    /// Both threads wait before either of them looks: the first one that does gives way, and the other one gets its lock.
    #[test]
    fn one_thread_of_a_circle_gives_way() {
        for _ in 0..20 {
            let mut ended = Vec::new();
            let reports = isolated(|cx| {
                let (flags, stage) = ([Flag::new(), Flag::new()], Arc::new(AtomicU32::new(0)));
                let threads = [0, 1].map(|i| {
                    let (held, wanted) = (Arc::clone(&flags[i]), Arc::clone(&flags[1 - i]));
                    let stage = Arc::clone(&stage);
                    cx.spawn(move || {
                        let _held = held.lock(|| ());
                        stage.fetch_add(1, Ordering::AcqRel);
                        until(&stage, 2);
                        drop(wanted.lock(|| {
                            stage.fetch_add(1, Ordering::AcqRel);
                            until(&stage, 5);
                        }));
                    })
                });
                until(&stage, 4);
                // Nobody looks as long as this section lasts.
                slow::with(|globals| {
                    stage.store(5, Ordering::Release);
                    let of_test = |waits: &Held| flags.iter().any(|flag| flag.map.address() == waits.lock);
                    while globals.threads().flat_map(waits).filter(of_test).count() < 2 {
                        core::hint::spin_loop();
                    }
                });
                ended.extend(threads.map(|thread| thread.join().is_err()));
            });
            assert_eq!(ended.iter().filter(|&&ended| ended).count(), 1, "{reports:?}");
        }
    }

    /// The one entry of a reader goes from held to waiting and back while a writer looks who is in its way. Readers wait for writers
    /// that wait, so if it counted as both, the two were in a circle.
    #[test]
    fn an_entry_is_not_held_and_waited_for() {
        let (flag, over) = (Flag::new(), Arc::new(AtomicBool::new(false)));
        isolated(|cx| {
            let reader = {
                let (flag, over) = (Arc::clone(&flag), Arc::clone(&over));
                cx.spawn(move || {
                    flag.map.lock(How::read(), || Some(()), || ());
                    let thread = current();
                    while !over.load(Ordering::Relaxed) {
                        thread.set_state(thread.depth() - 1, State::Waiting);
                        thread.set_state(thread.depth() - 1, State::Held);
                    }
                    flag.map.release();
                })
            };
            let me = current();
            push_wish(me, wish(&flag.map, How::write(), HeldFlags(0), Place::default()));
            // By the clock: where the processor is shared, both must be on one at the same time.
            let end = std::time::Instant::now() + Duration::from_millis(500);
            let looks = core::iter::repeat_with(|| slow::with(|globals| find_circle(globals, me, false).is_some()));
            let circles = looks.take_while(|_| std::time::Instant::now() < end).filter(|&found| found).count();
            no_longer(me, flag.map.instance());
            over.store(true, Ordering::Relaxed);
            reader.join().unwrap();
            assert_eq!(circles, 0);
        });
    }

    #[test]
    fn what_is_noted_is_no_hold_where_another_thread_has_it() {
        nobody_is_stuck(true);
    }

    #[test]
    fn what_is_noted_is_no_hold_while_it_may_be_had() {
        nobody_is_stuck(false);
    }
}
