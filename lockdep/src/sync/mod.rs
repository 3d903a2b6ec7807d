//! Checked twins of [`std::sync`], poisoning included.
//!
//! Replace `use std::sync::…` by `use lockdep::sync::…`: every stable name of [`std::sync`] is here. What waits is checked:
//! [`Mutex`], [`RwLock`], [`Condvar`], [`Once`], [`OnceLock`], [`LazyLock`] and [`Barrier`]. They wrap the standard types, so they
//! block, poison and format as those do. With the feature `validate` off they have the same size and the same code.
//!
//! The channels of [`mpsc`] are the plain originals: the validator does not see waits in them. Where such a wait matters, declare it
//! with [`Map`](crate::Map).
//!
//! A type that is initialised once is a lock until then: the initialiser holds it, all others wait for it.
//!
//! Besides the methods of the original, each type has `with_class`: `new`, with a named class. The locks also have
//!
//! | | to declare |
//! |---|---|
//! | `lock_nested`, `lock_nest_lock`, `lock_ordered` | another lock of the same class is held, and that is right |
//! | `try_lock_nested`, `try_lock_ordered` | the same, if it is free now |
//! | `lock_irq`, `lock_irqsave`, `lock_irq_counted` | keep the signals of [`irq::lines`](crate::irq::lines) blocked while it is held |
//!
//! An [`RwLock`] has them as `read_…` and `write_…`, `try_read_…` and `try_write_…`.

mod macros;

mod barrier;
mod condvar;
mod lazy_lock;
mod mutex;
mod once;
mod once_lock;
mod rwlock;
#[cfg(feature = "serde")]
mod serde;

pub use barrier::Barrier;
pub use condvar::Condvar;
pub use lazy_lock::LazyLock;
pub use mutex::{Mutex, MutexGuard};
pub use once::Once;
pub use once_lock::OnceLock;
pub use rwlock::{RwLock, RwLockReadGuard, RwLockWriteGuard};

#[doc(no_inline)]
pub use std::sync::{
    Arc, BarrierWaitResult, LockResult, OnceState, PoisonError, TryLockError, TryLockResult, WaitTimeoutResult, Weak, atomic,
    mpsc,
};

/// A [`Once`] that is still to be done: [`Once::new`] in the style of older code.
#[deprecated(since = "0.1.0", note = "the `Once::new()` function is now preferred, as in std")]
#[allow(clippy::declare_interior_mutable_const, reason = "as in std: an initial value")]
pub const ONCE_INIT: Once = Once::new();

/// Turns the guard of a result into another one; poison stays.
#[inline]
fn map_guard<G, H>(result: LockResult<G>, f: impl FnOnce(G) -> H) -> LockResult<H> {
    match result {
        Ok(guard) => Ok(f(guard)),
        Err(poisoned) => Err(PoisonError::new(f(poisoned.into_inner()))),
    }
}

/// A try as the map wants it: `Some` if the lock was taken, poisoned or not.
#[inline]
fn taken<G>(tried: TryLockResult<G>) -> Option<LockResult<G>> {
    match tried {
        Ok(guard) => Some(Ok(guard)),
        Err(TryLockError::Poisoned(poisoned)) => Some(Err(poisoned)),
        Err(TryLockError::WouldBlock) => None,
    }
}

/// The way back.
#[inline]
fn tried<G>(taken: Option<LockResult<G>>) -> TryLockResult<G> {
    match taken {
        Some(Ok(guard)) => Ok(guard),
        Some(Err(poisoned)) => Err(TryLockError::Poisoned(poisoned)),
        None => Err(TryLockError::WouldBlock),
    }
}
