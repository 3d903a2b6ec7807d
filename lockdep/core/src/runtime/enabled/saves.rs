//! Saves and restores of the mask by plain calls: `pthread_sigmask` with an old mask asked for, and later with that mask given back.
//!
//! Such calls may do as they please, and most do not come in pairs. Two things are wrong whatever was meant:
//!
//! * **The saved mask is put back with `SIG_BLOCK`**, which opens nothing: what the save blocked stays blocked. It is a restore if no
//!   old mask is asked for, and the set is the very one that the save filled; or if it is empty, for that does nothing else.
//! * **A mask is put back that was saved inside a section which has ended**: crossed restores leave blocked what the inner save
//!   found blocked.
//!
//! Only a few open saves are remembered in a thread, the latest; and none in handlers, whose mask the kernel puts back.

use core::ffi::c_int;
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::acquire::{conclude, event, place_here};
use super::slow;
use super::thread::ThreadState;
use crate::engine::{Event, Hint, Place};

/// A save.
pub(crate) struct Save {
    /// Where the old mask was written to; 0: none.
    address: AtomicU64,
    /// The old mask.
    found: AtomicU64,
    /// What the call blocked.
    blocked: AtomicU64,
    /// An outer save was restored meanwhile.
    outlived: AtomicU64,
    stack: AtomicU32,
}

/// The last few saves of a thread, the latest last.
pub(crate) struct Saves([Save; 4]);

impl Saves {
    pub(crate) const fn new() -> Saves {
        Saves(
            [const {
                Save {
                    address: AtomicU64::new(0),
                    found: AtomicU64::new(0),
                    blocked: AtomicU64::new(0),
                    outlived: AtomicU64::new(0),
                    stack: AtomicU32::new(0),
                }
            }; 4],
        )
    }
}

/// A call, before it is made.
#[derive(Clone, Copy)]
pub(super) struct Call {
    pub(super) how: c_int,
    /// The set, and where it is.
    pub(super) set: u64,
    pub(super) set_address: usize,
    /// Where the old mask goes to; 0: nowhere.
    pub(super) old_address: usize,
    pub(super) before: u64,
    pub(super) after: u64,
}

/// Judges a call as a restore, and remembers it as a save.
pub(super) fn judge(thread: &'static ThreadState, call: Call) {
    if thread.nesting.load(Ordering::Relaxed) != 0 {
        return;
    }
    if call.old_address == 0 {
        restore(thread, call);
    } else if call.after & !call.before != 0 {
        remember(thread, call);
    }
}

fn restore(thread: &'static ThreadState, call: Call) {
    let saves = &thread.saves.0;
    let get = ThreadState::get;
    let is_its = |save: &Save| get(&save.address) == call.set_address as u64 && get(&save.found) == call.set;
    let found = match call.how {
        libc::SIG_SETMASK => saves.iter().rposition(|save| get(&save.address) != 0 && is_its(save)),
        libc::SIG_BLOCK => {
            let by_content = |save: &Save| call.set == 0 && get(&save.address) != 0 && get(&save.found) == 0;
            saves.iter().rposition(|save| get(&save.address) != 0 && (is_its(save) || by_content(save)))
        }
        _ => None,
    };
    let Some(at) = found else { return };
    let save = &saves[at];
    let (blocked, outlived) = (get(&save.blocked), get(&save.outlived) != 0);
    let saved = Place { site: 0, stack: save.stack.load(Ordering::Relaxed) };
    save.address.store(0, Ordering::Relaxed);
    if call.how == libc::SIG_SETMASK {
        for inner in &saves[at + 1..] {
            inner.outlived.store(1, Ordering::Relaxed);
        }
        let again = call.after & !call.before;
        if outlived && again != 0 {
            report(thread, Hint::RestoreBlocks, again, saved);
        }
    } else if blocked & call.before == blocked {
        report(thread, Hint::RestoredByBlock, blocked, saved);
    }
}

fn report(thread: &'static ThreadState, hint: Hint, signals: u64, saved: Place) {
    let place = place_here(thread);
    let found = slow::with(|globals| event(globals, thread, |cx| Event::PlainRestore { cx, hint, signals, saved, place }));
    conclude(thread, found, None);
}

fn remember(thread: &'static ThreadState, call: Call) {
    let saves = &thread.saves.0;
    let get = ThreadState::get;
    // One that writes to the same place takes the place of the other.
    let same = saves.iter().position(|save| get(&save.address) == call.old_address as u64);
    // The others move up: the latest is the last.
    for at in same.unwrap_or(0)..saves.len() - 1 {
        let (to, from) = (&saves[at], &saves[at + 1]);
        to.address.store(get(&from.address), Ordering::Relaxed);
        to.found.store(get(&from.found), Ordering::Relaxed);
        to.blocked.store(get(&from.blocked), Ordering::Relaxed);
        to.outlived.store(get(&from.outlived), Ordering::Relaxed);
        to.stack.store(from.stack.load(Ordering::Relaxed), Ordering::Relaxed);
    }
    let last = &saves[saves.len() - 1];
    last.found.store(call.before, Ordering::Relaxed);
    last.blocked.store(call.after & !call.before, Ordering::Relaxed);
    last.outlived.store(0, Ordering::Relaxed);
    last.stack.store(place_here(thread).stack, Ordering::Relaxed);
    last.address.store(call.old_address as u64, Ordering::Relaxed);
}
