//! The page `lockdep/docs/conformance.md`: what was run, in words.
//!
//! ```text
//! BLESS=1 cargo test --test conformance page
//! ```
//!
//! writes it anew; otherwise it must be what the run says.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use crate::case::Case;
use crate::matrix::{self, COLUMNS, FAMILIES, GROUPS, KERNEL_CASES, LEFT_OUT, Row};
use crate::mutations::MUTATIONS;
use crate::verdicts::{self, VERDICTS};
use crate::{lacking, precision};

const PATH: &str = "lockdep/docs/conformance.md";

#[test]
fn the_page_says_what_the_run_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PATH);
    let actual = page();
    if env::var_os("BLESS").is_some_and(|value| value == "1") {
        fs::write(&path, actual).unwrap();
        return;
    }
    let expected = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{PATH}: {error}"));
    let differs = expected.lines().zip(actual.lines()).position(|(expected, actual)| expected != actual);
    let at = differs.unwrap_or(expected.lines().count().min(actual.lines().count()));
    let line = |text: &str| text.lines().nth(at).unwrap_or("nothing").to_owned();
    assert!(
        expected == actual,
        "{PATH} is out of date from line {}:\n  there: {}\n  run:   {}\nwrite it anew: BLESS=1 cargo test --test conformance page",
        at + 1,
        line(&expected),
        line(&actual),
    );
}

fn page() -> String {
    let cases: usize = (0..GROUPS.len()).map(matrix::kernel_cases).sum();
    let mut page = format!(
        "What the validator finds and what it does not, case by case.\n\
         \n\
         This page is written by a test from what it ran, and compared by the same test ever after:\n\
         \n\
         ```text\n\
         cargo test --test conformance                                        # runs everything below, compares this page\n\
         cargo test --test conformance matrix -- --nocapture                  # prints the matrix as the kernel does\n\
         BLESS=1 cargo test --test conformance page                           # writes this page anew\n\
         ```\n\
         \n\
         A case says which reports must come, all of them, in their order; *silent* is none at all.\n\
         \n\
         # The kernel's self-test\n\
         \n\
         `lib/locking-selftest.c` has {KERNEL_CASES} cases. {cases} have a meaning here and are played; what is left out, and why, is \
         [below](#left-out). The kernel asks whether anything is reported, we also ask what; where that differs, a \\* says why, and everywhere else the \
         kernel reports where we do and is silent where we are. Each case is played on the real \
         locks of every column in three ways:\n\
         \n\
         * on one thread, interrupts by `Cx::in_handler`;\n\
         * each part on a thread of its own, one after the other so that nothing can hang, interrupts by real signals;\n\
         * where nothing is wrong, so that nothing can hang: all parts at once on several threads, again and again, with real \
         signals arriving anywhere.\n\
         \n\
         The columns are the kernel's. `spin` is `spin::SpinLock`; `wlock` and `rlock` are `spin::RwSpinLock`, the latter read \
         recursively; `mutex` is `parking_lot::Mutex` and `sync::Mutex`; `wsem` and `rsem` are `parking_lot::RwLock` and `sync::RwLock`; \
         `rtmutex` is `parking_lot::FairMutex`. Hard interrupts are SIGUSR1, soft ones SIGUSR2. Where the parts E1, E2, E3 of a \
         case are played in other orders, `213` is E2, E1, E3.\n\
         \n\
         The words of the parts: `LOCK` is the column's way to take a lock, `L` that of a spin lock, `WL` and `RL` those of a \
         reader-writer lock that spins, `QL` its `read`, `ML`, `WSL` and `RSL` those of locks that sleep; `U` releases, and what is in \
         parentheses is taken one inside the other. `DIS` and `ENA` block and open the signals, `INT{{ }}` runs in a handler. `X1` \
         and `X2` are two locks of one class.\n"
    );
    for group in 0..GROUPS.len() {
        self::group(&mut page, group);
    }
    left_out(&mut page);
    page += "\n# Cases that the kernel lacks\n\nEach is a test of its name in `tests/conformance/lacking.rs`.\n\n";
    cases_table(&mut page, lacking::CASES);
    page += "\nTried elsewhere:\n\n| what | test |\n|---|---|\n";
    for (what, binary, test) in lacking::ELSEWHERE {
        writeln!(page, "| {what} | {binary} `{test}` |").unwrap();
    }
    page += "\n# How sure, and when silent\n\nSeverity comes from evidence, and right code that is annotated is silent; the report of \
             code that is not names the annotation. Each is a test of its name in `tests/conformance/precision.rs`.\n\n";
    cases_table(&mut page, precision::CASES);
    verdict_list(&mut page);
    mutation_table(&mut page);
    page
}

