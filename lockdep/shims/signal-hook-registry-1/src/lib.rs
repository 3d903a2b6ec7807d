//! `signal-hook-registry` 1, for `[patch.crates-io]`: whatever signal-hook or tokio registers runs in its signal's context.
//!
//! A signal has a list of actions. A handler reads the list while somebody may change it, so a changed list is a new one, and the old
//! one goes when no handler can have it any more: handlers count themselves in and out, in one of two counters, and who changes the list
//! turns new ones to the other counter and waits until the first is empty; both in turn.

use std::io::Error;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use libc::{SIGFPE, SIGILL, SIGKILL, SIGSEGV, SIGSTOP, c_int, c_void, sigaction, siginfo_t};
use lockdep_core::runtime::{Handler, handlers_expected, in_signal};

lockdep_core::shim!();

/// Signals that [`register`] refuses: they cannot be handled, or come from a fault of the program itself.
pub const FORBIDDEN: &[c_int] = &[SIGKILL, SIGSTOP, SIGILL, SIGFPE, SIGSEGV];

type Action = dyn Fn(&siginfo_t) + Send + Sync;
type Actions = Vec<Registered>;

#[derive(Clone)]
struct Registered {
    id: u128,
    /// Where it was registered, for reports.
    place: Handler,
    action: Arc<Action>,
}

/// The number of an action.
#[derive(Copy, Clone, Debug, Eq, PartialEq, Ord, PartialOrd, Hash)]
struct ActionId(u128);

/// Names an action, to take it back.
#[derive(Copy, Clone, Debug, Eq, PartialEq, Ord, PartialOrd, Hash)]
pub struct SigId {
    signal: c_int,
    action: ActionId,
}

struct Slot {
    /// Null: no handler of ours. Read in handlers; replaced under `CHANGES`, freed when no handler reads it.
    actions: AtomicPtr<Actions>,
    /// The handler that was there before; kept for good.
    previous: AtomicPtr<(sigaction, Handler)>,
}

static SLOTS: [Slot; 65] =
    [const { Slot { actions: AtomicPtr::new(ptr::null_mut()), previous: AtomicPtr::new(ptr::null_mut()) } }; 65];

/// Handlers that run, by the counter that was in turn when they began.
static RUNNING: [AtomicUsize; 2] = [const { AtomicUsize::new(0) }; 2];
static TURN: AtomicUsize = AtomicUsize::new(0);

/// The number of the next action. Whoever changes a list holds it; handlers never do.
static CHANGES: Mutex<u128> = Mutex::new(1);

fn changes() -> MutexGuard<'static, u128> {
    CHANGES.lock().unwrap_or_else(PoisonError::into_inner)
}

extern "C" fn handler(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    // All in one total order: either `replace` sees this handler counted, or this handler sees the new list.
    let running = &RUNNING[TURN.load(Ordering::SeqCst) & 1];
    running.fetch_add(1, Ordering::SeqCst);
    let slot = &SLOTS[signal as usize];
    // SAFETY: null, or kept for good; the kernel's arguments are handed on.
    if let Some((previous, place)) = unsafe { slot.previous.load(Ordering::SeqCst).as_ref() } {
        in_signal(signal, *place, || keep_errno(|| chain(previous, signal, info, context)));
    }
    // SAFETY: null, or a list that is not freed while we are counted; the kernel's `info` is valid.
    if let (Some(actions), Some(info)) = unsafe { (slot.actions.load(Ordering::SeqCst).as_ref(), info.as_ref()) } {
        let act = |registered: &Registered| keep_errno(|| (registered.action)(info));
        actions.iter().for_each(|registered| in_signal(signal, registered.place, || act(registered)));
    }
    running.fetch_sub(1, Ordering::SeqCst);
}

/// What is called from here need not care for `errno`: the original puts it back, too.
fn keep_errno(call: impl FnOnce()) {
    // SAFETY: errno is this thread's own.
    let errno = unsafe { *libc::__errno_location() };
    call();
    // SAFETY: as above.
    unsafe { *libc::__errno_location() = errno };
}

fn chain(previous: &sigaction, signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    let function = previous.sa_sigaction;
    if function == libc::SIG_DFL || function == libc::SIG_IGN {
        return;
    }
    // SAFETY: it was installed as the handler of this signal, of the form that its flags say.
    unsafe {
        if previous.sa_flags & libc::SA_SIGINFO != 0 {
            let function = std::mem::transmute::<usize, extern "C" fn(c_int, *mut siginfo_t, *mut c_void)>(function);
            function(signal, info, context);
        } else {
            std::mem::transmute::<usize, extern "C" fn(c_int)>(function)(signal);
        }
    }
}

/// Puts a changed list in the place of the one that is there, and frees that when nobody reads it.
fn replace(slot: &Slot, _changing: &MutexGuard<'_, u128>, change: impl FnOnce(&mut Actions)) {
    let old = slot.actions.load(Ordering::SeqCst);
    // SAFETY: null, or the list that is in place, which only the holder of `CHANGES` replaces.
    let mut actions = unsafe { old.as_ref() }.cloned().unwrap_or_default();
    change(&mut actions);
    slot.actions.store(Box::into_raw(Box::new(actions)), Ordering::SeqCst);
    for _ in 0..2 {
        let before = TURN.fetch_add(1, Ordering::SeqCst);
        while RUNNING[before & 1].load(Ordering::SeqCst) != 0 {
            std::thread::yield_now();
        }
    }
    if !old.is_null() {
        // SAFETY: out of its place, and every handler that may have read it has ended.
        drop(unsafe { Box::from_raw(old) });
    }
}

