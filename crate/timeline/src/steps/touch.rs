//! What steps touch of the state.

use std::collections::{BTreeMap, BTreeSet};

use lanescope_protocol::steps::{Inspection, Spot, Step};
use lanescope_protocol::trace::LocationKind;
use lanescope_protocol::{Access, LocationId, Version};

use super::Names;
use super::opcode::code;

/// A step that asks for state or changes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touch {
    /// Which step.
    pub step: usize,
    /// What it does.
    pub kind: TouchKind,
    /// Where.
    pub spot: Spot,
    /// The same, if the trace knows it.
    pub location: Option<LocationId>,
    /// The value that it got or wrote. `None`: it got none, or it is not one word.
    pub value: Option<[u8; 32]>,
    /// The read in the trace that gave the value, by its place among the incarnation's accesses.
    pub access: Option<usize>,
    /// Who had written the value that a read got; `None`: the state before the block.
    pub saw: Option<Version>,
    /// The value had been written by the incarnation itself.
    pub own: bool,
    /// What it read no longer held when it was checked.
    pub stale: bool,
}

/// What a step does with state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TouchKind {
    /// Reads a slot.
    Load,
    /// Writes a slot.
    Store,
    /// Reads what lasts as long as the transaction.
    TransientLoad,
    /// Writes it.
    TransientStore,
    /// Looks at an account.
    Account,
}

impl TouchKind {
    /// Whether it asks rather than changes.
    #[must_use]
    pub const fn is_read(self) -> bool {
        matches!(self, Self::Load | Self::TransientLoad | Self::Account)
    }

    /// Whether other transactions can see it.
    #[must_use]
    pub const fn is_shared(self) -> bool {
        matches!(self, Self::Load | Self::Store | Self::Account)
    }
}

/// Slots that the incarnation itself has written, by account and key.
type Written = BTreeSet<([u8; 20], [u8; 32])>;

/// Everything that steps touch, by step.
pub(super) fn touches(all: &Inspection, names: &Names, accesses: &[Access]) -> Vec<Touch> {
    let next = next_of_call(all);
    let reads: BTreeMap<LocationId, usize> = accesses
        .iter()
        .enumerate()
        .rev()
        .filter(|(_, access)| access.kind.is_read())
        .map(|(at, access)| (access.location, at))
        .collect();
    let mut written = Written::new();
    let mut touches = Vec::new();
    for (at, step) in all.steps.iter().enumerate() {
        let Some((kind, spot, value)) = touch(all, at, step, next.get(at).copied().flatten())
        else {
            continue;
        };
        let place = (spot.address, spot.key);
        let own = kind == TouchKind::Load && written.contains(&place);
        if kind == TouchKind::Store {
            written.insert(place);
        }
        let location = names.location(&spot).filter(|_| kind.is_shared());
        let access = location.filter(|_| kind.is_read() && !own);
        let access = access.and_then(|location| reads.get(&location)).copied();
        let read = access.and_then(|at| accesses.get(at));
        touches.push(Touch {
            step: at,
            kind,
            spot,
            location,
            value,
            access,
            saw: read.and_then(|read| read.saw),
            own,
            stale: read.is_some_and(|read| read.stale),
        });
    }
    touches
}

/// The step that follows each in the same call.
fn next_of_call(all: &Inspection) -> Vec<Option<usize>> {
    let mut next = vec![None; all.steps.len()];
    for (at, step) in all.steps.iter().enumerate() {
        let before = step.before as usize;
        if let Some(slot) = next.get_mut(before).filter(|_| before < at) {
            *slot = Some(at);
        }
    }
    next
}

fn touch(
    all: &Inspection,
    at: usize,
    step: &Step,
    next: Option<usize>,
) -> Option<(TouchKind, Spot, Option<[u8; 32]>)> {
    let kind = match step.opcode {
        code::SLOAD => TouchKind::Load,
        code::SSTORE => TouchKind::Store,
        code::TLOAD => TouchKind::TransientLoad,
        code::TSTORE => TouchKind::TransientStore,
        code::BALANCE
        | code::SELFBALANCE
        | code::EXTCODESIZE
        | code::EXTCODECOPY
        | code::EXTCODEHASH => TouchKind::Account,
        _ => return None,
    };
    let stack = all.stack(at);
    let own = all.calls.get(step.call as usize)?.target;
    let got = || next.and_then(|next| all.stack(next).first().copied());
    let balance = matches!(step.opcode, code::BALANCE | code::SELFBALANCE);
    let spot = match (kind, step.opcode) {
        (TouchKind::Account, opcode) => {
            let address = match opcode {
                code::SELFBALANCE => own,
                _ => *stack.first()?.last_chunk()?,
            };
            let kind = if balance { LocationKind::Balance } else { LocationKind::Code };
            Spot { kind, address, ..Spot::default() }
        }
        _ => Spot { kind: LocationKind::Slot, address: own, key: *stack.first()? },
    };
    let value = match kind {
        TouchKind::Store | TouchKind::TransientStore => stack.get(1).copied(),
        TouchKind::Account if !balance => None,
        _ => got(),
    };
    Some((kind, spot, value))
}
