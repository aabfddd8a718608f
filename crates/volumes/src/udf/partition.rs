//! [`Partitions`]: where the blocks of a volume's partitions are.

use imapi_volume_structs::udf::{
    AccessType, LogicalVolume, Partition, PartitionBlock, PartitionMap, Replacement, SparableMap, SparingTable,
};

use super::{disc::Disc, medium::Medium, metadata, sequence::Sequence, vat};
use crate::{FileSystem, Rule, Severity, VolumeError};

const NO_DESCRIPTOR: Rule = Rule {
    id: "udf.partition.missing",
    clause: "ECMA-167 3/10.7",
    severity: Severity::Error,
    broken: "a partition of the logical volume has no descriptor",
};

const BEYOND: Rule = Rule {
    id: "udf.partition.length",
    clause: "ECMA-167 3/10.5.9",
    severity: Severity::Warning,
    broken: "a partition goes on behind what was recorded",
};

const OUTSIDE: Rule = Rule {
    id: "udf.partition.outside",
    clause: "ECMA-167 4/7.1",
    severity: Severity::Error,
    broken: "something stands in a block that its partition does not have",
};

const NO_TABLE: Rule = Rule {
    id: "udf.sparing.missing",
    clause: "OSTA UDF 2.2.9, 2.2.12",
    severity: Severity::Error,
    broken: "no sparing table can be read, and blocks may be elsewhere",
};

const LOST_TABLE: Rule = Rule {
    id: "udf.sparing.copy",
    clause: "OSTA UDF 2.2.12",
    severity: Severity::Warning,
    broken: "a sparing table cannot be read, and a copy of it is taken",
};

/// More partitions than any volume has; a sector has room for more maps.
const MOST: usize = 64;

/// The partitions of a volume, in the order in which references number them.
#[derive(Default)]
pub struct Partitions {
    maps: Vec<Map>,
    /// What the table of a virtual partition says beside.
    pub vat: Option<vat::Said>,
}

/// How the blocks of a partition are found.
enum Map {
    /// They follow one another.
    Physical { start: u64, blocks: u64 },
    /// The same, but packets may be elsewhere: their first blocks in the partition, in order, and those of the volume.
    Sparable { start: u64, blocks: u64, packet: u64, elsewhere: Vec<(u32, u32)> },
    /// Each is somewhere in another partition.
    Virtual { base: u16, table: Vec<u32> },
    /// They are those of a file, also in the order of their addresses, and maybe once more those of another file.
    Metadata { file: Stretches, by_address: Stretches, mirror: Stretches },
    /// Nobody knows.
    Foreign,
}

/// Blocks of the volume that stand for blocks of a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The first block of the partition.
    pub block: u64,
    /// The first block of the volume.
    pub address: u64,
    pub blocks: u64,
}

/// In the order of the blocks of the partition.
pub type Stretches = Vec<Stretch>;

/// A block, and how many follow it without a gap, itself among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Located {
    pub address: u64,
    pub blocks: u64,
}

impl Partitions {
    /// The partitions of a logical volume, whose descriptor stands at that address.
    pub fn new(
        medium: &Medium,
        sequence: &Sequence,
        logical: &LogicalVolume<'_>,
        address: u64,
    ) -> Result<Self, VolumeError> {
        let maps: Vec<PartitionMap<'_>> = logical.maps.iter().take(MOST).collect();
        let mut partitions = Self::default();
        for map in &maps {
            let here = match map {
                PartitionMap::Physical { partition, .. } => {
                    let (start, blocks) = place(medium, sequence, *partition, address)?;
                    Map::Physical { start, blocks }
                }
                PartitionMap::Sparable { partition, map, .. } => {
                    let (start, blocks) = place(medium, sequence, *partition, address)?;
                    let packet = u64::from(map.packet_len.max(1));
                    Map::Sparable { start, blocks, packet, elsewhere: sparing_table(medium, map, address)? }
                }
                _ => Map::Foreign,
            };
            partitions.maps.push(here);
        }
        // These lie in other partitions, which have to be known for that.
        for (index, map) in maps.iter().enumerate() {
            let (PartitionMap::Virtual { partition, .. } | PartitionMap::Metadata { partition, .. }) = map else {
                continue;
            };
            let base = partitions.base_of(&maps, *partition);
            let Some(base) = base else { return medium.broken(&NO_DESCRIPTOR, address) };
            let disc = Disc { medium, partitions: &partitions };
            if let PartitionMap::Metadata { map, .. } = map {
                let (file, mirror) = metadata::read(disc, map, base)?;
                let mut by_address = file.clone();
                by_address.sort_unstable_by_key(|stretch| stretch.address);
                partitions.maps[index] = Map::Metadata { file, by_address, mirror };
            } else {
                let (table, said) = vat::read(disc, base)?;
                partitions.maps[index] = Map::Virtual { base, table };
                partitions.vat = Some(said);
            }
        }
        Ok(partitions)
    }

