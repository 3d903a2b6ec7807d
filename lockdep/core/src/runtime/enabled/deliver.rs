//! From raw findings to reports: put into words, kept, printed, handed to the callback, acted upon. Never in a handler.

use core::panic::Location;
use core::sync::atomic::{AtomicPtr, AtomicU32, Ordering};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::globals::{ClassRecord, Globals, Made};
use super::graph::Graph;
use super::isolation::Stop;
use super::position::Missing;
use super::raw::{self, Found, RawReport, Told, location};
use super::thread::{ThreadState, current};
use super::words::{help, notes};
use super::{NotCancelled, baseline, complain, config, futex_wait, futex_wake, life, malloc, revive, scope, slow};
use crate::arena::Arena;
use crate::engine::{ClassId, Held, HeldFlags, Place, Verdict};
use crate::irq::Lines;
use crate::kind::{Mode, ReportKind};
use crate::report::{Body, Evidence, LockEntry, Report, ReportedLock, Site, Stamp, Step, ThreadEntry, clean, in_library, label};
use crate::runtime::{Action, mask};
use crate::stack::symbolize;

/// Reports printed by this process.
static PRINTED: AtomicU32 = AtomicU32::new(0);
static CALLBACK: AtomicPtr<()> = AtomicPtr::new(core::ptr::null_mut());
/// Bumped when the reporter has something to do; 0 as long as there is no reporter.
static REPORTER: AtomicU32 = AtomicU32::new(0);
/// What a thread is about that delivers reports, in [`ThreadState::delivering`]: it makes one known, with all signals blocked but faults, or
/// calls the callback after that.
const MAKES_KNOWN: u8 = 1;
const CALLS_BACK: u8 = 2;
/// How long a handler waits for its last report: the symbols of a large program take their time on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn on_report(callback: fn(&Report)) {
    CALLBACK.store(callback as *mut (), Ordering::Release);
}

pub(crate) fn reports() -> Vec<Report> {
    let thread = current();
    life::prepare(thread);
    let graph = life::graph(thread);
    deliver_all(thread, graph);
    let Some(process) = life::process_graph_if_any() else { return Vec::new() };
    if thread.delivering.load(Ordering::Relaxed) == 0 {
        settle(process);
    }
    process.delivered()
}

/// How many reports were printed.
pub(super) fn printed() -> u32 {
    PRINTED.load(Ordering::Relaxed)
}

/// Delivers what waits, if this is the place to. What was found without that which turns out to be accepted.
pub(super) fn deliver(thread: &'static ThreadState, found: Found) -> Found {
    deliver_here(thread, found);
    without_accepted(thread, found)
}

fn without_accepted(thread: &ThreadState, found: Found) -> Found {
    let accepted = thread.accepted.load(Ordering::Relaxed);
    Found { fresh: found.fresh.saturating_sub(accepted.wrapping_sub(found.accepted)), accepted, ..found }
}

fn deliver_here(thread: &'static ThreadState, mut found: Found) {
    if thread.real_handlers.load(Ordering::Relaxed) == 0 {
        if thread.allocating.load(Ordering::Relaxed) != 0 {
            return from_allocator(thread, found);
        }
        let graph = life::graph(thread);
        if !graph.isolated && thread.delivering.load(Ordering::Relaxed) == 0 && has_little_room() {
            start_reporter();
            if REPORTER.load(Ordering::Relaxed) != 0 {
                wake_reporter();
                return settle(graph);
            }
        }
        deliver_all(thread, graph);
        return;
    }
    let must_end = ends_process(thread, &mut found);
    if found.stop.is_some() {
        // What ends here is said here first, before the reporter takes it.
    } else if must_end {
        end_in_handler(thread);
    } else if found.fresh > 0 {
        wake_reporter();
    }
}

/// Whether the settings want the process to end for what was found where nothing can unwind. Without what turns out to be accepted: of some
/// only the reporter can find that out.
fn ends_process(thread: &ThreadState, found: &mut Found) -> bool {
    let graph = life::graph(thread);
    let ends = |found: &Found| found.fresh > 0 && config::action() != Action::Log && !graph.isolated;
    if found.stop.is_none() && ends(found) && baseline::is_there() && found.unnamed {
        wake_reporter();
        settle(graph);
        *found = without_accepted(thread, *found);
    }
    ends(found)
}

