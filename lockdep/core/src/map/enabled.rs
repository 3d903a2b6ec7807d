//! The twin with validation: two words in every lock.
//!
//! | word | before the first acquisition | after it |
//! |---|---|---|
//! | `place` | the construction site, or the declared class; above it half of the maker, in its lowest bit [`GIVEN_OUT`] | the same |
//! | `info` | what the type says; above it the other half | an [`InfoWord`] with its top bit set, which an address has never |
//!
//! Only `info` changes, once, by a compare-and-swap: where the same two words were seen before, in another lock, that needs no slow
//! section. No number is ever used again, so the cache needs no invalidation, and a lock that moves keeps its
//! identity: what is held may be looked at by number, when its address may long be somebody else's (a guard can be forgotten).

use core::mem::{self, ManuallyDrop};
use core::panic::Location;
use core::sync::atomic::{AtomicPtr, Ordering};

use super::How;
use crate::class::{LockClass, LockInfo, LockKind, READY};
use crate::kind::Mode;
use crate::runtime::acquire;
use crate::runtime::chain::extend;
use crate::runtime::contention;
use crate::runtime::globals::{self, ClassRecord, Globals};
use crate::runtime::slow;
use crate::runtime::thread::{self, ThreadState};
use crate::stack::{here, keep_frame};

#[doc = include_str!("lock_map.md")]
#[derive(Debug)]
pub struct LockMap {
    place: AtomicPtr<()>,
    info: AtomicPtr<()>,
}

/// What [`LockMap::wait_begin`] hands to [`LockMap::wait_end`].
#[derive(Debug)]
pub struct Waiting {
    site: &'static Location<'static>,
    /// How the mutex was held, and will be again; nothing if it was not.
    how: Option<How<'static>>,
    /// The entries of the wait.
    wait: Option<contention::CondvarWait>,
}

/// A mutex that would be released for a wait. Dropped it is held as before: the wait was reported, and that unwinds.
struct Kept<'m> {
    map: &'m LockMap,
    how: Option<How<'static>>,
    site: &'static Location<'static>,
}

impl Drop for Kept<'_> {
    fn drop(&mut self) {
        if let Some(how) = self.how {
            acquire::acquired(self.map, how, self.site);
        }
    }
}

/// The entry of a lock that is not taken yet. Dropped it takes the entry back, for then nobody got the lock: its own wait was all that
/// was wanted, or what was to take it unwound.
#[derive(Debug)]
struct Entry<'a>(&'a LockMap);

impl<'a> Entry<'a> {
    /// Checked, and announced as a wait.
    #[cold]
    #[inline(never)]
    #[track_caller]
    fn waiting(map: &'a LockMap, how: How<'_>, site: &'static Location<'static>) -> Entry<'a> {
        acquire::acquire(map, how, site);
        contention::announce(map);
        Entry(map)
    }

    /// The lock is taken: the entry stays.
    #[inline(always)]
    fn keep(self) {
        mem::forget(self);
    }
}

impl Drop for Entry<'_> {
    #[cold]
    #[inline(never)]
    fn drop(&mut self) {
        contention::settle(self.0);
        self.0.release();
    }
}

/// The wish to initialise something, from [`LockMap::once`]: a wait until [`run`](Claim::run) says that it is this thread's to do.
/// Who gets it, the real cell decides.
#[derive(Debug)]
pub struct Claim<'a> {
    entry: Entry<'a>,
    site: &'static Location<'static>,
}

impl Claim<'_> {
    /// Runs the initialiser: this thread holds the cell meanwhile, and no longer.
    pub fn run<R>(self, f: impl FnOnce() -> R) -> R {
        // Who waits for the value waits for whoever comes here to make it. Before it is held: it does not need itself.
        acquire::notify(self.entry.0, READY, self.site);
        contention::settle(self.entry.0);
        f()
    }
}

/// The second word of a lock.
///
/// | bits | once registered |
/// |---|---|
/// | 0 to 23 | the class number |
/// | 24 to 61 | the number of this very lock, well mixed |
/// | 62 | nesting within the class is judged lock by lock, says the class |
/// | 63 | set |
#[derive(Clone, Copy)]
pub(crate) struct InfoWord(u64);

impl InfoWord {
    const CLASS_BITS: u32 = 24;
    const NUMBER_BITS: u32 = 38;
    const BY_INSTANCE: u64 = 1 << 62;
    const REGISTERED: u64 = 1 << 63;

