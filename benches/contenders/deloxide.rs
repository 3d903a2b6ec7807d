//! deloxide: a part of two binaries, for its two features.

use lockdep_bench_scenarios::{Contender, wrap};

pub struct Locks;

wrap!(deloxide, std::convert::identity, std::convert::identity);

impl Contender for Locks {
    type Mutex = Mutex;
    type RwLock = RwLock;

    fn start() {
        deloxide::Deloxide::new().callback(|_| {}).start().expect("deloxide starts");
    }

    fn mutex() -> Mutex {
        Mutex(deloxide::Mutex::new(0))
    }

    fn rwlock() -> RwLock {
        RwLock(deloxide::RwLock::new(0))
    }
}
