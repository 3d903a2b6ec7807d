//! The place of a key, occupied or not, and the lock of its shard.

use std::hash::Hash;
use std::mem;

use super::one::RefMut;
use crate::dashmap::shard::{Bucket, WriteShard, pair_of};

/// The place of a key. Its shard is held exclusively: any other call that comes to the same shard waits for ever while this lives,
/// which is reported as `Recursion`.
pub enum Entry<'a, K, V> {
    /// The key is there.
    Occupied(OccupiedEntry<'a, K, V>),
    /// The key is not there.
    Vacant(VacantEntry<'a, K, V>),
}

impl<'a, K: Eq + Hash, V> Entry<'a, K, V> {
    /// Changes the value, if there is one.
    pub fn and_modify(self, f: impl FnOnce(&mut V)) -> Self {
        match self {
            Entry::Occupied(mut entry) => {
                f(entry.get_mut());
                Entry::Occupied(entry)
            }
            Entry::Vacant(entry) => Entry::Vacant(entry),
        }
    }

    /// The key.
    pub fn key(&self) -> &K {
        match self {
            Entry::Occupied(entry) => entry.key(),
            Entry::Vacant(entry) => entry.key(),
        }
    }

    /// The key that this was asked for with.
    pub fn into_key(self) -> K {
        match self {
            Entry::Occupied(entry) => entry.into_key(),
            Entry::Vacant(entry) => entry.into_key(),
        }
    }

    /// The value; if there is none, the default.
    pub fn or_default(self) -> RefMut<'a, K, V>
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }

    /// The value; if there is none, this one.
    pub fn or_insert(self, value: V) -> RefMut<'a, K, V> {
        self.or_insert_with(|| value)
    }

    /// The value; if there is none, the one that `value` makes, with the shard held.
    pub fn or_insert_with(self, value: impl FnOnce() -> V) -> RefMut<'a, K, V> {
        match self {
            Entry::Occupied(entry) => entry.into_ref(),
            Entry::Vacant(entry) => entry.insert(value()),
        }
    }

    /// The value; if there is none, the one that `value` makes, with the shard held.
    ///
    /// # Errors
    ///
    /// Those of `value`.
    pub fn or_try_insert_with<E>(self, value: impl FnOnce() -> Result<V, E>) -> Result<RefMut<'a, K, V>, E> {
        match self {
            Entry::Occupied(entry) => Ok(entry.into_ref()),
            Entry::Vacant(entry) => Ok(entry.insert(value()?)),
        }
    }

    /// Sets the value.
    pub fn insert(self, value: V) -> RefMut<'a, K, V> {
        match self {
            Entry::Occupied(mut entry) => {
                entry.insert(value);
                entry.into_ref()
            }
            Entry::Vacant(entry) => entry.insert(value),
        }
    }

    /// Sets the value, and stays at its place.
    pub fn insert_entry(self, value: V) -> OccupiedEntry<'a, K, V>
    where
        K: Clone,
    {
        match self {
            Entry::Occupied(mut entry) => {
                entry.insert(value);
                entry
            }
            Entry::Vacant(entry) => entry.insert_entry(value),
        }
    }
}

/// The place of a key that is not there.
pub struct VacantEntry<'a, K, V> {
    shard: WriteShard<'a, K, V>,
    key: K,
    hash: u64,
    /// Invariant: found for `hash` in the table of the shard, which has not changed since.
    slot: hashbrown::raw::InsertSlot,
}

// SAFETY: with the original's bounds.
unsafe impl<K: Eq + Hash + Sync, V: Sync> Send for VacantEntry<'_, K, V> {}
// SAFETY: as above.
unsafe impl<K: Eq + Hash + Sync, V: Sync> Sync for VacantEntry<'_, K, V> {}

impl<'a, K: Eq + Hash, V> VacantEntry<'a, K, V> {
    /// # Safety
    ///
    /// The slot was found for `hash` in the table of the shard.
    pub(crate) unsafe fn new(shard: WriteShard<'a, K, V>, key: K, hash: u64, slot: hashbrown::raw::InsertSlot) -> Self {
        VacantEntry { shard, key, hash, slot }
    }

