//! The rules of an acquisition, in the order in which they are judged.
//!
//! 1. The same lock again, where this call can never return: that alone is reported.
//! 2. Wait context.
//! 3. The nest lock.
//! 4. Declared leaves.
//! 5. Signal usage.
//! 6. The class again: order within the class.
//! 7. Dependencies: cycles, and what they connect.
//!
//! A class without validation stops after the third.

use core::hash::BuildHasher as _;

use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;

use super::class::ClassId;
use super::event::{Acquire, Context, Held, HeldFlags, Place};
use super::evidence::{Evidence, Gate, Seen};
use super::graph::{Added, Cycle, Dependency, Edge, EdgeIx, Kind, NodeIx, Waiter};
use super::usage::Conflicts;
use super::verdict::{Hint, Label, Verdict};
use super::{ClassInfo, Engine, Hash, Verdicts};
use crate::class::READY;
use crate::kind::{Mode, ReportKind, Severity, WaitType};

/// Beyond so many held locks, the nearest that waited for all below it stands for them.
pub(super) const NEAR: usize = 256;

/// Whether a thread that holds a lock in one mode and wants it in another waits for itself.
///
/// Measured on parking_lot 0.12 with a writer queued; std and the kernel agree where they have the modes.
const fn waits_for_itself(held: Mode, new: Mode, writer_queued: bool) -> Option<Severity> {
    match (held, new) {
        (_, Mode::Write) | (Mode::Write, _) | (Mode::Upgradable, Mode::Upgradable) => Some(Severity::Certain),
        (_, Mode::ReadRecursive) | (Mode::Upgradable, Mode::Read) => None,
        (Mode::Read | Mode::ReadRecursive, Mode::Read | Mode::Upgradable) => {
            Some(if writer_queued { Severity::Certain } else { Severity::Possible })
        }
    }
}

/// What the order within a class says.
enum Nesting {
    /// Nothing of this class is held, or it may nest; no more to check.
    Fine,
    /// A nest lock serialises the class: no dependencies either.
    Serialised,
}

/// The cycles that one acquisition closes.
struct Closed<A: Allocator> {
    /// Of those that were not reported before, one that no gate protects if there is any; then the shortest.
    now: Option<Cycle<A>>,
    /// Those that were, as protected by a gate that was missing now.
    before: Vec<Cycle<A>, A>,
}

impl<A: Allocator + Clone> Closed<A> {
    fn new_in(alloc: &A) -> Closed<A> {
        Closed { now: None, before: Vec::new_in(alloc.clone()) }
    }
}

impl<A: Allocator + Clone> Engine<A> {
    pub(super) fn acquire(&mut self, cx: &Context<'_>, acquire: &Acquire, out: &mut Verdicts<A>) {
        let acquire = acquire.as_judged(cx);
        let new = &acquire.new;
        self.learn(new.class, acquire.info);
        let waits = !new.flags.has(HeldFlags::TRY);

        let again = if waits { self.same_lock(cx, &acquire) } else { None };
        // What this thread holds of it keeps everybody out that it could wait for.
        let passes = matches!(again, Some((_, None)));
        if let Some((held, severity)) = again {
            if held.flags.has(HeldFlags::REENTRANT) && new.flags.has(HeldFlags::REENTRANT) {
                // It does not wait; but what a handler interrupts is chance, and the next time another thread is the holder.
                if cx.own().iter().all(|own| !own.is_lock() || !own.is_same_lock(new)) {
                    self.check_wait(cx, acquire.info.wait_type(), new, out);
                }
                return;
            }
            // Whether a writer may come between two readers is a matter of order.
            if let Some(severity) = severity.filter(|&severity| severity == Severity::Certain || !acquire.info.rules.no_validate)
            {
                self.report_recursion(cx, &acquire, &held, severity, out);
                if severity == Severity::Certain {
                    return;
                }
            }
        }
        if waits {
            self.check_wait(cx, acquire.info.wait_type(), new, out);
            self.check_nest_lock(cx, &acquire, out);
        }
        if acquire.info.rules.no_validate {
            return;
        }
        if waits {
            self.check_leaf(cx, &acquire, out);
        }
        let mut conflicts = Conflicts::NONE;
        if !acquire.wait {
            self.mark_usage(cx, &acquire, &mut conflicts, out);
        }
        let mut closed = Closed::new_in(&self.alloc);
        if waits && !passes {
            if new.exclusive() || acquire.upgrade {
                self.written(new.class, &mut closed, &mut conflicts);
            }
            if matches!(self.check_class(cx, &acquire, &mut closed, out), Nesting::Fine) {
                self.add_dependencies(cx, &acquire, &mut closed, &mut conflicts);
            }
        }
        self.report_conflicts(&mut conflicts, out);
        self.report_closed(closed, out);
    }

