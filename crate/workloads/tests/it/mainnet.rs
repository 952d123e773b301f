//! Real blocks: they open, they are ready to run, and they run as their headers say.

use std::path::PathBuf;
use std::sync::Arc;

use alloy_primitives::U256;
use lanescope_executor::run_sequential;
use lanescope_workloads::{header_checks, open, prepare, save};

/// Small blocks of every age.
const QUICK: [&str; 7] =
    ["46147.", "2462997.", "6137495.", "9069000.", "15537394.", "19923400.", "22546209."];

/// The folder of real blocks, if it is there.
fn folder() -> Option<PathBuf> {
    let given = std::env::var_os("LANESCOPE_MAINNET_DIR").map(PathBuf::from);
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/mainnet");
    let folder = given.unwrap_or(beside);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!(
        "\nSKIPPED: there are no mainnet blocks at {} (set LANESCOPE_MAINNET_DIR)\n",
        folder.display()
    );
    None
}

fn files() -> Vec<PathBuf> {
    let Some(folder) = folder() else { return Vec::new() };
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        entries.filter(|path| path.to_string_lossy().ends_with(".json.gz")).collect();
    files.sort();
    files
}

#[test]
fn real_blocks_are_ready_to_run() {
    let files = files();
    for path in &files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let opened = open(&name, &std::fs::read(path).unwrap()).unwrap();
        assert!(opened.scenario.imported.as_ref().unwrap().pre_state.is_empty());
        let prepared = prepare(&opened.scenario, opened.state.clone())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(Arc::ptr_eq(&prepared.world, opened.state.as_ref().unwrap()), "{name} was copied");
        assert_eq!(prepared.transactions.len(), prepared.block.transactions.len());
        // Whether all of them run as their headers say is tested together with the strategies; here a
        // few show that nothing was lost on the way.
        if !QUICK.iter().any(|quick| name.starts_with(quick)) {
            continue;
        }
        let outcome = run_sequential(&prepared.block, &prepared.world)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        for check in prepared.header.iter().flat_map(|claims| header_checks(claims, &outcome)) {
            assert!(check.holds, "{name}: {} differs", check.field);
        }
    }
    // The folder has grown over time, but was never smaller.
    assert!(files.is_empty() || files.len() >= 26, "only {} blocks", files.len());
}

#[test]
fn real_blocks_pay_miners_and_stakers() {
    let milli = |ether: u64| U256::from(ether) * U256::from(10).pow(U256::from(15));
    for (name, withdrawals, reward) in [
        ("46147.", 0, milli(5_000)),
        // 5 ether, and 5/32 for an uncle.
        ("1796867.", 0, milli(5_000) + milli(5_000) / U256::from(32)),
        ("4370000.", 0, milli(3_000)),
        ("9069000.", 0, milli(2_000)),
        ("15537394.", 0, U256::ZERO),
        ("18426253.", 16, U256::ZERO),
    ] {
        for path in files().iter().filter(|path| {
            path.file_name().is_some_and(|file| file.to_string_lossy().starts_with(name))
        }) {
            let opened = open(name, &std::fs::read(path).unwrap()).unwrap();
            let prepared = prepare(&opened.scenario, opened.state.clone()).unwrap();
            let block = &*prepared.block;
            assert_eq!(block.withdrawals.len(), withdrawals, "{name}");
            let paid: U256 = block.rewards.iter().map(|(_, amount)| *amount).sum();
            assert_eq!(paid, reward, "{name}");
            // Exactly what is paid is what the accounts have more than without.
            let mut unpaid = block.clone();
            unpaid.rewards.clear();
            unpaid.withdrawals.clear();
            let without = run_sequential(&Arc::new(unpaid), &prepared.world).unwrap().state;
            let mut state = run_sequential(&prepared.block, &prepared.world).unwrap().state;
            let gwei = block.withdrawals.iter().map(|one| (one.address, one.gwei));
            let gwei = gwei.map(|(who, gwei)| (who, U256::from(gwei) * U256::from(1_000_000_000)));
            for (who, amount) in block.rewards.iter().copied().chain(gwei) {
                state.get_mut(&who).unwrap().balance -= amount;
            }
            for (address, change) in state {
                let before = prepared.world.account(&address).map(|account| account.info.balance);
                let before = without.get(&address).map_or(before, |change| Some(change.balance));
                assert_eq!(change.balance, before.unwrap_or_default(), "{name}, {address}");
            }
        }
    }
}

#[test]
fn an_edited_block_counts_its_own_nonces() {
    for path in files().iter().filter(|path| path.to_string_lossy().contains("22546209")) {
        let opened = open("block.json.gz", &std::fs::read(path).unwrap()).unwrap();
        let given = prepare(&opened.scenario, opened.state.clone()).unwrap();
        let mut edited = opened.scenario.clone();
        edited.transactions.iter_mut().for_each(|transaction| transaction.nonce = None);
        let counted = prepare(&edited, opened.state.clone()).unwrap();
        assert_eq!(given.block.transactions, counted.block.transactions);
        // A delegation moved its signer's nonce in this block.
        assert!(given.block.transactions.iter().any(|tx| !tx.authorization_list.is_empty()));
        edited.transactions.swap(0, 5);
        run_sequential(&prepare(&edited, opened.state).unwrap().block, &counted.world).unwrap();
    }
}

#[test]
fn a_saved_block_opens_as_the_same_block() {
    for path in files().iter().filter(|path| {
        let text = path.to_string_lossy();
        text.contains("22546209") || text.contains("19923400") || text.ends_with("/46147.json.gz")
    }) {
        let opened = open("block.json.gz", &std::fs::read(path).unwrap()).unwrap();
        let saved = save(&opened.scenario, opened.state.as_deref()).unwrap();
        let again = open(&saved.name, saved.text.as_bytes()).unwrap();
        assert_eq!(opened.scenario, again.scenario);
        let first = prepare(&opened.scenario, opened.state).unwrap();
        let second = prepare(&again.scenario, again.state).unwrap();
        assert_eq!(
            run_sequential(&first.block, &first.world).unwrap(),
            run_sequential(&second.block, &second.world).unwrap()
        );
        // A scenario whose state is gone says so.
        let error = prepare(&opened.scenario, None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the state of the imported block is no longer here: open its file again"
        );
        assert!(save(&opened.scenario, None).is_err());
    }
}
