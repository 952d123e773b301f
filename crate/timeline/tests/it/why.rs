//! Causes and effects: chains, stories, arrows and walks.

use core::fmt::Write;

use expect_test::{Expect, expect};
use lanescope_timeline::{Film, Frame, Heading, Look, Theme, Viewport, Walk, paint, svg};

use crate::fixture::{EXCHANGE, film, version};

/// What is told of an incarnation, as text.
fn check(film: &Film, of: &str, expected: &Expect) {
    let chain = film.chain(version(of)).unwrap();
    let mut out = String::new();
    for (side, which) in [("cause", &chain.causes), ("effect", &chain.effects)] {
        for at in which {
            let link = chain.links[*at];
            let place = link.location.map_or("", |id| film.location_name(id));
            let (from, to, kind, at) = (link.from, link.to, link.kind, link.at / 1000);
            writeln!(out, "{side}: {from} → {to} {kind:?} at {at} {place}").unwrap();
        }
    }
    match film.story(&chain) {
        Some(story) => {
            writeln!(out, "{}", story.question).unwrap();
            for (at, step) in story.steps.iter().enumerate() {
                writeln!(out, "{}. {}", at + 1, step.phrase).unwrap();
            }
            writeln!(out, "cost: {}", story.cost).unwrap();
            writeln!(out, "followed: {} | waited: {}", story.followers, story.waiters).unwrap();
        }
        None => writeln!(out, "no story").unwrap(),
    }
    expected.assert_eq(&out);
}

