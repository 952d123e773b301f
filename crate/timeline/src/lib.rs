//! From a trace to everything the page shows.
//!
//! A [`Film`] is a run as something that can be watched: bars on lanes, waits, checks, moments.
//! From it come sentences ([`Caption`], [`IncarnationDetail`]), numbers ([`Metrics`], [`format`]),
//! geometry and pictures. Everything is a pure function of the film and
//! a time; nothing here knows an EVM, a browser or a clock, so all of it is tested natively.

pub mod arc;
mod assemble;
pub mod bar;
pub mod builder;
pub mod caption;
pub mod chain;
pub mod chart;
pub mod chrome_trace;
mod columns;
pub mod contrast;
pub mod csv;
pub mod density;
pub mod detail;
pub mod film;
pub mod find;
pub mod focus;
pub mod format;
pub mod frame;
pub mod glyph;
pub mod graph;
pub mod heat;
pub mod honesty;
pub mod layout;
pub mod lints;
pub mod matrix;
pub mod metrics;
pub mod moment;
pub mod motion;
pub mod paint;
pub mod palette;
pub mod phrase;
mod prepare;
mod pyramid;
pub mod scene;
pub mod splitting;
pub mod steps;
pub mod svg;
pub mod synthetic;
pub mod text;
mod touches;
mod trace_json;
mod transcript;
pub mod versions;
pub mod viewport;
pub mod walk;

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
pub use trace_json::trace_json;
pub use versions::{Reader, VersionRow, VersionState, VersionTable};
pub use viewport::Viewport;
pub use walk::Way;
