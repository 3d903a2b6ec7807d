//! The scenarios of locks.

use std::hint::black_box;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use crate::contender::{Contender, Mutex, RwLock};
use crate::measure::{Bench, FRAMES};

pub fn all<C: Contender>(bench: &mut Bench) {
    C::start();
    single::<C>(bench);
    nested::<C>(bench);
    readers::<C>(bench);
    life::<C>(bench);
    fresh_edges::<C>(bench);
    many_live::<C>(bench);
    threads::<C>(bench);
    series::<C>(bench);
}

/// Takes and releases it so often.
#[inline(always)]
fn lock_times<M: Mutex>(lock: &M, n: u64) {
    for _ in 0..n {
        *black_box(lock).lock() += 1;
    }
}

/// Takes all of them, then releases them, innermost first.
#[inline(always)]
fn nest<M: Mutex, const N: usize>(locks: &[M; N]) {
    let mut guards = locks.each_ref().map(|lock| Some(black_box(lock).lock()));
    guards.iter_mut().rev().for_each(|guard| drop(guard.take()));
}

fn roles<C: Contender, const N: usize>() -> [C::Mutex; N] {
    std::array::from_fn(C::mutex_of_role)
}

fn single<C: Contender>(bench: &mut Bench) {
    let lock = C::mutex();
    bench.measure("lock/lock+unlock", |n| lock_times(&lock, n));
    bench.measure("lock/try_lock", |n| {
        for _ in 0..n {
            match black_box(&lock).try_lock() {
                Some(mut guard) => *guard += 1,
                None => panic!("nobody holds it"),
            }
        }
    });
}

fn nested<C: Contender>(bench: &mut Bench) {
    let locks = roles::<C, 2>();
    bench.measure("nest/2", |n| {
        for _ in 0..n {
            let _a = black_box(&locks[0]).lock();
            let _b = black_box(&locks[1]).lock();
        }
    });
    let locks = roles::<C, 4>();
    bench.measure("nest/4", |n| {
        for _ in 0..n {
            let _a = black_box(&locks[0]).lock();
            let _b = black_box(&locks[1]).lock();
            let _c = black_box(&locks[2]).lock();
            let _d = black_box(&locks[3]).lock();
        }
    });
    let locks = roles::<C, 8>();
    bench.measure("nest/8", |n| (0..n).for_each(|_| nest(&locks)));
}

fn readers<C: Contender>(bench: &mut Bench) {
    let locks = [C::rwlock_of_role(0), C::rwlock_of_role(1)];
    bench.measure("rwlock/read", |n| {
        for _ in 0..n {
            black_box(*black_box(&locks[0]).read());
        }
    });
    bench.measure("rwlock/read+read", |n| {
        for _ in 0..n {
            let _a = black_box(&locks[0]).read();
            let _b = black_box(&locks[1]).read();
        }
    });
    bench.measure("rwlock/write", |n| {
        for _ in 0..n {
            *black_box(&locks[0]).write() += 1;
        }
    });
}

fn life<C: Contender>(bench: &mut Bench) {
    bench.measure("life/new+drop", |n| {
        for _ in 0..n {
            // Where a lock happens to lie plays no part: two stores fit into the same line, or do not.
            black_box(&Apart(C::mutex()));
        }
    });
    bench.measure("life/new+lock+drop", |n| {
        for _ in 0..n {
            let lock = Apart(C::mutex());
            *black_box(&lock).0.lock() += 1;
        }
    });
}

/// Two locks that nobody saw nest before, each time. They are made before the clock starts.
fn fresh_edges<C: Contender>(bench: &mut Bench) {
    let mut role = 1_000_000;
    let mut fresh = |n| -> Vec<_> {
        let pair = |_| {
            role += 2;
            (C::mutex_of_role(role), C::mutex_of_role(role + 1))
        };
        (0..n).map(pair).collect()
    };
    // Memory of those who keep what they know of a lock for good.
    const MOST: u64 = 2_000;
    bench.timed("edge/fresh", FRAMES, &mut |n| {
        let pairs = fresh(n.min(MOST));
        (first_times(pairs.iter().map(|(a, b)| (a, b))), pairs.len() as u64)
    });
    let mut path = 0;
    bench.timed("edge/fresh, new stacks", FRAMES, &mut |n| {
        let pairs = fresh(n.min(MOST));
        let start = cpu_time();
        for (a, b) in &pairs {
            path += 1;
            along(path, 6, &mut || {
                let _a = a.lock();
                let _b = b.lock();
            });
        }
        (cpu_time() - start, pairs.len() as u64)
    });
}

