//! quick_cache 0.6 over parking_lot: readers, writers, loaders, removal, resizing.

use std::sync::Arc;
use std::time::Duration;

use harness::{Load, Wanted, wanted};
use quick_cache::sync::Cache;

const KEYS: u64 = 20_000;

fn main() {
    let Wanted::Load(time) = wanted(&[]) else { unreachable!("no bug is known here") };
    let cache = Arc::new(Cache::<u64, Arc<[u8]>>::new(5_000));
    let mut load = Load::new("quick_cache", time);
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
    load.spawn("upkeep", move |random| {
        match random >> 61 {
            0 => cache.clear(),
            1 => cache.retain(|key, _| key % 3 != random % 3),
            2 => cache.set_capacity(3_000 + random % 4_000),
            _ => assert!(cache.iter().all(|(key, _)| key < KEYS)),
        }
        std::thread::sleep(Duration::from_millis(5));
    });
    load.run();
}
