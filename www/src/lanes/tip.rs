//! A few words beside the pointer.

use lanescope_protocol::WaitReason;
use lanescope_timeline::{BarId, Film, Wait, format};
use yew::{Html, html};

/// What the pointer is on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Target {
    Bar(BarId),
    Wait(Wait),
}

/// Where it is on the canvas, and how wide that is, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tip {
    pub(super) target: Target,
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
}

/// Draws it. Screen readers have the same words in the grid.
pub(super) fn draw(tip: &Tip, film: &Film, playhead: f64) -> Html {
    let Some((head, lines)) = words(&tip.target, film, playhead) else { return Html::default() };
    // It grows away from the nearer edge.
    let side = if tip.x > tip.width * 0.6 { "lane-tip lane-tip-left" } else { "lane-tip" };
    html! {
        <div class={side} aria-hidden="true" data-testid="lane-tip"
            style={format!("--x: {:.0}px; --y: {:.0}px", tip.x, tip.y)}>
            <strong>{ head }</strong>
            { for lines.into_iter().map(|line| html! { <span>{ line }</span> }) }
        </div>
    }
}

fn words(target: &Target, film: &Film, playhead: f64) -> Option<(String, Vec<String>)> {
    match target {
        Target::Bar(id) => {
            let detail = film.detail(film.bar(*id)?.version, playhead)?;
            let place = (!detail.place.is_empty()).then_some(detail.place);
            let lines = [Some(detail.subtitle).filter(|line| !line.is_empty()), place];
            Some((detail.title, lines.into_iter().flatten().collect()))
        }
        Target::Wait(wait) => {
            let reason = wait.reason_words();
            let head = match wait.reason {
                WaitReason::NothingReady => "Nothing ready for this lane".to_owned(),
                _ => format!("Waits · {reason}"),
            };
            let length = (wait.end as f64).min(playhead) - wait.start as f64;
            let long = format::ticks(film.clock(), length.max(0.0));
            Some((head, vec![format!("{}, {long} so far", wait.lane)]))
        }
    }
}
