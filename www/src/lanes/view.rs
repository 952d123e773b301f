//! The lane view: canvas, grid in words, and a few words beside the pointer.

use std::rc::Rc;

use gloo_events::EventListener;
use lanescope_protocol::Version;
use lanescope_timeline::{BarId, Film, Focus, Frame, Marks, Theme, Viewport, Way, format};
use web_sys::{Element, HtmlCanvasElement};
use yew::{
    Callback, Html, KeyboardEvent, MouseEvent, NodeRef, PointerEvent, Properties, UseStateHandle,
    function_component, hook, html, use_callback, use_effect_with, use_memo, use_node_ref,
    use_state_eq,
};

use super::axis::{Axis, Steer, Watching};
use super::brush::Brush;
use super::easel::{Easel, Shelf, Subject};
use super::hint::{self, Hint};
use super::pointer::{self, Listeners, SharedHands};
use super::size::{Watch, on_letters};
use super::tip::{self, Tip};
use super::twin::Twin;
use crate::hooks::use_escape;
use crate::words::Shared;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct LaneViewProps {
    /// The run.
    pub(crate) film: Shared<Film>,
    /// The last tick of the axis, where that is shared with longer runs.
    #[prop_or_default]
    pub(crate) end: u64,
    /// Where the playhead stands, in ticks.
    pub(crate) playhead: f64,
    /// What is singled out.
    pub(crate) focus: Focus,
    /// Which part of the time axis is on screen.
    pub(crate) axis: Axis,
    /// Colours.
    pub(crate) theme: Theme,
    /// Whether bars may move: not where less motion is wanted, nor at more than 4×.
    pub(crate) motion: bool,
    /// Whether the film runs.
    pub(crate) playing: bool,
    /// For a projector: dark outlines around bars.
    #[prop_or_default]
    pub(crate) outlined: bool,
    /// What the user put on the axis.
    #[prop_or_default]
    pub(crate) marks: Marks,
    /// The user chose an incarnation, or none.
    pub(crate) on_select: Callback<Option<Version>>,
    /// The user chose a range, in ticks.
    #[prop_or_default]
    pub(crate) on_range: Callback<(f64, f64)>,
    /// The user moved the playhead, to a time in ticks.
    pub(crate) on_seek: Callback<f64>,
}

