//! One report of every kind, and odd ones: the text is compared with the files in `golden/`.
//!
//! After a wanted change run `LOCKDEP_BLESS=1 cargo test -p lockdep-core --features validate report`, which writes what the
//! renderer says into these files, and read the difference. With `LOCKDEP_SHOW=1` and `-- --nocapture` the reports are printed
//! as well, as they look on standard error.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs};

use super::source::Sources;
use super::text::{self, Style};
use super::{
    Body, Evidence, Frame, LabelledStack, LockEntry, Report, ReportId, ReportedLock, Site, Stamp, Step, ThreadEntry, label,
};
use crate::engine::{Hint, Label};
use crate::kind::{Mode, ReportKind, Severity};

const ELEVATOR: &str = "golden/elevator.rs";
const STORE: &str = "golden/store.rs";

const SIGIO: u8 = libc::SIGIO as u8;
const SIGUSR1: u8 = libc::SIGUSR1 as u8;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report")
}

fn sources() -> Sources {
    Sources::with_roots(vec![folder()])
}

/// Where `text` is in a file, the how-many-th time (from 0).
#[track_caller]
fn site_nth(file: &'static str, text: &str, nth: usize) -> Site {
    let source = fs::read_to_string(folder().join(file)).unwrap();
    let (start, _) = source.match_indices(text).nth(nth).unwrap_or_else(|| panic!("{text:?} is not in {file}"));
    let before = &source[..start];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = before.matches('\n').count() as u32 + 1;
    Site { file, line, column: before[line_start..].chars().count() as u32 + 1 }
}

/// Where `call` is in the first line that contains `line`.
#[track_caller]
fn site(file: &'static str, line: &str, call: &str) -> Site {
    let whole = site_nth(file, line, 0);
    let inside = line.find(call).unwrap_or_else(|| panic!("{call:?} is not in {line:?}"));
    Site { column: whole.column + inside as u32, ..whole }
}

fn lock(class: &str, kind: &'static str, type_name: &'static str, construction: Site) -> ReportedLock {
    let class_name = match class {
        "" => format!("{kind}<{type_name}> ({construction})"),
        name => name.to_owned(),
    };
    ReportedLock {
        class_name,
        type_name,
        kind,
        subclass: 0,
        construction: Some(construction),
        mode: Mode::Write,
        acquisition: None,
        number: 0,
    }
}

/// A report as a test writes it down.
struct Draft {
    body: Body,
    stacks: Vec<LabelledStack>,
}

impl Draft {
    fn new(kind: ReportKind, severity: Severity) -> Draft {
        let id = ReportId(0x0123_4567_89ab_cdef);
        let mut body = Body::new(id, kind, severity);
        body.thread = "main".to_owned();
        Draft { body, stacks: Vec::new() }
    }

    fn lock(mut self, lock: ReportedLock) -> Draft {
        self.body.locks.push(lock);
        self
    }

    /// A step of the reporting thread.
    fn step(mut self, what: Label, lock: impl Into<Option<usize>>, site: impl Into<Option<Site>>, frames: &[Frame]) -> Draft {
        self.body.steps.push(Step {
            what,
            label: label(what),
            lock: lock.into(),
            site: site.into(),
            mode: None,
            ips: Vec::new(),
            thread: self.body.thread.clone(),
        });
        self.stacks.push(LabelledStack { label: label(what), frames: frames.to_vec() });
        self
    }

    /// Changes the step added last.
    fn last(mut self, change: impl FnOnce(&mut Step)) -> Draft {
        change(self.body.steps.last_mut().unwrap());
        self
    }

    fn by(self, thread: &str) -> Draft {
        self.last(|step| step.thread = thread.to_owned())
    }

    /// The reporting thread is in this handler.
    fn in_handler(self, signal: i32) -> Draft {
        self.body(|body| body.in_handler = Some(signal))
    }

    fn hint(self, hint: Hint) -> Draft {
        self.body(|body| body.hint = hint)
    }

    fn mode(self, mode: Mode) -> Draft {
        self.last(|step| step.mode = Some(mode))
    }

    fn held(mut self, lock: usize, acquisition: Site, irqs_off: bool) -> Draft {
        let lock = ReportedLock { acquisition: Some(acquisition), ..self.body.locks[lock].clone() };
        self.body.held.push(LockEntry { lock, in_handler: None, irqs_off });
        self
    }

    fn body(mut self, change: impl FnOnce(&mut Body)) -> Draft {
        change(&mut self.body);
        self
    }

    /// A thread as the watchdog saw it.
    fn watched(self, name: &str, tid: i32, held: &[(usize, Site)], waits: Option<usize>, waited_ms: u64) -> Draft {
        self.body(|body| {
            let lock = |lock: usize, site| ReportedLock { acquisition: site, ..body.locks[lock].clone() };
            let held =
                held.iter().map(|&(held, site)| LockEntry { lock: lock(held, Some(site)), in_handler: None, irqs_off: false });
            let entry = ThreadEntry {
                name: name.to_owned(),
                tid,
                held: held.collect(),
                waits: waits.map(|waits| (lock(waits, None), Duration::from_millis(waited_ms))),
                in_handler: None,
                missing: None,
            };
            body.threads.push(entry);
        })
    }

    fn note(self, note: &str) -> Draft {
        self.body(|body| body.notes.push(note.to_owned()))
    }

    fn help(self, help: &str) -> Draft {
        self.body(|body| body.help = help.to_owned())
    }

    fn report(self) -> Report {
        Report::with_stacks(self.body, self.stacks)
    }
}

fn frame(symbol: &str, file: &str, line: u32) -> Frame {
    // One address for one place, as in a program.
    let ip = 0x5581_0000 + symbol.len() * 0x100 + line as usize;
    Frame { ip, symbol: Some(symbol.to_owned()), file: Some(file.to_owned()), line, column: 0, module: None }
}

/// The outer frames that every stack of the elevator has.
fn submit_frames() -> Vec<Frame> {
    vec![
        frame("bfq::queue::Queue::make_request", "/home/me/bfq/src/queue.rs", 113),
        frame("bfq::file::File::submit", "/home/me/bfq/src/file.rs", 58),
        frame("<bfq::aio::Ring as bfq::aio::Submit>::read", "/home/me/bfq/src/aio.rs", 201),
        frame(
            "rayon_core::registry::WorkerThread::wait_until_cold",
            "/home/me/.cargo/registry/src/index.example-1949cf8c6b5b557f/rayon-core-1.12.1/src/registry.rs",
            800,
        ),
        frame("bfq::main", "/home/me/bfq/src/main.rs", 20),
    ]
}

fn with_outer(inner: Vec<Frame>, outer: Vec<Frame>) -> Vec<Frame> {
    inner.into_iter().chain(outer).collect()
}

fn bfqd() -> ReportedLock {
    lock("bfqd", "SpinLock", "bfq::elevator::Queues", site_nth(ELEVATOR, "LockClass::new", 0))
}

fn process_io_insert() -> ReportedLock {
    let made = site(ELEVATOR, "process_io_insert: SpinLock::new", "SpinLock::new");
    lock("process_io_insert", "SpinLock", "alloc::collections::vec_deque::VecDeque<bfq::elevator::Request>", made)
}

