//! A sampling profiler whose SIGPROF handler takes a lock that may sleep. The code that reads the samples holds this lock with the
//! signal open. When the timer fires during a read, the handler waits for the code that it interrupted: a server with the profiler on
//! then hangs, once in a few weeks. (TiKV's raft store met this: <https://github.com/tikv/tikv/issues/18474>.)
//!
//! ```text
//! cargo run --example sigprof_lock
//! ```
//!
//! Here the signal comes while no read is going on. The validator reports the `WaitContext` when the handler takes the lock, for which one
//! acquisition is enough, and the `IrqUsage`, with both sides. The exit code is 66.

use lockdep::parking_lot::Mutex;
use lockdep::signal;

struct Samples {
    taken: u64,
    last: u64,
}

struct Profiler {
    samples: Mutex<Samples>,
}

static PROFILER: Profiler = Profiler { samples: Mutex::new(Samples { taken: 0, last: 0 }) };

impl Profiler {
    /// What SIGPROF does.
    #[inline(never)]
    fn sample(&self) {
        // The bug: a lock that may sleep, in a handler. A `SpinLock`, taken with `lock_irqsave` elsewhere, would do.
        let mut samples = self.samples.lock();
        samples.taken += 1;
        samples.last = samples.taken * 10;
    }

    /// Reads what there is; SIGPROF may arrive at any time.
    #[inline(never)]
    fn report(&self) -> u64 {
        let samples = self.samples.lock();
        samples.taken + samples.last
    }
}

fn main() -> std::io::Result<()> {
    // SAFETY: it is not safe to register this handler, which is what this is about; nothing hangs as long as nobody reads meanwhile.
    unsafe { signal::register(libc::SIGPROF, || PROFILER.sample())? };

    assert_eq!(PROFILER.report(), 0);
    for _ in 0..3 {
        // As the timer of the profiler does.
        // SAFETY: raises a signal that has a handler.
        unsafe { libc::raise(libc::SIGPROF) };
    }
    println!("the profile is {}", PROFILER.report());
    Ok(())
}
