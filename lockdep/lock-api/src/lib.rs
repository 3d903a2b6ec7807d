//! The `lock_api` 0.4 surface, checked by lockdep: its raw traits and its generic locks. That of 0.5 is in [`v0_5`].
//!
//! Implement [`RawMutex`] or [`RawRwLock`] for a raw lock to get [`Mutex`], [`ReentrantMutex`] or [`RwLock`] and their guards. Names,
//! methods, bounds, auto traits and `const`-ness are those of `lock_api` 0.4 with its feature `arc_lock`; an implementation of its raw
//! traits compiles against these unchanged. In addition, every lock has:
//!
//! | method | for |
//! |---|---|
//! | `with_class` | locks of a declared class |
//! | `lock_nested`, `lock_nest_lock`, `lock_ordered` (`read_…`, `write_…`) | nesting within one class |
//! | `try_lock_nested`, `try_lock_ordered` (`try_read_…`, `try_write_…`; not on a `ReentrantMutex`) | the same, without waiting |
//! | `lock_irq`, `lock_irqsave`, `lock_irq_counted` (`read_…`, `write_…`) | data that is shared with signal handlers |
//!
//! Every acquisition and every release is told to the validator before it happens. With the feature `validate` off nothing is
//! told: the locks and guards have the size and the code of the originals.
//!
//! | costs with `validate` | |
//! |---|---|
//! | make, drop | a few stores |
//! | acquire, release | thread-local bookkeeping, once this order of locks has been seen in this thread |
//! | a new order | the validator's own lock |
//! | acquire while another lock is held, if the raw lock is not known | a look at who waits for whom: the validator's own lock |
//!
//! # Examples
//!
//! ```
//! use std::sync::atomic::{AtomicBool, Ordering};
//!
//! use lockdep_lock_api::{GuardNoSend, Mutex, RawMutex};
//!
//! pub struct RawSpin(AtomicBool);
//!
//! // SAFETY: only one `compare_exchange` from false to true succeeds until `unlock` stores false.
//! unsafe impl RawMutex for RawSpin {
//!     const INIT: RawSpin = RawSpin(AtomicBool::new(false));
//!     // `GuardSend` only if guards do go to other threads: it makes a thread that takes the lock twice hard to tell from one that
//!     // waits for the thread that has the guard now.
//!     type GuardMarker = GuardNoSend;
//!
//!     fn lock(&self) {
//!         while !self.try_lock() {
//!             std::hint::spin_loop();
//!         }
//!     }
//!
//!     fn try_lock(&self) -> bool {
//!         self.0.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_ok()
//!     }
//!
//!     unsafe fn unlock(&self) {
//!         self.0.store(false, Ordering::Release);
//!     }
//! }
//!
//! static COUNT: Mutex<RawSpin, u32> = Mutex::new(0);
//! *COUNT.lock() += 1;
//! assert_eq!(*COUNT.lock(), 1);
//! ```
//!
//! # Differences from the original
//!
//! * `from_raw` and `const_new` require `R: RawMutex` (`R: RawRwLock`): the name of a lock and how it waits come from its raw lock.
//! * [`RwLockUpgradableReadGuard`] is `Sync` only if the raw lock is, like every other guard.
//! * [`ArcMutexGuard`] and [`ArcReentrantMutexGuard`] implement `Debug` and `Display` as well.
//! * A panic of the validator, or of the raw lock, when `unlocked` takes its lock again, leaves the lock held if it is free, and
//!   aborts the process if it is not: the guard must not stand for a lock that another thread holds.
//! * With `validate`, a test in `lockdep::testing::isolated` tries a lock repeatedly (`try_lock` of the raw lock), instead of calling its
//!   `lock`, where its guards may go to other threads and it is held: a test must not hang. And where `raw` gave the raw lock out, it may
//!   be asked whether it is held (`is_locked`) before a report says that this thread holds it. Otherwise `lock` calls the raw lock's
//!   `lock` once.
//! * A panic of the raw lock, when `with_upgraded` upgrades or goes back, aborts the process, for the same reason.

#![allow(clippy::duplicate_mod, reason = "the two surfaces are one source over two sets of raw traits")]

mod macros;

// Common to both surfaces.
mod held;
mod validated;

// The surface of 0.4; `v0_5` reads the same files again, but for `raw`, `sides` and `own`.
mod mutex;
mod own;
#[cfg(feature = "owning_ref")]
mod owning_ref;
mod raw;
mod remutex;
mod rwlock;
#[cfg(feature = "serde")]
mod serde;
mod sides;

pub mod v0_5;

pub use mutex::{ArcMutexGuard, MappedMutexGuard, Mutex, MutexGuard};
pub use raw::{
    GetThreadId, GuardNoSend, GuardSend, RawMutex, RawMutexFair, RawMutexTimed, RawRwLock, RawRwLockDowngrade, RawRwLockFair,
    RawRwLockRecursive, RawRwLockRecursiveTimed, RawRwLockTimed, RawRwLockUpgrade, RawRwLockUpgradeDowngrade,
    RawRwLockUpgradeFair, RawRwLockUpgradeTimed,
};
pub use remutex::{ArcReentrantMutexGuard, MappedReentrantMutexGuard, RawReentrantMutex, ReentrantMutex, ReentrantMutexGuard};
pub use rwlock::{
    ArcRwLockReadGuard, ArcRwLockUpgradableReadGuard, ArcRwLockWriteGuard, MappedRwLockReadGuard, MappedRwLockWriteGuard, RwLock,
    RwLockReadGuard, RwLockUpgradableReadGuard, RwLockWriteGuard,
};
pub use validated::Validated;