fn wal() -> ReportedLock {
    lock("", "Mutex", "store::wal::Wal", site_nth(STORE, "Mutex::new", 0))
}

fn pages() -> ReportedLock {
    let type_name = "alloc::collections::btree::map::BTreeMap<store::PageId, store::Page>";
    lock("pages", "RwLock", type_name, site_nth(STORE, "RwLock::new", 0))
}

fn stats() -> ReportedLock {
    lock("", "Mutex", "store::Stats", site(STORE, "STATS: Mutex<Stats> = Mutex::new", "Mutex::new"))
}

/// The incident: the inner lock's release opens the signals that the outer lock needs blocked.
fn unsafe_irq_enable(handler_seen: bool) -> Draft {
    let outer = site_nth(ELEVATOR, "lock_irq()", 0);
    let inner = site_nth(ELEVATOR, "lock_irq()", 1);
    let enable = site_nth(ELEVATOR, "drop(insert)", 0).line;
    let merge = |line| with_outer(vec![frame("bfq::elevator::Elevator::bio_merge", ELEVATOR, line)], submit_frames());
    let called = site_nth(ELEVATOR, "self.account_merge", 0).line;
    let account = |line| with_outer(vec![frame("bfq::elevator::Elevator::account_merge", ELEVATOR, line)], merge(called));
    let mut draft = Draft::new(ReportKind::UnsafeIrqEnable, Severity::Certain)
        .lock(bfqd())
        .lock(process_io_insert())
        .step(Label::IrqsDisabled, 0, outer, &merge(outer.line))
        .step(Label::InnerAcquired, 1, inner, &account(inner.line))
        .step(Label::IrqsReenabled, None, None, &account(enable));
    draft = if handler_seen {
        let taken = site_nth(ELEVATOR, "lock_irqsave", 0);
        let frames = finish_frames();
        draft.step(Label::InHandler(SIGIO), 0, taken, &frames).by("worker 2").hint(Hint::HandlerSeen)
    } else {
        draft
            .hint(Hint::HandlerUnseen)
            .note("no handler was seen to take `bfqd` yet: one that does, and interrupts here, waits for ever")
    };
    draft
        .held(0, outer, true)
        .body(|body| {
            body.signals = if handler_seen { vec![libc::SIGIO] } else { (1..=31).collect() };
            body.irqs_last_off = Some(Stamp { frame: None, site: Some(outer), event: 7 });
            body.irqs_last_on = Some(Stamp { frame: None, site: Some(site_nth(ELEVATOR, "irq::enable", 0)), event: 6 });
        })
        .help("take `process_io_insert` with `lock_irqsave`, which puts back the mask that it found")
}

fn recursion() -> Draft {
    let taken = site_nth(ELEVATOR, "lock();", 0);
    let again = site_nth(ELEVATOR, "self.dispatch()", 0);
    let dispatch = |line| with_outer(vec![frame("bfq::elevator::Elevator::dispatch", ELEVATOR, line)], submit_frames());
    let inner = with_outer(vec![frame("bfq::elevator::Elevator::dispatch", ELEVATOR, taken.line)], dispatch(again.line));
    Draft::new(ReportKind::Recursion, Severity::Certain)
        .lock(bfqd())
        .lock(bfqd())
        .step(Label::FirstAcquired, 0, taken, &dispatch(taken.line))
        .step(Label::Acquiring, 1, taken, &inner)
        .held(0, taken, false)
        .help("release the guard before the call, or give the caller's guard to a function that takes no lock")
}

/// An inversion of the store: `commit` and `checkpoint`.
fn inversion() -> Draft {
    let wal_in_commit = site_nth(STORE, "lock()", 0);
    let pages_in_commit = site_nth(STORE, "write()", 0);
    let pages_in_checkpoint = site_nth(STORE, "read()", 0);
    let wal_in_checkpoint = site_nth(STORE, "lock()", 1);
    let commit = |line| {
        vec![
            frame("store::commit", STORE, line),
            frame("store::db::Db::<K, V>::write", "/home/me/store/src/db.rs", 77),
            frame("store::main", "/home/me/store/src/main.rs", 12),
        ]
    };
    let checkpoint = |line| {
        vec![
            frame("store::checkpoint", STORE, line),
            frame("store::main::{{closure}}", "/home/me/store/src/main.rs", 9),
            frame("std::thread::Builder::spawn_unchecked_::{{closure}}", "/rustc/59807616e1/library/std/src/thread/mod.rs", 559),
        ]
    };
    Draft::new(ReportKind::Inversion, Severity::Possible)
        .lock(pages())
        .lock(wal())
        .body(|body| body.thread = "checkpointer".to_owned())
        .step(Label::Holding, 0, pages_in_checkpoint, &checkpoint(pages_in_checkpoint.line))
        .mode(Mode::Read)
        .step(Label::AcquiredUnder, 1, wal_in_checkpoint, &checkpoint(wal_in_checkpoint.line))
        .step(Label::Holding, 1, wal_in_commit, &commit(wal_in_commit.line))
        .by("main")
        .step(Label::AcquiredUnder, 0, pages_in_commit, &commit(pages_in_commit.line))
        .mode(Mode::Write)
        .by("main")
        .body(|body| body.locks[0].mode = Mode::Read)
        .held(0, pages_in_checkpoint, false)
        .help("take `Mutex<Wal>` before `pages` everywhere, or release `pages` before `WAL.lock()`")
}

/// A report of the kind, as complete as they come.
fn sample(kind: ReportKind) -> Draft {
    match kind {
        ReportKind::Recursion => recursion(),
        ReportKind::Inversion => inversion(),
        ReportKind::IrqUsage => irq_usage(),
        ReportKind::IrqInversion => irq_inversion(),
        ReportKind::UnsafeIrqEnable => unsafe_irq_enable(true),
        ReportKind::IrqState => irq_state(),
        ReportKind::UnlockImbalance => unlock_imbalance(),
        ReportKind::HeldLockFreed => held_lock_freed(),
        ReportKind::HeldAtExit => held_at_exit(),
        ReportKind::WaitContext => wait_context(),
        ReportKind::NestLockNotHeld => nest_lock_not_held(),
        ReportKind::SubclassOrder => subclass_order(),
        ReportKind::AssertHeld => assert_held(),
        ReportKind::SignalUnsafe => signal_unsafe(),
        ReportKind::MaskImbalance => mask_imbalance(),
        ReportKind::Deadlock => deadlock(),
        ReportKind::Stall => stall(),
        ReportKind::ForkHazard => fork_hazard(),
    }
}

fn irq_usage() -> Draft {
    let held = site_nth(ELEVATOR, "lock();", 0);
    let taken = site_nth(ELEVATOR, "lock_irqsave", 0);
    let dispatch = with_outer(vec![frame("bfq::elevator::Elevator::dispatch", ELEVATOR, held.line)], submit_frames());
    Draft::new(ReportKind::IrqUsage, Severity::Possible)
        .lock(bfqd())
        .step(Label::HeldOpen(SIGIO), 0, held, &dispatch)
        .step(Label::InHandler(SIGIO), 0, taken, &finish_frames())
        .in_handler(libc::SIGIO)
        .body(|body| {
            body.signals = vec![libc::SIGIO];
            body.irqs_last_off = Some(Stamp { frame: None, site: None, event: 1 });
        })
        .held(0, taken, true)
        .body(|body| body.held[0].in_handler = Some(libc::SIGIO))
        .help("take `bfqd` with `lock_irqsave` in `dispatch` as well")
}

