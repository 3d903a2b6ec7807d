//! The locks beside the originals: the same calls, the same answers, the same load. What the mirror of `lockdep::parking_lot` is compared
//! by is used here, too.

include!("../../../tests/parking_lot/support.rs");

mod v0_12 {
    use super::{LONG, SHORT, elsewhere, unwind_of, wait_until};
    use lockdep_lock_api as lock_api;
    use lockdep_shim_locks::v0_12 as locks;
    include!("suites/load.rs");

    #[test]
    fn a_reader_writer_lock_lets_in_whom_it_should() {
        storm!(locks::RawRwLock, |lock| lock.read_recursive());
    }

    #[test]
    fn what_passes_is_what_passes_in_the_original() {
        same(
            table!(locks::RwLock::new(()), try_read_recursive try_read_recursive_for),
            table!(parking_lot::RwLock::new(()), try_read_recursive try_read_recursive_for),
        );
    }

    mod shim {
        use super::locks;
        include!("../../../tests/parking_lot/suite.rs");

        mod of_0_12_only {
            use super::locks;
            include!("../../../tests/parking_lot/suite_0_12.rs");
        }
    }
}

mod v0_13 {
    use super::{LONG, SHORT, elsewhere, unwind_of, wait_until};
    use lockdep_lock_api::v0_5 as lock_api;
    use lockdep_shim_locks::v0_13 as locks;
    include!("suites/load.rs");

    #[test]
    fn a_reader_writer_lock_lets_in_whom_it_should() {
        storm!(locks::RawRwLock, |lock| lock.try_read());
    }

    #[test]
    fn so_does_a_recursive_one() {
        storm!(locks::RawRwLockRecursive, |lock| lock.read());
    }

    #[test]
    fn what_passes_is_what_passes_in_the_original() {
        same(table!(locks::RwLock::new(())), table!(parking_lot_0_13::RwLock::new(())));
    }

    #[test]
    fn what_passes_a_recursive_lock_is_what_passes_in_the_original() {
        same(table!(locks::RecursiveRwLock::new(())), table!(parking_lot_0_13::RecursiveRwLock::new(())));
    }

    mod shim {
        use super::locks;
        include!("../../../tests/parking_lot/suite.rs");

        mod of_0_13_only {
            use super::locks;
            include!("suites/only_0_13.rs");
        }
    }

    mod original {
        use parking_lot_0_13 as locks;
        include!("../../../tests/parking_lot/suite.rs");

        mod of_0_13_only {
            use super::locks;
            include!("suites/only_0_13.rs");
        }
    }
}
