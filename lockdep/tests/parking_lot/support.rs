// What the suites need; they find it in the module above them.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

/// Short enough to run out in a test.
const SHORT: Duration = Duration::from_millis(20);
/// Long enough never to run out in one.
const LONG: Duration = Duration::from_secs(60);

/// Runs `f` on another thread.
fn elsewhere<U: Send>(f: impl FnOnce() -> U + Send) -> U {
    std::thread::scope(|threads| threads.spawn(f).join().unwrap())
}

fn wait_until(mut condition: impl FnMut() -> bool) {
    while !condition() {
        std::thread::yield_now();
    }
}

/// What `f` unwinds with.
fn unwind_of(f: impl FnOnce()) -> &'static str {
    let payload: Box<dyn Any + Send> = catch_unwind(AssertUnwindSafe(f)).unwrap_err();
    payload.downcast_ref::<&str>().unwrap()
}
