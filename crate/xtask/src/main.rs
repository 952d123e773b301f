//! The project's chores, each one command: `cargo xtask --help` lists them.
//!
//! Everything here runs on the developer's machine only. It knows nothing about transactions: it
//! builds the two Wasm modules, serves them, tests them and packs them.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests may fail loudly"))]

mod bench_page;
mod build;
mod contracts;
mod dist;
mod flags;
mod headers;
mod install;
mod paths;
mod process;
mod progress;
mod serve;
mod test;

use flags::Request;

fn main() -> std::process::ExitCode {
    match flags::parse(std::env::args_os().skip(1)).and_then(run) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn run(request: Request) -> anyhow::Result<()> {
    match request {
        Request::Help => {
            progress::say(flags::HELP);
            Ok(())
        }
        Request::Build(plan) => build::run(&plan),
        Request::Serve(options) => serve::run(&options),
        Request::Test(options) => test::run(&options),
        Request::Dist => dist::run(),
        Request::BenchPage(options) => bench_page::run(&options),
        Request::Contracts { check } => contracts::run(check),
    }
}
