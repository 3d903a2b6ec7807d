//! Signal usage: in a handler here, held while that signal is open there; on one class, over a path.

use super::script::{World, check, check_places};

#[test]
fn taken_in_a_handler_and_held_while_it_is_open() {
    check("t1: lock A, unlock A, on 10 { lock A, unlock A }", &["IrqUsage Possible: A on 10"]);
    check("t1: on 10 { lock A, unlock A }, lock A", &["IrqUsage Possible: A on 10"]);
    check("t1: on 10 { lock A, unlock A }; t2: lock A", &["IrqUsage Possible: A on 10"]);
}

#[test]
fn both_sides_are_shown() {
    check_places(
        "t1: lock A, unlock A; t2: on 10 { read A",
        "IrqUsage Possible: A on 10
            HeldOpen(10) A | t1: lock A
            InHandler(10) A | t2: read A",
    );
    check_places(
        "t1: on 10 { lock A, unlock A }; t2: read A",
        "IrqUsage Possible: A on 10
            InHandler(10) A | t1: lock A
            HeldOpen(10) A | t2: read A",
    );
}

/// The mode in the handler against the mode in which it is held: only a recursive reader passes, and only readers.
#[test]
fn modes_on_one_class() {
    for used in ["lock", "read", "rread", "upread"] {
        for open in ["lock", "read", "rread", "upread"] {
            let report: &[&str] = if used == "rread" && open != "lock" { &[] } else { &["IrqUsage Possible: A on 10"] };
            check(&format!("t1: {open} A, unlock A; t2: on 10 {{ {used} A, unlock A }}"), report);
            check(&format!("t1: on 10 {{ {used} A, unlock A }}; t2: {open} A"), report);
        }
    }
}

#[test]
fn a_class_whose_reads_in_handlers_are_recursive() {
    let declare = "class A handler_reads;";
    check(&format!("{declare} t1: read A, unlock A, on 10 {{ read A, unlock A }}"), &[]);
    check(&format!("{declare} t1: lock A, unlock A, on 10 {{ read A, unlock A }}"), &["IrqUsage Possible: A on 10"]);
    check("t1: read A, unlock A, on 10 { read A, unlock A }", &["IrqUsage Possible: A on 10"]);
}

#[test]
fn a_trylock_in_a_handler_does_not_wait() {
    check("t1: lock A, unlock A, on 10 { try lock A, unlock A }", &[]);
    // What is try-locked outside is held all the same.
    check("t1: try lock A, unlock A, on 10 { lock A, unlock A }", &["IrqUsage Possible: A on 10"]);
}

#[test]
fn a_lock_taken_with_the_signal_blocked_is_safe() {
    for guard in ["lock_irq", "lock_irqsave", "lock_counted"] {
        check(&format!("t1: {guard} A, unlock A, on 10 {{ lock A, unlock A }}; t2: {guard} A, unlock A"), &[]);
    }
    check("t1: disable, lock A, unlock A, enable, on 10 { lock A, unlock A }", &[]);
}

#[test]
fn signals_are_told_apart() {
    // Blocked for 10 only.
    check("lines 10; t1: lock_irq A, unlock A, on 10 { lock A, unlock A }", &[]);
    check("lines 12; t1: lock_irq A, unlock A, on 10 +12 { lock A, unlock A }", &["IrqUsage Possible: A on 10"]);
    // The handler of 10 leaves 12 open: the handler of 12 may interrupt it.
    check("t1: on 10 { lock A, unlock A }, on 12 +10 { lock A, unlock A }", &["IrqUsage Possible: A on 12"]);
    check("t1: on 10 +12 { lock A, unlock A }, on 12 +10 { lock A, unlock A }", &[]);
    // Each may interrupt the other: one acquisition shows both, in one finding.
    check_places(
        "t1: on 10 { lock A, unlock A }, on 12 { lock A, unlock A }",
        "IrqUsage Possible: A on 10 12
            HeldOpen(12) A | t1: lock A
            InHandler(12) A | t1: lock A
            InHandler(10) A | t1: lock A
            HeldOpen(10) A | t1: lock A",
    );
}

