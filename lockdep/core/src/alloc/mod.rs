//! [`Checked`]: the global allocator, checked.

#[cfg(not(feature = "validate"))]
mod disabled;
#[cfg(feature = "validate")]
mod enabled;

#[cfg(not(feature = "validate"))]
use disabled::Call;
#[cfg(feature = "validate")]
use enabled::Call;

use core::alloc::{GlobalAlloc, Layout};

/// A global allocator that reports its use in handlers, and takes part in the order of locks.
///
/// No handler may allocate or free: the code that it interrupted may be inside the allocator. That is reported as `SignalUnsafe`, at the
/// call and with its stack, whether or not it hangs this time. And the allocator is a lock class of its own, `malloc`, so that the
/// rules of locks apply to it: for instance, a lock taken in a handler must not be held while memory is allocated, unless the signal is
/// blocked at every allocation (`IrqInversion`); nor may a lock that the allocator itself takes be held while allocating (`Inversion`).
///
/// Allocating under a spin lock is allowed, and locks that the allocator takes inside are judged by the locks held around the
/// allocation.
///
/// Cost: some 6 ns for each call, as for a lock without stacks; without the feature `validate` none, and the type is the
/// inner allocator. Reports from within an allocation come from a thread of the validator, because the code around it may hold any lock;
/// under `LOCKDEP=panic` they abort, because an allocator must not unwind.
///
/// # Examples
///
/// ```
/// use std::alloc::System;
///
/// use lockdep_core::alloc::Checked;
///
/// #[global_allocator]
/// static ALLOCATOR: Checked<System> = Checked::new(System);
///
/// assert_eq!(vec![1, 2, 3].len(), 3);
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[repr(transparent)]
pub struct Checked<A>(A);

impl<A> Checked<A> {
    /// The allocator `inner`, checked.
    ///
    /// # Examples
    ///
    /// As that of [`Checked`].
    pub const fn new(inner: A) -> Checked<A> {
        Checked(inner)
    }

    /// The allocator inside.
    ///
    /// Direct calls to it are not checked.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::alloc::System;
    ///
    /// use lockdep_core::alloc::Checked;
    ///
    /// static ALLOCATOR: Checked<System> = Checked::new(System);
    /// let System = ALLOCATOR.inner(); // its own methods: statistics, or a purge
    /// ```
    pub const fn inner(&self) -> &A {
        &self.0
    }
}

// SAFETY: every call goes to the inner allocator with the caller's arguments, once, and its answer is the caller's. What is done
// around it does not unwind and allocates nothing.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Checked<A> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _call = Call::allocates();
        // SAFETY: as for the caller.
        unsafe { self.0.alloc(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let _call = Call::frees();
        // SAFETY: as for the caller.
        unsafe { self.0.dealloc(block, layout) };
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let _call = Call::allocates();
        // SAFETY: as for the caller.
        unsafe { self.0.alloc_zeroed(layout) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let _call = Call::allocates();
        // SAFETY: as for the caller.
        unsafe { self.0.realloc(block, layout, size) }
    }
}
