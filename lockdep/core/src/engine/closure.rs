//! Which signals reach a pair over strong paths, kept up to date as edges and usage come.
//!
//! `up[p]`: signals in whose handler some class before `p` is taken. `down[p]`: signals that were open while some class behind
//! `p` was held. An irq inversion through an edge or a new usage bit is then one AND; only if that finds something is the path
//! searched. Each set only grows, so all updates together cost at most 64 steps per arc.
//!
//! Readers: a class held shared along its first edge is in the way of everybody in the handler but recursive readers; a class
//! reached by a recursive reader is held open against it only by exclusive holders (reference: the kernel masks the READ bits
//! of classes that only weak paths reach).

use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;

use super::graph::{Bits, EdgeIx, Graph, Kind, NodeIx, Pair, Waiter};

impl Bits {
    /// The handlers that a holder of this class keeps waiting, if it holds it as an edge of `kind` says.
    pub(super) fn safe(&self, kind: Kind) -> u64 {
        if kind.shared() { self.used } else { self.used | self.used_recursive }
    }

    /// The signals that may interrupt a holder who keeps one waiting that comes along an edge of `kind`.
    pub(super) fn unsafe_(&self, kind: Kind) -> u64 {
        match kind.waiter {
            Waiter::Anybody => self.open | self.open_shared,
            Waiter::Recursive => self.open,
            Waiter::Upgrade => self.open_shared,
        }
    }
}

impl<A: Allocator + Clone> Graph<A> {
    /// A new edge: its ends learn of each other.
    pub(super) fn close_over(&mut self, edge: EdgeIx) {
        let edge = self.edge(edge);
        let (sources, target) = (edge.sources(), edge.target());
        let mut up = self.nodes[edge.from as usize].bits.safe(edge.kind);
        let down = self.nodes[edge.to as usize].bits.unsafe_(edge.kind) | self.down[target as usize];
        for source in sources {
            up |= self.up[source as usize];
            self.spread_down(source, down);
        }
        self.spread_up(target, up);
    }

    /// The usage of a node changed: its neighbours learn of it.
    pub(super) fn usage_changed(&mut self, node: NodeIx) {
        let bits = self.nodes[node as usize].bits;
        let mut arcs = Vec::new_in(self.alloc());
        arcs.extend(self.edges_out(node).map(|(_, edge)| (edge.target(), bits.safe(edge.kind))));
        for &(target, up) in &arcs {
            self.spread_up(target, up);
        }
        arcs.clear();
        for (_, edge) in self.edges_into(node) {
            arcs.extend(edge.sources().map(|source| (source, bits.unsafe_(edge.kind))));
        }
        for &(source, down) in &arcs {
            self.spread_down(source, down);
        }
    }

    fn spread_up(&mut self, pair: Pair, bits: u64) {
        let empty = Vec::new_in(self.alloc());
        let mut up = core::mem::replace(&mut self.up, empty);
        self.spread((pair, bits), &mut up, |graph, pair, push| {
            graph.edges_from(pair).map(|(_, edge)| edge.target()).for_each(push);
        });
        self.up = up;
    }

    fn spread_down(&mut self, pair: Pair, bits: u64) {
        let empty = Vec::new_in(self.alloc());
        let mut down = core::mem::replace(&mut self.down, empty);
        self.spread((pair, bits), &mut down, |graph, pair, push| {
            graph.edges_to(pair).flat_map(|(_, edge)| edge.sources()).for_each(push);
        });
        self.down = down;
    }

    fn spread(
        &mut self,
        (pair, bits): (Pair, u64),
        sets: &mut Vec<u64, A>,
        next: impl Fn(&Graph<A>, Pair, &mut dyn FnMut(Pair)),
    ) {
        if bits & !sets[pair as usize] == 0 {
            return;
        }
        sets[pair as usize] |= bits;
        let empty = Vec::new_in(self.alloc());
        let mut work = core::mem::replace(&mut self.scratch.forward, empty);
        work.clear();
        work.push(pair);
        while let Some(pair) = work.pop() {
            next(self, pair, &mut |reached| {
                if bits & !sets[reached as usize] != 0 {
                    sets[reached as usize] |= bits;
                    work.push(reached);
                }
            });
        }
        self.scratch.forward = work;
    }
}
