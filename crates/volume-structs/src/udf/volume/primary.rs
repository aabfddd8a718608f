//! [`PrimaryVolume`]: the volume's names and who made it.

use super::{
    super::{
        CharSpec, DString, EntityId, Extent, TagId, Timestamp,
        flags::flags,
        tag::{Stamp, open, seal},
        time::timestamp,
    },
    DESCRIPTOR_LEN,
};
use crate::wire::{Malformed, put};

/// ECMA-167, 3/10.1.
mod field {
    pub const SEQUENCE_NUMBER: usize = 16;
    pub const NUMBER: usize = 20;
    pub const VOLUME_ID: usize = 24;
    pub const VOLUME_NUMBER: usize = 56;
    pub const MAX_VOLUME_NUMBER: usize = 58;
    pub const INTERCHANGE_LEVEL: usize = 60;
    pub const MAX_INTERCHANGE_LEVEL: usize = 62;
    pub const CHARACTER_SETS: usize = 64;
    pub const MAX_CHARACTER_SETS: usize = 68;
    pub const VOLUME_SET_ID: usize = 72;
    pub const DESCRIPTOR_CHARACTERS: usize = 200;
    pub const EXPLANATORY_CHARACTERS: usize = 264;
    pub const ABSTRACT: usize = 328;
    pub const COPYRIGHT: usize = 336;
    pub const APPLICATION: usize = 344;
    pub const RECORDED: usize = 376;
    pub const IMPLEMENTATION: usize = 388;
    pub const IMPLEMENTATION_USE: usize = 420;
    pub const PREDECESSOR: usize = 484;
    pub const FLAGS: usize = 488;
}

flags! {
    /// What a volume has in common with others (ECMA-167, 3/10.1.21).
    VolumeFlags(u16) {
        /// The volume set's identifier is of the whole set and not only of this volume.
        COMMON_SET_ID = 1;
    }
}

/// The primary volume descriptor (ECMA-167, 3/10.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PrimaryVolume {
    /// Of several with the same number and names, the greatest counts.
    pub sequence_number: u32,
    /// 0 for the one primary volume descriptor that UDF allows.
    pub number: u32,
    /// The volume's name.
    pub volume_id: DString<32>,
    /// Which volume of its set, from 1.
    pub volume_number: u16,
    /// The greatest such number of the set, or 0.
    pub max_volume_number: u16,
    /// 2 for a volume on its own, 3 for one of a set.
    pub interchange_level: u16,
    /// The greatest that it may get.
    pub max_interchange_level: u16,
    /// Bit N: character set N is used. UDF has 0 only.
    pub character_sets: u32,
    /// Those that may come to be used.
    pub max_character_sets: u32,
    /// The set's name. Its first 16 characters shall be unique: 8 are the time in hexadecimal digits.
    pub volume_set_id: DString<128>,
    /// Of the names in this descriptor.
    pub descriptor_characters: CharSpec,
    /// Of the abstract and the copyright notice.
    pub explanatory_characters: CharSpec,
    /// What is on the volume, in words; or none.
    pub volume_abstract: Extent,
    /// Whose it is, in words; or none.
    pub copyright: Extent,
    /// What its user had in mind.
    pub application: EntityId,
    /// When this was recorded.
    pub recorded: Timestamp,
    /// What wrote it.
    pub implementation: EntityId,
    /// Of the program that wrote it.
    pub implementation_use: [u8; 64],
    /// Where a volume descriptor sequence before this one is.
    pub predecessor: u32,
    /// What it has in common with others.
    pub flags: VolumeFlags,
}

impl PrimaryVolume {
    /// Writes it.
    pub fn encode(&self, stamp: Stamp, out: &mut [u8; DESCRIPTOR_LEN]) {
        out.fill(0);
        put(out, field::SEQUENCE_NUMBER, &self.sequence_number.to_le_bytes());
        put(out, field::NUMBER, &self.number.to_le_bytes());
        put(out, field::VOLUME_ID, &self.volume_id.0);
        put(out, field::VOLUME_NUMBER, &self.volume_number.to_le_bytes());
        put(out, field::MAX_VOLUME_NUMBER, &self.max_volume_number.to_le_bytes());
        put(out, field::INTERCHANGE_LEVEL, &self.interchange_level.to_le_bytes());
        put(out, field::MAX_INTERCHANGE_LEVEL, &self.max_interchange_level.to_le_bytes());
        put(out, field::CHARACTER_SETS, &self.character_sets.to_le_bytes());
        put(out, field::MAX_CHARACTER_SETS, &self.max_character_sets.to_le_bytes());
        put(out, field::VOLUME_SET_ID, &self.volume_set_id.0);
        put(out, field::DESCRIPTOR_CHARACTERS, &self.descriptor_characters.0);
        put(out, field::EXPLANATORY_CHARACTERS, &self.explanatory_characters.0);
        put(out, field::ABSTRACT, &self.volume_abstract.encode());
        put(out, field::COPYRIGHT, &self.copyright.encode());
        put(out, field::APPLICATION, &self.application.encode());
        put(out, field::RECORDED, &self.recorded.encode());
        put(out, field::IMPLEMENTATION, &self.implementation.encode());
        put(out, field::IMPLEMENTATION_USE, &self.implementation_use);
        put(out, field::PREDECESSOR, &self.predecessor.to_le_bytes());
        put(out, field::FLAGS, &self.flags.0.to_le_bytes());
        seal(out, TagId::PRIMARY_VOLUME, stamp);
    }

    /// From its bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let fields = open(bytes, TagId::PRIMARY_VOLUME)?;
        Ok(Self {
            sequence_number: fields.u32_le(field::SEQUENCE_NUMBER)?,
            number: fields.u32_le(field::NUMBER)?,
            volume_id: DString(fields.array(field::VOLUME_ID)?),
            volume_number: fields.u16_le(field::VOLUME_NUMBER)?,
            max_volume_number: fields.u16_le(field::MAX_VOLUME_NUMBER)?,
            interchange_level: fields.u16_le(field::INTERCHANGE_LEVEL)?,
            max_interchange_level: fields.u16_le(field::MAX_INTERCHANGE_LEVEL)?,
            character_sets: fields.u32_le(field::CHARACTER_SETS)?,
            max_character_sets: fields.u32_le(field::MAX_CHARACTER_SETS)?,
            volume_set_id: DString(fields.array(field::VOLUME_SET_ID)?),
            descriptor_characters: CharSpec(fields.array(field::DESCRIPTOR_CHARACTERS)?),
            explanatory_characters: CharSpec(fields.array(field::EXPLANATORY_CHARACTERS)?),
            volume_abstract: Extent::decode(fields.array(field::ABSTRACT)?),
            copyright: Extent::decode(fields.array(field::COPYRIGHT)?),
            application: EntityId::decode(fields.array(field::APPLICATION)?),
            recorded: timestamp(fields, field::RECORDED)?,
            implementation: EntityId::decode(fields.array(field::IMPLEMENTATION)?),
            implementation_use: fields.array(field::IMPLEMENTATION_USE)?,
            predecessor: fields.u32_le(field::PREDECESSOR)?,
            flags: VolumeFlags(fields.u16_le(field::FLAGS)?),
        })
    }
}
