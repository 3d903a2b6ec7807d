//! Every public function of the originals is there: each is named once, of the original and of the twin.
//!
//! The lists are facts about lock_api 0.4.14 (as parking_lot 0.12.5 has it), the stable part of `std::sync` in Rust 1.95, once_cell 1.21.4
//! and dashmap 6.2.1. A name that the original does not have fails to compile, and so does one that the twin lacks. Of the last two the
//! signatures lie beside the lists, as the sources have them, and a list that leaves one out fails.

#![allow(deprecated, unused_imports, reason = "the originals still have them")]
#![allow(unused_qualifications, reason = "a list of names says all of each")]

mod parking_lot_original {
    use parking_lot as locks;
    include!("api/parking_lot_0_12.rs");
}

mod parking_lot_twin {
    use lockdep::parking_lot as locks;
    include!("api/parking_lot_0_12.rs");
}

#[path = "api/compare.rs"]
mod compare;

use compare::compare;

macro_rules! implements {
    ($type:ty: $($bound:tt)*) => {{
        fn bound<T: $($bound)*>() {}
        bound::<$type>();
    }};
}

mod once_cell_original {
    use once_cell::sync as cells;
    include!("api/once_cell.rs");
}

mod once_cell_twin {
    use lockdep::once_cell::sync as cells;
    include!("api/once_cell.rs");
}

mod dashmap_original {
    use dashmap as maps;
    include!("api/dashmap.rs");
}

mod dashmap_twin {
    use lockdep::dashmap as maps;
    include!("api/dashmap.rs");

    #[allow(unused_imports, reason = "not all features are always on")]
    mod of_features {
        use super::maps;
        include!("api/dashmap_features.rs");
    }
}

#[test]
fn the_list_of_once_cell_is_complete() {
    compare(include_str!("api/once_cell-1.21.4.txt"), include_str!("api/once_cell.rs"));
}

#[test]
fn the_list_of_dashmap_is_complete() {
    compare(
        include_str!("api/dashmap-6.2.1.txt"),
        &[include_str!("api/dashmap.rs"), include_str!("api/dashmap_features.rs")].concat(),
    );
}

#[test]
#[should_panic(expected = "not in the list: DashMap::into_read_only")]
fn a_list_that_leaves_something_out_is_found() {
    let list = include_str!("api/dashmap.rs").replace("into_read_only", "into_read_write");
    compare(include_str!("api/dashmap-6.2.1.txt"), &list);
}

macro_rules! std_sync {
    ($name:ident: $($sync:tt)*) => {
        mod $name {
            use $($sync)*::{
                Arc, Barrier, BarrierWaitResult, Condvar, LazyLock, LockResult, Mutex, MutexGuard, ONCE_INIT, Once, OnceLock, OnceState,
                PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError, TryLockResult, WaitTimeoutResult, Weak, atomic,
                mpsc,
            };

            #[test]
            fn functions() {
                let _ = <Mutex<u8>>::new;
                let _ = <Mutex<u8>>::lock;
                let _ = <Mutex<u8>>::try_lock;
                let _ = <Mutex<u8>>::is_poisoned;
                let _ = <Mutex<u8>>::clear_poison;
                let _ = <Mutex<u8>>::into_inner;
                let _ = <Mutex<u8>>::get_mut;
                let _ = <RwLock<u8>>::new;
                let _ = <RwLock<u8>>::read;
                let _ = <RwLock<u8>>::try_read;
                let _ = <RwLock<u8>>::write;
                let _ = <RwLock<u8>>::try_write;
                let _ = <RwLock<u8>>::is_poisoned;
                let _ = <RwLock<u8>>::clear_poison;
                let _ = <RwLock<u8>>::into_inner;
                let _ = <RwLock<u8>>::get_mut;
                let _ = <RwLockWriteGuard<'static, u8>>::downgrade;
                let _ = <Condvar>::new;
                let _ = <Condvar>::wait::<u8>;
                let _ = <Condvar>::wait_while::<u8, fn(&mut u8) -> bool>;
                let _ = <Condvar>::wait_timeout_ms::<u8>;
                let _ = <Condvar>::wait_timeout::<u8>;
                let _ = <Condvar>::wait_timeout_while::<u8, fn(&mut u8) -> bool>;
                let _ = <Condvar>::notify_one;
                let _ = <Condvar>::notify_all;
                let _ = <Once>::new;
                let _ = <Once>::call_once::<fn()>;
                let _ = <Once>::call_once_force::<fn(&OnceState)>;
                let _ = <Once>::is_completed;
                let _ = <Once>::wait;
                let _ = <Once>::wait_force;
                let _ = <OnceState>::is_poisoned;
                let _ = <OnceLock<u8>>::new;
                let _ = <OnceLock<u8>>::get;
                let _ = <OnceLock<u8>>::get_mut;
                let _ = <OnceLock<u8>>::wait;
                let _ = <OnceLock<u8>>::set;
                let _ = <OnceLock<u8>>::get_or_init::<fn() -> u8>;
                let _ = <OnceLock<u8>>::into_inner;
                let _ = <OnceLock<u8>>::take;
                let _ = <LazyLock<u8>>::new;
                let _ = <LazyLock<u8>>::force_mut;
                let _ = <LazyLock<u8>>::force;
                let _ = <LazyLock<u8>>::get_mut;
                let _ = <LazyLock<u8>>::get;
                let _ = <Barrier>::new;
                let _ = <Barrier>::wait;
                let _ = (BarrierWaitResult::is_leader, WaitTimeoutResult::timed_out);
            }

            #[test]
            fn constants() {
                const _: Mutex<u8> = Mutex::new(1);
                const _: RwLock<u8> = RwLock::new(1);
                const _: Condvar = Condvar::new();
                const _: Once = Once::new();
                const _: Once = ONCE_INIT;
                const _: OnceLock<u8> = OnceLock::new();
                const _: LazyLock<u8> = LazyLock::new(|| 1);
                const _: Barrier = Barrier::new(1);
            }
        }
    };
}

