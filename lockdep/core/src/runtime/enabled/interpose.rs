//! The C library's functions by which handlers are installed and masks changed, defined once more: the program's calls, and those of
//! all its libraries, come here. (`pthread_create` is in `scope.rs`, for it is wanted always.)
//!
//! Each does what the original does, and tells the runtime. The originals of `sigaction` and of the functions that change the mask
//! are little more than a system call, and are replaced by it: nothing is looked up, so they may be called in a handler, in the child
//! of a `vfork`, and before anything is initialised. What waits is forwarded, for the C library makes those calls points of
//! cancellation.
//!
//! `siglongjmp` and its sisters are here because a handler may be left by them: see [`jump`].

use core::ffi::{c_int, c_ulong};
use core::mem::transmute;
use core::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use super::acquire::{event, place_here};
use super::handler::Handler;
use super::irqs::{settled, spoil};
use super::thread::{ThreadState, current};
use super::{config, deliver, give_up, handler, lazy, life, saves, slow, trampoline};
use crate::engine::{Event, Held, Reopen, State, Unmask};
use crate::irq::{Lines, bit};
use crate::runtime::{action, mask};

/// The signals that the C library keeps for itself.
fn is_signal(signal: c_int) -> bool {
    (1..=64).contains(&signal) && !matches!(signal, 32 | 33)
}

fn fail(error: c_int) -> c_int {
    // SAFETY: errno is this thread's own.
    unsafe { *libc::__errno_location() = error };
    -1
}

// ---- Handlers.

/// The program installs a handler here: what that does wrong needs somebody to say so. Faults are not expected.
fn handler_expected(signal: c_int) -> Handler {
    let thread = current();
    if thread.slow.load(Ordering::Relaxed) != 0 || !BEGUN.load(Ordering::Relaxed) || thread.is_borrowed() {
        return Handler::UNKNOWN;
    }
    life::prepare(thread);
    if Lines::ALL.contains(signal) && !handler::in_handler() {
        handler::handlers_expected();
    }
    Handler::installed_here()
}

/// # Safety
///
/// As for the C library's.
#[unsafe(no_mangle)]
unsafe extern "C" fn sigaction(signal: c_int, new: *const libc::sigaction, old: *mut libc::sigaction) -> c_int {
    if !is_signal(signal) {
        return fail(libc::EINVAL);
    }
    // SAFETY: null or valid, as the caller promises.
    let new = unsafe { new.as_ref() }.map(|new| action::Action {
        handler: new.sa_sigaction,
        flags: c_ulong::from(new.sa_flags as u32),
        restorer: 0,
        mask: word(&new.sa_mask),
    });
    let place = if new.is_some_and(|new| new.is_function()) { handler_expected(signal) } else { Handler::UNKNOWN };
    // SAFETY: as for the caller.
    let found = match unsafe { trampoline::exchange(signal, new.as_ref(), place) } {
        Ok(found) => found,
        Err(error) => return fail(error),
    };
    if !old.is_null() {
        // SAFETY: valid for writes, as the caller promises; of the mask the words that the kernel knows are set, the others zero.
        unsafe {
            let mut filled: libc::sigaction = core::mem::zeroed();
            filled.sa_sigaction = found.handler;
            filled.sa_flags = (found.flags & !action::SA_RESTORER) as c_int;
            (&raw mut filled.sa_mask).cast::<u64>().write(found.mask);
            old.write(filled);
        }
    }
    0
}

/// The signals that end a system call instead of having it made again, where `signal` installs their handler.
static INTERRUPTING: AtomicU64 = AtomicU64::new(0);

/// # Safety
///
/// As for the C library's.
#[unsafe(no_mangle)]
unsafe extern "C" fn signal(signal: c_int, handler: libc::sighandler_t) -> libc::sighandler_t {
    if handler == libc::SIG_ERR || !is_signal(signal) {
        fail(libc::EINVAL);
        return libc::SIG_ERR;
    }
    // The semantics of BSD, which the C library has.
    let interrupts = INTERRUPTING.load(Ordering::Relaxed) & bit(signal) != 0;
    let flags = if interrupts { 0 } else { libc::SA_RESTART as c_ulong };
    let new = action::Action { handler, flags, restorer: 0, mask: bit(signal) };
    let place = if new.is_function() { handler_expected(signal) } else { Handler::UNKNOWN };
    // SAFETY: as for the caller.
    match unsafe { trampoline::exchange(signal, Some(&new), place) } {
        Ok(old) => old.handler,
        Err(error) => {
            fail(error);
            libc::SIG_ERR
        }
    }
}

