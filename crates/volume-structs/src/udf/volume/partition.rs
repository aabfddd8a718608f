//! [`Partition`]: a range of blocks of a volume, and where its free ones are listed.

use super::{
    super::{
        EntityId, ShortAd, TagId,
        tag::{Stamp, open, seal},
    },
    DESCRIPTOR_LEN,
};
use crate::wire::{Fields, Malformed, put};

/// ECMA-167, 3/10.5.
mod field {
    pub const SEQUENCE_NUMBER: usize = 16;
    pub const FLAGS: usize = 20;
    pub const NUMBER: usize = 22;
    pub const CONTENTS: usize = 24;
    pub const CONTENTS_USE: usize = 56;
    pub const ACCESS: usize = 184;
    pub const START: usize = 188;
    pub const LEN: usize = 192;
    pub const IMPLEMENTATION: usize = 196;
    pub const IMPLEMENTATION_USE: usize = 228;
}

/// ECMA-167, 4/14.3.
mod header {
    pub const UNALLOCATED_TABLE: usize = 0;
    pub const UNALLOCATED_BITMAP: usize = 8;
    pub const INTEGRITY_TABLE: usize = 16;
    pub const FREED_TABLE: usize = 24;
    pub const FREED_BITMAP: usize = 32;
    pub const RESERVED: usize = 40;
}

/// How a partition can be written (ECMA-167, 3/10.5.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AccessType(pub u32);

impl AccessType {
    /// By overwriting with the drive's help (from UDF 2.60 on).
    pub const PSEUDO_OVERWRITABLE: Self = Self(0);
    /// Not at all.
    pub const READ_ONLY: Self = Self(1);
    /// Once.
    pub const WRITE_ONCE: Self = Self(2);
    /// Again, after some preparation.
    pub const REWRITABLE: Self = Self(3);
    /// At any time.
    pub const OVERWRITABLE: Self = Self(4);
}

/// Where a partition says which of its blocks are free (ECMA-167, 4/14.3); extents of no length say nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct PartitionHeader {
    /// Entries of extents that are ready to be written.
    pub unallocated_table: ShortAd,
    /// A bitmap of blocks that are ready to be written.
    pub unallocated_bitmap: ShortAd,
    /// Not used by UDF.
    pub integrity_table: ShortAd,
    /// Entries of extents that need preparation.
    pub freed_table: ShortAd,
    /// A bitmap of blocks that need preparation.
    pub freed_bitmap: ShortAd,
}

impl PartitionHeader {
    /// Bytes of it.
    pub const LEN: usize = 128;

    /// From the contents use of a partition descriptor.
    pub fn decode(bytes: &[u8; Self::LEN]) -> Result<Self, Malformed> {
        let fields = Fields::new(bytes);
        let at = |at| fields.array(at).map(ShortAd::decode);
        Ok(Self {
            unallocated_table: at(header::UNALLOCATED_TABLE)?,
            unallocated_bitmap: at(header::UNALLOCATED_BITMAP)?,
            integrity_table: at(header::INTEGRITY_TABLE)?,
            freed_table: at(header::FREED_TABLE)?,
            freed_bitmap: at(header::FREED_BITMAP)?,
        })
    }

    /// As contents use of a partition descriptor.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        put(&mut out, header::UNALLOCATED_TABLE, &self.unallocated_table.encode());
        put(&mut out, header::UNALLOCATED_BITMAP, &self.unallocated_bitmap.encode());
        put(&mut out, header::INTEGRITY_TABLE, &self.integrity_table.encode());
        put(&mut out, header::FREED_TABLE, &self.freed_table.encode());
        put(&mut out, header::FREED_BITMAP, &self.freed_bitmap.encode());
        debug_assert!(out[header::RESERVED..].iter().all(|&byte| byte == 0));
        out
    }
}

/// The partition descriptor (ECMA-167, 3/10.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Partition {
    /// Of several with the same number, the greatest counts.
    pub sequence_number: u32,
    /// Bit 0: its blocks are allocated.
    pub flags: u16,
    /// By which partition maps name it.
    pub number: u16,
    /// By which standard: [`EntityId::NSR02`] or [`EntityId::NSR03`].
    pub contents: EntityId,
    /// A [`PartitionHeader`], by those standards.
    pub contents_use: [u8; PartitionHeader::LEN],
    /// How it can be written.
    pub access: AccessType,
    /// Its first block.
    pub start: u32,
    /// Its blocks.
    pub len: u32,
    /// What wrote it.
    pub implementation: EntityId,
    /// Of the program that wrote it.
    pub implementation_use: [u8; 128],
}

impl Partition {
    /// The only flag: its blocks are allocated.
    pub const ALLOCATED: u16 = 1;

    /// Writes it.
    pub fn encode(&self, stamp: Stamp, out: &mut [u8; DESCRIPTOR_LEN]) {
        out.fill(0);
        put(out, field::SEQUENCE_NUMBER, &self.sequence_number.to_le_bytes());
        put(out, field::FLAGS, &self.flags.to_le_bytes());
        put(out, field::NUMBER, &self.number.to_le_bytes());
        put(out, field::CONTENTS, &self.contents.encode());
        put(out, field::CONTENTS_USE, &self.contents_use);
        put(out, field::ACCESS, &self.access.0.to_le_bytes());
        put(out, field::START, &self.start.to_le_bytes());
        put(out, field::LEN, &self.len.to_le_bytes());
        put(out, field::IMPLEMENTATION, &self.implementation.encode());
        put(out, field::IMPLEMENTATION_USE, &self.implementation_use);
        seal(out, TagId::PARTITION, stamp);
    }

    /// From its bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let fields = open(bytes, TagId::PARTITION)?;
        Ok(Self {
            sequence_number: fields.u32_le(field::SEQUENCE_NUMBER)?,
            flags: fields.u16_le(field::FLAGS)?,
            number: fields.u16_le(field::NUMBER)?,
            contents: EntityId::decode(fields.array(field::CONTENTS)?),
            contents_use: fields.array(field::CONTENTS_USE)?,
            access: AccessType(fields.u32_le(field::ACCESS)?),
            start: fields.u32_le(field::START)?,
            len: fields.u32_le(field::LEN)?,
            implementation: EntityId::decode(fields.array(field::IMPLEMENTATION)?),
            implementation_use: fields.array(field::IMPLEMENTATION_USE)?,
        })
    }
}
