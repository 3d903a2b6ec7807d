//! The rules, tried by scripts: see `tests/script.rs` for the notation.

mod recursion;
mod script;
