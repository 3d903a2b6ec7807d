//! The report for people, drawn as the compiler draws a diagnostic.
//!
//! In this order: the title; each scene (what one thread did in one go) as source lines with carets, and below them the
//! stacks; a schedule that deadlocks; the locks; what is held; what else is known; what to do; the id. The text may change
//! with every version. What it draws is decided here, how it looks by the caller, in [`Style`].

use std::ops::Range;
use std::rc::Rc;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Padding, Snippet};

use super::labels::{Beside, phrase};
use super::names::{Names, clean, count, is_declared, kind_and_type, quoted_class};
use super::scenario::{END, Scenario};
use super::signals::signal_name;
use super::source::Sources;
use super::style::GUTTER;
pub(super) use super::style::Style;
use super::title::{seconds, thread, title};
use super::{Body, Frame, LabelledStack, LockEntry, Report, ReportedLock, Site, Stamp, ThreadEntry, frames, reading, source};
use crate::engine::Label;
use crate::kind::Severity;
use crate::runtime::baseline::can_be_accepted;

/// Scenes that are shown: of a longer cycle the first and the last few.
const MOST_SCENES: usize = 8;
const SCENES_AT_EACH_END: usize = 3;

/// Locks in one list: of a longer one the first few and the last.
const MOST_LOCKS: usize = 16;
const FIRST_LOCKS: usize = 4;

/// A longer type is shown without the modules of its parts.
const LONGEST_TYPE: usize = 48;

/// The whole text, with a newline at the end.
pub(super) fn render(report: &Report, style: Style) -> String {
    render_with(report, style, &mut Sources::from_current_dir())
}

