//! [`DashSet`].

use std::borrow::Borrow;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hash};

use lockdep_core::{LockClass, LockKind, LockMap, WaitType};

use super::DashMap;
use super::iter_set::{Iter, OwningIter};
use super::setref::one::Ref;

/// A concurrent set, checked: [`::dashmap::DashSet`] whose shards are locks that the validator knows.
///
/// What the [module](super) says of maps holds for sets.
///
/// # Examples
///
/// ```
/// use lockdep::dashmap::DashSet;
///
/// let seen = DashSet::new();
/// assert!(seen.insert("page 1"));
/// assert!(!seen.insert("page 1"));
/// assert_eq!(seen.remove("page 1"), Some("page 1"));
/// ```
pub struct DashSet<K, S = RandomState> {
    pub(super) inner: DashMap<K, (), S>,
}

pub(crate) enum SetKind {}

impl LockKind for SetKind {
    const NAME: &'static str = "DashSet";
    const WAIT: WaitType = WaitType::Sleep;
    const GUARDS_MOVE: bool = true;
    // They may, but hardly do: who comes back to a shard that is held waits for itself.
    const HOLDER_MAY_CHANGE: bool = false;
    const BY_INSTANCE: bool = true;
}

impl<K: Eq + Hash + fmt::Debug, S: BuildHasher + Clone> fmt::Debug for DashSet<K, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl<K: Eq + Hash + Clone, S: Clone> Clone for DashSet<K, S> {
    #[track_caller]
    fn clone(&self) -> Self {
        DashSet { inner: self.inner.copy(LockMap::new::<SetKind, K>()) }
    }
}

impl<K, S> Default for DashSet<K, S>
where
    K: Eq + Hash,
    S: Default + BuildHasher + Clone,
{
    #[cfg_attr(feature = "validate", inline(never))]
    #[cfg_attr(not(feature = "validate"), inline)]
    #[track_caller]
    fn default() -> Self {
        DashSet { inner: DashMap::over(LockMap::made_by_caller::<SetKind, K>(), ::dashmap::DashMap::default()) }
    }
}

impl<K: Eq + Hash> DashSet<K, RandomState> {
    /// An empty set; this call is the construction site of its class.
    #[track_caller]
    pub fn new() -> Self {
        DashSet::with_hasher(RandomState::default())
    }

    /// An empty set of the class `class`.
    #[track_caller]
    pub fn with_class(class: &'static LockClass) -> Self {
        DashSet { inner: DashMap::over(LockMap::with_class::<SetKind, K>(class), ::dashmap::DashMap::new()) }
    }

    /// An empty set with room for some keys.
    #[track_caller]
    pub fn with_capacity(capacity: usize) -> Self {
        DashSet::with_capacity_and_hasher(capacity, RandomState::default())
    }
}

impl<'a, K: 'a + Eq + Hash, S: BuildHasher + Clone> DashSet<K, S> {
    /// An empty set that hashes in this way.
    #[track_caller]
    pub fn with_hasher(hasher: S) -> Self {
        DashSet::with_capacity_and_hasher(0, hasher)
    }

    /// An empty set with room for some keys, that hashes in this way.
    #[track_caller]
    pub fn with_capacity_and_hasher(capacity: usize, hasher: S) -> Self {
        let real = ::dashmap::DashMap::with_capacity_and_hasher(capacity, hasher);
        DashSet { inner: DashMap::over(LockMap::new::<SetKind, K>(), real) }
    }

    /// The hash of an item, as the set computes it for its keys.
    pub fn hash_usize<T: Hash>(&self, item: &T) -> usize {
        self.inner.hash_usize(item)
    }

    /// The real shards. What is done to them, the validator does not see.
    #[cfg(feature = "raw-api")]
    pub fn shards(&self) -> &[super::shard::Padded<K, ()>] {
        self.inner.shards()
    }

