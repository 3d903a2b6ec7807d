//! Any row of events into the engine: its own checks hold after each, it knows the dependencies that a naive list knows, and it
//! reports every acquisition that closes a strong path in that list.
//!
//! Two bytes are an event: what it is and who does it, and what it is done to. What a thread cannot do there is left out.
#![no_main]

use std::collections::BTreeSet;

use allocator_api2::alloc::Global;
use libfuzzer_sys::fuzz_target;
use lockdep_core::engine::{
    Acquire, ClassId, ClassInfo, Context, End, Engine, Event, Held, HeldFlags, MaskAtEnd, Place, Reopen, State, Thread, Unmask,
};
use lockdep_core::{ClassRules, Mode, ReportKind, Severity, WaitType};

const CLASSES: u32 = 6;
const THREADS: usize = 3;
const DEEPEST: usize = 24;
const MODES: [Mode; 4] = [Mode::Write, Mode::Read, Mode::ReadRecursive, Mode::Upgradable];

/// A dependency between classes: who held, and who waited.
type Edge = (u32, u32, Mode, Mode);

/// What a handler goes back to.
struct Interrupted {
    base: usize,
    mask: u64,
    handler: u8,
    entered: u64,
}

#[derive(Default)]
struct Model {
    held: Vec<Held>,
    base: usize,
    mask: u64,
    handler: u8,
    interrupted: Vec<Interrupted>,
    serial: u64,
}

struct World {
    engine: Engine<Global>,
    threads: [Model; THREADS],
    clock: u32,
    sites: usize,
    /// How often the lock in each place was renewed.
    lives: [u64; 2 * CLASSES as usize],
    edges: BTreeSet<Edge>,
}

/// Whether somebody who waits keeps waiting for the holder.
fn waits(waiter: Mode, holder: Mode) -> bool {
    waiter != Mode::ReadRecursive || holder == Mode::Write
}

/// The last class is judged lock by lock; the one before sleeps.
fn info(class: u32) -> ClassInfo {
    ClassInfo {
        wait: if class == CLASSES - 1 { WaitType::Sleep } else { WaitType::Spin },
        rules: ClassRules { by_instance: class == CLASSES, ..ClassRules::default() },
        ..ClassInfo::default()
    }
}

fuzz_target!(|data: &[u8]| {
    let mut world = World {
        engine: Engine::new_in(Global),
        threads: Default::default(),
        clock: 1,
        sites: 0,
        lives: Default::default(),
        edges: BTreeSet::new(),
    };
    for event in data.chunks_exact(2) {
        world.event(event[0], event[1]);
        world.engine.check_invariants();
    }
    let name = |mode, shared, alone| if mode { shared } else { alone };
    let known: BTreeSet<_> =
        world.engine.dependencies().map(|(from, to, kind, ..)| (from.base(), to.base(), kind.to_owned())).collect();
    let naive: BTreeSet<_> = world
        .edges
        .iter()
        .map(|&(from, to, holder, waiter)| {
            let (holder, waiter) = (name(holder != Mode::Write, "S", "E"), name(waiter == Mode::ReadRecursive, "R", "N"));
            (from, to, format!("{holder}{waiter}"))
        })
        .collect();
    assert_eq!(known, naive);
});

impl World {
    fn event(&mut self, what: u8, argument: u8) {
        self.sites += 1;
        let place = Place { site: self.sites, stack: 0 };
        let who = usize::from(what >> 4) % THREADS;
        match what & 15 {
            0..=6 => self.acquire(who, argument, place),
            7..=9 => {
                let own = self.threads[who].base..self.threads[who].held.len();
                if !own.is_empty() {
                    let at = own.start + usize::from(argument) % own.len();
                    if self.threads[who].held[at].state == State::Held {
                        self.threads[who].held.remove(at);
                    }
                }
            }
            10 => self.enter(who, 1 + argument % 3),
            11 => self.leave(who, place),
            12 => self.open(who, u64::from(argument & 7), place),
            13 => self.close(who, place),
            14 => self.renew(usize::from(argument) % self.lives.len()),
            _ => self.end(who, argument, place),
        }
    }

    fn tell<'t>(&'t mut self, who: usize, event: impl FnOnce(Context<'t>) -> Event<'t>) -> Vec<(ReportKind, Severity)> {
        let Model { ref held, base, mask, handler, .. } = self.threads[who];
        let thread = Thread { id: who as u32 + 1, began: 1 };
        let verdicts = self.engine.apply(event(Context { thread, now: self.clock, held, base, mask, handler }));
        verdicts.iter().map(|verdict| (verdict.kind, verdict.severity)).collect()
    }

