//! Closed strong paths, of any length, over the four kinds of dependencies.

use super::script::{World, check, check_places};
use crate::engine::acquire::NEAR;

#[test]
fn two_locks_in_both_orders() {
    check("t1: lock A, lock B, unlock B, unlock A; t2: lock B, lock A", &["Inversion Possible: B A"]);
    check("t1: lock A, lock B, unlock B, unlock A, lock B, lock A", &["Inversion Possible: B A (same thread)"]);
    check("t1: lock A, lock B, unlock B, unlock A; t2: lock A, lock B", &[]);
}

#[test]
fn every_dependency_of_the_cycle_shows_both_its_places() {
    check_places(
        "t1: lock A, lock B, unlock B, unlock A; t2: lock B, lock C, unlock C, unlock B; t3: lock C, read A",
        "Inversion Possible: C A B
            Holding C | t3: lock C
            AcquiredUnder A | t3: read A
            Holding A | t1: lock A
            AcquiredUnder B | t1: lock B
            Holding B | t2: lock B
            AcquiredUnder C | t2: lock C",
    );
}

#[test]
fn any_length() {
    let locks: Vec<String> = (0..26).map(|at| format!("L{}", char::from(b'a' + at))).collect();
    let mut script = String::new();
    for pair in locks.windows(2) {
        script += &format!("t1: lock {0}, lock {1}, unlock {1}, unlock {0};", pair[0], pair[1]);
    }
    script += &format!("t2: lock {}, lock {}", locks[25], locks[0]);
    let mut cycle = vec![locks[25].clone()];
    cycle.extend_from_slice(&locks[..25]);
    check(&script, &[&format!("Inversion Possible: {} (same thread)", cycle.join(" "))]);
}

/// Writers and readers wait for each other but for the recursive reader, who waits for no reader, and any reader, who waits for no
/// upgradable one: a writer who comes between does not keep others out while he waits for that.
#[test]
fn the_four_kinds() {
    let modes = ["lock", "read", "rread", "upread"];
    for case in 0..256 {
        let [held_1, taken_1, held_2, taken_2] = [0, 2, 4, 6].map(|shift| modes[case >> shift & 3]);
        let script = format!("t1: {held_1} A, {taken_1} B, unlock B, unlock A; t2: {held_2} B, {taken_2} A");
        let passes = |taken, held| matches!((taken, held), ("rread", "read" | "rread" | "upread") | ("read", "upread"));
        if passes(taken_1, held_2) || passes(taken_2, held_1) {
            check(&script, &[]);
        } else {
            check(&script, &["Inversion Possible: B A"]);
        }
    }
}

#[test]
fn each_kind_is_a_dependency_of_its_own() {
    let known = |script: &str| World::run(script).dependencies();
    let both = "lock B, unlock B, rread B, unlock B";
    let all = format!("t1: lock A, {both}, unlock A, read A, {both}, unlock A");
    assert_eq!(known(&all), ["A EN B", "A ER B", "A SN B", "A SR B"]);
    assert_eq!(known("t1: upread A, read B"), ["A SN B"]);
    // A reader waits for fewer than a writer.
    assert_eq!(known("t1: lock A, lock B, unlock B, read B"), ["A EN B", "A EN B"]);
}

/// A chain that was proven with a reader is not proven with a writer.
#[test]
fn the_weaker_order_first() {
    check(
        "t1: rread A, lock B, unlock B, unlock A; t2: lock B, rread A, unlock A, unlock B; t3: lock B, lock A",
        &["Inversion Possible: B A"],
    );
    check(
        "t1: lock A, rread B, unlock B, unlock A; t2: read B, lock A, unlock A, unlock B; t3: lock B, lock A",
        &["Inversion Possible: B A"],
    );
}

