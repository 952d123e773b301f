//! Signs and swatches of the bars' states for the page, from the same strokes as on the canvas.

use lanescope_timeline::svg::path;
use lanescope_timeline::{BarState, Glyph};
use yew::{Html, html};

/// A sign as a small picture in the colour of the text around it.
pub(crate) fn sign(glyph: Glyph) -> Html {
    let (fill, stroke) =
        if glyph.is_filled() { ("currentColor", "none") } else { ("none", "currentColor") };
    html! {
        <svg class="lane-sign" viewBox="0 0 12 12" aria-hidden="true">
            <path d={path(&glyph.path(6.0, 6.0, 11.0))} {fill} {stroke}
                stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round" />
        </svg>
    }
}

/// A bar in miniature.
pub(super) fn swatch(state: BarState) -> Html {
    let class = match state {
        BarState::Committed => "swatch swatch-committed",
        BarState::Executed | BarState::ExecutedAgain => "swatch swatch-executed",
        BarState::Executing => "swatch swatch-executing",
        BarState::ExecutingAgain => "swatch swatch-again",
        BarState::Suspended => "swatch swatch-waiting",
        BarState::Aborted | BarState::Lost | BarState::Skipped => "swatch swatch-aborted",
        BarState::Future => "swatch swatch-queued",
    };
    html! { <span {class} aria-hidden="true" /> }
}
