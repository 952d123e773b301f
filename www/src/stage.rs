//! The middle of the page: what just happened, in words and on lanes.

use lanescope_protocol::{Settings, Version};
use lanescope_timeline::{Caption, Film, Focus, Theme};
use yew::{Callback, Html, html};

use crate::caption::{CaptionLineProps, caption_line};
use crate::contrast::{BarProps, LaneNames, LaneNamesProps, bar};
use crate::lanes::{Axis, LaneView, Legend, MatrixView};
use crate::part::part;
use crate::store::{Action, Below, Engine, Progress, Wish};
use crate::tabs::{Tab, tabs};
use crate::words::{Dispatch, Shared};

#[derive(Clone, PartialEq)]
pub(crate) struct StageProps {
    pub(crate) dispatch: Dispatch,
    pub(crate) on_select: Callback<Option<Version>>,
    pub(crate) on_seek: Callback<f64>,
    pub(crate) film: Option<Shared<Film>>,
    pub(crate) caption: Option<Caption>,
    pub(crate) time: f64,
    /// When the last thing happened: between two events nothing changes but the playhead.
    pub(crate) event_time: f64,
    pub(crate) playing: bool,
    /// Bars may move.
    pub(crate) motion: bool,
    pub(crate) axis: Axis,
    pub(crate) focus: Focus,
    /// What is open below the lanes.
    pub(crate) below: Below,
    /// What the last change brought.
    pub(crate) whatif: BarProps,
    /// How the next run is made and when something done now takes effect, where something can be
    /// done to the lanes.
    pub(crate) hands: Option<(Settings, u64)>,
    pub(crate) theme: Theme,
    pub(crate) engine: Engine,
    pub(crate) running: bool,
    pub(crate) progress: Option<Progress>,
}

pub(crate) fn stage(props: &StageProps) -> Html {
    let waiting = match props.engine {
        Engine::Booting => "The engine is on its way. Soon this block runs for real.",
        Engine::Ready { .. } => "The block runs.",
        Engine::Failed => "The engine stopped.",
    };
    html! {
        <main class="stage" id="stage">
            { progress(props) }
            { part(
                CaptionLineProps { caption: props.caption.clone(), film: props.film.clone(), waiting },
                caption_line,
            ) }
            if let Some(film) = &props.film {
                { part(props.whatif.clone(), bar) }
                <div class="lane-frame">
                <LaneView film={film.clone()} playhead={props.time} focus={props.focus.clone()}
                    axis={props.axis.clone()} theme={props.theme} motion={props.motion}
                    playing={props.playing} on_select={props.on_select.clone()}
                    on_seek={props.on_seek.clone()} />
                    if let Some((settings, tick)) = props.hands.clone() {
                        <LaneNames ..LaneNamesProps { dispatch: props.dispatch.clone(), settings, tick } />
                    }
                </div>
                <Legend />
                { below(props, film) }
            } else {
                { poster(props.theme) }
            }
        </main>
    }
}

/// The views below the lanes, of which one is open.
fn below(props: &StageProps, film: &Shared<Film>) -> Html {
    let tab = |of, slug, words: &str| Tab { of, slug, words: words.to_owned() };
    let all = [tab(Below::Matrix, "matrix", "Slots × transactions")];
    let slug = all.iter().find(|tab| tab.of == props.below).map_or("matrix", |tab| tab.slug);
    let choose = {
        let dispatch = props.dispatch.clone();
        Callback::from(move |below| dispatch.dispatch(Action::Wish(Wish::Below(below))))
    };
    let open = match props.below {
        Below::Matrix => html! {
            <MatrixView film={film.clone()} time={props.event_time}
                selection={props.focus.selection} on_select={props.on_select.clone()} />
        },
    };
    html! {
        <section class="below" aria-label="More views of the same moment">
            { tabs("Views of the same moment", &all, props.below, &choose) }
            <div role="tabpanel" class="below-panel" id={format!("{slug}-panel")}
                aria-labelledby={format!("{slug}-tab")}>{ open }</div>
        </section>
    }
}

/// The picture that stands until the first film is here: the same as in `index.html`.
fn poster(theme: Theme) -> Html {
    let src = match theme {
        Theme::Dark => "icons/poster-dark.svg",
        Theme::Light => "icons/poster-light.svg",
    };
    html! {
        <figure class="poster">
            <img {src} alt="12 transactions on 4 lanes: some are thrown away and run again" />
        </figure>
    }
}

fn progress(props: &StageProps) -> Html {
    if !props.running {
        return html! { <div class="progress" /> };
    }
    let (part, stage) = match &props.progress {
        Some(Progress { stage, done, total }) if *total > 0 => {
            (Some(f64::from(*done) / f64::from(*total) * 100.0), stage.to_string())
        }
        Some(Progress { stage, .. }) => (None, stage.to_string()),
        None => (None, "running".to_owned()),
    };
    html! {
        <div class="progress progress-on" role="progressbar" aria-label={stage}
            aria-valuenow={part.map(|part| format!("{part:.0}"))} data-testid="progress">
            <div class={if part.is_some() { "progress-part" } else { "progress-some" }}
                style={part.map(|part| format!("inline-size: {part:.1}%"))} />
        </div>
    }
}
