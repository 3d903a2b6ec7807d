//! How sure a report is, and what makes right code silent.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::channel;

use lockdep::parking_lot::{Mutex, MutexGuard, RwLock};
use lockdep::spin::SpinLock;
use lockdep::sync::OnceLock;
use lockdep::{LockClass, Report, might_lock};

use crate::case::{cases, class};

struct Locks {
    gate: Mutex<()>,
    other_gate: Mutex<()>,
    shared_gate: RwLock<()>,
    a: Mutex<u8>,
    b: Mutex<u8>,
}

impl Locks {
    fn new() -> Arc<Locks> {
        let gates = class("gate");
        Arc::new(Locks {
            gate: Mutex::with_class((), gates),
            other_gate: Mutex::with_class((), gates),
            shared_gate: RwLock::with_class((), class("shared gate")),
            a: Mutex::with_class(0, class("a")),
            b: Mutex::with_class(0, class("b")),
        })
    }

    fn forth(&self) {
        let _a = self.a.lock();
        let _b = self.b.lock();
    }

    fn back(&self) {
        let _b = self.b.lock();
        let _a = self.a.lock();
    }
}

/// The words of the one report's last lines, in one line.
fn help(reports: &[Report]) -> String {
    let text = reports[0].to_text();
    let help = text.split("\nhelp: ").nth(1).unwrap_or_else(|| panic!("no help in\n{text}"));
    help.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A list whose nodes have one class.
fn list(class: &'static LockClass) -> Vec<Mutex<u32>> {
    (0..6).map(|n| Mutex::with_class(n, class)).collect()
}

/// Walks a list hand over hand: the next node is taken before the last one is released.
fn walk<'l>(list: &'l [Mutex<u32>], take: impl Fn(usize, &'l Mutex<u32>) -> MutexGuard<'l, u32>) {
    let mut held = VecDeque::new();
    for (at, node) in list.iter().enumerate() {
        held.push_back(take(at, node));
        if held.len() == 2 {
            held.pop_front();
        }
    }
}

/// A table of objects, each with a lock of its own.
struct Table {
    list: Mutex<Vec<Arc<Mutex<u32>>>>,
    objects: &'static LockClass,
}

impl Table {
    fn new() -> Table {
        Table { list: Mutex::with_class(Vec::new(), class("list")), objects: class("object") }
    }

    /// Takes a new object as `take` says, then makes it known, still held.
    fn publish(&self, take: impl FnOnce(&Mutex<u32>) -> MutexGuard<'_, u32>) {
        let object = Arc::new(Mutex::with_class(0, self.objects));
        let mut fresh = take(&object);
        self.list.lock().push(Arc::clone(&object));
        *fresh = 1;
    }

    /// Takes a known one under the list.
    fn look(&self) {
        let list = self.list.lock();
        list.iter().for_each(|object| assert_eq!(*object.lock(), 1));
    }
}

static BY_ADDRESS: LockClass = LockClass::new("node").ordered_by(|held, new| held.cmp(&new));
static BY_INSTANCE: LockClass = LockClass::new("node").same_class_by_instance();

/// What a lock order may be declared by; the report of one that is not declared names them all.
const ANNOTATIONS: [&str; 4] = ["`lock_nested(1)`", "`lock_ordered(n)`", "`ordered_by`", "`same_class_by_instance`"];

cases! {
    /// Both orders under one gate: broken, but nothing can happen as long as the gate is there.
    a_gate_on_all_sides => ["Inversion Guarded: b, a (same thread) (gate gate)"], |_| {
        let locks = Locks::new();
        { let _gate = locks.gate.lock(); locks.forth(); }
        { let _gate = locks.gate.lock(); locks.back(); }
    }

    /// By two threads at the same time.
    a_gate_and_two_threads => ["Inversion Guarded: b, a (gate gate)"], |cx| {
        let locks = Locks::new();
        let theirs = Arc::clone(&locks);
        let (first, then) = (channel::<()>(), channel::<()>());
        let thread = cx.spawn(move || {
            { let _gate = theirs.gate.lock(); theirs.forth(); }
            first.0.send(()).unwrap();
            then.1.recv().unwrap();
        });
        first.1.recv().unwrap();
        { let _gate = locks.gate.lock(); locks.back(); }
        then.0.send(()).unwrap();
        thread.join().unwrap();
    }

    /// A gate that was there on one side only.
    a_gate_on_one_side => ["Inversion Possible: b, a (same thread)"], |_| {
        let locks = Locks::new();
        { let _gate = locks.gate.lock(); locks.forth(); }
        locks.back();
    }

    /// Two locks of the gate's class are two gates.
    two_gates_of_one_class => ["Inversion Possible: b, a (same thread)"], |_| {
        let locks = Locks::new();
        { let _gate = locks.gate.lock(); locks.forth(); }
        { let _gate = locks.other_gate.lock(); locks.back(); }
    }

    /// Once the gate is missing, the report of before is made again, and surer.
    a_gate_that_is_missing_later => ["Inversion Possible: a, b (same thread)"], |_| {
        let locks = Locks::new();
        { let _gate = locks.gate.lock(); locks.forth(); }
        { let _gate = locks.gate.lock(); locks.back(); }
        locks.forth();
    }

    /// … or is another one of its class, where all classes have been seen in this order before.
    a_gate_that_is_another_one_later => ["Inversion Possible: a, b (same thread)"], |_| {
        let locks = Locks::new();
        for _ in 0..2 {
            { let _gate = locks.gate.lock(); locks.forth(); }
            { let _gate = locks.gate.lock(); locks.back(); }
        }
        { let _gate = locks.other_gate.lock(); locks.forth(); }
    }

    /// Readers of a gate let each other in.
    a_gate_that_both_sides_read => ["Inversion Possible: b, a (same thread)"], |_| {
        let locks = Locks::new();
        { let _gate = locks.shared_gate.read(); locks.forth(); }
        { let _gate = locks.shared_gate.read(); locks.back(); }
    }

    /// One side that writes is enough.
    a_gate_that_one_side_writes => ["Inversion Guarded: b, a (same thread) (gate shared gate)"], |_| {
        let locks = Locks::new();
        { let _gate = locks.shared_gate.read(); locks.forth(); }
        { let _gate = locks.shared_gate.write(); locks.back(); }
    }

    /// A gate may be taken by an attempt: it is held all the same.
    a_gate_by_try_lock => ["Inversion Guarded: b, a (same thread) (gate gate)"], |_| {
        let locks = Locks::new();
        { let _gate = locks.gate.try_lock().unwrap(); locks.forth(); }
        { let _gate = locks.gate.lock(); locks.back(); }
    }

    /// One thread did all of it: it would have to be in two places at once, until a second thread does the same.
    a_cycle_that_needs_one_thread_twice => ["Inversion Possible: b, a (same thread)"], |_| {
        let locks = Locks::new();
        locks.forth();
        locks.back();
    } then |reports| {
        assert!(reports[0].to_text().contains("one thread"), "{}", reports[0].to_text());
    }

    /// Three parts and two threads, one of which would have to do two parts at once.
    a_cycle_of_two_threads_that_needs_one_twice => ["Inversion Possible: c, a, b (same thread)"], |cx| {
        let (locks, c) = (Locks::new(), Arc::new(Mutex::with_class(0_u8, class("c"))));
        let (theirs, their_c) = (Arc::clone(&locks), Arc::clone(&c));
        let (first, then) = (channel::<()>(), channel::<()>());
        let thread = cx.spawn(move || {
            theirs.forth();
            drop((theirs.b.lock(), their_c.lock()));
            first.0.send(()).unwrap();
            then.1.recv().unwrap();
        });
        first.1.recv().unwrap();
        drop((c.lock(), locks.a.lock()));
        then.0.send(()).unwrap();
        thread.join().unwrap();
    } then |reports| {
        assert!(reports[0].to_text().contains("one thread would have to"), "{}", reports[0].to_text());
    }

    /// Two threads that may run at the same time: nothing speaks against it.
    a_cycle_of_two_threads => ["Inversion Possible: b, a"], |cx| {
        let locks = Locks::new();
        let theirs = Arc::clone(&locks);
        let (first, then) = (channel::<()>(), channel::<()>());
        let thread = cx.spawn(move || {
            theirs.forth();
            first.0.send(()).unwrap();
            then.1.recv().unwrap();
        });
        first.1.recv().unwrap();
        locks.back();
        then.0.send(()).unwrap();
        thread.join().unwrap();
    }

    /// The thread was joined before its parent did the other part.
    a_cycle_ordered_by_join => ["Inversion Possible: b, a (ordered)"], |cx| {
        let locks = Locks::new();
        let theirs = Arc::clone(&locks);
        cx.spawn(move || theirs.forth()).join().unwrap();
        locks.back();
    } then |reports| {
        assert!(reports[0].to_text().contains("did not overlap"), "{}", reports[0].to_text());
    }

    /// The parent did its part before it began the thread.
    a_cycle_ordered_by_spawn => ["Inversion Possible: b, a (ordered)"], |cx| {
        let locks = Locks::new();
        locks.forth();
        let theirs = Arc::clone(&locks);
        cx.spawn(move || theirs.back()).join().unwrap();
    }

    /// Hand over hand, unannotated: one run shows one direction only. The report names the annotations.
    hand_over_hand => ["Recursion Possible: node, node"], |_| {
        let list = list(class("node"));
        walk(&list, |_, node| node.lock());
    } then |reports| {
        let help = help(reports);
        ANNOTATIONS.iter().for_each(|annotation| assert!(help.contains(annotation), "{help}"));
    }

    /// Hand over hand, with the place in the list as the number.
    hand_over_hand_by_number => [], |_| {
        let list = list(class("node"));
        for _ in 0..3 {
            walk(&list, |at, node| node.lock_ordered(at as u64));
        }
    }

    /// … against the numbers.
    hand_over_hand_against_the_numbers => ["SubclassOrder Possible: node, node"], |_| {
        let list = list(class("node"));
        walk(&list, |at, node| node.lock_ordered(at as u64));
        walk(&list[..2], |at, node| node.lock_ordered(9 - at as u64));
    } then |reports| {
        assert!(help(reports).contains("rising numbers"));
    }

    /// Hand over hand, judged node by node.
    hand_over_hand_by_instance => [], |_| {
        let list = list(&BY_INSTANCE);
        for _ in 0..3 {
            walk(&list, |_, node| node.lock());
        }
    }

    /// … and node by node the other direction is found, over as many nodes as it takes.
    hand_over_hand_in_both_directions => ["Inversion Possible: node, node (same thread)"], |_| {
        let list = list(&BY_INSTANCE);
        walk(&list, |_, node| node.lock());
        let _later = list[1].lock();
        let _earlier = list[0].lock();
    }

    /// Hand over hand, two levels in turn: right as long as the levels never wrap around, which is what the report is about.
    hand_over_hand_by_two_levels => ["Inversion Possible: node, node (same thread)"], |_| {
        let list = list(class("node"));
        walk(&list, |at, node| node.lock_nested((at % 2) as u8));
    }

    /// A level for each node.
    hand_over_hand_by_levels => [], |_| {
        let list = list(class("node"));
        for _ in 0..3 {
            walk(&list, |at, node| node.lock_nested(at as u8));
        }
    }

    /// Ordered by address, unannotated.
    by_address_unannotated => ["Recursion Possible: node, node"], |_| {
        let list = list(class("node"));
        drop((list[0].lock(), list[1].lock()));
    } then |reports| {
        assert!(help(reports).contains("`ordered_by`"));
    }

    /// Ordered by address, and so declared.
    by_address => [], |_| {
        let list = list(&BY_ADDRESS);
        drop((list[0].lock(), list[1].lock(), list[4].lock()));
        drop((list[2].lock(), list[5].lock()));
    }

    /// … against the declaration.
    by_address_the_other_way => ["SubclassOrder Possible: node, node"], |_| {
        let list = list(&BY_ADDRESS);
        drop((list[1].lock(), list[0].lock()));
    } then |reports| {
        assert!(help(reports).contains("comparator"));
    }

    /// Ordered by a key.
    by_index => [], |_| {
        let accounts = list(class("account"));
        drop((accounts[3].lock_ordered(3), accounts[5].lock_ordered(5)));
        drop((accounts[0].lock_ordered(0), accounts[3].lock_ordered(3)));
    }

    /// … against the key.
    by_index_the_other_way => ["SubclassOrder Possible: account, account"], |_| {
        let accounts = list(class("account"));
        drop((accounts[5].lock_ordered(5), accounts[3].lock_ordered(3)));
    }

    /// Any order, under an outer lock that whoever takes several takes first.
    under_a_nest_lock => [], |_| {
        let (outer, shards) = (Mutex::with_class((), class("outer")), list(class("shard")));
        let _outer = outer.lock();
        drop((shards[2].lock_nest_lock(&outer), shards[0].lock_nest_lock(&outer)));
    }

    /// A new object is taken, then made known under the lock of the table; elsewhere objects are taken under that lock. Nobody can
    /// wait for what nobody knows, which the validator cannot see. The report names the annotation.
    lock_then_publish => ["Inversion Possible: list, object (same thread)"], |_| {
        let table = Table::new();
        table.publish(|object| object.lock());
        table.look();
    } then |reports| {
        assert!(help(reports).contains("`lock_nested(1)`"), "{}", help(reports));
    }

    /// The same with the new object taken as a subclass: a role of its own.
    lock_then_publish_as_a_subclass => [], |_| {
        let table = Table::new();
        for _ in 0..3 {
            table.publish(|object| object.lock_nested(1));
            table.look();
        }
    }

    /// Classes by place: these are two, and so in an order.
    classes_by_place => ["Inversion Possible: Mutex<u8>, Mutex<u8> (same thread)"], |_| {
        let one = Mutex::new(0_u8);
        let other = Mutex::new(0_u8);
        drop((one.lock(), other.lock()));
        drop((other.lock(), one.lock()));
    }

    /// A declared class is one, whatever its locks protect.
    a_declared_class_of_two_types => ["Recursion Possible: object, object"], |_| {
        let class = class("object");
        let (number, text) = (Mutex::with_class(0, class), Mutex::with_class("", class));
        drop((number.lock(), text.lock()));
    }

    /// A path that is rarely taken, declared by `might_lock!`: found though it did not run.
    a_path_declared_by_might_lock => ["Inversion Possible: b, a (same thread)"], |_| {
        let locks = Locks::new();
        {
            let _a = locks.a.lock();
            might_lock!(locks.b);
        }
        locks.back();
    }

    /// A wait takes its mutex again, under what is held meanwhile.
    a_wait_takes_its_mutex_again => ["Inversion Possible: b, a (same thread)"], |_| {
        let (locks, changed) = (Locks::new(), lockdep::parking_lot::Condvar::new());
        let mut a = locks.a.lock();
        let _b = locks.b.lock();
        changed.wait_for(&mut a, std::time::Duration::from_millis(1));
    }

    /// A lock that is dropped and taken again under another: no order comes from a release.
    released_in_between => [], |_| {
        let locks = Locks::new();
        drop(locks.a.lock());
        drop(locks.b.lock());
        locks.forth();
    }

    /// What is held by the interrupted code is no order, for the handler did not choose it: its lock taken before that one is an
    /// `IrqInversion` alone.
    a_handler_makes_no_order => ["IrqInversion Possible: inner, outer"], |cx| {
        let (outer, inner) = (SpinLock::with_class(0, class("outer")), SpinLock::with_class(0, class("inner")));
        {
            let _outer = outer.lock();
            cx.in_handler(libc::SIGUSR1, || drop(inner.lock()));
        }
        let _inner = inner.lock_irqsave();
        drop(outer.lock());
    }
}

/// Who waits for a value with a lock held waits for whoever makes it, and needs that lock.
///
/// Whether the wait begins before the value is there is a matter of time: the maker takes more of it from attempt to attempt.
#[test]
fn a_wait_for_a_value_whose_maker_needs_the_lock() {
    let (locks, values) = (class("lock"), class("value"));
    let attempt = |patience| {
        let _alone = crate::world::alone();
        lockdep::testing::isolated(|cx| {
            let make = || Arc::new((Mutex::with_class(0, locks), OnceLock::with_class(values)));
            let early = make();
            {
                let _lock = early.0.lock();
                early.1.set(1).unwrap();
            }
            let late = make();
            let (setter, begun) = (Arc::clone(&late), channel::<()>());
            let thread = cx.spawn(move || {
                begun.1.recv().unwrap();
                std::thread::sleep(std::time::Duration::from_millis(patience));
                setter.1.set(2).unwrap();
            });
            let _lock = late.0.lock();
            begun.0.send(()).unwrap();
            assert_eq!(*late.1.wait(), 2);
            thread.join().unwrap();
        })
    };
    let mut patience = [1, 10, 100, 1_000, 10_000].into_iter().map(attempt);
    let reports = patience.find(|reports| !reports.is_empty()).expect("one of the waits began in time");
    let lines: Vec<String> = reports.iter().map(crate::case::line).collect();
    assert_eq!(lines, ["Inversion Possible: lock, value (same thread)"]);
}
