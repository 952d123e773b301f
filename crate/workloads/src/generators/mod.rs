//! Generators: from a recipe to a scenario. Everything is decided by the recipe: the same recipe
//! makes the same block everywhere.

mod cast;
mod dex;
mod draft;
mod erc20;
mod knobs;
mod nft_mint;
mod random;
mod synthetic;
mod transfers;

use lanescope_protocol::Scenario;
use lanescope_protocol::message::{Catalogue, KnobInfo, WorkloadInfo};
use lanescope_protocol::scenario::{BlockFields, Recipe};

use crate::contracts::{self, list};
use crate::error::{Place, Problem, ScenarioError};
use draft::Draft;
use knobs::Knobs;
use random::Random;

pub use synthetic::{SYNTHETIC, Synthetic, synthetic};

/// A generator.
struct Workload {
    name: &'static str,
    title: &'static str,
    summary: &'static str,
    knobs: fn() -> Vec<KnobInfo>,
    generate: fn(&Knobs, &mut Random) -> Draft,
}

const WORKLOADS: [Workload; 4] =
    [dex::WORKLOAD, transfers::WORKLOAD, erc20::WORKLOAD, nft_mint::WORKLOAD];

/// What can be composed: generators and contracts, in menu order.
#[must_use]
pub fn catalogue() -> Catalogue {
    let workloads = WORKLOADS
        .iter()
        .map(|workload| WorkloadInfo {
            name: workload.name.to_owned(),
            title: workload.title.to_owned(),
            summary: workload.summary.to_owned(),
            knobs: (workload.knobs)(),
        })
        .collect();
    Catalogue { workloads, contracts: contracts::infos() }
}

/// Makes a scenario from a recipe. Fails on an unknown workload or knob, or a value out of range.
pub fn compose(recipe: &Recipe) -> Result<Scenario, ScenarioError> {
    make(recipe).map_err(|problem| problem.at(Place::Recipe))
}

/// A scenario that holds only a recipe becomes what the recipe makes; others stay as they are. A
/// title, block fields or splits that were given are kept.
pub(crate) fn expand(scenario: Scenario) -> Result<Scenario, ScenarioError> {
    let Some(recipe) = scenario.recipe.as_ref().filter(|_| scenario.transactions.is_empty()) else {
        return Ok(scenario);
    };
    let mut made = compose(recipe)?;
    if !scenario.title.is_empty() {
        made.title = scenario.title;
    }
    if scenario.block != BlockFields::default() {
        made.block = scenario.block;
    }
    made.splits = scenario.splits;
    Ok(made)
}

fn make(recipe: &Recipe) -> Result<Scenario, Problem> {
    let workload = WORKLOADS.iter().find(|workload| workload.name == recipe.workload);
    let workload = workload.ok_or_else(|| Problem::UnknownWorkload {
        name: crate::value::shorten(&recipe.workload),
        known: list(WORKLOADS.iter().map(|workload| workload.name)),
    })?;
    let knobs = Knobs::new(workload.name, (workload.knobs)(), &recipe.knobs)?;
    let mut random = Random::new(recipe.seed);
    let draft = (workload.generate)(&knobs, &mut random);
    Ok(draft.finish(workload.title, recipe.clone(), &mut random))
}