#[test]
fn a_weak_link_anywhere_breaks_the_path() {
    // A →R B, B S→ C: a recursive reader of B does not wait for a reader of B.
    check("t1: lock A, rread B, unlock B, unlock A; t2: read B, lock C, unlock C, unlock B; t3: lock C, lock A", &[]);
    check(
        "t1: lock A, rread B, unlock B, unlock A; t2: lock B, lock C, unlock C, unlock B; t3: lock C, lock A",
        &["Inversion Possible: C A B"],
    );
    // Where it is closed counts too.
    check("t1: read A, lock B, unlock B, unlock A; t2: lock B, lock C, unlock C, unlock B; t3: lock C, rread A", &[]);
}

/// The kernel stamps classes in its search: reached over a weak path first, B is not visited again over the strong one.
#[test]
fn a_strong_path_is_not_hidden_by_a_weak_one() {
    check(
        "t1: lock A, rread B, unlock B, unlock A
         t1: lock A, lock C, unlock C, unlock A
         t2: lock C, lock B, unlock B, unlock C
         t3: read B, lock D, unlock D, unlock B
         t4: lock D, lock A",
        &["Inversion Possible: D A C B"],
    );
}

/// The kernel adds dependencies down to the nearest lock that waited, and trusts the path through it; a recursive read in between
/// makes that path weak.
#[test]
fn the_nearest_held_lock_does_not_hide_the_ones_below() {
    check("t1: lock A, rread B, lock C, unlock C, unlock B, unlock A; t2: lock C, lock A", &["Inversion Possible: C A"]);
    check("t1: lock A, rread B, lock C, unlock C, unlock B, unlock A; t2: lock C, rread A", &["Inversion Possible: C A"]);
}

#[test]
fn a_lock_released_out_of_order_counts_as_long_as_it_is_held() {
    // A is released before C is taken, B after it.
    check("t1: lock A, try lock B, unlock A, lock C, unlock C, unlock B; t2: lock C, lock A", &[]);
    check("t1: lock A, lock B, unlock A, lock C, unlock C, unlock B; t2: lock C, lock B", &["Inversion Possible: C B"]);
    check(
        "t1: lock A, lock B, lock D, unlock B, lock C, unlock C, unlock D, unlock A; t2: lock C, lock A",
        &["Inversion Possible: C A"],
    );
}

/// The dependency from the outer lock is there without the one in the middle.
#[test]
fn after_the_middle_lock_is_dropped() {
    check_places(
        "t1: lock A, lock B, lock C, unlock B, unlock C, unlock A; t2: lock C, lock A",
        "Inversion Possible: C A
            Holding C | t2: lock C
            AcquiredUnder A | t2: lock A
            Holding A | t1: lock A
            AcquiredUnder C | t1: lock C",
    );
}

#[test]
fn a_trylock_waits_for_nobody_and_is_waited_for() {
    check("t1: lock A, try lock B, unlock B, unlock A; t2: lock B, lock A", &[]);
    check("t1: try lock A, lock B, unlock B, unlock A; t2: lock B, lock A", &["Inversion Possible: B A"]);
    check("t1: lock A, lock B, unlock B, unlock A; t2: lock B, try lock A", &[]);
    // What is below the trylock counts too.
    check("t1: lock A, try lock B, lock C, unlock C, unlock B, unlock A; t2: lock C, lock A", &["Inversion Possible: C A"]);
    // A failed try leaves no trace.
    check("t1: lock A, timed B, unlock A; t2: lock B, lock A", &[]);
}

#[test]
fn an_acquisition_that_closes_several_cycles_reports_the_shortest() {
    check(
        "t1: lock A, lock B, unlock B, unlock A
         t1: lock B, lock C, unlock C, unlock B
         t1: lock A, lock C, unlock C, unlock A
         t2: lock C, lock A",
        &["Inversion Possible: C A"],
    );
    // Two held locks, one cycle each.
    check(
        "t1: lock A, lock B, unlock B, unlock A
         t1: lock A, lock X, lock C, unlock C, unlock X, unlock A
         t2: lock B, lock C, lock A",
        &["Inversion Possible: C A"],
    );
    check(
        "t1: lock A, lock X, unlock X, unlock A, lock X, lock C, unlock C, unlock X
         t1: lock A, lock B, unlock B, unlock A
         t2: lock B, lock C, lock A",
        &["Inversion Possible: B A"],
    );
}

