//! `lockdep::dashmap` against `dashmap`: one suite for both, and the same text, sizes and auto traits.

/// What the mirror and the original have in common.
macro_rules! suite {
    ($name:ident: $($crate_:tt)*) => {
        mod $name {
            use std::collections::{BTreeMap, BTreeSet};
            use std::hash::BuildHasherDefault;
            use std::collections::hash_map::{DefaultHasher, RandomState};
            use std::panic::{AssertUnwindSafe, catch_unwind};

            use $($crate_)*::iter::{Iter, IterMut, OwningIter};
            use $($crate_)*::mapref::entry;
            use $($crate_)*::mapref::multiple::{RefMulti, RefMutMulti};
            use $($crate_)*::mapref::one::{MappedRef, MappedRefMut, Ref, RefMut};
            use $($crate_)*::try_result::TryResult;
            use $($crate_)*::{
                DashMap, DashSet, Entry, Map, OccupiedEntry, ReadOnlyView, TryReserveError, VacantEntry, iter_set, setref,
            };

            /// The same order in every run.
            type Fixed = BuildHasherDefault<DefaultHasher>;

            fn numbers(n: u32) -> DashMap<u32, String, Fixed> {
                (0..n).map(|n| (n, n.to_string())).collect()
            }

            #[test]
            fn entries_come_and_go() {
                let map = DashMap::new();
                assert!(map.is_empty());
                assert_eq!(map.insert("a".to_owned(), 1), None);
                assert_eq!(map.insert("a".to_owned(), 2), Some(1));
                assert_eq!((map.len(), map.contains_key("a"), map.contains_key("b")), (1, true, false));
                assert_eq!(map.get("a").map(|entry| *entry), Some(2));
                assert!(map.get("b").is_none());
                *map.get_mut("a").unwrap() += 1;
                assert_eq!(map.view("a", |key, value| (key.clone(), *value)), Some(("a".into(), 3)));
                assert_eq!(map.view("b", |_, _| ()), None);
                map.alter("a", |key, value| value + key.len());
                map.alter("b", |_, _| unreachable!());
                assert_eq!(map.remove_if("a", |_, value| *value != 4), None);
                assert_eq!(map.remove_if_mut("a", |_, value| { *value += 1; false }), None);
                assert_eq!(map.remove_if("a", |key, value| key == "a" && *value == 5), Some(("a".into(), 5)));
                assert_eq!((map.remove("a"), map.remove_if("a", |_, _| true), map.remove_if_mut("a", |_, _| true)), (None, None, None));
                map.insert("c".to_owned(), 1);
                map.clear();
                assert!(map.is_empty());
            }

            #[test]
            fn many_entries() {
                let map = numbers(1000);
                assert_eq!(map.len(), 1000);
                assert!(map.capacity() >= 1000);
                map.retain(|key, value| {
                    value.push('!');
                    key % 2 == 0
                });
                map.shrink_to_fit();
                map.alter_all(|key, value| value + &key.to_string());
                let seen: BTreeMap<u32, String> = map.iter().map(|entry| (*entry.key(), entry.value().clone())).collect();
                assert_eq!(seen, (0..500).map(|n| (2 * n, format!("{0}!{0}", 2 * n))).collect());
                for mut entry in map.iter_mut() {
                    let (key, value) = entry.pair_mut();
                    *value = key.to_string();
                    assert_eq!(entry.pair(), (entry.key(), entry.value()));
                    entry.value_mut().push('?');
                    entry.push('?');
                    assert!(entry.ends_with("??"));
                }
                let copy = map.clone();
                let iter: OwningIter<u32, String, Fixed> = map.into_iter();
                let all: BTreeMap<u32, String> = iter.collect();
                assert_eq!((all.len(), all[&8].as_str()), (500, "8??"));
                assert_eq!(copy.into_iter().collect::<BTreeMap<_, _>>(), all);
            }

            #[test]
            fn the_order_is_the_hashers() {
                let map = numbers(100);
                let order: Vec<u32> = (&map).into_iter().map(|entry| *entry.key()).collect();
                let again: Vec<u32> = map.iter().clone().map(|entry| *entry.key()).collect();
                assert_eq!(order, again);
                assert_eq!(order, map.into_iter().map(|(key, _)| key).collect::<Vec<_>>());
            }

            #[test]
            fn held_entries() {
                let map = DashMap::<_, (u8, String)>::new();
                map.insert(1, (1, "one".to_owned()));
                let entry: Ref<'_, i32, (u8, String)> = map.get(&1).unwrap();
                assert_eq!((entry.pair(), entry.key(), entry.value().0, entry.0), ((&1, &(1, "one".into())), &1, 1, 1));
                assert_eq!(format!("{:?}", entry.value()), "(1, \"one\")");
                let entry = entry.try_map(|_| None::<&u8>).unwrap_err();
                let mapped: MappedRef<'_, i32, (u8, String), String> = entry.map(|value| &value.1);
                assert_eq!((mapped.pair(), mapped.key(), mapped.value(), mapped.len()), ((&1, &"one".into()), &1, &"one".into(), 3));
                assert_eq!((mapped.to_string(), AsRef::<str>::as_ref(&mapped)), ("one".into(), "one"));
                let mapped = mapped.try_map(|_| None::<&u8>).unwrap_err().map(|text| text).try_map(|text| Some(text)).unwrap();
                drop(mapped);

                let mut entry: RefMut<'_, i32, (u8, String)> = map.get_mut(&1).unwrap();
                entry.0 = 2;
                entry.value_mut().0 += 1;
                entry.pair_mut().1.0 += 1;
                assert_eq!((entry.pair(), entry.key(), entry.value().0), ((&1, &(4, "one".into())), &1, 4));
                let entry = entry.try_map(|_| None::<&mut u8>).unwrap_err();
                let mut mapped: MappedRefMut<'_, i32, (u8, String), String> = entry.map(|value| &mut value.1);
                mapped.push('!');
                mapped.value_mut().push('!');
                mapped.pair_mut().1.push('!');
                assert_eq!((mapped.pair(), mapped.key(), mapped.value()), ((&1, &"one!!!".into()), &1, &"one!!!".into()));
                drop(mapped.try_map(|_| None::<&mut u8>).unwrap_err().map(|text| text).try_map(|text| Some(text)).unwrap());

                let entry = map.get_mut(&1).unwrap().downgrade();
                assert_eq!(map.get(&1).unwrap().1, entry.1);
                assert!(map.try_get_mut(&1).is_locked());
            }

            #[test]
            fn places() {
                let map = DashMap::<String, u32>::new();
                let key = || "a".to_owned();
                let entry: Entry<'_, String, u32> = map.entry(key());
                assert!(matches!(entry, Entry::Vacant(_)));
                assert_eq!(entry.key(), &key());
                assert_eq!(entry.into_key(), key());
                assert_eq!(*map.entry(key()).and_modify(|_| unreachable!()).or_insert(1), 1);
                assert_eq!(*map.entry(key()).and_modify(|value| *value += 1).or_insert_with(|| unreachable!()), 2);
                assert_eq!(*map.entry(key()).or_default(), 2);
                assert_eq!(map.entry(key()).key(), &key());
                assert_eq!(map.entry(key()).into_key(), key());
                assert_eq!(*map.entry(key()).insert(3), 3);
                assert_eq!(*map.entry(key()).or_try_insert_with(|| Err(())).unwrap(), 3);
                assert_eq!(map.entry("b".into()).or_try_insert_with(|| Err(1)).err(), Some(1));
                assert!(!map.contains_key("b"));
                let Entry::Occupied(mut entry) = map.entry(key()) else { panic!("it is there") };
                assert_eq!((entry.key(), *entry.get()), (&key(), 3));
                assert_eq!(entry.insert(4), 3);
                *entry.get_mut() += 1;
                assert_eq!(*entry.into_ref(), 5);
                let entry: OccupiedEntry<'_, String, u32> = map.entry(key()).insert_entry(6);
                assert_eq!(entry.replace_entry(7), (key(), 6));
                let Entry::Occupied(entry) = map.entry(key()) else { panic!("it is there") };
                assert_eq!(entry.remove(), 7);
                let entry = map.entry(key()).insert_entry(8);
                assert_eq!(entry.remove_entry(), (key(), 8));
                let Entry::Vacant(entry) = map.entry(key()) else { panic!("it is not there") };
                let entry: VacantEntry<'_, String, u32> = entry;
                assert_eq!(entry.key(), &key());
                assert_eq!(*entry.insert_entry(9).get(), 9);
                let Entry::Vacant(entry) = map.entry("c".into()) else { panic!("it is not there") };
                assert_eq!(*entry.insert(10), 10);
                let entry = map.entry(key()).insert_entry(9);
                assert_eq!(entry.into_key(), key());
                let _: fn(entry::Entry<'static, u8, u8>) -> Entry<'static, u8, u8> = |entry| entry;
            }

            #[test]
            fn attempts() {
                let map = DashMap::<_, _>::from_iter([(1, 1)]);
                assert!(map.try_get(&2).is_absent() && map.try_get_mut(&2).is_absent());
                *map.try_get_mut(&1).unwrap() += 1;
                assert_eq!(map.try_get(&1).try_unwrap().map(|entry| *entry), Some(2));
                drop(map.try_entry(1).unwrap());
                let held = map.get_mut(&1);
                assert!(matches!(map.try_get(&1), TryResult::Locked));
                assert!(map.try_get_mut(&1).is_locked() && map.try_entry(1).is_none());
                drop(held);
                let held = map.get(&1);
                assert!(map.try_get(&1).is_present() && map.try_get_mut(&1).is_locked());
                drop(held);
            }

            #[test]
            fn constructors() {
                let random = RandomState::new();
                let maps: [DashMap<u8, u8>; 7] = [
                    DashMap::default(),
                    DashMap::with_capacity(100),
                    DashMap::with_shard_amount(4),
                    DashMap::with_capacity_and_shard_amount(100, 4),
                    DashMap::with_hasher(random.clone()),
                    DashMap::with_capacity_and_hasher(100, random.clone()),
                    DashMap::with_hasher_and_shard_amount(random.clone(), 4),
                ];
                for map in maps {
                    map.insert(1, 1);
                    assert_eq!(map.hash_usize(&1_u8), map.clone().hash_usize(&1_u8));
                    _ = map.hasher();
                }
                let mut map: DashMap<u8, u8> = DashMap::with_capacity_and_hasher_and_shard_amount(100, random, 2);
                assert!(map.capacity() >= 100);
                assert_eq!(map.try_reserve(10), Ok(()));
                let error: TryReserveError = map.try_reserve(usize::MAX).unwrap_err();
                assert_eq!(format!("{error:?}"), "TryReserveError");
                for amount in [0, 1, 3] {
                    assert!(catch_unwind(|| DashMap::<u8, u8>::with_shard_amount(amount)).is_err());
                }
                map.extend([(1, 2), (3, 4)]);
                assert_eq!(map.len(), 2);
            }

            #[test]
            fn operators() {
                let map = DashMap::<_, _>::from_iter([("a", 1)]);
                let map = &map;
                assert_eq!(map << ("a", 2), Some(1));
                assert_eq!(*(map >> &"a"), 2);
                *(map | &"a") += 1;
                assert!(map & &"a");
                assert_eq!(map - &"a", Some(("a", 3)));
                assert!(catch_unwind(AssertUnwindSafe(|| drop(map >> &"a"))).is_err());
            }

            #[test]
            fn a_view_that_only_reads() {
                let view: ReadOnlyView<u32, String, Fixed> = numbers(10).into_read_only();
                assert_eq!((view.len(), view.is_empty(), view.capacity() >= 10), (10, false, true));
                assert_eq!((view.get(&3).unwrap(), view.get_key_value(&3)), (&"3".to_owned(), Some((&3, &"3".to_owned()))));
                assert!(view.contains_key(&9) && !view.contains_key(&10));
                assert_eq!(view.iter().count(), 10);
                assert_eq!(view.keys().copied().collect::<BTreeSet<_>>(), (0..10).collect());
                assert_eq!(view.values().map(String::len).sum::<usize>(), 10);
                let map = view.clone().into_inner();
                assert_eq!(map.len(), 10);
                assert_eq!(format!("{view:?}"), format!("{map:?}"));
            }

            #[test]
            fn sets() {
                let set = DashSet::new();
                assert!(set.insert("a".to_owned()) && !set.insert("a".to_owned()));
                assert_eq!((set.len(), set.is_empty(), set.contains("a")), (1, false, true));
                let held: setref::one::Ref<'_, String> = set.get("a").unwrap();
                assert_eq!((held.key(), held.len()), (&"a".to_owned(), 1));
                drop(held);
                assert_eq!((set.remove_if("a", |_| false), set.remove("b")), (None, None));
                assert_eq!(set.remove_if("a", |key| key == "a"), Some("a".into()));
                let mut set: DashSet<u32, Fixed> = (0..10).collect();
                set.extend(10..20);
                set.retain(|key| key % 2 == 0);
                set.shrink_to_fit();
                assert!(set.capacity() >= 10);
                assert_eq!(set.iter().map(|key: setref::multiple::RefMulti<'_, u32>| *key + *key.key()).sum::<u32>(), 180);
                let copy = set.clone();
                assert_eq!(format!("{copy:?}"), format!("{set:?}"));
                let iter: iter_set::OwningIter<u32, Fixed> = copy.into_iter();
                assert_eq!(iter.collect::<BTreeSet<_>>(), (0..10).map(|n| 2 * n).collect());
                assert_eq!((set.remove(&4), set.len()), (Some(4), 9));
                set.clear();
                assert!(set.is_empty());
                let random = RandomState::new();
                let sets: [DashSet<u8>; 4] = [
                    DashSet::default(),
                    DashSet::with_capacity(10),
                    DashSet::with_hasher(random.clone()),
                    DashSet::with_capacity_and_hasher(10, random),
                ];
                assert!(sets.iter().all(|set| set.hash_usize(&1_u8) == set.clone().hash_usize(&1_u8)));
            }

            #[test]
            fn threads_share_it() {
                let map = DashMap::<u32, u32>::with_shard_amount(2);
                std::thread::scope(|scope| {
                    for thread in 0..4 {
                        let map = &map;
                        scope.spawn(move || {
                            for n in 0..500 {
                                *map.entry(n % 50).or_insert(0) += 1;
                                if n % 100 == thread {
                                    assert!(map.iter().count() <= 50);
                                    map.iter_mut().for_each(|mut value| *value += 0);
                                }
                            }
                        });
                    }
                });
                assert_eq!(map.iter().map(|value| *value).sum::<u32>(), 2000);
            }

            /// What the iterators are generic over.
            #[allow(dead_code)]
            fn generic<'a, M: Map<'a, u8, u8, RandomState>>(map: &'a M, _: Iter<'a, u8, u8, RandomState, M>) -> usize {
                let _: IterMut<'a, u8, u8, RandomState, M> = map._iter_mut();
                map._shard_count() + map._len()
            }

            pub(crate) fn texts() -> Vec<String> {
                let map = numbers(20);
                let mut texts = vec![format!("{map:?} {map:#?}"), format!("{:?}", DashMap::<u8, u8>::new())];
                texts.extend(map.iter().map(|entry: RefMulti<'_, u32, String>| entry.value().clone()));
                texts.extend(map.iter_mut().map(|entry: RefMutMulti<'_, u32, String>| entry.key().to_string()));
                texts.push(format!("{:?}", (0..20).collect::<DashSet<u8, Fixed>>()));
                texts
            }

            #[test]
            fn text_of_a_held_entry() {
                // The pointers, as the original has it.
                let map = DashMap::<_, _>::from_iter([(1, 2)]);
                let text = format!("{:?}", map.get(&1).unwrap());
                assert!(text.starts_with("Ref { k: 0x") && text.contains(", v: 0x"), "{text}");
                assert!(format!("{:?}", map.get_mut(&1).unwrap()).starts_with("RefMut { k: 0x"));
                assert!(format!("{:?}", map.get(&1).unwrap().map(|v| v)).starts_with("MappedRef { k: 0x"));
                assert!(format!("{:?}", map.get_mut(&1).unwrap().map(|v| v)).starts_with("MappedRefMut { k: 0x"));
            }
        }
    };
}

suite!(original: ::dashmap);
suite!(mirror: lockdep::dashmap);

#[test]
fn text_is_the_originals() {
    assert_eq!(mirror::texts(), original::texts());
}

/// Every type, of a key and a value, with a lifetime where it has one.
macro_rules! every_type {
    ($check:ident, $key:ty, $value:ty) => {
        $check!(DashMap<$key, $value>);
        $check!(ReadOnlyView<$key, $value>);
        $check!(DashSet<$key>);
        $check!(Entry<'static, $key, $value>);
        $check!(OccupiedEntry<'static, $key, $value>);
        $check!(VacantEntry<'static, $key, $value>);
        $check!(mapref::one::Ref<'static, $key, $value>);
        $check!(mapref::one::RefMut<'static, $key, $value>);
        $check!(mapref::one::MappedRef<'static, $key, u8, $value>);
        $check!(mapref::one::MappedRefMut<'static, $key, u8, $value>);
        $check!(mapref::multiple::RefMulti<'static, $key, $value>);
        $check!(mapref::multiple::RefMutMulti<'static, $key, $value>);
        $check!(setref::one::Ref<'static, $key>);
        $check!(setref::multiple::RefMulti<'static, $key>);
        $check!(iter::Iter<'static, $key, $value>);
        $check!(iter::IterMut<'static, $key, $value>);
        $check!(iter::OwningIter<$key, $value>);
        $check!(iter_set::OwningIter<$key, std::collections::hash_map::RandomState>);
        $check!(try_result::TryResult<$value>);
    };
}

include!("api/auto_traits.rs");

#[test]
fn auto_traits_are_the_originals() {
    use std::cell::Cell;
    use std::rc::Rc;

    macro_rules! same {
        ($($type:tt)*) => {
            assert_eq!(
                auto_traits!(lockdep::dashmap::$($type)*),
                auto_traits!(dashmap::$($type)*),
                "{}: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe",
                stringify!($($type)*),
            );
        };
    }
    every_type!(same, u8, u8);
    every_type!(same, u8, Cell<u8>);
    every_type!(same, u8, Rc<u8>);
    every_type!(same, u8, &'static mut u8);
    every_type!(same, Rc<u8>, u8);
    every_type!(same, *const u8, u8);
}

#[test]
fn without_validation_sizes_are_the_originals() {
    if size_of::<lockdep_core::LockMap>() != 0 {
        return;
    }
    macro_rules! same {
        ($($type:tt)*) => {
            assert_eq!(
                (size_of::<lockdep::dashmap::$($type)*>(), size_of::<Option<lockdep::dashmap::$($type)*>>()),
                (size_of::<dashmap::$($type)*>(), size_of::<Option<dashmap::$($type)*>>()),
                "{}",
                stringify!($($type)*),
            );
        };
    }
    every_type!(same, u8, u64);
    every_type!(same, String, [u8; 3]);
}
