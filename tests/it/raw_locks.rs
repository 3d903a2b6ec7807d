//! Raw locks that somebody wrote for `lock_api`: `lock` of the checked lock is `lock` of the raw one, once, and nothing else.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicIsize, AtomicUsize};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use lockdep::ReportKind::{Deadlock, Inversion, Recursion};
use lockdep::Severity::{Certain, Possible};
use lockdep::lock_api::{self, RawRwLock as _};

use crate::support::{Watchdog, assert_silent, isolated, of_kind};

/// Counts how often it is taken, and cannot be tried.
struct Counting {
    held: AtomicBool,
    taken: AtomicUsize,
}

// SAFETY: one thread at a time sees the flag change to `true`.
unsafe impl lock_api::RawMutex for Counting {
    #[allow(clippy::declare_interior_mutable_const, reason = "what the trait asks for")]
    const INIT: Counting = Counting { held: AtomicBool::new(false), taken: AtomicUsize::new(0) };
    type GuardMarker = lock_api::GuardNoSend;

    fn lock(&self) {
        self.taken.fetch_add(1, Relaxed);
        while self.held.swap(true, Acquire) {
            thread::yield_now();
        }
    }

    fn try_lock(&self) -> bool {
        unimplemented!("nobody needs it")
    }

    unsafe fn unlock(&self) {
        self.held.store(false, Release);
    }
}

// SAFETY: as above.
unsafe impl lock_api::RawMutexFair for Counting {
    unsafe fn unlock_fair(&self) {
        self.held.store(false, Release);
    }
}

type Mutex = lock_api::Mutex<Counting, u8>;

fn use_three_times(mutex: &Mutex) {
    *mutex.lock() += 1;
    let mut guard = mutex.lock_nested(1);
    lock_api::MutexGuard::unlocked(&mut guard, || ());
    // SAFETY: it is not released here.
    assert_eq!(unsafe { mutex.raw() }.taken.swap(0, Relaxed), 3);
}

#[test]
fn a_lock_that_cannot_be_tried_is_taken_once() {
    let mutex = Mutex::new(0);
    use_three_times(&mutex);
    assert_silent(&isolated(|_| use_three_times(&mutex)));
}

/// Nobody can have released it unseen.
#[test]
fn a_lock_that_cannot_be_tried_is_not_asked() {
    let mutex = Mutex::new(0);
    let reports = isolated(|_| {
        let _first = mutex.lock();
        drop(mutex.lock());
    });
    crate::support::only(&reports, Recursion, Certain);
}

/// The wait is announced before the raw lock blocks.
#[test]
fn a_circle_of_locks_that_cannot_be_tried_is_found() {
    let mut ended = Vec::new();
    let reports = isolated(|cx| {
        let locks =
            [crate::support::class("left"), crate::support::class("right")].map(|class| Arc::new(Mutex::with_class(0, class)));
        let barrier = Arc::new(Barrier::new(2));
        let threads = [0, 1].map(|i| {
            let (held, wanted, barrier) = (Arc::clone(&locks[i]), Arc::clone(&locks[1 - i]), Arc::clone(&barrier));
            cx.spawn(move || {
                let _held = held.lock();
                barrier.wait();
                drop(wanted.lock());
            })
        });
        ended.extend(threads.map(|thread| thread.join().is_err()));
    });
    assert_eq!(ended.iter().filter(|&&ended| ended).count(), 1, "{reports:?}");
    assert_eq!(of_kind(&reports, Deadlock).severity(), Certain);
    of_kind(&reports, Inversion);
}

/// Readers step back for a writer that waits, unless they only try.
struct WritersFirst {
    holders: AtomicIsize,
    waiting: AtomicUsize,
    upgrades: AtomicUsize,
}

// SAFETY: readers count upwards from 0, and a writer goes from 0 to -1 only.
unsafe impl lock_api::RawRwLock for WritersFirst {
    #[allow(clippy::declare_interior_mutable_const, reason = "what the trait asks for")]
    const INIT: WritersFirst =
        WritersFirst { holders: AtomicIsize::new(0), waiting: AtomicUsize::new(0), upgrades: AtomicUsize::new(0) };
    type GuardMarker = lock_api::GuardNoSend;

