//! [`Volume`]: what the descriptors on a disc say of its file systems, and where these end. A glance: no folder is read.

use std::convert::Infallible;

use imapi_disc_types::{Block, BlockSource, Lba};
use imapi_format2::DiscReader;
use imapi_mmc_transport::CommandError;
use imapi_volume_structs::{
    SECTOR,
    gpt::GptHeader,
    iso9660::{Descriptor, DescriptorHead, FIRST_DESCRIPTOR, VolumeDescriptor},
    mbr::{BLOCK, BLOCKS_PER_SECTOR, Mbr, PartitionKind},
    udf::{ANCHOR_BLOCK, Anchor, Extent, LogicalVolume, Partition, PartitionMap, Recognition, Tag, TagId},
};

use super::extent::is_of_a_block;

/// The file systems that begin at some block of a disc.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Volume {
    /// What the volume is called, by the file system that has most room for it.
    pub label: Option<String>,
    /// The file systems, the oldest first: `ISO 9660`, `Joliet`, `UDF 2.50`.
    pub file_systems: Vec<String>,
    /// The first block of the disc behind them and behind what refers to them: partitions of tables, anchors. None when
    /// there is no file system, or when something that would say it cannot be read: then nobody knows.
    pub end: Option<u64>,
}

/// Descriptors of ISO 9660 and UDF together; there are never so many.
const MOST_DESCRIPTORS: i64 = 64;
/// So far behind all that descriptors name there may still be an anchor of UDF: it stands in the last block or 256 before,
/// and some programs add 150 blocks.
const BEHIND: u64 = 512;
/// Blocks that are looked at at once.
const AT_ONCE: usize = 32;

type Sector = [u8; SECTOR];

impl Volume {
    /// Looks at the disc, whose session begins at that address; `blocks` are all that can be read.
    pub fn at(reader: &DiscReader, start: Lba, blocks: u64) -> Result<Self, CommandError> {
        let mut read = |first: u64, out: &mut [u8]| {
            let end = first + (out.len() / SECTOR) as u64;
            let Some(lba) = i32::try_from(first).ok().filter(|_| end <= blocks) else { return Ok(false) };
            match reader.blocks_at(Lba(lba), out) {
                Ok(()) => Ok(true),
                Err(error) if is_of_a_block(&error) => Ok(false),
                Err(error) => Err(error),
            }
        };
        let start = u64::try_from(start.0).unwrap_or(0);
        let mut glance = Glance { read: &mut read, start, blocks, volume: Self::default(), end: 0, in_doubt: false };
        glance.descriptors()?;
        Ok(glance.finish())
    }

    /// Looks at what is no disc in a drive, from its beginning.
    pub fn of_source(source: &dyn BlockSource) -> Self {
        let blocks = source.blocks();
        let mut read = |first: u64, out: &mut [u8]| -> Result<bool, Infallible> {
            let end = first + (out.len() / SECTOR) as u64;
            Ok(end <= blocks && source.read_all(Block(first), out).is_ok())
        };
        let mut glance = Glance { read: &mut read, start: 0, blocks, volume: Self::default(), end: 0, in_doubt: false };
        match glance.descriptors() {
            Ok(()) => glance.finish(),
        }
    }
}

/// Fills a buffer with blocks of the disc from one on; no when they cannot be read.
type Reading<'a, E> = &'a mut dyn FnMut(u64, &mut [u8]) -> Result<bool, E>;

struct Glance<'a, E> {
    read: Reading<'a, E>,
    start: u64,
    blocks: u64,
    volume: Volume,
    end: u64,
    /// Something that may say more cannot be read.
    in_doubt: bool,
}

