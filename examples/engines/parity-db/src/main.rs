//! parity-db 0.5: hashed and ordered columns, commits with deletions, readers, iterators; its threads move the log into the tables
//! by the way. And two deadlocks of a callback that iterates.

use std::sync::Arc;
use std::time::Duration;

use harness::{Amount, Load, Wanted, directory, wanted};
use parity_db::{CompressionType, Db, Options};

const KEYS: u64 = 20_000;

fn main() {
    match wanted(&["iterate-under-iterate", "commit-while-iterating"]) {
        Wanted::Load(amount) => load(amount),
        Wanted::Bug(name) => harness::bug(&name, || bug(&name)),
    }
}

fn load(amount: Amount) {
    let directory = directory();
    let mut options = Options::with_columns(directory.path(), 3);
    options.columns[0].compression = CompressionType::Lz4;
    options.columns[1].btree_index = true;
    options.columns[2].preimage = true;
    options.columns[2].ref_counted = true;
    options.columns[2].uniform = true;
    options.stats = true;
    let db = Arc::new(Db::open_or_create(&options).expect("a database"));

    let key = |random: u64| (random % KEYS).to_be_bytes().to_vec();
    // 32 bytes that follow from the key: the same key always has the same value.
    let hash = |random: u64| (random % KEYS).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes().repeat(4);
    let mut load = Load::new("parity-db", amount);
    for name in ["writer 1", "writer 2"] {
        let db = Arc::clone(&db);
        load.spawn(name, move |random| {
            let changes = (0..5).flat_map(|n| {
                let random = random.rotate_left(n * 7);
                let value = (random >> 62 != 0).then(|| vec![random as u8; random as usize % 300]);
                let counted = (random >> 61 != 0).then(|| hash(random));
                [(0, key(random), value.clone()), (1, key(random), value), (2, hash(random), counted)]
            });
            db.commit(changes).expect("a commit");
        });
    }
    for name in ["reader 1", "reader 2"] {
        let db = Arc::clone(&db);
        load.spawn(name, move |random| {
            let column = (random >> 60) as u8 % 3;
            let key = if column == 2 { hash(random) } else { key(random) };
            let size = db.get_size(column, &key).expect("a size");
            let value = db.get(column, &key).expect("a read");
            assert!(size.is_none_or(|size| size < 300) && value.is_none_or(|value| value.len() < 300));
        });
    }
    {
        let db = Arc::clone(&db);
        load.spawn("iterator", move |random| {
            let mut iterator = db.iter(1).expect("an iterator");
            iterator.seek(&key(random)).expect("a place");
            for _ in 0..50 {
                if iterator.next().expect("the next").is_none() {
                    break;
                }
            }
            let _ = iterator.prev().expect("the one before");
        });
    }
    {
        let db = Arc::clone(&db);
        load.spawn_every(Duration::from_millis(20), "statistics", move |_| {
            let _ = (db.stats(), db.num_columns(), db.get_num_column_value_entries(0).is_ok());
        });
    }
    load.run();
    drop(db);
    drop(Db::open(&options).expect("the database again"));
}

/// Each of these never returns.
fn bug(name: &str) {
    let directory = directory();
    let options = Options::with_columns(directory.path(), 1);
    let db = Db::open_or_create(&options).expect("a database");
    db.commit((0..10_u32).map(|n| (0, n.to_be_bytes(), Some(vec![0; 10])))).expect("a commit");
    // All that is in its log goes into its tables, which are what is iterated over.
    drop(db);
    let db = Db::open(&options).expect("the database again");
    let mut first = true;
    let done = db.iter_column_while(0, |_| {
        if name == "iterate-under-iterate" {
            db.iter_column_while(0, |_| true).expect("an iteration");
        } else if std::mem::take(&mut first) {
            // While somebody iterates, no log is written into the tables; its queue fills, then that of the commits, and then a commit
            // waits for room.
            (0..400_u32).for_each(|n| db.commit([(0, n.to_be_bytes(), Some(vec![n as u8; 1 << 20]))]).expect("a commit"));
        }
        true
    });
    done.expect("an iteration");
}
