//! Sentences about a run that several commands print: what was promised, what time is, and what a
//! model leaves out.

use lanescope_protocol::trace::Summary;
use lanescope_protocol::{Class, Clock, Costs, Preset, Settings};
use lanescope_timeline::format;

/// Transactions that are named in one line.
const NAMED_MAX: usize = 8;

/// Whether the result is what the strategy promises.
pub(crate) fn verdict(summary: &Summary) -> String {
    let class = summary.class.slug();
    let difference = summary.difference.as_deref().unwrap_or_default();
    match summary.class {
        _ if summary.rejected.is_some() => {
            format!("✓ no result: the block is rejected (class {class})")
        }
        Class::Exact if summary.class_holds => format!("✓ same result as one lane (class {class})"),
        Class::Exact => format!("✗ differs from one lane: {difference} (class {class})"),
        Class::SomeOrder if summary.identical => {
            format!(
                "✓ same result as one lane, though another order would be valid (class {class})"
            )
        }
        Class::SomeOrder if summary.class_holds => {
            format!("✓ same result as one lane in the order of commits (class {class})")
        }
        Class::SomeOrder => {
            format!("✗ differs from one lane in the order of commits: {difference} (class {class})")
        }
        Class::Nothing if summary.identical => {
            format!("✓ same result as one lane, by luck: nothing is promised (class {class})")
        }
        Class::Nothing => {
            format!("✗ differs from one lane: {difference}; nothing is promised (class {class})")
        }
    }
}

/// What a tick is, and what takes ticks.
pub(crate) fn costs(settings: &Settings) -> String {
    let Costs { cold_read, validation, commit } = settings.costs;
    match settings.clock {
        Clock::Threads => "one tick is one nanosecond".to_owned(),
        Clock::Gas if settings.costs == Costs::default() => {
            "one tick is one gas; cold reads, validations and commits take no time".to_owned()
        }
        Clock::Gas => format!(
            "one tick is one gas; a cold read takes {cold_read} ticks, a validation {validation}, a commit {commit}"
        ),
    }
}

/// Every fault, or nothing.
pub(crate) fn faults(settings: &Settings) -> Option<String> {
    let faults: Vec<_> = settings.faults.iter().map(ToString::to_string).collect();
    (!faults.is_empty()).then(|| format!("faults: {}", faults.join("; ")))
}

/// What the model of a real system is worth.
pub(crate) fn model(preset: &Preset) -> [String; 4] {
    [
        format!("{} (preset {})", preset.title, preset.name),
        format!("  keeps: {}", preset.keeps),
        format!("  leaves out: {}", preset.leaves_out),
        format!("  source: {}; data as of {}", preset.source, preset.as_of),
    ]
}

/// What the producer took, and what is won if that counts.
pub(crate) fn producer(summary: &Summary) -> Option<String> {
    (summary.producer > 0).then(|| {
        let took = format::ticks(summary.settings.clock, summary.producer as f64);
        let together = summary.system_speedup().map(format::speed_words);
        let together = together.map(|words| format!("; together {words} one lane"));
        format!("the producer took {took} before that{}", together.unwrap_or_default())
    })
}

/// `T1 / (T producer + TN)`: how many times faster than one lane, if what the producer does before
/// counts. 0 where nothing ran, or to no result.
pub(crate) fn system_speedup(summary: &Summary) -> f64 {
    summary.system_speedup().unwrap_or_else(|| summary.speedup())
}

/// Transactions that are not in the result, and why.
pub(crate) fn excluded(summary: &Summary) -> Option<String> {
    if summary.excluded.is_empty() {
        return None;
    }
    let named = summary.excluded.iter().take(NAMED_MAX);
    let named = named.map(|excluded| format!("T{} ({})", u64::from(excluded.tx) + 1, excluded.why));
    let mut named: Vec<_> = named.collect();
    if summary.excluded.len() > NAMED_MAX {
        named.push(format!("and {} more", summary.excluded.len() - NAMED_MAX));
    }
    let count = format::count(summary.excluded.len(), "transaction");
    Some(format!("{count} not in the result: {}", named.join(", ")))
}
