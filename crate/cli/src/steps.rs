//! `lanescope steps`.

use std::fmt::Write as _;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use lanescope_executor::SequentialRun;
use lanescope_protocol::Version;
use lanescope_protocol::event::Status;
use lanescope_protocol::steps::Call;
use lanescope_timeline::steps::{Drill, opcode};
use lanescope_timeline::{Film, format};
use lanescope_workloads::Prepared;
use serde_json::{Value, json};

use crate::arguments::StepsArguments;
use crate::{race, source};

/// Opcodes that are listed with their gas in a text; JSON has all.
const DEAREST: usize = 8;

/// Runs the block, and then one incarnation of it again, opcode by opcode.
pub(crate) fn steps(arguments: &StepsArguments) -> Result<String> {
    let prepared = source::load(&arguments.run)?;
    let film = Film::new(race::record(&prepared, &arguments.run.settings)?);
    let drill = drill(&prepared, &film, version(&film, arguments)?)?;
    Ok(if arguments.run.json { as_json(&drill) } else { as_text(&film, &drill) })
}

/// The incarnation that is meant.
fn version(film: &Film, arguments: &StepsArguments) -> Result<Version> {
    let tx = arguments.tx;
    let runs = film.runs_of(tx).iter().filter_map(|id| film.bar(*id));
    let Some(last) = runs.clone().last() else {
        bail!("{tx} did not run: the block has {} transactions", film.transaction_count());
    };
    let Some(incarnation) = arguments.incarnation else {
        let last = film.committed_run(tx).and_then(|id| film.bar(id)).unwrap_or(last);
        return Ok(last.version);
    };
    let version = Version { tx, incarnation };
    if film.bar_of(version).is_none() {
        let all: Vec<_> = runs.map(|bar| bar.version.to_string()).collect();
        bail!("there is no {version}: {tx} ran as {}", all.join(", "));
    }
    Ok(version)
}

fn drill(prepared: &Prepared, film: &Film, version: Version) -> Result<Drill> {
    let (block, world) = (Arc::clone(&prepared.block), Arc::clone(&prepared.world));
    let mut run = SequentialRun::new(block, world)?;
    while run.done() < version.tx.get() {
        run.step()?;
    }
    let before = run.into_before().with_context(|| format!("there is no {}", version.tx))?;
    let inspection = before.inspect(&film.seen(version));
    Drill::new(film, version, inspection).with_context(|| format!("there is no {version}"))
}

fn as_text(film: &Film, drill: &Drill) -> String {
    let all = &drill.inspection;
    let mut text = format!("{}", drill.version);
    if let Some(info) = film.transaction(drill.version.tx) {
        text += &format!(": {}, {} → {}", info.action, info.sender, info.receiver);
    }
    text += &format!("\n{}\n", drill.verdict());
    if !drill.is_empty() {
        text += "\n  step    pc  opcode              gas        left        at\n";
    }
    // Writing into a string cannot fail.
    for (at, step) in all.steps.iter().enumerate() {
        let indent = "  ".repeat(drill.depth(at).min(8));
        let name = format!("{indent}{}", opcode(step.opcode));
        let cost = drill.cost(at).map_or_else(String::new, |gas| gas.to_string());
        let when = drill.time(at).map_or_else(String::new, |tick| tick.to_string());
        let what = match (drill.touch(at), drill.called_at(at)) {
            (Some(touch), _) => format!("  {}", drill.touch_words(touch)),
            (None, Some(call)) => format!("  {}", drill.names.call(call)),
            (None, None) => String::new(),
        };
        let failed = if drill.fails_at(at) { "  ↩ the call fails here" } else { "" };
        let (number, pc, left) = (at + 1, step.pc, step.left);
        let _ = writeln!(
            text,
            "{number:>6}  {pc:>4x}  {name:<16} {cost:>6} {left:>11} {when:>9}{what}{failed}"
        );
    }
    let _ = writeln!(text, "\n{} before the first opcode", format::gas(drill.before() as f64));
    for share in drill.by_opcode().iter().take(DEAREST) {
        let (gas, part) = (format::gas(share.gas as f64), format::percent(share.share));
        let _ = writeln!(text, "  {:<14} {:>6} ×  {gas:>12}  {part}", share.name, share.count);
    }
    text
}

