//! [`Resolved`]: the entries that somebody asked for, looked at and found good.

use imapi_volume_structs::{
    el_torito::{BOOT_INFO_AT, BootInfoTable, GRUB_BOOT_INFO_AT, Platform},
    mbr::{BLOCK as SECTOR, Mbr, PartitionKind},
};

use super::{BootEntry, BootError, BootImage, Emulation};
use crate::{Content, ContentError, ContentReader, ImageOptions, Kind, PlanError, Tree, plan::pack::BLOCK};

/// An entry, and what is known of its image before anything has a place.
#[derive(Debug)]
pub(super) struct Resolved {
    pub entry: BootEntry,
    /// What has to be in the image; `None` for the appended partition.
    pub content: Option<Content>,
    /// Its blocks.
    pub blocks: u64,
    /// How many sectors are loaded.
    pub load_size: u16,
    /// The kind of the partition on an emulated hard disk, and else 0.
    pub system_type: u8,
}

/// All entries of the options.
pub(super) fn all(options: &ImageOptions, tree: &Tree, reader: &ContentReader) -> Result<Vec<Resolved>, PlanError> {
    let count = options.boot.len();
    if count > BootEntry::MOST {
        return Err(BootError::TooMany { count }.into());
    }
    options.boot.iter().zip(1..).map(|(entry, number)| resolved(entry, number, options, tree, reader)).collect()
}

/// How many bytes contents have that must have some.
pub(super) fn size_of(reader: &ContentReader, content: Content, called: &str) -> Result<u64, PlanError> {
    let contents = reader.contents();
    if content.0 >= contents.len() as u64 {
        return Err(ContentError::Unknown(content.0).into());
    }
    match contents.size(content) {
        0 => Err(BootError::Image { image: called.to_string(), reason: "it is empty" }.into()),
        size => Ok(size),
    }
}

fn resolved(
    entry: &BootEntry,
    number: u32,
    options: &ImageOptions,
    tree: &Tree,
    reader: &ContentReader,
) -> Result<Resolved, PlanError> {
    let mut called = format!("boot image {number}");
    let in_image = entry.image != BootImage::AppendedPartition;
    let content = match entry.image {
        BootImage::Content(content) => content,
        BootImage::AppendedPartition => {
            let appended = options.hybrid.as_ref().and_then(|hybrid| hybrid.appended);
            let reason = "a boot image is to be the appended partition, and there is none";
            appended.ok_or(BootError::Option { option: "Hybrid", reason })?
        }
        BootImage::File(node) => {
            if !tree.contains(node) {
                return Err(BootError::Image { image: called, reason: "it is not in the tree" }.into());
            }
            called = tree.path(node);
            let Kind::File { content, .. } = tree.kind(node) else {
                return Err(BootError::Image { image: called, reason: "it is no file" }.into());
            };
            content
        }
    };
    if let Some(origin) = reader.contents().origin(content) {
        called = origin.display().to_string();
    }
    let size = size_of(reader, content, &called)?;
    let refused = |reason| BootError::Image { image: called.clone(), reason };

    if let Some(expected) = entry.emulation.floppy_size().filter(|&expected| expected != size) {
        return Err(BootError::FloppySize { image: called, expected, found: size }.into());
    }
    let system_type = match entry.emulation {
        Emulation::HardDisk => the_partition(reader, content, size)?.map_err(refused)?,
        _ => 0,
    };
    if (entry.info_table || entry.grub_info) && !in_image {
        return Err(refused("nothing can be written into the appended partition").into());
    }
    if entry.info_table && size < (BOOT_INFO_AT + BootInfoTable::LEN) as u64 {
        return Err(refused("it is too short for the table that tells a loader where it is").into());
    }
    if entry.info_table && size > u32::MAX.into() {
        return Err(refused("it is too long for the table that tells a loader where it is").into());
    }
    if entry.grub_info && size < GRUB_BOOT_INFO_AT as u64 + 8 {
        return Err(refused("it is too short to be GRUB's image for El Torito").into());
    }
    let load_size = entry.load_size.unwrap_or_else(|| default_load_size(entry, size));
    let content = in_image.then_some(content);
    let blocks = size.div_ceil(BLOCK as u64);
    Ok(Resolved { entry: entry.clone(), content, blocks, load_size, system_type })
}

/// How many sectors are loaded when nobody says.
fn default_load_size(entry: &BootEntry, size: u64) -> u16 {
    let all = u16::try_from(size.div_ceil(SECTOR as u64));
    match (entry.emulation, entry.platform) {
        (Emulation::None, Platform::X86) if entry.info_table => all.unwrap_or(u16::MAX).min(4),
        // Up to the end of the disc (UEFI 2.10, 13.3.2.1).
        (Emulation::None, Platform::EFI) => all.unwrap_or(0),
        (Emulation::None, _) => all.unwrap_or(u16::MAX),
        _ => 1,
    }
}

/// The kind of the only partition of a hard disk, which firmware also takes its geometry from.
fn the_partition(
    reader: &ContentReader,
    content: Content,
    size: u64,
) -> Result<Result<u8, &'static str>, ContentError> {
    let mut sector = [0; SECTOR];
    if size < SECTOR as u64 {
        return Ok(Err("it is too short to be a hard disk"));
    }
    reader.read_at(content, 0, &mut sector)?;
    let Ok(mbr) = Mbr::decode(&sector) else { return Ok(Err("it has no MBR, and is no hard disk")) };
    let mut kinds = mbr.partitions.map(|partition| partition.kind).into_iter();
    let first = kinds.next().filter(|&kind| kind != PartitionKind::EMPTY);
    Ok(match first {
        Some(kind) if kinds.all(|other| other == PartitionKind::EMPTY) => Ok(kind.0),
        _ => Err("a hard disk to start from has one partition, the first"),
    })
}
