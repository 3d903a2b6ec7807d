//! Does one thing wrong, or all that is right.

#[path = "../../own_raw.rs"]
mod own_raw;

use std::time::Duration;

use parking_lot_13::{Condvar, Mutex, RecursiveRwLock, RwLock};

struct Thirteen;

macro_rules! inverted {
    ($first:expr, $second:expr) => {{
        let (first, second) = ($first, $second);
        drop((first.lock(), second.lock()));
        let _second = second.lock();
        let _first = first.lock();
    }};
}

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("locks") => inverted!(Mutex::new(Thirteen), parking_lot_13::FairMutex::new(0_u8)),
        Some("own") => inverted!(own_raw::Mutex::new(Thirteen), own_raw::Mutex::new(0_u8)),
        Some(how @ ("wait" | "refuted")) => {
            let (outer, inner, changed) = (Mutex::new(Thirteen), Mutex::new(false), Condvar::new());
            {
                let _outer = outer.lock();
                let _ = changed.wait_for(&mut inner.lock(), Duration::from_millis(5));
            }
            // Whoever notifies needs what the waiter holds.
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    let _outer = outer.lock();
                    changed.notify_one();
                });
            });
            if how == "refuted" {
                // Somebody who does not wakes the waiter after all.
                changed.notify_one();
            }
        }
        Some("reads") => {
            let plain = RwLock::new(0_u8);
            drop((plain.read(), plain.read()));
        }
        Some("clean") => {
            let recursive = RecursiveRwLock::new(0_u8);
            drop((recursive.read(), recursive.read()));
            let (mutex, changed) = (Mutex::new(0), Condvar::new());
            std::thread::scope(|scope| {
                scope.spawn(|| changed.wait_while(&mut mutex.lock(), |done| *done == 0));
                *mutex.lock() = 1;
                changed.notify_all();
            });
            println!("clean");
        }
        other => panic!("nothing is called {other:?}"),
    }
}
