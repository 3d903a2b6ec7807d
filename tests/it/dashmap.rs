//! Maps of shards: what is held holds its shard, and the shards are judged one by one.

use std::hash::{BuildHasher, Hasher};

use lockdep::ReportKind::{Deadlock, Inversion, Recursion, WaitContext};
use lockdep::Severity::Certain;
use lockdep::dashmap::{DashMap, DashSet};
use lockdep::sync::{Arc, Mutex};
use lockdep::{LockClass, Report};

use crate::support::{assert_kinds, assert_silent, assert_stacks, isolated, of_kind, only};

/// Keys below 4 choose their shard, of four.
#[derive(Clone, Default)]
struct Chosen(u64);

impl Hasher for Chosen {
    fn finish(&self) -> u64 {
        // The shard is in the bits below the first seven.
        self.0 << 55
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.0 |= u64::from(byte));
    }

    fn write_u8(&mut self, n: u8) {
        self.0 = n.into();
    }
}

impl BuildHasher for Chosen {
    type Hasher = Chosen;

    fn build_hasher(&self) -> Chosen {
        Chosen(0)
    }
}

/// Four shards, with the key of its number in each.
fn four() -> DashMap<u8, u32, Chosen> {
    let map = DashMap::with_hasher_and_shard_amount(Chosen(0), 4);
    (0..4).for_each(|n| assert!(map.insert(n, n.into()).is_none()));
    map
}

#[test]
fn the_keys_choose_their_shard() {
    let map = four();
    let keys: Vec<u8> = map.iter().map(|entry| *entry.key()).collect();
    assert_eq!(keys, [0, 1, 2, 3]);
}

#[test]
fn an_entry_that_is_read_under_an_insert() {
    fn reads(map: &DashMap<u8, u32, Chosen>) {
        let old = map.get(&1);
        inserts(map);
        drop(old);
    }
    fn inserts(map: &DashMap<u8, u32, Chosen>) {
        map.insert(1, 9);
    }
    let reports = isolated(|_| reads(&four()));
    let report = only(&reports, Recursion, Certain);
    assert_stacks(report, &[("first acquired at", "reads"), ("acquiring at", "inserts")]);
    let lock = &report.locks()[0];
    assert_eq!(lock.kind(), "DashMap");
    assert!(lock.construction_site().is_some_and(|site| site.file.ends_with("dashmap.rs")), "{report:#?}");
    assert!(lock.acquisition_site().is_some_and(|site| site.file.ends_with("dashmap.rs")), "{report:#?}");
}

/// Each `$hold`, and under it each `$again`, is what `$verdict` says.
macro_rules! under {
    ($verdict:ident, |$map:ident| [$($hold:expr;)*] $again:tt) => { $( under!(@ $verdict, $map, $hold, $again); )* };
    (@ $verdict:ident, $map:ident, $hold:expr, [$($again:expr;)*]) => { $({
        let reports = isolated(|_| {
            let $map = four();
            let _held = $hold;
            let _again = $again;
        });
        $verdict(&reports, concat!(stringify!($again), " under ", stringify!($hold)));
    })* };
}

#[track_caller]
fn hangs(reports: &[Report], what: &str) {
    // What goes through all shards takes one before, against the order of the iterator that holds this one.
    let found: Vec<_> = reports.iter().filter(|report| report.kind() != Inversion).map(|r| (r.kind(), r.severity())).collect();
    assert_eq!(found, [(Recursion, Certain)], "{what}");
    let places =
        |report: &Report| report.to_text().lines().filter(|line| line.trim_start().starts_with("--> ")).collect::<String>();
    // Who formats is not told of its caller.
    let told = |report: &Report| what.starts_with("format!") || !places(report).contains("lockdep/src/");
    assert!(reports.iter().all(told), "{what}: {}", reports[0].to_text());
}

#[track_caller]
fn passes(reports: &[Report], what: &str) {
    assert!(reports.is_empty(), "{what}: {}", reports[0].to_text());
}

#[test]
fn a_writer_waits_for_a_reader() {
    under!(hangs, |map| [
        map.get(&1);
        map.get(&1).map(|entry| entry.map(|value| value));
        map.get_mut(&1).map(|entry| entry.downgrade());
        map.iter().nth(1);
        { let mut iter = map.iter(); iter.nth(1); iter };
    ] [
        map.insert(1, 9);
        map.remove(&1);
        map.remove_if(&1, |_, _| true);
        map.get_mut(&1).is_some();
        map.entry(1).or_insert(9).key();
        map.alter(&1, |_, value| value);
        map.alter_all(|_, value| value);
        map.retain(|_, _| true);
        map.clear();
        map.shrink_to_fit();
        map.iter_mut().count();
    ]);
}

