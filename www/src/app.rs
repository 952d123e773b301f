//! The whole page: holds the store, wires the browser to it, lays out the parts.

use std::rc::Rc;

use lanescope_protocol::{Scenario, Version};
use lanescope_timeline::{Film, Theme};
use web_sys::{File, HtmlInputElement};
use yew::{
    Callback, Event, Html, TargetCast, UseReducerHandle, function_component, hook, html,
    use_callback, use_effect_with, use_memo, use_mut_ref, use_node_ref, use_reducer, use_state_eq,
};

use crate::composer::{BlockList, Knobs, Tools, TransactionForm, addition};
use crate::effects::Effects;
use crate::engine_link::Flavour;
use crate::environment::Environment;
use crate::files;
use crate::hooks::{use_drop, use_frames, use_keys, use_motion};
use crate::icons::Icon;
use crate::inspector::{Incarnation, Totals};
use crate::keys::Does;
use crate::notices::{KeySheet, Notices};
use crate::playback::SPEEDS;
use crate::stage::Stage;
use crate::store::{Action, Engine, Store, Wish};
use crate::theme;
use crate::top_bar::TopBar;
use crate::transport::Transport;
use crate::words::{Shared, wish};

#[function_component(App)]
pub(crate) fn app() -> Html {
    let environment = *use_memo((), |()| Environment::read());
    let store = use_reducer(|| Store::new(environment.flavour, environment.still));
    let dispatch = store.dispatcher();
    let bring = use_effects(&store, environment);
    let (theme, turn_theme) = use_theme();
    let picker = use_node_ref();
    let open = use_callback(picker.clone(), |(): (), picker| {
        if let Some(input) = picker.cast::<HtmlInputElement>() {
            input.click();
        }
    });
    let over = use_drop(bring.clone());
    use_frames(&dispatch, store.playback.playing);
    use_motion(&dispatch);
    let fit = use_state_eq(|| 0u32);
    let pressed = use_callback((store.keys, store.editing, turn_theme.clone()), {
        let (dispatch, fit) = (dispatch.clone(), fit.clone());
        move |does: Does, (keys, editing, turn_theme)| match does {
            Does::Escape if *keys => dispatch.dispatch(Action::Wish(Wish::Keys(false))),
            Does::Escape if editing.is_some() => {
                dispatch.dispatch(Action::Wish(Wish::Form(None)));
            }
            Does::Escape => dispatch.dispatch(Action::Wish(Wish::Select(None))),
            Does::Sheet => dispatch.dispatch(Action::Wish(Wish::Keys(!*keys))),
            _ if *keys => {}
            Does::Theme => turn_theme.emit(()),
            Does::Fit => fit.set(*fit + 1),
            Does::Wish(wish) => dispatch.dispatch(Action::Wish(wish)),
        }
    });
    use_keys(pressed);
    use_document_words(&store);
    let picked = use_callback(bring, |event: Event, bring| {
        let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            bring.emit(file);
        }
        // The same file can be chosen again, after it was changed.
        input.set_value("");
    });
    let view = View::of(&store);
    html! {
        <div class="app" data-testid="drop-target">
            <TopBar dispatch={dispatch.clone()} catalogue={Shared(store.catalogue.clone())}
                scenario={view.scenario.clone()} workload={store.recipe.workload.clone()}
                settings={store.settings} threads={store.has_threads()} ready={view.ready}
                running={store.running.is_some()} {open} theme={turn_theme} />
            <Stage dispatch={dispatch.clone()} film={view.film.clone()}
                caption={view.film.as_ref().map(|film| store.playback.caption(film))}
                time={store.playback.time} event_time={view.event_time} selected={view.selected}
                playing={store.playback.playing} fit={*fit}
                motion={!store.still && SPEEDS[store.playback.speed] <= 4.0} {theme} engine={store.engine}
                running={store.running.is_some()}
                progress={store.running.as_ref().and_then(|running| running.progress.clone())} />
            <Transport dispatch={dispatch.clone()} film={view.film.clone()} time={store.playback.time}
                playing={store.playback.playing} speed={store.playback.speed}
                {theme} />
            { composer(&store, &view) }
            { inspector(&store, &view, environment) }
            <Notices dispatch={dispatch.clone()} alert={store.alert.clone()}
                crash={store.crash.clone()} engine={store.engine} />
            if store.keys { <KeySheet dispatch={dispatch.clone()} /> }
            <input type="file" class="unseen" ref={picker} tabindex="-1" aria-hidden="true"
                accept=".json,.gz,application/json,application/gzip" data-testid="file" onchange={picked} />
            if *over { <div class="drop-veil" aria-hidden="true"><p>{ "Drop a scenario or a block" }</p></div> }
        </div>
    }
}

/// What several parts need, made once per drawing.
struct View {
    scenario: Option<Shared<Scenario>>,
    film: Option<Shared<Film>>,
    /// The film, if it is still of the block in the list.
    current: Option<Shared<Film>>,
    /// When the last thing happened: between two events nothing changes but the playhead.
    event_time: f64,
    selected: Option<Version>,
    ready: bool,
}

impl View {
    fn of(store: &Store) -> Self {
        let film = store.shown().cloned().map(Shared);
        let last = film.as_ref().and_then(|film| {
            film.moments().get(store.playback.step.checked_sub(1)?).map(|moment| moment.time())
        });
        Self {
            scenario: store.draft.scenario().cloned().map(Shared),
            current: film.clone().filter(|_| store.is_current() && store.live.is_none()),
            selected: store.looked_at(),
            event_time: last.unwrap_or(store.playback.time).min(store.playback.time),
            film,
            ready: matches!(store.engine, Engine::Ready { .. }),
        }
    }
}

