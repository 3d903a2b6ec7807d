//! Lines that are blocked by a flag alone.

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::hint::black_box;
use std::mem::zeroed;
use std::ptr::{null, null_mut};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use lockdep::irq::{self, Lines};
use lockdep::spin::SpinLock;

use crate::install::{in_child, mask, raise};

/// The real mask, asked of the kernel and not of a function that may be ours.
fn really_blocked(signal: c_int) -> bool {
    let mut mask = 0_u64;
    // SAFETY: asks only.
    unsafe { libc::syscall(libc::SYS_rt_sigprocmask, libc::SIG_BLOCK, 0_usize, &raw mut mask, 8_usize) };
    mask & 1 << (signal - 1) != 0
}

fn signals() -> [c_int; 2] {
    [libc::SIGRTMIN() + 1, libc::SIGRTMIN() + 2]
}

thread_local! {
    static SEEN: [Cell<[u64; 16]>; 2] = const { [const { Cell::new([0; 16]) }; 2] };
    static COUNT: [Cell<usize>; 2] = const { [const { Cell::new(0) }; 2] };
}

/// By all threads.
static NOTED: AtomicU64 = AtomicU64::new(0);

/// Notes the payload.
unsafe extern "C" fn notes(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    let which = (signal - signals()[0]) as usize;
    // SAFETY: what the handler is called with.
    unsafe {
        assert_eq!((*info).si_signo, signal);
        assert!((*context.cast::<libc::ucontext_t>()).uc_mcontext.gregs[libc::REG_RIP as usize] != 0);
        let count = COUNT.with(|count| count[which].replace(count[which].get() + 1));
        let mut seen = SEEN.with(|seen| seen[which].get());
        seen[count % 16] = (*info).si_value().sival_ptr as u64;
        SEEN.with(|all| all[which].set(seen));
    }
    NOTED.fetch_add(1, Ordering::Relaxed);
    assert!(lockdep::signal::in_handler());
    // The signal itself is blocked, and the other one is not.
    assert!(really_blocked(signal));
}

fn taken(which: usize) -> Vec<u64> {
    let count = COUNT.with(|count| count[which].replace(0));
    SEEN.with(|seen| seen[which].get()[..count].to_vec())
}

fn queue(signal: c_int, value: u64) {
    let payload = libc::sigval { sival_ptr: value as *mut c_void };
    // SAFETY: a signal with a handler, to this thread.
    let error = unsafe { libc::pthread_sigqueue(libc::pthread_self(), signal, payload) };
    assert_eq!(error, 0);
}

fn install(flags: c_int, handler: usize) {
    for signal in signals() {
        // SAFETY: all zeros is an action; the callers pass a handler.
        unsafe {
            let mut action: libc::sigaction = zeroed();
            action.sa_sigaction = handler;
            action.sa_flags = flags;
            assert_eq!(libc::sigaction(signal, &action, null_mut()), 0);
        }
    }
}

