// Generated from the list of signatures of the same name: `BLESS=1 cargo test --test api`.

mod of_sync_barrier {
    use super::*;

    fn is_a_type_0 < > (_ : & Barrier < >) { }
    fn implements_1 < 'any > (it : & 'any Barrier) -> & 'any (impl Send + ? Sized) { it }
    fn implements_2 < 'any > (it : & 'any Barrier) -> & 'any (impl Sync + ? Sized) { it }
    fn implements_3 < 'any > (it : & 'any Barrier) -> & 'any (impl Unpin + ? Sized) { it }
    fn implements_4 < 'any > (it : & 'any Barrier) -> & 'any (impl UnwindSafe + ? Sized) { it }
    fn implements_5 < 'any > (it : & 'any Barrier) -> & 'any (impl RefUnwindSafe + ? Sized) { it }
    fn implements_6 < 'any > (it : & 'any Barrier) -> & 'any (impl Debug + ? Sized) { it }
    const fn calls_8 < > (a0 : usize) -> Exactly < Barrier > { let it = Exactly (< Barrier > :: new (a0)) ; it }
    fn calls_9 < 'this > (a0 : & 'this Barrier) -> Exactly < BarrierWaitResult > { let a0 = Exactly (a0) ; call1 (< Barrier > :: wait , a0) }
    fn is_a_type_10 < > (_ : & BarrierWaitResult < >) { }
    fn implements_11 < 'any > (it : & 'any BarrierWaitResult) -> & 'any (impl Send + ? Sized) { it }
    fn implements_12 < 'any > (it : & 'any BarrierWaitResult) -> & 'any (impl Sync + ? Sized) { it }
    fn implements_13 < 'any > (it : & 'any BarrierWaitResult) -> & 'any (impl Unpin + ? Sized) { it }
    fn implements_14 < 'any > (it : & 'any BarrierWaitResult) -> & 'any (impl UnwindSafe + ? Sized) { it }
    fn implements_15 < 'any > (it : & 'any BarrierWaitResult) -> & 'any (impl RefUnwindSafe + ? Sized) { it }
    fn implements_16 < 'any > (it : & 'any BarrierWaitResult) -> & 'any (impl Debug + ? Sized) { it }
    fn calls_18 < 'this > (a0 : & 'this BarrierWaitResult) -> Exactly < bool > { let a0 = Exactly (a0) ; call1 (< BarrierWaitResult > :: is_leader , a0) }
}

mod of_sync_lazy_lock {
    use super::*;

    fn is_a_type_0 < T , F > (_ : & LazyLock < T , F >) { } fn is_a_type_0_0 < T , F > (it : Exactly < LazyLock < T > >) -> Exactly < LazyLock < T , fn () -> T > > { it }
    const fn calls_2 < T , F : FnOnce () -> T > (a0 : F) -> Exactly < LazyLock < T , F > > { let it = Exactly (< LazyLock < T , F > > :: new (a0)) ; it }
    fn calls_3 < T , F : FnOnce () -> T > (a0 : & mut LazyLock < T , F >) -> Exactly < & mut T > { let a0 = Exactly (a0) ; call1 (< LazyLock < T , F > > :: force_mut , a0) }
    fn calls_4 < T , F : FnOnce () -> T > (a0 : & LazyLock < T , F >) -> Exactly < & T > { let a0 = Exactly (a0) ; call1 (< LazyLock < T , F > > :: force , a0) }
    fn calls_6 < T , F > (a0 : & mut LazyLock < T , F >) -> Exactly < Option < & mut T > > { let a0 = Exactly (a0) ; call1 (< LazyLock < T , F > > :: get_mut , a0) }
    fn calls_7 < T , F > (a0 : & LazyLock < T , F >) -> Exactly < Option < & T > > { let a0 = Exactly (a0) ; call1 (< LazyLock < T , F > > :: get , a0) }
    fn implements_9 < 'any , T , F : FnOnce () -> T > (it : & 'any LazyLock < T , F >) -> & 'any (impl Deref < Target = T > + ? Sized) { it }
    fn implements_11 < 'any , T , F : FnOnce () -> T > (it : & 'any LazyLock < T , F >) -> & 'any (impl DerefMut + ? Sized) { it }
    fn implements_12 < 'any , T : Default > (it : & 'any LazyLock < T >) -> & 'any (impl Default + ? Sized) { it }
    fn implements_13 < 'any , T : Debug , F > (it : & 'any LazyLock < T , F >) -> & 'any (impl Debug + ? Sized) { it }
    fn implements_14 < 'any , T : Send , F : Send > (it : & 'any LazyLock < T , F >) -> & 'any (impl Send + ? Sized) { it }
    fn implements_15 < 'any , T : Sync + Send , F : Send > (it : & 'any LazyLock < T , F >) -> & 'any (impl Sync + ? Sized) { it }
    fn implements_16 < 'any , T : Unpin , F : Unpin > (it : & 'any LazyLock < T , F >) -> & 'any (impl Unpin + ? Sized) { it }
    fn implements_17 < 'any , T : UnwindSafe , F : UnwindSafe > (it : & 'any LazyLock < T , F >) -> & 'any (impl UnwindSafe + ? Sized) { it }
    fn implements_18 < 'any , T : RefUnwindSafe + UnwindSafe , F : UnwindSafe > (it : & 'any LazyLock < T , F >) -> & 'any (impl RefUnwindSafe + ? Sized) { it }
}

