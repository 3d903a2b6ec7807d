//! The slow section: all signals blocked, one lock held, and with it every global of the validator.
//!
//! The invariant that all of `globals` rests on: [`Globals`] is touched only in a slow section. A handler cannot interrupt one
//! (signals are blocked before the lock is taken), another thread cannot enter one, and the same thread nests only into
//! [`with_blocks`] (the engine allocates), which is a global of its own.

use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicU32, Ordering};

use super::globals::Globals;
use super::lock::Lock;
use super::{Errno, give_up, thread};
use crate::arena::Blocks;
use crate::irq::Lines;
use crate::runtime::mask;

static LOCK: Lock = Lock { state: AtomicU32::new(0) };

struct Shared<T>(UnsafeCell<T>);

// SAFETY: see the invariant in the file header.
unsafe impl<T> Sync for Shared<T> {}

static GLOBALS: Shared<Globals> = Shared(UnsafeCell::new(Globals::new()));
static BLOCKS: Shared<Blocks> = Shared(UnsafeCell::new(Blocks::new()));

/// Runs `f` in a slow section.
///
/// `f` must not block, panic, touch a lock that is checked, allocate but from the arena, or call this again. Code of the program runs in
/// here in one case only, the comparator of a class: if that panics or comes here again, the process ends.
///
/// **Signal safety:** may be called in a handler.
pub(crate) fn with<R>(f: impl FnOnce(&mut Globals) -> R) -> R {
    let section = Section::enter();
    if !section.outermost {
        give_up(
            b"lockdep: the comparator of a `LockClass` takes, waits for or drops a lock, which it must not: this is an abort\n",
        );
    }
    let whole = Whole;
    // SAFETY: the section is ours alone.
    let result = f(unsafe { &mut *GLOBALS.0.get() });
    core::mem::forget(whole);
    drop(section);
    result
}

/// Lets nobody see the globals as a panic leaves them.
struct Whole;

impl Drop for Whole {
    fn drop(&mut self) {
        give_up(b"lockdep: the comparator of a `LockClass` panicked, which it must not: this is an abort\n");
    }
}

/// Runs `f` with the memory of the arena, inside a slow section or outside.
pub(crate) fn with_blocks<R>(f: impl FnOnce(&mut Blocks) -> R) -> R {
    let section = Section::enter();
    // SAFETY: the section is this thread's, and `f`, the arena's own code, does not come here again.
    let result = f(unsafe { &mut *BLOCKS.0.get() });
    drop(section);
    result
}

/// Being inside the slow section.
pub(crate) struct Section {
    outermost: bool,
    mask: u64,
    /// Put back last.
    _errno: Errno,
}

impl Section {
    pub(crate) fn enter() -> Section {
        let _errno = Errno::keep();
        if thread::current().slow.load(Ordering::Relaxed) != 0 {
            return Section { outermost: false, mask: 0, _errno };
        }
        #[cfg(test)]
        SECTIONS.with(|sections| sections.set(sections.get() + 1));
        // Faults stay deliverable: blocking them only turns a crash into a kill.
        let mask = mask::block(Lines::ALL.bits() | crate::irq::bit(libc::SIGABRT));
        LOCK.lock();
        thread::current().slow.store(1, Ordering::Relaxed);
        Section { outermost: true, mask, _errno }
    }
}

impl Drop for Section {
    fn drop(&mut self) {
        if !self.outermost {
            return;
        }
        thread::current().slow.store(0, Ordering::Relaxed);
        LOCK.unlock();
        mask::set(self.mask);
    }
}

#[cfg(test)]
std::thread_local! {
    static SECTIONS: core::cell::Cell<u32> = const { core::cell::Cell::new(0) };
}

/// How many slow sections this thread was in.
#[cfg(test)]
pub(crate) fn sections() -> u32 {
    SECTIONS.get()
}

/// Enters for the time of a fork, signals blocked by the caller.
pub(super) fn lock_for_fork() {
    LOCK.lock();
    thread::current().slow.store(1, Ordering::Relaxed);
}

/// Leaves after a fork, in the parent and in the child.
pub(super) fn unlock_after_fork() {
    thread::current().slow.store(0, Ordering::Relaxed);
    LOCK.unlock();
}

/// The globals between both.
pub(super) fn forked_globals(f: impl FnOnce(&mut Globals)) {
    debug_assert_ne!(thread::current().slow.load(Ordering::Relaxed), 0);
    // SAFETY: this thread is inside, since `lock_for_fork`.
    f(unsafe { &mut *GLOBALS.0.get() });
}