#[test]
fn an_abort_and_what_came_of_it() {
    check(
        &film(EXCHANGE),
        "T5·0",
        &expect![[r#"
        cause: T1·0 → T5·0 MadeStale at 96 Pool A.reserve0
        effect: T5·0 → T5·1 RunsAgain at 193 Pool A.reserve0
        Why did it run twice?
        1. T5·0 read Pool A.reserve0 at 72 k: the value from before the block.
        2. T1·0, under way since 0, wrote it at 96 k. Both ran at the same time.
        3. In block order T1 comes first, so T5·0 was thrown away at 149 k: 96 k gas.
        4. T5·1 began 44 k gas later, after it had waited for T3·1.
        cost: 96 k gas thrown away; its result 137 k gas later, 40 % of the whole run
        followed:  | waited: 
    "#]],
    );
}

#[test]
fn the_run_that_counts_tells_why_there_was_another_before_it() {
    check(
        &film(EXCHANGE),
        "T5·1",
        &expect![[r#"
            cause: T3·1 → T5·1 WaitedFor at 149 
            cause: T5·0 → T5·1 RunsAgain at 193 Pool A.reserve0
            cause: T3·0 → T3·1 RunsAgain at 97 Pool A.reserve0
            cause: T1·0 → T5·0 MadeStale at 96 Pool A.reserve0
            cause: T1·0 → T3·0 MadeStale at 96 Pool A.reserve0
            Why did it run twice?
            1. T5·0 read Pool A.reserve0 at 72 k: the value from before the block.
            2. T1·0, under way since 0, wrote it at 96 k. Both ran at the same time.
            3. In block order T1 comes first, so T5·0 was thrown away at 149 k: 96 k gas.
            4. T5·1 began 44 k gas later, after it had waited for T3·1.
            cost: 96 k gas thrown away; its result 137 k gas later, 40 % of the whole run
            followed:  | waited: 
        "#]],
    );
}

#[test]
fn a_writer_tells_whom_it_made_run_again() {
    check(
        &film(EXCHANGE),
        "T1·0",
        &expect![[r#"
        effect: T1·0 → T3·0 MadeStale at 96 Pool A.reserve0
        effect: T1·0 → T5·0 MadeStale at 96 Pool A.reserve0
        effect: T3·0 → T3·1 RunsAgain at 97 Pool A.reserve0
        effect: T5·0 → T5·1 RunsAgain at 193 Pool A.reserve0
        effect: T3·1 → T5·1 WaitedFor at 149 
        What came of it?
        1. T3·0 had read Pool A.reserve0 before T1·0 wrote it, and was thrown away: 96 k gas.
        2. T5·0 had read Pool A.reserve0 before T1·0 wrote it, and was thrown away: 96 k gas.
        cost: 192 k gas of 2 others
        followed: T3, T5 | waited: T5
    "#]],
    );
}

#[test]
fn a_run_without_trouble_has_no_story() {
    check(
        &film(EXCHANGE),
        "T4·0",
        &expect![[r#"
        no story
    "#]],
    );
}

/// T2 begins late, because its lane is busy; T4 reads too early; T5 takes T4's value along.
const CASCADE: &str = "
lane 1: T1·0 0-40 ok | T2·0 40-90 ok
lane 2: T3·0 0-10 ok at 90 | T4·0 10-92 aborted at 93 by T2·0 on Pool.price | T4·1 93-180 ok
lane 3: T5·0 95-98 estimate T4·0 on Pool.price | wait 98-180 for T4 | T5·1 180-220 ok
lane 4: T6·0 60-100 aborted at 101 by T4·0 on Pool.fee | T6·1 101-190 ok at 230
read T4·0 at 22: Pool.price saw before, now T2·0
write T4·0 at 92: Pool.fee = 3
write T2·0 at 90: Pool.price = 5
read T6·0 at 95: Pool.fee saw T4·0, now T4·1
write T4·1 at 180: Pool.fee = 4
";

#[test]
fn causes_go_back_to_a_busy_lane_and_effects_on_to_whoever_followed() {
    check(
        &film(CASCADE),
        "T4·0",
        &expect![[r#"
            cause: T2·0 → T4·0 MadeStale at 90 Pool.price
            cause: T1·0 → T2·0 LaneBusy at 40 
            effect: T4·0 → T4·1 RunsAgain at 93 Pool.price
            effect: T4·0 → T6·0 TookAlong at 95 Pool.fee
            effect: T4·0 → T6·0 MadeStale at 92 Pool.fee
            effect: T4·1 → T5·1 WaitedFor at 98 
            effect: T4·1 → T5·0 WaitedFor at 98 Pool.price
            effect: T6·0 → T6·1 RunsAgain at 101 Pool.fee
            effect: T5·0 → T5·1 RunsAgain at 180 
            Why did it run twice?
            1. T4·0 read Pool.price at 22 k: the value from before the block.
            2. Lane 1 ran T1·0 until 40 k, so T2·0 could not begin earlier.
            3. T2·0 wrote it at 90 k.
            4. In block order T2 comes first, so T4·0 was thrown away at 93 k: 82 k gas.
            5. T4·1 began at once.
            6. T6·0 had read Pool.fee before T4·0 wrote it, and was thrown away: 40 k gas.
            7. T6·0 had read Pool.fee from T4·0 and was thrown away too: 40 k gas.
            cost: 82 k gas thrown away; 40 k gas more of 1 other; its result 88 k gas later, 38 % of the whole run
            followed: T6 | waited: T5
        "#]],
    );
    check(
        &film(CASCADE),
        "T2·0",
        &expect![[r#"
            cause: T1·0 → T2·0 LaneBusy at 40 
            effect: T2·0 → T4·0 MadeStale at 90 Pool.price
            effect: T4·0 → T4·1 RunsAgain at 93 Pool.price
            effect: T4·0 → T6·0 TookAlong at 95 Pool.fee
            effect: T4·1 → T5·1 WaitedFor at 98 
            effect: T4·1 → T5·0 WaitedFor at 98 Pool.price
            effect: T6·0 → T6·1 RunsAgain at 101 Pool.fee
            effect: T5·0 → T5·1 RunsAgain at 180 
            What came of it?
            1. T4·0 had read Pool.price before T2·0 wrote it, and was thrown away: 82 k gas.
            cost: 122 k gas of 2 others
            followed: T4, T6 | waited: T5
        "#]],
    );
    check(
        &film(CASCADE),
        "T5·0",
        &expect![[r#"
        cause: T4·1 → T5·0 WaitedFor at 98 Pool.price
        cause: T4·0 → T4·1 RunsAgain at 93 Pool.price
        cause: T2·0 → T4·0 MadeStale at 90 Pool.price
        cause: T1·0 → T2·0 LaneBusy at 40 
        effect: T5·0 → T5·1 RunsAgain at 180 
        Why did it run twice?
        1. T5·0 stopped at 98 k: Pool.price will be written again by T4.
        2. T4·0 read Pool.price at 22 k: the value from before the block.
        3. Lane 1 ran T1·0 until 40 k, so T2·0 could not begin earlier.
        4. T2·0 wrote it at 90 k.
        5. In block order T2 comes first, so T4·0 was thrown away at 93 k: 82 k gas.
        6. T5·1 began 82 k gas later, after it had waited for T4·1.
        cost: 3 k gas thrown away; its result 122 k gas later, 53 % of the whole run
        followed:  | waited: 
    "#]],
    );
    check(
        &film(CASCADE),
        "T6·1",
        &expect![[r#"
            cause: T6·0 → T6·1 RunsAgain at 101 Pool.fee
            cause: T4·0 → T6·0 MadeStale at 92 Pool.fee
            cause: T4·0 → T6·0 TookAlong at 95 Pool.fee
            cause: T2·0 → T4·0 MadeStale at 90 Pool.price
            cause: T1·0 → T2·0 LaneBusy at 40 
            Why did it run twice?
            1. T6·0 read Pool.fee at 95 k, as T4·0 had written it.
            2. T4·0 was itself thrown away at 93 k.
            3. T4·0 wrote it at 92 k.
            4. In block order T4 comes first, so T6·0 was thrown away at 101 k: 40 k gas.
            5. T6·1 began at once.
            cost: 40 k gas thrown away; its result 90 k gas later, 39 % of the whole run
            followed:  | waited: 
        "#]],
    );
}

/// Locks, crashes, deferrals, rounds.
const TROUBLE: &str = "
lane 1: T1·0 0-40 ok | wait 40-60 barrier for T3 | T4·0 60-100 ok
lane 2: T2·0 0-30 lost | crash 30-90 | T6·0 90-120 ok
lane 3: T3·0 0-60 ok | wait 60-95 lock for T4 on Pool.price | T5·0 95-130 ok
lane 4: T2·1 35-70 ok at 80 | T7·0 75-90 skipped
at 35: T2·1 reassigned to 4 from T2·0
at 50: T6·0 deferred on Pool.price
";

#[test]
fn every_kind_of_trouble_is_told() {
    let film = film(TROUBLE);
    check(
        &film,
        "T2·0",
        &expect![[r#"
        effect: T2·0 → T2·1 RunsAgain at 35 
        Why did it run twice?
        1. T2·0 was lost with lane 2 at 30 k.
        2. T2·1 began 5 k gas later, taken over by lane 4.
        cost: 30 k gas thrown away; its result 40 k gas later, 31 % of the whole run
        followed:  | waited: 
    "#]],
    );
    check(
        &film,
        "T2·1",
        &expect![[r#"
            cause: T2·0 → T2·1 RunsAgain at 35 
            Why did it run twice?
            1. T2·0 was lost with lane 2 at 30 k.
            2. T2·1 began 5 k gas later, taken over by lane 4.
            cost: 30 k gas thrown away; its result 40 k gas later, 31 % of the whole run
            followed:  | waited: 
        "#]],
    );
    check(
        &film,
        "T5·0",
        &expect![[r#"
        cause: T4·0 → T5·0 WaitedFor at 60 Pool.price
        cause: T3·0 → T4·0 WaitedFor at 40 
        Why did it begin only then?
        1. T5·0 could not begin before 95 k: it waited for T4·0 because of Pool.price.
        cost: 
        followed:  | waited: 
    "#]],
    );
    check(
        &film,
        "T6·0",
        &expect![[r#"
        Why did it begin only then?
        1. T6 was deferred at 50 k: no more fits on Pool.price.
        cost: 
        followed:  | waited: 
    "#]],
    );
    check(
        &film,
        "T7·0",
        &expect![[r#"
            Why is it not in the block?
            1. T7·0 cannot be in a block on the values it saw.
            cost: 
            followed:  | waited: 
        "#]],
    );
    check(
        &film,
        "T3·0",
        &expect![[r#"
            effect: T3·0 → T4·0 WaitedFor at 40 
            effect: T4·0 → T5·0 WaitedFor at 60 Pool.price
            What came of it?
            1. T4·0 waited for it from 40 k to 60 k.
            cost: 
            followed:  | waited: T4, T5
        "#]],
    );
}

fn walked(film: &Film, walk: &mut Walk, keys: &str) -> String {
    let mut places = Vec::new();
    for key in keys.chars() {
        let heading = if key == '[' { Heading::Cause } else { Heading::Effect };
        places.push(match walk.step(film, heading) {
            Some((there, at)) => format!("{there} at {}", at / 1000),
            None => "stays".to_owned(),
        });
    }
    places.join(", ")
}

#[test]
fn walking_goes_back_to_the_root_and_turns_round_on_the_same_path() {
    let film = film(CASCADE);
    let mut walk = Walk::from(version("T4·0"));
    expect!["T2·0 at 90, T1·0 at 40, stays"].assert_eq(&walked(&film, &mut walk, "[[["));
    assert_eq!(walk.path().len(), 3);
    expect!["T2·0 at 90, T4·0 at 93"].assert_eq(&walked(&film, &mut walk, "]]"));
    assert_eq!(walk.path(), [version("T4·0")]);
}

#[test]
fn walking_on_takes_the_weightiest_effect_and_after_going_back_the_next() {
    let film = film(EXCHANGE);
    let mut walk = Walk::from(version("T1·0"));
    let there = walked(&film, &mut walk, "][][][");
    expect!["T3·0 at 96, T1·0 at 96, T5·0 at 149, T1·0 at 96, T3·0 at 96, T1·0 at 96"]
        .assert_eq(&there);
    let mut nowhere = Walk::default();
    assert_eq!(nowhere.step(&film, Heading::Cause), None);
}

#[test]
fn arrows_are_drawn_for_what_has_happened_and_point_to_what_is_outside() {
    let film = film(CASCADE);
    let chain = film.chain(version("T4·0")).unwrap();
    let arrows = |from: f64, to: f64, playhead: f64| {
        let view = Viewport::range(from * 1000.0, to * 1000.0, film.end() as f64);
        let frame = Frame::new(900.0, 330.0, 1.0, film.lanes(), view);
        chain.arrows(&film, &frame, playhead * 1000.0)
    };
    assert_eq!(arrows(0.0, 230.0, 10.0).drawn.len(), 0, "nothing has happened yet");
    let all = arrows(0.0, 230.0, 230.0);
    assert_eq!((all.drawn.len(), all.more), (chain.links.len(), 0));
    let mut outside = arrows(100.0, 200.0, 230.0).drawn.into_iter();
    assert!(outside.clone().count() < chain.links.len(), "what is wholly outside is left out");
    let again = outside.find(|arrow| arrow.link.from == version("T5·0")).unwrap();
    assert_eq!((again.from_outside.is_some(), again.to_outside), (true, None));
}

#[test]
fn a_chosen_incarnation_shows_its_chain_and_marks_its_other_runs() {
    let film = film(EXCHANGE);
    let view = Viewport::fit(film.end() as f64);
    let frame = Frame::new(900.0, 330.0, 1.0, film.lanes(), view);
    let layout = lanescope_timeline::Layout::new(&film, frame, film.end() as f64);
    let mut look = Look::default();
    let count = |look: &Look| {
        let scene = paint(&film, &layout, look);
        let dashed =
            scene.items.iter().filter(|item| item.stroke.is_some_and(|s| s.dash.is_some()));
        (scene.items.len(), dashed.count())
    };
    let plain = count(&look);
    look.focus.selection = Some(version("T5·1"));
    let ringed = count(&look);
    assert_eq!(ringed, (plain.0 + 2, plain.1 + 1), "a ring, and a thin one around T5·0");
    look.chain = film.chain(version("T5·1")).map(std::rc::Rc::new);
    assert!(count(&look).0 > ringed.0);
    let picture = svg(&paint(&film, &layout, &look), Theme::Dark, Default::default());
    assert!(picture.contains("stroke-dasharray"));
}

#[test]
fn waits_say_what_for() {
    let film = film(TROUBLE);
    let words: Vec<_> = (0..4)
        .flat_map(|lane| film.lane_waits(lanescope_protocol::Lane(lane)))
        .map(|wait| format!("{} / {}", wait.reason_words(), wait.reason_short()))
        .collect();
    assert_eq!(words, ["barrier: T3 still runs / barrier: T3", "lock: T4 holds it / lock of T4"]);
}
