//! Who touches what: the hottest locations against the transactions.

use std::rc::Rc;

use lanescope_protocol::{TxIndex, Version};
use lanescope_timeline::{Film, Focus, Mark, Matrix, MatrixRow, format};
use yew::{Callback, Html, Properties, function_component, html, use_memo};

use crate::words::Shared;

/// Rows at most.
const ROWS_MAX: usize = 14;
/// While a block has no more transactions than this, each has a column.
const COLUMNS_ALL: usize = 40;
/// Columns at most.
const COLUMNS_MAX: usize = 120;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct MatrixViewProps {
    /// The run.
    pub(crate) film: Shared<Film>,
    /// What has happened by this time (ticks) is marked. Best the time of the last event, so that
    /// nothing is drawn again in between.
    pub(crate) time: f64,
    /// The selected incarnation.
    pub(crate) selection: Option<Version>,
    /// What a search found; the columns of everything else are dimmed.
    pub(crate) found: Focus,
    /// The user chose an incarnation.
    pub(crate) on_select: Callback<Option<Version>>,
}

#[function_component(MatrixView)]
pub(crate) fn matrix_view(props: &MatrixViewProps) -> Html {
    let matrix = use_memo(props.film.clone(), |film| Shared(Rc::new(film.matrix(ROWS_MAX))));
    let marked = matrix.rows.iter().flat_map(|row| &row.cells);
    let marks = marked.filter(|cell| cell.mark_at(props.time).is_some()).count();
    html! { <Grid view={props.clone()} matrix={(*matrix).clone()} {marks} /> }
}

#[derive(Clone, Properties)]
struct GridProps {
    view: MatrixViewProps,
    matrix: Shared<Matrix>,
    /// Cells with a mark.
    marks: usize,
}

/// Time alone changes nothing: marks only come, or only go.
impl PartialEq for GridProps {
    fn eq(&self, other: &Self) -> bool {
        let same = |a: &MatrixViewProps, b: &MatrixViewProps| {
            a.film == b.film
                && a.selection == b.selection
                && a.found == b.found
                && a.on_select == b.on_select
        };
        self.marks == other.marks && self.matrix == other.matrix && same(&self.view, &other.view)
    }
}

#[function_component(Grid)]
fn grid(GridProps { view: props, matrix, .. }: &GridProps) -> Html {
    let columns = use_memo(matrix.clone(), |matrix| columns(matrix));
    if !props.film.is_complete() {
        return html! { <p class="matrix-note">{ "Known once the run is over." }</p> };
    }
    if matrix.rows.is_empty() {
        return html! {
            <p class="matrix-note" data-testid="matrix">
                { "No two transactions touch the same place: nothing can conflict." }
            </p>
        };
    }
    let (shown, left_out) = &*columns;
    html! {
        <div class="matrix" data-testid="matrix">
            <table>
                <caption class="unseen">{ "Places that several transactions touch, the hottest first" }</caption>
                <thead><tr>
                    <td class="matrix-corner" />
                    { for shown.iter().map(|tx| head(props, *tx)) }
                </tr></thead>
                <tbody>{ for matrix.rows.iter().map(|row| line(props, row, shown)) }</tbody>
            </table>
            { note(matrix, *left_out) }
        </div>
    }
}

/// Transactions that get a column, and how many do not.
fn columns(matrix: &Matrix) -> (Vec<TxIndex>, usize) {
    let all = &matrix.columns;
    if all.len() <= COLUMNS_ALL {
        return (all.clone(), 0);
    }
    let mut touching = vec![false; all.len()];
    for cell in matrix.rows.iter().flat_map(|row| &row.cells) {
        if let Some(touching) = touching.get_mut(cell.tx.get()) {
            *touching = true;
        }
    }
    let kept = all.iter().zip(touching).filter(|(_, touching)| *touching);
    let shown: Vec<_> = kept.map(|(tx, _)| *tx).take(COLUMNS_MAX).collect();
    let left_out = all.len() - shown.len();
    (shown, left_out)
}

fn head(props: &MatrixViewProps, tx: TxIndex) -> Html {
    let version = last_begun(props, tx);
    let pick = props.on_select.reform(move |_| version);
    let selected = props.selection.is_some_and(|version| version.tx == tx);
    html! {
        <th scope="col" key={tx.0} class={yew::classes!(selected.then_some("matrix-selected"), props.found.dims_tx(tx).then_some("matrix-dim"))}>
            <button type="button" onclick={pick} aria-pressed={selected.to_string()} tabindex="-1">
                { tx.to_string() }
            </button>
        </th>
    }
}

/// The run of a transaction that is to be looked at: the last that has begun, else the first.
fn last_begun(props: &MatrixViewProps, tx: TxIndex) -> Option<Version> {
    let film = &props.film;
    let bars = || film.runs_of(tx).iter().filter_map(|id| film.bar(*id));
    let begun = bars().rfind(|bar| bar.start as f64 <= props.time);
    begun.or_else(|| bars().next()).map(|bar| bar.version)
}

fn line(props: &MatrixViewProps, row: &MatrixRow, shown: &[TxIndex]) -> Html {
    let (first, last) =
        (row.cells.first().map(|cell| cell.tx), row.cells.last().map(|cell| cell.tx));
    let cells = shown.iter().map(|tx| {
        let found = row.cells.binary_search_by_key(tx, |cell| cell.tx).ok();
        let mark = found.and_then(|at| row.cells[at].mark_at(props.time));
        let inside = Some(*tx) >= first && Some(*tx) <= last;
        let ends = (Some(*tx) == first, Some(*tx) == last);
        let selected = props.selection.is_some_and(|version| version.tx == *tx);
        let dim = props.found.dims_tx(*tx).then_some("matrix-dim");
        let mut class = yew::classes!(selected.then_some("matrix-selected"), dim);
        if inside && first != last {
            class.push(match ends {
                (true, _) => "matrix-from",
                (_, true) => "matrix-to",
                _ => "matrix-between",
            });
        }
        let to_come = found.is_some() && mark.is_none();
        html! {
            <td {class} key={tx.0}>
                if let Some(mark) = mark { { draw(mark) } }
                else if to_come { <span class="mark mark-to-come" aria-hidden="true" /> }
            </td>
        }
    });
    html! {
        <tr key={row.location.0} class={row.is_hot.then_some("matrix-hot")}>
            <th scope="row" title={row.name.clone()}>{ &row.name }</th>
            { for cells }
        </tr>
    }
}

fn draw(mark: Mark) -> Html {
    let (class, word) = match mark {
        Mark::Read => ("mark mark-read", "reads"),
        Mark::Write => ("mark mark-write", "writes"),
        Mark::Stale => ("mark mark-stale", "read too early"),
    };
    html! { <span {class}><span class="unseen">{ word }</span></span> }
}

fn note(matrix: &Matrix, left_out: usize) -> Html {
    let mut parts = Vec::new();
    if matrix.left_out > 0 {
        parts.push(format!("{} cooler places", format::grouped(matrix.left_out as u128)));
    }
    if left_out > 0 {
        parts.push(format::count(left_out, "transaction"));
    }
    html! {
        <p class="matrix-note">
            <span class="mark mark-write" />{ " writes " }
            <span class="mark mark-read" />{ " reads " }
            <span class="mark mark-stale" />{ " read too early" }
            if !parts.is_empty() { { format!(" · not shown: {}", parts.join(", ")) } }
        </p>
    }
}
