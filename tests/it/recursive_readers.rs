//! A reader that reads again: harmless until a writer queues in between.

use std::thread;

use lockdep::ReportKind::{Recursion, WaitContext};
use lockdep::Severity::{Certain, Possible};
use lockdep::sync::Arc;
use lockdep::testing::Cx;
use lockdep::{Report, parking_lot, spin, sync};

use crate::support::{assert_silent, assert_stacks, class, isolated, of_kind, only};

/// One list of tests for every lock whose readers wait behind a waiting writer: `read`, `try_read`, `write`.
macro_rules! readers {
    ($($name:ident: $Lock:ty, |$lock:ident| $read:expr, $try_read:expr, $write:expr;)*) => { $(
        mod $name {
            use super::*;

            #[inline(never)]
            fn reads_first($lock: &$Lock, then: impl FnOnce(&$Lock)) {
                let _guard = $read;
                then($lock);
            }

            #[inline(never)]
            fn reads_again($lock: &$Lock) -> u32 {
                let guard = $read;
                *guard
            }

            /// Starts a writer, and comes back when it waits.
            fn queue_writer(cx: &Cx, shared: &Arc<$Lock>) -> thread::JoinHandle<()> {
                let theirs = Arc::clone(shared);
                let writer = cx.spawn(move || {
                    let $lock = &*theirs;
                    *$write += 1;
                });
                let $lock = &**shared;
                while $try_read {
                    thread::yield_now();
                }
                writer
            }

            #[test]
            fn is_possible_without_a_writer() {
                let lock = <$Lock>::new(7);
                let mut read = 0;
                let reports = isolated(|_| reads_first(&lock, |lock| read = reads_again(lock)));
                let report = only(&reports, Recursion, Possible);
                assert_stacks(report, &[("first acquired at", "reads_first"), ("acquiring at", "reads_again")]);
                assert_eq!(read, 7);
            }

            #[test]
            fn is_certain_when_a_writer_is_queued() {
                let lock = Arc::new(<$Lock>::new(7));
                let reports = isolated(|cx| {
                    reads_first(&lock, |held| {
                        queue_writer(cx, &lock);
                        reads_again(held);
                        unreachable!("the reader passed the writer");
                    });
                });
                let report = only(&reports, Recursion, Certain);
                assert_stacks(report, &[("first acquired at", "reads_first"), ("acquiring at", "reads_again")]);
                // The writer got its turn.
                assert_eq!(reads_again(&lock), 8);
            }

            /// The first finding is replaced by the stronger one: one bug, one report.
            #[test]
            fn rises_from_possible_to_certain() {
                let lock = Arc::new(<$Lock>::new(7));
                let reports = isolated(|cx| {
                    for round in 0..2 {
                        reads_first(&lock, |held| {
                            if round == 1 {
                                queue_writer(cx, &lock);
                            }
                            reads_again(held);
                        });
                    }
                });
                only(&reports, Recursion, Certain);
            }

            #[test]
            fn an_attempt_is_none() {
                let lock = <$Lock>::new(7);
                let reports = isolated(|_| {
                    reads_first(&lock, |$lock| assert!($try_read));
                });
                assert_silent(&reports);
            }
        }
    )* };
}

readers! {
    parking_lot_rwlock: parking_lot::RwLock<u32>, |lock| lock.read(), lock.try_read().is_some(), lock.write();
    std_rwlock: sync::RwLock<u32>, |lock| lock.read().unwrap(), lock.try_read().is_ok(), lock.write().unwrap();
    rw_spin_lock: spin::RwSpinLock<u32>, |lock| lock.read(), lock.try_read().is_some(), lock.write();
}

/// Of parking_lot, measured with a writer queued: these wait for the writer, and the writer for the first read.
#[test]
fn upgradable_under_a_read_with_a_writer_queued_is_certain() {
    let lock = Arc::new(parking_lot::RwLock::new(0));
    let reports = isolated(|cx| {
        let _read = lock.read();
        let theirs = Arc::clone(&lock);
        cx.spawn(move || *theirs.write() += 1);
        while lock.try_read().is_some() {
            thread::yield_now();
        }
        let _upgradable = lock.upgradable_read();
        unreachable!("passed the writer");
    });
    only(&reports, Recursion, Certain);
}

#[test]
fn upgradable_under_a_read_is_possible() {
    let lock = parking_lot::RwLock::new(0);
    let reports = isolated(|_| {
        let _read = lock.read();
        let _upgradable = lock.upgradable_read();
    });
    only(&reports, Recursion, Possible);
}

