//! `Inversion`: orders that contradict each other, reported before anything blocks, with two stacks for every dependency.

use lockdep::ReportKind::{Inversion, WaitContext};
use lockdep::Severity::{Guarded, Possible};
use lockdep::sync::Arc;
use lockdep::testing::Cx;
use lockdep::{Report, parking_lot, spin, sync};

use crate::support::{assert_cycle, assert_kinds, assert_silent, assert_stacks, class, isolated, of_kind, only};

/// One list of tests for all locks that exclude.
macro_rules! abba {
    ($($name:ident: $Lock:ident in $krate:ident, |$lock:ident| $take:expr;)*) => { $(
        mod $name {
            use super::*;

            type Lock<T> = $krate::$Lock<T>;

            struct Pair {
                wal: Lock<String>,
                cache: Lock<u32>,
            }

            fn pair() -> Pair {
                Pair { wal: Lock::new(String::new()), cache: Lock::new(0) }
            }

            #[inline(never)]
            fn commit(pair: &Pair) {
                let _wal = { let $lock = &pair.wal; $take };
                insert(pair);
            }

            #[inline(never)]
            fn insert(pair: &Pair) {
                let mut cache = { let $lock = &pair.cache; $take };
                *cache += 1;
            }

            #[inline(never)]
            fn evict(pair: &Pair) {
                let _cache = { let $lock = &pair.cache; $take };
                append(pair);
            }

            #[inline(never)]
            fn append(pair: &Pair) {
                let mut wal = { let $lock = &pair.wal; $take };
                wal.push('x');
            }

            fn check(reports: &[Report]) -> &Report {
                let report = only(reports, Inversion, Possible);
                assert_cycle(report, 2);
                assert_stacks(report, &[
                    ("holding, acquired at", "evict"),
                    ("acquiring at", "append"),
                    ("holding, acquired at", "commit"),
                    ("acquiring at", "insert"),
                ]);
                let types: Vec<_> = report.locks().iter().map(|lock| lock.type_name()).collect();
                assert_eq!(types, ["u32", "alloc::string::String"]);
                assert!(report.evidence().gates.is_empty());
                report
            }

            #[test]
            fn by_one_thread() {
                let pair = pair();
                let reports = isolated(|_| {
                    commit(&pair);
                    evict(&pair);
                    // Known by now: one bug, one report.
                    commit(&pair);
                    evict(&pair);
                });
                let evidence = check(&reports).evidence();
                assert!(evidence.same_thread && !evidence.ordered);
            }

            #[test]
            fn by_two_joined_threads() {
                let pair = Arc::new(pair());
                let reports = isolated(|cx| {
                    let (first, second) = (Arc::clone(&pair), Arc::clone(&pair));
                    cx.spawn(move || commit(&first)).join().unwrap();
                    cx.spawn(move || evict(&second)).join().unwrap();
                });
                let evidence = check(&reports).evidence();
                assert!(!evidence.same_thread && evidence.ordered);
            }

            /// The parent had done its part before the thread began.
            #[test]
            fn by_a_thread_and_its_parent() {
                let pair = Arc::new(pair());
                let reports = isolated(|cx| {
                    commit(&pair);
                    let theirs = Arc::clone(&pair);
                    cx.spawn(move || evict(&theirs)).join().unwrap();
                });
                let evidence = check(&reports).evidence();
                assert!(!evidence.same_thread && evidence.ordered);
            }

            /// The parent does its part again while the thread lives, so nothing orders them.
            #[test]
            fn by_a_thread_and_its_parent_together() {
                let pair = Arc::new(pair());
                let reports = isolated(|cx| {
                    commit(&pair);
                    let theirs = Arc::clone(&pair);
                    let (go, wait) = std::sync::mpsc::channel();
                    let thread = cx.spawn(move || {
                        wait.recv().unwrap();
                        evict(&theirs);
                    });
                    commit(&pair);
                    go.send(()).unwrap();
                    thread.join().unwrap();
                });
                let evidence = check(&reports).evidence();
                assert!(!evidence.same_thread && !evidence.ordered);
            }

            #[test]
            fn one_order_is_silent() {
                let pair = Arc::new(pair());
                let reports = isolated(|cx| {
                    for _ in 0..4 {
                        let theirs = Arc::clone(&pair);
                        cx.spawn(move || (0..100).for_each(|_| commit(&theirs)));
                    }
                    (0..100).for_each(|_| commit(&pair));
                });
                assert_silent(&reports);
            }
        }
    )* };
}

