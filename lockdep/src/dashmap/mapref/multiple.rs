//! An entry among others, from an iterator, and the lock of its shard, which the iterator and all of them share.

use std::hash::Hash;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use super::one::entry_access;
use crate::dashmap::shard::{ReadShard, WriteShard};

/// An entry that an iterator came by. Its shard is held shared, also when the iterator has gone on.
pub struct RefMulti<'a, K, V> {
    _shard: Arc<ReadShard<'a, K, V>>,
    k: *const K,
    v: *const V,
}

// SAFETY: it gives shared access to both, from any thread, and any thread may release the shard: with the original's bounds.
unsafe impl<K: Eq + Hash + Sync, V: Sync> Send for RefMulti<'_, K, V> {}
// SAFETY: as above.
unsafe impl<K: Eq + Hash + Sync, V: Sync> Sync for RefMulti<'_, K, V> {}

impl<'a, K: Eq + Hash, V> RefMulti<'a, K, V> {
    /// # Safety
    ///
    /// Both are in the table of the shard.
    #[inline]
    pub(crate) unsafe fn new(shard: Arc<ReadShard<'a, K, V>>, k: *const K, v: *const V) -> Self {
        RefMulti { _shard: shard, k, v }
    }
}

entry_access!(RefMulti[V] of V);

/// An entry that an iterator came by, to write. Its shard is held exclusively, also when the iterator has gone on.
pub struct RefMutMulti<'a, K, V> {
    _shard: Arc<WriteShard<'a, K, V>>,
    k: *const K,
    v: *mut V,
}

// SAFETY: as for `RefMulti`, with the original's bounds.
unsafe impl<K: Eq + Hash + Sync, V: Sync> Send for RefMutMulti<'_, K, V> {}
// SAFETY: as above.
unsafe impl<K: Eq + Hash + Sync, V: Sync> Sync for RefMutMulti<'_, K, V> {}

impl<'a, K: Eq + Hash, V> RefMutMulti<'a, K, V> {
    /// # Safety
    ///
    /// Both are in the table of the shard, and no other `RefMutMulti` has this value.
    #[inline]
    pub(crate) unsafe fn new(shard: Arc<WriteShard<'a, K, V>>, k: *const K, v: *mut V) -> Self {
        RefMutMulti { _shard: shard, k, v }
    }
}

entry_access!(mut RefMutMulti[V] of V);