mod of_sync_mod {
    use super::*;

    fn is_a_type_0 < > (_ : & WaitTimeoutResult < >) { }
    fn implements_1 < 'any > (it : & 'any WaitTimeoutResult) -> & 'any (impl Send + ? Sized) { it }
    fn implements_2 < 'any > (it : & 'any WaitTimeoutResult) -> & 'any (impl Sync + ? Sized) { it }
    fn implements_3 < 'any > (it : & 'any WaitTimeoutResult) -> & 'any (impl Unpin + ? Sized) { it }
    fn implements_4 < 'any > (it : & 'any WaitTimeoutResult) -> & 'any (impl UnwindSafe + ? Sized) { it }
    fn implements_5 < 'any > (it : & 'any WaitTimeoutResult) -> & 'any (impl RefUnwindSafe + ? Sized) { it }
    fn implements_6 < 'any > (it : & 'any WaitTimeoutResult) -> & 'any (impl Debug + ? Sized) { it }
    fn implements_7 < 'any > (it : & 'any WaitTimeoutResult) -> & 'any (impl Clone + ? Sized) { it }
    fn implements_8 < 'any > (it : & 'any WaitTimeoutResult) -> & 'any (impl Copy + ? Sized) { it }
    fn implements_9 < 'any > (it : & 'any WaitTimeoutResult) -> & 'any (impl PartialEq < WaitTimeoutResult > + ? Sized) { it }
    fn implements_10 < 'any > (it : & 'any WaitTimeoutResult) -> & 'any (impl Eq + ? Sized) { it }
    fn calls_12 < 'this > (a0 : & 'this WaitTimeoutResult) -> Exactly < bool > { let a0 = Exactly (a0) ; call1 (< WaitTimeoutResult > :: timed_out , a0) }
}

mod of_sync_once {
    use super::*;

