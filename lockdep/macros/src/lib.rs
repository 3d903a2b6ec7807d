//! The attribute `#[lockdep::test]`; users name it through the crate `lockdep`.

use proc_macro::TokenStream;
use proc_macro2::{Span, TokenStream as Tokens};
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned as _;
use syn::{Error, Ident, ItemFn, Path, Safety, Token};

/// A `#[test]` that also fails when it, or a thread that it started, made the validator report something.
///
/// Everything that goes with `#[test]` goes with this: a `Result`, `#[should_panic]`, `#[ignore]`, `#[cfg]`. So do attributes of
/// other crates; one that makes a test by itself (its path ends in `test`) then takes the place of `#[test]`.
///
/// The report is printed at once, to standard error, as always; the failure names it again by title and id. A lock that is still
/// held at the end of the test is reported as well. A test that should panic must do so *and* report nothing.
///
/// # Whose report it is
///
/// It belongs to the test that did the second half of a contradiction. All tests of a process share one graph, so the first half may be
/// another test's; this finds mistakes that no single test shows. (A runner that gives each test a process of its own, as
/// `cargo nextest` does, finds fewer of these.) A report is printed once, but every test that makes the same mistake fails.
///
/// Threads started by the test, and by those threads, count as the test, however they are started: `std::thread::spawn`, a scope, a pool
/// made in the test, C code. A pool that was there before does not; nor does a thread that reports after the test has ended. Such a
/// report still ends the run with exit code 66.
///
/// # Options
///
/// * `#[lockdep::test(isolated)]` gives the test a graph of its own, as [`testing::isolated`] does: what other tests did does not
///   count. The function may take a [`&Cx`], whose `spawn` starts threads inside that graph and whose `in_handler` simulates a signal.
///   A certain deadlock ends the test instead of hanging.
/// * `crate = path::to::lockdep`, if the crate has another name here.
///
/// Without the feature `validate` it is a plain `#[test]`.
///
/// [`testing::isolated`]: https://docs.rs/lockdep/latest/lockdep/testing/fn.isolated.html
/// [`&Cx`]: https://docs.rs/lockdep/latest/lockdep/testing/struct.Cx.html
///
/// # Examples
///
/// ```ignore
/// #[lockdep::test]
/// fn compaction_beside_a_reader() -> std::io::Result<()> {
///     let engine = Engine::open()?;
///     std::thread::scope(|scope| {
///         scope.spawn(|| engine.compact());
///         engine.read();
///     });
///     Ok(())
/// }
///
/// #[lockdep::test(isolated)]
/// fn the_handler_may_come_at_any_time(cx: &lockdep::testing::Cx) {
///     let counter = Counter::new();
///     counter.add(1);
///     cx.in_handler(libc::SIGUSR1, || counter.add(1));
/// }
/// ```
#[proc_macro_attribute]
pub fn test(options: TokenStream, item: TokenStream) -> TokenStream {
    let item = Tokens::from(item);
    match expand(options.into(), item.clone()) {
        Ok(expanded) => expanded.into(),
        Err(error) => {
            // The function stays, so that one mistake does not look like two.
            let error = error.to_compile_error();
            quote!(#error #item).into()
        }
    }
}

struct Options {
    isolated: bool,
    lockdep: Path,
}

impl Parse for Options {
    fn parse(input: ParseStream<'_>) -> syn::Result<Options> {
        let mut options = Options { isolated: false, lockdep: syn::parse_str("::lockdep")? };
        while !input.is_empty() {
            if input.peek(Token![crate]) {
                input.parse::<Token![crate]>()?;
                input.parse::<Token![=]>()?;
                options.lockdep = input.parse()?;
            } else {
                let option: Ident = input.parse()?;
                if option != "isolated" {
                    let text = format!("`{option}` is not an option of `lockdep::test`; there are `isolated` and `crate = path`");
                    return Err(Error::new(option.span(), text));
                }
                options.isolated = true;
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(options)
    }
}

fn expand(options: Tokens, item: Tokens) -> syn::Result<Tokens> {
    let Options { isolated, lockdep } = syn::parse2(options)?;
    let function: ItemFn =
        syn::parse2(item).map_err(|error| Error::new(error.span(), "`lockdep::test` belongs on a function, as `test` does"))?;
    let ItemFn { attrs, vis, sig, block, .. } = function;

    if let Some(asyncness) = sig.asyncness {
        let text = "a task may move to another thread at every `.await`, so its locks belong to no thread: start the runtime inside, as in \
                    `fn name() { runtime.block_on(async { … }) }`";
        return Err(Error::new(asyncness.span(), text));
    }
    if let Safety::Unsafe(word) = &sig.safety {
        return Err(Error::new(word.span(), "a test cannot be `unsafe`: nothing upholds its contract"));
    }
    if !sig.generics.params.is_empty() {
        return Err(Error::new(sig.fn_token.span(), "a test has no generic parameters"));
    }
    let cx = sig.inputs.first();
    if let Some(second) = sig.inputs.iter().nth(1) {
        return Err(Error::new(second.span(), "a test takes one argument at most, the `&Cx` of an isolated one"));
    }
    if let (Some(cx), false) = (cx, isolated) {
        return Err(Error::new(cx.span(), "only an isolated test takes an argument: `#[lockdep::test(isolated)]`"));
    }

    let path_of = |attr: &syn::Attribute| attr.path().segments.last().map(|last| last.ident.to_string());
    let should_panic = attrs.iter().any(|attr| attr.path().is_ident("should_panic"));
    let is_test = attrs.iter().any(|attr| path_of(attr).is_some_and(|name| name == "test"));
    let test = (!is_test).then(|| quote!(#[::core::prelude::v1::test]));

    let name = &sig.ident;
    let output = &sig.output;
    let harness = quote!(#lockdep::testing::__harness);
    let run = Ident::new(
        match (isolated, should_panic) {
            (false, false) => "run",
            (false, true) => "run_to_panic",
            (true, false) => "run_isolated",
            (true, true) => "run_isolated_to_panic",
        },
        Span::call_site(),
    );
    // An item of the same name, so that stacks read as the source does. One of another ABI is called like a closure by a closure only.
    let body = match (isolated, cx) {
        (true, None) => quote!(|_| #name()),
        (true, Some(_)) if sig.abi.is_some() => quote!(|cx| #name(cx)),
        (false, _) if sig.abi.is_some() => quote!(|| #name()),
        _ => quote!(#name),
    };
    Ok(quote! {
        #(#attrs)*
        #test
        #vis fn #name() #output {
            #sig #block
            #harness::#run(::core::concat!(::core::module_path!(), "::", ::core::stringify!(#name)), #body)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{Tokens, expand, quote};

    fn refused(options: Tokens, item: Tokens) -> String {
        expand(options, item).unwrap_err().to_string()
    }

    #[test]
    fn what_is_wrong_is_said_in_one_sentence() {
        let test = || {
            quote!(
                fn test() {}
            )
        };
        assert_eq!(
            refused(quote!(isolate), test()),
            "`isolate` is not an option of `lockdep::test`; there are `isolated` and `crate = path`"
        );
        assert_eq!(
            refused(
                quote!(),
                quote!(
                    struct Test;
                )
            ),
            "`lockdep::test` belongs on a function, as `test` does"
        );
        assert!(
            refused(
                quote!(),
                quote!(
                    async fn test() {}
                )
            )
            .starts_with("a task may move to another thread")
        );
        assert!(
            refused(
                quote!(),
                quote!(
                    fn test(cx: &Cx) {}
                )
            )
            .starts_with("only an isolated test")
        );
        assert!(
            refused(
                quote!(isolated),
                quote!(
                    fn test(cx: &Cx, n: u8) {}
                )
            )
            .starts_with("a test takes one argument")
        );
        assert_eq!(
            refused(
                quote!(),
                quote!(
                    fn test<T>() {}
                )
            ),
            "a test has no generic parameters"
        );
        assert!(
            refused(
                quote!(),
                quote!(
                    unsafe fn test() {}
                )
            )
            .starts_with("a test cannot be `unsafe`")
        );
    }

    #[test]
    fn what_stands_before_the_function_stays_there() {
        let expanded = expand(
            quote!(),
            quote!(
                pub const extern "C" fn test() {}
            ),
        );
        let expanded = expanded.unwrap().to_string();
        assert!(expanded.contains(r#"pub fn test ()"#) && expanded.contains(r#"const extern "C" fn test ()"#), "{expanded}");
    }

    #[test]
    fn another_attribute_may_make_the_test() {
        let attributes = |item| expand(quote!(), item).unwrap().to_string().matches("test]").count();
        assert_eq!(
            attributes(quote!(
                fn plain() {}
            )),
            1
        );
        assert_eq!(
            attributes(quote!(
                #[test_log::test]
                fn logged() {}
            )),
            1
        );
    }

    #[test]
    fn the_crate_may_have_another_name() {
        let expanded = expand(
            quote!(isolated, crate = crate::checks),
            quote!(
                fn name() {}
            ),
        )
        .unwrap()
        .to_string();
        assert!(expanded.contains("crate :: checks :: testing :: __harness :: run_isolated"), "{expanded}");
    }
}
