//! Everything that can be done, one line each: its name for tests and for what was used last, where
//! it stands on the sheet, what it says, its keys, when they are heard, and what it does.

use lanescope_protocol::Clock;
use lanescope_timeline::Heading;

use super::{Does, Press};
use crate::lanes::Steer;
use crate::playback::Toward;
use crate::store::{
    Below, Beside, BookmarkWish, Drawer, Export, FindWish, RangeWish, RecordWish, Sheet,
    WhatIfWish, WhyWish, Wish,
};

/// Something that can be done.
pub(crate) struct Command {
    /// Its name, which no other has.
    pub(crate) id: &'static str,
    /// Under which heading it stands.
    pub(crate) group: Group,
    /// What it does, in a few words, as an order.
    pub(crate) words: &'static str,
    /// The keys that do it, the usual one first. None: it stands in the palette only.
    pub(crate) keys: &'static [Stroke],
    /// When its keys are heard.
    pub(crate) heard: Where,
    /// What it does.
    pub(crate) does: fn() -> Does,
}

/// Headings of the sheet and of the palette.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// Moving in time.
    Time,
    /// Searching and going somewhere.
    Find,
    /// What is seen.
    View,
    /// Running and how it is run.
    Run,
    /// The block.
    Block,
    /// The page itself.
    Page,
}

impl Group {
    /// In the order of use.
    pub(crate) const ALL: [Self; 6] =
        [Self::Time, Self::Find, Self::View, Self::Run, Self::Block, Self::Page];

    /// As a heading.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Time => "Time",
            Self::Find => "Find",
            Self::View => "View",
            Self::Run => "Run",
            Self::Block => "Block",
            Self::Page => "Page",
        }
    }
}

/// When the keys of a command are heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Where {
    /// Everywhere, also while somebody types.
    Always,
    /// Unless somebody types.
    Quiet,
    /// Unless somebody types or nothing on the screen has a time.
    Timed,
}

/// A key with what is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stroke {
    pub(crate) key: Key,
    /// Control, or Command on a Mac.
    pub(crate) command: bool,
    pub(crate) shift: bool,
    pub(crate) alt: bool,
}

