//! What the run was worth: how much faster, what was wasted, how long it took on both clocks.

use lanescope_protocol::Clock;
use lanescope_timeline::{Film, Metrics, format};
use yew::{Html, classes, html};

use crate::store::Timing;
use crate::top_bar::NO_THREADS;
use crate::words::Shared;

#[derive(Clone, PartialEq)]
pub(crate) struct TotalsProps {
    pub(crate) film: Shared<Film>,
    /// Real threads can be had.
    pub(crate) threads: bool,
    /// The same block on the gas clock, if it ran there.
    pub(crate) gas: Option<Timing>,
    /// The same block on threads, if it was measured there.
    pub(crate) measured: Option<Timing>,
}

pub(crate) fn totals(props: &TotalsProps) -> Html {
    if props.film.summary().is_none() {
        return Html::default();
    }
    let metrics = props.film.measures();
    html! {
        <section class="totals" aria-label="What the run was worth">
            { figures(metrics) }
            { producer(metrics) }
            { bound(metrics) }
            { times(props) }
        </section>
    }
}

fn figures(metrics: &Metrics) -> Html {
    let (factor, words) = if metrics.speedup >= 1.0 || metrics.speedup <= 0.0 {
        (metrics.speedup, "faster than one lane")
    } else {
        (1.0 / metrics.speedup, "slower than one lane")
    };
    let bad = |yes: bool| classes!("figure-number", yes.then_some("bad"));
    html! {
        <dl class="figures">
            <div class="figure" data-testid="speedup">
                <dt>{ words }</dt>
                <dd class={bad(metrics.speedup < 0.995)}>{ format::times(factor) }</dd>
            </div>
            <div class="figure" data-testid="wasted">
                <dt>{ "gas wasted" }</dt>
                <dd class={bad(metrics.wasted_gas > 0)}>{ format::percent(metrics.wasted_share) }</dd>
            </div>
            <div class="figure" data-testid="aborts">
                <dt>{ if metrics.aborts == 1 { "abort" } else { "aborts" } }</dt>
                <dd class="figure-number">{ format::grouped(metrics.aborts as u128) }</dd>
            </div>
        </dl>
    }
}

/// A speed-up that the producer has paid for is never shown without its cost.
fn producer(metrics: &Metrics) -> Html {
    let Some(together) = metrics.system_speedup else { return Html::default() };
    html! {
        <p class="note" data-testid="with-producer">
            { format!("That is the validator. With what the producer did before: {}.", format::times(together)) }
        </p>
    }
}

fn bound(metrics: &Metrics) -> Html {
    let Some(best) = metrics.ideal_speedup.filter(|best| *best > 0.0) else {
        return Html::default();
    };
    let used = (metrics.speedup / best).clamp(0.0, 1.0) * 100.0;
    html! {
        <div class="bound" title="The longest chain of transactions in which each needs what the one before wrote">
            <div class="bound-track" aria-hidden="true">
                <div class="bound-used" style={format!("inline-size: {used:.1}%")} />
            </div>
            <p class="note">{ format!("Critical path: {} at best, with any number of lanes.", format::times(best)) }</p>
        </div>
    }
}

fn times(props: &TotalsProps) -> Html {
    let row = |clock: Clock, title: &str, timing: &Timing, id: &'static str| {
        html! {
            <tr data-testid={id}>
                <th scope="row">{ title }</th>
                <td>{ format::ticks_short(clock, timing.one_lane) }</td>
                <td>{ format::ticks_short(clock, timing.parallel) }</td>
                <td class={if timing.identical { "good" } else { "bad" }}>
                    { format::times(timing.one_lane / timing.parallel.max(1.0)) }
                    { if timing.identical { " ✓" } else { " ✕" } }
                </td>
            </tr>
        }
    };
    let lanes = format::count(props.film.lanes(), "lane");
    html! {
        <>
            <table class="times">
                <thead><tr>
                    <th scope="col">{ "time" }</th><th scope="col">{ "one lane" }</th>
                    <th scope="col">{ lanes }</th><td />
                </tr></thead>
                <tbody>
                    if let Some(gas) = &props.gas { { row(Clock::Gas, "in gas", gas, "virtual") } }
                    if let Some(measured) = &props.measured {
                        { row(Clock::Threads, "on threads", measured, "measured") }
                    }
                </tbody>
            </table>
            if !props.threads { <p class="note" data-testid="no-threads">{ NO_THREADS }</p> }
        </>
    }
}
