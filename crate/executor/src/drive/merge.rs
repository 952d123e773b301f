//! What a merge patches: balances and nonces that are no longer what an incarnation saw, but still
//! all that it needed.

use std::collections::BTreeSet;

use lanescope_protocol::Version;
use revm::primitives::Address;

use super::recorder::Recorder;
use super::workshop::Workshop;
use crate::evm::Field;
use crate::memory::{Location, NonceChange};
use crate::strategy::Sight;

impl Workshop {
    /// Writes down to which values an incarnation's additions are made that it has not seen. All
    /// before it are final. Only where merging is what the rules are about.
    pub(super) fn note_patches(&self, version: Version, time: u64, recorder: &mut Recorder) {
        if self.manner.sight != Sight::Final || !recorder.is_on() {
            return;
        }
        for (address, is_nonce) in self.patches(version) {
            let at = if is_nonce { Location::Nonce } else { Location::Balance };
            recorder.patched(time, version, at(address));
        }
    }

    /// Accounts by address; of each the balance before the nonce.
    fn patches(&self, version: Version) -> BTreeSet<(Address, bool)> {
        self.with_done(version.tx, |done| {
            let Some((_, execution)) = &done.latest else { return BTreeSet::new() };
            let mut patches = BTreeSet::new();
            for (account, change) in &execution.effects.accounts {
                let read = execution.accounts.iter().find(|read| read.account == *account);
                let Some(read) = read else { continue };
                let now = self.memory.find_account(*account, version.tx);
                // What nobody has looked at is added to, not patched.
                let needs = |field| read.needs_any(field);
                if !change.added.is_zero()
                    && needs(Field::Balance)
                    && now.balance != read.seen.balance
                {
                    patches.insert((read.address, false));
                }
                if matches!(change.nonce, NonceChange::Add(_))
                    && needs(Field::Nonce)
                    && now.nonce != read.seen.nonce
                {
                    patches.insert((read.address, true));
                }
            }
            patches
        })
    }
}
