//! The whole page: holds the store, wires the browser to it, lays out the parts.

use std::rc::Rc;

use lanescope_protocol::Version;
use lanescope_timeline::Theme;
use web_sys::{File, HtmlInputElement};
use yew::{
    Callback, Event, Html, NodeRef, TargetCast, UseReducerHandle, classes, function_component,
    hook, html, use_callback, use_effect_with, use_memo, use_mut_ref, use_node_ref, use_reducer,
    use_state_eq,
};

use crate::bench::bench;
use crate::compare::{CompareView, contestants};
use crate::effects::Effects;
use crate::environment::Environment;
use crate::files;
use crate::hooks::{use_drop, use_frames, use_keys, use_motion};
use crate::keys::Does;
use crate::lanes::Axis;
use crate::notices::{NoticesProps, notices};
use crate::panels::{View, bench_props, block_panel, why_panel};
use crate::part::part;
use crate::playback::SPEEDS;
use crate::provenance::{ProvenanceProps, provenance};
use crate::sheet::{Overlay, key_list};
use crate::stage::{StageProps, stage};
use crate::store::{Action, Sheet, Store, View as Showing, Wish};
use crate::theme;
use crate::top_bar::{TopBarProps, top_bar};
use crate::transport::{TransportProps, transport};
use crate::words::{Dispatch, Shared};

/// What the user can do that is more than one wish. Made once, so that no part is drawn for it.
struct Ways {
    dispatch: Dispatch,
    open: Callback<()>,
    turn_theme: Callback<()>,
    on_select: Callback<Option<Version>>,
    on_seek: Callback<f64>,
}

#[function_component(App)]
pub(crate) fn app() -> Html {
    let environment = *use_memo((), |()| Environment::read());
    let store = use_reducer(|| Store::new(environment.flavour, environment.still));
    let dispatch = store.dispatcher();
    let bring = use_effects(&store, environment);
    let (theme, turn_theme) = use_theme();
    let picker = use_node_ref();
    let over = use_drop(bring.clone());
    use_frames(&dispatch, store.playback.playing);
    use_motion(&dispatch);
    let axis = (*use_memo((), |()| Axis::default())).clone();
    use_keyboard(&store, &turn_theme, &axis);
    use_document_words(&store);
    let ways = Ways {
        open: use_callback(picker.clone(), |(): (), picker| open_picker(picker)),
        turn_theme,
        on_select: use_callback(dispatch.clone(), |version, dispatch| {
            dispatch.dispatch(Action::Wish(Wish::Select(version)));
        }),
        on_seek: use_callback(dispatch.clone(), |time, dispatch| {
            dispatch.dispatch(Action::Wish(Wish::Seek(time)));
        }),
        dispatch,
    };
    let picked = use_callback(bring, |event: Event, bring| {
        let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            bring.emit(file);
        }
        // The same file can be chosen again, after it was changed.
        input.set_value("");
    });
    html! {
        <div class={classes!("app", (store.view == Showing::Compare).then_some("app-compare"))} data-testid="drop-target">
            { parts(&store, &ways, theme, &axis, environment) }
            <input type="file" class="unseen" ref={picker} tabindex="-1" aria-hidden="true"
                accept=".json,.gz,.lstr,application/json,application/gzip" data-testid="file" onchange={picked} />
            if *over { <div class="drop-veil" aria-hidden="true"><p>{ "Drop a scenario, a block or a trace" }</p></div> }
        </div>
    }
}

fn open_picker(picker: &NodeRef) {
    if let Some(input) = picker.cast::<HtmlInputElement>() {
        input.click();
    }
}

