//! Before and after a change by hand, the fork at the playhead, and two to four runs stacked on one
//! time axis with one playhead.

mod bar;
mod lane_names;
mod ledger;
mod marks;
mod row;
mod stacked;

pub(crate) use bar::{BarProps, bar, lock_words};
pub(crate) use lane_names::{LaneNames, LaneNamesProps};
pub(crate) use stacked::{Common, StackedProps, stacked};
