// What only 0.12 and 0.11 have, of the mirror, the shim and the original; `locks` is one of them.

use std::time::Instant;

use locks::{FairMutex, Mutex, ReentrantMutex, RwLock};

use super::{LONG, SHORT, elsewhere, wait_until};

#[test]
fn const_functions() {
    static MUTEX: Mutex<u8> = locks::const_mutex(1);
    static FAIR: FairMutex<u8> = locks::const_fair_mutex(2);
    static REENTRANT: ReentrantMutex<u8> = locks::const_reentrant_mutex(3);
    static RWLOCK: RwLock<u8> = locks::const_rwlock(4);
    assert_eq!((*MUTEX.lock(), *FAIR.lock(), *REENTRANT.lock(), *RWLOCK.read()), (1, 2, 3, 4));
}

#[test]
fn a_recursive_read_waits_for_a_writer_that_is_in() {
    let lock = RwLock::new(());
    let guard = lock.write();
    elsewhere(|| {
        assert!(lock.try_read_recursive().is_none());
        assert!(lock.try_read_recursive_for(SHORT).is_none());
        assert!(lock.try_read_recursive_until(Instant::now() + SHORT).is_none());
    });
    drop(guard);
    assert!(lock.try_read_recursive_for(LONG).is_some());
}

#[test]
fn a_waiting_writer_goes_before_plain_readers_only() {
    let lock = RwLock::new(0);
    std::thread::scope(|threads| {
        let _read = lock.read_recursive();
        threads.spawn(|| *lock.write() = 1);
        wait_until(|| elsewhere(|| lock.try_read().is_none()));
        assert_eq!(*lock.read_recursive(), 0);
        assert_eq!(elsewhere(|| *lock.read_recursive()), 0);
        assert!(elsewhere(|| lock.try_read_for(SHORT).is_none()));
        assert!(elsewhere(|| lock.try_upgradable_read_for(SHORT).is_none()));
        // One that waits counts as one that is in.
        assert!(lock.is_locked_exclusive());
    });
    assert_eq!(*lock.read(), 1);
}