    fn lock_shared(&self) {
        while self.waiting.load(Acquire) != 0 || !self.try_lock_shared() {
            thread::yield_now();
        }
    }

    fn try_lock_shared(&self) -> bool {
        self.holders.fetch_update(Acquire, Relaxed, |n| (n >= 0).then_some(n + 1)).is_ok()
    }

    unsafe fn unlock_shared(&self) {
        self.holders.fetch_sub(1, Release);
    }

    fn lock_exclusive(&self) {
        self.waiting.fetch_add(1, Relaxed);
        while !self.try_lock_exclusive() {
            thread::yield_now();
        }
        self.waiting.fetch_sub(1, Relaxed);
    }

    fn try_lock_exclusive(&self) -> bool {
        self.holders.compare_exchange(0, -1, Acquire, Relaxed).is_ok()
    }

    unsafe fn unlock_exclusive(&self) {
        self.holders.store(0, Release);
    }
}

// SAFETY: as above; nobody holds it upgradably beside a reader here.
unsafe impl lock_api::RawRwLockUpgrade for WritersFirst {
    fn lock_upgradable(&self) {
        while !self.try_lock_exclusive() {
            thread::yield_now();
        }
    }

    fn try_lock_upgradable(&self) -> bool {
        unimplemented!("nobody needs it")
    }

    unsafe fn unlock_upgradable(&self) {
        self.holders.store(0, Release);
    }

    unsafe fn upgrade(&self) {
        self.upgrades.fetch_add(1, Relaxed);
    }

    unsafe fn try_upgrade(&self) -> bool {
        unimplemented!("nobody needs it")
    }
}

type RwLock = lock_api::RwLock<WritersFirst, u8>;

/// It starved: readers were let in by the attempt.
#[test]
fn a_writer_that_waits_gets_in_between_readers() {
    static LOCK: RwLock = RwLock::new(0);
    static WRITTEN: AtomicBool = AtomicBool::new(false);
    let _watchdog = Watchdog::new();
    let begun = Instant::now();
    thread::scope(|threads| {
        for _ in 0..3 {
            threads.spawn(|| {
                while !WRITTEN.load(Relaxed) {
                    let _read = LOCK.read();
                    thread::sleep(Duration::from_millis(3));
                    assert!(begun.elapsed() < Duration::from_secs(20), "the writer starves");
                }
            });
        }
        thread::sleep(Duration::from_millis(30));
        *LOCK.write() += 1;
        WRITTEN.store(true, Relaxed);
    });
}

#[test]
fn an_upgrade_that_cannot_be_tried_is_made_once() {
    let lock = RwLock::new(0);
    let reports = isolated(|_| {
        let mut written = lock_api::RwLockUpgradableReadGuard::upgrade(lock.upgradable_read());
        *written += 1;
    });
    assert_silent(&reports);
    // SAFETY: it is not released here.
    assert_eq!(unsafe { lock.raw() }.upgrades.load(Relaxed), 1);
}

/// The thread that holds it takes it again, which is no wait for itself.
#[test]
fn a_reentrant_lock_over_one_that_cannot_be_tried() {
    use std::num::NonZeroUsize;

    struct Ids;
    // SAFETY: the address of a thread-local is this thread's own, and not 0.
    unsafe impl lock_api::GetThreadId for Ids {
        #[allow(clippy::declare_interior_mutable_const, reason = "what the trait asks for")]
        const INIT: Ids = Ids;

        fn nonzero_thread_id(&self) -> NonZeroUsize {
            thread_local!(static HERE: u8 = const { 0 });
            HERE.with(|here| NonZeroUsize::new(std::ptr::from_ref(here).addr()).unwrap())
        }
    }

    let (outer, lock) = (Mutex::new(0), lock_api::ReentrantMutex::<Counting, Ids, u8>::new(0));
    assert_silent(&isolated(|_| {
        let _outer = outer.lock();
        let _first = lock.lock();
        drop(lock.lock());
        drop(lock.lock());
    }));
    assert!(catch_unwind(AssertUnwindSafe(|| drop(lock.lock()))).is_ok());
}

