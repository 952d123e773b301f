//! The lanes' names as buttons: a lane crashes, slows down or recovers where the playhead stands.

use lanescope_protocol::{Lane, Settings};
use lanescope_timeline::{Frame, Viewport, format};
use wasm_bindgen::JsCast;
use web_sys::{
    Element, FocusEvent, HtmlElement, HtmlInputElement, InputEvent, KeyboardEvent, MouseEvent, Node,
};
use yew::{
    Callback, Html, NodeRef, Properties, TargetCast, UseStateSetter, classes, function_component,
    html, use_effect_with, use_node_ref, use_state_eq,
};

use crate::lanes::{type_scale, use_size};
use crate::store::{Action, LaneState, LaneWish, WhatIfWish, Wish};
use crate::words::Dispatch;

/// Lanes lower than this have one button for all, in pixels.
const HEIGHT_MIN: f64 = 20.0;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct LaneNamesProps {
    pub(crate) dispatch: Dispatch,
    /// How the next run is made.
    pub(crate) settings: Settings,
    /// When something done now takes effect, in ticks.
    pub(crate) tick: u64,
}

#[function_component(LaneNames)]
pub(crate) fn lane_names(props: &LaneNamesProps) -> Html {
    let (root, menu) = (use_node_ref(), use_node_ref());
    let size = use_size(&root);
    let open = use_state_eq(|| None::<usize>);
    let is_open = open.is_some();
    use_effect_with(is_open, {
        let menu = menu.clone();
        move |is_open| {
            if *is_open {
                focus_first(&menu);
            }
        }
    });
    let lanes = usize::from(props.settings.lanes);
    let frame = Frame::new(size.0, size.1, type_scale(), lanes, Viewport::fit(1.0));
    let each = frame.pitch >= HEIGHT_MIN;
    let press = {
        let open = open.setter();
        move |lane: usize, now: Option<usize>| {
            let open = open.clone();
            Callback::from(move |_| open.set((now != Some(lane)).then_some(lane)))
        }
    };
    let button = |lane: usize| {
        let is_open = *open == Some(lane);
        name_button(props, &frame, Lane(lane as u8), is_open, press(lane, *open))
    };
    let close = {
        let (open, root) = (open.setter(), root.clone());
        move |refocus: bool, from: Option<usize>| {
            if refocus {
                focus_name(&root, from, each);
            }
            open.set(None);
        }
    };
    let on_key = {
        let (close, now) = (close.clone(), *open);
        Callback::from(move |event: KeyboardEvent| match event.code().as_str() {
            "Escape" => {
                event.prevent_default();
                event.stop_propagation();
                close(true, now);
            }
            "ArrowDown" | "ArrowUp" => {
                event.prevent_default();
                event.stop_propagation();
                step(&event);
            }
            _ => {}
        })
    };
    let on_leave = left(&menu, open.setter());
    html! {
        <div class="lane-names" ref={root}>
            if size.0 > 1.0 {
                if each { { for (0..lanes).map(button) } } else {
                    <button class="lane-name lane-all" aria-haspopup="menu" aria-expanded={is_open.to_string()}
                        title="Crash a lane, slow it down, let it recover" data-testid="lane-name-any"
                        onclick={press(0, open.map(|_| 0))}>{ "lanes ▾" }</button>
                }
                if let Some(lane) = *open {
                    <div class="lane-menu" ref={menu} onkeydown={on_key} onfocusout={on_leave}
                        style={menu_place(&frame, lane, each)}>
                        { choices(props, lane.min(lanes.saturating_sub(1)), each, &open.setter(), &close) }
                    </div>
                }
            }
        </div>
    }
}

/// The name of a lane, which opens the menu.
fn name_button(
    props: &LaneNamesProps,
    frame: &Frame,
    lane: Lane,
    is_open: bool,
    press: Callback<MouseEvent>,
) -> Html {
    let (at, rect) = (lane.get(), frame.lane(lane));
    let state = LaneState::of(&props.settings, lane, props.tick);
    let style = format!(
        "inset-block-start:{:.1}px;block-size:{:.1}px;inline-size:{:.1}px",
        rect.y,
        rect.h,
        frame.plot.x - 4.0
    );
    html! {
        <button key={at} class={classes!("lane-name", (state != LaneState::Well).then_some("lane-ill"))} {style}
            aria-haspopup="menu" aria-expanded={is_open.to_string()}
            aria-label={format!("{lane}{}: crash it, slow it down, let it recover", ill_words(state))}
            title={format!("{lane}: crash it here, slow it down, let it recover")}
            data-testid={format!("lane-name-{}", at + 1)} onclick={press} />
    }
}

