// What the list of `std::sync` cannot say, of the names in scope: the original and the twin compile here, and nothing that differs.

mod besides {
    #![deny(unfulfilled_lint_expectations, reason = "this is how a lint is found that the twin does not raise")]

    use super::*;

    // What is behind a pointer loses its type as the original does.
    fn mutex_of_a_trait(it: Arc<Mutex<u8>>) -> Arc<Mutex<dyn Debug>> { it }
    fn mutex_of_a_slice(it: &Mutex<[u8; 2]>) -> &Mutex<[u8]> { it }
    fn rwlock_of_a_trait(it: Arc<RwLock<u8>>) -> Arc<RwLock<dyn Debug>> { it }
    fn rwlock_of_a_slice(it: Box<RwLock<[u8; 2]>>) -> Box<RwLock<[u8]>> { it }

    // A shorter life will do: for a guard, and for what a reader reads.
    fn mutex_guard<'a, 'b: 'a, T: ?Sized>(it: MutexGuard<'b, T>) -> MutexGuard<'a, T> { it }
    fn read_guard<'a, 'b: 'a>(it: RwLockReadGuard<'b, &'b str>) -> RwLockReadGuard<'a, &'a str> { it }
    fn write_guard<'a, 'b: 'a, T: ?Sized>(it: RwLockWriteGuard<'b, T>) -> RwLockWriteGuard<'a, T> { it }

    // What a lock or cell refers to may be gone when it is dropped.
    fn gone() {
        let (mutex, rwlock, cell);
        let value = 1;
        mutex = Mutex::new(&value);
        rwlock = RwLock::new(&value);
        cell = OnceLock::from(&value);
        let _ = (mutex.is_poisoned(), rwlock.is_poisoned(), cell.get());
    }

    // A closure need not name the types of its arguments.
    fn closures(condvar: &Condvar, guard: MutexGuard<'_, String>, once: &Once) {
        let _ = condvar.wait_while(guard, |value| value.is_empty()).map(|guard| {
            condvar.wait_timeout_while(guard, Duration::ZERO, |value| value.is_empty()).is_ok()
        });
        once.call_once_force(|state| assert!(!state.is_poisoned()));
    }
    static LAZY: LazyLock<String> = LazyLock::new(String::new);

    // These are not twins but the originals, so that code which names them from either place fits together.
    fn arc(it: std::sync::Arc<str>) -> Arc<str> { it }
    fn weak(it: std::sync::Weak<str>) -> Weak<str> { it }
    fn leader(it: std::sync::BarrierWaitResult) -> BarrierWaitResult { it }
    fn timeout(it: std::sync::WaitTimeoutResult) -> WaitTimeoutResult { it }
    fn state(it: &std::sync::OnceState) -> &OnceState { it }
    fn poison<T>(it: std::sync::PoisonError<T>) -> PoisonError<T> { it }
    fn sender<T>(it: std::sync::mpsc::SyncSender<T>) -> mpsc::SyncSender<T> { it }
    fn word(it: std::sync::atomic::AtomicU64) -> atomic::AtomicU64 { it }
    fn error<T>(it: std::sync::TryLockError<T>) -> Option<PoisonError<T>> {
        match it {
            TryLockError::Poisoned(it) => Some(it),
            TryLockError::WouldBlock => None,
        }
    }

    // What may not be thrown away, and what may.
    #[expect(unused_must_use)]
    fn new_condvar() { Condvar::new(); }
    #[expect(unused_must_use)]
    fn new_once() { Once::new(); }
    #[expect(unused_must_use)]
    fn new_once_lock() { OnceLock::<u8>::new(); }
    #[expect(unused_must_use)]
    fn new_barrier() { Barrier::new(1); }
    #[expect(unused_must_use)]
    fn thrown_guard(it: MutexGuard<'_, u8>) { (|| it)(); }
    #[expect(unused_must_use)]
    fn thrown_read_guard(it: RwLockReadGuard<'_, u8>) { (|| it)(); }
    #[expect(unused_must_use)]
    fn thrown_write_guard(it: RwLockWriteGuard<'_, u8>) { (|| it)(); }
    #[deny(unused_must_use)]
    fn others(mutex: &mut Mutex<u8>, rwlock: &mut RwLock<u8>, once: &Once, cell: &mut OnceLock<u8>, lazy: &mut LazyLock<u8>) {
        Mutex::new(1);
        RwLock::new(1);
        LazyLock::<u8>::new(|| 1);
        mutex.is_poisoned();
        rwlock.is_poisoned();
        once.is_completed();
        cell.get();
        cell.get_mut();
        cell.wait();
        cell.get_or_init(|| 1);
        cell.take();
        LazyLock::get(lazy);
        LazyLock::get_mut(lazy);
        LazyLock::force(lazy);
        LazyLock::force_mut(lazy);
    }
    #[expect(deprecated)]
    fn in_milliseconds(condvar: &Condvar, guard: MutexGuard<'_, u8>) -> bool { condvar.wait_timeout_ms(guard, 1).is_ok() }
    #[expect(deprecated)]
    const OLD: Once = ONCE_INIT;
}
