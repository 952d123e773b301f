//! Which part of the time axis is on screen.

/// A range of ticks. `to` is always greater than `from`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Viewport {
    from: f64,
    to: f64,
}

/// Room after the last event, as a share of the film, so that its end is seen to be the end.
const ROOM: f64 = 0.06;
/// Fewest ticks on screen.
const SPAN_MIN: f64 = 16.0;

/// How far across the view a playhead comes before the view slides along with it.
const SLIDE: f64 = 0.75;
/// How far across the view it comes before the view turns to the next page.
const TURN: f64 = 0.97;
/// Where it stands on the new page.
const PAGE: f64 = 0.08;

impl Viewport {
    /// The whole film, whose last tick is `end`.
    #[must_use]
    pub fn fit(end: f64) -> Self {
        Self { from: 0.0, to: limit(end) }
    }

    /// A range; swapped or empty ones are mended.
    #[must_use]
    pub fn range(from: f64, to: f64, end: f64) -> Self {
        let (from, to) = if from <= to { (from, to) } else { (to, from) };
        let span = if (to - from).is_finite() { to - from } else { limit(end) };
        Self { from, to: from + span }.inside(end)
    }

    /// First tick on screen.
    #[must_use]
    pub const fn from(&self) -> f64 {
        self.from
    }

    /// Last tick on screen.
    #[must_use]
    pub const fn to(&self) -> f64 {
        self.to
    }

    /// Ticks on screen.
    #[must_use]
    pub const fn span(&self) -> f64 {
        self.to - self.from
    }

    /// Shows `factor` times as many ticks (below 1: zooms in), keeping `at` where it is.
    #[must_use]
    pub fn zoom(&self, at: f64, factor: f64, end: f64) -> Self {
        let factor = if factor.is_finite() && factor > 0.0 { factor } else { 1.0 };
        let span = (self.span() * factor).clamp(SPAN_MIN.min(limit(end)), limit(end));
        let share =
            if at.is_finite() { ((at - self.from) / self.span()).clamp(0.0, 1.0) } else { 0.5 };
        let from = self.from + share * (self.span() - span);
        Self { from, to: from + span }.inside(end)
    }

    /// Moves by `ticks`, later if positive.
    #[must_use]
    pub fn pan(&self, ticks: f64, end: f64) -> Self {
        let ticks = if ticks.is_finite() { ticks } else { 0.0 };
        Self { from: self.from + ticks, to: self.to + ticks }.inside(end)
    }

    /// Moves as little as needed to have `tick` on screen, with some room around it.
    #[must_use]
    pub fn reveal(&self, tick: f64, end: f64) -> Self {
        let room = self.span() * 0.1;
        if tick < self.from {
            self.pan(tick - self.from - room, end)
        } else if tick > self.to {
            self.pan(tick - self.to + room, end)
        } else {
            *self
        }
    }

    /// A range with some room around it, so that what is beside it is seen too.
    #[must_use]
    pub fn around(from: f64, to: f64, end: f64) -> Self {
        let room = ((to - from).abs() * 0.4).max(SPAN_MIN / 2.0);
        Self::range(from.min(to) - room, from.max(to) + room, end)
    }

    /// Moves along with a playhead that runs. `smooth`: the view slides once the playhead has
    /// come three quarters of the way; else it turns like a page when the playhead has reached
    /// its end. Where the playhead leaps out of view, the view leaps after it.
    #[must_use]
    pub fn follow(&self, playhead: f64, end: f64, smooth: bool) -> Self {
        let page = || self.pan(playhead - self.span() * PAGE - self.from, end);
        if !(self.from..=self.to).contains(&playhead) {
            return page();
        }
        let way = (playhead - self.from) / self.span();
        if smooth && way > SLIDE {
            self.pan((way - SLIDE) * self.span(), end)
        } else if !smooth && way > TURN {
            page()
        } else {
            *self
        }
    }

    /// Whether everything is on screen.
    #[must_use]
    pub fn is_fit(&self, end: f64) -> bool {
        self.span() >= limit(end) * 0.999
    }

    fn inside(self, end: f64) -> Self {
        let whole = limit(end);
        let span = self.span().clamp(SPAN_MIN.min(whole), whole);
        let from = self.from.clamp(0.0, (whole - span).max(0.0));
        let from = if from.is_finite() { from } else { 0.0 };
        Self { from, to: from + span }
    }
}

/// The last tick that can be on screen.
fn limit(end: f64) -> f64 {
    let end = if end.is_finite() { end.max(1.0) } else { 1.0 };
    end * (1.0 + ROOM)
}
