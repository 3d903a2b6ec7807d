// Generated from the list of signatures of the same name: `BLESS=1 cargo test --test api`.

mod of_lib {
    use super::*;
    use super::{iter::{Iter, IterMut, OwningIter}, mapref::{multiple::RefMulti, one::{Ref, RefMut}}, maps::try_result::TryResult};
    #[cfg(feature = "raw-api")] use crossbeam_utils::CachePadded;

    #[cfg(feature = "typesize")] fn implements_80 < 'any , K , V , S > (it : & 'any DashMap < K , V , S >) -> & 'any (impl typesize :: TypeSize + ? Sized) where K : typesize :: TypeSize + Eq + Hash , V : typesize :: TypeSize , S : typesize :: TypeSize + Clone + BuildHasher , { it }
}

mod of_set {
    use super::*;
    use super::{iter_set::{Iter, OwningIter}, setref::one::Ref};
    #[cfg(feature = "raw-api")] use crossbeam_utils::CachePadded;

    #[cfg(feature = "typesize")] fn implements_31 < 'any , K , S > (it : & 'any DashSet < K , S >) -> & 'any (impl typesize :: TypeSize + ? Sized) where K : typesize :: TypeSize + Eq + Hash , S : typesize :: TypeSize + Clone + BuildHasher , { it }
}

mod of_arbitrary {
    use super::*;
    #[cfg(feature = "arbitrary")] use arbitrary::Arbitrary;

    #[cfg(feature = "arbitrary")] fn implements_0 < 'any , 'a , K , V , S > (it : & 'any DashMap < K , V , S >) -> & 'any (impl Arbitrary < 'a > + ? Sized) where K : Eq + std :: hash :: Hash + Arbitrary < 'a > , V : Arbitrary < 'a > , S : Default + BuildHasher + Clone , { it }
}

mod of_serde {
    use super::*;
    #[cfg(feature = "serde")] use serde::{Deserialize, Serialize};

    #[cfg(feature = "serde")] fn implements_4 < 'any , 'de , K , V , S > (it : & 'any DashMap < K , V , S >) -> & 'any (impl Deserialize < 'de > + ? Sized) where K : Deserialize < 'de > + Eq + Hash , V : Deserialize < 'de > , S : BuildHasher + Clone + Default , { it }
    #[cfg(feature = "serde")] fn implements_5 < 'any , K , V , H > (it : & 'any DashMap < K , V , H >) -> & 'any (impl Serialize + ? Sized) where K : Serialize + Eq + Hash , V : Serialize , H : BuildHasher + Clone , { it }
    #[cfg(feature = "serde")] fn implements_10 < 'any , 'de , K , S > (it : & 'any DashSet < K , S >) -> & 'any (impl Deserialize < 'de > + ? Sized) where K : Deserialize < 'de > + Eq + Hash , S : BuildHasher + Clone + Default , { it }
    #[cfg(feature = "serde")] fn implements_11 < 'any , K , H > (it : & 'any DashSet < K , H >) -> & 'any (impl Serialize + ? Sized) where K : Serialize + Eq + Hash , H : BuildHasher + Clone , { it }
    #[cfg(feature = "serde")] fn implements_12 < 'any , K : Eq + Hash , V : Serialize > (it : & 'any mapref :: multiple :: RefMulti < '_ , K , V >) -> & 'any (impl Serialize + ? Sized) { it }
    #[cfg(feature = "serde")] fn implements_13 < 'any , K : Eq + Hash , V : Serialize > (it : & 'any mapref :: multiple :: RefMutMulti < '_ , K , V >) -> & 'any (impl Serialize + ? Sized) { it }
    #[cfg(feature = "serde")] fn implements_14 < 'any , K : Eq + Hash , V : Serialize > (it : & 'any mapref :: one :: Ref < '_ , K , V >) -> & 'any (impl Serialize + ? Sized) { it }
    #[cfg(feature = "serde")] fn implements_15 < 'any , K : Eq + Hash , V : Serialize > (it : & 'any mapref :: one :: RefMut < '_ , K , V >) -> & 'any (impl Serialize + ? Sized) { it }
    #[cfg(feature = "serde")] fn implements_16 < 'any , K : Eq + Hash , V , T : Serialize > (it : & 'any mapref :: one :: MappedRef < '_ , K , V , T >) -> & 'any (impl Serialize + ? Sized) { it }
    #[cfg(feature = "serde")] fn implements_17 < 'any , K : Eq + Hash , V , T : Serialize > (it : & 'any mapref :: one :: MappedRefMut < '_ , K , V , T >) -> & 'any (impl Serialize + ? Sized) { it }
    #[cfg(feature = "serde")] fn implements_18 < 'any , V : Hash + Eq + Serialize > (it : & 'any setref :: multiple :: RefMulti < '_ , V >) -> & 'any (impl Serialize + ? Sized) { it }
    #[cfg(feature = "serde")] fn implements_19 < 'any , V : Hash + Eq + Serialize > (it : & 'any setref :: one :: Ref < '_ , V >) -> & 'any (impl Serialize + ? Sized) { it }
}
