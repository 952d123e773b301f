//! The options of `lanescope state-test`.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use lexopt::{Arg, Parser};

use super::{Invocation, lanes, text};

/// `lanescope state-test`.
#[derive(Debug, Default)]
pub(crate) struct StateTestArguments {
    pub(crate) folder: PathBuf,
    pub(crate) lanes: Vec<u16>,
    pub(crate) json: bool,
}

pub(super) fn parse_state_test(parser: &mut Parser) -> Result<Invocation> {
    let mut folder = None;
    let mut arguments = StateTestArguments::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("lanes") => arguments.lanes.push(lanes(&text(parser.value()?)?)?),
            Arg::Long("json") => arguments.json = true,
            Arg::Short('h') | Arg::Long("help") => return Ok(Invocation::Help),
            Arg::Value(value) if folder.is_none() => folder = Some(value),
            other => return Err(other.unexpected().into()),
        }
    }
    arguments.folder = folder.context("state-test needs a DIR with state tests in it")?.into();
    if arguments.lanes.is_empty() {
        arguments.lanes = vec![1, 2, 4];
    }
    Ok(Invocation::StateTest(arguments))
}
