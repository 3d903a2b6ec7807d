//! The real signal mask of this thread, as a `u64` with bit 0 for signal 1.
//!
//! The only place that changes it, and by the system call itself: the C library's function of the same purpose may be ours (feature
//! `interpose`), where these changes are not to be seen again.

use core::ptr;

use libc::c_int;

/// What the C library keeps for itself (cancellation, `setuid` of all threads), and never lets anyone block.
const RESERVED: u64 = 0b11 << 31;

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
    system(libc::SIG_BLOCK, ptr::null())
}

#[inline]
fn change(how: c_int, bits: u64) -> u64 {
    system(how, &(bits & !RESERVED))
}

#[inline]
fn system(how: c_int, new: *const u64) -> u64 {
    let mut old = 0_u64;
    // SAFETY: the kernel's set is one 64-bit word, signal 1 at bit 0; `new` is null, which changes nothing, or lives across the
    // call, as `old` does.
    unsafe { libc::syscall(libc::SYS_rt_sigprocmask, how, new, &raw mut old, size_of::<u64>()) };
    old
}
