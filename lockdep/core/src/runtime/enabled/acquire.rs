//! One acquisition and one release.

use core::panic::Location;
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::chain::{Proven, extend, step, step_of};
use super::globals::{ClassRecord, Globals};
use super::raw::{Found, queue};
use super::thread::{ThreadState, current, own, template};
use super::{config, contention, deliver, handler, instances, irqs, life, malloc, orphans, slow, watchdog};
use crate::class::READY;
use crate::engine::{Acquire, ClassId, ClassInfo, Context, Event, Held, HeldFlags, Place, State};
use crate::kind::{Mode, WaitType};
use crate::map::{How, InfoWord, LockMap};
use crate::stack::{StackCache, Template, UNKNOWN_FRAME, Wanted, complete, here, is_inner, keep_frame};

/// Before a blocking acquisition; it is held from here on, as far as handlers are concerned.
#[inline(always)]
#[track_caller]
pub(crate) fn acquire(map: &LockMap, how: How<'_>, site: &'static Location<'static>) {
    take::<false>(map, how, site, HeldFlags(0));
}

/// The same, but for a lock that this thread holds already, as far as is known, so that it would wait for itself: nothing is done then.
/// Whether that is so. A hold may have been ended by means we did not see, which can be asked of the lock itself.
#[inline(always)]
#[track_caller]
pub(crate) fn acquire_unless_held(map: &LockMap, how: How<'_>, site: &'static Location<'static>) -> bool {
    take::<true>(map, how, site, HeldFlags(0))
}

/// What this thread holds of the lock, as far as is known, it holds no longer. The first of these holds.
#[cold]
pub(crate) fn ended_unseen(map: &LockMap) -> Option<Held> {
    let thread = current();
    let mut first = None;
    while let Some(at) = thread.last_own(|held| is_hold_of(held, map)) {
        first = Some(thread.read(at));
        take_out(thread, at);
    }
    first
}

/// Which thread gives out raw locks of a class, by the class: its number and 1, or [`MANY`]. Classes that share a place are one.
static GIVERS: [AtomicU32; 1 << 16] = [const { AtomicU32::new(0) }; 1 << 16];
const MANY: u32 = u32::MAX;

fn givers(map: &LockMap) -> &'static AtomicU32 {
    &GIVERS[map.class() as usize % GIVERS.len()]
}

/// The raw lock is given out, by which a hold may end unseen: this thread's, if it has one, otherwise anybody's.
#[cold]
pub(crate) fn given_out(map: &LockMap) {
    if map.instance() == 0 || config::idle() {
        return;
    }
    let thread = current();
    life::prepare(thread);
    let me = thread.thread().id.wrapping_add(1);
    let before = givers(map).compare_exchange(0, me, Ordering::Relaxed, Ordering::Relaxed);
    if before.is_err_and(|other| other != me) {
        givers(map).store(MANY, Ordering::Relaxed);
    }
    if let Some(held) = ended_unseen(map) {
        return thread.note_given_out(held);
    }
    slow::with(|globals| {
        for thread in globals.threads() {
            let entries = (0..thread.depth()).map(|at| (at, thread.read(at)));
            entries.filter(|(_, held)| is_hold_of(held, map)).for_each(|(at, held)| thread.note_ended(at, &held));
        }
    });
}

/// This thread has to wait for a lock whose raw lock was given out. If that was by itself alone, while it held the lock, and nobody is known
/// to hold it now, it may do so still. If that does not come to an end for a while, it is said what it means, and the wait goes on.
#[cold]
#[track_caller]
pub(crate) fn wait_for_what_was_given_out<G>(map: &LockMap, mut attempt: impl FnMut() -> Option<G>) -> Option<G> {
    /// Naps of a millisecond.
    const NAPS: u32 = 100;
    let thread = current();
    let at = thread.last_own(|held| is_hold_of(held, map))?;
    let new = thread.read(at);
    let old = thread.given_out(map.instance()).filter(|old| old.context == new.context && waits(new.mode, old));
    let gives_alone = || givers(map).load(Ordering::Relaxed) == thread.thread().id.wrapping_add(1);
    let old = old.filter(|_| gives_alone())?;
    let is_held_by_others = || {
        let mut holds = false;
        slow::with(|globals| {
            for held in globals.others(thread).flat_map(ThreadState::not_ended).filter(|held| is_hold_of(held, map)) {
                holds = true;
                if waits(held.mode, &old) {
                    // Both cannot have it.
                    thread.forget_given_out(old.instance);
                }
            }
        });
        holds
    };
    if config::off() || is_held_by_others() {
        return None;
    }
    let _errno = super::Errno::keep();
    for _ in 0..NAPS {
        let guard = attempt();
        if guard.is_some() {
            thread.forget_given_out(old.instance);
            return guard;
        }
        contention::nap();
    }
    // In this order: what another thread gives out now it held before.
    if is_held_by_others() || !gives_alone() {
        return None;
    }
    let at = thread.last_own(|held| is_hold_of(held, map)).unwrap_or(at);
    let (at, _) = hold_again(thread, old.instance, at);
    let new = thread.read(at);
    let found = slow::with(|globals| {
        let record = map.resolve(globals);
        let info = ClassInfo { holder_may_change: true, ..record.info() };
        take_out(thread, at);
        let found = judge(globals, thread, Acquire::of(Held { chain: 0, ..new }, info), record, false);
        take_out(thread, at - 1);
        let new = Held { chain: ThreadState::get(&thread.chain), ..new };
        push(thread, &new, extend(new.chain, step_of(&new)));
        thread.note_given_out(old);
        found
    });
    conclude(thread, found, Some(map));
    None
}

/// What this thread gave out while it held it counts as held again, just below the entry at `at`, which waits for it, on top. Where that is
/// now, and whether that was so.
pub(super) fn hold_again(thread: &'static ThreadState, instance: u64, at: usize) -> (usize, bool) {
    let waiting = thread.read(at);
    let Some(old) = thread.given_out(instance).filter(|old| old.context == waiting.context) else { return (at, false) };
    thread.forget_given_out(instance);
    take_out(thread, at);
    for held in [old, waiting] {
        life::make_room(thread);
        let held = Held { chain: ThreadState::get(&thread.chain), ..held };
        push(thread, &held, extend(held.chain, step_of(&held)));
    }
    whole(thread, Place::default());
    (thread.depth() - 1, true)
}

/// Whether who takes a lock in this mode waits for this hold of it, whoever else waits.
pub(super) fn waits(mode: Mode, held: &Held) -> bool {
    mode == Mode::Write || held.mode == Mode::Write || mode == Mode::Upgradable && held.mode == Mode::Upgradable
}

/// After an acquisition that did not wait.
#[inline(always)]
#[track_caller]
pub(crate) fn acquired(map: &LockMap, how: How<'_>, site: &'static Location<'static>) {
    take::<false>(map, how, site, HeldFlags::TRY);
}

