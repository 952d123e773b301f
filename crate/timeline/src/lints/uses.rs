//! Who writes what in the runs that became final, and what each place cost.

use std::collections::HashMap;

use lanescope_protocol::trace::LocationKind;
use lanescope_protocol::{AccessKind, LocationId, TxIndex, Version, WaitReason};

use crate::bar::{Bar, Ending, Wait};
use crate::film::Film;

/// What is known of each location, by [`LocationId`].
#[derive(Debug, Default)]
pub(super) struct Uses {
    all: Vec<Use>,
}

/// One location.
#[derive(Clone, Debug, Default)]
pub(super) struct Use {
    /// Transactions that write it, in block order.
    pub(super) writers: Vec<TxIndex>,
    /// Gas that can only follow each other: of everyone who reads and writes it, what runs after the
    /// first look at it; of the first all.
    pub(super) chain_gas: u64,
    /// What they add to it.
    pub(super) step: Step,
    /// Runs that were thrown away because of it.
    pub(super) aborted: Vec<Version>,
    /// Ticks of those.
    pub(super) aborted_ticks: u64,
    /// Ticks that lanes waited for somebody to write it.
    pub(super) waited: u64,
}

/// Who adds more than this at once does not count.
pub(super) const COUNT_MAX: u64 = 1000;

/// What every writer adds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Step {
    /// Nobody has both read and written it.
    #[default]
    Unknown,
    /// A little, each time: from the least to the most.
    Counts(u64, u64),
    /// Anything else.
    Varies,
}

/// A count that goes on.
#[derive(Debug, Default)]
pub(super) struct Counting {
    uses: Uses,
    stage: Stage,
    at: usize,
    wait: (usize, usize),
}

#[derive(Clone, Copy, Debug, Default)]
enum Stage {
    #[default]
    Final,
    Lost,
    Waits,
    Done,
}

impl Counting {
    /// Goes on with about `count` runs or waits. Answers whether there are more.
    pub(super) fn advance(&mut self, film: &Film, count: usize) -> bool {
        let from = self.at;
        self.at = from.saturating_add(count);
        let done = match self.stage {
            Stage::Final => {
                self.uses.all.resize_with(film.locations.len(), Use::default);
                let mut seen = HashMap::new();
                for bar in film.final_runs_of(from..self.at) {
                    seen.clear();
                    self.uses.note_run(film, bar, &mut seen);
                }
                (self.at >= film.transaction_count()).then_some(Stage::Lost)
            }
            Stage::Lost => {
                let rest = film.bars().get(from..).unwrap_or(&[]);
                rest.iter().take(count).for_each(|bar| self.uses.note_loss(bar));
                (rest.len() <= count).then_some(Stage::Waits)
            }
            Stage::Waits => {
                let waits = film.next_waits(&mut self.wait, count);
                waits.unwrap_or(&[]).iter().for_each(|wait| self.uses.note_wait(film, wait));
                waits.is_none().then_some(Stage::Done)
            }
            Stage::Done => return false,
        };
        if let Some(next) = done {
            (self.stage, self.at) = (next, 0);
        }
        true
    }

    pub(super) const fn uses(&self) -> &Uses {
        &self.uses
    }
}

impl Uses {
    /// One location.
    pub(super) fn get(&self, place: LocationId) -> Option<&Use> {
        self.all.get(place.get())
    }

    /// Every location with its number.
    pub(super) fn iter(&self) -> impl Iterator<Item = (LocationId, &Use)> {
        (0u32..).map(LocationId).zip(&self.all)
    }

    fn note_run(
        &mut self,
        film: &Film,
        bar: &Bar,
        seen: &mut HashMap<LocationId, (u64, [u8; 32])>,
    ) {
        for access in film.accesses_of(bar.version) {
            let Some(of) = self.all.get_mut(access.location.get()) else { continue };
            match access.kind {
                AccessKind::Read => {
                    seen.entry(access.location).or_insert((access.time, access.value));
                }
                AccessKind::Write => {
                    if of.writers.last() == Some(&bar.tx()) {
                        continue;
                    }
                    let first = of.writers.is_empty();
                    of.writers.push(bar.tx());
                    if let Some((at, before)) = seen.get(&access.location) {
                        of.chain_gas += if first { u64::from(bar.gas) } else { rest(bar, *at) };
                        of.step = of.step.and(minus(&access.value, before));
                    }
                }
                AccessKind::Add | AccessKind::AtLeast | AccessKind::Below => {}
            }
        }
    }

