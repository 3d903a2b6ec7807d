//! Interrupt emulation: the signals of a thread, masked and unmasked in the shapes the kernel has for interrupts.
//!
//! "Irqs off" means that the signals of [`lines()`] are blocked in this thread, for real, with `pthread_sigmask`. The validator
//! follows every change made here, and reports the ones that go wrong: `UnsafeIrqEnable`, `IrqState`, `MaskImbalance` (see
//! [reports](crate::_documentation::reports)). With the feature `validate` off the functions do only the masking.
//!
//! | kernel | here |
//! |---|---|
//! | `local_irq_disable`, `local_irq_enable` | [`disable`], [`enable`] |
//! | `local_irq_save`, `local_irq_restore` | [`save`], [`restore`] |
//! | counted disabling | [`Counted`] |
//! | `spin_lock_irq` | `lock_irq()` of every lock |
//! | `spin_lock_irqsave` | `lock_irqsave()` of every lock |
//!
//! Use [`save`] and [`restore`], or `lock_irqsave`: they put back what they found and are right everywhere. [`enable`], and the
//! drop of a `lock_irq` guard, open the signals *whatever they were before*: they are wrong in any function that may be called
//! with the signals already blocked.
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