/// Calls `f` at the end of a path of so many calls, another one for each number. As a program's paths do, neighbours differ in the
/// innermost calls most often.
fn along(path: usize, calls: usize, f: &mut dyn FnMut()) {
    #[inline(never)]
    fn by<const WAY: usize>(path: usize, calls: usize, f: &mut dyn FnMut()) {
        along(path, calls, f);
        // Keeps the call above a call, and the functions apart.
        black_box(WAY);
    }
    match calls {
        0 => f(),
        _ => [by::<0>, by::<1>, by::<2>, by::<3>, by::<4>, by::<5>, by::<6>, by::<7>][path >> (3 * (calls - 1)) & 7](
            path,
            calls - 1,
            f,
        ),
    }
}

/// Nests each pair, once; what that took of a CPU. Instructions are counted in here.
#[inline(never)]
fn first_times<'m, M: Mutex + 'm>(pairs: impl Iterator<Item = (&'m M, &'m M)>) -> Duration {
    let start = cpu_time();
    for (a, b) in pairs {
        let _a = a.lock();
        let _b = b.lock();
    }
    cpu_time() - start
}

fn many_live<C: Contender>(bench: &mut Bench) {
    live_locks::<C>(bench, "live/1000", 1000);
}

/// 256 pairs, one after the other, while so many locks are alive.
fn live_locks<C: Contender>(bench: &mut Bench, name: &str, count: usize) {
    if !bench.wants(name) {
        return;
    }
    let outer: Vec<_> = (0..count.div_ceil(2)).map(|_| C::mutex_of_role(0)).collect();
    let inner: Vec<_> = (0..count.div_ceil(2)).map(|_| C::mutex_of_role(1)).collect();
    for (a, b) in outer.iter().zip(&inner) {
        let _a = a.lock();
        let _b = b.lock();
    }
    let pairs = outer.len().min(256);
    bench.measure(name, |n| {
        for i in 0..n as usize {
            let _a = outer[i % pairs].lock();
            let _b = inner[i % pairs].lock();
        }
    });
}

/// Runs `work` on so many threads at once; the longest time that one of them needed of a CPU.
fn on_threads(count: usize, work: &(dyn Fn(usize) + Sync)) -> Duration {
    on_threads_by(cpu_time, count, work)
}

/// The same, by another clock.
fn on_threads_by(clock: fn() -> Duration, count: usize, work: &(dyn Fn(usize) + Sync)) -> Duration {
    let barrier = Barrier::new(count);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..count)
            .map(|thread| {
                let barrier = &barrier;
                scope.spawn(move || {
                    // First uses are not measured.
                    work(thread);
                    barrier.wait();
                    let start = clock();
                    work(thread);
                    clock() - start
                })
            })
            .collect();
        let times = threads.into_iter().map(|thread| thread.join().expect("no panic"));
        times.max().unwrap_or_default()
    })
}

/// What this thread has had of a CPU: more threads than CPUs share them.
fn cpu_time() -> Duration {
    time_by(libc::CLOCK_THREAD_CPUTIME_ID)
}

fn wall_time() -> Duration {
    time_by(libc::CLOCK_MONOTONIC)
}

