//! Several cases in one block, so that transactions meet that were not made for each other.
//!
//! Cases with the same state before them follow each other in one block, each perhaps several
//! times. There are two kinds of such blocks: *chains*, whose transactions keep their senders and
//! get ascending nonces, and *crowds*, in which every transaction has a sender of its own, a copy
//! of the original one, so that only what the contracts do ties them together.
//!
//! Nearly all files are about recent forks only. So each block also runs under the first rules and
//! under the last ones before EIP-161: no file says what must come out there, but plain revm does.

use std::collections::BTreeMap;
use std::sync::Arc;

use alloy_primitives::{Address, keccak256};
use lanescope_executor::{Block, BlockError, Outcome, World, run_sequential};
use revm::context::TxEnv;
use revm::primitives::hardfork::SpecId;

use crate::case::{Case, Setting, world};
use crate::file::PreState;
use crate::judge::disagreement;
use crate::plain;
use crate::report::{Failure, Report};
use crate::root::{logs_hash, state_root};
use crate::runners::{Ran, Runners};

/// The most transactions in one packed block.
const TRANSACTIONS_MOST: usize = 24;
/// The fewest: cases are repeated until there are so many.
const TRANSACTIONS_LEAST: usize = 4;
/// Gas at which a packed block is full, so that no block takes seconds. A case that leaves no room
/// for a second one is not packed.
const GAS_MOST: u64 = 40_000_000;

/// Under which rules packed blocks run besides their own, and the names of those.
const OLD_RULES: [(SpecId, &str); 2] =
    [(SpecId::FRONTIER, "Frontier"), (SpecId::TANGERINE, "EIP150")];
/// The highest gas limit of a transaction under rules that its test was not made for: what ends
/// soon under its own may go on for ever under others.
const GAS_LIMIT_MOST: u64 = GAS_MOST / TRANSACTIONS_MOST as u64;

/// A case that ran to its end alone, and the gas that it used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate<'a> {
    pub(crate) case: &'a Case,
    pub(crate) gas_used: u64,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Chain,
    Crowd,
}

/// Packs the cases of a file into blocks and judges them.
pub(crate) fn judge(
    file: &str,
    candidates: &[Candidate<'_>],
    runners: &Runners,
    report: &mut Report,
) {
    for group in groups(candidates) {
        for (number, part) in parts(&group).into_iter().enumerate() {
            let own = &part[0].case.setting;
            let others = OLD_RULES.iter().filter(|(spec, _)| *spec != own.spec);
            let others: Vec<_> = others.map(|(spec, fork)| own.under(*spec, fork)).collect();
            for setting in others.iter().chain([own.as_ref()]) {
                let mut chosen: Vec<_> =
                    part.iter().map(|candidate| candidate.case.tx.clone()).collect();
                if setting.spec != own.spec {
                    chosen
                        .iter_mut()
                        .for_each(|tx| tx.gas_limit = tx.gas_limit.min(GAS_LIMIT_MOST));
                }
                for kind in [Kind::Chain, Kind::Crowd] {
                    let at = format!("{file}, {}, {} {}", setting.fork, kind.word(), number + 1);
                    judge_block(&at, setting, kind, &chosen, runners, report);
                }
            }
        }
    }
}

/// Candidates with the same setting, in the file's order.
fn groups<'a>(candidates: &[Candidate<'a>]) -> Vec<Vec<Candidate<'a>>> {
    let mut groups: Vec<Vec<Candidate<'a>>> = Vec::new();
    for candidate in candidates.iter().filter(|candidate| candidate.gas_used <= GAS_MOST / 2) {
        let setting = &candidate.case.setting;
        match groups.iter_mut().find(|group| Arc::ptr_eq(&group[0].case.setting, setting)) {
            Some(group) => group.push(*candidate),
            None => groups.push(vec![*candidate]),
        }
    }
    groups
}

/// A group in pieces that fit into one block. A group that is too small for a block repeats itself.
fn parts<'a>(group: &[Candidate<'a>]) -> Vec<Vec<Candidate<'a>>> {
    let mut parts: Vec<Vec<Candidate<'a>>> = Vec::new();
    let mut gas = 0_u64;
    for (index, candidate) in group.iter().cycle().enumerate() {
        gas = gas.saturating_add(candidate.gas_used);
        let is_repeated = index >= group.len();
        match parts.last_mut() {
            Some(part) if part.len() < TRANSACTIONS_MOST && gas <= GAS_MOST => {
                if is_repeated && index >= TRANSACTIONS_LEAST {
                    break;
                }
                part.push(*candidate);
            }
            _ if is_repeated => break,
            _ => {
                gas = candidate.gas_used;
                parts.push(vec![*candidate]);
            }
        }
    }
    parts
}

