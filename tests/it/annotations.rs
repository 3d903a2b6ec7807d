//! What a user declares: nesting within a class, rules of a class, and assertions.

use lockdep::ReportKind::{AssertHeld, Inversion, NestLockNotHeld, Recursion, SubclassOrder};
use lockdep::Severity::{Certain, Possible};
use lockdep::parking_lot::{Condvar, Mutex, MutexGuard, ReentrantMutex, RwLock, RwLockUpgradableReadGuard as Upgradable};
use lockdep::spin::SpinLock;
use lockdep::{LockClass, Report, assert_held, assert_none_held, assert_not_held, might_lock, sync};

use crate::support::{assert_cycle, assert_silent, assert_stacks, class, isolated, only};

/// Two locks of this class; the first has the lower address.
fn pair(class: &'static LockClass) -> [Mutex<u32>; 2] {
    [0, 1].map(|n| Mutex::with_class(n, class))
}

/// Keeps what is called before it from taking the place of its caller on the stack, in an optimised build.
fn not_a_tail_call() {
    std::hint::black_box(());
}

#[inline(never)]
fn one_under_the_other(outer: &Mutex<u32>, inner: &Mutex<u32>) {
    let _outer = outer.lock();
    takes(inner);
}

#[inline(never)]
fn takes(lock: &Mutex<u32>) {
    drop(lock.lock());
}

/// The inner one could not be taken after the outer one.
#[track_caller]
fn check_order(reports: &[Report], outer: &str, inner: &str) {
    let report = only(reports, SubclassOrder, Possible);
    assert_stacks(report, &[("first acquired at", outer), ("acquiring at", inner)]);
}

#[inline(never)]
fn child_under_parent(locks: &[Mutex<u32>; 2]) {
    let _parent = locks[0].lock();
    let _child = locks[1].lock_nested(1);
}

#[inline(never)]
fn parent_under_child(locks: &[Mutex<u32>; 2]) {
    let _child = locks[1].lock_nested(1);
    let _parent = locks[0].lock();
}

#[test]
fn levels_in_one_order_are_silent() {
    for order in [child_under_parent, parent_under_child] {
        let locks = pair(class("node"));
        assert_silent(&isolated(|_| (0..2).for_each(|_| order(&locks))));
    }
}

#[inline(never)]
fn parent_tried_under_child(locks: &[Mutex<u32>; 2]) {
    let _child = locks[1].lock_nested(1);
    let _parent = locks[0].try_lock_nested(0).unwrap();
}

#[inline(never)]
fn parent_under_tried_child(locks: &[Mutex<u32>; 2]) {
    let _child = locks[1].try_lock_nested(1).unwrap();
    let _parent = locks[0].lock();
}

/// An attempt is made in any order, and what it takes is held on its level.
#[test]
fn levels_that_are_tried() {
    let locks = pair(class("node"));
    assert_silent(&isolated(|_| {
        child_under_parent(&locks);
        parent_tried_under_child(&locks);
    }));
    let reports = isolated(|_| {
        child_under_parent(&locks);
        parent_under_tried_child(&locks);
    });
    assert_cycle(only(&reports, Inversion, Possible), 2);
    // With another level below the parent's, nothing is wrong: it is the level that is held.
    assert_silent(&isolated(|_| {
        child_under_parent(&locks);
        let _other = locks[1].try_lock_nested(2).unwrap();
        let _parent = locks[0].lock();
    }));
}

#[inline(never)]
fn lower_number_under_tried(locks: &[Mutex<u32>; 2]) {
    let _second = locks[1].try_lock_ordered(2).unwrap();
    takes_first(locks);
}

#[inline(never)]
fn takes_first(locks: &[Mutex<u32>; 2]) {
    drop(locks[0].lock_ordered(1));
    not_a_tail_call();
}