/// Guards forgotten, and what they held released by the raw lock, which nobody sees.
#[test]
fn a_hold_that_was_ended_by_the_raw_lock() {
    use std::mem::forget;

    use lockdep::lock_api::RawMutex as _;
    use lockdep::parking_lot;

    macro_rules! silent {
        ($lock:expr, $take:ident, $unlock:ident) => {{
            let lock = $lock;
            assert_silent(&isolated(|_| {
                for _ in 0..3 {
                    forget(lock.$take());
                    // SAFETY: held, and its guard is gone.
                    unsafe { lock.raw().$unlock() };
                }
                drop(lock.$take());
            }));
        }};
    }
    silent!(parking_lot::Mutex::new(0), lock, unlock);
    silent!(parking_lot::RwLock::new(0), write, unlock_exclusive);
    silent!(parking_lot::RwLock::new(0), read, unlock_shared);
    silent!(RwLock::new(0), write, unlock_exclusive);
    silent!(RwLock::new(0), read, unlock_shared);
}

/// A guard that is kept as the raw lock alone.
mod kept_as_the_raw_lock {
    use std::mem::forget;

    use lockdep::ReportKind::AssertHeld;
    use lockdep::lock_api::{RawMutex as _, RawRwLock as _};
    use lockdep::parking_lot::{Mutex, RawMutex, RawRwLock, RwLock};

    use super::*;
    use crate::support::{assert_cycle, only};

