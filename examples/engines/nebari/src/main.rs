//! nebari 0.5: versioned and unversioned trees, transactions over both, readers, scans, compaction. And two deadlocks of
//! transactions.

use std::time::Duration;

use harness::{Amount, Load, Wanted, directory, wanted};
use nebari::Config;
use nebari::tree::{Root, ScanEvaluation, Unversioned, Versioned};

const KEYS: u64 = 2_000;

fn main() {
    match wanted(&["tree-twice", "other-tree"]) {
        Wanted::Load(amount) => load(amount),
        Wanted::Bug(name) => harness::bug(&name, || bug(&name)),
    }
}

fn load(amount: Amount) {
    let directory = directory();
    let roots = Config::default_for(directory.path()).open().expect("a database");
    let plain = roots.tree(Unversioned::tree("plain")).expect("a tree");
    let versioned = roots.tree(Versioned::tree("versioned")).expect("a tree");
    let key = |random: u64| (random % KEYS).to_be_bytes();

    let mut load = Load::new("nebari", amount);
    {
        let mut plain = plain.clone();
        load.spawn("writer 1", move |random| match random >> 62 {
            0 => drop(plain.remove(&key(random)).expect("a removal")),
            1 => drop(plain.replace(key(random).to_vec(), vec![1; 50]).expect("a replacement")),
            _ => drop(plain.set(key(random).to_vec(), vec![0; random as usize % 100]).expect("a write")),
        });
    }
    {
        let versioned = versioned.clone();
        load.spawn("writer 2", move |random| {
            drop(versioned.set(key(random).to_vec(), vec![0; random as usize % 100]).expect("a write"));
        });
    }
    {
        let roots = roots.clone();
        load.spawn("transactions", move |random| {
            let trees = [Unversioned::tree("plain"), Unversioned::tree("other")];
            let transaction = roots.transaction(&trees).expect("a transaction");
            {
                let mut first = transaction.tree::<Unversioned>(0).expect("a tree");
                let mut second = transaction.tree::<Unversioned>(1).expect("a tree");
                if let Some(value) = first.get(&key(random)).expect("a read") {
                    second.set(key(random).to_vec(), value).expect("a write");
                }
            }
            if random >> 62 == 0 { transaction.rollback() } else { transaction.commit().expect("a commit") }
        });
    }
    for (name, tree) in [("reader 1", plain.clone()), ("reader 2", plain.clone())] {
        load.spawn(name, move |random| drop(tree.get(&key(random)).expect("a read")));
    }
    {
        let versioned = versioned.clone();
        load.spawn("scanner", move |random| {
            let mut left = 100;
            let begin = key(random);
            versioned
                .scan::<std::convert::Infallible, _, _, _, _>(
                    &(&begin[..]..),
                    true,
                    |_, _, _| ScanEvaluation::ReadData,
                    |_, _| {
                        left -= 1;
                        if left > 0 { ScanEvaluation::ReadData } else { ScanEvaluation::Stop }
                    },
                    |_, _, _| Ok(()),
                )
                .expect("a scan");
        });
    }
    load.spawn_every(Duration::from_millis(100), "compaction", move |random| {
        if random >> 63 == 0 { plain.compact() } else { versioned.compact() }.expect("a compaction");
        let _ = (roots.tree_names().expect("names"), plain.count());
    });
    load.run();
}

/// Each of these never returns.
fn bug(name: &str) {
    let directory = directory();
    let roots = Config::default_for(directory.path()).open().expect("a database");
    let begin = |tree: &'static str| roots.transaction(&[Unversioned::tree(tree)]).expect("a transaction");
    let transaction = begin("a");
    if name == "tree-twice" {
        let mut tree = transaction.tree::<Unversioned>(0).expect("a tree");
        tree.set("key", "value").expect("a write");
        // The same tree, or another index by mistake.
        let mut again = transaction.tree::<Unversioned>(0).expect("a tree");
        println!("{:?}", again.get(b"key").expect("a read"));
    } else {
        std::thread::scope(|scope| {
            // Waits for the tree, as it should, but with the table of all trees locked,
            scope.spawn(|| begin("a").rollback());
            std::thread::sleep(Duration::from_secs(1));
            // so that nobody gets any tree until then.
            begin("b").rollback();
            transaction.rollback();
        });
    }
}
