//! Level of detail: the bars of a lane in blocks, blocks in larger blocks. A block knows enough of
//! its bars to say what all of them together show at any time, so that nothing is hidden by not
//! looking at each.

use crate::bar::BarState;

/// Bars in the smallest block, and blocks in the next larger one.
pub(crate) const FAN: usize = 16;

/// Blocks of blocks of bars; the first level holds the smallest.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pyramid {
    levels: Vec<Vec<Block>>,
}

/// What some consecutive bars of a lane have in common. Times are ticks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    pub(crate) start: f64,
    pub(crate) end: f64,
    pub(crate) bars: u32,
    /// Length of all bars together, and of the longest.
    pub(crate) time: f64,
    pub(crate) longest: f64,
    /// The longest time between two bars.
    pub(crate) gap: f64,
    /// Whether one of them still runs.
    pub(crate) open: bool,
    /// Until when some bar shows that it waits, has run again, has run.
    pub(crate) suspended_until: f64,
    pub(crate) again_until: f64,
    pub(crate) first_until: f64,
    /// From when on some bar is final.
    pub(crate) committed_from: f64,
    /// Bars that are thrown away or left out: when the first of them is, when the last is.
    pub(crate) vain_from: f64,
    pub(crate) vain_upto: f64,
    pub(crate) vain_bars: u32,
    pub(crate) vain_time: f64,
    /// Bars that are lost with their lane at their end.
    pub(crate) lost_bars: u32,
    pub(crate) lost_time: f64,
    /// Length of what comes to nothing, and of what is never decided.
    pub(crate) wasted_time: f64,
    pub(crate) undecided_time: f64,
}

/// What bars that have ended show together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Shown {
    pub(crate) bars: u32,
    pub(crate) time: f64,
    pub(crate) vain_bars: u32,
    pub(crate) vain_time: f64,
    /// The most important state of those that did not come to nothing.
    pub(crate) state: Option<BarState>,
}

impl Block {
    /// One bar, of which nothing else is known.
    pub(crate) const fn of(start: f64, end: f64) -> Self {
        Self {
            start,
            end,
            bars: 1,
            time: end - start,
            longest: end - start,
            gap: 0.0,
            open: false,
            suspended_until: f64::NEG_INFINITY,
            again_until: f64::NEG_INFINITY,
            first_until: f64::NEG_INFINITY,
            committed_from: f64::INFINITY,
            vain_from: f64::INFINITY,
            vain_upto: f64::NEG_INFINITY,
            vain_bars: 0,
            vain_time: 0.0,
            lost_bars: 0,
            lost_time: 0.0,
            wasted_time: 0.0,
            undecided_time: 0.0,
        }
    }

    /// With the block that follows.
    fn and(self, next: &Self) -> Self {
        Self {
            start: self.start,
            end: self.end.max(next.end),
            bars: self.bars + next.bars,
            time: self.time + next.time,
            longest: self.longest.max(next.longest),
            gap: self.gap.max(next.gap).max(next.start - self.end),
            open: self.open || next.open,
            suspended_until: self.suspended_until.max(next.suspended_until),
            again_until: self.again_until.max(next.again_until),
            first_until: self.first_until.max(next.first_until),
            committed_from: self.committed_from.min(next.committed_from),
            vain_from: self.vain_from.min(next.vain_from),
            vain_upto: self.vain_upto.max(next.vain_upto),
            vain_bars: self.vain_bars + next.vain_bars,
            vain_time: self.vain_time + next.vain_time,
            lost_bars: self.lost_bars + next.lost_bars,
            lost_time: self.lost_time + next.lost_time,
            wasted_time: self.wasted_time + next.wasted_time,
            undecided_time: self.undecided_time + next.undecided_time,
        }
    }

    /// What its bars show at `time`. `None` where the block cannot tell: some still run then, or
    /// only some of those that are thrown away have been.
    pub(crate) fn shown_at(&self, time: f64) -> Option<Shown> {
        if self.open || self.end > time {
            return None;
        }
        let (vain_bars, vain_time) = if time >= self.vain_upto {
            (self.vain_bars, self.vain_time)
        } else if time < self.vain_from {
            (0, 0.0)
        } else {
            return None;
        };
        let state = if self.suspended_until > time {
            Some(BarState::Suspended)
        } else if self.again_until > time {
            Some(BarState::ExecutedAgain)
        } else if self.first_until > time {
            Some(BarState::Executed)
        } else {
            (self.committed_from <= time).then_some(BarState::Committed)
        };
        Some(Shown {
            bars: self.bars,
            time: self.time,
            vain_bars: vain_bars + self.lost_bars,
            vain_time: vain_time + self.lost_time,
            state,
        })
    }
}

