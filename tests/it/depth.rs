//! No table is fixed: many locks held at once, many reports.

use std::collections::HashSet;

use lockdep::ReportKind::Inversion;
use lockdep::Severity::Possible;
use lockdep::parking_lot::Mutex;
use lockdep::{Report, assert_held, assert_none_held, assert_not_held};

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
