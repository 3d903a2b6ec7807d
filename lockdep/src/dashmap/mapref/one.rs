//! An entry, and the lock of its shard.

use std::fmt;
use std::hash::Hash;
use std::ops::{Deref, DerefMut};

use crate::dashmap::shard::{ReadShard, WriteShard};

/// What every one of them has: key and value, and `Debug`.
macro_rules! entry_access {
    ($Name:ident[$($params:tt)*] of $Value:ident) => {
        impl<'a, K: Eq + Hash, $($params)*> $Name<'a, K, $($params)*> {
            /// The key.
            #[inline]
            pub fn key(&self) -> &K {
                self.pair().0
            }

            /// The value.
            #[inline]
            pub fn value(&self) -> &$Value {
                self.pair().1
            }

            /// Both.
            #[inline]
            pub fn pair(&self) -> (&K, &$Value) {
                // SAFETY: the shard is held, and they are in its table.
                unsafe { (&*self.k, &*self.v) }
            }
        }

        impl<K: Eq + Hash, $($params)*> Deref for $Name<'_, K, $($params)*> {
            type Target = $Value;

            #[inline]
            fn deref(&self) -> &$Value {
                self.value()
            }
        }
    };
    (mut $Name:ident[$($params:tt)*] of $Value:ident) => {
        entry_access!($Name[$($params)*] of $Value);

        impl<'a, K: Eq + Hash, $($params)*> $Name<'a, K, $($params)*> {
            /// The value, to write.
            #[inline]
            pub fn value_mut(&mut self) -> &mut $Value {
                self.pair_mut().1
            }

            /// Both, the value to write.
            #[inline]
            pub fn pair_mut(&mut self) -> (&K, &mut $Value) {
                // SAFETY: the shard is held exclusively, and they are in its table.
                unsafe { (&*self.k, &mut *self.v) }
            }
        }

        impl<K: Eq + Hash, $($params)*> DerefMut for $Name<'_, K, $($params)*> {
            #[inline]
            fn deref_mut(&mut self) -> &mut $Value {
                self.value_mut()
            }
        }
    };
}

pub(super) use entry_access;

/// `map` and `try_map`. `$borrow` is `&` or `&mut`, `$Value` the value narrowed, `$Part` what it becomes.
macro_rules! entry_map {
    ($Name:ident[$($params:tt)*] of $Value:ident => $Mapped:ident of $Part:ident, ($($borrow:tt)+)) => {
        impl<'a, K: Eq + Hash, $($params)*> $Name<'a, K, $($params)*> {
            /// Narrows it to a part of the value.
            #[inline]
            pub fn map<F, $Part>(self, f: F) -> $Mapped<'a, K, V, $Part>
            where
                F: FnOnce($($borrow)+ $Value) -> $($borrow)+ $Part,
            {
                // SAFETY: the shard is held, and the value is in its table.
                let v = f(unsafe { $($borrow)+ *self.v });
                $Mapped { v, k: self.k, shard: self.shard }
            }

            /// Narrows it to a part of the value, if `f` finds one; otherwise gives it back.
            ///
            /// # Errors
            ///
            /// Itself, if `f` returns `None`.
            #[inline]
            pub fn try_map<F, $Part>(self, f: F) -> Result<$Mapped<'a, K, V, $Part>, Self>
            where
                F: FnOnce($($borrow)+ $Value) -> Option<$($borrow)+ $Part>,
            {
                // SAFETY: the shard is held, and the value is in its table; if `self` is given back, the reference is gone.
                match f(unsafe { $($borrow)+ *self.v }) {
                    Some(v) => Ok($Mapped { v, k: self.k, shard: self.shard }),
                    None => Err(self),
                }
            }
        }
    };
}

/// An entry that is read. Its shard is held shared: whoever writes there waits.
///
/// A call that writes to the same shard, [`insert`](crate::dashmap::DashMap::insert), say, waits for ever while this lives; that is
/// reported as `Recursion`. Another read does not wait.
pub struct Ref<'a, K, V> {
    shard: ReadShard<'a, K, V>,
    k: *const K,
    v: *const V,
}

