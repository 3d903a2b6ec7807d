//! quick_cache 0.6 over parking_lot: readers, writers, loaders, removal, resizing. And its deadlocks: whatever
//! calls back, calls back with a shard locked.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use harness::{Amount, Load, Wanted, wanted};
use quick_cache::sync::{Cache, EntryAction};

const KEYS: u64 = 20_000;

fn main() {
    match wanted(&["retain-that-reads", "entry-that-reads", "value-that-reads-when-dropped", "load-under-load"]) {
        Wanted::Load(amount) => load(amount),
        Wanted::Bug(name) => harness::bug(&name, || bug(&name)),
    }
}

fn load(amount: Amount) {
    let cache = Arc::new(Cache::<u64, Arc<[u8]>>::new(5_000));
    let mut load = Load::new("quick_cache", amount);
    for name in ["writer 1", "writer 2"] {
        let cache = Arc::clone(&cache);
        load.spawn(name, move |random| match random >> 61 {
            0 => drop(cache.remove(&(random % KEYS))),
            1 => drop(cache.replace(random % KEYS, Arc::default(), false)),
            _ => cache.insert(random % KEYS, vec![0; random as usize % 100].into()),
        });
    }
    for name in ["reader 1", "reader 2"] {
        let cache = Arc::clone(&cache);
        load.spawn(name, move |random| drop((cache.get(&(random % KEYS)), cache.peek(&(random % 100)))));
    }
    for name in ["loader 1", "loader 2"] {
        let cache = Arc::clone(&cache);
        load.spawn(name, move |random| {
            let value = cache.get_or_insert_with(&(random % KEYS), || {
                if random >> 63 == 0 { Ok(vec![0; random as usize % 100].into()) } else { Err(()) }
            });
            let _ = value.is_ok();
        });
    }
    load.spawn_every(Duration::from_millis(5), "upkeep", move |random| match random >> 61 {
        0 => cache.clear(),
        1 => cache.retain(|key, _| key % 3 != random % 3),
        2 => cache.set_capacity(3_000 + random % 4_000),
        _ => assert!(cache.iter().all(|(key, _)| key < KEYS)),
    });
    load.run();
}

/// Each of these never returns.
fn bug(name: &str) {
    let cache = Cache::<u64, u64>::new(100);
    (0..100).for_each(|key| cache.insert(key, key));
    match name {
        "retain-that-reads" => cache.retain(|key, _| cache.contains_key(key)),
        "entry-that-reads" => {
            cache.entry(&1, None, |key, value| {
                *value += cache.get(key).unwrap_or(0);
                EntryAction::Retain(())
            });
        }
        "value-that-reads-when-dropped" => {
            static CACHE: OnceLock<Cache<u64, Value>> = OnceLock::new();
            struct Value;
            impl Drop for Value {
                fn drop(&mut self) {
                    println!("{} are left", CACHE.get().expect("the cache").len());
                }
            }
            impl Clone for Value {
                fn clone(&self) -> Value {
                    Value
                }
            }
            let cache = CACHE.get_or_init(|| Cache::new(100));
            cache.insert(1, Value);
            cache.clear();
        }
        // The second one waits, parked, until the first one has loaded: no lock is in it.
        _ => drop(cache.get_or_insert_with(&1_000, || cache.get_or_insert_with(&1_000, || Ok::<_, ()>(1)))),
    }
}
