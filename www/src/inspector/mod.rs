//! Why: the chosen incarnation, and what the whole run was worth.

mod incarnation;
mod split_offer;
mod story;
mod totals;

pub(crate) use incarnation::{IncarnationProps, incarnation};
pub(crate) use split_offer::{SplitOfferProps, split_offer};
pub(crate) use totals::{TotalsProps, totals};
