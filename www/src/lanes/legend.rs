//! What the colours, patterns and signs mean.

use lanescope_timeline::{BarState, Glyph};
use yew::{Html, function_component, html};

use super::signals::{sign, swatch};

/// States in the order in which a bar goes through them.
const STATES: [(BarState, &str); 6] = [
    (BarState::Executing, "executing"),
    (BarState::Executed, "to be checked"),
    (BarState::Committed, "committed"),
    (BarState::Aborted, "aborted"),
    (BarState::ExecutingAgain, "re-executing"),
    (BarState::Suspended, "waiting"),
];

/// One line below the lanes.
#[function_component(Legend)]
pub(crate) fn legend() -> Html {
    html! {
        <ul class="lane-legend" aria-label="Legend" data-testid="legend">
            { for STATES.iter().map(|(state, words)| html! {
                <li>{ swatch(*state) }{ for Glyph::of(*state).map(sign) }<span>{ *words }</span></li>
            }) }
        </ul>
    }
}
