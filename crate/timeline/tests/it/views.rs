//! The views below the lanes: matrix, graph, heat, and the chosen location on the lanes.

use std::fmt::Write;

use expect_test::expect;
use lanescope_protocol::event::AccessKind;
use lanescope_protocol::trace::LocationInfo;
use lanescope_protocol::{LocationId, TxIndex};
use lanescope_timeline::graph::{Camera, GraphLayout, GraphLook, paint_graph};
use lanescope_timeline::matrix::{
    Columns, MatrixFrame, MatrixLayout, MatrixLook, PlacedMark, paint_matrix,
};
use lanescope_timeline::{
    Film, Focus, Frame, Layout, Look, Mark, Matches, Matrix, Theme, Viewport, Way, paint, svg,
};
use proptest::prelude::*;

use crate::fixture::{EXCHANGE, film, version};
use crate::properties::any_trace;

const END: f64 = 340e3;

fn tx(number: u32) -> TxIndex {
    TxIndex(number - 1)
}

/// The matrix on so many pixels, all of it at once.
fn laid_out(matrix: &Matrix, width: f64, time: f64) -> MatrixLayout {
    let columns = Columns::fit(matrix.columns);
    let height = MatrixFrame::height_of(matrix.rows.len(), 1.0) + 40.0;
    let frame = MatrixFrame::new((width, height), 1.0, 80.0, columns, matrix.columns, 0.0);
    MatrixLayout::new(matrix, frame, time, &Focus::default())
}

fn describe(film: &Film, time: f64) -> String {
    let matrix = film.matrix();
    let layout = laid_out(&matrix, 900.0, time);
    let mut out = String::new();
    for PlacedMark { row, first, at: [x, y], size, mark, .. } in layout.marks {
        let name = film.location_name(matrix.rows[row].location);
        let words = film.touch_words(&matrix, row, first, time);
        writeln!(out, "{name} {first} {mark:?} [{x:.0} {y:.0} {size:.0}]: {words}").unwrap();
    }
    out
}

