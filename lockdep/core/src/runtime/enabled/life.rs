//! From the start of the process to its end, and the same for each thread.

use core::sync::atomic::{AtomicI32, AtomicPtr, AtomicU32, Ordering};

use super::acquire::{conclude, event, place_here, set_adrift};
use super::globals::{Globals, MAKER_FRAMES};
use super::graph::Graph;
use super::thread::{CHAINS, Known, Room, ThreadState, current};
use super::{config, deliver, give_up, irqs, lazy, orphans, position, scope, slow, watchdog};
use crate::arena::{give_back, immortal, open, reserve};
use crate::engine::{End, Event, Held, Place};
use crate::irq::{Lines, bit};
use crate::runtime::{Stacks, mask};
use crate::stack::{DEEPEST, Spots, StackCache, find_unwinder};

/// Entries of a fresh held stack: a page.
const ROOM: usize = 64;

/// For so many entries addresses are set aside, which cost no memory; where the system gives no more, for fewer, down to so many.
const MOST: usize = 1 << 20;
const LEAST: usize = 1 << 10;

/// The graph of the process; made by the first slow section that needs it.
static PROCESS: AtomicPtr<Graph> = AtomicPtr::new(core::ptr::null_mut());

/// The key whose destructor sees threads end.
static THREAD_END: AtomicU32 = AtomicU32::new(u32::MAX);

/// The number of this process; 0 before its start.
static PROCESS_ID: AtomicI32 = AtomicI32::new(0);

fn note_process() {
    // SAFETY: no arguments, always succeeds.
    PROCESS_ID.store(unsafe { libc::getpid() }, Ordering::Relaxed);
}

/// Whether this is another process than the one that the memory belongs to: the child of a `vfork`.
///
/// What was copied by a system call alone looks the same.
pub(super) fn is_another_process() -> bool {
    let known = PROCESS_ID.load(Ordering::Relaxed);
    // SAFETY: no arguments, always succeeds.
    known != 0 && known != unsafe { libc::getpid() }
}

/// Runs before `main`.
extern "C" fn start() {
    // Named here, so that it is linked in.
    core::hint::black_box(scope::lockdep_pthread_create as *const ());
    note_process();
    find_unwinder();
    config::from_environment();
    #[cfg(not(target_feature = "crt-static"))]
    stay_loaded();
    let mut key = 0;
    // SAFETY: plain registrations; the callbacks live as long as the program.
    unsafe {
        if libc::pthread_key_create(&mut key, Some(thread_end)) == 0 {
            THREAD_END.store(key, Ordering::Relaxed);
        }
        on_exit(process_end, core::ptr::null_mut());
        libc::pthread_atfork(Some(before_fork), Some(after_fork_in_parent), Some(after_fork_in_child));
    }
    // The unwinder prepares itself at its first use: here, and not in a handler.
    backtrace::trace(|_| false);
    #[cfg(feature = "interpose")]
    super::interpose::start();
}

// SAFETY: `.init_array` holds pointers to functions that the loader calls before `main`; this is one.
#[used]
#[unsafe(link_section = ".init_array")]
static START: extern "C" fn() = start;

unsafe extern "C" {
    /// glibc: as `atexit`, with the exit status.
    fn on_exit(callback: extern "C" fn(libc::c_int, *mut libc::c_void), argument: *mut libc::c_void) -> libc::c_int;
}

/// A library that is loaded by `dlopen` stays when it is closed: the ends of threads and of the process, and handlers, come here.
#[cfg(not(target_feature = "crt-static"))]
fn stay_loaded() {
    // SAFETY: all zeros is a `Dl_info`, which is pointers.
    let mut here: libc::Dl_info = unsafe { core::mem::zeroed() };
    // SAFETY: `here` lives across the calls. The name is the loader's own, of what is loaded already, and nothing else is.
    unsafe {
        if libc::dladdr((start as *const ()).cast(), &raw mut here) == 0 {
            return;
        }
        // The headers of the program lie in its first page.
        let is_program = libc::getauxval(libc::AT_PHDR).wrapping_sub(here.dli_fbase.addr() as u64) < 4096;
        if !is_program {
            libc::dlopen(here.dli_fname, libc::RTLD_LAZY | libc::RTLD_NOLOAD | libc::RTLD_NODELETE);
        }
    }
}

