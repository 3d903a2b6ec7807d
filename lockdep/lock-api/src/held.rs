//! The one place that tells the validator what happens to a raw lock.
//!
//! Every lock has a [`Checked`] raw lock, every guard is a [`Held`], and what differs between guards is the [`Side`] of the lock
//! that they hold. So the order of the two steps (the map first, then the raw lock) is written once, whatever raw traits there are:
//! each surface has a `sides` of its own, which says how its raw traits take and release a side.

use core::any::type_name;
use core::cell::Cell;
use core::marker::PhantomData;
use core::mem::{self, ManuallyDrop};
use core::ops::Deref;
use core::panic::Location;
use core::ptr;

use lockdep_core::{How, LockMap};

/// A raw lock and its map.
///
/// A mapped guard knows no more of its lock than this: with one reference to both it is as small as one without a map.
pub(crate) struct Checked<R> {
    pub(crate) map: LockMap,
    pub(crate) raw: InWords<R>,
}

impl<R> Checked<R> {
    #[inline]
    pub(crate) const fn new(map: LockMap, raw: R) -> Checked<R> {
        Checked { map, raw: InWords(raw) }
    }

    /// The raw lock, for whoever asks for it.
    #[inline]
    #[track_caller]
    pub(crate) fn give_out(&self) -> &R {
        if !waits_on_a_condvar(Location::caller()) {
            self.map.given_out();
        }
        &self.raw
    }

    /// The raw lock, without the map.
    #[inline]
    pub(crate) fn into_raw(self) -> R {
        self.raw.0
    }
}

/// Whether it is a condition variable of the original parking_lot, over whose mutex there is a map: it takes it again before it returns.
#[inline]
fn waits_on_a_condvar(caller: &Location<'_>) -> bool {
    let mut directories = caller.file().split('/');
    cfg!(feature = "validate")
        && caller.file().ends_with("/src/condvar.rs")
        && directories.any(|directory| directory.starts_with("parking_lot"))
}

/// A raw lock that fills the words it has beside the map anyway: a new one is then written as whole words, and together with the
/// data behind it where both are zero.
#[cfg_attr(feature = "validate", repr(align(8)))]
pub(crate) struct InWords<R>(R);

impl<R> Deref for InWords<R> {
    type Target = R;

    #[inline]
    fn deref(&self) -> &R {
        &self.0
    }
}

/// What has a [`Checked`] raw lock in it.
pub(crate) trait Locked {
    type Raw;

    fn checked(&self) -> &Checked<Self::Raw>;
}

impl<R> Locked for Checked<R> {
    type Raw = R;

    #[inline]
    fn checked(&self) -> &Checked<R> {
        self
    }
}

/// One way to hold the raw lock `R`.
///
/// # Safety
///
/// After `lock`, and after a `try_lock` that returned a state, the raw lock is held in this way until `unlock` is given that state.
/// A method that unwinds leaves no hold behind that was not there before; `unlock` none at all.
pub(crate) unsafe trait Side<R> {
    /// The way, in the validator's words.
    const HOW: How<'static>;

    /// Whether a guard may be dropped by another thread than the one that took it.
    const GUARDS_MOVE: bool;

    /// Whether [`try_lock`](Self::try_lock) before [`lock`](Self::lock) makes no difference: whether the raw lock begins with that itself.
    fn attempt_first() -> bool;

    /// Whether anybody holds the raw lock, in any way.
    fn is_held(raw: &R) -> bool;

    /// What the raw lock gives to whoever takes it, and gets back. Forgetting it is safe.
    type State;

    /// What decides, besides the state, where a guard may go.
    type Marker;

    fn lock(raw: &R) -> Self::State;

    fn try_lock(raw: &R) -> Option<Self::State>;

    /// # Safety
    ///
    /// `raw` is held in this way in the current context, and `state` came with that.
    unsafe fn unlock(raw: &R, state: Self::State);
}

