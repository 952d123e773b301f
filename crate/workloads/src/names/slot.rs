//! A slot's name from its origin and, where the contract is known, its layout.

use alloy_primitives::{B256, U256, b256};

use super::preimages::{Origin, Step};
use crate::contracts::{Encoding, Layout, TypeInfo, Variable};

/// Slots that standards chose by hashing a text: EIP-1967 and the older ZeppelinOS proxies.
const STANDARD_SLOTS: [(B256, &str); 5] = [
    (b256!("360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc"), "implementation"),
    (b256!("b53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103"), "admin"),
    (b256!("a3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6cb3582b35133d50"), "beacon"),
    (b256!("7050c9e0f4ca769c69bd3a8ef740bc37934f8e2c036e5a723fd8ee048ed3f8c3"), "implementation"),
    (b256!("10d6a54a4754c8869d6886b5f5d7fbfa5b4522237ea5c60d11bc4e7a1ff9390b"), "admin"),
];

/// The slot's name inside its contract.
pub(super) fn name(
    layout: Option<&Layout>,
    origin: &Origin,
    word: &dyn Fn(U256) -> String,
) -> String {
    layout.and_then(|layout| named(layout, origin, word)).unwrap_or_else(|| unnamed(origin, word))
}

/// By a layout. `None` where the slot belongs to none of its variables.
fn named(layout: &Layout, origin: &Origin, word: &dyn Fn(U256) -> String) -> Option<String> {
    let naming = Naming { layout, word };
    naming.among(&layout.storage, origin.base, &origin.steps)
}

struct Naming<'a> {
    layout: &'a Layout,
    word: &'a dyn Fn(U256) -> String,
}

impl Naming<'_> {
    /// The variable, or the variables that share the slot, so many slots after the first.
    fn among(&self, variables: &[Variable], slot: U256, steps: &[Step]) -> Option<String> {
        let mut names = Vec::new();
        for variable in variables {
            let kind = self.layout.kind(&variable.kind)?;
            let inside = slot.checked_sub(variable.slot).filter(|inside| *inside < kind.slots());
            if let Some(inside) = inside {
                names.push(format!("{}{}", variable.label, self.within(kind, inside, steps)?));
            }
        }
        (!names.is_empty()).then(|| names.join("+"))
    }

    /// What comes after a variable's name: keys, indices, members.
    fn within(&self, kind: &TypeInfo, inside: U256, steps: &[Step]) -> Option<String> {
        match (kind.encoding, steps) {
            (Encoding::Mapping, [Step::Key(key), rest @ ..]) => {
                let value = self.layout.kind(kind.value.as_ref()?)?;
                let label = &self.layout.kind(kind.key.as_ref()?)?.label;
                let (inside, rest) = skip_offset(rest);
                let after = self.within(value, inside, rest)?;
                Some(format!("[{}]{after}", self.key(key, label)))
            }
            (Encoding::DynamicArray, [Step::Data(at), rest @ ..]) => {
                self.element(self.layout.kind(kind.base.as_ref()?)?, *at, rest)
            }
            (Encoding::DynamicArray, []) => Some(".length".to_owned()),
            (Encoding::Bytes, [] | [Step::Data(_)]) => Some(String::new()),
            (Encoding::Inplace, _) => match (&kind.members, &kind.base) {
                (Some(members), _) => {
                    self.among(members, inside, steps).map(|member| format!(".{member}"))
                }
                (None, Some(base)) => self.element(self.layout.kind(base)?, inside, steps),
                (None, None) => steps.is_empty().then(String::new),
            },
            // A mapping's own slot holds nothing.
            _ => None,
        }
    }

    fn element(&self, base: &TypeInfo, at: U256, steps: &[Step]) -> Option<String> {
        let slots = base.slots();
        let first = at / slots * base.per_slot();
        let range = if base.per_slot() > U256::ONE {
            format!("[{first}…{}]", first + base.per_slot() - U256::ONE)
        } else {
            format!("[{first}]")
        };
        Some(format!("{range}{}", self.within(base, at % slots, steps)?))
    }

    fn key(&self, key: &[u8], label: &str) -> String {
        if label == "string" {
            return format!("\"{}\"", String::from_utf8_lossy(key));
        }
        plain_key(key, self.word)
    }
}

/// Without a layout: `slot 5`, `mapping 3[Ana]`, `array 7[2]`.
fn unnamed(origin: &Origin, word: &dyn Fn(U256) -> String) -> String {
    let is_small = origin.base.bit_len() <= 64;
    let base = if is_small { origin.base.to_string() } else { word(origin.base) };
    let mut name = match origin.steps.first() {
        None => standard(origin.base).unwrap_or_else(|| format!("slot {base}")),
        Some(Step::Data(_)) => format!("array {base}"),
        Some(_) => format!("mapping {base}"),
    };
    for step in &origin.steps {
        name.push_str(&match step {
            Step::Key(key) => format!("[{}]", plain_key(key, word)),
            Step::Data(at) => format!("[{at}]"),
            Step::Offset(at) => format!("+{at}"),
        });
    }
    name
}

fn plain_key(key: &[u8], word: &dyn Fn(U256) -> String) -> String {
    if key.len() == 32 { word(U256::from_be_slice(key)) } else { super::short_hex(key) }
}

fn skip_offset(steps: &[Step]) -> (U256, &[Step]) {
    match steps {
        [Step::Offset(at), rest @ ..] => (*at, rest),
        _ => (U256::ZERO, steps),
    }
}

fn standard(slot: U256) -> Option<String> {
    let slot = B256::from(slot);
    let found = STANDARD_SLOTS.iter().find(|(known, _)| *known == slot)?;
    Some(found.1.to_owned())
}
