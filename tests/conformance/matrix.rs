//! The self-test matrix of the kernel's lockdep (`lib/locking-selftest.c`), as data.
//!
//! The kernel asks whether anything is reported; here every case says which kinds, all of them, in their order. Facts are carried
//! over, no code: the kernel's file is under another licence.

use std::fmt::Write as _;
use std::sync::LazyLock;
use std::sync::atomic::Ordering;

use lockdep::Report;
use lockdep::ReportKind::{
    self, HeldLockFreed, Inversion, IrqInversion, IrqUsage, NestLockNotHeld, Recursion, UnlockImbalance, UnsafeIrqEnable,
    WaitContext,
};

use crate::world::{self, Script, SetLines, Type};

/// Which kind of interrupt a family is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum States {
    /// None.
    None,
    /// Hard ones, then soft ones: `INT{` is `HARD{` or `SOFT{`, and `DIS` blocks these and those below.
    Both,
    /// Hard ones are blocked by `DIS`; the script says who interrupts.
    Hard,
}

/// In which orders the parts are played.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Orders {
    AsWritten,
    All,
}

/// Cases of one name, one for each order, state and column.
pub(crate) struct Family {
    /// Where the kernel's tests are described.
    pub(crate) group: usize,
    pub(crate) name: &'static str,
    /// The parts, E1, E2 and E3 in the kernel's words.
    pub(crate) parts: &'static [&'static str],
    orders: Orders,
    states: States,
    /// What comes out, for these types; the same in every order; the first line that names a type decides.
    expected: &'static [Expected],
    /// Played in a storm too, where nothing is expected.
    storm: bool,
}

struct Expected {
    types: &'static [Type],
    kinds: &'static [ReportKind],
    /// Why that is not what the kernel comes to.
    departs: Option<&'static str>,
}

const fn all(types: &'static [Type], kinds: &'static [ReportKind]) -> Expected {
    Expected { types, kinds, departs: None }
}

const fn departs(types: &'static [Type], kinds: &'static [ReportKind], why: &'static str) -> Expected {
    Expected { types, kinds, departs: Some(why) }
}

/// The kernel is silent here.
const OPENED: &str = "The kernel is silent, for recursive readers do not wait for each other. Here it is the opening of the signals that is \
                      reported, whatever a handler does with the lock.";
/// The locks that handlers may take.
const SPINNING: &[Type] = &[Type::Spin, Type::Wlock, Type::Rlock];
const SILENT: &[ReportKind] = &[];
const EXCLUSIVE: &[Type] = &[Type::Spin, Type::Wlock];
/// All but the recursive reader. The kernel has one mutex and one rwsem; here there are two of each, and both are tried.
const WAITING: &[Type] = &[
    Type::Spin,
    Type::Wlock,
    Type::Mutex,
    Type::StdMutex,
    Type::Wsem,
    Type::StdWsem,
    Type::Rsem,
    Type::StdRsem,
    Type::FairMutex,
];
const RLOCK: &[Type] = &[Type::Rlock];
const RSEM: &[Type] = &[Type::Rsem, Type::StdRsem];
const SPIN: &[Type] = &[Type::Spin];

/// The groups of the table, with what they are about.
pub(crate) const GROUPS: &[(&str, &str)] = &[
    ("Every type of lock", "The recursive reader (`rlock`) waits for no reader."),
    ("Readers and writers of one lock", "`rlock` reads recursively, `rsem` waits behind a queued writer."),
    (
        "Cycles of three reader-writer locks",
        "W writes, R reads recursively; a cycle counts if nowhere such a reader meets a reader.",
    ),
    (
        "Interrupts",
        "*safe*: taken in a handler. *unsafe*: held with the signal open. Where a lock that a handler took is taken open with another one inside, that one is open too: two findings, at two acquisitions.",
    ),
    ("Recursive readers in interrupts", ""),
    ("Readers in the queue", "`read` of a `RwSpinLock` waits behind a waiting writer, in a handler it passes."),
    ("Pairing of two interrupts", ""),
    ("Locks of one processor", "`LL` is of a class with `no_validate`."),
    ("Nest locks and subclasses", ""),
    ("Reclaim", "`F` is a `Map`."),
    ("Wait context", "The outer one, and what is taken inside."),
    ("Beyond the kernel's", ""),
];

