//! Waits that last too long, explained from outside.
//!
//! A thread of the validator's own wakes a few times within the limit and looks at what threads wait for. A wait beyond the limit
//! makes it look for circles, which are reported as `Deadlock`; a long wait that no circle explains is a `Stall`. What every
//! other part of the validator finds, it finds before the wait; here remain the circles that go through who would notify, those
//! of a program that runs with the rules off, and holders that are stuck elsewhere or gone.
//!
//! A finding is made in three steps, because a stack takes time: what is wrong, in a slow section; where the threads are now,
//! outside, by [`position`]; whether it is still wrong, in a slow section again.
//!
//! Which waits are too long: every wait for a lock, an upgrade or a `Map` section. Not a wait with a time limit, for it ends. A
//! wait for a condition variable is an idle worker's as well, so it counts only if the thread holds locks meanwhile, or if
//! nobody can notify it: every thread of the process sleeps until another one wakes it.

use core::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use allocator_api2::vec::Vec as ArenaVec;

use super::contention::{clock, find_circle, holders, reached_from, waits};
use super::globals::Globals;
use super::graph::Graph;
use super::position::{self, Missing};
use super::raw::{Found, RawReport, RawThread, queue};
use super::thread::ThreadState;
use super::{Errno, complain, deliver, dump, futex_wait, futex_wake, life, scope, slow};
use crate::arena::Arena;
use crate::engine::{Blocked, Context, Event, Held, HeldFlags, Holder, Place, Thread};
use crate::irq::bit;
use crate::report::{clean, signal_name};
use crate::runtime::mask;

/// The limit in nanoseconds; 0 for none.
static LIMIT: AtomicU64 = AtomicU64::new(0);
/// The signal that asks for a dump; 0 for none.
static DUMP_SIGNAL: AtomicI32 = AtomicI32::new(0);
/// One of both is set.
static WANTED: AtomicBool = AtomicBool::new(false);
/// Somebody notified a condition variable since.
static REMEMBERS: AtomicBool = AtomicBool::new(false);
/// The thread runs.
static RUNS: AtomicBool = AtomicBool::new(false);
/// How many dumps were asked for. The thread sleeps on it.
static DUMPS: AtomicU32 = AtomicU32::new(0);
/// In a child of a fork the thread is missing.
static MISSING: AtomicBool = AtomicBool::new(false);

/// Looks within one limit.
const LOOKS: u64 = 5;
const OFTEN: Duration = Duration::from_millis(2);
const SELDOM: Duration = Duration::from_secs(1);

/// Threads in the way of one wait that a report shows.
const MOST_HOLDERS: usize = 4;

/// Whether somebody wants to know who holds what, and who notifies whom.
#[inline]
pub(super) fn wanted() -> bool {
    WANTED.load(Ordering::Relaxed)
}

/// It is kept who notified a condition variable.
pub(super) fn remember() {
    REMEMBERS.store(true, Ordering::Relaxed);
}

/// Whether anything of the kind is kept.
#[inline]
pub(super) fn remembers() -> bool {
    REMEMBERS.load(Ordering::Relaxed)
}

/// The setting `watchdog`.
pub(super) fn watch(limit: Duration) {
    LIMIT.store(u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    begin();
}

/// The setting `dump_signal`.
pub(super) fn dump_at(signal: libc::c_int) {
    let before = DUMP_SIGNAL.swap(0, Ordering::Relaxed);
    if before != 0 && position::handler_of(before) == handler() {
        position::set_handler(before, libc::SIG_DFL);
    }
    position::give_way([signal].into_iter().collect());
    if position::handler_of(signal) != libc::SIG_DFL {
        let name = signal_name(signal);
        complain(
            format!("lockdep: {name} already has a handler and cannot be the dump signal; there is no dump signal\n").as_bytes(),
        );
        return;
    }
    DUMP_SIGNAL.store(signal, Ordering::Relaxed);
    begin();
    position::set_handler(signal, handler());
}

fn handler() -> usize {
    asked as extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void) as usize
}

/// The handler of the dump signal: the thread does it.
extern "C" fn asked(_signal: libc::c_int, _info: *mut libc::siginfo_t, _context: *mut libc::c_void) {
    let _errno = Errno::keep();
    DUMPS.fetch_add(1, Ordering::Release);
    futex_wake(&DUMPS, 1);
}

