//! What tells locks apart that one place makes.
#![cfg(feature = "validate")]

use std::collections::HashMap;
use std::sync::Arc;

use lockdep::parking_lot::{Mutex, RwLock};
use lockdep::testing::isolated;
use lockdep::{ReportKind, sync};

#[derive(Default)]
struct Store {
    index: Mutex<u32>,
    log: Mutex<u32>,
    shared_index: Arc<sync::Mutex<u32>>,
    shared_log: Arc<sync::Mutex<u32>>,
    names: RwLock<u8>,
    numbers: RwLock<u8>,
}

#[test]
fn fields_of_one_derive_are_classes_of_their_own() {
    let reports = isolated(|_| {
        let store = Store::default();
        let _index = store.index.lock();
        let _log = store.log.lock();
        let _shared_index = store.shared_index.lock().unwrap();
        let _shared_log = store.shared_log.lock().unwrap();
        let _names = store.names.read();
        let _numbers = store.numbers.write();
    });
    assert!(reports.is_empty(), "{}", reports[0]);
}

#[test]
fn a_field_is_one_class_in_every_value() {
    fn forwards(store: &Store) {
        let _index = store.index.lock();
        let _log = store.log.lock();
    }
    fn backwards(store: &Store) {
        let _log = store.log.lock();
        let _index = store.index.lock();
    }
    let reports = isolated(|_| {
        forwards(&Store::default());
        backwards(&Store::default());
    });
    assert_eq!(reports.len(), 1, "{reports:?}");
    assert_eq!(reports[0].kind(), ReportKind::Inversion);
    let names: Vec<_> = reports[0].locks().iter().map(|lock| lock.class_name().to_owned()).collect();
    assert_ne!(names[0], names[1], "the report tells the fields apart");
}

#[test]
fn two_values_of_one_field_nested_are_the_same_class() {
    let reports = isolated(|_| {
        let (one, two) = (Store::default(), Store::default());
        let _one = one.index.lock();
        let _two = two.index.lock();
    });
    assert_eq!(reports.len(), 1, "{reports:?}");
    assert_eq!(reports[0].kind(), ReportKind::Recursion);
}

#[test]
fn reports_of_different_fields_are_different_reports() {
    fn invert<T>(one: &Mutex<T>, two: &Mutex<T>) {
        drop((one.lock(), two.lock()));
        drop((two.lock(), one.lock()));
    }
    #[derive(Default)]
    struct Three {
        a: Mutex<u64>,
        b: Mutex<u64>,
        c: Mutex<u64>,
    }
    let reports = isolated(|_| {
        let Three { a, b, c } = Three::default();
        invert(&a, &b);
        invert(&b, &c);
    });
    assert_eq!(reports.len(), 2, "{reports:?}");
    assert_ne!(reports[0].id(), reports[1].id());
}

#[test]
fn what_the_standard_library_makes_is_told_apart_by_who_asked() {
    fn first() -> HashMap<u32, Mutex<i8>> {
        let mut map = HashMap::new();
        let _: &mut Mutex<i8> = map.entry(1).or_default();
        map
    }
    fn second() -> HashMap<u32, Mutex<i8>> {
        let mut map = HashMap::new();
        let _: &mut Mutex<i8> = map.entry(1).or_default();
        map
    }
    let reports = isolated(|_| {
        let (one, two, other) = (first(), second(), Mutex::new(()));
        drop((one[&1].lock(), other.lock()));
        drop((other.lock(), two[&1].lock()));
    });
    assert!(reports.is_empty(), "{}", reports[0]);
}

#[test]
fn what_the_standard_library_calls_is_told_apart_by_type() {
    let reports = isolated(|_| {
        let bytes: Vec<_> = (0_u8..2).map(Mutex::new).collect();
        let words: Vec<_> = (0_u64..2).map(Mutex::new).collect();
        drop((bytes[0].lock(), words[1].lock()));
    });
    assert!(reports.is_empty(), "{}", reports[0]);
    let reports = isolated(|_| {
        let bytes: Vec<_> = (0_u8..2).map(Mutex::new).collect();
        drop((bytes[0].lock(), bytes[1].lock()));
    });
    assert_eq!(reports.len(), 1, "{reports:?}");
    assert_eq!(reports[0].kind(), ReportKind::Recursion);
}
