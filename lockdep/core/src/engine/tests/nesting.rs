//! Order within a class, and declared orders: subclasses, nest locks, instances, comparators, numbers, leaves.

use super::script::{check, check_places};

#[test]
fn subclasses() {
    check("t1: lock A, lock A2/1, lock A3/2", &[]);
    check("t1: lock A/1, lock A2/1", &["Recursion Possible SameClass: A/1 A/1"]);
    check("t1: lock A, lock A2/1, unlock A2, unlock A; t2: lock A2/1, lock A", &["Inversion Possible: A/1 A"]);
    check("t1: lock A, lock A/1", &["Recursion Certain: A A/1"]);
}

#[test]
fn a_nest_lock_serialises_its_class() {
    check("t1: lock N, lock A1 under N, lock A2 under N, lock A3 under N", &[]);
    check("t1: lock N, lock A2 under N, lock A1 under N, unlock A1, unlock A2, lock A1 under N, lock A2 under N", &[]);
    // Without it the class is as any other.
    check("t1: lock N, lock A1 under N, lock A2", &["Recursion Possible SameClass: A A"]);
    // Order to other classes is checked as always.
    check("t1: lock N, lock A under N, unlock A, unlock N; t2: lock A, lock N", &["Inversion Possible: A N"]);
    check("t1: lock A1 under A1", &["NestLockNotHeld Possible: A"]);
}

#[test]
fn a_nest_lock_of_the_interrupted_code() {
    check("t1: lock N, on 10 { lock A1 under N, lock A2 under N, unlock A2, unlock A1 }", &[]);
}

#[test]
fn one_acquisition_breaks_the_order_once_and_the_nearest_lock_is_named() {
    check("t1: lock A1, try lock A2, lock A3", &["Recursion Possible SameClass: A A"]);
    check_places(
        "t1: lock A1 order 5, lock A2 order 6, lock A3 order 3",
        "SubclassOrder Possible Numbers: A A
            FirstAcquired A | t1: lock A2 order 6
            Acquiring A | t1: lock A3 order 3",
    );
}

/// The kernel's case: the same class twice under a nest lock, released out of order.
#[test]
fn a_nest_lock_and_releases_out_of_order() {
    check("t1: lock X1, lock Y1 under X1, lock A, lock Y2 under X1, unlock A, unlock Y2, unlock Y1, unlock X1", &[]);
}

#[test]
fn a_nest_lock_that_is_not_held() {
    check_places(
        "t1: lock A under N",
        "NestLockNotHeld Possible: A
            Acquiring A | t1: lock A under N",
    );
    // That nothing serialises the second one is the same finding.
    check("t1: lock A1, lock A2 under N", &["NestLockNotHeld Possible: A"]);
    check("t1: lock N, lock A1 under N, unlock N, lock A2 under N", &["NestLockNotHeld Possible: A"]);
    check("t1: lock N2, lock A under N", &["NestLockNotHeld Possible: A"]);
    // Even of a class without validation.
    check("class A no_validate; t1: lock A under N", &["NestLockNotHeld Possible: A"]);
}

#[test]
fn a_nest_lock_does_not_help_against_the_very_same_lock() {
    check("t1: lock N, lock A under N, lock A under N", &["Recursion Certain: A A"]);
}

const INSTANCES: &str = "class A by_instance;";

#[test]
fn nesting_judged_lock_by_lock() {
    check(&format!("{INSTANCES} t1: lock A1, lock A2, unlock A2, unlock A1; t2: lock A1, lock A2"), &[]);
    check(&format!("{INSTANCES} t1: lock A1, lock A2, unlock A2, unlock A1; t2: lock A2, lock A1"), &["Inversion Possible: A A"]);
    check(
        &format!(
            "{INSTANCES} t1: lock A1, lock A2, unlock A2, unlock A1; t2: lock A2, lock A3, unlock A3, unlock A2; t3: lock A3, lock A1"
        ),
        &["Inversion Possible: A A A"],
    );
    check(&format!("{INSTANCES} t1: lock A1, lock A1"), &["Recursion Certain: A A"]);
    check(
        &format!("{INSTANCES} t1: lock A1, lock A2, lock A3, unlock A1, unlock A3, unlock A2; t2: lock A3, lock A1"),
        &["Inversion Possible: A A"],
    );
}

