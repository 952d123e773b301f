//! Small state tests whose results are worked out by hand.

#![allow(clippy::unwrap_used, clippy::panic)]

use alloy_primitives::{Address, B256, U256, address};
use lanescope_executor::{StateChanges, World, WorldAccount};
use lanescope_state_tests::{Content, Report, SuiteFile, logs_hash, run_suite, state_root};

const SENDER: Address = address!("a94f5374fce5edbc8e2a8697c15331677e6ebf0b");
const RECEIVER: Address = address!("00000000000000000000000000000000000000aa");
const MINER: Address = address!("00000000000000000000000000000000000000cc");
const BALANCE: u64 = 1_000_000_000;

/// A transfer of 7 wei; `hash` is the state root that the file expects.
fn transfer(fork: &str, gas_price: u64, nonce: u64, hash: B256, exception: &str) -> String {
    let logs = logs_hash([]);
    format!(
        r#"{{"transfer": {{
            "_info": {{"comment": "passed over"}},
            "env": {{
                "currentCoinbase": "{MINER}", "currentDifficulty": "0x020000",
                "currentGasLimit": "0x989680", "currentNumber": "0x01", "currentTimestamp": "0x03e8"
            }},
            "pre": {{"{SENDER}": {{
                "balance": "{BALANCE:#x}", "code": "0x", "nonce": "0x01", "storage": {{}}
            }}}},
            "transaction": {{
                "data": ["0x"], "gasLimit": ["0x5208"], "gasPrice": "{gas_price:#x}",
                "nonce": "{nonce:#x}", "to": "{RECEIVER}", "value": ["0x00", "0x07"],
                "secretKey": "0x45a915e4d060149eb4365960e6a7a45f334393093061116b197e3240065ff2d8"
            }},
            "post": {{"{fork}": [{{
                "hash": "{hash}", "logs": "{logs}", {exception}
                "indexes": {{"data": 0, "gas": 0, "value": 1}}
            }}]}}
        }}}}"#
    )
}

fn world(accounts: &[(Address, u64, u64)]) -> World {
    let mut world = World::new();
    for (address, balance, nonce) in accounts {
        let mut account = WorldAccount::default();
        account.info.balance = U256::from(*balance);
        account.info.nonce = *nonce;
        world.insert(*address, account);
    }
    world
}

fn root(accounts: &[(Address, u64, u64)]) -> B256 {
    state_root(&world(accounts), &StateChanges::new())
}

fn judge(text: String) -> Report {
    let content = Content::Bytes(text.into_bytes());
    let files = [SuiteFile { name: "folder/file.json".to_owned(), content }];
    let mut folders = Vec::new();
    let report = run_suite(&files, &[1, 2], &mut |progress| {
        if let lanescope_state_tests::Progress::Folder { name, .. } = progress {
            folders.push(name.to_owned());
        }
    });
    assert_eq!(folders, ["folder"]);
    report.unwrap()
}

#[test]
fn a_transfer_passes_alone_and_packed() {
    let after = root(&[(SENDER, BALANCE - 210_007, 2), (RECEIVER, 7, 0), (MINER, 210_000, 0)]);
    // Each block also runs under Frontier and EIP150.
    for (fork, blocks) in [("Frontier", 4), ("EIP150", 4), ("EIP158", 6), ("Istanbul", 6)] {
        let report = judge(transfer(fork, 10, 1, after, ""));
        assert!(report.is_good(), "{fork}: {report}");
        assert_eq!((report.cases, report.passed, report.runs), (1, 1, 4 + blocks * 4), "{fork}");
        assert_eq!(report.packed_blocks, blocks, "{fork}");
        assert_eq!(report.packed_transactions, blocks * 4, "{fork}");
    }
}

#[test]
fn an_empty_fee_recipient_exists_before_eip_161_only() {
    let (sender, receiver) = ((SENDER, BALANCE - 7, 2), (RECEIVER, 7, 0));
    let with_miner = root(&[sender, receiver, (MINER, 0, 0)]);
    let without = root(&[sender, receiver]);
    for (fork, passes, fails) in
        [("Homestead", with_miner, without), ("Byzantium", without, with_miner)]
    {
        let report = judge(transfer(fork, 0, 1, passes, ""));
        assert!(report.is_good() && report.passed == 1, "{fork}: {report}");
        let report = judge(transfer(fork, 0, 1, fails, ""));
        assert_eq!((report.passed, report.beyond_revm.len()), (0, 1), "{fork}: {report}");
    }
}

#[test]
fn a_refused_transaction_leaves_the_state_before() {
    let before = root(&[(SENDER, BALANCE, 1)]);
    let exception = r#""expectException": "TransactionException.NONCE_MISMATCH_TOO_HIGH","#;
    let report = judge(transfer("London", 10, 5, before, exception));
    assert!(report.is_good() && report.passed == 1, "{report}");
    assert_eq!(report.packed_blocks, 0, "nothing that is refused alone is packed");
    let report = judge(transfer("London", 10, 1, before, exception));
    assert_eq!(report.beyond_revm.len(), 1, "revm accepts it: {report}");
}

#[test]
fn what_cannot_run_is_counted_with_its_reason() {
    let report = judge(transfer("Constantinople", 10, 1, B256::ZERO, ""));
    assert!(report.is_good());
    let reason = "revm has no Constantinople without Petersburg's correction".to_owned();
    assert_eq!(report.skipped, [(reason, 1)].into());
    let report = judge("{\"transfer\": {\"env\": 3}}".to_owned());
    assert!(!report.is_good());
    let reason = &report.failed[0].reason;
    assert!(reason.starts_with("this is not a state test: invalid type: integer `3`"), "{reason}");
}
