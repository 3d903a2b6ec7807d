//! The same lock again, another lock of its class.

use super::script::{check, check_places};

/// Every mode after every other on one lock: without a queued writer, with one.
#[test]
fn a_lock_again_in_every_mode() {
    const CERTAIN: &str = "Recursion Certain: A A";
    const POSSIBLE: &str = "Recursion Possible: A A";
    const QUEUED: &str = "Recursion Certain WriterQueued: A A";
    const QUEUED_ANYWAY: &str = CERTAIN;
    #[rustfmt::skip]
    let table: [(&str, &str, &[&str], &[&str]); 16] = [
        ("lock",   "lock",   &[CERTAIN],  &[QUEUED_ANYWAY]),
        ("lock",   "read",   &[CERTAIN],  &[QUEUED]),
        ("lock",   "rread",  &[CERTAIN],  &[QUEUED]),
        ("lock",   "upread", &[CERTAIN],  &[QUEUED]),
        ("read",   "lock",   &[CERTAIN],  &[QUEUED_ANYWAY]),
        ("read",   "read",   &[POSSIBLE], &[QUEUED]),
        ("read",   "rread",  &[],         &[]),
        ("read",   "upread", &[POSSIBLE], &[QUEUED]),
        ("rread",  "lock",   &[CERTAIN],  &[QUEUED_ANYWAY]),
        ("rread",  "read",   &[POSSIBLE], &[QUEUED]),
        ("rread",  "rread",  &[],         &[]),
        ("rread",  "upread", &[POSSIBLE], &[QUEUED]),
        ("upread", "lock",   &[CERTAIN],  &[QUEUED_ANYWAY]),
        ("upread", "read",   &[],         &[]),
        ("upread", "rread",  &[],         &[]),
        ("upread", "upread", &[CERTAIN],  &[QUEUED]),
    ];
    for (first, again, alone, queued) in table {
        check(&format!("t1: {first} A, {again} A"), alone);
        check(&format!("t1: {first} A, {again} A queued"), queued);
        // Another lock in between does not hide it.
        check(&format!("t1: {first} A, lock B, {again} A"), if alone == [CERTAIN] { alone } else { continue });
    }
}

#[test]
fn both_places_are_shown() {
    check_places(
        "t1: lock A, lock B, lock A",
        "Recursion Certain: A A
            FirstAcquired A | t1: lock A
            Acquiring A | t1: lock A",
    );
    check_places(
        "t1: read A, read A queued",
        "Recursion Certain WriterQueued: A A
            FirstAcquired A | t1: read A
            Acquiring A | t1: read A queued",
    );
}

#[test]
fn the_hold_that_is_most_in_the_way_is_named() {
    // Of holds that are equally in the way, the first.
    check_places(
        "t1: read A, rread A, upread A queued",
        "Recursion Certain WriterQueued: A A
            FirstAcquired A | t1: read A
            Acquiring A | t1: upread A queued",
    );
    // The reader in between would only be possibly in the way.
    check_places(
        "t1: upread A, read A, upread A",
        "Recursion Certain: A A
            FirstAcquired A | t1: upread A
            Acquiring A | t1: upread A",
    );
}

#[test]
fn a_released_lock_may_be_taken_again() {
    check("t1: lock A, unlock A, lock A, unlock A", &[]);
    check("t1: lock A, lock B, unlock A, lock A, unlock A, unlock B", &["Inversion Possible: B A (same thread)"]);
}

#[test]
fn another_thread_may_hold_it() {
    check("t1: lock A; t2: lock A", &[]);
}

#[test]
fn a_reentrant_lock_may_be_taken_again() {
    check("t1: lock A reentrant, lock A reentrant, unlock A, unlock A", &[]);
    check("t1: lock A reentrant, lock A", &["Recursion Certain: A A"]);
    // Not another lock of its class, though.
    check("t1: lock A reentrant, lock A2 reentrant", &["Recursion Possible SameClass: A A"]);
}

/// It would not wait this time.
#[test]
fn a_reentrant_lock_that_a_handler_takes_again() {
    let take = |kind: &str| {
        format!("class A {kind}; t1: lock A reentrant, on 10 {{ lock A reentrant, lock A reentrant, unlock A, unlock A }}")
    };
    check(&take("sleep"), &["WaitContext Certain SleepInHandler: A on 10"]);
    check(&take("spin"), &[]);
    check("class A sleep; t1: lock A reentrant, lock B, lock A reentrant", &[]);
}

#[test]
fn a_reentrant_lock_is_in_no_order_with_itself() {
    check("t1: lock A reentrant, lock B, lock A reentrant, unlock A, unlock B, unlock A; t2: lock A reentrant, lock B", &[]);
}

#[test]
fn a_trylock_does_not_wait() {
    check("t1: read A, try read A, unlock A, unlock A", &[]);
    check("t1: lock A, try lock A2, unlock A2, unlock A", &[]);
    // What it holds is held all the same.
    check("t1: try lock A, lock A", &["Recursion Certain: A A"]);
}