/// The same, with source files from where `sources` looks for them.
pub(super) fn render_with(report: &Report, style: Style, sources: &mut Sources) -> String {
    let body = report.body();
    let names = &Names::of(body);
    let mut page = Page { body, stacks: report.stacks(), names, style, sources };
    let mut groups = page.scenes();
    groups.extend(page.scenario());
    groups.extend(page.locks());
    groups.extend(page.held());
    groups.push(page.end());
    let drawn = style.renderer().render(&groups);
    let mut text = String::with_capacity(drawn.len());
    for line in drawn.lines() {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Stacks outside reports, drawn as in them.
pub(crate) struct DrawnStacks {
    style: Style,
    sources: Sources,
}

impl DrawnStacks {
    pub(crate) fn new() -> DrawnStacks {
        DrawnStacks { style: Style::of_stderr(), sources: Sources::from_current_dir() }
    }

    /// The lines of the stack of a thread that may be asleep.
    pub(crate) fn draw(&self, frames: &[Frame]) -> Vec<String> {
        let (lines, shown) = frames::lines(frames, true, self.style, &self.sources);
        let rest = frames.len() - shown;
        let more = (rest > 0).then(|| format!("     ... {rest} more {}", frames_word(rest)));
        lines.into_iter().chain(more).flat_map(|line| line.split('\n').map(str::to_owned).collect::<Vec<_>>()).collect()
    }
}

struct Page<'a> {
    body: &'a Body,
    stacks: &'a [LabelledStack],
    names: &'a Names,
    style: Style,
    sources: &'a mut Sources,
}

/// A step with its place on disk.
struct Shown {
    step: usize,
    line: u32,
    span: Range<usize>,
}

/// The steps of a scene that lie in one file.
struct Excerpt {
    path: String,
    file: Rc<source::File>,
    shown: Vec<Shown>,
}

impl Excerpt {
    fn shows(&self, file: &Rc<source::File>, line: u32) -> bool {
        Rc::ptr_eq(&self.file, file) && self.shown.iter().any(|shown| shown.line == line)
    }
}

impl<'a> Page<'a> {
    /// The title, and everything that has a place.
    fn scenes(&mut self) -> Vec<Group<'static>> {
        let level = match self.body.severity {
            Severity::Certain | Severity::Possible => Level::ERROR,
            Severity::Guarded => Level::WARNING,
        };
        let title = level.primary_title(title(self.body, self.names)).id(format!("lockdep::{}", self.body.kind));
        let mut groups = vec![Group::with_title(title)];
        let scenes = reading::scenes(&self.body.steps);
        let left_out = if scenes.len() > MOST_SCENES { scenes.len() - 2 * SCENES_AT_EACH_END } else { 0 };
        for (i, steps) in scenes.into_iter().enumerate() {
            if i >= SCENES_AT_EACH_END && i < SCENES_AT_EACH_END + left_out {
                if i == SCENES_AT_EACH_END {
                    let what = if reading::edges(self.body).is_empty() { "more part" } else { "more edge" };
                    groups.push(Group::with_title(Level::NOTE.secondary_title(format!("... {}", count(left_out, what)))));
                }
                continue;
            }
            if i > 0 {
                let title = self.scene_title(&steps);
                groups.push(Group::with_title(Level::NOTE.secondary_title(title)));
            }
            if let Some(group) = groups.pop() {
                groups.push(group.elements(self.scene(steps)));
            }
        }
        groups
    }

    fn scene_title(&self, steps: &Range<usize>) -> String {
        let first = &self.body.steps[steps.start];
        let who = thread(&first.thread);
        let edge = self.body.steps.get(steps.start..steps.end).and_then(|steps| match steps {
            [held, wanted, ..] if reading::begins_edge(held) && reading::ends_edge(wanted) => {
                Some((reading::lock_of(self.body, held)?, reading::lock_of(self.body, wanted)?))
            }
            _ => None,
        });
        if let Some(signal) = reading::handler(first) {
            return format!("in the handler of {}, on {who}", signal_name(signal));
        }
        let Some((held, wanted)) = edge else { return format!("on {who}") };
        let (a, b) = (self.names.quoted(held), self.names.quoted(wanted));
        let is_now = reading::now(self.body).is_some_and(|now| steps.contains(&now));
        let before = if is_now { "" } else { " before" };
        match (held.kind, wanted.kind) {
            _ if reading::is_now(self.body) => match first.what {
                Label::Notified => format!("{who}, which notified {a} before, waits for {b}"),
                Label::Queued => format!("{who} waits to write {a}"),
                _ => format!("{who} holds {a} and waits for {b}"),
            },
            ("Condvar", _) => format!("{who} notified {a} with {b} held{before}"),
            (_, "Condvar" | "Map") => format!("{who} waited for {b} with {a} held{before}"),
            _ => format!("{who} took {a} -> {b}{before}"),
        }
    }

    fn scene(&mut self, steps: Range<usize>) -> Vec<Element<'static>> {
        let (excerpts, homeless) = self.excerpts(steps.clone());
        let now = reading::now(self.body).filter(|now| steps.contains(now));
        // Below a note of its own, the last step of a scene is the one that the others led to.
        let main = now.or_else(|| (steps.start > 0).then_some(steps.end - 1));
        let mut elements: Vec<Element<'static>> = Vec::new();
        for excerpt in &excerpts {
            elements.push(self.snippet(excerpt, main).into());
        }
        for step in steps.clone() {
            if !elements.is_empty() {
                elements.push(Padding.into());
            }
            if homeless.contains(&step) {
                elements.extend(self.origin(step));
            }
            elements.push(Level::NOTE.no_name().message(self.stack(step, steps.start)).into());
        }
        elements
    }

    /// The steps by file, in the order in which the files first occur, and the steps whose source is not on disk.
    fn excerpts(&mut self, steps: Range<usize>) -> (Vec<Excerpt>, Vec<usize>) {
        let mut excerpts: Vec<Excerpt> = Vec::new();
        let mut homeless = Vec::new();
        for step in steps {
            let frames = self.frames(step);
            let is_now = self.body.steps[step].what == Label::Now;
            // The innermost frame of a thread that sleeps is that of some library, and a frame further out says where it is.
            let own = source::callers(frames).find(|&(file, ..)| !self.sources.is_foreign(file));
            let mut show = |(file, line, column): (&str, u32, u32)| {
                let source = self.sources.read(file, frames)?;
                let span = source.span(line, column)?;
                Some((self.sources.short_path(file), source, Shown { step, line, span }))
            };
            let found = match self.body.steps[step].site {
                Some(site) => show((site.file, site.line, site.column)),
                // What was interrupted, and what allocates, is a library's code more often than not: the caller says more.
                None if is_now => own.and_then(show),
                None => source::callers(frames).find_map(show),
            };
            match found {
                None if is_now => {}
                // It waits there, as another step shows.
                Some((_, file, shown)) if is_now && excerpts.iter().any(|excerpt| excerpt.shows(&file, shown.line)) => {}
                None => homeless.push(step),
                Some((path, file, shown)) => match excerpts.iter_mut().find(|excerpt| Rc::ptr_eq(&excerpt.file, &file)) {
                    Some(excerpt) => excerpt.shown.push(shown),
                    None => excerpts.push(Excerpt { path, file, shown: vec![shown] }),
                },
            }
        }
        (excerpts, homeless)
    }

    fn snippet(&self, excerpt: &Excerpt, main: Option<usize>) -> Snippet<'static, annotate_snippets::Annotation<'static>> {
        let lines = || excerpt.shown.iter().map(|shown| shown.line);
        let (from, to) = (lines().min().unwrap_or(1), lines().max().unwrap_or(1));
        let text = excerpt.file.text(from, to);
        let starts: Vec<usize> = [0].into_iter().chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let annotations = excerpt.shown.iter().map(|shown| {
            let kind = if Some(shown.step) == main { AnnotationKind::Primary } else { AnnotationKind::Context };
            let start = starts[(shown.line - from) as usize];
            kind.span(start + shown.span.start..start + shown.span.end)
                .label(self.numbered(shown.step, &self.phrase(shown.step, Beside::Caret)))
        });
        let annotations: Vec<_> = annotations.collect();
        Snippet::source(text).line_start(from as usize).path(excerpt.path.clone()).annotations(annotations)
    }

    fn origin(&self, step: usize) -> Option<Element<'static>> {
        let (file, line, column) = source::place(self.body.steps[step].site, self.frames(step))?;
        let origin = Origin::path(self.sources.short_path(&clean(file))).line(line as usize);
        Some(if column > 0 { origin.char_column(column as usize).into() } else { origin.into() })
    }

    /// "1: irqs disabled here", or without the number where there is only one place.
    fn numbered(&self, step: usize, text: &str) -> String {
        if self.body.steps.len() > 1 { format!("{}: {text}", step + 1) } else { text.to_owned() }
    }

    fn phrase(&self, step: usize, beside: Beside) -> String {
        let step = &self.body.steps[step];
        let lock = reading::lock_of(self.body, step);
        let name = lock.map(|lock| (self.names.quoted(lock), lock.kind));
        phrase(self.body, step, name.as_ref().map(|(name, kind)| (name.as_str(), *kind)), beside)
    }

    fn frames(&self, step: usize) -> &'a [Frame] {
        self.stacks.get(step).map_or(&[], LabelledStack::frames)
    }

    /// The stack of a step, or its place alone. A stack that ends like the first one of its thread says so instead of
    /// repeating it.
    fn stack(&self, step: usize, first_of_scene: usize) -> String {
        let frames = self.frames(step);
        let what = &self.body.steps[step];
        let kind = if frames.is_empty() { "place" } else { "stack" };
        let number = if self.body.steps.len() > 1 { format!(" {}", step + 1) } else { String::new() };
        let who = if step == first_of_scene { format!(", {}", thread(&what.thread)) } else { String::new() };
        let head = self.style.bold(&format!("{kind}{number}"));
        let mut text = format!("{head}{who}: {}", self.phrase(step, Beside::Stack));
        if frames.is_empty() {
            text.push_str(&match source::place(what.site, frames) {
                Some((file, line, column)) => format!(" {}", self.place(file, line, column)),
                None => " a place that is not known".to_owned(),
            });
            return text;
        }
        // Where a thread is now is a way on from the last place, the others from the first.
        let mut earlier = (0..step).filter(|&earlier| self.body.steps[earlier].thread == what.thread);
        let first = if what.what == Label::Now { earlier.next_back() } else { earlier.next() };
        let above = first.map_or(0, |first| frames::common_outer(frames, self.frames(first)));
        let first = first.unwrap_or(step);
        let own = &frames[..frames.len() - above];
        let (lines, shown) = frames::lines(own, what.what == Label::Now, self.style, self.sources);
        for line in lines {
            text.push('\n');
            text.push_str(&line);
        }
        let left_out = own.len() - shown;
        let rest = match (left_out, above) {
            (0, 0) => None,
            (_, 0) => Some(format!("... {left_out} more {}", frames_word(left_out))),
            (0, _) => Some(format!("... {above} more {}, as in stack {}", frames_word(above), first + 1)),
            (_, _) => {
                let all = left_out + above;
                Some(format!("... {all} more {}, the last {above} as in stack {}", frames_word(all), first + 1))
            }
        };
        if let Some(rest) = rest {
            text.push_str(&format!("\n     {}", self.style.dim(&rest)));
        }
        text
    }

    fn place(&self, file: &str, line: u32, column: u32) -> String {
        let column = if column > 0 { format!(":{column}") } else { String::new() };
        format!("{}:{line}{column}", self.sources.short_path(&clean(file)))
    }

    fn site(&self, site: Site) -> String {
        self.place(site.file, site.line, site.column)
    }

    fn scenario(&self) -> Option<Group<'static>> {
        let scenario = Scenario::of(self.body, self.names)?;
        let mut text = scenario.lines(self.style.width.saturating_sub(GUTTER)).join("\n");
        text.push_str("\n\n");
        text.push_str(&self.style.alarm(END));
        let is_now = reading::is_now(self.body);
        let title = if is_now { "Locking scenario, as it is now:" } else { "Possible unsafe locking scenario:" };
        let title = Level::NOTE.secondary_title(title);
        Some(Group::with_title(title).element(Level::NOTE.no_name().message(text)))
    }

    fn locks(&self) -> Option<Group<'static>> {
        let mut lines: Vec<[String; 3]> = self.body.locks.iter().map(|lock| self.lock_line(lock)).collect();
        if lines.is_empty() {
            return None;
        }
        lines = dedup(lines);
        let title = match lines.len() {
            1 => "1 lock class involved:".to_owned(),
            n => format!("{n} lock classes involved:"),
        };
        let text = aligned(&elide(lines, |left_out| [format!("... {left_out} more"), String::new(), String::new()]));
        Some(Group::with_title(Level::NOTE.secondary_title(title)).element(Level::NOTE.no_name().message(text)))
    }

    fn lock_line(&self, lock: &ReportedLock) -> [String; 3] {
        let kind = match lock.type_name {
            "" => lock.kind.to_owned(),
            whole if whole.len() <= LONGEST_TYPE => clean(&format!("{}<{whole}>", lock.kind)),
            _ => kind_and_type(lock),
        };
        let made = match lock.construction {
            Some(site) if is_declared(lock) => format!("declared at {}", self.site(site)),
            Some(site) => format!("made at {}", self.site(site)),
            None => String::new(),
        };
        [format!("`{}`", self.names.class(lock)), kind, made]
    }

    /// What the threads hold, and the short facts that have no place.
    fn held(&self) -> Vec<Group<'static>> {
        let body = self.body;
        let mut groups: Vec<Group<'static>> = match body.threads.is_empty() {
            true => vec![self.held_by(&thread(&body.thread), body.in_handler, &body.held, None)],
            false => body.threads.iter().map(|entry| self.held_by_entry(entry)).collect(),
        };
        let notes = self.irq_stamps().into_iter().chain(self.evidence()).chain(body.notes.iter().map(|note| clean(note)));
        if let Some(last) = groups.pop() {
            groups.push(last.elements(notes.map(|note| Level::NOTE.message(note))));
        }
        groups
    }

    fn held_by_entry(&self, entry: &ThreadEntry) -> Group<'static> {
        let waits = entry.waits.as_ref();
        let waits = waits.map(|(lock, waited)| format!("has waited {} for {}", seconds(*waited), self.names.quoted(lock)));
        let facts: Vec<String> = waits.into_iter().chain(entry.missing.as_deref().map(clean)).collect();
        let facts = (!facts.is_empty()).then(|| format!("it {}", facts.join(", and ")));
        let who = format!("{} (tid {})", thread(&entry.name), entry.tid);
        self.held_by(&who, entry.in_handler, &entry.held, facts)
    }

    fn held_by(&self, who: &str, in_handler: Option<i32>, held: &[LockEntry], fact: Option<String>) -> Group<'static> {
        let who = match in_handler {
            Some(signal) => format!("{who}, in the handler of {}", signal_name(signal)),
            None => who.to_owned(),
        };
        let title = match held.len() {
            0 => format!("no locks held by {who}"),
            n => format!("{} held by {who}:", count(n, "lock")),
        };
        let mut group = Group::with_title(Level::NOTE.secondary_title(title));
        if !held.is_empty() {
            let lines = held.iter().enumerate().map(|(i, held)| self.held_line(i, held)).collect();
            let text =
                aligned(&elide(lines, |left_out| [format!("... {left_out} more"), String::new(), String::new(), String::new()]));
            group = group.element(Level::NOTE.no_name().message(text));
        }
        group.elements(fact.map(|fact| Level::NOTE.message(fact)))
    }

    fn held_line(&self, i: usize, held: &LockEntry) -> [String; 4] {
        let taken = match held.lock.acquisition {
            Some(site) => format!("taken at {}", self.site(site)),
            None => String::new(),
        };
        let mut marks = String::new();
        if held.irqs_off {
            marks.push_str("[irqs off]");
        }
        if let Some(signal) = held.in_handler {
            marks.push_str(if marks.is_empty() { "" } else { " " });
            marks.push_str(&format!("[handler of {}]", signal_name(signal)));
        }
        [format!("#{i}: {}", self.names.quoted(&held.lock)), held.lock.mode.name().to_owned(), taken, marks]
    }

    fn irq_stamps(&self) -> Option<String> {
        let line = |what: &str, stamp: &Stamp| match (stamp.site, &stamp.frame) {
            (Some(site), _) => format!("signals last {what} at {} (event {})", self.site(site), stamp.event),
            (None, Some((file, line))) => {
                format!("signals last {what} at {}:{line} (event {})", self.sources.short_path(&clean(file)), stamp.event)
            }
            (None, None) => format!("signals last {what} at a place that is not known (event {})", stamp.event),
        };
        let off = self.body.irqs_last_off.as_ref().map(|stamp| line("blocked", stamp));
        let on = self.body.irqs_last_on.as_ref().map(|stamp| line("unblocked", stamp));
        let lines: Vec<String> = off.into_iter().chain(on).collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    fn evidence(&self) -> Vec<String> {
        let evidence = &self.body.evidence;
        let mut notes = Vec::new();
        if evidence.same_thread {
            let mut threads = self.body.steps.iter().map(|step| &step.thread);
            let first = threads.next();
            notes.push(if threads.all(|thread| Some(thread) == first) {
                "one thread did all of this: no two threads were seen to disagree in this run".to_owned()
            } else {
                "one thread would have to do two parts of this at once: no other was seen to do either in this run".to_owned()
            });
        }
        if evidence.ordered {
            notes.push(
                "the threads did not overlap in this run: one ended before another did its part, or did its own part before the other began".to_owned(),
            );
        }
        if !evidence.gates.is_empty() {
            let gates: Vec<String> = evidence.gates.iter().map(|gate| quoted_class(gate)).collect();
            let (is, gates) = (if gates.len() == 1 { "is" } else { "are" }, gates.join(", "));
            notes.push(format!("{gates} {is} held on every side, which keeps the threads apart as long as that stays so"));
        }
        notes
    }

    fn end(&self) -> Group<'static> {
        let mut id = format!("report id {}", self.body.id);
        if can_be_accepted(self.body.kind, self.body.severity) {
            id.push_str("; to accept it, add to the file of LOCKDEP_BASELINE:");
            id.push_str(&format!("\n[[accept]]\nid = \"{}\"\nreason = \"\"", self.body.id));
        }
        if self.body.help.is_empty() {
            return Group::with_title(Level::NOTE.secondary_title(id));
        }
        Group::with_title(Level::HELP.secondary_title(clean(&self.body.help))).element(Level::NOTE.message(id))
    }
}

