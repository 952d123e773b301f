//! Who writes what in the runs that became final, and what each place cost.

use std::collections::HashMap;

use lanescope_protocol::trace::LocationKind;
use lanescope_protocol::{AccessKind, LocationId, StrategyName, TxIndex, Version, WaitReason};

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
    /// Gas of those that read and write it, as far as one must follow the other: see
    /// [`Follows`]. Nothing where none must.
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

/// What of an execution can only happen after the one before it in a chain through one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Follows {
    /// Nothing: values are supplied, or nobody looks; or all follow all whatever they touch.
    Nothing,
    /// What comes after its first read of the place.
    Read,
    /// All of it: the place is locked.
    Whole,
}

impl Follows {
    /// The same notion as the critical path's.
    const fn under(strategy: StrategyName) -> Self {
        match strategy {
            StrategyName::Sequential | StrategyName::Naive | StrategyName::AccessList => {
                Self::Nothing
            }
            StrategyName::DeclaredLocks => Self::Whole,
            StrategyName::BlockStm
            | StrategyName::InOrderMerge
            | StrategyName::Rounds
            | StrategyName::OwnedShared
            | StrategyName::DependencyGraph => Self::Read,
        }
    }

    /// Gas by which this execution makes the chain longer, if it first read the place then.
    fn gas(self, bar: &Bar, chain: u64, read: u64) -> u64 {
        let all = u64::from(bar.gas);
        match self {
            Self::Nothing => 0,
            Self::Whole => all,
            Self::Read if chain == 0 || bar.length() == 0 => all,
            Self::Read => {
                let rest = bar.end - read.clamp(bar.start, bar.end);
                (u128::from(all) * u128::from(rest) / u128::from(bar.length())) as u64
            }
        }
    }
}

/// What an execution saw first of a place, and when.
type Seen = HashMap<LocationId, (u64, [u8; 32])>;

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

impl Uses {
    pub(super) fn of(film: &Film) -> Self {
        let mut uses = Self { all: vec![Use::default(); film.locations.len()] };
        let mut seen = Seen::new();
        let follows = Follows::under(film.settings().strategy.rules.name());
        for bar in film.final_runs() {
            seen.clear();
            uses.note_run(film, bar, follows, &mut seen);
        }
        for bar in film.bars() {
            uses.note_loss(bar);
        }
        for wait in film.assembly.lanes.iter().flat_map(|track| &track.waits) {
            uses.note_wait(film, wait);
        }
        uses
    }

    /// Every location with its number.
    pub(super) fn iter(&self) -> impl Iterator<Item = (LocationId, &Use)> {
        (0u32..).map(LocationId).zip(&self.all)
    }

    fn note_run(&mut self, film: &Film, bar: &Bar, follows: Follows, seen: &mut Seen) {
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
                    of.writers.push(bar.tx());
                    if let Some((read, before)) = seen.get(&access.location) {
                        of.chain_gas += follows.gas(bar, of.chain_gas, *read);
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
