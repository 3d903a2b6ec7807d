//! Two locks taken in both orders: the classic. Two threads that meet in the middle wait for each other forever.
//!
//! ```text
//! cargo run --example abba
//! ```
//!
//! Here they never meet: the second thread starts when the first has ended, so the program always finishes. The
//! validator reports the `Inversion` all the same, as soon as the second order is tried, with the stacks of both orders; it says
//! that the threads did not overlap in this run. The exit code is 66. How to do it right: `fixed_order.rs`.

use std::sync::Arc;
use std::thread;

use lockdep::parking_lot::Mutex;

#[derive(Default)]
struct Cache {
    dirty: Vec<String>,
}

#[derive(Default)]
struct Log {
    entries: Vec<String>,
}

struct Store {
    cache: Mutex<Cache>,
    log: Mutex<Log>,
}

impl Store {
    /// A change goes into the cache, and then into the log.
    #[inline(never)]
    fn put(&self, value: &str) {
        let mut cache = self.cache.lock();
        let mut log = self.log.lock();
        cache.dirty.push(value.to_owned());
        log.entries.push(format!("put {value}"));
    }

    /// Empties the cache. The bug: it begins with the log.
    #[inline(never)]
    fn flush(&self) {
        let mut log = self.log.lock();
        let mut cache = self.cache.lock();
        let flushed = cache.dirty.drain(..).count();
        log.entries.push(format!("flushed {flushed}"));
    }
}

fn main() {
    let store = Arc::new(Store { cache: Mutex::new(Cache::default()), log: Mutex::new(Log::default()) });

    let writer = Arc::clone(&store);
    run("writer", move || writer.put("apple"));
    let flusher = Arc::clone(&store);
    run("flusher", move || flusher.flush());

    println!("the log: {}", store.log.lock().entries.join(", "));
}

/// Runs `body` in a thread of its own, to its end.
fn run(name: &str, body: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().name(name.to_owned()).spawn(body).expect("the system has room for a thread");
    thread.join().expect("the thread does not panic");
}
