//! What a CPU is in the kernel: a thread, with its completion signal, its list of finished requests, and where it is now.

use std::cell::Cell;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU64, AtomicUsize, Ordering};

thread_local! {
    // Const and without destructor, so that a handler may read it.
    static CURRENT: Cell<Option<&'static Task>> = const { Cell::new(None) };
}

/// One thread. All of it is atomic: the disk, the handler and the watchdog look at it from outside.
pub(crate) struct Task {
    pub(crate) name: &'static str,
    pub(crate) tid: AtomicI32,
    /// Reads submitted and not yet completed.
    pub(crate) in_flight: AtomicU64,
    pub(crate) done: DoneList,
    pub(crate) gate: Gate,
    path: Path,
}

impl Task {
    pub(crate) fn new(name: &'static str) -> Task {
        Task {
            name,
            tid: AtomicI32::new(0),
            in_flight: AtomicU64::new(0),
            done: DoneList(AtomicUsize::new(NONE)),
            gate: Gate { closed: AtomicBool::new(false), raised: AtomicU64::new(0), handled: AtomicU64::new(0) },
            path: Path { depth: AtomicUsize::new(0), functions: [const { AtomicPtr::new(ptr::null_mut()) }; DEPTH] },
        }
    }

    /// Makes this thread the one that runs the task.
    pub(crate) fn start(&'static self) {
        // SAFETY: no arguments, always succeeds.
        self.tid.store(unsafe { libc::gettid() }, Ordering::SeqCst);
        CURRENT.set(Some(self));
    }

    /// The task of this thread; also in its handler.
    pub(crate) fn current() -> Option<&'static Task> {
        CURRENT.get()
    }

    /// The functions it is in, outermost first.
    pub(crate) fn path(&self) -> Vec<&'static str> {
        let depth = self.path.depth.load(Ordering::SeqCst).min(DEPTH);
        let functions = self.path.functions[..depth].iter().map(|function| function.load(Ordering::SeqCst));
        // SAFETY: null, or what `enter` stored: a `&'static &'static str`.
        functions.filter_map(|function| unsafe { function.as_ref() }).copied().collect()
    }
}

/// Deeper than any path of this program.
const DEPTH: usize = 32;

/// A stack for the watchdog, kept by hand: it cannot look at another thread's real one.
struct Path {
    depth: AtomicUsize,
    functions: [AtomicPtr<&'static str>; DEPTH],
}

/// This thread is in `function` until the value is dropped.
///
/// Each function of the incident begins with it. That they all have something to do at their end has a second use: an
/// optimised build cannot turn their last call into a jump, which would take them off the stack of a report.
pub(crate) fn enter(function: &'static &'static str) -> Entered {
    let task = Task::current();
    if let Some(Task { path, .. }) = task {
        // The place is reserved before it is filled: a handler that comes in between uses the next one.
        let place = path.depth.fetch_add(1, Ordering::SeqCst);
        path.functions[place].store(ptr::from_ref(function).cast_mut(), Ordering::SeqCst);
    }
    Entered(task)
}

#[must_use = "the function is left when the value is dropped"]
pub(crate) struct Entered(Option<&'static Task>);

impl Drop for Entered {
    fn drop(&mut self) {
        if let Some(task) = self.0 {
            task.path.depth.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// No request.
pub(crate) const NONE: usize = usize::MAX;

/// Finished requests on their way from the disk to the thread (the kernel's `llist`): a lock-free list, linked by request
/// number through `next`. The disk adds, the thread takes all at once, so that a link never changes under a reader.
pub(crate) struct DoneList(AtomicUsize);

impl DoneList {
    pub(crate) fn add(&self, rq: usize, next: &[AtomicUsize]) {
        let mut first = self.0.load(Ordering::SeqCst);
        loop {
            next[rq].store(first, Ordering::SeqCst);
            match self.0.compare_exchange(first, rq, Ordering::SeqCst, Ordering::SeqCst) {
                Ok(_) => return,
                Err(other) => first = other,
            }
        }
    }

    /// The first of the list, or [`NONE`]; the list is empty then.
    pub(crate) fn take_all(&self) -> usize {
        self.0.swap(NONE, Ordering::SeqCst)
    }
}

/// Keeps the completion signal out of the merge path.
///
/// Both sides announce themselves before they look at the other: the disk counts a signal as raised, then looks whether the
/// gate is closed; the thread closes the gate, then looks whether a signal raised is still to be handled. So either the disk
/// sees the gate closed and takes its announcement back, or the thread waits for the signal before it goes on.
pub(crate) struct Gate {
    closed: AtomicBool,
    raised: AtomicU64,
    handled: AtomicU64,
}

impl Gate {
    /// Called by the disk: whether it may signal now. If so, it must.
    pub(crate) fn try_raise(&self) -> bool {
        self.raised.fetch_add(1, Ordering::SeqCst);
        let open = !self.closed.load(Ordering::SeqCst);
        if !open {
            self.raised.fetch_sub(1, Ordering::SeqCst);
        }
        open
    }

    /// Called by the handler at its end.
    pub(crate) fn handled(&self) {
        self.handled.fetch_add(1, Ordering::SeqCst);
    }

    /// How many signals were handled.
    pub(crate) fn count(&self) -> u64 {
        self.handled.load(Ordering::SeqCst)
    }

    /// No signal is on its way.
    pub(crate) fn is_quiet(&self) -> bool {
        self.raised.load(Ordering::SeqCst) == self.handled.load(Ordering::SeqCst)
    }

    /// Called by the thread: no signal comes until the value is dropped.
    pub(crate) fn close(&self) -> Closed<'_> {
        self.closed.store(true, Ordering::SeqCst);
        while !self.is_quiet() {
            std::thread::yield_now();
        }
        Closed(self)
    }
}

#[must_use = "the gate opens when the value is dropped"]
pub(crate) struct Closed<'a>(&'a Gate);

impl Drop for Closed<'_> {
    fn drop(&mut self) {
        self.0.closed.store(false, Ordering::SeqCst);
    }
}
