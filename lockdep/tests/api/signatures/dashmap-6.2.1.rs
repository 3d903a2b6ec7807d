// Generated from the list of signatures of the same name: `BLESS=1 cargo test --test api`.

mod of_lib {
    use super::*;
    use super::{iter::{Iter, IterMut, OwningIter}, mapref::{multiple::RefMulti, one::{Ref, RefMut}}, maps::try_result::TryResult};
    #[cfg(feature = "raw-api")] use crossbeam_utils::CachePadded;

    fn is_a_type_15 < > (_ : & TryReserveError < >) { }
    fn is_a_type_16 < K , V , S > (_ : & DashMap < K , V , S >) { } fn is_a_type_16_0 < K , V , S > (it : Exactly < DashMap < K , V > >) -> Exactly < DashMap < K , V , RandomState > > { it }
    fn implements_17 < 'any , K : Eq + Hash + Clone , V : Clone , S : Clone > (it : & 'any DashMap < K , V , S >) -> & 'any (impl Clone + ? Sized) { it }
    fn implements_18 < 'any , K , V , S > (it : & 'any DashMap < K , V , S >) -> & 'any (impl Default + ? Sized) where K : Eq + Hash , S : Default + BuildHasher + Clone , { it }
    fn calls_20 < K : Eq + Hash , V > () -> Exactly < DashMap < K , V , RandomState > > { call0 (< DashMap < K , V , RandomState > > :: new) }
    fn calls_21 < K : Eq + Hash , V > (a0 : usize) -> Exactly < DashMap < K , V , RandomState > > { let a0 = Exactly (a0) ; call1 (< DashMap < K , V , RandomState > > :: with_capacity , a0) }
    fn calls_22 < K : Eq + Hash , V > (a0 : usize) -> Exactly < DashMap < K , V , RandomState > > { let a0 = Exactly (a0) ; call1 (< DashMap < K , V , RandomState > > :: with_shard_amount , a0) }
    fn calls_23 < K : Eq + Hash , V > (a0 : usize , a1 : usize) -> Exactly < DashMap < K , V , RandomState > > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< DashMap < K , V , RandomState > > :: with_capacity_and_shard_amount , a0 , a1) }
    fn calls_25 < 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone > (a0 : DashMap < K , V , S >) -> Exactly < ReadOnlyView < K , V , S > > { let a0 = Exactly (a0) ; call1 (< DashMap < K , V , S > > :: into_read_only , a0) }
    fn calls_26 < 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone > (a0 : S) -> Exactly < DashMap < K , V , S > > { let a0 = Exactly (a0) ; call1 (< DashMap < K , V , S > > :: with_hasher , a0) }
    fn calls_27 < 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone > (a0 : usize , a1 : S) -> Exactly < DashMap < K , V , S > > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< DashMap < K , V , S > > :: with_capacity_and_hasher , a0 , a1) }
    fn calls_28 < 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone > (a0 : S , a1 : usize) -> Exactly < DashMap < K , V , S > > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< DashMap < K , V , S > > :: with_hasher_and_shard_amount , a0 , a1) }
    fn calls_29 < 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone > (a0 : usize , a1 : S , a2 : usize) -> Exactly < DashMap < K , V , S > > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; let a2 = Exactly (a2) ; call3 (< DashMap < K , V , S > > :: with_capacity_and_hasher_and_shard_amount , a0 , a1 , a2) }
    fn calls_30 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone , T : Hash > (a0 : & 'this DashMap < K , V , S > , a1 : & T) -> Exactly < usize > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< DashMap < K , V , S > > :: hash_usize :: < T > , a0 , a1) }
    #[cfg(feature = "raw-api")] fn calls_31 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone > (a0 : & 'this DashMap < K , V , S >) -> Exactly < & 'this [CachePadded < RwLock < HashMap < K , V > > >] > { let a0 = Exactly (a0) ; call1 (< DashMap < K , V , S > > :: shards , a0) }
    #[cfg(feature = "raw-api")] fn calls_32 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone > (a0 : & 'this mut DashMap < K , V , S >) -> Exactly < & 'this mut [CachePadded < RwLock < HashMap < K , V > > >] > { let a0 = Exactly (a0) ; call1 (< DashMap < K , V , S > > :: shards_mut , a0) }
    #[cfg(feature = "raw-api")] fn calls_33 < 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone > (a0 : DashMap < K , V , S >) -> Exactly < Box < [CachePadded < RwLock < HashMap < K , V > > >] > > { let a0 = Exactly (a0) ; call1 (< DashMap < K , V , S > > :: into_shards , a0) }
    #[cfg(feature = "raw-api")] fn calls_34 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone , Q > (a0 : & 'this DashMap < K , V , S > , a1 : & Q) -> Exactly < usize > where K : Borrow < Q > , Q : Hash + Eq + ? Sized { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< DashMap < K , V , S > > :: determine_map :: < Q > , a0 , a1) }
    #[cfg(feature = "raw-api")] fn calls_35 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone > (a0 : & 'this DashMap < K , V , S > , a1 : usize) -> Exactly < usize > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< DashMap < K , V , S > > :: determine_shard , a0 , a1) }
    fn calls_36 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone > (a0 : & 'this DashMap < K , V , S >) -> Exactly < & 'this S > { let a0 = Exactly (a0) ; call1 (< DashMap < K , V , S > > :: hasher , a0) }
    fn calls_37 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone > (a0 : & 'this DashMap < K , V , S > , a1 : K , a2 : V) -> Exactly < Option < V > > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; let a2 = Exactly (a2) ; call3 (< DashMap < K , V , S > > :: insert , a0 , a1 , a2) }
    fn calls_38 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone , Q > (a0 : & 'this DashMap < K , V , S > , a1 : & Q) -> Exactly < Option < (K , V) > > where K : Borrow < Q > , Q : Hash + Eq + ? Sized { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< DashMap < K , V , S > > :: remove :: < Q > , a0 , a1) }
    fn calls_39 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone , Q > (a0 : & 'this DashMap < K , V , S > , a1 : & Q , a2 : impl FnOnce (& K , & V) -> bool) -> Exactly < Option < (K , V) > > where K : Borrow < Q > , Q : Hash + Eq + ? Sized { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; let a2 = Exactly (a2) ; call3 (< DashMap < K , V , S > > :: remove_if :: < Q > , a0 , a1 , a2) }
    fn calls_40 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone , Q > (a0 : & 'this DashMap < K , V , S > , a1 : & Q , a2 : impl FnOnce (& K , & mut V) -> bool) -> Exactly < Option < (K , V) > > where K : Borrow < Q > , Q : Hash + Eq + ? Sized { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; let a2 = Exactly (a2) ; call3 (< DashMap < K , V , S > > :: remove_if_mut :: < Q > , a0 , a1 , a2) }
    fn calls_41 < 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone > (a0 : & 'a DashMap < K , V , S >) -> Exactly < Iter < 'a , K , V , S , DashMap < K , V , S > > > { let a0 = Exactly (a0) ; call1 (< DashMap < K , V , S > > :: iter , a0) }
    fn calls_42 < 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone > (a0 : & 'a DashMap < K , V , S >) -> Exactly < IterMut < 'a , K , V , S , DashMap < K , V , S > > > { let a0 = Exactly (a0) ; call1 (< DashMap < K , V , S > > :: iter_mut , a0) }
    fn calls_43 < 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone , Q > (a0 : & 'a DashMap < K , V , S > , a1 : & Q) -> Exactly < Option < Ref < 'a , K , V > > > where K : Borrow < Q > , Q : Hash + Eq + ? Sized { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< DashMap < K , V , S > > :: get :: < Q > , a0 , a1) }
    fn calls_44 < 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone , Q > (a0 : & 'a DashMap < K , V , S > , a1 : & Q) -> Exactly < Option < RefMut < 'a , K , V > > > where K : Borrow < Q > , Q : Hash + Eq + ? Sized { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< DashMap < K , V , S > > :: get_mut :: < Q > , a0 , a1) }
    fn calls_45 < 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone , Q > (a0 : & 'a DashMap < K , V , S > , a1 : & Q) -> Exactly < TryResult < Ref < 'a , K , V > > > where K : Borrow < Q > , Q : Hash + Eq + ? Sized { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< DashMap < K , V , S > > :: try_get :: < Q > , a0 , a1) }
    fn calls_46 < 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone , Q > (a0 : & 'a DashMap < K , V , S > , a1 : & Q) -> Exactly < TryResult < RefMut < 'a , K , V > > > where K : Borrow < Q > , Q : Hash + Eq + ? Sized { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< DashMap < K , V , S > > :: try_get_mut :: < Q > , a0 , a1) }
    fn calls_47 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone > (a0 : & 'this DashMap < K , V , S >) -> Exactly < () > { let a0 = Exactly (a0) ; call1 (< DashMap < K , V , S > > :: shrink_to_fit , a0) }
    fn calls_48 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone > (a0 : & 'this DashMap < K , V , S > , a1 : impl FnMut (& K , & mut V) -> bool) -> Exactly < () > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< DashMap < K , V , S > > :: retain , a0 , a1) }
    fn calls_49 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone > (a0 : & 'this DashMap < K , V , S >) -> Exactly < usize > { let a0 = Exactly (a0) ; call1 (< DashMap < K , V , S > > :: len , a0) }
    fn calls_50 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone > (a0 : & 'this DashMap < K , V , S >) -> Exactly < bool > { let a0 = Exactly (a0) ; call1 (< DashMap < K , V , S > > :: is_empty , a0) }
    fn calls_51 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone > (a0 : & 'this DashMap < K , V , S >) -> Exactly < () > { let a0 = Exactly (a0) ; call1 (< DashMap < K , V , S > > :: clear , a0) }
    fn calls_52 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone > (a0 : & 'this DashMap < K , V , S >) -> Exactly < usize > { let a0 = Exactly (a0) ; call1 (< DashMap < K , V , S > > :: capacity , a0) }
    fn calls_53 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone , Q > (a0 : & 'this DashMap < K , V , S > , a1 : & Q , a2 : impl FnOnce (& K , V) -> V) -> Exactly < () > where K : Borrow < Q > , Q : Hash + Eq + ? Sized { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; let a2 = Exactly (a2) ; call3 (< DashMap < K , V , S > > :: alter :: < Q > , a0 , a1 , a2) }
    fn calls_54 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone > (a0 : & 'this DashMap < K , V , S > , a1 : impl FnMut (& K , V) -> V) -> Exactly < () > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< DashMap < K , V , S > > :: alter_all , a0 , a1) }
    fn calls_55 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone , Q , R > (a0 : & 'this DashMap < K , V , S > , a1 : & Q , a2 : impl FnOnce (& K , & V) -> R) -> Exactly < Option < R > > where K : Borrow < Q > , Q : Hash + Eq + ? Sized { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; let a2 = Exactly (a2) ; call3 (< DashMap < K , V , S > > :: view :: < Q , R > , a0 , a1 , a2) }
    fn calls_56 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone , Q > (a0 : & 'this DashMap < K , V , S > , a1 : & Q) -> Exactly < bool > where K : Borrow < Q > , Q : Hash + Eq + ? Sized { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< DashMap < K , V , S > > :: contains_key :: < Q > , a0 , a1) }
    fn calls_57 < 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone > (a0 : & 'a DashMap < K , V , S > , a1 : K) -> Exactly < Entry < 'a , K , V > > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< DashMap < K , V , S > > :: entry , a0 , a1) }
    fn calls_58 < 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone > (a0 : & 'a DashMap < K , V , S > , a1 : K) -> Exactly < Option < Entry < 'a , K , V > > > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< DashMap < K , V , S > > :: try_entry , a0 , a1) }
    fn calls_59 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone > (a0 : & 'this mut DashMap < K , V , S > , a1 : usize) -> Exactly < Result < () , TryReserveError > > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< DashMap < K , V , S > > :: try_reserve , a0 , a1) }
    fn implements_60 < 'any , 'a , K : 'a + Eq + Hash , V : 'a , S : 'a + BuildHasher + Clone > (it : & 'any DashMap < K , V , S >) -> & 'any (impl Map < 'a , K , V , S > + ? Sized) { it }
    fn implements_61 < 'any , K : Eq + Hash + fmt :: Debug , V : fmt :: Debug , S : BuildHasher + Clone > (it : & 'any DashMap < K , V , S >) -> & 'any (impl fmt :: Debug + ? Sized) { it }
    fn implements_62 < 'any , 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone > (it : & 'any & 'a DashMap < K , V , S >) -> & 'any (impl Shl < (K , V) , Output = Option < V > > + ? Sized) { it }
    fn implements_64 < 'any , 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone , Q > (it : & 'any & 'a DashMap < K , V , S >) -> & 'any (impl Shr < & 'any Q , Output = Ref < 'a , K , V > > + ? Sized) where K : Borrow < Q > , Q : Hash + Eq + ? Sized , { it }
    fn implements_66 < 'any , 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone , Q > (it : & 'any & 'a DashMap < K , V , S >) -> & 'any (impl BitOr < & 'any Q , Output = RefMut < 'a , K , V > > + ? Sized) where K : Borrow < Q > , Q : Hash + Eq + ? Sized , { it }
    fn implements_68 < 'any , 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone , Q > (it : & 'any & 'a DashMap < K , V , S >) -> & 'any (impl Sub < & 'any Q , Output = Option < (K , V) > > + ? Sized) where K : Borrow < Q > , Q : Hash + Eq + ? Sized , { it }
    fn implements_70 < 'any , 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone , Q > (it : & 'any & 'a DashMap < K , V , S >) -> & 'any (impl BitAnd < & 'any Q , Output = bool > + ? Sized) where K : Borrow < Q > , Q : Hash + Eq + ? Sized , { it }
    fn implements_72 < 'any , K : Eq + Hash , V , S : BuildHasher + Clone > (it : & 'any DashMap < K , V , S >) -> & 'any (impl IntoIterator < Item = (K , V) , IntoIter = OwningIter < K , V , S > > + ? Sized) { it }
    fn implements_75 < 'any , 'a , K : Eq + Hash , V , S : BuildHasher + Clone > (it : & 'any & 'a DashMap < K , V , S >) -> & 'any (impl IntoIterator < Item = RefMulti < 'a , K , V > , IntoIter = Iter < 'a , K , V , S , DashMap < K , V , S > > > + ? Sized) { it }
    fn implements_78 < 'any , K : Eq + Hash , V , S : BuildHasher + Clone > (it : & 'any DashMap < K , V , S >) -> & 'any (impl Extend < (K , V) > + ? Sized) { it }
    fn implements_79 < 'any , K : Eq + Hash , V , S : BuildHasher + Clone + Default > (it : & 'any DashMap < K , V , S >) -> & 'any (impl FromIterator < (K , V) > + ? Sized) { it }
}

mod of_set {
    use super::*;
    use super::{iter_set::{Iter, OwningIter}, setref::one::Ref};
    #[cfg(feature = "raw-api")] use crossbeam_utils::CachePadded;

    fn is_a_type_0 < K , S > (_ : & DashSet < K , S >) { } fn is_a_type_0_0 < K , S > (it : Exactly < DashSet < K > >) -> Exactly < DashSet < K , RandomState > > { it }
    fn implements_1 < 'any , K : Eq + Hash + fmt :: Debug , S : BuildHasher + Clone > (it : & 'any DashSet < K , S >) -> & 'any (impl fmt :: Debug + ? Sized) { it }
    fn implements_2 < 'any , K : Eq + Hash + Clone , S : Clone > (it : & 'any DashSet < K , S >) -> & 'any (impl Clone + ? Sized) { it }
    fn implements_3 < 'any , K , S > (it : & 'any DashSet < K , S >) -> & 'any (impl Default + ? Sized) where K : Eq + Hash , S : Default + BuildHasher + Clone , { it }
    fn calls_5 < K : Eq + Hash > () -> Exactly < DashSet < K , RandomState > > { call0 (< DashSet < K , RandomState > > :: new) }
    fn calls_6 < K : Eq + Hash > (a0 : usize) -> Exactly < DashSet < K , RandomState > > { let a0 = Exactly (a0) ; call1 (< DashSet < K , RandomState > > :: with_capacity , a0) }
    fn calls_8 < 'a , K : 'a + Eq + Hash , S : BuildHasher + Clone > (a0 : S) -> Exactly < DashSet < K , S > > { let a0 = Exactly (a0) ; call1 (< DashSet < K , S > > :: with_hasher , a0) }
    fn calls_9 < 'a , K : 'a + Eq + Hash , S : BuildHasher + Clone > (a0 : usize , a1 : S) -> Exactly < DashSet < K , S > > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< DashSet < K , S > > :: with_capacity_and_hasher , a0 , a1) }
    fn calls_10 < 'this , 'a , K : 'a + Eq + Hash , S : BuildHasher + Clone , T : Hash > (a0 : & 'this DashSet < K , S > , a1 : & T) -> Exactly < usize > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< DashSet < K , S > > :: hash_usize :: < T > , a0 , a1) }
    #[cfg(feature = "raw-api")] fn calls_11 < 'this , 'a , K : 'a + Eq + Hash , S : BuildHasher + Clone > (a0 : & 'this DashSet < K , S >) -> Exactly < & 'this [CachePadded < RwLock < HashMap < K , () > > >] > { let a0 = Exactly (a0) ; call1 (< DashSet < K , S > > :: shards , a0) }
    #[cfg(feature = "raw-api")] fn calls_12 < 'this , 'a , K : 'a + Eq + Hash , S : BuildHasher + Clone , Q > (a0 : & 'this DashSet < K , S > , a1 : & Q) -> Exactly < usize > where K : Borrow < Q > , Q : Hash + Eq + ? Sized { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< DashSet < K , S > > :: determine_map :: < Q > , a0 , a1) }
    #[cfg(feature = "raw-api")] fn calls_13 < 'this , 'a , K : 'a + Eq + Hash , S : BuildHasher + Clone > (a0 : & 'this DashSet < K , S > , a1 : usize) -> Exactly < usize > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< DashSet < K , S > > :: determine_shard , a0 , a1) }
    fn calls_14 < 'this , 'a , K : 'a + Eq + Hash , S : BuildHasher + Clone > (a0 : & 'this DashSet < K , S > , a1 : K) -> Exactly < bool > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< DashSet < K , S > > :: insert , a0 , a1) }
    fn calls_15 < 'this , 'a , K : 'a + Eq + Hash , S : BuildHasher + Clone , Q > (a0 : & 'this DashSet < K , S > , a1 : & Q) -> Exactly < Option < K > > where K : Borrow < Q > , Q : Hash + Eq + ? Sized { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< DashSet < K , S > > :: remove :: < Q > , a0 , a1) }
    fn calls_16 < 'this , 'a , K : 'a + Eq + Hash , S : BuildHasher + Clone , Q > (a0 : & 'this DashSet < K , S > , a1 : & Q , a2 : impl FnOnce (& K) -> bool) -> Exactly < Option < K > > where K : Borrow < Q > , Q : Hash + Eq + ? Sized { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; let a2 = Exactly (a2) ; call3 (< DashSet < K , S > > :: remove_if :: < Q > , a0 , a1 , a2) }
    fn calls_17 < 'a , K : 'a + Eq + Hash , S : BuildHasher + Clone > (a0 : & 'a DashSet < K , S >) -> Exactly < Iter < 'a , K , S , DashMap < K , () , S > > > { let a0 = Exactly (a0) ; call1 (< DashSet < K , S > > :: iter , a0) }
    fn calls_18 < 'a , K : 'a + Eq + Hash , S : BuildHasher + Clone , Q > (a0 : & 'a DashSet < K , S > , a1 : & Q) -> Exactly < Option < Ref < 'a , K > > > where K : Borrow < Q > , Q : Hash + Eq + ? Sized { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< DashSet < K , S > > :: get :: < Q > , a0 , a1) }
    fn calls_19 < 'this , 'a , K : 'a + Eq + Hash , S : BuildHasher + Clone > (a0 : & 'this DashSet < K , S >) -> Exactly < () > { let a0 = Exactly (a0) ; call1 (< DashSet < K , S > > :: shrink_to_fit , a0) }
    fn calls_20 < 'this , 'a , K : 'a + Eq + Hash , S : BuildHasher + Clone > (a0 : & 'this DashSet < K , S > , a1 : impl FnMut (& K) -> bool) -> Exactly < () > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< DashSet < K , S > > :: retain , a0 , a1) }
    fn calls_21 < 'this , 'a , K : 'a + Eq + Hash , S : BuildHasher + Clone > (a0 : & 'this DashSet < K , S >) -> Exactly < usize > { let a0 = Exactly (a0) ; call1 (< DashSet < K , S > > :: len , a0) }
    fn calls_22 < 'this , 'a , K : 'a + Eq + Hash , S : BuildHasher + Clone > (a0 : & 'this DashSet < K , S >) -> Exactly < bool > { let a0 = Exactly (a0) ; call1 (< DashSet < K , S > > :: is_empty , a0) }
    fn calls_23 < 'this , 'a , K : 'a + Eq + Hash , S : BuildHasher + Clone > (a0 : & 'this DashSet < K , S >) -> Exactly < () > { let a0 = Exactly (a0) ; call1 (< DashSet < K , S > > :: clear , a0) }
    fn calls_24 < 'this , 'a , K : 'a + Eq + Hash , S : BuildHasher + Clone > (a0 : & 'this DashSet < K , S >) -> Exactly < usize > { let a0 = Exactly (a0) ; call1 (< DashSet < K , S > > :: capacity , a0) }
    fn calls_25 < 'this , 'a , K : 'a + Eq + Hash , S : BuildHasher + Clone , Q > (a0 : & 'this DashSet < K , S > , a1 : & Q) -> Exactly < bool > where K : Borrow < Q > , Q : Hash + Eq + ? Sized { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< DashSet < K , S > > :: contains :: < Q > , a0 , a1) }
    fn implements_26 < 'any , K : Eq + Hash , S : BuildHasher + Clone > (it : & 'any DashSet < K , S >) -> & 'any (impl IntoIterator < Item = K , IntoIter = OwningIter < K , S > > + ? Sized) { it }
    fn implements_29 < 'any , K : Eq + Hash , S : BuildHasher + Clone > (it : & 'any DashSet < K , S >) -> & 'any (impl Extend < K > + ? Sized) { it }
    fn implements_30 < 'any , K : Eq + Hash , S : BuildHasher + Clone + Default > (it : & 'any DashSet < K , S >) -> & 'any (impl FromIterator < K > + ? Sized) { it }
}

