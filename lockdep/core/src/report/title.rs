//! The title of a report: one sentence, lower case, no final stop, names in backticks.

use std::time::Duration;

use super::names::{Names, clean, count, quoted_class};
use super::reading::{self, Edge, IrqEnable, Taken};
use super::signals::{signal_name, signals_phrase};
use super::{Body, ReportedLock};
use crate::engine::{Hint, Label};
use crate::kind::{Mode, ReportKind, Severity};

/// More locks than these are not read out one by one.
const LONGEST_CHAIN: usize = 4;

/// The title; never empty.
pub(super) fn title(body: &Body, names: &Names) -> String {
    Titled { body, names }.title()
}

struct Titled<'a> {
    body: &'a Body,
    names: &'a Names,
}

impl Titled<'_> {
    fn title(&self) -> String {
        let body = self.body;
        let subject = self.lock(body.locks.first());
        match body.kind {
            ReportKind::Recursion => self.recursion(&subject),
            ReportKind::Inversion => self.inversion(),
            ReportKind::IrqUsage => {
                let (handler, signal) = (self.some_handler(), self.signal());
                format!("{subject} is taken in {handler}, and elsewhere held with {signal} unblocked")
            }
            ReportKind::IrqInversion => self.irq_inversion(&subject),
            ReportKind::UnsafeIrqEnable => self.unsafe_irq_enable(),
            ReportKind::IrqState => self.irq_state(),
            ReportKind::UnlockImbalance => match (body.hint, self.handler()) {
                (Hint::HeldByInterrupted, Some(handler)) => {
                    format!("{subject} is released in {handler}, but held by the code that it interrupted")
                }
                (_, Some(handler)) => format!("{subject} is released in {handler}, which does not hold it"),
                (_, None) => format!("{subject} is released by a thread that does not hold it"),
            },
            ReportKind::HeldLockFreed => format!("{subject} is dropped while it is held"),
            ReportKind::HeldAtExit => {
                let held = if body.locks.len() > 1 { count(body.locks.len(), "lock") } else { subject };
                format!("{} with {held} held", self.ends())
            }
            ReportKind::WaitContext => self.wait_context(),
            ReportKind::NestLockNotHeld => match body.locks.get(1) {
                Some(outer) => format!("{subject} is taken as nested under {}, which is not held", self.names.quoted(outer)),
                None => format!("{subject} is taken as nested under a lock that is not held"),
            },
            ReportKind::SubclassOrder => self.order(),
            ReportKind::AssertHeld => match (body.hint, reading::taken_at(body, |label| label == Label::Asserted)) {
                (Hint::NotHeld, _) => format!("{subject} is not held where it must be"),
                (_, Some(_)) => format!("{subject} is held where it must not be"),
                (_, None) => format!("{} held where none may be", self.are("lock", body.locks.len())),
            },
            ReportKind::SignalUnsafe => {
                let does = match body.hint {
                    Hint::Errno(..) => "returns with a different `errno`",
                    Hint::Allocates => "allocates memory",
                    Hint::Frees => "frees memory",
                    _ => "does what no signal handler may do",
                };
                format!("{} {does}", self.some_handler())
            }
            ReportKind::MaskImbalance => self.mask_imbalance(),
            ReportKind::Deadlock => self.deadlock(),
            ReportKind::Stall => self.stall(&subject),
            ReportKind::ForkHazard => {
                format!("{subject} was held by another thread at `fork`: no thread in the child can release it")
            }
        }
    }

    fn lock(&self, lock: Option<&ReportedLock>) -> String {
        lock.map_or_else(|| "a lock".to_owned(), |lock| self.names.quoted(lock))
    }

    fn taken(&self, taken: Option<Taken<'_>>) -> String {
        self.lock(taken.map(|taken| taken.lock).or_else(|| self.body.locks.first()))
    }

    /// "the handler of SIGIO", if the reporting thread is in one.
    fn handler(&self) -> Option<String> {
        self.body.in_handler.map(|signal| format!("the handler of {}", signal_name(signal)))
    }

    /// The handler that the report speaks of, whoever is in it.
    fn some_handler(&self) -> String {
        match reading::signal(self.body) {
            Some(signal) => format!("the handler of {}", signal_name(signal)),
            None => "a signal handler".to_owned(),
        }
    }

    /// The signal that may interrupt the holder.
    fn signal(&self) -> String {
        match reading::signal(self.body) {
            Some(signal) => signal_name(signal).into_owned(),
            None => signals_phrase(&self.body.signals),
        }
    }

    /// "thread `main` ends".
    fn ends(&self) -> String {
        match (self.body.hint, self.handler()) {
            (Hint::TestEnd, _) => "the test ends".to_owned(),
            (_, Some(handler)) => format!("{handler} returns"),
            (_, None) => format!("{} ends", thread(&self.body.thread)),
        }
    }

    /// "a lock is", "3 locks are".
    fn are(&self, what: &str, n: usize) -> String {
        if n > 1 { format!("{} are", count(n, what)) } else { format!("a {what} is") }
    }

    fn irq_inversion(&self, subject: &str) -> String {
        let legs = reading::legs(self.body);
        if legs.len() < 2 {
            let (handler, signal, last) = (self.some_handler(), self.signal(), self.lock(self.body.locks.last()));
            return format!("{subject}, taken in {handler}, leads to {last}, which is held with {signal} unblocked");
        }
        let leg = |leg: &reading::Leg<'_>| {
            let (wanted, held) = (self.names.quoted(leg.wanted.lock), self.names.quoted(leg.held.lock));
            let (signal, open) = (signal_name(leg.signal), signal_name(leg.open));
            match leg.edges.as_slice() {
                [] => format!("{wanted}, taken in the handler of {signal}, is held with {open} unblocked"),
                _ => format!("{wanted}, taken in the handler of {signal}, leads to {held}, held with {open} unblocked"),
            }
        };
        let legs: Vec<String> = legs.iter().map(leg).collect();
        format!("handlers may wait for each other: {}", legs.join("; "))
    }

    fn recursion(&self, subject: &str) -> String {
        let body = self.body;
        let never = if body.severity == Severity::Certain { ": this call can never return" } else { "" };
        let shared = [reading::in_the_way(body), reading::wanted(body)].iter().flatten().all(|taken| taken.mode != Mode::Write);
        let shared = shared && body.locks.iter().all(|lock| lock.mode != Mode::Write);
        let is_map = body.locks.first().is_some_and(|lock| lock.kind == "Map");
        match (body.hint, self.handler()) {
            (_, _) if is_map => format!("a section of {subject} waits for the end of such sections{never}"),
            (Hint::SameClass, _) => format!("{subject} is taken while another lock of its class is held{never}"),
            (Hint::Upgrade, _) => format!("upgrading {subject} waits for a reader that is this thread itself{never}"),
            (Hint::WriterQueued, _) => {
                format!("{subject} is read again by the thread that reads it, behind a writer in the queue{never}")
            }
            (_, Some(handler)) if !body.signals.is_empty() => {
                format!("{subject} is taken in {handler}, which interrupted its holder{never}")
            }
            (_, _) if shared && body.severity != Severity::Certain => {
                format!("{subject} is read again by the thread that reads it: a writer that comes between blocks both")
            }
            (_, Some(handler)) => format!("{subject} is taken again in {handler}, which holds it{never}"),
            (_, None) => format!("{subject} is taken again by the thread that holds it{never}"),
        }
    }

    fn inversion(&self) -> String {
        let what = match self.body.evidence.gates.as_slice() {
            [] => "lock order inversion".to_owned(),
            [gate] => format!("lock order inversion behind the gate {}", quoted_class(gate)),
            gates => format!("lock order inversion behind {}", count(gates.len(), "gate")),
        };
        match reading::edges(self.body).as_slice() {
            [] => what,
            [here, before @ ..] => {
                format!("{what}: {} here, {} before", chain(&[*here], self.names), chain(before, self.names))
            }
        }
    }

    fn unsafe_irq_enable(&self) -> String {
        let IrqEnable { outer, inner } = IrqEnable::of(self.body);
        let signals = signals_phrase(&self.body.signals);
        let one = self.body.signals.len() == 1;
        let them = if one { "it" } else { "them" };
        let act = match inner {
            Some(inner) => format!("releasing {} re-enables {signals}", self.names.quoted(inner.lock)),
            None => format!("{signals} {} re-enabled", if one { "is" } else { "are" }),
        };
        match outer {
            Some(outer) => format!("{act} while {} is held with {them} blocked", self.names.quoted(outer.lock)),
            None => format!("{act} inside a section that had {them} blocked"),
        }
    }

    fn mask_imbalance(&self) -> String {
        let [blocked, unblocked] = reading::changed_behind(self.body);
        let all = |signals: &[i32]| match signals_phrase(signals) {
            phrase if phrase == "signals" => count(signals.len(), "signal"),
            phrase => phrase,
        };
        let what = match (blocked.as_slice(), unblocked.as_slice()) {
            (blocked, []) => format!("blocked {}", all(blocked)),
            ([], unblocked) => format!("unblocked {}", all(unblocked)),
            (blocked, unblocked) => format!("blocked {} and unblocked {}", all(blocked), all(unblocked)),
        };
        format!("code that is not checked {what}")
    }

    fn irq_state(&self) -> String {
        let body = self.body;
        let signals = signals_phrase(&body.signals);
        match (body.hint, self.handler()) {
            (Hint::EnabledInHandler, Some(handler)) => {
                format!("{signals} {} enabled in {handler}", if body.signals.len() == 1 { "is" } else { "are" })
            }
            (Hint::Crossed, _) => "saves and restores of the signal mask are crossed".to_owned(),
            (Hint::RestoreBlocks, _) => format!("restoring the signal mask blocks {signals}, opened since the save"),
            (Hint::RestoredByBlock, _) => {
                let stay = if body.signals.len() == 1 { "stays" } else { "stay" };
                format!("the signal mask is put back with SIG_BLOCK, which opens nothing: {signals} {stay} blocked")
            }
            (Hint::UnknownSection, _) => "the signal mask is restored from a save that is not open here".to_owned(),
            (Hint::LeftBlocked, _) => format!("{} with {signals} still blocked", self.ends()),
            (Hint::MaskChanged, Some(handler)) => format!("{handler} returns with a different signal mask than it entered with"),
            (Hint::MaskChanged | Hint::LeftOpen, None) => {
                let open = body.hint == Hint::LeftOpen;
                let (now, before) = if open { ("unblocked", "blocked") } else { ("blocked", "unblocked") };
                let were = if body.signals.len() == 1 { "was" } else { "were" };
                format!("{} with {signals} {now}, which {were} {before} when it began", self.ends())
            }
            (Hint::Inherited, _) => {
                let are = if body.signals.len() == 1 { "is" } else { "are" };
                format!(
                    "{} was started inside a section that blocks {signals}, which {are} never opened in it",
                    thread(&body.thread)
                )
            }
            (_, _) => "saves and restores of the signal mask do not pair up".to_owned(),
        }
    }

    fn wait_context(&self) -> String {
        let what = match reading::wanted(self.body) {
            Some(wanted) => format!("{}, which may sleep, is taken", self.names.quoted(wanted.lock)),
            None => "a call that may sleep is made".to_owned(),
        };
        match (reading::in_the_way(self.body), self.handler()) {
            (_, Some(handler)) => format!("{what} in {handler}"),
            (Some(spin), None) => format!("{what} while the spin lock {} is held", self.names.quoted(spin.lock)),
            (None, None) => format!("{what} where sleeping is not allowed"),
        }
    }

    fn order(&self) -> String {
        let new = self.taken(reading::wanted(self.body));
        let held = self.taken(reading::in_the_way(self.body));
        match self.body.hint {
            Hint::Leaf => format!("{new} is taken while {held} is held, which is declared a leaf"),
            Hint::Comparator => format!("{new} is taken while {held} is held, against the order that their class declares"),
            Hint::Numbers => format!("{new} is taken while {held} is held, and its number is not the higher one"),
            _ => format!("{new} is taken while {held} is held, against the declared order"),
        }
    }

    fn deadlock(&self) -> String {
        let edges = reading::edges(self.body);
        let mut threads: Vec<&str> = edges.iter().map(|edge| edge.thread).filter(|name| !name.is_empty()).collect();
        threads.dedup();
        let condvar = edges.iter().map(|edge| edge.wanted.lock).find(|lock| lock.kind == "Condvar");
        let end = match condvar {
            Some(condvar) => format!(", unless another thread notifies {}", self.names.quoted(condvar)),
            None => " and can never go on".to_owned(),
        };
        match (threads.as_slice(), self.handler(), edges.as_slice()) {
            ([one], Some(handler), [edge]) if self.body.hint == Hint::HeldByInterrupted => {
                let (one, lock) = (thread(one), self.names.quoted(edge.wanted.lock));
                format!("{one}, in {handler}, waits for {lock}, which the code that it interrupted holds: it can never go on")
            }
            ([one], _, [edge]) => {
                let (one, lock) = (thread(one), self.names.quoted(edge.wanted.lock));
                format!("{one} waits for {lock}, which it holds itself: it can never go on")
            }
            ([one, other], ..) => {
                let (one, other) = (thread_name(one), thread_name(other));
                format!("threads {one} and {other} wait for each other{end}")
            }
            ([_, _, ..], ..) => format!("{} wait for each other{end}", count(threads.len(), "thread")),
            _ => format!("threads wait for each other{end}"),
        }
    }

    fn stall(&self, subject: &str) -> String {
        let who = thread(&self.body.thread);
        let waits = match self.body.threads.first().and_then(|thread| thread.waits.as_ref()) {
            Some((_, waited)) => format!("{who} has waited {} for", seconds(*waited)),
            None => format!("{who} waits too long for"),
        };
        let holders = || self.body.steps.iter().filter(|step| step.what == Label::FirstAcquired);
        match (self.body.locks.first().map(|lock| lock.kind), holders().count(), holders().next()) {
            (Some("Condvar"), ..) => format!("{waits} a notification of {subject}"),
            (Some("Map"), ..) => format!("{waits} the end of {subject}"),
            (_, 1, Some(holder)) => format!("{waits} {subject}, which {} holds", thread(&holder.thread)),
            (_, 0, _) => format!("{waits} {subject}, which no thread is known to hold"),
            (_, n, _) => format!("{waits} {subject}, which {} hold", count(n, "thread")),
        }
    }
}

