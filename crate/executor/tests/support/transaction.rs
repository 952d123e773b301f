//! Transactions of random blocks.

use lanescope_executor::{StateChanges, World};
use proptest::prelude::*;
use revm::context::TxEnv;
use revm::context_interface::transaction::{
    AccessList, AccessListItem, Authorization, RecoveredAuthority, RecoveredAuthorization,
};
use revm::primitives::hardfork::SpecId;
use revm::primitives::{Address, B256, TxKind, U256};

use super::{ADDRESSES, BASE_FEE, POOR, Plan, USERS, address, assemble};

/// A transaction of a random block.
#[derive(Clone, Debug, Default)]
pub struct Tx {
    pub sender: u8,
    pub to: u8,
    pub value: u32,
    /// Per gas, over the base fee.
    pub tip: u8,
    /// So little gas that it may run out.
    pub tight: bool,
    pub kind: Kind,
}

/// What is special about a transaction. Where the fork does not know it, nothing is.
#[derive(Clone, Debug, Default)]
pub enum Kind {
    #[default]
    Plain,
    /// A highest price and a tip (EIP-1559).
    Priced,
    /// Accounts and slots (EIP-2930).
    Listed(Vec<(u8, u8)>),
    /// So many blobs (EIP-4844).
    Blobs(u8),
    /// Codes for users (EIP-7702).
    Authorizing(Vec<Delegation>),
    /// Runs a program as initcode.
    Creating(u8),
}

/// A user who takes on an account's code.
#[derive(Clone, Debug)]
pub struct Delegation {
    pub authority: u8,
    /// `None`: takes it off again.
    pub to: Option<u8>,
    /// Signed for another nonce: does nothing.
    pub stale: bool,
}

pub fn txs() -> impl Strategy<Value = Tx> {
    let value = prop_oneof![
        4 => 0..=u32::from(u16::MAX),
        1 => Just(0),
        2 => Just(5_000_000), // enough for the poor one
    ];
    (0..USERS, 0..ADDRESSES, value, 0..3u8, prop::bool::weighted(0.1), kinds()).prop_map(
        |(sender, to, value, tip, tight, kind)| Tx { sender, to, value, tip, tight, kind },
    )
}

fn kinds() -> impl Strategy<Value = Kind> {
    let delegation = (0..USERS, prop::option::weighted(0.8, 0..ADDRESSES), any::<u8>())
        .prop_map(|(authority, to, stale)| Delegation { authority, to, stale: stale % 6 == 0 });
    prop_oneof![
        8 => Just(Kind::Plain),
        2 => Just(Kind::Priced),
        1 => prop::collection::vec((0..ADDRESSES, 0..3u8), 1..3).prop_map(Kind::Listed),
        1 => (1..3u8).prop_map(Kind::Blobs),
        3 => prop::collection::vec(delegation, 1..4).prop_map(Kind::Authorizing),
        1 => (0..super::CONTRACTS).prop_map(Kind::Creating),
    ]
}

impl Plan {
    /// A transaction as it is valid after the changes so far, if it can be.
    pub(super) fn transaction(&self, tx: &Tx, world: &World, changes: &StateChanges) -> TxEnv {
        let nonce_of = |address: &Address| match changes.get(address) {
            Some(change) => change.nonce,
            None => world.account(address).map_or(0, |account| account.info.nonce),
        };
        let caller = address(tx.sender);
        let nonce = nonce_of(&caller);
        let base_fee = if self.spec.is_enabled_in(SpecId::LONDON) { BASE_FEE } else { 0 };
        let mut env = TxEnv {
            caller,
            gas_limit: match tx {
                Tx { tight: true, .. } => 75_000,
                Tx { sender: POOR, .. } => 500_000,
                _ => 3_000_000,
            },
            gas_price: u128::from(base_fee) + u128::from(tx.tip),
            kind: TxKind::Call(address(tx.to)),
            value: U256::from(tx.value),
            nonce,
            chain_id: None,
            ..TxEnv::default()
        };
        let knows = |spec| self.spec.is_enabled_in(spec);
        match &tx.kind {
            Kind::Priced if knows(SpecId::LONDON) => {
                env.tx_type = 2;
                env.gas_price += 1;
                env.gas_priority_fee = Some(tx.tip.into());
            }
            Kind::Listed(list) if knows(SpecId::BERLIN) => {
                env.tx_type = 1;
                let items = list.iter().map(|(of, key)| AccessListItem {
                    address: address(*of),
                    storage_keys: vec![B256::with_last_byte(*key)],
                });
                env.access_list = AccessList(items.collect());
            }
            Kind::Blobs(blobs) if knows(SpecId::CANCUN) => {
                env.tx_type = 3;
                env.max_fee_per_blob_gas = 10;
                env.gas_priority_fee = Some(tx.tip.into());
                let hash = |number| {
                    let mut hash = B256::with_last_byte(number);
                    hash.0[0] = 1; // of a KZG commitment
                    hash
                };
                env.blob_hashes = (0..*blobs).map(hash).collect();
            }
            Kind::Authorizing(delegations) if knows(SpecId::PRAGUE) => {
                env.tx_type = 4;
                env.gas_priority_fee = Some(tx.tip.into());
                env.set_recovered_authorization(authorizations(delegations, &caller, nonce_of));
            }
            Kind::Creating(program) => {
                env.kind = TxKind::Create;
                env.data = assemble(&self.programs[usize::from(*program)], self.spec).into();
            }
            _ => {}
        }
        // Typed transactions must name the chain (EIP-2930).
        env.chain_id = (env.tx_type != 0).then_some(1);
        env
    }
}

fn authorizations(
    delegations: &[Delegation],
    sender: &Address,
    nonce_of: impl Fn(&Address) -> u64,
) -> Vec<RecoveredAuthorization> {
    let mut list: Vec<RecoveredAuthorization> = Vec::new();
    for Delegation { authority, to, stale } in delegations {
        let authority = address(*authority);
        // The sender's nonce is raised first, then one by one those of the authorities.
        let before = list.iter().filter(|known| known.authority() == Some(authority));
        let raised = before.count() as u64 + u64::from(authority == *sender);
        let nonce = nonce_of(&authority).wrapping_add(raised).wrapping_add(u64::from(*stale));
        let address = to.map_or(Address::ZERO, address);
        let authorization =
            Authorization { chain_id: U256::from(u8::from(nonce % 2 == 0)), address, nonce };
        let authority = RecoveredAuthority::Valid(authority);
        list.push(RecoveredAuthorization::new_unchecked(authorization, authority));
    }
    list
}