    /// Sets the value.
    pub fn insert(self, value: V) -> RefMut<'a, K, V> {
        let VacantEntry { mut shard, key, hash, slot } = self;
        // SAFETY: the invariant of `slot`; the bucket is in the table of the shard.
        unsafe {
            let bucket = shard.table.insert_in_slot(hash, slot, (key, ::dashmap::SharedValue::new(value)));
            let (k, v) = pair_of(&bucket);
            RefMut::new(shard, k, v)
        }
    }

    /// Sets the value, and stays at its place.
    pub fn insert_entry(self, value: V) -> OccupiedEntry<'a, K, V>
    where
        K: Clone,
    {
        let VacantEntry { mut shard, key, hash, slot } = self;
        // SAFETY: the invariant of `slot`.
        let bucket = unsafe { shard.table.insert_in_slot(hash, slot, (key.clone(), ::dashmap::SharedValue::new(value))) };
        OccupiedEntry { shard, bucket, key }
    }

    /// The key that this was asked for with.
    pub fn into_key(self) -> K {
        self.key
    }

    /// The key.
    pub fn key(&self) -> &K {
        &self.key
    }
}

/// The place of a key that is there.
pub struct OccupiedEntry<'a, K, V> {
    shard: WriteShard<'a, K, V>,
    /// Invariant: a full bucket of the table of the shard.
    bucket: Bucket<K, V>,
    key: K,
}

// SAFETY: with the original's bounds.
unsafe impl<K: Eq + Hash + Sync, V: Sync> Send for OccupiedEntry<'_, K, V> {}
// SAFETY: as above.
unsafe impl<K: Eq + Hash + Sync, V: Sync> Sync for OccupiedEntry<'_, K, V> {}

impl<'a, K: Eq + Hash, V> OccupiedEntry<'a, K, V> {
    /// # Safety
    ///
    /// The bucket is a full one of the table of the shard.
    pub(crate) unsafe fn new(shard: WriteShard<'a, K, V>, key: K, bucket: Bucket<K, V>) -> Self {
        OccupiedEntry { shard, bucket, key }
    }

    /// The value.
    pub fn get(&self) -> &V {
        // SAFETY: the invariant of `bucket`, and the shard is held.
        unsafe { self.bucket.as_ref() }.1.get()
    }

    /// The value, to write.
    pub fn get_mut(&mut self) -> &mut V {
        // SAFETY: the invariant of `bucket`, and the shard is held exclusively.
        unsafe { self.bucket.as_mut() }.1.get_mut()
    }

    /// Sets the value and gives the one that was there.
    pub fn insert(&mut self, value: V) -> V {
        mem::replace(self.get_mut(), value)
    }

    /// The entry as a [`RefMut`].
    pub fn into_ref(self) -> RefMut<'a, K, V> {
        // SAFETY: the invariant of `bucket`.
        unsafe {
            let (k, v) = pair_of(&self.bucket);
            RefMut::new(self.shard, k, v)
        }
    }

    /// The key that this was asked for with.
    pub fn into_key(self) -> K {
        self.key
    }

    /// The key that is there.
    pub fn key(&self) -> &K {
        // SAFETY: the invariant of `bucket`, and the shard is held.
        &unsafe { self.bucket.as_ref() }.0
    }

    /// Takes the entry out; the value.
    pub fn remove(self) -> V {
        self.remove_entry().1
    }

    /// Takes the entry out; key and value.
    pub fn remove_entry(self) -> (K, V) {
        let OccupiedEntry { mut shard, bucket, key: _key } = self;
        // SAFETY: the invariant of `bucket`, which is not used again.
        let ((k, v), _) = unsafe { shard.table.remove(bucket) };
        (k, v.into_inner())
    }

    /// Sets key and value, and gives those that were there.
    pub fn replace_entry(self, value: V) -> (K, V) {
        let OccupiedEntry { shard: _shard, bucket, key } = self;
        // SAFETY: the invariant of `bucket`, and the shard is held exclusively.
        let (k, v) = mem::replace(unsafe { bucket.as_mut() }, (key, ::dashmap::SharedValue::new(value)));
        (k, v.into_inner())
    }
}
