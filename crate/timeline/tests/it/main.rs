//! Tests of the timeline over hand-written runs.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

mod fixture;
mod golden;
mod moving;
mod properties;
mod sentences;
mod theme;