#[test]
fn it_goes_on_after_a_report() {
    check(
        "t1: lock A, lock B, unlock B, unlock A; t2: lock B, lock A, unlock A, unlock B
         t1: lock C, lock D, unlock D, unlock C; t2: lock D, lock C, unlock C, unlock D
         t1: lock B, lock C, unlock C, unlock B; t2: lock C, lock A",
        &["Inversion Possible: B A", "Inversion Possible: D C", "Inversion Possible: C A B (same thread)"],
    );
}

#[test]
fn the_same_cycle_is_said_once() {
    let again = "t2: lock B, lock A, unlock A, unlock B; t1: lock A, lock B, unlock B, unlock A";
    check(&format!("t1: lock A, lock B, unlock B, unlock A; {again}; {again}; {again}"), &["Inversion Possible: B A"]);
}

/// One acquisition closes a cycle again, in another way than before, and a new one besides.
#[test]
fn a_cycle_that_was_reported_hides_no_other() {
    let inner = "t2: lock B, lock A, unlock A, unlock B; t1: lock A, lock C, lock B";
    let both = ["Inversion Possible: B A", "Inversion Possible: C B A (same thread)"];
    // The gate is missing this time.
    check(&format!("t1: lock G, lock A, lock B, unlock B, unlock A, unlock G; {inner}"), &both);
    // A writer instead of a reader.
    check(&format!("t1: read A, lock B, unlock B, unlock A; {inner}"), &both);
    // The gate of two is missing at once.
    check(
        "t1: lock G, lock A, lock B, lock C, unlock C, unlock B, unlock A, unlock G
         t2: lock G, lock C, lock A, unlock A, lock B, unlock B, unlock C, unlock G
         t1: lock A, lock B, lock C",
        &[
            "Inversion Guarded: C A (gate G)",
            "Inversion Guarded: C B (gate G)",
            "Inversion Possible: A B C (same thread)",
            "Inversion Possible: B C",
            "Inversion Possible: A C",
        ],
    );
}

#[test]
fn no_dependency_into_or_out_of_the_interrupted_code() {
    let world = World::run("t1: lock A, on 10 { lock B, lock C, on 12 { lock D, unlock D }, unlock C, unlock B }, lock E");
    assert_eq!(world.dependencies(), ["A EN E", "B EN C"]);
}

#[test]
fn subclasses_are_classes() {
    check("t1: lock A, lock A2/1, unlock A2, unlock A", &[]);
    check("t1: lock A, lock A2/1, unlock A2, unlock A; t2: lock A/1, lock A2", &["Inversion Possible: A/1 A"]);
}

#[test]
fn an_upgrade_is_a_blocking_acquisition() {
    check("t1: lock B, upread A, upgrade A, unlock A, unlock B; t2: read A, lock B", &["Inversion Possible: A B"]);
    // Only the upgrade waits for readers of A with B held.
    check("t1: upread A, lock B, upgrade A, unlock B, unlock A; t2: read A, lock B", &["Inversion Possible: A B"]);
    check("t2: read A, lock B, unlock B, unlock A; t1: upread A, lock B, upgrade A", &["Inversion Possible: B A"]);
    check("t2: rread A, lock B, unlock B, unlock A; t1: upread A, lock B, upgrade A", &["Inversion Possible: B A"]);
}

/// Upgradable readers exclude each other, so what one takes before its upgrade is in nobody's way.
#[test]
fn an_upgrade_does_not_wait_for_upgradable_readers() {
    let section = "upread A, lock B, upgrade A, unlock B, unlock A";
    check(&format!("t1: {section}; t2: {section}"), &[]);
    check(&format!("t1: {section}; t2: lock A, lock B, unlock B, unlock A"), &[]);
    check(&format!("t1: {section}; t2: lock B, lock A"), &["Inversion Possible: B A"]);
}

