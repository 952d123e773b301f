//! Speed-up over lanes, a line for each strategy.

use lanescope_protocol::{Strategy, StrategyName};
use lanescope_timeline::chart::{ChartLine, ChartPoint, speedup_chart};
use lanescope_timeline::svg::Words;
use lanescope_timeline::{Theme, format};
use yew::{AttrValue, Html, Properties, function_component, html, use_memo, use_node_ref};

use crate::lanes::{type_scale, use_size};
use crate::provenance::strategy_words;
use crate::store::{Answer, Comparison, Entry};
use crate::verdict::{Look, Verdict};
use crate::words::Shared;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct ChartProps {
    pub(crate) comparison: Shared<Comparison>,
    pub(crate) theme: Theme,
    /// Strategies to show; empty: all of them.
    #[prop_or_default]
    pub(crate) only: Vec<Strategy>,
}

#[function_component(Chart)]
pub(crate) fn chart(props: &ChartProps) -> Html {
    let node = use_node_ref();
    // Drawn at the usual size of type, and enlarged with it.
    let width = use_size(&node).0 / type_scale();
    let picture = use_memo((props.clone(), width), |(props, width)| {
        let (comparison, theme) = (&props.comparison, &props.theme);
        let lines = lines(comparison, &props.only);
        if *width < 1.0 || lines.is_empty() {
            return Html::default();
        }
        let description = describe(&lines);
        let words = Words { title: "Speed-up over lanes", description: &description };
        // The picture is made here, and escapes what it writes.
        let svg = speedup_chart(&lines, critical(comparison), *width, *theme, words);
        Html::from_html_unchecked(AttrValue::from(svg))
    });
    html! {
        <section class="compare-chart" aria-label="Speed-up over lanes">
            <h3 class="panel-title">{ "Speed-up over lanes" }</h3>
            <div ref={node} data-testid="compare-chart">{ (*picture).clone() }</div>
        </section>
    }
}

fn lines(comparison: &Comparison, only: &[Strategy]) -> Vec<ChartLine> {
    let shown = |entry: &Entry| only.is_empty() || only.contains(&entry.strategy);
    let entries = comparison.entries.iter().enumerate().filter(|(_, entry)| shown(entry));
    let parallel =
        entries.filter(|(_, entry)| entry.strategy.rules.name() != StrategyName::Sequential);
    parallel
        .map(|(at, entry)| ChartLine { label: label(entry), points: points(comparison, at) })
        .filter(|line| !line.points.is_empty())
        .collect()
}

fn points(comparison: &Comparison, at: usize) -> Vec<ChartPoint> {
    let speedups = comparison.speedups(at).into_iter();
    speedups.map(|(lanes, speedup)| ChartPoint { lanes, speedup }).collect()
}

/// The strategy's name, and what is to be known before its line is compared with others.
fn label(entry: &Entry) -> String {
    let name = strategy_words(&entry.strategy);
    let Answer::Here(worth) = &entry.answer else { return name };
    match worth.film.summary().map(|summary| Verdict::of(summary).look) {
        Some(Look::Valid) => format!("{name} (E1)"),
        Some(Look::Lucky) => format!("{name} (nothing promised)"),
        Some(Look::Broken) => format!("{name} (✕ wrong)"),
        Some(Look::Exact) | None => name,
    }
}

/// The longest chain of dependent values bounds every strategy that has to wait for them.
fn critical(comparison: &Comparison) -> Option<f64> {
    let bound = |name: StrategyName| {
        let mut worths = comparison.worths();
        let (_, worth) =
            worths.find(|(at, _)| comparison.entries[*at].strategy.rules.name() == name)?;
        worth.metrics.ideal_speedup
    };
    bound(StrategyName::BlockStm).or_else(|| bound(StrategyName::Sequential))
}

fn describe(lines: &[ChartLine]) -> String {
    let line = |line: &ChartLine| {
        let points = line.points.iter().map(|point| {
            let lanes = format::count(usize::from(point.lanes), "lane");
            format!("{} on {lanes}", format::times(point.speedup))
        });
        format!("{}: {}.", line.label, points.collect::<Vec<_>>().join(", "))
    };
    lines.iter().map(line).collect::<Vec<_>>().join(" ")
}
