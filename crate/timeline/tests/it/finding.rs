//! Searching: what is typed, what is found, what is suggested.

use std::sync::Arc;

use lanescope_protocol::event::{Event, EventKind, Status};
use lanescope_protocol::trace::{LocationInfo, LocationKind, TransactionInfo};
use lanescope_protocol::{Incarnation, Lane, Trace, TxIndex};
use lanescope_timeline::find::{Found, Index, Outcome, Query, Search, suggest};
use lanescope_timeline::{Film, Focus, Frame, Layout, Look, Theme, Viewport, paint};

use crate::fixture::{EXCHANGE, film};

fn find_in(film: &Film, text: &str) -> Found {
    let query = Query::parse(text).unwrap_or_else(|refusal| panic!("{refusal}"));
    Found::all(film, Arc::new(Index::of(film)), &query)
}

/// The runs that a query finds in the exchange, in order.
fn runs(text: &str) -> String {
    let film = film(EXCHANGE);
    let found = find_in(&film, text);
    let names = found.hits.iter().map(|id| film.bar(*id).unwrap().version.to_string());
    names.collect::<Vec<_>>().join(" ")
}

#[test]
fn words_name_transactions_people_functions_and_places() {
    assert_eq!(runs("T5"), "T5·0 T5·1");
    assert_eq!(runs("5"), "T5·0 T5·1");
    assert_eq!(runs("t5·1"), "T5·1");
    assert_eq!(runs("T5.1"), "T5·1");
    assert_eq!(runs("ana"), "T1·0 T7·0");
    assert_eq!(runs("reserve0 -swap"), "T6·0 T8·0 T8·1");
    assert_eq!(runs("\"pool b\""), "T6·0 T8·0 T8·1");
    assert_eq!(runs("zebra"), "");
    assert_eq!(runs("T99"), "");
    assert_eq!(runs("T0"), "");
}

#[test]
fn keys_pick_out_one_kind_of_name() {
    assert_eq!(runs("from:Ana"), "T1·0 T7·0");
    assert_eq!(runs("to:Ana"), "");
    assert_eq!(runs("to:\"Pool A\" is:aborted"), "T3·0 T5·0");
    assert_eq!(runs("account:gus from:Dia"), "T4·0 T10·0");
    assert_eq!(runs("fn:swap tx:1-3"), "T1·0 T3·0 T3·1");
    assert_eq!(runs("contract:\"Pool B\""), "T6·0 T8·0 T8·1");
    assert_eq!(runs("slot:balance"), "T5·0");
    assert_eq!(runs("writes:\"Pool B.reserve0\""), "T6·0 T8·1");
    assert_eq!(runs("reads:\"Pool B.reserve0\""), "T8·0 T8·1");
}

#[test]
fn outcomes_lanes_gas_and_times() {
    assert_eq!(runs("is:aborted"), "T3·0 T5·0 T8·0");
    assert_eq!(runs("is:re-executed"), "T3·1 T5·1 T8·1");
    assert_eq!(runs("is:reverted"), "T10·0");
    assert_eq!(runs("is:stale"), "T3·0 T5·0 T8·0");
    assert_eq!(runs("is:committed lane:2"), "T2·0 T5·1");
    assert_eq!(runs("lane:3 run:0 after:100k before:200k"), "T8·0");
    assert_eq!(runs("gas:>96k"), "T6·0");
    assert_eq!(runs("gas:120k"), "T6·0");
    assert_eq!(runs("gas:20k-40k"), "T9·0 T10·0");
}

#[test]
fn a_run_for_which_its_lane_stood_has_waited() {
    let film = film(
        "lane 1: T1·0 0-50 ok | T3·0 50-90 estimate T2·0 on Pool.x | T3·1 95-120 ok
         lane 2: T2·0 0-60 ok | T4·0 60-90 ok",
    );
    let found = find_in(&film, "is:waited");
    let names: Vec<_> =
        found.hits.iter().map(|id| film.bar(*id).unwrap().version.to_string()).collect();
    assert_eq!(names, ["T3·0"]);
}

