//! Other detectors. tracing-mutex takes backtraces if `RUST_BACKTRACE` is set.

use lockdep_bench_scenarios::{Entry, contender, main as run};

contender!(tracing: tracing_mutex::parkinglot::tracing like parking_lot);
contender!(spinning: no_deadlocks like std);

#[path = "../../deloxide.rs"]
mod waits;

mod kept {
    use keepcalm::{SharedMut, SharedReadLock, SharedWriteLock};
    use lockdep_bench_scenarios::{Contender, Mutex, RwLock};

    pub struct Locks;
    /// Its one type, in its two settings.
    pub struct Lock(SharedMut<u64>);

    impl Mutex for Lock {
        type Guard<'a> = SharedWriteLock<'a, u64>;

        #[inline(always)]
        fn lock(&self) -> Self::Guard<'_> {
            self.0.write()
        }

        #[inline(always)]
        fn try_lock(&self) -> Option<Self::Guard<'_>> {
            self.0.try_write()
        }
    }

    impl RwLock for Lock {
        type Read<'a> = SharedReadLock<'a, u64>;
        type Write<'a> = SharedWriteLock<'a, u64>;

        #[inline(always)]
        fn read(&self) -> Self::Read<'_> {
            self.0.read()
        }

        #[inline(always)]
        fn write(&self) -> Self::Write<'_> {
            self.0.write()
        }
    }

    impl Contender for Locks {
        type Mutex = Lock;
        type RwLock = Lock;

        fn mutex() -> Lock {
            Lock(SharedMut::new_mutex(0))
        }

        fn rwlock() -> Lock {
            Lock(SharedMut::new(0))
        }
    }
}

fn main() {
    run(&[
        Entry::locks::<tracing::Locks>("tracing-mutex"),
        Entry::locks::<spinning::Locks>("no_deadlocks"),
        Entry::locks::<kept::Locks>("keepcalm"),
        Entry::locks::<waits::Locks>("deloxide"),
    ]);
}