fn as_json(drill: &Drill) -> String {
    let all = &drill.inspection;
    let steps: Vec<_> = (0..drill.len()).map(|at| step_json(drill, at)).collect();
    let calls: Vec<_> = all.calls.iter().map(|call| call_json(drill, call)).collect();
    let opcodes = drill.by_opcode().into_iter();
    let opcodes: Vec<_> = opcodes
        .map(|share| json!({ "opcode": share.name, "count": share.count, "gas": share.gas }))
        .collect();
    let value = json!({
        "transaction": u64::from(drill.version.tx.0) + 1,
        "incarnation": drill.version.incarnation.0,
        "status": all.status.map(Status::word),
        "gas_used": all.gas_used,
        "gas_spent": all.gas_spent,
        "refund": all.refund,
        "gas_limit": all.gas_limit,
        "same_gas_as_in_the_run": drill.is_the_same(),
        "verdict": drill.verdict().to_string(),
        "steps_total": all.steps_total,
        "steps": steps,
        "calls": calls,
        "opcodes": opcodes,
    });
    format!("{value:#}\n")
}

fn step_json(drill: &Drill, at: usize) -> Value {
    let Some(step) = drill.step(at) else { return Value::Null };
    let words = drill.inspection.stack(at);
    let stack: Vec<_> = words.iter().map(|word| hex(word)).collect();
    let mut value = json!({
        "pc": step.pc,
        "opcode": opcode(step.opcode),
        "call": step.call,
        "gas": drill.cost(at),
        "gas_left": step.left,
        "gas_spent": step.spent,
        "tick": drill.time(at),
        "memory": step.memory,
        "stack_height": drill.inspection.height(at),
        "stack": stack,
    });
    if let Some(touch) = drill.touch(at) {
        value["touches"] = json!({
            "name": drill.names.spot(&touch.spot),
            "value": touch.value.as_ref().map(|word| hex(word)),
            "writes": !touch.kind.is_read(),
            "saw": touch.saw.map(|version| version.to_string()),
            "stale": touch.stale,
        });
    }
    value
}

fn call_json(drill: &Drill, call: &Call) -> Value {
    json!({
        "parent": call.parent,
        "opcode": opcode(call.opcode),
        "caller": hex(&call.caller),
        "code": hex(&call.code),
        "name": drill.names.account(&call.code),
        "storage_of": hex(&call.target),
        "status": call.status.map(Status::word),
        "first_step": call.first,
        "gas_limit": call.gas_limit,
        "gas_spent": call.gas_spent,
        "value": hex(&call.value),
        "selector": hex(&call.selector),
        "output": hex(&call.output),
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold("0x".to_owned(), |mut text, byte| {
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use lanescope_protocol::{Incarnation, TxIndex};

    use super::*;
    use crate::arguments::RunArguments;

    fn asked(tx: u32, incarnation: Option<u16>) -> StepsArguments {
        let run = RunArguments { source: "dex".to_owned(), ..RunArguments::default() };
        StepsArguments { run, tx: TxIndex(tx), incarnation: incarnation.map(Incarnation) }
    }

    #[test]
    fn a_text_tells_of_every_step_and_json_of_the_stack() {
        let arguments = asked(0, None);
        let text = steps(&arguments).unwrap();
        assert!(text.contains("as in the run"), "{text}");
        assert!(text.contains("SLOAD") && text.contains("before the first opcode"), "{text}");
        let run = RunArguments { json: true, ..arguments.run.clone() };
        let json = steps(&StepsArguments { run, ..arguments }).unwrap();
        let value: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(value["same_gas_as_in_the_run"], true);
        let listed = value["steps"].as_array().unwrap();
        assert_eq!(listed.len() as u64, value["steps_total"].as_u64().unwrap());
        let load = listed.iter().find(|step| step["opcode"] == "SLOAD").unwrap();
        assert!(!load["touches"]["name"].as_str().unwrap().is_empty());
    }

    #[test]
    fn what_did_not_run_is_named() {
        let refusal = |asked| steps(&asked).unwrap_err().to_string();
        assert_eq!(refusal(asked(99, None)), "T100 did not run: the block has 12 transactions");
        assert_eq!(refusal(asked(0, Some(9))), "there is no T1·9: T1 ran as T1·0");
    }
}
