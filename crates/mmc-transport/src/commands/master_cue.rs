//! READ MASTER CUE: the cue sheet that some old recorders keep on a master disc.

use super::cdb_bytes::{CdbFields, CdbWriter};
use crate::{BadReply, Cdb, Command, InvalidField, Notes, Query};

mod field {
    pub const SHEET: usize = 4;
    pub const ALLOCATION: usize = 6;
}

const ALLOCATION_MASK: u32 = 0x00FF_FFFF;

/// READ MASTER CUE, 59h, from the first MMC; no later standard has it.
///
/// Its answer is kept as bytes: no program was ever seen to ask for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReadMasterCue {
    /// Which sheet.
    pub sheet: u8,
    /// Bytes to be answered; 24 bits of it are sent.
    pub allocation_length: u32,
}

impl Command for ReadMasterCue {
    const OPCODE: u8 = 0x59;
    const NAME: &'static str = "READ MASTER CUE";

    fn to_cdb(&self) -> Cdb {
        CdbWriter::<10>::new(Self::OPCODE)
            .u8::<{ field::SHEET }>(self.sheet)
            .u24::<{ field::ALLOCATION }>(self.allocation_length)
            .finish()
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        let allocation_length = cdb.u24_at::<{ field::ALLOCATION }>();
        Ok(Self { sheet: cdb.u8_at::<{ field::SHEET }>(), allocation_length })
    }
}

impl Query for ReadMasterCue {
    type Reply = Vec<u8>;

    fn allocation(&self) -> usize {
        usize::try_from(self.allocation_length & ALLOCATION_MASK).unwrap_or(usize::MAX)
    }

    fn decode_reply(&self, reply: &[u8], _: &mut Notes) -> Result<Vec<u8>, BadReply> {
        Ok(reply.to_vec())
    }

    fn encode_reply(&self, reply: &Vec<u8>) -> Vec<u8> {
        reply.clone()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::checks::*;

    #[test]
    fn a_sheet_is_asked_for_by_number() {
        let read = ReadMasterCue { sheet: 2, allocation_length: 0x01_0203 };
        is_encoded_as(&read, &[0x59, 0, 0, 0, 2, 0, 1, 2, 3, 0]);
        assert_eq!(read.allocation(), 0x01_0203);
        is_answered_by(&read, &vec![1, 2, 3], &[1, 2, 3]);
    }

    #[test]
    fn what_is_allocated_is_what_is_sent() {
        let read = ReadMasterCue { sheet: 0, allocation_length: u32::MAX };
        assert_eq!(read.to_cdb().as_bytes(), [0x59, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0]);
        assert_eq!(read.allocation(), 0xFF_FFFF);
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes: [u8; 12], reply: Vec<u8>) {
            takes_any_bytes::<ReadMasterCue>(bytes);
            understands_any_answer(&ReadMasterCue { sheet: 0, allocation_length: 0 }, &reply);
        }
    }
}
