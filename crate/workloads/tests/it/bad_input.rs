//! Whatever is wrong is said in one sentence, with what and where.

use std::io::Write;

use expect_test::{Expect, expect};
use lanescope_executor::run_sequential;
use lanescope_protocol::limits::{FILE_BYTES_MAX, TRANSACTIONS_MAX};
use lanescope_protocol::scenario::{Recipe, Transaction};
use lanescope_workloads::{compose, open, prepare};

/// What a file's user reads.
fn sentence(bytes: &[u8]) -> String {
    let opened = match open("block.json", bytes) {
        Ok(opened) => opened,
        Err(error) => return error.to_string(),
    };
    let prepared = match prepare(&opened.scenario, opened.state) {
        Ok(prepared) => prepared,
        Err(error) => return error.to_string(),
    };
    match run_sequential(&prepared.block, &prepared.world) {
        Ok(_) => "nothing is wrong".to_owned(),
        Err(error) => error.to_string(),
    }
}

/// The sentences for many files, one per line.
fn check(files: &[&str], expected: &Expect) {
    let lines: Vec<_> = files.iter().map(|file| sentence(file.as_bytes())).collect();
    for line in &lines {
        assert!(!line.contains('\n') && !line.contains('`'), "{line}");
    }
    expected.assert_eq(&lines.join("\n"));
}

/// A scenario with two people, a token and these transactions.
fn with(transactions: &str) -> String {
    scenario("", transactions)
}

fn scenario(fields: &str, transactions: &str) -> String {
    format!(
        r#"{{"lanescope": 1, {fields}
            "accounts": [{{"name": "Ana", "balance": "1 ether"}}, {{"name": "Bo", "balance": "0"}}],
            "contracts": [{{"name": "Token", "code": "Token"}}],
            "transactions": [{transactions}]}}"#
    )
}

