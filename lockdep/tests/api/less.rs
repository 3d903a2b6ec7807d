//! What is generated of a list, with less asked for.
//!
//! Each function again for each of its bounds: without it, with the weaker one of two kinds of closures, without the size of a type, or with
//! a shared reference for a unique one. Most of these do not compile against the original, for it asks for what is missing. Where one
//! does against the twin, the twin asks for less: code that is written against it is refused when the original takes its place.

use quote::{ToTokens, format_ident};
use syn::punctuated::Punctuated;
use syn::{FnArg, GenericParam, Item, ItemFn, Signature, Token, Type, TypeParamBound, WherePredicate, parse_quote, parse_str};

/// The modules of `generated` with less asked for, one function a line.
pub(crate) fn with_less(generated: &str) -> String {
    let mut text = String::new();
    for item in syn::parse_file(generated).unwrap().items {
        let Item::Mod(module) = item else { panic!("a module for each file") };
        text += &format!("mod {} {{\n", module.ident);
        for item in module.content.unwrap().1 {
            match item {
                Item::Fn(function) => {
                    for less in weaker(&function) {
                        text += &format!("{}\n", less.to_token_stream());
                    }
                }
                // What the twin has otherwise.
                Item::Macro(_) => {}
                other => text += &format!("{}\n", other.to_token_stream()),
            }
        }
        text += "}\n";
    }
    text
}

/// The function with one thing less, in each way.
fn weaker(function: &ItemFn) -> Vec<ItemFn> {
    let mut all = Vec::new();
    let mut weaken = |change: &dyn Fn(&mut Signature)| {
        let mut less = function.clone();
        less.sig.ident = format_ident!("{}_{}", function.sig.ident, all.len());
        change(&mut less.sig);
        all.push(less);
    };
    for (place, bounds) in bounds(&mut function.sig.clone()).into_iter().enumerate() {
        let bounds: Vec<String> = bounds.iter().map(|bound| bound.to_token_stream().to_string()).collect();
        let instead = |at: usize, bound: Option<&str>| {
            let others = bounds.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, other)| other.as_str());
            others
                .chain(bound)
                .map(|bound| parse_str::<TypeParamBound>(bound).unwrap())
                .collect::<Punctuated<TypeParamBound, Token![+]>>()
        };
        for (at, bound) in bounds.iter().enumerate().filter(|(_, bound)| !bound.starts_with('?')) {
            weaken(&|signature| *self::bounds(signature)[place] = instead(at, None));
            for (kind, weaker) in [("Fn (", "FnMut ("), ("FnMut (", "FnOnce (")] {
                if let Some(arguments) = bound.strip_prefix(kind) {
                    weaken(&|signature| *self::bounds(signature)[place] = instead(at, Some(&format!("{weaker}{arguments}"))));
                }
            }
        }
        if !bounds.iter().any(|bound| bound.starts_with('?')) {
            weaken(&|signature| *self::bounds(signature)[place] = instead(usize::MAX, Some("?Sized")));
        }
    }
    if let Some(FnArg::Typed(this)) = function.sig.inputs.first()
        && let Type::Reference(this) = &*this.ty
        && this.to_token_stream().to_string().contains("mut ")
    {
        let (lifetime, of) = (&this.lifetime, &this.elem);
        let shared: Type = parse_quote!(&#lifetime #of);
        weaken(&|signature| {
            if let Some(FnArg::Typed(this)) = signature.inputs.first_mut() {
                *this.ty = shared.clone();
            }
        });
    }
    all
}

/// The bounds of each type parameter, and those of the clause below.
fn bounds(signature: &mut Signature) -> Vec<&mut Punctuated<TypeParamBound, Token![+]>> {
    let parameters = signature.generics.params.iter_mut().filter_map(|parameter| match parameter {
        GenericParam::Type(parameter) => Some(&mut parameter.bounds),
        _ => None,
    });
    let clause = signature.generics.where_clause.iter_mut().flat_map(|clause| &mut clause.predicates);
    let clause = clause.filter_map(|predicate| match predicate {
        WherePredicate::Type(predicate) => Some(&mut predicate.bounds),
        _ => None,
    });
    parameters.chain(clause).collect()
}
