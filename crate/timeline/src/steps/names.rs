//! Names of what an incarnation touched.

use std::collections::BTreeMap;

use lanescope_protocol::steps::{Call, Spot};
use lanescope_protocol::trace::LocationKind;
use lanescope_protocol::{LocationId, Version};

use super::opcode::code;
use super::{opcode, seen};
use crate::film::Film;
use crate::format;

/// Kind, account and key of a place.
type Key = (u8, [u8; 20], [u8; 32]);

/// Names of the accounts and locations that an incarnation touched.
#[derive(Clone, Debug, Default)]
pub struct Names {
    accounts: BTreeMap<[u8; 20], String>,
    locations: BTreeMap<Key, (LocationId, String)>,
}

impl Names {
    pub(super) fn of(film: &Film, version: Version) -> Self {
        let mut names = Self::default();
        let stopped = film.runs_of(version.tx).iter().filter_map(|id| film.bar(*id));
        let stopped = stopped.filter_map(|bar| match bar.ending {
            crate::bar::Ending::Suspended { location, .. } => location,
            _ => None,
        });
        let touched = film.accesses_of(version).iter().map(|access| access.location);
        for id in touched.chain(stopped) {
            let Some(info) = film.location(id) else { continue };
            let Some(spot) = seen::spot(info) else { continue };
            if let Some(account) = info.name.strip_suffix(".code") {
                names.accounts.insert(spot.address, account.to_owned());
            }
            names.locations.insert(key(&spot), (id, film.location_name(id).to_owned()));
        }
        names
    }

    /// The location at a place, if the incarnation touched it.
    #[must_use]
    pub fn location(&self, spot: &Spot) -> Option<LocationId> {
        self.locations.get(&key(spot)).map(|(id, _)| *id)
    }

    /// A place: `Pool A.reserve0`, `Ana.balance`, `0x12…34.slot 0x5`.
    #[must_use]
    pub fn spot(&self, spot: &Spot) -> String {
        if let Some((_, name)) = self.locations.get(&key(spot)) {
            return name.clone();
        }
        let account = self.account(&spot.address);
        match spot.kind {
            LocationKind::Balance => format!("{account}.balance"),
            LocationKind::Nonce => format!("{account}.nonce"),
            LocationKind::Code => format!("{account}.code"),
            LocationKind::StorageReset => format!("{account}.storage"),
            LocationKind::Slot => format!("{account}.slot {}", format::short_hex(&spot.key)),
        }
    }

    /// An account: its name, or its address in short.
    #[must_use]
    pub fn account(&self, address: &[u8; 20]) -> String {
        let known = self.accounts.get(address).cloned();
        known.or_else(|| precompile(address)).unwrap_or_else(|| format::short_hex(address))
    }

    /// A word of the stack: an account's name, a number, or hex.
    #[must_use]
    pub fn word(&self, word: &[u8; 32]) -> String {
        let zeros = word.iter().take_while(|byte| **byte == 0).count();
        let (head, tail) = word.split_at(12);
        let address: [u8; 20] = tail.try_into().unwrap_or_default();
        match self.accounts.get(&address).filter(|_| head.iter().all(|byte| *byte == 0)) {
            Some(name) => name.clone(),
            None if zeros >= 24 => {
                let low = word.last_chunk().map_or(0, |low| u64::from_be_bytes(*low));
                low.to_string()
            }
            None => format::short_hex(word),
        }
    }

    /// A call: `CALL Pool A`, `STATICCALL SHA2-256`, `CREATE 0x12…34`.
    #[must_use]
    pub fn call(&self, call: &Call) -> String {
        let name = self.account(&call.code);
        let owner = (call.code != call.target).then(|| self.account(&call.target));
        match owner {
            Some(owner) if call.opcode == code::DELEGATECALL || call.opcode == code::CALLCODE => {
                format!("{} {name} for {owner}", opcode(call.opcode))
            }
            _ => format!("{} {name}", opcode(call.opcode)),
        }
    }
}

fn key(spot: &Spot) -> Key {
    let kind = match spot.kind {
        LocationKind::Balance => 0,
        LocationKind::Nonce => 1,
        LocationKind::Code => 2,
        LocationKind::StorageReset => 3,
        LocationKind::Slot => 4,
    };
    (kind, spot.address, spot.key)
}

/// The name of a precompiled contract.
fn precompile(address: &[u8; 20]) -> Option<String> {
    let (head, tail) = address.split_at(18);
    let number = u16::from_be_bytes(tail.try_into().ok()?);
    let name = match number {
        1 => "ECRECOVER",
        2 => "SHA2-256",
        3 => "RIPEMD-160",
        4 => "IDENTITY",
        5 => "MODEXP",
        6 => "BN254 ADD",
        7 => "BN254 MUL",
        8 => "BN254 PAIRING",
        9 => "BLAKE2F",
        10 => "KZG POINT",
        11..=17 => "BLS12-381",
        0x100 => "P256VERIFY",
        _ => return None,
    };
    head.iter().all(|byte| *byte == 0).then(|| name.to_owned())
}
