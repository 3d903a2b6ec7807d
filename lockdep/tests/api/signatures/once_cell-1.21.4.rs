// Generated from the list of signatures of the same name: `BLESS=1 cargo test --test api`.

mod of_lib {
    use super::*;

    fn is_a_type_1 < T > (_ : & OnceCell < T >) { }
    fn implements_2 < 'any , T > (it : & 'any OnceCell < T >) -> & 'any (impl Default + ? Sized) { it }
    fn implements_3 < 'any , T : fmt :: Debug > (it : & 'any OnceCell < T >) -> & 'any (impl fmt :: Debug + ? Sized) { it }
    fn implements_4 < 'any , T : Clone > (it : & 'any OnceCell < T >) -> & 'any (impl Clone + ? Sized) { it }
    fn implements_5 < 'any , T > (it : & 'any OnceCell < T >) -> & 'any (impl From < T > + ? Sized) { it }
    fn implements_6 < 'any , T : PartialEq > (it : & 'any OnceCell < T >) -> & 'any (impl PartialEq < OnceCell < T > > + ? Sized) { it }
    fn implements_7 < 'any , T : Eq > (it : & 'any OnceCell < T >) -> & 'any (impl Eq + ? Sized) { it }
    const fn calls_9 < T > () -> Exactly < OnceCell < T > > { let it = Exactly (< OnceCell < T > > :: new ()) ; it }
    const fn calls_10 < T > (a0 : T) -> Exactly < OnceCell < T > > { let it = Exactly (< OnceCell < T > > :: with_value (a0)) ; it }
    fn calls_11 < 'this , T > (a0 : & 'this OnceCell < T >) -> Exactly < Option < & 'this T > > { let a0 = Exactly (a0) ; call1 (< OnceCell < T > > :: get , a0) }
    fn calls_12 < 'this , T > (a0 : & 'this OnceCell < T >) -> Exactly < & 'this T > { let a0 = Exactly (a0) ; call1 (< OnceCell < T > > :: wait , a0) }
    fn calls_13 < 'this , T > (a0 : & 'this mut OnceCell < T >) -> Exactly < Option < & 'this mut T > > { let a0 = Exactly (a0) ; call1 (< OnceCell < T > > :: get_mut , a0) }
    fn calls_14 < 'this , T > (a0 : & 'this OnceCell < T >) -> Exactly < & 'this T > { let it = Exactly (unsafe { < OnceCell < T > > :: get_unchecked (a0) }) ; it }
    fn calls_15 < 'this , T > (a0 : & 'this OnceCell < T > , a1 : T) -> Exactly < Result < () , T > > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< OnceCell < T > > :: set , a0 , a1) }
    fn calls_16 < 'this , T > (a0 : & 'this OnceCell < T > , a1 : T) -> Exactly < Result < & 'this T , (& 'this T , T) > > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< OnceCell < T > > :: try_insert , a0 , a1) }
    fn calls_17 < 'this , T , F > (a0 : & 'this OnceCell < T > , a1 : F) -> Exactly < & 'this T > where F : FnOnce () -> T { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< OnceCell < T > > :: get_or_init :: < F > , a0 , a1) }
    fn calls_18 < 'this , T , F , E > (a0 : & 'this OnceCell < T > , a1 : F) -> Exactly < Result < & 'this T , E > > where F : FnOnce () -> Result < T , E > { let a0 = Exactly (a0) ; let a1 = Exactly (a1) ; call2 (< OnceCell < T > > :: get_or_try_init :: < F , E > , a0 , a1) }
    fn calls_19 < 'this , T > (a0 : & 'this mut OnceCell < T >) -> Exactly < Option < T > > { let a0 = Exactly (a0) ; call1 (< OnceCell < T > > :: take , a0) }
    fn calls_20 < T > (a0 : OnceCell < T >) -> Exactly < Option < T > > { let a0 = Exactly (a0) ; call1 (< OnceCell < T > > :: into_inner , a0) }
    fn is_a_type_21 < T , F > (_ : & Lazy < T , F >) { } fn is_a_type_21_0 < T , F > (it : Exactly < Lazy < T > >) -> Exactly < Lazy < T , fn () -> T > > { it }
    fn implements_22 < 'any , T : fmt :: Debug , F > (it : & 'any Lazy < T , F >) -> & 'any (impl fmt :: Debug + ? Sized) { it }
    fn implements_23 < 'any , T , F : Send > (it : & 'any Lazy < T , F >) -> & 'any (impl Sync + ? Sized) where OnceCell < T > : Sync { it }
    fn implements_24 < 'any , T , F : RefUnwindSafe > (it : & 'any Lazy < T , F >) -> & 'any (impl RefUnwindSafe + ? Sized) where OnceCell < T > : RefUnwindSafe { it }
    const fn calls_26 < T , F > (a0 : F) -> Exactly < Lazy < T , F > > { let it = Exactly (< Lazy < T , F > > :: new (a0)) ; it }
    fn calls_27 < T , F > (a0 : Lazy < T , F >) -> Exactly < Result < T , F > > { let a0 = Exactly (a0) ; call1 (< Lazy < T , F > > :: into_value , a0) }
    fn calls_29 < T , F : FnOnce () -> T > (a0 : & Lazy < T , F >) -> Exactly < & T > { let a0 = Exactly (a0) ; call1 (< Lazy < T , F > > :: force , a0) }
    fn calls_30 < T , F : FnOnce () -> T > (a0 : & mut Lazy < T , F >) -> Exactly < & mut T > { let a0 = Exactly (a0) ; call1 (< Lazy < T , F > > :: force_mut , a0) }
    fn calls_31 < T , F : FnOnce () -> T > (a0 : & Lazy < T , F >) -> Exactly < Option < & T > > { let a0 = Exactly (a0) ; call1 (< Lazy < T , F > > :: get , a0) }
    fn calls_32 < T , F : FnOnce () -> T > (a0 : & mut Lazy < T , F >) -> Exactly < Option < & mut T > > { let a0 = Exactly (a0) ; call1 (< Lazy < T , F > > :: get_mut , a0) }
    fn implements_33 < 'any , T , F : FnOnce () -> T > (it : & 'any Lazy < T , F >) -> & 'any (impl Deref < Target = T > + ? Sized) { it }
    fn implements_35 < 'any , T , F : FnOnce () -> T > (it : & 'any Lazy < T , F >) -> & 'any (impl DerefMut + ? Sized) { it }
    fn implements_36 < 'any , T : Default > (it : & 'any Lazy < T >) -> & 'any (impl Default + ? Sized) { it }
}
