//! What is released, dropped, left behind or asserted.

use allocator_api2::alloc::Global;

use super::script::{World, check, check_places};
use crate::engine::{Blocked, ClassId, Context, Engine, Event, Held, Label, Place, State, Thread};
use crate::kind::{Mode, ReportKind, Severity};

#[test]
fn a_lock_released_that_is_not_held() {
    check_places(
        "t1: lock A, unlock A, unlock A",
        "UnlockImbalance Certain: A
            Released A | t1: unlock A",
    );
    check("t1: lock A2, unlock A", &["UnlockImbalance Certain: A"]);
    check("t1: lock A; t2: unlock A", &["UnlockImbalance Certain: A"]);
}

#[test]
fn a_handler_may_not_release_what_the_interrupted_code_holds() {
    check_places(
        "t1: lock A, on 10 { unlock A }",
        "UnlockImbalance Certain HeldByInterrupted: A
            FirstAcquired A | t1: lock A
            Released A | t1: unlock A",
    );
    check("t1: on 10 { unlock A }", &["UnlockImbalance Certain: A"]);
    check("t1: lock B, on 10 { unlock A }", &["UnlockImbalance Certain: A"]);
}

#[test]
fn a_lock_dropped_while_held() {
    check_places(
        "t1: lock A, drop A",
        "HeldLockFreed Certain: A
            FirstAcquired A | t1: lock A
            Dropped A | t1: drop A",
    );
    check("t1: lock A, lock B, drop A, unlock B, end", &["HeldLockFreed Certain: A"]);
    check("t1: lock A, unlock A, drop A", &[]);
    check("t1: lock A2, drop A", &[]);
}

#[test]
fn locks_held_at_the_end() {
    check_places(
        "t1: lock A, lock B, lock C, unlock B, end",
        "HeldAtExit Certain ThreadEnd: A C
            FirstAcquired A | t1: lock A
            FirstAcquired C | t1: lock C
            Ended | t1: end",
    );
    check_places(
        "t1: lock A, on 10 { read B }, unlock A, end",
        "HeldAtExit Certain HandlerEnd: B on 10
            FirstAcquired B | t1: read B
            Ended | t1: return",
    );
    check("t1: lock A, end_test", &["HeldAtExit Certain TestEnd: A"]);
    check("t1: lock A, unlock A, on 10 { lock B, unlock B }, end, end_test", &[]);
}

#[test]
fn assertions() {
    check("t1: lock A, held A, not_held B, unlock A, not_held A, none_held", &[]);
    check("t1: held A", &["AssertHeld Certain NotHeld: A"]);
    check("t1: lock A2, held A", &["AssertHeld Certain NotHeld: A"]);
    check_places(
        "t1: lock A, not_held A",
        "AssertHeld Certain IsHeld: A
            FirstAcquired A | t1: lock A
            Asserted A | t1: not_held A",
    );
    check_places(
        "t1: lock A, read B, none_held",
        "AssertHeld Certain IsHeld: A B
            FirstAcquired A | t1: lock A
            FirstAcquired B | t1: read B
            Asserted | t1: none_held",
    );
    check_places(
        "t1: lock A, lock B, not_held A",
        "AssertHeld Certain IsHeld: A
            FirstAcquired A | t1: lock A
            Asserted A | t1: not_held A",
    );
    // Held by the interrupted code is held by this thread.
    check("t1: lock A, on 10 { held A }", &[]);
    for assertion in ["not_held A", "none_held"] {
        let lines = World::run(&format!("t1: lock A, on 10 {{ {assertion} }}")).explain();
        assert!(lines.contains("FirstAcquired A | t1: lock A"), "{lines}");
    }
    check("t1: disable, none_held, enable", &[]);
}

#[test]
fn a_class_without_validation_is_tracked() {
    check("class A no_validate; t1: lock A, held A, not_held A", &["AssertHeld Certain IsHeld: A"]);
    check("class A no_validate; t1: unlock A", &["UnlockImbalance Certain: A"]);
    check("class A no_validate; t1: lock A, end", &["HeldAtExit Certain ThreadEnd: A"]);
}

#[test]
fn a_circle_of_waiting_threads() {
    let thread = |id| Thread { id, began: id };
    let entry = |class, mode, site| Held {
        class: ClassId::new(class, 0),
        state: State::Held,
        mode,
        place: Place { site, stack: 0 },
        ..Held::FREE
    };
    let cycle = [
        Blocked { thread: thread(1), holds: entry(1, Mode::Write, 11), wants: entry(2, Mode::Write, 12), now: None },
        Blocked { thread: thread(2), holds: entry(2, Mode::Read, 21), wants: entry(3, Mode::Write, 22), now: None },
        Blocked { thread: thread(3), holds: entry(3, Mode::Write, 31), wants: entry(1, Mode::Read, 32), now: None },
    ];
    let cx = Context { thread: thread(1), now: 4, held: &[], base: 0, mask: 0, handler: 0 };
    let verdicts = Engine::new_in(Global).apply(Event::Deadlock { cx, cycle: &cycle });
    let [verdict] = verdicts.as_slice() else { panic!("{verdicts:?}") };
    assert_eq!((verdict.kind, verdict.severity), (ReportKind::Deadlock, Severity::Certain));
    let locks: Vec<_> = verdict.locks.iter().map(|lock| (lock.class.base(), lock.mode, lock.place.site)).collect();
    assert_eq!(locks, [(1, Mode::Write, 11), (2, Mode::Read, 21), (3, Mode::Write, 31)]);
    let parts: Vec<_> = verdict.parts.iter().map(|part| (part.thread.id, part.label, part.lock, part.place.site)).collect();
    let (holding, waiting) = (Label::Holding, Label::WaitingAt);
    assert_eq!(
        parts,
        [
            (1, holding, Some(0), 11),
            (1, waiting, Some(1), 12),
            (2, holding, Some(1), 21),
            (2, waiting, Some(2), 22),
            (3, holding, Some(2), 31),
            (3, waiting, Some(0), 32),
        ]
    );
}
