//! `lockdep::sync` against `std::sync`: the same program, the same outcome. None of it is wrong, so with the feature `validate`
//! none of it may be reported.

/// Every test twice: once with the originals, which proves the test, once with the twins.
macro_rules! twins {
    ($($(#[$meta:meta])* fn $name:ident() $body:block)*) => {
        mod original {
            use std::sync::{
                Arc, Barrier, Condvar, LazyLock, Mutex, MutexGuard, Once, OnceLock, RwLock, RwLockWriteGuard, TryLockError, mpsc,
            };
            twins!(@tests $($(#[$meta])* fn $name() $body)*);
        }
        mod twin {
            use lockdep::sync::{
                Arc, Barrier, Condvar, LazyLock, Mutex, MutexGuard, Once, OnceLock, RwLock, RwLockWriteGuard, TryLockError, mpsc,
            };
            twins!(@tests $($(#[$meta])* fn $name() $body)*);
        }
    };
    (@tests $($(#[$meta:meta])* fn $name:ident() $body:block)*) => {
        use std::any::Any;
        use std::sync::atomic::{AtomicUsize, Ordering};
        use std::thread;
        use std::time::Duration;

        use super::{die, quiet};

        $(#[test] $(#[$meta])* fn $name() $body)*
    };
}

/// Ends this thread as a panic does, without the noise of one.
fn die() -> ! {
    std::panic::resume_unwind(Box::new(()))
}

/// What `f` unwinds with, on a thread of its own and so without disturbing this one's output.
fn quiet<R: Send>(f: impl FnOnce() -> R + Send) -> Result<R, Box<dyn std::any::Any + Send>> {
    std::thread::scope(|scope| scope.spawn(f).join())
}

twins! {
    fn mutex_excludes() {
        let count = Arc::new(Mutex::new(0));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..1000).for_each(|_| *count.lock().unwrap() += 1));
            }
        });
        assert_eq!(*count.lock().unwrap(), 4000);
    }

    fn mutex_try_lock_fails_while_held() {
        let lock = Mutex::new(1);
        let guard = lock.lock().unwrap();
        assert!(matches!(lock.try_lock(), Err(TryLockError::WouldBlock)));
        thread::scope(|scope| scope.spawn(|| assert!(matches!(lock.try_lock(), Err(TryLockError::WouldBlock)))).join().unwrap());
        drop(guard);
        *lock.try_lock().unwrap() += 1;
        assert_eq!(*lock.lock().unwrap(), 2);
    }

    fn mutex_poisoned_by_a_panic_until_cleared() {
        let mut lock = Mutex::new(1);
        thread::scope(|scope| {
            let holder = scope.spawn(|| {
                *lock.lock().unwrap() = 2;
                let _guard = lock.lock().unwrap();
                die()
            });
            holder.join().unwrap_err();
        });
        assert!(lock.is_poisoned());
        assert_eq!(**lock.lock().unwrap_err().get_ref(), 2);
        let Err(TryLockError::Poisoned(poisoned)) = lock.try_lock() else { panic!("not poisoned") };
        *poisoned.into_inner() = 3;
        assert_eq!(**lock.get_mut().unwrap_err().get_ref(), 3);
        assert!(lock.is_poisoned());
        lock.clear_poison();
        assert!(!lock.is_poisoned());
        assert_eq!(*lock.lock().unwrap(), 3);
        assert_eq!(*lock.get_mut().unwrap(), 3);
    }

    fn mutex_into_inner() {
        assert_eq!(Mutex::new("value").into_inner().unwrap(), "value");
        let lock = Arc::new(Mutex::new(String::from("left")));
        let holder = Arc::clone(&lock);
        thread::spawn(move || {
            let _guard = holder.lock().unwrap();
            die()
        })
        .join()
        .unwrap_err();
        let lock = Arc::try_unwrap(lock).unwrap();
        assert_eq!(lock.into_inner().unwrap_err().into_inner(), "left");
    }

    fn a_guard_may_fail_to_lock_inside_a_panic() {
        // A lock taken while unwinding already is not poisoned by its release.
        struct OnUnwind<'a>(&'a Mutex<u8>);
        impl Drop for OnUnwind<'_> {
            fn drop(&mut self) {
                *self.0.lock().unwrap() += 1;
            }
        }
        let lock = Mutex::new(0);
        thread::scope(|scope| {
            let unwound = scope.spawn(|| {
                let _on_unwind = OnUnwind(&lock);
                die()
            });
            unwound.join().unwrap_err();
        });
        assert!(!lock.is_poisoned());
        assert_eq!(lock.into_inner().unwrap(), 1);
    }

    fn mutex_of_unsized_values() {
        let lock: Arc<Mutex<dyn Fn() -> u32 + Send>> = Arc::new(Mutex::new(|| 7));
        assert_eq!((lock.lock().unwrap())(), 7);
        let any: Box<Mutex<dyn Any>> = Box::new(Mutex::new(8_u8));
        assert_eq!(any.lock().unwrap().downcast_ref(), Some(&8_u8));
        let slice: &Mutex<[u8]> = &Mutex::new([1, 2, 3]);
        slice.lock().unwrap()[1] = 9;
        assert_eq!(slice.lock().unwrap().iter().sum::<u8>(), 13);
    }

    fn rwlock_of_unsized_values() {
        let lock: Arc<RwLock<dyn Fn() -> u32 + Send + Sync>> = Arc::new(RwLock::new(|| 7));
        assert_eq!((lock.read().unwrap())(), 7);
        let slice: Box<RwLock<[u8]>> = Box::new(RwLock::new([1, 2, 3]));
        slice.write().unwrap()[1] = 9;
        assert_eq!(slice.read().unwrap().len(), 3);
    }

    #[allow(clippy::declare_interior_mutable_const, reason = "what is tested")]
    fn statics_and_constants() {
        static LIST: Mutex<Vec<u8>> = Mutex::new(Vec::new());
        static TABLE: RwLock<[u8; 2]> = RwLock::new([1, 2]);
        static SIGNAL: Condvar = Condvar::new();
        const TEMPLATE: Mutex<u8> = Mutex::new(1);
        static MANY: [Mutex<u8>; 3] = [TEMPLATE; 3];
        LIST.lock().unwrap().push(1);
        assert_eq!(LIST.lock().unwrap().len(), 1);
        assert_eq!(TABLE.read().unwrap()[1], 2);
        SIGNAL.notify_all();
        *MANY[0].lock().unwrap() = 2;
        assert_eq!(*MANY[1].lock().unwrap(), 1);
    }

    fn a_lock_may_die_after_what_it_refers_to() {
        let (mutex, rwlock);
        let value = 1;
        mutex = Mutex::new(&value);
        rwlock = RwLock::new(&value);
        assert_eq!(**mutex.lock().unwrap() + **rwlock.read().unwrap(), 2);
    }

    fn conversions_and_defaults() {
        assert_eq!(*Mutex::from(1).lock().unwrap(), 1);
        assert_eq!(*RwLock::from(1).read().unwrap(), 1);
        assert_eq!(*Mutex::<u8>::default().lock().unwrap(), 0);
        assert_eq!(*RwLock::<u8>::default().read().unwrap(), 0);
        Condvar::default().notify_one();
    }

    fn rwlock_shares_reads_and_excludes_writes() {
        let lock = RwLock::new(1);
        let reader = lock.read().unwrap();
        thread::scope(|scope| {
            scope.spawn(|| {
                assert_eq!(*lock.read().unwrap(), 1);
                assert_eq!(*lock.try_read().unwrap(), 1);
                assert!(matches!(lock.try_write(), Err(TryLockError::WouldBlock)));
            });
        });
        drop(reader);
        let mut writer = lock.write().unwrap();
        *writer = 2;
        assert!(matches!(lock.try_read(), Err(TryLockError::WouldBlock)));
        assert!(matches!(lock.try_write(), Err(TryLockError::WouldBlock)));
        drop(writer);
        *lock.try_write().unwrap() += 1;
        assert_eq!(lock.into_inner().unwrap(), 3);
    }

    fn rwlock_poisoned_by_writers_only() {
        let mut lock = RwLock::new(1);
        thread::scope(|scope| {
            let reader = scope.spawn(|| {
                let _guard = lock.read().unwrap();
                die()
            });
            reader.join().unwrap_err();
        });
        assert!(!lock.is_poisoned());
        thread::scope(|scope| {
            let writer = scope.spawn(|| {
                let mut guard = lock.write().unwrap();
                *guard = 2;
                die()
            });
            writer.join().unwrap_err();
        });
        assert!(lock.is_poisoned());
        assert_eq!(**lock.read().unwrap_err().get_ref(), 2);
        assert_eq!(**lock.write().unwrap_err().get_ref(), 2);
        assert!(matches!(lock.try_read(), Err(TryLockError::Poisoned(_))));
        assert!(matches!(lock.try_write(), Err(TryLockError::Poisoned(_))));
        assert_eq!(**lock.get_mut().unwrap_err().get_ref(), 2);
        lock.clear_poison();
        assert_eq!(*lock.read().unwrap(), 2);
        assert_eq!(*lock.get_mut().unwrap(), 2);
    }

    fn rwlock_downgrade_lets_readers_in_and_no_writer() {
        let lock = RwLock::new(1);
        let mut writer = lock.write().unwrap();
        *writer = 2;
        let reader = RwLockWriteGuard::downgrade(writer);
        assert_eq!(*reader, 2);
        assert!(matches!(lock.try_write(), Err(TryLockError::WouldBlock)));
        thread::scope(|scope| {
            scope.spawn(|| assert_eq!(*lock.read().unwrap(), 2));
        });
        drop(reader);
        assert_eq!(*lock.try_write().unwrap(), 2);
    }

    fn condvar_wait_gives_the_mutex_up() {
        let shared = Arc::new((Mutex::new(0), Condvar::new()));
        let other = Arc::clone(&shared);
        let mut guard = shared.0.lock().unwrap();
        let thread = thread::spawn(move || {
            let (lock, changed) = &*other;
            *lock.lock().unwrap() = 1;
            changed.notify_all();
            let seen = changed.wait_while(lock.lock().unwrap(), |value| *value == 1).unwrap();
            assert_eq!(*seen, 2);
        });
        while *guard == 0 {
            guard = shared.1.wait(guard).unwrap();
        }
        *guard = 2;
        drop(guard);
        shared.1.notify_one();
        thread.join().unwrap();
    }

    fn condvar_wait_while_does_not_wait_without_need() {
        let lock = Mutex::new(5);
        let guard = Condvar::new().wait_while(lock.lock().unwrap(), |value| *value != 5).unwrap();
        assert_eq!(*guard, 5);
    }

    fn condvar_timeouts() {
        const SHORT: Duration = Duration::from_millis(10);
        const LONG: Duration = Duration::from_secs(60);
        let (lock, changed) = (Mutex::new(false), Condvar::new());
        // A wait may also end early: wait for the one that does not.
        let mut guard = lock.lock().unwrap();
        loop {
            let result;
            (guard, result) = changed.wait_timeout(guard, SHORT).unwrap();
            if result.timed_out() {
                break;
            }
        }
        let (guard, result) = changed.wait_timeout_while(guard, SHORT, |done| !*done).unwrap();
        assert!(result.timed_out() && !*guard);
        let (guard, result) = changed.wait_timeout_while(guard, Duration::ZERO, |done| !*done).unwrap();
        assert!(result.timed_out() && !*guard);
        let (guard, result) = changed.wait_timeout_while(guard, Duration::ZERO, |done| *done).unwrap();
        assert!(!result.timed_out() && !*guard);
        drop(guard);
        thread::scope(|scope| {
            let guard = lock.lock().unwrap();
            scope.spawn(|| {
                *lock.lock().unwrap() = true;
                changed.notify_one();
            });
            let (guard, result) = changed.wait_timeout_while(guard, LONG, |done| !*done).unwrap();
            assert!(!result.timed_out() && *guard);
        });
    }

    #[allow(deprecated)]
    fn condvar_wait_timeout_ms() {
        let (lock, changed) = (Mutex::new(()), Condvar::new());
        let mut guard = lock.lock().unwrap();
        let mut notified = true;
        while notified {
            (guard, notified) = changed.wait_timeout_ms(guard, 5).unwrap();
        }
    }

    fn condvar_waits_return_the_guard_of_a_poisoned_mutex() {
        let shared = Arc::new((Mutex::new(0), Condvar::new()));
        let poison = |value| {
            let shared = Arc::clone(&shared);
            move || {
                let mut guard = shared.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                *guard = value;
                shared.1.notify_all();
                die()
            }
        };
        let guard = shared.0.lock().unwrap();
        let thread = thread::spawn(poison(1));
        let mut guard = Some(guard);
        let poisoned = loop {
            match shared.1.wait(guard.take().unwrap()) {
                // Woken for nothing.
                Ok(again) => guard = Some(again),
                Err(poisoned) => break poisoned,
            }
        };
        assert_eq!(**poisoned.get_ref(), 1);
        thread.join().unwrap_err();

        let guard: MutexGuard<'_, i32> = poisoned.into_inner();
        let poisoned = shared.1.wait_timeout(guard, Duration::from_millis(1)).unwrap_err();
        let (guard, _) = poisoned.into_inner();
        let poisoned = shared.1.wait_timeout_while(guard, Duration::from_millis(1), |value| *value == 1).unwrap_err();
        assert_eq!(*poisoned.into_inner().0, 1);
    }

    fn a_panic_of_the_condition_releases_the_mutex() {
        let (lock, changed) = (Mutex::new(0), Condvar::new());
        thread::scope(|scope| {
            let waiter = scope.spawn(|| drop(changed.wait_while(lock.lock().unwrap(), |_| die())));
            waiter.join().unwrap_err();
            let waiter = scope.spawn(|| {
                let guard = lock.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                drop(changed.wait_timeout_while(guard, Duration::from_secs(60), |_| die()));
            });
            waiter.join().unwrap_err();
        });
        assert!(matches!(lock.try_lock(), Err(TryLockError::Poisoned(_))));
    }

    fn once_runs_one_of_many() {
        let (once, runs, meet) = (Once::new(), AtomicUsize::new(0), Barrier::new(4));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    meet.wait();
                    once.call_once(|| {
                        thread::sleep(Duration::from_millis(5));
                        runs.fetch_add(1, Ordering::SeqCst);
                    });
                    assert_eq!(runs.load(Ordering::SeqCst), 1);
                    once.wait();
                });
            }
        });
        assert!(once.is_completed());
        once.call_once_force(|_| unreachable!());
        once.wait_force();
    }

    fn once_is_poisoned_until_forced() {
        static ONCE: Once = Once::new();
        assert!(!ONCE.is_completed());
        thread::spawn(|| ONCE.call_once(|| die())).join().unwrap_err();
        assert!(!ONCE.is_completed());
        let text = |payload: Box<dyn Any + Send>| (*payload.downcast::<&str>().unwrap()).to_owned();
        let original = "Once instance has previously been poisoned";
        assert_eq!(text(quiet(|| ONCE.call_once(|| unreachable!())).unwrap_err()), original);
        assert_eq!(text(quiet(|| ONCE.wait()).unwrap_err()), original);
        thread::spawn(|| ONCE.call_once_force(|state| if state.is_poisoned() { die() })).join().unwrap_err();
        let waiter = thread::spawn(|| ONCE.wait_force());
        ONCE.call_once_force(|state| assert!(state.is_poisoned()));
        waiter.join().unwrap();
        ONCE.wait();
        assert!(ONCE.is_completed());
    }

    fn once_lock_keeps_the_first_value() {
        static CELL: OnceLock<String> = OnceLock::new();
        assert_eq!(CELL.get(), None);
        quiet(|| drop(CELL.get_or_init(|| die()).clone())).unwrap_err();
        assert_eq!(CELL.get(), None, "a panic leaves it empty");
        let waiter = thread::spawn(|| CELL.wait().len());
        assert_eq!(CELL.get_or_init(|| "first".into()), "first");
        assert_eq!(waiter.join().unwrap(), 5);
        assert_eq!(CELL.set("second".into()), Err("second".into()));
        assert_eq!(CELL.get_or_init(|| unreachable!()), "first");
        let mut copy = CELL.clone();
        assert!(copy == CELL);
        copy.get_mut().unwrap().push('!');
        assert_eq!(copy.take().as_deref(), Some("first!"));
        assert_eq!(copy.get_mut(), None);
        assert_eq!(copy.take(), None);
        assert!(copy.set("third".into()).is_ok());
        assert_eq!(copy.into_inner().as_deref(), Some("third"));
        assert_eq!((OnceLock::from(1).into_inner(), OnceLock::<u8>::default().into_inner()), (Some(1), None));
    }

    fn one_value_for_many_setters() {
        let (cell, meet) = (OnceLock::new(), Barrier::new(4));
        let won = thread::scope(|scope| {
            let setters = [0, 1, 2, 3].map(|n| {
                let (cell, meet) = (&cell, &meet);
                scope.spawn(move || {
                    meet.wait();
                    cell.set(n).is_ok()
                })
            });
            setters.map(|setter| setter.join().unwrap())
        });
        assert_eq!(won.iter().filter(|won| **won).count(), 1);
        assert!(won[*cell.get().unwrap()]);
    }

    fn cells_drop_what_they_hold() {
        struct Counted<'a>(&'a AtomicUsize);
        impl Drop for Counted<'_> {
            fn drop(&mut self) {
                self.0.fetch_add(1, Ordering::SeqCst);
            }
        }
        let drops = AtomicUsize::new(0);
        let (made, unmade, broken) = (Counted(&drops), Counted(&drops), Counted(&drops));
        let unmade = LazyLock::new(|| unmade);
        let made = LazyLock::new(|| made);
        let broken = LazyLock::new(|| {
            let _dropped = broken;
            die()
        });
        _ = (&*made, LazyLock::get(&unmade).is_none());
        quiet(|| _ = LazyLock::<(), _>::force(&broken)).unwrap_err();
        assert_eq!(drops.load(Ordering::SeqCst), 1);
        drop(broken);
        assert_eq!(drops.load(Ordering::SeqCst), 1);
        drop(unmade);
        assert_eq!(drops.load(Ordering::SeqCst), 2);
        drop(made);
        assert_eq!(drops.load(Ordering::SeqCst), 3);
        drop(OnceLock::from(Counted(&drops)));
        assert_eq!(drops.load(Ordering::SeqCst), 4);
    }

    fn a_lazy_lock_is_made_once() {
        static RUNS: AtomicUsize = AtomicUsize::new(0);
        static LAZY: LazyLock<usize> = LazyLock::new(|| RUNS.fetch_add(1, Ordering::SeqCst) + 7);
        assert_eq!(LazyLock::get(&LAZY), None);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| assert_eq!(*LAZY, 7));
            }
        });
        assert_eq!((LazyLock::get(&LAZY), LazyLock::force(&LAZY), RUNS.load(Ordering::SeqCst)), (Some(&7), &7, 1));

        let mut lazy = LazyLock::new(|| vec![1]);
        assert_eq!(LazyLock::get_mut(&mut lazy), None);
        assert_eq!(LazyLock::get(&lazy), None, "a look changes nothing");
        LazyLock::force_mut(&mut lazy).push(2);
        lazy.push(3);
        LazyLock::get_mut(&mut lazy).unwrap().push(4);
        assert_eq!(*lazy, [1, 2, 3, 4]);
        assert_eq!(*LazyLock::<u8>::default(), 0);
    }

    fn a_lazy_lock_stays_poisoned() {
        let mut lazy = LazyLock::<u8, _>::new(|| die());
        quiet(|| *lazy).unwrap_err();
        let text = |payload: Box<dyn Any + Send>| (*payload.downcast::<&str>().unwrap()).to_owned();
        let original = "LazyLock instance has previously been poisoned";
        assert_eq!(text(quiet(|| *lazy).unwrap_err()), original);
        assert_eq!(LazyLock::get(&lazy), None);
        assert_eq!(LazyLock::get_mut(&mut lazy), None);
        assert_eq!(text(quiet(|| *LazyLock::force_mut(&mut lazy)).unwrap_err()), original);
        assert_eq!(text(quiet(|| *lazy).unwrap_err()), original);

        let mut lazy = LazyLock::<u8, _>::new(|| die());
        quiet(|| *LazyLock::force_mut(&mut lazy)).unwrap_err();
        assert_eq!(text(quiet(|| *lazy).unwrap_err()), original);
    }

    fn a_barrier_has_one_leader_each_time() {
        let barrier = Arc::new(Barrier::new(3));
        let threads = [(); 3].map(|()| {
            let barrier = Arc::clone(&barrier);
            thread::spawn(move || (0..20).filter(|_| barrier.wait().is_leader()).count())
        });
        assert_eq!(threads.map(|thread| thread.join().unwrap()).iter().sum::<usize>(), 20);
        assert!(Barrier::new(0).wait().is_leader());
    }

    fn channels_come_along() {
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || sender.send(1).unwrap()).join().unwrap();
        assert_eq!(receiver.recv().unwrap(), 1);
    }
}

