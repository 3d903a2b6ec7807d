// Generated from the list of signatures of the same name: `BLESS=1 cargo test --test api`.

mod of_condvar {
    use super::*;

    fn is_a_type_0 < > (_ : & WaitTimeoutResult < >) { }
    fn calls_2 < > (a0 : WaitTimeoutResult) -> Exactly < bool > { let a0 = Exactly (a0) ; call1 (< WaitTimeoutResult > :: timed_out , a0) }
    fn is_a_type_3 < > (_ : & Condvar < >) { }
    const fn calls_5 < > () -> Exactly < Condvar > { let it = Exactly (< Condvar > :: new ()) ; it }
    fn calls_6 < 'this > (a0 : & 'this Condvar) -> Exactly < bool > { let a0 = Exactly (a0) ; call1 (< Condvar > :: notify_one , a0) }
    fn calls_7 < 'this > (a0 : & 'this Condvar) -> Exactly < usize > { let a0 = Exactly (a0) ; call1 (< Condvar > :: notify_all , a0) }
    fn calls_8 < 'this , T : ? Sized > (a0 : & 'this Condvar , a1 : & mut MutexGuard < '_ , T >) -> Exactly < () > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< Condvar > :: wait :: < T > , a0 , a1) }
    fn calls_9 < 'this , T : ? Sized > (a0 : & 'this Condvar , a1 : & mut MutexGuard < '_ , T > , a2 : Instant) -> Exactly < WaitTimeoutResult > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; let a2 = Exactly (a2) ; call3 (< Condvar > :: wait_until :: < T > , a0 , a1 , a2) }
    fn calls_10 < 'this , T : ? Sized > (a0 : & 'this Condvar , a1 : & mut MutexGuard < '_ , T > , a2 : Duration) -> Exactly < WaitTimeoutResult > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; let a2 = Exactly (a2) ; call3 (< Condvar > :: wait_for :: < T > , a0 , a1 , a2) }
    fn calls_11 < 'this , T , F > (a0 : & 'this Condvar , a1 : & mut MutexGuard < '_ , T > , a2 : F) -> Exactly < () > where T : ? Sized , F : FnMut (& mut T) -> bool { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; let a2 = Exactly (a2) ; call3 (< Condvar > :: wait_while :: < T , F > , a0 , a1 , a2) }
    fn calls_12 < 'this , T , F > (a0 : & 'this Condvar , a1 : & mut MutexGuard < '_ , T > , a2 : F , a3 : Instant) -> Exactly < WaitTimeoutResult > where T : ? Sized , F : FnMut (& mut T) -> bool { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; let a2 = Exactly (a2) ; let a3 = Exactly (a3) ; call4 (< Condvar > :: wait_while_until :: < T , F > , a0 , a1 , a2 , a3) }
    fn calls_13 < 'this , T : ? Sized , F > (a0 : & 'this Condvar , a1 : & mut MutexGuard < '_ , T > , a2 : F , a3 : Duration) -> Exactly < WaitTimeoutResult > where F : FnMut (& mut T) -> bool { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; let a2 = Exactly (a2) ; let a3 = Exactly (a3) ; call4 (< Condvar > :: wait_while_for :: < T , F > , a0 , a1 , a2 , a3) }
    fn implements_14 < 'any > (it : & 'any Condvar) -> & 'any (impl Default + ? Sized) { it }
    fn implements_15 < 'any > (it : & 'any Condvar) -> & 'any (impl fmt :: Debug + ? Sized) { it }
}

mod of_fair_mutex {
    use super::*;