    /// The worst entry of the very same lock, and what it means.
    fn same_lock(&self, cx: &Context<'_>, acquire: &Acquire) -> Option<(Held, Option<Severity>)> {
        let new = &acquire.new;
        let same = cx.held.iter().filter(|held| held.is_lock() && held.is_same_lock(new));
        // An upgrade replaces one upgradable hold; any other hold of the lock is in its way.
        let mut skip = acquire.upgrade;
        // Its upgradable hold lets no writer come between readers.
        let no_writer = |held: &Held| acquire.info.keeps_out(held.mode) == Mode::Upgradable && new.mode == Mode::Read;
        if let Some(held) = same.clone().find(|held| no_writer(held)) {
            return Some((*held, None));
        }
        let judged = same.rev().filter_map(|held| {
            if skip && held.mode == Mode::Upgradable {
                skip = false;
                return None;
            }
            let mode = acquire.info.keeps_out(held.mode);
            let severity = waits_for_itself(mode, new.mode, acquire.writer_queued);
            let most = if acquire.info.holder_may_change { Severity::Possible } else { Severity::Certain };
            // As what keeps the new one out: as that the report explains it.
            Some((Held { mode, ..*held }, severity.map(|severity| severity.min(most))))
        });
        judged.max_by_key(|&(_, severity)| severity)
    }

    fn report_recursion(&self, cx: &Context<'_>, acquire: &Acquire, held: &Held, severity: Severity, out: &mut Verdicts<A>) {
        let new = &acquire.new;
        let mut verdict = Verdict::new_in(&self.alloc, ReportKind::Recursion, severity);
        if !held.is_same_lock(new) {
            verdict.hint = Hint::SameClass;
        } else if acquire.upgrade {
            verdict.hint = Hint::Upgrade;
        } else if acquire.writer_queued && severity == Severity::Certain && !new.exclusive() {
            verdict.hint = Hint::WriterQueued;
        }
        if held.context < new.context {
            // The handler interrupted the holder, and is not the holder itself.
            verdict.signals = cx.handler_bit();
        }
        verdict.held(Label::FirstAcquired, held, cx.thread);
        let label = if cx.handler == 0 { Label::Acquiring } else { Label::InHandler(cx.handler) };
        verdict.held(label, new, cx.thread);
        out.push(verdict);
    }

    fn check_leaf(&self, cx: &Context<'_>, acquire: &Acquire, out: &mut Verdicts<A>) {
        let new = &acquire.new;
        let is_leaf = |held: &&Held| self.info(held.class).is_some_and(|info| info.rules.leaf) && held.lock != new.lock;
        if let Some(leaf) = cx.own().iter().filter(|held| held.is_lock()).rev().find(is_leaf) {
            self.report_order(cx, leaf, new, Hint::Leaf, out);
        }
    }

    fn report_order(&self, cx: &Context<'_>, held: &Held, new: &Held, hint: Hint, out: &mut Verdicts<A>) {
        let mut verdict = Verdict::new_in(&self.alloc, ReportKind::SubclassOrder, Severity::Possible).hint(hint);
        verdict.held(Label::FirstAcquired, held, cx.thread);
        verdict.held(Label::Acquiring, new, cx.thread);
        out.push(verdict);
    }

