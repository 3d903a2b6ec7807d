//! What the features of the originals add, each with the validator and without it: run with
//! `--features send_guard,owning_ref,serde,rayon,raw-api,arbitrary,typesize,inline,hardware-lock-elision,arc_lock,nightly` and with
//! `--features deadlock_detection`.

/// Whether the validator is there.
#[allow(dead_code, reason = "with a feature only")]
const VALIDATED: bool = cfg!(feature = "validate");

#[cfg(feature = "send_guard")]
mod send_guard {
    use lockdep::ReportKind::Recursion;
    use lockdep::Severity::Possible;
    use lockdep::parking_lot::{Condvar, FairMutex, Mutex, MutexGuard, RwLock, RwLockWriteGuard};
    use lockdep::testing::isolated;

    use super::VALIDATED;

    fn leak<T>(lock: T) -> &'static T {
        Box::leak(Box::new(lock))
    }

    #[test]
    fn a_guard_is_dropped_by_another_thread() {
        let reports = isolated(|cx| {
            let (mutex, fair, lock) = (leak(Mutex::new(1)), leak(FairMutex::new(1)), leak(RwLock::new(1)));
            let guards = (mutex.lock(), fair.lock(), lock.write());
            cx.spawn(move || drop(guards)).join().unwrap();
            lockdep::assert_none_held!();
            assert_eq!((*mutex.lock(), *fair.lock(), *lock.read()), (1, 1, 1));
            let guards = (mutex.lock(), lock.upgradable_read());
            cx.spawn(move || drop(MutexGuard::map(guards.0, |value| value))).join().unwrap();
            assert!(!mutex.is_locked());
        });
        assert!(reports.is_empty(), "{reports:#?}");
    }

    #[test]
    fn what_a_thread_does_with_the_guard_of_another_one() {
        let reports = isolated(|cx| {
            let (mutex, changed, lock) = (leak(Mutex::new(1)), Condvar::new(), leak(RwLock::new(1)));
            let (mut guard, writer) = (mutex.lock(), lock.write());
            let used = cx.spawn(move || {
                lockdep::assert_held!(mutex);
                changed.wait_for(&mut guard, std::time::Duration::from_millis(1));
                lockdep::assert_held!(mutex);
                MutexGuard::unlocked(&mut guard, || assert!(!mutex.is_locked()));
                MutexGuard::bump(&mut guard);
                let reader = RwLockWriteGuard::downgrade(writer);
                assert_eq!((*guard, *reader), (1, 1));
                drop(guard);
                drop(reader);
                lockdep::assert_none_held!();
            });
            used.join().unwrap();
            assert!(!mutex.is_locked() && !lock.is_locked());
        });
        assert!(reports.is_empty(), "{reports:#?}");
    }

    #[test]
    fn the_thread_that_locked_ends_first() {
        let reports = isolated(|cx| {
            let mutex = leak(Mutex::new(1));
            let guard = cx.spawn(|| mutex.lock()).join().unwrap();
            assert_eq!(*guard, 1);
            drop(guard);
            assert_eq!(*mutex.lock(), 1);
        });
        assert!(reports.is_empty(), "{reports:#?}");
    }

    /// Nobody knows who has the guards, so they are waited for; but not for ever.
    #[cfg(feature = "validate")]
    #[test]
    fn an_upgrade_that_waits_for_itself_or_in_a_circle_ends() {
        use lockdep::ReportKind::Deadlock;
        use lockdep::Severity::Certain;
        use lockdep::parking_lot::RwLockUpgradableReadGuard;

        let reports = isolated(|cx| {
            let lock = leak(RwLock::new(1));
            let alone = cx.spawn(|| {
                let upgradable = lock.upgradable_read();
                let _again = lock.read_recursive();
                drop(RwLockUpgradableReadGuard::upgrade(upgradable));
            });
            assert!(alone.join().is_err());
        });
        assert!(reports.iter().any(|report| (report.kind(), report.severity()) == (Recursion, Certain)), "{reports:#?}");
        let reports = isolated(|cx| {
            let locks = leak([RwLock::new(1), RwLock::new(2)]);
            let barrier = leak(std::sync::Barrier::new(2));
            let threads = [0, 1].map(|own| {
                cx.spawn(move || {
                    let upgradable = locks[own].upgradable_read();
                    let _other = locks[1 - own].read_recursive();
                    barrier.wait();
                    drop(RwLockUpgradableReadGuard::upgrade(upgradable));
                })
            });
            assert!(threads.map(|thread| thread.join().is_err()).contains(&true));
        });
        assert!(reports.iter().any(|report| (report.kind(), report.severity()) == (Deadlock, Certain)), "{reports:#?}");
    }

    #[test]
    fn it_waits_for_the_thread_that_has_the_guard() {
        let reports = isolated(|cx| {
            let mutex = leak(Mutex::new(1));
            let guard = mutex.lock();
            let other = cx.spawn(move || {
                std::thread::sleep(std::time::Duration::from_millis(50));
                drop(guard);
            });
            // It cannot be told from waiting for itself, but it ends.
            drop(mutex.lock());
            other.join().unwrap();
            lockdep::assert_none_held!();
        });
        let found: Vec<_> = reports.iter().map(|report| (report.kind(), report.severity())).collect();
        assert_eq!(found, [(Recursion, Possible)][..usize::from(VALIDATED)]);
    }
}