#[inline(always)]
#[track_caller]
fn take<const ASK: bool>(map: &LockMap, how: How<'_>, site: &'static Location<'static>, flags: HeldFlags) -> bool {
    // Taken apart here, before any call, and put together again only behind one, so that it lives in registers.
    let How { mode, subclass, reentrant, nest, order, .. } = how;
    let thread = current();
    let moment = here();
    let mut info = map.info();
    let first = !info.is_registered();
    if first {
        info = like_others(map);
    }
    let annotated = nest.is_some() || order.is_some();
    let flags = if reentrant { flags.with(HeldFlags::REENTRANT) } else { flags };
    if info.is_registered() && !annotated && thread.has_room() {
        let own = own();
        let longer = extend(own.chain(), step(ClassId::new(info.class(), subclass), mode, flags));
        let key = longer ^ own.context();
        let spots = &thread.spots;
        let site = core::ptr::from_ref(site).expose_provenance();
        let wanted = spots.wanted(key, moment, site, own.signal_frame());
        if let Some((template, more)) = spots.find(&wanted)
            && fits(thread, more)
        {
            push_known(thread, template, map, longer, info.instance());
            return false;
        }
        if take_known(map, wanted, longer) {
            return false;
        }
    }
    let held = take_otherwise(map, (mode, subclass), (nest, order), site, flags, moment, (first, ASK));
    keep_frame();
    held
}

/// A lock that nobody took before: known as its like, if this process has seen that.
#[cold]
#[inline(never)]
fn like_others(map: &LockMap) -> InfoWord {
    let thread = current();
    if thread.has_room() {
        map.join_known_class(thread);
    }
    map.info()
}

/// Whether a chain of which there is `more` to know is fine with the locks that are held now.
#[inline(always)]
fn fits(thread: &ThreadState, more: u64) -> bool {
    more == 0 || more == ThreadState::get(&thread.instances) & Proven::MIX
}

/// Puts the entry of a lock on top, as it was made the last time.
#[inline(always)]
fn push_known(thread: &ThreadState, template: Template, map: &LockMap, longer: u64, instance: u64) {
    let chain = own().chain();
    extends(thread, longer, instance);
    thread.push_known(template, map.address(), chain, instance);
}

/// Of several callers that take turns another one than last time, or with other locks held, which are as fine. Whether it is held now.
#[cold]
#[inline(never)]
fn take_known(map: &LockMap, wanted: Wanted, longer: u64) -> bool {
    let thread = current();
    let spots = &thread.spots;
    let forgotten = spots.forgotten();
    let Some((template, more)) = spots.find_anywhere(&wanted) else { return false };
    if !fits(thread, more) {
        let key = longer ^ own().context();
        if !still_fine(thread, key, more, map) {
            return false;
        }
        if let Some(now) = thread.known(key).filter(|&now| now != more && fits(thread, now)) {
            spots.renew(&wanted, now, forgotten);
        }
    }
    push_known(thread, template, map, longer, map.instance());
    true
}

/// Not in the way it was taken here the last time. Whether it was not taken, for it is held already: if that is `ask`ed.
#[cold]
#[inline(never)]
#[track_caller]
fn take_otherwise(
    map: &LockMap,
    (mode, subclass): (Mode, u8),
    (nest, order): (Option<*const LockMap>, Option<u64>),
    site: &'static Location<'static>,
    flags: HeldFlags,
    moment: (usize, usize),
    (first, ask): (bool, bool),
) -> bool {
    if config::idle() {
        return false;
    }
    let thread = current();
    life::prepare(thread);
    handler::settle(thread, moment.1);
    let forgotten = thread.spots.forgotten();
    let place = place_of_entry(thread, site, moment);
    let how = How { subclass, reentrant: flags.has(HeldFlags::REENTRANT), nest, order, ..How::new(mode) };
    if map.info().is_registered() && nest.is_none() && order.is_none() && thread.has_room() {
        let held = entry(thread, map, how, place, flags);
        let longer = extend(held.chain, step_of(&held));
        let key = longer ^ ThreadState::get(&thread.context);
        if proven_here(thread, map, key) == Some(true) {
            push(thread, &held, longer);
            remember_spot(thread, key, &held, moment, forgotten);
            return false;
        }
    }
    if ask && waits_for_itself(thread, map, mode, flags) {
        return true;
    }
    first_time(map, how, site, place, flags, first);
    keep_frame();
    false
}

/// Whether the lock is held by this thread, in this very context, but may have ended unseen: by a raw lock that was given out before. What
/// a handler interrupted may be about to take what it does not hold yet.
fn waits_for_itself(thread: &ThreadState, map: &LockMap, mode: Mode, flags: HeldFlags) -> bool {
    let judged = mode != Mode::ReadRecursive && !flags.has(HeldFlags::REENTRANT) && !config::off();
    judged && map.is_given_out() && thread.own_entries().any(|held| is_hold_of(&held, map))
}

/// Remembers an acquisition of a known chain, with its place and stack.
fn remember_spot(thread: &ThreadState, key: u64, held: &Held, moment: (usize, usize), forgotten: usize) {
    // `still_fine` may have found more.
    let Some(more) = thread.known(key) else { return };
    let (stacks, frame) = (stacks(thread), thread.signal_frame.load(Ordering::Relaxed));
    let capture = stacks.and_then(|stacks| stacks.capture_of(moment, held.place.site, frame, held.place.stack));
    // A stack that cannot be recognised again is like no other.
    if stacks.is_none() || capture.is_some() {
        let wanted = thread.spots.wanted(key, moment, held.place.site, frame);
        thread.spots.remember(&wanted, more, template(held), capture, forgotten);
    }
}

/// How many locks were taken.
static TAKEN: AtomicU64 = AtomicU64::new(0);

pub(super) fn counted() -> u64 {
    TAKEN.load(Ordering::Relaxed)
}

/// Puts the entry of a lock on top; the chain comes first, so that a handler in between knows at least as much as is held.
#[inline(always)]
pub(super) fn push(thread: &ThreadState, held: &Held, longer: u64) {
    extends(thread, longer, held.instance);
    thread.push(held);
}

/// One lock more is held.
#[inline(always)]
fn extends(thread: &ThreadState, longer: u64, instance: u64) {
    if cfg!(lockdep_count) {
        TAKEN.fetch_add(1, Ordering::Relaxed);
    }
    thread.chain.store(longer, Ordering::Relaxed);
    thread.instances.store(ThreadState::get(&thread.instances) ^ instance, Ordering::Relaxed);
}

