//! Where a lock may be waited for, and what waits for whom without a lock.

use super::script::{World, check, check_places};

#[test]
fn a_sleeping_lock_in_a_handler() {
    check_places(
        "class M sleep; t1: on 10 { lock M",
        "WaitContext Certain SleepInHandler: M on 10
            InHandler(10) M | t1: lock M",
    );
    for mode in ["read", "rread", "upread"] {
        check(&format!("class M sleep; t1: on 10 {{ {mode} M"), &["WaitContext Certain SleepInHandler: M on 10"]);
    }
}

#[test]
fn a_sleeping_lock_under_a_spin_lock() {
    check_places(
        "class M sleep; class S spin; t1: lock S, lock M",
        "WaitContext Certain SleepUnderSpin: M S
            FirstAcquired S | t1: lock S
            Acquiring M | t1: lock M",
    );
    check("class M sleep; t1: read S, lock M", &["WaitContext Certain SleepUnderSpin: M S"]);
    check("class M sleep; t1: try lock S, lock M", &["WaitContext Certain SleepUnderSpin: M S"]);
    check("class M sleep; t1: lock S, unlock S, lock M", &[]);
    // Of several, the nearest is named.
    check("class M sleep; t1: lock S, lock T, lock M", &["WaitContext Certain SleepUnderSpin: M T"]);
}

/// The kernel's table of contexts, with the locks that there are here: outer by inner.
#[test]
fn every_lock_under_every_other() {
    for outer in ["free", "spin", "sleep"] {
        for inner in ["free", "spin", "sleep"] {
            let report: &[&str] =
                if (outer, inner) == ("spin", "sleep") { &["WaitContext Certain SleepUnderSpin: I O"] } else { &[] };
            check(&format!("class O {outer}; class I {inner}; t1: lock O, lock I"), report);
        }
    }
    for inner in ["free", "spin", "sleep"] {
        let report: &[&str] = if inner == "sleep" { &["WaitContext Certain SleepInHandler: I on 10"] } else { &[] };
        check(&format!("class I {inner}; t1: on 10 {{ lock I, unlock I }}"), report);
    }
}

#[test]
fn what_does_not_wait() {
    check("class M sleep; t1: on 10 { try lock M, unlock M }", &[]);
    check("class M sleep; t1: lock S, try lock M", &[]);
    // A masked signal only waits.
    check("class M sleep; t1: lock_irq M, unlock M, disable, lock M, unlock M, enable", &[]);
}

#[test]
fn a_limited_wait_is_a_wait() {
    check_places(
        "class M sleep; t1: on 10 { timed M }",
        "WaitContext Certain SleepInHandler: M on 10
            InHandler(10) M | t1: timed M",
    );
    check("class M sleep; t1: lock S, timed M", &["WaitContext Certain SleepUnderSpin: M S"]);
    check("class M sleep; t1: timed M", &[]);
    check("t1: on 10 { timed S }", &[]);
}

#[test]
fn the_declared_wait_type_counts() {
    check("class M sleep as_spin; t1: on 10 { lock M, unlock M }", &[]);
    check("class M sleep as_spin; class N sleep; t1: lock M, lock N", &["WaitContext Certain SleepUnderSpin: N M"]);
}

#[test]
fn a_spin_lock_of_the_interrupted_code_does_not_make_it_worse() {
    check("class M sleep; t1: lock S, on 10 { lock M", &["WaitContext Certain SleepInHandler: M on 10"]);
    check("class M sleep; t1: on 10 { lock S, lock M", &["WaitContext Certain SleepInHandler: M on 10"]);
}

#[test]
fn might_sleep() {
    check_places(
        "t1: lock S, might_sleep",
        "WaitContext Certain SleepUnderSpin: S
            FirstAcquired S | t1: lock S
            Acquiring | t1: might_sleep",
    );
    check_places(
        "t1: on 10 { might_sleep }",
        "WaitContext Certain SleepInHandler on 10
            InHandler(10) | t1: might_sleep",
    );
    check("class M sleep; t1: lock M, might_sleep, disable, might_sleep, enable", &[]);
}

#[test]
fn a_class_without_validation_waits_all_the_same() {
    check("class M sleep no_validate; t1: on 10 { lock M", &["WaitContext Certain SleepInHandler: M on 10"]);
    check("class M sleep; class S no_validate; t1: lock S, lock M", &["WaitContext Certain SleepUnderSpin: M S"]);
}

const CONDVAR: &str = "class C sleep; class M sleep; class A sleep;";

#[test]
fn a_wait_for_a_condition_variable_sleeps() {
    check(
        "class C sleep; class M sleep; t1: on 10 { try lock M, wait C M",
        &["WaitContext Certain SleepInHandler: C on 10", "WaitContext Certain SleepInHandler: M on 10"],
    );
    check(
        "class C sleep; class M sleep; t1: lock M, try lock S, wait C M",
        &["WaitContext Certain SleepUnderSpin: C S", "WaitContext Certain SleepUnderSpin: M S"],
    );
}

