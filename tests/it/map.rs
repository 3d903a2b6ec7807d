//! `Map`: what waits for what without a lock.

use lockdep::Map;
use lockdep::ReportKind::{Inversion, Recursion, WaitContext};
use lockdep::Severity::{Certain, Possible};
use lockdep::parking_lot::Mutex;
use lockdep::spin::SpinLock;
use lockdep::sync::Arc;

use crate::support::{assert_cycle, assert_silent, assert_stacks, isolated, only};

#[inline(never)]
fn takes(pages: &Mutex<u32>) {
    *pages.lock() += 1;
}

#[inline(never)]
fn waits(flush: &Map) {
    flush.wait();
    // Not a tail call, so that this function stays on the stack in an optimised build.
    std::hint::black_box(());
}

#[inline(never)]
fn flushes(flush: &Map, pages: &Mutex<u32>) {
    let _section = flush.enter();
    takes(pages);
}

#[inline(never)]
fn waits_under_the_lock(flush: &Map, pages: &Mutex<u32>) {
    let _pages = pages.lock();
    waits(flush);
}

#[test]
fn a_wait_under_a_lock_that_the_section_takes() {
    let (flush, pages) = (Map::new("flush"), Mutex::new(0));
    let reports = isolated(|_| {
        flushes(&flush, &pages);
        waits_under_the_lock(&flush, &pages);
    });
    let report = only(&reports, Inversion, Possible);
    assert_cycle(report, 2);
    assert_stacks(
        report,
        &[
            ("holding, acquired at", "waits_under_the_lock"),
            ("acquiring at", "waits"),
            ("holding, acquired at", "flushes"),
            ("acquiring at", "takes"),
        ],
    );
    let map: Vec<_> = report.locks().iter().filter(|lock| lock.kind() == "Map").collect();
    assert_eq!(map.len(), 1);
    assert_eq!(map[0].class_name(), "flush");
}

#[test]
fn in_the_other_order_and_on_two_threads() {
    let shared = Arc::new((Map::new("flush"), Mutex::new(0)));
    let reports = isolated(|cx| {
        waits_under_the_lock(&shared.0, &shared.1);
        let theirs = Arc::clone(&shared);
        cx.spawn(move || flushes(&theirs.0, &theirs.1)).join().unwrap();
    });
    assert_cycle(only(&reports, Inversion, Possible), 2);
}

#[inline(never)]
fn waits_inside(flush: &Map) {
    let _section = flush.enter();
    waits(flush);
    unreachable!("it waits for itself");
}

#[test]
fn a_wait_inside_the_section() {
    let flush = Map::new("flush");
    let reports = isolated(|_| waits_inside(&flush));
    let expected = [("first acquired at", "waits_inside"), ("acquiring at", "waits")];
    assert_stacks(only(&reports, Recursion, Certain), &expected);
}

#[inline(never)]
fn acquires(map: &Map) {
    drop(map.acquire());
}

#[inline(never)]
fn acquires_twice(map: &Map) {
    let _section = map.acquire();
    acquires(map);
    unreachable!("it waits for itself");
}

#[test]
fn an_exclusive_section_inside_itself() {
    let map = Map::new("transaction");
    let reports = isolated(|_| acquires_twice(&map));
    let expected = [("first acquired at", "acquires_twice"), ("acquiring at", "acquires")];
    assert_stacks(only(&reports, Recursion, Certain), &expected);
}

#[test]
fn exclusive_sections_are_ordered_like_locks() {
    let (map, pages) = (Map::new("transaction"), Mutex::new(0));
    let reports = isolated(|_| {
        {
            let _section = map.acquire();
            takes(&pages);
        }
        let _pages = pages.lock();
        acquires(&map);
    });
    assert_cycle(only(&reports, Inversion, Possible), 2);
}

#[test]
fn what_is_right_is_silent() {
    static FLUSH: Map = Map::new("flush");
    let (other, pages) = (Map::new("other"), Mutex::new(0));
    let reports = isolated(|cx| {
        // The section takes the lock, and who waits holds it no more.
        flushes(&FLUSH, &pages);
        takes(&pages);
        waits(&FLUSH);
        // Sections overlap, on one thread and on several.
        let first = FLUSH.enter();
        let second = FLUSH.enter();
        cx.spawn(|| drop(FLUSH.enter())).join().unwrap();
        drop((first, second));
        // A section does not wait for other sections: entering under a lock is no dependency.
        let pages = pages.lock();
        drop(FLUSH.enter());
        drop(pages);
        // Of two maps one may wait inside the other.
        let section = other.enter();
        waits(&FLUSH);
        drop(section);
        acquires(&other);
        acquires(&other);
        waits(&other);
    });
    assert_silent(&reports);
}

#[test]
fn a_wait_may_sleep() {
    let (flush, outer) = (Map::new("flush"), SpinLock::new(0));
    let reports = isolated(|cx| cx.in_handler(libc::SIGTERM, || waits(&flush)));
    assert_stacks(only(&reports, WaitContext, Certain), &[("in the handler of SIGTERM at", "waits")]);
    let reports = isolated(|_| {
        let _outer = outer.lock();
        waits(&flush);
    });
    only(&reports, WaitContext, Certain);
}

#[test]
fn two_names_from_one_place_are_two_classes() {
    let [outer, inner] = ["outer", "inner"].map(Map::new);
    let reports = isolated(|_| {
        let _outer = outer.acquire();
        acquires(&inner);
    });
    assert_silent(&reports);
}