macro_rules! family {
    ($group:literal, $name:literal, [$($part:literal),+ $(,)?], $orders:ident, $states:ident, [$($expected:expr),+ $(,)?] $(, $storm:ident)?) => {
        Family {
            group: $group,
            name: $name,
            parts: &[$($part),+],
            orders: Orders::$orders,
            states: States::$states,
            expected: &[$($expected),+],
            storm: family!(@storm $($storm)?),
        }
    };
    (@storm) => { true };
    (@storm calm) => { false };
}

pub(crate) const FAMILIES: &[Family] = &[
    // 4.2
    family!(0, "A-A", ["LOCK X1; LOCK X2"], AsWritten, None, [all(RLOCK, SILENT), all(WAITING, &[Recursion])]),
    family!(
        0,
        "A-B-B-A",
        ["(LOCK A, LOCK B)", "(LOCK B, LOCK A)"],
        AsWritten,
        None,
        [all(RLOCK, SILENT), all(WAITING, &[Inversion]),]
    ),
    family!(
        0,
        "A-B-B-C-C-A",
        ["(LOCK A, LOCK B)", "(LOCK B, LOCK C)", "(LOCK C, LOCK A)"],
        AsWritten,
        None,
        [all(RLOCK, SILENT), all(WAITING, &[Inversion]),]
    ),
    family!(
        0,
        "A-B-C-A-B-C",
        ["(LOCK A, LOCK B)", "(LOCK C, LOCK A)", "(LOCK B, LOCK C)"],
        AsWritten,
        None,
        [all(RLOCK, SILENT), all(WAITING, &[Inversion]),]
    ),
    family!(
        0,
        "A-B-B-C-C-D-D-A",
        ["(LOCK A, LOCK B)", "(LOCK B, LOCK C)", "(LOCK C, LOCK D)", "(LOCK D, LOCK A)"],
        AsWritten,
        None,
        [all(RLOCK, SILENT), all(WAITING, &[Inversion])]
    ),
    family!(
        0,
        "A-B-C-D-B-D-D-A",
        ["(LOCK A, LOCK B)", "(LOCK C, LOCK D)", "(LOCK B, LOCK D)", "(LOCK D, LOCK A)"],
        AsWritten,
        None,
        [all(RLOCK, SILENT), all(WAITING, &[Inversion])]
    ),
    family!(
        0,
        "A-B-C-D-B-C-D-A",
        ["(LOCK A, LOCK B)", "(LOCK C, LOCK D)", "(LOCK B, LOCK C)", "(LOCK D, LOCK A)"],
        AsWritten,
        None,
        [all(RLOCK, SILENT), all(WAITING, &[Inversion])]
    ),
    family!(
        0,
        "double unlock",
        ["LOCK A; U A; FORCE A"],
        AsWritten,
        None,
        [all(SPINNING, &[UnlockImbalance]), all(&[Type::Mutex, Type::Wsem, Type::Rsem, Type::FairMutex], &[UnlockImbalance]),]
    ),
    family!(
        0,
        "initialize held",
        ["LOCK A; FREE A"],
        AsWritten,
        None,
        [all(RLOCK, &[HeldLockFreed]), all(WAITING, &[HeldLockFreed]),],
        calm
    ),
    // 4.3
    family!(1, "recursive read-lock", ["RL X1; RL X1"], AsWritten, None, [all(RLOCK, SILENT)]),
    family!(1, "recursive read-lock", ["RSL X1; RSL X1"], AsWritten, None, [all(RSEM, &[Recursion])]),
    family!(1, "recursive read-lock #2", ["RL X1; RL X2"], AsWritten, None, [all(RLOCK, SILENT)]),
    family!(1, "recursive read-lock #2", ["RSL X1; RSL X2"], AsWritten, None, [all(RSEM, &[Recursion])]),
    family!(1, "mixed read-write-lock", ["RL X1; WL X2"], AsWritten, None, [all(RLOCK, &[Recursion])]),
    family!(1, "mixed read-write-lock", ["RSL X1; WSL X2"], AsWritten, None, [all(RSEM, &[Recursion])]),
    family!(1, "mixed write-read-lock", ["WL X1; RL X2"], AsWritten, None, [all(RLOCK, &[Recursion])]),
    family!(1, "mixed write-read-lock", ["WSL X1; RSL X2"], AsWritten, None, [all(RSEM, &[Recursion])]),
    family!(
        1,
        "mixed read-lock/lock-write ABBA",
        ["(RL X1, L Y1)", "(L Y1, WL X1)"],
        AsWritten,
        None,
        [all(RLOCK, &[Inversion]),]
    ),
    family!(
        1,
        "mixed read-lock/lock-write ABBA",
        ["(RSL X1, ML Y1)", "(ML Y1, WSL X1)"],
        AsWritten,
        None,
        [all(RSEM, &[Inversion]),]
    ),
    family!(1, "mixed read-lock/lock-read ABBA", ["(RL X1, L Y1)", "(L Y1, RL X1)"], AsWritten, None, [all(RLOCK, SILENT)]),
    family!(
        1,
        "mixed read-lock/lock-read ABBA",
        ["(RSL X1, ML Y1)", "(ML Y1, RSL X1)"],
        AsWritten,
        None,
        [all(RSEM, &[Inversion]),]
    ),
    family!(
        1,
        "mixed write-lock/lock-write ABBA",
        ["(WL X1, L Y1)", "(L Y1, WL X1)"],
        AsWritten,
        None,
        [all(RLOCK, &[Inversion]),]
    ),
    family!(
        1,
        "mixed write-lock/lock-write ABBA",
        ["(WSL X1, ML Y1)", "(ML Y1, WSL X1)"],
        AsWritten,
        None,
        [all(RSEM, &[Inversion]),]
    ),
    family!(
        1,
        "chain cached mixed R-L/L-W ABBA",
        ["(RL X1, L Y1)", "(L Y1, RL X1)", "(L Y1, WL X1)"],
        AsWritten,
        None,
        [all(RLOCK, &[Inversion])]
    ),
    // 4.4
    family!(
        2,
        "rlock W1R2/W2R3/W3R1",
        ["(WL X1, RL Y1)", "(WL Y1, RL Z1)", "(WL Z1, RL X1)"],
        All,
        None,
        [all(RLOCK, &[Inversion]),]
    ),
    family!(
        2,
        "rlock W1W2/R2R3/W3R1",
        ["(WL X1, WL Y1)", "(RL Y1, RL Z1)", "(WL Z1, RL X1)"],
        All,
        None,
        [all(RLOCK, &[Inversion]),]
    ),
    family!(2, "rlock W1W2/R2R3/R3W1", ["(WL X1, WL Y1)", "(RL Y1, RL Z1)", "(RL Z1, WL X1)"], All, None, [all(RLOCK, SILENT),]),
    family!(2, "rlock W1R2/R2R3/W3W1", ["(WL X1, RL Y1)", "(RL Y1, RL Z1)", "(WL Z1, WL X1)"], All, None, [all(RLOCK, SILENT),]),
    // 4.5
    family!(
        3,
        "irqs-on + irq-safe-A",
        ["INT{ LOCK A; U A }", "LOCK A; U A"],
        All,
        Both,
        [all(EXCLUSIVE, &[IrqUsage]), all(RLOCK, SILENT),]
    ),
    family!(
        3,
        "sirq-safe-A => hirqs-on",
        ["SOFT{ LOCK A; U A }", "DIS; LOCK A; ENA; U A"],
        All,
        Hard,
        [all(EXCLUSIVE, &[UnsafeIrqEnable]), departs(RLOCK, &[UnsafeIrqEnable], OPENED),]
    ),
    family!(
        3,
        "safe-A + irqs-on",
        ["INT{ LOCK A; U A }", "DIS; LOCK A; ENA; U A"],
        All,
        Both,
        [all(EXCLUSIVE, &[UnsafeIrqEnable]), departs(RLOCK, &[UnsafeIrqEnable], OPENED),]
    ),
    family!(
        3,
        "safe-A + unsafe-B #1",
        ["(LOCK A, LOCK B)", "LOCK B; U B", "INT{ LOCK A; U A }"],
        All,
        Both,
        [
            // A is taken open with B in it, and B is open too: a finding of its own.
            all(EXCLUSIVE, &[IrqUsage, IrqInversion]),
            all(RLOCK, SILENT),
        ]
    ),
    family!(
        3,
        "safe-A + unsafe-B #2",
        ["DIS; (LOCK A, LOCK B); ENA", "LOCK B; U B", "INT{ LOCK A; U A }"],
        All,
        Both,
        [all(EXCLUSIVE, &[IrqInversion]), all(RLOCK, SILENT),]
    ),
    family!(
        3,
        "irq lock-inversion",
        ["DIS; (WL A, LOCK B); ENA", "LOCK B; U B", "INT{ RL A; U A }"],
        All,
        Both,
        [all(EXCLUSIVE, &[IrqInversion]), all(RLOCK, SILENT),]
    ),
    family!(
        4,
        "irq read-recursion",
        ["DIS; WL A; U A; ENA", "RL A; U A", "INT{ LOCK A; L B; U B; U A }"],
        All,
        Both,
        [all(&[Type::Wlock], &[IrqUsage]), all(RLOCK, SILENT)]
    ),
    family!(
        4,
        "irq read-recursion #2",
        ["DIS; L B; LOCK A; U A; U B; ENA", "RL A; U A", "INT{ L B; U B }"],
        All,
        Both,
        [all(&[Type::Wlock], &[IrqInversion]), all(RLOCK, SILENT)]
    ),
    family!(
        4,
        "irq read-recursion #3",
        ["DIS; WL B; LOCK A; U A; U B; ENA", "RL A; U A", "INT{ RL B; U B }"],
        All,
        Both,
        [all(&[Type::Wlock], &[IrqInversion]), all(RLOCK, SILENT)]
    ),
    // 4.6
    family!(
        5,
        "hardirq read-lock/lock-read",
        ["HARD{ QL A; L B; U B; U A }", "DIS; L B; QL A; U A; U B; ENA"],
        AsWritten,
        Hard,
        [all(RLOCK, &[Inversion]),]
    ),
    family!(
        5,
        "hardirq lock-read/read-lock",
        ["HARD{ L B; QL A; U A; U B }", "DIS; QL A; L B; U B; U A; ENA"],
        AsWritten,
        Hard,
        [all(RLOCK, SILENT),]
    ),
    family!(
        5,
        "hardirq inversion",
        ["HARD{ L B; U B }", "DIS; L B; QL A; U A; U B; ENA", "QL A; U A"],
        AsWritten,
        Hard,
        [all(RLOCK, &[IrqInversion])]
    ),
    // 4.10
    family!(
        6,
        "hardirq_unsafe_softirq_safe",
        [
            "ML M; DIS; L C; U C; ENA; U M",
            "HARD{ L A; U A }",
            "DIS; (L A, L B); ENA",
            "DIS; (L B, L C); ENA",
            "SOFT{ L D; U D }",
            "BHDIS; L D; U D; BHENA",
            "DIS; (L C, L D); ENA",
        ],
        AsWritten,
        Hard,
        [departs(
            SPIN,
            &[IrqInversion, IrqInversion],
            "The kernel's soft interrupts do not interrupt hard ones. Of two signals each may interrupt the handler of the other."
        )],
        calm
    ),
    // 4.9
    family!(
        7,
        "local_lock inversion 2",
        ["L LL; U LL", "HARD{ L A; U A }", "DIS; (L A, L LL); ENA"],
        AsWritten,
        Hard,
        [all(SPIN, SILENT),],
        calm
    ),
    family!(
        7,
        "local_lock inversion 3A",
        ["(L LL, L B)", "HARD{ L A; U A }", "DIS; (L A, L LL); ENA"],
        AsWritten,
        Hard,
        [all(SPIN, SILENT),],
        calm
    ),
    family!(
        7,
        "local_lock inversion 3B",
        ["(L LL, L B)", "HARD{ L A; U A }", "DIS; (L A, L LL); ENA", "DIS; (L A, L B); ENA"],
        AsWritten,
        Hard,
        [all(SPIN, &[IrqInversion])],
        calm
    ),
    // 4.11 and 4.12
    family!(8, "spinlock nest unlocked", ["L A UNDER O; U A"], AsWritten, None, [all(SPIN, &[NestLockNotHeld])], calm),
    family!(
        8,
        "spinlock nest test",
        ["L X1; L Y1 UNDER X1; L A; L Y2 UNDER X1; U A; U Y2; U Y1; U X1"],
        AsWritten,
        None,
        [all(SPIN, SILENT)]
    ),
    family!(8, "lockdep_set_subclass", ["L X1; L X2 SUB 1; U X2; U X1"], AsWritten, None, [all(SPIN, SILENT)]),
    // 4.7
    family!(9, "reclaim inside reclaim", ["ENTER F; ENTER F"], AsWritten, None, [all(&[Type::Map], &[Recursion])], calm),
    // 4.8
    family!(
        10,
        "in hardirq context",
        ["HARD{ LOCK A; U A }"],
        AsWritten,
        Hard,
        [all(SPINNING, SILENT), all(&[Type::Mutex, Type::StdMutex], &[WaitContext]),],
        calm
    ),
    family!(
        10,
        "in softirq context",
        ["SOFT{ LOCK A; U A }"],
        AsWritten,
        Hard,
        [all(SPINNING, SILENT), all(&[Type::Mutex, Type::StdMutex], &[WaitContext]),],
        calm
    ),
    family!(
        10,
        "in spinlock",
        ["L S; LOCK A; U A; U S"],
        AsWritten,
        None,
        [all(SPINNING, SILENT), all(&[Type::Mutex, Type::StdMutex], &[WaitContext]),]
    ),
    family!(
        11,
        "in rwlock, writing",
        ["WL S; LOCK A; U A; U S"],
        AsWritten,
        None,
        [all(SPINNING, SILENT), all(&[Type::Mutex, Type::StdMutex], &[WaitContext]),]
    ),
    family!(
        10,
        "in mutex",
        ["ML S; LOCK A; U A; U S"],
        AsWritten,
        None,
        [all(SPINNING, SILENT), all(&[Type::Mutex, Type::StdMutex], SILENT),]
    ),
    // Section 2.6: the search of the kernel stamps B when it comes by the weak A → B, and loses the strong way over C.
    family!(
        11,
        "weak path before the strong one",
        ["(WL A, RL B)", "(WL A, WL C)", "(WL C, WL B)", "(RL B, WL D)", "(WL D, WL A)"],
        All,
        None,
        [departs(RLOCK, &[Inversion], "The kernel's search misses it when `DA` comes last.")]
    ),
];