    fn is_a_type_0 < > (_ : & Once < >) { }
    fn implements_1 < 'any > (it : & 'any Once) -> & 'any (impl Send + ? Sized) { it }
    fn implements_2 < 'any > (it : & 'any Once) -> & 'any (impl Sync + ? Sized) { it }
    fn implements_3 < 'any > (it : & 'any Once) -> & 'any (impl Unpin + ? Sized) { it }
    fn implements_4 < 'any > (it : & 'any Once) -> & 'any (impl UnwindSafe + ? Sized) { it }
    fn implements_5 < 'any > (it : & 'any Once) -> & 'any (impl RefUnwindSafe + ? Sized) { it }
    fn implements_6 < 'any > (it : & 'any Once) -> & 'any (impl Debug + ? Sized) { it }
    const fn calls_8 < > () -> Exactly < Once > { let it = Exactly (< Once > :: new ()) ; it }
    fn calls_9 < 'this , F > (a0 : & 'this Once , a1 : F) -> Exactly < () > where F : FnOnce () { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< Once > :: call_once :: < F > , a0 , a1) }
    fn calls_10 < 'this , F > (a0 : & 'this Once , a1 : F) -> Exactly < () > where F : FnOnce (& OnceState) { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< Once > :: call_once_force :: < F > , a0 , a1) }
    fn calls_11 < 'this > (a0 : & 'this Once) -> Exactly < bool > { let a0 = Exactly (a0) ; call1 (< Once > :: is_completed , a0) }
    fn calls_12 < 'this > (a0 : & 'this Once) -> Exactly < () > { let a0 = Exactly (a0) ; call1 (< Once > :: wait , a0) }
    fn calls_13 < 'this > (a0 : & 'this Once) -> Exactly < () > { let a0 = Exactly (a0) ; call1 (< Once > :: wait_force , a0) }
    fn is_a_type_14 < > (_ : & OnceState < >) { }
    const fn constant_15 () -> Exactly < Once > { Exactly (ONCE_INIT) }
    fn implements_16 < 'any > (it : & 'any OnceState) -> & 'any (impl Send + ? Sized) { it }
    fn implements_17 < 'any > (it : & 'any OnceState) -> & 'any (impl Unpin + ? Sized) { it }
    fn implements_18 < 'any > (it : & 'any OnceState) -> & 'any (impl UnwindSafe + ? Sized) { it }
    fn implements_19 < 'any > (it : & 'any OnceState) -> & 'any (impl Debug + ? Sized) { it }
    fn calls_21 < 'this > (a0 : & 'this OnceState) -> Exactly < bool > { let a0 = Exactly (a0) ; call1 (< OnceState > :: is_poisoned , a0) }
}

mod of_sync_once_lock {
    use super::*;

    fn is_a_type_0 < T > (_ : & OnceLock < T >) { }
    const fn calls_2 < T > () -> Exactly < OnceLock < T > > { let it = Exactly (< OnceLock < T > > :: new ()) ; it }
    fn calls_3 < 'this , T > (a0 : & 'this OnceLock < T >) -> Exactly < Option < & 'this T > > { let a0 = Exactly (a0) ; call1 (< OnceLock < T > > :: get , a0) }
    fn calls_4 < 'this , T > (a0 : & 'this mut OnceLock < T >) -> Exactly < Option < & 'this mut T > > { let a0 = Exactly (a0) ; call1 (< OnceLock < T > > :: get_mut , a0) }
    fn calls_5 < 'this , T > (a0 : & 'this OnceLock < T >) -> Exactly < & 'this T > { let a0 = Exactly (a0) ; call1 (< OnceLock < T > > :: wait , a0) }
    fn calls_6 < 'this , T > (a0 : & 'this OnceLock < T > , a1 : T) -> Exactly < Result < () , T > > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< OnceLock < T > > :: set , a0 , a1) }
    fn calls_7 < 'this , T , F > (a0 : & 'this OnceLock < T > , a1 : F) -> Exactly < & 'this T > where F : FnOnce () -> T { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< OnceLock < T > > :: get_or_init :: < F > , a0 , a1) }
    fn calls_8 < T > (a0 : OnceLock < T >) -> Exactly < Option < T > > { let a0 = Exactly (a0) ; call1 (< OnceLock < T > > :: into_inner , a0) }
    fn calls_9 < 'this , T > (a0 : & 'this mut OnceLock < T >) -> Exactly < Option < T > > { let a0 = Exactly (a0) ; call1 (< OnceLock < T > > :: take , a0) }
    fn implements_10 < 'any , T : Sync + Send > (it : & 'any OnceLock < T >) -> & 'any (impl Sync + ? Sized) { it }
    fn implements_11 < 'any , T : Send > (it : & 'any OnceLock < T >) -> & 'any (impl Send + ? Sized) { it }
    fn implements_12 < 'any , T : Unpin > (it : & 'any OnceLock < T >) -> & 'any (impl Unpin + ? Sized) { it }
    fn implements_13 < 'any , T : RefUnwindSafe + UnwindSafe > (it : & 'any OnceLock < T >) -> & 'any (impl RefUnwindSafe + ? Sized) { it }
    fn implements_14 < 'any , T : UnwindSafe > (it : & 'any OnceLock < T >) -> & 'any (impl UnwindSafe + ? Sized) { it }
    fn implements_15 < 'any , T > (it : & 'any OnceLock < T >) -> & 'any (impl Default + ? Sized) { it }
    fn implements_16 < 'any , T : Debug > (it : & 'any OnceLock < T >) -> & 'any (impl Debug + ? Sized) { it }
    fn implements_17 < 'any , T : Clone > (it : & 'any OnceLock < T >) -> & 'any (impl Clone + ? Sized) { it }
    fn implements_18 < 'any , T > (it : & 'any OnceLock < T >) -> & 'any (impl From < T > + ? Sized) { it }
    fn implements_19 < 'any , T : PartialEq > (it : & 'any OnceLock < T >) -> & 'any (impl PartialEq < OnceLock < T > > + ? Sized) { it }
    fn implements_20 < 'any , T : Eq > (it : & 'any OnceLock < T >) -> & 'any (impl Eq + ? Sized) { it }
}

