//! The real signal mask of this thread, as a `u64` with bit 0 for signal 1.
//!
//! The only place that calls `pthread_sigmask`.

use core::mem::MaybeUninit;
use core::ptr;

use libc::{c_int, sigset_t};

/// Blocks `bits` as well; returns the mask before.
#[inline]
pub fn block(bits: u64) -> u64 {
    change(libc::SIG_BLOCK, bits)
}

/// Unblocks `bits`; returns the mask before.
#[inline]
pub fn unblock(bits: u64) -> u64 {
    change(libc::SIG_UNBLOCK, bits)
}

/// Makes `bits` the mask; returns the mask before.
#[inline]
pub fn set(bits: u64) -> u64 {
    change(libc::SIG_SETMASK, bits)
}

/// Blocks and unblocks what differs between two masks, and leaves the rest alone.
#[inline]
pub fn change_to(before: u64, after: u64) {
    if after & !before != 0 {
        block(after & !before);
    }
    if before & !after != 0 {
        unblock(before & !after);
    }
}

/// The mask as it is.
#[inline]
pub fn current() -> u64 {
    let mut old = MaybeUninit::<sigset_t>::zeroed();
    // SAFETY: `old` is a writable `sigset_t`; a null set changes nothing.
    unsafe {
        libc::pthread_sigmask(libc::SIG_BLOCK, ptr::null(), old.as_mut_ptr());
        bits_of(&old)
    }
}

fn change(how: c_int, bits: u64) -> u64 {
    let mut new = MaybeUninit::<sigset_t>::zeroed();
    let mut old = MaybeUninit::<sigset_t>::zeroed();
    // SAFETY: a `sigset_t` of Linux begins with one 64-bit word, signal 1 at bit 0, and all zeros is the empty set; both sets
    // live across the call.
    unsafe {
        new.as_mut_ptr().cast::<u64>().write(bits);
        libc::pthread_sigmask(how, new.as_ptr(), old.as_mut_ptr());
        bits_of(&old)
    }
}

/// # Safety
///
/// `set` was zeroed, and perhaps filled by the C library.
unsafe fn bits_of(set: &MaybeUninit<sigset_t>) -> u64 {
    // SAFETY: initialised, and at least one 64-bit word long.
    unsafe { set.as_ptr().cast::<u64>().read() }
}
