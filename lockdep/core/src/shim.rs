//! Packages that stand for others under `[patch.crates-io]` say that they are there: cargo only warns when a patch is not used.

use core::ptr;
use core::sync::atomic::{AtomicPtr, Ordering};

/// One of them.
#[derive(Debug)]
pub struct Shim {
    name: &'static str,
    version: &'static str,
    next: AtomicPtr<Shim>,
}

static FIRST: AtomicPtr<Shim> = AtomicPtr::new(ptr::null_mut());

impl Shim {
    /// For [`shim!`](crate::shim).
    #[doc(hidden)]
    #[must_use]
    pub const fn new(name: &'static str, version: &'static str) -> Shim {
        Shim { name, version, next: AtomicPtr::new(ptr::null_mut()) }
    }

    /// Before `main`, once.
    #[doc(hidden)]
    pub fn announce(&'static self) {
        self.next.store(FIRST.load(Ordering::Relaxed), Ordering::Relaxed);
        FIRST.store(ptr::from_ref(self).cast_mut(), Ordering::Release);
    }

    /// The package it stands for, and its version.
    #[must_use]
    pub fn name(&self) -> (&'static str, &'static str) {
        (self.name, self.version)
    }
}

/// The shims in this process.
pub fn shims() -> impl Iterator<Item = &'static Shim> {
    let mut next = FIRST.load(Ordering::Acquire);
    core::iter::from_fn(move || {
        // SAFETY: only `announce` stores here, and what it is given is static.
        let shim = unsafe { next.as_ref() }?;
        next = shim.next.load(Ordering::Relaxed);
        Some(shim)
    })
}

/// Makes the package that says it known as a shim of its own name and version.
#[doc(hidden)]
#[macro_export]
macro_rules! shim {
    () => {
        const _: () = {
            static SHIM: $crate::Shim = $crate::Shim::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));

            extern "C" fn announce() {
                SHIM.announce();
            }

            // SAFETY: `.init_array` holds pointers to functions that the loader calls before `main`, numbered ones first; this is
            // one.
            #[used]
            #[unsafe(link_section = ".init_array.00200")]
            static ANNOUNCE: extern "C" fn() = announce;
        };
    };
}
