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

/// A link to another method of the same lock.
macro_rules! see {
    ($method:ident) => {
        concat!("[`", stringify!($method), "`](Self::", stringify!($method), ")")
    };
}

/// The section of a method that takes the lock as another one does.
macro_rules! panics_as {
    ($method:ident) => {
        concat!("# Panics\n\nAs ", see!($method), ".")
    };
}

/// The ways to take a lock that wait: as it is, among others of its class, and with the signals blocked; or the first two of them.
/// `$taken` is the lock and the side. What there is to say about the side stands first; what one method has to add, an example or
/// another panic, before its name.
macro_rules! acquire {
    (
        $(#[$about:meta])*
        $Guard:ty: $how:expr, $taken:literal, until $until:literal;
        $(#[$lock_doc:meta])* $lock:ident,
        $(#[$nested_doc:meta])* $lock_nested:ident $(,)?
    ) => {
        #[doc = concat!("Takes ", $taken, ", waiting until ", $until, ".")]
        ///
        $(#[$about])*
        ///
        /// The order is checked before it waits, so a deadlock is reported before it happens.
        ///
        /// **Signal safety:** not in a handler, unless the raw lock spins: it may wait for the code that the signal interrupted. That
        /// is reported as `WaitContext`.
        ///
        /// # Panics
        ///
        /// With `validate`, when waiting could never end (after the report); without it, as the raw lock: most never return.
        ///
        $(#[$lock_doc])*
        #[inline]
        #[track_caller]
        pub fn $lock(&self) -> $Guard {
            <$Guard>::of(Held::lock(&self, $how))
        }

        #[doc = concat!("Takes ", $taken, ", as one of level `subclass` of its class: locks of different levels may nest, in one")]
        /// order (`spin_lock_nested`).
        ///
        /// For locks of one class with a fixed number of levels: parent 0, child 1. Level 0 is what
        #[doc = concat!(see!($lock), " takes.")]
        ///
        #[doc = concat!("**Signal safety:** as ", see!($lock), ".")]
        ///
        #[doc = panics_as!($lock)]
        ///
        $(#[$nested_doc])*
        #[inline]
        #[track_caller]
        pub fn $lock_nested(&self, subclass: u8) -> $Guard {
            <$Guard>::of(Held::lock(&self, $how.nested(subclass)))
        }
    };
    (
        $Guard:ty: $how:expr, $taken:literal, until $until:literal;
        $(#[$lock_doc:meta])* $lock:ident,
        $(#[$nested_doc:meta])* $lock_nested:ident,
        $(#[$nest_lock_doc:meta])* $lock_nest_lock:ident,
        $(#[$ordered_doc:meta])* $lock_ordered:ident,
        $(#[$irq_doc:meta])* $lock_irq:ident,
        $(#[$irqsave_doc:meta])* $lock_irqsave:ident,
        $lock_irq_counted:ident $(,)?
    ) => {
        acquire! { $Guard: $how, $taken, until $until; $(#[$lock_doc])* $lock, $(#[$nested_doc])* $lock_nested }

        #[doc = concat!("Takes ", $taken, ", in any order with others of its class, because `outer` is held and keeps other threads")]
        /// out (`spin_lock_nest_lock`).
        ///
        /// Reported as `NestLockNotHeld` if `outer` is not held.
        ///
        #[doc = concat!("**Signal safety:** as ", see!($lock), ".")]
        ///
        #[doc = panics_as!($lock)]
        ///
        $(#[$nest_lock_doc])*
        #[inline]
        #[track_caller]
        pub fn $lock_nest_lock(&self, outer: &(impl Validated + ?Sized)) -> $Guard {
            <$Guard>::of(Held::lock(&self, $how.nest_lock(outer.lock_map())))
        }

        #[doc = concat!("Takes ", $taken, ", as number `n` of its class: locks of one class may nest while the number rises.")]
        ///
        /// For locks with a natural key: pages by page number, accounts by account number. Reported as `SubclassOrder` when `n` does
        /// not rise.
        ///
        #[doc = concat!("**Signal safety:** as ", see!($lock), ".")]
        ///
        #[doc = panics_as!($lock)]
        ///
        $(#[$ordered_doc])*
        #[inline]
        #[track_caller]
        pub fn $lock_ordered(&self, n: u64) -> $Guard {
            <$Guard>::of(Held::lock(&self, $how.ordered(n)))
        }

        #[doc = concat!("Blocks the signals, then takes ", $taken, "; the guard's drop opens the signals, *whatever they were")]
        /// before* (`spin_lock_irq`).
        ///
        /// Wrong in a function that may be called with the signals already blocked: that is reported as `UnsafeIrqEnable`. Use
        #[doc = concat!(see!($lock_irqsave), " there.")]
        ///
        #[doc = concat!("Cost: two system calls more than ", see!($lock), ". **Signal safety:** not in a handler.")]
        ///
        #[doc = panics_as!($lock)]
        ///
        $(#[$irq_doc])*
        #[inline]
        #[track_caller]
        pub fn $lock_irq(&self) -> IrqGuard<$Guard> {
            Section::lock_irq().guard(&self.checked.map, self.$lock())
        }

        #[doc = concat!("Blocks the signals, then takes ", $taken, "; the guard's drop puts the signals back as they were")]
        /// (`spin_lock_irqsave`).
        ///
        #[doc = concat!("Cost: two system calls more than ", see!($lock), ", none if the signals are blocked already.")]
        #[doc = concat!("**Signal safety:** as ", see!($lock), ".")]
        ///
        #[doc = panics_as!($lock)]
        ///
        $(#[$irqsave_doc])*
        #[inline]
        #[track_caller]
        pub fn $lock_irqsave(&self) -> IrqGuard<$Guard> {
            Section::lock_irqsave().guard(&self.checked.map, self.$lock())
        }

        #[doc = concat!("Blocks the signals and counts, then takes ", $taken, "; the signals open when the last such guard of the")]
        /// thread is dropped.
        ///
        #[doc = concat!("Guards may be dropped in any order. Cost and signal safety as ", see!($lock_irqsave), ".")]
        ///
        #[doc = panics_as!($lock)]
        #[inline]
        #[track_caller]
        pub fn $lock_irq_counted(&self) -> IrqGuard<$Guard> {
            Section::lock_irq_counted().guard(&self.checked.map, self.$lock())
        }
    };
}

/// The ways to take a lock that do not wait.
macro_rules! attempt {
    (
        $Guard:ty: $how:expr, $taken:literal;
        $try_lock:ident,
        $(#[$nested_doc:meta])* $try_lock_nested:ident,
        $(#[$ordered_doc:meta])* $try_lock_ordered:ident $(,)?
    ) => {
        #[doc = concat!("Takes ", $taken, " if that is possible now.")]
        ///
        /// An attempt puts no order on the lock, because it cannot wait; one that fails leaves no trace.
        ///
        /// **Signal safety:** may be called in a handler, if the raw lock spins: the release of one that parks may hang there, and that is not
        /// reported.
        #[inline]
        #[track_caller]
        pub fn $try_lock(&self) -> Option<$Guard> {
            Held::try_lock(&self).map(<$Guard>::of)
        }

        #[doc = concat!("Takes ", $taken, ", as one of level `subclass` of its class, if that is possible now.")]
        ///
        #[doc = concat!("The attempt itself may be made in any order, as with ", see!($try_lock), "; what is waited for while the")]
        /// lock is held comes after that level.
        ///
        /// **Signal safety:** may be called in a handler, if the raw lock spins: the release of one that parks may hang there, and that is not
        /// reported.
        ///
        $(#[$nested_doc])*
        #[inline]
        #[track_caller]
        pub fn $try_lock_nested(&self, subclass: u8) -> Option<$Guard> {
            Held::try_lock_as(&self, $how.nested(subclass)).map(<$Guard>::of)
        }

        #[doc = concat!("Takes ", $taken, ", as number `n` of its class, if that is possible now.")]
        ///
        #[doc = concat!("The attempt itself may be made in any order, as with ", see!($try_lock), "; those of the class that are")]
        /// waited for while the lock is held need higher numbers.
        ///
        /// **Signal safety:** may be called in a handler, if the raw lock spins: the release of one that parks may hang there, and that is not
        /// reported.
        ///
        $(#[$ordered_doc])*
        #[inline]
        #[track_caller]
        pub fn $try_lock_ordered(&self, n: u64) -> Option<$Guard> {
            Held::try_lock_as(&self, $how.ordered(n)).map(<$Guard>::of)
        }
    };
}

/// An acquisition and an attempt with a guard that owns an `Arc` of the lock, each otherwise as the method after `as`.
macro_rules! acquire_arc {
    (
        $Guard:ty: $how:expr;
        $lock_arc:ident as $lock:ident,
        $(#[$try_doc:meta])* $try_lock_arc:ident as $try_lock:ident $(,)?
    ) => {
        #[doc = concat!(see!($lock), ", with a guard that owns an `Arc` of the lock.")]
        ///
        #[doc = concat!("**Signal safety:** as ", see!($lock), ".")]
        ///
        #[doc = panics_as!($lock)]
        #[inline]
        #[track_caller]
        pub fn $lock_arc(self: &Arc<Self>) -> $Guard {
            <$Guard>::of(Held::lock(self, $how))
        }

        #[doc = concat!(see!($try_lock), ", with a guard that owns an `Arc` of the lock.")]
        ///
        #[doc = concat!("**Signal safety:** as ", see!($try_lock), ".")]
        ///
        $(#[$try_doc])*
        #[inline]
        #[track_caller]
        pub fn $try_lock_arc(self: &Arc<Self>) -> Option<$Guard> {
            Held::try_lock(self).map(<$Guard>::of)
        }
    };
}

/// The ways to take a lock that wait for a while: each is an attempt of the raw lock, with a guard that borrows the lock, or owns an
/// `Arc` of it. What all of them have to add stands first.
macro_rules! timed {
    (
        $(#[$doc:meta])*
        $Guard:ty, $ArcGuard:ty: $how:expr, $taken:literal as $lock:ident;
        $try_for:ident, $try_arc_for:ident: $attempt_for:ident;
        $try_until:ident, $try_arc_until:ident: $attempt_until:ident;
    ) => {
        #[doc = concat!("Takes ", $taken, ", waiting at most for `timeout`.")]
        ///
        #[doc = concat!("**Signal safety:** as ", see!($lock), ".")]
        ///
        $(#[$doc])*
        #[inline]
        #[track_caller]
        pub fn $try_for(&self, timeout: R::Duration) -> Option<$Guard> {
            // SAFETY: the attempt takes the lock, on the guard's side, if it says so.
            unsafe { Held::try_lock_timed(&self, $how, |raw| raw.$attempt_for(timeout)) }.map(<$Guard>::of)
        }

        #[doc = concat!("Takes ", $taken, ", waiting at most until `timeout`.")]
        ///
        #[doc = concat!("**Signal safety:** as ", see!($lock), ".")]
        ///
        $(#[$doc])*
        #[inline]
        #[track_caller]
        pub fn $try_until(&self, timeout: R::Instant) -> Option<$Guard> {
            // SAFETY: as above.
            unsafe { Held::try_lock_timed(&self, $how, |raw| raw.$attempt_until(timeout)) }.map(<$Guard>::of)
        }

        #[doc = concat!(see!($try_for), ", with a guard that owns an `Arc` of the lock.")]
        ///
        #[doc = concat!("**Signal safety:** as ", see!($lock), ".")]
        ///
        $(#[$doc])*
        #[inline]
        #[track_caller]
        pub fn $try_arc_for(self: &Arc<Self>, timeout: R::Duration) -> Option<$ArcGuard> {
            // SAFETY: as above.
            unsafe { Held::try_lock_timed(self, $how, |raw| raw.$attempt_for(timeout)) }.map(<$ArcGuard>::of)
        }

        #[doc = concat!(see!($try_until), ", with a guard that owns an `Arc` of the lock.")]
        ///
        #[doc = concat!("**Signal safety:** as ", see!($lock), ".")]
        ///
        $(#[$doc])*
        #[inline]
        #[track_caller]
        pub fn $try_arc_until(self: &Arc<Self>, timeout: R::Instant) -> Option<$ArcGuard> {
            // SAFETY: as above.
            unsafe { Held::try_lock_timed(self, $how, |raw| raw.$attempt_until(timeout)) }.map(<$ArcGuard>::of)
        }
    };
}

pub(crate) use {
    acquire, acquire_arc, attempt, guard_access, guard_fair, guard_into_arc, guard_map, guard_unlocked, panics_as, see, timed,
};
