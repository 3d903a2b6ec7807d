//! Random input against oracles that are slow and plain.
//!
//! * The graph against a list of edges: cycles, shortest cycles, which signals reach where.
//! * Whole programs against a search of all their interleavings: what can deadlock must be reported by one run in which it did
//!   not. What is reported besides is counted and bounded, so that a loss of precision is seen.
//!
//! The seed is fixed and printed. `LOCKDEP_ORACLE=n` looks elsewhere, and n times as long.

use std::collections::HashSet;
use std::fmt::Write as _;

use allocator_api2::alloc::Global;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use super::script::World;
use crate::engine::evidence::{Evidence, Seen};
use crate::engine::graph::{Added, Bits, Dependency, EdgeIx, Holder, Key, Kind, Waiter};
use crate::engine::{ClassId, Engine, Held};
use crate::kind::{Mode, Severity};

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
    let waiter = prop_oneof![4 => Just(Waiter::Anybody), 3 => Just(Waiter::Recursive), 1 => Just(Waiter::Upgrade)];
    let depend = (prop::bool::weighted(0.4), 0..CLASSES, 0..CLASSES, holder, waiter);
    prop_oneof![
        8 => depend.prop_map(|(instances, from, to, holder, waiter)| {
            Op::Depend { instances, from, to, kind: Kind { holder, waiter } }
        }),
        2 => (0..CLASSES, 0..4_usize, 0..3_u32).prop_map(|(class, set, signal)| Op::Use { class, set, signal }),
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
        self.nodes[CLASSES + at] = self.engine.graph.node(Key::Instance(self.instances), ClassId::new(99, 0));
    }

    fn forget(&mut self, at: usize) {
        let Key::Instance(instance) = self.engine.graph.key(self.nodes[CLASSES + at]) else { unreachable!() };
        self.engine.graph.forget(instance);
        self.renew(at);
    }

    fn depend(&mut self, from: usize, to: usize, kind: Kind) -> Added {
        let evidence = Evidence::new(Seen::default(), core::iter::empty());
        let dependency = Dependency { held: &Held::FREE, new: &Held::FREE, kind };
        self.engine.graph.depend((self.nodes[from], self.nodes[to]), dependency, evidence)
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
        Added::Known { edge: ix, reconsider } => {
            prop_assert!(known && !reconsider, "{:?} was not known", edge);
            ix
        }
    };
    let cycle = real.engine.graph.cycle_through(ix);
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
    let (above, below) = naive.reach()[at];
    let connection = real.engine.connection(ix);
    prop_assert_eq!(connection.is_some(), above & below != 0, "{:?} connects {:b} with {:b}", naive.edges[at], above, below);
    if let Some(connection) = connection {
        let path: Vec<_> = connection.path.iter().map(|&ix| real.naive_edge(ix)).collect();
        prop_assert!(path.contains(&naive.edges[at]));
        prop_assert!(path.windows(2).all(|edges| Naive::strong(&edges[0], &edges[1])), "{:?} is strong", path);
        prop_assert!(naive.safe(&path[0]) & naive.open(&path[path.len() - 1]) != 0, "{:?} connects", path);
    }
    Ok(())
}

// Programs.

/// Two mutexes and two reader-writer locks.
const LOCKS: [&str; 4] = ["A", "B", "R", "S"];

/// How programs are made up: a row of these, made well-formed by [`Program::of`].
#[derive(Clone, Copy, Debug)]
enum Word {
    Begin { lock: usize, mode: Mode, attempt: bool, signals: Signals },
    Upgrade,
    End,
}

/// What a section does to signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signals {
    Leave,
    /// Blocks them and puts back what it found (`lock_irqsave`).
    Save,
    /// Blocks them and opens them, whatever they were before (`lock_irq`).
    Irq,
}

fn word(masked: f64) -> impl Strategy<Value = Word> {
    let signals = (prop::bool::weighted(masked), prop::bool::weighted(0.2)).prop_map(|choice| match choice {
        (false, _) => Signals::Leave,
        (true, false) => Signals::Save,
        (true, true) => Signals::Irq,
    });
    let mode = prop_oneof![
        3 => Just(Mode::Write),
        3 => Just(Mode::Read),
        2 => Just(Mode::ReadRecursive),
        2 => Just(Mode::Upgradable),
    ];
    let begin = (0..LOCKS.len(), mode, prop::bool::weighted(0.15), signals);
    prop_oneof![
        6 => begin.prop_map(|(lock, mode, attempt, signals)| Word::Begin { lock, mode, attempt, signals }),
        1 => Just(Word::Upgrade),
        4 => Just(Word::End),
    ]
}

