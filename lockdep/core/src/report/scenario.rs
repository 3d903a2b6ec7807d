//! The table "possible unsafe locking scenario": a schedule in which the reported order deadlocks, one column a thread, time
//! running downwards. The form is the kernel's, with threads for its CPUs and signals for its interrupts.

use super::names::{Names, shorten};
use super::reading::{self, Edge, IrqEnable, Taken};
use super::signals::signal_name;
use super::{Body, ReportedLock};
use crate::engine::{Hint, Label};
use crate::kind::{Mode, ReportKind, Severity};

/// A wider table is not read but puzzled over.
const MOST_COLUMNS: usize = 4;

/// Between two columns.
const GAP: usize = 3;

/// The last line of every scenario.
pub(super) const END: &str = "*** DEADLOCK ***";

/// One schedule.
pub(super) struct Scenario {
    columns: Vec<String>,
    rows: Vec<Row>,
    /// What the table left out.
    remark: Option<String>,
}

struct Row {
    column: usize,
    what: What,
    comment: &'static str,
}

enum What {
    Call { verb: &'static str, name: String, in_handler: bool },
    Signal(Option<i32>),
    Words(&'static str),
}

impl Scenario {
    /// The schedule of a report; `None` for the kinds that are wrong without one.
    pub(super) fn of(body: &Body, names: &Names) -> Option<Scenario> {
        match body.kind {
            ReportKind::Recursion => recursion(body, names),
            ReportKind::Deadlock if body.hint == Hint::HeldByInterrupted => interrupted(body, names),
            ReportKind::Inversion | ReportKind::Deadlock => cycle(&reading::edges(body), names),
            ReportKind::IrqUsage => irq_usage(body, names),
            ReportKind::IrqInversion => irq_inversion(body, names),
            ReportKind::UnsafeIrqEnable => irq_enable(body, names),
            ReportKind::ForkHazard => fork(body, names),
            _ => None,
        }
    }

    /// The table line by line, without the last line [`END`]; no line is wider than `width` as long as that leaves 16 columns
    /// for each thread.
    pub(super) fn lines(&self, width: usize) -> Vec<String> {
        let fits = (width / self.columns.len()).saturating_sub(GAP).max(16);
        let texts: Vec<String> = self.rows.iter().map(|row| row.text(fits)).collect();
        let widest = |column: usize| {
            let rows = self.rows.iter().zip(&texts).filter(|(row, _)| row.column == column);
            rows.map(|(_, text)| text.chars().count()).chain([self.columns[column].len()]).max().unwrap_or(0)
        };
        let starts: Vec<usize> = (0..self.columns.len()).map(|column| (0..column).map(|c| widest(c) + GAP).sum()).collect();
        let place = |cells: &mut dyn Iterator<Item = (usize, &str)>| {
            let mut line = String::new();
            for (column, text) in cells {
                pad(&mut line, starts[column]);
                line.push_str(text);
            }
            line
        };
        let rules: Vec<String> = self.columns.iter().map(|head| "-".repeat(head.len())).collect();
        let mut lines = vec![
            place(&mut self.columns.iter().map(String::as_str).enumerate()),
            place(&mut rules.iter().map(String::as_str).enumerate()),
        ];
        for (row, text) in self.rows.iter().zip(&texts) {
            let mut line = place(&mut [(row.column, text.as_str())].into_iter());
            if !row.comment.is_empty() {
                pad(&mut line, starts[row.column] + widest(row.column) + GAP);
                line.push_str("// ");
                line.push_str(row.comment);
            }
            lines.push(line);
        }
        lines.extend(self.remark.clone());
        lines
    }
}

impl Row {
    fn text(&self, width: usize) -> String {
        match &self.what {
            What::Call { verb, name, in_handler } => {
                let indent = if *in_handler { "  " } else { "" };
                let name = shorten(name, width.saturating_sub(indent.len() + verb.len() + "();".len()));
                format!("{indent}{verb}({name});")
            }
            What::Signal(Some(signal)) => format!("<signal {}>", signal_name(*signal)),
            What::Signal(None) => "<signal>".to_owned(),
            What::Words(words) => (*words).to_owned(),
        }
    }
}

fn pad(line: &mut String, width: usize) {
    let missing = width.saturating_sub(line.chars().count());
    line.extend(std::iter::repeat_n(' ', missing));
}

fn threads(n: usize) -> Vec<String> {
    (1..=n).map(|i| format!("thread {i}")).collect()
}

fn row(column: usize, what: What) -> Row {
    Row { column, what, comment: "" }
}

fn commented(column: usize, what: What, comment: &'static str) -> Row {
    Row { column, what, comment }
}

fn named(verb: &'static str, taken: Taken<'_>, names: &Names) -> What {
    What::Call { verb, name: names.bare(taken.lock), in_handler: false }
}

fn call(taken: Taken<'_>, names: &Names) -> What {
    named(verb(taken), taken, names)
}

fn call_in_handler(taken: Taken<'_>, names: &Names) -> What {
    What::Call { verb: verb(taken), name: names.bare(taken.lock), in_handler: true }
}

fn verb(taken: Taken<'_>) -> &'static str {
    match taken.mode {
        Mode::ReadRecursive if taken.lock.kind == "Map" => "enter",
        _ if taken.lock.kind == "Map" => "acquire",
        Mode::Write if taken.lock.kind.starts_with("Rw") => "write",
        Mode::Write => "lock",
        Mode::Read => "read",
        Mode::ReadRecursive => "read_recursive",
        Mode::Upgradable => "upgradable_read",
    }
}

/// The call that waits for what is held so.
fn want(taken: Taken<'_>, held: Taken<'_>, names: &Names) -> What {
    // Of a section that others may enter as well, nobody waits to be in it, but for its end.
    let waits = matches!((taken.lock.kind, held.mode), ("Condvar", _) | ("Map", Mode::ReadRecursive));
    named(if waits { "wait" } else { verb(taken) }, taken, names)
}

fn as_reported(lock: &ReportedLock) -> Taken<'_> {
    Taken { lock, mode: lock.mode }
}

fn recursion(body: &Body, names: &Names) -> Option<Scenario> {
    let first = reading::in_the_way(body).or_else(|| body.locks.first().map(as_reported))?;
    let again = reading::wanted(body).or_else(|| body.locks.last().map(as_reported))?;
    if body.in_handler.is_some() && !body.signals.is_empty() {
        let rows = vec![row(0, call(first, names)), row(0, What::Signal(body.in_handler)), row(0, call_in_handler(again, names))];
        return Some(Scenario { columns: threads(1), rows, remark: None });
    }
    let (columns, rows) = if body.hint == Hint::SameClass {
        // Two locks of one class: another thread may take them the other way round.
        let numbered = |taken: Taken<'_>, n: usize| What::Call {
            verb: verb(taken),
            name: format!("{} #{n}", names.class(taken.lock)),
            in_handler: false,
        };
        let rows =
            vec![row(0, numbered(first, 1)), row(1, numbered(first, 2)), row(1, numbered(again, 1)), row(0, numbered(again, 2))];
        (2, rows)
    } else if body.hint == Hint::Upgrade {
        (1, vec![row(0, call(first, names)), row(0, named("upgrade", again, names))])
    } else if again.mode != Mode::Write
        && first.mode != Mode::Write
        && (body.severity != Severity::Certain || body.hint == Hint::WriterQueued)
    {
        (2, vec![row(0, call(first, names)), row(1, named("write", first, names)), row(0, call(again, names))])
    } else {
        (1, vec![row(0, call(first, names)), row(0, want(again, first, names))])
    };
    Some(Scenario { columns: threads(columns), rows, remark: None })
}

/// The only thread of the circle waits in a handler for what the interrupted code holds.
fn interrupted(body: &Body, names: &Names) -> Option<Scenario> {
    let edges = reading::edges(body);
    let edge = edges.first()?;
    let rows =
        vec![row(0, call(edge.held, names)), row(0, What::Signal(body.in_handler)), row(0, call_in_handler(edge.wanted, names))];
    Some(Scenario { columns: threads(1), rows, remark: None })
}

/// Every thread takes what it holds, then, from the last to the first, what the next one holds.
fn cycle(edges: &[Edge<'_>], names: &Names) -> Option<Scenario> {
    let last = edges.len().checked_sub(1)?;
    let shown: Vec<usize> = (0..edges.len()).filter(|&i| i < MOST_COLUMNS - 1 || i == last).collect();
    let left_out = edges.len() - shown.len();
    let sides = || shown.iter().enumerate().map(|(column, &i)| (column, &edges[i]));
    // Who would notify holds nothing of the condition variable: it only never comes to notify.
    let notifies = |edge: &Edge<'_>| edge.held.lock.kind == "Condvar";
    let held = sides().filter(|(_, edge)| !notifies(edge)).map(|(column, edge)| row(column, call(edge.held, names)));
    let holder = |i: usize| edges[(i + 1) % edges.len()].held;
    let wanted = shown.iter().enumerate().rev().map(|(column, &i)| row(column, want(edges[i].wanted, holder(i), names)));
    let notified = sides().filter(|(_, edge)| notifies(edge));
    let notified = notified.map(|(column, edge)| row(column, named("notify", edge.held, names)));
    Some(Scenario {
        columns: shown.iter().map(|i| format!("thread {}", i + 1)).collect(),
        rows: held.chain(wanted).chain(notified).collect(),
        remark: (left_out > 0).then(|| format!("... and {left_out} more, each waiting for the next")),
    })
}

fn irq_usage(body: &Body, names: &Names) -> Option<Scenario> {
    let seen = |in_handler: bool| reading::taken_at(body, |label| matches!(label, Label::InHandler(_)) == in_handler);
    let held = seen(false).or_else(|| body.locks.first().map(as_reported))?;
    let again = seen(true).unwrap_or(held);
    let rows =
        vec![row(0, call(held, names)), row(0, What::Signal(reading::signal(body))), row(0, call_in_handler(again, names))];
    Some(Scenario { columns: threads(1), rows, remark: None })
}

/// Of each signal, a thread that holds what the handler of the one before leads to, and is interrupted.
fn handlers_in_a_circle(legs: &[reading::Leg<'_>], names: &Names) -> Scenario {
    let shown: Vec<usize> = (0..legs.len()).filter(|&at| at < MOST_COLUMNS - 1 || at == legs.len() - 1).collect();
    let left_out = legs.len() - shown.len() + legs.iter().map(|leg| leg.edges.len()).sum::<usize>();
    let columns = || shown.iter().enumerate().map(|(column, &at)| (column, &legs[at]));
    let mut rows: Vec<Row> = columns().map(|(column, leg)| row(column, call(leg.held, names))).collect();
    for (column, leg) in columns() {
        rows.push(row(column, What::Signal(Some(leg.open))));
        let next = legs.iter().find(|next| next.signal == leg.open).unwrap_or(leg);
        rows.push(row(column, call_in_handler(next.wanted, names)));
    }
    let remark = (left_out > 0).then(|| format!("... and {left_out} more in between, each waiting for the next"));
    Scenario { columns: threads(shown.len()), rows, remark }
}

/// The first thread holds the end of the path and is interrupted; the others stand between its handler and that lock.
fn irq_inversion(body: &Body, names: &Names) -> Option<Scenario> {
    let legs = reading::legs(body);
    if legs.len() > 1 {
        return Some(handlers_in_a_circle(&legs, names));
    }
    let edges = reading::edges(body);
    let (first, last) = (edges.first()?, edges.last()?);
    let skipped = edges.len().saturating_sub(MOST_COLUMNS - 1);
    // With too many threads, the one that the handler waits for and the one that waits for the interrupted thread remain.
    let shown: Vec<&Edge<'_>> = match skipped {
        0 => edges.iter().collect(),
        _ => edges[..MOST_COLUMNS - 2].iter().chain([last]).collect(),
    };
    let mut rows = vec![row(0, call(last.wanted, names))];
    rows.extend(shown.iter().enumerate().map(|(i, edge)| row(i + 1, call(edge.held, names))));
    let holder = |i: usize| shown.get(i + 1).map_or(last.wanted, |next| next.held);
    rows.extend(shown.iter().enumerate().rev().map(|(i, edge)| row(i + 1, want(edge.wanted, holder(i), names))));
    rows.push(row(0, What::Signal(reading::signal(body))));
    rows.push(row(0, call_in_handler(first.held, names)));
    let remark = (skipped > 0).then(|| format!("... and {skipped} more, each waiting for the next"));
    Some(Scenario { columns: threads(shown.len() + 1), rows, remark })
}

fn irq_enable(body: &Body, names: &Names) -> Option<Scenario> {
    let roles = IrqEnable::of(body);
    let outer = roles.outer?;
    let mut rows = vec![commented(0, call(outer, names), "signals blocked")];
    if let Some(inner) = roles.inner {
        rows.push(row(0, call(inner, names)));
        let unlock = What::Call { verb: "unlock", name: names.bare(inner.lock), in_handler: false };
        rows.push(commented(0, unlock, "signals open again"));
    } else {
        rows.push(row(0, What::Words("<signals re-enabled>")));
    }
    let seen = reading::taken_at(body, |label| matches!(label, Label::InHandler(_)));
    let again = seen.unwrap_or(outer);
    let comment = if seen.is_some() { "waits for ever" } else { "waits for ever, if a handler takes it" };
    rows.push(row(0, What::Signal(reading::signal(body))));
    rows.push(commented(0, call_in_handler(again, names), comment));
    Some(Scenario { columns: threads(1), rows, remark: None })
}

fn fork(body: &Body, names: &Names) -> Option<Scenario> {
    let lock = as_reported(body.locks.first()?);
    let columns = ["parent, thread 1", "parent, thread 2", "child"].map(str::to_owned).to_vec();
    let rows = vec![row(0, call(lock, names)), row(1, What::Words("fork();")), row(2, call(lock, names))];
    Some(Scenario { columns, rows, remark: None })
}
