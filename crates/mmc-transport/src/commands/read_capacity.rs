//! READ CAPACITY: the last block that can be read, and how long blocks are.

use imapi_disc_types::Lba;

use crate::{
    BadReply, Cdb, Command, InvalidField, Notes, Query,
    wire::{Fields, Writer},
};

/// READ CAPACITY.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ReadCapacity;

/// What the drive answers.
///
/// A CD written track at once ends with two blocks that cannot be read and yet are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Capacity {
    /// The last block.
    pub last: Lba,
    /// Bytes of a block.
    pub block_size: u32,
}

const LENGTH: usize = 8;

impl Command for ReadCapacity {
    const OPCODE: u8 = 0x25;
    const NAME: &'static str = "READ CAPACITY";

    fn to_cdb(&self) -> Cdb {
        Cdb::ten([Self::OPCODE, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    }

    /// The address and the bits about it are obsolete and ignored.
    fn from_cdb(_: &Cdb) -> Result<Self, InvalidField> {
        Ok(Self)
    }
}

impl Query for ReadCapacity {
    type Reply = Capacity;

    fn allocation(&self) -> usize {
        LENGTH
    }

    fn decode_reply(&self, reply: &[u8], notes: &mut Notes) -> Result<Capacity, BadReply> {
        let fields = Fields::new(reply, LENGTH)?;
        let capacity = Capacity { last: Lba(fields.i32(0)?), block_size: fields.u32(4)? };
        if capacity.last.0 < 0 {
            notes.add(0, "the last block has a negative address");
        }
        Ok(capacity)
    }

    fn encode_reply(&self, reply: &Capacity) -> Vec<u8> {
        Writer::zeroed(LENGTH).i32(0, reply.last.0).u32(4, reply.block_size).finish()
    }
}

impl Capacity {
    /// How many blocks there are; none when the last has no sensible address. An answer of 0 can also mean that
    /// nothing has been written yet.
    #[must_use]
    pub fn blocks(&self) -> u32 {
        u32::try_from(self.last.0).map_or(0, |last| last.saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::layout::tests::{answers_survive, both_ways, good_answer, no_command_panics};

    #[test]
    fn command_and_answer_go_both_ways() {
        both_ways(&[(ReadCapacity, &[0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0])]);
        let capacity = Capacity { last: Lba(0x0005_7DA8), block_size: 2048 };
        good_answer(&ReadCapacity, &[0, 5, 0x7D, 0xA8, 0, 0, 8, 0], 8, &capacity);
        assert_eq!(capacity.blocks(), 359_849);
    }

    #[test]
    fn an_obsolete_address_is_ignored() {
        let cdb = Cdb::ten([0x25, 1, 0, 0, 0, 9, 0, 0, 1, 0]);
        assert_eq!(ReadCapacity::from_cdb(&cdb), Ok(ReadCapacity));
    }

    #[test]
    fn a_negative_last_block_is_noted_and_means_none() {
        let mut notes = Notes::new();
        let reply = ReadCapacity.decode_reply(&[0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 8, 0], &mut notes);
        assert_eq!(reply.map(|capacity| capacity.blocks()), Ok(0));
        assert!(!notes.is_empty());
    }

    proptest! {
        #[test]
        fn arbitrary_capacities_survive(last: i32, block_size: u32, cdb: [u8; 12]) {
            answers_survive(&ReadCapacity, &Capacity { last: Lba(last), block_size })?;
            no_command_panics::<ReadCapacity>(cdb)?;
        }
    }
}
