//! A script of locks, masks and interrupts, played on the real locks through the public API.
//!
//! A script is a row of steps separated by `;`. A step is a word and a lock; a lock is a letter, and a digit where several locks
//! share a class: `X1` and `X2` are two locks of class `X`.
//!
//! | word | |
//! |---|---|
//! | `LOCK` | takes the lock as the column of the table does |
//! | `L`, `WL`, `RL`, `QL` | a [`SpinLock`]; an [`RwSpinLock`] for writing, for reading recursively, for reading in the queue |
//! | `ML`, `WSL`, `RSL` | a mutex; a reader-writer lock that sleeps, for writing, for reading |
//! | `ENTER` | an exclusive section of a [`Map`] |
//! | `… UNDER O` | with `O` as the nest lock |
//! | `… SUB 1` | as subclass 1 |
//! | `U` | releases what was taken of this lock last |
//! | `FORCE` | releases it without a guard, held or not |
//! | `FREE` | forgets the guard and, at the end, drops the lock: nothing may follow |
//! | `(LOCK A, L B)` | takes these, then releases them in reverse |
//! | `DIS`, `ENA` | blocks, opens the signals that are "interrupts" |
//! | `BHDIS`, `BHENA` | blocks, opens the soft ones alone |
//! | `HARD{ … }`, `SOFT{ … }` | these steps, in the handler of `SIGUSR1`, of `SIGUSR2` |
//!
//! Playing allocates nothing, so a real handler may do it wherever it interrupts.

use std::cell::Cell;
use std::collections::HashMap;
use std::os::unix::thread::JoinHandleExt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, Once, PoisonError};
use std::thread;

use libc::{SIGUSR1, SIGUSR2, c_int};
use lockdep::irq::{self, Lines};
use lockdep::spin::{RwSpinLock, RwSpinLockReadGuard, RwSpinLockWriteGuard, SpinLock, SpinLockGuard};
use lockdep::testing;
use lockdep::{LockClass, Map, MapGuard, Report, parking_lot, signal, sync};

/// The types of locks, each with the way it is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Type {
    Spin,
    Wlock,
    Rlock,
    /// A plain `read` of an [`RwSpinLock`].
    QueuedRlock,
    Mutex,
    StdMutex,
    FairMutex,
    Wsem,
    StdWsem,
    Rsem,
    StdRsem,
    Map,
}

impl Type {
    /// What the table calls the column.
    pub(crate) const fn column(self) -> &'static str {
        match self {
            Type::Spin => "spin",
            Type::Wlock => "wlock",
            Type::Rlock | Type::QueuedRlock => "rlock",
            Type::Mutex | Type::StdMutex => "mutex",
            Type::FairMutex => "rtmutex",
            Type::Wsem | Type::StdWsem => "wsem",
            Type::Rsem | Type::StdRsem => "rsem",
            Type::Map => "map",
        }
    }

    /// Our lock of that type.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Type::Spin => "spin::SpinLock",
            Type::Wlock | Type::Rlock | Type::QueuedRlock => "spin::RwSpinLock",
            Type::Mutex => "parking_lot::Mutex",
            Type::StdMutex => "sync::Mutex",
            Type::FairMutex => "parking_lot::FairMutex",
            Type::Wsem | Type::Rsem => "parking_lot::RwLock",
            Type::StdWsem | Type::StdRsem => "sync::RwLock",
            Type::Map => "Map",
        }
    }

    /// Whether it belongs to `std`: the mutex and the reader-writer lock beside it do too.
    const fn is_std(self) -> bool {
        matches!(self, Type::StdMutex | Type::StdWsem | Type::StdRsem)
    }
}

enum Lock {
    Spin(SpinLock<u64>),
    RwSpin(RwSpinLock<u64>),
    Mutex(parking_lot::Mutex<u64>),
    StdMutex(sync::Mutex<u64>),
    FairMutex(parking_lot::FairMutex<u64>),
    RwLock(parking_lot::RwLock<u64>),
    StdRw(sync::RwLock<u64>),
    Map(Map),
}

