//! The two panels beside the stage: the block, and why.

use std::rc::Rc;

use lanescope_protocol::{Scenario, Version};
use lanescope_timeline::{Film, Focus, format};
use yew::{Callback, Html, html};

use crate::bench::BenchProps;
use crate::composer::{
    BlockList, KnobsProps, SplitsProps, ToolsProps, TransactionForm, addition, knobs, splits, tools,
};
use crate::engine_link::Flavour;
use crate::environment::Environment;
use crate::find::{ChipsProps, chips};
use crate::findings::{FindingsProps, findings};
use crate::icons::Icon;
use crate::inspector::{
    IncarnationProps, SplitOfferProps, TotalsProps, incarnation, split_offer, totals,
};
use crate::part::{late, part};
use crate::steps::{StepsProps, StepsState, steps};
use crate::store::{Action, Beside, Engine, NOTHING_TO_RUN, Sheet, Store, Stored, Wish};
use crate::tabs::{Tab, tabs};
use crate::words::{Dispatch, Shared, wish};

/// What several parts need, made once per drawing.
pub(crate) struct View {
    pub(crate) scenario: Option<Shared<Scenario>>,
    pub(crate) film: Option<Shared<Film>>,
    /// What the playhead runs over.
    pub(crate) lead: Option<Shared<Film>>,
    /// The film, if it is still of the block in the list.
    current: Option<Shared<Film>>,
    /// When the last thing happened: between two events nothing changes but the playhead.
    pub(crate) event_time: f64,
    /// The incarnation that is shown in detail.
    pub(crate) selected: Option<Version>,
    /// What every view singles out.
    pub(crate) focus: Focus,
    /// The engine takes commands.
    pub(crate) ready: bool,
}

impl View {
    pub(crate) fn of(store: &Store) -> Self {
        let film = store.shown().cloned().map(Shared);
        let lead = store.lead().cloned().map(Shared);
        let alien = store.whatif.stack.as_ref().is_some_and(|stack| !stack.of_change);
        let last = lead.as_ref().and_then(|film| {
            film.moments().get(store.playback.step.checked_sub(1)?).map(|moment| moment.time())
        });
        Self {
            scenario: store.draft.scenario().cloned().map(Shared),
            current: film.clone().filter(|_| store.is_current() && store.live.is_none() && !alien),
            selected: store.looked_at(),
            focus: store.focus(),
            event_time: last.unwrap_or(store.playback.time).min(store.playback.time),
            film,
            lead,
            ready: matches!(store.engine, Engine::Ready { .. }),
        }
    }
}

/// The block: its list, and below it the form of one transaction or the knobs.
pub(crate) fn block_panel(store: &Store, dispatch: &Dispatch, view: &View) -> Html {
    if let (Some(stored), Some(film)) = (&store.stored, &view.film) {
        return stored_panel(stored, film, dispatch);
    }
    let Some(scenario) = &view.scenario else {
        return html! {
            <section class="block" aria-label="Block">
                <h2 class="panel-title">{ "Block" }</h2>
                <p class="note">{ "The block comes with the engine." }</p>
            </section>
        };
    };
    let length = scenario.transactions.len();
    let given = ToolsProps {
        dispatch: dispatch.clone(),
        scenario: scenario.clone(),
        row: store.row,
        can_undo: store.draft.can_undo(),
        can_redo: store.draft.can_redo(),
    };
    html! {
        <section class="block" aria-label="Block">
            <h2 class="panel-title">
                <span>{ "Block · " }{ format::count(length, "transaction") }</span>
                <span class="aside">{ "order is law" }</span>
            </h2>
            { part(given, tools) }
            if length == 0 { <p class="note rows-none">{ "No transactions." }</p> } else {
            <BlockList dispatch={dispatch.clone()} scenario={scenario.clone()} film={view.current.clone()}
                time={view.event_time} row={store.row} only={store.find.only} place={view.focus.place}
                found={view.current.as_ref().map(|_| store.found()).unwrap_or_default()}
                fork={store.whatif.fork.clone().map(Shared)}
                looked_at={view.current.as_ref().and(view.selected).map(|version| version.tx.get())} />
            }
            <button class="control add" data-testid="tx-add"
                onclick={wish(dispatch, Wish::Edit(addition(scenario, store.row)))}>
                { Icon::Add.draw() }{ "Add transaction" }
            </button>
            { splits_of(dispatch, view, scenario) }
            { below_the_list(store, dispatch, scenario) }
        </section>
    }
}

/// A stored trace has no list to edit: what it is, and the way back.
fn stored_panel(stored: &Stored, film: &Film, dispatch: &Dispatch) -> Html {
    html! {
        <section class="block" aria-label="Block" data-testid="stored">
            <h2 class="panel-title">
                <span>{ "Block · " }{ format::count(film.transaction_count(), "transaction") }</span>
                <span class="aside">{ "stored trace" }</span>
            </h2>
            <p class="stored-words">{ stored.words(film) }</p>
            <p class="note">{ NOTHING_TO_RUN }</p>
            <button class="control" data-testid="stored-back" title="Back to your block (Ctrl+Z)"
                onclick={wish(dispatch, Wish::OwnBlock)}>{ "Back to my block" }</button>
        </section>
    }
}

