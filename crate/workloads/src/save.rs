//! Scenarios as files.

use std::collections::BTreeMap;

use lanescope_executor::World;
use lanescope_protocol::Scenario;
use lanescope_protocol::scenario::PreAccount;

use crate::error::{Place, Problem, ScenarioError};

/// A scenario as a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavedFile {
    /// Suggested name, from the title: `exchange-at-peak-hour.json`.
    pub name: String,
    /// The file's text: JSON that [`crate::open`] reads back.
    pub text: String,
}

/// Writes a scenario as a file. `state` is the state before a real block, which the scenario itself
/// does not hold; it goes into the file. Fails if a real block comes without its state: the file
/// could not be opened again.
pub fn save(scenario: &Scenario, state: Option<&World>) -> Result<SavedFile, ScenarioError> {
    let mut scenario = scenario.clone();
    if let Some(imported) = scenario.imported.as_mut() {
        imported.key = None;
        if let Some(world) = state {
            imported.pre_state = pre_state(world);
        }
        if imported.pre_state.is_empty() {
            return Err(Problem::ForgottenPreState.at(Place::Scenario));
        }
    }
    // Plain owned data with text keys has no way to fail.
    let mut text = serde_json::to_string_pretty(&scenario).unwrap_or_default();
    text.push('\n');
    Ok(SavedFile { name: file_name(&scenario.title), text })
}

fn pre_state(world: &World) -> BTreeMap<String, PreAccount> {
    let mut accounts = BTreeMap::new();
    for address in world.addresses() {
        let Some(account) = world.account(&address) else { continue };
        let code = account.info.code.as_ref().map(|code| code.original_bytes()).unwrap_or_default();
        let storage = account.storage.iter();
        let written = PreAccount {
            balance: account.info.balance.to_string(),
            nonce: account.info.nonce,
            code: if code.is_empty() { String::new() } else { code.to_string() },
            storage: storage
                .map(|(key, value)| (format!("{key:#x}"), format!("{value:#x}")))
                .collect(),
        };
        accounts.insert(format!("{address:#x}"), written);
    }
    accounts
}

fn file_name(title: &str) -> String {
    let lower = title.to_lowercase();
    let words: Vec<_> = lower
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let stem: String = words.join("-").chars().take(60).collect();
    if stem.is_empty() { "scenario.json".to_owned() } else { format!("{stem}.json") }
}
