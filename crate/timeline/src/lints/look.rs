//! Looks for findings in turns of a few milliseconds.

use lanescope_protocol::LocationId;

use super::Finding;
use super::uses::Counting;
use crate::film::Film;

/// A search for findings that goes on.
#[derive(Debug, Default)]
pub(crate) struct Looking {
    turn: usize,
    counting: Counting,
    groups: std::vec::IntoIter<Vec<LocationId>>,
    all: Vec<Finding>,
}

impl Looking {
    /// Goes on, with about `count` runs or waits where they are counted. Answers the findings, the
    /// costliest first, once all are there.
    pub(crate) fn advance(&mut self, film: &Film, count: usize) -> Option<Vec<Finding>> {
        if !film.is_complete() || film.all_lane_time() <= 0.0 {
            return Some(Vec::new());
        }
        match self.turn {
            0 if self.counting.advance(film, count) => return None,
            0 => {}
            1 => self.groups = film.slot_groups(self.counting.uses()).into_iter(),
            2 => {
                let (uses, groups) = (self.counting.uses(), &mut self.groups);
                if let Some(found) = film.slot_findings(uses, groups, count) {
                    self.all.extend(found);
                    return None;
                }
            }
            3 => self.all.extend(film.sender_findings()),
            4 => self.all.extend(film.recipient_finding()),
            5 => self.all.extend(film.storm_finding()),
            6 => self.all.extend(film.declared_finding()),
            7 => self.all.extend(film.long_finding().into_iter().chain(film.idle_finding())),
            _ => {
                let weight = |finding: &Finding| finding.weight(film);
                let mut all = core::mem::take(&mut self.all);
                all.sort_by(|a, b| weight(b).total_cmp(&weight(a)).then(a.lint.cmp(&b.lint)));
                return Some(all);
            }
        }
        self.turn += 1;
        None
    }
}

impl Finding {
    /// What limits the block to less than its lanes counts as if it cost the difference.
    fn weight(&self, film: &Film) -> f64 {
        let limit = self.limit.unwrap_or(f64::INFINITY);
        let lanes = film.lanes().max(1) as f64;
        self.cost.max((1.0 - limit / lanes).max(0.0) / 2.0)
    }
}
