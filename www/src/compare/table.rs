//! The numbers of each strategy, in a table that can be sorted by any of them.

use lanescope_protocol::{Clock, Strategy};
use lanescope_timeline::format;
use yew::{Callback, Html, classes, html};

use super::row::{Column, Row, Sorting};
use crate::provenance::strategy_words;
use crate::store::{Action, Answer, STACK_MAX, WhatIfWish, Wish};
use crate::verdict::Look;
use crate::words::{Dispatch, ticked};

/// Which strategies are to be stacked, and whom to tell when that changes.
pub(super) struct Ticks<'a> {
    pub(super) dispatch: &'a Dispatch,
    pub(super) ticked: &'a [Strategy],
}

pub(super) fn table(
    rows: &[Row<'_>],
    sorting: Sorting,
    on_sort: &Callback<Column>,
    ticks: &Ticks<'_>,
) -> Html {
    let best = rows.iter().map(Row::speedup).fold(1.0, f64::max);
    html! {
        <div class="compare-table" tabindex="0" role="region" aria-label="Numbers of each strategy">
            <table data-testid="compare-table">
                <thead><tr><th scope="col"><span class="unseen">{ "stacked" }</span></th>{ for Column::ALL.iter().map(|(column, title)| heading(*column, title, sorting, on_sort)) }</tr></thead>
                <tbody>{ for rows.iter().map(|row| body(row, best, ticks)) }</tbody>
            </table>
        </div>
    }
}

fn heading(
    column: Column,
    title: &'static str,
    sorting: Sorting,
    on_sort: &Callback<Column>,
) -> Html {
    let (sort, sign) = match (sorting.column == column, sorting.descending) {
        (true, true) => ("descending", " ▾"),
        (true, false) => ("ascending", " ▴"),
        (false, _) => ("none", ""),
    };
    html! {
        <th scope="col" aria-sort={sort}>
            <button data-testid={format!("sort-{}", title.replace(' ', "-"))} onclick={on_sort.reform(move |_| column)}>
                { title }<span aria-hidden="true">{ sign }</span>
            </button>
        </th>
    }
}

fn body(row: &Row<'_>, best: f64, ticks: &Ticks<'_>) -> Html {
    let name = strategy_words(row.strategy);
    let cells = match (&row.worth, row.answer) {
        (Some(_), _) => numbers(row, best),
        (None, Answer::Refused(sentence)) => {
            html! { <td colspan="7" class="compare-refused"><span>{ "✕ " }{ &**sentence }</span></td> }
        }
        (None, _) => html! { <td colspan="7" class="note">{ "…" }</td> },
    };
    html! {
        <tr key={row.name()} data-testid="compare-row" data-strategy={row.name()}>
            { tick(row, &name, ticks) }<th scope="row">{ name }</th>{ cells }
        </tr>
    }
}

/// Whether it is to be stacked. No more than four fit.
fn tick(row: &Row<'_>, name: &str, ticks: &Ticks<'_>) -> Html {
    let (dispatch, strategy) = (ticks.dispatch.clone(), *row.strategy);
    let on = ticks.ticked.contains(&strategy);
    let full = ticks.ticked.len() >= STACK_MAX && !on;
    let turn = ticked(move |on| {
        dispatch.dispatch(Action::Wish(Wish::WhatIf(WhatIfWish::Tick(strategy, on))));
    });
    html! {
        <td class="compare-tick">
            <input type="checkbox" checked={on} disabled={row.worth.is_none() || full} onchange={turn}
                aria-label={format!("Stack {name}")} data-testid={format!("tick-{strategy}")} />
        </td>
    }
}

fn numbers(row: &Row<'_>, best: f64) -> Html {
    let Some((worth, verdict)) = &row.worth else { return Html::default() };
    let metrics = &worth.metrics;
    let bad = |yes: bool| yes.then_some("bad");
    let of_all = format!("{} of {}", worth.ran_again, metrics.transactions);
    html! {
        <>
            <td>{ verdict.cell() }</td>
            <td class="compare-speed">{ speed(row, verdict.look, best) }</td>
            <td title={format::grouped(u128::from(metrics.makespan))}>
                { format::ticks_short(Clock::Gas, metrics.makespan as f64) }
            </td>
            <td class={classes!(bad(metrics.aborts > 0))}>{ metrics.aborts }</td>
            <td>{ if worth.ran_again > 0 { of_all } else { "0".to_owned() } }</td>
            <td class={classes!(bad(metrics.wasted_gas > 0))}>{ format::percent(metrics.wasted_share) }</td>
            <td>{ format::percent(metrics.utilisation) }</td>
        </>
    }
}

/// The number with a bar. Where the result is not that of one lane, bar and words say so.
fn speed(row: &Row<'_>, look: Look, best: f64) -> Html {
    let part = (row.speedup() / best).clamp(0.0, 1.0) * 100.0;
    let bar = match look {
        Look::Exact => "speed-bar",
        Look::Valid | Look::Lucky => "speed-bar speed-other",
        Look::Broken => "speed-bar speed-wrong",
    };
    let words = match (look, row.with_producer()) {
        (Look::Broken, _) => Some("wrong result".to_owned()),
        (_, Some(whole)) => Some(format!("validator; {} with producer", format::times(whole))),
        (Look::Valid, None) => Some("another order".to_owned()),
        _ => None,
    };
    html! {
        <>
            <span class="speed-number">{ format::times(row.speedup()) }</span>
            <span class="speed-track" aria-hidden="true"><span class={bar} style={format!("inline-size: {part:.1}%")} /></span>
            if let Some(words) = words { <span class="note">{ words }</span> }
        </>
    }
}
