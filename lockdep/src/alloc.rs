//! The global allocator, checked: no handler may allocate, and the allocator takes part in the order of locks.
//!
//! Opt in, in the binary:
//!
//! ```
//! use std::alloc::System;
//!
//! #[global_allocator]
//! static ALLOCATOR: lockdep::alloc::Checked<System> = lockdep::alloc::Checked::new(System);
//!
//! # assert_eq!(vec![1, 2, 3].len(), 3);
//! ```
//!
//! Any allocator can be inside; with the feature `validate` off it is all there is.

#[doc(inline)]
pub use lockdep_core::alloc::Checked;
