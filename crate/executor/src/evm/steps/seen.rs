//! The state as one incarnation saw it: the state in block order, with its reads put over it.

use lanescope_protocol::AccessKind;
use lanescope_protocol::steps::{Look, Seen, Spot};
use lanescope_protocol::trace::LocationKind;
use revm::bytecode::Bytecode;
use revm::context::TxEnv;
use revm::primitives::map::{AddressMap, HashMap};
use revm::primitives::{Address, B256, KECCAK_EMPTY, U256};
use revm::state::AccountInfo;

use crate::evm::ledger::Ledger;
use crate::evm::machine::cost;
use crate::evm::view::EstimateMet;

/// Strangers that are told of; more say nothing more.
const STRANGERS_MAX: usize = 32;

/// What an incarnation saw, over the state before it in block order.
#[derive(Debug)]
pub(in crate::evm) struct SeenState {
    ledger: Ledger,
    accounts: AddressMap<Account>,
    slots: HashMap<(Address, U256), U256>,
    /// Whether its looks are known at all.
    is_known: bool,
    /// The fee recipient is paid in any case, which is not a look.
    beneficiary: Address,
    stop: Option<Spot>,
    /// It was stopped where the incarnation was.
    pub(super) stopped: bool,
    /// What was asked for and is not known.
    pub(super) strangers: Vec<Spot>,
}

/// What an incarnation saw of an account.
#[derive(Debug, Default)]
struct Account {
    balance: Option<U256>,
    at_least: U256,
    below: Option<U256>,
    nonce: Option<u64>,
    code_hash: Option<B256>,
}

impl SeenState {
    pub(super) fn new(ledger: Ledger, seen: &Seen, tx: &TxEnv, beneficiary: Address) -> Self {
        let mut state = Self {
            ledger,
            accounts: AddressMap::default(),
            slots: HashMap::default(),
            is_known: !seen.looks.is_empty(),
            beneficiary,
            stop: seen.stopped_at,
            stopped: false,
            strangers: Vec::new(),
        };
        seen.looks.iter().for_each(|look| state.put(look));
        // Nonce and funds of a sender that nothing can disturb are not looked up; they fit.
        if let Some(sender) = state.accounts.get_mut(&tx.caller) {
            sender.nonce.get_or_insert(tx.nonce);
            if sender.balance.is_none() && sender.below.is_none() {
                sender.at_least = sender.at_least.max(cost(tx));
            }
        }
        state
    }

    fn put(&mut self, look: &Look) {
        let address = Address::from(look.spot.address);
        let value = U256::from_be_bytes(look.value);
        if look.spot.kind == LocationKind::Slot {
            self.slots.insert((address, U256::from_be_bytes(look.spot.key)), value);
            return;
        }
        let account = self.accounts.entry(address).or_default();
        match (look.spot.kind, look.kind) {
            (LocationKind::Balance, AccessKind::AtLeast) => account.at_least = value,
            (LocationKind::Balance, AccessKind::Below) => account.below = Some(value),
            (LocationKind::Balance, _) => account.balance = Some(value),
            (LocationKind::Nonce, _) => account.nonce = Some(value.saturating_to()),
            (LocationKind::Code, _) => account.code_hash = Some(B256::from(look.value)),
            // Every slot that was read says itself what it held after storage was cleared.
            (LocationKind::StorageReset | LocationKind::Slot, _) => {}
        }
    }

    pub(in crate::evm) fn basic(
        &mut self,
        address: Address,
    ) -> Result<Option<AccountInfo>, EstimateMet> {
        let stops = |spot: &Spot| spot.kind != LocationKind::Slot && spot.address == address;
        if self.stop.as_ref().is_some_and(stops) {
            self.stopped = true;
            return Err(EstimateMet);
        }
        let base = self.ledger.basic(address);
        let Some(seen) = self.accounts.get(&address) else {
            if address != self.beneficiary {
                self.stranger(LocationKind::Code, address, U256::ZERO);
            }
            return Ok(base);
        };
        let existed = base.is_some();
        let mut info = base.unwrap_or_default();
        info.balance = seen.balance.unwrap_or_else(|| {
            let bounded = info.balance.max(seen.at_least);
            let below = seen.below.map(|bound| bound.saturating_sub(U256::from(1)));
            below.map_or(bounded, |most| bounded.min(most))
        });
        info.nonce = seen.nonce.unwrap_or(info.nonce);
        let code_hash = seen.code_hash.unwrap_or(info.code_hash);
        if code_hash != info.code_hash {
            info.code_hash = code_hash;
            let code = self.ledger.code_by_hash(code_hash);
            if code.is_empty() && code_hash != KECCAK_EMPTY {
                // It was there only in a version that was thrown away.
                self.stranger(LocationKind::Code, address, U256::ZERO);
            }
            info.code = Some(code);
        }
        let exists = existed || !info.is_empty();
        Ok(exists.then_some(info))
    }

    pub(in crate::evm) fn storage(
        &mut self,
        address: Address,
        key: U256,
    ) -> Result<U256, EstimateMet> {
        let is_it = |spot: &Spot| {
            let place = (Address::from(spot.address), U256::from_be_bytes(spot.key));
            spot.kind == LocationKind::Slot && place == (address, key)
        };
        if self.stop.as_ref().is_some_and(is_it) {
            self.stopped = true;
            return Err(EstimateMet);
        }
        if let Some(value) = self.slots.get(&(address, key)) {
            return Ok(*value);
        }
        self.stranger(LocationKind::Slot, address, key);
        Ok(self.ledger.storage(address, key))
    }

    pub(in crate::evm) fn code_by_hash(&self, hash: B256) -> Bytecode {
        self.ledger.code_by_hash(hash)
    }

    pub(in crate::evm) fn block_hash(&self, number: u64) -> B256 {
        self.ledger.block_hash(number)
    }

    fn stranger(&mut self, kind: LocationKind, address: Address, key: U256) {
        if self.is_known && self.strangers.len() < STRANGERS_MAX {
            let spot = Spot { kind, address: address.into_array(), key: key.to_be_bytes() };
            self.strangers.push(spot);
        }
    }
}