mod of_read_only {
    use super::*;
    #[cfg(feature = "raw-api")] use crossbeam_utils::CachePadded;

    fn is_a_type_0 < K , V , S > (_ : & ReadOnlyView < K , V , S >) { } fn is_a_type_0_0 < K , V , S > (it : Exactly < ReadOnlyView < K , V > >) -> Exactly < ReadOnlyView < K , V , RandomState > > { it }
    fn implements_1 < 'any , K : Eq + Hash + Clone , V : Clone , S : Clone > (it : & 'any ReadOnlyView < K , V , S >) -> & 'any (impl Clone + ? Sized) { it }
    fn implements_2 < 'any , K : Eq + Hash + fmt :: Debug , V : fmt :: Debug , S : BuildHasher + Clone > (it : & 'any ReadOnlyView < K , V , S >) -> & 'any (impl fmt :: Debug + ? Sized) { it }
    fn calls_4 < K , V , S > (a0 : ReadOnlyView < K , V , S >) -> Exactly < DashMap < K , V , S > > { let a0 = Exactly (a0) ; call1 (< ReadOnlyView < K , V , S > > :: into_inner , a0) }
    fn calls_6 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone > (a0 : & 'this ReadOnlyView < K , V , S >) -> Exactly < usize > { let a0 = Exactly (a0) ; call1 (< ReadOnlyView < K , V , S > > :: len , a0) }
    fn calls_7 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone > (a0 : & 'this ReadOnlyView < K , V , S >) -> Exactly < bool > { let a0 = Exactly (a0) ; call1 (< ReadOnlyView < K , V , S > > :: is_empty , a0) }
    fn calls_8 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone > (a0 : & 'this ReadOnlyView < K , V , S >) -> Exactly < usize > { let a0 = Exactly (a0) ; call1 (< ReadOnlyView < K , V , S > > :: capacity , a0) }
    fn calls_9 < 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone , Q > (a0 : & 'a ReadOnlyView < K , V , S > , a1 : & Q) -> Exactly < bool > where K : Borrow < Q > , Q : Hash + Eq + ? Sized { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< ReadOnlyView < K , V , S > > :: contains_key :: < Q > , a0 , a1) }
    fn calls_10 < 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone , Q > (a0 : & 'a ReadOnlyView < K , V , S > , a1 : & Q) -> Exactly < Option < & 'a V > > where K : Borrow < Q > , Q : Hash + Eq + ? Sized { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< ReadOnlyView < K , V , S > > :: get :: < Q > , a0 , a1) }
    fn calls_11 < 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone , Q > (a0 : & 'a ReadOnlyView < K , V , S > , a1 : & Q) -> Exactly < Option < (& 'a K , & 'a V) > > where K : Borrow < Q > , Q : Hash + Eq + ? Sized { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< ReadOnlyView < K , V , S > > :: get_key_value :: < Q > , a0 , a1) }
    fn calls_12 < 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone > (a0 : & 'a ReadOnlyView < K , V , S >) -> Exactly < impl Iterator < Item = (& 'a K , & 'a V) > + 'a > { let a0 = Exactly (a0) ; call1 (< ReadOnlyView < K , V , S > > :: iter , a0) }
    fn calls_13 < 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone > (a0 : & 'a ReadOnlyView < K , V , S >) -> Exactly < impl Iterator < Item = & 'a K > + 'a > { let a0 = Exactly (a0) ; call1 (< ReadOnlyView < K , V , S > > :: keys , a0) }
    fn calls_14 < 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone > (a0 : & 'a ReadOnlyView < K , V , S >) -> Exactly < impl Iterator < Item = & 'a V > + 'a > { let a0 = Exactly (a0) ; call1 (< ReadOnlyView < K , V , S > > :: values , a0) }
    #[cfg(feature = "raw-api")] fn calls_15 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : BuildHasher + Clone > (a0 : & 'this ReadOnlyView < K , V , S >) -> Exactly < & 'this [CachePadded < RwLock < HashMap < K , V > > >] > { let a0 = Exactly (a0) ; call1 (< ReadOnlyView < K , V , S > > :: shards , a0) }
}

mod of_try_result {
    use super::*;
    use super::maps::try_result::TryResult;

    fn is_a_type_0 < R > (_ : & TryResult < R >) { }
    fn calls_2 < 'this , R > (a0 : & 'this TryResult < R >) -> Exactly < bool > { let a0 = Exactly (a0) ; call1 (< TryResult < R > > :: is_present , a0) }
    fn calls_3 < 'this , R > (a0 : & 'this TryResult < R >) -> Exactly < bool > { let a0 = Exactly (a0) ; call1 (< TryResult < R > > :: is_absent , a0) }
    fn calls_4 < 'this , R > (a0 : & 'this TryResult < R >) -> Exactly < bool > { let a0 = Exactly (a0) ; call1 (< TryResult < R > > :: is_locked , a0) }
    fn calls_5 < R > (a0 : TryResult < R >) -> Exactly < R > { let a0 = Exactly (a0) ; call1 (< TryResult < R > > :: unwrap , a0) }
    fn calls_6 < R > (a0 : TryResult < R >) -> Exactly < Option < R > > { let a0 = Exactly (a0) ; call1 (< TryResult < R > > :: try_unwrap , a0) }
}

mod of_t {
    use super::*;
    use super::{iter::{Iter, IterMut}, mapref::one::{Ref, RefMut}, maps::try_result::TryResult};

    fn calls_1 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : 'a + Clone + BuildHasher , This : Map < 'a , K , V , S > > (a0 : & 'this This) -> Exactly < usize > { let a0 = Exactly (a0) ; call1 (< This as Map < 'a , K , V , S > > :: _shard_count , a0) }
    #[cfg(feature = "raw-api")] fn calls_2 < 'a , K : 'a + Eq + Hash , V : 'a , S : 'a + Clone + BuildHasher , This : Map < 'a , K , V , S > > (a0 : & 'a This , a1 : usize) -> Exactly < & 'a HashMap < K , V > > { let it = Exactly (unsafe { < This as Map < 'a , K , V , S > > :: _get_read_shard (a0 , a1) }) ; it }
    of_original! { #[cfg(feature = "raw-api")] fn calls_3 < 'a , K : 'a + Eq + Hash , V : 'a , S : 'a + Clone + BuildHasher , This : Map < 'a , K , V , S > > (a0 : & 'a This , a1 : usize) -> Exactly < RwLockReadGuard < 'a , HashMap < K , V > > > { let it = Exactly (unsafe { < This as Map < 'a , K , V , S > > :: _yield_read_shard (a0 , a1) }) ; it } }
    of_twin! {  }
    of_original! { #[cfg(feature = "raw-api")] fn calls_4 < 'a , K : 'a + Eq + Hash , V : 'a , S : 'a + Clone + BuildHasher , This : Map < 'a , K , V , S > > (a0 : & 'a This , a1 : usize) -> Exactly < RwLockWriteGuard < 'a , HashMap < K , V > > > { let it = Exactly (unsafe { < This as Map < 'a , K , V , S > > :: _yield_write_shard (a0 , a1) }) ; it } }
    of_twin! {  }
    of_original! { #[cfg(feature = "raw-api")] fn calls_5 < 'a , K : 'a + Eq + Hash , V : 'a , S : 'a + Clone + BuildHasher , This : Map < 'a , K , V , S > > (a0 : & 'a This , a1 : usize) -> Exactly < Option < RwLockReadGuard < 'a , HashMap < K , V > > > > { let it = Exactly (unsafe { < This as Map < 'a , K , V , S > > :: _try_yield_read_shard (a0 , a1) }) ; it } }
    of_twin! {  }
    of_original! { #[cfg(feature = "raw-api")] fn calls_6 < 'a , K : 'a + Eq + Hash , V : 'a , S : 'a + Clone + BuildHasher , This : Map < 'a , K , V , S > > (a0 : & 'a This , a1 : usize) -> Exactly < Option < RwLockWriteGuard < 'a , HashMap < K , V > > > > { let it = Exactly (unsafe { < This as Map < 'a , K , V , S > > :: _try_yield_write_shard (a0 , a1) }) ; it } }
    of_twin! {  }
    fn calls_7 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : 'a + Clone + BuildHasher , This : Map < 'a , K , V , S > > (a0 : & 'this This , a1 : K , a2 : V) -> Exactly < Option < V > > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; let a2 = Exactly (a2) ; call3 (< This as Map < 'a , K , V , S > > :: _insert , a0 , a1 , a2) }
    fn calls_8 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : 'a + Clone + BuildHasher , This : Map < 'a , K , V , S > , Q > (a0 : & 'this This , a1 : & Q) -> Exactly < Option < (K , V) > > where K : Borrow < Q > , Q : Hash + Eq + ? Sized { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< This as Map < 'a , K , V , S > > :: _remove :: < Q > , a0 , a1) }
    fn calls_9 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : 'a + Clone + BuildHasher , This : Map < 'a , K , V , S > , Q > (a0 : & 'this This , a1 : & Q , a2 : impl FnOnce (& K , & V) -> bool) -> Exactly < Option < (K , V) > > where K : Borrow < Q > , Q : Hash + Eq + ? Sized { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; let a2 = Exactly (a2) ; call3 (< This as Map < 'a , K , V , S > > :: _remove_if :: < Q > , a0 , a1 , a2) }
    fn calls_10 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : 'a + Clone + BuildHasher , This : Map < 'a , K , V , S > , Q > (a0 : & 'this This , a1 : & Q , a2 : impl FnOnce (& K , & mut V) -> bool) -> Exactly < Option < (K , V) > > where K : Borrow < Q > , Q : Hash + Eq + ? Sized { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; let a2 = Exactly (a2) ; call3 (< This as Map < 'a , K , V , S > > :: _remove_if_mut :: < Q > , a0 , a1 , a2) }
    fn calls_11 < 'a , K : 'a + Eq + Hash , V : 'a , S : 'a + Clone + BuildHasher , This : Map < 'a , K , V , S > > (a0 : & 'a This) -> Exactly < Iter < 'a , K , V , S , This > > where This : Sized { let a0 = Exactly (a0) ; call1 (< This as Map < 'a , K , V , S > > :: _iter , a0) }
    fn calls_12 < 'a , K : 'a + Eq + Hash , V : 'a , S : 'a + Clone + BuildHasher , This : Map < 'a , K , V , S > > (a0 : & 'a This) -> Exactly < IterMut < 'a , K , V , S , This > > where This : Sized { let a0 = Exactly (a0) ; call1 (< This as Map < 'a , K , V , S > > :: _iter_mut , a0) }
    fn calls_13 < 'a , K : 'a + Eq + Hash , V : 'a , S : 'a + Clone + BuildHasher , This : Map < 'a , K , V , S > , Q > (a0 : & 'a This , a1 : & Q) -> Exactly < Option < Ref < 'a , K , V > > > where K : Borrow < Q > , Q : Hash + Eq + ? Sized { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< This as Map < 'a , K , V , S > > :: _get :: < Q > , a0 , a1) }
    fn calls_14 < 'a , K : 'a + Eq + Hash , V : 'a , S : 'a + Clone + BuildHasher , This : Map < 'a , K , V , S > , Q > (a0 : & 'a This , a1 : & Q) -> Exactly < Option < RefMut < 'a , K , V > > > where K : Borrow < Q > , Q : Hash + Eq + ? Sized { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< This as Map < 'a , K , V , S > > :: _get_mut :: < Q > , a0 , a1) }
    fn calls_15 < 'a , K : 'a + Eq + Hash , V : 'a , S : 'a + Clone + BuildHasher , This : Map < 'a , K , V , S > , Q > (a0 : & 'a This , a1 : & Q) -> Exactly < TryResult < Ref < 'a , K , V > > > where K : Borrow < Q > , Q : Hash + Eq + ? Sized { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< This as Map < 'a , K , V , S > > :: _try_get :: < Q > , a0 , a1) }
    fn calls_16 < 'a , K : 'a + Eq + Hash , V : 'a , S : 'a + Clone + BuildHasher , This : Map < 'a , K , V , S > , Q > (a0 : & 'a This , a1 : & Q) -> Exactly < TryResult < RefMut < 'a , K , V > > > where K : Borrow < Q > , Q : Hash + Eq + ? Sized { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< This as Map < 'a , K , V , S > > :: _try_get_mut :: < Q > , a0 , a1) }
    fn calls_17 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : 'a + Clone + BuildHasher , This : Map < 'a , K , V , S > > (a0 : & 'this This) -> Exactly < () > { let a0 = Exactly (a0) ; call1 (< This as Map < 'a , K , V , S > > :: _shrink_to_fit , a0) }
    fn calls_18 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : 'a + Clone + BuildHasher , This : Map < 'a , K , V , S > > (a0 : & 'this This , a1 : impl FnMut (& K , & mut V) -> bool) -> Exactly < () > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< This as Map < 'a , K , V , S > > :: _retain , a0 , a1) }
    fn calls_19 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : 'a + Clone + BuildHasher , This : Map < 'a , K , V , S > > (a0 : & 'this This) -> Exactly < usize > { let a0 = Exactly (a0) ; call1 (< This as Map < 'a , K , V , S > > :: _len , a0) }
    fn calls_20 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : 'a + Clone + BuildHasher , This : Map < 'a , K , V , S > > (a0 : & 'this This) -> Exactly < usize > { let a0 = Exactly (a0) ; call1 (< This as Map < 'a , K , V , S > > :: _capacity , a0) }
    fn calls_21 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : 'a + Clone + BuildHasher , This : Map < 'a , K , V , S > , Q > (a0 : & 'this This , a1 : & Q , a2 : impl FnOnce (& K , V) -> V) -> Exactly < () > where K : Borrow < Q > , Q : Hash + Eq + ? Sized { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; let a2 = Exactly (a2) ; call3 (< This as Map < 'a , K , V , S > > :: _alter :: < Q > , a0 , a1 , a2) }
    fn calls_22 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : 'a + Clone + BuildHasher , This : Map < 'a , K , V , S > > (a0 : & 'this This , a1 : impl FnMut (& K , V) -> V) -> Exactly < () > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< This as Map < 'a , K , V , S > > :: _alter_all , a0 , a1) }
    fn calls_23 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : 'a + Clone + BuildHasher , This : Map < 'a , K , V , S > , Q , R > (a0 : & 'this This , a1 : & Q , a2 : impl FnOnce (& K , & V) -> R) -> Exactly < Option < R > > where K : Borrow < Q > , Q : Hash + Eq + ? Sized { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; let a2 = Exactly (a2) ; call3 (< This as Map < 'a , K , V , S > > :: _view :: < Q , R > , a0 , a1 , a2) }
    fn calls_24 < 'a , K : 'a + Eq + Hash , V : 'a , S : 'a + Clone + BuildHasher , This : Map < 'a , K , V , S > > (a0 : & 'a This , a1 : K) -> Exactly < Entry < 'a , K , V > > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< This as Map < 'a , K , V , S > > :: _entry , a0 , a1) }
    fn calls_25 < 'a , K : 'a + Eq + Hash , V : 'a , S : 'a + Clone + BuildHasher , This : Map < 'a , K , V , S > > (a0 : & 'a This , a1 : K) -> Exactly < Option < Entry < 'a , K , V > > > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< This as Map < 'a , K , V , S > > :: _try_entry , a0 , a1) }
    fn calls_26 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : 'a + Clone + BuildHasher , This : Map < 'a , K , V , S > > (a0 : & 'this This) -> Exactly < S > { let a0 = Exactly (a0) ; call1 (< This as Map < 'a , K , V , S > > :: _hasher , a0) }
    fn calls_27 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : 'a + Clone + BuildHasher , This : Map < 'a , K , V , S > > (a0 : & 'this This) -> Exactly < () > { let a0 = Exactly (a0) ; call1 (< This as Map < 'a , K , V , S > > :: _clear , a0) }
    fn calls_28 < 'a , K : 'a + Eq + Hash , V : 'a , S : 'a + Clone + BuildHasher , This : Map < 'a , K , V , S > , Q > (a0 : & 'a This , a1 : & Q) -> Exactly < bool > where K : Borrow < Q > , Q : Hash + Eq + ? Sized { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< This as Map < 'a , K , V , S > > :: _contains_key :: < Q > , a0 , a1) }
    fn calls_29 < 'this , 'a , K : 'a + Eq + Hash , V : 'a , S : 'a + Clone + BuildHasher , This : Map < 'a , K , V , S > > (a0 : & 'this This) -> Exactly < bool > { let a0 = Exactly (a0) ; call1 (< This as Map < 'a , K , V , S > > :: _is_empty , a0) }
}

