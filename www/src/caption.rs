//! One sentence that says what just happened, and badges about the whole run.

use gloo_timers::callback::Timeout;
use lanescope_protocol::trace::Summary;
use lanescope_timeline::{Caption, Film};
use yew::{Html, Properties, function_component, html, use_effect_with, use_state_eq};

use crate::words::{Shared, phrase};

/// A screen reader hears a sentence only once it has stood this long, so that a film that runs
/// does not chatter.
const SPOKEN_AFTER_MS: u32 = 900;

#[derive(Clone, PartialEq)]
pub(crate) struct CaptionLineProps {
    pub(crate) caption: Option<Caption>,
    pub(crate) film: Option<Shared<Film>>,
    /// Goes before the first film.
    pub(crate) waiting: &'static str,
}

pub(crate) fn caption_line(props: &CaptionLineProps) -> Html {
    let words = match &props.caption {
        Some(caption) => phrase(&caption.phrase),
        None => html! { props.waiting },
    };
    let text = props.caption.as_ref().map(|caption| caption.phrase.to_string());
    html! {
        <div class="caption">
            <p class="caption-words" data-testid="caption">{ words }</p>
            <Spoken text={text.unwrap_or_default()} />
            <div class="badges">
                if let Some(film) = &props.film { { badges(film) } }
            </div>
        </div>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct SpokenProps {
    text: String,
}

#[function_component(Spoken)]
fn spoken(props: &SpokenProps) -> Html {
    let said = use_state_eq(String::new);
    use_effect_with(props.text.clone(), {
        let said = said.setter();
        move |text| {
            let text = text.clone();
            let timer = Timeout::new(SPOKEN_AFTER_MS, move || said.set(text));
            move || drop(timer)
        }
    });
    html! { <p class="unseen" aria-live="polite" data-testid="spoken">{ (*said).clone() }</p> }
}

fn badges(film: &Film) -> Html {
    html! {
        <>
            if let Some(summary) = film.summary() {
                { header_badge(summary) }
                if let Some(reason) = summary.fallback_reason() {
                    <span class="badge badge-note" data-testid="badge-fallback"
                        title={reason.sentence()}>{ "partly on one lane" }</span>
                }
            }
        </>
    }
}

fn header_badge(summary: &Summary) -> Html {
    if summary.header_checks.is_empty() {
        return Html::default();
    }
    let names = |holds: bool| {
        let fields = summary.header_checks.iter().filter(|check| check.holds == holds);
        fields.map(|check| check.field.as_str()).collect::<Vec<_>>().join(", ")
    };
    let wrong = names(false);
    if wrong.is_empty() {
        html! {
            <span class="badge badge-good" data-testid="badge-header"
                title={format!("Equal to the real block: {}", names(true))}>
                { "✓ as on mainnet" }
            </span>
        }
    } else {
        html! {
            <span class="badge badge-bad" data-testid="badge-header">
                { format!("✕ {wrong} not as on mainnet") }
            </span>
        }
    }
}
