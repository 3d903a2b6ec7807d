//! What a report says beyond its facts: the notes of its kind, and what to do.

use crate::arena::Arena;
use crate::engine::{Hint, Label, Verdict};
use crate::kind::{Mode, ReportKind, Severity};
use crate::report::{ReportedLock, signal_name, signals_phrase};

fn named(locks: &[ReportedLock], at: usize) -> String {
    locks.get(at).map_or_else(|| "the lock".into(), |lock| format!("`{}`", lock.short_name()))
}

fn signal(verdict: &Verdict<Arena>) -> String {
    match verdict.signals.count_ones() {
        1 => signal_name(verdict.signals.trailing_zeros() as i32 + 1).into_owned(),
        _ => "the signals".into(),
    }
}

/// `2 (No such file or directory)`.
fn error(number: i32) -> String {
    if number == 0 {
        return "0".into();
    }
    let text = std::io::Error::from_raw_os_error(number).to_string();
    let words = text.split(" (os error").next().unwrap_or_default();
    format!("{number} ({words})")
}

fn only_readers(locks: &[ReportedLock]) -> bool {
    locks.iter().all(|lock| lock.mode() != Mode::Write)
}

/// Whether somewhere in a circle one who wants to read waits for one who reads.
fn readers_wait_for_readers(verdict: &Verdict<Arena>) -> bool {
    let wanted = verdict.parts.iter().filter(|part| part.label == Label::AcquiredUnder);
    let mut held = wanted.filter_map(|part| Some((part, &verdict.locks[part.lock?])));
    held.any(|(part, held)| part.mode.unwrap_or(held.mode) == Mode::Read && held.mode != Mode::Write)
}

/// Facts that the places do not show.
pub(super) fn notes(verdict: &Verdict<Arena>, locks: &[ReportedLock], handler: Option<&str>) -> Vec<String> {
    let mut notes = Vec::new();
    if let (ReportKind::SignalUnsafe, Some(handler)) = (verdict.kind, handler) {
        notes.push(format!("the handler is `{handler}`"));
    }
    match (verdict.kind, verdict.hint) {
        (ReportKind::UnsafeIrqEnable, Hint::HandlerUnseen) if !locks.is_empty() => notes.push(format!(
            "no handler was seen to take {} yet: one that does, and interrupts here, waits for ever",
            named(locks, 0)
        )),
        (ReportKind::Recursion, Hint::WriterQueued) => {
            notes.push("a writer is waiting for the lock now, and a new reader waits behind it".into());
        }
        (ReportKind::Recursion, Hint::None) if verdict.severity == Severity::Possible => {
            let note = if only_readers(locks) {
                "a reader waits behind a queued writer, and that writer waits for the first read to end"
            } else {
                "guards of this lock may go to other threads; where this one stayed, the call never returns"
            };
            notes.push(note.into());
        }
        (ReportKind::Inversion, Hint::TimedWait) => {
            notes.push("the wait has a time limit, so the threads do get out of it, but late".into());
        }
        (ReportKind::Inversion, _) if readers_wait_for_readers(verdict) => {
            notes.push("a reader waits for another only where a writer waits between them".into());
        }
        (ReportKind::IrqUsage, _) => {
            let is_shown = |signal: u8| verdict.parts.iter().any(|part| part.label == Label::InHandler(signal));
            let others = (1..=64).filter(|signal| verdict.signals & 1 << (signal - 1) != 0 && !is_shown(*signal));
            let others: Vec<_> = others.map(i32::from).collect();
            if !others.is_empty() {
                notes.push(format!("{} may interrupt the holder in the same way", signals_phrase(&others)));
            }
        }
        (ReportKind::SignalUnsafe, Hint::Errno(before, after)) => {
            notes.push(format!("`errno` was {} when the handler began, and {} when it returned", error(before), error(after)));
        }
        (ReportKind::SignalUnsafe, _) if locks.is_empty() => {
            notes.push("the interrupted code may be inside the allocator".into());
        }
        (ReportKind::SignalUnsafe, _) => notes.push("the interrupted code is inside the allocator now".into()),
        _ => {}
    }
    notes
}

const ONE_ORDER: &str = "choose one order for these locks and keep to it everywhere";

fn is_allocator(lock: Option<&ReportedLock>) -> bool {
    lock.is_some_and(|lock| lock.kind == super::malloc::KIND)
}

fn no_allocation() -> String {
    "let the handler use what was allocated before it was installed, or set a flag, or write to a pipe, and do the rest in a thread"
        .into()
}