    /// A lock that may sleep must not be taken in a handler or under a spin lock.
    fn check_wait(&self, cx: &Context<'_>, wait: WaitType, new: &Held, out: &mut Verdicts<A>) {
        if wait <= WaitType::Spin {
            return;
        }
        let spins = |held: &&Held| held.is_lock() && self.wait_of(held.class) == WaitType::Spin;
        let spin = cx.own().iter().rev().find(spins);
        let hint = match (cx.handler, spin) {
            (0, None) => return,
            (0, Some(_)) => Hint::SleepUnderSpin,
            _ => Hint::SleepInHandler,
        };
        let mut verdict = Verdict::new_in(&self.alloc, ReportKind::WaitContext, Severity::Certain).hint(hint);
        verdict.signals = cx.handler_bit();
        let lock = (new.class != ClassId::NONE).then(|| verdict.class(new.class, new.mode, new.place));
        if let (Hint::SleepUnderSpin, Some(spin)) = (hint, spin) {
            verdict.held(Label::FirstAcquired, spin, cx.thread);
        }
        let label = if cx.handler == 0 { Label::Acquiring } else { Label::InHandler(cx.handler) };
        verdict.part(label, lock, new.place, cx.thread);
        out.push(verdict);
    }

    pub(super) fn might_sleep(&mut self, cx: &Context<'_>, place: Place, out: &mut Verdicts<A>) {
        self.check_wait(cx, WaitType::Sleep, &Held { place, ..Held::FREE }, out);
    }

    pub(super) fn might_wait(&mut self, cx: &Context<'_>, class: ClassId, info: ClassInfo, place: Place, out: &mut Verdicts<A>) {
        self.learn(class, info);
        self.check_wait(cx, self.wait_of(class), &Held { class, place, ..Held::FREE }, out);
    }

    fn info(&self, class: ClassId) -> Option<&ClassInfo> {
        self.classes.get(class).map(|class| &class.info)
    }

    fn wait_of(&self, class: ClassId) -> WaitType {
        self.info(class).map_or(WaitType::Free, ClassInfo::wait_type)
    }

    fn check_nest_lock(&self, cx: &Context<'_>, acquire: &Acquire, out: &mut Verdicts<A>) {
        let Some(nest) = acquire.nest else { return };
        if !cx.held.iter().any(|held| held.is_lock() && held.lock == nest) {
            let mut verdict = Verdict::new_in(&self.alloc, ReportKind::NestLockNotHeld, Severity::Possible);
            verdict.held(Label::Acquiring, &acquire.new, cx.thread);
            out.push(verdict);
        }
    }

    /// Another lock of the same class is held.
    fn check_class(&mut self, cx: &Context<'_>, acquire: &Acquire, closed: &mut Closed<A>, out: &mut Verdicts<A>) -> Nesting {
        let new = acquire.new;
        let rules = acquire.info.rules;
        // Only what this context holds: locks of interrupted code are judged by usage.
        for held in cx.own().iter().rev() {
            if !held.is_lock() || held.class != new.class || held.is_same_lock(&new) {
                continue;
            }
            // A recursive reader does not wait for readers. Judged lock by lock, it may wait for a writer that wants the other lock.
            if new.mode == Mode::ReadRecursive && !held.exclusive() && !rules.by_instance {
                continue;
            }
            // If the nest lock is not held, that was reported.
            if acquire.nest.is_some() {
                return Nesting::Serialised;
            }
            if let Some(compare) = rules.compare {
                let address = core::ptr::without_provenance::<()>;
                if compare(address(held.lock), address(new.lock)).is_lt() {
                    continue;
                }
                self.report_order(cx, held, &new, Hint::Comparator, out);
            } else if let (Some(below), Some(above)) = (held.ordered(), new.ordered()) {
                if below < above {
                    continue;
                }
                self.report_order(cx, held, &new, Hint::Numbers, out);
            } else if rules.by_instance {
                self.order_instances(cx, held, acquire, closed);
                continue;
            } else {
                self.report_recursion(cx, acquire, held, Severity::Possible, out);
            }
            break;
        }
        Nesting::Fine
    }

    /// Two locks of one class, judged lock by lock.
    fn order_instances(&mut self, cx: &Context<'_>, held: &Held, acquire: &Acquire, closed: &mut Closed<A>) {
        let new = &acquire.new;
        if held.instance == 0 || new.instance == 0 {
            return;
        }
        let from = self.graph.instance(held.instance, held.class);
        let to = self.graph.instance(new.instance, new.class);
        let dependency = Dependency { held, new, kind: self.kind(held, acquire) };
        let evidence = self.evidence(cx, held, new);
        self.depend((from, to), dependency, &evidence, closed);
    }

