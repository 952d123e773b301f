//! Scenarios as files.

use lanescope_executor::World;
use lanescope_protocol::Scenario;
use lanescope_protocol::scenario::PreAccount;

/// A scenario as the text of a file that [`crate::open`] reads back. `state` is the state before a
/// real block, which the scenario itself does not hold; it is written with it.
#[must_use]
pub fn save(scenario: &Scenario, state: Option<&World>) -> String {
    let mut scenario = scenario.clone();
    if let Some(imported) = scenario.imported.as_mut() {
        imported.key = None;
        if let Some(world) = state {
            imported.pre_state = world
                .addresses()
                .into_iter()
                .filter_map(|address| {
                    let account = world.account(&address)?;
                    let code = account.info.code.as_ref();
                    let code = code.map(|code| code.original_bytes()).unwrap_or_default();
                    let storage = account.storage.iter();
                    let written = PreAccount {
                        balance: account.info.balance.to_string(),
                        nonce: account.info.nonce,
                        code: if code.is_empty() { String::new() } else { code.to_string() },
                        storage: storage
                            .map(|(key, value)| (format!("{key:#x}"), format!("{value:#x}")))
                            .collect(),
                    };
                    Some((format!("{address:#x}"), written))
                })
                .collect();
        }
    }
    // Plain owned data with text keys has no way to fail.
    let mut text = serde_json::to_string_pretty(&scenario).unwrap_or_default();
    text.push('\n');
    text
}
