//! Irq sections: entries of the held stack that keep signals blocked.

use core::panic::Location;
use core::sync::atomic::{Ordering, compiler_fence};

use super::acquire::{conclude, event, place, place_here, place_here_of_entry, place_of_entry, stack_here, take_out, whole};
use super::raw::Found;
use super::thread::{ThreadState, current};
use super::{config, deliver, handler, lazy, life, slow};
use crate::engine::{ClassId, Event, Held, HeldFlags, Inherited, Place, Reopen, State, Unmask};
use crate::irq::{line_bits, lines};
use crate::kind::Mode;
use crate::map::LockMap;
use crate::runtime::mask;
use crate::stack::here;

/// An open section: the number of its entry, and the mask it found.
#[derive(Clone, Copy)]
pub(crate) struct Opened {
    serial: u64,
    pub(crate) found: u64,
}

/// This thread, prepared, in the context that this code really runs in.
#[inline(always)]
pub(super) fn settled() -> &'static ThreadState {
    let thread = current();
    life::prepare(thread);
    handler::settle(thread, here().1);
    thread
}

/// Blocks the lines and opens a section. Its stack is `named` if a lock is going to give it its own: see [`bind`].
///
/// Inside another section, outside handlers, nothing is blocked: then it is no more than an entry. Where the lines are blocked
/// lazily, it is one and the flag.
#[inline(always)]
#[track_caller]
pub(crate) fn open(state: State, site: &'static Location<'static>, named: bool) -> Opened {
    let thread = current();
    let (found, lines) = (ThreadState::get(&thread.mask), line_bits());
    let room = thread.has_room();
    let inside = lines & !found == 0;
    if room
        && thread.outside_handlers()
        && (inside && is_known(thread, lines)
            || lines & found == 0 && lazy::takes_a_flag(thread, lines) && !config::masks_checked())
    {
        let stack = if named && inside { 0 } else { stack_here(thread, site) };
        let place = Place { site: core::ptr::from_ref(site).expose_provenance(), stack };
        if !inside {
            // The flag first, as in `block_and_open` the real mask.
            lazy::raise_flag(thread, lines);
            thread.set_mask_outside_handlers(found | lines);
            thread.stamp(&thread.last_off, place);
        }
        return push_section(thread, state, place, found | lines, found, 0);
    }
    block_and_open(state, site)
}

/// Whether it is known why these signals are off: because of a section, until its end. Where calls are followed, all that changes masks is
/// known.
#[inline(always)]
fn is_known(thread: &ThreadState, off: u64) -> bool {
    cfg!(feature = "interpose") || thread.section_blocks(off)
}

/// What is off for another reason may be so no more: a handler that nobody knows of found it off, and has returned.
fn adopt_real_if_doubtful(thread: &ThreadState, lines: u64) {
    let off = lines & ThreadState::get(&thread.mask);
    if off == 0 || is_known(thread, off) {
        return;
    }
    let real = lazy::current(thread);
    thread.adopt(real);
    // Nor was it off for what was taken since.
    for at in thread.base()..thread.depth() {
        let mask = thread.read(at).mask;
        if mask & off & !real != 0 {
            thread.set_mask_of(at, mask & !(off & !real));
        }
    }
}

/// Puts the entry of a section on top.
#[inline(always)]
fn push_section(thread: &ThreadState, state: State, place: Place, mask: u64, found: u64, nesting: u8) -> Opened {
    let serial = ThreadState::get(&thread.serial) + 1;
    thread.serial.store(serial, Ordering::Relaxed);
    thread.push(&Held {
        lock: 0,
        class: ClassId::NONE,
        state,
        mode: Mode::Write,
        flags: HeldFlags(0),
        context: nesting,
        mask,
        place,
        chain: ThreadState::get(&thread.chain),
        instance: serial,
        order: found,
    });
    Opened { serial, found }
}

