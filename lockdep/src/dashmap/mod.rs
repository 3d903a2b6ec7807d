//! Twins of the crate [`::dashmap`] 6: the same names, the same maps, checked.
//!
//! A [`DashMap`] consists of shards: tables, each with a lock. The result of a call may hold one: a [`Ref`], a [`RefMut`], an [`Entry`],
//! an iterator. While it lives, another call that comes to the same shard may wait for it, for ever if it is in the same thread. The
//! hashes decide which keys share a shard, so a test may pass and the program hang. Here it is reported before it hangs, with the stacks
//! of both calls:
//!
//! ```
//! use lockdep::dashmap::DashMap;
//! use lockdep::{ReportKind, testing};
//!
//! # if !cfg!(feature = "validate") { return; } // or it hangs
//! let reports = testing::isolated(|_cx| {
//!     let map = DashMap::new();
//!     map.insert("a", 1);
//!     if let Some(old) = map.get("a") {
//!         map.insert("a", *old + 1); // `old` still holds the shard
//!     }
//! });
//! assert_eq!(reports[0].kind(), ReportKind::Recursion);
//! ```
//!
//! | held | another call of the thread that reads the same shard | that writes it |
//! |---|---|---|
//! | `Ref`, `RefMulti`, `Iter` | passes: readers do not wait for waiting writers | `Recursion` |
//! | `RefMut`, `RefMutMulti`, `IterMut`, an entry | `Recursion` | `Recursion` |
//!
//! The shards of a map are one class, made where the map is made; each is judged by itself, so two of them may be held at once, as
//! iterators do, as long as no two are taken in both orders by threads that would wait for each other. That is reported as `Inversion`,
//! and depends on the hashes: with a fixed hasher a test always finds the same.
//!
//! A guard may be sent to another thread. This is rare, so a thread that comes back to a shard that it took is assumed to wait for
//! itself, even if it has given the guard away.
//!
//! The tables and locks are the original's, reached by its raw interface. Without `validate` all types have the original's size. Its
//! features are forwarded under their names: `serde`, `rayon`, `raw-api`, `inline`, `arbitrary`, `typesize`. The validator does not see
//! the use of `raw-api`.
//!
//! **Signal safety:** none of it in a handler, where nothing may wait; that is reported as `WaitContext`. `try_get` and its like are not
//! reported, but the release of their shard may hang there.

#[cfg(feature = "arbitrary")]
mod arbitrary;
pub mod iter;
pub mod iter_set;
pub mod mapref;
#[cfg(feature = "rayon")]
pub mod rayon;
mod read_only;
#[cfg(feature = "serde")]
mod serde;
mod set;
pub mod setref;
mod shard;
mod t;
pub mod try_result {
    //! The result of an attempt.

    #[doc(no_inline)]
    pub use ::dashmap::try_result::TryResult;
}

use std::borrow::Borrow;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};
use std::mem;
use std::ops::{BitAnd, BitOr, Shl, Shr, Sub};
use std::ptr;

use ::dashmap::SharedValue as Value;
use lockdep_core::{LockClass, LockKind, LockMap, WaitType};

use iter::{Iter, IterMut, OwningIter};
use mapref::multiple::RefMulti;
use mapref::one::{Ref, RefMut};
use shard::{Maps, READ, ReadShard, Shard, Table, WRITE, WriteShard, pair_of};
use try_result::TryResult;

#[doc(no_inline)]
pub use ::dashmap::TryReserveError;
#[cfg(feature = "raw-api")]
#[doc(no_inline)]
pub use ::dashmap::{RawRwLock, RwLock, RwLockReadGuard, RwLockWriteGuard, SharedValue};
pub use mapref::entry::{Entry, OccupiedEntry, VacantEntry};
pub use read_only::ReadOnlyView;
pub use set::DashSet;
pub use t::Map;

