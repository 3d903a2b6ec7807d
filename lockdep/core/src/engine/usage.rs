//! In which signal context a class was used, and what contradicts it.
//!
//! | set | meaning | contradicts, on one class | contradicts, over a path |
//! |---|---|---|---|
//! | `used` | taken in the handler of s, by anybody but a recursive reader | `open`, `open_shared` | the same |
//! | `used_recursive` | taken there by a recursive reader | `open` | `open`, and what a `→N` edge makes wait |
//! | `open` | held exclusively while s was open | `used`, `used_recursive` | the same |
//! | `open_shared` | held shared while s was open | `used` | `used`, and what an `E→` edge keeps waiting |
//!
//! A trylock in a handler does not wait, so it sets no `used`; what it holds is held all the same. Only the innermost handler
//! counts: signals are lines of their own, not levels.

use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;

use super::class::ClassId;
use super::event::{Acquire, Context, HeldFlags, Place, Thread};
use super::graph::{Edge, EdgeIx, Graph, Pair, Waiter};
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
    first: Option<Group>,
    more: Vec<Group, A>,
}

struct Group {
    set: Set,
    signals: u64,
    place: Place,
    thread: Thread,
    mode: Mode,
}

impl<A: Allocator + Clone> Usage<A> {
    pub(super) fn new_in(alloc: A) -> Usage<A> {
        Usage { first: None, more: Vec::new_in(alloc) }
    }

    fn add(&mut self, group: Group) {
        match self.first {
            None => self.first = Some(group),
            Some(_) => self.more.push(group),
        }
    }

    fn groups(&self) -> impl Iterator<Item = &Group> {
        self.first.iter().chain(&self.more)
    }