/// One case in one column, played.
pub(crate) struct Cell {
    pub(crate) of: Type,
    pub(crate) expected: &'static [ReportKind],
    pub(crate) departs: Option<&'static str>,
    pub(crate) simulated: Vec<ReportKind>,
    pub(crate) on_threads: Vec<ReportKind>,
    pub(crate) in_a_storm: Option<Vec<ReportKind>>,
    reports: Vec<Report>,
}

impl Cell {
    fn is_right(&self) -> bool {
        self.simulated == self.expected && self.on_threads == self.expected && self.in_a_storm.as_ref().is_none_or(Vec::is_empty)
    }
}

/// One case in all its columns.
pub(crate) struct Row {
    pub(crate) family: usize,
    /// What tells it from the other rows of its family: `hard`, `soft`; the order of the parts.
    pub(crate) state: &'static str,
    pub(crate) order: String,
    pub(crate) cells: Vec<Cell>,
}

impl Row {
    /// As the kernel calls it.
    pub(crate) fn name(&self) -> String {
        let mut name = String::new();
        if !self.state.is_empty() {
            name = format!("{}-", self.state);
        }
        name += FAMILIES[self.family].name;
        if !self.order.is_empty() {
            write!(name, "/{}", self.order).unwrap();
        }
        name
    }
}