    fn note_loss(&mut self, bar: &Bar) {
        let place = match (bar.abort, bar.ending) {
            (Some(abort), _) => abort.location,
            (None, Ending::Suspended { location, .. }) => location,
            _ => None,
        };
        if let Some(of) = place.and_then(|place| self.all.get_mut(place.get())) {
            of.aborted.push(bar.version);
            of.aborted_ticks += bar.length();
        }
    }

    /// Where the scheduler does not say what is waited for, it is what the one who waits reads of the
    /// one who is waited for.
    fn note_wait(&mut self, film: &Film, wait: &Wait) {
        let counts = matches!(
            wait.reason,
            WaitReason::Dependency | WaitReason::Lock | WaitReason::Merge | WaitReason::Barrier
        );
        let place = wait.location.or_else(|| between(film, wait.tx?, wait.on?.tx));
        if let Some(of) = place.filter(|_| counts).and_then(|at| self.all.get_mut(at.get())) {
            of.waited += wait.end.saturating_sub(wait.start);
        }
    }
}

impl Use {
    /// Ticks that it cost.
    pub(super) const fn lost(&self) -> u64 {
        self.aborted_ticks + self.waited
    }
}

impl Step {
    fn and(self, by: [u8; 32]) -> Self {
        let (high, low) = by.split_at(24);
        let low = low.iter().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
        let counts = high.iter().all(|byte| *byte == 0) && (1..=COUNT_MAX).contains(&low);
        match self {
            Self::Unknown if counts => Self::Counts(low, low),
            Self::Counts(least, most) if counts => Self::Counts(least.min(low), most.max(low)),
            _ => Self::Varies,
        }
    }
}

/// Gas of a run from an instant (ticks) to its end.
fn rest(bar: &Bar, at: u64) -> u64 {
    let share = bar.end.saturating_sub(at) as f64 / bar.length().max(1) as f64;
    (f64::from(bar.gas) * share.clamp(0.0, 1.0)).round() as u64
}

/// What one transaction reads of another in the end; storage before account fields.
fn between(film: &Film, reader: TxIndex, writer: TxIndex) -> Option<LocationId> {
    let run = film.bar(film.committed_run(reader)?)?;
    let reads = film
        .accesses_of(run.version)
        .iter()
        .filter(|access| access.kind.is_read() && access.saw.is_some_and(|saw| saw.tx == writer));
    let is_slot = |place: LocationId| {
        film.location(place).is_some_and(|info| info.kind == LocationKind::Slot)
    };
    reads.map(|access| access.location).max_by_key(|place| is_slot(*place))
}

/// `a - b` modulo 2^256, big endian.
fn minus(a: &[u8; 32], b: &[u8; 32]) -> [u8; 32] {
    let mut out = [0; 32];
    let mut borrow = false;
    for at in (0..32).rev() {
        let (first, one) = a[at].overflowing_sub(b[at]);
        let (second, two) = first.overflowing_sub(u8::from(borrow));
        (out[at], borrow) = (second, one || two);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(value: u64) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes[24..].copy_from_slice(&value.to_be_bytes());
        bytes
    }

    #[test]
    fn steps_are_differences_with_borrow() {
        assert_eq!(minus(&number(0x1_0000), &number(1)), number(0xFFFF));
        assert_eq!(minus(&number(7), &number(7)), number(0));
        assert_eq!(minus(&number(0), &number(1)), [0xFF; 32]);
    }

    #[test]
    fn counting_is_adding_a_little_each_time() {
        let one = Step::default().and(number(1));
        assert_eq!(one.and(number(3)), Step::Counts(1, 3));
        assert_eq!(one.and(number(COUNT_MAX + 1)).and(number(1)), Step::Varies);
        assert_eq!(one.and(number(0)), Step::Varies);
        assert_eq!(Step::default().and([0xFF; 32]).and(number(1)), Step::Varies);
    }
}
