//! [`ReentrantMutex`] and its guards. Both surfaces have them from here, each over its own raw traits.

#![allow(clippy::unit_arg, reason = "in one of the surfaces the state is nothing")]

use core::cell::{Cell, UnsafeCell};
use core::fmt;
use core::marker::PhantomData;
use core::mem::{ManuallyDrop, MaybeUninit};
use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use lockdep_core::irq::{IrqGuard, Section};
use lockdep_core::{How, LockClass, LockKind, LockMap, WaitType};

use super::sides::{Keeps, Whole};
use super::{GetThreadId, GuardNoSend, RawMutex, RawMutexFair, RawMutexTimed};
use crate::Validated;
use crate::held::{Checked, FairSide, Held, Locked, Outcome, Side};
use crate::macros::{
    acquire, acquire_arc, guard_access, guard_fair, guard_into_arc, guard_map, guard_unlocked, panics_as, see, timed,
};

/// A raw mutex that its holder may take again, over a raw mutex `R` and a source `G` of thread numbers.
///
/// Not checked: [`ReentrantMutex`] is.
pub struct RawReentrantMutex<R: Keeps, G> {
    /// The number of the holding thread, or 0. Only the thread with that number finds it here, whatever else it reads, so
    /// the accesses are relaxed; `mutex` orders everything else.
    owner: AtomicUsize,
    /// How often the holder has taken it. Only the holder touches it.
    lock_count: Cell<usize>,
    /// What `mutex` gave to the holder, while there is one. Only the holder touches it; forgotten with the mutex.
    state: UnsafeCell<MaybeUninit<R::State>>,
    pub(crate) mutex: R,
    pub(crate) get_thread_id: G,
}

// SAFETY: without a shared reference nobody else holds it, so nobody uses `state` any more; the parts may go along.
unsafe impl<R: RawMutex + Send, G: Send> Send for RawReentrantMutex<R, G> {}
// SAFETY: `lock_count` and `state` are touched by the thread that holds `mutex` only.
unsafe impl<R: RawMutex + Sync, G: GetThreadId + Sync> Sync for RawReentrantMutex<R, G> {}

impl<R: Keeps, G> RawReentrantMutex<R, G> {
    #[inline]
    const fn over(mutex: R, get_thread_id: G) -> Self {
        let state = UnsafeCell::new(MaybeUninit::uninit());
        RawReentrantMutex { owner: AtomicUsize::new(0), lock_count: Cell::new(0), state, mutex, get_thread_id }
    }

    /// # Safety
    ///
    /// This thread has taken `mutex`, and keeps the state here.
    #[inline]
    unsafe fn own(&self, owner: usize, state: R::State) {
        // SAFETY: the holder's own, says the caller.
        unsafe { (*self.state.get()).write(state) };
        self.owner.store(owner, Ordering::Relaxed);
        self.lock_count.set(1);
    }

    /// # Safety
    ///
    /// This thread holds `mutex`, and is about to release it.
    #[inline]
    unsafe fn disown(&self) -> R::State {
        self.lock_count.set(0);
        self.owner.store(0, Ordering::Relaxed);
        // SAFETY: the holder's own, says the caller, and written when it took the mutex.
        unsafe { (*self.state.get()).assume_init_read() }
    }
}

impl<R: RawMutex, G: GetThreadId> RawReentrantMutex<R, G> {
    /// An unlocked mutex.
    #[allow(clippy::declare_interior_mutable_const, reason = "an initial value: each use is a new lock")]
    pub const INIT: Self = RawReentrantMutex::over(R::INIT, G::INIT);

    /// Takes the mutex as `take` does, or once more if this thread holds it.
    #[inline]
    fn lock_with<O: Outcome<<R as Keeps>::State>>(&self, take: impl FnOnce(&R) -> O) -> bool {
        let id = self.get_thread_id.nonzero_thread_id().get();
        if self.owner.load(Ordering::Relaxed) == id {
            let count = self.lock_count.get().checked_add(1).expect("a ReentrantMutex is not held usize::MAX times");
            self.lock_count.set(count);
        } else {
            let Some(state) = take(&self.mutex).state() else { return false };
            debug_assert_eq!(self.lock_count.get(), 0);
            // SAFETY: taken by the line above.
            unsafe { self.own(id, state) };
        }
        true
    }