mod of_sync_poison {
    use super::*;

    fn is_a_type_0 < T > (_ : & PoisonError < T >) { }
    fn implements_1 < 'any , T : Send > (it : & 'any PoisonError < T >) -> & 'any (impl Send + ? Sized) { it }
    fn implements_2 < 'any , T : Sync > (it : & 'any PoisonError < T >) -> & 'any (impl Sync + ? Sized) { it }
    fn implements_3 < 'any , T : Unpin > (it : & 'any PoisonError < T >) -> & 'any (impl Unpin + ? Sized) { it }
    fn implements_4 < 'any , T : UnwindSafe > (it : & 'any PoisonError < T >) -> & 'any (impl UnwindSafe + ? Sized) { it }
    fn implements_5 < 'any , T : RefUnwindSafe > (it : & 'any PoisonError < T >) -> & 'any (impl RefUnwindSafe + ? Sized) { it }
    fn implements_6 < 'any , T > (it : & 'any PoisonError < T >) -> & 'any (impl Debug + ? Sized) { it }
    fn implements_7 < 'any , T > (it : & 'any PoisonError < T >) -> & 'any (impl Display + ? Sized) { it }
    fn implements_8 < 'any , T > (it : & 'any PoisonError < T >) -> & 'any (impl Error + ? Sized) { it }
    fn calls_10 < T > (a0 : T) -> Exactly < PoisonError < T > > { let a0 = Exactly (a0) ; call1 (< PoisonError < T > > :: new , a0) }
    fn calls_11 < T > (a0 : PoisonError < T >) -> Exactly < T > { let a0 = Exactly (a0) ; call1 (< PoisonError < T > > :: into_inner , a0) }
    fn calls_12 < 'this , T > (a0 : & 'this PoisonError < T >) -> Exactly < & 'this T > { let a0 = Exactly (a0) ; call1 (< PoisonError < T > > :: get_ref , a0) }
    fn calls_13 < 'this , T > (a0 : & 'this mut PoisonError < T >) -> Exactly < & 'this mut T > { let a0 = Exactly (a0) ; call1 (< PoisonError < T > > :: get_mut , a0) }
    fn is_a_type_14 < T > (_ : & TryLockError < T >) { }
    fn implements_15 < 'any , T : Send > (it : & 'any TryLockError < T >) -> & 'any (impl Send + ? Sized) { it }
    fn implements_16 < 'any , T : Sync > (it : & 'any TryLockError < T >) -> & 'any (impl Sync + ? Sized) { it }
    fn implements_17 < 'any , T : Unpin > (it : & 'any TryLockError < T >) -> & 'any (impl Unpin + ? Sized) { it }
    fn implements_18 < 'any , T : UnwindSafe > (it : & 'any TryLockError < T >) -> & 'any (impl UnwindSafe + ? Sized) { it }
    fn implements_19 < 'any , T : RefUnwindSafe > (it : & 'any TryLockError < T >) -> & 'any (impl RefUnwindSafe + ? Sized) { it }
    fn implements_20 < 'any , T > (it : & 'any TryLockError < T >) -> & 'any (impl From < PoisonError < T > > + ? Sized) { it }
    fn implements_21 < 'any , T > (it : & 'any TryLockError < T >) -> & 'any (impl Debug + ? Sized) { it }
    fn implements_22 < 'any , T > (it : & 'any TryLockError < T >) -> & 'any (impl Display + ? Sized) { it }
    fn implements_23 < 'any , T > (it : & 'any TryLockError < T >) -> & 'any (impl Error + ? Sized) { it }
    fn stands_for_24 < T > (it : Exactly < LockResult < T >>) -> Exactly < Result < T , PoisonError < T > > > { it }
    fn stands_for_25 < Guard > (it : Exactly < TryLockResult < Guard >>) -> Exactly < Result < Guard , TryLockError < Guard > > > { it }
}