/// A concurrent map, checked: [`::dashmap::DashMap`] whose shards are locks that the validator knows. See the [module](self).
///
/// # Examples
///
/// ```
/// use lockdep::dashmap::DashMap;
///
/// let reviews = DashMap::new();
/// reviews.insert("Veloren", "What a fantastic game!");
/// assert_eq!(*reviews.get("Veloren").unwrap(), "What a fantastic game!");
///
/// // A value is changed in place, or by way of its entry; the guard is gone at the end of the statement.
/// let counts = DashMap::new();
/// *counts.entry("a").or_insert(0) += 1;
/// if let Some(mut count) = counts.get_mut("a") {
///     *count += 1;
/// }
/// assert_eq!(counts.remove("a"), Some(("a", 2)));
/// ```
pub struct DashMap<K, V, S = RandomState> {
    maps: Maps,
    real: ::dashmap::DashMap<K, V, S>,
}

pub(crate) enum MapKind {}

impl LockKind for MapKind {
    const NAME: &'static str = "DashMap";
    const WAIT: WaitType = WaitType::Sleep;
    const GUARDS_MOVE: bool = true;
    // They may, but hardly do: who comes back to a shard that is held waits for itself.
    const HOLDER_MAY_CHANGE: bool = false;
    const BY_INSTANCE: bool = true;
}

impl Maps {
    /// For the shards of a copy, of the class of this call.
    #[track_caller]
    fn like<K, V>(&self) -> Maps {
        Maps::new(LockMap::new::<MapKind, (K, V)>(), self.count())
    }
}

impl<K, V, S> DashMap<K, V, S> {
    /// A copy, whose shards are of the class of `map`.
    #[track_caller]
    fn copy(&self, map: LockMap) -> Self
    where
        K: Eq + Hash + Clone,
        V: Clone,
        S: Clone,
    {
        // The original reads one shard after the other. Its shards cannot be asked for without a `BuildHasher`.
        self.maps.might_lock_each(READ);
        DashMap { maps: Maps::new(map, self.maps.count()), real: self.maps.hold_any(|| self.real.clone()) }
    }
}

impl<K: Eq + Hash + Clone, V: Clone, S: Clone> Clone for DashMap<K, V, S> {
    #[track_caller]
    fn clone(&self) -> Self {
        self.copy(LockMap::new::<MapKind, (K, V)>())
    }
}

impl<K, V, S> Default for DashMap<K, V, S>
where
    K: Eq + Hash,
    S: Default + BuildHasher + Clone,
{
    #[cfg_attr(feature = "validate", inline(never))]
    #[cfg_attr(not(feature = "validate"), inline)]
    #[track_caller]
    fn default() -> Self {
        DashMap::over(LockMap::made_by_caller::<MapKind, (K, V)>(), ::dashmap::DashMap::default())
    }
}

impl<K: Eq + Hash, V> DashMap<K, V, RandomState> {
    /// An empty map; this call is the construction site of its class.
    #[track_caller]
    pub fn new() -> Self {
        DashMap::with_hasher(RandomState::default())
    }

    /// An empty map of the class `class`.
    #[track_caller]
    pub fn with_class(class: &'static LockClass) -> Self {
        DashMap::over(LockMap::with_class::<MapKind, (K, V)>(class), ::dashmap::DashMap::new())
    }

    /// An empty map with room for some entries.
    #[track_caller]
    pub fn with_capacity(capacity: usize) -> Self {
        DashMap::with_capacity_and_hasher(capacity, RandomState::default())
    }

    /// An empty map with so many shards.
    ///
    /// # Panics
    ///
    /// Unless that is a power of two greater than 1.
    #[track_caller]
    pub fn with_shard_amount(shard_amount: usize) -> Self {
        DashMap::with_capacity_and_hasher_and_shard_amount(0, RandomState::default(), shard_amount)
    }

