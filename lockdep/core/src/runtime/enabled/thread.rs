//! What a thread knows of itself: the held stack, the context, and the chains it has proven.
//!
//! A `const` thread-local without `Drop`, so that it is there in a handler, in a thread-local destructor and after `main`.
//!
//! What others may look at are atomics, with relaxed order where nothing else is said. Only this thread and handlers on top of it write
//! them, and a handler leaves everything it found as it was. Other threads read them in slow sections, in which no thread leaves, and write
//! four things there: `memory`, and for what they have seen to end `ended`, `untidy` and `gate`, besides the entry itself. The `Cell`s are
//! this thread's alone, but for `name`, which is written before the thread is listed.
//!
//! # The held stack
//!
//! | entry | state | who changes it |
//! |---|---|---|
//! | at or above `depth` | `Free` | nobody |
//! | reserved | below `depth`, still `Free` | the thread that fills it, from the outside in: state last |
//! | held, waiting, section | as it says | its acquisition, its release |
//! | released out of order | `Free` again, below `depth`, and marked | trimmed when it comes to the top, or when there is no more room |
//!
//! A push reserves (`depth` first) and then fills, so a handler that arrives in between pushes above it and pops what it
//! pushed. A pop frees the entry before it lowers `depth`. Therefore an entry at or above `depth` is always `Free`.
//!
//! Depth and base are kept as pointers, `top` and `floor`. The stack never moves: it grows into addresses that were set aside for it, and a
//! handler may let it grow wherever it comes. What a handler leaves on the stack, which is reported, may be forgotten if it came in the
//! middle of a push or a pop.

use core::arch::x86_64::__m128i;
use core::cell::Cell;
use core::mem::offset_of;
use core::ptr;
use core::sync::atomic::{AtomicI32, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering, compiler_fence, fence};

use super::graph::Graph;
use super::handler::Interrupted;
use super::lazy::Queue;
use super::life;
use crate::arena::{allocate_for, free_for};
use crate::engine::{Context, Held, HeldFlags, Inherited, Installed, MaskAtEnd, Place, State, Thread};
use crate::kind::Mode;
use crate::stack::{Spots, StackCache, Template};

/// How many proven chains a thread remembers.
pub(crate) const CHAINS: usize = 512;

/// How many running handlers a jump can be told to have left.
pub(crate) const HANDLERS: usize = 16;

/// How many numbers a thread takes at a time.
const BLOCK: u64 = 1 << 10;

/// So many of them share so many places: beyond that, the oldest is forgotten.
const WAYS: usize = 4;

/// How many holds that others ended are noted until the thread comes by.
const ENDED: usize = 8;

/// How many holds whose raw locks were given out are remembered by a thread.
const GIVEN_OUT: usize = 8;

/// A hold that is over; none if the number of its lock is 0. Another hold of the lock is not meant, as far as its place says.
struct Ended {
    instance: AtomicU64,
    site: AtomicUsize,
}

impl Ended {
    fn set(&self, instance: u64, site: usize) {
        self.site.store(site, Ordering::Relaxed);
        self.instance.store(instance, Ordering::Relaxed);
    }

    fn is_of(&self, held: &Held) -> bool {
        ThreadState::get(&self.instance) == held.instance && self.site.load(Ordering::Relaxed) == held.place.site
    }
}

/// A proven chain, and what more there is to know of it: 0 if the chain alone decides, otherwise as
/// [`Proven::here`](super::chain::Proven::here) has it.
///
/// The key is kept mixed with the rest. So a handler that comes between the two stores or the two loads, and writes here as well, can
/// make it unknown, but never one key's rest another's.
pub(crate) struct Known {
    key_and_more: AtomicU64,
    more: AtomicU64,
}

impl Known {
    const NOTHING: (u64, u64) = (0, 0);

    /// Memory for all that a thread remembers, which is [`NOTHING`](Self::NOTHING) yet. Not in the thread's own block: the C library takes
    /// that from the stack.
    pub(super) fn allocate() -> *mut Known {
        let known = allocate_for::<Known>(CHAINS);
        // SAFETY: fresh memory for so many numbers.
        unsafe { known.write_bytes(0, CHAINS) };
        known
    }

    /// # Safety
    ///
    /// `known` is null or came from [`allocate`](Self::allocate), and nobody uses it any more.
    pub(super) unsafe fn free(known: *mut Known) {
        // SAFETY: as for the caller.
        unsafe { free_for(known, CHAINS) };
    }

    #[inline(always)]
    fn get(&self) -> (u64, u64) {
        let more = ThreadState::get(&self.more);
        (ThreadState::get(&self.key_and_more) ^ more, more)
    }

    fn set(&self, (key, more): (u64, u64)) {
        self.key_and_more.store(key ^ more, Ordering::Relaxed);
        self.more.store(more, Ordering::Relaxed);
    }
}

/// Where a held stack lies.
#[derive(Clone, Copy)]
pub(crate) struct Room {
    pub(crate) entries: *mut Held,
    /// How many there is room for.
    pub(crate) capacity: usize,
    /// How many there can ever be room for.
    pub(crate) reserved: usize,
}

impl Room {
    pub(crate) const NONE: Room = Room { entries: ptr::null_mut(), capacity: 0, reserved: 0 };
}

