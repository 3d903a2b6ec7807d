//! Who was taken while whom was held.
//!
//! Nodes are classes, and instances where nesting within a class is judged lock by lock. A dependency has one of four kinds;
//! each kind between two nodes is an [`Edge`] of its own, with the evidence it was first seen with.
//!
//! Paths are searched over *pairs* (node, who waits for it there): what leads on is what that waiter waits for.
//!
//! | who waits | holders it waits for |
//! |---|---|
//! | a recursive reader | exclusive |
//! | any other reader | exclusive; readers, if a writer waits between them, which an upgradable holder keeps from standing in their way |
//! | an upgrade | readers; it holds the lock upgradably itself, so nobody else does, and nobody exclusively |
//! | anybody else | all |
//!
//! A closed strong path among nodes is exactly a cycle among pairs (see `search.rs`), so the pairs without a reported cycle are
//! acyclic, and an online topological order of them (see `order.rs`) answers most insertions in constant time.

use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;

use super::Map;
use super::class::ClassId;
use super::event::{Held, Place, Thread};
use super::evidence::{Evidence, Kept};
use crate::kind::Mode;

pub(super) type NodeIx = u32;
pub(super) type EdgeIx = u32;
/// A node, and how it was reached: four times the node plus the [`Waiter`].
pub(super) type Pair = u32;
/// The edges of a cycle, in order.
pub(super) type Cycle<A> = Vec<EdgeIx, A>;

/// What a node stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Class(ClassId),
    Instance(u64),
}

/// Who holds a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Holder {
    Exclusive,
    Reader,
    Upgradable,
}

/// Who waits for a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Waiter {
    Anybody,
    Reader,
    Recursive,
    Upgrade,
}

impl Waiter {
    pub(super) const ALL: [Waiter; 4] = [Waiter::Anybody, Waiter::Reader, Waiter::Recursive, Waiter::Upgrade];

    /// Whether it waits for this holder.
    pub(super) const fn waits_for(self, holder: Holder) -> bool {
        match self {
            Waiter::Anybody => true,
            Waiter::Reader => !matches!(holder, Holder::Upgradable),
            Waiter::Recursive => matches!(holder, Holder::Exclusive),
            Waiter::Upgrade => matches!(holder, Holder::Reader),
        }
    }

    /// The pair of this waiter and a node.
    pub(super) const fn at(self, node: NodeIx) -> Pair {
        node * Waiter::ALL.len() as u32 + self as u32
    }
}

/// The node of a pair, and who waits there.
pub(super) const fn parts(pair: Pair) -> (NodeIx, Waiter) {
    let waiters = Waiter::ALL.len() as u32;
    (pair / waiters, Waiter::ALL[(pair % waiters) as usize])
}

/// The kind of a dependency: who held, who waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    pub(super) holder: Holder,
    pub(super) waiter: Waiter,
}

impl Kind {
    /// The kind of the dependency that taking `new`, or upgrading to it, while holding `held` makes.
    pub(super) const fn of(held: &Held, new: &Held, upgrade: bool) -> Kind {
        let holder = match held.mode {
            Mode::Write => Holder::Exclusive,
            Mode::Read | Mode::ReadRecursive => Holder::Reader,
            Mode::Upgradable => Holder::Upgradable,
        };
        let waiter = match new.mode {
            Mode::Read => Waiter::Reader,
            Mode::ReadRecursive => Waiter::Recursive,
            _ if upgrade => Waiter::Upgrade,
            _ => Waiter::Anybody,
        };
        Kind { holder, waiter }
    }

    /// The holder shared the lock.
    pub(super) const fn shared(self) -> bool {
        !matches!(self.holder, Holder::Exclusive)
    }

    /// The one who waited was a recursive reader.
    pub(super) const fn recursive(self) -> bool {
        matches!(self.waiter, Waiter::Recursive)
    }

    pub(super) const fn name(self) -> &'static str {
        match (self.shared(), self.recursive()) {
            (false, false) => "EN",
            (false, true) => "ER",
            (true, false) => "SN",
            (true, true) => "SR",
        }
    }
}

