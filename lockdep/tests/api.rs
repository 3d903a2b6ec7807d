//! Every public function of the originals is there, with its signature.
//!
//! The lists in `api/*.txt` are facts about lock_api 0.4.14 and 0.5.0, parking_lot 0.12.5 and 0.13.0, once_cell 1.21.4 and dashmap 6.2.1, as
//! their sources have them, and about what is stable in `std::sync` of Rust 1.95, as its documentation has it; `api/signatures` is Rust
//! made of them, which compiles against the original and against the twin and against nothing that differs.

#![allow(deprecated, unused_imports, reason = "the originals still have them")]
#![allow(unused_qualifications, reason = "a list of names says all of each")]

#[macro_use]
#[path = "api/exactly.rs"]
mod exactly;
#[path = "api/less.rs"]
mod less;
#[path = "api/signatures.rs"]
mod list;

use std::collections::BTreeSet;

use list::{Selection, generate};

signatures! {
    once_cell_original: original "api/signatures/once_cell-1.21.4.rs" { use once_cell::sync as cells; names_of_once_cell!(); }
    once_cell_twin: twin "api/signatures/once_cell-1.21.4.rs" { use lockdep::once_cell::sync as cells; names_of_once_cell!(); }
    dashmap_original: original "api/signatures/dashmap-6.2.1.rs" { use dashmap as maps; names_of_dashmap!(); }
    dashmap_twin: twin "api/signatures/dashmap-6.2.1.rs" { use lockdep::dashmap as maps; names_of_dashmap!(); }
    dashmap_features: twin "api/signatures/dashmap-6.2.1-features.rs" { use lockdep::dashmap as maps; names_of_dashmap!(); }
    lock_api_original: original "api/signatures/lock_api-0.4.14.rs" { use parking_lot::lock_api; names_of_lock_api!(); }
    lock_api_twin: twin "api/signatures/lock_api-0.4.14.rs" { use lockdep::lock_api; names_of_lock_api!(); }
    std_sync_original: original "api/signatures/std-1.95.0.rs" { names_of_std_sync!(std::sync); include!("api/std-1.95.0-besides.rs"); }
    std_sync_twin: twin "api/signatures/std-1.95.0.rs" { names_of_std_sync!(lockdep::sync); include!("api/std-1.95.0-besides.rs"); }
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
const LISTS: [(&str, &str, Selection); 8] = {
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
    const STD_SYNC: &[(&str, &str)] = &[
        ("sync/barrier", ""),
        ("sync/lazy_lock", ""),
        ("sync/mod", ""),
        ("sync/once", ""),
        ("sync/once_lock", ""),
        ("sync/poison", ""),
        ("sync/poison/condvar", ""),
        ("sync/poison/mutex", ""),
        ("sync/poison/rwlock", ""),
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
        (include_str!("api/std-1.95.0.txt"), "std-1.95.0", all_of(STD_SYNC, &[])),
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
        let twin = format!("mod twin {{ use std::ops::Deref;\n{twin} }}");
        compiled(&[], &program("use crate::twin::Cell; use std::ops::Deref;", &twin, &generated))
    };
    refuses(said_of, TWIN, WRONG);
}

/// A twin of `std::sync` that is right: the original itself but for these.
const STD_TWIN: &str = r#"
pub use std::sync::*;
pub struct Mutex<T: ?Sized>(std::sync::Mutex<T>);
pub struct Once(std::sync::Once);
#[deprecated] pub const ONCE_INIT: Once = Once::new();
pub struct OnceLock<T>(std::sync::OnceLock<T>);
pub struct LazyLock<T, F = fn() -> T>(std::sync::LazyLock<T, F>);
pub struct RwLock<T: ?Sized>(std::sync::RwLock<T>);
#[must_use] pub struct RwLockReadGuard<'a, T: ?Sized + 'a>(std::sync::RwLockReadGuard<'a, T>);
#[must_use] pub struct RwLockWriteGuard<'a, T: ?Sized + 'a>(std::sync::RwLockWriteGuard<'a, T>);
pub struct Condvar(std::sync::Condvar);
impl<T> Mutex<T> { pub const fn new(t: T) -> Self { Mutex(std::sync::Mutex::new(t)) } }
impl<T: ?Sized> Mutex<T> {
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> { self.0.lock() }
    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> { self.0.try_lock() }
    pub fn is_poisoned(&self) -> bool { self.0.is_poisoned() }
    pub fn clear_poison(&self) { self.0.clear_poison() }
    pub fn into_inner(self) -> LockResult<T> where T: Sized { self.0.into_inner() }
    pub fn get_mut(&mut self) -> LockResult<&mut T> { self.0.get_mut() }
}
impl<T> From<T> for Mutex<T> { fn from(t: T) -> Self { Mutex::new(t) } }
impl<T: Default> Default for Mutex<T> { fn default() -> Self { Mutex::new(T::default()) } }
impl<T: ?Sized + Debug> Debug for Mutex<T> { fn fmt(&self, f: &mut Formatter<'_>) -> Result { self.0.fmt(f) } }
impl Once {
    #[must_use] pub const fn new() -> Once { Once(std::sync::Once::new()) }
    pub fn call_once<F>(&self, f: F) where F: FnOnce() { self.0.call_once(f) }
    pub fn call_once_force<F>(&self, f: F) where F: FnOnce(&OnceState) { self.0.call_once_force(f) }
    pub fn is_completed(&self) -> bool { self.0.is_completed() }
    pub fn wait(&self) { self.0.wait() }
    pub fn wait_force(&self) { self.0.wait_force() }
}
impl Debug for Once { fn fmt(&self, f: &mut Formatter<'_>) -> Result { self.0.fmt(f) } }
impl<T> OnceLock<T> {
    #[must_use] pub const fn new() -> OnceLock<T> { OnceLock(std::sync::OnceLock::new()) }
    pub fn get(&self) -> Option<&T> { self.0.get() }
    pub fn get_mut(&mut self) -> Option<&mut T> { self.0.get_mut() }
    pub fn wait(&self) -> &T { self.0.wait() }
    pub fn set(&self, value: T) -> std::result::Result<(), T> { self.0.set(value) }
    pub fn get_or_init<F>(&self, f: F) -> &T where F: FnOnce() -> T { self.0.get_or_init(f) }
    pub fn into_inner(self) -> Option<T> { self.0.into_inner() }
    pub fn take(&mut self) -> Option<T> { self.0.take() }
}
impl<T> Default for OnceLock<T> { fn default() -> Self { OnceLock::new() } }
impl<T: Debug> Debug for OnceLock<T> { fn fmt(&self, f: &mut Formatter<'_>) -> Result { self.0.fmt(f) } }
impl<T: Clone> Clone for OnceLock<T> { fn clone(&self) -> Self { OnceLock(self.0.clone()) } }
impl<T> From<T> for OnceLock<T> { fn from(t: T) -> Self { OnceLock(t.into()) } }
impl<T: PartialEq> PartialEq for OnceLock<T> { fn eq(&self, other: &Self) -> bool { self.0 == other.0 } }
impl<T: Eq> Eq for OnceLock<T> {}
impl<T, F: FnOnce() -> T> LazyLock<T, F> {
    pub const fn new(f: F) -> LazyLock<T, F> { LazyLock(std::sync::LazyLock::new(f)) }
    pub fn force_mut(this: &mut LazyLock<T, F>) -> &mut T { std::sync::LazyLock::force_mut(&mut this.0) }
    pub fn force(this: &LazyLock<T, F>) -> &T { std::sync::LazyLock::force(&this.0) }
}
impl<T, F> LazyLock<T, F> {
    pub fn get_mut(this: &mut LazyLock<T, F>) -> Option<&mut T> { std::sync::LazyLock::get_mut(&mut this.0) }
    pub fn get(this: &LazyLock<T, F>) -> Option<&T> { std::sync::LazyLock::get(&this.0) }
}
impl<T, F: FnOnce() -> T> Deref for LazyLock<T, F> { type Target = T; fn deref(&self) -> &T { &self.0 } }
impl<T, F: FnOnce() -> T> DerefMut for LazyLock<T, F> { fn deref_mut(&mut self) -> &mut T { &mut self.0 } }
impl<T: Default> Default for LazyLock<T> { fn default() -> Self { LazyLock::new(T::default) } }
impl<T: Debug, F> Debug for LazyLock<T, F> { fn fmt(&self, f: &mut Formatter<'_>) -> Result { self.0.fmt(f) } }
impl<T> RwLock<T> { pub const fn new(t: T) -> Self { RwLock(std::sync::RwLock::new(t)) } }
impl<T: ?Sized> RwLock<T> {
    pub fn read(&self) -> LockResult<RwLockReadGuard<'_, T>> { Ok(RwLockReadGuard(self.0.read().unwrap())) }
    pub fn try_read(&self) -> TryLockResult<RwLockReadGuard<'_, T>> { todo!() }
    pub fn write(&self) -> LockResult<RwLockWriteGuard<'_, T>> { Ok(RwLockWriteGuard(self.0.write().unwrap())) }
    pub fn try_write(&self) -> TryLockResult<RwLockWriteGuard<'_, T>> { todo!() }
    pub fn is_poisoned(&self) -> bool { self.0.is_poisoned() }
    pub fn clear_poison(&self) { self.0.clear_poison() }
    pub fn into_inner(self) -> LockResult<T> where T: Sized { self.0.into_inner() }
    pub fn get_mut(&mut self) -> LockResult<&mut T> { self.0.get_mut() }
}
impl<T: ?Sized + Debug> Debug for RwLock<T> { fn fmt(&self, f: &mut Formatter<'_>) -> Result { self.0.fmt(f) } }
impl<T: Default> Default for RwLock<T> { fn default() -> Self { RwLock::new(T::default()) } }
impl<T> From<T> for RwLock<T> { fn from(t: T) -> Self { RwLock::new(t) } }
impl<T: ?Sized> Deref for RwLockReadGuard<'_, T> { type Target = T; fn deref(&self) -> &T { &self.0 } }
impl<T: ?Sized> Deref for RwLockWriteGuard<'_, T> { type Target = T; fn deref(&self) -> &T { &self.0 } }
impl<T: ?Sized> DerefMut for RwLockWriteGuard<'_, T> { fn deref_mut(&mut self) -> &mut T { &mut self.0 } }
impl<T: ?Sized + Debug> Debug for RwLockReadGuard<'_, T> { fn fmt(&self, f: &mut Formatter<'_>) -> Result { self.0.fmt(f) } }
impl<T: ?Sized + Display> Display for RwLockReadGuard<'_, T> { fn fmt(&self, f: &mut Formatter<'_>) -> Result { self.0.fmt(f) } }
impl<T: ?Sized + Debug> Debug for RwLockWriteGuard<'_, T> { fn fmt(&self, f: &mut Formatter<'_>) -> Result { self.0.fmt(f) } }
impl<T: ?Sized + Display> Display for RwLockWriteGuard<'_, T> { fn fmt(&self, f: &mut Formatter<'_>) -> Result { self.0.fmt(f) } }
impl<'a, T: ?Sized> RwLockWriteGuard<'a, T> {
    pub fn downgrade(s: Self) -> RwLockReadGuard<'a, T> { RwLockReadGuard(std::sync::RwLockWriteGuard::downgrade(s.0)) }
}
impl Condvar {
    #[must_use] pub const fn new() -> Condvar { Condvar(std::sync::Condvar::new()) }
    pub fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> { self.0.wait(guard) }
    pub fn wait_while<'a, T, F>(&self, guard: MutexGuard<'a, T>, f: F) -> LockResult<MutexGuard<'a, T>> where F: FnMut(&mut T) -> bool { self.0.wait_while(guard, f) }
    #[deprecated] pub fn wait_timeout_ms<'a, T>(&self, guard: MutexGuard<'a, T>, ms: u32) -> LockResult<(MutexGuard<'a, T>, bool)> { self.0.wait_timeout_ms(guard, ms) }
    pub fn wait_timeout<'a, T>(&self, guard: MutexGuard<'a, T>, dur: Duration) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> { self.0.wait_timeout(guard, dur) }
    pub fn wait_timeout_while<'a, T, F>(&self, guard: MutexGuard<'a, T>, dur: Duration, f: F) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> where F: FnMut(&mut T) -> bool { self.0.wait_timeout_while(guard, dur, f) }
    pub fn notify_one(&self) { self.0.notify_one() }
    pub fn notify_all(&self) { self.0.notify_all() }
}
impl Debug for Condvar { fn fmt(&self, f: &mut Formatter<'_>) -> Result { self.0.fmt(f) } }
impl Default for Condvar { fn default() -> Self { Condvar::new() } }
"#;

fn std_twin(twin: &str) -> String {
    format!(
        "#[allow(warnings)] mod twin {{ use std::{{fmt::{{Debug, Display, Formatter, Result}}, ops::{{Deref, DerefMut}}, \
         time::Duration}};\n{twin} }}"
    )
}

/// The same of `std::sync`, with the check that is compiled above.
#[test]
fn a_wrong_twin_of_std_does_not_compile() {
    const WRONG: &[(&str, &str, &str)] = &[
        // Signatures.
        ("pub fn try_lock(", "pub fn try_lock_now(", "E0599"),
        (
            "pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> { self.0.try_lock() }",
            "pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> { todo!() }",
            "E0308",
        ),
        ("pub const fn new(t: T) -> Self { Mutex", "pub fn new(t: T) -> Self { Mutex", "E0015"),
        ("impl<T: ?Sized> Mutex<T> {", "impl<T> Mutex<T> {", "E0599"),
        ("impl<T: ?Sized> RwLock<T> {", "impl<T: ?Sized + Send> RwLock<T> {", "E0599"),
        ("pub fn downgrade(s: Self)", "pub fn downgrade(s: &Self)", "E0308"),
        ("F: FnOnce(&OnceState)", "F: FnOnce(&OnceState) + Send", "E0277"),
        ("F: FnMut(&mut T) -> bool", "F: Fn(&mut T) -> bool", "E0277"),
        ("pub fn wait_force(&self)", "pub unsafe fn wait_force(&self)", "E0277"),
        ("F = fn() -> T>", "F = Box<dyn FnOnce() -> T>>", "E0308"),
        ("pub fn get_mut(this: &mut LazyLock<T, F>)", "pub fn get_mut(this: &LazyLock<T, F>)", "E0308"),
        ("pub const ONCE_INIT: Once = Once::new()", "pub const ONCE_INIT: std::sync::Once = std::sync::Once::new()", "E0308"),
        // Traits, their bounds and associated types.
        ("impl<T> From<T> for RwLock<T> { fn from(t: T) -> Self { RwLock::new(t) } }", "", "E0277"),
        ("impl<T: Default> Default for Mutex", "impl<T: Default + Debug> Default for Mutex", "E0277"),
        ("impl<T: ?Sized + Debug> Debug for Mutex", "impl<T: Debug> Debug for Mutex", "E0277"),
        ("impl<T: ?Sized + Display> Display for RwLockReadGuard", "impl<T: ?Sized + Debug> Display for RwLockReadGuard", "E0277"),
        ("impl<T: Eq> Eq for OnceLock<T> {}", "", "E0277"),
        (
            "Deref for RwLockReadGuard<'_, T> { type Target = T; fn deref(&self) -> &T { &self.0 } }",
            "Deref for RwLockReadGuard<'_, T> { type Target = &'static T; fn deref(&self) -> &&'static T { todo!() } }",
            "E0271",
        ),
        // Auto traits.
        ("struct Once(std::sync::Once)", "struct Once(std::sync::Once, *const u8)", "E0277"),
        ("struct Condvar(std::sync::Condvar)", "struct Condvar(std::sync::Condvar, std::marker::PhantomPinned)", "E0277"),
        (
            "struct LazyLock<T, F = fn() -> T>(std::sync::LazyLock<T, F>)",
            "struct LazyLock<T, F = fn() -> T>(std::sync::LazyLock<T, F>, std::marker::PhantomData<std::cell::UnsafeCell<T>>)",
            "E0277",
        ),
        (
            "struct Mutex<T: ?Sized>(std::sync::Mutex<T>)",
            "struct Mutex<T: ?Sized>(std::marker::PhantomData<std::cell::UnsafeCell<u8>>, std::sync::Mutex<T>)",
            "E0277",
        ),
        // What is besides the list.
        ("struct RwLock<T: ?Sized>(std::sync::RwLock<T>)", "struct RwLock<T: ?Sized>(Box<std::sync::RwLock<T>>)", "E0308"),
        (
            "struct RwLockReadGuard<'a, T: ?Sized + 'a>(std::sync::RwLockReadGuard<'a, T>)",
            "struct RwLockReadGuard<'a, T: ?Sized + 'a>(std::sync::RwLockReadGuard<'a, T>, std::marker::PhantomData<fn(&'a T)>)",
            "lifetime may not live long enough",
        ),
        (
            "struct OnceLock<T>(std::sync::OnceLock<T>);",
            "struct OnceLock<T>(std::sync::OnceLock<T>); impl<T> Drop for OnceLock<T> { fn drop(&mut self) {} }",
            "E0597",
        ),
        ("pub use std::sync::*;", "pub use std::sync::*; pub struct Weak<T: ?Sized>(std::sync::Weak<T>);", "E0308"),
        ("#[must_use] pub const fn new() -> Condvar", "pub const fn new() -> Condvar", "unfulfilled"),
        ("#[must_use] pub struct RwLockWriteGuard", "pub struct RwLockWriteGuard", "unfulfilled"),
        ("pub fn get(&self) -> Option<&T>", "#[must_use] pub fn get(&self) -> Option<&T>", "unused return value"),
        ("#[deprecated] pub const", "pub const", "unfulfilled"),
    ];
    let said_of = |twin: &str| {
        let all = concat!(include_str!("api/signatures/std-1.95.0.rs"), include_str!("api/std-1.95.0-besides.rs"));
        compiled(&[], &program("names_of_std_sync!(crate::twin);", &std_twin(twin), all))
    };
    refuses(said_of, STD_TWIN, WRONG);
}

/// What the originals ask for, the twins ask for, too: see `api/less.rs`.
#[test]
fn no_twin_asks_for_less() {
    const NO_TWIN: &str = "";
    /// Nobody can make a lock of a raw lock that is none, nor take one whose threads have no number: to ask here, too, would be an
    /// `unsafe` more, and lock_api 0.5, which has the same types, does not ask for the number.
    const NEVER_MADE: [&str; 4] = [
        "R : Send , T : ? Sized + Send > (it : & 'any Mutex < R , T >)",
        "R : Send , T : ? Sized + Send > (it : & 'any RwLock < R , T >)",
        "G : Send > (it : & 'any RawReentrantMutex < R , G >)",
        "G : Send , T : ? Sized + Send > (it : & 'any ReentrantMutex < R , G , T >)",
    ];
    macro_rules! compared {
        ($($file:literal: $original:literal as $theirs:literal, $ours:literal, $names:literal, $excepted:expr;)*) => { $({
            let signatures = include_str!(concat!("api/signatures/", $file, ".rs"));
            let [theirs, ours] = [($original, "original", $theirs), ("lockdep", "twin", $ours)].map(|(name, side, place)| {
                let names = format!("use crate::exactly::{side}::*; use {place}; {}", $names);
                asked_for(&library(name, &program(&names, NO_TWIN, signatures)), &names, NO_TWIN, signatures)
            });
            assert!(theirs.len() > 20, "{}: {theirs:#?}", $file);
            let excepted: &[&str] = &$excepted;
            let is_excepted = |line: &&String| excepted.iter().any(|part| line.contains(part));
            let (found, less): (Vec<_>, Vec<_>) = theirs.difference(&ours).partition(is_excepted);
            assert_eq!(found.len(), excepted.len(), "{}: {found:#?}", $file);
            assert_eq!((less, ours.difference(&theirs).collect()), (vec![], vec![]), "{}: asked for by the one, by the other", $file);
        })* };
    }
    compared! {
        "once_cell-1.21.4": "once_cell" as "once_cell::sync as cells", "lockdep::once_cell::sync as cells", "names_of_once_cell!();", [];
        "dashmap-6.2.1": "dashmap" as "dashmap as maps", "lockdep::dashmap as maps", "names_of_dashmap!();", [];
        "lock_api-0.4.14": "parking_lot" as "parking_lot::lock_api", "lockdep::lock_api", "names_of_lock_api!();", NEVER_MADE;
        "parking_lot-0.12.5": "parking_lot" as "parking_lot as locks", "lockdep::parking_lot as locks",
            "names_of_parking_lot!(const_fair_mutex, const_mutex, const_reentrant_mutex, const_rwlock, lock_api);", [];
    }
}

/// As above; the original needs no library.
#[test]
fn the_twin_of_std_asks_for_no_less() {
    const SIGNATURES: &str = include_str!("api/signatures/std-1.95.0.rs");
    let asked_for_by = |twin: &str| asked_for(&[], "names_of_std_sync!(crate::twin);", &std_twin(twin), SIGNATURES);
    let original = asked_for(&[], "names_of_std_sync!(std::sync);", "", SIGNATURES);
    assert!(original.len() > 100, "{original:#?}");
    let ours = "names_of_std_sync!(lockdep::sync);";
    assert_eq!(asked_for(&library("lockdep", &program(ours, "", SIGNATURES)), ours, "", SIGNATURES), original);

    // One that asks for less is found.
    assert_eq!(asked_for_by(STD_TWIN), original);
    for (right, less) in [
        ("impl<T: Clone> Clone for OnceLock<T> {", "impl<T> Clone for OnceLock<T> {"),
        ("impl<T: Debug, F> Debug for LazyLock<T, F>", "impl<T, F> Debug for LazyLock<T, F>"),
        ("impl<T: PartialEq> PartialEq for OnceLock<T>", "impl<T> PartialEq for OnceLock<T>"),
        ("wait_while<'a, T, F>(", "wait_while<'a, T: ?Sized, F>("),
        ("call_once<F>(&self, f: F) where F: FnOnce()", "call_once<F>(&self, f: F)"),
        ("FnMut(&mut T) -> bool", "FnOnce(&mut T) -> bool"),
        ("pub fn take(&mut self)", "pub fn take(&self)"),
        (
            "struct LazyLock<T, F = fn() -> T>(",
            "unsafe impl<T: Sync, F> Sync for LazyLock<T, F> {}\npub struct LazyLock<T, F = fn() -> T>(*const u8, ",
        ),
    ] {
        // The body cannot be right.
        let twin = STD_TWIN.replacen(right, less, 1);
        assert_ne!(twin, STD_TWIN, "{right}");
        let twins = asked_for_by(&twin);
        assert!(original.difference(&twins).next().is_some(), "{less}");
    }
}

/// The functions that ask for less than the signatures say, and do not compile.
fn asked_for(arguments: &[String], names: &str, twin: &str, signatures: &str) -> BTreeSet<String> {
    let body = less::with_less(signatures);
    let program = program(names, twin, &body);
    let (_, said) = compiled(&[arguments, &["--error-format=short".into(), "--cap-lints=allow".into()]].concat(), &program);
    let lines: Vec<&str> = program.lines().collect();
    let errors = said.lines().filter_map(|line| line.strip_prefix("<anon>:")?.split_once(": error"));
    let lines = errors.map(|(place, _)| lines[place.split(':').next().unwrap().parse::<usize>().unwrap() - 1]);
    lines.filter(|line| body.contains(line)).map(str::to_owned).collect()
}

/// The twin compiles, and none does in which something is replaced by something wrong; the compiler says what is expected of it.
fn refuses(said_of: impl Fn(&str) -> (bool, String), twin: &str, wrong: &[(&str, &str, &str)]) {
    let (compiles, said) = said_of(twin);
    assert!(compiles, "{said}");
    for (right, wrong, expected) in wrong {
        let wrong_twin = twin.replacen(right, wrong, 1);
        assert_ne!(wrong_twin, twin, "{right}");
        let (compiles, said) = said_of(&wrong_twin);
        assert!(!compiles && said.contains(expected), "{wrong}: {said}");
    }
}

/// A program of a twin, and of what is generated for these names.
fn program(names: &str, twin: &str, generated: &str) -> String {
    let exactly = include_str!("api/exactly.rs");
    format!(
        "#[macro_use] mod exactly {{ {exactly} }}\n{twin}\n#[deny(unused_unsafe)] mod signatures {{ use crate::exactly::*; \
         {names}\n{generated} }}"
    )
}

/// Whether the compiler takes the program, and what it says.
fn compiled(arguments: &[String], program: &str) -> (bool, String) {
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
        .args(arguments)
        .stdin(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut rustc.stdin.take().unwrap(), program.as_bytes()).unwrap();
    let said = rustc.wait_with_output().unwrap();
    (said.status.success(), String::from_utf8(said.stderr).unwrap())
}

/// What the compiler needs to find the library: the newest one beside this test with which the program compiles.
fn library(name: &str, program: &str) -> Vec<String> {
    let this = std::env::current_exe().unwrap();
    let beside = this.parent().unwrap();
    let mut libraries: Vec<_> = std::fs::read_dir(beside)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| {
            path.file_name()
                .unwrap()
                .to_str()
                .is_some_and(|file| file.starts_with(&format!("lib{name}-")) && file.ends_with(".rlib"))
        })
        .collect();
    libraries.sort_by_key(|path| std::cmp::Reverse(path.metadata().unwrap().modified().unwrap()));
    let arguments = libraries.iter().map(|path| {
        vec!["-L".into(), format!("dependency={}", beside.display()), "--extern".into(), format!("{name}={}", path.display())]
    });
    let fits = |arguments: &Vec<String>| compiled(arguments, program).0;
    arguments.clone().find(fits).unwrap_or_else(|| panic!("no library {name} in {}: {libraries:?}", beside.display()))
}

/// A twin implements what its original does, for the same values: a trait more would be missed by code that goes back to the original.
#[allow(unused_macros, reason = "of the auto traits below")]
mod traits {
    include!("api/auto_traits.rs");

