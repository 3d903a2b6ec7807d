//! The validator behind the `lockdep` crate.
//!
//! This crate is for those who write lock types; users of locks name `lockdep`. It has four parts, and arrows between them
//! go one way:
//!
//! | part | what it knows |
//! |---|---|
//! | [`engine`] | the rules: events in, verdicts out. A plain value: no statics, threads, signals, clock, I/O, unsafe |
//! | [`runtime`] | the only globals: per-thread state, masks, handler context, life cycle, configuration |
//! | [`stack`] | capture, revalidate, intern, symbolize |
//! | [`report`] | a report is data; text and JSON are renderers of it |
//!
//! A lock type holds a [`LockMap`] and tells it what it is about to do. With the feature `validate` off, a `LockMap` has no
//! size and its methods are empty.

#![cfg_attr(not(feature = "validate"), allow(rustdoc::broken_intra_doc_links))]

pub mod alloc;
mod annotation;
mod class;
pub mod irq;
mod kind;
mod map;

#[cfg(feature = "validate")]
mod arena;
#[cfg(feature = "validate")]
pub mod engine;
pub mod report;
pub mod runtime;
mod shim;
#[cfg(feature = "validate")]
pub mod stack;
#[cfg(feature = "validate")]
mod sync;
pub mod testing;

pub use annotation::{Map, MapGuard};
pub use class::{ClassRules, Compare, LockClass, LockKind};
pub use kind::{Mode, ReportKind, Severity, WaitType};
pub use map::{Claim, How, LockMap, Waiting};
pub use shim::{Shim, shims};
