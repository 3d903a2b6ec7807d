//! A pure model of threads that drives the engine by a script.
//!
//! A script is a row of steps, separated by `,`, `;` or line ends; `t1:` in front of a step says who does it and all that follow;
//! `on 10 { … }` is a run of the handler of signal 10 on top of that thread. What is written as RAII in a program is here one step
//! for its beginning and one for its end.
//!
//! | step | meaning |
//! |---|---|
//! | `class A sleep leaf` | declares a class; words below. A class that is not declared spins and has no rules |
//! | `lines 10 12` | the signals that irq sections block from here on; that is also the default |
//! | `lock A`, `read A`, `rread A`, `upread A` | takes lock `A` alone, shared, as a recursive reader, upgradably |
//! | `lock A2`, `lock A/1` | instance 2 of class `A` (its address rises with the number); subclass 1 |
//! | `… under N`, `… order 7`, `… queued`, `… reentrant` | nest lock; number of `lock_ordered`; a writer waits now; reentrant |
//! | `… first` | nobody took the lock before |
//! | `… anonymous` | the lock was given no identity beyond its address |
//! | `try lock A`, … | the same without waiting |
//! | `timed A` | a try with a time limit, that fails |
//! | `lock_irq A`, `lock_irqsave A`, `lock_counted A`, `read_irq A`, `read_irqsave A` | the same with a guard that is an irq section too |
//! | `unlock A` | drops the last guard of `A`: the lock, then its irq section |
//! | `release A` | releases the lock alone |
//! | `upgrade A`, `downgrade A` | from upgradable to alone; from alone to shared |
//! | `disable`, `enable`, `save f`, `restore f`, `counted c`, `uncount c` | irq sections without a lock |
//! | `raw 10` | signal 10 is blocked, or opened, behind our back, and then noticed |
//! | `wait C M`, `wait_timed C M`, `notify C` | the condition variable `C` with the mutex `M` |
//! | `enter S`, `leave S`, `await S` | a section that others wait for; waiting for it |
//! | `might_lock A`, `might_sleep`, `held A`, `not_held A`, `none_held` | annotations |
//! | `drop A` | the lock is gone |
//! | `on 10 {`, `on 10 +12 {`, `on 10 nodefer {` | a handler: as installed plainly, with 12 in its mask, with 10 open |
//! | `begin`, `end`, `end_test` | the thread begins only here, not with all others; the thread ends; the test ends |
//!
//! Words of `class`: `sleep`, `spin`, `free`; `leaf`, `no_validate`, `by_instance`, `reads_alone`, `ascending` (comparator by address),
//! `handler_reads` (a plain read in a handler is recursive), `readers_pass` (everywhere), `as_spin` (declared to spin, whatever the lock).

use std::collections::HashMap;
use std::fmt::Write as _;

use allocator_api2::alloc::Global;

use crate::class::ClassRules;
use crate::engine::{
    Acquire, ClassId, ClassInfo, Context, End, Engine, Event, Held, HeldFlags, Hint, Label, MaskAtEnd, Place, Reopen, State,
    Thread, Unmask, Verdict, Verdicts,
};
use crate::kind::{Mode, ReportKind, Severity, WaitType};

/// Runs the script and compares every report that would be printed, in order.
///
/// A report is written `Kind Severity Hint: locks on signals (evidence)`; see [`World::line`].
#[track_caller]
pub(super) fn check(script: &str, expected: &[&str]) {
    let world = World::run(script);
    assert_eq!(world.lines(), expected, "\nscript: {script}\n{}", world.explain());
}

/// Runs the script and compares the reports with all their places.
#[track_caller]
pub(super) fn check_places(script: &str, expected: &str) {
    let trim = |text: &str| text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    let found = World::run(script).explain();
    assert_eq!(trim(&found), trim(expected), "\nscript: {script}\n{found}");
}

