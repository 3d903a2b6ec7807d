//! What locks and guards have in common, listed once. `T` names the data in each of them, `held` the [`Held`] lock.
//!
//! [`Held`]: crate::held::Held

/// Access to the data of a guard, and its `Debug` and `Display`, which are those of the data.
macro_rules! guard_access {
    (impl[$($generics:tt)*] for $Guard:ty: |$guard:ident| $data:expr) => {
        impl<$($generics)*> ::core::ops::Deref for $Guard {
            type Target = T;

            #[inline]
            fn deref(&self) -> &T {
                let $guard = self;
                // SAFETY: the data lives as long as the lock, which outlives the guard; the guard holds the lock, so nobody
                // writes while the guard is borrowed.
                unsafe { &*$data }
            }
        }

        impl<$($generics)*> ::core::fmt::Debug for $Guard
        where
            T: ::core::fmt::Debug,
        {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                (**self).fmt(f)
            }
        }

        impl<$($generics)*> ::core::fmt::Display for $Guard
        where
            T: ::core::fmt::Display,
        {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                (**self).fmt(f)
            }
        }
    };
    (mut impl[$($generics:tt)*] for $Guard:ty: |$guard:ident| $data:expr) => {
        guard_access!(impl[$($generics)*] for $Guard: |$guard| $data);

        impl<$($generics)*> ::core::ops::DerefMut for $Guard {
            #[inline]
            fn deref_mut(&mut self) -> &mut T {
                let $guard = self;
                // SAFETY: as in `deref`; the guard holds the lock exclusively and is borrowed exclusively.
                unsafe { &mut *$data }
            }
        }
    };
}

/// `unlocked`, on every guard but the mapped ones.
macro_rules! guard_unlocked {
    (impl[$($generics:tt)*] for $Guard:ty) => {
        impl<$($generics)*> $Guard {
            /// Releases the lock, runs `f`, and takes the lock again, also when `f` panics.
            ///
            /// # Aborts
            ///
            /// If taking the lock again panics, as at a certain deadlock, while somebody else holds it.
            #[inline]
            #[track_caller]
            pub fn unlocked<F, U>(s: &mut Self, f: F) -> U
            where
                F: FnOnce() -> U,
            {
                s.held.unlocked(f)
            }
        }
    };
}

/// The fair releases, on every guard but the mapped ones; on those, `unlock_fair` alone.
macro_rules! guard_fair {
    (mapped impl[$($generics:tt)*] for $Guard:ty) => {
        impl<$($generics)*> $Guard {
            /// Releases the lock; a waiting thread gets it before any thread that comes later.
            #[inline]
            #[track_caller]
            pub fn unlock_fair(s: Self) {
                s.held.unlock_fair();
            }
        }
    };
    (impl[$($generics:tt)*] for $Guard:ty) => {
        guard_fair!(mapped impl[$($generics)*] for $Guard);

        impl<$($generics)*> $Guard {
            /// As `unlocked`, with a fair release.
            ///
            /// # Aborts
            ///
            /// If taking the lock again panics, as at a certain deadlock, while somebody else holds it.
            #[inline]
            #[track_caller]
            pub fn unlocked_fair<F, U>(s: &mut Self, f: F) -> U
            where
                F: FnOnce() -> U,
            {
                s.held.unlocked_fair(f)
            }

            /// Lets waiting threads have the lock, then takes it again; cheap when nobody waits.
            ///
            /// The validator sees a release and an acquisition: a thread that bumps while it holds locks taken since may
            /// deadlock.
            #[inline]
            #[track_caller]
            pub fn bump(s: &mut Self) {
                s.held.bump();
            }
        }
    };
}

/// `into_arc` and `into_arc_fair`, on the guards that own an `Arc` of their lock.
macro_rules! guard_into_arc {
    (impl[$($generics:tt)*] for $Guard:ty => $Lock:ty) => {
        impl<$($generics)*> $Guard {
            /// Releases the lock and gives back the `Arc`.
            #[inline]
            #[track_caller]
            pub fn into_arc(s: Self) -> ::std::sync::Arc<$Lock> {
                s.held.unlock()
            }
        }
    };
    (fair impl[$($generics:tt)*] for $Guard:ty => $Lock:ty) => {
        impl<$($generics)*> $Guard {
            /// Releases the lock as `unlock_fair` does and gives back the `Arc`.
            #[inline]
            #[track_caller]
            pub fn into_arc_fair(s: Self) -> ::std::sync::Arc<$Lock> {
                s.held.unlock_fair()
            }
        }
    };
}

