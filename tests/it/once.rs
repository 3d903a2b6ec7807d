//! What is initialised once is a lock until it is: re-entry, order, waits; and no lock from then on.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use lockdep::once_cell::sync::{Lazy, OnceCell};
use lockdep::sync::{Arc, Barrier, LazyLock, Mutex, Once, OnceLock};
use lockdep::{ReportKind, Severity, parking_lot, spin};

use crate::support::{assert_cycle, assert_kinds, assert_silent, assert_stacks, isolated, only};

/// The one report, `Recursion`, with both places in these functions.
macro_rules! recursion_of {
    ($test:ident, $outer:ident, $inner:ident, $make:expr) => {
        #[test]
        fn $test() {
            fn $outer() {
                let cell = $make;
                #[inline(never)]
                fn $inner(cell: &impl Fn()) {
                    cell();
                }
                cell(&|cell: &dyn Fn()| $inner(&|| cell()));
            }
            let reports = isolated(|_| $outer());
            let report = only(&reports, ReportKind::Recursion, Severity::Certain);
            assert_stacks(report, &[("first acquired at", stringify!($outer)), ("acquiring at", stringify!($outer))]);
        }
    };
}

recursion_of!(an_initialiser_of_once_returns_to_it, with_once, again, {
    let once = Once::new();
    move |inner: &dyn Fn(&dyn Fn())| once.call_once(|| inner(&|| once.call_once(|| ())))
});
recursion_of!(a_forced_initialiser_of_once_waits_for_it, with_once, again, {
    let once = Once::new();
    move |inner: &dyn Fn(&dyn Fn())| once.call_once_force(|_| inner(&|| once.wait()))
});
recursion_of!(an_initialiser_of_a_parking_lot_once_returns_to_it, with_once, again, {
    let once = parking_lot::Once::new();
    move |inner: &dyn Fn(&dyn Fn())| once.call_once(|| inner(&|| once.call_once_force(|_| ())))
});
recursion_of!(an_initialiser_of_a_once_lock_returns_to_it, with_cell, again, {
    let cell = OnceLock::new();
    move |inner: &dyn Fn(&dyn Fn())| {
        cell.get_or_init(|| inner(&|| _ = cell.set(())));
    }
});
recursion_of!(an_initialiser_of_a_once_cell_returns_to_it, with_cell, again, {
    let cell = OnceCell::new();
    move |inner: &dyn Fn(&dyn Fn())| {
        let again = || cell.get_or_try_init(|| Err::<(), ()>(()));
        cell.get_or_init(|| inner(&|| _ = again()));
    }
});

#[test]
fn a_lazy_lock_that_needs_itself() {
    static LOOP: LazyLock<u32> = LazyLock::new(|| *LOOP + 1);
    let reports = isolated(|_| _ = *LOOP);
    let report = only(&reports, ReportKind::Recursion, Severity::Certain);
    assert_eq!(report.locks()[0].kind(), "LazyLock");
}

#[test]
fn a_lazy_that_needs_itself() {
    static LOOP: Lazy<u32> = Lazy::new(|| *LOOP + 1);
    let reports = isolated(|_| _ = *LOOP);
    let report = only(&reports, ReportKind::Recursion, Severity::Certain);
    assert_eq!(report.locks()[0].kind(), "Lazy");
}

/// Two cells, made where they always are.
fn two_cells() -> (OnceLock<u8>, OnceLock<u16>) {
    (OnceLock::new(), OnceLock::new())
}

#[test]
fn cells_that_initialise_each_other_in_both_orders() {
    let reports = isolated(|_| {
        let (first, second) = two_cells();
        first.get_or_init(|| (*second.get_or_init(|| 2)) as u8);
        let (first, second) = two_cells();
        second.get_or_init(|| (*first.get_or_init(|| 1)).into());
    });
    let report = only(&reports, ReportKind::Inversion, Severity::Possible);
    assert_cycle(report, 2);
    assert!(report.to_text().contains("let one of these values be made without the others"), "{report}");
}

