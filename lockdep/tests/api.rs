//! Every public function of the originals is there, with its signature.
//!
//! The lists in `api/*.txt` are facts about lock_api 0.4.14 and 0.5.0, parking_lot 0.12.5 and 0.13.0, once_cell 1.21.4 and dashmap 6.2.1, as
//! their sources have them; `api/signatures` is Rust made of them, which compiles against the original and against the twin and against
//! nothing that differs. Of `std::sync`, whose sources are the compiler's, the functions of Rust 1.95 are named once.

#![allow(deprecated, unused_imports, reason = "the originals still have them")]
#![allow(unused_qualifications, reason = "a list of names says all of each")]

#[macro_use]
#[path = "api/exactly.rs"]
mod exactly;
#[path = "api/signatures.rs"]
mod list;

use list::{Selection, generate};

macro_rules! names_of_once_cell {
    () => {
        use cells::{Lazy, OnceCell};
        use std::fmt;
        use std::ops::{Deref, DerefMut};
        use std::panic::{RefUnwindSafe, UnwindSafe};
    };
}

macro_rules! names_of_dashmap {
    () => {
        #[cfg(feature = "rayon")]
        use maps::rayon::map;
        use maps::{
            DashMap, DashSet, Entry, Map, OccupiedEntry, ReadOnlyView, TryReserveError, VacantEntry, iter, iter_set, mapref,
            setref,
        };
        #[cfg(feature = "raw-api")]
        use maps::{RawRwLock, RwLock, RwLockReadGuard, RwLockWriteGuard, SharedValue};
        use std::borrow::Borrow;
        use std::collections::hash_map::RandomState;
        use std::fmt::{self, Debug};
        use std::hash::{BuildHasher, Hash};
        use std::ops::{BitAnd, BitOr, Deref, DerefMut, Shl, Shr, Sub};

        #[cfg(feature = "raw-api")]
        type HashMap<K, V> = hashbrown::raw::RawTable<(K, SharedValue<V>)>;
        const _: fn(Entry<'_, u8, u8>) -> bool = |entry| matches!(entry, Entry::Occupied(_) | Entry::Vacant(_));
        const _: [maps::try_result::TryResult<u8>; 3] = {
            use maps::try_result::TryResult::{Absent, Locked, Present};
            [Present(1), Absent, Locked]
        };
    };
}

signatures! {
    once_cell_original: original "api/signatures/once_cell-1.21.4.rs" { use once_cell::sync as cells; names_of_once_cell!(); }
    once_cell_twin: twin "api/signatures/once_cell-1.21.4.rs" { use lockdep::once_cell::sync as cells; names_of_once_cell!(); }
    dashmap_original: original "api/signatures/dashmap-6.2.1.rs" { use dashmap as maps; names_of_dashmap!(); }
    dashmap_twin: twin "api/signatures/dashmap-6.2.1.rs" { use lockdep::dashmap as maps; names_of_dashmap!(); }
    dashmap_features: twin "api/signatures/dashmap-6.2.1-features.rs" { use lockdep::dashmap as maps; names_of_dashmap!(); }
    lock_api_original: original "api/signatures/lock_api-0.4.14.rs" { use parking_lot::lock_api; names_of_lock_api!(); }
    lock_api_twin: twin "api/signatures/lock_api-0.4.14.rs" { use lockdep::lock_api; names_of_lock_api!(); }
    parking_lot_original: original "api/signatures/parking_lot-0.12.5.rs" { use parking_lot as locks; names_of_parking_lot!(const_fair_mutex, const_mutex, const_reentrant_mutex, const_rwlock, lock_api); }
    parking_lot_twin: twin "api/signatures/parking_lot-0.12.5.rs" { use lockdep::parking_lot as locks; names_of_parking_lot!(const_fair_mutex, const_mutex, const_reentrant_mutex, const_rwlock, lock_api); }
}
/// What a map's trait yields.
const YIELD: [&str; 4] = [
    "#[cfg(feature = \"raw-api\")] unsafe fn _yield_read_shard(&'a self, i: usize) -> RwLockReadGuard<'a, HashMap<K, V>>",
    "#[cfg(feature = \"raw-api\")] unsafe fn _yield_write_shard(&'a self, i: usize) -> RwLockWriteGuard<'a, HashMap<K, V>>",
    "#[cfg(feature = \"raw-api\")] unsafe fn _try_yield_read_shard( &'a self, i: usize, ) -> Option<RwLockReadGuard<'a, HashMap<K, V>>>",
    "#[cfg(feature = \"raw-api\")] unsafe fn _try_yield_write_shard( &'a self, i: usize, ) -> Option<RwLockWriteGuard<'a, HashMap<K, V>>>",
];

/// The lists, what is taken of each, and where what is generated lies.
const LISTS: [(&str, &str, Selection); 7] = {
    const DASHMAP: &[(&str, &str)] = &[
        (
            "lib",
            "use super::{iter::{Iter, IterMut, OwningIter}, mapref::{multiple::RefMulti, one::{Ref, RefMut}}, maps::try_result::TryResult};\n    #[cfg(feature = \"raw-api\")] use crossbeam_utils::CachePadded;",
        ),
        (
            "set",
            "use super::{iter_set::{Iter, OwningIter}, setref::one::Ref};\n    #[cfg(feature = \"raw-api\")] use crossbeam_utils::CachePadded;",
        ),
        ("read_only", "#[cfg(feature = \"raw-api\")] use crossbeam_utils::CachePadded;"),
        ("try_result", "use super::maps::try_result::TryResult;"),
        ("t", "use super::{iter::{Iter, IterMut}, mapref::one::{Ref, RefMut}, maps::try_result::TryResult};"),
        ("iter", "use super::{iter::{Iter, IterMut, OwningIter}, mapref::multiple::{RefMulti, RefMutMulti}};"),
        ("iter_set", "use super::{iter_set::{Iter, OwningIter}, setref::multiple::RefMulti};"),
        ("mapref/one", "use super::mapref::one::{MappedRef, MappedRefMut, Ref, RefMut};"),
        ("mapref/multiple", "use super::mapref::multiple::{RefMulti, RefMutMulti};"),
        ("mapref/entry", "use super::mapref::{entry::{Entry, OccupiedEntry, VacantEntry}, one::RefMut};"),
        ("setref/one", "use super::setref::one::Ref;"),
        ("setref/multiple", "use super::setref::multiple::RefMulti;"),
        (
            "rayon/map",
            "#[cfg(feature = \"rayon\")] use {rayon::iter::{FromParallelIterator, IntoParallelIterator, ParallelExtend, ParallelIterator}, super::{mapref::multiple::{RefMulti, RefMutMulti}, maps::rayon::map::{Iter, IterMut, OwningIter}}};",
        ),
        (
            "rayon/set",
            "#[cfg(feature = \"rayon\")] use {rayon::iter::{FromParallelIterator, IntoParallelIterator, ParallelExtend, ParallelIterator}, super::{setref::multiple::RefMulti, maps::rayon::set::{Iter, OwningIter}}};",
        ),
        (
            "rayon/read_only",
            "#[cfg(feature = \"rayon\")] use {rayon::iter::{FromParallelIterator, IntoParallelIterator, ParallelExtend, ParallelIterator}, super::{mapref::multiple::RefMulti, maps::{self, rayon::map::{Iter, OwningIter}}}};",
        ),
        ("arbitrary", "#[cfg(feature = \"arbitrary\")] use arbitrary::Arbitrary;"),
        ("serde", "#[cfg(feature = \"serde\")] use serde::{Deserialize, Serialize};"),
        ("util", "#[cfg(feature = \"raw-api\")] use super::SharedValue;"),
    ];
    const LOCK_API: &[(&str, &str)] = &[("condvar", ""), ("lib", ""), ("mutex", ""), ("remutex", ""), ("rwlock", "")];
    const PARKING_LOT: &[(&str, &str)] = &[
        ("condvar", ""),
        ("fair_mutex", ""),
        ("mutex", ""),
        ("once", ""),
        ("raw_condvar", ""),
        ("raw_fair_mutex", ""),
        ("raw_mutex", ""),
        ("raw_rwlock", ""),
        ("recursive_rwlock", ""),
        ("remutex", ""),
        ("rwlock", ""),
    ];
    const fn all_of(files: &'static [(&'static str, &'static str)], always: &'static [&'static str]) -> Selection {
        Selection { files, features: &[], differences: &[], without_feature: true, always }
    }
    [
        (include_str!("api/once_cell-1.21.4.txt"), "once_cell-1.21.4", all_of(&[("lib", "")], &["std"])),
        (
            include_str!("api/dashmap-6.2.1.txt"),
            "dashmap-6.2.1",
            Selection {
                files: DASHMAP,
                features: &["raw-api", "rayon"],
                differences: &[
                    // A shard that is held is another type: ours is held by the validator, too.
                    (YIELD[0], ""),
                    (YIELD[1], ""),
                    (YIELD[2], ""),
                    (YIELD[3], ""),
                    // Nothing makes a map of a hasher that is less.
                    (
                        "#[cfg(feature = \"rayon\")] impl<K, V, S> DashMap<K, V, S> where K: Send + Sync + Eq + Hash, V: Send + Sync,",
                        "#[cfg(feature = \"rayon\")] impl<K, V, S> DashMap<K, V, S> where K: Send + Sync + Eq + Hash, V: Send + Sync, \
                         S: BuildHasher + Clone,",
                    ),
                ],
                without_feature: true,
                always: &[],
            },
        ),
        // Of these the original has none here.
        (
            include_str!("api/dashmap-6.2.1.txt"),
            "dashmap-6.2.1-features",
            Selection {
                files: DASHMAP,
                features: &["arbitrary", "serde", "typesize"],
                differences: &[],
                without_feature: false,
                always: &[],
            },
        ),
        (
            include_str!("api/lock_api-0.4.14.txt"),
            "lock_api-0.4.14",
            Selection {
                files: LOCK_API,
                features: &[],
                differences: &[
                    // The kind of a lock is what its raw lock says.
                    ("impl<R, T> Mutex<R, T>", "impl<R: RawMutex, T> Mutex<R, T>"),
                    ("impl<R, G, T> ReentrantMutex<R, G, T>", "impl<R: RawMutex, G, T> ReentrantMutex<R, G, T>"),
                    ("impl<R, T> RwLock<R, T>", "impl<R: RawRwLock, T> RwLock<R, T>"),
                    // The original forgot that the guard gives the lock away, which is not `Sync` without this.
                    (
                        "unsafe impl<'a, R: RawRwLockUpgrade + 'a, T: ?Sized + Sync + 'a> Sync for RwLockUpgradableReadGuard<'a, R, T>",
                        "unsafe impl<'a, R: RawRwLockUpgrade + Sync + 'a, T: ?Sized + Sync + 'a> Sync for RwLockUpgradableReadGuard<'a, R, T>",
                    ),
                ],
                without_feature: true,
                always: &["arc_lock"],
            },
        ),
        (include_str!("api/parking_lot-0.12.5.txt"), "parking_lot-0.12.5", all_of(PARKING_LOT, &[])),
        (
            include_str!("api/lock_api-0.5.0.txt"),
            "lock_api-0.5.0",
            Selection {
                files: LOCK_API,
                features: &[],
                // As above.
                differences: &[
                    ("impl<R, T> Mutex<R, T>", "impl<R: RawMutex, T> Mutex<R, T>"),
                    ("impl<R, T> RwLock<R, T>", "impl<R: RawRwLock, T> RwLock<R, T>"),
                ],
                without_feature: true,
                always: &["arc_lock"],
            },
        ),
        (include_str!("api/parking_lot-0.13.0.txt"), "parking_lot-0.13.0", all_of(PARKING_LOT, &[])),
    ]
};

/// What is compiled is what the lists say: written anew under `BLESS=1`.
#[test]
fn the_lists_are_what_is_compiled() {
    for (list, name, selection) in &LISTS {
        let path = format!("{}/tests/api/signatures/{name}.rs", env!("CARGO_MANIFEST_DIR"));
        let generated = generate(list, selection);
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, &generated).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), generated, "{name}: BLESS=1 writes it anew");
    }
}