#[function_component(LaneView)]
pub(crate) fn lane_view(props: &LaneViewProps) -> Html {
    let (root, canvas, grid) = (use_node_ref(), use_node_ref(), use_node_ref());
    let shelf: Shelf = (*use_memo((), |()| Shelf::default())).clone();
    let tip = use_state_eq(|| None::<Tip>);
    let cursor = use_state_eq(|| None::<BarId>);
    let scale = use_state_eq(type_scale);
    let hinted = use_state_eq(|| false);
    let turned = use_callback((), {
        let hinted = hinted.setter();
        move |(): (), ()| hinted.set(true)
    });
    let dense = use_state_eq(|| false);
    let on_dense = use_callback((), {
        let dense = dense.setter();
        move |is_dense, ()| dense.set(is_dense)
    });
    let told = (turned, on_dense);
    use_easel(&shelf, props, &(root.clone(), canvas.clone()), &scale, &told);
    let listeners = Listeners {
        on_select: props.on_select.clone(),
        on_range: props.on_range.clone(),
        on_seek: props.on_seek.clone(),
        on_tip: use_callback((), {
            let tip = tip.setter();
            move |found, ()| tip.set(found)
        }),
    };
    let away = use_callback((), {
        let tip = tip.setter();
        move |(), ()| tip.set(None)
    });
    use_escape(tip.is_some(), away);
    let on_key = use_keyboard(&shelf, &cursor, &listeners);
    let on_blur = use_callback(shelf.clone(), {
        let cursor = cursor.setter();
        move |(), shelf| {
            cursor.set(None);
            shelf.change(|easel| easel.cursor = None);
        }
    });
    let summary = use_memo(props.film.clone(), |film| film.summary_sentence());
    let height = Frame::natural_height(props.film.lanes(), *scale);
    html! {
        <div class="lane-view" ref={root} data-testid="lane-view"
            style={format!("--natural: {height:.0}px")}>
            <Surface {shelf} {listeners} {canvas} grid={grid.clone()} summary={(*summary).clone()} />
            <Twin film={props.film.clone()} time={told_time(&props.film, props.playhead, props.playing)} selection={props.focus.selection}
                cursor={*cursor} {grid} on_select={props.on_select.clone()} {on_key} {on_blur} />
            if *hinted {
                <Hint on_over={Callback::from({
                    let hinted = hinted.setter();
                    move |()| hinted.set(false)
                })} />
            }
            if *dense {
                <p class="lane-dense" data-testid="lane-dense">{ dense_words(&props.film) }</p>
            }
            { tip.map(|tip| tip::draw(&tip, &props.film, props.playhead)).unwrap_or_default() }
        </div>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct SurfaceProps {
    shelf: Shelf,
    listeners: Listeners,
    canvas: NodeRef,
    grid: NodeRef,
    summary: String,
}

/// The canvas with its pointer. A part of its own, so that it is left alone while only the
/// playhead moves.
#[function_component(Surface)]
fn surface_part(props: &SurfaceProps) -> Html {
    let hands: SharedHands = (*use_memo((), |()| SharedHands::default())).clone();
    let hear = |does: fn(&Shelf, &SharedHands, &Listeners, &PointerEvent)| {
        let (shelf, hands) = (props.shelf.clone(), Rc::clone(&hands));
        let tell = props.listeners.clone();
        Callback::from(move |event: PointerEvent| does(&shelf, &hands, &tell, &event))
    };
    // The browser would move the focus away from the grid, which has the keyboard.
    let press = {
        let grid = props.grid.clone();
        Callback::from(move |event: MouseEvent| {
            event.prevent_default();
            crate::hooks::give_keyboard(&grid);
        })
    };
    let leave = {
        let (shelf, tell) = (props.shelf.clone(), props.listeners.clone());
        Callback::from(move |_| pointer::left(&shelf, &tell))
    };
    let twice = {
        let (shelf, tell) = (props.shelf.clone(), props.listeners.clone());
        Callback::from(move |event: MouseEvent| pointer::twice(&shelf, &tell, &event))
    };
    html! {
        <canvas ref={props.canvas.clone()} role="img" aria-label={props.summary.clone()}
            data-testid="lane-canvas" onmousedown={press}
            onpointerdown={hear(pointer::down)} onpointermove={hear(pointer::moved)}
            onpointerup={hear(pointer::up)} onpointercancel={hear(pointer::up)}
            onpointerleave={leave} ondblclick={twice} />
    }
}

/// Sets up the easel, and shows on it what the page says.
#[hook]
fn use_easel(
    shelf: &Shelf,
    props: &LaneViewProps,
    nodes: &(NodeRef, NodeRef),
    scale: &UseStateHandle<f64>,
    told: &(Callback<()>, Callback<bool>),
) {
    let subject = Subject {
        film: props.film.clone(),
        end: props.end,
        playhead: props.playhead,
        focus: props.focus.clone(),
        theme: props.theme,
        lively: props.motion,
        playing: props.playing,
        marks: props.marks.clone(),
        outlined: props.outlined,
    };
    use_effect_with((), {
        let (shelf, (root, canvas)) = (shelf.clone(), nodes.clone());
        let (subject, scale, axis) = (subject.clone(), scale.setter(), props.axis.clone());
        let (turned, on_dense) = told.clone();
        move |()| {
            axis.set_pilot(Some(Rc::new({
                let shelf = shelf.clone();
                move |way| {
                    shelf.change(|easel| steer(easel, way));
                }
            })));
            let brush = canvas.cast::<HtmlCanvasElement>().and_then(Brush::new);
            shelf.put(brush.map(|brush| Easel::new(brush, axis.clone(), subject, on_dense)));
            let kept =
                canvas.cast::<Element>().zip(root.cast::<Element>()).map(|(canvas, root)| {
                    let watch = resized(&shelf, &root, scale);
                    (
                        watch,
                        pointer::wheel(&shelf, &canvas, plain_wheel(turned)),
                        fonts(&shelf),
                        moved(&shelf, &axis),
                    )
                });
            move || {
                drop(kept);
                axis.set_pilot(None);
                shelf.put(None);
            }
        }
    });
    use_effect_with(subject, {
        let shelf = shelf.clone();
        move |subject| {
            shelf.change(|easel| easel.show(subject.clone()));
        }
    });
}

/// What a wheel that is turned alone does: the first time, the hint.
fn plain_wheel(turned: Callback<()>) -> impl Fn() {
    let new = std::cell::Cell::new(hint::is_new());
    move || {
        if new.replace(false) {
            hint::remember();
            turned.emit(());
        }
    }
}

/// Draws again when another part of the axis is shown.
fn moved(shelf: &Shelf, axis: &Axis) -> Watching {
    let shelf = shelf.clone();
    axis.watch(move || shelf.request())
}

/// Draws in another size when the view has one.
fn resized(shelf: &Shelf, root: &Element, scale: yew::UseStateSetter<f64>) -> Watch {
    let shelf = shelf.clone();
    Watch::new(root, move |width, height| {
        let new_scale = type_scale();
        scale.set(new_scale);
        shelf.change(|easel| easel.resize(width, height, new_scale));
    })
}

/// Draws again once the page's own letters are there.
fn fonts(shelf: &Shelf) -> Option<EventListener> {
    let shelf = shelf.clone();
    on_letters(move || shelf.request())
}

/// Said where bars are denser than pixels.
fn dense_words(film: &Film) -> String {
    format!("{} bars; zoom in to see single ones.", format::grouped(film.bars().len() as u128))
}

/// How much larger than usual the page's type is.
pub(crate) fn type_scale() -> f64 {
    let size = web_sys::window().and_then(|window| {
        let root = window.document()?.document_element()?;
        let style = window.get_computed_style(&root).ok()??;
        style.get_property_value("font-size").ok()?.trim_end_matches("px").parse::<f64>().ok()
    });
    (size.unwrap_or(16.0) / 16.0).clamp(0.75, 3.0)
}

/// When words are from: each event while the film stands, now and then while it runs.
pub(crate) fn told_time(film: &Film, playhead: f64, playing: bool) -> f64 {
    const STOPS: f64 = 24.0;
    let end = film.end() as f64;
    if !film.is_complete() || (playing && playhead < end) {
        let step = (end / STOPS).max(1.0);
        return (playhead / step).floor() * step;
    }
    film.moment_at(playhead).map_or(0.0, lanescope_timeline::Moment::time)
}

/// The keyboard, while the grid has the focus.
#[hook]
fn use_keyboard(
    shelf: &Shelf,
    cursor: &UseStateHandle<Option<BarId>>,
    listeners: &Listeners,
) -> Callback<KeyboardEvent> {
    let cursor = cursor.setter();
    use_callback((shelf.clone(), listeners.on_select.clone()), {
        move |event: KeyboardEvent, (shelf, on_select)| {
            if event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key() {
                return;
            }
            let taken = match (event.code().as_str(), crate::keys::way(&event.code())) {
                (_, Some(way)) => {
                    let found = shelf.change(|easel| walk(easel, way)).flatten();
                    cursor.set(found);
                    true
                }
                ("Enter", _) => {
                    let chosen =
                        shelf.read(|easel| easel.film().bar(easel.cursor?).map(|bar| bar.version));
                    let chosen = chosen.flatten();
                    on_select.emit(chosen);
                    chosen.is_some()
                }
                _ => false,
            };
            if taken {
                event.prevent_default();
                event.stop_propagation();
            }
        }
    })
}

/// Goes to the next bar that way; at the edge it stays.
fn walk(easel: &mut Easel, way: Way) -> Option<BarId> {
    let from = easel.cursor.or_else(|| easel.selected());
    let to = easel.film().walk(from, way, easel.playhead()).or(from);
    easel.cursor = to;
    if let Some(id) = to {
        easel.reveal(id);
    }
    to
}

/// Moves the view. Zooming keeps in place what the pointer is on, else the playhead.
fn steer(easel: &mut Easel, way: Steer) {
    let (view, end) = (easel.view(), easel.end());
    let inside = |tick: &f64| (view.from()..=view.to()).contains(tick);
    let pointed = easel.pointer.map(|x| easel.frame().tick(x)).filter(inside);
    let middle = || (view.from() + view.to()) / 2.0;
    let kept = pointed.or(Some(easel.playhead()).filter(inside)).unwrap_or_else(middle);
    let to: Viewport = match way {
        Steer::In => view.zoom(kept, 0.7, end),
        Steer::Out => view.zoom(kept, 1.0 / 0.7, end),
        Steer::Earlier => view.pan(-0.2 * view.span(), end),
        Steer::Later => view.pan(0.2 * view.span(), end),
        Steer::Fit => return easel.fit(),
        Steer::Selection => {
            if let Some(id) = easel.selected() {
                easel.zoom_to(id);
            }
            return;
        }
    };
    easel.look_at(to);
}
