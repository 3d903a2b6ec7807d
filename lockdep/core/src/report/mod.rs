//! A report is data: what happened, to which locks, at which places, with which stacks. Text and JSON are renderers of it.

#[cfg(not(feature = "validate"))]
mod disabled;
#[cfg(feature = "validate")]
mod enabled;
#[cfg(feature = "validate")]
mod frames;
#[cfg(feature = "validate")]
pub(crate) mod json;
#[cfg(feature = "validate")]
mod labels;
#[cfg(feature = "validate")]
mod names;
#[cfg(feature = "validate")]
mod reading;
#[cfg(feature = "validate")]
mod scenario;
#[cfg(feature = "validate")]
mod signals;
#[cfg(feature = "validate")]
mod source;
#[cfg(feature = "validate")]
mod style;
#[cfg(all(test, feature = "validate"))]
mod tests;
#[cfg(feature = "validate")]
mod text;
#[cfg(feature = "validate")]
mod title;

#[cfg(not(feature = "validate"))]
use disabled as imp;
#[cfg(feature = "validate")]
use enabled as imp;
#[cfg(feature = "validate")]
pub(crate) use enabled::{Body, LockEntry, Stamp, Step, ThreadEntry};
#[cfg(feature = "validate")]
pub(crate) use labels::label;
#[cfg(feature = "validate")]
pub(crate) use names::{clean, count, is_declared, of_level, without_modules};
#[cfg(feature = "validate")]
pub(crate) use signals::{signal_name, signals_phrase};
#[cfg(feature = "validate")]
pub(crate) use source::in_library;
#[cfg(feature = "validate")]
pub(crate) use text::DrawnStacks;
#[cfg(feature = "validate")]
pub(crate) use title::seconds;

use core::fmt;

use crate::kind::{Mode, ReportKind, Severity};

/// A finding of the validator: what happened, to which locks, with every stack that belongs to it.
///
/// Cheap to clone. Stacks are symbolized the first time they are asked for, so [`stacks`](Report::stacks),
/// [`to_text`](Report::to_text) and [`to_json`](Report::to_json) allocate and are not for signal handlers. Without the feature `validate`
/// there is none.
///
/// # Examples
///
/// ```
/// use lockdep_core::{Map, ReportKind, Severity, testing};
///
/// let (log, cache) = (Map::new("log"), Map::new("cache"));
/// let reports = testing::isolated(|_cx| {
///     drop((log.acquire(), cache.acquire()));
///     drop((cache.acquire(), log.acquire()));
/// });
/// for report in &reports {
///     assert_eq!(report.kind(), ReportKind::Inversion);
///     assert_eq!(report.severity(), Severity::Possible);
///     assert!(report.locks().iter().any(|lock| lock.class_name() == "log"));
///     for stack in report.stacks() {
///         println!("{}: {} frames", stack.label(), stack.frames().len());
///     }
///     print!("{}", report.to_text());
/// }
/// # assert_eq!(reports.len(), usize::from(cfg!(feature = "validate")));
/// ```
#[derive(Clone)]
pub struct Report(imp::Found);

impl Report {
    /// The kind of bug. Cost: a load. **Signal safety:** may be called in a handler.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::{Map, ReportKind, testing};
    ///
    /// let flush = Map::new("flush");
    /// let reports = testing::isolated(|_cx| {
    ///     let _flushing = flush.enter();
    ///     flush.wait(); // for itself
    /// });
    /// assert!(reports.iter().all(|report| report.kind() == ReportKind::Recursion));
    /// # assert_eq!(reports.len(), usize::from(cfg!(feature = "validate")));
    /// ```
    pub fn kind(&self) -> ReportKind {
        self.0.kind()
    }

    /// How sure it is. Cost: a load. **Signal safety:** may be called in a handler.
    ///
    /// # Examples
    ///
    /// A test that lets orders pass which one lock keeps apart:
    ///
    /// ```
    /// use lockdep_core::{Map, Severity, testing};
    ///
    /// let [all, log, cache] = ["all", "log", "cache"].map(Map::new);
    /// let reports = testing::isolated(|_cx| {
    ///     drop((all.acquire(), log.acquire(), cache.acquire()));
    ///     drop((all.acquire(), cache.acquire(), log.acquire()));
    /// });
    /// assert!(!reports.iter().any(|report| report.severity() > Severity::Guarded));
    /// # assert_eq!(reports.len(), usize::from(cfg!(feature = "validate")));
    /// ```
    pub fn severity(&self) -> Severity {
        self.0.severity()
    }

    /// Its identity, the same in every run, by which baseline files and the files of `LOCKDEP_OUT` name it. Cost: a load. **Signal
    /// safety:** may be called in a handler.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::{Map, testing};
    ///
    /// static FLUSH: Map = Map::new("flush");
    ///
    /// let flush_in_a_flush = || testing::isolated(|_cx| drop((FLUSH.acquire(), FLUSH.acquire())));
    /// let ids = |reports: Vec<lockdep_core::report::Report>| reports.iter().map(|report| report.id()).collect::<Vec<_>>();
    /// assert_eq!(ids(flush_in_a_flush()), ids(flush_in_a_flush()));
    /// ```
    pub fn id(&self) -> ReportId {
        self.0.id()
    }

