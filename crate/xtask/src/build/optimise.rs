//! Shrinking modules with binaryen's `wasm-opt`, from npm. It makes them smaller, not faster, and
//! takes its time, so only `dist` does it; without Node.js it is left out.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::{bindgen, compile, wasm_name};
use crate::flags::Part;
use crate::{install, paths, process, progress};

/// Shrinks every module; gives back where the small ones are, nothing if there is no Node.js.
///
/// # Errors
/// Node.js is there, but the optimiser cannot be installed or fails.
pub(crate) fn all(modules: &[(Part, PathBuf)]) -> Result<Vec<(Part, PathBuf)>> {
    if install::node().is_none() {
        eprintln!("\nNode.js is not installed: wasm-opt is skipped, the modules stay larger");
        return Ok(Vec::new());
    }
    let node = install::npm()?;
    let shrink = |(part, folder): &(Part, PathBuf)| {
        Ok((*part, shrink(&node, *part, &folder.join(wasm_name(*part)))?))
    };
    modules.iter().map(shrink).collect()
}

/// Shrinks one module, unless the same one was shrunk before.
fn shrink(node: &Path, part: Part, wasm: &Path) -> Result<PathBuf> {
    let target = compile::target_dir(part);
    let (small, stamp) = (target.join("small.wasm"), target.join("small.stamp"));
    let level = level(part);
    let state = format!("{level} {}", bindgen::state_of(wasm)?);
    if small.is_file() && std::fs::read_to_string(&stamp).is_ok_and(|made| made == state) {
        return Ok(small);
    }
    let step = progress::Step::begin(format!("Shrink {}", part.name()));
    let mut command = Command::new(node);
    command.arg(paths::root().join("node_modules/binaryen/bin/wasm-opt"));
    command.arg(wasm).arg("-o").arg(&small);
    // No --enable flags: the module names the features it uses, up to the moment it is stripped.
    command.args([level, "--strip-debug", "--strip-producers", "--strip-target-features"]);
    process::run_long(&mut command)?;
    std::fs::write(&stamp, state).with_context(|| stamp.display().to_string())?;
    step.done();
    Ok(small)
}

/// How hard to try. What counts is the size after compression: of an engine of 526 kB with brotli,
/// `-O3` and `-Oz` make 554 kB, and `-O1` makes 524 kB in a quarter of their time.
fn level(part: Part) -> &'static str {
    match part {
        Part::Page => "-Oz",
        Part::EngineSingle | Part::EngineThreads => "-O1",
    }
}
