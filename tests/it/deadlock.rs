//! Threads that really meet: every one of these would hang without the validator.

// The original: the threads meet under spin locks, where the checked one is reported.
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use lockdep::ReportKind::{Deadlock, Inversion, Recursion};
use lockdep::Severity::{Certain, Possible};
use lockdep::sync::Arc;
use lockdep::testing::Cx;
use lockdep::{Report, lock_api, parking_lot, spin, sync};

use crate::support::{assert_silent, isolated, of_kind};

/// Every thread holds one lock of the ring, meets the others, and takes the next.
macro_rules! ring {
    ($cx:expr, $locks:expr, |$lock:ident| $take:expr) => {{
        let locks = $locks;
        let barrier = Arc::new(Barrier::new(locks.len()));
        let threads: Vec<JoinHandle<()>> = (0..locks.len())
            .map(|i| {
                let (held, taken) = (Arc::clone(&locks[i]), Arc::clone(&locks[(i + 1) % locks.len()]));
                let barrier = Arc::clone(&barrier);
                $cx.spawn(move || {
                    let $lock = &*held;
                    let _held = $take;
                    barrier.wait();
                    let $lock = &*taken;
                    let _taken = $take;
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().is_err()).collect::<Vec<_>>()
    }};
}

/// One thread had to give way, the others got through; the order was reported before anyone blocked, the meeting when it came.
#[track_caller]
fn check(reports: &[Report], ended: &[bool], n: usize) {
    let texts: String = reports.iter().map(Report::to_text).collect();
    assert_eq!(ended.iter().filter(|&&ended| ended).count(), 1, "{texts}");
    assert_eq!(reports.len(), 2, "{texts}");
    assert_eq!(reports[0].kind(), Inversion, "{texts}");
    assert_eq!(reports[0].stacks().len(), 2 * n, "{texts}");
    let deadlock = of_kind(reports, Deadlock);
    assert_eq!(deadlock.severity(), Certain, "{texts}");
    assert_eq!(deadlock.locks().len(), n, "{texts}");
    let labels: Vec<_> = deadlock.stacks().iter().map(|stack| stack.label()).collect();
    assert_eq!(labels, ["holding, acquired at", "waiting at"].repeat(n), "{texts}");
}

/// `n` classes, each from a place of its own in the source.
macro_rules! locks {
    ($Lock:ty: $($value:expr),*) => {
        [$(Arc::new(<$Lock>::with_class($value, crate::support::class(concat!("lock ", stringify!($value)))))),*]
    };
}

/// Which lock of a class each thread holds and wants.
#[test]
fn locks_of_one_class_are_numbered() {
    let class = &*Box::leak(Box::new(lockdep::LockClass::new("shard").same_class_by_instance()));
    let shards = [1, 2, 3].map(|n| Arc::new(parking_lot::Mutex::with_class(n, class)));
    let mut ended = Vec::new();
    let reports = isolated(|cx| ended = ring!(cx, shards, |lock| lock.lock()));
    check(&reports, &ended, 3);
    let text = of_kind(&reports, Deadlock).to_text();
    for (held, wanted) in [(2, 3), (3, 1)] {
        assert!(text.contains(&format!("holds `shard #{held}` and waits for `shard #{wanted}`")), "{text}");
    }
}

#[test]
fn two_threads() {
    for _ in 0..20 {
        let mut ended = Vec::new();
        let reports = isolated(|cx| ended = ring!(cx, locks!(parking_lot::Mutex<u8>: 1, 2), |lock| lock.lock()));
        check(&reports, &ended, 2);
        let reports = isolated(|cx| ended = ring!(cx, locks!(parking_lot::FairMutex<u8>: 1, 2), |lock| lock.lock()));
        check(&reports, &ended, 2);
        let reports = isolated(|cx| {
            ended = ring!(cx, locks!(sync::Mutex<u8>: 1, 2), |lock| lock.lock().unwrap_or_else(sync::PoisonError::into_inner))
        });
        check(&reports, &ended, 2);
        let reports = isolated(|cx| ended = ring!(cx, locks!(spin::SpinLock<u8>: 1, 2), |lock| lock.lock()));
        check(&reports, &ended, 2);
    }
}

#[test]
fn two_threads_on_reader_writer_locks() {
    for _ in 0..10 {
        let mut ended = Vec::new();
        let reports = isolated(|cx| ended = ring!(cx, locks!(parking_lot::RwLock<u8>: 1, 2), |lock| lock.write()));
        check(&reports, &ended, 2);
        let reports = isolated(|cx| ended = ring!(cx, locks!(spin::RwSpinLock<u8>: 1, 2), |lock| lock.write()));
        check(&reports, &ended, 2);
        let reports = isolated(|cx| {
            ended = ring!(cx, locks!(sync::RwLock<u8>: 1, 2), |lock| lock.write().unwrap_or_else(sync::PoisonError::into_inner))
        });
        check(&reports, &ended, 2);
    }
}

#[test]
fn three_threads() {
    for _ in 0..20 {
        let mut ended = Vec::new();
        let reports = isolated(|cx| ended = ring!(cx, locks!(parking_lot::Mutex<u8>: 1, 2, 3), |lock| lock.lock()));
        check(&reports, &ended, 3);
        let reports = isolated(|cx| ended = ring!(cx, locks!(spin::SpinLock<u8>: 1, 2, 3), |lock| lock.lock()));
        check(&reports, &ended, 3);
    }
}

/// Readers hold, writers wait.
#[test]
fn readers_in_the_way_of_writers() {
    for _ in 0..10 {
        let reports = isolated(|cx| {
            let [a, b] = locks!(parking_lot::RwLock<u8>: 1, 2);
            let barrier = Arc::new(Barrier::new(2));
            let cross = |held: &Arc<parking_lot::RwLock<u8>>, taken: &Arc<parking_lot::RwLock<u8>>| {
                let (held, taken, barrier) = (Arc::clone(held), Arc::clone(taken), Arc::clone(&barrier));
                cx.spawn(move || {
                    let _held = held.read();
                    barrier.wait();
                    let _taken = taken.write();
                })
            };
            let threads = [cross(&a, &b), cross(&b, &a)];
            let ended = threads.map(|thread| thread.join().is_err());
            assert!(ended[0] != ended[1]);
        });
        assert_eq!(reports[0].kind(), Inversion);
        of_kind(&reports, Deadlock);
    }
}

/// A reader waits for a writer that waits for another reader, who waits for what the first one holds: the writer is in the way by its
/// wait. Whoever of the two readers comes last.
#[test]
fn a_writer_that_is_queued_is_in_the_way() {
    macro_rules! meet {
        ($last:ident, $read:expr, $try_read:expr, $write:expr, $mutex:expr) => {{
            let reports = isolated(|cx| {
                let stage = Arc::new(AtomicU32::new(0));
                let until = |stage: &AtomicU32, n: u32| {
                    while stage.load(Ordering::Acquire) < n {
                        std::thread::sleep(Duration::from_millis(1));
                    }
                };
                // Behind a writer that waits, nobody reads.
                let until_queued = || {
                    while $try_read {
                        std::thread::sleep(Duration::from_millis(1));
                    }
                };
                let reader = {
                    let stage = Arc::clone(&stage);
                    cx.spawn(move || {
                        let _read = $read;
                        stage.fetch_add(1, Ordering::AcqRel);
                        until(&stage, if $last == 0 { 4 } else { 3 });
                        until_queued();
                        std::thread::sleep(Duration::from_millis(30));
                        let _mutex = $mutex;
                    })
                };
                let writer = {
                    let stage = Arc::clone(&stage);
                    cx.spawn(move || {
                        until(&stage, 2);
                        stage.fetch_add(1, Ordering::AcqRel);
                        let _write = $write;
                    })
                };
                let other = {
                    let stage = Arc::clone(&stage);
                    cx.spawn(move || {
                        let _mutex = $mutex;
                        stage.fetch_add(1, Ordering::AcqRel);
                        until(&stage, 3);
                        until_queued();
                        std::thread::sleep(Duration::from_millis(if $last == 0 { 0 } else { 60 }));
                        stage.fetch_add(1, Ordering::AcqRel);
                        let _read = $read;
                    })
                };
                let ended = [reader.join().is_err(), writer.join().is_err(), other.join().is_err()];
                assert_eq!(ended.iter().filter(|&&ended| ended).count(), 1, "{ended:?}");
            });
            of_kind(&reports, Inversion);
            let deadlock = of_kind(&reports, Deadlock);
            assert_eq!((deadlock.severity(), deadlock.locks().len()), (Certain, 3), "{}", deadlock.to_text());
        }};
    }
    static RW: parking_lot::RwLock<u8> = parking_lot::RwLock::new(0);
    static STD: sync::RwLock<u8> = sync::RwLock::new(0);
    static SPIN: spin::RwSpinLock<u8> = spin::RwSpinLock::new(0);
    static MUTEX: parking_lot::Mutex<u8> = parking_lot::Mutex::new(0);
    static SPIN_MUTEX: spin::SpinLock<u8> = spin::SpinLock::new(0);
    for last in [0, 1] {
        meet!(last, RW.read(), RW.try_read().is_some(), RW.write(), MUTEX.lock());
        meet!(
            last,
            STD.read().unwrap_or_else(sync::PoisonError::into_inner),
            !matches!(STD.try_read(), Err(sync::TryLockError::WouldBlock)),
            STD.write().unwrap_or_else(sync::PoisonError::into_inner),
            MUTEX.lock()
        );
        meet!(last, SPIN.read(), SPIN.try_read().is_some(), SPIN.write(), SPIN_MUTEX.lock());
    }
}

/// Both upgradable hold and upgrade on one lock exclude each other, so only readers can be in the way.
#[test]
fn an_upgrade_that_waits_for_a_reader_that_waits() {
    let reports = isolated(|cx| {
        let lock = Arc::new(parking_lot::RwLock::new(1));
        let other = Arc::new(parking_lot::Mutex::new(1));
        let barrier = Arc::new(Barrier::new(2));
        let thread = {
            let (lock, other, barrier) = (Arc::clone(&lock), Arc::clone(&other), Arc::clone(&barrier));
            cx.spawn(move || {
                let _read = lock.read();
                barrier.wait();
                let _other = other.lock();
            })
        };
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let guard = lock.upgradable_read();
            let _other = other.lock();
            barrier.wait();
            let _write = parking_lot::RwLockUpgradableReadGuard::upgrade(guard);
        }));
        assert!(ended.is_err() != thread.join().is_err());
    });
    assert_eq!(reports[0].kind(), Inversion);
    of_kind(&reports, Deadlock);
}

