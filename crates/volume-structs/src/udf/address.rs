//! Where things are: extents of a volume, blocks of partitions, and allocation descriptors.

use crate::wire::{Fields, Malformed, put};

/// An extent of a volume (ECMA-167, 3/7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Extent {
    /// Its bytes.
    pub len: u32,
    /// Its first block, counted from the beginning of the volume.
    pub block: u32,
}

impl Extent {
    /// Bytes of it.
    pub const LEN: usize = 8;
    /// None.
    pub const NONE: Self = Self { len: 0, block: 0 };

    /// From its bytes.
    #[must_use]
    pub fn decode(bytes: [u8; Self::LEN]) -> Self {
        Self { len: number(&bytes, 0), block: number(&bytes, 4) }
    }

    /// To its bytes.
    #[must_use]
    pub fn encode(self) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        put(&mut out, 0, &self.len.to_le_bytes());
        put(&mut out, 4, &self.block.to_le_bytes());
        out
    }
}

/// A block of a partition, which ECMA-167 calls an `lb_addr` (4/7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct PartitionBlock {
    /// Counted from the beginning of the partition.
    pub block: u32,
    /// Which partition: the place of its map in the logical volume descriptor, from 0.
    pub partition: u16,
}

impl PartitionBlock {
    /// Bytes of it.
    pub const LEN: usize = 6;

    /// From its bytes.
    #[must_use]
    pub fn decode(bytes: [u8; Self::LEN]) -> Self {
        Self { block: number(&bytes, 0), partition: short(&bytes, 4) }
    }

    /// To its bytes.
    #[must_use]
    pub fn encode(self) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        put(&mut out, 0, &self.block.to_le_bytes());
        put(&mut out, 4, &self.partition.to_le_bytes());
        out
    }
}

/// A number of 4 bytes of a structure that is long enough.
fn number(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// A number of 2 bytes of a structure that is long enough.
fn short(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

/// What is in an extent (ECMA-167, 4/14.14.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ExtentKind {
    /// Data.
    #[default]
    Recorded = 0,
    /// Zeros, with room for data.
    Allocated = 1,
    /// Zeros without any room.
    Hole = 2,
    /// More allocation descriptors.
    Continuation = 3,
}

/// The most bytes of an extent: its length has 30 bits. Extents of a file, but the last, have whole blocks, so that
/// with blocks of 2,048 bytes it is [`MAX_EXTENT_BLOCKS`].
pub const MAX_EXTENT_LEN: u32 = (1 << 30) - 1;
/// The most whole blocks of 2,048 bytes in an extent.
pub const MAX_EXTENT_BLOCKS: u32 = MAX_EXTENT_LEN / 2048;

/// A length of 30 bits and two that say what is in the extent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ExtentLen {
    /// What is in it.
    pub kind: ExtentKind,
    /// Its bytes; those above [`MAX_EXTENT_LEN`] are lost.
    pub bytes: u32,
}

impl ExtentLen {
    /// So many bytes of data.
    #[must_use]
    pub const fn recorded(bytes: u32) -> Self {
        Self { kind: ExtentKind::Recorded, bytes }
    }

    const fn decode(value: u32) -> Self {
        let kind = match value >> 30 {
            0 => ExtentKind::Recorded,
            1 => ExtentKind::Allocated,
            2 => ExtentKind::Hole,
            _ => ExtentKind::Continuation,
        };
        Self { kind, bytes: value & MAX_EXTENT_LEN }
    }

    const fn encode(self) -> [u8; 4] {
        ((self.kind as u32) << 30 | (self.bytes & MAX_EXTENT_LEN)).to_le_bytes()
    }
}

/// An extent in the partition in which its descriptor stands (ECMA-167, 4/14.14.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ShortAd {
    /// Its length and what is in it.
    pub len: ExtentLen,
    /// Its first block.
    pub block: u32,
}

impl ShortAd {
    /// Bytes of it.
    pub const LEN: usize = 8;