std_sync!(std_original: std::sync);
std_sync!(std_twin: lockdep::sync);

/// With `send_guard` the guards of the twin are more than those of an original without it.
#[cfg(not(feature = "send_guard"))]
mod auto_traits {
    include!("api/auto_traits.rs");
    include!("api/same_auto_traits.rs");

    /// The guards that own an `Arc`.
    macro_rules! owning {
        ($name:ident: $($locks:tt)*) => {
            mod $name {
                use $($locks)*::{RawMutex, RawRwLock, RawThreadId, lock_api};

                pub(super) type Mutex<T> = lock_api::ArcMutexGuard<RawMutex, T>;
                pub(super) type ReentrantMutex<T> = lock_api::ArcReentrantMutexGuard<RawMutex, RawThreadId, T>;
                pub(super) type Read<T> = lock_api::ArcRwLockReadGuard<RawRwLock, T>;
                pub(super) type Write<T> = lock_api::ArcRwLockWriteGuard<RawRwLock, T>;
                pub(super) type Upgradable<T> = lock_api::ArcRwLockUpgradableReadGuard<RawRwLock, T>;
            }
        };
    }

    owning!(owning_original: parking_lot);
    owning!(owning_twin: lockdep::parking_lot);

    #[test]
    fn are_the_originals() {
        use std::cell::Cell;
        use std::rc::Rc;

        macro_rules! of {
            ($($value:ty),*) => { $(
                same!(lockdep::parking_lot, parking_lot: Mutex[$value] FairMutex[$value] ReentrantMutex[$value] RwLock[$value]
                    MutexGuard['static, $value] MappedMutexGuard['static, $value] FairMutexGuard['static, $value]
                    ReentrantMutexGuard['static, $value] MappedReentrantMutexGuard['static, $value]
                    RwLockReadGuard['static, $value] MappedRwLockReadGuard['static, $value]
                    RwLockWriteGuard['static, $value] MappedRwLockWriteGuard['static, $value]);
                same!(owning_twin, owning_original: Mutex[$value] ReentrantMutex[$value] Read[$value] Write[$value] Upgradable[$value]);
                same!(lockdep::once_cell::sync, once_cell::sync: OnceCell[$value] Lazy[$value] Lazy[u8, $value]);
            )* };
        }
        of!(u8, Cell<u8>, Rc<u8>, *const u8, &'static mut u8, std::sync::MutexGuard<'static, u8>, std::marker::PhantomPinned);
        assert_eq!(auto_traits!(lockdep::parking_lot::Condvar), auto_traits!(parking_lot::Condvar));
        assert_eq!(auto_traits!(lockdep::parking_lot::Once), auto_traits!(parking_lot::Once));
    }
}
