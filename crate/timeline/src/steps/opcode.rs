//! What opcodes are called.

use std::borrow::Cow;

/// An opcode's name, as in the yellow paper; `0x2f` if it has none.
#[must_use]
pub fn opcode(code: u8) -> Cow<'static, str> {
    let numbered = |name: &str, number: u8| Cow::Owned(format!("{name}{number}"));
    match code {
        0x00..=0x0b => named(code, &ARITHMETIC, 0x00),
        0x10..=0x1e => named(code, &COMPARISON, 0x10),
        0x20 => "KECCAK256".into(),
        0x30..=0x4a => named(code, &SURROUNDINGS, 0x30),
        0x50..=0x5f => named(code, &STATE, 0x50),
        0x60..=0x7f => numbered("PUSH", code - 0x5f),
        0x80..=0x8f => numbered("DUP", code - 0x7f),
        0x90..=0x9f => numbered("SWAP", code - 0x8f),
        0xa0..=0xa4 => numbered("LOG", code - 0xa0),
        0xf0 => "CREATE".into(),
        0xf1 => "CALL".into(),
        0xf2 => "CALLCODE".into(),
        0xf3 => "RETURN".into(),
        0xf4 => "DELEGATECALL".into(),
        0xf5 => "CREATE2".into(),
        0xfa => "STATICCALL".into(),
        0xfd => "REVERT".into(),
        0xfe => "INVALID".into(),
        0xff => "SELFDESTRUCT".into(),
        _ => Cow::Owned(format!("0x{code:02x}")),
    }
}

/// Whether it calls or creates.
pub(super) fn is_call(code: u8) -> bool {
    use code::{CALL, CALLCODE, CREATE, CREATE2, DELEGATECALL, STATICCALL};
    matches!(code, CALL | CALLCODE | DELEGATECALL | STATICCALL | CREATE | CREATE2)
}

fn named(code: u8, names: &'static [&'static str], first: u8) -> Cow<'static, str> {
    names.get(usize::from(code - first)).copied().unwrap_or("?").into()
}

const ARITHMETIC: [&str; 12] = [
    "STOP",
    "ADD",
    "MUL",
    "SUB",
    "DIV",
    "SDIV",
    "MOD",
    "SMOD",
    "ADDMOD",
    "MULMOD",
    "EXP",
    "SIGNEXTEND",
];
const COMPARISON: [&str; 15] = [
    "LT", "GT", "SLT", "SGT", "EQ", "ISZERO", "AND", "OR", "XOR", "NOT", "BYTE", "SHL", "SHR",
    "SAR", "CLZ",
];
const SURROUNDINGS: [&str; 27] = [
    "ADDRESS",
    "BALANCE",
    "ORIGIN",
    "CALLER",
    "CALLVALUE",
    "CALLDATALOAD",
    "CALLDATASIZE",
    "CALLDATACOPY",
    "CODESIZE",
    "CODECOPY",
    "GASPRICE",
    "EXTCODESIZE",
    "EXTCODECOPY",
    "RETURNDATASIZE",
    "RETURNDATACOPY",
    "EXTCODEHASH",
    "BLOCKHASH",
    "COINBASE",
    "TIMESTAMP",
    "NUMBER",
    "PREVRANDAO",
    "GASLIMIT",
    "CHAINID",
    "SELFBALANCE",
    "BASEFEE",
    "BLOBHASH",
    "BLOBBASEFEE",
];
const STATE: [&str; 16] = [
    "POP", "MLOAD", "MSTORE", "MSTORE8", "SLOAD", "SSTORE", "JUMP", "JUMPI", "PC", "MSIZE", "GAS",
    "JUMPDEST", "TLOAD", "TSTORE", "MCOPY", "PUSH0",
];

pub(super) mod code {
    pub(crate) const BALANCE: u8 = 0x31;
    pub(crate) const EXTCODESIZE: u8 = 0x3b;
    pub(crate) const EXTCODECOPY: u8 = 0x3c;
    pub(crate) const EXTCODEHASH: u8 = 0x3f;
    pub(crate) const SELFBALANCE: u8 = 0x47;
    pub(crate) const SLOAD: u8 = 0x54;
    pub(crate) const SSTORE: u8 = 0x55;
    pub(crate) const TLOAD: u8 = 0x5c;
    pub(crate) const TSTORE: u8 = 0x5d;
    pub(crate) const CREATE: u8 = 0xf0;
    pub(crate) const CALL: u8 = 0xf1;
    pub(crate) const CALLCODE: u8 = 0xf2;
    pub(crate) const DELEGATECALL: u8 = 0xf4;
    pub(crate) const CREATE2: u8 = 0xf5;
    pub(crate) const STATICCALL: u8 = 0xfa;
    pub(crate) const REVERT: u8 = 0xfd;
    pub(crate) const INVALID: u8 = 0xfe;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opcodes_have_their_names() {
        let names = [
            (0x00, "STOP"),
            (0x0b, "SIGNEXTEND"),
            (0x1e, "CLZ"),
            (0x31, "BALANCE"),
            (0x4a, "BLOBBASEFEE"),
            (0x54, "SLOAD"),
            (0x5f, "PUSH0"),
            (0x60, "PUSH1"),
            (0x7f, "PUSH32"),
            (0x8f, "DUP16"),
            (0x90, "SWAP1"),
            (0xa4, "LOG4"),
            (0xfa, "STATICCALL"),
            (0x0c, "0x0c"),
            (0xfe, "INVALID"),
        ];
        for (code, name) in names {
            assert_eq!(opcode(code), name);
        }
    }
}
