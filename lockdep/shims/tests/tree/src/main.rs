//! Does one thing wrong with the locks of each version, and names it.

use std::time::Duration;

#[path = "../../own_raw.rs"]
mod own_raw;

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

/// Two threads that really wait for each other, in a mutex and at the exit of a reader-writer lock: found by the original's own search.
macro_rules! stuck {
    ($locks:ident) => {{
        use std::sync::{Arc, Barrier};

        let (mutex, lock, both) = (Arc::new($locks::Mutex::new(())), Arc::new($locks::RwLock::new(())), Arc::new(Barrier::new(2)));
        {
            let (mutex, lock, both) = (mutex.clone(), lock.clone(), both.clone());
            std::thread::spawn(move || {
                let _mutex = mutex.lock();
                both.wait();
                drop(lock.write());
            });
        }
        std::thread::spawn(move || {
            let _read = lock.read();
            both.wait();
            drop(mutex.lock());
        });
        let found = loop {
            let found = $locks::deadlock::check_deadlock();
            if !found.is_empty() {
                break found;
            }
            std::thread::yield_now();
        };
        println!("{} {}", found.len(), found[0].len());
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
        // Somebody's own raw lock, written for lock_api 0.5.
        Some("own") => inverted!(own_raw::Mutex::new(Thirteen), own_raw::Mutex::new(0_u8)),
        Some("own-across") => inverted!(own_raw::Mutex::new(Thirteen), parking_lot_12::Mutex::new(Twelve)),
        Some("0.13-wait") => {
            let (outer, inner) = (parking_lot_13::Mutex::new(Thirteen), parking_lot_13::Mutex::new(false));
            let changed = parking_lot_13::Condvar::new();
            {
                let _outer = outer.lock();
                let _ = changed.wait_for(&mut inner.lock(), Duration::from_millis(5));
            }
            // Whoever notifies needs what the waiter holds.
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    let _outer = outer.lock();
                    changed.notify_one();
                });
            });
        }
        // Reads again: right in the one, and not in the other.
        Some("0.13-reads") => {
            let recursive = parking_lot_13::RecursiveRwLock::new(Thirteen);
            drop((recursive.read(), recursive.read()));
            let plain = parking_lot_13::RwLock::new(0_u8);
            drop((plain.read(), plain.read()));
        }
        // It would hang: a writer waits for the first read, the second for the writer.
        Some("0.13-hangs") => {
            let plain = std::sync::Arc::new(parking_lot_13::RwLock::new(0_u8));
            let _first = plain.read();
            let writer = plain.clone();
            std::thread::spawn(move || *writer.write() = 1);
            while plain.try_read().is_some() {
                std::thread::yield_now();
            }
            let _second = plain.read();
        }
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
        Some("spin") => {
            let lock = spin::lock_api::RwLock::new(Twelve);
            // Readers pass a writer that waits, and one another.
            drop((lock.read(), lock.read()));
            let _upgradable = lock.upgradable_read();
            // But not this.
            let _read = lock.read();
        }
        // A lock that waits, in a handler that signal-hook installed.
        Some("handler") => {
            static SHARED: parking_lot_12::Mutex<u32> = parking_lot_12::const_mutex(0);
            // SAFETY: it is not; that is the point.
            let id = unsafe { signal_hook::low_level::register(libc::SIGUSR1, || *SHARED.lock() += 1) }.unwrap();
            // As the original's.
            assert_eq!(format!("{id:?}"), "SigId { signal: 10, action: ActionId(1) }");
            signal_hook::low_level::raise(libc::SIGUSR1).unwrap();
            assert_eq!(*SHARED.lock(), 1);
        }
        Some("0.11-stuck") => stuck!(parking_lot_11),
        Some("0.12-stuck") => stuck!(parking_lot_12),
        Some("0.13-stuck") => stuck!(parking_lot_13),
        Some("clean") => clean(),
        other => panic!("nothing is called {other:?}"),
    }
}

/// Everything that goes through without a word.
fn clean() {
    use parking_lot_12::lock_api::RawRwLock as _;

    // Readers pass a writer that waits.
    let top = spinning_top::RwSpinlock::new(0_u8);
    drop((top.read(), top.read()));

    thirteen();
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
    // Compiles as long as no crate of ours implements traits for types of the standard library, which every crate of the tree would see.
    assert_eq!(&*Vec::<u8>::new(), &*vec![]);
    let bytes: &[u8] = vec![0_u8; 0].leak();
    assert_eq!(bytes.as_ref().len(), 0);
    // Its readers pass writers that wait.
    let map: dashmap::DashMap<u32, u32> = [(1, 1)].into_iter().collect();
    let _both = (map.get(&1), map.get(&1));
    signals();
    println!("clean");
}

