//! The twin without validation.

use core::panic::Location;
use std::cell::Cell;
use std::io::{self, Write};

use super::{Config, Stats};
use crate::report::Report;

pub(super) fn install(_config: Config) {}

pub(super) fn reports() -> Vec<Report> {
    Vec::new()
}

pub(super) fn on_report(_callback: fn(&Report)) {}

pub(super) fn stats() -> Stats {
    Stats::default()
}

pub(super) fn dump_held() {}

pub(super) fn dump_graph_dot(w: &mut dyn Write) -> io::Result<()> {
    w.write_all(b"digraph lockdep {\n}\n")
}

pub(super) fn dump_graph_json(w: &mut dyn Write) -> io::Result<()> {
    w.write_all(b"{\"version\":1,\"classes\":[],\"dependencies\":[]}\n")
}

thread_local! {
    /// How many handlers run on this thread.
    static HANDLERS: Cell<u32> = const { Cell::new(0) };
}

#[inline]
pub(super) fn in_handler() -> bool {
    HANDLERS.get() != 0
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Handler;

impl Handler {
    #[inline(always)]
    pub(super) fn new(_name: Option<&'static str>, _site: &'static Location<'static>) -> Handler {
        Handler
    }
}

pub(super) fn in_signal<R>(_signal: libc::c_int, _handler: Handler, f: impl FnOnce() -> R) -> R {
    struct Leave;
    impl Drop for Leave {
        fn drop(&mut self) {
            HANDLERS.set(HANDLERS.get() - 1);
        }
    }
    HANDLERS.set(HANDLERS.get() + 1);
    let _leave = Leave;
    f()
}

pub(super) fn quietly<R>(f: impl FnOnce() -> R) -> R {
    f()
}

pub(super) fn about_to_handle(_signal: libc::c_int) {}

pub(super) fn handlers_expected() {}

pub(super) fn adopt(_signal: libc::c_int) {}

#[inline(always)]
pub(super) fn might_sleep() {}

#[inline(always)]
pub(super) fn assert_none_held() {}

#[cold]
pub(super) fn abort(why: &str) -> ! {
    let _ = writeln!(io::stderr(), "lockdep: {why}");
    std::process::abort()
}
