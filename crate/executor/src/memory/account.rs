//! All versions of one account: balance, nonce, code, and whether its storage was cleared.
//!
//! The four are separate locations, to readers and to people. They are kept together because revm
//! asks for all of them at once, and because most versions change two.

use std::sync::atomic::Ordering;

use lanescope_protocol::{TxIndex, Version};
use revm::primitives::{B256, KECCAK_EMPTY, U256};
use smallvec::SmallVec;

use super::readers::Readers;
use crate::sync::{AtomicBool, Mutex, lock};

/// What one incarnation did to an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AccountChange {
    /// Added to the balance, modulo 2^256: payments commute until somebody looks.
    pub(crate) added: U256,
    pub(crate) nonce: NonceChange,
    /// The hash of the new code.
    pub(crate) code: Option<Box<B256>>,
    pub(crate) life: Life,
}

impl AccountChange {
    /// Whether code, or the slots that count, are others afterwards.
    fn changes_code(&self) -> bool {
        self.code.is_some() || self.life != Life::Goes
    }
}

/// What one incarnation did to a nonce.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum NonceChange {
    #[default]
    None,
    Set(u64),
    /// CREATE2 does not look at the nonce that it raises.
    Add(u64),
}

/// Whether an account began or ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Life {
    /// Neither. It exists, though: before EIP-161 a touch is enough for that.
    #[default]
    Goes,
    /// A contract was created here: older slots do not count.
    Created,
    /// It was destroyed: nothing is left.
    Destroyed,
}

/// An account as one transaction sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AccountState {
    pub(crate) balance: U256,
    pub(crate) nonce: u64,
    pub(crate) code_hash: B256,
    /// Only the rules before EIP-161 ask.
    pub(crate) exists: bool,
    /// Who destroyed it last.
    pub(crate) destroyed_by: Option<TxIndex>,
    pub(crate) by: Writers,
}

/// Who wrote the fields of an account last; `None`: nobody in this block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Writers {
    pub(crate) balance: Option<Version>,
    pub(crate) nonce: Option<Version>,
    pub(crate) code: Option<Version>,
    /// Who cleared the storage last.
    pub(crate) reset: Option<Version>,
}

impl Default for AccountState {
    fn default() -> Self {
        Self {
            balance: U256::ZERO,
            nonce: 0,
            code_hash: KECCAK_EMPTY,
            exists: false,
            destroyed_by: None,
            by: Writers::default(),
        }
    }
}

impl AccountState {
    /// Empty as EIP-161 defines it.
    pub(crate) fn is_empty(&self) -> bool {
        self.balance.is_zero() && self.is_bare()
    }

    /// Without nonce and code: empty but for ether.
    pub(crate) fn is_bare(&self) -> bool {
        self.nonce == 0 && self.code_hash == KECCAK_EMPTY
    }
}

/// An account: what the block's transactions did to it, and who read it.
#[derive(Debug, Default)]
pub(crate) struct AccountCell {
    /// Who has read the code, and whose the storage is: everybody who reads the account.
    code_readers: Readers,
    /// Who needs something of balance or nonce: few.
    value_readers: Readers,
    /// Whether a version ever changed the code, or created or destroyed the account.
    code_written: AtomicBool,
    /// Whether there was ever a version: reading the others needs no lock.
    written: AtomicBool,
    versions: Mutex<Versions>,
}

#[derive(Debug, Default)]
struct Versions {
    /// Sorted by transaction; at most one each.
    list: SmallVec<[(Version, AccountChange); 1]>,
    /// Whether any version ever touched the nonce.
    nonce: bool,
    code: bool,
    /// The balance after the first so many versions, all of them final: nobody adds those up again.
    settled: Option<Box<Settled>>,
}

#[derive(Clone, Copy, Debug)]
struct Settled {
    count: usize,
    balance: U256,
    by: Option<Version>,
}

/// Lists up to this length are added up anew by every reader.
const SHORT: usize = 4;

/// What of an account later transactions may have read otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Affected {
    /// Balance, nonce or existence.
    pub(crate) values: bool,
    /// Code, or which slots count.
    pub(crate) code: bool,
}

impl AccountCell {
    /// Remembers a reader of the code. Whoever publishes afterwards sees it; whoever published
    /// before is seen by it, if it reads after this.
    pub(super) fn note_code_reader(&self, reader: TxIndex) {
        self.code_readers.note(reader);
    }

    /// Remembers a reader of balance or nonce, like [`AccountCell::note_code_reader`].
    pub(super) fn note_value_reader(&self, reader: TxIndex) {
        self.value_readers.note(reader);
    }

    /// Whether the code ever changed in this block, or its account began or ended.
    pub(super) fn is_code_written(&self) -> bool {
        self.code_written.load(Ordering::SeqCst)
    }

    /// What `reader` would find now. Transactions below `final_below` are final.
    pub(super) fn find(
        &self,
        reader: TxIndex,
        base: &AccountState,
        final_below: u32,
    ) -> AccountState {
        if !self.written.load(Ordering::SeqCst) {
            return *base;
        }
        lock(&self.versions).find(reader, base, final_below)
    }

