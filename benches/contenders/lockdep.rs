//! Our own locks: a part of two binaries, one with `validate` and one without.

use std::cell::Cell;
use std::collections::HashMap;
use std::mem::transmute;
use std::sync::{LazyLock, Once, PoisonError};

use lockdep::LockClass;
use lockdep::irq::{IrqGuard, Lines};
use lockdep::spin::{SpinLock, SpinLockGuard};

use lockdep_bench_scenarios::{Contender, Irqs, raise, wrap};

pub struct Locks;

wrap!(lockdep::parking_lot, std::convert::identity, std::convert::identity);

/// The class of a role: the same one each time.
fn class(role: usize) -> &'static LockClass {
    static CLASSES: LazyLock<std::sync::Mutex<HashMap<usize, &'static LockClass>>> = LazyLock::new(Default::default);
    let mut classes = CLASSES.lock().unwrap_or_else(PoisonError::into_inner);
    classes.entry(role).or_insert_with(|| {
        let name = Box::leak(format!("role {role}").into_boxed_str());
        Box::leak(Box::new(LockClass::new(name)))
    })
}

impl Contender for Locks {
    type Mutex = Mutex;
    type RwLock = RwLock;

    #[inline(always)]
    fn mutex() -> Mutex {
        Mutex(lockdep::parking_lot::Mutex::new(0))
    }

    fn rwlock() -> RwLock {
        RwLock(lockdep::parking_lot::RwLock::new(0))
    }

    fn mutex_of_role(role: usize) -> Mutex {
        Mutex(lockdep::parking_lot::Mutex::with_class(0, class(role)))
    }

    fn rwlock_of_role(role: usize) -> RwLock {
        RwLock(lockdep::parking_lot::RwLock::with_class(0, class(500_000 + role)))
    }
}

impl Irqs for Locks {
    type Flags = lockdep::irq::Flags;
    type Spin = SpinLock<u64>;
    type SpinGuard<'a> = SpinLockGuard<'a, u64>;
    type SpinIrqGuard<'a> = IrqGuard<SpinLockGuard<'a, u64>>;

    #[inline(always)]
    fn disable() {
        lockdep::irq::disable();
    }

    #[inline(always)]
    fn enable() {
        lockdep::irq::enable();
    }

    #[inline(always)]
    fn save() -> Self::Flags {
        lockdep::irq::save()
    }

    #[inline(always)]
    fn restore(flags: Self::Flags) {
        lockdep::irq::restore(flags);
    }

    fn spin() -> Self::Spin {
        SpinLock::new(0)
    }

    fn spin_of_handlers() -> Self::Spin {
        static HANDLERS: LockClass = LockClass::new("handlers");
        SpinLock::with_class(0, &HANDLERS)
    }

    #[inline(always)]
    fn lock(spin: &Self::Spin) -> Self::SpinGuard<'_> {
        spin.lock()
    }

    #[inline(always)]
    fn lock_irqsave(spin: &Self::Spin) -> Self::SpinIrqGuard<'_> {
        spin.lock_irqsave()
    }

    fn in_handler(run: &mut dyn FnMut()) {
        static HANDLED: Once = Once::new();
        const SIGUSR2: i32 = 12;
        thread_local! {
            static RUN: Cell<Option<*mut dyn FnMut()>> = const { Cell::new(None) };
        }
        HANDLED.call_once(|| {
            let handler = || {
                // SAFETY: set below for the time of the handler, which runs before `raise` returns.
                RUN.take().into_iter().for_each(|run| unsafe { (*run)() });
            };
            // SAFETY: the handler takes spin locks alone.
            unsafe { lockdep::signal::register(SIGUSR2, handler) }.expect("a handler is installed");
        });
        // SAFETY: only the lifetime changes: nobody has the pointer after the signal, which is raised in this thread.
        RUN.set(Some(unsafe { transmute::<*mut (dyn FnMut() + '_), *mut (dyn FnMut() + 'static)>(run) }));
        raise(SIGUSR2);
    }

    fn set_lazy(lazy: bool) {
        static HANDLED: Once = Once::new();
        const SIGUSR1: i32 = 10;
        HANDLED.call_once(|| {
            // SAFETY: a handler that does nothing.
            unsafe { lockdep::signal::register(SIGUSR1, || ()) }.expect("a handler is installed");
        });
        let one: Lines = [SIGUSR1].into_iter().collect();
        lockdep::irq::set_lines(if lazy { one.lazy() } else { Lines::ALL });
    }
}
