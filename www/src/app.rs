//! The whole page: holds the store, wires the browser to it, lays out the parts.

use std::rc::Rc;

use lanescope_protocol::{Strategy, Version};
use lanescope_timeline::Theme;
use web_sys::{File, HtmlInputElement};
use yew::{
    Callback, Event, Html, NodeRef, TargetCast, UseReducerHandle, classes, function_component,
    hook, html, use_callback, use_effect_with, use_memo, use_mut_ref, use_node_ref, use_reducer,
    use_state_eq,
};

use crate::bench::bench;
use crate::compare::{CompareView, contestants};
use crate::contrast::{BarProps, Common, StackedProps, stacked};
use crate::effects::Effects;
use crate::empty::EmptyBlock;
use crate::environment::Environment;
use crate::files;
use crate::find::find_props;
use crate::hooks::{use_drop, use_frames, use_key_glyphs, use_keys, use_motion, use_turns};
use crate::keys::{Does, Keyboard, use_single_keys};
use crate::lanes::Axis;
use crate::notices::{NoticesProps, notices};
use crate::palette::{Palette, PaletteProps, palette_props};
use crate::panels::{View, bench_props, block_panel, why_panel};
use crate::part::part;
use crate::playback::SPEEDS;
use crate::provenance::{ProvenanceProps, provenance};
use crate::sheet::{Overlay, key_list};
use crate::stage::{StageProps, stage};
use crate::store::{
    Action, Engine, FindWish, RangeWish, Sheet, Store, View as Showing, WhatIfWish, Wish,
};
use crate::theme;
use crate::top_bar::{TopBarProps, top_bar};
use crate::transport::{TransportProps, transport};
use crate::words::{Dispatch, Shared};

/// Turns in which the page is drawn first: the middle, the block, why.
const TURNS: u32 = 2;

/// What the user can do that is more than one wish. Made once, so that no part is drawn for it.
struct Ways {
    dispatch: Dispatch,
    open: Callback<()>,
    keyboard: Keyboard,
    act: Callback<Does>,
    /// Whether keys that stand alone are heard, and what changes that.
    single_keys: (bool, Callback<()>),
    turn_theme: Callback<()>,
    on_select: Callback<Option<Version>>,
    on_seek: Callback<f64>,
    on_range: Callback<(f64, f64)>,
}