/// Whether the stack of this thread has little room left: to find symbols takes some 100 KiB where nothing is optimised, and a report
/// that ends in an overflow is lost.
fn has_little_room() -> bool {
    const ENOUGH: usize = 256 << 10;
    let here = 0_u8;
    // SAFETY: asks for this very thread; all zeros is room for what is written.
    unsafe {
        if libc::getpid() == libc::gettid() {
            // It grows.
            return false;
        }
        let mut attributes: libc::pthread_attr_t = core::mem::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), &raw mut attributes) != 0 {
            return false;
        }
        let (mut lowest, mut size) = (core::ptr::null_mut(), 0);
        libc::pthread_attr_getstack(&raw const attributes, &raw mut lowest, &raw mut size);
        libc::pthread_attr_destroy(&raw mut attributes);
        // Code that switches stacks is on none of ours.
        let room = core::ptr::from_ref(&here).addr().wrapping_sub(lowest.addr());
        room < size && room < ENOUGH
    }
}

/// The same for what was found in the global allocator: the code around it may hold any lock, so nothing is done here but to call the
/// reporter.
pub(super) fn from_allocator(thread: &'static ThreadState, mut found: Found) {
    let graph = life::graph(thread);
    if thread.real_handlers.load(Ordering::Relaxed) != 0 {
        return deliver_here(thread, found);
    }
    if (found.fresh == 0 && found.stop.is_none()) || graph.isolated {
        return;
    }
    start_reporter();
    wake_reporter();
    // An allocator must not unwind.
    if found.stop.is_some() || ends_process(thread, &mut found) {
        settle(graph);
        life::abort();
    }
}

/// Nothing more will come that could refute what was held back, in this scope or in all.
pub(super) fn say_held_back(graph: &Graph, scope: Option<u32>) {
    slow::with(|globals| raw::say_held_back(globals, graph, scope));
}

fn deliver_all(thread: &ThreadState, graph: &Graph) {
    // To read files, for symbols, is a point of cancellation, as it is to write.
    let _whole = NotCancelled::begin();
    // What a callback does wrong meanwhile is queued, and delivered by the loop below; but what it finds in a test of its own it is to have.
    let before = thread.delivering.swap(MAKES_KNOWN, Ordering::Relaxed);
    if before == 0 || graph.isolated {
        malloc::quietly(|| deliver_one_by_one(thread, graph, act_on));
    }
    thread.delivering.store(before, Ordering::Relaxed);
}

/// What is found in the process is handed to `act_on` as well.
fn deliver_one_by_one(thread: &ThreadState, graph: &Graph, act_on: fn(&Report)) {
    loop {
        // No handler in between: one that is stuck would take the report with it.
        let found = mask::block(Lines::ALL.bits());
        thread.delivering.store(MAKES_KNOWN, Ordering::Relaxed);
        let report = next(graph).map(|raw| {
            let origin = (raw.scope, raw.thread, raw.first_thread);
            let unnamed = raw.unnamed && !graph.isolated;
            let report = Report::new(body(raw));
            // What it is called everywhere is known only now.
            (origin, unnamed && baseline::accepts_report(&report), report)
        });
        if let Some(((scope, finder, first), accepted, report)) = &report {
            if *accepted {
                slow::with(|globals| {
                    let finder = globals.threads().find(|thread| thread.thread().id == *finder);
                    finder.map(|thread| thread.accepted.fetch_add(1, Ordering::Relaxed));
                });
            }
            let alike = if *accepted { 0 } else { graph.keep(report) };
            if !graph.isolated && !accepted {
                print(report, alike);
                let whose = scope::name(*scope).or_else(|| (!first).then(|| thread_name(*finder)));
                count(whose.unwrap_or_default());
                scope::note(*scope, report);
            }
            graph.delivered_ever.fetch_add(1, Ordering::Release);
            graph.in_delivery.fetch_sub(1, Ordering::Release);
        }
        // Before a handler can come, which may end the process as well as the callback may.
        thread.delivering.store(CALLS_BACK, Ordering::Relaxed);
        mask::set(found);
        match report {
            Some((_, false, report)) if !graph.isolated => act_on(&report),
            Some(_) => {}
            None => return,
        }
    }
}