/// Raw locks of other crates whose waits begin with an attempt, as reading them shows. Of any other, readers may step back for writers
/// that wait, or acquisitions be counted: it is taken as its user says, and by nothing else.
const BEGIN_WITH_AN_ATTEMPT: [&str; 8] = [
    "parking_lot::raw_mutex::RawMutex",
    "parking_lot::raw_fair_mutex::RawFairMutex",
    "parking_lot::raw_rwlock::RawRwLock",
    "dashmap::lock::RawRwLock",
    "spin::mutex::spin::SpinMutex<",
    "spin::mutex::Mutex<",
    "spin::rwlock::RwLock<",
    "spinning_top::",
];

/// Whether `R` is one of these.
#[inline]
pub(crate) fn begins_with_an_attempt<R>() -> bool {
    BEGIN_WITH_AN_ATTEMPT.iter().any(|name| type_name::<R>().starts_with(name))
}

/// A [`Side`] that can be released fairly.
///
/// # Safety
///
/// `unlock_fair` unlocks; after `bump`, also if it unwinds, the raw lock is held as before.
pub(crate) unsafe trait FairSide<R>: Side<R> {
    /// # Safety
    ///
    /// `raw` is held in this way in the current context, and `state` came with that.
    unsafe fn unlock_fair(raw: &R, state: Self::State);

    /// # Safety
    ///
    /// `raw` is held in this way in the current context, and `state` came with that.
    unsafe fn bump(raw: &R, state: &mut Self::State);
}

/// A [`Side`] from which the raw lock goes over to the side `To`, without being free in between.
///
/// # Safety
///
/// After `turn` the raw lock is held on the side `To`; if it unwinds, it is not held.
pub(crate) unsafe trait Turn<R, To: Side<R>>: Side<R> {
    /// # Safety
    ///
    /// `raw` is held in this way in the current context, and `state` came with that.
    unsafe fn turn(raw: &R, state: Self::State) -> To::State;
}

/// A [`Turn`] that waits for others, and that can be tried.
///
/// # Safety
///
/// As [`Turn`]; a `try_turn` that gives the state back has changed nothing.
pub(crate) unsafe trait TryTurn<R, To: Side<R>>: Turn<R, To> {
    /// # Safety
    ///
    /// `raw` is held in this way in the current context, and `state` came with that.
    unsafe fn try_turn(raw: &R, state: Self::State) -> Result<To::State, Self::State>;
}

/// What an attempt of a raw lock returns: whether it took the lock, or the state that it gave out with it.
pub(crate) trait Outcome<State> {
    fn state(self) -> Option<State>;
}

impl Outcome<()> for bool {
    #[inline]
    fn state(self) -> Option<()> {
        self.then_some(())
    }
}

impl<State> Outcome<State> for Option<State> {
    #[inline]
    fn state(self) -> Option<State> {
        self
    }
}

/// A lock behind the pointer `P`, with the raw lock `R`, held on the side `S`; released on drop.
///
/// `R` could be had from `P`, but then a guard could not shorten its lifetime.
///
/// Invariant: whoever can use or drop a `Held` finds the raw lock held on that side on its behalf, with this state. The methods that
/// release it in between borrow the `Held` for that time, and do not return without it.
pub(crate) struct Held<P, S, R>
where
    P: Deref,
    P::Target: Locked<Raw = R>,
    S: Side<R>,
{
    pub(crate) lock: P,
    // Given back to the raw lock, or forgotten; never dropped.
    pub(crate) state: ManuallyDrop<S::State>,
    side: PhantomData<S::Marker>,
}

