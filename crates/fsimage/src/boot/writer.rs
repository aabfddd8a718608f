//! [`Boot`]: the writer of everything that machines start from.

use std::{ops::Range, sync::Arc};

use imapi_disc_types::Block;
use imapi_volume_structs::{
    SECTOR,
    el_torito::{self, Catalog, ElToritoRecord, MediaFlags, Platform, Section, SectionEntry, ValidationEntry},
    mbr::hybrid::HybridCode,
};

use super::{
    BootError, BootImage, Emulation, Hybrid, PartitionTable, info,
    partitions::{COPY, MEBIBYTE, Places, SYSTEM_AREA, Tables},
    resolved::{self, Resolved},
};
use crate::{
    Content, ContentError, ContentReader, ImageOptions, PlanError, Tree,
    plan::{Claim, FileData, Patch, Placement, Rank, Recognition, Where, Writer, pack::BLOCK},
};

/// Writes El Torito's catalogue, the system area with its partition tables, and the appended partition.
#[derive(Debug)]
pub(crate) struct Boot {
    options: Arc<ImageOptions>,
    entries: Vec<Resolved>,
    appended: Option<Appended>,
    /// What it claims, in this order.
    parts: Vec<Part>,
    /// The first block of each part.
    at: Vec<Block>,
    data: Option<Arc<FileData>>,
    catalog: Vec<u8>,
    tables: Option<Tables>,
}

/// Blocks that GRUB reads at once under a BIOS. What comes of a read beyond the end it takes for data, so that it is to
/// meet the end exactly.
const READ_AT_ONCE: u64 = 16;

/// The partition behind the files.
#[derive(Debug, Clone, Copy)]
struct Appended {
    content: Content,
    size: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Catalog,
    SystemArea,
    Appended,
    /// Of the GPT.
    Copy,
}

impl Appended {
    fn blocks(self) -> u64 {
        self.size.div_ceil(BLOCK as u64)
    }
}

impl Boot {
    /// Looks at what was asked for; `None` when that is nothing.
    pub fn new(options: &Arc<ImageOptions>, tree: &Tree, reader: &ContentReader) -> Result<Option<Self>, PlanError> {
        if options.boot.is_empty() && options.hybrid.is_none() {
            return Ok(None);
        }
        let option = |option, reason| Err(BootError::Option { option, reason }.into());
        if !options.boot.is_empty() && !options.file_systems.iso9660 {
            return option("FileSystemsToCreate", "machines start from an image with ISO 9660 only");
        }
        let entries = resolved::all(options, tree, reader)?;
        let mut appended = None;
        if let Some(hybrid) = &options.hybrid {
            if hybrid.loader_kind().is_some() && loader(&entries).is_none() {
                return option("Hybrid", "the code for the MBR needs a boot image for a BIOS, without emulation");
            }
            if let Some(content) = hybrid.appended {
                let size = resolved::size_of(reader, content, "the appended partition")?;
                appended = Some(Appended { content, size });
            }
        }
        let parts = [
            (!entries.is_empty()).then_some(Part::Catalog),
            options.hybrid.as_ref().map(|_| Part::SystemArea),
            appended.map(|_| Part::Appended),
            options.end_is_taken().then_some(Part::Copy),
        ];
        Ok(Some(Self {
            options: Arc::clone(options),
            entries,
            appended,
            parts: parts.into_iter().flatten().collect(),
            at: Vec::new(),
            data: None,
            catalog: Vec::new(),
            tables: None,
        }))
    }

    /// The first block of a part; 0 before anything has a place.
    fn block_of(&self, part: Part) -> u64 {
        let place = self.parts.iter().position(|&other| other == part);
        place.and_then(|place| self.at.get(place)).map_or(0, |block| block.0)
    }

    /// The first block of an entry's image.
    fn image_of(&self, resolved: &Resolved) -> u32 {
        let block = match (resolved.content, &self.data) {
            (Some(content), Some(data)) => data.block_of(content).0,
            _ => self.block_of(Part::Appended),
        };
        number(block)
    }

    fn encoded_catalog(&self) -> Vec<u8> {
        let entries: Vec<SectionEntry<'_>> = self.entries.iter().map(|resolved| self.on_disc(resolved)).collect();
        let Some((first, others)) = self.entries.split_first() else { return Vec::new() };
        let same = |one: &Resolved, other: &Resolved| {
            (one.entry.platform, one.entry.manufacturer) == (other.entry.platform, other.entry.manufacturer)
        };
        let (mut sections, mut at) = (Vec::new(), 1);
        for group in others.chunk_by(same) {
            let mut id = [0; 28];
            let name = group[0].entry.manufacturer.bytes();
            id[..name.len()].copy_from_slice(&name);
            let entries = &entries[at..at + group.len()];
            sections.push(Section { platform: group[0].entry.platform, id, entries });
            at += group.len();
        }
        let manufacturer = first.entry.manufacturer.bytes();
        let validation = ValidationEntry { platform: first.entry.platform, manufacturer };
        let catalog = Catalog { validation, initial: entries[0].entry, sections: &sections };
        // Of 32 entries it has at most 64 records, which are a block.
        let mut bytes = vec![0; catalog.len().next_multiple_of(BLOCK)];
        catalog.encode(&mut bytes);
        bytes
    }

