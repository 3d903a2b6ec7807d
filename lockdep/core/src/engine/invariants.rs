//! A slow self-check, for tests and fuzzing.

use allocator_api2::alloc::Allocator;

use super::Engine;
use super::graph::Pair;

impl<A: Allocator + Clone> Engine<A> {
    /// Checks that what the graph derives is what it should be.
    ///
    /// Cost: quadratic in the graph. Not for a running program.
    ///
    /// # Panics
    ///
    /// When it is not.
    #[doc(hidden)]
    pub fn check_invariants(&self) {
        let graph = &self.graph;
        for (ix, edge) in graph.edges.iter().enumerate().filter_map(|(ix, edge)| Some((ix as u32, edge.as_ref()?))) {
            assert!(graph.edges_out(edge.from).any(|(known, _)| known == ix), "edge {ix} is in the list of its start");
            assert!(graph.edges_into(edge.to).any(|(known, _)| known == ix), "edge {ix} is in the list of its end");
            assert_eq!(graph.edge_between(edge.from, edge.to, edge.kind), Some(ix), "edge {ix} is in the index");
            if !edge.back {
                for source in edge.sources() {
                    let (below, above) = (graph.rank[source as usize], graph.rank[edge.target() as usize]);
                    assert!(below < above, "the order has {source} at {below} before {} at {above}", edge.target());
                }
            }
        }
        for node in 0..graph.nodes.len() as u32 {
            assert!(graph.edges_out(node).all(|(_, edge)| edge.from == node), "the edges out of node {node} begin there");
            assert!(graph.edges_into(node).all(|(_, edge)| edge.to == node), "the edges into node {node} end there");
        }
        let back_edges = graph.edges.iter().flatten().filter(|edge| edge.back).count();
        assert_eq!(graph.back_edges as usize, back_edges, "the edges that closed a cycle are counted");
        let mut places = graph.rank.clone();
        places.sort_unstable();
        assert!(places.is_sorted_by(|a, b| a < b), "no two pairs have the same place in the order");
        assert!(places.iter().all(|place| graph.places.contains(place)), "places that are not given out are free");
        for pair in 0..graph.rank.len() as Pair {
            let up = graph.edges_to(pair).fold(0, |bits, (_, edge)| {
                let before = edge.sources().fold(0, |bits, source| bits | graph.up[source as usize]);
                bits | before | graph.nodes[edge.from as usize].bits.safe(edge.kind)
            });
            assert_eq!(graph.up[pair as usize] & up, up, "what reaches pair {pair} from above is known there");
            let down = graph.edges_from(pair).fold(0, |bits, (_, edge)| {
                bits | graph.down[edge.target() as usize] | graph.nodes[edge.to as usize].bits.unsafe_(edge.kind)
            });
            assert_eq!(graph.down[pair as usize] & down, down, "what reaches pair {pair} from below is known there");
        }
    }
}
