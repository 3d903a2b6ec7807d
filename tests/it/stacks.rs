//! Stacks are those of the very acquisition, whatever came through the same line before.

use std::hint::black_box;

use lockdep::ReportKind::{Inversion, Recursion};
use lockdep::Severity::Possible;
use lockdep::parking_lot::{Mutex, MutexGuard};
use lockdep::{LabelledStack, LockClass, Report};

use crate::support::{assert_cycle, assert_kinds, assert_stacks, class, count_frames, isolated, only};

/// Takes two locks of a class, so many calls deeper.
#[inline(never)]
fn descend(calls: usize, locks: &[Mutex<u32>; 2]) {
    if calls > 0 {
        descend(calls - 1, locks);
    } else {
        let _first = locks[0].lock();
        let _second = locks[1].lock();
    }
    // Keeps the call above a call.
    black_box(calls);
}

fn pair(class: &'static LockClass) -> [Mutex<u32>; 2] {
    [0, 1].map(|n| Mutex::with_class(n, class))
}

#[test]
fn each_depth_has_its_own_stack() {
    const CALLS: [usize; 4] = [3, 7, 0, 20];
    let pairs = CALLS.map(|calls| pair(class(format!("depth {calls}"))));
    let reports = isolated(|_| CALLS.iter().zip(&pairs).for_each(|(&calls, pair)| descend(calls, pair)));
    assert_kinds(&reports, &[Recursion; CALLS.len()]);
    let mut all_frames = [0; CALLS.len()];
    for (calls, all) in CALLS.iter().zip(&mut all_frames) {
        let name = format!("depth {calls}");
        let report = reports.iter().find(|report| report.locks()[0].class_name() == name).unwrap();
        assert_stacks(report, &[("first acquired at", "descend"), ("acquiring at", "descend")]);
        for stack in report.stacks() {
            assert_eq!(count_frames(stack, "descend"), calls + 1, "{}", report.to_text());
        }
        *all = report.stacks()[0].frames().len();
    }
    // Nothing else differs, and nothing is cut off.
    assert_eq!(all_frames.map(|frames| frames - all_frames[2]), CALLS);
}

struct Pair {
    wal: Mutex<u64>,
    cache: Mutex<u32>,
}

/// The one line that every acquisition of a lock of this type comes through.
#[inline(never)]
fn take<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock()
}

// The three have the same shape on purpose: their acquisitions come from the same line at the same depth.

#[inline(never)]
fn warm_up(pair: &Pair) {
    drop(take(&pair.wal));
    drop(take(&pair.cache));
}

#[inline(never)]
fn commit(pair: &Pair) {
    let _wal = take(&pair.wal);
    let _cache = take(&pair.cache);
}

#[inline(never)]
fn evict(pair: &Pair) {
    let _cache = take(&pair.cache);
    let _wal = take(&pair.wal);
}

fn callers(stack: &LabelledStack) -> [usize; 3] {
    ["warm_up", "commit", "evict"].map(|function| count_frames(stack, function))
}

fn check(report: &Report, expected: [[usize; 3]; 4]) {
    assert_cycle(report, 2);
    let found: Vec<_> = report.stacks().iter().map(callers).collect();
    assert_eq!(found, expected, "\n{}", report.to_text());
    for stack in report.stacks() {
        assert_eq!(count_frames(stack, "take"), 1, "{}", report.to_text());
    }
}

const COMMIT: [usize; 3] = [0, 1, 0];
const EVICT: [usize; 3] = [0, 0, 1];

#[test]
fn an_earlier_caller_is_not_shown() {
    let pair = Pair { wal: Mutex::new(0), cache: Mutex::new(0) };
    let reports = isolated(|_| {
        (0..3).for_each(|_| warm_up(&pair));
        commit(&pair);
        (0..3).for_each(|_| warm_up(&pair));
        evict(&pair);
    });
    check(only(&reports, Inversion, Possible), [EVICT, EVICT, COMMIT, COMMIT]);
}

/// The lock that is held was taken at a line and in a situation known from another caller; only what is taken under it is new.
#[test]
fn the_held_lock_is_shown_with_its_own_caller() {
    #[inline(never)]
    fn insert(pair: &Pair) {
        drop(take(&pair.cache));
    }
    #[inline(never)]
    fn commit(pair: &Pair, grow: bool) {
        let _wal = take(&pair.wal);
        if grow {
            insert(pair);
        }
    }
    #[inline(never)]
    fn warm_up(pair: &Pair) {
        commit(pair, false);
    }
    let pair = Pair { wal: Mutex::new(0), cache: Mutex::new(0) };
    let reports = isolated(|_| {
        (0..3).for_each(|_| warm_up(&pair));
        commit(&pair, true);
        evict(&pair);
    });
    check(only(&reports, Inversion, Possible), [EVICT, EVICT, COMMIT, COMMIT]);
    assert_eq!(count_frames(&reports[0].stacks()[3], "insert"), 1);
}
