//! A graph at run time: an engine, the chains proven by it, and the reports about it.
//!
//! There is one for the process, and one more for each `testing::isolated`.

use core::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

use allocator_api2::vec::Vec as ArenaVec;
use hashbrown::HashMap;

use super::chain::Shared;
use super::raw::RawReport;
use crate::arena::Arena;
use crate::engine::Engine;
use crate::report::{Report, ReportId};

/// An engine and what belongs to it at run time.
pub(crate) struct Graph {
    /// Mixed into every chain key.
    pub(crate) seed: u64,
    /// Made by `testing::isolated`.
    pub(crate) isolated: bool,
    /// The chains that some thread has proven.
    pub(crate) chains: Shared,
    /// Reports wait here: not 0 when there is something to deliver.
    pub(crate) pending: AtomicU32,
    /// Taken off the queue, and not yet published.
    pub(crate) in_delivery: AtomicU32,
    /// How many were delivered, all in all.
    pub(crate) delivered_ever: AtomicU32,
    /// Touched in slow sections only.
    pub(crate) inner: core::cell::UnsafeCell<Inner>,
    /// What was delivered. Never touched in a handler.
    pub(crate) reports: Mutex<Vec<Report>>,
    /// Threads of an isolated graph that still run.
    pub(crate) threads: Mutex<usize>,
    pub(crate) threads_changed: Condvar,
}

// SAFETY: `inner` is touched in slow sections only; the rest is `Sync` by itself.
unsafe impl Sync for Graph {}
// SAFETY: nothing in it belongs to a thread.
unsafe impl Send for Graph {}

/// The part behind the slow section.
pub(crate) struct Inner {
    pub(crate) engine: Engine<Arena>,
    /// What was reported, and how strongly: a stronger finding is reported again.
    pub(crate) seen: HashMap<ReportId, u8, foldhash::fast::FixedState, Arena>,
    pub(crate) queue: ArenaVec<RawReport, Arena>,
    /// Held back until the end, and the chains that caused it: who notifies next may refute it.
    pub(crate) held_back: ArenaVec<(RawReport, Option<u64>), Arena>,
    /// The reports that a chain caused, by its key: what another test does again is nothing new to the engine.
    pub(crate) caused: HashMap<u64, ArenaVec<ReportId, Arena>, foldhash::fast::FixedState, Arena>,
    /// Scopes that caused a report which another had caused before.
    pub(crate) again: ArenaVec<(u32, ReportId), Arena>,
}

impl Inner {
    /// What was found, and is to be said.
    pub(super) fn unsaid(&self) -> impl Iterator<Item = &RawReport> {
        self.queue.iter().chain(self.held_back.iter().map(|(raw, _)| raw))
    }

    /// A report is caused once more, in this scope.
    pub(super) fn caused_again(&mut self, scope: u32, id: ReportId) {
        if scope != 0 && !self.again.contains(&(scope, id)) {
            self.again.push((scope, id));
        }
    }

    /// A chain is taken in this scope that is known: with what it caused, if it did.
    pub(super) fn taken_again(&mut self, scope: u32, key: u64) {
        if scope != 0
            && let Some(ids) = self.caused.get(&key)
        {
            for id in ids.clone() {
                self.caused_again(scope, id);
            }
        }
    }

    /// The reports that this scope caused again; they are forgotten.
    pub(super) fn take_again(&mut self, scope: u32) -> Vec<ReportId> {
        let again = self.again.iter().filter(|(of, _)| *of == scope).map(|&(_, id)| id).collect();
        self.again.retain(|(of, _)| *of != scope);
        again
    }
}

impl Graph {
    pub(crate) fn new(isolated: bool) -> Graph {
        static SEEDS: AtomicU32 = AtomicU32::new(1);
        let seed = SEEDS.fetch_add(1, Ordering::Relaxed);
        let mut engine = Engine::new_in(Arena);
        if !isolated {
            engine.occurrences_are_cached();
        }
        Graph {
            seed: super::chain::extend(0, u64::from(seed)),
            isolated,
            chains: Shared::new(),
            pending: AtomicU32::new(0),
            in_delivery: AtomicU32::new(0),
            delivered_ever: AtomicU32::new(0),
            inner: core::cell::UnsafeCell::new(Inner {
                engine,
                seen: HashMap::with_hasher_in(foldhash::fast::FixedState::with_seed(2), Arena),
                queue: ArenaVec::new_in(Arena),
                held_back: ArenaVec::new_in(Arena),
                caused: HashMap::with_hasher_in(foldhash::fast::FixedState::with_seed(3), Arena),
                again: ArenaVec::new_in(Arena),
            }),
            reports: Mutex::new(Vec::new()),
            threads: Mutex::new(0),
            threads_changed: Condvar::new(),
        }
    }

    /// The part behind the slow section.
    ///
    /// # Safety
    ///
    /// In a slow section, and no other reference to it is alive.
    #[allow(clippy::mut_from_ref, reason = "the slow section makes it exclusive")]
    pub(crate) unsafe fn inner(&self) -> &mut Inner {
        // SAFETY: as for the caller.
        unsafe { &mut *self.inner.get() }
    }

    /// Keeps a delivered report; one with the same key takes the place of the older. How many others with its id came before.
    pub(crate) fn keep(&self, report: &Report) -> usize {
        let mut reports = self.reports.lock().unwrap_or_else(PoisonError::into_inner);
        let at = reports.iter().position(|older| older.key() == report.key()).unwrap_or(reports.len());
        match reports.get_mut(at) {
            Some(older) => *older = report.clone(),
            None => reports.push(report.clone()),
        }
        reports[..at].iter().filter(|other| other.id() == report.id()).count()
    }

    /// In the child of a fork, in its slow section: what waited for delivery is its parent's to say.
    pub(super) fn forked(&self) {
        super::revive(&self.reports, Vec::new());
        super::revive(&self.threads, 0);
        // SAFETY: in a slow section.
        let inner = unsafe { self.inner() };
        inner.queue.clear();
        inner.held_back.clear();
        self.pending.store(0, Ordering::Relaxed);
        self.in_delivery.store(0, Ordering::Relaxed);
    }

    /// Everything delivered so far.
    pub(crate) fn delivered(&self) -> Vec<Report> {
        self.reports.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