/// The words of a thread, now and then all under one lock that may be a gate.
fn words(length: usize, masked: f64) -> impl Strategy<Value = Vec<Word>> {
    let gate = Word::Begin { lock: 0, mode: Mode::Write, attempt: false, signals: Signals::Leave };
    (prop::bool::weighted(0.3), vec(word(masked), 1..length)).prop_map(move |(gated, mut words)| {
        if gated {
            words.insert(0, gate);
        }
        words
    })
}

/// A step of a thread.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// A failed attempt goes on behind the section.
    Take {
        lock: usize,
        mode: Mode,
        attempt: bool,
        signals: Signals,
        behind: usize,
    },
    Upgrade {
        lock: usize,
    },
    Release {
        lock: usize,
    },
}

/// A thread's program: sections properly nested, none of which waits for itself for certain.
#[derive(Clone, Debug, Default)]
struct Program {
    steps: Vec<Step>,
    /// What is held before each step, and at the end; whether signals are blocked there.
    held: Vec<Vec<(usize, Mode)>>,
    masked: Vec<bool>,
}

/// A section that is open while a program is made.
#[derive(Clone, Copy)]
struct Open {
    began: usize,
    lock: usize,
    mode: Mode,
    attempt: bool,
    signals: Signals,
    /// Whether it found the signals blocked.
    found: bool,
}

impl Program {
    fn of(words: &[Word]) -> Program {
        let mut program = Program::default();
        let (mut open, mut blocked) = (Vec::<Open>::new(), false);
        for &word in words {
            match word {
                Word::Begin { lock, mode, attempt, mut signals } if open.len() < 4 => {
                    let mode = if lock < 2 { Mode::Write } else { mode };
                    let stuck = open.iter().filter(|section| section.lock == lock).any(|section| {
                        let upgradable = (section.mode, mode) == (Mode::Upgradable, Mode::Upgradable);
                        section.mode == Mode::Write || mode == Mode::Write || upgradable
                    });
                    if stuck {
                        continue;
                    }
                    // So that what is blocked behind an attempt does not depend on its success.
                    if signals == Signals::Irq && (attempt || open.iter().any(|section| section.attempt)) {
                        signals = Signals::Save;
                    }
                    program.push(Step::Take { lock, mode, attempt, signals, behind: 0 }, &open, blocked);
                    open.push(Open { began: program.steps.len() - 1, lock, mode, attempt, signals, found: blocked });
                    blocked |= signals != Signals::Leave;
                }
                Word::Upgrade => {
                    let Some(at) = open.iter().rposition(|section| section.mode == Mode::Upgradable) else { continue };
                    let lock = open[at].lock;
                    if open.iter().filter(|section| section.lock == lock).count() == 1 {
                        program.push(Step::Upgrade { lock }, &open, blocked);
                        open[at].mode = Mode::Write;
                    }
                }
                Word::Begin { .. } => {}
                Word::End => program.end(&mut open, &mut blocked),
            }
        }
        while !open.is_empty() {
            program.end(&mut open, &mut blocked);
        }
        program.note(&open, blocked);
        program
    }

    fn note(&mut self, open: &[Open], blocked: bool) {
        self.held.push(open.iter().map(|section| (section.lock, section.mode)).collect());
        self.masked.push(blocked);
    }

    fn push(&mut self, step: Step, open: &[Open], blocked: bool) {
        self.note(open, blocked);
        self.steps.push(step);
    }

    fn end(&mut self, open: &mut Vec<Open>, blocked: &mut bool) {
        let Some(section) = open.last().copied() else { return };
        self.push(Step::Release { lock: section.lock }, open, *blocked);
        open.pop();
        match section.signals {
            Signals::Leave => {}
            Signals::Save => *blocked = section.found,
            Signals::Irq => *blocked = false,
        }
        let end = self.steps.len();
        if let Step::Take { behind, .. } = &mut self.steps[section.began] {
            *behind = end;
        }
    }

    fn script(&self) -> String {
        let mut script = String::new();
        for step in &self.steps {
            match *step {
                Step::Take { lock, mode, attempt, signals, .. } => {
                    let verb = match mode {
                        Mode::Write => "lock",
                        Mode::Read => "read",
                        Mode::ReadRecursive => "rread",
                        Mode::Upgradable => "upread",
                    };
                    let attempt = if attempt { "try " } else { "" };
                    let guard = match signals {
                        Signals::Leave => "",
                        Signals::Save => "_irqsave",
                        Signals::Irq => "_irq",
                    };
                    write!(script, "{attempt}{verb}{guard} {}, ", LOCKS[lock]).unwrap();
                }
                Step::Upgrade { lock } => write!(script, "upgrade {}, ", LOCKS[lock]).unwrap(),
                Step::Release { lock } => write!(script, "unlock {}, ", LOCKS[lock]).unwrap(),
            }
        }
        script
    }
}

