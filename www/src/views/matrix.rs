//! Who touches what: locations against transactions, the hottest first.

use lanescope_protocol::TxIndex;
use lanescope_timeline::matrix::{
    Columns, MatrixFrame, MatrixHit, MatrixLayout, MatrixLook, paint_matrix,
};
use lanescope_timeline::scene::{Face, Text};
use lanescope_timeline::{Film, Focus, Matrix, Theme, format};
use web_sys::Element;
use yew::{
    Callback, Event, Html, NodeRef, Properties, TargetCast, UseStateHandle, function_component,
    hook, html, use_callback, use_effect_with, use_memo, use_node_ref, use_state_eq,
};

use super::board::{Gesture, Size, choose, tip, use_board, use_painting, use_pointer, use_wheel};
use super::matrix_keys::{Keyboard, use_matrix_keys};
use super::matrix_twin::{TwinProps, twin};
use crate::hooks::use_escape;
use crate::lanes::told_time;
use crate::part::part;
use crate::words::{Dispatch, Shared};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct MatrixViewProps {
    pub(crate) dispatch: Dispatch,
    /// The run.
    pub(crate) film: Shared<Film>,
    /// What has happened by this time (ticks) is marked. Best the time of the last event, so that
    /// nothing is drawn again in between.
    pub(crate) time: f64,
    /// Whether the film runs.
    pub(crate) playing: bool,
    /// What is singled out.
    pub(crate) focus: Focus,
    pub(crate) theme: Theme,
}

#[function_component(MatrixView)]
pub(crate) fn matrix_view(props: &MatrixViewProps) -> Html {
    if !props.film.is_complete() {
        return html! { <p class="matrix-note">{ "Known once the run is over." }</p> };
    }
    if props.film.matrix().rows.is_empty() {
        return html! {
            <p class="matrix-note" data-testid="matrix">
                { "No two transactions touch the same place: nothing can conflict." }
            </p>
        };
    }
    html! { <Board ..props.clone() /> }
}

/// Everything that decides what is where.
#[derive(Clone, PartialEq)]
pub(super) struct Plan {
    pub(super) film: Shared<Film>,
    pub(super) time: f64,
    pub(super) size: Size,
    names: f64,
    pub(super) columns: Columns,
    pub(super) scroll: f64,
}

impl Plan {
    pub(super) fn matrix(&self) -> std::sync::Arc<Matrix> {
        self.film.matrix()
    }

    pub(super) fn frame(&self) -> MatrixFrame {
        let count = self.film.matrix().columns;
        let Size { width, height, scale } = self.size;
        MatrixFrame::new((width, height), scale, self.names, self.columns, count, self.scroll)
    }
}

/// What the picture shows; its time counts only as far as signs come.
#[derive(Clone)]
struct Picture {
    plan: Plan,
    marks: usize,
    look: MatrixLook,
}

impl PartialEq for Picture {
    fn eq(&self, other: &Self) -> bool {
        let timeless = |plan: &Plan| Plan { time: 0.0, ..plan.clone() };
        self.marks == other.marks
            && self.look == other.look
            && timeless(&self.plan) == timeless(&other.plan)
    }
}

