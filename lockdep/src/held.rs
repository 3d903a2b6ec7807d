//! [`Held`]: what a guard holds besides the standard guard.

use lockdep_core::{LockKind, LockMap, WaitType};

/// The validator's half of a guard: while it lives, this thread holds the lock of the map.
///
/// It is the first field of each guard. Fields drop in order, so the release is recorded before the lock is released; and a
/// guard without a `Drop` of its own can be taken apart for the wait of a condition variable.
///
/// The reference is there only if the map is: an empty map needs none, and a guard must not be larger than the original's.
/// The map itself decides, not a feature of this package, because the validator may have been turned on by another one.
pub(crate) struct Held<'a>([&'a LockMap; REFERENCES]);

/// One if maps have a size, none if not: how many references to one, or boxes of some, a type of ours holds.
pub(crate) const REFERENCES: usize = if size_of::<LockMap>() == 0 { 0 } else { 1 };

/// Stands for every map when maps are empty.
pub(crate) static EMPTY: LockMap = LockMap::new::<Nothing, ()>();

enum Nothing {}

impl LockKind for Nothing {
    const NAME: &'static str = "nothing";
    const WAIT: WaitType = WaitType::Free;
}

impl<'a> Held<'a> {
    /// The lock of `map` was just taken.
    #[inline(always)]
    pub(crate) fn new(map: &'a LockMap) -> Held<'a> {
        Held([map; REFERENCES])
    }

    #[inline(always)]
    pub(crate) fn map(&self) -> &'a LockMap {
        self.0.first().copied().unwrap_or(&EMPTY)
    }
}

impl Drop for Held<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        self.map().release();
    }
}
