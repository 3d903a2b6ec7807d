//! The online topological order of the pairs.
//!
//! David J. Pearce and Paul H. J. Kelly, "A Dynamic Topological Sort Algorithm for Directed Acyclic Graphs", ACM Journal of
//! Experimental Algorithmics 11 (2006). The names are the paper's: an arc `x → y` that contradicts the order `ord` makes the
//! pairs between `ord(y)` and `ord(x)` the affected region; `δF` are those reached from `y` in it, `δB` those that reach `x`.
//!
//! Edges that closed a cycle when they came are left out. Beyond the paper: a pair that nothing leads to is put before all
//! others, one that leads nowhere behind them, so that a chain costs the same at whichever end it grows, and so does a lock that
//! comes in the place of one that is gone.
//!
//! Promise: `rank` of every other arc's source is below that of its target.

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
        if self.ordered_successors(y).next().is_none() {
            self.rank[y as usize] = self.last_place();
            return true;
        }
        if self.ordered_predecessors(x).next().is_none() {
            self.places.start -= 1;
            self.rank[x as usize] = self.places.start;
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

    /// A place behind all others.
    pub(super) fn last_place(&mut self) -> i64 {
        self.places.end += 1;
        self.places.end - 1
    }

    /// Collects `δF`; `false` if it meets `x`.
    fn reach_forward(&self, x: Pair, y: Pair, upper: i64, scratch: &mut super::search::Scratch<A>) -> bool {
        scratch.begin();
        scratch.forward.clear();
        scratch.mark(y);
        scratch.forward.push(y);
        let mut done = 0;
        while let Some(&w) = scratch.forward.get(done) {
            done += 1;
            for next in self.ordered_successors(w) {
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
    fn reach_backward(&self, x: Pair, lower: i64, scratch: &mut super::search::Scratch<A>) {
        scratch.backward.clear();
        scratch.mark(x);
        scratch.backward.push(x);
        let mut done = 0;
        while let Some(&w) = scratch.backward.get(done) {
            done += 1;
            for previous in self.ordered_predecessors(w) {
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

    /// The pairs one arc of the order behind `pair`.
    fn ordered_successors(&self, pair: Pair) -> impl Iterator<Item = Pair> + '_ {
        self.edges_from(pair).filter(|(_, edge)| !edge.back).map(|(_, edge)| edge.target())
    }

    /// The pairs one arc of the order before `pair`.
    fn ordered_predecessors(&self, pair: Pair) -> impl Iterator<Item = Pair> + '_ {
        self.edges_to(pair).filter(|(_, edge)| !edge.back).flat_map(|(_, edge)| edge.sources())
    }
}