abba! {
    mutex: Mutex in parking_lot, |lock| lock.lock();
    fair_mutex: FairMutex in parking_lot, |lock| lock.lock();
    rwlock: RwLock in parking_lot, |lock| lock.write();
    std_mutex: Mutex in sync, |lock| lock.lock().unwrap();
    std_rwlock: RwLock in sync, |lock| lock.write().unwrap();
    spin_lock: SpinLock in spin, |lock| lock.lock();
    rw_spin_lock: RwSpinLock in spin, |lock| lock.write();
}

mod cycles {
    use super::*;

    /// Takes every lock under the one before it, and the first under the last.
    fn ring(n: usize) -> Vec<Report> {
        let locks: Vec<_> = (0..n).map(|i| parking_lot::Mutex::with_class((), class(format!("ring {i}")))).collect();
        isolated(|_| {
            for i in 0..n {
                let _held = locks[i].lock();
                let _taken = locks[(i + 1) % n].lock();
            }
        })
    }

    #[test]
    fn of_three_four_and_a_hundred_locks() {
        for n in [2, 3, 4, 100] {
            let reports = ring(n);
            let report = only(&reports, Inversion, Possible);
            assert_cycle(report, n);
            // The dependency that closes it comes first, and from there on its order.
            let names: Vec<_> = report.locks().iter().map(|lock| lock.class_name().to_owned()).collect();
            let expected: Vec<_> = (0..n).map(|i| format!("ring {}", (i + n - 1) % n)).collect();
            assert_eq!(names, expected);
            assert!(report.evidence().same_thread);
        }
    }

    #[test]
    fn of_four_locks_by_four_threads() {
        let locks: Vec<_> = (0..4).map(|i| Arc::new(sync::Mutex::with_class((), class(format!("thread ring {i}"))))).collect();
        let reports = isolated(|cx| {
            for i in 0..4 {
                let (held, taken) = (Arc::clone(&locks[i]), Arc::clone(&locks[(i + 1) % 4]));
                let thread = cx.spawn(move || {
                    let _held = held.lock().unwrap();
                    let _taken = taken.lock().unwrap();
                });
                thread.join().unwrap();
            }
        });
        let report = only(&reports, Inversion, Possible);
        assert_cycle(report, 4);
        assert!(report.evidence().ordered);
    }

    /// Two ways around: the shorter one is shown.
    #[test]
    fn the_shortest_is_reported() {
        let locks: Vec<_> = (0..5).map(|i| parking_lot::Mutex::with_class((), class(format!("short {i}")))).collect();
        let reports = isolated(|_| {
            let take = |held: usize, taken: usize| {
                let _held = locks[held].lock();
                let _taken = locks[taken].lock();
            };
            for (held, taken) in [(0, 1), (1, 2), (2, 3), (3, 4), (1, 4)] {
                take(held, taken);
            }
            take(4, 0);
        });
        assert_cycle(only(&reports, Inversion, Possible), 3);
    }

    /// The middle lock is released before the inner one: the outer one still counts.
    #[test]
    fn every_held_lock_counts() {
        let locks: Vec<_> = (0..3).map(|i| parking_lot::Mutex::with_class((), class(format!("middle {i}")))).collect();
        let reports = isolated(|_| {
            {
                let _outer = locks[0].lock();
                let middle = locks[1].lock();
                drop(middle);
                let _inner = locks[2].lock();
            }
            let _inner = locks[2].lock();
            let _outer = locks[0].lock();
        });
        assert_cycle(only(&reports, Inversion, Possible), 2);
    }