fn finish_frames() -> [Frame; 3] {
    [
        frame("bfq::elevator::Elevator::finish", ELEVATOR, site_nth(ELEVATOR, "lock_irqsave", 0).line),
        frame("bfq::elevator::on_completion", ELEVATOR, site_nth(ELEVATOR, "elevator.finish", 0).line),
        frame(
            "signal_hook_registry::handler",
            "/home/me/.cargo/registry/src/index.example-1949cf8c6b5b557f/signal-hook-registry-1.4.8/src/lib.rs",
            308,
        ),
    ]
}

fn irq_inversion() -> Draft {
    let stats_in_report = site(STORE, "STATS.lock()", "lock()");
    let wal_in_report = site(STORE, "let wal = WAL.lock()", "lock()");
    let wal_in_commit = site_nth(STORE, "lock()", 0);
    let report = |line| vec![frame("store::report", STORE, line), frame("store::main", "/home/me/store/src/main.rs", 31)];
    let handler = vec![
        frame("store::report", STORE, stats_in_report.line),
        frame("store::install::{{closure}}", "/home/me/store/src/main.rs", 40),
    ];
    let commit = vec![frame("store::commit", STORE, wal_in_commit.line)];
    Draft::new(ReportKind::IrqInversion, Severity::Possible)
        .lock(stats())
        .lock(wal())
        .step(Label::InHandler(SIGUSR1), 0, stats_in_report, &handler)
        .by("worker 1")
        .step(Label::Holding, 0, stats_in_report, &report(stats_in_report.line))
        .step(Label::AcquiredUnder, 1, wal_in_report, &report(wal_in_report.line))
        .step(Label::HeldOpen(SIGUSR1), 1, wal_in_commit, &commit)
        .by("worker 2")
        .body(|body| body.signals = vec![libc::SIGUSR1])
        .held(0, stats_in_report, false)
        .help("block SIGUSR1 wherever `WAL` is taken, or take no lock in its handler")
}

/// Two handlers, each with a lock of its own, that may interrupt each other.
fn handlers_in_a_circle(path: bool) -> Draft {
    let stats_in_report = site(STORE, "STATS.lock()", "lock()");
    let wal_in_report = site(STORE, "let wal = WAL.lock()", "lock()");
    let wal_in_commit = site_nth(STORE, "lock()", 0);
    let handler =
        |what: &str, line| vec![frame(what, STORE, line), frame("store::install::{{closure}}", "/home/me/store/src/main.rs", 40)];
    let in_report = |line| handler("store::report", line);
    let mut draft = Draft::new(ReportKind::IrqInversion, Severity::Possible).lock(stats()).step(
        Label::InHandler(SIGUSR1),
        0,
        stats_in_report,
        &in_report(stats_in_report.line),
    );
    if path {
        draft = draft
            .lock(lock("pages", "Mutex", "store::Pages", site_nth(STORE, "Mutex::new", 0)))
            .step(Label::Holding, 0, stats_in_report, &in_report(stats_in_report.line))
            .step(Label::AcquiredUnder, 1, wal_in_report, &in_report(wal_in_report.line))
            .step(Label::HeldOpen(SIGIO), 1, stats_in_report, &in_report(stats_in_report.line));
    } else {
        draft = draft.step(Label::HeldOpen(SIGIO), 0, stats_in_report, &in_report(stats_in_report.line));
    }
    let last = usize::from(path) + 1;
    draft
        .lock(wal())
        .step(Label::InHandler(SIGIO), last, wal_in_commit, &handler("store::commit", wal_in_commit.line))
        .by("worker 2")
        .step(Label::HeldOpen(SIGUSR1), last, wal_in_commit, &handler("store::commit", wal_in_commit.line))
        .by("worker 2")
        .body(|body| body.signals = vec![libc::SIGUSR1, libc::SIGIO])
        .in_handler(libc::SIGUSR1)
        .help("install one handler with the signals of the others in its mask")
}

fn irq_state() -> Draft {
    let enable = site_nth(ELEVATOR, "irq::enable", 0);
    let frames = [
        frame("bfq::elevator::Elevator::dispatch", ELEVATOR, enable.line),
        frame("bfq::elevator::on_completion", ELEVATOR, site_nth(ELEVATOR, "elevator.finish", 0).line),
    ];
    Draft::new(ReportKind::IrqState, Severity::Certain)
        .step(Label::IrqsReenabled, None, enable, &frames)
        .hint(Hint::EnabledInHandler)
        .in_handler(libc::SIGRTMIN() + 3)
        .body(|body| body.signals = (1..=31).collect())
        .note("the mask in a handler belongs to the code that it interrupted")
        .help("use `irq::save` and `irq::restore` in code that handlers call")
}

fn unlock_imbalance() -> Draft {
    let released = site_nth(STORE, "wal.append", 0);
    Draft::new(ReportKind::UnlockImbalance, Severity::Certain)
        .lock(wal())
        .step(Label::Released, 0, None, &[frame("store::commit", STORE, released.line)])
        .help("release a lock in the thread that took it")
}

fn held_lock_freed() -> Draft {
    let taken = site_nth(STORE, "lock()", 0);
    let freed = site_nth(STORE, "pages.extend", 0);
    Draft::new(ReportKind::HeldLockFreed, Severity::Certain)
        .lock(wal())
        .step(Label::FirstAcquired, 0, taken, &[frame("store::commit", STORE, taken.line)])
        .step(Label::Dropped, 0, None, &[frame("store::commit", STORE, freed.line)])
        .held(0, taken, false)
        .help("drop the guard before the lock; `mem::forget` of a guard leaves its lock held")
}

fn held_at_exit() -> Draft {
    let taken = site(STORE, "left.latch.lock()", "lock()");
    let mut latch = lock("", "Mutex", "store::tree::Node<u64, alloc::string::String>", site_nth(STORE, "Mutex::new", 0));
    latch.subclass = 1;
    Draft::new(ReportKind::HeldAtExit, Severity::Certain)
        .lock(latch)
        .step(Label::FirstAcquired, 0, taken, &[frame("store::split", STORE, taken.line)])
        .by("worker 7")
        .body(|body| body.thread = "worker 7".to_owned())
        .held(0, taken, false)
        .help("release it before the thread ends")
}

fn wait_context() -> Draft {
    let taken = site_nth(STORE, "lock()", 0);
    let frames = [frame("store::commit", STORE, taken.line), frame("store::on_usr1", "/home/me/store/src/main.rs", 44)];
    Draft::new(ReportKind::WaitContext, Severity::Certain)
        .lock(wal())
        .step(Label::InHandler(SIGUSR1), 0, taken, &frames)
        .hint(Hint::SleepInHandler)
        .in_handler(libc::SIGUSR1)
        .body(|body| body.signals = vec![libc::SIGUSR1])
        .help("a handler may use a `SpinLock` whose holders block the signal")
}

