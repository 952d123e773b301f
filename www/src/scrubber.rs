//! The playhead's track: drag it, click it, or use it as a slider from the keyboard.

use lanescope_timeline::{Film, format};
use web_sys::{Element, HtmlElement, PointerEvent};
use yew::{Callback, Html, Properties, function_component, html, use_mut_ref, use_node_ref};

use crate::store::{Action, Wish};
use crate::words::{Dispatch, Shared};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct ScrubberProps {
    pub(crate) dispatch: Dispatch,
    pub(crate) film: Option<Shared<Film>>,
    pub(crate) time: f64,
    pub(crate) dark: bool,
}

#[function_component(Scrubber)]
pub(crate) fn scrubber(props: &ScrubberProps) -> Html {
    let track = use_node_ref();
    let held = use_mut_ref(|| false);
    let end = props.film.as_ref().map_or(0.0, |film| film.end() as f64);
    let seek = {
        let (dispatch, track) = (props.dispatch.clone(), track.clone());
        Callback::from(move |event: PointerEvent| {
            let Some(track) = track.cast::<Element>() else { return };
            let frame = track.get_bounding_client_rect();
            let share = (f64::from(event.client_x()) - frame.left()) / frame.width().max(1.0);
            dispatch.dispatch(Action::Wish(Wish::Seek(share.clamp(0.0, 1.0) * end)));
        })
    };
    let down = {
        let (held, seek, track) = (held.clone(), seek.clone(), track.clone());
        Callback::from(move |event: PointerEvent| {
            *held.borrow_mut() = true;
            if let Some(track) = track.cast::<HtmlElement>() {
                // Without capture the drag ends at the track's edge; that it fails is no harm.
                let _ = track.set_pointer_capture(event.pointer_id());
            }
            seek.emit(event);
        })
    };
    let moved = {
        let held = held.clone();
        Callback::from(move |event: PointerEvent| {
            if *held.borrow() {
                seek.emit(event);
            }
        })
    };
    let up = Callback::from(move |_: PointerEvent| *held.borrow_mut() = false);
    let part = if end > 0.0 { (props.time / end).clamp(0.0, 1.0) } else { 0.0 };
    let spoken = props.film.as_ref().map(|film| {
        let clock = film.clock();
        format!("{} of {}", format::ticks(clock, props.time), format::ticks(clock, end))
    });
    html! {
        <div class="scrubber" data-testid="scrubber" ref={track} role="slider" tabindex="0"
            aria-label="Playhead" aria-valuemin="0" aria-valuemax={end.to_string()}
            aria-valuenow={props.time.round().to_string()} aria-valuetext={spoken}
            style={format!("--part: {:.3}%", part * 100.0)}
            onpointerdown={down} onpointermove={moved} onpointerup={up.clone()} onpointercancel={up}>
            <div class="scrubber-track" />
            <div class="scrubber-head" aria-hidden="true" />
        </div>
    }
}
