//! Which signals reach a pair over strong paths, kept up to date as edges and usage come.
//!
//! `up[p]`: signals in whose handler some class before `p` is taken. `down[p]`: signals that were open while some class behind
//! `p` was held. An irq inversion through an edge or a new usage bit is then one AND; only if that finds something is the path
//! searched. Each set only grows, so all updates together cost at most 64 steps per arc.
//!
//! `leads[s]`: signals that were open under some class which is, or leads to by a strong path, one that the handler of `s` waits for. So a
//! handler of `s` may have to wait for somebody who is interrupted by one of these, and for what their handlers wait for.
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
            Waiter::Anybody | Waiter::Reader => self.open | self.open_shared,
            Waiter::Recursive => self.open,
            Waiter::Upgrade => self.open_shared,
        }
    }

    /// The signals open under a holder of this class who keeps the handler of the signal waiting.
    pub(super) fn open_against(&self, signal: u64) -> u64 {
        let anybody = if self.used & signal != 0 { self.open | self.open_shared } else { 0 };
        let recursive = if self.used_recursive & signal != 0 { self.open } else { 0 };
        anybody | recursive
    }
}

/// The signals of a set, each as a bit.
pub(super) fn each(mut signals: u64) -> impl Iterator<Item = u64> {
    core::iter::from_fn(move || {
        let lowest = signals & signals.wrapping_neg();
        signals ^= lowest;
        (lowest != 0).then_some(lowest)
    })
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
        self.lead(up, down);
    }

    fn lead(&mut self, from: u64, to: u64) {
        each(from).for_each(|signal| self.leads[signal.trailing_zeros() as usize] |= to);
    }

    /// What a signal leads to.
    fn led_to(&self, signal: u64) -> u64 {
        self.leads[signal.trailing_zeros() as usize]
    }

    /// The shortest row of signals, the first of `above`, the second of `below`, each of which leads to the next, and the last to the
    /// first; one signal, if it is in both.
    pub(super) fn row(&self, above: u64, below: u64) -> Option<Vec<u64, A>> {
        if above == 0 || below == 0 {
            return None;
        }
        let mut row = Vec::new_in(self.alloc());
        if let Some(both) = each(above & below).next() {
            row.push(both);
            return Some(row);
        }
        // Breadth first: where each was reached from; nowhere, if it is of `below`.
        let mut via = [0; 64];
        let (mut layer, mut reached) = (below, below);
        let mut last = loop {
            if let Some(last) = each(layer).find(|&signal| self.led_to(signal) & above != 0) {
                break last;
            }
            let mut next = 0;
            for from in each(layer) {
                let fresh = self.led_to(from) & !reached;
                each(fresh).for_each(|signal| via[signal.trailing_zeros() as usize] = from);
                (next, reached) = (next | fresh, reached | fresh);
            }
            if next == 0 {
                return None;
            }
            layer = next;
        };
        let first = each(self.led_to(last) & above).next();
        while last != 0 {
            row.push(last);
            last = via[last.trailing_zeros() as usize];
        }
        row.extend(first);
        row.reverse();
        Some(row)
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
        let up = |waiters: &[Waiter]| waiters.iter().fold(0, |up, waiter| up | self.up[waiter.at(node) as usize]);
        let exclusive = up(&[Waiter::Anybody, Waiter::Reader, Waiter::Recursive]) | bits.used_recursive;
        let shared = up(&[Waiter::Anybody, Waiter::Reader, Waiter::Upgrade]);
        let down = |waiter: Waiter| self.down[waiter.at(node) as usize];
        let (anybody, recursive) = (down(Waiter::Anybody) | bits.open | bits.open_shared, down(Waiter::Recursive) | bits.open);
        self.lead(bits.used, anybody);
        self.lead(bits.used_recursive, recursive);
        self.lead(exclusive, bits.open);
        self.lead(shared, bits.open_shared);
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
