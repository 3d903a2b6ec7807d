//! `lockdep::once_cell` against `once_cell`: one suite for both, and the same text, size and auto traits.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Ends as a panic does, without the noise of one.
fn die<T>() -> T {
    std::panic::resume_unwind(Box::new(()))
}

fn unwinding<R>(f: impl FnOnce() -> R) -> std::thread::Result<R> {
    catch_unwind(AssertUnwindSafe(f))
}

fn unwinds<R>(f: impl FnOnce() -> R) -> bool {
    unwinding(f).is_err()
}

/// What the mirror and the original have in common.
macro_rules! suite {
    ($name:ident: $($cells:tt)*) => {
        mod $name {
            use std::sync::atomic::{AtomicUsize, Ordering};
            use std::thread;

            use $($cells)*::sync::{Lazy, OnceCell};
            // The rest of the crate is there.
            use $($cells)*::{race, unsync};

            use super::{die, unwinding, unwinds};

            #[test]
            fn a_cell_keeps_the_first_value() {
                static CELL: OnceCell<String> = OnceCell::new();
                assert_eq!(CELL.get(), None);
                assert!(unwinds(|| CELL.get_or_init(die)));
                assert_eq!(CELL.get_or_try_init(|| Err(1)), Err(1));
                assert_eq!(CELL.get(), None);
                let waiter = thread::spawn(|| CELL.wait().len());
                assert_eq!(CELL.try_insert("first".into()), Ok(&"first".into()));
                assert_eq!(waiter.join().unwrap(), 5);
                assert_eq!(CELL.set("second".into()), Err("second".into()));
                assert_eq!(CELL.try_insert("second".into()), Err((&"first".into(), "second".into())));
                assert_eq!(CELL.get_or_init(|| unreachable!()), "first");
                assert_eq!(CELL.get_or_try_init(|| Err(1)), Ok(&"first".into()));
                // SAFETY: it has a value.
                assert_eq!(unsafe { CELL.get_unchecked() }, "first");
                let mut copy = CELL.clone();
                assert!(copy == CELL);
                copy.get_mut().unwrap().push('!');
                assert_eq!(copy.take().as_deref(), Some("first!"));
                copy.clone_from(&CELL);
                copy.clone_from(&OnceCell::with_value("other".into()));
                assert_eq!(copy.into_inner().as_deref(), Some("other"));
                static MADE: OnceCell<u8> = OnceCell::with_value(1);
                assert_eq!((MADE.get(), OnceCell::from(1) == MADE, OnceCell::<u8>::default().get()), (Some(&1), true, None));
            }

            #[test]
            fn one_initialiser_runs() {
                let (cell, runs) = (OnceCell::new(), AtomicUsize::new(0));
                thread::scope(|scope| {
                    for _ in 0..4 {
                        scope.spawn(|| {
                            cell.get_or_init(|| {
                                thread::sleep(std::time::Duration::from_millis(5));
                                runs.fetch_add(1, Ordering::SeqCst)
                            })
                        });
                    }
                });
                assert_eq!((cell.into_inner(), runs.into_inner()), (Some(0), 1));
            }

            #[test]
            fn a_lazy_is_made_once() {
                static LAZY: Lazy<u8> = Lazy::new(|| 7);
                assert_eq!(Lazy::get(&LAZY), None);
                assert_eq!((*LAZY, Lazy::force(&LAZY), Lazy::get(&LAZY)), (7, &7, Some(&7)));

                let mut lazy = Lazy::new(|| vec![1]);
                assert_eq!(Lazy::get_mut(&mut lazy), None);
                Lazy::force_mut(&mut lazy).push(2);
                lazy.push(3);
                assert_eq!(Lazy::get_mut(&mut lazy).map(|list| list.len()), Some(3));
                assert_eq!(Lazy::into_value(lazy).ok(), Some(vec![1, 2, 3]));
                assert_eq!(Lazy::<u8, _>::into_value(Lazy::new(|| 7)).unwrap_err()(), 7);
                assert_eq!(*Lazy::<u8>::default(), 0);
            }

            #[test]
            fn a_lazy_stays_poisoned() {
                let mut lazy = Lazy::<u8, _>::new(die);
                assert!(unwinds(|| *lazy));
                let text = unwinding(|| *lazy).unwrap_err();
                assert_eq!(text.downcast_ref(), Some(&"Lazy instance has previously been poisoned"));
                assert!(unwinds(|| *Lazy::force_mut(&mut lazy)));
                assert!(unwinds(|| Lazy::into_value(lazy).is_ok()));
            }

            #[test]
            fn the_rest_comes_along() {
                assert_eq!(*unsync::OnceCell::new().get_or_init(|| 1), 1);
                assert!(race::OnceBool::new().get_or_init(|| true));
            }

            pub(crate) fn texts() -> Vec<String> {
                let (cell, lazy) = (OnceCell::new(), Lazy::new(|| 2));
                let mut texts = vec![format!("{cell:?} {cell:#?} {lazy:?} {lazy:#?}")];
                (cell.set("text").unwrap(), *lazy);
                texts.push(format!("{cell:?} {cell:#?} {lazy:?} {lazy:#?}"));
                texts
            }
        }
    };
}

suite!(original: ::once_cell);
suite!(mirror: lockdep::once_cell);

#[test]
fn debug_text_is_the_originals() {
    assert_eq!(mirror::texts(), original::texts());
}

#[test]
fn a_class_by_name() {
    use lockdep::LockClass;
    use lockdep::once_cell::sync::{Lazy, OnceCell};

    static CLASS: LockClass = LockClass::new("settings");
    static CELL: OnceCell<u8> = OnceCell::with_class(&CLASS);
    static LAZY: Lazy<u8> = Lazy::with_class(|| 1, &CLASS);
    lockdep::might_lock!(CELL);
    assert_eq!(CELL.get_or_init(|| *LAZY), &1);
    lockdep::assert_not_held!(LAZY);
}

#[test]
fn without_validation_sizes_are_the_originals() {
    use lockdep::once_cell::sync as ours;
    use once_cell::sync as theirs;

    if size_of::<lockdep_core::LockMap>() == 0 {
        assert_eq!(size_of::<ours::OnceCell<u8>>(), size_of::<theirs::OnceCell<u8>>());
        assert_eq!(size_of::<ours::OnceCell<String>>(), size_of::<theirs::OnceCell<String>>());
        assert_eq!(size_of::<Option<ours::Lazy<u8>>>(), size_of::<Option<theirs::Lazy<u8>>>());
        assert_eq!(size_of::<ours::Lazy<u64, [u8; 3]>>(), size_of::<theirs::Lazy<u64, [u8; 3]>>());
    }
}
