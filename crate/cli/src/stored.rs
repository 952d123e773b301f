//! Runs that are kept in files: what `lanescope export --format trace` has written.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use lanescope_protocol::{Settings, Trace};

use crate::arguments::RunArguments;
use crate::race::record;
use crate::source;

/// How names of traces end. Traces are known by their first bytes, whatever their name.
const ENDING: &str = ".lstr";

/// The trace that the source holds, or the trace of running the source.
pub(crate) fn trace(arguments: &RunArguments) -> Result<Trace> {
    if let Some(trace) = stored(arguments)? {
        return Ok(trace);
    }
    record(&source::load(arguments)?, &arguments.settings)
}

/// The trace in the file that the source names, if it is one.
fn stored(arguments: &RunArguments) -> Result<Option<Trace>> {
    let name = &arguments.source;
    let path = Path::new(name);
    if !(name.ends_with(ENDING) || path.is_file()) {
        return Ok(None);
    }
    let mut file = File::open(path).with_context(|| format!("{name} cannot be opened"))?;
    let mut bytes = Vec::new();
    let unreadable = || format!("{name} cannot be read");
    // So much that its beginning is there; a large file of another kind is not read twice.
    (&mut file).take(64).read_to_end(&mut bytes).with_context(unreadable)?;
    if !(name.ends_with(ENDING) || Trace::is_encoded(&bytes)) {
        return Ok(None);
    }
    let plain =
        arguments.knobs.is_empty() && arguments.seed.is_none() && arguments.splits.is_empty();
    if !plain || arguments.settings != Settings::default() {
        bail!("{name} is a run that is over: options of running have nothing to change in it");
    }
    file.read_to_end(&mut bytes).with_context(unreadable)?;
    Trace::decode(&bytes).map(Some).with_context(|| name.clone())
}
