//! The shards: a map of the validator for each, and what it is to hold one.
//!
//! The real locks and tables are the original's; they are reached by its raw interface. The order of the two steps, the
//! validator first and then the lock, is written once, here.

use std::hash::{BuildHasher, Hash};

use lockdep_core::{How, LockMap, Mode};

use crate::held::{EMPTY, Held, REFERENCES};

/// The table of a shard.
pub(super) type Table<K, V> = hashbrown::raw::RawTable<(K, ::dashmap::SharedValue<V>)>;
/// An entry of a table.
pub(super) type Bucket<K, V> = hashbrown::raw::Bucket<(K, ::dashmap::SharedValue<V>)>;
/// A walk over a table, which must stay locked meanwhile.
pub(super) type RawIter<K, V> = hashbrown::raw::RawIter<(K, ::dashmap::SharedValue<V>)>;
/// The real lock of a shard.
type Lock<K, V> = ::dashmap::RwLock<Table<K, V>>;
/// The same as the maps have it, in cache lines of its own.
#[cfg(any(feature = "raw-api", feature = "rayon"))]
pub(super) type Padded<K, V> = crossbeam_utils::CachePadded<Lock<K, V>>;
/// A shard that an iterator is in, and where in it.
pub(super) type At<G, K, V> = Option<(std::sync::Arc<G>, RawIter<K, V>)>;

/// The shards' lock lets readers pass writers that wait, so a reader may read again.
pub(super) const READ: How<'static> = How::new(Mode::ReadRecursive);
pub(super) const WRITE: How<'static> = How::write();

/// The validator's half of all shards, and one more that stands for any of them; nothing at all where maps are empty, as [`Held`].
pub(super) struct Maps([Box<[LockMap]>; REFERENCES]);

impl Maps {
    /// For `n` shards, of the class of `map`.
    pub(super) fn new(map: LockMap, n: usize) -> Maps {
        let mut map = Some(map);
        Maps(std::array::from_fn(|_| map.take().map_or_else(Box::default, |map| map.split(n + 1))))
    }

    /// How many there are: as many as shards, or none where maps are empty.
    pub(super) fn count(&self) -> usize {
        self.0.first().map_or(0, |maps| maps.len() - 1)
    }

    /// Whoever calls the original next takes one shard after the other.
    #[track_caller]
    pub(super) fn might_lock_each(&self, how: How<'static>) {
        for i in 0..self.count() {
            self.of_shard(i).might_lock(how);
        }
    }

    /// Runs `f`, which holds one shard after the other shared, and nobody can say when which: so what it takes is taken under one that
    /// stands for them.
    #[track_caller]
    pub(super) fn hold_any<R>(&self, f: impl FnOnce() -> R) -> R {
        let any = self.of_shard(self.count());
        any.try_lock(READ, || Some(()));
        let _held = Held::new(any);
        f()
    }

    /// What they take beyond the map itself.
    #[cfg(feature = "typesize")]
    pub(super) fn extra_size(&self) -> usize {
        (self.count() + 1) * size_of::<LockMap>()
    }

    #[inline]
    pub(super) fn of_shard(&self, i: usize) -> &LockMap {
        self.0.first().map_or(&EMPTY, |maps| &maps[i])
    }
}

/// One shard: the validator's half, and the real lock.
pub(super) struct Shard<'a, K, V> {
    pub(super) map: &'a LockMap,
    lock: &'a Lock<K, V>,
}

impl<'a, K, V> Shard<'a, K, V> {
    #[inline]
    pub(super) fn new(map: &'a LockMap, lock: &'a Lock<K, V>) -> Self {
        Shard { map, lock }
    }

    /// Number `i` of the map, which has more shards than that.
    #[inline]
    pub(super) fn of<S: BuildHasher + Clone>(maps: &'a Maps, real: &'a ::dashmap::DashMap<K, V, S>, i: usize) -> Self
    where
        K: Eq + Hash,
    {
        Shard::new(maps.of_shard(i), &real.shards()[i])
    }

    #[inline]
    #[track_caller]
    pub(super) fn read(self) -> ReadShard<'a, K, V> {
        let table = self.map.lock(READ, || self.lock.try_read(), || self.lock.read());
        ReadShard { _held: Held::new(self.map), table }
    }

    #[inline]
    #[track_caller]
    pub(super) fn write(self) -> WriteShard<'a, K, V> {
        let table = self.map.lock(WRITE, || self.lock.try_write(), || self.lock.write());
        WriteShard { held: Held::new(self.map), table }
    }

    #[inline]
    #[track_caller]
    pub(super) fn try_read(self) -> Option<ReadShard<'a, K, V>> {
        let table = self.map.try_lock(READ, || self.lock.try_read())?;
        Some(ReadShard { _held: Held::new(self.map), table })
    }

    #[inline]
    #[track_caller]
    pub(super) fn try_write(self) -> Option<WriteShard<'a, K, V>> {
        let table = self.map.try_lock(WRITE, || self.lock.try_write())?;
        Some(WriteShard { held: Held::new(self.map), table })
    }
}

/// A shard held shared. Its pointers into the table are good as long as it lives.
pub struct ReadShard<'a, K, V> {
    // First: see `Held`.
    _held: Held<'a>,
    pub(super) table: ::dashmap::RwLockReadGuard<'a, Table<K, V>>,
}

/// A shard held exclusively. Its pointers into the table are good as long as it lives and the table does not grow.
pub struct WriteShard<'a, K, V> {
    // First: see `Held`.
    held: Held<'a>,
    pub(super) table: ::dashmap::RwLockWriteGuard<'a, Table<K, V>>,
}

impl<'a, K, V> WriteShard<'a, K, V> {
    /// Held shared from now on; no writer comes in between.
    #[inline]
    pub(super) fn downgrade(self) -> ReadShard<'a, K, V> {
        let WriteShard { held, table } = self;
        let table = ::dashmap::RwLockWriteGuard::downgrade(table);
        held.map().converted(Mode::Write, Mode::ReadRecursive);
        ReadShard { _held: held, table }
    }
}

/// The key and the value of a bucket of a table that is locked.
///
/// # Safety
///
/// The bucket is one of the table, which is locked for as long as the pointers are used; for writing, exclusively.
#[inline]
pub(super) unsafe fn pair_of<K, V>(bucket: &Bucket<K, V>) -> (*const K, *mut V) {
    // SAFETY: the bucket is full, says the caller.
    let (key, value) = unsafe { bucket.as_ref() };
    // The value is in an `UnsafeCell` of that very layout.
    (key, std::ptr::from_ref(value).cast::<V>().cast_mut())
}
