//! What the engine is told.

use super::class::{ClassId, ClassInfo};
use crate::kind::Mode;

/// Where something happened: two numbers that mean something to whoever drives the engine, and nothing to the rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(C)]
pub struct Place {
    /// The source position; 0 when there is none.
    pub site: usize,
    /// The stack; 0 when there is none.
    pub stack: u32,
}

/// A thread: a number never used again, and when it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Thread {
    /// Its number.
    pub id: u32,
    /// A tick of the clock that [`Event::ThreadEnd`] uses too.
    pub began: u32,
}

/// What an entry of the held stack stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    /// Nothing: reserved, or released out of order.
    #[default]
    Free,
    /// A lock that is held.
    Held,
    /// A lock that is waited for.
    Waiting,
    /// A section that keeps signals blocked and lets `irq::enable` end it (`irq::disable`).
    Disabled,
    /// A section that keeps signals blocked and must be closed by its own end (`save`, `Counted`, the `_irq` guards).
    Section,
}

/// Facts about an entry of the held stack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeldFlags(pub u8);

impl HeldFlags {
    /// Taken without waiting.
    pub const TRY: HeldFlags = HeldFlags(1);
    /// May be taken again by its holder.
    pub const REENTRANT: HeldFlags = HeldFlags(2);
    /// [`Held::order`] means something.
    pub const ORDERED: HeldFlags = HeldFlags(4);
    /// Taken under a nest lock.
    pub const NESTED: HeldFlags = HeldFlags(8);
    /// An irq section whose pairing was reported already: nothing more is said of it.
    pub const SPOILED: HeldFlags = HeldFlags(16);
    /// A condition variable: whoever notifies it ends the wait, and nobody holds it.
    pub const CONDVAR: HeldFlags = HeldFlags(32);
    /// A wait with a time limit.
    pub const TIMED: HeldFlags = HeldFlags(64);
    /// A wish to write what the same thread holds upgradable.
    pub const UPGRADE: HeldFlags = HeldFlags(128);

    /// Whether all of `flags` are set.
    #[inline(always)]
    pub const fn has(self, flags: HeldFlags) -> bool {
        self.0 & flags.0 == flags.0
    }

    /// Both.
    #[inline(always)]
    pub const fn with(self, flags: HeldFlags) -> HeldFlags {
        HeldFlags(self.0 | flags.0)
    }
}

/// An entry of a thread's held stack. Its first half is what acquisitions that are alike have in common.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(16))]
pub struct Held {
    /// Its class; of an irq section: the class of the lock taken with it, or none.
    pub class: ClassId,
    /// What the entry stands for.
    pub state: State,
    /// How it was taken.
    pub mode: Mode,
    /// More about it.
    pub flags: HeldFlags,
    /// How many handlers were running.
    pub context: u8,
    /// The signals that were blocked once it was taken.
    pub mask: u64,
    /// Where it was taken.
    pub place: Place,
    /// The address of the lock. 0 in an irq section.
    pub lock: usize,
    /// The chain key of the entries below; the driver's.
    pub chain: u64,
    /// The identity of the lock where its address is not enough; 0 otherwise. Locks held together must differ in the mix
    /// (exclusive or) of these numbers from others that might be, but for bad luck.
    pub instance: u64,
    /// The number given to `lock_ordered`, the address of the nest lock, or what an irq section found blocked.
    pub order: u64,
}

impl Held {
    /// Nothing.
    pub const FREE: Held = Held {
        class: ClassId::NONE,
        state: State::Free,
        mode: Mode::Write,
        flags: HeldFlags(0),
        context: 0,
        mask: 0,
        place: Place { site: 0, stack: 0 },
        lock: 0,
        chain: 0,
        instance: 0,
        order: 0,
    };

    /// Held exclusively: nobody else gets in meanwhile.
    pub const fn exclusive(&self) -> bool {
        matches!(self.mode, Mode::Write)
    }

    /// A lock that is held now.
    pub const fn is_lock(&self) -> bool {
        matches!(self.state, State::Held)
    }

    /// Whether both are of one lock: by number, if they have one, for what is held can have moved (a guard can be forgotten).
    pub const fn is_same_lock(&self, other: &Held) -> bool {
        if self.instance != 0 && other.instance != 0 { self.instance == other.instance } else { self.lock == other.lock }
    }

    /// The key of `lock_ordered`.
    pub const fn ordered(&self) -> Option<u64> {
        if self.flags.has(HeldFlags::ORDERED) { Some(self.order) } else { None }
    }
}

/// Where a thread is when an event happens.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Who it is.
    pub thread: Thread,
    /// The clock of [`Thread::began`] and [`Event::ThreadEnd`], which ticks when a thread begins or ends.
    pub now: u32,
    /// Its whole held stack, outermost first.
    pub held: &'a [Held],
    /// The first entry of the running handler; 0 outside handlers.
    pub base: usize,
    /// The signals it has blocked.
    pub mask: u64,
    /// The innermost handler it runs; 0 outside handlers.
    pub handler: u8,
}