    /// An empty map with room for some entries, and so many shards.
    ///
    /// # Panics
    ///
    /// Unless that is a power of two greater than 1.
    #[track_caller]
    pub fn with_capacity_and_shard_amount(capacity: usize, shard_amount: usize) -> Self {
        DashMap::with_capacity_and_hasher_and_shard_amount(capacity, RandomState::default(), shard_amount)
    }
}

impl<'a, K: 'a + Eq + Hash, V: 'a, S: BuildHasher + Clone> DashMap<K, V, S> {
    /// The map as one that is only read from now on, without locks.
    pub fn into_read_only(self) -> ReadOnlyView<K, V, S> {
        ReadOnlyView { maps: self.maps, real: self.real.into_read_only() }
    }

    /// An empty map that hashes in this way.
    #[track_caller]
    pub fn with_hasher(hasher: S) -> Self {
        DashMap::with_capacity_and_hasher(0, hasher)
    }

    /// An empty map with room for some entries, that hashes in this way.
    #[track_caller]
    pub fn with_capacity_and_hasher(capacity: usize, hasher: S) -> Self {
        DashMap::over(LockMap::new::<MapKind, (K, V)>(), ::dashmap::DashMap::with_capacity_and_hasher(capacity, hasher))
    }

    /// An empty map that hashes in this way, with so many shards.
    ///
    /// # Panics
    ///
    /// Unless that is a power of two greater than 1.
    #[track_caller]
    pub fn with_hasher_and_shard_amount(hasher: S, shard_amount: usize) -> Self {
        DashMap::with_capacity_and_hasher_and_shard_amount(0, hasher, shard_amount)
    }

    /// An empty map with room for some entries, that hashes in this way, with so many shards.
    ///
    /// # Panics
    ///
    /// Unless that is a power of two greater than 1.
    #[track_caller]
    pub fn with_capacity_and_hasher_and_shard_amount(capacity: usize, hasher: S, shard_amount: usize) -> Self {
        let real = ::dashmap::DashMap::with_capacity_and_hasher_and_shard_amount(capacity, hasher, shard_amount);
        DashMap::over(LockMap::new::<MapKind, (K, V)>(), real)
    }

    /// An original, whose shards are of the class of `map`.
    pub(crate) fn over(map: LockMap, real: ::dashmap::DashMap<K, V, S>) -> Self {
        DashMap { maps: Maps::new(map, real.shards().len()), real }
    }

    /// The hash of an item, as the map computes it for its keys.
    pub fn hash_usize<T: Hash>(&self, item: &T) -> usize {
        self.real.hash_usize(item)
    }

    /// The real shards. What is done to them, the validator does not see.
    #[cfg(feature = "raw-api")]
    pub fn shards(&self) -> &[shard::Padded<K, V>] {
        self.real.shards()
    }

    /// The real shards, to change.
    #[cfg(feature = "raw-api")]
    pub fn shards_mut(&mut self) -> &mut [shard::Padded<K, V>] {
        self.real.shards_mut()
    }

    /// The real shards, without the map.
    #[cfg(feature = "raw-api")]
    pub fn into_shards(self) -> Box<[shard::Padded<K, V>]> {
        self.real.into_shards()
    }

    /// The number of the shard that a key belongs to.
    #[cfg(feature = "raw-api")]
    pub fn determine_map<Q>(&self, key: &Q) -> usize
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.real.determine_map(key)
    }

    /// The number of the shard that a hash belongs to.
    #[cfg(feature = "raw-api")]
    pub fn determine_shard(&self, hash: usize) -> usize {
        self.real.determine_shard(hash)
    }

    /// How the map hashes.
    pub fn hasher(&self) -> &S {
        self.real.hasher()
    }

    /// Sets the value of a key and gives the one that was there. Writes one shard.
    #[track_caller]
    pub fn insert(&self, key: K, value: V) -> Option<V> {
        self._insert(key, value)
    }

    /// Takes the entry of a key out. Writes one shard.
    #[track_caller]
    pub fn remove<Q>(&self, key: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self._remove(key)
    }

    /// Takes the entry of a key out, if `f`, which runs with the shard held, says so. Writes one shard.
    #[track_caller]
    pub fn remove_if<Q>(&self, key: &Q, f: impl FnOnce(&K, &V) -> bool) -> Option<(K, V)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self._remove_if(key, f)
    }

    /// As [`remove_if`](DashMap::remove_if); `f` may change the value.
    #[track_caller]
    pub fn remove_if_mut<Q>(&self, key: &Q, f: impl FnOnce(&K, &mut V) -> bool) -> Option<(K, V)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self._remove_if_mut(key, f)
    }

    /// An iterator over the entries, to read. It holds its shard between two steps.
    pub fn iter(&'a self) -> Iter<'a, K, V, S, DashMap<K, V, S>> {
        self._iter()
    }

    /// An iterator over the entries, to write. It holds its shard between two steps.
    pub fn iter_mut(&'a self) -> IterMut<'a, K, V, S, DashMap<K, V, S>> {
        self._iter_mut()
    }

    /// The entry of a key, to read. Holds its shard.
    #[track_caller]
    pub fn get<Q>(&'a self, key: &Q) -> Option<Ref<'a, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self._get(key)
    }

    /// The entry of a key, to write. Holds its shard.
    #[track_caller]
    pub fn get_mut<Q>(&'a self, key: &Q) -> Option<RefMut<'a, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self._get_mut(key)
    }

    /// The entry of a key, to read, if its shard is free for that. Never waits.
    ///
    /// **Signal safety:** not in a handler: the release of the shard may hang there, and that is not reported.
    #[track_caller]
    pub fn try_get<Q>(&'a self, key: &Q) -> TryResult<Ref<'a, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self._try_get(key)
    }

    /// The entry of a key, to write, if its shard is free. Never waits.
    ///
    /// **Signal safety:** not in a handler: the release of the shard may hang there, and that is not reported.
    #[track_caller]
    pub fn try_get_mut<Q>(&'a self, key: &Q) -> TryResult<RefMut<'a, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self._try_get_mut(key)
    }

    /// Gives memory back that is not needed. Writes one shard after the other.
    #[track_caller]
    pub fn shrink_to_fit(&self) {
        self._shrink_to_fit();
    }

    /// Keeps the entries of which `f`, which runs with the shard held, says so. Writes one shard after the other.
    #[track_caller]
    pub fn retain(&self, f: impl FnMut(&K, &mut V) -> bool) {
        self._retain(f);
    }

    /// How many entries there are. Reads one shard after the other.
    #[track_caller]
    pub fn len(&self) -> usize {
        self._len()
    }

    /// Whether there are none. Reads one shard after the other.
    #[track_caller]
    pub fn is_empty(&self) -> bool {
        self._is_empty()
    }

    /// Takes all entries out. Writes one shard after the other.
    #[track_caller]
    pub fn clear(&self) {
        self._clear();
    }

    /// For how many entries there is room. Reads one shard after the other.
    #[track_caller]
    pub fn capacity(&self) -> usize {
        self._capacity()
    }

    /// Replaces the value of a key by what `f`, which runs with the shard held, makes of it. Writes one shard.
    ///
    /// # Aborts
    ///
    /// If `f` panics.
    #[track_caller]
    pub fn alter<Q>(&self, key: &Q, f: impl FnOnce(&K, V) -> V)
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self._alter(key, f);
    }

    /// Replaces all values by what `f`, which runs with a shard held, makes of them. Writes one shard after the other.
    ///
    /// # Aborts
    ///
    /// If `f` panics.
    #[track_caller]
    pub fn alter_all(&self, f: impl FnMut(&K, V) -> V) {
        self._alter_all(f);
    }

    /// Lets `f`, which runs with the shard held, look at the entry of a key. Reads one shard.
    #[track_caller]
    pub fn view<Q, R>(&self, key: &Q, f: impl FnOnce(&K, &V) -> R) -> Option<R>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self._view(key, f)
    }

    /// Whether a key is there. Reads one shard.
    #[track_caller]
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self._contains_key(key)
    }

    /// The place of a key. Holds its shard exclusively.
    #[track_caller]
    pub fn entry(&'a self, key: K) -> Entry<'a, K, V> {
        self._entry(key)
    }

    /// The place of a key, if its shard is free. Never waits.
    ///
    /// **Signal safety:** not in a handler: the release of the shard may hang there, and that is not reported.
    #[track_caller]
    pub fn try_entry(&'a self, key: K) -> Option<Entry<'a, K, V>> {
        self._try_entry(key)
    }

    /// Makes room for more entries.
    ///
    /// # Errors
    ///
    /// If there is no memory for them.
    #[track_caller]
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), TryReserveError> {
        // The original writes one shard after the other, and a guard of one may have been forgotten.
        self.maps.might_lock_each(WRITE);
        self.real.try_reserve(additional)
    }

    /// The hash of a key, and the shard that it belongs to.
    #[inline]
    fn place<Q: Hash + ?Sized>(&self, key: &Q) -> (u64, Shard<'_, K, V>) {
        let hash = hash(self.real.hasher(), &key);
        (hash, self.shard(self.real.determine_shard(hash as usize)))
    }

    #[inline]
    fn shard(&self, i: usize) -> Shard<'_, K, V> {
        Shard::of(&self.maps, &self.real, i)
    }
}