/// The body is a thread like the others: if it is the one to give way, `isolated` comes back all the same.
#[test]
fn a_thread_against_the_body() {
    for _ in 0..20 {
        let mut joined = None;
        let mut through = false;
        let reports = isolated(|cx: &Cx| {
            let [a, b] = locks!(parking_lot::Mutex<u8>: 1, 2);
            let barrier = Arc::new(Barrier::new(2));
            let thread = {
                let (a, b, barrier) = (Arc::clone(&a), Arc::clone(&b), Arc::clone(&barrier));
                cx.spawn(move || {
                    let _b = b.lock();
                    barrier.wait();
                    let _a = a.lock();
                })
            };
            {
                let _a = a.lock();
                barrier.wait();
                let _b = b.lock();
            }
            through = true;
            joined = Some(thread.join().is_ok());
        });
        assert!(!through || joined == Some(false));
        assert_eq!(reports[0].kind(), Inversion);
        of_kind(&reports, Deadlock);
    }
}

/// Much contention, one order: waiting alone is no deadlock.
#[test]
fn contention_is_silent() {
    let reports = isolated(|cx| {
        let outer = Arc::new(parking_lot::Mutex::new(0_u32));
        let inner = Arc::new(sync::RwLock::new(0_u64));
        let ring = Arc::new(spin::SpinLock::new(0_u8));
        for _ in 0..4 {
            let (outer, inner, ring) = (Arc::clone(&outer), Arc::clone(&inner), Arc::clone(&ring));
            cx.spawn(move || {
                for round in 0..500_u64 {
                    let mut outer = outer.lock();
                    if round % 3 == 0 {
                        *inner.write().unwrap() += 1;
                    } else {
                        assert!(*inner.read().unwrap() <= 2000);
                    }
                    let mut ring = ring.lock();
                    *ring = ring.wrapping_add(1);
                    *outer += 1;
                }
            });
        }
    });
    assert_silent(&reports);
}

