//! Runs a case under every runner and compares with what the file expects.

use std::sync::Arc;

use lanescope_executor::{Outcome, World, difference};

use crate::case::{Case, Expected};
use crate::plain::{self, Settled};
use crate::report::{Failure, Report};
use crate::root::{logs_hash, state_root};
use crate::runners::{Ran, Runners, one_lane};

/// Judges one case. Answers its result on one lane, if it has one.
///
/// Where plain revm does not reach what the file expects, the others need not either; they must
/// still agree with each other.
pub(crate) fn judge(
    case: &Case,
    runners: &Runners,
    at: &str,
    report: &mut Report,
) -> Option<Outcome> {
    let setting = &case.setting;
    let transactions = [case.tx.clone()];
    let settled = plain::run(setting, &setting.pre, &setting.env, &transactions);
    let plain_objection = plain_objection(case, &settled);
    let block = setting.block(setting.env.clone(), &transactions);
    let oracle = one_lane(&block, &setting.world);
    let mut objections = Vec::new();
    if plain_objection.is_none()
        && let Some(objection) = objection(&case.expected, &oracle, &setting.world)
    {
        objections.push(format!("one lane {objection}"));
    }
    runners.each(&block, &setting.world, |name, ran, effort| {
        report.count_run(effort);
        if let Some(objection) = disagreement(&oracle, &ran) {
            objections.push(format!("{name}: {objection}"));
        }
    });
    report.cases += 1;
    if !objections.is_empty() {
        report.failed.push(Failure::new(at, &objections));
    } else if let Some(objection) = plain_objection {
        report.beyond_revm.push(Failure::new(at, &[objection]));
    } else {
        report.passed += 1;
    }
    match oracle {
        Ran::Done(outcome) => Some(*outcome),
        Ran::Refused(_) | Ran::Broke(_) => None,
    }
}

/// What is wrong with plain revm's answer, if anything.
fn plain_objection(case: &Case, settled: &Result<Settled, String>) -> Option<String> {
    let expected = &case.expected;
    match (settled, &expected.refused) {
        (Err(_), Some(_)) => (plain::root_before(&case.setting.pre) != expected.state_root)
            .then(|| "the file expects another state than the one before".to_owned()),
        (Err(reason), None) => Some(format!("revm refuses it: {reason}")),
        (Ok(_), Some(reason)) => Some(format!("revm accepts it, but the file has {reason}")),
        (Ok(settled), None) if settled.state_root != expected.state_root => {
            Some(format!("revm reaches state root {}", settled.state_root))
        }
        (Ok(settled), None) => (settled.logs_hash != expected.logs_hash)
            .then(|| format!("revm reaches logs hash {}", settled.logs_hash)),
    }
}

/// What is wrong with the oracle's answer, if anything.
fn objection(expected: &Expected, ran: &Ran, world: &Arc<World>) -> Option<String> {
    match (ran, &expected.refused) {
        (Ran::Broke(reason), _) => Some(format!("broke down: {reason}")),
        (Ran::Refused(_), Some(_)) => None,
        (Ran::Refused(reason), None) => Some(format!("refuses it: {reason}")),
        (Ran::Done(_), Some(reason)) => Some(format!("accepts it, but the file has {reason}")),
        (Ran::Done(outcome), None) => {
            let settled = Settled {
                state_root: state_root(world, &outcome.state),
                logs_hash: logs_hash(outcome.receipts.iter().flat_map(|receipt| &receipt.logs)),
            };
            other_result(&settled, expected)
        }
    }
}

fn other_result(found: &Settled, expected: &Expected) -> Option<String> {
    if found.state_root != expected.state_root {
        Some(format!("reaches state root {} instead of {}", found.state_root, expected.state_root))
    } else if found.logs_hash != expected.logs_hash {
        Some(format!("reaches logs hash {} instead of {}", found.logs_hash, expected.logs_hash))
    } else {
        None
    }
}

/// How a run differs from the one on one lane, if it does.
pub(crate) fn disagreement(oracle: &Ran, ran: &Ran) -> Option<String> {
    match (oracle, ran) {
        (_, Ran::Broke(reason)) => Some(format!("broke down: {reason}")),
        (Ran::Refused(_), Ran::Refused(_)) | (Ran::Broke(_), _) => None,
        (Ran::Refused(reason), Ran::Done(_)) => {
            Some(format!("accepts what one lane refuses: {reason}"))
        }
        (Ran::Done(_), Ran::Refused(reason)) => Some(format!("refuses it: {reason}")),
        (Ran::Done(oracle), Ran::Done(outcome)) if oracle != outcome => {
            let words = difference(oracle, outcome);
            Some(words.unwrap_or_else(|| "differs from one lane".to_owned()))
        }
        (Ran::Done(_), Ran::Done(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lanescope_executor::Receipt;

    fn done(gas_used: u64) -> Ran {
        let receipt = Receipt { gas_used, ..Receipt::default() };
        Ran::Done(Box::new(Outcome { receipts: vec![receipt], ..Outcome::default() }))
    }

    #[test]
    fn every_disagreement_has_a_sentence() {
        let refused = || Ran::Refused("the nonce".to_owned());
        let broke = || Ran::Broke("a panic".to_owned());
        for (oracle, ran, sentence) in [
            (done(1), done(2), "T1 used 2 gas instead of 1"),
            (done(1), refused(), "refuses it: the nonce"),
            (done(1), broke(), "broke down: a panic"),
            (refused(), done(1), "accepts what one lane refuses: the nonce"),
            (refused(), broke(), "broke down: a panic"),
        ] {
            assert_eq!(disagreement(&oracle, &ran).as_deref(), Some(sentence));
        }
        assert_eq!(disagreement(&done(1), &done(1)), None);
        assert_eq!(disagreement(&refused(), &refused()), None);
    }
}
