//! Which blocks of a partition are free: as a bitmap, or as extents.

use super::super::{
    Ads, EntityId, TagId, Timestamp,
    file::IcbTag,
    tag::{Stamp, open, seal, seal_partly},
    time::timestamp,
};
use crate::wire::{Fields, Malformed, put};

/// ECMA-167, 4/14.12.
mod bitmap {
    pub const BITS: usize = 16;
    pub const BYTES: usize = 20;
    pub const BITMAP: usize = 24;
}

/// ECMA-167, 4/14.11.
mod entry {
    pub const ICB: usize = 16;
    pub const ADS_LEN: usize = 36;
    pub const ADS: usize = 40;
}

/// ECMA-167, 4/14.13.
mod integrity {
    pub const ICB: usize = 16;
    pub const RECORDED: usize = 36;
    pub const KIND: usize = 48;
    pub const IMPLEMENTATION: usize = 224;
    pub const USE: usize = 256;
    pub const LEN: usize = 512;
}

/// The head of a space bitmap descriptor (ECMA-167, 4/14.12). The bitmap follows it: bit N % 8 of byte N / 8 is set if
/// block N is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SpaceBitmapHead {
    /// Blocks of the partition.
    pub bits: u32,
}

impl SpaceBitmapHead {
    /// Bytes of it.
    pub const LEN: usize = bitmap::BITMAP;

    /// Bytes of the bitmap.
    #[must_use]
    pub const fn bytes(self) -> u32 {
        self.bits.div_ceil(8)
    }

    /// To its bytes. The tag's sum ends with it, as OSTA UDF, 2.3.8.1 allows, so that blocks of the bitmap can be
    /// written, and changed, without looking at the others.
    #[must_use]
    pub fn encode(self, stamp: Stamp) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        put(&mut out, bitmap::BITS, &self.bits.to_le_bytes());
        put(&mut out, bitmap::BYTES, &self.bytes().to_le_bytes());
        seal_partly(&mut out, TagId::SPACE_BITMAP, stamp, 8);
        out
    }
}

/// A whole space bitmap descriptor (ECMA-167, 4/14.12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SpaceBitmap<'a> {
    bits: u32,
    bitmap: &'a [u8],
}

impl<'a> SpaceBitmap<'a> {
    /// From its bytes.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let fields = open(bytes, TagId::SPACE_BITMAP)?;
        let len = usize::try_from(fields.u32_le(bitmap::BYTES)?).unwrap_or(usize::MAX);
        Ok(Self { bits: fields.u32_le(bitmap::BITS)?, bitmap: fields.bytes(bitmap::BITMAP, len)? })
    }

    /// Blocks of the partition.
    #[must_use]
    pub const fn blocks(&self) -> u32 {
        self.bits
    }

    /// The bitmap as it is recorded.
    #[must_use]
    pub const fn bitmap(&self) -> &'a [u8] {
        self.bitmap
    }

    /// Whether a block is free; `None` for those that the bitmap says nothing of.
    #[must_use]
    pub fn is_free(&self, block: u32) -> Option<bool> {
        if block >= self.bits {
            return None;
        }
        let byte = self.bitmap.get(usize::try_from(block / 8).ok()?)?;
        Some(byte >> (block % 8) & 1 == 1)
    }

    /// How many blocks are free.
    #[must_use]
    pub fn count_free(&self) -> u64 {
        let whole = usize::try_from(self.bits / 8).unwrap_or(usize::MAX).min(self.bitmap.len());
        let free: u64 = self.bitmap[..whole].iter().map(|byte| u64::from(byte.count_ones())).sum();
        let mask = (1_u8 << (self.bits % 8)) - 1;
        free + self.bitmap.get(whole).map_or(0, |byte| u64::from((byte & mask).count_ones()))
    }
}

/// An unallocated space entry (ECMA-167, 4/14.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UnallocatedSpaceEntry<'a> {
    /// What it is: [`FileType::UNALLOCATED_SPACE`](super::super::FileType::UNALLOCATED_SPACE).
    pub icb: IcbTag,
    /// The free extents: allocation descriptors, in the manner that the flags say.
    pub ads: &'a [u8],
}

impl<'a> UnallocatedSpaceEntry<'a> {
    /// Its bytes.
    #[must_use]
    pub const fn len(&self) -> usize {
        entry::ADS + self.ads.len()
    }