/// "30 s", "2.4 s", "0.25 s".
pub(crate) fn seconds(time: Duration) -> String {
    let digits = match time.as_millis() {
        0..1_000 => 2,
        1_000..10_000 => 1,
        _ => 0,
    };
    format!("{:.digits$} s", time.as_secs_f64())
}

/// "`A` -> `B` -> `C`".
fn chain(edges: &[Edge<'_>], names: &Names) -> String {
    let Some(first) = edges.first() else { return "another order".to_owned() };
    let mut chain: Vec<String> = vec![names.quoted(first.held.lock)];
    chain.extend(edges.iter().map(|edge| names.quoted(edge.wanted.lock)));
    if chain.len() > LONGEST_CHAIN {
        let left_out = chain.len() - LONGEST_CHAIN + 1;
        chain.splice(2..chain.len() - 1, [format!("({left_out} more)")]);
    }
    chain.join(" -> ")
}

/// "thread `main`"; a thread without a name goes by its number, "thread #2".
pub(super) fn thread(name: &str) -> String {
    if name.is_empty() { "a thread".to_owned() } else { format!("thread {}", thread_name(name)) }
}

fn thread_name(name: &str) -> String {
    if name.starts_with('#') { clean(name) } else { format!("`{}`", clean(name)) }
}
