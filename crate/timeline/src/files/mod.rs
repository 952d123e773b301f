//! A run as a file for other programs.

pub mod chrome_trace;
pub mod csv;
mod trace_json;

pub use trace_json::trace_json;
