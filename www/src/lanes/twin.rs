//! The lanes in words: a grid that screen readers and the keyboard walk through. It lies over the
//! canvas unseen, so that its focus ring is the canvas's.

use lanescope_protocol::Version;
use lanescope_timeline::text::TextRow;
use lanescope_timeline::{BarId, Film, format};
use yew::{Callback, Html, KeyboardEvent, NodeRef, Properties, function_component, html};

use crate::words::Shared;

/// More bars than this are not mirrored; the grid says so.
const BARS_MAX: usize = 256;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct TwinProps {
    pub(super) film: Shared<Film>,
    /// When what it says was true, in ticks.
    pub(super) time: f64,
    pub(super) selection: Option<Version>,
    /// The bar that the keyboard is on.
    pub(super) cursor: Option<BarId>,
    pub(super) grid: NodeRef,
    pub(super) on_select: Callback<Option<Version>>,
    pub(super) on_key: Callback<KeyboardEvent>,
    pub(super) on_blur: Callback<()>,
}

#[function_component(Twin)]
pub(super) fn twin(props: &TwinProps) -> Html {
    let table = props.film.text_table(props.time, BARS_MAX);
    let label = format!(
        "Lanes at {}. Arrow keys go from bar to bar, Enter selects.",
        format::ticks(props.film.clock(), props.time),
    );
    let blur = props.on_blur.clone();
    html! {
        <div class="lane-twin" role="grid" tabindex="0" aria-label={label} ref={props.grid.clone()}
            aria-activedescendant={props.cursor.map(element)} aria-readonly="true"
            aria-rowcount={table.rows.len().to_string()} data-testid="lane-grid"
            onkeydown={props.on_key.clone()} onblur={Callback::from(move |_| blur.emit(()))}>
            { for table.rows.iter().map(|row| lane(props, row)) }
            if table.left_out > 0 {
                <div role="row"><div role="gridcell">
                    { format!("{} earlier bars are left out.", format::grouped(table.left_out as u128)) }
                </div></div>
            }
        </div>
    }
}

fn lane(props: &TwinProps, row: &TextRow) -> Html {
    html! {
        <div role="row" key={row.lane.get()} aria-rowindex={(row.lane.get() + 1).to_string()}>
            <div role="rowheader">{ row.lane.to_string() }</div>
            { for row.cells.iter().map(|cell| {
                let version = cell.version;
                let pick = props.on_select.reform(move |_| Some(version));
                html! {
                    <div role="gridcell" id={element(cell.id)} key={cell.id.get()} onclick={pick}
                        data-version={version.to_string()} data-state={cell.state.word()}
                        aria-selected={(props.selection == Some(version)).to_string()}>
                        { &cell.words }
                    </div>
                }
            }) }
        </div>
    }
}

fn element(id: BarId) -> String {
    format!("bar-{}", id.get())
}
