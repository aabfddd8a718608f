//! READ BUFFER CAPACITY: how much of the drive's buffer is free, for whoever must not let it run empty.

use crate::{
    BadReply, Cdb, Command, InvalidField, Notes, Query,
    wire::{Fields, Writer},
};

/// READ BUFFER CAPACITY (MMC).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadBufferCapacity {
    /// Asks in blocks and not in bytes.
    pub in_blocks: bool,
    /// The most bytes of the answer.
    pub allocation: u16,
}

impl ReadBufferCapacity {
    /// Asks in bytes.
    #[must_use]
    pub const fn bytes() -> Self {
        Self { in_blocks: false, allocation: 12 }
    }

    /// Asks in blocks.
    #[must_use]
    pub const fn blocks() -> Self {
        Self { in_blocks: true, allocation: 12 }
    }
}

/// How large a drive's buffer is, and how much of it is free.
///
/// Drives of some makers report late or round generously; more free than there is has been seen, and is noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BufferCapacity {
    /// Both numbers count blocks and not bytes.
    pub in_blocks: bool,
    /// The whole buffer. Drives that count blocks may leave it at 0.
    pub total: u32,
    /// What is free of it.
    pub free: u32,
}

mod field {
    pub(super) const LENGTH: usize = 0;
    pub(super) const BLOCK: usize = 3;
    pub(super) const TOTAL: usize = 4;
    pub(super) const FREE: usize = 8;
    pub(super) const END: usize = 12;
}

impl Command for ReadBufferCapacity {
    const OPCODE: u8 = 0x5C;
    const NAME: &'static str = "READ BUFFER CAPACITY";

    fn to_cdb(&self) -> Cdb {
        let [high, low] = self.allocation.to_be_bytes();
        Cdb::ten([Self::OPCODE, u8::from(self.in_blocks), 0, 0, 0, 0, 0, high, low, 0])
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        let bytes = cdb.padded();
        Ok(Self { in_blocks: bytes[1] & 1 == 1, allocation: u16::from_be_bytes([bytes[7], bytes[8]]) })
    }
}

impl Query for ReadBufferCapacity {
    type Reply = BufferCapacity;

    fn allocation(&self) -> usize {
        self.allocation.into()
    }

    fn decode_reply(&self, reply: &[u8], notes: &mut Notes) -> Result<BufferCapacity, BadReply> {
        let fields = Fields::new(reply, field::END)?;
        if fields.u16(field::LENGTH)? < 10 {
            notes.add(field::LENGTH, "the length is less than the ten bytes of the answer");
        }
        let capacity = BufferCapacity {
            in_blocks: fields.bit(field::BLOCK, 0)?,
            total: fields.u32(field::TOTAL)?,
            free: fields.u32(field::FREE)?,
        };
        if capacity.in_blocks != self.in_blocks {
            notes.add(field::BLOCK, "the unit is not the one that was asked for");
        }
        let counts_total = !(capacity.in_blocks && capacity.total == 0);
        if counts_total && capacity.free > capacity.total {
            notes.add(field::FREE, "more is free than there is");
        }
        Ok(capacity)
    }

    fn encode_reply(&self, reply: &BufferCapacity) -> Vec<u8> {
        Writer::zeroed(field::END)
            .u16(field::LENGTH, 10)
            .bit(field::BLOCK, 0, reply.in_blocks)
            .u32(field::TOTAL, reply.total)
            .u32(field::FREE, reply.free)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::checks;

    const EMPTY: [u8; 12] = [0, 0x0A, 0, 0, 0, 0x20, 0, 0, 0, 0x20, 0, 0];

    fn odd_places(query: ReadBufferCapacity, bytes: &[u8]) -> Vec<usize> {
        let mut notes = Notes::new();
        assert!(query.decode_reply(bytes, &mut notes).is_ok());
        notes.as_slice().iter().map(|note| note.at).collect()
    }

    #[test]
    fn one_bit_asks_for_blocks() {
        checks::is_encoded_as(&ReadBufferCapacity::bytes(), &[0x5C, 0, 0, 0, 0, 0, 0, 0, 12, 0]);
        checks::is_encoded_as(&ReadBufferCapacity::blocks(), &[0x5C, 1, 0, 0, 0, 0, 0, 0, 12, 0]);
    }

    #[test]
    fn an_empty_buffer_of_two_mebibytes_is_all_free() {
        let capacity = BufferCapacity { in_blocks: false, total: 2 << 20, free: 2 << 20 };
        checks::is_answered_by(&ReadBufferCapacity::bytes(), &capacity, &EMPTY);
        checks::answer_needs(&ReadBufferCapacity::bytes(), &EMPTY, 12);
    }

    #[test]
    fn blocks_come_without_a_total() {
        let capacity = BufferCapacity { in_blocks: true, total: 0, free: 0x0102 };
        checks::is_answered_by(&ReadBufferCapacity::blocks(), &capacity, &[0, 0x0A, 0, 1, 0, 0, 0, 0, 0, 0, 1, 2]);
    }

    #[test]
    fn what_contradicts_itself_is_noted_with_its_place() {
        let bytes = ReadBufferCapacity::bytes();
        assert_eq!(odd_places(bytes, &[0, 0x0A, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2]), [8]);
        assert_eq!(odd_places(bytes, &[0, 0x09, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1]), [0, 3]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_keep_their_meaning(cdb: [u8; 16], in_blocks: bool, answer: Vec<u8>) {
            checks::takes_any_bytes::<ReadBufferCapacity>(cdb);
            checks::understands_any_answer(&ReadBufferCapacity { in_blocks, allocation: 12 }, &answer);
        }
    }
}
