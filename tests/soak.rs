//! Long runs in short: many locks, many classes, many reports, and what they cost.
//!
//! `LOCKDEP_SOAK=n` makes them n times as long. The full form is this; it takes some minutes:
//!
//! ```text
//! LOCKDEP_SOAK=20 cargo test --release --test soak
//! ```
#![cfg(feature = "validate")]

use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use lockdep::parking_lot::{Mutex, RwLock, RwLockReadGuard, RwLockWriteGuard};
use lockdep::testing::isolated;
use lockdep::{LockClass, Report, ReportKind, stats};

/// How many times as long as usual.
fn times() -> usize {
    std::env::var("LOCKDEP_SOAK").ok().and_then(|times| times.parse().ok()).unwrap_or(1).max(1)
}

fn class(name: &'static str) -> LockClass {
    LockClass::new(name)
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

/// One test at a time: the memory that is counted is everybody's.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: std::sync::Mutex<()> = std::sync::Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[track_caller]
fn assert_silent(reports: &[Report]) {
    let texts: String = reports.iter().take(3).map(Report::to_text).collect();
    assert!(reports.is_empty(), "nothing is wrong here, but {} times:\n{texts}", reports.len());
}

/// Numbers that look random; the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> usize {
        // Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8 (2003).
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize
    }

    fn below(&mut self, n: usize) -> usize {
        self.next() % n
    }
}

/// The lock of a slot; it may be replaced by a new one.
type Slot = std::sync::RwLock<Arc<RwLock<usize>>>;

