//! Shortest strong paths.
//!
//! Breadth first over pairs (node, who waits there). The kernel's search stamps classes, so that a strong path that arrives at
//! a class after a weak one is lost; over pairs both are followed.

use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;

use super::evidence::Gate;
use super::graph::{Cycle, Edge, EdgeIx, Graph, Pair, Way, parts};
use super::{Hash, Map};

/// Marks and work lists that the searches share, so that a search allocates nothing of its own.
pub(super) struct Scratch<A: Allocator + Clone> {
    alloc: A,
    generation: u32,
    stamps: Vec<u32, A>,
    /// Per pair: the edge that led there, and the pair it came from.
    via: Vec<(EdgeIx, Pair), A>,
    queue: Vec<Pair, A>,
    pub(super) forward: Vec<Pair, A>,
    pub(super) backward: Vec<Pair, A>,
    pub(super) places: Vec<i64, A>,
}

const START: EdgeIx = EdgeIx::MAX;

impl<A: Allocator + Clone> Scratch<A> {
    pub(super) fn new_in(alloc: A) -> Scratch<A> {
        Scratch {
            generation: 0,
            stamps: Vec::new_in(alloc.clone()),
            via: Vec::new_in(alloc.clone()),
            queue: Vec::new_in(alloc.clone()),
            forward: Vec::new_in(alloc.clone()),
            backward: Vec::new_in(alloc.clone()),
            places: Vec::new_in(alloc.clone()),
            alloc,
        }
    }

    /// Moves it out for the time of a search.
    pub(super) fn take(&mut self) -> Scratch<A> {
        let empty = Scratch::new_in(self.alloc.clone());
        core::mem::replace(self, empty)
    }

    /// What is kept of each pair.
    pub(super) fn bytes(&self) -> usize {
        self.stamps.capacity() * size_of::<u32>() + self.via.capacity() * size_of::<(EdgeIx, Pair)>()
    }

    pub(super) fn grow(&mut self, pairs: usize) {
        self.stamps.resize(pairs, 0);
        self.via.resize(pairs, (START, 0));
    }

    /// Forgets all marks.
    pub(super) fn begin(&mut self) {
        self.generation = self.generation.wrapping_add(1);
        if self.generation == 0 {
            self.stamps.fill(0);
            self.generation = 1;
        }
    }

    /// Marks a pair; `false` if it was marked.
    pub(super) fn mark(&mut self, pair: Pair) -> bool {
        core::mem::replace(&mut self.stamps[pair as usize], self.generation) != self.generation
    }

    fn is_marked(&self, pair: Pair) -> bool {
        self.stamps[pair as usize] == self.generation
    }

    fn visit(&mut self, pair: Pair, edge: EdgeIx, from: Pair) {
        if self.mark(pair) {
            self.via[pair as usize] = (edge, from);
            self.queue.push(pair);
        }
    }

    /// The edges from a start to `pair`, the last first, in front of `path`.
    fn trace(&self, mut pair: Pair, path: &mut Vec<EdgeIx, A>) {
        while let (edge, from) = self.via[pair as usize]
            && edge != START
        {
            path.push(edge);
            pair = from;
        }
    }
}

/// How many steps the search for more cycles than the shortest takes at most, and how long a cycle it finds.
const PATIENCE: u32 = 10_000;
const LONGEST: usize = 8;

/// How many edges the search for an unguarded cycle looks at.
const MOST_LOOKS: usize = 1 << 21;

/// What is left of the gates of an edge after some others, two bits for each: 0 if all had it, and alone; 1 if one shared it; 2 if one
/// lacked it, or two shared it, so that it protects nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Left(u16);

impl Left {
    /// No gate protects.
    const NOTHING: Left = Left(0xaaaa);

    fn of(gates: &[Gate]) -> Left {
        Left::NOTHING.with(gates, |gate, _| u16::from(!gate.exclusive))
    }

    /// After one more edge.
    fn after(self, gates: &[Gate], others: &[Gate]) -> Left {
        self.with(gates, |gate, left| match others.iter().find(|other| other.instance == gate.instance) {
            Some(other) => (left + u16::from(!other.exclusive)).min(2),
            None => 2,
        })
    }

    fn with(self, gates: &[Gate], left: impl Fn(&Gate, u16) -> u16) -> Left {
        gates.iter().zip((0..16).step_by(2)).fold(self, |all, (gate, at)| {
            let left = left(gate, all.0 >> at & 3).min(2);
            Left(all.0 & !(3 << at) | left << at)
        })
    }
}

