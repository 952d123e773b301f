//! Where everything of the chart lies, in CSS pixels.

use super::labels::spread;
use super::scale::{Scale, marks};
use super::style::LineStyle;
use super::{ChartLine, ChartPoint};
use crate::format;
use crate::frame::Rect;
use crate::scene::{Face, Text};

/// Size of words.
pub(super) const WORDS: f64 = 12.0;
/// From one label to the next.
const PITCH: f64 = 16.0;
/// Between a line's end and its label: room for the tie, and for the marker beside the label.
const TIE: f64 = 26.0;
/// From a label's marker to its words.
pub(super) const KEY: f64 = 10.0;
/// Length of the sample of a line in a list below the chart.
const SAMPLE: f64 = 30.0;
/// The least height of the plot.
const PLOT_HEIGHT_MIN: f64 = 260.0;
/// The share of the width that labels beside the plot may take.
const LABELS_SHARE_MAX: f64 = 0.4;

/// The chart's geometry.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartLayout {
    /// Width of the whole picture.
    pub width: f64,
    /// Height of the whole picture.
    pub height: f64,
    /// Where the lines are.
    pub plot: Rect,
    /// Numbers of lanes, along the lower edge of the plot.
    pub columns: Vec<ChartTick>,
    /// Speed-ups, along its left edge.
    pub rows: Vec<ChartTick>,
    /// What no line can pass: perfect scaling, and the critical path.
    pub bounds: Vec<ChartBound>,
    /// A curve for each line, in their order.
    pub curves: Vec<ChartCurve>,
    /// Where labels are.
    pub place: LabelPlace,
}

/// Where the labels of lines are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelPlace {
    /// Beside the ends of the lines.
    Beside,
    /// In a list below the plot: there is no room beside it.
    Below,
}

/// A mark on an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartTick {
    /// Where: from the left for lanes, from the top for speed-ups.
    pub at: f64,
    /// What it says; empty where there is no room.
    pub words: String,
}

/// A bound.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartBound {
    /// Its two ends; nothing where it lies above the plot.
    pub ends: Option<[[f64; 2]; 2]>,
    /// Its words.
    pub label: ChartLabel,
}

/// Words with the place of their left end, vertically the middle.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartLabel {
    /// The words.
    pub words: String,
    /// Where.
    pub at: [f64; 2],
    /// The end of the line that they belong to, where they are beside it.
    pub tie: Option<[f64; 2]>,
}

/// One strategy's line.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartCurve {
    /// Its points, from left to right.
    pub points: Vec<[f64; 2]>,
    /// How it looks.
    pub style: LineStyle,
    /// Its words; nothing where it has no points.
    pub label: Option<ChartLabel>,
}

impl ChartLayout {
    /// Lays out the lines, `width` CSS pixels wide. `critical` is `T1 / critical path`.
    #[must_use]
    pub fn new(lines: &[ChartLine], critical: Option<f64>, width: f64) -> Self {
        let width = width.clamp(200.0, 10_000.0);
        let data = Data::new(lines, critical);
        let widest = data.words.iter().flatten().map(|words| words_width(words));
        let widest = widest.chain(data.critical_words().map(|words| words_width(&words)));
        let widest = widest.fold(0.0, f64::max);
        let beside = TIE + KEY + widest + 4.0;
        let place =
            if beside <= width * LABELS_SHARE_MAX { LabelPlace::Beside } else { LabelPlace::Below };
        let labels = data.words.iter().flatten().count() + 2;
        let left = data.marks.iter().map(|mark| words_width(&format::times(*mark)));
        let left = left.fold(0.0, f64::max) + 12.0;
        let (right, height) = match place {
            LabelPlace::Beside => (beside, (PITCH * labels as f64).max(PLOT_HEIGHT_MIN)),
            LabelPlace::Below => (12.0, PLOT_HEIGHT_MIN),
        };
        let plot = Rect { x: left, y: 52.0, w: (width - left - right).max(40.0), h: height };
        let mut layout = Self {
            width,
            height: plot.bottom() + 46.0,
            plot,
            columns: Vec::new(),
            rows: Vec::new(),
            bounds: Vec::new(),
            curves: Vec::new(),
            place,
        };
        layout.fill(&data);
        layout
    }