fn begin() {
    let wanted = LIMIT.load(Ordering::Relaxed) != 0 || DUMP_SIGNAL.load(Ordering::Relaxed) != 0;
    WANTED.store(wanted, Ordering::Relaxed);
    if wanted {
        position::reserve();
        start();
    }
    futex_wake(&DUMPS, 1);
}

/// Starts the thread.
///
/// Also on the way to a lock, after a fork: so it is made by the C library, which uses no allocator of Rust's.
fn start() {
    if RUNS.swap(true, Ordering::Relaxed) {
        return;
    }
    if !scope::start_plainly(body) {
        RUNS.store(false, Ordering::Relaxed);
        complain(b"lockdep: the watchdog's thread cannot be started\n");
    }
}

/// In the child of a fork: the thread is gone.
pub(super) fn forked(me: &ThreadState) {
    if RUNS.swap(false, Ordering::Relaxed) {
        MISSING.store(true, Ordering::Relaxed);
        // The next acquisition comes by the slow way.
        me.forget_chains();
    }
}

/// On the slow way to a lock: the child of a fork gets its watchdog, unless it calls `exec` first or takes no lock.
#[inline]
pub(super) fn attend(thread: &ThreadState) {
    if MISSING.load(Ordering::Relaxed)
        && thread.real_handlers.load(Ordering::Relaxed) == 0
        && MISSING.swap(false, Ordering::Relaxed)
    {
        start();
    }
}

extern "C-unwind" fn body(_argument: *mut libc::c_void) -> *mut libc::c_void {
    // SAFETY: the name is a string of less than 16 bytes.
    unsafe { libc::prctl(libc::PR_SET_NAME, c"lockdep-watch".as_ptr()) };
    let mut memory = Memory::new();
    let mut dumped = 0;
    let mut open = 0;
    loop {
        let signal = DUMP_SIGNAL.load(Ordering::Relaxed);
        if signal != open {
            // All other threads may block it; this one never does.
            mask::block(if open == 0 { 0 } else { bit(open) });
            mask::unblock(if signal == 0 { 0 } else { bit(signal) });
            open = signal;
        }
        let dumps = DUMPS.load(Ordering::Acquire);
        if dumps != dumped {
            dump::dump_held();
            dumped = dumps;
        }
        let limit = LIMIT.load(Ordering::Relaxed);
        if limit != 0 {
            memory.look(limit);
        }
        let pause = Duration::from_nanos(limit / LOOKS).clamp(OFTEN, SELDOM);
        futex_wait(&DUMPS, dumps, (limit != 0).then_some(pause));
    }
}

/// Who is putting a report into words keeps others waiting if it holds a lock; that is our doing, and no wait of the program's.
struct Busy {
    /// When it was seen last.
    until: u64,
}

impl Busy {
    fn look(&mut self, globals: &Globals) {
        // SAFETY: listed graphs are alive, in a slow section.
        let busy = |&graph: &*const Graph| unsafe { (*graph).in_delivery.load(Ordering::Acquire) != 0 };
        if globals.graphs.iter().any(busy) {
            self.until = clock();
        }
    }
}

/// What was said already, about waits that still last: of each the thread, and since when it waits. It lives in the arena, for it
/// changes in slow sections.
struct Memory {
    /// In a circle.
    circles: ArenaVec<Wait, Arena>,
    /// Too long, or too long because of a circle.
    long: ArenaVec<Wait, Arena>,
    /// Who was said to be in the way of which lock.
    locks: ArenaVec<(u64, u32), Arena>,
    busy: Busy,
}

/// A thread, and since when it waits.
type Wait = (u32, u64);

/// What is wrong.
struct Case {
    what: What,
    /// The waits that it is about: if one has ended, it is no longer so.
    waits: ArenaVec<Wait, Arena>,
}

enum What {
    /// Threads wait for each other; found from one of them.
    Circle { member: Thread, circle: ArenaVec<Blocked, Arena> },
    /// One waits, for others or for nobody.
    Long { waiting: Thread, wants: Held, holders: ArenaVec<Holder, Arena> },
}

impl Memory {
    fn new() -> Memory {
        Memory {
            circles: ArenaVec::new_in(Arena),
            long: ArenaVec::new_in(Arena),
            locks: ArenaVec::new_in(Arena),
            busy: Busy { until: 0 },
        }
    }