#[function_component(App)]
pub(crate) fn app() -> Html {
    let environment = *use_memo((), |()| Environment::read());
    let store = use_reducer(|| Store::new(environment.flavour, environment.still));
    let dispatch = store.dispatcher();
    let axis = (*use_memo((), |()| Axis::default())).clone();
    let bring = use_effects(&store, environment, &axis);
    let (theme, turn_theme) = use_theme();
    let picker = use_node_ref();
    let over = use_drop(bring.clone());
    use_frames(&dispatch, store.playback.playing);
    use_motion(&dispatch);
    use_document_words(&store);
    let open = use_callback(picker.clone(), |(): (), picker| open_picker(picker));
    let act = use_act(&store, &turn_theme, &axis, &open);
    let single_keys = use_single_keys();
    use_keyboard(&store, &act, !single_keys.0);
    use_reveal(&store, &axis);
    let turn = use_turns(TURNS);
    let keyboard = use_key_glyphs(store.sheet.is_some());
    let ways = Ways {
        open,
        act,
        single_keys,
        keyboard: (*keyboard).clone(),
        turn_theme,
        on_select: use_callback(dispatch.clone(), |version, dispatch| {
            dispatch.dispatch(Action::Wish(Wish::Select(version)));
        }),
        on_seek: use_callback(dispatch.clone(), |time, dispatch| {
            dispatch.dispatch(Action::Wish(Wish::Seek(time)));
        }),
        on_range: use_callback(dispatch.clone(), |(from, to), dispatch| {
            dispatch.dispatch(Action::Wish(Wish::Range(RangeWish::Set(from, to))));
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
        <div class={classes!("app", frame_class(&store))} data-testid="drop-target">
            { parts(&store, &ways, theme, &axis, (environment, turn)) }
            <input type="file" class="unseen" ref={picker} tabindex="-1" aria-hidden="true"
                accept=".json,.gz,.lstr,application/json,application/gzip" data-testid="file" onchange={picked} />
            if *over { <div class="drop-veil" aria-hidden="true"><p>{ "Drop a scenario, a block or a trace" }</p></div> }
        </div>
    }
}

/// What stands beside the stage: the comparison has neither time nor details, strategies that are
/// stacked have time.
fn frame_class(store: &Store) -> Option<&'static str> {
    match (store.view, &store.whatif.stack) {
        (Showing::Compare, _) => Some("app-compare"),
        (Showing::Stack, Some(stack)) if !stack.of_change => Some("app-stack"),
        _ => None,
    }
}

fn open_picker(picker: &NodeRef) {
    if let Some(input) = picker.cast::<HtmlInputElement>() {
        input.click();
    }
}

fn parts(store: &Store, ways: &Ways, theme: Theme, axis: &Axis, at: (Environment, u32)) -> Html {
    let (environment, turn) = at;
    let view = View::of(store);
    let dispatch = &ways.dispatch;
    let playback = &store.playback;
    let strategies = store.whatif.stack.as_ref().is_some_and(|stack| !stack.of_change);
    let common = Common {
        dispatch,
        on_select: &ways.on_select,
        on_seek: &ways.on_seek,
        axis,
        theme,
        motion: !store.still && SPEEDS[playback.speed] <= 4.0,
        event_time: view.event_time,
    };
    let stacks = (store.view == Showing::Stack).then(|| StackedProps::of(store, &common)).flatten();
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
        exporting: store.exporting,
        filmed: store.film.is_some() || store.stored.is_some(),
        running: store.is_busy(),
        stored: store.stored.as_ref().map(|stored| Rc::clone(&stored.name)),
        open: ways.open.clone(),
        theme: ways.turn_theme.clone(),
    };
    let middle = StageProps {
        dispatch: dispatch.clone(),
        on_select: ways.on_select.clone(),
        on_seek: ways.on_seek.clone(),
        on_range: ways.on_range.clone(),
        film: view.film.clone(),
        caption: view.film.as_ref().map(|film| playback.caption(film)),
        time: playback.time,
        event_time: view.event_time,
        focus: view.focus.clone(),
        axis: axis.clone(),
        find: find_props(store, dispatch),
        marks: store.marks(),
        forsaken: store.engine == Engine::Failed && store.crash.is_none(),
        empty: empty(store, ways, &view),
        below: store.below,
        playing: playback.playing,
        motion: common.motion,
        whatif: BarProps::of(store, dispatch),
        hands: store.hands(view.event_time),
        theme,
        engine: store.engine,
        running: store.is_busy(),
        progress: store.progress(),
    };
    let hands = (&ways.on_seek, &ways.on_range);
    let time = TransportProps::of(store, dispatch, view.lead.clone(), axis, theme, hands);
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
        view: if strategies { Showing::Compare } else { store.view },
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
                    alert={store.alert.clone()} contestants={contestants(store)}
                    ticked={store.whatif.ticked.clone()} stackable={store.stackable()} />
            } else if let Some(stacks) = stacks {
                { part(stacks, stacked) }
                { part(time, transport) }
            } else {
                { part(middle, stage) }
                { part(time, transport) }
            }
            if turn >= 1 {
                { block_panel(store, dispatch, &view) }
            } else {
                <section class="block" aria-label="Block" />
            }
            if turn < TURNS {
                <aside class="inspector" aria-label="Why" />
            } else if store.view == Showing::Lanes || (store.view == Showing::Stack && !strategies) { { why_panel(store, dispatch, &view, environment) } }
            { part(told, notices) }
            { sheet(store, ways) }
        </>
    }
}

/// What is offered while the block has no transactions.
fn empty(store: &Store, ways: &Ways, view: &View) -> Option<EmptyBlock> {
    let scenario = view.scenario.clone().filter(|_| store.is_empty_block())?;
    Some(EmptyBlock {
        scenario,
        catalogue: Shared(store.catalogue.clone()),
        can_undo: store.draft.can_undo(),
        open: ways.open.clone(),
    })
}

/// The sheet that is open, if one is.
fn sheet(store: &Store, ways: &Ways) -> Html {
    let dispatch = ways.dispatch.clone();
    match store.sheet {
        Some(Sheet::Keys) => html! {
            <Overlay {dispatch} title="Keys" id="key-sheet" wide={true}>{ key_list(&ways.keyboard, ways.single_keys.0, &ways.single_keys.1) }</Overlay>
        },
        Some(Sheet::Palette) => {
            let PaletteProps { dispatch, keyboard, catalogue, film, names, act } =
                palette_props(store, &dispatch, &ways.keyboard, &ways.act);
            html! { <Palette {dispatch} {keyboard} {catalogue} {film} {names} {act} /> }
        }
        Some(Sheet::Bench) => {
            let given = bench_props(store, &dispatch);
            html! {
                <Overlay {dispatch} title="Benchmark" id="bench-sheet" wide={true}>{ part(given, bench) }</Overlay>
            }
        }
        None => Html::default(),
    }
}