/// The whole matrix, played once.
pub(crate) fn rows() -> &'static [Row] {
    static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
        let _alone = world::alone();
        let mut rows: Vec<Row> = Vec::new();
        for row in (0..FAMILIES.len()).flat_map(play) {
            // One case whose scripts differ from column to column.
            match rows
                .iter_mut()
                .find(|known| FAMILIES[known.family].group == FAMILIES[row.family].group && known.name() == row.name())
            {
                Some(known) => known.cells.extend(row.cells),
                None => rows.push(row),
            }
        }
        rows
    });
    &ROWS
}

fn play(family: usize) -> Vec<Row> {
    let Family { parts, orders, states, expected, storm, .. } = FAMILIES[family];
    let states: &[&str] = match states {
        States::None => &[""],
        States::Both => &["hard", "soft"],
        States::Hard => &["hard"],
    };
    let orders = match orders {
        Orders::AsWritten => vec![(0..parts.len()).collect()],
        Orders::All => permutations(parts.len()),
    };
    let mut rows = Vec::new();
    for &state in states {
        let lines: &[_] = if state == "soft" { &[libc::SIGUSR2] } else { &[libc::SIGUSR1, libc::SIGUSR2] };
        let _lines = SetLines::new(lines);
        for order in &orders {
            let digits: String = order.iter().map(|part| char::from(b'1' + *part as u8)).collect();
            let texts = || order.iter().map(|&part| parts[part].replace("INT{", if state == "soft" { "SOFT{" } else { "HARD{" }));
            let of = |of: Type| {
                let texts: Vec<String> = texts().collect();
                Script::new(texts.iter().map(String::as_str), of)
            };
            let mut seen = Vec::new();
            let mut cells = Vec::new();
            for line in expected {
                for &column in line.types {
                    if seen.contains(&column) {
                        continue;
                    }
                    seen.push(column);
                    let kinds = |reports: &[Report]| reports.iter().map(Report::kind).collect::<Vec<_>>();
                    let simulated = world::simulated(&of(column));
                    let in_a_storm = (storm && line.kinds.is_empty()).then(|| kinds(&world::in_a_storm(of(column), 200)));
                    cells.push(Cell {
                        of: column,
                        expected: line.kinds,
                        departs: line.departs,
                        simulated: kinds(&simulated),
                        on_threads: kinds(&world::on_threads(of(column))),
                        in_a_storm,
                        reports: simulated,
                    });
                }
            }
            let varies = orders.len() > 1;
            let named = if FAMILIES[family].states == States::Both { state } else { "" };
            rows.push(Row { family, state: named, order: if varies { digits } else { String::new() }, cells });
        }
    }
    rows
}

