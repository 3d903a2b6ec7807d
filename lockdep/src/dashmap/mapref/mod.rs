//! Held entries of a [`DashMap`](super::DashMap): each holds its shard.

pub mod entry;
pub mod multiple;
pub mod one;
