//! Tests of the timeline over hand-written runs.

mod fixture;
mod golden;
mod properties;
mod sentences;
mod theme;