#[test]
#[should_panic(expected = "no such line: impl Nothing")]
fn a_difference_from_nothing_is_found() {
    let (list, _, selection) = &LISTS[0];
    generate(list, &Selection { differences: &[("impl Nothing", "")], ..*selection });
}

/// Each kind of difference: the twin that is like the original compiles, and one that is not does not.
#[test]
fn a_wrong_signature_does_not_compile() {
    const LIST: &str = "
===== cells-1.0.0/src/lib.rs
   pub struct Cell<T = u8>

##  impl<T> Cell<T>
   pub const fn new(value: T) -> Self
   pub fn get(&self) -> &T
   pub fn get_mut(&mut self) -> &mut T
   pub unsafe fn take(&self) -> T
   pub fn map<U, F>(self, f: F) -> Cell<U> where F: FnOnce(T) -> U,

##  impl<T> Deref for Cell<T>
   type Target = T
";
    const TWIN: &str = "
pub struct Cell<T = u8>(T);
impl<T> Cell<T> {
    pub const fn new(value: T) -> Self { Cell(value) }
    pub fn get(&self) -> &T { &self.0 }
    pub fn get_mut(&mut self) -> &mut T { &mut self.0 }
    pub unsafe fn take(&self) -> T { unsafe { (&raw const self.0).read() } }
    pub fn map<U, F>(self, f: F) -> Cell<U> where F: FnOnce(T) -> U { Cell(f(self.0)) }
}
impl<T> Deref for Cell<T> { type Target = T; fn deref(&self) -> &T { &self.0 } }
";
    // What is there, what a wrong twin has instead, and what the compiler says of that.
    const WRONG: &[(&str, &str, &str)] = &[
        ("struct Cell<T = u8>", "struct Cell<T = i8>", "E0308"),
        ("pub const fn new", "pub fn new", "E0015"),
        ("pub fn get(&self) -> &T { &self.0 }", "", "E0599"),
        (
            "-> &T { &self.0 }\n    pub fn get_mut(&mut self) -> &mut T",
            "-> &T { &self.0 }\n    pub fn get_mut(&mut self) -> &T",
            "E0308",
        ),
        ("pub fn get(&self) -> &T { &self.0 }", "pub fn get(&self) -> &Box<T> { todo!() }", "E0308"),
        ("pub fn get_mut(&mut self) -> &mut T { &mut self.0 }", "pub fn get_mut(&self) -> &mut T { todo!() }", "E0308"),
        ("pub unsafe fn take", "pub fn take", "unused_unsafe"),
        ("fn map<U, F>", "fn map<F, U>", "E0277"),
        ("F: FnOnce(T) -> U", "F: Fn(T) -> U", "E0277"),
        ("F: FnOnce(T) -> U", "F: FnOnce(T) -> U + Send", "E0277"),
        ("impl<T> Cell<T> {", "impl<T: Copy> Cell<T> {", "E0599"),
        ("impl<T> Deref", "impl<T: Copy> Deref", "E0277"),
        ("type Target = T; fn deref(&self) -> &T { &self.0 }", "type Target = u8; fn deref(&self) -> &u8 { todo!() }", "E0271"),
    ];
    let generated =
        generate(LIST, &Selection { files: &[("lib", "")], features: &[], differences: &[], without_feature: true, always: &[] });
    let said_of = |twin: &str| {
        let program = format!(
            "#[macro_use] mod exactly {{ {} }}\npub mod twin {{ use std::ops::Deref;\n{twin} }}\n#[deny(unused_unsafe)] mod signatures {{ \
             use std::ops::Deref; use crate::{{exactly::*, twin::Cell}};\n{generated} }}",
            include_str!("api/exactly.rs")
        );
        let mut rustc = std::process::Command::new(std::env::var_os("RUSTC").unwrap_or("rustc".into()))
            .args([
                "--edition=2024",
                "--crate-type=lib",
                "--crate-name=twin",
                "--emit=metadata",
                "--out-dir",
                env!("CARGO_TARGET_TMPDIR"),
                "-",
            ])
            .stdin(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        std::io::Write::write_all(&mut rustc.stdin.take().unwrap(), program.as_bytes()).unwrap();
        let said = rustc.wait_with_output().unwrap();
        (said.status.success(), String::from_utf8(said.stderr).unwrap())
    };
    let (compiles, said) = said_of(TWIN);
    assert!(compiles, "{said}");
    for (right, wrong, expected) in WRONG {
        let twin = TWIN.replacen(right, wrong, 1);
        assert_ne!(twin, TWIN, "{right}");
        let (compiles, said) = said_of(&twin);
        assert!(!compiles && said.contains(expected), "{wrong}: {said}");
    }
}

macro_rules! std_sync {
    ($name:ident: $($sync:tt)*) => {
        mod $name {
            use $($sync)*::{
                Arc, Barrier, BarrierWaitResult, Condvar, LazyLock, LockResult, Mutex, MutexGuard, ONCE_INIT, Once, OnceLock, OnceState,
                PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError, TryLockResult, WaitTimeoutResult, Weak, atomic,
                mpsc,
            };

            #[test]
            fn functions() {
                let _ = <Mutex<u8>>::new;
                let _ = <Mutex<u8>>::lock;
                let _ = <Mutex<u8>>::try_lock;
                let _ = <Mutex<u8>>::is_poisoned;
                let _ = <Mutex<u8>>::clear_poison;
                let _ = <Mutex<u8>>::into_inner;
                let _ = <Mutex<u8>>::get_mut;
                let _ = <RwLock<u8>>::new;
                let _ = <RwLock<u8>>::read;
                let _ = <RwLock<u8>>::try_read;
                let _ = <RwLock<u8>>::write;
                let _ = <RwLock<u8>>::try_write;
                let _ = <RwLock<u8>>::is_poisoned;
                let _ = <RwLock<u8>>::clear_poison;
                let _ = <RwLock<u8>>::into_inner;
                let _ = <RwLock<u8>>::get_mut;
                let _ = <RwLockWriteGuard<'static, u8>>::downgrade;
                let _ = <Condvar>::new;
                let _ = <Condvar>::wait::<u8>;
                let _ = <Condvar>::wait_while::<u8, fn(&mut u8) -> bool>;
                let _ = <Condvar>::wait_timeout_ms::<u8>;
                let _ = <Condvar>::wait_timeout::<u8>;
                let _ = <Condvar>::wait_timeout_while::<u8, fn(&mut u8) -> bool>;
                let _ = <Condvar>::notify_one;
                let _ = <Condvar>::notify_all;
                let _ = <Once>::new;
                let _ = <Once>::call_once::<fn()>;
                let _ = <Once>::call_once_force::<fn(&OnceState)>;
                let _ = <Once>::is_completed;
                let _ = <Once>::wait;
                let _ = <Once>::wait_force;
                let _ = <OnceState>::is_poisoned;
                let _ = <OnceLock<u8>>::new;
                let _ = <OnceLock<u8>>::get;
                let _ = <OnceLock<u8>>::get_mut;
                let _ = <OnceLock<u8>>::wait;
                let _ = <OnceLock<u8>>::set;
                let _ = <OnceLock<u8>>::get_or_init::<fn() -> u8>;
                let _ = <OnceLock<u8>>::into_inner;
                let _ = <OnceLock<u8>>::take;
                let _ = <LazyLock<u8>>::new;
                let _ = <LazyLock<u8>>::force_mut;
                let _ = <LazyLock<u8>>::force;
                let _ = <LazyLock<u8>>::get_mut;
                let _ = <LazyLock<u8>>::get;
                let _ = <Barrier>::new;
                let _ = <Barrier>::wait;
                let _ = (BarrierWaitResult::is_leader, WaitTimeoutResult::timed_out);
            }

            #[test]
            fn constants() {
                const _: Mutex<u8> = Mutex::new(1);
                const _: RwLock<u8> = RwLock::new(1);
                const _: Condvar = Condvar::new();
                const _: Once = Once::new();
                const _: Once = ONCE_INIT;
                const _: OnceLock<u8> = OnceLock::new();
                const _: LazyLock<u8> = LazyLock::new(|| 1);
                const _: Barrier = Barrier::new(1);
            }
        }
    };
}

std_sync!(std_original: std::sync);
std_sync!(std_twin: lockdep::sync);

/// With `send_guard` the guards of the twin are more than those of an original without it.
#[cfg(not(feature = "send_guard"))]
mod auto_traits {
    include!("api/auto_traits.rs");
    include!("api/same_auto_traits.rs");

    /// The guards that own an `Arc`.
    macro_rules! owning {
        ($name:ident: $($locks:tt)*) => {
            mod $name {
                use $($locks)*::{RawMutex, RawRwLock, RawThreadId, lock_api};

                pub(super) type Mutex<T> = lock_api::ArcMutexGuard<RawMutex, T>;
                pub(super) type ReentrantMutex<T> = lock_api::ArcReentrantMutexGuard<RawMutex, RawThreadId, T>;
                pub(super) type Read<T> = lock_api::ArcRwLockReadGuard<RawRwLock, T>;
                pub(super) type Write<T> = lock_api::ArcRwLockWriteGuard<RawRwLock, T>;
                pub(super) type Upgradable<T> = lock_api::ArcRwLockUpgradableReadGuard<RawRwLock, T>;
            }
        };
    }

    owning!(owning_original: parking_lot);
    owning!(owning_twin: lockdep::parking_lot);

    #[test]
    fn are_the_originals() {
        use std::cell::Cell;
        use std::rc::Rc;

        macro_rules! of {
            ($($value:ty),*) => { $(
                same!(lockdep::parking_lot, parking_lot: Mutex[$value] FairMutex[$value] ReentrantMutex[$value] RwLock[$value]
                    MutexGuard['static, $value] MappedMutexGuard['static, $value] FairMutexGuard['static, $value]
                    ReentrantMutexGuard['static, $value] MappedReentrantMutexGuard['static, $value]
                    RwLockReadGuard['static, $value] MappedRwLockReadGuard['static, $value]
                    RwLockWriteGuard['static, $value] MappedRwLockWriteGuard['static, $value]);
                same!(owning_twin, owning_original: Mutex[$value] ReentrantMutex[$value] Read[$value] Write[$value] Upgradable[$value]);
                same!(lockdep::once_cell::sync, once_cell::sync: OnceCell[$value] Lazy[$value] Lazy[u8, $value]);
            )* };
        }
        of!(u8, Cell<u8>, Rc<u8>, *const u8, &'static mut u8, std::sync::MutexGuard<'static, u8>, std::marker::PhantomPinned);
        assert_eq!(auto_traits!(lockdep::parking_lot::Condvar), auto_traits!(parking_lot::Condvar));
        assert_eq!(auto_traits!(lockdep::parking_lot::Once), auto_traits!(parking_lot::Once));
    }
}
