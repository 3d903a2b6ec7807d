//! The shape that every implementation takes on.

use std::ops::{Deref, DerefMut};

/// A mutex around a number.
pub trait Mutex: Send + Sync + 'static {
    type Guard<'a>: DerefMut<Target = u64>;

    fn lock(&self) -> Self::Guard<'_>;
    fn try_lock(&self) -> Option<Self::Guard<'_>>;
}

/// A reader-writer lock around a number.
pub trait RwLock: Send + Sync + 'static {
    type Read<'a>: Deref<Target = u64>;
    type Write<'a>: DerefMut<Target = u64>;

    fn read(&self) -> Self::Read<'_>;
    fn write(&self) -> Self::Write<'_>;
}

/// An implementation of locks.
pub trait Contender: 'static {
    type Mutex: Mutex;
    type RwLock: RwLock;

    /// Once, before anything is measured.
    fn start() {}

    /// A mutex, made the plain way.
    fn mutex() -> Self::Mutex;
    fn rwlock() -> Self::RwLock;

    /// A mutex of its own role: locks of different roles may nest. To those who know no classes every lock is its own.
    fn mutex_of_role(_role: usize) -> Self::Mutex {
        Self::mutex()
    }

    fn rwlock_of_role(_role: usize) -> Self::RwLock {
        Self::rwlock()
    }
}

/// An implementation that blocks signals as well.
pub trait Irqs: Contender {
    type Flags;
    type Spin: Send + Sync + 'static;
    type SpinGuard<'a>: DerefMut<Target = u64>;
    type SpinIrqGuard<'a>: DerefMut<Target = u64>;

    fn disable();
    fn enable();
    fn save() -> Self::Flags;
    fn restore(flags: Self::Flags);
    fn spin() -> Self::Spin;
    /// Of another class, for use in handlers.
    fn spin_of_handlers() -> Self::Spin;
    fn lock(spin: &Self::Spin) -> Self::SpinGuard<'_>;
    fn lock_irqsave(spin: &Self::Spin) -> Self::SpinIrqGuard<'_>;
    /// Runs it in the handler of a signal that arrives here.
    fn in_handler(run: &mut dyn FnMut());
    /// From now on one signal is blocked, by a flag of the thread; or all are again, for real.
    fn set_lazy(lazy: bool);
}

/// Wraps the locks of a module, in newtypes called `Mutex` and `RwLock` for the orphan rule's sake. `returned` takes a guard out of
/// what the methods return, `tried` out of what attempts do.
#[macro_export]
macro_rules! wrap {
    ($($path:ident)::+, $returned:path, $tried:path) => {
        pub struct Mutex(pub $($path)::+::Mutex<u64>);
        pub struct RwLock(pub $($path)::+::RwLock<u64>);

        impl $crate::Mutex for Mutex {
            type Guard<'a> = $($path)::+::MutexGuard<'a, u64>;

            #[inline(always)]
            fn lock(&self) -> Self::Guard<'_> {
                $returned(self.0.lock())
            }

            #[inline(always)]
            fn try_lock(&self) -> Option<Self::Guard<'_>> {
                $tried(self.0.try_lock())
            }
        }

        impl $crate::RwLock for RwLock {
            type Read<'a> = $($path)::+::RwLockReadGuard<'a, u64>;
            type Write<'a> = $($path)::+::RwLockWriteGuard<'a, u64>;

            #[inline(always)]
            fn read(&self) -> Self::Read<'_> {
                $returned(self.0.read())
            }

            #[inline(always)]
            fn write(&self) -> Self::Write<'_> {
                $returned(self.0.write())
            }
        }
    };
}

/// A whole contender: a module of this name with the struct `Locks`, for locks with the methods of parking_lot or of the standard
/// library.
#[macro_export]
macro_rules! contender {
    ($name:ident: $($path:ident)::+ like parking_lot) => {
        $crate::contender!($name: $($path)::+, std::convert::identity, std::convert::identity);
    };
    ($name:ident: $($path:ident)::+ like std) => {
        $crate::contender!($name: $($path)::+, std::result::Result::unwrap, std::result::Result::ok);
    };
    ($name:ident: $($path:ident)::+, $returned:path, $tried:path) => {
        mod $name {
            pub struct Locks;
            $crate::wrap!($($path)::+, $returned, $tried);

            impl $crate::Contender for Locks {
                type Mutex = Mutex;
                type RwLock = RwLock;

                #[inline(always)]
                fn mutex() -> Mutex {
                    Mutex($($path)::+::Mutex::new(0))
                }

                fn rwlock() -> RwLock {
                    RwLock($($path)::+::RwLock::new(0))
                }
            }
        }
    };
}
