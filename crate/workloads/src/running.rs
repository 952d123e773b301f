//! Nonces and funds as they run through the block, as far as that is certain without executing it.

use alloy_primitives::map::AddressMap;
use alloy_primitives::{Address, U256};
use lanescope_executor::{Block, World};
use revm::context::TxEnv;
use revm::context::either::Either;
use revm::primitives::TxKind;

use crate::action::has_code;
use crate::error::{Ether, Problem, Shortfall};

/// The gas that every transaction uses at least.
const GAS_MIN: u64 = 21_000;

/// What is known of accounts at the transaction that comes next.
pub(crate) struct Running<'a> {
    block: &'a Block,
    world: &'a World,
    nonces: AddressMap<u64>,
    /// The most that an account can own. `None` once ether may have come from anywhere.
    most: Option<AddressMap<U256>>,
}

impl<'a> Running<'a> {
    /// `only_known_code`: every contract in the world is one of ours, and ours never send ether.
    pub(crate) fn new(block: &'a Block, world: &'a World, only_known_code: bool) -> Self {
        let most = only_known_code.then(AddressMap::default);
        Self { block, world, nonces: AddressMap::default(), most }
    }

    /// The nonce of the next transaction. Where one was given, it must be the right one.
    pub(crate) fn nonce(
        &mut self,
        env: &TxEnv,
        given: Option<u64>,
        sender: &str,
    ) -> Result<u64, Problem> {
        let expected = self.next_nonce(&env.caller);
        if let Some(found) = given.filter(|found| *found != expected) {
            return Err(Problem::NonceGap { sender: sender.to_owned(), expected, found });
        }
        let next = expected.checked_add(1);
        let next = next.ok_or_else(|| Problem::NonceExhausted(sender.to_owned()))?;
        self.nonces.insert(env.caller, next);
        self.count_authorizations(env);
        Ok(expected)
    }

    /// Takes what the transaction takes at least from its sender, and gives what its receiver gets at
    /// most. Fails if the sender cannot afford it in any case.
    pub(crate) fn charge(&mut self, env: &TxEnv, sender: &str) -> Result<(), Problem> {
        let (block, world) = (self.block, self.world);
        let Some(most) = self.most.as_mut() else { return Ok(()) };
        if env.kind == TxKind::Create || !env.authorization_list.is_empty() {
            // New code may send ether to anybody.
            self.most = None;
            return Ok(());
        }
        let before = |address: &Address| {
            world.account(address).map(|account| account.info.balance).unwrap_or_default()
        };
        let has = *most.entry(env.caller).or_insert_with(|| before(&env.caller));
        let fee = U256::from(env.gas_limit).saturating_mul(U256::from(env.gas_price));
        let needs = env.value.saturating_add(fee);
        let gets_fees = env.caller == block.env.beneficiary;
        if has < needs && !gets_fees {
            return Err(Problem::NoFunds(Box::new(Shortfall {
                sender: sender.to_owned(),
                has: Ether(has),
                needs: Ether(needs),
                value: Ether(env.value),
                fee: Ether(fee),
            })));
        }
        let TxKind::Call(receiver) = env.kind else { return Ok(()) };
        // A call may revert, which leaves the value with the sender.
        let is_sent = !has_code(world, &receiver) && env.data.is_empty();
        let spent = U256::from(GAS_MIN) * U256::from(block.env.basefee)
            + if is_sent { env.value } else { U256::ZERO };
        most.insert(env.caller, has.saturating_sub(spent));
        let received = most.entry(receiver).or_insert_with(|| before(&receiver));
        *received = received.saturating_add(env.value);
        Ok(())
    }

    fn next_nonce(&self, address: &Address) -> u64 {
        let before = || self.world.account(address).map(|account| account.info.nonce);
        self.nonces.get(address).copied().or_else(before).unwrap_or_default()
    }

    /// A delegation that takes effect uses up a nonce of whoever signed it (EIP-7702).
    fn count_authorizations(&mut self, env: &TxEnv) {
        for item in &env.authorization_list {
            let Either::Right(item) = item else { continue };
            let Some(authority) = item.authority() else { continue };
            let chain_fits =
                item.chain_id.is_zero() || item.chain_id == U256::from(self.block.chain_id);
            let code =
                self.world.account(&authority).and_then(|account| account.info.code.as_ref());
            let may_delegate =
                code.is_none_or(|code| code.original_byte_slice().is_empty() || code.is_eip7702());
            if chain_fits && may_delegate && item.nonce == self.next_nonce(&authority) {
                self.nonces.insert(authority, item.nonce.saturating_add(1));
            }
        }
    }
}