mod of_sync_poison_condvar {
    use super::*;

    fn is_a_type_0 < > (_ : & Condvar < >) { }
    fn implements_1 < 'any > (it : & 'any Condvar) -> & 'any (impl Send + ? Sized) { it }
    fn implements_2 < 'any > (it : & 'any Condvar) -> & 'any (impl Sync + ? Sized) { it }
    fn implements_3 < 'any > (it : & 'any Condvar) -> & 'any (impl Unpin + ? Sized) { it }
    fn implements_4 < 'any > (it : & 'any Condvar) -> & 'any (impl UnwindSafe + ? Sized) { it }
    fn implements_5 < 'any > (it : & 'any Condvar) -> & 'any (impl RefUnwindSafe + ? Sized) { it }
    const fn calls_7 < > () -> Exactly < Condvar > { let it = Exactly (< Condvar > :: new ()) ; it }
    fn calls_8 < 'this , 'a , T > (a0 : & 'this Condvar , a1 : MutexGuard < 'a , T >) -> Exactly < LockResult < MutexGuard < 'a , T > > > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< Condvar > :: wait :: < T > , a0 , a1) }
    fn calls_9 < 'this , 'a , T , F > (a0 : & 'this Condvar , a1 : MutexGuard < 'a , T > , a2 : F) -> Exactly < LockResult < MutexGuard < 'a , T > > > where F : FnMut (& mut T) -> bool { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; let a2 = Exactly (a2) ; call3 (< Condvar > :: wait_while :: < T , F > , a0 , a1 , a2) }
    fn calls_10 < 'this , 'a , T > (a0 : & 'this Condvar , a1 : MutexGuard < 'a , T > , a2 : u32) -> Exactly < LockResult < (MutexGuard < 'a , T > , bool) > > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; let a2 = Exactly (a2) ; call3 (< Condvar > :: wait_timeout_ms :: < T > , a0 , a1 , a2) }
    fn calls_11 < 'this , 'a , T > (a0 : & 'this Condvar , a1 : MutexGuard < 'a , T > , a2 : Duration) -> Exactly < LockResult < (MutexGuard < 'a , T > , WaitTimeoutResult) > > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; let a2 = Exactly (a2) ; call3 (< Condvar > :: wait_timeout :: < T > , a0 , a1 , a2) }
    fn calls_12 < 'this , 'a , T , F > (a0 : & 'this Condvar , a1 : MutexGuard < 'a , T > , a2 : Duration , a3 : F) -> Exactly < LockResult < (MutexGuard < 'a , T > , WaitTimeoutResult) > > where F : FnMut (& mut T) -> bool { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; let a2 = Exactly (a2) ; let a3 = Exactly (a3) ; call4 (< Condvar > :: wait_timeout_while :: < T , F > , a0 , a1 , a2 , a3) }
    fn calls_13 < 'this > (a0 : & 'this Condvar) -> Exactly < () > { let a0 = Exactly (a0) ; call1 (< Condvar > :: notify_one , a0) }
    fn calls_14 < 'this > (a0 : & 'this Condvar) -> Exactly < () > { let a0 = Exactly (a0) ; call1 (< Condvar > :: notify_all , a0) }
    fn implements_15 < 'any > (it : & 'any Condvar) -> & 'any (impl Debug + ? Sized) { it }
    fn implements_16 < 'any > (it : & 'any Condvar) -> & 'any (impl Default + ? Sized) { it }
}