impl<'a> Context<'a> {
    /// The entries of this context, outermost first.
    pub fn own(&self) -> &'a [Held] {
        &self.held[self.base.min(self.held.len())..]
    }

    /// The bit of the running handler's signal.
    pub fn handler_bit(&self) -> u64 {
        match self.handler {
            0 => 0,
            signal => 1 << (signal - 1),
        }
    }
}

/// An acquisition that is about to happen, or, for a trylock, just happened.
#[derive(Clone, Copy, Debug)]
pub struct Acquire {
    /// The entry that goes on top of the held stack.
    pub new: Held,
    /// Its class, for the first time it is seen.
    pub info: ClassInfo,
    /// The address of the lock that serialises nesting within the class.
    pub nest: Option<usize>,
    /// Somebody waits to write this very lock.
    pub writer_queued: bool,
    /// It converts an upgradable hold of the same lock.
    pub upgrade: bool,
    /// A wait for a condition variable or a section, not a lock that is then held.
    pub wait: bool,
    /// The wait has a time limit.
    pub timed: bool,
    /// Nobody took this very lock before.
    pub first: bool,
}

impl Acquire {
    /// One of which nothing else is to be said.
    pub const fn of(new: Held, info: ClassInfo) -> Acquire {
        Acquire { new, info, nest: None, writer_queued: false, upgrade: false, wait: false, timed: false, first: false }
    }

    /// In the mode that it has here: what is a plain read elsewhere may pass whoever is queued.
    pub(super) fn as_judged(mut self, cx: &Context<'_>) -> Acquire {
        let passes = self.info.readers_pass || self.info.read_recursive_in_handler && cx.handler != 0;
        if passes && self.new.mode == Mode::Read {
            self.new.mode = Mode::ReadRecursive;
        }
        self
    }
}

/// How signals come to be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reopen {
    /// `irq::enable`: ends what `irq::disable` began.
    Enable,
    /// The end of `lock_irq`: opens whatever was before.
    LockIrq,
    /// The end of a section that puts back what it found (`restore`, `lock_irqsave`, the last `Counted`).
    Restore,
    /// Code that knows nothing of sections changes the mask (`pthread_sigmask`): none may be open.
    Foreign,
    /// A wait with a mask of its own (`sigsuspend`, `ppoll`): what sections are for; only locks count.
    Wait,
}

/// A change of the mask, before it happens.
#[derive(Clone, Copy, Debug)]
pub struct Unmask {
    /// Who does it.
    pub how: Reopen,
    /// The mask that will be.
    pub mask: u64,
    /// The entry, in [`Context::held`], of the section that ends; `None` if it is not there.
    pub own: Option<usize>,
    /// Where it is done.
    pub place: Place,
}

/// What the end of a handler or of a thread is to find in its mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaskAtEnd {
    /// The mask it began with, and what was made of it since by code that is free to choose one.
    pub entered: u64,
    /// Where the mask was changed last, if that is known.
    pub changed: Option<Place>,
}

/// Signals that a new thread found blocked because it was started inside a section that blocks them.
#[derive(Clone, Copy, Debug)]
pub struct Inherited {
    /// Which.
    pub signals: u64,
    /// The section: its entry in the held stack of the thread that started this one.
    pub section: Held,
    /// The thread that started this one.
    pub parent: Thread,
    /// Where it did.
    pub started: Place,
}

/// A handler, and where it was installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Installed {
    /// Where.
    pub place: Place,
    /// By whom.
    pub thread: Thread,
    /// What the code calls it.
    pub name: Option<&'static str>,
}

/// What no handler may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offence {
    /// It returns with another `errno` than it found. Where it was changed is not known; the place is the interrupted code's.
    Errno {
        /// When the handler began.
        before: i32,
        /// When it returned.
        after: i32,
    },
    /// It allocates memory.
    Allocates,
    /// It frees memory.
    Frees,
}

/// What ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// A handler.
    Handler(MaskAtEnd),
    /// A thread.
    Thread(MaskAtEnd),
    /// A test.
    Test,
}

/// One step of a circle of threads that wait for each other.
#[derive(Clone, Copy, Debug)]
pub struct Blocked {
    /// Who waits.
    pub thread: Thread,
    /// The entry of what is in the way of the thread before it: a lock it holds, a lock it waits to write, or, with
    /// [`HeldFlags::CONDVAR`], a condition variable that it notified before.
    pub holds: Held,
    /// The entry of what it waits for.
    pub wants: Held,
    /// Where it is now, if it was asked.
    pub now: Option<Place>,
}