/// And these pass it.
#[test]
fn read_recursive_and_read_under_upgradable_pass_a_queued_writer() {
    let lock = Arc::new(parking_lot::RwLock::new(0));
    let reports = isolated(|cx| {
        let upgradable = lock.upgradable_read();
        let theirs = Arc::clone(&lock);
        let writer = cx.spawn(move || *theirs.write() += 1);
        // A writer waits behind an upgradable reader without a trace that can be asked for: give it time.
        thread::sleep(std::time::Duration::from_millis(50));
        let read = lock.read();
        let recursive = lock.read_recursive();
        drop((upgradable, read, recursive));
        writer.join().unwrap();
    });
    assert_silent(&reports);

    let reports = isolated(|cx| {
        let read = lock.read();
        let theirs = Arc::clone(&lock);
        let writer = cx.spawn(move || *theirs.write() += 1);
        while lock.try_read().is_some() {
            thread::yield_now();
        }
        let recursive = lock.read_recursive();
        drop((read, recursive));
        writer.join().unwrap();
    });
    assert_silent(&reports);
}

#[inline(never)]
fn handler_reads(cx: &Cx, lock: &parking_lot::RwLock<u32>) {
    cx.in_handler(libc::SIGUSR1, || drop(lock.read()));
}

/// In a handler a sleeping lock is wrong by itself, which is said besides.
#[test]
fn a_handler_that_reads_again_is_possible() {
    let lock = parking_lot::RwLock::new(1);
    let reports = isolated(|cx| {
        let _read = lock.read();
        handler_reads(cx, &lock);
    });
    assert_eq!(of_kind(&reports, Recursion).severity(), Possible);
    assert_eq!(of_kind(&reports, WaitContext).severity(), Certain);
}

#[test]
fn a_handler_that_reads_again_is_certain_when_a_writer_is_queued() {
    let lock = Arc::new(parking_lot::RwLock::new(1));
    let reports = isolated(|cx| {
        let _read = lock.read();
        let theirs = Arc::clone(&lock);
        cx.spawn(move || *theirs.write() += 1);
        while lock.try_read().is_some() {
            thread::yield_now();
        }
        handler_reads(cx, &lock);
    });
    let report = only(&reports, Recursion, Certain);
    assert_stacks(
        report,
        &[
            ("first acquired at", "a_handler_that_reads_again_is_certain_when_a_writer_is_queued"),
            ("in the handler of SIGUSR1 at", "handler_reads"),
        ],
    );
}

/// A spinning reader in a handler passes the waiting writer, so it may read what the code below it reads.
#[test]
fn a_spinning_reader_in_a_handler_is_none() {
    let lock = Arc::new(spin::RwSpinLock::new(1));
    let reports = isolated(|cx| {
        let read = lock.read();
        cx.in_handler(libc::SIGUSR1, || assert_eq!(*lock.read(), 1));
        let theirs = Arc::clone(&lock);
        let writer = cx.spawn(move || *theirs.write_irqsave() += 1);
        while lock.try_read().is_some() {
            thread::yield_now();
        }
        cx.in_handler(libc::SIGUSR1, || assert_eq!(*lock.read(), 1));
        drop(read);
        writer.join().unwrap();
    });
    assert_silent(&reports);
}

/// One class for locks of two kinds: the other kind, which has no readers, says nothing of them.
#[test]
fn a_class_that_was_first_seen_without_readers() {
    let class = class("page");
    assert_silent(&isolated(|_| drop(spin::SpinLock::with_class(1, class).lock())));
    let reports = isolated(|cx| {
        let lock = spin::RwSpinLock::with_class(1, class);
        let _read = lock.read();
        cx.in_handler(libc::SIGUSR1, || {
            let _again = lock.read();
            let _and_again = lock.read();
        });
    });
    assert_silent(&reports);
}

/// Two locks of one class, read together: without a writer of both, none is in the other's way, but one may come.
#[test]
fn two_readers_of_one_class() {
    let rwlocks = [0, 1].map(parking_lot::RwLock::new);
    let reports: Vec<Report> = isolated(|_| {
        let _first = rwlocks[0].read();
        let _second = rwlocks[1].read();
    });
    only(&reports, Recursion, Possible);
    let reports = isolated(|_| {
        let _first = rwlocks[0].read();
        let _second = rwlocks[1].read_recursive();
    });
    assert_silent(&reports);
}
