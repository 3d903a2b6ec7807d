//! Locks in code that nobody here can annotate, as under a cargo patch: what the runtime does about them. A process of its own, which a
//! shim is in.
#![cfg(feature = "validate")]

use lockdep::ReportKind::{self, Inversion};
use lockdep::sync::Arc;
use lockdep::testing::isolated;
use lockdep_core::{How, LockKind, LockMap, WaitType};

lockdep_core::shim!();

/// A lock that nobody ever waits for: the order is all that counts.
struct Foreign(LockMap);

enum Kind {}

impl LockKind for Kind {
    const NAME: &'static str = "Foreign";
    const WAIT: WaitType = WaitType::Sleep;
    const FOREIGN: bool = true;
}

impl Foreign {
    #[track_caller]
    fn new() -> Arc<Foreign> {
        Arc::new(Foreign(LockMap::new::<Kind, ()>()))
    }

    #[track_caller]
    fn with<R>(&self, inside: impl FnOnce() -> R) -> R {
        self.0.lock(How::write(), || Some(()), || ());
        let result = inside();
        self.0.release();
        result
    }
}

#[track_caller]
fn check(reports: &[lockdep::Report], kinds: &[ReportKind]) {
    let found: Vec<_> = reports.iter().map(lockdep::Report::kind).collect();
    assert_eq!(found, kinds, "{}", reports.iter().map(lockdep::Report::to_text).collect::<String>());
}

/// An original and its image, of one class.
fn alike() -> [Arc<Foreign>; 2] {
    [(); 2].map(|()| Foreign::new())
}

/// With the original and a part of it locked, an image is made and filled: nobody else has its lock yet.
#[test]
fn an_image_of_what_is_locked() {
    let ([original, image], part) = (alike(), Foreign::new());
    check(&isolated(|_| original.with(|| part.with(|| image.with(|| ())))), &[]);
}

/// The second time somebody may have it.
#[test]
fn an_image_locked_again() {
    let ([original, image], part) = (alike(), Foreign::new());
    let fill = || image.with(|| ());
    let reports = isolated(|_| {
        original.with(|| {
            part.with(|| {
                fill();
                fill();
            });
        });
    });
    check(&reports, &[Inversion]);
}

/// One thread waits with `outer` held; another one notifies, which needs `outer`; and then, perhaps, one that needs nothing.
fn waits_and_notifies(another: bool) -> Vec<lockdep::Report> {
    let (outer, mutex, changed) = (Foreign::new(), Foreign::new(), Foreign::new());
    isolated(|cx| {
        outer.with(|| mutex.with(|| mutex.0.wait_end(mutex.0.wait_begin(&changed.0, false))));
        let notifier = {
            let (outer, changed) = (Arc::clone(&outer), Arc::clone(&changed));
            cx.spawn(move || outer.with(|| changed.0.notify()))
        };
        notifier.join().unwrap();
        if another {
            changed.0.notify();
        }
    })
}

#[test]
fn who_waits_needs_whoever_notifies() {
    check(&waits_and_notifies(false), &[Inversion]);
}

#[test]
fn somebody_else_notifies_later() {
    check(&waits_and_notifies(true), &[]);
}