/// A chain known to this thread that does not decide alone, with other locks than before.
#[cold]
#[inline(never)]
fn still_fine(thread: &ThreadState, key: u64, more: u64, map: &LockMap) -> bool {
    let more = Proven(more);
    if more.has(Proven::SAME_CLASS) && holds_lock(thread, map) {
        return false;
    }
    if (more.0 ^ ThreadState::get(&thread.instances)) & Proven::MIX == 0 || more.0 & Proven::MIX == 0 {
        return true;
    }
    // Of the others only the gates matter.
    let chains = &life::graph(thread).chains;
    let own = chains.get(thread.own_key(key));
    let fine = own.or_else(|| chains.get(key)).map(Proven).filter(|proven| proven.gates_are_held(thread));
    // Where the others change each time, to remember them is of no use.
    if let Some(proven) = fine.filter(|_| thread.spots.is_a_turn()) {
        remember_here(thread, key, proven.here(thread));
    }
    fine.is_some()
}

fn holds_lock(thread: &ThreadState, map: &LockMap) -> bool {
    thread.entries().any(|held| is_hold_of(&held, map))
}

// In a handler, an entry of the held stack knows its stack no further than to the signal frame, and so does what becomes an entry, or
// the stamp of a mask change. The engine, who keeps what it sees, and other threads are to see whole stacks: whatever makes a `place`
// for them completes, at the same time, all entries.

/// Where we are, for the engine: the whole stack, with those of all entries.
#[inline(always)]
pub(super) fn place(thread: &ThreadState, site: &'static Location<'static>, moment: (usize, usize)) -> Place {
    whole(thread, place_of_entry(thread, site, moment))
}

/// Where we are, for an entry.
#[inline(always)]
pub(super) fn place_of_entry(thread: &ThreadState, site: &'static Location<'static>, moment: (usize, usize)) -> Place {
    let site = core::ptr::from_ref(site).expose_provenance();
    Place { site, stack: stack_of(thread, site, moment) }
}

/// The same place, and all entries, with their whole stacks.
#[inline(always)]
pub(super) fn whole(thread: &ThreadState, place: Place) -> Place {
    if thread.outside_handlers() { place } else { completed(thread, place) }
}

#[cold]
#[inline(never)]
fn completed(thread: &ThreadState, place: Place) -> Place {
    for at in 0..thread.depth() {
        let held = thread.read(at);
        if is_inner(held.place.stack) && held.state != State::Free {
            let stack = complete(held.place.stack, thread.signal_frame_of(held.context));
            thread.set_stack(at, stack);
        }
    }
    if !is_inner(place.stack) {
        return place;
    }
    Place { stack: complete(place.stack, thread.signal_frame_of(thread.nesting.load(Ordering::Relaxed))), ..place }
}

/// Where stacks are remembered; nothing if there are none, or the thread is not prepared.
#[inline(always)]
fn stacks(thread: &ThreadState) -> Option<&StackCache> {
    // SAFETY: null, or a cache that lives as long as the thread.
    unsafe { thread.stacks.load(Ordering::Relaxed).as_ref() }
}

// Not by methods of `Option`, whose names would be the first of a stack.

/// The stack at `moment`, for an entry.
#[inline(always)]
pub(super) fn stack_of(thread: &ThreadState, site: usize, moment: (usize, usize)) -> u32 {
    match stacks(thread) {
        Some(stacks) => stacks.stack(moment, site, thread.signal_frame.load(Ordering::Relaxed)),
        None => 0,
    }
}

/// The stack of the function that this is inlined into, for an entry; 0 if there are none, or the thread is not prepared.
#[inline(always)]
pub(super) fn stack_here(thread: &ThreadState, site: &'static Location<'static>) -> u32 {
    let site = core::ptr::from_ref(site).expose_provenance();
    match stacks(thread) {
        Some(stacks) => stacks.stack(here(), site, thread.signal_frame.load(Ordering::Relaxed)),
        None => 0,
    }
}

/// The place of an event without a source position of its own, for the engine.
#[inline(always)]
pub(super) fn place_here(thread: &'static ThreadState) -> Place {
    whole(thread, place_here_of_entry(thread))
}

#[inline(always)]
pub(super) fn place_here_of_entry(thread: &'static ThreadState) -> Place {
    life::prepare(thread);
    Place { site: 0, stack: stack_of(thread, 0, here()) }
}

/// Who makes a lock: the stack of a constructor, as far as it tells locks apart. `moment` is the constructor's.
#[inline(never)]
pub(crate) fn maker(site: &'static Location<'static>, moment: (usize, usize)) -> u32 {
    if config::off() {
        return 0;
    }
    let thread = current();
    let site = core::ptr::from_ref(site).expose_provenance();
    // Nobody is there to complete it later.
    let frame = if thread.outside_handlers() { 0 } else { UNKNOWN_FRAME };
    life::makers(thread).stack(moment, site, frame)
}

/// A chain that this thread has not proven, a lock that nobody took before, or no room.
#[inline]
#[track_caller]
fn first_time(map: &LockMap, how: How<'_>, site: &'static Location<'static>, place: Place, flags: HeldFlags, first: bool) {
    let thread = current();
    watchdog::attend(thread);
    thread.tidy();
    life::make_room(thread);
    if config::off() {
        track(thread, map, how, place, flags);
        return;
    }
    if !thread.inherited.load(Ordering::Relaxed).is_null() {
        irqs::say_inherited(thread, false);
    }
    if orphans::unsaid() {
        orphans::check(map, site);
    }
    malloc::show_places(thread);
    irqs::compare_if_wanted(thread, place);
    if known_class(thread, map)
        && (flags.has(HeldFlags::REENTRANT) && again_by_its_holder(thread, map)
            || proven_for_instances(thread, map, how, flags)
            || proven(thread, map, how, flags))
    {
        let held = entry(thread, map, how, place, flags);
        let longer = extend(held.chain, step_of(&held));
        caused_again(thread, longer ^ ThreadState::get(&thread.context));
        push(thread, &held, longer);
        return;
    }
    let place = whole(thread, place);
    let found = slow::with(|globals| {
        let (acquire, record) = describe(globals, thread, map, how, place, flags);
        judge(globals, thread, Acquire { first, ..acquire }, record, true)
    });
    if found.fresh != 0 && found.stop.is_none() && !flags.has(HeldFlags::TRY) {
        // Whoever is told of it is told before the lock is taken.
        let top = thread.depth() - 1;
        let new = thread.read(top);
        take_out(thread, top);
        conclude(thread, found, None);
        life::make_room(thread);
        let new = Held { chain: ThreadState::get(&thread.chain), ..new };
        push(thread, &new, extend(new.chain, step_of(&new)));
    } else {
        conclude(thread, found, Some(map));
    }
}

/// Whether a chain that this thread knows is still fine; nothing if it does not know it.
fn proven_here(thread: &ThreadState, map: &LockMap, key: u64) -> Option<bool> {
    thread.known(key).map(|more| more == 0 || still_fine(thread, key, more, map))
}

/// A chain that is proven: if a report came of it once, that counts for this test too.
fn caused_again(thread: &'static ThreadState, key: u64) {
    let scope = thread.scope.load(Ordering::Relaxed);
    if scope != 0 && deliver::printed() > 0 {
        // SAFETY: in a slow section.
        slow::with(|_| unsafe { life::graph(thread).inner() }.taken_again(scope, key));
    }
}

