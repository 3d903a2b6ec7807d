//! What grades a cycle: gates, threads, and what changes when more is seen.

use allocator_api2::alloc::Global;

use super::script::{World, check, check_places};
use crate::engine::{Acquire, ClassId, ClassInfo, Context, Engine, Event, Held, State, Thread};

/// Two sections that take A and B in both orders, each under what is written in front.
fn both_orders(first: &str, second: &str) -> String {
    format!("t1: {first} lock A, lock B, unlock B, unlock A; t2: {second} lock B, lock A")
}

#[test]
fn a_gate_on_both_sides() {
    check(&both_orders("lock G,", "lock G,"), &["Inversion Guarded: B A (gate G)"]);
    check(&both_orders("lock G,", ""), &["Inversion Possible: B A"]);
    check(&both_orders("", "lock G,"), &["Inversion Possible: B A"]);
    check(&both_orders("lock G, unlock G,", "lock G,"), &["Inversion Possible: B A"]);
    check(&both_orders("lock G, lock H,", "lock G, lock H,"), &["Inversion Guarded: B A (gate G) (gate H)"]);
}

#[test]
fn a_gate_counts_by_instance() {
    check(&both_orders("lock G1,", "lock G2,"), &["Inversion Possible: B A"]);
    check(&both_orders("lock G2,", "lock G2,"), &["Inversion Guarded: B A (gate G)"]);
}

#[test]
fn a_gate_must_be_exclusive_on_all_sides_but_one() {
    for shared in ["read", "rread", "upread"] {
        check(&both_orders(&format!("{shared} G,"), "lock G,"), &["Inversion Guarded: B A (gate G)"]);
        check(&both_orders("lock G,", &format!("{shared} G,")), &["Inversion Guarded: B A (gate G)"]);
        check(&both_orders(&format!("{shared} G,"), &format!("{shared} G,")), &["Inversion Possible: B A"]);
    }
    let three = |first: &str, second: &str, third: &str| {
        format!(
            "t1: {first} G, lock A, lock B, unlock B, unlock A, unlock G
             t2: {second} G, lock B, lock C, unlock C, unlock B, unlock G
             t3: {third} G, lock C, lock A",
        )
    };
    check(&three("lock", "lock", "lock"), &["Inversion Guarded: C A B (gate G)"]);
    check(&three("read", "lock", "lock"), &["Inversion Guarded: C A B (gate G)"]);
    check(&three("lock", "lock", "read"), &["Inversion Guarded: C A B (gate G)"]);
    check(&three("read", "lock", "read"), &["Inversion Possible: C A B"]);
}

#[test]
fn a_gate_may_be_try_locked_or_come_late() {
    check(&both_orders("try lock G,", "try lock G,"), &["Inversion Guarded: B A (gate G)"]);
    // Between the two locks: then G has an order of its own with them.
    check(
        "t1: lock A, try lock G, lock B, unlock B, unlock G, unlock A; t2: lock B, try lock G, lock A",
        &["Inversion Guarded: B A (gate G)"],
    );
}

#[test]
fn a_gate_that_is_missing_later_raises_the_severity_once() {
    let guarded =
        "t1: lock G, lock A, lock B, unlock B, unlock A, unlock G; t2: lock G, lock B, lock A, unlock A, unlock B, unlock G";
    check(guarded, &["Inversion Guarded: B A (gate G)"]);
    for missing in ["lock A, lock B, unlock B, unlock A", "lock B, lock A, unlock A, unlock B"] {
        let world = World::run(&format!("{guarded}; t3: {missing}; t4: {missing}; t3: {missing}"));
        let severities: Vec<String> = world.found.iter().map(|verdict| verdict.severity.to_string()).collect();
        assert_eq!(severities, ["Guarded", "Possible"], "{missing}");
    }
    // Held, but shared by both.
    let weaker = "t3: read G, lock A, lock B, unlock B, unlock A, unlock G; t3: read G, lock B, lock A";
    check(&format!("{guarded}; {weaker}"), &["Inversion Guarded: B A (gate G)", "Inversion Possible: B A"]);
}

