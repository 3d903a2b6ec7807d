//! A handler at every instruction.
//!
//! The trap flag of the processor stops this thread behind every instruction. The handler of that trap acts as the handler of
//! another signal: it takes checked locks. If that signal is blocked just there, it is made pending, and arrives when it is opened.
//! So every instruction of ours that can be interrupted is, the slow paths included, by one who needs what is being changed.
//!
//! A plain run interrupts one of a few instructions, and captures stacks in one test only, for that is where most instructions
//! are. This interrupts every one of every path; it takes some minutes:
//!
//! ```text
//! LOCKDEP_STEP_ALL=1 cargo test --release --test single_step
//! ```
#![cfg(feature = "validate")]

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex as StdMutex, MutexGuard as StdMutexGuard, OnceLock, PoisonError};

use lockdep::parking_lot::{Condvar, Mutex, ReentrantMutex, RwLock};
use lockdep::spin::{RwSpinLock, SpinLock};
use lockdep::testing::isolated;
use lockdep::{Config, LockClass, Report, ReportKind, Stacks, assert_held, assert_none_held, assert_not_held, irq};
use lockdep_core::runtime::{Handler, in_signal};

/// The signal whose handler this is about.
const SIGNAL: i32 = libc::SIGUSR1;
/// Begins and ends the stepping.
const TOGGLE: i32 = libc::SIGUSR2;

/// What handlers and threads share.
static SHARED: SpinLock<u64> = SpinLock::new(0);
static INNER: SpinLock<u64> = SpinLock::new(0);
static TABLE: RwSpinLock<u64> = RwSpinLock::new(0);

/// Locks that only handlers take, each of a class of its own: every handler that takes one goes the slow way.
const FRESH: usize = 4096;
static FRESH_USED: AtomicUsize = AtomicUsize::new(0);

/// What runs in the context of the signal.
static HANDLER: OnceLock<Handler> = OnceLock::new();

/// Which instructions are interrupted.
#[derive(Clone, Copy, Default)]
struct Pace {
    /// One of so many.
    every: usize,
    /// The handler takes a lock that was never taken before.
    fresh: bool,
    /// The handler does nothing but to open a counted section.
    counted: bool,
    /// Nothing is interrupted but this one.
    only: Option<usize>,
    /// Nothing is interrupted but by one [`late`] signal, behind this instruction.
    late: Option<usize>,
}

thread_local! {
    static PACE: Cell<Pace> = const { Cell::new(Pace { every: 0, fresh: false, counted: false, only: None, late: None }) };
    /// Instructions so far with the signal open, and how many of them were interrupted.
    static SEEN: Cell<[usize; 2]> = const { Cell::new([0; 2]) };
    static STEPPING: Cell<bool> = const { Cell::new(false) };
    static FRESH_LOCKS: Cell<&'static [SpinLock<u64>]> = const { Cell::new(&[]) };
}

/// The trap flag in the flags of the processor.
const TRAP: libc::greg_t = 1 << 8;

/// Behind an instruction.
extern "C" fn on_trap(_: libc::c_int, _: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: the kernel's context of the interrupted code, to which it goes back.
    let context = unsafe { &mut *context.cast::<libc::ucontext_t>() };
    // SAFETY: the set begins with one 64-bit word.
    let mask = unsafe { (&raw const context.uc_sigmask).cast::<u64>().read() };
    if let Some(at) = PACE.get().late {
        let [instructions, sent] = SEEN.get();
        let now = instructions == at && mask & 1 << (late() - 1) == 0;
        SEEN.set([instructions + 1, sent + usize::from(now)]);
        if now {
            // Blocked while this handler runs: it arrives where the handler returns to.
            // SAFETY: a signal with a handler, to this thread.
            unsafe { libc::pthread_kill(libc::pthread_self(), late()) };
        }
        if instructions >= at {
            // It is blocked from now on, or was handled: nothing more to see.
            context.uc_mcontext.gregs[libc::REG_EFL as usize] &= !TRAP;
        }
    } else if mask & 1 << (SIGNAL - 1) == 0 {
        interrupt();
    } else {
        // Nothing to see until the signal is open again: then it arrives, and the stepping goes on.
        context.uc_mcontext.gregs[libc::REG_EFL as usize] &= !TRAP;
        // SAFETY: a signal of ours to this thread.
        unsafe { libc::pthread_kill(libc::pthread_self(), SIGNAL) };
    }
}

