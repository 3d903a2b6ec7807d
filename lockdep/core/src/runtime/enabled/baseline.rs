//! Accepted reports: a file that names them, each with a reason.
//!
//! The file is read before `main`, or when settings are installed: never in a handler. What it accepts is decided in the slow
//! section in which a report would be queued, so there nothing is allocated: strings are compared piece by piece.

use core::fmt::Write as _;
use core::sync::atomic::{AtomicPtr, AtomicU32, Ordering};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::complain;
use super::globals::{ClassRecord, Globals};
use super::raw::{self, Told};
use crate::arena::Arena;
use crate::engine::Verdict;
use crate::kind::{ReportKind, Severity};
use crate::report::{Report, ReportId, ReportedLock, without_modules};

/// What is accepted; null without a file.
static BASELINE: AtomicPtr<Baseline> = AtomicPtr::new(core::ptr::null_mut());
/// How many different reports were accepted.
static ACCEPTED: AtomicU32 = AtomicU32::new(0);

struct Baseline {
    file: PathBuf,
    entries: Vec<Entry>,
}

struct Entry {
    line: usize,
    accepts: Accepts,
    used: AtomicU32,
}

#[derive(Deserialize)]
#[serde(try_from = "WrittenEntry")]
enum Accepts {
    Id(ReportId),
    /// A report of this kind, or of any, about exactly these classes.
    Classes(Option<ReportKind>, Vec<String>),
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    accept: Vec<Accepts>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenEntry {
    id: Option<String>,
    kind: Option<String>,
    classes: Option<Vec<String>>,
    reason: String,
}

impl TryFrom<WrittenEntry> for Accepts {
    type Error = String;

    fn try_from(entry: WrittenEntry) -> Result<Accepts, String> {
        let WrittenEntry { id, kind, classes, reason } = entry;
        if reason.trim().is_empty() {
            return Err("the `reason` is empty".into());
        }
        match (id, kind, classes) {
            (Some(id), None, None) => {
                let number = u64::from_str_radix(&id, 16).ok().filter(|_| id.len() == 16);
                number
                    .map(|id| Accepts::Id(ReportId(id)))
                    .ok_or_else(|| format!("`{id}` is no id: one has 16 hexadecimal digits"))
            }
            (Some(_), ..) => Err("an entry with an `id` has nothing else but a `reason`".into()),
            (None, _, None) => Err("the entry has neither `id` nor `classes`".into()),
            (None, _, Some(classes)) if classes.is_empty() => Err("`classes` names none".into()),
            (None, None, Some(classes)) => Ok(Accepts::Classes(None, classes)),
            (None, Some(kind), Some(classes)) => {
                let known = ReportKind::ALL.into_iter().find(|known| known.name() == kind);
                let known = known.ok_or_else(|| format!("there is no kind of report `{kind}`"))?;
                Ok(Accepts::Classes(Some(known), classes))
            }
        }
    }
}

/// Makes the file count. Says what is wrong with it, and then nothing is accepted.
pub(super) fn install(file: &Path) -> bool {
    match read(file).and_then(|text| parse(&text)) {
        Ok(entries) => {
            let baseline = Box::leak(Box::new(Baseline { file: file.to_owned(), entries }));
            BASELINE.store(baseline, Ordering::Release);
            true
        }
        Err(wrong) => {
            complain(format!("lockdep: the baseline {} {wrong}; nothing is accepted\n", file.display()).as_bytes());
            false
        }
    }
}

/// A pipe will do, too, so the size is known only when it has been read.
fn read(file: &Path) -> Result<String, String> {
    const LARGEST: u64 = 16 << 20;
    let mut text = String::new();
    let read = File::open(file).and_then(|file| file.take(LARGEST + 1).read_to_string(&mut text));
    match read {
        Ok(bytes) if bytes as u64 > LARGEST => Err(format!("is larger than {} MiB", LARGEST >> 20)),
        Ok(_) => Ok(text),
        Err(error) => Err(format!("cannot be read: {error}")),
    }
}

fn parse(file: &str) -> Result<Vec<Entry>, String> {
    let written: Written = basic_toml::from_str(file).map_err(|error| {
        let text = error.to_string().replace('\n', ", ");
        // "what is wrong for key `accept` at line 3 column 1": the line alone says it better.
        let (what, at) = text.rsplit_once(" at line ").unwrap_or((&text, "1"));
        let (what, _key) = what.rsplit_once(" for key `").unwrap_or((what, ""));
        let line = at.split(' ').next().unwrap_or_default();
        // Of a name that does not belong there the line of its table is given, or the next one.
        let unknown = what.strip_prefix("unknown field `").and_then(|rest| rest.split_once('`')).map(|(name, _)| name);
        let is_key = |line: &str| line.trim_start().split([' ', '=']).next() == unknown;
        let line = file.lines().position(is_key).map_or_else(|| line.to_owned(), |at| (at + 1).to_string());
        format!("is wrong in line {line}: {what}")
    })?;
    let headers = file.lines().enumerate().filter(|(_, line)| line.trim_start().starts_with("[[accept]]"));
    let lines: Vec<usize> = headers.map(|(at, _)| at + 1).collect();
    let entry = |(at, accepts)| Entry { line: lines.get(at).copied().unwrap_or(1), accepts, used: AtomicU32::new(0) };
    Ok(written.accept.into_iter().enumerate().map(entry).collect())
}

fn entries() -> &'static [Entry] {
    // SAFETY: null, or leaked by `install`.
    unsafe { BASELINE.load(Ordering::Acquire).as_ref() }.map_or(&[], |baseline| &baseline.entries)
}