#[test]
fn everybody_waits_for_a_writer() {
    under!(hangs, |map| [
        map.get_mut(&1);
        map.get_mut(&1).map(|entry| entry.map(|value| value));
        map.entry(1);
        map.entry(1).insert_entry(9);
        map.iter_mut().nth(1);
        { let mut iter = map.iter_mut(); iter.nth(1); iter };
    ] [
        map.get(&1).is_some();
        map.contains_key(&1);
        map.view(&1, |_, _| ());
        map.insert(1, 9);
        map.len();
        map.capacity();
        map.iter().count();
        map.clone().len();
        format!("{map:?}");
    ]);
}

#[test]
fn readers_and_attempts_pass() {
    under!(passes, |map| [
        map.get(&1);
        map.iter().nth(1);
    ] [
        map.get(&1).is_some();
        map.contains_key(&1);
        map.len();
        map.iter().count();
        map.clone().len();
        map.try_get(&1).is_present();
        map.try_get_mut(&1).is_locked();
        map.try_entry(1).is_none();
    ]);
    under!(passes, |map| [map.get_mut(&1);] [map.try_get(&1).is_locked(); map.try_entry(1).is_none(); map.get(&2).is_some();]);
}

#[test]
fn what_runs_with_a_shard_held_may_not_come_back() {
    let reports = isolated(|_| {
        let map = four();
        map.entry(1).and_modify(|_| drop(map.get(&1)));
    });
    only(&reports, Recursion, Certain);
    let reports = isolated(|_| {
        let map = four();
        map.retain(|key, _| map.contains_key(key));
    });
    only(&reports, Recursion, Certain);
    let reports = isolated(|_| {
        let map = four();
        map.remove_if(&1, |key, _| map.contains_key(key));
    });
    only(&reports, Recursion, Certain);
}