/// # Safety
///
/// As for the C library's.
#[unsafe(no_mangle)]
unsafe extern "C" fn siginterrupt(signal: c_int, interrupts: c_int) -> c_int {
    if !is_signal(signal) {
        return fail(libc::EINVAL);
    }
    match interrupts {
        0 => INTERRUPTING.fetch_and(!bit(signal), Ordering::Relaxed),
        _ => INTERRUPTING.fetch_or(bit(signal), Ordering::Relaxed),
    };
    let next = SIGINTERRUPT.address();
    if next != 0 {
        // It asks the kernel, where the trampoline is, and keeps a set of its own for `ssignal` and `bsd_signal`.
        // SAFETY: the original, with the caller's arguments.
        return unsafe { transmute::<usize, unsafe extern "C" fn(c_int, c_int) -> c_int>(next)(signal, interrupts) };
    }
    match trampoline::restart(signal, interrupts == 0) {
        Ok(()) => 0,
        Err(error) => fail(error),
    }
}

// ---- Masks.

/// The first word of a set, which is all there is to it on Linux.
fn word(set: &libc::sigset_t) -> u64 {
    // SAFETY: a `sigset_t` begins with one 64-bit word, signal 1 at bit 0.
    unsafe { core::ptr::from_ref(set).cast::<u64>().read() }
}

/// What no mask can hold: `SIGKILL`, `SIGSTOP`, and the signals of the C library.
const NEVER: u64 = 1 << (libc::SIGKILL - 1) | 1 << (libc::SIGSTOP - 1) | 0b11 << 31;

/// Whether this thread's mask, if it is not borrowed, is followed now: not in our own code, not when nothing is checked.
fn is_followed(thread: &ThreadState) -> bool {
    thread.slow.load(Ordering::Relaxed) == 0 && !config::off()
}

/// Foreign code changes the mask, or waits with another one: judged before it happens. What is opened counts for the signals that
/// may be blocked at all.
pub(super) fn foreign(how: Reopen, after: u64) {
    let thread = settled();
    let before = ThreadState::get(&thread.mask);
    let in_handler = thread.handler.load(Ordering::Relaxed) != 0;
    // In a handler it matters which signals have handlers: one that restores the default action and raises the signal again
    // opens it, too.
    // What it blocked itself it may open.
    let relevant = Lines::ALL.bits() & if in_handler { trampoline::handled() & handler::entered(thread) } else { u64::MAX };
    let opened = before & !after & relevant;
    let concerned = |held: &Held| match held.state {
        State::Held | State::Waiting => true,
        State::Section | State::Disabled => how == Reopen::Foreign,
        State::Free => false,
    };
    let worth_asking = thread.own_entries().any(|held| held.mask & opened != 0 && concerned(&held));
    if (worth_asking || in_handler && how == Reopen::Foreign) && opened != 0 && !config::off() {
        let unmask = Unmask { how, mask: before & !opened, own: None, place: place_here(thread) };
        let found = slow::with(|globals| {
            let found = event(globals, thread, |cx| Event::Unmask(cx, unmask));
            spoil(thread, found.any);
            found
        });
        deliver::deliver(thread, found);
        deliver::panic_if_wanted(thread, found);
    }
    if after != before {
        // The shadow first: a signal that arrives as soon as it may finds it open. What is blocked is so when the real mask is.
        if how == Reopen::Wait {
            thread.set_mask(after);
        } else {
            thread.adopt(before & after);
            thread.stamp_change(before & !after != 0, place_here(thread));
        }
    }
}

