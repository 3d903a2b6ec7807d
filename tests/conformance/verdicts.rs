//! Where known detectors disagree: one verdict each, the reason, and what changes it.

use std::sync::Arc;
use std::time::Duration;

use libc::SIGUSR1;
use lockdep::parking_lot::{Condvar, Mutex, ReentrantMutex, RwLock};
use lockdep::spin::SpinLock;
use lockdep::testing::Cx;
use lockdep::{Config, LockClass, SameClass, WaitType, might_lock, sync};

use crate::case::{cases, class};

/// A question on which detectors differ.
pub(crate) struct Verdict {
    pub(crate) question: &'static str,
    pub(crate) others: &'static str,
    pub(crate) here: &'static str,
    pub(crate) why: &'static str,
    pub(crate) change: &'static str,
    /// The cases that show it, the last of them what changes it.
    pub(crate) cases: &'static [&'static str],
}

pub(crate) const VERDICTS: &[Verdict] = &[
    Verdict {
        question: "One thread takes A, B, and later B, A",
        others: "Reported by kernel lockdep, tracing-mutex, keepcalm, TSan, JCarder; not by loom, shuttle, parking_lot's detector.",
        here: "`Inversion`, `Possible`, and the report says that one thread did all of it.",
        why: "A test drives with one thread the code that a program calls from several.",
        change: "`LOCKDEP_BASELINE` accepts it, with a reason. Where no two threads share both, a class with `no_validate` for one of \
                 them is in no order.",
        cases: &["one_thread_alone", "one_thread_alone_without_validation"],
    },
    Verdict {
        question: "Two threads do it, the second begun after the first was joined",
        others: "As above; academic tools (iGoodlock, SPD) leave such cycles out.",
        here: "`Inversion`, `Possible`, and the report says that the threads did not overlap.",
        why: "Tests join what a program lets run together; that nothing else starts these threads one run cannot show.",
        change: "`LOCKDEP_BASELINE` accepts it, with a reason. An exclusive section of a `Map` around each of the two says why they cannot \
                 meet: `Guarded`, and checked.",
        cases: &["joined_threads", "joined_threads_under_a_map"],
    },
    Verdict {
        question: "Two threads meet: each holds a lock and waits for the other's",
        others: "Found by whoever looks at threads that wait (parking_lot, deloxide, go-deadlock's timeout); TSan and Helgrind look \
                 at the order only after the lock is had, and so never report this one.",
        here: "`Inversion`, when the second order is about to be taken, and `Deadlock`, `Certain`, when they meet: one of the two unwinds.",
        why: "What is checked before it blocks can be told.",
        change: "Nothing.",
        cases: &["two_threads_that_meet"],
    },
    Verdict {
        question: "Both orders, always under one outer lock",
        others: "Reported like any other by TSan, Helgrind, tracing-mutex, keepcalm, deloxide and the kernel; left out by academic tools.",
        here: "`Inversion`, `Guarded`: a warning that names the gate, and `Possible` as soon as the gate is missing once.",
        why: "Nothing can happen today; the next caller who forgets the gate deadlocks.",
        change: "`LOCKDEP_BASELINE` accepts it, with a reason. Within one class `lock_nest_lock(&gate)` says that the gate is there on \
                 purpose: silent, and checked.",
        cases: &["under_a_gate", "under_a_gate_that_was_missing_once", "under_a_declared_gate"],
    },
    Verdict {
        question: "Reader-reader cycle: read A, read B here, read B, read A there",
        others: "Reported by TSan, tracing-mutex, keepcalm; not by liblockdep, deloxide; by the kernel for `rwsem`, not for `rwlock`.",
        here: "`Inversion`, `Possible`, for `read`; silent for `read_recursive`.",
        why: "A reader waits behind a queued writer, and two writers may queue in between.",
        change: "`read_recursive`, which passes the queue. In dependencies that are [patched \
                 in](crate::_documentation::annotating#code-that-you-cannot-annotate), readers count against each other only once \
                 their class has a writer.",
        cases: &["readers_in_both_orders", "recursive_readers_in_both_orders"],
    },
    Verdict {
        question: "A read again by the thread that reads, and no writer far and wide",
        others: "An error for tracing-mutex and keepcalm; ignored by no_deadlocks and deloxide; loom panics in itself.",
        here: "`Recursion`, `Possible`; `Certain` if a writer is queued now; silent for `read_recursive`.",
        why: "It works until a writer comes between the two.",
        change: "`read_recursive` for the inner one.",
        cases: &["read_again_without_a_writer", "read_again_with_a_writer_queued", "read_recursive_again"],
    },
    Verdict {
        question: "The other order by `try_lock` only",
        others: "Reported by tracing-mutex, deloxide, go-deadlock, Helgrind; not by the kernel, TSan, Abseil, keepcalm.",
        here: "Silent. A failed attempt leaves no trace; what a successful one took is held like anything.",
        why: "An attempt does not wait, so it closes no cycle.",
        change: "`might_lock!` before the attempt: its order counts.",
        cases: &["try_lock_in_the_other_order", "try_lock_that_fails", "what_try_lock_took_is_held", "try_lock_that_counts"],
    },
    Verdict {
        question: "The same by an attempt with a time limit",
        others: "Not modelled by TSan; excluded by parking_lot's detector; like a lock for go-deadlock.",
        here: "Silent as to order. It sleeps, so it is `WaitContext` where nothing may sleep.",
        why: "It comes back.",
        change: "`might_lock!` before the attempt.",
        cases: &["a_timed_attempt_in_the_other_order", "a_timed_attempt_that_counts"],
    },
    Verdict {
        question: "Two locks of one class, one inside the other",
        others: "Reported by the kernel, gVisor, LDK; not seen by whoever knows instances alone (TSan, Abseil, tracing-mutex, keepcalm).",
        here: "`Recursion`, `Possible`, which names the annotations.",
        why: "One run shows one order of two locks among many; nothing says that the other never comes.",
        change: "The annotations of [nesting within one class](crate::_documentation::annotating#nesting-within-one-class), or \
                 `LOCKDEP_SAME_CLASS=instance` for all classes.",
        cases: &[
            "two_locks_of_one_class",
            "two_locks_of_one_class_by_setting",
            "two_locks_of_one_class_by_setting_in_both_orders",
        ],
    },
    Verdict {
        question: "A1, B1 here, B2, A2 there: other locks of the same classes",
        others: "Reported by the kernel, LDK; not seen by whoever knows instances alone.",
        here: "`Inversion`, `Possible`.",
        why: "What one pair does the next one will.",
        change: "A class for each role: `with_class`.",
        cases: &["other_instances_in_the_other_order", "other_instances_with_classes_of_their_own"],
    },
    Verdict {
        question: "A, B, C held, B dropped, and later C, A",
        others: "Missed by tracing-mutex, which records the nearest held lock alone.",
        here: "`Inversion`, `Possible`.",
        why: "A was held when C was waited for, whatever was in between.",
        change: "Nothing: an order is an order.",
        cases: &["after_the_middle_lock_is_dropped"],
    },
    Verdict {
        question: "A condition variable is waited for with another lock held",
        others: "An error for ART; nothing for Abseil, tracing-mutex, the kernel; Starnix asserts the innermost lock.",
        here: "Silent, until the notifier is seen to need that lock: then `Inversion`, in either order.",
        why: "Only then the waiter keeps away who could wake it.",
        change: "`assert_none_held!` or `assert_not_held!` before the wait, for a stricter house rule.",
        cases: &["a_wait_with_a_lock_held", "a_wait_with_a_lock_that_the_notifier_needs"],
    },
    Verdict {
        question: "A lock taken in a handler, and elsewhere with the signal open",
        others: "Kernel lockdep, for interrupts; no other tool in userspace.",
        here: "`IrqUsage`, `Possible`.",
        why: "The handler may interrupt the holder, and waits for it.",
        change: "`lock_irqsave` outside the handler.",
        cases: &["shared_with_a_handler", "shared_with_a_handler_and_blocked"],
    },
    Verdict {
        question: "`try_lock` in a handler, of a lock that the interrupted code may hold",
        others: "A panic of tracing-mutex, though nothing waits.",
        here: "Silent.",
        why: "It does not wait. That the release of a parking_lot lock may hang is not seen.",
        change: "`might_lock!` in the handler.",
        cases: &["try_lock_in_a_handler", "try_lock_in_a_handler_that_counts"],
    },
    Verdict {
        question: "A mutex in a handler, though never contended",
        others: "FreeBSD's WITNESS and Driver Verifier, for their contexts; no other tool in userspace.",
        here: "`WaitContext`, `Certain`, on first sight.",
        why: "It may park, and parking takes locks that the interrupted code may hold.",
        change: "`LockClass::wait(WaitType::Spin)`, for a lock that is known not to.",
        cases: &["a_mutex_in_a_handler", "a_mutex_in_a_handler_that_spins"],
    },
    Verdict {
        question: "A reentrant mutex again by its holder",
        others: "Silent for TSan and Helgrind; for tracing-mutex only right after itself.",
        here: "Silent, however deep and whatever was taken in between; its order to other locks counts. `WaitContext` in a handler, \
               also in one that interrupted the holder.",
        why: "That is what it is for; but whom a handler interrupts is chance, and with another holder it waits.",
        change: "A `Mutex`.",
        cases: &[
            "a_reentrant_lock_again",
            "a_reentrant_lock_in_both_orders",
            "a_reentrant_lock_again_in_a_handler",
            "a_reentrant_lock_that_a_handler_might_take_again",
        ],
    },
];