/// A held lock. Nothing looks inside: it releases on drop.
#[expect(dead_code, reason = "guards are there to be dropped")]
enum Guard<'a> {
    Spin(SpinLockGuard<'a, u64>),
    RwSpinRead(RwSpinLockReadGuard<'a, u64>),
    RwSpinWrite(RwSpinLockWriteGuard<'a, u64>),
    Mutex(parking_lot::MutexGuard<'a, u64>),
    StdMutex(sync::MutexGuard<'a, u64>),
    FairMutex(parking_lot::FairMutexGuard<'a, u64>),
    Read(parking_lot::RwLockReadGuard<'a, u64>),
    Write(parking_lot::RwLockWriteGuard<'a, u64>),
    StdRead(sync::RwLockReadGuard<'a, u64>),
    StdWrite(sync::RwLockWriteGuard<'a, u64>),
    Map(MapGuard<'a>),
}

fn sound<G>(result: sync::LockResult<G>) -> G {
    result.unwrap_or_else(PoisonError::into_inner)
}

impl Lock {
    fn new(of: Type, class: &'static LockClass) -> Lock {
        match of {
            Type::Spin => Lock::Spin(SpinLock::with_class(0, class)),
            Type::Wlock | Type::Rlock | Type::QueuedRlock => Lock::RwSpin(RwSpinLock::with_class(0, class)),
            Type::Mutex => Lock::Mutex(parking_lot::Mutex::with_class(0, class)),
            Type::StdMutex => Lock::StdMutex(sync::Mutex::with_class(0, class)),
            Type::FairMutex => Lock::FairMutex(parking_lot::FairMutex::with_class(0, class)),
            Type::Wsem | Type::Rsem => Lock::RwLock(parking_lot::RwLock::with_class(0, class)),
            Type::StdWsem | Type::StdRsem => Lock::StdRw(sync::RwLock::with_class(0, class)),
            Type::Map => Lock::Map(Map::new("F")),
        }
    }

    fn take(&self, as_: Type) -> Guard<'_> {
        match self {
            Lock::Spin(lock) => Guard::Spin(lock.lock()),
            Lock::RwSpin(lock) if as_ == Type::Rlock => Guard::RwSpinRead(lock.read_recursive()),
            Lock::RwSpin(lock) if as_ == Type::QueuedRlock => Guard::RwSpinRead(lock.read()),
            Lock::RwSpin(lock) => Guard::RwSpinWrite(lock.write()),
            Lock::Mutex(lock) => Guard::Mutex(lock.lock()),
            Lock::StdMutex(lock) => Guard::StdMutex(sound(lock.lock())),
            Lock::FairMutex(lock) => Guard::FairMutex(lock.lock()),
            Lock::RwLock(lock) if as_ == Type::Rsem => Guard::Read(lock.read()),
            Lock::RwLock(lock) => Guard::Write(lock.write()),
            Lock::StdRw(lock) if as_ == Type::StdRsem => Guard::StdRead(sound(lock.read())),
            Lock::StdRw(lock) => Guard::StdWrite(sound(lock.write())),
            Lock::Map(map) => Guard::Map(map.acquire()),
        }
    }

    fn take_under(&self, outer: &Lock) -> Guard<'_> {
        match (self, outer) {
            (Lock::Spin(lock), Lock::Spin(outer)) => Guard::Spin(lock.lock_nest_lock(outer)),
            _ => unreachable!("the scripts nest spin locks"),
        }
    }

    fn take_nested(&self, subclass: u8) -> Guard<'_> {
        match self {
            Lock::Spin(lock) => Guard::Spin(lock.lock_nested(subclass)),
            _ => unreachable!("the scripts nest spin locks"),
        }
    }

    /// Releases it though nobody here holds it.
    fn force_unlock(&self, as_: Type) {
        // SAFETY: it is held by nobody, which breaks the contract on purpose. No guard exists whose data could be reached twice,
        // nobody takes the lock again, and the raw locks do nothing worse than count or store what no one reads.
        unsafe {
            match self {
                Lock::Spin(lock) => lock.force_unlock(),
                Lock::RwSpin(lock) if as_ == Type::Rlock => lock.force_unlock_read(),
                Lock::RwSpin(lock) => lock.force_unlock_write(),
                Lock::Mutex(lock) => lock.force_unlock(),
                Lock::FairMutex(lock) => lock.force_unlock(),
                Lock::RwLock(lock) if as_ == Type::Rsem => lock.force_unlock_read(),
                Lock::RwLock(lock) => lock.force_unlock_write(),
                Lock::StdMutex(_) | Lock::StdRw(_) | Lock::Map(_) => unreachable!("its guard is the only way to release it"),
            }
        }
    }
}

enum Step {
    Take { lock: usize, as_: Type },
    TakeUnder { lock: usize, outer: usize },
    TakeNested { lock: usize, subclass: u8 },
    Release(usize),
    ForceUnlock { lock: usize, as_: Type },
    Forget(usize),
    Disable(Which),
    Enable(Which),
    Interrupt(c_int, Vec<Step>),
}

/// Which signals a step is about.
#[derive(Clone, Copy)]
enum Which {
    /// The lines, as they are.
    All,
    Soft,
}

impl Which {
    fn as_lines(self, change: fn()) {
        let _lines = match self {
            Which::All => None,
            Which::Soft => Some(SetLines::new(&[SIGUSR2])),
        };
        change();
    }
}

/// The parts of a script: in the kernel's words E1, E2, E3.
type Parts = Vec<Vec<Step>>;

/// A script, read.
pub(crate) struct Script {
    locks: Vec<(String, Type)>,
    parts: Parts,
}

impl Script {
    /// Reads the parts of a script, for one type of lock.
    pub(crate) fn new<'s>(parts: impl IntoIterator<Item = &'s str>, of: Type) -> Script {
        let mut script = Script { locks: Vec::new(), parts: Vec::new() };
        for part in parts {
            let mut words = Words::new(part);
            let steps = script.steps(&mut words, of);
            assert!(words.0.is_empty(), "a brace too many in `{part}`");
            script.parts.push(steps);
        }
        script
    }

    fn steps(&mut self, words: &mut Words<'_>, of: Type) -> Vec<Step> {
        let mut steps = Vec::new();
        while let Some(step) = words.next_step() {
            match step {
                "}" => return steps,
                "HARD{" => steps.push(Step::Interrupt(SIGUSR1, self.steps(words, of))),
                "SOFT{" => steps.push(Step::Interrupt(SIGUSR2, self.steps(words, of))),
                "DIS" => steps.push(Step::Disable(Which::All)),
                "ENA" => steps.push(Step::Enable(Which::All)),
                "BHDIS" => steps.push(Step::Disable(Which::Soft)),
                "BHENA" => steps.push(Step::Enable(Which::Soft)),
                _ if step.starts_with('(') => {
                    let inside = step.trim_matches(['(', ')']);
                    let taken: Vec<_> = inside.split(',').map(|step| self.step(step.trim(), of)).collect();
                    let release = |step: &Step| match step {
                        Step::Take { lock, .. } => Step::Release(*lock),
                        _ => panic!("`{inside}` takes and releases"),
                    };
                    let released: Vec<_> = taken.iter().rev().map(release).collect();
                    steps.extend(taken.into_iter().chain(released));
                }
                _ => steps.push(self.step(step, of)),
            }
        }
        steps
    }

    fn step(&mut self, step: &str, of: Type) -> Step {
        let words: Vec<&str> = step.split_whitespace().collect();
        let (word, name, more) = match words[..] {
            [word, name] => (word, name, None),
            [word, name, how, what] => (word, name, Some((how, what))),
            _ => panic!("what is `{step}`?"),
        };
        let std = of.is_std();
        let as_ = match word {
            "LOCK" | "FREE" | "FORCE" => of,
            "L" => Type::Spin,
            "WL" => Type::Wlock,
            "RL" => Type::Rlock,
            "QL" => Type::QueuedRlock,
            "ML" => {
                if std {
                    Type::StdMutex
                } else {
                    Type::Mutex
                }
            }
            "WSL" => {
                if std {
                    Type::StdWsem
                } else {
                    Type::Wsem
                }
            }
            "RSL" => {
                if std {
                    Type::StdRsem
                } else {
                    Type::Rsem
                }
            }
            "ENTER" => Type::Map,
            "U" => return Step::Release(self.known(name)),
            _ => panic!("what is `{word}`?"),
        };
        let lock = self.lock(name, as_);
        match (word, more) {
            ("FORCE", _) => Step::ForceUnlock { lock, as_ },
            ("FREE", _) => Step::Forget(lock),
            (_, Some(("UNDER", outer))) => Step::TakeUnder { lock, outer: self.lock(outer, as_) },
            (_, Some(("SUB", subclass))) => Step::TakeNested { lock, subclass: subclass.parse().unwrap() },
            (_, Some(_)) => panic!("what is `{step}`?"),
            (_, None) => Step::Take { lock, as_ },
        }
    }

    fn known(&self, name: &str) -> usize {
        self.locks.iter().position(|(known, _)| known == name).unwrap_or_else(|| panic!("`{name}` was not taken"))
    }

    fn lock(&mut self, name: &str, of: Type) -> usize {
        if let Some(known) = self.locks.iter().position(|(known, _)| known == name) {
            assert_eq!(self.locks[known].1.name(), of.name(), "`{name}` is one lock");
            return known;
        }
        self.locks.push((name.to_owned(), of));
        self.locks.len() - 1
    }

    fn make_locks(&self) -> Vec<Lock> {
        self.locks.iter().map(|(name, of)| Lock::new(*of, class(name.trim_end_matches(char::is_numeric), *of))).collect()
    }

    /// Whether there are interrupts in it.
    fn interrupts(&self) -> impl Iterator<Item = (c_int, &[Step])> {
        self.parts.iter().flatten().filter_map(|step| match step {
            Step::Interrupt(signal, steps) => Some((*signal, &steps[..])),
            _ => None,
        })
    }
}

/// The rest of a script.
struct Words<'s>(&'s str);

impl<'s> Words<'s> {
    fn new(script: &'s str) -> Words<'s> {
        Words(script.trim())
    }

    /// The next step: up to a `;` outside parentheses, or a brace.
    fn next_step(&mut self) -> Option<&'s str> {
        let script = self.0.trim_start_matches([';', ' ', '\n']);
        let mut depth = 0;
        let mut end = script.len();
        for (at, character) in script.char_indices() {
            match character {
                '(' => depth += 1,
                ')' => depth -= 1,
                '{' => {
                    end = at + 1;
                    break;
                }
                '}' => {
                    end = at.max(1);
                    break;
                }
                ';' if depth == 0 => {
                    end = at;
                    break;
                }
                _ => (),
            }
        }
        let (step, rest) = script.split_at(end);
        self.0 = rest.trim_start_matches([';', ' ', '\n']);
        Some(step.trim()).filter(|step| !step.is_empty())
    }
}

/// One class for each name and type, for the whole process: every case has a graph of its own.
fn class(name: &str, of: Type) -> &'static LockClass {
    static CLASSES: LazyLock<Mutex<HashMap<(String, &'static str), &'static LockClass>>> = LazyLock::new(Mutex::default);
    let mut classes = CLASSES.lock().unwrap();
    classes.entry((name.to_owned(), of.name())).or_insert_with(|| {
        let class = LockClass::new(Box::leak(name.to_owned().into_boxed_str()));
        // The kernel's `local_lock` is one for each processor, which no other one waits for.
        Box::leak(Box::new(if name == "LL" { class.no_validate() } else { class }))
    })
}

/// How steps get to run in the handler of a signal.
type Interrupt<'i> = &'i dyn Fn(c_int, &[Lock], &[Step]);

/// Plays steps, in one context of one thread.
struct Player<'p> {
    locks: &'p [Lock],
    interrupt: Interrupt<'p>,
    guards: [Option<(usize, Guard<'p>)>; 8],
}

impl<'p> Player<'p> {
    fn play(locks: &'p [Lock], steps: &[Step], interrupt: Interrupt<'p>) {
        let mut player = Player { locks, interrupt, guards: [const { None }; 8] };
        steps.iter().for_each(|step| player.step(step));
    }

    fn step(&mut self, step: &Step) {
        let locks = self.locks;
        match *step {
            Step::Take { lock, as_ } => self.hold(lock, locks[lock].take(as_)),
            Step::TakeUnder { lock, outer } => self.hold(lock, locks[lock].take_under(&locks[outer])),
            Step::TakeNested { lock, subclass } => self.hold(lock, locks[lock].take_nested(subclass)),
            Step::Release(lock) => drop(self.held(lock)),
            Step::ForceUnlock { lock, as_ } => locks[lock].force_unlock(as_),
            Step::Forget(lock) => std::mem::forget(self.held(lock)),
            Step::Disable(which) => which.as_lines(irq::disable),
            Step::Enable(which) => which.as_lines(irq::enable),
            Step::Interrupt(signal, ref steps) => (self.interrupt)(signal, locks, steps),
        }
    }

    fn hold(&mut self, lock: usize, guard: Guard<'p>) {
        let free = self.guards.iter_mut().find(|slot| slot.is_none());
        *free.expect("no script holds so many") = Some((lock, guard));
    }

    /// The guard taken last of this lock.
    fn held(&mut self, lock: usize) -> (usize, Guard<'p>) {
        let slot = self.guards.iter_mut().rev().find(|slot| slot.as_ref().is_some_and(|(held, _)| *held == lock));
        slot.and_then(Option::take).expect("only what was taken is released")
    }
}

impl Drop for Player<'_> {
    fn drop(&mut self) {
        self.guards.iter_mut().rev().for_each(|slot| *slot = None);
    }
}

/// What the process has one of: the lines, the actions of its signals. Everything in this binary runs alone.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The signals that stand for hard and for soft interrupts, as "interrupts" while it lives.
pub(crate) struct SetLines(Lines);

impl SetLines {
    pub(crate) fn new(signals: &[c_int]) -> SetLines {
        let before = irq::lines();
        irq::set_lines(signals.iter().copied().collect());
        SetLines(before)
    }
}

impl Drop for SetLines {
    fn drop(&mut self) {
        irq::set_lines(self.0);
    }
}

/// All parts in order on this thread, interrupts by `Cx::in_handler`.
pub(crate) fn simulated(script: &Script) -> Vec<Report> {
    testing::isolated(|cx| {
        let locks = script.make_locks();
        for part in &script.parts {
            Player::play(&locks, part, &|signal, locks, steps| cx.in_handler(signal, || Player::play(locks, steps, &no_more)));
        }
    })
}

/// Each part on a thread of its own, one after the other, interrupts by `raise`.
pub(crate) fn on_threads(script: Script) -> Vec<Report> {
    handle_signals();
    let script = Arc::new(script);
    testing::isolated(|cx| {
        let mut locks = Some(Arc::new(script.make_locks()));
        for part in 0..script.parts.len() {
            // The last thread drops the locks.
            let last = part + 1 == script.parts.len();
            let locks = if last { locks.take() } else { locks.clone() }.expect("there is one last thread");
            let script = Arc::clone(&script);
            let thread = cx.spawn(move || Player::play(&locks, &script.parts[part], &raise));
            // An error is a call that could never return: it is reported.
            let _ = thread.join();
        }
    })
}

/// Parts without interrupts, each on two threads, again and again all at once, interrupted everywhere and all the time: for
/// scripts that nothing is wrong with, which therefore must not hang.
pub(crate) fn in_a_storm(script: Script, rounds: usize) -> Vec<Report> {
    handle_signals();
    let script = Arc::new(script);
    testing::isolated(|cx| {
        let locks = Arc::new(script.make_locks());
        let running = Arc::new(AtomicUsize::new(0));
        let started = Arc::new(AtomicBool::new(false));
        let is_interrupt = |part: &Vec<Step>| matches!(part[..], [Step::Interrupt(..)]);
        let parts = (0..script.parts.len()).filter(|&part| !is_interrupt(&script.parts[part])).flat_map(|part| [part, part]);
        let threads: Vec<_> = parts
            .map(|part| {
                let (script, locks, running, started) =
                    (Arc::clone(&script), Arc::clone(&locks), Arc::clone(&running), Arc::clone(&started));
                running.fetch_add(1, Ordering::SeqCst);
                cx.spawn(move || {
                    while !started.load(Ordering::SeqCst) {
                        thread::yield_now();
                    }
                    let actions = Actions::set(script.interrupts().map(|(signal, steps)| Action::new(signal, &locks, steps)));
                    for _ in 0..rounds {
                        Player::play(&locks, &script.parts[part], &raise);
                    }
                    drop(actions);
                    running.fetch_sub(1, Ordering::SeqCst);
                })
            })
            .collect();
        let before = INTERRUPTIONS.load(Ordering::SeqCst);
        started.store(true, Ordering::SeqCst);
        let signals: Vec<c_int> = script.interrupts().map(|(signal, _)| signal).collect();
        while running.load(Ordering::SeqCst) > 0 {
            for thread in &threads {
                for &signal in &signals {
                    // SAFETY: the thread is not joined yet; the signal has a handler.
                    unsafe { libc::pthread_kill(thread.as_pthread_t(), signal) };
                }
            }
            thread::yield_now();
        }
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        IN_STORMS.fetch_add(INTERRUPTIONS.load(Ordering::SeqCst) - before, Ordering::SeqCst);
    })
}

fn no_more(_: c_int, _: &[Lock], _: &[Step]) {
    unreachable!("no script interrupts a handler");
}

/// What the handler of a signal plays on this thread.
#[derive(Clone, Copy)]
struct Action {
    signal: c_int,
    locks: *const [Lock],
    steps: *const [Step],
}

impl Action {
    fn new(signal: c_int, locks: &[Lock], steps: &[Step]) -> Action {
        Action { signal, locks, steps }
    }
}

thread_local! {
    static ACTIONS: Cell<[Option<Action>; 2]> = const { Cell::new([None; 2]) };
    static HANDLED: Cell<usize> = const { Cell::new(0) };
}

/// Keeps actions on this thread while it lives; the locks and steps they point to live longer.
struct Actions([Option<Action>; 2]);

impl Actions {
    fn set(actions: impl Iterator<Item = Action>) -> Actions {
        let before = ACTIONS.get();
        let mut mine = [None; 2];
        mine.iter_mut().zip(actions).for_each(|(slot, action)| *slot = Some(action));
        ACTIONS.set(mine);
        Actions(before)
    }
}

impl Drop for Actions {
    fn drop(&mut self) {
        ACTIONS.set(self.0);
    }
}

fn handle_signals() {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        for signal in [SIGUSR1, SIGUSR2] {
            // SAFETY: the action plays a script, which takes spin locks and allocates nothing.
            unsafe { signal::register(signal, move || handle(signal)) }.unwrap();
        }
    });
}

/// How often the handlers of this process ran.
static INTERRUPTIONS: AtomicUsize = AtomicUsize::new(0);
/// How often they did in a storm.
pub(crate) static IN_STORMS: AtomicUsize = AtomicUsize::new(0);

fn handle(signal: c_int) {
    INTERRUPTIONS.fetch_add(1, Ordering::Relaxed);
    HANDLED.set(HANDLED.get() + 1);
    for action in ACTIONS.get().into_iter().flatten().filter(|action| action.signal == signal) {
        // SAFETY: as long as the action is set, what it points to lives.
        let (locks, steps) = unsafe { (&*action.locks, &*action.steps) };
        Player::play(locks, steps, &no_more);
    }
}

/// Interrupts this thread here.
fn raise(signal: c_int, locks: &[Lock], steps: &[Step]) {
    let _actions = Actions::set([Action::new(signal, locks, steps)].into_iter());
    let handled = HANDLED.get();
    // SAFETY: the signal has a handler.
    unsafe { libc::raise(signal) };
    assert!(HANDLED.get() > handled, "the handler ran before `raise` returned");
}