enum Guard<'l> {
    Read { _guard: RwLockReadGuard<'l, usize> },
    Write { guard: RwLockWriteGuard<'l, usize> },
}

/// How the locks of the great soak are told apart.
#[derive(Clone, Copy)]
enum Order {
    /// One class; each says its place in the order.
    Numbers,
    /// One class, judged lock by lock.
    Instances(&'static LockClass),
    /// A class for every so many of them.
    Classes(&'static [LockClass]),
}

impl Order {
    fn lock(self, at: usize, of: usize) -> Arc<RwLock<usize>> {
        Arc::new(match self {
            Order::Numbers => RwLock::new(0),
            Order::Instances(class) => RwLock::with_class(0, class),
            Order::Classes(classes) => RwLock::with_class(0, &classes[at * classes.len() / of]),
        })
    }
}

/// Sets of locks in ascending order, taken shared, alone and by attempts, released in any order, while locks go and others come.
fn ascending(order: Order, locks: usize, iterations: usize) -> Vec<Report> {
    const THREADS: usize = 4;
    let slots: Arc<[Slot]> = (0..locks).map(|at| Slot::new(order.lock(at, locks))).collect();
    isolated(|cx| {
        let threads: Vec<_> = (0..THREADS)
            .map(|number| {
                let slots = Arc::clone(&slots);
                cx.spawn(move || {
                    let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ (number as u64 + 1) << 32);
                    for _ in 0..iterations / THREADS {
                        one_set(order, &slots, &mut random);
                    }
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    })
}

fn one_set(order: Order, slots: &[Slot], random: &mut Random) {
    let mut places: Vec<usize> = (0..2 + random.below(4)).map(|_| random.below(slots.len())).collect();
    places.sort_unstable();
    places.dedup();
    if let Order::Classes(classes) = order {
        places.dedup_by_key(|at| *at * classes.len() / slots.len());
    }
    let set: Vec<_> = places.iter().map(|&at| (at, Arc::clone(&slots[at].read().unwrap()))).collect();
    let mut guards = Vec::new();
    for (at, lock) in &set {
        let ordered = matches!(order, Order::Numbers).then_some(*at as u64);
        // What an attempt takes has no number, so nothing of the class may come on top of it.
        let attempts = ordered.is_none() || *at == places[places.len() - 1];
        guards.extend(match random.below(8).max(if attempts { 0 } else { 2 }) {
            0 => lock.try_read().map(|guard| Guard::Read { _guard: guard }),
            1 => lock.try_write().map(|guard| Guard::Write { guard }),
            2..5 => Some(Guard::Read { _guard: ordered.map_or_else(|| lock.read(), |n| lock.read_ordered(n)) }),
            _ => Some(Guard::Write { guard: ordered.map_or_else(|| lock.write(), |n| lock.write_ordered(n)) }),
        });
    }
    while !guards.is_empty() {
        let at = random.below(guards.len());
        if let Guard::Write { mut guard } = guards.swap_remove(at) {
            *guard += 1;
        }
    }
    if random.below(16) == 0 {
        let at = random.below(slots.len());
        *slots[at].write().unwrap() = order.lock(at, slots.len());
    }
}

#[test]
fn ascending_sets_by_numbers_are_silent() {
    let _alone = alone();
    assert_silent(&ascending(Order::Numbers, 16_384, 20_000 * times()));
}

#[test]
fn ascending_sets_by_instance_are_silent() {
    let _alone = alone();
    let class = leak(class("slot").same_class_by_instance());
    assert_silent(&ascending(Order::Instances(class), 16_384, 10_000 * times()));
}

#[test]
fn ascending_sets_by_class_are_silent() {
    let _alone = alone();
    let classes = (0..256).map(|_| class("slot")).collect::<Vec<_>>().leak();
    assert_silent(&ascending(Order::Classes(classes), 16_384, 10_000 * times()));
}

/// What a million locks leave behind: numbers, and no memory.
#[test]
fn locks_that_are_dropped_leave_nothing() {
    let _alone = alone();
    let churn = |class: Option<&'static LockClass>, n: usize| {
        for at in 0..n {
            let pair = match class {
                Some(class) => [Mutex::with_class(at, class), Mutex::with_class(at, class)],
                None => [Mutex::new(at), Mutex::new(at)],
            };
            let _outer = pair[0].lock();
            let _inner = class.map(|_| pair[1].lock());
        }
    };
    let by_instance = leak(class("churned").same_class_by_instance());
    // In the graph of the process, which is the one that is counted.
    for class in [None, Some(by_instance)] {
        churn(class, 2_000);
        let before = stats();
        churn(class, 10_000 * times());
        let after = stats();
        let grown = after.memory_bytes - before.memory_bytes;
        assert!(grown <= 1 << 20, "{grown} bytes are left of locks that are gone");
        assert_eq!(after.dependencies, before.dependencies, "dependencies are left of locks that are gone");
        assert_eq!(after.chains, before.chains, "chains are left of locks that are gone");
    }
    assert_silent(&lockdep::reports());
}

/// Hand over hand along a list whose head is dropped and whose tail grows.
#[test]
fn a_sliding_window_of_many_locks() {
    let _alone = alone();
    let width = 10_000 * times().min(10);
    let by_instance = leak(class("window").same_class_by_instance());
    let reports = isolated(|_| {
        let mut window: std::collections::VecDeque<_> =
            (0..width).map(|at| Box::new(Mutex::with_class(at, by_instance))).collect();
        let mut used = 0;
        for turn in 0..4 * times() {
            {
                let mut held = window[0].lock();
                for lock in window.range(1..) {
                    let next = lock.lock();
                    drop(std::mem::replace(&mut held, next));
                }
            }
            window.drain(..width / 2);
            window.extend((0..width / 2).map(|at| Box::new(Mutex::with_class(at, by_instance))));
            match turn {
                // Tables have their last size when the window has moved twice.
                0 | 1 => {}
                2 => used = stats().memory_bytes,
                _ => assert!(stats().memory_bytes <= used + (1 << 21), "{} grew to {}", used, stats().memory_bytes),
            }
        }
    });
    assert_silent(&reports);
}

/// Dependencies come at the same price, however many there are.
#[test]
fn a_large_graph_grows_as_fast_as_a_small_one() {
    let _alone = alone();
    let classes = 1_000 * times().min(10);
    let edges = classes * 10;
    let classes: &'static [LockClass] = (0..classes).map(|_| class("one of many")).collect::<Vec<_>>().leak();
    let locks: Vec<_> = classes.iter().map(|class| Mutex::with_class((), class)).collect();
    // A fixed order that the engine does not know and must find out.
    let mut random = Random(88_172_645_463_325_252);
    let mut order: Vec<usize> = (0..locks.len()).collect();
    for at in (1..order.len()).rev() {
        order.swap(at, random.below(at + 1));
    }
    let reports = isolated(|_| {
        let mut insert = |n: usize| {
            let start = Instant::now();
            for _ in 0..n {
                let (a, b) = (random.below(locks.len()), random.below(locks.len()));
                if a != b {
                    let _outer = locks[order[a.min(b)]].lock();
                    let _inner = locks[order[a.max(b)]].lock();
                }
            }
            start.elapsed()
        };
        let part = edges / 20;
        let times: Vec<Duration> = (0..20).map(|_| insert(part)).collect();
        println!("{part} insertions each: {times:?}");
        // The best of several, for other work goes on beside this one.
        let best = |times: &[Duration]| *times.iter().min().expect("some");
        let (early, late) = (best(&times[..5]), best(&times[15..]));
        assert!(late < early * 5, "{late:?} for what took {early:?} in the beginning: {times:?}");
    });
    assert_silent(&reports);
}

/// Every lock before every other, in all rotations: one report for each pair, in bounded time.
#[test]
fn a_storm_of_reports() {
    let _alone = alone();
    const LOCKS: usize = 45;
    let start = Instant::now();
    let classes: &'static [LockClass] = (0..LOCKS).map(|at| class(format!("rotated {at}").leak())).collect::<Vec<_>>().leak();
    let locks: Vec<_> = classes.iter().map(|class| Mutex::with_class((), class)).collect();
    let reports = isolated(|_| {
        for first in 0..LOCKS {
            let mut guards: Vec<_> = (0..LOCKS).map(|at| locks[(first + at) % LOCKS].lock()).collect();
            while let Some(guard) = guards.pop() {
                drop(guard);
            }
        }
    });
    let longest = reports.iter().map(|report| report.to_text().len()).max().unwrap_or(0);
    println!("{} reports of up to {longest} bytes in {:?}", reports.len(), start.elapsed());
    assert!(reports.iter().all(|report| report.kind() == ReportKind::Inversion));
    // An acquisition reports one cycle, and no cycle is reported twice.
    assert!((LOCKS..=LOCKS * (LOCKS - 1) / 2).contains(&reports.len()), "{} reports", reports.len());
    assert!(longest < 1 << 16, "{longest} bytes");
}

/// A lock where another was before is not that other.
#[test]
fn memory_that_is_used_again_has_no_history() {
    let _alone = alone();
    let by_instance = leak(class("reused").same_class_by_instance());
    let reports = isolated(|_| {
        let mut pair = [Mutex::with_class(0, by_instance), Mutex::with_class(1, by_instance)];
        for turn in 0..200 * times() {
            {
                let (outer, inner) = (turn % 2, 1 - turn % 2);
                let _outer = pair[outer].lock();
                let _inner = pair[inner].lock();
            }
            pair = [Mutex::with_class(0, by_instance), Mutex::with_class(1, by_instance)];
        }
        // Of two classes, at one address one after the other.
        let outer = Mutex::new(0_u8);
        let (first, second) = (leak(class("first")), leak(class("second")));
        let mut place = Mutex::with_class(0_u16, first);
        for turn in 0..200 {
            if turn % 2 == 0 {
                let _outer = outer.lock();
                let _inner = place.lock();
            } else {
                let _inner = place.lock();
                let _outer = outer.lock();
            }
            place = Mutex::with_class(0_u16, if turn % 2 == 0 { second } else { first });
        }
    });
    assert_silent(&reports);
}