    /// Takes the mutex, waiting until it is free or this thread's own.
    ///
    /// # Panics
    ///
    /// If this thread holds it `usize::MAX` times.
    #[inline]
    pub fn lock(&self) {
        self.lock_with(|mutex| Some(Whole::lock(mutex)));
    }

    /// Takes the mutex if it is free now or this thread's own; returns whether it did.
    ///
    /// # Panics
    ///
    /// If this thread holds it `usize::MAX` times.
    #[inline]
    pub fn try_lock(&self) -> bool {
        self.lock_with(Whole::try_lock)
    }

    /// Counts down and, if it was the last time, releases as `unlock` does.
    ///
    /// # Safety
    ///
    /// This thread holds the mutex, and `unlock` releases a held raw mutex.
    #[inline]
    unsafe fn unlock_with(&self, unlock: impl FnOnce(&R, <R as Keeps>::State)) {
        match self.lock_count.get() {
            // SAFETY: held, says the caller, for the last time.
            1 => unlock(&self.mutex, unsafe { self.disown() }),
            count => self.lock_count.set(count - 1),
        }
    }

    /// Releases the mutex once.
    ///
    /// # Safety
    ///
    /// This thread holds it.
    #[inline]
    pub unsafe fn unlock(&self) {
        // SAFETY: held, says the caller; so the raw mutex is, too.
        unsafe { self.unlock_with(|mutex, state| Whole::unlock(mutex, state)) };
    }

    /// Whether any thread holds the mutex.
    #[inline]
    pub fn is_locked(&self) -> bool {
        self.mutex.is_locked()
    }

    /// Whether this thread holds the mutex.
    #[inline]
    pub fn is_owned_by_current_thread(&self) -> bool {
        self.owner.load(Ordering::Relaxed) == self.get_thread_id.nonzero_thread_id().get()
    }
}

impl<R: RawMutexFair, G: GetThreadId> RawReentrantMutex<R, G> {
    /// Releases the mutex once; if that frees it, a waiting thread gets it before any thread that comes later.
    ///
    /// # Safety
    ///
    /// This thread holds it.
    #[inline]
    pub unsafe fn unlock_fair(&self) {
        // SAFETY: held, says the caller; so the raw mutex is, too.
        unsafe { self.unlock_with(|mutex, state| Whole::unlock_fair(mutex, state)) };
    }

    /// Lets waiting threads have the mutex, then takes it again. Does nothing if it is held more than once.
    ///
    /// # Safety
    ///
    /// This thread holds it.
    #[inline]
    pub unsafe fn bump(&self) {
        if self.lock_count.get() == 1 {
            let owner = self.owner.load(Ordering::Relaxed);
            // SAFETY: held, says the caller, for the only time.
            let mut bumped = Bumped { mutex: self, owner, state: ManuallyDrop::new(unsafe { self.disown() }) };
            // SAFETY: held, says the caller; so the raw mutex is, too, with this state.
            unsafe { Whole::bump(&self.mutex, &mut bumped.state) };
        }
    }
}

/// Whose a mutex is again when this is dropped, also by a bump that unwinds.
struct Bumped<'a, R: Keeps, G> {
    mutex: &'a RawReentrantMutex<R, G>,
    owner: usize,
    state: ManuallyDrop<R::State>,
}

impl<R: Keeps, G> Drop for Bumped<'_, R, G> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: a bump returns or unwinds with the mutex held. The state is used once.
        unsafe { self.mutex.own(self.owner, ManuallyDrop::take(&mut self.state)) };
    }
}

impl<R: RawMutexTimed, G: GetThreadId> RawReentrantMutex<R, G> {
    /// Takes the mutex, waiting at most until `timeout`.
    ///
    /// # Panics
    ///
    /// If this thread holds it `usize::MAX` times.
    #[inline]
    pub fn try_lock_until(&self, timeout: R::Instant) -> bool {
        self.lock_with(|mutex| mutex.try_lock_until(timeout))
    }

