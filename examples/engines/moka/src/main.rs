//! moka 0.12, `sync`: a cache with limits of size and age and a listener; readers, writers, loaders, iterators, invalidation. And
//! one deadlock: the loader of one key asks for another.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use harness::{Load, Wanted, wanted};
use moka::notification::RemovalCause;
use moka::sync::Cache;

const KEYS: u64 = 20_000;

fn main() {
    match wanted(&["loaders-that-ask-for-each-other"]) {
        Wanted::Load(time) => load(time),
        Wanted::Bug(_) => bug(),
    }
}

fn load(time: Duration) {
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

    let mut load = Load::new("moka", time);
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
        load.spawn("iterator", move |random| {
            assert!(cache.iter().all(|(key, _)| *key < KEYS));
            match random >> 61 {
                0 => cache.invalidate_all(),
                1 => drop(cache.invalidate_entries_if(|key, _| key % 3 == 0)),
                _ => cache.run_pending_tasks(),
            }
            std::thread::sleep(Duration::from_millis(5));
        });
    }
    load.run();
    println!("  evicted        {:>12}", evicted.load(Ordering::Relaxed));
}

/// Two threads that load these two keys at once wait for each other.
fn bug() {
    let cache: Cache<&str, u32> = Cache::new(10);
    for (key, other) in [("a", "b"), ("b", "a")] {
        let value = cache.get_with(key, || cache.get_with(other, || 1) + 1);
        println!("{key}: {value}");
        cache.invalidate(key);
        cache.invalidate(other);
    }
}
