//! The rules, tried by scripts: see `tests/script.rs` for the notation.

mod inversion;
mod recursion;
mod script;
mod usage;
