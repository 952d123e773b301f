//! One step: what it costs, what it touches, and the stack before it.

use lanescope_protocol::LocationId;
use lanescope_timeline::format;
use lanescope_timeline::steps::{Drill, Touch, opcode};
use yew::{Callback, Html, classes, html};

use crate::words::{Shared, phrase};

/// Touches before the step that are listed.
const TOUCHES: usize = 6;

#[derive(Clone, PartialEq)]
pub(crate) struct NowProps {
    pub(crate) drill: Shared<Drill>,
    pub(crate) at: usize,
    pub(crate) go: Callback<usize>,
    /// The chosen location.
    pub(crate) place: Option<LocationId>,
}

pub(crate) fn now(props: &NowProps) -> Html {
    let (drill, at) = (&props.drill, props.at);
    let Some(step) = drill.step(at) else { return Html::default() };
    let mut facts = Vec::new();
    facts.extend(drill.cost(at).map(|gas| format!("{} gas", format::grouped(gas.into()))));
    facts.push(format!("{} left in the call", format::grouped(step.left.into())));
    facts.push(format!("memory {} B", format::grouped(step.memory.into())));
    facts.extend(drill.time_words(at).map(|when| format!("at {when}")));
    let call = drill.call(step.call as usize);
    html! {
        <div class="step-now" data-testid="step-now" data-step={at.to_string()}>
            <h3 aria-live="polite">{ opcode(step.opcode) }<span class="note">{ call.map(|call| format!(" in {}", call.name)) }</span></h3>
            <p class="note">{ facts.join(" · ") }</p>
            if let Some(touch) = drill.touch(at) {
                <p class="step-touch" data-testid="step-touch">{ phrase(&drill.touch_words(touch)) }</p>
            }
            { stack(props) }
            { touched(props) }
        </div>
    }
}

fn stack(props: &NowProps) -> Html {
    let (words, height) =
        (props.drill.inspection.stack(props.at), props.drill.inspection.height(props.at));
    let deeper = height.saturating_sub(words.len());
    let word = |(at, word): (usize, &[u8; 32])| {
        let hex: String = word.iter().map(|byte| format!("{byte:02x}")).collect();
        html! {
            <li key={at} title={format!("0x{hex}")}><span class="stack-at">{ at }</span>{ props.drill.names.word(word) }</li>
        }
    };
    html! {
        <section aria-label="Stack">
            <h4>{ "Stack " }<span class="note">{ "top first" }</span></h4>
            if words.is_empty() {
                <p class="note">{ "empty" }</p>
            } else {
                <ol class="step-stack" start="0" data-testid="step-stack">{ for words.iter().enumerate().map(word) }</ol>
            }
            if deeper > 0 { <p class="note">{ format!("and {deeper} deeper") }</p> }
        </section>
    }
}

/// What was touched up to here, the latest first.
fn touched(props: &NowProps) -> Html {
    let drill = &props.drill;
    let upto = drill.touches.partition_point(|touch| touch.step < props.at);
    let mut last: Vec<&Touch> = drill.touches[..upto].iter().rev().take(TOUCHES).collect();
    // Where a location is singled out, its own touches count more than the latest.
    if let Some(place) = props.place {
        let of_place = drill.touches[..upto].iter().rev();
        let of_place = of_place.filter(|touch| touch.location == Some(place));
        let found: Vec<_> = of_place.take(TOUCHES).collect();
        if !found.is_empty() {
            last = found;
        }
    }
    if last.is_empty() {
        return Html::default();
    }
    let one = |touch: &&Touch| {
        let step = touch.step;
        let class = classes!("step-before", touch.stale.then_some("stale"));
        html! {
            <li key={step}><button {class} onclick={props.go.reform(move |_| step)}>{ phrase(&drill.touch_words(touch)) }</button></li>
        }
    };
    html! {
        <section aria-label="State touched before">
            <h4>{ "Touched before " }<span class="note">{ format::count(upto, "time") }</span></h4>
            <ul class="step-befores">{ for last.iter().map(one) }</ul>
        </section>
    }
}
