//! `alloc::Checked`: the allocator as a lock, and in handlers. A binary of its own, for it has an allocator of its own.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use lockdep::alloc::Checked;
use lockdep::spin::SpinLock;
use lockdep::{LockClass, parking_lot, signal, testing};
#[cfg(feature = "validate")]
use lockdep::{
    Report, ReportKind,
    ReportKind::{Inversion, IrqInversion, IrqUsage, SignalUnsafe, WaitContext},
    Severity,
};

/// The system's allocator, which does one more thing when it is told to.
struct Inner;

#[derive(Clone, Copy, PartialEq)]
#[cfg_attr(not(feature = "validate"), allow(dead_code, reason = "what is wrong is only done where somebody looks"))]
enum More {
    Nothing,
    TakesLock,
    TakesMutex,
    Allocates,
    Raises,
}

thread_local! {
    static MORE: Cell<More> = const { Cell::new(More::Nothing) };
}

static ARENA_CLASS: LockClass = LockClass::new("arena");
static ARENA: SpinLock<u32> = SpinLock::with_class(0, &ARENA_CLASS);
static SLOW_ARENA: parking_lot::Mutex<u32> = parking_lot::Mutex::new(0);

#[inline(never)]
fn takes_arena() {
    *ARENA.lock() += 1;
}

// SAFETY: forwards to the system's allocator.
unsafe impl GlobalAlloc for Inner {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        match MORE.replace(More::Nothing) {
            More::Nothing => {}
            More::TakesLock => takes_arena(),
            More::TakesMutex => *SLOW_ARENA.lock() += 1,
            More::Allocates => drop(Box::new(black_box(1))),
            // SAFETY: raises a signal that has a handler.
            More::Raises => unsafe { assert_eq!(libc::raise(libc::SIGUSR2), 0) },
        }
        // SAFETY: as for the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as for the caller.
        unsafe { System.dealloc(block, layout) };
    }
}

#[global_allocator]
static ALLOCATOR: Checked<Inner> = Checked::new(Inner);

#[inline(never)]
fn allocates() {
    drop(black_box(Box::new(black_box(7_u64))));
}

#[inline(never)]
fn allocates_with(more: More) {
    MORE.set(more);
    allocates();
    assert!(MORE.get() == More::Nothing);
}

#[test]
fn it_is_as_large_as_what_it_wraps() {
    assert_eq!(size_of::<Checked<Inner>>(), 0);
    assert_eq!(size_of::<Checked<u64>>(), 8);
    assert_eq!(*Checked::new(5).inner(), 5);
}

/// All sorts of things that are fine.
#[test]
fn allocation_as_usual_is_silent() {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let reports = testing::isolated(|cx| {
        let (spin, mutex) = (SpinLock::new(Vec::new()), parking_lot::Mutex::new(String::new()));
        for round in 0..100 {
            spin.lock().push(round);
            mutex.lock().push_str("text");
            spin.lock_irqsave().push(round);
        }
        allocates_with(More::TakesLock);
        allocates_with(More::TakesMutex);
        allocates_with(More::Allocates);
        let threads: Vec<_> = (0..4).map(|n| cx.spawn(move || (0..100).map(|m| format!("{n}{m}")).collect::<Vec<_>>())).collect();
        assert_eq!(threads.into_iter().map(|thread| thread.join().unwrap().len()).sum::<usize>(), 400);
        // Handlers that do as they should.
        let kept = Box::new(AtomicU32::new(0));
        cx.in_handler(libc::SIGUSR1, || kept.fetch_add(1, Ordering::Relaxed));
    });
    assert!(reports.is_empty(), "{reports:?}");
    // SAFETY: the action is one atomic addition.
    let registration = unsafe {
        signal::register(libc::SIGUSR1, || {
            COUNT.fetch_add(1, Ordering::Relaxed);
        })
    }
    .unwrap();
    // SAFETY: raises a signal that has a handler.
    unsafe { libc::raise(libc::SIGUSR1) };
    assert_eq!(COUNT.load(Ordering::Relaxed), 1);
    signal::unregister(registration);
}

/// What a thread does at its very end is not in the way either.
#[test]
fn destructors_of_threads_allocate_and_free() {
    struct Last(Vec<String>);
    impl Drop for Last {
        fn drop(&mut self) {
            self.0.push("the end".to_owned());
        }
    }
    thread_local! {
        static LAST: Last = const { Last(Vec::new()) };
    }
    for _ in 0..20 {
        std::thread::spawn(|| {
            LAST.with(|_| ());
            takes_arena();
        })
        .join()
        .unwrap();
    }
}

