//! What a user declares about a lock: its class, and what the code says about its kind.

use core::cmp::Ordering;
use core::panic::Location;

use crate::kind::WaitType;

/// The comparator of [`LockClass::ordered_by`]: the addresses of the lock held and of the lock to be taken.
pub type Compare = fn(held: *const (), new: *const ()) -> Ordering;

/// A lock class by name: all locks given the same `LockClass` are one class, wherever they are made.
///
/// A lock without one gets a class from the place where it was made and the type it protects. Name a class when one place makes
/// locks of different roles, when several places make locks of one role, or to declare more about a class than the code shows. A
/// class is identified by its address: two classes may have the same name.
///
/// # Examples
///
/// ```
/// use lockdep_core::LockClass;
///
/// static WAL: LockClass = LockClass::new("wal");
/// static STATS: LockClass = LockClass::new("stats").leaf();
/// assert_eq!(WAL.name(), "wal");
/// # assert_eq!(STATS.name(), "stats");
/// ```
#[derive(Debug)]
#[cfg_attr(not(feature = "validate"), allow(dead_code, reason = "only the validator looks at it"))]
pub struct LockClass {
    pub(crate) name: &'static str,
    pub(crate) site: &'static Location<'static>,
    pub(crate) rules: ClassRules,
}

/// What a class allows and forbids.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClassRules {
    /// Locks of the class nest when this says `Less`.
    pub compare: Option<Compare>,
    /// Nothing may be taken while one of these is held.
    pub leaf: bool,
    /// Overrides the wait type of the lock.
    pub wait: Option<WaitType>,
    /// Held stack and wait context only: no order, no signal usage.
    pub no_validate: bool,
    /// Nesting within the class is judged lock by lock.
    pub by_instance: bool,
    /// Readers keep readers waiting only if there is a writer: until one is seen, they do not. And whoever waits for a notification
    /// waits for a lock only if everybody who notifies holds it.
    pub reads_alone: bool,
}

impl LockClass {
    /// A class called `name`.
    ///
    /// Cost: none, it is a constant.
    ///
    /// # Examples
    ///
    /// As that of [`LockClass`].
    #[track_caller]
    pub const fn new(name: &'static str) -> LockClass {
        LockClass {
            name,
            site: Location::caller(),
            rules: ClassRules {
                compare: None,
                leaf: false,
                wait: None,
                no_validate: false,
                by_instance: false,
                reads_alone: false,
            },
        }
    }

    /// Locks of this class may nest in the order that `compare` gives: it gets the lock held and the lock to be taken, and
    /// says `Less` if they may nest so.
    ///
    /// The comparator sees addresses only and must be a strict order: it may use only them and constants. It also runs at acquisitions
    /// inside signal handlers, and while the validator's own lock is held. So it must not allocate or wait for anything.
    ///
    /// # Aborts
    ///
    /// If the comparator panics, or takes or drops a checked lock about which the validator must learn something new, the process ends with
    /// one sentence.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::{LockClass, Map, ReportKind, testing};
    ///
    /// // The buckets of a table lie in an array: lower addresses first.
    /// static BUCKET: LockClass = LockClass::new("bucket").ordered_by(|held, new| held.cmp(&new));
    ///
    /// let buckets = [Map::with_class(&BUCKET), Map::with_class(&BUCKET)];
    /// let reports = testing::isolated(|_cx| {
    ///     let _first = buckets[0].acquire();
    ///     let _second = buckets[1].acquire();
    /// });
    /// assert!(reports.is_empty());
    ///
    /// let reports = testing::isolated(|_cx| {
    ///     let _second = buckets[1].acquire();
    ///     let _first = buckets[0].acquire();
    /// });
    /// # if cfg!(feature = "validate") {
    /// assert_eq!(reports.len(), 1);
    /// assert_eq!(reports[0].kind(), ReportKind::SubclassOrder);
    /// # }
    /// ```
    pub const fn ordered_by(mut self, compare: Compare) -> LockClass {
        self.rules.compare = Some(compare);
        self
    }

    /// No lock may be taken while a lock of this class is held.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::{LockClass, Map, ReportKind, testing};
    ///
    /// static STATS: LockClass = LockClass::new("stats").leaf();
    ///
    /// let (stats, log) = (Map::with_class(&STATS), Map::new("log"));
    /// let reports = testing::isolated(|_cx| {
    ///     drop((stats.acquire(), log.acquire())); // at first sight: it need not be taken the other way round
    /// });
    /// assert!(reports.iter().all(|report| report.kind() == ReportKind::SubclassOrder));
    /// # assert_eq!(reports.len(), usize::from(cfg!(feature = "validate")));
    /// ```
    pub const fn leaf(mut self) -> LockClass {
        self.rules.leaf = true;
        self
    }

