//! Shortest strong paths.
//!
//! Breadth first over pairs (node, reached by `→R`). The kernel's search stamps classes, so that a strong path that arrives at
//! a class after a weak one is lost; over pairs both are followed.

use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;

use super::graph::{Edge, EdgeIx, Graph, Pair};

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
    pub(super) places: Vec<u32, A>,
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

impl<A: Allocator + Clone> Graph<A> {
    /// The shortest strong path from one of `starts` along an edge that `stop` accepts (with the pair it leads to): its edges.
    pub(super) fn forward(
        &mut self,
        starts: impl IntoIterator<Item = Pair>,
        mut stop: impl FnMut(&Graph<A>, &Edge, Pair) -> bool,
    ) -> Option<Vec<EdgeIx, A>> {
        let mut scratch = self.scratch.take();
        let found = self.forward_in(&mut scratch, starts, &mut stop);
        self.scratch = scratch;
        found
    }

    fn forward_in(
        &self,
        scratch: &mut Scratch<A>,
        starts: impl IntoIterator<Item = Pair>,
        stop: &mut dyn FnMut(&Graph<A>, &Edge, Pair) -> bool,
    ) -> Option<Vec<EdgeIx, A>> {
        scratch.begin();
        scratch.queue.clear();
        starts.into_iter().for_each(|pair| scratch.visit(pair, START, 0));
        let mut done = 0;
        while let Some(&pair) = scratch.queue.get(done) {
            done += 1;
            let recursive = pair % 2 == 1;
            for &ix in &self.nodes[pair as usize / 2].out {
                let edge = self.edge(ix);
                if recursive && edge.kind.shared {
                    continue;
                }
                if stop(self, edge, edge.target()) {
                    let mut path = Vec::new_in(self.alloc());
                    path.push(ix);
                    scratch.trace(pair, &mut path);
                    path.reverse();
                    return Some(path);
                }
                scratch.visit(edge.target(), ix, pair);
            }
        }
        None
    }

    /// The shortest strong path that ends in one of `ends` and begins with an edge that `stop` accepts: its edges, in order.
    pub(super) fn backward(
        &mut self,
        ends: impl IntoIterator<Item = Pair>,
        mut stop: impl FnMut(&Graph<A>, &Edge) -> bool,
    ) -> Option<Vec<EdgeIx, A>> {
        let mut scratch = self.scratch.take();
        let found = self.backward_in(&mut scratch, ends, &mut stop);
        self.scratch = scratch;
        found
    }

    fn backward_in(
        &self,
        scratch: &mut Scratch<A>,
        ends: impl IntoIterator<Item = Pair>,
        stop: &mut dyn FnMut(&Graph<A>, &Edge) -> bool,
    ) -> Option<Vec<EdgeIx, A>> {
        scratch.begin();
        scratch.queue.clear();
        ends.into_iter().for_each(|pair| scratch.visit(pair, START, 0));
        let mut done = 0;
        while let Some(&pair) = scratch.queue.get(done) {
            done += 1;
            for &ix in &self.nodes[pair as usize / 2].into {
                let edge = self.edge(ix);
                if edge.target() != pair {
                    continue;
                }
                if stop(self, edge) {
                    let mut path = Vec::new_in(self.alloc());
                    path.push(ix);
                    scratch.trace(pair, &mut path);
                    return Some(path);
                }
                edge.sources().for_each(|source| scratch.visit(source, ix, pair));
            }
        }
        None
    }

    /// The shortest strong path that leads from the end of `edge` back to its beginning, so that both close a cycle.
    pub(super) fn path_back(&mut self, edge: &Edge) -> Option<Vec<EdgeIx, A>> {
        let (from, exclusive, target) = (edge.from, !edge.kind.shared, edge.target());
        self.forward([target], |_, _, reached| reached / 2 == from && (exclusive || reached.is_multiple_of(2)))
    }

    /// The same for an edge of the graph.
    pub(super) fn cycle_through(&mut self, edge: EdgeIx) -> Option<Vec<EdgeIx, A>> {
        let (from, exclusive, target) = {
            let edge = self.edge(edge);
            (edge.from, !edge.kind.shared, edge.target())
        };
        let mut cycle =
            self.forward([target], |_, _, reached| reached / 2 == from && (exclusive || reached.is_multiple_of(2)))?;
        cycle.insert(0, edge);
        Some(cycle)
    }
}
