//! What else is known of a dependency: by which threads it was made, and under which other locks.
//!
//! A cycle is a possible deadlock by its order alone. Whether it can happen soon depends on evidence: threads that never
//! overlapped, one thread that did all of it, a gate lock that every side held (Havelund's Goodlock; Bensalem and Havelund,
//! "Dynamic Deadlock Analysis of Multi-threaded Programs", 2005). Evidence never silences a report; it grades it.

use allocator_api2::alloc::Allocator;
use allocator_api2::boxed::Box;

use super::Map;
use super::class::ClassId;
use super::event::Thread;

/// How many threads, and how many gates, a dependency remembers; more threads are "many", more gates are left out.
const KEPT: usize = 8;

/// How many parts of a cycle, and how many attempts, it takes at most to find out whether its threads could meet.
const MOST_PARTS: usize = 16;
const PATIENCE: u32 = 10_000;

/// A thread that made a dependency, and when it first and last did.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    pub(super) thread: u32,
    pub(super) first: u32,
    pub(super) last: u32,
}

/// The evidence of an occurrence of a dependency, or of all of them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Evidence {
    threads: [Seen; KEPT],
    thread_count: u8,
    /// More threads than are kept.
    many: bool,
    gates: [Gate; KEPT],
    gate_count: u8,
    /// Whoever waited did so with a time limit, every time.
    timed: bool,
}

/// A lock held while the dependency was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Gate {
    pub(super) instance: u64,
    pub(super) class: ClassId,
    pub(super) exclusive: bool,
}

impl Evidence {
    pub(super) fn new(seen: Seen, gates: impl Iterator<Item = Gate>) -> Evidence {
        let mut evidence = Evidence { thread_count: 1, ..Evidence::default() };
        evidence.threads[0] = seen;
        for (slot, gate) in evidence.gates.iter_mut().zip(gates) {
            *slot = gate;
            evidence.gate_count += 1;
        }
        evidence
    }

    pub(super) fn threads(&self) -> &[Seen] {
        &self.threads[..self.thread_count.into()]
    }

    /// Who made it first.
    pub(super) fn first_thread(&self) -> u32 {
        self.threads[0].thread
    }

    pub(super) fn gates(&self) -> &[Gate] {
        &self.gates[..self.gate_count.into()]
    }

    /// The same, of a wait with or without a time limit.
    pub(super) fn timed(self, timed: bool) -> Evidence {
        Evidence { timed, ..self }
    }

    /// The same, with nothing that could protect.
    pub(super) fn without_gates(self) -> Evidence {
        Evidence { gate_count: 0, ..self }
    }

    /// Takes in another occurrence: more threads, fewer gates. Whether it takes a gate away or weakens one.
    pub(super) fn merge(&mut self, other: &Evidence) -> bool {
        self.timed &= other.timed;
        for &seen in other.threads() {
            let count = usize::from(self.thread_count);
            if let Some(known) = self.threads[..count].iter_mut().find(|known| known.thread == seen.thread) {
                known.last = seen.last;
            } else if let Some(slot) = self.threads.get_mut(count) {
                *slot = seen;
                self.thread_count += 1;
            } else {
                self.many = true;
            }
        }
        let before = self.gate_count;
        let mut weaker = false;
        let mut kept = 0;
        for i in 0..usize::from(before) {
            let gate = self.gates[i];
            if let Some(again) = other.gates().iter().find(|again| again.instance == gate.instance) {
                weaker |= gate.exclusive && !again.exclusive;
                self.gates[kept] = Gate { exclusive: gate.exclusive && again.exclusive, ..gate };
                kept += 1;
            }
        }
        self.gate_count = kept as u8;
        weaker | (self.gate_count != before)
    }
}

/// The evidence of a dependency, as it is kept: most were made by one thread, under no other lock.
#[derive(Debug)]
pub(super) enum Kept<A: Allocator> {
    /// One thread, no gate; whether it waited with a time limit, every time.
    One(Seen, bool),
    /// Anything else.
    More(Box<Evidence, A>),
}

impl<A: Allocator> Kept<A> {
    pub(super) fn new_in(alloc: A, evidence: &Evidence) -> Kept<A> {
        match evidence {
            Evidence { thread_count: 1, many: false, gate_count: 0, .. } => Kept::One(evidence.threads[0], evidence.timed),
            _ => Kept::More(Box::new_in(*evidence, alloc)),
        }
    }

    /// What it takes beside the dependency.
    pub(super) fn more_bytes(&self) -> usize {
        if matches!(self, Kept::More(_)) { size_of::<Evidence>().next_power_of_two() } else { 0 }
    }

    /// All of it.
    pub(super) fn whole(&self) -> Evidence {
        match self {
            Kept::One(seen, timed) => Evidence::new(*seen, core::iter::empty()).timed(*timed),
            Kept::More(evidence) => **evidence,
        }
    }

    pub(super) fn threads(&self) -> &[Seen] {
        match self {
            Kept::One(seen, _) => core::slice::from_ref(seen),
            Kept::More(evidence) => evidence.threads(),
        }
    }

    pub(super) fn gates(&self) -> &[Gate] {
        match self {
            Kept::One(..) => &[],
            Kept::More(evidence) => evidence.gates(),
        }
    }

