//! What an incarnation saw, in the words that the engine understands.

use lanescope_protocol::steps::{Look, Seen, Spot};
use lanescope_protocol::trace::{LocationInfo, LocationKind};
use lanescope_protocol::{EventKind, LocationId, Version};

use crate::bar::Ending;
use crate::film::Film;

impl Film {
    /// What an incarnation saw, as the trace records it: enough to run it again.
    #[must_use]
    pub fn seen(&self, version: Version) -> Seen {
        let reads = self.accesses_of(version).iter().filter(|access| access.kind.is_read());
        let looks = reads
            .filter_map(|access| {
                let spot = spot(self.location(access.location)?)?;
                Some(Look { kind: access.kind, spot, value: access.value })
            })
            .collect();
        let stopped_at = self.stopped_at(version).and_then(|id| spot(self.location(id)?));
        Seen { looks, stopped_at }
    }

    /// Where an incarnation was stopped before it got an answer.
    fn stopped_at(&self, version: Version) -> Option<LocationId> {
        let bar = self.bar(self.bar_of(version)?)?;
        if let Ending::Suspended { location, .. } = bar.ending {
            return location;
        }
        // What it must not read it was not told. What it must not write it has done, to the end.
        let location = self.note(version, EventKind::UndeclaredTouched)?.location?;
        let kind = self.location(location)?.kind;
        let readable = matches!(kind, LocationKind::Code | LocationKind::Slot);
        let reads = self.accesses_of(version).iter().filter(|access| access.kind.is_read());
        let answered = reads.into_iter().any(|access| access.location == location);
        (readable && !answered).then_some(location)
    }
}

/// A location as a place of the state. `None` if it is not written as one.
pub(super) fn spot(info: &LocationInfo) -> Option<Spot> {
    let mut spot = Spot { kind: info.kind, ..Spot::default() };
    read_hex(&info.address, &mut spot.address)?;
    if !info.key.is_empty() {
        read_hex(&info.key, &mut spot.key)?;
    }
    Some(spot)
}

/// Hex with `0x`, as a number: the first digits may be left out.
fn read_hex(text: &str, into: &mut [u8]) -> Option<()> {
    let digits = text.strip_prefix("0x")?.as_bytes();
    if digits.len() > into.len() * 2 {
        return None;
    }
    for (at, digit) in digits.iter().rev().enumerate() {
        let digit = char::from(*digit).to_digit(16)? as u8;
        let byte = into.len() - 1 - at / 2;
        into[byte] |= if at % 2 == 0 { digit } else { digit << 4 };
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_read_as_a_number() {
        let mut bytes = [0; 3];
        assert!(read_hex("0xabc", &mut bytes).is_some());
        assert_eq!(bytes, [0, 0x0a, 0xbc]);
        assert!(read_hex("0x1234567", &mut [0; 3]).is_none());
        assert!(read_hex("12", &mut [0; 3]).is_none());
        assert!(read_hex("0xzz", &mut [0; 3]).is_none());
    }
}
