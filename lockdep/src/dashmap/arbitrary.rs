//! Arbitrary maps, for fuzzers.

use std::hash::{BuildHasher, Hash};

use arbitrary::{Arbitrary, Unstructured};

use super::DashMap;

impl<'a, K, V, S> Arbitrary<'a> for DashMap<K, V, S>
where
    K: Eq + Hash + Arbitrary<'a>,
    V: Arbitrary<'a>,
    S: Default + BuildHasher + Clone,
{
    fn arbitrary(u: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        u.arbitrary_iter()?.collect()
    }
}
