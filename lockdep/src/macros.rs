//! The annotations. Macros, because each names a lock by its place and works for every kind of lock.

/// Records that this place may take the lock, as if it were taken and released here; the lock itself is not touched.
///
/// Put it at the top of a function that takes the lock on some paths only: the order is then checked on every call. For an
/// [`RwLock`](crate::sync::RwLock) it stands for `write`.
///
/// Cost: that of an acquisition and a release, nothing without `validate`. **Signal safety:** as the lock's own `lock`.
///
/// # Examples
///
/// ```
/// use lockdep::sync::Mutex;
///
/// struct Cache {
///     pages: Mutex<Vec<u8>>,
/// }
///
/// fn get(cache: &Cache, hit: bool) {
///     lockdep::might_lock!(cache.pages);
///     if !hit {
///         cache.pages.lock().unwrap().push(0);
///     }
/// }
/// # get(&Cache { pages: Mutex::new(Vec::new()) }, true);
/// ```
#[macro_export]
macro_rules! might_lock {
    ($lock:expr $(,)?) => {
        $crate::__private::might_lock({
            use $crate::__private::Validated as _;
            $lock.lock_map()
        })
    };
}

/// Says that this place may sleep: reported as `WaitContext` in a signal handler or under a spin lock.
///
/// Put it at the top of a function that waits on some paths only.
///
/// Cost: a thread-local read if no lock is held and no handler runs, otherwise also a look-up of the chain of locks held; nothing
/// without `validate`. **Signal safety:** may be called in a handler; that is what it reports.
///
/// # Examples
///
/// ```
/// fn flush() {
///     lockdep::might_sleep!();
///     // fsync, if there is anything to write
/// }
/// # flush();
/// ```
#[macro_export]
macro_rules! might_sleep {
    () => {
        $crate::__private::might_sleep()
    };
}

/// Says that this thread must hold the lock here; reported as `AssertHeld` if it does not.
///
/// Never panics by itself. Cost: a look at the locks this thread holds, nothing without `validate`. **Signal safety:** may be
/// called in a handler.
///
/// # Examples
///
/// ```
/// use lockdep::sync::Mutex;
///
/// static TABLE: Mutex<()> = Mutex::new(());
///
/// /// The caller holds `TABLE`.
/// fn insert() {
///     lockdep::assert_held!(TABLE);
/// }
///
/// let _table = TABLE.lock().unwrap();
/// insert();
/// ```
#[macro_export]
macro_rules! assert_held {
    ($lock:expr $(,)?) => {
        $crate::__private::assert_held({
            use $crate::__private::Validated as _;
            $lock.lock_map()
        })
    };
}

/// Says that this thread must not hold the lock here; reported as `AssertHeld` if it does.
///
/// Cost and signal safety as [`assert_held!`](crate::assert_held).
///
/// # Examples
///
/// ```
/// use lockdep::sync::Mutex;
///
/// static TABLE: Mutex<()> = Mutex::new(());
///
/// fn callback() {
///     lockdep::assert_not_held!(TABLE);
/// }
/// # callback();
/// ```
#[macro_export]
macro_rules! assert_not_held {
    ($lock:expr $(,)?) => {
        $crate::__private::assert_not_held({
            use $crate::__private::Validated as _;
            $lock.lock_map()
        })
    };
}

/// Says that this thread must hold no lock at all here; reported as `AssertHeld` if it does.
///
/// For the top of an event loop, before a call that runs foreign code, before a long wait. Cost and signal safety as
/// [`assert_held!`](crate::assert_held).
///
/// # Examples
///
/// ```
/// fn next_event() {
///     lockdep::assert_none_held!();
///     // epoll_wait
/// }
/// # next_event();
/// ```
#[macro_export]
macro_rules! assert_none_held {
    () => {
        $crate::__private::assert_none_held()
    };
}

/// What the macros expand to.
#[doc(hidden)]
pub mod __private {
    use lockdep_core::{How, LockMap, runtime};

    pub use lockdep_lock_api::Validated;

    #[inline(always)]
    #[track_caller]
    pub fn might_lock(map: &LockMap) {
        map.might_lock(How::write());
    }

    #[inline(always)]
    #[track_caller]
    pub fn might_sleep() {
        runtime::might_sleep();
    }

    #[inline(always)]
    #[track_caller]
    pub fn assert_held(map: &LockMap) {
        map.assert_held();
    }

    #[inline(always)]
    #[track_caller]
    pub fn assert_not_held(map: &LockMap) {
        map.assert_not_held();
    }

    #[inline(always)]
    #[track_caller]
    pub fn assert_none_held() {
        runtime::assert_none_held();
    }
}
