//! Random input against oracles that are slow and plain.
//!
//! * The graph against a list of edges: cycles, shortest cycles, which signals reach where.
//! * Whole programs against a search of all their interleavings (`programs.rs`): what can deadlock must be reported by one run in
//!   which it did not. What is reported besides is counted by reason and bounded, so that a loss of precision is seen.
//!
//! The seed is fixed and printed. `LOCKDEP_ORACLE=n` looks elsewhere, and n times as long. What it comes to is published in
//! `lockdep/docs/oracle.md`.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashSet};

use allocator_api2::alloc::Global;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use super::programs::{LOCKS, Machine, Outcome, Shape, Waits};
use super::script::World;
use crate::engine::evidence::{Evidence, Seen};
use crate::engine::graph::{Added, Bits, Dependency, EdgeIx, Holder, Key, Kind, Waiter};
use crate::engine::{ClassId, Engine, Held, Verdict};
use crate::kind::{ReportKind, Severity};

/// Tries the property on so many inputs; the failing one is made smaller first.
fn try_on<S: Strategy>(cases: u32, strategy: &S, property: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let times = std::env::var("LOCKDEP_ORACLE").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    let mut seed = *b"taken in what order, and by whom";
    seed[..4].copy_from_slice(&u32::to_be_bytes(u32::from_be_bytes(*b"take") + times - 1));
    println!("seed: {seed:?}");
    let config = Config { cases: cases * times, failure_persistence: None, max_shrink_iters: 4000, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    if let Err(error) = TestRunner::new_with_rng(config, rng).run(strategy, property) {
        panic!("{error}");
    }
}

// The graph.

const CLASSES: usize = 6;
const INSTANCES: usize = 4;
const SIGNALS_USED: usize = 4;

#[derive(Clone, Debug)]
enum Op {
    /// Between two classes, or two instances.
    Depend { instances: bool, from: usize, to: usize, kind: Kind },
    /// A class is used so with a signal: 0 used, 1 used recursively, 2 open, 3 open shared.
    Use { class: usize, set: usize, signal: u32 },
    /// The lock is gone; its place is taken by a new one.
    Forget { instance: usize },
}

fn op() -> impl Strategy<Value = Op> {
    let holder = prop_oneof![4 => Just(Holder::Exclusive), 3 => Just(Holder::Reader), 1 => Just(Holder::Upgradable)];
    let waiter = prop_oneof![4 => Just(Waiter::Anybody), 2 => Just(Waiter::Reader), 3 => Just(Waiter::Recursive), 1 => Just(Waiter::Upgrade)];
    let depend = (prop::bool::weighted(0.4), 0..CLASSES, 0..CLASSES, holder, waiter);
    prop_oneof![
        8 => depend.prop_map(|(instances, from, to, holder, waiter)| {
            Op::Depend { instances, from, to, kind: Kind { holder, waiter } }
        }),
        2 => (0..CLASSES, 0..4_usize, 0..SIGNALS_USED as u32).prop_map(|(class, set, signal)| Op::Use { class, set, signal }),
        1 => (0..INSTANCES).prop_map(|instance| Op::Forget { instance }),
    ]
}

/// Nodes: the classes, then the instances; and what is known of them.
#[derive(Default)]
struct Naive {
    edges: Vec<(usize, usize, Kind)>,
    bits: [Bits; CLASSES],
}

/// Whether somebody who waits like the first keeps waiting for somebody who holds like the second.
fn waits(waiter: Waiter, holder: Holder) -> bool {
    use {Holder as H, Waiter as W};
    [
        (W::Anybody, H::Exclusive),
        (W::Anybody, H::Reader),
        (W::Anybody, H::Upgradable),
        (W::Reader, H::Exclusive),
        (W::Reader, H::Reader),
        (W::Recursive, H::Exclusive),
        (W::Upgrade, H::Reader),
    ]
    .contains(&(waiter, holder))
}

impl Naive {
    /// Whether the second edge leads on from the first.
    fn strong(first: &(usize, usize, Kind), second: &(usize, usize, Kind)) -> bool {
        first.1 == second.0 && waits(first.2.waiter, second.2.holder)
    }

    /// The length of the shortest closed strong path through an edge.
    fn shortest_cycle(&self, edge: &(usize, usize, Kind)) -> Option<usize> {
        let mut reached = vec![*edge];
        let mut seen = HashSet::new();
        for length in 1.. {
            if reached.iter().any(|last| Naive::strong(last, edge)) {
                return Some(length);
            }
            let next = self.edges.iter().filter(|next| reached.iter().any(|last| Naive::strong(last, next)));
            reached = next.filter(|next| seen.insert(**next)).copied().collect();
            if reached.is_empty() {
                return None;
            }
        }
        None
    }

    /// The signals in whose handlers a class is taken that is kept waiting by its holder at the beginning of the edge.
    fn safe(&self, edge: &(usize, usize, Kind)) -> u64 {
        let bits = self.bits.get(edge.0).copied().unwrap_or_default();
        if edge.2.holder == Holder::Exclusive { bits.used | bits.used_recursive } else { bits.used }
    }

    /// The signals open under the holder that the waiter at the end of the edge waits for.
    fn open(&self, edge: &(usize, usize, Kind)) -> u64 {
        let bits = self.bits.get(edge.1).copied().unwrap_or_default();
        let exclusive = if waits(edge.2.waiter, Holder::Exclusive) { bits.open } else { 0 };
        let shared = if waits(edge.2.waiter, Holder::Reader) { bits.open_shared } else { 0 };
        exclusive | shared
    }

    /// For each edge: the signals that come to it from above, those that it leads to below.
    fn reach(&self) -> Vec<(u64, u64)> {
        let mut reach: Vec<(u64, u64)> = self.edges.iter().map(|edge| (self.safe(edge), self.open(edge))).collect();
        loop {
            let before = reach.clone();
            for (i, first) in self.edges.iter().enumerate() {
                for (j, second) in self.edges.iter().enumerate() {
                    if Naive::strong(first, second) {
                        reach[j].0 |= reach[i].0;
                        reach[i].1 |= reach[j].1;
                    }
                }
            }
            if reach == before {
                return reach;
            }
        }
    }

    /// For each signal: those open under somebody for whom its handler may wait, directly or over others.
    fn leads(&self, reach: &[(u64, u64)]) -> [u64; 64] {
        let mut leads = [0; 64];
        for (at, leads) in leads.iter_mut().enumerate() {
            let of = |signals: u64| signals & 1 << at != 0;
            reach.iter().filter(|reach| of(reach.0)).for_each(|reach| *leads |= reach.1);
            for bits in &self.bits {
                *leads |= if of(bits.used) { bits.open | bits.open_shared } else { 0 };
                *leads |= if of(bits.used_recursive) { bits.open } else { 0 };
            }
        }
        leads
    }

    fn up(&self, reach: &[(u64, u64)], node: usize, waiter: Waiter) -> u64 {
        let edges = self.edges.iter().zip(reach).filter(|(edge, _)| (edge.1, edge.2.waiter) == (node, waiter));
        edges.fold(0, |bits, (_, reach)| bits | reach.0)
    }

    fn down(&self, reach: &[(u64, u64)], node: usize, waiter: Waiter) -> u64 {
        let edges = self.edges.iter().zip(reach).filter(|(edge, _)| edge.0 == node && waits(waiter, edge.2.holder));
        edges.fold(0, |bits, (_, reach)| bits | reach.1)
    }
}

/// The real graph, and the numbers of its nodes.
struct Real {
    engine: Engine<Global>,
    nodes: Vec<u32>,
    instances: u64,
}

impl Real {
    fn new() -> Real {
        let mut real = Real { engine: Engine::new_in(Global), nodes: Vec::new(), instances: 0 };
        for class in 0..CLASSES {
            let class = ClassId::new(class as u32 + 1, 0);
            real.nodes.push(real.engine.graph.node(Key::Class(class), class));
        }
        for at in 0..INSTANCES {
            real.nodes.push(0);
            real.renew(at);
        }
        real
    }

    /// Another lock at this place.
    fn renew(&mut self, at: usize) {
        self.instances += 1;
        self.nodes[CLASSES + at] = self.engine.graph.instance(self.instances, ClassId::new(99, 0));
    }

    fn forget(&mut self, at: usize) {
        let Key::Instance(instance) = self.engine.graph.key(self.nodes[CLASSES + at]) else { unreachable!() };
        self.engine.graph.forget(instance);
        self.renew(at);
    }

    fn depend(&mut self, from: usize, to: usize, kind: Kind) -> Added {
        let evidence = Evidence::new(Seen::default(), core::iter::empty());
        let dependency = Dependency { held: &Held::FREE, new: &Held::FREE, kind };
        self.engine.graph.depend((self.nodes[from], self.nodes[to]), dependency, &evidence)
    }

    fn naive_edge(&self, edge: EdgeIx) -> (usize, usize, Kind) {
        let edge = self.engine.graph.edge(edge);
        let node = |node| self.nodes.iter().position(|&known| known == node).expect("a node of the test");
        (node(edge.from), node(edge.to), edge.kind)
    }
}

#[test]
fn the_graph_agrees_with_a_list_of_edges() {
    try_on(500, &vec(op(), 1..50), |ops| {
        let (mut real, mut naive) = (Real::new(), Naive::default());
        for op in ops {
            match op {
                Op::Depend { instances, from, to, kind } => {
                    let (from, to) = match instances {
                        true => (CLASSES + from % INSTANCES, CLASSES + to % INSTANCES),
                        false => (from, to),
                    };
                    if from != to {
                        depend_on_both(&mut real, &mut naive, (from, to, kind))?;
                    }
                }
                Op::Use { class, set, signal } => {
                    let node = real.nodes[class];
                    for bits in [&mut real.engine.graph.nodes[node as usize].bits, &mut naive.bits[class]] {
                        let sets = [&mut bits.used, &mut bits.used_recursive, &mut bits.open, &mut bits.open_shared];
                        *sets.into_iter().nth(set).expect("one of four") |= 1 << signal;
                    }
                    real.engine.graph.usage_changed(node);
                }
                Op::Forget { instance } => {
                    real.forget(instance);
                    naive.edges.retain(|edge| edge.0 != CLASSES + instance && edge.1 != CLASSES + instance);
                }
            }
            real.engine.check_invariants();
            prop_assert_eq!(real.engine.edge_count(), naive.edges.len());
            let reach = naive.reach();
            prop_assert_eq!(real.engine.graph.leads, naive.leads(&reach));
            for (at, &node) in real.nodes.iter().enumerate() {
                for waiter in Waiter::ALL {
                    let pair = waiter.at(node) as usize;
                    prop_assert_eq!(real.engine.graph.up[pair], naive.up(&reach, at, waiter), "above {} {:?}", at, waiter);
                    prop_assert_eq!(real.engine.graph.down[pair], naive.down(&reach, at, waiter), "below {} {:?}", at, waiter);
                }
            }
        }
        Ok(())
    });
}

fn depend_on_both(real: &mut Real, naive: &mut Naive, edge: (usize, usize, Kind)) -> Result<(), TestCaseError> {
    let known = naive.edges.contains(&edge);
    if !known {
        naive.edges.push(edge);
    }
    let shortest = naive.shortest_cycle(&edge);
    let ix = match real.depend(edge.0, edge.1, edge.2) {
        Added::New { edge: ix, cycle } => {
            prop_assert!(!known, "{:?} was known", edge);
            prop_assert_eq!(cycle, shortest.is_some(), "{:?} closes a cycle of {:?}", edge, shortest);
            ix
        }
        Added::Known { edge: ix, reconsider, .. } => {
            prop_assert!(known && !reconsider, "{:?} was not known", edge);
            ix
        }
    };
    let mut scratch = real.engine.graph.scratch.take();
    let cycle = real.engine.graph.cycle_through(ix, &mut scratch);
    real.engine.graph.scratch = scratch;
    prop_assert_eq!(cycle.as_ref().map(|cycle| cycle.len()), shortest, "the shortest cycle through {:?}", edge);
    if let Some(cycle) = cycle {
        let edges: Vec<_> = cycle.iter().map(|&ix| real.naive_edge(ix)).collect();
        prop_assert_eq!(edges[0], edge);
        for (at, first) in edges.iter().enumerate() {
            prop_assert!(Naive::strong(first, &edges[(at + 1) % edges.len()]), "{:?} is a strong cycle", edges);
        }
    }
    if !known {
        connection_on_both(real, naive, ix)?;
    }
    Ok(())
}

/// What a new edge connects, and whether the path shown for it is one.
fn connection_on_both(real: &mut Real, naive: &Naive, ix: EdgeIx) -> Result<(), TestCaseError> {
    let at = naive.edges.len() - 1;
    let reach = naive.reach();
    let (leads, (above, mut below)) = (naive.leads(&reach), reach[at]);
    // Signal by signal, until one of those is met that come from above.
    let mut shortest = None;
    for length in 1..=SIGNALS_USED {
        if above & below != 0 {
            shortest = Some(length);
            break;
        }
        below |= (0..64).filter(|signal| below & 1 << signal != 0).fold(0, |next, signal| next | leads[signal]);
    }
    let connection = real.engine.connection(ix);
    let found = connection.as_ref().map(|connection| connection.legs.len());
    prop_assert_eq!(found, shortest, "{:?} connects {:b} with {:b}", naive.edges[at], above, below);
    if let Some(connection) = connection {
        for (number, leg) in connection.legs.iter().enumerate() {
            let next = connection.legs[(number + 1) % connection.legs.len()].signal;
            let path: Vec<_> = leg.path.iter().map(|&ix| real.naive_edge(ix)).collect();
            prop_assert!(number > 0 || path.contains(&naive.edges[at]));
            prop_assert!(path.windows(2).all(|edges| Naive::strong(&edges[0], &edges[1])), "{:?} is strong", path);
            match path.as_slice() {
                [first, ..] => {
                    prop_assert!(
                        naive.safe(first) & leg.signal != 0 && naive.open(&path[path.len() - 1]) & next != 0,
                        "{:?}",
                        path
                    );
                }
                [] => {
                    let class = real.nodes.iter().position(|&node| node == leg.first).expect("a node of the test");
                    let bits = naive.bits[class];
                    let anybody = bits.used & leg.signal != 0 && (bits.open | bits.open_shared) & next != 0;
                    let recursive = bits.used_recursive & leg.signal != 0 && bits.open & next != 0;
                    prop_assert!(anybody || recursive, "{class} leads from {:b} to {next:b}", leg.signal);
                }
            }
        }
    }
    Ok(())
}

// Programs.

/// What became of the programs that were tried.
#[derive(Debug, Default)]
struct Tally {
    /// Runs of programs: each program once for each order of its parts.
    runs: u32,
    deadlocks: u32,
    silent: u32,
    /// Reported as guarded alone, and indeed no deadlock.
    guarded: u32,
    /// Signals opened inside a section that had them blocked: wrong in itself.
    masks: u32,
    /// It deadlocks if two threads at once run each of the programs.
    twice: u32,
    /// It deadlocks if somebody writes to the locks that these programs only read: their readers wait behind him.
    writer: u32,
    /// It does not even then: the order is contradicted, but something else than a gate keeps the threads apart.
    order_only: u32,
    /// Too many interleavings to say.
    unknown: u32,
}

/// What it takes for a program that cannot deadlock to do so.
#[derive(Clone, Copy)]
enum Why {
    Twice,
    Writer,
    OrderOnly,
    Unknown,
}

impl Why {
    fn of(machine: &Machine) -> Why {
        let mut known = true;
        for (more, why) in [(machine.twice(), Why::Twice), (machine.with_writers(), Why::Writer)] {
            match more.deadlocks() {
                Outcome::Deadlocks(waits) if waits.is_empty() => {}
                Outcome::Deadlocks(_) => return why,
                Outcome::TooMany => known = false,
            }
        }
        if known { Why::OrderOnly } else { Why::Unknown }
    }
}

impl Tally {
    /// Prints what it came to, and makes sure that something was tried.
    fn is_precise(&self) {
        let share = |n: u32| f64::from(n) * 100.0 / f64::from(self.runs);
        let shares =
            [self.deadlocks, self.silent, self.guarded, self.masks, self.twice, self.writer, self.order_only, self.unknown]
                .map(share);
        println!("{self:?}\nin per cent: {shares:.1?}");
        assert!(self.deadlocks > self.runs / 20, "too few deadlocks to prove anything: {self:?}");
        assert!(self.silent > self.runs / 20, "too few harmless programs to prove anything: {self:?}");
        assert!(self.order_only < self.runs / 50, "too much is reported that cannot happen: {self:?}");
    }

    fn count(&mut self, why: &mut Option<Why>, machine: &Machine, deadlocks: &BTreeSet<Waits>, world: &World) {
        let strong = || world.found.iter().filter(|verdict| verdict.severity >= Severity::Possible);
        let about_masks = |kind| matches!(kind, ReportKind::UnsafeIrqEnable | ReportKind::IrqState);
        let counter = match strong().next() {
            _ if !deadlocks.is_empty() => &mut self.deadlocks,
            None if world.found.is_empty() => &mut self.silent,
            None => &mut self.guarded,
            Some(_) if strong().any(|verdict| about_masks(verdict.kind)) => &mut self.masks,
            Some(_) => match *why.get_or_insert_with(|| Why::of(machine)) {
                Why::Twice => &mut self.twice,
                Why::Writer => &mut self.writer,
                Why::OrderOnly => &mut self.order_only,
                Why::Unknown => &mut self.unknown,
            },
        };
        *counter += 1;
        self.runs += 1;
    }
}

/// No deadlock goes unreported, in whatever order the parts ran.
fn nothing_is_missed(machine: &Machine, tally: &RefCell<Tally>) -> Result<(), TestCaseError> {
    let Outcome::Deadlocks(deadlocks) = machine.deadlocks() else { return Ok(()) };
    let (parts, mut why) = (machine.parts(), None);
    for first in 0..parts {
        let script = machine.script((0..parts).map(|at| (first + at) % parts));
        let world = World::run(&script);
        let strong = || world.found.iter().filter(|verdict| verdict.severity >= Severity::Possible);
        // The classes are numbered in the order in which the script names them; `LOCKS` are named first.
        let locks = |set: u8| (0..LOCKS.len()).filter(move |lock| set & 1 << lock != 0);
        // Whoever waits for one of the stuck besides is no part of it: without him it is a deadlock, too.
        let is_least = |&&waits: &&Waits| !deadlocks.iter().any(|&fewer| fewer != waits && fewer & waits == fewer);
        for &waits in deadlocks.iter().filter(is_least) {
            let speaks_of = |verdict: &Verdict<Global>, wait: usize| {
                verdict.locks.iter().any(|lock| ClassId::new(wait as u32 + 1, 0) == lock.class)
            };
            // Of the cycles that one acquisition closes, the shortest alone is reported.
            let reported = strong().any(|verdict| match verdict.kind {
                ReportKind::Inversion | ReportKind::IrqInversion => locks(waits).any(|wait| speaks_of(verdict, wait)),
                ReportKind::IrqUsage | ReportKind::Recursion | ReportKind::UnsafeIrqEnable => {
                    locks(waits).all(|wait| speaks_of(verdict, wait))
                }
                _ => false,
            });
            let names: Vec<_> = locks(waits).map(|lock| LOCKS[lock]).collect();
            prop_assert!(reported, "it can deadlock waiting for {:?}:\n{}\nreported:\n{}", names, script, world.explain());
        }
        tally.borrow_mut().count(&mut why, machine, &deadlocks, &world);
    }
    Ok(())
}

fn no_deadlock_goes_unreported(cases: u32, shape: Shape) {
    let tally = RefCell::new(Tally::default());
    try_on(cases, &shape.programs(), |machine| nothing_is_missed(&machine, &tally));
    tally.into_inner().is_precise();
}

#[test]
fn no_deadlock_of_threads_goes_unreported() {
    no_deadlock_goes_unreported(200, Shape { threads: 2..=3, words: 10, handlers: 0..=0 });
}

#[test]
fn no_deadlock_of_four_threads_goes_unreported() {
    no_deadlock_goes_unreported(40, Shape { threads: 4..=4, words: 6, handlers: 0..=0 });
}

#[test]
fn no_deadlock_of_threads_and_handlers_goes_unreported() {
    no_deadlock_goes_unreported(100, Shape { threads: 1..=2, words: 8, handlers: 1..=2 });
}