/// `map` and its sisters. `$borrow` is `&` or `&mut`, `$Mapped` the mapped guard of a `U`, `$held` what it holds.
macro_rules! guard_map {
    (
        impl[$($generics:tt)*] for $Guard:ty => $Mapped:ident<$($args:tt),*>, ($($borrow:tt)+), $try_map_or_err:ident:
        |$guard:ident| $data:expr, $held:expr
    ) => {
        impl<$($generics)*> $Guard {
            /// Narrows the guard to a part of the data.
            ///
            /// An associated function: the data may have a method `map` of its own.
            #[inline]
            pub fn map<U: ?Sized, F>(s: Self, f: F) -> $Mapped<$($args),*, U>
            where
                F: FnOnce($($borrow)+ T) -> $($borrow)+ U,
            {
                let $guard = s;
                // SAFETY: as in `deref`: the guard holds the lock, and lives until the mapped guard takes its place.
                let data = f(unsafe { $($borrow)+ *$data });
                $Mapped { data, held: $held, marker: ::core::marker::PhantomData }
            }

            /// Narrows the guard to a part of the data, if `f` finds one; otherwise gives the guard back.
            ///
            /// # Errors
            ///
            /// The guard, if `f` returns `None`.
            #[inline]
            pub fn try_map<U: ?Sized, F>(s: Self, f: F) -> Result<$Mapped<$($args),*, U>, Self>
            where
                F: FnOnce($($borrow)+ T) -> Option<$($borrow)+ U>,
            {
                let $guard = s;
                // SAFETY: as in `map`; if the guard is given back, the reference is gone.
                match f(unsafe { $($borrow)+ *$data }) {
                    Some(data) => Ok($Mapped { data, held: $held, marker: ::core::marker::PhantomData }),
                    None => Err($guard),
                }
            }

            /// Narrows the guard to a part of the data, if `f` finds one; otherwise gives back the guard and the error.
            ///
            /// # Errors
            ///
            /// The guard and what `f` returned, if that is an error.
            #[inline]
            pub fn $try_map_or_err<U: ?Sized, F, E>(s: Self, f: F) -> Result<$Mapped<$($args),*, U>, (Self, E)>
            where
                F: FnOnce($($borrow)+ T) -> Result<$($borrow)+ U, E>,
            {
                let $guard = s;
                // SAFETY: as in `map`; if the guard is given back, the reference is gone.
                match f(unsafe { $($borrow)+ *$data }) {
                    Ok(data) => Ok($Mapped { data, held: $held, marker: ::core::marker::PhantomData }),
                    Err(error) => Err(($guard, error)),
                }
            }
        }
    };
}

/// Methods of a reader-writer lock that wait for a while: each is an attempt of the raw lock, with a guard that borrows the lock, or owns an `Arc` of it.
macro_rules! timed {
    (borrowing: $($(#[$doc:meta])* $method:ident($timeout:ident) -> $Guard:ident: $how:expr, $attempt:ident;)*) => { $(
        $(#[$doc])*
        #[inline]
        #[track_caller]
        pub fn $method(&self, timeout: R::$timeout) -> Option<$Guard<'_, R, T>> {
            // SAFETY: the attempt takes the lock, on the guard's side, if it says so.
            unsafe { Held::try_lock_timed(&self, $how, |raw| raw.$attempt(timeout)) }.map($Guard::of)
        }
    )* };
    (owning: $($(#[$doc:meta])* $method:ident($timeout:ident) -> $Guard:ident: $how:expr, $attempt:ident;)*) => { $(
        $(#[$doc])*
        #[inline]
        #[track_caller]
        pub fn $method(self: &Arc<Self>, timeout: R::$timeout) -> Option<$Guard<R, T>> {
            // SAFETY: the attempt takes the lock, on the guard's side, if it says so.
            unsafe { Held::try_lock_timed(self, $how, |raw| raw.$attempt(timeout)) }.map($Guard::of)
        }
    )* };
}

pub(crate) use {guard_access, guard_fair, guard_into_arc, guard_map, guard_unlocked, timed};