#[test]
fn iterators_take_shards_in_order() {
    let reports = isolated(|cx| {
        let map = Arc::new(four());
        let threads = [0, 1, 2].map(|n| {
            let map = Arc::clone(&map);
            cx.spawn(move || {
                for _ in 0..20 {
                    match n {
                        0 => assert_eq!(map.iter().count(), 4),
                        1 => map.iter_mut().for_each(|mut value| *value += 1),
                        _ => map.retain(|_, value| *value < 1000),
                    }
                    _ = (map.len(), map.clone().is_empty(), map.iter().map(|entry| *entry).sum::<u32>());
                }
            })
        });
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
    assert_silent(&reports);
}

#[test]
fn two_shards_in_both_orders() {
    fn swap(map: &DashMap<u8, u32, Chosen>, a: u8, b: u8) {
        let mut a = map.get_mut(&a).unwrap();
        let mut b = map.get_mut(&b).unwrap();
        std::mem::swap(&mut *a, &mut *b);
    }
    let reports = isolated(|_| {
        let map = four();
        swap(&map, 1, 2);
        swap(&map, 1, 3);
        swap(&map, 2, 3);
    });
    assert_silent(&reports);
    let reports = isolated(|_| {
        let map = four();
        swap(&map, 1, 2);
        swap(&map, 2, 1);
    });
    assert_kinds(&reports, &[Inversion]);
    let text = reports[0].to_text();
    for words in ["#1` -> `", "#2 here", "#1);", "#2);", "1 lock class involved", "hold no entry while you use the map again"] {
        let words = words.replace("#2 here", "#1` here");
        assert!(text.contains(&words), "`{words}` is missing\n{text}");
    }
    // The shards of two maps are not each other's.
    let reports = isolated(|_| {
        swap(&four(), 1, 2);
        swap(&four(), 2, 1);
    });
    assert_silent(&reports);
}

#[test]
fn readers_in_both_orders_do_not_wait() {
    let reports = isolated(|_| {
        let map = four();
        for (a, b) in [(1, 2), (2, 1)] {
            let _a = map.get(&a);
            let _b = map.get(&b);
        }
        // A writer that needs no second shard changes nothing.
        map.insert(1, 1);
    });
    assert_silent(&reports);
}

#[test]
fn an_iterator_against_a_writer_of_two_shards() {
    let reports = isolated(|_| {
        let map = four();
        assert_eq!(map.iter().count(), 4);
        let _later = map.get_mut(&2);
        map.insert(1, 9);
    });
    // The iterator holds shard 1 as it takes shard 2.
    assert_kinds(&reports, &[Inversion]);
}

#[test]
fn a_map_and_a_lock() {
    let reports = isolated(|_| {
        let (map, lock) = (four(), Mutex::new(()));
        {
            let _entry = map.get(&1);
            let _guard = lock.lock();
        }
        let _guard = lock.lock();
        map.insert(2, 9);
    });
    only(&reports, Inversion, lockdep::Severity::Possible);
}

#[test]
fn threads_that_wait_for_each_others_shards() {
    let reports = isolated(|cx| {
        let (map, meet) = (Arc::new(four()), Arc::new(std::sync::Barrier::new(2)));
        let threads = [(1, 2), (2, 1)].map(|(mine, other)| {
            let (map, meet) = (Arc::clone(&map), Arc::clone(&meet));
            cx.spawn(move || {
                let _mine = map.get_mut(&mine);
                meet.wait();
                map.insert(other, 9);
            })
        });
        assert!(threads.into_iter().any(|thread| thread.join().is_err()));
    });
    of_kind(&reports, Deadlock);
}

#[test]
fn no_map_in_a_handler() {
    let reports = isolated(|cx| {
        let map = four();
        cx.in_handler(libc::SIGUSR1, || drop(map.get(&1)));
    });
    of_kind(&reports, WaitContext);
    let reports = isolated(|cx| {
        let map = DashMap::<u8, u32>::new();
        cx.in_handler(libc::SIGUSR1, || map.try_get(&1).is_absent());
    });
    assert_silent(&reports);
}

#[test]
fn a_set_is_a_map() {
    static CLASS: LockClass = LockClass::new("names");
    let reports = isolated(|_| {
        let set = DashSet::with_class(&CLASS);
        set.insert("a");
        let _held = set.get("a");
        set.remove("a");
    });
    let report = only(&reports, Recursion, Certain);
    assert_eq!(report.locks()[0].class_name(), "names");
    let reports = isolated(|_| {
        let set: DashSet<u8> = [1, 2, 3].into_iter().collect();
        for key in set.iter() {
            set.remove(&key);
        }
    });
    let report = only(&reports, Recursion, Certain);
    assert_eq!(report.locks()[0].kind(), "DashSet");
}

#[test]
fn an_entry_may_end_on_another_thread() {
    let reports = isolated(|cx| {
        let map: &'static DashMap<u8, u32, Chosen> = Box::leak(Box::new(four()));
        let held = map.get_mut(&1);
        cx.spawn(move || drop(held)).join().unwrap();
        map.insert(1, 9);
        lockdep::assert_none_held!();
    });
    assert_silent(&reports);
}

#[test]
fn a_reader_reads_again() {
    let reports = isolated(|_| {
        let map = four();
        let held = map.get(&1).unwrap();
        assert_eq!(*map.get(&1).unwrap(), 1);
        assert!(map.contains_key(&1));
        assert_eq!((map.len(), map.iter().count(), map.view(&1, |_, v| *v)), (4, 4, Some(1)));
        for entry in &map {
            assert_eq!(*map.get(entry.key()).unwrap(), *entry.value());
        }
        drop(held);
    });
    assert_silent(&reports);
}

/// Each shard is held while what is in it is cloned.
#[test]
fn what_a_clone_takes_is_taken_under_a_shard() {
    struct Value(Arc<Mutex<u8>>);

    impl Clone for Value {
        fn clone(&self) -> Value {
            drop(self.0.lock());
            Value(Arc::clone(&self.0))
        }
    }
    let lock = Arc::new(Mutex::with_class(0, crate::support::class("cloned under")));
    let map = DashMap::new();
    map.insert(1, Value(Arc::clone(&lock)));
    assert_silent(&isolated(|_| drop(map.clone())));
    let reports = isolated(|_| {
        drop(map.clone());
        let _lock = lock.lock();
        map.remove(&2);
    });
    only(&reports, Inversion, lockdep::Severity::Possible);
    // What a clone does to the map itself is not said to wait for it: which shard is held then nobody knows.
    #[derive(Debug)]
    struct Reader(std::sync::Weak<DashMap<u8, Reader>>);

    impl Clone for Reader {
        fn clone(&self) -> Reader {
            assert!(self.0.upgrade().unwrap().contains_key(&1));
            Reader(self.0.clone())
        }
    }
    let map =
        Arc::new_cyclic(|map| [(1, Reader(map.clone())), (2, Reader(map.clone()))].into_iter().collect::<DashMap<u8, Reader>>());
    assert_silent(&isolated(|_| drop(DashMap::clone(&map))));
}