/// An attempt is made in any order, and what it takes is held under its number.
#[test]
fn numbers_that_are_tried() {
    let locks = pair(class("page"));
    assert_silent(&isolated(|_| {
        let _second = locks[1].lock_ordered(2);
        let _first = locks[0].try_lock_ordered(1).unwrap();
    }));
    assert_silent(&isolated(|_| {
        let _first = locks[0].try_lock_ordered(1).unwrap();
        let _second = locks[1].lock_ordered(2);
    }));
    check_order(&isolated(|_| lower_number_under_tried(&locks)), "lower_number_under_tried", "takes_first");
}

/// Read and write, of both kinds of locks: the levels of each attempt are those that are held.
#[test]
fn every_lock_is_tried_on_a_level() {
    macro_rules! levels {
        ($($new:expr, $lock:ident, $try_nested:ident, $try_ordered:ident $(, $unwrap:ident)?;)*) => { $({
            let locks = [$new, $new];
            // As one class, both on level 0, a report; on two levels none.
            let reports = isolated(|_| {
                let _first = locks[0].$try_nested(0).unwrap();
                let _second = locks[1].$lock()$(.$unwrap())?;
            });
            only(&reports, Recursion, Possible);
            assert_silent(&isolated(|_| {
                let _first = locks[0].$try_nested(1).unwrap();
                let _second = locks[1].$lock()$(.$unwrap())?;
            }));
            assert_silent(&isolated(|_| {
                let _second = locks[1].$try_ordered(2).unwrap();
                let _first = locks[0].$try_ordered(1).unwrap();
            }));
        })* };
    }
    let [mutex, rwlock, spin] = ["mutex", "rwlock", "spin"].map(class);
    levels! {
        Mutex::with_class(0, mutex), lock, try_lock_nested, try_lock_ordered;
        sync::Mutex::with_class(0, mutex), lock, try_lock_nested, try_lock_ordered, unwrap;
        RwLock::with_class(0, rwlock), read, try_read_nested, try_read_ordered;
        RwLock::with_class(0, rwlock), write, try_write_nested, try_write_ordered;
        sync::RwLock::with_class(0, rwlock), read, try_read_nested, try_read_ordered, unwrap;
        sync::RwLock::with_class(0, rwlock), write, try_write_nested, try_write_ordered, unwrap;
        SpinLock::with_class(0, spin), lock, try_lock_nested, try_lock_ordered;
    }
}

#[test]
fn levels_in_both_orders() {
    let locks = pair(class("node"));
    let reports = isolated(|_| {
        child_under_parent(&locks);
        parent_under_child(&locks);
    });
    let report = only(&reports, Inversion, Possible);
    assert_cycle(report, 2);
    let mut levels: Vec<_> = report.locks().iter().map(|lock| lock.subclass()).collect();
    levels.sort_unstable();
    assert_eq!(levels, [0, 1]);
    assert!(report.locks().iter().all(|lock| lock.class_name() == "node"));
}

#[test]
fn one_level_twice() {
    let locks = pair(class("node"));
    let reports = isolated(|_| {
        let _first = locks[0].lock_nested(1);
        let _second = locks[1].lock_nested(1);
    });
    let report = only(&reports, Recursion, Possible);
    assert!(report.locks().iter().all(|lock| lock.subclass() == 1));
    // The help, not the source line above it, which names it too.
    let text = report.to_text();
    assert!(text.lines().any(|line| line.starts_with("help: ") && line.contains("lock_nested")), "{text}");
}

#[inline(never)]
fn takes_under(lock: &Mutex<u32>, outer: &sync::Mutex<()>) {
    drop(lock.lock_nest_lock(outer));
}

#[test]
fn under_a_nest_lock_any_order_is_silent() {
    let (locks, outer) = (pair(class("shard")), sync::Mutex::new(()));
    let reports = isolated(|_| {
        for (first, second) in [(0, 1), (1, 0)] {
            let _outer = outer.lock().unwrap();
            let _first = locks[first].lock_nest_lock(&outer);
            let _second = locks[second].lock_nest_lock(&outer);
        }
    });
    assert_silent(&reports);
}