/// No rule is asked, but the watchdog wants to know who holds what.
fn track(thread: &'static ThreadState, map: &LockMap, how: How<'_>, place: Place, flags: HeldFlags) {
    slow::with(|globals| {
        let held = Held { chain: ThreadState::get(&thread.chain), ..describe(globals, thread, map, how, place, flags).0.new };
        let longer = extend(held.chain, step_of(&held));
        // The next time it need not come here; `install` makes it unknown again before rules are asked.
        if how.nest.is_none() && how.order.is_none() && !thread.is_shuffling() {
            remember_here(thread, longer ^ ThreadState::get(&thread.context), 0);
        }
        push(thread, &held, longer);
    });
}

/// Whether the class of a lock is known. One that is new gets its number here, if others of its class were seen before.
fn known_class(thread: &ThreadState, map: &LockMap) -> bool {
    map.info().is_registered() || map.join_known_class(thread)
}

/// Whether the chain is proven, by this thread or by others in a way that leaves nothing to be learned from this one; remembered
/// if so.
pub(super) fn proven(thread: &'static ThreadState, map: &LockMap, how: How<'_>, flags: HeldFlags) -> bool {
    if !map.info().is_registered() || !what_is_said_is_so(thread, map, how) {
        return false;
    }
    let step = step(ClassId::new(map.class(), how.subclass), how.mode, with_what_was_said(how, flags));
    let key = extend(ThreadState::get(&thread.chain), step) ^ ThreadState::get(&thread.context);
    if let Some(fine) = proven_here(thread, map, key) {
        return fine;
    }
    let chains = &life::graph(thread).chains;
    let by_others = chains.get(key).map(Proven).filter(|proven| !proven.has(Proven::MORE_THREADS));
    let proven = by_others.or_else(|| chains.get(thread.own_key(key)).map(Proven));
    let same_lock = |proven: Proven| proven.has(Proven::SAME_CLASS) && holds_lock(thread, map);
    let fine = proven.filter(|&proven| !same_lock(proven) && proven.gates_are_held(thread));
    if let Some(proven) = fine {
        remember_here(thread, key, proven.here(thread));
    }
    fine.is_some()
}

/// Whether it is a reentrant lock that this thread holds, in this very context: of that the engine has nothing to say.
fn again_by_its_holder(thread: &ThreadState, map: &LockMap) -> bool {
    thread.last_own(|held| is_hold_of(held, map)).is_some() && held_reentrantly(thread, map)
}

fn held_reentrantly(thread: &ThreadState, map: &LockMap) -> bool {
    let mut holds = thread.entries().filter(|held| is_hold_of(held, map)).peekable();
    holds.peek().is_some() && holds.all(|held| held.flags.has(HeldFlags::REENTRANT))
}

/// Whether this thread has done the same with the very same locks, where the classes alone do not decide.
fn proven_for_instances(thread: &ThreadState, map: &LockMap, how: How<'_>, flags: HeldFlags) -> bool {
    let annotated = how.nest.is_some() || how.order.is_some();
    if annotated || map.class() == 0 || !(map.judged_by_instance() || how.mode != Mode::Write && holds_lock(thread, map)) {
        return false;
    }
    let key = key_for_instances(thread, &entry(thread, map, how, Place::default(), flags));
    thread.known(key).is_some()
}

/// The key of a chain of these very locks. Numbers are never used again, so a lock that goes takes its keys along.
fn key_for_instances(thread: &ThreadState, new: &Held) -> u64 {
    let numbers = thread.locks().fold(new.instance, extend);
    extend(ThreadState::get(&thread.chain), step_of(new)) ^ ThreadState::get(&thread.context) ^ numbers
}

/// Flags that say what was said about the order.
fn with_what_was_said(how: How<'_>, flags: HeldFlags) -> HeldFlags {
    let flags = if how.order.is_some() { flags.with(HeldFlags::ORDERED) } else { flags };
    if how.nest.is_some() { flags.with(HeldFlags::NESTED) } else { flags }
}

/// Whether what is said about the order of this acquisition is so, of the locks that are held now: then it is as good as any other
/// with the same chain.
fn what_is_said_is_so(thread: &ThreadState, map: &LockMap, how: How<'_>) -> bool {
    let class = ClassId::new(map.class(), how.subclass);
    let mut alike = thread.own_entries().filter(|held| held.is_lock() && held.class == class);
    how.nest.is_none_or(|nest| thread.entries().any(|held| held.is_lock() && held.lock == nest.addr()))
        && (how.nest.is_some() || how.order.is_none_or(|n| alike.all(|held| held.ordered().is_some_and(|below| below < n))))
}

/// The entry of an acquisition of this thread, now.
pub(super) fn entry(thread: &ThreadState, map: &LockMap, how: How<'_>, place: Place, flags: HeldFlags) -> Held {
    Held {
        lock: map.address(),
        class: ClassId::new(map.class(), how.subclass),
        state: State::Held,
        mode: how.mode,
        flags: with_what_was_said(how, flags),
        context: thread.nesting.load(Ordering::Relaxed),
        mask: ThreadState::get(&thread.mask),
        place,
        chain: ThreadState::get(&thread.chain),
        instance: map.instance(),
        order: how.order.unwrap_or_else(|| how.nest.map_or(0, |nest| nest.addr() as u64)),
    }
}

/// What is checked without being taken.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Check {
    /// A lock, as by `might_lock`.
    Lock,
    /// A mutex that will be taken again at the end of a wait, of which is said already that it may sleep.
    Again,
    /// A wait for others, perhaps only for a while.
    Wait { timed: bool },
}

/// Checks an acquisition without making it.
#[cold]
#[inline(never)]
#[track_caller]
pub(crate) fn check_only(map: &LockMap, how: How<'_>, site: &'static Location<'static>, check: Check) {
    if config::off() {
        return;
    }
    let thread = current();
    life::prepare(thread);
    thread.drop_ended();
    let tag = match check {
        Check::Lock => CHECK,
        Check::Again => AGAIN,
        Check::Wait { .. } => WAIT,
    };
    let annotated = how.nest.is_some() || how.order.is_some();
    if !annotated && seen_before(thread, map, how.subclass, how.mode, tag) {
        return;
    }
    if again_by_its_holder(thread, map) {
        return;
    }
    // Who only says what it would take does not say how.
    let flags = if held_reentrantly(thread, map) { HeldFlags::REENTRANT } else { HeldFlags(0) };
    malloc::show_places(thread);
    let place = place(thread, site, here());
    let found = slow::with(|globals| {
        let (mut acquire, record) = describe(globals, thread, map, how, place, flags);
        acquire.wait = matches!(check, Check::Wait { .. });
        acquire.timed = check == Check::Wait { timed: true };
        if how.subclass == READY || check == Check::Again {
            // That it may sleep is said of the cell itself, or of the condition variable.
            acquire.info.rules.wait = Some(WaitType::Free);
        }
        judge(globals, thread, acquire, record, false)
    });
    if found.stop.is_none() && !annotated && !holds_class_of(thread, map) {
        now_seen(thread, map, how.subclass, how.mode, tag);
    }
    conclude(thread, found, None);
}

