//! Movements, and walking from bar to bar.

use lanescope_timeline::{Film, Motion, Viewport, Way};

use crate::fixture::{EXCHANGE, film, version};

/// A playhead of a film that runs.
fn running(playhead: f64) -> Motion {
    let mut motion = Motion::at(playhead);
    motion.run(true);
    motion
}

#[test]
fn an_abort_moves_and_comes_to_rest() {
    let film = film(EXCHANGE);
    let mut motion = running(148_500.0);
    motion.advance(&film, 149_100.0, 1000.0, true);
    let (effects, moving) = motion.effects(&film, None, 1090.0);
    assert!(moving);
    assert_eq!(effects.sweeps, vec![(film.bar_of(version("T5·0")).unwrap(), 0.5)]);
    let arrow = effects.arrow.unwrap();
    assert_eq!(arrow.victim, version("T5·0"));
    assert!(arrow.drawn > 0.4 && arrow.drawn < 0.42);

    motion.advance(&film, 160_000.0, 2000.0, true);
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

/// Plays from `from` at `speed` (ticks for each millisecond) with 60 frames in a second. Returns,
/// in milliseconds, how long the hatch of T5·0 ran and how long its arrow was wholly seen.
fn lengths(film: &Film, from: f64, speed: f64) -> (f64, f64) {
    const FRAME: f64 = 1000.0 / 60.0;
    let id = film.bar_of(version("T5·0")).unwrap();
    let mut motion = running(from);
    let (mut swept, mut whole) = (0.0, 0.0);
    for frame in 1..600 {
        let now = f64::from(frame) * FRAME;
        motion.advance(film, from + speed * now, now, true);
        let (effects, _) = motion.effects(film, None, now);
        swept += if effects.sweeps.iter().any(|(bar, _)| *bar == id) { FRAME } else { 0.0 };
        let arrow = effects.arrow.filter(|arrow| arrow.victim == version("T5·0"));
        whole += if arrow.is_some_and(|arrow| arrow.alpha == 1.0) { FRAME } else { 0.0 };
    }
    (swept, whole)
}

#[test]
fn movements_take_as_long_at_every_speed() {
    let film = film(EXCHANGE);
    // The run takes eight seconds at 1×, 42 ticks for each millisecond.
    for speed in [4.0, 1.0, 0.25, 1.0 / 16.0, 0.01, 0.001] {
        let ticks = speed * 340_000.0 / 8000.0;
        let (swept, whole) = lengths(&film, 149_000.0 - 20.0 * ticks, ticks);
        assert!((swept - 180.0).abs() < 20.0, "{speed}×: swept for {swept} ms");
        // Until the next abort takes its place, at 245 k.
        let longest = (96_000.0 / ticks).min(220.0 + 1200.0);
        assert!((whole - longest).abs() < 60.0, "{speed}×: seen for {whole} ms");
    }
}

#[test]
fn what_the_film_selects_by_itself_fades_and_what_stands_is_seen_whole() {
    let film = film(EXCHANGE);
    let victim = Some(version("T5·0"));
    let mut motion = running(148_990.0);
    motion.advance(&film, 149_010.0, 0.0, true);
    assert!(motion.effects(&film, victim, 110.0).0.arrow.unwrap().drawn < 0.51);
    for frame in 1..30 {
        motion.advance(&film, 149_010.0 + f64::from(frame), f64::from(frame) * 100.0, true);
        motion.effects(&film, victim, f64::from(frame) * 100.0);
    }
    let (effects, moving) = motion.effects(&film, victim, 3000.0);
    assert_eq!((effects.arrow.unwrap().alpha, moving), (0.25, false));
    let other = motion.effects(&film, Some(version("T3·0")), 3000.0).0.arrow.unwrap();
    assert_eq!((other.victim, other.alpha), (version("T3·0"), 1.0), "it was chosen by hand");
    motion.run(false);
    let (effects, moving) = motion.effects(&film, victim, 3000.0);
    assert_eq!((effects.arrow.unwrap().alpha, moving), (1.0, false));
}

#[test]
fn a_range_played_again_sweeps_once_in_each_round() {
    let film = film(EXCHANGE);
    let id = film.bar_of(version("T5·0")).unwrap();
    let mut motion = running(140_000.0);
    let (mut now, mut began, mut before) = (0.0, Vec::new(), false);
    for _ in 0..3 {
        for step in 0..=40 {
            now += 16.0;
            motion.advance(&film, 140_000.0 + 500.0 * f64::from(step), now, true);
            let (effects, _) = motion.effects(&film, None, now);
            let sweeping = effects.sweeps.iter().any(|(bar, _)| *bar == id);
            if sweeping && !before {
                began.push(step);
            }
            before = sweeping;
            if step == 0 {
                assert!(effects.sweeps.is_empty() && effects.settles.is_empty());
                let explained = effects.arrow.map(|arrow| arrow.victim);
                assert_eq!(explained, Some(version("T3·0")), "what lies before the range");
            }
        }
    }
    assert_eq!(began, [18, 18, 18]);
}

#[test]
fn a_step_moves_only_what_happens_where_it_lands() {
    let film = film(EXCHANGE);
    let mut motion = Motion::at(0.0);
    // From before the first abort onto the third, past two others.
    motion.advance(&film, 245_000.0, 0.0, true);
    let (effects, moving) = motion.effects(&film, None, 90.0);
    assert_eq!(effects.sweeps, vec![(film.bar_of(version("T8·0")).unwrap(), 0.5)]);
    assert_eq!(effects.arrow.unwrap().victim, version("T8·0"));
    assert!(moving);
    // A leap onto nothing moves nothing, and explains what was last.
    motion.advance(&film, 340_000.0 - 5.0, 2000.0, true);
    let (effects, moving) = motion.effects(&film, None, 2000.0);
    assert!(effects.sweeps.is_empty() && effects.settles.is_empty() && !moving);
    assert_eq!(
        effects.arrow.map(|arrow| (arrow.victim, arrow.drawn)),
        Some((version("T8·0"), 1.0))
    );
    // Neither does a step back.
    motion.advance(&film, 149_000.0, 2100.0, true);
    assert!(motion.effects(&film, None, 2100.0).0.sweeps.is_empty());
}

#[test]
fn the_view_follows_a_playhead_that_runs() {
    let end = 340_000.0;
    let view = Viewport::range(0.0, 40_000.0, end);
    let slid = |view: Viewport, to: f64, smooth| view.follow(to, end, smooth).from().round();
    assert_eq!(slid(view, 20_000.0, true), 0.0, "there is room ahead");
    assert_eq!(slid(view, 31_000.0, true), 1000.0, "it slides along");
    assert_eq!(slid(view, 31_000.0, false), 0.0);
    assert_eq!(slid(view, 39_000.0, false), 35_800.0, "it turns the page");
    assert_eq!(slid(view, 200_000.0, true), 196_800.0, "it leaps after it");
    let later = Viewport::range(100_000.0, 140_000.0, end);
    assert_eq!(slid(later, 50_000.0, true), 46_800.0, "also back");
    let fit = Viewport::fit(end);
    assert_eq!(fit.follow(end, end, true), fit, "where all is seen nothing moves");
    assert!((later.follow(139_000.0, end, true).span() - later.span()).abs() < 1e-6);
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