    /// Where the class was first used with one of `signals` in one of `sets`, and how it was taken.
    fn first(&self, sets: &[Set], signals: u64) -> Option<&Group> {
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

/// A strong path from a class taken in the handlers of `signals` to one held while they were open.
pub(super) struct Connection<A: Allocator> {
    signals: u64,
    pub(super) path: Vec<EdgeIx, A>,
}

impl<A: Allocator + Clone> Engine<A> {
    /// Marks the usage of an acquisition, and reports what contradicts it.
    pub(super) fn mark_usage(&mut self, cx: &Context<'_>, acquire: &Acquire, out: &mut Verdicts<A>) {
        let new = &acquire.new;
        if !new.flags.has(HeldFlags::TRY) {
            let set = if new.mode == Mode::ReadRecursive { Set::UsedRecursive } else { Set::Used };
            self.mark(cx, acquire, set, cx.handler_bit(), out);
        }
        let set = if new.exclusive() { Set::Open } else { Set::OpenShared };
        let mut mask = new.mask;
        if acquire.upgrade {
            // Signals that were blocked since the lock was taken upgradably open again under the upgraded one.
            let hold = cx.own().iter().rev().find(|held| held.is_lock() && held.lock == new.lock);
            mask &= hold.map_or(mask, |hold| hold.mask);
        }
        self.mark(cx, acquire, set, !mask, out);
    }

    fn mark(&mut self, cx: &Context<'_>, acquire: &Acquire, set: Set, signals: u64, out: &mut Verdicts<A>) {
        let Some(class) = self.classes.get_mut(acquire.new.class) else { return };
        let node = class.node;
        let bits = &mut self.graph.nodes[node as usize].bits;
        let (bit_set, conflicts) = match set {
            Set::Used => (&mut bits.used, bits.open | bits.open_shared),
            Set::UsedRecursive => (&mut bits.used_recursive, bits.open),
            Set::Open => (&mut bits.open, bits.used | bits.used_recursive),
            Set::OpenShared => (&mut bits.open_shared, bits.used),
        };
        let fresh = signals & !*bit_set;
        if fresh == 0 {
            return;
        }
        *bit_set |= fresh;
        let new = &acquire.new;
        class.usage.add(Group { set, signals: fresh, place: new.place, thread: cx.thread, mode: new.mode });
        self.graph.usage_changed(node);
        if set.in_handler() {
            self.complete_unsafe_enables(new.class, fresh, out);
        }
        if conflicts & fresh != 0 {
            self.report_usage(cx, acquire, set, conflicts & fresh, out);
            return;
        }
        let (down, up) = (&self.graph.down, &self.graph.up);
        let of = |sets: &[u64], waiter: Waiter| sets[waiter.at(node) as usize];
        let across = match set {
            Set::Used => of(down, Waiter::Anybody),
            Set::UsedRecursive => of(down, Waiter::Recursive),
            Set::Open => of(up, Waiter::Anybody) | of(up, Waiter::Recursive),
            Set::OpenShared => of(up, Waiter::Anybody) | of(up, Waiter::Upgrade),
        };
        if across & fresh != 0 {
            self.report_usage_path(new.class, set, across & fresh, out);
        }
    }

    /// One class contradicts itself.
    fn report_usage(&self, cx: &Context<'_>, acquire: &Acquire, set: Set, signals: u64, out: &mut Verdicts<A>) {
        let new = &acquire.new;
        let signal = lowest(signals);
        let mut verdict = Verdict::new_in(&self.alloc, ReportKind::IrqUsage, Severity::Possible).signals(signals);
        let (mut label, mut other_label) = (Label::HeldOpen(signal), Label::InHandler(signal));
        if set.in_handler() {
            core::mem::swap(&mut label, &mut other_label);
        }
        let lock = verdict.class(new.class, new.mode, new.place);
        let (place, thread) = self.usage_place(new.class, |usage| {
            usage.first(set.contradicts(), 1 << (signal - 1)).map(|group| (group.place, group.thread))
        });
        verdict.part(other_label, Some(lock), place, thread);
        verdict.part(label, Some(lock), new.place, cx.thread);
        out.push(verdict);
    }

    /// The new usage of one class contradicts that of another, over a strong path.
    fn report_usage_path(&mut self, class: ClassId, set: Set, signals: u64, out: &mut Verdicts<A>) {
        let Some(node) = self.classes.get(class).map(|class| class.node) else { return };
        let signal = lowest(signals);
        let bit = 1 << (signal - 1);
        let path = match set {
            Set::Used => self.path_to_open(Waiter::Anybody.at(node), bit),
            Set::UsedRecursive => self.path_to_open(Waiter::Recursive.at(node), bit),
            Set::Open => self.path_from_used([Waiter::Anybody.at(node), Waiter::Recursive.at(node)], bit),
            Set::OpenShared => self.path_from_used([Waiter::Anybody.at(node), Waiter::Upgrade.at(node)], bit),
        };
        if let Some(path) = path {
            self.report_connection(&Connection { signals, path }, out);
        }
    }

    /// What a new dependency connects: a class taken in a handler with one held while its signal is open.
    pub(super) fn connection(&mut self, ix: EdgeIx) -> Option<Connection<A>> {
        let edge = self.graph.edge(ix);
        let (sources, target) = (edge.sources(), edge.target());
        let safe = self.graph.nodes[edge.from as usize].bits.safe(edge.kind);
        let open = self.graph.nodes[edge.to as usize].bits.unsafe_(edge.kind);
        let above = edge.sources().fold(safe, |bits, source| bits | self.graph.up[source as usize]);
        let signals = above & (open | self.graph.down[target as usize]);
        if signals == 0 {
            return None;
        }
        let bit = 1 << (lowest(signals) - 1);
        let mut path = Vec::new_in(self.alloc.clone());
        if safe & bit == 0 {
            path.extend_from_slice(&self.path_from_used(sources, bit)?);
        }
        path.push(ix);
        if open & bit == 0 {
            path.extend_from_slice(&self.path_to_open(target, bit)?);
        }
        Some(Connection { signals, path })
    }

    /// The shortest strong path from a pair to a class held while the signal was open.
    fn path_to_open(&mut self, start: Pair, bit: u64) -> Option<Vec<EdgeIx, A>> {
        self.graph
            .forward([start], |graph: &Graph<A>, edge: &Edge<A>| graph.nodes[edge.to as usize].bits.unsafe_(edge.kind) & bit != 0)
    }

    /// The shortest strong path to one of the pairs from a class taken in the signal's handler.
    fn path_from_used(&mut self, ends: impl IntoIterator<Item = Pair>, bit: u64) -> Option<Vec<EdgeIx, A>> {
        self.graph
            .backward(ends, |graph: &Graph<A>, edge: &Edge<A>| graph.nodes[edge.from as usize].bits.safe(edge.kind) & bit != 0)
    }

    pub(super) fn report_connection(&self, connection: &Connection<A>, out: &mut Verdicts<A>) {
        let path = &connection.path;
        let (Some(&first), Some(&last)) = (path.first(), path.last()) else { return };
        let (first, last) = (self.graph.edge(first), self.graph.edge(last));
        let signal = lowest(connection.signals);
        let bit = 1 << (signal - 1);
        let mut verdict = Verdict::new_in(&self.alloc, ReportKind::IrqInversion, Severity::Possible).signals(bit);
        let (safe, open) = (self.graph.class(first.from), self.graph.class(last.to));
        // The usage that really conflicts: as in `Bits::safe` and `Bits::unsafe_`.
        let used = if first.kind.shared() { Set::OpenShared } else { Set::Open }.contradicts();
        let held_open: &[Set] = match last.kind.waiter {
            Waiter::Upgrade => &[Set::OpenShared],
            Waiter::Recursive => Set::UsedRecursive.contradicts(),
            Waiter::Anybody => Set::Used.contradicts(),
        };
        let (safe_group, open_group) = (self.group(safe, used, bit), self.group(open, held_open, bit));
        let lock = verdict.class(safe, safe_group.map_or(Mode::Write, |group| group.mode), Place::default());
        if let Some(group) = safe_group {
            verdict.locks[lock].place = group.place;
            verdict.part(Label::InHandler(signal), Some(lock), group.place, group.thread);
        }
        let mut from = lock;
        for &ix in path {
            let edge = self.graph.edge(ix);
            let to = verdict.class(self.graph.class(edge.to), edge.modes.1, edge.acquiring);
            verdict.part(Label::Holding, Some(from), edge.holding, edge.thread());
            verdict.part(Label::AcquiredUnder, Some(to), edge.acquiring, edge.thread());
            from = to;
        }
        if let Some(group) = open_group {
            verdict.part(Label::HeldOpen(signal), Some(from), group.place, group.thread);
        }
        out.push(verdict);
    }

    fn group(&self, class: ClassId, sets: &[Set], signals: u64) -> Option<&Group> {
        self.classes.get(class)?.usage.first(sets, signals)
    }
}
