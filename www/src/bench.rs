//! The benchmark: how fast plain revm is here, and the chosen strategy on one thread and on many.

use std::rc::Rc;

use lanescope_protocol::message::BenchFigures;
use lanescope_protocol::{Settings, Spread};
use lanescope_timeline::format;
use yew::{Html, html};

use crate::store::{Bench, Progress, Stand, Wish};
use crate::words::{Dispatch, Shared, wish};

/// Said where there are no threads to measure.
const NO_THREADS: &str = "Real threads need a page that is isolated from other sites; this one is not, so there is nothing to measure here.";

#[derive(Clone, PartialEq)]
pub(crate) struct BenchProps {
    pub(crate) dispatch: Dispatch,
    /// The last benchmark, if there was one.
    pub(crate) bench: Option<Shared<Bench>>,
    pub(crate) settings: Settings,
    /// Threads in the engine's pool; 0 if there is none, or not yet.
    pub(crate) threads: u16,
    /// Real threads can be had.
    pub(crate) isolated: bool,
    /// Why the last one was refused.
    pub(crate) alert: Option<Rc<str>>,
}

/// What stands in its sheet.
pub(crate) fn bench(props: &BenchProps) -> Html {
    if !props.isolated {
        return html! { <p data-testid="bench-no-threads">{ NO_THREADS }</p> };
    }
    let bench = props.bench.as_ref();
    let lanes = props.settings.lanes.min(props.threads.max(1));
    html! {
        <div class="bench">
            <p class="note">
                { format!(
                    "Measures this block, a mixed block of 1,000 transactions and a chain of 5,000 on plain revm, \
                     then under {} on one thread and on {}. All take turns, after a warm-up; times are medians, \
                     in brackets the fastest and the slowest.",
                    props.settings.strategy.title(), format::count(usize::from(lanes), "thread"),
                ) }
            </p>
            { start_or_stop(props) }
            <div role="status" data-testid="bench-status">
                if let Some(bench) = bench { <p class="note">{ status(bench, props.alert.as_deref()) }</p> }
            </div>
            if let Some(bench) = bench.filter(|bench| !bench.figures.is_empty()) {
                { table(&bench.figures) }
                <ul class="bench-words">{ for bench.figures.iter().map(|figures| html! {
                    <li data-testid="bench-words">{ verdict(figures) }</li>
                }) }</ul>
            }
        </div>
    }
}

fn start_or_stop(props: &BenchProps) -> Html {
    let going_on = props.bench.as_ref().filter(|bench| bench.is_going_on());
    match going_on {
        None => html! {
            <button class="control primary" data-testid="bench-run" disabled={props.threads == 0}
                onclick={wish(&props.dispatch, Wish::Bench)}>{ "Run the benchmark" }</button>
        },
        Some(bench) => html! {
            <div class="bench-going-on">
                <button class="control" data-testid="bench-stop"
                    onclick={wish(&props.dispatch, Wish::Cancel)}>{ "Stop" }</button>
                { progress(bench) }
            </div>
        },
    }
}

/// Not read aloud with every step: the status says what is being measured.
fn progress(bench: &Bench) -> Html {
    let part = match &bench.stand {
        Stand::GoingOn(Some(Progress { done, total, .. })) if *total > 0 => {
            f64::from(*done) / f64::from(*total) * 100.0
        }
        _ => 0.0,
    };
    html! {
        <div class="bound-track" role="progressbar" aria-label="Benchmark"
            aria-valuenow={format!("{part:.0}")}>
            <div class="bound-used" style={format!("inline-size: {part:.1}%")} />
        </div>
    }
}

fn status(bench: &Bench, alert: Option<&str>) -> String {
    match &bench.stand {
        Stand::GoingOn(None) => "Getting ready.".to_owned(),
        Stand::GoingOn(Some(progress)) => format!("Measuring: {}.", progress.stage),
        Stand::Done => "Done.".to_owned(),
        Stand::Stopped => "Stopped before the end.".to_owned(),
        Stand::Refused => alert.unwrap_or("This block cannot be measured.").to_owned(),
    }
}

fn table(figures: &[BenchFigures]) -> Html {
    let lanes = figures.first().map_or(1, |first| usize::from(first.lanes));
    html! {
        <table class="bench-table">
            <thead><tr>
                <th scope="col">{ "block" }</th><th scope="col">{ "plain revm" }</th>
                <th scope="col">{ "1 thread" }</th><th scope="col">{ format::count(lanes, "thread") }</th>
            </tr></thead>
            <tbody>{ for figures.iter().map(|block| html! {
                <tr data-testid="bench-row">
                    <th scope="row">{ &block.title }</th>
                    { time(block.baseline) }{ time(block.one_thread) }{ time(block.threads) }
                </tr>
            }) }</tbody>
        </table>
    }
}

fn time(spread: Spread) -> Html {
    let range =
        format!("({} – {})", format::milliseconds(spread.min), format::milliseconds(spread.max));
    html! { <td>{ format::milliseconds(spread.median) }<span class="note">{ range }</span></td> }
}

/// One sentence about one block, also where the threads lose.
fn verdict(figures: &BenchFigures) -> Html {
    let threads = format::count(usize::from(figures.lanes), "thread");
    let verb = if figures.lanes == 1 { "is" } else { "are" };
    let speed = |time: &Spread| figures.baseline.median / time.median.max(f64::MIN_POSITIVE);
    let words = format!(
        "{}: {threads} {verb} {} plain revm",
        figures.title,
        format::speed_words(speed(&figures.threads)),
    );
    let rounds = format::count(figures.rounds as usize, "round");
    if figures.identical {
        html! { <>{ words }{ ". " }<span class="good">{ "✓ same result" }</span>{ format!(" in {rounds}.") }</> }
    } else {
        html! { <>{ words }{ ", but " }<strong class="bad">{ "✕ not every result was the same" }</strong>{ "." }</> }
    }
}
