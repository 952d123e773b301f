//! The chart of speed-ups: nothing overlaps, nothing leaves the picture, lines differ without colour.

use lanescope_timeline::chart::{LabelPlace, LineStyle};
use lanescope_timeline::svg::Words;
use lanescope_timeline::{ChartLayout, ChartLine, ChartPoint, Theme, speedup_chart};

const LANES: [u16; 7] = [1, 2, 4, 8, 16, 32, 64];

/// Lines that come near each other, and some that lie on each other.
fn lines(count: usize) -> Vec<ChartLine> {
    (0..count)
        .map(|index| {
            let most = 1.0 + (index % 5) as f64 * 1.7;
            let point = |lanes: u16| ChartPoint { lanes, speedup: f64::from(lanes).min(most) };
            let label = format!("strategy-{index}:with=some,parameters=on");
            ChartLine { label, points: LANES.map(point).into() }
        })
        .collect()
}

/// Left, top, right, bottom of words, on the wide side.
type Extent = [f64; 4];

fn extents(layout: &ChartLayout) -> Vec<Extent> {
    let curves = layout.curves.iter().filter_map(|curve| curve.label.as_ref());
    let labels = curves.chain(layout.bounds.iter().map(|bound| &bound.label));
    labels
        .map(|label| {
            let width = label.words.chars().count() as f64 * 12.0 * 0.58;
            [label.at[0], label.at[1] - 6.0, label.at[0] + width, label.at[1] + 6.0]
        })
        .collect()
}

#[test]
fn no_words_overlap_or_leave_the_picture() {
    for count in [0, 1, 3, 12, 26] {
        for width in [320.0, 700.0, 960.0, 1600.0] {
            for critical in [None, Some(3.2), Some(400.0), Some(f64::NAN)] {
                let layout = ChartLayout::new(&lines(count), critical, width);
                let extents = extents(&layout);
                let what = format!("{count} lines, {width} pixels, critical path {critical:?}");
                for (index, [left, top, right, bottom]) in extents.iter().enumerate() {
                    assert!(*left >= 0.0 && *right <= layout.width, "{what}: {extents:?}");
                    assert!(*top >= 0.0 && *bottom <= layout.height, "{what}: {extents:?}");
                    for other in &extents[index + 1..] {
                        let apart = *right <= other[0]
                            || other[2] <= *left
                            || *bottom <= other[1] + 1e-6
                            || other[3] <= *top + 1e-6;
                        assert!(apart, "{what}: {:?} and {other:?}", extents[index]);
                    }
                }
            }
        }
    }
}

#[test]
fn curves_stay_in_the_plot_and_rise_with_the_speedup() {
    let layout = ChartLayout::new(&lines(5), Some(6.0), 1200.0);
    let plot = layout.plot;
    for curve in &layout.curves {
        assert_eq!(curve.points.len(), LANES.len());
        for [x, y] in &curve.points {
            assert!((plot.x..=plot.right()).contains(x) && (plot.y..=plot.bottom()).contains(y));
        }
        assert!(curve.points.windows(2).all(|pair| pair[0][0] < pair[1][0]));
        assert!(curve.points.windows(2).all(|pair| pair[0][1] >= pair[1][1]));
    }
    let perfect = layout.bounds[0].ends.unwrap();
    let best = &layout.curves[4].points;
    assert!((perfect[0][1] - best[0][1]).abs() < 1e-9, "one lane is as fast as one lane");
    assert_eq!(layout.bounds[1].label.words, "critical path 6×");
    assert_eq!(layout.place, LabelPlace::Beside);
}

#[test]
fn labels_go_below_where_there_is_no_room_beside() {
    let layout = ChartLayout::new(&lines(8), None, 360.0);
    assert_eq!(layout.place, LabelPlace::Below);
    let below = |curve: &lanescope_timeline::chart::ChartCurve| {
        curve.label.as_ref().is_some_and(|label| label.at[1] > layout.plot.bottom())
    };
    assert!(layout.curves.iter().all(below));
}

#[test]
fn lines_differ_without_colour() {
    let styles: Vec<_> = (0..28).map(LineStyle::of).collect();
    for (index, one) in styles.iter().enumerate() {
        for other in &styles[index + 1..] {
            assert!(
                one.marker() != other.marker() || one.dash() != other.dash(),
                "{one:?} and {other:?}"
            );
        }
    }
}

#[test]
fn what_is_missing_leaves_no_trace() {
    let nothing = ChartLine { label: "refused".to_owned(), points: Vec::new() };
    let zero = ChartPoint { lanes: 4, speedup: 0.0 };
    let broken = ChartLine { label: "broken".to_owned(), points: vec![zero] };
    let mut all = vec![nothing, broken];
    all.extend(lines(1));
    let words = Words { title: "a < b", description: "what is seen" };
    let dark = speedup_chart(&all, None, 900.0, Theme::Dark, words);
    assert!(!dark.contains("refused") && !dark.contains("broken") && dark.contains("strategy-0"));
    assert!(dark.contains("<title>a &lt; b</title>") && dark.contains("<desc>what is seen</desc>"));
    assert!(!dark.contains("NaN") && !dark.contains("inf"));
    assert_ne!(dark, speedup_chart(&all, None, 900.0, Theme::Light, words));
}
