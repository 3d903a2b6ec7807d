//! A thread whose first lock is taken in a handler: what it thinks of its mask must be right afterwards. In a process of its own,
//! for the handlers are the process's.

use std::sync::atomic::{AtomicU64, Ordering};

use lockdep::{irq, signal};

static HANDLED: AtomicU64 = AtomicU64::new(0);

fn raise(signum: i32) {
    // SAFETY: the signal has a handler, which runs in this thread before the call returns.
    assert_eq!(unsafe { libc::raise(signum) }, 0);
}

fn count() {
    HANDLED.fetch_add(1, Ordering::Relaxed);
}

/// Installed before ours, so it runs before ours in the same handler.
extern "C" fn raises_another(_: i32) {
    raise(libc::SIGUSR2);
}

/// The inner handler is the first to look at the mask, in which the outer one's signal is blocked: that must not be taken for the
/// mask of the thread.
#[test]
fn in_a_handler_on_top_of_a_handler() {
    let handler: extern "C" fn(i32) = raises_another;
    // SAFETY: the handlers do what handlers may: an atomic addition, and raise.
    unsafe {
        libc::signal(libc::SIGUSR1, handler as usize);
        signal::register(libc::SIGUSR1, count).unwrap();
        signal::register(libc::SIGUSR2, count).unwrap();
    }
    for _ in 0..3 {
        std::thread::spawn(|| {
            let before = HANDLED.load(Ordering::Relaxed);
            raise(libc::SIGUSR1);
            assert_eq!(HANDLED.load(Ordering::Relaxed), before + 2);
            assert!(irq::enabled());
            drop(lockdep::spin::SpinLock::new(0).lock_irqsave());
            assert!(irq::enabled());
        })
        .join()
        .unwrap();
    }
}