#[test]
fn modes_of_instances() {
    check(&format!("{INSTANCES} t1: rread A1, rread A2, unlock A2, unlock A1; t2: rread A2, rread A1"), &[]);
    check(&format!("{INSTANCES} t1: lock A1, rread A2, unlock A2, unlock A1; t2: read A2, lock A1"), &[]);
    check(&format!("{INSTANCES} t1: rread A1, rread A2, unlock A2, unlock A1; t2: rread A2, lock A1"), &[]);
    check(
        &format!("{INSTANCES} t1: rread A1, rread A2, unlock A2, unlock A1; t2: lock A2, lock A1"),
        &["Inversion Possible: A A"],
    );
    check(
        &format!("{INSTANCES} t1: lock A1, rread A2, unlock A2, unlock A1; t2: lock A2, lock A1"),
        &["Inversion Possible: A A"],
    );
}

/// An image of `A1` is made with `A1` and `B` held, and locked: nobody else knows it.
#[test]
fn a_lock_that_nobody_took_before_is_not_waited_for() {
    const FOREIGN: &str = "class A by_instance reads_alone;";
    check(&format!("{FOREIGN} t1: lock A1, lock B, lock A2 first"), &[]);
    check(&format!("{FOREIGN} t1: read A1, lock B, lock A2 first, unlock A2, unlock B, unlock A1; t2: lock A2, lock B"), &[]);
    // The next time somebody may have it.
    let twice = "lock A1, lock B, lock A2 first, unlock A2, lock A2";
    check(&format!("{FOREIGN} t1: {twice}"), &["Inversion Possible: B A (same thread)"]);
    // What is taken under it comes after it, and it after its like.
    check(
        &format!("{FOREIGN} t1: lock A1, lock A2 first, lock C, unlock C, unlock A2, unlock A1; t2: lock C, lock A1"),
        &["Inversion Possible: C A"],
    );
    check(
        &format!("{FOREIGN} t1: lock A1, lock A2 first, unlock A2, unlock A1; t2: lock A2, lock A1"),
        &["Inversion Possible: A A"],
    );
    // It counts only within its class, and only where that is judged lock by lock and cannot be annotated.
    check(
        &format!("{FOREIGN} t1: lock B, lock A2 first, unlock A2, unlock B; t2: lock A2, lock B"),
        &["Inversion Possible: A B"],
    );
    check(&format!("{INSTANCES} t1: lock A1, lock B, lock A2 first"), &["Inversion Possible: B A (same thread)"]);
    check("t1: lock A1, lock B, lock A2 first", &["Recursion Possible SameClass: A A", "Inversion Possible: B A (same thread)"]);
}

/// Locks that nobody gave an identity are not judged.
#[test]
fn instances_without_identity() {
    for (first, second) in [("anonymous", ""), ("", "anonymous"), ("anonymous", "anonymous")] {
        let rise = format!("lock A1 {first}, lock A2 {second}, unlock A2, unlock A1");
        let fall = format!("lock A2 {second}, lock A1 {first}, unlock A1, unlock A2");
        check(&format!("{INSTANCES} t1: {rise}; t2: {fall}"), &[]);
    }
}

#[test]
fn one_acquisition_among_instances_is_one_report() {
    check(
        &format!("{INSTANCES} t1: lock A3, lock A1, unlock A1, lock A2, unlock A2, unlock A3; t2: lock A1, lock A2, lock A3"),
        &["Inversion Possible: A A"],
    );
}