#[test]
fn one_initialises_another_of_its_place() {
    // Memoised recursion: every cell is made at one place, and every one needs the next.
    fn sum(cells: &[OnceLock<u64>], n: usize) -> u64 {
        *cells[n].get_or_init(|| if n == 0 { 0 } else { n as u64 + sum(cells, n - 1) })
    }
    let reports = isolated(|_| {
        let cells: Vec<OnceLock<u64>> = (0..20).map(|_| OnceLock::new()).collect();
        assert_eq!(sum(&cells, 19), 190);
    });
    assert_silent(&reports);
}

#[test]
fn two_of_one_place_in_both_orders() {
    let reports = isolated(|cx| {
        let cells: Arc<Vec<Once>> = Arc::new((0..2).map(|_| Once::new()).collect());
        // A `Once` is done once, so both orders are there only if both threads are inside: each takes what the other has.
        let inside = Arc::new(std::sync::Barrier::new(2));
        let threads = [(0, 1), (1, 0)].map(|(mine, other)| {
            let (cells, inside) = (Arc::clone(&cells), Arc::clone(&inside));
            cx.spawn(move || {
                cells[mine].call_once(|| {
                    inside.wait();
                    cells[other].call_once(|| ());
                });
            })
        });
        assert!(threads.into_iter().any(|thread| thread.join().is_err()));
    });
    assert!(reports.iter().any(|report| report.kind() == ReportKind::Inversion), "{reports:#?}");
    assert!(reports.iter().any(|report| report.kind() == ReportKind::Deadlock), "{reports:#?}");
}

#[test]
fn an_initialiser_needs_a_lock_that_its_caller_holds() {
    let reports = isolated(|_| {
        fn pair() -> (Mutex<u8>, OnceLock<u8>) {
            (Mutex::new(1), OnceLock::new())
        }
        let (lock, cell) = pair();
        cell.get_or_init(|| *lock.lock().unwrap());
        let (lock, cell) = pair();
        let _guard = lock.lock().unwrap();
        cell.get_or_init(|| 1);
    });
    assert_cycle(only(&reports, ReportKind::Inversion, Severity::Possible), 2);
}

#[test]
fn an_initialised_cell_is_no_acquisition() {
    let reports = isolated(|cx| {
        let (once, cell, lazy) = (Once::new(), OnceLock::from(1), LazyLock::new(|| 2));
        let (lock, other, old) = (Mutex::new(0), OnceCell::with_value(3), Lazy::new(|| 4));
        once.call_once(|| ());
        let use_all = || {
            once.call_once(|| ());
            once.call_once_force(|_| ());
            once.wait();
            assert_eq!((*cell.get_or_init(|| 9), *cell.wait(), *lazy), (1, 1, 2));
            assert_eq!((*other.get_or_init(|| 9), *other.wait(), *old), (3, 3, 4));
            assert_eq!((cell.set(9), other.set(9)), (Err(9), Err(9)));
        };
        use_all();
        let _guard = lock.lock().unwrap();
        use_all();
        // Neither a wait under a spin lock nor one in a handler: there is none.
        let spin = spin::SpinLock::new(());
        let _spinning = spin.lock();
        use_all();
        cx.in_handler(libc::SIGUSR1, use_all);
    });
    assert_silent(&reports);
}

#[test]
fn no_initialiser_in_a_handler() {
    let reports = isolated(|cx| {
        let cell = OnceLock::new();
        cx.in_handler(libc::SIGUSR1, || _ = cell.get_or_init(|| 1));
    });
    assert_kinds(&reports, &[ReportKind::WaitContext]);
    let reports = isolated(|cx| {
        let lazy = Lazy::new(|| 1);
        cx.in_handler(libc::SIGUSR1, || _ = *lazy);
    });
    assert_kinds(&reports, &[ReportKind::WaitContext]);
}