#[cfg(feature = "deadlock_detection")]
#[test]
fn the_originals_search_for_deadlocks() {
    use std::sync::Arc;
    use std::thread;

    use lockdep::parking_lot::{Mutex, deadlock};

    assert!(deadlock::check_deadlock().is_empty());
    if VALIDATED {
        // It would be reported before it happens.
        return;
    }
    let locks = Arc::new((Mutex::new(()), Mutex::new(()), std::sync::Barrier::new(2)));
    for turned in [false, true] {
        let locks = Arc::clone(&locks);
        thread::spawn(move || {
            let (first, second) = if turned { (&locks.1, &locks.0) } else { (&locks.0, &locks.1) };
            let _first = first.lock();
            locks.2.wait();
            let _second = second.lock();
        });
    }
    while deadlock::check_deadlock().is_empty() {
        thread::yield_now();
    }
}

#[cfg(feature = "owning_ref")]
#[test]
fn guards_are_stable_addresses() {
    use lockdep::parking_lot::{Mutex, MutexGuard, ReentrantMutex, RwLock};
    use owning_ref::{OwningRef, OwningRefMut, StableAddress};

    fn stable<G: StableAddress>(guard: G) -> OwningRef<G, G::Target> {
        OwningRef::new(guard)
    }
    let (mutex, reentrant, lock) = (Mutex::new((1, 2)), ReentrantMutex::new(3), RwLock::new(4));
    assert_eq!(*stable(mutex.lock()).map(|pair| &pair.1), 2);
    assert_eq!(*stable(reentrant.lock()), 3);
    assert_eq!(*stable(lock.read()), 4);
    assert_eq!(*stable(lock.write()), 4);
    assert_eq!(*stable(lock.upgradable_read()), 4);
    *OwningRefMut::new(MutexGuard::map(mutex.lock(), |pair| &mut pair.0)) += 1;
    assert_eq!(*mutex.lock(), (2, 2));
}

#[cfg(feature = "serde")]
#[test]
fn locks_and_maps_are_their_data() {
    use lockdep::dashmap::{DashMap, DashSet};
    use lockdep::parking_lot::{Mutex, ReentrantMutex, RwLock};
    use serde_json::{from_str, to_string};

    let (mutex, reentrant, lock) = (Mutex::new("a"), ReentrantMutex::new(1), RwLock::new([2, 3]));
    assert_eq!(to_string(&mutex).unwrap(), "\"a\"");
    assert_eq!(to_string(&reentrant).unwrap(), "1");
    assert_eq!(to_string(&lock).unwrap(), "[2,3]");
    assert_eq!(from_str::<Mutex<String>>("\"a\"").unwrap().into_inner(), "a");
    assert_eq!(from_str::<ReentrantMutex<u8>>("1").unwrap().into_inner(), 1);
    assert_eq!(from_str::<RwLock<Vec<u8>>>("[2,3]").unwrap().into_inner(), [2, 3]);
    assert!(from_str::<Mutex<u8>>("\"a\"").is_err());

    use lockdep::sync;
    let (mutex, lock) = (sync::Mutex::new("a"), sync::RwLock::new([2, 3]));
    assert_eq!((to_string(&mutex).unwrap(), to_string(&lock).unwrap()), ("\"a\"".into(), "[2,3]".into()));
    assert_eq!(from_str::<sync::Mutex<String>>("\"a\"").unwrap().into_inner().unwrap(), "a");
    assert_eq!(from_str::<sync::RwLock<Vec<u8>>>("[2,3]").unwrap().into_inner().unwrap(), [2, 3]);
    let poisoned = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _guard = mutex.lock().unwrap();
        panic!("poisons it");
    }));
    assert!(poisoned.is_err() && to_string(&mutex).is_err());

    let map: DashMap<String, u8> = from_str("{\"a\":1}").unwrap();
    assert_eq!(to_string(&map).unwrap(), "{\"a\":1}");
    assert_eq!(to_string(&map.get("a").unwrap()).unwrap(), "1");
    assert_eq!(to_string(&map.get_mut("a").unwrap().map(|value| value)).unwrap(), "1");
    assert_eq!(to_string(&map.iter().next().unwrap()).unwrap(), "1");
    let set: DashSet<String> = from_str("[\"a\"]").unwrap();
    assert_eq!(to_string(&set).unwrap(), "[\"a\"]");
    assert_eq!(to_string(&set.get("a").unwrap()).unwrap(), "\"a\"");
    let error = from_str::<DashMap<String, u8>>("[]").unwrap_err().to_string();
    assert!(error.contains("a DashMap"), "{error}");
}

