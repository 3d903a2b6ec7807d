// Generated from the list of signatures of the same name: `BLESS=1 cargo test --test api`.

mod of_condvar {
    use super::*;

    fn stands_for_1 < > (it : Exactly < Condvar < >>) -> Exactly < lock_api :: Condvar < RawCondvar > > { it }
}

mod of_fair_mutex {
    use super::*;

    fn stands_for_0 < T > (it : Exactly < FairMutex < T >>) -> Exactly < lock_api :: Mutex < RawFairMutex , T > > { it }
    fn stands_for_1 < 'a , T > (it : Exactly < FairMutexGuard < 'a , T >>) -> Exactly < lock_api :: MutexGuard < 'a , RawFairMutex , T > > { it }
    fn stands_for_2 < 'a , T > (it : Exactly < MappedFairMutexGuard < 'a , T >>) -> Exactly < lock_api :: MappedMutexGuard < 'a , RawFairMutex , T > > { it }
}

mod of_mutex {
    use super::*;

    fn stands_for_0 < T > (it : Exactly < Mutex < T >>) -> Exactly < lock_api :: Mutex < RawMutex , T > > { it }
    fn stands_for_1 < 'a , T > (it : Exactly < MutexGuard < 'a , T >>) -> Exactly < lock_api :: MutexGuard < 'a , RawMutex , T > > { it }
    fn stands_for_2 < 'a , T > (it : Exactly < MappedMutexGuard < 'a , T >>) -> Exactly < lock_api :: MappedMutexGuard < 'a , RawMutex , T > > { it }
}

mod of_once {
    use super::*;

    fn is_a_type_0 < > (_ : & OnceState < >) { }
    const fn calls_2 < > (a0 : OnceState) -> Exactly < bool > { let it = Exactly (< OnceState > :: is_poisoned (a0)) ; it }
    const fn calls_3 < > (a0 : OnceState) -> Exactly < bool > { let it = Exactly (< OnceState > :: poisoned (a0)) ; it }
    const fn calls_4 < > (a0 : OnceState) -> Exactly < bool > { let it = Exactly (< OnceState > :: is_completed (a0)) ; it }
    const fn calls_5 < > (a0 : OnceState) -> Exactly < bool > { let it = Exactly (< OnceState > :: done (a0)) ; it }
    fn is_a_type_6 < > (_ : & Once < >) { }
    const fn calls_8 < > () -> Exactly < Once > { let it = Exactly (< Once > :: new ()) ; it }
    const fn calls_9 < > () -> Exactly < Once > { let it = Exactly (< Once > :: new_completed ()) ; it }
    fn calls_10 < 'this > (a0 : & 'this Once) -> Exactly < OnceState > { let a0 = Exactly (a0) ; call1 (< Once > :: state , a0) }
    fn calls_11 < 'this > (a0 : & 'this Once) -> Exactly < bool > { let a0 = Exactly (a0) ; call1 (< Once > :: is_completed , a0) }
    fn calls_12 < 'this > (a0 : & 'this Once) -> Exactly < () > { let a0 = Exactly (a0) ; call1 (< Once > :: wait , a0) }
    fn calls_13 < 'this > (a0 : & 'this Once) -> Exactly < () > { let a0 = Exactly (a0) ; call1 (< Once > :: wait_force , a0) }
    fn calls_14 < 'this , F > (a0 : & 'this Once , a1 : F) -> Exactly < () > where F : FnOnce () { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< Once > :: call_once :: < F > , a0 , a1) }
    fn calls_15 < 'this , F > (a0 : & 'this Once , a1 : F) -> Exactly < () > where F : FnOnce (OnceState) { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< Once > :: call_once_force :: < F > , a0 , a1) }
    fn implements_16 < 'any > (it : & 'any Once) -> & 'any (impl Default + ? Sized) { it }
    fn implements_17 < 'any > (it : & 'any Once) -> & 'any (impl fmt :: Debug + ? Sized) { it }
}