/// The signal was blocked, and was opened by the instruction before.
extern "C" fn on_signal(_: libc::c_int, _: *mut libc::siginfo_t, context: *mut libc::c_void) {
    interrupt();
    // SAFETY: as above.
    let context = unsafe { &mut *context.cast::<libc::ucontext_t>() };
    context.uc_mcontext.gregs[libc::REG_EFL as usize] |= TRAP;
}

extern "C" fn on_toggle(_: libc::c_int, _: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: as above.
    let context = unsafe { &mut *context.cast::<libc::ucontext_t>() };
    let flags = &mut context.uc_mcontext.gregs[libc::REG_EFL as usize];
    *flags = if STEPPING.replace(!STEPPING.get()) { *flags & !TRAP } else { *flags | TRAP };
}

fn interrupt() {
    let [instructions, mut handlers] = SEEN.get();
    let pace = PACE.get();
    if pace.only.map_or_else(|| instructions % pace.every == 0, |only| instructions == only) {
        handlers += 1;
        in_signal(SIGNAL, *HANDLER.get().expect("installed before any step"), || match pace.counted {
            true => drop(irq::Counted::new()),
            false => handle(pace.fresh),
        });
    }
    SEEN.set([instructions + 1, handlers]);
}

/// The handler: nested locks, a reader, a lock that nobody has.
fn handle(fresh: bool) {
    {
        let mut shared = SHARED.lock();
        let mut inner = INNER.lock_irqsave();
        (*shared, *inner) = (*shared + 1, *inner + 1);
    }
    let table = TABLE.read();
    assert_eq!(*table, 0);
    if fresh {
        let locks = FRESH_LOCKS.get();
        let lock = &locks[FRESH_USED.fetch_add(1, Ordering::Relaxed) % locks.len()];
        *lock.lock() += 1;
    }
}

fn install() {
    HANDLER.get_or_init(|| {
        let handlers: [(i32, extern "C" fn(_, _, _)); 3] = [(libc::SIGTRAP, on_trap), (SIGNAL, on_signal), (TOGGLE, on_toggle)];
        for (signal, handler) in handlers {
            // SAFETY: all zeros is an action; the handlers touch only thread-locals and locks made for handlers. With SA_NODEFER
            // the trap itself is not blocked in its handler, only the signal that it stands for.
            unsafe {
                let mut action: libc::sigaction = std::mem::zeroed();
                action.sa_sigaction = handler as usize;
                action.sa_flags = libc::SA_SIGINFO | libc::SA_NODEFER;
                libc::sigaddset(&mut action.sa_mask, SIGNAL);
                libc::sigaddset(&mut action.sa_mask, late());
                assert_eq!(libc::sigaction(signal, &action, std::ptr::null_mut()), 0);
            }
        }
        Handler::of(&handle)
    });
}

/// Runs `body` with a trap behind every instruction.
fn step<R>(body: impl FnOnce() -> R) -> R {
    struct Stop;
    impl Drop for Stop {
        fn drop(&mut self) {
            toggle();
        }
    }
    toggle();
    let _stop = Stop;
    body()
}

/// Turns the trap flag on or off: by a signal, for code that pushes the flags has a stack that no unwinder understands.
fn toggle() {
    // SAFETY: a signal of ours to this thread.
    unsafe { libc::pthread_kill(libc::pthread_self(), TOGGLE) };
}

