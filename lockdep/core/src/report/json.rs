//! The report for machines: one JSON object in one line.
//!
//! The names and meanings below are a promise: within `"version": 1` fields may be added, but none is renamed, removed or
//! given another meaning. Every field is always there; what is not known is `null`.
//!
//! | field | what |
//! |---|---|
//! | `version` | 1 |
//! | `id` | 16 hexadecimal digits, the same for the same bug in every run |
//! | `kind`, `severity` | the names of `ReportKind` and `Severity` |
//! | `message` | the title of the text |
//! | `signals` | *signals* concerned, ascending |
//! | `blocked`, `unblocked` | of a `MaskImbalance`: which of them code that is not checked blocked, and which it opened |
//! | `thread` | the reporting thread |
//! | `in_handler` | the *signal* in whose handler that was |
//! | `locks` | *locks*: the subject first; for a cycle, in its order |
//! | `stacks` | see below: the places, in reading order; for a cycle two for each edge, the edge that closes it first |
//! | `primary` | index into `stacks`: where the reporting thread was; the other stacks led there |
//! | `held` | what that thread held, outermost first: `lock` (a *lock*), `irqs_off`, `in_handler` (a *signal*) |
//! | `evidence` | `same_thread`, `ordered`, `gates` (names), as in `Evidence` |
//! | `threads` | *threads* as the watchdog saw them, the reporting one first; empty in reports that it did not make |
//! | `irqs_last_off`, `irqs_last_on` | the last mask changes of that thread: `site`, `event` (the how-many-th it was) |
//! | `notes` | sentences |
//! | `help` | what to do about it |
//!
//! * A *signal* is `number` and `name` (`"SIGIO"`, `"SIGRTMIN+3"`).
//! * A *site* is `file`, `line`, `column`; lines and columns count from 1.
//! * A *lock* is `class` (name), `type`, `kind` (`"Mutex"`), `subclass`, `construction` (*site*), `mode` (`"write"`, `"read"`,
//!   `"recursive read"`, `"upgradable read"`), `acquisition` (*site*).
//! * A *thread* is `name`, `tid`, `held` (as above), `waits_for` (a *lock*), `waited_ms`, `in_handler` (a *signal*), `missing`
//!   (why there is no stack of where it is now).
//! * A stack is `label`, `lock` (index into `locks`), `mode`, `site`, `thread`, `in_handler` (a *signal*), and `frames`,
//!   innermost first: `symbol`, `file`, `line`, `ip` (hexadecimal, `"0x5581"`), `module` (of a frame without a symbol: the program or
//!   library and where in it, `"app+0x5581"`, as `addr2line` takes it).

use serde::{Deserialize, Serialize};

use super::names::Names;
use super::signals::signal_name;
use super::title::title;
use super::{Frame, LabelledStack, LockEntry, Report, ReportedLock, Site, Stamp, Step, ThreadEntry, reading};

