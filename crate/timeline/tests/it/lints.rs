//! Each finding with a run that shows it and one that does not, and LINTS.md.

use lanescope_protocol::trace::Summary;
use lanescope_timeline::lints::THRESHOLDS;
use lanescope_timeline::{Film, Finding, Lint};

use crate::fixture::{EXCHANGE, trace};

fn findings_of(text: &str, change: impl FnOnce(&mut Summary)) -> Vec<Finding> {
    let mut trace = trace(text);
    change(&mut trace.summary);
    Film::new(trace).findings().to_vec()
}

fn findings(text: &str) -> Vec<Finding> {
    findings_of(text, |_| {})
}

fn told(text: &str) -> Vec<Lint> {
    findings(text).iter().map(|finding| finding.lint).collect()
}

fn one(findings: Vec<Finding>, lint: Lint) -> Finding {
    let found: Vec<_> = findings.into_iter().filter(|finding| finding.lint == lint).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found.into_iter().next().unwrap()
}

/// Three transactions write A.x in turn; only the values differ.
fn writers(values: [(u64, u64); 3]) -> String {
    let mut text = String::from(
        "
        lane 1: T1·0 0-40 ok | T2·1 40-80 ok | T3·1 80-120 ok
        lane 2: T2·0 0-39 aborted at 40 by T1·0 on A.x | T4·0 40-50 ok
        lane 3: T3·0 0-39 aborted at 40 by T1·0 on A.x
        ",
    );
    for (tx, (read, written)) in (1..).zip(values) {
        let run = u32::from(tx > 1);
        let (looks, ends) = (tx * 40 - 30, tx * 40);
        text += &format!("read T{tx}·{run} at {looks}: A.x saw before = {read}\n");
        text += &format!("write T{tx}·{run} at {ends}: A.x = {written}\n");
    }
    text
}

#[test]
fn a_place_that_three_write_in_turn_is_hot() {
    let finding = one(findings(&writers([(0, 5), (5, 2), (2, 9)])), Lint::HotSlot);
    assert_eq!(
        finding.title.to_string(),
        "Three of 4 transactions write A.x, one after the other."
    );
    // Two runs of 39 k on three lanes for 120 k.
    assert!((finding.cost - 78.0 / 360.0).abs() < 1e-9, "{}", finding.cost);
    let said: Vec<_> = finding.evidence.iter().map(|known| known.phrase.to_string()).collect();
    assert_eq!(
        said,
        [
            "Each reads what the one before wrote. What follows the first look, one after the other, is 100 k of 130 k gas (77 %): no number of lanes gives more than 1.3×.",
            "Two runs were thrown away or stopped at it: 78 k gas.",
        ]
    );
    let shown: Vec<_> = finding.evidence[1].versions.iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["T2·0", "T3·0"]);
}

#[test]
fn two_writers_are_not_a_hot_place() {
    let text = "
        lane 1: T1·0 0-40 ok | T2·1 40-80 ok
        lane 2: T2·0 0-39 aborted at 40 by T1·0 on A.x
        read T1·0 at 1: A.x saw before
        write T1·0 at 40: A.x = 1
        read T2·1 at 41: A.x saw T1·0
        write T2·1 at 80: A.x = 2";
    assert!(!told(text).contains(&Lint::HotSlot));
}

#[test]
fn who_all_add_the_same_are_a_counter() {
    let found = findings(&writers([(0, 1), (1, 2), (2, 3)]));
    let finding = one(found, Lint::GlobalCounter);
    assert_eq!(
        finding.title.to_string(),
        "Three of 4 transactions each add 1 to A.x, one after the other."
    );
}

#[test]
fn a_sender_whose_transactions_wait_for_each_other_is_told() {
    let text = "
        lane 1: T1·0 0-40 ok | T2·0 40-80 ok | T3·0 80-120 ok
        lane 2: wait 0-40 sender for T1 | wait 40-80 sender for T2";
    let with_one_sender = |sender: fn(usize) -> String| {
        let mut trace = trace(text);
        for (at, info) in trace.transactions.iter_mut().enumerate() {
            info.sender = sender(at);
        }
        Film::new(trace).findings().to_vec()
    };
    let finding = one(with_one_sender(|_| "Ana".to_owned()), Lint::SameSenderChain);
    assert!((finding.cost - 80.0 / 240.0).abs() < 1e-9);
    assert!(finding.title.to_string().starts_with("Three transactions of Ana follow each other"));
    let others = with_one_sender(|at| format!("user {at}"));
    assert!(others.iter().all(|finding| finding.lint != Lint::SameSenderChain));
}

