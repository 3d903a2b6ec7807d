//! Holds that may end unseen: of a lock whose raw lock was given out while it was held.
//!
//! Who has the raw lock may forget the guard and release by that alone (dashmap 7 does, for guards that are smaller). So from then on the
//! lock itself is asked whether anybody holds it, before what this thread holds counts: the fast ways of the thread are closed, and
//! whatever comes the slow way comes here first. Somebody else may have the lock by then: so such a hold makes no circle of waiting
//! threads, and where several threads give out raw locks of a class, nothing is asked, and a hold ends as its raw lock is given out.
//!
//! What is known of them changes in slow sections alone. The lock is asked outside of them, for that is somebody's code. Whoever drops it
//! meanwhile waits until it has answered.

use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering};

use super::acquire::{is_hold_of, take_out};
use super::contention::nap;
use super::thread::{ThreadState, current};
use super::{config, slow};
use crate::engine::{ClassId, Held};
use crate::map::LockMap;

/// How many a thread remembers at a time. What is beyond counts as released.
const KEPT: usize = 32;

/// Which thread gives out raw locks of a class, by the class: its number and 1, or [`MANY`]. Classes that share a place are one.
static GIVERS: [AtomicU32; 1 << 16] = [const { AtomicU32::new(0) }; 1 << 16];
const MANY: u32 = u32::MAX;

fn givers(class: ClassId) -> &'static AtomicU32 {
    &GIVERS[class.base() as usize % GIVERS.len()]
}

fn are_many(class: ClassId) -> bool {
    givers(class).load(Ordering::Relaxed) == MANY
}

/// This thread gives one out, too.
fn note_giver(thread: &ThreadState, class: ClassId) {
    let (givers, me) = (givers(class), thread.thread().id.wrapping_add(1));
    let before = givers.compare_exchange(0, me, Ordering::Relaxed, Ordering::Relaxed);
    if before.is_err_and(|other| other != me) {
        givers.store(MANY, Ordering::Relaxed);
    }
}

/// How many locks all threads have that are to be asked.
static ALL: AtomicU32 = AtomicU32::new(0);

/// So long, in milliseconds, whoever drops a lock waits for one who asks it.
const PATIENCE: u32 = 100;

pub(crate) struct Loose {
    all: [One; KEPT],
    /// The lock that is being asked; 0 if none is.
    asking: AtomicU64,
}

/// One that is to be asked comes and goes in slow sections. Any other is this thread's own affair.
struct One {
    /// The number of the lock; 0 if this is none.
    instance: AtomicU64,
    raw: AtomicPtr<()>,
    /// An [`IsHeld`]; null if it counts as over, though its guard may be there still.
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

    /// One that is to be asked.
    fn asked(&self, instance: u64) -> Option<&One> {
        self.find(instance).filter(|one| one.is_asked())
    }

    /// Whether the thread's hold of this lock is one.
    pub(super) fn has(&self, instance: u64) -> bool {
        self.asked(instance).is_some()
    }

    /// A lock is released that the thread does not hold. Whether it had given out its raw lock, so that this is no mistake.
    pub(super) fn was_given_out(&self, instance: u64) -> bool {
        // A lock that nobody took has no number.
        let over = self.find(instance).filter(|one| instance != 0 && !one.is_asked());
        over.map(One::clear).is_some()
    }

    /// All of them are over.
    pub(super) fn clear(&self) {
        self.all.iter().for_each(One::clear);
    }
}

impl One {
    /// It is to be asked from here on; in a slow section.
    fn set(&self, instance: u64, raw: *const (), is_held: IsHeld) {
        if !self.is_asked() {
            ALL.fetch_add(1, Ordering::Relaxed);
        }
        self.instance.store(instance, Ordering::Relaxed);
        self.raw.store(raw.cast_mut(), Ordering::Relaxed);
        self.is_held.store(is_held as *mut (), Ordering::Relaxed);
    }

    /// It counts as over; in a slow section, if it is to be asked.
    fn set_over(&self, instance: u64) {
        if self.is_asked() {
            ALL.fetch_sub(1, Ordering::Relaxed);
        }
        self.is_held.store(core::ptr::null_mut(), Ordering::Relaxed);
        self.instance.store(instance, Ordering::Relaxed);
    }

    /// There is none; as [`set_over`](Self::set_over).
    fn clear(&self) {
        self.set_over(0);
    }

    fn is_asked(&self) -> bool {
        !self.is_held.load(Ordering::Relaxed).is_null()
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
    let hold = || thread.last_own(|held| is_hold_of(held, map));
    let Some(at) = hold().filter(|_| !config::idle()) else { return };
    let (class, instance) = (thread.read(at).class, map.instance());
    note_giver(thread, class);
    // As long as nothing else comes, what has ended takes places.
    settle_if_any(thread);
    let all = &thread.loose;
    let place = all.find(instance).or_else(|| all.find(0)).or_else(|| all.all.iter().find(|one| !one.is_asked()));
    let many = are_many(class);
    match place {
        Some(one) if !many => {
            slow::with(|_| one.set(instance, raw, is_held));
            thread.close_fast_ways();
            return;
        }
        Some(one) if one.is_asked() => slow::with(|_| one.set_over(instance)),
        Some(one) => one.set_over(instance),
        None => {}
    }
    if let Some(at) = hold() {
        take_out(thread, at);
    }
}

/// Before it matters what this thread holds.
#[inline]
pub(super) fn settle_if_any(thread: &ThreadState) {
    if thread.fast_ways_are_closed() && thread.is_prepared() {
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
    for one in thread.loose.all.iter().filter(|one| one.is_asked()) {
        if let Some((hold, raw, is_held)) = slow::with(|_| ask(thread, one)) {
            let asking = Asking(thread);
            let many = are_many(hold.class);
            // SAFETY: whoever drops the lock waits for the answer.
            let held = !many && unsafe { is_held(raw) };
            drop(asking);
            if !held {
                slow::with(|_| if many { one.set_over(hold.instance) } else { one.clear() });
                while let Some(at) = thread.last_own(|held| held.is_lock() && held.instance == hold.instance) {
                    take_out(thread, at);
                }
            }
        }
        open &= !one.is_asked();
    }
    if open {
        thread.open_fast_ways();
    }
}

/// What is to be asked, if it is still held in this context; in a slow section.
fn ask(thread: &ThreadState, one: &One) -> Option<(Held, *const (), IsHeld)> {
    let instance = ThreadState::get(&one.instance);
    let is_of_it = |held: Held| held.is_lock() && held.instance == instance;
    if instance == 0 {
        return None;
    }
    match (0..thread.depth()).rev().find(|&at| is_of_it(thread.read(at))) {
        Some(at) if at >= thread.base() => {
            thread.loose.asking.store(instance, Ordering::Relaxed);
            let (raw, is_held) = one.raw();
            Some((thread.read(at), raw, is_held))
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
        for other in globals.others(thread) {
            let Some(one) = other.loose.asked(instance) else { continue };
            one.clear();
            for at in (0..other.depth()).filter(|&at| is_hold_of(&other.read(at), map)) {
                other.release_for(at);
            }
        }
        thread.loose.asked(instance).map(One::clear).is_some()
    });
    let is_asked = |_: &u32| {
        // Acquire: see `Asking`.
        slow::with(|globals| globals.others(thread).any(|other| other.loose.asking.load(Ordering::Acquire) == instance))
    };
    (0..PATIENCE).take_while(is_asked).for_each(|_| nap());
    own
}
