//! What the page and the engine say to each other.
//!
//! Plain data and its encodings: [`scenario`] is what a person composes, [`settings`] how to run
//! it, [`trace`] the complete record of a run, [`message`] the commands and reports between the
//! two Wasm modules. This crate knows neither revm nor the web, so the page can link it without
//! linking an EVM.

mod abridge;
pub mod chains;
pub mod event;
pub mod fault;
pub mod ids;
pub mod limits;
pub mod message;
pub mod scenario;
pub mod settings;
pub mod split;
pub mod spread;
pub mod steps;
pub mod strategy;
pub mod trace;

pub use abridge::ABRIDGED_EVENTS;
pub use event::{Access, AccessKind, Event, EventKind, FallbackReason, WaitReason};
pub use fault::Fault;
pub use ids::{Incarnation, Lane, LocationId, TxIndex, Version};
pub use message::{Catalogue, Command, Report};
pub use scenario::Scenario;
pub use settings::{Clock, Costs, Settings};
pub use split::{Split, SplitBy, SplitInitial};
pub use spread::Spread;
pub use strategy::{Class, PRESETS, Preset, Rules, Strategy, StrategyName};
pub use trace::{Trace, TraceError, TraceReader};