    /// Looks once.
    fn look(&mut self, limit: u64) {
        let any = slow::with(|globals| {
            self.busy.look(globals);
            let any = overdue(globals, self.before(limit)).next().is_some();
            if !any {
                self.circles.clear();
                self.long.clear();
                self.locks.clear();
            }
            any
        });
        if !any {
            return;
        }
        // Asked outside slow sections: files are read.
        let asleep = everybody_sleeps();
        while let Some(mut case) = slow::with(|globals| self.find(globals, limit, asleep)) {
            if !report(&mut case) {
                self.forget(&case);
                break;
            }
        }
    }

    /// It is no longer so; if it is again, it is to be said.
    fn forget(&mut self, case: &Case) {
        let keep = |wait: &Wait| !case.waits.contains(wait);
        self.circles.retain(|wait| keep(wait));
        self.long.retain(|wait| keep(wait));
        if let What::Long { wants, .. } = &case.what {
            self.locks.retain(|&(lock, _)| lock != wants.instance);
        }
    }

    /// Whoever waits since before this moment waits too long.
    fn before(&self, limit: u64) -> u64 {
        let moment = clock().saturating_sub(limit);
        if self.busy.until > moment { 0 } else { moment }
    }

    /// The next thing that is wrong and was not said; it counts as said from here on.
    fn find(&mut self, globals: &Globals, limit: u64, asleep: bool) -> Option<Case> {
        let lasts = |wait: &Wait| globals.threads().any(|thread| wait_of(thread) == Some(*wait));
        self.circles.retain(|wait| lasts(wait));
        self.long.retain(|wait| lasts(wait));
        let before = self.before(limit);
        self.locks.retain(|&(lock, _)| overdue(globals, before).any(|thread| waits(thread).any(|wants| wants.instance == lock)));
        self.circle(globals, before).or_else(|| self.too_long(globals, before, asleep))
    }

    fn circle(&mut self, globals: &Globals, before: u64) -> Option<Case> {
        for thread in overdue(globals, before) {
            // A circle explains whoever waits for one of its members as well.
            for member in reached_from(globals, thread) {
                let Some(circle) = circle_of(globals, member) else { continue };
                let mut waits = ArenaVec::new_in(Arena);
                waits.extend(circle.iter().filter_map(|step| wait_of(find(globals, step.thread)?)));
                self.long.extend(wait_of(thread));
                if waits.iter().all(|wait| self.circles.contains(wait)) {
                    break;
                }
                self.circles.extend(waits.iter().copied());
                self.long.extend(waits.iter().copied());
                return Some(Case { what: What::Circle { member: member.thread(), circle }, waits });
            }
        }
        None
    }

    /// The longest wait of which nothing was said.
    fn too_long(&mut self, globals: &Globals, before: u64, asleep: bool) -> Option<Case> {
        loop {
            let new = overdue(globals, before).filter(|thread| is_stuck(thread, asleep));
            let new = new.filter_map(|thread| Some((thread, wait_of(thread)?))).filter(|(_, wait)| !self.long.contains(wait));
            let (thread, wait) = new.min_by_key(|&(_, (_, since))| since)?;
            self.long.push(wait);
            let Some(wants) = waits(thread).next() else { continue };
            let mut list = ArenaVec::new_in(Arena);
            list.extend(holders(globals, thread, &wants).into_iter().map(|(other, holds)| Holder {
                thread: other.thread(),
                holds,
                now: None,
            }));
            // One report for all that wait for one lock while it is held.
            let first = (wants.instance, list.first().map_or(0, |holder| holder.thread.id));
            if self.locks.contains(&first) {
                continue;
            }
            self.locks.push(first);
            let mut waits = ArenaVec::new_in(Arena);
            waits.push(wait);
            return Some(Case { what: What::Long { waiting: thread.thread(), wants, holders: list }, waits });
        }
    }
}

/// The wait of a thread, if it waits.
fn wait_of(thread: &'static ThreadState) -> Option<Wait> {
    let since = ThreadState::get(&thread.waiting_since);
    (since != 0 && waits(thread).next().is_some()).then(|| (thread.thread().id, since))
}

