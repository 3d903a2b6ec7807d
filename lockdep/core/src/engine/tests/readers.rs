//! Code that nobody can annotate. Readers of locks that have no writer keep nobody waiting, until there is one; and who waits for a
//! notification waits for what all notifiers hold.

use super::script::{World, check, check_places};

const READERS: &str = "class A reads_alone; class B reads_alone; \
     t1: read A, read B, unlock B, unlock A; t2: read B, read A, unlock A, unlock B;";

#[test]
fn readers_alone_may_read_in_any_order() {
    check(READERS, &[]);
    // Without the rule there might be a writer at any time.
    check(&READERS.replace(" reads_alone", ""), &["Inversion Possible: B A"]);
}

#[test]
fn one_writer_is_not_enough() {
    // Whoever holds B shared does not wait for B, and nobody else can be in the way there.
    check(&format!("{READERS} t3: lock A, unlock A"), &[]);
    check(&READERS.replace("t1: read A", "t3: lock B, unlock B; t1: read A"), &[]);
}

#[test]
fn a_writer_makes_what_was_read_before_count() {
    check_places(
        &format!("{READERS} t3: lock A, unlock A, lock B, unlock B"),
        "Inversion Possible: A B
            Holding A | t1: read A
            AcquiredUnder B | t1: read B
            Holding B | t2: read B
            AcquiredUnder A | t2: read A",
    );
}

#[test]
fn a_writer_makes_what_is_read_after_it_count() {
    let written = "class A reads_alone; class B reads_alone; t3: lock A, unlock A, lock B, unlock B;";
    let readers = READERS.replace("class A reads_alone; class B reads_alone;", "");
    check(&format!("{written} {readers}"), &["Inversion Possible: B A"]);
}

#[test]
fn who_only_tries_to_write_keeps_no_reader_waiting() {
    check(&format!("{READERS} t3: try lock A, unlock A, try lock B, unlock B"), &[]);
}

#[test]
fn an_upgrade_writes() {
    check(&format!("{READERS} t3: upread A, upgrade A, unlock A, upread B, upgrade B, unlock B"), &["Inversion Possible: A B"]);
}

#[test]
fn who_holds_to_write_is_waited_for_as_ever() {
    check(
        "class A reads_alone; class B reads_alone; t1: lock A, read B, unlock B, unlock A; t2: lock B, read A",
        &["Inversion Possible: B A"],
    );
}

#[test]
fn lock_by_lock_it_is_the_same() {
    let readers = "class A reads_alone by_instance; \
         t1: read A1, read A2, unlock A2, unlock A1; t2: read A2, read A1, unlock A1, unlock A2;";
    check(readers, &[]);
    check(&format!("{readers} t3: lock A3, unlock A3"), &["Inversion Possible: A A"]);
}

#[test]
fn a_recursive_reader_hides_no_plain_one() {
    let readers = "class A reads_alone; class B reads_alone; t1: read A, rread B, unlock B, read B, unlock B, unlock A; \
         t2: read B, rread A, unlock A, read A, unlock A, unlock B;";
    check(&format!("{readers} t3: lock A, unlock A, lock B, unlock B"), &["Inversion Possible: A B"]);
}

/// As a thread of `sled` that flushes: it notifies whoever waits for the log, and then waits for it, one as the other with a lock held.
#[test]
fn a_thread_does_not_wake_itself() {
    let alone =
        "class C sleep reads_alone; class L sleep; class M sleep; t1: lock L, notify C, lock M, wait C M, unlock M, unlock L;";
    check(alone, &[]);
    check(&format!("{alone} t2: lock L, notify C, unlock L"), &["Inversion Possible: C L"]);
    check(&format!("{alone} t2: lock L, lock M, wait C M, unlock M, unlock L"), &["Inversion Possible: L C"]);
    // Somebody else wakes them after all.
    check(&format!("{alone} t2: notify C; t2: lock L, lock M, wait C M, unlock M, unlock L"), &[]);
    // Nor over another lock.
    let over = "class C sleep reads_alone; class L sleep; class M sleep; class N sleep; \
         t1: lock L, lock M, wait C M, unlock M, unlock L; t1: lock N, notify C, unlock N; t2: lock N, lock L, unlock L, unlock N;";
    check(over, &[]);
    check(&format!("{over} t3: lock N, notify C"), &["Inversion Possible: C N L"]);
    // Where it can be annotated, one thread is enough.
    check(&alone.replace(" reads_alone", ""), &["Inversion Possible: L C (same thread)"]);
}

/// As the threads of `sled`: one waits for the log, the next one writes to it and notifies, both as readers.
#[test]
fn a_reader_who_notifies_is_not_held_against_one_who_waits() {
    let declare = "class C sleep reads_alone; class L sleep reads_alone; class M sleep; t3: lock L, unlock L;";
    let waiter = "lock M, wait C M, unlock M, unlock L; t2: read L, notify C, unlock L";
    check(&format!("{declare} t1: read L, {waiter}"), &[]);
    check(&format!("{declare} t1: lock L, {waiter}"), &["Inversion Possible: C L"]);
    check(&format!("{declare} t1: read L, {waiter}; t2: lock L, notify C"), &["Inversion Possible: C L"]);
    check(&format!("{declare} t1: read L, {waiter}").replacen(" reads_alone", "", 1), &["Inversion Possible: C L"]);
}

#[test]
fn waiters_wait_for_what_all_notifiers_hold() {
    let waiter = "class C sleep reads_alone; class L sleep; class M sleep; t1: lock L, lock M, wait C M, unlock M, unlock L;";
    let reported = ["Inversion Possible: C L"];
    check(&format!("{waiter} t2: lock L, notify C, unlock L"), &reported);
    check(&format!("{waiter} t2: lock L, lock M, notify C, unlock M, unlock L; t3: lock M, notify C, unlock M"), &reported);
    // Somebody else may wake them.
    check(&format!("{waiter} t3: notify C; t2: lock L, notify C, unlock L"), &[]);
    check(&format!("{waiter} t3: lock M, notify C, unlock M; t2: lock L, notify C, unlock L"), &[]);
    let late = waiter.replace("t1:", "t2: lock L, notify C, unlock L; t3: notify C; t1:");
    check(&late, &[]);
    // What one notifier alone holds does not hide what all of them need.
    let notifiers = "t2: lock X, lock L, notify C, unlock L, unlock X; t3: lock X, notify C, unlock X; t1:";
    check(&format!("class X sleep; {}", waiter.replace("t1:", notifiers)), &["Inversion Possible: L C X"]);
    // It was so until now: the verdict says what it rests on, and who comes later may refute it.
    let mut world = World::run(&format!("{waiter} t2: lock L, lock M, notify C, unlock M, unlock L"));
    let verdict = world.found[0].clone();
    assert_eq!(verdict.rests_on.len(), 1);
    world.go("t3: lock L, notify C, unlock L");
    assert!(world.engine.still_holds(&verdict));
    world.go("t3: lock M, notify C, unlock M");
    assert!(!world.engine.still_holds(&verdict));
    // Where it can be annotated, one notifier is enough.
    let own = waiter.replace(" reads_alone", "");
    check(&format!("{own} t3: notify C; t2: lock L, notify C, unlock L"), &reported);
}
