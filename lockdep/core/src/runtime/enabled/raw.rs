//! A finding before it is put into words: what a slow section, perhaps in a handler, can keep of it.

use core::fmt::Write as _;
use core::panic::Location;
use core::sync::atomic::Ordering;

use allocator_api2::vec::Vec;

use super::contention::clock;
use super::globals::{ClassRecord, Globals};
use super::graph::Graph;
use super::position::Missing;
use super::thread::ThreadState;
use crate::arena::Arena;
use crate::engine::{ClassId, Held, Hint, Label, Place, State, Verdict};
use crate::kind::{ReportKind, Severity};
use crate::report::ReportId;

/// A finding and the moment it belongs to.
#[derive(Clone)]
pub(crate) struct RawReport {
    /// See [`Told`].
    pub(crate) key: ReportId,
    /// It is not known yet for whom all of its locks are made.
    pub(crate) unnamed: bool,
    pub(crate) verdict: Verdict<Arena>,
    pub(crate) held: Vec<Held, Arena>,
    pub(crate) base: usize,
    pub(crate) thread: u32,
    /// Whose doing it is; 0 for the thread's own, which is not said if it is the first thread.
    pub(crate) scope: u32,
    pub(crate) first_thread: bool,
    pub(crate) handler: u8,
    /// What the code calls that handler.
    pub(crate) handler_name: Option<&'static str>,
    /// When and where signals were blocked last, and unblocked.
    pub(crate) last_off: (u64, Place),
    pub(crate) last_on: (u64, Place),
    /// What is known of the threads it speaks of, if it was found from outside.
    pub(crate) threads: Vec<RawThread, Arena>,
}

/// A thread as it is at one moment.
#[derive(Clone)]
pub(crate) struct RawThread {
    pub(crate) id: u32,
    pub(crate) tid: libc::pid_t,
    /// All entries, outermost first.
    pub(crate) held: Vec<Held, Arena>,
    pub(crate) handler: u8,
    /// For how long it has waited for each of the entries that wait in its innermost context, in nanoseconds.
    pub(crate) waited: u64,
    pub(crate) nesting: u8,
    /// Why there is no stack, if it was asked for one.
    pub(crate) missing: Option<Missing>,
}

impl RawReport {
    /// What this thread came upon, now; in a slow section.
    fn of(
        globals: &mut Globals,
        thread: &'static ThreadState,
        (key, unnamed): (ReportId, bool),
        verdict: Verdict<Arena>,
    ) -> RawReport {
        for part in &verdict.parts {
            let thread = globals.threads().find(|thread| thread.thread().id == part.thread.id);
            if let Some(thread) = thread {
                globals.names.insert(part.thread.id, thread.name.get());
            }
        }
        // One that began in the last of its destructors is not registered.
        globals.names.insert(thread.thread().id, thread.name.get());
        let mut held = Vec::new_in(Arena);
        held.extend(thread.entries().filter(Held::is_lock));
        let stamp = |stamp: &super::thread::Stamp| (ThreadState::get(&stamp.event), stamp.place());
        RawReport {
            key,
            unnamed,
            verdict,
            held,
            base: thread.base(),
            thread: thread.thread().id,
            scope: thread.scope.load(Ordering::Relaxed),
            first_thread: thread.first.load(Ordering::Relaxed) != 0,
            handler: thread.handler.load(Ordering::Relaxed),
            handler_name: thread.installed().and_then(|installed| installed.name),
            last_off: stamp(&thread.last_off),
            last_on: stamp(&thread.last_on),
            threads: Vec::new_in(Arena),
        }
    }
}

impl RawThread {
    /// In a slow section.
    pub(crate) fn of(thread: &'static ThreadState, missing: Option<Missing>) -> RawThread {
        let mut held = Vec::new_in(Arena);
        held.extend(thread.entries().filter(|held| held.state != State::Free));
        let since = ThreadState::get(&thread.waiting_since);
        RawThread {
            id: thread.thread().id,
            tid: thread.tid.load(Ordering::Relaxed),
            held,
            handler: thread.handler.load(Ordering::Relaxed),
            waited: if since == 0 { 0 } else { clock().saturating_sub(since) },
            nesting: thread.nesting.load(Ordering::Relaxed),
            missing,
        }
    }

    /// What it waits for now.
    pub(crate) fn waits(&self) -> impl Iterator<Item = &Held> {
        self.held.iter().filter(|held| held.state == State::Waiting && held.context == self.nesting)
    }
}

/// What the queueing of an event's findings comes to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Found {
    /// Something is wrong, reported before or not.
    pub(crate) any: bool,
    /// How many reports are new, or stronger than before.
    pub(crate) fresh: u32,
    /// This call can never return.
    pub(crate) stop: Option<ReportKind>,
    /// Some of what is new is not [known by name](RawReport::unnamed) yet.
    pub(crate) unnamed: bool,
    /// How many findings of this thread were accepted late before this.
    pub(crate) accepted: u32,
}