/// An occurrence of a dependency: what was held, what was taken meanwhile.
#[derive(Clone, Copy)]
pub(super) struct Dependency<'a> {
    pub(super) held: &'a Held,
    pub(super) new: &'a Held,
    pub(super) kind: Kind,
}

/// A dependency.
pub(super) struct Edge<A: Allocator> {
    pub(super) from: NodeIx,
    pub(super) to: NodeIx,
    pub(super) kind: Kind,
    /// It closed a cycle when it came; the topological order leaves it out.
    pub(super) back: bool,
    /// Where the first lock was taken.
    pub(super) holding: Place,
    /// Where the second was taken meanwhile.
    pub(super) acquiring: Place,
    /// How both were taken then.
    pub(super) modes: (Mode, Mode),
    /// By whom.
    thread: u32,
    pub(super) evidence: Kept<A>,
    /// Its neighbours among the edges out of `from`, and among those into `to`.
    links: [Link; 2],
}

/// The edges before and after one in a list of a node; [`NONE`] at its ends.
#[derive(Clone, Copy)]
struct Link {
    before: EdgeIx,
    after: EdgeIx,
}

/// The first and the last edge of a list; [`NONE`] if it is empty.
#[derive(Clone, Copy)]
pub(super) struct List {
    first: EdgeIx,
    last: EdgeIx,
}

impl List {
    const EMPTY: List = List { first: NONE, last: NONE };
}

/// No edge.
const NONE: EdgeIx = EdgeIx::MAX;

/// Which of the two lists of a node, and of the two links of an edge.
#[derive(Clone, Copy)]
pub(super) enum Way {
    Out,
    Into,
}

impl<A: Allocator> Edge<A> {
    /// The pair it leads to.
    pub(super) const fn target(&self) -> Pair {
        self.kind.waiter.at(self.to)
    }

    /// The pairs it leads from: those of waiters that its holder keeps waiting.
    pub(super) fn sources(&self) -> impl Iterator<Item = Pair> + use<A> {
        let (from, holder) = (self.from, self.kind.holder);
        Waiter::ALL.into_iter().filter(move |waiter| waiter.waits_for(holder)).map(move |waiter| waiter.at(from))
    }

    /// Whether it leads on from a pair of its first node.
    pub(super) const fn follows(&self, pair: Pair) -> bool {
        parts(pair).1.waits_for(self.kind.holder)
    }

    /// Whether it leads to the beginning of another, so that a path from that to this closes a cycle.
    pub(super) const fn closes(&self, first: &Edge<A>) -> bool {
        self.to == first.from && first.follows(self.target())
    }

    /// Who made the dependency at these places.
    pub(super) const fn thread(&self) -> Thread {
        Thread { id: self.thread, began: 0 }
    }
}

/// The signals a class was used with; see `usage.rs`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Bits {
    /// Taken in the handler of these by anybody but a recursive reader.
    pub(super) used: u64,
    /// Taken in the handler of these by a recursive reader.
    pub(super) used_recursive: u64,
    /// Held exclusively while these were open.
    pub(super) open: u64,
    /// Held shared while these were open.
    pub(super) open_shared: u64,
}

pub(super) struct Node {
    pub(super) key: Key,
    /// The class, also of an instance.
    pub(super) class: ClassId,
    /// The edges from it and those to it, in the order in which they came.
    lists: [List; 2],
    pub(super) bits: Bits,
}

/// The dependency graph.
pub(super) struct Graph<A: Allocator + Clone> {
    alloc: A,
    pub(super) nodes: Vec<Node, A>,
    pub(super) edges: Vec<Option<Edge<A>>, A>,
    /// The nodes of instances; a class knows its own.
    instances: Map<u64, NodeIx, A>,
    index: Map<(NodeIx, NodeIx, Kind), EdgeIx, A>,
    free_nodes: Vec<NodeIx, A>,
    free_edges: Vec<EdgeIx, A>,
    /// Edges that closed a cycle.
    pub(super) back_edges: u32,
    /// The topological order: the place of each pair. No two have the same, and there are gaps.
    pub(super) rank: Vec<i64, A>,
    /// The first place given out so far, and the one behind the last.
    pub(super) places: core::ops::Range<i64>,
    /// Signals that some class before this pair was used in; see `closure.rs`.
    pub(super) up: Vec<u64, A>,
    /// Signals that were open under some class behind this pair.
    pub(super) down: Vec<u64, A>,
    /// For each signal (the first is signal 1) those that it leads to; see `closure.rs`.
    pub(super) leads: [u64; 64],
    /// Scratch space of the searches.
    pub(super) scratch: super::search::Scratch<A>,
}

