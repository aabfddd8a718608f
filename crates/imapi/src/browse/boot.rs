//! What machines start from: the partition tables of an image. The catalogue of El Torito is told by `imapi_volumes`.

use imapi_disc_types::{Block, BlockSource};
use imapi_volume_structs::{
    SECTOR,
    gpt::{GptEntry, GptHeader, Guid},
    mbr::{BLOCK, BLOCKS_PER_SECTOR, Mbr, PartitionEntry, PartitionKind, hybrid::HybridCode},
};

/// What stands before the file systems of an image.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct PartitionTables {
    /// The master boot record.
    pub mbr: Option<MasterBootRecord>,
    /// The GUID partition table.
    pub gpt: Option<GuidTable>,
}

/// A master boot record, where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MasterBootRecord {
    /// It has code to be started.
    pub has_code: bool,
    /// The code starts a loader of the disc.
    pub hybrid: Option<HybridCode>,
    /// By what number systems know the disk.
    pub signature: u32,
    /// Its partitions.
    pub partitions: Vec<MbrPartition>,
}

/// A partition of a master boot record, in blocks of 512 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MbrPartition {
    /// Its place in the table, from 1 on.
    pub number: u8,
    /// Machines start from it.
    pub active: bool,
    /// What is in it.
    pub kind: PartitionKind,
    /// The first block.
    pub start: u32,
    /// How many.
    pub blocks: u32,
}

/// A GUID partition table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GuidTable {
    /// By what number systems know the disk.
    pub disk: Guid,
    /// The copy at the end of the image is there and intact.
    pub has_copy: bool,
    /// Its partitions.
    pub partitions: Vec<GptPartition>,
}

/// A partition of a GUID partition table, in blocks of 512 bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GptPartition {
    /// Its place in the table, from 1 on.
    pub number: u32,
    /// What is in it.
    pub kind: Guid,
    /// By what number systems know it.
    pub id: Guid,
    /// What people call it.
    pub name: String,
    /// The first block.
    pub start: u64,
    /// How many.
    pub blocks: u64,
}

/// More entries are not looked at.
const MOST_ENTRIES: u32 = 1024;

impl PartitionTables {
    /// Looks for them. What cannot be read or is wrong is not there: no machine would start from it.
    #[must_use]
    pub fn of(source: &dyn BlockSource) -> Self {
        let mbr = small_block(source, 0).and_then(|block| Mbr::decode(&block).ok()).map(|mbr| record(&mbr));
        Self { mbr, gpt: table(source) }
    }
}

/// A block of 512 bytes.
fn small_block(source: &dyn BlockSource, number: u64) -> Option<[u8; BLOCK]> {
    let per_sector = u64::from(BLOCKS_PER_SECTOR);
    let mut sector = [0; SECTOR];
    source.read_all(Block(number / per_sector), &mut sector).ok()?;
    let at = usize::try_from(number % per_sector).ok()? * BLOCK;
    sector.get(at..)?.first_chunk().copied()
}

fn record(mbr: &Mbr) -> MasterBootRecord {
    let partitions = (1..).zip(mbr.partitions).filter(|(_, entry)| entry.kind != PartitionKind::EMPTY);
    let partitions = partitions.map(|(number, entry)| MbrPartition {
        number,
        active: entry.status == PartitionEntry::ACTIVE,
        kind: entry.kind,
        start: entry.start,
        blocks: entry.blocks,
    });
    MasterBootRecord {
        has_code: mbr.code.iter().any(|&byte| byte != 0),
        hybrid: HybridCode::of(&mbr.code),
        signature: mbr.disk_signature,
        partitions: partitions.collect(),
    }
}

fn header_at(source: &dyn BlockSource, block: u64) -> Option<GptHeader> {
    let header = GptHeader::decode(&small_block(source, block)?).ok()?;
    (header.own == block).then_some(header)
}

fn table(source: &dyn BlockSource) -> Option<GuidTable> {
    let header = header_at(source, GptHeader::BLOCK)?;
    let per_block = u32::try_from(BLOCK / GptEntry::LEN).ok()?;
    let mut partitions = Vec::new();
    for index in 0..header.entry_count.min(MOST_ENTRIES) {
        let block = small_block(source, header.entries.checked_add((index / per_block).into())?)?;
        let at = usize::try_from(index % per_block).ok()? * GptEntry::LEN;
        let entry = GptEntry::decode(&block[at..]).ok().filter(GptEntry::is_used);
        partitions.extend(entry.map(|entry| GptPartition {
            number: index + 1,
            kind: entry.kind,
            id: entry.id,
            name: entry.name_chars().collect(),
            start: entry.first,
            blocks: entry.last.saturating_sub(entry.first).saturating_add(1),
        }));
    }
    Some(GuidTable { disk: header.disk, has_copy: header_at(source, header.other).is_some(), partitions })
}