impl<P, S, R> Held<P, S, R>
where
    P: Deref,
    P::Target: Locked<Raw = R>,
    S: Side<R>,
{
    /// # Safety
    ///
    /// The lock is held on the side `S`, and whoever holds it gives it to the new value, with the state that came with it.
    #[inline]
    pub(crate) unsafe fn assume(lock: P, state: S::State) -> Self {
        Held { lock, state: ManuallyDrop::new(state), side: PhantomData }
    }

    /// As [`assume`](Self::assume), for a hold that the validator need not know.
    ///
    /// # Safety
    ///
    /// As there.
    #[inline]
    #[track_caller]
    pub(crate) unsafe fn adopt(lock: P, state: S::State) -> Self {
        lock.checked().map.adopt_unknown(S::HOW);
        // SAFETY: as the caller says.
        unsafe { Held::assume(lock, state) }
    }

    /// Takes the lock, waiting for it.
    #[inline(always)]
    #[track_caller]
    pub(crate) fn lock(lock: &P, how: How<'_>) -> Self
    where
        P: Clone,
    {
        // SAFETY: both take the raw lock on the side `S`.
        unsafe { Held::lock_with(lock, how, S::try_lock, S::lock) }
    }

    /// Takes the lock as `attempt` and `block` do.
    ///
    /// # Safety
    ///
    /// `attempt` takes the raw lock on the side `S` if it says so, `block` if it returns.
    #[inline(always)]
    #[track_caller]
    pub(crate) unsafe fn lock_with<O: Outcome<S::State>>(
        lock: &P,
        how: How<'_>,
        mut attempt: impl FnMut(&R) -> O,
        block: impl FnOnce(&R) -> S::State,
    ) -> Self
    where
        P: Clone,
    {
        let Checked { map, raw } = lock.checked();
        let state = map.lock_raw(how, S::attempt_first(), || S::is_held(raw), || attempt(raw).state(), || block(raw));
        // SAFETY: taken by the line above.
        unsafe { Held::assume(lock.clone(), state) }
    }

    /// Takes the lock if that is possible now.
    #[inline(always)]
    #[track_caller]
    pub(crate) fn try_lock(lock: &P) -> Option<Self>
    where
        P: Clone,
    {
        Held::try_lock_as(lock, S::HOW)
    }

    /// Takes the lock in this way of its side if that is possible now.
    #[inline(always)]
    #[track_caller]
    pub(crate) fn try_lock_as(lock: &P, how: How<'_>) -> Option<Self>
    where
        P: Clone,
    {
        // SAFETY: `Side::try_lock` takes the raw lock on the side `S` if it says so.
        unsafe { Held::try_lock_with(lock, how, S::try_lock) }
    }

    /// Takes the lock if `attempt`, which does not wait, does.
    ///
    /// # Safety
    ///
    /// `attempt` takes the raw lock on the side `S` if it says so.
    #[inline(always)]
    #[track_caller]
    pub(crate) unsafe fn try_lock_with<O: Outcome<S::State>>(
        lock: &P,
        how: How<'_>,
        attempt: impl FnOnce(&R) -> O,
    ) -> Option<Self>
    where
        P: Clone,
    {
        let Checked { map, raw } = lock.checked();
        let taken = map.try_lock(how, || Taken::<R, S>::by(raw, attempt))?;
        // SAFETY: taken by the line above.
        Some(unsafe { Held::assume(lock.clone(), taken.keep()) })
    }

    /// Takes the lock if `attempt`, which waits for a while, does.
    ///
    /// # Safety
    ///
    /// `attempt` takes the raw lock on the side `S` if it says so.
    #[inline]
    #[track_caller]
    pub(crate) unsafe fn try_lock_timed<O: Outcome<S::State>>(
        lock: &P,
        how: How<'_>,
        attempt: impl FnOnce(&R) -> O,
    ) -> Option<Self>
    where
        P: Clone,
    {
        let Checked { map, raw } = lock.checked();
        let taken = map.try_lock_timed(how, || Taken::<R, S>::by(raw, attempt))?;
        // SAFETY: taken by the line above.
        Some(unsafe { Held::assume(lock.clone(), taken.keep()) })
    }

    /// Before an attempt that waits for a while to go over to another side: allowed only where waiting is.
    #[inline]
    #[track_caller]
    pub(crate) fn might_wait(&self) {
        self.lock.checked().map.might_wait();
    }

    /// The lock, which stays held, and the state that came with that.
    #[inline]
    fn into_parts(self) -> (P, S::State) {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: `this` is neither dropped nor used again, so both are moved, not copied.
        unsafe { (ptr::read(&this.lock), ManuallyDrop::take(&mut this.state)) }
    }

    /// The lock, which stays held until somebody releases it by force.
    #[inline]
    pub(crate) fn leak(self) -> P {
        let (lock, state) = self.into_parts();
        mem::forget(state);
        lock.checked().map.given_out();
        lock
    }

    /// Releases the lock.
    #[inline]
    #[track_caller]
    pub(crate) fn unlock(self) -> P {
        let (lock, state) = self.into_parts();
        // SAFETY: a `Held` holds the lock on the side `S`, and `self` no longer exists.
        unsafe { unlock::<_, S>(lock.checked(), state) };
        lock
    }

    /// Releases the lock, runs `f`, and takes the lock again, also when `f` unwinds.
    #[inline]
    #[track_caller]
    pub(crate) fn unlocked<U>(&mut self, f: impl FnOnce() -> U) -> U {
        // SAFETY: releases what it is given.
        unsafe { self.unlocked_by(unlock::<_, S>, f) }
    }

    /// Releases the lock by `release`, runs `f`, and takes the lock again, whether they return or unwind.
    ///
    /// # Safety
    ///
    /// `release` releases the lock that it is given, held on the side `S`, also if it unwinds.
    #[inline]
    #[track_caller]
    unsafe fn unlocked_by<U>(&mut self, release: unsafe fn(&Checked<R>, S::State), f: impl FnOnce() -> U) -> U {
        let Held { lock, state: slot, .. } = self;
        let checked = lock.checked();
        let how = checked.map.how_held(S::HOW.mode());
        // SAFETY: the slot is filled again before `self` can be used.
        let state = unsafe { ManuallyDrop::take(slot) };
        let unwinding = OnDrop(|| relock::<_, S>(checked, how, slot));
        // SAFETY: a `Held` holds the lock on the side `S`, with this state.
        unsafe { release(checked, state) };
        let value = f();
        // Not left to a drop in this case too: here the validator sees the caller's place.
        mem::forget(unwinding);
        relock::<_, S>(checked, how, &mut self.state);
        value
    }

    /// Goes over to the side `To`.
    #[inline]
    #[track_caller]
    pub(crate) fn turn<To>(self) -> Held<P, To, R>
    where
        To: Side<R>,
        S: Turn<R, To>,
    {
        // SAFETY: `turn` goes over to the side `To`.
        let turned = unsafe { self.try_turn_with(|raw, state| Ok(S::turn(raw, state))) };
        turned.unwrap_or_else(|_| unreachable!("`turn` does not fail"))
    }

    /// Goes over to the side `To` if `attempt` does, otherwise gives `self` back.
    ///
    /// # Safety
    ///
    /// `attempt` makes of the lock it is given, which is held on the side `S`, one that is held on the side `To`, gives the state back,
    /// or unwinds with the lock released.
    #[inline]
    #[track_caller]
    pub(crate) unsafe fn try_turn_with<To>(
        self,
        attempt: impl FnOnce(&R, S::State) -> Result<To::State, S::State>,
    ) -> Result<Held<P, To, R>, Self>
    where
        To: Side<R>,
    {
        let (lock, state) = self.into_parts();
        let released = OnDrop(|| lock.checked().map.release_in(S::HOW.mode()));
        let outcome = attempt(&lock.checked().raw, state);
        mem::forget(released);
        match outcome {
            Ok(state) => {
                // SAFETY: the attempt went over. First the type that releases it, then the map: if that panics, what is released is
                // what is held.
                let held = unsafe { Held::assume(lock, state) };
                held.lock.checked().map.converted(S::HOW.mode(), To::HOW.mode());
                Ok(held)
            }
            // SAFETY: the attempt changed nothing.
            Err(state) => Err(unsafe { Held::assume(lock, state) }),
        }
    }

    /// Goes over to the side `To`, waiting for it.
    #[inline]
    #[track_caller]
    pub(crate) fn upgrade<To>(self) -> Held<P, To, R>
    where
        To: Side<R>,
        S: TryTurn<R, To>,
    {
        let (lock, state) = self.into_parts();
        let checked = lock.checked();
        let hold = Cell::new(Hold::Before(state));
        let unwinding = OnDrop(|| {
            match hold.replace(Hold::None) {
                // SAFETY: held so, on behalf of `self`, which no longer exists.
                Hold::Before(state) => unsafe { unlock::<_, S>(checked, state) },
                // SAFETY: as above.
                Hold::After(state) => unsafe { unlock::<_, To>(checked, state) },
                Hold::None => checked.map.release_in(S::HOW.mode()),
            }
        });
        // SAFETY: a `Held` holds the lock on the side `S`, with this state.
        unsafe { upgrade::<_, S, To>(checked, &hold) };
        mem::forget(unwinding);
        match hold.into_inner() {
            // SAFETY: it is held so, on behalf of `self`, which no longer exists.
            Hold::After(state) => unsafe { Held::assume(lock, state) },
            _ => unreachable!("`upgrade` returns upgraded"),
        }
    }

    /// Runs `f` with the lock held on the side `To`.
    #[inline]
    #[track_caller]
    pub(crate) fn with_upgraded<To, U>(&mut self, f: impl FnOnce() -> U) -> U
    where
        To: Turn<R, S>,
        S: TryTurn<R, To>,
    {
        let Held { lock, state: slot, .. } = self;
        let checked = lock.checked();
        // SAFETY: the slot is filled again before `self` can be used.
        let hold = Cell::new(Hold::Before(unsafe { ManuallyDrop::take(slot) }));
        let _again = OnDrop(|| {
            let state = match hold.replace(Hold::None) {
                Hold::Before(state) => state,
                // SAFETY: held so, on behalf of `self`.
                Hold::After(state) => unsafe { turn_back::<_, S, To>(checked, state) },
                Hold::None => abort(),
            };
            *slot = ManuallyDrop::new(state);
        });
        // SAFETY: a `Held` holds the lock on the side `S`, with this state.
        unsafe { upgrade::<_, S, To>(checked, &hold) };
        f()
    }

    /// Runs `f` with the lock held on the side `To`, if `attempt` goes over to it.
    ///
    /// # Safety
    ///
    /// As for [`try_turn_with`](Self::try_turn_with).
    #[inline]
    #[track_caller]
    pub(crate) unsafe fn try_with_upgraded<To, U>(
        &mut self,
        attempt: impl FnOnce(&R, S::State) -> Result<To::State, S::State>,
        f: impl FnOnce() -> U,
    ) -> Option<U>
    where
        To: Turn<R, S>,
    {
        let Held { lock, state: slot, .. } = self;
        let checked = lock.checked();
        // SAFETY: the slot is filled again before `self` can be used.
        let state = unsafe { ManuallyDrop::take(slot) };
        match or_abort(|| attempt(&checked.raw, state)) {
            Err(state) => {
                *slot = ManuallyDrop::new(state);
                None
            }
            Ok(state) => {
                let mut state = Some(state);
                let _again = OnDrop(|| {
                    let state = state.take().expect("it is dropped once");
                    // SAFETY: the attempt went over, on behalf of `self`.
                    *slot = ManuallyDrop::new(unsafe { turn_back::<_, S, To>(checked, state) });
                });
                checked.map.converted(S::HOW.mode(), To::HOW.mode());
                Some(f())
            }
        }
    }
}

impl<P, S, R> Held<P, S, R>
where
    P: Deref,
    P::Target: Locked<Raw = R>,
    S: FairSide<R>,
{
    /// Releases the lock fairly.
    #[inline]
    #[track_caller]
    pub(crate) fn unlock_fair(self) -> P {
        let (lock, state) = self.into_parts();
        // SAFETY: a `Held` holds the lock on the side `S`, and `self` no longer exists.
        unsafe { unlock_fair::<_, S>(lock.checked(), state) };
        lock
    }

    /// As [`unlocked`](Self::unlocked), with a fair release.
    #[inline]
    #[track_caller]
    pub(crate) fn unlocked_fair<U>(&mut self, f: impl FnOnce() -> U) -> U {
        // SAFETY: releases what it is given.
        unsafe { self.unlocked_by(unlock_fair::<_, S>, f) }
    }

    /// Lets waiting threads have the lock and takes it again.
    #[inline]
    #[track_caller]
    pub(crate) fn bump(&mut self) {
        let Held { lock, state, .. } = self;
        let Checked { map, raw } = lock.checked();
        // A bump that finds a waiting thread waits for the lock itself, under whatever was taken since: it is checked as the
        // release and the acquisition that it is. If the check unwinds, nothing was bumped: the lock is still held.
        let how = map.how_held(S::HOW.mode());
        map.release_in(S::HOW.mode());
        let adopt = OnDrop(|| map.adopt(how));
        // SAFETY: a `Held` holds the lock on the side `S`, with this state.
        map.lock_untried(how, || unsafe { S::bump(raw, state) });
        mem::forget(adopt);
    }
}

impl<'a, L, S> Held<&'a L, S, L::Raw>
where
    L: Locked + ?Sized,
    S: Side<L::Raw>,
{
    /// Forgets which lock it is, for a mapped guard.
    #[inline]
    pub(crate) fn erase(self) -> Held<&'a Checked<L::Raw>, S, L::Raw> {
        let (lock, state) = self.into_parts();
        // SAFETY: the same lock on the same side, handed over.
        unsafe { Held::assume(lock.checked(), state) }
    }
}

impl<P, S, R> Drop for Held<P, S, R>
where
    P: Deref,
    P::Target: Locked<Raw = R>,
    S: Side<R>,
{
    #[inline]
    fn drop(&mut self) {
        // SAFETY: a `Held` holds the lock on the side `S`, and nobody uses it, or its state, after its drop.
        unsafe { unlock::<_, S>(self.lock.checked(), ManuallyDrop::take(&mut self.state)) };
    }
}

/// A raw lock that an attempt took, and that nobody has a guard of yet. Dropped it releases it: what looks at the attempt may unwind.
struct Taken<'l, R, S: Side<R>> {
    raw: &'l R,
    state: ManuallyDrop<S::State>,
}