/// Per-thread state. See the file header.
pub(crate) struct ThreadState {
    /// The first entry; null before the first acquisition.
    pub(crate) held: AtomicPtr<Held>,
    /// One past the last entry; where there is no more room; and where there can be none.
    top: AtomicPtr<Held>,
    limit: AtomicPtr<Held>,
    end: AtomicPtr<Held>,
    /// The same as `limit`, or null as long as the next acquisition is to come the slow way, to look at what has ended.
    gate: AtomicPtr<Held>,
    /// The first entry of the running handler or isolated graph.
    floor: AtomicPtr<Held>,
    /// The key of the chain held now.
    pub(crate) chain: AtomicU64,
    /// Mask and handler, mixed: what else a proven chain depends on.
    pub(crate) context: AtomicU64,
    /// The instances held now, mixed (exclusive or), in no order.
    pub(crate) instances: AtomicU64,
    /// The signals blocked, as far as we know.
    pub(crate) mask: AtomicU64,
    /// Those of them that are blocked by this flag alone; see `lazy.rs`.
    pub(crate) lazily_off: AtomicU64,
    /// The signals that arrived nevertheless, and where they are kept; null until something is blocked lazily.
    pub(crate) kept_signals: AtomicU64,
    pub(crate) kept: AtomicPtr<Queue>,
    /// The signals that the end of the thread is to find blocked: those it began with, but for what its parent had blocked for a
    /// moment, and what plain calls made of them since. Before the thread is prepared: what its parent had so blocked.
    pub(crate) born: AtomicU64,
    /// What it found blocked because its parent was in a section, until that is said; else null.
    pub(crate) inherited: AtomicPtr<Inherited>,
    /// The last saves of the mask by plain calls.
    #[cfg(feature = "interpose")]
    pub(crate) saves: super::saves::Saves,
    /// What is remembered of acquisitions.
    pub(crate) spots: Spots,
    /// Where stacks are remembered; null when stacks are off.
    pub(crate) stacks: AtomicPtr<StackCache>,
    /// Where the makers of locks are remembered; null until there is one.
    pub(crate) makers: AtomicPtr<StackCache>,
    pub(crate) graph: AtomicPtr<Graph>,
    /// The innermost handler; 0 outside.
    pub(crate) handler: AtomicU8,
    /// What is known of that handler; null if nothing is.
    pub(crate) installed: AtomicPtr<Installed>,
    /// How many handlers are running, simulated ones included.
    pub(crate) nesting: AtomicU8,
    /// How many of them are real.
    pub(crate) real_handlers: AtomicU8,
    /// Where the stack of the innermost real handler begins, and how far down from there it may reach: code outside was jumped
    /// to out of the handler.
    pub(crate) stack_top: AtomicUsize,
    pub(crate) stack_room: AtomicUsize,
    /// The signal frame of that handler; 0 outside handlers, or [`UNKNOWN_FRAME`](crate::stack::UNKNOWN_FRAME).
    pub(crate) signal_frame: AtomicUsize,
    /// What each running handler interrupted, outermost first; beyond these a jump out of a handler is not noticed.
    pub(crate) interrupted: [Cell<Interrupted>; HANDLERS],
    /// Inside a slow section.
    pub(crate) slow: AtomicU8,
    /// It made a dependency, which may outlive it: then its name is kept.
    pub(crate) left_evidence: AtomicU8,
    /// The contexts that are releasing out of order, a bit each: keys and entries do not agree for a moment.
    shuffling: AtomicU64,
    /// Something of ours was released by another thread, or by a context on top.
    pub(crate) untidy: AtomicU8,
    /// Holds that were ended by another thread, or by a context on top, by means we did not see. Then it is untidy, too.
    ended: [Ended; ENDED],
    /// What this thread held when it gave out the raw lock, and the place for the next.
    given_out: [Cell<Held>; GIVEN_OUT],
    given_out_next: AtomicU8,
    /// In the global allocator, or interrupted there.
    pub(crate) allocating: AtomicU8,
    /// Delivering reports, and how far it is with one of them; see `deliver.rs`.
    pub(crate) delivering: AtomicU8,
    /// What is allocated is ours and not the program's: in the context of this number, counted from 1; 0 if nowhere.
    pub(crate) quiet: AtomicU8,
    /// It began through our `pthread_create`, so that every round of its destructors is seen.
    pub(crate) begun: AtomicU8,
    /// Destructors of the thread, or of the process, are running: the standard library's idea of the thread may be gone.
    pub(crate) ending: AtomicU8,
    /// How many of its findings were accepted when they were delivered.
    pub(crate) accepted: AtomicU32,
    /// Unwinding out of an acquisition that could not return.
    pub(crate) stopped: AtomicU8,
    /// Whose doing it is what this thread does; see `scope`.
    pub(crate) scope: AtomicU32,
    /// The thread that the process began with.
    pub(crate) first: AtomicU8,
    pub(crate) id: AtomicU32,
    pub(crate) began: AtomicU32,
    /// The number the kernel has for the thread.
    pub(crate) tid: AtomicI32,
    /// When the innermost wait began, in nanoseconds of the monotonic clock; 0 outside waits.
    pub(crate) waiting_since: AtomicU64,
    /// Numbers the irq sections.
    pub(crate) serial: AtomicU64,
    /// Tells apart what this thread keeps in the memory of all threads: its number below, above it how often it forgot everything.
    pub(crate) memory: AtomicU64,
    /// Numbers for locks that are new: see [`next_number`](ThreadState::next_number).
    numbers: AtomicU64,
    /// How many counted sections are open, and the number of the first one's entry.
    pub(crate) counted: AtomicU32,
    pub(crate) counted_serial: AtomicU64,
    /// Mask changes so far, and where the last of each kind was.
    pub(crate) events: AtomicU64,
    pub(crate) last_off: Stamp,
    pub(crate) last_on: Stamp,
    /// The last that outlasted its section, or belonged to none: what the end of a thread or handler finds.
    pub(crate) left_off: Stamp,
    pub(crate) left_on: Stamp,
    /// Where the mask was compared with the real one last, if that is done all the time.
    pub(crate) mask_seen: Stamp,
    /// The name the kernel has for the thread.
    pub(crate) name: Cell<[u8; 16]>,
    /// The chains that it has proven; null before it is prepared.
    known: AtomicPtr<Known>,
}

/// Where and when a mask change happened.
pub(crate) struct Stamp {
    pub(crate) event: AtomicU64,
    pub(crate) site: AtomicU64,
    pub(crate) stack: AtomicU32,
}

impl Stamp {
    #[expect(clippy::declare_interior_mutable_const, reason = "the first value of several fields")]
    const NONE: Stamp = Stamp { event: AtomicU64::new(0), site: AtomicU64::new(0), stack: AtomicU32::new(0) };

    pub(crate) fn place(&self) -> Place {
        Place { site: ThreadState::get(&self.site) as usize, stack: self.stack.load(Ordering::Relaxed) }
    }

    #[inline(always)]
    pub(crate) fn set(&self, event: u64, place: Place) {
        self.event.store(event, Ordering::Relaxed);
        self.site.store(place.site as u64, Ordering::Relaxed);
        self.stack.store(place.stack, Ordering::Relaxed);
    }
}

/// What lies together in an entry: class, state, mode, flags and context, read and written in one go.
#[derive(Clone, Copy)]
pub(crate) struct Word(u64);

const _: () = assert!(
    cfg!(target_endian = "little")
        && offset_of!(Held, class).is_multiple_of(8)
        && offset_of!(Held, state) == offset_of!(Held, class) + 4
        && offset_of!(Held, mode) == offset_of!(Held, class) + 5
        && offset_of!(Held, flags) == offset_of!(Held, class) + 6
        && offset_of!(Held, context) == offset_of!(Held, class) + 7
);

impl Word {
    #[inline(always)]
    const fn of(held: &Held) -> Word {
        Word(super::chain::step_of(held) | (held.state as u64) << 32 | (held.context as u64) << 56)
    }

    /// # Safety
    ///
    /// There is an entry.
    #[inline(always)]
    unsafe fn at(entry: *const Held) -> Word {
        // SAFETY: as for the caller; the word is the aligned group of fields that begins with the class.
        Word(unsafe { (&raw const (*entry).class).cast::<u64>().read_volatile() })
    }

    /// The same, of the class and mode of another.
    const fn named(self, other: Word) -> Word {
        const NAME: u64 = 0xff << 40 | 0xffff_ffff;
        Word(self.0 & !NAME | other.0 & NAME)
    }