pub(crate) fn lazy() {
    let [first, second] = signals();
    irq::set_lines(signals().into_iter().collect::<Lines>().lazy());

    // Nobody handles them through us yet: blocked for real.
    let flags = irq::save();
    assert!(really_blocked(first));
    irq::restore(flags);
    install(libc::SA_SIGINFO | libc::SA_RESETHAND, notes as *const () as usize);
    let flags = irq::save();
    assert!(really_blocked(first));
    irq::restore(flags);
    assert!(!really_blocked(first));
    install(libc::SA_SIGINFO, notes as *const () as usize);

    // By a flag, until one comes.
    type Section = (&'static str, fn(&mut dyn FnMut()));
    static LOCK: SpinLock<u8> = SpinLock::new(0);
    let sections: [Section; 6] = [
        ("save", |body| {
            let flags = irq::save();
            body();
            irq::restore(flags);
        }),
        ("disable", |body| {
            irq::disable();
            body();
            irq::enable();
        }),
        ("counted", |body| {
            let _token = irq::Counted::new();
            body();
        }),
        ("irq", |body| {
            let _guard = LOCK.lock_irq();
            body();
        }),
        ("irqsave", |body| {
            let _guard = LOCK.lock_irqsave();
            body();
        }),
        ("nested", |body| {
            let flags = irq::save();
            drop(LOCK.lock_irqsave());
            body();
            drop(LOCK.lock_irqsave());
            irq::restore(flags);
        }),
    ];
    for (name, section) in sections {
        section(&mut || {
            assert!(!irq::enabled() && !really_blocked(first) && !really_blocked(second), "{name}");
            queue(first, 1);
            assert!(really_blocked(first) && !really_blocked(second), "{name}");
            for value in 2..=5 {
                queue(first, value);
                queue(second, value);
            }
            assert!(taken(0).is_empty() && taken(1).is_empty(), "{name}");
            // What the program is told of its mask.
            let told = mask(libc::SIG_BLOCK, &[]);
            assert!(told & 1 << (first - 1) != 0 && told & 1 << (second - 1) != 0, "{name}");
        });
        assert!(irq::enabled() && !really_blocked(first) && !really_blocked(second), "{name}");
        assert_eq!((taken(0), taken(1)), (vec![1, 2, 3, 4, 5], vec![2, 3, 4, 5]), "{name}");
        // Behind a section in which none came, they come at once.
        section(&mut || ());
        queue(first, 6);
        assert_eq!((taken(0), taken(1)), (vec![6], vec![]), "{name}");
    }

    replaced();
    as_the_action_says();
    only_some_are_opened();
    waits();
    ends();
    forks();
    vforks();
    handlers_between();

    // The handler is gone: for real again.
    install(0, libc::SIG_IGN);
    let flags = irq::save();
    assert!(really_blocked(first));
    irq::restore(flags);
}

/// The action in force when the section ends is the one that counts, and one that ignores discards what was kept.
fn replaced() {
    static CALLED: AtomicU64 = AtomicU64::new(0);
    extern "C" fn counts(_signal: c_int) {
        CALLED.fetch_add(1, Ordering::Relaxed);
    }
    let first = signals()[0];
    let notes = notes as *const () as usize;
    let steps: [&[(c_int, usize)]; 3] =
        [&[(0, counts as *const () as usize)], &[(0, libc::SIG_IGN)], &[(0, libc::SIG_IGN), (libc::SA_SIGINFO, notes)]];
    for actions in steps {
        let flags = irq::save();
        queue(first, 1);
        actions.iter().for_each(|&(flags, handler)| install(flags, handler));
        irq::restore(flags);
        assert!(taken(0).is_empty() && !really_blocked(first));
        install(libc::SA_SIGINFO, notes);
    }
    assert_eq!(CALLED.load(Ordering::Relaxed), 1);
}

/// What is handled later runs with the mask that its action asks for.
fn as_the_action_says() {
    static LOOKED: AtomicU64 = AtomicU64::new(0);
    let [first, second] = signals();
    extern "C" fn looks(signal: c_int) {
        let [first, second] = signals();
        let itself = LOOKED.load(Ordering::Relaxed) == 0;
        assert_eq!((really_blocked(first), really_blocked(second), really_blocked(libc::SIGHUP)), (itself, false, true));
        assert_eq!(signal, first);
        LOOKED.fetch_add(1, Ordering::Relaxed);
    }
    for flags in [0, libc::SA_NODEFER] {
        // SAFETY: all zeros is an action, with a handler of this program.
        unsafe {
            let mut action: libc::sigaction = zeroed();
            action.sa_sigaction = looks as *const () as usize;
            action.sa_flags = flags;
            libc::sigaddset(&mut action.sa_mask, libc::SIGHUP);
            assert_eq!(libc::sigaction(first, &action, null_mut()), 0);
        }
        let flags = irq::save();
        queue(first, 1);
        irq::restore(flags);
        assert!(!really_blocked(first) && !really_blocked(second) && !really_blocked(libc::SIGHUP));
    }
    assert_eq!(LOOKED.load(Ordering::Relaxed), 2);
    install(libc::SA_SIGINFO, notes as *const () as usize);
}

/// Foreign code opens one of the two.
fn only_some_are_opened() {
    let [first, second] = signals();
    let flags = irq::save();
    queue(first, 1);
    queue(second, 2);
    // A wait opens one of them, and blocks it again: that is legal.
    // SAFETY: valid sets.
    unsafe {
        let mut without_second: libc::sigset_t = zeroed();
        libc::sigaddset(&mut without_second, second);
        assert_eq!(libc::sigsuspend(&without_second), -1);
    }
    assert_eq!((taken(0), taken(1)), (vec![1], vec![]));
    assert!(!irq::enabled() && really_blocked(first) && really_blocked(second));
    irq::restore(flags);
    assert_eq!((taken(0), taken(1)), (vec![], vec![2]));
    assert!(!really_blocked(first) && !really_blocked(second));
}

/// A signal that came before a wait ends it.
fn waits() {
    let [first, _] = signals();
    // SAFETY: valid arguments throughout.
    unsafe {
        let open = zeroed();
        for wait in 0..4 {
            let flags = irq::save();
            queue(first, 7);
            let mut event = zeroed();
            let epoll = libc::epoll_create1(0);
            let result = match wait {
                0 => libc::sigsuspend(&open),
                1 => libc::ppoll(null_mut(), 0, null(), &open),
                2 => libc::pselect(0, null_mut(), null_mut(), null_mut(), null(), &open),
                _ => libc::epoll_pwait(epoll, &mut event, 1, -1, &open),
            };
            assert_eq!((result, std::io::Error::last_os_error().raw_os_error()), (-1, Some(libc::EINTR)));
            libc::close(epoll);
            assert_eq!(taken(0), [7]);
            irq::restore(flags);
        }
    }
}

/// Sections while a thread ends. (That it leaves signals blocked would be reported: it does not.)
fn ends() {
    static LATE: Mutex<Vec<u64>> = Mutex::new(Vec::new());
    struct Late;
    impl Drop for Late {
        fn drop(&mut self) {
            let flags = irq::save();
            queue(signals()[0], 8);
            irq::restore(flags);
            LATE.lock().unwrap().extend(taken(0));
        }
    }
    thread_local! {
        static AT_END: Late = const { Late };
    }
    std::thread::spawn(|| AT_END.with(|_| ())).join().unwrap();
    assert_eq!(*LATE.lock().unwrap(), [8]);
}

/// Signals that wait are the parent's.
fn forks() {
    let [first, second] = signals();
    let flags = irq::save();
    queue(first, 9);
    // SAFETY: the child looks at its mask and ends.
    unsafe {
        let child = libc::fork();
        if child == 0 {
            let good = !irq::enabled() && !really_blocked(first) && !really_blocked(second) && taken(0).is_empty();
            irq::restore(flags);
            libc::_exit(if good && taken(0).is_empty() && irq::enabled() { 0 } else { 1 });
        }
        let mut status = 0;
        assert_eq!(libc::waitpid(child, &mut status, 0), child);
        assert_eq!(status, 0);
    }
    irq::restore(flags);
    assert_eq!(taken(0), [9]);
}

/// What is blocked by a flag is so for the child of a `vfork`, and the flag stays the parent's.
fn vforks() {
    let [first, _] = signals();
    let flags = irq::save();
    in_child(|| {
        mask(libc::SIG_BLOCK, &[libc::SIGUSR1]);
        if !really_blocked(signals()[0]) || !really_blocked(libc::SIGUSR1) {
            // SAFETY: the end of this process.
            unsafe { libc::_exit(1) };
        }
    });
    assert!(!really_blocked(first));
    queue(first, 10);
    assert!(taken(0).is_empty());
    irq::restore(flags);
    assert_eq!(taken(0), [10]);
    // What arrives in the child, which has opened it, is the child's.
    let flags = irq::save();
    in_child(|| {
        mask(libc::SIG_UNBLOCK, &signals());
        // SAFETY: to this process, which is the child.
        unsafe { libc::kill(libc::getpid(), signals()[0]) };
    });
    assert_eq!(taken(0).len(), 1);
    irq::restore(flags);
    assert!(taken(0).is_empty());
}

/// What is wrong with real masks is wrong with lazy ones, and is reported in the same words.
pub(crate) fn lazy_bugs() {
    struct Outer(u8);
    struct Inner(u8);
    static OUTER: SpinLock<Outer> = SpinLock::new(Outer(0));
    static INNER: SpinLock<Inner> = SpinLock::new(Inner(0));
    #[inline(never)]
    fn disables() {
        irq::disable();
    }
    #[inline(never)]
    fn ends_inner() {
        let guard = INNER.lock_irq();
        black_box(guard.0);
        drop(guard);
    }
    #[inline(never)]
    fn saves_and_restores() {
        let flags = irq::save();
        irq::restore(flags);
    }
    irq::set_lines(signals().into_iter().collect::<Lines>().lazy());
    install(libc::SA_SIGINFO, notes as *const () as usize);
    // A pair before, so that everything is as it is in the middle of a program.
    saves_and_restores();
    disables();
    let outer = OUTER.lock();
    black_box(outer.0);
    assert!(!really_blocked(signals()[0]));
    ends_inner();
    // It was opened under the outer lock, and so it is again.
    saves_and_restores();
    drop(outer);
    irq::enable();
    // A thread that ends inside.
    let forgets = std::thread::spawn(|| {
        let _never_restored = irq::save();
        queue(signals()[0], 11);
        assert_eq!(NOTED.load(Ordering::Relaxed), 0);
    });
    forgets.join().unwrap();
    assert_eq!(NOTED.load(Ordering::Relaxed), 1);
}

/// A handler of another signal comes in between, and brings its own mask back.
fn handlers_between() {
    static ROUND: AtomicU64 = AtomicU64::new(0);
    extern "C" fn queues(_signal: c_int) {
        assert!(lockdep::signal::in_handler() && !irq::enabled());
        let round = ROUND.fetch_add(1, Ordering::Relaxed);
        // The first time, none is left for the kernel.
        for value in [1..=1, 2..=3, 4..=6][round as usize].clone() {
            queue(signals()[0], value);
        }
        // Its own section changes nothing.
        let flags = irq::save();
        irq::restore(flags);
        assert!(taken(0).is_empty());
    }
    // SAFETY: a handler of this program.
    unsafe { libc::signal(libc::SIGUSR1, queues as *const () as libc::sighandler_t) };
    let flags = irq::save();
    for _ in 0..3 {
        raise(libc::SIGUSR1);
        assert!(really_blocked(signals()[0]));
    }
    assert!(taken(0).is_empty());
    irq::restore(flags);
    assert_eq!(taken(0), [1, 2, 3, 4, 5, 6]);
}
