// What dashmap 6.2.1 has; `maps` is the original or the twin. Written from `dashmap-6.2.1.txt`, and compared with it in `api.rs`.

use std::collections::hash_map::RandomState;
use std::fmt::{Debug, Display};
use std::ops::{BitAnd, BitOr, Deref, DerefMut, Shl, Shr, Sub};

use maps::{DashMap, DashSet, Entry, Map, OccupiedEntry, ReadOnlyView, TryReserveError, VacantEntry, iter, iter_set, mapref, setref, try_result};

#[test]
fn functions() {
    let _ = <DashMap<u8, u8>>::new;
    let _ = <DashMap<u8, u8>>::with_capacity;
    let _ = <DashMap<u8, u8>>::with_shard_amount;
    let _ = <DashMap<u8, u8>>::with_capacity_and_shard_amount;
    let _ = <DashMap<u8, u8>>::into_read_only;
    let _ = <DashMap<u8, u8>>::with_hasher;
    let _ = <DashMap<u8, u8>>::with_capacity_and_hasher;
    let _ = <DashMap<u8, u8>>::with_hasher_and_shard_amount;
    let _ = <DashMap<u8, u8>>::with_capacity_and_hasher_and_shard_amount;
    let _ = <DashMap<u8, u8>>::hasher;
    let _ = <DashMap<u8, u8>>::insert;
    let _ = <DashMap<u8, u8>>::remove::<u8>;
    let _ = |map: &DashMap<u8, u8>| <DashMap<u8, u8>>::remove_if(map, &1, |_, _| true);
    let _ = |map: &DashMap<u8, u8>| <DashMap<u8, u8>>::remove_if_mut(map, &1, |_, _| true);
    let _ = <DashMap<u8, u8>>::iter;
    let _ = <DashMap<u8, u8>>::iter_mut;
    let _ = <DashMap<u8, u8>>::get::<u8>;
    let _ = <DashMap<u8, u8>>::get_mut::<u8>;
    let _ = <DashMap<u8, u8>>::try_get::<u8>;
    let _ = <DashMap<u8, u8>>::try_get_mut::<u8>;
    let _ = <DashMap<u8, u8>>::shrink_to_fit;
    let _ = |map: &DashMap<u8, u8>| <DashMap<u8, u8>>::retain(map, |_, _| true);
    let _ = <DashMap<u8, u8>>::len;
    let _ = <DashMap<u8, u8>>::is_empty;
    let _ = <DashMap<u8, u8>>::clear;
    let _ = <DashMap<u8, u8>>::capacity;
    let _ = |map: &DashMap<u8, u8>| <DashMap<u8, u8>>::alter(map, &1, |_, value| value);
    let _ = |map: &DashMap<u8, u8>| <DashMap<u8, u8>>::alter_all(map, |_, value| value);
    let _ = |map: &DashMap<u8, u8>| <DashMap<u8, u8>>::view(map, &1, |_, value| *value);
    let _ = <DashMap<u8, u8>>::contains_key::<u8>;
    let _ = <DashMap<u8, u8>>::entry;
    let _ = <DashMap<u8, u8>>::try_entry;
    let _ = <DashMap<u8, u8>>::try_reserve;
    let _ = <DashSet<u8>>::new;
    let _ = <DashSet<u8>>::with_capacity;
    let _ = <DashSet<u8>>::with_hasher;
    let _ = <DashSet<u8>>::with_capacity_and_hasher;
    let _ = <DashSet<u8>>::insert;
    let _ = <DashSet<u8>>::remove::<u8>;
    let _ = |set: &DashSet<u8>| <DashSet<u8>>::remove_if(set, &1, |_| true);
    let _ = <DashSet<u8>>::iter;
    let _ = <DashSet<u8>>::get::<u8>;
    let _ = <DashSet<u8>>::shrink_to_fit;
    let _ = |set: &DashSet<u8>| <DashSet<u8>>::retain(set, |_| true);
    let _ = <DashSet<u8>>::len;
    let _ = <DashSet<u8>>::is_empty;
    let _ = <DashSet<u8>>::clear;
    let _ = <DashSet<u8>>::capacity;
    let _ = <DashSet<u8>>::contains::<u8>;
    let _ = <ReadOnlyView<u8, u8>>::into_inner;
    let _ = <ReadOnlyView<u8, u8>>::len;
    let _ = <ReadOnlyView<u8, u8>>::is_empty;
    let _ = <ReadOnlyView<u8, u8>>::capacity;
    let _ = <ReadOnlyView<u8, u8>>::contains_key::<u8>;
    let _ = <ReadOnlyView<u8, u8>>::get::<u8>;
    let _ = <ReadOnlyView<u8, u8>>::get_key_value::<u8>;
    let _ = <ReadOnlyView<u8, u8>>::iter;
    let _ = <ReadOnlyView<u8, u8>>::keys;
    let _ = <ReadOnlyView<u8, u8>>::values;
    let _ = <try_result::TryResult<u8>>::is_present;
    let _ = <try_result::TryResult<u8>>::is_absent;
    let _ = <try_result::TryResult<u8>>::is_locked;
    let _ = <try_result::TryResult<u8>>::unwrap;
    let _ = <try_result::TryResult<u8>>::try_unwrap;
    let _ = <mapref::one::Ref<'static, u8, u8>>::key;
    let _ = <mapref::one::Ref<'static, u8, u8>>::value;
    let _ = <mapref::one::Ref<'static, u8, u8>>::pair;
    let _ = <mapref::one::Ref<'static, u8, u8>>::map::<fn(&u8) -> &u8, u8>;
    let _ = <mapref::one::Ref<'static, u8, u8>>::try_map::<fn(&u8) -> Option<&u8>, u8>;
    let _ = <mapref::one::RefMut<'static, u8, u8>>::key;
    let _ = <mapref::one::RefMut<'static, u8, u8>>::value;
    let _ = <mapref::one::RefMut<'static, u8, u8>>::value_mut;
    let _ = <mapref::one::RefMut<'static, u8, u8>>::pair;
    let _ = <mapref::one::RefMut<'static, u8, u8>>::pair_mut;
    let _ = <mapref::one::RefMut<'static, u8, u8>>::downgrade;
    let _ = <mapref::one::RefMut<'static, u8, u8>>::map::<fn(&mut u8) -> &mut u8, u8>;
    let _ = <mapref::one::RefMut<'static, u8, u8>>::try_map::<fn(&mut u8) -> Option<&mut u8>, u8>;
    let _ = <mapref::one::MappedRef<'static, u8, u8, u8>>::key;
    let _ = <mapref::one::MappedRef<'static, u8, u8, u8>>::value;
    let _ = <mapref::one::MappedRef<'static, u8, u8, u8>>::pair;
    let _ = <mapref::one::MappedRef<'static, u8, u8, u8>>::map::<fn(&u8) -> &u8, u8>;
    let _ = <mapref::one::MappedRef<'static, u8, u8, u8>>::try_map::<fn(&u8) -> Option<&u8>, u8>;
    let _ = <mapref::one::MappedRefMut<'static, u8, u8, u8>>::key;
    let _ = <mapref::one::MappedRefMut<'static, u8, u8, u8>>::value;
    let _ = <mapref::one::MappedRefMut<'static, u8, u8, u8>>::value_mut;
    let _ = <mapref::one::MappedRefMut<'static, u8, u8, u8>>::pair;
    let _ = <mapref::one::MappedRefMut<'static, u8, u8, u8>>::pair_mut;
    let _ = <mapref::one::MappedRefMut<'static, u8, u8, u8>>::map::<fn(&mut u8) -> &mut u8, u8>;
    let _ = <mapref::one::MappedRefMut<'static, u8, u8, u8>>::try_map::<fn(&mut u8) -> Option<&mut u8>, u8>;
    let _ = <mapref::multiple::RefMulti<'static, u8, u8>>::key;
    let _ = <mapref::multiple::RefMulti<'static, u8, u8>>::value;
    let _ = <mapref::multiple::RefMulti<'static, u8, u8>>::pair;
    let _ = <mapref::multiple::RefMutMulti<'static, u8, u8>>::key;
    let _ = <mapref::multiple::RefMutMulti<'static, u8, u8>>::value;
    let _ = <mapref::multiple::RefMutMulti<'static, u8, u8>>::value_mut;
    let _ = <mapref::multiple::RefMutMulti<'static, u8, u8>>::pair;
    let _ = <mapref::multiple::RefMutMulti<'static, u8, u8>>::pair_mut;
    let _ = |entry| <mapref::entry::Entry<'static, u8, u8>>::and_modify(entry, |_| ());
    let _ = <mapref::entry::Entry<'static, u8, u8>>::key;
    let _ = <mapref::entry::Entry<'static, u8, u8>>::into_key;
    let _ = <mapref::entry::Entry<'static, u8, u8>>::or_default;
    let _ = <mapref::entry::Entry<'static, u8, u8>>::or_insert;
    let _ = |entry| <mapref::entry::Entry<'static, u8, u8>>::or_insert_with(entry, || 1);
    let _ = |entry| <mapref::entry::Entry<'static, u8, u8>>::or_try_insert_with(entry, || Err::<u8, ()>(()));
    let _ = <mapref::entry::Entry<'static, u8, u8>>::insert;
    let _ = <mapref::entry::Entry<'static, u8, u8>>::insert_entry;
    let _ = <mapref::entry::VacantEntry<'static, u8, u8>>::insert;
    let _ = <mapref::entry::VacantEntry<'static, u8, u8>>::insert_entry;
    let _ = <mapref::entry::VacantEntry<'static, u8, u8>>::into_key;
    let _ = <mapref::entry::VacantEntry<'static, u8, u8>>::key;
    let _ = <mapref::entry::OccupiedEntry<'static, u8, u8>>::get;
    let _ = <mapref::entry::OccupiedEntry<'static, u8, u8>>::get_mut;
    let _ = <mapref::entry::OccupiedEntry<'static, u8, u8>>::insert;
    let _ = <mapref::entry::OccupiedEntry<'static, u8, u8>>::into_ref;
    let _ = <mapref::entry::OccupiedEntry<'static, u8, u8>>::into_key;
    let _ = <mapref::entry::OccupiedEntry<'static, u8, u8>>::key;
    let _ = <mapref::entry::OccupiedEntry<'static, u8, u8>>::remove;
    let _ = <mapref::entry::OccupiedEntry<'static, u8, u8>>::remove_entry;
    let _ = <mapref::entry::OccupiedEntry<'static, u8, u8>>::replace_entry;
    let _ = <setref::one::Ref<'static, u8>>::key;
    let _ = <setref::multiple::RefMulti<'static, u8>>::key;
    let _ = |entry: Entry<'static, u8, u8>| -> mapref::entry::Entry<'static, u8, u8> { entry };
    let _ = |entry: OccupiedEntry<'static, u8, u8>| -> mapref::entry::OccupiedEntry<'static, u8, u8> { entry };
    let _ = |entry: VacantEntry<'static, u8, u8>| -> mapref::entry::VacantEntry<'static, u8, u8> { entry };
    let _ = |entry: Entry<'static, u8, u8>| matches!(entry, Entry::Occupied(_) | Entry::Vacant(_));
    let _ = [try_result::TryResult::Present(1), try_result::TryResult::Absent, try_result::TryResult::Locked];
}