    /// The locks it is about: the subject first; for a cycle, in its order. Cost: a load. **Signal safety:** may be called in a handler.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::{Map, testing};
    ///
    /// let (log, cache) = (Map::new("log"), Map::new("cache"));
    /// let reports = testing::isolated(|_cx| {
    ///     drop((log.acquire(), cache.acquire()));
    ///     drop((cache.acquire(), log.acquire()));
    /// });
    /// for report in &reports {
    ///     let mut names: Vec<_> = report.locks().iter().map(|lock| lock.class_name()).collect();
    ///     names.sort();
    ///     assert_eq!(names, ["cache", "log"]);
    /// }
    /// # assert_eq!(reports.len(), usize::from(cfg!(feature = "validate")));
    /// ```
    pub fn locks(&self) -> &[ReportedLock] {
        self.0.locks()
    }

    /// Further facts about a cycle. Cost: a load. **Signal safety:** may be called in a handler.
    ///
    /// # Examples
    ///
    /// As that of [`Evidence`].
    pub fn evidence(&self) -> &Evidence {
        self.0.evidence()
    }

    /// The stacks, each with what it shows. Empty stacks (`LOCKDEP_STACKS=off`) have no frames.
    ///
    /// Cost: symbolization, the first time: milliseconds, for a big program a second. **Signal safety:** not in a handler: it allocates.
    ///
    /// # Examples
    ///
    /// As that of [`LabelledStack`].
    pub fn stacks(&self) -> &[LabelledStack] {
        self.0.stacks()
    }

    /// The report for people, as it is printed, without colour; [`Display`](fmt::Display) is the same.
    ///
    /// Cost: symbolization, the first time. **Signal safety:** not in a handler: it allocates.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::{Map, testing};
    ///
    /// let flush = Map::new("flush");
    /// let reports = testing::isolated(|_cx| drop((flush.acquire(), flush.acquire())));
    /// for report in &reports {
    ///     assert!(report.to_text().starts_with("error[lockdep::Recursion]: "));
    /// }
    /// # assert_eq!(reports.len(), usize::from(cfg!(feature = "validate")));
    /// ```
    pub fn to_text(&self) -> String {
        imp::to_text(self)
    }

    /// The report for machines: one JSON object in one line, with a `version`.
    ///
    /// Cost: symbolization, the first time. **Signal safety:** not in a handler: it allocates.
    ///
    /// # Examples
    ///
    /// ```
    /// use lockdep_core::{Map, testing};
    ///
    /// let flush = Map::new("flush");
    /// let reports = testing::isolated(|_cx| drop((flush.acquire(), flush.acquire())));
    /// for report in &reports {
    ///     let json = report.to_json();
    ///     assert!(json.contains(r#""kind":"Recursion""#) && !json.contains('\n'));
    /// }
    /// # assert_eq!(reports.len(), usize::from(cfg!(feature = "validate")));
    /// ```
    pub fn to_json(&self) -> String {
        imp::to_json(self)
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("kind", &self.kind())
            .field("severity", &self.severity())
            .field("id", &self.id())
            .field("locks", &self.locks().iter().map(ReportedLock::class_name).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// The identity of a report: the same bug has the same id in every run. Made of the kind, the class names and the sites; no
/// addresses.
///
/// # Examples
///
/// As that of [`Report::id`]. [`Display`](fmt::Display) is what a baseline file has: sixteen digits and letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReportId(pub(crate) u64);

impl fmt::Display for ReportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for ReportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReportId({self})")
    }
}

/// The text for people, as [`Report::to_text`] gives it.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

/// A place in the source: where a lock was made or taken.
///
/// # Examples
///
/// ```
/// use lockdep_core::{Map, testing};
///
/// let flush = Map::new("flush");
/// let reports = testing::isolated(|_cx| drop((flush.acquire(), flush.acquire())));
/// for report in &reports {
///     let site = report.locks()[0].acquisition_site().unwrap();
///     assert_eq!(site.file, file!());
///     println!("{site}"); // src/flush.rs:4:63
/// }
/// # assert_eq!(reports.len(), usize::from(cfg!(feature = "validate")));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Site {
    /// The file, as the compiler was given it.
    pub file: &'static str,
    /// From 1.
    pub line: u32,
    /// From 1; 0 if it is not known.
    pub column: u32,
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// One lock of a report, with its class.
///
/// **Signal safety:** all of it may be read in a handler.
///
/// # Examples
///
/// ```
/// use lockdep_core::{Map, Mode, testing};
///
/// let flush = Map::new("flush");
/// let reports = testing::isolated(|_cx| drop((flush.acquire(), flush.acquire())));
/// for report in &reports {
///     let lock = &report.locks()[0];
///     assert_eq!((lock.class_name(), lock.kind(), lock.mode()), ("flush", "Map", Mode::Write));
///     assert_eq!((lock.type_name(), lock.subclass()), ("()", 0));
///     let (made, taken) = (lock.construction_site().unwrap(), lock.acquisition_site().unwrap());
///     assert!(made.line < taken.line);
/// }
/// # assert_eq!(reports.len(), usize::from(cfg!(feature = "validate")));
/// ```
#[derive(Clone, Debug)]
pub struct ReportedLock {
    pub(crate) class_name: String,
    pub(crate) type_name: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) subclass: u8,
    pub(crate) construction: Option<Site>,
    pub(crate) mode: Mode,
    pub(crate) acquisition: Option<Site>,
    /// Which of several locks of its class it is, counted from 1; 0 if there is no other.
    #[cfg(feature = "validate")]
    pub(crate) number: usize,
}