/// Who is in the way of a wait that lasts long.
#[derive(Clone, Copy, Debug)]
pub struct Holder {
    /// Who it is.
    pub thread: Thread,
    /// As [`Blocked::holds`].
    pub holds: Held,
    /// Where it is now, if it was asked.
    pub now: Option<Place>,
}

/// A lock that a thread held which a fork left behind: nobody in the child can release it.
#[derive(Clone, Copy, Debug)]
pub struct Orphan {
    /// Its entry.
    pub held: Held,
    /// Who held it.
    pub thread: Thread,
}

/// What the engine is told.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A lock is about to be taken.
    Acquire(Context<'a>, Acquire),
    /// The waiters of a condition variable are woken.
    Notify {
        /// Where.
        cx: Context<'a>,
        /// The condition variable.
        condvar: ClassId,
        /// Its class, for the first time it is seen.
        info: ClassInfo,
        /// From here.
        place: Place,
    },
    /// A lock is about to be waited for, for a while.
    MightWait {
        /// Where.
        cx: Context<'a>,
        /// The class of the lock.
        class: ClassId,
        /// Its class, for the first time it is seen.
        info: ClassInfo,
        /// From here.
        place: Place,
    },
    /// The code says that it may sleep here.
    MightSleep {
        /// Where.
        cx: Context<'a>,
        /// From here.
        place: Place,
    },
    /// Signals are about to be opened, or a mask is about to be put back.
    Unmask(Context<'a>, Unmask),
    /// The real mask is not what we set.
    MaskImbalance {
        /// Where, with the mask that was found.
        cx: Context<'a>,
        /// The signals that differ.
        signals: u64,
        /// Here it still was.
        since: Option<Place>,
        /// Found here.
        place: Place,
    },
    /// A mask saved by a plain call is put back, and that leaves signals blocked.
    PlainRestore {
        /// Where.
        cx: Context<'a>,
        /// How it went wrong.
        hint: super::Hint,
        /// The signals that stay blocked.
        signals: u64,
        /// Saved here.
        saved: Place,
        /// Put back here.
        place: Place,
    },
    /// A thread goes about its work with signals blocked that its parent had blocked for a moment only.
    Inherited {
        /// Where.
        cx: Context<'a>,
        /// What it inherited.
        inherited: Inherited,
        /// Found here.
        place: Place,
    },
    /// A handler does what no handler may do.
    SignalUnsafe {
        /// Where.
        cx: Context<'a>,
        /// What.
        offence: Offence,
        /// The handler, if it is known.
        installed: Option<Installed>,
        /// The interrupted code's entry that this is in conflict with.
        interrupted: Option<Held>,
        /// Here.
        place: Place,
    },
    /// A lock is released that this context does not hold.
    UnlockImbalance {
        /// Where.
        cx: Context<'a>,
        /// Its class.
        class: ClassId,
        /// Released here.
        place: Place,
    },
    /// A lock is dropped while held.
    Freed {
        /// Where.
        cx: Context<'a>,
        /// The entry.
        held: Held,
        /// Dropped here.
        place: Place,
    },
    /// A handler, a thread or a test ends.
    End {
        /// Where.
        cx: Context<'a>,
        /// What ends.
        end: End,
        /// Here; nothing, where that is no place in the program.
        place: Place,
    },
    /// An assertion about one lock failed.
    AssertHeld {
        /// Where.
        cx: Context<'a>,
        /// The class of the lock.
        class: ClassId,
        /// Its hold, which was not to be; nothing if there was to be one.
        held: Option<Held>,
        /// Asserted here.
        place: Place,
    },
    /// It is asserted that no lock is held.
    AssertNoneHeld {
        /// Where.
        cx: Context<'a>,
        /// Asserted here.
        place: Place,
    },
    /// Threads wait for each other: each wants what the next holds, the last what the first holds.
    Deadlock {
        /// The thread that found it, the first of the circle.
        cx: Context<'a>,
        /// The circle.
        cycle: &'a [Blocked],
    },
    /// A wait lasts too long, and no circle explains it.
    Stall {
        /// The thread that waits.
        cx: Context<'a>,
        /// The entry of what it waits for.
        wants: Held,
        /// Where it is now, if it was asked.
        now: Option<Place>,
        /// Who is in its way.
        holders: &'a [Holder],
    },
    /// In the child of a fork, a lock is taken or the process ends, while other threads of the parent held locks.
    Forked {
        /// Where.
        cx: Context<'a>,
        /// What they held; if one of these is being taken, that one alone.
        orphans: &'a [Orphan],
        /// One of them is being taken.
        taken: bool,
        /// The process ends.
        end: bool,
        /// Here.
        place: Place,
    },
    /// A lock is gone: nothing of it may be inherited.
    Forget {
        /// Which.
        instance: u64,
    },
    /// A thread has ended.
    ThreadEnd {
        /// Which.
        thread: u32,
        /// When.
        now: u32,
    },
}
