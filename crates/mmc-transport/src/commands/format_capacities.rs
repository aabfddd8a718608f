//! READ FORMAT CAPACITIES: how large the disc is, and how it can be formatted.

use crate::{
    Announced, BadReply, Cdb, Command, InvalidField, Notes, Query,
    layout::{BitsInto as _, BitsOf as _, allocation16, items},
    wire::{Fields, Writer},
};

/// READ FORMAT CAPACITIES.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReadFormatCapacities {
    /// The most bytes that the drive may send.
    pub allocation: u16,
}

/// What the drive answers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FormatCapacities {
    /// How it is now, or how large it can at most become.
    pub current: CurrentCapacity,
    /// The ways in which it can be formatted.
    pub formattable: Vec<FormatDescriptor>,
}

/// The first descriptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CurrentCapacity {
    /// How many blocks.
    pub blocks: u32,
    /// What that number means.
    pub kind: CapacityKind,
    /// Bytes of a block, 24 bits.
    pub block_size: u32,
}

/// What the first descriptor is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CapacityKind {
    /// No meaning yet (0).
    Reserved,
    /// A disc that is not formatted, or blank: the most it can be formatted to.
    Unformatted,
    /// A formatted disc: what it has.
    Formatted,
    /// No disc, or an unknown one: the most of any disc.
    Unknown,
}

/// A way to format: as the drive offers it, and as FORMAT UNIT takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FormatDescriptor {
    /// How many blocks.
    pub blocks: u32,
    /// Which way.
    pub format: FormatType,
    /// Its variant, 2 bits.
    pub subtype: u8,
    /// What else belongs to it, 24 bits: a block size, a packet size, a spare area.
    pub parameter: u32,
}

/// A way to format, 6 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FormatType(pub u8);

impl FormatType {
    /// The whole disc.
    pub const FULL: Self = Self(0x00);
    /// DVD-RAM: a larger spare area.
    pub const SPARE_AREA_EXPANSION: Self = Self(0x01);
    /// DVD-RAM: one zone again.
    pub const ZONE_REFORMAT: Self = Self(0x04);
    /// DVD-RAM: one zone.
    pub const ZONE: Self = Self(0x05);
    /// CD-RW and DVD-RW: the whole disc in packets.
    pub const PACKETS_FULL: Self = Self(0x10);
    /// CD-RW and DVD-RW: a larger last session.
    pub const GROW_SESSION: Self = Self(0x11);
    /// CD-RW and DVD-RW: one session more.
    pub const ADD_SESSION: Self = Self(0x12);
    /// DVD-RW: a larger last session, quickly.
    pub const QUICK_GROW: Self = Self(0x13);
    /// DVD-RW: one session more, quickly.
    pub const QUICK_ADD: Self = Self(0x14);
    /// DVD-RW: the whole disc, quickly.
    pub const QUICK: Self = Self(0x15);
    /// Full, with sparing; little used.
    pub const SPARING: Self = Self(0x20);
    /// Mount Rainier.
    pub const MRW: Self = Self(0x24);
    /// DVD+RW.
    pub const DVD_PLUS_RW: Self = Self(0x26);
    /// BD-RE with spare areas.
    pub const BD_RE_SPARES: Self = Self(0x30);
    /// BD-RE without.
    pub const BD_RE_NO_SPARES: Self = Self(0x31);
    /// BD-R with spare areas.
    pub const BD_R: Self = Self(0x32);
}

mod field {
    pub(super) const LIST_LENGTH: usize = 3;
    pub(super) const CURRENT: usize = 4;
    pub(super) const FORMATTABLE: usize = 12;
    /// Of a descriptor: two bits that say what the current capacity is, or six that say the way to format.
    pub(super) const KIND: usize = 4;
    pub(super) const PARAMETER: usize = 5;
    pub(super) const DESCRIPTOR_LEN: usize = 8;
}

impl FormatDescriptor {
    pub(crate) const LEN: usize = field::DESCRIPTOR_LEN;

