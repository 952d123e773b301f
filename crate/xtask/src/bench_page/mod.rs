//! `bench-page`: how the page does in a real browser, beside its budgets.

mod figures;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::flags::BenchPageOptions;
use crate::{build, install, paths, process, progress, test};

/// Bars of the made-up runs that are panned over.
const BARS: [u32; 2] = [10_000, 1_000_000];

/// Measures and prints.
///
/// # Errors
/// The page cannot be built, Chromium is missing, or the browser's side fails.
pub(crate) fn run(options: &BenchPageOptions) -> Result<()> {
    if options.build {
        build::run_optimised()?;
    }
    let native = test::native_twin()?;
    let traces = make_traces(&native)?;
    let step = progress::Step::begin("Measure natively");
    let own = read_native(&native)?;
    step.done();
    let step = progress::Step::begin("Measure in Chromium");
    let seen = read_browser(&traces)?;
    step.done();
    let figures = figures::figures(&seen, &own);
    let renderer = seen.get("renderer").and_then(Value::as_str).unwrap_or("unknown");
    progress::say(if options.json {
        figures::as_json(&figures)
    } else {
        format!("\nRenderer: {renderer}\n\n{}", figures::as_table(&figures))
    });
    if options.json {
        eprintln!("Renderer: {renderer}");
    }
    Ok(())
}

/// Has the command-line program write the long runs, unless they are there.
fn make_traces(native: &Path) -> Result<PathBuf> {
    let folder = paths::root().join("target/bench-page");
    std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let step = progress::Step::begin("Make up long runs");
    for bars in BARS {
        let count = bars.to_string();
        let mut command = Command::new(native);
        command.args(["export", "--synthetic-bars", &count, "--format", "trace", "--output"]);
        process::run(command.arg(folder.join(format!("{bars}.lstr"))))?;
    }
    step.done();
    Ok(folder)
}

/// The blocks that the page's benchmark measures as well.
fn read_native(native: &Path) -> Result<Value> {
    let blocks = ["--synthetic", "mixed-1000", "--synthetic", "sender-chain"];
    let mut command = Command::new(native);
    command.arg("bench").args(blocks).args(["--lanes", "2", "--json"]);
    let text = process::read(&mut command)?;
    serde_json::from_str(&text).context("`lanescope bench --json` printed something else")
}

fn read_browser(traces: &Path) -> Result<Value> {
    let node = install::npm()?;
    let mut command = Command::new(node);
    command
        .arg(paths::root().join("tests/browser/bench-page.mjs"))
        .current_dir(paths::root())
        .env("LANESCOPE_DIST", paths::dist())
        .env("LANESCOPE_TRACES", traces)
        .env("CHROMIUM", test::chromium()?)
        .envs(test::real_blocks());
    let text = process::read(&mut command)?;
    serde_json::from_str(text.trim()).context("the browser's side printed no figures")
}
