//! Sentences and numbers that people can say.

pub mod caption;
pub mod detail;
pub mod format;
pub mod honesty;
pub mod phrase;
pub mod text;
mod transcript;