/// Every order of so many parts.
fn permutations(n: usize) -> Vec<Vec<usize>> {
    match n {
        0 => vec![Vec::new()],
        _ => {
            let shorter = permutations(n - 1);
            let with_first = |first: usize| {
                let rest = shorter.iter().map(move |rest| rest.iter().map(move |&at| if at < first { at } else { at + 1 }));
                rest.map(move |rest| std::iter::once(first).chain(rest).collect())
            };
            (0..n).flat_map(with_first).collect()
        }
    }
}

/// The columns of the table, and what they are here.
pub(crate) const COLUMNS: [&str; 8] = ["spin", "wlock", "rlock", "mutex", "wsem", "rsem", "rtmutex", "map"];

/// The kinds, short: `Inversion`, `-`.
pub(crate) fn words(kinds: &[ReportKind]) -> String {
    if kinds.is_empty() {
        return "silent".to_owned();
    }
    kinds.iter().map(ToString::to_string).collect::<Vec<_>>().join("+")
}

/// What the column of a row shows: the outcome of its types, once if they agree.
pub(crate) fn column(row: &Row, column: &str) -> String {
    let mut outcomes: Vec<String> = Vec::new();
    for cell in row.cells.iter().filter(|cell| cell.of.column() == column) {
        let outcome = if cell.is_right() { words(&cell.simulated) } else { format!("{} WRONG", words(&cell.simulated)) };
        if !outcomes.contains(&outcome) {
            outcomes.push(outcome);
        }
    }
    outcomes.join(" / ")
}

