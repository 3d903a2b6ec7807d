//! The store of `abba.rs`, done right: every function takes the cache before the log.
//!
//! ```text
//! cargo run --example fixed_order
//! ```
//!
//! Two threads do this at the same time, thousands of times. There is nothing to report: the program prints its own line, and the
//! exit code is 0.

use std::sync::Arc;
use std::thread;

use lockdep::parking_lot::Mutex;

const ROUNDS: usize = 2000;

#[derive(Default)]
struct Cache {
    dirty: Vec<usize>,
}

#[derive(Default)]
struct Log {
    flushed: usize,
}

struct Store {
    cache: Mutex<Cache>,
    log: Mutex<Log>,
}

impl Store {
    fn put(&self, value: usize) {
        let mut cache = self.cache.lock();
        cache.dirty.push(value);
    }

    fn flush(&self) {
        let mut cache = self.cache.lock();
        let mut log = self.log.lock();
        log.flushed += cache.dirty.drain(..).count();
    }

    fn flushed(&self) -> usize {
        self.log.lock().flushed
    }
}

fn main() {
    let store = Arc::new(Store { cache: Mutex::new(Cache::default()), log: Mutex::new(Log::default()) });

    let threads = ["writer", "flusher"].map(|name| {
        let store = Arc::clone(&store);
        let body = move || {
            for round in 0..ROUNDS {
                store.put(round);
                store.flush();
            }
        };
        thread::Builder::new().name(name.to_owned()).spawn(body).expect("the system has room for a thread")
    });
    for thread in threads {
        thread.join().expect("the thread does not panic");
    }

    println!("flushed {} values", store.flushed());
}