/// What was taken under a nest lock is taken again under it, if that is still held.
#[test]
fn taken_again_under_the_nest_lock() {
    let class = class("node");
    let (locks, outer, ready) = (pair(class), Mutex::new(0), Condvar::new());
    let reports = isolated(|_| {
        let _outer = outer.lock();
        let _first = locks[0].lock_nest_lock(&outer);
        let mut second = locks[1].lock_nest_lock(&outer);
        for _ in 0..2 {
            MutexGuard::unlocked(&mut second, || ());
            MutexGuard::bump(&mut second);
        }
    });
    assert_silent(&reports);
    let reports = isolated(|_| {
        let mut second = {
            let _outer = outer.lock();
            locks[1].lock_nest_lock(&outer)
        };
        let _ = ready.wait_for(&mut second, std::time::Duration::from_millis(1));
    });
    only(&reports, NestLockNotHeld, Possible);
}

#[test]
fn a_nest_lock_that_is_not_held() {
    let (locks, outer) = (pair(class("shard")), sync::Mutex::new(()));
    let reports = isolated(|_| {
        drop(outer.lock().unwrap());
        takes_under(&locks[0], &outer);
    });
    assert_stacks(only(&reports, NestLockNotHeld, Possible), &[("acquiring at", "takes_under")]);
}

#[inline(never)]
fn takes_number(lock: &Mutex<u32>, n: u64) {
    drop(lock.lock_ordered(n));
}

#[test]
fn rising_numbers_are_silent() {
    let locks = pair(class("page"));
    let reports = isolated(|_| {
        for (first, second) in [(0, 1), (1, 0)] {
            let _first = locks[first].lock_ordered(3);
            takes_number(&locks[second], 4);
        }
    });
    assert_silent(&reports);
}

#[test]
fn numbers_that_do_not_rise() {
    for second in [3, 2] {
        let locks = pair(class("page"));
        let reports = isolated(|_| {
            let _first = locks[0].lock_ordered(3);
            takes_number(&locks[1], second);
        });
        check_order(&reports, "numbers_that_do_not_rise", "takes_number");
    }
}

#[test]
fn a_comparator_decides() {
    static RISING: LockClass = LockClass::new("rising").ordered_by(|held, new| held.cmp(&new));
    static FALLING: LockClass = LockClass::new("falling").ordered_by(|held, new| new.cmp(&held));
    let (rising, falling) = (pair(&RISING), pair(&FALLING));
    assert_silent(&isolated(|_| one_under_the_other(&rising[0], &rising[1])));
    assert_silent(&isolated(|_| one_under_the_other(&falling[1], &falling[0])));
    check_order(&isolated(|_| one_under_the_other(&rising[1], &rising[0])), "one_under_the_other", "takes");
    check_order(&isolated(|_| one_under_the_other(&falling[0], &falling[1])), "one_under_the_other", "takes");
}

#[test]
fn nothing_under_a_leaf() {
    static LEAF: LockClass = LockClass::new("stats").leaf();
    let (leaf, other) = (Mutex::with_class(1, &LEAF), Mutex::new(1));
    assert_silent(&isolated(|_| {
        one_under_the_other(&other, &leaf);
        takes(&leaf);
    }));
    check_order(&isolated(|_| one_under_the_other(&leaf, &other)), "one_under_the_other", "takes");
}

#[test]
fn without_validation_no_order_counts() {
    static FREE: LockClass = LockClass::new("free").no_validate();
    let (free, other) = (pair(&FREE), Mutex::new(1));
    let reports = isolated(|_| {
        one_under_the_other(&free[0], &other);
        one_under_the_other(&other, &free[0]);
        one_under_the_other(&free[0], &free[1]);
        one_under_the_other(&free[1], &free[0]);
    });
    assert_silent(&reports);
}

#[test]
fn lock_by_lock_in_one_order_is_silent() {
    static NODE: LockClass = LockClass::new("node").same_class_by_instance();
    let locks = pair(&NODE);
    assert_silent(&isolated(|_| (0..2).for_each(|_| one_under_the_other(&locks[1], &locks[0]))));
}

