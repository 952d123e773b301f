//! What a pointer takes hold of on the overview: the playhead, the part on screen, the range.

/// What a pointer takes hold of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grip {
    /// The playhead.
    Seek,
    /// The part on screen, as a whole.
    Window,
    /// Its first tick.
    WindowFrom,
    /// Its last tick.
    WindowTo,
    /// The beginning of the range.
    RangeFrom,
    /// The end of the range.
    RangeTo,
}

/// What lies on the overview, in shares of the film from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Ground {
    /// Width in pixels.
    pub(super) width: f64,
    /// Height in pixels.
    pub(super) height: f64,
    pub(super) playhead: f64,
    /// The part on screen, if that is not everything.
    pub(super) window: Option<(f64, f64)>,
    pub(super) range: Option<(f64, f64)>,
}

impl Ground {
    /// What is at a pixel; what is at most `reach` pixels away counts.
    pub(super) fn grip(&self, [x, y]: [f64; 2], reach: f64) -> Grip {
        let near = |share: f64| (share * self.width - x).abs() <= reach;
        let nearer = |(from, to): (f64, f64)| {
            let (left, right) = ((from * self.width - x).abs(), (to * self.width - x).abs());
            if left < right { (true, left <= reach) } else { (false, right <= reach) }
        };
        // The handles of the range stand at the top, the knob of the playhead at the bottom.
        if let (Some(range), true) = (self.range, y <= self.height * 0.4)
            && let (from, true) = nearer(range)
        {
            return if from { Grip::RangeFrom } else { Grip::RangeTo };
        }
        if near(self.playhead) {
            return Grip::Seek;
        }
        let Some((from, to)) = self.window else { return Grip::Seek };
        let inside = (from * self.width..=to * self.width).contains(&x);
        match nearer((from, to)) {
            // A thin window can still be moved.
            (_, true) if inside && (to - from) * self.width < 3.0 * reach => Grip::Window,
            (true, true) => Grip::WindowFrom,
            (false, true) => Grip::WindowTo,
            _ if inside => Grip::Window,
            _ => Grip::Seek,
        }
    }
}

impl Grip {
    /// How the pointer looks over it.
    pub(super) const fn cursor(self) -> &'static str {
        match self {
            Self::Seek => "pointer",
            Self::Window => "grab",
            Self::WindowFrom | Self::WindowTo | Self::RangeFrom | Self::RangeTo => "ew-resize",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_can_be_taken_hold_of() {
        let ground = Ground {
            width: 500.0,
            height: 28.0,
            playhead: 0.5,
            window: Some((0.2, 0.7)),
            range: Some((0.1, 0.2)),
        };
        let at = |x: f64, y: f64| ground.grip([x, y], 6.0);
        assert_eq!(at(20.0, 20.0), Grip::Seek);
        assert_eq!(at(48.0, 4.0), Grip::RangeFrom);
        assert_eq!(at(101.0, 4.0), Grip::RangeTo);
        assert_eq!(at(101.0, 20.0), Grip::WindowFrom);
        assert_eq!(at(347.0, 20.0), Grip::WindowTo);
        assert_eq!(at(180.0, 20.0), Grip::Window);
        assert_eq!(at(252.0, 20.0), Grip::Seek, "the playhead lies over the window");
        assert_eq!(at(450.0, 20.0), Grip::Seek);
    }

    #[test]
    fn a_thin_window_is_moved_and_where_all_is_seen_there_is_none() {
        let thin =
            Ground { width: 500.0, height: 28.0, window: Some((0.5, 0.51)), ..Ground::default() };
        assert_eq!(thin.grip([252.0, 20.0], 6.0), Grip::Window);
        assert_eq!(thin.grip([246.0, 20.0], 6.0), Grip::WindowFrom);
        let fit = Ground { window: None, ..thin };
        assert_eq!(fit.grip([252.0, 20.0], 6.0), Grip::Seek);
    }
}
