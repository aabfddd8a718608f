//! The first sector of an image, and its tables of partitions.

use std::ops::Range;

use imapi_volume_structs::{
    gpt::{GptEntry, GptLayout, Guid, PartitionAttributes, entries_crc},
    mbr::{BLOCK as SECTOR, BLOCKS_PER_SECTOR, Geometry, Mbr, PartitionEntry, PartitionKind, hybrid::HybridCode},
};

use super::{Hybrid, PartitionTable};
use crate::{ImageOptions, plan::pack::BLOCK};

/// Blocks before the first descriptor.
pub(super) const SYSTEM_AREA: u64 = 16;
/// Blocks of a GPT's copy at the end of an image.
pub(super) const COPY: u64 = 16;
/// Blocks of a mebibyte.
pub(super) const MEBIBYTE: u64 = 512;

/// Where everything is that the tables tell of, in blocks of the image.
#[derive(Debug, Clone)]
pub(super) struct Places {
    /// Of the image.
    pub blocks: u64,
    /// The first block of the loader for a BIOS.
    pub loader: u32,
    /// The EFI system partition: the appended one or an image among the files.
    pub efi: Option<Range<u64>>,
}

/// The system area, and the copy of its GPT that belongs into the last blocks.
#[derive(Debug)]
pub(super) struct Tables {
    pub system_area: Vec<u8>,
    pub copy: Vec<u8>,
}

impl Tables {
    pub fn new(hybrid: &Hybrid, options: &ImageOptions, places: &Places) -> Self {
        let code = hybrid.code.as_ref().map_or(Mbr::EMPTY, |code| code.mbr(places.loader));
        let bytes = |blocks: u64| vec![0; usize::try_from(blocks).unwrap_or(0) * BLOCK];
        let (mut system_area, mut copy) = (bytes(SYSTEM_AREA), Vec::new());
        let partitions = match hybrid.table {
            PartitionTable::Mbr => in_mbr(hybrid, places),
            PartitionTable::Gpt => {
                copy = bytes(COPY);
                put_gpt(options, places, &mut system_area, &mut copy);
                before_gpt(hybrid, places)
            }
        };
        // Windows knows disks by it, and none of a GPT.
        let disk_signature = match hybrid.table {
            PartitionTable::Mbr => (identity(options, "MBR", 0) & 0xFFFF_FFFF) as u32,
            PartitionTable::Gpt => 0,
        };
        let mbr = Mbr { disk_signature, partitions, ..code };
        if let Some(sector) = system_area.first_chunk_mut() {
            mbr.encode(sector);
        }
        Self { system_area, copy }
    }
}

/// A block of an image in sectors of a disk; an MBR cannot tell of what is beyond 2 TiB.
fn sectors(blocks: u64) -> u32 {
    u32::try_from(blocks * u64::from(BLOCKS_PER_SECTOR)).unwrap_or(u32::MAX)
}

fn in_mbr(hybrid: &Hybrid, places: &Places) -> [PartitionEntry; 4] {
    let geometry = if places.blocks <= 1024 * MEBIBYTE { Geometry::MEBIBYTE } else { Geometry::LARGEST };
    let kind = match hybrid.loader_kind() {
        Some(HybridCode::Isolinux) => PartitionKind::HIDDEN_NTFS,
        _ => PartitionKind::ISO9660,
    };
    // Among the files it would be in the partition of the image, which firmware does not take.
    let efi = places.efi.as_ref().filter(|_| hybrid.appended.is_some());
    let end = efi.map_or(places.blocks, |efi| efi.start);
    let image = PartitionEntry::new(kind, 0, sectors(end), geometry);
    let mut partitions = [PartitionEntry::EMPTY; 4];
    partitions[0] = if hybrid.code.is_some() { image.active() } else { image };
    if let Some(efi) = efi {
        let blocks = sectors(efi.end - efi.start);
        partitions[1] = PartitionEntry::new(PartitionKind::EFI_SYSTEM, sectors(efi.start), blocks, geometry);
    }
    partitions
}

fn before_gpt(hybrid: &Hybrid, places: &Places) -> [PartitionEntry; 4] {
    let mut partitions = Mbr::protective(places.blocks * u64::from(BLOCKS_PER_SECTOR)).partitions;
    if hybrid.code.is_some() {
        // Some BIOSes start no disk without an active partition.
        partitions[1] = PartitionEntry::new(PartitionKind::EMPTY, 0, 1, Geometry::LARGEST).active();
    }
    partitions
}

