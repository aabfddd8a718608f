//! [`LogicalVolume`]: partitions put together to what users see as a disc, and [`LogicalVolumeInfo`]: words about it.

use super::{
    super::{
        CharSpec, DString, EntityId, Extent, LongAd, TagId,
        tag::{Stamp, open, seal},
    },
    DESCRIPTOR_LEN, PartitionMaps,
};
use crate::wire::{Fields, Malformed, put};

/// ECMA-167, 3/10.6.
mod field {
    pub const SEQUENCE_NUMBER: usize = 16;
    pub const CHARACTERS: usize = 20;
    pub const ID: usize = 84;
    pub const BLOCK_LEN: usize = 212;
    pub const DOMAIN: usize = 216;
    pub const FILE_SET: usize = 248;
    pub const MAPS_LEN: usize = 264;
    pub const MAPS_COUNT: usize = 268;
    pub const IMPLEMENTATION: usize = 272;
    pub const IMPLEMENTATION_USE: usize = 304;
    pub const INTEGRITY: usize = 432;
    pub const MAPS: usize = 440;
}

/// ECMA-167, 3/10.4, and OSTA UDF, 2.2.7.
mod info {
    pub const SEQUENCE_NUMBER: usize = 16;
    pub const IMPLEMENTATION: usize = 20;
    pub const USE: usize = 52;
    pub const USE_LEN: usize = super::DESCRIPTOR_LEN - USE;
    // From here on within the implementation use.
    pub const CHARACTERS: usize = 0;
    pub const VOLUME_ID: usize = 64;
    pub const LINES: [usize; 3] = [192, 228, 264];
    pub const PROGRAM: usize = 300;
    pub const PROGRAM_USE: usize = 332;
}

/// The logical volume descriptor (ECMA-167, 3/10.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LogicalVolume<'a> {
    /// Of several with the same name, the greatest counts.
    pub sequence_number: u32,
    /// Of its name.
    pub characters: CharSpec,
    /// Its name.
    pub id: DString<128>,
    /// Bytes of a block: those of a sector, 2,048 on optical discs.
    pub block_len: u32,
    /// As what it was written: [`EntityId::domain`].
    pub domain: EntityId,
    /// Where the file set descriptors are (its contents use, by OSTA UDF, 2.2.4.4).
    pub file_set: LongAd,
    /// What wrote it.
    pub implementation: EntityId,
    /// Of the program that wrote it.
    pub implementation_use: [u8; 128],
    /// Where the integrity sequence is.
    pub integrity: Extent,
    /// Of which partitions it consists.
    pub maps: PartitionMaps<'a>,
}

impl<'a> LogicalVolume<'a> {
    /// Its bytes: up to the end of its maps, which the tag's sum ends with.
    #[must_use]
    pub const fn len(&self) -> usize {
        field::MAPS + self.maps.bytes().len()
    }

    /// Never: a descriptor has a tag.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// Writes it and returns its bytes. In its block, zeros follow.
    ///
    /// # Panics
    ///
    /// When the buffer is shorter than it, or it is longer than a tag can cover: 65,551 bytes.
    pub fn encode(&self, stamp: Stamp, out: &mut [u8]) -> usize {
        let maps = self.maps.bytes();
        let maps_len = u32::try_from(maps.len()).expect("a sector holds fewer");
        let maps_count = u32::try_from(self.maps.count()).expect("fewer than bytes");
        let out = &mut out[..self.len()];
        out.fill(0);
        put(out, field::SEQUENCE_NUMBER, &self.sequence_number.to_le_bytes());
        put(out, field::CHARACTERS, &self.characters.0);
        put(out, field::ID, &self.id.0);
        put(out, field::BLOCK_LEN, &self.block_len.to_le_bytes());
        put(out, field::DOMAIN, &self.domain.encode());
        put(out, field::FILE_SET, &self.file_set.encode());
        put(out, field::MAPS_LEN, &maps_len.to_le_bytes());
        put(out, field::MAPS_COUNT, &maps_count.to_le_bytes());
        put(out, field::IMPLEMENTATION, &self.implementation.encode());
        put(out, field::IMPLEMENTATION_USE, &self.implementation_use);
        put(out, field::INTEGRITY, &self.integrity.encode());
        put(out, field::MAPS, maps);
        seal(out, TagId::LOGICAL_VOLUME, stamp);
        self.len()
    }