    fn acquire(&mut self, who: usize, argument: u8, place: Place) {
        let class = u32::from(argument & 7) % CLASSES + 1;
        let lock = (class as usize - 1) * 2 + usize::from(argument >> 3 & 1);
        let thread = &self.threads[who];
        if thread.held.len() == DEEPEST {
            return;
        }
        let attempt = argument >> 6 == 3;
        let new = Held {
            lock: 0x1000 + lock * 16,
            class: ClassId::new(class, 0),
            state: State::Held,
            mode: MODES[usize::from(argument >> 4 & 3)],
            flags: if attempt { HeldFlags::TRY } else { HeldFlags(0) },
            context: thread.interrupted.len() as u8,
            mask: thread.mask,
            place,
            instance: lock as u64 + 1 + self.lives[lock] * 1000,
            ..Held::FREE
        };
        let acquire =
            Acquire { new, info: info(class), nest: None, writer_queued: false, upgrade: false, wait: false, timed: false };
        let found = self.tell(who, |cx| Event::Acquire(cx, acquire));
        if found.contains(&(ReportKind::Recursion, Severity::Certain)) {
            return;
        }
        let closes = !attempt && self.depend(who, &new);
        let reported = found.iter().any(|&(kind, _)| kind == ReportKind::Inversion);
        assert!(reported || !closes, "it closes a cycle, and {found:?} is reported");
        self.threads[who].held.push(new);
    }

    /// Adds the dependencies to the list; whether one of them is new and closes a strong path.
    fn depend(&mut self, who: usize, new: &Held) -> bool {
        let thread = &self.threads[who];
        let mut closes = false;
        for held in thread.held[thread.base..].iter().filter(|held| held.is_lock() && held.class != new.class) {
            // All readers hold alike, and all but recursive readers wait alike.
            let holder = if held.mode == Mode::Read { Mode::ReadRecursive } else { held.mode };
            let waiter = if new.mode == Mode::ReadRecursive { new.mode } else { Mode::Write };
            let edge = (held.class.base(), new.class.base(), holder, waiter);
            closes |= self.edges.insert(edge) && self.closes(edge);
        }
        closes
    }

    fn closes(&self, edge: Edge) -> bool {
        let leads_on = |first: &Edge, second: &Edge| first.1 == second.0 && waits(first.3, second.2);
        let mut reached = BTreeSet::from([edge]);
        loop {
            let next: BTreeSet<Edge> =
                self.edges.iter().filter(|next| reached.iter().any(|last| leads_on(last, next))).copied().collect();
            if reached.iter().any(|last| leads_on(last, &edge)) {
                return true;
            }
            if next.is_subset(&reached) {
                return false;
            }
            reached.extend(next);
        }
    }

    fn enter(&mut self, who: usize, signal: u8) {
        let thread = &mut self.threads[who];
        let bit = 1 << (signal - 1);
        if thread.mask & bit != 0 || thread.interrupted.len() == 3 {
            return;
        }
        let entered = thread.mask | bit;
        thread.interrupted.push(Interrupted { base: thread.base, mask: thread.mask, handler: thread.handler, entered });
        thread.base = thread.held.len();
        thread.mask = entered;
        thread.handler = signal;
    }

    fn leave(&mut self, who: usize, place: Place) {
        let Some(entered) = self.threads[who].interrupted.last().map(|interrupted| interrupted.entered) else { return };
        self.tell(who, |cx| Event::End { cx, end: End::Handler(MaskAtEnd { entered, changed: None }), place });
        let thread = &mut self.threads[who];
        let Some(interrupted) = thread.interrupted.pop() else { return };
        thread.held.truncate(thread.base);
        (thread.base, thread.mask, thread.handler) = (interrupted.base, interrupted.mask, interrupted.handler);
    }

    fn open(&mut self, who: usize, signals: u64, place: Place) {
        let thread = &mut self.threads[who];
        if thread.held.len() < DEEPEST {
            let found = thread.mask;
            thread.mask |= signals;
            thread.serial += 1;
            let context = thread.interrupted.len() as u8;
            let (mask, instance) = (thread.mask, thread.serial);
            thread.held.push(Held { state: State::Section, context, mask, place, instance, order: found, ..Held::FREE });
        }
    }

    /// The innermost section of this context puts back what it found.
    fn close(&mut self, who: usize, place: Place) {
        let thread = &self.threads[who];
        let own = thread.held[thread.base..].iter().rposition(|held| held.state == State::Section);
        let Some(own) = own.map(|own| thread.base + own) else { return };
        let mask = thread.held[own].order;
        self.tell(who, |cx| Event::Unmask(cx, Unmask { how: Reopen::Restore, mask, own: Some(own), place }));
        let thread = &mut self.threads[who];
        thread.mask = mask;
        thread.held.remove(own);
    }

    /// The lock is dropped, and another takes its place; not while it is held.
    fn renew(&mut self, lock: usize) {
        let address = 0x1000 + lock * 16;
        if self.threads.iter().all(|thread| thread.held.iter().all(|held| held.lock != address)) {
            let instance = lock as u64 + 1 + self.lives[lock] * 1000;
            self.engine.apply(Event::Forget { instance });
            self.lives[lock] += 1;
        }
    }

    fn end(&mut self, who: usize, argument: u8, place: Place) {
        match argument % 3 {
            0 => drop(self.tell(who, |cx| Event::MightSleep { cx, place })),
            1 => drop(self.tell(who, |cx| Event::AssertNoneHeld { cx, place })),
            _ => {
                self.clock += 1;
                self.engine.apply(Event::ThreadEnd { thread: who as u32 + 1, now: self.clock });
            }
        }
    }
}
