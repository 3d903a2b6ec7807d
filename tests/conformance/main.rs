//! What the validator finds and what it does not, as a table that is run: see `lockdep/docs/conformance.md`, which is written
//! from here.
#![cfg(feature = "validate")]

mod case;
mod lacking;
mod matrix;
mod mutations;
mod page;
mod precision;
mod verdicts;
mod world;
