//! Small programs of threads and signal handlers, made up at random, and the oracle: all their interleavings, one by one.
//!
//! Nothing here knows of classes, dependencies or usage. Locks are granted as parking_lot grants them; a handler runs on top of any
//! thread, at any step, where its signal is not blocked, once for each thread and signal (a run that ends changes nothing, so more
//! would show no more). A state that nobody can leave, with somebody not at the end, is a deadlock.

use std::collections::{BTreeSet, HashSet};
use std::fmt::Write as _;
use std::ops::RangeInclusive;

use proptest::collection::vec;
use proptest::prelude::*;

use super::Mode;

/// Three mutexes and two reader-writer locks.
pub(crate) const LOCKS: [&str; 5] = ["A", "B", "C", "R", "S"];
const MUTEXES: usize = 3;
/// The signals, one for each handler.
pub(crate) const SIGNALS: [i32; 2] = [10, 12];

/// How large the programs are.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(crate) threads: RangeInclusive<usize>,
    pub(crate) words: usize,
    pub(crate) handlers: RangeInclusive<usize>,
}

impl Shape {
    pub(crate) fn programs(&self) -> impl Strategy<Value = Machine> + use<> {
        let masked = if *self.handlers.end() == 0 { 0.0 } else { 0.4 };
        let threads = vec(words(self.words, masked), self.threads.clone());
        let handlers = vec(vec(word(0.1), 1..self.words.min(6)), self.handlers.clone());
        (threads, handlers, any::<bool>(), any::<bool>(), locks()).prop_map(|(threads, handlers, all_lines, defers, locks)| {
            Machine {
                threads: threads.iter().map(|words| Program::of(words, &locks, false)).collect(),
                handlers: handlers.iter().map(|words| Program::of(words, &locks, true)).collect(),
                lines: if all_lines { 0b11 } else { 0b01 },
                defers,
            }
        })
    }
}

/// Two to five of the locks: with fewer there is more to disagree about.
fn locks() -> impl Strategy<Value = Vec<usize>> {
    proptest::sample::subsequence((0..LOCKS.len()).collect::<Vec<_>>(), 2..=LOCKS.len())
}

/// How programs are made up: a row of these, made well-formed by [`Program::of`].
#[derive(Clone, Copy, Debug)]
enum Word {
    Begin { lock: usize, mode: Mode, attempt: bool, signals: Signals },
    Upgrade,
    End,
}