impl<A: Allocator + Clone> Graph<A> {
    /// The edges that lead on from a pair.
    pub(super) fn edges_from(&self, pair: Pair) -> impl Iterator<Item = (EdgeIx, &Edge<A>)> {
        self.edges_at(pair, Way::Out)
    }

    /// The edges that lead to a pair.
    pub(super) fn edges_to(&self, pair: Pair) -> impl Iterator<Item = (EdgeIx, &Edge<A>)> {
        self.edges_at(pair, Way::Into)
    }

    fn edges_at(&self, pair: Pair, way: Way) -> impl Iterator<Item = (EdgeIx, &Edge<A>)> {
        self.list(parts(pair).0, way).filter(move |(_, edge)| match way {
            Way::Out => edge.follows(pair),
            Way::Into => edge.target() == pair,
        })
    }

    /// The shortest strong path between one of `pairs` and an edge that `stop` accepts, both included: its edges, in order. `Way::Out`
    /// leads from a pair to the edge, `Way::Into` from the edge to a pair.
    pub(super) fn shortest(
        &mut self,
        way: Way,
        pairs: impl IntoIterator<Item = Pair>,
        mut stop: impl FnMut(&Graph<A>, &Edge<A>) -> bool,
    ) -> Option<Vec<EdgeIx, A>> {
        let mut scratch = self.scratch.take();
        let found = self.shortest_in(&mut scratch, way, pairs, &mut stop);
        self.scratch = scratch;
        found
    }

    fn shortest_in(
        &self,
        scratch: &mut Scratch<A>,
        way: Way,
        pairs: impl IntoIterator<Item = Pair>,
        stop: &mut dyn FnMut(&Graph<A>, &Edge<A>) -> bool,
    ) -> Option<Vec<EdgeIx, A>> {
        scratch.begin();
        scratch.queue.clear();
        pairs.into_iter().for_each(|pair| scratch.visit(pair, START, 0));
        let mut done = 0;
        while let Some(&pair) = scratch.queue.get(done) {
            done += 1;
            for (ix, edge) in self.edges_at(pair, way) {
                if stop(self, edge) {
                    let mut path = Vec::new_in(self.alloc());
                    path.push(ix);
                    scratch.trace(pair, &mut path);
                    if matches!(way, Way::Out) {
                        path.reverse();
                    }
                    return Some(path);
                }
                match way {
                    Way::Out => scratch.visit(edge.target(), ix, pair),
                    Way::Into => edge.sources().for_each(|source| scratch.visit(source, ix, pair)),
                }
            }
        }
        None
    }

    /// The shortest strong path that leads from the end of `edge` back to its beginning, so that both close a cycle.
    pub(super) fn path_back(&mut self, edge: &Edge<A>) -> Option<Vec<EdgeIx, A>> {
        self.shortest(Way::Out, [edge.target()], |_, last| last.closes(edge))
    }

    /// The shortest cycle through an edge of the graph.
    pub(super) fn cycle_through(&self, ix: EdgeIx, scratch: &mut Scratch<A>) -> Option<Cycle<A>> {
        let edge = self.edge(ix);
        let mut cycle = self.shortest_in(scratch, Way::Out, [edge.target()], &mut |_, last| last.closes(edge))?;
        cycle.insert(0, ix);
        Some(cycle)
    }

    /// Shows the cycles through an edge: the shortest; if a gate protects that, the shortest that none does; and all of so many different
    /// classes that it has patience for.
    pub(super) fn cycles_through(&self, edge: EdgeIx, scratch: &mut Scratch<A>, mut show: impl FnMut(&Cycle<A>)) {
        let Some(shortest) = self.cycle_through(edge, scratch) else { return };
        show(&shortest);
        if self.is_guarded(&shortest)
            && let Some(unguarded) = self.unguarded_cycle_through(edge)
        {
            show(&unguarded);
        }
        if shortest.len() > LONGEST {
            return;
        }
        self.mark_what_leads_to(edge, scratch);
        let mut patience = PATIENCE;
        let _ = (shortest.len()..=LONGEST).try_for_each(|length| self.cycles_of(edge, length, scratch, &mut patience, &mut show));
    }

