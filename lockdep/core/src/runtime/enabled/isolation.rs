//! Isolated graphs: a fresh engine for one test, on the threads that the test names.

use core::cell::RefCell;
use core::panic::Location;
use core::sync::atomic::{AtomicBool, Ordering};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;

use super::acquire::{conclude, event, place_here};
use super::graph::Graph;
use super::raw::Found;
use super::thread::{ThreadState, current};
use super::{config, deliver, handler, irqs, life, slow};
use crate::engine::{End, Event};
use crate::report::Report;

/// The payload that unwinds out of an acquisition that could not return.
pub(crate) struct Stop;

/// A graph that is listed as long as somebody uses it.
pub(crate) struct Listed(Graph);

impl Listed {
    pub(crate) fn new() -> Arc<Listed> {
        let listed = Arc::new(Listed(Graph::new(true)));
        slow::with(|globals| globals.graphs.push(&raw const listed.0));
        listed
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        let gone: *const Graph = &raw const self.0;
        slow::with(|globals| globals.graphs.retain(|&graph| graph != gone));
    }
}

/// Being inside a graph, on one thread.
struct Inside {
    thread: &'static ThreadState,
    graph: *mut Graph,
    base: usize,
    chain: u64,
    instances: u64,
    mask: u64,
    born: u64,
}

impl Inside {
    fn enter(listed: &Arc<Listed>) -> Inside {
        let thread = current();
        life::prepare(thread);
        let inside = Inside {
            thread,
            graph: thread.graph.load(Ordering::Relaxed),
            base: thread.base(),
            chain: ThreadState::get(&thread.chain),
            instances: ThreadState::get(&thread.instances),
            mask: ThreadState::get(&thread.mask),
            born: ThreadState::get(&thread.born),
        };
        thread.set_base(thread.depth());
        thread.graph.store((&raw const listed.0).cast_mut(), Ordering::Relaxed);
        thread.chain.store(listed.0.seed, Ordering::Relaxed);
        inside
    }

    /// Checks what the test leaves behind and delivers everything.
    fn end_of_test(&self) {
        let thread = self.thread;
        thread.tidy();
        if thread.depth() > thread.base() && !config::off() && !thread.unwinding_from_stop() {
            let place = place_here(thread);
            let found = slow::with(|globals| event(globals, thread, |cx| Event::End { cx, end: End::Test, place }));
            conclude(thread, found, None);
        }
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        let thread = self.thread;
        irqs::discard_own(thread);
        thread.graph.store(self.graph, Ordering::Relaxed);
        thread.set_base(self.base);
        thread.chain.store(self.chain, Ordering::Relaxed);
        thread.instances.store(self.instances, Ordering::Relaxed);
        thread.stopped.store(0, Ordering::Relaxed);
        thread.born.store(self.born, Ordering::Relaxed);
        irqs::reset_mask(thread, self.mask);
    }
}

/// A thread that the test waits for.
struct Counted(Arc<Listed>);

impl Counted {
    fn new(listed: &Arc<Listed>) -> Counted {
        *listed.0.threads.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        Counted(Arc::clone(listed))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        *self.0.0.threads.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.0.threads_changed.notify_all();
    }
}

/// A thread of a test. It ends when the destructors of its thread-locals have run: what these release is not left behind.
struct Member {
    inside: Option<Inside>,
    counted: Counted,
    /// Its function did not unwind.
    returned: bool,
}

std::thread_local! {
    static MEMBER: RefCell<Option<Member>> = const { RefCell::new(None) };
}

impl Drop for Member {
    fn drop(&mut self) {
        let Some(inside) = self.inside.take() else { return };
        let state = inside.thread;
        if self.returned {
            life::end_of_thread(state);
        }
        drop(inside);
        // What it did to its mask was judged inside, and put back.
        state.born.store(ThreadState::get(&state.mask), Ordering::Relaxed);
        let graph = &self.counted.0.0;
        let thread = state.thread().id;
        slow::with(|globals| {
            globals.clock += 1;
            let now = globals.clock;
            // SAFETY: in a slow section, and the graph is alive: we have a share of it.
            unsafe { graph.inner().engine.apply(Event::ThreadEnd { thread, now }) };
        });
    }
}

/// What a test body may do besides locking; see `testing::Cx`.
pub(crate) struct Isolation {
    listed: Arc<Listed>,
    /// The body has ended: no more threads.
    over: AtomicBool,
}

impl Isolation {
    pub(crate) fn run(body: impl FnOnce(&Isolation)) -> Vec<Report> {
        let isolation = Isolation { listed: Listed::new(), over: AtomicBool::new(false) };
        let inside = Inside::enter(&isolation.listed);
        let outcome = catch_unwind(AssertUnwindSafe(|| body(&isolation)));
        isolation.over.store(true, Ordering::Relaxed);
        // After a stop or a panic, what is left behind is its doing.
        if outcome.is_ok() {
            inside.end_of_test();
        }
        isolation.wait_for_threads();
        deliver::say_held_back(&isolation.listed.0, None);
        deliver::deliver(inside.thread, Found { any: true, fresh: 1, ..Found::default() });
        drop(inside);
        match outcome {
            Err(payload) if !payload.is::<Stop>() => resume_unwind(payload),
            _ => isolation.listed.0.delivered(),
        }
    }

    pub(crate) fn spawn<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
        // Dropped with the closure where no thread can be had.
        let counted = Counted::new(&self.listed);
        let began = self.tick();
        std::thread::spawn(move || {
            let inside = Inside::enter(&counted.0);
            inside.thread.began.store(began, Ordering::Relaxed);
            // Before any other of the thread's: so it is dropped after them.
            MEMBER.with_borrow_mut(|member| *member = Some(Member { inside: Some(inside), counted, returned: false }));
            let outcome = catch_unwind(AssertUnwindSafe(f));
            MEMBER.with_borrow_mut(|member| member.as_mut().expect("set above").returned = outcome.is_ok());
            outcome.unwrap_or_else(|payload| resume_unwind(payload))
        })
    }

    /// A thread is about to begin. What was done before and what is done after must be told apart, so the threads of this graph
    /// forget what they have proven, and ask the engine again.
    fn tick(&self) -> u32 {
        let graph: *const Graph = &raw const self.listed.0;
        slow::with(|globals| {
            globals.clock += 1;
            let members = globals.threads().filter(|thread| thread.graph.load(Ordering::Relaxed).cast_const() == graph);
            members.for_each(ThreadState::forget_chains);
            globals.clock
        })
    }

    #[track_caller]
    pub(crate) fn in_handler<R>(&self, signal: libc::c_int, f: impl FnOnce() -> R) -> R {
        handler::simulate(signal, Location::caller(), f)
    }

    fn wait_for_threads(&self) {
        let mut threads = self.listed.0.threads.lock().unwrap_or_else(PoisonError::into_inner);
        while *threads > 0 {
            threads = self.listed.0.threads_changed.wait(threads).unwrap_or_else(PoisonError::into_inner);
        }
    }
}
