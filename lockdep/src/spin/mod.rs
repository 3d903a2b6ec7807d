//! Spin locks, as the kernel has them: for data that is shared with signal handlers.
//!
//! A waiting thread spins, and yields its processor now and then; it never parks, allocates, or touches a lock of the C
//! library, so a handler may take these locks. But a handler must not interrupt the holder and wait for it: outside handlers, take a
//! lock that a handler also takes with the signals blocked, by [`lock_irqsave`](crate::lock_api::Mutex::lock_irqsave) and its sisters.
//!
//! Hold them for a few instructions only: a waiting thread burns its processor, and no lock that sleeps may be taken under one
//! (`WaitContext`). For everything else there is [`parking_lot`](crate::parking_lot) or [`sync`](crate::sync).
//!
//! # Examples
//!
//! ```
//! use lockdep::spin::SpinLock;
//!
//! static DONE: SpinLock<Vec<u32>> = SpinLock::new(Vec::new());
//!
//! DONE.lock_irqsave().push(1);
//! assert_eq!(DONE.lock_irqsave().len(), 1);
//! ```

mod mutex;
mod rwlock;

pub use self::mutex::{MappedSpinLockGuard, RawSpinLock, SpinLock, SpinLockGuard};
pub use self::rwlock::{
    MappedRwSpinLockReadGuard, MappedRwSpinLockWriteGuard, RawRwSpinLock, RwSpinLock, RwSpinLockReadGuard, RwSpinLockWriteGuard,
};

/// How often a waiting thread looks before it yields: enough for a holder that runs to leave a short section.
const SPINS: u32 = 100;

/// Spins until `attempt` returns `true`.
#[cold]
fn spin_until(mut attempt: impl FnMut() -> bool) {
    loop {
        for _ in 0..SPINS {
            if attempt() {
                return;
            }
            core::hint::spin_loop();
        }
        // The holder may not be running: on one processor it cannot as long as we do.
        // SAFETY: takes and touches nothing; a plain system call, which a handler may make.
        unsafe { libc::sched_yield() };
    }
}
