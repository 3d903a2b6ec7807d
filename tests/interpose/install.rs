//! Three ways to install a handler.

use std::ffi::{CString, c_int, c_void};
use std::mem::{transmute_copy, zeroed};

/// A handler that takes the signal's number.
pub(crate) type Handler = extern "C" fn(c_int);

pub(crate) enum Installer {
    Raw,
    Hook,
    /// A shared library, as `dlopen` gave it.
    C(*mut c_void),
}

impl Installer {
    pub(crate) fn named(name: &str) -> Installer {
        match name {
            "raw" => Installer::Raw,
            "hook" => Installer::Hook,
            path => {
                let path = CString::new(path).unwrap();
                // SAFETY: the path is a library of ours, whose initialisation does nothing.
                let library = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW) };
                assert!(!library.is_null(), "{path:?} is no shared library");
                Installer::C(library)
            }
        }
    }

    /// Installs `handler` for `signal`, with the signals of `mask` blocked while it runs (signal-hook has no such mask).
    pub(crate) fn install(&self, signal: c_int, handler: Handler, mask: &[c_int]) {
        match self {
            Installer::Raw => {
                // SAFETY: all zeros is an action; the handler is a function of this program.
                unsafe {
                    let mut action: libc::sigaction = zeroed();
                    action.sa_sigaction = handler as usize;
                    action.sa_flags = libc::SA_RESTART;
                    for &signal in mask {
                        libc::sigaddset(&mut action.sa_mask, signal);
                    }
                    assert_eq!(libc::sigaction(signal, &action, std::ptr::null_mut()), 0);
                }
            }
            Installer::Hook => {
                // SAFETY: what the handlers do is what the tests are about.
                unsafe { signal_hook::low_level::register(signal, move || handler(signal)) }.unwrap();
            }
            Installer::C(_) => {
                let install: unsafe extern "C" fn(c_int, Handler, *const c_int, usize) -> c_int = self.function(c"install");
                // SAFETY: the function takes these arguments.
                assert_eq!(unsafe { install(signal, handler, mask.as_ptr(), mask.len()) }, 0);
            }
        }
    }

    /// A function of the C library.
    pub(crate) fn function<F: Copy>(&self, name: &std::ffi::CStr) -> F {
        let Installer::C(library) = self else { panic!("only the C file has {name:?}") };
        assert_eq!(size_of::<F>(), size_of::<usize>());
        // SAFETY: the library is open; the caller names the type that the function has in the C file.
        unsafe {
            let found = libc::dlsym(*library, name.as_ptr());
            assert!(!found.is_null(), "no function {name:?}");
            transmute_copy::<*mut c_void, F>(&found)
        }
    }

    pub(crate) fn is_c(&self) -> bool {
        matches!(self, Installer::C(_))
    }
}

/// Raises a signal in this thread: its handler has run when this returns, unless it is blocked.
pub(crate) fn raise(signal: c_int) {
    // SAFETY: the callers have installed handlers.
    assert_eq!(unsafe { libc::raise(signal) }, 0);
}

/// Changes the mask as foreign code does.
pub(crate) fn mask(how: c_int, signals: &[c_int]) -> u64 {
    // SAFETY: all zeros is the empty set, and both sets live across the call.
    unsafe {
        let (mut set, mut old) = (zeroed::<libc::sigset_t>(), zeroed::<libc::sigset_t>());
        for &signal in signals {
            libc::sigaddset(&mut set, signal);
        }
        assert_eq!(libc::pthread_sigmask(how, &set, &mut old), 0);
        (&raw const old).cast::<u64>().read()
    }
}

/// Begins a process that has this one's memory, and ends after `what`.
#[inline(never)]
pub(crate) fn in_child(what: fn()) {
    // SAFETY: the child does what it may, and ends.
    unsafe {
        #[expect(deprecated, reason = "it is what this is about")]
        let child = libc::vfork();
        if child == 0 {
            what();
            libc::_exit(0);
        }
        let mut status = 0;
        assert_eq!((libc::waitpid(child, &mut status, 0), status), (child, 0));
    }
}
