//! The recording of the film that goes on: begins at a range's beginning, ends at its end, or as
//! soon as the film stands.

use super::{Effect, Store};

/// A recording that goes on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Recording {
    /// The range, in ticks.
    pub(crate) span: (f64, f64),
    /// Of which run.
    run: u32,
}

/// What the user wants of recordings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecordWish {
    /// Play the range, or without one the whole film, and keep what is seen as a video.
    Start,
    /// End it; what was recorded so far is kept.
    Stop,
}

/// Longer recordings are refused, in seconds.
pub(crate) const SECONDS_MAX: f64 = 300.0;

impl Recording {
    /// How much of it is done, 0 to 1.
    pub(crate) fn done(&self, time: f64) -> f64 {
        let (from, to) = self.span;
        ((time - from) / (to - from).max(1.0)).clamp(0.0, 1.0)
    }
}

impl Store {
    pub(super) fn record(&mut self, wish: RecordWish) {
        match wish {
            RecordWish::Start => self.start_recording(),
            RecordWish::Stop if self.recording.is_some() => self.playback.pause(),
            RecordWish::Stop => {}
        }
    }

    /// How long a recording will take, in seconds.
    pub(crate) fn recording_length(&self) -> Option<f64> {
        let film = self.shown().filter(|film| film.is_complete())?;
        let (from, to) = self.range.or_all(film);
        Some(self.playback.seconds(film, to - from))
    }

    fn start_recording(&mut self) {
        let film = self.shown().filter(|film| film.is_complete()).cloned();
        let short = self.recording_length().is_some_and(|seconds| seconds <= SECONDS_MAX);
        let (Some(film), true, None) = (film, short, self.recording) else { return };
        let span = self.range.or_all(&film);
        self.playback.seek(&film, span.0);
        self.playback.toggle(&film);
        self.recording = Some(Recording { span, run: self.finished });
        let title = film.summary().map_or("", |summary| summary.title.as_str());
        self.put(Effect::Record { name: format!("lanescope-{}.webm", slug(title)) });
    }

    /// Ends the recording once its range is over, or the film stands or is another.
    pub(super) fn watch_recording(&mut self) {
        let Some(recording) = self.recording else { return };
        let over = self.playback.time >= recording.span.1;
        if over || !self.playback.playing || self.finished != recording.run {
            self.recording = None;
            self.playback.pause();
            self.put(Effect::RecordEnd);
        }
    }
}

/// A title as a part of a file's name.
fn slug(title: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let words: String = title.chars().map(plain).collect();
    let words: Vec<_> = words.split('-').filter(|word| !word.is_empty()).take(8).collect();
    if words.is_empty() { "run".to_owned() } else { words.join("-") }
}
