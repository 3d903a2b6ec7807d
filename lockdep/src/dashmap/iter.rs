//! Iterators over a [`DashMap`]: each holds the shard that it is in, and takes the next one before it lets go of that.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;
use std::sync::Arc;

use super::mapref::multiple::{RefMulti, RefMutMulti};
use super::shard::{At, ReadShard, WriteShard, pair_of};
use super::{DashMap, Map};

#[doc(no_inline)]
pub use ::dashmap::iter::OwningIter;

/// An iterator over the entries, to read.
///
/// It holds its shard shared between two steps, and so do the [`RefMulti`]s that it gives. A write to a shard that is held waits for
/// ever; that is reported as `Recursion`.
pub struct Iter<'a, K, V, S = RandomState, M = DashMap<K, V, S>> {
    map: &'a M,
    shard_i: usize,
    current: At<ReadShard<'a, K, V>, K, V>,
    marker: PhantomData<S>,
}

/// An iterator over the entries, to write.
///
/// It holds its shard exclusively between two steps, and so do the [`RefMutMulti`]s that it gives. Any other call that comes to a
/// shard that is held waits for ever; that is reported as `Recursion`.
pub struct IterMut<'a, K, V, S = RandomState, M = DashMap<K, V, S>> {
    map: &'a M,
    shard_i: usize,
    current: At<WriteShard<'a, K, V>, K, V>,
    marker: PhantomData<S>,
}

impl<K: Clone + Hash + Eq, V: Clone, S: Clone + BuildHasher> Clone for Iter<'_, K, V, S> {
    fn clone(&self) -> Self {
        Iter::new(self.map)
    }
}

/// What both have.
macro_rules! iterator {
    ($Iter:ident: $yield_shard:ident => $Item:ident) => {
        // SAFETY: with the original's bounds.
        unsafe impl<'a, K, V, S, M> Send for $Iter<'_, K, V, S, M>
        where
            K: 'a + Eq + Hash + Send,
            V: 'a + Send,
            S: 'a + BuildHasher + Clone,
            M: Map<'a, K, V, S>,
        {
        }

        // SAFETY: with the original's bounds.
        unsafe impl<'a, K, V, S, M> Sync for $Iter<'_, K, V, S, M>
        where
            K: 'a + Eq + Hash + Sync,
            V: 'a + Sync,
            S: 'a + BuildHasher + Clone,
            M: Map<'a, K, V, S>,
        {
        }

        impl<'a, K: Eq + Hash, V, S: 'a + BuildHasher + Clone, M: Map<'a, K, V, S>> $Iter<'a, K, V, S, M> {
            pub(crate) fn new(map: &'a M) -> Self {
                $Iter { map, shard_i: 0, current: None, marker: PhantomData }
            }
        }

        impl<'a, K: Eq + Hash, V, S: 'a + BuildHasher + Clone, M: Map<'a, K, V, S>> Iterator for $Iter<'a, K, V, S, M> {
            type Item = $Item<'a, K, V>;

            #[track_caller]
            fn next(&mut self) -> Option<Self::Item> {
                loop {
                    if let Some((shard, buckets)) = &mut self.current
                        && let Some(bucket) = buckets.next()
                    {
                        // SAFETY: a bucket of the table of the shard, which is held, and no other item is of this bucket.
                        return Some(unsafe {
                            let (k, v) = pair_of(&bucket);
                            $Item::new(Arc::clone(shard), k, v)
                        });
                    }
                    if self.shard_i == self.map._shard_count() {
                        return None;
                    }
                    // SAFETY: there are more shards than that.
                    let shard = unsafe { self.map.$yield_shard(self.shard_i) };
                    // SAFETY: the buckets are not used longer than the shard is held.
                    let buckets = unsafe { shard.table.iter() };
                    // The shard before is let go of here, as by the original.
                    self.current = Some((Arc::new(shard), buckets));
                    self.shard_i += 1;
                }
            }
        }
    };
}

iterator!(Iter: _yield_read_shard => RefMulti);
iterator!(IterMut: _yield_write_shard => RefMutMulti);
