//! Labels one below the other, each as near as possible to where it belongs.

/// Moves heights apart so that neighbours are at least `pitch` pixels apart and all lie between
/// `top` and `bottom`, if there is room for that; then each has moved little. Answers the heights in
/// the order of the argument.
pub(super) fn spread(wanted: &[f64], pitch: f64, top: f64, bottom: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]));
    // Groups of labels that touch each other, each around the mean of what its members want.
    let mut groups: Vec<Group> = Vec::new();
    for index in &order {
        let room = bottom - top;
        let mut group = Group { count: 1, sum: wanted[*index] };
        while let Some(above) = groups.last()
            && above.end(pitch, top, room) + pitch > group.start(pitch, top, room)
        {
            // A member wants its own height less what those before it take.
            group.sum += above.sum - pitch * (above.count * group.count) as f64;
            group.count += above.count;
            groups.pop();
        }
        groups.push(group);
    }
    let mut heights = vec![0.0; wanted.len()];
    let mut places = order.into_iter();
    for group in &groups {
        let start = group.start(pitch, top, bottom - top);
        for place in 0..group.count {
            if let Some(index) = places.next() {
                heights[index] = start + pitch * place as f64;
            }
        }
    }
    heights
}

/// Labels that touch each other.
#[derive(Clone, Copy)]
struct Group {
    count: usize,
    /// Of the heights at which each would like the group to start.
    sum: f64,
}

impl Group {
    fn start(&self, pitch: f64, top: f64, room: f64) -> f64 {
        let length = pitch * (self.count - 1) as f64;
        let last = (top + room - length).max(top);
        (self.sum / self.count as f64).clamp(top, last)
    }

    fn end(&self, pitch: f64, top: f64, room: f64) -> f64 {
        self.start(pitch, top, room) + pitch * (self.count - 1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_keep_apart_and_in_order_and_stay_where_they_can() {
        let wanted = [50.0, 52.0, 200.0, 51.0, 3.0];
        let heights = spread(&wanted, 10.0, 0.0, 205.0);
        assert_eq!((heights[2], heights[4]), (200.0, 3.0));
        assert_eq!((heights[0], heights[3], heights[1]), (41.0, 51.0, 61.0));
    }

    #[test]
    fn labels_stay_inside() {
        for wanted in [[100.0; 6], [0.0; 6], [0.0, 0.0, 50.0, 100.0, 100.0, 100.0]] {
            let mut heights = spread(&wanted, 16.0, 0.0, 100.0);
            heights.sort_by(f64::total_cmp);
            assert!(heights[0] >= 0.0 && heights[5] <= 100.0, "{heights:?}");
            assert!(heights.windows(2).all(|pair| pair[1] - pair[0] >= 15.999), "{heights:?}");
        }
    }
}
