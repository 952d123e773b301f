//! Runs with more bars than pixels: what is drawn from blocks is what looking at every bar gives.

use lanescope_protocol::{Event, EventKind, Trace};
use lanescope_timeline::{Film, FilmBuilder, Frame, Layout, Viewport, synthetic};
use proptest::prelude::*;

fn check_same(film: &Film, frame: Frame, playhead: f64) {
    let (fast, slow) = (Layout::new(film, frame, playhead), Layout::scanned(film, frame, playhead));
    assert_eq!(fast, slow);
}

/// A run in which everything that a block knows differs from bar to bar.
fn motley() -> impl Strategy<Value = Trace> {
    let bar = (0..60u64, 0..400u64, 0..6u8, 0..800u64, 0..8u32);
    (prop::collection::vec(bar, 1..700), 1..4usize).prop_map(|(bars, lanes)| {
        let mut trace = synthetic(1);
        trace.events.clear();
        let mut clocks = vec![0; lanes];
        for (at, (gap, length, what, later, tx)) in bars.into_iter().enumerate() {
            let lane = at % lanes;
            let (start, end) = (clocks[lane] + gap, clocks[lane] + gap + length);
            clocks[lane] = end;
            let kind = [
                EventKind::Committed,
                EventKind::Aborted,
                EventKind::EstimateHit,
                EventKind::ExecutionLost,
                EventKind::Skipped,
                EventKind::ValidationStarted,
            ][usize::from(what)];
            let template = Event { lane: lanescope_protocol::Lane(lane as u8), ..first_event() };
            let about = |time, kind| Event {
                time,
                kind,
                tx: Some(lanescope_protocol::TxIndex(tx + 8 * (at as u32 / 20))),
                incarnation: lanescope_protocol::Incarnation((at % 20) as u16),
                ..template
            };
            trace.events.push(about(start, EventKind::ExecutionStarted));
            if !matches!(kind, EventKind::EstimateHit | EventKind::ExecutionLost) {
                trace.events.push(about(end, EventKind::ExecutionFinished));
                trace.events.push(Event { time: end + later, ..about(end, kind) });
            } else {
                trace.events.push(about(end, kind));
            }
        }
        trace.summary.makespan = clocks.into_iter().max().unwrap_or(0);
        trace
    })
}

fn first_event() -> Event {
    synthetic(1).events[0]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn blocks_show_what_every_bar_shows(
        trace in motley(), width in 60.0..1500.0f64, from in 0.0..1.0f64, span in 0.001..1.1f64,
        share in 0.0..1.1f64,
    ) {
        let film = Film::new(trace);
        let end = film.end() as f64;
        let view = Viewport::range(from * end, (from + span) * end, end);
        check_same(&film, Frame::new(width, 300.0, 1.0, film.lanes(), view), share * end);
    }

    #[test]
    fn a_growing_run_is_as_one_that_is_whole(trace in motley(), cut in 1..300usize) {
        let mut events = trace.events.clone();
        events.sort_by_key(|event| event.time);
        let mut live = Film::live(trace.summary.settings.clone(), Vec::new());
        let mut once = Film::live(trace.summary.settings, Vec::new());
        for batch in events.chunks(cut) {
            live.extend(batch);
        }
        once.extend(&events);
        let end = once.end() as f64;
        let frame = Frame::new(400.0, 300.0, 1.0, once.lanes(), Viewport::fit(end));
        for share in [0.3, 0.8, 1.0] {
            prop_assert_eq!(
                Layout::new(&live, frame, share * end), Layout::scanned(&once, frame, share * end)
            );
        }
        prop_assert_eq!(live.density(60), once.density(60));
        prop_assert_eq!(live.aborts(), once.aborts());
    }

    #[test]
    fn the_overview_adds_up(trace in motley(), columns in 1..200usize) {
        let film = Film::new(trace);
        let ticks = film.end() as f64 / columns as f64;
        let busy: f64 = film.bars().iter().map(|bar| bar.length() as f64).sum();
        let buckets = film.density(columns);
        let told: f64 = buckets.iter().map(|bucket| (bucket.useful + bucket.wasted) * ticks).sum();
        prop_assert!((busy - told).abs() <= 1e-6 * busy.max(1.0), "{} and {}", busy, told);
        let most = film.lanes() as f64 + 1e-9;
        prop_assert!(buckets.iter().all(|bucket| bucket.useful + bucket.wasted <= most));
    }

    #[test]
    fn the_last_heaviest_moment_is_told(trace in motley(), at in 0.0..1.0f64, hold in 0.0..1.0f64) {
        let film = Film::new(trace);
        let (time, hold) = (film.end() as f64 * at, film.end() as f64 * hold);
        let upto = film.moments().partition_point(|moment| moment.time() <= time);
        let last = film.moments()[..upto].last().map_or(0, |moment| moment.event.time);
        let from = last.min((time - hold).max(0.0).ceil() as u64);
        let inside = film.moments()[..upto].iter().filter(|moment| moment.event.time >= from);
        prop_assert_eq!(
            film.moment_near(time, hold), inside.max_by_key(|moment| moment.weight)
        );
    }
}

