//! For tests of programs that use these locks: a graph of their own, reports as values, nothing printed.
//!
//! # Examples
//!
//! ```
//! use lockdep::sync::{Arc, Mutex};
//! use lockdep::{ReportKind, testing};
//!
//! let reports = testing::isolated(|cx| {
//!     let pair = Arc::new((Mutex::new(0), Mutex::new(0)));
//!     let forth = Arc::clone(&pair);
//!     let thread = cx.spawn(move || {
//!         let _first = forth.0.lock().unwrap();
//!         let _second = forth.1.lock().unwrap();
//!     });
//!     thread.join().unwrap();
//!     let _second = pair.1.lock().unwrap();
//!     let _first = pair.0.lock().unwrap();
//! });
//! # if cfg!(feature = "validate") {
//! assert_eq!(reports.len(), 1);
//! assert_eq!(reports[0].kind(), ReportKind::Inversion);
//! assert!(reports[0].evidence().ordered);
//! # }
//! ```

#[doc(hidden)]
pub use lockdep_core::testing::harness as __harness;
#[doc(inline)]
pub use lockdep_core::testing::{Cx, isolated};