#[test]
fn who_looks_at_the_fee_recipient_is_named() {
    let text = "
        lane 1: T1·0 0-40 ok
        lane 2: T2·0 0-40 aborted at 40 by T1·0 on Miner.balance | T2·1 40-80 ok
        read T2·0 at 5: Miner.balance saw before, now T1·0
        read T2·1 at 45: Miner.balance saw T1·0";
    let with = |address: &str| {
        let mut trace = trace(text);
        trace.summary.fee_recipient = address.to_owned();
        trace.locations[0].address = "0xAB".to_owned();
        trace.locations[0].kind = lanescope_protocol::trace::LocationKind::Balance;
        Film::new(trace).findings().to_vec()
    };
    let finding = one(with("0xab"), Lint::FeeRecipientRead);
    assert_eq!(finding.title.to_string(), "T2 looks at Miner.balance, which every fee goes to.");
    assert!((finding.cost - 40.0 / 160.0).abs() < 1e-9);
    assert!(with("0xcd").iter().all(|finding| finding.lint != Lint::FeeRecipientRead));
}

#[test]
fn a_block_that_runs_again_and_again_is_a_storm() {
    let found = findings(EXCHANGE);
    let finding = one(found, Lint::AbortStorm);
    assert!(finding.evidence[0].phrase.to_string().starts_with("3 of 15 executions"));
    let calm =
        "lane 1: T1·0 0-40 ok\nlane 2: T2·0 0-40 ok | T3·0 40-41 aborted at 41 | T3·1 41-42 ok";
    assert!(!told(calm).contains(&Lint::AbortStorm));
}

#[test]
fn a_lock_between_strangers_is_over_declared() {
    let run = |second: &str| {
        format!(
            "
            lane 1: T1·0 0-40 ok
            lane 2: wait 0-40 lock for T1 by T2 | T2·0 40-80 ok
            write T1·0 at 40: A.x = 1
            write T2·0 at 80: {second} = 1"
        )
    };
    let stranger = trace(&run("B.y"));
    let finding = one(Film::new(stranger).findings().to_vec(), Lint::OverDeclared);
    assert!((finding.cost - 40.0 / 160.0).abs() < 1e-9);
    assert!(!told(&run("A.x")).contains(&Lint::OverDeclared));
}

#[test]
fn a_run_as_long_as_one_transaction_is_told() {
    let text = "lane 1: T1·0 0-90 ok\nlane 2: T2·0 0-30 ok | T3·0 30-60 ok";
    let with = |sequential: u64| findings_of(text, |summary| summary.sequential = sequential);
    let finding = one(with(150_000), Lint::LongTransaction);
    assert_eq!(finding.title.to_string(), "T1 takes most of the run by itself.");
    assert!((finding.limit.unwrap() - 150.0 / 90.0).abs() < 1e-9);
    assert!(
        !told("lane 1: T1·0 0-90 ok | T2·0 90-180 ok | T3·0 180-270 ok\nlane 2: T4·0 0-90 ok")
            .contains(&Lint::LongTransaction)
    );
}

#[test]
fn lanes_without_work_are_told() {
    let text = "lane 1: T1·0 0-40 ok | T2·0 40-80 ok\nlane 2: wait 0-80 nothing\nlane 3: wait 0-80 nothing";
    let with = |path: u64| {
        findings_of(text, |summary| {
            summary.sequential = 80_000;
            summary.critical_path_gas = path;
        })
    };
    let finding = one(with(80_000), Lint::IdleLanes);
    assert_eq!(finding.title.to_string(), "This block has no work for 3 lanes.");
    assert!(with(20_000).iter().all(|finding| finding.lint != Lint::IdleLanes));
}

#[test]
fn a_good_run_has_no_findings() {
    assert_eq!(
        told(
            "lane 1: T1·0 0-40 ok | T2·0 40-80 ok | T3·0 80-120 ok\nlane 2: T4·0 0-40 ok | T5·0 40-80 ok | T6·0 80-120 ok"
        ),
        []
    );
    assert_eq!(told(""), []);
}

#[test]
fn the_table_says_what_the_code_does() {
    let text = include_str!("../../../../LINTS.md");
    for lint in Lint::ALL {
        assert!(text.contains(&format!("| `{lint}` |")), "LINTS.md does not explain {lint}");
    }
    let all: Vec<_> = THRESHOLDS.iter().map(|(name, value)| format!("{name} {value}")).collect();
    let line = format!("Thresholds: {}.", all.join(", "));
    assert!(text.contains(&line), "LINTS.md should say: {line}");
}