/// The graph of the process.
pub(super) fn process_graph(globals: &mut Globals) -> &'static Graph {
    let graph = PROCESS.load(Ordering::Relaxed);
    // SAFETY: once made it stays.
    if let Some(graph) = unsafe { graph.as_ref() } {
        return graph;
    }
    let graph = immortal(Graph::new(false));
    globals.graphs.push(graph);
    PROCESS.store(core::ptr::from_ref(graph).cast_mut(), Ordering::Release);
    graph
}

/// The graph of the process, if anything was ever checked.
pub(super) fn process_graph_if_any() -> Option<&'static Graph> {
    // SAFETY: once made it stays; acquire pairs with the release that published it.
    unsafe { PROCESS.load(Ordering::Acquire).as_ref() }
}

/// The graph of a thread that is prepared.
pub(super) fn graph(thread: &ThreadState) -> &'static Graph {
    // SAFETY: set by `prepare`, or by an isolation that outlives what runs in it.
    unsafe { &*thread.graph.load(Ordering::Relaxed) }
}

/// Makes the state of this thread ready for its first use.
pub(crate) fn prepare(thread: &'static ThreadState) {
    if !thread.is_prepared() {
        prepare_now(thread);
    }
}

/// The name as the kernel has names: what is beyond 15 bytes is lost.
fn named(name: &[u8]) -> [u8; 16] {
    let mut kept = [0; 16];
    let length = name.len().min(15);
    kept[..length].copy_from_slice(&name[..length]);
    kept
}

/// The name of the program's file, from which every thread that is given none has its own.
fn program() -> &'static [u8] {
    unsafe extern "C" {
        static program_invocation_short_name: *const core::ffi::c_char;
    }
    // SAFETY: the C library sets it before any code of ours runs, to a string that stays; a program that gives itself another one does
    // as much.
    unsafe {
        let name = program_invocation_short_name;
        if name.is_null() { b"" } else { core::ffi::CStr::from_ptr(name).to_bytes() }
    }
}

#[cold]
fn prepare_now(thread: &'static ThreadState) {
    let real = mask::current();
    let mut name = [0_u8; 16];
    // SAFETY: the buffer has the 16 bytes that the kernel writes; the others have no arguments and always succeed.
    let (pid, tid) = unsafe {
        libc::prctl(libc::PR_GET_NAME, name.as_mut_ptr());
        (libc::getpid(), libc::gettid())
    };
    // Both are called by the name of the program by the kernel, and so by Rust.
    if tid == pid {
        name = named(b"main");
    } else if name == named(program()) {
        name = named(b"<unnamed>");
    }
    thread.name.set(name);
    thread.first.store(u8::from(scope::is_first_thread()), Ordering::Relaxed);
    thread.tid.store(tid, Ordering::Relaxed);
    let (stacks, exact) = match config::stacks() {
        Stacks::Off => (core::ptr::null_mut(), false),
        chosen => (StackCache::allocate(chosen == Stacks::Exact, DEEPEST), chosen == Stacks::Exact),
    };
    let (spots, known) = (Spots::allocate(), Known::allocate());
    slow::with(|globals| {
        // A handler may have been first.
        if thread.is_prepared() {
            // SAFETY: fresh, and not published.
            unsafe {
                StackCache::free(stacks);
                Spots::free(spots);
                Known::free(known);
            }
            return;
        }
        // In the last of its destructors a thread is here again, and nobody will see its end: what refers to it would outlive it.
        let (id, began) = globals.join(thread, thread.ending.load(Ordering::Relaxed) < ROUNDS);
        thread.id.store(id, Ordering::Relaxed);
        thread.memory.store(id.into(), Ordering::Relaxed);
        thread.began.store(began, Ordering::Relaxed);
        thread.stacks.store(stacks, Ordering::Relaxed);
        thread.spots.start(spots, exact);
        thread.know_in(known);
        let graph = process_graph(globals);
        thread.graph.store(core::ptr::from_ref(graph).cast_mut(), Ordering::Relaxed);
        thread.chain.store(graph.seed, Ordering::Relaxed);
        // What its parent had blocked for a moment only was noted there before.
        thread.born.store(real & !ThreadState::get(&thread.born), Ordering::Relaxed);
        thread.set_context(if config::idle() { 0 } else { real }, thread.handler.load(Ordering::Relaxed));
        give_room(globals, thread);
    });
    watch_end(thread);
}

