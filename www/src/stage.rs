//! The middle of the page: what just happened, in words and on lanes.

use lanescope_protocol::{Settings, Version};
use lanescope_timeline::{Caption, Film, Focus, Marks, Theme};
use yew::{Callback, Html, html};

use crate::caption::{CaptionLineProps, caption_line};
use crate::contrast::{BarProps, LaneNames, LaneNamesProps, bar};
use crate::empty::{EmptyBlock, empty_block, poster};
use crate::find::{FindBar, FindBarProps};
use crate::lanes::{Axis, LaneView, Legend, ZoomBar};
use crate::part::{late, part};
use crate::store::{Action, Below, Engine, Progress, Wish};
use crate::tabs::{Tab, tabs};
use crate::versions::{VersionsProps, versions};
use crate::views::{GraphView, HeatProps, MatrixView, heat};
use crate::words::{Dispatch, Shared};

#[derive(Clone, PartialEq)]
pub(crate) struct StageProps {
    pub(crate) dispatch: Dispatch,
    pub(crate) on_select: Callback<Option<Version>>,
    pub(crate) on_seek: Callback<f64>,
    pub(crate) on_range: Callback<(f64, f64)>,
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
    /// The search, while its field is open.
    pub(crate) find: Option<FindBarProps>,
    /// What the user put on the axis.
    pub(crate) marks: Marks,
    /// There is no engine, and the card that offers a new one was put away.
    pub(crate) forsaken: bool,
    /// Set while the block has no transactions.
    pub(crate) empty: Option<EmptyBlock>,
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
        _ if props.empty.is_some() => "This block has no transactions.",
        Engine::Booting => "The engine is on its way. Soon this block runs for real.",
        Engine::Ready { .. } => "The block runs.",
        Engine::Failed => "The engine stopped.",
    };
    html! {
        <main class="stage" id="stage">
            { progress(props) }
            <div class="stage-head">
                { part(
                    CaptionLineProps { caption: props.caption.clone(), film: props.film.clone(), waiting },
                    caption_line,
                ) }
                if let Some(film) = &props.film { <ZoomBar film={film.clone()} axis={props.axis.clone()} /> }
            </div>
            if let Some(find) = &props.find { <FindBar ..find.clone() /> }
            if let Some(film) = &props.film {
                { part(props.whatif.clone(), bar) }
                <div class="lane-frame">
                <LaneView film={film.clone()} playhead={props.time} focus={props.focus.clone()}
                    axis={props.axis.clone()} theme={props.theme} motion={props.motion}
                    playing={props.playing} marks={props.marks.clone()}
                    on_range={props.on_range.clone()} on_select={props.on_select.clone()}
                    on_seek={props.on_seek.clone()} />
                    if let Some((settings, tick)) = props.hands.clone() {
                        <LaneNames ..LaneNamesProps { dispatch: props.dispatch.clone(), settings, tick } />
                    }
                </div>
                <Legend />
                { late(film.identity(), BelowProps::of(props, film), below) }
            } else {
                { match &props.empty {
                    Some(empty) => empty_block(&props.dispatch, empty),
                    None => poster(&props.dispatch, props.theme, props.forsaken),
                } }
            }
        </main>
    }
}

/// What the views below the lanes are given.
#[derive(Clone, PartialEq)]
struct BelowProps {
    dispatch: Dispatch,
    film: Shared<Film>,
    event_time: f64,
    playing: bool,
    focus: Focus,
    theme: Theme,
    below: Below,
}

impl BelowProps {
    fn of(props: &StageProps, film: &Shared<Film>) -> Self {
        Self {
            dispatch: props.dispatch.clone(),
            film: film.clone(),
            event_time: props.event_time,
            playing: props.playing,
            focus: props.focus.clone(),
            theme: props.theme,
            below: props.below,
        }
    }
}

/// The views below the lanes, of which one is open.
fn below(props: &BelowProps) -> Html {
    let film = &props.film;
    let tab = |of, slug, words: &str| Tab { of, slug, words: words.to_owned() };
    let all = [
        tab(Below::Matrix, "matrix", "Slots × transactions"),
        tab(Below::Graph, "graph", "Dependencies"),
        tab(Below::Heat, "heat", "Heat"),
        tab(Below::Versions, "versions", "Versions"),
    ];
    let slug = all.iter().find(|tab| tab.of == props.below).map_or("matrix", |tab| tab.slug);
    let choose = {
        let dispatch = props.dispatch.clone();
        Callback::from(move |below| dispatch.dispatch(Action::Wish(Wish::Below(below))))
    };
    let open = match props.below {
        Below::Matrix => html! {
            <MatrixView dispatch={props.dispatch.clone()} film={film.clone()} time={props.event_time}
                playing={props.playing} focus={props.focus.clone()} theme={props.theme} />
        },
        Below::Graph => html! {
            <GraphView dispatch={props.dispatch.clone()} film={film.clone()} time={props.event_time}
                focus={props.focus.clone()} theme={props.theme} />
        },
        Below::Heat => part(
            HeatProps {
                dispatch: props.dispatch.clone(),
                film: film.clone(),
                place: props.focus.place,
                selection: props.focus.selection,
            },
            heat,
        ),
        Below::Versions => part(
            VersionsProps {
                dispatch: props.dispatch.clone(),
                film: film.clone(),
                time: props.event_time,
                place: props.focus.place,
                selection: props.focus.selection,
            },
            versions,
        ),
    };
    html! {
        <section class="below" aria-label="More views of the same moment">
            { tabs("Views of the same moment", &all, props.below, &choose) }
            <div role="tabpanel" class="below-panel" id={format!("{slug}-panel")}
                aria-labelledby={format!("{slug}-tab")}>{ open }</div>
        </section>
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