#[inline]
#[allow(clippy::manual_hash_one, reason = "the original computes it so, and a hasher's own `hash_one` may not")]
fn hash(hasher: &impl BuildHasher, key: &impl Hash) -> u64 {
    let mut hasher = hasher.build_hasher();
    key.hash(&mut hasher);
    hasher.finish()
}

/// The entry of a key in a shard that is held, to read.
#[inline]
fn found<'a, K, V, Q>(shard: ReadShard<'a, K, V>, hash: u64, key: &Q) -> Option<Ref<'a, K, V>>
where
    K: Eq + Hash + Borrow<Q>,
    Q: Eq + ?Sized,
{
    let bucket = shard.table.find(hash, |(k, _)| key == k.borrow())?;
    // SAFETY: the bucket was found in the table of the shard.
    Some(unsafe {
        let (k, v) = pair_of(&bucket);
        Ref::new(shard, k, v)
    })
}

/// The entry of a key in a shard that is held, to write.
#[inline]
fn found_mut<'a, K, V, Q>(shard: WriteShard<'a, K, V>, hash: u64, key: &Q) -> Option<RefMut<'a, K, V>>
where
    K: Eq + Hash + Borrow<Q>,
    Q: Eq + ?Sized,
{
    let bucket = shard.table.find(hash, |(k, _)| key == k.borrow())?;
    // SAFETY: the bucket was found in the table of the shard.
    Some(unsafe {
        let (k, v) = pair_of(&bucket);
        RefMut::new(shard, k, v)
    })
}