/// Changes the mask; the mask before, or an error number.
fn change_mask(how: c_int, set: Option<&libc::sigset_t>, old_address: usize) -> Result<u64, c_int> {
    let Some(set) = set else { return Ok(lazy::current(current())) };
    let bits = word(set) & !NEVER;
    let changed = |mask: u64| match how {
        libc::SIG_BLOCK => Ok(mask | bits),
        libc::SIG_UNBLOCK => Ok(mask & !bits),
        libc::SIG_SETMASK => Ok(bits),
        _ => Err(libc::EINVAL),
    };
    let change = || match how {
        libc::SIG_BLOCK => mask::block(bits),
        libc::SIG_UNBLOCK => mask::unblock(bits),
        _ => mask::set(bits),
    };
    let thread = current();
    if thread.is_borrowed() {
        changed(0)?;
        // The flag is the parent's, and stays.
        mask::block(ThreadState::get(&thread.lazily_off));
        return Ok(change());
    }
    life::prepare(thread);
    let before = ThreadState::get(&thread.mask);
    let after = changed(before)?;
    let followed = is_followed(thread);
    if followed {
        let set_address = core::ptr::from_ref(set).addr();
        saves::judge(thread, saves::Call { how, set: bits, set_address, old_address, before, after });
        foreign(Reopen::Foreign, after);
    }
    lazy::make_real(thread);
    if lazy::has_kept(thread, before & !after) {
        lazy::hand_over(thread, before & !after);
        change();
        thread.adopt(after);
        return Ok(before);
    }
    let real = change();
    if followed || real != before {
        // Of what was before, too: somebody may have changed it without telling.
        thread.adopt(changed(real)?);
    }
    Ok(real)
}

/// # Safety
///
/// As for the C library's.
#[unsafe(no_mangle)]
unsafe extern "C" fn pthread_sigmask(how: c_int, set: *const libc::sigset_t, old: *mut libc::sigset_t) -> c_int {
    // SAFETY: null or valid, as the caller promises.
    match change_mask(how, unsafe { set.as_ref() }, old.addr()) {
        Ok(before) => {
            if !old.is_null() {
                // SAFETY: valid for writes, as the caller promises.
                unsafe {
                    old.write(core::mem::zeroed());
                    old.cast::<u64>().write(before);
                }
            }
            0
        }
        Err(error) => error,
    }
}

/// # Safety
///
/// As for the C library's.
#[unsafe(no_mangle)]
unsafe extern "C" fn sigprocmask(how: c_int, set: *const libc::sigset_t, old: *mut libc::sigset_t) -> c_int {
    // SAFETY: as for the caller.
    match unsafe { pthread_sigmask(how, set, old) } {
        0 => 0,
        error => fail(error),
    }
}

// ---- Waits with a mask of their own.

/// A wait whose mask is `set`: the signals outside are open for as long as it lasts.
///
/// # Safety
///
/// `set` is null, which is no mask, or valid.
unsafe fn waiting(set: *const libc::sigset_t, wait: impl FnOnce() -> c_int) -> c_int {
    let thread = current();
    if thread.is_borrowed() {
        return wait();
    }
    life::prepare(thread);
    // SAFETY: as for the caller.
    let Some(set) = (unsafe { set.as_ref() }).filter(|_| is_followed(thread)) else { return wait() };
    let (before, during) = (ThreadState::get(&thread.mask), word(set) & !NEVER);
    foreign(Reopen::Wait, during);
    lazy::make_real(thread);
    let ended = EndedInWait(thread);
    let opened = before & !during;
    let result = if lazy::has_kept(thread, opened) {
        // The kernel would have found them pending.
        lazy::hand_over(thread, opened);
        mask::block(opened);
        fail(libc::EINTR)
    } else {
        wait()
    };
    core::mem::forget(ended);
    thread.set_mask(before);
    result
}

