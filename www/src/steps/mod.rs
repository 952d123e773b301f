//! The opcodes of one incarnation: a list to step through, the stack and what is touched at each
//! step, calls, and what the gas went for.

mod list;
mod now;
mod panel;
mod tools;
mod totals;

pub(crate) use panel::{State as StepsState, StepsProps, steps};
