//! Every recipe makes a block that runs.

use std::collections::BTreeMap;

use expect_test::expect;
use lanescope_executor::run_sequential;
use lanescope_protocol::event::Status;
use lanescope_protocol::scenario::{Recipe, Scenario};
use lanescope_workloads::{catalogue, compose, prepare};

fn recipe(workload: &str, knobs: &[(&str, u64)], seed: u64) -> Recipe {
    let knobs = knobs.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
    Recipe { workload: workload.to_owned(), knobs, seed }
}

/// Runs a recipe on one lane; returns gas used by each transaction.
fn run(recipe: &Recipe) -> Vec<u64> {
    let scenario = compose(recipe).unwrap();
    let prepared = prepare(&scenario, None).unwrap_or_else(|error| panic!("{recipe:?}: {error}"));
    let outcome = run_sequential(&prepared.block, &prepared.world)
        .unwrap_or_else(|error| panic!("{recipe:?}: {error}"));
    for (index, receipt) in outcome.receipts.iter().enumerate() {
        let label = &prepared.transactions[index];
        assert_eq!(receipt.status, Status::Succeeded, "{recipe:?}, T{}: {label:?}", index + 1);
    }
    outcome.receipts.iter().map(|receipt| receipt.gas_used).collect()
}

fn table(scenario: &Scenario) -> String {
    let prepared = prepare(scenario, None).unwrap();
    let outcome = run_sequential(&prepared.block, &prepared.world).unwrap();
    let rows = prepared.transactions.iter().zip(&outcome.receipts).enumerate();
    rows.map(|(index, (label, receipt))| {
        let (action, sender, receiver) = (&label.action, &label.sender, &label.receiver);
        format!("{:>2} {action:<8} {sender} → {receiver}  {}\n", index + 1, receipt.gas_used)
    })
    .collect()
}