    #[derive(Default)]
    struct Plain;

    /// Which of these the type implements, that may be made of `$value` or point to one.
    macro_rules! traits {
        ($type:ty, $value:ty) => {
            [
                ("Clone", has!($type, Clone)),
                ("Copy", has!($type, Copy)),
                ("Default", has!($type, Default)),
                ("PartialEq", has!($type, PartialEq)),
                ("Eq", has!($type, Eq)),
                ("PartialOrd", has!($type, PartialOrd)),
                ("Ord", has!($type, Ord)),
                ("Hash", has!($type, std::hash::Hash)),
                ("Debug", has!($type, std::fmt::Debug)),
                ("Display", has!($type, std::fmt::Display)),
                ("Error", has!($type, std::error::Error)),
                ("From", has!($type, From<$value>)),
                ("AsRef", has!($type, AsRef<$value>)),
                ("AsMut", has!($type, AsMut<$value>)),
                ("Borrow", has!($type, std::borrow::Borrow<$value>)),
                ("Deref", has!($type, std::ops::Deref<Target = $value>)),
                ("DerefMut", has!($type, std::ops::DerefMut<Target = $value>)),
                ("Iterator", has!($type, Iterator)),
                ("IntoIterator", has!($type, IntoIterator)),
            ]
        };
    }

