//! The files that are a metadata partition: the file itself, its mirror, and the bitmap of free blocks.

use imapi_volume_structs::{
    SECTOR,
    udf::{FileEntry, FileType, MetadataMap, PartitionBlock, SpaceBitmap},
};

use super::{
    disc::{Contents, Disc},
    partition::{Stretch, Stretches},
};
use crate::{Rule, Severity, VolumeError};

const LOST_FILE: Rule = Rule {
    id: "udf.metadata.file",
    clause: "OSTA UDF 2.2.13.1",
    severity: Severity::Warning,
    broken: "the metadata file cannot be read, and its mirror is taken",
};

const LOST_MIRROR: Rule = Rule {
    id: "udf.metadata.mirror",
    clause: "OSTA UDF 2.2.13.1",
    severity: Severity::Warning,
    broken: "the mirror of the metadata file cannot be read",
};

const OTHER_TYPE: Rule = Rule {
    id: "udf.metadata.type",
    clause: "OSTA UDF 2.2.13",
    severity: Severity::Warning,
    broken: "a file of a metadata partition is of another type",
};

const BITMAP: Rule = Rule {
    id: "udf.metadata.bitmap",
    clause: "OSTA UDF 2.2.13.2",
    severity: Severity::Warning,
    broken: "the bitmap of a metadata partition cannot be read, or is of another length",
};

/// The greatest bitmap that is looked at: of 64 GiB of metadata.
const LONGEST_BITMAP: u64 = 4 << 20;

/// Where the blocks of the file are, and those of its mirror where these are others.
pub fn read(disc: Disc<'_>, map: &MetadataMap, base: u16) -> Result<(Stretches, Stretches), VolumeError> {
    let [at, mirror_at] = [map.file, map.mirror].map(|block| PartitionBlock { block, partition: base });
    let address = |at| disc.partitions.find(at).map_or(0, |found| found.address);
    let is_intact = |at: PartitionBlock| disc.medium.intact(address(at), at.block).is_ok();
    let mirror = stretches(disc, mirror_at, FileType::METADATA_MIRROR);
    if is_intact(mirror_at) && !is_intact(at) {
        disc.medium.tolerate(disc.medium.finding(&LOST_FILE, address(at)))?;
        return Ok((mirror?, Vec::new()));
    }
    let file = match (stretches(disc, at, FileType::METADATA), mirror) {
        (Ok(file), Ok(mirror)) if file == mirror => (file, Vec::new()),
        (Ok(file), Ok(mirror)) => (file, mirror),
        (Ok(file), Err(_)) => {
            disc.medium.tolerate(disc.medium.finding(&LOST_MIRROR, address(mirror_at)))?;
            (file, Vec::new())
        }
        (Err(_), Ok(mirror)) => {
            disc.medium.tolerate(disc.medium.finding(&LOST_FILE, address(at)))?;
            (mirror, Vec::new())
        }
        (Err(error), Err(_)) => return Err(error),
    };
    if map.bitmap != MetadataMap::NO_BITMAP && disc.medium.is_lenient() {
        let blocks = file.0.last().map_or(0, |last| last.block + last.blocks);
        check_bitmap(disc, PartitionBlock { block: map.bitmap, partition: base }, blocks, address(at))?;
    }
    Ok(file)
}

fn stretches(disc: Disc<'_>, at: PartitionBlock, file_type: FileType) -> Result<Stretches, VolumeError> {
    let from = disc.partitions.extent_of_reference(at.partition).map_or(0, |(start, _)| start);
    let (contents, found) = contents(disc, at, from)?;
    if found != file_type {
        let address = disc.partitions.locate(disc.medium, at, from)?.address;
        disc.medium.tolerate(disc.medium.finding(&OTHER_TYPE, address).numbers(found.0, file_type.0))?;
    }
    let (mut block, mut all) = (0, Vec::new());
    for piece in &contents.pieces {
        let blocks = piece.bytes / SECTOR as u64;
        // Blocks among what describes files are in no block of their own.
        if let (Some(address), 0) = (piece.address, piece.skip) {
            all.push(Stretch { block, address, blocks });
        }
        block += blocks;
    }
    Ok(all)
}

fn contents(disc: Disc<'_>, at: PartitionBlock, from: u64) -> Result<(Contents, FileType), VolumeError> {
    let prevailing = disc.entry(at, from)?;
    let entry = disc.medium.decode(&prevailing.found, FileEntry::decode)?;
    let contents = disc.contents(&entry, prevailing.at, prevailing.found.address, &mut disc.budget())?;
    Ok((contents, entry.icb.file_type))
}

/// Readers have no use for the bitmap, but whoever changes the volume has.
fn check_bitmap(disc: Disc<'_>, at: PartitionBlock, blocks: u64, from: u64) -> Result<(), VolumeError> {
    let bits = contents(disc, at, from).ok().and_then(|(contents, file_type)| {
        let bytes = contents.read(disc.medium, LONGEST_BITMAP)?.ok()?;
        let is_bitmap = file_type == FileType::METADATA_BITMAP;
        SpaceBitmap::decode(&bytes).ok().filter(|_| is_bitmap).map(|bitmap| bitmap.blocks())
    });
    match bits {
        Some(bits) if u64::from(bits) == blocks => Ok(()),
        bits => disc.medium.tolerate(disc.medium.finding(&BITMAP, from).numbers(bits.unwrap_or(0), blocks)),
    }
}
