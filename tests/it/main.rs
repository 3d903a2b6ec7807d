//! The validator as its users meet it: one file for each behaviour, every test in a graph of its own.
//!
//! What owns a whole process (real signals, exit codes, `fork`, `abort`) is in `tests/process`. Tests about reports need the
//! feature `validate`; the others run in both states: `cargo test` and `cargo test --no-default-features`.

mod support;

mod masks;

#[cfg(feature = "validate")]
mod annotations;
#[cfg(feature = "validate")]
mod dashmap;
#[cfg(feature = "validate")]
mod deadlock;
#[cfg(feature = "validate")]
mod depth;
#[cfg(feature = "validate")]
mod hygiene;
#[cfg(feature = "validate")]
mod inversion;
#[cfg(feature = "validate")]
mod irq_state;
#[cfg(feature = "validate")]
mod isolation;
#[cfg(feature = "validate")]
mod map;
#[cfg(feature = "validate")]
mod once;
#[cfg(feature = "validate")]
mod raw_locks;
#[cfg(feature = "validate")]
mod recursion;
#[cfg(feature = "validate")]
mod recursive_readers;
#[cfg(feature = "validate")]
mod stacks;
#[cfg(feature = "validate")]
mod unsafe_irq_enable;
#[cfg(feature = "validate")]
mod usage;
#[cfg(feature = "validate")]
mod wait_context;

#[cfg(not(feature = "validate"))]
mod off;