#[cfg(feature = "validate")]
#[track_caller]
fn only(reports: &[Report], kind: ReportKind) -> &Report {
    let mut found = reports.iter().filter(|report| report.kind() == kind);
    match (found.next(), found.next()) {
        (Some(report), None) => report,
        _ => panic!("want one {kind}, not {reports:#?}"),
    }
}

#[cfg(feature = "validate")]
fn function(report: &Report, label: &str) -> String {
    let stack = report.stacks().iter().find(|stack| stack.label() == label);
    let stack = stack.unwrap_or_else(|| panic!("no stack `{label}`:\n{}", report.to_text()));
    let mut symbols = stack.frames().iter().filter_map(|frame| frame.symbol());
    symbols.find(|symbol| symbol.starts_with("allocator::")).unwrap_or_default().to_owned()
}

#[cfg(feature = "validate")]
mod validated {
    use super::*;

    #[test]
    fn a_handler_that_allocates() {
        let reports = testing::isolated(|cx| {
            for _ in 0..3 {
                cx.in_handler(libc::SIGTERM, || {
                    allocates();
                    allocates();
                });
            }
        });
        let report = only(&reports, SignalUnsafe);
        assert_eq!(report.severity(), Severity::Certain);
        assert_eq!(function(report, "in the handler of SIGTERM at"), "allocator::allocates", "{}", report.to_text());
        assert!(report.to_text().contains("the handler of SIGTERM allocates memory"), "{}", report.to_text());
        assert!(report.stacks().iter().any(|stack| stack.label() == "handler of SIGTERM installed at"), "{}", report.to_text());
        assert!(reports.iter().all(|report| matches!(report.kind(), SignalUnsafe | IrqUsage)), "{reports:#?}");
    }

    /// … and interrupts what tells the program of another report: that is our code, and the handler the program's.
    #[test]
    fn a_handler_that_allocates_during_a_callback() {
        static SEEN: AtomicU32 = AtomicU32::new(0);
        fn on_report(report: &Report) {
            if report.kind() == ReportKind::UnlockImbalance {
                allocates();
                // SAFETY: raises a signal that has a handler.
                unsafe { assert_eq!(libc::raise(libc::SIGUSR1), 0) };
            }
            if report.kind() == SignalUnsafe {
                assert_eq!(function(report, "in the handler of SIGUSR1 at"), "allocator::allocates", "{}", report.to_text());
                SEEN.fetch_add(1, Ordering::Relaxed);
            }
        }
        let path = std::env::current_exe().unwrap();
        if std::env::var_os("ALLOCATES_DURING_A_CALLBACK").is_none() {
            // By itself, for the report is one of the process.
            let test = "validated::a_handler_that_allocates_during_a_callback";
            let mut command = std::process::Command::new(path);
            let output = command.args(["--exact", test, "--nocapture"]).env("ALLOCATES_DURING_A_CALLBACK", "1").output().unwrap();
            assert_eq!(output.status.code(), Some(66), "{}", String::from_utf8_lossy(&output.stderr));
            return;
        }
        // SAFETY: the action allocates, which is what this is about; it interrupts no allocation.
        let registration = unsafe { signal::register(libc::SIGUSR1, allocates) }.unwrap();
        lockdep::on_report(on_report);
        let lock = SpinLock::new(0);
        // SAFETY: nobody has it, and that is reported; the raw lock does not mind.
        unsafe { lock.force_unlock() };
        let begun = Instant::now();
        while SEEN.load(Ordering::Relaxed) == 0 {
            assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", lockdep::reports());
            std::thread::sleep(Duration::from_millis(1));
        }
        signal::unregister(registration);
    }

    #[test]
    fn a_handler_that_frees() {
        let reports = testing::isolated(|cx| {
            let block = Box::new(black_box(7));
            cx.in_handler(libc::SIGTERM, || drop(block));
        });
        let report = only(&reports, SignalUnsafe);
        assert!(report.to_text().contains("the handler of SIGTERM frees memory"), "{}", report.to_text());
    }

    /// As for any lock: held with the signal open, and taken in its handler.
    #[test]
    fn the_class_of_the_allocator() {
        let reports = testing::isolated(|cx| {
            allocates();
            cx.in_handler(libc::SIGTERM, allocates);
        });
        let report = only(&reports, IrqUsage);
        assert_eq!(report.locks()[0].class_name(), "malloc");
        assert_eq!(function(report, "acquired with SIGTERM unblocked at"), "allocator::allocates", "{}", report.to_text());
    }