/// Those who wait since `before`.
fn overdue(globals: &Globals, before: u64) -> impl Iterator<Item = &'static ThreadState> {
    globals.threads().filter(move |thread| wait_of(thread).is_some_and(|(_, since)| since <= before))
}

/// Whether a long wait means that something is wrong; see the file header.
fn is_stuck(thread: &'static ThreadState, asleep: bool) -> bool {
    let any = |flag| waits(thread).any(|wants| wants.flags.has(flag));
    if any(HeldFlags::TIMED) {
        return false;
    }
    !any(HeldFlags::CONDVAR) || asleep || thread.entries().any(|held| held.is_lock())
}

fn find(globals: &Globals, thread: Thread) -> Option<&'static ThreadState> {
    globals.threads().find(|other| other.thread().id == thread.id)
}

/// The threads of this process but our own: numbers and names.
pub(super) fn tasks() -> Vec<(libc::pid_t, String)> {
    let Ok(directory) = std::fs::read_dir("/proc/self/task") else { return Vec::new() };
    let tids = directory.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let named = tids.filter_map(|tid: libc::pid_t| {
        let name = std::fs::read_to_string(format!("/proc/self/task/{tid}/comm")).ok()?;
        Some((tid, clean(name.trim_end_matches('\n'))))
    });
    let mut tasks: Vec<_> = named.filter(|(_, name)| !OURS.contains(&name.as_str())).collect();
    tasks.sort_unstable();
    tasks
}

const OURS: [&str; 2] = ["lockdep-watch", "lockdep-report"];

/// Whether every thread sleeps on a futex without a time limit: then only a signal can wake one of them.
fn everybody_sleeps() -> bool {
    let sleeps = |tid: libc::pid_t| {
        let call = std::fs::read_to_string(format!("/proc/self/task/{tid}/syscall")).ok()?;
        let mut words = call.split_whitespace();
        let number: libc::c_long = words.next()?.parse().ok()?;
        let arguments: Vec<u64> = words.filter_map(|word| u64::from_str_radix(word.strip_prefix("0x")?, 16).ok()).collect();
        let &[_, operation, _, limit, ..] = arguments.as_slice() else { return None };
        let operation = operation as libc::c_int & !(libc::FUTEX_PRIVATE_FLAG | libc::FUTEX_CLOCK_REALTIME);
        let waits = operation == libc::FUTEX_WAIT || operation == libc::FUTEX_WAIT_BITSET;
        Some(number == libc::SYS_futex && waits && limit == 0)
    };
    let tasks = tasks();
    !tasks.is_empty() && tasks.iter().all(|&(tid, _)| sleeps(tid) == Some(true))
}

/// A thread of a case, and where it is.
struct Asked {
    thread: Thread,
    tid: libc::pid_t,
    stack: Result<Vec<usize>, Missing>,
}

/// Asks the threads where they are, and reports what is then still so; false if it is not.
fn report(case: &mut Case) -> bool {
    if let What::Long { holders, .. } = &mut case.what {
        holders.truncate(MOST_HOLDERS);
    }
    let threads: Vec<Thread> = match &case.what {
        What::Circle { circle, .. } => circle.iter().map(|step| step.thread).collect(),
        What::Long { waiting, holders, .. } => [*waiting].into_iter().chain(holders.iter().map(|holder| holder.thread)).collect(),
    };
    let mut asked: Vec<Asked> = Vec::with_capacity(threads.len());
    for thread in threads {
        if asked.iter().any(|known| known.thread.id == thread.id) {
            continue;
        }
        let tid = slow::with(|globals| find(globals, thread).map(|state| state.tid.load(Ordering::Relaxed)));
        let stack = tid.ok_or(Missing::Gone).and_then(position::ask);
        asked.push(Asked { thread, tid: tid.unwrap_or(0), stack });
    }
    let told = slow::with(|globals| tell(globals, case, &asked));
    match told {
        None => return false,
        Some(Told::OfTest(new)) => new.into_iter().for_each(deliver::of_test_from_outside),
        Some(Told::Here(graph, found)) => deliver::from_outside(graph, found),
    }
    true
}

