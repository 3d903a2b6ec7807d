// Which types differ in their auto traits from the originals; needs `auto_traits.rs`.

/// The types of these names have the same ones in both modules.
macro_rules! same {
    ($ours:path, $theirs:path: $($name:ident[$($args:tt)*])*) => { $({
        use $ours as ours;
        use $theirs as theirs;
        assert_eq!(
            auto_traits!(ours::$name<$($args)*>),
            auto_traits!(theirs::$name<$($args)*>),
            "{}: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe",
            stringify!($name<$($args)*>),
        );
    })* };
}