/// Whether anything is accepted.
pub(super) fn is_there() -> bool {
    !entries().is_empty()
}

/// Whether a finding passes; in a slow section. What cannot go on cannot pass.
pub(super) fn accepts(globals: &Globals, verdict: &Verdict<Arena>) -> bool {
    if !is_there() {
        return false;
    }
    let id = raw::identify(globals, verdict, Told::Everywhere);
    let classes = || verdict.locks.iter().filter_map(|lock| globals.record(lock.class)).map(Class::of_record);
    accepts_one(verdict.kind, verdict.severity, id, &classes)
}

/// The same for a report, such as one of an isolated graph.
pub(crate) fn accepts_report(report: &Report) -> bool {
    let classes = || report.locks().iter().map(Class::of_lock);
    accepts_one(report.kind(), report.severity(), report.id(), &classes)
}

fn accepts_one<'a, C>(kind: ReportKind, severity: Severity, id: ReportId, classes: &dyn Fn() -> C) -> bool
where
    C: Iterator<Item = Class<'a>>,
{
    if !can_be_accepted(kind, severity) {
        return false;
    }
    let entry = entries().iter().find(|entry| match &entry.accepts {
        Accepts::Id(accepted) => *accepted == id,
        Accepts::Classes(accepted, named) => {
            accepted.is_none_or(|accepted| accepted == kind)
                && named.iter().all(|name| classes().any(|class| class.is_called(name)))
                && classes().all(|class| named.iter().any(|name| class.is_called(name)))
        }
    });
    if let Some(entry) = entry {
        entry.used.store(1, Ordering::Relaxed);
        ACCEPTED.fetch_add(1, Ordering::Relaxed);
    }
    entry.is_some()
}

/// Whether the program can go on after such a report, so that a file may make it pass.
pub(crate) fn can_be_accepted(kind: ReportKind, severity: Severity) -> bool {
    !(severity == Severity::Certain && matches!(kind, ReportKind::Recursion | ReportKind::Deadlock))
}

/// What names a class.
struct Class<'a> {
    declared: Option<&'a str>,
    kind: &'a str,
    type_name: &'a str,
    site: Option<(&'a str, u32)>,
}