mod of_iter {
    use super::*;
    use super::{iter::{Iter, IterMut, OwningIter}, mapref::multiple::{RefMulti, RefMutMulti}};

    fn is_a_type_0 < K , V , S > (_ : & OwningIter < K , V , S >) { } fn is_a_type_0_0 < K , V , S > (it : Exactly < OwningIter < K , V > >) -> Exactly < OwningIter < K , V , RandomState > > { it }
    fn implements_2 < 'any , K : Eq + Hash , V , S : BuildHasher + Clone > (it : & 'any OwningIter < K , V , S >) -> & 'any (impl Iterator < Item = (K , V) > + ? Sized) { it }
    fn implements_4 < 'any , K , V , S > (it : & 'any OwningIter < K , V , S >) -> & 'any (impl Send + ? Sized) where K : Eq + Hash + Send , V : Send , S : BuildHasher + Clone + Send , { it }
    fn implements_5 < 'any , K , V , S > (it : & 'any OwningIter < K , V , S >) -> & 'any (impl Sync + ? Sized) where K : Eq + Hash + Sync , V : Sync , S : BuildHasher + Clone + Sync , { it }
    fn is_a_type_6 < 'a , K , V , S , M > (_ : & Iter < 'a , K , V , S , M >) { } fn is_a_type_6_0 < 'a , K , V , S , M > (it : Exactly < Iter < 'a , K , V > >) -> Exactly < Iter < 'a , K , V , RandomState > > { it } fn is_a_type_6_1 < 'a , K , V , S , M > (it : Exactly < Iter < 'a , K , V , S > >) -> Exactly < Iter < 'a , K , V , S , DashMap < K , V , S > > > { it }
    fn implements_7 < 'any , K : Clone + Hash + Eq , V : Clone , S : Clone + BuildHasher > (it : & 'any Iter < '_ , K , V , S >) -> & 'any (impl Clone + ? Sized) { it }
    fn implements_8 < 'any , 'a , K , V , S , M > (it : & 'any Iter < '_ , K , V , S , M >) -> & 'any (impl Send + ? Sized) where K : 'a + Eq + Hash + Send , V : 'a + Send , S : 'a + BuildHasher + Clone , M : Map < 'a , K , V , S > , { it }
    fn implements_9 < 'any , 'a , K , V , S , M > (it : & 'any Iter < '_ , K , V , S , M >) -> & 'any (impl Sync + ? Sized) where K : 'a + Eq + Hash + Sync , V : 'a + Sync , S : 'a + BuildHasher + Clone , M : Map < 'a , K , V , S > , { it }
    fn implements_11 < 'any , 'a , K : Eq + Hash , V , S : 'a + BuildHasher + Clone , M : Map < 'a , K , V , S > > (it : & 'any Iter < 'a , K , V , S , M >) -> & 'any (impl Iterator < Item = RefMulti < 'a , K , V > > + ? Sized) { it }
    fn is_a_type_13 < 'a , K , V , S , M > (_ : & IterMut < 'a , K , V , S , M >) { } fn is_a_type_13_0 < 'a , K , V , S , M > (it : Exactly < IterMut < 'a , K , V > >) -> Exactly < IterMut < 'a , K , V , RandomState > > { it } fn is_a_type_13_1 < 'a , K , V , S , M > (it : Exactly < IterMut < 'a , K , V , S > >) -> Exactly < IterMut < 'a , K , V , S , DashMap < K , V , S > > > { it }
    fn implements_14 < 'any , 'a , K , V , S , M > (it : & 'any IterMut < '_ , K , V , S , M >) -> & 'any (impl Send + ? Sized) where K : 'a + Eq + Hash + Send , V : 'a + Send , S : 'a + BuildHasher + Clone , M : Map < 'a , K , V , S > , { it }
    fn implements_15 < 'any , 'a , K , V , S , M > (it : & 'any IterMut < '_ , K , V , S , M >) -> & 'any (impl Sync + ? Sized) where K : 'a + Eq + Hash + Sync , V : 'a + Sync , S : 'a + BuildHasher + Clone , M : Map < 'a , K , V , S > , { it }
    fn implements_17 < 'any , 'a , K : Eq + Hash , V , S : 'a + BuildHasher + Clone , M : Map < 'a , K , V , S > > (it : & 'any IterMut < 'a , K , V , S , M >) -> & 'any (impl Iterator < Item = RefMutMulti < 'a , K , V > > + ? Sized) { it }
}