/// Where a program is, and whether it has begun to wait there.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
struct At {
    step: usize,
    waiting: bool,
}

/// A thread, and the run of the handler on top of it.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
struct Running {
    at: At,
    handler: Option<At>,
    interrupted: bool,
}

/// All interleavings of threads, each of which the handler may interrupt once.
struct Machine {
    threads: Vec<Program>,
    handler: Option<Program>,
}

impl Machine {
    /// Whether some interleaving ends with threads that wait for each other.
    fn can_deadlock(&self) -> bool {
        let mut seen = HashSet::new();
        let mut work = vec![vec![Running::default(); self.threads.len()]];
        while let Some(state) = work.pop() {
            if !seen.insert(state.clone()) {
                continue;
            }
            let before = work.len();
            for who in 0..state.len() {
                self.go_on(&state, who, &mut work);
            }
            let done = |who: usize| state[who].handler.is_none() && state[who].at.step == self.threads[who].steps.len();
            if work.len() == before && !(0..state.len()).all(done) {
                return true;
            }
            for who in 0..state.len() {
                self.interrupt(&state, who, &mut work);
            }
        }
        false
    }

    /// The program that runs, on top of a thread or below.
    fn program<'s>(&'s self, running: &Running, who: usize) -> (&'s Program, At) {
        match (running.handler, &self.handler) {
            (Some(at), Some(handler)) => (handler, at),
            _ => (&self.threads[who], running.at),
        }
    }

    fn interrupt(&self, state: &[Running], who: usize, next: &mut Vec<Vec<Running>>) {
        let running = state[who];
        let thread = &self.threads[who];
        // Who takes a lock with signals blocked waits for it so.
        let masked = match thread.steps.get(running.at.step) {
            Some(&Step::Take { signals: Signals::Save | Signals::Irq, .. }) if running.at.waiting => true,
            _ => thread.masked[running.at.step],
        };
        if self.handler.is_some() && !running.interrupted && !masked {
            let mut state = state.to_vec();
            state[who] = Running { handler: Some(At::default()), interrupted: true, ..running };
            next.push(state);
        }
    }

    /// What the thread can do next.
    fn go_on(&self, state: &[Running], who: usize, next: &mut Vec<Vec<Running>>) {
        let (program, at) = self.program(&state[who], who);
        let mut push = |at: Option<At>| {
            let mut state = state.to_vec();
            match (state[who].handler.is_some(), at) {
                (true, at) => state[who].handler = at,
                (false, at) => state[who].at = at.expect("a thread does not go away"),
            }
            next.push(state);
        };
        let forward = |step| Some(At { step, waiting: false });
        match program.steps.get(at.step) {
            None if state[who].handler.is_some() => push(None),
            None => {}
            Some(&Step::Release { .. }) => push(forward(at.step + 1)),
            Some(&Step::Take { lock, mode, attempt: true, behind, .. }) => {
                push(forward(if self.grants(state, who, lock, mode) { at.step + 1 } else { behind }));
            }
            Some(_) if !at.waiting => push(Some(At { waiting: true, ..at })),
            Some(&Step::Take { lock, mode, .. }) if self.grants(state, who, lock, mode) => push(forward(at.step + 1)),
            Some(&Step::Upgrade { lock }) if self.holders(state).all(|(held, mode)| held != lock || mode == Mode::Upgradable) => {
                push(forward(at.step + 1));
            }
            Some(_) => {}
        }
    }

    /// Everything that is held.
    fn holders<'s>(&'s self, state: &'s [Running]) -> impl Iterator<Item = (usize, Mode)> + 's {
        state.iter().enumerate().flat_map(|(who, running)| {
            let below = self.threads[who].held[running.at.step].iter();
            let above = running.handler.zip(self.handler.as_ref()).map(|(at, handler)| handler.held[at.step].iter());
            below.chain(above.into_iter().flatten()).copied()
        })
    }

    /// Whether the lock can be had now; as parking_lot has it, where a queued writer keeps readers out.
    fn grants(&self, state: &[Running], who: usize, lock: usize, mode: Mode) -> bool {
        let mut holders = self.holders(state).filter(|holder| holder.0 == lock).map(|holder| holder.1);
        // A writer queues behind an upgradable reader without keeping anybody out; an upgrade keeps new readers out.
        let upgradable = self.holders(state).any(|holder| holder == (lock, Mode::Upgradable));
        let writer_queued = || {
            state.iter().enumerate().filter(|&(other, _)| other != who).any(|(other, running)| {
                let waits = |program: &Program, at: At| match program.steps.get(at.step) {
                    Some(&Step::Take { lock: wanted, mode: Mode::Write, attempt: false, .. }) => wanted == lock && !upgradable,
                    Some(&Step::Upgrade { lock: wanted }) => wanted == lock,
                    _ => false,
                };
                let waits = |program: &Program, at: At| at.waiting && waits(program, at);
                let above = running.handler.zip(self.handler.as_ref()).is_some_and(|(at, handler)| waits(handler, at));
                above || waits(&self.threads[other], running.at)
            })
        };
        match mode {
            Mode::Write => holders.next().is_none(),
            Mode::ReadRecursive => holders.all(|held| held != Mode::Write),
            Mode::Read => !writer_queued() && holders.all(|held| held != Mode::Write),
            Mode::Upgradable => !writer_queued() && holders.all(|held| !matches!(held, Mode::Write | Mode::Upgradable)),
        }
    }

    /// One after the other: no run of them can be more harmless.
    fn script(&self, order: impl Iterator<Item = usize>) -> String {
        let names: String = (0..self.threads.len()).map(|who| format!("t{who}:;")).collect();
        let mut script = format!("{names} h:;");
        for who in order {
            match self.threads.get(who) {
                Some(thread) => writeln!(script, "t{who}: {}", thread.script()).unwrap(),
                None => {
                    if let Some(handler) = &self.handler {
                        writeln!(script, "h: on 10 {{ {} }}", handler.script()).unwrap();
                    }
                }
            }
        }
        script
    }
}