#[test]
fn words_are_joined_by_and_or_and_not() {
    assert_eq!(runs("from:Ana or from:Bo is:committed"), "T1·0 T2·0 T7·0 T8·1");
    assert_eq!(runs("from:Ana and is:committed"), "T1·0 T7·0");
    assert_eq!(runs("tx:8 -is:aborted"), "T8·1");
    assert_eq!(runs("-fn:swap -to:Gus"), "");
    let everything = runs("is:committed or -is:committed").split(' ').count();
    assert_eq!(everything, 15);
}

#[test]
fn what_is_half_typed_asks_for_nothing_yet() {
    let empty = |text| Query::parse(text).unwrap().is_empty();
    for text in ["", "  ", "from:", "or", "and", "-", "gas:>", "is: ", "\"\""] {
        assert!(empty(text), "{text}");
    }
    assert_eq!(runs("T5 or"), "T5·0 T5·1");
    assert_eq!(runs("tx:3-"), "T3·0 T3·1");
    assert_eq!(runs("is:abo"), runs("is:aborted"));
    assert_eq!(runs("to:\"Pool A"), runs("to:\"Pool A\""));
}

#[test]
fn what_is_not_understood_is_named() {
    let said = |text| Query::parse(text).unwrap_err().to_string();
    assert_eq!(
        said("T5 colour:red"),
        "“colour:red” is not understood: the words before a colon are from, to, account, \
         contract, fn, slot, reads, writes, is, tx, run, lane, gas, after, before."
    );
    assert!(said("is:green").starts_with("“is:green” is not understood: after is: comes one of"));
    assert_eq!(
        said("gas:lots"),
        "“gas:lots” is not understood: write an amount like >90k, or a range like 20k-90k."
    );
    assert!(said("-lane:two").starts_with("“-lane:two” is not understood"));
    assert!(said("after:lunch").starts_with("“after:lunch” is not understood"));
}

#[test]
fn what_was_found_is_counted_and_told() {
    let film = film(EXCHANGE);
    let found = find_in(&film, "is:aborted");
    assert_eq!(found.words(), "3 of 12 transactions · 3 runs");
    assert_eq!(film.hit_words(found.hits[0]), "T3·0 swap, Cem → Pool A, aborted");
    let reverted = find_in(&film, "is:reverted");
    assert_eq!(film.hit_words(reverted.hits[0]), "T10·0 pay, Dia → Gus, reverted");
    assert_eq!(find_in(&film, "zebra").words(), "Nothing in this run is like that");
    assert!(found.matches.has_tx(TxIndex(2)) && !found.matches.has_tx(TxIndex(0)));
}

#[test]
fn whole_addresses_find_short_names() {
    let mut trace = crate::fixture::trace(EXCHANGE);
    trace.transactions[0].sender = "0x1234…cdef".to_owned();
    trace.locations.push(LocationInfo {
        kind: LocationKind::Balance,
        address: "0xAAbb000000000000000000000000000000000001".to_owned(),
        name: "Bo.balance".to_owned(),
        ..LocationInfo::default()
    });
    let film = Film::new(trace);
    let count = |text| find_in(&film, text).hits.len();
    assert_eq!(count("from:0x1234567890123456789012345678901234abcdef"), 1);
    assert_eq!(count("from:0xaabb000000000000000000000000000000000001"), count("from:Bo"));
    assert_eq!(count("0xaabb"), count("from:Bo"));
}

#[test]
fn suggestions_go_on_from_the_last_word() {
    let index = Index::of(&film(EXCHANGE));
    let texts = |text: &str| -> Vec<String> {
        suggest(&index, text, 8).into_iter().map(|suggestion| suggestion.text).collect()
    };
    assert_eq!(texts("is:ab"), ["is:aborted "]);
    assert_eq!(texts("T5 from:a")[0], "T5 from:Ana ");
    assert_eq!(texts("-to:po"), ["-to:\"Pool A\" "]);
    assert_eq!(texts("to:\"pool "), ["to:\"Pool A\" "]);
    assert!(texts("sw").contains(&"fn:swap ".to_owned()));
    assert!(texts("po").contains(&"contract:\"Pool A\" ".to_owned()));
    assert!(texts("slot:res").contains(&"slot:\"Pool B.reserve0\" ".to_owned()));
    assert_eq!(texts("")[0], "is:aborted ");
    assert_eq!(texts("lan")[0], "lane:");
    assert!(texts("is:aborted").is_empty());
    for suggestion in suggest(&index, "", 99) {
        assert!(Query::parse(&suggestion.text).is_ok(), "{suggestion:?}");
    }
}

