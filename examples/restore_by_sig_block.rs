//! A library blocks all signals around something delicate, and puts the old mask back with `SIG_BLOCK`. That only adds to what is
//! blocked, so it opens nothing: from the first use on the thread receives no signal, and neither do the threads that it starts.
//! (log4cplus 2.0.4 did this to its users: <https://github.com/log4cplus/log4cplus/issues/390>.)
//!
//! ```text
//! cargo run --example restore_by_sig_block
//! ```
//!
//! The program asks `irq::sync` whether the mask is still its own after it has called the library, and the validator reports the
//! `MaskImbalance`. (With the feature `interpose` every call is seen: it is then an `IrqState`, at the wrong restore.) The exit code is
//! 66.

use lockdep::irq;

/// The library.
mod logging {
    /// Blocks all signals as long as it lives.
    struct SignalsBlocker {
        before: Box<libc::sigset_t>,
    }

    impl SignalsBlocker {
        fn new() -> SignalsBlocker {
            // SAFETY: sets of zeros are sets, and the calls fill them.
            unsafe {
                let (mut all, mut before) = (std::mem::zeroed(), Box::new(std::mem::zeroed()));
                libc::sigfillset(&mut all);
                libc::pthread_sigmask(libc::SIG_BLOCK, &all, &mut *before);
                SignalsBlocker { before }
            }
        }
    }

    impl Drop for SignalsBlocker {
        fn drop(&mut self) {
            // The bug: it must be SIG_SETMASK.
            // SAFETY: the set was filled when the signals were blocked.
            unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, &*self.before, std::ptr::null_mut()) };
        }
    }

    /// Starts the threads of the library, which are to hear no signals.
    #[inline(never)]
    pub(crate) fn start() {
        let _blocker = SignalsBlocker::new();
        println!("logging has started");
    }
}

fn main() {
    println!("before, signals may interrupt this program: {}", irq::enabled());
    logging::start();
    // Whoever calls code that changes masks asks afterwards.
    irq::sync();
    println!("after, signals may interrupt this program: {}", irq::enabled());
}
