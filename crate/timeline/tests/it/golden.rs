//! Layout and pictures as text.

use expect_test::{Expect, expect, expect_file};
use lanescope_timeline::{Frame, Layout, Theme, Viewport, lanes_svg};

use crate::fixture::{EXCHANGE, film};

/// Lays out a run on 1000 × 332 pixels as it stands at `playhead` (thousands of ticks).
fn check(run: &str, playhead: f64, expected: &Expect) {
    let film = film(run);
    let frame = Frame::new(1000.0, 332.0, 1.0, film.lanes(), Viewport::fit(film.end() as f64));
    let layout = Layout::new(&film, frame, playhead * 1000.0);
    expected.assert_eq(&layout.describe(&film));
}

#[test]
fn a_finished_run() {
    check(
        EXCHANGE,
        340.0,
        &expect![[r#"
        T1·0 lane 1 0..96 k committed [64 46 245×45]
        T3·1 lane 1 97 k..193 k committed [312 46 245×45]
        T11·0 lane 1 194 k..245 k committed [559 46 130×45]
        T8·1 lane 1 246 k..340 k committed [692 46 240×45]
        T2·0 lane 2 0..51 k committed [64 110 130×45]
        T5·0 lane 2 52 k..148 k aborted [197 110 245×45]
        T5·1 lane 2 193 k..285 k committed [557 110 235×45]
        T3·0 lane 3 0..96 k aborted [64 174 245×45]
        T7·0 lane 3 97 k..148 k committed [312 174 130×45]
        T8·0 lane 3 149 k..245 k aborted [444 174 245×45]
        T12·0 lane 3 246 k..331 k committed [692 174 217×45]
        T4·0 lane 4 0..64 k committed [64 238 163×45]
        T6·0 lane 4 65 k..185 k committed [230 238 306×45]
        T9·0 lane 4 186 k..225 k committed [539 238 100×45]
        T10·0 lane 4 226 k..264 k committed [641 238 97×45]
        wait lane 2 149 k..192 k for T3 [444 110]
        axis 0 | 50 k | 100 k | 150 k | 200 k | 250 k | 300 k | 350 k
        perfect scaling [624] "perfect scaling" [629 Start]
        critical path [810] "critical path" [815 Start]
        end [932] "end 340 k" [937 Start]
        ghost 868 of 920: one lane: 877 k gas, off to the right →
    "#]],
    );
}

#[test]
fn in_the_middle_of_a_run() {
    check(
        EXCHANGE,
        100.0,
        &expect![[r#"
        T1·0 lane 1 0..96 k committed [64 46 245×45]
        T3·1 lane 1 97 k..193 k re-executing [312 46 8×45] then 237
        T2·0 lane 2 0..51 k committed [64 110 130×45]
        T5·0 lane 2 52 k..148 k executing [197 110 123×45] then 123
        T3·0 lane 3 0..96 k aborted [64 174 245×45]
        T7·0 lane 3 97 k..148 k executing [312 174 8×45] then 123
        T4·0 lane 4 0..64 k awaiting validation [64 238 163×45]
        T6·0 lane 4 65 k..185 k executing [230 238 89×45] then 217
        axis 0 | 50 k | 100 k | 150 k | 200 k | 250 k | 300 k | 350 k
        perfect scaling [624] "perfect scaling" [629 Start]
        critical path [810] "critical path" [815 Start]
        end [932] "end 340 k" [937 Start]
        ghost 255 of 920: one lane: 877 k gas, off to the right →
    "#]],
    );
}

#[test]
fn before_anything() {
    check(
        EXCHANGE,
        0.0,
        &expect![[r#"
        T1·0 lane 1 0..96 k executing [64 46 0×45] then 245
        T2·0 lane 2 0..51 k executing [64 110 0×45] then 130
        T3·0 lane 3 0..96 k executing [64 174 0×45] then 245
        T4·0 lane 4 0..64 k executing [64 238 0×45] then 163
        axis 0 | 50 k | 100 k | 150 k | 200 k | 250 k | 300 k | 350 k
        perfect scaling [624] "perfect scaling" [629 Start]
        critical path [810] "critical path" [815 Start]
        end [932] "end 340 k" [937 Start]
        ghost 0 of 920: one lane: 877 k gas, off to the right →
    "#]],
    );
}

#[test]
fn an_estimate_and_a_revert() {
    let run = "
        lane 1: T1·0 0-40 aborted at 41 by T2·0 on A.x | T1·1 50-90 ok
        lane 2: T2·0 0-20 reverted at 91 | T3·0 42-50 estimate T1·0 on A.x | wait 50-90 for T1 | T3·1 90-99 ok";
    check(
        run,
        99.0,
        &expect![[r#"
        T1·0 lane 1 0..40 k aborted [64 47 351×52]
        T1·1 lane 1 50 k..90 k committed [502 47 351×52]
        T2·0 lane 2 0..20 k committed [64 121 175×52]
        T3·0 lane 2 42 k..50 k waiting [432 121 70×52]
        T3·1 lane 2 90 k..99 k committed [853 121 79×52]
        wait lane 2 50 k..90 k for T1 [502 351]
        axis 0 | 10 k | 20 k | 30 k | 40 k | 50 k | 60 k | 70 k | 80 k | 90 k | 100 k
        critical path [266] "critical path" [271 Start]
        perfect scaling [366] "perfect scaling" [371 Start]
        end [932] "end 99 k" [937 Start]
        ghost 605 of 605: one lane: 69 k gas
    "#]],
    );
}

/// The marks on the axis of a plan so many pixels wide, of a run with such lengths.
fn limits(width: f64, lengths: [u64; 3]) -> String {
    let [makespan, sequential, critical] = lengths.map(|ticks| ticks * 1000);
    let mut trace = crate::fixture::trace(EXCHANGE);
    trace.summary.makespan = makespan;
    trace.summary.sequential = sequential;
    trace.summary.critical_path_gas = critical;
    let film = lanescope_timeline::Film::new(trace);
    let frame = Frame::new(width, 332.0, 1.0, film.lanes(), Viewport::fit(film.end() as f64));
    let layout = Layout::new(&film, frame, 340_000.0);
    let spans: Vec<_> = layout
        .limits
        .iter()
        .filter_map(|limit| limit.label.as_ref())
        .map(|label| label.span(&frame))
        .collect();
    for (at, (from, to)) in spans.iter().enumerate() {
        assert!(*from >= 0.0 && *to <= width, "words leave the picture");
        for (other, end) in &spans[at + 1..] {
            assert!(to < other || end < from, "words lie over words");
        }
    }
    layout.limits.iter().map(|limit| format!("{limit}\n")).collect()
}

#[test]
fn marks_on_the_axis_never_write_over_each_other() {
    let check = |width: f64, lengths, expected: Expect| {
        expected.assert_eq(&limits(width, lengths));
    };
    check(
        1000.0,
        [340, 877, 290],
        expect![[r#"
        perfect scaling [624] "perfect scaling" [629 Start]
        critical path [804] "critical path" [809 Start]
        end [932] "end 340 k" [937 Start]
    "#]],
    );
    check(
        366.0,
        [340, 877, 290],
        expect![[r#"
            perfect scaling [238] "perfect scaling" [233 End]
            critical path [294] "critical" [289 End]
            end [334] "end" [339 Start]
        "#]],
    );
    check(
        336.0,
        [340, 1300, 335],
        expect![[r#"
        perfect scaling [295]
        critical path [302] "critical path" [297 End]
        end [306] "end" [311 Start]
    "#]],
    );
    check(
        1000.0,
        [340, 1358, 338],
        expect![[r#"
        critical path [927] "critical path" [922 End]
        perfect scaling [931]
        end [932] "end 340 k" [937 Start]
    "#]],
    );
    for width in [200.0, 300.0, 336.0, 366.0, 700.0, 1400.0] {
        for critical in (10..350).step_by(20) {
            limits(width, [340, 4 * (350 - critical), critical]);
        }
    }
}

#[test]
fn a_producer_is_told_beside_the_lane_that_it_saved() {
    let mut trace = crate::fixture::trace(EXCHANGE);
    (trace.summary.sequential, trace.summary.producer) = (340_000, 320_000);
    let film = lanescope_timeline::Film::new(trace);
    let frame = Frame::new(1000.0, 332.0, 1.0, film.lanes(), Viewport::fit(film.end() as f64));
    let ghost = Layout::new(&film, frame, 0.0).ghost.unwrap();
    assert_eq!(ghost.label, "one lane: 340 k gas · the producer took 320 k gas before");
}

#[test]
fn a_range_is_caught_by_its_ends() {
    use lanescope_timeline::{Marks, RangeEnd};
    let frame = Frame::new(1000.0, 332.0, 1.0, 4, Viewport::fit(340_000.0));
    let marks = Marks { range: Some((100_000.0, 200_000.0)), ..Marks::default() };
    let at = |tick: f64, y: f64| marks.end_at(&frame, [frame.x(tick), y], 8.0);
    assert_eq!(at(100_500.0, frame.plot.y - 4.0), Some(RangeEnd::From));
    assert_eq!(at(198_000.0, frame.plot.y - 4.0), Some(RangeEnd::To));
    assert_eq!(at(150_000.0, frame.plot.y - 4.0), None);
    assert_eq!(at(100_000.0, frame.plot.y + 40.0), None, "lanes are not the axis");
    let thin = Marks { range: Some((100_000.0, 100_000.0)), ..Marks::default() };
    assert_eq!(thin.end_at(&frame, [frame.x(100_000.0), frame.plot.y], 8.0), Some(RangeEnd::To));
}

#[test]
fn many_bars_share_a_pixel_and_the_abort_is_still_seen() {
    let mut run = String::from("lane 1: T1·0 0-1 ok");
    for tx in 1..2000 {
        let fate = if tx == 1234 { "aborted by T1·0 on A.x" } else { "ok" };
        run.push_str(&format!(" | T{}·0 {tx}-{} {fate}", tx + 1, tx + 1));
    }
    let film = film(&run);
    let frame = Frame::new(300.0, 120.0, 1.0, 1, Viewport::fit(film.end() as f64));
    let layout = Layout::new(&film, frame, film.end() as f64);
    let with_abort: Vec<_> = layout.cells.iter().filter(|cell| cell.aborted > 0.0).collect();
    assert!(layout.bars.is_empty());
    assert!(layout.cells.len() < 230, "{} cells for 220 pixels", layout.cells.len());
    assert_eq!(with_abort.len(), 1);
    assert!(with_abort[0].rect.x <= frame.x(1_234_500.0));
    assert!(with_abort[0].rect.right() >= frame.x(1_234_500.0));
}

#[test]
fn pointing_at_a_bar() {
    let film = film(EXCHANGE);
    let frame = Frame::new(1000.0, 332.0, 1.0, film.lanes(), Viewport::fit(film.end() as f64));
    let layout = Layout::new(&film, frame, 262_000.0);
    let at = |tick: f64, row: f64| {
        let y = frame.plot.y + (row - 0.5) * frame.pitch;
        let id = layout.hit(&film, frame.x(tick * 1000.0), y);
        id.and_then(|id| film.bar(id)).map(|bar| bar.version.to_string()).unwrap_or_default()
    };
    assert_eq!(at(50.0, 1.0), "T1·0");
    assert_eq!(at(100.0, 2.0), "T5·0");
    assert_eq!(at(170.0, 2.0), "", "a wait is not a bar");
    assert_eq!(at(300.0, 1.0), "T8·1", "what still runs can be pointed at as a whole");
    assert_eq!(at(30.0, 9.0), "", "there are four lanes");
    assert!(layout.wait_at(frame.x(170_000.0), frame.plot.y + 1.5 * frame.pitch).is_some());
}

#[test]
fn pictures() {
    let film = film(EXCHANGE);
    expect_file!["golden/exchange-dark.svg"].assert_eq(&lanes_svg(
        &film,
        960.0,
        Theme::Dark,
        262e3,
    ));
    expect_file!["golden/exchange-light.svg"].assert_eq(&lanes_svg(
        &film,
        960.0,
        Theme::Light,
        340e3,
    ));
}
