//! The multi-version memory at a location and a moment.

use core::fmt::Write;

use expect_test::{Expect, expect};
use lanescope_protocol::event::AccessKind;
use lanescope_protocol::strategy::Strategy;
use lanescope_protocol::{LocationId, TxIndex};
use lanescope_timeline::{Film, VersionTable};

use crate::fixture::{EXCHANGE, film, trace, version};

fn table(film: &Film, time: f64, reader: u32) -> VersionTable {
    film.versions(LocationId(0), time * 1000.0, Some(TxIndex(reader - 1))).unwrap()
}

fn text(table: &VersionTable) -> String {
    let mut out = String::new();
    for row in &table.rows {
        let by = row.by.map_or_else(|| "storage".to_owned(), |by| by.to_string());
        let sum = row.sum.as_ref().map_or_else(String::new, |sum| format!(" (now {sum})"));
        let at = row.at.map_or_else(String::new, |at| format!(" at {}", at / 1000));
        write!(out, "{by} = {}{sum} {}{at}", row.value, row.state.word()).unwrap();
        for reader in &row.readers {
            let stale = if reader.stale { " ⊗" } else { "" };
            write!(out, ", read by {} at {}{stale}", reader.by, reader.at / 1000).unwrap();
        }
        out.push_str(if row.is_seen { " <\n" } else { "\n" });
    }
    writeln!(out, "{}", table.next_read).unwrap();
    out
}

fn check(film: &Film, time: f64, reader: u32, expected: &Expect) {
    expected.assert_eq(&text(&table(film, time, reader)));
}

#[test]
fn versions_come_and_go_with_the_playhead() {
    let film = film(EXCHANGE);
    check(
        &film,
        80.0,
        5,
        &expect![[r#"
        storage = 0 before block, read by T1·0 at 20, read by T3·0 at 30, read by T5·0 at 72 <
        T1·0 =  not yet written at 96
        T3·0 =  not yet written at 96
        T5·0 =  not yet written at 148
        A read by T5 now would see the state before the block.
    "#]],
    );
    check(
        &film,
        100.0,
        5,
        &expect![[r#"
        storage = 0 before block, read by T1·0 at 20, read by T3·0 at 30 ⊗, read by T5·0 at 72 ⊗
        T1·0 = 900 committed at 96
        T3·0 = 800 thrown away at 96 <
        T5·0 =  not yet written at 148
        A read by T5 now would find that T3·0 was thrown away, and wait until T3 has run again.
    "#]],
    );
    check(
        &film,
        340.0,
        5,
        &expect![[r#"
        storage = 0 before block, read by T1·0 at 20, read by T3·0 at 30 ⊗, read by T5·0 at 72 ⊗
        T1·0 = 900 committed at 96, read by T3·1 at 120
        T3·1 = 850 committed at 193, read by T5·1 at 220 <
        T5·1 = 780 committed at 285
        A read by T5 now would see T3·1.
    "#]],
    );
}

#[test]
fn other_strategies_see_other_versions() {
    let with = |word: &str| {
        let mut trace = trace(EXCHANGE);
        trace.summary.settings.strategy = word.parse::<Strategy>().unwrap();
        Film::new(trace)
    };
    let seen =
        |word: &str, time: f64, reader: u32| table(&with(word), time, reader).next_read.to_string();
    assert_eq!(seen("in-order-merge", 100.0, 5), "A read by T5 now would see T1·0.");
    assert_eq!(seen("rounds", 100.0, 5), "A read by T5 now would see T1·0.");
    assert_eq!(seen("block-stm", 194.0, 2), "A read by T2 now would see T1·0.");
    assert_eq!(seen("naive", 194.0, 2), "A read by T2 now would see T3·1.");
    assert_eq!(seen("in-order-merge", 193.0, 5), "A read by T5 now would see T1·0.");
    assert_eq!(seen("declared-locks", 195.0, 2), "A read by T2 now would see T3·1.");
    let listed = "A read by T5 now would see what the access list says T3 writes.";
    assert_eq!(seen("access-list", 1.0, 5), listed);
}

#[test]
fn additions_are_added_up_where_the_beginning_is_known() {
    let mut trace = trace(
        "
lane 1: T1·0 0-10 ok | T2·0 10-20 ok | T3·0 20-30 ok
read T1·0 at 5: Eva.balance saw before
write T1·0 at 10: Eva.balance = 7
write T2·0 at 20: Eva.balance = 5
write T3·0 at 30: Eva.balance = 2
",
    );
    for access in &mut trace.accesses {
        match access.kind {
            AccessKind::Write => access.kind = AccessKind::Add,
            _ => access.value[31] = 100,
        }
    }
    check(
        &Film::new(trace.clone()),
        25.0,
        3,
        &expect![[r#"
        storage = 100 wei before block, read by T1·0 at 5
        T1·0 = + 7 wei (now 107 wei) committed at 10
        T2·0 = + 5 wei (now 112 wei) committed at 20 <
        T3·0 =  not yet written at 30
        A read by T3 now would see everything added up to T2·0.
    "#]],
    );
    trace.accesses.retain(|access| access.kind != AccessKind::Read);
    let unknown = table(&Film::new(trace), 25.0, 3);
    assert!(unknown.rows.iter().all(|row| row.sum.is_none()));
}

#[test]
fn a_version_that_is_not_written_again_is_withdrawn() {
    let film = film(
        "
lane 1: T1·0 0-10 aborted at 12 by T2·0 on Pool.b | T1·1 12-20 ok
write T1·0 at 10: Pool.a = 1
",
    );
    let place = (0..2).map(LocationId).find(|id| film.location_name(*id) == "Pool.a").unwrap();
    let state = |time: f64| film.versions(place, time, None).unwrap().rows[1].state.word();
    let states = [5.0, 11.0, 12.0, 20.0].map(|time| state(time * 1000.0));
    assert_eq!(states, ["not yet written", "written", "thrown away", "not written again"]);
}

#[test]
fn long_lists_are_cut_around_the_reader() {
    let mut run = String::from("lane 1:");
    for tx in 1..=100 {
        let bar = if tx == 1 { " " } else { " | " };
        write!(run, "{bar}T{tx}·0 {}-{} ok", tx, tx + 1).unwrap();
    }
    for tx in 1..=100 {
        write!(run, "\nwrite T{tx}·0 at {}: Pool.count = {tx}", tx + 1).unwrap();
        write!(run, "\nread T{tx}·0 at {tx}: Pool.count saw before").unwrap();
    }
    let film = film(&run);
    let whole = table(&film, 200.0, 50);
    assert_eq!(whole.rows.len(), 41);
    assert_eq!(whole.left_out.0 + whole.left_out.1, 60);
    assert!(whole.rows.iter().any(|row| row.by == Some(version("T49·0")) && row.is_seen));
    assert_eq!((whole.rows[0].readers.len(), whole.rows[0].more_readers), (8, 92));
}