    struct Kept<'l>(&'l RawMutex);

    impl<'l> Kept<'l> {
        fn of(lock: &'l Mutex<u8>) -> Kept<'l> {
            forget(lock.lock());
            // SAFETY: used to release what was just taken.
            Kept(unsafe { lock.raw() })
        }
    }

    impl Drop for Kept<'_> {
        fn drop(&mut self) {
            // SAFETY: held, and its guard is gone.
            unsafe { self.0.unlock() };
        }
    }

    struct KeptReader<'l>(&'l RawRwLock);

    impl Drop for KeptReader<'_> {
        fn drop(&mut self) {
            // SAFETY: held, and its guard is gone.
            unsafe { self.0.unlock_shared() };
        }
    }

    /// Looks at the raw lock of what is held, and nothing else.
    fn is_locked<T>(lock: &Mutex<T>) -> bool {
        // SAFETY: it is only looked at.
        unsafe { lock.raw() }.is_locked()
    }

    /// Which the validator does not see, as if it were over.
    #[test]
    fn it_is_not_seen() {
        let (shard, log) = (Mutex::new(1), Mutex::new('a'));
        let table = RwLock::new("table");
        let reports = isolated(|_| {
            for _ in 0..3 {
                let _log = log.lock();
                drop(Kept::of(&shard));
            }
            let kept = Kept::of(&shard);
            drop(log.lock());
            lockdep::assert_none_held!();
            drop(kept);
            forget(table.read());
            // SAFETY: used to release what was just taken.
            drop(KeptReader(unsafe { table.raw() }));
            lockdep::assert_not_held!(table);
            lockdep::might_sleep!();
        });
        assert_silent(&reports);
    }

    /// What it is taken under is.
    #[test]
    fn its_acquisition_is_seen() {
        let (shard, log) = (Mutex::new(1), Mutex::new('a'));
        let reports = isolated(|_| {
            drop(Kept::of(&shard));
            let guard = shard.lock();
            drop(log.lock());
            drop(guard);
            let _log = log.lock();
            drop(Kept::of(&shard));
        });
        assert_cycle(only(&reports, Inversion, Possible), 2);
    }

    /// Where one thread alone gives out raw locks of a class, and nobody is known to hold the lock, it waits for itself.
    #[test]
    fn who_waits_for_what_it_gave_out() {
        let (mutex, shard) = (Mutex::new('m'), Mutex::new(1));
        let reports = isolated(|_| {
            let first = mutex.lock();
            assert!(is_locked(&mutex));
            let _second = mutex.lock();
            drop(first);
        });
        assert_eq!(only(&reports, Recursion, Certain).stacks().len(), 2);
        let reports = isolated(|_| {
            let _kept = Kept::of(&shard);
            drop(shard.lock());
        });
        only(&reports, Recursion, Certain);
        let table = RwLock::new("table");
        let reports = isolated(|_| {
            forget(table.read());
            // SAFETY: used to release what was just taken.
            let _kept = KeptReader(unsafe { table.raw() });
            drop(table.write());
        });
        only(&reports, Recursion, Certain);
        // A lock of somebody's own that is not tried.
        let lock = super::RwLock::new(0);
        let reports = isolated(|_| {
            let _guard = lock.write();
            // SAFETY: it is only looked at.
            assert!(unsafe { lock.raw() }.is_locked());
            drop(lock.read());
        });
        only(&reports, Recursion, Certain);
    }

    /// Where others do so too, nobody knows; but an isolated test does not hang.
    #[test]
    fn who_waits_for_what_several_gave_out() {
        let class = &*Box::leak(Box::new(lockdep::LockClass::new("given out by many")));
        let (mutex, other) = (Mutex::with_class(0, class), Arc::new(Mutex::with_class(1, class)));
        let reports = isolated(|cx| {
            cx.spawn(move || {
                let _guard = other.lock();
                assert!(is_locked(&other));
            })
            .join()
            .unwrap();
            let _first = mutex.lock();
            assert!(is_locked(&mutex));
            drop(mutex.lock());
        });
        only(&reports, Recursion, Certain);
    }

    /// The raw lock was there before, so nobody sees when the hold begins to be over: the lock itself is asked.
    #[test]
    fn by_a_raw_lock_that_was_there_before() {
        let mutex = Mutex::new(1);
        assert_silent(&isolated(|_| {
            // SAFETY: used to release what is taken next.
            let kept = Kept(unsafe { mutex.raw() });
            forget(mutex.lock());
            drop(kept);
            drop(mutex.lock());
        }));
        let reports = isolated(|_| {
            let _guard = mutex.lock();
            drop(mutex.lock());
        });
        only(&reports, Recursion, Certain);
    }

    /// The same while another thread has it, which does not keep it for long.
    #[test]
    fn while_another_thread_takes_it() {
        let mutex = Arc::new(Mutex::new(0));
        let reports = isolated(|cx| {
            // SAFETY: used to release what is taken next.
            let kept = Kept(unsafe { mutex.raw() });
            forget(mutex.lock());
            drop(kept);
            let (of_other, barrier) = (Arc::clone(&mutex), Arc::new(Barrier::new(2)));
            let taken = Arc::clone(&barrier);
            let other = cx.spawn(move || {
                let _guard = of_other.lock();
                taken.wait();
                thread::sleep(Duration::from_millis(3));
            });
            barrier.wait();
            drop(mutex.lock());
            other.join().unwrap();
        });
        assert_silent(&reports);
    }

    /// What is taken after another thread has looked is no longer what that saw.
    #[test]
    fn taken_anew_after_another_thread_has_looked() {
        let (mutex, log) = (Arc::new(Mutex::new(0)), Mutex::new('a'));
        let (look, looked) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
        let reports = isolated(|cx| {
            let (theirs, begin, end) = (Arc::clone(&mutex), Arc::clone(&look), Arc::clone(&looked));
            let looker = cx.spawn(move || {
                begin.wait();
                assert!(is_locked(&theirs));
                end.wait();
            });
            let mut kept = None;
            for round in 0..4 {
                let guard = mutex.lock();
                if round == 2 {
                    look.wait();
                    looked.wait();
                }
                kept = (round == 3).then_some(guard);
            }
            drop(log.lock());
            drop(kept);
            looker.join().unwrap();
            let _log = log.lock();
            drop(mutex.lock());
        });
        assert_cycle(only(&reports, Inversion, Possible), 2);
    }

    /// Guards of locks that were looked at once may be released by others, as those of any lock.
    #[test]
    fn released_by_another_thread_after_a_look() {
        let (mutex, log) = (Arc::new(Mutex::new(0)), Mutex::new('a'));
        let reports = isolated(|cx| {
            drop(mutex.lock());
            assert!(!is_locked(&mutex));
            drop((log.lock(), mutex.lock()));
            forget(mutex.lock());
            let theirs = Arc::clone(&mutex);
            // SAFETY: held, and its guard is gone.
            cx.spawn(move || unsafe { theirs.force_unlock() }).join().unwrap();
            drop(log.lock());
        });
        assert_silent(&reports);
    }

    /// Also more of them than are noted.
    #[test]
    fn another_thread_ends_many() {
        let shards = Box::leak(Box::new(lockdep::LockClass::new("shard").same_class_by_instance()));
        let locks = Arc::new([(); 40].map(|()| Mutex::with_class(1, shards)));
        let reports = isolated(|cx| {
            locks.iter().for_each(|lock| forget(lock.lock()));
            let theirs = Arc::clone(&locks);
            // SAFETY: held, and their guards are gone.
            cx.spawn(move || theirs.iter().for_each(|lock| unsafe { lock.raw().unlock() })).join().unwrap();
            lockdep::assert_none_held!();
        });
        assert_silent(&reports);
    }

    /// One that another thread took.
    #[test]
    fn another_thread_ends_it() {
        let (mutex, log) = (Arc::new(Mutex::new(1)), Mutex::new('a'));
        let reports = isolated(|cx| {
            drop((log.lock(), mutex.lock()));
            forget(mutex.lock());
            let theirs = Arc::clone(&mutex);
            // SAFETY: held, and its guard is gone.
            cx.spawn(move || unsafe { theirs.raw().unlock() }).join().unwrap();
            drop(log.lock());
            lockdep::assert_none_held!();
            drop(mutex.lock());
        });
        assert_silent(&reports);
    }

    /// Who waits for the lock does not wait for a thread whose hold is over, though that one did not come by since, for it waits itself.
    #[test]
    fn it_is_in_nobodys_way() {
        let (first, second) = (Arc::new(Mutex::new(1)), Arc::new(Mutex::new('a')));
        let (start, taken) = (Arc::new(Barrier::new(3)), Arc::new(Barrier::new(2)));
        let reports = isolated(|cx| {
            let (mutex, begins, takes) = (Arc::clone(&first), Arc::clone(&start), Arc::clone(&taken));
            let third = cx.spawn(move || {
                begins.wait();
                // The first thread waits.
                thread::sleep(Duration::from_millis(50));
                // SAFETY: held, and its guard is gone.
                unsafe { mutex.raw().unlock() };
                let _first = mutex.lock();
                takes.wait();
                thread::sleep(Duration::from_millis(100));
            });
            let (held, wanted, begins) = (Arc::clone(&second), Arc::clone(&first), Arc::clone(&start));
            let other = cx.spawn(move || {
                let _second = held.lock();
                begins.wait();
                taken.wait();
                drop(wanted.lock());
            });
            forget(first.lock());
            start.wait();
            drop(second.lock());
            third.join().unwrap();
            other.join().unwrap();
        });
        assert!(reports.iter().all(|report| report.kind() == Inversion), "{reports:?}");
    }

    #[test]
    fn by_several_threads() {
        let (shard, log) = (Arc::new(Mutex::new(1)), Arc::new(Mutex::new('a')));
        let reports = isolated(|cx| {
            let body = {
                let (shard, log) = (Arc::clone(&shard), Arc::clone(&log));
                move || {
                    for _ in 0..200 {
                        drop(Kept::of(&shard));
                        let _log = log.lock();
                        drop(Kept::of(&shard));
                        drop(_log);
                        let guard = shard.lock();
                        assert!(is_locked(&shard));
                        drop(guard);
                        drop(log.lock());
                    }
                }
            };
            let threads = [(); 3].map(|()| cx.spawn(body.clone()));
            threads.into_iter().for_each(|thread| thread.join().unwrap());
        });
        assert_silent(&reports);
    }

    /// A thread that looks all the time does not harm others, whose locks come and go meanwhile.
    #[test]
    fn who_looks_at_what_others_hold() {
        let (looked_at, log) = (Arc::new(Mutex::new(1)), Arc::new(Mutex::new('a')));
        let reports = isolated(|cx| {
            let over = Arc::new(AtomicBool::new(false));
            let (theirs, until) = (Arc::clone(&looked_at), Arc::clone(&over));
            let looker = cx.spawn(move || {
                while !until.load(Relaxed) {
                    let _: bool = is_locked(&theirs);
                }
            });
            let table = Mutex::new("table");
            for _ in 0..3_000 {
                let _first = looked_at.lock();
                let _log = log.lock();
                drop(_first);
                let _table = table.lock();
                lockdep::assert_held!(table);
                lockdep::assert_held!(log);
            }
            over.store(true, Relaxed);
            looker.join().unwrap();
        });
        assert_silent(&reports);
    }

    /// Who only looks at the raw lock keeps the guard.
    #[test]
    fn a_guard_that_stays() {
        let (shard, log) = (Mutex::new(1), Mutex::new('a'));
        let reports = isolated(|_| {
            for _ in 0..100 {
                let _log = log.lock();
                let _shard = shard.lock();
                assert!(is_locked(&shard));
                lockdep::assert_held!(shard);
            }
            drop(shard.lock());
            drop(log.lock());
            let readers = RwLock::new(2);
            let (_first, _second) = (readers.read_recursive(), readers.read_recursive());
            // SAFETY: it is only looked at.
            assert!(unsafe { readers.raw() }.is_locked() && unsafe { readers.raw() }.is_locked());
        });
        assert_silent(&reports);
        // What nobody looked at is as certain as before.
        let reports = isolated(|_| lockdep::assert_held!(log));
        only(&reports, AssertHeld, Certain);
    }

    /// Locks that are free may be moved, and go.
    #[test]
    fn locks_that_move_and_go() {
        let (log, barrier) = (Mutex::new('a'), Mutex::new(0));
        let reports = isolated(|cx| {
            let mut shards: Vec<Mutex<u8>> = Vec::new();
            for _ in 0..100 {
                shards.push(Mutex::new(1));
                shards.iter().for_each(|shard| drop(Kept::of(shard)));
                let guards: Vec<_> = shards.iter().map(|shard| shard.try_lock().unwrap()).collect();
                assert!(shards.iter().all(is_locked));
                drop(guards);
                drop(log.lock());
            }
            // Dropped by another thread than the one that held it, and locked for good.
            cx.spawn(move || drop(shards)).join().unwrap();
            let locked = Box::new(Mutex::new(1));
            forget(Kept::of(&locked));
            drop(locked);
            drop(barrier.lock());
        });
        assert_silent(&reports);
    }

    /// A raw lock that cannot be tried, nor be asked whether it is held, is only looked at.
    #[test]
    fn a_raw_lock_that_cannot_be_asked() {
        let (mutex, log) = (super::Mutex::new(1), Mutex::new('a'));
        let reports = isolated(|_| {
            let _guard = mutex.lock();
            // SAFETY: it is only looked at.
            assert_eq!(unsafe { mutex.raw() }.taken.load(Relaxed), 1);
            drop(log.lock());
        });
        assert_silent(&reports);
    }
}

/// Whoever did not give out the raw lock releases by the guard, so nobody waits to see whether the lock gets free, which another reader has.
#[test]
fn a_reader_that_reads_again_is_not_asked() {
    use lockdep::parking_lot::RwLock;

    let lock = Arc::new(RwLock::new(1));
    let reports = isolated(|cx| {
        let ((held, is_held), (end, ended)) = (std::sync::mpsc::channel(), std::sync::mpsc::channel());
        let theirs = Arc::clone(&lock);
        let reader = cx.spawn(move || {
            let _reads = theirs.read();
            held.send(()).unwrap();
            ended.recv().unwrap();
        });
        is_held.recv().unwrap();
        let _upgradable = lock.upgradable_read();
        let begun = Instant::now();
        (0..100).for_each(|_| drop(lock.read()));
        assert!(begun.elapsed() < Duration::from_millis(500), "{:?}", begun.elapsed());
        end.send(()).unwrap();
        reader.join().unwrap();
    });
    assert_silent(&reports);
}
