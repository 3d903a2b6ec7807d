//! Masks that were got wrong in real libraries, each shrunk to what went wrong; and the same done right.

use std::ffi::c_int;
use std::mem::zeroed;
use std::ptr::null_mut;

use lockdep::irq;
use lockdep::spin::SpinLock;

use crate::install::{in_child, mask, raise};

/// A saved mask, at one place as long as it lives.
type Saved = Box<libc::sigset_t>;

fn set(signals: &[c_int]) -> libc::sigset_t {
    // SAFETY: all zeros is the empty set.
    unsafe {
        let mut set = zeroed();
        for &signal in signals {
            libc::sigaddset(&mut set, signal);
        }
        set
    }
}

#[inline(never)]
fn saves(how: c_int, signals: &[c_int]) -> Saved {
    let mut saved = Box::new(set(&[]));
    // SAFETY: both sets live across the call.
    unsafe { assert_eq!(libc::pthread_sigmask(how, &set(signals), &mut *saved), 0) };
    saved
}

#[inline(never)]
fn puts_back(how: c_int, saved: &Saved) {
    // SAFETY: the set lives across the call.
    unsafe { assert_eq!(libc::pthread_sigmask(how, &**saved, null_mut()), 0) };
}

const SOME: [c_int; 2] = [libc::SIGUSR1, libc::SIGTERM];

/// log4cplus, issue 390: the blocker of signals adds the old mask to the new one, and the thread hears no signal any more.
pub(crate) fn restored_by_block() {
    let saved = saves(libc::SIG_BLOCK, &SOME);
    puts_back(libc::SIG_BLOCK, &saved);
}

/// Two saves, put back in the order in which they were made.
pub(crate) fn crossed() {
    let outer = saves(libc::SIG_BLOCK, &[libc::SIGUSR1]);
    let inner = saves(libc::SIG_BLOCK, &[libc::SIGUSR2]);
    puts_back(libc::SIG_SETMASK, &outer);
    puts_back(libc::SIG_SETMASK, &inner);
}

struct Shared(u32);
static SHARED: SpinLock<Shared> = SpinLock::new(Shared(0));

/// llvm, pull request 113443: what is to block signals sets a whole mask, and so opens those that were blocked on purpose.
pub(crate) fn a_blocker_that_opens() {
    let mut shared = SHARED.lock_irqsave();
    let saved = saves(libc::SIG_SETMASK, &SOME);
    shared.0 += 1;
    puts_back(libc::SIG_SETMASK, &saved);
}

/// phoenix-rtos, issue 1367: to block one signal for a moment, a function sets a mask of that one signal.
pub(crate) fn one_signal_for_all() {
    fn install_safely(signal: c_int) {
        let saved = saves(libc::SIG_SETMASK, &[signal]);
        puts_back(libc::SIG_SETMASK, &saved);
    }
    let _shared = SHARED.lock_irqsave();
    install_safely(libc::SIGCHLD);
}

/// jemalloc, pull requests 933 and 935: around the creation of a thread that is to hear no signals, the mask was made empty, and not
/// full. Whoever allocates with signals blocked has them open meanwhile.
pub(crate) fn an_empty_mask_around_a_new_thread() {
    fn allocates_for_the_first_time() {
        let saved = saves(libc::SIG_SETMASK, &[]);
        std::thread::spawn(|| ()).join().unwrap();
        puts_back(libc::SIG_SETMASK, &saved);
    }
    let flags = irq::save();
    allocates_for_the_first_time();
    irq::restore(flags);
}

/// And the window that is left if it is done right, from the new thread's side: it keeps what its parent had blocked for a moment.
pub(crate) fn a_thread_that_keeps_what_was_meant_for_a_moment() {
    let (moment_is_over, waits) = std::sync::mpsc::channel();
    let flags = irq::save();
    let worker = std::thread::spawn(move || {
        waits.recv().unwrap();
        SHARED.lock_irqsave().0 += 1;
    });
    irq::restore(flags);
    moment_is_over.send(()).unwrap();
    worker.join().unwrap();
}

/// Saves that pair up, saves that are never put back, and questions that look like restores.
pub(crate) fn in_pairs() {
    for _ in 0..10 {
        let outer = saves(libc::SIG_BLOCK, &[libc::SIGUSR1]);
        let inner = saves(libc::SIG_BLOCK, &SOME);
        puts_back(libc::SIG_SETMASK, &inner);
        puts_back(libc::SIG_SETMASK, &outer);
    }
    // A loop that asks for the old mask in the same place each time.
    let mut saved = Box::new(set(&[]));
    for signal in [libc::SIGUSR1, libc::SIGUSR2, libc::SIGTERM, libc::SIGINT, libc::SIGHUP, libc::SIGALRM] {
        // SAFETY: both sets live across the calls.
        unsafe {
            assert_eq!(libc::pthread_sigmask(libc::SIG_BLOCK, &set(&[signal]), &mut *saved), 0);
            assert_eq!(libc::pthread_sigmask(libc::SIG_SETMASK, &*saved, null_mut()), 0);
        }
    }
    // Blocked for good, and then some more; and what the mask is, asked in the old way.
    drop(saves(libc::SIG_BLOCK, &[libc::SIGUSR1]));
    drop(saves(libc::SIG_BLOCK, &[libc::SIGUSR2]));
    mask(libc::SIG_BLOCK, &[]);
    // Opened for a moment.
    let saved = saves(libc::SIG_UNBLOCK, &[libc::SIGUSR1]);
    puts_back(libc::SIG_SETMASK, &saved);
    // Opened one by one instead of put back.
    drop(saves(libc::SIG_BLOCK, &[libc::SIGTERM]));
    mask(libc::SIG_UNBLOCK, &[libc::SIGTERM]);
    // A thread that is started with signals blocked, and puts its own house in order.
    let flags = irq::save();
    let worker = std::thread::spawn(|| {
        let signals: Vec<_> = irq::lines().iter().collect();
        mask(libc::SIG_UNBLOCK, &signals);
        SHARED.lock_irqsave().0 += 1;
    });
    irq::restore(flags);
    worker.join().unwrap();
}

extern "C" fn does_nothing(_signal: c_int) {}

/// Threads of which the child of a `vfork` is the first that is seen: each then opens a signal under a lock.
pub(crate) fn after_the_child_of_a_vfork() {
    static AFTER_A_MASK: SpinLock<u8> = SpinLock::new(0);
    static AFTER_A_HANDLER: SpinLock<u8> = SpinLock::new(0);
    static AFTER_A_WAIT: SpinLock<u8> = SpinLock::new(0);
    // SAFETY: a function of this program, for a signal; and a wait for nothing, which ends at once.
    unsafe { libc::signal(libc::SIGUSR1, does_nothing as *const () as usize) };
    let sets = || {
        mask(libc::SIG_SETMASK, &SOME);
    };
    let waits = || {
        let now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: as above; time and set live across the call.
        unsafe { libc::ppoll(null_mut(), 0, &now, &set(&SOME)) };
    };
    let children: [fn(); 3] = [sets, || raise(libc::SIGUSR1), waits];
    for (what, lock) in children.into_iter().zip([&AFTER_A_MASK, &AFTER_A_HANDLER, &AFTER_A_WAIT]) {
        let body = move || {
            in_child(what);
            let _guard = lock.lock_irqsave();
            mask(libc::SIG_UNBLOCK, &SOME);
        };
        std::thread::spawn(body).join().unwrap();
    }
}
