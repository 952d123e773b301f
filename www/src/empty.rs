//! What stands on the stage while there is nothing to see: before the first run, without an
//! engine, and for a block without transactions.

use lanescope_protocol::message::WorkloadInfo;
use lanescope_protocol::{Catalogue, Scenario};
use lanescope_timeline::Theme;
use yew::{Callback, Html, html};

use crate::composer::addition;
use crate::icons::Icon;
use crate::store::Wish;
use crate::words::{Dispatch, Shared, wish};

/// A block without transactions.
#[derive(Clone, PartialEq)]
pub(crate) struct EmptyBlock {
    pub(crate) scenario: Shared<Scenario>,
    pub(crate) catalogue: Shared<Catalogue>,
    /// There is an edit to take back.
    pub(crate) can_undo: bool,
    /// Opens a file.
    pub(crate) open: Callback<()>,
}

/// Says kindly that the block is empty, and what can be done.
pub(crate) fn empty_block(dispatch: &Dispatch, given: &EmptyBlock) -> Html {
    let scenario = |workload: &WorkloadInfo| {
        let load = wish(dispatch, Wish::Pick(workload.name.clone()));
        html! {
            <button class="chip" title={workload.summary.clone()} key={workload.name.clone()} onclick={load}>
                { &workload.title }
            </button>
        }
    };
    html! {
        <section class="empty" aria-label="An empty block" data-testid="empty-block">
            <div class="empty-lanes" aria-hidden="true"><span /><span /><span /><span /></div>
            <h2>{ "Nothing to run yet" }</h2>
            <p>{ "A block needs at least one transaction. Add one, and it runs at once." }</p>
            <div class="empty-do">
                <button class="control primary" data-testid="empty-add"
                    onclick={wish(dispatch, Wish::Edit(addition(&given.scenario, None)))}>
                    { Icon::Add.draw() }{ "Add transaction" }
                </button>
                if given.can_undo {
                    <button class="control" data-testid="empty-undo" onclick={wish(dispatch, Wish::Undo)}>
                        { Icon::Undo.draw() }{ "Take the edit back" }
                    </button>
                }
                <button class="control" onclick={given.open.reform(|_| ())}>
                    { Icon::Open.draw() }{ "Open a file" }
                </button>
            </div>
            if !given.catalogue.workloads.is_empty() {
                <p class="empty-or">{ "Or load a scenario:" }</p>
                <div class="chips">{ for given.catalogue.workloads.iter().map(scenario) }</div>
            }
        </section>
    }
}

/// The picture that stands until the first film is here: the same as in `index.html`. `forsaken`:
/// there is no engine, and nothing else on the page offers to start one.
pub(crate) fn poster(dispatch: &Dispatch, theme: Theme, forsaken: bool) -> Html {
    let src = match theme {
        Theme::Dark => "icons/poster-dark.svg",
        Theme::Light => "icons/poster-light.svg",
    };
    html! {
        <>
            if forsaken {
                <div class="boot-failed" data-testid="no-engine">
                    <p>{ "Without the engine nothing runs here; below is a picture of a run." }</p>
                    <button class="control primary" onclick={wish(dispatch, Wish::Restart)}>
                        { "Start the engine" }
                    </button>
                </div>
            }
            <figure class="poster">
                <img {src} alt="12 transactions on 4 lanes: some are thrown away and run again" />
            </figure>
        </>
    }
}
