//! In which signal context a class was used, and what contradicts it.
//!
//! | set | meaning | contradicts, on one class | contradicts, over a path |
//! |---|---|---|---|
//! | `used` | taken in the handler of s, by anybody but a recursive reader | `open`, `open_shared` | the same |
//! | `used_recursive` | taken there by a recursive reader | `open` | `open`, and what a `→N` edge makes wait |
//! | `open` | held exclusively while s was open | `used`, `used_recursive` | the same |
//! | `open_shared` | held shared while s was open | `used` | `used`, and what an `E→` edge keeps waiting |
//!
//! And over several signals: what a handler of s takes, or what that leads to, is held while t is open; what a handler of t takes leads
//! on; and somewhere something is held while s is open. Handlers on as many threads then wait for each other. Which signal leads to
//! which is kept for the whole graph (`closure.rs`); an acquisition is asked for the circles that it closes.
//!
//! A class that is taken in a handler and held open contradicts itself; what is open only because it is taken under that one says
//! nothing new, and is not reported besides. So a group remembers under what the class was held, and an occurrence without it counts
//! again.
//!
//! A trylock in a handler does not wait, so it sets no `used`; what it holds is held all the same. Only the innermost handler
//! counts: signals are lines of their own, not levels.

use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;

use super::class::{ClassId, Classes};
use super::closure::each;
use super::event::{Acquire, Context, HeldFlags, Place, Thread};
use super::graph::{Edge, EdgeIx, Graph, NodeIx, Pair, Waiter, Way};
use super::verdict::{Label, Verdict};
use super::{Engine, Verdicts};
use crate::kind::{Mode, ReportKind, Severity};

/// Which of the four sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Set {
    Used,
    UsedRecursive,
    Open,
    OpenShared,
}

/// Where a class was first used so, for each newly set group of signals.
pub(super) struct Usage<A: Allocator + Clone> {
    /// Most classes are used in one way.
    first: Option<Group<A>>,
    more: Vec<Group<A>, A>,
}

struct Group<A: Allocator + Clone> {
    set: Set,
    signals: u64,
    place: Place,
    thread: Thread,
    mode: Mode,
    /// The classes that whoever held this one open held open as well, each time.
    under: Vec<NodeIx, A>,
}

impl<A: Allocator + Clone> Usage<A> {
    pub(super) fn new_in(alloc: A) -> Usage<A> {
        Usage { first: None, more: Vec::new_in(alloc) }
    }

    fn add(&mut self, group: Group<A>) {
        match self.first {
            None => self.first = Some(group),
            Some(_) => self.more.push(group),
        }
    }

    fn groups(&self) -> impl Iterator<Item = &Group<A>> {
        self.first.iter().chain(&self.more)
    }

    /// The class is used in a way that may be known, now under less: the signals for which that is new. What is shown of the group is
    /// this occurrence then.
    fn again(&mut self, set: Set, signals: u64, (place, thread, mode): (Place, Thread, Mode), under: &[NodeIx]) -> u64 {
        let known = self.first.iter_mut().chain(&mut self.more).filter(|group| group.set == set && group.signals & signals != 0);
        known.fold(0, |again, group| {
            let before = group.under.len();
            group.under.retain(|node| under.contains(node));
            if group.under.len() == before {
                return again;
            }
            (group.place, group.thread, group.mode) = (place, thread, mode);
            again | group.signals & signals
        })
    }

    /// Whether the class was held with a signal open only by somebody who held `outer` open as well.
    fn only_under(&self, outer: NodeIx, signal: u64) -> bool {
        let mut open = self.groups().filter(|group| !group.set.in_handler() && group.signals & signal != 0);
        open.all(|group| group.under.contains(&outer))
    }

    /// Where the class was first used with one of `signals` in one of `sets`, and how it was taken.
    fn first(&self, sets: &[Set], signals: u64) -> Option<&Group<A>> {
        self.groups().find(|group| sets.contains(&group.set) && group.signals & signals != 0)
    }

    /// Who used it so.
    pub(super) fn threads(&self) -> impl Iterator<Item = u32> + '_ {
        self.groups().map(|group| group.thread.id)
    }

    /// Where it was taken in a handler of one of `signals`: which signal, where, by whom.
    pub(super) fn in_handler(&self, signals: u64) -> Option<(u8, Place, Thread)> {
        let group = self.first(&[Set::Used, Set::UsedRecursive], signals)?;
        Some((lowest(group.signals & signals), group.place, group.thread))
    }
}

