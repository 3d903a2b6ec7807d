//! The mirror of `parking_lot`: one suite runs against it and against the original; what only the mirror has follows.

include!("parking_lot/support.rs");

mod mirror {
    use lockdep::parking_lot as locks;
    include!("parking_lot/suite.rs");

    mod of_0_12_only {
        use super::locks;
        include!("parking_lot/suite_0_12.rs");
    }
}

mod original {
    use parking_lot as locks;
    include!("parking_lot/suite.rs");

    mod of_0_12_only {
        use super::locks;
        include!("parking_lot/suite_0_12.rs");
    }
}

mod mirror_only {
    use std::sync::Arc;

    use lockdep::parking_lot::{
        ArcMutexGuard, ArcReentrantMutexGuard, ArcRwLockReadGuard, ArcRwLockUpgradableReadGuard, ArcRwLockWriteGuard, Condvar,
        FairMutex, Mutex, MutexGuard, Once, RawFairMutex, RawMutex, RawRwLock, RawThreadId, ReentrantMutex, RwLock,
        WaitTimeoutResult,
    };
    use lockdep::{LockClass, irq};

    use super::{LONG, SHORT, elsewhere};

    #[test]
    fn sizes_are_the_originals_if_maps_are_empty() {
        if size_of::<lockdep_core::LockMap>() == 0 {
            macro_rules! same_size {
                ($($name:ident[$($args:tt)*])*) => { $({
                    type Ours = lockdep::parking_lot::$name<$($args)*>;
                    type Theirs = parking_lot::$name<$($args)*>;
                    let ours = (size_of::<Ours>(), align_of::<Ours>(), size_of::<Option<Ours>>());
                    let theirs = (size_of::<Theirs>(), align_of::<Theirs>(), size_of::<Option<Theirs>>());
                    assert_eq!(ours, theirs, stringify!($name));
                })* };
            }
            same_size! {
                Mutex[u8] Mutex[u64] FairMutex[u8] ReentrantMutex[u8] RwLock[u8] RwLock[[u64; 3]]
                Condvar[] WaitTimeoutResult[] Once[] OnceState[]
                RawMutex[] RawFairMutex[] RawRwLock[] RawThreadId[]
                MutexGuard['static, u8] MappedMutexGuard['static, u8]
                FairMutexGuard['static, u8] MappedFairMutexGuard['static, u8]
                ReentrantMutexGuard['static, u8] MappedReentrantMutexGuard['static, u8]
                RwLockReadGuard['static, u8] MappedRwLockReadGuard['static, u8]
                RwLockWriteGuard['static, u8] MappedRwLockWriteGuard['static, u8]
                RwLockUpgradableReadGuard['static, u8]
            }
        }
    }

    #[test]
    fn every_type_takes_a_class() {
        static CLASS: LockClass = LockClass::new("class");
        static MUTEX: Mutex<u8> = Mutex::with_class(1, &CLASS);
        static FAIR: FairMutex<u8> = FairMutex::with_class(2, &CLASS);
        static REENTRANT: ReentrantMutex<u8> = ReentrantMutex::with_class(3, &CLASS);
        static RWLOCK: RwLock<u8> = RwLock::with_class(4, &CLASS);
        static CONDVAR: Condvar = Condvar::with_class(&CLASS);
        static ONCE: Once = Once::with_class(&CLASS);
        assert_eq!(*MUTEX.lock(), 1);
        assert_eq!(*FAIR.lock(), 2);
        assert_eq!(*REENTRANT.lock(), 3);
        assert_eq!(*RWLOCK.read(), 4);
        assert_eq!(CONDVAR.notify_all(), 0);
        ONCE.call_once(|| ());
    }

    #[test]
    fn arc_guards_are_here() {
        let (mutex, lock) = (Arc::new(Mutex::new(1)), Arc::new(RwLock::new(2)));
        let guard: ArcMutexGuard<RawMutex, i32> = mutex.lock_arc();
        drop(guard);
        let guard: ArcMutexGuard<RawFairMutex, i32> = Arc::new(FairMutex::new(1)).lock_arc();
        drop(guard);
        let guard: ArcReentrantMutexGuard<RawMutex, RawThreadId, i32> = Arc::new(ReentrantMutex::new(1)).lock_arc();
        drop(guard);
        let guard: ArcRwLockReadGuard<RawRwLock, i32> = lock.read_arc();
        drop(guard);
        let guard: ArcRwLockUpgradableReadGuard<RawRwLock, i32> = lock.upgradable_read_arc();
        let guard: ArcRwLockWriteGuard<RawRwLock, i32> = ArcRwLockUpgradableReadGuard::upgrade(guard);
        assert!(lock.is_locked_exclusive());
        drop(guard);
    }

    #[test]
    fn a_wait_with_the_signals_blocked_keeps_them_blocked() {
        let (mutex, condvar, go) = (Mutex::new(false), Condvar::new(), std::sync::Barrier::new(2));
        std::thread::scope(|threads| {
            threads.spawn(|| {
                go.wait();
                *mutex.lock_irqsave() = true;
                condvar.notify_one();
            });
            let mut guard = mutex.lock_irqsave();
            go.wait();
            assert!(!condvar.wait_while_for(guard.as_guard(), |set| !*set, LONG).timed_out());
            assert!(*guard && !irq::enabled());
        });
        assert!(irq::enabled() && !mutex.is_locked());
    }

    #[test]
    fn a_wait_keeps_the_other_locks() {
        let (other, mutex, condvar) = (Mutex::new(()), Mutex::new(()), Condvar::new());
        let _other = other.lock();
        let mut guard = mutex.lock();
        let result: WaitTimeoutResult = condvar.wait_for(&mut guard, SHORT);
        assert!(result.timed_out() && other.is_locked() && mutex.is_locked());
    }

    #[test]
    fn the_real_guard_of_a_wait_does_not_release_twice() {
        // The raw lock would be free here if the original's guard had been dropped as well.
        let (mutex, condvar) = (Mutex::new(()), Condvar::new());
        let mut guard = mutex.lock();
        condvar.wait_for(&mut guard, SHORT);
        assert!(elsewhere(|| mutex.try_lock().is_none()));
        assert!(std::ptr::eq(MutexGuard::mutex(&guard), &mutex));
    }

    #[test]
    fn the_lock_api_is_reexported() {
        let mutex: lockdep::parking_lot::lock_api::Mutex<RawMutex, u8> = Mutex::new(1);
        assert_eq!(mutex.into_inner(), 1);
    }
}