#[test]
fn a_made_up_run_has_as_many_bars_as_asked_for_and_is_sound() {
    for bars in [1, 7, 1_000, 70_000] {
        let trace = synthetic(bars);
        assert!(trace.events.is_sorted_by_key(|event| (event.time, event.seq)));
        assert!(trace.accesses.is_sorted_by_key(|access| access.by));
        let film = Film::new(trace);
        assert_eq!(film.bars().len(), bars);
        let final_runs = film.bars().iter().filter(|bar| bar.committed_at.is_some()).count();
        assert_eq!(final_runs, film.transaction_count());
        assert_eq!(film.metrics().aborts > 0, bars >= 1_000 || bars == 7);
    }
}

#[test]
fn a_frame_costs_pixels_not_bars() {
    let film = Film::new(synthetic(200_000));
    let end = film.end() as f64;
    for (from, to) in [(0.0, 1.0), (0.4, 0.6), (0.5, 0.5001)] {
        let view = Viewport::range(from * end, to * end, end);
        let frame = Frame::new(1000.0, 400.0, 1.0, film.lanes(), view);
        for playhead in [end, end * 0.55, end * 0.1] {
            check_same(&film, frame, playhead);
        }
        let layout = Layout::new(&film, frame, end);
        let things = layout.cells.len() + layout.bars.len() + layout.waits.len();
        assert!(things <= 16 * 1000, "{things} things on 1000 pixels");
    }
}

fn built(bytes: &[u8], piece: usize) -> Result<Film, String> {
    let mut builder = FilmBuilder::new(bytes.len() as u64);
    for piece in bytes.chunks(piece) {
        builder.feed(piece).map_err(|error| error.to_string())?;
    }
    builder.end().map_err(|error| error.to_string())?;
    while builder.measure() {}
    builder.film().ok_or_else(|| "there is no film".to_owned())
}

#[test]
fn a_film_made_in_pieces_is_the_film() {
    let trace = crate::fixture::trace(crate::fixture::EXCHANGE);
    for (trace, piece) in [(trace.clone(), 1), (trace, 1000), (synthetic(3_000), 4096)] {
        let (film, whole) = (built(&trace.encode(), piece).unwrap(), Film::new(trace));
        assert_eq!(film.bars(), whole.bars());
        assert_eq!(film.moments(), whole.moments());
        assert_eq!(film.metrics(), whole.metrics());
        assert_eq!(film.summary(), whole.summary());
        assert_eq!((film.end(), film.matrix()), (whole.end(), whole.matrix()));
        let frame = Frame::new(900.0, 400.0, 1.0, film.lanes(), Viewport::fit(film.end() as f64));
        assert_eq!(
            Layout::new(&film, frame, film.end() as f64 * 0.7),
            Layout::new(&whole, frame, film.end() as f64 * 0.7)
        );
    }
}

#[test]
fn bytes_that_are_no_film_are_refused_in_words() {
    let mut trace = synthetic(50);
    let bytes = trace.encode();
    assert_eq!(built(b"PK\x03\x04", 64).unwrap_err(), "this is not a Lanescope trace");
    let cut = built(&bytes[..bytes.len() - 3], 64).unwrap_err();
    assert_eq!(cut, "the trace is damaged: its length is wrong");
    trace.events.swap(3, 90);
    let mixed = built(&trace.encode(), 640).unwrap_err();
    assert_eq!(mixed, "the trace is damaged: its events are out of order");
}
