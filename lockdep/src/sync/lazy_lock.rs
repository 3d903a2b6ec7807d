//! The twin of [`std::sync::LazyLock`].
//!
//! Not around the original: its closure is part of its type, and the validator must know when that begins to run. So it is made
//! as the original is, of a [`std::sync::Once`] and one place for the closure first and for the value then.

use std::cell::UnsafeCell;
use std::fmt;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::panic::{RefUnwindSafe, UnwindSafe};

use lockdep_core::{LockClass, LockKind, LockMap, WaitType};
use lockdep_lock_api::Validated;

/// A value that is made when it is first used, checked: [`std::sync::LazyLock`] whose initialiser counts as the holder of a lock.
///
/// What [`Once`](super::Once) says holds here: an initialiser that comes back to its own value is a `Recursion`, two that need
/// each other are an `Inversion`, both reported before they hang. Once the value is there, its use is no acquisition and costs
/// what the original's does.
///
/// **Signal safety:** in a handler only once the value is there; before, it is reported as `WaitContext`.
///
/// # Examples
///
/// ```
/// use lockdep::sync::LazyLock;
///
/// static PRIMES: LazyLock<Vec<u32>> = LazyLock::new(|| (2..20).filter(|n| (2..*n).all(|d| n % d != 0)).collect());
///
/// assert_eq!(PRIMES.len(), 8);
/// ```
pub struct LazyLock<T, F = fn() -> T> {
    map: LockMap,
    once: std::sync::Once,
    /// Invariant: the closure as long as `once` is new, the value as soon as it is completed, and nothing when it is poisoned.
    /// While it runs, the initialiser alone may touch it.
    data: UnsafeCell<Data<T, F>>,
}

union Data<T, F> {
    value: ManuallyDrop<T>,
    f: ManuallyDrop<F>,
}

enum Kind {}

impl LockKind for Kind {
    const NAME: &'static str = "LazyLock";
    const WAIT: WaitType = WaitType::Sleep;
    const BY_INSTANCE: bool = true;
}

impl<T, F: FnOnce() -> T> LazyLock<T, F> {
    /// A value that `f` will make; this call is the construction site of its class.
    #[inline]
    #[track_caller]
    pub const fn new(f: F) -> LazyLock<T, F> {
        LazyLock::with_map(LockMap::new::<Kind, T>(), f)
    }

    /// A value of the class `class`, that `f` will make.
    #[inline]
    #[track_caller]
    pub const fn with_class(f: F, class: &'static LockClass) -> LazyLock<T, F> {
        LazyLock::with_map(LockMap::with_class::<Kind, T>(class), f)
    }

    #[inline]
    const fn with_map(map: LockMap, f: F) -> LazyLock<T, F> {
        LazyLock { map, once: std::sync::Once::new(), data: UnsafeCell::new(Data { f: ManuallyDrop::new(f) }) }
    }

    /// The value; makes it, or waits until another thread has made it, if need be. The same as the dereferencing.
    ///
    /// # Panics
    ///
    /// If the initialiser panics, or did before; and, with `validate`, when waiting could never end (after the report).
    #[inline]
    #[track_caller]
    pub fn force(this: &LazyLock<T, F>) -> &T {
        this.map.once(
            || this.once.is_completed().then_some(()),
            |claim| {
                this.once.call_once_force(|state| {
                    if state.is_poisoned() {
                        poisoned();
                    }
                    // SAFETY: `once` was new and runs this initialiser alone, so the closure is there and ours.
                    let data = unsafe { &mut *this.data.get() };
                    // SAFETY: as above; if it panics, `once` is poisoned and the closure not looked for again.
                    let f = unsafe { ManuallyDrop::take(&mut data.f) };
                    data.value = ManuallyDrop::new(claim.run(f));
                });
            },
        );
        // SAFETY: `once` is completed, so the value is there and nobody changes it while `this` is borrowed.
        unsafe { &(*this.data.get()).value }
    }