// SAFETY: it gives shared access to both, from any thread, and any thread may release the shard: with the original's bounds.
unsafe impl<K: Eq + Hash + Sync, V: Sync> Send for Ref<'_, K, V> {}
// SAFETY: as above.
unsafe impl<K: Eq + Hash + Sync, V: Sync> Sync for Ref<'_, K, V> {}

impl<'a, K: Eq + Hash, V> Ref<'a, K, V> {
    /// # Safety
    ///
    /// Both are in the table of the shard.
    #[inline]
    pub(crate) unsafe fn new(shard: ReadShard<'a, K, V>, k: *const K, v: *const V) -> Self {
        Ref { shard, k, v }
    }
}

entry_access!(Ref[V] of V);
entry_map!(Ref[V] of V => MappedRef of T, (&));

impl<K: Eq + Hash + fmt::Debug, V: fmt::Debug> fmt::Debug for Ref<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ref").field("k", &self.k).field("v", &self.v).finish()
    }
}

/// An entry that is written. Its shard is held exclusively: whoever comes there waits.
///
/// Any other call that comes to the same shard waits for ever while this lives; that is reported as `Recursion`.
pub struct RefMut<'a, K, V> {
    shard: WriteShard<'a, K, V>,
    k: *const K,
    v: *mut V,
}

// SAFETY: as for `Ref`, with the original's bounds.
unsafe impl<K: Eq + Hash + Sync, V: Sync> Send for RefMut<'_, K, V> {}
// SAFETY: as above.
unsafe impl<K: Eq + Hash + Sync, V: Sync> Sync for RefMut<'_, K, V> {}

impl<'a, K: Eq + Hash, V> RefMut<'a, K, V> {
    /// # Safety
    ///
    /// Both are in the table of the shard.
    #[inline]
    pub(crate) unsafe fn new(shard: WriteShard<'a, K, V>, k: *const K, v: *mut V) -> Self {
        RefMut { shard, k, v }
    }

    /// Goes on reading: no writer comes in between.
    #[inline]
    pub fn downgrade(self) -> Ref<'a, K, V> {
        Ref { shard: self.shard.downgrade(), k: self.k, v: self.v }
    }
}

entry_access!(mut RefMut[V] of V);
entry_map!(RefMut[V] of V => MappedRefMut of T, (&mut));

impl<K: Eq + Hash + fmt::Debug, V: fmt::Debug> fmt::Debug for RefMut<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefMut").field("k", &self.k).field("v", &self.v).finish()
    }
}

/// A [`Ref`] narrowed to a part of the value.
pub struct MappedRef<'a, K, V, T> {
    shard: ReadShard<'a, K, V>,
    k: *const K,
    v: *const T,
}

entry_access!(MappedRef[V, T] of T);
entry_map!(MappedRef[V, T] of T => MappedRef of T2, (&));

impl<K: Eq + Hash + fmt::Debug, V, T: fmt::Debug> fmt::Debug for MappedRef<'_, K, V, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MappedRef").field("k", &self.k).field("v", &self.v).finish()
    }
}

impl<K: Eq + Hash, V, T: fmt::Display> fmt::Display for MappedRef<'_, K, V, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(f)
    }
}

impl<K: Eq + Hash, V, T: AsRef<TDeref>, TDeref: ?Sized> AsRef<TDeref> for MappedRef<'_, K, V, T> {
    fn as_ref(&self) -> &TDeref {
        self.value().as_ref()
    }
}

/// A [`RefMut`] narrowed to a part of the value.
pub struct MappedRefMut<'a, K, V, T> {
    shard: WriteShard<'a, K, V>,
    k: *const K,
    v: *mut T,
}

entry_access!(mut MappedRefMut[V, T] of T);
entry_map!(MappedRefMut[V, T] of T => MappedRefMut of T2, (&mut));

impl<K: Eq + Hash + fmt::Debug, V, T: fmt::Debug> fmt::Debug for MappedRefMut<'_, K, V, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MappedRefMut").field("k", &self.k).field("v", &self.v).finish()
    }
}
