//! The real mask: asked of the kernel, in both states of the feature.

use std::thread;

use lockdep::irq::{self, Lines};
use lockdep::{parking_lot, spin, sync, testing};

use crate::support::{blocked, change_mask_secretly, real_mask};

/// Runs `body` in a thread of its own, whose mask nobody else has touched.
fn in_fresh_thread(body: impl FnOnce() + Send) {
    thread::scope(|scope| scope.spawn(body).join().unwrap());
}

fn line_bits() -> u64 {
    irq::lines().iter().fold(0, |bits, signal| bits | 1 << (signal - 1))
}

#[test]
fn the_lines_are_what_may_be_blocked_without_harm() {
    let lines = irq::lines();
    assert_eq!(lines, Lines::ALL);
    for signal in [libc::SIGUSR1, libc::SIGUSR2, libc::SIGIO, libc::SIGALRM, libc::SIGTERM, libc::SIGCHLD, libc::SIGRTMIN(), 64] {
        assert!(lines.contains(signal), "{signal}");
    }
    for signal in [libc::SIGSEGV, libc::SIGBUS, libc::SIGFPE, libc::SIGILL, libc::SIGTRAP, libc::SIGKILL, libc::SIGSTOP, 32, 33] {
        assert!(!lines.contains(signal), "{signal}");
    }
}

#[test]
fn disable_blocks_the_lines_and_nothing_else() {
    in_fresh_thread(|| {
        let open = real_mask();
        assert!(irq::enabled());
        irq::disable();
        assert!(!irq::enabled());
        assert_eq!(real_mask(), open | line_bits());
        irq::disable();
        assert_eq!(real_mask(), open | line_bits());
        irq::enable();
        assert!(irq::enabled());
        assert_eq!(real_mask(), open);
    });
}

/// By a plain call, so that nobody knows when it runs, and with everything blocked. The handler takes a lock with signals blocked, no more.
fn install_plainly(signal: libc::c_int, handler: extern "C" fn(libc::c_int)) {
    // SAFETY: all zeros is an action, which is then filled; the handlers here may run at any time.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as *const () as usize;
        libc::sigfillset(&raw mut action.sa_mask);
        assert_eq!(libc::sigaction(signal, &raw const action, std::ptr::null_mut()), 0);
    }
}

/// What it leaves blocked ends with it.
#[test]
fn a_handler_that_nobody_knows() {
    static TAKEN: spin::SpinLock<u32> = spin::SpinLock::new(0);
    extern "C" fn handler(_: libc::c_int) {
        *TAKEN.lock_irqsave() += 1;
    }
    in_fresh_thread(|| {
        install_plainly(libc::SIGURG, handler);
        let open = real_mask();
        for n in 1..=2 {
            // SAFETY: the handler is there.
            unsafe { libc::raise(libc::SIGURG) };
            assert!(irq::enabled());
            // SAFETY: as above.
            unsafe { libc::raise(libc::SIGURG) };
            let guard = TAKEN.lock_irqsave();
            assert_eq!((*guard, real_mask()), (2 * n, open | line_bits()));
            // Inside the section it is known.
            irq::restore(irq::save());
            assert_eq!(real_mask(), open | line_bits());
            drop(guard);
            assert_eq!(real_mask(), open);
        }
    });
}

/// What was taken while the books were wrong was not taken with signals off.
#[cfg(feature = "validate")]
#[test]
fn a_section_under_a_lock_after_a_handler_that_nobody_knows() {
    static TAKEN: spin::SpinLock<u32> = spin::SpinLock::new(0);
    static OUTER: spin::SpinLock<u8> = spin::SpinLock::new(0);
    static INNER: spin::SpinLock<u16> = spin::SpinLock::new(0);
    extern "C" fn handler(_: libc::c_int) {
        *TAKEN.lock_irqsave() += 1;
    }
    let reports = testing::isolated(|_| {
        install_plainly(libc::SIGWINCH, handler);
        // SAFETY: the handler is there.
        unsafe { libc::raise(libc::SIGWINCH) };
        let _outer = OUTER.lock();
        drop(INNER.lock_irqsave());
    });
    crate::support::assert_silent(&reports);
}

#[test]
fn restore_puts_back_what_save_found() {
    in_fresh_thread(|| {
        let open = real_mask();
        let outer = irq::save();
        assert_eq!(real_mask(), open | line_bits());
        let inner = irq::save();
        irq::restore(inner);
        assert_eq!(real_mask(), open | line_bits());
        irq::restore(outer);
        assert_eq!(real_mask(), open);
    });
}

#[test]
fn counted_tokens_may_end_in_any_order() {
    in_fresh_thread(|| {
        let open = real_mask();
        let mut tokens: Vec<_> = (0..5).map(|_| irq::Counted::new()).collect();
        for at in [2, 0, 1, 1] {
            drop(tokens.remove(at));
            assert_eq!(real_mask(), open | line_bits());
        }
        drop(tokens);
        assert_eq!(real_mask(), open);
    });
}