mod of_sync_poison_mutex {
    use super::*;

    fn is_a_type_0 < T : ? Sized > (_ : & Mutex < T >) { }
    fn implements_1 < 'any , T : ? Sized + Send > (it : & 'any Mutex < T >) -> & 'any (impl Send + ? Sized) { it }
    fn implements_2 < 'any , T : ? Sized + Send > (it : & 'any Mutex < T >) -> & 'any (impl Sync + ? Sized) { it }
    fn implements_3 < 'any , T : ? Sized + Unpin > (it : & 'any Mutex < T >) -> & 'any (impl Unpin + ? Sized) { it }
    fn implements_4 < 'any , T : ? Sized > (it : & 'any Mutex < T >) -> & 'any (impl UnwindSafe + ? Sized) { it }
    fn implements_5 < 'any , T : ? Sized > (it : & 'any Mutex < T >) -> & 'any (impl RefUnwindSafe + ? Sized) { it }
    const fn calls_7 < T > (a0 : T) -> Exactly < Mutex < T > > { let it = Exactly (< Mutex < T > > :: new (a0)) ; it }
    fn calls_9 < 'this , T : ? Sized > (a0 : & 'this Mutex < T >) -> Exactly < LockResult < MutexGuard < 'this , T > > > { let a0 = Exactly (a0) ; call1 (< Mutex < T > > :: lock , a0) }
    fn calls_10 < 'this , T : ? Sized > (a0 : & 'this Mutex < T >) -> Exactly < TryLockResult < MutexGuard < 'this , T > > > { let a0 = Exactly (a0) ; call1 (< Mutex < T > > :: try_lock , a0) }
    fn calls_11 < 'this , T : ? Sized > (a0 : & 'this Mutex < T >) -> Exactly < bool > { let a0 = Exactly (a0) ; call1 (< Mutex < T > > :: is_poisoned , a0) }
    fn calls_12 < 'this , T : ? Sized > (a0 : & 'this Mutex < T >) -> Exactly < () > { let a0 = Exactly (a0) ; call1 (< Mutex < T > > :: clear_poison , a0) }
    fn calls_13 < T : ? Sized > (a0 : Mutex < T >) -> Exactly < LockResult < T > > where T : Sized { let a0 = Exactly (a0) ; call1 (< Mutex < T > > :: into_inner , a0) }
    fn calls_14 < 'this , T : ? Sized > (a0 : & 'this mut Mutex < T >) -> Exactly < LockResult < & 'this mut T > > { let a0 = Exactly (a0) ; call1 (< Mutex < T > > :: get_mut , a0) }
    fn implements_15 < 'any , T > (it : & 'any Mutex < T >) -> & 'any (impl From < T > + ? Sized) { it }
    fn implements_16 < 'any , T : Default > (it : & 'any Mutex < T >) -> & 'any (impl Default + ? Sized) { it }
    fn implements_17 < 'any , T : ? Sized + Debug > (it : & 'any Mutex < T >) -> & 'any (impl Debug + ? Sized) { it }
    fn is_a_type_18 < 'a , T : ? Sized + 'a > (_ : & MutexGuard < 'a , T >) { }
    fn implements_19 < 'any , T : ? Sized + Sync > (it : & 'any MutexGuard < '_ , T >) -> & 'any (impl Sync + ? Sized) { it }
    fn implements_20 < 'any , T : ? Sized > (it : & 'any MutexGuard < '_ , T >) -> & 'any (impl Unpin + ? Sized) { it }
    fn implements_21 < 'any , T : ? Sized > (it : & 'any MutexGuard < '_ , T >) -> & 'any (impl UnwindSafe + ? Sized) { it }
    fn implements_22 < 'any , T : ? Sized > (it : & 'any MutexGuard < '_ , T >) -> & 'any (impl RefUnwindSafe + ? Sized) { it }
    fn implements_23 < 'any , T : ? Sized > (it : & 'any MutexGuard < '_ , T >) -> & 'any (impl Deref < Target = T > + ? Sized) { it }
    fn implements_25 < 'any , T : ? Sized > (it : & 'any MutexGuard < '_ , T >) -> & 'any (impl DerefMut + ? Sized) { it }
    fn implements_27 < 'any , T : ? Sized + Debug > (it : & 'any MutexGuard < '_ , T >) -> & 'any (impl Debug + ? Sized) { it }
    fn implements_28 < 'any , T : ? Sized + Display > (it : & 'any MutexGuard < '_ , T >) -> & 'any (impl Display + ? Sized) { it }
}

