//! Slots that a scenario keeps several times.

use std::sync::Arc;

use alloy_primitives::U256;
use lanescope_executor::split::{SlotSplit, copy_key, split};
use lanescope_executor::{Block, World};
use lanescope_protocol::Scenario;
use lanescope_protocol::scenario::Split;
use lanescope_protocol::split::{SPLIT_COPIES_MAX, SPLIT_COPIES_MIN, SPLITS_MAX};

use crate::action::has_code;
use crate::book::Book;
use crate::error::{Place, Problem, ScenarioError};
use crate::names::Names;
use crate::value;

/// Puts the scenario's splits into its block and its world, and names the copies. Answers what is
/// split, in words.
pub(super) fn apply(
    scenario: &Scenario,
    block: &mut Block,
    world: &mut Arc<World>,
    book: &Book,
    names: &mut Names,
) -> Result<String, ScenarioError> {
    let count = scenario.splits.len();
    if count > SPLITS_MAX {
        return Err(Problem::TooManySplits(count).at(Place::Scenario));
    }
    let mut asked: Vec<SlotSplit> = Vec::with_capacity(count);
    for (index, one) in scenario.splits.iter().enumerate() {
        let place = |problem: Problem| problem.at(Place::Split(index));
        let one = checked(one, world, book, names).map_err(place)?;
        let clash = asked.iter().find_map(|other| clash(other, &one, names));
        if let Some(problem) = clash {
            return Err(place(problem));
        }
        asked.push(one);
    }
    for one in &asked {
        for copy in 0..one.copies {
            names.add_copy(one.address, copy_key(one.slot, copy), (one.slot, copy, one.copies));
        }
    }
    split(block, world, &asked);
    if !asked.is_empty() {
        // Else a mapping's entry would have no name in the title.
        names.learn(block, world);
    }
    Ok(words(&asked, names))
}

/// What is split, to be said behind the title: whoever sees a result must see that it is another
/// contract's.
fn words(asked: &[SlotSplit], names: &Names) -> String {
    let Some(first) = asked.first() else { return String::new() };
    let slot = names.plain_slot(&first.address, first.slot);
    match asked.len() {
        1 => format!(" ({slot} split in {})", first.copies),
        2 => format!(" ({slot} and another slot split)"),
        many => format!(" ({slot} and {} more slots split)", many - 1),
    }
}

fn checked(split: &Split, world: &World, book: &Book, names: &Names) -> Result<SlotSplit, Problem> {
    let address = book.resolve(&split.address).map_err(|problem| match problem {
        Problem::UnknownAccount(name) => Problem::UnknownContract(name),
        other => other,
    })?;
    if !has_code(world, &address) {
        return Err(Problem::SplitWithoutCode(names.account(&address)));
    }
    let slot = U256::from_be_bytes(value::word(&split.slot)?.0);
    if !(SPLIT_COPIES_MIN..=SPLIT_COPIES_MAX).contains(&split.copies) {
        return Err(Problem::SplitCopies(split.copies));
    }
    let Split { copies, by, initial, .. } = *split;
    Ok(SlotSplit { address, slot, copies, by, initial })
}

/// What is wrong with these two together.
fn clash(before: &SlotSplit, this: &SlotSplit, names: &Names) -> Option<Problem> {
    if before.address != this.address {
        return None;
    }
    if before.slot == this.slot {
        return Some(Problem::SplitTwice(names.slot(&this.address, this.slot)));
    }
    let is_copy = |of: &SlotSplit, slot| (1..of.copies).any(|copy| copy_key(of.slot, copy) == slot);
    (is_copy(before, this.slot) || is_copy(this, before.slot)).then_some(Problem::SplitCopy)
}