    /// The number of the shard that a key belongs to.
    #[cfg(feature = "raw-api")]
    pub fn determine_map<Q>(&self, key: &Q) -> usize
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.inner.determine_map(key)
    }

    /// The number of the shard that a hash belongs to.
    #[cfg(feature = "raw-api")]
    pub fn determine_shard(&self, hash: usize) -> usize {
        self.inner.determine_shard(hash)
    }

    /// Puts a key in; whether it is new. Writes one shard.
    #[track_caller]
    pub fn insert(&self, key: K) -> bool {
        self.inner.insert(key, ()).is_none()
    }

    /// Takes a key out. Writes one shard.
    #[track_caller]
    pub fn remove<Q>(&self, key: &Q) -> Option<K>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.inner.remove(key).map(|(key, ())| key)
    }

    /// Takes a key out, if `f`, which runs with the shard held, says so. Writes one shard.
    #[track_caller]
    pub fn remove_if<Q>(&self, key: &Q, f: impl FnOnce(&K) -> bool) -> Option<K>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.inner.remove_if(key, |key, ()| f(key)).map(|(key, ())| key)
    }

    /// An iterator over the keys. It holds its shard between two steps.
    pub fn iter(&'a self) -> Iter<'a, K, S, DashMap<K, (), S>> {
        Iter::new(self.inner.iter())
    }

    /// The key as it is there. Holds its shard.
    #[track_caller]
    pub fn get<Q>(&'a self, key: &Q) -> Option<Ref<'a, K>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.inner.get(key).map(Ref::new)
    }

    /// Gives memory back that is not needed. Writes one shard after the other.
    #[track_caller]
    pub fn shrink_to_fit(&self) {
        self.inner.shrink_to_fit();
    }

    /// Keeps the keys of which `f`, which runs with the shard held, says so. Writes one shard after the other.
    #[track_caller]
    pub fn retain(&self, mut f: impl FnMut(&K) -> bool) {
        self.inner.retain(|key, ()| f(key));
    }

    /// How many keys there are. Reads one shard after the other.
    #[track_caller]
    pub fn len(&self) -> usize {
        self.inner.len()
    }

    /// Whether there are none. Reads one shard after the other.
    #[track_caller]
    pub fn is_empty(&self) -> bool {
        self.inner.is_empty()
    }

    /// Takes all keys out. Writes one shard after the other.
    #[track_caller]
    pub fn clear(&self) {
        self.inner.clear();
    }

    /// For how many keys there is room. Reads one shard after the other.
    #[track_caller]
    pub fn capacity(&self) -> usize {
        self.inner.capacity()
    }

    /// Whether a key is there. Reads one shard.
    #[track_caller]
    pub fn contains<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.inner.contains_key(key)
    }
}

impl<K: Eq + Hash, S: BuildHasher + Clone> IntoIterator for DashSet<K, S> {
    type Item = K;
    type IntoIter = OwningIter<K, S>;

    fn into_iter(self) -> Self::IntoIter {
        OwningIter::new(self.inner.into_iter())
    }
}

impl<K: Eq + Hash, S: BuildHasher + Clone> Extend<K> for DashSet<K, S> {
    #[track_caller]
    fn extend<T: IntoIterator<Item = K>>(&mut self, keys: T) {
        for key in keys {
            self.insert(key);
        }
    }
}

impl<K: Eq + Hash, S: BuildHasher + Clone + Default> FromIterator<K> for DashSet<K, S> {
    #[cfg_attr(feature = "validate", inline(never))]
    #[track_caller]
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> Self {
        let map = LockMap::made_by_caller::<SetKind, K>();
        let mut set = DashSet { inner: DashMap::over(map, ::dashmap::DashMap::default()) };
        set.extend(keys);
        set
    }
}

#[cfg(feature = "typesize")]
impl<K, S> typesize::TypeSize for DashSet<K, S>
where
    K: typesize::TypeSize + Eq + Hash,
    S: typesize::TypeSize + Clone + BuildHasher,
{
    fn extra_size(&self) -> usize {
        self.inner.extra_size()
    }

    typesize::if_typesize_details! {
        fn get_collection_item_count(&self) -> Option<usize> {
            Some(self.len())
        }
    }
}
