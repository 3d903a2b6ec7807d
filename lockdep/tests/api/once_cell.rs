// What the `sync` of once_cell 1.21.4 has; `cells` is the original's or the twin's. Written from `once_cell-1.21.4.txt`, and compared with
// it in `api.rs`.

use std::fmt::Debug;
use std::ops::{Deref, DerefMut};
use std::panic::{RefUnwindSafe, UnwindSafe};

use cells::{Lazy, OnceCell};

#[test]
fn functions() {
    let _ = <OnceCell<u8>>::new;
    let _ = <OnceCell<u8>>::with_value;
    let _ = <OnceCell<u8>>::get;
    let _ = <OnceCell<u8>>::wait;
    let _ = <OnceCell<u8>>::get_mut;
    let _ = <OnceCell<u8>>::get_unchecked;
    let _ = <OnceCell<u8>>::set;
    let _ = <OnceCell<u8>>::try_insert;
    let _ = <OnceCell<u8>>::get_or_init::<fn() -> u8>;
    let _ = <OnceCell<u8>>::get_or_try_init::<fn() -> Result<u8, ()>, ()>;
    let _ = <OnceCell<u8>>::take;
    let _ = <OnceCell<u8>>::into_inner;
    let _ = <Lazy<u8>>::new;
    let _ = <Lazy<u8>>::into_value;
    let _ = <Lazy<u8>>::force;
    let _ = <Lazy<u8>>::force_mut;
    let _ = <Lazy<u8>>::get;
    let _ = <Lazy<u8>>::get_mut;
}

#[test]
fn traits() {
    implements!(OnceCell<u8>: Default);
    implements!(OnceCell<u8>: Debug);
    implements!(OnceCell<u8>: Clone);
    implements!(OnceCell<u8>: From<u8>);
    implements!(OnceCell<u8>: PartialEq);
    implements!(OnceCell<u8>: Eq);
    implements!(OnceCell<u8>: RefUnwindSafe);
    implements!(OnceCell<u8>: UnwindSafe);
    implements!(Lazy<u8>: Debug);
    implements!(Lazy<u8>: Sync);
    implements!(Lazy<u8>: RefUnwindSafe);
    implements!(Lazy<u8>: Deref<Target = u8>);
    implements!(Lazy<u8>: DerefMut);
    implements!(Lazy<u8>: Default);
}

#[test]
fn constants() {
    const _: OnceCell<u8> = OnceCell::new();
    const _: OnceCell<u8> = OnceCell::with_value(1);
    const _: Lazy<u8> = Lazy::new(|| 1);
}