    /// Whether state and mode, side by side, are those of a lock that is held by a guard of this mode, if one is given.
    #[inline(always)]
    const fn is_held_in(state_and_mode: u16, mode: Option<Mode>) -> bool {
        const HELD: u16 = State::Held as u16;
        match mode {
            None => state_and_mode as u8 == HELD as u8,
            // `read_recursive` gives a read guard.
            Some(Mode::Read | Mode::ReadRecursive) => {
                state_and_mode == HELD | (Mode::Read as u16) << 8 || state_and_mode == HELD | (Mode::ReadRecursive as u16) << 8
            }
            Some(mode) => state_and_mode == HELD | (mode as u16) << 8,
        }
    }

    #[inline(always)]
    pub(crate) const fn is(self, state: State) -> bool {
        (self.0 >> 32) as u8 == state as u8
    }
}

/// The first half of an entry: what acquisitions have in common that were made at one place, by one stack, of one class, in one context.
/// In two pieces that are read and written in one instruction each: class, state, mode, flags, context and mask; and the place.
pub(crate) fn template(held: &Held) -> Template {
    let pair = |low: u64, high: u64| {
        // SAFETY: 16 bytes of numbers.
        unsafe { core::mem::transmute::<[u64; 2], __m128i>([low, high]) }
    };
    [pair(Word::of(held).0, held.mask), pair(held.place.site as u64, held.place.stack.into())]
}

const _: () = assert!(
    size_of::<Template>() == offset_of!(Held, lock)
        && offset_of!(Held, class) == 0
        && offset_of!(Held, mask) == 8
        && offset_of!(Held, place) == 16
        && offset_of!(Place, site) == 0
        && offset_of!(Place, stack) == 8
);

thread_local! {
    static STATE: ThreadState = const {
        ThreadState {
            held: AtomicPtr::new(ptr::null_mut()),
            top: AtomicPtr::new(ptr::null_mut()),
            limit: AtomicPtr::new(ptr::null_mut()),
            end: AtomicPtr::new(ptr::null_mut()),
            gate: AtomicPtr::new(ptr::null_mut()),
            floor: AtomicPtr::new(ptr::null_mut()),
            chain: AtomicU64::new(0),
            context: AtomicU64::new(0),
            instances: AtomicU64::new(0),
            mask: AtomicU64::new(0),
            lazily_off: AtomicU64::new(0),
            kept_signals: AtomicU64::new(0),
            kept: AtomicPtr::new(ptr::null_mut()),
            born: AtomicU64::new(0),
            inherited: AtomicPtr::new(ptr::null_mut()),
            #[cfg(feature = "interpose")]
            saves: super::saves::Saves::new(),
            spots: Spots::new(),
            stacks: AtomicPtr::new(ptr::null_mut()),
            makers: AtomicPtr::new(ptr::null_mut()),
            graph: AtomicPtr::new(ptr::null_mut()),
            handler: AtomicU8::new(0),
            installed: AtomicPtr::new(ptr::null_mut()),
            nesting: AtomicU8::new(0),
            real_handlers: AtomicU8::new(0),
            stack_top: AtomicUsize::new(0),
            stack_room: AtomicUsize::new(usize::MAX),
            signal_frame: AtomicUsize::new(0),
            interrupted: [const { Cell::new(Interrupted::NOTHING) }; HANDLERS],
            slow: AtomicU8::new(0),
            left_evidence: AtomicU8::new(0),
            shuffling: AtomicU64::new(0),
            untidy: AtomicU8::new(0),
            ended: [const { Ended { instance: AtomicU64::new(0), site: AtomicUsize::new(0) } }; ENDED],
            given_out: [const { Cell::new(Held::FREE) }; GIVEN_OUT],
            given_out_next: AtomicU8::new(0),
            allocating: AtomicU8::new(0),
            delivering: AtomicU8::new(0),
            quiet: AtomicU8::new(0),
            begun: AtomicU8::new(0),
            ending: AtomicU8::new(0),
            accepted: AtomicU32::new(0),
            stopped: AtomicU8::new(0),
            scope: AtomicU32::new(0),
            first: AtomicU8::new(0),
            id: AtomicU32::new(0),
            began: AtomicU32::new(0),
            tid: AtomicI32::new(0),
            waiting_since: AtomicU64::new(0),
            serial: AtomicU64::new(0),
            memory: AtomicU64::new(0),
            numbers: AtomicU64::new(BLOCK),
            counted: AtomicU32::new(0),
            counted_serial: AtomicU64::new(0),
            events: AtomicU64::new(0),
            last_off: Stamp::NONE,
            last_on: Stamp::NONE,
            left_off: Stamp::NONE,
            left_on: Stamp::NONE,
            mask_seen: Stamp::NONE,
            name: Cell::new([0; 16]),
            known: AtomicPtr::new(ptr::null_mut()),
        }
    };
}

/// The state of this thread.
#[inline(always)]
pub(crate) fn current() -> &'static ThreadState {
    // SAFETY: the thread-local is const-initialised and has no destructor, so it lives as long as the thread; the reference is
    // used by this thread only, and `ThreadState` is not `Sync`-shared but through the registry, whose readers use atomics alone.
    STATE.with(|state| unsafe { &*ptr::from_ref(state) })
}

/// A field that no other thread writes, read by this one: what an atomic load is, but that it may be part of the instruction that uses it.
pub(crate) trait Mine {
    type Value;

    /// # Safety
    ///
    /// Only this thread writes the field.
    unsafe fn mine(&self) -> Self::Value;
}

macro_rules! mine {
    ($($atomic:ty: $value:ty),* $(,)?) => { $(
        impl Mine for $atomic {
            type Value = $value;

            #[inline(always)]
            unsafe fn mine(&self) -> $value {
                // SAFETY: nobody writes at the same time; volatile, for a handler may write in between.
                unsafe { self.as_ptr().read_volatile() }
            }
        }
    )* };
}

mine!(AtomicU64: u64, AtomicUsize: usize, AtomicPtr<Held>: *mut Held);