    /// What all locks of a class have.
    fn of_class(class: &ClassRecord) -> InfoWord {
        let by_instance = if class.info().rules.by_instance { Self::BY_INSTANCE } else { 0 };
        InfoWord(Self::REGISTERED | by_instance | u64::from(class.base))
    }

    const fn numbered(self, number: u64) -> InfoWord {
        InfoWord(self.0 | mix(number) << Self::CLASS_BITS)
    }

    #[inline(always)]
    pub(crate) const fn is_registered(self) -> bool {
        self.0 & Self::REGISTERED != 0
    }

    /// The class number, if it is registered.
    #[inline(always)]
    pub(crate) const fn class(self) -> u32 {
        self.0 as u32 & ((1 << Self::CLASS_BITS) - 1)
    }

    /// A number that no other lock has, if it is registered: the whole word, for less would cost instructions.
    #[inline(always)]
    pub(crate) const fn instance(self) -> u64 {
        self.0
    }

    /// As [`instance`](Self::instance); 0 if it is not registered.
    const fn instance_or_none(self) -> u64 {
        if self.is_registered() { self.0 } else { 0 }
    }
}

/// Another number for each number, such that those of some locks rarely have the same exclusive or as those of others.
const fn mix(number: u64) -> u64 {
    // Odd factors and shifts by half the length: each step can be undone.
    const LENGTH: u64 = (1 << InfoWord::NUMBER_BITS) - 1;
    const HALF: u32 = InfoWord::NUMBER_BITS / 2;
    let number = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) & LENGTH;
    let number = (number ^ number >> HALF).wrapping_mul(0xbf58_476d_1ce4_e5b9) & LENGTH;
    number ^ number >> HALF
}

/// The addresses of statics have so many bits; above them is the number of the maker's stack, 16 bits in one word and 15 in the
/// other.
const ADDRESS_BITS: u32 = 48;
const MAKER_LOW: usize = 0xffff;