/// Dropped where a wait is left without its end: the thread was cancelled, or a handler ends it. Nobody puts its mask back then, so
/// it ends with that of the wait, which is no mistake of its own.
struct EndedInWait(&'static ThreadState);

impl Drop for EndedInWait {
    fn drop(&mut self) {
        let real = lazy::current(self.0);
        self.0.adopt(real);
        self.0.born.store(real, Ordering::Relaxed);
    }
}

/// The C library's function of this name, once looked up.
struct Next(&'static core::ffi::CStr, AtomicUsize);

impl Next {
    const fn new(name: &'static core::ffi::CStr) -> Next {
        Next(name, AtomicUsize::new(0))
    }

    /// Its address; 0 if there is none, as in a static executable.
    fn address(&self) -> usize {
        match self.1.load(Ordering::Relaxed) {
            0 => self.look_up(),
            found => found,
        }
    }

    #[cold]
    fn look_up(&self) -> usize {
        let found = if cfg!(target_feature = "crt-static") {
            0
        } else {
            // SAFETY: the name ends with a zero.
            unsafe { libc::dlsym(libc::RTLD_NEXT, self.0.as_ptr()) as usize }
        };
        self.1.store(found, Ordering::Relaxed);
        found
    }
}

static SIGINTERRUPT: Next = Next::new(c"siginterrupt");
static SIGSUSPEND: Next = Next::new(c"sigsuspend");
static PPOLL: Next = Next::new(c"ppoll");
static PSELECT: Next = Next::new(c"pselect");
static EPOLL_PWAIT: Next = Next::new(c"epoll_pwait");
static SIGLONGJMP: Next = Next::new(c"siglongjmp");
static LONGJMP_CHK: Next = Next::new(c"__longjmp_chk");

/// Whether the process was initialised: what initialises a library may call us earlier.
static BEGUN: AtomicBool = AtomicBool::new(false);

/// Looks everything up, so that no handler has to.
pub(super) fn start() {
    BEGUN.store(true, Ordering::Relaxed);
    for next in [&SIGINTERRUPT, &SIGSUSPEND, &PPOLL, &PSELECT, &EPOLL_PWAIT, &SIGLONGJMP, &LONGJMP_CHK] {
        next.look_up();
    }
}

/// # Safety
///
/// As for the C library's.
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn sigsuspend(set: *const libc::sigset_t) -> c_int {
    let wait = || {
        let next = SIGSUSPEND.address();
        // SAFETY: the original, if there is one, with the caller's arguments; otherwise the system call that it makes.
        unsafe {
            if next != 0 {
                transmute::<usize, unsafe extern "C-unwind" fn(*const libc::sigset_t) -> c_int>(next)(set)
            } else {
                libc::syscall(libc::SYS_rt_sigsuspend, set, size_of::<u64>()) as c_int
            }
        }
    };
    // SAFETY: as for the caller.
    unsafe { waiting(set, wait) }
}

/// # Safety
///
/// As for the C library's.
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn ppoll(
    fds: *mut libc::pollfd,
    count: libc::nfds_t,
    limit: *const libc::timespec,
    set: *const libc::sigset_t,
) -> c_int {
    type Original =
        unsafe extern "C-unwind" fn(*mut libc::pollfd, libc::nfds_t, *const libc::timespec, *const libc::sigset_t) -> c_int;
    let wait = || {
        let next = PPOLL.address();
        // SAFETY: as in `sigsuspend`; the system call changes the time, so it gets a copy.
        unsafe {
            if next != 0 {
                transmute::<usize, Original>(next)(fds, count, limit, set)
            } else {
                let mut copy = limit.as_ref().copied();
                let limit = copy.as_mut().map_or(core::ptr::null_mut(), core::ptr::from_mut);
                libc::syscall(libc::SYS_ppoll, fds, count, limit, set, size_of::<u64>()) as c_int
            }
        }
    };
    // SAFETY: as for the caller.
    unsafe { waiting(set, wait) }
}

/// # Safety
///
/// As for the C library's.
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn pselect(
    count: c_int,
    read: *mut libc::fd_set,
    write: *mut libc::fd_set,
    except: *mut libc::fd_set,
    limit: *const libc::timespec,
    set: *const libc::sigset_t,
) -> c_int {
    type Original = unsafe extern "C-unwind" fn(
        c_int,
        *mut libc::fd_set,
        *mut libc::fd_set,
        *mut libc::fd_set,
        *const libc::timespec,
        *const libc::sigset_t,
    ) -> c_int;
    let wait = || {
        let next = PSELECT.address();
        // SAFETY: as in `ppoll`; the system call takes the mask with its size.
        unsafe {
            if next != 0 {
                transmute::<usize, Original>(next)(count, read, write, except, limit, set)
            } else {
                let mut copy = limit.as_ref().copied();
                let limit = copy.as_mut().map_or(core::ptr::null_mut(), core::ptr::from_mut);
                let mask = (set, size_of::<u64>());
                libc::syscall(libc::SYS_pselect6, count, read, write, except, limit, &raw const mask) as c_int
            }
        }
    };
    // SAFETY: as for the caller.
    unsafe { waiting(set, wait) }
}

/// # Safety
///
/// As for the C library's.
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn epoll_pwait(
    epoll: c_int,
    events: *mut libc::epoll_event,
    count: c_int,
    limit: c_int,
    set: *const libc::sigset_t,
) -> c_int {
    type Original = unsafe extern "C-unwind" fn(c_int, *mut libc::epoll_event, c_int, c_int, *const libc::sigset_t) -> c_int;
    let wait = || {
        let next = EPOLL_PWAIT.address();
        // SAFETY: as in `sigsuspend`.
        unsafe {
            if next != 0 {
                transmute::<usize, Original>(next)(epoll, events, count, limit, set)
            } else {
                libc::syscall(libc::SYS_epoll_pwait, epoll, events, count, limit, set, size_of::<u64>()) as c_int
            }
        }
    };
    // SAFETY: as for the caller.
    unsafe { waiting(set, wait) }
}

// ---- Jumps.

/// A jump to `target` is about to be made: the handlers that it leaves are over, and the mask will be the one that was saved.
///
/// Of glibc's `jmp_buf`, on x86-64: registers first, the stack pointer as number 6, rotated and mixed with a secret of the process;
/// then whether a mask was saved, and the mask.
unsafe fn jump(target: *const u64) {
    let thread = current();
    if thread.slow.load(Ordering::Relaxed) != 0 {
        give_up(
            b"lockdep: a jump out of the middle of the validator, as after a fault there (has the stack overflowed?), \
              would leave all threads waiting: this is an abort\n",
        );
    }
    if !thread.is_prepared() || !is_followed(thread) || thread.is_borrowed() {
        return;
    }
    let secret: u64;
    // SAFETY: reads the word that glibc keeps beside its thread-local storage, and three words of a valid `jmp_buf`.
    let (stack_pointer, saved) = unsafe {
        core::arch::asm!("mov {}, fs:0x30", out(reg) secret, options(nostack, readonly, preserves_flags));
        let stack_pointer = target.add(6).read().rotate_right(17) ^ secret;
        let saved = (target.add(8).cast::<c_int>().read() != 0).then(|| target.add(9).read());
        (stack_pointer as usize, saved)
    };
    handler::jump(stack_pointer, saved.map(|saved| saved & !NEVER));
}

type Jump = unsafe extern "C-unwind" fn(*const u64, c_int) -> !;

#[cfg(target_feature = "crt-static")]
unsafe extern "C-unwind" {
    /// glibc's other name of it.
    fn __libc_siglongjmp(target: *const u64, value: c_int) -> !;
}

/// # Safety
///
/// As for the C library's.
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn siglongjmp(target: *const u64, value: c_int) -> ! {
    #[cfg(target_feature = "crt-static")]
    let original: Jump = __libc_siglongjmp;
    #[cfg(not(target_feature = "crt-static"))]
    // SAFETY: the original, which is there: the C library is.
    let original = unsafe { transmute::<usize, Jump>(SIGLONGJMP.address()) };
    // SAFETY: as for the caller.
    unsafe {
        jump(target);
        original(target, value)
    }
}

/// # Safety
///
/// As for the C library's: the same function.
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn longjmp(target: *const u64, value: c_int) -> ! {
    // SAFETY: as for the caller.
    unsafe { siglongjmp(target, value) }
}

/// # Safety
///
/// As for the C library's: the same function.
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn _longjmp(target: *const u64, value: c_int) -> ! {
    // SAFETY: as for the caller.
    unsafe { siglongjmp(target, value) }
}

/// What calls of the others become with `_FORTIFY_SOURCE`: it checks that the jump goes outwards.
///
/// # Safety
///
/// As for the C library's.
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn __longjmp_chk(target: *const u64, value: c_int) -> ! {
    let original = LONGJMP_CHK.address();
    // SAFETY: as for the caller; where there is no original, the check is left out.
    unsafe {
        if original == 0 {
            siglongjmp(target, value)
        }
        jump(target);
        transmute::<usize, Jump>(original)(target, value)
    }
}
