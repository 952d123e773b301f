//! The block as the user composes it: the list, the form of one transaction, the knobs.

mod block_list;
mod knobs;
mod splits;
mod tools;
mod transaction_form;
mod transaction_row;

pub(crate) use block_list::BlockList;
pub(crate) use knobs::{KnobsProps, knobs};
pub(crate) use splits::{SplitsProps, splits};
pub(crate) use tools::{ToolsProps, addition, tools};
pub(crate) use transaction_form::TransactionForm;