/// The number of the lowest signal of a set.
pub(super) fn lowest(signals: u64) -> u8 {
    signals.trailing_zeros() as u8 + 1
}

impl Set {
    /// The sets that contradict it on one class.
    const fn contradicts(self) -> &'static [Set] {
        match self {
            Set::Used => &[Set::Open, Set::OpenShared],
            Set::UsedRecursive => &[Set::Open],
            Set::Open => &[Set::Used, Set::UsedRecursive],
            Set::OpenShared => &[Set::Used],
        }
    }

    const fn in_handler(self) -> bool {
        matches!(self, Set::Used | Set::UsedRecursive)
    }
}

/// A strong path from a class taken in a signal's handler to one held while it was open; or several, each from a class taken in the
/// handler of its signal to one held while the signal of the next one was open, and the last leads to the first: then handlers on
/// several threads wait for each other.
pub(super) struct Connection<A: Allocator> {
    pub(super) legs: Vec<Leg<A>, A>,
}

/// One of these paths.
pub(super) struct Leg<A: Allocator> {
    /// The signal, as a bit.
    pub(super) signal: u64,
    /// The class taken in its handler.
    pub(super) first: NodeIx,
    /// The way from there to the class held open; empty if it is the same.
    pub(super) path: Vec<EdgeIx, A>,
}

impl<A: Allocator> Connection<A> {
    /// What is shorter is reported rather.
    fn length(&self) -> (usize, usize) {
        (self.legs.len(), self.legs.iter().map(|leg| leg.path.len()).sum())
    }
}

/// What an acquisition contradicts: one finding on one class, and one over others.
pub(super) struct Conflicts<A: Allocator> {
    usage: Option<Verdict<A>>,
    connection: Option<Connection<A>>,
}

impl<A: Allocator + Clone> Conflicts<A> {
    pub(super) const NONE: Conflicts<A> = Conflicts { usage: None, connection: None };

    /// Keeps the shortest.
    pub(super) fn connected(&mut self, found: Option<Connection<A>>) {
        if let Some(found) = found
            && self.connection.as_ref().is_none_or(|shortest| found.length() < shortest.length())
        {
            self.connection = Some(found);
        }
    }
}

impl<A: Allocator + Clone> Engine<A> {
    /// Marks the usage of an acquisition, and notes what contradicts it.
    pub(super) fn mark_usage(&mut self, cx: &Context<'_>, acquire: &Acquire, found: &mut Conflicts<A>, out: &mut Verdicts<A>) {
        let new = &acquire.new;
        if !new.flags.has(HeldFlags::TRY) {
            let set = if new.mode == Mode::ReadRecursive { Set::UsedRecursive } else { Set::Used };
            self.mark(cx, acquire, (set, cx.handler_bit()), found, out);
        }
        let set = if new.exclusive() { Set::Open } else { Set::OpenShared };
        let mut mask = new.mask;
        if acquire.upgrade {
            // Signals that were blocked since the lock was taken upgradably open again under the upgraded one.
            let hold = cx.own().iter().rev().find(|held| held.is_lock() && held.is_same_lock(new));
            mask &= hold.map_or(mask, |hold| hold.mask);
        }
        self.mark(cx, acquire, (set, !mask), found, out);
    }

