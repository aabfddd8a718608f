//! WRITE (10) and WRITE (12): blocks onto the disc, in whatever size the write parameters say.

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
    pub const BLOCKS_10: usize = 7;
    pub const BLOCKS_12: usize = 6;
    pub const STREAMING: usize = 10;
}

mod bit {
    pub const DPO: u8 = 4;
    pub const FUA: u8 = 3;
    pub const TSR: u8 = 2;
    pub const STREAMING: u8 = 7;
}

/// WRITE (10), 2Ah.
///
/// The address is signed: a disc written at once begins in its pre-gap at -150, and a raw one or one with CD-TEXT in its
/// lead-in before that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Write10 {
    /// The first block.
    pub start: Lba,
    /// How many; none is allowed and writes nothing.
    pub blocks: u16,
    /// Do not keep the blocks in the cache (DPO).
    pub disable_page_out: bool,
    /// Come back only when the blocks are on the disc (FUA).
    pub force_unit_access: bool,
    /// Report defects in time instead of hiding them (TSR, timely safe recording).
    pub timely_safe_recording: bool,
}

impl Write10 {
    /// Writes blocks in the ordinary way.
    #[must_use]
    pub const fn new(start: Lba, blocks: u16) -> Self {
        Self { start, blocks, disable_page_out: false, force_unit_access: false, timely_safe_recording: false }
    }
}

impl Command for Write10 {
    const OPCODE: u8 = 0x2A;
    const NAME: &'static str = "WRITE (10)";
    const TIMEOUT: Duration = timeouts::RECORDING;

    fn to_cdb(&self) -> Cdb {
        CdbWriter::<10>::new(Self::OPCODE)
            .bit::<{ field::FLAGS }>(bit::DPO, self.disable_page_out)
            .bit::<{ field::FLAGS }>(bit::FUA, self.force_unit_access)
            .bit::<{ field::FLAGS }>(bit::TSR, self.timely_safe_recording)
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
            timely_safe_recording: cdb.bit_at::<{ field::FLAGS }>(bit::TSR),
        })
    }
}

/// WRITE (12), `AAh`: more blocks, and streaming.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "each is a bit of the command, and any of them may be set")]
pub struct Write12 {
    /// The first block.
    pub start: Lba,
    /// How many; none is allowed and writes nothing.
    pub blocks: u32,
    /// Do not keep the blocks in the cache (DPO).
    pub disable_page_out: bool,
    /// Come back only when the blocks are on the disc (FUA).
    pub force_unit_access: bool,
    /// Report defects in time instead of hiding them (TSR).
    pub timely_safe_recording: bool,
    /// Speed before correctness: discs with defect management are written without the verifying that halves their
    /// speed. Drives want whole error correction blocks then.
    pub streaming: bool,
}

impl Write12 {
    /// Writes blocks in the ordinary way.
    #[must_use]
    pub const fn new(start: Lba, blocks: u32) -> Self {
        Self {
            start,
            blocks,
            disable_page_out: false,
            force_unit_access: false,
            timely_safe_recording: false,
            streaming: false,
        }
    }

    /// Writes blocks without verifying.
    #[must_use]
    pub const fn streaming(start: Lba, blocks: u32) -> Self {
        Self { streaming: true, ..Self::new(start, blocks) }
    }
}

impl Command for Write12 {
    const OPCODE: u8 = 0xAA;
    const NAME: &'static str = "WRITE (12)";
    const TIMEOUT: Duration = timeouts::RECORDING;

    fn to_cdb(&self) -> Cdb {
        CdbWriter::<12>::new(Self::OPCODE)
            .bit::<{ field::FLAGS }>(bit::DPO, self.disable_page_out)
            .bit::<{ field::FLAGS }>(bit::FUA, self.force_unit_access)
            .bit::<{ field::FLAGS }>(bit::TSR, self.timely_safe_recording)
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
            timely_safe_recording: cdb.bit_at::<{ field::FLAGS }>(bit::TSR),
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
    fn a_disc_at_once_begins_in_its_pre_gap() {
        is_encoded_as(&Write10::new(Lba(-150), 13), &[0x2A, 0, 0xFF, 0xFF, 0xFF, 0x6A, 0, 0, 13, 0]);
    }

    #[test]
    fn cd_text_is_written_into_the_lead_in() {
        is_encoded_as(&Write10::new(Lba(-11_635), 64), &[0x2A, 0, 0xFF, 0xFF, 0xD2, 0x8D, 0, 0, 64, 0]);
    }

    #[test]
    fn each_flag_has_its_bit() {
        let plain = Write10::new(Lba(0), 1);
        let bytes = |flags| [0x2A, flags, 0, 0, 0, 0, 0, 0, 1, 0];
        is_encoded_as(&Write10 { disable_page_out: true, ..plain }, &bytes(0x10));
        is_encoded_as(&Write10 { force_unit_access: true, ..plain }, &bytes(0x08));
        is_encoded_as(&Write10 { timely_safe_recording: true, ..plain }, &bytes(0x04));
    }

    #[test]
    fn a_blu_ray_cluster_is_streamed_by_the_long_form() {
        is_encoded_as(&Write12::streaming(Lba(0x0010_0000), 32), &[0xAA, 0, 0, 0x10, 0, 0, 0, 0, 0, 32, 0x80, 0]);
        let careful = Write12 {
            disable_page_out: true,
            force_unit_access: true,
            timely_safe_recording: true,
            ..Write12::new(Lba(1), 0x0102_0304)
        };
        is_encoded_as(&careful, &[0xAA, 0x1C, 0, 0, 0, 1, 1, 2, 3, 4, 0, 0]);
    }

    #[test]
    fn the_first_block_may_wait_for_a_whole_lead_in() {
        assert_eq!(Write10::new(Lba(0), 16).timeout(), Duration::from_secs(200));
        assert_eq!(Write12::new(Lba(0), 16).timeout(), Duration::from_secs(200));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes: [u8; 12]) {
            takes_any_bytes::<Write10>(bytes);
            takes_any_bytes::<Write12>(bytes);
        }
    }
}
