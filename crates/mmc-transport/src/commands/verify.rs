//! VERIFY (10) and WRITE AND VERIFY (10): the drive itself reads what is on the disc, and sends nothing.

use std::time::Duration;

use imapi_disc_types::Lba;

use super::{
    cdb_bytes::{CdbFields, CdbWriter},
    timeouts,
};
use crate::{Cdb, Command, InvalidField};

mod field {
    pub const FLAGS: usize = 1;
    pub const START: usize = 2;
    pub const BLOCKS: usize = 7;
}

mod bit {
    pub const DPO: u8 = 4;
    pub const BYTE_CHECK: u8 = 1;
}

/// VERIFY (10), 2Fh: reads blocks and says whether they can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Verify10 {
    /// The first block.
    pub start: Lba,
    /// How many.
    pub blocks: u16,
    /// Do not keep the blocks in the cache (DPO).
    pub disable_page_out: bool,
    /// Compare with data that is sent along (`BytChk`); optical drives know only 0.
    pub byte_check: bool,
}

impl Verify10 {
    /// Verifies blocks in the way that optical drives know.
    #[must_use]
    pub const fn new(start: Lba, blocks: u16) -> Self {
        Self { start, blocks, disable_page_out: false, byte_check: false }
    }
}

impl Command for Verify10 {
    const OPCODE: u8 = 0x2F;
    const NAME: &'static str = "VERIFY (10)";
    // It moves as many blocks as a disc needs minutes for, and there is no telling how many must be retried.
    const TIMEOUT: Duration = timeouts::RECORDING;

    fn to_cdb(&self) -> Cdb {
        CdbWriter::<10>::new(Self::OPCODE)
            .bit::<{ field::FLAGS }>(bit::DPO, self.disable_page_out)
            .bit::<{ field::FLAGS }>(bit::BYTE_CHECK, self.byte_check)
            .lba::<{ field::START }>(self.start)
            .u16::<{ field::BLOCKS }>(self.blocks)
            .finish()
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        Ok(Self {
            start: cdb.lba_at::<{ field::START }>(),
            blocks: cdb.u16_at::<{ field::BLOCKS }>(),
            disable_page_out: cdb.bit_at::<{ field::FLAGS }>(bit::DPO),
            byte_check: cdb.bit_at::<{ field::FLAGS }>(bit::BYTE_CHECK),
        })
    }
}

/// WRITE AND VERIFY (10), 2Eh: as WRITE, and the drive reads the blocks back before it says that all is well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WriteAndVerify10 {
    /// The first block.
    pub start: Lba,
    /// How many.
    pub blocks: u16,
    /// Do not keep the blocks in the cache (DPO).
    pub disable_page_out: bool,
    /// Compare byte by byte (`BytChk`); optical drives know only 0.
    pub byte_check: bool,
}

impl WriteAndVerify10 {
    /// Writes and verifies blocks in the way that optical drives know.
    #[must_use]
    pub const fn new(start: Lba, blocks: u16) -> Self {
        Self { start, blocks, disable_page_out: false, byte_check: false }
    }
}

impl Command for WriteAndVerify10 {
    const OPCODE: u8 = 0x2E;
    const NAME: &'static str = "WRITE AND VERIFY (10)";
    const TIMEOUT: Duration = timeouts::RECORDING;

    fn to_cdb(&self) -> Cdb {
        CdbWriter::<10>::new(Self::OPCODE)
            .bit::<{ field::FLAGS }>(bit::DPO, self.disable_page_out)
            .bit::<{ field::FLAGS }>(bit::BYTE_CHECK, self.byte_check)
            .lba::<{ field::START }>(self.start)
            .u16::<{ field::BLOCKS }>(self.blocks)
            .finish()
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        Ok(Self {
            start: cdb.lba_at::<{ field::START }>(),
            blocks: cdb.u16_at::<{ field::BLOCKS }>(),
            disable_page_out: cdb.bit_at::<{ field::FLAGS }>(bit::DPO),
            byte_check: cdb.bit_at::<{ field::FLAGS }>(bit::BYTE_CHECK),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::checks::*;

    #[test]
    fn blocks_are_verified_in_place() {
        is_encoded_as(&Verify10::new(Lba(0x0001_0203), 32), &[0x2F, 0, 0, 1, 2, 3, 0, 0, 32, 0]);
        is_encoded_as(&WriteAndVerify10::new(Lba(0x0001_0203), 32), &[0x2E, 0, 0, 1, 2, 3, 0, 0, 32, 0]);
    }

    #[test]
    fn each_flag_has_its_bit() {
        let checked = Verify10 { byte_check: true, ..Verify10::new(Lba(0), 1) };
        is_encoded_as(&checked, &[0x2F, 0x02, 0, 0, 0, 0, 0, 0, 1, 0]);
        let passing = WriteAndVerify10 { disable_page_out: true, ..WriteAndVerify10::new(Lba(0), 1) };
        is_encoded_as(&passing, &[0x2E, 0x10, 0, 0, 0, 0, 0, 0, 1, 0]);
        assert_eq!(decoded(&[0x2F, 0xED, 0, 0, 0, 0, 0xFF, 0, 1, 0xFF]), Ok(Verify10::new(Lba(0), 1)));
    }

    #[test]
    fn both_have_the_time_of_a_write() {
        assert_eq!(Verify10::new(Lba(0), 1).timeout(), Duration::from_secs(200));
        assert_eq!(WriteAndVerify10::new(Lba(0), 1).timeout(), Duration::from_secs(200));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes: [u8; 12]) {
            takes_any_bytes::<Verify10>(bytes);
            takes_any_bytes::<WriteAndVerify10>(bytes);
        }
    }
}