impl<'a> Class<'a> {
    fn of_record(record: &'static ClassRecord) -> Class<'a> {
        let site = Some(record.made().map_or((record.site.file(), record.site.line()), |made| (made.at.file, made.at.line)));
        Class { declared: record.name, kind: record.kind, type_name: record.type_name, site }
    }

    fn of_lock(lock: &'a ReportedLock) -> Class<'a> {
        let declared = crate::report::is_declared(lock).then_some(lock.class_name());
        let site = lock.construction.map(|site| (site.file, site.line));
        Class { declared, kind: lock.kind, type_name: lock.type_name, site }
    }

    /// Whether a file means this class: by the declared name, or by `Mutex<Wal>` or `Mutex<app::Wal>`, as reports call it. What they add
    /// may be there: ` (src/wal.rs)`, ` (src/wal.rs:8)` or ` (wal.rs:8)`, and a level or a number, which mean nothing here.
    fn is_called(&self, name: &str) -> bool {
        let plain = without_addition(without_addition(name, '#'), '/');
        if let Some(declared) = self.declared {
            return [name, plain].contains(&declared);
        }
        let (name, site) = match plain.strip_suffix(')').and_then(|name| name.rsplit_once(" (")) {
            Some((name, site)) => (without_addition(name, '/'), Some(site)),
            None => (plain, None),
        };
        let right_place = site.is_none_or(|wanted| {
            let Some((file, line)) = self.site else { return false };
            let (wanted, number) = match wanted.rsplit_once(':') {
                Some((file, number)) => (file, Some(number)),
                None => (wanted, None),
            };
            let is_end = file.strip_suffix(wanted).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
            is_end && number.is_none_or(|number| number.parse() == Ok(line))
        });
        let kind = self.kind.bytes().chain(*b"<");
        right_place
            && (is_spelled(name, kind.clone(), self.type_name.bytes()) || is_spelled(name, kind, without_modules(self.type_name)))
    }
}

/// What reports put behind a name: `#2` or ` #2`, `/1` or `/ready`.
fn without_addition(name: &str, mark: char) -> &str {
    match name.rsplit_once(mark) {
        Some((before, added)) if added == "ready" || !added.is_empty() && added.bytes().all(|c| c.is_ascii_digit()) => {
            before.strip_suffix(' ').unwrap_or(before)
        }
        _ => name,
    }
}

/// Whether this is how a class is spelled; reports put `...` into what is long.
fn is_spelled(name: &str, kind: impl Iterator<Item = u8> + Clone, type_name: impl Iterator<Item = u8> + Clone) -> bool {
    let full = kind.chain(type_name).chain(*b">");
    if full.clone().eq(name.bytes()) {
        return true;
    }
    // No report shortens a name to less.
    let Some((head, tail)) = name.split_once("...").filter(|_| name.len() > 40) else { return false };
    let (head, tail, length) = (head.as_bytes(), tail.as_bytes(), full.clone().count());
    length > head.len() + tail.len()
        && full.clone().take(head.len()).eq(head.iter().copied())
        && full.skip(length - tail.len()).eq(tail.iter().copied())
}

/// How many different reports were accepted.
pub(super) fn accepted() -> u32 {
    ACCEPTED.load(Ordering::Relaxed)
}

/// At the end of the process: says which entries accepted nothing.
pub(super) fn say_unused() {
    // SAFETY: null, or leaked by `install`.
    let Some(baseline) = (unsafe { BASELINE.load(Ordering::Acquire).as_ref() }) else { return };
    let unused = || baseline.entries.iter().filter(|entry| entry.used.load(Ordering::Relaxed) == 0);
    let count = unused().count();
    if count == 0 {
        return;
    }
    let entries = if count == 1 { "entry" } else { "entries" };
    let mut text = format!("lockdep: {count} {entries} of the baseline {} accepted nothing:", baseline.file.display());
    for (n, entry) in unused().enumerate() {
        let comma = if n == 0 { "" } else { "," };
        let _ = match &entry.accepts {
            Accepts::Id(id) => write!(text, "{comma} line {} ({id})", entry.line),
            Accepts::Classes(_, classes) => write!(text, "{comma} line {} ({})", entry.line, classes.join(", ")),
        };
    }
    text.push('\n');
    complain(text.as_bytes());
}

/// In the child of a fork: what it needs is for its parent to say.
pub(super) fn forked() {
    ACCEPTED.store(0, Ordering::Relaxed);
    entries().iter().for_each(|entry| entry.used.store(1, Ordering::Relaxed));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        parse(text).err().unwrap_or_else(|| panic!("accepted:\n{text}"))
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let id = "[[accept]]\nid = \"0123456789abcdef\"\n";
        for (text, expected) in [
            (id.to_owned(), "is wrong in line 1: missing field `reason`"),
            (format!("{id}reason = \" \"\n"), "is wrong in line 1: the `reason` is empty"),
            (format!("# first\n\n{id}reasno = \"r\"\n"), "is wrong in line 5: unknown field `reasno`"),
            ("foo = 1\n".into(), "is wrong in line 1: unknown field `foo`"),
            (format!("{id}reason = 3\n"), "is wrong in line 3: invalid type: integer `3`"),
            (
                "[[accept]]\nid = \"12\"\nreason = \"r\"\n".into(),
                "is wrong in line 1: `12` is no id: one has 16 hexadecimal digits",
            ),
            ("[[accept]]\nreason = \"r\"\n".into(), "is wrong in line 1: the entry has neither `id` nor `classes`"),
            ("[[accept]]\nclasses = []\nreason = \"r\"\n".into(), "is wrong in line 1: `classes` names none"),
            (
                "[[accept]]\nkind = \"Inverson\"\nclasses = [\"a\"]\nreason = \"r\"\n".into(),
                "is wrong in line 1: there is no kind of report `Inverson`",
            ),
            (format!("{id}kind = \"Inversion\"\nreason = \"r\"\n"), "is wrong in line 1: an entry with an `id` has nothing else"),
            ("[[accepts]]\n".into(), "is wrong in line 1: unknown field `accepts`"),
            ("[[accept]]\nid = \n".into(), "is wrong in line 2: "),
            (format!("{id}reason = \"r\"\n\n{id}"), "is wrong in line 5: missing field `reason`"),
            ("\0\u{1}".into(), "is wrong in line 1: "),
        ] {
            let said = wrong(&text);
            assert!(said.starts_with(expected), "{said}\n{text}");
            assert!(!said.contains('\n'), "{said:?}");
        }
    }

    #[test]
    fn an_empty_file_accepts_nothing() {
        assert!(parse("").unwrap().is_empty());
        assert!(parse("# nothing\n").unwrap().is_empty());
    }

    #[test]
    fn a_class_is_meant_by_its_name_or_by_what_it_protects() {
        let wal = Class { declared: None, kind: "Mutex", type_name: "alloc::vec::Vec<app::Wal>", site: Some(("src/wal.rs", 8)) };
        for name in [
            "Mutex<Vec<Wal>>",
            "Mutex<alloc::vec::Vec<app::Wal>>",
            "Mutex<Vec<Wal>> (src/wal.rs)",
            "Mutex<Vec<Wal>> (src/wal.rs:8)",
            "Mutex<alloc::vec::Vec<app::Wal>> (src/wal.rs:8)",
            "Mutex<Vec<Wal>> (wal.rs:8)",
            "Mutex<Vec<Wal>>/1",
            "Mutex<Vec<Wal>> #2",
            "Mutex<Vec<Wal>>/ready (wal.rs:8)#3",
        ] {
            assert!(wal.is_called(name), "{name}");
        }
        for name in [
            "",
            "wal",
            "Mutex",
            "Mutex<>",
            "Mutex<Vec<Wa>>",
            "RwLock<Vec<Wal>>",
            "Mutex<Vec<other::Wal>>",
            "Mutex<Vec<Wal>> (src/wal.rs:9)",
            "Mutex<Vec<Wal>> (src/other.rs)",
            "Mutex<Vec<Wal>> (al.rs)",
            "Mutex<Vec<Wal>>/2nd",
            "Mutex<Ve...al>>",
            "...",
        ] {
            assert!(!wal.is_called(name), "{name}");
        }
        let long = "app::pages::Tree<app::pages::Leaf, app::pages::Branch, alloc::vec::Vec<app::wal::Entry>>";
        let tree = Class { type_name: long, ..wal };
        assert!(tree.is_called("Mutex<app::pages::Tree<app::p...oc::vec::Vec<app::wal::Entry>>> (wal.rs:8)"));
        assert!(!tree.is_called("Mutex<app::pages::Tree<app::p...oc::vec::Vec<app::log::Entry>>> (wal.rs:8)"));
        assert!(!tree.is_called(
            "Mutex<app::pages::Tree<app::pages::Leaf, app::pages::Branch, alloc::vec::Vec<a...vec::Vec<app::wal::Entry>>>"
        ));
        let declared = Class { declared: Some("wal (first)"), ..wal };
        assert!(declared.is_called("wal (first)") && declared.is_called("wal (first)/1"));
        let with_a_number = Class { declared: Some("wal #1"), ..wal };
        assert!(with_a_number.is_called("wal #1") && with_a_number.is_called("wal #1 #2") && !with_a_number.is_called("wal"));
        assert!(!declared.is_called("Mutex<Vec<Wal>>"));
    }
}