#[test]
fn a_reader_does_not_wait_for_an_upgradable_one() {
    check("t1: upread A, lock B, unlock B, unlock A; t2: lock B, read A", &[]);
    check("t1: lock B, read A, unlock A, unlock B; t2: upread A, lock B", &[]);
    check("t1: upread A, lock B, read A", &[]);
    // As what it may have become, and for those who are readers only.
    check("t1: upread A, upgrade A, lock B, unlock B, unlock A; t2: lock B, read A", &["Inversion Possible: B A"]);
    check("t1: upread A, lock B, unlock B, unlock A; t2: lock B, lock A", &["Inversion Possible: B A"]);
    check("t1: read A, lock B, unlock B, unlock A; t2: lock B, read A", &["Inversion Possible: B A"]);
    check("t1: lock B, read A, unlock A, lock A, unlock A, unlock B; t2: upread A, lock B", &["Inversion Possible: A B"]);
}

/// The shortest was reported; what else the same acquisition closes is as new as it was.
#[test]
fn behind_a_reported_cycle() {
    let reported = "t1: lock A, rread B, unlock B, unlock A; t1: lock B, lock A, unlock A, unlock B;";
    let around = "t1: read B, lock C, unlock C, unlock B; t1: lock C, lock A, unlock A, unlock C;";
    check(
        &format!("{reported} {around} t1: lock A, lock B"),
        &["Inversion Possible: B A (same thread)", "Inversion Possible: A B C (same thread)"],
    );
}

/// One takes the second under the first.
fn takes(first: &str, second: &str) -> String {
    format!("t1: lock {first}, lock {second}, unlock {second}, unlock {first};")
}

/// However long the way around, and however much else there is on the way.
#[test]
fn a_gate_of_the_shortest_cycle_hides_no_longer_one() {
    let letter = |at: usize| char::from(b'a' + at as u8);
    for length in 3..=12 {
        let last = format!("W{}", letter(length - 1));
        let mut script = format!("t1: lock G; {} t1: unlock G;", takes("Wa", &last));
        for at in 1..length {
            script += &takes(&format!("W{}", letter(at - 1)), &format!("W{}", letter(at)));
        }
        let way: String = (0..length - 1).map(|at| format!(" W{}", letter(at))).collect();
        let report = format!("Inversion Possible: {last}{way} (same thread)");
        check(&format!("{script} t1: lock G, lock {last}, lock Wa"), &[&report]);
    }
    let mut world = World::new();
    world.checking = false;
    world.go(&format!("t1: lock G; {} t1: unlock G;", takes("A", "B")));
    for first in 0..26 * 5 {
        let first = format!("F{}{}", letter(first / 26), letter(first % 26));
        world.go(&takes("A", &first));
        for second in 0..26 * 5 {
            world.go(&takes(&first, &format!("S{}{}", letter(second / 26), letter(second % 26))));
        }
    }
    world.go(&format!("{} {} t1: lock G, lock B, lock A", takes("A", "C"), takes("C", "B")));
    assert_eq!(world.lines(), ["Inversion Possible: B A C (same thread)"]);
}

/// Nor does a walk that goes around in between, which leaves the gate behind on the way.
#[test]
fn a_way_that_goes_around_hides_no_longer_one() {
    let short = "t1: lock G; t1: lock A, lock B, unlock B, unlock A; t1: lock B, lock C, unlock C, unlock B; t1: unlock G;";
    let around = "t1: lock B, lock D, unlock D, unlock B; t1: lock D, lock B, unlock B, unlock D;";
    let names: Vec<String> = (0..11).map(|at| format!("W{}", char::from(b'a' + at))).collect();
    let way = ["A"].into_iter().chain(names.iter().map(String::as_str)).chain(["C"]);
    let long: String = way.clone().zip(way.skip(1)).map(|(first, second)| takes(first, second)).collect();
    check(
        &format!("{short} {around} {long} t1: lock G, lock C, lock A"),
        &["Inversion Possible: D B (same thread)", &format!("Inversion Possible: C A {} (same thread)", names.join(" "))],
    );
}