/// An engine, and the threads that tell it what they do.
pub(super) struct World {
    pub(super) engine: Engine<Global>,
    /// The reports that would be printed: the first of each identity, and those that are stronger than before.
    pub(super) found: Vec<Verdict<Global>>,
    /// Whether the engine checks itself after every step.
    pub(super) checking: bool,
    classes: Vec<(String, ClassInfo)>,
    threads: Vec<Model>,
    lines: u64,
    clock: u32,
    /// The text of each step; a place's site is the number of its step, from 1.
    steps: Vec<String>,
    seen: HashMap<Identity, u8>,
    /// How often a lock at this address was dropped.
    lives: HashMap<usize, u64>,
}

/// What makes two verdicts one report: as in the runtime, with steps for source positions.
type Identity = (ReportKind, Vec<ClassId>, u64, Vec<usize>);

/// A thread.
struct Model {
    name: String,
    thread: Thread,
    held: Vec<Held>,
    base: usize,
    mask: u64,
    handler: u8,
    interrupted: Vec<Interrupted>,
    serial: u64,
    /// Counted sections that are open, and the first of them.
    counted: (u32, Opened),
    /// Guards that are irq sections too.
    guards: Vec<(usize, Section, Opened)>,
    flags: HashMap<String, Opened>,
    /// It waits for itself, for good.
    stuck: bool,
}

/// What a handler goes back to.
struct Interrupted {
    base: usize,
    mask: u64,
    handler: u8,
    entered: u64,
}

/// An irq section: the number of its entry, and the mask it found.
#[derive(Clone, Copy, Default)]
struct Opened {
    serial: u64,
    found: u64,
}

/// How the section of a guard ends.
#[derive(Clone, Copy)]
enum Section {
    Irq,
    Save,
    Counted,
}

/// A lock by name.
#[derive(Clone, Copy)]
struct Lock {
    class: usize,
    id: ClassId,
    address: usize,
}

/// What stands behind the lock of a step.
#[derive(Clone, Copy, Default)]
struct Options {
    flags: HeldFlags,
    nest: Option<usize>,
    order: u64,
    queued: bool,
    anonymous: bool,
    upgrade: bool,
    wait: bool,
    timed: bool,
    first: bool,
}

fn bit(signal: u8) -> u64 {
    1 << (signal - 1)
}

fn numbers(signals: u64) -> impl Iterator<Item = u32> {
    (0..64).filter(move |at| signals & 1 << at != 0).map(|at| at + 1)
}

impl World {
    pub(super) fn new() -> World {
        World {
            engine: Engine::new_in(Global),
            found: Vec::new(),
            checking: true,
            classes: Vec::new(),
            threads: Vec::new(),
            lines: bit(10) | bit(12),
            clock: 0,
            steps: Vec::new(),
            seen: HashMap::new(),
            lives: HashMap::new(),
        }
    }

    pub(super) fn run(script: &str) -> World {
        let mut world = World::new();
        world.go(script);
        world
    }

    /// Goes on with another script.
    pub(super) fn go(&mut self, script: &str) {
        let mut who = self.threads.len().checked_sub(1);
        let script = script.replace('{', "{,").replace('}', ",return,");
        let steps = script.split([',', ';', '\n']).map(|step| match step.split_once(':') {
            Some((name, step)) => (Some(name.trim()), step.trim()),
            None => (None, step.trim()),
        });
        for name in steps.clone().filter_map(|(name, _)| name) {
            self.thread(name);
        }
        for (name, step) in steps {
            if let Some(name) = name {
                who = Some(self.thread(name));
            }
            let words: Vec<&str> = step.trim_end_matches('{').split_whitespace().collect();
            match (words.as_slice(), who) {
                ([], _) => {}
                (["class", name, words @ ..], _) => self.declare(name, words),
                (["lines", signals @ ..], _) => self.lines = signals.iter().fold(0, |bits, s| bits | bit(s.parse().unwrap())),
                (words, Some(who)) => self.step(who, words),
                (words, None) => panic!("nobody does {words:?}"),
            }
        }
    }