#[track_caller]
fn add(signal: c_int, place: Handler, action: Arc<Action>) -> Result<SigId, Error> {
    let slot = usize::try_from(signal).ok().and_then(|signal| SLOTS.get(signal)).filter(|_| signal > 0);
    let slot = slot.ok_or_else(|| Error::from_raw_os_error(libc::EINVAL))?;
    handlers_expected();
    let mut next = changes();
    let id = *next;
    *next += 1;
    let first = slot.actions.load(Ordering::SeqCst).is_null();
    if first {
        // SAFETY: zeroes are an empty `sigaction`; asks for the handler that is there.
        let mut previous = unsafe { std::mem::zeroed::<sigaction>() };
        // SAFETY: as above.
        if unsafe { libc::sigaction(signal, ptr::null(), &mut previous) } != 0 {
            return Err(Error::last_os_error());
        }
        slot.previous.store(Box::into_raw(Box::new((previous, Handler::of(&chain)))), Ordering::SeqCst);
    }
    replace(slot, &next, |actions| actions.push(Registered { id, place, action }));
    if first {
        // SAFETY: zeroes are an empty `sigaction`; the handler takes the arguments that SA_SIGINFO asks for.
        let installed = unsafe {
            let mut new = std::mem::zeroed::<sigaction>();
            new.sa_sigaction = handler as *const () as usize;
            new.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART;
            libc::sigaction(signal, &new, ptr::null_mut())
        };
        if installed != 0 {
            let error = Error::last_os_error();
            let actions = slot.actions.swap(ptr::null_mut(), Ordering::SeqCst);
            // SAFETY: no handler was installed, so nobody reads it.
            drop(unsafe { Box::from_raw(actions) });
            return Err(error);
        }
    }
    Ok(SigId { signal, action: ActionId(id) })
}

#[track_caller]
fn allowed(signal: c_int) {
    assert!(!FORBIDDEN.contains(&signal), "Attempted to register forbidden signal {signal}");
}

/// Runs `action` whenever `signal` comes, after the actions registered before it.
///
/// # Safety
///
/// It runs in a signal handler, where little may be done: no allocation, no lock that waits, no panic.
///
/// # Panics
///
/// If the signal is [`FORBIDDEN`].
///
/// # Errors
///
/// What `sigaction` says.
#[track_caller]
pub unsafe fn register<F>(signal: c_int, action: F) -> Result<SigId, Error>
where
    F: Fn() + Sync + Send + 'static,
{
    allowed(signal);
    add(signal, Handler::of(&action), Arc::new(move |_: &siginfo_t| action()))
}

/// As [`register`], with what the kernel says about the signal.
///
/// # Safety
///
/// As there.
///
/// # Panics
///
/// As there.
///
/// # Errors
///
/// As there.
#[track_caller]
pub unsafe fn register_sigaction<F>(signal: c_int, action: F) -> Result<SigId, Error>
where
    F: Fn(&siginfo_t) + Sync + Send + 'static,
{
    allowed(signal);
    add(signal, Handler::of(&action), Arc::new(action))
}

/// As [`register`], for every signal that the kernel permits.
///
/// # Safety
///
/// As there; and what a handler of a fault returns to is the fault.
///
/// # Errors
///
/// As there.
#[track_caller]
pub unsafe fn register_signal_unchecked<F>(signal: c_int, action: F) -> Result<SigId, Error>
where
    F: Fn() + Sync + Send + 'static,
{
    add(signal, Handler::of(&action), Arc::new(move |_: &siginfo_t| action()))
}

/// As [`register_sigaction`], for every signal that the kernel permits.
///
/// # Safety
///
/// As [`register_signal_unchecked`].
///
/// # Errors
///
/// As there.
#[track_caller]
pub unsafe fn register_unchecked<F>(signal: c_int, action: F) -> Result<SigId, Error>
where
    F: Fn(&siginfo_t) + Sync + Send + 'static,
{
    add(signal, Handler::of(&action), Arc::new(action))
}

/// Takes an action back; returns whether it was there. Not in a handler: it waits for handlers to end.
pub fn unregister(id: SigId) -> bool {
    remove(id.signal, |action| ActionId(action) == id.action)
}

/// Takes all actions of a signal back, whoever registered them.
#[deprecated(since = "1.3.0", note = "it takes away what others registered")]
#[doc(hidden)]
pub fn unregister_signal(signal: c_int) -> bool {
    remove(signal, |_| true)
}

fn remove(signal: c_int, gone: impl Fn(u128) -> bool) -> bool {
    let Some(slot) = usize::try_from(signal).ok().and_then(|signal| SLOTS.get(signal)) else { return false };
    let next = changes();
    // SAFETY: null, or the list in place; only the holder of `CHANGES` replaces it.
    let there = unsafe { slot.actions.load(Ordering::SeqCst).as_ref() };
    let found = there.is_some_and(|actions| actions.iter().any(|registered| gone(registered.id)));
    if found {
        replace(slot, &next, |actions| actions.retain(|registered| !gone(registered.id)));
    }
    found
}
