//! Examples, tests and benches of lockdep live in this unpublished package.

/// The README's code is compiled and run.
#[cfg(all(doctest, feature = "validate"))]
#[doc = include_str!("../README.md")]
pub struct Readme;
