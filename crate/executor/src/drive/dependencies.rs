//! Who depends on whom in a block, by what a run on one lane has read and written.
//!
//! A transaction depends on the last earlier one that wrote what it reads. Balances and nonces are
//! sums: who looks at one depends on all who added to it; who only needs a balance to be at least
//! so much depends on nobody, if it is so without those who pay in, and on all of those if not.

use lanescope_protocol::{Access, AccessKind, Incarnation, LocationId, TxIndex};
use revm::primitives::{Address, U256};
use rustc_hash::FxHashMap;

use super::Recording;
use crate::block::Block;
use crate::memory::Location;
use crate::rules::keeps_empty;
use crate::world::World;

/// For each transaction those that it depends on, in order.
pub(super) type Edges = Box<[Box<[TxIndex]>]>;

/// What a dependency graph says.
#[derive(Debug)]
pub(super) struct Dependencies {
    /// Without those that follow from others.
    pub(super) edges: Edges,
    /// Who looks at the fee recipient's balance: fees count once their transactions are final.
    pub(super) first: Vec<TxIndex>,
}

/// Who has added to a balance or nonce since it was last written as a whole.
#[derive(Debug, Default)]
struct Sum {
    /// Since then.
    writers: Vec<TxIndex>,
    /// Of those, who has added to it, and who has taken from it.
    up: Vec<TxIndex>,
    down: Vec<TxIndex>,
    /// What it is at least and at most, whoever of them has run.
    least: U256,
    most: U256,
}

struct Reader<'a> {
    world: &'a World,
    recording: &'a Recording,
    recipient: Location,
    keeps_empty: bool,
    sums: FxHashMap<LocationId, Sum>,
    /// Who has changed anything of an account: before EIP-161 that it exists can be seen.
    changers: FxHashMap<Address, Vec<TxIndex>>,
    first: Vec<TxIndex>,
}

impl Dependencies {
    /// What the record of a run tells.
    pub(super) fn of(block: &Block, world: &World, recording: &Recording) -> Self {
        let mut reader = Reader {
            world,
            recording,
            recipient: Location::Balance(block.env.beneficiary),
            keeps_empty: keeps_empty(block.spec),
            sums: FxHashMap::default(),
            changers: FxHashMap::default(),
            first: Vec::new(),
        };
        let mut edges = vec![Vec::new(); block.transactions.len()];
        for accesses in recording.accesses.chunk_by(|one, other| one.by.tx == other.by.tx) {
            // The last incarnation is the one that was committed.
            let last = accesses.iter().map(|access| access.by.incarnation).max();
            let Some(tx) = accesses.first().map(|access| access.by.tx) else { continue };
            if let Some(before) = edges.get_mut(tx.get()) {
                reader.transaction(tx, accesses, last.unwrap_or(Incarnation(0)), before);
            }
        }
        reader.first.dedup();
        Self { edges: reduced(edges), first: reader.first }
    }
}

impl Reader<'_> {
    fn transaction(
        &mut self,
        tx: TxIndex,
        accesses: &[Access],
        incarnation: Incarnation,
        before: &mut Vec<TxIndex>,
    ) {
        let mine = || accesses.iter().filter(|access| access.by.incarnation == incarnation);
        for access in mine().filter(|access| access.kind.is_read()) {
            self.read(tx, access, before);
        }
        for access in mine().filter(|access| !access.kind.is_read()) {
            self.write(tx, access);
        }
    }

    fn read(&mut self, tx: TxIndex, access: &Access, before: &mut Vec<TxIndex>) {
        before.extend(access.saw.map(|saw| saw.tx));
        let location = self.recording.locations.get(access.location.get()).copied();
        match location {
            Some(Location::Balance(_) | Location::Nonce(_)) => {}
            Some(Location::Code(address)) if self.keeps_empty => {
                before.extend(self.changers.get(&address).into_iter().flatten());
                return;
            }
            _ => return,
        }
        let Some(sum) = self.sums.get(&access.location) else { return };
        let value = U256::from_be_bytes(access.value);
        let others = match access.kind {
            AccessKind::AtLeast if sum.least >= value => &[][..],
            AccessKind::AtLeast => &sum.up,
            AccessKind::Below if sum.most < value => &[],
            AccessKind::Below => &sum.down,
            _ => &sum.writers,
        };
        if location == Some(self.recipient)
            && access.kind != AccessKind::Below
            && !others.is_empty()
        {
            self.first.push(tx);
        } else {
            before.extend(others);
        }
    }

    fn write(&mut self, tx: TxIndex, access: &Access) {
        let location = self.recording.locations.get(access.location.get()).copied();
        let value = U256::from_be_bytes(access.value);
        let address = match location {
            Some(Location::Balance(address) | Location::Nonce(address)) => address,
            Some(Location::Code(address)) => {
                self.changers.entry(address).or_default().push(tx);
                return;
            }
            _ => return,
        };
        self.changers.entry(address).or_default().push(tx);
        let world = self.world;
        let sum = self.sums.entry(access.location).or_insert_with(|| {
            let balance = world.account(&address).map(|account| account.info.balance);
            let balance = balance.unwrap_or_default();
            Sum { least: balance, most: balance, ..Sum::default() }
        });
        if access.kind == AccessKind::Write {
            // Who has not seen this one has seen anything.
            let only = vec![tx];
            let (up, down) = (only.clone(), only.clone());
            *sum = Sum { writers: only, up, down, least: U256::ZERO, most: U256::MAX };
            return;
        }
        sum.writers.push(tx);
        // Additions are modulo 2^256: the upper half takes away.
        if value.bit(255) {
            sum.down.push(tx);
            sum.least = sum.least.saturating_sub(value.wrapping_neg());
        } else {
            sum.up.push(tx);
            sum.most = sum.most.saturating_add(value);
        }
    }
}

/// Leaves out what follows from the rest: who waits for one waits for all that it waits for.
fn reduced(edges: Vec<Vec<TxIndex>>) -> Edges {
    let words = edges.len().div_ceil(64);
    let mut ancestors: Vec<Box<[u64]>> = Vec::with_capacity(edges.len());
    let reduced = edges.into_iter().enumerate().map(|(tx, mut before)| {
        // Nobody can depend on who comes later.
        before.retain(|earlier| earlier.get() < tx);
        before.sort_unstable_by(|one, other| other.cmp(one));
        before.dedup();
        let mut own = vec![0; words].into_boxed_slice();
        let mut kept = Vec::new();
        for earlier in before {
            let (word, bit) = (earlier.get() / 64, 1 << (earlier.get() % 64));
            if own[word] & bit != 0 {
                continue;
            }
            for (mine, of) in own.iter_mut().zip(&*ancestors[earlier.get()]) {
                *mine |= of;
            }
            own[word] |= bit;
            kept.push(earlier);
        }
        ancestors.push(own);
        kept.reverse();
        kept.into()
    });
    reduced.collect()
}

#[cfg(all(test, not(feature = "interleavings")))]
mod tests {
    use super::*;

    #[test]
    fn what_follows_from_the_rest_is_left_out() {
        let edges = [vec![], vec![0, 0], vec![1, 0], vec![9, 3], vec![0, 2], vec![1, 3]];
        let edges = edges.map(|before| before.into_iter().map(TxIndex).collect::<Vec<_>>());
        let kept = reduced(edges.into());
        let kept: Vec<Vec<u32>> =
            kept.iter().map(|before| before.iter().map(|tx| tx.0).collect()).collect();
        assert_eq!(kept, [vec![], vec![0], vec![1], vec![], vec![2], vec![1, 3]]);
    }
}
