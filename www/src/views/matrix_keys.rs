//! The keyboard on the matrix: from touch to touch.

use lanescope_protocol::TxIndex;
use lanescope_timeline::matrix::Columns;
use lanescope_timeline::{Focus, Matrix, Way};
use web_sys::Element;
use yew::{Callback, KeyboardEvent, NodeRef, UseStateHandle, hook, use_callback};

use super::board::{choose, way};
use super::matrix::{Plan, scroll_to};
use crate::words::Dispatch;

/// Rows that Page Up and Page Down go.
const PAGE: usize = 10;

/// What the keys move.
pub(super) struct Keyboard {
    pub(super) root: NodeRef,
    pub(super) cursor: UseStateHandle<Option<(usize, TxIndex)>>,
    pub(super) columns: UseStateHandle<Columns>,
}

/// What to call with keys while the grid has the focus, and when it loses it.
#[hook]
pub(super) fn use_matrix_keys(
    dispatch: &Dispatch,
    plan: &Plan,
    focus: &Focus,
    keyboard: &Keyboard,
) -> (Callback<KeyboardEvent>, Callback<()>) {
    let state = (plan.clone(), focus.clone(), keyboard.cursor.clone(), keyboard.columns.clone());
    let on_key = use_callback((state, dispatch.clone()), {
        let root = keyboard.root.clone();
        move |event: KeyboardEvent, ((plan, focus, cursor, columns), dispatch)| {
            if event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key() {
                return;
            }
            let (code, matrix) = (event.code(), plan.matrix());
            let at = **cursor;
            let to = match code.as_str() {
                "PageUp" | "PageDown" => Some(leap(&matrix, at, code == "PageDown")),
                "KeyW" | "KeyS" | "KeyA" | "KeyD" => {
                    columns.set(steered(columns, at, &code));
                    None
                }
                "Enter" => {
                    let Some((row, tx)) = at else { return };
                    let place = matrix.rows.get(row).map(|row| row.location);
                    choose(dispatch, plan.film.run_at(tx, plan.time), place);
                    None
                }
                code => match way(code) {
                    Some(way) => Some(step(&matrix, at.or_else(|| start(&matrix, focus)), at, way)),
                    None => return,
                },
            };
            event.prevent_default();
            event.stop_propagation();
            if let Some((row, tx)) = to.flatten() {
                cursor.set(Some((row, tx)));
                columns.set(columns.reveal(tx));
                if let Some(root) = root.cast::<Element>() {
                    scroll_to(&root, plan, row);
                }
            }
        }
    });
    let on_blur = use_callback((), {
        let cursor = keyboard.cursor.setter();
        move |(), ()| cursor.set(None)
    });
    (on_key, on_blur)
}

type Cell = (usize, TxIndex);

/// Where the keyboard begins: at what is chosen, else at the hottest touch.
fn start(matrix: &Matrix, focus: &Focus) -> Option<Cell> {
    let row = focus.place.and_then(|place| matrix.row_of(place)).unwrap_or(0);
    let tx = focus.selection.map_or(TxIndex(0), |version| version.tx);
    beside(matrix, row, tx)
}

fn beside(matrix: &Matrix, row: usize, tx: TxIndex) -> Option<Cell> {
    Some((row, matrix.rows.get(row)?.nearest(tx)?.tx))
}

/// The first key only shows where the keyboard is; each further one goes on from there.
fn step(matrix: &Matrix, from: Option<Cell>, known: Option<Cell>, way: Way) -> Option<Cell> {
    let (row, tx) = from?;
    if known.is_none() {
        return from;
    }
    let cells = &matrix.rows.get(row)?.cells;
    let at = cells.partition_point(|cell| cell.tx < tx);
    let cell = |at: Option<usize>| Some((row, cells.get(at?)?.tx));
    match way {
        Way::Earlier => cell(at.checked_sub(1)),
        Way::Later => cell(Some(at + 1)),
        Way::First => cell(Some(0)),
        Way::Last => cell(cells.len().checked_sub(1)),
        Way::Up => beside(matrix, row.checked_sub(1)?, tx),
        Way::Down => beside(matrix, row + 1, tx),
    }
}

fn leap(matrix: &Matrix, from: Option<Cell>, down: bool) -> Option<Cell> {
    let (row, tx) = from?;
    let last = matrix.rows.len().checked_sub(1)?;
    let row = if down { (row + PAGE).min(last) } else { row.saturating_sub(PAGE) };
    beside(matrix, row, tx)
}

/// W and S zoom, A and D move.
fn steered(columns: &Columns, at: Option<Cell>, code: &str) -> Columns {
    let middle = columns.from() + columns.span() / 2.0;
    let at = at.map_or(middle, |(_, tx)| f64::from(tx.0) + 0.5);
    match code {
        "KeyW" => columns.zoom(at, 0.7),
        "KeyS" => columns.zoom(at, 1.0 / 0.7),
        "KeyA" => columns.pan(-0.2 * columns.span()),
        _ => columns.pan(0.2 * columns.span()),
    }
}
