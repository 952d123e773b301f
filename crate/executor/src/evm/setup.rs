//! How revm is configured for a block, the same for the oracle and for every lane.

use std::sync::Arc;

use revm::context::{BlockEnv, CfgEnv, Context, Journal, LocalContext, TxEnv};
use revm::context_interface::JournalTr;
use revm::{MainBuilder, MainnetEvm};

use super::source::Source;
use super::split;
use crate::block::Block;
use crate::split::Splits;

/// revm's mainnet context over our state.
pub(super) type Ctx = Context<BlockEnv, Arc<TxEnv>, CfgEnv, Source, Journal<Source>, Chain>;
/// What a block has that no chain has: slots that are kept several times.
pub(super) type Chain = Option<Arc<Splits>>;
/// revm's mainnet EVM over our state.
pub(super) type Evm<INSPECTOR = ()> = MainnetEvm<Ctx, INSPECTOR>;

/// An EVM for the block. Building one costs more than a transfer, so keep it.
pub(super) fn evm(block: &Block, source: Source) -> Evm {
    let mut evm = context(block, source).build_mainnet();
    split::install(&evm.ctx.chain, evm.instruction.instruction_table_mut());
    evm
}

/// An EVM that tells an inspector of every step.
pub(super) fn inspected<INSPECTOR>(
    block: &Block,
    source: Source,
    inspector: INSPECTOR,
) -> Evm<INSPECTOR> {
    let mut evm = context(block, source).build_mainnet_with_inspector(inspector);
    split::install(&evm.ctx.chain, evm.instruction.instruction_table_mut());
    evm
}

fn context(block: &Block, source: Source) -> Ctx {
    let mut cfg = CfgEnv::new_with_spec(block.spec);
    cfg.chain_id = block.chain_id;
    cfg.set_spec_and_mainnet_gas_params(block.spec);
    let mut journal = Journal::new(source);
    journal.set_spec_id(block.spec);
    Context {
        block: block.env.clone(),
        tx: Arc::new(TxEnv::default()),
        cfg,
        journaled_state: journal,
        chain: block.splits.clone(),
        local: LocalContext::default(),
        error: Ok(()),
    }
}