    /// Every held lock of this context now comes before the new one.
    fn add_dependencies(&mut self, cx: &Context<'_>, acquire: &Acquire, closed: &mut Closed<A>, conflicts: &mut Conflicts<A>) {
        let new = &acquire.new;
        let Some(to) = self.classes.get(new.class).map(|class| class.node) else { return };
        let rules = &acquire.info.rules;
        if acquire.first
            && rules.by_instance
            && rules.reads_alone
            && cx.own().iter().any(|held| held.is_lock() && held.class == new.class)
        {
            // Made while another one of its class is held, most likely in its image: nobody else knows it yet. Without this, whatever
            // was taken in between would come both after and before the class. It is a guess, for which code that can be annotated
            // has words.
            return;
        }
        let mut distance = 0;
        for held in cx.own().iter().rev() {
            let Some(class) = self.classes.get(held.class) else { continue };
            if !held.is_lock() || class.info.rules.no_validate || held.class == new.class || held.is_same_lock(new) {
                continue;
            }
            let from = class.node;
            let dependency = Dependency { held, new, kind: self.kind(held, acquire) };
            let evidence = self.evidence(cx, held, new).timed(acquire.timed);
            if let Added::New { edge, .. } = self.depend((from, to), dependency, &evidence, closed) {
                conflicts.connected(self.connection(edge));
            }
            distance += 1;
            // Of a lock that is taken again, the first hold alone waited.
            let waited_for_all_below = || {
                let own = cx.own();
                let further_out = own.iter().take_while(|other| !core::ptr::eq(*other, held));
                !held.flags.has(HeldFlags::TRY)
                    && held.mode != Mode::ReadRecursive
                    && further_out.filter(|other| other.is_lock()).all(|other| !other.is_same_lock(held))
            };
            if distance >= NEAR && waited_for_all_below() {
                break;
            }
        }
    }

    /// The kind of a dependency. A reader waits for readers only if a writer waits between them.
    pub(super) fn kind(&self, held: &Held, acquire: &Acquire) -> Kind {
        let mode = self.classes.get(held.class).map_or(held.mode, |class| class.info.keeps_out(held.mode));
        let kind = Kind::of(&Held { mode, ..*held }, &acquire.new, acquire.upgrade);
        let alone = acquire.new.mode == Mode::Read
            && acquire.info.rules.reads_alone
            && self.classes.get(acquire.new.class).is_some_and(|class| !class.written);
        if alone { Kind { waiter: Waiter::Recursive, ..kind } } else { kind }
    }

    /// The class has a writer, who may wait between two readers from now on: what its readers did counts again, as that.
    fn written(&mut self, class: ClassId, closed: &mut Closed<A>, conflicts: &mut Conflicts<A>) {
        let Some(known) = self.classes.get_mut(class) else { return };
        let first = !core::mem::replace(&mut known.written, true);
        let node = known.node;
        if !first || !known.info.rules.reads_alone {
            return;
        }
        for read in self.graph.reads_alone(class, node) {
            let edge = self.graph.edge(read);
            let (ends, evidence) = ((edge.from, edge.to), edge.evidence.whole());
            let kind = Kind { waiter: Waiter::Reader, ..edge.kind };
            let held = Held { class: self.graph.class(edge.from), place: edge.holding, mode: edge.modes.0, ..Held::FREE };
            let new = Held { class, place: edge.acquiring, mode: edge.modes.1, ..Held::FREE };
            let added = self.depend(ends, Dependency { held: &held, new: &new, kind }, &evidence, closed);
            if let Added::New { edge, .. } = added {
                conflicts.connected(self.connection(edge));
            }
        }
    }

    /// Adds a dependency, with the cycle that it closes, or whose verdict its evidence changes.
    fn depend(
        &mut self,
        ends: (NodeIx, NodeIx),
        dependency: Dependency<'_>,
        evidence: &Evidence,
        closed: &mut Closed<A>,
    ) -> Added {
        let added = self.graph.depend(ends, dependency, evidence);
        let woken = |edge| {
            let Edge { from, to, .. } = *self.graph.edge(edge);
            self.is_woken_by_another(from) || self.is_woken_by_another(to)
        };
        match added {
            Added::New { edge, cycle: true } => self.close(edge, closed),
            Added::Known { edge, reconsider, another } if reconsider || another && woken(edge) => self.close(edge, closed),
            Added::New { .. } | Added::Known { .. } => {}
        }
        added
    }