/// What is left to do about a case that the engine knows of.
enum Told {
    /// To deliver it: the graph stays, for it is that of the process, or what it found stops the program.
    Here(&'static Graph, Found),
    /// To show what is new of it: its isolated graph may be gone by now.
    OfTest(ArenaVec<RawReport, Arena>),
}

/// The circle that a thread is in.
fn circle_of(globals: &Globals, member: &'static ThreadState) -> Option<ArenaVec<Blocked, Arena>> {
    let mut circle = find_circle(globals, member, true)?;
    // It has no beginning: the oldest thread's place is as good as any, and the same in every run.
    let oldest = circle.iter().enumerate().min_by_key(|(_, step)| step.thread.id).map_or(0, |(at, _)| at);
    circle.rotate_left(oldest);
    Some(circle)
}

/// Whether the circle of a thread, which still waits, is what it was at the first look: the same waits for the same acquisitions. Looked
/// for from the same thread, for another one of it may be in a second circle.
fn is_still(globals: &Globals, member: Thread, circle: &[Blocked]) -> bool {
    let same = |before: &Blocked, now: &Blocked| {
        let entry = |entry: &Held| (entry.lock, entry.instance, entry.place, entry.context);
        before.thread.id == now.thread.id
            && entry(&before.holds) == entry(&now.holds)
            && entry(&before.wants) == entry(&now.wants)
    };
    find(globals, member)
        .and_then(|member| circle_of(globals, member))
        .is_some_and(|now| now.len() == circle.len() && now.iter().zip(circle).all(|(now, before)| same(before, now)))
}

/// Hands it to the engine, in a slow section, if it is still so.
fn tell(globals: &mut Globals, case: &mut Case, asked: &[Asked]) -> Option<Told> {
    if !case.waits.iter().all(|wait| globals.threads().any(|thread| wait_of(thread) == Some(*wait))) {
        return None;
    }
    if let What::Circle { member, circle } = &case.what
        && !is_still(globals, *member, circle)
    {
        return None;
    }
    if let What::Long { waiting, wants, holders: known } = &case.what {
        // Whoever let go meanwhile is not to be named.
        let now = holders(globals, find(globals, *waiting)?, wants);
        let still = |holder: &Holder| now.iter().any(|(other, _)| other.thread().id == holder.thread.id);
        if !known.iter().all(still) {
            return None;
        }
    }
    let mut now = |thread: Thread| {
        let stack = asked.iter().find(|asked| asked.thread.id == thread.id)?.stack.as_ref().ok()?;
        Some(Place { site: 0, stack: globals.stacks.intern(stack) })
    };
    let (subject, position) = match &mut case.what {
        What::Circle { circle, .. } => {
            circle.iter_mut().for_each(|step| step.now = now(step.thread));
            (circle[0].thread, None)
        }
        What::Long { waiting, holders, .. } => {
            holders.iter_mut().for_each(|holder| holder.now = now(holder.thread));
            (*waiting, now(*waiting))
        }
    };
    let subject = find(globals, subject)?;
    let mut held = ArenaVec::new_in(Arena);
    held.extend(subject.entries());
    let cx = Context {
        thread: subject.thread(),
        now: globals.clock,
        held: &held,
        base: subject.base(),
        mask: ThreadState::get(&subject.mask),
        handler: subject.handler.load(Ordering::Relaxed),
    };
    let graph = life::graph(subject);
    let event = match &case.what {
        What::Circle { circle, .. } => Event::Deadlock { cx, cycle: circle },
        What::Long { wants, holders, .. } => Event::Stall { cx, wants: *wants, now: position, holders },
    };
    // SAFETY: in a slow section.
    let verdicts = unsafe { graph.inner() }.engine.apply(event);
    let found = queue(globals, graph, subject, verdicts, None);
    let of_test = graph.isolated && found.stop.is_none();
    let mut new = ArenaVec::new_in(Arena);
    if found.fresh > 0 {
        let mut threads = ArenaVec::new_in(Arena);
        for asked in asked {
            let picture = find(globals, asked.thread).map(|thread| RawThread::of(thread, asked.stack.as_ref().err().copied()));
            threads.extend(picture.map(|picture| RawThread { tid: asked.tid, ..picture }));
        }
        // SAFETY: in a slow section, and the engine is done.
        if let Some(raw) = unsafe { graph.inner() }.queue.last_mut() {
            raw.threads = threads;
            new.extend(of_test.then(|| raw.clone()));
        }
    }
    Some(if of_test { Told::OfTest(new) } else { Told::Here(graph, found) })
}