impl ReportedLock {
    /// The declared name of the class, or `Mutex<T>` with its construction site.
    pub fn class_name(&self) -> &str {
        &self.class_name
    }

    /// The type that the lock protects.
    pub fn type_name(&self) -> &str {
        self.type_name
    }

    /// The kind of lock: `"Mutex"`, `"RwLock"`.
    pub fn kind(&self) -> &str {
        self.kind
    }

    /// The subclass it was taken with; 0 without annotation.
    pub fn subclass(&self) -> u8 {
        self.subclass
    }

    /// Where the lock was made, or its class declared.
    pub fn construction_site(&self) -> Option<Site> {
        self.construction
    }

    /// How it was taken.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Where it was taken, if it was.
    pub fn acquisition_site(&self) -> Option<Site> {
        self.acquisition
    }
}

/// Further facts about a cycle: they do not excuse the order, but help to judge how urgent it is.
///
/// # Examples
///
/// ```
/// use lockdep_core::{Map, testing};
///
/// let [all, log, cache] = ["all", "log", "cache"].map(Map::new);
/// let reports = testing::isolated(|_cx| {
///     drop((all.acquire(), log.acquire(), cache.acquire()));
///     drop((all.acquire(), cache.acquire(), log.acquire()));
/// });
/// for report in &reports {
///     let evidence = report.evidence();
///     assert!(evidence.same_thread && !evidence.ordered);
///     assert_eq!(evidence.gates, ["all"]);
/// }
/// # assert_eq!(reports.len(), usize::from(cfg!(feature = "validate")));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Evidence {
    /// One thread would have to do two parts at once, because no other was seen to do either; usually one thread did all of it.
    pub same_thread: bool,
    /// The threads that disagree did not all overlap in this run: one had ended before another did its part, or, in an isolated test,
    /// one began only after another had done its part. It may be chance: no join need have ordered them.
    pub ordered: bool,
    /// Locks held on every side of the cycle, which keep the threads apart.
    pub gates: Vec<String>,
}

/// A stack of a report and what it shows.
///
/// # Examples
///
/// ```
/// use lockdep_core::{Map, testing};
///
/// let flush = Map::new("flush");
/// let reports = testing::isolated(|_cx| drop((flush.acquire(), flush.acquire())));
/// for report in &reports {
///     let labels: Vec<_> = report.stacks().iter().map(|stack| stack.label()).collect();
///     assert_eq!(labels, ["first acquired at", "acquiring at"]);
///     for frame in report.stacks()[1].frames() {
///         let (file, line) = frame.location().unwrap_or(("?", 0));
///         println!("{} at {file}:{line}", frame.symbol().unwrap_or("?"));
///     }
/// }
/// # assert_eq!(reports.len(), usize::from(cfg!(feature = "validate")));
/// ```
#[derive(Clone, Debug)]
pub struct LabelledStack {
    /// What the stack shows: `"first acquired at"`, `"irqs re-enabled at"`.
    pub label: String,
    /// The frames, innermost first; our own and the runtime's are left out.
    pub frames: Vec<Frame>,
}

impl LabelledStack {
    /// What the stack shows: `"first acquired at"`, `"irqs re-enabled at"`.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The frames, innermost first; our own and the runtime's are left out.
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }
}

/// One frame of a stack.
///
/// # Examples
///
/// As that of [`LabelledStack`].
#[derive(Clone, Debug)]
pub struct Frame {
    pub(crate) ip: usize,
    pub(crate) symbol: Option<String>,
    pub(crate) file: Option<String>,
    pub(crate) line: u32,
    /// 0 if it is not known.
    #[cfg_attr(not(feature = "validate"), allow(dead_code, reason = "nobody makes one"))]
    pub(crate) column: u32,
    pub(crate) module: Option<String>,
}

impl Frame {
    /// The demangled name of the function, if debug information has it.
    pub fn symbol(&self) -> Option<&str> {
        self.symbol.as_deref()
    }

    /// File and line, where debug information has them.
    pub fn location(&self) -> Option<(&str, u32)> {
        self.file.as_deref().map(|file| (file, self.line))
    }

    /// For a frame without a symbol, as in a stripped program: the program or library and the offset in it, `"app+0x5581"`. It is the same
    /// in every run, and `addr2line -e app` takes it.
    pub fn module(&self) -> Option<&str> {
        self.module.as_deref()
    }

    /// The return address.
    pub fn ip(&self) -> *mut core::ffi::c_void {
        core::ptr::without_provenance_mut(self.ip)
    }
}
