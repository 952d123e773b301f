//! What is said, and how much it is worth.

use expect_test::{Expect, expect};
use lanescope_timeline::Film;

use crate::fixture::{EXCHANGE, film, version};

fn transcript(film: &Film) -> String {
    let line = |moment| {
        let caption = film.caption(moment);
        format!("{} {:?}: {}\n", caption.time / 1000, caption.tone, caption.phrase)
    };
    film.moments().iter().map(line).collect()
}

fn check(run: &str, expected: &Expect) {
    expected.assert_eq(&transcript(&film(run)));
}

#[test]
fn captions() {
    check(
        EXCHANGE,
        &expect![[r#"
        0 Plain: T1 starts on lane 1.
        0 Plain: T2 starts on lane 2.
        0 Plain: T3 starts on lane 3.
        0 Plain: T4 starts on lane 4.
        51 Plain: T2 has run. Are its reads still true?
        52 Plain: T5 starts on lane 2.
        64 Plain: T4 has run. Are its reads still true?
        65 Plain: T6 starts on lane 4.
        96 Plain: T1 has run. Are its reads still true?
        96 Good: T1 is final.
        96 Plain: T3 has run. Are its reads still true?
        96 Bad: T3 read Pool A.reserve0 too early: T1 wrote it later. T3 runs again.
        97 Plain: T3 runs again on lane 1, as T3·1.
        97 Good: T2 is final.
        97 Plain: T7 starts on lane 3.
        148 Plain: T5 has run. Are its reads still true?
        148 Plain: T7 has run. Are its reads still true?
        149 Bad: T5 read Pool A.reserve0 too early: T1 wrote it later. T5 runs again.
        149 Plain: Lane 2 waits for T3 to write first.
        149 Plain: T8 starts on lane 3.
        185 Plain: T6 has run. Are its reads still true?
        186 Plain: T9 starts on lane 4.
        193 Plain: T3 has run. Are its reads still true?
        193 Plain: T5 runs again on lane 2, as T5·1.
        194 Good: T3 is final, after 2 runs.
        194 Plain: T11 starts on lane 1.
        195 Good: T4 is final.
        225 Plain: T9 has run. Are its reads still true?
        226 Plain: T10 starts on lane 4.
        245 Plain: T11 has run. Are its reads still true?
        245 Plain: T8 has run. Are its reads still true?
        245 Bad: T8 read Pool B.reserve0 too early: T6 wrote it later. T8 runs again.
        246 Plain: T8 runs again on lane 1, as T8·1.
        246 Plain: T12 starts on lane 3.
        264 Plain: T10 reverted: its effects are undone, its fee is paid.
        285 Plain: T5 has run. Are its reads still true?
        285 Good: T5 is final, after 2 runs.
        285 Good: T6 is final.
        286 Good: T7 is final.
        330 Good: T11 is final.
        331 Plain: T12 has run. Are its reads still true?
        331 Good: T9 is final.
        332 Good: T10 is final: it reverted, and still pays its fee.
        340 Plain: T8 has run. Are its reads still true?
        340 Good: T8 is final, after 2 runs.
        340 Good: T12 is final.
    "#]],
    );
}

#[test]
fn captions_of_estimates_reverts_and_rewrites() {
    let run = "
        lane 1: T1·0 0-40 ok | T3·1 50-90 ok at 95
        lane 2: T2·0 0-20 reverted at 91 | T3·0 42-50 estimate T2·0 on A.x | wait 50-90 for T1
        lane 3: T4·0 5-9 aborted at 10 by T2·1 on A.x
        read T4·0 at 6: A.x saw T2·0, now T2·1";
    check(
        run,
        &expect![[r#"
        0 Plain: T1 starts on lane 1.
        0 Plain: T2 starts on lane 2.
        5 Plain: T4 starts on lane 3.
        9 Plain: T4 has run. Are its reads still true?
        10 Bad: T4 read A.x from T2·0, which was thrown away. T4 runs again.
        20 Plain: T2 reverted: its effects are undone, its fee is paid.
        40 Plain: T1 has run. Are its reads still true?
        40 Good: T1 is final.
        42 Plain: T3 starts on lane 2.
        50 Plain: T3 runs again on lane 1, as T3·1.
        50 Bad: T3 stops: T2 is about to write A.x again.
        50 Plain: Lane 2 waits for T1 to write first.
        90 Plain: T3 has run. Are its reads still true?
        91 Good: T2 is final: it reverted, and still pays its fee.
        95 Good: T3 is final, after 2 runs.
    "#]],
    );
}

#[test]
fn captions_stay_short() {
    let film = film(EXCHANGE);
    for moment in film.moments() {
        let words = film.caption(moment).phrase.to_string();
        assert!(words.split_whitespace().count() <= 16, "too long: {words}");
    }
}

#[test]
fn the_weightiest_event_of_a_tick_is_told() {
    let film = film(EXCHANGE);
    let told = |time: f64| film.caption_at(time * 1000.0).phrase.to_string();
    expect!["T3 read Pool A.reserve0 too early: T1 wrote it later. T3 runs again."]
        .assert_eq(&told(96.5));
    expect!["12 transactions wait for 4 lanes. Their order is law."]
        .assert_eq(&film.caption_at(-1.0).phrase.to_string());
    expect!["All 12 transactions are final, 2.6 times faster than one lane."]
        .assert_eq(&told(340.0));
    // At 97 two transactions start; with some hold the abort just before stays.
    assert!(told(97.0) != told(96.5));
    assert_eq!(film.caption_near(97_000.0, 5_000.0).phrase.to_string(), told(96.5));
}

#[test]
fn steps_go_there_and_back() {
    let film = film(EXCHANGE);
    assert_eq!(film.next_moment(0.0), Some(51_000.0));
    assert_eq!(film.previous_moment(52_000.0), Some(51_000.0));
    assert_eq!(film.next_abort(0.0), Some(96_000.0));
    assert_eq!(film.next_abort(96_000.0), Some(149_000.0));
    assert_eq!(film.previous_abort(149_000.0), Some(96_000.0));
    assert_eq!(film.next_abort(245_000.0), None);
    assert_eq!(film.next_of(version("T5·0").tx, 60_000.0), Some(148_000.0));
    let mut time = -1.0;
    let mut stops = 0;
    while let Some(next) = film.next_moment(time) {
        assert!(next > time);
        assert_eq!(film.previous_moment(next + 0.5), Some(next));
        (time, stops) = (next, stops + 1);
    }
    assert_eq!(time, 340_000.0);
    assert!(stops > 20);
}

#[test]
fn details_of_an_aborted_run() {
    let film = film(EXCHANGE);
    let detail = film.detail(version("T5·0"), 262_000.0);
    expect![[r#"
        Some(
            IncarnationDetail {
                version: Version {
                    tx: TxIndex(
                        4,
                    ),
                    incarnation: Incarnation(
                        0,
                    ),
                },
                state: Aborted,
                title: "T5 · first run, aborted",
                subtitle: "swap, Eva → Pool A · 96 k gas thrown away",
                question: "Why did it run twice?",
                why: Phrase {
                    parts: [
                        Part {
                            text: "At 72 k it read ",
                            kind: Plain,
                        },
                        Part {
                            text: "Pool A.reserve0",
                            kind: Location,
                        },
                        Part {
                            text: " from the state before the block.",
                            kind: Plain,
                        },
                        Part {
                            text: " At 96 k ",
                            kind: Plain,
                        },
                        Part {
                            text: "T1",
                            kind: Tx,
                        },
                        Part {
                            text: " wrote it. In block order ",
                            kind: Plain,
                        },
                        Part {
                            text: "T1",
                            kind: Tx,
                        },
                        Part {
                            text: " comes first, so ",
                            kind: Plain,
                        },
                        Part {
                            text: "T5",
                            kind: Tx,
                        },
                        Part {
                            text: " must see that value.",
                            kind: Plain,
                        },
                    ],
                },
                then: Some(
                    Phrase {
                        parts: [
                            Part {
                                text: "ran again as ",
                                kind: Plain,
                            },
                            Part {
                                text: "T5·1",
                                kind: Tx,
                            },
                            Part {
                                text: ", 44 k gas later",
                                kind: Plain,
                            },
                        ],
                    },
                ),
                hot: Some(
                    Phrase {
                        parts: [
                            Part {
                                text: "Three of 12 transactions write ",
                                kind: Plain,
                            },
                            Part {
                                text: "Pool A.reserve0",
                                kind: Location,
                            },
                            Part {
                                text: ".",
                                kind: Plain,
                            },
                        ],
                    },
                ),
                reads: [
                    ReadRow {
                        location: LocationId(
                            0,
                        ),
                        name: "Pool A.reserve0",
                        saw: "before block",
                        now: "T1·0",
                        stale: true,
                        value: "0",
                    },
                    ReadRow {
                        location: LocationId(
                            2,
                        ),
                        name: "Eva.balance",
                        saw: "before block",
                        now: "same",
                        stale: false,
                        value: "0 ether",
                    },
                ],
                writes: [
                    WriteRow {
                        location: LocationId(
                            0,
                        ),
                        name: "Pool A.reserve0",
                        value: "700",
                    },
                    WriteRow {
                        location: LocationId(
                            2,
                        ),
                        name: "Eva.balance",
                        value: "1.5 ether",
                    },
                ],
                gas: "96 k gas",
                status: Some(
                    Succeeded,
                ),
                status_words: "succeeded",
                invalidated_by: Some(
                    Version {
                        tx: TxIndex(
                            0,
                        ),
                        incarnation: Incarnation(
                            0,
                        ),
                    },
                ),
                place: "lane 2, 52 k to 148 k gas",
            },
        )
    "#]]
    .assert_debug_eq(&detail);
}

#[test]
fn details_before_the_abort_do_not_tell_the_future() {
    let film = film(EXCHANGE);
    let detail = film.detail(version("T5·0"), 100_000.0).unwrap();
    assert_eq!(detail.title, "T5 · first run, executing");
    assert_eq!(detail.invalidated_by, None);
    assert_eq!(detail.then, None);
}

#[test]
fn metrics() {
    expect![[r#"
        Metrics {
            transactions: 12,
            lanes: 4,
            makespan: 340000,
            sequential: 877000,
            speedup: 2.5794117647058825,
            efficiency: 0.6448529411764706,
            producer: 0,
            system_speedup: None,
            executions: 15,
            aborts: 3,
            abort_rate: 0.2,
            reexecution_factor: 1.25,
            suspensions: 0,
            wasted_gas: 288000,
            wasted_share: 0.24721030042918454,
            waste_ratio: 0.32839224629418473,
            utilisation: 0.8566176470588235,
            lane_use: [
                LaneUse {
                    useful: 337000,
                    wasted: 0,
                    validating: 0,
                    crashed: 0,
                    dependency: 0,
                    same_sender: 0,
                    lock: 0,
                    barrier: 0,
                    merge: 0,
                    nothing_ready: 0,
                    empty: 3000,
                },
                LaneUse {
                    useful: 143000,
                    wasted: 96000,
                    validating: 0,
                    crashed: 0,
                    dependency: 43000,
                    same_sender: 0,
                    lock: 0,
                    barrier: 0,
                    merge: 0,
                    nothing_ready: 0,
                    empty: 58000,
                },
                LaneUse {
                    useful: 136000,
                    wasted: 192000,
                    validating: 0,
                    crashed: 0,
                    dependency: 0,
                    same_sender: 0,
                    lock: 0,
                    barrier: 0,
                    merge: 0,
                    nothing_ready: 0,
                    empty: 12000,
                },
                LaneUse {
                    useful: 261000,
                    wasted: 0,
                    validating: 0,
                    crashed: 0,
                    dependency: 0,
                    same_sender: 0,
                    lock: 0,
                    barrier: 0,
                    merge: 0,
                    nothing_ready: 0,
                    empty: 79000,
                },
            ],
            lane_sum: LaneUse {
                useful: 877000,
                wasted: 288000,
                validating: 0,
                crashed: 0,
                dependency: 43000,
                same_sender: 0,
                lock: 0,
                barrier: 0,
                merge: 0,
                nothing_ready: 0,
                empty: 152000,
            },
            imbalance: 1.1570815450643777,
            latency: Some(
                Latency {
                    first: 96000,
                    p50: 285000,
                    p99: 340000,
                },
            ),
            structure: Some(
                Structure {
                    dependents: 3,
                    dependent_ratio: 0.25,
                    distance_median: 2.0,
                    distance_max: 5,
                    longest_chain: 3,
                    longest_chain_share: 0.25,
                },
            ),
            bounds: Bounds {
                serial: Some(
                    877000.0,
                ),
                evenly: Some(
                    219250.0,
                ),
                access_list: Some(
                    120000.0,
                ),
                reads: Some(
                    234000.0,
                ),
                lock_slot: Some(
                    284000.0,
                ),
                lock_account: Some(
                    284000.0,
                ),
                lower: Some(
                    292333.0,
                ),
                upper: Some(
                    511583.0,
                ),
            },
            critical_path: Some(
                292333.0,
            ),
            ideal_speedup: Some(
                3.000003420756466,
            ),
            perfect: 219250.0,
            hot: [
                HotLocation {
                    location: LocationId(
                        0,
                    ),
                    name: "Pool A.reserve0",
                    stale_reads: 2,
                    aborts: 2,
                    lock_waits: 0,
                    deferrals: 0,
                    writers: 3,
                    readers: 3,
                },
                HotLocation {
                    location: LocationId(
                        1,
                    ),
                    name: "Pool B.reserve0",
                    stale_reads: 1,
                    aborts: 1,
                    lock_waits: 0,
                    deferrals: 0,
                    writers: 2,
                    readers: 1,
                },
            ],
            rank_displacement: None,
            locking: Locking {
                lock_wait: 0,
                lock_share: 0.0,
                deferred: 0,
                dropped: 0,
                undeclared: 0,
            },
            skipped: 0,
            faults: FaultCosts {
                lost: 0,
                lost_gas: 0,
                reassigned: 0,
                recovery: 0,
                wrong_results: 0,
            },
            base_fee: None,
            energy: Some(
                Energy {
                    index: 0.5444697833523375,
                    idle_share: 0.5933682373472949,
                },
            ),
        }
    "#]]
    .assert_debug_eq(&film(EXCHANGE).metrics());
}

#[test]
fn the_summary_is_one_sentence() {
    expect!["12 transactions, 4 lanes, 3 aborts, 2.6 times faster than one lane; hottest Pool A.reserve0."]
        .assert_eq(&film(EXCHANGE).summary_sentence());
}

#[test]
fn the_table_says_what_the_canvas_shows() {
    let table = film(EXCHANGE).text_table(262_000.0, 500);
    let rows: Vec<_> = table
        .rows
        .iter()
        .map(|row| {
            let cells: Vec<_> = row.cells.iter().map(|cell| cell.words.clone()).collect();
            format!("{}: {}", row.lane, cells.join("; "))
        })
        .collect();
    expect![[r#"
        lane 1: T1·0, committed, 0 to 96 k gas; T3·1, committed, 97 k to 193 k gas; T11·0, awaiting validation, 194 k to 245 k gas; T8·1, re-executing since 246 k gas
        lane 2: T2·0, committed, 0 to 51 k gas; T5·0, aborted, 52 k to 148 k gas, because T1 wrote Pool A.reserve0; T5·1, re-executing since 193 k gas
        lane 3: T3·0, aborted, 0 to 96 k gas, because T1 wrote Pool A.reserve0; T7·0, awaiting validation, 97 k to 148 k gas; T8·0, aborted, 149 k to 245 k gas, because T6 wrote Pool B.reserve0; T12·0, executing since 246 k gas
        lane 4: T4·0, committed, 0 to 64 k gas; T6·0, awaiting validation, 65 k to 185 k gas; T9·0, awaiting validation, 186 k to 225 k gas; T10·0, executing since 226 k gas"#]].assert_eq(&rows.join("\n"));
    assert_eq!(table.left_out, 0);
    let limited = film(EXCHANGE).text_table(262_000.0, 4);
    assert_eq!(limited.rows.iter().map(|row| row.cells.len()).sum::<usize>(), 4);
    assert_eq!(limited.left_out, 11);
}

#[test]
fn the_matrix_puts_hot_locations_first() {
    let film = film(EXCHANGE);
    let matrix = film.matrix();
    let rows: Vec<_> = matrix
        .rows
        .iter()
        .map(|row| {
            let cells: Vec<_> =
                row.cells.iter().map(|cell| format!("{} {:?}", cell.tx, cell.mark())).collect();
            format!("{}: {}", film.location_name(row.location), cells.join(", "))
        })
        .collect();
    expect![[r#"
        Pool A.reserve0: T1 Write, T3 Stale, T5 Stale
        Pool B.reserve0: T6 Write, T8 Stale"#]]
    .assert_eq(&rows.join("\n"));
}

#[test]
fn the_overview_adds_up_to_all_busy_time() {
    let film = film(EXCHANGE);
    let buckets = film.density(37);
    let per_bucket = film.end() as f64 / 37.0;
    let sum: f64 = buckets.iter().map(|bucket| (bucket.useful + bucket.wasted) * per_bucket).sum();
    let busy: u64 = film.metrics().lane_use.iter().map(lanescope_timeline::LaneUse::busy).sum();
    assert!((sum - busy as f64).abs() < 1.0, "{sum} is not {busy}");
}

#[test]
fn a_live_film_draws_what_is_known() {
    let whole = crate::fixture::trace(EXCHANGE);
    let mut film = Film::live(whole.summary.settings.clone(), Vec::new());
    let (first, rest) = whole.events.split_at(whole.events.len() / 2);
    film.extend(first);
    assert!(!film.is_complete());
    let running = film.bars().iter().filter(|bar| bar.ending == lanescope_timeline::Ending::Open);
    assert!(running.clone().count() > 0);
    assert!(running.clone().all(|bar| bar.end == film.end()));
    film.extend(rest);
    let done = Film::new(whole);
    assert_eq!(film.bars(), done.bars());
    assert_eq!(film.moments(), done.moments());
}
