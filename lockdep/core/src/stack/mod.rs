//! Stacks: captured exactly, kept once, named late.
//!
//! Unwinding costs some 100 ns a frame, far too much for every acquisition. So a captured stack remembers, for each frame, the
//! stack slot that holds its return address. When the same code runs again at the same stack pointer, the slots are compared
//! with the remembered addresses: all equal means the same stack, for well under a nanosecond a frame. At a difference, the stack
//! that has another address in that very slot is looked for, and so on; one that is not known is captured. A stack whose slots cannot be found (through a signal frame, say) is captured each time.
//!
//! Stacks are interned for the whole process; a [`Place`](crate::engine::Place) holds the number. Names are looked up only when
//! a report is shown, outside handlers.

mod capture;
mod symbols;
#[cfg(test)]
mod tests;

pub(crate) use capture::{DEEPEST, Interned, StackCache, here, keep_frame};
pub(crate) use symbols::{forked, symbolize};