    fn thread(&mut self, name: &str) -> usize {
        if let Some(at) = self.threads.iter().position(|thread| thread.name == name) {
            return at;
        }
        // All threads of a script are there from its start.
        let thread = Thread { id: self.threads.len() as u32 + 1, began: 0 };
        self.threads.push(Model {
            name: name.to_owned(),
            thread,
            held: Vec::new(),
            base: 0,
            mask: 0,
            handler: 0,
            interrupted: Vec::new(),
            serial: 0,
            counted: (0, Opened::default()),
            guards: Vec::new(),
            flags: HashMap::new(),
            stuck: false,
        });
        self.threads.len() - 1
    }

    fn declare(&mut self, name: &str, words: &[&str]) {
        let mut info = ClassInfo { wait: WaitType::Spin, ..ClassInfo::default() };
        for word in words {
            match *word {
                "sleep" => info.wait = WaitType::Sleep,
                "spin" => info.wait = WaitType::Spin,
                "free" => info.wait = WaitType::Free,
                "leaf" => info.rules.leaf = true,
                "no_validate" => info.rules.no_validate = true,
                "by_instance" => info.rules.by_instance = true,
                "reads_alone" => info.rules.reads_alone = true,
                "ascending" => info.rules = ClassRules { compare: Some(|held, new| held.cmp(&new)), ..info.rules },
                "handler_reads" => info.read_recursive_in_handler = true,
                "readers_pass" => info.readers_pass = true,
                "upgradable_excludes" => info.upgradable_excludes = true,
                "as_spin" => info.rules.wait = Some(WaitType::Spin),
                word => panic!("a class cannot be {word}"),
            }
        }
        assert!(self.classes.iter().all(|(known, _)| known != name), "{name} was used before it was declared");
        self.classes.push((name.to_owned(), info));
    }

    /// `A`, `A2`, `A2/1`.
    fn lock(&mut self, name: &str) -> Lock {
        let (name, subclass) = name.split_once('/').unwrap_or((name, "0"));
        let class_name = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let instance: usize = name[class_name.len()..].parse().unwrap_or(0);
        let class = match self.classes.iter().position(|(known, _)| known == class_name) {
            Some(class) => class,
            None => {
                self.declare(class_name, &[]);
                self.classes.len() - 1
            }
        };
        let id = ClassId::new(class as u32 + 1, subclass.parse().expect("a subclass is a number"));
        Lock { class, id, address: (class + 1) << 16 | (instance + 1) << 4 }
    }

    /// The identity of a lock: its address alone is used again after a drop.
    fn instance(&self, lock: Lock) -> u64 {
        lock.address as u64 | self.lives.get(&lock.address).copied().unwrap_or(0) << 32
    }

    fn place(&self) -> Place {
        Place { site: self.steps.len(), stack: 0 }
    }

