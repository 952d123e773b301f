//! Tests of the timeline over hand-written runs.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

mod chart;
mod exports;
mod fixture;
mod golden;
mod incidents;
mod measures;
mod moving;
mod properties;
mod sentences;
mod splitting;
mod theme;
