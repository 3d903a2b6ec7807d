//! Holds that may end unseen: of a lock whose raw lock was given out while it was held.
//!
//! Who has the raw lock may forget the guard and release by that alone (dashmap 7 does, for guards that are smaller). So from then on the
//! lock itself is asked whether anybody holds it, before what this thread holds counts: the fast ways of the thread are closed, and
//! whatever comes the slow way comes here first. Somebody else may have the lock by then; so such a hold makes no circle of waiting
//! threads.
//!
//! What is known of them changes in slow sections alone. The lock is asked outside of them, for that is somebody's code. Whoever drops it
//! meanwhile waits until it has answered.

use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering};

use super::acquire::{is_hold_of, take_out};
use super::contention::nap;
use super::thread::{ThreadState, current};
use super::{config, slow};
use crate::engine::Held;
use crate::map::LockMap;

/// How many a thread remembers at a time. What is beyond counts as released.
const KEPT: usize = 32;

/// How many all threads have.
static ALL: AtomicU32 = AtomicU32::new(0);

/// So long, in milliseconds, whoever drops a lock waits for one who asks it.
const PATIENCE: u32 = 100;

pub(crate) struct Loose {
    all: [One; KEPT],
    /// The lock that is being asked; 0 if none is.
    asking: AtomicU64,
}

struct One {
    /// The number of the lock; 0 if this is none.
    instance: AtomicU64,
    raw: AtomicPtr<()>,
    /// An [`IsHeld`].
    is_held: AtomicPtr<()>,
}

/// Asks the raw lock whether anybody holds it.
///
/// # Safety
///
/// It is there.
pub(crate) type IsHeld = unsafe fn(*const ()) -> bool;

impl Loose {
    pub(crate) const fn new() -> Loose {
        Loose {
            all: [const {
                One {
                    instance: AtomicU64::new(0),
                    raw: AtomicPtr::new(core::ptr::null_mut()),
                    is_held: AtomicPtr::new(core::ptr::null_mut()),
                }
            }; KEPT],
            asking: AtomicU64::new(0),
        }
    }

    fn find(&self, instance: u64) -> Option<&One> {
        self.all.iter().find(|one| ThreadState::get(&one.instance) == instance)
    }

    /// Whether the thread's hold of this lock is one.
    pub(super) fn has(&self, instance: u64) -> bool {
        self.find(instance).is_some()
    }

    /// All of them are over.
    pub(super) fn clear(&self) {
        self.all.iter().for_each(One::clear);
    }
}

impl One {
    fn set(&self, instance: u64, raw: *const (), is_held: IsHeld) {
        self.raw.store(raw.cast_mut(), Ordering::Relaxed);
        self.is_held.store(is_held as *mut (), Ordering::Relaxed);
        if self.instance.swap(instance, Ordering::Relaxed) == 0 {
            ALL.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn clear(&self) {
        if self.instance.swap(0, Ordering::Relaxed) != 0 {
            ALL.fetch_sub(1, Ordering::Relaxed);
        }
    }

    fn raw(&self) -> (*const (), IsHeld) {
        // SAFETY: stored by `set`, as what it is.
        let is_held = unsafe { core::mem::transmute::<*mut (), IsHeld>(self.is_held.load(Ordering::Relaxed)) };
        (self.raw.load(Ordering::Relaxed), is_held)
    }
}

/// A lock of a thread is being asked.
struct Asking<'t>(&'t ThreadState);

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        // Release: the answer comes before.
        self.0.loose.asking.store(0, Ordering::Release);
    }
}

/// The raw lock is given out.
pub(crate) fn given_out(map: &LockMap, raw: *const (), is_held: IsHeld) {
    let thread = current();
    if config::idle() || !thread.own_entries().any(|held| is_hold_of(&held, map)) {
        return;
    }
    // As long as nothing new comes, what has ended takes places.
    settle(thread);
    let kept = slow::with(|_| {
        let loose = &thread.loose;
        let one = loose.find(map.instance()).or_else(|| loose.find(0))?;
        one.set(map.instance(), raw, is_held);
        thread.close_fast_ways();
        Some(())
    });
    if kept.is_none()
        && let Some(at) = thread.last_own(|held| is_hold_of(held, map))
    {
        take_out(thread, at);
    }
}

/// Before it matters what this thread holds.
#[inline]
pub(super) fn settle_if_any(thread: &ThreadState) {
    if thread.fast_ways_are_closed() {
        settle(thread);
    }
}

/// Takes out what has ended unseen. The fast ways are open again if nothing is left that may.
#[cold]
pub(super) fn settle(thread: &ThreadState) {
    if thread.loose.asking.load(Ordering::Relaxed) != 0 {
        // On top of an answer.
        return;
    }
    let mut open = true;
    for one in thread.loose.all.iter().filter(|one| ThreadState::get(&one.instance) != 0) {
        if let Some((instance, raw, is_held)) = slow::with(|_| ask(thread, one)) {
            let asking = Asking(thread);
            // SAFETY: whoever drops the lock waits for the answer.
            let held = unsafe { is_held(raw) };
            drop(asking);
            if !held {
                slow::with(|_| one.clear());
                while let Some(at) = thread.last_own(|held| held.is_lock() && held.instance == instance) {
                    take_out(thread, at);
                }
            }
        }
        open &= ThreadState::get(&one.instance) == 0;
    }
    if open {
        thread.open_fast_ways();
    }
}

/// What is to be asked, if it is still held in this context; in a slow section.
fn ask(thread: &ThreadState, one: &One) -> Option<(u64, *const (), IsHeld)> {
    let instance = ThreadState::get(&one.instance);
    let is_of_it = |held: Held| held.is_lock() && held.instance == instance;
    if instance == 0 {
        return None;
    }
    match (0..thread.depth()).rev().find(|&at| is_of_it(thread.read(at))) {
        Some(at) if at >= thread.base() => {
            thread.loose.asking.store(instance, Ordering::Relaxed);
            let (raw, is_held) = one.raw();
            Some((instance, raw, is_held))
        }
        Some(_) => None,
        // Released as usual.
        None => {
            one.clear();
            None
        }
    }
}

/// The lock goes, so all that this thread and others hold of it has ended. Whether this thread held it so.
pub(super) fn dropped(thread: &ThreadState, map: &LockMap) -> bool {
    if ALL.load(Ordering::Relaxed) == 0 {
        return false;
    }
    let instance = map.instance();
    let own = slow::with(|globals| {
        for other in globals.others(thread).filter(|other| other.loose.has(instance)) {
            other.loose.find(instance).into_iter().for_each(One::clear);
            for at in (0..other.depth()).filter(|&at| is_hold_of(&other.read(at), map)) {
                other.release_for(at);
            }
        }
        let own = thread.loose.find(instance);
        own.into_iter().for_each(One::clear);
        own.is_some()
    });
    let is_asked = |_: &u32| {
        // Acquire: see `Asking`.
        slow::with(|globals| globals.others(thread).any(|other| other.loose.asking.load(Ordering::Acquire) == instance))
    };
    (0..PATIENCE).take_while(is_asked).for_each(|_| nap());
    own
}
