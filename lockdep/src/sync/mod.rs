//! Checked twins of [`std::sync`], poisoning included.
//!
//! Replace `use std::sync::…` by `use lockdep::sync::…`: every stable name of [`std::sync`] is here. [`Mutex`], [`RwLock`] and
//! [`Condvar`] are checked; they wrap the standard types, so they block, poison and format as those do. With the feature
//! `validate` off they have the same size and the same code.
//!
//! [`Once`], [`OnceLock`], [`LazyLock`], [`Barrier`] and the channels of [`mpsc`] are the plain originals as yet: the validator
//! does not see who waits in them. Where such a wait matters, say so with [`Map`](crate::Map).
//!
//! Each lock has, besides the methods of the original:
//!
//! | | to say |
//! |---|---|
//! | `with_class` | this lock belongs to a class by name |
//! | `lock_nested`, `lock_nest_lock`, `lock_ordered` | another lock of the same class is held, and that is right |
//! | `lock_irq`, `lock_irqsave`, `lock_irq_counted` | keep the signals of [`irq::lines`](crate::irq::lines) blocked while it is held |
//!
//! An [`RwLock`] has them as `read_…` and `write_…`.

mod condvar;
mod held;
mod mutex;
mod rwlock;

pub use condvar::Condvar;
pub use mutex::{Mutex, MutexGuard};
pub use rwlock::{RwLock, RwLockReadGuard, RwLockWriteGuard};

#[allow(deprecated, reason = "std still exports it, so a swapped import may name it")]
#[doc(no_inline)]
pub use std::sync::ONCE_INIT;
#[doc(no_inline)]
pub use std::sync::{
    Arc, Barrier, BarrierWaitResult, LazyLock, LockResult, Once, OnceLock, OnceState, PoisonError, TryLockError, TryLockResult,
    WaitTimeoutResult, Weak, atomic, mpsc,
};

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