/// The table of a group.
fn group(page: &mut String, group: usize) {
    let (title, words) = GROUPS[group];
    let rows: Vec<&Row> = matrix::rows().iter().filter(|row| FAMILIES[row.family].group == group).collect();
    let columns: Vec<&str> =
        COLUMNS.into_iter().filter(|column| rows.iter().any(|row| !matrix::column(row, column).is_empty())).collect();
    writeln!(page, "\n## {title}\n").unwrap();
    if !words.is_empty() {
        writeln!(page, "{words}\n").unwrap();
    }
    writeln!(page, "| case | parts | | {} |", columns.join(" | ")).unwrap();
    writeln!(page, "|---|---|---|{}", "---|".repeat(columns.len())).unwrap();
    let mut departures = BTreeSet::new();
    let mut rows = rows.into_iter().peekable();
    while let Some(first) = rows.next() {
        let name = FAMILIES[first.family].name;
        let mut all = vec![first];
        while let Some(next) = rows.next_if(|next| FAMILIES[next.family].name == name) {
            all.push(next);
        }
        let cells = |row: &Row| -> Vec<String> { columns.iter().map(|column| cell(row, column)).collect() };
        // The rows of one outcome, as one.
        let mut outcomes: Vec<(Vec<String>, Vec<&Row>)> = Vec::new();
        for row in &all {
            match outcomes.iter_mut().find(|(outcome, _)| *outcome == cells(row)) {
                Some((_, rows)) => rows.push(row),
                None => outcomes.push((cells(row), vec![row])),
            }
        }
        for (outcome, rows) in outcomes {
            departures.extend(rows.iter().flat_map(|row| &row.cells).filter_map(|cell| cell.departs));
            writeln!(page, "| {name} | {} | {} | {} |", parts(name, group), which(&rows, all.len()), outcome.join(" | "))
                .unwrap();
        }
    }
    for departure in departures {
        writeln!(page, "\n\\* {departure}").unwrap();
    }
}

fn cell(row: &Row, column: &str) -> String {
    let departs = row.cells.iter().any(|cell| cell.of.column() == column && cell.departs.is_some());
    let outcome = matrix::column(row, column).replace('+', ", ");
    if departs { format!("{outcome} \\*") } else { outcome }
}

/// What is done; where that differs from column to column, all of it.
fn parts(name: &str, group: usize) -> String {
    let families = FAMILIES.iter().filter(|family| family.group == group && family.name == name);
    let parts = families.map(|family| {
        let parts = family.parts.iter().map(|part| format!("`{part}`"));
        parts.collect::<Vec<_>>().join(" ")
    });
    parts.collect::<Vec<_>>().join("<br>")
}

/// Which states and orders these rows of a family are.
fn which(rows: &[&Row], of: usize) -> String {
    let states: BTreeSet<&str> = rows.iter().map(|row| row.state).filter(|state| !state.is_empty()).collect();
    let orders: BTreeSet<&str> = rows.iter().map(|row| &*row.order).filter(|order| !order.is_empty()).collect();
    assert_eq!(rows.len(), states.len().max(1) * orders.len().max(1), "all states in all orders");
    let mut words = states.into_iter().collect::<Vec<_>>().join(", ");
    let separator = if words.is_empty() { "" } else { "; " };
    match orders.len() {
        0 => (),
        n if rows.len() == of && n > 2 => write!(words, "{separator}all {n} orders").unwrap(),
        _ => write!(words, "{separator}{}", orders.into_iter().collect::<Vec<_>>().join(" ")).unwrap(),
    }
    words
}

fn left_out(page: &mut String) {
    page.push_str("\n## Left out\n\n| | cases | | why |\n|---|---|---|---|\n");
    for left_out in LEFT_OUT {
        writeln!(page, "| {} | {} | {} | {} |", left_out.group, left_out.cases, left_out.what, left_out.why).unwrap();
    }
    page.push_str(
        "\n`double unlock` is played on locks that can be released without their guard; `sync::Mutex` and `sync::RwLock` cannot, so \
         the case does not compile.\n",
    );
}

fn cases_table<'c>(page: &mut String, cases: impl IntoIterator<Item = &'c Case>) {
    page.push_str("| test | what it is about | reports |\n|---|---|---|\n");
    for case in cases {
        let reports = if case.expected.is_empty() {
            "silent".to_owned()
        } else {
            case.expected.iter().map(|line| line.replace('<', "\\<")).collect::<Vec<_>>().join("<br>")
        };
        writeln!(page, "| `{}` | {} | {reports} |", case.name, case.what.trim()).unwrap();
    }
}

fn verdict_list(page: &mut String) {
    page.push_str(
        "\n# Where detectors disagree\n\nOne verdict each, with the reason, and what changes it. What the tests of \
         `tests/conformance/verdicts.rs` come to stands below each.\n",
    );
    for verdict in VERDICTS {
        write!(
            page,
            "\n## {}\n\n{}\n\n* *Why*: {}\n* *Others*: {}\n* *What changes it*: {}\n\n",
            verdict.question, verdict.here, verdict.why, verdict.others, verdict.change,
        )
        .unwrap();
        let cases = verdict.cases.iter().flat_map(|name| verdicts::CASES.iter().filter(move |case| case.name == *name));
        let mut table = String::new();
        cases_table(&mut table, cases);
        page.push_str(&table);
    }
}

fn mutation_table(page: &mut String) {
    page.push_str(
        "\n# Each rule, and what fails without it\n\nEvery rule has a mutation that removes it, and a test that then fails. A test checks \
         that the list fits the code; that each mutation is caught is found by\n\n```text\ncargo test --test conformance mutations -- --ignored \
         --nocapture\n```\n\nwhich mutates a copy of the sources, builds it and runs the test, once for each. Paths are below \
         `lockdep/core/src`; the tests of `engine` are those of `lockdep-core`.\n\n| without | in | fails |\n|---|---|---|\n",
    );
    for mutation in MUTATIONS {
        let (binary, test) = mutation.test;
        writeln!(page, "| {} | `{}` | {binary} `{test}` |", mutation.rule, mutation.file).unwrap();
    }
}