fn next(graph: &Graph) -> Option<RawReport> {
    if graph.pending.load(Ordering::Acquire) == 0 {
        return None;
    }
    slow::with(|_| {
        // SAFETY: in a slow section.
        let queue = unsafe { &mut graph.inner().queue };
        let raw = (!queue.is_empty()).then(|| queue.remove(0));
        graph.pending.store(queue.len() as u32, Ordering::Relaxed);
        graph.in_delivery.fetch_add(u32::from(raw.is_some()), Ordering::Relaxed);
        raw
    })
}

/// Shows what the watchdog found in an isolated graph. The graph returns it with the others when it ends; but it may not.
pub(super) fn of_test_from_outside(raw: RawReport) {
    show(&Report::new(body(raw)));
}

/// Delivers what the watchdog found; its threads wait, so nothing of it can unwind.
pub(super) fn from_outside(graph: &'static Graph, found: Found) {
    if found.stop.is_some() && found.fresh == 0 {
        complain(b"lockdep: a deadlock reported above has happened again\n");
    }
    if found.stop.is_some() {
        say_held_back(graph, None);
    }
    deliver_all(current(), graph);
    // Another thread may have been there first.
    settle(graph);
    if graph.isolated {
        // It will never return its reports.
        graph.delivered().iter().filter(|report| report.kind() == ReportKind::Deadlock).for_each(|report| print(report, 0));
    }
    if found.stop.is_some() {
        super::dump::dump_held();
        complain(b"\nlockdep: the stuck threads can never continue\n");
        life::abort();
    }
    if found.fresh > 0 && config::action() == Action::Panic {
        life::abort();
    }
}

/// Waits, for a while, until nothing is queued and no thread is delivering. Where others find more and more, what there is now is enough.
fn settle(graph: &Graph) {
    /// Reports are delivered in turn, but not all take the same time.
    const ALL_AT_ONCE: Duration = Duration::from_secs(1);
    static NEVER: AtomicU32 = AtomicU32::new(0);
    let waiting = || graph.pending.load(Ordering::Acquire) + graph.in_delivery.load(Ordering::Acquire);
    let (start, already, now) = (std::time::Instant::now(), graph.delivered_ever.load(Ordering::Acquire), waiting());
    let enough = || graph.delivered_ever.load(Ordering::Acquire).wrapping_sub(already) >= now && start.elapsed() >= ALL_AT_ONCE;
    while waiting() != 0 && !enough() && start.elapsed() < PATIENCE {
        futex_wait(&NEVER, 0, Some(Duration::from_millis(1)));
    }
}

fn show(report: &Report) {
    complain((report.to_terminal() + "\n").as_bytes());
}

/// `alike` others have its id.
fn print(report: &Report, alike: usize) {
    PRINTED.fetch_add(1, Ordering::Relaxed);
    show(report);
    if let Some(directory) = config::out() {
        let nth = if alike == 0 { String::new() } else { format!("-{}", alike + 1) };
        let path = directory.join(format!("{}{nth}.json", report.id()));
        if let Err(error) = write_whole(&path, &(report.to_json() + "\n")) {
            complain(format!("lockdep: cannot write {}: {error}\n", path.display()).as_bytes());
        }
    }
}

/// Whoever reads the file finds one report, all of it: processes that find the same bug at the same time write the same file.
fn write_whole(path: &Path, text: &str) -> std::io::Result<()> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let unfinished = path.with_extension(format!("{}-{number}.tmp", std::process::id()));
    let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    let written = made.and_then(|()| std::fs::write(&unfinished, text)).and_then(|()| std::fs::rename(&unfinished, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&unfinished);
    }
    written
}

/// How many reports were whose doing: of a test, or of a thread that is not the first (that has no name here).
static WHOSE: Mutex<Vec<(String, u32)>> = Mutex::new(Vec::new());

fn count(whose: String) {
    let mut counted = WHOSE.lock().unwrap_or_else(PoisonError::into_inner);
    match counted.iter_mut().find(|(name, _)| *name == whose) {
        Some((_, count)) => *count += 1,
        None => counted.push((whose, 1)),
    }
}