    /// The value, to write; makes it if need be. Nobody else can have it, so it is no acquisition.
    ///
    /// # Panics
    ///
    /// If the initialiser panics, or did before.
    #[inline]
    pub fn force_mut(this: &mut LazyLock<T, F>) -> &mut T {
        if !this.once.is_completed() {
            this.once.call_once_force(|state| {
                if state.is_poisoned() {
                    poisoned();
                }
                let data = this.data.get_mut();
                // SAFETY: `once` was new, so the closure is there.
                let f = unsafe { ManuallyDrop::take(&mut data.f) };
                data.value = ManuallyDrop::new(f());
            });
        }
        // SAFETY: `once` is completed, so the value is there.
        unsafe { &mut this.data.get_mut().value }
    }
}

impl<T, F> LazyLock<T, F> {
    /// The value, if it has been made.
    #[inline]
    pub fn get_mut(this: &mut LazyLock<T, F>) -> Option<&mut T> {
        // SAFETY: `once` is completed, so the value is there.
        this.once.is_completed().then(|| unsafe { &mut *this.data.get_mut().value })
    }

    /// The value, if it has been made. Never waits.
    ///
    /// **Signal safety:** may be called in a handler.
    #[inline]
    pub fn get(this: &LazyLock<T, F>) -> Option<&T> {
        // SAFETY: `once` is completed, so the value is there and nobody changes it while `this` is borrowed.
        this.once.is_completed().then(|| unsafe { &*(*this.data.get()).value })
    }
}

/// The original's words.
#[cold]
fn poisoned() -> ! {
    panic!("LazyLock instance has previously been poisoned")
}

impl<T, F> Drop for LazyLock<T, F> {
    fn drop(&mut self) {
        let data = self.data.get_mut();
        if self.once.is_completed() {
            // SAFETY: the value is there, and not used again.
            return unsafe { ManuallyDrop::drop(&mut data.value) };
        }
        // A `Once` tells only an initialiser whether an earlier one panicked.
        self.once.call_once_force(|state| {
            if !state.is_poisoned() {
                // SAFETY: `once` was new, so the closure is there, and it is not used again.
                unsafe { ManuallyDrop::drop(&mut data.f) };
            }
        });
    }
}

// SAFETY: the value is shared once it is made, and made by any thread, which takes the closure along; as the original.
unsafe impl<T: Sync + Send, F: Send> Sync for LazyLock<T, F> {}

// As the original: an initialiser that panics leaves its mark.
impl<T: RefUnwindSafe + UnwindSafe, F: UnwindSafe> RefUnwindSafe for LazyLock<T, F> {}
impl<T: UnwindSafe, F: UnwindSafe> UnwindSafe for LazyLock<T, F> {}

impl<T, F> Validated for LazyLock<T, F> {
    #[inline]
    fn lock_map(&self) -> &LockMap {
        &self.map
    }
}

impl<T, F: FnOnce() -> T> Deref for LazyLock<T, F> {
    type Target = T;

    #[inline]
    #[track_caller]
    fn deref(&self) -> &T {
        LazyLock::force(self)
    }
}

impl<T, F: FnOnce() -> T> DerefMut for LazyLock<T, F> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        LazyLock::force_mut(self)
    }
}

impl<T: Default> Default for LazyLock<T> {
    #[cfg_attr(feature = "validate", inline(never))]
    #[cfg_attr(not(feature = "validate"), inline)]
    #[track_caller]
    fn default() -> LazyLock<T> {
        LazyLock::with_map(LockMap::made_by_caller::<Kind, T>(), T::default)
    }
}

impl<T: fmt::Debug, F> fmt::Debug for LazyLock<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_tuple("LazyLock");
        match LazyLock::get(self) {
            Some(value) => out.field(value),
            None => out.field(&format_args!("<uninit>")),
        };
        out.finish()
    }
}
