//! The twin of the crate [`::parking_lot`] 0.12: the same names, the same locks, checked.
//!
//! Every lock is the original's raw lock under the generic lock of [`lock_api`], which tells the validator; without `validate`
//! it has the original's size and code. On top of the original's methods each has those that [`lock_api`] lists.
//!
//! The original's features are features of this crate, under their names:
//!
//! | feature | |
//! |---|---|
//! | `arc_lock` | always here |
//! | `send_guard` | guards may go to other threads, where their release is tracked. As the thread that took a lock may no longer have its guard, taking the lock again is no certain recursion: it is reported as `Possible`, and in an isolated test as `Certain` once it has waited for a second. Until its release a guard counts as held by the thread that took it, for the order of locks too: what that thread takes meanwhile is taken under it, and what the thread that has the guard takes is not |
//! | `deadlock_detection` | `deadlock::check_deadlock`, the original's; as there, not together with `send_guard` |
//! | `owning_ref`, `serde`, `hardware-lock-elision` | as there |
//! | `nightly` | does nothing |
//!
//! **Signal safety:** none of these may be taken in a handler, where nothing may wait; that is reported as `WaitContext`. `try_lock` and
//! its like are not reported, but their release may have to wake a waiter, and hang there
//! ([signals](crate::_documentation::signals#patterns-that-are-right)). For data shared with a handler there is [`spin`](crate::spin).
//!
//! # Examples
//!
//! ```
//! use lockdep::parking_lot::{Mutex, RwLock};
//!
//! static TABLE: RwLock<Vec<u32>> = RwLock::new(Vec::new());
//!
//! let sum = Mutex::new(0);
//! TABLE.write().push(7);
//! for n in TABLE.read().iter() {
//!     *sum.lock() += n;
//! }
//! assert_eq!(sum.into_inner(), 7);
//! ```

/// Implements a raw trait of ours by the original's trait of the same name: `real` finds the original in the newtype.
macro_rules! forward {
    (
        $Trait:ident for $Raw:ident { $($items:tt)* }
        safe { $($safe:ident($($arg:ident: $Arg:ty)?) $(-> $Ret:ty)?;)* }
        unsafe { $($unsafe:ident($($uarg:ident: $UArg:ty)?) $(-> $URet:ty)?;)* }
    ) => {
        // SAFETY: every method is the original's, whose trait asks for the same promises.
        unsafe impl lockdep_lock_api::$Trait for $Raw {
            $($items)*

            $(
                #[inline]
                fn $safe(&self $(, $arg: $Arg)?) $(-> $Ret)? {
                    ::parking_lot::lock_api::$Trait::$safe(self.real() $(, $arg)?)
                }
            )*

            $(
                #[inline]
                unsafe fn $unsafe(&self $(, $uarg: $UArg)?) $(-> $URet)? {
                    // SAFETY: held as the method asks for, says the caller.
                    unsafe { ::parking_lot::lock_api::$Trait::$unsafe(self.real() $(, $uarg)?) }
                }
            )*
        }
    };
}

/// The raw traits of a mutex.
macro_rules! forward_mutex {
    ($Raw:ident, $name:literal, $init:expr) => {
        forward! {
            RawMutex for $Raw {
                const INIT: $Raw = $init;
                const LOCKDEP_NAME: &'static str = $name;
                const LOCKDEP_FOREIGN: bool = false;
                type GuardMarker = super::GuardMarker;
            }
            safe { lock(); try_lock() -> bool; is_locked() -> bool; }
            unsafe { unlock(); }
        }

        forward! {
            RawMutexFair for $Raw {}
            safe {}
            unsafe { unlock_fair(); bump(); }
        }

        forward! {
            RawMutexTimed for $Raw {
                type Duration = ::std::time::Duration;
                type Instant = ::std::time::Instant;
            }
            safe {
                try_lock_for(timeout: Self::Duration) -> bool;
                try_lock_until(timeout: Self::Instant) -> bool;
            }
            unsafe {}
        }
    };
}

#[cfg(all(feature = "send_guard", feature = "deadlock_detection"))]
compile_error!(
    "the features `send_guard` and `deadlock_detection` of lockdep cannot be used together: parking_lot's own search for deadlocks \
     panics when a lock is released by another thread than the one that took it"
);

/// Whether guards may go to other threads.
#[cfg(feature = "send_guard")]
type GuardMarker = lockdep_lock_api::GuardSend;
#[cfg(not(feature = "send_guard"))]
type GuardMarker = lockdep_lock_api::GuardNoSend;

mod condvar;
mod fair_mutex;
mod mutex;
mod once;
mod remutex;
mod rwlock;

/// The original's own search for threads that wait for each other now.
#[cfg(feature = "deadlock_detection")]
#[doc(no_inline)]
pub use ::parking_lot::deadlock;

pub use lockdep_lock_api as lock_api;

pub use self::condvar::{Condvar, WaitTimeoutResult};
pub use self::fair_mutex::{FairMutex, FairMutexGuard, MappedFairMutexGuard, RawFairMutex, const_fair_mutex};
pub use self::lock_api::{
    ArcMutexGuard, ArcReentrantMutexGuard, ArcRwLockReadGuard, ArcRwLockUpgradableReadGuard, ArcRwLockWriteGuard,
};
pub use self::mutex::{MappedMutexGuard, Mutex, MutexGuard, RawMutex, const_mutex};
pub use self::once::{Once, OnceState};
pub use self::remutex::{MappedReentrantMutexGuard, RawThreadId, ReentrantMutex, ReentrantMutexGuard, const_reentrant_mutex};
pub use self::rwlock::{
    MappedRwLockReadGuard, MappedRwLockWriteGuard, RawRwLock, RwLock, RwLockReadGuard, RwLockUpgradableReadGuard,
    RwLockWriteGuard, const_rwlock,
};
