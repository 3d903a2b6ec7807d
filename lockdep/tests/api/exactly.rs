// What the generated lists of signatures need. They call with arguments and results in a wrapper, so that none is coerced on the way.

pub(crate) struct Exactly<T>(pub(crate) T);

macro_rules! calls {
    ($($name:ident($($argument:ident: $type:ident),*))*) => { $(
        #[allow(dead_code, reason = "not all numbers of arguments are in all lists")]
        pub(crate) fn $name<$($type,)* R>(function: impl FnOnce($($type),*) -> R, $(Exactly($argument): Exactly<$type>),*) -> Exactly<R> {
            Exactly(function($($argument),*))
        }
    )* };
}

calls! {
    call0()
    call1(a: A)
    call2(a: A, b: B)
    call3(a: A, b: B, c: C)
    call4(a: A, b: B, c: C, d: D)
}

macro_rules! kept {
    ($($items:item)*) => { $($items)* };
}

macro_rules! left_out {
    ($($items:item)*) => {};
}

/// What the twin has otherwise.
pub(crate) mod original {
    pub(crate) use {kept as of_original, left_out as of_twin};
}

/// What the twin has otherwise.
pub(crate) mod twin {
    pub(crate) use {kept as of_twin, left_out as of_original};
}

/// A module with the signatures of this file, of what these `use` lines name.
macro_rules! signatures {
    ($($(#[$attribute:meta])* $name:ident: $side:ident $file:literal { $($uses:tt)* })*) => { $(
        $(#[$attribute])*
        #[deny(unused_unsafe, reason = "a function that is no longer unsafe is another one")]
        #[allow(clippy::undocumented_unsafe_blocks, reason = "nobody calls it")]
        #[allow(dead_code, deprecated, unused_imports, unused_qualifications, clippy::all, clippy::pedantic, reason = "generated")]
        mod $name {
            use crate::exactly::{$side::*, *};
            $($uses)*
            include!($file);
        }
    )* };
}

/// What the lists of lock_api need, of the `lock_api` in scope.
macro_rules! names_of_lock_api {
    () => {
        use lock_api::*;
        use std::fmt;
        use std::num::NonZeroUsize;
        use std::ops::{Deref, DerefMut};
        use std::sync::Arc;
    };
}

/// What the lists of parking_lot need, of the `locks` in scope, and what else this version has.
macro_rules! names_of_parking_lot {
    ($($more:tt)*) => {
        use locks::{
            Condvar, FairMutex, FairMutexGuard, MappedFairMutexGuard, MappedMutexGuard, MappedReentrantMutexGuard,
            MappedRwLockReadGuard, MappedRwLockWriteGuard, Mutex, MutexGuard, Once, OnceState, RawFairMutex, RawMutex, RawRwLock,
            RawThreadId, ReentrantMutex, ReentrantMutexGuard, RwLock, RwLockReadGuard, RwLockUpgradableReadGuard, RwLockWriteGuard,
            WaitTimeoutResult, $($more)*
        };
        use lock_api::GetThreadId;
        use std::fmt;
        use std::time::{Duration, Instant};

        const _: [OnceState; 4] = [OnceState::New, OnceState::Poisoned, OnceState::InProgress, OnceState::Done];
    };
}

/// What the list of once_cell needs, of the `cells` in scope.
#[allow(unused_macros, reason = "not all lists are compared in all tests")]
macro_rules! names_of_once_cell {
    () => {
        use cells::{Lazy, OnceCell};
        use std::fmt;
        use std::ops::{Deref, DerefMut};
        use std::panic::{RefUnwindSafe, UnwindSafe};
    };
}

/// What the list of dashmap needs, of the `maps` in scope.
#[allow(unused_macros, reason = "not all lists are compared in all tests")]
macro_rules! names_of_dashmap {
    () => {
        #[cfg(feature = "rayon")]
        use maps::rayon::map;
        use maps::{
            DashMap, DashSet, Entry, Map, OccupiedEntry, ReadOnlyView, TryReserveError, VacantEntry, iter, iter_set, mapref,
            setref,
        };
        #[cfg(feature = "raw-api")]
        use maps::{RawRwLock, RwLock, RwLockReadGuard, RwLockWriteGuard, SharedValue};
        use std::borrow::Borrow;
        use std::collections::hash_map::RandomState;
        use std::fmt::{self, Debug};
        use std::hash::{BuildHasher, Hash};
        use std::ops::{BitAnd, BitOr, Deref, DerefMut, Shl, Shr, Sub};

        #[cfg(feature = "raw-api")]
        type HashMap<K, V> = hashbrown::raw::RawTable<(K, SharedValue<V>)>;
        const _: fn(Entry<'_, u8, u8>) -> bool = |entry| matches!(entry, Entry::Occupied(_) | Entry::Vacant(_));
        const _: [maps::try_result::TryResult<u8>; 3] = {
            use maps::try_result::TryResult::{Absent, Locked, Present};
            [Present(1), Absent, Locked]
        };
    };
}

/// What the list of `std::sync` needs, of the module that is given.
#[allow(unused_macros, reason = "not all lists are compared in all tests")]
macro_rules! names_of_std_sync {
    ($($sync:tt)*) => {
        use $($sync)*::{
            Arc, Barrier, BarrierWaitResult, Condvar, LazyLock, LockResult, Mutex, MutexGuard, ONCE_INIT, Once, OnceLock, OnceState,
            PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError, TryLockResult, WaitTimeoutResult, Weak, atomic,
            mpsc,
        };
        use std::error::Error;
        use std::fmt::{Debug, Display};
        use std::ops::{Deref, DerefMut};
        use std::panic::{RefUnwindSafe, UnwindSafe};
        use std::time::Duration;
    };
}
