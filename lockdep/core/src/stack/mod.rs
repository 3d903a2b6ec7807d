//! Stacks: captured exactly, kept once, named late.
//!
//! Unwinding costs some 100 ns a frame, far too much for every acquisition. So a captured stack remembers, for each frame, the
//! stack slot that holds its return address. When the same code runs again at the same stack pointer, the slots are compared
//! with the remembered addresses: all equal means the same stack, for well under a nanosecond a frame. At a difference, the stack
//! that has another address in that very slot is looked for, and so on; one that is not known is captured. A stack whose slots cannot be
//! found is captured each time.
//!
//! A handler interrupts anything, so the stacks below it are never the same, and no return address tells one from another. But what it
//! interrupted does not move while it runs: of an acquisition in a handler only the handler's own part is taken at once, which is
//! recognised like any other, and the rest is put to it when the engine is to see it (`complete`), or never.
//!
//! Where a lock was taken, a `spot` is found by the moment and by what was held: it leads to the slots, so that a known stack and a
//! known chain are one look-up. What comes some other way asks the cache of captures.
//!
//! Stacks are interned for the whole process; a [`Place`](crate::engine::Place) holds the number. Names are looked up only when
//! a report is shown, outside handlers.

mod capture;
mod spots;
mod symbols;
#[cfg(test)]
mod tests;

pub(crate) use capture::{
    DEEPEST, Interned, StackCache, UNKNOWN_FRAME, becomes_another, complete, find_unwinder, here, is_inner, keep_frame,
};
pub(crate) use spots::{Spots, Template, Wanted};
pub(crate) use symbols::{forked, symbolize};