#[test]
fn functions_of_the_trait() {
    let _ = <DashMap<u8, u8> as Map<'static, u8, u8, RandomState>>::_shard_count;
    let _ = <DashMap<u8, u8> as Map<'static, u8, u8, RandomState>>::_get_read_shard;
    let _ = <DashMap<u8, u8> as Map<'static, u8, u8, RandomState>>::_yield_read_shard;
    let _ = <DashMap<u8, u8> as Map<'static, u8, u8, RandomState>>::_yield_write_shard;
    let _ = <DashMap<u8, u8> as Map<'static, u8, u8, RandomState>>::_try_yield_read_shard;
    let _ = <DashMap<u8, u8> as Map<'static, u8, u8, RandomState>>::_try_yield_write_shard;
    let _ = <DashMap<u8, u8> as Map<'static, u8, u8, RandomState>>::_insert;
    let _ = <DashMap<u8, u8> as Map<'static, u8, u8, RandomState>>::_remove::<u8>;
    let _ = <DashMap<u8, u8> as Map<'static, u8, u8, RandomState>>::_iter;
    let _ = <DashMap<u8, u8> as Map<'static, u8, u8, RandomState>>::_iter_mut;
    let _ = <DashMap<u8, u8> as Map<'static, u8, u8, RandomState>>::_get::<u8>;
    let _ = <DashMap<u8, u8> as Map<'static, u8, u8, RandomState>>::_get_mut::<u8>;
    let _ = <DashMap<u8, u8> as Map<'static, u8, u8, RandomState>>::_try_get::<u8>;
    let _ = <DashMap<u8, u8> as Map<'static, u8, u8, RandomState>>::_try_get_mut::<u8>;
    let _ = <DashMap<u8, u8> as Map<'static, u8, u8, RandomState>>::_shrink_to_fit;
    let _ = <DashMap<u8, u8> as Map<'static, u8, u8, RandomState>>::_len;
    let _ = <DashMap<u8, u8> as Map<'static, u8, u8, RandomState>>::_capacity;
    let _ = <DashMap<u8, u8> as Map<'static, u8, u8, RandomState>>::_entry;
    let _ = <DashMap<u8, u8> as Map<'static, u8, u8, RandomState>>::_try_entry;
    let _ = <DashMap<u8, u8> as Map<'static, u8, u8, RandomState>>::_hasher;
    let _ = <DashMap<u8, u8> as Map<'static, u8, u8, RandomState>>::_clear;
    let _ = <DashMap<u8, u8> as Map<'static, u8, u8, RandomState>>::_contains_key::<u8>;
    let _ = <DashMap<u8, u8> as Map<'static, u8, u8, RandomState>>::_is_empty;
    let _ = |map: &'static DashMap<u8, u8>| {
        map._remove_if(&1, |_, _| true);
        map._remove_if_mut(&1, |_, _| true);
        map._retain(|_, _| true);
        map._alter(&1, |_, value| value);
        map._alter_all(|_, value| value);
        map._view(&1, |_, value| *value)
    };
}

