//! `lanescope`, the native twin of the page: the same engine from the command line.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic, reason = "tests may fail loudly"))]

mod access_list;
mod arguments;
mod bench;
mod compare;
mod export;
mod lint;
mod race;
#[cfg(test)]
mod round_trip_tests;
mod run;
mod source;
mod state_test;
mod steps;
mod stored;
mod usage;
mod verify;
mod words;

use std::io::Write as _;
use std::process::ExitCode;

use arguments::Invocation;
use mimalloc::MiMalloc;
use usage::{USAGE, usage};

/// For every runner alike: the system's own allocator slows threads down more than one lane.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Everything went as asked, and nothing differs.
const OK: u8 = 0;
/// Something differs, or a file cannot be used.
const DIFFERS: u8 = 1;
/// The command line is wrong.
const MISUSED: u8 = 2;

fn main() -> ExitCode {
    let code = match arguments::parse(lexopt::Parser::from_env()) {
        Ok(Invocation::Help) => say(&usage()).map_or(DIFFERS, |()| OK),
        Ok(Invocation::Run(arguments)) => match run::run(&arguments) {
            Ok(text) => say(&text).map_or(DIFFERS, |()| OK),
            Err(error) => complain(&format!("{error:#}"), DIFFERS),
        },
        Ok(Invocation::Compare(arguments)) => match compare::compare(&arguments, &mut say) {
            Ok(code) => code,
            Err(error) => complain(&format!("{error:#}"), DIFFERS),
        },
        Ok(Invocation::Export(arguments)) => match export::export(&arguments) {
            Ok(()) => OK,
            Err(error) => complain(&format!("{error:#}"), DIFFERS),
        },
        Ok(Invocation::Lint(arguments)) => match lint::lint(&arguments) {
            Ok((text, code)) => say(&text).map_or(DIFFERS, |()| code),
            Err(error) => complain(&format!("{error:#}"), DIFFERS),
        },
        Ok(Invocation::AccessList(arguments)) => match access_list::list(&arguments) {
            Ok(text) => say(&text).map_or(DIFFERS, |()| OK),
            Err(error) => complain(&format!("{error:#}"), DIFFERS),
        },
        Ok(Invocation::Steps(arguments)) => match steps::steps(&arguments) {
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