    fn step(&mut self, who: usize, words: &[&str]) {
        self.steps.push(format!("{}: {}", self.threads[who].name, words.join(" ")));
        assert!(!self.threads[who].stuck, "{} waits for itself", self.threads[who].name);
        let place = self.place();
        match *words {
            ["try", verb, name, ref rest @ ..] => {
                let mut options = self.options(rest);
                options.flags = options.flags.with(HeldFlags::TRY);
                self.take(who, verb, name, options);
            }
            ["timed", name] => {
                let lock = self.lock(name);
                let info = self.classes[lock.class].1;
                self.event(who, |cx| Event::MightWait { cx, class: lock.id, info, place });
            }
            ["unlock", name] => self.unlock(who, name),
            ["release", name] => self.release(who, name),
            ["upgrade", name] => {
                let upgrade = Options { upgrade: true, ..Options::default() };
                let lock = self.lock(name);
                if self.check_only(who, lock, Mode::Write, upgrade) {
                    self.convert(who, lock, Mode::Upgradable, Mode::Write);
                }
            }
            ["downgrade", name] => {
                let lock = self.lock(name);
                self.convert(who, lock, Mode::Write, Mode::Read);
            }
            ["disable"] => self.disable(who),
            ["enable"] => {
                let after = self.threads[who].mask & !self.lines;
                self.close(who, Reopen::Enable, None, after);
            }
            ["save", name] => {
                let opened = self.open(who, State::Section);
                self.threads[who].flags.insert(name.to_owned(), opened);
            }
            ["restore", name] => {
                let opened = self.threads[who].flags.remove(name).expect("flags are given back once");
                self.close(who, Reopen::Restore, Some(opened), opened.found);
            }
            ["counted", _] => drop(self.counted_begin(who)),
            ["uncount", _] => self.counted_end(who),
            ["raw", signal] => {
                let signals = bit(signal.parse().unwrap());
                self.threads[who].mask ^= signals;
                self.event(who, |cx| Event::MaskImbalance { cx, signals, since: None, place });
            }
            ["wait", condvar, mutex] => self.wait(who, condvar, mutex, false),
            ["wait_timed", condvar, mutex] => self.wait(who, condvar, mutex, true),
            ["notify", condvar] => {
                let condvar = self.lock(condvar);
                let info = self.classes[condvar.class].1;
                self.event(who, |cx| Event::Notify { cx, condvar: condvar.id, info, place });
            }
            ["enter", name] => self.take(who, "rread", name, Options { flags: HeldFlags::TRY, ..Options::default() }),
            ["leave", name] => self.release(who, name),
            ["await" | "might_lock", name] => {
                let lock = self.lock(name);
                self.check_only(who, lock, Mode::Write, Options::default());
            }
            ["might_sleep"] => drop(self.event(who, |cx| Event::MightSleep { cx, place })),
            ["held", name] => self.assert_held(who, name, true),
            ["not_held", name] => self.assert_held(who, name, false),
            ["none_held"] => drop(self.event(who, |cx| Event::AssertNoneHeld { cx, place })),
            ["drop", name] => {
                let lock = self.lock(name);
                let held = self.threads[who].held.iter().rposition(|held| held.is_lock() && held.lock == lock.address);
                if let Some(at) = held {
                    let held = self.threads[who].held[at];
                    self.event(who, |cx| Event::Freed { cx, held, place });
                    self.threads[who].take_out(at);
                }
                let instance = self.instance(lock);
                self.event(who, |_| Event::Forget { instance });
                *self.lives.entry(lock.address).or_insert(0) += 1;
            }
            ["on", signal, ref more @ ..] => self.enter(who, signal.parse().expect("a signal is a number"), more),
            ["return"] => self.leave(who),
            ["begin"] => {
                self.clock += 1;
                self.threads[who].thread.began = self.clock;
            }
            ["end"] => {
                let end = End::Thread(MaskAtEnd { entered: self.threads[who].mask, changed: None });
                self.event(who, |cx| Event::End { cx, end, place });
                self.clock += 1;
                let (thread, now) = (self.threads[who].thread.id, self.clock);
                self.event(who, |_| Event::ThreadEnd { thread, now });
            }
            ["end_test"] => drop(self.event(who, |cx| Event::End { cx, end: End::Test, place })),
            [verb, name, ref rest @ ..] => {
                let options = self.options(rest);
                self.take(who, verb, name, options);
            }
            ref words => panic!("what is {words:?}?"),
        }
    }

