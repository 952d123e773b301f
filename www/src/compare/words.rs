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
        return "Each strategy runs the same block. The results arrive one by one.".to_owned();
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
            format!("{}, {},", strategy_words(row.strategy), format::times(row.speedup()))
        };
        told += &format!(" {who} ran {again} of {all} again.");
    }
    let ahead = |row: &&Row<'_>| row.speedup() > best.speedup();
    if let Some(row) = fastest(looks(Look::Valid).filter(ahead)) {
        told += &format!(
            " {} comes to {}, in another order.",
            strategy_words(row.strategy),
            format::times(row.speedup())
        );
    }
    if let Some(row) = fastest(looks(Look::Broken)) {
        told += &format!(
            " {} comes to {} with a wrong result.",
            strategy_words(row.strategy),
            format::times(row.speedup())
        );
    }
    told
}

fn praise(best: &Row<'_>) -> String {
    let name = strategy_words(best.strategy);
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