    fn mark(
        &mut self,
        cx: &Context<'_>,
        acquire: &Acquire,
        (set, signals): (Set, u64),
        found: &mut Conflicts<A>,
        out: &mut Verdicts<A>,
    ) {
        if signals == 0 {
            return;
        }
        let new = &acquire.new;
        let under = if set.in_handler() { Vec::new_in(self.alloc.clone()) } else { self.held_open(cx, signals) };
        let Some(class) = self.classes.get_mut(new.class) else { return };
        let node = class.node;
        let bits = &mut self.graph.nodes[node as usize].bits;
        let (bit_set, conflicts) = match set {
            Set::Used => (&mut bits.used, bits.open | bits.open_shared),
            Set::UsedRecursive => (&mut bits.used_recursive, bits.open),
            Set::Open => (&mut bits.open, bits.used | bits.used_recursive),
            Set::OpenShared => (&mut bits.open_shared, bits.used),
        };
        let fresh = signals & !*bit_set;
        let again = class.usage.again(set, signals, (new.place, cx.thread, new.mode), &under);
        if fresh | again == 0 {
            return;
        }
        *bit_set |= fresh;
        if fresh != 0 {
            class.usage.add(Group { set, signals: fresh, place: new.place, thread: cx.thread, mode: new.mode, under });
            self.graph.usage_changed(node);
        }
        if set.in_handler() {
            self.complete_unsafe_enables(new.class, fresh, out);
        }
        if conflicts & fresh != 0 {
            self.note_usage(cx, acquire, set, conflicts & fresh, found);
        }
        let (down, up) = (&self.graph.down, &self.graph.up);
        let of = |sets: &[u64], waiter: Waiter| sets[waiter.at(node) as usize];
        let across = match set {
            Set::Used => of(down, Waiter::Anybody),
            Set::UsedRecursive => of(down, Waiter::Recursive),
            Set::Open => of(up, Waiter::Anybody) | of(up, Waiter::Reader) | of(up, Waiter::Recursive),
            Set::OpenShared => of(up, Waiter::Anybody) | of(up, Waiter::Reader) | of(up, Waiter::Upgrade),
        };
        let direct = across & (fresh | again);
        if direct != 0 {
            let path = each(direct).find_map(|signal| Some((signal, self.path_of_usage(node, set, conflicts, &[signal])?)));
            found.connected(path.and_then(|(signal, path)| self.connect(&[signal], node, path)));
        } else if conflicts & fresh == 0 {
            // What goes around over other signals besides comes to the same.
            let row = if set.in_handler() {
                self.graph.row(fresh, conflicts | across)
            } else {
                self.graph.row(conflicts | across, fresh)
            };
            let path = row.and_then(|row| self.path_of_usage(node, set, conflicts, &row).map(|path| (row, path)));
            found.connected(path.and_then(|(row, path)| self.connect(&row, node, path)));
        }
    }

    /// The classes that this context holds with all of these signals open.
    fn held_open(&self, cx: &Context<'_>, signals: u64) -> Vec<NodeIx, A> {
        let open = cx.own().iter().filter(|held| held.is_lock() && held.mask & signals == 0);
        let mut nodes = Vec::new_in(self.alloc.clone());
        nodes.extend(open.filter_map(|held| self.classes.get(held.class)).map(|class| class.node));
        nodes
    }

    /// One class contradicts itself.
    fn note_usage(&self, cx: &Context<'_>, acquire: &Acquire, set: Set, signals: u64, found: &mut Conflicts<A>) {
        let new = &acquire.new;
        let signal = lowest(signals);
        let (mut label, mut other_label) = (Label::HeldOpen(signal), Label::InHandler(signal));
        if set.in_handler() {
            core::mem::swap(&mut label, &mut other_label);
        }
        let known = self.group(new.class, set.contradicts(), 1 << (signal - 1));
        let (place, thread) = known.map(|group| (group.place, group.thread)).unwrap_or_default();
        // Taken in a handler that others may interrupt, it may do so as one and as the other.
        let verdict = found.usage.get_or_insert_with(|| {
            let mut verdict = Verdict::new_in(&self.alloc, ReportKind::IrqUsage, Severity::Possible);
            verdict.class(new.class, new.mode, new.place);
            verdict
        });
        verdict.signals |= signals;
        verdict.part(other_label, Some(0), place, thread);
        verdict.part(label, Some(0), new.place, cx.thread);
    }

    /// The first leg of `row`: between the class of a node, whose usage is new, and another one if the class does not do alone.
    fn path_of_usage(&mut self, node: NodeIx, set: Set, conflicts: u64, row: &[u64]) -> Option<Vec<EdgeIx, A>> {
        let (signal, next) = (row[0], row[1 % row.len()]);
        let other = if set.in_handler() { next } else { signal };
        if row.len() > 1 && conflicts & other != 0 {
            return Some(Vec::new_in(self.alloc.clone()));
        }
        let end = (row.len() == 1).then_some(node);
        match set {
            Set::Used => self.path_to_open([Waiter::Anybody.at(node)], next, end),
            Set::UsedRecursive => self.path_to_open([Waiter::Recursive.at(node)], next, end),
            Set::Open => self.path_from_used(
                [Waiter::Anybody, Waiter::Reader, Waiter::Recursive].map(|waiter| waiter.at(node)),
                signal,
                end,
            ),
            Set::OpenShared => {
                self.path_from_used([Waiter::Anybody, Waiter::Reader, Waiter::Upgrade].map(|waiter| waiter.at(node)), signal, end)
            }
        }
    }