#[test]
fn a_handler_that_leaves_its_own_signal_open_may_interrupt_itself() {
    check("t1: on 10 nodefer { lock A, unlock A }", &["IrqUsage Possible: A on 10"]);
    check("t1: on 10 { lock A, unlock A }", &[]);
}

#[test]
fn only_the_innermost_handler_counts() {
    // B is taken in the handler of 12 alone, although that interrupted the handler of 10.
    check("lines 12; t1: on 10 { on 12 +10 { lock B, unlock B } }, lock_irq B, unlock B", &[]);
}

#[test]
fn each_signal_once() {
    check(
        "t1: lock A, unlock A, on 10 { lock A, unlock A }, on 10 { lock A, unlock A }, lock A, unlock A, on 12 { lock A, unlock A }",
        &["IrqUsage Possible: A on 10", "IrqUsage Possible: A on 12"],
    );
}

/// Stacks are kept per newly set group of signals: the acquisition that left 12 open is named, not the first one.
#[test]
fn the_culprit_is_named() {
    check_places(
        "t1: lines 10 12, lock_irq A, unlock A, lines 10, lock_irqsave A, unlock A, lines 10 12, lock A, unlock A, on 12 { lock A",
        "IrqUsage Possible: A on 12
            HeldOpen(12) A | t1: lock_irqsave A
            InHandler(12) A | t1: lock A",
    );
}

/// A recursive reader in the handler passes the reader that was seen first; the writer is what stands in its way.
#[test]
fn the_side_that_really_conflicts_is_named() {
    check_places(
        "t1: read A, unlock A, lock A, unlock A; t2: on 10 { rread A",
        "IrqUsage Possible: A on 10
            HeldOpen(10) A | t1: lock A
            InHandler(10) A | t2: rread A",
    );
    check_places(
        "t1: on 10 { rread A, unlock A, lock A, unlock A }; t2: read A",
        "IrqUsage Possible: A on 10
            InHandler(10) A | t1: lock A
            HeldOpen(10) A | t2: read A",
    );
    check_places(
        "t1: on 10 { rread A, unlock A, lock A, unlock A }, read B, unlock B, lock B, unlock B; t2: disable, read A, rread B",
        "IrqInversion Possible: A B on 10
            InHandler(10) A | t1: lock A
            Holding A | t2: read A
            AcquiredUnder B | t2: rread B
            HeldOpen(10) B | t1: lock B",
    );
}

#[test]
fn a_dependency_from_a_lock_of_a_handler_to_one_held_open() {
    // In all six orders of: A in the handler, B held open, A → B with signals blocked.
    let steps = ["on 10 { lock A, unlock A }", "lock B, unlock B", "lock_irq A, lock B, unlock B, unlock A"];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let script = order.map(|at| format!("t1: {}", steps[at])).join("; ");
        check(&script, &["IrqInversion Possible: A B on 10"]);
    }
}

#[test]
fn every_place_of_the_path_is_shown() {
    check_places(
        "t1: on 10 { lock A, unlock A }
         t2: lock_irq A, lock B, unlock B, unlock A
         t3: lock_irq B, lock C, unlock C, unlock B
         t4: read C",
        "IrqInversion Possible: A B C on 10
            InHandler(10) A | t1: lock A
            Holding A | t2: lock_irq A
            AcquiredUnder B | t2: lock B
            Holding B | t3: lock_irq B
            AcquiredUnder C | t3: lock C
            HeldOpen(10) C | t4: read C",
    );
}

#[test]
fn over_several_dependencies_in_every_order() {
    let steps = [
        "on 10 { lock A, unlock A }",
        "lock D, unlock D",
        "lock_irq A, lock B, unlock B, unlock A",
        "lock_irq B, lock C, unlock C, unlock B",
        "lock_irq C, lock D, unlock D, unlock C",
    ];
    for order in 0..120 {
        let mut left: Vec<&str> = steps.to_vec();
        let mut rest = order;
        let mut script = String::new();
        for count in (1..=steps.len()).rev() {
            script += &format!("t1: {};", left.remove(rest % count));
            rest /= count;
        }
        check(&script, &["IrqInversion Possible: A B C D on 10"]);
    }
}