    #[test]
    fn two_cycles_are_two_reports() {
        let locks: Vec<_> = (0..4).map(|i| parking_lot::Mutex::with_class((), class(format!("two {i}")))).collect();
        let reports = isolated(|_| {
            for (held, taken) in [(0, 1), (1, 0), (2, 3), (3, 2)] {
                let _held = locks[held].lock();
                let _taken = locks[taken].lock();
            }
        });
        assert_kinds(&reports, &[Inversion, Inversion]);
        assert_ne!(reports[0].id(), reports[1].id());
    }

    #[inline(never)]
    fn queue_then_table(queue: &sync::Mutex<u8>, table: &parking_lot::RwLock<u16>) {
        let _queue = queue.lock().unwrap();
        let _table = table.write();
    }

    #[inline(never)]
    fn table_then_ring(table: &parking_lot::RwLock<u16>, ring: &spin::SpinLock<u32>) {
        let _table = table.read();
        let _ring = ring.lock();
    }

    #[inline(never)]
    fn ring_then_queue(ring: &spin::SpinLock<u32>, queue: &sync::Mutex<u8>) {
        let _ring = ring.lock();
        let _queue = queue.lock().unwrap();
    }

    /// A sleeping lock under a spin lock is wrong by itself, and said besides.
    #[test]
    fn over_locks_of_three_kinds() {
        let (queue, table, ring) = (sync::Mutex::new(1), parking_lot::RwLock::new(1), spin::SpinLock::new(1));
        let reports = isolated(|_| {
            queue_then_table(&queue, &table);
            table_then_ring(&table, &ring);
            ring_then_queue(&ring, &queue);
        });
        assert_kinds(&reports, &[Inversion, WaitContext]);
        let report = of_kind(&reports, Inversion);
        assert_cycle(report, 3);
        assert_stacks(
            report,
            &[
                ("holding, acquired at", "ring_then_queue"),
                ("acquiring at", "ring_then_queue"),
                ("holding, acquired at", "queue_then_table"),
                ("acquiring at", "queue_then_table"),
                ("holding, acquired at", "table_then_ring"),
                ("acquiring at", "table_then_ring"),
            ],
        );
        let kinds: Vec<_> = report.locks().iter().map(|lock| lock.kind()).collect();
        assert_eq!(kinds, ["SpinLock", "Mutex", "RwLock"]);
    }
}

mod readers {
    use super::*;

    /// Holds the first, takes the second, and the other way round.
    macro_rules! both_ways {
        (|$a:ident, $b:ident| $first:expr, $second:expr; $third:expr, $fourth:expr) => {{
            let $a = parking_lot::RwLock::with_class(1, class("a"));
            let $b = parking_lot::RwLock::with_class(1, class("b"));
            isolated(|_| {
                {
                    let _first = $first;
                    let _second = $second;
                }
                let _third = $third;
                let _fourth = $fourth;
            })
        }};
    }

    /// A reader waits behind a queued writer, so readers are in each other's way.
    #[test]
    fn a_cycle_over_readers_that_wait_counts() {
        for reports in [
            both_ways!(|a, b| a.read(), b.write(); b.read(), a.write()),
            both_ways!(|a, b| a.read(), b.write(); b.write(), a.read()),
            both_ways!(|a, b| a.read(), b.read(); b.read(), a.read()),
            both_ways!(|a, b| a.upgradable_read(), b.write(); b.read(), a.upgradable_read()),
            both_ways!(|a, b| a.write(), b.read_recursive(); b.write(), a.read_recursive()),
        ] {
            assert_cycle(only(&reports, Inversion, Possible), 2);
        }
    }

    /// A recursive reader waits for no reader: where it waits and a reader holds, the circle is open.
    #[test]
    fn a_cycle_over_recursive_readers_does_not() {
        for reports in [
            both_ways!(|a, b| a.read_recursive(), b.read_recursive(); b.read_recursive(), a.read_recursive()),
            both_ways!(|a, b| a.read(), b.read_recursive(); b.read(), a.read_recursive()),
            both_ways!(|a, b| a.write(), b.read_recursive(); b.read(), a.write()),
        ] {
            assert_silent(&reports);
        }
    }

