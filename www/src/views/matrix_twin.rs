//! The matrix in words: a grid around the place where the keyboard is. It lies over the canvas
//! unseen, so that its focus ring is the canvas's.

use lanescope_protocol::TxIndex;
use lanescope_timeline::matrix::MatrixRow;
use lanescope_timeline::{Film, Focus, format};
use yew::{Callback, Html, KeyboardEvent, NodeRef, html};

use super::board::choose;
use crate::words::{Dispatch, Shared};

/// Rows that are mirrored, around the keyboard's.
const ROWS: usize = 14;
/// Touches of a row that are mirrored.
const CELLS: usize = 30;

#[derive(Clone, PartialEq)]
pub(super) struct TwinProps {
    pub(super) film: Shared<Film>,
    /// When what it says was true, in ticks, and how many signs there were.
    pub(super) marks: (f64, usize),
    pub(super) focus: Focus,
    pub(super) cursor: Option<(usize, TxIndex)>,
    pub(super) grid: NodeRef,
    pub(super) dispatch: Dispatch,
    pub(super) on_key: Callback<KeyboardEvent>,
    pub(super) on_blur: Callback<()>,
}

pub(super) fn twin(props: &TwinProps) -> Html {
    let matrix = props.film.matrix();
    let count = matrix.rows.len();
    let middle = props.cursor.map_or(0, |(row, _)| row);
    let first = middle.saturating_sub(ROWS / 2).min(count.saturating_sub(ROWS));
    let shown = first..(first + ROWS).min(count);
    let left_out = count - shown.len();
    let blur = props.on_blur.clone();
    html! {
        <div class="view-twin" role="grid" tabindex="0" ref={props.grid.clone()}
            aria-label="Slots and transactions. Arrow keys go from touch to touch, Enter selects."
            aria-activedescendant={props.cursor.map(|(row, tx)| element(row, tx))}
            aria-rowcount={count.to_string()} aria-colcount={(matrix.columns + 1).to_string()}
            aria-readonly="true" data-testid="matrix-grid"
            onkeydown={props.on_key.clone()} onblur={Callback::from(move |_| blur.emit(()))}>
            { for shown.filter_map(|at| Some(line(props, at, matrix.rows.get(at)?))) }
            if left_out > 0 {
                <div role="row"><div role="gridcell">
                    { format!("{} more; the arrow keys reach them.", format::count(left_out, "place")) }
                </div></div>
            }
        </div>
    }
}

fn line(props: &TwinProps, at: usize, row: &MatrixRow) -> Html {
    let film = &props.film;
    let matrix = film.matrix();
    let near = match props.cursor {
        Some((cursor, tx)) if cursor == at => row.cells.partition_point(|cell| cell.tx < tx),
        Some((_, tx)) => row.cells.partition_point(|cell| cell.tx < tx),
        None => 0,
    };
    let first = near.saturating_sub(CELLS / 2).min(row.cells.len().saturating_sub(CELLS));
    let shown = row.cells.iter().skip(first).take(CELLS);
    let left_out = row.cells.len().saturating_sub(CELLS);
    let place = row.location;
    html! {
        <div role="row" key={at} aria-rowindex={(at + 1).to_string()} data-testid="matrix-row"
            aria-selected={(props.focus.place == Some(place)).to_string()}>
            <div role="rowheader">{ film.row_words(&matrix, at) }</div>
            { for shown.map(|cell| {
                let tx = cell.tx;
                let (dispatch, film, time) = (props.dispatch.clone(), film.clone(), props.marks.0);
                let pick = Callback::from(move |_| choose(&dispatch, film.run_at(tx, time), Some(place)));
                let chosen = props.focus.selection.is_some_and(|version| version.tx == tx);
                html! {
                    <div role="gridcell" id={element(at, tx)} key={tx.0} onclick={pick}
                        aria-colindex={(tx.0 + 2).to_string()} data-testid="matrix-cell"
                        aria-selected={chosen.to_string()}>
                        { props.film.touch_words(&matrix, at, tx, props.marks.0) }
                    </div>
                }
            }) }
            if left_out > 0 {
                <div role="gridcell">{ format!("{left_out} more touches") }</div>
            }
        </div>
    }
}

fn element(row: usize, tx: TxIndex) -> String {
    format!("cell-{row}-{}", tx.0)
}
