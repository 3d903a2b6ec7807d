//! `testing::isolated`: a graph of its own, whatever happens in it.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use lockdep::ReportKind::{Deadlock, Inversion, Recursion};
use lockdep::Severity::{Certain, Possible};
use lockdep::parking_lot::Mutex;
use lockdep::sync::Arc;
use lockdep::{irq, signal};

use crate::support::{assert_silent, class, isolated, only, real_mask};

type Pair = (Mutex<u8>, Mutex<u16>);

const fn pair() -> Pair {
    (Mutex::new(0), Mutex::new(0))
}

fn forth(pair: &Pair) {
    let _first = pair.0.lock();
    let _second = pair.1.lock();
}

fn back(pair: &Pair) {
    let _second = pair.1.lock();
    let _first = pair.0.lock();
}

#[test]
fn nothing_counts_on_the_other_side() {
    let pair = pair();
    let before = lockdep::reports().len();
    forth(&pair);
    assert_silent(&isolated(|_| back(&pair)));
    assert_silent(&isolated(|_| forth(&pair)));
    // Known outside since before, and still the only order there.
    forth(&pair);
    assert_eq!(lockdep::reports().len(), before);
}

#[test]
fn what_is_reported_inside_is_not_reported_outside() {
    let pair = pair();
    let before = lockdep::reports().len();
    let reports = isolated(|_| {
        forth(&pair);
        back(&pair);
    });
    only(&reports, Inversion, Possible);
    assert_eq!(lockdep::reports().len(), before);
}

#[test]
fn a_static_lock_in_two_graphs_at_once() {
    static PAIR: Pair = pair();
    let (mine, ready) = channel();
    let (theirs, done) = channel();
    thread::scope(|scope| {
        let one = scope.spawn(move || {
            isolated(|_| {
                forth(&PAIR);
                mine.send(()).unwrap();
                done.recv().unwrap();
                forth(&PAIR);
            })
        });
        let two = scope.spawn(move || {
            isolated(|_| {
                ready.recv().unwrap();
                back(&PAIR);
                theirs.send(()).unwrap();
            })
        });
        assert_silent(&one.join().unwrap());
        assert_silent(&two.join().unwrap());
    });
    let reports = isolated(|_| {
        back(&PAIR);
        forth(&PAIR);
    });
    only(&reports, Inversion, Possible);
}

/// Two tests that run side by side use the same static locks in opposite orders: their threads really wait for each other.
#[test]
fn threads_of_two_graphs_that_wait_for_each_other() {
    static A: Mutex<u8> = Mutex::new(0);
    static B: Mutex<u16> = Mutex::new(0);
    let both = std::sync::Barrier::new(2);
    let mut reports = Vec::new();
    thread::scope(|scope| {
        let other = scope.spawn(|| {
            isolated(|_cx| {
                let _b = B.lock();
                both.wait();
                let _a = A.lock();
            })
        });
        reports = isolated(|_cx| {
            let _a = A.lock();
            both.wait();
            let _b = B.lock();
        });
        reports.extend(other.join().unwrap());
    });
    only(&reports, Deadlock, Certain);
}

#[test]
fn an_ordinary_panic_passes_through() {
    let lock = Mutex::new(1);
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        isolated(|_| {
            let _held = lock.lock();
            panic!("of the body's own");
        })
    }));
    assert_eq!(outcome.unwrap_err().downcast_ref(), Some(&"of the body's own"));
    assert!(!lock.is_locked());
    // And nothing of it is left on this thread.
    assert_silent(&isolated(|_| drop(lock.lock())));
}

#[test]
fn a_thread_that_cannot_go_on_is_an_error_to_join() {
    let mut went_on = false;
    let reports = isolated(|cx| {
        let thread = cx.spawn(|| {
            let lock = Mutex::new(0);
            let _first = lock.lock();
            let _second = lock.lock();
        });
        assert!(thread.join().is_err());
        assert_eq!(cx.spawn(|| 6 * 7).join().unwrap(), 42);
        went_on = true;
    });
    only(&reports, Recursion, Certain);
    assert!(went_on);
}

#[test]
fn it_waits_for_its_threads() {
    let pair = Arc::new(pair());
    let ended = Arc::new(AtomicBool::new(false));
    let reports = isolated(|cx| {
        let (pair, ended) = (Arc::clone(&pair), Arc::clone(&ended));
        forth(&pair);
        drop(cx.spawn(move || {
            // Long enough for the body to end first.
            thread::sleep(Duration::from_millis(100));
            back(&pair);
            ended.store(true, Ordering::Relaxed);
        }));
    });
    assert!(ended.load(Ordering::Relaxed));
    only(&reports, Inversion, Possible);
}

/// `spawn` may be called from another thread than the one that runs the body, and the threads are in the same graph.
#[test]
fn a_thread_started_by_another_thread() {
    let pair = Arc::new(pair());
    let reports = isolated(|cx| {
        forth(&pair);
        let theirs = Arc::clone(&pair);
        thread::scope(|scope| {
            scope.spawn(move || cx.spawn(move || back(&theirs)).join().unwrap());
        });
    });
    only(&reports, Inversion, Possible);
}

/// A graph inside a graph is one more graph, also on a thread of the outer one, which goes on where it was.
#[test]
fn a_graph_inside_a_thread_of_another() {
    let pair = Arc::new(pair());
    let reports = isolated(|cx| {
        forth(&pair);
        let theirs = Arc::clone(&pair);
        let thread = cx.spawn(move || {
            let inner = isolated(|cx| {
                let theirs = Arc::clone(&theirs);
                cx.spawn(move || back(&theirs)).join().unwrap();
            });
            assert_silent(&inner);
            back(&theirs);
        });
        thread.join().unwrap();
    });
    only(&reports, Inversion, Possible);
}