/// Lets this thread come to [`thread_end`].
pub(super) fn watch_end(thread: &'static ThreadState) {
    let key = THREAD_END.load(Ordering::Relaxed);
    if key != u32::MAX {
        // SAFETY: the key exists; keys this early lie in the thread's own block, so nothing is allocated.
        unsafe { libc::pthread_setspecific(key, core::ptr::from_ref(thread).cast()) };
    }
}

/// The cache of the makers of locks, made at its first use.
pub(super) fn makers(thread: &'static ThreadState) -> &'static StackCache {
    let mut makers = thread.makers.load(Ordering::Relaxed);
    if makers.is_null() {
        prepare(thread);
        makers = slow::with(|_| {
            let cache = &thread.makers;
            // A handler may have been first.
            if cache.load(Ordering::Relaxed).is_null() {
                cache.store(StackCache::allocate(true, MAKER_FRAMES), Ordering::Relaxed);
            }
            cache.load(Ordering::Relaxed)
        });
    }
    // SAFETY: the cache lives as long as the thread.
    unsafe { &*makers }
}

/// Makes sure that one more entry fits.
pub(crate) fn make_room(thread: &'static ThreadState) {
    let capacity = thread.capacity();
    let full = || thread.depth() + 1 >= capacity;
    if full() {
        slow::with(|globals| {
            // Locks that are taken hand over hand leave nothing but gaps below the last.
            thread.close_gaps();
            if full() || thread.depth() > capacity / 2 {
                give_room(globals, thread);
            }
        });
    }
}

/// For how many entries addresses are set aside. Where a limit is set they are the program's, which may have thousands of threads.
fn most() -> usize {
    const SHARE: u64 = 4096;
    let mut limit = libc::rlimit { rlim_cur: libc::RLIM_INFINITY, rlim_max: libc::RLIM_INFINITY };
    // SAFETY: the kernel writes one `rlimit`. If it does not, there is no limit.
    unsafe { libc::getrlimit(libc::RLIMIT_AS, &raw mut limit) };
    let share = limit.rlim_cur / SHARE / size_of::<Held>() as u64;
    (share as usize).clamp(LEAST, MOST).next_power_of_two()
}

/// Makes room for twice as many entries, where they are, or for the first; in a slow section.
fn give_room(globals: &mut Globals, thread: &ThreadState) {
    if !thread.is_prepared() {
        if let Some(room) = globals.rooms.pop() {
            return thread.start_in(room);
        }
        let (entries, reserved) = reserve(LEAST, most());
        thread.start_in(Room { entries, capacity: 0, reserved });
    }
    let before = thread.capacity();
    let capacity = (2 * before).max(ROOM);
    // SAFETY: reserved for this thread.
    if capacity > thread.room().reserved || !unsafe { open(thread.entry(0), before, capacity) } {
        give_up(b"lockdep: out of memory for the locks that a thread holds: this is an abort\n");
    }
    thread.set_capacity(capacity);
}

/// What a thread takes; in a slow section.
pub(super) fn bytes(thread: &ThreadState) -> usize {
    // SAFETY: null, or the caches of a thread that is registered; captures come and go in slow sections alone.
    let caches = [&thread.stacks, &thread.makers].map(|cache| unsafe { cache.load(Ordering::Relaxed).as_ref() });
    let entries = thread.capacity() * size_of::<Held>();
    entries
        + CHAINS * size_of::<Known>()
        + thread.spots.bytes()
        + caches.into_iter().flatten().map(StackCache::bytes).sum::<usize>()
}

/// Takes the held stack from a thread that ended; in a slow section. The next thread gets it, unless it has grown.
///
/// # Safety
///
/// Nobody uses it any more.
unsafe fn take_room(globals: &mut Globals, thread: &ThreadState) {
    (0..thread.depth()).for_each(|at| thread.vacate(at));
    let room = thread.room();
    thread.start_in(Room::NONE);
    if room.capacity == ROOM || room.reserved == LEAST {
        globals.rooms.push(room);
    } else {
        // SAFETY: as for the caller; what is no more than the least is kept.
        unsafe { give_back(room.entries, room.reserved, room.capacity) };
    }
}

/// In so many rounds the C library calls the destructors of a thread's keys, as long as one of them sets a value again.
const ROUNDS: u8 = 4;

/// A thread ends, whether it ever took a lock or not: it may hold nothing.
///
/// In the last round, for our key is the oldest: the destructors of all others come after ours, and may take and release locks. So may
/// those of `thread_local!` in a static executable, where they hang on such a key.
extern "C" fn thread_end(state: *mut libc::c_void) {
    // SAFETY: the value is the thread-local state of this thread, which is still there while destructors run.
    let thread = unsafe { &*state.cast_const().cast::<ThreadState>() };
    let before = thread.ending.load(Ordering::Relaxed);
    // Of a thread that began elsewhere nobody knows which round this is: there may be one more.
    let begun = thread.begun.load(Ordering::Relaxed) != 0;
    let round = if begun { before.saturating_add(1) } else { ROUNDS };
    thread.ending.store(round, Ordering::Relaxed);
    let again = if begun { round < ROUNDS } else { before == 0 && leaves_something(thread) };
    if again && !begun {
        slow::with(|globals| globals.unlist(thread));
    }
    // SAFETY: the key exists, for this is called by its destructor.
    if again && unsafe { libc::pthread_setspecific(THREAD_END.load(Ordering::Relaxed), state) } == 0 {
        return;
    }
    thread.ending.store(ROUNDS, Ordering::Relaxed);
    if thread.is_prepared() {
        end_of_thread(thread);
    } else if config::idle() {
        return;
    }
    lazy::end(thread);
    // From here on no handler may run and make the thread known again.
    mask::block(Lines::ALL.bits());
    lazy::free_queue(thread);
    irqs::forget_inherited(thread);
    if !thread.is_prepared() {
        return;
    }
    slow::with(|globals| {
        globals.leave(thread);
        let now = globals.clock;
        let id = thread.thread().id;
        for &graph in &globals.graphs {
            // SAFETY: listed graphs are alive; in a slow section.
            unsafe { (*graph).inner().engine.apply(Event::ThreadEnd { thread: id, now }) };
        }
        globals.forget_names();
        thread.forget_chains();
        thread.forget_ended();
        let caches = [&thread.stacks, &thread.makers].map(|cache| cache.swap(core::ptr::null_mut(), Ordering::Relaxed));
        let spots = thread.spots.start(core::ptr::null_mut(), false);
        let known = thread.know_in(core::ptr::null_mut());
        thread.instances.store(0, Ordering::Relaxed);
        // SAFETY: the thread is out of the registry and in no acquisition, so nobody uses them.
        unsafe {
            take_room(globals, thread);
            caches.into_iter().for_each(|cache| StackCache::free(cache));
            Spots::free(spots);
            Known::free(known);
        }
    });
}

/// Whether the thread still holds something, or has changed its mask.
fn leaves_something(thread: &ThreadState) -> bool {
    thread.depth() > thread.base() || left_another_mask(thread)
}

/// Checks what a thread leaves behind.
pub(super) fn end_of_thread(thread: &'static ThreadState) {
    irqs::say_inherited(thread, true);
    if thread.depth() > thread.base() {
        thread.tidy();
        set_adrift(thread);
    }
    if config::off() || !leaves_something(thread) || thread.unwinding_from_stop() {
        return;
    }
    thread.trim();
    // The end of a thread is in the C library, and says nothing.
    let real = thread.ending.load(Ordering::Relaxed) != 0;
    let place = if real { Place::default() } else { place_here(thread) };
    let end = End::Thread(thread.mask_at_end(ThreadState::get(&thread.born), 0));
    let found = slow::with(|globals| event(globals, thread, |cx| Event::End { cx, end, place }));
    conclude(thread, found, None);
}

/// Whether the mask is not what it was at the beginning, whatever plain calls did to it: those have the last word.
fn left_another_mask(thread: &ThreadState) -> bool {
    // A handler that ends its thread does so with its own mask.
    if thread.nesting.load(Ordering::Relaxed) != 0 || ThreadState::get(&thread.mask) == ThreadState::get(&thread.born) {
        return false;
    }
    thread.adopt(lazy::current(thread));
    ThreadState::get(&thread.mask) != ThreadState::get(&thread.born)
}

/// The process ends: what is still queued is delivered, a summary is printed, and the exit code tells.
extern "C" fn process_end(status: libc::c_int, _argument: *mut libc::c_void) {
    current().ending.store(1, Ordering::Relaxed);
    if !config::off() {
        orphans::end_of_process();
    }
    let reported = deliver::last_words();
    let code = config::exit_code();
    // Of the status a parent sees the lowest byte.
    if reported > 0 && status & 0xff == 0 && code != 0 {
        // The C library goes on where it is, with this code, to what the program registered before us and its streams: what was written
        // is flushed, without waiting for a thread that reads.
        // SAFETY: it is made to be called in here, and comes back here no more; no value with an end of its own is left behind.
        unsafe { libc::exit(code.into()) };
    }
}

/// The mask to put back when the slow section of a fork ends.
static FORK_MASK: core::sync::atomic::AtomicU64 = core::sync::atomic::AtomicU64::new(0);

/// Nobody is inside a slow section while the process is copied.
extern "C" fn before_fork() {
    let found = mask::block(Lines::ALL.bits() | bit(libc::SIGABRT));
    slow::lock_for_fork();
    FORK_MASK.store(found, Ordering::Relaxed);
}

extern "C" fn after_fork_in_parent() {
    let found = FORK_MASK.load(Ordering::Relaxed);
    slow::unlock_after_fork();
    mask::set(found);
}

/// The child has one thread: the others are gone, with what they held.
extern "C" fn after_fork_in_child() {
    note_process();
    let me = current();
    FORK_MASK.fetch_and(!lazy::forked(me), Ordering::Relaxed);
    // SAFETY: no arguments, always succeeds.
    me.tid.store(unsafe { libc::gettid() }, Ordering::Relaxed);
    slow::forked_globals(|globals| {
        orphans::note(globals, me);
        deliver::forked(globals);
        if me.is_prepared() && graph(me).isolated {
            // A process of its own: nobody returns its reports.
            me.graph.store(core::ptr::from_ref(process_graph(globals)).cast_mut(), Ordering::Relaxed);
            me.forget_chains();
        }
    });
    crate::stack::forked();
    scope::forked();
    position::forked();
    watchdog::forked(me);
    after_fork_in_parent();
}

/// Used where the end of the road is met and nothing can unwind.
pub(super) fn abort() -> ! {
    give_up(b"lockdep: aborting\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::LockKind;
    use crate::engine::State;
    use crate::kind::WaitType;
    use crate::map::{How, LockMap};

    enum Link {}

    impl LockKind for Link {
        const NAME: &'static str = "Link";
        const WAIT: WaitType = WaitType::Sleep;
        const BY_INSTANCE: bool = true;
    }

    #[test]
    fn a_thread_without_a_name_is_not_called_by_that_of_the_program() {
        let called = |name: [u8; 16]| {
            let thread = std::thread::spawn(move || {
                // SAFETY: a name that ends with a zero.
                unsafe { libc::prctl(libc::PR_SET_NAME, name.as_ptr()) };
                prepare(current());
                current().name.get()
            });
            thread.join().unwrap()
        };
        assert_eq!(called(named(program())), named(b"<unnamed>"));
        assert_eq!(called(named(b"flusher")), named(b"flusher"));
    }

    #[test]
    fn hand_over_hand_needs_no_more_room() {
        let links = LockMap::new::<Link, ()>().split(2000);
        links[0].lock(How::write(), || Some(()), || ());
        let before = current().capacity();
        assert!(before < links.len() / 4);
        for pair in links.windows(2) {
            pair[1].lock(How::write(), || Some(()), || ());
            pair[0].release();
        }
        links[links.len() - 1].release();
        assert_eq!(current().capacity(), before);
    }

    /// Each of these threads needs half a megabyte in the end.
    #[test]
    fn what_a_held_stack_grew_by_is_given_back() {
        let mapped = || slow::with_blocks(|blocks| blocks.mapped());
        let before = mapped();
        for _ in 0..64 {
            let grow = || {
                prepare(current());
                let entries = current().entry(0);
                (0..7).for_each(|_| slow::with(|globals| give_room(globals, current())));
                assert_eq!((current().entry(0), current().capacity()), (entries, ROOM << 7));
            };
            std::thread::spawn(grow).join().expect("it ends");
        }
        // Tests beside this one map pieces of their own.
        assert!(mapped() < before + (16 << 20));
    }

    /// What a thread leaves on it is not the next one's.
    #[test]
    fn a_thread_begins_with_an_empty_stack() {
        let entries = std::thread::spawn(|| {
            let thread = current();
            prepare(thread);
            slow::with(|globals| {
                let before = thread.room();
                thread.push(&Held { state: State::Held, ..Held::FREE });
                // SAFETY: nothing else of this thread runs.
                unsafe { take_room(globals, thread) };
                give_room(globals, thread);
                assert_eq!((thread.room().entries, thread.depth()), (before.entries, 0));
                (0..before.capacity).map(|at| thread.read(at).state).collect::<Vec<_>>()
            })
        });
        assert_eq!(entries.join().expect("it ends"), [State::Free; ROOM]);
    }
}