/// What 0.13 has, with all its features.
fn thirteen() {
    use std::sync::Arc;

    use parking_lot_13::{
        Condvar, Mutex, MutexGuard, Once, RawMutex, RawRwLock, RawRwLockRecursive, RecursiveRwLock, RecursiveRwLockReadGuard,
        RecursiveRwLockWriteGuard, RwLock, deadlock,
    };
    use serde::Serialize;

    let recursive = Arc::new(RecursiveRwLock::new(1));
    assert_eq!(*recursive.read() + *recursive.read(), 2);
    // A writer who waits is passed.
    let first = recursive.read();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| *recursive.write() += 1);
        while recursive.try_upgradable_read().is_some() {
            std::thread::yield_now();
        }
        assert_eq!(*recursive.read(), 1);
        drop(first);
        writer.join().unwrap();
    });
    drop(RecursiveRwLockReadGuard::map(RecursiveRwLockWriteGuard::downgrade(recursive.write()), |data| data));
    let arc: lock_api_05::ArcRwLockReadGuard<RawRwLockRecursive, i32> = recursive.read_arc();
    assert_eq!(*arc, 2);
    // The same types by all their names.
    let mutex: lock_api_05::Mutex<RawMutex, u8> = Mutex::new(1);
    let _: &parking_lot_13::lock_api::Mutex<RawMutex, u8> = &mutex;
    fn serializes<T: Serialize + serde::de::DeserializeOwned>(_: &T) {}
    serializes(&mutex);
    serializes(&RwLock::new(1_u8));
    drop(owning_ref::OwningRefMut::new(mutex.lock()).map_mut(|data| data));
    // SAFETY: the hold is given to the guard.
    unsafe { drop(mutex.make_guard_unchecked(lock_api_05::RawMutex::lock(mutex.raw()))) };
    let (raw, one) = mutex.into_inner_with_raw();
    assert_eq!(lock_api_05::Mutex::from_raw(raw, one).into_inner(), 1);
    let lock: lock_api_05::RwLock<RawRwLock, _> = RwLock::new(());
    drop(parking_lot_13::RwLockUpgradableReadGuard::upgrade(lock.upgradable_read()));
    Once::new_completed().call_once(|| unreachable!());
    let own = own_raw::Mutex::new(1);
    MutexGuard::unlocked(&mut Mutex::new(()).lock(), || *own.lock() += 1);
    assert!(Condvar::new().wait_for(&mut Mutex::new(()).lock(), Duration::from_millis(1)).timed_out());
    assert!(deadlock::check_deadlock().is_empty());
}

/// Actions come, run in order and go, while signals pour in.
fn signals() {
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

    static RAN: AtomicU64 = AtomicU64::new(0);
    static BEFORE: AtomicU64 = AtomicU64::new(0);
    let set_errno = |number| {
        // SAFETY: errno is this thread's own.
        unsafe { *libc::__errno_location() = number };
    };
    // What leaves another `errno` is right: the registry puts it back.
    extern "C" fn before(_signal: i32) {
        BEFORE.fetch_add(1, Ordering::SeqCst);
        // SAFETY: as above.
        unsafe { *libc::__errno_location() = libc::ENOENT };
    }
    // SAFETY: the handlers and actions only count.
    unsafe {
        libc::signal(libc::SIGUSR2, before as *const () as usize);
        let (first, second) = (
            || {
                RAN.fetch_add(1, Ordering::SeqCst);
            },
            move || {
                RAN.fetch_add(1_000, Ordering::SeqCst);
                set_errno(libc::EACCES);
            },
        );
        let first = signal_hook::low_level::register(libc::SIGUSR2, first).unwrap();
        let second = signal_hook::low_level::register(libc::SIGUSR2, second).unwrap();
        set_errno(libc::EAGAIN);
        libc::raise(libc::SIGUSR2);
        assert_eq!(std::io::Error::last_os_error().raw_os_error(), Some(libc::EAGAIN));
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
