//! What a comparison shows, in a sentence or two.

use lanescope_protocol::StrategyName;
use lanescope_timeline::format;

use super::row::Row;
use crate::provenance::strategy_words;
use crate::verdict::Look;

/// A speed-up below which nothing is called faster.
const FASTER: f64 = 1.05;

/// The sentence above the table. A result that is not that of one lane is never called the fastest
/// without saying so.
pub(super) fn headline(rows: &[Row<'_>]) -> String {
    let looks = |look: Look| {
        rows.iter()
            .filter(move |row| row.worth.as_ref().is_some_and(|(_, known)| known.look == look))
    };
    let exact =
        || looks(Look::Exact).filter(|row| row.strategy.rules.name() != StrategyName::Sequential);
    let Some(best) = fastest(exact()) else {
        let rest = if rows.iter().any(Row::is_awaited) {
            "The results arrive one by one."
        } else {
            "None of them brought more than one lane to the result of one lane."
        };
        return format!("Each strategy runs the same block. {rest}");
    };
    let mut told = if best.speedup() < FASTER {
        "On this block no strategy is faster than one lane.".to_owned()
    } else {
        praise(best)
    };
    let again =
        exact().max_by_key(|row| row.worth.as_ref().map_or(0, |(worth, _)| worth.ran_again));
    if let Some((row, (worth, _))) = again.and_then(|row| Some((row, row.worth.as_ref()?)))
        && worth.ran_again > 0
    {
        let (again, all) = (worth.ran_again, worth.metrics.transactions);
        let who = if core::ptr::eq(row, best) {
            "It".to_owned()
        } else {
            format!("{}, {},", first(row), format::times(row.speedup()))
        };
        told += &format!(" {who} ran {again} of {all} again.");
    }
    let ahead = |row: &&Row<'_>| row.speedup() > best.speedup();
    if let Some(row) = fastest(looks(Look::Valid).filter(ahead)) {
        told +=
            &format!(" {}: {}, but in another order.", first(row), format::times(row.speedup()));
    }
    if let Some(row) = fastest(looks(Look::Broken)) {
        told += &format!(" {}: {}, but a wrong result.", first(row), format::times(row.speedup()));
    }
    told
}

/// The name inside a sentence: `Block-STM`, `the model of Monad`.
fn inside(row: &Row<'_>) -> String {
    let name = strategy_words(row.strategy);
    match name.strip_prefix("Model of ") {
        Some(system) => format!("the model of {system}"),
        None => name,
    }
}

/// The name at the beginning of a sentence.
fn first(row: &Row<'_>) -> String {
    let name = inside(row);
    name.strip_prefix("the ").map_or(name.clone(), |rest| format!("The {rest}"))
}

fn praise(best: &Row<'_>) -> String {
    let name = inside(best);
    let speed = format::times(best.speedup());
    match best.with_producer() {
        Some(whole) => {
            let whole = format::times(whole);
            format!(
                "On this block {name} is fastest for a validator: {speed}, or {whole} with its producer."
            )
        }
        None => format!("On this block {name} is fastest: {speed}."),
    }
}

fn fastest<'a, 'b>(rows: impl Iterator<Item = &'a Row<'b>>) -> Option<&'a Row<'b>>
where
    'b: 'a,
{
    rows.max_by(|a, b| a.speedup().total_cmp(&b.speedup()))
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use lanescope_protocol::trace::Summary;
    use lanescope_protocol::{Class, Settings, Strategy, Trace};
    use lanescope_timeline::Film;

    use super::*;
    use crate::compare::row::{Column, Sorting, sorted};
    use crate::store::{Answer, Entry, Worth};

    /// Strategies with the ticks they took of 100, how many ran again, and ticks of a producer.
    fn entries(runs: &[(&str, u64, usize, u64)]) -> Vec<Entry> {
        let entry = |(name, makespan, ran_again, producer): &(&str, u64, usize, u64)| {
            let strategy: Strategy = name.parse().unwrap();
            let class = strategy.class();
            let holds = class != Class::Nothing;
            let summary = Summary {
                settings: Settings { strategy, ..Settings::default() },
                makespan: *makespan,
                sequential: 100,
                producer: *producer,
                class,
                class_holds: holds,
                identical: class == Class::Exact,
                difference: (!holds).then(|| "Ana has less".to_owned()),
                ..Summary::default()
            };
            let (transactions, locations, events, accesses) = Default::default();
            let film = Film::new(Trace { summary, transactions, locations, events, accesses });
            let (metrics, ran_again) = (film.metrics(), *ran_again);
            let answer = Answer::Here(Rc::new(Worth { film: Rc::new(film), metrics, ran_again }));
            Entry { strategy, answer }
        };
        runs.iter().map(entry).collect()
    }

    fn said(runs: &[(&str, u64, usize, u64)]) -> String {
        headline(&sorted(&entries(runs), Sorting::default()))
    }

    #[test]
    fn the_sentence_says_who_is_fastest_and_what_it_cost() {
        let told = said(&[
            ("sequential", 100, 0, 0),
            ("block-stm", 25, 3, 0),
            ("access-list", 10, 0, 100),
            ("declared-locks", 50, 0, 0),
            ("naive", 5, 0, 0),
        ]);
        assert_eq!(
            told,
            "On this block Access list is fastest for a validator: 10×, or 0.91× with its producer. \
             Block-STM, 4×, ran 3 of 0 again. Naive lanes: 20×, but a wrong result."
        );
        let told = said(&[("monad", 50, 1, 0), ("declared-locks", 20, 0, 0)]);
        assert_eq!(
            told,
            "On this block the model of Monad is fastest: 2×. It ran 1 of 0 again. \
             Declared locks: 5×, but in another order."
        );
    }

    #[test]
    fn nobody_is_praised_for_nothing() {
        assert!(said(&[("block-stm", 99, 0, 0)]).contains("no strategy is faster"));
        assert!(
            said(&[("naive", 10, 0, 0)]).starts_with("Each strategy runs the same block. None")
        );
        assert!(said(&[("sequential", 100, 0, 0)]).contains("None of them"));
    }

    #[test]
    fn columns_sort_and_what_is_not_known_comes_last() {
        let mut entries = entries(&[("sequential", 100, 0, 0), ("block-stm", 25, 3, 0)]);
        let awaited = Entry { strategy: "rounds".parse().unwrap(), answer: Answer::Awaited };
        entries.insert(0, awaited);
        let names = |sorting| {
            let rows = sorted(&entries, sorting);
            rows.iter().map(Row::name).collect::<Vec<_>>().join(" ")
        };
        let start = Sorting::default();
        assert_eq!(names(start), "rounds sequential block-stm");
        let by_speed = start.by(Column::Speedup);
        assert_eq!(names(by_speed), "block-stm sequential rounds");
        assert_eq!(names(by_speed.by(Column::Speedup)), "sequential block-stm rounds");
    }
}