#[function_component(Board)]
fn board(props: &MatrixViewProps) -> Html {
    let (root, canvas, grid) = (use_node_ref(), use_node_ref(), use_node_ref());
    let size = use_board(&root);
    let matrix = props.film.matrix();
    let columns = use_state_eq(|| Columns::fit(matrix.columns));
    let scroll = use_state_eq(|| 0.0);
    let hover = use_state_eq(|| None::<(MatrixHit, [f64; 2])>);
    let cursor = use_state_eq(|| None::<(usize, TxIndex)>);
    let names = *use_memo((props.film.clone(), size), |(film, size)| widest(film, size.scale));
    let film = props.film.clone();
    let plan = Plan { film, time: props.time, size, names, columns: *columns, scroll: *scroll };
    use_effect_with(props.film.clone(), {
        let (columns, cursor, hover) = (columns.setter(), cursor.setter(), hover.setter());
        move |film| {
            columns.set(Columns::fit(film.matrix().columns));
            cursor.set(None);
            hover.set(None);
        }
    });
    use_reveal(&root, &plan, props, &columns);
    let hovered = cursor.map(|(row, tx)| MatrixHit { row: Some(row), tx: Some(tx), touches: true });
    let hovered = hovered.or(hover.map(|(hit, _)| hit));
    let look = MatrixLook { theme: props.theme, focus: props.focus.clone(), hover: hovered };
    let marks = matrix.marks_by(props.time);
    use_painting(&canvas, Picture { plan: plan.clone(), marks, look }, draw);
    let away = use_callback((), {
        let hover = hover.setter();
        move |(), ()| hover.set(None)
    });
    use_escape(hover.is_some(), away);
    let (gesture, turned) = use_hands(props, &plan, &columns, &hover);
    use_wheel(&canvas, turned);
    let pointer = use_pointer(&grid, gesture);
    let keyboard =
        Keyboard { root: root.clone(), cursor: cursor.clone(), columns: columns.clone() };
    let (on_key, on_blur) = use_matrix_keys(&props.dispatch, &plan, &props.focus, &keyboard);
    let scrolled = use_callback((), {
        let scroll = scroll.setter();
        move |event: Event, ()| {
            if let Some(board) = event.target_dyn_into::<Element>() {
                scroll.set(f64::from(board.scroll_top()));
            }
        }
    });
    let fit = use_callback((), {
        let columns = columns.clone();
        let count = matrix.columns;
        move |_, ()| columns.set(Columns::fit(count))
    });
    let told = told_time(&props.film, props.time, props.playing);
    let given = TwinProps {
        film: props.film.clone(),
        marks: (told, matrix.marks_by(told)),
        focus: props.focus.clone(),
        cursor: *cursor,
        grid,
        dispatch: props.dispatch.clone(),
        on_key,
        on_blur,
    };
    let tall = MatrixFrame::height_of(matrix.rows.len(), size.scale);
    html! {
        <div class="matrix" data-testid="matrix">
            <div class="view-board">
                <div class="matrix-scroll" ref={root} onscroll={scrolled}
                    style={format!("--tall: {tall:.0}px")}>
                    <div class="matrix-tall">
                        <div class="matrix-window" style={format!("block-size: {:.0}px", size.height)}>
                            <canvas ref={canvas} role="img" data-testid="matrix-canvas" ondblclick={fit}
                                aria-label="Places that several transactions touch, the hottest first"
                                onpointerdown={pointer.clone()} onpointermove={pointer.clone()}
                                onpointerup={pointer.clone()} onpointercancel={pointer.clone()}
                                onpointerleave={pointer} />
                            { part(given, twin) }
                        </div>
                    </div>
                </div>
                { hover.map(|(hit, at)| words(&plan, hit, at)).unwrap_or_default() }
            </div>
            { note(&matrix) }
        </div>
    }
}

fn draw(picture: &Picture) -> Option<lanescope_timeline::scene::Scene> {
    let plan = &picture.plan;
    if plan.size.width < 1.0 || plan.size.height < 1.0 {
        return None;
    }
    let matrix = plan.matrix();
    let layout = MatrixLayout::new(&matrix, plan.frame(), plan.time, &picture.look.focus);
    Some(paint_matrix(&plan.film, &matrix, &layout, &picture.look))
}

/// How wide the widest of the hottest names is.
fn widest(film: &Film, scale: f64) -> f64 {
    const LOOKED_AT: usize = 200;
    let matrix = film.matrix();
    let names = matrix.rows.iter().take(LOOKED_AT).map(|row| film.location_name(row.location));
    names.map(|name| Text::width(name, 12.0 * scale, Face::Mono)).fold(0.0, f64::max)
}

