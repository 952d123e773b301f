//! What holds for any list of events, however strange.

use lanescope_protocol::event::{Access, AccessKind, Event, EventKind};
use lanescope_protocol::settings::Settings;
use lanescope_protocol::trace::Summary;
use lanescope_protocol::{Incarnation, Lane, LocationId, Trace, TxIndex, Version};
use lanescope_timeline::{
    Film, Frame, Heading, Layout, Link, Look, Theme, Viewport, Walk, chrome_trace, csv, lanes_svg,
    paint, svg,
};
use proptest::prelude::*;

fn any_version() -> impl Strategy<Value = Version> {
    let tx = prop_oneof![9 => 0..8u32, 1 => any::<u32>()];
    (tx, 0..4u16).prop_map(|(tx, incarnation)| Version {
        tx: TxIndex(tx),
        incarnation: Incarnation(incarnation),
    })
}

fn any_time() -> impl Strategy<Value = u64> {
    prop_oneof![30 => 0..1000u64, 1 => any::<u64>()]
}

prop_compose! {
    fn any_event()(
        time in any_time(),
        seq in any::<u32>(),
        lane in prop_oneof![20 => 0..4u8, 1 => any::<u8>()],
        kind in prop::sample::select(&EventKind::ALL[..]),
        detail in any::<u8>(),
        version in prop::option::weighted(0.9, any_version()),
        other in prop::option::of(any_version()),
        location in prop::option::of(any::<u32>()),
        gas in any::<u32>(),
    ) -> Event {
        Event {
            time, seq, lane: Lane(lane), kind, detail,
            tx: version.map(|version| version.tx),
            incarnation: version.map_or(Incarnation(0), |version| version.incarnation),
            other, location: location.map(LocationId), gas,
        }
    }
}

prop_compose! {
    fn any_access()(
        by in any_version(),
        kind in prop::sample::select(vec![
            AccessKind::Read, AccessKind::Write, AccessKind::Add, AccessKind::AtLeast, AccessKind::Below,
        ]),
        stale in any::<bool>(),
        location in 0..5u32,
        saw in prop::option::of(any_version()),
        now in prop::option::of(any_version()),
        time in any_time(),
        value in any::<[u8; 32]>(),
    ) -> Access {
        Access { by, kind, stale, location: LocationId(location), saw, now, time, value }
    }
}

prop_compose! {
    pub(crate) fn any_trace()(
        events in prop::collection::vec(any_event(), 0..120),
        accesses in prop::collection::vec(any_access(), 0..40),
        lanes in prop_oneof![9 => 0..9u16, 1 => any::<u16>()],
        makespan in any_time(),
        sequential in any_time(),
    ) -> Trace {
        let settings = Settings { lanes, ..Settings::default() };
        let summary = Summary { settings, makespan, sequential, ..Summary::default() };
        Trace { summary, transactions: Vec::new(), locations: Vec::new(), events, accesses }
    }
}

fn lanes(film: &Film) -> impl Iterator<Item = Lane> + use<> {
    (0..film.lanes()).map(|lane| Lane(lane as u8))
}