mod of_raw_condvar {
    use super::*;

    fn is_a_type_0 < > (_ : & RawCondvar < >) { }
    fn implements_1 < 'any > (it : & 'any RawCondvar) -> & 'any (impl lock_api :: RawCondvar < RawMutex = RawMutex > + ? Sized) { it }
    fn implements_3 < 'any > (it : & 'any RawCondvar) -> & 'any (impl lock_api :: RawCondvarTimed + ? Sized) { it }
}

mod of_raw_fair_mutex {
    use super::*;

    fn is_a_type_0 < > (_ : & RawFairMutex < >) { }
    fn implements_1 < 'any > (it : & 'any RawFairMutex) -> & 'any (impl lock_api :: RawMutex < Guard = < RawMutex as lock_api :: RawMutex > :: Guard > + ? Sized) { it }
    fn implements_3 < 'any > (it : & 'any RawFairMutex) -> & 'any (impl lock_api :: RawMutexFair + ? Sized) { it }
    fn implements_4 < 'any > (it : & 'any RawFairMutex) -> & 'any (impl lock_api :: RawMutexTimed < Duration = < RawMutex as lock_api :: RawMutexTimed > :: Duration , Instant = < RawMutex as lock_api :: RawMutexTimed > :: Instant > + ? Sized) { it }
}

mod of_raw_mutex {
    use super::*;

    fn is_a_type_0 < > (_ : & RawMutex < >) { }
    fn implements_1 < 'any > (it : & 'any RawMutex) -> & 'any (impl lock_api :: RawMutex + ? Sized) { it }
    fn implements_2 < 'any > (it : & 'any RawMutex) -> & 'any (impl lock_api :: RawMutexFair + ? Sized) { it }
    fn implements_3 < 'any > (it : & 'any RawMutex) -> & 'any (impl lock_api :: RawMutexTimed < Duration = Duration , Instant = Instant > + ? Sized) { it }
}

mod of_raw_rwlock {
    use super::*;

    fn is_a_type_0 < const RECURSIVE : bool > (_ : & RawRwLock < RECURSIVE >) { } fn is_a_type_0_0 < const RECURSIVE : bool > (it : Exactly < RawRwLock < > >) -> Exactly < RawRwLock < false > > { it }
    fn stands_for_1 < > (it : Exactly < RawRwLockRecursive < >>) -> Exactly < RawRwLock < true > > { it }
    fn implements_2 < 'any , const RECURSIVE : bool > (it : & 'any RawRwLock < RECURSIVE >) -> & 'any (impl lock_api :: RawRwLock + ? Sized) { it }
    fn implements_3 < 'any , const RECURSIVE : bool > (it : & 'any RawRwLock < RECURSIVE >) -> & 'any (impl lock_api :: RawRwLockFair + ? Sized) { it }
    fn implements_4 < 'any , const RECURSIVE : bool > (it : & 'any RawRwLock < RECURSIVE >) -> & 'any (impl lock_api :: RawRwLockDowngrade + ? Sized) { it }
    fn implements_5 < 'any , const RECURSIVE : bool > (it : & 'any RawRwLock < RECURSIVE >) -> & 'any (impl lock_api :: RawRwLockTimed < Duration = Duration , Instant = Instant > + ? Sized) { it }
    fn implements_8 < 'any , const RECURSIVE : bool > (it : & 'any RawRwLock < RECURSIVE >) -> & 'any (impl lock_api :: RawRwLockUpgrade + ? Sized) { it }
    fn implements_9 < 'any , const RECURSIVE : bool > (it : & 'any RawRwLock < RECURSIVE >) -> & 'any (impl lock_api :: RawRwLockUpgradeFair + ? Sized) { it }
    fn implements_10 < 'any , const RECURSIVE : bool > (it : & 'any RawRwLock < RECURSIVE >) -> & 'any (impl lock_api :: RawRwLockUpgradeDowngrade + ? Sized) { it }
    fn implements_11 < 'any , const RECURSIVE : bool > (it : & 'any RawRwLock < RECURSIVE >) -> & 'any (impl lock_api :: RawRwLockUpgradeTimed + ? Sized) { it }
}