impl<'l, R, S: Side<R>> Taken<'l, R, S> {
    /// What `attempt` takes, on the side `S`.
    #[inline(always)]
    fn by<O: Outcome<S::State>>(raw: &'l R, attempt: impl FnOnce(&R) -> O) -> Option<Self> {
        attempt(raw).state().map(|state| Taken { raw, state: ManuallyDrop::new(state) })
    }

    /// The lock stays taken, and the state goes to its guard.
    #[inline(always)]
    fn keep(self) -> S::State {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: `this` is neither dropped nor used again.
        unsafe { ManuallyDrop::take(&mut this.state) }
    }
}

impl<R, S: Side<R>> Drop for Taken<'_, R, S> {
    #[cold]
    fn drop(&mut self) {
        // SAFETY: an attempt took the lock on the side `S` with this state, which is not used after the drop.
        unsafe { S::unlock(self.raw, ManuallyDrop::take(&mut self.state)) };
    }
}

/// How a lock is held while it goes over from one side to another, by the states of the two.
enum Hold<Before, After> {
    Before(Before),
    After(After),
    /// The raw lock has the state now; if it unwinds, it has released the lock.
    None,
}

/// # Safety
///
/// The lock is held on the side `S` in the current context, and `state` came with that.
#[inline]
#[track_caller]
unsafe fn unlock<R, S: Side<R>>(checked: &Checked<R>, state: S::State) {
    checked.map.release_in(S::HOW.mode());
    // SAFETY: held, says the caller.
    unsafe { S::unlock(&checked.raw, state) };
}

