//! The oracle against the public surface: random programs run once, one part after the other, on real locks; what the search of all
//! their interleavings finds must be reported, in whatever order the parts ran.
//!
//! The engine alone meets more of them, and by what reason more is reported than can happen is counted there:
//! `lockdep/core/src/engine/tests/oracle.rs`. What it comes to is in `lockdep/docs/oracle.md`. `LOCKDEP_ORACLE=n` looks elsewhere,
//! and n times as long.
#![cfg(feature = "validate")]

#[path = "../lockdep/core/src/engine/tests/programs.rs"]
mod programs;

use lockdep::Mode;
use lockdep::irq::{self, Flags, IrqGuard, Lines};
use lockdep::parking_lot::{
    Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockUpgradableReadGuard as Upgradable, RwLockWriteGuard,
};
use lockdep::testing::{Cx, isolated};
use lockdep::{LockClass, Report, ReportKind, Severity, WaitType};
use programs::{LOCKS, Machine, Outcome, Program, SIGNALS, Shape, Signals, Step};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

/// Classes of locks that handlers may take.
static CLASSES: [LockClass; LOCKS.len()] = {
    let [a, b, c, r, s] = LOCKS;
    [spins(a), spins(b), spins(c), spins(r), spins(s)]
};

const fn spins(name: &'static str) -> LockClass {
    LockClass::new(name).wait(WaitType::Spin)
}

enum Lock {
    Mutex(Mutex<()>),
    RwLock(RwLock<()>),
}

fn locks() -> Vec<Lock> {
    let lock = |(class, name): (&'static LockClass, &&str)| match *name {
        "R" | "S" => Lock::RwLock(RwLock::with_class((), class)),
        _ => Lock::Mutex(Mutex::with_class((), class)),
    };
    CLASSES.iter().zip(&LOCKS).map(lock).collect()
}