#[test]
fn a_lock_that_is_gone_leaves_no_order_behind() {
    // At the same address, another lock.
    check(&format!("{INSTANCES} t1: lock A1, lock A2, unlock A2, unlock A1, drop A1; t2: lock A2, lock A1"), &[]);
    check(&format!("{INSTANCES} t1: lock A1, lock A2, unlock A2, unlock A1, drop A2; t2: lock A2, lock A1"), &[]);
    // What did not go through it stays.
    check(
        &format!("{INSTANCES} t1: lock A1, lock A2, lock A3, unlock A3, unlock A2, unlock A1, drop A2; t2: lock A3, lock A1"),
        &["Inversion Possible: A A"],
    );
}

#[test]
fn a_comparator_decides() {
    check("class A ascending; t1: lock A1, lock A2, lock A5", &[]);
    check_places(
        "class A ascending; t1: lock A2, lock A1",
        "SubclassOrder Possible Comparator: A A
            FirstAcquired A | t1: lock A2
            Acquiring A | t1: lock A1",
    );
    check("class A ascending; t1: lock A1, lock A3, lock A2", &["SubclassOrder Possible Comparator: A A"]);
    // Every lock of the class that is held, not only the last.
    check("class A ascending; t1: lock A3, try lock A1, lock A2", &["SubclassOrder Possible Comparator: A A"]);
    check("class A ascending; t1: rread A2, rread A1", &[]);
    check("class A ascending; t1: lock A2, try lock A1", &[]);
    check("class A ascending; t1: lock A1, lock A1", &["Recursion Certain: A A"]);
}

#[test]
fn rising_numbers() {
    check("t1: lock A1 order 3, lock A2 order 5, lock A3 order 9", &[]);
    check("t1: lock A1 order 3, lock A2 order 3", &["SubclassOrder Possible Numbers: A A"]);
    check("t1: lock A1 order 5, lock A2 order 3", &["SubclassOrder Possible Numbers: A A"]);
    check("t1: lock A1 order 5, try lock A2 order 3, unlock A1, lock A3 order 4", &[]);
    check("t1: lock A1 order 5, try lock A2 order 3, lock A3 order 4", &["SubclassOrder Possible Numbers: A A"]);
    // A lock of the class without a number is in no order with them.
    check("t1: lock A1, lock A2 order 3", &["Recursion Possible SameClass: A A"]);
    check("t1: lock A1 order 3, lock A2", &["Recursion Possible SameClass: A A"]);
    // The numbers order one class.
    check("t1: lock A1 order 5, lock B1 order 3", &[]);
    check("t1: lock A1 order 0, lock A2 order 1", &[]);
}

#[test]
fn nothing_under_a_leaf() {
    check_places(
        "class L leaf; t1: lock L, lock A",
        "SubclassOrder Possible Leaf: L A
            FirstAcquired L | t1: lock L
            Acquiring A | t1: lock A",
    );
    check("class L leaf; t1: lock L, lock A, lock B", &["SubclassOrder Possible Leaf: L A", "SubclassOrder Possible Leaf: L B"]);
    check("class L leaf; t1: lock A, lock L, unlock L, unlock A, lock L, unlock L, lock A", &[]);
    check("class L leaf; t1: lock L, try lock A", &[]);
    check("class L leaf; t1: rread L, rread L", &[]);
    // Of several, the nearest is named.
    check("class K leaf; class L leaf; t1: lock L, try lock K, lock A", &["SubclassOrder Possible Leaf: K A"]);
    // The handler has its own context.
    check("class L leaf; t1: lock L, on 10 { lock A, unlock A }", &[]);
    check("class L leaf; t1: on 10 { lock L, lock A, unlock A, unlock L }", &["SubclassOrder Possible Leaf: L A"]);
}

#[test]
fn nesting_across_a_handler_is_a_matter_of_usage() {
    check("class A ascending; t1: lock A2, on 10 { lock A1, unlock A1 }", &["IrqUsage Possible: A on 10"]);
    check("t1: lock A1 order 5, on 10 { lock A2 order 3, unlock A2 }", &["IrqUsage Possible: A on 10"]);
}