    /// Marks every pair that a path leads from to the beginning of an edge, so that it closes a cycle.
    fn mark_what_leads_to(&self, edge: EdgeIx, scratch: &mut Scratch<A>) {
        let start = self.edge(edge);
        scratch.begin();
        scratch.queue.clear();
        for (_, last) in self.edges_into(start.from).filter(|(_, last)| last.closes(start)) {
            last.sources().for_each(|source| scratch.visit(source, START, 0));
        }
        let mut done = 0;
        while let Some(&pair) = scratch.queue.get(done) {
            done += 1;
            for (_, edge) in self.edges_to(pair) {
                edge.sources().for_each(|source| scratch.visit(source, START, 0));
            }
        }
    }

    /// The shortest cycle through an edge that no gate of it protects. Breadth first, over pairs and what is left of its gates on the way
    /// there: of the ways there that come to no class twice, the first. So one is missed where all ways on cross that one, or, in a large
    /// graph, where patience ends.
    fn unguarded_cycle_through(&self, first: EdgeIx) -> Option<Cycle<A>> {
        let start = self.edge(first);
        let mut via = Map::with_hasher_in(Hash::default(), self.alloc());
        let mut queue = Vec::new_in(self.alloc());
        let begun = (start.target(), Left::of(start.evidence.gates()));
        via.insert(begun, (first, begun));
        queue.push(begun);
        let mut way = Vec::new_in(self.alloc());
        // The classes of a way: by what step each was come to last.
        let mut come_to = Vec::new_in(self.alloc());
        come_to.resize(self.nodes.len(), 0);
        let (mut done, mut patience) = (0, MOST_LOOKS);
        while let Some(&here) = queue.get(done) {
            done += 1;
            let (pair, left) = here;
            way.clear();
            let mut at = here;
            while at != begun {
                let (edge, before) = via[&at];
                way.push(edge);
                at = before;
            }
            way.push(first);
            for &ix in &way {
                let edge = self.edge(ix);
                come_to[edge.from as usize] = done;
                come_to[edge.to as usize] = done;
            }
            patience = patience.saturating_sub(way.len());
            for (ix, edge) in self.edges_from(pair) {
                patience = patience.saturating_sub(1);
                let left = left.after(start.evidence.gates(), edge.evidence.gates());
                if edge.closes(start) && left == Left::NOTHING {
                    way.reverse();
                    way.push(ix);
                    return Some(way);
                }
                let next = (edge.target(), left);
                if come_to[edge.to as usize] != done && patience != 0 && !via.contains_key(&next) {
                    via.insert(next, (ix, here));
                    queue.push(next);
                }
            }
        }
        None
    }

    /// Whether a cycle comes to none of its classes twice.
    pub(super) fn is_of_different_classes(&self, cycle: &[EdgeIx]) -> bool {
        cycle.iter().enumerate().all(|(at, &ix)| !self.leads_into(&cycle[..at], self.edge(ix)) || at + 1 == cycle.len())
    }

    /// Those of so many different classes, over what is marked. Depth first, as gates belong to whole paths. Nothing if it lost patience.
    fn cycles_of(
        &self,
        first: EdgeIx,
        length: usize,
        scratch: &Scratch<A>,
        patience: &mut u32,
        show: &mut impl FnMut(&Cycle<A>),
    ) -> Option<()> {
        let start = self.edge(first);
        let mut path = Vec::new_in(self.alloc());
        // Which edge to try next, behind each edge of the path.
        let mut next = Vec::new_in(self.alloc());
        path.push(first);
        next.push(self.first_out(start.to));
        while let (Some(&last), Some(at)) = (path.last(), next.last_mut()) {
            let here = self.edge(last);
            let Some(ix) = at.filter(|_| path.len() < length) else {
                path.pop();
                next.pop();
                continue;
            };
            *at = self.next_out(ix);
            *patience = patience.checked_sub(1)?;
            let edge = self.edge(ix);
            let closes = edge.closes(start);
            if !edge.follows(here.target()) || (!closes && (self.leads_into(&path, edge) || !scratch.is_marked(edge.target()))) {
                continue;
            }
            path.push(ix);
            if closes {
                if path.len() == length {
                    show(&path);
                }
                path.pop();
            } else {
                next.push(self.first_out(edge.to));
            }
        }
        Some(())
    }

    /// Whether an edge leads to a class of the path.
    fn leads_into(&self, path: &[EdgeIx], edge: &Edge<A>) -> bool {
        path.iter().any(|&ix| self.edge(ix).from == edge.to)
    }

    /// Whether a gate keeps the threads of a cycle apart.
    pub(super) fn is_guarded(&self, cycle: &[EdgeIx]) -> bool {
        super::evidence::gates(cycle.iter().map(|&ix| &self.edge(ix).evidence)).next().is_some()
    }
}
