//! The worker's Wasm module: sessions, event batches, allocator, fault hook.
//!
//! One source, two flavours. With the feature `threads` it holds a pool of real threads
//! (wasm-bindgen-rayon) and needs shared memory; without it everything runs on the coordinator, in
//! slices. Natively it compiles too, so that allocator and session can be tested.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        reason = "tests may fail loudly"
    )
)]

pub mod allocator;
#[cfg(all(target_arch = "wasm32", feature = "threads"))]
pub mod bench;
pub mod clock;
mod compare;
mod contest;
pub mod fault;
pub mod host;
mod inspect;
mod job;
mod measure;
mod run;
pub mod session;
#[cfg(test)]
mod session_tests;
#[cfg(target_arch = "wasm32")]
pub mod web;
