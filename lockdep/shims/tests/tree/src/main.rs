//! Does one thing wrong with the locks of each version, and names it.

use std::time::Duration;

macro_rules! inverted {
    ($first:expr, $second:expr) => {{
        let (first, second) = ($first, $second);
        {
            let _first = first.lock();
            let _second = second.lock();
        }
        let _second = second.lock();
        let _first = first.lock();
    }};
}

fn main() {
    struct Eleven;
    struct Twelve;
    struct Thirteen;
    match std::env::args().nth(1).as_deref() {
        Some("0.11") => inverted!(parking_lot_11::Mutex::new(Eleven), parking_lot_11::const_mutex(0_u8)),
        Some("0.12") => inverted!(parking_lot_12::FairMutex::new(Twelve), parking_lot_12::const_fair_mutex(0_u8)),
        Some("0.13") => inverted!(parking_lot_13::Mutex::new(Thirteen), parking_lot_13::ReentrantMutex::new(0_u8)),
        Some("across") => inverted!(parking_lot_11::Mutex::new(Eleven), parking_lot_13::Mutex::new(Thirteen)),
        // Judged lock by lock: nobody here can annotate them.
        Some("one-class") => {
            let shards: Vec<_> = (0..3).map(|_| parking_lot_12::Mutex::new(Twelve)).collect();
            let all: Vec<_> = shards.iter().map(|shard| shard.lock()).collect();
            drop(all);
            let two = [shards[2].lock(), shards[0].lock()];
            drop(two);
        }
        Some("wait") => {
            let (outer, inner) = (parking_lot_12::Mutex::new(Twelve), parking_lot_12::Mutex::new(false));
            let changed = parking_lot_12::Condvar::new();
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    let _outer = outer.lock();
                    let _ = changed.wait_for(&mut inner.lock(), Duration::from_millis(5));
                });
            });
            // Whoever notifies needs what the waiter holds.
            let _outer = outer.lock();
            changed.notify_one();
        }
        Some("dashmap") => {
            let map: dashmap::DashMap<u32, u32> = dashmap::DashMap::new();
            map.insert(1, 1);
            let _held = map.get(&1);
            map.insert(1, 2);
        }
        // A lock that waits, in a handler that signal-hook installed.
        Some("handler") => {
            static SHARED: parking_lot_12::Mutex<u32> = parking_lot_12::const_mutex(0);
            // SAFETY: it is not; that is the point.
            unsafe { signal_hook::low_level::register(libc::SIGUSR1, || *SHARED.lock() += 1) }.unwrap();
            signal_hook::low_level::raise(libc::SIGUSR1).unwrap();
            assert_eq!(*SHARED.lock(), 1);
        }
        Some("clean") => clean(),
        other => panic!("nothing is called {other:?}"),
    }
}

/// Everything that goes through without a word.
fn clean() {
    use parking_lot_12::lock_api::RawRwLock as _;

    let recursive = parking_lot_13::RecursiveRwLock::new(1);
    assert_eq!(*recursive.read() + *recursive.read(), 2);
    let lock = std::sync::Arc::new(parking_lot_12::RwLock::new(vec![1]));
    let upgradable = lock.upgradable_read();
    let write = parking_lot_12::RwLockUpgradableReadGuard::upgrade(upgradable);
    drop(parking_lot_12::RwLockWriteGuard::map(write, |data| &mut data[0]));
    let arc: lock_api::ArcRwLockReadGuard<parking_lot_12::RawRwLock, Vec<i32>> = lock.read_arc();
    assert_eq!(arc.len(), 1);
    assert!(!parking_lot_12::RawRwLock::INIT.is_locked());
    let once = parking_lot_11::Once::new();
    once.call_once(|| parking_lot_13::Once::new().call_once(|| ()));
    let (mutex, changed) = (parking_lot_13::Mutex::new(0), parking_lot_13::Condvar::new());
    std::thread::scope(|scope| {
        scope.spawn(|| changed.wait_while(&mut mutex.lock(), |done| *done == 0));
        *mutex.lock() = 1;
        changed.notify_all();
    });
    let reentrant = parking_lot_12::ReentrantMutex::new(());
    let _both = (reentrant.lock(), reentrant.lock());
    assert!(parking_lot_12::deadlock::check_deadlock().is_empty());
    assert!(parking_lot_11::deadlock::check_deadlock().is_empty());
    // Its readers pass writers that wait.
    let map: dashmap::DashMap<u32, u32> = [(1, 1)].into_iter().collect();
    let _both = (map.get(&1), map.get(&1));
    signals();
    println!("clean");
}

/// Actions come, run in order and go, while signals pour in.
fn signals() {
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

    static RAN: AtomicU64 = AtomicU64::new(0);
    static BEFORE: AtomicU64 = AtomicU64::new(0);
    extern "C" fn before(_signal: i32) {
        BEFORE.fetch_add(1, Ordering::SeqCst);
    }
    // SAFETY: the handlers and actions only count.
    unsafe {
        libc::signal(libc::SIGUSR2, before as *const () as usize);
        let (first, second) = (
            || {
                RAN.fetch_add(1, Ordering::SeqCst);
            },
            || {
                RAN.fetch_add(1_000, Ordering::SeqCst);
            },
        );
        let first = signal_hook::low_level::register(libc::SIGUSR2, first).unwrap();
        let second = signal_hook::low_level::register(libc::SIGUSR2, second).unwrap();
        libc::raise(libc::SIGUSR2);
        assert!(signal_hook::low_level::unregister(first));
        assert!(!signal_hook::low_level::unregister(first));
        libc::raise(libc::SIGUSR2);
        assert_eq!((RAN.swap(0, Ordering::SeqCst), BEFORE.load(Ordering::SeqCst)), (2_001, 2));
        signal_hook::low_level::unregister(second);
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !over.load(Ordering::SeqCst) {
                        libc::raise(libc::SIGUSR2);
                    }
                });
            }
            for _ in 0..500 {
                // What an action owns must not go while it runs.
                let owned = vec![7_u64; 100];
                let action = move || {
                    RAN.fetch_add(u64::from(owned.iter().all(|n| *n == 7)), Ordering::SeqCst);
                };
                let id = signal_hook::low_level::register(libc::SIGUSR2, action).unwrap();
                libc::raise(libc::SIGUSR2);
                assert!(signal_hook::low_level::unregister(id));
            }
            over.store(true, Ordering::SeqCst);
        });
        assert!(RAN.load(Ordering::SeqCst) >= 500);
    }
}