/// A signal that the program blocked itself stays blocked, except by what opens everything.
#[test]
fn a_signal_that_was_blocked_before() {
    in_fresh_thread(|| {
        change_mask_secretly(libc::SIG_BLOCK, libc::SIGTERM);
        let before = real_mask();
        let lock = spin::SpinLock::new(1);

        let flags = irq::save();
        irq::restore(flags);
        assert_eq!(real_mask(), before);
        drop(lock.lock_irqsave());
        assert_eq!(real_mask(), before);
        drop(lock.lock_irq_counted());
        assert_eq!(real_mask(), before);

        drop(lock.lock_irq());
        assert!(!blocked(libc::SIGTERM));
        // The thread leaves as it chose to.
        change_mask_secretly(libc::SIG_BLOCK, libc::SIGTERM);
    });
}

macro_rules! guards {
    ($($name:ident: $lock:expr, |$l:ident| $irq:expr, $irqsave:expr, $counted:expr;)*) => { $(
        #[test]
        fn $name() {
            in_fresh_thread(|| {
                let open = real_mask();
                let $l = $lock;
                let irq = $irq;
                assert_eq!(real_mask(), open | line_bits());
                drop(irq);
                assert_eq!(real_mask(), open);
                let irqsave = $irqsave;
                assert_eq!(real_mask(), open | line_bits());
                drop(irqsave);
                assert_eq!(real_mask(), open);
                let counted = $counted;
                assert_eq!(real_mask(), open | line_bits());
                drop(counted);
                assert_eq!(real_mask(), open);
            });
        }
    )* };
}

guards! {
    spin_lock: spin::SpinLock::new(1), |lock| lock.lock_irq(), lock.lock_irqsave(), lock.lock_irq_counted();
    rw_spin_lock_write: spin::RwSpinLock::new(1), |lock| lock.write_irq(), lock.write_irqsave(), lock.write_irq_counted();
    rw_spin_lock_read: spin::RwSpinLock::new(1), |lock| lock.read_irq(), lock.read_irqsave(), lock.read_irq_counted();
    mutex: parking_lot::Mutex::new(1), |lock| lock.lock_irq(), lock.lock_irqsave(), lock.lock_irq_counted();
    fair_mutex: parking_lot::FairMutex::new(1), |lock| lock.lock_irq(), lock.lock_irqsave(), lock.lock_irq_counted();
    reentrant_mutex: parking_lot::ReentrantMutex::new(1), |lock| lock.lock_irq(), lock.lock_irqsave(), lock.lock_irq_counted();
    rwlock_write: parking_lot::RwLock::new(1), |lock| lock.write_irq(), lock.write_irqsave(), lock.write_irq_counted();
    rwlock_read: parking_lot::RwLock::new(1), |lock| lock.read_irq(), lock.read_irqsave(), lock.read_irq_counted();
    std_mutex: sync::Mutex::new(1), |lock| lock.lock_irq().unwrap(), lock.lock_irqsave().unwrap(), lock.lock_irq_counted().unwrap();
    std_rwlock_write: sync::RwLock::new(1), |lock| lock.write_irq().unwrap(), lock.write_irqsave().unwrap(), lock.write_irq_counted().unwrap();
    std_rwlock_read: sync::RwLock::new(1), |lock| lock.read_irq().unwrap(), lock.read_irqsave().unwrap(), lock.read_irq_counted().unwrap();
}

/// The lock is released first, then the signals open: a handler that waits for the lock must not find it held.
#[test]
fn the_data_is_reached_through_the_guard() {
    in_fresh_thread(|| {
        let lock = spin::SpinLock::new(vec![1]);
        let mut guard = lock.lock_irqsave();
        guard.push(2);
        assert_eq!(guard.len(), 2);
        guard.as_guard().push(3);
        assert_eq!(format!("{guard:?}"), "[1, 2, 3]");
        assert!(lock.is_locked());
        drop(guard);
        assert!(!lock.is_locked());
    });
}

#[test]
fn a_simulated_handler_blocks_its_signal() {
    in_fresh_thread(|| {
        let open = real_mask();
        testing::isolated(|cx| {
            let answer = cx.in_handler(libc::SIGUSR1, || {
                assert_eq!(real_mask(), open | 1 << (libc::SIGUSR1 - 1));
                cx.in_handler(libc::SIGUSR2, || assert!(blocked(libc::SIGUSR1) && blocked(libc::SIGUSR2)));
                assert!(!blocked(libc::SIGUSR2));
                42
            });
            assert_eq!(answer, 42);
            assert_eq!(real_mask(), open);
        });
        assert_eq!(real_mask(), open);
    });
}

/// However the body leaves: at its end, by an ordinary panic, or out of an acquisition that could not return.
#[cfg(feature = "validate")]
#[test]
fn isolated_puts_the_mask_back() {
    in_fresh_thread(|| {
        let open = real_mask();
        testing::isolated(|_| irq::disable());
        assert_eq!(real_mask(), open);
        testing::isolated(|_| {
            let _left_open = irq::save();
        });
        assert_eq!(real_mask(), open);
        testing::isolated(|_| {
            irq::disable();
            let lock = spin::SpinLock::new(1);
            let _first = lock.lock();
            let _second = lock.lock();
        });
        assert_eq!(real_mask(), open);
        let panicked = std::panic::catch_unwind(|| {
            testing::isolated(|cx| {
                cx.in_handler(libc::SIGUSR1, || {
                    irq::disable();
                    std::panic::resume_unwind(Box::new(()));
                });
            });
        });
        assert!(panicked.is_err());
        assert_eq!(real_mask(), open);
        assert!(irq::enabled());
    });
}