/// ": 2 from `a::test`, 1 from `b::test`"; nothing if the first thread did it all.
fn whose() -> String {
    /// Names in one line.
    const MOST: usize = 12;
    let counted = WHOSE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut named = counted.iter().filter(|(name, _)| !name.is_empty());
    match (&counted[..], named.clone().count()) {
        (_, 0) => String::new(),
        ([(name, _)], 1) => format!(", from `{name}`"),
        (_, all) => {
            let mut parts: Vec<String> =
                named.by_ref().take(MOST).map(|(name, count)| format!("{count} from `{name}`")).collect();
            if all > MOST {
                parts.push(format!("{} from others", named.map(|(_, count)| count).sum::<u32>()));
            }
            format!(": {}", parts.join(", "))
        }
    }
}

/// Delivers what waits, and waits for those who deliver: the end of a test.
pub(super) fn finish(thread: &'static ThreadState) {
    let graph = life::graph(thread);
    say_held_back(graph, Some(thread.scope.load(Ordering::Relaxed)));
    deliver_all(thread, graph);
    settle(graph);
}

fn act_on(report: &Report) {
    let callback = CALLBACK.load(Ordering::Acquire);
    if !callback.is_null() {
        // SAFETY: only `on_report` stores here, and only such functions.
        let callback = unsafe { core::mem::transmute::<*mut (), fn(&Report)>(callback) };
        if catch_unwind(AssertUnwindSafe(|| callback(report))).is_err() {
            complain(b"lockdep: the report callback panicked; the report stands\n");
        }
    }
    if config::action() == Action::Abort {
        life::abort();
    }
}

/// Whether the settings want a panic for what this thread did.
pub(super) fn will_panic(thread: &ThreadState, found: Found) -> bool {
    let in_real_handler = thread.real_handlers.load(Ordering::Relaxed) != 0;
    found.fresh != 0 && config::action() == Action::Panic && !life::graph(thread).isolated && !in_real_handler
}

/// The panic that `LOCKDEP=panic` asks for. All bookkeeping is done before it.
#[track_caller]
pub(super) fn panic_if_wanted(thread: &ThreadState, found: Found) {
    if will_panic(thread, found) {
        // The C library calls at the end of a thread, and of the process: nothing can unwind there.
        if std::thread::panicking() || thread.ending.load(Ordering::Relaxed) != 0 {
            life::abort();
        }
        panic!("lockdep: something was reported (above), and the action is to panic");
    }
}

/// This call can never return: it must not be made.
#[track_caller]
pub(super) fn stop(thread: &'static ThreadState, kind: ReportKind) -> ! {
    if thread.real_handlers.load(Ordering::Relaxed) != 0 {
        end_in_handler(thread);
    }
    let graph = life::graph(thread);
    if graph.isolated {
        thread.stopped.store(1, Ordering::Relaxed);
        if std::thread::panicking() || cfg!(panic = "abort") {
            show_kept(graph);
            life::abort();
        }
        resume_unwind(Box::new(Stop));
    }
    if std::thread::panicking() {
        life::abort();
    }
    panic!("lockdep: {kind}: this call would never return (report above)");
}

/// What was found in an isolated graph, which will never return it.
fn show_kept(graph: &Graph) {
    if graph.isolated {
        graph.delivered().iter().for_each(|report| print(report, 0));
    }
}

/// Ends the process where a lock cannot be left as its guards say it is.
pub(crate) fn abort(why: &str) -> ! {
    let thread = current();
    if thread.is_prepared() && thread.real_handlers.load(Ordering::Relaxed) == 0 {
        let graph = life::graph(thread);
        deliver_all(thread, graph);
        show_kept(graph);
    }
    complain(b"lockdep: ");
    complain(why.as_bytes());
    complain(b"\n");
    life::abort()
}

/// In a real handler nothing can unwind: say what is known with `write`, let the reporter print the rest, and abort.
fn end_in_handler(thread: &ThreadState) -> ! {
    say_in_handler(thread);
    let graph = life::graph(thread);
    if REPORTER.load(Ordering::Relaxed) != 0 && !graph.isolated {
        wake_reporter();
        settle(graph);
    }
    life::abort()
}