/// Queues what an event brought to light; in the slow section of the event. `chain` is the key of the chain that it is about, if it
/// is about one.
pub(crate) fn queue(
    globals: &mut Globals,
    graph: &Graph,
    thread: &'static ThreadState,
    verdicts: Vec<Verdict<Arena>, Arena>,
    chain: Option<u64>,
) -> Found {
    let scope = thread.scope.load(Ordering::Relaxed);
    if let Some(chain) = chain
        && verdicts.is_empty()
    {
        // SAFETY: in a slow section, and the engine is done.
        unsafe { graph.inner() }.taken_again(scope, chain);
    }
    let accepted = thread.accepted.load(Ordering::Relaxed);
    let mut found = Found { any: !verdicts.is_empty(), accepted, ..Found::default() };
    for verdict in verdicts {
        if matches!(verdict.kind, ReportKind::Recursion | ReportKind::Deadlock) && verdict.severity == Severity::Certain {
            found.stop = Some(verdict.kind);
        }
        if thread.unwinding_from_stop() {
            continue;
        }
        let key = identify(globals, &verdict, Told::Here);
        // Before it is asked whether it is accepted.
        let unnamed = |class: ClassId| globals.record(class).is_some_and(ClassRecord::is_unnamed);
        let unnamed = verdict.locks.iter().any(|lock| unnamed(lock.class));
        // SAFETY: in a slow section, and the engine is done.
        let inner = unsafe { graph.inner() };
        if !verdict.rests_on.is_empty() {
            if inner.held_back.iter().all(|(other, _)| other.key != key) {
                inner.held_back.push((RawReport::of(globals, thread, (key, unnamed), verdict), chain));
            }
        } else if is_news(globals, graph, (key, &verdict), scope, chain) {
            found.fresh += 1;
            found.unnamed |= unnamed;
            say(graph, RawReport::of(globals, thread, (key, unnamed), verdict));
        }
    }
    found
}

/// Whether a finding is new, or stronger than before, and not accepted.
fn is_news(
    globals: &Globals,
    graph: &Graph,
    (key, verdict): (ReportId, &Verdict<Arena>),
    scope: u32,
    chain: Option<u64>,
) -> bool {
    let strength = verdict.severity as u8 * 2 + u8::from(verdict.hint == Hint::HandlerSeen) + 1;
    // SAFETY: in a slow section, and the engine is done.
    let inner = unsafe { graph.inner() };
    if let Some(chain) = chain {
        let caused = inner.caused.entry(chain).or_insert_with(|| Vec::new_in(Arena));
        if !caused.contains(&key) {
            caused.push(key);
        }
    }
    let seen = inner.seen.entry(key).or_insert(0);
    if *seen >= strength {
        inner.caused_again(scope, key);
        return false;
    }
    *seen = strength;
    graph.isolated || !super::baseline::accepts(globals, verdict)
}

fn say(graph: &Graph, raw: RawReport) {
    // SAFETY: in a slow section, and the engine is done.
    let queue = &mut unsafe { graph.inner() }.queue;
    queue.push(raw);
    graph.pending.store(queue.len() as u32, Ordering::Release);
}

/// Queues what was held back in this scope, or in all, and is not refuted: nobody else will notify. In a slow section.
pub(crate) fn say_held_back(globals: &Globals, graph: &Graph, scope: Option<u32>) {
    let is_wanted = |raw: &RawReport| scope.is_none_or(|scope| scope == raw.scope);
    // SAFETY: in a slow section, and the engine is done.
    let first = || unsafe { graph.inner() }.held_back.iter().position(|(raw, _)| is_wanted(raw));
    while let Some(at) = first() {
        // SAFETY: as above.
        let inner = unsafe { graph.inner() };
        let (raw, chain) = inner.held_back.remove(at);
        let holds = inner.engine.still_holds(&raw.verdict);
        if holds && is_news(globals, graph, (raw.key, &raw.verdict), raw.scope, chain) {
            say(graph, raw);
        }
    }
}

