//! From a trace to everything the page shows.
//!
//! A [`Film`] is a run as something that can be watched: bars on lanes, waits, checks, moments.
//! From it come sentences ([`Caption`], [`IncarnationDetail`]), numbers ([`Metrics`], [`format`]),
//! geometry and pictures. Everything is a pure function of the film and
//! a time; nothing here knows an EVM, a browser or a clock, so all of it is tested natively.

pub mod chain;
pub mod chart;
pub mod contrast;
mod files;
pub mod film;
pub mod find;
pub mod focus;
pub mod graph;
pub mod heat;
pub mod lints;
pub mod matrix;
pub mod metrics;
mod picture;
mod prepare;
pub mod splitting;
pub mod steps;
pub mod versions;
mod words;

// The rooms are for whoever reads; what stands in them has short paths.
pub use files::{chrome_trace, csv};
pub(crate) use film::{assemble, columns, pyramid, touches};
pub use film::{bar, builder, moment, synthetic, walk};
pub use picture::{
    arc, density, frame, glyph, layout, motion, paint, palette, scene, svg, viewport,
};
pub use words::{caption, detail, format, honesty, phrase, text};

pub use arc::{Arc, Cause};
pub use bar::{
    Abort, Bar, BarId, BarState, Check, Ending, Fate, Milestone, MilestoneKind, Note, Trouble,
    TroubleKind, TxState, Wait,
};
pub use builder::FilmBuilder;
pub use caption::{Caption, Tone};
pub use chain::{Arrows, Chain, ChainArrow, Cost, Heading, Link, LinkKind, Story, StoryStep, Walk};
pub use chart::{ChartLayout, ChartLine, ChartPoint, speedup_chart};
pub use chrome_trace::chrome_trace;
pub use contrast::{Contrast, Pairs};
pub use csv::{CSV_COLUMNS, csv};
pub use density::Bucket;
pub use detail::{IncarnationDetail, ReadRow, WriteRow};
pub use files::trace_json;
pub use film::Film;
pub use focus::{Focus, Matches};
pub use frame::{Frame, Rect};
pub use glyph::Glyph;
pub use graph::Graph;
pub use heat::{Heat, HeatOf, HeatRow, HotContract};
pub use honesty::{Model, Provenance};
pub use layout::Layout;
pub use lints::{Evidence, Finding, Lint};
pub use matrix::{Mark, Matrix, MatrixCell, MatrixRow};
pub use metrics::{
    BaseFee, Bounds, Energy, FaultCosts, HotLocation, LaneUse, Latency, Locking, Metrics, Structure,
};
pub use moment::Moment;
pub use motion::Motion;
pub use paint::{Arrow, Effects, Look, Marks, RangeEnd, paint};
pub use palette::{Color, Palette, Theme};
pub use phrase::{Part, PartKind, Phrase};
pub use steps::Drill;
pub use svg::{Words, lanes_svg, svg};
pub use synthetic::synthetic;
pub use text::{TextCell, TextRow, TextTable};
pub use versions::{Reader, VersionRow, VersionState, VersionTable};
pub use viewport::Viewport;
pub use walk::Way;