    fn options(&mut self, words: &[&str]) -> Options {
        let mut options = Options::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "queued" => options.queued = true,
                "anonymous" => options.anonymous = true,
                "first" => options.first = true,
                "reentrant" => options.flags = options.flags.with(HeldFlags::REENTRANT),
                "under" => {
                    options.nest = Some(self.lock(words.next().expect("a nest lock")).address);
                    options.flags = options.flags.with(HeldFlags::NESTED);
                }
                "order" => {
                    options.order = words.next().expect("a number").parse().expect("a number");
                    options.flags = options.flags.with(HeldFlags::ORDERED);
                }
                word => panic!("what is {word}?"),
            }
        }
        options
    }

    /// An acquisition, with its irq section if the guard is one.
    fn take(&mut self, who: usize, verb: &str, name: &str, options: Options) {
        let (verb, section) = match verb.split_once('_') {
            None => (verb, None),
            Some((verb, "irq")) => (verb, Some(Section::Irq)),
            Some((verb, "irqsave")) => (verb, Some(Section::Save)),
            Some((verb, "counted")) => (verb, Some(Section::Counted)),
            Some(_) => panic!("what is {verb}?"),
        };
        let mode = mode(verb);
        let lock = self.lock(name);
        let opened = section.map(|section| match section {
            Section::Counted => (section, self.counted_begin(who)),
            _ => (section, self.open(who, State::Section)),
        });
        if !self.acquire(who, lock, mode, options, true) {
            return;
        }
        if let Some((section, opened)) = opened {
            let thread = &mut self.threads[who];
            thread.guards.push((lock.address, section, opened));
            if let (Section::Irq | Section::Save, Some(at)) = (section, thread.section(opened)) {
                let taken = *thread.held.last().expect("it was just taken");
                thread.held[at] =
                    Held { lock: taken.lock, class: taken.class, mode: taken.mode, place: taken.place, ..thread.held[at] };
            }
        }
    }

    fn check_only(&mut self, who: usize, lock: Lock, mode: Mode, options: Options) -> bool {
        self.acquire(who, lock, mode, options, false)
    }

    /// Asks, and takes the lock unless this call would never return.
    fn acquire(&mut self, who: usize, lock: Lock, mode: Mode, options: Options, push: bool) -> bool {
        let thread = &self.threads[who];
        let new = Held {
            lock: lock.address,
            class: lock.id,
            state: State::Held,
            mode,
            flags: options.flags,
            context: thread.interrupted.len() as u8,
            mask: thread.mask,
            place: self.place(),
            chain: 0,
            instance: if options.anonymous { 0 } else { self.instance(lock) },
            order: options.order,
        };
        let Options { nest, queued, upgrade, wait, timed, first, .. } = options;
        let info = self.classes[lock.class].1;
        let acquire = Acquire { new, info, nest, writer_queued: queued, upgrade, wait, timed, first };
        self.event(who, |cx| Event::Acquire(cx, acquire));
        let thread = &mut self.threads[who];
        if push && !thread.stuck {
            thread.held.push(new);
        }
        !thread.stuck
    }

    fn convert(&mut self, who: usize, lock: Lock, from: Mode, to: Mode) {
        let thread = &mut self.threads[who];
        let hold = thread.held[thread.base..].iter_mut().rev();
        let mut hold = hold.filter(|held| held.is_lock() && held.lock == lock.address && held.mode == from);
        hold.next().expect("only a held lock is converted").mode = to;
    }

    fn unlock(&mut self, who: usize, name: &str) {
        self.release(who, name);
        let address = self.lock(name).address;
        let thread = &mut self.threads[who];
        let Some(at) = thread.guards.iter().rposition(|guard| guard.0 == address) else { return };
        let (_, section, opened) = thread.guards.remove(at);
        let opening = thread.mask & !self.lines;
        match section {
            Section::Irq => self.close(who, Reopen::LockIrq, Some(opened), opening),
            Section::Save => self.close(who, Reopen::Restore, Some(opened), opened.found),
            Section::Counted => self.counted_end(who),
        }
    }

    fn release(&mut self, who: usize, name: &str) {
        let lock = self.lock(name);
        let place = self.place();
        let thread = &mut self.threads[who];
        let own = &thread.held[thread.base..];
        match own.iter().rposition(|held| held.is_lock() && held.lock == lock.address) {
            Some(at) => thread.take_out(thread.base + at),
            None => drop(self.event(who, |cx| Event::UnlockImbalance { cx, class: ClassId::new(lock.id.base(), 0), place })),
        }
    }

    /// Waits for a condition variable: the mutex is released, and taken again.
    fn wait(&mut self, who: usize, condvar: &str, mutex: &str, timed: bool) {
        self.release(who, mutex);
        let (condvar, mutex) = (self.lock(condvar), self.lock(mutex));
        let waits = Options { wait: true, timed, ..Options::default() };
        if self.check_only(who, condvar, Mode::Write, waits) && self.check_only(who, mutex, Mode::Write, Options::default()) {
            let again = Options { flags: HeldFlags::TRY, ..Options::default() };
            self.acquire(who, mutex, Mode::Write, again, true);
        }
    }

    fn assert_held(&mut self, who: usize, name: &str, expected: bool) {
        let lock = self.lock(name);
        let place = self.place();
        let held = self.threads[who].held.iter().rev().find(|held| held.is_lock() && held.lock == lock.address).copied();
        if held.is_some() != expected {
            self.event(who, |cx| Event::AssertHeld { cx, class: lock.id, held, place });
        }
    }

    /// Begins an irq section.
    fn open(&mut self, who: usize, state: State) -> Opened {
        let place = self.place();
        let thread = &mut self.threads[who];
        let found = thread.mask;
        thread.mask |= self.lines;
        thread.serial += 1;
        let opened = Opened { serial: thread.serial, found };
        let context = thread.interrupted.len() as u8;
        thread.held.push(Held { state, context, mask: thread.mask, place, instance: opened.serial, order: found, ..Held::FREE });
        opened
    }

    fn disable(&mut self, who: usize) {
        let thread = &self.threads[who];
        let again = thread.held[thread.base..].last().is_some_and(|held| held.state == State::Disabled);
        if !(again && self.lines & !thread.mask == 0) {
            self.open(who, State::Disabled);
        }
    }

    fn counted_begin(&mut self, who: usize) -> Opened {
        if self.threads[who].counted.0 == 0 {
            self.threads[who].counted.1 = self.open(who, State::Section);
        }
        self.threads[who].counted.0 += 1;
        self.threads[who].counted.1
    }

    fn counted_end(&mut self, who: usize) {
        let counted = &mut self.threads[who].counted;
        counted.0 -= 1;
        if let (0, opened) = *counted {
            self.close(who, Reopen::Restore, Some(opened), opened.found);
        }
    }

    /// Ends irq sections: asks, then changes the mask.
    fn close(&mut self, who: usize, how: Reopen, opened: Option<Opened>, after: u64) {
        let place = self.place();
        let thread = &self.threads[who];
        let own = opened.and_then(|opened| thread.section(opened));
        let worth_asking = thread.worth_asking(how, own, after);
        let wrong = self.event(who, |cx| Event::Unmask(cx, Unmask { how, mask: after, own, place }));
        assert!(worth_asking || !wrong, "the runtime would not have asked: {}", self.explain());
        let thread = &mut self.threads[who];
        if wrong {
            let base = thread.base;
            for held in thread.held[base..].iter_mut().filter(|held| matches!(held.state, State::Section | State::Disabled)) {
                held.flags = held.flags.with(HeldFlags::SPOILED);
            }
        }
        if let Some(own) = own {
            thread.take_out(own);
        }
        if how != Reopen::LockIrq {
            for at in (own.unwrap_or(thread.base)..thread.held.len()).rev() {
                if thread.held.get(at).is_some_and(|held| held.state == State::Disabled) {
                    thread.take_out(at);
                }
            }
        }
        thread.mask = after;
    }

    fn enter(&mut self, who: usize, signal: u8, more: &[&str]) {
        let thread = &mut self.threads[who];
        assert_eq!(thread.mask & bit(signal), 0, "signal {signal} is blocked here: it would be pending");
        let mut entered = thread.mask | bit(signal);
        for word in more {
            match word.strip_prefix('+') {
                Some(also) => entered |= bit(also.parse().unwrap()),
                None if *word == "nodefer" => entered &= !bit(signal),
                None => panic!("what is {word}?"),
            }
        }
        thread.interrupted.push(Interrupted { base: thread.base, mask: thread.mask, handler: thread.handler, entered });
        thread.base = thread.held.len();
        thread.mask = entered;
        thread.handler = signal;
    }

    fn leave(&mut self, who: usize) {
        let place = self.place();
        let thread = &self.threads[who];
        let interrupted = thread.interrupted.last().expect("a handler returns once");
        let entered = interrupted.entered;
        let worth_asking = thread.held.len() > thread.base || thread.mask != entered;
        let wrong = self.event(who, |cx| Event::End { cx, end: End::Handler(MaskAtEnd { entered, changed: None }), place });
        assert!(worth_asking || !wrong, "the runtime would not have asked: {}", self.explain());
        let thread = &mut self.threads[who];
        let interrupted = thread.interrupted.pop().expect("a handler returns once");
        let counted = thread.counted.1.serial;
        if thread.held.drain(thread.base..).any(|left| left.state == State::Section && left.instance == counted) {
            thread.counted.0 = 0;
        }
        thread.base = interrupted.base;
        thread.mask = interrupted.mask;
        thread.handler = interrupted.handler;
    }

    /// Hands the engine an event and keeps what is new. Whether anything is wrong, known or not.
    fn event(&mut self, who: usize, event: impl for<'t> FnOnce(Context<'t>) -> Event<'t>) -> bool {
        let Model { ref held, thread, base, mask, handler, .. } = self.threads[who];
        let cx = Context { thread, now: self.clock, held, base, mask, handler };
        let verdicts: Verdicts<Global> = self.engine.apply(event(cx));
        if self.checking {
            self.engine.check_invariants();
        }
        let wrong = !verdicts.is_empty();
        for verdict in verdicts {
            if matches!(verdict.kind, ReportKind::Recursion | ReportKind::Deadlock) && verdict.severity == Severity::Certain {
                self.threads[who].stuck = true;
            }
            let strength = verdict.severity as u8 * 2 + u8::from(verdict.hint == Hint::HandlerSeen) + 1;
            let seen = self.seen.entry(identity(&verdict)).or_insert(0);
            if *seen < strength {
                *seen = strength;
                self.found.push(verdict);
            }
        }
        wrong
    }

    /// The reports, one line each.
    pub(super) fn lines(&self) -> Vec<String> {
        self.found.iter().map(|verdict| self.line(verdict)).collect()
    }

    /// `Kind Severity Hint: locks on signals (evidence)`, each part only if there is one.
    pub(super) fn line(&self, verdict: &Verdict<Global>) -> String {
        let mut line = format!("{} {}", verdict.kind, verdict.severity);
        if verdict.hint != Hint::None {
            write!(line, " {:?}", verdict.hint).unwrap();
        }
        if !verdict.locks.is_empty() {
            line.push(':');
        }
        for lock in &verdict.locks {
            write!(line, " {}", self.name(lock.class)).unwrap();
        }
        if verdict.signals != 0 {
            line.push_str(" on");
            numbers(verdict.signals).for_each(|signal| write!(line, " {signal}").unwrap());
        }
        if verdict.same_thread {
            line.push_str(" (same thread)");
        }
        if verdict.ordered {
            line.push_str(" (ordered)");
        }
        for &gate in &verdict.gates {
            write!(line, " (gate {})", self.name(gate)).unwrap();
        }
        line
    }

    /// What this acquisition once more, after another script, could teach: whether of threads, and of gates.
    pub(super) fn open_evidence(mut self, script: &str, again: &str) -> (bool, bool) {
        self.go(script);
        let (verb, name) = again.split_once(' ').expect("as in a script");
        let lock = self.lock(name);
        let thread = &self.threads[self.threads.len() - 1];
        let new = Held { lock: lock.address, class: lock.id, state: State::Held, mode: mode(verb), ..Held::FREE };
        let acquire = Acquire::of(new, self.classes[lock.class].1);
        let Model { ref held, thread, base, mask, handler, .. } = *thread;
        let mut gates = false;
        let cx = Context { thread, now: self.clock, held, base, mask, handler };
        let threads = self.engine.open_evidence(&cx, &acquire, |_| gates = true);
        (threads, gates)
    }

    /// The dependencies that are known, sorted.
    pub(super) fn dependencies(&self) -> Vec<String> {
        let known = self.engine.dependencies();
        let known = known.map(|(from, to, kind, ..)| format!("{} {kind} {}", self.name(from), self.name(to)));
        let mut known: Vec<String> = known.collect();
        known.sort_unstable();
        known
    }

    fn name(&self, class: ClassId) -> String {
        let name = &self.classes[class.base() as usize - 1].0;
        if class.subclass() == 0 { name.clone() } else { format!("{name}/{}", class.subclass()) }
    }

    /// The reports with their places: label, lock, thread, step.
    pub(super) fn explain(&self) -> String {
        let mut text = String::new();
        for verdict in &self.found {
            writeln!(text, "{}", self.line(verdict)).unwrap();
            for part in &verdict.parts {
                write!(text, "    {:?}", part.label).unwrap();
                if let Some(lock) = part.lock {
                    write!(text, " {}", self.name(verdict.locks[lock].class)).unwrap();
                }
                let step = part.place.site.checked_sub(1).map_or("nowhere", |step| &self.steps[step]);
                let who = self.threads.iter().find(|thread| thread.thread.id == part.thread.id).map_or("?", |who| &who.name);
                assert!(step.starts_with(who), "the place of {part:?} belongs to its thread, not {step}");
                writeln!(text, " | {step}").unwrap();
            }
        }
        text
    }
}

