//! Strategies, multi-version memory, the revm adapter and the two drivers.
pub mod block;
pub mod world;
pub use block::{Block, BlockError};
pub use world::{World, WorldAccount};
