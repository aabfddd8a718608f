//! [`EarlierBoot`]: what machines start from an earlier session, for the next one.

use std::{ops::Range, sync::Arc};

use imapi_disc_types::{Block, BlockSource, SourceError};
use imapi_volume_structs::{
    SECTOR,
    el_torito::{BOOT_INFO_AT, BootInfoTable, GRUB_BOOT_INFO_AT, Platform, grub_boot_info},
};
use imapi_volumes::{BootCatalog, BootImage as OldImage, FileBytes, Run, VolumeError};

use super::{ImportError, fragments::Fragments};
use crate::{BootEntry, BootImage, Contents, Emulation, Kind, Manufacturer, NodeId, Tree};

/// Something that machines start from an earlier session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierBoot {
    /// The entry, with the bytes that the disc has.
    entry: BootEntry,
    /// The path of the file that it is of, where it is one.
    path: Option<Vec<Vec<u8>>>,
}

impl EarlierBoot {
    /// The same for a tree: where it has other bytes at the path of what was started, those are.
    #[must_use]
    pub fn in_tree(&self, tree: &Tree) -> BootEntry {
        let path = self.path.as_deref().unwrap_or_default();
        let there = if path.is_empty() { None } else { tree.find(path.iter().map(Vec::as_slice)) };
        match there.map(|node| (node, tree.kind(node))) {
            Some((node, Kind::File { .. })) => BootEntry { image: BootImage::File(node), ..self.entry.clone() },
            _ => self.entry.clone(),
        }
    }
}

/// Something that a catalogue has, with what its bytes say.
pub(crate) struct Started {
    entry: BootEntry,
    block: u32,
    /// Where the source of the disc has it.
    start: u64,
    bytes: u64,
}

/// Reads what machines start from a session.
pub(crate) fn read(catalog: &BootCatalog, disc: &dyn BlockSource) -> Result<Vec<Started>, VolumeError> {
    let mut all = Vec::new();
    for image in catalog.images.iter().take(BootEntry::MOST) {
        let Some(start) = image.start else { continue };
        let block = image.entry.block;
        let emulation = Emulation::from_number(image.entry.emulation.0).unwrap_or_default();
        let sectors = image.entry.sector_count;
        let (info_table, grub_info) = told(disc, start, block)?;
        let manufacturer = match image.section {
            Some(section) => section.id.first_chunk().copied().unwrap_or_default(),
            None => catalog.validation.manufacturer,
        };
        let entry = BootEntry {
            // Which contents these are is not known before they are in a tree.
            image: BootImage::File(NodeId::ROOT),
            platform: image.platform,
            emulation,
            bootable: image.entry.bootable,
            load_segment: image.entry.load_segment,
            // Some writers mean one sector by none, which is what firmware makes of it; for UEFI it is all.
            load_size: Some(if sectors == 0 && image.platform != Platform::EFI { 1 } else { sectors }),
            manufacturer: Manufacturer::from_bytes(manufacturer),
            info_table,
            grub_info,
        };
        all.push(Started { entry, block, start, bytes: len(image, start, disc) });
    }
    Ok(all)
}

/// The same for images of the tree that its session was brought into. What is started does without the blocks that will be
/// written again.
pub(crate) fn earlier(
    started: &[Started],
    (disc, displaced): (&Arc<dyn BlockSource>, u32),
    doomed: &[Range<u64>],
    tree: &Tree,
    contents: &mut Contents,
) -> Result<Vec<EarlierBoot>, ImportError> {
    let mut all = Vec::new();
    let mut number = None;
    for Started { entry, block, start, bytes } in started {
        let file = tree.walk(NodeId::ROOT).find_map(|node| match tree.kind(node) {
            Kind::File { content, .. } if contents.was_at(content) == Some(*block) => Some((node, content)),
            _ => None,
        });
        let content = match (file, number) {
            (Some((_, content)), _) => content,
            (None, _) if doomed.iter().any(|doomed| doomed.contains(&(start / SECTOR as u64))) => {
                let runs = [Run { start: Some(*start), bytes: *bytes }].into_iter().collect();
                let source = Fragments::new(FileBytes::new(Arc::clone(disc), &runs));
                contents.add_source(Arc::new(source), *bytes, "the disc")?
            }
            (None, known) => {
                let disc_number = match known {
                    Some(number) => number,
                    None => *number.insert(contents.add_disc(Arc::clone(disc), "the disc")?),
                };
                contents.add_placed(disc_number, (*block, displaced), *bytes)
            }
        };
        let entry = BootEntry { image: BootImage::Content(content), ..entry.clone() };
        all.push(EarlierBoot { entry, path: file.map(|(node, _)| steps(tree, node)) });
    }
    Ok(all)
}

/// The names on the way to a node.
fn steps(tree: &Tree, node: NodeId) -> Vec<Vec<u8>> {
    let mut steps: Vec<_> = std::iter::successors(Some(node), |&node| tree.parent(node))
        .take_while(|&node| node != NodeId::ROOT)
        .map(|node| tree.name(node).to_vec())
        .collect();
    steps.reverse();
    steps
}

/// How many bytes an image has that is no file: as many as are loaded, or as its floppy disk has.
fn len(image: &OldImage, start: u64, disc: &dyn BlockSource) -> u64 {
    let floppy = image.entry.emulation.floppy_len().map(u64::from);
    let loaded = u64::from(image.entry.sector_count.max(1)) * 512;
    floppy.unwrap_or(loaded).min(disc.bytes().saturating_sub(start))
}

/// Whether an image has the table by which loaders find themselves, and whether it has GRUB's address.
fn told(disc: &dyn BlockSource, start: u64, block: u32) -> Result<(bool, bool), SourceError> {
    let mut head = [0; 2 * SECTOR];
    let first = Block(start / SECTOR as u64);
    let there = usize::try_from(disc.blocks().saturating_sub(first.0)).unwrap_or(2).min(2);
    disc.read_all(first, &mut head[..there * SECTOR])?;
    let table = head.get(BOOT_INFO_AT..).and_then(|bytes| BootInfoTable::decode(bytes).ok());
    let grub = grub_boot_info(block);
    let grub_there = head.get(GRUB_BOOT_INFO_AT..GRUB_BOOT_INFO_AT + grub.len());
    Ok((table.is_some_and(|table| table.block == block), grub_there == Some(&grub[..])))
}