    pub(crate) fn decode(bytes: [u8; Self::LEN]) -> Self {
        let [a, b, c, d, kind, high, middle, low] = bytes;
        Self {
            blocks: u32::from_be_bytes([a, b, c, d]),
            format: FormatType(kind >> 2),
            subtype: kind & 0b11,
            parameter: u32::from_be_bytes([0, high, middle, low]),
        }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::zeroed(Self::LEN);
        writer.u32(0, self.blocks).bits(field::KIND, 2, 6, self.format.0).bits(field::KIND, 0, 2, self.subtype);
        writer.u24(field::PARAMETER, self.parameter).finish()
    }
}

impl CurrentCapacity {
    fn decode(fields: Fields<'_>) -> Result<Self, BadReply> {
        let kind = match fields.bits(field::CURRENT + field::KIND, 0, 2)? {
            1 => CapacityKind::Unformatted,
            2 => CapacityKind::Formatted,
            3 => CapacityKind::Unknown,
            _ => CapacityKind::Reserved,
        };
        let block_size = fields.u24(field::CURRENT + field::PARAMETER)?;
        Ok(Self { blocks: fields.u32(field::CURRENT)?, kind, block_size })
    }

    fn encode(&self, writer: &mut Writer) {
        let kind = match self.kind {
            CapacityKind::Reserved => 0,
            CapacityKind::Unformatted => 1,
            CapacityKind::Formatted => 2,
            CapacityKind::Unknown => 3,
        };
        writer.u32(field::CURRENT, self.blocks).bits(field::CURRENT + field::KIND, 0, 2, kind);
        writer.u24(field::CURRENT + field::PARAMETER, self.block_size);
    }
}

impl ReadFormatCapacities {
    /// With room for as many descriptors as an answer can have.
    #[must_use]
    pub fn everything() -> Self {
        Self { allocation: 4 + 31 * 8 }
    }
}

impl Announced for ReadFormatCapacities {
    const HEADER: usize = field::CURRENT;

    fn announced(reply: &[u8]) -> Result<usize, BadReply> {
        Ok(usize::from(Fields::new(reply, field::CURRENT)?.u8(field::LIST_LENGTH)?) + field::CURRENT)
    }

    fn with_allocation(&self, bytes: usize) -> Self {
        Self { allocation: allocation16(bytes) }
    }
}

impl Command for ReadFormatCapacities {
    const OPCODE: u8 = 0x23;
    const NAME: &'static str = "READ FORMAT CAPACITIES";

    fn to_cdb(&self) -> Cdb {
        let [high, low] = self.allocation.to_be_bytes();
        Cdb::ten([Self::OPCODE, 0, 0, 0, 0, 0, 0, high, low, 0])
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        let bytes = cdb.padded();
        Ok(Self { allocation: u16::from_be_bytes([bytes[7], bytes[8]]) })
    }
}

impl Query for ReadFormatCapacities {
    type Reply = FormatCapacities;

    fn allocation(&self) -> usize {
        self.allocation.into()
    }

    fn decode_reply(&self, reply: &[u8], notes: &mut Notes) -> Result<FormatCapacities, BadReply> {
        let announced = Self::announced(reply)?;
        if announced % field::DESCRIPTOR_LEN != field::CURRENT || announced < field::FORMATTABLE {
            notes.add(field::LIST_LENGTH, "the length of the list is not that of whole descriptors");
        }
        let end = announced.max(field::FORMATTABLE);
        let fields = Fields::new(reply.get(..end).unwrap_or(reply), field::FORMATTABLE)?;
        Ok(FormatCapacities {
            current: CurrentCapacity::decode(fields)?,
            formattable: items(fields, field::FORMATTABLE, notes).map(FormatDescriptor::decode).collect(),
        })
    }