/// What a step holds.
#[allow(dead_code, reason = "guards are there to be dropped")]
enum Guard<'l> {
    Mutex(MutexGuard<'l, ()>),
    MutexIrq(IrqGuard<MutexGuard<'l, ()>>),
    Read(RwLockReadGuard<'l, ()>),
    ReadIrq(IrqGuard<RwLockReadGuard<'l, ()>>),
    Write(RwLockWriteGuard<'l, ()>),
    WriteIrq(IrqGuard<RwLockWriteGuard<'l, ()>>),
    Upgradable(Upgradable<'l, ()>),
}

struct Section<'l> {
    lock: usize,
    guard: Guard<'l>,
    /// What the section blocked besides its guard.
    flags: Option<Flags>,
}

/// Runs a program in this thread. Nobody else is there: every attempt succeeds.
fn run(program: &Program, locks: &[Lock]) {
    let mut open: Vec<Section<'_>> = Vec::new();
    for step in &program.steps {
        match *step {
            Step::Take { lock, mode, attempt, signals, .. } => {
                let flags = (signals == Signals::Save).then(irq::save);
                let guard = take(&locks[lock], mode, attempt, signals == Signals::Irq);
                open.push(Section { lock, guard, flags });
            }
            Step::Upgrade { lock } => {
                let is_it = |section: &Section<'_>| section.lock == lock && matches!(section.guard, Guard::Upgradable(_));
                let at = open.iter().rposition(is_it).expect("an upgrade has what it upgrades");
                let Section { guard: Guard::Upgradable(guard), flags, .. } = open.remove(at) else { unreachable!() };
                open.insert(at, Section { lock, guard: Guard::Write(Upgradable::upgrade(guard)), flags });
            }
            Step::Release { lock } => {
                let section = open.pop().expect("what is released was taken");
                assert_eq!(section.lock, lock);
                drop(section.guard);
                section.flags.into_iter().for_each(irq::restore);
            }
        }
    }
}

fn take(lock: &Lock, mode: Mode, attempt: bool, irq: bool) -> Guard<'_> {
    match (lock, mode) {
        (Lock::Mutex(lock), _) if attempt => Guard::Mutex(lock.try_lock().expect("it is free")),
        (Lock::Mutex(lock), _) if irq => Guard::MutexIrq(lock.lock_irq()),
        (Lock::Mutex(lock), _) => Guard::Mutex(lock.lock()),
        (Lock::RwLock(lock), Mode::Write) if attempt => Guard::Write(lock.try_write().expect("it is free")),
        (Lock::RwLock(lock), Mode::Write) if irq => Guard::WriteIrq(lock.write_irq()),
        (Lock::RwLock(lock), Mode::Write) => Guard::Write(lock.write()),
        (Lock::RwLock(lock), Mode::Read) if attempt => Guard::Read(lock.try_read().expect("it is free")),
        (Lock::RwLock(lock), Mode::Read) if irq => Guard::ReadIrq(lock.read_irq()),
        (Lock::RwLock(lock), Mode::Read) => Guard::Read(lock.read()),
        (Lock::RwLock(lock), Mode::ReadRecursive) if attempt => Guard::Read(lock.try_read_recursive().expect("it is free")),
        (Lock::RwLock(lock), Mode::ReadRecursive) => Guard::Read(lock.read_recursive()),
        (Lock::RwLock(lock), Mode::Upgradable) if attempt => Guard::Upgradable(lock.try_upgradable_read().expect("it is free")),
        (Lock::RwLock(lock), Mode::Upgradable) => Guard::Upgradable(lock.upgradable_read()),
    }
}

/// The parts one after the other, from `first` on: each thread on a thread of its own, the handlers on one more.
fn run_all(machine: &Machine, first: usize) -> Vec<Report> {
    let locks = std::sync::Arc::new(locks());
    isolated(|cx| {
        for part in (0..machine.parts()).map(|at| (first + at) % machine.parts()) {
            let locks = locks.clone();
            match machine.threads.get(part).cloned() {
                // One who waits for itself for certain unwinds; that is a report like others.
                Some(thread) => drop(cx.spawn(move || run(&thread, &locks)).join()),
                None => handle(machine, &locks, cx),
            }
        }
    })
}

fn handle(machine: &Machine, locks: &[Lock], cx: &Cx) {
    for (handler, signal) in machine.handlers.iter().zip(SIGNALS) {
        cx.in_handler(signal, || run(handler, locks));
    }
}

#[derive(Debug, Default)]
struct Tally {
    runs: u32,
    deadlocks: u32,
    silent: u32,
}

fn nothing_is_missed(machine: &Machine, tally: &std::cell::RefCell<Tally>) -> Result<(), TestCaseError> {
    let Outcome::Deadlocks(deadlocks) = machine.deadlocks() else { return Ok(()) };
    irq::set_lines(
        SIGNALS.iter().enumerate().filter(|(at, _)| machine.lines & 1 << at != 0).map(|(_, signal)| *signal).collect::<Lines>(),
    );
    for first in 0..machine.parts() {
        let reports = run_all(machine, first);
        let strong = || reports.iter().filter(|report| report.severity() >= Severity::Possible);
        let is_least = |waits: &&u8| !deadlocks.iter().any(|fewer| fewer != *waits && fewer & *waits == *fewer);
        for waits in deadlocks.iter().filter(is_least) {
            let names: Vec<_> = (0..LOCKS.len()).filter(|lock| waits & 1 << lock != 0).map(|lock| LOCKS[lock]).collect();
            let speaks_of = |report: &Report, name: &str| report.locks().iter().any(|lock| lock.class_name() == name);
            // As in the engine's own test.
            let reported = strong().any(|report| match report.kind() {
                ReportKind::Inversion | ReportKind::IrqInversion => names.iter().any(|name| speaks_of(report, name)),
                ReportKind::IrqUsage | ReportKind::Recursion | ReportKind::UnsafeIrqEnable => {
                    names.iter().all(|name| speaks_of(report, name))
                }
                _ => false,
            });
            let script = machine.script((0..machine.parts()).map(|at| (first + at) % machine.parts()));
            let texts: String = reports.iter().map(Report::to_text).collect();
            proptest::prop_assert!(reported, "it can deadlock waiting for {names:?}:\n{script}\nreported:\n{texts}");
        }
        let mut tally = tally.borrow_mut();
        tally.runs += 1;
        tally.deadlocks += u32::from(!deadlocks.is_empty());
        tally.silent += u32::from(reports.is_empty());
    }
    Ok(())
}

#[test]
fn no_deadlock_goes_unreported() {
    let times = std::env::var("LOCKDEP_ORACLE").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    let mut seed = *b"on real locks, one after another";
    seed[..4].copy_from_slice(&u32::to_be_bytes(times));
    println!("seed: {seed:?}");
    for shape in [Shape { threads: 2..=3, words: 8, handlers: 0..=0 }, Shape { threads: 1..=2, words: 6, handlers: 1..=2 }] {
        let tally = std::cell::RefCell::new(Tally::default());
        let config = Config { cases: 60 * times, failure_persistence: None, max_shrink_iters: 400, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
        // With other signals in its mask, a handler cannot be simulated.
        let tried = runner.run(&shape.programs(), |machine| nothing_is_missed(&Machine { defers: false, ..machine }, &tally));
        let tally = tally.into_inner();
        println!("{tally:?}");
        if let Err(error) = tried {
            panic!("{error}");
        }
        assert!(
            tally.deadlocks > tally.runs / 20 && tally.silent > tally.runs / 20,
            "too few of both to prove anything: {tally:?}"
        );
    }
}