#[cold]
#[inline(never)]
fn block_and_open(state: State, site: &'static Location<'static>) -> Opened {
    let thread = settled();
    let lines = lines().bits();
    let place = place_of_entry(thread, site, here());
    compare_if_wanted(thread, place);
    adopt_real_if_doubtful(thread, lines);
    let mut found = ThreadState::get(&thread.mask);
    if lines & !found != 0 {
        // The real mask first: a signal in between finds the section not yet open and does for itself.
        found = lazy::block(thread, lines);
        thread.adopt(found);
        thread.set_mask(found | lines);
        thread.stamp(&thread.last_off, place);
    }
    let blocked = found | lines;
    life::make_room(thread);
    push_section(thread, state, place, blocked, found, thread.nesting.load(Ordering::Relaxed))
}

/// `irq::disable`: a section that `irq::enable` ends.
#[inline(always)]
#[track_caller]
pub(crate) fn disable(site: &'static Location<'static>) {
    let thread = settled();
    // Again inside itself it adds nothing.
    let lines = line_bits();
    if thread.top_is_disabled() && lines & !ThreadState::get(&thread.mask) == 0 && is_known(thread, lines) {
        return;
    }
    open(State::Disabled, site, false);
}

/// The section gets the name of the lock taken with it, which is on top.
pub(crate) fn bind(opened: Opened, map: &LockMap) {
    let thread = current();
    if thread.bind(opened.serial, map.address()) {
        return;
    }
    let Some(at) = find(thread, opened.serial) else { return };
    let top = thread.depth() - 1;
    let lock = thread.read(top);
    if lock.lock == map.address() && top > at {
        thread.set_name(at, &lock);
    }
}

fn find(thread: &ThreadState, serial: u64) -> Option<usize> {
    thread.last_own(|held| held.state == State::Section && held.instance == serial)
}

/// `irq::enable`.
#[inline(always)]
#[track_caller]
pub(crate) fn enable(site: &'static Location<'static>) {
    let thread = current();
    let after = ThreadState::get(&thread.mask) & !line_bits();
    // Another one further out ends as well.
    if thread.top_is_disabled_alone(after) && end_lazily(thread, after, Some(site)) {
        return;
    }
    enable_whatever_was(site);
}

#[cold]
#[inline(never)]
fn enable_whatever_was(site: &'static Location<'static>) {
    let thread = settled();
    adopt_real_if_idle(thread);
    let place = place_of_entry(thread, site, here());
    let after = ThreadState::get(&thread.mask) & !lines().bits();
    close(thread, Reopen::Enable, None, after, place);
}

/// The end of `lock_irq`.
pub(crate) fn end_lock_irq(opened: Opened) {
    let thread = settled();
    let after = ThreadState::get(&thread.mask) & !lines().bits();
    if opened.found == after && thread.top_is_section(opened.serial) && end_lazily(thread, after, None) {
        return;
    }
    let place = place_here_of_entry(thread);
    close(thread, Reopen::LockIrq, Some(opened), after, place);
}

/// The end of a section that puts back what it found. If that is what is, and the section is the innermost, its entry goes.
#[inline(always)]
#[track_caller]
pub(crate) fn restore(opened: Opened, site: Option<&'static Location<'static>>) {
    let thread = current();
    if thread.outside_handlers() && thread.top_is_section(opened.serial) {
        if opened.found == ThreadState::get(&thread.mask) {
            thread.pop();
            return;
        }
        if end_lazily(thread, opened.found, site) {
            return;
        }
    }
    put_back(opened, site);
}

/// Ends the section on top, which opens what it found open, if nothing is to be done but to clear the flag: no rule has anything
/// to say, for nobody further out relies on what is opened. Whether it did.
#[inline(never)]
fn end_lazily(thread: &'static ThreadState, after: u64, site: Option<&'static Location<'static>>) -> bool {
    // What is blocked by the flag is blocked: if this is, nothing is that was open.
    let opened = ThreadState::get(&thread.mask) ^ after;
    let nothing_else = thread.outside_handlers() && lazy::blocked_by_flag(thread, opened);
    if !nothing_else || thread.relies_on(opened) || config::masks_checked() {
        return false;
    }
    let place = match site {
        Some(site) => Place { site: core::ptr::from_ref(site).expose_provenance(), stack: 0 },
        None => place_here_of_entry(thread),
    };
    // As in `close`.
    thread.pop();
    thread.set_mask_outside_handlers(after);
    thread.stamp(&thread.last_on, place);
    if lazy::lower_flag(thread, opened) {
        lazy::hand_over(thread, opened);
    }
    true
}