#[test]
fn lock_by_lock_in_both_orders() {
    static NODE: LockClass = LockClass::new("node").same_class_by_instance();
    let locks = pair(&NODE);
    let reports = isolated(|_| {
        one_under_the_other(&locks[0], &locks[1]);
        one_under_the_other(&locks[1], &locks[0]);
    });
    assert_cycle(only(&reports, Inversion, Possible), 2);
}

#[inline(never)]
fn may_take(lock: &Mutex<u32>) {
    might_lock!(lock);
    not_a_tail_call();
}

#[test]
fn might_lock_counts_as_taking() {
    let (outer, inner) = (Mutex::new(1), Mutex::new(2));
    let reports = isolated(|_| {
        {
            let _outer = outer.lock();
            may_take(&inner);
        }
        one_under_the_other(&inner, &outer);
    });
    let report = only(&reports, Inversion, Possible);
    assert_cycle(report, 2);
    assert_stacks(
        report,
        &[
            ("holding, acquired at", "one_under_the_other"),
            ("acquiring at", "takes"),
            ("holding, acquired at", "might_lock_counts_as_taking"),
            ("acquiring at", "may_take"),
        ],
    );
}

#[test]
fn might_lock_takes_nothing() {
    let (lock, rwlock) = (Mutex::new(1), RwLock::new(1));
    let reports = isolated(|_| {
        may_take(&lock);
        might_lock!(rwlock);
        assert_none_held!();
    });
    assert_silent(&reports);
    assert!(!lock.is_locked() && !rwlock.is_locked());
}

#[test]
fn assertions_that_hold_are_silent() {
    let (lock, rwlock, free) = (Mutex::new(1), RwLock::new(1), sync::Mutex::new(1));
    let reports = isolated(|_| {
        assert_none_held!();
        let lock_guard = lock.lock();
        let read_guard = rwlock.read();
        assert_held!(lock);
        assert_held!(&rwlock);
        assert_not_held!(free);
        drop((lock_guard, read_guard));
        assert_not_held!(lock);
        assert_none_held!();
    });
    assert_silent(&reports);
}

#[inline(never)]
fn wants_it_held(lock: &Mutex<u32>) {
    assert_held!(lock);
    not_a_tail_call();
}

#[inline(never)]
fn wants_it_free(lock: &Mutex<u32>) {
    assert_not_held!(lock);
    not_a_tail_call();
}

#[inline(never)]
fn wants_all_free() {
    assert_none_held!();
    not_a_tail_call();
}

/// Another lock of the class is not the lock, and another thread is not this one.
#[test]
fn assert_held_without_the_lock() {
    let locks = pair(class("table"));
    let reports = isolated(|_| {
        let _other = locks[1].lock();
        wants_it_held(&locks[0]);
    });
    assert_stacks(only(&reports, AssertHeld, Certain), &[("asserted at", "wants_it_held")]);

    let lock = sync::Arc::new(Mutex::new(1));
    let reports = isolated(|cx| {
        let _held = lock.lock();
        let lock = sync::Arc::clone(&lock);
        cx.spawn(move || wants_it_held(&lock)).join().unwrap();
    });
    assert_stacks(only(&reports, AssertHeld, Certain), &[("asserted at", "wants_it_held")]);
}

#[test]
fn assert_not_held_with_the_lock() {
    let lock = Mutex::new(1);
    let reports = isolated(|_| {
        let _held = lock.lock();
        wants_it_free(&lock);
    });
    let expected = [("first acquired at", "assert_not_held_with_the_lock"), ("asserted at", "wants_it_free")];
    assert_stacks(only(&reports, AssertHeld, Certain), &expected);
}

#[test]
fn assert_none_held_with_locks() {
    let (lock, rwlock) = (Mutex::new(1), RwLock::new(1));
    let reports = isolated(|_| {
        let _lock = lock.lock();
        let _read = rwlock.read();
        wants_all_free();
    });
    let test = "assert_none_held_with_locks";
    let expected = [("first acquired at", test), ("first acquired at", test), ("asserted at", "wants_all_free")];
    assert_stacks(only(&reports, AssertHeld, Certain), &expected);
}

