//! The twin with validation.

use crate::engine::Offence;
use crate::runtime::malloc;

/// A call of the allocator, as long as it lasts.
pub(super) struct Call(bool);

impl Call {
    #[inline(always)]
    pub(super) fn allocates() -> Call {
        Call(malloc::enter(Offence::Allocates))
    }

    #[inline(always)]
    pub(super) fn frees() -> Call {
        Call(malloc::enter(Offence::Frees))
    }
}

impl Drop for Call {
    #[inline(always)]
    fn drop(&mut self) {
        malloc::leave(self.0);
    }
}