    /// Keeps what an edge closes, or closes in another way than before.
    fn close(&mut self, edge: EdgeIx, closed: &mut Closed<A>) {
        let mut scratch = self.graph.scratch.take();
        let (now, before) = (&mut closed.now, &mut closed.before);
        self.graph.cycles_through(edge, &mut scratch, |cycle| {
            // One that comes to a class twice contains one that does not, or needs its lock held in two ways at once.
            if self.wakes_itself(cycle) || !self.graph.is_of_different_classes(cycle) {
                return;
            }
            let classes = self.classes_of(cycle);
            match self.reported.get(&classes) {
                None => {
                    let rank = |cycle: &Cycle<A>| (self.graph.is_guarded(cycle), cycle.len());
                    if now.as_ref().is_none_or(|now| rank(cycle) < rank(now)) {
                        *now = Some(cycle.clone());
                    }
                }
                Some(&guarded) => {
                    let known = || before.iter().any(|known| self.classes_of(known) == classes);
                    if guarded && !self.graph.is_guarded(cycle) && !known() {
                        before.push(cycle.clone());
                    }
                }
            }
        });
        self.graph.scratch = scratch;
    }

    /// The classes of a cycle, whichever it begins with: what tells reports apart. Other dependencies between the same may close it once
    /// more.
    fn classes_of(&self, cycle: &Cycle<A>) -> u64 {
        let edges = cycle.iter().map(|&ix| self.graph.edge(ix));
        let hash = |edge: &Edge<A>| Hash::default().hash_one((self.graph.class(edge.from), self.graph.class(edge.to)));
        edges.fold(0, |sum, edge| sum.wrapping_add(hash(edge)))
    }

    /// The cycles that an acquisition closed.
    fn report_closed(&mut self, closed: Closed<A>, out: &mut Verdicts<A>) {
        for cycle in closed.before.into_iter().chain(closed.now) {
            let guarded = self.graph.is_guarded(&cycle);
            *self.reported.entry(self.classes_of(&cycle)).or_insert(guarded) &= guarded;
            self.report_cycle(&cycle, out);
        }
    }

    fn evidence(&mut self, cx: &Context<'_>, held: &Held, new: &Held) -> Evidence {
        self.threads.seen(cx.thread);
        let seen = Seen { thread: cx.thread.id, first: cx.now, last: cx.now };
        let gates = cx.held.iter().filter(|gate| gate.is_lock() && gate.instance != 0);
        let gates = gates.filter(|gate| gate.lock != held.lock && gate.lock != new.lock);
        Evidence::new(seen, gates.map(|gate| Gate { instance: gate.instance, class: gate.class, exclusive: gate.exclusive() }))
    }

    /// A closed strong path: every dependency of it with both its places.
    fn report_cycle(&self, cycle: &Cycle<A>, out: &mut Verdicts<A>) {
        let edges = || cycle.iter().map(|&ix| self.graph.edge(ix));
        let evidence = || edges().map(|edge| &edge.evidence);
        let mut verdict = Verdict::new_in(&self.alloc, ReportKind::Inversion, Severity::Possible);
        verdict.gates.extend(super::evidence::gates(evidence()));
        if !verdict.gates.is_empty() {
            verdict.severity = Severity::Guarded;
        }
        verdict.same_thread = !self.threads.could_meet(evidence(), false);
        verdict.ordered = !verdict.same_thread && !self.threads.could_meet(evidence(), true);
        if evidence().any(|evidence| evidence.is_timed()) {
            verdict.hint = Hint::TimedWait;
        }
        for edge in edges() {
            verdict.class(self.graph.class(edge.from), edge.modes.0, edge.holding);
            if self.is_woken_by_another(edge.from) {
                verdict.rests_on.push((self.graph.class(edge.from), self.graph.class(edge.to)));
            }
        }
        for (at, edge) in edges().enumerate() {
            let next = (at + 1) % cycle.len();
            verdict.part(Label::Holding, Some(at), edge.holding, edge.thread());
            verdict.part(Label::AcquiredUnder, Some(next), edge.acquiring, edge.thread());
            // The next dependency may hold as a reader what is wanted to write.
            if let Some(wanted) = verdict.parts.last_mut() {
                wanted.mode = (edge.modes.1 != verdict.locks[next].mode).then_some(edge.modes.1);
            }
        }
        out.push(verdict);
    }

