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
pub use disabled::Report;
#[cfg(feature = "validate")]
pub use enabled::Report;
#[cfg(feature = "validate")]
pub(crate) use enabled::{Body, LockEntry, Stamp, Step, ThreadEntry};
#[cfg(feature = "validate")]
pub(crate) use labels::label;
#[cfg(all(test, feature = "validate"))]
pub(crate) use names::without_modules;
#[cfg(feature = "validate")]
pub(crate) use names::{clean, count, is_declared};
#[cfg(feature = "validate")]
pub(crate) use signals::signal_name;
#[cfg(feature = "validate")]
pub(crate) use source::in_library;
#[cfg(feature = "validate")]
pub(crate) use text::DrawnStacks;
#[cfg(feature = "validate")]
pub(crate) use title::seconds;

use core::fmt;

use crate::kind::Mode;

/// The identity of a report: the same bug has the same id in every run. Made of the kind, the class names and the sites; no
/// addresses.
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
#[derive(Clone, Debug)]
pub struct ReportedLock {
    pub(crate) class_name: String,
    pub(crate) type_name: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) subclass: u8,
    pub(crate) construction: Option<Site>,
    pub(crate) mode: Mode,
    pub(crate) acquisition: Option<Site>,
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

/// What else is known about a cycle: none of it excuses the order, all of it helps to judge how urgent it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Evidence {
    /// One thread would have to do two parts at once, because no other was seen to do either; mostly one thread did all of it.
    pub same_thread: bool,
    /// The threads that disagree did not all overlap in this run: one had ended before another began, or, in an
    /// isolated test, began only after that one had done its part.
    pub ordered: bool,
    /// Locks held on every side of the cycle, which keep the threads apart.
    pub gates: Vec<String>,
}

/// A stack of a report and what it shows.
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
#[derive(Clone, Debug)]
pub struct Frame {
    pub(crate) ip: usize,
    pub(crate) symbol: Option<String>,
    pub(crate) file: Option<String>,
    pub(crate) line: u32,
    pub(crate) module: Option<String>,
}

impl Frame {
    /// The demangled name of the function, where debug information has it.
    pub fn symbol(&self) -> Option<&str> {
        self.symbol.as_deref()
    }

    /// File and line, where debug information has them.
    pub fn location(&self) -> Option<(&str, u32)> {
        self.file.as_deref().map(|file| (file, self.line))
    }

    /// Of a frame without a symbol, as in a stripped program: the program or library and where in it, `"app+0x5581"`, the same in every
    /// run, and what `addr2line -e app` takes.
    pub fn module(&self) -> Option<&str> {
        self.module.as_deref()
    }

    /// The return address.
    pub fn ip(&self) -> *mut core::ffi::c_void {
        core::ptr::without_provenance_mut(self.ip)
    }
}