/// The places are those of the occurrence without the gate, and so is the thread.
#[test]
fn what_is_shown_again_belongs_together() {
    check_places(
        "t1: lock G, lock A, lock B, unlock B, unlock A, unlock G; t2: lock G, lock B, lock A, unlock A, unlock B, unlock G
         t3: lock A, lock B",
        "Inversion Guarded: B A (gate G)
            Holding B | t2: lock B
            AcquiredUnder A | t2: lock A
            Holding A | t1: lock A
            AcquiredUnder B | t1: lock B
        Inversion Possible: A B
            Holding A | t3: lock A
            AcquiredUnder B | t3: lock B
            Holding B | t2: lock B
            AcquiredUnder A | t2: lock A",
    );
}

/// Another occurrence under the same gates is not shown in place of the first.
#[test]
fn the_first_occurrence_is_shown() {
    let section = "lock G, lock A, lock B, unlock B, unlock A, unlock G";
    check_places(
        &format!("t1: {section}; t3: {section}; t2: lock G, lock B, lock A"),
        "Inversion Guarded: B A (gate G)
            Holding B | t2: lock B
            AcquiredUnder A | t2: lock A
            Holding A | t1: lock A
            AcquiredUnder B | t1: lock B",
    );
}

#[test]
fn one_of_several_gates_gets_weaker() {
    check(
        "t1: lock G, lock H, lock A, lock B, unlock B, unlock A, unlock H, unlock G
         t2: lock G, lock B, lock A, unlock A, unlock B, unlock G
         t3: read G, lock B, lock A, unlock A, unlock B, unlock G
         t3: read G, lock H, lock A, lock B",
        &["Inversion Guarded: B A (gate G)", "Inversion Possible: A B"],
    );
}

#[test]
fn the_gate_is_gone_before_the_cycle_closes() {
    check(
        "t1: lock G, lock A, lock B, unlock B, unlock A, unlock G, lock A, lock B, unlock B, unlock A; t2: lock G, lock B, lock A",
        &["Inversion Possible: B A"],
    );
}

#[test]
fn an_irq_section_is_no_gate() {
    check(&both_orders("save f,", "save f,"), &["Inversion Possible: B A"]);
}

#[test]
fn what_the_interrupted_code_holds_is_a_gate() {
    check(
        "t1: lock G, on 10 { lock A, lock B, unlock B, unlock A }, unlock G; t2: lock G, lock_irq B, lock A",
        &["Inversion Guarded: B A (gate G)"],
    );
}

/// What a longer way round must be, to take the protection away.
#[test]
fn a_guarded_cycle_stays_guarded() {
    let guarded = "t1: lock G, lock B, lock A, unlock A, unlock B, unlock G";
    let closing = "t4: lock G, lock A, lock B";
    // The other way is no strong path.
    check(
        &format!("{guarded}; t2: lock B, rread C, unlock C, unlock B; t3: rread C, lock A, unlock A, unlock C; {closing}"),
        &["Inversion Guarded: A B (gate G)"],
    );
    // It passes B twice: a cycle of B and C, which was reported, and the one that is guarded.
    check(
        &format!("{guarded}; t2: lock B, lock C, unlock C, unlock B; t3: lock C, lock B, unlock B, unlock C; {closing}"),
        &["Inversion Possible: C B", "Inversion Guarded: A B (gate G)"],
    );
    // It has a gate of its own.
    check(
        &format!(
            "{guarded}; t2: lock G, lock B, lock C, unlock C, unlock B, unlock G; t3: lock G, lock C, lock A, unlock A, unlock C, unlock G; {closing}"
        ),
        &["Inversion Guarded: A B (gate G)"],
    );
}

