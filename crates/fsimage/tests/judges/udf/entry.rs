//! [`Entry`]: a file entry with everything that it says, and the bytes of its file.

use imapi_volume_structs::{
    SECTOR,
    udf::{
        Ad, Ads, Allocation, AllocationExtent, ExtentKind, FileEntry, FileType, IcbFlags, LongAd, PartitionBlock,
        TagId, Timestamp, attributes::Attribute,
    },
};

use super::{BYTES, Run, Volume};
use crate::listing::Moment;

/// A file entry.
pub struct Entry {
    pub file_type: FileType,
    pub flags: IcbFlags,
    pub mode: u32,
    pub owner: (u32, u32),
    pub links: u32,
    pub size: u64,
    pub object_len: Option<u64>,
    pub modified: Option<Moment>,
    pub created: Option<Moment>,
    pub unique_id: u64,
    pub streams: Option<LongAd>,
    pub device: Option<(u32, u32)>,
    /// The bytes, when they stand in the entry.
    pub embedded: Option<Vec<u8>>,
    /// Where they are else, extents that follow upon each other as one.
    pub extents: Vec<Run>,
    /// The block of the image that it begins in, and the partition of its references.
    pub at: (u64, u16),
    /// Its block, as its partition counts.
    pub location: u32,
}

impl Entry {
    /// Reads the entry that a reference leads to, and takes its blocks and those of its file.
    pub fn read(volume: &mut Volume<'_>, icb: LongAd, who: &str) -> Self {
        let entry = Self::read_alone(volume, icb, who);
        for &run in &entry.extents {
            volume.owners.take(run, format!("{BYTES}{who}"));
        }
        entry
    }

    /// The same, but the bytes of the file are those of others.
    pub fn read_alone(volume: &mut Volume<'_>, icb: LongAd, who: &str) -> Self {
        assert_eq!(icb.len.bytes as usize, SECTOR, "{who}");
        assert_eq!(icb.len.kind, ExtentKind::Recorded, "{who}");
        let block = volume.block_of(icb);
        volume.owners.take(Run { first: block, blocks: 1 }, format!("the entry of {who}"));
        let extended = volume.revision.has_streams();
        let id = if extended { TagId::EXTENDED_FILE_ENTRY } else { TagId::FILE_ENTRY };
        let bytes = volume.tagged(block, icb.location.block, id);
        let found = FileEntry::decode(&bytes).unwrap_or_else(|e| panic!("{who}: {e}"));
        assert_eq!(found.extension.is_some(), extended, "{who}");
        let mut entry = Self {
            file_type: found.icb.file_type,
            flags: found.icb.flags,
            mode: found.permissions.mode() | special_bits(found.icb.flags),
            owner: (found.uid, found.gid),
            links: found.links.into(),
            size: found.len,
            object_len: found.extension.map(|extension| extension.object_len),
            modified: moment(found.modified),
            created: found.extension.and_then(|extension| moment(extension.created)),
            unique_id: found.unique_id,
            streams: found.extension.map(|extension| extension.streams).filter(|streams| streams.len.bytes > 0),
            device: None,
            embedded: found.embedded().map(<[u8]>::to_vec),
            extents: Vec::new(),
            at: (block, icb.location.partition),
            location: icb.location.block,
        };
        for attribute in found.attributes().unwrap_or_else(|e| panic!("{who}: {e}")) {
            match attribute.unwrap_or_else(|e| panic!("{who}: {e}")) {
                Attribute::Device { major, minor, .. } => entry.device = Some((major, minor)),
                times @ Attribute::FileTimes { .. } => {
                    let created = times.file_time(imapi_volume_structs::udf::attributes::file_time::CREATED);
                    entry.created = created.and_then(moment);
                }
                other => panic!("{who} has {other:?}"),
            }
        }
        if let Some(bytes) = &entry.embedded {
            assert_eq!(bytes.len() as u64, entry.size, "{who}");
            assert_eq!(found.blocks, 0, "{who} has no blocks of its own");
        } else {
            let manner = found.icb.flags.allocation().expect("a manner that there is");
            entry.find_extents(volume, manner, found.allocation, found.blocks, who);
        }
        entry
    }

