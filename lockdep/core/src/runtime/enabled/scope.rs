//! Whose doing a report is: a test's, or that of a thread with a name.
//!
//! A thread carries the number of a scope, and the threads it starts carry the same: this file stands in for `pthread_create`,
//! through which every thread begins. A scope is opened by `#[lockdep::test]`; or it is a named thread other than the first, made
//! one when it starts a thread of its own, so that what a plain `#[test]` starts is known as that test's.
//!
//! A thread that is started with signals blocked for a moment gets word of that in the same way. And all that begin here have their end
//! seen, whether they take a lock before it or not: one that takes its first in what comes last could not be forgotten any more.

use core::ffi::{c_int, c_void};
use core::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Mutex, PoisonError};

use super::thread::current;
use super::{irqs, lazy, life};
use crate::engine::Inherited;
use crate::report::Report;
use crate::runtime::mask;

struct Scope {
    name: String,
    /// A test is running in it, and wants to know what it reports.
    open: bool,
    reports: Vec<Report>,
}

/// By number, from 1. Never touched in a handler.
static SCOPES: Mutex<Vec<Scope>> = Mutex::new(Vec::new());

fn with<R>(f: impl FnOnce(&mut Vec<Scope>) -> R) -> R {
    f(&mut SCOPES.lock().unwrap_or_else(PoisonError::into_inner))
}

/// In the child of a fork.
pub(super) fn forked() {
    super::revive(&SCOPES, Vec::new());
}

fn number(scopes: &mut Vec<Scope>, name: &str) -> u32 {
    let at = scopes.iter().position(|scope| scope.name == name).unwrap_or_else(|| {
        scopes.push(Scope { name: name.to_owned(), open: false, reports: Vec::new() });
        scopes.len() - 1
    });
    at as u32 + 1
}

/// Opens the scope of a test; returns its number.
pub(super) fn open(name: &str) -> u32 {
    with(|scopes| {
        let number = number(scopes, name);
        scopes[number as usize - 1].open = true;
        number
    })
}

/// Closes it; returns what was reported in it.
pub(super) fn close(number: u32) -> Vec<Report> {
    with(|scopes| {
        let scope = &mut scopes[number as usize - 1];
        scope.open = false;
        core::mem::take(&mut scope.reports)
    })
}

/// The name of a scope.
pub(super) fn name(number: u32) -> Option<String> {
    with(|scopes| scopes.get((number as usize).checked_sub(1)?).map(|scope| scope.name.clone()))
}

/// A report was made in this scope.
pub(super) fn note(number: u32, report: &Report) {
    with(|scopes| {
        if let Some(scope) = (number as usize).checked_sub(1).and_then(|at| scopes.get_mut(at))
            && scope.open
        {
            scope.reports.push(report.clone());
        }
    });
}

/// Whether this is the thread that the process began with.
pub(super) fn is_first_thread() -> bool {
    // SAFETY: plain questions to the kernel.
    unsafe { libc::syscall(libc::SYS_gettid) == libc::c_long::from(libc::getpid()) }
}

/// The scope of the threads that this thread starts; 0 if they are nobody's.
fn to_pass_on() -> u32 {
    let thread = current();
    let own = thread.scope.load(Ordering::Relaxed);
    if own != 0 || thread.ending.load(Ordering::Relaxed) != 0 || is_first_thread() {
        return own;
    }
    let current = std::thread::current();
    let Some(name) = current.name() else { return 0 };
    let own = with(|scopes| number(scopes, name));
    thread.scope.store(own, Ordering::Relaxed);
    own
}

pub(super) type Routine = extern "C-unwind" fn(*mut c_void) -> *mut c_void;
type Create = unsafe extern "C" fn(*mut libc::pthread_t, *const libc::pthread_attr_t, Routine, *mut c_void) -> c_int;

struct Start {
    routine: Routine,
    argument: *mut c_void,
    scope: u32,
    inherited: Option<Inherited>,
}

/// What the thread is to run; in two registers.
#[repr(C)]
struct Begun {
    routine: Routine,
    argument: *mut c_void,
}