/// What became of a dependency.
pub(super) enum Added {
    /// It is new.
    New {
        edge: EdgeIx,
        /// It closes a cycle.
        cycle: bool,
    },
    /// It was known.
    Known {
        edge: EdgeIx,
        /// A gate is gone, and the edge may be part of a reported cycle.
        reconsider: bool,
        /// It was not known of this thread, and the edge may be part of a cycle that was not reported for that.
        another: bool,
    },
}

impl<A: Allocator + Clone> Graph<A> {
    pub(super) fn new_in(alloc: A) -> Graph<A> {
        Graph {
            nodes: Vec::new_in(alloc.clone()),
            edges: Vec::new_in(alloc.clone()),
            instances: Map::with_hasher_in(Default::default(), alloc.clone()),
            index: Map::with_hasher_in(Default::default(), alloc.clone()),
            free_nodes: Vec::new_in(alloc.clone()),
            free_edges: Vec::new_in(alloc.clone()),
            back_edges: 0,
            rank: Vec::new_in(alloc.clone()),
            places: 0..0,
            up: Vec::new_in(alloc.clone()),
            down: Vec::new_in(alloc.clone()),
            leads: [0; 64],
            scratch: super::search::Scratch::new_in(alloc.clone()),
            alloc,
        }
    }

    pub(super) fn alloc(&self) -> A {
        self.alloc.clone()
    }

    pub(super) fn edge_count(&self) -> usize {
        self.edges.len() - self.free_edges.len()
    }

    /// What the edges take, in the index too.
    pub(super) fn edge_bytes(&self) -> usize {
        let more = self.edges.iter().flatten().map(|edge| edge.evidence.more_bytes()).sum::<usize>();
        self.edges.capacity() * size_of::<Option<Edge<A>>>() + more + self.index.allocation_size()
    }

    /// What the nodes take, with all that is known of their pairs.
    pub(super) fn node_bytes(&self) -> usize {
        let pairs = self.rank.capacity() * size_of::<i64>() + (self.up.capacity() + self.down.capacity()) * size_of::<u64>();
        self.nodes.capacity() * size_of::<Node>() + pairs + self.scratch.bytes() + self.instances.allocation_size()
    }

    /// The edges from a node.
    pub(super) fn edges_out(&self, node: NodeIx) -> impl Iterator<Item = (EdgeIx, &Edge<A>)> {
        self.list(node, Way::Out)
    }

    /// The edges to a node.
    pub(super) fn edges_into(&self, node: NodeIx) -> impl Iterator<Item = (EdgeIx, &Edge<A>)> {
        self.list(node, Way::Into)
    }

    pub(super) fn list(&self, node: NodeIx, way: Way) -> impl Iterator<Item = (EdgeIx, &Edge<A>)> {
        let mut next = self.nodes[node as usize].lists[way as usize].first;
        core::iter::from_fn(move || {
            let ix = (next != NONE).then_some(next)?;
            let edge = self.edge(ix);
            next = edge.links[way as usize].after;
            Some((ix, edge))
        })
    }

    /// The first edge from a node.
    pub(super) fn first_out(&self, node: NodeIx) -> Option<EdgeIx> {
        self.first(node, Way::Out)
    }

    fn first(&self, node: NodeIx, way: Way) -> Option<EdgeIx> {
        Some(self.nodes[node as usize].lists[way as usize].first).filter(|&ix| ix != NONE)
    }

