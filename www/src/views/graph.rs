//! Who depends on whom: transactions as nodes, from left to right.

use std::rc::Rc;

use lanescope_protocol::TxIndex;
use lanescope_timeline::graph::{Camera, GraphLayout, GraphLook, paint_graph};
use lanescope_timeline::{Film, Focus, Graph, Theme};
use yew::{
    Callback, Html, KeyboardEvent, NodeRef, Properties, UseStateHandle, function_component, hook,
    html, use_callback, use_effect_with, use_memo, use_node_ref, use_state_eq,
};

use super::board::{
    Gesture, Size, Turn, choose, tip, use_board, use_painting, use_pointer, use_wheel, way,
};
use crate::hooks::use_escape;
use crate::part::part;
use crate::words::{Dispatch, Shared};

/// Transactions that the twin mirrors, around the keyboard's.
const MIRRORED: usize = 60;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct GraphViewProps {
    pub(crate) dispatch: Dispatch,
    /// The run.
    pub(crate) film: Shared<Film>,
    /// Where the playhead stands; best the time of the last event.
    pub(crate) time: f64,
    /// What is singled out.
    pub(crate) focus: Focus,
    pub(crate) theme: Theme,
}

#[function_component(GraphView)]
pub(crate) fn graph_view(props: &GraphViewProps) -> Html {
    if props.film.is_complete() {
        html! { <Board ..props.clone() /> }
    } else {
        html! { <p class="matrix-note">{ "Known once the run is over." }</p> }
    }
}

/// Everything that decides what is where.
#[derive(Clone, PartialEq)]
struct Plan {
    film: Shared<Film>,
    layout: Shared<GraphLayout>,
    size: Size,
    /// What the user looks at; `None`: everything.
    camera: Option<Camera>,
}

impl Plan {
    fn graph(&self) -> std::sync::Arc<Graph> {
        self.film.graph()
    }

    fn fit(&self) -> Camera {
        Camera::fit(&self.layout, self.size.pair(), self.size.scale)
    }

    fn camera(&self) -> Camera {
        self.camera.unwrap_or_else(|| self.fit())
    }

    fn hit(&self, at: [f64; 2]) -> Option<TxIndex> {
        let camera = self.camera();
        self.layout.hit(camera.plane(at), 4.0 / camera.zoom)
    }

    fn zoomed(&self, factor: f64, at: [f64; 2]) -> Camera {
        let camera = self.camera().zoomed(factor, at, self.fit().zoom * 0.8);
        camera.inside(&self.layout, self.size.pair())
    }
}

type Looked = UseStateHandle<Option<Camera>>;

