//! The rows of the table, and their order.

use lanescope_protocol::{Class, Strategy};

use crate::store::{Answer, Entry, Worth};
use crate::verdict::Verdict;

/// One strategy.
pub(super) struct Row<'a> {
    pub(super) strategy: &'a Strategy,
    pub(super) answer: &'a Answer,
    /// What came of it, and how far to trust that.
    pub(super) worth: Option<(&'a std::rc::Rc<Worth>, Verdict)>,
}

impl Row<'_> {
    pub(super) const fn is_awaited(&self) -> bool {
        matches!(self.answer, Answer::Awaited)
    }

    /// Its name for the page's own use.
    pub(super) fn name(&self) -> String {
        self.strategy.to_string()
    }

    /// How many times faster than one lane; 0 while unknown.
    pub(super) fn speedup(&self) -> f64 {
        self.worth.as_ref().map_or(0.0, |(worth, _)| worth.metrics.speedup)
    }

    /// The same with the time that the producer took for what it supplies, if it supplies anything.
    pub(super) fn with_producer(&self) -> Option<f64> {
        self.worth.as_ref()?.0.metrics.system_speedup
    }
}

/// A column that can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Strategy,
    Class,
    Speedup,
    Makespan,
    Aborts,
    Again,
    Wasted,
    Used,
}

impl Column {
    /// In the order in which they stand, with their titles.
    pub(super) const ALL: [(Self, &'static str); 8] = [
        (Self::Strategy, "strategy"),
        (Self::Class, "result"),
        (Self::Speedup, "speed-up"),
        (Self::Makespan, "makespan"),
        (Self::Aborts, "aborts"),
        (Self::Again, "ran again"),
        (Self::Wasted, "gas wasted"),
        (Self::Used, "lanes busy"),
    ];

    /// What is sorted by.
    fn key(self, row: &Row<'_>) -> f64 {
        let Some((worth, verdict)) = &row.worth else { return 0.0 };
        let metrics = &worth.metrics;
        match self {
            // In the order of the menu, which the rows have already.
            Self::Strategy => 0.0,
            Self::Class => f64::from(verdict.look as u8) * 4.0 + class_rank(row.strategy.class()),
            Self::Speedup => metrics.speedup,
            Self::Makespan => metrics.makespan as f64,
            Self::Aborts => metrics.aborts as f64,
            Self::Again => worth.ran_again as f64,
            Self::Wasted => metrics.wasted_share,
            Self::Used => metrics.utilisation,
        }
    }
}

const fn class_rank(class: Class) -> f64 {
    match class {
        Class::Exact => 0.0,
        Class::SomeOrder => 1.0,
        Class::Nothing => 2.0,
    }
}

/// By which column, and which end first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sorting {
    pub(super) column: Column,
    pub(super) descending: bool,
}

impl Default for Sorting {
    fn default() -> Self {
        Self { column: Column::Strategy, descending: false }
    }
}

impl Sorting {
    /// By another column, its most telling end first; by the same one, the other way round.
    pub(super) fn by(self, column: Column) -> Self {
        let descending =
            if self.column == column { !self.descending } else { column == Column::Speedup };
        Self { column, descending }
    }
}

fn row(entry: &Entry) -> Row<'_> {
    let worth = match &entry.answer {
        Answer::Here(worth) => worth.film.summary().map(|summary| (worth, Verdict::of(summary))),
        Answer::Awaited | Answer::Refused(_) => None,
    };
    Row { strategy: &entry.strategy, answer: &entry.answer, worth }
}

/// The rows in order; those without a result come last.
pub(super) fn sorted(entries: &[Entry], sorting: Sorting) -> Vec<Row<'_>> {
    let entries = entries.iter().enumerate();
    let mut rows: Vec<_> = entries
        .map(|(at, entry)| {
            let row = row(entry);
            // Those without a result keep their place in the menu too.
            let key = if sorting.column == Column::Strategy {
                at as f64
            } else {
                sorting.column.key(&row)
            };
            (key, row)
        })
        .collect();
    let in_menu_order = sorting.column == Column::Strategy;
    rows.sort_by(|(a, left), (b, right)| {
        let missing = if in_menu_order {
            core::cmp::Ordering::Equal
        } else {
            left.worth.is_none().cmp(&right.worth.is_none())
        };
        let order = if sorting.descending { b.total_cmp(a) } else { a.total_cmp(b) };
        missing.then(order)
    });
    rows.into_iter().map(|(_, row)| row).collect()
}
