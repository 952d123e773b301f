//! Why: the chosen incarnation, and what the whole run was worth.

mod incarnation;
mod story;
mod totals;

pub(crate) use incarnation::{IncarnationProps, incarnation};
pub(crate) use totals::{TotalsProps, totals};
