//! `contracts`: the Solidity sources through the real compiler.

use std::process::Command;

use anyhow::{Result, bail};

use crate::{install, paths, process, progress};

/// Compiles the contracts, or with `check` compares the result with what is committed.
///
/// # Errors
/// Node.js is missing, a contract does not compile, or with `check` something differs.
pub(crate) fn run(check: bool) -> Result<()> {
    let node = install::npm()?;
    let step = progress::Step::begin(if check {
        "Compare the contracts with their artefacts"
    } else {
        "Compile the contracts"
    });
    let mut command = Command::new(node);
    command.arg(paths::root().join("assets/contracts/compile.mjs")).current_dir(paths::root());
    if check {
        command.arg("--check");
    }
    let mut lines = 0;
    let good = process::watch(&mut command, |_| lines += 1)?;
    match (good, lines) {
        (true, 0) => bail!("the contract compiler said nothing, so nothing was compared"),
        (true, _) => step.done(),
        (false, _) => bail!("the contracts are not as they should be"),
    }
    Ok(())
}
