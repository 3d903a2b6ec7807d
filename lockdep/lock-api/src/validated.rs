//! [`Validated`]: whatever has a map can be named in an annotation.

use std::rc::Rc;
use std::sync::Arc;

use lockdep_core::LockMap;

/// A lock that the validator knows: what `lock_nest_lock` and the assertion macros take.
///
/// Implemented by every lock of the project, and by references and smart pointers to one.
pub trait Validated {
    /// The validator's field in the lock.
    fn lock_map(&self) -> &LockMap;
}

/// A pointer to a lock is as good as the lock.
macro_rules! through_pointers {
    ($($pointer:ty),*) => { $(
        impl<L: Validated + ?Sized> Validated for $pointer {
            #[inline]
            fn lock_map(&self) -> &LockMap {
                (**self).lock_map()
            }
        }
    )* };
}

through_pointers!(&L, &mut L, Box<L>, Rc<L>, Arc<L>);
