//! What a transaction carries besides sender, receiver, value and data: fees and lists.

use alloy_primitives::{B256, U256};
use lanescope_executor::Block;
use lanescope_executor::fork::fork_name;
use lanescope_protocol::scenario::{Authorization, Envelope};
use revm::context::TxEnv;
use revm::context::either::Either;
use revm::context_interface::transaction::{
    AccessList, AccessListItem, Authorization as Unsigned, RecoveredAuthorization,
    SignedAuthorization,
};
use revm::primitives::TxKind;
use revm::primitives::hardfork::SpecId;

use crate::book::Book;
use crate::error::{Ether, Problem};
use crate::value;

/// Wei per gas that a composed transaction leaves to the fee recipient.
const TIP: u128 = 1_000_000_000;

/// Which fork brought each transaction type (EIP-2930, EIP-1559, EIP-4844, EIP-7702).
const SINCE: [SpecId; 5] =
    [SpecId::FRONTIER, SpecId::BERLIN, SpecId::LONDON, SpecId::CANCUN, SpecId::PRAGUE];

/// Fees of a transaction that a person composed: enough for the block's base fee, and a small tip.
pub(super) fn compose(env: &mut TxEnv, block: &Block) {
    if block.spec >= SpecId::LONDON {
        env.tx_type = 2;
        env.gas_price = u128::from(block.env.basefee) * 2 + TIP;
        env.gas_priority_fee = Some(TIP);
    } else {
        env.tx_type = 0;
        env.gas_price = TIP;
    }
    if block.spec >= SpecId::SPURIOUS_DRAGON {
        env.chain_id = Some(block.chain_id);
    }
}

/// Fees and lists of an imported transaction.
pub(super) fn apply(
    env: &mut TxEnv,
    envelope: &Envelope,
    block: &Block,
    book: &Book,
) -> Result<(), Problem> {
    let kind = envelope.kind;
    let since = *SINCE.get(usize::from(kind)).ok_or(Problem::UnknownType(kind))?;
    if block.spec < since {
        return Err(Problem::TypeTooNew { kind, fork: fork_name(since) });
    }
    if kind >= 3 && env.kind == TxKind::Create {
        return Err(Problem::CannotCreate(kind));
    }
    env.tx_type = kind;
    env.gas_price = value::small(&envelope.max_fee)?;
    if kind >= 2 {
        env.gas_priority_fee = Some(value::small(&envelope.priority_fee)?);
    }
    env.chain_id = match kind {
        0 => envelope.chain_id,
        _ => Some(envelope.chain_id.unwrap_or(block.chain_id)),
    };
    if let Some(chain_id) = env.chain_id.filter(|chain_id| *chain_id != block.chain_id) {
        return Err(Problem::OtherChain(chain_id, block.chain_id));
    }
    if env.gas_price < u128::from(block.env.basefee) {
        let base_fee = Ether(U256::from(block.env.basefee));
        return Err(Problem::FeeBelowBase(Ether(U256::from(env.gas_price)), base_fee));
    }
    let mut items = Vec::with_capacity(envelope.access_list.len());
    for item in &envelope.access_list {
        let keys = item.keys.iter().map(|key| slot(key)).collect::<Result<_, _>>()?;
        items.push(AccessListItem { address: book.resolve(&item.address)?, storage_keys: keys });
    }
    env.access_list = AccessList(items);
    env.blob_hashes =
        envelope.blob_hashes.iter().map(|hash| value::word(hash)).collect::<Result<_, _>>()?;
    env.max_fee_per_blob_gas = value::small(&envelope.max_blob_fee)?;
    for item in &envelope.authorizations {
        env.authorization_list.push(Either::Right(authorization(item, book)?));
    }
    Ok(())
}

/// Recovers who signed a delegation, once, so that executions do not have to. An invalid signature
/// is no error: the transaction then goes on without it (EIP-7702).
fn authorization(item: &Authorization, book: &Book) -> Result<RecoveredAuthorization, Problem> {
    let unsigned = Unsigned {
        chain_id: U256::from(item.chain_id),
        address: book.resolve(&item.address)?,
        nonce: item.nonce,
    };
    let (r, s) = (value::amount(&item.r)?, value::amount(&item.s)?);
    Ok(SignedAuthorization::new_unchecked(unsigned, item.y_parity, r, s).into_recovered())
}

/// A slot in hex or decimal, with or without its leading zeros.
fn slot(text: &str) -> Result<B256, Problem> {
    value::amount(text).map(B256::from)
}
