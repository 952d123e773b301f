//! Movements, and walking from bar to bar.

use lanescope_timeline::{Film, Motion, Way};

use crate::fixture::{EXCHANGE, film, version};

#[test]
fn an_abort_moves_and_comes_to_rest() {
    let film = film(EXCHANGE);
    let mut motion = Motion::at(148_500.0);
    motion.advance(&film, 149_100.0, 1000.0, true);
    let (effects, moving) = motion.effects(&film, None, 1090.0);
    assert!(moving);
    assert_eq!(effects.sweeps, vec![(film.bar_of(version("T5·0")).unwrap(), 0.5)]);
    let arrow = effects.arrow.unwrap();
    assert_eq!(arrow.victim, version("T5·0"));
    assert!(arrow.drawn > 0.4 && arrow.drawn < 0.42);

    motion.advance(&film, 170_000.0, 2000.0, true);
    let (effects, moving) = motion.effects(&film, None, 2000.0);
    assert!(effects.sweeps.is_empty() && moving, "the arrow is held");
    assert_eq!(effects.arrow.unwrap().alpha, 1.0);

    let mut last = 1.0;
    for frame in 0..40 {
        let (effects, _) = motion.effects(&film, None, 2500.0 + f64::from(frame) * 16.0);
        let alpha = effects.arrow.unwrap().alpha;
        assert!(alpha <= last);
        last = alpha;
    }
    assert_eq!(last, 0.25);
    assert!(!motion.effects(&film, None, 3200.0).1, "at rest");
}

#[test]
fn an_arrow_stays_while_the_playhead_stands_at_its_abort() {
    let film = film(EXCHANGE);
    let mut motion = Motion::at(148_500.0);
    motion.advance(&film, 149_000.0, 0.0, true);
    let (effects, moving) = motion.effects(&film, None, 9000.0);
    assert_eq!(effects.arrow.unwrap().alpha, 1.0);
    assert!(!moving);
}

#[test]
fn without_liveliness_everything_stands_at_once() {
    let film = film(EXCHANGE);
    let mut motion = Motion::at(100_000.0);
    motion.advance(&film, 149_100.0, 0.0, false);
    let (effects, moving) = motion.effects(&film, None, 1.0);
    assert!(effects.sweeps.is_empty() && effects.settles.is_empty() && !moving);
    let arrow = effects.arrow.unwrap();
    assert_eq!((arrow.drawn, arrow.alpha), (1.0, 1.0));
}

#[test]
fn going_back_takes_arrows_away() {
    let film = film(EXCHANGE);
    let mut motion = Motion::at(0.0);
    motion.advance(&film, 96_000.0, 0.0, true);
    motion.advance(&film, 50_000.0, 10.0, true);
    assert_eq!(motion.effects(&film, Some(version("T3·0")), 10.0).0.arrow, None);
}

#[test]
fn a_selected_abort_keeps_its_arrow() {
    let film = film(EXCHANGE);
    let mut motion = Motion::at(0.0);
    motion.advance(&film, 340_000.0, 0.0, false);
    let (effects, _) = motion.effects(&film, Some(version("T3·0")), 0.0);
    let arrow = effects.arrow.unwrap();
    assert_eq!((arrow.victim, arrow.alpha), (version("T3·0"), 1.0));
}

fn walk(film: &Film, from: &str, way: Way) -> String {
    let from = film.bar_of(version(from));
    let to = film.walk(from, way, 262_000.0).and_then(|id| film.bar(id));
    to.map(|bar| bar.version.to_string()).unwrap_or_default()
}

#[test]
fn walking_along_and_across_lanes() {
    let film = film(EXCHANGE);
    assert_eq!(walk(&film, "T1·0", Way::Later), "T3·1");
    assert_eq!(walk(&film, "T3·1", Way::Earlier), "T1·0");
    assert_eq!(walk(&film, "T1·0", Way::Earlier), "");
    assert_eq!(walk(&film, "T1·0", Way::Last), "T8·1");
    assert_eq!(walk(&film, "T8·1", Way::First), "T1·0");
    assert_eq!(walk(&film, "T5·0", Way::Down), "T7·0");
    assert_eq!(walk(&film, "T5·0", Way::Up), "T3·1");
    assert_eq!(walk(&film, "T1·0", Way::Up), "");
    assert_eq!(walk(&film, "T4·0", Way::Down), "");
    let first = film.walk(None, Way::Later, 262_000.0).and_then(|id| film.bar(id));
    assert_eq!(first.unwrap().start, 246_000, "where nothing is chosen: what began last");
    assert_eq!(film.walk(None, Way::Later, -1.0), None);
}