#[test]
fn the_first_picture() {
    let scenario = compose(&recipe("dex", &[], 7)).unwrap();
    expect![[r#"
        Exchange at peak hour
         1 swap     Ivy → Pool B  89785
         2 swap     Hal → Pool A  89795
         3 pay      Jo → Kim  21000
         4 swap     Gus → Pool A  89785
         5 swap     Fox → Pool A  89783
         6 swap     Cem → Pool B  89809
         7 swap     Dia → Pool B  89773
         8 swap     Ana → Pool A  89795
         9 pay      Lou → Noa  21000
        10 mint     Bo → Mint  75393
        11 pay      Max → Noa  21000
        12 pay      Jo → Kim  21000
    "#]]
    .assert_eq(&format!("{}\n{}", scenario.title, table(&scenario)));
}

#[test]
fn the_other_pictures() {
    let pictures: Vec<_> = ["transfers", "erc20", "nft-mint"]
        .iter()
        .map(|workload| compose(&recipe(workload, &[], 7)).unwrap())
        .map(|scenario| format!("{}\n{}", scenario.title, table(&scenario)))
        .collect();
    expect![[r#"
        Independent payments
         1 pay      Fox → Rex  21200
         2 pay      Kim → Lou  22920
         3 pay      Vic → Eli  21000
         4 pay      Abe → Hal  24680
         5 pay      Zoe → Xia  21000
         6 pay      Bo → Noa  23560
         7 pay      Tea → Yan  23560
         8 pay      Eva → Ola  21000
         9 pay      Wen → Pia  21200
        10 pay      Cal → Sam  22920
        11 pay      Uma → Cem  24680
        12 pay      Jo → Dia  21200
        13 pay      Ivy → Deb  24680
        14 pay      Gus → Fay  21000
        15 pay      Qi → Bea  22920
        16 pay      Ana → Max  21200

        Token payments
         1 transfer Jo → Token  34375
         2 transfer Kim → Token  34375
         3 transfer Dia → Token  51487
         4 transfer Wen → Token  51475
         5 transfer Vic → Token  51475
         6 transfer Qi → Token  34375
         7 transfer Vic → Token  34375
         8 transfer Vic → Token  51475
         9 transfer Jo → Token  34375
        10 transfer Bo → Token  34375
        11 transfer Pia → Token  51463
        12 transfer Ana → Token  34375
        13 transfer Uma → Token  34375
        14 transfer Bo → Token  34375
        15 transfer Lou → Token  34375
        16 transfer Ivy → Token  51475

        Everybody mints
         1 mint     Eva → Mint A  123851
         2 mint     Gus → Mint A  75393
         3 mint     Fox → Mint A  75393
         4 mint     Eva → Mint A  106751
         5 mint     Lou → Mint B  75393
         6 mint     Kim → Mint A  75393
         7 mint     Jo → Mint B  75393
         8 mint     Fox → Mint B  75393
         9 mint     Eva → Mint B  123851
        10 mint     Ana → Mint A  75393
        11 mint     Gus → Mint B  123851
        12 mint     Cem → Mint A  75393
    "#]]
    .assert_eq(&pictures.join("\n"));
}

#[test]
fn every_default_block_runs_with_every_seed() {
    for workload in catalogue().workloads {
        for seed in 0..25 {
            let gas = run(&recipe(&workload.name, &[], seed));
            let count = workload.knobs.iter().find(|knob| knob.name == "count").unwrap();
            assert_eq!(gas.len() as u64, count.default);
        }
        let gas = run(&recipe(&workload.name, &[], 7));
        assert!(gas.iter().any(|used| *used != gas[0]), "{} has one width only", workload.name);
    }
}

#[test]
fn every_knob_can_go_to_its_ends() {
    for workload in catalogue().workloads {
        for knob in &workload.knobs {
            for value in [knob.min, knob.max] {
                run(&recipe(
                    &workload.name,
                    &[(&knob.name, value), ("count", 40.min(knob.limit))],
                    3,
                ));
                run(&recipe(&workload.name, &[("users", 2), (&knob.name, value)], 4));
            }
        }
    }
}

#[test]
fn many_random_knobs_make_valid_blocks() {
    // Knobs from a small generator of their own, so that a failure can be repeated.
    let mut state = 1_u64;
    let mut next = |end: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % end
    };
    for workload in catalogue().workloads {
        for _ in 0..25 {
            let knobs: BTreeMap<String, u64> = workload
                .knobs
                .iter()
                .map(|knob| (knob.name.clone(), knob.min + next(knob.max - knob.min + 1)))
                .collect();
            let seed = next(1 << 30);
            run(&Recipe { workload: workload.name.clone(), knobs, seed });
        }
    }
}

/// The largest blocks need minutes to run without optimisation, so this looks at their sizes only:
/// what a sample uses, times what is asked for.
#[test]
fn the_largest_blocks_fit_into_their_gas_limit() {
    for workload in catalogue().workloads {
        let knob = |name: &str| workload.knobs.iter().find(|knob| knob.name == name).unwrap();
        let (count, users) = (knob("count").limit, knob("users").limit);
        let largest =
            compose(&recipe(&workload.name, &[("count", count), ("users", users)], 1)).unwrap();
        assert_eq!(largest.transactions.len() as u64, count);
        let gas: u64 = run(&recipe(&workload.name, &[("count", 1_000), ("users", users / 50)], 1))
            .iter()
            .sum();
        let needed = gas * count / 1_000 + 500_000;
        let limit = largest.block.gas_limit;
        assert!(needed < limit, "{}: {needed} of {limit}", workload.name);
    }
}

#[test]
fn the_same_recipe_makes_the_same_block() {
    for workload in catalogue().workloads {
        let one = recipe(&workload.name, &[("count", 30)], 5);
        assert_eq!(compose(&one).unwrap(), compose(&one).unwrap());
        let other = recipe(&workload.name, &[("count", 30)], 6);
        assert_ne!(compose(&one).unwrap().transactions, compose(&other).unwrap().transactions);
    }
}

#[test]
fn the_menu() {
    let mut text = String::new();
    for workload in catalogue().workloads {
        text += &format!("{} · {}\n  {}\n", workload.name, workload.title, workload.summary);
        for knob in workload.knobs {
            let (name, unit) = (knob.name, knob.unit);
            text += &format!(
                "  {name} {}–{} (to {}), {}{unit}\n",
                knob.min, knob.max, knob.limit, knob.default
            );
        }
    }
    for contract in catalogue().contracts {
        for function in contract.functions {
            let inputs: Vec<_> = function
                .inputs
                .iter()
                .map(|input| format!("{} {}", input.kind, input.name))
                .collect();
            let payable = if function.payable { " payable" } else { "" };
            text +=
                &format!("{}.{}({}){payable}\n", contract.name, function.name, inputs.join(", "));
        }
    }
    expect![[r#"
        dex · Exchange at peak hour
          People trade on a few pools: swaps in one pool can only follow each other.
          count 1–200 (to 50000), 12
          users 2–100 (to 10000), 14
          pools 1–8 (to 26), 2
          hot 0–100 (to 100), 60%
        transfers · Independent payments
          People pay each other in ether: nobody waits for anybody, unless many pay one shop.
          count 1–200 (to 50000), 16
          users 2–100 (to 10000), 32
          hot 0–100 (to 100), 0%
        erc20 · Token payments
          People pay in an ERC-20 token: payments that share a payer or a payee must wait.
          count 1–200 (to 50000), 16
          users 2–100 (to 10000), 24
          hot 0–100 (to 100), 25%
        nft-mint · Everybody mints
          People mint pieces of a collection: its counter lets only one of them in at a time.
          count 1–200 (to 50000), 12
          users 2–100 (to 10000), 12
          collections 1–8 (to 26), 2
          hot 0–100 (to 100), 60%
        Token.approve(address spender, uint256 value)
        Token.transfer(address to, uint256 value)
        Token.transferFrom(address from, address to, uint256 value)
        Pool.swap(bool zeroForOne, uint256 amountIn, uint256 minimumOut)
        Mint.give(address to, uint256 id)
        Mint.mint(uint256 count) payable
    "#]]
    .assert_eq(&text);
}
