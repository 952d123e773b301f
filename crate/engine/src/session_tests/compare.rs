//! Comparisons.

use super::*;

fn of(strategy: &str, lanes: u16) -> Settings {
    Settings { strategy: strategy.parse().unwrap(), lanes, ..Settings::default() }
}

fn compare(engine: &mut Engine, run: u32, scenario: &Scenario, settings: Vec<Settings>) {
    engine.send(Command::Compare { run, scenario: scenario.clone(), settings }, &[]);
}

#[test]
fn every_setting_is_answered_in_order_with_a_small_trace() {
    for threads in [0, 2] {
        let mut engine = Engine::new(threads);
        let scenario = engine.compose("dex", 40);
        let costly = Settings {
            costs: Costs { cold_read: 2_000, ..Costs::default() },
            ..of("block-stm", 4)
        };
        let asked =
            vec![of("sequential", 1), of("block-stm", 4), costly, of("block-stm:hints=none", 16)];
        compare(&mut engine, 7, &scenario, asked.clone());
        let mut answers = 0;
        let mut steps = 0;
        for (report, bytes) in engine.settle() {
            match report {
                Report::Progress { run: 7, done, total: 4, stage } if stage.contains(" on ") => {
                    assert_eq!(done, steps, "a step begins after the one before has ended");
                    assert_eq!(done, answers);
                    steps += 1;
                }
                Report::Progress { run: 7, .. } => {}
                Report::Compared { run: 7, index, left } => {
                    assert_eq!((index, left), (answers, 3 - answers));
                    let trace = Trace::decode(&bytes.unwrap()).unwrap();
                    assert_eq!(trace.summary.settings, asked[index as usize]);
                    assert!(trace.summary.class_holds && trace.accesses.is_empty());
                    assert_eq!(trace.transactions.len(), 40);
                    let named = |event: &lanescope_protocol::Event| {
                        event.location.is_none_or(|id| id.get() < trace.locations.len())
                    };
                    assert!(!trace.events.is_empty() && trace.events.iter().all(named));
                    answers += 1;
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!((answers, steps), (4, 4));
    }
}

#[test]
fn what_is_refused_does_not_stop_the_others() {
    let mut engine = Engine::new(0);
    let scenario = engine.compose("erc20", 10);
    compare(&mut engine, 2, &scenario, vec![of("block-stm", 0), of("sequential", 2)]);
    let posted = engine.settle();
    let end = |report: &Report| !matches!(report, Report::Progress { .. });
    let ends: Vec<_> = posted.iter().map(|(report, _)| report).filter(|r| end(r)).collect();
    let message = "lanes must be between 1 and 256, not 0".to_owned();
    assert_eq!(
        ends,
        [
            &Report::NotCompared { run: 2, index: 0, left: 1, message },
            &Report::Compared { run: 2, index: 1, left: 0 }
        ]
    );

    compare(&mut engine, 3, &scenario, Vec::new());
    let posted = engine.settle();
    assert_eq!(rejection(&posted[0].0), ("choose at least one strategy to compare", Some(3)));
}

#[test]
fn a_comparison_can_be_stopped_in_the_middle_and_replaced() {
    for threads in [0, 2] {
        let mut engine = Engine::new(threads);
        let scenario = engine.compose("erc20", 300);
        let asked: Vec<_> = (1..=16).map(|lanes| of("block-stm", lanes)).collect();
        compare(&mut engine, 1, &scenario, asked.clone());
        let one_is_done = |engine: &Engine| {
            let posted = engine.posted.borrow();
            posted.iter().any(|(report, _)| matches!(report, Report::Compared { .. }))
        };
        while !one_is_done(&engine) {
            engine.turn();
        }
        assert!(!engine.tasks.is_empty(), "it is in the middle");
        engine.posted.take();
        engine.send(Command::Cancel, &[]);
        // What was on its way when the wish came may stand before the answer, nothing behind it.
        let posted = engine.settle();
        assert_eq!(posted.last(), Some(&(Report::Cancelled { run: 1 }, None)));
        let answered =
            posted.iter().filter(|(report, _)| !matches!(report, Report::Progress { .. }));
        assert!(answered.count() <= 2);

        compare(&mut engine, 2, &scenario, asked.clone());
        engine.turn();
        engine.posted.take();
        engine.run(3, &scenario, settings(4, Clock::Gas));
        let posted = engine.settle();
        let cancelled = (Report::Cancelled { run: 2 }, None);
        let end = posted.iter().position(|posted| *posted == cancelled).unwrap();
        let is_of_the_first = |report: &Report| {
            matches!(report, Report::Compared { run: 2, .. } | Report::Progress { run: 2, .. })
        };
        assert!(!posted[end..].iter().any(|(report, _)| is_of_the_first(report)));
        let started = posted.iter().position(|(report, _)| *report == Report::Started { run: 3 });
        assert!(finished(&posted[started.unwrap()..].to_vec(), 3).summary.identical);
    }
}