/// The queued findings in static strings only.
fn say_in_handler(thread: &ThreadState) {
    let graph = life::graph(thread);
    let mut findings = [(None, [(None, None); 2]); 4];
    slow::with(|globals| {
        // SAFETY: in a slow section.
        let inner = unsafe { graph.inner() };
        for (finding, raw) in findings.iter_mut().zip(inner.queue.iter().rev()) {
            finding.0 = Some(raw.verdict.kind);
            for (said, part) in finding.1.iter_mut().zip(&raw.verdict.parts) {
                let class = part.lock.and_then(|lock| raw.verdict.locks.get(lock));
                *said = (class.and_then(|lock| globals.record(lock.class)), location(part.place.site));
            }
        }
    });
    for (kind, places) in findings {
        let Some(kind) = kind else { continue };
        complain(b"lockdep: in a signal handler: ");
        complain(kind.name().as_bytes());
        for (record, site) in places {
            if let Some(record) = record {
                complain(b"\n  `");
                complain(record.name.unwrap_or(record.kind).as_bytes());
                complain(b"`");
            }
            if let Some(site) = site {
                complain(b" at ");
                complain(site.file().as_bytes());
                complain(b":");
                complain_number(site.line());
            }
        }
        complain(b"\n");
    }
}

fn complain_number(number: u32) {
    let mut digits = [0; 10];
    let mut at = digits.len();
    let mut rest = number;
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    complain(&digits[at..]);
}

fn wake_reporter() {
    if REPORTER.load(Ordering::Relaxed) != 0 {
        REPORTER.fetch_add(2, Ordering::Release);
        futex_wake(&REPORTER, 1);
    }
}

/// Starts the thread that delivers what handlers and allocations find. Allocates nothing with the program's allocator.
pub(super) fn start_reporter() {
    if config::off() || REPORTER.compare_exchange(0, 1, Ordering::Relaxed, Ordering::Relaxed).is_err() {
        return;
    }
    if !scope::start_plainly(reporter) {
        REPORTER.store(0, Ordering::Relaxed);
    }
}

extern "C-unwind" fn reporter(_nothing: *mut core::ffi::c_void) -> *mut core::ffi::c_void {
    // SAFETY: the name is a C string of less than 16 bytes.
    unsafe { libc::prctl(libc::PR_SET_NAME, c"lockdep-report".as_ptr()) };
    let thread = current();
    life::prepare(thread);
    loop {
        let seen = REPORTER.load(Ordering::Acquire);
        if let Some(graph) = life::process_graph_if_any()
            && graph.pending.load(Ordering::Acquire) != 0
        {
            deliver_all(thread, graph);
        }
        futex_wait(&REPORTER, seen, None);
    }
}

/// In the child of a fork the reporter is gone, and what the parent found and printed is the parent's. In its slow section.
pub(super) fn forked(globals: &Globals) {
    for &graph in &globals.graphs {
        // SAFETY: listed graphs are alive; in a slow section.
        unsafe { (*graph).forked() };
    }
    baseline::forked();
    PRINTED.store(0, Ordering::Relaxed);
    revive(&WHOSE, Vec::new());
    if let Ok(mut counted) = WHOSE.lock() {
        counted.clear();
    }
    REPORTER.store(0, Ordering::Relaxed);
}

/// At the end of the process: delivers what waits, and says how many reports there were.
pub(super) fn last_words() -> u32 {
    if let Some(graph) = life::process_graph_if_any() {
        say_held_back(graph, None);
        let thread = current();
        match thread.delivering.load(Ordering::Relaxed) {
            0 => {
                if REPORTER.load(Ordering::Relaxed) != 0 {
                    // It is at work, or about to be: in the order in which things were found.
                    wake_reporter();
                    settle(graph);
                }
                deliver_all(thread, graph);
                settle(graph);
            }
            // The callback, or a handler, ends the process, with its own report made known. For the others nobody else may be there; it is not called
            // again, for it would end the process twice.
            CALLS_BACK => {
                malloc::quietly(|| deliver_one_by_one(thread, graph, |_| ()));
                settle(graph);
            }
            // In the middle of a report, by the handler of a fault: what waits would wait for this thread.
            _ => {}
        }
    }
    let printed = printed();
    if printed > 0 {
        let reports = if printed == 1 { "report" } else { "reports" };
        complain(format!("lockdep: {printed} {reports} in this process{}\n", whose()).as_bytes());
    }
    if config::verbose() && !config::off() {
        complain(format!("lockdep: {}\n", crate::runtime::stats()).as_bytes());
    }
    // A process that checked nothing, such as one that lists tests, needs nothing accepted.
    if life::process_graph_if_any().is_some() && !config::off() {
        baseline::say_unused();
    }
    printed
}

