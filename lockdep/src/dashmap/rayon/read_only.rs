//! Parallel iterators over a [`ReadOnlyView`].

use std::hash::{BuildHasher, Hash};

use ::rayon::iter::IntoParallelIterator;

use super::map::{Iter, OwningIter, Shards};
use crate::dashmap::ReadOnlyView;
use crate::dashmap::mapref::multiple::RefMulti;
use crate::held::REFERENCES;

impl<K, V, S> IntoParallelIterator for ReadOnlyView<K, V, S>
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

impl<'a, K, V, S> IntoParallelIterator for &'a ReadOnlyView<K, V, S>
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