/// What is remembered of a chain besides acquisitions, as flags of its last step.
const NOTIFY: HeldFlags = HeldFlags(32);
const CHECK: HeldFlags = HeldFlags(64);
const WAIT: HeldFlags = HeldFlags(96);
const TIMED: HeldFlags = HeldFlags(128);
const UPGRADE: HeldFlags = HeldFlags(160);
const AGAIN: HeldFlags = HeldFlags(192);
/// The same of a notification, whatever is held.
const NOTIFIER: u64 = 0x4e07_1f1e_0000_0000;
/// The same of a place that may sleep.
const SLEEPER: u64 = 0x51ee_9e12_0000_0000;

fn event_key(thread: &ThreadState, map: &LockMap, subclass: u8, mode: Mode, tag: HeldFlags) -> Option<u64> {
    let class = map.class();
    let step = step(ClassId::new(class, subclass), mode, tag);
    (class != 0).then(|| extend(ThreadState::get(&thread.chain), step) ^ ThreadState::get(&thread.context))
}

/// Whether this thread did the same with the same locks held before.
fn seen_before(thread: &ThreadState, map: &LockMap, subclass: u8, mode: Mode, tag: HeldFlags) -> bool {
    event_key(thread, map, subclass, mode, tag).is_some_and(|key| thread.known(key).is_some())
}

fn now_seen(thread: &ThreadState, map: &LockMap, subclass: u8, mode: Mode, tag: HeldFlags) {
    if let Some(key) = event_key(thread, map, subclass, mode, tag) {
        remember_here(thread, key, 0);
    }
}

/// Whether what is held includes a lock of the class: then it matters which.
fn holds_class_of(thread: &ThreadState, map: &LockMap) -> bool {
    thread.entries().any(|held| held.class.base() == map.class())
}

/// An upgrade from `Upgradable` to `Write`, before it waits.
#[cold]
#[inline(never)]
#[track_caller]
pub(crate) fn upgrade(map: &LockMap, site: &'static Location<'static>) {
    if config::off() {
        return;
    }
    let thread = current();
    life::prepare(thread);
    thread.drop_ended();
    // Of the class that it is held as.
    let how = How { mode: Mode::Write, ..how_held(map, Mode::Upgradable) };
    // With the very same locks held, gates included.
    let key = key_for_instances(thread, &entry(thread, map, how, Place::default(), UPGRADE));
    if map.class() != 0 && thread.known(key).is_some() {
        return;
    }
    malloc::show_places(thread);
    let place = place(thread, site, here());
    let found = slow::with(|globals| {
        let (mut acquire, record) = describe(globals, thread, map, how, place, HeldFlags(0));
        acquire.upgrade = true;
        judge(globals, thread, acquire, record, false)
    });
    if !found.any {
        remember_here(thread, key, 0);
    }
    conclude(thread, found, None);
}

/// What the engine must know of an acquisition.
fn describe(
    globals: &mut Globals,
    thread: &ThreadState,
    map: &LockMap,
    how: How<'_>,
    place: Place,
    flags: HeldFlags,
) -> (Acquire, &'static ClassRecord) {
    let record = map.resolve(globals);
    let new = Held { chain: 0, ..entry(thread, map, how, place, flags) };
    let nest = how.nest.map(|nest| nest.addr());
    (Acquire { nest, ..Acquire::of(new, record.info()) }, record)
}

/// Asks the engine, remembers what is proven, and pushes the entry unless the call can never return.
pub(super) fn judge(
    globals: &mut Globals,
    thread: &'static ThreadState,
    mut acquire: Acquire,
    record: &'static ClassRecord,
    push_entry: bool,
) -> Found {
    let graph = life::graph(thread);
    // SAFETY: in a slow section.
    let held = unsafe { thread.held() };
    debug_assert!(all_whole(held) && !is_inner(acquire.new.place.stack));
    let base = thread.base();
    let same_class = held.iter().any(|held| held.is_lock() && held.class.base() == record.base);
    let locks_held = held[base..].iter().filter(|held| held.is_lock()).count();
    if locks_held >= 1 {
        thread.left_evidence.store(1, Ordering::Relaxed);
    }
    // What is proven is proven for what is really held, which a release in progress may have changed already.
    let chain = chain_of(held, base, thread);
    let step = step_of(&acquire.new);
    let longer = extend(chain, step);
    let key = longer ^ ThreadState::get(&thread.context);
    let same_lock = held.iter().any(|held| held.is_lock() && held.is_same_lock(&acquire.new));
    if same_lock {
        acquire.writer_queued = contention::writer_queued(globals, thread, &acquire.new);
    }
    let by_instance = same_class && acquire.info.rules.by_instance;
    if by_instance {
        let alike = held.iter().filter(|held| held.is_lock() && held.class.base() == record.base);
        alike.chain([&acquire.new]).for_each(|held| instances::insert(held.instance));
    }
    // SAFETY: in a slow section.
    let verdicts = unsafe { graph.inner() }.engine.apply(Event::Acquire(unsafe { thread.cx(globals.clock) }, acquire));
    let found = queue(globals, graph, thread, verdicts, Some(key));
    if found.stop.is_some() {
        return found;
    }
    let settled = is_settled(thread);
    // Each time anew: a comparator looks at addresses.
    let compared = acquire.info.rules.compare.is_some();
    let said = acquire.nest.is_some() || acquire.new.ordered().is_some();
    // Of one who passes whoever is queued there is nothing to say, each time.
    let passes = same_lock && acquire.new.mode != Mode::Write && !found.any;
    // Of a lock taken for the first time the engine did not look at everything.
    if push_entry && settled && !compared && !said && (by_instance && !same_lock && !acquire.first || passes) {
        remember_here(thread, key_for_instances(thread, &acquire.new), 0);
    }
    if push_entry && settled && !compared && !by_instance && !same_lock {
        let mut proven = Proven(if same_class { Proven::SAME_CLASS } else { 0 });
        // SAFETY: in a slow section.
        let (cx, engine) = unsafe { (thread.cx(globals.clock), &graph.inner().engine) };
        let more_threads = engine.open_evidence(&cx, &acquire, |instance| proven.gate(thread, instance));
        remember_here(thread, key, proven.here(thread));
        if more_threads {
            graph.chains.set(key, proven.0 | Proven::MORE_THREADS);
            graph.chains.set(thread.own_key(key), proven.0);
        } else {
            graph.chains.set(key, proven.0);
        }
    }
    if push_entry {
        acquire.new.chain = ThreadState::get(&thread.chain);
        let longer = extend(acquire.new.chain, step);
        push(thread, &acquire.new, longer);
    }
    found
}