fn pair() -> (Mutex<u8>, Mutex<u8>) {
    (Mutex::with_class(0, class("a")), Mutex::with_class(0, class("b")))
}

fn forth((a, b): &(Mutex<u8>, Mutex<u8>)) {
    let _a = a.lock();
    let _b = b.lock();
}

fn back((a, b): &(Mutex<u8>, Mutex<u8>)) {
    let _b = b.lock();
    let _a = a.lock();
}

/// Runs with a setting, and back to the default.
fn with_instances(body: impl FnOnce()) {
    Config::new().same_class(SameClass::Instance).install();
    body();
    Config::new().same_class(SameClass::Class).install();
}

/// A writer waits for the lock while `then` runs with it read.
fn with_a_writer_queued(cx: &Cx, lock: &Arc<RwLock<u8>>, then: impl FnOnce()) {
    let read = lock.read_recursive();
    let theirs = Arc::clone(lock);
    let writer = cx.spawn(move || drop(theirs.write()));
    while lock.try_read().is_some() {
        std::thread::yield_now();
    }
    let stopped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(then));
    drop(read);
    writer.join().unwrap();
    if let Err(stopped) = stopped {
        std::panic::resume_unwind(stopped);
    }
}

static UNORDERED: LockClass = LockClass::new("a").no_validate();
static SPINNING: LockClass = LockClass::new("lock").wait(WaitType::Spin);

