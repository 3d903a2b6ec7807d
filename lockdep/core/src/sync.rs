//! The seam to loom: what the lock-free pieces are made of, and how large they begin.
//!
//! Those pieces are the table of what is known by keys (`runtime/enabled/table.rs`) and the lock of the slow section
//! (`runtime/enabled/lock.rs`). `tests/loom.rs` compiles the same files against loom's atomics and smaller numbers, and tries all
//! orders of all steps. Everything else that threads share is behind that lock, or a word that means something by itself.

pub(crate) use core::hint::spin_loop;
pub(crate) use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering};

/// How often the lock is tried before it is waited for.
pub(crate) const SPINS: u32 = 100;
/// How many slots the first table has: a power of two.
pub(crate) const FIRST_TABLE: usize = 256;