/// What to call with what the user wants done, by a key or by its name.
#[hook]
fn use_act(
    store: &UseReducerHandle<Store>,
    turn_theme: &Callback<()>,
    axis: &Axis,
    open: &Callback<()>,
) -> Callback<Does> {
    let given = (store.view, turn_theme.clone(), axis.clone(), open.clone());
    use_callback(given, {
        let dispatch = store.dispatcher();
        move |does: Does, (view, turn_theme, axis, open)| {
            let wish = match does {
                Does::Escape => return,
                Does::Sheet => Wish::Sheet(Some(Sheet::Keys)),
                Does::Palette => Wish::Sheet(Some(Sheet::Palette)),
                Does::Theme => return turn_theme.emit(()),
                Does::Open => return open.emit(()),
                Does::Strategy(number) => match nth_strategy(number) {
                    Some(strategy) => Wish::Strategy(strategy),
                    None => return,
                },
                Does::Steer(steer) => return axis.steer(steer),
                Does::Follow => return axis.set_follows(!axis.follows()),
                Does::Compare => Wish::View(match view {
                    Showing::Lanes | Showing::Stack => Showing::Compare,
                    Showing::Compare => Showing::Lanes,
                }),
                Does::Search => Wish::Find(FindWish::Open),
                Does::Wish(wish) => wish,
            };
            // What is found is seen on the lanes.
            if matches!(wish, Wish::Find(_)) && *view == Showing::Compare {
                dispatch.dispatch(Action::Wish(Wish::View(Showing::Lanes)));
            }
            dispatch.dispatch(Action::Wish(wish));
        }
    })
}

/// Listens to the keyboard.
#[hook]
fn use_keyboard(store: &UseReducerHandle<Store>, act: &Callback<Does>, silenced: bool) {
    let stands =
        (store.sheet, store.editing, store.drawer, store.view, store.find.open, store.place);
    let stands = (stands, store.alert.is_some());
    let pressed = use_callback((stands, act.clone()), {
        let dispatch = store.dispatcher();
        move |does: Does, (((sheet, editing, drawer, view, find, place), alert), act)| {
            let wish = match does {
                Does::Escape if sheet.is_some() => Wish::Sheet(None),
                Does::Sheet if *sheet == Some(Sheet::Keys) => Wish::Sheet(None),
                Does::Palette if *sheet == Some(Sheet::Palette) => Wish::Sheet(None),
                Does::Escape if *alert => Wish::DismissAlert,
                Does::Escape if editing.is_some() => Wish::Form(None),
                Does::Escape if drawer.is_some() => Wish::Drawer(None),
                Does::Escape if *view == Showing::Stack => Wish::WhatIf(WhatIfWish::CloseStack),
                Does::Escape if *view == Showing::Compare => Wish::View(Showing::Lanes),
                Does::Escape if *find => Wish::Find(FindWish::Close),
                Does::Escape if place.is_some() => Wish::Place(None),
                Does::Escape => Wish::Select(None),
                Does::Sheet | Does::Palette => return act.emit(does),
                _ if sheet.is_some() => return,
                _ => return act.emit(does),
            };
            dispatch.dispatch(Action::Wish(wish));
        }
    });
    use_keys(pressed, store.view == Showing::Compare, silenced);
}

/// Brings on screen what the search went to, and the moment to which somebody walked along causes.
#[hook]
fn use_reveal(store: &Store, axis: &Axis) {
    let (film, time) = (store.shown().cloned(), store.playback.time);
    let reveal = {
        let axis = axis.clone();
        move |tick: f64, end: f64| axis.look_at(axis.view(end).reveal(tick, end), end)
    };
    use_effect_with(store.find.went, {
        let (film, reveal) = (film.clone(), reveal.clone());
        move |(_, id)| {
            let found = film.as_ref().and_then(|film| Some((film.bar((*id)?)?, film.end() as f64)));
            if let Some((bar, end)) = found {
                reveal(bar.start as f64 + bar.length() as f64 / 2.0, end);
            }
        }
    });
    use_effect_with(store.why.reveals, move |_| {
        if let Some(film) = film {
            reveal(time, film.end() as f64);
        }
    });
}

/// The strategy of this number in the menu, from 1.
fn nth_strategy(number: u8) -> Option<Strategy> {
    Strategy::all().nth(usize::from(number).checked_sub(1)?)
}

/// Does what the store asks for. Returns what to call with a file that the user brings.
#[hook]
fn use_effects(
    store: &UseReducerHandle<Store>,
    environment: Environment,
    axis: &Axis,
) -> Callback<File> {
    let dispatch = store.dispatcher();
    let effects = {
        let (dispatch, axis) = (dispatch.clone(), axis.clone());
        use_mut_ref(move || Effects::new(dispatch, environment.flavour, axis))
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