fn nest_lock_not_held() -> Draft {
    let taken = site(STORE, "right.latch.lock()", "lock()");
    let latch = lock("latch", "Mutex", "store::tree::Node", site_nth(STORE, "Mutex::new", 0));
    Draft::new(ReportKind::NestLockNotHeld, Severity::Certain)
        .lock(latch)
        .lock(pages())
        .step(Label::Acquiring, 0, taken, &[frame("store::split", STORE, taken.line)])
        .help("take `pages` first, or name the lock that serialises the latches")
}

fn subclass_order() -> Draft {
    let left = site(STORE, "left.latch.lock()", "lock()");
    let right = site(STORE, "right.latch.lock()", "lock()");
    let latch = || lock("latch", "Mutex", "store::tree::Node", site_nth(STORE, "Mutex::new", 0));
    Draft::new(ReportKind::SubclassOrder, Severity::Possible)
        .lock(latch())
        .lock(ReportedLock { subclass: 1, ..latch() })
        .step(Label::FirstAcquired, 0, left, &[frame("store::split", STORE, left.line)])
        .step(Label::Acquiring, 1, right, &[frame("store::split", STORE, right.line)])
        .hint(Hint::Comparator)
        .held(0, left, false)
        .note("`latch` is declared with a comparator, which did not say `Less` for the two")
        .help("take the latches in the order of the comparator")
}

fn assert_held() -> Draft {
    let asserted = site_nth(STORE, "assert_not_held!", 0);
    let taken = site_nth(STORE, "read()", 0);
    Draft::new(ReportKind::AssertHeld, Severity::Certain)
        .lock(pages())
        .step(Label::FirstAcquired, 0, taken, &[frame("store::checkpoint", STORE, taken.line)])
        .hint(Hint::IsHeld)
        .step(Label::Asserted, 0, asserted, &[frame("store::report", STORE, asserted.line)])
        .held(0, taken, false)
        .help("release `pages` before the call")
}

fn signal_unsafe() -> Draft {
    let line = site_nth(ELEVATOR, "elevator.disk", 0).line;
    Draft::new(ReportKind::SignalUnsafe, Severity::Certain)
        .hint(Hint::Allocates)
        .step(Label::InHandler(libc::SIGIO as u8), None, None, &[frame("bfq::elevator::on_completion", ELEVATOR, line)])
        .in_handler(libc::SIGIO)
        .body(|body| body.signals = vec![libc::SIGIO])
        .note("the interrupted code may be inside the allocator")
        .help("reserve what the handler needs before it is installed")
}

fn mask_imbalance() -> Draft {
    let site = site_nth(ELEVATOR, "irq::save", 0);
    Draft::new(ReportKind::MaskImbalance, Severity::Certain)
        .step(Label::Noticed, None, site, &[frame("bfq::elevator::Elevator::dispatch", ELEVATOR, site.line)])
        .body(|body| {
            body.signals = vec![libc::SIGUSR1, libc::SIGIO];
            body.hint = Hint::ChangedBehind(1 << (libc::SIGIO - 1));
            body.irqs_last_on = Some(Stamp { frame: None, site: Some(site), event: 3 });
        })
        .help("change masks through `lockdep::irq`, or call `irq::sync` after the code that changes them")
}

fn deadlock() -> Draft {
    let mut draft = inversion();
    draft.body.kind = ReportKind::Deadlock;
    draft.body.severity = Severity::Certain;
    for waiting in [1, 3] {
        draft.body.steps[waiting].what = Label::WaitingAt;
    }
    draft
}

fn stall() -> Draft {
    let taken = site_nth(STORE, "lock()", 0);
    let waiting = site_nth(STORE, "lock()", 1);
    Draft::new(ReportKind::Stall, Severity::Possible)
        .lock(wal())
        .step(Label::FirstAcquired, 0, taken, &[frame("store::commit", STORE, taken.line)])
        .by("checkpointer")
        .step(Label::Now, None, None, &with_outer(asleep(), vec![frame("store::commit", STORE, taken.line + 1)]))
        .by("checkpointer")
        .step(Label::WaitingAt, 0, waiting, &[frame("store::checkpoint", STORE, waiting.line)])
        .step(Label::Now, None, None, &with_outer(asleep(), vec![frame("store::checkpoint", STORE, waiting.line)]))
        .watched("main", 4711, &[], Some(0), 30_000)
        .watched("checkpointer", 4712, &[(0, taken)], None, 0)
        .help("look at what the holder does; `LOCKDEP_WATCHDOG` sets how long a wait may last")
}

/// How a thread sleeps that waits for a lock of parking_lot.
fn asleep() -> Vec<Frame> {
    let parking_lot = "/home/me/.cargo/registry/src/index.example-1949cf8c6b5b557f/parking_lot_core-0.9.12/src/parking_lot.rs";
    vec![
        frame("syscall", "misc/../sysdeps/unix/sysv/linux/x86_64/syscall.S", 36),
        frame("parking_lot_core::thread_parker::imp::ThreadParker::futex_wait", parking_lot, 112),
        frame("parking_lot_core::parking_lot::park", parking_lot, 600),
        frame("parking_lot::raw_mutex::RawMutex::lock_slow", parking_lot, 262),
    ]
}

/// The deadlock as the watchdog sees it; one of the threads cannot be asked where it is.
fn watched_deadlock() -> Draft {
    let mut draft = deadlock();
    let taken = [draft.body.steps[0].site.unwrap(), draft.body.steps[2].site.unwrap()];
    let now = with_outer(asleep(), draft.stacks[1].frames.clone());
    let waiting = draft.body.steps.split_off(2);
    let stacks = draft.stacks.split_off(2);
    draft.body.held.clear();
    draft = draft.step(Label::Now, None, None, &now);
    draft.body.steps.extend(waiting);
    draft.stacks.extend(stacks);
    let mut draft = draft.watched("checkpointer", 4711, &[(0, taken[0])], Some(1), 2_400).watched(
        "main",
        4710,
        &[(1, taken[1])],
        Some(0),
        2_000,
    );
    draft.body.threads[1].missing =
        Some("blocks SIGRTMAX-1, so it cannot be asked where it is (`LOCKDEP_STACK_SIGNAL`)".to_owned());
    draft.body.threads[1].held[0].irqs_off = true;
    draft
}

/// The incident: a handler waits for what the code that it interrupted holds.
fn deadlock_with_oneself(in_handler: bool) -> Draft {
    let taken = site_nth(ELEVATOR, "lock();", 0);
    let again = site_nth(ELEVATOR, "lock_irqsave", 0);
    let dispatch = with_outer(vec![frame("bfq::elevator::Elevator::dispatch", ELEVATOR, taken.line)], submit_frames());
    let finish = with_outer(finish_frames().to_vec(), dispatch.clone());
    let spin = with_outer(vec![frame("sched_yield", "posix/../sysdeps/unix/syscall-template.S", 120)], finish.clone());
    let draft = Draft::new(ReportKind::Deadlock, Severity::Certain)
        .lock(bfqd())
        .step(Label::Holding, 0, taken, &dispatch)
        .step(Label::WaitingAt, 0, again, &finish)
        .step(Label::Now, None, None, &spin)
        .watched("main", 2857, &[(0, taken)], Some(0), 1_000)
        .help("keep SIGIO blocked while `bfqd` is held outside the handler: `lock_irqsave`");
    if !in_handler {
        return draft;
    }
    draft.in_handler(libc::SIGIO).hint(Hint::HeldByInterrupted).body(|body| body.threads[0].in_handler = Some(libc::SIGIO))
}