/// A graph of its own, but the same thread: what it holds already it cannot take, in whatever graph.
#[test]
fn a_lock_held_outside_cannot_be_taken_inside() {
    let lock = Mutex::new(0);
    let _held = lock.lock();
    let reports = isolated(|_| {
        let _again = lock.lock();
        unreachable!("the lock was given twice");
    });
    only(&reports, Recursion, Certain);
}

#[test]
fn a_panic_with_signals_blocked() {
    let (lock, mask) = (Mutex::new(0), real_mask());
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        isolated(|cx| {
            cx.in_handler(libc::SIGUSR1, || {
                let _lock = lock.lock_irqsave();
                irq::disable();
                resume_unwind(Box::new("of the body's own"));
            });
        })
    }));
    assert_eq!(outcome.unwrap_err().downcast_ref(), Some(&"of the body's own"));
    assert!(!lock.is_locked() && !signal::in_handler() && irq::enabled());
    assert_eq!(real_mask(), mask);
}

/// The same bug has one id in every graph, and its report is one line of JSON.
#[test]
fn reports_are_values() {
    let pair = pair();
    let [first, second] = [0, 1].map(|_| {
        let reports = isolated(|_| {
            forth(&pair);
            back(&pair);
        });
        only(&reports, Inversion, Possible).clone()
    });
    assert_eq!(first.id(), second.id());
    let json = thread::spawn(move || first.to_json()).join().unwrap();
    assert_eq!(json.lines().count(), 1);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["kind"], "Inversion");
    assert_eq!(json["severity"], "Possible");
    assert_eq!(json["id"], second.id().to_string());
    let labels: Vec<_> = json["stacks"].as_array().unwrap().iter().map(|stack| &stack["label"]).collect();
    assert_eq!(labels, ["holding, acquired at", "acquiring at"].repeat(2));
}

/// The dumps show the graph that they are called in, and classes of one name are told apart.
#[test]
fn the_graph_can_be_written_down() {
    isolated(|_cx| {
        let outer = Mutex::with_class(1, class(r#"a "name""#));
        let inner = [Mutex::with_class(2, class("twin")), Mutex::with_class(3, class("twin"))];
        {
            let _outer = outer.lock();
            let _inner = inner[1].lock();
        }
        drop(inner[0].lock());
        let mut json = Vec::new();
        lockdep::dump_graph_json(&mut json).unwrap();
        assert_eq!(json.iter().filter(|&&byte| byte == b'\n').count(), 1);
        let graph: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(graph["version"], 1);
        assert_eq!(graph["classes"], serde_json::json!([r#"a "name""#, "twin", "twin"]));
        let [dependency] = graph["dependencies"].as_array().unwrap().as_slice() else { panic!("{graph}") };
        for (field, expected) in [("from", r#"a "name""#), ("to", "twin"), ("kind", "EN")] {
            assert_eq!(dependency[field], expected);
        }
        assert_eq!((&dependency["from_class"], &dependency["to_class"]), (&0.into(), &1.into()), "{graph}");
        let place = dependency["acquiring"].as_str().unwrap();
        assert!(place.contains("isolation.rs:"), "{place}");

        let mut dot = Vec::new();
        lockdep::dump_graph_dot(&mut dot).unwrap();
        let dot = String::from_utf8(dot).unwrap();
        assert!(dot.starts_with("digraph lockdep {\n") && dot.ends_with("}\n"), "{dot}");
        assert_eq!(dot.matches("[label=").count(), 4, "{dot}");
        assert!(dot.contains(r#"label="a \"name\"""#), "{dot}");
    });
    let mut json = Vec::new();
    lockdep::dump_graph_json(&mut json).unwrap();
    assert!(!String::from_utf8(json).unwrap().contains("twin"));
}

/// A guard may be brought along into an isolated test and dropped there.
#[test]
fn a_guard_from_outside() {
    let (a, b) = (Mutex::new(1), Mutex::new(2_u16));
    let reports = isolated(|_| {
        let (guard, other) = (a.lock(), b.lock());
        let inner = isolated(move |_| drop(guard));
        assert_silent(&inner);
        lockdep::assert_not_held!(a);
        lockdep::assert_held!(b);
        drop(other);
        lockdep::assert_none_held!();
        drop(a.lock());
        drop((a.lock(), b.lock()));
    });
    assert_silent(&reports);
}

/// The destructors of a thread's own values belong to the thread: what they release is not left behind, and what they do wrong is found.
#[test]
fn destructors_of_a_thread() {
    use lockdep::parking_lot::{ArcMutexGuard, RawMutex};
    thread_local! {
        static KEPT: std::cell::RefCell<Option<ArcMutexGuard<RawMutex, u8>>> = const { std::cell::RefCell::new(None) };
        static LEFT: Releases = const { Releases };
    }
    static PAIR: Pair = pair();
    struct Releases;
    impl Drop for Releases {
        fn drop(&mut self) {
            back(&PAIR);
        }
    }
    let lock = Arc::new(Mutex::new(0));
    let reports = isolated(|cx| {
        let kept = Arc::clone(&lock);
        cx.spawn(move || KEPT.set(Some(kept.lock_arc()))).join().unwrap();
        assert!(!lock.is_locked());
    });
    assert_silent(&reports);
    let reports = isolated(|cx| {
        forth(&PAIR);
        cx.spawn(|| LEFT.with(|_| ())).join().unwrap();
    });
    only(&reports, Inversion, Possible);
}
