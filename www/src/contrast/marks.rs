//! What lies over the lanes of one run in a stack: the past that all runs share, and where the others
//! end. Only for the eye; the words stand in the header.

use lanescope_timeline::Frame;
use yew::{
    Html, Properties, function_component, html, use_effect_with, use_force_update, use_node_ref,
};

use crate::lanes::{Axis, type_scale, use_size};

/// Where another run ends.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct End {
    /// In ticks.
    pub(super) at: f64,
    /// Whose, in a word or two.
    pub(super) words: String,
}

#[derive(Clone, PartialEq, Properties)]
pub(super) struct MarksProps {
    pub(super) axis: Axis,
    /// The last tick of the common axis.
    pub(super) end: f64,
    pub(super) lanes: usize,
    /// How long all runs are the same, and how that is said.
    pub(super) past: Option<(f64, String)>,
    pub(super) ends: Vec<End>,
}

#[function_component(Marks)]
pub(super) fn marks(props: &MarksProps) -> Html {
    let root = use_node_ref();
    let (width, height) = use_size(&root);
    let again = use_force_update();
    use_effect_with(props.axis.clone(), move |axis| {
        let watching = axis.watch(move || again.force_update());
        move || drop(watching)
    });
    let view = props.axis.view(props.end);
    let frame = Frame::new(width, height, type_scale(), props.lanes, view);
    let plot = frame.plot;
    let past = props.past.as_ref().map(|(until, words)| {
        let to = frame.x(*until).clamp(plot.x, plot.right());
        let label = to - plot.x > 90.0;
        html! {
            <div class="mark-past" style={place(plot.x, to - plot.x, plot.y, plot.h)}>
                if label { <span>{ words }</span> }
            </div>
        }
    });
    let inside = |end: &&End| (plot.x..=plot.right()).contains(&frame.x(end.at));
    html! {
        <div class="marks" ref={root} aria-hidden="true">
            if width > 1.0 {
                { past.unwrap_or_default() }
                { for props.ends.iter().filter(inside).enumerate().map(|(at, end)| {
                    let x = frame.x(end.at);
                    let left = plot.right() - x < 110.0;
                    html! {
                        <div class={if left { "mark-end mark-left" } else { "mark-end" }}
                            style={format!("{};--at:{at}", place(x, 0.0, plot.y, plot.h))}><span>{ &end.words }</span></div>
                    }
                }) }
            }
        </div>
    }
}

fn place(x: f64, width: f64, y: f64, height: f64) -> String {
    format!(
        "inset-inline-start:{x:.1}px;inset-block-start:{y:.1}px;inline-size:{width:.1}px;block-size:{height:.1}px"
    )
}
