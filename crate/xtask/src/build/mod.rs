//! `build`: two Wasm modules in three files, and what stands beside them, into `dist/`.
//!
//! Every part is compiled before the first file of `dist/` changes, so a program that does not
//! compile leaves the last good one being served.

pub(crate) mod assets;
mod bindgen;
mod compile;
mod inspect;
mod optimise;
mod toolchain;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;

use crate::flags::{Part, Plan};
use crate::{paths, progress};

/// Builds what the plan says.
///
/// # Errors
/// No toolchain, a compilation that fails, or a module that is not what it should be.
pub(crate) fn run(plan: &Plan) -> Result<()> {
    build(plan, false)
}

/// Builds everything and makes it as small as it gets.
///
/// # Errors
/// As [`run`]; also if the optimiser is there and fails.
pub(crate) fn run_optimised() -> Result<()> {
    build(&Plan::default(), true)
}

fn build(plan: &Plan, optimised: bool) -> Result<()> {
    let start = Instant::now();
    let toolchain = toolchain::find()?;
    eprintln!("Wasm compiler: {toolchain}");
    let mut modules = Vec::new();
    for &part in &plan.parts {
        let wasm = compile::compile(&toolchain, part, plan.dev)?;
        let folder = bindgen::generate(part, &wasm, plan.dev)?;
        inspect::expect_memory(part, &folder.join(wasm_name(part)))?;
        modules.push((part, folder));
    }
    let optimised = optimised.then(|| optimise::all(&modules)).transpose()?;
    put_together(plan, &modules)?;
    for (part, wasm) in optimised.into_iter().flatten() {
        assets::copy_file(&wasm, &paths::dist().join(wasm_name(part)))?;
    }
    eprintln!("\nBuilt dist/ in {}", progress::spell(start.elapsed()));
    Ok(())
}

/// The name of a part's module, as its glue asks for it.
fn wasm_name(part: Part) -> String {
    format!("{}_bg.wasm", part.name())
}

/// Copies the modules, and what stands beside them, into `dist/`.
fn put_together(plan: &Plan, modules: &[(Part, PathBuf)]) -> Result<()> {
    let dist = paths::dist();
    if plan.parts == Part::ALL {
        assets::empty(&dist)?;
    }
    for (_, folder) in modules {
        assets::copy_folder(folder, &dist)?;
    }
    if plan.parts.contains(&Part::Page) {
        assets::copy_page(paths::root(), &dist)?;
        assets::expect_links(&dist)?;
    }
    Ok(())
}