    /// From its bytes.
    #[must_use]
    pub fn decode(bytes: [u8; Self::LEN]) -> Self {
        Self { len: ExtentLen::decode(number(&bytes, 0)), block: number(&bytes, 4) }
    }

    /// To its bytes.
    #[must_use]
    pub fn encode(self) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        put(&mut out, 0, &self.len.encode());
        put(&mut out, 4, &self.block.to_le_bytes());
        out
    }
}

/// An extent in any partition (ECMA-167, 4/14.14.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct LongAd {
    /// Its length and what is in it.
    pub len: ExtentLen,
    /// Its first block.
    pub location: PartitionBlock,
    /// Bit 0: the extent was erased (OSTA UDF, 2.3.10.1).
    pub flags: u16,
    /// In a file identifier, and for a stream directory: the lower half of the file's unique id (from UDF 2.00 on).
    pub unique_id: u32,
}

impl LongAd {
    /// Bytes of it.
    pub const LEN: usize = 16;
    /// None.
    pub const NONE: Self = Self {
        len: ExtentLen::recorded(0),
        location: PartitionBlock { block: 0, partition: 0 },
        flags: 0,
        unique_id: 0,
    };

    /// So many bytes from there on.
    #[must_use]
    pub const fn recorded(bytes: u32, location: PartitionBlock) -> Self {
        Self { len: ExtentLen::recorded(bytes), location, ..Self::NONE }
    }

    /// From its bytes.
    #[must_use]
    pub fn decode(bytes: [u8; Self::LEN]) -> Self {
        Self {
            len: ExtentLen::decode(number(&bytes, 0)),
            location: PartitionBlock { block: number(&bytes, 4), partition: short(&bytes, 8) },
            flags: short(&bytes, 10),
            unique_id: number(&bytes, 12),
        }
    }

    /// To its bytes.
    #[must_use]
    pub fn encode(self) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        put(&mut out, 0, &self.len.encode());
        put(&mut out, 4, &self.location.encode());
        put(&mut out, 10, &self.flags.to_le_bytes());
        put(&mut out, 12, &self.unique_id.to_le_bytes());
        out
    }
}

/// An extent that may be compressed (ECMA-167, 4/14.14.3). UDF has no use for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ExtendedAd {
    /// Its length and what is in it.
    pub len: ExtentLen,
    /// Bytes recorded, and the two upper bits.
    pub recorded_len: u32,
    /// Bytes that these stand for.
    pub information_len: u32,
    /// Its first block.
    pub location: PartitionBlock,
    /// Of the program that wrote it.
    pub implementation_use: [u8; 2],
}

impl ExtendedAd {
    /// Bytes of it.
    pub const LEN: usize = 20;

    /// From its bytes.
    #[must_use]
    pub fn decode(bytes: [u8; Self::LEN]) -> Self {
        Self {
            len: ExtentLen::decode(number(&bytes, 0)),
            recorded_len: number(&bytes, 4),
            information_len: number(&bytes, 8),
            location: PartitionBlock { block: number(&bytes, 12), partition: short(&bytes, 16) },
            implementation_use: [bytes[18], bytes[19]],
        }
    }

    /// To its bytes.
    #[must_use]
    pub fn encode(self) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        put(&mut out, 0, &self.len.encode());
        put(&mut out, 4, &self.recorded_len.to_le_bytes());
        put(&mut out, 8, &self.information_len.to_le_bytes());
        put(&mut out, 12, &self.location.encode());
        put(&mut out, 18, &self.implementation_use);
        out
    }
}

/// In which manner a file says where its data is (ECMA-167, 4/14.6.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Allocation {
    /// By [`ShortAd`]s.
    Short = 0,
    /// By [`LongAd`]s.
    Long = 1,
    /// By [`ExtendedAd`]s.
    Extended = 2,
    /// The data itself stands in the place of descriptors.
    Embedded = 3,
}

/// An allocation descriptor of any manner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ad {
    /// In the same partition.
    Short(ShortAd),
    /// In any partition.
    Long(LongAd),
    /// In any partition, maybe compressed.
    Extended(ExtendedAd),
}

