//! From a trace to everything the page shows.
//!
//! A [`Film`] is a run as something that can be watched: bars on lanes, waits, checks, moments.
//! From it come sentences ([`Caption`], [`IncarnationDetail`]), numbers ([`Metrics`], [`format`]),
//! geometry and pictures. Everything is a pure function of the film and
//! a time; nothing here knows an EVM, a browser or a clock, so all of it is tested natively.

mod assemble;
pub mod bar;
pub mod caption;
pub mod detail;
pub mod film;
pub mod format;
pub mod metrics;
pub mod moment;
pub mod palette;
pub mod phrase;

pub use bar::{Abort, Bar, BarId, BarState, Check, Ending, Fate, TxState, Wait};
pub use caption::{Caption, Tone};
pub use detail::{IncarnationDetail, ReadRow, WriteRow};
pub use film::Film;
pub use metrics::{HotLocation, LaneUse, Metrics};
pub use moment::Moment;
pub use palette::{Color, Palette, Theme};
pub use phrase::{Part, PartKind, Phrase};
