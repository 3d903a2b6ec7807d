//! The rules: events in, verdicts out.
//!
//! The engine learns in which order lock *classes* are taken and in which signal context, and says what could go wrong. It is
//! a plain value: no statics, no threads, no signals, no clock, no I/O, no unsafe. Whoever drives it (the runtime, a test, an
//! oracle) hands it one [`Event`] after the other with the [`Context`] it happens in; what is wrong comes back as
//! [`Verdict`]s. It allocates only from the allocator it was given.
//!
//! # Words
//!
//! * **class**: locks that play one role. All rules speak of classes; an instance is asked for only where the rule says so.
//! * **held**: the locks a thread has taken and not released, outermost first, with the mode, the mask and the place.
//! * **context**: the thread itself, or one run of a signal's handler on top of it. Locks below [`Context::base`] belong to
//!   the interrupted code.
//! * **dependency**: `A → B`, "B was waited for while A was held". Four kinds, from who holds (**E**xclusive or **S**hared)
//!   and who waits (a recursive **R**eader or a**N**ybody else): `EN`, `ER`, `SN`, `SR`.
//! * **strong path**: dependencies in a row in which no `→R` is followed by an `S→`, for a recursive reader does not wait
//!   for a reader. A closed strong path is a possible deadlock, any other closed path is not. (An upgrade waits for readers
//!   alone: the table in `graph.rs` has the whole truth.)
//! * **usage**: per class four sets of signals: taken in the handler of s (by a recursive reader, by anybody else), held while
//!   s was open (exclusively, shared).
//! * **chain**: the classes a thread holds, in order, with the one it takes. What is proven for a chain is proven for every
//!   later occurrence; the runtime caches that, the engine need not know.
//!
//! The semantics are those of the kernel's lockdep, with these departures: the search runs over (class, who waits) pairs, so
//! that no strong path hides behind a weak one; every held lock gets its own dependency, not only the nearest; usage is kept
//! per signal; re-enabling signals under a lock taken with them blocked is a finding in itself.

mod acquire;
mod class;
mod closure;
mod event;
mod evidence;
mod graph;
mod invariants;
mod irq;
mod misc;
mod order;
mod search;
#[cfg(test)]
mod tests;
mod usage;
mod verdict;

use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;
use hashbrown::HashMap;

pub use class::{ClassId, ClassInfo};
pub use event::{
    Acquire, Blocked, Context, End, Event, Held, HeldFlags, Holder, Inherited, Installed, MaskAtEnd, Offence, Orphan, Place,
    Reopen, State, Thread, Unmask,
};
pub use verdict::{Hint, Label, LockRef, Part, Verdict};

use class::Classes;
use evidence::Threads;
use graph::Graph;

/// A hash with a fixed seed: the engine decides the same in every run.
type Hash = foldhash::fast::FixedState;
type Map<K, V, A> = HashMap<K, V, Hash, A>;
/// What an event brought to light.
pub type Verdicts<A> = Vec<Verdict<A>, A>;

/// What one graph knows, and the rules that judge by it. See the [module](self) for the words.
pub struct Engine<A: Allocator + Clone> {
    alloc: A,
    classes: Classes<A>,
    graph: Graph<A>,
    threads: Threads<A>,
    /// The cycles that were reported, by their classes, and whether a gate protected them each time.
    reported: Map<u64, bool, A>,
    /// Reports of unsafe enables, to be completed when the handler is seen.
    unsafe_enables: Vec<irq::UnsafeEnable<A>, A>,
    /// Running handlers (thread, signal), and threads (signal 0), that were reported for what they do to the mask.
    mask_reports: Vec<(u32, u8), A>,
}

impl<A: Allocator + Clone> core::fmt::Debug for Engine<A> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Engine").field("classes", &self.classes.len()).field("edges", &self.graph.edge_count()).finish()
    }
}

impl<A: Allocator + Clone> Engine<A> {
    /// An engine that knows nothing yet and allocates from `alloc`.
    pub fn new_in(alloc: A) -> Engine<A> {
        Engine {
            classes: Classes::new_in(alloc.clone()),
            graph: Graph::new_in(alloc.clone()),
            threads: Threads::new_in(alloc.clone()),
            reported: Map::with_hasher_in(Hash::default(), alloc.clone()),
            unsafe_enables: Vec::new_in(alloc.clone()),
            mask_reports: Vec::new_in(alloc.clone()),
            alloc,
        }
    }

    /// The driver will leave out occurrences of what is known, so the last time a thread did something cannot be told.
    pub fn occurrences_are_cached(&mut self) {
        self.threads.all_seen = false;
    }

