//! `lanescope`, the native twin of the page: the same engine from the command line.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic, reason = "tests may fail loudly"))]

mod access_list;
mod arguments;
mod bench;
mod race;
mod run;
mod source;
mod state_test;
mod verify;

use std::io::Write as _;
use std::process::ExitCode;

use arguments::Invocation;
use mimalloc::MiMalloc;

/// For every runner alike: the system's own allocator slows threads down more than one lane.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

const USAGE: &str = "\
lanescope runs blocks of Ethereum transactions in parallel and checks the result.

  lanescope run SOURCE [--set KNOB=VALUE]... [--strategy NAME] [--lanes N]
                [--clock gas|threads] [--seed S] [--json]
  lanescope export SOURCE --format svg [--theme light|dark] [--width PIXELS]
                [--at PERCENT] [the options of run]
  lanescope access-list SOURCE [--set KNOB=VALUE]... [--seed S] [--json]
  lanescope verify FILE... [--lanes N]...
  lanescope bench [SOURCE]... [--synthetic NAME]... [--strategy NAME]...
                [--lanes N]... [--runs R] [--memory] [--tracing] [--json]
  lanescope state-test DIR [--lanes N]... [--json]

run     runs one block and says how it went. SOURCE is a scenario (.json), a real
        block (.json, .json.gz), or a workload: transfers, erc20, dex, nft-mint.
        --set and --seed turn a workload's knobs. Defaults: --strategy block-stm,
        --lanes 4, --clock gas.
export  runs one block and draws its lanes as a self-contained SVG.
access-list
        runs one block on one lane and lists the accounts and slots that it touches
        (EIP-7928). --json prints the whole list.
verify  runs each block on one lane and under every strategy on both clocks,
        compares state and receipts by what each strategy promises, and real blocks
        with their header. One line for each file; the exit status is 1 if anything
        differs. Default: --lanes 4.
bench   measures each block on real threads against plain revm on one lane: wall
        and CPU time, medians of R repetitions in which all take turns, as a
        Markdown table or as JSON. Compares every result; the exit status is 1 if
        any differs. --memory adds the peak of resident memory, --tracing what it
        costs to record a trace. Without a source: every synthetic block, which are
        transfers, erc20, amm, sender-chain, one-receiver, hot-mix, mixed-1000.
        Defaults: --strategy block-stm, --lanes 2, --runs 7.
state-test  runs the official Ethereum state tests in a folder: every case alone and
        several to a block, on one lane and under Block-STM on both clocks. The exit
        status is 1 if one fails that plain revm passes. Default: --lanes 1, 2 and 4.

Strategies: sequential, block-stm.
";

/// Everything went as asked, and nothing differs.
const OK: u8 = 0;
/// Something differs, or a file cannot be used.
const DIFFERS: u8 = 1;
/// The command line is wrong.
const MISUSED: u8 = 2;

fn main() -> ExitCode {
    let code = match arguments::parse(lexopt::Parser::from_env()) {
        Ok(Invocation::Help) => say(USAGE).map_or(DIFFERS, |()| OK),
        Ok(Invocation::Run(arguments)) => match run::run(&arguments) {
            Ok(text) => say(&text).map_or(DIFFERS, |()| OK),
            Err(error) => complain(&format!("{error:#}"), DIFFERS),
        },
        Ok(Invocation::Export(arguments)) => match run::export(&arguments) {
            Ok(svg) => say(&svg).map_or(DIFFERS, |()| OK),
            Err(error) => complain(&format!("{error:#}"), DIFFERS),
        },
        Ok(Invocation::AccessList(arguments)) => match access_list::list(&arguments) {
            Ok(text) => say(&text).map_or(DIFFERS, |()| OK),
            Err(error) => complain(&format!("{error:#}"), DIFFERS),
        },
        Ok(Invocation::Verify(arguments)) => verify::verify(&arguments, &mut say),
        Ok(Invocation::Bench(arguments)) => match bench::bench(&arguments, &mut say) {
            Ok(()) => OK,
            Err(error) => complain(&format!("{error:#}"), DIFFERS),
        },
        Ok(Invocation::StateTest(arguments)) => {
            match state_test::state_test(&arguments, &mut say) {
                Ok(code) => code,
                Err(error) => complain(&format!("{error:#}"), DIFFERS),
            }
        }
        Err(error) => complain(&format!("{error:#}\n\n{USAGE}"), MISUSED),
    };
    ExitCode::from(code)
}

/// Prints a result. A reader that has gone away (`| head`) is no reason to panic.
fn say(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

fn complain(text: &str, code: u8) -> u8 {
    // If even stderr is gone, the exit code still tells.
    writeln!(std::io::stderr(), "lanescope: {text}").ok();
    code
}