/// A join that a map speaks of is a wait like any other.
#[test]
fn a_join_through_a_map_is_found_before_it_blocks() {
    let reports = isolated(|cx| {
        let (lock, join) = (Arc::new(parking_lot::Mutex::new(1)), Arc::new(lockdep::Map::new("join")));
        let barrier = Arc::new(Barrier::new(2));
        let worker = {
            let (lock, join, barrier) = (Arc::clone(&lock), Arc::clone(&join), Arc::clone(&barrier));
            cx.spawn(move || {
                let _section = join.enter();
                barrier.wait();
                let _lock = lock.lock();
            })
        };
        // Whoever comes last gives way: this thread, whose join does not run then, or the worker.
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _lock = lock.lock();
            barrier.wait();
            join.wait_by(|| worker.join().is_err())
        }));
        assert!(ended.unwrap_or(true));
    });
    assert_eq!(of_kind(&reports, Deadlock).severity(), Certain);
}

/// A wait for a condition variable ends with the mutex, and so not before who has it gives it back.
#[test]
fn the_mutex_of_a_wait_is_part_of_a_circle() {
    let reports = isolated(|cx| {
        let [outer, mutex] = locks!(parking_lot::Mutex<u8>: 1, 2);
        let ready = Arc::new(parking_lot::Condvar::new());
        let (waits, wait) = std::sync::mpsc::channel();
        let waiting = {
            let (outer, mutex, ready) = (Arc::clone(&outer), Arc::clone(&mutex), Arc::clone(&ready));
            cx.spawn(move || {
                let _outer = outer.lock();
                let mut guard = mutex.lock();
                waits.send(()).unwrap();
                ready.wait(&mut guard);
            })
        };
        wait.recv().unwrap();
        let other = {
            let (outer, mutex) = (Arc::clone(&outer), Arc::clone(&mutex));
            cx.spawn(move || {
                // Free only when the other thread waits.
                let _mutex = mutex.lock();
                let _outer = outer.lock();
            })
        };
        assert!(other.join().is_err());
        ready.notify_all();
        waiting.join().unwrap();
    });
    let deadlock = of_kind(&reports, Deadlock);
    assert_eq!((deadlock.severity(), deadlock.locks().len()), (Certain, 2));
}

