//! A first look at a file: is it JSON at all, and what kind of file is it?

use core::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

/// The fields at the top of a JSON file that tell what it is. Reading it checks the whole syntax.
#[derive(Debug, Default)]
pub(crate) struct Probe {
    /// The value of `lanescope`, as text.
    pub(crate) version: Option<String>,
    pub(crate) has_block: bool,
    pub(crate) has_pre_state: bool,
    scenario: bool,
    transactions: bool,
    parent: bool,
    result: bool,
}

impl Probe {
    /// It says that it is a scenario.
    pub(crate) const fn is_scenario(&self) -> bool {
        self.scenario
    }

    /// It is what a node answers when asked for a block.
    pub(crate) const fn looks_like_bare_block(&self) -> bool {
        self.result || (self.transactions && self.parent)
    }
}

impl<'de> Deserialize<'de> for Probe {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ProbeVisitor)
    }
}

struct ProbeVisitor;

impl<'de> Visitor<'de> for ProbeVisitor {
    type Value = Probe;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a scenario or a block file")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Probe, A::Error> {
        let mut probe = Probe::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "lanescope" => {
                    probe.scenario = true;
                    probe.version = Some(map.next_value::<serde_json::Value>()?.to_string());
                    continue;
                }
                "block" => probe.has_block = true,
                "prestate" => probe.has_pre_state = true,
                "transactions" => probe.transactions = true,
                "parentHash" | "miner" => probe.parent = true,
                "result" => probe.result = true,
                _ => {}
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(probe)
    }
}
