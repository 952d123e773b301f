//! Scenarios from text, file and recipe to something that runs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests"
)]

mod bad_input;
mod generators;
mod mainnet;
mod names;
mod round_trip;
mod splits;
mod synthetic;
mod traces;