    static SHARED_CLASS: LockClass = LockClass::new("shared");

    #[inline(never)]
    fn allocates_holding(lock: &SpinLock<u32>) {
        let _held = lock.lock_irqsave();
        allocates();
    }

    /// One thread allocates and is interrupted, the handler waits for a lock, and its holder waits for the allocator.
    #[test]
    fn allocating_under_a_lock_that_a_handler_takes() {
        let lock = SpinLock::with_class(1, &SHARED_CLASS);
        let reports = testing::isolated(|cx| {
            allocates();
            cx.in_handler(libc::SIGUSR1, || *lock.lock() += 1);
            allocates_holding(&lock);
        });
        let report = only(&reports, IrqInversion);
        let names: Vec<_> = report.locks().iter().map(|lock| lock.class_name()).collect();
        assert_eq!(names, ["shared", "malloc"], "{}", report.to_text());
        assert_eq!(function(report, "acquiring at"), "allocator::allocates", "{}", report.to_text());
        assert_eq!(reports.len(), 1, "{reports:#?}");
    }

    /// The allocator takes a lock, under which somebody else allocates.
    #[test]
    fn allocating_under_a_lock_of_the_allocator() {
        #[inline(never)]
        fn allocates_holding_arena() {
            let _held = ARENA.lock();
            allocates();
        }
        let reports = testing::isolated(|_| {
            allocates();
            allocates_with(More::TakesLock);
            allocates_holding_arena();
        });
        let report = only(&reports, Inversion);
        let names: Vec<_> = report.locks().iter().map(|lock| lock.class_name()).collect();
        assert!(names.contains(&"malloc") && names.contains(&"arena"), "{}", report.to_text());
        // The allocation that was known before has a stack, too.
        let text = report.to_text();
        assert!(text.contains("allocator::allocates_with") && text.contains("allocator::takes_arena"), "{text}");
        assert!(report.stacks().iter().all(|stack| !stack.frames().is_empty()), "{text}");
        assert_eq!(reports.len(), 1, "{reports:#?}");
    }

    #[test]
    fn a_mutex_in_the_allocator_under_a_spin_lock() {
        let lock = SpinLock::new(1);
        let reports = testing::isolated(|_| {
            let _held = lock.lock();
            allocates_with(More::TakesMutex);
        });
        assert_eq!(only(&reports, WaitContext).locks()[0].kind(), "Mutex");
    }

    /// A real signal, in the middle of an allocation.
    #[test]
    fn the_allocator_is_interrupted_by_a_handler_that_allocates() {
        // SAFETY: not safe, which is what this is about; the signal comes where the system's allocator is not at work.
        let registration = unsafe { signal::register(libc::SIGUSR2, allocates) }.unwrap();
        let reports = testing::isolated(|_| {
            allocates();
            allocates_with(More::Raises);
        });
        signal::unregister(registration);
        let report = only(&reports, SignalUnsafe);
        let text = report.to_text();
        assert!(text.contains("the interrupted code is inside the allocator now"), "{text}");
        assert_eq!(function(report, "first acquired at"), "allocator::allocates", "{text}");
        assert_eq!(function(report, "in the handler of SIGUSR2 at"), "allocator::allocates", "{text}");
        assert!(reports.iter().all(|report| matches!(report.kind(), SignalUnsafe | IrqUsage)), "{reports:#?}");
    }
}

/// Not a test: `cargo test --release --test allocator -- --ignored --nocapture cost`, with and without `--no-default-features`.
#[test]
#[ignore = "a measurement"]
fn cost() {
    takes_arena();
    let pair = |f: fn()| {
        let rounds = 100_000;
        let time = |f: fn()| {
            let start = Instant::now();
            (0..rounds).for_each(|_| f());
            start.elapsed()
        };
        (0..50).map(|_| time(f)).min().unwrap_or(Duration::MAX).as_secs_f64() * 1e9 / f64::from(rounds)
    };
    println!("alloc + free through the checked allocator: {:.1} ns", pair(allocates));
    println!(
        "alloc + free of the system: {:.1} ns",
        pair(|| {
            let layout = Layout::new::<u64>();
            // SAFETY: the layout is not empty; the block is freed with it.
            unsafe { System.dealloc(black_box(System.alloc(black_box(layout))), layout) };
        })
    );
}
