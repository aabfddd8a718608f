//! READ (10) and READ (12): blocks of the disc as a computer wants them, 2048 bytes each.

use imapi_disc_types::Lba;

use super::cdb_bytes::{CdbFields, CdbWriter};
use crate::{Cdb, Command, InvalidField};

mod field {
    pub const FLAGS: usize = 1;
    pub const START: usize = 2;
    pub const BLOCKS_10: usize = 7;
    pub const BLOCKS_12: usize = 6;
    pub const STREAMING: usize = 10;
}

mod bit {
    pub const DPO: u8 = 4;
    pub const FUA: u8 = 3;
    pub const STREAMING: u8 = 7;
}

/// READ (10), 28h: up to 65,535 blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Read10 {
    /// The first block.
    pub start: Lba,
    /// How many; none is allowed and reads nothing.
    pub blocks: u16,
    /// Do not keep the blocks in the cache: they will not be asked for again (DPO).
    pub disable_page_out: bool,
    /// From the disc even when the cache has them (FUA): how a disc that was just written is really read.
    pub force_unit_access: bool,
}

impl Read10 {
    /// Reads blocks in the ordinary way.
    #[must_use]
    pub const fn new(start: Lba, blocks: u16) -> Self {
        Self { start, blocks, disable_page_out: false, force_unit_access: false }
    }
}

impl Command for Read10 {
    const OPCODE: u8 = 0x28;
    const NAME: &'static str = "READ (10)";

    fn to_cdb(&self) -> Cdb {
        CdbWriter::<10>::new(Self::OPCODE)
            .bit::<{ field::FLAGS }>(bit::DPO, self.disable_page_out)
            .bit::<{ field::FLAGS }>(bit::FUA, self.force_unit_access)
            .lba::<{ field::START }>(self.start)
            .u16::<{ field::BLOCKS_10 }>(self.blocks)
            .finish()
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        Ok(Self {
            start: cdb.lba_at::<{ field::START }>(),
            blocks: cdb.u16_at::<{ field::BLOCKS_10 }>(),
            disable_page_out: cdb.bit_at::<{ field::FLAGS }>(bit::DPO),
            force_unit_access: cdb.bit_at::<{ field::FLAGS }>(bit::FUA),
        })
    }
}

/// READ (12), A8h: more blocks, and streaming.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Read12 {
    /// The first block.
    pub start: Lba,
    /// How many; none is allowed and reads nothing.
    pub blocks: u32,
    /// Do not keep the blocks in the cache (DPO).
    pub disable_page_out: bool,
    /// From the disc even when the cache has them (FUA).
    pub force_unit_access: bool,
    /// Speed before correctness: the drive does not retry and may give zeros for what it cannot read.
    pub streaming: bool,
}

impl Read12 {
    /// Reads blocks in the ordinary way.
    #[must_use]
    pub const fn new(start: Lba, blocks: u32) -> Self {
        Self { start, blocks, disable_page_out: false, force_unit_access: false, streaming: false }
    }
}

impl Command for Read12 {
    const OPCODE: u8 = 0xA8;
    const NAME: &'static str = "READ (12)";

    fn to_cdb(&self) -> Cdb {
        CdbWriter::<12>::new(Self::OPCODE)
            .bit::<{ field::FLAGS }>(bit::DPO, self.disable_page_out)
            .bit::<{ field::FLAGS }>(bit::FUA, self.force_unit_access)
            .lba::<{ field::START }>(self.start)
            .u32::<{ field::BLOCKS_12 }>(self.blocks)
            .bit::<{ field::STREAMING }>(bit::STREAMING, self.streaming)
            .finish()
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        Ok(Self {
            start: cdb.lba_at::<{ field::START }>(),
            blocks: cdb.u32_at::<{ field::BLOCKS_12 }>(),
            disable_page_out: cdb.bit_at::<{ field::FLAGS }>(bit::DPO),
            force_unit_access: cdb.bit_at::<{ field::FLAGS }>(bit::FUA),
            streaming: cdb.bit_at::<{ field::STREAMING }>(bit::STREAMING),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::checks::*;

    #[test]
    fn sixteen_blocks_are_read_from_the_volume_descriptors() {
        is_encoded_as(&Read10::new(Lba(16), 16), &[0x28, 0, 0, 0, 0, 16, 0, 0, 16, 0]);
    }

    #[test]
    fn each_flag_has_its_bit() {
        let dpo = Read10 { disable_page_out: true, ..Read10::new(Lba(0x0102_0304), 0xFFFE) };
        is_encoded_as(&dpo, &[0x28, 0x10, 1, 2, 3, 4, 0, 0xFF, 0xFE, 0]);
        let fua = Read10 { force_unit_access: true, ..Read10::new(Lba(0), 1) };
        is_encoded_as(&fua, &[0x28, 0x08, 0, 0, 0, 0, 0, 0, 1, 0]);
    }

    #[test]
    fn the_long_form_has_a_long_count_and_streaming() {
        let streamed = Read12 { streaming: true, ..Read12::new(Lba(32), 0x0001_0000) };
        is_encoded_as(&streamed, &[0xA8, 0, 0, 0, 0, 32, 0, 1, 0, 0, 0x80, 0]);
        let both = Read12 { disable_page_out: true, force_unit_access: true, ..Read12::new(Lba(1), 2) };
        is_encoded_as(&both, &[0xA8, 0x18, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0]);
    }

    #[test]
    fn reserved_bits_are_ignored() {
        assert_eq!(decoded(&[0x28, 0xE7, 0, 0, 0, 1, 0xFF, 0, 2, 0xFF]), Ok(Read10::new(Lba(1), 2)));
        assert_eq!(decoded(&[0xA8, 0xE7, 0, 0, 0, 1, 0, 0, 0, 2, 0x7F, 0xFF]), Ok(Read12::new(Lba(1), 2)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes: [u8; 12]) {
            takes_any_bytes::<Read10>(bytes);
            takes_any_bytes::<Read12>(bytes);
        }
    }
}
