//! Four threads, and three signals whose handlers interrupt each other: one from a timer every 20 µs, two queued every 20 µs, with a
//! number for each thread.

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::mem::zeroed;
use std::os::unix::thread::JoinHandleExt;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use lockdep::irq::{self, Lines};
use lockdep::parking_lot::Mutex;
use lockdep::spin::SpinLock;
use lockdep::{LockClass, signal};

const THREADS: usize = 4;
/// One that a timer sends to whoever has it open, and two that are queued with numbers.
const SIGNALS: usize = 3;

static QUEUE: LockClass = LockClass::new("queue");
static STATS: LockClass = LockClass::new("stats");
static PLANTED: LockClass = LockClass::new("planted");
static STORM_QUEUE: SpinLock<u64> = SpinLock::with_class(0, &QUEUE);
static STORM_STATS: SpinLock<u64> = SpinLock::with_class(0, &STATS);
static STORM_PLANTED: SpinLock<u64> = SpinLock::with_class(0, &PLANTED);
static COMMON: Mutex<u64> = Mutex::new(0);

/// How many numbered signals were sent to each thread, and how many its handlers took.
static SENT: [[AtomicU64; SIGNALS]; THREADS] = [const { [const { AtomicU64::new(0) }; SIGNALS] }; THREADS];
static TAKEN: [[AtomicU64; SIGNALS]; THREADS] = [const { [const { AtomicU64::new(0) }; SIGNALS] }; THREADS];
static HANDLED: AtomicU64 = AtomicU64::new(0);
static ON_TOP: AtomicU64 = AtomicU64::new(0);
static OUT_OF_ORDER: AtomicU64 = AtomicU64::new(0);
static OVER: AtomicBool = AtomicBool::new(false);

thread_local! {
    static NUMBER: Cell<usize> = const { Cell::new(usize::MAX) };
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    /// This thread may be interrupted while it holds the planted lock.
    static PLANTS: Cell<bool> = const { Cell::new(false) };
}

static PLANT: AtomicBool = AtomicBool::new(false);

fn number_of(which: usize) -> c_int {
    libc::SIGRTMIN() + 1 + which as c_int
}

unsafe extern "C" fn handler(signal: c_int, info: *mut libc::siginfo_t, _context: *mut c_void) {
    DEPTH.set(DEPTH.get() + 1);
    ON_TOP.fetch_add(u64::from(DEPTH.get() > 1), Ordering::Relaxed);
    let (which, thread) = ((signal - number_of(0)) as usize, NUMBER.get());
    if which > 0 {
        // SAFETY: the kernel's own.
        let value = unsafe { (*info).si_value() }.sival_ptr as u64;
        let expected = TAKEN[thread][which].fetch_add(1, Ordering::Relaxed);
        OUT_OF_ORDER.fetch_add(u64::from(value != expected), Ordering::Relaxed);
    }
    {
        let mut queue = STORM_QUEUE.lock_irqsave();
        *STORM_STATS.lock_irqsave() += 1;
        *queue += 1;
    }
    if !signal::in_handler() {
        OUT_OF_ORDER.fetch_add(1, Ordering::Relaxed);
    }
    // The bug: taken here, and held with the signals open by a thread in which this is left out, so that nothing hangs.
    if PLANT.load(Ordering::Relaxed) && thread < THREADS && !PLANTS.get() && DEPTH.get() == 1 {
        let flags = irq::save();
        *STORM_PLANTED.lock() += 1;
        irq::restore(flags);
    }
    HANDLED.fetch_add(1, Ordering::Relaxed);
    DEPTH.set(DEPTH.get() - 1);
}