    /// Treats locks of this class as waiting in this way, whatever their type.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::{LockClass, Map, WaitType, testing};
    ///
    /// // A lock of a foreign library. It spins, so that a handler may take it.
    /// static RING: LockClass = LockClass::new("the ring of libfoo").wait(WaitType::Spin);
    ///
    /// let ring = Map::with_class(&RING);
    /// let reports = testing::isolated(|cx| {
    ///     cx.in_handler(libc::SIGIO, || drop(ring.acquire())); // otherwise a `WaitContext`
    /// });
    /// assert!(reports.is_empty());
    /// ```
    pub const fn wait(mut self, wait: WaitType) -> LockClass {
        self.rules.wait = Some(wait);
        self
    }

    /// Leaves order and signal usage of this class unchecked (the kernel's `lockdep_set_novalidate_class`). Wait context,
    /// unlock balance and the held assertions stay, and so does a lock taken again where that could never return.
    ///
    /// Use it only where no other annotation fits, and as little as possible: a deadlock over these locks is not found.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::{LockClass, Map, testing};
    ///
    /// // Plugins take it in orders of their own, one plugin at a time.
    /// static PLUGIN: LockClass = LockClass::new("plugin").no_validate();
    ///
    /// let (plugin, log) = (Map::with_class(&PLUGIN), Map::new("log"));
    /// let reports = testing::isolated(|_cx| {
    ///     drop((plugin.acquire(), log.acquire()));
    ///     drop((log.acquire(), plugin.acquire())); // otherwise an `Inversion`
    /// });
    /// assert!(reports.is_empty());
    /// ```
    pub const fn no_validate(mut self) -> LockClass {
        self.rules.no_validate = true;
        self
    }

    /// Judges nesting within this class lock by lock: two locks of the class may nest, as long as no two of them are taken in both
    /// orders.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::{LockClass, Map, ReportKind, testing};
    ///
    /// static ACCOUNT: LockClass = LockClass::new("account").same_class_by_instance();
    ///
    /// let (alice, bob) = (Map::with_class(&ACCOUNT), Map::with_class(&ACCOUNT));
    /// let reports = testing::isolated(|_cx| {
    ///     drop((alice.acquire(), bob.acquire())); // otherwise a `Recursion`
    /// });
    /// assert!(reports.is_empty());
    ///
    /// let reports = testing::isolated(|_cx| {
    ///     drop((alice.acquire(), bob.acquire()));
    ///     drop((bob.acquire(), alice.acquire()));
    /// });
    /// # if cfg!(feature = "validate") {
    /// assert_eq!(reports.len(), 1);
    /// assert_eq!(reports[0].kind(), ReportKind::Inversion);
    /// # }
    /// ```
    pub const fn same_class_by_instance(mut self) -> LockClass {
        self.rules.by_instance = true;
        self
    }

    /// The name it was given.
    ///
    /// **Signal safety:** may be called in a handler.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::LockClass;
    ///
    /// static LOG: LockClass = LockClass::new("log");
    /// assert_eq!(LOG.name(), "log");
    /// ```
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

/// What the type of a lock says about it; implemented by each mirror for its locks.
pub trait LockKind {
    /// The word for this lock: `"Mutex"`, `"RwLock"`.
    const NAME: &'static str;
    /// How it waits.
    const WAIT: WaitType;
    /// Whether `Mode::Read` passes a queued writer when taken in a handler (the kernel's queued rwlock does).
    const READ_RECURSIVE_IN_HANDLER: bool = false;
    /// Whether `Mode::Read` passes a queued writer wherever it is taken: of locks that cannot say so by their mode. Asked once, when a
    /// class is registered.
    fn readers_pass() -> bool {
        false
    }
    /// Whether an upgradable hold keeps readers out. Asked as that.
    fn upgradable_excludes() -> bool {
        false
    }
    /// Whether a guard may be dropped by another thread than the one that took it.
    const GUARDS_MOVE: bool = false;
    /// Whether guards are dropped by other threads so often that a thread which takes the lock again need not wait for itself.
    const HOLDER_MAY_CHANGE: bool = Self::GUARDS_MOVE;
    /// Whether nesting within a class is judged lock by lock, as [`LockClass::same_class_by_instance`] asks for.
    const BY_INSTANCE: bool = false;
    /// Whether the lock may be in code that nobody here can annotate: judged lock by lock, too, if a [shim](crate::Shim) is in the
    /// process.
    const FOREIGN: bool = false;
}

/// The subclass that stands for "it is initialised": who waits for that, and what is held by whoever comes to bring it about.
#[cfg(feature = "validate")]
pub(crate) const READY: u8 = 255;

/// Everything static about a lock but its construction site.
#[cfg(feature = "validate")]
#[derive(Debug)]
pub(crate) struct LockInfo {
    pub(crate) kind: &'static str,
    pub(crate) wait: WaitType,
    pub(crate) read_recursive_in_handler: bool,
    pub(crate) readers_pass: fn() -> bool,
    pub(crate) upgradable_excludes: fn() -> bool,
    pub(crate) guards_move: bool,
    pub(crate) holder_may_change: bool,
    pub(crate) by_instance: bool,
    pub(crate) foreign: bool,
    pub(crate) type_name: fn() -> &'static str,
    /// The place word of the map holds a `LockClass`, not a `Location`.
    pub(crate) declared: bool,
}