    fn fill(&mut self, data: &Data) {
        let plot = self.plot;
        let across = Scale::new(data.lanes, [plot.x, plot.right()]);
        let up = Scale::new(data.ends(), [plot.bottom(), plot.y]);
        self.rows =
            data.marks.iter().map(|mark| tick(up.at(*mark), format::times(*mark))).collect();
        self.columns = columns(data, &across);
        self.bounds.push(self.perfect(data, &across, &up));
        self.curves = (0..)
            .zip(data.points.iter())
            .map(|(index, points)| ChartCurve {
                points: points
                    .iter()
                    .map(|point| [across.at(f64::from(point.lanes)), up.at(point.speedup)])
                    .collect(),
                style: LineStyle::of(index),
                label: None,
            })
            .collect();
        self.bounds.extend(self.critical(data, &up));
        match self.place {
            LabelPlace::Beside => self.label_beside(data),
            LabelPlace::Below => self.label_below(data),
        }
    }

    /// The line on which N lanes are N times as fast, as far as the plot reaches.
    fn perfect(&self, data: &Data, across: &Scale, up: &Scale) -> ChartBound {
        let [low, high] = data.ends();
        let (from, to) = (data.lanes[0].max(low), data.lanes[1].min(high));
        let point = |lanes: f64| [across.at(lanes), up.at(lanes)];
        let ends = (from < to).then(|| [point(from), point(to)]);
        let words = "perfect scaling".to_owned();
        let w = words_width(&words);
        let middle = ends.map_or(self.plot.x, |[_, [x, _]]| x);
        let x = (middle - w / 2.0).clamp(0.0, (self.width - w).max(0.0));
        ChartBound { ends, label: ChartLabel { words, at: [x, self.plot.y - 10.0], tie: None } }
    }

    /// The speed-up that the longest chain of transactions allows.
    fn critical(&self, data: &Data, up: &Scale) -> Option<ChartBound> {
        let words = data.critical_words()?;
        let critical = data.critical?;
        let plot = self.plot;
        let fits = critical <= data.ends()[1] && critical >= data.ends()[0];
        let y = up.at(critical);
        let ends = fits.then_some([[plot.x, y], [plot.right(), y]]);
        // Moved beside its line with the other labels, if it has one.
        let at = [(self.width - words_width(&words) - 4.0).max(0.0), 28.0];
        Some(ChartBound { ends, label: ChartLabel { words, at, tie: None } })
    }

    fn label_beside(&mut self, data: &Data) {
        let x = self.plot.right() + TIE;
        let ends: Vec<_> = self.curves.iter().map(|curve| curve.points.last().copied()).collect();
        let bound = self.bounds.get(1).and_then(|bound| bound.ends).map(|[_, end]| end);
        let all: Vec<_> = ends.iter().flatten().copied().chain(bound).collect();
        let wanted: Vec<_> = all.iter().map(|[_, y]| *y).collect();
        let mut heights = spread(&wanted, PITCH, self.plot.y, self.plot.bottom()).into_iter();
        for ((curve, end), words) in self.curves.iter_mut().zip(ends).zip(&data.words) {
            let (Some(end), Some(words)) = (end, words) else { continue };
            let y = heights.next().unwrap_or(end[1]);
            let words = words.clone();
            curve.label = Some(ChartLabel { words, at: [x + KEY, y], tie: Some(end) });
        }
        if let (Some(end), Some(bound)) = (bound, self.bounds.get_mut(1)) {
            let y = heights.next().unwrap_or(end[1]);
            bound.label.at = [x + KEY, y];
            bound.label.tie = Some(end);
        }
    }