/// A thread waits for a condition variable with a lock held that the notifier needs.
fn deadlock_through_condvar() -> Draft {
    let condvar = lock("flushed", "Condvar", "()", site(STORE, "STATS: Mutex<Stats> = Mutex::new", "Mutex::new"));
    let taken = site_nth(STORE, "lock()", 0);
    let waiting = site_nth(STORE, "write()", 0);
    let notified = site_nth(STORE, "read()", 0);
    let wanted = site_nth(STORE, "lock()", 1);
    let commit = |line| [frame("store::commit", STORE, line)];
    let checkpoint = |line| [frame("store::checkpoint", STORE, line)];
    Draft::new(ReportKind::Deadlock, Severity::Possible)
        .lock(wal())
        .lock(condvar)
        .step(Label::Holding, 0, taken, &commit(taken.line))
        .step(Label::WaitingAt, 1, waiting, &commit(waiting.line))
        .step(Label::Notified, 1, notified, &checkpoint(notified.line))
        .by("checkpointer")
        .step(Label::WaitingAt, 0, wanted, &checkpoint(wanted.line))
        .by("checkpointer")
        .watched("main", 4710, &[(0, taken)], Some(1), 5_000)
        .watched("checkpointer", 4711, &[], Some(0), 5_000)
        .help("wait for a condition variable with no lock held that its notifier needs")
}

/// Nobody is left to notify.
fn stall_of_condvar() -> Draft {
    let condvar = lock("flushed", "Condvar", "()", site(STORE, "STATS: Mutex<Stats> = Mutex::new", "Mutex::new"));
    let waiting = site_nth(STORE, "write()", 0);
    Draft::new(ReportKind::Stall, Severity::Possible)
        .lock(condvar)
        .step(Label::WaitingAt, 0, waiting, &[frame("store::commit", STORE, waiting.line)])
        .watched("main", 4710, &[], Some(0), 250)
        .help("notify `flushed` on every path that makes its condition true, and hold no lock while waiting")
}

fn fork_hazard() -> Draft {
    let taken = site_nth(STORE, "lock()", 0);
    let again = site_nth(STORE, "lock()", 1);
    Draft::new(ReportKind::ForkHazard, Severity::Certain)
        .lock(wal())
        .step(Label::FirstAcquired, 0, taken, &[frame("store::commit", STORE, taken.line)])
        .by("worker 3")
        .step(Label::Acquiring, 0, again, &[frame("store::checkpoint", STORE, again.line)])
        .help("fork before threads are started, or call only `exec` in the child")
}

/// A cycle of `n` locks that are all made in one line.
fn long_cycle(n: usize) -> Draft {
    let place = site_nth(STORE, "lock()", 0);
    let mut draft = Draft::new(ReportKind::Inversion, Severity::Possible);
    for i in 0..n {
        let made = Site { column: i as u32 + 1, ..place };
        draft = draft.lock(lock(&format!("shard {i}"), "Mutex", "store::Shard", made));
    }
    for i in 0..n {
        let frames = [frame("store::commit", STORE, place.line)];
        draft = draft.step(Label::Holding, i, place, &frames).by(&format!("t{i}"));
        draft = draft.step(Label::AcquiredUnder, (i + 1) % n, place, &frames).by(&format!("t{i}"));
        draft = draft.held(i, place, false);
    }
    draft.body(|body| body.thread = "t0".to_owned())
}

