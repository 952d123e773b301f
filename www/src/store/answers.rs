//! What the engine's reports do.

use std::rc::Rc;

use lanescope_protocol::{Report, Scenario};

use super::requests::{Awaited, FileId};
use super::{Crash, Effect, Engine, Intent, Stand, Store};

impl Store {
    pub(super) fn hear(&mut self, report: Report) {
        match report {
            Report::Ready { threads, catalogue } => {
                self.engine = Engine::Ready { threads };
                self.catalogue = Rc::new(catalogue);
                if self.draft.scenario().is_none() {
                    self.compose(Intent::Intro);
                }
                for (file, name) in std::mem::take(&mut self.early_files) {
                    self.open(file, name);
                }
            }
            Report::Composed { scenario } => self.composed(scenario),
            Report::Saved { name, text } => {
                self.awaited.pop_front();
                self.put(Effect::Download { name, text });
            }
            Report::Rejected { message, run } => self.rejected(&message, run),
            Report::Started { run } => self.started(run),
            Report::Progress { run, stage, done, total } => {
                self.progressed(run, stage, done, total);
            }
            Report::Measured { run, measurement } => self.measure(run, measurement),
            Report::Benched { run, figures, left } => self.benched(run, figures, left),
            Report::NotCompared { run, index, left, message } => {
                self.compared(run, index, left, Err(message));
            }
            Report::Cancelled { run } => {
                self.cancelled(run);
                self.bench_ended(Some(run), Stand::Stopped);
                self.comparison_ended(Some(run), Stand::Stopped);
                self.after_run();
            }
            Report::Failed { message } => self.fail(&message),
            // Their bytes are read before they come here.
            Report::Events { .. }
            | Report::Finished { .. }
            | Report::Compared { .. }
            | Report::Inspected { .. } => {}
        }
    }

    fn composed(&mut self, mut scenario: Scenario) {
        match self.awaited.pop_front() {
            Some(Awaited::Open { file, again }) => {
                let key = scenario.imported.as_mut().and_then(|imported| imported.key.as_mut());
                let theirs = key.map(|key| std::mem::replace(key, file.0));
                if again {
                    self.opened_again(file, theirs);
                } else {
                    self.set_key(file, theirs);
                    self.adopt(scenario, Intent::Play);
                }
            }
            // Of several that were asked for in a row, only the last is wanted.
            Some(Awaited::Compose(_)) if self.composes_later() => {}
            Some(Awaited::Compose(intent)) => self.adopt(scenario, intent),
            Some(Awaited::Save) | None => {}
        }
    }

    fn composes_later(&self) -> bool {
        self.awaited
            .iter()
            .any(|asked| matches!(asked, Awaited::Compose(_) | Awaited::Open { again: false, .. }))
    }

    fn adopt(&mut self, scenario: Scenario, intent: Intent) {
        if let Some(recipe) = &scenario.recipe {
            self.recipe = recipe.clone();
        }
        self.drop_stored();
        self.draft.adopt(scenario);
        self.row = None;
        self.editing = None;
        self.selected = None;
        self.alert = None;
        self.forget_block();
        self.run(intent);
    }

    fn rejected(&mut self, message: &str, run: Option<u32>) {
        if run.is_some() && self.steps_refused(run, message) {
            return;
        }
        self.alert = Some(message.into());
        match run {
            Some(run) if self.is_running(run) => {
                self.running = None;
                self.live = None;
                self.after_run();
            }
            Some(run) => {
                self.bench_ended(Some(run), Stand::Refused);
                self.comparison_ended(Some(run), Stand::Refused);
            }
            None => {
                if let Some(Awaited::Open { file, again }) = self.awaited.pop_front() {
                    if again {
                        self.pending.clear();
                    } else {
                        self.forget(file);
                    }
                }
            }
        }
    }

    fn forget(&mut self, file: FileId) {
        self.files.retain(|open| open.id != file);
        self.put(Effect::Forget { file });
    }

    /// The engine is gone: its questions, its keys and its run with it. The scenario is not.
    pub(super) fn fail(&mut self, message: &str) {
        self.engine = Engine::Failed;
        self.awaited.clear();
        self.pending.clear();
        self.files.iter_mut().for_each(|open| open.key = None);
        self.running = None;
        self.live = None;
        self.bench_ended(None, Stand::Stopped);
        self.comparison_ended(None, Stand::Stopped);
        self.steps_refused(None, "The engine stopped before it had an answer.");
        self.comparison_wanted = false;
        self.crash = Some(Crash { message: what_happened(message).into(), held: false });
        self.put(Effect::Spawn { forced: false });
    }
}

/// The message as the end of a sentence that begins with "The engine stopped:".
fn what_happened(message: &str) -> String {
    let message = message.trim_end_matches('.');
    let message = message.strip_prefix("The engine stopped: ").unwrap_or(message);
    match message.strip_prefix("The engine ") {
        Some(rest) => format!("it {rest}"),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::what_happened;

    #[test]
    fn a_crash_is_told_in_one_sentence() {
        assert_eq!(what_happened("a lane panicked."), "a lane panicked");
        assert_eq!(what_happened("The engine hit a bug: x"), "it hit a bug: x");
        assert_eq!(what_happened("The engine stopped: x"), "x");
    }
}