#[cfg(all(feature = "rayon", not(feature = "validate")))]
#[test]
fn without_validation_parallel_iterators_have_the_originals_size() {
    use lockdep::dashmap::rayon::map;
    assert_eq!(size_of::<map::Iter<'_, u8, u8>>(), size_of::<dashmap::rayon::map::Iter<'_, u8, u8>>());
    assert_eq!(size_of::<map::IterMut<'_, u8, u8>>(), size_of::<dashmap::rayon::map::IterMut<'_, u8, u8>>());
}

#[cfg(feature = "rayon")]
#[test]
fn maps_in_parallel() {
    use lockdep::dashmap::{DashMap, DashSet};
    use rayon::iter::{FromParallelIterator, IntoParallelIterator, IntoParallelRefIterator, ParallelExtend, ParallelIterator};

    let reports = lockdep::testing::isolated(|_| {
        let map = DashMap::<u32, u32>::from_par_iter((0..100).into_par_iter().map(|n| (n, n)));
        assert_eq!(map.par_iter().map(|entry| *entry.value()).sum::<u32>(), 4950);
        map.par_iter_mut().for_each(|mut entry| *entry += 1);
        (&map).par_extend(vec![(100, 0)]);
        assert_eq!(map.clone().into_read_only().par_iter().map(|entry| *entry).sum::<u32>(), 5050);
        assert_eq!(map.into_par_iter().map(|(_, value)| value).sum::<u32>(), 5050);
        let set: DashSet<u32> = (0..100).into_par_iter().collect();
        assert_eq!(set.par_iter().map(|key| *key).sum::<u32>(), 4950);
        assert_eq!(set.into_par_iter().count(), 100);
    });
    assert!(reports.is_empty(), "{reports:#?}");
}

#[cfg(feature = "raw-api")]
#[test]
fn the_real_shards() {
    use lockdep::dashmap::{DashMap, DashSet};

    let mut map: DashMap<u8, u8> = (0..10).map(|n| (n, n)).collect();
    let shard = map.determine_map(&3);
    assert_eq!(shard, map.determine_shard(map.hash_usize(&3_u8)));
    assert_eq!(map.shards().iter().map(|shard| shard.read().len()).sum::<usize>(), 10);
    assert!(!map.shards_mut()[shard].get_mut().is_empty());
    assert_eq!(map.into_shards().iter().map(|shard| shard.read().len()).sum::<usize>(), 10);
    let set: DashSet<u8> = (0..10).collect();
    assert_eq!(set.determine_map(&3), set.determine_shard(set.hash_usize(&3_u8)));
}

#[cfg(feature = "arbitrary")]
#[test]
fn an_arbitrary_map() {
    use arbitrary::{Arbitrary, Unstructured};

    let map = lockdep::dashmap::DashMap::<u8, u8>::arbitrary(&mut Unstructured::new(&[1; 64])).unwrap();
    assert!(map.len() <= 32);
}

#[cfg(feature = "typesize")]
#[test]
fn the_size_of_a_map() {
    use std::hash::{BuildHasher, DefaultHasher};

    use typesize::TypeSize;

    #[derive(Clone)]
    struct Plain;
    impl BuildHasher for Plain {
        type Hasher = DefaultHasher;

        fn build_hasher(&self) -> DefaultHasher {
            DefaultHasher::new()
        }
    }
    impl TypeSize for Plain {}

    let ours = lockdep::dashmap::DashMap::<u8, u8, Plain>::with_hasher_and_shard_amount(Plain, 4);
    let theirs = dashmap::DashMap::<u8, u8, Plain>::with_hasher_and_shard_amount(Plain, 4);
    // One for each shard, and one that stands for any of them.
    assert_eq!(ours.extra_size(), theirs.extra_size() + 5 * size_of::<lockdep_core::LockMap>());
    #[cfg(feature = "validate")]
    {
        let reports = lockdep::testing::isolated(|_| {
            ours.insert(1, 1);
            let _one = ours.get_mut(&1);
            let _ = ours.extra_size();
        });
        let found: Vec<_> = reports.iter().map(|report| (report.kind(), report.severity())).collect();
        assert_eq!(found, [(lockdep::ReportKind::Recursion, lockdep::Severity::Certain)]);
    }
}
