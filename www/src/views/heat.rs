//! What contracts and their slots cost, the dearest first.

use std::collections::HashSet;

use lanescope_protocol::{LocationId, Version};
use lanescope_timeline::heat::{Heat, HeatOf, HeatRow, HotContract};
use lanescope_timeline::{Film, format};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, Node};
use yew::{Callback, Html, KeyboardEvent, TargetCast, classes, html};

use crate::store::{Action, Wish};
use crate::words::{Dispatch, Shared};

/// Contracts that are listed.
const CONTRACTS: usize = 40;
/// Slots of a contract that are listed.
const SLOTS: usize = 50;

#[derive(Clone, PartialEq)]
pub(crate) struct HeatProps {
    pub(crate) dispatch: Dispatch,
    /// The run.
    pub(crate) film: Shared<Film>,
    /// The chosen location.
    pub(crate) place: Option<LocationId>,
    /// The incarnation that is looked at: what it touches is marked.
    pub(crate) selection: Option<Version>,
}

pub(crate) fn heat(props: &HeatProps) -> Html {
    if !props.film.is_complete() {
        return html! { <p class="matrix-note">{ "Known once the run is over." }</p> };
    }
    let heat = props.film.heat();
    if heat.contracts.is_empty() {
        return html! {
            <p class="matrix-note" data-testid="heat">
                { "No two transactions dispute the same place: nothing is hot." }
            </p>
        };
    }
    let touched: HashSet<LocationId> = props.selection.map_or_else(HashSet::new, |version| {
        props.film.accesses_of(version).iter().map(|access| access.location).collect()
    });
    let left_out = heat.contracts.len().saturating_sub(CONTRACTS);
    html! {
        <div class="heat" data-testid="heat">
            <div class="heat-list" onkeydown={Callback::from(arrows)}>
                { for heat.contracts.iter().take(CONTRACTS).enumerate()
                    .map(|(at, of)| contract(props, &heat, at, of, &touched)) }
            </div>
            <p class="matrix-note">
                <span class="swatch swatch-committed" />{ " gas of final runs that use it " }
                <span class="swatch swatch-aborted" />{ " gas thrown away because of it" }
                if left_out > 0 { { format!(" · {} that cost less", format::count(left_out, "contract")) } }
            </p>
        </div>
    }
}

fn contract(
    props: &HeatProps,
    heat: &Heat,
    at: usize,
    of: &HotContract,
    touched: &HashSet<LocationId>,
) -> Html {
    let has_chosen = of.slots.iter().any(|row| Some(row.location) == props.place);
    let shown = of.slots.iter().enumerate();
    let shown = shown.filter(|(at, row)| *at < SLOTS || Some(row.location) == props.place);
    let left_out = of.slots.len().saturating_sub(SLOTS);
    let uses = of.slots.iter().any(|row| touched.contains(&row.location));
    html! {
        <details class="heat-contract" key={of.address.clone()} open={at == 0 || has_chosen}>
            <summary data-testid="heat-contract" class={classes!(uses.then_some("heat-used"))}>
                <span class="heat-name" title={of.address.clone()}>{ &of.name }</span>
                { bar(&of.of, heat.most) }
                <span class="heat-words">{ of.of.words() }</span>
            </summary>
            <ul class="heat-slots">
                { for shown.map(|(_, row)| slot(props, heat, of, row, touched)) }
                if left_out > 0 {
                    <li class="matrix-note">{ format!("{} that cost less", format::count(left_out, "slot")) }</li>
                }
            </ul>
        </details>
    }
}

fn slot(
    props: &HeatProps,
    heat: &Heat,
    of: &HotContract,
    row: &HeatRow,
    touched: &HashSet<LocationId>,
) -> Html {
    let chosen = props.place == Some(row.location);
    let to = (!chosen).then_some(row.location);
    let dispatch = props.dispatch.clone();
    let choose = Callback::from(move |_| dispatch.dispatch(Action::Wish(Wish::Place(to))));
    let user = props.selection.filter(|_| touched.contains(&row.location));
    html! {
        <li key={row.location.0}>
            <button class={classes!("heat-slot", chosen.then_some("chosen"), user.map(|_| "heat-used"))}
                data-testid="heat-slot" aria-pressed={chosen.to_string()} onclick={choose}
                title={format!("{}.{}", of.name, row.name)}>
                <span class="heat-name code">{ &row.name }</span>
                { bar(&row.of, heat.most) }
                <span class="heat-words">
                    { row.of.words() }
                    if let Some(version) = user { <em>{ format!(" · used by {}", version.tx) }</em> }
                </span>
            </button>
        </li>
    }
}

/// Useful and wasted gas; the words beside it say the same.
fn bar(of: &HeatOf, most: u64) -> Html {
    let part = |gas: u64| format!("inline-size: {:.2}%", gas as f64 / most.max(1) as f64 * 100.0);
    let words = format!(
        "{} in final runs, {} thrown away",
        format::gas(of.useful_gas as f64),
        format::gas(of.wasted_gas as f64),
    );
    html! {
        <span class="heat-bar" title={words}>
            <span class="heat-useful" style={part(of.useful_gas)} />
            <span class="heat-wasted" style={part(of.wasted_gas)} />
        </span>
    }
}

/// Up and down go from row to row, right unfolds a contract, left folds it.
fn arrows(event: KeyboardEvent) {
    const ROWS: &str = "summary, details[open] .heat-slot";
    let (Some(list), Some(at)) = (
        event.current_target().and_then(|list| list.dyn_into::<Element>().ok()),
        event.target_dyn_into::<HtmlElement>(),
    ) else {
        return;
    };
    let Ok(rows) = list.query_selector_all(ROWS) else { return };
    let rows: Vec<Node> = (0..rows.length()).filter_map(|row| rows.get(row)).collect();
    let is_here = |row: &Node| row.is_same_node(Some(at.as_ref()));
    let Some(here) = rows.iter().position(is_here) else { return };
    let to = match event.code().as_str() {
        "ArrowDown" => rows.get(here + 1),
        "ArrowUp" => here.checked_sub(1).and_then(|row| rows.get(row)),
        "Home" => rows.first(),
        "End" => rows.last(),
        code @ ("ArrowLeft" | "ArrowRight") => {
            let Some(fold) = at.closest("details").ok().flatten() else { return };
            let on_contract = at.tag_name().eq_ignore_ascii_case("summary");
            // The name is valid, so this cannot fail.
            let _ = match (code, on_contract) {
                ("ArrowRight", true) => fold.set_attribute("open", ""),
                ("ArrowLeft", true) => fold.remove_attribute("open"),
                _ => Ok(()),
            };
            // From a slot the left arrow goes to its contract.
            let up = rows[..here].iter().rev();
            let contract = up.filter_map(|row| row.dyn_ref::<Element>());
            let mut contract =
                contract.filter(|row| row.tag_name().eq_ignore_ascii_case("summary"));
            match (code, on_contract) {
                ("ArrowLeft", false) => contract.next().map(AsRef::as_ref),
                _ => rows.get(here),
            }
        }
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    if let Some(to) = to.and_then(|to| to.dyn_ref::<HtmlElement>()) {
        // A row can always take the focus.
        let _ = to.focus();
    }
}
