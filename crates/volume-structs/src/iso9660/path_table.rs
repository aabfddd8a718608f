//! [`PathRecord`]: a directory as the path table knows it.

use crate::wire::{Fields, Malformed, put};

/// ECMA-119, 9.4.
mod field {
    pub const IDENTIFIER_LEN: usize = 0;
    pub const EXTENDED_ATTRIBUTE_LEN: usize = 1;
    pub const EXTENT: usize = 2;
    pub const PARENT: usize = 6;
    pub const IDENTIFIER: usize = 8;
}

/// In which order a table has the bytes of its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ByteOrder {
    /// Type L: the least significant byte first.
    Little,
    /// Type M: the most significant byte first.
    Big,
}

/// A record of a path table (ECMA-119, 9.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PathRecord<'a> {
    /// Blocks of extended attributes at the beginning of the directory's extent.
    pub extended_attribute_len: u8,
    /// The directory's first block.
    pub extent: u32,
    /// The record of its parent, counted from 1; the root is its own parent.
    pub parent: u16,
    /// Its name; a zero for the root.
    pub identifier: &'a [u8],
}

impl<'a> PathRecord<'a> {
    /// Its bytes.
    #[must_use]
    pub const fn len(&self) -> usize {
        (field::IDENTIFIER + self.identifier.len()).next_multiple_of(2)
    }

    /// Never: a record has at least its fixed fields.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// Writes it and returns its bytes.
    ///
    /// # Panics
    ///
    /// When the identifier is longer than 255 bytes, or the buffer is shorter than [`len`](Self::len).
    pub fn encode(&self, order: ByteOrder, out: &mut [u8]) -> usize {
        let len = self.len();
        let identifier_len = u8::try_from(self.identifier.len()).expect("an identifier has at most 255 bytes");
        let out = &mut out[..len];
        out.fill(0);
        put(out, field::IDENTIFIER_LEN, &[identifier_len, self.extended_attribute_len]);
        let (extent, parent) = match order {
            ByteOrder::Little => (self.extent.to_le_bytes(), self.parent.to_le_bytes()),
            ByteOrder::Big => (self.extent.to_be_bytes(), self.parent.to_be_bytes()),
        };
        put(out, field::EXTENT, &extent);
        put(out, field::PARENT, &parent);
        put(out, field::IDENTIFIER, self.identifier);
        len
    }

    /// The record at the beginning of these bytes; [`len`](Self::len) says where it ends.
    pub fn decode(order: ByteOrder, bytes: &'a [u8]) -> Result<Self, Malformed> {
        let fields = Fields::new(bytes);
        let identifier_len = usize::from(fields.u8(field::IDENTIFIER_LEN)?);
        if identifier_len == 0 {
            return Err(Malformed::new("a path table record without an identifier", field::IDENTIFIER_LEN));
        }
        let (extent, parent) = match order {
            ByteOrder::Little => (fields.u32_le(field::EXTENT)?, fields.u16_le(field::PARENT)?),
            ByteOrder::Big => (fields.u32_be(field::EXTENT)?, fields.u16_be(field::PARENT)?),
        };
        Ok(Self {
            extended_attribute_len: fields.u8(field::EXTENDED_ATTRIBUTE_LEN)?,
            extent,
            parent,
            identifier: fields.bytes(field::IDENTIFIER, identifier_len)?,
        })
    }
}

/// All records of a path table. What cannot be read ends it, since nothing says where the next one begins.
#[derive(Debug, Clone)]
pub struct PathRecords<'a> {
    order: ByteOrder,
    table: &'a [u8],
    at: usize,
}

impl<'a> PathRecords<'a> {
    /// The records of a table, given all of its bytes and no more.
    #[must_use]
    pub const fn new(order: ByteOrder, table: &'a [u8]) -> Self {
        Self { order, table, at: 0 }
    }
}

impl<'a> Iterator for PathRecords<'a> {
    type Item = Result<PathRecord<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.at;
        let rest = self.table.get(at..).filter(|rest| !rest.is_empty())?;
        let record = PathRecord::decode(self.order, rest);
        self.at = record.map_or(self.table.len(), |record| at + record.len());
        Some(record.map_err(|error| error.moved(at)))
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    /// The tables of an image by genisoimage 1.1.11 with the directories `/A`, `/BOOT`.
    const TYPE_L: &[u8] = b"\x01\0\x1D\0\0\0\x01\0\0\0\x01\0\x1F\0\0\0\x01\0A\0\x04\0\x1E\0\0\0\x01\0BOOT";
    const TYPE_M: &[u8] = b"\x01\0\0\0\0\x1D\0\x01\0\0\x01\0\0\0\0\x1F\0\x01A\0\x04\0\0\0\0\x1E\0\x01BOOT";

    #[test]
    fn both_tables_say_the_same() {
        for (order, table) in [(ByteOrder::Little, TYPE_L), (ByteOrder::Big, TYPE_M)] {
            let records: Result<Vec<_>, _> = PathRecords::new(order, table).collect();
            let records = records.expect("all can be read");
            let told: Vec<_> = records.iter().map(|record| (record.identifier, record.extent, record.parent)).collect();
            assert_eq!(told, [(&[0][..], 0x1D, 1), (b"A", 0x1F, 1), (b"BOOT", 0x1E, 1)]);

            let mut out = [0xA5; 40];
            let len = records.iter().fold(0, |at, record| at + record.encode(order, &mut out[at..]));
            assert_eq!(&out[..len], table);
        }
    }

    #[test]
    fn what_cannot_be_read_ends_the_table() {
        let found: Vec<_> = PathRecords::new(ByteOrder::Little, &TYPE_L[..TYPE_L.len() - 1]).collect();
        assert_eq!(found.len(), 3);
        assert_eq!(found[2], Err(Malformed::new("the bytes end before a field", 28)));
        assert_eq!(PathRecords::new(ByteOrder::Little, &[0; 20]).count(), 1);
    }

    proptest! {
        #[test]
        fn records_come_back(
            (extended_attribute_len, extent, parent) in any::<(u8, u32, u16)>(),
            identifier in proptest::collection::vec(any::<u8>(), 1..=255),
            little: bool,
        ) {
            let order = if little { ByteOrder::Little } else { ByteOrder::Big };
            let record = PathRecord { extended_attribute_len, extent, parent, identifier: &identifier };
            let mut out = [0xA5; 264];
            prop_assert_eq!(record.encode(order, &mut out), record.len());
            prop_assert_eq!(PathRecord::decode(order, &out), Ok(record));
        }

        #[test]
        fn no_bytes_panic_or_loop(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(PathRecords::new(ByteOrder::Big, &bytes).count() <= bytes.len());
        }
    }
}
