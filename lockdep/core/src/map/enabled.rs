//! The twin with validation: two words in every lock.
//!
//! | word | before the first acquisition | after it |
//! |---|---|---|
//! | `place` | the construction site, or the declared class; above it half of the maker | the class record |
//! | `info` | what the type says; above it the other half | the top bit, the number of this very lock (39 bits), the class number (24 bits) |
//!
//! Both change in a slow section, `place` first, once. A reader looks at `info` first: the top bit says which meaning `place` has
//! (an address has it never). No number is ever used again, so the cache needs no invalidation, and a lock that moves keeps its
//! identity: what is held may be looked at by number, when its address may long be somebody else's (a guard can be forgotten).

use core::mem::ManuallyDrop;
use core::panic::Location;
use core::sync::atomic::{AtomicPtr, Ordering, fence};

use super::How;
use crate::class::{LockClass, LockInfo, LockKind, READY};
use crate::kind::Mode;
use crate::runtime::acquire;
use crate::runtime::contention;
use crate::runtime::globals::{ClassRecord, Globals};
use crate::runtime::slow;
use crate::stack::{here, keep_frame};

/// The validator's field in a lock.
///
/// Two words. Creating one costs nothing; dropping one that was never used costs a load. Every method may be called in a signal
/// handler.
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
}

/// The wish to initialise something, from [`LockMap::once`]: a wait until [`run`](Claim::run) says that it is this thread's to do.
#[derive(Debug)]
pub struct Claim<'a> {
    map: &'a LockMap,
    site: &'static Location<'static>,
}