/// The shortest cycle is guarded, a longer one that the same acquisition closes is not: the stronger finding counts.
#[test]
fn a_guarded_cycle_does_not_hide_one_that_can_happen() {
    check(
        "t1: lock G, lock B, lock A, unlock A, unlock B, unlock G
         t2: lock B, lock C, unlock C, unlock B
         t3: lock C, lock A, unlock A, unlock C
         t4: lock G, lock A, lock B",
        &["Inversion Possible: A B C"],
    );
    // Two held locks, one cycle each.
    check(
        "t1: lock G, lock C, lock B, unlock B, unlock C, unlock G
         t2: lock C, lock X, unlock X, unlock C, lock X, lock A, unlock A, unlock X
         t3: lock A, try lock G, lock B, lock C",
        &["Inversion Possible: A C X (same thread)"],
    );
}

#[test]
fn a_gate_missing_later_on_one_of_two_cycles() {
    // Both cycles through A → B are guarded, the longer one by H alone, which is missing later.
    check(
        "t1: lock G, lock H, lock A, lock B, unlock B, unlock A, unlock H, unlock G
         t2: lock H, lock B, lock C, unlock C, unlock B, lock C, lock A, unlock A, unlock C, unlock H
         t3: lock G, lock B, lock A, unlock A, unlock B, unlock G
         t4: lock G, lock A, lock B",
        &[
            "Inversion Guarded: C A B (same thread) (gate H)",
            "Inversion Guarded: B A (gate G)",
            "Inversion Possible: A B C (same thread)",
        ],
    );
}

#[test]
fn one_thread_alone() {
    check("t1: lock A, lock B, unlock B, unlock A, lock B, lock A", &["Inversion Possible: B A (same thread)"]);
    check(&both_orders("", ""), &["Inversion Possible: B A"]);
    // Another thread made one of the dependencies too.
    check(
        "t1: lock A, lock B, unlock B, unlock A; t2: lock A, lock B, unlock B, unlock A; t1: lock B, lock A",
        &["Inversion Possible: B A"],
    );
}

/// Two threads, three parts: one of them would have to do two at once.
#[test]
fn one_thread_twice() {
    let parts = "t1: lock A, lock B, unlock B, unlock A, lock B, lock C, unlock C, unlock B;";
    check(&format!("{parts} t2: lock C, lock A"), &["Inversion Possible: C A B (same thread)"]);
    // A third that did one of the two.
    check(&format!("{parts} t3: lock B, lock C, unlock C, unlock B; t2: lock C, lock A"), &["Inversion Possible: C A B"]);
    // A third that did the third part alone takes nothing off the first.
    check(
        &format!("{parts} t3: lock C, lock D, unlock D, unlock C; t2: lock C, lock A"),
        &["Inversion Possible: C A B (same thread)"],
    );
}

#[test]
fn threads_that_never_met() {
    let first = "lock A, lock B, unlock B, unlock A";
    let second = "lock B, lock A, unlock A, unlock B";
    // Joined before the other did its part, whether that was there already or not.
    check(&format!("t1: {first}, end; t2: {second}"), &["Inversion Possible: B A (ordered)"]);
    check(&format!("t1: {first}, end; t2: begin, {second}"), &["Inversion Possible: B A (ordered)"]);
    // Spawned after the other had done it.
    check(&format!("t1: {first}; t2: begin, {second}"), &["Inversion Possible: B A (ordered)"]);
    check(&format!("t1: {first}; t2: {second}"), &["Inversion Possible: B A"]);
    // Once more, after the spawn.
    check(&format!("t1: {first}; t2: begin; t1: {first}; t2: {second}"), &["Inversion Possible: B A"]);
    // A third, that met the second, did the same as the first.
    check(&format!("t1: {first}, end; t3: {first}; t2: {second}"), &["Inversion Possible: B A"]);
}