/// What a section does to signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signals {
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
    let begin = (0..64_usize, mode, prop::bool::weighted(0.15), signals);
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
pub(crate) enum Step {
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
pub(crate) struct Program {
    pub(crate) steps: Vec<Step>,
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
    /// Made of `words` over `locks`; in a handler nothing opens signals that were blocked before.
    fn of(words: &[Word], locks: &[usize], handler: bool) -> Program {
        let mut program = Program::default();
        let (mut open, mut blocked) = (Vec::<Open>::new(), false);
        for &word in words {
            match word {
                Word::Begin { lock, mode, attempt, mut signals } if open.len() < 4 => {
                    let lock = locks[lock % locks.len()];
                    let mode = if lock < MUTEXES { Mode::Write } else { mode };
                    let stuck = open.iter().filter(|section| section.lock == lock).any(|section| {
                        let upgradable = (section.mode, mode) == (Mode::Upgradable, Mode::Upgradable);
                        section.mode == Mode::Write || mode == Mode::Write || upgradable
                    });
                    if stuck {
                        continue;
                    }
                    // So that what is blocked behind an attempt does not depend on its success; and some guards there are not.
                    let depends = attempt || open.iter().any(|section| section.attempt);
                    let no_guard = matches!(mode, Mode::ReadRecursive | Mode::Upgradable);
                    if signals == Signals::Irq && (depends || no_guard || handler) {
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

    #[allow(dead_code, reason = "not everybody asks")]
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

/// A program of the machine: threads first, then handlers.
type Part = usize;

/// Where a program is, and whether it has begun to wait there. Small, for there are many.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
struct At {
    part: u8,
    step: u8,
    waiting: bool,
}

impl At {
    const fn begin(part: Part) -> At {
        At { part: part as u8, step: 0, waiting: false }
    }

    const fn step(self, step: usize) -> At {
        At { step: step as u8, waiting: false, ..self }
    }

    const fn part(self) -> Part {
        self.part as usize
    }
}

/// A thread, and the handlers that run on top of it, the innermost last; and which signals it got so far.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Running {
    stack: [At; 1 + SIGNALS.len()],
    depth: u8,
    got: u8,
}

/// All interleavings of threads, which handlers may interrupt.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    pub(crate) threads: Vec<Program>,
    /// The first is of the first signal, the second of the second.
    pub(crate) handlers: Vec<Program>,
    /// The signals that sections block.
    pub(crate) lines: u8,
    /// Whether a handler has the other signal blocked.
    pub(crate) defers: bool,
}

/// The locks that somebody waits for in a state that nobody can leave.
pub(crate) type Waits = u8;

/// What the search comes to.
pub(crate) enum Outcome {
    Deadlocks(BTreeSet<Waits>),
    /// It was given up.
    TooMany,
}

/// How many states are looked at.
const PATIENCE: usize = 10_000;

impl Machine {
    /// How many programs it has; the handlers are one part together.
    pub(crate) fn parts(&self) -> usize {
        self.threads.len() + usize::from(!self.handlers.is_empty())
    }

    /// Each thread twice.
    #[allow(dead_code, reason = "not everybody asks")]
    pub(crate) fn twice(&self) -> Machine {
        let threads = self.threads.iter().chain(&self.threads).cloned().collect();
        Machine { threads, ..self.clone() }
    }

    /// With a thread for each reader-writer lock that writes to it.
    #[allow(dead_code, reason = "not everybody asks")]
    pub(crate) fn with_writers(&self) -> Machine {
        let write = |lock| Word::Begin { lock, mode: Mode::Write, attempt: false, signals: Signals::Leave };
        let writers = (MUTEXES..LOCKS.len()).map(|lock| Program::of(&[write(0)], &[lock], false));
        Machine { threads: self.threads.iter().cloned().chain(writers).collect(), ..self.clone() }
    }

    /// Goes through all states.
    pub(crate) fn deadlocks(&self) -> Outcome {
        let mut seen = HashSet::new();
        let mut work: Vec<Vec<Running>> = vec![(0..self.threads.len()).map(Running::begin).collect()];
        let mut deadlocks = BTreeSet::new();
        while let Some(state) = work.pop() {
            if !seen.insert(state.clone()) {
                continue;
            }
            if seen.len() > PATIENCE {
                return Outcome::TooMany;
            }
            let before = work.len();
            for who in 0..state.len() {
                self.go_on(&state, who, &mut work);
            }
            if work.len() == before {
                let waits = state.iter().filter_map(|running| self.wants(running.top())).fold(0, |waits, lock| waits | 1 << lock);
                if waits != 0 {
                    deadlocks.insert(waits);
                }
            }
            for who in 0..state.len() {
                self.interrupt(&state, who, &mut work);
            }
        }
        Outcome::Deadlocks(deadlocks)
    }

    fn program(&self, part: Part) -> &Program {
        self.threads.get(part).unwrap_or_else(|| &self.handlers[part - self.threads.len()])
    }

    fn step(&self, at: At) -> Option<&Step> {
        self.program(at.part()).steps.get(usize::from(at.step))
    }

    /// The lock that a program waits for.
    fn wants(&self, at: At) -> Option<usize> {
        match self.step(at) {
            Some(&(Step::Take { lock, attempt: false, .. } | Step::Upgrade { lock })) if at.waiting => Some(lock),
            _ => None,
        }
    }

    /// The signals that are blocked while a program is there, but for those that were before.
    fn blocked(&self, at: At) -> u8 {
        let program = self.program(at.part());
        // Who takes a lock with signals blocked waits for it so.
        let masked = match self.step(at) {
            Some(&Step::Take { signals: Signals::Save | Signals::Irq, .. }) if at.waiting => true,
            _ => program.masked[usize::from(at.step)],
        };
        let sections = if masked { self.lines } else { 0 };
        match at.part().checked_sub(self.threads.len()) {
            Some(_) if self.defers => 0b11,
            Some(signal) => sections | 1 << signal,
            None => sections,
        }
    }

    fn interrupt(&self, state: &[Running], who: usize, next: &mut Vec<Vec<Running>>) {
        let running = &state[who];
        let blocked = running.stack().iter().fold(running.got, |blocked, &at| blocked | self.blocked(at));
        for signal in (0..self.handlers.len()).filter(|signal| blocked & 1 << signal == 0) {
            let mut state = state.to_vec();
            state[who].push(At::begin(self.threads.len() + signal));
            state[who].got |= 1 << signal;
            next.push(state);
        }
    }

    /// What the thread can do next.
    fn go_on(&self, state: &[Running], who: usize, next: &mut Vec<Vec<Running>>) {
        let at = state[who].top();
        let mut push = |at: Option<At>| {
            let mut state = state.to_vec();
            state[who].pop();
            at.into_iter().for_each(|at| state[who].push(at));
            next.push(state);
        };
        match self.step(at) {
            None if at.part() >= self.threads.len() => push(None),
            None => {}
            Some(&Step::Release { .. }) => push(Some(at.step(usize::from(at.step) + 1))),
            Some(&Step::Take { lock, mode, attempt: true, behind, .. }) => {
                push(Some(at.step(if self.grants(state, who, lock, mode) { usize::from(at.step) + 1 } else { behind })));
            }
            Some(_) if !at.waiting => push(Some(At { waiting: true, ..at })),
            Some(&Step::Take { lock, mode, .. }) if self.grants(state, who, lock, mode) => {
                push(Some(at.step(usize::from(at.step) + 1)))
            }
            Some(&Step::Upgrade { lock }) if self.holders(state).all(|(held, mode)| held != lock || mode == Mode::Upgradable) => {
                push(Some(at.step(usize::from(at.step) + 1)));
            }
            Some(_) => {}
        }
    }

    /// Everything that is held.
    fn holders<'s>(&'s self, state: &'s [Running]) -> impl Iterator<Item = (usize, Mode)> + 's {
        let programs = state.iter().flat_map(Running::stack);
        programs.flat_map(|at| self.program(at.part()).held[at.step as usize].iter().copied())
    }

    /// Whether the lock can be had now; as parking_lot has it, where a queued writer keeps readers out.
    fn grants(&self, state: &[Running], who: usize, lock: usize, mode: Mode) -> bool {
        let mut holders = self.holders(state).filter(|holder| holder.0 == lock).map(|holder| holder.1);
        // A writer queues behind an upgradable reader without keeping anybody out; an upgrade keeps new readers out.
        let upgradable = self.holders(state).any(|holder| holder == (lock, Mode::Upgradable));
        let writer_queued = || {
            let waits = |at: &At| match self.step(*at) {
                Some(&Step::Take { lock: wanted, mode: Mode::Write, attempt: false, .. }) => wanted == lock && !upgradable,
                Some(&Step::Upgrade { lock: wanted }) => wanted == lock,
                _ => false,
            };
            // What the thread was about to wait for when it was interrupted is queued as well.
            state.iter().enumerate().any(|(other, running)| {
                let own_top = usize::from(other == who);
                running.stack()[..running.stack().len() - own_top].iter().any(|at| at.waiting && waits(at))
            })
        };
        match mode {
            Mode::Write => holders.next().is_none(),
            Mode::ReadRecursive => holders.all(|held| held != Mode::Write),
            Mode::Read => !writer_queued() && holders.all(|held| held != Mode::Write),
            Mode::Upgradable => !writer_queued() && holders.all(|held| !matches!(held, Mode::Write | Mode::Upgradable)),
        }
    }

    /// One after the other: no run of them can be more harmless. The last part is the handlers, on a thread of their own.
    #[allow(dead_code, reason = "not everybody asks")]
    pub(crate) fn script(&self, order: impl Iterator<Item = Part>) -> String {
        let names: String = (0..self.threads.len()).map(|who| format!("t{who}:;")).collect();
        let classes: String = LOCKS.iter().map(|lock| format!("class {lock};")).collect();
        let lines = if self.lines == 0b11 { "lines 10 12" } else { "lines 10" };
        let mut script = format!("{classes} {lines}; {names} h:;");
        for part in order {
            match self.threads.get(part) {
                Some(thread) => writeln!(script, "t{part}: {}", thread.script()).unwrap(),
                None => {
                    for (signal, handler) in self.handlers.iter().enumerate() {
                        let other = if self.defers { format!("+{} ", SIGNALS[1 - signal]) } else { String::new() };
                        writeln!(script, "h: on {} {other}{{ {} }}", SIGNALS[signal], handler.script()).unwrap();
                    }
                }
            }
        }
        script
    }
}

impl Running {
    fn begin(part: Part) -> Running {
        let mut running = Running { stack: Default::default(), depth: 0, got: 0 };
        running.push(At::begin(part));
        running
    }

    fn stack(&self) -> &[At] {
        &self.stack[..usize::from(self.depth)]
    }

    fn top(&self) -> At {
        self.stack[usize::from(self.depth) - 1]
    }

    fn push(&mut self, at: At) {
        self.stack[usize::from(self.depth)] = at;
        self.depth += 1;
    }

    fn pop(&mut self) {
        self.depth -= 1;
        // What is not there is the same in every state.
        self.stack[usize::from(self.depth)] = At::default();
    }
}
