//! Who may open signals, and when; how sections pair up.

use allocator_api2::alloc::Global;

use super::script::{check, check_places};
use crate::engine::{Context, End, Engine, Event, Held, Hint, Inherited, Label, MaskAtEnd, Place, Reopen, State, Thread, Unmask};
use crate::kind::ReportKind;

/// The incident: an inner `lock_irq` opens the signals under the outer one.
#[test]
fn the_inner_lock_irq_opens_the_signals_of_the_outer_one() {
    check_places(
        "t1: lock_irq A, lock_irq B, unlock B, unlock A",
        "UnsafeIrqEnable Certain HandlerUnseen: A B on 10 12
            IrqsDisabled A | t1: lock_irq A
            InnerAcquired B | t1: lock_irq B
            IrqsReenabled | t1: unlock B",
    );
    check("t1: lock_irqsave A, lock_irq B, unlock B, unlock A", &["UnsafeIrqEnable Certain HandlerUnseen: A B on 10 12"]);
    check("t1: lock_counted A, lock_irq B, unlock B, unlock A", &["UnsafeIrqEnable Certain HandlerUnseen: A B on 10 12"]);
    check("t1: read_irq A, lock_irq B, unlock B, unlock A", &["UnsafeIrqEnable Certain HandlerUnseen: A B on 10 12"]);
    check("t1: try lock_irq A, lock_irq B, unlock B, unlock A", &["UnsafeIrqEnable Certain HandlerUnseen: A B on 10 12"]);
}

#[test]
fn the_remedies() {
    for (outer, inner) in ["lock_irq", "lock_irqsave", "lock_counted"]
        .into_iter()
        .flat_map(|outer| ["lock_irqsave", "lock_counted", "lock", "read_irqsave"].into_iter().map(move |inner| (outer, inner)))
    {
        check(&format!("t1: {outer} A, {inner} B, unlock B, unlock A"), &[]);
    }
}

#[test]
fn one_after_the_other_is_fine() {
    check("t1: lock_irq A, unlock A, lock_irq B, unlock B", &[]);
    check("t1: lock_irq A, unlock A; t2: lock_irq A, unlock A", &[]);
    // Hand over hand: the signals open with the last.
    check("t1: lock_irqsave A, lock B, release A, unlock B", &[]);
}

#[test]
fn the_handler_that_was_seen_is_shown() {
    check_places(
        "t1: on 12 { lock A, unlock A }; t2: lock_irq A, lock_irq B, unlock B",
        "UnsafeIrqEnable Certain HandlerSeen: A B on 10 12
            IrqsDisabled A | t2: lock_irq A
            InnerAcquired B | t2: lock_irq B
            IrqsReenabled | t2: unlock B
            InHandler(12) A | t1: lock A",
    );
    // Another signal's handler, or another lock, is not the one that would hang.
    check(
        "lines 10; t1: on 12 +10 { lock A, unlock A }; lines 10 12; t2: lock_irq A, unlock A; lines 10; t2: lock_irq C, lock_irq B, unlock B",
        &["UnsafeIrqEnable Certain HandlerUnseen: C B on 10"],
    );
}

#[test]
fn it_is_completed_when_the_handler_is_seen() {
    check_places(
        "t1: lock_irq A, lock_irq B, unlock B, unlock A; t2: on 10 { lock A, unlock A }, on 10 { lock A, unlock A }",
        "UnsafeIrqEnable Certain HandlerUnseen: A B on 10 12
            IrqsDisabled A | t1: lock_irq A
            InnerAcquired B | t1: lock_irq B
            IrqsReenabled | t1: unlock B
        UnsafeIrqEnable Certain HandlerSeen: A B on 10 12
            IrqsDisabled A | t1: lock_irq A
            InnerAcquired B | t1: lock_irq B
            IrqsReenabled | t1: unlock B
            InHandler(10) A | t2: lock A",
    );
    check(
        "t1: lock_irq A, lock_irq B, unlock B, unlock A; t2: on 10 { try lock A, unlock A }",
        &["UnsafeIrqEnable Certain HandlerUnseen: A B on 10 12"],
    );
}