    /// Takes the mutex, waiting at most for `timeout`.
    ///
    /// # Panics
    ///
    /// If this thread holds it `usize::MAX` times.
    #[inline]
    pub fn try_lock_for(&self, timeout: R::Duration) -> bool {
        self.lock_with(|mutex| mutex.try_lock_for(timeout))
    }
}

/// The only side of a reentrant mutex. What its raw mutex gave is kept there, for all guards.
pub(crate) enum Reentrant {}

// SAFETY: the methods of the raw mutex take and release it so.
unsafe impl<R: RawMutex, G: GetThreadId> Side<RawReentrantMutex<R, G>> for Reentrant {
    const HOW: How<'static> = HOW;
    const GUARDS_MOVE: bool = false;
    type State = ();
    type Marker = GuardNoSend;

    #[inline(always)]
    fn attempt_first() -> bool {
        <Whole as Side<R>>::attempt_first()
    }

    #[inline]
    fn is_held(raw: &RawReentrantMutex<R, G>) -> bool {
        raw.is_locked()
    }

    #[inline]
    fn lock(raw: &RawReentrantMutex<R, G>) {
        raw.lock();
    }

    #[inline]
    fn try_lock(raw: &RawReentrantMutex<R, G>) -> Option<()> {
        raw.try_lock().then_some(())
    }

    #[inline]
    unsafe fn unlock(raw: &RawReentrantMutex<R, G>, (): ()) {
        // SAFETY: held, says the caller, and a guard does not leave its thread.
        unsafe { raw.unlock() };
    }
}

// SAFETY: the methods of the raw mutex release and bump it so.
unsafe impl<R: RawMutexFair, G: GetThreadId> FairSide<RawReentrantMutex<R, G>> for Reentrant {
    #[inline]
    unsafe fn unlock_fair(raw: &RawReentrantMutex<R, G>, (): ()) {
        // SAFETY: held, says the caller, and a guard does not leave its thread.
        unsafe { raw.unlock_fair() };
    }

    #[inline]
    unsafe fn bump(raw: &RawReentrantMutex<R, G>, (): &mut ()) {
        // SAFETY: held, says the caller, and a guard does not leave its thread.
        unsafe { raw.bump() };
    }
}

type HeldReentrant<P, R, G> = Held<P, Reentrant, RawReentrantMutex<R, G>>;

/// The way a reentrant mutex is taken.
const HOW: How<'static> = How::write().reentrant();

/// A mutex that its holder may take again, checked. Its guards give shared access only: use a `RefCell` inside to write.
///
/// **Signal safety:** as for [`Mutex`](crate::Mutex); a handler that interrupts the holder gets the mutex, and finds the data
/// half changed.
pub struct ReentrantMutex<R: Keeps, G, T: ?Sized> {
    pub(crate) checked: Checked<RawReentrantMutex<R, G>>,
    // Last, so that a mutex of a sized type unsizes to one of an unsized type.
    pub(crate) data: UnsafeCell<T>,
}

// SAFETY: the raw lock lets one thread at a time reach the data, which so needs `Send` only.
unsafe impl<R: RawMutex + Sync, G: GetThreadId + Sync, T: ?Sized + Send> Sync for ReentrantMutex<R, G, T> {}

struct ReentrantMutexKind<R>(PhantomData<R>);

impl<R: RawMutex> LockKind for ReentrantMutexKind<R> {
    const NAME: &'static str = "ReentrantMutex";
    const WAIT: WaitType = R::LOCKDEP_WAIT;
    const FOREIGN: bool = R::LOCKDEP_FOREIGN;
}

impl<R: Keeps, G, T: ?Sized> Validated for ReentrantMutex<R, G, T> {
    #[inline]
    fn lock_map(&self) -> &LockMap {
        &self.checked.map
    }
}

impl<R: Keeps, G, T: ?Sized> Locked for ReentrantMutex<R, G, T> {
    type Raw = RawReentrantMutex<R, G>;

    #[inline]
    fn checked(&self) -> &Checked<RawReentrantMutex<R, G>> {
        &self.checked
    }
}

