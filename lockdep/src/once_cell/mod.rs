//! Twins of the crate [`::once_cell`]: the same names, with the cells that threads share checked.
//!
//! | module | |
//! |---|---|
//! | [`sync`] | checked: until a cell has its value, its initialiser holds a lock |
//! | [`unsync`], [`race`] | the originals: no thread waits in them |

pub mod sync;

#[doc(no_inline)]
pub use ::once_cell::{race, unsync};