/// A class of its own for each call.
fn class() -> &'static LockClass {
    Box::leak(Box::new(LockClass::new("stepped")))
}

/// One test at a time: the counters are this thread's, but the handlers' locks and the settings are everybody's.
fn alone(stacks: Stacks) -> StdMutexGuard<'static, ()> {
    static ALONE: StdMutex<()> = StdMutex::new(());
    install();
    let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    // Counts for threads that take their first checked lock from here on: this one.
    Config::new().stacks(if all() { Stacks::Exact } else { stacks }).install();
    alone
}

fn all() -> bool {
    std::env::var_os("LOCKDEP_STEP_ALL").is_some()
}

/// Runs `body` in a graph of its own, which must stay silent, with a handler at one of `every` instructions that it steps through;
/// then again with handlers that go the slow way themselves.
#[track_caller]
fn silent_when_interrupted(stacks: Stacks, every: usize, body: impl Fn()) {
    let reports = interrupted(stacks, every, &body);
    assert!(reports.is_empty(), "nothing is wrong here, but:\n{}", texts(&reports));
}

fn texts(reports: &[Report]) -> String {
    reports.iter().map(Report::to_text).collect()
}

fn interrupted(stacks: Stacks, every: usize, body: &dyn Fn()) -> Vec<Report> {
    let _alone = alone(stacks);
    let every = if all() { 1 } else { every };
    let mut reports = Vec::new();
    for (every, fresh) in [(every, false), (every * 31, true)] {
        let locks = (0..FRESH).map(|_| SpinLock::with_class(0, class())).collect::<Vec<_>>().leak();
        FRESH_LOCKS.set(locks);
        let _watchdog = Watchdog::new();
        PACE.set(Pace { every, fresh, ..Pace::default() });
        SEEN.set([0; 2]);
        reports.extend(isolated(|_| {
            body();
            assert_none_held!();
            assert!(irq::enabled());
        }));
        let [instructions, handlers] = SEEN.get();
        println!("{instructions} instructions with the signal open, {handlers} handlers");
        assert!(handlers > 0 || fresh, "nothing was interrupted");
    }
    reports
}

/// Ends the process when a step hangs.
struct Watchdog(std::sync::mpsc::Sender<()>);

impl Watchdog {
    fn new() -> Watchdog {
        let (alive, gone) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            if gone.recv_timeout(std::time::Duration::from_secs(600)) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                eprintln!("a step hangs");
                std::process::abort();
            }
        });
        Watchdog(alive)
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

#[test]
fn the_first_acquisition_of_a_class() {
    silent_when_interrupted(Stacks::Exact, 7, || {
        let lock = Mutex::with_class(0, class());
        step(|| *lock.lock() += 1);
        assert_not_held!(lock);
        step(|| *lock.lock() += 1);
    });
}

#[test]
fn the_first_acquisition_of_a_thread() {
    let _alone = alone(Stacks::Exact);
    let reports = isolated(|cx| {
        let thread = cx.spawn(|| {
            let locks = [(); 2].map(|()| Mutex::with_class(0, class()));
            PACE.set(Pace { every: if all() { 1 } else { 7 }, ..Pace::default() });
            step(|| {
                let _outer = locks[0].lock();
                let _inner = locks[1].lock();
            });
            assert_none_held!();
        });
        thread.join().unwrap();
    });
    assert!(reports.is_empty(), "{}", texts(&reports));
}

/// Taken in order, released in none, again and again: entries, keys and the memory of chains.
#[test]
fn nesting_and_releases_out_of_order() {
    silent_when_interrupted(Stacks::Off, 3, || {
        let locks = [(); 3].map(|()| Mutex::with_class(0, class()));
        for round in 0..3 {
            step(|| {
                let (first, second, third) = (locks[0].lock(), locks[1].lock(), locks[2].lock());
                if round % 2 == 0 {
                    drop(second);
                    drop(first);
                    drop(third);
                } else {
                    drop(first);
                    drop(third);
                    drop(second);
                }
            });
            locks.iter().for_each(|lock| assert_not_held!(lock));
        }
    });
}

