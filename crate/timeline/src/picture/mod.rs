//! The lanes as a picture: where everything is, how it looks, and the list of shapes that canvas
//! and SVG both paint.

pub mod arc;
pub mod density;
pub mod frame;
pub mod glyph;
pub mod layout;
pub mod motion;
pub mod paint;
pub mod palette;
pub mod scene;
pub mod svg;
pub mod viewport;