    fn stands_for_0 < T > (it : Exactly < FairMutex < T >>) -> Exactly < lock_api :: Mutex < RawFairMutex , T > > { it }
    const fn calls_1 < T > (a0 : T) -> Exactly < FairMutex < T > > { let it = Exactly (const_fair_mutex :: < T > (a0)) ; it }
    fn stands_for_2 < 'a , T > (it : Exactly < FairMutexGuard < 'a , T >>) -> Exactly < lock_api :: MutexGuard < 'a , RawFairMutex , T > > { it }
    fn stands_for_3 < 'a , T > (it : Exactly < MappedFairMutexGuard < 'a , T >>) -> Exactly < lock_api :: MappedMutexGuard < 'a , RawFairMutex , T > > { it }
}

mod of_mutex {
    use super::*;

    fn stands_for_0 < T > (it : Exactly < Mutex < T >>) -> Exactly < lock_api :: Mutex < RawMutex , T > > { it }
    const fn calls_1 < T > (a0 : T) -> Exactly < Mutex < T > > { let it = Exactly (const_mutex :: < T > (a0)) ; it }
    fn stands_for_2 < 'a , T > (it : Exactly < MutexGuard < 'a , T >>) -> Exactly < lock_api :: MutexGuard < 'a , RawMutex , T > > { it }
    fn stands_for_3 < 'a , T > (it : Exactly < MappedMutexGuard < 'a , T >>) -> Exactly < lock_api :: MappedMutexGuard < 'a , RawMutex , T > > { it }
}

mod of_once {
    use super::*;

    fn is_a_type_0 < > (_ : & OnceState < >) { }
    fn calls_2 < > (a0 : OnceState) -> Exactly < bool > { let a0 = Exactly (a0) ; call1 (< OnceState > :: poisoned , a0) }
    fn calls_3 < > (a0 : OnceState) -> Exactly < bool > { let a0 = Exactly (a0) ; call1 (< OnceState > :: done , a0) }
    fn is_a_type_4 < > (_ : & Once < >) { }
    const fn calls_6 < > () -> Exactly < Once > { let it = Exactly (< Once > :: new ()) ; it }
    fn calls_7 < 'this > (a0 : & 'this Once) -> Exactly < OnceState > { let a0 = Exactly (a0) ; call1 (< Once > :: state , a0) }
    fn calls_8 < 'this , F > (a0 : & 'this Once , a1 : F) -> Exactly < () > where F : FnOnce () { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< Once > :: call_once :: < F > , a0 , a1) }
    fn calls_9 < 'this , F > (a0 : & 'this Once , a1 : F) -> Exactly < () > where F : FnOnce (OnceState) { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< Once > :: call_once_force :: < F > , a0 , a1) }
    fn implements_10 < 'any > (it : & 'any Once) -> & 'any (impl Default + ? Sized) { it }
    fn implements_11 < 'any > (it : & 'any Once) -> & 'any (impl fmt :: Debug + ? Sized) { it }
}

mod of_raw_fair_mutex {
    use super::*;