#[test]
fn the_signal_of_both_sides_must_be_the_same() {
    check("lines 12; t1: on 10 +12 { lock A, unlock A }, lines 10, lock_irq B, unlock B, lines 10 12, lock_irq A, lock B", &[]);
    check(
        "lines 12; t1: on 10 +12 { lock A, unlock A }, lines 12, lock_irq B, unlock B, lines 10 12, lock_irq A, lock B",
        &["IrqInversion Possible: A B on 10"],
    );
}

/// Two signals with a class each: what is safe for one and unsafe for the other is no conflict.
#[test]
fn a_lock_between_two_signals() {
    check(
        "lines 10 12; t1: on 12 +10 { lock D, unlock D }; t2: lines 12, lock_irq D, unlock D, lines 10 12;
         t1: on 10 +12 { lock A, unlock A }; t2: lock_irq A, lock C, unlock C, unlock A; t2: lock_irq C, lock D",
        &["IrqInversion Possible: A C D on 10"],
    );
}

#[test]
fn weak_paths_carry_no_conflict() {
    // Reached by a recursive reader, B is in the way only if held alone.
    let take = "on 10 { lock A, unlock A }; t2: lock_irq A, rread B, unlock B, unlock A";
    check(&format!("t1: {take}; t3: read B"), &[]);
    check(&format!("t1: {take}; t3: lock B"), &["IrqInversion Possible: A B on 10"]);
    check(&format!("t3: read B, unlock B; t1: {take}"), &[]);
    check(&format!("t3: lock B, unlock B; t1: {take}"), &["IrqInversion Possible: A B on 10"]);
    // Held shared, A is in the way of everybody in the handler but recursive readers.
    let take = "t2: read_irq A, lock B, unlock B, unlock A; t3: lock B, unlock B";
    check(&format!("{take}; t1: on 10 {{ rread A, unlock A }}"), &[]);
    check(&format!("{take}; t1: on 10 {{ read A, unlock A }}"), &["IrqInversion Possible: A B on 10"]);
    check(&format!("t1: on 10 {{ rread A, unlock A }}; {take}"), &[]);
    check(&format!("t1: on 10 {{ read A, unlock A }}; {take}"), &["IrqInversion Possible: A B on 10"]);
    // And a weak link in the middle.
    let weak = "t1: on 10 { lock A, unlock A }; t2: lock_irq A, rread B, unlock B, unlock A";
    check(&format!("{weak}; t2: read_irq B, lock C, unlock C, unlock B; t3: lock C"), &[]);
    check(&format!("{weak}; t2: lock_irq B, lock C, unlock C, unlock B; t3: lock C"), &["IrqInversion Possible: A B C on 10"]);
}

#[test]
fn a_strong_path_behind_a_weak_one_carries_the_conflict() {
    check(
        "t1: on 10 { lock A, unlock A }
         t2: lock_irq A, rread B, unlock B, lock C, unlock C, unlock A
         t2: lock_irq C, lock B, unlock B, unlock C
         t2: read_irq B, lock D, unlock D, unlock B
         t3: lock D",
        &["IrqInversion Possible: A C B D on 10"],
    );
}

#[test]
fn a_trylock_on_the_way() {
    // A trylock of B waits for nobody.
    check("t1: on 10 { lock A, unlock A }; t2: lock_irq A, try lock B, unlock B, unlock A; t3: lock B", &[]);
}