#[test]
fn debug_text_is_the_originals() {
    macro_rules! texts {
        ($($sync:tt)*) => {{
            let mut texts = Vec::new();
            let lock = $($sync)*::Mutex::new("text");
            texts.push(format!("{lock:?} {lock:#?}"));
            texts.push(format!("{:?}", lock.lock()));
            let guard = lock.lock().unwrap();
            texts.push(format!("{lock:?} {lock:#?} {guard:?} {guard}"));
            drop(guard);
            std::thread::scope(|scope| {
                let holder = scope.spawn(|| {
                    let _guard = lock.lock().unwrap();
                    die()
                });
                holder.join().unwrap_err();
            });
            texts.push(format!("{lock:?} {lock:#?}"));
            texts.push(format!("{:?}", lock.lock()));
            texts.push(format!("{:?}", lock.try_lock()));

            let lock = $($sync)*::RwLock::new("text");
            texts.push(format!("{lock:?} {lock:#?}"));
            let guard = lock.write().unwrap();
            texts.push(format!("{lock:?} {lock:#?} {guard:?} {guard}"));
            drop(guard);
            let guard = lock.read().unwrap();
            texts.push(format!("{guard:?} {guard}"));
            drop(guard);
            texts.push(format!("{:?}", $($sync)*::Condvar::new()));

            texts.push(format!("{:?} {:?}", $($sync)*::Once::new(), $($sync)*::Barrier::new(1)));
            let cell = $($sync)*::OnceLock::new();
            texts.push(format!("{cell:?} {cell:#?}"));
            cell.set("text").unwrap();
            texts.push(format!("{cell:?} {cell:#?}"));
            let lazy = $($sync)*::LazyLock::new(|| "text");
            texts.push(format!("{lazy:?} {lazy:#?}"));
            $($sync)*::LazyLock::force(&lazy);
            texts.push(format!("{lazy:?} {lazy:#?}"));
            texts
        }};
    }
    assert_eq!(texts!(lockdep::sync), texts!(std::sync));
}

