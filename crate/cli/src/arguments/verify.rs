//! The options of `lanescope verify`.

use std::path::PathBuf;

use anyhow::{Result, bail};
use lexopt::{Arg, Parser};

use super::{Invocation, lanes, text};

/// `lanescope verify`.
#[derive(Debug, Default)]
pub(crate) struct VerifyArguments {
    pub(crate) files: Vec<PathBuf>,
    pub(crate) lanes: Vec<u16>,
    /// Slots to split in each of them, as they were written.
    pub(crate) splits: Vec<String>,
}

/// Lanes where none are given.
const LANES_DEFAULT: u16 = 4;

pub(super) fn parse_verify(parser: &mut Parser) -> Result<Invocation> {
    let mut arguments = VerifyArguments::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("lanes") => arguments.lanes.push(lanes(&text(parser.value()?)?)?),
            Arg::Long("split") => arguments.splits.push(text(parser.value()?)?),
            Arg::Short('h') | Arg::Long("help") => return Ok(Invocation::Help),
            Arg::Value(value) => arguments.files.push(value.into()),
            other => return Err(other.unexpected().into()),
        }
    }
    if arguments.files.is_empty() {
        bail!("verify needs at least one FILE");
    }
    if arguments.lanes.is_empty() {
        arguments.lanes.push(LANES_DEFAULT);
    }
    Ok(Invocation::Verify(arguments))
}