extern "C" fn begun(start: *mut c_void) -> Begun {
    // SAFETY: made by `lockdep_pthread_create` for this thread.
    let Start { routine, argument, scope, inherited } = *unsafe { Box::from_raw(start.cast::<Start>()) };
    current().begun.store(1, Ordering::Relaxed);
    life::watch_end(current());
    current().scope.store(scope, Ordering::Relaxed);
    irqs::inherit(inherited);
    Begun { routine, argument }
}

/// Goes on with the routine in its own place, so that nothing of ours is in the way of what ends the thread: where a panic aborts, no
/// function of Rust lets `pthread_exit` pass.
#[unsafe(naked)]
extern "C-unwind" fn begin(_start: *mut c_void) -> *mut c_void {
    core::arch::naked_asm!(
        ".cfi_startproc",
        "sub rsp, 8",
        ".cfi_adjust_cfa_offset 8",
        "call {begun}",
        "add rsp, 8",
        ".cfi_adjust_cfa_offset -8",
        "mov rdi, rdx",
        "jmp rax",
        ".cfi_endproc",
        begun = sym begun
    )
}

/// The C library's `pthread_create`: a thread that it makes has no scope.
fn real() -> Option<Create> {
    static REAL: AtomicPtr<c_void> = AtomicPtr::new(core::ptr::null_mut());
    let mut real = REAL.load(Ordering::Relaxed);
    if real.is_null() {
        // SAFETY: the name is a C string.
        real = unsafe { libc::dlsym(libc::RTLD_NEXT, c"pthread_create".as_ptr()) };
        REAL.store(real, Ordering::Relaxed);
    }
    // SAFETY: null is `None`; anything else is that function.
    unsafe { core::mem::transmute::<*mut c_void, Option<Create>>(real) }
}

/// Starts a thread that is nobody's, with nothing that the program's code is involved in, and every signal blocked: the program's are not
/// for it.
pub(super) fn start_plainly(routine: Routine) -> bool {
    #[cfg(target_feature = "crt-static")]
    // SAFETY: the same function, but for unwinding, which the routine does not do.
    let create = Some(unsafe { core::mem::transmute::<*const (), Create>(libc::pthread_create as *const ()) });
    #[cfg(not(target_feature = "crt-static"))]
    let create = real();
    let Some(create) = create else { return false };
    let mut thread = 0;
    let found = mask::block(u64::MAX);
    // SAFETY: no attributes, and a routine that needs no argument; the thread is nobody's to join.
    let started = unsafe {
        create(&mut thread, core::ptr::null(), routine, core::ptr::null_mut()) == 0 && libc::pthread_detach(thread) == 0
    };
    mask::set(found);
    started
}

/// Stands before the C library's `pthread_create`, for all code of the program: hands the scope on.
///
/// # Safety
///
/// As for that function.
#[unsafe(no_mangle)]
pub(super) unsafe extern "C" fn lockdep_pthread_create(
    thread: *mut libc::pthread_t,
    attributes: *const libc::pthread_attr_t,
    routine: Routine,
    argument: *mut c_void,
) -> c_int {
    let Some(create) = real() else { return libc::EAGAIN };
    // A new thread has the mask that the kernel knows of.
    lazy::make_real(current());
    let start = Box::into_raw(Box::new(Start { routine, argument, scope: to_pass_on(), inherited: irqs::inheritance() }));
    // SAFETY: as for the caller; `begin` takes the box.
    let failed = unsafe { create(thread, attributes, begin, start.cast()) };
    if failed != 0 {
        // SAFETY: there is no thread, so it is still ours.
        drop(unsafe { Box::from_raw(start) });
    }
    failed
}

// Weak, because others do the same (jemalloc): whoever is linked in strongly wins, and scopes are not handed on then. A program
// that is linked statically has one `pthread_create` only, which is left alone.
#[cfg(not(target_feature = "crt-static"))]
core::arch::global_asm!(".weak pthread_create", ".type pthread_create, @function", ".set pthread_create, lockdep_pthread_create");