#[test]
fn a_wait_with_nothing_else_held() {
    check(&format!("{CONDVAR} t1: lock M, wait C M, unlock M; t2: lock M, notify C, unlock M; t1: lock M, wait C M"), &[]);
    // The mutex is free while it waits.
    check(&format!("{CONDVAR} t1: lock M, wait C M, lock M"), &["Recursion Certain: M M"]);
}

#[test]
fn the_notifier_needs_a_lock_that_the_waiter_holds() {
    let waiter = "t1: lock A, lock M, wait C M, unlock M, unlock A";
    let notifier = "t2: lock A, notify C, unlock A";
    check_places(
        &format!("{CONDVAR} {waiter}; {notifier}"),
        "Inversion Possible: C A
            Holding C | t2: notify C
            AcquiredUnder A | t2: lock A
            Holding A | t1: lock A
            AcquiredUnder C | t1: wait C M",
    );
    check_places(
        &format!("{CONDVAR} {notifier}; {waiter}"),
        "Inversion Possible: A C
            Holding A | t1: lock A
            AcquiredUnder C | t1: wait C M
            Holding C | t2: notify C
            AcquiredUnder A | t2: lock A",
    );
}

#[test]
fn a_limited_wait_for_a_notifier_says_so_in_either_order() {
    let waiter = "t1: lock A, lock M, wait_timed C M, unlock M, unlock A";
    let notifier = "t2: lock A, notify C, unlock A";
    check(&format!("{CONDVAR} {notifier}; {waiter}"), &["Inversion Possible TimedWait: A C"]);
    check(&format!("{CONDVAR} {waiter}; {notifier}"), &["Inversion Possible TimedWait: C A"]);
    // An unlimited wait at the same place in the order is worse.
    let unlimited = "t3: lock A, lock M, wait C M, unlock M, unlock A";
    check(&format!("{CONDVAR} {unlimited}; {waiter}; {notifier}"), &["Inversion Possible: C A"]);
    check(&format!("{CONDVAR} {waiter}; {unlimited}; {notifier}"), &["Inversion Possible: C A"]);
}

#[test]
fn the_notifier_needs_it_over_another_lock() {
    check(
        &format!(
            "{CONDVAR} t1: lock A, lock M, wait C M, unlock M, unlock A; t2: lock B, lock A, unlock A, unlock B; t3: lock B, notify C"
        ),
        &["WaitContext Certain SleepUnderSpin: A B", "Inversion Possible: C B A"],
    );
}

#[test]
fn a_notifier_with_several_locks_is_one_report() {
    check(
        &format!(
            "{CONDVAR} class B sleep; t1: lock A, lock B, lock M, wait C M, unlock M, unlock B, unlock A; t2: lock A, lock B, notify C"
        ),
        &["Inversion Possible: C B"],
    );
}

#[test]
fn what_a_notifier_does_not_need() {
    // Released already, without validation, held by the code that its handler interrupted.
    let world = World::run(
        "class N no_validate; t1: lock A, lock N, lock B, unlock A, notify C, on 10 { notify C }, unlock B, unlock N
         t1: lock D, on 10 { notify C }",
    );
    assert_eq!(world.dependencies(), ["A EN B", "C EN B"]);
}

#[test]
fn readers_and_notifiers() {
    // Both may read at once.
    check(&format!("{CONDVAR} t1: read A, lock M, wait C M, unlock M, unlock A; t2: rread A, notify C"), &[]);
    check(
        &format!("{CONDVAR} t1: read A, lock M, wait C M, unlock M, unlock A; t2: read A, notify C"),
        &["Inversion Possible: C A"],
    );
}

#[test]
fn the_mutex_is_taken_again_under_what_is_held() {
    // After the wait: M under A, though M was taken first.
    check(&format!("{CONDVAR} t1: lock M, lock A, wait C M, unlock M, unlock A"), &["Inversion Possible: A M (same thread)"]);
}

#[test]
fn sections_that_others_wait_for() {
    let flusher = "t1: enter F, lock A, unlock A, leave F";
    check(&format!("class F sleep; class A sleep; {flusher}; t2: lock A, await F"), &["Inversion Possible: A F"]);
    check(&format!("class F sleep; class A sleep; t2: lock A, await F, unlock A; {flusher}"), &["Inversion Possible: F A"]);
    check(&format!("class F sleep; class A sleep; {flusher}; t2: lock A, unlock A, await F"), &[]);
    // Several may be inside, one after the other too.
    check("class F sleep; t1: enter F, enter F, leave F, leave F; t2: enter F, leave F", &[]);
    check("class F sleep; t1: enter F, await F", &["Recursion Certain: F F"]);
    check("class F sleep; t1: on 10 { await F }", &["WaitContext Certain SleepInHandler: F on 10"]);
    check("class F sleep; t1: on 10 { enter F, leave F }", &[]);
}
