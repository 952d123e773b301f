//! Names and parameters are read as they are written, and mistakes are named.

#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn every_strategy_and_preset_is_read_as_it_is_written() {
    assert_eq!(PRESETS.len(), 17);
    let all: Vec<_> = Strategy::all().collect();
    assert_eq!(all.len(), 26, "a preset's rule is none");
    for strategy in all {
        assert_eq!(strategy.to_string().parse(), Ok(strategy));
        assert!(!strategy.to_string().contains(':'), "{strategy} needs no parameters");
    }
    for preset in PRESETS.iter() {
        assert_eq!(preset.strategy().unwrap().preset(), Some(preset));
        assert!(preset.title.starts_with("Model of "), "{}", preset.title);
        for text in [preset.keeps, preset.leaves_out, preset.source, preset.as_of] {
            assert!(!text.is_empty(), "{}", preset.name);
        }
    }
}

#[test]
fn parameters_are_set_one_by_one() {
    let strategy: Strategy = "rounds:max-rounds=3,groups=on".parse().unwrap();
    assert_eq!(strategy.rules, Rules::Rounds(Rounds { max_rounds: 3, groups: true }));
    assert_eq!(strategy.to_string(), "rounds:max-rounds=3,groups=on");
    let changed: Strategy = "polygon-v1:estimates=off".parse().unwrap();
    assert_eq!(changed.to_string(), "polygon-v1:estimates=off");
    assert_eq!(changed.preset(), None, "it is no model of Polygon any more");
    assert_eq!(changed.title(), "Block-STM");
}

#[test]
fn classes_follow_from_the_rules() {
    let class = |text: &str| text.parse::<Strategy>().unwrap().class();
    assert_eq!(class("naive"), Class::Nothing);
    assert_eq!(class("declared-locks"), Class::SomeOrder);
    assert_eq!(class("fuel"), Class::Exact);
    assert_eq!(class("fuel:declares=simulated"), Class::SomeOrder);
    assert_eq!(class("sui"), Class::SomeOrder);
    assert_eq!(class("ethereum-bal"), Class::Exact);
}

#[test]
fn mistakes_are_named() {
    let sentence = |text: &str| text.parse::<Strategy>().unwrap_err().to_string();
    assert!(sentence("blockstm").starts_with("there is no strategy \"blockstm\"; known: sequ"));
    assert!(sentence("blockstm").ends_with("pevm, grevm, fuel"));
    assert_eq!(
        sentence("rounds:max=3"),
        "rounds has no parameter \"max\"; known: max-rounds, groups"
    );
    assert_eq!(sentence("naive:x=1"), "naive has no parameter \"x\"; known: none");
    assert_eq!(
        sentence("block-stm:estimates=maybe"),
        "block-stm: estimates takes on, off, not \"maybe\""
    );
    assert_eq!(
        sentence("rounds:max-rounds=0"),
        "rounds: max-rounds takes a whole number from 1 to 100, not \"0\""
    );
    assert_eq!(
        sentence("declared-locks:order=block"),
        "declared-locks: in block order nobody may overtake, so order=block needs overtakes=off"
    );
}
