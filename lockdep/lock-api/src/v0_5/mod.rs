//! The `lock_api` 0.5 surface, checked: as that of 0.4 in the [parent module](crate), where raw locks give out a state with each
//! acquisition.
//!
//! Whoever writes a raw lock for `lock_api` 0.5 implements these raw traits, and gets these locks. What 0.5 changed is here: the
//! state of an acquisition, which decides where its guard may go ([`RawMutex::Guard`] and its sisters) and which unlocks and
//! conversions hand on; [`RawCondvar`] and [`Condvar`]; `into_inner_with_raw`. What it took away is not: `const_new`, and recursive
//! reads, which are a property of the raw lock now.
//!
//! Everything said in the [parent module](crate) of additional methods, costs and differences is true here, too. And:
//!
//! * `GuardNoSend` is aligned as a pointer.
//! * A guard whose state is neither `GuardSend` nor `GuardNoSend` counts as one that may go to another thread. A thread that takes such a
//!   lock twice is reported as a possible deadlock, not a certain one.
//! * `unlocked` aborts only if the lock is not free when taking it again panics.
//!
//! # Examples
//!
//! ```
//! use std::sync::atomic::{AtomicU64, Ordering};
//!
//! use lockdep_lock_api::v0_5::{Mutex, RawMutex};
//!
//! /// Serves in order of arrival.
//! pub struct RawTicket {
//!     next: AtomicU64,
//!     serving: AtomicU64,
//! }
//!
//! /// The number that was served.
//! pub struct Ticket(u64);
//!
//! // SAFETY: a ticket is given out once, and only its holder is served.
//! unsafe impl RawMutex for RawTicket {
//!     const INIT: RawTicket = RawTicket { next: AtomicU64::new(0), serving: AtomicU64::new(0) };
//!     type Guard = Ticket;
//!
//!     fn lock(&self) -> Ticket {
//!         let ticket = self.next.fetch_add(1, Ordering::Relaxed);
//!         while self.serving.load(Ordering::Acquire) != ticket {
//!             std::hint::spin_loop();
//!         }
//!         Ticket(ticket)
//!     }
//!
//!     fn try_lock(&self) -> Option<Ticket> {
//!         let ticket = self.serving.load(Ordering::Acquire);
//!         let taken = self.next.compare_exchange(ticket, ticket + 1, Ordering::Acquire, Ordering::Relaxed);
//!         taken.ok().map(Ticket)
//!     }
//!
//!     unsafe fn unlock(&self, Ticket(ticket): Ticket) {
//!         self.serving.store(ticket + 1, Ordering::Release);
//!     }
//!
//!     fn is_locked(&self) -> bool {
//!         self.serving.load(Ordering::Relaxed) != self.next.load(Ordering::Relaxed)
//!     }
//! }
//!
//! static COUNT: Mutex<RawTicket, u32> = Mutex::new(0);
//! *COUNT.lock() += 1;
//! assert_eq!(*COUNT.lock(), 1);
//! ```

// One source for both surfaces; what it names with `super` is that of this one.
#[path = "../mutex.rs"]
mod mutex;
#[cfg(feature = "owning_ref")]
#[path = "../owning_ref.rs"]
mod owning_ref;
#[path = "../remutex.rs"]
mod remutex;
#[path = "../rwlock/mod.rs"]
mod rwlock;
#[cfg(feature = "serde")]
#[path = "../serde.rs"]
mod serde;

mod condvar;
mod own;
mod raw;
mod sides;

pub use condvar::{Condvar, WaitTimeoutResult};
pub use mutex::{ArcMutexGuard, MappedMutexGuard, Mutex, MutexGuard};
pub use raw::{
    GetThreadId, GuardNoSend, GuardSend, RawCondvar, RawCondvarTimed, RawMutex, RawMutexFair, RawMutexTimed, RawRwLock,
    RawRwLockDowngrade, RawRwLockFair, RawRwLockTimed, RawRwLockUpgrade, RawRwLockUpgradeDowngrade, RawRwLockUpgradeFair,
    RawRwLockUpgradeTimed,
};
pub use remutex::{ArcReentrantMutexGuard, MappedReentrantMutexGuard, RawReentrantMutex, ReentrantMutex, ReentrantMutexGuard};
pub use rwlock::{
    ArcRwLockReadGuard, ArcRwLockUpgradableReadGuard, ArcRwLockWriteGuard, MappedRwLockReadGuard, MappedRwLockWriteGuard, RwLock,
    RwLockReadGuard, RwLockUpgradableReadGuard, RwLockWriteGuard,
};
