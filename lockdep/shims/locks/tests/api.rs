//! Every public item of the originals is in the shims, with its signature.
//!
//! What is generated of the lists in `lockdep/tests/api` compiles against the original and against the package that stands for it: of
//! parking_lot 0.13.0 with lock_api 0.5.0, and of parking_lot 0.12.5.

#![allow(deprecated, unused_imports, reason = "the originals still have them")]

#[macro_use]
#[path = "../../../tests/api/exactly.rs"]
mod exactly;

macro_rules! names_of_parking_lot_0_13 {
    () => {
        names_of_parking_lot!(
            ArcMutexGuard,
            ArcReentrantMutexGuard,
            ArcRwLockReadGuard,
            ArcRwLockUpgradableReadGuard,
            ArcRwLockWriteGuard,
            MappedRecursiveRwLockReadGuard,
            MappedRecursiveRwLockWriteGuard,
            RawCondvar,
            RawRwLockRecursive,
            RecursiveRwLock,
            RecursiveRwLockReadGuard,
            RecursiveRwLockUpgradableReadGuard,
            RecursiveRwLockWriteGuard,
            lock_api
        );
    };
}

signatures! {
    lock_api_0_5_original: original "../../../tests/api/signatures/lock_api-0.5.0.rs" { use lock_api_0_5 as lock_api; names_of_lock_api!(); }
    lock_api_0_5_shim: twin "../../../tests/api/signatures/lock_api-0.5.0.rs" { use shim_lock_api_0_5 as lock_api; names_of_lock_api!(); }
    parking_lot_0_13_original: original "../../../tests/api/signatures/parking_lot-0.13.0.rs" { use parking_lot_0_13 as locks; names_of_parking_lot_0_13!(); }
    parking_lot_0_13_shim: twin "../../../tests/api/signatures/parking_lot-0.13.0.rs" { use shim_parking_lot_0_13 as locks; names_of_parking_lot_0_13!(); }
    parking_lot_0_12_original: original "../../../tests/api/signatures/parking_lot-0.12.5.rs" { use parking_lot as locks; names_of_parking_lot!(const_fair_mutex, const_mutex, const_reentrant_mutex, const_rwlock, lock_api); }
    parking_lot_0_12_shim: twin "../../../tests/api/signatures/parking_lot-0.12.5.rs" { use shim_parking_lot_0_12 as locks; names_of_parking_lot!(const_fair_mutex, const_mutex, const_reentrant_mutex, const_rwlock, lock_api); }
}

include!("../../../tests/api/auto_traits.rs");
include!("../../../tests/api/same_auto_traits.rs");