    /// What a new dependency connects: classes taken in handlers with some held while these signals are open.
    pub(super) fn connection(&mut self, ix: EdgeIx) -> Option<Connection<A>> {
        let edge = self.graph.edge(ix);
        let (from, target) = (edge.from, edge.target());
        let above = edge.sources().fold(self.safe(ix), |bits, source| bits | self.graph.up[source as usize]);
        let below = self.open(ix) | self.graph.down[target as usize];
        if above & below != 0 {
            let path = each(above & below).find_map(|signal| Some((signal, self.path_through(ix, signal, signal)?)));
            return path.and_then(|(signal, path)| self.connect(&[signal], from, path));
        }
        let row = self.graph.row(above, below)?;
        let path = self.path_through(ix, row[0], row[1])?;
        self.connect(&row, from, path)
    }

    /// The signals whose handlers the holder at an edge's beginning keeps waiting.
    fn safe(&self, ix: EdgeIx) -> u64 {
        let edge = self.graph.edge(ix);
        self.graph.nodes[edge.from as usize].bits.safe(edge.kind)
    }

    /// The signals that are open at an edge's end.
    fn open(&self, ix: EdgeIx) -> u64 {
        let edge = self.graph.edge(ix);
        self.graph.nodes[edge.to as usize].bits.unsafe_(edge.kind)
    }

    /// The shortest path through an edge from a class taken in the handler of `signal` to one held while `next` was open.
    fn path_through(&mut self, ix: EdgeIx, signal: u64, next: u64) -> Option<Vec<EdgeIx, A>> {
        let edge = self.graph.edge(ix);
        let (from, to, sources, target) = (edge.from, edge.to, edge.sources(), edge.target());
        let (begins, ends) = (self.safe(ix) & signal != 0, self.open(ix) & next != 0);
        let one = signal == next;
        let mut path = Vec::new_in(self.alloc.clone());
        if !begins {
            path.extend_from_slice(&self.path_from_used(sources, signal, (one && ends).then_some(to))?);
        }
        let first = path.first().map_or(from, |&first| self.graph.edge(first).from);
        path.push(ix);
        if !ends {
            path.extend_from_slice(&self.path_to_open([target], next, one.then_some(first))?);
        } else if one && is_implied(&self.graph, &self.classes, (first, to), signal) {
            return None;
        }
        Some(path)
    }

    /// The connection around a row of signals, of which the first leg is known: `path`, or the class of `node` alone.
    fn connect(&mut self, row: &[u64], node: NodeIx, path: Vec<EdgeIx, A>) -> Option<Connection<A>> {
        let mut legs = Vec::new_in(self.alloc.clone());
        let first = path.first().map_or(node, |&ix| self.graph.edge(ix).from);
        legs.push(Leg { signal: row[0], first, path });
        for (at, &signal) in row.iter().enumerate().skip(1) {
            legs.push(self.leg(signal, row[(at + 1) % row.len()])?);
        }
        Some(Connection { legs })
    }

    /// The shortest way from a class taken in the handler of a signal to one held while the next was open.
    fn leg(&mut self, signal: u64, next: u64) -> Option<Leg<A>> {
        let nodes = || self.graph.nodes.iter().enumerate().map(|(node, known)| (node as NodeIx, known.bits));
        if let Some((first, _)) = nodes().find(|(_, bits)| bits.open_against(signal) & next != 0) {
            return Some(Leg { signal, first, path: Vec::new_in(self.alloc.clone()) });
        }
        let mut starts = Vec::new_in(self.alloc.clone());
        for (node, bits) in nodes() {
            let waiters = [(bits.used, Waiter::Anybody), (bits.used_recursive, Waiter::Recursive)];
            starts.extend(waiters.into_iter().filter(|(used, _)| used & signal != 0).map(|(_, waiter)| waiter.at(node)));
        }
        let path = self.path_to_open(starts, next, None)?;
        Some(Leg { signal, first: self.graph.edge(*path.first()?).from, path })
    }

    /// The shortest strong path from a pair to a class held while the signal was open; if the class taken in its handler is known, not to
    /// one that goes without saying.
    fn path_to_open(
        &mut self,
        starts: impl IntoIterator<Item = Pair>,
        bit: u64,
        first: Option<NodeIx>,
    ) -> Option<Vec<EdgeIx, A>> {
        let classes = &self.classes;
        self.graph.shortest(Way::Out, starts, |graph: &Graph<A>, edge: &Edge<A>| {
            graph.nodes[edge.to as usize].bits.unsafe_(edge.kind) & bit != 0
                && !first.is_some_and(|first| is_implied(graph, classes, (first, edge.to), bit))
        })
    }