fn frames_word(n: usize) -> &'static str {
    if n == 1 { "frame" } else { "frames" }
}

/// Lines of columns, each as wide as its widest entry.
fn aligned<const N: usize>(lines: &[[String; N]]) -> String {
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for line in lines {
        let mut drawn = String::new();
        let mut end = 0;
        for (column, entry) in line.iter().enumerate() {
            if width(column) > 0 {
                let missing = end - drawn.chars().count().min(end);
                drawn.extend(std::iter::repeat_n(' ', missing));
                drawn.push_str(entry);
                end += width(column) + 2;
            }
        }
        text.push_str(if text.is_empty() { "" } else { "\n" });
        text.push_str(drawn.trim_end());
    }
    text
}

fn dedup<const N: usize>(lines: Vec<[String; N]>) -> Vec<[String; N]> {
    let mut unique: Vec<[String; N]> = Vec::new();
    for line in lines {
        if !unique.contains(&line) {
            unique.push(line);
        }
    }
    unique
}

/// Leaves out the middle of a long list.
fn elide<T>(mut lines: Vec<T>, instead: impl FnOnce(usize) -> T) -> Vec<T> {
    if lines.len() > MOST_LOCKS {
        let left_out = lines.len() - MOST_LOCKS;
        lines.splice(FIRST_LOCKS..FIRST_LOCKS + left_out, [instead(left_out)]);
    }
    lines
}
