//! Parallel iterators over a [`DashMap`].

use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use ::rayon::iter::plumbing::UnindexedConsumer;
use ::rayon::iter::{FromParallelIterator, IndexedParallelIterator, IntoParallelIterator, ParallelExtend, ParallelIterator};

use lockdep_core::LockMap;

use crate::dashmap::DashMap;
use crate::dashmap::mapref::multiple::{RefMulti, RefMutMulti};
use crate::dashmap::shard::{Maps, Padded, Shard, pair_of};
use crate::held::{EMPTY, REFERENCES};

#[doc(no_inline)]
pub use ::dashmap::rayon::map::OwningIter;

impl<K, V, S> ParallelExtend<(K, V)> for DashMap<K, V, S>
where
    K: Send + Sync + Eq + Hash,
    V: Send + Sync,
    S: Send + Sync + Clone + BuildHasher,
{
    fn par_extend<I: IntoParallelIterator<Item = (K, V)>>(&mut self, pairs: I) {
        (&*self).par_extend(pairs);
    }
}

impl<K, V, S> ParallelExtend<(K, V)> for &'_ DashMap<K, V, S>
where
    K: Send + Sync + Eq + Hash,
    V: Send + Sync,
    S: Send + Sync + Clone + BuildHasher,
{
    fn par_extend<I: IntoParallelIterator<Item = (K, V)>>(&mut self, pairs: I) {
        let map = *self;
        pairs.into_par_iter().for_each(|(key, value)| {
            map.insert(key, value);
        });
    }
}

impl<K, V, S> FromParallelIterator<(K, V)> for DashMap<K, V, S>
where
    K: Send + Sync + Eq + Hash,
    V: Send + Sync,
    S: Send + Sync + Clone + Default + BuildHasher,
{
    #[track_caller]
    fn from_par_iter<I: IntoParallelIterator<Item = (K, V)>>(pairs: I) -> Self {
        let map = DashMap::default();
        (&map).par_extend(pairs);
        map
    }
}

impl<K, V, S> IntoParallelIterator for DashMap<K, V, S>
where
    K: Send + Eq + Hash,
    V: Send,
    S: Send + Clone + BuildHasher,
{
    type Iter = OwningIter<K, V>;
    type Item = (K, V);

    fn into_par_iter(self) -> Self::Iter {
        self.real.into_par_iter()
    }
}

/// The validator's half of a shard.
fn of_shard<'a>(maps: &[&'a Maps; REFERENCES], i: usize) -> &'a LockMap {
    maps.first().map_or(&EMPTY, |maps| maps.of_shard(i))
}

/// The shards of a map, as a parallel iterator needs them.
pub(super) struct Shards<'a, K, V> {
    pub(super) maps: [&'a Maps; REFERENCES],
    pub(super) real: &'a [Padded<K, V>],
}

/// A parallel iterator over the entries, to read. Each shard is held while its entries are used.
pub struct Iter<'a, K, V> {
    pub(super) shards: Shards<'a, K, V>,
}

impl<'a, K, V, S> IntoParallelIterator for &'a DashMap<K, V, S>
where
    K: Send + Sync + Eq + Hash,
    V: Send + Sync,
    S: Send + Sync + Clone + BuildHasher,
{
    type Iter = Iter<'a, K, V>;
    type Item = RefMulti<'a, K, V>;

    fn into_par_iter(self) -> Self::Iter {
        Iter { shards: Shards { maps: [&self.maps; REFERENCES], real: self.real.shards() } }
    }
}

impl<'a, K, V> ParallelIterator for Iter<'a, K, V>
where
    K: Send + Sync + Eq + Hash,
    V: Send + Sync,
{
    type Item = RefMulti<'a, K, V>;

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        let Shards { maps, real } = self.shards;
        let entries = real.into_par_iter().enumerate().flat_map_iter(|(i, lock)| {
            let shard = Arc::new(Shard::new(of_shard(&maps, i), lock).read());
            // SAFETY: the buckets are not used longer than the shard is held.
            let buckets = unsafe { shard.table.iter() };
            buckets.map(move |bucket| {
                // SAFETY: a bucket of the table of the shard, which is held.
                unsafe {
                    let (k, v) = pair_of(&bucket);
                    RefMulti::new(Arc::clone(&shard), k, v)
                }
            })
        });
        entries.drive_unindexed(consumer)
    }
}

/// A parallel iterator over the entries, to write. Each shard is held while its entries are used.
pub struct IterMut<'a, K, V> {
    shards: Shards<'a, K, V>,
}

impl<'a, K, V> IntoParallelIterator for &'a mut DashMap<K, V>
where
    K: Send + Sync + Eq + Hash,
    V: Send + Sync,
{
    type Iter = IterMut<'a, K, V>;
    type Item = RefMutMulti<'a, K, V>;

    fn into_par_iter(self) -> Self::Iter {
        self.par_iter_mut()
    }
}

// The original does not ask for these bounds of `S`, but nothing makes a map of another one.
impl<K, V, S> DashMap<K, V, S>
where
    K: Send + Sync + Eq + Hash,
    V: Send + Sync,
    S: BuildHasher + Clone,
{
    /// A parallel iterator over the entries, to write; a shared reference will do.
    pub fn par_iter_mut(&self) -> IterMut<'_, K, V> {
        IterMut { shards: Shards { maps: [&self.maps; REFERENCES], real: self.real.shards() } }
    }
}

impl<'a, K, V> ParallelIterator for IterMut<'a, K, V>
where
    K: Send + Sync + Eq + Hash,
    V: Send + Sync,
{
    type Item = RefMutMulti<'a, K, V>;

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        let Shards { maps, real } = self.shards;
        let entries = real.into_par_iter().enumerate().flat_map_iter(|(i, lock)| {
            let shard = Arc::new(Shard::new(of_shard(&maps, i), lock).write());
            // SAFETY: the buckets are not used longer than the shard is held.
            let buckets = unsafe { shard.table.iter() };
            buckets.map(move |bucket| {
                // SAFETY: a bucket of the table of the shard, which is held exclusively; no other item is of this bucket.
                unsafe {
                    let (k, v) = pair_of(&bucket);
                    RefMutMulti::new(Arc::clone(&shard), k, v)
                }
            })
        });
        entries.drive_unindexed(consumer)
    }
}