    /// The shortest strong path to one of the pairs from a class taken in the signal's handler; if the class held open is known, not
    /// from one under which that goes without saying.
    fn path_from_used(&mut self, ends: impl IntoIterator<Item = Pair>, bit: u64, last: Option<NodeIx>) -> Option<Vec<EdgeIx, A>> {
        let classes = &self.classes;
        self.graph.shortest(Way::Into, ends, |graph: &Graph<A>, edge: &Edge<A>| {
            graph.nodes[edge.from as usize].bits.safe(edge.kind) & bit != 0
                && !last.is_some_and(|last| is_implied(graph, classes, (edge.from, last), bit))
        })
    }

    /// Reports what was found; nothing is left of it.
    pub(super) fn report_conflicts(&self, found: &mut Conflicts<A>, out: &mut Verdicts<A>) {
        out.extend(found.usage.take());
        let Some(Connection { legs }) = found.connection.take() else { return };
        let signals = legs.iter().fold(0, |signals, leg| signals | leg.signal);
        let mut verdict = Verdict::new_in(&self.alloc, ReportKind::IrqInversion, Severity::Possible).signals(signals);
        for (at, leg) in legs.iter().enumerate() {
            self.show(leg, legs[(at + 1) % legs.len()].signal, &mut verdict);
        }
        out.push(verdict);
    }

    /// A leg, at whose end the signal `next` was open.
    fn show(&self, leg: &Leg<A>, next: u64, verdict: &mut Verdict<A>) {
        let (first, last) = (leg.path.first().map(|&ix| self.graph.edge(ix)), leg.path.last().map(|&ix| self.graph.edge(ix)));
        let (safe, open) = (leg.first, last.map_or(leg.first, |last| last.to));
        // The usage that really conflicts: as in `Bits::safe` and `Bits::unsafe_`.
        let alone = if self.graph.nodes[open as usize].bits.open & next != 0 { Set::Open } else { Set::OpenShared };
        let used = match first {
            Some(first) if first.kind.shared() => Set::OpenShared,
            Some(_) => Set::Open,
            None => alone,
        };
        let held_open: &[Set] = match last.map(|last| last.kind.waiter) {
            Some(Waiter::Upgrade) => &[Set::OpenShared],
            Some(Waiter::Recursive) => Set::UsedRecursive.contradicts(),
            Some(Waiter::Anybody | Waiter::Reader) => Set::Used.contradicts(),
            None => &[alone],
        };
        let (safe, open) = (self.graph.class(safe), self.graph.class(open));
        let (safe_group, open_group) = (self.group(safe, used.contradicts(), leg.signal), self.group(open, held_open, next));
        let lock = verdict.class(safe, safe_group.map_or(Mode::Write, |group| group.mode), Place::default());
        if let Some(group) = safe_group {
            verdict.locks[lock].place = group.place;
            verdict.part(Label::InHandler(lowest(leg.signal)), Some(lock), group.place, group.thread);
        }
        let mut from = lock;
        for &ix in &leg.path {
            let edge = self.graph.edge(ix);
            let to = verdict.class(self.graph.class(edge.to), edge.modes.1, edge.acquiring);
            verdict.part(Label::Holding, Some(from), edge.holding, edge.thread());
            verdict.part(Label::AcquiredUnder, Some(to), edge.acquiring, edge.thread());
            from = to;
        }
        if let Some(group) = open_group {
            verdict.part(Label::HeldOpen(lowest(next)), Some(from), group.place, group.thread);
        }
    }

    fn group(&self, class: ClassId, sets: &[Set], signals: u64) -> Option<&Group<A>> {
        self.classes.get(class)?.usage.first(sets, signals)
    }
}

/// Whether a path from the first class to the last says nothing that the first does not say alone: it is taken in the handler and held
/// open, and the last is open only under it.
fn is_implied<A: Allocator + Clone>(
    graph: &Graph<A>,
    classes: &Classes<A>,
    (first, last): (NodeIx, NodeIx),
    signal: u64,
) -> bool {
    graph.nodes[first as usize].bits.open_against(signal) & signal != 0
        && classes.get(graph.class(last)).is_some_and(|class| class.usage.only_under(first, signal))
}