#[test]
fn it_is_completed_once_and_by_its_own_handler() {
    // Several enables under one lock are completed each, once.
    check(
        "t1: lock_irq A, lock_irq B, unlock B, lock_irq C, unlock C, unlock A; t2: on 10 { lock A, unlock A }, on 12 +10 { lock A, unlock A }",
        &[
            "UnsafeIrqEnable Certain HandlerUnseen: A B on 10 12",
            "UnsafeIrqEnable Certain HandlerUnseen: A C on 10 12",
            "UnsafeIrqEnable Certain HandlerSeen: A B on 10 12",
            "UnsafeIrqEnable Certain HandlerSeen: A C on 10 12",
            "IrqUsage Possible: A on 12",
        ],
    );
    check(
        "lines 10; t1: lock_irq A, lock_irq B, unlock B, unlock A; lines 12; t1: lock_irq A, lock_irq C, unlock C, unlock A
         lines 10; t1: lock_irq A, lock_irq D, unlock D, unlock A; t2: on 10 +12 { lock A",
        &[
            "UnsafeIrqEnable Certain HandlerUnseen: A B on 10",
            "UnsafeIrqEnable Certain HandlerUnseen: A C on 12",
            "UnsafeIrqEnable Certain HandlerUnseen: A D on 10",
            "UnsafeIrqEnable Certain HandlerSeen: A B on 10",
            "UnsafeIrqEnable Certain HandlerSeen: A D on 10",
            "IrqUsage Possible: A on 10",
        ],
    );
    // One handler was known, another comes later.
    check(
        "t1: on 12 +10 { lock A, unlock A }; t2: lock_irq A, lock_irq B, unlock B, unlock A; t1: on 10 +12 { lock A, unlock A }",
        &["UnsafeIrqEnable Certain HandlerSeen: A B on 10 12"],
    );
    // Several enables, each with a handler of its own.
    check(
        "t1: lock_irq A, lock_irq B, unlock B, unlock A, lock_irq X, lock_irq Y, unlock Y, unlock X
         t2: on 10 { lock X, unlock X, lock A, unlock A }",
        &[
            "UnsafeIrqEnable Certain HandlerUnseen: A B on 10 12",
            "UnsafeIrqEnable Certain HandlerUnseen: X Y on 10 12",
            "UnsafeIrqEnable Certain HandlerSeen: X Y on 10 12",
            "UnsafeIrqEnable Certain HandlerSeen: A B on 10 12",
        ],
    );
    // The handler of a signal that stayed as it was.
    check(
        "lines 10; t1: lock_irq A, lock_irq B, unlock B, unlock A; t2: lines 12, on 12 +10 { lock_irq A",
        &["UnsafeIrqEnable Certain HandlerUnseen: A B on 10", "IrqUsage Possible: A on 12"],
    );
}

#[test]
fn of_several_outer_locks_the_first_that_the_handler_takes_is_named() {
    check_places(
        "t1: on 10 +12 { lock M, unlock M, lock A, unlock A }; t2: lock_irq X, lock_irqsave A, lock M, lock_irq B, unlock B",
        "UnsafeIrqEnable Certain HandlerSeen: X A M B on 10 12
            IrqsDisabled X | t2: lock_irq X
            HeldWithIrqsOff A | t2: lock_irqsave A
            HeldWithIrqsOff M | t2: lock M
            InnerAcquired B | t2: lock_irq B
            IrqsReenabled | t2: unlock B
            InHandler(10) A | t1: lock A",
    );
}

/// The same finding from both sides: the enable is it, not the usage it leads to.
#[test]
fn an_unsafe_enable_is_not_reported_as_usage_too() {
    let enable = "lock_irq A, lock_irq B, unlock B, unlock A";
    check(&format!("t1: on 10 {{ lock A, unlock A }}; t2: {enable}"), &["UnsafeIrqEnable Certain HandlerSeen: A B on 10 12"]);
    check(
        &format!("t2: {enable}; t1: on 10 {{ lock A, unlock A }}"),
        &["UnsafeIrqEnable Certain HandlerUnseen: A B on 10 12", "UnsafeIrqEnable Certain HandlerSeen: A B on 10 12"],
    );
    // That the inner lock is the handler's is a matter of nobody: it was taken with the signals blocked.
    check(&format!("t1: on 10 {{ lock B, unlock B }}; t2: {enable}"), &["UnsafeIrqEnable Certain HandlerUnseen: A B on 10 12"]);
}

#[test]
fn the_handler_interrupts_the_outer_lock() {
    check(
        "t1: lock_irq A, lock_irq B, unlock B, on 10 { lock A",
        &["UnsafeIrqEnable Certain HandlerUnseen: A B on 10 12", "Recursion Certain: A A on 10"],
    );
}

#[test]
fn each_place_that_opens_them_is_reported() {
    check(
        "t1: lock_irq A, lock_irq B, unlock B, lock_irq C, unlock C, unlock A",
        &["UnsafeIrqEnable Certain HandlerUnseen: A B on 10 12", "UnsafeIrqEnable Certain HandlerUnseen: A C on 10 12"],
    );
    check("t1: lock_irq A, enable, enable, unlock A", &["UnsafeIrqEnable Certain HandlerUnseen: A on 10 12"]);
}

#[test]
fn a_lock_in_between_is_named() {
    check_places(
        "t1: lock_irq A, lock M, lock_irq B, unlock B",
        "UnsafeIrqEnable Certain HandlerUnseen: A M B on 10 12
            IrqsDisabled A | t1: lock_irq A
            HeldWithIrqsOff M | t1: lock M
            InnerAcquired B | t1: lock_irq B
            IrqsReenabled | t1: unlock B",
    );
    // Another lock of the class too.
    check(
        "class A by_instance; t1: lock_irq A1, lock A2, lock_irq B, unlock B",
        &["UnsafeIrqEnable Certain HandlerUnseen: A A B on 10 12"],
    );
    // Which was taken before the signals were blocked is none of its concern.
    check("t1: lock M, lock_irq A, lock_irq B, unlock B", &["UnsafeIrqEnable Certain HandlerUnseen: A B on 10 12"]);
}

#[test]
fn the_guard_of_the_outer_lock_may_end_first() {
    // B is still held, and was taken with the signals blocked.
    check_places(
        "t1: lock_irq A, lock B, unlock A, unlock B",
        "UnsafeIrqEnable Certain HandlerUnseen: B A on 10 12
            HeldWithIrqsOff B | t1: lock B
            InnerAcquired A | t1: lock_irq A
            IrqsReenabled | t1: unlock A",
    );
    check("t1: lock_irqsave A, lock B, unlock A, unlock B", &["UnsafeIrqEnable Certain HandlerUnseen: B A on 10 12"]);
    check("t1: lock_counted A, lock B, unlock A, unlock B", &["UnsafeIrqEnable Certain HandlerUnseen: B on 10 12"]);
}

#[test]
fn a_bare_enable() {
    check_places(
        "t1: lock_irq A, enable, unlock A",
        "UnsafeIrqEnable Certain HandlerUnseen: A on 10 12
            IrqsDisabled A | t1: lock_irq A
            IrqsReenabled | t1: enable",
    );
    check_places(
        "t1: disable, lock A, enable, unlock A",
        "UnsafeIrqEnable Certain HandlerUnseen: A on 10 12
            IrqsDisabled | t1: disable
            HeldWithIrqsOff A | t1: lock A
            IrqsReenabled | t1: enable",
    );
    for mode in ["read", "rread", "upread"] {
        check(&format!("t1: disable, {mode} A, enable"), &["UnsafeIrqEnable Certain HandlerUnseen: A on 10 12"]);
    }
}

#[test]
fn disable_and_enable_do_not_count() {
    check("t1: disable, enable", &[]);
    check("t1: disable, disable, enable, lock A, unlock A, enable, end", &[]);
    check("t1: disable, disable, enable, end", &[]);
    check("t1: disable, lock A, disable, unlock A, enable, end", &[]);
    check("t1: disable, lock A, unlock A, disable, lock A, unlock A, enable, end", &[]);
    // A lock that was taken with them open does not mind.
    check("t1: lock A, disable, enable, unlock A, end", &[]);
    check("t1: lock A, disable, disable, enable, unlock A, end", &[]);
}

#[test]
fn a_lock_irq_inside_a_disabled_section_opens_it() {
    check_places(
        "t1: disable, lock_irq B, unlock B, enable",
        "UnsafeIrqEnable Certain HandlerUnseen: B on 10 12
            IrqsDisabled | t1: disable
            InnerAcquired B | t1: lock_irq B
            IrqsReenabled | t1: unlock B",
    );
    check("t1: disable, lock_irqsave B, unlock B, enable, end", &[]);
}

#[test]
fn an_enable_inside_a_section_is_unsafe_without_any_lock() {
    for (begin, end) in [("save f", "restore f"), ("counted c", "uncount c")] {
        check(&format!("t1: {begin}, enable, {end}, end"), &["UnsafeIrqEnable Certain HandlerUnseen on 10 12"]);
        check(&format!("t1: {begin}, disable, enable, {end}, end"), &["UnsafeIrqEnable Certain HandlerUnseen on 10 12"]);
        check(&format!("t1: {begin}, lock_irq B, unlock B, {end}, end"), &["UnsafeIrqEnable Certain HandlerUnseen: B on 10 12"]);
    }
    check_places(
        "t1: save f, save g, enable, restore g, restore f, end",
        "UnsafeIrqEnable Certain HandlerUnseen on 10 12
            IrqsDisabled | t1: save f
            IrqsReenabled | t1: enable",
    );
    // The lock of the guard is gone, its section is not.
    check("t1: lock_irqsave A, release A, enable", &["UnsafeIrqEnable Certain HandlerUnseen: A on 10 12"]);
}

/// The section that found them open is the one that blocked them, not the outermost.
#[test]
fn the_section_that_really_blocked_them_is_named() {
    check_places(
        "lines 10; t1: save f, lines 12, lock_irq A, lock_irq B, unlock B",
        "UnsafeIrqEnable Certain HandlerUnseen: A B on 12
            IrqsDisabled A | t1: lock_irq A
            InnerAcquired B | t1: lock_irq B
            IrqsReenabled | t1: unlock B",
    );
}

#[test]
fn opening_other_signals_is_fine() {
    check("lines 10; t1: lock_irqsave A, lines 12, disable, enable, lock_irq B, unlock B, lines 10, unlock A, end", &[]);
}

#[test]
fn sections_that_nest_are_fine() {
    let sections = [
        ("save f", "restore f"),
        ("save g", "restore g"),
        ("counted c", "uncount c"),
        ("counted d", "uncount d"),
        ("lock_irqsave A", "unlock A"),
        ("lock_counted B", "unlock B"),
    ];
    for (outer, outer_end) in sections {
        for (inner, inner_end) in sections.iter().filter(|(inner, _)| *inner != outer) {
            check(&format!("t1: {outer}, {inner}, {inner_end}, {outer_end}, end"), &[]);
            check(&format!("t1: disable, {outer}, {inner}, {inner_end}, {outer_end}, enable, end"), &[]);
            // What is disabled inside ends with the section that puts back what it found.
            check(&format!("t1: {outer}, {inner}, disable, {inner_end}, {outer_end}, end"), &[]);
        }
    }
}

#[test]
fn counted_sections_end_in_any_order() {
    check("t1: counted c, counted d, uncount c, uncount d, end", &[]);
    check("t1: lock_counted A, lock_counted B, unlock A, unlock B, end", &[]);
    check("t1: lock_counted A, lock_counted B, unlock A, lock_counted C, unlock B, unlock C, end", &[]);
}

#[test]
fn crossed_saves_and_restores() {
    check_places(
        "t1: save f, save g, restore f, restore g, end",
        "IrqState Certain Crossed on 10 12
            SectionOpened | t1: save g
            IrqsRestored | t1: restore f",
    );
    // With a lock held that does not mind.
    check("t1: lock A, save f, save g, restore f, restore g, unlock A, end", &["IrqState Certain Crossed on 10 12"]);
    check("t1: counted c, save g, uncount c, restore g, end", &["IrqState Certain Crossed on 10 12"]);
    check("t1: save g, counted c, restore g, uncount c, end", &["IrqState Certain Crossed on 10 12"]);
    // Even if the mask stays as it is.
    check("t1: disable, save f, save g, restore f, restore g, enable, end", &["IrqState Certain Crossed"]);
}

#[test]
fn crossed_guards_open_the_signals_under_a_lock() {
    check_places(
        "t1: lock_irqsave A, lock_irqsave B, unlock A, unlock B, end",
        "UnsafeIrqEnable Certain HandlerUnseen: B A on 10 12
            IrqsDisabled B | t1: lock_irqsave B
            InnerAcquired A | t1: lock_irqsave A
            IrqsReenabled | t1: unlock A",
    );
    check(
        "t1: save f, lock A, save g, restore f, restore g, unlock A, end",
        &["UnsafeIrqEnable Certain HandlerUnseen: A on 10 12"],
    );
    check("t1: save f, lock A, restore f, unlock A, end", &["UnsafeIrqEnable Certain HandlerUnseen: A on 10 12"]);
    check("t1: lock_irq A, lock_irq B, unlock A, unlock B, end", &["UnsafeIrqEnable Certain HandlerUnseen: B A on 10 12"]);
}

#[test]
fn flags_of_the_interrupted_code_are_not_the_handlers() {
    check("lines 12; t1: save f, on 10 { restore f", &["IrqState Certain UnknownSection on 10 12"]);
    check("lines 12; t1: save f, on 10 { lock_irqsave A, restore f", &["IrqState Certain UnknownSection on 10 12"]);
}

#[test]
fn enable_in_a_handler() {
    check_places(
        "t1: on 10 { enable }, end",
        "IrqState Certain EnabledInHandler on 10
            IrqsReenabled | t1: enable",
    );
    check("t1: on 10 { disable, enable }, end", &["IrqState Certain EnabledInHandler on 10 12"]);
    check("t1: on 10 { lock_irq A, unlock A }, end", &["IrqState Certain EnabledInHandler on 10 12"]);
    check("t1: on 10 { lock_irq A, lock_irq B, unlock B, unlock A }, end", &["IrqState Certain EnabledInHandler on 10 12"]);
    check("t1: on 10 { save f, enable, restore f }, end", &["IrqState Certain EnabledInHandler on 10 12"]);
    check(
        "t1: on 10 { lock_irqsave A, enable }",
        &["IrqState Certain EnabledInHandler on 10 12", "HeldAtExit Certain HandlerEnd: A on 10"],
    );
    // Nothing is opened: the handler runs with everything of ours open already.
    check("t1: on 10 nodefer { enable }, end", &[]);
    // Each handler answers for itself.
    check(
        "t1: on 10 { enable }, on 12 { enable }, end",
        &["IrqState Certain EnabledInHandler on 10", "IrqState Certain EnabledInHandler on 12"],
    );
    check(
        "t1: on 10 { enable, on 12 { enable } }, end",
        &["IrqState Certain EnabledInHandler on 10", "IrqState Certain EnabledInHandler on 12"],
    );
}

#[test]
fn what_a_handler_may_do() {
    for section in ["save f, restore f", "counted c, uncount c", "lock_irqsave A, unlock A", "lock_counted A, unlock A"] {
        check(&format!("t1: on 10 {{ {section} }}, end"), &[]);
        check(&format!("t1: on 10 {{ on 12 {{ {section} }} }}, end"), &[]);
    }
}

#[test]
fn an_unsafe_enable_inside_a_handler() {
    check(
        "t1: on 10 { lock_irqsave A, lock_irqsave B, unlock A, unlock B }, end",
        &["UnsafeIrqEnable Certain HandlerUnseen: B A on 12"],
    );
    check(
        "t1: lock V, lock W, lock X, lock Y, on 10 { lock_irqsave A, lock_irqsave B, unlock A, unlock B }, unlock Y, unlock X, unlock W, unlock V, end",
        &["UnsafeIrqEnable Certain HandlerUnseen: B A on 12"],
    );
    // What the interrupted code holds is not concerned: its signals stay as they were.
    check("lines 12; t1: lock_irqsave A, on 10 { lock_irqsave B, unlock B }, unlock A, end", &[]);
}

#[test]
fn signals_left_blocked() {
    check_places(
        "t1: disable, lock A, unlock A, end",
        "IrqState Certain LeftBlocked on 10 12
            SectionOpened | t1: disable
            Ended | t1: end",
    );
    check("t1: save f, end", &["IrqState Certain LeftBlocked on 10 12"]);
    check("t1: counted c, counted d, uncount d, end", &["IrqState Certain LeftBlocked on 10 12"]);
    check("t1: lock_irqsave A, release A, end", &["IrqState Certain LeftBlocked: A on 10 12"]);
    check("t1: disable, end_test", &["IrqState Certain LeftBlocked on 10 12"]);
    check("t1: on 10 { disable }, end", &["IrqState Certain LeftBlocked on 12"]);
    // Of the interrupted code nothing is said at the end of the handler.
    check("lines 12; t1: disable, on 10 { lock A, unlock A }, enable, end", &[]);
}

/// A guard that was never dropped is one finding: its lock.
#[test]
fn a_leaked_irq_guard_is_a_lock_held() {
    check("t1: lock_irq A, end", &["HeldAtExit Certain ThreadEnd: A"]);
    check("t1: on 10 { lock_irqsave A }, end", &["HeldAtExit Certain HandlerEnd: A on 10"]);
    check("t1: disable, lock_irqsave A, end", &["HeldAtExit Certain ThreadEnd: A", "IrqState Certain LeftBlocked on 10 12"]);
}

#[test]
fn masks_changed_behind_our_back() {
    check_places(
        "t1: raw 20",
        "MaskImbalance Certain ChangedBehind(524288) on 20
            Noticed | t1: raw 20",
    );
    // A restore that blocks what was opened meanwhile.
    check(
        "t1: disable, save f, raw 12, restore f",
        &["MaskImbalance Certain ChangedBehind(0) on 12", "IrqState Certain RestoreBlocks on 12"],
    );
    check("t1: on 10 { raw 12 }, end", &["MaskImbalance Certain ChangedBehind(2048) on 12"]);
}

/// Every change of the mask is judged when it is made; a driver that left one out still hears of it when the handler ends.
#[test]
fn a_handler_that_leaves_with_another_mask() {
    let thread = Thread { id: 1, began: 0 };
    let ends = |engine: &mut Engine<Global>, mask, entered| {
        let cx = Context { thread, now: 0, held: &[], base: 0, mask, handler: 10 };
        let verdicts =
            engine.apply(Event::End { cx, end: End::Handler(MaskAtEnd { entered, changed: None }), place: Place::default() });
        let said: Vec<_> = verdicts.iter().map(|verdict| (verdict.kind, verdict.hint, verdict.signals)).collect();
        said
    };
    let mut engine = Engine::new_in(Global);
    assert_eq!(ends(&mut engine, 0b11, 0b11), []);
    assert_eq!(ends(&mut engine, 0b01, 0b11), [(ReportKind::IrqState, Hint::MaskChanged, 0b10)]);
    assert_eq!(ends(&mut engine, 0b111, 0b11), [(ReportKind::IrqState, Hint::MaskChanged, 0b100)]);
    // What was said is said of one run of the handler.
    let cx = Context { thread, now: 0, held: &[], base: 0, mask: 0b11, handler: 10 };
    let unmask = |mask| Event::Unmask(cx, Unmask { how: Reopen::Enable, mask, own: None, place: Place::default() });
    assert_eq!(engine.apply(unmask(0b01)).len(), 1);
    assert_eq!(engine.apply(unmask(0b00)).len(), 1);
    assert_eq!(ends(&mut engine, 0b00, 0b11), []);
    assert_eq!(ends(&mut engine, 0b01, 0b11), [(ReportKind::IrqState, Hint::MaskChanged, 0b10)]);
    // And only if something was said.
    assert_eq!(engine.apply(unmask(0b11)).len(), 0);
    assert_eq!(ends(&mut engine, 0b01, 0b11), [(ReportKind::IrqState, Hint::MaskChanged, 0b10)]);
}

/// A thread may open what it was born with, or leave by another mask, only by choice: what it does in sections must come out even.
#[test]
fn a_thread_that_leaves_with_another_mask() {
    let thread = Thread { id: 1, began: 0 };
    let opened = Place { site: 7, stack: 0 };
    let cx = |mask| Context { thread, now: 0, held: &[], base: 0, mask, handler: 0 };
    let ends = |engine: &mut Engine<Global>, mask, entered| {
        let end = End::Thread(MaskAtEnd { entered, changed: Some(opened) });
        let verdicts = engine.apply(Event::End { cx: cx(mask), end, place: Place::default() });
        let parts =
            |of: &crate::engine::Verdict<Global>| of.parts.iter().map(|part| (part.label, part.place)).collect::<Vec<_>>();
        verdicts.iter().map(|verdict| (verdict.hint, verdict.signals, parts(verdict))).collect::<Vec<_>>()
    };
    let mut engine = Engine::new_in(Global);
    assert_eq!(ends(&mut engine, 0b11, 0b11), []);
    let expected = [(Hint::LeftOpen, 0b10, vec![(Label::IrqsReenabled, opened)])];
    assert_eq!(ends(&mut engine, 0b01, 0b11), expected);
    let expected = [(Hint::MaskChanged, 0b100, vec![(Label::IrqsDisabled, opened)])];
    assert_eq!(ends(&mut engine, 0b111, 0b11), expected);

    // Where the cause was reported, the end is no news; it is for another thread, also one that gets the same number.
    let restore = Unmask { how: Reopen::Restore, mask: 0b01, own: None, place: Place::default() };
    assert_eq!(engine.apply(Event::Unmask(cx(0b11), restore)).len(), 1);
    engine.apply(Event::ThreadEnd { thread: 1, now: 1 });
    assert_eq!(ends(&mut engine, 0b01, 0b11).len(), 1);
    assert_eq!(engine.apply(Event::Unmask(cx(0b11), restore)).len(), 1);
    assert_eq!(ends(&mut engine, 0b01, 0b11), []);
}

#[test]
fn a_thread_that_was_started_inside_a_section() {
    let (parent, thread) = (Thread { id: 1, began: 0 }, Thread { id: 2, began: 1 });
    let place = |site| Place { site, stack: 0 };
    let section = Held { state: State::Section, mask: 0b11, place: place(1), ..Held::FREE };
    let inherited = Inherited { signals: 0b11, section, parent, started: place(2) };
    let cx = Context { thread, now: 0, held: &[], base: 0, mask: 0b11, handler: 0 };
    let mut engine = Engine::new_in(Global);
    let verdicts = engine.apply(Event::Inherited { cx, inherited, place: place(3) });
    assert_eq!((verdicts[0].kind, verdicts[0].hint, verdicts[0].signals), (ReportKind::IrqState, Hint::Inherited, 0b11));
    let parts: Vec<_> = verdicts[0].parts.iter().map(|part| (part.label, part.place.site, part.thread)).collect();
    assert_eq!(parts, [(Label::SectionOpened, 1, parent), (Label::Started, 2, parent), (Label::Noticed, 3, thread)]);
    // Said once: not at the end as well.
    let end = End::Thread(MaskAtEnd { entered: 0, changed: None });
    assert!(engine.apply(Event::End { cx, end, place: place(4) }).is_empty());
}
