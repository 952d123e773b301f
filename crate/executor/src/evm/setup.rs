//! How revm is configured for a block, the same for the oracle and for every lane.

use revm::context::{BlockEnv, CfgEnv, Context, Journal, LocalContext, TxEnv};
use revm::context_interface::JournalTr;
use revm::{Database, MainBuilder, MainnetEvm};

use crate::block::Block;

/// revm's mainnet context over a database of ours.
pub(super) type Ctx<DB> = Context<BlockEnv, TxEnv, CfgEnv, DB, Journal<DB>, ()>;
/// revm's mainnet EVM over a database of ours.
pub(super) type Evm<DB> = MainnetEvm<Ctx<DB>>;

/// An EVM for the block. Building one costs more than a transfer, so keep it.
pub(super) fn evm<DB: Database>(block: &Block, database: DB) -> Evm<DB> {
    let mut cfg = CfgEnv::new_with_spec(block.spec);
    cfg.chain_id = block.chain_id;
    cfg.set_spec_and_mainnet_gas_params(block.spec);
    let mut journal = Journal::new(database);
    journal.set_spec_id(block.spec);
    let context = Context {
        block: block.env.clone(),
        tx: TxEnv::default(),
        cfg,
        journaled_state: journal,
        chain: (),
        local: LocalContext::default(),
        error: Ok(()),
    };
    context.build_mainnet()
}