fn is_set_once(lock: &ReportedLock) -> bool {
    matches!(lock.kind, "Once" | "OnceLock" | "LazyLock" | "OnceCell" | "Lazy")
}

fn is_map_of_shards(lock: &ReportedLock) -> bool {
    matches!(lock.kind, "DashMap" | "DashSet")
}

/// Who has it already wants it.
fn once_more(locks: &[ReportedLock]) -> String {
    let first = named(locks, 0);
    match locks.first() {
        Some(lock) if is_set_once(lock) => format!("make the initialiser of {first} do without it"),
        Some(lock) if lock.kind == "Map" => format!("end the section of {first} first, or let one section do both"),
        _ => format!("release {first} first, or pass its guard down instead of locking again"),
    }
}

/// What to do about it.
pub(super) fn help(verdict: &Verdict<Arena>, locks: &[ReportedLock]) -> String {
    let first = named(locks, 0);
    let last = named(locks, locks.len().saturating_sub(1));
    match (verdict.kind, verdict.hint) {
        (ReportKind::Recursion, Hint::SameClass) => {
            "if the two locks are always taken in one order, say so: `lock_nested(1)` for the inner one, `lock_ordered(n)`, \
             a class with `ordered_by`, or `same_class_by_instance`"
                .into()
        }
        (ReportKind::Recursion, Hint::Upgrade) => {
            format!("end the other read of {first} before the upgrade")
        }
        (ReportKind::Recursion, _) if verdict.signals != 0 => {
            format!("keep {} blocked while {first} is held outside the handler: `lock_irqsave`", signal(verdict))
        }
        (ReportKind::Recursion, _) if verdict.severity == Severity::Possible && only_readers(locks) => {
            format!("pass the guard of {first} down, or use `read_recursive` for the inner read, where the lock has it")
        }
        (ReportKind::Recursion, _) => once_more(locks),
        (ReportKind::Inversion, _) if verdict.severity == Severity::Guarded => {
            "the gate keeps the threads apart as long as every path takes it; one order for all is safer".into()
        }
        (ReportKind::Inversion, _) if locks.iter().any(|lock| matches!(lock.kind(), "Condvar" | "Map")) => ONE_ORDER.into(),
        (ReportKind::Inversion, _) if locks.iter().all(|lock| is_map_of_shards(lock) && lock.number != 0) => {
            "hold no entry while you use the map again: the hashes decide which entries share a lock".into()
        }
        (ReportKind::Inversion, _) if locks.iter().all(is_set_once) => {
            "let one of these values be made without the others".into()
        }
        // Nobody waits for what nobody knows, but that a lock is new the validator cannot see.
        (ReportKind::Inversion, _) => {
            format!("{ONE_ORDER}; a lock that no other thread can reach yet may be taken with `lock_nested(1)`")
        }
        (ReportKind::IrqUsage, _) if is_allocator(locks.first()) => no_allocation(),
        (ReportKind::IrqInversion, _) if verdict.signals.count_ones() > 1 => {
            format!(
                "install one handler with the signals of the others in its mask, or keep them blocked there while {first} is held: \
                 `lock_irqsave`"
            )
        }
        (ReportKind::IrqInversion, _) if is_allocator(locks.last()) => {
            format!("allocate and free before {first} is taken, or after it is released; or do not take it in the handler")
        }
        (ReportKind::IrqUsage, _) => {
            format!("keep {} blocked wherever {first} is held outside the handler: `lock_irqsave`", signal(verdict))
        }
        (ReportKind::IrqInversion, _) => {
            format!("keep {} blocked wherever {last} is held, or do not take it while {first} is held", signal(verdict))
        }
        (ReportKind::UnsafeIrqEnable, _) if locks.len() > 1 => {
            format!("take {last} with `lock_irqsave`, which puts back the mask that it found")
        }
        (ReportKind::UnsafeIrqEnable, _) => {
            "use `irq::save` and `irq::restore`, or `lock_irqsave`: they put back the mask that they found".into()
        }
        (ReportKind::IrqState, Hint::EnabledInHandler) => {
            "use `lock_irqsave` or `irq::save` in handlers: the mask belongs to the interrupted code".into()
        }
        (ReportKind::IrqState, Hint::Crossed) => {
            "restore in the opposite order of the saves, or use `irq::Counted`, which may end in any order".into()
        }
        (ReportKind::IrqState, Hint::RestoredByBlock) => "put a saved mask back with SIG_SETMASK".into(),
        (ReportKind::IrqState, Hint::Inherited) => {
            "start the thread outside the section; or, if the signals should stay blocked in it, let the thread itself block them"
                .into()
        }
        (ReportKind::IrqState, Hint::MaskChanged | Hint::LeftOpen)
            if verdict.parts.first().is_some_and(|part| part.label == Label::IrqsReenabled) =>
        {
            "use `lock_irqsave`, or `irq::save` and `irq::restore`: they put back the mask that they found".into()
        }
        (ReportKind::IrqState, Hint::LeftBlocked) => "close the section on every path".into(),
        (ReportKind::IrqState, _) => "pair every save with its own restore, on the same thread".into(),
        (ReportKind::UnlockImbalance, Hint::HeldByInterrupted) => {
            "a handler must not release what the interrupted code holds".into()
        }
        (ReportKind::UnlockImbalance, _) => "release a lock once, in the thread that took it".into(),
        (ReportKind::HeldLockFreed, _) => format!("release {first} before it is dropped; was its guard forgotten?"),
        (ReportKind::HeldAtExit, _) => "drop every guard before the end; was one forgotten or leaked?".into(),
        (ReportKind::WaitContext, Hint::SleepInHandler) => {
            // An attempt at a lock of parking_lot is not reported, but its release may have to wake a waiter, and hang.
            "in a handler use a `SpinLock` that is taken with the signal blocked elsewhere, or set a flag or write to a pipe for a \
             thread; `try_lock` is not enough: releasing a parking_lot lock may hang in a handler"
                .into()
        }
        (ReportKind::WaitContext, _) => match locks {
            [_] => format!("sleep before {first} is taken, or after it is released"),
            [wait, ..] if matches!(wait.kind, "Condvar" | "Map") => format!("release {last} before this waits"),
            _ => format!("take {first} before the spin lock, or make it a `SpinLock`"),
        },
        (ReportKind::NestLockNotHeld, _) => "take the outer lock first: it is what makes the nesting safe".into(),
        (ReportKind::SubclassOrder, Hint::Leaf) => format!("{first} is declared a leaf: release it before taking {last}"),
        (ReportKind::SubclassOrder, Hint::Numbers) => "take locks of this class with rising numbers".into(),
        (ReportKind::SubclassOrder, _) => "take locks of this class in the order that its comparator gives".into(),
        (ReportKind::AssertHeld, Hint::NotHeld) => format!("the caller must hold {first} here"),
        (ReportKind::AssertHeld, _) if verdict.parts.last().is_some_and(|asserted| asserted.lock.is_none()) => {
            "the caller must hold no lock here".into()
        }
        (ReportKind::AssertHeld, _) => format!("the caller must not hold {first} here"),
        (ReportKind::MaskImbalance, _) => {
            let between = verdict.parts.iter().any(|part| part.label == Label::StillAsExpected);
            let who = if between { "code between the two places" } else { "some code" };
            format!(
                "{who} changed the mask unseen: change it through `irq`, or build with the feature `interpose`, which sees it; an \
                 `irq::sync` right after it shows where it was"
            )
        }
        (ReportKind::Deadlock, Hint::HeldByInterrupted) => {
            format!("keep {} blocked while {first} is held outside the handler: `lock_irqsave`", signal(verdict))
        }
        (ReportKind::Deadlock, _) if locks.len() == 1 => once_more(locks),
        (ReportKind::Deadlock, _) if verdict.severity != Severity::Certain => {
            "wait for a condition variable with no lock held that its notifier needs".into()
        }
        (ReportKind::Deadlock, _) => ONE_ORDER.into(),
        (ReportKind::Stall, _) => match locks.first().map(|lock| lock.kind) {
            Some("Condvar") => {
                format!("notify {first} on every path that makes its condition true, and hold no lock while waiting")
            }
            _ if verdict.parts.iter().all(|part| matches!(part.label, Label::WaitingAt | Label::Now)) => {
                "was a guard forgotten or leaked, or is it held by code that is not checked?".into()
            }
            _ => "look at what the holder does; `LOCKDEP_WATCHDOG` sets how long a wait may last".into(),
        },
        (ReportKind::ForkHazard, _) => "fork before threads are started, or call only `exec` in the child".into(),
        (ReportKind::SignalUnsafe, Hint::Errno(..)) => {
            "save `errno` first in the handler and put it back last: the interrupted code may be about to look at its own".into()
        }
        (ReportKind::SignalUnsafe, _) => no_allocation(),
    }
}