    /// The next edge from the same node.
    pub(super) fn next_out(&self, edge: EdgeIx) -> Option<EdgeIx> {
        Some(self.edge(edge).links[Way::Out as usize].after).filter(|&ix| ix != NONE)
    }

    fn list_mut(&mut self, edge: EdgeIx, way: Way) -> &mut List {
        let node = match way {
            Way::Out => self.edge(edge).from,
            Way::Into => self.edge(edge).to,
        };
        &mut self.nodes[node as usize].lists[way as usize]
    }

    /// Puts an edge at the end of its lists.
    fn link(&mut self, ix: EdgeIx) {
        for way in [Way::Out, Way::Into] {
            let list = self.list_mut(ix, way);
            let before = core::mem::replace(&mut list.last, ix);
            if before == NONE {
                list.first = ix;
            } else {
                self.edge_mut(before).links[way as usize].after = ix;
            }
            self.edge_mut(ix).links[way as usize] = Link { before, after: NONE };
        }
    }

    /// Takes an edge out of its lists.
    fn unlink(&mut self, ix: EdgeIx) {
        for way in [Way::Out, Way::Into] {
            let Link { before, after } = self.edge(ix).links[way as usize];
            match before {
                NONE => self.list_mut(ix, way).first = after,
                _ => self.edge_mut(before).links[way as usize].after = after,
            }
            match after {
                NONE => self.list_mut(ix, way).last = before,
                _ => self.edge_mut(after).links[way as usize].before = before,
            }
        }
    }

    pub(super) fn edge(&self, edge: EdgeIx) -> &Edge<A> {
        self.edges[edge as usize].as_ref().expect("an edge in a list is alive")
    }

    fn edge_mut(&mut self, edge: EdgeIx) -> &mut Edge<A> {
        self.edges[edge as usize].as_mut().expect("an edge in a list is alive")
    }

    /// Every edge with the keys of its ends.
    pub(super) fn edges(&self) -> impl Iterator<Item = (Key, Key, &Edge<A>)> {
        self.edges.iter().flatten().map(|edge| (self.key(edge.from), self.key(edge.to), edge))
    }

    pub(super) fn key(&self, node: NodeIx) -> Key {
        self.nodes[node as usize].key
    }

    pub(super) fn class(&self, node: NodeIx) -> ClassId {
        self.nodes[node as usize].class
    }

    /// The dependency of this kind, if it is known.
    pub(super) fn edge_between(&self, from: NodeIx, to: NodeIx, kind: Kind) -> Option<EdgeIx> {
        self.index.get(&(from, to, kind)).copied()
    }

    pub(super) fn knows_instances(&self) -> bool {
        !self.instances.is_empty()
    }

    /// The node of an instance, made if need be.
    pub(super) fn instance(&mut self, instance: u64, class: ClassId) -> NodeIx {
        if let Some(&node) = self.instances.get(&instance) {
            return node;
        }
        let node = self.node(Key::Instance(instance), class);
        self.instances.insert(instance, node);
        node
    }

    /// A new node: without edges, so anywhere in the order is right; last is.
    pub(super) fn node(&mut self, key: Key, class: ClassId) -> NodeIx {
        match self.free_nodes.pop() {
            Some(node) => {
                self.nodes[node as usize].key = key;
                self.nodes[node as usize].class = class;
                node
            }
            None => {
                let node = self.nodes.len() as NodeIx;
                self.nodes.push(Node { key, class, lists: [List::EMPTY; 2], bits: Bits::default() });
                for _ in Waiter::ALL {
                    let place = self.last_place();
                    self.rank.push(place);
                    self.up.push(0);
                    self.down.push(0);
                }
                self.scratch.grow(self.rank.len());
                node
            }
        }
    }

    /// The evidence of a dependency, if it is known.
    pub(super) fn evidence_of(&self, from: NodeIx, to: NodeIx, kind: Kind) -> Option<&Kept<A>> {
        self.edge_between(from, to, kind).map(|edge| &self.edge(edge).evidence)
    }