#[test]
fn there_is_a_level_for_every_number() {
    let class = class("tree");
    let locks: Vec<_> = (0..=u8::MAX).map(|n| sync::RwLock::with_class(n, class)).collect();
    let reports = isolated(|_| {
        let _held: Vec<_> = (0..=u8::MAX).map(|n| locks[usize::from(n)].read_nested(n).unwrap()).collect();
    });
    assert_silent(&reports);
}

/// A chain that was fine with these numbers says nothing about others.
#[test]
fn numbers_are_looked_at_every_time() {
    let locks = pair(class("page"));
    let reports = isolated(|_| {
        for (first, second) in [(1, 2), (3, 4), (1, 9), (5, 4)] {
            let _first = locks[0].lock_ordered(first);
            takes_number(&locks[1], second);
        }
    });
    check_order(&reports, "numbers_are_looked_at_every_time", "takes_number");
}

#[test]
fn a_lock_without_a_number_under_one_with() {
    let locks = pair(class("page"));
    let reports = isolated(|_| {
        let _first = locks[0].lock_ordered(1);
        takes(&locks[1]);
    });
    only(&reports, Recursion, Possible);
}

/// Another lock of the outer one's class does not count, whatever was proven with the right one.
#[test]
fn a_nest_lock_is_this_very_lock() {
    let class = class("resize");
    let outer = [0, 1].map(|_| sync::Mutex::with_class((), class));
    let locks = pair(self::class("shard"));
    let reports = isolated(|_| {
        let _outer = outer[0].lock().unwrap();
        takes_under(&locks[0], &outer[0]);
        takes_under(&locks[0], &outer[1]);
    });
    only(&reports, NestLockNotHeld, Possible);
}

#[test]
fn lock_by_lock_over_many() {
    static NODE: LockClass = LockClass::new("node").same_class_by_instance();
    let locks: Vec<_> = (0..6).map(|n| Mutex::with_class(n, &NODE)).collect();
    let reports = isolated(|_| (0..6).for_each(|at| one_under_the_other(&locks[at], &locks[(at + 1) % 6])));
    assert_cycle(only(&reports, Inversion, Possible), 6);
    let reports = isolated(|_| one_under_the_other(&locks[0], &locks[0]));
    only(&reports, Recursion, Certain);
}

/// What is known of a lock moves with it, and goes with it.
#[test]
fn lock_by_lock_where_memory_is_used_again() {
    static NODE: LockClass = LockClass::new("node").same_class_by_instance();
    let root = Mutex::with_class(0, &NODE);
    let reports = isolated(|_| {
        for round in 0..50 {
            let node = Box::new(Mutex::with_class(round, &NODE));
            let (outer, inner) = if round % 2 == 0 { (&root, &*node) } else { (&*node, &root) };
            one_under_the_other(outer, inner);
        }
    });
    assert_silent(&reports);
    let reports = isolated(|_| {
        let locks = pair(&NODE);
        one_under_the_other(&locks[0], &locks[1]);
        let [first, second] = locks.map(Box::new);
        one_under_the_other(&second, &first);
    });
    assert_cycle(only(&reports, Inversion, Possible), 2);
}

#[test]
fn two_classes_of_one_name_are_two() {
    let (outer, inner) = (Mutex::with_class(1, class("same")), Mutex::with_class(1, class("same")));
    assert_silent(&isolated(|_| one_under_the_other(&outer, &inner)));
}

#[test]
fn two_types_from_one_place_are_two_classes() {
    fn make<T: Default>() -> sync::Mutex<T> {
        sync::Mutex::new(T::default())
    }
    let (outer, inner) = (make::<u8>(), make::<u16>());
    let reports = isolated(|_| {
        let _outer = outer.lock().unwrap();
        let _inner = inner.lock().unwrap();
    });
    assert_silent(&reports);
}

