//! The spin locks.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use lockdep::spin::{
    MappedRwSpinLockReadGuard, MappedRwSpinLockWriteGuard, MappedSpinLockGuard, RawRwSpinLock, RawSpinLock, RwSpinLock,
    RwSpinLockReadGuard, RwSpinLockWriteGuard, SpinLock, SpinLockGuard,
};
use lockdep::{LockClass, irq, signal};

/// Runs `f` on another thread.
fn elsewhere<U: Send>(f: impl FnOnce() -> U + Send) -> U {
    std::thread::scope(|threads| threads.spawn(f).join().unwrap())
}

fn wait_until(mut condition: impl FnMut() -> bool) {
    while !condition() {
        std::thread::yield_now();
    }
}

#[test]
fn sizes_are_those_of_plain_spin_locks_if_maps_are_empty() {
    assert_eq!((size_of::<RawSpinLock>(), size_of::<RawRwSpinLock>()), (1, 8));
    if size_of::<lockdep_core::LockMap>() == 0 {
        assert_eq!(size_of::<SpinLock<u8>>(), 2);
        assert_eq!(size_of::<SpinLock<u64>>(), 16);
        assert_eq!(size_of::<RwSpinLock<u32>>(), 12);
    }
    assert_eq!(size_of::<SpinLockGuard<'_, u8>>(), size_of::<usize>());
    assert_eq!(size_of::<RwSpinLockReadGuard<'_, u8>>(), size_of::<usize>());
    assert_eq!(size_of::<RwSpinLockWriteGuard<'_, u8>>(), size_of::<usize>());
}

#[test]
fn a_spin_lock_excludes() {
    static CLASS: LockClass = LockClass::new("counter");
    static LOCK: SpinLock<u32> = SpinLock::with_class(0, &CLASS);
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                for _ in 0..5000 {
                    *LOCK.lock() += 1;
                }
            });
        }
    });
    let guard = LOCK.lock();
    assert_eq!(*guard, 20_000);
    assert!(LOCK.is_locked());
    assert!(elsewhere(|| LOCK.try_lock().is_none()));
    drop(guard);
    assert!(elsewhere(|| LOCK.try_lock().is_some()));
}

#[test]
fn a_waiting_thread_gets_the_lock_of_one_that_sleeps() {
    // Longer than a thread spins, so that it has to yield as well.
    let (lock, held) = (SpinLock::new(0), AtomicBool::new(false));
    std::thread::scope(|threads| {
        threads.spawn(|| {
            let mut guard = lock.lock();
            held.store(true, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(20));
            *guard = 1;
        });
        wait_until(|| held.load(Ordering::SeqCst));
        assert_eq!(*lock.lock(), 1);
    });
}

#[test]
fn guards_map() {
    let lock = SpinLock::new((1, 2));
    let mut guard: MappedSpinLockGuard<'_, i32> = SpinLockGuard::map(lock.lock(), |data| &mut data.1);
    *guard = 3;
    drop(guard);
    assert_eq!(lock.into_inner(), (1, 3));

    let lock = RwSpinLock::new((1, 2));
    let mut guard: MappedRwSpinLockWriteGuard<'_, i32> = RwSpinLockWriteGuard::map(lock.write(), |data| &mut data.1);
    *guard = 3;
    drop(guard);
    let guard: MappedRwSpinLockReadGuard<'_, i32> = RwSpinLockReadGuard::map(lock.read(), |data| &data.1);
    assert_eq!(*guard, 3);
}

#[test]
fn irq_guards_block_the_signals() {
    let lock = SpinLock::new(0);
    *lock.lock_irq() += 1;
    *lock.lock_irqsave() += 1;
    *lock.lock_irq_counted() += 1;
    {
        let guard = lock.lock_irq();
        assert!(*guard == 3 && !irq::enabled());
    }
    let lock = RwSpinLock::new(0);
    *lock.write_irqsave() = 1;
    {
        let guard = lock.read_irqsave();
        assert!(*guard == 1 && !irq::enabled());
    }
    assert!(irq::enabled());
}

#[test]
fn an_rw_spin_lock_shares_and_excludes() {
    let lock = RwSpinLock::new(1);
    {
        let _read = lock.read();
        assert!(elsewhere(|| lock.try_read().is_some()));
        assert!(elsewhere(|| lock.try_write().is_none()));
        assert!(lock.is_locked() && !lock.is_locked_exclusive());
    }
    let write = lock.write();
    assert!(lock.is_locked_exclusive());
    assert!(elsewhere(|| lock.try_read().is_none()));
    assert!(elsewhere(|| lock.try_read_recursive().is_none()));
    let read = RwSpinLockWriteGuard::downgrade(write);
    assert_eq!(elsewhere(|| *lock.try_read().unwrap()), *read);
    assert!(elsewhere(|| lock.try_write().is_none()));
    drop(read);
    assert!(!lock.is_locked());
}

#[test]
fn writers_and_readers_see_whole_values() {
    static LOCK: RwSpinLock<[u32; 2]> = RwSpinLock::new([0; 2]);
    std::thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                for _ in 0..2000 {
                    let mut guard = LOCK.write();
                    guard[0] += 1;
                    guard[1] += 1;
                }
            });
            threads.spawn(|| {
                for _ in 0..2000 {
                    let guard = LOCK.read();
                    assert_eq!(guard[0], guard[1]);
                }
            });
        }
    });
    assert_eq!(*LOCK.read(), [4000; 2]);
}

#[test]
fn a_waiting_writer_goes_before_plain_readers_only() {
    let lock = RwSpinLock::new(0);
    std::thread::scope(|threads| {
        let read = lock.read_recursive();
        threads.spawn(|| *lock.write() = 1);
        wait_until(|| elsewhere(|| lock.try_read().is_none()));
        // As the handler of a signal that interrupts the reader must.
        assert_eq!(*lock.read_recursive(), 0);
        assert_eq!(elsewhere(|| *lock.try_read_recursive().unwrap()), 0);
        drop(read);
    });
    assert_eq!(*lock.read(), 1);
}

#[test]
fn a_read_in_a_handler_passes_a_waiting_writer() {
    static LOCK: RwSpinLock<u32> = RwSpinLock::new(0);
    static SEEN: AtomicU32 = AtomicU32::new(u32::MAX);

    let handler = || SEEN.store(*LOCK.read(), Ordering::SeqCst);
    // SAFETY: the handler takes a spin lock that no code holds exclusively with the signal open, and stores an atomic.
    let registration = unsafe { signal::register(libc::SIGUSR2, handler) }.unwrap();
    std::thread::scope(|threads| {
        let read = LOCK.read();
        threads.spawn(|| *LOCK.write_irqsave() = 1);
        wait_until(|| elsewhere(|| LOCK.try_read().is_none()));
        // A read that waited for the writer here would wait for ever: rather end by a signal.
        // SAFETY: both calls take no pointer; SIGUSR2 has a handler, and SIGALRM may end the process.
        unsafe {
            libc::alarm(10);
            libc::raise(libc::SIGUSR2);
            libc::alarm(0);
        }
        assert_eq!(SEEN.load(Ordering::SeqCst), 0);
        drop(read);
    });
    signal::unregister(registration);
    assert_eq!(*LOCK.read(), 1);
}