proptest! {
    #[test]
    fn bars_of_one_lane_never_overlap(trace in any_trace()) {
        let film = Film::new(trace);
        let mut seen = 0;
        for lane in lanes(&film) {
            let bars: Vec<_> = film.lane_bars(lane).iter().map(|id| film.bar(*id).unwrap()).collect();
            seen += bars.len();
            prop_assert!(bars.iter().all(|bar| bar.start <= bar.end && bar.lane == lane));
            prop_assert!(bars.windows(2).all(|two| two[0].end <= two[1].start), "{bars:?}");
            prop_assert!(bars.iter().all(|bar| bar.end <= film.end()));
        }
        prop_assert_eq!(seen, film.bars().len());
    }

    #[test]
    fn every_commit_has_a_bar(trace in any_trace()) {
        let commits: std::collections::BTreeSet<_> = trace
            .events
            .iter()
            .filter(|event| event.kind == EventKind::Committed)
            .filter_map(|event| event.tx)
            .filter(|tx| tx.get() < lanescope_protocol::limits::TRANSACTIONS_MAX)
            .collect();
        let film = Film::new(trace);
        for tx in commits {
            let final_runs = film.runs_of(tx).iter().filter(|id| film.bar(**id).unwrap().committed_at.is_some());
            prop_assert_eq!(final_runs.count(), 1, "{}", tx);
        }
    }

    #[test]
    fn nothing_that_began_is_left_out_and_no_abort_is_hidden(
        trace in any_trace(), width in 40.0..2000.0f64, share in 0.0..1.1f64,
    ) {
        let film = Film::new(trace);
        let view = Viewport::fit(film.end() as f64);
        let playhead = film.end() as f64 * share;
        let layout = Layout::new(&film, Frame::new(width, 300.0, 1.0, film.lanes(), view), playhead);
        for lane in lanes(&film) {
            for id in film.lane_bars(lane) {
                let bar = film.bar(*id).unwrap();
                if bar.start as f64 > playhead {
                    continue;
                }
                let placed = layout.bars.iter().any(|placed| placed.id == *id);
                let x = layout.frame.x(bar.start as f64);
                let aborted = bar.state_at(playhead).is_in_vain();
                let merged = layout.cells.iter().any(|cell| {
                    cell.lane == lane
                        && (cell.rect.x - 1e-6..=cell.rect.right() + 1e-6).contains(&x)
                        && (!aborted || cell.aborted > 0.0)
                });
                prop_assert!(placed || merged, "{bar:?} is not on screen");
            }
        }
        for placed in &layout.bars {
            prop_assert_eq!(placed.state, film.bar(placed.id).unwrap().state_at(playhead));
        }
        let cells: u32 = layout.cells.iter().map(|cell| cell.bars).sum();
        let begun = film.bars().iter().filter(|bar| bar.start as f64 <= playhead).count();
        prop_assert_eq!(cells as usize + layout.bars.len(), begun);
    }

    #[test]
    fn nothing_panics_and_every_number_is_finite(
        trace in any_trace(),
        from in any::<f64>(), to in any::<f64>(), playhead in any::<f64>(),
        width in 0.0..3000.0f64, height in 0.0..2000.0f64, x in -10.0..3000.0f64, y in -10.0..2000.0f64,
    ) {
        let film = Film::new(trace);
        let view = Viewport::range(from, to, film.end() as f64);
        prop_assert!(view.span() > 0.0 && view.from() >= 0.0 && view.to().is_finite());
        let layout = Layout::new(&film, Frame::new(width, height, 1.0, film.lanes(), view), playhead);
        let mut look = Look { playhead: true, ..Look::default() };
        look.effects.arrow = film.arrow_at(playhead);
        look.focus.selection = film.bars().first().map(|bar| bar.version);
        look.chain = look.focus.selection.and_then(|of| film.chain(of)).map(std::rc::Rc::new);
        let text = svg(&paint(&film, &layout, &look), Theme::Light, Default::default());
        prop_assert!(!text.contains("NaN") && !text.contains("inf"));
        let _ = (layout.hit(&film, x, y), layout.describe(&film));
        let _ = (film.metrics(), film.density(50), film.matrix(), film.graph(), film.heat(), film.text_table(playhead, 100));
        let _ = film.caption_near(playhead, to);
        for moment in film.moments() {
            let _ = film.caption(moment);
        }
        for bar in film.bars() {
            let _ = film.detail(bar.version, playhead);
        }
        for place in (0..5).map(LocationId) {
            let _ = film.versions(place, playhead, Some(TxIndex(3)));
        }
    }

    #[test]
    fn chains_end_and_lead_from_run_to_run(trace in any_trace(), keys in prop::collection::vec(any::<bool>(), 0..20)) {
        let film = Film::new(trace);
        for bar in film.bars() {
            let chain = film.chain(bar.version).unwrap();
            prop_assert!(chain.links.len() <= 2 * lanescope_timeline::chain::LINKS_MAX);
            prop_assert_eq!(chain.causes.len() + chain.effects.len(), chain.links.len());
            for link in &chain.links {
                prop_assert!(film.bar_of(link.from).is_some() && film.bar_of(link.to).is_some());
                prop_assert!(link.from != link.to, "{link:?}");
            }
            let direct = film.causes_of(bar.version);
            let known = |link: &Link| chain.causes.iter().any(|at| chain.links[*at] == *link);
            prop_assert!(direct.iter().all(known), "{direct:?} are no causes in {chain:?}");
            let steps = film.story(&chain).map_or(1, |story| story.steps.len());
            prop_assert!((1..=lanescope_timeline::chain::STEPS_MAX).contains(&steps));
            prop_assert!((0.0..=1.0).contains(&chain.cost.share));
            let mut walk = Walk::from(bar.version);
            for cause in &keys {
                let heading = if *cause { Heading::Cause } else { Heading::Effect };
                if let Some((there, _)) = walk.step(&film, heading) {
                    prop_assert!(walk.is_at(there) && film.bar_of(there).is_some());
                }
            }
        }
    }

    #[test]
    fn lane_time_adds_up_exactly(trace in any_trace()) {
        let film = Film::new(trace);
        let metrics = film.metrics();
        for lane in &metrics.lane_use {
            prop_assert_eq!(lane.total(), metrics.makespan, "{:?}", lane);
        }
        let room = metrics.lanes as u64 * metrics.makespan;
        prop_assert_eq!(metrics.lane_sum.total(), room);
        prop_assert!(metrics.lane_sum.busy() <= room);
        let (low, high) = (1.0, metrics.lanes as f64);
        prop_assert!(metrics.imbalance == 0.0 || (low - 1e-9..=high + 1e-9).contains(&metrics.imbalance));
    }

    #[test]
    fn metrics_stay_in_their_ranges(trace in any_trace()) {
        let metrics = Film::new(trace).metrics();
        let structure = metrics.structure.unwrap_or_default();
        for share in [
            metrics.abort_rate, metrics.wasted_share, metrics.utilisation,
            metrics.locking.lock_share, structure.dependent_ratio, structure.longest_chain_share,
        ] {
            prop_assert!((0.0..=1.0).contains(&share), "{share} is no share in {metrics:#?}");
        }
        prop_assert!(structure.distance_median <= structure.distance_max as f64);
        if let Some(latency) = metrics.latency {
            prop_assert!(latency.first <= latency.p50 && latency.p50 <= latency.p99);
        }
        prop_assert!(metrics.faults.lost_gas <= metrics.wasted_gas);
    }

    #[test]
    fn coarser_notions_of_dependency_have_longer_chains(trace in any_trace()) {
        let bounds = Film::new(trace).metrics().bounds;
        if let (Some(largest), Some(serial)) = (bounds.access_list, bounds.serial) {
            prop_assert!(largest <= serial);
            if let (Some(reads), Some(slot), Some(account)) =
                (bounds.reads, bounds.lock_slot, bounds.lock_account)
            {
                prop_assert!(largest <= reads && reads <= serial, "{bounds:?}");
                prop_assert!(largest <= slot && slot <= account && account <= serial, "{bounds:?}");
            }
        }
    }

    #[test]
    fn exports_can_be_read_back(trace in any_trace()) {
        let film = Film::new(trace);
        let text = csv(&film);
        let rows = ::csv::Reader::from_reader(text.as_bytes()).into_records().count();
        prop_assert_eq!(rows, film.bars().len());
        let file: serde_json::Value = serde_json::from_str(&chrome_trace(&film)).unwrap();
        let events = file["traceEvents"].as_array().unwrap();
        let slices = events.iter().filter(|event| event["cat"] == "execution");
        prop_assert_eq!(slices.count(), film.bars().len());
        prop_assert!(!film.provenance().line().is_empty());
        prop_assert!(!lanes_svg(&film, 640.0, Theme::Dark, 1.0).contains("NaN"));
    }

    #[test]
    fn zooming_keeps_what_is_pointed_at(
        end in 1.0..1e12f64, at in 0.2..0.8f64, factor in 0.3..0.99f64, pan in -2.0..2.0f64,
    ) {
        let view = Viewport::fit(end).zoom(end * 0.5, 0.5, end).pan(pan * end, end);
        let tick = view.from() + view.span() * at;
        let zoomed = view.zoom(tick, factor, end);
        prop_assert!(zoomed.span() <= view.span());
        let after = (tick - zoomed.from()) / zoomed.span();
        prop_assert!((after - at).abs() < 1e-6, "{at} became {after}");
    }

    #[test]
    fn growing_in_batches_ends_in_the_same_bars(trace in any_trace(), cut in 0.0..1.0f64) {
        let mut events = trace.events.clone();
        events.sort_by_key(|event| (event.time, event.seq));
        let at = (events.len() as f64 * cut) as usize;
        let mut live = Film::live(trace.summary.settings.clone(), Vec::new());
        live.extend(&events[..at]);
        live.extend(&events[at..]);
        let mut once = Film::live(trace.summary.settings.clone(), Vec::new());
        once.extend(&events);
        prop_assert_eq!(live.bars(), once.bars());
        prop_assert_eq!(live.milestones(), once.milestones());
        for lane in lanes(&once) {
            prop_assert_eq!(live.lane_troubles(lane), once.lane_troubles(lane));
            prop_assert_eq!(live.lane_waits(lane), once.lane_waits(lane));
        }
    }
}
