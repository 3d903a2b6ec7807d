//! moka 0.12, `sync`: a cache with limits of size and age and a listener; readers, writers, loaders, iterators, invalidation. And
//! its deadlocks: whatever calls back, calls back with a lock held.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use harness::{Amount, Load, Wanted, wanted};
use moka::notification::RemovalCause;
use moka::sync::Cache;
use parking_lot::Mutex;

const KEYS: u64 = 20_000;

const BUGS: [&str; 5] =
    ["load-under-load", "listener-that-writes", "listener-that-tidies", "lock-in-listener", "loaders-that-ask-for-each-other"];

fn main() {
    match wanted(&BUGS) {
        Wanted::Load(amount) => load(amount),
        Wanted::Bug(name) => harness::bug(&name, || bug(&name)),
    }
}

fn load(amount: Amount) {
    let evicted = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&evicted);
    let listener = move |_key: Arc<u64>, _value: Vec<u8>, _cause: RemovalCause| {
        counted.fetch_add(1, Ordering::Relaxed);
    };
    let cache: Cache<u64, Vec<u8>> = Cache::builder()
        .max_capacity(5_000)
        .time_to_live(Duration::from_secs(2))
        .time_to_idle(Duration::from_millis(500))
        .support_invalidation_closures()
        .eviction_listener(listener)
        .build();
    let segmented: Cache<u64, u64> = Cache::builder().max_capacity(1_000).build();

    let mut load = Load::new("moka", amount);
    for name in ["writer 1", "writer 2"] {
        let cache = cache.clone();
        load.spawn(name, move |random| match random >> 61 {
            0 => cache.invalidate(&(random % KEYS)),
            1 => drop(cache.remove(&(random % KEYS))),
            2 => drop(cache.entry(random % KEYS).or_insert_with(Vec::new)),
            3 => drop(cache.entry(random % KEYS).and_upsert_with(|old| old.map_or_else(Vec::new, |entry| entry.into_value()))),
            _ => cache.insert(random % KEYS, vec![0; random as usize % 100]),
        });
    }
    for name in ["reader 1", "reader 2"] {
        let cache = cache.clone();
        load.spawn(name, move |random| drop(cache.get(&(random % KEYS))));
    }
    for name in ["loader 1", "loader 2"] {
        let (cache, segmented) = (cache.clone(), segmented.clone());
        load.spawn(name, move |random| {
            let length = cache.get_with(random % 100, || {
                // One cache under the other, always in this order.
                vec![0; segmented.get_with(random % 10, || random % 100) as usize]
            });
            assert!(length.len() < 100);
            let loaded = cache.try_get_with(random % KEYS, || if random >> 63 == 0 { Ok(Vec::new()) } else { Err("not today") });
            let _ = loaded.is_ok();
        });
    }
    {
        let cache = cache.clone();
        load.spawn_every(Duration::from_millis(5), "iterator", move |random| {
            assert!(cache.iter().all(|(key, _)| *key < KEYS));
            match random >> 61 {
                0 => cache.invalidate_all(),
                1 => drop(cache.invalidate_entries_if(|key, _| key % 3 == 0)),
                _ => cache.run_pending_tasks(),
            }
        });
    }
    load.run();
    println!("  evicted        {:>12}", evicted.load(Ordering::Relaxed));
}

fn bug(name: &str) {
    match name {
        // A load is a lock for each key, held while the loader runs.
        "load-under-load" => {
            let cache: Cache<&str, u32> = Cache::new(10);
            println!("{}", cache.get_with("a", || cache.get_with("a", || 1) + 1));
        }
        // The listener hears of a replacement with the lock of the key held,
        "listener-that-writes" => {
            let cache = listening(10, |cache, key, _| cache.insert(key, 0));
            cache.insert(1, 1);
            cache.insert(1, 2);
        }
        // and of an eviction with that of the maintenance.
        "listener-that-tidies" => {
            let cache = listening(1, |cache, _, _| cache.run_pending_tasks());
            (0..100).for_each(|key| cache.insert(key, key));
            cache.run_pending_tasks();
        }
        // An index beside the cache, for which one has a listener: here its lock is taken under that of the key, there the other way
        // round. It returns as long as no other thread does the other half.
        "lock-in-listener" => {
            let index = Arc::new(Mutex::new(0));
            let counted = Arc::clone(&index);
            let cache = listening(10, move |_, _, _| *counted.lock() += 1);
            cache.insert(1, 1);
            cache.invalidate(&1);
            let index = index.lock();
            cache.insert(1, *index);
        }
        // Two threads that load these two keys at once wait for each other.
        _ => {
            let cache: Cache<&str, u32> = Cache::new(10);
            for (key, other) in [("a", "b"), ("b", "a")] {
                let value = cache.get_with(key, || cache.get_with(other, || 1) + 1);
                println!("{key}: {value}");
                cache.invalidate(key);
                cache.invalidate(other);
            }
        }
    }
}

/// A cache whose listener gets it.
fn listening(size: u64, heard: impl Fn(&Cache<u64, u64>, u64, RemovalCause) + Send + Sync + 'static) -> Cache<u64, u64> {
    let known = Arc::new(OnceLock::<Cache<u64, u64>>::new());
    let found = Arc::clone(&known);
    let listener = move |key: Arc<u64>, _value: u64, cause: RemovalCause| heard(found.get().expect("the cache"), *key, cause);
    let cache = Cache::builder().max_capacity(size).eviction_listener(listener).build();
    known.get_or_init(|| cache).clone()
}
