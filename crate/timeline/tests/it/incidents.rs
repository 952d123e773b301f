//! Lanes that crash, rounds, caps, declarations, lists: what is said, drawn and kept of them.

use expect_test::{Expect, expect, expect_file};
use lanescope_protocol::strategy::StrategyName;
use lanescope_protocol::{Strategy, TxIndex};
use lanescope_timeline::{
    BarState, Fate, Film, Frame, Layout, Look, Theme, TxState, Viewport, Words, lanes_svg, paint,
    svg,
};

use crate::fixture::{film, trace, version};

/// A lane crashes, its transaction is taken over, another lane is slow, a third result is wrong.
pub(crate) const FAULTS: &str = "
lane 1: T1·0 0-40 lost | crash 40-90 | T4·0 95-110 ok at 140
lane 2: T2·0 0-50 ok at 100 | T1·1 50-100 ok | slow 100-160 by 4 | T3·1 100-140 ok
lane 3: T3·0 0-30 aborted at 60 | wait 60-100 nothing | check 100-104 T4·0
at 50: T1·1 reassigned to 2 from T1·0
at 60: T3·0 wrong
";

/// Caps, declarations, rounds and what nobody checks.
const RULES: &str = "
lane 1: T1·0 0-40 ok | T4·0 60-70 skipped
lane 2: T2·0 0-30 reverted | wait 30-60 lock for T1 on A.x | T3·0 60-100 ok
at 0: round 1
at 10: T2·0 undeclared on A.y
at 30: T3·0 deferred on A.x
at 35: T5·0 dropped on A.x
at 60: round 2
at 60: slot 2
at 99: T3·0 patched on Ana.balance
";

fn under(name: StrategyName, text: &str) -> Film {
    let mut trace = trace(text);
    trace.summary.settings.strategy = name.into();
    trace.summary.class = trace.summary.settings.strategy.class();
    Film::new(trace)
}

fn told(film: &Film, expected: &Expect) {
    let plain = ["starts on", "has run", "is final."];
    let lines = film.moments().iter().map(|moment| film.caption(moment));
    let lines = lines.map(|caption| {
        let words = caption.phrase.to_string();
        assert!(words.split_whitespace().count() <= 16, "too long: {words}");
        format!("{} {:?}: {words}\n", caption.time / 1000, caption.tone)
    });
    let lines = lines.filter(|line| !plain.iter().any(|words| line.contains(words)));
    expected.assert_eq(&lines.collect::<String>());
}