    fn on_disc(&self, resolved: &Resolved) -> SectionEntry<'static> {
        let entry = &resolved.entry;
        let entry = el_torito::BootEntry {
            bootable: entry.bootable,
            emulation: entry.emulation.on_disc(),
            flags: MediaFlags::NONE,
            load_segment: entry.load_segment,
            system_type: resolved.system_type,
            ..el_torito::BootEntry::no_emulation(self.image_of(resolved), resolved.load_size)
        };
        SectionEntry { entry, more_criteria: &[] }
    }

    /// The EFI system partition of a GPT, or the appended one.
    fn efi_partition(&self, hybrid: &Hybrid) -> Option<Range<u64>> {
        if let Some(appended) = self.appended {
            let first = self.block_of(Part::Appended);
            return Some(first..first + appended.blocks());
        }
        let is_efi = |resolved: &&Resolved| {
            resolved.entry.platform == Platform::EFI && resolved.entry.emulation == Emulation::None
        };
        let found = self.entries.iter().find(is_efi).filter(|_| hybrid.table == PartitionTable::Gpt)?;
        let first = u64::from(self.image_of(found));
        Some(first..first + found.blocks)
    }
}

/// The loader that code in an MBR goes on with.
fn loader(entries: &[Resolved]) -> Option<&Resolved> {
    entries.iter().find(|resolved| {
        let entry = &resolved.entry;
        entry.platform == Platform::X86
            && entry.emulation == Emulation::None
            && entry.image != BootImage::AppendedPartition
    })
}

/// An image has fewer blocks than 32 bits can number, which the plan has seen to.
fn number(block: u64) -> u32 {
    u32::try_from(block).unwrap_or(u32::MAX)
}

impl Writer for Boot {
    fn contents(&self) -> Vec<Content> {
        self.entries.iter().filter_map(|resolved| resolved.content).collect()
    }

    fn measure(&mut self, _: &Tree, _: &FileData) -> Result<Vec<Claim>, PlanError> {
        let claim = |part: &Part| match part {
            Part::Catalog => Claim { blocks: (self.encoded_catalog().len() / BLOCK) as u64, at: Where::ANYWHERE },
            Part::SystemArea => Claim { blocks: SYSTEM_AREA, at: Where::Fixed(0) },
            Part::Appended => {
                let blocks = self.appended.map_or(0, Appended::blocks);
                Claim { blocks, at: Where::Behind { align: MEBIBYTE } }
            }
            Part::Copy => Claim { blocks: COPY, at: Where::FromEnd(COPY) },
        };
        Ok(self.parts.iter().map(claim).collect())
    }

    fn end_align(&self) -> u64 {
        let hybrid = self.options.hybrid.as_ref();
        // Cylinders of a mebibyte are whole, as isohybrid has it.
        let whole = hybrid.is_some_and(|hybrid| {
            hybrid.table == PartitionTable::Mbr && hybrid.loader_kind() == Some(HybridCode::Isolinux)
        });
        if whole { MEBIBYTE } else { READ_AT_ONCE }
    }

    fn place(&mut self, at: &Placement<'_>) {
        self.at = at.claims.to_vec();
        self.data = Some(Arc::clone(at.data));
        self.catalog = self.encoded_catalog();
        if let Some(hybrid) = &self.options.hybrid {
            let loader = loader(&self.entries).map_or(0, |loader| self.image_of(loader));
            let places = Places { blocks: at.blocks, loader, efi: self.efi_partition(hybrid) };
            self.tables = Some(Tables::new(hybrid, &self.options, &places));
        }
    }

    fn patches(&self, reader: &ContentReader) -> Result<Vec<Patch>, PlanError> {
        let Some(data) = &self.data else { return Ok(Vec::new()) };
        Ok(info::patches(
            &self.entries,
            self.options.session.descriptors(),
            |content| number(data.block_of(content).0),
            reader,
        )?)
    }

    fn recognition(&self, _: &Tree) -> Vec<Recognition> {
        if self.entries.is_empty() {
            return Vec::new();
        }
        let mut block = Box::new([0; SECTOR]);
        ElToritoRecord { catalog: number(self.block_of(Part::Catalog)) }.encode(&mut block);
        vec![(Rank::BootRecord, block)]
    }

    fn claimant(&self, claim: usize) -> &'static str {
        match self.parts.get(claim) {
            None | Some(Part::Catalog) => "El Torito",
            Some(Part::SystemArea) => "MBR",
            Some(Part::Appended) => "ESP",
            Some(Part::Copy) => "GPT",
        }
    }

    fn render(
        &self,
        _: &Tree,
        reader: &ContentReader,
        claim: usize,
        first: u64,
        out: &mut [u8],
    ) -> Result<(), ContentError> {
        let tables = self.tables.as_ref();
        let offset = first * BLOCK as u64;
        let bytes = match (self.parts[claim], self.appended) {
            (Part::Appended, Some(Appended { content, size })) => {
                let left = usize::try_from(size.saturating_sub(offset)).unwrap_or(usize::MAX).min(out.len());
                reader.read_at(content, offset, &mut out[..left])?;
                out[left..].fill(0);
                return Ok(());
            }
            (Part::Catalog, _) => &self.catalog[..],
            (Part::SystemArea, _) => tables.map_or(&[][..], |tables| &tables.system_area),
            (Part::Copy, _) => tables.map_or(&[][..], |tables| &tables.copy),
            (Part::Appended, None) => &[],
        };
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        let rest = bytes.get(offset..).unwrap_or_default();
        let count = rest.len().min(out.len());
        out[..count].copy_from_slice(&rest[..count]);
        out[count..].fill(0);
        Ok(())
    }
}