#[test]
fn files_that_are_not_json() {
    check(
        &[
            "",
            "hello",
            "{\"lanescope\": 1,\n  \"title\": \"x\",,\n}",
            "{\"lanescope\": 1",
            "[1, 2]",
            "{}",
            "{\"a\": 1}",
            "17",
        ],
        &expect![[r#"
            block.json: it is empty
            block.json, line 1, column 1: this is not JSON: expected value
            block.json, line 2, column 16: this is not JSON: key must be a string
            block.json, line 1, column 15: this is not JSON: EOF while parsing an object
            block.json, line 1, column 0: a scenario or a block file is needed here, not a list
            block.json: it is neither a scenario (which begins with the field "lanescope") nor a block file (with "block" and "prestate")
            block.json: it is neither a scenario (which begins with the field "lanescope") nor a block file (with "block" and "prestate")
            block.json, line 1, column 2: a scenario or a block file is needed here, not 17"#]],
    );
}

#[test]
fn files_of_another_shape() {
    check(
        &[
            r#"{"lanescope": 2, "colour": "red"}"#,
            r#"{"lanescope": "one"}"#,
            r#"{"lanescope": 1, "colour": "red"}"#,
            "{\"lanescope\": 1,\n \"transactions\": [{\"sender\": \"Ana\", \"too\": \"Bo\"}]}",
            r#"{"lanescope": 1, "transactions": [{"receiver": "Bo"}]}"#,
            r#"{"lanescope": 1, "transactions": {"sender": "Ana"}}"#,
            r#"{"lanescope": 1, "block": {"gas_limit": "much"}}"#,
            r#"{"lanescope": 1, "block": {"number": -1}}"#,
        ],
        &expect![[r#"
            block.json: it has format version 2; this Lanescope reads version 1
            block.json: it has format version "one"; this Lanescope reads version 1
            block.json, line 1, column 25: unknown field "colour"; known: "lanescope", "title", "recipe", "block", "accounts", "contracts", "imported", "splits", "transactions"
            block.json, line 2, column 41: unknown field "too"; known: "sender", "receiver", "value", "call", "data", "gas_limit", "nonce", "envelope"
            block.json, line 1, column 52: missing field "sender"
            block.json, line 1, column 33: a list is needed here, not an object
            block.json, line 1, column 46: a whole number is needed here, not "much"
            block.json, line 1, column 39: a whole number is needed here, not -1"#]],
    );
}

#[test]
fn packed_files() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(with(r#"{"sender": "Ana", "receiver": "Bo"}"#).as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let mut damaged = packed.clone();
    let last = damaged.len() - 6;
    damaged[last] ^= 1;
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let zeros = vec![b' '; 1 << 20];
    (0..=FILE_BYTES_MAX >> 20).for_each(|_| bomb.write_all(&zeros).unwrap());
    let lines = [
        sentence(&packed),
        sentence(&packed[..packed.len() / 2]),
        sentence(&packed[..2]),
        sentence(&damaged),
        sentence(&bomb.finish().unwrap()),
        sentence(&vec![b' '; FILE_BYTES_MAX + 1]),
    ];
    expect![[r#"
        nothing is wrong
        block.json: it is cut off: the gzip data ends too early
        block.json: it is cut off: the gzip data ends too early
        block.json: its gzip data is damaged: corrupt gzip stream does not have a matching checksum
        block.json: unpacked, it is larger than 64 MB, the most that can be opened
        block.json: it is larger than 64 MB, the most that can be opened"#]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn block_files() {
    let block = |block: &str, state: &str| {
        format!(
            r#"{{"block": {{"number": "0x10", "timestamp": 1600000000, "gasLimit": "30000000",
                "miner": "0x00000000000000000000000000000000000000aa", {block}}}, "prestate": {state}}}"#
        )
    };
    let transaction = r#""transactions": [{"from": "0x00000000000000000000000000000000000000bb",
        "to": null, "nonce": 0, "gas": "0x5208", "gasPrice": "0x1", "input": "0x"}]"#;
    let rich = r#"{"0x00000000000000000000000000000000000000bb": {"balance": "0xffffffffffff", "nonce": "0x0"}}"#;
    check(
        &[
            r#"{"block": {"number": 1}}"#,
            r#"{"parentHash": "0x00", "transactions": [], "number": "0x1"}"#,
            r#"{"jsonrpc": "2.0", "id": 1, "result": {}}"#,
            r#"{"block": {"number": 1}, "prestate": {}}"#,
            &block(r#""transactions": ["0x1234"]"#, "{}"),
            &block(r#""transactions": []"#, "{}"),
            &block(transaction, "{\n\"0x00\": {}}"),
            &block(
                transaction,
                r#"{"0x00000000000000000000000000000000000000bb": {"balance": "much"}}"#,
            ),
            &block(
                transaction,
                r#"{"0x00000000000000000000000000000000000000bb": {"nonce": "0x10000000000000000"}}"#,
            ),
            &block(
                transaction,
                r#"{"0x00000000000000000000000000000000000000bb": {"code": "0xzz"}}"#,
            ),
            &block(
                transaction,
                r#"{"0x00000000000000000000000000000000000000bb": {"code": "0xef0100aa"}}"#,
            ),
            &block(
                transaction,
                r#"{"0x00000000000000000000000000000000000000bb": {"code": "0x60"}}"#,
            ),
            &block(&transaction.replace("0x5208", "0x5207"), rich),
            &block(&transaction.replace("0x5208", "30000001"), rich),
            &block(&transaction.replace("\"nonce\": 0", "\"nonce\": 3"), rich),
            &block(&transaction.replace("\"input\"", "\"type\": \"0x2\", \"input\""), rich),
            &block(&transaction.replace("\"input\"", "\"type\": \"0x7\", \"input\""), rich),
            &block(transaction, "{}"),
            &block(transaction, rich),
        ],
        &expect![[r#"
            block.json: the block comes without the state before it: add "prestate", the merged result of prestateTracer
            block.json: the block comes without the state before it: add "prestate", the merged result of prestateTracer
            block.json: the block comes without the state before it: add "prestate", the merged result of prestateTracer
            block.json, line 1, column 23: missing field "timestamp"
            block.json, line 2, column 96: a full transaction (not only its hash) is needed here, not "0x1234"
            the block is empty: add a transaction
            block.json, line 4, column 6: "0x00" is not an address: it needs 0x and 40 hex digits
            block.json, line 3, column 163: "much" is not a number
            block.json, line 3, column 177: 18446744073709551616 does not fit into 64 bits
            block.json, line 3, column 161: "0xzz" is not hex: only the digits 0-9 and a-f are allowed
            state before the block, 0x00000000000000000000000000000000000000bb: the code begins with 0xef01 but is not a delegation (EIP-7702)
            transaction 1: 0x0000…bb is a contract and cannot send transactions
            transaction 1: its gas limit of 20999 is below the 21000 that it uses in any case
            transaction 1: its gas limit of 30000001 is above the block's 30000000
            transaction 1: 0x0000…bb's nonce must be 0 here, not 3
            transaction 1: transaction type 2 does not exist before london
            transaction 1: there is no transaction type 7; known: 0 to 4
            transaction 1 cannot be in this block: its sender has 0 wei, but value and maximum fee are 21000 wei
            nothing is wrong"#]],
    );
}

#[test]
fn accounts_and_contracts() {
    let accounts = |accounts: &str| {
        format!(
            r#"{{"lanescope": 1, "accounts": [{accounts}], "transactions": [{{"sender": "Ana"}}]}}"#
        )
    };
    let contracts = |contracts: &str| {
        format!(
            r#"{{"lanescope": 1, "accounts": [{{"name": "Ana", "balance": "1 ether"}}],
                "contracts": [{contracts}], "transactions": [{{"sender": "Ana"}}]}}"#
        )
    };
    let storage = |path: &str, value: &str| {
        contracts(&format!(
            r#"{{"name": "Token", "code": "Token", "storage": {{"{path}": "{value}"}}}}"#
        ))
    };
    check(
        &[
            &accounts(r#"{"name": "", "balance": "1"}"#),
            &accounts(r#"{"name": "0xAna", "balance": "1"}"#),
            &accounts(r#"{"name": "Ana", "balance": "1"}, {"name": "Ana", "balance": "2"}"#),
            &accounts(r#"{"name": "Ana", "balance": "1.5"}"#),
            &accounts(r#"{"name": "Ana", "balance": "1 dollar"}"#),
            &accounts(r#"{"name": "Ana", "balance": "0.0000000001 gwei"}"#),
            &accounts(r#"{"name": "Ana", "balance": "0xzz"}"#),
            &accounts(r#"{"name": "Ana", "balance": "1", "address": "0x12"}"#),
            &accounts(
                r#"{"name": "Ana", "balance": "1", "address": "0x00000000000000000000000000000000000000aa"},
                   {"name": "Bo", "balance": "1", "address": "0x00000000000000000000000000000000000000AA"}"#,
            ),
            &contracts(r#"{"name": "Shop", "code": "Shop"}"#),
            &contracts(r#"{"name": "Ana", "code": "Token"}"#),
            &storage("balances[Ana]", "1"),
            &storage("balanceOf", "1"),
            &storage("balanceOf[Annna]", "1"),
            &storage("balanceOf[Ana", "1"),
            &storage("balanceOf[Ana].x", "1"),
            &storage("balanceOf[Ana][Ana]", "1"),
            &storage("allowance[Ana]", "1"),
            &storage("totalSupply", "many"),
            &storage("totalSupply", "-1"),
        ],
        &expect![[r#"
            account 1: it has no name
            account 1 (0xAna): "0xAna" cannot be a name: names do not begin with 0x or hold [ or ]
            account 2 (Ana): there are two accounts named "Ana"
            account 1 (Ana): "1.5" is not an amount; write wei (1000), "1.5 ether", "20 gwei" or hex (0x3e8)
            account 1 (Ana): "1 dollar" is not an amount; write wei (1000), "1.5 ether", "20 gwei" or hex (0x3e8)
            account 1 (Ana): "0.0000000001 gwei" is finer than one wei
            account 1 (Ana): "0xzz" is not an amount; write wei (1000), "1.5 ether", "20 gwei" or hex (0x3e8)
            account 1 (Ana): "0x12" is not an address: it needs 0x and 40 hex digits
            account 2 (Bo): Ana and Bo have the same address
            contract 1 (Shop): there is no contract "Shop" to deploy; known: Token, Pool, Mint
            contract 1 (Ana): there are two accounts named "Ana"
            Token, storage "balances[Ana]": Token has no variable "balances"; known: totalSupply, balanceOf, allowance
            Token, storage "balanceOf": this is not a path to a value: a mapping(address => uint256) has no single value
            Token, storage "balanceOf[Annna]": there is no account "Annna"
            Token, storage "balanceOf[Ana": this is not a path to a value: a [ is not closed
            Token, storage "balanceOf[Ana].x": this is not a path to a value: there is no member "x"
            Token, storage "balanceOf[Ana][Ana]": this is not a path to a value: only mappings and arrays take [ ]
            Token, storage "allowance[Ana]": this is not a path to a value: a mapping(address => uint256) has no single value
            Token, storage "totalSupply": a value of type uint256 is needed, not "many"
            Token, storage "totalSupply": a value of type uint256 is needed, not "-1""#]],
    );
}

#[test]
fn blocks() {
    let block = |fields: &str| {
        scenario(&format!(r#""block": {{{fields}}},"#), r#"{"sender": "Ana", "receiver": "Bo"}"#)
    };
    check(
        &[
            &with(""),
            &block(r#""fork": "atlantis""#),
            &block(r#""gas_limit": 0"#),
            &block(r#""gas_limit": 5000000000"#),
            &block(r#""base_fee": "cheap""#),
            &block(r#""base_fee": "100 ether""#),
            &block(r#""beneficiary": "Carl""#),
            &block(r#""prevrandao": "0x12""#),
            &block(r#""excess_blob_gas": 18446744073709551615"#),
            &block(r#""rewards": [{"account": "Carl", "amount": "2 ether"}]"#),
            &block(r#""rewards": [{"account": "Ana", "amount": "much"}]"#),
            &block(r#""withdrawals": [{"address": "0x12", "gwei": 1}]"#),
            &block(r#""rewards": [{"account": "Ana", "amount": "2 ether"}]"#),
            &block(r#""gas_limit": 20000"#),
            &block(r#""fork": "berlin""#),
            &block(r#""beneficiary": "Ana", "fork": "london", "base_fee": "7""#),
        ],
        &expect![[r#"
            the block is empty: add a transaction
            block, fork: there is no fork "atlantis"; known: frontier, homestead, tangerine-whistle, spurious-dragon, byzantium, constantinople, istanbul, berlin, london, merge, shanghai, cancun, prague, osaka, amsterdam
            block, gas_limit: it must be between 1 and 4000000000, not 0
            block, gas_limit: it must be between 1 and 4000000000, not 5000000000
            block, base_fee: "cheap" is not an amount; write wei (1000), "1.5 ether", "20 gwei" or hex (0x3e8)
            block, base_fee: "100 ether" is too large for this field
            block, beneficiary: there is no account "Carl"
            block, prevrandao: "0x12" has 1 bytes; 32 are needed
            block, excess_blob_gas: "18446744073709551615" is too large for this field
            block, rewards: there is no account "Carl"
            block, rewards: "much" is not an amount; write wei (1000), "1.5 ether", "20 gwei" or hex (0x3e8)
            block, withdrawals: "0x12" is not an address: it needs 0x and 40 hex digits
            nothing is wrong
            transaction 1: its gas limit of 20000 is below the 21000 that it uses in any case
            nothing is wrong
            nothing is wrong"#]],
    );
}

#[test]
fn transactions() {
    let ana = |rest: &str| with(&format!(r#"{{"sender": "Ana", {rest}}}"#));
    let call = |call: &str| ana(&format!(r#""receiver": "Token", "call": {call}"#));
    check(
        &[
            &with(r#"{"sender": "Annna", "receiver": "Bo"}"#),
            &ana(r#""receiver": "Annna""#),
            &ana(r#""receiver": "0x12""#),
            &ana(r#""receiver": "Bo", "data": "0x123""#),
            &ana(r#""receiver": "Bo", "data": "hello""#),
            &ana(r#""receiver": "Bo", "value": "a lot""#),
            &ana(r#""receiver": "Bo", "call": {"function": "transfer"}"#),
            &ana(r#""call": {"function": "transfer"}"#),
            &call(r#"{"function": "steal"}"#),
            &call(r#"{"function": "transfer", "arguments": ["Bo"]}"#),
            &call(r#"{"function": "transfer", "arguments": ["Bo", "some"]}"#),
            &call(r#"{"function": "transfer", "arguments": ["Bo", ""]}"#),
            &call(r#"{"function": "transfer", "arguments": ["Bob", "1"]}"#),
            &call(r#"{"function": "transfer", "arguments": ["0x12", "1"]}"#),
            &ana(
                r#""receiver": "Token", "data": "0x00", "call": {"function": "transfer", "arguments": ["Bo", "1"]}"#,
            ),
            &ana(r#""receiver": "Bo", "gas_limit": 60000001"#),
            &ana(r#""receiver": "Bo", "gas_limit": 20000000"#),
            &ana(r#""receiver": "Bo", "gas_limit": 20999"#),
            &ana(r#""receiver": "Bo", "nonce": 5"#),
            &with(
                r#"{"sender": "Ana", "receiver": "Bo"}, {"sender": "Ana", "receiver": "Bo", "nonce": 0}"#,
            ),
            &with(r#"{"sender": "Bo", "receiver": "Ana"}"#),
            &ana(r#""receiver": "Bo", "value": "1 ether""#),
            &with(r#"{"sender": "Token", "receiver": "Ana"}"#),
            &with(
                r#"{"sender": "Ana", "receiver": "Bo", "value": "0.9 ether"}, {"sender": "Ana", "receiver": "Bo", "value": "0.5 ether"}"#,
            ),
            &with(
                r#"{"sender": "Ana", "receiver": "Bo", "value": "0.5 ether"}, {"sender": "Bo", "receiver": "Ana", "value": "0.4 ether"}"#,
            ),
            &ana(r#""receiver": "Bo", "envelope": {"kind": 9}"#),
            &ana(r#""envelope": {"kind": 3}"#),
            &ana(r#""receiver": "Bo", "envelope": {"kind": 2, "max_fee": "1"}"#),
            &ana(
                r#""receiver": "Bo", "envelope": {"kind": 2, "max_fee": "2 gwei", "chain_id": 5}"#,
            ),
            &ana(r#""receiver": "Bo", "envelope": {"kind": 2, "max_fee": "2 gwei", "colour": 5}"#),
        ],
        &expect![[r#"
            transaction 1: there is no account "Annna"
            transaction 1: there is no account "Annna"
            transaction 1: "0x12" is not an address: it needs 0x and 40 hex digits
            transaction 1: "0x123" is not hex: a byte takes two digits, and one digit is left over
            transaction 1: "hello" is not hex: only the digits 0-9 and a-f are allowed
            transaction 1: "a lot" is not an amount; write wei (1000), "1.5 ether", "20 gwei" or hex (0x3e8)
            transaction 1: Bo is not a contract whose functions are known
            transaction 1: it calls transfer, but names no receiver
            transaction 1: Token has no function "steal"; known: approve, transfer, transferFrom
            transaction 1: transfer(address,uint256) takes 2 arguments, not 1
            transaction 1: argument 2 of transfer (value) must be of type uint256, not "some"
            transaction 1: argument 2 of transfer (value) must be of type uint256, not ""
            transaction 1: argument 1 of transfer (to): there is no account "Bob"
            transaction 1: argument 1 of transfer (to): "0x12" is not an address: it needs 0x and 40 hex digits
            transaction 1: it has both a call and data; give one of them
            transaction 1: its gas limit of 60000001 is above the block's 60000000
            transaction 1: its gas limit of 20000000 is above 16777216, the most for one transaction since Osaka
            transaction 1: its gas limit of 20999 is below the 21000 that it uses in any case
            transaction 1: Ana's nonce must be 0 here, not 5
            transaction 2: Ana's nonce must be 1 here, not 0
            transaction 1: Bo has at most 0 ether here, but needs 0.00009 ether: 0 ether to send and up to 0.00009 ether for gas
            transaction 1: Ana has at most 1 ether here, but needs 1.00009 ether: 1 ether to send and up to 0.00009 ether for gas
            transaction 1: Token is a contract and cannot send transactions
            transaction 2: Ana has at most 0.099979 ether here, but needs 0.50009 ether: 0.5 ether to send and up to 0.00009 ether for gas
            nothing is wrong
            transaction 1: there is no transaction type 9; known: 0 to 4
            transaction 1: transaction type 3 cannot create a contract
            transaction 1: its maximum fee of 1 wei per gas is below the block's base fee of 1 gwei
            transaction 1: it is signed for chain 5, not for chain 1
            block.json, line 4, column 118: unknown field "colour"; known: "kind", "max_fee", "priority_fee", "chain_id", "access_list", "blob_hashes", "max_blob_fee", "authorizations""#]],
    );
}

#[test]
fn recipes() {
    let recipe = |recipe: &str| format!(r#"{{"lanescope": 1, "recipe": {recipe}}}"#);
    check(
        &[
            &recipe(r#"{"workload": "lottery"}"#),
            &recipe(r#"{"workload": "dex", "knobs": {"speed": 3}}"#),
            &recipe(r#"{"workload": "dex", "knobs": {"hot": 101}}"#),
            &recipe(r#"{"workload": "transfers", "knobs": {"count": 0}}"#),
            &recipe(r#"{"workload": "transfers", "knobs": {"count": 50001}}"#),
            &recipe(r#"{"workload": "transfers", "knobs": {"users": 1}}"#),
            &recipe(r#"{"knobs": {}}"#),
        ],
        &expect![[r#"
            recipe: there is no workload "lottery"; known: dex, transfers, erc20, nft-mint
            recipe: dex has no knob "speed"; known: count, users, pools, hot
            recipe: hot must be between 0 and 100, not 101
            recipe: count must be between 1 and 50000, not 0
            recipe: count must be between 1 and 50000, not 50001
            recipe: users must be between 2 and 10000, not 1
            block.json, line 1, column 40: missing field "workload""#]],
    );
}

#[test]
fn too_many_transactions() {
    let recipe = Recipe { workload: "transfers".to_owned(), ..Recipe::default() };
    let mut scenario = compose(&recipe).unwrap();
    let one = scenario.transactions[0].clone();
    scenario.transactions = vec![Transaction { nonce: None, ..one }; TRANSACTIONS_MAX + 1];
    expect!["the block has 50001 transactions; the most is 50000"]
        .assert_eq(&prepare(&scenario, None).unwrap_err().to_string());
}