    /// Judges one event and learns from it.
    pub fn apply(&mut self, event: Event<'_>) -> Verdicts<A> {
        let mut out = Vec::new_in(self.alloc.clone());
        match event {
            Event::Acquire(cx, acquire) => self.acquire(&cx, &acquire, &mut out),
            Event::Notify { cx, condvar, info, place } => self.notify(&cx, condvar, info, place, &mut out),
            Event::MightWait { cx, class, info, place } => self.might_wait(&cx, class, info, place, &mut out),
            Event::MightSleep { cx, place } => self.might_sleep(&cx, place, &mut out),
            Event::Unmask(cx, unmask) => self.unmask(&cx, &unmask, &mut out),
            Event::MaskImbalance { cx, signals, since, place } => self.mask_imbalance(&cx, signals, since, place, &mut out),
            Event::PlainRestore { cx, hint, signals, saved, place } => {
                self.plain_restore(&cx, (hint, signals), (saved, place), &mut out);
            }
            Event::Inherited { cx, inherited, place } => self.inherited(&cx, &inherited, place, &mut out),
            Event::SignalUnsafe { cx, offence, installed, interrupted, place } => {
                self.signal_unsafe(&cx, offence, (installed, interrupted), place, &mut out);
            }
            Event::UnlockImbalance { cx, class, place } => self.unlock_imbalance(&cx, class, place, &mut out),
            Event::Freed { cx, held, place } => self.freed(&cx, &held, place, &mut out),
            Event::End { cx, end, place } => self.end(&cx, end, place, &mut out),
            Event::AssertHeld { cx, class, held, place } => self.assert_held(&cx, class, held, place, &mut out),
            Event::AssertNoneHeld { cx, place } => self.assert_none_held(&cx, place, &mut out),
            Event::Deadlock { cx, cycle } => self.deadlock(&cx, cycle, &mut out),
            Event::Stall { cx, wants, now, holders } => self.stall(&cx, &wants, now, holders, &mut out),
            Event::Forked { cx, orphans, taken, end, place } => self.forked(&cx, orphans, (taken, end), place, &mut out),
            Event::Forget { instance } => self.graph.forget(instance),
            Event::ThreadEnd { thread, now } => {
                self.threads.end(thread, now);
                self.mask_reports.retain(|&(of, _)| of != thread);
                self.forget_threads();
            }
        }
        out
    }

    /// Every thread that a verdict may still speak of, some of them more than once.
    pub fn threads_spoken_of(&self, mut tell: impl FnMut(u32)) {
        self.graph.edges().flat_map(|(_, _, edge)| edge.evidence.threads()).for_each(|seen| tell(seen.thread));
        self.classes.iter().flat_map(|class| class.usage.threads()).for_each(&mut tell);
        let waiting = self.unsafe_enables.iter().flat_map(|waiting| &waiting.verdict.parts);
        waiting.for_each(|part| tell(part.thread.id));
    }

    /// Whether a lock is known by itself.
    pub fn knows_instances(&self) -> bool {
        self.graph.knows_instances()
    }

    /// A life is kept for what it says of evidence: when there are many, those in none are forgotten.
    fn forget_threads(&mut self) {
        if self.threads.len() >= self.threads.crowd {
            let mut kept = Vec::new_in(self.alloc.clone());
            self.graph.edges().for_each(|(_, _, edge)| kept.extend(edge.evidence.threads().iter().map(|seen| seen.thread)));
            kept.sort_unstable();
            self.threads.forget(&kept);
        }
    }

    /// What another occurrence of this acquisition could add to what is known: whether another thread would be news. `gate` is told the
    /// instances whose absence would be, some more than once.
    pub fn open_evidence(&self, cx: &Context<'_>, acquire: &Acquire, mut gate: impl FnMut(u64)) -> bool {
        let mut threads = false;
        let acquire = acquire.as_judged(cx);
        let new = &acquire.new;
        let Some(to) = self.classes.get(new.class).map(|class| class.node) else { return threads };
        for held in cx.own().iter().filter(|held| held.is_lock() && held.class != new.class) {
            let Some(from) = self.classes.get(held.class).map(|class| class.node) else { continue };
            if let Some(evidence) = self.graph.evidence_of(from, to, self.kind(held, &acquire)) {
                threads |= evidence.takes_threads();
                evidence.gates().iter().for_each(|known| gate(known.instance));
            }
        }
        threads
    }

    /// How many classes were seen.
    pub fn class_count(&self) -> usize {
        self.classes.len()
    }

    /// How many dependencies are known.
    pub fn edge_count(&self) -> usize {
        self.graph.edge_count()
    }

    /// What the dependencies take, in bytes.
    pub fn edge_bytes(&self) -> usize {
        self.graph.edge_bytes()
    }

    /// What the classes take, in bytes.
    pub fn class_bytes(&self) -> usize {
        self.classes.bytes() + self.graph.node_bytes()
    }

    /// Every class seen.
    pub fn classes(&self) -> impl Iterator<Item = ClassId> + '_ {
        self.classes.iter().map(|class| class.id)
    }

    /// Every dependency between classes: from, to, kind (`"EN"`), where the first was held, where the second was acquired.
    pub fn dependencies(&self) -> impl Iterator<Item = (ClassId, ClassId, &'static str, Place, Place)> + '_ {
        self.graph.edges().filter_map(|(from, to, edge)| match (from, to) {
            (graph::Key::Class(from), graph::Key::Class(to)) => Some((from, to, edge.kind.name(), edge.holding, edge.acquiring)),
            _ => None,
        })
    }
}
