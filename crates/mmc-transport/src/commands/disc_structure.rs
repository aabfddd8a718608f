//! READ DISC STRUCTURE: what a DVD or BD says of itself beside its data.

use std::time::Duration;

use crate::{
    Announced, BadReply, Cdb, Command, InvalidField, Notes, Query,
    layout::{allocation16, announced16, low_bits},
    structure::{DiscStructure, StructureFormat, StructureMedium},
};

/// READ DISC STRUCTURE, which was READ DVD STRUCTURE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReadDiscStructure {
    /// Which structure.
    pub format: StructureFormat,
    /// For structures of a place on the disc, the place.
    pub address: u32,
    /// The layer.
    pub layer: u8,
    /// The most bytes that the drive may send.
    pub allocation: u16,
    /// The number of the authentication, for structures that need one, 2 bits.
    pub agid: u8,
}

mod field {
    pub(super) const MEDIUM: usize = 1;
    pub(super) const LAYER: usize = 6;
    pub(super) const FORMAT: usize = 7;
    pub(super) const AGID: usize = 10;
}

impl ReadDiscStructure {
    /// The structure of layer 0, with room for 4096 bytes and the header: only control blocks and defect lists are longer.
    #[must_use]
    pub fn of(format: StructureFormat) -> Self {
        Self { format, address: 0, layer: 0, allocation: 2 * 2048 + 4, agid: 0 }
    }
}

impl Announced for ReadDiscStructure {
    const HEADER: usize = 4;

    fn announced(reply: &[u8]) -> Result<usize, BadReply> {
        announced16(reply)
    }

    fn with_allocation(&self, bytes: usize) -> Self {
        Self { allocation: allocation16(bytes), ..*self }
    }
}

impl Command for ReadDiscStructure {
    const OPCODE: u8 = 0xAD;
    const NAME: &'static str = "READ DISC STRUCTURE";
    /// Some structures have to be looked for on the disc.
    const TIMEOUT: Duration = Duration::from_secs(240);

    fn to_cdb(&self) -> Cdb {
        let [a, b, c, d] = self.address.to_be_bytes();
        let [high, low] = self.allocation.to_be_bytes();
        let medium = low_bits(self.format.medium.0, 4);
        let agid = low_bits(self.agid, 2) << 6;
        Cdb::twelve([Self::OPCODE, medium, a, b, c, d, self.layer, self.format.code, high, low, agid, 0])
    }

    /// Every number is taken: which structures a drive has, only the drive can say.
    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        let bytes = cdb.padded();
        Ok(Self {
            format: StructureFormat {
                medium: StructureMedium(low_bits(bytes[field::MEDIUM], 4)),
                code: bytes[field::FORMAT],
            },
            address: u32::from_be_bytes([bytes[2], bytes[3], bytes[4], bytes[5]]),
            layer: bytes[field::LAYER],
            allocation: u16::from_be_bytes([bytes[8], bytes[9]]),
            agid: bytes[field::AGID] >> 6,
        })
    }
}

impl Query for ReadDiscStructure {
    type Reply = DiscStructure;

    fn allocation(&self) -> usize {
        self.allocation.into()
    }

    fn decode_reply(&self, reply: &[u8], notes: &mut Notes) -> Result<DiscStructure, BadReply> {
        DiscStructure::decode(self.format, reply, notes)
    }

    fn encode_reply(&self, reply: &DiscStructure) -> Vec<u8> {
        reply.encode()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        layout::tests::{any_answer, both_ways, good_answer, no_answer_panics, no_command_panics},
        structure::Copyright,
    };

    #[test]
    fn commands_go_both_ways() {
        let second_layer = ReadDiscStructure {
            format: StructureFormat::BD_INFORMATION,
            address: 0x0102_0304,
            layer: 1,
            allocation: 0x1004,
            agid: 3,
        };
        both_ways(&[
            (second_layer, &[0xAD, 1, 1, 2, 3, 4, 1, 0, 0x10, 4, 0xC0, 0]),
            (
                ReadDiscStructure { allocation: 12, ..ReadDiscStructure::of(StructureFormat::LAYER_BOUNDARY) },
                &[0xAD, 0, 0, 0, 0, 0, 0, 0x20, 0, 12, 0, 0],
            ),
        ]);
    }

    #[test]
    fn an_answer_goes_both_ways() {
        let command = ReadDiscStructure::of(StructureFormat::COPYRIGHT);
        let value = DiscStructure::Copyright(Copyright { system: 2, regions: 0 });
        good_answer(&command, &[0, 6, 0, 0, 2, 0, 0, 0], 8, &value);
        assert_eq!(ReadDiscStructure::announced(&[0, 6]), Ok(8));
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(cdb: [u8; 12], code: u8, bytes in any_answer()) {
            no_command_panics::<ReadDiscStructure>(cdb)?;
            for medium in [StructureMedium::DVD, StructureMedium::BD] {
                no_answer_panics(&ReadDiscStructure::of(StructureFormat { medium, code }), &bytes)?;
            }
        }
    }
}
