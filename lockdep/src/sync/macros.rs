//! How a lock is taken, written once: [`Mutex`](super::Mutex) has it, and each side of [`RwLock`](super::RwLock).

/// A link to another method of the same lock.
macro_rules! see {
    ($method:ident) => {
        concat!("[`", stringify!($method), "`](Self::", stringify!($method), ")")
    };
}

/// The sections of a method that takes the lock as another one does.
macro_rules! panics_and_errors_as {
    ($method:ident) => {
        concat!("# Panics\n\nAs ", see!($method), ".\n\n# Errors\n\nAs ", see!($method), ".")
    };
}

/// The ways to take one side of a lock: those that wait, those that do not, and what they are made of.
///
/// `$taken` is the lock and the side, `$poison` what poisons it. `$inner_guard` makes a `$Guard` of the standard one. What one method
/// has to add, an example say, stands before its name.
macro_rules! acquire {
    (
        $Guard:ty: $how:expr, $taken:literal, it waits $waits:literal, poisoned if $poison:literal;
        by $how_lock:ident, $how_try:ident, $inner_guard:ident;
        $lock:ident,
        $(#[$nested_doc:meta])* $lock_nested:ident,
        $(#[$nest_lock_doc:meta])* $lock_nest_lock:ident,
        $(#[$ordered_doc:meta])* $lock_ordered:ident,
        $lock_irq:ident,
        $(#[$irqsave_doc:meta])* $lock_irqsave:ident,
        $lock_irq_counted:ident;
        $try_lock:ident,
        $(#[$try_nested_doc:meta])* $try_lock_nested:ident,
        $(#[$try_ordered_doc:meta])* $try_lock_ordered:ident $(,)?
    ) => {
        #[doc = concat!("Takes ", $taken, "; waits ", $waits, ".")]
        ///
        /// The order is checked before it waits, so a deadlock is reported before it happens.
        ///
        /// **Signal safety:** not in a handler: it may wait for the code that the signal interrupted. That is reported as
        /// `WaitContext`.
        ///
        /// # Panics
        ///
        /// With `validate`, when waiting could never end (after the report); without it, as the original: it may panic or never
        /// return.
        ///
        /// # Errors
        ///
        #[doc = concat!("If ", $poison, "; the error holds the guard.")]
        #[inline]
        #[track_caller]
        pub fn $lock(&self) -> LockResult<$Guard> {
            self.$how_lock($how)
        }

        #[doc = concat!("Takes ", $taken, ", as one of level `subclass` of its class, while another level of the class is held")]
        /// (`spin_lock_nested`).
        ///
        /// For locks of one class with a fixed number of levels: parent 0, child 1. Level 0 is what
        #[doc = concat!(see!($lock), " takes. See [annotating](crate::_documentation::annotating).")]
        ///
        #[doc = concat!("**Signal safety:** as ", see!($lock), ".")]
        ///
        #[doc = panics_and_errors_as!($lock)]
        ///
        $(#[$nested_doc])*
        #[inline]
        #[track_caller]
        pub fn $lock_nested(&self, subclass: u8) -> LockResult<$Guard> {
            self.$how_lock($how.nested(subclass))
        }

        #[doc = concat!("Takes ", $taken, ", while others of its class are held, in any order: `outer`, which must be held, keeps all")]
        /// others who do that away (`spin_lock_nest_lock`).
        ///
        /// Reported as `NestLockNotHeld` if `outer` is not held.
        ///
        #[doc = concat!("**Signal safety:** as ", see!($lock), ".")]
        ///
        #[doc = panics_and_errors_as!($lock)]
        ///
        $(#[$nest_lock_doc])*
        #[inline]
        #[track_caller]
        pub fn $lock_nest_lock<L: Validated + ?Sized>(&self, outer: &L) -> LockResult<$Guard> {
            self.$how_lock($how.nest_lock(outer.lock_map()))
        }

        #[doc = concat!("Takes ", $taken, ", while others of its class are held, as number `n` of them: right as long as the numbers")]
        /// rise.
        ///
        /// For locks with a natural key: pages by page number, accounts by account number. Reported as `SubclassOrder` when `n` does
        /// not rise.
        ///
        #[doc = concat!("**Signal safety:** as ", see!($lock), ".")]
        ///
        #[doc = panics_and_errors_as!($lock)]
        ///
        $(#[$ordered_doc])*
        #[inline]
        #[track_caller]
        pub fn $lock_ordered(&self, n: u64) -> LockResult<$Guard> {
            self.$how_lock($how.ordered(n))
        }

        #[doc = concat!("Blocks the signals, then takes ", $taken, "; the guard's drop releases it and opens the signals, *whatever they")]
        /// were before* (`spin_lock_irq`).
        ///
        /// Wrong in any function that may be called with the signals already blocked: that is reported as `UnsafeIrqEnable`. Use
        #[doc = concat!(see!($lock_irqsave), " there.")]
        ///
        #[doc = concat!("Cost: two system calls more than ", see!($lock), ". **Signal safety:** not in a handler.")]
        ///
        #[doc = panics_and_errors_as!($lock)]
        #[inline]
        #[track_caller]
        pub fn $lock_irq(&self) -> LockResult<IrqGuard<$Guard>> {
            let section = Section::lock_irq();
            map_guard(self.$lock(), |guard| section.guard(&self.map, guard))
        }

        #[doc = concat!("Blocks the signals, then takes ", $taken, "; the guard's drop releases it and puts the signals back as they")]
        /// were (`spin_lock_irqsave`).
        ///
        #[doc = concat!("Cost: two system calls more than ", see!($lock), ", none if the signals are blocked already.")]
        /// **Signal safety:** not in a handler: it may wait for the code that the signal interrupted.
        ///
        #[doc = panics_and_errors_as!($lock)]
        ///
        $(#[$irqsave_doc])*
        #[inline]
        #[track_caller]
        pub fn $lock_irqsave(&self) -> LockResult<IrqGuard<$Guard>> {
            let section = Section::lock_irqsave();
            map_guard(self.$lock(), |guard| section.guard(&self.map, guard))
        }

        #[doc = concat!("Blocks the signals and counts, then takes ", $taken, "; the signals open when the last such guard of the")]
        /// thread is dropped.
        ///
        #[doc = concat!("Guards may be dropped in any order. Cost and signal safety as ", see!($lock_irqsave), ".")]
        ///
        #[doc = panics_and_errors_as!($lock)]
        #[inline]
        #[track_caller]
        pub fn $lock_irq_counted(&self) -> LockResult<IrqGuard<$Guard>> {
            let section = Section::lock_irq_counted();
            map_guard(self.$lock(), |guard| section.guard(&self.map, guard))
        }

        #[doc = concat!("Takes ", $taken, " if that needs no waiting.")]
        ///
        /// An attempt puts no order on the lock, because it cannot wait; one that fails leaves no trace.
        ///
        /// **Signal safety:** may be called in a handler.
        ///
        /// # Errors
        ///
        #[doc = concat!("`WouldBlock` if it needs waiting; `Poisoned`, with the guard, if ", $poison, ".")]
        #[inline]
        #[track_caller]
        pub fn $try_lock(&self) -> TryLockResult<$Guard> {
            self.$how_try($how)
        }

        #[doc = concat!("Takes ", $taken, ", as one of level `subclass` of its class, if that needs no waiting.")]
        ///
        #[doc = concat!("The attempt itself may be made in any order, as with ", see!($try_lock), "; what is waited for while the")]
        /// lock is held comes after that level.
        ///
        /// **Signal safety:** may be called in a handler.
        ///
        /// # Errors
        ///
        #[doc = concat!("As ", see!($try_lock), ".")]
        ///
        $(#[$try_nested_doc])*
        #[inline]
        #[track_caller]
        pub fn $try_lock_nested(&self, subclass: u8) -> TryLockResult<$Guard> {
            self.$how_try($how.nested(subclass))
        }

        #[doc = concat!("Takes ", $taken, ", as number `n` of its class, if that needs no waiting.")]
        ///
        #[doc = concat!("The attempt itself may be made in any order, as with ", see!($try_lock), "; those of the class that are")]
        /// waited for while the lock is held need higher numbers.
        ///
        /// **Signal safety:** may be called in a handler.
        ///
        /// # Errors
        ///
        #[doc = concat!("As ", see!($try_lock), ".")]
        ///
        $(#[$try_ordered_doc])*
        #[inline]
        #[track_caller]
        pub fn $try_lock_ordered(&self, n: u64) -> TryLockResult<$Guard> {
            self.$how_try($how.ordered(n))
        }

        #[inline]
        #[track_caller]
        fn $how_lock(&self, how: How<'_>) -> LockResult<$Guard> {
            self.$inner_guard(self.map.lock(how, || taken(self.inner.$try_lock()), || self.inner.$lock()))
        }

        #[inline]
        #[track_caller]
        fn $how_try(&self, how: How<'_>) -> TryLockResult<$Guard> {
            let taken = self.map.try_lock(how, || taken(self.inner.$try_lock()));
            tried(taken.map(|result| self.$inner_guard(result)))
        }
    };
}

pub(super) use {acquire, panics_and_errors_as, see};