    /// A list in as many columns as fit.
    fn label_below(&mut self, data: &Data) {
        let widest = data.words.iter().flatten().map(|words| words_width(words));
        let column = SAMPLE + KEY + widest.fold(0.0, f64::max) + 16.0;
        let columns = ((self.width / column).floor() as usize).max(1);
        let top = self.plot.bottom() + 58.0;
        let mut count = 0;
        for (curve, words) in self.curves.iter_mut().zip(&data.words) {
            let Some(words) = words.clone() else { continue };
            let (row, place) = (count / columns, count % columns);
            let at = [place as f64 * column + SAMPLE + KEY, top + row as f64 * PITCH];
            curve.label = Some(ChartLabel { words, at, tie: None });
            count += 1;
        }
        self.height = top + count.div_ceil(columns) as f64 * PITCH;
    }
}

/// What is to be seen, without pixels.
struct Data {
    points: Vec<Vec<ChartPoint>>,
    /// A line's label, where it has points.
    words: Vec<Option<String>>,
    critical: Option<f64>,
    /// The least and the most lanes.
    lanes: [f64; 2],
    /// Speed-ups at which there are marks; the first and the last end the axis.
    marks: Vec<f64>,
}

impl Data {
    fn new(lines: &[ChartLine], critical: Option<f64>) -> Self {
        let good = |value: f64| value.is_finite() && value > 0.0;
        let points: Vec<Vec<_>> = lines
            .iter()
            .map(|line| {
                let points = line.points.iter().copied();
                points.filter(|point| good(point.speedup) && point.lanes > 0).collect()
            })
            .collect();
        let words = lines.iter().zip(&points).map(|(line, points)| {
            points.last().map(|last| format!("{} {}", line.label, format::times(last.speedup)))
        });
        let words = words.collect();
        let all = || points.iter().flatten();
        let lanes = all().map(|point| f64::from(point.lanes));
        let least = lanes.clone().fold(f64::INFINITY, f64::min);
        let lanes = if least.is_finite() { [least, lanes.fold(1.0, f64::max)] } else { [1.0, 1.0] };
        let critical = critical.filter(|critical| good(*critical));
        let speedups = || all().map(|point| point.speedup);
        let most = speedups().fold(1.0, f64::max);
        // A bound far above what so many lanes can reach would press all lines together.
        let most = critical.filter(|critical| *critical <= lanes[1]).map_or(most, |c| most.max(c));
        let marks = marks(speedups().fold(1.0, f64::min), most * 1.001);
        Self { points, words, critical, lanes, marks }
    }

    fn critical_words(&self) -> Option<String> {
        let critical = self.critical?;
        let above = if critical > self.ends()[1] { ", above" } else { "" };
        Some(format!("critical path {}{above}", format::times(critical)))
    }

    fn ends(&self) -> [f64; 2] {
        let first = self.marks.first().copied().unwrap_or(1.0);
        [first, self.marks.last().copied().unwrap_or(2.0)]
    }
}

/// Every number of lanes that is measured, named where there is room.
fn columns(data: &Data, across: &Scale) -> Vec<ChartTick> {
    let mut lanes: Vec<u16> = data.points.iter().flatten().map(|point| point.lanes).collect();
    lanes.sort_unstable();
    lanes.dedup();
    let mut free = f64::NEG_INFINITY;
    let mut ticks = Vec::with_capacity(lanes.len());
    for lanes in lanes {
        let (at, words) = (across.at(f64::from(lanes)), lanes.to_string());
        let half = words_width(&words) / 2.0;
        let fits = at - half >= free;
        if fits {
            free = at + half + 6.0;
        }
        ticks.push(tick(at, if fits { words } else { String::new() }));
    }
    ticks
}

fn tick(at: f64, words: String) -> ChartTick {
    ChartTick { at, words }
}

pub(super) fn words_width(words: &str) -> f64 {
    Text::width(words, WORDS, Face::Sans)
}