/// Deeper than the room that a thread begins with: the stack moves while handlers push onto it.
#[test]
fn a_held_stack_that_grows() {
    silent_when_interrupted(Stacks::Off, 7, || {
        let locks: Vec<_> = (0..150).map(|_| SpinLock::with_class(0, class())).collect();
        let mut guards = Vec::with_capacity(locks.len());
        for (at, lock) in locks.iter().enumerate() {
            if (62..64).contains(&at) || (126..128).contains(&at) {
                step(|| guards.push(lock.lock()));
            } else {
                guards.push(lock.lock());
            }
        }
    });
}

#[derive(Clone, Copy, PartialEq)]
enum Moment {
    Taken,
    Released,
    /// With another lock on top.
    ReleasedBelow,
}

/// It grows at each of the instructions that put an entry on top, take it off, or change one.
#[test]
fn a_held_stack_that_a_handler_lets_grow() {
    let _alone = alone(Stacks::Off);
    // In the long form, too: each instruction is a run of its own, and there are too many where stacks are captured.
    Config::new().stacks(Stacks::Off).install();
    // A thread begins with room for one more; the second time all of this is known, and only the handler needs more.
    let locks: Vec<_> = (0..63).map(|_| SpinLock::with_class(0, class())).collect();
    let interrupted = |only: usize, moment: Moment| {
        let reports = isolated(|_| {
            for again in [false, true] {
                let mut guards: Vec<_> = locks[1..].iter().map(SpinLock::lock).collect();
                let step_if = |wanted: bool, body: &mut dyn FnMut()| if wanted { step(body) } else { body() };
                SEEN.set([0; 2]);
                PACE.set(Pace { only: Some(only), ..Pace::default() });
                step_if(again && moment == Moment::Taken, &mut || guards.push(locks[0].lock()));
                locks.iter().for_each(|lock| assert_held!(lock));
                if moment == Moment::ReleasedBelow {
                    guards.swap(61, 62);
                }
                step_if(again && moment != Moment::Taken, &mut || drop(guards.pop()));
                let gone = &locks[if moment == Moment::ReleasedBelow { 62 } else { 0 }];
                locks.iter().filter(|&lock| !std::ptr::eq(lock, gone)).for_each(|lock| assert_held!(lock));
                assert_not_held!(gone);
                (0..guards.len()).for_each(|_| drop(guards.pop()));
                assert_none_held!();
            }
        });
        assert!(reports.is_empty(), "behind instruction {only}: {}", texts(&reports));
        SEEN.get()[1] != 0
    };
    for moment in [Moment::Taken, Moment::Released, Moment::ReleasedBelow] {
        let on_its_own = |only: usize| std::thread::scope(|scope| scope.spawn(|| interrupted(only, moment)).join().unwrap());
        // Without optimisation there are thousands.
        let some = if cfg!(debug_assertions) && !all() { 61 } else { 1 };
        let interrupted = (0..).step_by(some).take_while(|&only| on_its_own(only)).count();
        assert!(interrupted > 8, "{interrupted}");
    }
}

/// Hand over hand: gaps below the last lock, closed when there is no more room.
#[test]
fn a_held_stack_that_closes_its_gaps() {
    silent_when_interrupted(Stacks::Off, 3, || {
        let class = Box::leak(Box::new(LockClass::new("list").same_class_by_instance()));
        let list: Vec<_> = (0..70).map(|_| Mutex::with_class(0, class)).collect();
        let mut held = list[0].lock();
        for (at, lock) in list.iter().enumerate().skip(1) {
            let mut go_on = || held = lock.lock();
            if (61..64).contains(&at) { step(go_on) } else { go_on() }
        }
    });
}