/// A raw finding as the data of a report. Looks things up in slow sections of its own, and allocates outside of them.
fn body(raw: RawReport) -> Body {
    let verdict = &raw.verdict;
    let signal = |signal: u8| i32::from(signal);
    let names: Vec<(u32, i32, String)> =
        raw.threads.iter().map(|thread| (thread.id, thread.tid, thread_name(thread.id))).collect();
    // Threads of one name are told apart by number.
    let name = |id: u32| match names.iter().find(|(known, ..)| *known == id) {
        Some((_, tid, name)) if names.iter().filter(|(.., other)| other == name).count() > 1 => format!("{name} ({tid})"),
        Some((.., name)) => name.clone(),
        None => thread_name(id),
    };
    let threads = raw.threads.iter().map(|thread| ThreadEntry {
        name: name(thread.id),
        tid: thread.tid,
        held: locks_of(&thread.held, thread.handler, |_, held| held.context == thread.nesting),
        waits: thread.waits().next().map(|wants| (entry_of(wants), Duration::from_nanos(thread.waited))),
        in_handler: (thread.handler != 0).then(|| signal(thread.handler)),
        missing: thread.missing.map(Missing::words),
    });
    let locks = numbered(verdict);
    let steps = verdict.parts.iter().map(|part| Step {
        what: part.label,
        label: label(part.label),
        lock: part.lock,
        site: site(part.place),
        mode: part.mode,
        ips: slow::with(|globals| globals.stacks.get(part.place.stack)).to_vec(),
        thread: name(part.thread.id),
    });
    let steps = steps.collect();
    let held = locks_of(&raw.held, raw.handler, |at, _| at >= raw.base);
    let gates = verdict.gates.iter().map(|&gate| reported(gate, Mode::Write, Place::default()).class_name);
    let stamp = |(event, at): (u64, Place)| {
        let frame = || symbolize(slow::with(|globals| globals.stacks.get(at.stack))).into_iter().next();
        let frame = (at.site == 0).then(frame).flatten();
        let frame = frame.and_then(|frame| frame.location().map(|(file, line)| (file.to_owned(), line)));
        (event != 0).then(|| Stamp { site: site(at), frame, event })
    };
    Body {
        hint: verdict.hint,
        signals: (1..=64).filter(|signal| verdict.signals & 1 << (signal - 1) != 0).collect(),
        held,
        thread: name(raw.thread),
        threads: threads.collect(),
        in_handler: (raw.handler != 0).then(|| signal(raw.handler)),
        evidence: Evidence { same_thread: verdict.same_thread, ordered: verdict.ordered, gates: gates.collect() },
        irqs_last_off: stamp(raw.last_off),
        irqs_last_on: stamp(raw.last_on),
        notes: notes(verdict, &locks, raw.handler_name),
        help: help(verdict, &locks),
        locks,
        steps,
        key: raw.key,
        ..Body::new(slow::with(|globals| raw::identify(globals, verdict, Told::Everywhere)), verdict.kind, verdict.severity)
    }
}

/// The locks that a report speaks of. Those of a cycle of orders are different ones, also where they are of one class; of those that threads
/// wait for it is known which are.
fn numbered(verdict: &Verdict<Arena>) -> Vec<ReportedLock> {
    let mut locks: Vec<ReportedLock> = verdict.locks.iter().map(|lock| reported(lock.class, lock.mode, lock.place)).collect();
    let which = |at: usize| match verdict.kind {
        ReportKind::Inversion => at as u64,
        ReportKind::Deadlock => verdict.locks[at].instance,
        _ => 0,
    };
    // By what they are called: two classes may be made on one line.
    let named: Vec<_> = locks.iter().map(|lock| (lock.class_name.clone(), lock.subclass, lock.construction)).collect();
    for (at, lock) in locks.iter_mut().enumerate() {
        let mut alike: Vec<u64> = Vec::new();
        for other in (0..named.len()).filter(|&other| named[other] == named[at]).map(which) {
            if !alike.contains(&other) {
                alike.push(other);
            }
        }
        let number = alike.iter().position(|&other| other == which(at)).map_or(0, |before| before + 1);
        lock.number = if alike.len() > 1 { number } else { 0 };
    }
    locks
}