#[test]
fn of_three_sides_two_that_never_met_are_enough() {
    let sides = "lock A, lock B, unlock B, unlock A; t2: lock B, lock C, unlock C, unlock B";
    check(&format!("t1: {sides}; t3: lock C, lock A"), &["Inversion Possible: C A B"]);
    check(&format!("t1: {sides}; t1: end; t3: lock C, lock A"), &["Inversion Possible: C A B (ordered)"]);
    check(&format!("t1: {sides}; t3: begin, lock C, lock A"), &["Inversion Possible: C A B (ordered)"]);
    // Who did the same as one that never met the others, and met them, is enough for the contrary.
    check(
        "t1: lock A, lock B, unlock B, unlock A, end; t3: lock A, lock B, unlock B, unlock A
         t2: lock B, lock C, unlock C, unlock B; t3: lock C, lock A",
        &["Inversion Possible: C A B (ordered)"],
    );
    // … unless those two are one.
    check(
        "t1: lock A, lock B, unlock B, unlock A, end; t3: lock A, lock B, unlock B, unlock A
         t2: lock B, lock C, unlock C, unlock B; t4: lock C, lock A",
        &["Inversion Possible: C A B"],
    );
}

#[test]
fn one_thread_alone_is_not_ordered_with_itself() {
    check(
        "t1: lock A, lock B, unlock B, unlock A; t2: begin, end; t1: lock B, lock A",
        &["Inversion Possible: B A (same thread)"],
    );
}

/// A driver that leaves out what it knows cannot tell when a thread did something for the last time.
#[test]
fn when_occurrences_are_left_out() {
    let mut world = World::new();
    world.engine.occurrences_are_cached();
    world.go("t1: lock A, lock B, unlock B, unlock A; t2: begin, lock B, lock A, unlock A, unlock B");
    world.go("t1: lock C, lock D, unlock D, unlock C, end; t2: lock D, lock C");
    assert_eq!(world.lines(), ["Inversion Possible: B A", "Inversion Possible: D C (ordered)"]);
}

#[test]
fn many_threads() {
    let section = "lock A, lock B, unlock B, unlock A";
    let crowd: String = (0..20).map(|at| format!("c{at}: lock G, {section}, unlock G;")).collect();
    check(&format!("{crowd} t2: lock G, lock B, lock A"), &["Inversion Guarded: B A (gate G)"]);
    // After so many threads, one more still takes the gate away.
    check(&format!("{crowd} t1: {section}; t2: lock G, lock B, lock A"), &["Inversion Possible: B A"]);
    check(
        &format!("{crowd} t2: lock G, lock B, lock A, unlock A, unlock B, unlock G; t1: {section}"),
        &["Inversion Guarded: B A (gate G)", "Inversion Possible: A B"],
    );
}

#[test]
fn more_gates_than_are_kept() {
    let gates: String = (0..12).map(|at| format!("lock G{at}/{at},")).collect();
    let world = World::run(&both_orders(&gates, &gates));
    let lines = world.lines();
    assert!(lines.len() == 1 && lines[0].starts_with("Inversion Guarded: B A (gate G)"), "{lines:?}");
}

#[test]
fn gates_of_instances() {
    let orders = "t1: lock G, lock A1, lock A2, unlock A2, unlock A1, unlock G; t2: lock G, lock A2, lock A1, unlock A1, unlock A2, unlock G";
    check(&format!("class A by_instance; {orders}"), &["Inversion Guarded: A A (gate G)"]);
    check(
        &format!("class A by_instance; {orders}; t3: lock A1, lock A2"),
        &["Inversion Guarded: A A (gate G)", "Inversion Possible: A A"],
    );
}