/// The version of the schema.
pub(crate) const VERSION: u32 = 1;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct JsonReport {
    pub(crate) version: u32,
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) severity: String,
    pub(crate) message: String,
    pub(crate) signals: Vec<JsonSignal>,
    // Later than the first reports of this version.
    #[serde(default)]
    pub(crate) blocked: Vec<JsonSignal>,
    #[serde(default)]
    pub(crate) unblocked: Vec<JsonSignal>,
    pub(crate) thread: String,
    pub(crate) in_handler: Option<JsonSignal>,
    pub(crate) locks: Vec<JsonLock>,
    pub(crate) stacks: Vec<JsonStack>,
    pub(crate) primary: Option<usize>,
    pub(crate) held: Vec<JsonHeld>,
    pub(crate) evidence: JsonEvidence,
    // Later than the first reports of this version.
    #[serde(default)]
    pub(crate) threads: Vec<JsonThread>,
    pub(crate) irqs_last_off: Option<JsonStamp>,
    pub(crate) irqs_last_on: Option<JsonStamp>,
    pub(crate) notes: Vec<String>,
    pub(crate) help: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct JsonSignal {
    pub(crate) number: i32,
    pub(crate) name: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct JsonSite {
    pub(crate) file: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct JsonLock {
    pub(crate) class: String,
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    pub(crate) kind: String,
    pub(crate) subclass: u8,
    pub(crate) construction: Option<JsonSite>,
    pub(crate) mode: String,
    pub(crate) acquisition: Option<JsonSite>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct JsonStack {
    pub(crate) label: String,
    pub(crate) lock: Option<usize>,
    pub(crate) mode: Option<String>,
    pub(crate) site: Option<JsonSite>,
    pub(crate) thread: String,
    pub(crate) in_handler: Option<JsonSignal>,
    pub(crate) frames: Vec<JsonFrame>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct JsonFrame {
    pub(crate) symbol: Option<String>,
    pub(crate) file: Option<String>,
    pub(crate) line: Option<u32>,
    pub(crate) ip: String,
    // Later than the first reports of this version.
    #[serde(default)]
    pub(crate) module: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct JsonHeld {
    pub(crate) lock: JsonLock,
    pub(crate) irqs_off: bool,
    pub(crate) in_handler: Option<JsonSignal>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct JsonThread {
    pub(crate) name: String,
    pub(crate) tid: i32,
    pub(crate) held: Vec<JsonHeld>,
    pub(crate) waits_for: Option<JsonLock>,
    pub(crate) waited_ms: Option<u64>,
    pub(crate) in_handler: Option<JsonSignal>,
    pub(crate) missing: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct JsonEvidence {
    pub(crate) same_thread: bool,
    pub(crate) ordered: bool,
    pub(crate) gates: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct JsonStamp {
    pub(crate) site: Option<JsonSite>,
    pub(crate) event: u64,
}

/// One line, without a newline at its end.
pub(super) fn render(report: &Report) -> String {
    write(&JsonReport::of(report))
}

/// A value of strings and numbers as JSON, in one line.
pub(crate) fn write(value: &impl Serialize) -> String {
    let mut text = vec![0; 16 << 10];
    loop {
        match serde_json_core::to_slice(value, &mut text) {
            Ok(length) => {
                text.truncate(length);
                return String::from_utf8(text).expect("JSON is UTF-8");
            }
            // Nothing else in such a value can fail.
            Err(_) => text = vec![0; text.len() * 2],
        }
    }
}

impl JsonReport {
    pub(super) fn of(report: &Report) -> JsonReport {
        let body = report.body();
        let steps = body.steps.iter().enumerate();
        let [blocked, unblocked] = reading::changed_behind(body);
        JsonReport {
            version: VERSION,
            id: body.id.to_string(),
            kind: body.kind.name().to_owned(),
            severity: body.severity.name().to_owned(),
            message: title(body, &Names::of(body)),
            signals: body.signals.iter().copied().map(signal).collect(),
            blocked: blocked.into_iter().map(signal).collect(),
            unblocked: unblocked.into_iter().map(signal).collect(),
            thread: body.thread.clone(),
            in_handler: body.in_handler.map(signal),
            locks: body.locks.iter().map(lock).collect(),
            stacks: steps.map(|(i, step)| stack(step, report.stacks().get(i))).collect(),
            primary: reading::now(body),
            held: body.held.iter().map(held).collect(),
            evidence: JsonEvidence {
                same_thread: body.evidence.same_thread,
                ordered: body.evidence.ordered,
                gates: body.evidence.gates.clone(),
            },
            threads: body.threads.iter().map(thread).collect(),
            irqs_last_off: body.irqs_last_off.as_ref().map(stamp),
            irqs_last_on: body.irqs_last_on.as_ref().map(stamp),
            notes: body.notes.clone(),
            help: body.help.clone(),
        }
    }
}

fn signal(number: i32) -> JsonSignal {
    JsonSignal { number, name: signal_name(number).into_owned() }
}

fn site(site: Site) -> JsonSite {
    JsonSite { file: site.file.to_owned(), line: site.line, column: site.column }
}

fn lock(lock: &ReportedLock) -> JsonLock {
    JsonLock {
        class: lock.class_name.clone(),
        type_name: lock.type_name.to_owned(),
        kind: lock.kind.to_owned(),
        subclass: lock.subclass,
        construction: lock.construction.map(site),
        mode: lock.mode.name().to_owned(),
        acquisition: lock.acquisition.map(site),
    }
}

fn stack(step: &Step, stack: Option<&LabelledStack>) -> JsonStack {
    JsonStack {
        label: step.label.clone(),
        lock: step.lock,
        mode: step.mode.map(|mode| mode.name().to_owned()),
        site: step.site.map(site),
        thread: step.thread.clone(),
        in_handler: reading::handler(step).map(signal),
        frames: stack.map_or(&[][..], LabelledStack::frames).iter().map(frame).collect(),
    }
}

fn frame(frame: &Frame) -> JsonFrame {
    let place = frame.location();
    JsonFrame {
        symbol: frame.symbol().map(str::to_owned),
        file: place.map(|(file, _)| file.to_owned()),
        line: place.map(|(_, line)| line).filter(|&line| line > 0),
        ip: format!("{:#x}", frame.ip),
        module: frame.module.clone(),
    }
}

fn held(held: &LockEntry) -> JsonHeld {
    JsonHeld { lock: lock(&held.lock), irqs_off: held.irqs_off, in_handler: held.in_handler.map(signal) }
}

fn thread(thread: &ThreadEntry) -> JsonThread {
    JsonThread {
        name: thread.name.clone(),
        tid: thread.tid,
        held: thread.held.iter().map(held).collect(),
        waits_for: thread.waits.as_ref().map(|(wanted, _)| lock(wanted)),
        waited_ms: thread.waits.as_ref().map(|(_, waited)| waited.as_millis() as u64),
        in_handler: thread.in_handler.map(signal),
        missing: thread.missing.clone(),
    }
}

fn stamp(stamp: &Stamp) -> JsonStamp {
    JsonStamp { site: stamp.site.map(site), event: stamp.event }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_of_any_length_is_read_again() {
        let odd: String = (0..0x300_u32).filter_map(char::from_u32).chain("\u{2028}\u{fffd}\u{1f600}".chars()).collect();
        for text in [String::new(), odd.clone(), odd.repeat(100)] {
            let line = write(&text);
            assert!(!line.contains('\n'));
            assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
        }
        assert_eq!(write(&(u64::MAX, None::<u8>, ["a"])), r#"[18446744073709551615,null,["a"]]"#);
    }
}
