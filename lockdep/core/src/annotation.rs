//! [`Map`]: a dependency that is not a lock.

use core::fmt;

use crate::class::{LockClass, LockKind};
use crate::kind::{Mode, WaitType};
use crate::map::{How, LockMap};

/// A dependency that is not a lock: a join, a channel, a flush, a transaction, a lock of a foreign library.
///
/// [`enter`](Map::enter) says "others wait for the end of this section", [`wait`](Map::wait) says "here I wait for such sections
/// to end". Waiting while a lock is held that a section needs is then an `Inversion`, and waiting inside a section a
/// `Recursion`, as for locks. The class is the place where the map is made. (The kernel's `lockdep_map`, as workqueues and
/// completions use it.)
///
/// Cost: entering is an acquisition without the lock. [`wait`](Map::wait) asks the engine the first time that this thread calls it with
/// the same locks held, and each time inside a section of the same class; otherwise it is a look-up in the thread's own memory.
/// [`wait_by`](Map::wait_by) notes the wait as well. Nothing without `validate`. **Signal safety:** may be used in a handler;
/// waiting there is reported as `WaitContext`.
///
/// # Examples
///
/// ```
/// use lockdep_core::Map;
///
/// static FLUSH: Map = Map::new("flush");
///
/// fn flusher() {
///     let _section = FLUSH.enter();
///     // Writes pages out, and takes the locks that it needs.
/// }
///
/// fn sync() {
///     FLUSH.wait();
///     // Waits for the flusher by whatever means.
/// }
/// # flusher();
/// # sync();
/// ```
pub struct Map {
    map: LockMap,
    #[cfg_attr(not(feature = "validate"), allow(dead_code, reason = "the disabled twin names nothing"))]
    name: &'static str,
}

struct MapKind;

impl LockKind for MapKind {
    const NAME: &'static str = "Map";
    const WAIT: WaitType = WaitType::Sleep;
}

impl Map {
    /// A map called `name`, of a class of its own.
    ///
    /// Cost: nothing; it may be a constant.
    ///
    /// # Examples
    ///
    /// As those of [`Map`].
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str) -> Map {
        Map { map: LockMap::new::<MapKind, ()>(), name }
    }

    /// A map of a declared class: for a lock of a foreign library, whose class may say how it waits.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::{LockClass, Map, WaitType};
    ///
    /// static REGISTRY: LockClass = LockClass::new("the registry of libfoo").wait(WaitType::Spin);
    /// static REGISTRY_LOCK: Map = Map::with_class(&REGISTRY);
    ///
    /// fn foo_register() {
    ///     let _held = REGISTRY_LOCK.acquire();
    ///     // The foreign function, which takes the lock.
    /// }
    /// # foo_register();
    /// ```
    #[must_use]
    pub const fn with_class(class: &'static LockClass) -> Map {
        Map { map: LockMap::with_class::<MapKind, ()>(class), name: class.name() }
    }

    /// Begins a section that others wait for. Does not wait itself; several threads may be inside.
    ///
    /// Cost: as a lock, without the lock. **Signal safety:** may be called in a handler.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::Map;
    ///
    /// static WORKER: Map = Map::new("worker");
    ///
    /// std::thread::spawn(|| {
    ///     let _runs = WORKER.enter(); // until the closure returns
    ///     // The locks that are taken here come after this.
    /// });
    /// ```
    #[track_caller]
    pub fn enter(&self) -> MapGuard<'_> {
        self.named().adopt(How::new(Mode::ReadRecursive));
        MapGuard { map: self, mode: Mode::ReadRecursive }
    }

    /// Begins an exclusive section, as taking a lock does: others wait for it, and it waits for others.
    ///
    /// # Panics
    ///
    /// When this thread is inside the map already: it would wait for itself.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::Map;
    ///
    /// /// Stands for the lock inside of a foreign library.
    /// static LIBFOO: Map = Map::new("the lock of libfoo");
    ///
    /// fn foo_update(callback: impl FnOnce()) {
    ///     let _held = LIBFOO.acquire();
    ///     // The foreign function. It calls back with its lock held, so what the callback takes comes after it.
    ///     callback();
    /// }
    /// # foo_update(|| ());
    /// ```
    #[track_caller]
    pub fn acquire(&self) -> MapGuard<'_> {
        self.named().lock(How::write(), || Some(()), || ());
        MapGuard { map: self, mode: Mode::Write }
    }

    /// Declares that this thread waits here for all sections to end.
    ///
    /// # Panics
    ///
    /// When this thread is inside one: it would wait for itself.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::{Map, ReportKind, testing};
    ///
    /// let (flush, log) = (Map::new("flush"), Map::new("log"));
    /// let reports = testing::isolated(|_cx| {
    ///     drop((flush.enter(), log.acquire()));
    ///     let _log = log.acquire();
    ///     flush.wait(); // which needs `log`
    /// });
    /// assert!(reports.iter().all(|report| report.kind() == ReportKind::Inversion));
    /// # assert_eq!(reports.len(), usize::from(cfg!(feature = "validate")));
    /// ```
    #[track_caller]
    pub fn wait(&self) {
        self.named().might_lock(How::write());
    }

    /// Like [`wait`](Self::wait), and also does the waiting, by calling `how`: a join, a receive or the like. Better than a bare `wait`,
    /// because the validator knows how long the wait lasts: the watchdog sees it, and circles of threads through it are found.
    ///
    /// # Panics
    ///
    /// When this thread is inside such a section, or waits in a circle: it would wait for itself. `how` has not run then.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::Map;
    ///
    /// static WORKER: Map = Map::new("worker");
    ///
    /// let worker = std::thread::spawn(|| {
    ///     let _section = WORKER.enter();
    ///     6 * 7
    /// });
    /// assert_eq!(WORKER.wait_by(|| worker.join().unwrap()), 42);
    /// ```
    #[track_caller]
    pub fn wait_by<R>(&self, how: impl FnOnce() -> R) -> R {
        self.named().wait_by(How::write(), how)
    }

    fn named(&self) -> &LockMap {
        #[cfg(feature = "validate")]
        self.map.call(self.name);
        &self.map
    }
}

impl fmt::Debug for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Map").finish_non_exhaustive()
    }
}

/// A section of a [`Map`]; ends when dropped. **Signal safety:** may be dropped in the handler that began it.
///
/// # Examples
///
/// As that of [`Map::enter`].
#[must_use = "the section ends as soon as the guard is dropped"]
pub struct MapGuard<'a> {
    map: &'a Map,
    mode: Mode,
}

impl Drop for MapGuard<'_> {
    fn drop(&mut self) {
        self.map.map.release_in(self.mode);
    }
}

impl fmt::Debug for MapGuard<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MapGuard").finish_non_exhaustive()
    }
}
