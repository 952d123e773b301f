//! Which slots to split, by the names that people see.

use std::sync::Arc;

use alloy_primitives::{Address, B256, U256};
use lanescope_executor::{World, run_sequential_listed};
use lanescope_protocol::Scenario;
use lanescope_protocol::scenario::{Split, SplitBy, SplitInitial};
use lanescope_protocol::split::split_word;

use crate::book::Book;
use crate::contracts::list;
use crate::error::{Place, Problem, ScenarioError};
use crate::prepare::{Prepared, prepare};
use crate::value;

/// So many slots are named where one is not found.
const NAMED: usize = 6;

/// A slot that the block touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TouchedSlot {
    /// The account.
    pub address: Address,
    /// The slot's key.
    pub key: B256,
    /// Its name: `Pool A.reserve0`.
    pub name: String,
    /// How many transactions change it on one lane.
    pub writers: usize,
}

/// The slots that a block touches on one lane; those that most transactions change come first.
pub fn touched_slots(prepared: &Prepared) -> Result<Vec<TouchedSlot>, ScenarioError> {
    let (block, world) = (&prepared.block, &prepared.world);
    let (_, accounts) = run_sequential_listed(block, world)
        .map_err(|error| Problem::BlockFails(error.to_string()).at(Place::Scenario))?;
    prepared.names.learn(block, world);
    let last = block.transactions.len() as u64;
    let mut slots = Vec::new();
    for account in accounts.iter() {
        let mut push = |key: U256, writers| {
            let name = prepared.names.slot(&account.address, key);
            slots.push(TouchedSlot { address: account.address, key: key.into(), name, writers });
        };
        for changed in &account.storage_changes {
            // Before the first and after the last transaction the protocol writes.
            let indices = changed.changes.iter().map(|change| change.block_access_index.get());
            push(changed.slot, indices.filter(|index| (1..=last).contains(index)).count());
        }
        account.storage_reads.iter().for_each(|key| push(*key, 0));
    }
    slots.sort_by(|a, b| b.writers.cmp(&a.writers).then_with(|| a.name.cmp(&b.name)));
    Ok(slots)
}

/// Splits slots of a scenario as people write it: `Pool A.reserve0=4`, with `,by=sender` and
/// `,initial=first` behind it if that is wanted, or with address and key as in `0x…:0x08=4`.
/// `imported` is the state of a real block.
pub fn add_splits(
    scenario: &mut Scenario,
    imported: Option<Arc<World>>,
    written: &[String],
) -> Result<(), ScenarioError> {
    if written.is_empty() {
        return Ok(());
    }
    // Names as they are where nothing is split.
    let kept = core::mem::take(&mut scenario.splits);
    let prepared = prepare(scenario, imported)?;
    let touched = touched_slots(&prepared)?;
    let book = Book::new(scenario)?;
    scenario.splits = kept;
    for text in written {
        let split = read(text, &touched, &book).map_err(|problem| problem.at(Place::Scenario))?;
        scenario.splits.push(split);
    }
    Ok(())
}

fn read(text: &str, touched: &[TouchedSlot], book: &Book) -> Result<Split, Problem> {
    let bad = || Problem::BadSplit(value::shorten(text));
    let (mut rest, mut by, mut initial) = (text, None, None);
    while let Some((before, last)) = rest.rsplit_once(',') {
        if let Some(word) = last.strip_prefix("by=") {
            by = Some(chosen("by", &SplitBy::ALL, word)?);
        } else if let Some(word) = last.strip_prefix("initial=") {
            initial = Some(chosen("initial", &SplitInitial::ALL, word)?);
        } else {
            break;
        }
        rest = before;
    }
    let (slot, copies) = rest.rsplit_once('=').ok_or_else(bad)?;
    let copies = copies.trim().parse().map_err(|_| bad())?;
    let (address, slot) = locate(slot.trim(), touched, book)?;
    Ok(Split {
        address,
        slot,
        copies,
        by: by.unwrap_or_default(),
        initial: initial.unwrap_or_default(),
    })
}

/// What a word stands for.
fn chosen<T: Copy>(
    what: &'static str,
    all: &[(T, &'static str)],
    word: &str,
) -> Result<T, Problem> {
    split_word(all, word).ok_or_else(|| Problem::SplitWord {
        what,
        word: value::shorten(word),
        known: list(all.iter().map(|(_, name)| *name)),
    })
}

/// Contract and slot of a name: that of the whole slot, or of one variable in a slot that several
/// share.
fn locate(name: &str, touched: &[TouchedSlot], book: &Book) -> Result<(String, String), Problem> {
    let is_part = |slot: &&TouchedSlot| {
        let (contract, variable) = slot.name.split_once('.').unwrap_or(("", &slot.name));
        let wanted = name.strip_prefix(contract).and_then(|rest| rest.strip_prefix('.'));
        wanted.is_some_and(|wanted| variable.split('+').any(|part| part == wanted))
    };
    let whole = touched.iter().find(|slot| slot.name == name);
    if let Some(found) = whole.or_else(|| touched.iter().find(is_part)) {
        return Ok((format!("{:#x}", found.address), found.key.to_string()));
    }
    if let Some((address, key)) = name.rsplit_once(':')
        && let (Ok(address), Ok(key)) = (book.resolve(address), value::amount(key))
    {
        return Ok((format!("{address:#x}"), B256::from(key).to_string()));
    }
    if touched.is_empty() {
        return Err(Problem::NoSlots);
    }
    let known = list(touched.iter().take(NAMED).map(|slot| slot.name.as_str()));
    Err(Problem::UnknownSlot { name: value::shorten(name), known })
}