impl<R: RawMutex, G: GetThreadId, T> ReentrantMutex<R, G, T> {
    /// A mutex around `val`. Its class is this place in the source and the type of `val`.
    #[inline]
    #[track_caller]
    pub const fn new(val: T) -> ReentrantMutex<R, G, T> {
        ReentrantMutex::from_raw(R::INIT, G::INIT, val)
    }

    /// A mutex around `val`, of the class `class`.
    #[inline]
    #[track_caller]
    pub const fn with_class(val: T, class: &'static LockClass) -> ReentrantMutex<R, G, T> {
        let map = LockMap::with_class::<ReentrantMutexKind<R>, T>(class);
        ReentrantMutex { checked: Checked::new(map, RawReentrantMutex::INIT), data: UnsafeCell::new(val) }
    }

    /// The data, without the mutex.
    #[inline]
    pub fn into_inner(self) -> T {
        self.data.into_inner()
    }
}

impl<R: RawMutex, G, T> ReentrantMutex<R, G, T> {
    /// A mutex around `val` on this raw lock, which must not be held.
    #[inline]
    #[track_caller]
    pub const fn from_raw(raw_mutex: R, get_thread_id: G, val: T) -> ReentrantMutex<R, G, T> {
        let map = LockMap::new::<ReentrantMutexKind<R>, T>();
        let raw = RawReentrantMutex::over(raw_mutex, get_thread_id);
        ReentrantMutex { checked: Checked::new(map, raw), data: UnsafeCell::new(val) }
    }
}

impl<R: RawMutex, G: GetThreadId, T: ?Sized> ReentrantMutex<R, G, T> {
    /// A guard for a mutex that is held, but has no guard for one of the times. The validator, if it does not know it, does from here on.
    ///
    /// # Safety
    ///
    /// This thread holds the mutex, and no other guard releases it this time: one was forgotten, say.
    #[inline]
    #[track_caller]
    pub unsafe fn make_guard_unchecked(&self) -> ReentrantMutexGuard<'_, R, G, T> {
        // SAFETY: held and given to us, says the caller.
        ReentrantMutexGuard::of(unsafe { Held::adopt(self, ()) })
    }

    acquire! {
        ReentrantMutexGuard<'_, R, G, T>: HOW, "the mutex", until "it is free or this thread's own";
        /// Also if this thread holds it `usize::MAX` times.
        lock, lock_nested, lock_nest_lock, lock_ordered, lock_irq, lock_irqsave, lock_irq_counted
    }

    /// Takes the mutex if it is free now or this thread's own.
    ///
    /// **Signal safety:** may be called in a handler, if the raw lock spins: the release of one that parks may hang there, and that is not
    /// reported.
    ///
    /// # Panics
    ///
    /// If this thread holds it `usize::MAX` times.
    #[inline]
    #[track_caller]
    pub fn try_lock(&self) -> Option<ReentrantMutexGuard<'_, R, G, T>> {
        Held::try_lock(&self).map(ReentrantMutexGuard::of)
    }

    /// The data: an exclusive reference needs no lock.
    #[inline]
    pub const fn get_mut(&mut self) -> &mut T {
        self.data.get_mut()
    }

    /// Whether any thread holds the mutex.
    #[inline]
    pub fn is_locked(&self) -> bool {
        self.checked.raw.is_locked()
    }

    /// Whether this thread holds the mutex.
    #[inline]
    pub fn is_owned_by_current_thread(&self) -> bool {
        self.checked.raw.is_owned_by_current_thread()
    }

    /// Releases the mutex once without its guard.
    ///
    /// # Safety
    ///
    /// This thread holds the mutex, and no guard releases it this time: one was forgotten.
    #[inline]
    #[track_caller]
    pub unsafe fn force_unlock(&self) {
        // SAFETY: held and given to us, says the caller.
        unsafe { Held::<_, Reentrant, _>::assume(self, ()) }.unlock();
    }

    /// The raw mutex below.
    ///
    /// # Safety
    ///
    /// It must not be released while a guard exists. The validator does not see what is done to it: from here on an existing hold, of this
    /// thread or else of others, no longer counts, whether its guard was forgotten or not. The lock is checked as before when it is taken
    /// again; but it is no longer reported as released or dropped at a wrong moment, or as not held where it should be. A wait for a hold
    /// that this thread had when it called this is reported only if no other thread calls this for locks of the class, or, after a second,
    /// in an isolated test. `force_unlock` and its sisters are seen.
    ///
    /// Cost: some instructions; the validator's own lock, if this thread does not hold the lock, but a thread took it before.
    #[inline]
    #[track_caller]
    pub unsafe fn raw(&self) -> &R {
        &self.checked.give_out().mutex
    }

    /// A pointer to the data.
    #[inline]
    pub const fn data_ptr(&self) -> *mut T {
        self.data.get()
    }

    /// [`make_guard_unchecked`](Self::make_guard_unchecked), with a guard that owns an `Arc` of the mutex.
    ///
    /// # Safety
    ///
    /// As there.
    #[inline]
    #[track_caller]
    pub unsafe fn make_arc_guard_unchecked(self: &Arc<Self>) -> ArcReentrantMutexGuard<R, G, T> {
        // SAFETY: held and given to us, says the caller.
        ArcReentrantMutexGuard::of(unsafe { Held::adopt(self.clone(), ()) })
    }

    acquire_arc! {
        ArcReentrantMutexGuard<R, G, T>: HOW;
        lock_arc as lock,
        /// # Panics
        ///
        /// If this thread holds it `usize::MAX` times.
        try_lock_arc as try_lock
    }
}