    /// As `compactions` of `surrealkv`: held shared by those who compact, wanted exclusively by who restores.
    #[test]
    fn the_scenario_says_how_each_thread_takes_it() {
        let reports = isolated(|_| {
            let (tables, log) = (parking_lot::RwLock::new(1), parking_lot::Mutex::new("flushes"));
            {
                let _log = log.lock();
                *tables.write() += 1;
            }
            let _tables = tables.read();
            drop(log.lock());
        });
        let text = only(&reports, Inversion, Possible).to_text();
        let calls = |verb: &str| text.matches(&format!("  {verb}(")).count();
        assert_eq!((calls("read"), calls("write")), (1, 1), "{text}");
    }

    #[test]
    fn a_reader_passes_an_upgradable_one() {
        let (table, log) = (parking_lot::RwLock::new(1_u8), parking_lot::Mutex::new(1_u16));
        let reports = isolated(|_| {
            drop((table.upgradable_read(), log.lock()));
            let _log = log.lock();
            drop(table.read());
        });
        assert_silent(&reports);
    }

    #[test]
    fn std_readers_wait_too() {
        let (a, b) = (sync::RwLock::new(1_u8), sync::RwLock::new(1_u16));
        let reports = isolated(|_| {
            {
                let _a = a.read().unwrap();
                let _b = b.read().unwrap();
            }
            let _b = b.read().unwrap();
            let _a = a.read().unwrap();
        });
        let report = only(&reports, Inversion, Possible);
        assert_cycle(report, 2);
        assert!(report.to_text().contains("a reader waits for another only where a writer waits between them"), "{report}");
    }

    /// The upgrade is what waits, and readers are what it waits for: nobody else can be inside.
    #[test]
    fn an_upgrade_is_an_acquisition() {
        let (a, b) = (parking_lot::RwLock::new(1_u8), parking_lot::Mutex::new(1_u16));
        let upgrades = || {
            let guard = a.upgradable_read();
            let _b = b.lock();
            let _a = parking_lot::RwLockUpgradableReadGuard::upgrade(guard);
        };
        let reports = isolated(|_| {
            {
                let _a = a.read();
                let _b = b.lock();
            }
            upgrades();
        });
        assert_cycle(only(&reports, Inversion, Possible), 2);
        let reports = isolated(|_| {
            {
                let _a = a.write();
                let _b = b.lock();
            }
            upgrades();
        });
        assert_silent(&reports);
    }

    #[test]
    fn a_downgrade_is_none() {
        let (a, b) = (parking_lot::RwLock::new(1_u8), parking_lot::Mutex::new(1_u16));
        let reports = isolated(|_| {
            let guard = a.write();
            let _b = b.lock();
            let _a = parking_lot::RwLockWriteGuard::downgrade(guard);
        });
        assert_silent(&reports);
    }
}

mod attempts {
    use super::*;

    fn locks() -> (parking_lot::Mutex<u8>, sync::Mutex<u16>) {
        (parking_lot::Mutex::new(0), sync::Mutex::new(0))
    }

    /// An attempt does not wait, so it comes after nothing.
    #[test]
    fn an_attempt_closes_no_cycle() {
        let (a, b) = locks();
        let reports = isolated(|_| {
            {
                let _a = a.lock();
                let _b = b.lock().unwrap();
            }
            let _b = b.lock().unwrap();
            let _a = a.try_lock().unwrap();
        });
        assert_silent(&reports);
        let (a, b) = locks();
        let reports = isolated(|_| {
            {
                let _a = a.lock();
                let _b = b.try_lock().unwrap();
            }
            let _b = b.lock().unwrap();
            let _a = a.lock();
        });
        assert_silent(&reports);
    }

    /// What an attempt took is held like anything else.
    #[test]
    fn what_it_took_is_held() {
        let (a, b) = locks();
        let reports = isolated(|_| {
            {
                let _a = a.try_lock().unwrap();
                let _b = b.lock().unwrap();
            }
            let _b = b.try_lock().unwrap();
            let _a = a.lock();
        });
        assert_cycle(only(&reports, Inversion, Possible), 2);
    }

