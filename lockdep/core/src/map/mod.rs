//! [`LockMap`]: the validator's field in every lock, and the one seam between lock types and the validator.
//!
//! A method of a lock is two or three lines: tell the map, then do the real thing. The twins `enabled` and `disabled` have
//! one surface; the second is empty, so that a lock without validation is the lock it mirrors.

#[cfg(not(feature = "validate"))]
mod disabled;
#[cfg(feature = "validate")]
mod enabled;

#[cfg(not(feature = "validate"))]
pub use disabled::{Claim, LockMap, Waiting};
#[cfg(feature = "validate")]
pub(crate) use enabled::InfoWord;
#[cfg(feature = "validate")]
pub use enabled::{Claim, LockMap, Waiting};

use core::marker::PhantomData;

use crate::kind::Mode;

/// How a lock is taken: the mode, and the annotations of same-class nesting.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "validate"), allow(dead_code, reason = "the disabled twin reads nothing"))]
pub struct How<'a> {
    pub(crate) mode: Mode,
    pub(crate) subclass: u8,
    pub(crate) reentrant: bool,
    /// The lock that keeps others out: its address is all that is looked at.
    pub(crate) nest: Option<*const LockMap>,
    pub(crate) order: Option<u64>,
    pub(crate) outer: PhantomData<&'a LockMap>,
}

impl<'a> How<'a> {
    /// Taken in `mode`, without annotation.
    #[inline(always)]
    pub const fn new(mode: Mode) -> How<'a> {
        How { mode, subclass: 0, reentrant: false, nest: None, order: None, outer: PhantomData }
    }

    /// The mode.
    #[inline(always)]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// Taken alone.
    #[inline(always)]
    pub const fn write() -> How<'a> {
        How::new(Mode::Write)
    }

    /// Taken shared, behind queued writers.
    #[inline(always)]
    pub const fn read() -> How<'a> {
        How::new(Mode::Read)
    }

    /// As a lock of another level of the same class (the kernel's `_nested`).
    #[inline(always)]
    pub const fn nested(mut self, subclass: u8) -> How<'a> {
        self.subclass = subclass;
        self
    }

    /// Same-class nesting is serialised by `outer`, which must be held (the kernel's `nest_lock`).
    #[inline(always)]
    pub const fn nest_lock(mut self, outer: &'a LockMap) -> How<'a> {
        self.nest = Some(core::ptr::from_ref(outer));
        self
    }

    /// The same, by the address of a lock that is not there to be borrowed.
    #[cfg(feature = "validate")]
    pub(crate) fn nest_lock_at(mut self, address: usize) -> How<'a> {
        self.nest = Some(core::ptr::without_provenance(address));
        self
    }

    /// Locks of the class may nest while `n` rises.
    #[inline(always)]
    pub const fn ordered(mut self, n: u64) -> How<'a> {
        self.order = Some(n);
        self
    }

    /// The thread that holds it may take it again.
    #[inline(always)]
    pub const fn reentrant(mut self) -> How<'a> {
        self.reentrant = true;
        self
    }
}