include!("api/auto_traits.rs");

#[test]
fn auto_traits_are_the_originals() {
    use std::cell::Cell;
    use std::marker::PhantomPinned;
    use std::rc::Rc;

    macro_rules! same {
        ($($value:ty),*) => { $(
            same!(@ $value: Mutex MutexGuard<'static> RwLock RwLockReadGuard<'static> RwLockWriteGuard<'static>);
        )* };
        (@ $value:ty: $($name:ident$(<$a:lifetime>)?)*) => { $(
            assert_eq!(
                auto_traits!(lockdep::sync::$name<$($a,)? $value>),
                auto_traits!(std::sync::$name<$($a,)? $value>),
                "{}<{}>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe",
                stringify!($name),
                stringify!($value),
            );
        )* };
    }
    same!(u8, Cell<u8>, Rc<u8>, *const u8, &'static mut u8, PhantomPinned, std::sync::MutexGuard<'static, u8>, str, dyn Fn());
    macro_rules! same_cells {
        ($($value:ty),*) => { $(
            assert_eq!(
                auto_traits!(lockdep::sync::OnceLock<$value>),
                auto_traits!(std::sync::OnceLock<$value>),
                "OnceLock<{}>",
                stringify!($value),
            );
            assert_eq!(
                auto_traits!(lockdep::sync::LazyLock<$value, $value>),
                auto_traits!(std::sync::LazyLock<$value, $value>),
                "LazyLock<{}>",
                stringify!($value),
            );
            assert_eq!(
                auto_traits!(lockdep::sync::LazyLock<u8, $value>),
                auto_traits!(std::sync::LazyLock<u8, $value>),
                "LazyLock<u8, {}>",
                stringify!($value),
            );
        )* };
    }
    same_cells!(
        u8,
        Cell<u8>,
        Rc<u8>,
        *const u8,
        &'static mut u8,
        PhantomPinned,
        std::sync::MutexGuard<'static, u8>,
        &'static str
    );
    assert_eq!(auto_traits!(lockdep::sync::Condvar), auto_traits!(std::sync::Condvar));
    assert_eq!(auto_traits!(lockdep::sync::Once), auto_traits!(std::sync::Once));
    assert_eq!(auto_traits!(lockdep::sync::Barrier), auto_traits!(std::sync::Barrier));
    // The probe tells the two apart.
    assert_eq!(auto_traits!(Rc<Cell<u8>>), [false, false, true, false, false]);
}

#[test]
fn without_validation_sizes_are_the_originals() {
    if size_of::<lockdep_core::LockMap>() != 0 {
        return;
    }
    macro_rules! same {
        ($($value:ty),*) => { $(
            same!(@ $value: Mutex MutexGuard<'static> RwLock RwLockReadGuard<'static> RwLockWriteGuard<'static>);
        )* };
        (@ $value:ty: $($name:ident$(<$a:lifetime>)?)*) => { $({
            type Ours = lockdep::sync::$name<$($a,)? $value>;
            type Original = std::sync::$name<$($a,)? $value>;
            assert_eq!(
                (size_of::<Ours>(), align_of::<Ours>(), size_of::<Option<Ours>>()),
                (size_of::<Original>(), align_of::<Original>(), size_of::<Option<Original>>()),
                "{}<{}>",
                stringify!($name),
                stringify!($value),
            );
        })* };
    }
    same!((), u8, u64, [u8; 3], u128, String);
    macro_rules! same_cells {
        ($($value:ty),*) => { $(
            assert_eq!(size_of::<Option<lockdep::sync::OnceLock<$value>>>(), size_of::<Option<std::sync::OnceLock<$value>>>());
            assert_eq!(size_of::<lockdep::sync::LazyLock<$value>>(), size_of::<std::sync::LazyLock<$value>>());
            assert_eq!(size_of::<lockdep::sync::LazyLock<u8, $value>>(), size_of::<std::sync::LazyLock<u8, $value>>());
        )* };
    }
    same_cells!((), u8, u64, [u8; 3], u128, String);
    assert_eq!(size_of::<lockdep::sync::Condvar>(), size_of::<std::sync::Condvar>());
    assert_eq!(size_of::<lockdep::sync::Once>(), size_of::<std::sync::Once>());
    assert_eq!(size_of::<lockdep::sync::Barrier>(), size_of::<std::sync::Barrier>());
}

mod annotated {
    use lockdep::sync::{Barrier, Condvar, LazyLock, Mutex, Once, OnceLock, RwLock};
    use lockdep::{LockClass, irq};

    #[test]
    fn declared_classes() {
        static LOG: LockClass = LockClass::new("log");
        static TABLE: LockClass = LockClass::new("table");
        static GROWN: LockClass = LockClass::new("grown");
        static LIST: Mutex<Vec<u8>> = Mutex::with_class(Vec::new(), &LOG);
        static MAP: RwLock<u8> = RwLock::with_class(1, &TABLE);
        static CHANGED: Condvar = Condvar::with_class(&GROWN);
        static START: LockClass = LockClass::new("start");
        static ONCE: Once = Once::with_class(&START);
        static CELL: OnceLock<u8> = OnceLock::with_class(&START);
        static LAZY: LazyLock<u8> = LazyLock::with_class(|| 1, &START);
        static MEET: Barrier = Barrier::with_class(1, &START);
        ONCE.call_once(|| ());
        assert_eq!((*CELL.get_or_init(|| *LAZY), MEET.wait().is_leader()), (1, true));
        LIST.lock().unwrap().push(*MAP.read().unwrap());
        CHANGED.notify_all();
        assert_eq!(LIST.lock().unwrap().len(), 1);
    }

    #[test]
    fn nesting_within_a_class() {
        let locks: Vec<_> = (0..3).map(Mutex::new).collect();
        {
            let _parent = locks[0].lock().unwrap();
            assert_eq!(*locks[1].lock_nested(1).unwrap(), 1);
        }
        {
            let _low = locks[0].lock_ordered(10).unwrap();
            assert_eq!(*locks[2].lock_ordered(20).unwrap(), 2);
        }
        {
            let _child = locks[1].try_lock_nested(1).unwrap();
            assert_eq!(*locks[0].try_lock_ordered(7).unwrap(), 0);
            assert!(locks[1].try_lock_nested(2).is_err() && locks[1].try_lock_ordered(8).is_err());
        }
        let outer = Mutex::new(());
        let _outer = outer.lock().unwrap();
        let all: Vec<_> = locks.iter().rev().map(|lock| lock.lock_nest_lock(&outer).unwrap()).collect();
        assert_eq!(*all[0], 2);
    }

    #[test]
    fn nesting_within_a_class_of_rwlocks() {
        let locks: Vec<_> = (0..3).map(RwLock::new).collect();
        {
            let _parent = locks[0].read().unwrap();
            assert_eq!(*locks[1].read_nested(1).unwrap(), 1);
        }
        {
            let _parent = locks[0].write().unwrap();
            *locks[1].write_nested(1).unwrap() = 1;
        }
        {
            let _low = locks[0].read_ordered(10).unwrap();
            *locks[2].write_ordered(20).unwrap() = 2;
        }
        {
            let _child = locks[1].try_read_nested(1).unwrap();
            *locks[0].try_write_ordered(7).unwrap() = 3;
            assert_eq!((*locks[0].try_read_ordered(7).unwrap(), locks[1].try_write_nested(2).is_err()), (3, true));
        }
        let outer = RwLock::new(());
        let _outer = outer.write().unwrap();
        let _first = locks[2].read_nest_lock(&outer).unwrap();
        *locks[1].write_nest_lock(&outer).unwrap() = 1;
    }

    #[test]
    fn irq_guards_block_signals_while_they_live() {
        let lock = Mutex::new(0);
        let table = RwLock::new(0);
        macro_rules! blocks {
            ($($guard:expr),*) => { $(
                assert!(irq::enabled());
                let guard = $guard.unwrap();
                assert!(!irq::enabled(), stringify!($guard));
                assert_eq!(*guard, 0);
                drop(guard);
                assert!(irq::enabled(), stringify!($guard));
            )* };
        }
        blocks!(lock.lock_irq(), lock.lock_irqsave(), lock.lock_irq_counted());
        blocks!(table.read_irq(), table.read_irqsave(), table.read_irq_counted());
        blocks!(table.write_irq(), table.write_irqsave(), table.write_irq_counted());
    }

    #[test]
    fn irqsave_puts_back_what_it_found() {
        let (outer, inner) = (Mutex::new(0), RwLock::new(0));
        let outer = outer.lock_irqsave().unwrap();
        *inner.write_irqsave().unwrap() += 1;
        assert!(!irq::enabled());
        drop(outer);
        assert!(irq::enabled());
    }

    #[test]
    fn counted_guards_end_in_any_order() {
        let (first, second) = (Mutex::new(0), Mutex::new(0));
        let first = first.lock_irq_counted().unwrap();
        let second = second.lock_irq_counted().unwrap();
        drop(first);
        assert!(!irq::enabled());
        drop(second);
        assert!(irq::enabled());
    }

    #[test]
    fn a_poisoned_lock_returns_its_irq_guard() {
        let lock = Mutex::new(0);
        std::thread::scope(|scope| {
            let holder = scope.spawn(|| {
                let _guard = lock.lock_irqsave().unwrap();
                super::die()
            });
            holder.join().unwrap_err();
        });
        let poisoned = lock.lock_irqsave().unwrap_err();
        assert!(!irq::enabled());
        drop(poisoned);
        assert!(irq::enabled());
    }

    #[test]
    fn a_condvar_waits_with_the_guard_inside_an_irq_guard() {
        let (lock, changed) = (Mutex::new(0), Condvar::new());
        let guard = lock.lock_irqsave().unwrap();
        let guard = guard.map_guard(|guard| changed.wait_while(guard, |value| *value != 0).unwrap());
        assert!(!irq::enabled());
        assert_eq!(*guard, 0);
    }

    #[test]
    fn assertions_take_any_place() {
        struct Owner {
            lock: Mutex<u8>,
        }
        static TABLE: RwLock<u8> = RwLock::new(0);
        let owner = std::sync::Arc::new(Owner { lock: Mutex::new(0) });
        let boxed = Box::new(Mutex::new(0));
        let borrowed = &*boxed;
        let many = [Mutex::new(0), Mutex::new(1)];

        lockdep::assert_none_held!();
        lockdep::might_sleep!();
        lockdep::might_lock!(owner.lock);
        lockdep::might_lock!(TABLE);
        lockdep::might_lock!(boxed);
        lockdep::might_lock!(borrowed);
        lockdep::might_lock!(many[1]);
        lockdep::assert_not_held!(owner.lock);
        lockdep::assert_not_held!(TABLE);

        let guard = owner.lock.lock().unwrap();
        lockdep::assert_held!(owner.lock);
        drop(guard);
        let guard = TABLE.read().unwrap();
        lockdep::assert_held!(TABLE,);
        lockdep::assert_not_held!(*borrowed);
        drop(guard);
        let guard = many[1].lock().unwrap();
        lockdep::assert_held!(many[1]);
        lockdep::assert_not_held!(many[0]);
        drop(guard);
        lockdep::assert_none_held!();
    }
}