#[cold]
#[inline(never)]
fn put_back(opened: Opened, site: Option<&'static Location<'static>>) {
    let thread = settled();
    let place = match site {
        Some(site) => place_of_entry(thread, site, here()),
        None => place_here_of_entry(thread),
    };
    close(thread, Reopen::Restore, Some(opened), opened.found, place);
}

/// Judges a change of the mask, closes the sections it ends, and makes it; `place` is one of an entry.
fn close(thread: &'static ThreadState, how: Reopen, opened: Option<Opened>, after: u64, place: Place) {
    compare_if_wanted(thread, place);
    let before = ThreadState::get(&thread.mask);
    let mut own = opened.and_then(|opened| find(thread, opened.serial));
    let mut found = Found::default();
    if worth_asking(thread, how, own, before, after) && !config::off() {
        let unmask = Unmask { how, mask: after, own, place: whole(thread, place) };
        found = slow::with(|globals| {
            let found = event(globals, thread, |cx| Event::Unmask(cx, unmask));
            spoil(thread, found.any);
            found
        });
        let fresh = found.fresh != 0;
        found = deliver::deliver(thread, found);
        if fresh {
            // Looked for again: a report callback may have taken locks, and closed the gaps of the stack.
            own = opened.and_then(|opened| find(thread, opened.serial));
        }
    }
    let mut undone = 0;
    if let Some(own) = own {
        undone |= blocked_by(&thread.read(own));
        take_out(thread, own);
    }
    if how != Reopen::LockIrq {
        undone |= end_disabled(thread, own.unwrap_or(thread.base()));
    }
    if after != before {
        // The shadow first: a signal that arrives as soon as it may finds it open. Only what changes is touched: the rest of
        // the real mask may be foreign code's.
        thread.set_mask(after);
        let opens = before & !after != 0;
        if (before ^ after) & !undone != 0 {
            thread.stamp_change(opens, whole(thread, place));
        } else {
            thread.stamp(if opens { &thread.last_on } else { &thread.last_off }, place);
        }
        lazy::change(thread, before, after);
    }
    if config::idle() && thread.depth() == thread.base() {
        // See `adopt_real_if_idle`.
        thread.set_mask(0);
    }
    deliver::panic_if_wanted(thread, found);
}

/// Where nothing is checked nobody follows what handlers and foreign code make of the mask. So it is known inside sections only, and
/// taken for open elsewhere: the next section blocks for real.
#[inline(always)]
fn adopt_real_if_idle(thread: &ThreadState) {
    if config::idle() {
        thread.adopt(lazy::current(thread));
    }
}

/// Whether the rules could have something to say: anything but the end of the innermost section that opens what it blocked.
fn worth_asking(thread: &ThreadState, how: Reopen, own: Option<usize>, before: u64, after: u64) -> bool {
    let opened = before & !after;
    let lost = own.is_none() && how != Reopen::Enable;
    // There what opens signals whatever was before is wrong.
    let in_handler = how != Reopen::Restore && opened != 0 && thread.handler.load(Ordering::Relaxed) != 0;
    let others = (thread.base()..thread.depth()).filter(|&at| Some(at) != own).any(|at| {
        let held = thread.read(at);
        let ends = how == Reopen::Enable && held.state == State::Disabled;
        let crossed = own.is_some_and(|own| at > own && held.state == State::Section);
        held.state != State::Free && (held.mask & opened != 0 && !ends || crossed)
    });
    lost || in_handler || others || after & !before != 0
}