impl<R: RawMutexFair, G: GetThreadId, T: ?Sized> ReentrantMutex<R, G, T> {
    /// Releases the mutex once without its guard; a waiting thread gets it before any thread that comes later.
    ///
    /// # Safety
    ///
    /// This thread holds the mutex, and no guard releases it this time: one was forgotten.
    #[inline]
    #[track_caller]
    pub unsafe fn force_unlock_fair(&self) {
        // SAFETY: held and given to us, says the caller.
        unsafe { Held::<_, Reentrant, _>::assume(self, ()) }.unlock_fair();
    }
}

impl<R: RawMutexTimed, G: GetThreadId, T: ?Sized> ReentrantMutex<R, G, T> {
    timed! {
        /// # Panics
        ///
        /// If this thread holds it `usize::MAX` times.
        ReentrantMutexGuard<'_, R, G, T>, ArcReentrantMutexGuard<R, G, T>: HOW, "the mutex" as lock;
        try_lock_for, try_lock_arc_for: try_lock_for;
        try_lock_until, try_lock_arc_until: try_lock_until;
    }
}

impl<R: RawMutex, G: GetThreadId, T: Default> Default for ReentrantMutex<R, G, T> {
    #[cfg_attr(feature = "validate", inline(never))]
    #[cfg_attr(not(feature = "validate"), inline)]
    #[track_caller]
    fn default() -> ReentrantMutex<R, G, T> {
        let map = LockMap::made_by_caller::<ReentrantMutexKind<R>, T>();
        ReentrantMutex { checked: Checked::new(map, RawReentrantMutex::INIT), data: UnsafeCell::default() }
    }
}

impl<R: RawMutex, G: GetThreadId, T> From<T> for ReentrantMutex<R, G, T> {
    #[inline]
    #[track_caller]
    fn from(t: T) -> ReentrantMutex<R, G, T> {
        ReentrantMutex::new(t)
    }
}

impl<R: RawMutex, G: GetThreadId, T: ?Sized + fmt::Debug> fmt::Debug for ReentrantMutex<R, G, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("ReentrantMutex");
        match self.try_lock() {
            Some(guard) => out.field("data", &&*guard),
            None => out.field("data", &format_args!("<locked>")),
        };
        out.finish()
    }
}

/// A held [`ReentrantMutex`], and access to its data; dropping it releases the mutex once.
#[clippy::has_significant_drop]
#[must_use = "if unused the ReentrantMutex will immediately unlock"]
pub struct ReentrantMutexGuard<'a, R: RawMutex, G: GetThreadId, T: ?Sized> {
    held: HeldReentrant<&'a ReentrantMutex<R, G, T>, R, G>,
    marker: PhantomData<&'a T>,
}

