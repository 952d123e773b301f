//! Patterns that say what colours say, as plain geometry cut to a rectangle.

use crate::frame::Rect;
use crate::scene::Step;

/// Lines from bottom left to top right at 45°, `pitch` pixels apart along the edge.
pub(crate) fn hatch(rect: Rect, pitch: f64) -> Vec<Step> {
    let mut path = Vec::new();
    if rect.w <= 0.0 || rect.h <= 0.0 || pitch <= 0.0 {
        return path;
    }
    let count = ((rect.w + rect.h) / pitch).ceil().min(4000.0) as u32;
    for line in 0..count {
        // The line where (x - left) + (y - top) is constant.
        let sum = (f64::from(line) + 0.5) * pitch;
        let (low_x, high_x) = ((sum - rect.h).max(0.0), sum.min(rect.w));
        if high_x > low_x {
            path.push(Step::To([rect.x + low_x, rect.y + sum - low_x]));
            path.push(Step::Line([rect.x + high_x, rect.y + sum - high_x]));
        }
    }
    path
}

/// Small squares in rows.
pub(crate) fn dots(rect: Rect, pitch: f64, size: f64) -> Vec<Rect> {
    let columns = (rect.w / pitch).floor().clamp(0.0, 2000.0) as u32;
    let rows = (rect.h / pitch).floor().clamp(0.0, 200.0) as u32;
    let left = rect.x + (rect.w - f64::from(columns) * pitch) / 2.0 + (pitch - size) / 2.0;
    let top = rect.y + (rect.h - f64::from(rows) * pitch) / 2.0 + (pitch - size) / 2.0;
    let at = |column: u32, row: u32| Rect {
        x: left + f64::from(column) * pitch,
        y: top + f64::from(row) * pitch,
        w: size,
        h: size,
    };
    (0..columns).flat_map(|column| (0..rows).map(move |row| at(column, row))).collect()
}

/// A rectangle with round corners on the left, whose right edge is torn.
pub(super) fn torn(rect: Rect, tooth: f64) -> Vec<Step> {
    let teeth = (rect.h / (tooth * 2.0)).round().clamp(2.0, 60.0) as u32;
    let depth = tooth.min(rect.w / 3.0);
    let step = rect.h / f64::from(teeth);
    let round = tooth.min(rect.h / 3.0).min(rect.w / 3.0);
    let (left, top, bottom) = (rect.x, rect.y, rect.bottom());
    let mut path = vec![
        Step::To([left, top + round]),
        Step::Curve([left, top + round * 0.45], [left + round * 0.45, top], [left + round, top]),
        Step::Line([rect.right(), top]),
    ];
    for at in 0..teeth {
        let from = top + f64::from(at) * step;
        path.push(Step::Line([rect.right() - depth, from + step / 2.0]));
        path.push(Step::Line([rect.right(), from + step]));
    }
    path.push(Step::Line([left + round, bottom]));
    path.push(Step::Curve(
        [left + round * 0.45, bottom],
        [left, bottom - round * 0.45],
        [left, bottom - round],
    ));
    path.push(Step::Close);
    path
}
