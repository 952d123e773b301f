//! The lane view in words: the same content for those who do not see the canvas.

use lanescope_protocol::{Lane, Version};

use crate::bar::{Bar, BarId, BarState, TroubleKind};
use crate::film::Film;
use crate::format;
use crate::paint::Arrow;
use crate::scene::{Face, Text};

/// A lane as a row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextRow {
    /// Which lane.
    pub lane: Lane,
    /// Its bars, by start.
    pub cells: Vec<TextCell>,
    /// What is wrong with the lane: `crashed, 40 k to 90 k gas`.
    pub troubles: Vec<String>,
}

/// A bar as a cell of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextCell {
    /// Which bar.
    pub id: BarId,
    /// Whose run it is.
    pub version: Version,
    /// What it shows.
    pub state: BarState,
    /// `T5·0, aborted, 52 k to 149 k gas`.
    pub words: String,
}

/// The lane view as a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextTable {
    /// A row for each lane.
    pub rows: Vec<TextRow>,
    /// Bars that have begun but found no room, because the table is limited.
    pub left_out: usize,
}

impl Film {
    /// The lane view at `time` (ticks) as a table of at most `limit` bars. Where there are more,
    /// those nearest before `time` are kept.
    #[must_use]
    pub fn text_table(&self, time: f64, limit: usize) -> TextTable {
        let begun = |lane: Lane| {
            let ids = self.lane_bars(lane);
            let started = |id: &BarId| self.bar(*id).is_some_and(|bar| bar.start as f64 <= time);
            ids.get(..ids.partition_point(started)).unwrap_or(&[])
        };
        let lanes = (0..self.lanes()).map(|lane| Lane(lane as u8));
        let total: usize = lanes.clone().map(|lane| begun(lane).len()).sum();
        let share = (limit / self.lanes().max(1)).max(1);
        let rows: Vec<_> = lanes
            .map(|lane| {
                let ids = begun(lane);
                let kept = if total <= limit { ids.len() } else { share.min(ids.len()) };
                let cells = ids.get(ids.len() - kept..).unwrap_or(&[]).iter();
                let cells = cells.filter_map(|id| Some(self.text_cell(*id, self.bar(*id)?, time)));
                TextRow { lane, cells: cells.collect(), troubles: self.trouble_words(lane, time) }
            })
            .collect();
        let kept: usize = rows.iter().map(|row| row.cells.len()).sum();
        TextTable { rows, left_out: total.saturating_sub(kept) }
    }

    fn trouble_words(&self, lane: Lane, time: f64) -> Vec<String> {
        let begun = self.lane_troubles(lane).iter().filter(|of| of.start as f64 <= time);
        let words = begun.map(|trouble| {
            let what = match trouble.kind {
                TroubleKind::Crashed => "crashed".to_owned(),
                TroubleKind::Slowed(times) => format!("{times} times slower"),
            };
            let start = format::ticks_short(self.clock(), trouble.start as f64);
            let end = format::ticks(self.clock(), (trouble.end as f64).min(time));
            format!("{what}, {start} to {end}")
        });
        words.collect()
    }

    fn text_cell(&self, id: BarId, bar: &Bar, time: f64) -> TextCell {
        let state = bar.state_at(time);
        TextCell { id, version: bar.version, state, words: self.bar_words(bar, time) }
    }

    /// One bar in words: `T5·0, aborted, 52 k to 149 k gas, because T1 wrote Pool A.reserve0`.
    #[must_use]
    pub fn bar_words(&self, bar: &Bar, time: f64) -> String {
        let state = bar.state_at(time);
        let start = format::ticks_short(self.clock(), bar.start as f64);
        let mut words = format!("{}, {}", bar.version, state.word());
        if matches!(state, BarState::Executing | BarState::ExecutingAgain) {
            words.push_str(&format!(" since {}", format::ticks(self.clock(), bar.start as f64)));
        } else {
            let end = format::ticks(self.clock(), bar.end as f64);
            words.push_str(&format!(", {start} to {end}"));
        }
        if bar.is_undone() && !matches!(state, BarState::Executing | BarState::ExecutingAgain) {
            let word = bar.status().map_or("", |status| status.word());
            words.push_str(&format!(", {word}"));
        }
        if let (BarState::Aborted, Some(abort)) = (state, bar.abort)
            && let (Some(by), Some(location)) = (abort.by, abort.location)
        {
            words.push_str(&format!(", because {} wrote {}", by.tx, self.location_name(location)));
        }
        words
    }

    /// The film in one sentence: `12 transactions, 4 lanes, 3 aborts, 2.7 times faster than one
    /// lane; hottest Pool A.reserve0.`
    #[must_use]
    pub fn summary_sentence(&self) -> String {
        if !self.is_complete() {
            // Measuring takes long, and would have to be done again with every batch of events.
            let transactions = format::count(self.transaction_count(), "transaction");
            let (lanes, aborts) = (self.lanes(), self.aborts().len());
            let rest = [format::count(lanes, "lane"), format::count(aborts, "abort")];
            return format!("{transactions}, {}.", rest.join(", "));
        }
        let metrics = self.measures();
        let mut parts = vec![
            format::count(metrics.transactions, "transaction"),
            format::count(metrics.lanes, "lane"),
            format::count(metrics.aborts, "abort"),
        ];
        if metrics.speedup > 0.0 && metrics.lanes > 1 {
            parts.push(format!("{} one lane", format::speed_words(metrics.speedup)));
        }
        let hottest = metrics.hot.first().filter(|place| place.stale_reads > 0);
        let tail = hottest.map_or_else(String::new, |place| format!("; hottest {}", place.name));
        format!("{}{tail}.", parts.join(", "))
    }

    /// The cause arrow of the last abort at or before `time` (ticks), where the cause is known.
    #[must_use]
    pub fn arrow_at(&self, time: f64) -> Option<Arrow> {
        let victim = self.abort_before(time)?.version()?;
        self.cause(victim)?;
        Some(Arrow { victim, drawn: 1.0, alpha: 1.0 })
    }
}

/// A name cut in its middle so that it is at most `room` pixels wide; both ends tell most.
pub(crate) fn elided(name: &str, room: f64, size: f64, face: Face) -> String {
    let count = name.chars().count();
    let fits = (room / Text::width("n", size, face)).floor().max(3.0) as usize;
    if count <= fits {
        return name.to_owned();
    }
    let tail = fits / 2;
    let head = fits - 1 - tail;
    let from = count - tail;
    name.chars().take(head).chain(['…']).chain(name.chars().skip(from)).collect()
}