#[test]
fn signs_come_as_time_passes() {
    let film = film(EXCHANGE);
    expect![[r#"
        Pool A.reserve0 T1 Some(Read) [120 38 13]: T1 reads Pool A.reserve0 as it was before the block
        Pool A.reserve0 T3 Some(Read) [232 38 13]: T3 reads Pool A.reserve0 as it was before the block
        Pool A.reserve0 T5 None [344 38 13]: T5 has not yet touched Pool A.reserve0
        Pool B.reserve0 T6 None [400 62 13]: T6 has not yet touched Pool B.reserve0
        Pool B.reserve0 T8 None [512 62 13]: T8 has not yet touched Pool B.reserve0
    "#]]
    .assert_eq(&describe(&film, 40e3));
    expect![[r#"
        Pool A.reserve0 T1 Some(Write) [120 38 13]: T1 reads and writes Pool A.reserve0
        Pool A.reserve0 T3 Some(Stale) [232 38 13]: T3 read Pool A.reserve0 before T1 wrote it
        Pool A.reserve0 T5 Some(Stale) [344 38 13]: T5 read Pool A.reserve0 before T1 wrote it
        Pool B.reserve0 T6 Some(Write) [400 62 13]: T6 writes Pool B.reserve0
        Pool B.reserve0 T8 Some(Stale) [512 62 13]: T8 read Pool B.reserve0 before T6 wrote it
    "#]]
    .assert_eq(&describe(&film, END));
    let matrix = film.matrix();
    assert!(matrix.marks_by(0.0) < matrix.marks_by(40e3));
    assert!(matrix.marks_by(40e3) < matrix.marks_by(END));
}

/// A block of `count` in which everybody writes one slot, and one reads it too early.
fn crowd(count: usize, victim: usize) -> Film {
    let mut run = String::from("lane 1: T1·0 0-1 ok");
    for at in 1..count {
        let fate = if at == victim { "aborted by T1·0 on A.x" } else { "ok" };
        write!(run, " | T{}·0 {at}-{} {fate}", at + 1, at + 1).unwrap();
    }
    for at in 0..count {
        write!(run, "\nwrite T{}·0 at {}: A.x = 1", at + 1, at + 1).unwrap();
    }
    write!(run, "\nread T{}·0 at {victim}: A.x saw before, now T1·0", victim + 1).unwrap();
    film(&run)
}

#[test]
fn where_columns_are_narrow_they_share_a_sign_and_a_stale_read_is_still_seen() {
    let film = crowd(1400, 777);
    let (matrix, end) = (film.matrix(), film.end() as f64);
    let layout = laid_out(&matrix, 700.0, end);
    assert!(layout.marks.len() < 100, "{} signs on 600 pixels", layout.marks.len());
    let stale: Vec<_> = layout.marks.iter().filter(|m| m.mark == Some(Mark::Stale)).collect();
    let [sign] = stale[..] else { panic!("{} stale signs", stale.len()) };
    assert!((sign.first..=sign.last).contains(&TxIndex(777)));
    let hit = layout.frame.hit(&matrix, end, sign.at[0], sign.at[1]).unwrap();
    assert_eq!(hit.tx, Some(TxIndex(777)), "pointing at it means whom it stands for");
    let labels: Vec<_> = layout.labels.iter().map(|(tx, _)| tx.to_string()).collect();
    assert!(labels.len() > 3 && labels.iter().all(|label| label.ends_with("00")), "{labels:?}");
}

#[test]
fn zooming_into_the_columns_gives_everybody_a_sign() {
    let film = crowd(1400, 777);
    let matrix = film.matrix();
    let columns = Columns::fit(1400).zoom(777.0, 0.01);
    assert!((columns.from()..columns.from() + columns.span()).contains(&777.0));
    let frame = MatrixFrame::new((700.0, 100.0), 1.0, 80.0, columns, 1400, 0.0);
    let layout = MatrixLayout::new(&matrix, frame, film.end() as f64, &Focus::default());
    assert!(layout.marks.iter().all(|mark| mark.first == mark.last));
    assert!(columns.zoom(777.0, 1e9).is_fit());
    assert_eq!(Columns::fit(1400).zoom(0.0, 0.01).reveal(TxIndex(1399)).pan(1e9).from(), 1386.0);
}

#[test]
fn what_a_search_left_out_is_dimmed() {
    let film = film(EXCHANGE);
    let matrix = film.matrix();
    let found = (0..12).map(|at| at == 0).collect();
    let focus = Focus {
        matches: Some(std::sync::Arc::new(Matches::of(&film, Vec::new(), found))),
        ..Focus::default()
    };
    let frame = laid_out(&matrix, 900.0, END).frame;
    let layout = MatrixLayout::new(&matrix, frame, END, &focus);
    let bright = layout.marks.iter().filter(|mark| !mark.dimmed).map(|mark| mark.first);
    assert_eq!(bright.collect::<Vec<_>>(), [tx(1)]);
}

#[test]
fn the_graph_follows_what_final_runs_read_from_each_other() {
    let film = film(EXCHANGE);
    let graph = film.graph();
    let words: Vec<_> = [1, 3, 5, 8, 2]
        .map(|number| film.dependency_words(&graph, tx(number)))
        .into_iter()
        .chain([film.graph_sentence(&graph)])
        .collect();
    expect![[r#"
        T1 depends on nobody; 1 depends on it; in the longest chain
        T3 depends on T1; 1 depends on it; in the longest chain
        T5 depends on T3; in the longest chain
        T8 depends on T6
        T2 depends on nobody
        12 transactions, 7 of them on their own; the longest chain is 3 transactions and 234 k gas."#]]
    .assert_eq(&words.join("\n"));
    assert_eq!(graph.path, [tx(1), tx(3), tx(5)]);
    let places: Vec<_> = graph.edges_to(tx(5)).flat_map(|edge| edge.places.clone()).collect();
    assert_eq!(
        places.iter().map(|id| film.location_name(*id)).collect::<Vec<_>>(),
        ["Pool A.reserve0"]
    );
    let related = graph.related(tx(3));
    let edges = graph.edges.iter().zip(related).filter(|(_, related)| *related);
    assert_eq!(edges.map(|(edge, _)| edge.reader).collect::<Vec<_>>(), [tx(3), tx(5)]);
}

#[test]
fn keys_walk_along_edges_and_reach_everybody() {
    let film = film(EXCHANGE);
    let graph = film.graph();
    let layout = GraphLayout::new(&graph, 2.0);
    let walk = |from, way| layout.walk(&graph, from, way);
    assert_eq!(walk(None, Way::Later), Some(tx(1)));
    assert_eq!(walk(Some(tx(1)), Way::Later), Some(tx(3)));
    assert_eq!(walk(Some(tx(3)), Way::Later), Some(tx(5)));
    assert_eq!(walk(Some(tx(5)), Way::Later), None);
    assert_eq!(walk(Some(tx(5)), Way::Earlier), Some(tx(3)));
    let mut seen = std::collections::BTreeSet::from([tx(1)]);
    let mut next = vec![tx(1)];
    while let Some(from) = next.pop() {
        for way in [Way::Earlier, Way::Later, Way::Up, Way::Down, Way::First, Way::Last] {
            next.extend(walk(Some(from), way).filter(|to| seen.insert(*to)));
        }
    }
    assert_eq!(seen.len(), 12);
}

#[test]
fn heat_ranks_by_what_was_thrown_away() {
    let film = film(EXCHANGE);
    let heat = film.heat();
    let lines: Vec<_> = heat
        .contracts
        .iter()
        .flat_map(|contract| {
            let slots =
                contract.slots.iter().map(|row| format!("  {}: {}", row.name, row.of.words()));
            [format!("{}: {}", contract.name, contract.of.words())].into_iter().chain(slots)
        })
        .collect();
    expect![[r#"
        Pool A: 192 k gas thrown away in 2 runs, 2 stale reads, 3 writers, 3 readers
          reserve0: 192 k gas thrown away in 2 runs, 2 stale reads, 3 writers, 3 readers
        Pool B: 96 k gas thrown away in 1 run, 1 stale read, 2 writers, 1 reader
          reserve0: 96 k gas thrown away in 1 run, 1 stale read, 2 writers, 1 reader"#]]
    .assert_eq(&lines.join("\n"));
    let wasted: u64 = heat.contracts.iter().map(|contract| contract.of.wasted_gas).sum();
    assert_eq!(wasted, film.metrics().wasted_gas, "every abort here has its place");
}

#[test]
fn the_chosen_place_is_marked_on_the_lanes() {
    let film = film(EXCHANGE);
    let place = film.matrix().rows[0].location;
    let frame = Frame::new(1000.0, 332.0, 1.0, film.lanes(), Viewport::fit(film.end() as f64));
    let items = |playhead: f64, place: Option<LocationId>, lanes: f64| {
        let frame = Frame { pitch: lanes, ..frame };
        let layout = Layout::new(&film, frame, playhead);
        let look = Look { focus: Focus { place, ..Focus::default() }, ..Look::default() };
        paint(&film, &layout, &look).items.len()
    };
    let marks =
        |playhead, lanes| items(playhead, Some(place), lanes) - items(playhead, None, lanes);
    // Ten touches; a ground and a sign each.
    assert_eq!(film.touches(place).count(), 10);
    assert_eq!(marks(END, frame.pitch), 20);
    // Up to 40 k T1 and T3 have read.
    assert_eq!(marks(40e3, frame.pitch), 4);
    assert_eq!(marks(END, 6.0), 10, "on low lanes each is a line");
    assert_eq!(film.touchers(place), [tx(1), tx(3), tx(5)]);
    assert_eq!(film.run_at(tx(5), 100e3), Some(version("T5·0")));
    assert_eq!(film.run_at(tx(5), END), Some(version("T5·1")));
}

/// A block in which each transaction reads and then writes the slots that are named for it.
fn chained(slots: &[Vec<u8>]) -> Film {
    let mut run = String::from("lane 1: ");
    let mut last: [Option<usize>; 256] = [None; 256];
    let mut touches = String::new();
    for (at, own) in slots.iter().enumerate() {
        let bar = if at == 0 { "" } else { " | " };
        write!(run, "{bar}T{}·0 {}-{} ok", at + 1, at * 10, at * 10 + 1 + own.len()).unwrap();
        for slot in own {
            let seen = last[usize::from(*slot)].filter(|writer| *writer != at);
            let saw = seen.map_or_else(|| "before".to_owned(), |w| format!("T{}·0", w + 1));
            write!(touches, "\nread T{}·0 at {}: A.s{slot} saw {saw}", at + 1, at * 10).unwrap();
            write!(touches, "\nwrite T{}·0 at {}: A.s{slot} = 1", at + 1, at * 10 + 1).unwrap();
            last[usize::from(*slot)] = Some(at);
        }
    }
    film(&(run + &touches))
}

fn any_block() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let few = prop::collection::vec(prop::collection::vec(0..12u8, 0..4), 1..40);
    let many = prop::collection::vec(prop::collection::vec(any::<u8>(), 0..4), 61..160);
    prop_oneof![few, many]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nodes_never_overlap_and_every_edge_goes_right(block in any_block(), aspect in 0.2..8.0f64) {
        let film = chained(&block);
        let graph = film.graph();
        let layout = GraphLayout::new(&graph, aspect);
        prop_assert_eq!(layout.nodes.len(), block.len());
        for (at, a) in layout.nodes.iter().enumerate() {
            prop_assert!(a.w > 0.0 && a.x >= 0.0 && a.y >= -0.01);
            prop_assert!(a.right() <= layout.size[0] + 0.01 && a.bottom() <= layout.size[1] + 0.01);
            for b in layout.nodes.iter().skip(at + 1) {
                let apart = a.right() <= b.x || b.right() <= a.x || a.bottom() <= b.y || b.bottom() <= a.y;
                prop_assert!(apart, "{a:?} {b:?}");
            }
        }
        for (edge, passes) in graph.edges.iter().zip(&layout.passes) {
            let (from, to) = (layout.nodes[edge.writer.get()], layout.nodes[edge.reader.get()]);
            prop_assert!(from.right() < to.x, "{:?} {from:?} {to:?}", edge);
            let mut x = from.right();
            for piece in passes {
                prop_assert!(piece.x > x, "an edge never turns back");
                x = piece.right();
                let free = layout.nodes.iter().all(|node| {
                    node.right() <= piece.x || node.x >= piece.right()
                        || node.bottom() <= piece.y || node.y >= piece.y
                });
                prop_assert!(free, "an edge passes nodes, not through them");
            }
        }
        // The longest chain is one, and its edges say so.
        for pair in graph.path.windows(2) {
            prop_assert!(graph.edges_to(pair[1]).any(|edge| edge.writer == pair[0] && edge.critical));
        }
    }

    #[test]
    fn no_stale_read_is_ever_hidden(
        trace in any_trace(), width in 60.0..900.0f64, playhead in 0.0..1200.0f64,
    ) {
        let film = with_places(trace);
        let matrix = film.matrix();
        let layout = laid_out(&matrix, width, playhead);
        for (at, row) in matrix.rows.iter().enumerate() {
            for cell in row.cells.iter().filter(|cell| cell.mark_at(playhead) == Some(Mark::Stale)) {
                let shown = layout.marks.iter().any(|mark| {
                    mark.row == at && mark.mark == Some(Mark::Stale)
                        && (mark.first..=mark.last).contains(&cell.tx)
                });
                prop_assert!(shown, "{:?}", cell);
            }
        }
    }

    #[test]
    fn strange_runs_are_drawn_without_panic(
        trace in any_trace(), width in 0.0..2000.0f64, height in 0.0..900.0f64,
        playhead in any::<f64>(), x in -10.0..2000.0f64, y in -10.0..900.0f64,
    ) {
        let film = with_places(trace);
        let (matrix, graph) = (film.matrix(), film.graph());
        let focus = Focus { place: Some(LocationId(0)), ..Focus::on(film.bars().first().map(|b| b.version)) };
        let frame = MatrixFrame::new(
            (width, height), 1.0, x, Columns::fit(matrix.columns), matrix.columns, y,
        );
        let layout = MatrixLayout::new(&matrix, frame, playhead, &focus);
        let hover = frame.hit(&matrix, playhead, x, y);
        let look = MatrixLook { theme: Theme::Dark, focus: focus.clone(), hover };
        let mut text = svg(&paint_matrix(&film, &matrix, &layout, &look), Theme::Dark, Default::default());
        if graph.nodes.len() < 2000 {
            let layout = GraphLayout::new(&graph, width / height);
            let camera = Camera::fit(&layout, (width, height), 1.0);
            let hover = layout.hit(camera.plane([x, y]), 4.0);
            let look = GraphLook { theme: Theme::Light, focus: focus.clone(), hover, time: playhead };
            let scene = paint_graph(&film, &graph, &layout, camera, (width, height), &look);
            text.push_str(&svg(&scene, Theme::Light, Default::default()));
        }
        let frame = Frame::new(width, height, 1.0, film.lanes(), Viewport::fit(film.end() as f64));
        let look = Look { focus, ..Look::default() };
        let scene = paint(&film, &Layout::new(&film, frame, playhead), &look);
        text.push_str(&svg(&scene, Theme::Light, Default::default()));
        prop_assert!(!text.contains("NaN") && !text.contains("inf"));
        for row in 0..matrix.rows.len() {
            for cell in &matrix.rows[row].cells {
                prop_assert!(!film.touch_words(&matrix, row, cell.tx, playhead).is_empty());
            }
        }
        prop_assert!(film.heat().contracts.iter().all(|contract| !contract.slots.is_empty()));
    }
}

fn with_places(mut trace: lanescope_protocol::Trace) -> Film {
    let place = |at: u32| LocationInfo {
        address: format!("0x{at}"),
        name: format!("A{at}.x"),
        ..LocationInfo::default()
    };
    trace.locations = (0..5).map(place).collect();
    Film::new(trace)
}

#[test]
fn additions_have_a_row_and_order_nobody() {
    let mut trace = crate::fixture::trace(EXCHANGE);
    for access in &mut trace.accesses {
        if access.kind == AccessKind::Write {
            access.kind = AccessKind::Add;
        }
        access.stale = false;
    }
    let film = Film::new(trace);
    let matrix = film.matrix();
    let cell = matrix.rows[0].cell(tx(1)).unwrap();
    assert_eq!(cell.mark(), Mark::Read, "who reads and adds has read");
    assert_eq!(cell.time_of(Mark::Add), Some(96_000));
}
