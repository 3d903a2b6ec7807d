//! A list of signatures as the sources of a crate have them, made into Rust that compiles only against a crate that has them so.
//!
//! Every function becomes one with the same generics, bounds and arguments that calls it, with its generic arguments written out: a
//! bound that is not in the list, another argument, another result, a function that is no longer `const` do not compile. Arguments and
//! results travel in a wrapper, so that nothing is coerced on the way. One that is no longer `unsafe` is an unused `unsafe`, which is
//! denied where the file is included. An implemented trait becomes a function that returns its argument as `impl Trait`, its associated
//! types with it; an alias one that gives back the type it stands for; a trait's method a call on whatever implements it.
//!
//! That a twin asks for less than the original is not found so, for all that compiles with the one compiles with the other: that is what
//! `less.rs` is for.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{
    Attribute, FnArg, GenericArgument, GenericParam, Generics, Ident, ItemEnum, ItemImpl, ItemStruct, ItemTrait, ItemType,
    Lifetime, PathArguments, ReceiverKind, ReturnType, Safety, Signature, Type, parse_quote, parse_str,
};

/// What is taken of a list.
pub(crate) struct Selection {
    /// The files whose items are public, and the `use` lines that their signatures need.
    pub(crate) files: &'static [(&'static str, &'static str)],
    /// The features that are asked for, where an item depends on one. Items of other features are left out.
    pub(crate) features: &'static [&'static str],
    /// Lines that the twin has otherwise, or not at all where that is empty; each with the reason beside it.
    pub(crate) differences: &'static [(&'static str, &'static str)],
    /// Whether items that depend on no feature are taken.
    pub(crate) without_feature: bool,
    /// Those of the features that are always on where the file is included.
    pub(crate) always: &'static [&'static str],
}

/// The Rust for the signatures of `list`. What the twin has otherwise is there for both, in a macro that vanishes for the other.
pub(crate) fn generate(list: &str, selection: &Selection) -> String {
    let mut text = String::from("// Generated from the list of signatures of the same name: `BLESS=1 cargo test --test api`.\n");
    let mut differs = vec![false; selection.differences.len()];
    for file in list.split("\n===== ").skip(1) {
        let (name, items) = file.split_once('\n').unwrap();
        let name = name.split_once("/src/").unwrap().1.split([',', ' ']).next().unwrap().trim_end_matches(".rs");
        let Some((_, uses)) = selection.files.iter().find(|(file, _)| *file == name) else { continue };
        let original: Vec<&str> =
            items.lines().map(|line| line.trim_start_matches("##").trim()).filter(|line| !line.is_empty()).collect();
        let mut twin = original.clone();
        for line in &mut twin {
            if let Some(at) = selection.differences.iter().position(|(original, _)| original == line) {
                differs[at] = true;
                *line = selection.differences[at].1;
            }
        }
        let mut functions = String::new();
        for (original, twin) in functions_of(&original, selection).into_iter().zip(functions_of(&twin, selection)) {
            functions += &match (original, twin) {
                (original, twin) if original == twin => original.map_or(String::new(), |line| format!("    {line}\n")),
                (original, twin) => format!(
                    "    of_original! {{ {} }}\n    of_twin! {{ {} }}\n",
                    original.unwrap_or_default(),
                    twin.unwrap_or_default()
                ),
            };
        }
        if !functions.is_empty() {
            let module = name.replace('/', "_");
            let uses = if uses.is_empty() { String::new() } else { format!("    {uses}\n") };
            text += &format!("\nmod of_{module} {{\n    use super::*;\n{uses}\n{functions}}}\n");
        }
    }
    if let Some(at) = differs.iter().position(|differs| !differs) {
        panic!("no such line: {}", selection.differences[at].0);
    }
    text
}

/// What the functions below the line belong to.
enum Of {
    Nothing,
    Implementation(Box<ItemImpl>),
    Trait(Box<ItemTrait>),
    /// What is not for users.
    Private,
}

/// What stands for each line, if anything does.
fn functions_of(lines: &[&str], selection: &Selection) -> Vec<Option<String>> {
    let (mut of, mut outer) = (Of::Nothing, Vec::new());
    let function = |(at, line): (usize, &&str)| {
        let line = line.trim_end_matches(" [tc]").replace("crate::", "");
        let (attributes, item) = line.split_at(line.rfind(")] ").map_or(0, |end| end + 3));
        let attributes =
            parse_str::<ItemStruct>(&format!("{attributes} struct S;")).unwrap_or_else(|error| panic!("{error}: {line}")).attrs;
        let is_function = item.split(' ').find(|word| !["pub", "const", "unsafe"].contains(word)) == Some("fn");
        let is_head = !is_function && ["impl", "unsafe impl", "pub "].iter().any(|head| item.starts_with(head));
        if is_head {
            outer.clone_from(&attributes);
        }
        let attributes = if is_function { [outer.clone(), attributes].concat() } else { attributes };
        match selected(&attributes, selection) {
            Some(attributes) => {
                function_of(at, item, is_function, &lines[at + 1..], &mut of).map(|function| attributes + &function)
            }
            None => {
                if is_head {
                    of = Of::Private;
                }
                None
            }
        }
    };
    lines.iter().enumerate().map(function).collect()
}

