// What the other features of dashmap 6.2.1 add; `maps` is the twin: the original has not all of them here.

#[cfg(feature = "serde")]
#[test]
fn serde_traits() {
    use maps::{DashMap, DashSet, mapref, setref};

    implements!(DashMap<u8, u8>: serde::Deserialize<'static>);
    implements!(DashMap<u8, u8>: serde::Serialize);
    implements!(DashSet<u8>: serde::Deserialize<'static>);
    implements!(DashSet<u8>: serde::Serialize);
    implements!(mapref::multiple::RefMulti<'static, u8, u8>: serde::Serialize);
    implements!(mapref::multiple::RefMutMulti<'static, u8, u8>: serde::Serialize);
    implements!(mapref::one::Ref<'static, u8, u8>: serde::Serialize);
    implements!(mapref::one::RefMut<'static, u8, u8>: serde::Serialize);
    implements!(mapref::one::MappedRef<'static, u8, u8, u8>: serde::Serialize);
    implements!(mapref::one::MappedRefMut<'static, u8, u8, u8>: serde::Serialize);
    implements!(setref::multiple::RefMulti<'static, u8>: serde::Serialize);
    implements!(setref::one::Ref<'static, u8>: serde::Serialize);
}

#[cfg(feature = "arbitrary")]
#[test]
fn arbitrary_traits() {
    use maps::DashMap;

    implements!(DashMap<u8, u8>: arbitrary::Arbitrary<'static>);
}

#[cfg(feature = "typesize")]
#[test]
fn typesize_traits() {
    use maps::{DashMap, DashSet};

    #[derive(Clone, Default)]
    struct Hasher;

    impl std::hash::BuildHasher for Hasher {
        type Hasher = std::hash::DefaultHasher;

        fn build_hasher(&self) -> std::hash::DefaultHasher {
            std::hash::DefaultHasher::new()
        }
    }

    impl typesize::TypeSize for Hasher {}

    implements!(DashMap<u8, u8, Hasher>: typesize::TypeSize);
    implements!(DashSet<u8, Hasher>: typesize::TypeSize);
}