mod of_iter_set {
    use super::*;
    use super::{iter_set::{Iter, OwningIter}, setref::multiple::RefMulti};

    fn is_a_type_0 < K , S > (_ : & OwningIter < K , S >) { }
    fn implements_2 < 'any , K : Eq + Hash , S : BuildHasher + Clone > (it : & 'any OwningIter < K , S >) -> & 'any (impl Iterator < Item = K > + ? Sized) { it }
    fn implements_4 < 'any , K , S > (it : & 'any OwningIter < K , S >) -> & 'any (impl Send + ? Sized) where K : Eq + Hash + Send , S : BuildHasher + Clone + Send , { it }
    fn implements_5 < 'any , K , S > (it : & 'any OwningIter < K , S >) -> & 'any (impl Sync + ? Sized) where K : Eq + Hash + Sync , S : BuildHasher + Clone + Sync , { it }
    fn is_a_type_6 < 'a , K , S , M > (_ : & Iter < 'a , K , S , M >) { }
    fn implements_7 < 'any , 'a , K , S , M > (it : & 'any Iter < '_ , K , S , M >) -> & 'any (impl Send + ? Sized) where K : 'a + Eq + Hash + Send , S : 'a + BuildHasher + Clone , M : Map < 'a , K , () , S > , { it }
    fn implements_8 < 'any , 'a , K , S , M > (it : & 'any Iter < '_ , K , S , M >) -> & 'any (impl Sync + ? Sized) where K : 'a + Eq + Hash + Sync , S : 'a + BuildHasher + Clone , M : Map < 'a , K , () , S > , { it }
    fn implements_10 < 'any , 'a , K : Eq + Hash , S : 'a + BuildHasher + Clone , M : Map < 'a , K , () , S > > (it : & 'any Iter < 'a , K , S , M >) -> & 'any (impl Iterator < Item = RefMulti < 'a , K > > + ? Sized) { it }
}

