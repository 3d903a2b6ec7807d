//! Held keys of a [`DashSet`](super::DashSet): each holds its shard.

pub mod multiple;
pub mod one;
