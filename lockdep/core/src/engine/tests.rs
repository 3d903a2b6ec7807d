//! The rules, tried by scripts: see `tests/script.rs` for the notation.

mod evidence;
mod exhaustive;
mod hygiene;
mod inversion;
mod irq;
mod nesting;
mod oracle;
mod order;
mod programs;
mod readers;
mod recursion;
mod script;
mod usage;
mod wait;

use crate::kind::Mode;