    /// Follows the descriptors through all blocks that have some.
    fn find_extents(&mut self, volume: &mut Volume<'_>, manner: Allocation, ads: &[u8], blocks: u64, who: &str) {
        let mut here: Vec<u8> = ads.to_vec();
        let (mut bytes, mut recorded, mut whole) = (0, 0, true);
        loop {
            let mut next: Option<PartitionBlock> = None;
            for ad in Ads::new(manner, &here) {
                assert!(next.is_none(), "{who}: something follows the descriptor of the next block");
                let at = ad.location(self.at.1);
                if let Ad::Long(long) = ad {
                    assert_eq!(long.unique_id, 0, "{who}");
                }
                if ad.len().kind == ExtentKind::Continuation {
                    next = Some(at);
                    continue;
                }
                assert_eq!(ad.len().kind, ExtentKind::Recorded, "{who}");
                assert!(whole, "{who}: only the last extent ends within a block");
                whole = ad.len().bytes % 2048 == 0;
                let run = volume.run_of(at.partition, at.block.into(), u64::from(ad.len().bytes).div_ceil(2048));
                bytes += u64::from(ad.len().bytes);
                recorded += run.blocks;
                match self.extents.last_mut() {
                    Some(before) if before.first + before.blocks == run.first => before.blocks += run.blocks,
                    _ => self.extents.push(run),
                }
            }
            let Some(at) = next else { break };
            let run = volume.run_of(at.partition, at.block.into(), 1);
            volume.owners.take(run, format!("more descriptors of {who}"));
            let block = volume.tagged(run.first, at.block, TagId::ALLOCATION_EXTENT);
            here = AllocationExtent::decode(&block).unwrap_or_else(|e| panic!("{who}: {e}")).ads.to_vec();
        }
        assert_eq!((bytes, recorded), (self.size, blocks), "{who}: bytes and blocks of its extents");
    }

    /// The bytes of its file from an offset on.
    pub fn read_at(&self, volume: &Volume<'_>, offset: u64, out: &mut [u8]) {
        if let Some(bytes) = &self.embedded {
            let at = usize::try_from(offset).expect("small");
            out.copy_from_slice(&bytes[at..at + out.len()]);
            return;
        }
        let first = offset / 2048;
        let blocks = (offset + out.len() as u64).div_ceil(2048) - first;
        let mut bytes = Vec::new();
        let mut skip = first;
        for run in &self.extents {
            let from = skip.min(run.blocks);
            let left = blocks - bytes.len() as u64 / 2048;
            let count = (run.blocks - from).min(left);
            bytes.extend(volume.blocks(Run { first: run.first + from, blocks: count }));
            skip -= from;
        }
        let at = usize::try_from(offset % 2048).expect("small");
        out.copy_from_slice(&bytes[at..at + out.len()]);
    }

    /// All of them.
    pub fn bytes(&self, volume: &Volume<'_>) -> Vec<u8> {
        let mut out = vec![0; usize::try_from(self.size).expect("small")];
        if !out.is_empty() {
            self.read_at(volume, 0, &mut out);
        }
        out
    }
}

fn special_bits(flags: IcbFlags) -> u32 {
    let bit = |flag, bit| if flags.contains(flag) { bit } else { 0 };
    bit(IcbFlags::SET_UID, 0o4000) | bit(IcbFlags::SET_GID, 0o2000) | bit(IcbFlags::STICKY, 0o1000)
}

/// To the microsecond.
fn moment(time: Timestamp) -> Option<Moment> {
    let civil = time.civil()?;
    let microseconds = u32::from(civil.hundredths) * 10_000 + u32::from(time.beyond_hundredths());
    Some((civil.to_unix(), microseconds * 1000))
}