impl<'a, R: RawMutex, G: GetThreadId, T: ?Sized> ReentrantMutexGuard<'a, R, G, T> {
    #[inline]
    fn of(held: HeldReentrant<&'a ReentrantMutex<R, G, T>, R, G>) -> Self {
        ReentrantMutexGuard { held, marker: PhantomData }
    }

    /// The mutex that is held.
    #[inline]
    pub fn remutex(s: &Self) -> &'a ReentrantMutex<R, G, T> {
        s.held.lock
    }
}

guard_map!(impl['a, R: RawMutex, G: GetThreadId, T: ?Sized] for ReentrantMutexGuard<'a, R, G, T>
    => MappedReentrantMutexGuard<'a, R, G>, (&), try_map_or_err: |guard| guard.held.lock.data.get(), guard.held.erase());
guard_unlocked!(impl['a, R: RawMutex, G: GetThreadId, T: ?Sized] for ReentrantMutexGuard<'a, R, G, T>);
guard_fair!(impl['a, R: RawMutexFair, G: GetThreadId, T: ?Sized] for ReentrantMutexGuard<'a, R, G, T>);
guard_access!(impl['a, R: RawMutex, G: GetThreadId, T: ?Sized] for ReentrantMutexGuard<'a, R, G, T>:
    |guard| guard.held.lock.data.get());

/// A [`ReentrantMutexGuard`] that owns an `Arc` of its mutex.
#[clippy::has_significant_drop]
#[must_use = "if unused the ReentrantMutex will immediately unlock"]
pub struct ArcReentrantMutexGuard<R: RawMutex, G: GetThreadId, T: ?Sized> {
    held: HeldReentrant<Arc<ReentrantMutex<R, G, T>>, R, G>,
}

impl<R: RawMutex, G: GetThreadId, T: ?Sized> ArcReentrantMutexGuard<R, G, T> {
    #[inline]
    fn of(held: HeldReentrant<Arc<ReentrantMutex<R, G, T>>, R, G>) -> Self {
        ArcReentrantMutexGuard { held }
    }

    /// The mutex that is held.
    #[inline]
    pub fn remutex(s: &Self) -> &Arc<ReentrantMutex<R, G, T>> {
        &s.held.lock
    }
}

guard_into_arc!(impl[R: RawMutex, G: GetThreadId, T: ?Sized] for ArcReentrantMutexGuard<R, G, T>
    => ReentrantMutex<R, G, T>);
guard_into_arc!(fair impl[R: RawMutexFair, G: GetThreadId, T: ?Sized] for ArcReentrantMutexGuard<R, G, T>
    => ReentrantMutex<R, G, T>);
guard_unlocked!(impl[R: RawMutex, G: GetThreadId, T: ?Sized] for ArcReentrantMutexGuard<R, G, T>);
guard_fair!(impl[R: RawMutexFair, G: GetThreadId, T: ?Sized] for ArcReentrantMutexGuard<R, G, T>);
guard_access!(impl[R: RawMutex, G: GetThreadId, T: ?Sized] for ArcReentrantMutexGuard<R, G, T>:
    |guard| guard.held.lock.data.get());

/// A [`ReentrantMutexGuard`] narrowed to a part of the data, by [`ReentrantMutexGuard::map`].
#[clippy::has_significant_drop]
#[must_use = "if unused the ReentrantMutex will immediately unlock"]
pub struct MappedReentrantMutexGuard<'a, R: RawMutex, G: GetThreadId, T: ?Sized> {
    held: HeldReentrant<&'a Checked<RawReentrantMutex<R, G>>, R, G>,
    // A raw pointer: the guard is not `Send`.
    data: *const T,
    marker: PhantomData<&'a T>,
}

guard_map!(impl['a, R: RawMutex, G: GetThreadId, T: ?Sized] for MappedReentrantMutexGuard<'a, R, G, T>
    => MappedReentrantMutexGuard<'a, R, G>, (&), try_map_or_err: |guard| guard.data, guard.held);
guard_fair!(mapped impl['a, R: RawMutexFair, G: GetThreadId, T: ?Sized] for MappedReentrantMutexGuard<'a, R, G, T>);
guard_access!(impl['a, R: RawMutex, G: GetThreadId, T: ?Sized] for MappedReentrantMutexGuard<'a, R, G, T>:
    |guard| guard.data);