#[test]
fn shared_locks_in_all_modes() {
    silent_when_interrupted(Stacks::Off, 3, || {
        let lock = RwLock::with_class(0, class());
        for _ in 0..2 {
            step(|| {
                drop(lock.read());
                drop(lock.read_recursive());
                *lock.write() += 1;
                assert!(lock.try_read().is_some());
                let upgradable = lock.upgradable_read();
                let writer = lockdep::parking_lot::RwLockUpgradableReadGuard::upgrade(upgradable);
                drop(lockdep::parking_lot::RwLockWriteGuard::downgrade(writer));
            });
        }
        let again = ReentrantMutex::with_class(0, class());
        step(|| {
            let _outer = again.lock();
            let _inner = again.lock();
        });
    });
}

/// The locks that handlers take too, with the signal blocked, and all that blocks and opens it.
#[test]
fn sections_with_the_signal_blocked() {
    silent_when_interrupted(Stacks::Off, 3, || {
        for _ in 0..2 {
            step(|| {
                *SHARED.lock_irqsave() += 1;
                {
                    let mut shared = SHARED.lock_irq();
                    let mut inner = INNER.lock_irqsave();
                    (*shared, *inner) = (*shared + 1, *inner + 1);
                }
                drop(TABLE.write_irqsave());
                irq::disable();
                *SHARED.lock() += 1;
                irq::enable();
                let flags = irq::save();
                *INNER.lock() += 1;
                irq::restore(flags);
                let first = irq::Counted::new();
                let second = irq::Counted::new();
                drop(first);
                *SHARED.lock() += 1;
                drop(second);
                irq::sync();
            });
        }
    });
}

/// Counted sections of code and of the handler of a signal that they leave open: each begins at 0, or at what it interrupted.
#[test]
fn counted_sections_of_code_and_handler() {
    let _alone = alone(Stacks::Off);
    let lines = irq::lines();
    irq::set_lines([libc::SIGHUP].into_iter().collect());
    PACE.set(Pace { every: 1, counted: true, ..Pace::default() });
    SEEN.set([0; 2]);
    let reports = isolated(|_| {
        for _ in 0..2 {
            step(|| {
                let first = irq::Counted::new();
                let second = irq::Counted::new();
                drop(first);
                drop(second);
            });
            assert!(irq::enabled());
        }
    });
    assert!(reports.is_empty(), "{}", texts(&reports));
    assert!(SEEN.get()[1] > 100, "{:?}", SEEN.get());
    irq::set_lines(lines);
}

/// A signal that is blocked by a flag alone, and handled when a section ends.
fn late() -> i32 {
    libc::SIGRTMIN() + 5
}

thread_local! {
    /// In a section, as far as this test can tell for sure.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
    /// How often the handler of the late signal ran, and how often inside.
    static HANDLED: Cell<[usize; 2]> = const { Cell::new([0; 2]) };
}

fn handle_late() {
    let [handled, inside] = HANDLED.get();
    HANDLED.set([handled + 1, inside + usize::from(INSIDE.get())]);
    *SHARED.lock() += 1;
}

/// Behind one instruction after another, of the beginning or the end of a section that is a flag, the signal arrives: it is handled
/// then, or when the section ends, and never inside.
fn interrupted_lazily<S>(begin: impl Fn() -> S, end: impl Fn(S)) {
    // What is not optimised takes thousands of instructions: the beginning has fewer of interest.
    let strides = if all() || !cfg!(debug_assertions) { [1, 1] } else { [61, 13] };
    for (ends, stride) in strides.into_iter().enumerate() {
        let mut total = 0;
        for at in (0..).step_by(stride) {
            SEEN.set([0; 2]);
            HANDLED.set([0; 2]);
            PACE.set(Pace { late: Some(at), ..Pace::default() });
            let state = if ends == 0 { step(&begin) } else { begin() };
            INSIDE.set(true);
            *SHARED.lock() += 1;
            assert!(!irq::enabled());
            INSIDE.set(false);
            if ends == 0 {
                end(state)
            } else {
                step(|| end(state))
            }
            let [instructions, sent] = SEEN.get();
            let really_blocked = lockdep_core::runtime::mask::current() & 1 << (late() - 1) != 0;
            assert_eq!((HANDLED.get(), irq::enabled(), really_blocked), ([sent, 0], true, false), "behind instruction {at}");
            total += sent;
            if instructions <= at {
                break;
            }
        }
        println!("{total} signals");
        assert!(total > 10);
    }
}