/// The locks among the entries of a thread; `innermost` are those taken in `handler`.
pub(super) fn locks_of(entries: &[Held], handler: u8, innermost: impl Fn(usize, &Held) -> bool) -> Vec<LockEntry> {
    let locks = entries.iter().enumerate().filter(|(_, held)| held.is_lock());
    let locks = locks.map(|(at, held)| LockEntry {
        lock: reported(held.class, held.mode, held.place),
        in_handler: (handler != 0 && innermost(at, held)).then(|| i32::from(handler)),
        irqs_off: held.mask & crate::irq::lines().bits() != 0 && held.flags.0 & HeldFlags::SPOILED.0 == 0,
    });
    locks.collect()
}

fn site(at: Place) -> Option<Site> {
    location(at.site).map(place)
}

/// A lock as a report shows it.
pub(super) fn reported(class: ClassId, mode: Mode, place: Place) -> ReportedLock {
    let record = slow::with(|globals| globals.record(class));
    let Some(record) = record else {
        return ReportedLock {
            class_name: "?".into(),
            type_name: "",
            kind: "",
            subclass: 0,
            construction: None,
            mode,
            acquisition: None,
            number: 0,
        };
    };
    // The allocator is declared in a file of ours, which tells nothing.
    let everywhere = record.kind == malloc::KIND;
    ReportedLock {
        class_name: class_name(record),
        type_name: if everywhere { "" } else { record.type_name },
        kind: record.kind,
        subclass: class.subclass(),
        construction: (!everywhere).then(|| construction(record)),
        mode,
        acquisition: site(place),
        number: 0,
    }
}

/// The declared name, or kind, type and construction site.
pub(super) fn class_name(record: &ClassRecord) -> String {
    let Some(name) = record.name else {
        let made = construction(record);
        // Without debug information, or where the compiler gave all fields one line, only a number tells them apart.
        let number =
            if record.twins != 0 && made == place(record.site) { format!(" #{}", record.twins + 1) } else { String::new() };
        return format!("{}<{}> ({}:{}){number}", record.kind, record.type_name, made.file, made.line);
    };
    name.into()
}

/// Where the locks of a class are made: what the compiler says, unless the caller of the constructor says more, as it does for a
/// field of a `derive(Default)` and for what the standard library makes.
fn construction(record: &ClassRecord) -> Site {
    let told = place(record.site);
    if record.maker == 0 {
        return told;
    }
    if let Some(made) = record.made() {
        return made.at;
    }
    let callers = slow::with(|globals| globals.tells_apart(record.site, record.maker));
    let frames = symbolize(callers);
    let frame = frames.iter().find(|frame| frame.location().is_some_and(|(file, _)| !in_library(file)));
    let at = frame.and_then(|frame| Some((frame.location()?, frame.column))).map(|((file, line), column)| {
        // The compiler's paths are relative to the workspace, those of debug information are not.
        let file = if file.ends_with(told.file) { told.file } else { String::leak(file.to_owned()) };
        Site { file, line, column }
    });
    let made = Made { at: at.unwrap_or(told), by_maker: at.is_some() };
    // Leaked, for a class is never forgotten either. If another thread was faster, both say the same.
    record.made.store(Box::leak(Box::new(made)), Ordering::Release);
    made.at
}

fn place(location: &'static Location<'static>) -> Site {
    Site { file: location.file(), line: location.line(), column: location.column() }
}

/// The name of a thread, as the kernel has it, or its number.
pub(super) fn thread_name(id: u32) -> String {
    let thread = current();
    if thread.thread().id == id
        && thread.ending.load(Ordering::Relaxed) == 0
        && let Some(name) = std::thread::current().name()
    {
        return clean(name);
    }
    let name = slow::with(|globals| {
        let live = globals.threads().find(|thread| thread.thread().id == id).map(|thread| thread.name.get());
        live.or_else(|| globals.names.get(&id).copied())
    });
    let name = name.unwrap_or_default();
    let end = name.iter().position(|&byte| byte == 0).unwrap_or(name.len());
    match std::str::from_utf8(&name[..end]) {
        Ok(name) if !name.is_empty() => clean(name),
        _ => format!("#{id}"),
    }
}

/// A lock of any thread, for `dump_held`.
pub(super) fn entry_of(held: &Held) -> ReportedLock {
    reported(held.class, held.mode, held.place)
}