    fn is_a_type_0 < > (_ : & RawFairMutex < >) { }
    fn implements_1 < 'any > (it : & 'any RawFairMutex) -> & 'any (impl lock_api :: RawMutex + ? Sized) { it }
    fn implements_2 < 'any > (it : & 'any RawFairMutex) -> & 'any (impl lock_api :: RawMutexFair + ? Sized) { it }
    fn implements_3 < 'any > (it : & 'any RawFairMutex) -> & 'any (impl lock_api :: RawMutexTimed < Duration = < RawMutex as lock_api :: RawMutexTimed > :: Duration , Instant = < RawMutex as lock_api :: RawMutexTimed > :: Instant > + ? Sized) { it }
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

    fn is_a_type_0 < > (_ : & RawRwLock < >) { }
    fn implements_1 < 'any > (it : & 'any RawRwLock) -> & 'any (impl lock_api :: RawRwLock + ? Sized) { it }
    fn implements_2 < 'any > (it : & 'any RawRwLock) -> & 'any (impl lock_api :: RawRwLockFair + ? Sized) { it }
    fn implements_3 < 'any > (it : & 'any RawRwLock) -> & 'any (impl lock_api :: RawRwLockDowngrade + ? Sized) { it }
    fn implements_4 < 'any > (it : & 'any RawRwLock) -> & 'any (impl lock_api :: RawRwLockTimed < Duration = Duration , Instant = Instant > + ? Sized) { it }
    fn implements_7 < 'any > (it : & 'any RawRwLock) -> & 'any (impl lock_api :: RawRwLockRecursive + ? Sized) { it }
    fn implements_8 < 'any > (it : & 'any RawRwLock) -> & 'any (impl lock_api :: RawRwLockRecursiveTimed + ? Sized) { it }
    fn implements_9 < 'any > (it : & 'any RawRwLock) -> & 'any (impl lock_api :: RawRwLockUpgrade + ? Sized) { it }
    fn implements_10 < 'any > (it : & 'any RawRwLock) -> & 'any (impl lock_api :: RawRwLockUpgradeFair + ? Sized) { it }
    fn implements_11 < 'any > (it : & 'any RawRwLock) -> & 'any (impl lock_api :: RawRwLockUpgradeDowngrade + ? Sized) { it }
    fn implements_12 < 'any > (it : & 'any RawRwLock) -> & 'any (impl lock_api :: RawRwLockUpgradeTimed + ? Sized) { it }
}

mod of_remutex {
    use super::*;

    fn is_a_type_0 < > (_ : & RawThreadId < >) { }
    fn implements_1 < 'any > (it : & 'any RawThreadId) -> & 'any (impl GetThreadId + ? Sized) { it }
    fn stands_for_2 < T > (it : Exactly < ReentrantMutex < T >>) -> Exactly < lock_api :: ReentrantMutex < RawMutex , RawThreadId , T > > { it }
    const fn calls_3 < T > (a0 : T) -> Exactly < ReentrantMutex < T > > { let it = Exactly (const_reentrant_mutex :: < T > (a0)) ; it }
    fn stands_for_4 < 'a , T > (it : Exactly < ReentrantMutexGuard < 'a , T >>) -> Exactly < lock_api :: ReentrantMutexGuard < 'a , RawMutex , RawThreadId , T > > { it }
    fn stands_for_5 < 'a , T > (it : Exactly < MappedReentrantMutexGuard < 'a , T >>) -> Exactly < lock_api :: MappedReentrantMutexGuard < 'a , RawMutex , RawThreadId , T > > { it }
}

mod of_rwlock {
    use super::*;

    fn stands_for_0 < T > (it : Exactly < RwLock < T >>) -> Exactly < lock_api :: RwLock < RawRwLock , T > > { it }
    const fn calls_1 < T > (a0 : T) -> Exactly < RwLock < T > > { let it = Exactly (const_rwlock :: < T > (a0)) ; it }
    fn stands_for_2 < 'a , T > (it : Exactly < RwLockReadGuard < 'a , T >>) -> Exactly < lock_api :: RwLockReadGuard < 'a , RawRwLock , T > > { it }
    fn stands_for_3 < 'a , T > (it : Exactly < RwLockWriteGuard < 'a , T >>) -> Exactly < lock_api :: RwLockWriteGuard < 'a , RawRwLock , T > > { it }
    fn stands_for_4 < 'a , T > (it : Exactly < MappedRwLockReadGuard < 'a , T >>) -> Exactly < lock_api :: MappedRwLockReadGuard < 'a , RawRwLock , T > > { it }
    fn stands_for_5 < 'a , T > (it : Exactly < MappedRwLockWriteGuard < 'a , T >>) -> Exactly < lock_api :: MappedRwLockWriteGuard < 'a , RawRwLock , T > > { it }
    fn stands_for_6 < 'a , T > (it : Exactly < RwLockUpgradableReadGuard < 'a , T >>) -> Exactly < lock_api :: RwLockUpgradableReadGuard < 'a , RawRwLock , T > > { it }
}