/// Closes the menu when the keyboard goes elsewhere.
fn left(menu: &NodeRef, open: UseStateSetter<Option<usize>>) -> Callback<FocusEvent> {
    let menu = menu.clone();
    Callback::from(move |event: FocusEvent| {
        let to = event.related_target().and_then(|to| to.dyn_into::<Node>().ok());
        let inside = menu.cast::<Node>().is_some_and(|menu| menu.contains(to.as_ref()));
        // Pressing the name again closes it there.
        let name = to.and_then(|to| to.dyn_into::<Element>().ok());
        let on_name = name.is_some_and(|name| name.class_list().contains("lane-name"));
        if !inside && !on_name {
            open.set(None);
        }
    })
}

fn ill_words(state: LaneState) -> &'static str {
    match state {
        LaneState::Well => "",
        LaneState::Slow => ", slow at the playhead",
        LaneState::Crashed => ", crashed at the playhead",
    }
}

/// Beside the name, and never below the lanes.
fn menu_place(frame: &Frame, lane: usize, each: bool) -> String {
    let y = if each { frame.lane(Lane(lane as u8)).y } else { frame.plot.y };
    let y = y.min((frame.height - 150.0).max(0.0));
    format!("inset-inline-start:{:.1}px;inset-block-start:{y:.1}px", frame.plot.x)
}

fn choices(
    props: &LaneNamesProps,
    lane: usize,
    each: bool,
    open: &UseStateSetter<Option<usize>>,
    close: &(impl Fn(bool, Option<usize>) + Clone + 'static),
) -> Html {
    let which = Lane(lane as u8);
    let state = LaneState::of(&props.settings, which, props.tick);
    let when = format::gas(props.tick as f64);
    let item = |id: &'static str, words: String, what: LaneWish, on: bool| {
        let (dispatch, close) = (props.dispatch.clone(), close.clone());
        let press = Callback::from(move |_| {
            dispatch.dispatch(Action::Wish(Wish::WhatIf(WhatIfWish::Lane(which, what))));
            close(true, Some(lane));
        });
        html! {
            <button role="menuitem" tabindex="-1" data-testid={id} disabled={!on} onclick={press}>{ words }</button>
        }
    };
    let pick = {
        let (open, lanes) = (open.clone(), usize::from(props.settings.lanes));
        Callback::from(move |event: InputEvent| {
            let input = event.target_dyn_into::<HtmlInputElement>();
            let number = input.and_then(|input| input.value().parse::<usize>().ok());
            if let Some(number) = number.filter(|number| (1..=lanes).contains(number)) {
                open.set(Some(number - 1));
            }
        })
    };
    html! {
        <>
            if each {
                <p class="lane-menu-title">{ format!("{which} at {when}") }</p>
            } else {
                <label class="lane-menu-title">{ "lane " }
                    <input type="number" min="1" max={props.settings.lanes.to_string()} value={(lane + 1).to_string()}
                        data-testid="lane-which" oninput={pick} />{ format!(" at {when}") }
                </label>
            }
            <div role="menu" aria-label={format!("{which} at {when}")}>
                { item("lane-crash", "Crash it here".to_owned(), LaneWish::Crash, state != LaneState::Crashed) }
                { item("lane-slow", "Slow it down 4× from here".to_owned(), LaneWish::Slow, state != LaneState::Slow) }
                { item("lane-recover", "Let it recover here".to_owned(), LaneWish::Recover, state != LaneState::Well) }
            </div>
        </>
    }
}

fn items(menu: &Element) -> Vec<HtmlElement> {
    let Ok(found) = menu.query_selector_all("[role=menuitem]:not(:disabled)") else {
        return Vec::new();
    };
    let found = (0..found.length()).filter_map(|at| found.item(at));
    found.filter_map(|node| node.dyn_into().ok()).collect()
}

fn focus_first(menu: &NodeRef) {
    let first = menu.cast::<Element>().and_then(|menu| items(&menu).into_iter().next());
    if let Some(first) = first {
        // A button can always take the focus.
        let _ = first.focus();
    }
}

fn focus_name(root: &NodeRef, lane: Option<usize>, each: bool) {
    let at = if each { lane.map_or(0, |lane| lane + 1) } else { 1 };
    let name = root.cast::<Element>().and_then(|root| {
        root.query_selector(&format!(".lane-name:nth-of-type({})", at.max(1))).ok().flatten()
    });
    if let Some(name) = name.and_then(|name| name.dyn_into::<HtmlElement>().ok()) {
        // A button can always take the focus.
        let _ = name.focus();
    }
}

/// The arrows go from one choice to the next, round and round.
fn step(event: &KeyboardEvent) {
    let Some(target) = event.target_dyn_into::<Element>() else { return };
    let Some(menu) = target.closest(".lane-menu").ok().flatten() else { return };
    let all = items(&menu);
    let at = all.iter().position(|item| item.is_same_node(Some(&target)));
    let next = match (event.code().as_str(), at) {
        (_, None) => 0,
        ("ArrowDown", Some(at)) => (at + 1) % all.len(),
        (_, Some(at)) => (at + all.len() - 1) % all.len(),
    };
    if let Some(item) = all.get(next) {
        // A button can always take the focus.
        let _ = item.focus();
    }
}
