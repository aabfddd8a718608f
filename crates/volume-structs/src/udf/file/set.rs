//! [`FileSet`]: where the root directory is.

use super::super::{
    CharSpec, DString, EntityId, LongAd, TagId, Timestamp,
    tag::{Stamp, open, seal},
    time::timestamp,
    volume::DESCRIPTOR_LEN,
};
use crate::wire::{Malformed, put};

/// ECMA-167, 4/14.1.
mod field {
    pub const RECORDED: usize = 16;
    pub const INTERCHANGE_LEVEL: usize = 28;
    pub const MAX_INTERCHANGE_LEVEL: usize = 30;
    pub const CHARACTER_SETS: usize = 32;
    pub const MAX_CHARACTER_SETS: usize = 36;
    pub const NUMBER: usize = 40;
    pub const DESCRIPTOR_NUMBER: usize = 44;
    pub const VOLUME_CHARACTERS: usize = 48;
    pub const VOLUME_ID: usize = 112;
    pub const CHARACTERS: usize = 240;
    pub const ID: usize = 304;
    pub const COPYRIGHT_FILE: usize = 336;
    pub const ABSTRACT_FILE: usize = 368;
    pub const ROOT: usize = 400;
    pub const DOMAIN: usize = 416;
    pub const NEXT: usize = 448;
    pub const SYSTEM_STREAMS: usize = 464;
}

/// The file set descriptor (ECMA-167, 4/14.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FileSet {
    /// When it was recorded.
    pub recorded: Timestamp,
    /// 3 by UDF.
    pub interchange_level: u16,
    /// 3 by UDF.
    pub max_interchange_level: u16,
    /// Bit N: character set N is used. UDF has 0 only.
    pub character_sets: u32,
    /// Those that may come to be used.
    pub max_character_sets: u32,
    /// Of several with the same number, the one of the greatest descriptor number counts.
    pub number: u32,
    /// Of several, the greatest counts.
    pub descriptor_number: u32,
    /// Of the logical volume's name.
    pub volume_characters: CharSpec,
    /// The logical volume's name.
    pub volume_id: DString<128>,
    /// Of the names that follow.
    pub characters: CharSpec,
    /// The name of the file set.
    pub id: DString<32>,
    /// A file in the root directory that says whose the files are, or none.
    pub copyright_file: DString<32>,
    /// A file in the root directory that says what the files are, or none.
    pub abstract_file: DString<32>,
    /// The root directory's file entry.
    pub root: LongAd,
    /// As what it was written: [`EntityId::domain`].
    pub domain: EntityId,
    /// Where more such descriptors are, or nowhere.
    pub next: LongAd,
    /// The file entry of the directory of system streams (from UDF 2.00 on), or none.
    pub system_streams: LongAd,
}

impl FileSet {
    /// Writes it.
    pub fn encode(&self, stamp: Stamp, out: &mut [u8; DESCRIPTOR_LEN]) {
        out.fill(0);
        put(out, field::RECORDED, &self.recorded.encode());
        put(out, field::INTERCHANGE_LEVEL, &self.interchange_level.to_le_bytes());
        put(out, field::MAX_INTERCHANGE_LEVEL, &self.max_interchange_level.to_le_bytes());
        put(out, field::CHARACTER_SETS, &self.character_sets.to_le_bytes());
        put(out, field::MAX_CHARACTER_SETS, &self.max_character_sets.to_le_bytes());
        put(out, field::NUMBER, &self.number.to_le_bytes());
        put(out, field::DESCRIPTOR_NUMBER, &self.descriptor_number.to_le_bytes());
        put(out, field::VOLUME_CHARACTERS, &self.volume_characters.0);
        put(out, field::VOLUME_ID, &self.volume_id.0);
        put(out, field::CHARACTERS, &self.characters.0);
        put(out, field::ID, &self.id.0);
        put(out, field::COPYRIGHT_FILE, &self.copyright_file.0);
        put(out, field::ABSTRACT_FILE, &self.abstract_file.0);
        put(out, field::ROOT, &self.root.encode());
        put(out, field::DOMAIN, &self.domain.encode());
        put(out, field::NEXT, &self.next.encode());
        put(out, field::SYSTEM_STREAMS, &self.system_streams.encode());
        seal(out, TagId::FILE_SET, stamp);
    }

    /// From its bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let fields = open(bytes, TagId::FILE_SET)?;
        Ok(Self {
            recorded: timestamp(fields, field::RECORDED)?,
            interchange_level: fields.u16_le(field::INTERCHANGE_LEVEL)?,
            max_interchange_level: fields.u16_le(field::MAX_INTERCHANGE_LEVEL)?,
            character_sets: fields.u32_le(field::CHARACTER_SETS)?,
            max_character_sets: fields.u32_le(field::MAX_CHARACTER_SETS)?,
            number: fields.u32_le(field::NUMBER)?,
            descriptor_number: fields.u32_le(field::DESCRIPTOR_NUMBER)?,
            volume_characters: CharSpec(fields.array(field::VOLUME_CHARACTERS)?),
            volume_id: DString(fields.array(field::VOLUME_ID)?),
            characters: CharSpec(fields.array(field::CHARACTERS)?),
            id: DString(fields.array(field::ID)?),
            copyright_file: DString(fields.array(field::COPYRIGHT_FILE)?),
            abstract_file: DString(fields.array(field::ABSTRACT_FILE)?),
            root: LongAd::decode(fields.array(field::ROOT)?),
            domain: EntityId::decode(fields.array(field::DOMAIN)?),
            next: LongAd::decode(fields.array(field::NEXT)?),
            system_streams: LongAd::decode(fields.array(field::SYSTEM_STREAMS)?),
        })
    }
}
