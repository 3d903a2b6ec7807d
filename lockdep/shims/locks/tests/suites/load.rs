// The locks under load: nobody is in who should not be. `locks` are those of one version, `lock_api` its generic locks.

use std::sync::atomic::{AtomicI32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use lock_api::{Mutex, RwLock, RwLockUpgradableReadGuard, RwLockWriteGuard};
use locks::{Condvar, RawFairMutex, RawMutex};

const STEPS: u32 = 20_000;

fn seconds() -> Duration {
    let seconds = std::env::var("LOCKDEP_STORM_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    Duration::from_secs_f64(seconds.unwrap_or(1.0))
}

#[test]
fn a_mutex_lets_one_in() {
    fn check<R: lock_api::RawMutexTimed<Duration = Duration> + lock_api::RawMutexFair + Send + Sync>() {
        let count: Mutex<R, u32> = Mutex::new(0);
        thread::scope(|scope| {
            for n in 0..4 {
                let count = &count;
                scope.spawn(move || {
                    for step in 0..STEPS {
                        match (step + n) % 8 {
                            0 => lock_api::MutexGuard::unlock_fair({
                                let mut count = count.lock();
                                *count += 1;
                                count
                            }),
                            1 => {
                                let mut count = count.lock();
                                *count += 1;
                                lock_api::MutexGuard::bump(&mut count);
                            }
                            2 => {
                                *loop {
                                    if let Some(count) = count.try_lock_for(Duration::from_micros(50)) {
                                        break count;
                                    }
                                } += 1
                            }
                            _ => *count.lock() += 1,
                        }
                    }
                });
            }
        });
        assert_eq!(*count.lock(), 4 * STEPS);
    }
    check::<RawMutex>();
    check::<RawFairMutex>();
}

#[test]
fn a_fair_release_hands_over() {
    let lock: Mutex<RawMutex, u32> = Mutex::new(0);
    let mut held = lock.lock();
    thread::scope(|scope| {
        let waiter = scope.spawn(|| *lock.lock() = 1);
        // Until it sleeps.
        thread::sleep(Duration::from_millis(200));
        lock_api::MutexGuard::bump(&mut held);
        assert_eq!(*held, 1, "the one that waited was next");
        waiter.join().unwrap();
    });
}

/// Random holds of every kind, in several threads: counted by hand. `$again` reads what this thread reads already.
macro_rules! storm {
    ($Raw:ty, |$lock:ident| $again:expr) => {{
        static IN: AtomicI32 = AtomicI32::new(0);
        static UPGRADABLE: AtomicI32 = AtomicI32::new(0);
        const WRITER: i32 = 1_000;
        let read = || assert!(IN.fetch_add(1, Ordering::SeqCst) < WRITER);
        let unread = || assert!(IN.fetch_sub(1, Ordering::SeqCst) > 0);
        let write = || assert_eq!(IN.fetch_add(WRITER, Ordering::SeqCst), 0);
        let unwrite = || assert_eq!(IN.fetch_sub(WRITER, Ordering::SeqCst), WRITER);
        let upgradable = || assert_eq!(UPGRADABLE.fetch_add(1, Ordering::SeqCst), 0);
        let unupgradable = || assert_eq!(UPGRADABLE.fetch_sub(1, Ordering::SeqCst), 1);

        let lock: RwLock<$Raw, ()> = RwLock::new(());
        let begun = Instant::now();
        thread::scope(|scope| {
            for n in 0..4_u32 {
                let lock = &lock;
                scope.spawn(move || {
                    let mut random = n.wrapping_mul(0x9e37_79b9) | 1;
                    while begun.elapsed() < seconds() {
                        random ^= random << 13;
                        random ^= random >> 17;
                        random ^= random << 5;
                        let soon = Duration::from_micros(u64::from(random >> 8) % 80);
                        match random % 11 {
                            0 => {
                                let guard = lock.write();
                                write();
                                unwrite();
                                drop(guard);
                            }
                            1 => {
                                let guard = lock.write();
                                write();
                                unwrite();
                                read();
                                let guard = RwLockWriteGuard::downgrade(guard);
                                unread();
                                drop(guard);
                            }
                            2 => {
                                let guard = lock.upgradable_read();
                                upgradable();
                                read();
                                unread();
                                unupgradable();
                                let guard = RwLockUpgradableReadGuard::upgrade(guard);
                                write();
                                unwrite();
                                upgradable();
                                let guard = RwLockWriteGuard::downgrade_to_upgradable(guard);
                                unupgradable();
                                drop(RwLockUpgradableReadGuard::downgrade(guard));
                            }
                            3 => {
                                if let Some(guard) = lock.try_write_for(soon) {
                                    write();
                                    unwrite();
                                    RwLockWriteGuard::unlock_fair(guard);
                                }
                            }
                            4 => {
                                let guard = lock.upgradable_read();
                                match RwLockUpgradableReadGuard::try_upgrade_for(guard, soon) {
                                    Ok(guard) => {
                                        write();
                                        unwrite();
                                        drop(guard);
                                    }
                                    Err(guard) => {
                                        upgradable();
                                        unupgradable();
                                        drop(guard);
                                    }
                                }
                            }
                            5 => {
                                let outer = lock.read();
                                read();
                                let $lock = lock;
                                // A `try_read` may get nothing, for a writer waits: then nobody reads once `outer` is gone.
                                let inner: Option<lock_api::RwLockReadGuard<'_, $Raw, ()>> = Option::from($again);
                                if inner.is_some() {
                                    drop(outer);
                                    thread::yield_now();
                                    unread();
                                    drop(inner);
                                } else {
                                    unread();
                                    drop(outer);
                                }
                            }
                            6 => {
                                if let Some(mut guard) = lock.try_read_for(soon) {
                                    lock_api::RwLockReadGuard::bump(&mut guard);
                                    read();
                                    unread();
                                }
                            }
                            7 => {
                                if let Some(guard) = lock.try_write() {
                                    write();
                                    unwrite();
                                    drop(guard);
                                }
                            }
                            _ => {
                                let guard = lock.read();
                                read();
                                if random & 1 << 20 != 0 {
                                    thread::yield_now();
                                }
                                unread();
                                drop(guard);
                            }
                        }
                    }
                });
            }
        });
        assert!(!lock.is_locked());
        assert!(lock.try_write().is_some());
    }};
}

/// What passes whom, with a writer waiting and without, next to the original.
macro_rules! table {
    ($lock:expr $(, $more:ident $more_for:ident)?) => {{
        let lock = $lock;
        let mut table = Vec::new();
        for writer_waits in [false, true] {
            for held in 0..3 {
                thread::scope(|scope| {
                    let read = (held == 0).then(|| lock.read());
                    let upgradable = (held == 1).then(|| lock.upgradable_read());
                    let write = (held == 2).then(|| lock.write());
                    if writer_waits {
                        scope.spawn(|| drop(lock.write()));
                        thread::sleep(Duration::from_millis(150));
                    }
                    let others = scope.spawn(|| {
                        vec![
                            lock.try_read().is_some(),
                            lock.try_upgradable_read().is_some(),
                            lock.try_write().is_some(),
                            lock.try_read_for(SHORT).is_some(),
                            lock.try_upgradable_read_for(SHORT).is_some(),
                            lock.is_locked(),
                            lock.is_locked_exclusive(),
                            $(lock.$more().is_some(), lock.$more_for(SHORT).is_some(),)?
                        ]
                    });
                    table.push((writer_waits, held, others.join().unwrap()));
                    drop((read, upgradable, write));
                });
            }
        }
        table
    }};
}

/// "(a writer waits; held: read, upgradable, write; what passes)"
fn same(ours: Vec<(bool, i32, Vec<bool>)>, theirs: Vec<(bool, i32, Vec<bool>)>) {
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert_eq!(ours, theirs, "(a writer waits; held: read, upgradable, write; what passes)");
    }
}

#[test]
fn a_condition_variable_wakes_whom_it_should() {
    let (lock, changed) = (Mutex::<RawMutex, u32>::new(0), Condvar::new());
    assert!(!changed.notify_one());
    assert_eq!(changed.notify_all(), 0);
    let begun = Instant::now();
    assert!(changed.wait_for(&mut lock.lock(), SHORT).timed_out());
    assert!(begun.elapsed() >= SHORT);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let mut count = lock.lock();
                *count += 1;
                changed.wait_while(&mut count, |count| *count < 10);
            });
        }
        while *lock.lock() < 3 {
            thread::yield_now();
        }
        // They have released the mutex, so they sleep.
        assert!(changed.notify_one());
        *lock.lock() = 10;
        let mut woken = changed.notify_all();
        while woken < 2 {
            woken += changed.notify_all();
        }
    });
    assert_eq!(*lock.lock(), 10);
}