/// # Safety
///
/// The lock is held on the side `S` in the current context, and `state` came with that.
#[inline]
#[track_caller]
unsafe fn unlock_fair<R, S: FairSide<R>>(checked: &Checked<R>, state: S::State) {
    checked.map.release_in(S::HOW.mode());
    // SAFETY: held, says the caller.
    unsafe { S::unlock_fair(&checked.raw, state) };
}

/// Goes over from the side `S` to the side `To`, waiting for it; `hold` says at every moment how the lock is held.
///
/// # Safety
///
/// The lock is held on the side `S` in the current context, and so says `hold`.
#[inline]
#[track_caller]
unsafe fn upgrade<R, S: TryTurn<R, To>, To: Side<R>>(checked: &Checked<R>, hold: &Cell<Hold<S::State, To::State>>) {
    let Checked { map, raw } = checked;
    let before = || match hold.replace(Hold::None) {
        Hold::Before(state) => state,
        _ => unreachable!("it is upgraded once"),
    };
    // SAFETY: held on the side `S`, with this state.
    let attempt = || match unsafe { S::try_turn(raw, before()) } {
        Ok(state) => {
            hold.set(Hold::After(state));
            true
        }
        Err(state) => {
            hold.set(Hold::Before(state));
            false
        }
    };
    // SAFETY: as above; called only if the attempt gave the state back, or was not made.
    let block = || hold.set(Hold::After(unsafe { S::turn(raw, before()) }));
    map.upgrade(S::attempt_first(), attempt, block);
}