/// Whether the raw lock was given out.
const GIVEN_OUT: usize = 1;
const _: () = assert!(align_of::<Location<'static>>() > GIVEN_OUT && align_of::<LockClass>() > GIVEN_OUT, "the bit is free");

/// The address in a word of an unregistered lock, and the half of the maker above it.
fn apart(word: *mut ()) -> (*mut (), usize) {
    (word.map_addr(|addr| addr & ((1 << ADDRESS_BITS) - 1)), word.addr() >> ADDRESS_BITS)
}

struct Info<K, T>(core::marker::PhantomData<(K, T)>);

impl<K: LockKind, T> Info<K, T> {
    const PLAIN: LockInfo = LockInfo {
        kind: K::NAME,
        wait: K::WAIT,
        read_recursive_in_handler: K::READ_RECURSIVE_IN_HANDLER,
        readers_pass: K::readers_pass,
        upgradable_excludes: K::upgradable_excludes,
        guards_move: K::GUARDS_MOVE,
        holder_may_change: K::HOLDER_MAY_CHANGE,
        by_instance: K::BY_INSTANCE,
        foreign: K::FOREIGN,
        type_name: core::any::type_name::<T>,
        declared: false,
    };
    const DECLARED: LockInfo = LockInfo { declared: true, ..Self::PLAIN };
}

impl LockMap {
    /// The map of a lock of kind `K` that protects a `T`, made here.
    #[inline(always)]
    #[track_caller]
    pub const fn new<K: LockKind, T>() -> LockMap {
        let site: *const Location<'static> = Location::caller();
        let info: *const LockInfo = &Info::<K, T>::PLAIN;
        LockMap { place: AtomicPtr::new(site.cast_mut().cast()), info: AtomicPtr::new(info.cast_mut().cast()) }
    }

    /// The map of a lock made by a constructor whose place does not tell locks apart: all fields of one `derive(Default)`
    /// have one place, and what the standard library makes (`Arc::default`, `or_default`) has a place there. Such locks are told
    /// apart by the callers of the constructor, so the function that calls this must not be inlined.
    #[inline(always)]
    #[track_caller]
    pub fn made_by_caller<K: LockKind, T>() -> LockMap {
        let LockMap { place, info } = &*ManuallyDrop::new(LockMap::new::<K, T>());
        let maker = acquire::maker(Location::caller(), here()) as usize;
        keep_frame();
        // A number beyond 31 bits is no maker: two billion stacks are more than memory holds.
        let half = |word: &AtomicPtr<()>, half: usize| {
            AtomicPtr::new(word.load(Ordering::Relaxed).map_addr(|addr| addr | half << ADDRESS_BITS))
        };
        let map = LockMap { place: half(place, maker & MAKER_LOW), info: half(info, maker >> MAKER_LOW.count_ones()) };
        if maker != 0 {
            map.number_class();
        }
        map
    }

    /// Gives its class a number: what one place makes is told apart by the order in which it was made, for that is the order of the fields
    /// in every run, as the order of first use is not.
    #[inline]
    fn number_class(&self) {
        let (place, info) = (self.place(), self.info.load(Ordering::Relaxed));
        if globals::ALIKE.get(alike(place, info)).is_none() {
            slow::with(|globals| record(globals, place, info, None));
        }
    }

    /// The same, of a declared class.
    #[inline(always)]
    pub const fn with_class<K: LockKind, T>(class: &'static LockClass) -> LockMap {
        let class: *const LockClass = class;
        let info: *const LockInfo = &Info::<K, T>::DECLARED;
        LockMap { place: AtomicPtr::new(class.cast_mut().cast()), info: AtomicPtr::new(info.cast_mut().cast()) }
    }

    /// `n` maps of the class of this one, which was not used yet: for a lock that has parts. Allocates: not in a handler.
    pub fn split(self, n: usize) -> Box<[LockMap]> {
        debug_assert_eq!(self.class(), 0, "a map that is used has a number that is its own");
        let info = self.info.load(Ordering::Relaxed);
        (0..n).map(|_| LockMap { place: AtomicPtr::new(self.place()), info: AtomicPtr::new(info) }).collect()
    }

    /// A blocking acquisition that cannot be tried: checked, announced as a wait, then made.
    ///
    /// # Panics
    ///
    /// When waiting could never end.
    #[inline]
    #[track_caller]
    pub fn lock_untried<G>(&self, how: How<'_>, block: impl FnOnce() -> G) -> G {
        let entry = Entry::waiting(self, how, Location::caller());
        let guard = block();
        contention::settle(self);
        entry.keep();
        guard
    }

    /// A blocking acquisition: checked, then tried, then waited for. Where a wait may be for nobody, it is tried again and again, so
    /// `attempt` must be able to succeed.
    ///
    /// # Panics
    ///
    /// When waiting could never end.
    #[inline(always)]
    #[track_caller]
    pub fn lock<G>(&self, how: How<'_>, attempt: impl FnMut() -> Option<G>, block: impl FnOnce() -> G) -> G {
        acquire::acquire(self, how, Location::caller());
        self.attempt_or_wait(attempt, block)
    }

    /// The same, of a lock that may be released by means which are not seen: before a thread is said to wait for itself, `is_held` says
    /// whether anybody holds it.
    ///
    /// If not to be `attempt_first`, nobody knows whether that is the same: `block` is called once, announced as a wait in any case, and an
    /// attempt is made only where a test would hang without it.
    ///
    /// # Panics
    ///
    /// When waiting could never end.
    #[inline(always)]
    #[track_caller]
    pub fn lock_raw<G>(
        &self,
        how: How<'_>,
        attempt_first: bool,
        is_held: impl Fn() -> bool + Copy,
        attempt: impl FnMut() -> Option<G>,
        block: impl FnOnce() -> G,
    ) -> G {
        self.acquire_asking(how, is_held);
        if attempt_first { self.attempt_or_wait(attempt, block) } else { self.wait_once(is_held, attempt, block) }
    }

    #[inline(always)]
    #[track_caller]
    fn attempt_or_wait<G>(&self, mut attempt: impl FnMut() -> Option<G>, block: impl FnOnce() -> G) -> G {
        match self.or_taken_back(&mut attempt) {
            Some(guard) => guard,
            None => self.wait(attempt, block),
        }
    }

    /// Before it is taken. What this thread is known to hold of it may have been released unseen.
    #[inline(always)]
    #[track_caller]
    fn acquire_asking(&self, how: How<'_>, is_held: impl Fn() -> bool) {
        // As in `acquire`: put together again behind a call only.
        let How { mode, subclass, reentrant, nest, order, .. } = how;
        if acquire::acquire_unless_held(self, how, Location::caller()) {
            self.acquire_again(How { subclass, reentrant, nest, order, ..How::new(mode) }, is_held);
        }
    }

    /// This thread holds the lock, as far as is known.
    #[cold]
    #[inline(never)]
    #[track_caller]
    fn acquire_again(&self, how: How<'_>, is_held: impl Fn() -> bool) {
        if contention::is_free(self, how.mode, is_held) {
            acquire::ended_unseen(self);
        }
        acquire::acquire(self, how, Location::caller());
    }

    #[inline(never)]
    #[track_caller]
    fn wait_once<G>(&self, is_held: impl Fn() -> bool, mut attempt: impl FnMut() -> Option<G>, block: impl FnOnce() -> G) -> G {
        if self.is_given_out() {
            acquire::wait_for_what_was_given_out(self, || (!is_held()).then_some(()));
        }
        contention::announce(self);
        let attempt = || self.or_taken_back(&mut attempt);
        let guard = contention::wait_in_isolation_if_held(self, attempt).unwrap_or_else(|| self.or_taken_back(block));
        contention::settle(self);
        guard
    }

    #[cold]
    #[inline(never)]
    #[track_caller]
    fn wait<G>(&self, mut attempt: impl FnMut() -> Option<G>, block: impl FnOnce() -> G) -> G {
        if self.is_given_out()
            && let Some(guard) = acquire::wait_for_what_was_given_out(self, || self.or_taken_back(&mut attempt))
        {
            return guard;
        }
        contention::wait(self, || self.or_taken_back(&mut attempt), || self.or_taken_back(block))
    }

    /// Runs what takes the lock, whose entry is on top already. What the validator unwinds by itself it has taken back.
    #[inline(always)]
    fn or_taken_back<R>(&self, take: impl FnOnce() -> R) -> R {
        let entry = Entry(self);
        let taken = take();
        entry.keep();
        taken
    }

    /// An attempt that does not wait; recorded if it succeeds.
    #[inline(always)]
    #[track_caller]
    pub fn try_lock<G>(&self, how: How<'_>, attempt: impl FnOnce() -> Option<G>) -> Option<G> {
        let guard = attempt()?;
        acquire::acquired(self, how, Location::caller());
        Some(guard)
    }

    /// An attempt that waits for a while: allowed only where waiting is, otherwise as [`try_lock`](Self::try_lock).
    #[inline(always)]
    #[track_caller]
    pub fn try_lock_timed<G>(&self, how: How<'_>, attempt: impl FnOnce() -> Option<G>) -> Option<G> {
        self.might_wait();
        self.try_lock(how, attempt)
    }

    /// Before an attempt that waits for a while, which is not one to take the lock: allowed only where waiting is.
    #[inline(always)]
    #[track_caller]
    pub fn might_wait(&self) {
        acquire::might_wait(self, Location::caller());
    }

    /// The lock is held already, by means we did not see; from here on it is tracked.
    #[inline(always)]
    #[track_caller]
    pub fn adopt(&self, how: How<'_>) {
        acquire::acquired(self, how, Location::caller());
    }

    /// As [`adopt`](Self::adopt), unless it is tracked already: held by this thread, or by one whose guard may be here.
    #[track_caller]
    pub fn adopt_unknown(&self, how: How<'_>) {
        if !acquire::holds(self) && !acquire::came_along(self) {
            self.adopt(how);
        }
    }

    /// Before the real release of what was taken last.
    #[inline(always)]
    pub fn release(&self) {
        acquire::release(self, None);
    }

    /// Before the real release of what was taken in this mode last; a recursive read is released as a read.
    #[inline(always)]
    pub fn release_in(&self, mode: Mode) {
        acquire::release(self, Some(mode));
    }

    /// How the lock was taken in this mode last, to take it again in the same way.
    pub fn how_held(&self, mode: Mode) -> How<'static> {
        acquire::how_held(self, mode)
    }

    /// The raw lock is given out, or a guard is leaked, so what is held now may be released unseen: it counts no longer. What is taken later
    /// counts, but nothing certain is said of it, because who has the raw lock may keep it.
    pub fn given_out(&self) {
        if !self.is_given_out() {
            self.place.fetch_or(GIVEN_OUT, Ordering::Relaxed);
        }
        acquire::given_out(self);
    }

    /// Whether the raw lock was given out.
    pub(crate) fn is_given_out(&self) -> bool {
        self.place.load(Ordering::Relaxed).addr() & GIVEN_OUT != 0
    }

    /// After the real lock changed the mode in which it is held, without waiting.
    #[inline(always)]
    pub fn converted(&self, from: Mode, to: Mode) {
        acquire::converted(self, from, to);
    }

    /// A blocking upgrade from `Upgradable` to `Write`: checked, then tried if that is to be `attempt_first`, then waited for.
    ///
    /// # Panics
    ///
    /// When waiting could never end.
    #[inline(always)]
    #[track_caller]
    pub fn upgrade(&self, attempt_first: bool, mut attempt: impl FnMut() -> bool, block: impl FnOnce()) {
        acquire::upgrade(self, Location::caller());
        if !(attempt_first && attempt()) {
            contention::wait_for_upgrade(self, attempt, block);
        }
        acquire::converted(self, Mode::Upgradable, Mode::Write);
    }

    /// Before a wait that releases this lock and takes it again.
    #[inline(always)]
    #[track_caller]
    pub fn wait_begin(&self, condvar: &LockMap, timed: bool) -> Waiting {
        let site = Location::caller();
        // A guard that came from another thread is this thread's own from here on.
        let held = acquire::holds(self) || acquire::came_along(self);
        let how = held.then(|| acquire::how_held(self, Mode::Write));
        self.release();
        let again = how.unwrap_or(How::write());
        let kept = Kept { map: self, how, site };
        acquire::check_wait(condvar, self, again, timed, site);
        mem::forget(kept);
        Waiting { site, how, wait: contention::begin_condvar(condvar, self, again, timed, site) }
    }

    /// After that wait.
    #[inline(always)]
    pub fn wait_end(&self, waiting: Waiting) {
        if let Some(wait) = waiting.wait {
            contention::end_condvar(wait);
        }
        if let Some(how) = waiting.how {
            acquire::acquired(self, how, waiting.site);
        }
    }

    /// Who waits on this condition variable is woken from here.
    #[inline(always)]
    #[track_caller]
    pub fn notify(&self) {
        acquire::notify(self, 0, Location::caller());
    }

    /// An initialisation that happens once. If `done` gives the result it is no acquisition; otherwise `run` hands its closure
    /// to the real cell, which either runs it, and it must call [`Claim::run`], or waits until another thread has.
    ///
    /// # Panics
    ///
    /// When waiting could never end.
    #[inline(always)]
    #[track_caller]
    pub fn once<R>(&self, done: impl FnOnce() -> Option<R>, run: impl FnOnce(Claim<'_>) -> R) -> R {
        match done() {
            Some(result) => result,
            None => {
                let site = Location::caller();
                run(Claim { entry: Entry::waiting(self, How::write(), site), site })
            }
        }
    }

    /// A wait until other threads have come as far, by means of its own: seen as a wait, by whoever holds what.
    ///
    /// # Panics
    ///
    /// When waiting could never end.
    #[inline(always)]
    #[track_caller]
    pub fn wait_for<R>(&self, block: impl FnOnce() -> R) -> R {
        let _entry = Entry::waiting(self, How::write(), Location::caller());
        block()
    }

    /// A wait for an initialisation by another thread: for the end of its initialiser, and for whoever comes to run it.
    ///
    /// # Panics
    ///
    /// When waiting could never end.
    #[inline(always)]
    #[track_caller]
    pub fn wait_ready<R>(&self, block: impl FnOnce() -> R) -> R {
        acquire::check_ready(self, Location::caller());
        self.wait_for(block)
    }

    /// Records the order as if the lock were taken and released here, without touching it.
    #[inline(always)]
    #[track_caller]
    pub fn might_lock(&self, how: How<'_>) {
        acquire::check_only(self, how, Location::caller(), acquire::Check::Lock);
        keep_frame();
    }

    /// Waits by means of `block` for what others hold of this map; checked as [`might_lock`](Self::might_lock) is.
    ///
    /// # Panics
    ///
    /// When waiting could never end.
    #[inline(always)]
    #[track_caller]
    pub fn wait_by<R>(&self, how: How<'_>, block: impl FnOnce() -> R) -> R {
        acquire::check_only(self, how, Location::caller(), acquire::Check::Lock);
        contention::wait_by(self, how, Location::caller(), block)
    }

    /// Reports if this thread does not hold the lock.
    #[inline(always)]
    #[track_caller]
    pub fn assert_held(&self) {
        acquire::assert_held(self, true, Location::caller());
        keep_frame();
    }

    /// Reports if this thread holds the lock.
    #[inline(always)]
    #[track_caller]
    pub fn assert_not_held(&self) {
        acquire::assert_held(self, false, Location::caller());
        keep_frame();
    }

    /// The identity of the lock while it stays where it is.
    #[inline(always)]
    pub(crate) fn address(&self) -> usize {
        core::ptr::from_ref(self).expose_provenance()
    }

    /// Where it was made, or its declared class, and half of the maker.
    fn place(&self) -> *mut () {
        self.place.load(Ordering::Relaxed).map_addr(|addr| addr & !GIVEN_OUT)
    }

    /// What the lock knows of itself.
    #[inline(always)]
    pub(crate) fn info(&self) -> InfoWord {
        // Relaxed: numbers that are seen are right, and what they stand for is looked up in a slow section.
        InfoWord(self.info.load(Ordering::Relaxed).addr() as u64)
    }

    /// The class number, or 0 before the first acquisition.
    #[inline(always)]
    pub(crate) fn class(&self) -> u32 {
        let info = self.info();
        if info.is_registered() { info.class() } else { 0 }
    }

    /// The number of this very lock, or 0 before the first acquisition.
    #[inline(always)]
    pub(crate) fn instance(&self) -> u64 {
        self.info().instance_or_none()
    }

    /// Whether an engine may know this very lock, and not only its class.
    pub(crate) fn judged_by_instance(&self) -> bool {
        let info = self.info();
        info.is_registered() && (info.0 & InfoWord::BY_INSTANCE != 0 || globals::same_class_by_instance())
    }

    /// Registers a lock if its like was registered before. Whether it is registered now.
    pub(crate) fn join_known_class(&self, thread: &ThreadState) -> bool {
        let (place, info) = (self.place(), self.info.load(Ordering::Relaxed));
        if InfoWord(info.addr() as u64).is_registered() {
            return true;
        }
        let class = globals::ALIKE.get(alike(place, info)).map(InfoWord);
        class.map(|class| self.register(info, class.numbered(thread.next_number()))).is_some()
    }

    /// Puts the word in place, unless somebody was faster; what is there then.
    fn register(&self, found: *mut (), word: InfoWord) -> InfoWord {
        let word = core::ptr::without_provenance_mut(word.0 as usize);
        // Relaxed, as in `info`.
        match self.info.compare_exchange(found, word, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => self.info(),
            Err(theirs) => InfoWord(theirs.addr() as u64),
        }
    }

    /// Gives the class a name of its own, before its first acquisition.
    pub(crate) fn call(&self, name: &'static str) {
        if self.class() == 0 {
            slow::with(|globals| self.resolve_as(globals, Some(name)));
        }
    }

    /// The class record, registered if need be; in a slow section.
    pub(crate) fn resolve(&self, globals: &mut Globals) -> &'static ClassRecord {
        self.resolve_as(globals, None)
    }

    fn resolve_as(&self, globals: &mut Globals, name: Option<&'static str>) -> &'static ClassRecord {
        let (found, place) = (self.info.load(Ordering::Relaxed), self.place());
        let word = InfoWord(found.addr() as u64);
        if word.is_registered() {
            return globals.numbered(word.class());
        }
        let class = InfoWord::of_class(record(globals, place, found, name));
        let word = self.register(found, class.numbered(thread::current().next_number()));
        globals.numbered(word.class())
    }
}

/// The class of a lock with these two words, which is not registered.
fn record(globals: &mut Globals, place: *mut (), info: *mut (), name: Option<&'static str>) -> &'static ClassRecord {
    let (told, maker_high) = apart(info);
    let (site, maker_low) = apart(place);
    let maker = maker_high << MAKER_LOW.count_ones() | maker_low;
    // SAFETY: before registration the word is a `&'static LockInfo`.
    let record = globals.class(unsafe { &*told.cast::<LockInfo>() }, site, name, maker as u32);
    if name.is_none() {
        // A name given to one lock says nothing of the others made there.
        globals::ALIKE.set(alike(place, info), InfoWord::of_class(record).0);
    }
    record
}

/// What two locks share that are of one class, unless the class was given a name of its own: both words.
fn alike(place: *mut (), info: *mut ()) -> u64 {
    extend(extend(0, place.addr() as u64), info.addr() as u64)
}

impl Drop for LockMap {
    #[inline(always)]
    fn drop(&mut self) {
        if InfoWord(self.info.get_mut().addr() as u64).is_registered() {
            acquire::dropped(self);
        }
    }
}
