//! From a scenario to what the executor runs: a world, a block, and names for people.

mod envelope;
mod header;
mod splits;
mod state;
mod transactions;

use std::sync::Arc;

use lanescope_executor::{Block, World};
use lanescope_protocol::Scenario;
use lanescope_protocol::limits::TRANSACTIONS_MAX;
use lanescope_protocol::scenario::{HeaderClaims, SCENARIO_VERSION};

use crate::book::Book;
use crate::error::{Place, Problem, ScenarioError};
use crate::generators;
use crate::names::Names;

pub(crate) use state::imported_world;

/// A scenario, checked and ready to run.
#[derive(Debug)]
pub struct Prepared {
    /// The block.
    pub block: Arc<Block>,
    /// The state before it.
    pub world: Arc<World>,
    /// Names of accounts and locations.
    pub names: Names,
    /// The block's transactions in words, by index.
    pub transactions: Vec<TransactionLabel>,
    /// What the header of a real block claims. `None` once it was edited or a slot is split.
    pub header: Option<HeaderClaims>,
    /// The scenario's title, and what is split.
    pub title: String,
    /// The seed of its recipe, or 0.
    pub seed: u64,
}

/// A transaction in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransactionLabel {
    /// One word for what it does: `pay`, `swap`, `mint`, `deploy`, or the function called.
    pub action: String,
    /// The sender's name or short address.
    pub sender: String,
    /// The receiver's name or short address; `new contract` for a creation.
    pub receiver: String,
}

/// Checks a scenario and makes it ready to run. A scenario with a recipe and no transactions is made
/// from its recipe first.
///
/// `imported` is the state that [`crate::open`] returned for a real block; without it the scenario
/// must hold that state itself. Whatever is wrong comes back as one sentence; funds that run out only
/// in the course of the block are reported by whoever executes it.
pub fn prepare(
    scenario: &Scenario,
    imported: Option<Arc<World>>,
) -> Result<Prepared, ScenarioError> {
    let expanded;
    let scenario = if scenario.recipe.is_some() && scenario.transactions.is_empty() {
        expanded = generators::expand(scenario.clone())?;
        &expanded
    } else {
        scenario
    };
    check_size(scenario)?;
    let book = Book::new(scenario)?;
    let mut names = Names::default();
    for (address, name) in book.entries() {
        names.add_account(*address, name.clone());
    }
    let mut world = state::world(scenario, imported, &book, &mut names)?;
    let mut block = header::block(scenario, &world, &book)?;
    let made = transactions::make(scenario, &block, &world, &book, &names)?;
    block.transactions = made.envs.into_iter().map(Arc::new).collect();
    let split = splits::apply(scenario, &mut block, &mut world, &book, &mut names)?;
    let imported = scenario.imported.as_ref().filter(|_| scenario.splits.is_empty());
    Ok(Prepared {
        block: Arc::new(block),
        world,
        names,
        transactions: made.labels,
        header: imported.and_then(|imported| imported.header.clone()),
        title: format!("{}{split}", scenario.title),
        seed: scenario.recipe.as_ref().map_or(0, |recipe| recipe.seed),
    })
}

fn check_size(scenario: &Scenario) -> Result<(), ScenarioError> {
    let problem = if scenario.lanescope != SCENARIO_VERSION {
        Problem::UnknownVersion(scenario.lanescope.to_string())
    } else if scenario.transactions.is_empty() {
        Problem::EmptyBlock
    } else if scenario.transactions.len() > TRANSACTIONS_MAX {
        Problem::TooManyTransactions(scenario.transactions.len())
    } else {
        return Ok(());
    };
    Err(problem.at(Place::Scenario))
}
