//! The search on the page: its field above the lanes, and chips that search.

mod bar;
mod chips;

pub(crate) use bar::{FindBar, FindBarProps, find_props};
pub(crate) use chips::{ChipsProps, chips};