#[test]
fn an_initialiser_that_panics_holds_nothing_afterwards() {
    let reports = isolated(|_| {
        let (once, cell, lazy) = (Once::new(), OnceLock::new(), LazyLock::new(die::<u8>));
        let attempt = |f: &dyn Fn()| std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).unwrap_err();
        attempt(&|| once.call_once(die));
        attempt(&|| _ = cell.get_or_init(die::<u8>));
        attempt(&|| _ = LazyLock::force(&lazy));
        lockdep::assert_none_held!();
        once.call_once_force(|state| assert!(state.is_poisoned()));
        assert_eq!(*cell.get_or_init(|| 3), 3);
    });
    assert_silent(&reports);
}

fn die<T>() -> T {
    std::panic::resume_unwind(Box::new(()))
}

#[test]
fn a_wait_with_a_lock_that_the_writer_needs() {
    // It does not hang here: the value is there in time.
    let reports = isolated(|cx| {
        fn make() -> Arc<(Mutex<u8>, OnceLock<u8>)> {
            Arc::new((Mutex::new(0), OnceLock::new()))
        }
        let early = make();
        let writer = Arc::clone(&early);
        let thread = cx.spawn(move || {
            let _guard = writer.0.lock().unwrap();
            writer.1.set(1).unwrap();
        });
        thread.join().unwrap();
        let late = make();
        let (setter, may_set) = (Arc::clone(&late), Arc::new(AtomicBool::new(false)));
        let go = Arc::clone(&may_set);
        let thread = cx.spawn(move || {
            while !go.load(Ordering::Acquire) {
                thread::yield_now();
            }
            setter.1.set(2).unwrap();
        });
        let _guard = late.0.lock().unwrap();
        may_set.store(true, Ordering::Release);
        late.1.wait();
        thread.join().unwrap();
    });
    // If the value comes before the wait begins, there is none to report.
    if let [report] = &reports[..] {
        assert_eq!(report.kind(), ReportKind::Inversion);
        assert_cycle(report, 2);
    } else {
        assert_silent(&reports);
    }
}

#[test]
fn a_barrier_in_order_is_silent() {
    let reports = isolated(|cx| {
        let meet = Arc::new((Barrier::new(3), Mutex::new(0)));
        let threads = [(); 3].map(|()| {
            let meet = Arc::clone(&meet);
            cx.spawn(move || {
                let mut leaders = 0;
                for _ in 0..50 {
                    *meet.1.lock().unwrap() += 1;
                    leaders += usize::from(meet.0.wait().is_leader());
                }
                leaders
            })
        });
        assert_eq!(threads.map(|thread| thread.join().unwrap()).iter().sum::<usize>(), 50);
    });
    assert_silent(&reports);
}

#[test]
fn no_barrier_in_a_handler_or_under_a_spin_lock() {
    let reports = isolated(|cx| {
        let barrier = Barrier::new(1);
        cx.in_handler(libc::SIGUSR1, || _ = barrier.wait());
    });
    assert_kinds(&reports, &[ReportKind::WaitContext]);
    let reports = isolated(|_| {
        let (barrier, spin) = (Barrier::new(1), spin::SpinLock::new(()));
        let _spinning = spin.lock();
        barrier.wait();
    });
    assert_kinds(&reports, &[ReportKind::WaitContext]);
}

/// Each field of a `derive(Default)` is a class of its own: an order learned from one value holds for the next.
#[test]
fn cells_of_one_default_are_told_apart() {
    #[derive(Default)]
    struct Std {
        first: OnceLock<u8>,
        second: OnceLock<u8>,
    }
    #[derive(Default)]
    struct Cells {
        first: OnceCell<u8>,
        second: OnceCell<u8>,
    }
    // One place in the code, whatever is inlined.
    #[inline(never)]
    fn make<T: Default>() -> T {
        T::default()
    }
    macro_rules! both_ways {
        ($cells:ty) => {
            isolated(|_| {
                let cells = make::<$cells>();
                cells.first.get_or_init(|| *cells.second.get_or_init(|| 1));
                let others = make::<$cells>();
                others.second.get_or_init(|| *others.first.get_or_init(|| 1));
            })
        };
    }
    for reports in [both_ways!(Std), both_ways!(Cells)] {
        assert_cycle(only(&reports, ReportKind::Inversion, Severity::Possible), 2);
    }
}