#[track_caller]
fn golden(name: &str, draft: Draft) {
    let report = draft.report();
    let text = text::render_with(&report, Style::PLAIN, &mut sources());
    if env::var_os("LOCKDEP_SHOW").is_some() {
        eprintln!("{}", text::render_with(&report, Style::of_stderr(), &mut sources()));
    }
    let file = folder().join("golden").join(name).with_extension("txt");
    if env::var_os("LOCKDEP_BLESS").is_some() {
        fs::write(&file, &text).unwrap();
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    assert!(text == expected, "{} says otherwise:\n{expected}\nThe text is now:\n{text}", file.display());
}

/// `UnsafeIrqEnable` is `unsafe_irq_enable`.
fn file_name(kind: ReportKind) -> String {
    let mut name = String::new();
    for c in kind.name().chars() {
        if c.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(c.to_lowercase());
    }
    name
}

#[test]
fn every_kind_has_its_text() {
    for kind in ReportKind::ALL {
        golden(&file_name(kind), sample(kind));
    }
}

#[test]
fn an_unsafe_enable_does_not_wait_for_the_handler() {
    golden("unsafe_irq_enable_handler_not_seen", unsafe_irq_enable(false));
}

#[test]
fn an_unsafe_enable_in_a_section_without_a_lock() {
    let saved = site_nth(ELEVATOR, "irq::save", 0);
    let enabled = site_nth(ELEVATOR, "irq::enable", 0);
    let frames = |line| [frame("bfq::elevator::Elevator::dispatch", ELEVATOR, line)];
    let draft = Draft::new(ReportKind::UnsafeIrqEnable, Severity::Certain)
        .step(Label::IrqsDisabled, None, saved, &frames(saved.line))
        .step(Label::IrqsReenabled, None, enabled, &frames(enabled.line))
        .body(|body| body.signals = (1..=31).collect())
        .help("end the section with `irq::restore` alone");
    golden("unsafe_irq_enable_section", draft);
}

#[test]
fn which_way_a_mask_was_changed() {
    let check = |blocked: &[i32], unblocked: &[i32], expected: &str| {
        let mut draft = mask_imbalance();
        draft.body.signals = blocked.iter().chain(unblocked).copied().collect();
        draft.body.hint = Hint::ChangedBehind(blocked.iter().fold(0, |bits, signal| bits | 1 << (signal - 1)));
        let report = draft.report();
        assert!(report.to_text().contains(&format!(": code that is not checked {expected}\n")), "{}", report.to_text());
        let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
        for (field, signals) in [("blocked", blocked), ("unblocked", unblocked)] {
            let numbers: Vec<_> =
                json[field].as_array().unwrap().iter().map(|signal| signal["number"].as_i64().unwrap()).collect();
            assert!(numbers.into_iter().eq(signals.iter().map(|&signal| i64::from(signal))), "{json}");
        }
    };
    check(&[libc::SIGIO], &[], "blocked SIGIO");
    check(&[], &[libc::SIGUSR1, libc::SIGIO], "unblocked SIGUSR1 and SIGIO");
    check(&[libc::SIGIO], &[1, 2, 3, 4], "blocked SIGIO and unblocked 4 signals");
    check(&[1, 2, 3, 4], &[], "blocked 4 signals");
}

#[test]
fn handlers_that_wait_for_each_other() {
    golden("irq_inversion_handlers", handlers_in_a_circle(false));
    golden("irq_inversion_handlers_path", handlers_in_a_circle(true));
}

#[test]
fn the_watchdog_shows_every_thread_of_a_circle() {
    golden("deadlock_watched", watched_deadlock());
}

#[test]
fn a_thread_that_waits_for_itself_says_so() {
    golden("deadlock_with_oneself", deadlock_with_oneself(false));
    golden("deadlock_in_handler", deadlock_with_oneself(true));
}

#[test]
fn a_circle_through_a_condition_variable_names_the_notifier() {
    golden("deadlock_condvar", deadlock_through_condvar());
}

#[test]
fn a_condition_variable_that_nobody_notifies() {
    golden("stall_condvar", stall_of_condvar());
}

#[test]
fn recursion_from_a_handler_shows_the_signal() {
    let draft = || recursion().last(|step| step.what = Label::InHandler(SIGIO)).in_handler(libc::SIGIO);
    golden("recursion_in_handler", draft().body(|body| body.signals = vec![libc::SIGIO]));
    golden("recursion_of_handler", draft());
}

#[test]
fn recursion_of_readers_names_the_writer_between() {
    let first = site(STORE, "PAGES.read();\n    pages.get", "read()");
    let again = site(STORE, "PAGES.read().get", "read()");
    let lookup = frame("store::lookup", STORE, first.line);
    let reload = [frame("store::reload", STORE, again.line), frame("store::lookup", STORE, first.line + 1)];
    let draft = Draft::new(ReportKind::Recursion, Severity::Possible)
        .lock(ReportedLock { mode: Mode::Read, ..pages() })
        .lock(ReportedLock { mode: Mode::Read, ..pages() })
        .step(Label::FirstAcquired, 0, first, &[lookup])
        .step(Label::Acquiring, 1, again, &reload)
        .help("use `read_recursive`, or pass the guard to `reload`");
    golden("recursion_read", draft);
}

#[test]
fn recursion_within_a_class_shows_two_locks() {
    let left = site(STORE, "left.latch.lock()", "lock()");
    let right = site(STORE, "right.latch.lock()", "lock()");
    let latch = || lock("latch", "Mutex", "store::tree::Node", site_nth(STORE, "Mutex::new", 0));
    let draft = Draft::new(ReportKind::Recursion, Severity::Possible)
        .lock(latch())
        .lock(latch())
        .step(Label::FirstAcquired, 0, left, &[frame("store::split", STORE, left.line)])
        .step(Label::Acquiring, 1, right, &[frame("store::split", STORE, right.line)])
        .hint(Hint::SameClass)
        .held(0, left, false)
        .help("if the two are always taken in this order, say so: `right.latch.lock_nested(1)`");
    golden("recursion_same_class", draft);
}

#[test]
fn a_condition_variable_is_waited_for_and_notified() {
    let mut draft = inversion().help("wait with no other lock held");
    let made = site_nth(STORE, "RwLock::new", 0);
    draft.body.locks[0] = lock("has work", "Condvar", "", made);
    draft.body.steps[0].mode = None;
    golden("inversion_condvar", draft);
}

#[test]
fn sleeping_under_a_spin_lock_names_both() {
    let held = site_nth(ELEVATOR, "lock();", 0);
    let taken = site_nth(STORE, "lock()", 0);
    let draft = Draft::new(ReportKind::WaitContext, Severity::Certain)
        .lock(wal())
        .lock(bfqd())
        .step(Label::FirstAcquired, 1, held, &[frame("bfq::elevator::Elevator::dispatch", ELEVATOR, held.line)])
        .step(Label::Acquiring, 0, taken, &[frame("store::commit", STORE, taken.line)])
        .hint(Hint::SleepUnderSpin)
        .held(1, held, false)
        .help("take `Mutex<Wal>` before `bfqd`");
    golden("wait_context_under_spin", draft);
}

#[test]
fn every_hint_has_its_words() {
    #[track_caller]
    fn check(kind: ReportKind, hint: Hint, expected: &str) {
        let text = sample(kind).hint(hint).report().to_text();
        let (_, title) = text.lines().next().unwrap().split_once(": ").unwrap();
        assert_eq!(title, expected);
    }
    let in_handler = "the handler of SIGRTMIN+3 returns with";
    check(
        ReportKind::Recursion,
        Hint::Upgrade,
        "upgrading `bfqd` waits for a reader that is this thread itself: this call can never return",
    );
    check(ReportKind::SubclassOrder, Hint::Leaf, "`latch/1` is taken while `latch` is held, which is declared a leaf");
    check(
        ReportKind::SubclassOrder,
        Hint::Numbers,
        "`latch/1` is taken while `latch` is held, and its number is not the higher one",
    );
    check(ReportKind::IrqState, Hint::Crossed, "saves and restores of the signal mask are crossed");
    check(ReportKind::IrqState, Hint::LeftBlocked, &format!("{in_handler} signals still blocked"));
    check(ReportKind::IrqState, Hint::MaskChanged, &format!("{in_handler} a different signal mask than it entered with"));
    check(ReportKind::IrqState, Hint::RestoreBlocks, "restoring the signal mask blocks signals, opened since the save");
    check(ReportKind::IrqState, Hint::UnknownSection, "the signal mask is restored from a save that is not open here");
    check(ReportKind::HeldAtExit, Hint::TestEnd, "the test ends with `Mutex<Node<u64, String>>/1` held");
    check(ReportKind::HeldAtExit, Hint::ThreadEnd, "thread `worker 7` ends with `Mutex<Node<u64, String>>/1` held");
    check(ReportKind::AssertHeld, Hint::NotHeld, "`pages` is not held where it must be");
    check(ReportKind::UnlockImbalance, Hint::None, "`Mutex<Wal>` is released by a thread that does not hold it");
}

#[test]
fn a_guarded_inversion_is_a_warning() {
    let mut draft = inversion();
    draft.body.severity = Severity::Guarded;
    draft.body.evidence = Evidence { same_thread: true, ordered: true, gates: vec!["catalog".to_owned()] };
    golden("inversion_guarded", draft);
}

#[test]
fn a_long_cycle_loses_its_middle() {
    let text = text::render_with(&long_cycle(100).report(), Style::PLAIN, &mut sources());
    assert!(text.contains("note: ... 94 more edges\n"), "{text}");
    assert!(text.lines().count() < 160, "{text}");
    golden("inversion_long", long_cycle(9));
}

#[test]
fn classes_of_one_type_are_told_apart() {
    let draft = inversion().body(|body| {
        let made = site(STORE, "STATS: Mutex<Stats> = Mutex::new", "Mutex::new");
        body.locks[0] = lock("", "Mutex", "store::wal::Wal", made);
    });
    let report = draft.report();
    let text = text::render_with(&report, Style::PLAIN, &mut sources());
    assert!(text.contains("`Mutex<Wal> (store.rs:5)` -> `Mutex<Wal> (store.rs:3)` here"), "{text}");
}

/// `LOCKDEP_STACKS=off` in a program whose source is elsewhere.
#[test]
fn without_stacks_and_source_the_places_remain() {
    let mut draft = unsafe_irq_enable(true);
    draft.stacks.clear();
    let elsewhere = |site: Site| Site { file: "src/elsewhere.rs", ..site };
    for step in &mut draft.body.steps {
        step.site = step.site.map(elsewhere);
    }
    golden("no_stacks_no_source", draft);
}

#[test]
fn a_deep_stack_loses_its_outer_end() {
    let deep: Vec<Frame> = (1..=40).map(|line| frame("store::tree::Node::insert", "/home/me/store/src/tree.rs", line)).collect();
    let mut draft = recursion();
    draft.stacks = draft.stacks.into_iter().map(|stack| LabelledStack { frames: deep.clone(), ..stack }).collect();
    let text = text::render_with(&draft.report(), Style::PLAIN, &mut sources());
    assert!(text.contains("... 24 more frames\n"), "{text}");
    assert!(text.contains("... 39 more frames, as in stack 1\n"), "{text}");
}

#[test]
fn the_standard_library_between_two_functions_is_one_line() {
    let library = |symbol| frame(symbol, "/rustc/59807616e1/library/core/src/ops/function.rs", 250);
    let glue = Frame { ip: 7, symbol: Some("__rust_try".to_owned()), file: None, line: 0, column: 0, module: None };
    let mut draft = recursion();
    draft.stacks[0].frames.insert(1, library("core::ops::function::FnOnce::call_once"));
    draft.stacks[0].frames.insert(2, glue);
    draft.stacks[0].frames.insert(3, library("std::panicking::catch_unwind"));
    draft.stacks[0].frames.push(library("core::ops::function::FnOnce::call_once"));
    golden("recursion_library_frames", draft);
}

#[test]
fn colours_and_unicode_change_the_looks_only() {
    let plain = text::render_with(&unsafe_irq_enable(true).report(), Style::PLAIN, &mut sources());
    let colored = Style { color: true, ..Style::PLAIN };
    let colored = text::render_with(&unsafe_irq_enable(true).report(), colored, &mut sources());
    assert_ne!(plain, colored);
    let mut stripped = String::new();
    for (i, part) in colored.split("\x1b[").enumerate() {
        stripped.push_str(if i == 0 { part } else { part.split_once('m').unwrap().1 });
    }
    let trimmed: String = stripped.lines().map(|line| line.trim_end().to_owned() + "\n").collect();
    assert_eq!(trimmed, plain);
    let unicode = Style { unicode: true, ..Style::PLAIN };
    let unicode = text::render_with(&unsafe_irq_enable(true).report(), unicode, &mut sources());
    assert!(unicode.contains("╭▸ golden/elevator.rs:38:9"), "{unicode}");
}

#[test]
fn an_empty_report_is_still_a_report() {
    for kind in ReportKind::ALL {
        for severity in [Severity::Guarded, Severity::Possible, Severity::Certain] {
            let report = Report::new(Body::new(ReportId(1), kind, severity));
            let text = report.to_text();
            let level = if severity == Severity::Guarded { "warning" } else { "error" };
            assert!(text.starts_with(&format!("{level}[lockdep::{kind}]: ")), "{text}");
            let acceptable = !matches!((kind, severity), (ReportKind::Recursion | ReportKind::Deadlock, Severity::Certain));
            let (_, end) = text.split_once("note: report id 0000000000000001").expect(&text);
            assert_eq!(end.ends_with("id = \"0000000000000001\"\n      reason = \"\"\n"), acceptable, "{text}");
            assert!(!report.to_json().contains('\n'));
        }
    }
}

#[test]
fn a_title_is_one_lower_case_sentence() {
    for kind in ReportKind::ALL {
        let report = sample(kind).report();
        let text = report.to_text();
        let (_, title) = text.lines().next().unwrap().split_once(": ").unwrap();
        assert!(!title.ends_with('.') && !title.contains("  "), "{title}");
        assert!(title.starts_with(|c: char| c.is_lowercase() || c == '`'), "{title}");
        assert_eq!(title.matches('`').count() % 2, 0, "{title}");
    }
}

/// Random nonsense, the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        // xorshift64: G. Marsaglia, "Xorshift RNGs", 2003.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % sides
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len())].clone()
    }

    fn site(&mut self) -> Option<Site> {
        let files = [STORE, ELEVATOR, "golden/no_such.rs", "", "golden/latin1.src", "/", "\u{1b}[31m"];
        let site = Site {
            file: self.pick(&files),
            line: self.pick(&[0, 1, 2, 3, 4, 7, 11, 15, 16, 17, 44, u32::MAX]),
            column: self.pick(&[0, 1, 5, 9, 30, 80, u32::MAX]),
        };
        (self.roll(4) > 0).then_some(site)
    }

    fn signal(&mut self) -> Option<i32> {
        let signal = self.pick(&[0, -1, libc::SIGIO, 33, 34, 64, 65, i32::MAX]);
        (self.roll(3) == 0).then_some(signal)
    }

    fn lock(&mut self) -> ReportedLock {
        let deep: &'static str = "core::option::Option<alloc::vec::Vec<core::option::Option<alloc::vec::Vec<core::option::Option<alloc::vec::Vec<größe::Übung>>>>>>";
        ReportedLock {
            class_name: self.pick(&["", "wal", "`", "Mutex<u32>", "a\nb", "\x1b[31mred", deep]).to_owned(),
            type_name: self.pick(&["", "u32", "::", "<<>>", deep]),
            kind: self.pick(&["", "Mutex", "RwLock", "Map"]),
            subclass: self.roll(9) as u8,
            construction: self.site(),
            mode: self.pick(&[Mode::Write, Mode::Read, Mode::ReadRecursive, Mode::Upgradable]),
            acquisition: self.site(),
            number: 0,
        }
    }

    fn frames(&mut self) -> Vec<Frame> {
        let n = self.pick(&[0, 1, 3, 20]);
        let frames = (0..n).map(|_| Frame {
            ip: self.roll(3),
            symbol: self.pick(&[None, Some("a::b".to_owned()), Some("x".repeat(300)), Some("\n".to_owned())]),
            file: self.site().map(|site| site.file.to_owned()),
            line: self.roll(3) as u32,
            column: 0,
            module: self.pick(&[None, Some("app+0x7".to_owned())]),
        });
        frames.collect()
    }

    fn draft(&mut self) -> Draft {
        let kind = self.pick(&ReportKind::ALL);
        let severity = self.pick(&[Severity::Guarded, Severity::Possible, Severity::Certain]);
        let mut draft = Draft::new(kind, severity);
        for _ in 0..self.roll(5) {
            let lock = self.lock();
            draft = draft.lock(lock);
        }
        let labels = [
            Label::FirstAcquired,
            Label::Acquiring,
            Label::Holding,
            Label::Holding,
            Label::AcquiredUnder,
            Label::WaitingAt,
            Label::InHandler(0),
            Label::InHandler(SIGIO),
            Label::HeldOpen(255),
            Label::IrqsDisabled,
            Label::HeldWithIrqsOff,
            Label::InnerAcquired,
            Label::IrqsReenabled,
            Label::IrqsRestored,
            Label::SectionOpened,
            Label::Released,
            Label::Dropped,
            Label::Ended,
            Label::Asserted,
            Label::Notified,
            Label::Noticed,
        ];
        for _ in 0..self.roll(7) {
            let (what, lock, site, frames) = (self.pick(&labels), self.roll(7), self.site(), self.frames());
            let thread = self.pick(&["main", "", "t\n"]);
            draft = draft.step(what, lock.checked_sub(1), site, &frames).by(thread);
        }
        let hints = [
            Hint::None,
            Hint::SameClass,
            Hint::Upgrade,
            Hint::WriterQueued,
            Hint::Leaf,
            Hint::Comparator,
            Hint::Numbers,
            Hint::Crossed,
            Hint::LeftBlocked,
            Hint::MaskChanged,
            Hint::EnabledInHandler,
            Hint::TestEnd,
            Hint::NotHeld,
        ];
        draft.body.hint = self.pick(&hints);
        for _ in 0..self.roll(4) * 7 {
            let held = LockEntry { lock: self.lock(), in_handler: self.signal(), irqs_off: self.roll(2) == 0 };
            draft.body.held.push(held);
        }
        draft.body.signals = (0..self.roll(4)).filter_map(|_| self.signal()).collect();
        draft.body.in_handler = self.signal();
        draft.body.irqs_last_off = self.signal().map(|_| Stamp { frame: None, site: self.site(), event: u64::MAX });
        draft.body.notes = vec![String::new(); self.roll(3)];
        draft
    }
}

