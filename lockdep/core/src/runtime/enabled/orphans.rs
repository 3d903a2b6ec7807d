//! After `fork`: locks that other threads of the parent held are held for ever in the child, which has none of these threads.
//!
//! They are noted when the child begins. The first checked lock it takes, or its ordinary end, is reported; taking one of the
//! noted locks is certain to hang, so it is looked for again whenever a lock has to be waited for. `exec` discards the note with
//! everything else.

use core::panic::Location;
use core::sync::atomic::{AtomicU8, Ordering};

use allocator_api2::vec::Vec;

use super::acquire::{conclude, event, place, place_here};
use super::globals::Globals;
use super::thread::{ThreadState, current};
use super::{life, slow};
use crate::arena::Arena;
use crate::engine::{Event, Orphan, Place};
use crate::map::LockMap;
use crate::stack::here;

/// Nothing is noted, it is noted, it is noted and was said once.
static NOTE: AtomicU8 = AtomicU8::new(NOTHING);
const NOTHING: u8 = 0;
const NOTED: u8 = 1;
const SAID: u8 = 2;

/// Whether the first lock is still to come.
#[inline]
pub(super) fn unsaid() -> bool {
    NOTE.load(Ordering::Relaxed) == NOTED
}

/// In the child, inside the slow section of the fork: notes what the other threads held, and forgets the threads.
pub(super) fn note(globals: &mut Globals, me: &ThreadState) {
    // What the parent was told of at its own beginning is held as long.
    for thread in globals.keep_only(me) {
        let orphans = thread.not_ended().filter(|held| held.is_lock() && held.lock != 0);
        globals.orphans.extend(orphans.map(|held| Orphan { held, thread: thread.thread() }));
        globals.names.insert(thread.thread().id, thread.name.get());
    }
    let noted = if globals.orphans.is_empty() { NOTHING } else { NOTED };
    NOTE.store(noted, Ordering::Relaxed);
    if noted == NOTED {
        // The next acquisition comes by the slow way, whatever was proven.
        me.forget_chains();
    }
}

/// A lock is taken for the first time, or has to be waited for.
#[cold]
pub(super) fn check(map: &LockMap, site: &'static Location<'static>) {
    let noted = NOTE.load(Ordering::Relaxed);
    if noted == NOTHING {
        return;
    }
    let thread = current();
    let place = place(thread, site, here());
    report(thread, Some(map.address()), noted == NOTED, place);
}

/// The child ends without having taken a lock.
pub(super) fn end_of_process() {
    if unsaid() {
        let thread = current();
        let place = place_here(thread);
        report(thread, None, true, place);
    }
}

/// Reports the orphan that is being taken, or, if `any`, all of them.
fn report(thread: &'static ThreadState, lock: Option<usize>, any: bool, place: Place) {
    life::prepare(thread);
    let found = slow::with(|globals| {
        let mut orphans = Vec::new_in(Arena);
        orphans.extend(globals.orphans.iter().filter(|orphan| Some(orphan.held.lock) == lock).copied());
        let taken = !orphans.is_empty();
        if !taken && any {
            orphans.extend(globals.orphans.iter().copied());
        }
        if orphans.is_empty() {
            return None;
        }
        NOTE.store(SAID, Ordering::Relaxed);
        // Kept: it happens once or twice in a process, and the event lives as long as the thread as far as it is told.
        let orphans = crate::arena::immortal_slice(&orphans);
        let end = lock.is_none();
        Some(event(globals, thread, |cx| Event::Forked { cx, orphans, taken, end, place }))
    });
    if let Some(found) = found {
        conclude(thread, found, None);
    }
}
