//! From step to step.

use super::opcode::{code, is_call};
use super::{Drill, opcode};

/// What to look for among the steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A read or write of storage, or a look at an account.
    Touch,
    /// A call or a creation.
    Call,
    /// Where a call fails.
    Failure,
    /// A read that no longer held.
    Stale,
    /// Opcodes with these letters in their name.
    Opcode(String),
}

impl Drill {
    /// The nearest such step before or after one.
    #[must_use]
    pub fn find(&self, from: usize, back: bool, target: &Target) -> Option<usize> {
        let wanted = match target {
            Target::Opcode(letters) => letters.trim().to_ascii_uppercase(),
            _ => String::new(),
        };
        let is_it = |at: &usize| match target {
            Target::Touch => self.touch(*at).is_some(),
            Target::Call => self.step(*at).is_some_and(|step| is_call(step.opcode)),
            Target::Failure => {
                let own = self.step(*at).map(|step| step.opcode);
                matches!(own, Some(code::REVERT | code::INVALID)) || self.fails_at(*at)
            }
            Target::Stale => self.touch(*at).is_some_and(|touch| touch.stale),
            Target::Opcode(_) => {
                let name = self.step(*at).map(|step| opcode(step.opcode));
                !wanted.is_empty() && name.is_some_and(|name| name.contains(&wanted))
            }
        };
        if back {
            (0..from.min(self.len())).rev().find(is_it)
        } else {
            (from.saturating_add(1)..self.len()).find(is_it)
        }
    }

    /// Whether there is any such step.
    #[must_use]
    pub fn has(&self, target: &Target) -> bool {
        !self.is_empty()
            && (self.find(0, false, target).is_some() || self.find(1, true, target).is_some())
    }
}
