//! The lanes: a canvas, and the same content in words.
//!
//! Everything drawn is a picture made by `lanescope_timeline`; here it is painted, moved with the
//! pointer and the keyboard, and mirrored as a table for those who do not see it.

mod axis;
mod brush;
mod easel;
mod grip;
mod hint;
mod legend;
mod minimap;
mod pointer;
mod signals;
mod size;
mod tip;
mod twin;
mod view;
mod zoom;

pub(crate) use axis::{Axis, Steer};
pub(crate) use brush::Brush;
pub(crate) use legend::Legend;
pub(crate) use minimap::Minimap;
pub(crate) use signals::sign;
pub(crate) use size::{on_letters, use_size};
pub(crate) use view::{LaneView, told_time, type_scale};
pub(crate) use zoom::ZoomBar;