mod of_mapref_one {
    use super::*;
    use super::mapref::one::{MappedRef, MappedRefMut, Ref, RefMut};

    fn is_a_type_0 < 'a , K , V > (_ : & Ref < 'a , K , V >) { }
    fn implements_1 < 'any , K : Eq + Hash + Sync , V : Sync > (it : & 'any Ref < '_ , K , V >) -> & 'any (impl Send + ? Sized) { it }
    fn implements_2 < 'any , K : Eq + Hash + Sync , V : Sync > (it : & 'any Ref < '_ , K , V >) -> & 'any (impl Sync + ? Sized) { it }
    fn calls_4 < 'this , 'a , K : Eq + Hash , V > (a0 : & 'this Ref < 'a , K , V >) -> Exactly < & 'this K > { let a0 = Exactly (a0) ; call1 (< Ref < 'a , K , V > > :: key , a0) }
    fn calls_5 < 'this , 'a , K : Eq + Hash , V > (a0 : & 'this Ref < 'a , K , V >) -> Exactly < & 'this V > { let a0 = Exactly (a0) ; call1 (< Ref < 'a , K , V > > :: value , a0) }
    fn calls_6 < 'this , 'a , K : Eq + Hash , V > (a0 : & 'this Ref < 'a , K , V >) -> Exactly < (& 'this K , & 'this V) > { let a0 = Exactly (a0) ; call1 (< Ref < 'a , K , V > > :: pair , a0) }
    fn calls_7 < 'a , K : Eq + Hash , V , F , T > (a0 : Ref < 'a , K , V > , a1 : F) -> Exactly < MappedRef < 'a , K , V , T > > where F : FnOnce (& V) -> & T { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< Ref < 'a , K , V > > :: map :: < F , T > , a0 , a1) }
    fn calls_8 < 'a , K : Eq + Hash , V , F , T > (a0 : Ref < 'a , K , V > , a1 : F) -> Exactly < Result < MappedRef < 'a , K , V , T > , Ref < 'a , K , V > > > where F : FnOnce (& V) -> Option < & T > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< Ref < 'a , K , V > > :: try_map :: < F , T > , a0 , a1) }
    fn implements_9 < 'any , K : Eq + Hash + Debug , V : Debug > (it : & 'any Ref < '_ , K , V >) -> & 'any (impl Debug + ? Sized) { it }
    fn implements_10 < 'any , K : Eq + Hash , V > (it : & 'any Ref < '_ , K , V >) -> & 'any (impl Deref < Target = V > + ? Sized) { it }
    fn is_a_type_12 < 'a , K , V > (_ : & RefMut < 'a , K , V >) { }
    fn implements_13 < 'any , K : Eq + Hash + Sync , V : Sync > (it : & 'any RefMut < '_ , K , V >) -> & 'any (impl Send + ? Sized) { it }
    fn implements_14 < 'any , K : Eq + Hash + Sync , V : Sync > (it : & 'any RefMut < '_ , K , V >) -> & 'any (impl Sync + ? Sized) { it }
    fn calls_16 < 'this , 'a , K : Eq + Hash , V > (a0 : & 'this RefMut < 'a , K , V >) -> Exactly < & 'this K > { let a0 = Exactly (a0) ; call1 (< RefMut < 'a , K , V > > :: key , a0) }
    fn calls_17 < 'this , 'a , K : Eq + Hash , V > (a0 : & 'this RefMut < 'a , K , V >) -> Exactly < & 'this V > { let a0 = Exactly (a0) ; call1 (< RefMut < 'a , K , V > > :: value , a0) }
    fn calls_18 < 'this , 'a , K : Eq + Hash , V > (a0 : & 'this mut RefMut < 'a , K , V >) -> Exactly < & 'this mut V > { let a0 = Exactly (a0) ; call1 (< RefMut < 'a , K , V > > :: value_mut , a0) }
    fn calls_19 < 'this , 'a , K : Eq + Hash , V > (a0 : & 'this RefMut < 'a , K , V >) -> Exactly < (& 'this K , & 'this V) > { let a0 = Exactly (a0) ; call1 (< RefMut < 'a , K , V > > :: pair , a0) }
    fn calls_20 < 'this , 'a , K : Eq + Hash , V > (a0 : & 'this mut RefMut < 'a , K , V >) -> Exactly < (& 'this K , & 'this mut V) > { let a0 = Exactly (a0) ; call1 (< RefMut < 'a , K , V > > :: pair_mut , a0) }
    fn calls_21 < 'a , K : Eq + Hash , V > (a0 : RefMut < 'a , K , V >) -> Exactly < Ref < 'a , K , V > > { let a0 = Exactly (a0) ; call1 (< RefMut < 'a , K , V > > :: downgrade , a0) }
    fn calls_22 < 'a , K : Eq + Hash , V , F , T > (a0 : RefMut < 'a , K , V > , a1 : F) -> Exactly < MappedRefMut < 'a , K , V , T > > where F : FnOnce (& mut V) -> & mut T { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< RefMut < 'a , K , V > > :: map :: < F , T > , a0 , a1) }
    fn calls_23 < 'a , K : Eq + Hash , V , F , T > (a0 : RefMut < 'a , K , V > , a1 : F) -> Exactly < Result < MappedRefMut < 'a , K , V , T > , RefMut < 'a , K , V > > > where F : FnOnce (& mut V) -> Option < & mut T > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< RefMut < 'a , K , V > > :: try_map :: < F , T > , a0 , a1) }
    fn implements_24 < 'any , K : Eq + Hash + Debug , V : Debug > (it : & 'any RefMut < '_ , K , V >) -> & 'any (impl Debug + ? Sized) { it }
    fn implements_25 < 'any , K : Eq + Hash , V > (it : & 'any RefMut < '_ , K , V >) -> & 'any (impl Deref < Target = V > + ? Sized) { it }
    fn implements_27 < 'any , K : Eq + Hash , V > (it : & 'any RefMut < '_ , K , V >) -> & 'any (impl DerefMut + ? Sized) { it }
    fn is_a_type_28 < 'a , K , V , T > (_ : & MappedRef < 'a , K , V , T >) { }
    fn calls_30 < 'this , 'a , K : Eq + Hash , V , T > (a0 : & 'this MappedRef < 'a , K , V , T >) -> Exactly < & 'this K > { let a0 = Exactly (a0) ; call1 (< MappedRef < 'a , K , V , T > > :: key , a0) }
    fn calls_31 < 'this , 'a , K : Eq + Hash , V , T > (a0 : & 'this MappedRef < 'a , K , V , T >) -> Exactly < & 'this T > { let a0 = Exactly (a0) ; call1 (< MappedRef < 'a , K , V , T > > :: value , a0) }
    fn calls_32 < 'this , 'a , K : Eq + Hash , V , T > (a0 : & 'this MappedRef < 'a , K , V , T >) -> Exactly < (& 'this K , & 'this T) > { let a0 = Exactly (a0) ; call1 (< MappedRef < 'a , K , V , T > > :: pair , a0) }
    fn calls_33 < 'a , K : Eq + Hash , V , T , F , T2 > (a0 : MappedRef < 'a , K , V , T > , a1 : F) -> Exactly < MappedRef < 'a , K , V , T2 > > where F : FnOnce (& T) -> & T2 { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< MappedRef < 'a , K , V , T > > :: map :: < F , T2 > , a0 , a1) }
    fn calls_34 < 'a , K : Eq + Hash , V , T , F , T2 > (a0 : MappedRef < 'a , K , V , T > , a1 : F) -> Exactly < Result < MappedRef < 'a , K , V , T2 > , MappedRef < 'a , K , V , T > > > where F : FnOnce (& T) -> Option < & T2 > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< MappedRef < 'a , K , V , T > > :: try_map :: < F , T2 > , a0 , a1) }
    fn implements_35 < 'any , K : Eq + Hash + Debug , V , T : Debug > (it : & 'any MappedRef < '_ , K , V , T >) -> & 'any (impl Debug + ? Sized) { it }
    fn implements_36 < 'any , K : Eq + Hash , V , T > (it : & 'any MappedRef < '_ , K , V , T >) -> & 'any (impl Deref < Target = T > + ? Sized) { it }
    fn implements_38 < 'any , K : Eq + Hash , V , T : std :: fmt :: Display > (it : & 'any MappedRef < '_ , K , V , T >) -> & 'any (impl std :: fmt :: Display + ? Sized) { it }
    fn implements_39 < 'any , K : Eq + Hash , V , T : AsRef < TDeref > , TDeref : ? Sized > (it : & 'any MappedRef < '_ , K , V , T >) -> & 'any (impl AsRef < TDeref > + ? Sized) { it }
    fn is_a_type_40 < 'a , K , V , T > (_ : & MappedRefMut < 'a , K , V , T >) { }
    fn calls_42 < 'this , 'a , K : Eq + Hash , V , T > (a0 : & 'this MappedRefMut < 'a , K , V , T >) -> Exactly < & 'this K > { let a0 = Exactly (a0) ; call1 (< MappedRefMut < 'a , K , V , T > > :: key , a0) }
    fn calls_43 < 'this , 'a , K : Eq + Hash , V , T > (a0 : & 'this MappedRefMut < 'a , K , V , T >) -> Exactly < & 'this T > { let a0 = Exactly (a0) ; call1 (< MappedRefMut < 'a , K , V , T > > :: value , a0) }
    fn calls_44 < 'this , 'a , K : Eq + Hash , V , T > (a0 : & 'this mut MappedRefMut < 'a , K , V , T >) -> Exactly < & 'this mut T > { let a0 = Exactly (a0) ; call1 (< MappedRefMut < 'a , K , V , T > > :: value_mut , a0) }
    fn calls_45 < 'this , 'a , K : Eq + Hash , V , T > (a0 : & 'this MappedRefMut < 'a , K , V , T >) -> Exactly < (& 'this K , & 'this T) > { let a0 = Exactly (a0) ; call1 (< MappedRefMut < 'a , K , V , T > > :: pair , a0) }
    fn calls_46 < 'this , 'a , K : Eq + Hash , V , T > (a0 : & 'this mut MappedRefMut < 'a , K , V , T >) -> Exactly < (& 'this K , & 'this mut T) > { let a0 = Exactly (a0) ; call1 (< MappedRefMut < 'a , K , V , T > > :: pair_mut , a0) }
    fn calls_47 < 'a , K : Eq + Hash , V , T , F , T2 > (a0 : MappedRefMut < 'a , K , V , T > , a1 : F) -> Exactly < MappedRefMut < 'a , K , V , T2 > > where F : FnOnce (& mut T) -> & mut T2 { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< MappedRefMut < 'a , K , V , T > > :: map :: < F , T2 > , a0 , a1) }
    fn calls_48 < 'a , K : Eq + Hash , V , T , F , T2 > (a0 : MappedRefMut < 'a , K , V , T > , a1 : F) -> Exactly < Result < MappedRefMut < 'a , K , V , T2 > , MappedRefMut < 'a , K , V , T > > > where F : FnOnce (& mut T) -> Option < & mut T2 > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< MappedRefMut < 'a , K , V , T > > :: try_map :: < F , T2 > , a0 , a1) }
    fn implements_49 < 'any , K : Eq + Hash + Debug , V , T : Debug > (it : & 'any MappedRefMut < '_ , K , V , T >) -> & 'any (impl Debug + ? Sized) { it }
    fn implements_50 < 'any , K : Eq + Hash , V , T > (it : & 'any MappedRefMut < '_ , K , V , T >) -> & 'any (impl Deref < Target = T > + ? Sized) { it }
    fn implements_52 < 'any , K : Eq + Hash , V , T > (it : & 'any MappedRefMut < '_ , K , V , T >) -> & 'any (impl DerefMut + ? Sized) { it }
}

