//! Two signal handlers share two locks and take them in opposite orders. Each blocks all signals while it holds one, so they cannot
//! interfere on one thread; on two threads they can.
//!
//! ```text
//! cargo run --example nested_handlers
//! ```
//!
//! One thread runs both here, the second on top of the first, between two of its steps. The validator reports the `Inversion` at the
//! acquisition that closes the circle, in the second handler. The exit code is 66.

use lockdep::signal;
use lockdep::spin::SpinLock;

struct Queue {
    length: u32,
}

struct Device {
    busy: bool,
}

static QUEUE: SpinLock<Queue> = SpinLock::new(Queue { length: 0 });
static DEVICE: SpinLock<Device> = SpinLock::new(Device { busy: false });

/// SIGUSR1: a request has come in.
#[inline(never)]
fn on_request() {
    {
        let mut queue = QUEUE.lock_irqsave();
        queue.length += 1;
        let mut device = DEVICE.lock(); // the queue, then the device
        device.busy = true;
    }
    // The device is quick: its answer arrives before this handler is done, and is handled on top of it.
    // SAFETY: raises a signal that has a handler.
    unsafe { libc::raise(libc::SIGUSR2) };
}

/// SIGUSR2: the device has done its work.
#[inline(never)]
fn on_answer() {
    let mut device = DEVICE.lock_irqsave();
    device.busy = false;
    let mut queue = QUEUE.lock(); // the device, then the queue
    queue.length -= 1;
}

fn main() -> std::io::Result<()> {
    // SAFETY: the handlers neither allocate nor panic, and take only spin locks, with the signals blocked.
    unsafe {
        signal::register(libc::SIGUSR1, on_request)?;
        signal::register(libc::SIGUSR2, on_answer)?;
    }
    // SAFETY: raises a signal that has a handler.
    unsafe { libc::raise(libc::SIGUSR1) };
    println!("{} requests are waiting", QUEUE.lock_irqsave().length);
    Ok(())
}
