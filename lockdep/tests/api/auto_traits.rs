// Which auto traits a type has, as a value to compare.

/// Whether `$type` implements `$trait`: the constant of the type itself goes before that of the trait, where its bound holds.
macro_rules! has {
    ($type:ty, $trait:path) => {{
        struct Probe<T: ?Sized>(std::marker::PhantomData<T>);
        #[allow(dead_code)]
        trait Otherwise {
            const YES: bool = false;
        }
        impl<T: ?Sized> Otherwise for Probe<T> {}
        #[allow(dead_code)]
        impl<T: ?Sized + $trait> Probe<T> {
            const YES: bool = true;
        }
        <Probe<$type>>::YES
    }};
}

macro_rules! auto_traits {
    ($type:ty) => {
        [
            has!($type, Send),
            has!($type, Sync),
            has!($type, Unpin),
            has!($type, std::panic::UnwindSafe),
            has!($type, std::panic::RefUnwindSafe),
        ]
    };
}