    /// Never: a descriptor has a tag.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// The free extents.
    pub fn extents(&self) -> Option<Ads<'a>> {
        Some(Ads::new(self.icb.flags.allocation()?, self.ads))
    }

    /// Writes it and returns its bytes.
    ///
    /// # Panics
    ///
    /// When the buffer is shorter than it, or it is longer than a tag can cover: 65,551 bytes.
    pub fn encode(&self, stamp: Stamp, out: &mut [u8]) -> usize {
        let ads_len = u32::try_from(self.ads.len()).expect("a block holds less");
        let out = &mut out[..self.len()];
        out.fill(0);
        put(out, entry::ICB, &self.icb.encode());
        put(out, entry::ADS_LEN, &ads_len.to_le_bytes());
        put(out, entry::ADS, self.ads);
        seal(out, TagId::UNALLOCATED_SPACE_ENTRY, stamp);
        self.len()
    }

    /// From its bytes.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let fields = open(bytes, TagId::UNALLOCATED_SPACE_ENTRY)?;
        let ads_len = usize::try_from(fields.u32_le(entry::ADS_LEN)?).unwrap_or(usize::MAX);
        Ok(Self { icb: IcbTag::decode(fields.array_ref(entry::ICB)?)?, ads: fields.bytes(entry::ADS, ads_len)? })
    }
}

/// A partition integrity entry (ECMA-167, 4/14.13), which UDF does not allow, but some have written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PartitionIntegrity {
    /// What it is.
    pub icb: IcbTag,
    /// When it was recorded.
    pub recorded: Timestamp,
    /// 0 open, 1 closed, 2 stable.
    pub kind: u8,
    /// What wrote it.
    pub implementation: EntityId,
    /// Of the program that wrote it.
    pub implementation_use: [u8; 256],
}

impl PartitionIntegrity {
    /// Bytes of it.
    pub const LEN: usize = integrity::LEN;

    /// Writes it.
    pub fn encode(&self, stamp: Stamp, out: &mut [u8; Self::LEN]) {
        out.fill(0);
        put(out, integrity::ICB, &self.icb.encode());
        put(out, integrity::RECORDED, &self.recorded.encode());
        put(out, integrity::KIND, &[self.kind]);
        put(out, integrity::IMPLEMENTATION, &self.implementation.encode());
        put(out, integrity::USE, &self.implementation_use);
        seal(out, TagId::PARTITION_INTEGRITY, stamp);
    }

    /// From its bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let fields: Fields<'_> = open(bytes, TagId::PARTITION_INTEGRITY)?;
        Ok(Self {
            icb: IcbTag::decode(fields.array_ref(integrity::ICB)?)?,
            recorded: timestamp(fields, integrity::RECORDED)?,
            kind: fields.u8(integrity::KIND)?,
            implementation: EntityId::decode(fields.array(integrity::IMPLEMENTATION)?),
            implementation_use: fields.array(integrity::USE)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::super::{Allocation, ExtentLen, FileType, IcbFlags, PartitionBlock, ShortAd},
        *,
    };

    const STAMP: Stamp = Stamp { version: 3, serial: 1, location: 2 };

    #[test]
    fn bits_are_counted_from_the_lowest() {
        let mut bytes = [0; 26];
        put(&mut bytes, 0, &SpaceBitmapHead { bits: 11 }.encode(STAMP));
        put(&mut bytes, 24, &[0b0000_0110, 0b1111_1100]);
        let bitmap = SpaceBitmap::decode(&bytes).expect("whole");
        assert_eq!(
            [0, 1, 2, 9, 10, 11].map(|block| bitmap.is_free(block)),
            [Some(false), Some(true), Some(true), Some(false), Some(true), None]
        );
        assert_eq!(bitmap.count_free(), 3);
        assert!(SpaceBitmap::decode(&bytes[..25]).is_err());
    }

    #[test]
    fn entries_of_partitions_come_back() {
        let flags = IcbFlags::NONE.with_allocation(Allocation::Short);
        let icb = IcbTag::direct(FileType::UNALLOCATED_SPACE, flags);
        let ad = ShortAd { len: ExtentLen::recorded(4096), block: 9 }.encode();
        let entry = UnallocatedSpaceEntry { icb, ads: &ad };
        let mut out = [0xA5; 512];
        assert_eq!(entry.encode(STAMP, &mut out), 48);
        assert_eq!(UnallocatedSpaceEntry::decode(&out), Ok(entry));
        let at = entry.extents().expect("a manner").map(|ad| ad.location(1)).last();
        assert_eq!(at, Some(PartitionBlock { block: 9, partition: 1 }));

        let integrity = PartitionIntegrity {
            icb: IcbTag::direct(FileType::PARTITION_INTEGRITY, IcbFlags::NONE),
            recorded: Timestamp { year: 1998, ..Timestamp::NONE },
            kind: 1,
            implementation: EntityId::new(b"*imapi"),
            implementation_use: [7; 256],
        };
        integrity.encode(STAMP, &mut out);
        assert_eq!(PartitionIntegrity::decode(&out), Ok(integrity));
        assert_eq!(out[49..224], [0; 175], "reserved");
    }
}