/// What the runtime may remember of a chain: whether another thread, or other gates, would be news.
#[test]
fn what_a_known_chain_may_still_teach() {
    let crowd = |n: u32, gate: &str| -> String {
        (0..n).map(|at| format!("c{at}: {gate} lock A, lock B, unlock B, unlock A;")).collect()
    };
    let open = |script: &str| World::run(script).open_evidence("t1: lock A", "lock B");
    assert_eq!(open(""), (false, false));
    assert_eq!(open(&crowd(1, "")), (true, false));
    assert_eq!(open(&crowd(8, "")), (true, false));
    assert_eq!(open(&crowd(9, "")), (false, false));
    assert_eq!(open(&crowd(9, "lock G,")), (false, true));
    // Of several held locks, each counts; but only locks, of this context, that are held.
    let all = format!("{} t2: lock G, lock A, unlock G, lock B, unlock B, unlock A;", crowd(9, "").replace(" A", " X"));
    let open = |script: &str| World::run(&all).open_evidence(script, "lock B");
    assert_eq!(open("t1: lock A, lock X"), (true, false));
    assert_eq!(open("t1: lock X, lock A"), (true, false));
    assert_eq!(open("t1: lock A, lock X, unlock A"), (false, false));
    assert_eq!(open("t1: lock A, on 10 { lock X"), (false, false));
    let gated = format!("{} {}", crowd(9, "lock G,"), crowd(9, "").replace(" A", " X"));
    let open = |script: &str| World::run(&gated).open_evidence(script, "lock B");
    assert_eq!(open("t1: lock A, lock X"), (false, true));
}

/// A dependency is asked for by what it was made: a plain read may count as another one.
#[test]
fn what_a_known_chain_of_readers_may_still_teach() {
    for (class, verb) in
        [("", "read"), ("", "rread"), ("readers_pass", "read"), ("reads_alone", "read"), ("handler_reads", "read")]
    {
        let (class, take) = (format!("class B {class};"), format!("{verb} B"));
        let again = |held: &str, script: &str| {
            World::run(&format!("{class} {script}")).open_evidence(&format!("t1: on 10 {{ {held} A"), &take)
        };
        for held in ["lock", "read", "upread"] {
            let by = |gate: &str| format!("t2: on 10 {{ {gate} {held} A, {take}, unlock B, unlock A }};");
            assert_eq!(again(held, &by("")), (true, false), "{class} {held} {take}");
            assert_eq!(again(held, &by("lock G,")), (true, true), "{class} {held} {take}");
        }
    }
    let keeps_out = "class A upgradable_excludes; t2: lock G, upread A, lock B";
    assert_eq!(World::run(keeps_out).open_evidence("t1: upread A", "lock B"), (true, true));
}

/// Threads come and go; what is kept of them is bounded by what is known, not by how many there were.
#[test]
fn threads_that_nothing_speaks_of_are_forgotten() {
    let info = ClassInfo::default();
    let (outer, inner) = (ClassId::new(1, 0), ClassId::new(2, 0));
    let mut engine = Engine::new_in(Global);
    for id in 1..=10_000 {
        let held = [Held { lock: 16, class: outer, state: State::Held, instance: 1, ..Held::FREE }];
        let cx = Context { thread: Thread { id, began: 2 * id }, now: 2 * id, held: &held, base: 0, mask: 0, handler: 0 };
        let take = |new, held| {
            let cx = Context { held, ..cx };
            Event::Acquire(cx, Acquire::of(new, info))
        };
        assert!(engine.apply(take(held[0], &[])).is_empty());
        let new = Held { lock: 32, class: inner, state: State::Held, instance: 2, ..Held::FREE };
        assert!(engine.apply(take(new, &held)).is_empty());
        engine.apply(Event::ThreadEnd { thread: id, now: 2 * id + 1 });
        assert!(engine.threads.len() <= 64, "{}", engine.threads.len());
    }
    // The first ones are in the evidence, and still known.
    let mut spoken_of = Vec::new();
    engine.threads_spoken_of(|thread| spoken_of.push(thread));
    spoken_of.sort_unstable();
    spoken_of.dedup();
    assert!(spoken_of.contains(&1) && spoken_of.len() < 20, "{spoken_of:?}");
}
