//! A library with checked locks of its own, loaded and closed by a program that knows nothing of them.

use lockdep::parking_lot::Mutex;

static A: Mutex<u8> = Mutex::new(1);
static B: Mutex<u16> = Mutex::new(2);

/// Takes both locks, in the one order.
#[unsafe(no_mangle)]
pub extern "C" fn forth() {
    let _a = A.lock();
    let _b = B.lock();
}

/// Takes both locks, in the other order.
#[unsafe(no_mangle)]
pub extern "C" fn back() {
    let _b = B.lock();
    let _a = A.lock();
}
