//! The self-test matrix of the kernel's lockdep, as far as it is about locks that there are here: 318 cases, with the kind that
//! each must be reported as.
//!
//! Two signals stand for its two kinds of interrupts: 10 for hard ones, whose handler and whose `DIS` block 12 too, and 12 for soft
//! ones. Its types of locks differ here in how they are taken alone; `L` is a spin lock, and mutexes and rwsems sleep.
//!
//! Departures, each of them wanted:
//!
//! * signals opened under a lock that was taken with them blocked are `UnsafeIrqEnable`, also under a read lock, where the
//!   kernel is content, and before any handler was seen;
//! * a case is reported as what it is found as first; later consequences may be reported besides.

use super::script::{World, kinds};
use crate::kind::ReportKind::{
    self, HeldLockFreed, Inversion, IrqInversion, IrqUsage, NestLockNotHeld, Recursion, UnlockImbalance, UnsafeIrqEnable,
};

/// Every order of three parts.
const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

/// A case in the kernel's words, as a script: `LOCK`, `UNLOCK` by the type in question, `L`, `U` a spin lock, `WL`, `WU`, `RL`, `RU`
/// a reader-writer lock, `DIS`, `ENA`, `IN{`, `}`.
fn translate(case: &str, lock: &str, hard: bool) -> String {
    let mut script = String::from("lines ");
    script += if hard { "10 12; t1: " } else { "12; t1: " };
    for step in case.split(';').map(str::trim) {
        let (word, name) = step.split_once(' ').unwrap_or((step, ""));
        let word = match word {
            "LOCK" => lock,
            "L" | "WL" => "lock",
            "RL" => "rread",
            "UNLOCK" | "U" | "WU" | "RU" => "unlock",
            "DIS" => "disable",
            "ENA" => "enable",
            "IN{" if hard => "on 10 +12 {",
            "IN{" => "on 12 {",
            "}" => "}",
            word => panic!("what is {word}?"),
        };
        script += &format!("{word} {name};");
    }
    script
}

/// What the test of one case found, the first kind first.
#[track_caller]
fn expect(what: &str, script: &str, expected: Option<ReportKind>) {
    let found = kinds(script);
    assert_eq!(found.first().copied(), expected, "{what}: {script}\n{}", World::run(script).explain());
}

/// 4.2: the families for every type of lock. `(A,B)` is lock A, lock B, unlock B, unlock A.
#[test]
fn families_for_every_type() {
    const TYPES: [(&str, &str, bool); 7] = [
        ("spin", "lock", false),
        ("wlock", "lock", false),
        ("rlock", "rread", false),
        ("mutex", "lock", true),
        ("wsem", "lock", true),
        ("rsem", "read", true),
        ("rtmutex", "lock", true),
    ];
    const PAIRS: [&str; 6] = ["AB BA", "AB BC CA", "AB CA BC", "AB BC CD DA", "AB CD BD DA", "AB CD BC DA"];
    let mut cases = 0;
    for (name, lock, sleeps) in TYPES {
        let wait = if sleeps { "sleep" } else { "spin" };
        let declare = ["X", "A", "B", "C", "D"].map(|class| format!("class {class} {wait};")).concat();
        let recursive = lock == "rread";
        let unless_recursive = |kind| if recursive { None } else { Some(kind) };
        expect(name, &format!("{declare} t1: {lock} X1; {lock} X2"), unless_recursive(Recursion));
        for pairs in PAIRS {
            let nested = |pair: &str| {
                let (a, b) = pair.split_at(1);
                format!("{lock} {a}; {lock} {b}; unlock {b}; unlock {a};")
            };
            let script: String = pairs.split(' ').map(nested).collect();
            expect(name, &format!("{declare} t1: {script}"), unless_recursive(Inversion));
        }
        expect(name, &format!("{declare} t1: {lock} A; unlock A; unlock A"), Some(UnlockImbalance));
        expect(name, &format!("{declare} t1: {lock} A; drop A"), Some(HeldLockFreed));
        cases += 9;
    }
    assert_eq!(cases, 63);
}