/// Brings into view what was chosen elsewhere.
#[hook]
fn use_reveal(
    root: &NodeRef,
    plan: &Plan,
    props: &MatrixViewProps,
    columns: &UseStateHandle<Columns>,
) {
    let focus = &props.focus;
    let place = (focus.place, plan.film.clone(), plan.size);
    use_effect_with(place, {
        let (root, plan) = (root.clone(), plan.clone());
        move |(place, ..)| {
            let row = place.and_then(|place| plan.matrix().row_of(place));
            if let (Some(row), Some(root)) = (row, root.cast::<Element>()) {
                scroll_to(&root, &plan, row);
            }
        }
    });
    use_effect_with(focus.selection, {
        let (columns, playing) = (columns.clone(), props.playing);
        move |selection| {
            // While the film runs the selection follows it, and the view stays where it is.
            if let Some(version) = selection.filter(|_| !playing) {
                columns.set(columns.reveal(version.tx));
            }
        }
    });
}

/// Scrolls so that a row is in view.
pub(super) fn scroll_to(root: &Element, plan: &Plan, row: usize) {
    let plan = Plan { scroll: f64::from(root.scroll_top()), ..plan.clone() };
    let to = plan.frame().scroll_to(row);
    if (to - plan.scroll).abs() >= 1.0 {
        root.set_scroll_top(to.ceil() as i32);
    }
}

/// What pointer and wheel do.
#[hook]
fn use_hands(
    props: &MatrixViewProps,
    plan: &Plan,
    columns: &UseStateHandle<Columns>,
    hover: &UseStateHandle<Option<(MatrixHit, [f64; 2])>>,
) -> (Callback<Gesture>, Callback<super::board::Turn>) {
    let (dispatch, place) = (props.dispatch.clone(), props.focus.place);
    let gesture = {
        let (plan, columns, hover) = (plan.clone(), columns.clone(), hover.setter());
        Callback::from(move |gesture: Gesture| {
            let hit = |at: [f64; 2]| plan.frame().hit(&plan.matrix(), plan.time, at[0], at[1]);
            match gesture {
                Gesture::Over(at) => hover.set(hit(at).map(|hit| (hit, at))),
                Gesture::Left => hover.set(None),
                Gesture::Drag([x, _]) => columns.set(columns.pan(x / plan.frame().column)),
                Gesture::Click(at) => {
                    let Some(hit) = hit(at) else { return };
                    let run = hit.tx.and_then(|tx| plan.film.run_at(tx, plan.time));
                    let row = hit.row.and_then(|row| Some(plan.matrix().rows.get(row)?.location));
                    if hit.tx.is_none() && row == place {
                        // A second click on a name takes the choice back.
                        dispatch.dispatch(crate::store::Wish::Place(None).into());
                    } else {
                        choose(&dispatch, run, row);
                    }
                }
            }
        })
    };
    let turned = use_callback(
        (plan.clone(), columns.clone()),
        |turn: super::board::Turn, (plan, columns)| {
            let frame = plan.frame();
            columns.set(match turn.zoom {
                Some(factor) => {
                    let at = columns.from() + (turn.at[0] - frame.plot.x) / frame.column;
                    columns.zoom(at, factor)
                }
                None => columns.pan(turn.by[0] / frame.column),
            });
        },
    );
    (gesture, turned)
}

fn words(plan: &Plan, hit: MatrixHit, at: [f64; 2]) -> Html {
    let (film, matrix) = (&plan.film, plan.matrix());
    let (head, lines) = match (hit.row, hit.tx) {
        (Some(row), Some(tx)) => (film.touch_words(&matrix, row, tx, plan.time), Vec::new()),
        (Some(row), None) => (film.row_words(&matrix, row), Vec::new()),
        (None, Some(tx)) => {
            let line = film
                .transaction(tx)
                .map(|info| format!("{}, {} → {}", info.action, info.sender, info.receiver));
            (tx.to_string(), line.into_iter().collect())
        }
        (None, None) => return Html::default(),
    };
    tip(at, plan.size.width, &head, &lines)
}

fn note(matrix: &Matrix) -> Html {
    html! {
        <p class="matrix-note">
            <span class="mark mark-write" />{ " writes " }
            <span class="mark mark-read" />{ " reads " }
            <span class="mark mark-stale" />{ " read too early " }
            <span class="mark mark-add" />{ " only adds " }
            <span class="mark mark-need" />{ " needs a bound" }
            { format!(" · {}, {}", format::count(matrix.rows.len(), "shared place"),
                format::count(matrix.columns, "transaction")) }
        </p>
    }
}
