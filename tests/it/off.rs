//! Without `validate`: the originals, in size and in what they let pass.

use std::mem::{align_of, size_of};

use lockdep::{parking_lot, sync};

use crate::support::{assert_silent, isolated};

macro_rules! same_layout {
    ($($Ours:ty = $Theirs:ty;)*) => { $(
        assert_eq!(
            (size_of::<$Ours>(), align_of::<$Ours>()),
            (size_of::<$Theirs>(), align_of::<$Theirs>()),
            stringify!($Ours),
        );
    )* };
}

#[test]
fn parking_lot_has_its_size() {
    use ::parking_lot as original;

    same_layout! {
        parking_lot::Mutex<()> = original::Mutex<()>;
        parking_lot::Mutex<u8> = original::Mutex<u8>;
        parking_lot::Mutex<[u64; 3]> = original::Mutex<[u64; 3]>;
        parking_lot::FairMutex<u8> = original::FairMutex<u8>;
        parking_lot::FairMutex<u64> = original::FairMutex<u64>;
        parking_lot::RwLock<()> = original::RwLock<()>;
        parking_lot::RwLock<u64> = original::RwLock<u64>;
        parking_lot::ReentrantMutex<u8> = original::ReentrantMutex<u8>;
        parking_lot::ReentrantMutex<u64> = original::ReentrantMutex<u64>;
        parking_lot::Condvar = original::Condvar;
        parking_lot::Once = original::Once;
        parking_lot::MutexGuard<'_, u8> = original::MutexGuard<'_, u8>;
        parking_lot::MutexGuard<'_, [u8]> = original::MutexGuard<'_, [u8]>;
        parking_lot::MappedMutexGuard<'_, u8> = original::MappedMutexGuard<'_, u8>;
        parking_lot::FairMutexGuard<'_, u8> = original::FairMutexGuard<'_, u8>;
        parking_lot::MappedFairMutexGuard<'_, u8> = original::MappedFairMutexGuard<'_, u8>;
        parking_lot::RwLockReadGuard<'_, u8> = original::RwLockReadGuard<'_, u8>;
        parking_lot::RwLockWriteGuard<'_, u8> = original::RwLockWriteGuard<'_, u8>;
        parking_lot::RwLockUpgradableReadGuard<'_, u8> = original::RwLockUpgradableReadGuard<'_, u8>;
        parking_lot::MappedRwLockReadGuard<'_, u8> = original::MappedRwLockReadGuard<'_, u8>;
        parking_lot::MappedRwLockWriteGuard<'_, u8> = original::MappedRwLockWriteGuard<'_, u8>;
        parking_lot::ReentrantMutexGuard<'_, u8> = original::ReentrantMutexGuard<'_, u8>;
        parking_lot::MappedReentrantMutexGuard<'_, u8> = original::MappedReentrantMutexGuard<'_, u8>;
        Option<parking_lot::MutexGuard<'_, u8>> = Option<original::MutexGuard<'_, u8>>;
    }
}

#[test]
fn sync_has_its_size() {
    use std::sync as original;

    same_layout! {
        sync::Mutex<()> = original::Mutex<()>;
        sync::Mutex<u8> = original::Mutex<u8>;
        sync::Mutex<[u64; 3]> = original::Mutex<[u64; 3]>;
        sync::RwLock<()> = original::RwLock<()>;
        sync::RwLock<u64> = original::RwLock<u64>;
        sync::Condvar = original::Condvar;
        sync::Once = original::Once;
        sync::OnceLock<u8> = original::OnceLock<u8>;
        sync::OnceLock<String> = original::OnceLock<String>;
        sync::LazyLock<u8> = original::LazyLock<u8>;
        sync::LazyLock<[u64; 3], fn() -> [u64; 3]> = original::LazyLock<[u64; 3], fn() -> [u64; 3]>;
        sync::Barrier = original::Barrier;
        sync::MutexGuard<'_, u8> = original::MutexGuard<'_, u8>;
        sync::MutexGuard<'_, [u8]> = original::MutexGuard<'_, [u8]>;
        sync::RwLockReadGuard<'_, u8> = original::RwLockReadGuard<'_, u8>;
        sync::RwLockWriteGuard<'_, u8> = original::RwLockWriteGuard<'_, u8>;
        Option<sync::MutexGuard<'_, u8>> = Option<original::MutexGuard<'_, u8>>;
    }
}

#[test]
fn once_cell_has_its_size() {
    use ::once_cell as original;
    use lockdep::once_cell;

    same_layout! {
        once_cell::sync::OnceCell<u8> = original::sync::OnceCell<u8>;
        once_cell::sync::OnceCell<String> = original::sync::OnceCell<String>;
        once_cell::sync::Lazy<u8> = original::sync::Lazy<u8>;
        once_cell::sync::Lazy<[u64; 3], fn() -> [u64; 3]> = original::sync::Lazy<[u64; 3], fn() -> [u64; 3]>;
    }
}

#[test]
fn dashmap_has_its_size() {
    use ::dashmap as original;
    use lockdep::dashmap;

    same_layout! {
        dashmap::DashMap<u8, String> = original::DashMap<u8, String>;
        dashmap::DashSet<u8> = original::DashSet<u8>;
        dashmap::ReadOnlyView<u8, String> = original::ReadOnlyView<u8, String>;
        dashmap::mapref::one::Ref<'_, u8, String> = original::mapref::one::Ref<'_, u8, String>;
        dashmap::mapref::one::RefMut<'_, u8, String> = original::mapref::one::RefMut<'_, u8, String>;
        dashmap::mapref::multiple::RefMulti<'_, u8, String> = original::mapref::multiple::RefMulti<'_, u8, String>;
        dashmap::iter::Iter<'_, u8, String> = original::iter::Iter<'_, u8, String>;
        dashmap::Entry<'_, u8, String> = original::Entry<'_, u8, String>;
    }
}

fn wrong_order() {
    let (first, second) = (parking_lot::Mutex::new(1), sync::Mutex::new(1));
    {
        let _first = first.lock();
        let _second = second.lock().unwrap();
    }
    let _second = second.lock().unwrap();
    let _first = first.lock();
    lockdep::assert_none_held!();
    lockdep::assert_not_held!(first);
}

#[test]
fn a_wrong_order_passes_silently() {
    wrong_order();
    assert_silent(&isolated(|_| wrong_order()));
    assert!(lockdep::reports().is_empty());
}
