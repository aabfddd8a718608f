//! [`SparingTable`]: where the packets went whose place is bad.

use super::super::{
    EntityId, TagId,
    tag::{Stamp, open, seal},
};
use crate::wire::{Fields, Malformed, put};

/// OSTA UDF, 2.2.12.
mod field {
    pub const ID: usize = 16;
    pub const COUNT: usize = 48;
    pub const SEQUENCE: usize = 52;
    pub const ENTRIES: usize = 56;
    /// Bytes of an entry.
    pub const ENTRY_LEN: usize = 8;
}

/// An entry of a sparing table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Replacement {
    /// The first block of the packet in the partition that is replaced, or one of the values below.
    pub original: u32,
    /// The first block of the volume of the packet in its place.
    pub mapped: u32,
}

impl Replacement {
    /// Instead of an original: the place is free.
    pub const FREE: u32 = 0xFFFF_FFFF;
    /// Instead of an original: the place is bad itself.
    pub const DEFECTIVE: u32 = 0xFFFF_FFF0;
}

/// A sparing table (OSTA UDF, 2.2.12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SparingTable<'a> {
    /// [`EntityId::SPARING_TABLE`] with the revision.
    pub id: EntityId,
    /// It rises with each change; the table with the greatest counts.
    pub sequence: u32,
    entries: &'a [u8],
}

impl<'a> SparingTable<'a> {
    /// A table with entries as they are recorded, of 8 bytes each; what is less than one at their end is left out.
    #[must_use]
    pub fn new(id: EntityId, sequence: u32, entries: &'a [u8]) -> Self {
        Self { id, sequence, entries: &entries[..entries.len() / field::ENTRY_LEN * field::ENTRY_LEN] }
    }

    /// The entries, sorted by their originals.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = Replacement> + 'a {
        self.entries.chunks_exact(field::ENTRY_LEN).map(|bytes| Replacement {
            original: u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]),
            mapped: u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]),
        })
    }

    /// The block of the volume in which a block of the partition is instead, given the blocks of a packet; `None` when
    /// it is where it belongs.
    #[must_use]
    pub fn find(&self, block: u32, packet_len: u16) -> Option<u32> {
        let within = block % u32::from(packet_len.max(1));
        let packet = block - within;
        let is_bad = packet < Replacement::DEFECTIVE;
        let found = self.entries().find(|entry| is_bad && entry.original == packet)?;
        found.mapped.checked_add(within)
    }

    /// Its bytes.
    #[must_use]
    pub const fn len(&self) -> usize {
        field::ENTRIES + self.entries.len()
    }

    /// Never: it has a tag.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// Writes it and returns its bytes.
    ///
    /// # Panics
    ///
    /// When the buffer is shorter than it, or it is longer than a tag can cover: 65,551 bytes.
    pub fn encode(&self, stamp: Stamp, out: &mut [u8]) -> usize {
        let count = u16::try_from(self.entries.len() / field::ENTRY_LEN).expect("a tag covers fewer");
        let out = &mut out[..self.len()];
        out.fill(0);
        put(out, field::ID, &self.id.encode());
        put(out, field::COUNT, &count.to_le_bytes());
        put(out, field::SEQUENCE, &self.sequence.to_le_bytes());
        put(out, field::ENTRIES, self.entries);
        seal(out, TagId::SPARING_TABLE, stamp);
        self.len()
    }

    /// From its bytes.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let fields: Fields<'_> = open(bytes, TagId::SPARING_TABLE)?;
        let id = EntityId::decode(fields.array(field::ID)?);
        if !id.is(EntityId::SPARING_TABLE) {
            return Err(Malformed::new("no sparing table", field::ID));
        }
        let entries = fields.bytes(field::ENTRIES, usize::from(fields.u16_le(field::COUNT)?) * field::ENTRY_LEN)?;
        Ok(Self { id, sequence: fields.u32_le(field::SEQUENCE)?, entries })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_packet_is_found_elsewhere() {
        let entries = [32_u32, 9000, Replacement::DEFECTIVE, 9032, Replacement::FREE, 9064];
        let entries = entries.map(u32::to_le_bytes).concat();
        let table = SparingTable::new(EntityId::new(EntityId::SPARING_TABLE), 4, &entries);
        assert_eq!(table.find(33, 32), Some(9001));
        assert_eq!([31, 64, u32::MAX, 0xFFFF_FFF0].map(|block| table.find(block, 32)), [None; 4]);
        assert_eq!(table.find(u32::MAX, 0), None, "no packets at all");

        let stamp = Stamp { version: 3, serial: 1, location: 100 };
        let mut out = [0xA5; 100];
        assert_eq!(table.encode(stamp, &mut out), 80);
        assert_eq!(SparingTable::decode(&out), Ok(table));
        out[48] = 4;
        seal(&mut out[..80], TagId::SPARING_TABLE, stamp);
        assert!(SparingTable::decode(&out[..80]).is_err());
    }
}