    /// From its bytes.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let fields = open(bytes, TagId::LOGICAL_VOLUME)?;
        let maps_len = usize::try_from(fields.u32_le(field::MAPS_LEN)?).unwrap_or(usize::MAX);
        let maps = PartitionMaps::decode(fields.bytes(field::MAPS, maps_len)?, fields.u32_le(field::MAPS_COUNT)?)
            .map_err(|error| error.moved(field::MAPS))?;
        Ok(Self {
            sequence_number: fields.u32_le(field::SEQUENCE_NUMBER)?,
            characters: CharSpec(fields.array(field::CHARACTERS)?),
            id: DString(fields.array(field::ID)?),
            block_len: fields.u32_le(field::BLOCK_LEN)?,
            domain: EntityId::decode(fields.array(field::DOMAIN)?),
            file_set: LongAd::decode(fields.array(field::FILE_SET)?),
            implementation: EntityId::decode(fields.array(field::IMPLEMENTATION)?),
            implementation_use: fields.array(field::IMPLEMENTATION_USE)?,
            integrity: Extent::decode(fields.array(field::INTEGRITY)?),
            maps,
        })
    }
}

/// The implementation use volume descriptor (ECMA-167, 3/10.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ImplementationUseVolume<'a> {
    /// Of several with the same identifier, the greatest counts.
    pub sequence_number: u32,
    /// Whose it is: [`EntityId::LV_INFO`] has a [`LogicalVolumeInfo`].
    pub implementation: EntityId,
    /// What that one has to say.
    pub implementation_use: &'a [u8; info::USE_LEN],
}

impl<'a> ImplementationUseVolume<'a> {
    /// Writes it.
    pub fn encode(&self, stamp: Stamp, out: &mut [u8; DESCRIPTOR_LEN]) {
        out.fill(0);
        put(out, info::SEQUENCE_NUMBER, &self.sequence_number.to_le_bytes());
        put(out, info::IMPLEMENTATION, &self.implementation.encode());
        put(out, info::USE, self.implementation_use);
        seal(out, TagId::IMPLEMENTATION_USE_VOLUME, stamp);
    }

    /// From its bytes.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let fields = open(bytes, TagId::IMPLEMENTATION_USE_VOLUME)?;
        Ok(Self {
            sequence_number: fields.u32_le(info::SEQUENCE_NUMBER)?,
            implementation: EntityId::decode(fields.array(info::IMPLEMENTATION)?),
            implementation_use: fields.array_ref(info::USE)?,
        })
    }
}

/// Words about a logical volume, in the descriptor of the identifier [`EntityId::LV_INFO`] (OSTA UDF, 2.2.7.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LogicalVolumeInfo {
    /// Of the texts in it.
    pub characters: CharSpec,
    /// The logical volume's name once more.
    pub volume_id: DString<128>,
    /// Three lines: owner, organisation and contact, as most take them.
    pub lines: [DString<36>; 3],
    /// What wrote it.
    pub program: EntityId,
    /// Of the program that wrote it.
    pub program_use: [u8; 128],
}

impl LogicalVolumeInfo {
    /// As implementation use of a descriptor.
    #[must_use]
    pub fn encode(&self) -> [u8; info::USE_LEN] {
        let mut out = [0; info::USE_LEN];
        put(&mut out, info::CHARACTERS, &self.characters.0);
        put(&mut out, info::VOLUME_ID, &self.volume_id.0);
        for (at, line) in info::LINES.into_iter().zip(&self.lines) {
            put(&mut out, at, &line.0);
        }
        put(&mut out, info::PROGRAM, &self.program.encode());
        put(&mut out, info::PROGRAM_USE, &self.program_use);
        out
    }

    /// From the implementation use of a descriptor.
    pub fn decode(bytes: &[u8; info::USE_LEN]) -> Result<Self, Malformed> {
        let fields = Fields::new(bytes);
        let [first, second, third] = info::LINES;
        let line = |at| fields.array(at).map(DString);
        Ok(Self {
            characters: CharSpec(fields.array(info::CHARACTERS)?),
            volume_id: DString(fields.array(info::VOLUME_ID)?),
            lines: [line(first)?, line(second)?, line(third)?],
            program: EntityId::decode(fields.array(info::PROGRAM)?),
            program_use: fields.array(info::PROGRAM_USE)?,
        })
    }
}
