//! Which locks some engine may know by themselves, asked without the slow section: most locks that are judged one by one are never
//! nested, and are dropped without a word.
//!
//! A bit stands for many locks, and stays until no engine knows any. So a set bit may be another lock's; a clear one is certain:
//! whoever drops a lock has seen all that was done with it.

use core::sync::atomic::{AtomicU64, Ordering};

const WORDS: usize = 64;

static KNOWN: [AtomicU64; WORDS] = [const { AtomicU64::new(0) }; WORDS];

fn place(instance: u64) -> (&'static AtomicU64, u64) {
    let hash = instance.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - 12);
    (&KNOWN[hash as usize / 64], 1 << (hash % 64))
}

/// An engine is about to hear of this lock; in its slow section.
pub(super) fn insert(instance: u64) {
    let (word, bit) = place(instance);
    word.fetch_or(bit, Ordering::Relaxed);
}

/// Whether an engine may know this lock, which is being dropped.
pub(super) fn may_contain(instance: u64) -> bool {
    let (word, bit) = place(instance);
    word.load(Ordering::Relaxed) & bit != 0
}

/// No engine knows any lock; in a slow section.
pub(super) fn clear() {
    KNOWN.iter().for_each(|word| word.store(0, Ordering::Relaxed));
}

#[cfg(test)]
mod tests {
    use super::super::{life, slow, thread};
    use crate::class::{LockClass, LockKind};
    use crate::kind::WaitType;
    use crate::map::{How, LockMap};
    use crate::testing::isolated;

    enum Kind {}

    impl LockKind for Kind {
        const NAME: &'static str = "Cell";
        const WAIT: WaitType = WaitType::Spin;
    }

    static CLASS: LockClass = LockClass::new("cells").same_class_by_instance();

    fn make() -> LockMap {
        LockMap::with_class::<Kind, ()>(&CLASS)
    }

    fn take(lock: &LockMap) {
        lock.lock(How::write(), || Some(()), || ());
    }

    #[test]
    fn a_lock_that_was_never_nested_is_dropped_without_a_slow_section() {
        let outside = || {
            let lock = make();
            take(&lock);
            lock.release();
        };
        // The class, and the chain.
        outside();
        outside();
        let before = slow::sections();
        (0..1000).for_each(|_| outside());
        // Tests beside this one may have a few bits in common with it.
        assert!(slow::sections() - before < 100, "{} slow sections", slow::sections() - before);
    }

    #[test]
    fn one_that_was_nested_is_forgotten_when_it_is_dropped() {
        let reports = isolated(|_| {
            // SAFETY: in a slow section.
            let knows = || slow::with(|_| unsafe { life::graph(thread::current()).inner() }.engine.knows_instances());
            let (outer, inner) = (make(), make());
            take(&outer);
            assert!(!knows());
            take(&inner);
            assert!(knows());
            inner.release();
            outer.release();
            drop(outer);
            assert!(knows());
            drop(inner);
            assert!(!knows());
        });
        assert!(reports.is_empty());
    }
}