/// Asks again about an acquisition that waits, as if guards stayed with the thread that took them.
pub(super) fn judge_as_own(globals: &mut Globals, thread: &'static ThreadState, map: &LockMap, waiting: &Held) -> Found {
    let record = map.resolve(globals);
    let upgrade = waiting.flags.has(HeldFlags::UPGRADE);
    let new = Held { chain: 0, state: State::Held, ..*waiting };
    let info = ClassInfo { holder_may_change: false, ..record.info() };
    judge(globals, thread, Acquire { upgrade, ..Acquire::of(new, info) }, record, false)
}

/// The chain key of what is held, from the entries themselves.
fn chain_of(held: &[Held], base: usize, thread: &ThreadState) -> u64 {
    match held.get(base) {
        // The key below the first entry of this context is what the context began with.
        Some(first) => {
            held[base..].iter().filter(|held| held.is_lock()).fold(first.chain, |chain, held| extend(chain, step_of(held)))
        }
        None => ThreadState::get(&thread.chain),
    }
}

/// Remembers a proven chain in this thread.
fn remember_here(thread: &ThreadState, key: u64, more: u64) {
    // If the mask is to be looked at, every acquisition comes the slow way.
    if !config::masks_checked() && is_settled(thread) {
        thread.remember(key, more);
    }
}

/// Whether the keys of this thread say what is held, so that what is found may be remembered by them: nobody is in the middle of a
/// release, nobody else released something of ours, and a handler did not come between the two halves of an acquisition or a release.
fn is_settled(thread: &ThreadState) -> bool {
    !thread.is_shuffling() && thread.untidy.load(Ordering::Relaxed) == 0 && handler::interrupted_whole(thread)
}

/// Delivers what was found and does what the settings say; `pushed` is taken off again if the call does not return.
#[track_caller]
pub(super) fn conclude(thread: &'static ThreadState, found: Found, pushed: Option<&LockMap>) {
    if found.fresh == 0 && found.stop.is_none() {
        return;
    }
    let _errno = super::Errno::keep();
    let found = deliver::deliver(thread, found);
    if let Some(kind) = found.stop {
        deliver::stop(thread, kind);
    }
    if let Some(map) = pushed
        && deliver::will_panic(thread, found)
    {
        map.release();
    }
    deliver::panic_if_wanted(thread, found);
}

/// Before the real release of the hold taken last, by a guard of this mode if it is given.
#[inline(always)]
pub(crate) fn release(map: &LockMap, mode: Option<Mode>) {
    if !current().pop_if(map.address(), mode) {
        release_below(map, mode);
    }
}

/// The lock is not on top: taken out of the middle, or not held at all.
#[cold]
#[inline(never)]
fn release_below(map: &LockMap, mode: Option<Mode>) {
    if config::idle() {
        return;
    }
    let thread = current();
    life::prepare(thread);
    handler::settle(thread, here().1);
    thread.tidy();
    let holds = |held: &Held| is_hold_of(held, map);
    // A hold in another mode is still better than none: the mode of a guard may have been changed by means we did not see.
    let in_mode = thread.last_own(|held| holds(held) && mode.is_none_or(|mode| held.mode.same_guard(mode)));
    if let Some(at) = in_mode.or_else(|| thread.last_own(holds)) {
        take_out(thread, at);
        return;
    }
    let outer = (0..thread.base()).rev().find(|&at| holds(&thread.read(at)));
    if let Some(at) = outer
        && thread.read(at).context == thread.nesting.load(Ordering::Relaxed)
    {
        // A guard that came along into an isolated test.
        thread.release_for(at);
        return;
    }
    if outer.is_none() && map.is_given_out() && thread.forget_given_out(map.instance()) {
        return;
    }
    let place = place_here(thread);
    let found = slow::with(|globals| {
        let record = map.resolve(globals);
        // Where guards stay in their thread, the release is wrong; but it is made, and the other thread holds the lock no longer.
        let elsewhere = release_elsewhere(globals, thread, map) || globals.found_adrift(map.instance());
        if elsewhere && record.guards_move || map.is_given_out() || config::off() {
            return Found::default();
        }
        let class = ClassId::new(record.base, 0);
        event(globals, thread, |cx| Event::UnlockImbalance { cx, class, place })
    });
    if let Some(at) = outer {
        // It is wrong, but made: whatever was interrupted holds it no longer.
        thread.release_for(at);
    }
    conclude(thread, found, None);
}

/// What another thread took is released here: its entry there is freed, and that thread tidies up when it comes by. In a slow
/// section.
///
/// The other thread goes on meanwhile, outside slow sections. If it holds the lock too, as readers may, and releases its own hold and
/// takes another lock between the two steps here, the wrong entry is freed: the lock that it took counts as released, and its release is
/// an `UnlockImbalance`. An entry is too wide to be compared and exchanged, and to let the owner free it would cost every release a look.
fn release_elsewhere(globals: &Globals, me: &ThreadState, map: &LockMap) -> bool {
    for other in globals.others(me) {
        if let Some(at) = (0..other.depth()).rev().find(|&at| is_hold_of(&other.read(at), map)) {
            other.release_for(at);
            return true;
        }
    }
    false
}

/// Whether a guard of the lock may be here that another thread took.
#[cold]
pub(crate) fn came_along(map: &LockMap) -> bool {
    !config::off()
        && slow::with(|globals| {
            let holds = |thread: &ThreadState| thread.entries().any(|held| is_hold_of(&held, map));
            map.resolve(globals).guards_move && (globals.threads().any(holds) || globals.adrift.contains(&map.instance()))
        })
}

/// The thread ends: guards that may move have moved, as far as anybody can tell, and whoever has them now will release them.
pub(super) fn set_adrift(thread: &'static ThreadState) {
    for at in (thread.base()..thread.depth()).rev() {
        let held = thread.read(at);
        let moves = |globals: &mut Globals| {
            let moves = held.is_lock() && globals.record(held.class).is_some_and(|record| record.guards_move);
            if moves {
                globals.adrift.push(held.instance);
            }
            moves
        };
        if at < thread.depth() && slow::with(moves) {
            take_out(thread, at);
        }
    }
}

/// How the lock was taken last in this mode, to take it again.
pub(crate) fn how_held(map: &LockMap, mode: Mode) -> How<'static> {
    let thread = current();
    let hold = thread.entries().rev().find(|held| is_hold_of(held, map) && held.mode.same_guard(mode));
    hold.map_or(How::new(mode), |held| how_of(&held))
}

fn how_of(held: &Held) -> How<'static> {
    let how = How {
        subclass: held.class.subclass(),
        reentrant: held.flags.has(HeldFlags::REENTRANT),
        order: held.ordered(),
        ..How::new(held.mode)
    };
    let nested = held.flags.has(HeldFlags::NESTED) && how.order.is_none();
    if nested { how.nest_lock_at(held.order as usize) } else { how }
}