fn parts(store: &Store, ways: &Ways, theme: Theme, axis: &Axis, environment: Environment) -> Html {
    let view = View::of(store);
    let dispatch = &ways.dispatch;
    let playback = &store.playback;
    let top = TopBarProps {
        dispatch: dispatch.clone(),
        catalogue: Shared(store.catalogue.clone()),
        scenario: view.scenario.clone(),
        workload: store.recipe.workload.clone(),
        settings: match (&store.stored, &view.film) {
            (Some(_), Some(film)) => film.settings().clone(),
            _ => store.settings.clone(),
        },
        lanes_max: store.lanes_max(),
        view: store.view,
        threads: store.has_threads(),
        ready: view.ready,
        running: store.is_busy(),
        stored: store.stored.as_ref().map(|stored| Rc::clone(&stored.name)),
        open: ways.open.clone(),
        theme: ways.turn_theme.clone(),
    };
    let middle = StageProps {
        dispatch: dispatch.clone(),
        on_select: ways.on_select.clone(),
        on_seek: ways.on_seek.clone(),
        film: view.film.clone(),
        caption: view.film.as_ref().map(|film| playback.caption(film)),
        time: playback.time,
        event_time: view.event_time,
        focus: view.focus.clone(),
        axis: axis.clone(),
        below: store.below,
        playing: playback.playing,
        motion: !store.still && SPEEDS[playback.speed] <= 4.0,
        theme,
        engine: store.engine,
        running: store.is_busy(),
        progress: store.progress(),
    };
    let time = TransportProps {
        dispatch: dispatch.clone(),
        axis: axis.clone(),
        on_seek: ways.on_seek.clone(),
        film: view.film.clone(),
        time: playback.time,
        playing: playback.playing,
        speed: playback.speed,
        theme,
    };
    let told = NoticesProps {
        dispatch: dispatch.clone(),
        alert: store.alert.clone(),
        crash: store.crash.clone(),
        engine: store.engine,
    };
    let how = ProvenanceProps {
        dispatch: dispatch.clone(),
        film: view.film.clone(),
        settings: store.settings.clone(),
        view: store.view,
        comparison: store.comparison.clone().map(Shared),
        drawer: store.drawer,
        refused: store.refused.clone(),
    };
    html! {
        <>
            { part(top, top_bar) }
            { part(how, provenance) }
            if store.view == Showing::Compare {
                <CompareView dispatch={dispatch.clone()} comparison={store.comparison.clone().map(Shared)}
                    current={store.comparison_is_current()} ready={view.ready} {theme}
                    alert={store.alert.clone()} contestants={contestants(store)} />
            } else {
                { part(middle, stage) }
                { part(time, transport) }
            }
            { block_panel(store, dispatch, &view) }
            if store.view == Showing::Lanes { { why_panel(store, dispatch, &view, environment) } }
            { part(told, notices) }
            { sheet(store, dispatch) }
        </>
    }
}

/// The sheet that is open, if one is.
fn sheet(store: &Store, dispatch: &Dispatch) -> Html {
    let dispatch = dispatch.clone();
    match store.sheet {
        Some(Sheet::Keys) => html! {
            <Overlay {dispatch} title="Keys" id="key-sheet">{ key_list() }</Overlay>
        },
        Some(Sheet::Bench) => {
            let given = bench_props(store, &dispatch);
            html! {
                <Overlay {dispatch} title="Benchmark" id="bench-sheet" wide={true}>{ part(given, bench) }</Overlay>
            }
        }
        None => Html::default(),
    }
}

/// Listens to the keyboard.
#[hook]
fn use_keyboard(store: &UseReducerHandle<Store>, turn_theme: &Callback<()>, axis: &Axis) {
    let open = (store.sheet, store.editing, store.drawer, store.view);
    let given = (open, turn_theme.clone(), axis.clone());
    let pressed = use_callback(given, {
        let dispatch = store.dispatcher();
        move |does: Does, ((sheet, editing, drawer, view), turn_theme, axis)| {
            let wish = match does {
                Does::Escape | Does::Sheet if sheet.is_some() => Wish::Sheet(None),
                Does::Escape if editing.is_some() => Wish::Form(None),
                Does::Escape if drawer.is_some() => Wish::Drawer(None),
                Does::Escape if *view == Showing::Compare => Wish::View(Showing::Lanes),
                Does::Escape => Wish::Select(None),
                Does::Sheet => Wish::Sheet(Some(Sheet::Keys)),
                _ if sheet.is_some() => return,
                Does::Theme => return turn_theme.emit(()),
                Does::Fit => return axis.fit(),
                Does::Compare => Wish::View(match view {
                    Showing::Lanes => Showing::Compare,
                    Showing::Compare => Showing::Lanes,
                }),
                Does::Wish(wish) => wish,
            };
            dispatch.dispatch(Action::Wish(wish));
        }
    });
    use_keys(pressed, store.view == Showing::Compare);
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
                    Ok(files::Brought::Bytes(name, bytes)) => {
                        let file = effects.borrow_mut().keep(bytes);
                        Action::FileRead { file, name }
                    }
                    Ok(files::Brought::Trace(file)) => {
                        return effects.borrow_mut().read_trace(file);
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
