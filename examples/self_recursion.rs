//! A function that holds a lock calls another one that takes it: the thread would wait for itself, forever.
//!
//! ```text
//! cargo run --example self_recursion
//! ```
//!
//! The validator sees it before the call blocks. It cannot let the program go on, so it prints a `Recursion` with both stacks
//! (where the lock was first taken, where it is being taken again) and panics: the exit code is 101.

use std::collections::BTreeMap;

use lockdep::parking_lot::Mutex;

#[derive(Default)]
struct Pages {
    by_number: BTreeMap<u64, String>,
}

struct Cache {
    capacity: usize,
    pages: Mutex<Pages>,
}

impl Cache {
    fn new(capacity: usize) -> Cache {
        Cache { capacity, pages: Mutex::new(Pages::default()) }
    }

    #[inline(never)]
    fn len(&self) -> usize {
        self.pages.lock().by_number.len()
    }

    #[inline(never)]
    fn insert(&self, number: u64, page: &str) {
        let mut pages = self.pages.lock();
        // The bug: `len` takes the lock that is held here. It should be `pages.by_number.len()`.
        if self.len() == self.capacity {
            pages.by_number.pop_first();
        }
        pages.by_number.insert(number, page.to_owned());
    }
}

fn main() {
    let cache = Cache::new(2);
    println!("the cache holds {} pages", cache.len());
    cache.insert(1, "root");
    println!("never reached");
}
