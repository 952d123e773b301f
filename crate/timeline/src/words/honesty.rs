//! What must stand beside every picture and every number: what it is a model of, what its result is
//! worth, and under which assumptions it was made.

use core::fmt::Write;

use lanescope_protocol::strategy::Class;
use lanescope_protocol::trace::Summary;
use lanescope_protocol::{Clock, Settings, Strategy};

use crate::film::Film;
use crate::format;

/// Where a run's numbers come from. Shown whole or in part, never left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// `Model of Monad`, or the strategy's own name.
    pub title: String,
    /// The rule that ran, with every parameter that is not its default: `rounds:max-rounds=3`.
    pub rule: String,
    /// What the result must equal.
    pub class: Class,
    /// Whether it does, compared in this run. `None` while it goes on.
    pub holds: Option<bool>,
    /// The sentence beside the badge: what was promised and what came out.
    pub verdict: String,
    /// `4 lanes`.
    pub lanes: String,
    /// `scenario seed 7, schedule seed 0`.
    pub seed: String,
    /// What a tick is and what takes how many.
    pub costs: String,
    /// What went wrong on purpose, as written in the settings. Empty: nothing.
    pub faults: Vec<String>,
    /// Of a preset: what it models.
    pub model: Option<Model>,
}

/// What a preset models, and how far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Model {
    /// What of the system the model keeps.
    pub keeps: &'static str,
    /// What it leaves out.
    pub leaves_out: &'static str,
    /// Where the rule is documented.
    pub source: &'static str,
    /// Year and month of the source.
    pub as_of: &'static str,
}

impl Film {
    /// What must be said about this run wherever it is shown.
    #[must_use]
    pub fn provenance(&self) -> Provenance {
        let settings = self.settings();
        let summary = self.summary();
        let class = summary.map_or_else(|| settings.strategy.class(), |summary| summary.class);
        let seed = match summary {
            Some(summary) => {
                format!("scenario seed {}, schedule seed {}", summary.seed, settings.seed)
            }
            None => format!("schedule seed {}", settings.seed),
        };
        Provenance {
            title: settings.strategy.title(),
            rule: Strategy::from(settings.strategy.rules).to_string(),
            class,
            holds: summary.map(|summary| summary.class_holds),
            verdict: verdict(class, summary),
            lanes: format::count(usize::from(settings.lanes), "lane"),
            seed,
            costs: costs(settings),
            faults: settings.faults.iter().map(ToString::to_string).collect(),
            model: settings.strategy.preset().map(|preset| Model {
                keeps: preset.keeps,
                leaves_out: preset.leaves_out,
                source: preset.source,
                as_of: preset.as_of,
            }),
        }
    }
}

/// What came out, against what the class promises.
fn verdict(class: Class, summary: Option<&Summary>) -> String {
    let Some(summary) = summary else {
        return match class {
            Class::Nothing => class.sentence().to_owned(),
            _ => format!("To be compared: {}", lower_first(class.sentence())),
        };
    };
    if let Some(why) = &summary.rejected {
        return format!("The block is invalid: {why}");
    }
    let difference = summary.difference.as_deref().unwrap_or("the result is another one");
    match (class, summary.class_holds) {
        (Class::Nothing, true) => {
            "Nothing is promised; this time the result equals one lane".to_owned()
        }
        (Class::Nothing, false) => {
            format!("Nothing is promised, and the result differs from one lane: {difference}")
        }
        (_, true) => class.sentence().to_owned(),
        (_, false) => format!("The result is not what was promised: {difference}"),
    }
}

/// What a tick is, and what takes how many beside gas.
fn costs(settings: &Settings) -> String {
    if settings.clock == Clock::Threads {
        return "measured on real threads of this machine".to_owned();
    }
    let costs = settings.costs;
    let mut words = "virtual clock: one tick is one gas".to_owned();
    let priced = [
        ("a cold read", costs.cold_read),
        ("a validation", costs.validation),
        ("a commit", costs.commit),
    ];
    for (what, cost) in priced.into_iter().filter(|(_, cost)| *cost > 0) {
        // Writing into a string has no way to fail.
        let _ = write!(words, ", {what} takes {} ticks", format::short(f64::from(cost)));
    }
    let free: Vec<_> =
        priced.into_iter().filter(|(_, cost)| *cost == 0).map(|(what, _)| what).collect();
    match free[..] {
        [] => {}
        [one] => {
            let _ = write!(words, ", {one} takes none");
        }
        [ref first @ .., last] => {
            let _ = write!(words, ", {} and {last} take none", first.join(", "));
        }
    }
    words
}

fn lower_first(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

impl Provenance {
    /// Everything in a few short lines, for a page, a terminal or the foot of a picture.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let badge = self.class.slug();
        let mark = match self.holds {
            Some(true) => " ✓",
            Some(false) => " ✕",
            None => "",
        };
        let class = match self.class {
            Class::Nothing => format!("no class{mark}"),
            _ => format!("class {badge}{mark}"),
        };
        let mut lines = vec![
            format!("{} ({}) · {} · {}", self.title, self.rule, self.lanes, self.seed),
            format!("{class}: {}", self.verdict),
            upper_first(&self.costs),
        ];
        if !self.faults.is_empty() {
            lines.push(format!("Faults played on purpose: {}", self.faults.join("; ")));
        }
        if let Some(model) = &self.model {
            lines.push(format!("Leaves out: {}", model.leaves_out));
            lines.push(format!("Data as of {} · source: {}", model.as_of, model.source));
        }
        lines
    }

    /// The same as one line.
    #[must_use]
    pub fn line(&self) -> String {
        self.lines().join(" · ")
    }
}

fn upper_first(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