mod of_mapref_multiple {
    use super::*;
    use super::mapref::multiple::{RefMulti, RefMutMulti};

    fn is_a_type_0 < 'a , K , V > (_ : & RefMulti < 'a , K , V >) { }
    fn implements_1 < 'any , K : Eq + Hash + Sync , V : Sync > (it : & 'any RefMulti < '_ , K , V >) -> & 'any (impl Send + ? Sized) { it }
    fn implements_2 < 'any , K : Eq + Hash + Sync , V : Sync > (it : & 'any RefMulti < '_ , K , V >) -> & 'any (impl Sync + ? Sized) { it }
    fn calls_4 < 'this , 'a , K : Eq + Hash , V > (a0 : & 'this RefMulti < 'a , K , V >) -> Exactly < & 'this K > { let a0 = Exactly (a0) ; call1 (< RefMulti < 'a , K , V > > :: key , a0) }
    fn calls_5 < 'this , 'a , K : Eq + Hash , V > (a0 : & 'this RefMulti < 'a , K , V >) -> Exactly < & 'this V > { let a0 = Exactly (a0) ; call1 (< RefMulti < 'a , K , V > > :: value , a0) }
    fn calls_6 < 'this , 'a , K : Eq + Hash , V > (a0 : & 'this RefMulti < 'a , K , V >) -> Exactly < (& 'this K , & 'this V) > { let a0 = Exactly (a0) ; call1 (< RefMulti < 'a , K , V > > :: pair , a0) }
    fn implements_7 < 'any , K : Eq + Hash , V > (it : & 'any RefMulti < '_ , K , V >) -> & 'any (impl Deref < Target = V > + ? Sized) { it }
    fn is_a_type_9 < 'a , K , V > (_ : & RefMutMulti < 'a , K , V >) { }
    fn implements_10 < 'any , K : Eq + Hash + Sync , V : Sync > (it : & 'any RefMutMulti < '_ , K , V >) -> & 'any (impl Send + ? Sized) { it }
    fn implements_11 < 'any , K : Eq + Hash + Sync , V : Sync > (it : & 'any RefMutMulti < '_ , K , V >) -> & 'any (impl Sync + ? Sized) { it }
    fn calls_13 < 'this , 'a , K : Eq + Hash , V > (a0 : & 'this RefMutMulti < 'a , K , V >) -> Exactly < & 'this K > { let a0 = Exactly (a0) ; call1 (< RefMutMulti < 'a , K , V > > :: key , a0) }
    fn calls_14 < 'this , 'a , K : Eq + Hash , V > (a0 : & 'this RefMutMulti < 'a , K , V >) -> Exactly < & 'this V > { let a0 = Exactly (a0) ; call1 (< RefMutMulti < 'a , K , V > > :: value , a0) }
    fn calls_15 < 'this , 'a , K : Eq + Hash , V > (a0 : & 'this mut RefMutMulti < 'a , K , V >) -> Exactly < & 'this mut V > { let a0 = Exactly (a0) ; call1 (< RefMutMulti < 'a , K , V > > :: value_mut , a0) }
    fn calls_16 < 'this , 'a , K : Eq + Hash , V > (a0 : & 'this RefMutMulti < 'a , K , V >) -> Exactly < (& 'this K , & 'this V) > { let a0 = Exactly (a0) ; call1 (< RefMutMulti < 'a , K , V > > :: pair , a0) }
    fn calls_17 < 'this , 'a , K : Eq + Hash , V > (a0 : & 'this mut RefMutMulti < 'a , K , V >) -> Exactly < (& 'this K , & 'this mut V) > { let a0 = Exactly (a0) ; call1 (< RefMutMulti < 'a , K , V > > :: pair_mut , a0) }
    fn implements_18 < 'any , K : Eq + Hash , V > (it : & 'any RefMutMulti < '_ , K , V >) -> & 'any (impl Deref < Target = V > + ? Sized) { it }
    fn implements_20 < 'any , K : Eq + Hash , V > (it : & 'any RefMutMulti < '_ , K , V >) -> & 'any (impl DerefMut + ? Sized) { it }
}

mod of_mapref_entry {
    use super::*;
    use super::mapref::{entry::{Entry, OccupiedEntry, VacantEntry}, one::RefMut};

    fn is_a_type_0 < 'a , K , V > (_ : & Entry < 'a , K , V >) { }
    fn calls_2 < 'a , K : Eq + Hash , V > (a0 : Entry < 'a , K , V > , a1 : impl FnOnce (& mut V)) -> Exactly < Entry < 'a , K , V > > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< Entry < 'a , K , V > > :: and_modify , a0 , a1) }
    fn calls_3 < 'this , 'a , K : Eq + Hash , V > (a0 : & 'this Entry < 'a , K , V >) -> Exactly < & 'this K > { let a0 = Exactly (a0) ; call1 (< Entry < 'a , K , V > > :: key , a0) }
    fn calls_4 < 'a , K : Eq + Hash , V > (a0 : Entry < 'a , K , V >) -> Exactly < K > { let a0 = Exactly (a0) ; call1 (< Entry < 'a , K , V > > :: into_key , a0) }
    fn calls_5 < 'a , K : Eq + Hash , V > (a0 : Entry < 'a , K , V >) -> Exactly < RefMut < 'a , K , V > > where V : Default { let a0 = Exactly (a0) ; call1 (< Entry < 'a , K , V > > :: or_default , a0) }
    fn calls_6 < 'a , K : Eq + Hash , V > (a0 : Entry < 'a , K , V > , a1 : V) -> Exactly < RefMut < 'a , K , V > > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< Entry < 'a , K , V > > :: or_insert , a0 , a1) }
    fn calls_7 < 'a , K : Eq + Hash , V > (a0 : Entry < 'a , K , V > , a1 : impl FnOnce () -> V) -> Exactly < RefMut < 'a , K , V > > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< Entry < 'a , K , V > > :: or_insert_with , a0 , a1) }
    fn calls_8 < 'a , K : Eq + Hash , V , E > (a0 : Entry < 'a , K , V > , a1 : impl FnOnce () -> Result < V , E >) -> Exactly < Result < RefMut < 'a , K , V > , E > > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< Entry < 'a , K , V > > :: or_try_insert_with :: < E > , a0 , a1) }
    fn calls_9 < 'a , K : Eq + Hash , V > (a0 : Entry < 'a , K , V > , a1 : V) -> Exactly < RefMut < 'a , K , V > > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< Entry < 'a , K , V > > :: insert , a0 , a1) }
    fn calls_10 < 'a , K : Eq + Hash , V > (a0 : Entry < 'a , K , V > , a1 : V) -> Exactly < OccupiedEntry < 'a , K , V > > where K : Clone { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< Entry < 'a , K , V > > :: insert_entry , a0 , a1) }
    fn is_a_type_11 < 'a , K , V > (_ : & VacantEntry < 'a , K , V >) { }
    fn implements_12 < 'any , K : Eq + Hash + Sync , V : Sync > (it : & 'any VacantEntry < '_ , K , V >) -> & 'any (impl Send + ? Sized) { it }
    fn implements_13 < 'any , K : Eq + Hash + Sync , V : Sync > (it : & 'any VacantEntry < '_ , K , V >) -> & 'any (impl Sync + ? Sized) { it }
    fn calls_15 < 'a , K : Eq + Hash , V > (a0 : VacantEntry < 'a , K , V > , a1 : V) -> Exactly < RefMut < 'a , K , V > > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< VacantEntry < 'a , K , V > > :: insert , a0 , a1) }
    fn calls_16 < 'a , K : Eq + Hash , V > (a0 : VacantEntry < 'a , K , V > , a1 : V) -> Exactly < OccupiedEntry < 'a , K , V > > where K : Clone { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< VacantEntry < 'a , K , V > > :: insert_entry , a0 , a1) }
    fn calls_17 < 'a , K : Eq + Hash , V > (a0 : VacantEntry < 'a , K , V >) -> Exactly < K > { let a0 = Exactly (a0) ; call1 (< VacantEntry < 'a , K , V > > :: into_key , a0) }
    fn calls_18 < 'this , 'a , K : Eq + Hash , V > (a0 : & 'this VacantEntry < 'a , K , V >) -> Exactly < & 'this K > { let a0 = Exactly (a0) ; call1 (< VacantEntry < 'a , K , V > > :: key , a0) }
    fn is_a_type_19 < 'a , K , V > (_ : & OccupiedEntry < 'a , K , V >) { }
    fn implements_20 < 'any , K : Eq + Hash + Sync , V : Sync > (it : & 'any OccupiedEntry < '_ , K , V >) -> & 'any (impl Send + ? Sized) { it }
    fn implements_21 < 'any , K : Eq + Hash + Sync , V : Sync > (it : & 'any OccupiedEntry < '_ , K , V >) -> & 'any (impl Sync + ? Sized) { it }
    fn calls_23 < 'this , 'a , K : Eq + Hash , V > (a0 : & 'this OccupiedEntry < 'a , K , V >) -> Exactly < & 'this V > { let a0 = Exactly (a0) ; call1 (< OccupiedEntry < 'a , K , V > > :: get , a0) }
    fn calls_24 < 'this , 'a , K : Eq + Hash , V > (a0 : & 'this mut OccupiedEntry < 'a , K , V >) -> Exactly < & 'this mut V > { let a0 = Exactly (a0) ; call1 (< OccupiedEntry < 'a , K , V > > :: get_mut , a0) }
    fn calls_25 < 'this , 'a , K : Eq + Hash , V > (a0 : & 'this mut OccupiedEntry < 'a , K , V > , a1 : V) -> Exactly < V > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< OccupiedEntry < 'a , K , V > > :: insert , a0 , a1) }
    fn calls_26 < 'a , K : Eq + Hash , V > (a0 : OccupiedEntry < 'a , K , V >) -> Exactly < RefMut < 'a , K , V > > { let a0 = Exactly (a0) ; call1 (< OccupiedEntry < 'a , K , V > > :: into_ref , a0) }
    fn calls_27 < 'a , K : Eq + Hash , V > (a0 : OccupiedEntry < 'a , K , V >) -> Exactly < K > { let a0 = Exactly (a0) ; call1 (< OccupiedEntry < 'a , K , V > > :: into_key , a0) }
    fn calls_28 < 'this , 'a , K : Eq + Hash , V > (a0 : & 'this OccupiedEntry < 'a , K , V >) -> Exactly < & 'this K > { let a0 = Exactly (a0) ; call1 (< OccupiedEntry < 'a , K , V > > :: key , a0) }
    fn calls_29 < 'a , K : Eq + Hash , V > (a0 : OccupiedEntry < 'a , K , V >) -> Exactly < V > { let a0 = Exactly (a0) ; call1 (< OccupiedEntry < 'a , K , V > > :: remove , a0) }
    fn calls_30 < 'a , K : Eq + Hash , V > (a0 : OccupiedEntry < 'a , K , V >) -> Exactly < (K , V) > { let a0 = Exactly (a0) ; call1 (< OccupiedEntry < 'a , K , V > > :: remove_entry , a0) }
    fn calls_31 < 'a , K : Eq + Hash , V > (a0 : OccupiedEntry < 'a , K , V > , a1 : V) -> Exactly < (K , V) > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< OccupiedEntry < 'a , K , V > > :: replace_entry , a0 , a1) }
}

mod of_setref_one {
    use super::*;
    use super::setref::one::Ref;

    fn is_a_type_0 < 'a , K > (_ : & Ref < 'a , K >) { }
    fn calls_2 < 'this , 'a , K : Eq + Hash > (a0 : & 'this Ref < 'a , K >) -> Exactly < & 'this K > { let a0 = Exactly (a0) ; call1 (< Ref < 'a , K > > :: key , a0) }
    fn implements_3 < 'any , K : Eq + Hash > (it : & 'any Ref < '_ , K >) -> & 'any (impl Deref < Target = K > + ? Sized) { it }
}

