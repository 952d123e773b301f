//! What measurements compare with ends like the oracle, although it shares neither its state nor
//! its commits.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, dead_code)]

mod support;

use lanescope_executor::{difference, run_baseline, run_sequential};
use proptest::prelude::*;
use revm::primitives::hardfork::SpecId;
use support::{Kind, POOR, plans};

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn the_baseline_equals_the_oracle(mut plan in plans()) {
        // A journal that is kept for the whole block knows nothing of empty accounts that exist.
        prop_assume!(plan.spec.is_enabled_in(SpecId::SPURIOUS_DRAGON));
        // Nor does it know that an account that it loaded in vain does still not exist, which
        // EIP-7702 charges for.
        for tx in &mut plan.txs {
            if let Kind::Authorizing(delegations) = &mut tx.kind {
                delegations.retain(|one| one.authority != POOR);
            }
        }
        let (block, world) = plan.build();
        match (run_sequential(&block, &world), run_baseline(&block, &world)) {
            (Ok(oracle), Ok(baseline)) => {
                assert_eq!(difference(&oracle, &baseline.outcome(&block).unwrap()), None);
                assert_eq!(oracle.gas_used, baseline.gas_used());
            }
            (oracle, baseline) => assert_eq!(oracle.err(), baseline.err()),
        }
    }
}
