//! Small enums, all of them: usage state × context × mode × attempt on one class, and everything that a path of one dependency can
//! connect, in every order in which it can become known.

use super::script::World;

const VERBS: [&str; 4] = ["lock", "read", "rread", "upread"];

/// The four sets of one signal, as bits.
const USED: u8 = 1;
const USED_RECURSIVE: u8 = 2;
const OPEN: u8 = 4;
const OPEN_SHARED: u8 = 8;

/// What puts a class into each set.
const STEPS: [&str; 4] = ["on 10 { lock A, unlock A }", "on 10 { rread A, unlock A }", "lock A, unlock A", "rread A, unlock A"];

#[derive(Clone, Copy, PartialEq)]
enum Where {
    Handler,
    Open,
    Blocked,
}

/// The sets that one more use adds.
fn adds(verb: &str, attempt: bool, place: Where) -> u8 {
    match place {
        Where::Handler if attempt => 0,
        Where::Handler if verb == "rread" => USED_RECURSIVE,
        Where::Handler => USED,
        Where::Open if verb == "lock" => OPEN,
        Where::Open => OPEN_SHARED,
        Where::Blocked => 0,
    }
}

fn contradicts(sets: u8) -> bool {
    let has = |set| sets & set != 0;
    has(USED) && has(OPEN | OPEN_SHARED) || has(USED_RECURSIVE) && has(OPEN)
}

#[test]
fn every_use_in_every_state_of_its_class() {
    for state in 0..16_u8 {
        let before: Vec<_> = (0..4).filter(|set| state & 1 << set != 0).map(|set| STEPS[set]).collect();
        for place in [Where::Handler, Where::Open, Where::Blocked] {
            for (verb, attempt) in VERBS.into_iter().flat_map(|verb| [(verb, false), (verb, true)]) {
                let attempts = if attempt { "try " } else { "" };
                let last = match place {
                    Where::Handler => format!("on 10 {{ {attempts}{verb} A, unlock A }}"),
                    Where::Open => format!("{attempts}{verb} A, unlock A"),
                    Where::Blocked => format!("disable, {attempts}{verb} A, unlock A, enable"),
                };
                let script = format!("t1: {}; t2: {last}", before.join(", "));
                let wrong = contradicts(state | adds(verb, attempt, place));
                let expected: &[&str] = if wrong { &["IrqUsage Possible: A on 10"] } else { &[] };
                let world = World::run(&script);
                assert_eq!(world.lines(), expected, "\n{script}");
            }
        }
    }
}

/// Whether one who takes a lock like the first verb waits for one who holds it like the second.
fn waits(waiter: &str, holder: &str) -> bool {
    waiter != "rread" || holder == "lock"
}

/// `A` in a handler; `B` under `A` with the signal blocked; `B` with the signal open.
#[test]
fn everything_that_one_dependency_connects() {
    const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let verbs = || VERBS.into_iter();
    let pairs = || verbs().flat_map(move |first| verbs().map(move |second| (first, second)));
    for ((used, holder), (waiter, open)) in pairs().flat_map(|first| pairs().map(move |second| (first, second))) {
        let facts = [
            format!("t1: on 10 {{ {used} A, unlock A }}"),
            format!("t2: disable, {holder} A, {waiter} B, unlock B, unlock A, enable"),
            format!("t3: {open} B, unlock B"),
        ];
        let wrong = waits(used, holder) && waits(waiter, open);
        let expected: &[&str] = if wrong { &["IrqInversion Possible: A B on 10"] } else { &[] };
        for order in ORDERS {
            let script = order.map(|fact| facts[fact].as_str()).join("; ");
            let world = World::run(&script);
            assert_eq!(world.lines(), expected, "\n{script}");
        }
    }
}