    #[test]
    fn a_failed_one_leaves_no_trace() {
        let (a, b) = locks();
        let (a, b) = (Arc::new(a), Arc::new(b));
        let reports = isolated(|cx| {
            let held = a.lock();
            let (theirs, other) = (Arc::clone(&a), Arc::clone(&b));
            let thread = cx.spawn(move || {
                assert!(theirs.try_lock().is_none());
                let _other = other.lock().unwrap();
            });
            thread.join().unwrap();
            drop(held);
            let _b = b.lock().unwrap();
            let _a = a.lock();
        });
        assert_silent(&reports);
    }
}

mod gates {
    use super::*;

    fn under(gate: Option<&parking_lot::Mutex<()>>, first: &parking_lot::Mutex<u8>, second: &sync::Mutex<u16>, turn: bool) {
        let _gate = gate.map(parking_lot::Mutex::lock);
        if turn {
            let _second = second.lock().unwrap();
            let _first = first.lock();
        } else {
            let _first = first.lock();
            let _second = second.lock().unwrap();
        }
    }

    #[test]
    fn a_common_gate_guards() {
        let gate = parking_lot::Mutex::with_class((), class("gate"));
        let (a, b) = (parking_lot::Mutex::new(0), sync::Mutex::new(0));
        let reports = isolated(|_| {
            under(Some(&gate), &a, &b, false);
            under(Some(&gate), &a, &b, true);
        });
        let report = only(&reports, Inversion, Guarded);
        assert_eq!(report.evidence().gates, ["gate"]);
        assert_cycle(report, 2);
    }

    /// Another lock of the same class keeps nobody apart.
    #[test]
    fn two_gates_of_one_class_do_not() {
        let class = class("gate");
        let gates = [0, 1].map(|_| parking_lot::Mutex::with_class((), class));
        let (a, b) = (parking_lot::Mutex::new(0), sync::Mutex::new(0));
        let reports = isolated(|_| {
            under(Some(&gates[0]), &a, &b, false);
            under(Some(&gates[1]), &a, &b, true);
        });
        only(&reports, Inversion, Possible);
    }

    /// Once the gate was missing it is no gate, also if that chain was proven long ago.
    #[test]
    fn a_gate_that_was_missing_once_does_not() {
        for missing in [false, true] {
            let gate = parking_lot::Mutex::with_class((), class("gate"));
            let (a, b) = (parking_lot::Mutex::new(0), sync::Mutex::new(0));
            let reports = isolated(|_| {
                for _ in 0..3 {
                    under(Some(&gate), &a, &b, false);
                    under(Some(&gate), &a, &b, true);
                }
                under(None, &a, &b, missing);
            });
            let report = only(&reports, Inversion, Possible);
            assert!(report.evidence().gates.is_empty());
        }
    }

    /// Where a plain read passes writers that wait, a chain with it is remembered as that.
    #[test]
    fn nor_does_one_that_a_reader_in_a_handler_was_without() {
        for read in [false, true] {
            let gate = class("gate");
            let gates = [0, 1].map(|_| spin::SpinLock::with_class((), gate));
            let (a, b) = (spin::SpinLock::with_class(0, class("a")), spin::RwSpinLock::with_class(0, class("b")));
            let forth = |gate: &spin::SpinLock<()>| {
                let _gate = gate.lock();
                let _a = a.lock();
                if read { drop(b.read()) } else { drop(b.write()) }
            };
            let reports = isolated(|cx| {
                cx.in_handler(libc::SIGUSR1, || forth(&gates[0]));
                cx.in_handler(libc::SIGUSR1, || {
                    let _gate = gates[0].lock();
                    let _b = b.write();
                    drop(a.lock());
                });
                cx.in_handler(libc::SIGUSR1, || forth(&gates[1]));
            });
            assert!(only(&reports, Inversion, Possible).evidence().gates.is_empty(), "read: {read}");
        }
    }