/// The place of a key in a shard that is held.
#[inline]
fn place_in<'a, K: Eq + Hash, V>(
    mut shard: WriteShard<'a, K, V>,
    hasher: &impl BuildHasher,
    hash: u64,
    key: K,
) -> Entry<'a, K, V> {
    match shard.table.find_or_find_insert_slot(hash, |(k, _)| *k == key, |(k, _)| self::hash(hasher, k)) {
        // SAFETY: the bucket was found in the table of the shard.
        Ok(bucket) => Entry::Occupied(unsafe { OccupiedEntry::new(shard, key, bucket) }),
        // SAFETY: the slot was found in the table of the shard for this hash.
        Err(slot) => Entry::Vacant(unsafe { VacantEntry::new(shard, key, hash, slot) }),
    }
}

/// Replaces a value by what `f` makes of it.
fn replace<V>(value: &mut V, f: impl FnOnce(V) -> V) {
    struct Abort;
    impl Drop for Abort {
        fn drop(&mut self) {
            lockdep_core::runtime::abort("what `alter` calls has unwound, and left no value to put back");
        }
    }
    // If `f` unwinds there is no value to put back.
    let abort = Abort;
    // SAFETY: the value is moved out, and another one in; nobody sees it in between.
    unsafe { ptr::write(value, f(ptr::read(value))) };
    mem::forget(abort);
}