#[function_component(Board)]
fn board(props: &GraphViewProps) -> Html {
    let (root, canvas, list) = (use_node_ref(), use_node_ref(), use_node_ref());
    let size = use_board(&root);
    // The aspect counts only roughly: a layout is kept while a window is dragged a little.
    let aspect = (size.width / size.height.max(1.0) * 4.0).round().max(1.0) as u32;
    let layout = use_memo((props.film.clone(), aspect), |(film, aspect)| {
        Shared(Rc::new(GraphLayout::new(&film.graph(), f64::from(*aspect) / 4.0)))
    });
    let camera: Looked = use_state_eq(|| None);
    let hover = use_state_eq(|| None::<(TxIndex, [f64; 2])>);
    let cursor = use_state_eq(|| None::<TxIndex>);
    let film = props.film.clone();
    let plan = Plan { film, layout: (*layout).clone(), size, camera: *camera };
    use_effect_with((props.film.clone(), size), {
        let (camera, cursor, hover) = (camera.setter(), cursor.setter(), hover.setter());
        move |_| {
            camera.set(None);
            cursor.set(None);
            hover.set(None);
        }
    });
    let look = GraphLook {
        theme: props.theme,
        focus: props.focus.clone(),
        hover: cursor.or(hover.map(|(tx, _)| tx)),
        time: props.time,
    };
    use_painting(&canvas, (plan.clone(), look), |(plan, look)| {
        let size = plan.size.pair();
        let seen = size.0 >= 1.0 && size.1 >= 1.0;
        seen.then(|| {
            paint_graph(&plan.film, &plan.graph(), &plan.layout, plan.camera(), size, look)
        })
    });
    let away = use_callback((), {
        let hover = hover.setter();
        move |(), ()| hover.set(None)
    });
    use_escape(hover.is_some(), away);
    let gesture = gestures(props, &plan, &camera, &hover);
    let turned = use_callback((plan.clone(), camera.setter()), |turn: Turn, (plan, camera)| {
        let moved = || plan.camera().moved(turn.by).inside(&plan.layout, plan.size.pair());
        camera.set(Some(turn.zoom.map_or_else(moved, |factor| plan.zoomed(1.0 / factor, turn.at))));
    });
    use_wheel(&canvas, turned);
    let pointer = use_pointer(&list, gesture);
    let on_key = use_keys(props, &plan, &camera, &cursor);
    let blur = use_callback((), {
        let cursor = cursor.setter();
        move |(), ()| cursor.set(None)
    });
    let fit = {
        let camera = camera.setter();
        Callback::from(move |_| camera.set(None))
    };
    let sentence = use_memo(props.film.clone(), |film| film.graph_sentence(&film.graph()));
    let selected = props.focus.selection.map(|version| version.tx);
    let given = TwinProps {
        film: props.film.clone(),
        dispatch: props.dispatch.clone(),
        selected,
        cursor: *cursor,
        list,
        on_key,
        blur,
    };
    html! {
        <div class="graph" data-testid="graph">
            <div class="view-board graph-board" ref={root}>
                <canvas ref={canvas} role="img" data-testid="graph-canvas" ondblclick={fit}
                    aria-label={(*sentence).clone()}
                    onpointerdown={pointer.clone()} onpointermove={pointer.clone()}
                    onpointerup={pointer.clone()} onpointercancel={pointer.clone()}
                    onpointerleave={pointer} />
                { part(given, twin) }
                { lens(&plan, &camera) }
                { hover.map(|(tx, at)| {
                    let (head, lines) = props.film.dependency_lines(&plan.graph(), tx);
                    tip(at, size.width, &head, &lines)
                }).unwrap_or_default() }
            </div>
            <p class="matrix-note" data-testid="graph-sentence">{ &*sentence }</p>
        </div>
    }
}

/// Larger, smaller, everything: for those without a wheel.
fn lens(plan: &Plan, camera: &Looked) -> Html {
    let button = |words: &'static str, sign: &'static str, to: Option<Camera>| {
        let camera = camera.setter();
        html! {
            <button class="tool" aria-label={words} title={words}
                onclick={Callback::from(move |_| camera.set(to))}>{ sign }</button>
        }
    };
    let middle = [plan.size.width / 2.0, plan.size.height / 2.0];
    html! {
        <div class="graph-lens" role="group" aria-label="Zoom">
            { button("Larger", "+", Some(plan.zoomed(1.4, middle))) }
            { button("Smaller", "−", Some(plan.zoomed(1.0 / 1.4, middle))) }
            { button("Fit all of it", "Fit", None) }
        </div>
    }
}

fn gestures(
    props: &GraphViewProps,
    plan: &Plan,
    camera: &Looked,
    hover: &UseStateHandle<Option<(TxIndex, [f64; 2])>>,
) -> Callback<Gesture> {
    let (dispatch, time) = (props.dispatch.clone(), props.time);
    let (plan, camera, hover) = (plan.clone(), camera.setter(), hover.setter());
    Callback::from(move |gesture: Gesture| match gesture {
        Gesture::Over(at) => hover.set(plan.hit(at).map(|tx| (tx, at))),
        Gesture::Left => hover.set(None),
        Gesture::Drag(by) => {
            camera.set(Some(plan.camera().moved(by).inside(&plan.layout, plan.size.pair())));
        }
        Gesture::Click(at) => {
            let run = plan.hit(at).and_then(|tx| plan.film.run_at(tx, time));
            choose(&dispatch, run, None);
        }
    })
}