/// As the kernel prints it.
fn table() -> String {
    let mut out = String::new();
    let mut group = usize::MAX;
    let columns = &COLUMNS[..7];
    for row in rows() {
        let family = &FAMILIES[row.family];
        if family.group != group {
            group = family.group;
            writeln!(out, "\n{:>38} |{}", GROUPS[group].0, columns.map_str(|column| format!("{column:^18}|"))).unwrap();
            writeln!(out, "{}", "-".repeat(38 + 2 + 19 * columns.len())).unwrap();
        }
        writeln!(out, "{:>38} |{}", row.name(), columns.map_str(|name| format!("{:^18}|", column(row, name)))).unwrap();
    }
    out
}

trait MapStr {
    fn map_str(&self, f: impl Fn(&str) -> String) -> String;
}

impl MapStr for [&str] {
    fn map_str(&self, f: impl Fn(&str) -> String) -> String {
        self.iter().map(|text| f(text)).collect()
    }
}

/// How many cases of a group the kernel has too: a row in a column of the kernel's.
pub(crate) fn kernel_cases(group: usize) -> usize {
    // Of these the kernel tries two types of locks; and the last group is ours.
    let wait_context = GROUPS[group].0 == "Wait context";
    let counted = COLUMNS.iter().filter(|column| !wait_context || ["spin", "mutex"].contains(column));
    let counted = |row: &Row| counted.clone().filter(|column| row.cells.iter().any(|cell| cell.of.column() == **column)).count();
    match GROUPS[group].0 {
        "Beyond the kernel's" => 0,
        _ => rows().iter().filter(|row| FAMILIES[row.family].group == group).map(counted).sum(),
    }
}