/// By number, for the lock may have moved since, or another may be where it was: a guard can be forgotten.
pub(crate) fn is_hold_of(held: &Held, map: &LockMap) -> bool {
    held.state == State::Held && held.instance == map.instance()
}

/// Removes an entry, wherever it is, and recomputes the keys above it.
pub(crate) fn take_out(thread: &ThreadState, at: usize) {
    let gone = thread.read(at);
    thread.shuffle(|| {
        thread.free(at);
        if gone.is_lock() || gone.state == State::Waiting {
            thread.instances.store(ThreadState::get(&thread.instances) ^ gone.instance, Ordering::Relaxed);
        }
        rechain(thread, at, gone.chain);
        thread.trim();
    });
}

/// Recomputes the keys from an entry upwards.
pub(super) fn rechain(thread: &ThreadState, from: usize, mut chain: u64) {
    for at in from..thread.depth() {
        let held = thread.read(at);
        thread.set_chain(at, chain);
        if matches!(held.state, State::Held | State::Waiting) {
            chain = extend(chain, step_of(&held));
        }
    }
    thread.chain.store(chain, Ordering::Relaxed);
}

/// The lock is now held in another mode.
pub(crate) fn converted(map: &LockMap, from: Mode, to: Mode) {
    let thread = current();
    if let Some(at) = thread.last_own(|held| is_hold_of(held, map) && held.mode == from) {
        thread.shuffle(|| {
            thread.set_mode(at, to);
            let chain = thread.read(at).chain;
            rechain(thread, at, chain);
        });
    }
}

/// Hands the engine an event of this thread and queues what it finds; in a slow section.
pub(super) fn event<'t>(
    globals: &mut Globals,
    thread: &'static ThreadState,
    event: impl FnOnce(Context<'t>) -> Event<'t>,
) -> Found {
    let graph = life::graph(thread);
    // SAFETY: in a slow section.
    debug_assert!(all_whole(unsafe { thread.held() }));
    // SAFETY: in a slow section.
    let verdicts = unsafe { graph.inner().engine.apply(event(thread.cx(globals.clock))) };
    queue(globals, graph, thread, verdicts, None)
}

/// Whether the engine may see these entries.
fn all_whole(held: &[Held]) -> bool {
    held.iter().all(|held| held.state == State::Free || !is_inner(held.place.stack))
}

/// An event that leaves everything as it is. Whether something is wrong.
fn plain_event(
    site: &'static Location<'static>,
    make: impl for<'t> FnOnce(&mut Globals, Context<'t>, Place) -> Event<'t>,
) -> bool {
    if config::off() {
        return false;
    }
    let thread = current();
    life::prepare(thread);
    malloc::show_places(thread);
    let place = place(thread, site, here());
    let found = slow::with(|globals| {
        // SAFETY: in a slow section.
        let made = make(globals, unsafe { thread.cx(globals.clock) }, place);
        event(globals, thread, |_| made)
    });
    conclude(thread, found, None);
    found.any
}

#[inline(always)]
#[track_caller]
pub(crate) fn might_sleep() {
    check_sleep(Location::caller());
    keep_frame();
}

fn check_sleep(site: &'static Location<'static>) {
    let thread = current();
    thread.drop_ended();
    if thread.nesting.load(Ordering::Relaxed) == 0 && thread.depth() == 0 {
        return;
    }
    // It matters what is held, and whether this is a handler.
    let key = extend(ThreadState::get(&thread.chain), SLEEPER) ^ ThreadState::get(&thread.context);
    if thread.known(key).is_none() && !plain_event(site, |_, cx, place| Event::MightSleep { cx, place }) {
        remember_here(thread, key, 0);
    }
}

#[inline(always)]
#[track_caller]
pub(crate) fn assert_none_held() {
    check_none_held(Location::caller());
    keep_frame();
}

fn check_none_held(site: &'static Location<'static>) {
    let thread = current();
    thread.drop_ended();
    if thread.entries().all(|held| !held.is_lock()) {
        return;
    }
    plain_event(site, |_, cx, place| Event::AssertNoneHeld { cx, place });
}

/// Whether this thread holds the lock.
pub(crate) fn holds(map: &LockMap) -> bool {
    let thread = current();
    thread.drop_ended();
    thread.entries().any(|held| is_hold_of(&held, map))
}

pub(crate) fn assert_held(map: &LockMap, expected: bool, site: &'static Location<'static>) {
    if holds(map) != expected {
        if map.is_given_out() || expected && came_along(map) {
            return;
        }
        plain_event(site, |globals, cx, place| {
            let class = ClassId::new(map.resolve(globals).base, 0);
            let held = cx.held.iter().rev().find(|held| is_hold_of(held, map)).copied();
            Event::AssertHeld { cx, class, held, place }
        });
    }
}

/// Whoever waits on the condition variable is woken from here.
pub(crate) fn notify(map: &LockMap, subclass: u8, site: &'static Location<'static>) {
    let thread = current();
    thread.drop_ended();
    if watchdog::wanted() {
        remember_notifier(thread, map, site);
    }
    // Who holds nothing says something, too: waiters need not wait for who does.
    let says = holds_any(thread) || map.class() != 0;
    if says && !seen_before(thread, map, subclass, Mode::Write, NOTIFY) {
        plain_event(site, |globals, cx, place| {
            let record = map.resolve(globals);
            Event::Notify { cx, condvar: ClassId::new(record.base, subclass), info: record.info(), place }
        });
        now_seen(thread, map, subclass, Mode::Write, NOTIFY);
    }
}

fn holds_any(thread: &ThreadState) -> bool {
    thread.own_entries().any(|held| held.is_lock())
}

/// Before a wait for an initialisation: who holds a lock depends on whoever [comes](notify) to run it.
#[track_caller]
pub(crate) fn check_ready(map: &LockMap, site: &'static Location<'static>) {
    if holds_any(current()) {
        check_only(map, How::write().nested(READY), site, Check::Wait { timed: false });
    }
}

/// Keeps who notifies a condition variable: who waits for it waits for these threads.
#[cold]
fn remember_notifier(thread: &'static ThreadState, map: &LockMap, site: &'static Location<'static>) {
    life::prepare(thread);
    let key = |instance: u64| extend(extend(instance, NOTIFIER), NOTIFIER);
    if map.instance() != 0 && thread.known(key(map.instance())).is_some() {
        return;
    }
    let place = place(thread, site, here());
    watchdog::remember();
    slow::with(|globals| {
        map.resolve(globals);
        globals.notifies(map.instance(), thread, place);
        remember_here(thread, key(map.instance()), 0);
    });
}