fn identity(verdict: &Verdict<Global>) -> Identity {
    let mut classes: Vec<ClassId> = verdict.locks.iter().map(|lock| lock.class).collect();
    match verdict.kind {
        ReportKind::Inversion | ReportKind::Deadlock => {
            classes.sort_unstable();
            (verdict.kind, classes, 0, Vec::new())
        }
        ReportKind::IrqUsage => (verdict.kind, classes, verdict.signals & verdict.signals.wrapping_neg(), Vec::new()),
        ReportKind::IrqInversion if verdict.signals.count_ones() > 1 => {
            classes.sort_unstable();
            (verdict.kind, classes, verdict.signals, Vec::new())
        }
        ReportKind::IrqInversion => {
            let ends = [classes[0], classes[classes.len() - 1]];
            (verdict.kind, ends.to_vec(), verdict.signals & verdict.signals.wrapping_neg(), Vec::new())
        }
        kind => {
            let completes_later = |label| kind == ReportKind::UnsafeIrqEnable && matches!(label, Label::InHandler(_));
            let parts = verdict.parts.iter().filter(|part| !completes_later(part.label));
            (kind, classes, 0, parts.map(|part| part.place.site).collect())
        }
    }
}

fn mode(verb: &str) -> Mode {
    match verb {
        "lock" => Mode::Write,
        "read" => Mode::Read,
        "rread" => Mode::ReadRecursive,
        "upread" => Mode::Upgradable,
        verb => panic!("what is {verb}?"),
    }
}

impl Model {
    fn section(&self, opened: Opened) -> Option<usize> {
        let own = &self.held[self.base..];
        let at = own.iter().rposition(|held| held.state == State::Section && held.instance == opened.serial)?;
        Some(self.base + at)
    }

    /// Removes an entry, wherever it is.
    fn take_out(&mut self, at: usize) {
        self.held[at].state = State::Free;
        while self.held.len() > self.base && self.held[self.held.len() - 1].state == State::Free {
            self.held.pop();
        }
    }

    /// When the runtime asks the engine about a mask change; otherwise the engine must have nothing to say.
    fn worth_asking(&self, how: Reopen, own: Option<usize>, after: u64) -> bool {
        let opened = self.mask & !after;
        let lost = own.is_none() && how != Reopen::Enable;
        let own_entries = self.held.iter().enumerate().skip(self.base).filter(|(at, _)| Some(*at) != own);
        let others = own_entries
            .filter(|(_, held)| held.state != State::Free)
            .any(|(at, held)| held.mask & opened != 0 || own.is_some_and(|own| at > own && held.state == State::Section));
        lost || self.handler != 0 || others || after & !self.mask != 0
    }
}
