//! surrealkv 1: transactions, readers, scans, versions; small memtables, so that it flushes and compacts all the time.

use std::sync::Arc;
use std::time::Duration;

use harness::{Load, Wanted, directory, wanted};
use surrealkv::{LSMIterator, Mode, TreeBuilder};

const KEYS: u64 = 20_000;

fn main() {
    let Wanted::Load(amount) = wanted(&[]) else { unreachable!("no bug is known here") };
    let directory = directory();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let _inside = runtime.enter();
    let open = || {
        TreeBuilder::new()
            .with_path(directory.path().to_owned())
            .with_max_memtable_size(256 << 10)
            .with_enable_vlog(true)
            .with_vlog_value_threshold(200)
            .build()
    };
    let tree = Arc::new(open().expect("a tree"));
    let key = |random: u64| (random % KEYS).to_be_bytes().to_vec();

    let mut load = Load::new("surrealkv", amount);
    for name in ["writer 1", "writer 2"] {
        let (tree, handle) = (Arc::clone(&tree), runtime.handle().clone());
        load.spawn(name, move |random| {
            handle.block_on(async {
                let mut transaction = tree.begin().expect("a transaction");
                for n in 0..5 {
                    let random = random.rotate_left(n * 7);
                    if random >> 62 == 0 {
                        transaction.delete(key(random)).expect("a deletion");
                    } else {
                        transaction.set(key(random), vec![0; random as usize % 400]).expect("a write");
                    }
                }
                // A conflict with the other writer is fine.
                let _ = transaction.commit().await;
            });
        });
    }
    for name in ["reader 1", "reader 2"] {
        let tree = Arc::clone(&tree);
        load.spawn(name, move |random| {
            let transaction = tree.begin_with_mode(Mode::ReadOnly).expect("a transaction");
            let value = transaction.get(key(random)).expect("a read");
            assert!(value.is_none_or(|value| value.len() < 400));
        });
    }
    {
        let tree = Arc::clone(&tree);
        load.spawn("scanner", move |random| {
            let transaction = tree.begin_with_mode(Mode::ReadOnly).expect("a transaction");
            let mut range = transaction.range(key(random), key(KEYS - 1)).expect("a range");
            let mut more = range.seek_first().expect("the first");
            for _ in 0..100 {
                if !more {
                    break;
                }
                more = range.next().expect("the next");
            }
        });
    }
    {
        let tree = Arc::clone(&tree);
        load.spawn_every(Duration::from_millis(20), "flusher", move |_| {
            tree.flush_wal(true).expect("a flush");
        });
    }
    load.run();
    runtime.block_on(async { tree.close().await }).expect("a close");
}
