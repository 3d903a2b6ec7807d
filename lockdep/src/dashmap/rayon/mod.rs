//! Parallel iterators: shards in parallel, the entries of each one after the other.

pub mod map;
pub mod read_only;
pub mod set;
