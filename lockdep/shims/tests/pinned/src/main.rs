use std::time::Duration;

use parking_lot::{Condvar, Mutex};

fn main() {
    let lock = Mutex::new(0);
    println!("{}", lock.lock());
    if std::env::args().nth(1).as_deref() == Some("wait") {
        // The mutex is held again after the wait.
        let (changed, log) = (Condvar::new(), Mutex::new('a'));
        let mut guard = lock.lock();
        assert!(changed.wait_for(&mut guard, Duration::from_millis(1)).timed_out());
        drop(log.lock());
        drop(guard);
        let _log = log.lock();
        drop(lock.lock());
    }
}