impl<'a> Claim<'a> {
    /// Checked, and announced as a wait: who gets it, the real cell decides.
    #[cold]
    #[inline(never)]
    #[track_caller]
    fn begin(map: &'a LockMap, site: &'static Location<'static>) -> Claim<'a> {
        acquire::acquire(map, How::write(), site);
        contention::announce(map);
        Claim { map, site }
    }

    /// Runs the initialiser: this thread holds the cell meanwhile, and no longer.
    pub fn run<R>(self, f: impl FnOnce() -> R) -> R {
        // Who waits for the value waits for whoever comes here to make it. Before it is held: it does not need itself.
        acquire::notify(self.map, READY, self.site);
        contention::settle(self.map);
        f()
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        contention::settle(self.map);
        self.map.release();
    }
}

const REGISTERED: usize = 1 << 63;
/// The low bits of a registered `info`; the number of the lock is above them.
const CLASS_BITS: u32 = 24;
const CLASS: usize = (1 << CLASS_BITS) - 1;

/// The addresses of statics have so many bits; above them is the number of the maker's stack, 16 bits in one word and 15 in the
/// other.
const ADDRESS_BITS: u32 = 48;
const MAKER_LOW: usize = 0xffff;

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
        guards_move: K::GUARDS_MOVE,
        by_instance: K::BY_INSTANCE,
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
        LockMap { place: half(place, maker & MAKER_LOW), info: half(info, maker >> MAKER_LOW.count_ones()) }
    }

    /// The same, of a declared class.
    #[inline(always)]
    pub const fn with_class<K: LockKind, T>(class: &'static LockClass) -> LockMap {
        let class: *const LockClass = class;
        let info: *const LockInfo = &Info::<K, T>::DECLARED;
        LockMap { place: AtomicPtr::new(class.cast_mut().cast()), info: AtomicPtr::new(info.cast_mut().cast()) }
    }

    /// A blocking acquisition: checked, then tried, then waited for.
    ///
    /// # Panics
    ///
    /// When waiting could never end.
    #[inline(always)]
    #[track_caller]
    pub fn lock<G>(&self, how: How<'_>, mut attempt: impl FnMut() -> Option<G>, block: impl FnOnce() -> G) -> G {
        acquire::acquire(self, how, Location::caller());
        match attempt() {
            Some(guard) => guard,
            None => contention::wait(self, attempt, block),
        }
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
        acquire::might_wait(self, Location::caller());
        self.try_lock(how, attempt)
    }

    /// The lock is held already, by means we did not see; from here on it is tracked.
    #[inline(always)]
    #[track_caller]
    pub fn adopt(&self, how: How<'_>) {
        acquire::acquired(self, how, Location::caller());
    }

    /// Before the real release of what was taken last.
    #[inline(always)]
    pub fn release(&self) {
        acquire::release(self, |_| true);
    }

    /// Before the real release of what was taken in this mode last; a recursive read is released as a read.
    #[inline(always)]
    pub fn release_in(&self, mode: Mode) {
        acquire::release(self, |held| held.same_guard(mode));
    }

    /// How the lock was taken in this mode last, to take it again in the same way.
    pub fn how_held(&self, mode: Mode) -> How<'static> {
        acquire::how_held(self, mode)
    }

    /// The guard is leaked: the lock stays locked for good, but this thread no longer counts as its holder.
    #[inline(always)]
    pub fn leak(&self) {
        self.release();
    }

    /// After the real lock changed the mode in which it is held, without waiting.
    #[inline(always)]
    pub fn converted(&self, from: Mode, to: Mode) {
        acquire::converted(self, from, to);
    }

    /// A blocking upgrade from `Upgradable` to `Write`: checked, then tried, then waited for.
    ///
    /// # Panics
    ///
    /// When waiting could never end.
    #[inline(always)]
    #[track_caller]
    pub fn upgrade(&self, attempt: impl FnOnce() -> bool, block: impl FnOnce()) {
        acquire::upgrade(self, Location::caller());
        if !attempt() {
            contention::wait_for_upgrade(self, block);
        }
        acquire::converted(self, Mode::Upgradable, Mode::Write);
    }

    /// Before a wait that releases this lock and takes it again.
    #[inline(always)]
    #[track_caller]
    pub fn wait_begin(&self, condvar: &LockMap, timed: bool) -> Waiting {
        let site = Location::caller();
        let how = acquire::holds(self).then(|| acquire::how_held(self, Mode::Write));
        self.release();
        acquire::check_wait(condvar, self, how.unwrap_or(How::write()), timed, site);
        Waiting { site, how }
    }

    /// After that wait.
    #[inline(always)]
    pub fn wait_end(&self, waiting: Waiting) {
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
            None => run(Claim::begin(self, Location::caller())),
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
        let claim = Claim::begin(self, Location::caller());
        let result = block();
        drop(claim);
        result
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
        acquire::check_only(self, how, Location::caller(), None);
        keep_frame();
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

    /// The class number, or 0 before the first acquisition.
    #[inline(always)]
    pub(crate) fn class(&self) -> u32 {
        self.numbers().0
    }

    /// The number of this very lock, or 0 before the first acquisition.
    #[inline(always)]
    pub(crate) fn instance(&self) -> u64 {
        self.numbers().1
    }

    /// Both.
    #[inline(always)]
    pub(crate) fn numbers(&self) -> (u32, u64) {
        // Relaxed: numbers that are seen are right, and those not seen yet are looked up in a slow section.
        let info = self.info.load(Ordering::Relaxed).addr();
        if info & REGISTERED == 0 {
            return (0, 0);
        }
        ((info & CLASS) as u32, ((info & !REGISTERED) >> CLASS_BITS) as u64)
    }

    /// Whether an engine may know this very lock, and not only its class.
    pub(crate) fn judged_by_instance(&self) -> bool {
        self.record().is_some_and(|record| record.info().rules.by_instance)
    }

    /// The class record, once there is one.
    fn record(&self) -> Option<&'static ClassRecord> {
        if self.class() == 0 {
            return None;
        }
        // Pairs with the release that set the top bit of `info`, after `place` was written.
        fence(Ordering::Acquire);
        // SAFETY: with that bit set the word is a class record, and these are immortal.
        Some(unsafe { &*self.place.load(Ordering::Relaxed).cast::<ClassRecord>() })
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
        if let Some(record) = self.record() {
            return record;
        }
        let (info, maker_high) = apart(self.info.load(Ordering::Relaxed));
        let (place, maker_low) = apart(self.place.load(Ordering::Relaxed));
        let maker = maker_high << MAKER_LOW.count_ones() | maker_low;
        // SAFETY: before registration the word is a `&'static LockInfo`.
        let info = unsafe { &*info.cast::<LockInfo>() };
        let record = globals.class(info, place, name, maker as u32);
        globals.instances += 1;
        let numbers = (globals.instances as usize) << CLASS_BITS | record.base as usize;
        self.place.store(core::ptr::from_ref(record).cast_mut().cast(), Ordering::Relaxed);
        self.info.store(core::ptr::without_provenance_mut(REGISTERED | numbers), Ordering::Release);
        record
    }
}

impl Drop for LockMap {
    #[inline(always)]
    fn drop(&mut self) {
        if self.info.get_mut().addr() & REGISTERED != 0 {
            acquire::dropped(self);
        }
    }
}
