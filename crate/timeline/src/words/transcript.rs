//! The whole run in sentences: what is told while it plays, to be read, searched or printed. The
//! same sentences as the captions, one for each event that has one.

use core::fmt::Write as _;

use crate::caption::Caption;
use crate::film::Film;
use crate::format;
use crate::moment::Moment;

/// Seconds that a cue of the subtitles stays at least, so that it can be read.
const CUE_MIN: f64 = 0.4;

impl Film {
    /// Every event in order: when, where, and a sentence. With a head that says what ran, how, and
    /// what came of it, and `marks` (times in ticks with a name), which the reader set.
    #[must_use]
    pub fn transcript(&self, marks: &[(f64, String)]) -> String {
        let mut text = String::new();
        let provenance = self.provenance();
        // Writing into memory has no way to fail, here and below.
        let _ = writeln!(text, "{}", self.summary_sentence());
        for line in provenance.lines() {
            let _ = writeln!(text, "{line}");
        }
        let _ = writeln!(text);
        for (at, name) in marks {
            let at = format::ticks(self.clock(), *at);
            let _ = writeln!(text, "Bookmark at {at}: {name}");
        }
        if !marks.is_empty() {
            let _ = writeln!(text);
        }
        for moment in self.moments() {
            let at = format::ticks_short(self.clock(), moment.time());
            let lane = moment.event.lane;
            let _ = writeln!(text, "{at:>9}  {lane:<8}  {}", self.caption(moment).phrase);
        }
        if self.is_complete() {
            let end = self.end() as f64;
            let at = format::ticks_short(self.clock(), end);
            let _ = writeln!(text, "{at:>9}  {:<8}  {}", "", self.caption_at(end).phrase);
        }
        text
    }

    /// The same as subtitles (WebVTT, W3C) for a recording of the ticks `from` to `to` that takes
    /// `seconds`: at each time the weightiest sentence.
    #[must_use]
    pub fn subtitles(&self, from: f64, to: f64, seconds: f64) -> String {
        let mut text = "WEBVTT\n".to_owned();
        let length = to - from;
        if !(length > 0.0 && seconds > 0.0) {
            return text;
        }
        let mut cues: Vec<(f64, u8, Caption)> = Vec::new();
        let mut add = |second: f64, weight: u8, caption: Caption| match cues.last_mut() {
            Some(last) if second - last.0 < CUE_MIN => {
                if weight > last.1 {
                    (last.1, last.2) = (weight, caption);
                }
            }
            _ => cues.push((second, weight, caption)),
        };
        let inside = |moment: &&Moment| (from..=to).contains(&moment.time());
        for moment in self.moments().iter().filter(inside) {
            let second = (moment.time() - from) / length * seconds;
            add(second, moment.weight, self.caption(moment));
        }
        for (at, (second, _, caption)) in cues.iter().enumerate() {
            let until = cues.get(at + 1).map_or(seconds.max(second + CUE_MIN), |next| next.0);
            let (begin, end) = (timestamp(*second), timestamp(until));
            let _ = write!(text, "\n{begin} --> {end}\n{}\n", caption.phrase);
        }
        text
    }
}

/// `00:01:02.345`.
fn timestamp(seconds: f64) -> String {
    let ms = (seconds.max(0.0) * 1000.0).round() as u64;
    let (hours, minutes, rest) = (ms / 3_600_000, ms / 60_000 % 60, ms % 60_000);
    format!("{hours:02}:{minutes:02}:{:02}.{:03}", rest / 1000, rest % 1000)
}

#[cfg(test)]
mod tests {
    use super::timestamp;

    #[test]
    fn times_of_subtitles_have_milliseconds() {
        assert_eq!(timestamp(0.0), "00:00:00.000");
        assert_eq!(timestamp(3_723.045_6), "01:02:03.046");
    }
}