fn time_by(clock: libc::clockid_t) -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the buffer is writable.
    unsafe { libc::clock_gettime(clock, &mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

#[repr(align(256))]
struct Apart<T>(T);

fn threads<C: Contender>(bench: &mut Bench) {
    let own: [_; 2] = std::array::from_fn(|_| Apart(C::mutex_of_role(0)));
    bench.timed("threads/own lock", FRAMES, &mut |n| (on_threads(2, &|t| lock_times(&own[t].0, n)), n));
    let pairs: [_; 2] = std::array::from_fn(|_| Apart(roles::<C, 2>()));
    let nest_times = |pair: &[C::Mutex; 2], n| (0..n).for_each(|_| nest(pair));
    bench.timed("threads/own nested pair, alone", FRAMES, &mut |n| (on_threads(1, &|t| nest_times(&pairs[t].0, n)), n));
    bench.timed("threads/own nested pair", FRAMES, &mut |n| (on_threads(2, &|t| nest_times(&pairs[t].0, n)), n));
    let shared = C::rwlock();
    bench.timed("threads/readers of one lock", FRAMES, &mut |n| {
        let read = |_| {
            for _ in 0..n {
                black_box(*black_box(&shared).read());
            }
        };
        (on_threads(2, &read), n)
    });
    let one = C::mutex();
    bench.timed("threads/contended handoff", FRAMES, &mut |n| (on_threads(2, &|_| lock_times(&one, n)), n));
    // Who sleeps until it is handed over has nothing of a CPU.
    bench.timed("threads/contended handoff, wall clock", FRAMES, &mut |n| {
        (on_threads_by(wall_time, 2, &|_| lock_times(&one, n)), n)
    });
}

/// What the cost of a known nested pair does not depend on. `series/what/x`.
fn series<C: Contender>(bench: &mut Bench) {
    if !bench.wants("series/") {
        return;
    }
    let pair = roles::<C, 2>();
    let known_pair = |n| (0..n).for_each(|_| nest(&pair));
    let mut role = 10_000;
    // One more class each, nested under one that stays: so many classes, and so many edges.
    let (mut made, hub) = (Vec::new(), C::mutex_of_role(9_999));
    for count in [10, 100, 1_000, 10_000] {
        while made.len() < count {
            role += 1;
            made.push(C::mutex_of_role(role));
            let _hub = hub.lock();
            let _new = made[made.len() - 1].lock();
        }
        bench.measure(&format!("series/classes/{count}"), known_pair);
        let mut role = 100_000 * count;
        bench.timed(&format!("series/new edge, classes/{count}"), FRAMES, &mut |n| {
            // Few enough that their number stays about the same.
            let n = n.min(count as u64 / 10 + 10);
            let pairs: Vec<_> = (0..n)
                .map(|_| {
                    role += 2;
                    (C::mutex_of_role(role), C::mutex_of_role(role + 1))
                })
                .collect();
            (first_times(pairs.iter().map(|(a, b)| (a, b))), n)
        });
    }
    // Edges between the classes that there are.
    let pair = |edge: usize| {
        let (a, next) = (edge / 400, edge % 400 + 1);
        (&made[a], &made[a + next])
    };
    let mut edges = 0;
    for count in [1_000, 10_000, 50_000] {
        while edges < count {
            let (a, b) = pair(edges);
            let _a = a.lock();
            let _b = b.lock();
            edges += 1;
        }
        bench.measure(&format!("series/edges/{count}"), known_pair);
        bench.timed(&format!("series/new edge, edges/{count}"), FRAMES, &mut |n| {
            // The next ones of the same kind.
            let n = n.min(count as u64 / 10);
            let first = edges;
            edges += n as usize;
            (first_times((first..edges).map(pair)), n)
        });
    }
    drop(made);
    for count in [10, 100, 1_000, 10_000] {
        live_locks::<C>(bench, &format!("series/live locks/{count}"), count);
    }
    let deep: Vec<_> = (0..64).map(|level| C::mutex_of_role(level)).collect();
    for depth in [1, 2, 4, 8, 16, 32, 64] {
        let name = format!("series/depth/{depth}");
        bench.timed(&name, FRAMES, &mut |n| {
            let start = Instant::now();
            let mut guards = Vec::with_capacity(depth);
            for _ in 0..n {
                guards.extend(deep[..depth].iter().map(Mutex::lock));
                while guards.pop().is_some() {}
            }
            // Per lock, not per round.
            (start.elapsed() / depth as u32, n)
        });
    }
    for count in [1_usize, 2, 4, 8] {
        let pairs: Vec<_> = (0..count).map(|_| Apart(roles::<C, 2>())).collect();
        bench.timed(&format!("series/threads/{count}"), FRAMES, &mut |n| {
            (on_threads(count, &|t| (0..n).for_each(|_| nest(&pairs[t].0))), n)
        });
    }
    let lock = C::mutex();
    for frames in [8, 16, 24, 32, 48, 64, 96] {
        bench.measure_deep(&format!("series/stack depth/{frames}"), frames, &mut |n| lock_times(&lock, n));
    }
}
