//! Iterators over a [`DashSet`](super::DashSet).

use std::hash::{BuildHasher, Hash};

use super::Map;
use super::setref::multiple::RefMulti;

/// An iterator over the keys of a set that is gone.
pub struct OwningIter<K, S> {
    inner: super::iter::OwningIter<K, (), S>,
}

impl<K: Eq + Hash, S: BuildHasher + Clone> OwningIter<K, S> {
    pub(crate) fn new(inner: super::iter::OwningIter<K, (), S>) -> Self {
        OwningIter { inner }
    }
}

impl<K: Eq + Hash, S: BuildHasher + Clone> Iterator for OwningIter<K, S> {
    type Item = K;

    fn next(&mut self) -> Option<K> {
        self.inner.next().map(|(key, ())| key)
    }
}

// SAFETY: with the original's bounds.
unsafe impl<K: Eq + Hash + Send, S: BuildHasher + Clone + Send> Send for OwningIter<K, S> {}
// SAFETY: with the original's bounds.
unsafe impl<K: Eq + Hash + Sync, S: BuildHasher + Clone + Sync> Sync for OwningIter<K, S> {}

/// An iterator over the keys. It holds its shard shared between two steps, and so do the [`RefMulti`]s that it gives.
pub struct Iter<'a, K, S, M> {
    inner: super::iter::Iter<'a, K, (), S, M>,
}

// SAFETY: with the original's bounds.
unsafe impl<'a, K, S, M> Send for Iter<'_, K, S, M>
where
    K: 'a + Eq + Hash + Send,
    S: 'a + BuildHasher + Clone,
    M: Map<'a, K, (), S>,
{
}

// SAFETY: with the original's bounds.
unsafe impl<'a, K, S, M> Sync for Iter<'_, K, S, M>
where
    K: 'a + Eq + Hash + Sync,
    S: 'a + BuildHasher + Clone,
    M: Map<'a, K, (), S>,
{
}

impl<'a, K: Eq + Hash, S: 'a + BuildHasher + Clone, M: Map<'a, K, (), S>> Iter<'a, K, S, M> {
    pub(crate) fn new(inner: super::iter::Iter<'a, K, (), S, M>) -> Self {
        Iter { inner }
    }
}

impl<'a, K: Eq + Hash, S: 'a + BuildHasher + Clone, M: Map<'a, K, (), S>> Iterator for Iter<'a, K, S, M> {
    type Item = RefMulti<'a, K>;

    #[track_caller]
    fn next(&mut self) -> Option<Self::Item> {
        self.inner.next().map(RefMulti::new)
    }
}