impl Pyramid {
    /// Brings the blocks up to date: the bars at `touched` have changed, and everything from
    /// `from` on.
    pub(crate) fn refresh(
        &mut self,
        from: usize,
        touched: &mut Vec<usize>,
        count: usize,
        bar: impl Fn(usize) -> Block,
    ) {
        let (mut from, mut count, mut level) = (from, count, 0);
        while count > 1 || level == 0 {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let (below, rest) = self.levels.split_at_mut(level);
            let (below, blocks) = (below.last(), &mut rest[0]);
            let item = |at: usize| below.map_or_else(|| bar(at), |blocks| blocks[at]);
            let whole = |at: usize| {
                let mut all = item(at * FAN);
                for at in at * FAN + 1..((at + 1) * FAN).min(count) {
                    all = all.and(&item(at));
                }
                all
            };
            touched.iter_mut().for_each(|at| *at /= FAN);
            touched.sort_unstable();
            touched.dedup();
            blocks.truncate(from / FAN);
            touched.retain(|at| *at < blocks.len());
            for at in touched.iter().copied() {
                blocks[at] = whole(at);
            }
            for at in blocks.len()..count.div_ceil(FAN) {
                let block = whole(at);
                blocks.push(block);
            }
            (from, count, level) = (from / FAN, blocks.len(), level + 1);
        }
        self.levels.truncate(level);
        touched.clear();
    }

    /// The largest block that begins with the bar at `at`, ends before `end`, and is `wanted`,
    /// with the number of its bars.
    pub(crate) fn at<R>(
        &self,
        at: usize,
        end: usize,
        mut wanted: impl FnMut(&Block) -> Option<R>,
    ) -> Option<(usize, R)> {
        let mut size = FAN;
        let mut levels = 0;
        while levels < self.levels.len() && at.is_multiple_of(size) {
            size *= FAN;
            levels += 1;
        }
        for blocks in self.levels.iter().take(levels).rev() {
            size /= FAN;
            let Some(block) = blocks.get(at / size) else { continue };
            let bars = block.bars as usize;
            if at + bars <= end
                && let Some(found) = wanted(block)
            {
                return Some((bars, found));
            }
        }
        None
    }
}

/// The longest of some intervals in blocks, to pass over those that are too short to be seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Longest {
    levels: Vec<Vec<u64>>,
}

impl Longest {
    /// Brings it up to date: everything from `from` on may have changed.
    pub(crate) fn refresh(&mut self, from: usize, count: usize, length: impl Fn(usize) -> u64) {
        let (mut from, mut count, mut level) = (from, count, 0);
        while count > 1 || level == 0 {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let (below, rest) = self.levels.split_at_mut(level);
            let (below, blocks) = (below.last(), &mut rest[0]);
            let item = |at: usize| below.map_or_else(|| length(at), |blocks| blocks[at]);
            blocks.truncate(from / FAN);
            for at in blocks.len()..count.div_ceil(FAN) {
                let inside = at * FAN..((at + 1) * FAN).min(count);
                blocks.push(inside.map(item).max().unwrap_or_default());
            }
            (from, count, level) = (from / FAN, blocks.len(), level + 1);
        }
        self.levels.truncate(level);
    }

    /// The first position from `at` on that may hold an interval of at least `least` ticks.
    pub(crate) fn next(&self, mut at: usize, least: f64) -> Option<usize> {
        loop {
            let mut size = FAN;
            let mut skipped = 0;
            for blocks in &self.levels {
                if !at.is_multiple_of(size) && size > FAN {
                    break;
                }
                match blocks.get(at / size) {
                    None => return None,
                    Some(longest) if (*longest as f64) < least => skipped = size,
                    Some(_) => break,
                }
                size *= FAN;
            }
            if skipped == 0 {
                return Some(at);
            }
            at = (at / skipped + 1) * skipped;
        }
    }
}
