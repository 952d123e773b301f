//! The JavaScript glue around a module, made by wasm-bindgen as a library: nothing to install,
//! and no second version to disagree with.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use super::{assets, compile};
use crate::flags::Part;
use crate::progress;

/// Makes a part's glue from its compiled module, unless it was made from the same one before.
/// Gives back the folder that holds glue, module and snippets.
///
/// # Errors
/// The module is not one that wasm-bindgen understands.
pub(crate) fn generate(part: Part, wasm: &Path, dev: bool) -> Result<PathBuf> {
    let target = compile::target_dir(part);
    let folder = target.join("glue");
    let stamp = target.join("glue.stamp");
    let state = state_of(wasm)?;
    if folder.is_dir() && std::fs::read_to_string(&stamp).is_ok_and(|made| made == state) {
        return Ok(folder);
    }
    let step = progress::Step::begin(format!("Make the glue of {}", part.name()));
    assets::empty(&folder)?;
    Bindgen::new()
        .input_path(wasm)
        .out_name(part.name())
        .web(true)?
        .typescript(false)
        .remove_name_section(!dev)
        .remove_producers_section(!dev)
        .generate(&folder)
        .with_context(|| format!("wasm-bindgen on {}", wasm.display()))?;
    std::fs::write(&stamp, state).with_context(|| stamp.display().to_string())?;
    step.done();
    Ok(folder)
}

/// What tells one compiled module from another: path, size, time.
pub(crate) fn state_of(file: &Path) -> Result<String> {
    let about = file.metadata().with_context(|| file.display().to_string())?;
    Ok(format!("{} {} {:?}", file.display(), about.len(), about.modified()?))
}