/// After a report about pairing, the open sections are not reported again.
pub(super) fn spoil(thread: &ThreadState, reported: bool) {
    if reported {
        for at in thread.base()..thread.depth() {
            let section = thread.read(at);
            if matches!(section.state, State::Section | State::Disabled) {
                thread.set_flags(at, section.flags.with(HeldFlags::SPOILED));
            }
        }
    }
}

/// What a section blocked.
fn blocked_by(section: &Held) -> u64 {
    section.mask & !section.order
}

/// Ends the sections of `irq::disable` from an entry upwards. What they blocked.
fn end_disabled(thread: &ThreadState, from: usize) -> u64 {
    let mut blocked = 0;
    for at in (from..thread.depth()).rev() {
        let held = thread.read(at);
        if at < thread.depth() && held.state == State::Disabled {
            blocked |= blocked_by(&held);
            take_out(thread, at);
        }
    }
    blocked
}

/// Makes the mask what it was, whatever was made of it meanwhile.
pub(super) fn reset_mask(thread: &'static ThreadState, mask: u64) {
    let now = ThreadState::get(&thread.mask);
    if now != mask {
        thread.set_mask(mask);
        lazy::change(thread, now, mask);
    }
}

/// Takes everything off that this context left on the stack: it is not the interrupted code's.
pub(crate) fn discard_own(thread: &ThreadState) {
    discard_down_to(thread, thread.base());
}

/// Takes everything off above this depth.
pub(super) fn discard_down_to(thread: &ThreadState, depth: usize) {
    while thread.depth() > depth {
        let top = thread.depth() - 1;
        let left = thread.read(top);
        if left.state == State::Section && left.instance == ThreadState::get(&thread.counted_serial) {
            thread.counted.store(0, Ordering::Relaxed);
        }
        take_out(thread, top);
    }
}

/// Counted sections: the first masks, then counts.
pub(crate) fn counted_begin(site: &'static Location<'static>) -> Opened {
    let thread = settled();
    let count = thread.counted.load(Ordering::Relaxed);
    if count != 0 {
        let serial = ThreadState::get(&thread.counted_serial);
        thread.counted.store(count + 1, Ordering::Relaxed);
        return Opened { serial, found: find(thread, serial).map_or(0, |at| thread.read(at).order) };
    }
    let opened = open(State::Section, site, false);
    // In this order: a handler that comes before the first is the first itself, one that comes later counts on, and none changes the number.
    thread.counted.store(1, Ordering::Relaxed);
    compiler_fence(Ordering::SeqCst);
    thread.counted_serial.store(opened.serial, Ordering::Relaxed);
    opened
}

/// The last one restores what the first found.
pub(crate) fn counted_end(opened: Opened) {
    let thread = current();
    let count = thread.counted.load(Ordering::Relaxed);
    if count == 0 || opened.serial != ThreadState::get(&thread.counted_serial) {
        // The test or handler that left this behind is over, and its section with it.
        return;
    }
    thread.counted.store(count - 1, Ordering::Relaxed);
    if count == 1 {
        restore(opened, None);
    }
}

pub(crate) fn enabled() -> bool {
    let thread = settled();
    adopt_real_if_idle(thread);
    adopt_real_if_doubtful(thread, lines().bits());
    ThreadState::get(&thread.mask) & lines().bits() == 0
}

/// Compares the shadow with the real mask.
pub(crate) fn sync(site: &'static Location<'static>) {
    let thread = settled();
    compare(thread, place(thread, site, here()));
}

/// The same, where the settings want it.
#[inline(always)]
pub(super) fn compare_if_wanted(thread: &'static ThreadState, place: Place) {
    // While it delivers, all is blocked.
    if config::masks_checked() && thread.delivering.load(Ordering::Relaxed) == 0 {
        compare(thread, whole(thread, place));
    }
}