#[test]
fn faults_are_told() {
    told(
        &film(FAULTS),
        &expect![[r#"
        40 Bad: T1 is lost with lane 1, after 40 k gas.
        40 Bad: Lane 1 crashes.
        50 Plain: T1 runs again on lane 2, as T1·1.
        50 Plain: Lane 2 takes over T1 from lane 1.
        60 Bad: T3 wrote a wrong result: a second run gave another. T3 runs again.
        60 Plain: Lane 3 has nothing to do.
        60 Bad: T3 wrote a wrong result: a second run gave another.
        90 Good: Lane 1 works again.
        100 Good: T1 is final, after 2 runs.
        100 Bad: Lane 2 is slow: what it begins takes 4 times as long.
        100 Plain: T3 runs again on lane 2, as T3·1.
        140 Good: T3 is final, after 2 runs.
        160 Good: Lane 2 is as fast as before.
    "#]],
    );
}

#[test]
fn rules_are_told() {
    told(
        &under(StrategyName::DeclaredLocks, RULES),
        &expect![[r#"
        0 Plain: Round 1 begins: every transaction runs.
        10 Bad: T2 touches A.y, which it had not declared: it fails, and pays.
        30 Plain: T2 reverted: its effects are undone, its fee is paid.
        30 Good: T2 is final: it reverted, and still pays its fee.
        30 Plain: Lane 2 waits for a lock that T1 holds.
        30 Bad: T3 waits for the next block: the cap on A.x is reached.
        35 Bad: T5 never runs: it finds no room under the cap on A.x.
        60 Plain: Round 2 begins: what was stale runs again.
        60 Plain: From here on block 2 is filled.
        70 Plain: T4 cannot run on the values it saw.
        70 Bad: T4 is left out: it was invalid on the values it saw, and nobody looks again.
        99 Plain: T3 is patched: what it added to Ana.balance is added to the newer value.
    "#]],
    );
    let rejected = "
        lane 1: T1·0 0-40 open
        at 0: prefetched 12
        at 40: rejected on A.x";
    told(
        &under(StrategyName::AccessList, rejected),
        &expect![[r#"
        0 Plain: 12 locations of the access list are loaded before anything runs.
        40 Bad: The access list is wrong at A.x: the block is invalid.
    "#]],
    );
}

#[test]
fn nobody_asks_for_reads_that_nobody_checks() {
    for (name, words) in [
        (StrategyName::BlockStm, "T1 has run. Are its reads still true?"),
        (StrategyName::Sequential, "T1 has run."),
        (StrategyName::Naive, "T1 has run."),
        (StrategyName::DeclaredLocks, "T1 has run."),
        (StrategyName::AccessList, "T1 has run. Did it write what the list says?"),
    ] {
        let film = under(name, "lane 1: T1·0 0-40 ok at 41");
        assert_eq!(film.caption_at(40_000.0).phrase.to_string(), words);
        let why = film.detail(version("T1·0"), 50_000.0).unwrap().why.to_string();
        assert_eq!(
            why.contains("Everything it read was still true"),
            name == StrategyName::BlockStm
        );
    }
}

#[test]
fn the_end_says_what_the_class_promises() {
    let closing = |change: fn(&mut lanescope_protocol::trace::Summary)| {
        let mut trace = trace("lane 1: T1·0 0-40 ok | T2·0 40-60 ok");
        change(&mut trace.summary);
        let film = Film::new(trace);
        film.caption_at(film.end() as f64).phrase.to_string()
    };
    expect!["All 2 transactions are final, as fast as one lane."].assert_eq(&closing(|_| {}));
    expect![
        "All 2 transactions are final, in another order than the block's, as fast as one lane."
    ]
    .assert_eq(&closing(|summary| {
        summary.class = lanescope_protocol::Class::SomeOrder;
        summary.identical = false;
    }));
    expect!["All 2 transactions are done, and the result differs from one lane."].assert_eq(
        &closing(|summary| {
            summary.class = lanescope_protocol::Class::Nothing;
            (summary.identical, summary.class_holds) = (false, false);
        }),
    );
    expect!["The access list is wrong, so the block is invalid and nothing of it counts."]
        .assert_eq(&closing(|summary| {
            summary.rejected = Some("a slot is missing".to_owned());
        }));
    expect!["1 of 2 transactions are final, as fast as one lane."].assert_eq(&closing(|summary| {
        summary.excluded = vec![Default::default()];
    }));
}

#[test]
fn transactions_stand_where_they_stand() {
    let rules = under(StrategyName::DeclaredLocks, RULES);
    let at = |film: &Film, tx: u32, time: f64| film.tx_state_at(TxIndex(tx - 1), time * 1000.0);
    assert_eq!(at(&rules, 3, 20.0), TxState::Queued);
    assert_eq!(at(&rules, 3, 40.0), TxState::Deferred);
    assert_eq!(at(&rules, 3, 61.0), TxState::Executing);
    assert_eq!(at(&rules, 3, 100.0), TxState::Committed);
    assert_eq!(at(&rules, 5, 100.0), TxState::Dropped);
    assert_eq!(at(&rules, 4, 80.0), TxState::Skipped);
    let faults = film(FAULTS);
    assert_eq!(at(&faults, 1, 45.0), TxState::Lost);
    assert_eq!(at(&faults, 1, 60.0), TxState::ReExecuting);
    assert_eq!(faults.bars()[0].fate(), Fate::Lost);
    assert_eq!(faults.bars()[0].state_at(45_000.0), BarState::Lost);
}

#[test]
fn details_say_why() {
    let why = |film: &Film, of: &str| {
        let detail = film.detail(version(of), 200_000.0).unwrap();
        format!("{} | {} | {}", detail.title, detail.question, detail.why)
    };
    let faults = film(FAULTS);
    expect!["T1 · first run, lost | Why was it lost? | Lane 1 crashed at 40 k and took its work with it. Its writes would have appeared at its end, so nobody had seen anything of it, and it can simply run again."].assert_eq(&why(&faults, "T1·0"));
    expect!["T3 · first run, aborted | Why did it run twice? | What it wrote is not what the transaction does: a second execution gave another result. That fault was played on purpose; it was found before the result could become final."].assert_eq(&why(&faults, "T3·0"));
    let then = faults.detail(version("T1·0"), 200_000.0).unwrap().then.unwrap().to_string();
    assert_eq!(then, "ran again as T1·1, 10 k gas later");
    let rules = under(StrategyName::DeclaredLocks, RULES);
    expect!["T2 · first run, committed | Why is it final? | While it ran, nobody else could change what it had declared, so there was nothing to check. It touched A.y, which it had not declared, so it failed: its effects are undone, but it counts and pays its fee."].assert_eq(&why(&rules, "T2·0"));
    expect!["T3 · first run, committed | Why is it final? | While it ran, nobody else could change what it had declared, so there was nothing to check. Only Ana.balance had changed, and was still enough: at the merge its change was added to the newer value."].assert_eq(&why(&rules, "T3·0"));
    expect!["T4 · first run, left out | Why is it not in the block? | On the values it saw it cannot be in a block: its nonce is not the next, or its sender cannot pay. One lane would have known better; here nobody looks again."].assert_eq(&why(&rules, "T4·0"));
}

#[test]
fn incidents_are_on_screen() {
    let check = |run: &str, expected: &Expect| {
        let film = film(run);
        let view = Viewport::fit(film.end() as f64);
        let frame = Frame::new(1000.0, 332.0, 1.0, film.lanes(), view);
        let layout = Layout::new(&film, frame, film.end() as f64);
        let lines = layout.describe(&film);
        let kept = |line: &&str| !line.starts_with("axis") && !line.starts_with("ghost");
        let lines: Vec<_> = lines.lines().filter(kept).collect();
        expected.assert_eq(&lines.join("\n"));
        let picture = paint(&film, &layout, &Look::default());
        let picture = svg(&picture, Theme::Dark, Words::default());
        assert_eq!(picture.contains("round 2"), run == RULES);
        assert_eq!(picture.contains(">crashed<"), run == FAULTS);
    };
    check(
        FAULTS,
        &expect![[r#"
            T1·0 lane 1 0..40 k lost [64 47 217×52]
            T4·0 lane 1 95 k..110 k committed [579 47 81×52]
            T2·0 lane 2 0..50 k committed [64 121 271×52]
            T1·1 lane 2 50 k..100 k committed [335 121 271×52]
            T3·1 lane 2 100 k..140 k committed [606 121 217×52]
            T3·0 lane 3 0..30 k aborted [64 195 163×52]
            wait lane 3 60 k..100 k nothing ready [389 217]
            lane 1 crashed 40 k..90 k [281 47 271×52]
            lane 2 4× slower 100 k..160 k [606 173 325×7]
            critical path [344] "critical path" [349 Start]
            perfect scaling [344] "perfect scaling" [339 End]
            end [823] "end 140 k" [828 Start]"#]],
    );
    check(
        RULES,
        &expect![[r#"
            T1·0 lane 1 0..40 k committed [64 47 347×52]
            T4·0 lane 1 60 k..70 k left out [585 47 87×52]
            T2·0 lane 2 0..30 k committed [64 121 260×52]
            T3·0 lane 2 60 k..100 k committed [585 121 347×52]
            wait lane 2 30 k..60 k for T1 [324 260]
            round 1 at 0 [64]
            round 2 at 60 k [585]
            block 2 at 60 k [585]
            critical path [382] "critical path" [387 Start]
            perfect scaling [541] "perfect scaling" [546 Start]
            end [932] "end 100 k" [937 Start]"#]],
    );
}

#[test]
fn pictures_of_incidents() {
    let faults = film(FAULTS);
    let drawn = lanes_svg(&faults, 960.0, Theme::Dark, faults.end() as f64);
    expect_file!["golden/faults.svg"].assert_eq(&drawn);
    let rules = under(StrategyName::DeclaredLocks, RULES);
    let drawn = lanes_svg(&rules, 960.0, Theme::Light, rules.end() as f64);
    expect_file!["golden/rules.svg"].assert_eq(&drawn);
}

#[test]
fn the_table_names_troubles() {
    let table = film(FAULTS).text_table(120_000.0, 100);
    assert_eq!(table.rows[0].troubles, ["crashed, 40 k to 90 k gas"]);
    assert_eq!(table.rows[1].troubles, ["4 times slower, 100 k to 120 k gas"]);
    assert_eq!(table.rows[0].cells[0].words, "T1·0, lost, 0 to 40 k gas");
}

#[test]
fn nothing_of_the_future_is_drawn() {
    let film = film(RULES);
    let view = Viewport::fit(film.end() as f64);
    let frame = Frame::new(1000.0, 332.0, 1.0, film.lanes(), view);
    assert_eq!(Layout::new(&film, frame, 59_000.0).milestones.len(), 1);
    assert_eq!(Layout::new(&film, frame, 60_000.0).milestones.len(), 3);
    let faults = crate::fixture::film(FAULTS);
    let early = Layout::new(&faults, frame, 39_000.0);
    assert!(early.troubles.is_empty());
}

#[test]
fn a_crash_grows_while_a_run_goes_on() {
    let whole = trace(FAULTS);
    let mut live = Film::live(whole.summary.settings.clone(), Vec::new());
    for event in &whole.events {
        live.extend(std::slice::from_ref(event));
        let troubles = live.lane_troubles(lanescope_protocol::Lane(0));
        assert!(troubles.iter().all(|trouble| trouble.end <= 90_000));
        if let (true, Some(crash)) = (live.end() < 90_000, troubles.first()) {
            assert_eq!(crash.end, live.end());
        }
    }
    let done = Film::new(whole);
    assert_eq!(live.bars(), done.bars());
    assert_eq!(live.metrics().faults, done.metrics().faults);
    for lane in (0..3).map(lanescope_protocol::Lane) {
        assert_eq!(live.lane_troubles(lane), done.lane_troubles(lane));
    }
}

#[test]
fn troubles_that_overlap_end_when_they_end() {
    let troubles = |run: &str, faults: [&str; 2]| {
        let mut trace = trace(run);
        let faults = faults.iter().map(|fault| fault.parse().unwrap());
        trace.summary.settings.faults = faults.collect();
        let film = Film::new(trace);
        let troubles = film.lane_troubles(lanescope_protocol::Lane(0)).iter();
        let words =
            troubles.map(|of| format!("{:?} {}-{}", of.kind, of.start / 1000, of.end / 1000));
        words.collect::<Vec<_>>()
    };
    let faults = ["slow:lane=1,times=4,at=0,until=100000", "crash:lane=1,at=50000,until=200000"];
    let run = "lane 1: slow 0-100 by 4 | crash 50-200";
    assert_eq!(troubles(run, faults), ["Slowed(4) 0-100", "Crashed 50-200"]);
    let faults =
        ["slow:lane=1,times=2,at=0,until=200000", "slow:lane=1,times=4,at=50000,until=100000"];
    let run = "lane 1: slow 0-200 by 2 | slow 50-100 by 4";
    assert_eq!(troubles(run, faults), ["Slowed(2) 0-50", "Slowed(4) 50-100", "Slowed(2) 100-200"]);
}

#[test]
fn a_wrong_result_that_nobody_saw_is_not_blamed_on_the_lane() {
    let film = film("lane 1: T1·0 0-40 lost | T1·1 40-80 ok\nat 40: T1·0 wrong");
    let told = film.moments().iter().map(|moment| film.caption(moment).phrase.to_string());
    let told: Vec<_> = told.filter(|words| words.contains("wrong")).collect();
    assert_eq!(told.len(), 2, "found, and lost: {told:?}");
    let why = film.detail(version("T1·0"), 90_000.0).unwrap().why.to_string();
    assert!(why.contains("a second execution gave another result"), "{why}");
}

#[test]
fn provenance_names_models_classes_and_assumptions() {
    let lines = |strategy: &str, change: fn(&mut lanescope_protocol::trace::Summary)| {
        let mut trace = trace("lane 1: T1·0 0-40 ok");
        let strategy: Strategy = strategy.parse().unwrap();
        trace.summary.settings.strategy = strategy;
        trace.summary.class = strategy.class();
        change(&mut trace.summary);
        Film::new(trace).provenance().lines().join("\n")
    };
    expect![[r#"
        Model of Solana's greedy scheduler (declared-locks:keys=account,declares=simulated,account-cap-percent=40) · 1 lane · scenario seed 7, schedule seed 0
        class E1 ✓: Valid, but in another order than the block's: equal to one lane in the order of commits
        Virtual clock: one tick is one gas, a validation takes 2 k ticks, a cold read and a commit take none
        Faults played on purpose: crash:lane=1,at=5
        Leaves out: Solana programs: here EVM code runs, and a Solidity contract is one hot account where a program would spread over many.
        Data as of 2026-09 · source: anza-xyz/agave@06f01cd, greedy_scheduler.rs; SIMD-306"#]].assert_eq(&lines("solana-greedy", |summary| {
        summary.seed = 7;
        summary.identical = false;
        summary.settings.costs.validation = 2_000;
        summary.settings.faults = vec!["crash:lane=1,at=5".parse().unwrap()];
    }));
    expect![[r#"
        Naive lanes (naive) · 1 lane · scenario seed 0, schedule seed 0
        no class ✕: Nothing is promised, and the result differs from one lane: the balance of Ana is 3, not 4
        Virtual clock: one tick is one gas, a cold read, a validation and a commit take none"#]].assert_eq(&lines("naive", |summary| {
        summary.class_holds = false;
        summary.difference = Some("the balance of Ana is 3, not 4".to_owned());
    }));
    let live = Film::live(lanescope_protocol::Settings::default(), Vec::new()).provenance();
    assert_eq!(live.holds, None);
    expect!["To be compared: same result as one lane"].assert_eq(&live.verdict);
}
