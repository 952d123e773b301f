//! A range of the film that is singled out: played again and again, or recorded.

use lanescope_timeline::{Film, Marks};

use super::Store;

/// The range, and whether it is played again and again.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Range {
    span: Option<(f64, f64)>,
    looping: bool,
}

/// What the user wants of the range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum RangeWish {
    /// Have it begin where the playhead stands.
    From,
    /// Have it end where the playhead stands.
    To,
    /// Set both ends, in ticks, in any order.
    Set(f64, f64),
    /// Play it again and again, or no longer.
    Loop,
    /// Have none.
    Clear,
}

impl Range {
    /// Its ends; without a range those of the film.
    pub(crate) fn or_all(&self, film: &Film) -> (f64, f64) {
        self.span.unwrap_or((0.0, film.end() as f64))
    }

    /// What is played again and again, if anything is.
    pub(crate) fn looped(&self, film: &Film) -> Option<(f64, f64)> {
        self.looping.then(|| self.or_all(film)).filter(|(from, to)| from < to)
    }

    /// Sets both ends. A new range is played again and again at once: that is what it is for.
    fn set(&mut self, from: f64, to: f64, end: f64) {
        let (from, to) = (from.min(to).clamp(0.0, end), from.max(to).clamp(0.0, end));
        if to - from < 1.0 {
            return;
        }
        self.looping |= self.span.is_none();
        self.span = Some((from, to));
    }

    /// Another run of the same block has another end.
    pub(super) fn keep_inside(&mut self, end: f64) {
        let kept = self.span.map(|(from, to)| (from.min(end), to.min(end)));
        self.span = kept.filter(|(from, to)| to - from >= 1.0);
    }
}

impl Store {
    pub(super) fn set_range(&mut self, wish: RangeWish) {
        let Some(film) = self.shown() else { return };
        let (end, time) = (film.end() as f64, self.playback.time);
        let range = &mut self.range;
        match wish {
            RangeWish::From => {
                let to = range.span.map_or(end, |(_, to)| if to > time { to } else { end });
                range.set(time, to, end);
            }
            RangeWish::To => {
                let from = range.span.map_or(0.0, |(from, _)| if from < time { from } else { 0.0 });
                range.set(from, time, end);
            }
            RangeWish::Set(from, to) => range.set(from, to, end),
            RangeWish::Loop => range.looping = !range.looping,
            RangeWish::Clear => *range = Range::default(),
        }
    }

    /// What the user put on the axis, as it is drawn.
    pub(crate) fn marks(&self) -> Marks {
        Marks {
            range: self.range.span,
            looping: self.range.looping,
            bookmarks: self.bookmarks.times(),
        }
    }
}
