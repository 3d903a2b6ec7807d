//! A key among others, from an iterator, and the lock of its shard.

use std::hash::Hash;
use std::ops::Deref;

use crate::dashmap::mapref;

/// A key that an iterator came by. Its shard is held shared, also when the iterator has gone on.
pub struct RefMulti<'a, K> {
    inner: mapref::multiple::RefMulti<'a, K, ()>,
}

impl<'a, K: Eq + Hash> RefMulti<'a, K> {
    #[inline]
    pub(crate) fn new(inner: mapref::multiple::RefMulti<'a, K, ()>) -> Self {
        RefMulti { inner }
    }

    /// The key.
    #[inline]
    pub fn key(&self) -> &K {
        self.inner.key()
    }
}

impl<K: Eq + Hash> Deref for RefMulti<'_, K> {
    type Target = K;

    #[inline]
    fn deref(&self) -> &K {
        self.key()
    }
}