mod of_setref_multiple {
    use super::*;
    use super::setref::multiple::RefMulti;

    fn is_a_type_0 < 'a , K > (_ : & RefMulti < 'a , K >) { }
    fn calls_2 < 'this , 'a , K : Eq + Hash > (a0 : & 'this RefMulti < 'a , K >) -> Exactly < & 'this K > { let a0 = Exactly (a0) ; call1 (< RefMulti < 'a , K > > :: key , a0) }
    fn implements_3 < 'any , K : Eq + Hash > (it : & 'any RefMulti < '_ , K >) -> & 'any (impl Deref < Target = K > + ? Sized) { it }
}

mod of_rayon_map {
    use super::*;
    #[cfg(feature = "rayon")] use {rayon::iter::{FromParallelIterator, IntoParallelIterator, ParallelExtend, ParallelIterator}, super::{mapref::multiple::{RefMulti, RefMutMulti}, maps::rayon::map::{Iter, IterMut, OwningIter}}};

    #[cfg(feature = "rayon")] fn implements_0 < 'any , K , V , S > (it : & 'any DashMap < K , V , S >) -> & 'any (impl ParallelExtend < (K , V) > + ? Sized) where K : Send + Sync + Eq + Hash , V : Send + Sync , S : Send + Sync + Clone + BuildHasher , { it }
    #[cfg(feature = "rayon")] fn implements_1 < 'any , K , V , S > (it : & 'any & '_ DashMap < K , V , S >) -> & 'any (impl ParallelExtend < (K , V) > + ? Sized) where K : Send + Sync + Eq + Hash , V : Send + Sync , S : Send + Sync + Clone + BuildHasher , { it }
    #[cfg(feature = "rayon")] fn implements_2 < 'any , K , V , S > (it : & 'any DashMap < K , V , S >) -> & 'any (impl FromParallelIterator < (K , V) > + ? Sized) where K : Send + Sync + Eq + Hash , V : Send + Sync , S : Send + Sync + Clone + Default + BuildHasher , { it }
    #[cfg(feature = "rayon")] fn implements_3 < 'any , K , V , S > (it : & 'any DashMap < K , V , S >) -> & 'any (impl IntoParallelIterator < Iter = OwningIter < K , V > , Item = (K , V) > + ? Sized) where K : Send + Eq + Hash , V : Send , S : Send + Clone + BuildHasher , { it }
    #[cfg(feature = "rayon")] fn is_a_type_6 < K , V > (_ : & OwningIter < K , V >) { }
    #[cfg(feature = "rayon")] fn implements_7 < 'any , K , V > (it : & 'any OwningIter < K , V >) -> & 'any (impl ParallelIterator < Item = (K , V) > + ? Sized) where K : Send + Eq + Hash , V : Send , { it }
    #[cfg(feature = "rayon")] fn implements_9 < 'any , 'a , K , V , S > (it : & 'any & 'a DashMap < K , V , S >) -> & 'any (impl IntoParallelIterator < Iter = Iter < 'a , K , V > , Item = RefMulti < 'a , K , V > > + ? Sized) where K : Send + Sync + Eq + Hash , V : Send + Sync , S : Send + Sync + Clone + BuildHasher , { it }
    #[cfg(feature = "rayon")] fn is_a_type_12 < 'a , K , V > (_ : & Iter < 'a , K , V >) { }
    #[cfg(feature = "rayon")] fn implements_13 < 'any , 'a , K , V > (it : & 'any Iter < 'a , K , V >) -> & 'any (impl ParallelIterator < Item = RefMulti < 'a , K , V > > + ? Sized) where K : Send + Sync + Eq + Hash , V : Send + Sync , { it }
    #[cfg(feature = "rayon")] fn implements_15 < 'any , 'a , K , V > (it : & 'any & 'a mut DashMap < K , V >) -> & 'any (impl IntoParallelIterator < Iter = IterMut < 'a , K , V > , Item = RefMutMulti < 'a , K , V > > + ? Sized) where K : Send + Sync + Eq + Hash , V : Send + Sync , { it }
    of_original! { #[cfg(feature = "rayon")] fn calls_19 < 'this , K , V , S > (a0 : & 'this DashMap < K , V , S >) -> Exactly < IterMut < 'this , K , V > > where K : Send + Sync + Eq + Hash , V : Send + Sync , { let a0 = Exactly (a0) ; call1 (< DashMap < K , V , S > > :: par_iter_mut , a0) } }
    of_twin! { #[cfg(feature = "rayon")] fn calls_19 < 'this , K , V , S > (a0 : & 'this DashMap < K , V , S >) -> Exactly < IterMut < 'this , K , V > > where K : Send + Sync + Eq + Hash , V : Send + Sync , S : BuildHasher + Clone , { let a0 = Exactly (a0) ; call1 (< DashMap < K , V , S > > :: par_iter_mut , a0) } }
    #[cfg(feature = "rayon")] fn is_a_type_20 < 'a , K , V > (_ : & IterMut < 'a , K , V >) { }
    #[cfg(feature = "rayon")] fn implements_21 < 'any , 'a , K , V > (it : & 'any IterMut < 'a , K , V >) -> & 'any (impl ParallelIterator < Item = RefMutMulti < 'a , K , V > > + ? Sized) where K : Send + Sync + Eq + Hash , V : Send + Sync , { it }
}

mod of_rayon_set {
    use super::*;
    #[cfg(feature = "rayon")] use {rayon::iter::{FromParallelIterator, IntoParallelIterator, ParallelExtend, ParallelIterator}, super::{setref::multiple::RefMulti, maps::rayon::set::{Iter, OwningIter}}};

    #[cfg(feature = "rayon")] fn implements_0 < 'any , K , S > (it : & 'any DashSet < K , S >) -> & 'any (impl ParallelExtend < K > + ? Sized) where K : Send + Sync + Eq + Hash , S : Send + Sync + Clone + BuildHasher , { it }
    #[cfg(feature = "rayon")] fn implements_1 < 'any , K , S > (it : & 'any & '_ DashSet < K , S >) -> & 'any (impl ParallelExtend < K > + ? Sized) where K : Send + Sync + Eq + Hash , S : Send + Sync + Clone + BuildHasher , { it }
    #[cfg(feature = "rayon")] fn implements_2 < 'any , K , S > (it : & 'any DashSet < K , S >) -> & 'any (impl FromParallelIterator < K > + ? Sized) where K : Send + Sync + Eq + Hash , S : Send + Sync + Clone + Default + BuildHasher , { it }
    #[cfg(feature = "rayon")] fn implements_3 < 'any , K , S > (it : & 'any DashSet < K , S >) -> & 'any (impl IntoParallelIterator < Iter = OwningIter < K > , Item = K > + ? Sized) where K : Send + Eq + Hash , S : Send + Clone + BuildHasher , { it }
    #[cfg(feature = "rayon")] fn is_a_type_6 < K > (_ : & OwningIter < K >) { }
    #[cfg(feature = "rayon")] fn implements_7 < 'any , K > (it : & 'any OwningIter < K >) -> & 'any (impl ParallelIterator < Item = K > + ? Sized) where K : Send + Eq + Hash , { it }
    #[cfg(feature = "rayon")] fn implements_9 < 'any , 'a , K , S > (it : & 'any & 'a DashSet < K , S >) -> & 'any (impl IntoParallelIterator < Iter = Iter < 'a , K > , Item = RefMulti < 'a , K > > + ? Sized) where K : Send + Sync + Eq + Hash , S : Send + Sync + Clone + BuildHasher , { it }
    #[cfg(feature = "rayon")] fn is_a_type_12 < 'a , K > (_ : & Iter < 'a , K >) { }
    #[cfg(feature = "rayon")] fn implements_13 < 'any , 'a , K > (it : & 'any Iter < 'a , K >) -> & 'any (impl ParallelIterator < Item = RefMulti < 'a , K > > + ? Sized) where K : Send + Sync + Eq + Hash , { it }
}

mod of_rayon_read_only {
    use super::*;
    #[cfg(feature = "rayon")] use {rayon::iter::{FromParallelIterator, IntoParallelIterator, ParallelExtend, ParallelIterator}, super::{mapref::multiple::RefMulti, maps::{self, rayon::map::{Iter, OwningIter}}}};

    #[cfg(feature = "rayon")] fn implements_0 < 'any , K , V , S > (it : & 'any ReadOnlyView < K , V , S >) -> & 'any (impl IntoParallelIterator < Iter = super :: map :: OwningIter < K , V > , Item = (K , V) > + ? Sized) where K : Send + Eq + Hash , V : Send , S : Send + Clone + BuildHasher , { it }
    #[cfg(feature = "rayon")] fn implements_3 < 'any , 'a , K , V , S > (it : & 'any & 'a ReadOnlyView < K , V , S >) -> & 'any (impl IntoParallelIterator < Iter = Iter < 'a , K , V > , Item = RefMulti < 'a , K , V > > + ? Sized) where K : Send + Sync + Eq + Hash , V : Send + Sync , S : Send + Sync + Clone + BuildHasher , { it }
}

mod of_util {
    use super::*;
    #[cfg(feature = "raw-api")] use super::SharedValue;

    #[cfg(feature = "raw-api")] fn is_a_type_0 < T > (_ : & SharedValue < T >) { }
    #[cfg(feature = "raw-api")] fn implements_1 < 'any , T : Clone > (it : & 'any SharedValue < T >) -> & 'any (impl Clone + ? Sized) { it }
    #[cfg(feature = "raw-api")] fn implements_2 < 'any , T : Send > (it : & 'any SharedValue < T >) -> & 'any (impl Send + ? Sized) { it }
    #[cfg(feature = "raw-api")] fn implements_3 < 'any , T : Sync > (it : & 'any SharedValue < T >) -> & 'any (impl Sync + ? Sized) { it }
    #[cfg(feature = "raw-api")] const fn calls_5 < T > (a0 : T) -> Exactly < SharedValue < T > > { let it = Exactly (< SharedValue < T > > :: new (a0)) ; it }
    #[cfg(feature = "raw-api")] fn calls_6 < 'this , T > (a0 : & 'this SharedValue < T >) -> Exactly < & 'this T > { let a0 = Exactly (a0) ; call1 (< SharedValue < T > > :: get , a0) }
    #[cfg(feature = "raw-api")] fn calls_7 < 'this , T > (a0 : & 'this mut SharedValue < T >) -> Exactly < & 'this mut T > { let a0 = Exactly (a0) ; call1 (< SharedValue < T > > :: get_mut , a0) }
    #[cfg(feature = "raw-api")] fn calls_8 < T > (a0 : SharedValue < T >) -> Exactly < T > { let a0 = Exactly (a0) ; call1 (< SharedValue < T > > :: into_inner , a0) }
}
