//! The worker's Wasm module: sessions, event batches, allocator, fault hook.
//!
//! One source, two flavours. With the feature `threads` it holds a pool of real threads
//! (wasm-bindgen-rayon) and needs shared memory; without it everything runs on the coordinator, in
//! slices. Natively it compiles too, so that allocator and session can be tested.

pub mod allocator;
pub mod fault;
