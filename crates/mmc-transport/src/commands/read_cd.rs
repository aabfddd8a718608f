//! READ CD and READ CD MSF: sectors of a CD with as much of them as one wants.

use imapi_disc_types::{Lba, Msf};

use super::{
    cdb_bytes::{CdbFields, CdbWriter},
    sector_kind::ExpectedSector,
    sector_selection::SectorSelection,
};
use crate::{Cdb, Command, InvalidField};

mod field {
    pub const FLAGS: usize = 1;
    pub const START: usize = 2;
    pub const BLOCKS: usize = 6;
    pub const START_TIME: usize = 3;
    pub const END_TIME: usize = 6;
    pub const SELECTION: usize = 9;
}

mod bit {
    /// The lowest of three.
    pub const EXPECTED: u8 = 2;
    pub const DAP: u8 = 1;
}

/// READ CD, `BEh`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReadCd {
    /// What the sectors must be.
    pub expected: ExpectedSector,
    /// Audio that cannot be read is smoothed over for the ear (DAP); a copy wants to know instead.
    pub smoothed: bool,
    /// The first sector.
    pub start: Lba,
    /// How many; 24 bits of it are sent.
    pub blocks: u32,
    /// What is brought of each.
    pub selection: SectorSelection,
}

impl ReadCd {
    /// Sectors of any kind.
    #[must_use]
    pub const fn new(start: Lba, blocks: u32, selection: SectorSelection) -> Self {
        Self { expected: ExpectedSector::Any, smoothed: false, start, blocks, selection }
    }
}

impl Command for ReadCd {
    const OPCODE: u8 = 0xBE;
    const NAME: &'static str = "READ CD";

    fn to_cdb(&self) -> Cdb {
        CdbWriter::<12>::new(Self::OPCODE)
            .u8::<{ field::FLAGS }>(self.expected.bits() << bit::EXPECTED)
            .bit::<{ field::FLAGS }>(bit::DAP, self.smoothed)
            .lba::<{ field::START }>(self.start)
            .u24::<{ field::BLOCKS }>(self.blocks)
            .put::<{ field::SELECTION }, 2>(self.selection.encode())
            .finish()
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        Ok(Self {
            expected: ExpectedSector::from_bits(cdb.u8_at::<{ field::FLAGS }>() >> bit::EXPECTED),
            smoothed: cdb.bit_at::<{ field::FLAGS }>(bit::DAP),
            start: cdb.lba_at::<{ field::START }>(),
            blocks: cdb.u24_at::<{ field::BLOCKS }>(),
            selection: SectorSelection::decode(cdb.bytes_at::<{ field::SELECTION }, 2>()),
        })
    }
}

/// READ CD MSF, B9h: the same between two times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReadCdMsf {
    /// What the sectors must be.
    pub expected: ExpectedSector,
    /// Audio that cannot be read is smoothed over for the ear (DAP).
    pub smoothed: bool,
    /// The first sector.
    pub start: Msf,
    /// The sector behind the last: nothing is read when it is the first.
    pub end: Msf,
    /// What is brought of each.
    pub selection: SectorSelection,
}

impl ReadCdMsf {
    /// Sectors of any kind.
    #[must_use]
    pub const fn new(start: Msf, end: Msf, selection: SectorSelection) -> Self {
        Self { expected: ExpectedSector::Any, smoothed: false, start, end, selection }
    }
}

impl Command for ReadCdMsf {
    const OPCODE: u8 = 0xB9;
    const NAME: &'static str = "READ CD MSF";

    fn to_cdb(&self) -> Cdb {
        CdbWriter::<12>::new(Self::OPCODE)
            .u8::<{ field::FLAGS }>(self.expected.bits() << bit::EXPECTED)
            .bit::<{ field::FLAGS }>(bit::DAP, self.smoothed)
            .msf::<{ field::START_TIME }>(self.start)
            .msf::<{ field::END_TIME }>(self.end)
            .put::<{ field::SELECTION }, 2>(self.selection.encode())
            .finish()
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        Ok(Self {
            expected: ExpectedSector::from_bits(cdb.u8_at::<{ field::FLAGS }>() >> bit::EXPECTED),
            smoothed: cdb.bit_at::<{ field::FLAGS }>(bit::DAP),
            start: cdb.msf_at::<{ field::START_TIME }>()?,
            end: cdb.msf_at::<{ field::END_TIME }>()?,
            selection: SectorSelection::decode(cdb.bytes_at::<{ field::SELECTION }, 2>()),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::sector_selection::{C2Selection, SubChannelSelection},
        *,
    };
    use crate::checks::*;

    #[test]
    fn audio_is_read_as_user_data() {
        let read = ReadCd {
            expected: ExpectedSector::Audio,
            ..ReadCd::new(Lba(0x0001_0203), 0x01_0203, SectorSelection::USER_DATA)
        };
        is_encoded_as(&read, &[0xBE, 0x04, 0, 1, 2, 3, 1, 2, 3, 0x10, 0, 0]);
    }

    #[test]
    fn raw_sectors_come_with_marks_and_sub_channels() {
        let selection = SectorSelection {
            c2: C2Selection::BitsAndBlock,
            sub_channel: SubChannelSelection::CORRECTED_RW,
            ..SectorSelection::RAW
        };
        let read = ReadCd { smoothed: true, ..ReadCd::new(Lba(-150), 1, selection) };
        is_encoded_as(&read, &[0xBE, 0x02, 0xFF, 0xFF, 0xFF, 0x6A, 0, 0, 1, 0xFC, 4, 0]);
    }

    #[test]
    fn each_selection_has_its_bits() {
        let plain = ReadCd::new(Lba(0), 1, SectorSelection::default());
        for (number, expected) in (0..).zip(ExpectedSector::ALL) {
            is_encoded_as(&ReadCd { expected, ..plain }, &[0xBE, number << 2, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
        }
        for (bits, c2) in [(0x02, C2Selection::Bits), (0x04, C2Selection::BitsAndBlock), (0x06, C2Selection::Reserved)]
        {
            let selection = SectorSelection { c2, ..SectorSelection::default() };
            is_encoded_as(&ReadCd { selection, ..plain }, &[0xBE, 0, 0, 0, 0, 0, 0, 0, 1, bits, 0, 0]);
        }
    }

    #[test]
    fn times_stand_one_byte_further_back() {
        let (start, end) = (Msf::new(0, 2, 0).expect("a time"), Msf::new(79, 59, 74).expect("a time"));
        let read = ReadCdMsf { expected: ExpectedSector::Mode1, ..ReadCdMsf::new(start, end, SectorSelection::RAW) };
        is_encoded_as(&read, &[0xB9, 0x08, 0, 0, 2, 0, 79, 59, 74, 0xF8, 0, 0]);
    }

    #[test]
    fn a_time_that_no_clock_shows_is_pointed_at() {
        let read = |start, end| decoded::<ReadCdMsf>(&[0xB9, 0, 0, 0, 0, start, 0, 0, end, 0x10, 0, 0]);
        assert_eq!(read(75, 0), Err(InvalidField::cdb(3)));
        assert_eq!(read(0, 75), Err(InvalidField::cdb(6)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes: [u8; 12], times: [u8; 6]) {
            takes_any_bytes::<ReadCd>(bytes);
            takes_any_bytes::<ReadCdMsf>(bytes);
            let mut near = bytes;
            for (place, time) in near[3..9].iter_mut().zip(times) {
                *place = time % 60;
            }
            takes_any_bytes::<ReadCdMsf>(near);
        }
    }
}