    #[test]
    fn readers_of_a_gate_are_not_kept_apart() {
        let gate = parking_lot::RwLock::with_class((), class("gate"));
        let (a, b) = (parking_lot::Mutex::new(0), sync::Mutex::new(0));
        let reports = isolated(|_| {
            for turn in [false, true] {
                let _gate = gate.read();
                under(None, &a, &b, turn);
            }
        });
        only(&reports, Inversion, Possible);
        let reports = isolated(|_| {
            {
                let _gate = gate.read();
                under(None, &a, &b, false);
            }
            let _gate = gate.write();
            under(None, &a, &b, true);
        });
        only(&reports, Inversion, Guarded);
    }
}

/// A condition variable: who waits with a lock held waits for whoever notifies with it held.
mod condition_variables {
    use super::*;

    fn wait_with_lock(
        cx: &Cx,
        config: &Arc<parking_lot::Mutex<u8>>,
        state: &Arc<(parking_lot::Mutex<bool>, parking_lot::Condvar)>,
    ) {
        let (config, state) = (Arc::clone(config), Arc::clone(state));
        let thread = cx.spawn(move || {
            let _config = config.lock();
            let mut ready = state.0.lock();
            state.1.wait_for(&mut ready, std::time::Duration::from_millis(1));
        });
        thread.join().unwrap();
    }

    fn notify_with_lock(config: &parking_lot::Mutex<u8>, state: &(parking_lot::Mutex<bool>, parking_lot::Condvar)) {
        let _config = config.lock();
        state.1.notify_all();
    }

    #[test]
    fn waiting_with_a_lock_that_the_notifier_needs() {
        for notify_first in [false, true] {
            let config = Arc::new(parking_lot::Mutex::new(0));
            let state = Arc::new((parking_lot::Mutex::new(false), parking_lot::Condvar::new()));
            let reports = isolated(|cx| {
                if notify_first {
                    notify_with_lock(&config, &state);
                    wait_with_lock(cx, &config, &state);
                } else {
                    wait_with_lock(cx, &config, &state);
                    notify_with_lock(&config, &state);
                }
            });
            let report = only(&reports, Inversion, Possible);
            let mut kinds: Vec<_> = report.locks().iter().map(|lock| lock.kind().to_owned()).collect();
            kinds.sort();
            assert_eq!(kinds, ["Condvar", "Mutex"], "{}", report.to_text());
        }
    }

    #[test]
    fn waiting_with_nothing_else_is_silent() {
        let state = Arc::new((sync::Mutex::new(false), sync::Condvar::new()));
        let reports = isolated(|cx| {
            let theirs = Arc::clone(&state);
            let thread = cx.spawn(move || {
                *theirs.0.lock().unwrap() = true;
                theirs.1.notify_all();
                let _held = theirs.0.lock().unwrap();
                theirs.1.notify_one();
            });
            let ready = state.0.lock().unwrap();
            let ready = state.1.wait_while(ready, |ready| !*ready).unwrap();
            assert!(*ready);
            drop(ready);
            thread.join().unwrap();
        });
        assert_silent(&reports);
    }
}

/// Hand over hand no more than two locks are held at a time, and the order of all of them is known.
#[test]
fn hand_over_hand() {
    let locks: Vec<_> = (0..4).map(|n| parking_lot::Mutex::with_class(n, class(format!("hand {n}")))).collect();
    let reports = isolated(|_| {
        for _ in 0..3 {
            let mut held = locks[0].lock();
            for next in &locks[1..] {
                // The next one first, then the one before is released.
                let next = next.lock();
                drop(std::mem::replace(&mut held, next));
            }
        }
        let _last = locks[3].lock();
        let _first = locks[0].lock();
    });
    assert_cycle(only(&reports, Inversion, Possible), 4);
}

/// Three classes can go around in two ways.
#[test]
fn the_way_around_tells_cycles_apart() {
    let locks = ["a", "b", "c"].map(|name| parking_lot::Mutex::with_class(0, class(name)));
    let ways = [[0, 1, 2], [2, 1, 0]].map(|way| {
        isolated(|_| {
            for at in 0..3 {
                let _first = locks[way[at]].lock();
                drop(locks[way[(at + 1) % 3]].lock());
            }
        })
    });
    let [one, other] = [0, 1].map(|at| only(&ways[at], Inversion, Possible).id());
    assert_ne!(one, other);
}