/// The keyboard, while the list has the focus.
#[hook]
fn use_keys(
    props: &GraphViewProps,
    plan: &Plan,
    camera: &Looked,
    cursor: &UseStateHandle<Option<TxIndex>>,
) -> Callback<KeyboardEvent> {
    let given = (plan.clone(), props.clone(), cursor.clone());
    let camera = camera.setter();
    use_callback(given, move |event: KeyboardEvent, (plan, props, cursor)| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key() {
            return;
        }
        let (code, pair) = (event.code(), plan.size.pair());
        let middle = [pair.0 / 2.0, pair.1 / 2.0];
        let moved = |x: f64| plan.camera().moved([x * pair.0, 0.0]).inside(&plan.layout, pair);
        match code.as_str() {
            "KeyW" => camera.set(Some(plan.zoomed(1.4, middle))),
            "KeyS" => camera.set(Some(plan.zoomed(1.0 / 1.4, middle))),
            "KeyA" => camera.set(Some(moved(-0.2))),
            "KeyD" => camera.set(Some(moved(0.2))),
            "KeyF" => camera.set(None),
            "Enter" => {
                let Some(tx) = **cursor else { return };
                choose(&props.dispatch, plan.film.run_at(tx, props.time), None);
            }
            code => {
                let Some(way) = way(code) else { return };
                let selected = props.focus.selection.map(|version| version.tx);
                let graph = plan.graph();
                // The first key only shows where the keyboard is.
                let to = match (**cursor, selected) {
                    (None, Some(selected)) => Some(selected),
                    (from, _) => plan.layout.walk(&graph, from, way).or(from),
                };
                cursor.set(to);
                if let (Some(to), Some(_)) = (to, plan.camera)
                    && let Some(rect) = plan.layout.nodes.get(to.get())
                {
                    camera.set(Some(plan.camera().reveal(*rect, pair)));
                }
            }
        }
        event.prevent_default();
        event.stop_propagation();
    })
}

#[derive(Clone, PartialEq)]
struct TwinProps {
    film: Shared<Film>,
    dispatch: Dispatch,
    selected: Option<TxIndex>,
    cursor: Option<TxIndex>,
    list: NodeRef,
    on_key: Callback<KeyboardEvent>,
    blur: Callback<()>,
}

/// The graph in words: a list around the place where the keyboard is.
fn twin(props: &TwinProps) -> Html {
    let graph = props.film.graph();
    let count = graph.nodes.len();
    let middle = props.cursor.or(props.selected).map_or(0, TxIndex::get);
    let first = middle.saturating_sub(MIRRORED / 2).min(count.saturating_sub(MIRRORED));
    let shown = first..(first + MIRRORED).min(count);
    let one = |at: usize| {
        let tx = TxIndex(at as u32);
        html! {
            <div role="option" id={element(tx)} key={at} data-testid="graph-node"
                aria-selected={(props.selected == Some(tx)).to_string()}
                aria-posinset={(at + 1).to_string()} aria-setsize={count.to_string()}>
                { props.film.dependency_words(&graph, tx) }
            </div>
        }
    };
    let blur = props.blur.clone();
    html! {
        <div class="view-twin" role="listbox" tabindex="0" ref={props.list.clone()}
            aria-label="Dependencies. Left and right go along them, up and down to the neighbours, Enter selects."
            aria-activedescendant={props.cursor.map(element)} data-testid="graph-list"
            onkeydown={props.on_key.clone()} onblur={Callback::from(move |_| blur.emit(()))}>
            { for shown.map(one) }
        </div>
    }
}

fn element(tx: TxIndex) -> String {
    format!("node-{}", tx.0)
}