/// What is split, if anything is.
fn splits_of(dispatch: &Dispatch, view: &View, scenario: &Shared<Scenario>) -> Html {
    if scenario.splits.is_empty() {
        return Html::default();
    }
    let given = SplitsProps {
        dispatch: dispatch.clone(),
        scenario: scenario.clone(),
        film: view.film.clone(),
    };
    part(given, splits)
}

fn below_the_list(store: &Store, dispatch: &Dispatch, scenario: &Shared<Scenario>) -> Html {
    if let Some(at) = store.editing {
        return html! {
            <TransactionForm key={at} dispatch={dispatch.clone()}
                catalogue={Shared(store.catalogue.clone())} scenario={scenario.clone()} {at} />
        };
    }
    let known = |name: &str| store.catalogue.workloads.iter().find(|known| known.name == name);
    match known(&store.recipe.workload) {
        Some(workload) if scenario.imported.is_none() => part(
            KnobsProps {
                dispatch: dispatch.clone(),
                workload: workload.clone(),
                recipe: store.recipe.clone(),
                edited: scenario.recipe.is_none(),
            },
            knobs,
        ),
        _ => Html::default(),
    }
}

/// Why: the incarnation that is looked at, and what the run was worth.
pub(crate) fn why_panel(
    store: &Store,
    dispatch: &Dispatch,
    view: &View,
    environment: Environment,
) -> Html {
    let of_film = view.film.as_ref().map(|film| {
        let of = film.identity();
        let looked_at = IncarnationProps {
            dispatch: dispatch.clone(),
            film: film.clone(),
            version: view.selected,
            time: view.event_time,
            path: store.path().to_vec(),
            place: store.place,
        };
        let worth = TotalsProps {
            film: film.clone(),
            threads: store.has_threads(),
            gas: store.times.gas,
            measured: store.times.threads,
        };
        let alike = ChipsProps {
            dispatch: dispatch.clone(),
            film: film.clone(),
            tx: view.selected.map(|version| version.tx),
        };
        let offer = SplitOfferProps {
            dispatch: dispatch.clone(),
            film: film.clone(),
            version: view.selected,
            place: view.focus.place,
        };
        html! {
            <>
                { late(of, looked_at, incarnation) }{ late(of, alike, chips) }
                { late(of, offer, split_offer) }{ late(of, worth, totals) }
            </>
        }
    });
    let open = match (store.beside, &view.film) {
        (Beside::Findings, Some(film)) => {
            let given = FindingsProps { dispatch: dispatch.clone(), film: film.clone() };
            late(film.identity(), given, findings)
        }
        (Beside::Steps, _) => part(steps_props(store, dispatch, view), steps),
        _ => of_film.unwrap_or_default(),
    };
    let tab = |of, slug, words: &str| Tab { of, slug, words: words.to_owned() };
    let found = view.film.as_ref().map_or(0, |film| film.findings().len());
    let title = if found == 0 { "Findings".to_owned() } else { format!("Findings · {found}") };
    let all = [
        tab(Beside::Why, "why", "Why"),
        tab(Beside::Findings, "findings", &title),
        tab(Beside::Steps, "steps", "Opcodes"),
    ];
    let slug = all.iter().find(|tab| tab.of == store.beside).map_or("why", |tab| tab.slug);
    let choose = {
        let dispatch = dispatch.clone();
        Callback::from(move |beside| dispatch.dispatch(Action::Wish(Wish::Beside(beside))))
    };
    html! {
        <aside class="inspector" aria-label="Why">
            { tabs("What is told beside the lanes", &all, store.beside, &choose) }
            <div role="tabpanel" class="beside-panel" id={format!("{slug}-panel")}
                aria-labelledby={format!("{slug}-tab")}>{ open }</div>
            <div class="flavour">
                <p class="note" data-testid="flavour">{ engine_words(store) }</p>
                <button class="link" data-testid="bench-open" aria-haspopup="dialog"
                    onclick={wish(dispatch, Wish::Sheet(Some(Sheet::Bench)))}>{ "Benchmark" }</button>
            </div>
            if environment.debug {
                <button class="control" data-testid="crash" onclick={wish(dispatch, Wish::Crash)}>
                    { "Crash the engine" }
                </button>
            }
        </aside>
    }
}

fn steps_props(store: &Store, dispatch: &Dispatch, view: &View) -> StepsProps {
    StepsProps {
        dispatch: dispatch.clone(),
        looked_at: view.selected,
        version: store.steps.version,
        state: StepsState::of(&store.steps.found, store.shown_step()),
        target: store.steps.target,
        letters: Rc::clone(&store.steps.letters),
        ready: view.ready && store.live.is_none(),
        place: store.place,
    }
}

/// What the benchmark's sheet is given.
pub(crate) fn bench_props(store: &Store, dispatch: &Dispatch) -> BenchProps {
    let threads = match store.engine {
        Engine::Ready { threads } => threads,
        Engine::Booting | Engine::Failed => 0,
    };
    BenchProps {
        dispatch: dispatch.clone(),
        bench: store.bench.clone().map(Shared),
        settings: store.settings.clone(),
        threads,
        isolated: store.has_threads(),
        alert: store.alert.clone(),
    }
}

fn engine_words(store: &Store) -> &'static str {
    match (store.engine, store.flavour) {
        (Engine::Ready { threads: 1.. }, Flavour::Threads) => "Engine with real threads",
        (Engine::Ready { .. }, _) => "Engine on a single thread",
        (Engine::Booting, _) => "The engine is on its way",
        (Engine::Failed, _) => "The engine stopped",
    }
}
