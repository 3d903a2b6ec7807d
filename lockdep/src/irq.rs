//! Interrupt emulation: the signals of a thread, masked and unmasked in the shapes the kernel has for interrupts.
//!
//! Which function stands for which of the kernel's, what "irqs off" means, and which to use is said in [`lockdep_core::irq`]; what is
//! reported of them, in [reports](crate::_documentation::reports).
//!
//! # Examples
//!
//! ```
//! use lockdep::irq;
//!
//! let flags = irq::save();
//! assert!(!irq::enabled());
//! irq::restore(flags);
//! assert!(irq::enabled());
//! ```

#[doc(inline)]
pub use lockdep_core::irq::{Counted, Flags, IrqGuard, Lines, disable, enable, enabled, lines, restore, save, set_lines, sync};
