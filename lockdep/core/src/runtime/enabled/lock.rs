//! The lock of the slow section: a word, and the kernel's futex where it has to be waited for.
//!
//! Ulrich Drepper, "Futexes Are Tricky" (2011), the second mutex. This file also stands in `tests/loom.rs`, where `crate::sync` is
//! loom's: what it needs of the crate is what that test gives it.

use super::{futex_wait, futex_wake};
use crate::sync::{AtomicU32, Ordering, SPINS, spin_loop};

/// | state | meaning | who changes it |
/// |---|---|---|
/// | 0 | free | who takes it |
/// | 1 | taken | its holder; who begins to wait |
/// | 2 | taken, and somebody may wait | its holder |
pub(super) struct Lock {
    pub(super) state: AtomicU32,
}

impl Lock {
    pub(super) fn lock(&self) {
        if self.attempt() {
            return;
        }
        for _ in 0..SPINS {
            spin_loop();
            if self.state.load(Ordering::Relaxed) == 0 && self.attempt() {
                return;
            }
        }
        // Acquire as in `attempt`. Who has waited does not know whether others do, so it leaves a 2.
        while self.state.swap(2, Ordering::Acquire) != 0 {
            futex_wait(&self.state, 2, None);
        }
    }

    fn attempt(&self) -> bool {
        // Acquire pairs with the release in `unlock`.
        self.state.compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    pub(super) fn unlock(&self) {
        if self.state.swap(0, Ordering::Release) == 2 {
            futex_wake(&self.state, 1);
        }
    }
}
