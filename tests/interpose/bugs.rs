//! The same bugs, whoever installed the handler.

use std::ffi::c_int;
use std::hint::black_box;
use std::mem::forget;
use std::sync::atomic::{AtomicBool, Ordering};

use lockdep::parking_lot::Mutex;
use lockdep::spin::SpinLock;
use lockdep::{LockClass, irq};

use crate::install::{Installer, mask, raise};

struct Stats(u64);
static STATS: SpinLock<Stats> = SpinLock::new(Stats(0));

extern "C" fn counts(_signal: c_int) {
    STATS.lock().0 += 1;
}

/// A lock of the handler, held elsewhere with the signal open.
pub(crate) fn usage(installer: &Installer) {
    installer.install(libc::SIGUSR1, counts, &[]);
    STATS.lock().0 += 1;
    raise(libc::SIGUSR1);
    assert_eq!(STATS.lock_irqsave().0, 2);
}

/// The handler finds the lock held by the code below it.
pub(crate) fn recursion(installer: &Installer) {
    installer.install(libc::SIGUSR1, counts, &[]);
    let _stats = STATS.lock();
    raise(libc::SIGUSR1);
}

/// A lock that sleeps, in a handler.
pub(crate) fn wait(installer: &Installer) {
    static LOG: Mutex<String> = Mutex::new(String::new());
    extern "C" fn logs(_signal: c_int) {
        drop(LOG.lock());
    }
    installer.install(libc::SIGTERM, logs, &[]);
    raise(libc::SIGTERM);
}

/// A handler that returns with a lock.
pub(crate) fn held(installer: &Installer) {
    extern "C" fn forgets(_signal: c_int) {
        forget(STATS.lock());
    }
    installer.install(libc::SIGUSR2, forgets, &[]);
    raise(libc::SIGUSR2);
}

/// A handler that changes the mask and leaves it so.
pub(crate) fn mask_left(installer: &Installer) {
    extern "C" fn blocks(_signal: c_int) {
        mask(libc::SIG_BLOCK, &[libc::SIGALRM]);
    }
    installer.install(libc::SIGUSR1, blocks, &[]);
    raise(libc::SIGUSR1);
}

static QUEUE: SpinLock<u8> = SpinLock::new(0);
static DISK: SpinLock<u16> = SpinLock::new(0);

/// Two handlers, one on top of the other, that take two locks in both orders.
pub(crate) fn nested(installer: &Installer) {
    extern "C" fn outer(_signal: c_int) {
        {
            let _queue = QUEUE.lock_irqsave();
            let _disk = DISK.lock_irqsave();
        }
        raise(libc::SIGUSR2);
    }
    extern "C" fn inner(_signal: c_int) {
        let _disk = DISK.lock_irqsave();
        let _queue = QUEUE.lock_irqsave();
    }
    installer.install(libc::SIGUSR1, outer, &[]);
    installer.install(libc::SIGUSR2, inner, &[]);
    raise(libc::SIGUSR1);
}

/// A handler comes at two places, and does something new at the second: what it held there already is shown with that place.
pub(crate) fn interrupted(installer: &Installer) {
    static AGAIN: AtomicBool = AtomicBool::new(false);
    #[inline(never)]
    fn takes_queue(then: impl FnOnce()) {
        let queue = QUEUE.lock();
        then();
        drop(queue);
    }
    extern "C" fn handles(_signal: c_int) {
        takes_queue(|| {
            if AGAIN.load(Ordering::Relaxed) {
                drop(DISK.lock());
            }
        });
    }
    // Two functions, which must not be made one.
    #[inline(never)]
    fn first_place() {
        raise(libc::SIGUSR1);
        black_box(1);
    }
    #[inline(never)]
    fn second_place() {
        raise(libc::SIGUSR1);
        black_box(2);
    }
    installer.install(libc::SIGUSR1, handles, &[]);
    for _ in 0..3 {
        first_place();
    }
    AGAIN.store(true, Ordering::Relaxed);
    second_place();
    let flags = irq::save();
    {
        let _disk = DISK.lock();
        let _queue = QUEUE.lock();
    }
    irq::restore(flags);
}

/// Foreign code opens the signals of a section, under the lock taken in it.
pub(crate) fn foreign_enable(installer: &Installer) {
    installer.install(libc::SIGUSR1, counts, &[]);
    let stats = STATS.lock_irqsave();
    mask(libc::SIG_UNBLOCK, &[libc::SIGUSR1]);
    drop(stats);
}

/// A wait that opens a signal, under a lock taken with it blocked.
pub(crate) fn foreign_wait(installer: &Installer) {
    installer.install(libc::SIGUSR1, counts, &[]);
    let flags = irq::save();
    {
        let _stats = STATS.lock();
        let nothing = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: no descriptors, and an empty mask.
        unsafe {
            let open = std::mem::zeroed();
            assert_eq!(libc::ppoll(std::ptr::null_mut(), 0, &nothing, &open), 0);
        }
    }
    irq::restore(flags);
}

/// A handler that leaves by a jump, with a lock.
/// A fault in the middle of the validator, which no stack that overflows there does otherwise.
pub(crate) fn jump_out(installer: &Installer) {
    static FAULTY: LockClass = LockClass::new("faulty").ordered_by(|held, new| {
        // SAFETY: it is meant to fault.
        unsafe { std::ptr::without_provenance_mut::<u32>(8).write_volatile(1) };
        held.cmp(&new)
    });
    extern "C" fn locks() {
        let [first, second] = [1, 2].map(|n| SpinLock::with_class(n, &FAULTY));
        drop((first.lock(), second.lock()));
    }
    let survive: unsafe extern "C" fn(extern "C" fn()) -> c_int = installer.function(c"survive_fault_of");
    // SAFETY: the function of the C file; nothing of `locks` needs to be dropped.
    unsafe { survive(locks) };
}

pub(crate) fn jump_with_lock(installer: &Installer) {
    extern "C" fn takes() {
        forget(STATS.lock());
    }
    let survive: unsafe extern "C" fn(c_int, c_int, Option<extern "C" fn()>) -> c_int = installer.function(c"survive_faults");
    // SAFETY: the function of the C file.
    assert_eq!(unsafe { survive(1, 1, Some(takes)) }, 1);
    // Not in a handler any more.
    static LOG: Mutex<u8> = Mutex::new(0);
    drop(LOG.lock());
}