/// The source position that a place names.
pub(crate) fn location(site: usize) -> Option<&'static Location<'static>> {
    // SAFETY: a site of ours is 0 or the address of a `&'static Location`.
    unsafe { core::ptr::with_exposed_provenance::<Location<'static>>(site).as_ref() }
}

/// FNV-1a, 64 bits: part of the promise that ids are stable, so it is written here and not taken from a library that may change
/// its hash.
struct Fnv(u64);

impl Fnv {
    fn bytes(&mut self, bytes: &[u8]) {
        for &byte in bytes.iter().chain(&[0xff]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn number(&mut self, number: u32) {
        self.bytes(&number.to_le_bytes());
    }

    fn place(&mut self, place: Place) {
        if let Some(location) = location(place.site) {
            self.bytes(location.file().as_bytes());
            self.number(location.line());
            self.number(location.column());
        }
    }
}

impl core::fmt::Write for Fnv {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        self.bytes(text.as_bytes());
        Ok(())
    }
}

const EMPTY: Fnv = Fnv(0xcbf2_9ce4_8422_2325);

/// Whom an identity is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// This process: different classes are different.
    Here,
    /// All runs of the program. Of what `Default` makes it is known since the first report how they are told apart in the source.
    Everywhere,
}

/// The identity of a class.
fn class_identity(globals: &Globals, class: ClassId, told: Told) -> u64 {
    let mut hash = EMPTY;
    if let Some(record) = globals.record(class) {
        match record.name {
            Some(name) => hash.bytes(name.as_bytes()),
            None => {
                hash.bytes(record.kind.as_bytes());
                hash.bytes(record.type_name.as_bytes());
            }
        }
        match record.made().filter(|made| told == Told::Everywhere && made.by_maker) {
            Some(made) => {
                // A path of debug information begins where the program was built.
                let parts = made.at.file.rsplit('/').take(2);
                parts.for_each(|part| hash.bytes(part.as_bytes()));
                hash.number(made.at.line);
                hash.number(made.at.column);
            }
            None => {
                hash.place(Place { site: core::ptr::from_ref(record.site).expose_provenance(), stack: 0 });
                if record.twins != 0 {
                    hash.number(record.twins);
                }
            }
        }
    }
    hash.number(class.subclass().into());
    hash.0
}

/// The identity of a cycle of classes, wherever it begins: of which leads to which.
fn around(mut classes: impl Iterator<Item = u64>) -> u64 {
    let Some(first) = classes.next() else { return 0 };
    let (mut last, mut sum) = (first, 0_u64);
    for next in classes.chain([first]) {
        sum = sum.wrapping_add((last.rotate_left(17) ^ next).wrapping_mul(next | 1));
        last = next;
    }
    sum
}

/// The identity of a finding: kind, classes and, where the place is the bug, sites.
pub(super) fn identify(globals: &Globals, verdict: &Verdict<Arena>, told: Told) -> ReportId {
    let mut hash = EMPTY;
    hash.bytes(verdict.kind.name().as_bytes());
    let classes = verdict.locks.iter().map(|lock| class_identity(globals, lock.class, told));
    match verdict.kind {
        // A cycle is the same wherever it is entered.
        ReportKind::Inversion | ReportKind::Deadlock => {
            hash.bytes(&around(classes).to_le_bytes());
        }
        ReportKind::IrqUsage => {
            classes.for_each(|class| hash.bytes(&class.to_le_bytes()));
            match verdict.signals.count_ones() {
                1 => hash.number(verdict.signals.trailing_zeros()),
                // Who accepts one of them has not accepted the others.
                _ => hash.bytes(&verdict.signals.to_le_bytes()),
            }
        }
        // A circle of handlers, too.
        ReportKind::IrqInversion if verdict.signals.count_ones() > 1 => {
            hash.bytes(&around(classes).to_le_bytes());
            hash.bytes(&verdict.signals.to_le_bytes());
        }
        ReportKind::IrqInversion => {
            let mut classes = classes;
            let ends = [classes.next(), classes.next_back()];
            ends.into_iter().flatten().for_each(|class| hash.bytes(&class.to_le_bytes()));
            hash.number(verdict.signals.trailing_zeros());
        }
        // One for each handler, and not one for each thing it allocates and frees.
        ReportKind::SignalUnsafe => {
            hash.number(verdict.signals.trailing_zeros());
            hash.number(u32::from(matches!(verdict.hint, Hint::Errno(..))));
            for part in verdict.parts.iter().filter(|part| matches!(part.label, Label::Installed(_))) {
                hash.place(part.place);
            }
        }
        _ => {
            classes.for_each(|class| hash.bytes(&class.to_le_bytes()));
            let completes_later = |label| verdict.kind == ReportKind::UnsafeIrqEnable && matches!(label, Label::InHandler(_));
            let places = || verdict.parts.iter().filter(|part| !completes_later(part.label)).map(|part| part.place);
            places().for_each(|place| hash.place(place));
            if verdict.locks.is_empty() && places().all(|place| location(place.site).is_none()) {
                // Neither class nor site: what the drop of a guard does, or foreign code. What it is must tell then.
                let _ = write!(hash, "{:?} {:x}", verdict.hint, verdict.signals);
            }
        }
    }
    ReportId(hash.0)
}
