//! What senders declare: found by running the block, or each transaction alone, before the run.

use std::sync::Arc;

use lanescope_protocol::strategy::{Class, Declarations, Rules};
use lanescope_protocol::{Lane, TxIndex};
use revm::context::TxEnv;
use revm::context_interface::Transaction;
use revm::primitives::{Address, TxKind};
use rustc_hash::{FxHashMap, FxHashSet};

use super::workshop::Workshop;
use crate::block::{Block, BlockError};
use crate::evm::{Chance, Declared, Execution, Touch, Verdict, touches};
use crate::memory::{Life, Location};
use crate::rules::keeps_empty;
use crate::strategy::{self, Manner, Plan, Wants, first};
use crate::world::World;

/// What the transactions of a block declare under these rules; nothing, if they need not.
pub(super) fn declare(
    block: &Arc<Block>,
    world: &Arc<World>,
    rules: &Rules,
) -> Result<Option<Declared>, BlockError> {
    let (keys, how) = match rules {
        Rules::DeclaredLocks(of) => (of.keys, of.declares),
        Rules::OwnedShared(of) => (of.keys, of.declares),
        _ => return Ok(None),
    };
    let is_ideal = how == Declarations::Ideal;
    let manner = Manner { shortcuts: false, predicts_nonces: !is_ideal, ..Manner::default() };
    let workshop = Workshop::new(Arc::clone(block), Arc::clone(world), manner, false)?;
    let mut declared = Declared::new(keys, world);
    if is_ideal {
        let fee_readers = in_order(&workshop, &mut declared)?;
        if rules.class() == Class::Exact {
            declared.know_fee_readers(fee_readers);
        }
    } else {
        alone(&workshop, &mut declared)
    }
    Ok(Some(declared))
}

/// Runs the block in block order: a sender who knows everything. Answers who looked at what the
/// others had paid to the fee recipient.
fn in_order(
    workshop: &Workshop,
    declared: &mut Declared,
) -> Result<FxHashSet<TxIndex>, BlockError> {
    let mut fee_readers = FxHashSet::default();
    let strategy = strategy::build(&Rules::Sequential, 1, Plan::default());
    let mut machine = workshop.machine(Lane(0));
    let mut gas_used = 0;
    for index in indices(&workshop.block) {
        let chance = Chance { is_first: true, ..Chance::default() };
        let execution = machine.execute(index, chance);
        let gas = execution.gas();
        declared.push(&declaration(workshop, index, &execution), gas);
        if looks_at_fees(workshop, index, &execution) {
            fee_readers.insert(index);
        }
        workshop.publish(first(index), execution, &*strategy);
        workshop.admit(first(index), gas_used, true)?;
        gas_used += gas;
        workshop.memory.settle(index.0 + 1);
    }
    Ok(fee_readers)
}

/// Whether more than a payment to the fee recipient depends on its balance: what it had before the
/// block would not have done as well.
fn looks_at_fees(workshop: &Workshop, index: TxIndex, execution: &Execution) -> bool {
    let memory = &workshop.memory;
    let recipient = memory.fee_recipient();
    let base = memory.base(recipient).balance;
    workshop.block.transactions[index.get()].caller == memory.address(recipient)
        || execution.accounts.iter().filter(|read| read.account == recipient).any(|read| {
            let needs = &read.needs;
            let is_exact = needs.exact_balance || needs.existence;
            is_exact || needs.below.is_some() || needs.at_least > base
        })
        || execution
            .effects
            .accounts
            .iter()
            .any(|(account, change)| *account == recipient && change.life != Life::Goes)
}

/// Runs each transaction on the state before the block: a careful wallet.
fn alone(workshop: &Workshop, declared: &mut Declared) {
    let mut machine = workshop.machine(Lane(0));
    for index in indices(&workshop.block) {
        let chance = Chance { place: Some(TxIndex(0)), ..Chance::default() };
        let execution = machine.execute(index, chance);
        let gas = match &execution.verdict {
            Verdict::Ran(_) => execution.gas(),
            _ => workshop.block.transactions[index.get()].gas_limit,
        };
        declared.push(&declaration(workshop, index, &execution), gas);
    }
}

fn indices(block: &Block) -> impl Iterator<Item = TxIndex> + use<> {
    (0..block.transactions.len() as u32).map(TxIndex)
}

/// What an execution touched, and what every transaction declares: its sender, who pays, and its
/// receiver.
fn declaration(workshop: &Workshop, index: TxIndex, execution: &Execution) -> Vec<Touch> {
    let Workshop { block, memory, .. } = workshop;
    let tx = &*block.transactions[index.get()];
    let keeps_empty = keeps_empty(block.spec);
    let ran = matches!(execution.verdict, Verdict::Ran(_));
    let mut touched = vec![
        Touch::write(Location::Balance(tx.caller)),
        Touch::write(Location::Nonce(tx.caller)),
        Touch::read(Location::Code(tx.caller)),
    ];
    let receiver = receiver(tx);
    touched.push(Touch::read(Location::Code(receiver)));
    if !ran || keeps_empty || !tx.value.is_zero() {
        touched.push(Touch::write(Location::Balance(receiver)));
    }
    if !ran {
        touched.push(Touch::read(Location::Nonce(receiver)));
    }
    if tx.kind.is_create() {
        touched.push(Touch::write(Location::Nonce(receiver)));
        touched.push(Touch::write(Location::Code(receiver)));
    }
    if ran {
        let Execution { accounts, slots, effects, .. } = execution;
        touched.extend(touches(accounts, slots, effects, memory, keeps_empty));
    }
    touched
}

/// Who is called or paid, or created.
fn receiver(tx: &TxEnv) -> Address {
    match tx.kind {
        TxKind::Call(to) => to,
        TxKind::Create => tx.caller.create(tx.nonce),
    }
}

/// Declarations as a strategy knows them: numbers.
pub(super) fn plan_for(block: &Block, declared: Option<&Declared>, plan: Plan) -> Plan {
    let Some(declared) = declared else { return plan };
    let mut latest: FxHashMap<Address, TxIndex> = FxHashMap::default();
    let base_fee = u128::from(block.env.basefee);
    let wants = block.transactions.iter().zip(declared.sets()).zip(indices(block));
    let wants = wants.map(|((tx, set), index)| Wants {
        reads: set.reads.clone(),
        writes: set.writes.clone(),
        gas: set.gas,
        priority: tx.effective_gas_price(base_fee).saturating_sub(base_fee),
        before: latest.insert(tx.caller, index),
        alone: declared.may_look_at_fees(index, block.env.beneficiary),
    });
    Plan { wants: wants.collect(), block_gas: block.env.gas_limit, ..plan }
}
