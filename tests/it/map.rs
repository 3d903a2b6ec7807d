//! `Map`: what waits for what without a lock.

use lockdep::ReportKind::{Inversion, IrqUsage, Recursion, WaitContext};
use lockdep::Severity::{Certain, Possible};
use lockdep::parking_lot::Mutex;
use lockdep::spin::SpinLock;
use lockdep::sync::{self, Arc};
use lockdep::{LockClass, Map, Report, WaitType};

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
    assert_calls(report, "flush", &["enter", "wait"]);
}

/// The calls of the scenario that name this map.
#[track_caller]
fn assert_calls(report: &Report, map: &str, expected: &[&str]) {
    let text = report.to_text();
    let calls: Vec<&str> = text.split_whitespace().filter_map(|word| word.strip_suffix(&format!("({map});"))).collect();
    let mut sorted = [calls.clone(), expected.to_vec()];
    sorted.iter_mut().for_each(|calls| calls.sort_unstable());
    assert_eq!(sorted[0], sorted[1], "{text}");
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
    let report = only(&reports, Recursion, Certain);
    assert_stacks(report, &expected);
    assert_calls(report, "flush", &["enter", "wait"]);
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

/// Sections end in whatever order, each as what it is.
#[test]
fn an_exclusive_section_ends_before_another() {
    let (map, pages) = (Map::new("transaction"), Mutex::new(0));
    let reports = isolated(|_| {
        let exclusive = map.acquire();
        let section = map.enter();
        drop(exclusive);
        // Others may enter beside it, but an exclusive section waits for it.
        takes(&pages);
        drop(section);
        let _pages = pages.lock();
        acquires(&map);
    });
    let report = only(&reports, Inversion, Possible);
    assert!(report.locks().iter().any(|lock| lock.kind() == "Map" && lock.mode() == lockdep::Mode::ReadRecursive), "{report}");
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
    let report = only(&reports, Inversion, Possible);
    assert_cycle(report, 2);
    assert_calls(report, "transaction", &["acquire", "acquire"]);
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

/// The lock of a foreign library: a map with a class of its own, which says how it waits.
mod foreign_locks {
    use super::*;

    static LOADER: LockClass = LockClass::new("the loader's lock");
    static LOADER_LOCK: Map = Map::with_class(&LOADER);
    static TRACE: LockClass = LockClass::new("the trace buffer of libfoo").wait(WaitType::Spin);

    unsafe extern "C" fn locks(_: *mut libc::dl_phdr_info, _: usize, lock: *mut libc::c_void) -> libc::c_int {
        // SAFETY: the lock that `iterates` was given.
        *unsafe { &*lock.cast::<sync::Mutex<u32>>() }.lock().unwrap() += 1;
        1
    }

    /// The loader holds its lock while it calls back.
    #[inline(never)]
    fn iterates(lock: &sync::Mutex<u32>) {
        let _held = LOADER_LOCK.acquire();
        // SAFETY: the lock outlives the call.
        unsafe { libc::dl_iterate_phdr(Some(locks), std::ptr::from_ref(lock).cast_mut().cast()) };
    }

    #[inline(never)]
    fn opens_library() {
        let _held = LOADER_LOCK.acquire();
        // SAFETY: asks for the program itself.
        unsafe { libc::dlclose(libc::dlopen(std::ptr::null(), libc::RTLD_LAZY)) };
    }

    #[test]
    fn they_take_part_in_the_order() {
        let lock = sync::Mutex::new(0_u32);
        let reports = isolated(|_| {
            iterates(&lock);
            let _held = lock.lock().unwrap();
            opens_library();
        });
        let report = only(&reports, Inversion, Possible);
        assert!(report.locks().iter().any(|lock| lock.class_name() == "the loader's lock"), "{}", report.to_text());
        assert_silent(&isolated(|_| {
            iterates(&lock);
            opens_library();
            drop(lock.lock().unwrap());
        }));
    }

    /// A handler that calls `dlsym`, say.
    #[test]
    fn they_sleep_unless_their_class_says_otherwise() {
        let reports = isolated(|cx| cx.in_handler(libc::SIGUSR1, opens_library));
        only(&reports, WaitContext, Certain);
        let trace = Map::with_class(&TRACE);
        let reports = isolated(|cx| cx.in_handler(libc::SIGUSR1, || drop(trace.acquire())));
        assert_silent(&reports);
        let reports = isolated(|cx| {
            cx.in_handler(libc::SIGUSR1, || drop(trace.acquire()));
            drop(trace.acquire());
        });
        only(&reports, IrqUsage, Possible);
    }
}