#[test]
fn odd_reports_are_drawn_all_the_same() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut sources = sources();
    let rounds = if cfg!(miri) { 5 } else { 2000 };
    for round in 0..rounds {
        let style = Style { color: dice.roll(2) == 0, width: dice.roll(200), unicode: dice.roll(2) == 0 };
        let mut draft = dice.draft();
        if dice.roll(8) > 0 {
            // Fewer stacks than steps, or none.
            draft.stacks.truncate(dice.roll(8));
        }
        let report = draft.report();
        let text = text::render_with(&report, style, &mut sources);
        assert!(text.contains("report id 0123456789abcdef"), "round {round}: {text}");
        assert!(style.color || !text.contains('\x1b'), "round {round}: {text}");
        report.to_json();
    }
}

mod schema {
    use serde_json::Value;

    use super::super::json::JsonReport;
    use super::*;

    #[track_caller]
    fn fields(value: &Value) -> Vec<&str> {
        value.as_object().unwrap().keys().map(String::as_str).collect()
    }

    #[track_caller]
    fn check(value: &Value, expected: &[&str]) {
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        let mut fields = fields(value);
        fields.sort_unstable();
        assert_eq!(fields, expected, "the schema is a promise: see json.rs");
    }

    #[test]
    fn the_field_names_are_kept() {
        let mut draft = unsafe_irq_enable(true);
        draft = draft.in_handler(libc::SIGIO);
        draft.body.held[0].in_handler = Some(libc::SIGIO);
        let json: Value = serde_json::from_str(&draft.report().to_json()).unwrap();
        check(
            &json,
            &[
                "version",
                "id",
                "kind",
                "severity",
                "message",
                "signals",
                "blocked",
                "unblocked",
                "thread",
                "in_handler",
                "locks",
                "stacks",
                "primary",
                "held",
                "evidence",
                "threads",
                "irqs_last_off",
                "irqs_last_on",
                "notes",
                "help",
            ],
        );
        check(&json["signals"][0], &["number", "name"]);
        check(&json["in_handler"], &["number", "name"]);
        let lock = ["class", "type", "kind", "subclass", "construction", "mode", "acquisition"];
        check(&json["locks"][0], &lock);
        check(&json["locks"][0]["construction"], &["file", "line", "column"]);
        check(&json["stacks"][0], &["label", "lock", "mode", "site", "thread", "in_handler", "frames"]);
        check(&json["stacks"][0]["site"], &["file", "line", "column"]);
        check(&json["stacks"][3]["in_handler"], &["number", "name"]);
        check(&json["stacks"][0]["frames"][0], &["symbol", "file", "line", "ip", "module"]);
        check(&json["held"][0], &["lock", "irqs_off", "in_handler"]);
        check(&json["held"][0]["lock"], &lock);
        check(&json["evidence"], &["same_thread", "ordered", "gates"]);
        check(&json["irqs_last_off"], &["site", "event"]);
        check(&json["irqs_last_on"], &["site", "event"]);
        let json: Value = serde_json::from_str(&watched_deadlock().report().to_json()).unwrap();
        check(&json["threads"][0], &["name", "tid", "held", "waits_for", "waited_ms", "in_handler", "missing"]);
        check(&json["threads"][0]["waits_for"], &lock);
        check(&json["threads"][0]["held"][0], &["lock", "irqs_off", "in_handler"]);
        assert_eq!(json["threads"][0]["waited_ms"], 2400);
    }

