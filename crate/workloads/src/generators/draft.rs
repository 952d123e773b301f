//! A scenario in the making. Whoever sends something gets enough of it before the block.

use std::collections::BTreeMap;

use lanescope_protocol::Scenario;
use lanescope_protocol::limits::{BLOCK_GAS_LIMIT_DEFAULT, BLOCK_GAS_LIMIT_MAX};
use lanescope_protocol::scenario::{
    Account, BlockFields, Call, Contract, Recipe, SCENARIO_VERSION, Transaction,
};

use super::cast;
use super::random::Random;

const ETHER: u128 = 1_000_000_000_000_000_000;
/// More than any generated transaction pays for gas: 500,000 gas at 4 gwei.
const FEE_MAX: u128 = 2_000_000_000_000_000;

/// A scenario in the making.
#[derive(Debug, Default)]
pub(super) struct Draft {
    accounts: Vec<String>,
    /// Wei that each account needs, fees included.
    needs: BTreeMap<String, u128>,
    contracts: Vec<Contract>,
    transactions: Vec<Transaction>,
    gas: u64,
}

impl Draft {
    /// People, by index.
    pub(super) fn with_people(count: u64) -> Self {
        let accounts = (0..count as usize).map(cast::person).collect();
        Self { accounts, ..Self::default() }
    }

    /// Somebody besides the people.
    pub(super) fn add_account(&mut self, name: &str) {
        self.accounts.push(name.to_owned());
    }

    /// A person's name.
    pub(super) fn person(&self, index: u64) -> String {
        self.accounts.get(index as usize).cloned().unwrap_or_default()
    }

    /// A contract with its storage before the block.
    pub(super) fn add_contract(
        &mut self,
        name: &str,
        code: &str,
        storage: BTreeMap<String, String>,
    ) {
        self.contracts.push(Contract {
            name: name.to_owned(),
            code: code.to_owned(),
            storage,
            ..Contract::default()
        });
    }

    /// Sets a contract's storage.
    pub(super) fn set(&mut self, contract: &str, path: String, value: String) {
        if let Some(contract) = self.contracts.iter_mut().find(|known| known.name == contract) {
            contract.storage.insert(path, value);
        }
    }

    /// Lets a spender take a token from its owner without limit.
    pub(super) fn allow(&mut self, token: &str, owner: &str, spender: &str) {
        let unlimited = format!("0x{}", "f".repeat(64));
        self.set(token, format!("allowance[{owner}][{spender}]"), unlimited);
    }

    /// A payment in ether, with a text for the receiver (which costs gas by its length).
    pub(super) fn pay(&mut self, sender: &str, receiver: &str, wei: u128, memo: &str) {
        let data = memo.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
        self.push(
            Transaction {
                sender: sender.to_owned(),
                receiver: receiver.to_owned(),
                value: ether_text(wei),
                data: if data.is_empty() { data } else { format!("0x{data}") },
                ..Transaction::default()
            },
            wei,
            // 40 gas for a byte of calldata where there is nothing else (EIP-7623).
            21_000 + 40 * memo.len() as u64,
        );
    }

    /// A call of a contract, with a value in wei. `gas` is an upper bound of what it uses.
    pub(super) fn call(&mut self, sender: &str, contract: &str, call: Call, wei: u128, gas: u64) {
        self.push(
            Transaction {
                sender: sender.to_owned(),
                receiver: contract.to_owned(),
                value: if wei == 0 { String::new() } else { ether_text(wei) },
                call: Some(call),
                ..Transaction::default()
            },
            wei,
            gas,
        );
    }

    /// The scenario. Everybody owns what the block takes from them and some more.
    pub(super) fn finish(self, title: &str, recipe: Recipe, random: &mut Random) -> Scenario {
        let needs = self.needs;
        let accounts = self
            .accounts
            .into_iter()
            .map(|name| {
                let needed = needs.get(&name).copied().unwrap_or_default().div_ceil(ETHER);
                let balance = needed + u128::from(random.between(1, 40));
                Account { name, balance: format!("{balance} ether"), ..Account::default() }
            })
            .collect();
        // Room for one transaction's whole limit at the end.
        let gas_limit = (self.gas + 500_000).clamp(BLOCK_GAS_LIMIT_DEFAULT, BLOCK_GAS_LIMIT_MAX);
        Scenario {
            lanescope: SCENARIO_VERSION,
            title: title.to_owned(),
            recipe: Some(recipe),
            block: BlockFields { gas_limit, ..BlockFields::default() },
            accounts,
            contracts: self.contracts,
            imported: None,
            splits: Vec::new(),
            transactions: self.transactions,
        }
    }

    fn push(&mut self, transaction: Transaction, wei: u128, gas: u64) {
        *self.needs.entry(transaction.sender.clone()).or_default() += wei + FEE_MAX;
        self.gas += gas;
        self.transactions.push(transaction);
    }
}

/// A call from a function's name and arguments.
pub(super) fn function<const N: usize>(name: &str, arguments: [String; N]) -> Call {
    Call { function: name.to_owned(), arguments: arguments.into() }
}

/// An amount as a person would write it: `0.25 ether`.
pub(super) fn ether_text(wei: u128) -> String {
    let fraction = format!("{:018}", wei % ETHER);
    let fraction = fraction.trim_end_matches('0');
    let dot = if fraction.is_empty() { "" } else { "." };
    format!("{}{dot}{fraction} ether", wei / ETHER)
}

/// So many hundredths of an ether (or of a token with as many decimals).
pub(super) const fn hundredths(count: u64) -> u128 {
    count as u128 * (ETHER / 100)
}