impl<E> Glance<'_, E> {
    fn finish(self) -> Volume {
        let known = !self.in_doubt && !self.volume.file_systems.is_empty() && self.end > 0;
        Volume { end: known.then_some(self.end.min(self.blocks)), ..self.volume }
    }

    fn reaches(&mut self, end: u64) {
        self.end = self.end.max(end);
    }

    fn sector(&mut self, at: u64) -> Result<Option<Sector>, E> {
        let mut sector = [0; SECTOR];
        Ok((self.read)(at, &mut sector)?.then_some(sector))
    }

    /// The sequence that all file systems share, and what it leads to.
    fn descriptors(&mut self) -> Result<(), E> {
        let (mut joliet, mut has_udf) = (None, false);
        for number in 0..MOST_DESCRIPTORS.unsigned_abs() {
            let Some(sector) = self.sector(self.start + u64::from(FIRST_DESCRIPTOR) + number)? else {
                self.in_doubt = true;
                break;
            };
            if DescriptorHead::decode(&sector).is_ok() {
                match Descriptor::decode(&sector) {
                    Ok(Descriptor::Volume(found)) => self.iso(&found, &mut joliet),
                    Ok(_) => {}
                    Err(_) => self.in_doubt = true,
                }
            } else if let Ok(found) = Recognition::decode(&sector) {
                has_udf |= matches!(found.id, Recognition::NSR02 | Recognition::NSR03);
            } else {
                break;
            }
        }
        // Sixteen units of two bytes are less than thirty-two characters, but have small letters.
        self.volume.label = joliet.or(self.volume.label.take());
        if has_udf {
            self.udf()?;
        }
        if !self.volume.file_systems.is_empty() && self.start == 0 {
            self.tables()?;
            if has_udf {
                self.anchors_behind()?;
            }
        }
        Ok(())
    }

    fn iso(&mut self, found: &VolumeDescriptor, joliet: &mut Option<String>) {
        let bytes = u64::from(found.space_size) * u64::from(found.block_size);
        self.reaches(bytes.div_ceil(SECTOR as u64));
        let label = &found.identifiers.volume;
        if found.joliet_level().is_some() {
            self.has("Joliet".to_string());
            *joliet = Some(label.wide_chars().collect()).filter(|label: &String| !label.is_empty());
        } else if !found.is_enhanced() {
            self.has("ISO 9660".to_string());
            let text: String = label.trimmed().iter().map(|&byte| char::from(byte)).collect();
            self.volume.label = Some(text).filter(|label| !label.is_empty());
        }
    }

    fn has(&mut self, file_system: String) {
        if !self.volume.file_systems.contains(&file_system) {
            self.volume.file_systems.push(file_system);
        }
    }

    /// UDF, by the first anchor that leads to a whole description.
    fn udf(&mut self) -> Result<(), E> {
        let last = self.blocks.saturating_sub(1);
        let anchor = u64::from(ANCHOR_BLOCK);
        for at in [self.start + anchor, anchor, last, last.saturating_sub(anchor), 2 * anchor] {
            let Some(sector) = self.sector(at)? else { continue };
            let Ok(anchor) = Anchor::decode(&sector) else { continue };
            if !Tag::decode(&sector).is_ok_and(|tag| u64::from(tag.stamp.location) == at) {
                continue;
            }
            for sequence in [anchor.main, anchor.reserve] {
                if self.sequence(sequence)? {
                    self.reaches(at + 1);
                    for sequence in [anchor.main, anchor.reserve] {
                        self.reaches(end_of(sequence));
                    }
                    return Ok(());
                }
            }
        }
        self.in_doubt = true;
        self.has("UDF".to_string());
        Ok(())
    }

    /// A sequence of volume descriptors; yes when it is whole.
    fn sequence(&mut self, extent: Extent) -> Result<bool, E> {
        let (mut end, mut label, mut revision, mut has_partition) = (0, None, None, false);
        let first = u64::from(extent.block);
        for at in first..end_of(extent).min(first + MOST_DESCRIPTORS.unsigned_abs()) {
            let Some(sector) = self.sector(at)? else { return Ok(false) };
            match Tag::decode(&sector).map(|tag| tag.id) {
                Ok(TagId::PARTITION) => {
                    let Ok(partition) = Partition::decode(&sector) else { return Ok(false) };
                    end = end.max(u64::from(partition.start) + u64::from(partition.len));
                    has_partition = true;
                }
                Ok(TagId::LOGICAL_VOLUME) => {
                    let Ok(logical) = LogicalVolume::decode(&sector) else { return Ok(false) };
                    label = logical.id.chars().ok().map(Iterator::collect::<String>);
                    revision = Some(logical.domain.revision());
                    end = end.max(end_of(logical.integrity)).max(tables_of(&logical));
                }
                Ok(TagId::TERMINATING) => break,
                // A sequence that goes on elsewhere is followed by full readers.
                Ok(TagId::VOLUME_POINTER) => {
                    self.in_doubt = true;
                    break;
                }
                _ => {}
            }
        }
        let (Some(revision), true) = (revision, has_partition) else { return Ok(false) };
        self.reaches(end);
        self.has(format!("UDF {}.{:02x}", revision.0 >> 8, revision.0 & 0xFF));
        self.volume.label = label.filter(|label| !label.is_empty()).or(self.volume.label.take());
        Ok(true)
    }

    /// Partition tables, for which something may stand behind the file systems.
    fn tables(&mut self) -> Result<(), E> {
        let Some(sector) = self.sector(0)? else {
            self.in_doubt = true;
            return Ok(());
        };
        let block = |at: usize| sector[at * BLOCK..].first_chunk();
        let sectors = |blocks: u64| blocks.div_ceil(BLOCKS_PER_SECTOR.into());
        if let Some(mbr) = block(0).and_then(|block| Mbr::decode(block).ok()) {
            let used = |kind| ![PartitionKind::EMPTY, PartitionKind::GPT_PROTECTIVE].contains(&kind);
            for partition in mbr.partitions.iter().filter(|partition| used(partition.kind)) {
                self.reaches(sectors(u64::from(partition.start) + u64::from(partition.blocks)));
            }
        }
        if let Some(gpt) = block(1).and_then(|block| GptHeader::decode(block).ok()) {
            // Its copy is in the last block.
            self.reaches(sectors(gpt.other.saturating_add(1)));
        }
        Ok(())
    }

    /// Anchors at the end of the volume, which may be behind its partition.
    fn anchors_behind(&mut self) -> Result<(), E> {
        let (first, mut last) = (self.end, None);
        let mut buffer = vec![0; AT_ONCE * SECTOR];
        let mut at = first;
        while at < (first + BEHIND).min(self.blocks) {
            let count = (self.blocks - at).min(AT_ONCE as u64);
            let out = &mut buffer[..usize::try_from(count).unwrap_or(0) * SECTOR];
            // What cannot be read here is no anchor that anybody could use.
            if (self.read)(at, out)? {
                for (block, sector) in (at..).zip(out.chunks_exact(SECTOR)) {
                    let place = Tag::decode(sector).ok().filter(|tag| tag.id == TagId::ANCHOR);
                    if place.is_some_and(|tag| u64::from(tag.stamp.location) == block) {
                        last = Some(block);
                    }
                }
            }
            at += count;
        }
        self.reaches(last.map_or(0, |last| last + 1));
        Ok(())
    }
}

/// The block behind an extent.
fn end_of(extent: Extent) -> u64 {
    u64::from(extent.block) + u64::from(extent.len).div_ceil(SECTOR as u64)
}

/// The block behind the tables of bad blocks.
fn tables_of(logical: &LogicalVolume<'_>) -> u64 {
    let ends = logical.maps.iter().filter_map(|map| match map {
        PartitionMap::Sparable { map, .. } => {
            let blocks = u64::from(map.table_len).div_ceil(SECTOR as u64);
            map.locations().iter().max().map(|&at| u64::from(at) + blocks)
        }
        _ => None,
    });
    ends.max().unwrap_or(0)
}