    /// Adds a dependency, or its evidence to the one known.
    pub(super) fn depend(&mut self, ends: (NodeIx, NodeIx), dependency: Dependency<'_>, evidence: &Evidence) -> Added {
        let (from, to) = ends;
        debug_assert_ne!(from, to);
        let Dependency { held, new, kind } = dependency;
        let (holding, acquiring, modes) = (held.place, new.place, (held.mode, new.mode));
        let thread = evidence.first_thread();
        if let Some(edge) = self.edge_between(from, to, kind) {
            let (cycles, alloc) = (self.back_edges > 0, self.alloc());
            let known = self.edge_mut(edge);
            let another = known.evidence.threads().iter().all(|seen| seen.thread != thread);
            let weaker = known.evidence.merge(evidence, alloc);
            // A plain read that counts as recursive is what counts again once there is a writer.
            let plain = kind.recursive() && modes.1 == Mode::Read && known.modes.1 != Mode::Read;
            if weaker || plain {
                // What a report has to show is the occurrence without the gate.
                (known.holding, known.acquiring, known.modes, known.thread) = (holding, acquiring, modes, thread);
            }
            return Added::Known { edge, reconsider: weaker && cycles, another: another && cycles };
        }
        let evidence = Kept::new_in(self.alloc(), evidence);
        let mut edge = Edge {
            from,
            to,
            kind,
            back: false,
            holding,
            acquiring,
            modes,
            thread,
            evidence,
            links: [Link { before: NONE, after: NONE }; 2],
        };
        let cycle = self.closes_cycle(&edge);
        edge.back = cycle;
        let ix = match self.free_edges.pop() {
            Some(ix) => ix,
            None => {
                self.edges.push(None);
                (self.edges.len() - 1) as EdgeIx
            }
        };
        self.edges[ix as usize] = Some(edge);
        self.back_edges += u32::from(cycle);
        self.index.insert((from, to, kind), ix);
        self.link(ix);
        self.close_over(ix);
        Added::New { edge: ix, cycle }
    }

    /// The dependencies of plain reads of this class, whose node is known, that count as recursive so far.
    pub(super) fn reads_alone(&self, class: ClassId, node: NodeIx) -> Vec<EdgeIx, A> {
        let mut reads = Vec::new_in(self.alloc.clone());
        let instances = self.instances.values().copied().filter(|&node| self.class(node) == class);
        for node in instances.chain([node]) {
            let alone = |edge: &Edge<A>| edge.kind.recursive() && edge.modes.1 == Mode::Read;
            reads.extend(self.edges_into(node).filter(|(_, edge)| alone(edge)).map(|(ix, _)| ix));
        }
        reads
    }

    /// Whether the new edge would close a strong path. Puts the pairs in order if not.
    fn closes_cycle(&mut self, edge: &Edge<A>) -> bool {
        // With a reported cycle inside, the order says nothing of paths through it: search.
        if self.back_edges > 0 && self.path_back(edge).is_some() {
            return true;
        }
        let target = edge.target();
        !edge.sources().all(|source| self.insert_arc(source, target))
    }

    /// Removes an instance with all its dependencies.
    pub(super) fn forget(&mut self, instance: u64) {
        let Some(node) = self.instances.remove(&instance) else { return };
        self.nodes[node as usize].bits = Bits::default();
        while let Some(ix) = self.first(node, Way::Out).or_else(|| self.first(node, Way::Into)) {
            self.remove(ix);
        }
        self.free_nodes.push(node);
    }

    /// Takes back every dependency between two nodes. What went over it is still known as above and below (`closure.rs`): such a
    /// path is looked for, and not found.
    pub(super) fn take_back(&mut self, from: NodeIx, to: NodeIx) {
        let between = |graph: &Graph<A>| graph.edges_out(from).find(|(_, edge)| edge.to == to).map(|(ix, _)| ix);
        while let Some(ix) = between(self) {
            self.remove(ix);
        }
    }

    fn remove(&mut self, ix: EdgeIx) {
        self.unlink(ix);
        let Some(edge) = self.edges[ix as usize].take() else { return };
        self.index.remove(&(edge.from, edge.to, edge.kind));
        self.back_edges -= u32::from(edge.back);
        self.free_edges.push(ix);
    }
}