/// What only the thread itself writes of its state, as it reads it.
#[derive(Clone, Copy)]
pub(crate) struct Own(&'static ThreadState);

#[inline(always)]
pub(crate) fn own() -> Own {
    Own(current())
}

impl Own {
    #[inline(always)]
    pub(crate) fn chain(self) -> u64 {
        // SAFETY: this thread's own.
        unsafe { self.0.chain.mine() }
    }

    #[inline(always)]
    pub(crate) fn context(self) -> u64 {
        // SAFETY: this thread's own.
        unsafe { self.0.context.mine() }
    }

    #[inline(always)]
    pub(crate) fn signal_frame(self) -> usize {
        // SAFETY: this thread's own.
        unsafe { self.0.signal_frame.mine() }
    }
}

/// Whether an entry below `depth` stands for this.
#[inline(always)]
fn is(entry: *const Held, state: State) -> bool {
    // SAFETY: as for `read`; a state is one byte.
    unsafe { (&raw const (*entry).state).cast::<u8>().read_volatile() == state as u8 }
}

/// Where the lock of a released entry is said to be; no lock is there.
const RELEASED: usize = 1;

/// Gives an entry the name and place of a lock, whose class and mode are in `word`.
///
/// # Safety
///
/// There is an entry.
#[inline(always)]
unsafe fn name(entry: *mut Held, lock: usize, place: Place, word: Word) {
    // SAFETY: as for the caller; the word as in `Word::at`.
    unsafe {
        (&raw mut (*entry).lock).write_volatile(lock);
        (&raw mut (*entry).place).write_volatile(place);
        (&raw mut (*entry).class).cast::<u64>().write_volatile(Word::at(entry).named(word).0);
    }
}

impl ThreadState {
    #[inline(always)]
    pub(crate) fn get(field: &AtomicU64) -> u64 {
        field.load(Ordering::Relaxed)
    }

    /// What more there is to know of a chain that this thread has proven.
    #[inline(always)]
    pub(crate) fn known(&self, key: u64) -> Option<u64> {
        let (there, more) = self.places(key)?.0.get();
        if there == key { Some(more) } else { self.known_elsewhere(key) }
    }

    #[cold]
    #[inline(never)]
    fn known_elsewhere(&self, key: u64) -> Option<u64> {
        self.places(key)?.1.map(Known::get).find(|(there, _)| *there == key).map(|(_, more)| more)
    }

    /// Remembers a proven chain, in the place where it is looked for first; what was there goes one further.
    pub(crate) fn remember(&self, key: u64, more: u64) {
        let memory = ThreadState::get(&self.memory);
        let Some((first, others)) = self.places(key) else { return };
        let mut before = first.get();
        first.set((key, more));
        for place in others {
            if before.0 == key || before == Known::NOTHING {
                break;
            }
            let next = place.get();
            place.set(before);
            before = next;
        }
        // Another thread may have made this one forget everything in between. Pairs with `forget_chains`: either it is seen here, or
        // it comes after what was just stored.
        fence(Ordering::SeqCst);
        if ThreadState::get(&self.memory) != memory {
            self.forget_chains();
        }
    }

    /// The places of a chain key: side by side, all in one line of the cache. None before the thread is prepared.
    #[inline(always)]
    fn places(&self, key: u64) -> Option<(&Known, impl Iterator<Item = &Known>)> {
        let known = self.all_known()?;
        let first = (key >> (64 - CHAINS.trailing_zeros())) as usize;
        Some((&known[first], (1..WAYS).map(move |way| &known[first ^ way])))
    }

    #[inline(always)]
    fn all_known(&self) -> Option<&[Known; CHAINS]> {
        // SAFETY: null, or memory for so many, which stays as long as the thread.
        unsafe { self.known.load(Ordering::Relaxed).cast::<[Known; CHAINS]>().as_ref() }
    }

    /// From here on its chains are remembered there; where they were before.
    pub(super) fn know_in(&self, known: *mut Known) -> *mut Known {
        self.known.swap(known, Ordering::Relaxed)
    }

    /// The key, in the memory of all threads, of what this thread has proven of a chain.
    pub(crate) fn own_key(&self, key: u64) -> u64 {
        super::chain::own_key(key, ThreadState::get(&self.memory))
    }

    /// How many entries there are below one of them.
    #[inline(always)]
    fn below(&self, entry: &AtomicPtr<Held>) -> usize {
        (entry.load(Ordering::Relaxed).addr() - self.held.load(Ordering::Relaxed).addr()) / size_of::<Held>()
    }

    /// How many entries there are.
    #[inline(always)]
    pub(crate) fn depth(&self) -> usize {
        self.below(&self.top)
    }

    /// The first entry of the running handler or isolated graph.
    #[inline(always)]
    pub(crate) fn base(&self) -> usize {
        self.below(&self.floor)
    }

    /// How many entries there is room for; 0 before the first acquisition.
    pub(crate) fn capacity(&self) -> usize {
        self.below(&self.limit)
    }

    /// Whether the thread is ready for acquisitions.
    #[inline(always)]
    pub(crate) fn is_prepared(&self) -> bool {
        !self.held.load(Ordering::Relaxed).is_null()
    }

    /// Whether there is room for one more entry, and nothing is to be looked at: then the thread is prepared, too.
    #[inline(always)]
    pub(crate) fn has_room(&self) -> bool {
        // Others close it; whoever does not see that in time comes here again.
        let gate = self.gate.load(Ordering::Relaxed);
        // SAFETY: this thread's own.
        unsafe { self.top.mine() < gate }
    }

    pub(crate) fn set_depth(&self, depth: usize) {
        self.top.store(self.entry(depth), Ordering::Relaxed);
    }

    pub(crate) fn set_base(&self, base: usize) {
        self.floor.store(self.entry(base), Ordering::Relaxed);
    }

    /// There is room for so many now.
    pub(crate) fn set_capacity(&self, capacity: usize) {
        let closed = self.gate.load(Ordering::Relaxed).is_null() && !self.limit.load(Ordering::Relaxed).is_null();
        self.limit.store(self.entry(capacity), Ordering::Relaxed);
        if !closed {
            self.gate.store(self.entry(capacity), Ordering::Relaxed);
        }
    }

    /// Where the entries are.
    pub(crate) fn room(&self) -> Room {
        Room { entries: self.entry(0), capacity: self.capacity(), reserved: self.below(&self.end) }
    }

    /// The entries, of which there are none yet, are here from now on. In a slow section.
    pub(crate) fn start_in(&self, Room { entries, capacity, reserved }: Room) {
        for end in [&self.held, &self.top, &self.floor] {
            end.store(entries, Ordering::Relaxed);
        }
        self.set_capacity(capacity);
        self.end.store(self.entry(reserved), Ordering::Relaxed);
    }

    #[inline(always)]
    pub(crate) fn entry(&self, at: usize) -> *mut Held {
        self.held.load(Ordering::Relaxed).wrapping_add(at)
    }

    /// A copy of an entry below `depth`.
    #[inline]
    pub(crate) fn read(&self, at: usize) -> Held {
        // SAFETY: entries below `capacity` are valid for as long as the thread lives.
        unsafe { self.entry(at).read_volatile() }
    }

    /// A copy of each entry, outermost first. Of another thread only in a slow section, where no stack moves and no thread leaves.
    pub(crate) fn entries(&self) -> impl DoubleEndedIterator<Item = Held> {
        (0..self.depth()).map(|at| self.read(at))
    }

    /// Those of this context.
    pub(crate) fn own_entries(&self) -> impl DoubleEndedIterator<Item = Held> {
        (self.base()..self.depth()).map(|at| self.read(at))
    }

    /// Where the last of them is that `is_wanted`.
    pub(crate) fn last_own(&self, is_wanted: impl Fn(&Held) -> bool) -> Option<usize> {
        (self.base()..self.depth()).rev().find(|&at| is_wanted(&self.read(at)))
    }

    /// Marks an entry.
    #[inline(always)]
    pub(crate) fn set_state(&self, at: usize, state: State) {
        // SAFETY: as for `read`.
        unsafe { (&raw mut (*self.entry(at)).state).write_volatile(state) };
    }

    /// Says where its lock is.
    fn set_lock(&self, at: usize, lock: usize) {
        // SAFETY: as for `read`.
        unsafe { (&raw mut (*self.entry(at)).lock).write_volatile(lock) };
    }

    /// Marks an entry as one that was released, wherever it is. One that is merely free may be about to be filled, by what a handler that we
    /// know nothing of has interrupted.
    pub(crate) fn free(&self, at: usize) {
        self.set_state(at, State::Free);
        self.set_lock(at, RELEASED);
    }

    /// Marks an entry as nobody's.
    pub(super) fn vacate(&self, at: usize) {
        self.set_state(at, State::Free);
        self.set_lock(at, 0);
    }

    fn is_released(&self, at: usize) -> bool {
        let held = self.read(at);
        held.state == State::Free && held.lock == RELEASED
    }

    /// Gives an entry another key of what is below it.
    pub(crate) fn set_chain(&self, at: usize, chain: u64) {
        // SAFETY: as for `read`.
        unsafe { (&raw mut (*self.entry(at)).chain).write_volatile(chain) };
    }

    /// Says what was blocked when it was taken.
    pub(crate) fn set_mask_of(&self, at: usize, mask: u64) {
        // SAFETY: as for `read`.
        unsafe { (&raw mut (*self.entry(at)).mask).write_volatile(mask) };
    }

    /// Gives it another mode.
    pub(crate) fn set_mode(&self, at: usize, mode: Mode) {
        // SAFETY: as for `read`.
        unsafe { (&raw mut (*self.entry(at)).mode).write_volatile(mode) };
    }

    /// Gives it other flags.
    pub(crate) fn set_flags(&self, at: usize, flags: HeldFlags) {
        // SAFETY: as for `read`.
        unsafe { (&raw mut (*self.entry(at)).flags).write_volatile(flags) };
    }

    /// Gives it the name and place of a lock.
    pub(crate) fn set_name(&self, at: usize, of: &Held) {
        // SAFETY: as for `read`.
        unsafe { name(self.entry(at), of.lock, of.place, Word::of(of)) };
    }

    /// Gives it another stack.
    pub(crate) fn set_stack(&self, at: usize, stack: u32) {
        // SAFETY: as for `read`.
        unsafe { (&raw mut (*self.entry(at)).place.stack).write_volatile(stack) };
    }

    /// The signal frame of a running handler, the outermost of which is number 1.
    pub(crate) fn signal_frame_of(&self, handler: u8) -> usize {
        if handler == self.nesting.load(Ordering::Relaxed) {
            return self.signal_frame.load(Ordering::Relaxed);
        }
        self.interrupted.get(usize::from(handler)).map_or(0, |next| next.get().outer_frame())
    }

    /// The entry on top, if it is one of this context.
    #[inline(always)]
    fn on_top(&self) -> Option<*mut Held> {
        // SAFETY: this thread's own.
        let (end, floor) = unsafe { (self.top.mine(), self.floor.mine()) };
        (end > floor).then(|| end.wrapping_sub(1))
    }

    /// The entries of this context but the one on top, outermost first.
    #[inline(always)]
    fn below_top(&self) -> impl Iterator<Item = *const Held> {
        let [mut next, end] = [&self.floor, &self.top].map(|end| end.load(Ordering::Relaxed).cast_const());
        let top = end.wrapping_sub(1);
        core::iter::from_fn(move || {
            let entry = next;
            next = next.wrapping_add(1);
            (entry < top).then_some(entry)
        })
    }

    /// The numbers of the locks held, outermost first.
    pub(crate) fn locks(&self) -> impl Iterator<Item = u64> {
        let entries = (0..self.depth()).map(|at| self.entry(at).cast_const());
        // SAFETY: as for `read`.
        entries.filter(|&entry| is(entry, State::Held)).map(|entry| unsafe { (&raw const (*entry).instance).read_volatile() })
    }

    /// Whether the entry on top is one of this context, and the section of this number.
    #[inline(always)]
    pub(crate) fn top_is_section(&self, serial: u64) -> bool {
        // SAFETY: as for `read`.
        self.on_top()
            .is_some_and(|top| is(top, State::Section) && unsafe { (&raw const (*top).instance).read_volatile() } == serial)
    }

    /// Whether the entry on top is one of this context, and a section that `irq::enable` ends.
    #[inline(always)]
    pub(crate) fn top_is_disabled(&self) -> bool {
        self.on_top().is_some_and(|top| is(top, State::Disabled))
    }

    /// The same, and the only such section, which found this blocked.
    #[inline(always)]
    pub(crate) fn top_is_disabled_alone(&self, found: u64) -> bool {
        // SAFETY: as for `read`.
        let top = |top: *mut Held| is(top, State::Disabled) && unsafe { (&raw const (*top).order).read_volatile() } == found;
        self.on_top().is_some_and(top) && !self.below_top().any(|held| is(held, State::Disabled))
    }

    /// Whether an open section of this context has all these signals blocked.
    #[inline]
    pub(crate) fn section_blocks(&self, signals: u64) -> bool {
        let is_section = |held: &*const Held| is(*held, State::Section) || is(*held, State::Disabled);
        let mut sections = self.on_top().map(<*mut Held>::cast_const).into_iter().chain(self.below_top()).filter(is_section);
        // SAFETY: as for `read`.
        sections.any(|held| signals & !unsafe { (&raw const (*held).mask).read_volatile() } == 0)
    }

    /// Whether an entry of this context further out than the top relies on some of these signals to be blocked.
    pub(crate) fn relies_on(&self, signals: u64) -> bool {
        // SAFETY: as for `read`.
        self.below_top().any(|held| unsafe { (&raw const (*held).mask).read_volatile() } & signals != 0)
    }

    /// Takes the entry off that is on top.
    #[inline(always)]
    pub(crate) fn pop(&self) {
        // SAFETY: this thread's own.
        let end = unsafe { self.top.mine() };
        let top = end.wrapping_sub(1);
        // SAFETY: as for `read`.
        unsafe { (&raw mut (*top).state).write_volatile(State::Free) };
        self.lower(top);
    }

    /// The entry on top, which is this one, is free now.
    #[inline(always)]
    fn lower(&self, top: *mut Held) {
        compiler_fence(Ordering::SeqCst);
        self.top.store(top, Ordering::Relaxed);
    }

    /// Takes the entry on top off, if it is this lock, held by a guard of this mode if one is given.
    #[inline(always)]
    pub(crate) fn pop_if(&self, lock: usize, mode: Option<Mode>) -> bool {
        let Some(top) = self.on_top() else { return false };
        // SAFETY: as for `read`; the word is the aligned group of fields that begins with the class, its state and mode are again.
        let (state_and_mode, on_top) =
            unsafe { ((&raw const (*top).state).cast::<u16>().read_volatile(), (&raw const (*top).lock).read_volatile()) };
        if !Word::is_held_in(state_and_mode, mode) || on_top != lock {
            return false;
        }
        // SAFETY: as for `read`.
        let (chain, instance) =
            unsafe { ((&raw const (*top).chain).read_volatile(), (&raw const (*top).instance).read_volatile()) };
        // SAFETY: as for `read`.
        unsafe { (&raw mut (*top).state).write_volatile(State::Free) };
        self.chain.store(chain, Ordering::Relaxed);
        self.instances.store(ThreadState::get(&self.instances) ^ instance, Ordering::Relaxed);
        self.lower(top);
        true
    }

    /// Gives the section below the top, if it has this number, the name and place of the lock on top, if it is this one.
    #[inline(always)]
    pub(crate) fn bind(&self, serial: u64, lock: usize) -> bool {
        let Some(top) = self.on_top() else { return false };
        let section = top.wrapping_sub(1);
        if section < self.floor.load(Ordering::Relaxed) {
            return false;
        }
        // SAFETY: as for `read`.
        let (on_top, taken) = unsafe { ((&raw const (*top).lock).read_volatile(), Word::at(top)) };
        // SAFETY: as for `read`.
        let (number, word) = unsafe { ((&raw const (*section).instance).read_volatile(), Word::at(section)) };
        if on_top != lock || !taken.is(State::Held) || number != serial || !word.is(State::Section) {
            return false;
        }
        // SAFETY: as for `read`.
        unsafe { name(section, lock, (&raw const (*top).place).read_volatile(), taken) };
        true
    }

    /// A number that no other lock of the process has.
    ///
    /// A thread takes numbers by the block, so that new locks cost no shared write: `numbers` has the block above and the count
    /// below, one bit longer than a block, so that a count that ran over is still of this block, and is no number.
    pub(crate) fn next_number(&self) -> u64 {
        static BLOCKS: AtomicU64 = AtomicU64::new(0);
        // A handler may be here as well, so that reading and writing must be one step; nobody else, so that it need not be locked.
        let mut next = 1_u64;
        // SAFETY: a word of ours; the instruction is whole to whoever interrupts this thread.
        unsafe {
            core::arch::asm!(
                "xadd qword ptr [{numbers}], {next}",
                numbers = in(reg) self.numbers.as_ptr(),
                next = inout(reg) next,
                options(nostack),
            );
        }
        let (block, count) = (next / (2 * BLOCK), next % (2 * BLOCK));
        if count < BLOCK {
            return block * BLOCK + count;
        }
        let block = BLOCKS.fetch_add(1, Ordering::Relaxed);
        self.numbers.store(block * 2 * BLOCK + 1, Ordering::Relaxed);
        block * BLOCK
    }

    /// Puts an entry on top; there must be room. The state comes last, with all that shares its word.
    #[inline(always)]
    pub(crate) fn push(&self, held: &Held) {
        // SAFETY: the entry is reserved for us.
        self.fill(|entry| unsafe {
            (&raw mut (*entry).mask).write_volatile(held.mask);
            (&raw mut (*entry).place).write_volatile(held.place);
            (&raw mut (*entry).lock).write_volatile(held.lock);
            (&raw mut (*entry).chain).write_volatile(held.chain);
            (&raw mut (*entry).instance).write_volatile(held.instance);
            // Without meaning in most locks.
            if held.order != 0 || held.flags.has(HeldFlags::ORDERED) || !held.is_lock() {
                (&raw mut (*entry).order).write_volatile(held.order);
            }
            compiler_fence(Ordering::SeqCst);
            (&raw mut (*entry).class).cast::<u64>().write_volatile(Word::of(held).0);
        });
    }

    /// The same for a lock, of which the first half is known.
    #[inline(always)]
    pub(crate) fn push_known(&self, [state, place]: Template, lock: usize, chain: u64, instance: u64) {
        // SAFETY: the entry is reserved for us.
        self.fill(move |entry| unsafe {
            (&raw mut (*entry).lock).write_volatile(lock);
            (&raw mut (*entry).chain).write_volatile(chain);
            (&raw mut (*entry).instance).write_volatile(instance);
            (&raw mut (*entry).place).cast::<__m128i>().write_volatile(place);
            compiler_fence(Ordering::SeqCst);
            entry.cast::<__m128i>().write_volatile(state);
        });
    }

    /// Reserves an entry and fills it.
    #[inline(always)]
    fn fill(&self, fill: impl FnOnce(*mut Held)) {
        // SAFETY: this thread's own.
        let entry = unsafe { self.top.mine() };
        // A handler in between puts back what it finds.
        self.top.store(entry.wrapping_add(1), Ordering::Relaxed);
        compiler_fence(Ordering::SeqCst);
        fill(entry);
        compiler_fence(Ordering::SeqCst);
    }

    /// The whole stack.
    ///
    /// # Safety
    ///
    /// No entry changes while the slice lives: in a slow section, or before anything else of this thread runs.
    pub(crate) unsafe fn held(&self) -> &[Held] {
        let entries = self.held.load(Ordering::Relaxed);
        if entries.is_null() {
            return &[];
        }
        // SAFETY: `depth` entries are valid, and nobody changes them meanwhile.
        unsafe { core::slice::from_raw_parts(entries, self.depth()) }
    }

    /// Forgets all proven chains.
    pub(crate) fn forget_chains(&self) {
        self.memory.fetch_add(1 << 32, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        self.all_known().into_iter().flatten().for_each(|known| known.set(Known::NOTHING));
        self.spots.forget();
    }

    /// The context that the engine judges by.
    ///
    /// # Safety
    ///
    /// As for [`held`](Self::held).
    pub(crate) unsafe fn cx(&self, now: u32) -> Context<'_> {
        Context {
            thread: self.thread(),
            now,
            // SAFETY: as for the caller.
            held: unsafe { self.held() },
            base: self.base(),
            mask: ThreadState::get(&self.mask),
            handler: self.handler.load(Ordering::Relaxed),
        }
    }

    pub(crate) fn thread(&self) -> Thread {
        Thread { id: self.id.load(Ordering::Relaxed), began: self.began.load(Ordering::Relaxed) }
    }

    /// The mask or the handler changed: chains proven in another context do not count here.
    pub(crate) fn set_context(&self, mask: u64, handler: u8) {
        self.mask.store(mask, Ordering::Relaxed);
        self.handler.store(handler, Ordering::Relaxed);
        self.context.store(super::chain::context_key(mask, handler), Ordering::Relaxed);
    }

    pub(crate) fn set_mask(&self, mask: u64) {
        self.set_context(mask, self.handler.load(Ordering::Relaxed));
    }

    /// The same, outside handlers.
    #[inline(always)]
    pub(crate) fn set_mask_outside_handlers(&self, mask: u64) {
        self.mask.store(mask, Ordering::Relaxed);
        self.context.store(super::chain::context_key(mask, 0), Ordering::Relaxed);
    }

    #[inline(always)]
    pub(crate) fn outside_handlers(&self) -> bool {
        self.nesting.load(Ordering::Relaxed) == 0
    }

    /// Somebody made `real` of the mask by a plain call. That is a choice and not a section: in a thread, it stays until the next
    /// such call; a handler's is undone by its return.
    pub(crate) fn adopt(&self, real: u64) {
        let changed = real ^ ThreadState::get(&self.mask);
        if changed != 0 && self.nesting.load(Ordering::Relaxed) == 0 {
            let born = ThreadState::get(&self.born);
            self.born.store(born & !changed | real & changed, Ordering::Relaxed);
        }
        self.set_mask(real);
    }

    /// Whether this is the child of a `vfork`: a process of its own, with the memory of a thread that waits for it, and is not to be prepared
    /// by it.
    pub(crate) fn is_borrowed(&self) -> bool {
        match self.tid.load(Ordering::Relaxed) {
            0 => life::is_another_process(),
            // SAFETY: no arguments, always succeeds.
            tid => tid != unsafe { libc::gettid() },
        }
    }

    /// What is known of the running handler.
    pub(crate) fn installed(&self) -> Option<&'static Installed> {
        // SAFETY: null, or one that stays.
        unsafe { self.installed.load(Ordering::Relaxed).as_ref() }
    }

    /// What the end of the thread, or of its handler that was entered after `events` changes of the mask, is to find.
    pub(crate) fn mask_at_end(&self, entered: u64, events: u64) -> MaskAtEnd {
        let opened = entered & !ThreadState::get(&self.mask) != 0;
        let stamp = if opened { &self.left_on } else { &self.left_off };
        MaskAtEnd { entered, changed: (ThreadState::get(&stamp.event) > events).then_some(stamp.place()) }
    }

    /// The mask changes for as long as a section lasts, or as it was before one.
    #[inline(always)]
    pub(crate) fn stamp(&self, stamp: &Stamp, place: Place) {
        let event = ThreadState::get(&self.events) + 1;
        self.events.store(event, Ordering::Relaxed);
        stamp.set(event, place);
    }

    /// The mask changes for good.
    pub(crate) fn stamp_change(&self, opens: bool, place: Place) {
        let [last, left] = if opens { [&self.last_on, &self.left_on] } else { [&self.last_off, &self.left_off] };
        self.stamp(last, place);
        left.set(ThreadState::get(&self.events), place);
    }

    /// Runs `f`, in which keys and entries do not agree.
    pub(crate) fn shuffle(&self, f: impl FnOnce()) {
        // Handlers put back what they find, so nothing is lost between load and store.
        let shuffling =
            |bit: u64, on: u64| self.shuffling.store(ThreadState::get(&self.shuffling) & !bit | on, Ordering::Relaxed);
        let bit = 1 << self.nesting.load(Ordering::Relaxed).min(63);
        shuffling(bit, bit);
        f();
        shuffling(bit, 0);
    }

    /// Whether keys and entries agree.
    pub(crate) fn is_shuffling(&self) -> bool {
        ThreadState::get(&self.shuffling) != 0
    }

    /// The code that goes on in this context was jumped to: what the context, or a handler on top of it, was in the middle of never
    /// ends.
    pub(super) fn landed(&self) {
        let further_out = (1 << self.nesting.load(Ordering::Relaxed).min(63)) - 1;
        (self.base()..self.depth()).filter(|&at| self.read(at).state == State::Free).for_each(|at| self.free(at));
        if ThreadState::get(&self.shuffling) & !further_out != 0 {
            self.shuffling.store(ThreadState::get(&self.shuffling) & further_out, Ordering::Relaxed);
            self.untidy.store(1, Ordering::Relaxed);
        }
    }

    /// Releases an entry of another thread, in a slow section, or of what is below this context. The keys are mended when that goes on.
    pub(super) fn release_for(&self, at: usize) {
        self.free(at);
        self.untidy.store(1, Ordering::Relaxed);
    }

    /// A hold is over, as another thread has seen, or a context on top; in a slow section. Its entry stays until this context comes by, for
    /// it goes on meanwhile.
    pub(super) fn note_ended(&self, at: usize, held: &Held) {
        match self.ended.iter().find(|place| place.is_of(held) || ThreadState::get(&place.instance) == 0) {
            Some(place) => place.set(held.instance, held.place.site),
            // There is no room to wait for it.
            None if self.read(at).instance == held.instance => self.free(at),
            None => {}
        }
        // In this order: whoever tidies opens the gate.
        self.gate.store(ptr::null_mut(), Ordering::Relaxed);
        self.untidy.store(1, Ordering::Release);
    }

    pub(super) fn forget_ended(&self) {
        self.ended.iter().for_each(|place| place.set(0, 0));
    }

    fn has_ended(&self, held: &Held) -> bool {
        self.untidy.load(Ordering::Relaxed) != 0 && held.is_lock() && self.ended.iter().any(|place| place.is_of(held))
    }

    /// What is held, as far as nobody has seen its end.
    pub(super) fn not_ended(&self) -> impl DoubleEndedIterator<Item = Held> {
        self.entries().filter(move |held| !self.has_ended(held))
    }

    /// Before it matters what this thread holds.
    #[inline]
    pub(crate) fn drop_ended(&self) {
        if self.untidy.load(Ordering::Relaxed) != 0 {
            self.take_out_ended();
        }
    }

    #[cold]
    fn take_out_ended(&self) {
        // An exchange, so that what is noted from here on closes it again.
        self.gate.swap(self.limit.load(Ordering::Relaxed), Ordering::SeqCst);
        for place in self.ended.iter().filter(|place| ThreadState::get(&place.instance) != 0) {
            while let Some(at) = self.last_own(|held| held.is_lock() && place.is_of(held)) {
                super::acquire::take_out(self, at);
            }
            if self.entries().any(|held| held.is_lock() && place.is_of(&held)) {
                // What a handler interrupted: that is to look at it as well.
                self.gate.store(ptr::null_mut(), Ordering::Relaxed);
            } else {
                place.set(0, 0);
            }
        }
    }

    /// The raw lock of what this thread holds is given out. Its guard may be there still, and release it.
    pub(super) fn note_given_out(&self, held: Held) {
        self.forget_given_out(held.instance);
        // The place first: a handler that comes in between takes the next.
        let next = self.given_out_next.load(Ordering::Relaxed);
        self.given_out_next.store(next.wrapping_add(1), Ordering::Relaxed);
        compiler_fence(Ordering::SeqCst);
        let place = &self.given_out[usize::from(next) % GIVEN_OUT];
        place.set(Held::FREE);
        compiler_fence(Ordering::SeqCst);
        place.set(held);
    }

    /// What this thread held when it gave out the raw lock last, and may hold still.
    pub(super) fn given_out(&self, instance: u64) -> Option<Held> {
        self.given_out.iter().map(Cell::get).find(|held| held.is_lock() && held.instance == instance)
    }

    /// It does not. Whether it might have.
    pub(super) fn forget_given_out(&self, instance: u64) -> bool {
        let is_it = |place: &&Cell<Held>| place.get().is_lock() && place.get().instance == instance;
        self.given_out.iter().filter(is_it).map(|place| place.set(Held::FREE)).count() != 0
    }

    /// Takes released entries off the top, after others released some of ours as well.
    pub(crate) fn tidy(&self) {
        // Looked at first: the exchange is locked.
        let untidy = self.untidy.load(Ordering::Relaxed) != 0 && self.untidy.swap(0, Ordering::Relaxed) != 0;
        if untidy {
            self.take_out_ended();
            if self.base() != 0 {
                // The keys of what is below are kept somewhere else, and put back.
                self.untidy.store(1, Ordering::Relaxed);
            }
            self.shuffle(|| {
                let locks = self.entries().filter(|held| matches!(held.state, State::Held | State::Waiting));
                let instances = locks.fold(0, |mix, held| mix ^ held.instance);
                self.instances.store(instances, Ordering::Relaxed);
                let first = self.own_entries().next().map(|first| first.chain);
                // Without entries, what handlers and isolated tests begin with is kept where they began.
                let chain = first.or_else(|| (self.base() == 0).then(|| life::graph(self).seed));
                if let Some(chain) = chain {
                    super::acquire::rechain(self, self.base(), chain);
                }
            });
        }
        self.trim();
    }

    /// Closes the gaps that releases out of order left between the entries of this context; in a slow section, and only where no
    /// entry of this context is being filled. Whoever remembers an entry by its place must look for it again.
    pub(crate) fn close_gaps(&self) {
        let mut to = self.base();
        for at in self.base()..self.depth() {
            let held = self.read(at);
            if held.state == State::Free {
                continue;
            }
            if to != at {
                // SAFETY: as for `read`.
                unsafe { self.entry(to).write_volatile(held) };
            }
            to += 1;
        }
        (to..self.depth()).for_each(|at| self.free(at));
        self.trim();
    }

    /// Takes released entries off the top.
    pub(crate) fn trim(&self) {
        while let Some(top) = self.depth().checked_sub(1).filter(|&top| top >= self.base() && self.is_released(top)) {
            self.vacate(top);
            // A handler may have been here and got further.
            if self.depth() > top {
                self.set_depth(top);
            }
        }
    }

    /// Whether reports about what guards do now are only echoes of an acquisition that could not return.
    pub(crate) fn unwinding_from_stop(&self) -> bool {
        self.stopped.load(Ordering::Relaxed) != 0 && std::thread::panicking()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keys that fall on one place.
    fn key(n: u64) -> u64 {
        0x5eed_0000_0000_0000 | n
    }

    /// Of what was interrupted by whoever jumped nothing ends; what was interrupted further out goes on.
    #[test]
    fn what_a_jump_leaves_unfinished_is_over() {
        let thread = current();
        let in_handler = |nesting: u8, f: &dyn Fn()| {
            let before = thread.nesting.swap(nesting, Ordering::Relaxed);
            f();
            thread.nesting.store(before, Ordering::Relaxed);
        };
        thread.shuffle(|| {
            in_handler(1, &|| {
                thread.shuffle(|| {
                    in_handler(2, &|| thread.shuffle(|| assert!(thread.is_shuffling())));
                    thread.landed();
                });
            });
            assert!(thread.is_shuffling() && thread.untidy.swap(0, Ordering::Relaxed) == 1);
        });
        assert!(!thread.is_shuffling());
        thread.landed();
        assert_eq!(thread.untidy.load(Ordering::Relaxed), 0);
    }

    /// By a handler that nobody told us of, in the middle of an acquisition: it takes some locks, and releases them in another order.
    #[test]
    fn an_entry_that_is_reserved_is_not_taken_off() {
        let thread = current();
        life::prepare(thread);
        let lock = |instance| Held { state: State::Held, instance, ..Held::FREE };
        // Nothing is left of those that were there before.
        for _ in 0..3 {
            thread.push(&lock(1));
            thread.fill(|_| {
                thread.push(&lock(3));
                thread.push(&lock(4));
                super::super::acquire::take_out(thread, 2);
                thread.pop();
                super::super::acquire::take_out(thread, 0);
                thread.tidy();
                assert_eq!(thread.depth(), 2);
            });
            // SAFETY: it is the one that was reserved.
            unsafe { thread.entry(1).write_volatile(lock(2)) };
            assert_eq!(thread.locks().collect::<Vec<_>>(), [2]);
            super::super::acquire::take_out(thread, 1);
            assert_eq!(thread.depth(), 0);
        }
    }

    #[test]
    fn chains_that_share_a_place_are_all_known() {
        let thread = current();
        // There is no place to know them yet.
        thread.remember(key(1), 10);
        assert_eq!(thread.known(key(1)), None);
        life::prepare(thread);
        for n in 1..=4 {
            thread.remember(key(n), 10 * n);
        }
        thread.remember(key(4), 44);
        let known = |n| thread.known(key(n));
        assert_eq!([1, 2, 3, 4, 5].map(known), [Some(10), Some(20), Some(30), Some(44), None]);
        // The oldest goes.
        thread.remember(key(5), 0);
        assert_eq!([1, 2, 3, 4, 5].map(known), [None, Some(20), Some(30), Some(44), Some(0)]);
        thread.forget_chains();
        assert_eq!([1, 2, 3, 4, 5].map(known), [None; 5]);
    }

    /// A handler that writes where the code it interrupts is writing.
    #[test]
    fn half_of_one_chain_and_half_of_another_is_none() {
        let (place, [ours, theirs]) = (Known { key_and_more: AtomicU64::new(0), more: AtomicU64::new(0) }, [(7, 1), (9, 2)]);
        place.key_and_more.store(ours.0 ^ ours.1, Ordering::Relaxed);
        place.set(theirs);
        assert_eq!(place.get(), theirs);
        place.more.store(ours.1, Ordering::Relaxed);
        let (there, _) = place.get();
        assert!(there != ours.0 && there != theirs.0);
    }
}