/// From the side `To` to the side `S`, on behalf of a guard that exists.
///
/// # Safety
///
/// The lock is held on the side `To` in the current context, and `state` came with that.
#[inline]
unsafe fn turn_back<R, S: Side<R>, To: Turn<R, S>>(checked: &Checked<R>, state: To::State) -> S::State {
    // SAFETY: held, says the caller.
    let state = or_abort(|| unsafe { To::turn(&checked.raw, state) });
    checked.map.converted(To::HOW.mode(), S::HOW.mode());
    state
}

/// Takes the lock again on behalf of a guard that exists, and so returns or unwinds with the lock held, or not at all.
#[inline]
#[track_caller]
fn relock<R, S: Side<R>>(checked: &Checked<R>, how: How<'_>, slot: &mut ManuallyDrop<S::State>) {
    let Checked { map, raw } = checked;
    let unwinding = OnDrop(|| *slot = ManuallyDrop::new(take_or_abort::<_, S>(checked)));
    let state = map.lock_raw(how, S::attempt_first(), || S::is_held(raw), || S::try_lock(raw), || S::lock(raw));
    mem::forget(unwinding);
    *slot = ManuallyDrop::new(state);
}

/// The validator has refused to take the lock again, and unwinds.
#[cold]
fn take_or_abort<R, S: Side<R>>(checked: &Checked<R>) -> S::State {
    let Some(state) = S::try_lock(&checked.raw) else { abort() };
    checked.map.adopt(S::HOW);
    state
}

/// Runs `f`, which a guard that exists cannot do without.
#[inline]
pub(crate) fn or_abort<U>(f: impl FnOnce() -> U) -> U {
    let unwinding = OnDrop(|| abort());
    let value = f();
    mem::forget(unwinding);
    value
}

#[cold]
fn abort() -> ! {
    lockdep_core::runtime::abort("a lock that its guard gave up for a moment cannot be taken again")
}

/// Runs its closure when it is dropped.
pub(crate) struct OnDrop<F: FnMut()>(pub(crate) F);

impl<F: FnMut()> Drop for OnDrop<F> {
    #[inline]
    fn drop(&mut self) {
        (self.0)();
    }
}