    pub(super) fn is_timed(&self) -> bool {
        match self {
            Kept::One(_, timed) => *timed,
            Kept::More(evidence) => evidence.timed,
        }
    }

    /// More threads than are kept made it.
    fn by_many(&self) -> bool {
        matches!(self, Kept::More(evidence) if evidence.many)
    }

    /// Whether another thread would still be noted.
    pub(super) fn takes_threads(&self) -> bool {
        !self.by_many()
    }

    /// As [`Evidence::merge`].
    pub(super) fn merge(&mut self, other: &Evidence, alloc: A) -> bool {
        match self {
            Kept::More(evidence) => evidence.merge(other),
            Kept::One(..) => {
                let mut evidence = self.whole();
                let weaker = evidence.merge(other);
                *self = Kept::new_in(alloc, &evidence);
                weaker
            }
        }
    }
}

/// When the threads of the evidence lived.
pub(super) struct Threads<A: Allocator + Clone> {
    lives: Map<u32, Life, A>,
    /// The driver asks about every occurrence, so that the last one is known.
    pub(super) all_seen: bool,
    /// So many lives are worth looking for those that nobody needs any more.
    pub(super) crowd: usize,
}

/// Fewer lives are not worth looking at.
const CROWD: usize = 64;

#[derive(Clone, Copy)]
struct Life {
    began: u32,
    ended: Option<u32>,
}

impl<A: Allocator + Clone> Threads<A> {
    pub(super) fn new_in(alloc: A) -> Threads<A> {
        Threads { lives: Map::with_hasher_in(Default::default(), alloc), all_seen: true, crowd: CROWD }
    }

    /// A thread makes a dependency: from now on its end matters.
    pub(super) fn seen(&mut self, thread: Thread) {
        self.lives.entry(thread.id).or_insert(Life { began: thread.began, ended: None });
    }

    /// How many lives are kept.
    pub(super) fn len(&self) -> usize {
        self.lives.len()
    }

    /// Forgets those that have ended and are in no evidence; `kept` is what is, ascending.
    pub(super) fn forget(&mut self, kept: &[u32]) {
        self.lives.retain(|thread, life| life.ended.is_none() || kept.binary_search(thread).is_ok());
        self.crowd = (2 * self.lives.len()).max(CROWD);
    }

    pub(super) fn end(&mut self, thread: u32, now: u32) {
        if let Some(life) = self.lives.get_mut(&thread) {
            life.ended = Some(now);
        }
    }

    /// Whether what two threads did may have been at the same time: unless one had ended when the other did its part, or began
    /// only after the other had done it.
    fn overlap(&self, a: Seen, b: Seen) -> bool {
        let (Some(a_life), Some(b_life)) = (self.lives.get(&a.thread), self.lives.get(&b.thread)) else { return true };
        let before = |a: Seen, a_life: &Life, b: Seen, b_life: &Life| {
            a_life.ended.is_some_and(|ended| ended <= b.first) || (self.all_seen && a.last < b_life.began)
        };
        !before(a, a_life, b, b_life) && !before(b, b_life, a, a_life)
    }

    /// Whether threads that were seen could make all of the cycle at once: each part another one, and, if they must have met, no two
    /// of them one after the other. A question of the first [`MOST_PARTS`] parts; where it takes too long, yes.
    pub(super) fn could_meet<'e>(&self, cycle: impl Iterator<Item = &'e Kept<A>>, met: bool) -> bool
    where
        A: 'e,
    {
        let mut parts = [None; MOST_PARTS];
        parts.iter_mut().zip(cycle).for_each(|(part, evidence)| *part = Some(evidence));
        let mut patience = PATIENCE;
        self.cast(&parts, &mut [None; MOST_PARTS], 0, met, &mut patience)
    }

    /// Finds a thread for each part from `at` on, beside those `cast` for the parts before.
    fn cast(
        &self,
        parts: &[Option<&Kept<A>>; MOST_PARTS],
        cast: &mut [Option<Seen>; MOST_PARTS],
        at: usize,
        met: bool,
        patience: &mut u32,
    ) -> bool {
        let Some(&Some(part)) = parts.get(at) else { return true };
        if part.by_many() {
            // Somebody is free.
            return self.cast(parts, cast, at + 1, met, patience);
        }
        for &seen in part.threads() {
            *patience = patience.saturating_sub(1);
            if *patience == 0 {
                return true;
            }
            let beside = |other: &Seen| other.thread != seen.thread && (!met || self.overlap(*other, seen));
            if cast[..at].iter().flatten().all(beside) {
                cast[at] = Some(seen);
                if self.cast(parts, cast, at + 1, met, patience) {
                    return true;
                }
            }
            cast[at] = None;
        }
        false
    }
}

/// The locks held on every side, exclusively on all but one at most: they keep the threads of the cycle apart.
pub(super) fn gates<'e, A: Allocator + 'e>(cycle: impl Iterator<Item = &'e Kept<A>> + Clone) -> impl Iterator<Item = ClassId> {
    let candidates = cycle.clone().next().map_or(&[][..], Kept::gates);
    candidates.iter().filter_map(move |gate| {
        let mut shared = 0;
        for side in cycle.clone() {
            let again = side.gates().iter().find(|again| again.instance == gate.instance)?;
            shared += u32::from(!again.exclusive);
        }
        (shared <= 1).then_some(gate.class)
    })
}
