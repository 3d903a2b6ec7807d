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
