//! Where a block comes from: a file or a generator.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use lanescope_executor::World;
use lanescope_protocol::limits::FILE_BYTES_MAX;
use lanescope_protocol::scenario::Recipe;
use lanescope_protocol::{Scenario, Trace};
use lanescope_workloads::{Prepared, SYNTHETIC};

use crate::arguments::RunArguments;

/// The scenario that the arguments name, and the block made from it.
pub(crate) fn load(arguments: &RunArguments) -> Result<Prepared> {
    let path = Path::new(&arguments.source);
    let is_file =
        path.exists() || [".json", ".gz"].iter().any(|end| arguments.source.ends_with(end));
    let (mut scenario, state) = if is_file {
        let (scenario, state) = open(path)?;
        (adjust(scenario, arguments)?, state)
    } else if is_synthetic(&arguments.source) {
        (adjust(lanescope_workloads::synthetic(&arguments.source)?, arguments)?, None)
    } else {
        let recipe = Recipe {
            workload: arguments.source.clone(),
            knobs: arguments.knobs.clone(),
            seed: arguments.seed.unwrap_or(Recipe::default().seed),
        };
        (lanescope_workloads::compose(&recipe)?, None)
    };
    lanescope_workloads::add_splits(&mut scenario, state.clone(), &arguments.splits)?;
    Ok(lanescope_workloads::prepare(&scenario, state)?)
}

/// Whether this names a synthetic block and nothing else: two generators have names of such blocks.
fn is_synthetic(name: &str) -> bool {
    let generators = lanescope_workloads::catalogue().workloads;
    SYNTHETIC.iter().any(|synthetic| synthetic.name == name)
        && !generators.iter().any(|generator| generator.name == name)
}

/// Reads a file, at most up to the limit.
pub(crate) fn open(path: &Path) -> Result<(Scenario, Option<Arc<World>>)> {
    let name = path.display().to_string();
    let file = File::open(path).with_context(|| format!("{name} cannot be opened"))?;
    let mut bytes = Vec::new();
    // One byte more than allowed, so that the reader can tell that it is too large.
    file.take(FILE_BYTES_MAX as u64 + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("{name} cannot be read"))?;
    if Trace::is_encoded(&bytes) {
        bail!("{name} is the trace of a run that is over: only run and export take it");
    }
    let opened = lanescope_workloads::open(&name, &bytes)?;
    Ok((opened.scenario, opened.state))
}

/// Turns the knobs of a scenario that came from a recipe.
fn adjust(scenario: Scenario, arguments: &RunArguments) -> Result<Scenario> {
    if arguments.knobs.is_empty() && arguments.seed.is_none() {
        return Ok(scenario);
    }
    let Some(mut recipe) = scenario.recipe else {
        bail!(
            "{} was not made by a generator: --set and --seed have nothing to turn",
            arguments.source
        );
    };
    recipe.knobs.extend(arguments.knobs.clone());
    recipe.seed = arguments.seed.unwrap_or(recipe.seed);
    let composed = lanescope_workloads::compose(&recipe)?;
    Ok(Scenario { splits: scenario.splits, ..composed })
}
