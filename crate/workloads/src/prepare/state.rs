//! The state before the block.

use std::sync::Arc;

use lanescope_executor::{World, WorldAccount, WorldStorage};
use lanescope_protocol::Scenario;
use lanescope_protocol::scenario::{Contract, Imported, PreAccount};
use revm::bytecode::Bytecode;
use revm::state::AccountInfo;

use crate::block_file;
use crate::book::Book;
use crate::contracts;
use crate::error::{Place, Problem, ScenarioError};
use crate::names::Names;
use crate::{storage, value};

/// The imported state, if there is one, with the scenario's accounts and contracts put in.
pub(super) fn world(
    scenario: &Scenario,
    imported: Option<Arc<World>>,
    book: &Book,
    names: &mut Names,
) -> Result<Arc<World>, ScenarioError> {
    let mut world = match (&scenario.imported, imported) {
        (Some(_), Some(world)) => world,
        (Some(imported), None) => {
            if imported.pre_state.is_empty() {
                return Err(Problem::ForgottenPreState.at(Place::Scenario));
            }
            Arc::new(imported_world(imported)?)
        }
        (None, _) => Arc::new(World::new()),
    };
    if scenario.accounts.is_empty() && scenario.contracts.is_empty() {
        return Ok(world);
    }
    // A real block's state is megabytes: it is copied only if something is put in.
    let inside = Arc::make_mut(&mut world);
    for (index, account) in scenario.accounts.iter().enumerate() {
        let place = |problem: Problem| problem.at(Place::Account(index, account.name.clone()));
        let balance = value::amount(&account.balance).map_err(place)?;
        let address = book.resolve(&account.name).map_err(place)?;
        let info = AccountInfo { balance, nonce: account.nonce, ..AccountInfo::default() };
        inside.insert(address, WorldAccount { info, ..WorldAccount::default() });
    }
    for (index, contract) in scenario.contracts.iter().enumerate() {
        add_contract(inside, index, contract, book, names)?;
    }
    Ok(world)
}

/// Reads the state that a scenario file holds for a real block.
pub(crate) fn imported_world(imported: &Imported) -> Result<World, ScenarioError> {
    let mut world = World::new();
    for (text, account) in &imported.pre_state {
        let place = |problem: Problem| problem.at(Place::PreState(value::shorten(text)));
        let address = value::address(text).map_err(place)?;
        world.insert(address, pre_account(account).map_err(place)?);
    }
    for (number, hash) in &imported.block_hashes {
        let hash = value::word(hash).map_err(|problem| problem.at(Place::BlockHash(*number)))?;
        world.insert_block_hash(*number, hash);
    }
    Ok(world)
}

fn pre_account(account: &PreAccount) -> Result<WorldAccount, Problem> {
    let code = block_file::code(value::bytes(&account.code)?)?;
    let mut storage = WorldStorage::default();
    for (key, text) in &account.storage {
        storage.insert(value::amount(key)?, value::amount(text)?);
    }
    let info = AccountInfo {
        balance: value::amount(&account.balance)?,
        nonce: account.nonce,
        code: Some(code),
        ..AccountInfo::default()
    };
    Ok(WorldAccount { info, storage })
}

fn add_contract(
    world: &mut World,
    index: usize,
    contract: &Contract,
    book: &Book,
    names: &mut Names,
) -> Result<(), ScenarioError> {
    let place = |problem: Problem| problem.at(Place::Contract(index, contract.name.clone()));
    let artefact = contracts::find(&contract.code).map_err(place)?;
    let address = book.resolve(&contract.name).map_err(place)?;
    let mut storage = WorldStorage::default();
    for (path, text) in &contract.storage {
        let place = |problem: Problem| {
            problem.at(Place::Storage(contract.name.clone(), value::shorten(path)))
        };
        let mut hashed = |hash, input| names.add_preimage(hash, input);
        let field = storage::locate(artefact, path, book, &mut hashed).map_err(place)?;
        let word = storage.entry(field.slot).or_default();
        *word = storage::write(*word, &field, text, book).map_err(place)?;
    }
    let info = AccountInfo {
        balance: value::amount(&contract.balance).map_err(place)?,
        // A contract's nonce starts at 1 (EIP-161).
        nonce: 1,
        code: Some(Bytecode::new_legacy(artefact.code.clone())),
        ..AccountInfo::default()
    };
    world.insert(address, WorldAccount { info, storage });
    names.add_contract(address, artefact);
    Ok(())
}
