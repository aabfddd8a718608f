//! How a file says where its bytes are: in its entry while there is room, in blocks of their own beyond that.

use imapi_volume_structs::udf::{
    Allocation, AllocationExtent, ExtentKind, ExtentLen, FileEntry, LongAd, MAX_EXTENT_BLOCKS, PartitionBlock,
    Revision, ShortAd,
    attributes::{Attribute, AttributesHeader, file_time},
};

use crate::plan::pack::BLOCK;

/// Bytes of the extended attribute that says when a file was made, with the head that such attributes have. Extended file
/// entries have a field for it.
pub(super) const CREATED_LEN: usize = AttributesHeader::LEN + created(&[0; 12]).len();

/// The attribute that says when a file was made.
pub(super) const fn created(time: &[u8; 12]) -> Attribute<'_> {
    Attribute::FileTimes { exist: file_time::CREATED, times: time }
}

/// The partitions of a volume, and in which manner its files point at their bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    revision: Revision,
}

/// The partition of the bytes of files.
const DATA_PARTITION: u16 = 0;

impl Manner {
    pub fn new(revision: Revision) -> Self {
        Self { revision }
    }

    /// The partition of everything that is not the bytes of files.
    pub fn metadata_partition(self) -> u16 {
        u16::from(self.revision.has_metadata_partition())
    }

    /// Short descriptors mean the partition that they stand in.
    pub fn allocation(self) -> Allocation {
        if self.revision.has_metadata_partition() { Allocation::Long } else { Allocation::Short }
    }

    fn descriptor_len(self) -> usize {
        if self.revision.has_metadata_partition() { LongAd::LEN } else { ShortAd::LEN }
    }

    /// What a file entry has room for beside what every file has.
    pub fn room(self) -> usize {
        let extended = self.revision.has_streams();
        BLOCK - FileEntry::base_len(extended) - if extended { 0 } else { CREATED_LEN }
    }

    /// How many descriptors there are in the entry, when not all are, and in a further block, when it is not the last. A
    /// descriptor more says where the next block is.
    fn in_blocks(self) -> (u64, u64) {
        let further = BLOCK - AllocationExtent::HEAD_LEN;
        let fit = |room: usize| (room / self.descriptor_len() - 1) as u64;
        (fit(self.room()), fit(further))
    }

    /// How many further blocks a file needs for its descriptors.
    pub fn further_blocks(self, bytes: u64) -> u64 {
        let extents = extents(bytes);
        let (in_entry, in_block) = self.in_blocks();
        if extents <= in_entry + 1 { 0 } else { (extents - in_entry - 1).div_ceil(in_block) }
    }

    /// The descriptors that stand in the entry (0) or in one of the further blocks of a file whose bytes begin at `first`
    /// in the partition of the bytes of files. `next` is the metadata's block with the further ones.
    pub fn descriptors(self, bytes: u64, first: u64, block: u64, next: u64) -> Vec<u8> {
        let (in_entry, in_block) = self.in_blocks();
        let last = self.further_blocks(bytes);
        let begins = if block == 0 { 0 } else { in_entry + (block - 1) * in_block };
        let ends = match block {
            _ if block == last => extents(bytes),
            0 => in_entry,
            _ => begins + in_block,
        };
        let mut out = Vec::with_capacity(BLOCK);
        for extent in begins..ends {
            let before = extent * EXTENT;
            let len = ExtentLen::recorded(small((bytes - before).min(EXTENT)));
            let block = small(first + before / BLOCK as u64);
            self.push(len, PartitionBlock { block, partition: DATA_PARTITION }, &mut out);
        }
        if block < last {
            let len = ExtentLen { kind: ExtentKind::Continuation, bytes: small(BLOCK as u64) };
            let location = PartitionBlock { block: small(next), partition: self.metadata_partition() };
            self.push(len, location, &mut out);
        }
        out
    }

    /// The descriptor of bytes that stand in the metadata, such as those of a directory.
    pub fn in_metadata(self, bytes: u64, first: u64) -> Vec<u8> {
        let mut out = Vec::new();
        let mut before = 0;
        while before < bytes {
            let len = ExtentLen::recorded(small((bytes - before).min(EXTENT)));
            let location =
                PartitionBlock { block: small(first + before / BLOCK as u64), partition: self.metadata_partition() };
            self.push(len, location, &mut out);
            before += EXTENT;
        }
        out
    }

    fn push(self, len: ExtentLen, location: PartitionBlock, out: &mut Vec<u8>) {
        match self.allocation() {
            Allocation::Long => out.extend(LongAd { len, location, ..LongAd::NONE }.encode()),
            _ => out.extend(ShortAd { len, block: location.block }.encode()),
        }
    }
}

/// The most bytes of an extent.
const EXTENT: u64 = MAX_EXTENT_BLOCKS as u64 * BLOCK as u64;

fn extents(bytes: u64) -> u64 {
    bytes.div_ceil(EXTENT)
}

/// An image has fewer blocks than 32 bits can number, which the plan has seen to.
pub(super) fn small(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use imapi_volume_structs::udf::Ads;
    use rstest::rstest;

    use super::*;

    /// What a reader makes of the descriptors, one block after the other.
    #[rstest]
    #[case(Revision::R1_02, 5, 0)]
    #[case(Revision::R1_02, 227 << 30, 0)]
    #[case(Revision::R1_02, 228 << 30, 1)]
    #[case(Revision::R2_01, 1 << 40, 4)]
    #[case(Revision::R2_50, 114 << 30, 0)]
    #[case(Revision::R2_60, 115 << 30, 1)]
    #[case(Revision::R2_60, (1 << 40) + 1, 8)]
    fn readers_find_every_byte(#[case] revision: Revision, #[case] bytes: u64, #[case] further: u64) {
        // A quarter block less, since extents of 2^30 bytes less a block are a little more than one for each GiB.
        let bytes = bytes - bytes / 2048;
        let manner = Manner::new(revision);
        assert_eq!(manner.further_blocks(bytes), further);
        let (mut found, mut block) = (0, 0);
        loop {
            let all = manner.descriptors(bytes, 1000, block, 77 + block);
            let room = if block == 0 { manner.room() } else { BLOCK - AllocationExtent::HEAD_LEN };
            assert!(all.len() <= room);
            let mut next = None;
            for ad in Ads::new(manner.allocation(), &all) {
                assert_eq!(next, None, "nothing follows the descriptor of the next block");
                let location = ad.location(0);
                if ad.len().kind == ExtentKind::Continuation {
                    assert_eq!(location.partition, manner.metadata_partition());
                    next = Some(u64::from(location.block));
                } else {
                    assert_eq!((u64::from(location.block), location.partition), (1000 + found / 2048, 0));
                    found += u64::from(ad.len().bytes);
                }
            }
            if let Some(next) = next {
                assert_eq!(next, 77 + block);
                block += 1;
            } else {
                break;
            }
        }
        assert_eq!((found, block), (bytes, further));
    }
}