cases! {
    /// The cycle of one thread.
    one_thread_alone => ["Inversion Possible: b, a (same thread)"], |_| {
        let locks = pair();
        forth(&locks);
        back(&locks);
    }

    /// One of the classes is in no order.
    one_thread_alone_without_validation => [], |_| {
        let locks = (Mutex::with_class(0, &UNORDERED), Mutex::with_class(0, class("b")));
        forth(&locks);
        back(&locks);
    }

    /// The cycle of two threads, one after the other.
    joined_threads => ["Inversion Possible: b, a (ordered)"], |cx| {
        let locks = Arc::new(pair());
        let theirs = Arc::clone(&locks);
        cx.spawn(move || forth(&theirs)).join().unwrap();
        cx.spawn(move || back(&locks)).join().unwrap();
    }

    /// Really, whoever comes last.
    two_threads_that_meet => ["Inversion Possible: lock, lock", "Deadlock Certain: lock, lock"], |cx| {
        let locks = Arc::new((Mutex::with_class(0, class("lock")), Mutex::with_class(0, class("lock"))));
        let theirs = Arc::clone(&locks);
        let (holds, held) = std::sync::mpsc::channel();
        let (go, gone) = std::sync::mpsc::channel();
        let thread = cx.spawn(move || {
            let _a = theirs.0.lock();
            holds.send(()).unwrap();
            gone.recv().unwrap();
            drop(theirs.1.lock());
        });
        held.recv().unwrap();
        let b = locks.1.lock();
        go.send(()).unwrap();
        // Whoever comes last, each of them holds what the other waits for.
        let stopped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(locks.0.lock())));
        drop(b);
        assert!(stopped.is_err() || thread.join().is_err());
    }

    /// Both inside an exclusive section of one map.
    joined_threads_under_a_map => ["Inversion Guarded: b, a (ordered) (gate job)"], |cx| {
        static JOB: lockdep::Map = lockdep::Map::new("job");
        let locks = Arc::new(pair());
        let theirs = Arc::clone(&locks);
        cx.spawn(move || {
            let _job = JOB.acquire();
            forth(&theirs);
        })
        .join()
        .unwrap();
        cx.spawn(move || {
            let _job = JOB.acquire();
            back(&locks);
        })
        .join()
        .unwrap();
    }

    /// Both orders under a gate.
    under_a_gate => ["Inversion Guarded: b, a (same thread) (gate gate)"], |_| {
        let (gate, locks) = (Mutex::with_class((), class("gate")), pair());
        { let _gate = gate.lock(); forth(&locks); }
        { let _gate = gate.lock(); back(&locks); }
    }

    /// One of them once without it.
    under_a_gate_that_was_missing_once => ["Inversion Possible: a, b (same thread)"], |_| {
        let (gate, locks) = (Mutex::with_class((), class("gate")), pair());
        { let _gate = gate.lock(); forth(&locks); }
        { let _gate = gate.lock(); back(&locks); }
        forth(&locks);
    }

    /// Two locks of a class in both orders, under a gate that they name.
    under_a_declared_gate => [], |_| {
        let (gate, class) = (Mutex::with_class((), class("gate")), class("shard"));
        let shards = [0, 1].map(|n| Mutex::with_class(n, class));
        let _gate = gate.lock();
        drop((shards[0].lock_nest_lock(&gate), shards[1].lock_nest_lock(&gate)));
        drop((shards[1].lock_nest_lock(&gate), shards[0].lock_nest_lock(&gate)));
    }

    /// Plain reads in both orders.
    readers_in_both_orders => ["Inversion Possible: b, a (same thread)"], |_| {
        let (a, b) = (RwLock::with_class(0, class("a")), sync::RwLock::with_class(0, class("b")));
        {
            let _a = a.read();
            drop(b.read().unwrap());
        }
        let _b = b.read().unwrap();
        drop(a.read());
    }

    /// Recursive ones.
    recursive_readers_in_both_orders => [], |_| {
        let (a, b) = (RwLock::with_class(0, class("a")), RwLock::with_class(0, class("b")));
        drop((a.read_recursive(), b.read_recursive()));
        drop((b.read_recursive(), a.read_recursive()));
    }

    /// Nobody writes.
    read_again_without_a_writer => ["Recursion Possible: lock, lock"], |_| {
        let lock = RwLock::with_class(0, class("lock"));
        let _read = lock.read();
        drop(lock.read());
    }

    /// Somebody waits to write: the call would never return.
    read_again_with_a_writer_queued => ["Recursion Certain: lock, lock"], |cx| {
        let lock = Arc::new(RwLock::with_class(0, class("lock")));
        with_a_writer_queued(cx, &lock, || drop(lock.read()));
    }

    /// It passes the queue, with a writer in it or without.
    read_recursive_again => [], |cx| {
        let lock = Arc::new(RwLock::with_class(0, class("lock")));
        drop((lock.read(), lock.read_recursive()));
        with_a_writer_queued(cx, &lock, || drop(lock.read_recursive()));
    }

    /// The second lock is only attempted.
    try_lock_in_the_other_order => [], |_| {
        let (a, b) = pair();
        drop((a.lock(), b.lock()));
        drop((b.lock(), a.try_lock().unwrap()));
    }

    /// The attempt fails.
    try_lock_that_fails => [], |cx| {
        let locks = Arc::new(pair());
        let _a = locks.0.lock();
        let theirs = Arc::clone(&locks);
        cx.spawn(move || {
            let _b = theirs.1.lock();
            assert!(theirs.0.try_lock().is_none());
        })
        .join()
        .unwrap();
        drop(locks.1.lock());
    }

    /// The first lock is attempted and held; the second is waited for.
    what_try_lock_took_is_held => ["Inversion Possible: b, a (same thread)"], |_| {
        let (a, b) = pair();
        drop((a.lock(), b.lock()));
        drop((b.try_lock().unwrap(), a.lock()));
    }

    /// The attempt is declared a lock.
    try_lock_that_counts => ["Inversion Possible: b, a (same thread)"], |_| {
        let (a, b) = pair();
        drop((a.lock(), b.lock()));
        let _b = b.lock();
        might_lock!(a);
        drop(a.try_lock().unwrap());
    }

    /// The second lock is attempted for a while.
    a_timed_attempt_in_the_other_order => [], |_| {
        let (a, b) = pair();
        drop((a.lock(), b.lock()));
        drop((b.lock(), a.try_lock_for(Duration::from_secs(10)).unwrap()));
    }

    /// It is declared a lock.
    a_timed_attempt_that_counts => ["Inversion Possible: b, a (same thread)"], |_| {
        let (a, b) = pair();
        drop((a.lock(), b.lock()));
        let _b = b.lock();
        might_lock!(a);
        drop(a.try_lock_for(Duration::from_secs(10)).unwrap());
    }

    /// Without a word.
    two_locks_of_one_class => ["Recursion Possible: node, node"], |_| {
        let class = class("node");
        let nodes = [0, 1].map(|n| Mutex::with_class(n, class));
        drop((nodes[0].lock(), nodes[1].lock()));
    }

    /// By the setting, in one order.
    two_locks_of_one_class_by_setting => [], |_| {
        with_instances(|| {
            let class = class("node");
            let nodes = [0, 1].map(|n| Mutex::with_class(n, class));
            drop((nodes[0].lock(), nodes[1].lock()));
        });
    }

    /// By the setting, in both.
    two_locks_of_one_class_by_setting_in_both_orders => ["Inversion Possible: node, node (same thread)"], |_| {
        with_instances(|| {
            let class = class("node");
            let nodes = [0, 1].map(|n| Mutex::with_class(n, class));
            drop((nodes[0].lock(), nodes[1].lock()));
            drop((nodes[1].lock(), nodes[0].lock()));
        });
    }

    /// Two pairs of the same classes.
    other_instances_in_the_other_order => ["Inversion Possible: b, a (same thread)"], |_| {
        let (a, b) = (class("a"), class("b"));
        let pair = || (Mutex::with_class(0, a), Mutex::with_class(0, b));
        forth(&pair());
        back(&pair());
    }

    /// Two pairs of classes.
    other_instances_with_classes_of_their_own => [], |_| {
        forth(&pair());
        back(&pair());
    }

    /// The lock between the two is released in between, and then gone for good.
    after_the_middle_lock_is_dropped => ["Inversion Possible: c, a (same thread)"], |_| {
        let (a, b) = pair();
        let c = Mutex::with_class(0, class("c"));
        let outer = a.lock();
        let middle = b.lock();
        let inner = c.lock();
        drop(middle);
        drop((outer, inner));
        drop(b);
        drop((c.lock(), a.lock()));
    }

    /// Nobody who notifies needs it.
    a_wait_with_a_lock_held => [], |_| {
        let (config, state, changed) = (Mutex::with_class(0, class("config")), Mutex::with_class(0, class("state")), Condvar::new());
        {
            let _config = config.lock();
            changed.wait_for(&mut state.lock(), Duration::from_millis(1));
        }
        drop(state.lock());
        changed.notify_all();
    }

    /// The notifier needs it.
    a_wait_with_a_lock_that_the_notifier_needs => ["Inversion Possible: changed, config (same thread)"], |_| {
        static CHANGED: LockClass = LockClass::new("changed");
        let (config, state) = (Mutex::with_class(0, class("config")), Mutex::with_class(0, class("state")));
        let changed = Condvar::with_class(&CHANGED);
        {
            let _config = config.lock();
            changed.wait_for(&mut state.lock(), Duration::from_millis(1));
        }
        let _config = config.lock();
        changed.notify_all();
    }

    /// Held with the signal open.
    shared_with_a_handler => ["IrqUsage Possible: lock"], |cx| {
        let lock = SpinLock::with_class(0, class("lock"));
        drop(lock.lock());
        cx.in_handler(SIGUSR1, || drop(lock.lock()));
    }

    /// Held with the signal blocked.
    shared_with_a_handler_and_blocked => [], |cx| {
        let lock = SpinLock::with_class(0, class("lock"));
        drop(lock.lock_irqsave());
        cx.in_handler(SIGUSR1, || drop(lock.lock_irqsave()));
    }

    /// The handler goes without.
    try_lock_in_a_handler => [], |cx| {
        let lock = SpinLock::with_class(0, class("lock"));
        let held = lock.lock();
        cx.in_handler(SIGUSR1, || assert!(lock.try_lock().is_none()));
        drop(held);
        cx.in_handler(SIGUSR1, || assert!(lock.try_lock().is_some()));
    }

    /// The attempt is declared a lock: this one would never return.
    try_lock_in_a_handler_that_counts => ["Recursion Certain: lock, lock"], |cx| {
        let lock = SpinLock::with_class(0, class("lock"));
        let _held = lock.lock();
        cx.in_handler(SIGUSR1, || {
            might_lock!(lock);
            drop(lock.try_lock());
        });
    }

    /// On first sight.
    a_mutex_in_a_handler => ["WaitContext Certain: lock"], |cx| {
        let lock = Mutex::with_class(0, class("lock"));
        cx.in_handler(SIGUSR1, || drop(lock.lock()));
    }

    /// It is known to spin.
    a_mutex_in_a_handler_that_spins => [], |cx| {
        let lock = Mutex::with_class(0, &SPINNING);
        cx.in_handler(SIGUSR1, || drop(lock.lock()));
    }

    /// With others in between.
    a_reentrant_lock_again => [], |_| {
        let (outer, inner) = (ReentrantMutex::with_class(0, class("outer")), Mutex::with_class(0, class("inner")));
        let _outer = outer.lock();
        let _again = outer.lock();
        let _inner = inner.lock();
        drop((outer.lock(), outer.lock()));
    }

    /// The handler interrupts the holder.
    a_reentrant_lock_again_in_a_handler => ["WaitContext Certain: lock"], |cx| {
        let lock = ReentrantMutex::with_class(0, class("lock"));
        let _held = lock.lock();
        cx.in_handler(SIGUSR1, || drop((lock.lock(), lock.lock())));
    }

    /// It is only said that it may.
    a_reentrant_lock_that_a_handler_might_take_again => ["WaitContext Certain: lock"], |cx| {
        let lock = ReentrantMutex::with_class(0, class("lock"));
        let _held = lock.lock();
        cx.in_handler(SIGUSR1, || lockdep::might_lock!(lock));
    }

    /// It has an order to others.
    a_reentrant_lock_in_both_orders => ["Inversion Possible: inner, outer (same thread)"], |_| {
        let (outer, inner) = (ReentrantMutex::with_class(0, class("outer")), Mutex::with_class(0, class("inner")));
        drop((outer.lock(), outer.lock(), inner.lock()));
        drop((inner.lock(), outer.lock()));
    }
}

#[test]
fn every_verdict_has_its_cases_and_every_case_its_verdict() {
    let mut named: Vec<_> = VERDICTS.iter().flat_map(|verdict| verdict.cases).copied().collect();
    let mut cases: Vec<_> = CASES.iter().map(|case| case.name).collect();
    named.sort_unstable();
    cases.sort_unstable();
    assert_eq!(named, cases);
}
