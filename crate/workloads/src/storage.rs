//! Storage by name: `balanceOf[Ana]`, `allowance[Ana][Pool A]`, `reserve0`.

use alloy_primitives::{B256, U256, keccak256};

use crate::book::Book;
use crate::contracts::{Artefact, Encoding, Layout, TypeInfo, Variable, list};
use crate::error::Problem;
use crate::value;

/// A value's place: some bytes of one slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field<'a> {
    /// The slot.
    pub(crate) slot: U256,
    /// The first byte, from the low end.
    pub(crate) offset: usize,
    /// How many bytes.
    pub(crate) bytes: usize,
    /// The type's name in Solidity.
    pub(crate) kind: &'a str,
}

/// Finds the place of a path such as `allowance[Ana][Pool A]`. Whatever is hashed on the way is
/// handed to `hashed`, so that the slot can be named later.
pub(crate) fn locate<'a>(
    artefact: &'a Artefact,
    path: &str,
    book: &Book,
    hashed: &mut dyn FnMut(B256, Vec<u8>),
) -> Result<Field<'a>, Problem> {
    let path = path.trim();
    let end = path.find(['[', '.']).unwrap_or(path.len());
    let variable =
        member(&artefact.layout.storage, &path[..end]).ok_or_else(|| Problem::UnknownVariable {
            contract: artefact.name.clone(),
            name: value::shorten(&path[..end]),
            known: list(artefact.layout.storage.iter().map(|known| known.label.as_str())),
        })?;
    let mut walk =
        Walk { layout: &artefact.layout, book, hashed, at: U256::ZERO, offset: 0, kind: None };
    walk.enter(variable)?;
    let mut rest = &path[end..];
    while !rest.is_empty() {
        rest = if let Some(after) = rest.strip_prefix('[') {
            let close = after.find(']').ok_or_else(|| bad("a [ is not closed"))?;
            walk.index(after[..close].trim())?;
            &after[close + 1..]
        } else if let Some(after) = rest.strip_prefix('.') {
            let end = after.find(['[', '.']).unwrap_or(after.len());
            walk.member(&after[..end])?;
            &after[end..]
        } else {
            return Err(bad("after ] comes [, . or nothing"));
        };
    }
    walk.finish()
}

/// A slot's word after a value was written into its field.
pub(crate) fn write(
    word: U256,
    field: &Field<'_>,
    text: &str,
    book: &Book,
) -> Result<U256, Problem> {
    let value = encode(field.kind, field.bytes, text, book)?;
    let shift = field.offset * 8;
    let mask = low_mask(field.bytes);
    Ok((word & !(mask << shift)) | ((value & mask) << shift))
}

struct Walk<'a, 'b> {
    layout: &'a Layout,
    book: &'b Book,
    hashed: &'b mut dyn FnMut(B256, Vec<u8>),
    at: U256,
    offset: usize,
    kind: Option<&'a TypeInfo>,
}

