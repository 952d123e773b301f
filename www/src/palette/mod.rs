//! Everything that can be done, by name: commands, strategies, scenarios, transactions, accounts.

mod dialog;
mod fuzzy;
mod items;
mod recent;

pub(crate) use dialog::{Palette, PaletteProps, palette_props};
