//! Tests of the timeline over hand-written runs.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

mod chart;
mod contrast;
mod exports;
mod finding;
mod fixture;
mod golden;
mod incidents;
mod lints;
mod measures;
mod moving;
mod properties;
mod scale;
mod sentences;
mod splitting;
mod theme;
mod transcript;
mod versions;
mod views;
mod why;