#[test]
fn sections_that_are_a_flag() {
    let _alone = alone(Stacks::Off);
    let _watchdog = Watchdog::new();
    // SAFETY: the action takes a spin lock, with its signal blocked, and counts.
    let registration = unsafe { lockdep::signal::register(late(), handle_late) }.unwrap();
    irq::set_lines([late()].into_iter().collect::<irq::Lines>().lazy());
    let reports = isolated(|_| {
        // What is done for the first time is another matter.
        irq::restore(irq::save());
        interrupted_lazily(irq::save, irq::restore);
        interrupted_lazily(irq::disable, |()| irq::enable());
        if all() || !cfg!(debug_assertions) {
            interrupted_lazily(irq::Counted::new, drop);
            interrupted_lazily(|| INNER.lock_irq(), drop);
            interrupted_lazily(|| INNER.lock_irqsave(), drop);
            interrupted_lazily(|| [irq::save(), irq::save()], |flags| flags.into_iter().rev().for_each(irq::restore));
        }
    });
    irq::set_lines(irq::Lines::ALL);
    lockdep::signal::unregister(registration);
    assert!(reports.is_empty(), "{}", texts(&reports));
}

#[test]
fn condition_variables() {
    silent_when_interrupted(Stacks::Off, 3, || {
        let (lock, changed) = (Mutex::with_class(0, class()), Condvar::new());
        for _ in 0..2 {
            step(|| {
                let mut guard = lock.lock();
                changed.notify_one();
                changed.wait_for(&mut guard, std::time::Duration::from_micros(1));
            });
        }
    });
}

/// Nodes of single locks come and go.
#[test]
fn locks_judged_one_by_one() {
    silent_when_interrupted(Stacks::Off, 3, || {
        let class = Box::leak(Box::new(LockClass::new("one by one").same_class_by_instance()));
        for _ in 0..2 {
            let locks = [(); 2].map(|()| Mutex::with_class(0, class));
            step(|| {
                {
                    let _outer = locks[0].lock();
                    let _inner = locks[1].lock();
                }
                drop(locks);
            });
        }
    });
}

/// What the unwinder is in the middle of has no outer frames: whoever looks for them looks anywhere.
#[test]
fn a_panic() {
    #[inline(never)]
    fn deep(frames: u64) {
        struct Dropped([u64; 4]);
        impl Drop for Dropped {
            fn drop(&mut self) {
                std::hint::black_box(&self.0);
            }
        }
        let dropped = Dropped([frames; 4]);
        if frames == 0 {
            std::panic::resume_unwind(Box::new(frames));
        }
        deep(frames - 1);
        std::hint::black_box(&dropped);
    }
    silent_when_interrupted(Stacks::Exact, 1, || {
        step(|| std::panic::catch_unwind(|| deep(5)).unwrap_err());
    });
}

/// What the handlers found half done, they left whole: the order that was learned meanwhile is known.
#[test]
fn nothing_is_lost() {
    let reports = interrupted(Stacks::Off, 5, &|| {
        let (one, two) = (Mutex::with_class(0, class()), Mutex::with_class(0, class()));
        step(|| {
            let _one = one.lock();
            let _two = two.lock();
        });
        let _two = two.lock();
        let _one = one.lock();
    });
    let kinds: Vec<_> = reports.iter().map(Report::kind).collect();
    assert_eq!(kinds, [ReportKind::Inversion; 2], "{}", texts(&reports));
}