    /// Reports were written before there were watched threads.
    #[test]
    fn a_report_without_threads_can_be_read() {
        let line = recursion().report().to_json().replacen("\"threads\":[],", "", 1);
        assert!(!line.contains("threads"));
        assert!(serde_json::from_str::<JsonReport>(&line).unwrap().threads.is_empty());
    }

    #[test]
    fn the_values_are_those_of_the_report() {
        let json: Value = serde_json::from_str(&unsafe_irq_enable(true).report().to_json()).unwrap();
        assert_eq!(json["version"], 1);
        assert_eq!(json["id"], "0123456789abcdef");
        assert_eq!(json["kind"], "UnsafeIrqEnable");
        assert_eq!(json["severity"], "Certain");
        assert_eq!(json["message"], "releasing `process_io_insert` re-enables SIGIO while `bfqd` is held with it blocked");
        assert_eq!(json["signals"][0]["number"], libc::SIGIO);
        assert_eq!(json["signals"][0]["name"], "SIGIO");
        assert_eq!(json["in_handler"], Value::Null);
        assert_eq!(json["locks"][0]["class"], "bfqd");
        assert_eq!(json["locks"][0]["mode"], "write");
        assert_eq!(json["locks"][0]["acquisition"], Value::Null);
        assert_eq!(json["primary"], 2);
        assert_eq!(json["stacks"][2]["label"], "irqs re-enabled at");
        assert_eq!(json["stacks"][2]["lock"], Value::Null);
        assert_eq!(json["stacks"][3]["in_handler"]["name"], "SIGIO");
        assert_eq!(json["stacks"][0]["frames"][0]["line"], 26);
        let ip = json["stacks"][0]["frames"][0]["ip"].as_str().unwrap();
        assert!(ip.starts_with("0x") && u64::from_str_radix(&ip[2..], 16).is_ok(), "{ip}");
    }

    #[test]
    fn what_is_written_can_be_read() {
        for kind in ReportKind::ALL {
            let report = sample(kind).report();
            let line = report.to_json();
            assert!(!line.contains('\n'), "{line}");
            let read: JsonReport = serde_json::from_str(&line).unwrap();
            assert_eq!(read, JsonReport::of(&report));
        }
    }

    /// A later minor version may add a field.
    #[test]
    fn unknown_fields_are_ignored() {
        let line = recursion().report().to_json().replacen('{', "{\"later\":[1],", 1);
        assert!(serde_json::from_str::<JsonReport>(&line).is_ok());
    }
}