#[test]
fn traits() {
    implements!(TryReserveError: Debug);
    implements!(try_result::TryResult<u8>: Debug);
    implements!(DashMap<u8, u8>: Clone);
    implements!(DashMap<u8, u8>: Default);
    implements!(DashMap<u8, u8>: Map<'static, u8, u8, RandomState>);
    implements!(DashMap<u8, u8>: Debug);
    implements!(&'static DashMap<u8, u8>: Shl<(u8, u8)>);
    implements!(&'static DashMap<u8, u8>: Shr<&'static u8>);
    implements!(&'static DashMap<u8, u8>: BitOr<&'static u8>);
    implements!(&'static DashMap<u8, u8>: Sub<&'static u8>);
    implements!(&'static DashMap<u8, u8>: BitAnd<&'static u8>);
    implements!(DashMap<u8, u8>: IntoIterator);
    implements!(&'static DashMap<u8, u8>: IntoIterator);
    implements!(DashMap<u8, u8>: Extend<(u8, u8)>);
    implements!(DashMap<u8, u8>: FromIterator<(u8, u8)>);
    implements!(DashSet<u8>: Debug);
    implements!(DashSet<u8>: Clone);
    implements!(DashSet<u8>: Default);
    implements!(DashSet<u8>: IntoIterator);
    implements!(DashSet<u8>: Extend<u8>);
    implements!(DashSet<u8>: FromIterator<u8>);
    implements!(ReadOnlyView<u8, u8>: Clone);
    implements!(ReadOnlyView<u8, u8>: Debug);
    implements!(iter::OwningIter<u8, u8>: Iterator);
    implements!(iter::OwningIter<u8, u8>: Send);
    implements!(iter::OwningIter<u8, u8>: Sync);
    implements!(iter::Iter<'static, u8, u8>: Clone);
    implements!(iter::Iter<'static, u8, u8>: Send);
    implements!(iter::Iter<'static, u8, u8>: Sync);
    implements!(iter::Iter<'static, u8, u8>: Iterator);
    implements!(iter::IterMut<'static, u8, u8>: Send);
    implements!(iter::IterMut<'static, u8, u8>: Sync);
    implements!(iter::IterMut<'static, u8, u8>: Iterator);
    implements!(iter_set::OwningIter<u8, RandomState>: Iterator);
    implements!(iter_set::OwningIter<u8, RandomState>: Send);
    implements!(iter_set::OwningIter<u8, RandomState>: Sync);
    implements!(iter_set::Iter<'static, u8, RandomState, DashMap<u8, ()>>: Send);
    implements!(iter_set::Iter<'static, u8, RandomState, DashMap<u8, ()>>: Sync);
    implements!(iter_set::Iter<'static, u8, RandomState, DashMap<u8, ()>>: Iterator);
    implements!(mapref::one::Ref<'static, u8, u8>: Send);
    implements!(mapref::one::Ref<'static, u8, u8>: Sync);
    implements!(mapref::one::Ref<'static, u8, u8>: Debug);
    implements!(mapref::one::Ref<'static, u8, u8>: Deref);
    implements!(mapref::one::RefMut<'static, u8, u8>: Send);
    implements!(mapref::one::RefMut<'static, u8, u8>: Sync);
    implements!(mapref::one::RefMut<'static, u8, u8>: Debug);
    implements!(mapref::one::RefMut<'static, u8, u8>: Deref);
    implements!(mapref::one::RefMut<'static, u8, u8>: DerefMut);
    implements!(mapref::one::MappedRef<'static, u8, u8, u8>: Debug);
    implements!(mapref::one::MappedRef<'static, u8, u8, u8>: Deref);
    implements!(mapref::one::MappedRef<'static, u8, u8, u8>: Display);
    implements!(mapref::one::MappedRef<'static, u8, u8, Vec<u8>>: AsRef<[u8]>);
    implements!(mapref::one::MappedRefMut<'static, u8, u8, u8>: Debug);
    implements!(mapref::one::MappedRefMut<'static, u8, u8, u8>: Deref);
    implements!(mapref::one::MappedRefMut<'static, u8, u8, u8>: DerefMut);
    implements!(mapref::multiple::RefMulti<'static, u8, u8>: Send);
    implements!(mapref::multiple::RefMulti<'static, u8, u8>: Sync);
    implements!(mapref::multiple::RefMulti<'static, u8, u8>: Deref);
    implements!(mapref::multiple::RefMutMulti<'static, u8, u8>: Send);
    implements!(mapref::multiple::RefMutMulti<'static, u8, u8>: Sync);
    implements!(mapref::multiple::RefMutMulti<'static, u8, u8>: Deref);
    implements!(mapref::multiple::RefMutMulti<'static, u8, u8>: DerefMut);
    implements!(mapref::entry::VacantEntry<'static, u8, u8>: Send);
    implements!(mapref::entry::VacantEntry<'static, u8, u8>: Sync);
    implements!(mapref::entry::OccupiedEntry<'static, u8, u8>: Send);
    implements!(mapref::entry::OccupiedEntry<'static, u8, u8>: Sync);
    implements!(setref::one::Ref<'static, u8>: Deref);
    implements!(setref::multiple::RefMulti<'static, u8>: Deref);
}

#[cfg(feature = "raw-api")]
#[test]
fn the_raw_interface() {
    #[allow(unused_imports, reason = "being there is the test")]
    use maps::{RawRwLock, RwLock, RwLockReadGuard, RwLockWriteGuard, SharedValue};

    let _ = <DashMap<u8, u8>>::hash_usize::<u8>;
    let _ = <DashMap<u8, u8>>::shards;
    let _ = <DashMap<u8, u8>>::shards_mut;
    let _ = <DashMap<u8, u8>>::into_shards;
    let _ = <DashMap<u8, u8>>::determine_map::<u8>;
    let _ = <DashMap<u8, u8>>::determine_shard;
    let _ = <DashSet<u8>>::hash_usize::<u8>;
    let _ = <DashSet<u8>>::shards;
    let _ = <DashSet<u8>>::determine_map::<u8>;
    let _ = <DashSet<u8>>::determine_shard;
    let _ = <ReadOnlyView<u8, u8>>::shards;
    let _ = <SharedValue<u8>>::new;
    let _ = <SharedValue<u8>>::get;
    let _ = <SharedValue<u8>>::get_mut;
    let _ = <SharedValue<u8>>::into_inner;
    implements!(SharedValue<u8>: Clone);
    implements!(SharedValue<u8>: Send);
    implements!(SharedValue<u8>: Sync);
}

#[cfg(feature = "rayon")]
#[test]
fn parallel_iterators() {
    use ::rayon::iter::{FromParallelIterator, IntoParallelIterator, ParallelExtend, ParallelIterator};
    use maps::rayon;

    let _ = <DashMap<u8, u8>>::par_iter_mut;
    implements!(DashMap<u8, u8>: ParallelExtend<(u8, u8)>);
    implements!(&'static DashMap<u8, u8>: ParallelExtend<(u8, u8)>);
    implements!(DashMap<u8, u8>: FromParallelIterator<(u8, u8)>);
    implements!(DashMap<u8, u8>: IntoParallelIterator);
    implements!(rayon::map::OwningIter<u8, u8>: ParallelIterator);
    implements!(&'static DashMap<u8, u8>: IntoParallelIterator);
    implements!(rayon::map::Iter<'static, u8, u8>: ParallelIterator);
    implements!(&'static mut DashMap<u8, u8>: IntoParallelIterator);
    implements!(rayon::map::IterMut<'static, u8, u8>: ParallelIterator);
    implements!(DashSet<u8>: ParallelExtend<u8>);
    implements!(&'static DashSet<u8>: ParallelExtend<u8>);
    implements!(DashSet<u8>: FromParallelIterator<u8>);
    implements!(DashSet<u8>: IntoParallelIterator);
    implements!(rayon::set::OwningIter<u8>: ParallelIterator);
    implements!(&'static DashSet<u8>: IntoParallelIterator);
    implements!(rayon::set::Iter<'static, u8>: ParallelIterator);
    implements!(ReadOnlyView<u8, u8>: IntoParallelIterator);
    implements!(&'static ReadOnlyView<u8, u8>: IntoParallelIterator);
}
