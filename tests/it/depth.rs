//! No table is fixed: many locks held at once, many reports.

use std::collections::HashSet;

use lockdep::ReportKind::{Inversion, Recursion};
use lockdep::Severity::{Certain, Possible};
use lockdep::parking_lot::Mutex;
use lockdep::spin::SpinLock;
use lockdep::{Report, assert_held, assert_none_held, assert_not_held, irq};

use crate::support::{assert_cycle, assert_kinds, assert_silent, class, isolated, only};

/// Well above the kernel's 48, and above the room a thread begins with.
const DEPTH: usize = 200;

/// So many locks, each of a class of its own.
fn locks(n: usize) -> Vec<Mutex<usize>> {
    (0..n).map(|n| Mutex::with_class(n, class(format!("level {n}")))).collect()
}

/// Takes all of them, and releases them in an order that is neither theirs nor the reverse.
fn take_all(locks: &[Mutex<usize>]) {
    let mut guards: Vec<_> = locks.iter().map(|lock| Some(lock.lock())).collect();
    for step in 0..locks.len() {
        // 77 and the length have no common factor, so that each gets its turn.
        let released = step * 77 % locks.len();
        assert_held!(locks[released]);
        assert!(guards[released].take().is_some());
        assert_not_held!(locks[released]);
    }
    assert_none_held!();
}

#[test]
fn many_locks_and_releases_out_of_order_are_silent() {
    let locks = locks(DEPTH);
    assert_silent(&isolated(|_| (0..3).for_each(|_| take_all(&locks))));
    assert!(locks.iter().all(|lock| !lock.is_locked()));
}

/// The innermost before the outermost, after all of them in order.
fn contradict_many() -> Vec<Report> {
    let locks = locks(DEPTH);
    isolated(|_| {
        take_all(&locks);
        let _last = locks[DEPTH - 1].lock();
        let _first = locks[0].lock();
    })
}

#[test]
fn the_order_of_many_locks_is_known() {
    let reports = contradict_many();
    let report = only(&reports, Inversion, Possible);
    assert_cycle(report, report.locks().len());
    let names: Vec<_> = report.locks().iter().map(|lock| lock.class_name()).collect();
    assert_eq!(names[..2], ["level 199", "level 0"]);
}

/// The outermost was held when the innermost was taken: no need to go over those between.
#[test]
fn the_shortest_cycle_of_many_locks_is_reported() {
    assert_cycle(only(&contradict_many(), Inversion, Possible), 2);
}

#[test]
fn many_reports() {
    const REPORTS: usize = 120;
    let locks = locks(2 * REPORTS);
    let reports = isolated(|_| {
        for pair in locks.chunks_exact(2) {
            for (outer, inner) in [(0, 1), (1, 0)] {
                let _outer = pair[outer].lock();
                let _inner = pair[inner].lock();
            }
        }
    });
    assert_kinds(&reports, &[Inversion; REPORTS]);
    let ids: HashSet<_> = reports.iter().map(|report| report.id()).collect();
    assert_eq!(ids.len(), REPORTS);
}

#[test]
fn a_recursion_at_the_bottom() {
    let locks = locks(DEPTH);
    let reports = isolated(|_| {
        let _held: Vec<_> = locks.iter().map(Mutex::lock).collect();
        let _again = locks[0].lock();
    });
    assert!(only(&reports, Recursion, Certain).locks().iter().all(|lock| lock.class_name() == "level 0"));
    assert!(locks.iter().all(|lock| !lock.is_locked()));
}

/// Drops from the last to the first, as the guards of irq sections must.
fn drop_in_reverse<T>(mut guards: Vec<T>, mut after_each: impl FnMut(&[T])) {
    while guards.pop().is_some() {
        after_each(&guards);
    }
}

#[test]
fn many_irq_sections_are_silent() {
    let locks: Vec<_> = (0..DEPTH).map(|n| SpinLock::with_class(n, class(format!("irq {n}")))).collect();
    let reports = isolated(|_| {
        let guards: Vec<_> = locks.iter().map(SpinLock::lock_irqsave).collect();
        drop_in_reverse(guards, |rest| assert_eq!(irq::enabled(), rest.is_empty()));
        let tokens: Vec<_> = (0..1000).map(|_| irq::Counted::new()).collect();
        assert!(!irq::enabled());
        drop(tokens);
        assert!(irq::enabled());
    });
    assert_silent(&reports);
}

/// The handler needs more room than there is.
#[test]
fn a_handler_on_top_of_many_locks_is_silent() {
    let below = locks(64);
    let above: Vec<_> = (0..DEPTH).map(|n| SpinLock::with_class(n, class(format!("above {n}")))).collect();
    let reports = isolated(|cx| {
        let held: Vec<_> = below.iter().map(Mutex::lock).collect();
        cx.in_handler(libc::SIGUSR1, || {
            drop_in_reverse(above.iter().map(SpinLock::lock_irqsave).collect(), |_| ());
        });
        below.iter().for_each(|lock| assert_held!(lock));
        drop(held);
        assert_none_held!();
    });
    assert_silent(&reports);
}

#[test]
fn a_cycle_of_many_classes() {
    let locks = locks(3000);
    let reports = isolated(|_| {
        for pair in locks.windows(2) {
            let _outer = pair[0].lock();
            let _inner = pair[1].lock();
        }
        let _last = locks[2999].lock();
        let _first = locks[0].lock();
    });
    assert_eq!(only(&reports, Inversion, Possible).locks().len(), 3000);
}
