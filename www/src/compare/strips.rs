//! The lanes of every strategy, one below the other, on one time axis.

use std::collections::BTreeSet;

use lanescope_timeline::{Theme, format};
use yew::{Callback, Html, html};

use super::is_large;
use super::row::Row;
use super::strip::{Size, Strip};
use crate::provenance::strategy_words;
use crate::words::Shared;

pub(super) fn strips(
    rows: &[Row<'_>],
    theme: Theme,
    turned: &BTreeSet<String>,
    on_turn: &Callback<String>,
) -> Html {
    let worths = || rows.iter().filter_map(|row| row.worth.as_ref().map(|(worth, _)| worth));
    let Some(first) = worths().next() else { return Html::default() };
    let end = worths().map(|worth| worth.film.end()).max().unwrap_or(1);
    let axis = Shared(first.film.clone());
    html! {
        <section class="strips" aria-label="Lanes of each strategy on one time axis">
            <h3 class="panel-title">{ "Lanes of each, on one time axis" }</h3>
            <div class="strip strip-axis" aria-hidden="true">
                <span />
                <Strip film={axis} {end} size={Size::Axis} {theme} />
            </div>
            { for rows.iter().filter_map(|row| strip(row, end, theme, turned, on_turn)) }
        </section>
    }
}

fn strip(
    row: &Row<'_>,
    end: u64,
    theme: Theme,
    turned: &BTreeSet<String>,
    on_turn: &Callback<String>,
) -> Option<Html> {
    let (worth, verdict) = row.worth.as_ref()?;
    let name = row.name();
    let large = is_large(row.strategy) != turned.contains(&name);
    let title = strategy_words(row.strategy);
    let turn = on_turn.reform({
        let name = name.clone();
        move |_| name.clone()
    });
    let hint = if large { "Show it small" } else { "Show it large" };
    Some(html! {
        <div class="strip" key={name.clone()} data-testid="strip">
            <div class="strip-words">
                <button class="strip-name" aria-expanded={large.to_string()} title={hint} onclick={turn}>
                    <span aria-hidden="true">{ if large { "▾ " } else { "▸ " } }</span>{ title }
                </button>
                <span class="strip-facts">
                    { verdict.cell() }
                    <span>{ format::times(row.speedup()) }</span>
                </span>
            </div>
            <Strip film={Shared(worth.film.clone())} {end} size={if large { Size::Large } else { Size::Small }} {theme} />
        </div>
    })
}