#[test]
fn auto_traits_are_the_originals() {
    use std::cell::Cell;
    use std::rc::Rc;

    macro_rules! of {
        ($($value:ty),*) => { $(
            same!(shim_parking_lot_0_13, parking_lot_0_13: Mutex[$value] FairMutex[$value] ReentrantMutex[$value] RwLock[$value]
                RecursiveRwLock[$value]
                MutexGuard['static, $value] MappedMutexGuard['static, $value] FairMutexGuard['static, $value]
                ReentrantMutexGuard['static, $value] MappedReentrantMutexGuard['static, $value]
                RwLockReadGuard['static, $value] MappedRwLockReadGuard['static, $value]
                RwLockWriteGuard['static, $value] MappedRwLockWriteGuard['static, $value]
                RwLockUpgradableReadGuard['static, $value] RecursiveRwLockReadGuard['static, $value]
                RecursiveRwLockWriteGuard['static, $value] RecursiveRwLockUpgradableReadGuard['static, $value]);
            guards!(sent: SentMutex, SentRwLock: $value);
            guards!(kept: KeptMutex, KeptRwLock: $value);
        )* };
    }
    /// Guards whose state is this: of the original's generic locks, and of those that stand for them.
    macro_rules! guards {
        ($state:ident: $mutex:ident, $rwlock:ident: $value:ty) => {{
            use raw::{ours, theirs};
            macro_rules! both {
                ($guard:ident, $raw:ident, $args:tt) => {
                    assert_eq!(
                        both!(@shim_lock_api_0_5, $guard, ours, $raw, $args),
                        both!(@lock_api_0_5, $guard, theirs, $raw, $args),
                        "{} of {}", stringify!($guard), stringify!($value),
                    );
                };
                (@$api:ident, $guard:ident, $module:ident, $raw:ident, borrowed) => {
                    auto_traits!($api::$guard<'static, $module::$raw, $value>)
                };
                (@$api:ident, $guard:ident, $module:ident, $raw:ident, owned) => {
                    auto_traits!($api::$guard<$module::$raw, $value>)
                };
                (@$api:ident, $guard:ident, $module:ident, $raw:ident, reentrant) => {
                    auto_traits!($api::$guard<'static, $module::$raw, $module::Id, $value>)
                };
                (@$api:ident, $guard:ident, $module:ident, $raw:ident, owned_reentrant) => {
                    auto_traits!($api::$guard<$module::$raw, $module::Id, $value>)
                };
            }
            both!(Mutex, $mutex, owned);
            both!(MutexGuard, $mutex, borrowed);
            both!(MappedMutexGuard, $mutex, borrowed);
            both!(ArcMutexGuard, $mutex, owned);
            both!(ReentrantMutex, $mutex, owned_reentrant);
            both!(ReentrantMutexGuard, $mutex, reentrant);
            both!(MappedReentrantMutexGuard, $mutex, reentrant);
            both!(ArcReentrantMutexGuard, $mutex, owned_reentrant);
            both!(RwLock, $rwlock, owned);
            both!(RwLockReadGuard, $rwlock, borrowed);
            both!(RwLockWriteGuard, $rwlock, borrowed);
            both!(RwLockUpgradableReadGuard, $rwlock, borrowed);
            both!(MappedRwLockReadGuard, $rwlock, borrowed);
            both!(MappedRwLockWriteGuard, $rwlock, borrowed);
            both!(ArcRwLockReadGuard, $rwlock, owned);
            both!(ArcRwLockWriteGuard, $rwlock, owned);
            both!(ArcRwLockUpgradableReadGuard, $rwlock, owned);
        }};
    }
    of!(u8, Cell<u8>, Rc<u8>, *const u8, &'static mut u8, std::sync::MutexGuard<'static, u8>, std::marker::PhantomPinned);
    assert_eq!(auto_traits!(shim_parking_lot_0_13::Condvar), auto_traits!(parking_lot_0_13::Condvar));
    assert_eq!(auto_traits!(shim_parking_lot_0_13::Once), auto_traits!(parking_lot_0_13::Once));
}

/// Raw locks that somebody wrote for `lock_api` 0.5: with states that may be sent, and with such that may not.
mod raw {
    macro_rules! raw {
        ($api:ident) => {
            pub struct Id;

            // SAFETY: nobody asks.
            unsafe impl $api::GetThreadId for Id {
                const INIT: Id = Id;

                fn nonzero_thread_id(&self) -> std::num::NonZeroUsize {
                    unreachable!()
                }
            }

            raw!($api: SentMutex, SentRwLock, std::cell::Cell<u8>);
            raw!($api: KeptMutex, KeptRwLock, std::rc::Rc<u8>);
        };
        ($api:ident: $Mutex:ident, $RwLock:ident, $State:ty) => {
            pub struct $Mutex;
            pub struct $RwLock;

            // SAFETY: it is never taken.
            unsafe impl $api::RawMutex for $Mutex {
                const INIT: Self = $Mutex;
                type Guard = $State;

                fn lock(&self) -> $State {
                    unreachable!()
                }

                fn try_lock(&self) -> Option<$State> {
                    None
                }

                unsafe fn unlock(&self, _: $State) {}

                fn is_locked(&self) -> bool {
                    true
                }
            }

            // SAFETY: it is never taken.
            unsafe impl $api::RawRwLock for $RwLock {
                const INIT: Self = $RwLock;
                type SharedGuard = $State;
                type ExclusiveGuard = $State;

                fn lock_shared(&self) -> $State {
                    unreachable!()
                }

                fn try_lock_shared(&self) -> Option<$State> {
                    None
                }

                unsafe fn unlock_shared(&self, _: $State) {}

                fn lock_exclusive(&self) -> $State {
                    unreachable!()
                }

                fn try_lock_exclusive(&self) -> Option<$State> {
                    None
                }

                unsafe fn unlock_exclusive(&self, _: $State) {}

                fn is_locked(&self) -> bool {
                    true
                }

                fn is_locked_exclusive(&self) -> bool {
                    true
                }
            }

            // SAFETY: it is never taken.
            unsafe impl $api::RawRwLockUpgrade for $RwLock {
                type UpgradableGuard = $State;

                fn lock_upgradable(&self) -> $State {
                    unreachable!()
                }

                fn try_lock_upgradable(&self) -> Option<$State> {
                    None
                }

                unsafe fn unlock_upgradable(&self, _: $State) {}

                unsafe fn upgrade(&self, state: $State) -> $State {
                    state
                }

                unsafe fn try_upgrade(&self, state: $State) -> Result<$State, $State> {
                    Err(state)
                }
            }
        };
    }

    pub mod ours {
        raw!(shim_lock_api_0_5);
    }

    pub mod theirs {
        raw!(lock_api_0_5);
    }
}
