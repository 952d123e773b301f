//! One incarnation, opcode by opcode: the transaction once more, on exactly what the incarnation saw.
//!
//! What an incarnation does depends on what it read, and on nothing else (ARCHITECTURE.md, "Why the
//! result equals one lane", 1). So the state before the transaction in block order, with those reads
//! put over it, leads to the same steps, whatever other lanes had done by then.

mod seen;
mod tracer;

use std::sync::Arc;

use lanescope_protocol::TxIndex;
use lanescope_protocol::event::Status;
use lanescope_protocol::steps::{Inspection, Seen};
use revm::InspectEvm;

use super::ledger::Ledger;
use super::machine::invalid_reason;
use super::setup::inspected;
use super::source::Source;
use super::watched::Watched;
use crate::block::Block;

pub(super) use seen::SeenState;
use tracer::Tracer;

/// The state before a transaction of a block, in block order.
#[derive(Debug)]
pub struct Before {
    pub(super) block: Arc<Block>,
    pub(super) ledger: Ledger,
    pub(super) tx: TxIndex,
}

impl Before {
    /// Runs the transaction on what an incarnation of it saw.
    #[must_use]
    pub fn inspect(self, seen: &Seen) -> Inspection {
        let Some(tx) = self.block.transactions.get(self.tx.get()) else {
            return Inspection::default();
        };
        let mut tracer = Tracer::new(tx.gas_limit);
        let state = SeenState::new(self.ledger, seen, tx, self.block.env.beneficiary);
        let source = Source::Seen(Box::new(state));
        let mut evm = inspected(&self.block, source, Watched(&mut tracer));
        let executed = evm.inspect_tx(Arc::clone(tx));
        let (stopped, strangers) = match &mut evm.ctx.journaled_state.database {
            Source::Seen(state) => (state.stopped, core::mem::take(&mut state.strangers)),
            _ => (false, Vec::new()),
        };
        drop(evm);
        let spent = executed.as_ref().map_or(0, |it| it.result.gas().total_gas_spent());
        let mut all = tracer.finish(spent);
        all.strangers = strangers;
        match executed {
            Ok(executed) => {
                let result = executed.result;
                all.gas_used = result.tx_gas_used();
                all.gas_spent = spent;
                all.refund = result.gas().final_refunded();
                all.status = Some(match (result.is_success(), result.is_halt()) {
                    (true, _) => Status::Succeeded,
                    (_, true) => Status::Halted,
                    _ => Status::Reverted,
                });
            }
            Err(_) if stopped => {}
            Err(error) => {
                all.status = Some(Status::Invalid);
                all.sentence = invalid_reason(&error);
            }
        }
        all
    }
}
