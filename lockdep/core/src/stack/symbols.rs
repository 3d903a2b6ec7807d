//! From return addresses to frames a person can read. Allocates and locks: never in a handler.

use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::path::Path;

use super::capture::RETURN_FROM_SIGNAL;
use crate::report::{Frame, in_library};

/// Crates whose frames are never the user's: ours, and what lies between a signal and its action.
const OURS: [&str; 6] =
    ["lockdep", "lockdep_core", "lockdep_lock_api", "lockdep_shim_locks", "signal_hook", "signal_hook_registry"];

/// Threads that look for symbols: the library has a lock for that.
static LOOKING: AtomicU32 = AtomicU32::new(0);
/// A fork left that lock behind, perhaps locked.
static LOST: AtomicBool = AtomicBool::new(false);

/// In the child of a fork: if another thread of the parent looked for symbols, nobody here can, and frames are module and offset.
pub(crate) fn forked() {
    if LOOKING.swap(0, Ordering::Relaxed) != 0 {
        LOST.store(true, Ordering::Relaxed);
    }
}

fn resolve(call: *mut core::ffi::c_void, found: impl FnMut(&backtrace::Symbol)) {
    LOOKING.fetch_add(1, Ordering::Relaxed);
    if !LOST.load(Ordering::Relaxed) {
        backtrace::resolve(call, found);
    }
    LOOKING.fetch_sub(1, Ordering::Relaxed);
}

/// The frames of a stack, innermost first, without our own and without what starts a thread or the program.
pub(crate) fn symbolize(addresses: &[usize]) -> Vec<Frame> {
    let mut frames = Vec::new();
    for &ip in addresses {
        // A return address points behind the call; the call is what is meant.
        let call = ip.wrapping_sub(1) as *mut core::ffi::c_void;
        let before = frames.len();
        resolve(call, |symbol| {
            let name = symbol.name().map(|name| format!("{name:#}"));
            let file = symbol.filename().map(Path::to_string_lossy).map(String::from);
            let (line, column) = (symbol.lineno().unwrap_or(0), symbol.colno().unwrap_or(0));
            frames.push(Frame { ip, symbol: name, file, line, column, module: None });
        });
        if is_return_from_handler(ip) {
            frames.truncate(before);
            frames.push(Frame { ip, symbol: Some(SIGNAL.into()), file: None, line: 0, column: 0, module: None });
        } else if frames.len() == before {
            frames.push(Frame { ip, symbol: None, file: None, line: 0, column: 0, module: module(call) });
        }
    }
    trim(frames)
}

/// What can be said of code without symbols: the program or library, and the place in it, which does not change from run to run.
fn module(address: *mut core::ffi::c_void) -> Option<String> {
    // SAFETY: all zeros is a `Dl_info`, which is pointers.
    let mut info: libc::Dl_info = unsafe { core::mem::zeroed() };
    // SAFETY: `info` lives across the call; the address is only compared.
    if unsafe { libc::dladdr(address, &raw mut info) } == 0 || info.dli_fname.is_null() {
        return None;
    }
    // SAFETY: a string that lives as long as what is loaded, which has code on a stack of the program.
    let path = unsafe { core::ffi::CStr::from_ptr(info.dli_fname) }.to_string_lossy();
    let name = path.rsplit('/').next().unwrap_or(&path);
    Some(format!("{name}+{:#x}", address.addr() - info.dli_fbase.addr()))
}

/// What stands between a handler and what it interrupted.
const SIGNAL: &str = "<signal>";

/// Whether the code there is what a handler returns to.
fn is_return_from_handler(ip: usize) -> bool {
    let mut found = [0_u8; RETURN_FROM_SIGNAL.len()];
    let local = libc::iovec { iov_base: found.as_mut_ptr().cast(), iov_len: found.len() };
    let remote = libc::iovec { iov_base: core::ptr::without_provenance_mut(ip), iov_len: found.len() };
    // By the kernel, for the library that the code was in may be gone.
    // SAFETY: `local` is a buffer of its length, and what is not there is an error.
    let read = unsafe { libc::process_vm_readv(libc::getpid(), &local, 1, &remote, 1, 0) };
    read == found.len() as isize && found == RETURN_FROM_SIGNAL
}

fn trim(mut frames: Vec<Frame>) -> Vec<Frame> {
    if let Some(end) = frames.iter().position(|frame| frame.symbol().is_some_and(starts_thread)) {
        frames.truncate(end);
    }
    frames.retain(|frame| match frame.symbol() {
        Some(symbol) => {
            let of_file = |file| is_our_file(file) || is_bare(symbol) && is_plumbing_file(file);
            !is_ours(symbol) && !is_plumbing(symbol) && !frame.file.as_deref().is_some_and(of_file)
        }
        // Of a program without symbols, or of code that was made at run time.
        None => true,
    });
    if frames.first().is_some_and(|frame| frame.symbol() == Some(SIGNAL)) {
        // All of the handler was ours.
        frames.remove(0);
    }
    frames
}