/// 4.3: one reader-writer lock in two modes, with the reader of a rwlock, who is recursive, and that of a rwsem, who is not.
#[test]
fn reads_and_writes_of_one_lock() {
    let (recursion, inversion) = (Some(Recursion), Some(Inversion));
    let table = [
        ("RL X1; RL X1", None, recursion),
        ("RL X1; RL X2", None, recursion),
        ("RL X1; WL X2", recursion, recursion),
        ("WL X1; RL X2", recursion, recursion),
        ("RL X1; L Y1; U Y1; RU X1; L Y1; WL X1; WU X1; U Y1", inversion, inversion),
        ("RL X1; L Y1; U Y1; RU X1; L Y1; RL X1; RU X1; U Y1", None, inversion),
        ("WL X1; L Y1; U Y1; WU X1; L Y1; WL X1; WU X1; U Y1", inversion, inversion),
    ];
    let mut cases = 0;
    for (case, rlock, rsem) in table {
        let script = translate(case, "", true);
        expect("rlock", &script, rlock);
        expect("rsem", &script.replace("rread", "read"), rsem);
        cases += 2;
    }
    // What a reader has proven, a writer has not.
    let cached = "RL X1; L Y1; U Y1; RU X1; L Y1; RL X1; RU X1; U Y1; L Y1; WL X1; WU X1; U Y1";
    expect("chain cached", &translate(cached, "", true), inversion);
    cases += 1;
    assert_eq!(cases, 15);
}

/// 4.4: cycles of three reader-writer locks, in every order.
#[test]
fn cycles_of_three_reader_writer_locks() {
    let table = [
        (["WL X1 RL Y1", "WL Y1 RL Z1", "WL Z1 RL X1"], Some(Inversion)),
        (["WL X1 WL Y1", "RL Y1 RL Z1", "WL Z1 RL X1"], Some(Inversion)),
        (["WL X1 WL Y1", "RL Y1 RL Z1", "RL Z1 WL X1"], None),
        (["WL X1 RL Y1", "RL Y1 RL Z1", "WL Z1 WL X1"], None),
    ];
    let mut cases = 0;
    for (parts, expected) in table {
        for order in ORDERS {
            let nested = order.map(|at| {
                let words: Vec<&str> = parts[at].split(' ').collect();
                let [first, a, second, b] = words[..] else { panic!("two locks each") };
                format!("{first} {a}; {second} {b}; U {b}; U {a}")
            });
            expect("W and R", &translate(&nested.join("; "), "", true), expected);
            cases += 1;
        }
    }
    assert_eq!(cases, 24);
}

/// 4.5: interrupts. The columns are what a spin lock, a writer and a recursive reader come to.
#[test]
fn interrupts() {
    let in_a = "IN{; LOCK A; UNLOCK A; }";
    let b_open = "LOCK B; UNLOCK B";
    let nested = "LOCK A; LOCK B; UNLOCK B; UNLOCK A";
    let nested_off = format!("DIS; {nested}; ENA");
    let (usage, enable, path) = (Some(IrqUsage), Some(UnsafeIrqEnable), Some(IrqInversion));
    // Parts; the kinds for spin lock and writer, and for the reader.
    let families = [
        ("irqs-on + irq-safe-A", vec![in_a, "LOCK A; UNLOCK A"], usage, None),
        ("sirq-safe-A => hirqs-on", vec![in_a, "DIS; LOCK A; ENA; UNLOCK A"], enable, enable),
        ("safe-A + irqs-on", vec![in_a, "DIS; LOCK A; ENA; UNLOCK A"], enable, enable),
        ("safe-A + unsafe-B #1", vec![nested, b_open, in_a], usage, None),
        ("safe-A + unsafe-B #2", vec![&nested_off, b_open, in_a], path, None),
        (
            "irq lock-inversion",
            vec!["DIS; WL A; LOCK B; UNLOCK B; WU A; ENA", b_open, "IN{; RL A; RU A; }"],
            path,
            // The writer of A waits behind nobody, and a recursive reader of B for no reader.
            None,
        ),
    ];
    let mut cases = 0;
    for (name, parts, exclusive, reader) in families {
        for (lock, expected) in [("lock", exclusive), ("lock", exclusive), ("rread", reader)] {
            // The second family is about soft interrupts and hard ones re-enabled: one case each.
            let states: &[bool] = if name.starts_with("sirq") { &[true] } else { &[true, false] };
            for &hard in states {
                let orders: &[[usize; 3]] = if parts.len() == 2 { &[[0, 1, 9], [1, 0, 9]] } else { &ORDERS };
                for order in orders {
                    let case: Vec<&str> = order.iter().filter_map(|&at| parts.get(at).copied()).collect();
                    let mut script = translate(&case.join("; "), lock, hard);
                    if name.starts_with("sirq") {
                        script = script.replace("on 10 +12 {", "on 12 +10 {");
                    }
                    expect(name, &script, expected);
                    cases += 1;
                }
            }
        }
    }
    assert_eq!(cases, 138);
}

