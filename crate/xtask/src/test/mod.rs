//! `test`: format, lints, native tests, contracts, both engines, and the page in a real browser.
//!
//! Every step runs even when an earlier one failed, except that nothing is tried in a browser
//! that could not be built. A step whose runner ran no test has failed.

mod tally;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};

use crate::flags::{Plan, TestOptions, TestStep};
use crate::{build, contracts, install, paths, process, progress};
use tally::Tally;

/// Names under which Chromium is installed.
const BROWSERS: [&str; 4] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Longest time for one browser test, in milliseconds.
const BROWSER_TEST_MS_MAX: u32 = 300_000;

/// Runs the chosen steps.
///
/// # Errors
/// The names of the steps that failed.
pub(crate) fn run(options: &TestOptions) -> Result<()> {
    let start = Instant::now();
    let mut tally = Tally::default();
    let mut failed = Vec::new();
    for &step in &options.steps {
        if step == TestStep::Browser && failed.contains(&TestStep::Build.name()) {
            eprintln!("\nThe page was not built, so the browser tests cannot run");
            failed.push(step.name());
        } else if let Err(error) = run_step(step, &mut tally) {
            eprintln!("\nerror in {}: {error:#}", step.name());
            failed.push(step.name());
        }
    }
    progress::say(format!("\n{tally} in {}", progress::spell(start.elapsed())));
    ensure!(failed.is_empty(), "failed: {}", failed.join(", "));
    Ok(())
}

fn run_step(step: TestStep, tally: &mut Tally) -> Result<()> {
    match step {
        TestStep::Format => component("Check the format", &["fmt", "--all", "--check"]),
        TestStep::Lints => component(
            "Check the lints",
            &["clippy", "--workspace", "--quiet", "--", "-D", "warnings"],
        ),
        TestStep::Native => native(tally),
        TestStep::Contracts => contracts::run(true),
        TestStep::Build => build::run(&Plan::default()),
        TestStep::Browser => browser(tally),
    }
}

/// The cargo that runs this program.
fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(paths::root());
    command
}

/// Runs a part of the toolchain that a user may not have installed.
fn component(name: &str, arguments: &[&str]) -> Result<()> {
    let installed = arguments
        .first()
        .is_some_and(|first| process::read(cargo().args([first, "--version"])).is_ok());
    if !installed {
        eprintln!("\n{name}: skipped, because `cargo {}` is not installed", arguments.join(" "));
        return Ok(());
    }
    let step = progress::Step::begin(name);
    ensure!(
        process::watch(cargo().args(arguments), |_| ())?,
        "`cargo {}` failed",
        arguments.join(" ")
    );
    step.done();
    Ok(())
}

/// Rust's tests. Ours first, then everything else optimised, because whole blocks run in them.
fn native(tally: &mut Tally) -> Result<()> {
    let chores = ["test", "--package", "xtask"];
    let rest =
        ["test", "--workspace", "--exclude", "xtask", "--profile", "quick", "--no-fail-fast"];
    // With the locks of a model checker, which nothing else can use.
    let orders = ["test", "--package", "lanescope-executor", "--lib", "--profile", "quick"];
    let orders = orders.into_iter().chain(["--features", "interleavings", "interleavings"]);
    let good = [
        count("Test the chores", cargo().args(chores), tally)?,
        count("Test everything native", cargo().args(rest).envs(real_blocks()), tally)?,
        count("Test the orders of threads", cargo().args(orders), tally)?,
    ];
    ensure!(good == [true; 3], "not all native tests passed");
    Ok(())
}

/// The page in Chromium, isolated and not.
fn browser(tally: &mut Tally) -> Result<()> {
    let folder = paths::root().join("tests/browser");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .with_context(|| folder.display().to_string())?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    files.sort();
    ensure!(!files.is_empty(), "{} holds no tests", folder.display());
    let native = native_twin()?;
    let node = install::npm()?;
    let mut command = Command::new(node);
    command
        .args(["--test", "--test-reporter=spec", "--test-concurrency=1"])
        .arg(format!("--test-timeout={BROWSER_TEST_MS_MAX}"))
        .args(files)
        .current_dir(paths::root())
        .env("LANESCOPE_DIST", paths::dist())
        .env("LANESCOPE_XTASK", std::env::current_exe()?)
        .env("LANESCOPE_NATIVE", native)
        .env("CHROMIUM", chromium()?)
        .envs(real_blocks());
    ensure!(
        count("Test the page in Chromium", &mut command, tally)?,
        "not all browser tests passed"
    );
    Ok(())
}

/// The command-line program, which must tell of a block what the engines in the browser tell.
pub(crate) fn native_twin() -> Result<PathBuf> {
    let step = progress::Step::begin("Build the native twin");
    let build = ["build", "--package", "lanescope", "--profile", "quick"];
    ensure!(process::watch(cargo().args(build), |_| ())?, "the command line was not built");
    step.done();
    let folder = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| paths::root().join("target"));
    Ok(folder.join("quick").join(format!("lanescope{}", std::env::consts::EXE_SUFFIX)))
}

/// Runs a test runner and adds up what it reports; says whether it succeeded.
fn count(name: &str, command: &mut Command, tally: &mut Tally) -> Result<bool> {
    let step = progress::Step::begin(name);
    let mut seen = Tally::default();
    let good = process::watch(command, |line| seen.see(line))?;
    ensure!(!seen.is_empty(), "`{}` ran no test", process::spell_command(command));
    tally.add(&seen);
    step.done();
    Ok(good)
}

/// Where the folder of real blocks is, if it stands beside the project and nothing else was said.
pub(crate) fn real_blocks() -> Option<(&'static str, OsString)> {
    let name = "LANESCOPE_MAINNET_DIR";
    if let Some(folder) = std::env::var_os(name) {
        return Some((name, folder));
    }
    let beside = paths::root().parent()?.join("shared/mainnet");
    if !beside.is_dir() {
        eprintln!("There is no {}: tests on real blocks are left out", beside.display());
        return None;
    }
    Some((name, beside.into()))
}

/// Where Chromium is, installed now if it was missing and we may.
pub(crate) fn chromium() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("CHROMIUM") {
        return Ok(path.into());
    }
    let find = || BROWSERS.iter().find_map(|name| process::find(name));
    if let Some(path) = find() {
        return Ok(path);
    }
    if install::may_apt() {
        install::apt(&["chromium"])?;
    }
    match find() {
        Some(path) => Ok(path),
        None => bail!(
            "Chromium is missing: run `{}`, or set CHROMIUM to its path",
            install::apt_command(&["chromium"])
        ),
    }
}
