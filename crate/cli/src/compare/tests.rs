use lexopt::Parser;
use serde_json::Value;

use super::*;
use crate::arguments::{Invocation, parse};

/// What is printed, and the exit status.
fn compared(line: &str) -> (String, u8) {
    let arguments = match parse(Parser::from_args(line.split_whitespace())).unwrap() {
        Invocation::Compare(arguments) => arguments,
        other => panic!("{other:?}"),
    };
    let mut text = String::new();
    let code = compare(&arguments, &mut |more| {
        text += more;
        Ok(())
    });
    (text, code.unwrap())
}

/// What every row begins with, in this order.
const FIELDS: [&str; 11] = [
    "strategy",
    "lanes",
    "class",
    "class_holds",
    "makespan_gas",
    "speedup",
    "critical_path_gas",
    "executions",
    "aborts",
    "wasted_gas",
    "utilisation",
];

#[test]
fn json_has_a_row_for_each_strategy_and_number_of_lanes() {
    let (text, code) = compared(
        "compare dex --set count=30 --strategies sequential,block-stm --lanes 1 --lanes 4 --json",
    );
    let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert_eq!((rows.len(), code), (4, OK));
    let begins = |text: &str| {
        let at: Vec<_> = FIELDS.map(|field| text.find(&format!("\"{field}\":"))).into();
        at.iter().all(Option::is_some) && at.is_sorted()
    };
    assert!(begins(text.split('}').next().unwrap()), "{text}");
    for row in &rows {
        let number = |field: &str| row[field].as_f64().unwrap();
        assert_eq!(row["class"], "E0");
        assert_eq!(row["class_holds"], true);
        let ratio = number("sequential_gas") / number("makespan_gas");
        assert!((number("speedup") - ratio).abs() < 1e-9);
        assert!(number("executions") >= 30.0);
        assert!(number("critical_path_gas") <= number("makespan_gas"));
        assert!((0.0..=1.0).contains(&number("utilisation")));
        assert!(row.get("error").is_none());
    }
    let order: Vec<_> = rows
        .iter()
        .map(|row| (row["strategy"].as_str().unwrap(), row["lanes"].as_u64().unwrap()))
        .collect();
    assert_eq!(order, [("sequential", 1), ("sequential", 4), ("block-stm", 1), ("block-stm", 4)]);
    assert_eq!(rows[0]["speedup"], 1.0);
    assert!(rows[3]["speedup"].as_f64().unwrap() > 1.0);
}

#[test]
fn the_table_is_aligned_and_says_what_the_numbers_are() {
    let (text, code) =
        compared("compare dex --set count=20 --strategies ethereum,block-stm:hints=none --seed 3");
    assert_eq!(code, OK);
    let lines: Vec<_> = text.lines().collect();
    let head = lines.iter().position(|line| line.starts_with("strategy")).unwrap();
    let rows = &lines[head + 1..head + 3];
    assert!(rows[0].starts_with("ethereum ") && rows[1].starts_with("block-stm:hints=none "));
    let ends = |line: &str, word: &str| {
        let at = line.find(word).unwrap();
        line[..at].chars().count() + word.chars().count()
    };
    assert_eq!(ends(rows[0], "E0 ✓"), ends(rows[1], "E0 ✓"));
    assert_eq!(ends(lines[head], "speed-up"), ends(rows[0], "×"));
    for words in [
        "Model of Ethereum today (preset ethereum)",
        "  leaves out: ",
        "data as of 20",
        "seed 3, lane seed 0",
        "cold reads, validations and commits take no time",
        "E0: same result as one lane",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn what_cannot_run_is_a_row_with_a_sentence() {
    let line = "compare transfers --set count=5 --strategies block-stm --lanes 1 --lanes 2 \
                --fault slow:lane=2,times=3";
    let (text, code) = compared(&format!("{line} --json"));
    let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
    let sentence = "the fault \"slow:lane=2,times=3,at=0\" is on lane 2, but there are 1 lanes";
    assert_eq!(rows[0]["error"], sentence);
    assert_eq!(rows[0]["speedup"], Value::Null);
    assert!(rows[1].get("error").is_none() && rows[1]["speedup"].is_number());
    assert_eq!(code, OK, "nothing differs");
    let (text, _) = compared(line);
    assert!(text.contains(&format!("block-stm on 1 lane: {sentence}")), "{text}");
}

#[test]
fn a_promise_that_is_not_kept_is_the_exit_status() {
    let settings = Settings::default();
    let mut row = Row::refused("block-stm", &settings, String::new());
    assert!(row.is_good());
    row.class_holds = Some(false);
    assert!(!row.is_good());
    row.class = lanescope_protocol::Class::Nothing;
    assert!(row.is_good(), "nothing was promised");
}

#[test]
fn the_chart_has_a_line_for_each_strategy() {
    let path = std::env::temp_dir().join(format!("lanescope-chart-{}.svg", std::process::id()));
    let line = format!(
        "compare dex --set count=20 --strategies sequential,block-stm --lanes 1 --lanes 2 \
         --lanes 4 --chart {}",
        path.display()
    );
    compared(&line);
    let svg = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    for words in
        [">sequential 1×<", ">block-stm ", ">perfect scaling<", ">critical path ", "<desc>"]
    {
        assert!(svg.contains(words), "{words}: {svg}");
    }
}
