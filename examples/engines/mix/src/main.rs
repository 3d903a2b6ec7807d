//! Three versions of parking_lot in one tree: r2d2 (0.12), whose pool runs on scheduled-thread-pool (0.13), with connections to sled
//! (0.11), and locks of 0.13 around them.

use std::sync::Arc;
use std::time::Duration;

use harness::{Load, Wanted, directory, wanted};
use parking_lot::{Condvar, Mutex, RwLock};
use scheduled_thread_pool::ScheduledThreadPool;

struct Trees(sled::Db);

impl r2d2::ManageConnection for Trees {
    type Connection = sled::Tree;
    type Error = sled::Error;

    fn connect(&self) -> sled::Result<sled::Tree> {
        self.0.open_tree("shared")
    }

    fn is_valid(&self, tree: &mut sled::Tree) -> sled::Result<()> {
        tree.get("key").map(drop)
    }

    fn has_broken(&self, _tree: &mut sled::Tree) -> bool {
        // Now and then, so that connections are made anew.
        self.0.generate_id().is_ok_and(|id| id % 64 == 0)
    }
}

fn main() {
    let Wanted::Load(amount) = wanted(&[]) else { unreachable!("no bug is known here") };
    let directory = directory();
    let db = sled::Config::new().path(directory.path()).flush_every_ms(Some(50)).open().expect("a database");
    let background = Arc::new(ScheduledThreadPool::builder().num_threads(2).thread_name_pattern("pool {}").build());
    let pool = r2d2::Pool::builder()
        .max_size(3)
        .thread_pool(Arc::clone(&background))
        .idle_timeout(Some(Duration::from_millis(50)))
        .max_lifetime(Some(Duration::from_millis(200)))
        .build(Trees(db.clone()))
        .expect("a pool");
    let seen = Arc::new((Mutex::new(0_u64), Condvar::new(), RwLock::new(Vec::new())));

    let mut load = Load::new("mix", amount);
    for name in ["client 1", "client 2", "client 3", "client 4"] {
        let (pool, seen) = (pool.clone(), Arc::clone(&seen));
        load.spawn(name, move |random| {
            let tree = pool.get().expect("a connection");
            tree.insert((random % 1_000).to_be_bytes(), vec![0; 40]).expect("a write");
            assert!(tree.get((random % 999).to_be_bytes()).is_ok());
            drop(tree);
            *seen.0.lock() += 1;
            seen.1.notify_one();
            let mut keys = seen.2.write();
            keys.push(random);
            if keys.len() > 100 {
                keys.clear();
            }
        });
    }
    {
        let seen = Arc::clone(&seen);
        load.spawn("waiter", move |_| {
            let mut count = seen.0.lock();
            let late = seen.1.wait_while_for(&mut count, |count| *count < 10, Duration::from_millis(20)).timed_out();
            *count = 0;
            drop(count);
            assert!(late || seen.2.read().len() <= 101);
        });
    }
    load.spawn_every(Duration::from_millis(1), "jobs", move |random| {
        let (pool, seen) = (pool.clone(), Arc::clone(&seen));
        background.execute_after(Duration::from_micros(random % 2_000), move || {
            assert!(pool.state().connections <= 3);
            let _ = seen.2.read().len();
        });
    });
    load.run();
    assert!(db.flush().is_ok());
}