mod of_recursive_rwlock {
    use super::*;

    fn stands_for_0 < T > (it : Exactly < RecursiveRwLock < T >>) -> Exactly < lock_api :: RwLock < RawRwLockRecursive , T > > { it }
    fn stands_for_1 < 'a , T > (it : Exactly < RecursiveRwLockReadGuard < 'a , T >>) -> Exactly < lock_api :: RwLockReadGuard < 'a , RawRwLockRecursive , T > > { it }
    fn stands_for_2 < 'a , T > (it : Exactly < RecursiveRwLockWriteGuard < 'a , T >>) -> Exactly < lock_api :: RwLockWriteGuard < 'a , RawRwLockRecursive , T > > { it }
    fn stands_for_3 < 'a , T > (it : Exactly < RecursiveRwLockUpgradableReadGuard < 'a , T >>) -> Exactly < lock_api :: RwLockUpgradableReadGuard < 'a , RawRwLockRecursive , T > > { it }
    fn stands_for_4 < 'a , T > (it : Exactly < MappedRecursiveRwLockReadGuard < 'a , T >>) -> Exactly < lock_api :: MappedRwLockReadGuard < 'a , RawRwLockRecursive , T > > { it }
    fn stands_for_5 < 'a , T > (it : Exactly < MappedRecursiveRwLockWriteGuard < 'a , T >>) -> Exactly < lock_api :: MappedRwLockWriteGuard < 'a , RawRwLockRecursive , T > > { it }
}

mod of_remutex {
    use super::*;

    fn is_a_type_0 < > (_ : & RawThreadId < >) { }
    fn implements_1 < 'any > (it : & 'any RawThreadId) -> & 'any (impl GetThreadId + ? Sized) { it }
    fn stands_for_2 < T > (it : Exactly < ReentrantMutex < T >>) -> Exactly < lock_api :: ReentrantMutex < RawMutex , RawThreadId , T > > { it }
    fn stands_for_3 < 'a , T > (it : Exactly < ReentrantMutexGuard < 'a , T >>) -> Exactly < lock_api :: ReentrantMutexGuard < 'a , RawMutex , RawThreadId , T > > { it }
    fn stands_for_4 < 'a , T > (it : Exactly < MappedReentrantMutexGuard < 'a , T >>) -> Exactly < lock_api :: MappedReentrantMutexGuard < 'a , RawMutex , RawThreadId , T > > { it }
}

mod of_rwlock {
    use super::*;

    fn stands_for_0 < T > (it : Exactly < RwLock < T >>) -> Exactly < lock_api :: RwLock < RawRwLock , T > > { it }
    fn stands_for_1 < 'a , T > (it : Exactly < RwLockReadGuard < 'a , T >>) -> Exactly < lock_api :: RwLockReadGuard < 'a , RawRwLock , T > > { it }
    fn stands_for_2 < 'a , T > (it : Exactly < RwLockWriteGuard < 'a , T >>) -> Exactly < lock_api :: RwLockWriteGuard < 'a , RawRwLock , T > > { it }
    fn stands_for_3 < 'a , T > (it : Exactly < MappedRwLockReadGuard < 'a , T >>) -> Exactly < lock_api :: MappedRwLockReadGuard < 'a , RawRwLock , T > > { it }
    fn stands_for_4 < 'a , T > (it : Exactly < MappedRwLockWriteGuard < 'a , T >>) -> Exactly < lock_api :: MappedRwLockWriteGuard < 'a , RawRwLock , T > > { it }
    fn stands_for_5 < 'a , T > (it : Exactly < RwLockUpgradableReadGuard < 'a , T >>) -> Exactly < lock_api :: RwLockUpgradableReadGuard < 'a , RawRwLock , T > > { it }
}