pub(crate) fn storm() {
    let variable = |name: &str| std::env::var(name).ok();
    let seconds = variable("LOCKDEP_STORM_SECONDS").and_then(|seconds| seconds.parse().ok()).unwrap_or(1);
    PLANT.store(variable("LOCKDEP_STORM_PLANT").is_some(), Ordering::Relaxed);
    // SAFETY: the default action of SIGALRM ends a process that hangs.
    unsafe { libc::alarm(120 + 2 * seconds as u32) };
    let lines: Lines = (0..SIGNALS).map(number_of).collect();
    irq::set_lines(if variable("LOCKDEP_STORM_LAZY").is_some() { lines.lazy() } else { lines });
    for which in 0..SIGNALS {
        // SAFETY: all zeros is an action; the handler touches atomics, thread-locals and spin locks.
        unsafe {
            let mut action: libc::sigaction = zeroed();
            action.sa_sigaction = handler as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART;
            assert_eq!(libc::sigaction(number_of(which), &action, null_mut()), 0);
        }
    }
    // This thread only sends; the others open the signals when they know who they are.
    let all: [c_int; SIGNALS] = std::array::from_fn(number_of);
    crate::install::mask(libc::SIG_BLOCK, &all);
    let rounds: &'static [AtomicU64; THREADS] = Box::leak(Box::new([const { AtomicU64::new(0) }; THREADS]));
    let threads: [_; THREADS] = std::array::from_fn(|number| std::thread::spawn(move || work(number, rounds)));
    let names: [libc::pthread_t; THREADS] = std::array::from_fn(|number| threads[number].as_pthread_t());
    let timer = make_timer(number_of(0));
    let end = Instant::now() + Duration::from_secs(seconds);
    let enough = || rounds.iter().all(|rounds| rounds.load(Ordering::Relaxed) > 10) && HANDLED.load(Ordering::Relaxed) > 1000;
    let mut next = Instant::now();
    let mut at = 0;
    let mut armed = u64::MAX;
    let mut seen = [u64::MAX; THREADS];
    while Instant::now() < end || !enough() {
        let (thread, which) = (at % THREADS, 1 + at / THREADS % (SIGNALS - 1));
        at += 1;
        let value = SENT[thread][which].load(Ordering::Relaxed);
        // Not too far ahead, and only to a thread that comes round, or a slow machine does nothing but handle signals.
        let round = rounds[thread].load(Ordering::Relaxed);
        if value - TAKEN[thread][which].load(Ordering::Relaxed) < 32 && round != seen[thread] {
            seen[thread] = round;
            let payload = libc::sigval { sival_ptr: value as *mut c_void };
            // SAFETY: the thread runs until OVER is set.
            if unsafe { libc::pthread_sigqueue(names[thread], number_of(which), payload) } == 0 {
                SENT[thread][which].store(value + 1, Ordering::Relaxed);
            }
        }
        let round: u64 = rounds.iter().map(|rounds| rounds.load(Ordering::Relaxed)).sum();
        if round != armed {
            armed = round;
            arm(timer);
        }
        next += Duration::from_micros(20);
        if let Some(rest) = next.checked_duration_since(Instant::now()) {
            std::thread::sleep(rest);
        } else {
            next = Instant::now();
        }
    }
    // SAFETY: the timer made above.
    unsafe { libc::timer_delete(timer) };
    OVER.store(true, Ordering::Relaxed);
    for thread in threads {
        thread.join().unwrap();
    }
    for thread in 0..THREADS {
        for which in 1..SIGNALS {
            let (sent, taken) = (&SENT[thread][which], &TAKEN[thread][which]);
            assert_eq!(taken.load(Ordering::Relaxed), sent.load(Ordering::Relaxed), "thread {thread}, signal {which}");
        }
    }
    assert_eq!(OUT_OF_ORDER.load(Ordering::Relaxed), 0);
    let total = *STORM_QUEUE.lock_irqsave();
    let rounds: u64 = rounds.iter().map(|rounds| rounds.load(Ordering::Relaxed)).sum();
    assert_eq!(total, rounds + HANDLED.load(Ordering::Relaxed));
    println!(
        "storm: {rounds} rounds, {} signals, {} on top of another",
        HANDLED.load(Ordering::Relaxed),
        ON_TOP.load(Ordering::Relaxed)
    );
    assert!(ON_TOP.load(Ordering::Relaxed) > 0);
}

fn work(number: usize, rounds: &[AtomicU64; THREADS]) {
    NUMBER.set(number);
    PLANTS.set(PLANT.load(Ordering::Relaxed) && number == 0);
    let all: [c_int; SIGNALS] = std::array::from_fn(number_of);
    crate::install::mask(libc::SIG_UNBLOCK, &all);
    let own = Mutex::new(0_u64);
    let all_taken =
        || (1..SIGNALS).all(|which| TAKEN[number][which].load(Ordering::Relaxed) == SENT[number][which].load(Ordering::Relaxed));
    while !OVER.load(Ordering::Relaxed) || !all_taken() {
        {
            let mut own = own.lock();
            let mut common = COMMON.lock();
            let mut queue = STORM_QUEUE.lock_irqsave();
            let mut stats = STORM_STATS.lock_irqsave();
            (*own, *common, *queue, *stats) = (*own + 1, common.wrapping_add(1), *queue + 1, *stats + 1);
        }
        if PLANTS.get() {
            *STORM_PLANTED.lock() += 1;
        }
        {
            let flags = irq::save();
            *STORM_STATS.lock() += 1;
            irq::restore(flags);
        }
        {
            let outer = irq::Counted::new();
            let inner = irq::Counted::new();
            drop(outer);
            *STORM_STATS.lock() += 1;
            drop(inner);
        }
        if let Some(mut common) = COMMON.try_lock() {
            *common = common.wrapping_add(1);
        }
        rounds[number].fetch_add(1, Ordering::Relaxed);
    }
}

fn make_timer(signal: c_int) -> libc::timer_t {
    let mut timer = null_mut();
    // SAFETY: all zeros is a `sigevent`; it lives across the call, and so does the timer.
    unsafe {
        let mut event: libc::sigevent = zeroed();
        event.sigev_notify = libc::SIGEV_SIGNAL;
        event.sigev_signo = signal;
        assert_eq!(libc::timer_create(libc::CLOCK_MONOTONIC, &mut event, &mut timer), 0);
    }
    timer
}

/// Once more, 20 µs from now.
fn arm(timer: libc::timer_t) {
    let never = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    let times = libc::itimerspec { it_interval: never, it_value: libc::timespec { tv_sec: 0, tv_nsec: 20_000 } };
    // SAFETY: a timer that exists, and times that live across the call.
    assert_eq!(unsafe { libc::timer_settime(timer, 0, &times, null_mut()) }, 0);
}