fn judge_block(
    at: &str,
    setting: &Setting,
    kind: Kind,
    chosen: &[TxEnv],
    runners: &Runners,
    report: &mut Report,
) {
    let Some(packed) = pack(setting, kind, chosen) else {
        return;
    };
    let Packed { block, world, pre, transactions, outcome } = packed;
    report.packed_blocks += 1;
    report.packed_transactions += transactions.len() as u64;
    let mut objections = Vec::new();
    match plain::run(setting, &pre, &block.env, &transactions) {
        Err(reason) => {
            objections.push(format!("plain revm refuses what one lane accepts: {reason}"))
        }
        Ok(settled) => {
            if settled.state_root != state_root(&world, &outcome.state) {
                objections.push("one lane reaches another state root than plain revm".to_owned());
            }
            let logs = outcome.receipts.iter().flat_map(|receipt| &receipt.logs);
            if settled.logs_hash != logs_hash(logs) {
                objections.push("one lane has other logs than plain revm".to_owned());
            }
        }
    }
    let oracle = Ran::Done(Box::new(outcome));
    runners.each(&block, &world, |name, ran, effort| {
        report.count_run(effort);
        if let Some(objection) = disagreement(&oracle, &ran) {
            objections.push(format!("{name}: {objection}"));
        }
    });
    if !objections.is_empty() {
        let at = format!("{at} ({} transactions)", transactions.len());
        report.failed_blocks.push(Failure::new(&at, &objections));
    }
}

struct Packed {
    block: Arc<Block>,
    world: Arc<World>,
    pre: PreState,
    transactions: Vec<TxEnv>,
    /// Its result on one lane.
    outcome: Outcome,
}

/// A block of those transactions that can follow each other; `None` if fewer than two can.
fn pack(setting: &Setting, kind: Kind, chosen: &[TxEnv]) -> Option<Packed> {
    let mut pre = setting.pre.clone();
    let mut chosen = chosen.to_vec();
    if matches!(kind, Kind::Crowd) {
        spread(&mut chosen, &mut pre);
    }
    let world = Arc::new(world(&pre, setting.env.number.saturating_to()));
    let mut env = setting.env.clone();
    // Every transaction must fit into the block, whatever the ones before it use.
    let limits = chosen.iter().fold(0_u64, |sum, tx| sum.saturating_add(tx.gas_limit));
    env.gas_limit = env.gas_limit.max(limits);
    while chosen.len() > 1 {
        let transactions = match kind {
            Kind::Chain => in_line(&chosen),
            Kind::Crowd => chosen.clone(),
        };
        let block = setting.block(env.clone(), &transactions);
        match run_sequential(&block, &world) {
            Ok(outcome) => return Some(Packed { block, world, pre, transactions, outcome }),
            Err(
                BlockError::InvalidTransaction { index, .. }
                | BlockError::BlockGasLimit { index, .. }
                | BlockError::TransactionBlobs { index, .. },
            ) => {
                chosen.remove(index as usize);
            }
            Err(BlockError::BlockBlobs { .. }) => {
                chosen.pop();
            }
            Err(_) => return None,
        }
    }
    None
}

/// Ascending nonces for each sender.
fn in_line(transactions: &[TxEnv]) -> Vec<TxEnv> {
    let mut next: BTreeMap<Address, u64> = BTreeMap::new();
    let mut line = transactions.to_vec();
    for tx in &mut line {
        let nonce = next.entry(tx.caller).or_insert(tx.nonce);
        tx.nonce = *nonce;
        *nonce = nonce.saturating_add(1);
    }
    line
}

/// A sender of its own for every transaction: the first keeps the original, the others get copies.
fn spread(transactions: &mut [TxEnv], pre: &mut PreState) {
    for (index, tx) in transactions.iter_mut().enumerate().skip(1) {
        let Some(account) = pre.get(&tx.caller).cloned() else { continue };
        let hash = keccak256([tx.caller.as_slice(), &index.to_be_bytes()].concat());
        tx.caller = Address::from_word(hash);
        pre.insert(tx.caller, account);
    }
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Chain => "chain",
            Self::Crowd => "crowd",
        }
    }
}
