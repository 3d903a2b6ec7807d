//! The twin without validation.

pub(super) struct Call;

impl Call {
    #[inline(always)]
    pub(super) fn allocates() -> Call {
        Call
    }

    #[inline(always)]
    pub(super) fn frees() -> Call {
        Call
    }
}