/// A key of the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// By its place: `KeyboardEvent.code`.
    At(&'static str),
    /// By what it writes, with or without Shift.
    Sign(&'static str),
    /// Any digit from 1 to 9 of the upper row.
    Digit,
}

const fn key(code: &'static str) -> Stroke {
    Stroke { key: Key::At(code), command: false, shift: false, alt: false }
}

const fn shift(code: &'static str) -> Stroke {
    Stroke { shift: true, ..key(code) }
}

const fn command(code: &'static str) -> Stroke {
    Stroke { command: true, ..key(code) }
}

const fn command_shift(code: &'static str) -> Stroke {
    Stroke { command: true, shift: true, ..key(code) }
}

const fn alt(code: &'static str) -> Stroke {
    Stroke { alt: true, ..key(code) }
}

const fn sign(sign: &'static str) -> Stroke {
    Stroke { key: Key::Sign(sign), ..key("") }
}

const DIGIT: Stroke = Stroke { key: Key::Digit, ..key("") };

impl Stroke {
    /// Whether this is what was pressed.
    pub(super) fn is(&self, press: Press<'_>) -> bool {
        if press.alt != self.alt || press.command != self.command {
            return false;
        }
        match self.key {
            // Escape means the same whatever else is held.
            Key::At("Escape") => press.code == "Escape",
            Key::At(code) => press.code == code && press.shift == self.shift,
            Key::Sign(sign) => press.key == sign,
            Key::Digit => self.digit(press).is_some() && !press.shift,
        }
    }

    /// The digit that was pressed, where any will do.
    pub(super) fn digit(&self, press: Press<'_>) -> Option<u8> {
        let digit = press.code.strip_prefix("Digit")?.parse().ok()?;
        (self.key == Key::Digit && digit > 0).then_some(digit)
    }
}

impl Command {
    /// Whether its key is meant for it, and not for what has the focus.
    pub(super) fn is_heard(&self, stroke: Stroke, press: Press<'_>) -> bool {
        let letter = press.code.starts_with("Key") || matches!(stroke.key, Key::Sign(_));
        let slides = press.sliding && !letter && self.heard != Where::Always;
        let alone = !stroke.command && stroke.key != Key::At("Escape");
        let pages = press.scrolling && press.code.starts_with("Page");
        let taken = slides
            || pages
            || (press.silenced && alone)
            || (stroke.key == Key::At("Space") && press.on_button);
        !taken
            && match self.heard {
                Where::Always => true,
                Where::Quiet => !press.typing,
                Where::Timed => !press.typing && !press.timeless,
            }
    }
}

/// One line of [`COMMANDS`].
const fn line(
    id: &'static str,
    group: Group,
    words: &'static str,
    keys: &'static [Stroke],
    heard: Where,
    does: fn() -> Does,
) -> Command {
    Command { id, group, words, keys, heard, does }
}

use Does::Wish as W;
use Group::{Block, Find, Page, Run, Time, View};
use Where::{Always, Quiet, Timed};

/// Everything that can be done, by group in the order of use. A new command is one line here.
#[rustfmt::skip]
pub(crate) const COMMANDS: &[Command] = &[
    line("play", Time, "Play or pause", &[key("Space"), key("Period")], Timed, || W(Wish::Toggle)),
    line("event-back", Time, "One event back", &[key("ArrowLeft"), key("PageUp")], Timed, || W(Wish::Step(Toward::Back))),
    line("event-on", Time, "One event on", &[key("ArrowRight"), key("PageDown")], Timed, || W(Wish::Step(Toward::Forward))),
    line("tx-back", Time, "One transaction back", &[shift("ArrowLeft")], Timed, || W(Wish::StepTransaction(Toward::Back))),
    line("tx-on", Time, "One transaction on", &[shift("ArrowRight")], Timed, || W(Wish::StepTransaction(Toward::Forward))),
    line("abort-next", Time, "Next abort", &[key("KeyJ")], Timed, || W(Wish::StepAbort(Toward::Forward))),
    line("abort-previous", Time, "Previous abort", &[key("KeyK")], Timed, || W(Wish::StepAbort(Toward::Back))),
    line("fork", Time, "Fork here: keep the past, change what follows", &[key("KeyH")], Timed, || W(Wish::WhatIf(WhatIfWish::Fork))),
    line("cause", Time, "Why: to the cause of what is selected", &[key("BracketLeft")], Timed, || W(Wish::Why(WhyWish::Walk(Heading::Cause)))),
    line("effect", Time, "Why: to the effect of what is selected", &[key("BracketRight")], Timed, || W(Wish::Why(WhyWish::Walk(Heading::Effect)))),
    line("range-from", Time, "The range to play again begins here", &[key("KeyI")], Timed, || W(Wish::Range(RangeWish::From))),
    line("range-to", Time, "The range to play again ends here", &[key("KeyO")], Timed, || W(Wish::Range(RangeWish::To))),
    line("loop", Time, "Play the range again and again, or no longer", &[key("KeyL")], Timed, || W(Wish::Range(RangeWish::Loop))),
    line("bookmark", Time, "A bookmark here", &[key("KeyM")], Timed, || W(Wish::Bookmark(BookmarkWish::Set))),
    line("bookmark-next", Time, "Next bookmark", &[key("KeyN")], Timed, || W(Wish::Bookmark(BookmarkWish::Step(Toward::Forward)))),
    line("bookmark-previous", Time, "Previous bookmark", &[shift("KeyN")], Timed, || W(Wish::Bookmark(BookmarkWish::Step(Toward::Back)))),
    line("first", Time, "To the beginning", &[key("Home")], Timed, || W(Wish::First)),
    line("last", Time, "To the end", &[key("End")], Timed, || W(Wish::Last)),


    line("search", Find, "Search and filter", &[sign("/")], Timed, || Does::Search),
    line("hit-next", Find, "Next hit of the search", &[], Timed, || W(Wish::Find(FindWish::Hit(Toward::Forward)))),
    line("hit-previous", Find, "Previous hit of the search", &[], Timed, || W(Wish::Find(FindWish::Hit(Toward::Back)))),
    line("search-aborted", Find, "Show only what was aborted", &[], Timed, || W(Wish::Find(FindWish::Ask("is:aborted".to_owned())))),
    line("search-clear", Find, "Clear the search", &[], Timed, || W(Wish::Find(FindWish::Close))),
    line("palette", Find, "Everything that can be done", &[command("KeyK")], Always, || Does::Palette),

    line("zoom-in", View, "Zoom in", &[key("KeyW"), key("Equal"), shift("Equal"), key("NumpadAdd")], Timed, || Does::Steer(Steer::In)),
    line("zoom-out", View, "Zoom out", &[key("KeyS"), key("Minus"), shift("Minus"), key("NumpadSubtract")], Timed, || Does::Steer(Steer::Out)),
    line("earlier", View, "To what was before", &[key("KeyA")], Timed, || Does::Steer(Steer::Earlier)),
    line("later", View, "To what comes after", &[key("KeyD")], Timed, || Does::Steer(Steer::Later)),
    line("fit", View, "The whole run into view", &[key("KeyF")], Timed, || Does::Steer(Steer::Fit)),
    line("zoom-selection", View, "What is selected into view", &[key("KeyZ")], Timed, || Does::Steer(Steer::Selection)),
    line("follow", View, "The view follows the playhead, or no longer", &[key("KeyG")], Timed, || Does::Follow),
    line("compare", View, "Compare strategies, or back to the lanes", &[key("KeyC")], Quiet, || Does::Compare),
    line("view-next", View, "The next view below the lanes", &[key("KeyV")], Timed, || W(Wish::NextBelow)),
    line("view-graph", View, "Show dependencies below", &[], Timed, || W(Wish::Below(Below::Graph))),
    line("view-heat", View, "Show the heat of contracts and slots below", &[], Timed, || W(Wish::Below(Below::Heat))),
    line("view-matrix", View, "Show slots × transactions below", &[], Timed, || W(Wish::Below(Below::Matrix))),
    line("view-versions", View, "Show the versions of a location below", &[], Timed, || W(Wish::Below(Below::Versions))),
    line("view-findings", View, "Show the findings beside the lanes", &[], Timed, || W(Wish::Beside(Beside::Findings))),
    line("view-steps", View, "Show the opcodes beside the lanes", &[], Timed, || W(Wish::Beside(Beside::Steps))),
    line("view-why", View, "Show why beside the lanes", &[], Timed, || W(Wish::Beside(Beside::Why))),

    line("run", Run, "Run", &[key("KeyR")], Quiet, || W(Wish::Run)),
    line("stop", Run, "Stop the run", &[], Quiet, || W(Wish::Cancel)),
    line("strategy", Run, "Strategy by its place in the menu", &[DIGIT], Quiet, || Does::Strategy(1)),
    line("clock-gas", Run, "Count time in gas", &[], Quiet, || W(Wish::Clock(Clock::Gas))),
    line("clock-threads", Run, "Measure time on threads", &[], Quiet, || W(Wish::Clock(Clock::Threads))),
    line("drawer-strategy", Run, "Set the strategy's parameters", &[], Quiet, || W(Wish::Drawer(Some(Drawer::Strategy)))),
    line("drawer-clock", Run, "Set costs and faults", &[], Quiet, || W(Wish::Drawer(Some(Drawer::Clock)))),
    line("bench", Run, "Measure how fast it is here", &[], Quiet, || W(Wish::Sheet(Some(Sheet::Bench)))),

    line("undo", Block, "Take an edit back", &[command("KeyZ")], Quiet, || W(Wish::Undo)),
    line("redo", Block, "Make an edit again", &[command_shift("KeyZ"), command("KeyY")], Quiet, || W(Wish::Redo)),
    line("open", Block, "Open a scenario or a block from a file", &[], Quiet, || Does::Open),
    line("export", Page, "Take it away as a file", &[key("KeyE")], Quiet, || W(Wish::Exporting(true))),
    line("export-svg", Page, "Take away the picture (SVG)", &[], Quiet, || W(Wish::Export(Export::Svg))),
    line("export-png", Page, "Take away the picture (PNG)", &[], Quiet, || W(Wish::Export(Export::Png))),
    line("export-trace", Page, "Take away the trace", &[], Quiet, || W(Wish::Export(Export::Trace))),
    line("export-transcript", Page, "Take away the transcript", &[], Quiet, || W(Wish::Export(Export::Transcript))),
    line("record", Page, "Record a video", &[], Timed, || W(Wish::Record(RecordWish::Start))),
    line("save", Block, "Save the scenario", &[command("KeyS")], Quiet, || W(Wish::Save)),

    line("theme", Page, "Light or dark", &[key("KeyT")], Quiet, || Does::Theme),
    line("sheet", Page, "What each key does", &[sign("?")], Quiet, || Does::Sheet),
    line("escape", Page, "Away with what is open", &[key("Escape")], Always, || Does::Escape),
];

/// Keys that a part of the page takes itself while it has the focus: for the sheet.
#[rustfmt::skip]
pub(crate) const HABITS: &[(Group, &[Stroke], &str)] = &[
    (View, &[key("ArrowUp"), key("ArrowDown"), key("ArrowLeft"), key("ArrowRight")], "From bar to bar, on the lanes"),
    (Block, &[key("ArrowUp"), key("ArrowDown")], "Choose a transaction, in the block"),
    (Block, &[key("Enter"), key("Delete")], "Edit it, remove it, in the block"),
    (Block, &[alt("ArrowUp"), alt("ArrowDown")], "Move it, in the block"),
];