impl Ad {
    /// Its length and what is in the extent.
    #[must_use]
    pub const fn len(self) -> ExtentLen {
        match self {
            Self::Short(ad) => ad.len,
            Self::Long(ad) => ad.len,
            Self::Extended(ad) => ad.len,
        }
    }

    /// Its first block, when it stands in that partition.
    #[must_use]
    pub const fn location(self, partition: u16) -> PartitionBlock {
        match self {
            Self::Short(ad) => PartitionBlock { block: ad.block, partition },
            Self::Long(ad) => ad.location,
            Self::Extended(ad) => ad.location,
        }
    }

    /// Whether it ends the list.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len().bytes == 0
    }
}

/// Allocation descriptors, up to the first of no length, or to the end. Embedded data has none.
#[derive(Debug, Clone)]
pub struct Ads<'a> {
    manner: Allocation,
    rest: Fields<'a>,
    at: usize,
}

impl<'a> Ads<'a> {
    /// Those in these bytes.
    #[must_use]
    pub const fn new(manner: Allocation, bytes: &'a [u8]) -> Self {
        Self { manner, rest: Fields::new(bytes), at: 0 }
    }

    fn read(&self) -> Result<(Ad, usize), Malformed> {
        match self.manner {
            Allocation::Short => self.rest.array(self.at).map(|ad| (Ad::Short(ShortAd::decode(ad)), ShortAd::LEN)),
            Allocation::Long => self.rest.array(self.at).map(|ad| (Ad::Long(LongAd::decode(ad)), LongAd::LEN)),
            Allocation::Extended => {
                self.rest.array(self.at).map(|ad| (Ad::Extended(ExtendedAd::decode(ad)), ExtendedAd::LEN))
            }
            Allocation::Embedded => Err(Malformed::new("embedded data has no allocation descriptors", 0)),
        }
    }
}

impl Iterator for Ads<'_> {
    type Item = Ad;

    fn next(&mut self) -> Option<Ad> {
        let (ad, len) = self.read().ok()?;
        if ad.is_empty() {
            return None;
        }
        self.at += len;
        Some(ad)
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_two_upper_bits_say_what_is_there() {
        let ad = ShortAd::decode([0xFE, 0xFF, 0xFF, 0x7F, 9, 0, 0, 0]);
        assert_eq!(ad.len, ExtentLen { kind: ExtentKind::Allocated, bytes: MAX_EXTENT_LEN - 1 });
        assert_eq!(ad.block, 9);
        let hole = LongAd { len: ExtentLen { kind: ExtentKind::Hole, bytes: 2048 }, ..LongAd::NONE };
        assert_eq!(hole.encode()[..4], [0, 8, 0, 0x80]);
        assert_eq!(ExtentLen::decode(0xC000_0001).kind, ExtentKind::Continuation);
    }

    #[test]
    fn a_descriptor_of_no_length_ends_the_list() {
        let mut bytes = [0; 28];
        bytes[..8].copy_from_slice(&[0, 8, 0, 0, 1, 0, 0, 0]);
        bytes[16..24].copy_from_slice(&[0, 8, 0, 0, 2, 0, 0, 0]);
        let found: Vec<_> = Ads::new(Allocation::Short, &bytes).map(|ad| ad.location(7)).collect();
        assert_eq!(found, [PartitionBlock { block: 1, partition: 7 }]);
        assert_eq!(Ads::new(Allocation::Embedded, &bytes).count(), 0);
        bytes[8] = 1;
        assert_eq!(Ads::new(Allocation::Short, &bytes).count(), 3, "the last 4 bytes are no descriptor");
    }

    proptest! {
        #[test]
        fn descriptors_come_back(short: [u8; 8], long: [u8; 16], extended: [u8; 20]) {
            prop_assert_eq!(ShortAd::decode(short).encode(), short);
            prop_assert_eq!(Extent::decode(short).encode(), short);
            prop_assert_eq!(LongAd::decode(long).encode(), long);
            prop_assert_eq!(ExtendedAd::decode(extended).encode(), extended);
        }
    }
}