    /// Whether it is a condition variable in code that nobody here can annotate: there a thread that waits is not held for the one
    /// that wakes it, though it may wake others.
    fn is_woken_by_another(&self, node: NodeIx) -> bool {
        let class = self.graph.class(node);
        let known = || self.classes.get(class);
        class.subclass() != READY && known().is_some_and(|class| class.info.rules.reads_alone && class.notified_under.is_some())
    }

    /// Whether all that is known of a waiter and of who wakes it was done by one thread.
    fn wakes_itself(&self, cycle: &Cycle<A>) -> bool {
        let edge = |at: usize| self.graph.edge(cycle[at % cycle.len()]);
        (0..cycle.len()).any(|at| {
            let (wait, notify) = (edge(at), edge(at + 1));
            self.is_woken_by_another(notify.from)
                && !self.threads.could_meet([&wait.evidence, &notify.evidence].into_iter(), false)
        })
    }

    /// The waiters of a condition variable are woken by one who holds locks: whoever waits for it while holding one of these
    /// waits for this thread, and it for them.
    pub(super) fn notify(&mut self, cx: &Context<'_>, condvar: ClassId, info: ClassInfo, place: Place, out: &mut Verdicts<A>) {
        self.learn(condvar, info);
        let Some(from) = self.classes.get(condvar).map(|class| class.node) else { return };
        self.note_notifier(cx, condvar);
        let mut closed = Closed::new_in(&self.alloc);
        for held in cx.own().iter().rev() {
            let Some(class) = self.classes.get(held.class) else { continue };
            if !held.is_lock() || class.info.rules.no_validate || held.class == condvar || !self.needed(condvar, held.class) {
                continue;
            }
            let to = class.node;
            let notified = Held { class: condvar, place, ..Held::FREE };
            // In code that nobody here can annotate a reader who notifies is not held against a reader who waits: it would take a writer
            // who comes between, and nobody else who notifies.
            let mode = if info.rules.reads_alone && held.mode == Mode::Read { Mode::ReadRecursive } else { held.mode };
            let needs = Held { mode, ..*held };
            let dependency = Dependency { held: &notified, new: &needs, kind: Kind::of(&notified, &needs, false) };
            // A lock that the notifier needs besides does not keep it apart from the waiter who holds it: it is one more reason.
            let evidence = self.evidence(cx, &notified, held).without_gates();
            self.depend((from, to), dependency, &evidence, &mut closed);
        }
        self.report_closed(closed, out);
    }

    /// Keeps what all notifiers of the condition variable hold; on what only some of them hold its waiters no longer depend.
    fn note_notifier(&mut self, cx: &Context<'_>, condvar: ClassId) {
        let alloc = self.alloc.clone();
        let held = || cx.own().iter().filter(|held| held.is_lock()).map(|held| held.class);
        let Some(class) = self.classes.get_mut(condvar) else { return };
        let (node, believed) = (class.node, !class.info.rules.reads_alone);
        let Some(known) = &mut class.notified_under else {
            let mut first = Vec::new_in(alloc);
            first.extend(held());
            class.notified_under = Some(first);
            return;
        };
        let mut gone = Vec::new_in(alloc);
        gone.extend(known.iter().copied().filter(|&class| held().all(|held| held != class)));
        known.retain(|class| !gone.contains(class));
        if believed {
            return;
        }
        for class in gone {
            if let Some(to) = self.classes.get(class).map(|class| class.node) {
                self.graph.take_back(node, to);
            }
        }
    }

    /// Whether what a verdict rests on was refuted by nobody since.
    pub fn still_holds(&self, verdict: &Verdict<A>) -> bool {
        verdict.rests_on.iter().all(|&(condvar, class)| self.needed(condvar, class))
    }

    /// Whether the waiters of the condition variable need somebody who holds this class.
    fn needed(&self, condvar: ClassId, class: ClassId) -> bool {
        self.classes.get(condvar).is_none_or(|condvar| {
            !condvar.info.rules.reads_alone || condvar.notified_under.as_ref().is_none_or(|under| under.contains(&class))
        })
    }
}