/// The example of `lock_api`: the guards of this lock may go to other threads.
struct Flag(AtomicBool);

// SAFETY: one thread at a time sees the flag change to `true`.
unsafe impl lock_api::RawMutex for Flag {
    #[allow(clippy::declare_interior_mutable_const, reason = "what the trait asks for")]
    const INIT: Flag = Flag(AtomicBool::new(false));
    type GuardMarker = lock_api::GuardSend;

    fn lock(&self) {
        while !self.try_lock() {
            std::thread::yield_now();
        }
    }

    fn try_lock(&self) -> bool {
        !self.0.swap(true, Ordering::Acquire)
    }

    unsafe fn unlock(&self) {
        self.0.store(false, Ordering::Release);
    }
}

/// Where guards may be anywhere, a wait for oneself is known by its length: it used to hang.
#[test]
fn guards_that_might_have_gone_to_other_threads() {
    let mut ended = Vec::new();
    let reports = isolated(|cx| ended = ring!(cx, locks!(lock_api::Mutex<Flag, u8>: 1, 2), |lock| lock.lock()));
    check(&reports, &ended, 2);

    let reports = isolated(|_cx| {
        let lock = lock_api::Mutex::<Flag, u8>::new(0);
        let _first = lock.lock();
        let _second = lock.lock();
    });
    assert_eq!(reports.len(), 1, "{reports:?}");
    assert_eq!((reports[0].kind(), reports[0].severity()), (Recursion, Certain));
    assert_eq!(reports[0].stacks().len(), 2);
}

/// And one that did go is waited for.
#[test]
fn a_guard_that_is_with_another_thread() {
    let reports = isolated(|cx| {
        let lock: &lock_api::Mutex<Flag, u8> = Box::leak(Box::new(lock_api::Mutex::new(0)));
        let guard = lock.lock();
        let thread = cx.spawn(move || {
            std::thread::sleep(Duration::from_millis(100));
            drop(guard);
        });
        drop(lock.lock());
        thread.join().unwrap();
    });
    assert_eq!(reports.len(), 1, "{reports:?}");
    assert_eq!((reports[0].kind(), reports[0].severity()), (Recursion, Possible));
    assert!(!reports[0].to_text().contains("read_recursive"), "{}", reports[0].to_text());
}