    #[test]
    fn are_the_originals() {
        macro_rules! same {
            ($ours:path, $theirs:path, $value:ty: $($name:ident $([$($args:tt)*])?)*) => { $({
                use $ours as ours;
                use $theirs as theirs;
                assert_eq!(
                    traits!(ours::$name$(<$($args)*>)?, $value),
                    traits!(theirs::$name$(<$($args)*>)?, $value),
                    "{}", stringify!($name$(<$($args)*>)?),
                );
            })* };
        }
        macro_rules! of {
            ($($value:ty),*) => { $(
                same!(lockdep::sync, std::sync, $value: Mutex[$value] MutexGuard['static, $value] RwLock[$value]
                    RwLockReadGuard['static, $value] RwLockWriteGuard['static, $value] OnceLock[$value] LazyLock[$value]
                    LazyLock[u8, $value] Condvar Once Barrier);
                same!(lockdep::once_cell::sync, once_cell::sync, $value: OnceCell[$value] Lazy[$value] Lazy[u8, $value]);
                same!(lockdep::parking_lot, parking_lot, $value: Mutex[$value] FairMutex[$value] ReentrantMutex[$value] RwLock[$value]
                    MutexGuard['static, $value] MappedMutexGuard['static, $value] FairMutexGuard['static, $value]
                    ReentrantMutexGuard['static, $value] MappedReentrantMutexGuard['static, $value]
                    RwLockReadGuard['static, $value] MappedRwLockReadGuard['static, $value] RwLockWriteGuard['static, $value]
                    MappedRwLockWriteGuard['static, $value] RwLockUpgradableReadGuard['static, $value] Condvar Once);
                same!(lockdep::dashmap, dashmap, $value: DashMap[u8, $value] DashMap[$value, u8] DashSet[$value]
                    ReadOnlyView[u8, $value]);
                same!(lockdep::dashmap::mapref::one, dashmap::mapref::one, $value: Ref['static, u8, $value]
                    RefMut['static, u8, $value] MappedRef['static, u8, u8, $value] MappedRefMut['static, u8, u8, $value]);
            )* };
        }
        of!(u8, f32, Plain, String, std::cell::Cell<u8>, std::rc::Rc<str>, &'static mut u8, fn() -> u8, Vec<u8>);
        // The probe tells them apart.
        assert_ne!(traits!(std::sync::OnceLock<f32>, f32), traits!(std::sync::OnceLock<u8>, u8));
        assert_ne!(traits!(parking_lot::Once, u8), traits!(std::sync::Once, u8));
    }
}

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