/// What became of the programs that were tried.
#[derive(Debug, Default)]
struct Tally {
    /// Runs of programs: each program once for each order of its threads.
    programs: u32,
    deadlocks: u32,
    /// Reported without a deadlock that this number of threads can get into.
    extra: u32,
    /// Of these, cycles that one thread made alone.
    same_thread: u32,
    /// Reported as guarded alone, and indeed no deadlock.
    guarded: u32,
}

impl Tally {
    fn is_precise(&self) {
        println!("{self:?}");
        assert!(self.deadlocks > self.programs / 20, "too few deadlocks to prove anything: {self:?}");
        assert!(self.extra < self.programs / 5, "too much is reported that cannot happen: {self:?}");
    }
}

/// No deadlock goes unreported, in whatever order the threads ran.
fn nothing_is_missed(machine: &Machine, tally: &std::cell::RefCell<Tally>) -> Result<(), TestCaseError> {
    let mut tally = tally.borrow_mut();
    let real = machine.can_deadlock();
    let parts = machine.threads.len() + 1;
    for first in 0..parts {
        let script = machine.script((0..parts).map(|at| (first + at) % parts));
        let world = World::run(&script);
        let strong: Vec<_> = world.found.iter().filter(|verdict| verdict.severity >= Severity::Possible).collect();
        prop_assert!(!real || !strong.is_empty(), "it can deadlock:\n{}\nreported:\n{}", script, world.explain());
        tally.programs += 1;
        tally.deadlocks += u32::from(real);
        tally.extra += u32::from(!real && !strong.is_empty());
        tally.same_thread += u32::from(!real && !strong.is_empty() && strong.iter().all(|verdict| verdict.same_thread));
        tally.guarded += u32::from(!real && strong.is_empty() && !world.found.is_empty());
    }
    Ok(())
}

#[test]
fn no_deadlock_of_threads_goes_unreported() {
    let tally = std::cell::RefCell::new(Tally::default());
    try_on(600, &vec(words(12, 0.0), 2..=3), |words| {
        let threads = words.iter().map(|words| Program::of(words)).collect();
        nothing_is_missed(&Machine { threads, handler: None }, &tally)
    });
    tally.into_inner().is_precise();
}

#[test]
fn no_deadlock_of_threads_and_a_handler_goes_unreported() {
    let tally = std::cell::RefCell::new(Tally::default());
    try_on(600, &(vec(words(8, 0.4), 1..=2), vec(word(0.1), 1..6)), |(words, handler)| {
        let threads = words.iter().map(|words| Program::of(words)).collect();
        let handler = Some(Program::of(&handler));
        nothing_is_missed(&Machine { threads, handler }, &tally)
    });
    tally.into_inner().is_precise();
}
