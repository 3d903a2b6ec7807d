//! The online topological order of the pairs.
//!
//! David J. Pearce and Paul H. J. Kelly, "A Dynamic Topological Sort Algorithm for Directed Acyclic Graphs", ACM Journal of
//! Experimental Algorithmics 11 (2006). The names are the paper's: an arc `x → y` that contradicts the order `ord` makes the
//! pairs between `ord(y)` and `ord(x)` the affected region; `δF` are those reached from `y` in it, `δB` those that reach `x`.
//!
//! Promise: as long as no edge closed a cycle, `rank` of every arc's source is below that of its target.

use allocator_api2::alloc::Allocator;

use super::graph::{Graph, Pair};

impl<A: Allocator + Clone> Graph<A> {
    /// Makes room for the arc `x → y` in the order. `false`, and nothing changed, if it would close a cycle.
    pub(super) fn insert_arc(&mut self, x: Pair, y: Pair) -> bool {
        let lower = self.rank[y as usize];
        let upper = self.rank[x as usize];
        if upper < lower {
            return true;
        }
        let mut scratch = self.scratch.take();
        let sound = self.reach_forward(x, y, upper, &mut scratch);
        if sound {
            self.reach_backward(x, lower, &mut scratch);
            self.reorder(&mut scratch);
        }
        self.scratch = scratch;
        sound
    }

    /// Collects `δF`; `false` if it meets `x`.
    fn reach_forward(&self, x: Pair, y: Pair, upper: u32, scratch: &mut super::search::Scratch<A>) -> bool {
        scratch.begin();
        scratch.forward.clear();
        scratch.mark(y);
        scratch.forward.push(y);
        let mut done = 0;
        while let Some(&w) = scratch.forward.get(done) {
            done += 1;
            for next in self.successors(w) {
                if next == x {
                    return false;
                }
                if self.rank[next as usize] < upper && scratch.mark(next) {
                    scratch.forward.push(next);
                }
            }
        }
        true
    }

    /// Collects `δB`.
    fn reach_backward(&self, x: Pair, lower: u32, scratch: &mut super::search::Scratch<A>) {
        scratch.backward.clear();
        scratch.mark(x);
        scratch.backward.push(x);
        let mut done = 0;
        while let Some(&w) = scratch.backward.get(done) {
            done += 1;
            for previous in self.predecessors(w) {
                if self.rank[previous as usize] > lower && scratch.mark(previous) {
                    scratch.backward.push(previous);
                }
            }
        }
    }

    /// Hands the places of both sets out again: first to `δB`, then to `δF`, each in its old order.
    fn reorder(&mut self, scratch: &mut super::search::Scratch<A>) {
        let rank = &mut self.rank;
        scratch.forward.sort_unstable_by_key(|&pair| rank[pair as usize]);
        scratch.backward.sort_unstable_by_key(|&pair| rank[pair as usize]);
        scratch.places.clear();
        scratch.places.extend(scratch.backward.iter().chain(&scratch.forward).map(|&pair| rank[pair as usize]));
        scratch.places.sort_unstable();
        for (&pair, &place) in scratch.backward.iter().chain(&scratch.forward).zip(&scratch.places) {
            rank[pair as usize] = place;
        }
    }

    /// The pairs one arc behind `pair`.
    pub(super) fn successors(&self, pair: Pair) -> impl Iterator<Item = Pair> + '_ {
        let recursive = pair % 2 == 1;
        let out = self.nodes[pair as usize / 2].out.iter().map(|&edge| self.edge(edge));
        out.filter(move |edge| !(recursive && edge.kind.shared)).map(|edge| edge.target())
    }

    /// The pairs one arc before `pair`.
    pub(super) fn predecessors(&self, pair: Pair) -> impl Iterator<Item = Pair> + '_ {
        let into = self.nodes[pair as usize / 2].into.iter().map(|&edge| self.edge(edge));
        into.filter(move |edge| edge.target() == pair).flat_map(|edge| edge.sources())
    }
}