mod of_sync_poison_rwlock {
    use super::*;

    fn is_a_type_0 < T : ? Sized > (_ : & RwLock < T >) { }
    fn implements_1 < 'any , T : ? Sized + Send > (it : & 'any RwLock < T >) -> & 'any (impl Send + ? Sized) { it }
    fn implements_2 < 'any , T : ? Sized + Send + Sync > (it : & 'any RwLock < T >) -> & 'any (impl Sync + ? Sized) { it }
    fn implements_3 < 'any , T : ? Sized + Unpin > (it : & 'any RwLock < T >) -> & 'any (impl Unpin + ? Sized) { it }
    fn implements_4 < 'any , T : ? Sized > (it : & 'any RwLock < T >) -> & 'any (impl UnwindSafe + ? Sized) { it }
    fn implements_5 < 'any , T : ? Sized > (it : & 'any RwLock < T >) -> & 'any (impl RefUnwindSafe + ? Sized) { it }
    const fn calls_7 < T > (a0 : T) -> Exactly < RwLock < T > > { let it = Exactly (< RwLock < T > > :: new (a0)) ; it }
    fn calls_9 < 'this , T : ? Sized > (a0 : & 'this RwLock < T >) -> Exactly < LockResult < RwLockReadGuard < 'this , T > > > { let a0 = Exactly (a0) ; call1 (< RwLock < T > > :: read , a0) }
    fn calls_10 < 'this , T : ? Sized > (a0 : & 'this RwLock < T >) -> Exactly < TryLockResult < RwLockReadGuard < 'this , T > > > { let a0 = Exactly (a0) ; call1 (< RwLock < T > > :: try_read , a0) }
    fn calls_11 < 'this , T : ? Sized > (a0 : & 'this RwLock < T >) -> Exactly < LockResult < RwLockWriteGuard < 'this , T > > > { let a0 = Exactly (a0) ; call1 (< RwLock < T > > :: write , a0) }
    fn calls_12 < 'this , T : ? Sized > (a0 : & 'this RwLock < T >) -> Exactly < TryLockResult < RwLockWriteGuard < 'this , T > > > { let a0 = Exactly (a0) ; call1 (< RwLock < T > > :: try_write , a0) }
    fn calls_13 < 'this , T : ? Sized > (a0 : & 'this RwLock < T >) -> Exactly < bool > { let a0 = Exactly (a0) ; call1 (< RwLock < T > > :: is_poisoned , a0) }
    fn calls_14 < 'this , T : ? Sized > (a0 : & 'this RwLock < T >) -> Exactly < () > { let a0 = Exactly (a0) ; call1 (< RwLock < T > > :: clear_poison , a0) }
    fn calls_15 < T : ? Sized > (a0 : RwLock < T >) -> Exactly < LockResult < T > > where T : Sized { let a0 = Exactly (a0) ; call1 (< RwLock < T > > :: into_inner , a0) }
    fn calls_16 < 'this , T : ? Sized > (a0 : & 'this mut RwLock < T >) -> Exactly < LockResult < & 'this mut T > > { let a0 = Exactly (a0) ; call1 (< RwLock < T > > :: get_mut , a0) }
    fn implements_17 < 'any , T : ? Sized + Debug > (it : & 'any RwLock < T >) -> & 'any (impl Debug + ? Sized) { it }
    fn implements_18 < 'any , T : Default > (it : & 'any RwLock < T >) -> & 'any (impl Default + ? Sized) { it }
    fn implements_19 < 'any , T > (it : & 'any RwLock < T >) -> & 'any (impl From < T > + ? Sized) { it }
    fn is_a_type_20 < 'rwlock , T : ? Sized + 'rwlock > (_ : & RwLockReadGuard < 'rwlock , T >) { }
    fn implements_21 < 'any , T : ? Sized + Sync > (it : & 'any RwLockReadGuard < '_ , T >) -> & 'any (impl Sync + ? Sized) { it }
    fn implements_22 < 'any , T : ? Sized > (it : & 'any RwLockReadGuard < '_ , T >) -> & 'any (impl Unpin + ? Sized) { it }
    fn implements_23 < 'any , T : ? Sized + RefUnwindSafe > (it : & 'any RwLockReadGuard < '_ , T >) -> & 'any (impl UnwindSafe + ? Sized) { it }
    fn implements_24 < 'any , T : ? Sized + RefUnwindSafe > (it : & 'any RwLockReadGuard < '_ , T >) -> & 'any (impl RefUnwindSafe + ? Sized) { it }
    fn implements_25 < 'any , T : ? Sized + Debug > (it : & 'any RwLockReadGuard < '_ , T >) -> & 'any (impl Debug + ? Sized) { it }
    fn implements_26 < 'any , T : ? Sized + Display > (it : & 'any RwLockReadGuard < '_ , T >) -> & 'any (impl Display + ? Sized) { it }
    fn implements_27 < 'any , T : ? Sized > (it : & 'any RwLockReadGuard < '_ , T >) -> & 'any (impl Deref < Target = T > + ? Sized) { it }
    fn is_a_type_30 < 'rwlock , T : ? Sized + 'rwlock > (_ : & RwLockWriteGuard < 'rwlock , T >) { }
    fn implements_31 < 'any , T : ? Sized + Sync > (it : & 'any RwLockWriteGuard < '_ , T >) -> & 'any (impl Sync + ? Sized) { it }
    fn implements_32 < 'any , T : ? Sized > (it : & 'any RwLockWriteGuard < '_ , T >) -> & 'any (impl Unpin + ? Sized) { it }
    fn implements_33 < 'any , T : ? Sized > (it : & 'any RwLockWriteGuard < '_ , T >) -> & 'any (impl UnwindSafe + ? Sized) { it }
    fn implements_34 < 'any , T : ? Sized > (it : & 'any RwLockWriteGuard < '_ , T >) -> & 'any (impl RefUnwindSafe + ? Sized) { it }
    fn implements_35 < 'any , T : ? Sized + Debug > (it : & 'any RwLockWriteGuard < '_ , T >) -> & 'any (impl Debug + ? Sized) { it }
    fn implements_36 < 'any , T : ? Sized + Display > (it : & 'any RwLockWriteGuard < '_ , T >) -> & 'any (impl Display + ? Sized) { it }
    fn implements_37 < 'any , T : ? Sized > (it : & 'any RwLockWriteGuard < '_ , T >) -> & 'any (impl Deref < Target = T > + ? Sized) { it }
    fn implements_39 < 'any , T : ? Sized > (it : & 'any RwLockWriteGuard < '_ , T >) -> & 'any (impl DerefMut + ? Sized) { it }
    fn calls_41 < 'rwlock , T : ? Sized > (a0 : RwLockWriteGuard < 'rwlock , T >) -> Exactly < RwLockReadGuard < 'rwlock , T > > { let a0 = Exactly (a0) ; call1 (< RwLockWriteGuard < 'rwlock , T > > :: downgrade , a0) }
}
