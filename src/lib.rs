//! Examples, tests and benches of lockdep live in this unpublished package.