#[test]
fn every_outcome_is_a_word_of_the_language() {
    for outcome in Outcome::ALL {
        let query = Query::parse(&format!("is:{}", outcome.word())).unwrap();
        assert!(!query.is_empty(), "{outcome:?}");
    }
}

/// A run in which each of many transactions is tried twice.
fn long_film(transactions: u32) -> Film {
    let event = |at: u32, tx: u32, incarnation, kind| Event {
        time: u64::from(at),
        seq: at,
        lane: Lane((tx % 8) as u8),
        kind,
        detail: Status::Succeeded as u8,
        tx: Some(TxIndex(tx)),
        incarnation: Incarnation(incarnation),
        other: None,
        location: None,
        gas: 10,
    };
    let mut events = Vec::new();
    for tx in 0..transactions {
        for (step, kind) in [
            (0, EventKind::ExecutionStarted),
            (0, EventKind::ExecutionFinished),
            (0, EventKind::Aborted),
            (1, EventKind::ExecutionStarted),
            (1, EventKind::ExecutionFinished),
            (1, EventKind::Committed),
        ] {
            events.push(event(events.len() as u32, tx, step, kind));
        }
    }
    let name = |tx: u32| TransactionInfo {
        action: "pay".to_owned(),
        sender: format!("user {}", tx % 97),
        ..TransactionInfo::default()
    };
    let mut trace = crate::fixture::trace("lane 8: T1·0 0-1 ok");
    trace.transactions = (0..transactions).map(name).collect();
    Film::new(Trace { events, ..trace })
}

#[test]
fn slices_find_the_same_as_one_look() {
    let film = long_film(500);
    let mut index = Index::default();
    let mut slices = 1;
    while !index.step(&film, 64) {
        slices += 1;
    }
    assert!(slices > 5, "{slices}");
    let index = Arc::new(index);
    let query = Query::parse("from:\"user 7\" is:aborted").unwrap();
    let mut search = Search::new(Arc::clone(&index), &query);
    let mut slices = 1;
    while !search.step(&film, 64) {
        slices += 1;
    }
    assert!(slices > 5, "{slices}");
    let found = search.finish(&film);
    assert_eq!(found.words(), "6 of 500 transactions · 6 runs");
    assert_eq!(found, Found::all(&film, index, &query));
}

#[test]
fn what_was_not_found_is_dimmed_also_where_bars_are_merged() {
    let film = film(EXCHANGE);
    let alphas = |width: f64, text: &str| {
        let matches = Some(find_in(&film, text).matches);
        let view = Viewport::fit(film.end() as f64);
        let frame = Frame::new(width, 300.0, 1.0, film.lanes(), view);
        let layout = Layout::new(&film, frame, film.end() as f64);
        let focus = Focus { matches, ..Focus::default() };
        let look = Look { theme: Theme::Dark, focus, ..Look::default() };
        let scene = paint(&film, &layout, &look);
        let dim = scene.items.iter().filter(|item| (item.alpha - 0.35).abs() < 1e-9).count();
        (dim, layout.cells.len())
    };
    let (dim_all, _) = alphas(1200.0, "zebra");
    let (dim_some, _) = alphas(1200.0, "is:committed");
    let (dim_none, _) = alphas(1200.0, "-zebra");
    assert!(dim_all > dim_some && dim_some > 0, "{dim_all} {dim_some}");
    assert_eq!(dim_none, 0);
    let film = long_film(500);
    let found = find_in(&film, "tx:250");
    let bar = film.bar(found.hits[0]).unwrap();
    let (start, end) = (bar.start as f64, bar.end as f64);
    assert!(found.matches.has_between(bar.lane, start, end));
    assert!(found.matches.has_between(bar.lane, 0.0, film.end() as f64));
    assert!(!found.matches.has_between(bar.lane, end + 100.0, film.end() as f64));
    assert!(!found.matches.has_between(Lane(bar.lane.0 + 1), 0.0, film.end() as f64));
}
