//! Opcodes of one incarnation, asked of a session.

use lanescope_protocol::TxIndex;
use lanescope_protocol::steps::{Inspection, Seen};

use super::*;

fn inspect(question: u32, scenario: &Scenario, tx: u32) -> Command {
    Command::Inspect { question, scenario: scenario.clone(), tx: TxIndex(tx) }
}

#[test]
fn a_question_is_answered_with_and_without_threads() {
    for threads in [0, 2] {
        let mut engine = Engine::new(threads);
        let scenario = engine.compose("dex", 12);
        engine.send(inspect(5, &scenario, 4), &Seen::default().encode());
        let posted = engine.settle();
        let (report, bytes) = posted.last().unwrap();
        assert_eq!(report, &Report::Inspected { question: 5 });
        let found = Inspection::decode(bytes.as_deref().unwrap()).unwrap();
        assert!(found.steps_total > 0 && found.gas_used > 21_000);
    }
}

#[test]
fn the_newest_question_has_the_last_answer() {
    let mut engine = Engine::new(0);
    let scenario = engine.compose("dex", 200);
    let seen = Seen::default().encode();
    engine.send(inspect(1, &scenario, 199), &seen);
    engine.send(inspect(2, &scenario, 0), &seen);
    let answered: Vec<_> = engine
        .settle()
        .into_iter()
        .filter_map(|(report, _)| match report {
            Report::Inspected { question } => Some(question),
            _ => None,
        })
        .collect();
    assert_eq!(answered.last(), Some(&2), "{answered:?}");
}

#[test]
fn what_cannot_be_answered_is_said_in_a_sentence() {
    let mut engine = Engine::new(0);
    let scenario = engine.compose("dex", 12);
    let report = engine.ask(inspect(3, &scenario, 50), &Seen::default().encode());
    assert_eq!(rejection(&report), ("there is no T51 in this block", Some(3)));
    let report = engine.ask(inspect(4, &scenario, 0), &[9, 9, 9]);
    assert_eq!(rejection(&report).1, Some(4));
}
