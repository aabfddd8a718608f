//! READ HEADER: the four bytes of address and mode with which a sector of a CD begins.

use imapi_disc_types::Lba;

use super::{
    cd_position::CdPosition,
    cdb_bytes::{CdbFields, CdbWriter},
};
use crate::{
    BadReply, Cdb, Command, InvalidField, Notes, Query,
    wire::{Fields, Writer},
};

mod field {
    pub const FLAGS: usize = 1;
    pub const BLOCK: usize = 2;
    pub const ALLOCATION: usize = 7;
}

const TIME: u8 = 1;

/// READ HEADER, 44h: MMC-2 is the last standard that has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReadHeader {
    /// Answer with a time instead of an address.
    pub time: bool,
    /// Which block's header.
    pub block: Lba,
    /// Bytes to be answered.
    pub allocation_length: u16,
}

impl ReadHeader {
    /// Asks for the whole answer, with an address.
    #[must_use]
    pub const fn of(block: Lba) -> Self {
        Self { time: false, block, allocation_length: 8 }
    }
}

/// The answer to [`ReadHeader`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SectorHeader {
    /// The mode: 0, 1 or 2; audio has no header, and asking for it fails.
    pub mode: u8,
    /// Where the sector says that it is.
    pub position: CdPosition,
}

mod header {
    pub const MODE: usize = 0;
    pub const POSITION: usize = 4;
    pub const LEN: usize = 8;
}

impl Command for ReadHeader {
    const OPCODE: u8 = 0x44;
    const NAME: &'static str = "READ HEADER";

    fn to_cdb(&self) -> Cdb {
        CdbWriter::<10>::new(Self::OPCODE)
            .bit::<{ field::FLAGS }>(TIME, self.time)
            .lba::<{ field::BLOCK }>(self.block)
            .u16::<{ field::ALLOCATION }>(self.allocation_length)
            .finish()
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        Ok(Self {
            time: cdb.bit_at::<{ field::FLAGS }>(TIME),
            block: cdb.lba_at::<{ field::BLOCK }>(),
            allocation_length: cdb.u16_at::<{ field::ALLOCATION }>(),
        })
    }
}

impl Query for ReadHeader {
    type Reply = SectorHeader;

    fn allocation(&self) -> usize {
        self.allocation_length.into()
    }

    fn decode_reply(&self, reply: &[u8], notes: &mut Notes) -> Result<SectorHeader, BadReply> {
        let fields = Fields::new(reply, header::LEN)?;
        let mode = fields.u8(header::MODE)?;
        if mode > 2 {
            notes.add(header::MODE, "a CD has no such mode");
        }
        let position = CdPosition::decode(fields.array(header::POSITION)?, self.time, header::POSITION, notes);
        Ok(SectorHeader { mode, position })
    }

    fn encode_reply(&self, reply: &SectorHeader) -> Vec<u8> {
        Writer::zeroed(header::LEN)
            .u8(header::MODE, reply.mode)
            .put(header::POSITION, &reply.position.encode())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use imapi_disc_types::Msf;
    use proptest::prelude::*;

    use super::*;
    use crate::checks::*;

    #[test]
    fn a_header_is_asked_for_by_address() {
        is_encoded_as(&ReadHeader::of(Lba(16)), &[0x44, 0, 0, 0, 0, 16, 0, 0, 8, 0]);
        let timed = ReadHeader { time: true, ..ReadHeader::of(Lba(0)) };
        is_encoded_as(&timed, &[0x44, 0x02, 0, 0, 0, 0, 0, 0, 8, 0]);
        assert_eq!(timed.allocation(), 8);
    }

    #[test]
    fn the_answer_is_a_mode_and_a_place() {
        let ask = ReadHeader::of(Lba(16));
        let position = CdPosition::Lba(Lba(16));
        is_answered_by(&ask, &SectorHeader { mode: 1, position }, &[1, 0, 0, 0, 0, 0, 0, 16]);
        let position = CdPosition::Time(Msf::new(0, 2, 16).expect("a time"));
        let timed = ReadHeader { time: true, ..ask };
        is_answered_by(&timed, &SectorHeader { mode: 2, position }, &[2, 0, 0, 0, 0, 0, 2, 16]);
        assert_eq!(understood_prefixes(&ask, &[1, 0, 0, 0, 0, 0, 0, 16]), [8]);
    }

    #[test]
    fn a_mode_that_no_cd_has_is_noted() {
        let mut notes = Notes::new();
        ReadHeader::of(Lba(0)).decode_reply(&[3; 8], &mut notes).expect("whole");
        assert_eq!(notes.as_slice()[0].at, 0);
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes: [u8; 12], reply: Vec<u8>, time: bool) {
            takes_any_bytes::<ReadHeader>(bytes);
            understands_any_answer(&ReadHeader { time, ..ReadHeader::of(Lba(0)) }, &reply);
        }
    }
}