/// The lock is dropped: reported if this thread holds it, and everything known of the instance is forgotten.
#[cold]
pub(crate) fn dropped(map: &LockMap) {
    let thread = current();
    let hold = || (0..thread.depth()).find(|&at| is_hold_of(&thread.read(at), map));
    if let Some(first) = hold() {
        let mut found = Found::default();
        if !config::off() && !map.is_given_out() {
            let place = place_here(thread);
            let held = thread.read(first);
            found = slow::with(|globals| event(globals, thread, |cx| Event::Freed { cx, held, place }));
        }
        // Readers and reentrant locks may be held more than once.
        while let Some(at) = hold() {
            take_out(thread, at);
        }
        conclude(thread, found, None);
    }
    let instance = map.instance();
    if watchdog::remembers() {
        slow::with(|globals| globals.forget_notifiers(instance));
    }
    if map.judged_by_instance() && instances::may_contain(instance) {
        slow::with(|globals| {
            let mut known = false;
            for &graph in &globals.graphs {
                // SAFETY: listed graphs are alive; in a slow section.
                let engine = unsafe { &mut (*graph).inner().engine };
                engine.apply(Event::Forget { instance });
                known |= engine.knows_instances();
            }
            if !known {
                instances::clear();
            }
        });
    }
}

/// Before an attempt with a time limit: it may sleep, so it is checked for that, if anything could forbid it.
#[inline(always)]
pub(crate) fn might_wait(map: &LockMap, site: &'static Location<'static>) {
    let thread = current();
    if thread.nesting.load(Ordering::Relaxed) != 0 || thread.depth() != 0 {
        might_wait_here(map, site);
    }
}

#[cold]
fn might_wait_here(map: &LockMap, site: &'static Location<'static>) {
    let thread = current();
    if !seen_before(thread, map, 0, Mode::Write, TIMED) {
        plain_event(site, |globals, cx, place| {
            let record = map.resolve(globals);
            Event::MightWait { cx, class: ClassId::new(record.base, 0), info: record.info(), place }
        });
        now_seen(thread, map, 0, Mode::Write, TIMED);
    }
}

/// A wait for a condition variable: it may sleep, whoever holds a lock meanwhile depends on whoever notifies, and the mutex is
/// taken again at its end.
#[cold]
#[track_caller]
pub(crate) fn check_wait(condvar: &LockMap, mutex: &LockMap, how: How<'_>, timed: bool, site: &'static Location<'static>) {
    let thread = current();
    life::prepare(thread);
    if thread.depth() > thread.base() || thread.nesting.load(Ordering::Relaxed) != 0 {
        check_only(condvar, How::write(), site, Check::Wait { timed });
        check_only(mutex, how, site, Check::Again);
    }
}

#[cfg(test)]
mod tests {
    use core::hint::black_box;

    use super::*;
    use crate::class::LockKind;
    use crate::kind::ReportKind;
    use crate::report::Report;
    use crate::testing::isolated;

    enum Kind {}

    impl LockKind for Kind {
        const NAME: &'static str = "Page";
        const WAIT: WaitType = WaitType::Spin;
    }

    fn pages() -> [LockMap; 3] {
        [(); 3].map(|()| LockMap::new::<Kind, ()>())
    }

    #[inline(never)]
    fn in_turn(locks: [(&LockMap, How<'_>); 2]) {
        locks.into_iter().for_each(|(lock, how)| lock.lock(how, || Some(()), || ()));
        locks.into_iter().rev().for_each(|(lock, _)| lock.release());
    }

    /// A signal between the two halves of a push or a pop: what its handler may do there it may not do where the lock is held.
    #[test]
    fn what_is_proven_half_way_is_not_proven() {
        let half_way: [fn(&ThreadState, u64); 2] = [
            // The key is there, the entry is not.
            |thread, longer| thread.chain.store(longer, Ordering::Relaxed),
            // The entry is reserved; or it is free again, and the key not yet shorter.
            |thread, longer| {
                thread.chain.store(longer, Ordering::Relaxed);
                thread.push(&Held { chain: longer, ..Held::FREE });
            },
        ];
        for half_way in half_way {
            let [lock, ..] = pages();
            let take = || lock.lock(How::write(), || Some(()), || ());
            let reports = isolated(|cx| {
                let thread = current();
                take();
                let longer = ThreadState::get(&thread.chain);
                lock.release();
                let before = (thread.depth(), ThreadState::get(&thread.chain));
                half_way(thread, longer);
                cx.in_handler(libc::SIGUSR1, || {
                    take();
                    lock.release();
                });
                thread.set_depth(before.0);
                thread.chain.store(before.1, Ordering::Relaxed);
                take();
                cx.in_handler(libc::SIGUSR1, take);
            });
            let kinds: Vec<_> = reports.iter().map(Report::kind).collect();
            assert_eq!(kinds, [ReportKind::IrqUsage, ReportKind::Recursion]);
        }
    }

    /// A handler comes between the note of an acquisition and the acquisition: the lock is free, and its entry is true all the same.
    #[test]
    fn what_a_handler_interrupted_is_not_asked_for() {
        let lock = LockMap::new::<Kind, ()>();
        let reports = isolated(|cx| {
            let take = |between: &dyn Fn()| {
                let attempt = || {
                    between();
                    Some(())
                };
                lock.lock_raw(How::write(), true, || false, attempt, || ());
            };
            take(&|| {
                cx.in_handler(libc::SIGUSR1, || {
                    take(&|| ());
                    lock.release();
                });
            });
            lock.release();
        });
        assert_eq!(reports.iter().map(Report::kind).collect::<Vec<_>>(), [ReportKind::Recursion]);
    }

    /// Known without a slow section the second time, whichever the locks; and not when it is not so.
    #[test]
    fn what_is_said_of_an_order_is_remembered_and_looked_at() {
        let [root, one, two] = pages();
        let by_number =
            |first: u64, second: u64| in_turn([(&one, How::write().ordered(first)), (&two, How::write().ordered(second))]);
        let reports = isolated(|_| {
            // From one place, which no compiler doubles, for each has a stack of its own.
            let sections: Vec<u32> = black_box(vec![(1, 2), (1, 2), (1, 2), (7, 9)])
                .into_iter()
                .map(|(first, second)| {
                    by_number(first, second);
                    slow::sections()
                })
                .collect();
            assert_eq!(sections[1..], [sections[1]; 3]);
            by_number(3, 2);
        });
        assert_eq!(reports.iter().map(Report::kind).collect::<Vec<_>>(), [ReportKind::SubclassOrder]);

        let under = |nest: &LockMap| in_turn([(&one, How::write()), (&two, How::write().nest_lock(nest))]);
        let other = LockMap::new::<Kind, u8>();
        let reports = isolated(|_| {
            root.lock(How::write().nested(1), || Some(()), || ());
            let sections: Vec<u32> = (0..black_box(4))
                .map(|_| {
                    under(&root);
                    slow::sections()
                })
                .collect();
            assert_eq!(sections[1..], [sections[1]; 3]);
            under(&other);
            root.release();
        });
        let kinds: Vec<_> = reports.iter().map(Report::kind).collect();
        assert!(kinds.contains(&ReportKind::NestLockNotHeld), "{kinds:?}");
    }
}
