//! What the engine answers.

use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;

use super::class::ClassId;
use super::event::{Held, Place, Thread};
use crate::kind::{Mode, ReportKind, Severity};

/// What a place of a verdict shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Label {
    /// The lock that is in the way was taken here.
    FirstAcquired,
    /// The acquisition that is judged.
    Acquiring,
    /// One side of a dependency: this lock was held.
    Holding,
    /// The other side: this lock was taken meanwhile.
    AcquiredUnder,
    /// Taken in the handler of this signal.
    InHandler(u8),
    /// Held while this signal was open.
    HeldOpen(u8),
    /// The signals were blocked here.
    IrqsDisabled,
    /// A lock taken with the signals blocked, and still held.
    HeldWithIrqsOff,
    /// The lock whose release opens the signals.
    InnerAcquired,
    /// The signals are opened here.
    IrqsReenabled,
    /// The mask is put back here.
    IrqsRestored,
    /// An irq section that is still open began here.
    SectionOpened,
    /// The handler of this signal was installed here.
    Installed(u8),
    /// A handler interrupted this.
    Interrupted(u8),
    /// A thread is started here.
    Started,
    /// Released here.
    Released,
    /// Dropped here.
    Dropped,
    /// Ended here.
    Ended,
    /// Asserted here.
    Asserted,
    /// Waiting here.
    WaitingAt,
    /// Waiting to write here, which keeps later readers out.
    Queued,
    /// The thread is here now.
    Now,
    /// Notified here.
    Notified,
    /// The mask was still as it should be here.
    StillAsExpected,
    /// Noticed here.
    Noticed,
}

/// A fact that belongs to a verdict and decides its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hint {
    /// Nothing more.
    None,
    /// No handler was seen to take the lock yet.
    HandlerUnseen,
    /// A handler was seen to take the lock.
    HandlerSeen,
    /// A writer is waiting now.
    WriterQueued,
    /// Two locks of one class nest without annotation.
    SameClass,
    /// The held lock allows nothing under it.
    Leaf,
    /// The comparator does not allow this order.
    Comparator,
    /// The numbers of `lock_ordered` do not rise.
    Numbers,
    /// The upgrade waits for a reader of the same thread.
    Upgrade,
    /// A wait for a condition variable or a section, with a time limit.
    TimedWait,
    /// In a handler nothing may sleep.
    SleepInHandler,
    /// Under a spin lock nothing may sleep.
    SleepUnderSpin,
    /// Signals are opened inside a handler.
    EnabledInHandler,
    /// Saves and restores are crossed.
    Crossed,
    /// A restore blocks signals again.
    RestoreBlocks,
    /// A saved mask is put back with `SIG_BLOCK`, which opens nothing.
    RestoredByBlock,
    /// The section that ends was not opened by this context.
    UnknownSection,
    /// Signals stay blocked at the end.
    LeftBlocked,
    /// A handler or a thread leaves with another mask than it entered with.
    MaskChanged,
    /// A thread leaves with signals open that were blocked when it began.
    LeftOpen,
    /// Code that does not tell changed the mask: these of the signals are blocked now, the others open.
    ChangedBehind(u64),
    /// A thread was started inside a section, and keeps what that had blocked.
    Inherited,
    /// The lock belongs to the interrupted code.
    HeldByInterrupted,
    /// Held at the end of a handler.
    HandlerEnd,
    /// Held at the end of a thread.
    ThreadEnd,
    /// Held at the end of a test.
    TestEnd,
    /// A handler returns with another `errno` than it found: before, after.
    Errno(i32, i32),
    /// A handler allocates memory.
    Allocates,
    /// A handler frees memory.
    Frees,
    /// Asserted to be held, and is not.
    NotHeld,
    /// Asserted not to be held, and is.
    IsHeld,
}

/// A lock of a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LockRef {
    /// Its class.
    pub class: ClassId,
    /// How it was taken.
    pub mode: Mode,
    /// Where it was taken, if it was.
    pub place: Place,
    /// The number of this very lock, of a deadlock; otherwise 0.
    pub instance: u64,
}

/// A place of a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it shows.
    pub label: Label,
    /// Which of the verdict's locks it is about.
    pub lock: Option<usize>,
    /// The place.
    pub place: Place,
    /// Who was there.
    pub thread: Thread,
    /// How the lock is taken there, if not as the verdict says of it.
    pub mode: Option<Mode>,
}

/// Something is wrong, or could go wrong.
#[derive(Clone)]
pub struct Verdict<A: Allocator> {
    /// What it is about.
    pub kind: ReportKind,
    /// How sure it is.
    pub severity: Severity,
    /// What decides its words.
    pub hint: Hint,
    /// The signals concerned.
    pub signals: u64,
    /// The locks it speaks of, the subject first; for a cycle, in its order.
    pub locks: Vec<LockRef, A>,
    /// The places, in reading order; for a cycle two for each dependency.
    pub parts: Vec<Part, A>,
    /// A cycle that one thread did alone.
    pub same_thread: bool,
    /// A cycle whose threads did not overlap.
    pub ordered: bool,
    /// The classes of the locks held on all sides of a cycle.
    pub gates: Vec<ClassId, A>,
    /// It rests on nobody notifying this condition variable without this lock, in code that nobody here can annotate: who notifies
    /// next may refute it. See [`still_holds`](super::Engine::still_holds).
    pub rests_on: Vec<(ClassId, ClassId), A>,
}

impl<A: Allocator> core::fmt::Debug for Verdict<A> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Verdict")
            .field("kind", &self.kind)
            .field("severity", &self.severity)
            .field("hint", &self.hint)
            .field("signals", &format_args!("{:#x}", self.signals))
            .field("locks", &self.locks)
            .field("parts", &self.parts)
            .field("same_thread", &self.same_thread)
            .field("ordered", &self.ordered)
            .field("gates", &self.gates)
            .field("rests_on", &self.rests_on)
            .finish()
    }
}

impl<A: Allocator + Clone> Verdict<A> {
    pub(super) fn new_in(alloc: &A, kind: ReportKind, severity: Severity) -> Verdict<A> {
        Verdict {
            kind,
            severity,
            hint: Hint::None,
            signals: 0,
            locks: Vec::new_in(alloc.clone()),
            parts: Vec::new_in(alloc.clone()),
            same_thread: false,
            ordered: false,
            gates: Vec::new_in(alloc.clone()),
            rests_on: Vec::new_in(alloc.clone()),
        }
    }

    pub(super) fn hint(mut self, hint: Hint) -> Verdict<A> {
        self.hint = hint;
        self
    }

    pub(super) fn signals(mut self, signals: u64) -> Verdict<A> {
        self.signals = signals;
        self
    }

    /// Adds a lock without a place of its own; returns its index.
    pub(super) fn class(&mut self, class: ClassId, mode: Mode, place: Place) -> usize {
        self.locks.push(LockRef { class, mode, place, instance: 0 });
        self.locks.len() - 1
    }

    /// Adds a place.
    pub(super) fn part(&mut self, label: Label, lock: Option<usize>, place: Place, thread: Thread) {
        self.parts.push(Part { label, lock, place, thread, mode: None });
    }

    /// Adds where something ended, if that place says anything.
    pub(super) fn end(&mut self, place: Place, thread: Thread) {
        if place != Place::default() {
            self.part(Label::Ended, None, place, thread);
        }
    }

    /// Adds a held lock and where it was taken; returns its index.
    pub(super) fn held(&mut self, label: Label, held: &Held, thread: Thread) -> usize {
        let ix = self.class(held.class, held.mode, held.place);
        self.part(label, Some(ix), held.place, thread);
        ix
    }
}