    /// The reference to the partition of that number that lies in no other one.
    fn base_of(&self, maps: &[PartitionMap<'_>], number: u16) -> Option<u16> {
        let index = maps.iter().zip(&self.maps).position(|(map, here)| {
            map.partition() == Some(number) && matches!(here, Map::Physical { .. } | Map::Sparable { .. })
        })?;
        u16::try_from(index).ok()
    }

    /// First block and blocks of the first partition that is part of the volume itself.
    pub fn extent(&self) -> Option<(u64, u64)> {
        self.maps.iter().find_map(Map::extent)
    }

    /// First block and blocks of that partition, if it is part of the volume itself.
    pub fn extent_of_reference(&self, reference: u16) -> Option<(u64, u64)> {
        self.maps.get(usize::from(reference))?.extent()
    }

    /// Where a block of a partition is.
    pub fn find(&self, at: PartitionBlock) -> Option<Located> {
        let block = u64::from(at.block);
        match self.maps.get(usize::from(at.partition))? {
            Map::Physical { start, blocks } => within(*start, *blocks, block),
            Map::Sparable { start, blocks, packet, elsewhere } => {
                let here = within(*start, *blocks, block)?;
                let first = block - block % packet;
                let next = elsewhere.partition_point(|&(original, _)| u64::from(original) < first);
                match elsewhere.get(next) {
                    Some(&(original, mapped)) if u64::from(original) == first => {
                        let skip = block - first;
                        Some(Located { address: u64::from(mapped) + skip, blocks: here.blocks.min(packet - skip) })
                    }
                    Some(&(original, _)) => {
                        Some(Located { blocks: here.blocks.min(u64::from(original) - block), ..here })
                    }
                    None => Some(here),
                }
            }
            Map::Virtual { base, table } => {
                let entry = *table.get(usize::try_from(block).ok()?)?;
                let there = self.find(PartitionBlock { block: entry, partition: *base })?;
                Some(Located { blocks: 1, ..there })
            }
            Map::Metadata { file, .. } => {
                let index = file.partition_point(|stretch| stretch.block + stretch.blocks <= block);
                let stretch = file.get(index).filter(|stretch| stretch.block <= block)?;
                let skip = block - stretch.block;
                Some(Located { address: stretch.address + skip, blocks: stretch.blocks - skip })
            }
            Map::Foreign => None,
        }
    }

    /// The reference to a block that is at that address, given how it is called in its own descriptor.
    pub fn reference_of(&self, address: u64, block: u32) -> Option<PartitionBlock> {
        let all = 0..u16::try_from(self.maps.len()).unwrap_or(u16::MAX);
        let is_there = |at: &PartitionBlock| self.find(*at).is_some_and(|found| found.address == address);
        let by_its_name = all.clone().map(|partition| PartitionBlock { block, partition }).find(is_there);
        by_its_name.or_else(|| {
            all.filter_map(|partition| {
                let (start, _) = self.extent_of_reference(partition)?;
                let block = u32::try_from(address.checked_sub(start)?).ok()?;
                Some(PartitionBlock { block, partition })
            })
            .find(is_there)
        })
    }

    /// Whether a block at that address may call itself so.
    pub fn is_called(&self, address: u64, block: u32) -> bool {
        let all = 0..u16::try_from(self.maps.len()).unwrap_or(u16::MAX);
        let mut found = all.filter_map(|partition| self.find(PartitionBlock { block, partition }));
        found.any(|found| found.address == address || self.copy_of(found.address) == Some(address))
    }

    /// The blocks that are there twice: address, that of the copy, and how many.
    pub fn copies(&self) -> Vec<(u64, u64, u64)> {
        let mut all = Vec::new();
        for map in &self.maps {
            let Map::Metadata { file, mirror, .. } = map else { continue };
            for stretch in file {
                let (mut block, end) = (stretch.block, stretch.block.saturating_add(stretch.blocks));
                while block < end {
                    let index = mirror.partition_point(|there| there.block + there.blocks <= block);
                    let Some(there) = mirror.get(index).filter(|there| there.block < end) else { break };
                    let from = block.max(there.block);
                    let count = end.min(there.block + there.blocks) - from;
                    all.push((stretch.address + (from - stretch.block), there.address + (from - there.block), count));
                    block = from + count;
                }
            }
        }
        all
    }

    /// The address at which there is a copy of what stands at that one.
    pub fn copy_of(&self, address: u64) -> Option<u64> {
        self.maps.iter().find_map(|map| {
            let Map::Metadata { by_address, mirror, .. } = map else { return None };
            let index = by_address.partition_point(|stretch| stretch.address <= address).checked_sub(1)?;
            let here = by_address.get(index).filter(|stretch| address - stretch.address < stretch.blocks)?;
            let block = here.block + (address - here.address);
            let index = mirror.partition_point(|stretch| stretch.block + stretch.blocks <= block);
            let there = mirror.get(index).filter(|stretch| stretch.block <= block)?;
            Some(there.address + (block - there.block)).filter(|&copy| copy != address)
        })
    }

    /// Where a block of a partition is, or the error that it is nowhere.
    pub fn locate(&self, medium: &Medium, at: PartitionBlock, from: u64) -> Result<Located, VolumeError> {
        self.find(at).ok_or_else(|| {
            let blocks = self.extent_of_reference(at.partition).map_or(0, |(_, blocks)| blocks);
            VolumeError::Broken(Box::new(medium.finding(&OUTSIDE, from).numbers(at.block, blocks)))
        })
    }
}

impl Map {
    /// First block and blocks, if it is part of the volume itself.
    fn extent(&self) -> Option<(u64, u64)> {
        match *self {
            Self::Physical { start, blocks } | Self::Sparable { start, blocks, .. } => Some((start, blocks)),
            _ => None,
        }
    }
}

fn within(start: u64, blocks: u64, block: u64) -> Option<Located> {
    Some(Located { address: start.checked_add(block)?, blocks: blocks.checked_sub(block).filter(|&rest| rest > 0)? })
}

fn place(medium: &Medium, sequence: &Sequence, number: u16, address: u64) -> Result<(u64, u64), VolumeError> {
    let Some(&Partition { start, len, access, .. }) = sequence.partitions.get(&number) else {
        return Err(VolumeError::Broken(Box::new(
            medium.finding(&NO_DESCRIPTOR, address).about(number.to_string().as_bytes()),
        )));
    };
    let (start, blocks) = (u64::from(start), u64::from(len));
    let end = medium.blocks.end_address();
    // What is written in the order of its blocks need not be full.
    let grows = matches!(access, AccessType::WRITE_ONCE | AccessType::PSEUDO_OVERWRITABLE);
    if start + blocks > end && !grows {
        medium.tolerate(medium.finding(&BEYOND, address).numbers(start + blocks, end))?;
    }
    Ok((start, blocks))
}

/// The newest of the tables that can be read, sorted; packets that are replaced by blocks behind the medium stay.
fn sparing_table(medium: &Medium, map: &SparableMap, address: u64) -> Result<Vec<(u32, u32)>, VolumeError> {
    let mut newest: Option<(u32, Vec<(u32, u32)>)> = None;
    let mut lost = None;
    for &location in map.locations() {
        match read_table(medium, location, map) {
            Ok((sequence, _)) if newest.as_ref().is_some_and(|(other, _)| *other >= sequence) => {}
            Ok(found) => newest = Some(found),
            Err(_) => lost = Some(location),
        }
    }
    let Some((_, mut elsewhere)) = newest else {
        medium.tolerate(medium.finding(&NO_TABLE, lost.map_or(address, u64::from)))?;
        return Ok(Vec::new());
    };
    if let Some(location) = lost {
        medium.tolerate(medium.finding(&LOST_TABLE, location.into()))?;
    }
    elsewhere.sort_unstable();
    elsewhere.dedup_by_key(|(original, _)| *original);
    Ok(elsewhere)
}

fn read_table(medium: &Medium, location: u32, map: &SparableMap) -> Result<(u32, Vec<(u32, u32)>), VolumeError> {
    let address = u64::from(location);
    let head = medium.blocks.block(address)?;
    // Both numbers have 16 bits, so that no table is longer than 512 KiB.
    let number = |at: usize| u64::from(u16::from_le_bytes([head[at], head[at + 1]]));
    let (covered, count) = (number(10), number(48));
    let len = (16 + covered).max(56 + count * 8);
    let bytes = medium.blocks.bytes(address, len)?;
    let table = SparingTable::decode(&bytes)
        .map_err(|malformed| VolumeError::Broken(Box::new(medium.finding(&NO_TABLE, address).malformed(malformed))))?;
    let packet = u32::from(map.packet_len.max(1));
    let is_used = |entry: &Replacement| entry.original < Replacement::DEFECTIVE && entry.original % packet == 0;
    Ok((table.sequence, table.entries().filter(is_used).map(|entry| (entry.original, entry.mapped)).collect()))
}

/// A volume cannot be read without a partition of a kind that is not known.
pub fn refuse_foreign(medium: &Medium, logical: &LogicalVolume<'_>, address: u64) -> Result<(), VolumeError> {
    if logical.maps.count() == 0 || !logical.maps.iter().any(|map| map.partition().is_some()) {
        return Err(VolumeError::Unsupported {
            file_system: FileSystem::Udf,
            feature: "partitions of an unknown kind",
            block: medium.finding(&NO_DESCRIPTOR, address).block,
        });
    }
    Ok(())
}