impl<'a> Walk<'a, '_> {
    fn enter(&mut self, variable: &'a Variable) -> Result<(), Problem> {
        self.at = self.at.wrapping_add(variable.slot);
        self.offset = variable.offset;
        self.set_kind(Some(&variable.kind))
    }

    fn set_kind(&mut self, name: Option<&String>) -> Result<(), Problem> {
        self.kind = name.and_then(|name| self.layout.kind(name));
        self.kind.map(|_| ()).ok_or_else(|| bad("its type is not in the layout"))
    }

    fn member(&mut self, name: &str) -> Result<(), Problem> {
        let members = self.kind.and_then(|kind| kind.members.as_deref());
        let found = members.and_then(|members| member(members, name));
        self.enter(found.ok_or_else(|| bad(&format!("there is no member \"{name}\"")))?)
    }

    fn index(&mut self, text: &str) -> Result<(), Problem> {
        let kind = self.kind.ok_or_else(|| bad("it has no type"))?;
        match kind.encoding {
            Encoding::Mapping => {
                let key = kind.key.as_ref().and_then(|key| self.layout.kind(key));
                let key = key.ok_or_else(|| bad("its key has no type"))?;
                let word = encode(&key.label, 32, text, self.book)?;
                self.hash([word.to_be_bytes::<32>(), self.at.to_be_bytes()].concat());
                self.offset = 0;
                self.set_kind(kind.value.as_ref())
            }
            Encoding::DynamicArray => {
                self.hash(self.at.to_be_bytes::<32>().to_vec());
                self.element(kind, text)
            }
            Encoding::Inplace if kind.base.is_some() => self.element(kind, text),
            _ => Err(bad("only mappings and arrays take [ ]")),
        }
    }

    fn element(&mut self, array: &'a TypeInfo, text: &str) -> Result<(), Problem> {
        let index = value::amount(text).map_err(|_| bad("an array's index is a number"))?;
        self.set_kind(array.base.as_ref())?;
        let (slots, per_slot, bytes) = self.kind.map_or((U256::ONE, U256::ONE, 32), |base| {
            (base.slots(), base.per_slot(), byte_count(base))
        });
        self.at = self.at.wrapping_add((index / per_slot).wrapping_mul(slots));
        self.offset = usize::try_from(index % per_slot).unwrap_or_default() * bytes;
        Ok(())
    }

    fn hash(&mut self, input: Vec<u8>) {
        let hash = keccak256(&input);
        self.at = hash.into();
        (self.hashed)(hash, input);
    }

    fn finish(self) -> Result<Field<'a>, Problem> {
        match self.kind {
            Some(kind)
                if kind.encoding == Encoding::Inplace
                    && kind.members.is_none()
                    && kind.base.is_none() =>
            {
                Ok(Field {
                    slot: self.at,
                    offset: self.offset,
                    bytes: byte_count(kind),
                    kind: &kind.label,
                })
            }
            Some(kind) => Err(bad(&format!("a {} has no single value", kind.label))),
            None => Err(bad("it has no type")),
        }
    }
}

/// A value as the low bytes of a word.
fn encode(kind: &str, bytes: usize, text: &str, book: &Book) -> Result<U256, Problem> {
    let mismatch = || Problem::WrongValue { kind: kind.to_owned(), text: value::shorten(text) };
    if kind.starts_with("address") || kind.starts_with("contract ") {
        return Ok(U256::from_be_bytes(book.resolve(text.trim())?.into_word().0));
    }
    if kind == "bool" {
        return match text.trim() {
            "true" => Ok(U256::ONE),
            "false" => Ok(U256::ZERO),
            _ => Err(mismatch()),
        };
    }
    if let Some(size) = kind.strip_prefix("bytes").and_then(|size| size.parse::<usize>().ok()) {
        let given = value::bytes(text).map_err(|_| mismatch())?;
        if given.len() != size {
            return Err(mismatch());
        }
        // As a mapping's key it stands at the high end of the word, in a slot at its field's place.
        let word = U256::from_be_bytes(B256::right_padding_from(&given).0);
        return Ok(if bytes == 32 { word } else { word >> (256 - 8 * size) });
    }
    if let Some(bits) = kind.strip_prefix("int") {
        let bits = bits.parse().unwrap_or(256);
        return crate::contracts::signed(text, bits)
            .map(|number| number.into_raw())
            .ok_or_else(mismatch);
    }
    let bits = kind.strip_prefix("uint").map_or(bytes * 8, |bits| bits.parse().unwrap_or(256));
    crate::contracts::unsigned(text, bits).ok_or_else(mismatch)
}

fn member<'a>(variables: &'a [Variable], name: &str) -> Option<&'a Variable> {
    variables.iter().find(|variable| variable.label == name)
}

fn byte_count(kind: &TypeInfo) -> usize {
    usize::try_from(kind.bytes).unwrap_or(32).clamp(1, 32)
}

fn low_mask(bytes: usize) -> U256 {
    if bytes >= 32 { U256::MAX } else { (U256::ONE << (bytes * 8)) - U256::ONE }
}

fn bad(reason: &str) -> Problem {
    Problem::BadPath(reason.to_owned())
}

#[cfg(test)]
mod tests;
