//! What the types are, whatever they do: auto traits, sizes, drop check, variance. All as in `lock_api`.

mod common;

use std::cell::{Cell, UnsafeCell};
use std::marker::PhantomData;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;
use std::sync::Arc;

use common::{Raw, RawNoSend, ThreadNumber};
use lockdep_core::LockMap;
use lockdep_lock_api::{
    ArcMutexGuard, ArcReentrantMutexGuard, ArcRwLockReadGuard, ArcRwLockUpgradableReadGuard, ArcRwLockWriteGuard, GuardNoSend,
    GuardSend, MappedMutexGuard, MappedReentrantMutexGuard, MappedRwLockReadGuard, MappedRwLockWriteGuard, Mutex, MutexGuard,
    RawReentrantMutex, ReentrantMutex, ReentrantMutexGuard, RwLock, RwLockReadGuard, RwLockUpgradableReadGuard, RwLockWriteGuard,
    Validated,
};

/// Whether a type has a trait: the inherent constant wins where its bound holds.
struct Probe<T: ?Sized>(PhantomData<T>);

trait Otherwise {
    const SEND: bool = false;
    const SYNC: bool = false;
}

impl<T: ?Sized> Otherwise for Probe<T> {}

#[allow(dead_code, reason = "true for every type that is asked about, if all is well")]
impl<T: ?Sized + Send> Probe<T> {
    const SEND: bool = true;
}

#[allow(dead_code, reason = "true for every type that is asked about, if all is well")]
impl<T: ?Sized + Sync> Probe<T> {
    const SYNC: bool = true;
}

macro_rules! send_sync {
    ($($type:ty: $send:literal $sync:literal;)*) => { $(
        assert_eq!((Probe::<$type>::SEND, Probe::<$type>::SYNC), ($send, $sync), stringify!($type));
    )* };
}

/// `Send`, not `Sync`.
type Sendable = Cell<u8>;
/// `Sync`, not `Send`.
type Shareable = std::sync::MutexGuard<'static, u8>;
/// Neither.
type Local = Rc<u8>;

#[test]
fn locks_are_send_and_sync_as_their_data_allows() {
    send_sync! {
        LockMap: true true;
        GuardSend: true true;
        GuardNoSend: false true;
        Mutex<Raw, u8>: true true;
        Mutex<Raw, Sendable>: true true;
        Mutex<Raw, Shareable>: false false;
        Mutex<Raw, Local>: false false;
        ReentrantMutex<Raw, ThreadNumber, Sendable>: true true;
        ReentrantMutex<Raw, ThreadNumber, Shareable>: false false;
        RawReentrantMutex<Raw, ThreadNumber>: true true;
        RwLock<Raw, u8>: true true;
        RwLock<Raw, Sendable>: true false;
        RwLock<Raw, Shareable>: false false;
    }
}

#[test]
fn maps_keep_no_lock_from_being_unwind_safe() {
    fn unwind_safe<T: UnwindSafe>() {}
    fn map_is_unwind_safe<T: UnwindSafe + RefUnwindSafe + Unpin>() {}
    map_is_unwind_safe::<LockMap>();
    unwind_safe::<Mutex<Raw, u8>>();
    unwind_safe::<RwLock<Raw, u8>>();
}

#[test]
fn guards_are_send_and_sync_as_data_and_marker_allow() {
    send_sync! {
        MutexGuard<'static, Raw, u8>: true true;
        MutexGuard<'static, Raw, Sendable>: true false;
        MutexGuard<'static, Raw, Shareable>: false true;
        MutexGuard<'static, RawNoSend, u8>: false true;
        MappedMutexGuard<'static, Raw, u8>: true true;
        MappedMutexGuard<'static, Raw, Sendable>: true false;
        MappedMutexGuard<'static, Raw, Shareable>: false true;
        MappedMutexGuard<'static, RawNoSend, u8>: false true;
        ArcMutexGuard<Raw, u8>: true true;
        ArcMutexGuard<Raw, Sendable>: true false;
        ArcMutexGuard<Raw, Shareable>: false true;
        ArcMutexGuard<RawNoSend, u8>: false true;

        ReentrantMutexGuard<'static, Raw, ThreadNumber, u8>: false true;
        ReentrantMutexGuard<'static, Raw, ThreadNumber, Sendable>: false false;
        MappedReentrantMutexGuard<'static, Raw, ThreadNumber, u8>: false true;
        MappedReentrantMutexGuard<'static, Raw, ThreadNumber, Sendable>: false false;
        ArcReentrantMutexGuard<Raw, ThreadNumber, u8>: false true;
        ArcReentrantMutexGuard<Raw, ThreadNumber, Sendable>: false true;

        RwLockReadGuard<'static, Raw, u8>: true true;
        RwLockReadGuard<'static, Raw, Sendable>: false false;
        RwLockReadGuard<'static, RawNoSend, u8>: false true;
        RwLockWriteGuard<'static, Raw, u8>: true true;
        RwLockWriteGuard<'static, Raw, Sendable>: false false;
        RwLockWriteGuard<'static, RawNoSend, u8>: false true;
        RwLockUpgradableReadGuard<'static, Raw, u8>: true true;
        RwLockUpgradableReadGuard<'static, RawNoSend, u8>: false true;
        MappedRwLockReadGuard<'static, Raw, u8>: true true;
        MappedRwLockReadGuard<'static, Raw, Sendable>: false false;
        MappedRwLockReadGuard<'static, Raw, Shareable>: true true;
        MappedRwLockReadGuard<'static, RawNoSend, u8>: false true;
        MappedRwLockWriteGuard<'static, Raw, u8>: true true;
        MappedRwLockWriteGuard<'static, Raw, Sendable>: true false;
        MappedRwLockWriteGuard<'static, RawNoSend, u8>: false true;
        ArcRwLockReadGuard<Raw, u8>: true true;
        ArcRwLockReadGuard<Raw, Sendable>: false false;
        ArcRwLockReadGuard<RawNoSend, u8>: false true;
        ArcRwLockWriteGuard<Raw, u8>: true true;
        ArcRwLockWriteGuard<RawNoSend, u8>: false true;
        ArcRwLockUpgradableReadGuard<Raw, u8>: true true;
        ArcRwLockUpgradableReadGuard<RawNoSend, u8>: false true;
    }
}

