//! Stacks of a known depth.

use std::hint::black_box;

/// Runs `f` on a thread that has nothing below it but the C library's two frames and one of ours.
pub fn in_bare_thread<F: FnOnce()>(f: F) {
    extern "C" fn enter<F: FnOnce()>(argument: *mut libc::c_void) -> *mut libc::c_void {
        // SAFETY: the argument is the closure below, which the creating thread keeps until this one has ended.
        let f = unsafe { (*argument.cast::<Option<F>>()).take() };
        f.into_iter().for_each(|f| f());
        std::ptr::null_mut()
    }
    let mut f = Some(f);
    let mut thread = 0;
    // SAFETY: `f` outlives the thread, which is joined; nobody else touches it meanwhile.
    unsafe {
        let made = libc::pthread_create(&mut thread, std::ptr::null(), enter::<F>, (&raw mut f).cast());
        assert_eq!(made, 0, "a thread");
        libc::pthread_join(thread, std::ptr::null_mut());
    }
}

/// How many frames there are from here outwards, the caller's own included.
#[inline(never)]
pub fn frames() -> usize {
    let mut count: usize = 0;
    backtrace::trace(|_| {
        count += 1;
        true
    });
    // Its own, and that of the unwinder's caller.
    count.saturating_sub(2)
}

/// Runs `f` so many calls deeper.
#[inline(never)]
pub fn deeper(calls: usize, f: &mut dyn FnMut()) {
    if calls == 0 {
        f();
    } else {
        deeper(calls - 1, f);
    }
    // Keeps the call above a call.
    black_box(calls);
}

/// Runs `f` in a function that has `wanted` frames from its own outwards, or as few more as there are already.
pub fn at_depth(wanted: usize, f: &mut dyn FnMut()) {
    let mut here = 0;
    deeper(0, &mut || here = frames());
    deeper(wanted.saturating_sub(here), f);
}
