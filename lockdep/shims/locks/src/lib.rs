//! The locks of `parking_lot`, checked by lockdep, without `parking_lot`.
//!
//! A package that stands for `parking_lot` under `[patch.crates-io]` cannot depend on it: it would depend on itself. So the raw
//! locks are here, over `parking_lot_core`, and behave as the original's: a queue in order of arrival, writers before the readers
//! that come after them, fair releases that hand the lock over.
//!
//! `v0_12` is for 0.11 and 0.12, `v0_13` for 0.13. Both are made of the same files: what a lock does is written once, and a module
//! says of its version which raw traits there are (`op!`), on which `parking_lot_core` threads sleep, and which few things differ.

#![allow(clippy::duplicate_mod, reason = "the locks are one source over two sets of raw traits")]

#[cfg(feature = "v0_12")]
pub mod v0_12;
#[cfg(feature = "v0_13")]
pub mod v0_13;