fn compare(thread: &'static ThreadState, place: Place) {
    let real = lazy::current(thread);
    let signals = real ^ ThreadState::get(&thread.mask);
    let seen = &thread.mask_seen;
    let since = Place { site: ThreadState::get(&seen.site) as usize, stack: seen.stack.load(Ordering::Relaxed) };
    if config::masks_checked() {
        seen.site.store(place.site as u64, Ordering::Relaxed);
        seen.stack.store(place.stack, Ordering::Relaxed);
    }
    if signals == 0 {
        return;
    }
    thread.adopt(real);
    if !config::off() {
        let since = (since != Place::default()).then_some(since);
        let found = slow::with(|globals| event(globals, thread, |cx| Event::MaskImbalance { cx, signals, since, place }));
        conclude(thread, found, None);
    }
}

/// What a thread that is started here finds blocked because this one is in a section: nothing, in most cases.
///
/// Whoever starts a thread asks this before, and lets the new thread [`inherit`] the answer.
pub(super) fn inheritance() -> Option<Inherited> {
    let thread = current();
    if config::off() || !thread.entries().any(|held| is_section(&held)) {
        return None;
    }
    let started = place_here(thread);
    let sections = || thread.entries().filter(is_section);
    let signals = sections().fold(0, |signals, section| signals | blocked_by(&section));
    let section = sections().find(|section| blocked_by(section) != 0)?;
    Some(Inherited { signals: signals & ThreadState::get(&thread.mask), section, parent: thread.thread(), started })
}

fn is_section(held: &Held) -> bool {
    matches!(held.state, State::Section | State::Disabled)
}

/// In the new thread, before anything else: what it found blocked was not meant for it. Of a thread that takes no lock nothing more
/// is heard.
pub(super) fn inherit(inherited: Option<Inherited>) {
    let thread = current();
    if let Some(inherited) = inherited {
        thread.born.store(inherited.signals, Ordering::Relaxed);
        let kept = crate::arena::allocate_for::<Inherited>(1);
        // SAFETY: fresh memory for one.
        unsafe { kept.write(inherited) };
        thread.inherited.store(kept, Ordering::Relaxed);
    }
}

/// Of a thread that took no lock nothing is said.
pub(super) fn forget_inherited(thread: &ThreadState) {
    let inherited = thread.inherited.swap(core::ptr::null_mut(), Ordering::Relaxed);
    if !inherited.is_null() {
        // SAFETY: allocated by `inherit`, and out of the thread's state: nobody else has it.
        unsafe { crate::arena::free_for(inherited, 1) };
    }
}

/// The thread learns something new about a lock, or ends: if what it inherited is still blocked, and no longer in the thread that
/// blocked it for a moment, nobody is going to open it.
#[cold]
pub(super) fn say_inherited(thread: &'static ThreadState, ends: bool) {
    let inherited = thread.inherited.swap(core::ptr::null_mut(), Ordering::Relaxed);
    if inherited.is_null() {
        return;
    }
    // SAFETY: allocated by `inherit`, and out of the thread's state: nobody else has it.
    let (parent, blocked) = unsafe { ((*inherited).parent.id, (*inherited).signals) };
    let moment_is_over = slow::with(|globals| {
        let parent = globals.threads().find(|other| other.thread().id == parent);
        parent.is_none_or(|parent| ThreadState::get(&parent.mask) & blocked != blocked)
    });
    if !moment_is_over && !ends {
        // Whoever started the thread may stay in the section for as long as the thread lives.
        return thread.inherited.store(inherited, Ordering::Relaxed);
    }
    // SAFETY: as above.
    let inherited = unsafe {
        let copy = inherited.read();
        crate::arena::free_for(inherited, 1);
        copy
    };
    // What it blocks itself, in sections of its own, it opens again.
    let sections = thread.entries().filter(is_section);
    let own = sections.fold(0, |own, section| own | blocked_by(&section));
    let signals = inherited.signals & mask::current() & !own;
    if signals == 0 || config::off() {
        return;
    }
    // Said here or nowhere, and not at the end as well.
    thread.born.store(ThreadState::get(&thread.born) | signals, Ordering::Relaxed);
    if !moment_is_over {
        return;
    }
    let place = place_here(thread);
    let inherited = Inherited { signals, ..inherited };
    let found = slow::with(|globals| event(globals, thread, |cx| Event::Inherited { cx, inherited, place }));
    conclude(thread, found, None);
}
