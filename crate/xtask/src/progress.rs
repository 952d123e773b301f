//! What the user sees while waiting: headings, elapsed time, and a sign of life.

use std::io::Write;
use std::time::{Duration, Instant};

/// Prints a line of results.
pub(crate) fn say(text: impl AsRef<str>) {
    // A closed pipe is the reader's choice, not an error of ours.
    writeln!(std::io::stdout(), "{}", text.as_ref()).ok();
}

/// A step that takes a while; prints its name now and its duration when [`Step::done`].
#[derive(Debug)]
pub(crate) struct Step {
    name: String,
    start: Instant,
}

impl Step {
    /// Begins a step.
    pub(crate) fn begin(name: impl Into<String>) -> Self {
        let name = name.into();
        eprintln!("\n==> {name}");
        Self { name, start: Instant::now() }
    }

    /// Ends it well.
    pub(crate) fn done(self) {
        eprintln!("    {} — done in {}", self.name, spell(self.start.elapsed()));
    }
}

/// A duration for people: `0.4 s`, `12 s`, `3 min 05 s`.
pub(crate) fn spell(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_spelled_for_people() {
        assert_eq!(spell(Duration::from_millis(420)), "0.4 s");
        assert_eq!(spell(Duration::from_secs(59)), "59 s");
        assert_eq!(spell(Duration::from_secs(185)), "3 min 05 s");
    }
}