/// A class has two locks, or a walk that comes to it twice is none.
#[test]
fn a_walk_that_comes_to_a_class_twice_is_no_cycle_of_its_own() {
    let orders = ["lock A, upread B", "read B, rread A", "upread B, upread A"];
    let known: String = orders.iter().map(|order| format!("t1: {order}, unlock A, unlock B; ")).collect();
    // A reader of B waits for neither of those who hold it upgradably; over who reads it, and A twice, it would.
    check(&format!("{known} t1: upread A, read B"), &["Inversion Possible: B A (same thread)"]);
}

/// Not only one of those whose gate is missing now is worse than it was.
#[test]
fn every_cycle_that_lost_its_gate() {
    let ways = [("A", "B"), ("B", "A"), ("B", "C"), ("C", "A")].map(|(first, second)| takes(first, second));
    let guarded = ways.each_ref().map(|way| format!("t1: lock G; {way} t1: unlock G;"));
    check(
        &(guarded.concat() + &ways[0]),
        &[
            "Inversion Guarded: B A (same thread) (gate G)",
            "Inversion Guarded: C A B (same thread) (gate G)",
            "Inversion Possible: A B (same thread)",
            "Inversion Possible: A B C (same thread)",
        ],
    );
}

#[test]
fn might_lock_is_an_acquisition() {
    check("t1: lock A, might_lock B, unlock A; t2: lock B, lock A", &["Inversion Possible: B A"]);
    check("t1: lock A, lock B, unlock B, unlock A; t2: lock B, might_lock A", &["Inversion Possible: B A"]);
    check("t1: lock A, might_lock A", &["Recursion Certain: A A"]);
}

#[test]
fn a_class_without_validation_is_in_no_order() {
    let both = "t1: lock A, lock B, unlock B, unlock A; t2: lock B, lock A";
    check(&format!("class A no_validate; {both}"), &[]);
    check(&format!("class B no_validate; {both}"), &[]);
    check("class A no_validate; t1: lock A, lock A2", &[]);
    check(
        "class N no_validate; t1: lock A, lock N, lock B, unlock B, unlock N, unlock A; t2: lock B, lock A",
        &["Inversion Possible: B A"],
    );
    // Waiting for oneself is no matter of order.
    check("class A no_validate; t1: lock A, lock A", &["Recursion Certain: A A"]);
    // Whether a writer comes between is.
    check("class A no_validate; t1: read A, read A", &[]);
}

/// More locks than get a dependency each: the near ones, which waited for those below, stand for them.
#[test]
fn many_held_locks() {
    let locks = NEAR + 40;
    let name = |at: usize| -> String { format!("{at:03}").bytes().map(|digit| char::from(b'A' + (digit - b'0'))).collect() };
    let run = |verb: &str| {
        let mut world = World::new();
        world.checking = false;
        let middle: String = (0..locks).map(|at| format!("{verb} {},", name(at))).collect();
        world.go(&format!("t1: lock First, {middle} lock Last; t2: lock Last, lock First"));
        world.lines()
    };
    // The way leads over the locks in between.
    let lines = run("lock");
    assert!(lines.len() == 1 && lines[0].starts_with("Inversion Possible: Last First "), "{lines:?}");
    assert!(lines[0].split(' ').count() > 4, "{lines:?}");
    // One that is taken again waits for nothing.
    let again = "lock R reentrant, ".repeat(locks);
    let mut world = World::new();
    world.checking = false;
    world.go(&format!("t1: lock R reentrant, lock A, {again} lock B; t2: lock B, lock A"));
    assert_eq!(world.lines(), ["Inversion Possible: B A"]);
    // Trylocks and recursive reads wait for nothing below them, so they stand for nothing.
    for verb in ["try lock", "rread"] {
        assert_eq!(run(verb), ["Inversion Possible: Last First"], "{verb}");
    }
}
