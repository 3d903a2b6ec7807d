//! dashmap 6: writers, readers, entries, iterators, retain. And three of its self-deadlocks: a held `Ref` is a held shard.

use std::sync::Arc;
use std::time::Duration;

use dashmap::DashMap;
use harness::{Amount, Load, Wanted, wanted};

const KEYS: u64 = 50_000;

fn main() {
    match wanted(&["get-over-insert", "iterate-over-remove", "two-maps"]) {
        Wanted::Load(amount) => load(amount),
        Wanted::Bug(name) => harness::bug(&name, || bug(&name)),
    }
}

fn load(amount: Amount) {
    let map = Arc::new(DashMap::<u64, Vec<u8>>::new());
    let index = Arc::new(DashMap::<u8, u64>::new());
    let mut load = Load::new("dashmap", amount);
    for name in ["writer 1", "writer 2"] {
        let (map, index) = (Arc::clone(&map), Arc::clone(&index));
        load.spawn(name, move |random| {
            let key = random % KEYS;
            match random >> 61 {
                0 => drop(map.remove(&key)),
                1 => map.alter(&key, |_, value| value),
                2 => {
                    // One map under the other, always in this order.
                    let value = map.entry(key).or_default();
                    *index.entry(value.len() as u8).or_insert(0) += 1;
                }
                _ => drop(map.insert(key, vec![0; random as usize % 100])),
            }
        });
    }
    for name in ["reader 1", "reader 2"] {
        let map = Arc::clone(&map);
        load.spawn(name, move |random| {
            let key = random % KEYS;
            let length = map.get(&key).map(|value| value.len());
            assert!(length.is_none_or(|length| length < 100));
            let _ = (map.contains_key(&key), map.try_get(&key).is_present());
        });
    }
    {
        let map = Arc::clone(&map);
        load.spawn_every(Duration::from_millis(2), "iterator", move |random| match random >> 62 {
            0 => map.iter_mut().for_each(|mut entry| entry.truncate(50)),
            1 => map.retain(|key, _| key % 7 != random % 7),
            _ => assert!(map.iter().all(|entry| *entry.key() < KEYS)),
        });
    }
    {
        let map = Arc::clone(&map);
        load.spawn_every(Duration::from_millis(5), "size", move |_| {
            assert!(map.len() as u64 <= KEYS);
            map.shrink_to_fit();
            let copy: Vec<u64> = map.iter().map(|entry| *entry.key()).collect();
            assert!(copy.len() as u64 <= KEYS);
        });
    }
    load.run();
}

/// The first two never return; the last one does so as long as no other thread is at it in the other direction.
fn bug(name: &str) {
    let map: DashMap<u32, u32> = (0..100).map(|n| (n, n)).collect();
    match name {
        "get-over-insert" => {
            let held = map.get(&1);
            map.insert(1, 2);
            drop(held);
        }
        "iterate-over-remove" => {
            for entry in &map {
                if entry.value() % 2 == 0 {
                    map.remove(entry.key());
                }
            }
        }
        _ => {
            let other: DashMap<u32, u32> = (0..100).map(|n| (n, n)).collect();
            for (first, second) in [(&map, &other), (&other, &map)] {
                let held = first.get_mut(&1);
                drop(second.get_mut(&1));
                drop(held);
            }
        }
    }
}
