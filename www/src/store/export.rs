//! What can be taken away from the page, and what each file is made of.

use lanescope_protocol::Settings;
use lanescope_timeline::{Film, Focus};

use super::{Effect, Store};
use crate::words::Shared;

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Export {
    /// What is seen of the lanes, as lines and words.
    Svg,
    /// What is seen of the lanes, as pixels.
    Png,
    /// The whole run, to be opened again.
    Trace,
    /// The whole run with names.
    Json,
    /// For Perfetto and the browsers' own viewers.
    ChromeTrace,
    /// A row for each incarnation.
    Csv,
    /// Every event in a sentence.
    Transcript,
}

/// A file to be made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Job {
    pub(crate) export: Export,
    pub(crate) film: Shared<Film>,
    /// Where the playhead stands, in ticks.
    pub(crate) playhead: f64,
    pub(crate) focus: Focus,
    /// Whether it is a stored trace.
    pub(crate) stored: bool,
    /// The file's name.
    pub(crate) name: String,
}

impl Export {
    /// Every kind, in the order of the menu.
    pub(crate) const ALL: [Self; 7] = [
        Self::Svg,
        Self::Png,
        Self::Transcript,
        Self::Trace,
        Self::Json,
        Self::ChromeTrace,
        Self::Csv,
    ];

    /// Its name for tests and commands.
    pub(crate) const fn slug(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Trace => "trace",
            Self::Json => "json",
            Self::ChromeTrace => "chrome-trace",
            Self::Csv => "csv",
            Self::Transcript => "transcript",
        }
    }

    /// What the menu says: what it is, and what for.
    pub(crate) const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Svg => ("Picture (SVG)", "the lanes as they are seen now"),
            Self::Png => ("Picture (PNG)", "the same as pixels, twice as fine"),
            Self::Trace => ("Trace", "the whole run, to be opened again"),
            Self::Json => ("Trace as JSON", "for programs of your own"),
            Self::ChromeTrace => ("Chrome trace", "for Perfetto, with arrows"),
            Self::Csv => ("Table (CSV)", "a row for each run of a transaction"),
            Self::Transcript => ("Transcript", "every event in a sentence"),
        }
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Trace => "lstr",
            Self::Json => "trace.json",
            Self::ChromeTrace => "chrome-trace.json",
            Self::Csv => "csv",
            Self::Transcript => "txt",
        }
    }
}

impl Store {
    pub(super) fn export(&mut self, export: Export) {
        let Some(film) = self.shown().filter(|film| film.is_complete()).cloned() else {
            self.alert = Some("There is no run yet to take away.".into());
            return;
        };
        let title = film.summary().map_or("", |summary| summary.title.as_str());
        let name = file_name(title, film.settings(), export.ending());
        let (playhead, focus) = (self.playback.time, self.focus());
        let film = Shared(film);
        let stored = self.stored.is_some();
        self.put(Effect::Export(Box::new(Job { export, film, playhead, focus, stored, name })));
    }
}

/// `exchange-at-peak-hour.block-stm.4-lanes.svg`.
fn file_name(title: &str, settings: &Settings, ending: &str) -> String {
    let plain = |text: &str| {
        let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
        let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
        words.join("-").to_lowercase()
    };
    let title = plain(title);
    let title = if title.is_empty() { "block" } else { title.get(..48).unwrap_or(&title) };
    let strategy = settings.strategy;
    let strategy =
        strategy.preset().map_or_else(|| strategy.rules.name().slug(), |preset| preset.name);
    format!("{title}.{strategy}.{}-lanes.{ending}", settings.lanes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_say_what_ran_and_how() {
        let name = file_name("Exchange at peak hour!", &Settings::default(), "svg");
        assert_eq!(name, "exchange-at-peak-hour.block-stm.4-lanes.svg");
        assert_eq!(file_name("…", &Settings::default(), "csv"), "block.block-stm.4-lanes.csv");
    }
}