impl<'a, K: 'a + Eq + Hash, V: 'a, S: 'a + BuildHasher + Clone> Map<'a, K, V, S> for DashMap<K, V, S> {
    #[inline]
    fn _shard_count(&self) -> usize {
        self.real.shards().len()
    }

    #[inline]
    unsafe fn _get_read_shard(&'a self, i: usize) -> &'a Table<K, V> {
        // SAFETY: nobody changes the map meanwhile, says the caller.
        unsafe { &*self.real.shards()[i].data_ptr() }
    }

    #[inline]
    #[track_caller]
    unsafe fn _yield_read_shard(&'a self, i: usize) -> ReadShard<'a, K, V> {
        self.shard(i).read()
    }

    #[inline]
    #[track_caller]
    unsafe fn _yield_write_shard(&'a self, i: usize) -> WriteShard<'a, K, V> {
        self.shard(i).write()
    }

    #[inline]
    #[track_caller]
    unsafe fn _try_yield_read_shard(&'a self, i: usize) -> Option<ReadShard<'a, K, V>> {
        self.shard(i).try_read()
    }

    #[inline]
    #[track_caller]
    unsafe fn _try_yield_write_shard(&'a self, i: usize) -> Option<WriteShard<'a, K, V>> {
        self.shard(i).try_write()
    }

    #[inline]
    #[track_caller]
    fn _insert(&self, key: K, value: V) -> Option<V> {
        let (hash, shard) = self.place(&key);
        let mut shard = shard.write();
        let hasher = self.real.hasher();
        match shard.table.find_or_find_insert_slot(hash, |(k, _)| *k == key, |(k, _)| self::hash(hasher, k)) {
            // SAFETY: the bucket was found in the table, which is held exclusively.
            Ok(bucket) => Some(mem::replace(unsafe { bucket.as_mut() }.1.get_mut(), value)),
            Err(slot) => {
                // SAFETY: the slot was found in the table for this hash.
                unsafe { shard.table.insert_in_slot(hash, slot, (key, Value::new(value))) };
                None
            }
        }
    }

    #[inline]
    #[track_caller]
    fn _remove<Q>(&self, key: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self._remove_if_mut(key, |_, _| true)
    }

    #[inline]
    #[track_caller]
    fn _remove_if<Q>(&self, key: &Q, f: impl FnOnce(&K, &V) -> bool) -> Option<(K, V)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self._remove_if_mut(key, |k, v| f(k, v))
    }

    #[inline]
    #[track_caller]
    fn _remove_if_mut<Q>(&self, key: &Q, f: impl FnOnce(&K, &mut V) -> bool) -> Option<(K, V)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let (hash, shard) = self.place(key);
        let mut shard = shard.write();
        let bucket = shard.table.find(hash, |(k, _)| key == k.borrow())?;
        // SAFETY: the bucket was found in the table, which is held exclusively.
        let (k, v) = unsafe { bucket.as_mut() };
        if !f(k, v.get_mut()) {
            return None;
        }
        // SAFETY: as above; it is not used again.
        let ((k, v), _) = unsafe { shard.table.remove(bucket) };
        Some((k, v.into_inner()))
    }

    #[inline]
    fn _iter(&'a self) -> Iter<'a, K, V, S, DashMap<K, V, S>> {
        Iter::new(self)
    }

    #[inline]
    fn _iter_mut(&'a self) -> IterMut<'a, K, V, S, DashMap<K, V, S>> {
        IterMut::new(self)
    }

    #[inline]
    #[track_caller]
    fn _get<Q>(&'a self, key: &Q) -> Option<Ref<'a, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let (hash, shard) = self.place(key);
        found(shard.read(), hash, key)
    }

    #[inline]
    #[track_caller]
    fn _get_mut<Q>(&'a self, key: &Q) -> Option<RefMut<'a, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let (hash, shard) = self.place(key);
        found_mut(shard.write(), hash, key)
    }

    #[inline]
    #[track_caller]
    fn _try_get<Q>(&'a self, key: &Q) -> TryResult<Ref<'a, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let (hash, shard) = self.place(key);
        let Some(shard) = shard.try_read() else { return TryResult::Locked };
        found(shard, hash, key).map_or(TryResult::Absent, TryResult::Present)
    }

    #[inline]
    #[track_caller]
    fn _try_get_mut<Q>(&'a self, key: &Q) -> TryResult<RefMut<'a, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let (hash, shard) = self.place(key);
        let Some(shard) = shard.try_write() else { return TryResult::Locked };
        found_mut(shard, hash, key).map_or(TryResult::Absent, TryResult::Present)
    }

    #[track_caller]
    fn _shrink_to_fit(&self) {
        for i in 0..self._shard_count() {
            let mut shard = self.shard(i).write();
            let len = shard.table.len();
            shard.table.shrink_to(len, |(k, _)| hash(self.real.hasher(), k));
        }
    }

    #[track_caller]
    fn _retain(&self, mut f: impl FnMut(&K, &mut V) -> bool) {
        for i in 0..self._shard_count() {
            let mut shard = self.shard(i).write();
            // SAFETY: the buckets are of the table, which is held exclusively; one that was walked past may be erased.
            unsafe {
                for bucket in shard.table.iter() {
                    let (k, v) = bucket.as_mut();
                    if !f(k, v.get_mut()) {
                        shard.table.erase(bucket);
                    }
                }
            }
        }
    }

    #[track_caller]
    fn _len(&self) -> usize {
        let mut len = 0;
        for i in 0..self._shard_count() {
            len += self.shard(i).read().table.len();
        }
        len
    }

    #[track_caller]
    fn _capacity(&self) -> usize {
        let mut capacity = 0;
        for i in 0..self._shard_count() {
            capacity += self.shard(i).read().table.capacity();
        }
        capacity
    }

    #[inline]
    #[track_caller]
    fn _alter<Q>(&self, key: &Q, f: impl FnOnce(&K, V) -> V)
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        if let Some(mut entry) = self.get_mut(key) {
            let (k, v) = entry.pair_mut();
            replace(v, |v| f(k, v));
        }
    }

    #[track_caller]
    fn _alter_all(&self, mut f: impl FnMut(&K, V) -> V) {
        for mut entry in self.iter_mut() {
            let (k, v) = entry.pair_mut();
            replace(v, |v| f(k, v));
        }
    }

    #[inline]
    #[track_caller]
    fn _view<Q, R>(&self, key: &Q, f: impl FnOnce(&K, &V) -> R) -> Option<R>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let entry = self.get(key)?;
        let (k, v) = entry.pair();
        Some(f(k, v))
    }

    #[inline]
    #[track_caller]
    fn _entry(&'a self, key: K) -> Entry<'a, K, V> {
        let (hash, shard) = self.place(&key);
        place_in(shard.write(), self.real.hasher(), hash, key)
    }

    #[inline]
    #[track_caller]
    fn _try_entry(&'a self, key: K) -> Option<Entry<'a, K, V>> {
        let (hash, shard) = self.place(&key);
        Some(place_in(shard.try_write()?, self.real.hasher(), hash, key))
    }

    fn _hasher(&self) -> S {
        self.real.hasher().clone()
    }
}

impl<K: Eq + Hash + fmt::Debug, V: fmt::Debug, S: BuildHasher + Clone> fmt::Debug for DashMap<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_map();
        for entry in self {
            out.entry(entry.key(), entry.value());
        }
        out.finish()
    }
}

impl<'a, K: 'a + Eq + Hash, V: 'a, S: BuildHasher + Clone> Shl<(K, V)> for &'a DashMap<K, V, S> {
    type Output = Option<V>;

    #[track_caller]
    fn shl(self, pair: (K, V)) -> Self::Output {
        self.insert(pair.0, pair.1)
    }
}

impl<'a, K: 'a + Eq + Hash, V: 'a, S: BuildHasher + Clone, Q> Shr<&Q> for &'a DashMap<K, V, S>
where
    K: Borrow<Q>,
    Q: Hash + Eq + ?Sized,
{
    type Output = Ref<'a, K, V>;

    #[track_caller]
    fn shr(self, key: &Q) -> Self::Output {
        self.get(key).unwrap()
    }
}

impl<'a, K: 'a + Eq + Hash, V: 'a, S: BuildHasher + Clone, Q> BitOr<&Q> for &'a DashMap<K, V, S>
where
    K: Borrow<Q>,
    Q: Hash + Eq + ?Sized,
{
    type Output = RefMut<'a, K, V>;

    #[track_caller]
    fn bitor(self, key: &Q) -> Self::Output {
        self.get_mut(key).unwrap()
    }
}

impl<'a, K: 'a + Eq + Hash, V: 'a, S: BuildHasher + Clone, Q> Sub<&Q> for &'a DashMap<K, V, S>
where
    K: Borrow<Q>,
    Q: Hash + Eq + ?Sized,
{
    type Output = Option<(K, V)>;

    #[track_caller]
    fn sub(self, key: &Q) -> Self::Output {
        self.remove(key)
    }
}

impl<'a, K: 'a + Eq + Hash, V: 'a, S: BuildHasher + Clone, Q> BitAnd<&Q> for &'a DashMap<K, V, S>
where
    K: Borrow<Q>,
    Q: Hash + Eq + ?Sized,
{
    type Output = bool;

    #[track_caller]
    fn bitand(self, key: &Q) -> Self::Output {
        self.contains_key(key)
    }
}

impl<K: Eq + Hash, V, S: BuildHasher + Clone> IntoIterator for DashMap<K, V, S> {
    type Item = (K, V);
    type IntoIter = OwningIter<K, V, S>;

    fn into_iter(self) -> Self::IntoIter {
        self.real.into_iter()
    }
}

impl<'a, K: Eq + Hash, V, S: BuildHasher + Clone> IntoIterator for &'a DashMap<K, V, S> {
    type Item = RefMulti<'a, K, V>;
    type IntoIter = Iter<'a, K, V, S, DashMap<K, V, S>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K: Eq + Hash, V, S: BuildHasher + Clone> Extend<(K, V)> for DashMap<K, V, S> {
    #[track_caller]
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, pairs: I) {
        for (key, value) in pairs {
            self.insert(key, value);
        }
    }
}

impl<K: Eq + Hash, V, S: BuildHasher + Clone + Default> FromIterator<(K, V)> for DashMap<K, V, S> {
    #[cfg_attr(feature = "validate", inline(never))]
    #[track_caller]
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut map = DashMap::over(LockMap::made_by_caller::<MapKind, (K, V)>(), ::dashmap::DashMap::default());
        map.extend(pairs);
        map
    }
}

#[cfg(feature = "typesize")]
impl<K, V, S> typesize::TypeSize for DashMap<K, V, S>
where
    K: typesize::TypeSize + Eq + Hash,
    V: typesize::TypeSize,
    S: typesize::TypeSize + Clone + BuildHasher,
{
    #[track_caller]
    fn extra_size(&self) -> usize {
        // The original reads one shard after the other.
        self.maps.might_lock_each(READ);
        self.maps.extra_size() + self.real.extra_size()
    }

    typesize::if_typesize_details! {
        fn get_collection_item_count(&self) -> Option<usize> {
            Some(self.len())
        }
    }
}