/// A lock of the original: a raw lock and the data.
#[allow(dead_code, reason = "measured only")]
struct Original<R, T: ?Sized> {
    raw: R,
    data: UnsafeCell<T>,
}

#[test]
fn locks_have_the_size_of_the_original_if_maps_are_empty() {
    if size_of::<LockMap>() == 0 {
        assert_eq!(size_of::<Mutex<Raw, u64>>(), size_of::<Original<Raw, u64>>());
        assert_eq!(size_of::<Mutex<(), u8>>(), size_of::<Original<(), u8>>());
        assert_eq!(size_of::<Mutex<u8, [u8; 3]>>(), 4);
        assert_eq!(size_of::<RwLock<usize, u8>>(), size_of::<Original<usize, u8>>());
        assert_eq!(
            size_of::<ReentrantMutex<Raw, ThreadNumber, u8>>(),
            size_of::<Original<RawReentrantMutex<Raw, ThreadNumber>, u8>>()
        );
    }
}

#[test]
fn guards_have_the_size_of_the_original() {
    const WORD: usize = size_of::<usize>();
    assert_eq!(size_of::<MutexGuard<'_, Raw, u8>>(), WORD);
    assert_eq!(size_of::<MutexGuard<'_, Raw, [u8]>>(), 2 * WORD);
    assert_eq!(size_of::<Option<MutexGuard<'_, Raw, u8>>>(), WORD);
    assert_eq!(size_of::<ArcMutexGuard<Raw, u8>>(), WORD);
    assert_eq!(size_of::<MappedMutexGuard<'_, Raw, u8>>(), 2 * WORD);
    assert_eq!(size_of::<Option<MappedMutexGuard<'_, Raw, u8>>>(), 2 * WORD);
    assert_eq!(size_of::<ReentrantMutexGuard<'_, Raw, ThreadNumber, u8>>(), WORD);
    assert_eq!(size_of::<ArcReentrantMutexGuard<Raw, ThreadNumber, u8>>(), WORD);
    assert_eq!(size_of::<MappedReentrantMutexGuard<'_, Raw, ThreadNumber, u8>>(), 2 * WORD);
    assert_eq!(size_of::<RwLockReadGuard<'_, Raw, u8>>(), WORD);
    assert_eq!(size_of::<RwLockWriteGuard<'_, Raw, u8>>(), WORD);
    assert_eq!(size_of::<RwLockUpgradableReadGuard<'_, Raw, u8>>(), WORD);
    assert_eq!(size_of::<ArcRwLockReadGuard<Raw, u8>>(), WORD);
    assert_eq!(size_of::<ArcRwLockWriteGuard<Raw, u8>>(), WORD);
    assert_eq!(size_of::<ArcRwLockUpgradableReadGuard<Raw, u8>>(), WORD);
    assert_eq!(size_of::<MappedRwLockReadGuard<'_, Raw, u8>>(), 2 * WORD);
    assert_eq!(size_of::<MappedRwLockWriteGuard<'_, Raw, u8>>(), 2 * WORD);
}

/// Compiles only as long as no lock has a `Drop` that could look at what it protects.
#[test]
fn a_lock_may_protect_a_reference_into_its_own_scope() {
    let (mutex, lock, value);
    mutex = Mutex::<Raw, Option<&i32>>::new(None);
    lock = RwLock::<Raw, Option<&i32>>::new(None);
    value = 1;
    *mutex.lock() = Some(&value);
    *lock.write() = Some(&value);
}

#[test]
fn guards_are_as_covariant_as_the_original() {
    fn shorten<'short>(guard: MutexGuard<'static, Raw, &'static str>) -> MutexGuard<'short, Raw, &'static str> {
        guard
    }
    fn shorten_data<'short>(
        guard: MappedRwLockReadGuard<'short, Raw, &'static str>,
    ) -> MappedRwLockReadGuard<'short, Raw, &'short str> {
        guard
    }
    static MUTEX: Mutex<Raw, &str> = Mutex::new("a");
    assert_eq!(*shorten(MUTEX.lock()), "a");
    let lock = RwLock::new("b");
    assert_eq!(*shorten_data(RwLockReadGuard::map(lock.read(), |data| data)), "b");
}

#[test]
fn pointers_to_a_lock_are_validated_too() {
    fn map_of(lock: &(impl Validated + ?Sized)) -> *const LockMap {
        lock.lock_map()
    }
    let mutex = Arc::new(Mutex::<Raw, u8>::new(1));
    let dynamic: &dyn Validated = &*mutex;
    assert_eq!(map_of(&mutex), map_of(&*mutex));
    assert_eq!(map_of(dynamic), map_of(&*mutex));
    let lock = RwLock::<Raw, [u8; 2]>::new([1, 2]);
    let slice: &RwLock<Raw, [u8]> = &lock;
    assert_eq!(map_of(slice), map_of(&lock));
    assert!(!map_of(&ReentrantMutex::<Raw, ThreadNumber, u8>::new(1)).is_null());
}