/// With line tables only, a symbol is a bare name without its crate: the file tells.
fn is_our_file(file: &str) -> bool {
    const DIRECTORIES: [&str; 12] = [
        "/lockdep/core/src/",
        "/lockdep/lock-api/src/",
        "/lockdep/shims/locks/src/",
        "/lockdep/src/dashmap/",
        "/lockdep/src/once_cell/",
        "/lockdep/src/parking_lot/",
        "/lockdep/src/spin/",
        "/lockdep/src/sync/",
        // As a registry has them.
        concat!("/lockdep-", env!("CARGO_PKG_VERSION"), "/src/"),
        "/lockdep-core-",
        "/lockdep-lock-api-",
        "/signal-hook-",
    ];
    DIRECTORIES.iter().any(|directory| file.contains(directory))
}

/// Whether a symbol is a name without a path: `call_once<fn(), ()>`.
fn is_bare(symbol: &str) -> bool {
    !symbol.split('<').next().unwrap_or_default().contains("::")
}

/// What [`is_plumbing`] knows by its path.
fn is_plumbing_file(file: &str) -> bool {
    const PLUMBING: [&str; 8] = [
        "/core/src/ops/function.rs",
        "/core/src/panic/unwind_safe.rs",
        "/std/src/panicking.rs",
        "/std/src/panic.rs",
        "/std/src/sys/",
        "/std/src/thread/",
        "/std/src/rt.rs",
        "/alloc/src/boxed.rs",
    ];
    in_library(file) && PLUMBING.iter().any(|plumbing| file.contains(plumbing))
}

/// The crate a symbol belongs to: of `<a::B as c::D>::e` it is `a`.
fn crate_of(symbol: &str) -> &str {
    let start = symbol.trim_start_matches(['<', '&', '*']);
    let start = start.strip_prefix("mut ").or_else(|| start.strip_prefix("dyn ")).unwrap_or(start);
    start.split("::").next().unwrap_or(start)
}

fn is_ours(symbol: &str) -> bool {
    OURS.contains(&crate_of(symbol)) || symbol.contains(" as lockdep_")
}

/// What lies between a call and what it calls: closures being called, panics being caught, values being dropped.
fn is_plumbing(symbol: &str) -> bool {
    const PLUMBING: [&str; 10] = [
        "core::ops::function::",
        "core::panic::unwind_safe::",
        "core::ptr::drop_",
        "core::mem::drop",
        "std::panicking::",
        "std::panic::",
        "std::sys::",
        "std::thread::",
        "std::rt::",
        "backtrace::",
    ];
    let bare = symbol.trim_start_matches('<');
    let called = symbol.contains(" as core::ops::function::Fn");
    // The compiler's own: `__rust_try`, `__rustc::__rust_alloc`.
    bare.starts_with("__rust") || called || PLUMBING.iter().any(|plumbing| bare.starts_with(plumbing))
}

fn starts_thread(symbol: &str) -> bool {
    symbol.contains("__rust_begin_short_backtrace") || symbol.starts_with("std::rt::lang_start")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(symbol: &str, file: &str) -> Frame {
        Frame { ip: 1, symbol: Some(symbol.into()), file: Some(file.into()), line: 1, column: 0, module: None }
    }

    /// A stripped program: of all its frames only those of the C library have names.
    #[test]
    fn frames_without_names_stay() {
        let frame = |ip, symbol: Option<&str>| Frame {
            ip,
            symbol: symbol.map(String::from),
            file: None,
            line: 0,
            column: 0,
            module: None,
        };
        let frames = trim(vec![frame(1, None), frame(2, None), frame(3, Some("__libc_start_main"))]);
        assert_eq!(frames.iter().map(|frame| frame.ip).collect::<Vec<_>>(), [1, 2, 3]);
    }

    #[test]
    fn plumbing_is_known_by_its_file_where_symbols_are_bare() {
        let library = "/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/";
        let frames = trim(vec![
            frame("with_both<u16, user::main::{closure_env#2}>", "/a/main.rs"),
            frame("map<u8, u8, user::main::{closure_env#0}>", &format!("{library}core/src/option.rs")),
            frame("call_once<fn(), ()>", &format!("{library}core/src/ops/function.rs")),
            frame("do_call<fn(), ()>", &format!("{library}std/src/panicking.rs")),
        ]);
        let symbols: Vec<_> = frames.iter().map(|frame| frame.symbol().unwrap().split('<').next().unwrap()).collect();
        assert_eq!(symbols, ["with_both", "map"]);
    }

    #[test]
    fn a_place_in_a_module_does_not_change_from_run_to_run() {
        let here = frames_without_names_stay as *mut core::ffi::c_void;
        let module = module(here).unwrap();
        let (name, offset) = module.split_once('+').unwrap();
        assert!(std::env::current_exe().unwrap().ends_with(name), "{module}");
        // Where the module lies is no part of it.
        let offset = usize::from_str_radix(offset.strip_prefix("0x").unwrap(), 16).unwrap();
        assert!(offset < 1 << 32, "{module}");
        assert_eq!(super::module(core::ptr::without_provenance_mut(8)), None);
    }

    /// Where a thread waits in a lock of the shims, the watchdog's "now at" began inside that lock.
    #[test]
    fn the_locks_of_the_shims_are_ours() {
        let frames = trim(vec![
            frame("lockdep_shim_locks::mutex::RawMutex::wait", "/a/lockdep/shims/locks/src/mutex.rs"),
            // With line tables only.
            frame("wait", "/a/lockdep/shims/locks/src/mutex.rs"),
            frame("user::main", "/a/main.rs"),
        ]);
        assert_eq!(frames.iter().map(|frame| frame.symbol()).collect::<Vec<_>>(), [Some("user::main")]);
    }
}