/// Two faults: to block the signal under `A` alone does not mend the other. Both are found, in whatever order the parts ran.
#[test]
fn one_acquisition_may_contradict_its_class_and_a_path() {
    let facts = [
        "t1: lock_irq A, lock B, unlock B, unlock A",
        "t2: lock B, unlock B",
        "t2: lock A, unlock A",
        "t3: on 10 { lock A, unlock A }",
    ];
    for order in orders(facts.len()) {
        let script: Vec<_> = order.iter().map(|&at| facts[at]).collect();
        let world = World::run(&script.join("; "));
        let mut lines = world.lines();
        lines.sort_unstable();
        assert_eq!(lines, ["IrqInversion Possible: A B on 10", "IrqUsage Possible: A on 10"], "{}", world.explain());
    }
    // On another signal, too.
    check(
        "lines 12; t1: lock_irq A, unlock A; lines 10 12; t1: lock_irq A, lock B, unlock B, unlock A; lines 10; t2: lock_irq B, unlock B
         t3: on 12 +10 { lock A, unlock A }, on 10 +12 { lock A",
        &["IrqInversion Possible: A B on 12", "IrqUsage Possible: A on 10"],
    );
}

/// Whoever blocks the signal under `A` blocks it under what is taken inside: one fault, one report. But not under what is taken alone
/// as well, or inside another lock.
#[test]
fn what_is_open_only_under_a_lock_that_contradicts_itself_goes_without_saying() {
    let nested = "t1: lock A, lock B, lock C, lock D, unlock D, unlock C, unlock B, unlock A";
    let handler = "t2: on 10 { lock A, unlock A }";
    for parts in [[nested, handler], [handler, nested]] {
        check(&parts.join("; "), &["IrqUsage Possible: A on 10"]);
        for alone in ["t3: lock C, unlock C", "t3: lock X, lock C, unlock C, unlock X", "t3: lock X, lock C, lock A"] {
            let mut world = World::new();
            world.go(&parts.join("; "));
            world.go(alone);
            assert_eq!(
                world.lines()[..2],
                ["IrqUsage Possible: A on 10", "IrqInversion Possible: A C on 10"],
                "{}",
                world.explain()
            );
            // And the first is not in the way where it comes first.
            let mut world = World::new();
            world.go(alone);
            world.go(&parts.join("; "));
            let mut lines = world.lines();
            lines.sort_unstable();
            let found: Vec<_> = lines.iter().filter(|line| line.starts_with("Irq")).collect();
            assert_eq!(found, ["IrqInversion Possible: A C on 10", "IrqUsage Possible: A on 10"], "{}", world.explain());
        }
    }
    // A reader of `C` who is not under `A`, and one who is.
    check(
        "t1: lock A, lock C, unlock C, unlock A; t2: on 10 { lock A, unlock A }; t3: rread C",
        &["IrqUsage Possible: A on 10", "IrqInversion Possible: A C on 10"],
    );
    // Another way from the handler to it is no way around.
    check(
        "t1: lock_irq A, lock Z, lock B, unlock B, unlock Z, unlock A; t3: lock A, lock B, unlock B, unlock A
         t2: on 10 { lock A, unlock A }",
        &["IrqUsage Possible: A on 10"],
    );
}

/// The new dependency closes a circle, and it is the way from a handler to a lock held open.
#[test]
fn one_dependency_may_contradict_the_order_and_a_handler() {
    check(
        "t1: on 10 { lock A, unlock A }; t2: lock_irqsave B, lock A, unlock A, unlock B; t3: lock B, unlock B
         t2: lock_irqsave A, lock B",
        &["IrqInversion Possible: A B on 10", "Inversion Possible: A B (same thread)"],
    );
}

#[test]
fn one_acquisition_reports_the_shortest_connection() {
    check(
        "t1: on 10 { lock A, unlock A }; t2: lock C, unlock C; t2: lock_irq A, lock B, lock C",
        &["IrqInversion Possible: A C on 10"],
    );
    check(
        "t1: on 10 { lock A, unlock A, lock B, unlock B }; t2: lock C, unlock C; t2: lock_irq A, lock B, lock C",
        &["IrqInversion Possible: B C on 10"],
    );
}

#[test]
fn a_class_without_validation_has_no_usage() {
    check("class A no_validate; t1: lock A, unlock A, on 10 { lock A, unlock A }", &[]);
    check("class B no_validate; t1: lock B, unlock B, on 10 { lock A, unlock A }; t2: lock_irq A, lock B", &[]);
}

/// Found by the oracle: the signals are blocked while it upgrades, and open again while it writes.
#[test]
fn an_upgrade_with_signals_blocked_for_a_while() {
    let report = ["IrqUsage Possible: S on 10"];
    check("t1: upread S, lock_irqsave A, upgrade S, unlock A, unlock S; t2: on 10 { rread S", &report);
    check("t1: upread S, upgrade S, unlock S; t2: on 10 { rread S", &report);
    check("t1: upread S, unlock S; t2: on 10 { rread S", &[]);
    check("t1: upread_irqsave S, upgrade S, unlock S; t2: on 10 { rread S", &[]);
}

#[test]
fn a_wait_is_not_a_hold() {
    // Waiting for a condition variable with signals open marks nothing as held open.
    check("class C sleep; t1: lock_irq M, wait C M, unlock M; t2: lock M2/1, wait C M2/1", &[]);
}

/// Found by the oracle: each handler may interrupt the other, so two threads can hold one lock each and wait for the other's in a handler
/// on top. No lock is both needed and found held by one signal.
#[test]
fn handlers_that_interrupt_each_other_on_two_threads() {
    check_places(
        "h: on 10 { lock A, unlock A }; g: on 12 { lock B, unlock B }",
        "IrqInversion Possible: B A on 10 12
            InHandler(12) B | g: lock B
            HeldOpen(10) B | g: lock B
            InHandler(10) A | h: lock A
            HeldOpen(12) A | h: lock A",
    );
    // One of them has the other in its mask.
    check("h: on 10 +12 { lock A, unlock A }, on 12 { lock B, unlock B }", &[]);
    check("h: on 10 { lock A, unlock A }, on 12 +10 { lock B, unlock B }", &[]);
    // Or the lock is taken with the other blocked.
    check("lines 12; h: on 10 { lock_irqsave A, unlock A }, on 12 { lock B, unlock B }", &[]);
    // Or one of them does not wait.
    check("h: on 10 { lock A, unlock A }, on 12 { try lock B, unlock B }", &[]);
    // A reader in the one waits for no reader in the other, but there is a writer.
    check("h: on 10 { rread A, unlock A }, on 12 { rread B, unlock B }", &[]);
    check(
        "h: on 10 { rread A, unlock A, try lock A, unlock A }, on 12 { lock B, unlock B }",
        &["IrqInversion Possible: B A on 10 12"],
    );
}

/// The one lock is held with the signal of the other open, whoever holds it: it need not be the handler.
#[test]
fn a_handler_of_each_signal_waits_for_what_the_other_interrupts() {
    let facts = [
        "t1: on 10 +12 { lock A, unlock A }",
        "t2: on 12 +10 { lock B, unlock B }",
        "lines 10; t3: lock_irq A, unlock A",
        "lines 12; t4: lock_irq B, unlock B",
    ];
    for order in orders(facts.len()) {
        let script: Vec<_> = order.iter().map(|&at| facts[at]).collect();
        let world = World::run(&script.join("; "));
        let [found] = world.found.as_slice() else { panic!("{}", world.explain()) };
        assert_eq!(found.signals, 1 << 9 | 1 << 11, "{}", world.explain());
    }
}

#[test]
fn over_dependencies_and_three_signals_in_every_order() {
    let facts = [
        "lines 10 12 14; t1: on 10 +12 +14 { lock A, unlock A }",
        "lines 10 12 14; t1: lock_irq A, lock B, unlock B, unlock A",
        "lines 10 14; t1: lock_irq B, unlock B",
        "lines 10 12 14; t2: on 12 +10 +14 { lock C, unlock C }",
        "lines 10 12; t2: lock_irq C, unlock C",
        "lines 10 12 14; t3: on 14 +10 +12 { lock D, unlock D }",
        "lines 12 14; t3: lock_irq D, unlock D",
    ];
    // Whatever comes last closes the circle; the order of the rest says nothing new.
    for last in 0..facts.len() {
        let rest = facts.iter().enumerate().filter(|&(at, _)| at != last).map(|(_, fact)| *fact);
        for rest in [rest.clone().collect::<Vec<_>>(), rest.rev().collect()] {
            let mut world = World::new();
            world.go(&rest.join("; "));
            assert_eq!(world.lines(), [""; 0], "{}", world.explain());
            world.go(facts[last]);
            let [found] = world.found.as_slice() else { panic!("{}", world.explain()) };
            assert_eq!(found.signals, 1 << 9 | 1 << 11 | 1 << 13);
            assert_eq!(found.locks.len(), 4);
        }
    }
}

/// All orders of `n` things.
fn orders(n: usize) -> Vec<Vec<usize>> {
    let Some(last) = n.checked_sub(1) else { return vec![Vec::new()] };
    let insert = |order: Vec<usize>| (0..n).map(move |at| [&order[..at], &[last], &order[at..]].concat());
    orders(last).into_iter().flat_map(insert).collect()
}
