//! [`ReadOnlyView`].

use std::borrow::Borrow;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hash};

use super::DashMap;
use super::shard::Maps;

/// A map that is only read from now on, and so needs no locks: [`DashMap::into_read_only`] makes it.
pub struct ReadOnlyView<K, V, S = RandomState> {
    pub(super) maps: Maps,
    pub(super) real: ::dashmap::ReadOnlyView<K, V, S>,
}

impl<K: Eq + Hash + Clone, V: Clone, S: Clone> Clone for ReadOnlyView<K, V, S> {
    #[track_caller]
    fn clone(&self) -> Self {
        ReadOnlyView { maps: self.maps.like::<K, V>(), real: self.real.clone() }
    }
}

impl<K: Eq + Hash + fmt::Debug, V: fmt::Debug, S: BuildHasher + Clone> fmt::Debug for ReadOnlyView<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.fmt(f)
    }
}

impl<K, V, S> ReadOnlyView<K, V, S> {
    /// The map, which may be changed again.
    pub fn into_inner(self) -> DashMap<K, V, S> {
        DashMap { maps: self.maps, real: self.real.into_inner() }
    }
}

impl<'a, K: 'a + Eq + Hash, V: 'a, S: BuildHasher + Clone> ReadOnlyView<K, V, S> {
    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.real.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.real.is_empty()
    }

    /// For how many entries there is room.
    pub fn capacity(&self) -> usize {
        self.real.capacity()
    }

    /// Whether the key is there.
    pub fn contains_key<Q>(&'a self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.real.contains_key(key)
    }

    /// The value of the key.
    pub fn get<Q>(&'a self, key: &Q) -> Option<&'a V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.real.get(key)
    }

    /// The key as it is there, and its value.
    pub fn get_key_value<Q>(&'a self, key: &Q) -> Option<(&'a K, &'a V)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.real.get_key_value(key)
    }

    /// All entries, in no order.
    pub fn iter(&'a self) -> impl Iterator<Item = (&'a K, &'a V)> + 'a {
        self.real.iter()
    }

    /// All keys, in no order.
    pub fn keys(&'a self) -> impl Iterator<Item = &'a K> + 'a {
        self.real.keys()
    }

    /// All values, in no order.
    pub fn values(&'a self) -> impl Iterator<Item = &'a V> + 'a {
        self.real.values()
    }

    /// The real shards. What is done to them, the validator does not see.
    #[cfg(feature = "raw-api")]
    pub fn shards(&self) -> &[super::shard::Padded<K, V>] {
        self.real.shards()
    }
}