/// The attributes that an item needs, or nothing if it is not asked for.
fn selected(attributes: &[Attribute], selection: &Selection) -> Option<String> {
    let mut kept = String::new();
    let mut has_feature = false;
    for attribute in attributes {
        let text = attribute.to_token_stream().to_string();
        let feature = text.split('"').nth(1).unwrap();
        if selection.always.contains(&feature) {
            continue;
        }
        if !selection.features.contains(&feature) {
            return None;
        }
        has_feature = true;
        kept += &format!("#[cfg(feature = \"{feature}\")] ");
    }
    (has_feature || selection.without_feature).then_some(kept)
}

/// The Rust for the line at `at`, above others that may be its associated types.
fn function_of(at: usize, item: &str, is_function: bool, below: &[&str], of: &mut Of) -> Option<String> {
    let name = |what: &str| format_ident!("{what}_{at}");
    if item.starts_with("impl") || item.starts_with("unsafe impl") {
        let implementation = parse_str::<ItemImpl>(&format!("{item} {{}}")).unwrap_or_else(|error| panic!("{error}: {item}"));
        let is_private = implementation.self_ty.to_token_stream().to_string().contains("Visitor");
        let tokens = match &implementation.trait_ {
            _ if is_private => None,
            Some((path, _)) if path.is_ident("Drop") => None,
            Some(_) => Some(implements(name("implements"), &implementation, below)),
            None => None,
        };
        *of = if is_private || implementation.trait_.is_some() {
            Of::Private
        } else {
            Of::Implementation(Box::new(implementation))
        };
        return tokens;
    }
    if is_function {
        let bare = item.strip_prefix("pub ");
        let parsed = |text: &str| parse_str::<Signature>(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        return match of {
            Of::Nothing => bare.map(|item| calls(name("calls"), parsed(item), None, &Generics::default(), quote!())),
            Of::Implementation(implementation) => bare.map(|item| {
                let of = &implementation.self_ty;
                calls(name("calls"), parsed(item), Some(of), &implementation.generics, quote!(<#of>::))
            }),
            Of::Trait(of_trait) => {
                let (generics, path) = implementor(of_trait);
                Some(calls(name("calls"), parsed(item), Some(&parse_quote!(This)), &generics, quote!(<This as #path>::)))
            }
            Of::Private => None,
        };
    }
    if let Some(constant) = item.trim_start_matches("pub ").strip_prefix("const ") {
        let (constant, type_and_value) = constant.split_once(": ").unwrap();
        let (generics, of) = match of {
            Of::Implementation(implementation) => (implementation.generics.clone(), implementation.self_ty.to_token_stream()),
            Of::Trait(of_trait) => (implementor(of_trait).0, quote!(This)),
            Of::Nothing => {
                let (constant, of) = (format_ident!("{constant}"), parse_str::<Type>(type_and_value).unwrap());
                let name = name("constant");
                return Some(quote!(const fn #name() -> Exactly<#of> { Exactly(#constant) }).to_string());
            }
            Of::Private => return None,
        };
        assert_eq!(type_and_value.split(' ').next(), Some("Self"));
        let (constant, name) = (Ident::new(constant, Span::call_site()), name("constant"));
        let (parameters, bounds) = (&generics.params, &generics.where_clause);
        return Some(
            quote!(fn #name<#parameters>() -> Exactly<#of> #bounds { let it = Exactly(<#of>::#constant); it }).to_string(),
        );
    }
    if !item.starts_with("pub ") {
        return None;
    }
    *of = Of::Nothing;
    if item.starts_with("pub trait") || item.starts_with("pub unsafe trait") {
        let of_trait = parse_str::<ItemTrait>(&format!("{item} {{}}")).unwrap_or_else(|error| panic!("{error}: {item}"));
        let (mut generics, _) = implementor(&of_trait);
        generics.make_where_clause().predicates.push(parse_quote!(This: Sized));
        let (parameters, bounds, above) = (&generics.params, &generics.where_clause, &of_trait.supertraits);
        let name = name("is_also");
        let tokens =
            (!above.is_empty()).then(|| quote!(fn #name<#parameters>(it: This) -> impl #above #bounds { it }).to_string());
        *of = Of::Trait(Box::new(of_trait));
        return tokens;
    }
    if item.starts_with("pub type") {
        let alias = parse_str::<ItemType>(&format!("{item};")).unwrap();
        let (ident, of, parameters, arguments) = (&alias.ident, &alias.ty, &alias.generics.params, arguments(&alias.generics));
        let name = name("stands_for");
        return Some(quote!(fn #name<#parameters>(it: Exactly<#ident<#arguments>>) -> Exactly<#of> { it }).to_string());
    }
    let (ident, generics) = if let Some(item) = item.strip_prefix("pub struct") {
        let item = parse_str::<ItemStruct>(&format!("struct {item};")).unwrap();
        (item.ident, item.generics)
    } else if let Some(item) = item.strip_prefix("pub enum") {
        let item = parse_str::<ItemEnum>(&format!("enum {item} {{}}")).unwrap();
        (item.ident, item.generics)
    } else {
        return None;
    };
    if ident.to_string().ends_with("Visitor") {
        return None;
    }
    Some(is_a_type(name("is_a_type"), &ident, generics))
}

/// That `ident` is there, with these parameters and their defaults.
fn is_a_type(name: Ident, ident: &Ident, mut generics: Generics) -> String {
    let (mut before, mut defaults) = (Vec::new(), Vec::new());
    for parameter in &mut generics.params {
        let default = match parameter {
            GenericParam::Type(parameter) => parameter.default.take().map(|(_, default)| default.to_token_stream()),
            GenericParam::Const(parameter) => parameter.default.take().map(|(_, default)| default.to_token_stream()),
            GenericParam::Lifetime(_) => None,
        };
        if let Some(default) = default {
            let name = format_ident!("{name}_{}", defaults.len());
            defaults.push((name, quote!(#ident<#(#before),*>), quote!(#ident<#(#before,)* #default>)));
        }
        before.push(argument(parameter));
    }
    let parameters = &generics.params;
    let (names, without, with): (Vec<_>, Vec<_>, Vec<_>) = defaults.into_iter().collect();
    quote!(
        fn #name<#parameters>(_: &#ident<#(#before),*>) {}
        #(fn #names<#parameters>(it: Exactly<#without>) -> Exactly<#with> { it })*
    )
    .to_string()
}

/// That the type implements the trait under these bounds, with the associated types that stand below.
fn implements(name: Ident, implementation: &ItemImpl, below: &[&str]) -> String {
    let mut path = implementation.trait_.clone().unwrap().0;
    let of = &implementation.self_ty;
    Explicit(Lifetime::new("'any", Span::call_site())).visit_path_mut(&mut path);
    let last = path.segments.last_mut().unwrap();
    if last.ident == "PartialEq" && last.arguments.is_empty() {
        last.arguments = PathArguments::AngleBracketed(parse_quote!(<#of>));
    }
    for line in below.iter().map_while(|line| line.strip_prefix("type ")) {
        let (associated, of) = line.split_once(" = ").unwrap();
        let associated: Ident = parse_str(associated).unwrap();
        let mut of: Type = parse_str(of).unwrap();
        Explicit(Lifetime::new("'any", Span::call_site())).visit_type_mut(&mut of);
        Instead(implementation.self_ty.as_ref().clone()).visit_type_mut(&mut of);
        let argument: GenericArgument = parse_quote!(#associated = #of);
        match &mut last.arguments {
            PathArguments::AngleBracketed(arguments) => arguments.args.push(argument),
            none => *none = PathArguments::AngleBracketed(parse_quote!(<#argument>)),
        }
    }
    let mut generics = implementation.generics.clone();
    generics.params.insert(0, parse_quote!('any));
    let (parameters, bounds) = (&generics.params, &generics.where_clause);
    quote!(fn #name<#parameters>(it: &'any #of) -> &'any (impl #path + ?Sized) #bounds { it }).to_string()
}

/// That the function may be called so, and under no other bounds.
fn calls(name: Ident, mut signature: Signature, of: Option<&Type>, outer: &Generics, path: TokenStream) -> String {
    let function = signature.ident.clone();
    let own = signature.generics.params.iter().filter(|parameter| !matches!(parameter, GenericParam::Lifetime(_))).map(argument);
    let own: Vec<_> = own.collect();
    let turbofish = if own.is_empty() { quote!() } else { quote!(::<#(#own),*>) };

    let mut generics = outer.clone();
    for parameter in &signature.generics.params {
        match parameter {
            GenericParam::Lifetime(_) => generics.params.insert(0, parameter.clone()),
            _ => generics.params.push(parameter.clone()),
        }
    }
    if let Some(bounds) = &signature.generics.where_clause {
        generics.make_where_clause().predicates.extend(bounds.predicates.iter().cloned());
    }

    let (mut names, mut types) = (Vec::new(), Vec::new());
    for (at, argument) in signature.inputs.iter().enumerate() {
        names.push(format_ident!("a{at}"));
        types.push(match argument {
            FnArg::Typed(argument) => (*argument.ty).clone(),
            FnArg::Receiver(receiver) => match &receiver.kind {
                ReceiverKind::Reference(_, lifetime, mutability) => {
                    let lifetime = lifetime.clone().unwrap_or_else(|| {
                        generics.params.insert(0, parse_quote!('this));
                        Lifetime::new("'this", Span::call_site())
                    });
                    if let ReturnType::Type(_, result) = &mut signature.output {
                        Explicit(lifetime.clone()).visit_type_mut(result);
                    }
                    parse_quote!(&#lifetime #mutability Self)
                }
                ReceiverKind::Typed(_, of) => (**of).clone(),
                _ => parse_quote!(Self),
            },
        });
    }
    let mut result: Type = match &signature.output {
        ReturnType::Default => parse_quote!(()),
        ReturnType::Type(_, result) => (**result).clone(),
    };
    if let Some(of) = of {
        let mut instead = Instead(of.clone());
        types.iter_mut().for_each(|argument| instead.visit_type_mut(argument));
        instead.visit_type_mut(&mut result);
        instead.visit_generics_mut(&mut generics);
    }

    let (parameters, bounds) = (&generics.params, &generics.where_clause);
    let (constness, unsafety) = (&signature.constness, matches!(signature.safety, Safety::Unsafe(_)));
    let helper = format_ident!("call{}", names.len());
    let body = match (constness, unsafety) {
        (None, false) => quote!(#(let #names = Exactly(#names);)* #helper(#path #function #turbofish #(, #names)*)),
        (Some(_), false) => quote!(let it = Exactly(#path #function #turbofish(#(#names),*)); it),
        // SAFETY of what is generated: it is never called.
        (_, true) => quote!(let it = Exactly(unsafe { #path #function #turbofish(#(#names),*) }); it),
    };
    quote!(#constness fn #name<#parameters>(#(#names: #types),*) -> Exactly<#result> #bounds { #body }).to_string()
}

/// `This`, which implements the trait: the parameters, and the trait's path.
fn implementor(of_trait: &ItemTrait) -> (Generics, TokenStream) {
    let (ident, arguments) = (&of_trait.ident, arguments(&of_trait.generics));
    let path = quote!(#ident<#arguments>);
    let mut generics = of_trait.generics.clone();
    generics.params.push(parse_quote!(This: #path));
    Instead(parse_quote!(This)).visit_generics_mut(&mut generics);
    (generics, path)
}

fn arguments(generics: &Generics) -> TokenStream {
    let arguments = generics.params.iter().map(argument);
    quote!(#(#arguments),*)
}

fn argument(parameter: &GenericParam) -> TokenStream {
    match parameter {
        GenericParam::Lifetime(parameter) => parameter.lifetime.to_token_stream(),
        GenericParam::Type(parameter) => parameter.ident.to_token_stream(),
        GenericParam::Const(parameter) => parameter.ident.to_token_stream(),
    }
}

/// Names the lifetimes that are left out.
struct Explicit(Lifetime);

impl VisitMut for Explicit {
    fn visit_type_reference_mut(&mut self, reference: &mut syn::TypeReference) {
        reference.lifetime.get_or_insert(self.0.clone());
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" {
            *lifetime = self.0.clone();
        }
    }

    fn visit_parenthesized_generic_arguments_mut(&mut self, _: &mut syn::ParenthesizedGenericArguments) {}
}

/// Names `Self`.
struct Instead(Type);

impl VisitMut for Instead {
    fn visit_type_mut(&mut self, of: &mut Type) {
        if let Type::Path(path) = of
            && path.qself.is_none()
            && path.path.is_ident("Self")
        {
            *of = self.0.clone();
        } else {
            visit_mut::visit_type_mut(self, of);
        }
    }

    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        if path.segments.len() > 1 && path.segments[0].ident == "Self" {
            path.segments[0].ident = parse_str(&self.0.to_token_stream().to_string()).expect("an associated type of a parameter");
        }
        visit_mut::visit_path_mut(self, path);
    }
}
