//! The views below the lanes: the same moment and the same choice, by location, by dependency and
//! by cost.

mod board;
mod graph;
mod heat;
mod matrix;
mod matrix_keys;
mod matrix_twin;

pub(crate) use graph::GraphView;
pub(crate) use heat::{HeatProps, heat};
pub(crate) use matrix::MatrixView;