#[test]
fn another_lock_of_the_class() {
    check("t1: lock A, lock A2", &["Recursion Possible SameClass: A A"]);
    check("t1: read A, read A2", &["Recursion Possible SameClass: A A"]);
    check("t1: read A, lock A2", &["Recursion Possible SameClass: A A"]);
    check("t1: lock A, rread A2", &["Recursion Possible SameClass: A A"]);
    check("t1: upread A, read A2", &["Recursion Possible SameClass: A A"]);
    check("t1: rread A, rread A2", &[]);
    check("t1: read A, rread A2", &[]);
    check("t1: lock A, lock B, lock A2", &["Recursion Possible SameClass: A A", "Inversion Possible: B A (same thread)"]);
}

#[test]
fn a_possible_recursion_does_not_end_the_thread() {
    check(
        "t1: read A, read A, lock B, unlock B, unlock A, unlock A; t2: lock B, lock A",
        &["Recursion Possible: A A", "Inversion Possible: B A"],
    );
}

#[test]
fn a_certain_recursion_is_all_that_is_said() {
    // It would also be a sleeping lock under a spin lock, and an inversion.
    check(
        "class A sleep as_spin; class L leaf; t1: lock B, lock A, unlock A, unlock B, lock A, lock L, lock A",
        &["Recursion Certain: A A"],
    );
    check("class A sleep; class S; t1: lock A, lock S, lock A", &["Recursion Certain: A A"]);
    check(
        "t1: lock B, lock A, unlock A, unlock B, lock A, lock B, lock A",
        &["Inversion Possible: A B (same thread)", "Recursion Certain: A A"],
    );
}

/// As those of `dashmap`, whose readers come in next to readers, whoever waits.
#[test]
fn readers_that_pass_writers_may_read_again() {
    check("class A readers_pass; t1: read A, read A, unlock A, read A queued", &[]);
    check("class A readers_pass; t1: lock A, read A", &["Recursion Certain: A A"]);
    check("class A readers_pass; t1: read A, lock A", &["Recursion Certain: A A"]);
}

/// As that of `spin`, whose readers pass writers that wait, and no upgradable hold.
#[test]
fn an_upgradable_hold_that_keeps_readers_out() {
    let spin = "class A readers_pass upgradable_excludes;";
    check(&format!("{spin} t1: upread A, read A"), &["Recursion Certain: A A"]);
    check(&format!("{spin} t1: read A, read A"), &[]);
    let orders = "t1: upread A, lock B, unlock B, unlock A; t2: lock B, read A";
    check(&format!("{spin} {orders}"), &["Inversion Possible: B A"]);
    check(&format!("class A readers_pass; {orders}"), &[]);
}

#[test]
fn the_handler_takes_what_the_interrupted_code_holds() {
    check("t1: lock A, on 10 { lock A", &["Recursion Certain: A A on 10"]);
    check_places(
        "t1: read A, on 10 { lock B, lock A",
        "Recursion Certain: A A on 10
            FirstAcquired A | t1: read A
            InHandler(10) A | t1: lock A",
    );
    // A holder that is the handler itself was not interrupted: no signal plays a part, unless another one comes between.
    check("t1: on 10 { lock A, lock A", &["Recursion Certain: A A"]);
    check("t1: on 10 { lock A, on 12 { lock A", &["Recursion Certain: A A on 12"]);
    // A recursive reader passes a reader.
    check("t1: read A, on 10 { rread A, unlock A }", &[]);
    check("class A handler_reads; t1: read A, on 10 { read A queued, unlock A }", &[]);
    check("class A handler_reads; t1: read A, read A", &["Recursion Possible: A A"]);
    check("t1: read A, on 10 { read A, unlock A }", &["Recursion Possible: A A on 10", "IrqUsage Possible: A on 10"]);
}

#[test]
fn another_lock_of_the_class_in_a_handler_is_a_matter_of_usage() {
    check("t1: lock A, on 10 { lock A2, unlock A2 }", &["IrqUsage Possible: A on 10"]);
}

#[test]
fn an_upgrade_waits_for_the_readers() {
    check("t1: upread A, upgrade A, unlock A", &[]);
    check("t1: upread A, read A, upgrade A", &["Recursion Certain Upgrade: A A"]);
    check("t1: upread A, rread A, upgrade A", &["Recursion Certain Upgrade: A A"]);
    check("t1: read A, upread A, upgrade A", &["Recursion Possible: A A", "Recursion Certain Upgrade: A A"]);
    // The reader in between is gone.
    check("t1: upread A, read A, unlock A, upgrade A, unlock A", &[]);
}

/// What the thread holds of the lock keeps everybody out that it could wait for: so it waits for nobody else either.
#[test]
fn what_cannot_wait_comes_after_nothing() {
    for (first, again) in [("read", "rread"), ("rread", "rread"), ("upread", "rread"), ("upread", "read")] {
        check(&format!("t1: {first} A, lock B, {again} A, unlock A, unlock B, unlock A; t2: lock A, lock B"), &[]);
    }
    // A writer may come between these readers,
    let report = ["Recursion Possible: A A", "Inversion Possible: B A (same thread)"];
    check("t1: read A, lock B, read A", &report);
    // but not where one hold is upgradable.
    check("t1: upread A, read A, read A", &[]);
    check("t1: upread A, rread A, read A", &[]);
}

#[test]
fn after_a_conversion_the_new_mode_counts() {
    check("t1: upread A, upgrade A, rread A", &["Recursion Certain: A A"]);
    check("t1: lock A, downgrade A, rread A, unlock A, unlock A", &[]);
    check("t1: lock A, downgrade A, read A", &["Recursion Possible: A A"]);
}
