//! sled 0.34.7: writers, readers, iterators, transactions, merges, flushes; its log is cleaned by the way. And six of its
//! deadlocks, each through its public API.

use std::time::Duration;

use harness::{Amount, Load, Wanted, directory, wanted};
use sled::transaction::{ConflictableTransactionError, Transactional};
use sled::{Config, Db};

const KEYS: u64 = 20_000;

const BUGS: [&str; 6] = [
    "read-in-transaction",
    "nested-transaction",
    "generate-id-in-transaction",
    "open-tree-in-transaction",
    "merge-that-reads",
    "drop-full-subscriber",
];

fn main() {
    match wanted(&BUGS) {
        Wanted::Load(amount) => load(amount),
        Wanted::Bug(name) => harness::bug(&name, || bug(&name)),
    }
}

fn key(random: u64) -> [u8; 8] {
    (random % KEYS).to_be_bytes()
}

fn value(random: u64) -> Vec<u8> {
    vec![random as u8; 20 + (random >> 32) as usize % 200]
}

fn concatenate(_key: &[u8], old: Option<&[u8]>, new: &[u8]) -> Option<Vec<u8>> {
    let mut merged = old.unwrap_or_default().to_vec();
    merged.extend_from_slice(new);
    merged.truncate(64);
    Some(merged)
}

fn load(amount: Amount) {
    let directory = directory();
    // A small cache and small segments, so that pages are evicted and segments cleaned.
    let open =
        || Config::new().path(directory.path()).cache_capacity(4 << 20).segment_size(256 << 10).flush_every_ms(Some(50)).open();
    let db = open().expect("a database");
    let other = db.open_tree("other").expect("a tree");
    let merged = db.open_tree("merged").expect("a tree");
    merged.set_merge_operator(concatenate);

    let mut load = Load::new("sled", amount);
    for name in ["writer 1", "writer 2"] {
        let db = db.clone();
        load.spawn(name, move |random| {
            match random >> 60 {
                0 => db.remove(key(random)),
                1 => db.compare_and_swap(key(random), None as Option<&[u8]>, Some(value(random))).map(|_| None),
                2 => {
                    let mut batch = sled::Batch::default();
                    (0..10).for_each(|n| batch.insert(&key(random.rotate_left(n))[..], value(random)));
                    db.apply_batch(batch).map(|()| None)
                }
                3 => db.update_and_fetch(key(random), |old| old.map(<[u8]>::to_vec)),
                _ => db.insert(key(random), value(random)),
            }
            .expect("a write");
        });
    }
    for name in ["reader 1", "reader 2"] {
        let db = db.clone();
        load.spawn(name, move |random| drop(db.get(key(random)).expect("a read")));
    }
    {
        let db = db.clone();
        load.spawn("iterator", move |random| {
            if random >> 63 == 0 {
                assert!(db.range(key(random)..).take(100).all(|pair| pair.is_ok()));
            } else {
                assert!(db.scan_prefix(&key(random)[..7]).rev().all(|pair| pair.is_ok()));
            }
        });
    }
    {
        let (db, other) = (db.clone(), other.clone());
        load.spawn("transactions", move |random| {
            let moved = (&*db, &other).transaction(|(from, to)| {
                if let Some(value) = from.remove(&key(random))? {
                    to.insert(&key(random), value)?;
                }
                Ok::<(), ConflictableTransactionError<()>>(())
            });
            moved.expect("a transaction");
        });
    }
    load.spawn("merger", move |random| drop(merged.merge(key(random), value(random)).expect("a merge")));
    {
        let db = db.clone();
        load.spawn_every(Duration::from_millis(20), "flusher", move |_| {
            db.flush().expect("a flush");
            let _ = db.size_on_disk();
        });
    }
    {
        let db = db.clone();
        load.spawn_every(Duration::from_millis(5), "trees", move |random| {
            let name = [b't', random as u8 % 4];
            let tree = db.open_tree(name).expect("a tree");
            tree.insert(key(random), &b"x"[..]).expect("a write");
            let _ = (db.tree_names(), tree.checksum());
            if random >> 61 == 0 {
                db.drop_tree(name).expect("a tree dropped");
            }
        });
    }
    {
        let db = db.clone();
        load.spawn_every(Duration::from_millis(1), "subscriber", move |random| {
            // One key: a subscriber that is dropped with a full channel hangs, see `bug`.
            let mut subscriber = db.watch_prefix(key(random));
            let _ = subscriber.next_timeout(Duration::from_millis(2));
        });
    }
    load.run();
    drop((db, other));
    // What was written is found again.
    let db = open().expect("the database again");
    assert!(!db.was_recovered() || db.iter().all(|pair| pair.is_ok()));
}

/// A transaction is one lock for the whole process, and so is every operation on a tree.
fn bug(name: &str) {
    let db: Db = Config::new().temporary(true).open().expect("a database");
    db.insert("key", "value").expect("a write");
    match name {
        "read-in-transaction" => {
            let read = db.transaction(|tx| {
                tx.insert("key", "new")?;
                // Of the tree, instead of `tx`.
                Ok::<_, ConflictableTransactionError<()>>(db.get("key")?)
            });
            println!("{read:?}");
        }
        "nested-transaction" => {
            let done = db.transaction(|_| {
                db.transaction(|tx| tx.insert("key", "new").map_err(ConflictableTransactionError::<()>::from)).expect("inner");
                Ok::<_, ConflictableTransactionError<()>>(())
            });
            println!("{done:?}");
        }
        // This one returns, and so does `checksum`; in two threads at once they wait for each other.
        "open-tree-in-transaction" => {
            let done = db.transaction(|_| {
                db.open_tree("another")?;
                Ok::<_, ConflictableTransactionError<()>>(())
            });
            println!("{done:?}, {:?}", db.checksum());
        }
        "generate-id-in-transaction" => {
            let id = db.transaction(|_| Ok::<_, ConflictableTransactionError<()>>(db.generate_id()?));
            println!("{id:?}");
        }
        // Found by the load, and nothing that a lock shows: `insert` waits for room in the channel and holds a lock shared meanwhile,
        // `drop` waits for that lock, and takes the channel with it only then.
        "drop-full-subscriber" => {
            let subscriber = db.watch_prefix("");
            std::thread::scope(|scope| {
                scope.spawn(|| (0..2_000_u32).for_each(|n| drop(db.insert(n.to_be_bytes(), "x"))));
                std::thread::sleep(Duration::from_secs(1));
                drop(subscriber);
            });
        }
        _ => {
            // From the first transaction on, every operation takes the lock.
            db.transaction(|_| Ok::<_, ConflictableTransactionError<()>>(())).expect("a transaction");
            let read = db.clone();
            db.set_merge_operator(move |key: &[u8], _old: Option<&[u8]>, new: &[u8]| {
                let _ = read.get(key);
                Some(new.to_vec())
            });
            println!("{:?}", db.merge("key", "more"));
        }
    }
}