/// Writes the table behind the first sector, and its copy to the end.
fn put_gpt(options: &ImageOptions, places: &Places, system_area: &mut [u8], copy: &mut [u8]) {
    let disk_sectors = places.blocks * u64::from(BLOCKS_PER_SECTOR);
    // The image has more blocks than both tables: descriptors at least.
    let Some(layout) = GptLayout::new(disk_sectors, GptLayout::MAX_ENTRIES) else { return };
    let entries = in_gpt(options, places);
    let crc = entries_crc(&entries, GptLayout::MAX_ENTRIES);
    let disk = Guid::random(identity(options, "disk", 0));
    let header = layout.header(disk, crc);
    let copied = layout.copy_of(header);
    let begins = (places.blocks - COPY) * u64::from(BLOCKS_PER_SECTOR);

    for (area, header, first) in [(system_area, header, 0), (copy, copied, begins)] {
        let sector = |number: u64| usize::try_from(number - first).unwrap_or(0) * SECTOR;
        if let Some(place) = area[sector(header.own)..].first_chunk_mut() {
            header.encode(place);
        }
        for (entry, place) in entries.iter().zip(area[sector(header.entries)..].chunks_exact_mut(GptEntry::LEN)) {
            if let Some(place) = place.first_chunk_mut() {
                entry.encode(place);
            }
        }
    }
}

/// The EFI system partition, and what is before and behind it.
fn in_gpt(options: &ImageOptions, places: &Places) -> Vec<GptEntry> {
    let (first, end) = (SYSTEM_AREA, places.blocks - COPY);
    let image = |range| (Guid::BASIC_DATA, "Image", range);
    let all = match places.efi.clone() {
        Some(efi) => vec![image(first..efi.start), (Guid::EFI_SYSTEM, "EFI system", efi.clone()), image(efi.end..end)],
        None => vec![image(first..end)],
    };
    let mut entries = Vec::new();
    for (number, (kind, name, range)) in (1..).zip(all) {
        let id = Guid::random(identity(options, "partition", number));
        let per_block = u64::from(BLOCKS_PER_SECTOR);
        let blocks = range.end.saturating_sub(range.start);
        // None of a gap without blocks.
        let Some(mut entry) = GptEntry::new(kind, id, range.start * per_block, blocks * per_block, name) else {
            continue;
        };
        if kind == Guid::BASIC_DATA {
            entry.attributes = PartitionAttributes::REQUIRED.with(PartitionAttributes::READ_ONLY);
        }
        entries.push(entry);
    }
    entries
}

/// Bits that follow from the name and the date of a volume.
fn identity(options: &ImageOptions, of: &str, number: u8) -> u128 {
    let now = options.now.nanoseconds().to_le_bytes();
    hash(&[of.as_bytes(), &[number], &now, options.volume.as_bytes()].concat())
}

/// The hash of Fowler, Noll and Vo (1a) of 128 bits.
fn hash(bytes: &[u8]) -> u128 {
    const BASIS: u128 = 0x6C62_272E_07BB_0142_62B8_2175_6295_C58D;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013B;
    bytes.iter().fold(BASIS, |hash, &byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Content, Timestamp};

    fn options() -> ImageOptions {
        ImageOptions::new(Timestamp::new(1_000_000_000, 0))
    }

    #[test]
    fn identities_follow_from_date_and_name() {
        let same = identity(&options(), "disk", 0);
        assert_eq!(same, identity(&options(), "disk", 0));
        let later = ImageOptions::new(Timestamp::new(1_000_000_000, 1));
        let named = ImageOptions { volume: "OTHER".to_string(), ..options() };
        let others = [identity(&options(), "disk", 1), identity(&later, "disk", 0), identity(&named, "disk", 0)];
        assert!(others.iter().all(|&other| other != same && (other ^ same).count_ones() > 20), "{others:x?}");
        assert_eq!(hash(b"a"), 0xD228_CB69_6F1A_8CAF_7891_2B70_4E4A_8964, "as it was published");
    }

    #[test]
    fn a_gap_without_blocks_is_no_partition() {
        let efi = |efi| in_gpt(&options(), &Places { blocks: 1000, loader: 0, efi });
        let told =
            |entries: Vec<GptEntry>| -> Vec<_> { entries.iter().map(|e| (e.first / 4, e.last / 4 + 1)).collect() };
        assert_eq!(told(efi(None)), [(16, 984)]);
        assert_eq!(told(efi(Some(100..200))), [(16, 100), (100, 200), (200, 984)]);
        assert_eq!(told(efi(Some(512..984))), [(16, 512), (512, 984)]);
        assert_eq!(told(efi(Some(16..984))), [(16, 984)]);
    }

    #[test]
    fn an_mbr_tells_of_no_partition_in_another() {
        let hybrid = Hybrid { code: None, table: PartitionTable::Mbr, appended: Some(Content(0)) };
        let places = Places { blocks: 2048, loader: 0, efi: Some(1024..2000) };
        let [image, efi, ..] = in_mbr(&hybrid, &places);
        assert_eq!((image.start, image.blocks, image.status), (0, 4096, 0));
        assert_eq!((efi.start, efi.blocks, efi.kind), (4096, 976 * 4, PartitionKind::EFI_SYSTEM));
        let [image, efi, ..] = in_mbr(&Hybrid { appended: None, ..hybrid }, &places);
        assert_eq!((image.blocks, efi), (8192, PartitionEntry::EMPTY));
    }
}