/// The macros take a place: a field, an element, what a pointer leads to; and leave it where it is.
#[test]
fn assertions_of_any_place() {
    struct Engine {
        shards: Vec<sync::Arc<sync::RwLock<String>>>,
        table: Box<Mutex<String>>,
    }
    let engine = Engine { shards: vec![sync::Arc::default()], table: Box::default() };
    let reports = isolated(|_| {
        might_lock!(engine.shards[0]);
        let _shard = engine.shards[0].write().unwrap();
        let _table = engine.table.lock();
        assert_held!(engine.shards[0]);
        assert_held!(*engine.table);
        assert_held!(&engine.table);
    });
    assert_silent(&reports);
    assert_eq!(engine.table.into_inner(), "");
}

#[test]
fn might_lock_with_the_lock_held() {
    let lock = Mutex::new(1);
    let reports = isolated(|_| {
        let _lock = lock.lock();
        may_take(&lock);
        unreachable!("it might wait for itself");
    });
    let expected = [("first acquired at", "might_lock_with_the_lock_held"), ("acquiring at", "may_take")];
    assert_stacks(only(&reports, Recursion, Certain), &expected);
}

/// An upgrade waits for the readers of the level that the lock was taken on.
#[test]
fn an_upgrade_is_of_the_level_it_was_taken_on() {
    let tree = || {
        let (node, log) = (class("node"), class("log"));
        (RwLock::with_class(0, node), RwLock::with_class(0, node), Mutex::with_class(0, log))
    };
    let reports = isolated(|_| {
        let (parent, child, log) = tree();
        {
            let _parent = parent.read();
            *Upgradable::upgrade(child.upgradable_read_nested(1)) += 1;
        }
        // The lock of another level is taken before the log.
        drop((parent.read(), log.lock()));
        let child = child.upgradable_read_nested(1);
        let _log = log.lock();
        *Upgradable::upgrade(child) += 1;
    });
    assert_silent(&reports);
    let reports = isolated(|_| {
        let (_, child, log) = tree();
        drop((child.read_nested(1), log.lock()));
        let child = child.upgradable_read_nested(1);
        let _log = log.lock();
        *Upgradable::upgrade(child) += 1;
    });
    let report = only(&reports, Inversion, Possible);
    assert!(report.locks().iter().any(|lock| lock.subclass() == 1), "{report}");
}

#[inline(never)]
fn reads_as_a_child(lock: &RwLock<u32>) {
    let _child = lock.read_nested(1);
    assert_not_held!(lock);
}

#[test]
fn what_must_not_be_held_is_shown_as_it_is_held() {
    let reports = isolated(|_| {
        let page = RwLock::with_class(0, class("page"));
        reads_as_a_child(&page);
    });
    let report = only(&reports, AssertHeld, Certain);
    let [lock] = report.locks() else { panic!("{report}") };
    assert_eq!((lock.subclass(), lock.mode()), (1, lockdep::Mode::Read));
    assert_stacks(report, &[("first acquired at", "reads_as_a_child"), ("asserted at", "reads_as_a_child")]);
}

/// As `lock` would.
#[test]
fn a_reentrant_lock_may_be_taken_again_by_its_holder() {
    let reports = isolated(|_| {
        let (tree, log) = (ReentrantMutex::new(0), Mutex::new(0));
        {
            let _log = log.lock();
            might_lock!(tree);
        }
        let _tree = tree.lock();
        might_lock!(tree);
    });
    assert_silent(&reports);
}

/// What nests by itself, as cells do, and what does not, are not made one by a name.
#[test]
fn a_class_of_cells_and_locks() {
    let shared = class("shared");
    for cell_first in [true, false] {
        let reports = isolated(|_| {
            let cells = [(); 2].map(|()| sync::OnceLock::with_class(shared));
            let locks = pair(shared);
            let cell = || {
                cells[0].get_or_init(|| *cells[1].get_or_init(|| 1));
            };
            if cell_first {
                cell();
            }
            one_under_the_other(&locks[0], &locks[1]);
            cell();
        });
        only(&reports, Recursion, Possible);
    }
}