    /// # Panics
    ///
    /// With more than the 30 ways to format that an answer has room for.
    fn encode_reply(&self, reply: &FormatCapacities) -> Vec<u8> {
        let mut writer = Writer::zeroed(field::FORMATTABLE);
        reply.current.encode(&mut writer);
        for descriptor in &reply.formattable {
            writer.push(&descriptor.encode());
        }
        let list = u8::try_from(writer.len() - field::CURRENT).expect("a drive offers at most 30 ways to format");
        writer.u8(field::LIST_LENGTH, list).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::layout::tests::{
        answers_survive, any_answer, both_ways, good_answer, no_answer_panics, no_command_panics,
    };

    #[test]
    fn commands_go_both_ways() {
        both_ways(&[
            (ReadFormatCapacities { allocation: 4 }, &[0x23, 0, 0, 0, 0, 0, 0, 0, 4, 0]),
            (ReadFormatCapacities { allocation: 260 }, &[0x23, 0, 0, 0, 0, 0, 0, 1, 4, 0]),
        ]);
    }

    /// A DVD+RW of 2295104 blocks, formatted.
    const DVD_PLUS_RW: [u8; 20] = [0, 0, 0, 16, 0, 0x23, 0x05, 0x40, 2, 0, 8, 0, 0, 0x23, 0x05, 0x40, 0x98, 0, 0, 0];

    #[test]
    fn a_good_answer_goes_both_ways() {
        let capacities = FormatCapacities {
            current: CurrentCapacity { blocks: 2_295_104, kind: CapacityKind::Formatted, block_size: 2048 },
            formattable: vec![FormatDescriptor {
                blocks: 2_295_104,
                format: FormatType::DVD_PLUS_RW,
                subtype: 0,
                parameter: 0,
            }],
        };
        good_answer(&ReadFormatCapacities::everything(), &DVD_PLUS_RW, 12, &capacities);
        assert_eq!(ReadFormatCapacities::announced(&DVD_PLUS_RW[..4]), Ok(20));
    }

    #[test]
    fn type_and_subtype_share_a_byte() {
        let quick = FormatDescriptor::decode([0, 0xBA, 0x74, 0, 0xC3, 0x12, 0x34, 0x56]);
        assert_eq!((quick.format, quick.subtype, quick.parameter), (FormatType::BD_RE_SPARES, 3, 0x12_3456));
        assert_eq!(quick.encode(), [0, 0xBA, 0x74, 0, 0xC3, 0x12, 0x34, 0x56]);
    }

    #[test]
    fn a_list_of_broken_descriptors_is_noted() {
        let mut odd = DVD_PLUS_RW;
        odd[3] = 13;
        let mut notes = Notes::new();
        let reply = ReadFormatCapacities::everything().decode_reply(&odd, &mut notes).expect("an answer");
        assert_eq!((reply.formattable.len(), notes.as_slice().len()), (0, 2));
        odd[3] = 0;
        let reply = ReadFormatCapacities::everything().decode_reply(&odd, &mut notes).expect("an answer");
        assert_eq!((reply.current.blocks, reply.formattable.len()), (2_295_104, 0));
    }

    proptest! {
        #[test]
        fn arbitrary_capacities_survive(
            blocks: u32,
            kind in 0..4usize,
            block_size in 0..0x100_0000u32,
            ways in vec(any::<[u8; 8]>(), 0..30),
        ) {
            let kinds =
                [CapacityKind::Reserved, CapacityKind::Unformatted, CapacityKind::Formatted, CapacityKind::Unknown];
            let reply = FormatCapacities {
                current: CurrentCapacity { blocks, kind: kinds[kind], block_size },
                formattable: ways.into_iter().map(FormatDescriptor::decode).collect(),
            };
            answers_survive(&ReadFormatCapacities::everything(), &reply)?;
        }

        #[test]
        fn nothing_makes_it_panic(cdb: [u8; 12], bytes in any_answer()) {
            no_command_panics::<ReadFormatCapacities>(cdb)?;
            no_answer_panics(&ReadFormatCapacities::everything(), &bytes)?;
        }
    }
}