/// How many columns of our locks were played.
pub(crate) fn run_count() -> usize {
    rows().iter().map(|row| row.cells.len()).sum()
}

/// Cases of the kernel's that have no meaning here.
pub(crate) struct LeftOut {
    pub(crate) group: &'static str,
    pub(crate) cases: usize,
    pub(crate) what: &'static str,
    pub(crate) why: &'static str,
}

pub(crate) const LEFT_OUT: &[LeftOut] = &[
    LeftOut {
        group: "Wound/wait mutexes",
        cases: 34,
        what: "all but the two about nest locks",
        why: "There is no lock here that makes its holder back off, and so no acquire context to misuse.",
    },
    LeftOut {
        group: "Wait context",
        cases: 20,
        what: "RCU outside (3 × 4), RCU and raw spin locks inside (4 × 2)",
        why: "There is no RCU section here, and `raw_spinlock` is not `spinlock` only where spin locks may sleep.",
    },
    LeftOut {
        group: "Wait context",
        cases: 8,
        what: "hard interrupts that are not threaded, raw spin locks outside",
        why: "The same contexts as `in hardirq context` and `in spinlock` here: a handler always runs on top of what it interrupted.",
    },
    LeftOut {
        group: "Reclaim",
        cases: 2,
        what: "allocations that may not reclaim",
        why: "They test the flags of an allocation, which a `Map` has not: who may not wait does not call `acquire`.",
    },
];

/// All cases of the kernel's.
pub(crate) const KERNEL_CASES: usize = 395;

#[test]
fn every_case_comes_out_as_the_rules_say() {
    println!("{}", table());
    let mut wrong = String::new();
    for row in rows() {
        for cell in row.cells.iter().filter(|cell| !cell.is_right()) {
            writeln!(
                wrong,
                "{} with {}: expected {}, simulated {}, on threads {}, in a storm {}\n{}",
                row.name(),
                cell.of.name(),
                words(cell.expected),
                words(&cell.simulated),
                words(&cell.on_threads),
                cell.in_a_storm.as_ref().map_or("not played".to_owned(), |kinds| words(kinds)),
                cell.reports.iter().map(Report::to_text).collect::<String>(),
            )
            .unwrap();
        }
    }
    let cases: usize = (0..GROUPS.len()).map(kernel_cases).sum();
    let interruptions = world::IN_STORMS.load(Ordering::SeqCst);
    println!(
        "{cases} of the kernel's cases and some more, {} columns of our locks, each simulated and on threads with real signals",
        run_count()
    );
    println!("{interruptions} interruptions in storms");
    // Every one of them found nothing wrong, and there were some.
    assert!(interruptions > 0);
    assert_eq!(cases + LEFT_OUT.iter().map(|left_out| left_out.cases).sum::<usize>(), KERNEL_CASES);
    assert!(wrong.is_empty(), "\n{wrong}");
}