/// 4.5: readers who are recursive are in nobody's way.
#[test]
fn read_recursion_in_interrupts() {
    let families = [
        ["DIS; WL A; WU A; ENA", "RL A; RU A", "IN{; LOCK A; L B; U B; UNLOCK A; }"],
        ["DIS; L B; LOCK A; UNLOCK A; U B; ENA", "RL A; RU A", "IN{; L B; U B; }"],
        ["DIS; WL B; LOCK A; UNLOCK A; WU B; ENA", "RL A; RU A", "IN{; RL B; RU B; }"],
    ];
    let mut cases = 0;
    for (family, parts) in families.into_iter().enumerate() {
        for (lock, expected) in [("lock", Some(if family == 0 { IrqUsage } else { IrqInversion })), ("rread", None)] {
            for hard in [true, false] {
                for order in ORDERS {
                    let case = order.map(|at| parts[at]).join("; ");
                    expect(&format!("read-recursion #{}", family + 1), &translate(&case, lock, hard), expected);
                    cases += 1;
                }
            }
        }
    }
    assert_eq!(cases, 72);
}

/// 4.6: a reader waits behind a queued writer outside interrupts, and passes it inside.
#[test]
fn queued_readers() {
    let table = [
        ("IN{; RL A; L B; U B; RU A; }; DIS; L B; RL A; RU A; U B; ENA", Some(Inversion)),
        ("IN{; L B; RL A; RU A; U B; }; DIS; RL A; L B; U B; RU A; ENA", None),
        ("IN{; L B; U B; }; DIS; L B; RL A; RU A; U B; ENA; RL A; RU A", Some(IrqInversion)),
    ];
    for (case, expected) in table {
        let script = translate(case, "", true).replace("rread", "read");
        expect("queued", &format!("class A handler_reads; {script}"), expected);
    }
}

/// 4.10: what is safe for one interrupt and unsafe for the other must not be paired.
#[test]
fn hard_unsafe_and_soft_safe() {
    let hard = "lines 10 12; t1:";
    let (off, on) = ("disable", "enable");
    let script = format!(
        "class M sleep; {hard} lock M; {off}; lock C; unlock C; {on}; unlock M;
         on 10 +12 {{ lock A; unlock A }};
         {off}; lock A; lock B; unlock B; unlock A; {on};
         {off}; lock B; lock C; unlock C; unlock B; {on};
         on 12 {{ lock D; unlock D }};
         lines 12; {off}; lock D; unlock D; {on};
         {hard} {off}; lock C; lock D",
    );
    let world = World::run(&script);
    assert_eq!(world.lines(), ["IrqInversion Possible: A B C D on 10"], "{}", world.explain());
}

/// 4.11, as far as it is about nest locks.
#[test]
fn nest_locks() {
    expect("spinlock nest unlocked", "t1: lock A under O", Some(NestLockNotHeld));
    expect(
        "spinlock nest",
        "t1: lock X1; lock Y1 under X1; lock A; lock Y2 under X1; unlock A; unlock Y2; unlock Y1; unlock X1",
        None,
    );
}
