//! What the kernel does with a signal, asked for and changed by the system call itself: the C library's `sigaction` may be ours.

use core::ffi::{c_int, c_ulong};

/// The kernel's `struct sigaction`.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub(crate) struct Action {
    pub(crate) handler: usize,
    pub(crate) flags: c_ulong,
    pub(crate) restorer: usize,
    pub(crate) mask: u64,
}

/// The flag that says that `restorer` counts: the kernel of x86-64 wants it.
pub(crate) const SA_RESTORER: c_ulong = 0x0400_0000;

impl Action {
    /// Whether a function is called, and not `SIG_DFL` or `SIG_IGN`.
    pub(crate) fn is_function(&self) -> bool {
        self.handler != libc::SIG_DFL && self.handler != libc::SIG_IGN
    }
}

/// What the kernel does with `signal` now; `None` if that is no signal.
pub(crate) fn get(signal: c_int) -> Option<Action> {
    let mut old = Action::default();
    // SAFETY: a null action changes nothing; `old` is what the kernel writes.
    let done = unsafe { libc::syscall(libc::SYS_rt_sigaction, signal, 0_usize, &raw mut old, size_of::<u64>()) };
    (done == 0).then_some(old)
}

/// Makes the kernel do something else; otherwise says why not, as an `errno`.
///
/// # Safety
///
/// The handler must be a function that may be called as the flags say, for as long as it is installed.
pub(crate) unsafe fn set(signal: c_int, action: &Action) -> Result<(), c_int> {
    let action = Action { flags: action.flags | SA_RESTORER, restorer: return_from_signal as *const () as usize, ..*action };
    // SAFETY: as for the caller; the restorer is the one that the kernel's convention asks for.
    match unsafe { libc::syscall(libc::SYS_rt_sigaction, signal, &raw const action, 0_usize, size_of::<u64>()) } {
        0 => Ok(()),
        // SAFETY: errno is this thread's own.
        _ => Err(unsafe { *libc::__errno_location() }),
    }
}

unsafe extern "C" {
    #[link_name = "lockdep_return_from_signal"]
    fn return_from_signal();
}

// Where a handler returns to. The very instructions that unwinders and debuggers know a signal's frame by: `mov $15, %rax; syscall`,
// in their long form.
core::arch::global_asm!(
    ".pushsection .text.lockdep_return_from_signal, \"ax\", @progbits",
    ".p2align 4",
    // An unwinder looks up the address before a return address.
    "nop",
    ".hidden lockdep_return_from_signal",
    ".globl lockdep_return_from_signal",
    ".type lockdep_return_from_signal, @function",
    "lockdep_return_from_signal:",
    ".byte 0x48, 0xc7, 0xc0, 0x0f, 0x00, 0x00, 0x00",
    ".byte 0x0f, 0x05",
    ".size lockdep_return_from_signal, . - lockdep_return_from_signal",
    ".popsection",
);