fn composer(store: &UseReducerHandle<Store>, view: &View) -> Html {
    let dispatch = store.dispatcher();
    let Some(scenario) = &view.scenario else {
        return html! { <section class="block" aria-label="Block"><h2 class="panel-title">{ "Block" }</h2></section> };
    };
    let length = scenario.transactions.len();
    let workload =
        store.catalogue.workloads.iter().find(|known| known.name == store.recipe.workload);
    let imported = scenario.imported.is_some();
    html! {
        <section class="block" aria-label="Block">
            <h2 class="panel-title">
                <span>{ "Block · " }{ lanescope_timeline::format::count(length, "transaction") }</span>
                <span class="aside">{ "order is law" }</span>
            </h2>
            <Tools dispatch={dispatch.clone()} scenario={scenario.clone()} row={store.row}
                can_undo={store.draft.can_undo()} can_redo={store.draft.can_redo()} />
            <BlockList dispatch={dispatch.clone()} scenario={scenario.clone()} film={view.current.clone()}
                time={view.event_time} row={store.row}
                looked_at={view.current.as_ref().and(view.selected).map(|version| version.tx.get())} />
            <button class="control add" data-testid="tx-add"
                onclick={wish(&dispatch, Wish::Edit(addition(scenario, store.row)))}>
                { Icon::Add.draw() }{ "Add transaction" }
            </button>
            if let Some(at) = store.editing {
                <TransactionForm key={at} dispatch={dispatch.clone()} catalogue={Shared(store.catalogue.clone())}
                    scenario={scenario.clone()} {at} />
            } else if let Some(workload) = workload.filter(|_| !imported) {
                <Knobs {dispatch} workload={workload.clone()} recipe={store.recipe.clone()}
                    edited={scenario.recipe.is_none()} />
            }
        </section>
    }
}

fn inspector(store: &UseReducerHandle<Store>, view: &View, environment: Environment) -> Html {
    let dispatch = store.dispatcher();
    html! {
        <aside class="inspector" aria-label="Why">
            if let Some(film) = &view.film {
                <Incarnation dispatch={dispatch.clone()} film={film.clone()} version={view.selected}
                    time={view.event_time} />
                <Totals film={film.clone()} threads={store.has_threads()} gas={store.times.gas}
                    measured={store.times.threads} />
            }
            <p class="flavour note" data-testid="flavour">{ engine_words(store) }</p>
            if environment.debug {
                <button class="control" data-testid="crash" onclick={wish(&dispatch, Wish::Crash)}>
                    { "Crash the engine" }
                </button>
            }
        </aside>
    }
}

fn engine_words(store: &Store) -> String {
    match (store.engine, store.flavour) {
        (Engine::Ready { threads: 1.. }, Flavour::Threads) => "Engine with real threads".to_owned(),
        (Engine::Ready { .. }, _) => "Engine on a single thread".to_owned(),
        (Engine::Booting, _) => "The engine is on its way".to_owned(),
        (Engine::Failed, _) => "The engine stopped".to_owned(),
    }
}

/// Does what the store asks for. Returns what to call with a file that the user brings.
#[hook]
fn use_effects(store: &UseReducerHandle<Store>, environment: Environment) -> Callback<File> {
    let dispatch = store.dispatcher();
    let effects = {
        let dispatch = dispatch.clone();
        use_mut_ref(move || Effects::new(dispatch, environment.flavour))
    };
    let newest = store.outbox.last().map(|(serial, _)| *serial);
    use_effect_with(newest, {
        let (effects, outbox) = (Rc::clone(&effects), store.outbox.clone());
        move |_| effects.borrow_mut().run(&outbox)
    });
    use_callback(dispatch, move |file: File, dispatch| {
        let (dispatch, effects) = (dispatch.clone(), Rc::clone(&effects));
        files::read(
            &file,
            Callback::from(move |read: files::Read| {
                let action = match read {
                    Ok((name, bytes)) => {
                        let file = effects.borrow_mut().keep(bytes);
                        Action::FileRead { file, name }
                    }
                    Err(sentence) => Action::Refused(sentence),
                };
                dispatch.dispatch(action);
            }),
        );
    })
}

/// The theme on the screen, and what to call to turn it.
#[hook]
fn use_theme() -> (Theme, Callback<()>) {
    let theme = use_state_eq(theme::current);
    use_effect_with((), {
        let setter = theme.setter();
        move |()| {
            let listener = theme::on_system_change(move |theme| {
                theme::show(theme);
                setter.set(theme);
            });
            move || drop(listener)
        }
    });
    let turn = use_callback((*theme, theme.setter()), |(): (), (theme, setter)| {
        let other = theme::other(*theme);
        theme::show(other);
        theme::remember(other);
        setter.set(other);
    });
    (*theme, turn)
}

/// Says on the document where the page stands, for tests and for whoever embeds it.
#[hook]
fn use_document_words(store: &Store) {
    let words = (store.state(), store.flavour.slug(), store.finished);
    use_effect_with(words, |(state, engine, run)| {
        let root = web_sys::window()
            .and_then(|window| window.document())
            .and_then(|document| document.document_element());
        if let Some(root) = root {
            for (name, value) in
                [("data-state", *state), ("data-engine", *engine), ("data-run", &run.to_string())]
            {
                // The names are valid, so setting them cannot fail.
                let _ = root.set_attribute(name, value);
            }
        }
    });
}
