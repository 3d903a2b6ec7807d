//! A key, and the lock of its shard.

use std::hash::Hash;
use std::ops::Deref;

use crate::dashmap::mapref;

/// A key that is read. Its shard is held shared: whoever writes there waits.
pub struct Ref<'a, K> {
    inner: mapref::one::Ref<'a, K, ()>,
}

impl<'a, K: Eq + Hash> Ref<'a, K> {
    #[inline]
    pub(crate) fn new(inner: mapref::one::Ref<'a, K, ()>) -> Self {
        Ref { inner }
    }

    /// The key.
    #[inline]
    pub fn key(&self) -> &K {
        self.inner.key()
    }
}

impl<K: Eq + Hash> Deref for Ref<'_, K> {
    type Target = K;

    #[inline]
    fn deref(&self) -> &K {
        self.key()
    }
}