    /// Sets a transaction's version. Answers what a later transaction may have read otherwise.
    pub(super) fn publish(&self, version: Version, change: AccountChange) -> Affected {
        let mut versions = lock(&self.versions);
        // Later ones find it set; and whoever sees it set waits for the lock.
        if !self.written.load(Ordering::Relaxed) {
            self.written.store(true, Ordering::SeqCst);
        }
        if change.changes_code() {
            self.code_written.store(true, Ordering::SeqCst);
        }
        let changed = versions.set(version, change);
        drop(versions);
        self.affected(version.tx, changed)
    }

    /// Takes back a transaction's version. Answers what a later one may have read of it.
    pub(super) fn retract(&self, tx: TxIndex) -> Affected {
        lock(&self.versions).list.retain(|(version, _)| version.tx != tx);
        self.affected(tx, Affected { values: true, code: true })
    }

    fn affected(&self, tx: TxIndex, changed: Affected) -> Affected {
        Affected {
            values: changed.values && self.value_readers.any_after(tx),
            code: changed.code && self.code_readers.any_after(tx),
        }
    }
}

impl Versions {
    /// Answers what is different now.
    fn set(&mut self, version: Version, change: AccountChange) -> Affected {
        self.nonce |= change.nonce != NonceChange::None;
        self.code |= change.changes_code();
        let at = self.list.iter().rposition(|(known, _)| known.tx <= version.tx);
        match at {
            Some(at) if self.list[at].0.tx == version.tx => {
                let (_, old) = core::mem::replace(&mut self.list[at], (version, change));
                let new = &self.list[at].1;
                Affected { values: old != *new, code: old.code != new.code || old.life != new.life }
            }
            at => {
                let code = change.changes_code();
                self.list.insert(at.map_or(0, |at| at + 1), (version, change));
                Affected { values: true, code }
            }
        }
    }

    fn find(&mut self, reader: TxIndex, base: &AccountState, final_below: u32) -> AccountState {
        let below = self.list.iter().rposition(|(version, _)| version.tx < reader);
        let below = below.map_or(0, |at| at + 1);
        if below == 0 {
            return *base;
        }
        if self.list.len() > SHORT {
            self.settle(base, final_below);
        }
        let mut state = *base;
        (state.balance, state.by.balance) = self.balance(below, base);
        let last = &self.list[below - 1].1;
        state.exists = last.life != Life::Destroyed;
        if self.nonce || self.code {
            self.rest(below, &mut state);
        }
        state
    }

    /// Remembers the balance after the versions that are final.
    fn settle(&mut self, base: &AccountState, final_below: u32) {
        let settled = self
            .settled
            .get_or_insert_with(|| Box::new(Settled { count: 0, balance: base.balance, by: None }));
        while let Some((version, change)) =
            self.list.get(settled.count).filter(|(version, _)| version.tx.0 < final_below)
        {
            if change.life == Life::Destroyed {
                (settled.balance, settled.by) = (U256::ZERO, Some(*version));
            } else if !change.added.is_zero() {
                settled.balance = settled.balance.wrapping_add(change.added);
                settled.by = Some(*version);
            }
            settled.count += 1;
        }
    }

    /// The balance after the first `below` versions, and who changed it last.
    fn balance(&self, below: usize, base: &AccountState) -> (U256, Option<Version>) {
        let settled = self.settled.as_deref().filter(|settled| settled.count <= below);
        let (from, under, under_by) = settled.map_or((0, base.balance, None), |settled| {
            (settled.count, settled.balance, settled.by)
        });
        let mut added = U256::ZERO;
        let mut by = None;
        for (version, change) in self.list[from..below].iter().rev() {
            if change.life == Life::Destroyed {
                return (added, by.or(Some(*version)));
            }
            if !change.added.is_zero() {
                by = by.or(Some(*version));
                added = added.wrapping_add(change.added);
            }
        }
        (under.wrapping_add(added), by.or(under_by))
    }

    /// Nonce, code and clearing of the storage after the first `below` versions.
    fn rest(&self, below: usize, state: &mut AccountState) {
        let (mut raised, mut nonce_known, mut code_known) = (0u64, false, false);
        for (version, change) in self.list[..below].iter().rev() {
            if nonce_known && !self.code {
                break;
            }
            let destroyed = change.life == Life::Destroyed;
            if !nonce_known {
                let set = match change.nonce {
                    _ if destroyed => Some(0),
                    NonceChange::None => None,
                    NonceChange::Set(nonce) => Some(nonce),
                    NonceChange::Add(more) => {
                        raised = raised.wrapping_add(more);
                        state.by.nonce = state.by.nonce.or(Some(*version));
                        None
                    }
                };
                if let Some(nonce) = set {
                    state.nonce = nonce;
                    state.by.nonce = state.by.nonce.or(Some(*version));
                    nonce_known = true;
                }
            }
            if !code_known && (destroyed || change.code.is_some()) {
                state.code_hash = change.code.as_deref().copied().unwrap_or(KECCAK_EMPTY);
                state.by.code = Some(*version);
                code_known = true;
            }
            if state.by.reset.is_none() && change.life != Life::Goes {
                state.by.reset = Some(*version);
            }
            if destroyed {
                state.destroyed_by = Some(version.tx);
                break;
            }
        }
        state.nonce = state.nonce.wrapping_add(raised);
    }
}
